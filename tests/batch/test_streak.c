/* SPDX-License-Identifier: MIT */
/* When items fail alike: which row of failures ends a run, and what it leaves. */
#include "batch/batch_support.h"

/* ---- the row itself ------------------------------------------------------------------------- */

static bool add(struct fov_streak *streak, size_t n, fov_status status, int32_t detail)
{
    fov_error how = {status, detail, "", ""};
    bool is_over = false;

    while (n-- > 0)
        is_over = fov__streak_add(streak, streak->count, &how);
    return is_over;
}

static void streak__ends_a_run_whose_model_refuses_all(void **state)
{
    static const struct {
        fov_status status;
        int32_t detail;
        bool is_of_model;
    } cases[] = {
        {FOV_E_NET, 0, true},         {FOV_E_NET, 111, true},       {FOV_E_PROVIDER, 401, true},
        {FOV_E_PROVIDER, 402, true},  {FOV_E_PROVIDER, 403, true},  {FOV_E_PROVIDER, 404, true},
        {FOV_E_PROVIDER, 407, true},  {FOV_E_PROVIDER, 429, true},  {FOV_E_PROVIDER, 500, true},
        {FOV_E_PROVIDER, 529, true},  {FOV_E_PROVIDER, 400, false}, {FOV_E_PROVIDER, 413, false},
        {FOV_E_PROVIDER, 422, false}, {FOV_E_PROVIDER, 200, false}, {FOV_E_PROVIDER, 0, false},
        {FOV_E_IO, 2, false},         {FOV_E_IMAGE, 0, false},      {FOV_E_LIMIT, 0, false}};

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct fov_streak first = {.count = 0}, later = {.count = 0}, few = {.count = 0};

        /* The first twenty: whatever it is. */
        assert_false(add(&first, FOV__BATCH_STREAK - 1, cases[i].status, cases[i].detail));
        assert_true(add(&first, 1, cases[i].status, cases[i].detail));
        /* After an answer: only what the model is the cause of. */
        assert_false(add(&later, 1, FOV_OK, 0));
        assert_false(add(&later, FOV__BATCH_STREAK - 1, cases[i].status, cases[i].detail));
        assert_int_equal(add(&later, 1, cases[i].status, cases[i].detail), cases[i].is_of_model);
        /* All that there were, fewer than twenty. */
        assert_false(add(&few, 3, cases[i].status, cases[i].detail));
        assert_int_equal(fov__streak_end(&few), cases[i].is_of_model);
    }
}

static void streak__is_broken_by_any_other_end(void **state)
{
    static const fov_error others[] = {{FOV_OK, 0, "", ""},
                                       {FOV_NOTE_UNSURE, 0, "", ""},
                                       {FOV_E_PROVIDER, 403, "", ""},
                                       {FOV_E_IO, 401, "", ""}};

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(others); i++) {
        struct fov_streak streak = {.count = 0};

        for (int round = 0; round < 5; round++) {
            assert_false(add(&streak, FOV__BATCH_STREAK - 1, FOV_E_PROVIDER, 401));
            assert_false(fov__streak_add(&streak, 0, &others[i]));
            assert_int_equal(streak.count, others[i].status < 0);
        }
        assert_false(fov__streak_end(&streak));
    }
}

/* Up to 64 workers: what they were asking when the row was full joins it or stays out. */
static void streak__takes_in_what_was_being_asked(void **state)
{
    struct fov_streak streak = {.count = 0};
    fov_error err = {0}, answered = {0};

    (void)state;
    assert_true(add(&streak, FOV__BATCH_STREAK, FOV_E_NET, 0));
    assert_true(fov__streak_add(&streak, 99, &answered));
    assert_int_equal(streak.count, FOV__BATCH_STREAK);
    assert_true(add(&streak, 1000, FOV_E_NET, 0));
    assert_int_equal(streak.count, FOV_COUNT(streak.item));
    assert_int_equal(fov__streak_fail(&streak, &err), FOV_E_NET);
    assert_string_equal(err.where, "items");
    assert_string_equal(err.message,
                        "84 items in a row failed alike and stay undone: the connection failed");
}

/* ---- runs ----------------------------------------------------------------------------------- */

/* Answers, but those whose turn has come to fail. */
struct moody {
    atomic_int asked;
    int from, to; /* of the requests, counted from 0, those that fail */
    fov_status status;
    int32_t detail;
};

static fov_status moody_say(void *user, const fov_request *request, fov_reply *reply,
                            fov_error *err)
{
    struct moody *moody = user;
    const int turn = atomic_fetch_add(&moody->asked, 1);

    (void)request;
    if (turn >= moody->from && turn < moody->to)
        return fov__fail(err, moody->status, moody->detail, "moody", "no words for the key");
    return fov_reply_add_text(reply, "ANSWER: 42", err);
}

static const fov_model_class moody_class = {sizeof(fov_model_class), "moody", moody_say, NULL};

static fov_status open_moody(fov_model **out, fov_context *ctx, const char *id, void *user,
                             fov_error *err)
{
    (void)id;
    return fov_model_new(out, ctx, &moody_class, user, err);
}

static void open_bench(struct bench *bench, struct moody *moody, int items)
{
    struct fov_buf text;

    bench_open(bench);
    bench->opts.model = open_moody;
    bench->opts.model_user = moody;
    bench->opts.model_per_item = 0;
    fov__buf_init(&text, bench->ctx, 1 << 20);
    for (int i = 0; i < items; i++)
        fov__buf_addf(&text,
                      "{\"id\":\"item-%d\",\"image\":\"" CHART
                      "\",\"question\":\"Q?\",\"answer\":\"42\"}\n",
                      i);
    bench_ask(bench, text.data);
    fov__buf_free(&text);
}

static size_t lines_of(const struct bench *bench)
{
    char *results = bench_read(bench, "results.jsonl");
    const size_t n = bench_count(results, "\n");

    assert_int_equal(bench_count(results, "FOV_E_"), bench->sum.errors);
    free(results);
    return n;
}

static void batch__stops_when_the_key_is_wrong(void **state)
{
    struct moody moody = {.to = 10000, .status = FOV_E_PROVIDER, .detail = 401};
    struct bench bench;

    (void)state;
    for (uint32_t jobs = 1; jobs <= 4; jobs += 3) {
        atomic_store(&moody.asked, 0);
        moody.to = 10000;
        open_bench(&bench, &moody, 40);
        bench.opts.jobs = jobs;
        assert_int_equal(bench_run(&bench), FOV_E_PROVIDER);
        assert_int_equal(bench.err.detail, 401);
        assert_string_equal(bench.err.where, "items");
        assert_non_null(strstr(bench.err.message, "no words for the key"));
        assert_true(bench.items >= FOV__BATCH_STREAK && bench.items < FOV__BATCH_STREAK + jobs);
        assert_int_equal(atomic_load(&moody.asked), bench.items);
        assert_int_equal(bench.sum.total, 40);
        assert_int_equal(bench.sum.done, 0);
        assert_int_equal(bench.sum.errors, 0);
        assert_int_equal(lines_of(&bench), 0);
        /* With the right key the same run does all. */
        moody.to = 0;
        assert_int_equal(bench_run(&bench), FOV_OK);
        assert_int_equal(bench.items, 40);
        assert_int_equal(bench.sum.right, 40);
        bench_close(&bench);
    }
}

/* A quota that is spent on the way: what was answered stays, what was refused is asked later. */
static void batch__stops_amid_and_keeps_what_was_answered(void **state)
{
    struct moody moody = {.from = 15, .to = 10000, .status = FOV_E_PROVIDER, .detail = 429};
    struct bench bench;
    char *run;

    (void)state;
    open_bench(&bench, &moody, 60);
    assert_int_equal(bench_run(&bench), FOV_E_PROVIDER);
    assert_int_equal(bench.items, 15 + FOV__BATCH_STREAK);
    assert_int_equal(bench.sum.done, 15);
    assert_int_equal(bench.sum.right, 15);
    assert_int_equal(lines_of(&bench), 15);
    run = bench_read(&bench, "run.json");
    assert_non_null(strstr(run, "\"summary\""));
    free(run);
    moody.to = 0;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 45);
    assert_int_equal(lines_of(&bench), 60);
    bench_close(&bench);
}

static void batch__stops_at_the_end_of_a_few(void **state)
{
    struct moody moody = {.to = 3, .status = FOV_E_NET};
    struct bench bench;

    (void)state;
    open_bench(&bench, &moody, 8);
    bench.opts.limit = 3;
    assert_int_equal(bench_run(&bench), FOV_E_NET);
    assert_int_equal(lines_of(&bench), 0);
    assert_non_null(strstr(bench.err.message, "3 items in a row"));
    bench.opts.limit = 0;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(lines_of(&bench), 8);
    bench_close(&bench);
}

/* A few failures among answers are these items' own, also when they come last. */
static void batch__keeps_errors_that_came_with_answers(void **state)
{
    struct moody moody = {.from = 5, .to = 8, .status = FOV_E_NET};
    struct bench bench;

    (void)state;
    open_bench(&bench, &moody, 8);
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.sum.errors, 3);
    assert_int_equal(lines_of(&bench), 8);
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 0);
    bench.opts.retry_errors = 1;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 3);
    assert_int_equal(bench.sum.right, 8);
    bench_close(&bench);
}

static void batch__goes_on_when_told(void **state)
{
    struct moody moody = {.to = 10000, .status = FOV_E_PROVIDER, .detail = 401};
    struct bench bench;

    (void)state;
    open_bench(&bench, &moody, 25);
    bench.opts.keep_going = 1;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.sum.errors, 25);
    assert_int_equal(lines_of(&bench), 25);
    moody.to = 0;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 0);
    bench.opts.retry_errors = 1;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.sum.right, 25);
    bench_close(&bench);
}

/* A folder that is not there ends a run at its beginning; pictures that are missing in the middle
 * cost these items. */
static void batch__tells_missing_pictures_from_a_missing_folder(void **state)
{
    struct moody moody = {.to = 0};
    struct bench bench;
    struct fov_buf text;

    (void)state;
    for (int good = 0; good < 2; good++) {
        open_bench(&bench, &moody, 1);
        fov__buf_init(&text, bench.ctx, 1 << 20);
        for (int i = 0; i < 60; i++)
            fov__buf_addf(&text, "{\"id\":%d,\"image\":\"%s\",\"question\":\"Q?\"}\n", i,
                          good && i % 30 == 0 ? CHART : "gone/gone.png");
        bench_ask(&bench, text.data);
        fov__buf_free(&text);
        assert_int_equal(bench_run(&bench), good ? FOV_OK : FOV_E_IO);
        assert_int_equal(bench.items, good ? 60 : FOV__BATCH_STREAK);
        assert_int_equal(lines_of(&bench), good ? 60 : 0);
        bench_close(&bench);
    }
}

int suite_streak(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streak__ends_a_run_whose_model_refuses_all),
        cmocka_unit_test(streak__is_broken_by_any_other_end),
        cmocka_unit_test(streak__takes_in_what_was_being_asked),
        cmocka_unit_test(batch__stops_when_the_key_is_wrong),
        cmocka_unit_test(batch__stops_amid_and_keeps_what_was_answered),
        cmocka_unit_test(batch__stops_at_the_end_of_a_few),
        cmocka_unit_test(batch__keeps_errors_that_came_with_answers),
        cmocka_unit_test(batch__goes_on_when_told),
        cmocka_unit_test(batch__tells_missing_pictures_from_a_missing_folder),
    };

    return cmocka_run_group_tests_name("streak", tests, NULL, NULL);
}
