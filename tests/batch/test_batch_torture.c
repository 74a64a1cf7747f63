/* SPDX-License-Identifier: MIT */
/* Reading questions, judging answers and counting results with every allocation failing in turn. */
#include "batch/batch_support.h"
#include "torture/torture.h"

#define ROW(id, rest) \
    "{\"id\":\"" id "\",\"image\":\"a.png\",\"question\":\"Q?\",\"type\":\"t\"" rest "}\n"

/* The folder of a batch that is done; its files are only read below. */
struct ground {
    struct bench bench;
    bool with_tally; /* the C library's qsort() goes on without the memory that it asks for */
};

static fov_status score_all(fov_context *ctx, const struct fov_questions *q)
{
    fov_status rc = FOV_OK;

    for (size_t i = 0; rc >= 0 && i < q->count; i++) {
        struct fov_marks marks;
        struct fov_row row;

        rc = fov__row_read(&row, ctx, q->items[i].text, NULL);
        if (rc < 0)
            break;
        rc = fov__score_row(&marks, &row, FOV_OK, "the answer is surely (B) or 42", NULL);
        if (rc >= 0)
            rc = fov__score_row(&marks, &row, FOV_OK, "I think it must have been the first of x",
                                NULL);
        fov__row_drop(&row);
    }
    return rc;
}

static fov_status read_and_count(void *user)
{
    struct ground *ground = user;
    fov_batch_summary sum = FOV_BATCH_SUMMARY_INIT;
    struct fov_results results;
    struct fov_questions *q = NULL;
    fov_bytes options = {NULL, 0, NULL};
    fov_context *ctx = NULL;
    fov_status rc = torture_context_new(&ctx, NULL);

    memset(&results, 0, sizeof(results));
    if (rc >= 0)
        rc = fov__questions_open(&q, ctx, ground->bench.questions, NULL, NULL, NULL);
    if (rc >= 0)
        rc = score_all(ctx, q);
    if (rc >= 0)
        rc = fov__run_options(&options, ctx, &ground->bench.opts, NULL);
    if (rc >= 0)
        rc = fov__run_check(ctx, ground->bench.out, &options, NULL);
    if (rc >= 0)
        rc = fov__results_load(&results, ctx, ground->bench.out, q, false, NULL);
    if (rc >= 0 && ground->with_tally)
        rc = fov__tally(&sum, ctx, &results, NULL);
    if (results.line)
        fov__results_drop(&results);
    fov_batch_summary_free(&sum);
    fov_bytes_free(&options);
    fov__questions_free(q);
    fov_context_free(ctx);
    return rc;
}

static void batch__gives_memory_errors_and_leaks_nothing(void **state)
{
    struct ground ground;
    int failed;

    (void)state;
    bench_open(&ground.bench);
    bench_ask(&ground.bench, ROW("a", ",\"answer\":[\"42\",\"x\"]")
                                 ROW("b", ",\"answer\":\"B\",\"choices\":[\"x\",\"yes\"]")
                                     ROW("c", ",\"answer\":null"));
    assert_int_equal(bench_run(&ground.bench), FOV_OK);
    for (int i = 0; i < 2; i++) {
        ground.with_tally = i != 0;
        failed = torture_run(read_and_count, &ground, "batch",
                             i ? TORTURE_MAY_SUCCEED : TORTURE_STRICT);
        if (failed < 100)
            fail_msg("%d: %s", failed, torture_reason());
    }
    bench_close(&ground.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch__gives_memory_errors_and_leaks_nothing),
    };

    return cmocka_run_group_tests_name("batch_torture", tests, NULL, NULL);
}
