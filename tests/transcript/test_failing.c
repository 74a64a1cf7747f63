/* SPDX-License-Identifier: MIT */
/* Memory that runs out at every place in turn, while writing, reading, verifying and showing. */
#define _XOPEN_SOURCE 700
#include "scenario.h"

#include "torture/torture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
    const struct scenario *s;
    char dir[128];
    int32_t form;
};

/* Forget what an earlier run left, without nftw(), which allocates. */
static void empty_folder(const char *dir)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/transcript.jsonl", dir);
    unlink(path);
    snprintf(path, sizeof(path),
             "%s/blobs/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", dir);
    unlink(path);
}

static const char long_words[] =
    "{\"box\":[1,2,3,4],\"label\":\"a rather long one, so that the buffer must grow\"}";

static fov_status write_words(struct fov_transcript *t)
{
    char sha256[FOV_SHA256_HEX] = "";
    struct fov_jw *jw = fov__transcript_begin(t, "header");
    fov__jw_string(jw, "profile", "generic");
    fov_status rc = fov__transcript_end(t, false, NULL);
    if (rc >= 0)
        rc = fov__transcript_blob(t, "hello", 5, sha256, NULL);
    if (rc < 0)
        return rc;
    jw = fov__transcript_begin(t, "call");
    fov__jw_raw(jw, "arguments", long_words, strlen(long_words));
    return fov__transcript_end(t, false, NULL);
}

static fov_status write_once(void *user)
{
    const struct job *job = user;
    fov_context *ctx = NULL;
    struct fov_transcript *t = NULL;
    empty_folder(job->dir);
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc >= 0)
        rc = fov__transcript_new(&t, ctx, job->dir, NULL, NULL);
    if (rc >= 0)
        rc = write_words(t);
    fov_status closed = fov__transcript_close(t, NULL);
    fov_context_free(ctx);
    return rc < 0 ? rc : closed;
}

static fov_status load_once(void *user)
{
    const struct job *job = user;
    fov_context *ctx = NULL;
    struct fov_log *log = NULL;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc >= 0)
        rc = fov__log_open(&log, ctx, job->s->dir, NULL);
    fov__log_free(log);
    fov_context_free(ctx);
    return rc;
}

static fov_status show_once(void *user)
{
    const struct job *job = user;
    fov_context *ctx = NULL;
    fov_bytes out = {NULL, 0, NULL};
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc >= 0)
        rc = fov_transcript_show(ctx, job->s->dir, job->form, &out, NULL);
    fov_bytes_free(&out);
    fov_context_free(ctx);
    return rc;
}

static fov_status verify_once(void *user)
{
    const struct job *job = user;
    fov_context *ctx = NULL;
    fov_replayed result = FOV_REPLAYED_INIT;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc >= 0)
        rc = fov_transcript_verify(ctx, job->s->dir, NULL, NULL, &result, NULL);
    fov_context_free(ctx);
    return rc;
}

static void run(torture_fn fn, struct job *job, const char *name, int flags)
{
    const int count = torture_run(fn, job, name, flags);
    if (count <= 0)
        fail_msg("%s: %s", name, count < 0 ? torture_reason() : "nothing was allocated");
}

/* A short one, of which every allocation of decoding and encoding fails once too. */
static void write_small(const struct scenario *s)
{
    struct fov_transcript *t = NULL;
    fov_graph *graph = NULL;
    fov_image *image = NULL;
    const uint8_t pixels[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    scenario_start(s, &graph, &t);
    assert_int_equal(fov_image_new_pixels(&image, s->ctx, pixels, 2, 2, 3, 6, NULL), FOV_OK);
    scenario_add(graph, t, image);
    assert_true(scenario_apply(graph, t, "rotate", "{\"degrees\":90}"));
    assert_true(scenario_apply(graph, t, "sample", "{\"image\":\"img_1\",\"points\":[[1,1]]}"));
    scenario_deliver(graph, s->ctx, t, 1, 4, 4);
    scenario_end(graph, t);
}

static void memory__runs_out_while_writing(void **state)
{
    const struct scenario *s = *state;
    struct job job = {.s = s};
    snprintf(job.dir, sizeof(job.dir), "%s/words", s->root);
    run(write_once, &job, "transcript write", TORTURE_STRICT);
}

static void memory__runs_out_while_reading(void **state)
{
    const struct scenario *s = *state;
    struct job job = {.s = s};
    scenario_write(s);
    run(load_once, &job, "transcript load", TORTURE_STRICT);
}

static void memory__runs_out_while_showing(void **state)
{
    const struct scenario *s = *state;
    struct job job = {.s = s};
    write_small(s);
    for (job.form = FOV_SHOW_TREE; job.form <= FOV_SHOW_MERMAID; job.form++)
        run(show_once, &job, "transcript show", TORTURE_STRICT);
}

/* May also be survived: a piece is then not kept in the cache. */
static void memory__runs_out_while_verifying(void **state)
{
    const struct scenario *s = *state;
    struct job job = {.s = s};
    write_small(s);
    run(verify_once, &job, "transcript verify", TORTURE_MAY_SUCCEED);
}

int suite_failing(void)
{
    const struct CMUnitTest tests[] = {
        test_scenario(memory__runs_out_while_writing),
        test_scenario(memory__runs_out_while_reading),
        test_scenario(memory__runs_out_while_showing),
        test_scenario(memory__runs_out_while_verifying),
    };
    return cmocka_run_group_tests_name("failing", tests, NULL, NULL);
}
