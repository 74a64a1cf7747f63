/* SPDX-License-Identifier: MIT */
/* Writing: what stands in the folder afterwards, and what a writer refuses. */
#include "scenario.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fov_transcript *start(const struct scenario *s)
{
    struct fov_transcript *t = NULL;
    assert_int_equal(fov__transcript_new(&t, s->ctx, s->dir, NULL, NULL), FOV_OK);
    fov__transcript_begin(t, "header");
    assert_int_equal(fov__transcript_end(t, true, NULL), FOV_OK);
    return t;
}

static void writer__numbers_its_lines_and_says_where_blobs_are(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = start(s);
    struct fov_jw *jw = fov__transcript_begin(t, "call");
    fov__jw_string(jw, "name", "a\nb");
    assert_int_equal(fov__transcript_end(t, false, NULL), FOV_OK);
    assert_int_equal(fov__transcript_close(t, NULL), FOV_OK);
    char *text = scenario_read(scenario_path(s->dir, "transcript.jsonl"), NULL);
    assert_string_equal(text,
                        "{\"event\":\"header\",\"n\":0,\"transcript\":1,\"blobs\":\"blobs\"}\n"
                        "{\"event\":\"call\",\"n\":1,\"name\":\"a\\nb\"}\n");
    free(text);
}

static void writer__never_writes_over_a_transcript(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = start(s), *second = NULL;
    fov_error err;
    assert_int_equal(fov__transcript_new(&second, s->ctx, s->dir, NULL, &err), FOV_E_STATE);
    assert_null(second);
    assert_non_null(strstr(err.message, "/run/transcript.jsonl\""));
    assert_int_equal(fov__transcript_close(t, NULL), FOV_OK);
    assert_int_equal(fov__transcript_new(&second, s->ctx, s->dir, NULL, &err), FOV_E_STATE);
}

static void writer__names_the_folder_that_it_cannot_make(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = NULL;
    fov_error err;
    const char *dir = scenario_path(s->root, "no/such/parent");
    assert_int_equal(fov__transcript_new(&t, s->ctx, dir, NULL, &err), FOV_E_IO);
    assert_non_null(strstr(err.message, "no/such/parent"));
    assert_int_equal(fov__transcript_new(&t, s->ctx, "", NULL, &err), FOV_E_ARG);
}

static void writer__stores_a_blob_once(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = start(s);
    struct stat before, after;
    char sha256[FOV_SHA256_HEX] = "", again[FOV_SHA256_HEX] = "";
    assert_int_equal(fov__transcript_blob(t, "hello", 5, sha256, NULL), FOV_OK);
    assert_string_equal(sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    const char *path = scenario_path(scenario_path(s->dir, "blobs"), sha256);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(fov__transcript_blob(t, "hello", 5, again, NULL), FOV_OK);
    assert_string_equal(again, sha256);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino,
                     after.st_ino); /* a new one would have been renamed into place */
    assert_int_equal(scenario_count_files(scenario_path(s->dir, "blobs")), 1);
    assert_int_equal(fov__transcript_close(t, NULL), FOV_OK);
}

static void writer__shares_a_blob_folder_relative_to_its_own(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = NULL;
    struct fov_log *log = NULL;
    char sha256[FOV_SHA256_HEX] = "";
    assert_int_equal(fov__transcript_new(&t, s->ctx, s->dir, "../shared", NULL), FOV_OK);
    fov__transcript_begin(t, "header");
    assert_int_equal(fov__transcript_end(t, true, NULL), FOV_OK);
    assert_int_equal(fov__transcript_blob(t, "x", 1, sha256, NULL), FOV_OK);
    assert_int_equal(fov__transcript_close(t, NULL), FOV_OK);
    assert_int_equal(access(scenario_path(scenario_path(s->root, "shared"), sha256), R_OK), 0);
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, NULL), FOV_OK);
    assert_string_equal(log->blobs, scenario_path(s->dir, "../shared"));
    fov__log_free(log);
}

static void sink__takes_everything_and_keeps_nothing(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = NULL;
    char sha256[FOV_SHA256_HEX] = "";
    assert_int_equal(fov__transcript_new(&t, s->ctx, NULL, NULL, NULL), FOV_OK);
    for (int i = 0; i < 1000; i++) {
        struct fov_jw *jw = fov__transcript_begin(t, i == 0 ? "header" : "call");
        fov__jw_array(jw, "deep");
        fov__jw_string(jw, NULL, "words");
        fov__jw_end_array(jw);
        assert_int_equal(fov__transcript_end(t, true, NULL), FOV_OK);
    }
    assert_int_equal(fov__transcript_blob(t, "hello", 5, sha256, NULL), FOV_OK);
    assert_int_equal(strlen(sha256), 64);
    assert_int_equal(fov__transcript_close(t, NULL), FOV_OK);
    assert_int_equal(scenario_count_files(s->root), 0);
    assert_int_equal(fov__transcript_close(NULL, NULL), FOV_OK);
}

static void writer__refuses_what_could_not_be_read_back(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = start(s);
    fov_error err;
    struct fov_jw *jw = fov__transcript_begin(t, "response");
    fov__jw_raw(jw, "raw", "{\"a\":1,\"a\":2}", 13);
    assert_int_equal(fov__transcript_end(t, true, &err), FOV_E_INTERNAL);
    assert_non_null(strstr(err.message, "\"response\" is not JSON"));
    fov__transcript_begin(t, "answer"); /* failing is sticky, and says the same again */
    assert_int_equal(fov__transcript_end(t, true, &err), FOV_E_INTERNAL);
    assert_non_null(strstr(err.message, "\"response\" is not JSON"));
    char sha256[FOV_SHA256_HEX] = "";
    assert_int_equal(fov__transcript_blob(t, "x", 1, sha256, NULL), FOV_E_INTERNAL);
    assert_int_equal(fov__transcript_close(t, &err), FOV_E_INTERNAL);
    struct fov_log *log = NULL;
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, NULL), FOV_OK); /* what was there stays */
    assert_int_equal(log->count, 1);
    fov__log_free(log);
}

static void writer__refuses_a_line_above_the_loaders_limit(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = start(s);
    const size_t size = FOV__LOG_LINE_MAX;
    char *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, 'a', size);
    text[size] = '\0';
    struct fov_jw *jw = fov__transcript_begin(t, "response");
    fov__jw_string(jw, "text", text);
    assert_int_equal(fov__transcript_end(t, true, NULL), FOV_E_LIMIT);
    assert_int_equal(fov__transcript_close(t, NULL), FOV_E_LIMIT);
    free(text);
}

static void writer__notices_wrong_use(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = NULL;
    fov_error err;
    assert_int_equal(fov__transcript_new(&t, s->ctx, NULL, NULL, NULL), FOV_OK);
    fov__transcript_begin(t, "answer"); /* no header yet */
    assert_int_equal(fov__transcript_end(t, false, &err), FOV_E_INTERNAL);
    fov__transcript_close(t, NULL);
    assert_int_equal(fov__transcript_new(&t, s->ctx, NULL, NULL, NULL), FOV_OK);
    fov__jw_array(fov__transcript_begin(t, "header"), "open");
    assert_int_equal(fov__transcript_end(t, false, &err), FOV_E_INTERNAL);
    assert_non_null(strstr(err.message, "open"));
    fov__transcript_close(t, NULL);
    assert_int_equal(fov__transcript_new(&t, s->ctx, NULL, NULL, NULL), FOV_OK);
    fov__transcript_begin(t, "header");
    assert_int_equal(fov__transcript_end(t, false, &err), FOV_OK);
    assert_int_equal(fov__transcript_end(t, false, &err), FOV_E_INTERNAL);
    fov__transcript_close(t, NULL);
}

/* A full disk, as a limit on the size of files: the line is cut, the rest is refused, and what was
 * whole before can be read. */
static void writer__leaves_a_readable_transcript_when_the_disk_is_full(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = start(s);
    struct rlimit before, small;
    struct fov_log *log = NULL;
    char text[3000];
    fov_error err;
    fov_status rc = FOV_OK;
    memset(text, '.', sizeof(text));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 10000;
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 10 && rc == FOV_OK; i++) {
        fov__jw_string_n(fov__transcript_begin(t, "call"), "text", text, sizeof(text));
        rc = fov__transcript_end(t, true, &err);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, old);
    assert_int_equal(rc, FOV_E_IO);
    assert_non_null(strstr(err.message, "line 5 of the transcript cannot be written"));
    assert_int_equal(fov__transcript_close(t, NULL), FOV_E_IO);
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_OK);
    assert_int_equal(log->count, 4);
    assert_int_equal(log->cut_lines, 1);
    fov__log_free(log);
}

int suite_writer(void)
{
    const struct CMUnitTest tests[] = {
        test_scenario(writer__numbers_its_lines_and_says_where_blobs_are),
        test_scenario(writer__never_writes_over_a_transcript),
        test_scenario(writer__names_the_folder_that_it_cannot_make),
        test_scenario(writer__stores_a_blob_once),
        test_scenario(writer__shares_a_blob_folder_relative_to_its_own),
        test_scenario(sink__takes_everything_and_keeps_nothing),
        test_scenario(writer__refuses_what_could_not_be_read_back),
        test_scenario(writer__refuses_a_line_above_the_loaders_limit),
        test_scenario(writer__notices_wrong_use),
        test_scenario(writer__leaves_a_readable_transcript_when_the_disk_is_full),
    };
    return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
