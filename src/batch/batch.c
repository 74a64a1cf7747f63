/* SPDX-License-Identifier: MIT */
/* The run: what is chosen and not done yet is shared out to workers, each with a model of its own;
 * then the results are counted. It asks nothing itself, and whatever it is killed in, the folder
 * holds every item that was done, once. */
#include "batch/batch_internal.h"

#include <unistd.h>

void fov_batch_opts_init(fov_batch_opts *opts)
{
    memset(opts, 0, sizeof(*opts));
    opts->struct_size = (uint32_t)sizeof(*opts);
}

void fov_batch_summary_init(fov_batch_summary *summary)
{
    memset(summary, 0, sizeof(*summary));
    summary->struct_size = (uint32_t)sizeof(*summary);
}

void fov_batch_summary_free(fov_batch_summary *summary)
{
    if (!summary)
        return;
    fov_bytes_free(&summary->table);
    fov_bytes_free(&summary->json);
}

static fov_status check_opts(const fov_batch_opts *opts, fov_error *err)
{
    if (opts->struct_size != sizeof(*opts))
        return fov__fail(err, FOV_E_ARG, 0, "opts.struct_size",
                         "struct_size is %u, this library's is %u", (unsigned)opts->struct_size,
                         (unsigned)sizeof(*opts));
    if (!opts->out_dir || !opts->out_dir[0])
        return fov__fail(err, FOV_E_ARG, 0, "out_dir", "a batch needs a folder to write to");
    if (!opts->model)
        return fov__fail(err, FOV_E_ARG, 0, "model", "a batch needs a function that makes models");
    if (opts->jobs > FOV__BATCH_JOBS_MAX)
        return fov__fail(err, FOV_E_ARG, 0, "jobs", "jobs is %u, 1 to %d are allowed",
                         (unsigned)opts->jobs, FOV__BATCH_JOBS_MAX);
    if (opts->shard_count ? opts->shard < 1 || opts->shard > opts->shard_count : opts->shard != 0)
        return fov__fail(err, FOV_E_ARG, 0, "shard",
                         "shard %u of %u: the first is 1 of the count, the last the count itself",
                         (unsigned)opts->shard, (unsigned)opts->shard_count);
    return FOV_OK;
}

/* ---- telling -------------------------------------------------------------------------------- */

static void tell(struct fov_batch *batch, int32_t kind, size_t line, const char *id,
                 const char *text)
{
    fov_batch_event event;

    if (!batch->on_event)
        return;
    pthread_mutex_lock(&batch->lock);
    event = batch->counts;
    pthread_mutex_unlock(&batch->lock);
    event.struct_size = (uint32_t)sizeof(event);
    event.kind = kind;
    event.line = line;
    event.id = id;
    event.text = text;
    event.elapsed_ms = fov__clock_ms() - batch->start;
    batch->on_event(&event, batch->user);
}

static void tell_bad_row(size_t line, const char *reason, void *user)
{
    tell(user, FOV_BATCH_BAD_ROW, line, NULL, reason);
}

/* ---- choosing ------------------------------------------------------------------------------- */

static void choose(struct fov_batch *batch)
{
    const fov_batch_opts *opts = batch->opts;
    uint64_t left = opts->limit ? opts->limit : UINT64_MAX;

    for (size_t i = 0; i < batch->questions->count; i++) {
        struct fov_batch_item *item = &batch->questions->items[i];

        item->is_chosen = left > 0 && (opts->shard_count == 0 ||
                                       (item->line - 1) % opts->shard_count == opts->shard - 1);
        if (!item->is_chosen)
            continue;
        left--;
        batch->counts.total++;
        batch->counts.already += item->is_done;
        batch->counts.errors += item->is_error;
    }
    batch->counts.done = batch->counts.already;
}

/* ---- the workers ---------------------------------------------------------------------------- */

static bool must_stop(struct fov_batch *batch)
{
    bool has_failed;

    pthread_mutex_lock(&batch->lock);
    has_failed = batch->failed.status < 0 || batch->streak.is_over;
    pthread_mutex_unlock(&batch->lock);
    return has_failed || fov_cancel_is_set(batch->opts->cancel);
}

static void fail_run(struct fov_batch *batch, fov_status rc, const fov_error *err)
{
    pthread_mutex_lock(&batch->lock);
    if (batch->failed.status >= 0) {
        batch->failed = *err;
        batch->failed.status = rc;
    }
    pthread_mutex_unlock(&batch->lock);
}

static fov_status work_on(struct fov_batch *batch, const struct fov_batch_item *item,
                          fov_model *model, fov_error *err)
{
    fov_error how = {0};
    fov_status rc = fov__batch_item_run(batch, item, model, &how, err);

    if (rc < 0 || (how.status == FOV_E_CANCELLED && fov_cancel_is_set(batch->opts->cancel)))
        return rc;
    pthread_mutex_lock(&batch->lock);
    batch->counts.done++;
    batch->counts.errors += how.status < 0;
    if (!batch->opts->keep_going)
        fov__streak_add(&batch->streak, (size_t)(item - batch->questions->items), &how);
    pthread_mutex_unlock(&batch->lock);
    tell(batch, FOV_BATCH_ITEM, item->line, item->id, fov_status_name(how.status));
    return FOV_OK;
}

static void work(uint32_t worker, void *user)
{
    struct fov_batch *batch = user;
    struct fov_questions *q = batch->questions;
    fov_model *model = NULL;
    fov_error err = {0};
    fov_status rc = FOV_OK;
    size_t i;

    (void)worker;
    while (rc >= 0 && !must_stop(batch) && (i = atomic_fetch_add(&batch->next, 1)) < q->count) {
        const struct fov_batch_item *item = &q->items[i];

        if (!item->is_chosen || item->is_done)
            continue;
        if (!model && !batch->opts->model_per_item)
            rc = batch->opts->model(&model, batch->ctx, NULL, batch->opts->model_user, &err);
        if (rc >= 0)
            rc = work_on(batch, item, model, &err);
    }
    fov_model_free(model);
    if (rc < 0)
        fail_run(batch, rc, &err);
}

/* ---- from start to end ---------------------------------------------------------------------- */

/* The folder as an earlier run left it, or a new one. */
static fov_status begin(struct fov_batch *batch, const char *questions, bool is_new,
                        const fov_bytes *options, fov_error *err)
{
    struct fov_results results;
    char said[96];
    fov_status rc =
        is_new ? FOV_OK : fov__run_check(batch->ctx, batch->opts->out_dir, options, err);

    memset(&results, 0, sizeof(results));
    if (rc >= 0 && !is_new)
        rc = fov__results_load(&results, batch->ctx, batch->opts->out_dir, batch->questions,
                               batch->opts->retry_errors != 0, err);
    /* Nothing is written before all of it was found to fit. */
    if (rc >= 0 && is_new)
        rc = fov__run_write(batch->ctx, batch->opts->out_dir, questions, options, NULL, err);
    if (rc >= 0)
        rc = fov__batch_folder_ready(batch->ctx, batch->opts->out_dir, err);
    if (rc >= 0 && is_new)
        rc = fov__results_load(&results, batch->ctx, batch->opts->out_dir, batch->questions, false,
                               err);
    if (rc >= 0 && results.is_dirty)
        rc = fov__results_mend(&results, batch->opts->out_dir, batch->questions, err);
    if (rc >= 0 && results.dropped) {
        fov__format(said, sizeof(said), "%llu damaged or cut lines of results.jsonl were dropped",
                    (unsigned long long)results.dropped);
        tell(batch, FOV_BATCH_DROPPED, 0, NULL, said);
    }
    if (results.ctx)
        fov__results_drop(&results);
    return rc;
}

static fov_status finish(struct fov_batch *batch, const char *questions, const fov_bytes *options,
                         fov_batch_summary *out, fov_error *err)
{
    struct fov_results results;
    const char *name;
    fov_status rc =
        fov__results_load(&results, batch->ctx, batch->opts->out_dir, batch->questions, false, err);

    if (rc < 0)
        return rc;
    out->total = batch->counts.total;
    out->done = batch->counts.done;
    out->already = batch->counts.already;
    out->errors = batch->counts.errors;
    out->bad_rows = batch->questions->bad_rows;
    out->elapsed_ms = fov__clock_ms() - batch->start;
    rc = fov__tally(out, batch->ctx, &results, err);
    if (rc >= 0)
        rc = fov__run_write(batch->ctx, batch->opts->out_dir, questions, options, &out->json, err);
    /* A report is passed on; where its questions lie on this machine is nobody's business. */
    name = strrchr(questions, '/') ? strrchr(questions, '/') + 1 : questions;
    if (rc >= 0 && !batch->opts->no_report && !batch->streak.is_over &&
        !fov_cancel_is_set(batch->opts->cancel))
        rc = fov__report_write(batch->ctx, batch->opts->out_dir, name, batch->questions, &results,
                               &out->table, batch->opts->jobs, batch->opts->cancel, err);
    fov__results_drop(&results);
    return rc;
}

/* Share out what is left. A cancelled run is cut short, so that nothing follows from its items. */
static fov_status ask_all(struct fov_batch *batch, uint32_t jobs, fov_error *err)
{
    fov_status rc = fov__results_open(&batch->file, batch->ctx, batch->opts->out_dir, err);

    if (rc < 0)
        return rc;
    choose(batch);
    tell(batch, FOV_BATCH_START, 0, NULL, NULL);
    fov__parallel(jobs, jobs, work, batch);
    fov__results_close(&batch->file);
    if (batch->failed.status < 0) {
        if (err)
            *err = batch->failed;
        return batch->failed.status;
    }
    if (batch->streak.is_over ||
        (!fov_cancel_is_set(batch->opts->cancel) && fov__streak_end(&batch->streak))) {
        batch->counts.done -= batch->streak.count;
        batch->counts.errors -= batch->streak.count;
        rc = fov__streak_undo(&batch->streak, batch->ctx, batch->opts->out_dir, batch->questions,
                              err);
    }
    return rc;
}

static fov_status run(struct fov_batch *batch, const char *questions, bool is_new,
                      fov_batch_summary *out, fov_error *err)
{
    const uint32_t jobs = batch->opts->jobs ? batch->opts->jobs : 1;
    fov_bytes options = {NULL, 0, NULL};
    fov_status rc = fov__run_options(&options, batch->ctx, batch->opts, err);

    if (rc >= 0)
        rc = begin(batch, questions, is_new, &options, err);
    if (rc >= 0)
        rc = ask_all(batch, jobs, err);
    if (rc >= 0)
        rc = finish(batch, questions, &options, out, err);
    if (rc >= 0 && batch->streak.is_over)
        rc = fov__streak_fail(&batch->streak, err);
    else if (rc >= 0 && fov_cancel_is_set(batch->opts->cancel))
        rc = fov__fail(err, FOV_E_CANCELLED, 0, "batch",
                       "the batch was cancelled with %llu of %llu items done; the same run goes on",
                       (unsigned long long)batch->counts.done,
                       (unsigned long long)batch->counts.total);
    fov_bytes_free(&options);
    return rc;
}

fov_status fov_batch_run(fov_context *ctx, const char *questions, const fov_batch_opts *opts,
                         fov_batch_event_fn on_event, void *user, fov_batch_summary *out,
                         fov_error *err)
{
    struct fov_batch batch;
    bool is_new = false;
    int lock = -1;
    fov_status rc;

    if (!ctx || !questions || !opts || !out || out->struct_size != sizeof(*out))
        return fov__fail(err, FOV_E_ARG, 0, "batch",
                         "fov_batch_run needs a context, the questions, "
                         "options and an initialised summary");
    rc = check_opts(opts, err);
    if (rc < 0)
        return rc;
    memset(&batch, 0, sizeof(batch));
    batch.ctx = ctx;
    batch.opts = opts;
    batch.on_event = on_event;
    batch.user = user;
    batch.start = fov__clock_ms();
    batch.file.fd = -1;
    atomic_init(&batch.next, 0);
    pthread_mutex_init(&batch.lock, NULL);
    fov_batch_summary_free(out);
    fov_batch_summary_init(out);
    rc = fov__questions_open(&batch.questions, ctx, questions, tell_bad_row, &batch, err);
    if (rc >= 0)
        rc = fov__batch_folder_open(&lock, ctx, opts->out_dir, &is_new, err);
    if (rc >= 0)
        rc = run(&batch, questions, is_new, out, err);
    if (lock >= 0)
        close(lock);
    fov__questions_free(batch.questions);
    pthread_mutex_destroy(&batch.lock);
    if (rc >= 0)
        fov__ok(err);
    return rc;
}
