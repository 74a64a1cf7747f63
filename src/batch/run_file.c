/* SPDX-License-Identifier: MIT */
/* run.json: what the answers of a folder depend on. Answers that were asked in different ways must
 * never stand in one table, so a run that would add such is refused with what differs. */
#include "batch/batch_internal.h"

enum { FILE_MAX = 4 << 20, DEPTH = 32 };

/* A session's defaults are filled in by making one; it also judges the names. */
static fov_status settled(fov_session **out, fov_context *ctx, const fov_batch_opts *opts,
                          fov_error *err)
{
    const fov_session_opts *asked = opts->session;

    if (asked && (asked->out_dir || asked->blob_dir || asked->on_event || asked->cancel))
        return fov__fail(
            err, FOV_E_ARG, 0, "session",
            "the session's out_dir, blob_dir, on_event and cancel are the batch's own");
    return fov_session_new(out, ctx, NULL, asked, err);
}

static void write_session(struct fov_jw *jw, const fov_session *s)
{
    char sum[FOV__BATCH_SUM];

    fov__jw_string(jw, "profile", s->profile->name);
    fov__jw_string(jw, "profile_as_of", s->profile->as_of);
    fov__jw_string(jw, "preset", fov__preset_name(s->preset));
    fov__jw_int(jw, "calls", s->opts.calls_max);
    fov__jw_int(jw, "rounds", s->opts.rounds_max);
    fov__jw_int(jw, "images", s->opts.images_max);
    fov__jw_int(jw, "time_ms", s->opts.time_ms);
    fov__jw_int(jw, "max_output_tokens", s->opts.max_output_tokens);
    fov__jw_bool(jw, "strict_tools", s->opts.strict_tools != 0);
    fov__jw_bool(jw, "evict_dropped", s->opts.evict_dropped != 0);
    if (s->system) {
        fov__batch_sum(sum, s->system, strlen(s->system));
        fov__jw_string(jw, "system_sha256", sum);
    }
}

fov_status fov__run_options(fov_bytes *out, fov_context *ctx, const fov_batch_opts *opts,
                            fov_error *err)
{
    const char *model = opts->model_options ? opts->model_options : "{}";
    struct fov_json *doc = NULL;
    fov_session *session = NULL;
    struct fov_buf buf;
    struct fov_jw jw;
    fov_status rc = settled(&session, ctx, opts, err);

    if (rc >= 0)
        rc = fov__json_parse(&doc, ctx, model, strlen(model), DEPTH, FILE_MAX, err);
    if (rc >= 0 && fov__json_type(fov__json_root(doc)) != FOV_JSON_OBJECT)
        rc = fov__fail(err, FOV_E_ARG, 0, "model_options", "model_options is %s and not an object",
                       fov__json_type_name(fov__json_root(doc)));
    if (rc >= 0) {
        fov__buf_init(&buf, ctx, FILE_MAX);
        fov__jw_init(&jw, &buf);
        fov__jw_object(&jw, NULL);
        fov__jw_string(&jw, "foveate", fov_version());
        write_session(&jw, session);
        for (const fov_json_value *m = fov__json_child(fov__json_root(doc)); m;
             m = fov__json_next(m))
            fov__jw_value(&jw, fov__json_key(m), m);
        fov__jw_end_object(&jw);
        rc = fov__buf_take(&buf, out, err);
        fov__buf_free(&buf);
    }
    /* A member of the model's that is called as one of ours would make the file unreadable. */
    if (rc >= 0)
        rc = fov__json_check(ctx, (const char *)out->data, out->size, DEPTH, FILE_MAX, err);
    fov__json_free(doc);
    fov_session_free(session);
    return rc;
}

/* ---- comparing ------------------------------------------------------------------------------ */

static void add_value(struct fov_buf *buf, const fov_json_value *value)
{
    struct fov_jw jw;

    if (!value) {
        fov__buf_adds(buf, "not set");
        return;
    }
    fov__jw_init(&jw, buf);
    fov__jw_value(&jw, NULL, value);
}

/* "calls was 10 and is 15", for each member of `of` that differs, or stands on one side only. */
static fov_status add_differences(struct fov_buf *said, struct fov_buf *a, struct fov_buf *b,
                                  const fov_json_value *was, const fov_json_value *is,
                                  const fov_json_value *of, bool only_missing)
{
    for (const fov_json_value *m = fov__json_child(of); m; m = fov__json_next(m)) {
        const char *key = fov__json_key(m);
        const fov_json_value *old = fov__json_get(was, key), *new = fov__json_get(is, key);

        if (only_missing && old && new)
            continue;
        fov__buf_reset(a);
        fov__buf_reset(b);
        add_value(a, old);
        add_value(b, new);
        if (a->status < 0 || b->status < 0)
            return a->status < 0 ? a->status : b->status;
        if (a->len == b->len && memcmp(a->data, b->data, a->len) == 0)
            continue;
        fov__buf_addf(said, "%s%s was %.40s and is %.40s", said->len ? "; " : "", key, a->data,
                      b->data);
        if (said->status < 0)
            return said->status;
    }
    return FOV_OK;
}

static fov_status compare(fov_context *ctx, const fov_json_value *was, const fov_json_value *is,
                          fov_error *err)
{
    struct fov_buf said, a, b;
    fov_status rc;

    fov__buf_init(&said, ctx, 2 * FILE_MAX);
    fov__buf_init(&a, ctx, FILE_MAX);
    fov__buf_init(&b, ctx, FILE_MAX);
    rc = add_differences(&said, &a, &b, was, is, is, false);
    if (rc >= 0)
        rc = add_differences(&said, &a, &b, was, is, was, true);
    if (rc < 0) {
        rc = fov__fail_memory(err, "run", 0);
    } else if (said.len) {
        fov__text_plain(said.data);
        rc = fov__fail(err, FOV_E_STATE, 0, "run", "the folder was begun with other options: %s",
                       said.data);
    }
    fov__buf_free(&said);
    fov__buf_free(&a);
    fov__buf_free(&b);
    return rc;
}

fov_status fov__run_check(fov_context *ctx, const char *dir, const fov_bytes *options,
                          fov_error *err)
{
    struct fov_json *file = NULL, *is = NULL;
    fov_bytes text = {NULL, 0, NULL};
    char *path = fov__path_join(ctx, dir, "run.json");
    const fov_json_value *was;
    double version = 0;
    fov_status rc = path ? fov__file_read(&text, ctx, path, FILE_MAX, err)
                         : fov__fail_memory(err, "run", strlen(dir));

    if (rc >= 0)
        rc = fov__json_parse(&file, ctx, (const char *)text.data, text.size, DEPTH, FILE_MAX, err);
    if (rc >= 0)
        rc = fov__json_parse(&is, ctx, (const char *)options->data, options->size, DEPTH, FILE_MAX,
                             err);
    if (rc >= 0) {
        was = fov__json_get(fov__json_root(file), "options");
        if (!fov__json_number(fov__json_get(fov__json_root(file), "batch"), &version) ||
            version != 1 || fov__json_type(was) != FOV_JSON_OBJECT)
            rc = fov__fail(err, FOV_E_STATE, 0, "run",
                           "run.json of \"%.80s\" is of no batch that this version knows", dir);
        else
            rc = compare(ctx, was, fov__json_root(is), err);
    }
    fov__json_free(file);
    fov__json_free(is);
    fov_bytes_free(&text);
    fov__free(ctx, path);
    return rc;
}

fov_status fov__run_write(fov_context *ctx, const char *dir, const char *questions,
                          const fov_bytes *options, const fov_bytes *summary, fov_error *err)
{
    char *path = fov__path_join(ctx, dir, "run.json");
    struct fov_buf buf;
    struct fov_jw jw;
    char now[32];
    fov_status rc;

    fov__clock_utc(now);
    fov__buf_init(&buf, ctx, FILE_MAX);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__jw_int(&jw, "batch", 1);
    fov__jw_string(&jw, "time", now);
    fov__jw_string(&jw, "questions", questions);
    fov__jw_string(&jw, "encoder", fov__encode_identity());
    fov__jw_raw(&jw, "options", (const char *)options->data, options->size);
    if (summary)
        fov__jw_raw(&jw, "summary", (const char *)summary->data, summary->size);
    fov__jw_end_object(&jw);
    fov__buf_addc(&buf, '\n');
    rc = path ? fov__buf_check(&buf, "run", err) : fov__fail_memory(err, "run", strlen(dir));
    if (rc >= 0)
        rc = fov__file_write(ctx, path, buf.data, buf.len, true, err);
    fov__buf_free(&buf);
    fov__free(ctx, path);
    return rc;
}
