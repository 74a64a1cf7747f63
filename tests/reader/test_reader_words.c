/* SPDX-License-Identifier: MIT */
#include "reader/suites.h"

static struct reader_text unread(void)
{
    struct reader_text text;
    memset(&text, 0, sizeof(text));
    text.view = -1;
    return text;
}

static void merge__counts_readings_that_agree(void **state)
{
    struct reader_text text = unread();
    (void)state;
    fov__reader_merge(&text, "17 858", 0.7, 1, 2);
    fov__reader_merge(&text, "17 858", 0.9, 2, 4);
    assert_string_equal(text.text, "17 858");
    assert_int_equal(text.readings, 2);
    assert_int_equal(text.others, 0);
    assert_true(text.confidence > 0.89);
    assert_true(text.is_number);
}

static void merge__keeps_the_surer_reading_and_remembers_the_other(void **state)
{
    struct reader_text text = unread();
    (void)state;
    fov__reader_merge(&text, "4.37", 0.5, 1, 2);
    fov__reader_merge(&text, "14.37", 0.9, 2, 4);
    assert_string_equal(text.text, "14.37");
    assert_int_equal(text.view, 2);
    assert_int_equal(text.others, 1);
    assert_string_equal(text.other[0], "4.37");
    fov__reader_merge(&text, "437", 0.3, 3, 1);
    assert_string_equal(text.text, "14.37");
    assert_int_equal(text.others, 2);
}

static void merge__prefers_a_number_to_a_scrawl(void **state)
{
    struct reader_text text = unread();
    (void)state;
    fov__reader_merge(&text, "]Ad", 0.6, 1, 2);
    fov__reader_merge(&text, "143", 0.5, 1, 2);
    assert_string_equal(text.text, "143");
}

static void merge__is_not_moved_by_one_against_two(void **state)
{
    struct reader_text text = unread();
    (void)state;
    fov__reader_merge(&text, "28", 0.85, 1, 2);
    fov__reader_merge(&text, "28", 0.85, 2, 3);
    fov__reader_merge(&text, "23", 0.9, 3, 4);
    assert_string_equal(text.text, "28");
}

static void merge__ignores_nothing(void **state)
{
    struct reader_text text = unread();
    (void)state;
    fov__reader_merge(&text, "", 0.9, 1, 2);
    assert_int_equal(text.view, -1);
    assert_int_equal(text.readings, 0);
}

int suite_reader_words(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__counts_readings_that_agree),
        cmocka_unit_test(merge__keeps_the_surer_reading_and_remembers_the_other),
        cmocka_unit_test(merge__prefers_a_number_to_a_scrawl),
        cmocka_unit_test(merge__is_not_moved_by_one_against_two),
        cmocka_unit_test(merge__ignores_nothing)};
    return cmocka_run_group_tests_name("reader_words", tests, NULL, NULL);
}
