/* SPDX-License-Identifier: MIT */
/* Whole runs with a scripted model: what is written, resumed, refused, chosen, cancelled. */
#include "batch/batch_support.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#define ITEM(id, rest) "{\"id\":\"" id "\",\"image\":\"" CHART "\",\"question\":\"Q?\"" rest "}\n"

static const char LOOKS[] =
    "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[0,0,200,100]}}]},"
    "{\"text\":\"ANSWER: 42\\nEVIDENCE: img_1\"}]";

static void batch__writes_what_it_says(void **state)
{
    struct bench bench;
    char *results, *run, path[256];
    const char *digest;
    fov_replayed proof = FOV_REPLAYED_INIT;
    struct stat info;

    (void)state;
    bench_open(&bench);
    bench.script = LOOKS;
    bench.opts.jobs = 3;
    bench.opts.no_report = 0;
    bench_ask(&bench,
              ITEM("a", ",\"answer\":\"42\",\"type\":\"t\"") ITEM("../../x", ",\"answer\":1")
                  ITEM("n", ",\"answer\":null") ITEM("none", "")
                      ITEM("c", ",\"choices\":[\"41\",\"42\"],\"answer\":\"B\""));
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.sum.total, 5);
    assert_int_equal(bench.sum.done, 5);
    assert_int_equal(bench.sum.errors, 0);
    assert_int_equal(bench.sum.scored, 4);
    assert_int_equal(bench.sum.right, 2);
    assert_int_equal(bench.sum.wrong, 2);
    results = bench_read(&bench, "results.jsonl");
    assert_int_equal(bench_count(results, "\n"), 5);
    assert_non_null(strstr(results, "\"scores\":{\"choice\":1}"));
    assert_non_null(strstr(results, "\"transcript\":\"transcripts/%2E.%2F..%2Fx\""));
    assert_int_equal(bench_count(results, "\"op\":\"zoom\""), 5);
    run = bench_read(&bench, "run.json");
    assert_non_null(strstr(run, "\"profile\":\"generic\""));
    assert_non_null(strstr(run, "\"seed\":1"));
    /* The same pictures lie in blobs/ once, and the transcript proves its digest. */
    snprintf(path, sizeof(path), "%s/transcripts/a", bench.out);
    assert_int_equal(fov_transcript_verify(bench.ctx, path, NULL, NULL, &proof, &bench.err),
                     FOV_OK);
    digest = strstr(results, proof.digest);
    assert_non_null(digest);
    snprintf(path, sizeof(path), "%s/transcripts/a/blobs", bench.out);
    assert_int_not_equal(stat(path, &info), 0);
    snprintf(path, sizeof(path), "%s/../x", bench.folder);
    assert_int_not_equal(stat(path, &info), 0);
    snprintf(path, sizeof(path), "%s/report.html", bench.out);
    assert_int_equal(stat(path, &info), 0);
    free(results);
    free(run);
    bench_close(&bench);
}

static void batch__scores_the_same_whichever_is_first(void **state)
{
    static const char text[] = ITEM("a", ",\"answer\":\"42\"") ITEM("b", ",\"answer\":\"41\"")
        ITEM("c", ",\"answer\":\"7\"") ITEM("d", ",\"answer\":\"42\"")
            ITEM("e", ",\"answer\":\"x\"");
    struct bench bench[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        bench_open(&bench[i]);
        bench[i].opts.jobs = i ? 4 : 1;
        bench_ask(&bench[i], text);
        assert_int_equal(bench_run(&bench[i]), FOV_OK);
    }
    assert_string_equal((char *)bench[0].sum.table.data, (char *)bench[1].sum.table.data);
    /* 41 is within 5 % of 42. */
    assert_int_equal(bench[0].sum.right, 3);
    assert_non_null(strstr((char *)bench[0].sum.table.data, "all                      5   60.0%"));
    bench_close(&bench[0]);
    bench_close(&bench[1]);
}

static void batch__does_what_is_left(void **state)
{
    struct bench bench;
    char *results;

    (void)state;
    bench_open(&bench);
    bench_ask(&bench, ITEM("a", "") ITEM("b", "") ITEM("c", "") ITEM("d", ""));
    bench.opts.limit = 3;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 3);
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 0);
    assert_int_equal(bench.sum.already, 3);
    bench.opts.limit = 0;
    bench.opts.shard = 2;
    bench.opts.shard_count = 2; /* b and d */
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 1);
    assert_int_equal(bench.sum.total, 2);
    bench.opts.shard = bench.opts.shard_count = 0;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 0);
    results = bench_read(&bench, "results.jsonl");
    assert_int_equal(bench_count(results, "\n"), 4);
    free(results);
    bench_close(&bench);
}

/* Each machine has a folder of its own; their lines together are one batch's. Bad rows and empty
 * lines count as lines, so that every machine counts alike. */
static void batch__shards_cover_all_and_double_nothing(void **state)
{
    static const char text[] = ITEM("s0", "") ITEM("s1", "") "\n{\"id\":\"bad\"}\n" ITEM("s2", "")
        ITEM("s1", "") ITEM("s3", "") ITEM("s4", "") "\n\n" ITEM("s5", "") ITEM("s6", "");

    (void)state;
    for (uint32_t n = 2; n <= 12; n += 5) {
        size_t seen[7] = {0}, sum = 0;

        for (uint32_t i = 1; i <= n; i++) {
            struct bench bench;
            char *results;

            bench_open(&bench);
            bench.opts.shard = i;
            bench.opts.shard_count = n;
            bench.opts.jobs = 1 + i % 2;
            bench_ask(&bench, text);
            assert_int_equal(bench_run(&bench), FOV_OK);
            assert_int_equal(bench.sum.done, bench.sum.total);
            results = bench_read(&bench, "results.jsonl");
            for (int k = 0; k < 7; k++) {
                const char id[] = {'"', 's', (char)('0' + k), '"', '\0'};

                seen[k] += bench_count(results, id);
            }
            sum += bench.sum.total;
            free(results);
            bench_close(&bench);
        }
        assert_int_equal(sum, 7);
        for (int k = 0; k < 7; k++)
            assert_int_equal(seen[k], 1);
    }
}

static void batch__refuses_other_options_and_says_which(void **state)
{
    struct bench bench;
    char *before, *after;

    (void)state;
    bench_open(&bench);
    bench_ask(&bench, ITEM("a", "") ITEM("b", ""));
    bench.opts.limit = 1;
    assert_int_equal(bench_run(&bench), FOV_OK);
    before = bench_read(&bench, "run.json");
    bench.session.calls_max = 5;
    bench.opts.model_options = "{\"model\":\"other\",\"extra\":1}";
    assert_int_equal(bench_run(&bench), FOV_E_STATE);
    assert_non_null(strstr(bench.err.message, "calls was 15 and is 5"));
    assert_non_null(strstr(bench.err.message, "model was \"script\" and is \"other\""));
    assert_non_null(strstr(bench.err.message, "extra was not set and is 1"));
    bench.session.calls_max = 0;
    bench.opts.model_options = NULL;
    assert_int_equal(bench_run(&bench), FOV_E_STATE);
    assert_non_null(strstr(bench.err.message, "model was \"script\" and is not set"));
    after = bench_read(&bench, "run.json");
    assert_string_equal(before, after);
    free(before);
    free(after);
    bench_close(&bench);
}

static void batch__refuses_what_it_cannot_use(void **state)
{
    struct bench bench;
    char path[128];
    int fd;

    (void)state;
    bench_open(&bench);
    bench_ask(&bench, ITEM("a", ""));
    bench.session.profile = "nonesuch";
    assert_int_equal(bench_run(&bench), FOV_E_ARG);
    bench.session.profile = NULL;
    bench.session.out_dir = "x";
    assert_int_equal(bench_run(&bench), FOV_E_ARG);
    bench.session.out_dir = NULL;
    bench.opts.shard = 3;
    bench.opts.shard_count = 2;
    assert_int_equal(bench_run(&bench), FOV_E_ARG);
    bench.opts.shard = bench.opts.shard_count = 0;
    bench.opts.jobs = 65;
    assert_int_equal(bench_run(&bench), FOV_E_ARG);
    bench.opts.jobs = 1;
    bench.opts.model_options = "[]";
    assert_int_equal(bench_run(&bench), FOV_E_ARG);
    bench.opts.model_options = "{\"calls\":1}"; /* a member of ours */
    assert_true(bench_run(&bench) < 0);
    bench.opts.model_options = NULL;
    /* A session's folder, and one that somebody works in. */
    bench_write(&bench, "transcript.jsonl", "", 0);
    assert_int_equal(bench_run(&bench), FOV_E_STATE);
    snprintf(path, sizeof(path), "%s/transcript.jsonl", bench.out);
    unlink(path);
    snprintf(path, sizeof(path), "%s/lock", bench.out);
    fd = open(path, O_RDWR | O_CREAT, 0666);
    assert_true(fd >= 0 && flock(fd, LOCK_EX) == 0);
    assert_int_equal(bench_run(&bench), FOV_E_STATE);
    assert_non_null(strstr(bench.err.message, "another process"));
    close(fd);
    assert_int_equal(bench_run(&bench), FOV_OK);
    bench_close(&bench);
}

static void batch__asks_errors_again_only_when_told(void **state)
{
    struct bench bench;
    char *results;

    (void)state;
    bench_open(&bench);
    bench_ask(
        &bench,
        ITEM("a",
             ",\"answer\":\"42\"") "{\"id\":\"gone\",\"image\":\"gone.png\",\"question\":\"Q?\","
                                   "\"answer\":\"42\"}\n");
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.sum.errors, 1);
    assert_int_equal(bench.sum.scored, 2);
    assert_int_equal(bench.sum.right, 1);
    results = bench_read(&bench, "results.jsonl");
    assert_non_null(strstr(results, "\"status\":\"FOV_E_IO\",\"error\":\""));
    free(results);
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 0);
    assert_int_equal(bench.sum.errors, 1);
    bench.opts.retry_errors = 1;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 1);
    bench.script = "[{\"error\":\"FOV_E_NET\"}]";
    bench_ask(
        &bench,
        ITEM("a",
             ",\"answer\":\"42\"") "{\"id\":\"gone\",\"image\":\"gone.png\",\"question\":\"Q?\","
                                   "\"answer\":\"42\"}\n" ITEM("net", ""));
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 2);
    assert_int_equal(bench.sum.errors, 2);
    results = bench_read(&bench, "results.jsonl");
    assert_int_equal(bench_count(results, "\n"), 3);
    assert_non_null(strstr(results, "\"status\":\"FOV_E_NET\""));
    free(results);
    bench_close(&bench);
}

static void batch__leaves_undone_what_was_cancelled(void **state)
{
    fov_cancel *cancel = NULL;
    struct bench bench;
    char *results;

    (void)state;
    bench_open(&bench);
    bench_ask(&bench, ITEM("a", "") ITEM("b", "") ITEM("c", ""));
    assert_int_equal(fov_cancel_new(&cancel, bench.ctx, NULL), FOV_OK);
    bench.opts.cancel = bench.cancel_after_first = cancel;
    assert_int_equal(bench_run(&bench), FOV_E_CANCELLED);
    assert_non_null(strstr(bench.err.message, "with 1 of 3 items done"));
    results = bench_read(&bench, "results.jsonl");
    assert_int_equal(bench_count(results, "\n"), 1);
    free(results);
    fov_cancel_reset(cancel);
    bench.cancel_after_first = NULL;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 2);
    fov_cancel_free(cancel);
    bench_close(&bench);
}

static fov_status say_42(void *user, const fov_request *request, fov_reply *reply, fov_error *err)
{
    (void)user;
    (void)request;
    return fov_reply_add_text(reply, "ANSWER: 42", err);
}

static const fov_model_class answerer = {sizeof(fov_model_class), "answerer", say_42, NULL};

static fov_status open_answerer(fov_model **out, fov_context *ctx, const char *id, void *user,
                                fov_error *err)
{
    atomic_int *made = user;

    assert_null(id);
    if (atomic_fetch_add(made, 1) >= 2)
        return fov__fail(err, FOV_E_ARG, 0, "model", "no third model");
    return fov_model_new(out, ctx, &answerer, NULL, err);
}

/* As for a server, whose connection is kept from item to item. */
static void batch__makes_a_model_a_worker(void **state)
{
    struct bench bench;
    atomic_int made;

    (void)state;
    bench_open(&bench);
    atomic_init(&made, 0);
    bench.opts.model_per_item = 0;
    bench.opts.model = open_answerer;
    bench.opts.model_user = &made;
    bench.opts.jobs = 2;
    bench_ask(&bench, ITEM("a", "") ITEM("b", "") ITEM("c", "") ITEM("d", ""));
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 4);
    assert_true(atomic_load(&made) >= 1 && atomic_load(&made) <= 2);
    /* A worker without a model ends the run; the items stay undone. */
    atomic_store(&made, 2);
    bench_ask(&bench, ITEM("a", "") ITEM("b", "") ITEM("c", "") ITEM("d", "") ITEM("e", ""));
    assert_int_equal(bench_run(&bench), FOV_E_ARG);
    assert_string_equal(bench.err.message, "no third model");
    assert_int_equal(bench.items, 0);
    bench_close(&bench);
}

/* A transcript without a line of results is a killed run's: it is written anew. */
static void batch__clears_what_a_kill_has_left(void **state)
{
    struct bench bench;
    struct stat info;
    char path[128];

    (void)state;
    bench_open(&bench);
    bench_ask(&bench, ITEM("a", ""));
    assert_int_equal(bench_run(&bench), FOV_OK);
    bench_write(&bench, "results.jsonl", "", 0);
    bench_write(&bench, "transcripts/a/transcript.jsonl", "{\"event\":\"hea", 13);
    bench_write(&bench, "blobs/00.tmp-1-2", "x", 1);
    bench_write(&bench, "run.json.tmp-1-2", "x", 1);
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 1);
    snprintf(path, sizeof(path), "%s/blobs/00.tmp-1-2", bench.out);
    assert_int_not_equal(stat(path, &info), 0);
    snprintf(path, sizeof(path), "%s/run.json.tmp-1-2", bench.out);
    assert_int_not_equal(stat(path, &info), 0);
    bench_close(&bench);
}

/* Hostile text in every place that the page shows; a browser's view of it is report.py's. */
static void report__never_lets_text_become_markup(void **state)
{
    struct bench bench;
    char *page;

    (void)state;
    bench_open(&bench);
    bench.opts.no_report = 0;
    bench.script = "[{\"text\":\"ANSWER: </td><script>alert(1)</script>\\nREASON: <img src=x "
                   "onerror=alert(2)>\"}]";
    bench_ask(&bench, ITEM("<b>\\\"'&", ",\"type\":\"</option><svg onload=alert(3)>\","
                                        "\"answer\":\"</script><script>alert(4)</script>\""));
    assert_int_equal(bench_run(&bench), FOV_OK);
    page = bench_read(&bench, "report.html");
    assert_non_null(page);
    assert_null(strstr(page, "<script>alert"));
    assert_null(strstr(page, "<img src=x"));
    assert_null(strstr(page, "<svg"));
    assert_non_null(strstr(page, "&lt;/td&gt;&lt;script&gt;alert(1)"));
    assert_non_null(strstr(page, "&lt;b&gt;&quot;&#39;&amp;"));
    assert_non_null(strstr(page, "\"data:image/jpeg;base64,"));
    /* the two scripts of ours */
    assert_int_equal(bench_count(page, "<script"), 2);
    free(page);
    bench_close(&bench);
}

int suite_batch(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch__writes_what_it_says),
        cmocka_unit_test(batch__scores_the_same_whichever_is_first),
        cmocka_unit_test(batch__does_what_is_left),
        cmocka_unit_test(batch__shards_cover_all_and_double_nothing),
        cmocka_unit_test(batch__refuses_other_options_and_says_which),
        cmocka_unit_test(batch__refuses_what_it_cannot_use),
        cmocka_unit_test(batch__asks_errors_again_only_when_told),
        cmocka_unit_test(batch__leaves_undone_what_was_cancelled),
        cmocka_unit_test(batch__makes_a_model_a_worker),
        cmocka_unit_test(batch__clears_what_a_kill_has_left),
        cmocka_unit_test(report__never_lets_text_become_markup),
    };

    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
