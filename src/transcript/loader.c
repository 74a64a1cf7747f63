/* SPDX-License-Identifier: MIT */
/* A transcript's folder read back. Everything in it was written by somebody else and is judged
 * here, line by line, before anything is re-made from it: the grammar, the order of lines and
 * numbers, what speaks of what. Only a last line that a crash has cut is forgiven. */
#include "transcript/log_internal.h"

fov_status fov__log_fail(fov_error *err, size_t line, const char *fmt, ...)
{
    char message[160], where[24];
    va_list args;
    va_start(args, fmt);
    fov__vformat(message, sizeof(message), fmt, args);
    va_end(args);
    fov__text_plain(message);
    fov__format(where, sizeof(where), "line %zu", line);
    return fov__fail(err, FOV_E_STATE, 0, where, "line %zu: %s", line, message);
}

void fov__log_free(struct fov_log *log)
{
    if (log == NULL)
        return;
    fov_bytes_free(&log->text);
    fov__free(log->ctx, log->blobs);
    fov__free(log->ctx, log->lines);
    fov__free(log->ctx, log);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static struct fov_span member(struct fov_span line, const char *key)
{
    const char *const path[] = {key, NULL};
    return fov__json_raw(line.data, line.len, path);
}

static enum fov__log_kind kind_of(struct fov_span name)
{
    static const char *const names[] = {
#define NAME(kind, text) "\"" text "\"",
        FOV__LOG_KIND_MAP(NAME)
#undef NAME
    };
    for (size_t i = 0; i < FOV_COUNT(names); i++) {
        if (strlen(names[i]) == name.len && memcmp(names[i], name.data, name.len) == 0)
            return (enum fov__log_kind)i;
    }
    return FOV__LOG_OTHER;
}

/* Grammar, and the two members that every line has. */
static fov_status judge_line(struct fov_log *log, struct fov_span text, size_t line,
                             enum fov__log_kind *kind, fov_error *err)
{
    fov_error inner;
    char wanted[24];
    fov_status rc = fov__json_check(log->ctx, text.data, text.len, FOV__LOG_DEPTH_MAX,
                                    FOV__LOG_LINE_MAX, &inner);
    if (rc == FOV_E_ARG || rc == FOV_E_LIMIT)
        return fov__log_fail(err, line, "%s", inner.message);
    if (rc < 0) {
        if (err != NULL)
            *err = inner;
        return rc;
    }
    if (text.data[0] != '{')
        return fov__log_fail(err, line, "an event is one JSON object without anything before it");
    const struct fov_span name = member(text, "event"), number = member(text, "n");
    if (name.data == NULL || name.data[0] != '"')
        return fov__log_fail(err, line, "event is %s, and the name of an event is needed",
                             name.data == NULL ? "missing" : "no string");
    fov__format(wanted, sizeof(wanted), "%zu", line - 1);
    if (number.len != strlen(wanted) || memcmp(number.data, wanted, number.len) != 0)
        return fov__log_fail(err, line,
                             "n is %.*s, and %s comes next: lines are missing or were moved",
                             number.data == NULL ? 7 : (int)(number.len < 24 ? number.len : 24),
                             number.data == NULL ? "missing" : number.data, wanted);
    *kind = kind_of(name);
    if ((*kind == FOV__LOG_HEADER) != (line == 1))
        return fov__log_fail(err, line,
                             line == 1 ? "event is %.*s, and the first is the header"
                                       : "event is %.*s, which is only the first",
                             (int)(name.len < 40 ? name.len : 40), name.data);
    if (*kind == FOV__LOG_OTHER)
        log->unknown_kinds++;
    return FOV_OK;
}

static fov_status add_line(struct fov_log *log, struct fov_span text, bool is_whole, fov_error *err)
{
    const size_t line = log->count + 1;
    enum fov__log_kind kind = FOV__LOG_OTHER;
    if (log->count == FOV__LOG_LINES_MAX)
        return fov__fail(err, FOV_E_LIMIT, 0, "transcript", "a transcript has at most %d lines",
                         (int)FOV__LOG_LINES_MAX);
    /* Without its line end it may have been cut; if it is an event all the same, nothing was lost.
     */
    if (!is_whole) {
        const fov_status rc = fov__json_check(log->ctx, text.data, text.len, FOV__LOG_DEPTH_MAX,
                                              FOV__LOG_LINE_MAX, err);
        if (rc == FOV_E_ARG) {
            log->cut_lines = 1;
            return FOV_OK;
        }
        if (rc == FOV_E_MEMORY)
            return rc;
    }
    const fov_status rc = judge_line(log, text, line, &kind, err);
    if (rc < 0)
        return rc;
    if (!fov__grow(log->ctx, &log->lines, &log->capacity, log->count + 1, sizeof(*log->lines)))
        return fov__fail_memory(err, "transcript", sizeof(*log->lines));
    log->lines[log->count++] = (struct fov_log_line){text, kind};
    return FOV_OK;
}

static fov_status split(struct fov_log *log, fov_error *err)
{
    const char *at = (const char *)log->text.data, *end = at + log->text.size;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const struct fov_span text = {at, (size_t)((stop != NULL ? stop : end) - at)};
        const fov_status rc = add_line(log, text, stop != NULL, err);
        if (rc < 0)
            return rc;
        at = stop != NULL ? stop + 1 : end;
    }
    if (log->count > 0)
        return FOV_OK;
    return fov__fail(err, FOV_E_STATE, 0, "transcript", "the transcript has no whole line");
}

/* ---- the header ----------------------------------------------------------------------------- */

static fov_status read_header(struct fov_log *log, const char *dir, fov_error *err)
{
    const struct fov_span line = log->lines[0].text;
    const struct fov_span version = member(line, "transcript"), blobs = member(line, "blobs");
    struct fov_json *doc = NULL;
    double number = 0;
    if (version.data == NULL || !fov__text_double(version.data, version.len, &number) || number < 1)
        return fov__log_fail(err, 1,
                             "header.transcript is %.*s, and the version of the format is needed",
                             version.data == NULL ? 7 : (int)(version.len < 24 ? version.len : 24),
                             version.data == NULL ? "missing" : version.data);
    if (number > FOV__LOG_VERSION)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "header.transcript",
                         "the transcript is of format %g, and this version reads up to %d", number,
                         (int)FOV__LOG_VERSION);
    if (blobs.data == NULL || blobs.data[0] != '"' || blobs.len <= 2)
        return fov__log_fail(err, 1, "header.blobs is %s, and the folder of the blobs is needed",
                             blobs.data == NULL ? "missing" : "no name");
    fov_status rc =
        fov__json_parse(&doc, log->ctx, blobs.data, blobs.len, 1, FOV__LOG_LINE_MAX, err);
    if (rc < 0)
        return rc == FOV_E_MEMORY ? rc
                                  : fov__log_fail(err, 1, "header.blobs is no name of a folder");
    const char *name = fov__json_string(fov__json_root(doc));
    log->blobs = name[0] == '/' ? fov__strdup(log->ctx, name) : fov__path_join(log->ctx, dir, name);
    if (log->blobs == NULL)
        rc = fov__fail_memory(err, "transcript", strlen(name));
    fov__json_free(doc);
    return rc;
}

/* ---- what speaks of what -------------------------------------------------------------------- */

/* Numbers come in order, and only what is there already is spoken of. */
static fov_status judge_record(struct fov_log *log, const struct fov_record *record, fov_error *err)
{
    const bool is_fact = record->kind == FOV__LOG_FACT;
    int32_t *count = is_fact ? &log->fact_count : &log->image_count;
    const char *word = is_fact ? "fact" : "img";
    if (record->kind == FOV__LOG_DELIVERY) {
        if (record->id >= log->image_count)
            return fov__log_fail(err, record->line,
                                 "delivery.id is img_%d, and there are %d images so far",
                                 (int)record->id, (int)log->image_count);
        return FOV_OK;
    }
    if (record->id != *count)
        return fov__log_fail(err, record->line, "id is %s_%d, and %s_%d comes next", word,
                             (int)record->id, word, (int)*count);
    for (int32_t i = 0; i < record->parent_count; i++) {
        if (record->parents[i] >= log->image_count)
            return fov__log_fail(err, record->line,
                                 "parents names img_%d, and there are %d images so far",
                                 (int)record->parents[i], (int)log->image_count);
    }
    for (size_t i = 0; i < record->region_count; i++) {
        if (record->regions[i].source >= log->image_count)
            return fov__log_fail(err, record->line,
                                 "regions.%zu.source names img_%d, and there are %d images so far",
                                 i, (int)record->regions[i].source, (int)log->image_count);
    }
    (*count)++;
    return FOV_OK;
}

static fov_status judge_records(struct fov_log *log, fov_error *err)
{
    fov_status rc = FOV_OK;
    for (size_t i = 0; i < log->count && rc >= 0; i++) {
        const struct fov_log_line *line = &log->lines[i];
        struct fov_record record;
        if (line->kind < FOV__LOG_SOURCE || line->kind > FOV__LOG_DELIVERY)
            continue;
        rc = fov__record_read(&record, log->ctx, line->text, line->kind, i + 1,
                              &log->unknown_members, err);
        if (rc >= 0)
            rc = judge_record(log, &record, err);
        fov__record_free(&record);
    }
    return rc;
}

static fov_status make_digest(struct fov_log *log, fov_error *err)
{
    struct fov_sha256 *hash = NULL;
    const fov_status rc = fov__sha256_new(&hash, log->ctx, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < log->count; i++) {
        fov__digest_line(hash, log->lines[i].text);
        fov__sha256_add(hash, "\n", 1);
    }
    fov__sha256_end(hash, log->digest);
    return FOV_OK;
}

fov_status fov__log_open(struct fov_log **out, fov_context *ctx, const char *dir, fov_error *err)
{
    *out = NULL;
    char *path = NULL;
    struct fov_log *log = fov__calloc(ctx, 1, sizeof(*log));
    if (log == NULL)
        return fov__fail_memory(err, "transcript", sizeof(*log));
    log->ctx = ctx;
    fov_status rc = FOV_E_MEMORY;
    path = fov__path_join(ctx, dir, "transcript.jsonl");
    if (path == NULL)
        fov__fail_memory(err, "transcript", strlen(dir));
    else
        rc = fov__file_read(&log->text, ctx, path, FOV__LOG_FILE_MAX, err);
    if (rc >= 0)
        rc = split(log, err);
    if (rc >= 0)
        rc = read_header(log, dir, err);
    if (rc >= 0)
        rc = judge_records(log, err);
    if (rc >= 0)
        rc = make_digest(log, err);
    fov__free(ctx, path);
    if (rc < 0) {
        fov__log_free(log);
        return rc;
    }
    *out = log;
    return FOV_OK;
}

fov_status fov__transcript_digest(fov_context *ctx, const char *dir, char out[FOV_SHA256_HEX],
                                  fov_error *err)
{
    struct fov_log *log = NULL;
    const fov_status rc = fov__log_open(&log, ctx, dir, err);
    if (rc >= 0)
        memcpy(out, log->digest, FOV_SHA256_HEX);
    fov__log_free(log);
    return rc;
}
