/* SPDX-License-Identifier: MIT */
/* See batch_support.h. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "batch/batch_support.h"

#include <ftw.h>

static fov_status open_script(fov_model **out, fov_context *ctx, const char *id, void *user,
                              fov_error *err)
{
    const struct bench *bench = user;

    (void)id;
    return fov_model_new_script(out, ctx, bench->script, strlen(bench->script), err);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void bench_remove(const char *folder)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    assert_int_equal(fov_context_new(&bench->ctx, NULL, NULL), FOV_OK);
    snprintf(bench->folder, sizeof(bench->folder), "/tmp/fov-batch-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    snprintf(bench->questions, sizeof(bench->questions), "%s/q.jsonl", bench->folder);
    snprintf(bench->out, sizeof(bench->out), "%s/out", bench->folder);
    fov_batch_opts_init(&bench->opts);
    fov_session_opts_init(&bench->session);
    fov_batch_summary_init(&bench->sum);
    bench->opts.out_dir = bench->out;
    bench->opts.session = &bench->session;
    bench->opts.model = open_script;
    bench->opts.model_user = bench;
    bench->opts.model_per_item = 1;
    bench->opts.model_options = "{\"model\":\"script\"}";
    bench->opts.no_report = 1;
    bench->script = "[{\"text\":\"ANSWER: 42\\nREASON: it says so.\\nEVIDENCE: img_0\"}]";
    pthread_mutex_init(&bench->lock, NULL);
    fov__buf_init(&bench->events, bench->ctx, 1 << 20);
}

void bench_close(struct bench *bench)
{
    fov_batch_summary_free(&bench->sum);
    fov__buf_free(&bench->events);
    pthread_mutex_destroy(&bench->lock);
    fov_context_free(bench->ctx);
    bench_remove(bench->folder);
}

void bench_ask(struct bench *bench, const char *text)
{
    assert_int_equal(fov__file_write(bench->ctx, bench->questions, text, strlen(text), false, NULL),
                     FOV_OK);
}

static void on_event(const fov_batch_event *event, void *user)
{
    struct bench *bench = user;

    pthread_mutex_lock(&bench->lock);
    fov__buf_addf(&bench->events, "%d %llu %s %s\n", (int)event->kind,
                  (unsigned long long)event->line, event->id ? event->id : "-",
                  event->text ? event->text : "-");
    bench->items += event->kind == FOV_BATCH_ITEM;
    if (event->kind == FOV_BATCH_ITEM && bench->cancel_after_first)
        fov_cancel_set(bench->cancel_after_first);
    pthread_mutex_unlock(&bench->lock);
}

fov_status bench_run(struct bench *bench)
{
    fov__buf_reset(&bench->events);
    fov__buf_adds(&bench->events, "");
    bench->items = 0;
    return fov_batch_run(bench->ctx, bench->questions, &bench->opts, on_event, bench, &bench->sum,
                         &bench->err);
}

char *bench_read(const struct bench *bench, const char *name)
{
    fov_bytes bytes = {NULL, 0, NULL};
    char path[256], *text = NULL;

    snprintf(path, sizeof(path), "%s/%s", bench->out, name);
    if (fov__file_read(&bytes, bench->ctx, path, 1 << 28, NULL) == FOV_OK)
        text = strdup((char *)bytes.data);
    fov_bytes_free(&bytes);
    return text;
}

void bench_write(const struct bench *bench, const char *name, const char *text, size_t len)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", bench->out, name);
    assert_int_equal(fov__file_write(bench->ctx, path, text, len, false, NULL), FOV_OK);
}

size_t bench_count(const char *text, const char *needle)
{
    size_t n = 0;

    for (const char *p = text ? strstr(text, needle) : NULL; p; p = strstr(p + 1, needle))
        n++;
    return n;
}
