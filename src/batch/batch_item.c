/* SPDX-License-Identifier: MIT */
/* One item: a session of its own is asked, judged, and becomes a line of results. What goes wrong
 * with the item is in its line; only what would go wrong with every item is an error here. */
#include "batch/batch_internal.h"

#include <errno.h>
#include <unistd.h>

struct asked {
    fov_session *session;
    fov_answer answer;
    fov_status status;
    fov_error err;
    struct fov_marks marks;
    uint64_t ms;
    char digest[FOV_SHA256_HEX]; /* "" when there is no transcript to speak of */
};

/* ---- asking --------------------------------------------------------------------------------- */

/* What a killed run has left of this item's transcript; a line of results would have kept it. */
static fov_status clear_transcript(fov_context *ctx, const char *dir, fov_error *err)
{
    char *path = fov__path_join(ctx, dir, "transcript.jsonl");
    fov_status rc = FOV_OK;

    if (!path)
        return fov__fail_memory(err, "transcript", strlen(dir));
    if (unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR)
        rc = fov__fail(err, FOV_E_IO, errno, "transcript",
                       "an unfinished transcript cannot be removed (error %d): %.90s", errno, path);
    fov__free(ctx, path);
    return rc;
}

static fov_status add_images(fov_session *session, const struct fov_batch *batch,
                             const struct fov_row *row, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (size_t i = 0; rc >= 0 && i < row->image_count; i++) {
        fov_image *image = NULL;
        char *path = row->images[i][0] == '/'
                         ? fov__strdup(batch->ctx, row->images[i])
                         : fov__path_join(batch->ctx, batch->questions->folder, row->images[i]);

        rc = path ? fov_image_open(&image, batch->ctx, path, NULL, err)
                  : fov__fail_memory(err, "image", strlen(row->images[i]));
        if (rc >= 0)
            rc = fov_session_add_image(session, image, NULL, err);
        fov_image_unref(image);
        fov__free(batch->ctx, path);
    }
    return rc;
}

static fov_status open_session(struct asked *asked, const struct fov_batch *batch, fov_model *model,
                               const char *dir)
{
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_status rc = clear_transcript(batch->ctx, dir, &asked->err);

    if (batch->opts->session)
        opts = *batch->opts->session;
    opts.out_dir = dir;
    /* From transcripts/<id>/: a batch's folder can be moved as a whole. */
    opts.blob_dir = "../../blobs";
    opts.cancel = batch->opts->cancel;
    if (rc >= 0)
        rc = fov_session_new(&asked->session, batch->ctx, model, &opts, &asked->err);
    /* Half a transcript is never read: an item without a line of results is asked from the start.
     * It is closed before that line is written. */
    if (rc >= 0)
        fov__transcript_sync_at_close(asked->session->transcript);
    return rc;
}

static void ask(struct asked *asked, const struct fov_batch *batch, const struct fov_row *row,
                fov_model *model, const char *dir)
{
    struct fov_buf prompt;
    fov_error close_err = {0};
    fov_status rc = open_session(asked, batch, model, dir);

    if (rc >= 0)
        rc = add_images(asked->session, batch, row, &asked->err);
    fov__buf_init(&prompt, batch->ctx, 2 * FOV__BATCH_LINE_MAX);
    fov__row_prompt(&prompt, row);
    if (rc >= 0)
        rc = fov__buf_check(&prompt, "question", &asked->err);
    if (rc >= 0)
        rc = fov_session_ask(asked->session, prompt.data, &asked->answer, &asked->err);
    fov__buf_free(&prompt);
    if (asked->session && fov_session_close(asked->session, &close_err) < 0 && rc >= 0) {
        rc = close_err.status;
        asked->err = close_err;
    }
    if (rc >= 0) {
        fov_status read = fov__transcript_digest(batch->ctx, dir, asked->digest, &close_err);

        if (read < 0) {
            rc = read;
            asked->err = close_err;
        }
    }
    asked->status = rc;
}

/* ---- the line ------------------------------------------------------------------------------- */

/* Long texts are cut on a character's border, and the line says so; the transcript has all. */
static bool write_text(struct fov_jw *jw, const char *key, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    if (len <= FOV__BATCH_ANSWER_MAX) {
        fov__jw_string(jw, key, text);
        return false;
    }
    for (len = FOV__BATCH_ANSWER_MAX; ((unsigned char)text[len] & 0xc0) == 0x80; len--)
        ;
    fov__jw_string_n(jw, key, text, len);
    return true;
}

static void write_answer(struct fov_jw *jw, const struct asked *asked)
{
    const fov_answer *answer = &asked->answer;
    bool is_cut = false;
    char name[16];

    fov__jw_string(jw, "status", fov_status_name(asked->status));
    if (asked->status < 0)
        fov__jw_string(jw, "error",
                       asked->err.message[0] ? asked->err.message : fov_status_text(asked->status));
    is_cut = write_text(jw, "answer", asked->status == FOV_OK ? answer->text : NULL);
    is_cut = write_text(jw, "reason", asked->status >= 0 ? answer->reason : NULL) || is_cut;
    if (is_cut)
        fov__jw_bool(jw, "is_cut", true);
    fov__jw_array(jw, "evidence");
    for (size_t i = 0; asked->status >= 0 && i < answer->evidence_count; i++) {
        fov__format(name, sizeof(name), "img_%d", (int)answer->evidence[i]);
        fov__jw_string(jw, NULL, name);
    }
    fov__jw_end_array(jw);
}

static void write_gold(struct fov_jw *jw, const struct fov_row *row)
{
    if (!row->has_gold)
        return;
    if (row->gold_count == 0)
        fov__jw_null(jw, "gold");
    if (row->gold_count == 1)
        fov__jw_string(jw, "gold", row->golds[0]);
    if (row->gold_count < 2)
        return;
    fov__jw_array(jw, "gold");
    for (size_t i = 0; i < row->gold_count; i++)
        fov__jw_string(jw, NULL, row->golds[i]);
    fov__jw_end_array(jw);
}

static void write_marks(struct fov_jw *jw, const struct asked *asked)
{
    if (asked->marks.verdict == FOV__UNJUDGED)
        return;
    fov__jw_string(jw, "verdict", fov__verdict_name[asked->marks.verdict]);
    fov__jw_object(jw, "scores");
    for (int i = 0; i < FOV__METRICS; i++)
        if (asked->marks.value[i] >= 0)
            fov__jw_number(jw, fov__metric_name[i], asked->marks.value[i]);
    fov__jw_end_object(jw);
}

/* The pictures that the model was shown, as they lie in blobs/. */
static void write_looks(struct fov_jw *jw, const struct asked *asked)
{
    const fov_session *s = asked->session;
    char name[16];

    fov__jw_array(jw, "looks");
    for (size_t i = 0; s && i < s->box.image_count; i++) {
        const struct fov_delivery *delivery = s->box.images[i].delivery;
        const struct fov_node *node = fov__graph_node(s->graph, (int32_t)i);

        if (!delivery || !node)
            continue;
        fov__format(name, sizeof(name), "img_%d", (int)i);
        fov__jw_object(jw, NULL);
        fov__jw_string(jw, "image", name);
        fov__jw_string(jw, "op", node->op ? node->op->name : "source");
        fov__jw_string(jw, "sha256", delivery->sha256);
        fov__jw_int(jw, "width", delivery->width);
        fov__jw_int(jw, "height", delivery->height);
        fov__jw_end_object(jw);
    }
    fov__jw_end_array(jw);
}

static void write_count(struct fov_jw *jw, const char *key, int64_t count)
{
    if (count < 0)
        fov__jw_null(jw, key);
    else
        fov__jw_int(jw, key, count);
}

static void write_usage(struct fov_jw *jw, const struct asked *asked)
{
    const fov_answer *answer = &asked->answer;

    fov__jw_object(jw, "usage");
    fov__jw_int(jw, "rounds", answer->rounds);
    fov__jw_int(jw, "calls", answer->calls);
    fov__jw_int(jw, "images", answer->images);
    fov__jw_int(jw, "requests", answer->usage.requests);
    write_count(jw, "input_tokens", answer->usage.input_tokens);
    write_count(jw, "output_tokens", answer->usage.output_tokens);
    write_count(jw, "cached_tokens", answer->usage.cached_tokens);
    write_count(jw, "reasoning_tokens", answer->usage.reasoning_tokens);
    write_count(jw, "image_tokens", answer->usage.image_tokens);
    fov__jw_end_object(jw);
}

static fov_status add_line(struct fov_batch *batch, const struct fov_batch_item *item,
                           const struct fov_row *row, const struct asked *asked, const char *folder,
                           fov_error *err)
{
    struct fov_buf line;
    struct fov_jw jw;
    fov_status rc;

    fov__buf_init(&line, batch->ctx, FOV__BATCH_LINE_MAX);
    fov__jw_init(&jw, &line);
    fov__jw_object(&jw, NULL);
    fov__jw_string(&jw, "id", item->id);
    fov__jw_int(&jw, "line", (int64_t)item->line);
    fov__jw_string(&jw, "item", item->digest);
    write_answer(&jw, asked);
    write_gold(&jw, row);
    write_marks(&jw, asked);
    fov__jw_string(&jw, "type", row->type);
    write_looks(&jw, asked);
    write_usage(&jw, asked);
    fov__jw_int(&jw, "ms", (int64_t)asked->ms);
    fov__jw_string(&jw, "transcript", folder);
    fov__jw_string(&jw, "digest", asked->digest[0] ? asked->digest : NULL);
    rc = fov__results_add(&batch->file, &line, err);
    fov__buf_free(&line);
    return rc;
}

fov_status fov__batch_item_run(struct fov_batch *batch, const struct fov_batch_item *item,
                               fov_model *model, fov_error *how, fov_error *err)
{
    const uint64_t start = fov__clock_ms();
    struct fov_row row;
    struct asked asked;
    char name[FOV__BATCH_NAME], folder[FOV__BATCH_NAME + 16];
    fov_model *own = NULL;
    char *dir = NULL;
    fov_status rc = fov__row_read(&row, batch->ctx, item->text, err);

    if (rc < 0)
        return rc;
    memset(&asked, 0, sizeof(asked));
    fov_answer_init(&asked.answer);
    asked.answer.usage = (fov_usage){-1, -1, -1, -1, -1, 0};
    fov__batch_name(name, item->id);
    fov__format(folder, sizeof(folder), "transcripts/%s", name);
    dir = fov__path_join(batch->ctx, batch->opts->out_dir, folder);
    if (!dir) {
        rc = fov__fail_memory(err, "item", strlen(folder));
        goto done;
    }
    if (!model)
        asked.status =
            batch->opts->model(&own, batch->ctx, item->id, batch->opts->model_user, &asked.err);
    if (asked.status >= 0)
        ask(&asked, batch, &row, model ? model : own, dir);
    /* Whatever a cancelled item came to, but an answer, is the interrupt's doing. */
    if (asked.status < 0 && fov_cancel_is_set(batch->opts->cancel))
        asked.status = FOV_E_CANCELLED;
    else
        rc = fov__score_row(&asked.marks, &row, asked.status, asked.answer.text, err);
    *how = asked.err;
    how->status = asked.status;
    asked.ms = fov__clock_ms() - start;
    if (rc >= 0 && !(asked.status == FOV_E_CANCELLED && fov_cancel_is_set(batch->opts->cancel)))
        rc = add_line(batch, item, &row, &asked, folder, err);
done:
    fov_session_free(asked.session);
    fov_model_free(own);
    fov__free(batch->ctx, dir);
    fov__row_drop(&row);
    return rc;
}
