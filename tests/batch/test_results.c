/* SPDX-License-Identifier: MIT */
/* results.jsonl under damage: what does not hold is asked again, what holds never. */
#include "batch/batch_support.h"

#define ITEM(id) \
    "{\"id\":\"" id "\",\"image\":\"" CHART "\",\"question\":\"Q?\",\"answer\":\"42\"}\n"

static void begin(struct bench *bench)
{
    bench_open(bench);
    bench_ask(bench, ITEM("a") ITEM("b") ITEM("c"));
    assert_int_equal(bench_run(bench), FOV_OK);
    assert_int_equal(bench->items, 3);
}

static void expect_whole(struct bench *bench)
{
    char *text = bench_read(bench, "results.jsonl");

    assert_non_null(text);
    assert_int_equal(bench_count(text, "\n"), 3);
    assert_int_equal(bench_count(text, "{\"id\":\"a\""), 1);
    assert_int_equal(bench_count(text, "{\"id\":\"b\""), 1);
    assert_int_equal(bench_count(text, "{\"id\":\"c\""), 1);
    free(text);
}

/* At every length: the cut line is asked again, and nothing else. */
static void results__survive_a_cut_at_any_byte(void **state)
{
    struct bench bench;
    char *text;
    size_t len, last;

    (void)state;
    begin(&bench);
    text = bench_read(&bench, "results.jsonl");
    len = strlen(text);
    last = len - 1;
    while (text[last - 1] != '\n')
        last--;
    for (size_t cut = last; cut < len; cut += cut + 40 < len && cut > last + 8 ? 37 : 1) {
        bench_write(&bench, "results.jsonl", text, cut);
        assert_int_equal(bench_run(&bench), FOV_OK);
        /* Only the newline is missing: the line is whole. */
        assert_int_equal(bench.items, cut == len - 1 ? 0 : 1);
        expect_whole(&bench);
    }
    free(text);
    bench_close(&bench);
}

static void results__drop_a_line_that_was_damaged(void **state)
{
    struct bench bench;
    char *text, *at;

    (void)state;
    begin(&bench);
    text = bench_read(&bench, "results.jsonl");
    at = strstr(text, "\"answer\":\"42\"");
    at[11] = '5'; /* another answer, the old checksum */
    bench_write(&bench, "results.jsonl", text, strlen(text));
    free(text);
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 1);
    assert_non_null(strstr(bench.events.data, "1 damaged or cut lines"));
    expect_whole(&bench);
    bench_close(&bench);
}

static void results__keep_the_first_of_two(void **state)
{
    struct bench bench;
    char *text, *twice;

    (void)state;
    begin(&bench);
    text = bench_read(&bench, "results.jsonl");
    twice = malloc(2 * strlen(text) + 1);
    assert_non_null(twice);
    sprintf(twice, "%s%s", text, text);
    bench_write(&bench, "results.jsonl", twice, strlen(twice));
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 0);
    expect_whole(&bench);
    free(text);
    free(twice);
    bench_close(&bench);
}

static void results__are_made_again_when_they_are_gone(void **state)
{
    struct bench bench;
    char path[128];

    (void)state;
    begin(&bench);
    snprintf(path, sizeof(path), "%s/results.jsonl", bench.out);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 3);
    expect_whole(&bench);
    bench_close(&bench);
}

static void results__refuse_items_that_were_asked_otherwise(void **state)
{
    struct bench bench;
    char *before, *after;

    (void)state;
    begin(&bench);
    before = bench_read(&bench, "results.jsonl");
    bench_ask(&bench, ITEM("a") ITEM("b") "{\"id\":\"c\",\"image\":\"" CHART
                                          "\",\"question\":\"Another?\"}\n");
    assert_int_equal(bench_run(&bench), FOV_E_STATE);
    assert_non_null(strstr(bench.err.message, "the item \"c\" (line 3) has another"));
    bench_ask(&bench, ITEM("a") ITEM("b"));
    assert_int_equal(bench_run(&bench), FOV_E_STATE);
    assert_non_null(strstr(bench.err.message, "\"c\", which the questions do not have"));
    after = bench_read(&bench, "results.jsonl");
    assert_string_equal(before, after);
    /* More items are welcome, in any order. */
    bench_ask(&bench, ITEM("d") ITEM("c") ITEM("b") ITEM("a"));
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 1);
    free(before);
    free(after);
    bench_close(&bench);
}

int suite_results(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results__survive_a_cut_at_any_byte),
        cmocka_unit_test(results__drop_a_line_that_was_damaged),
        cmocka_unit_test(results__keep_the_first_of_two),
        cmocka_unit_test(results__are_made_again_when_they_are_gone),
        cmocka_unit_test(results__refuse_items_that_were_asked_otherwise),
    };

    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
