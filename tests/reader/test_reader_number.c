/* SPDX-License-Identifier: MIT */
#include "reader/suites.h"

static double parsed(const char *text, bool lax)
{
    struct reader_number number;
    if (!fov__reader_number_parse(text, lax, &number))
        fail_msg("\"%s\" is a number", text);
    return number.value;
}

static void assert_value(const char *text, double expected)
{
    const double off = parsed(text, false) - expected;
    if (off > 1e-9 || off < -1e-9)
        fail_msg("\"%s\" is %g, not %g", text, expected, parsed(text, false));
}

static void number__reads_what_charts_print(void **state)
{
    (void)state;
    assert_value("13 136", 13136);
    assert_value("2 582 603", 2582603);
    assert_value("1,055", 1055);
    assert_value("64.11%", 64.11);
    assert_value("64,11 %", 64.11);
    assert_value("$5.2", 5.2);
    assert_value("\xe2\x82\xac 5.2", 5.2);
    assert_value("\xe2\x88\x92"
                 "28",
                 -28);
    assert_value("24.87% (2012)", 24.87);
    assert_value("4.26 t", 4.26);
    assert_value("2018*", 2018);
    assert_value("'20", 2020);
    assert_value("\xe2\x80\x99"
                 "98",
                 1998);
    assert_value("0.59%", 0.59);
}

static void number__is_no_word_and_no_list(void **state)
{
    struct reader_number number;
    (void)state;
    assert_false(fov__reader_number_parse("Guatemala", true, &number));
    assert_false(fov__reader_number_parse("", true, &number));
    assert_false(fov__reader_number_parse("1 050 1 055 12", true, &number));
    assert_false(fov__reader_number_parse("15 June 2020 was a Monday", true, &number));
    assert_false(fov__reader_number_parse("Q1", true, &number));
    /* Letters are taken for digits only where it is asked for, and only few of them. */
    assert_false(fov__reader_number_parse("1O5", false, &number));
    assert_true(fov__reader_number_parse("1O5", true, &number));
    assert_int_equal((int)number.value, 105);
}

static void number__finds_a_point_that_was_misread(void **state)
{
    (void)state;
    assert_true(parsed("198:1", true) > 198.09 && parsed("198:1", true) < 198.11);
    assert_true(parsed("218_7", true) > 218.69 && parsed("218_7", true) < 218.71);
}

static void number__tells_a_year(void **state)
{
    struct reader_number number;
    (void)state;
    assert_true(fov__reader_number_parse("2019", false, &number) && number.is_year);
    assert_true(fov__reader_number_parse("2 019", false, &number) && !number.is_year);
    assert_true(fov__reader_number_parse("2019%", false, &number) && !number.is_year);
    assert_true(fov__reader_number_parse("9181", false, &number) && !number.is_year);
}

static void number__stands_after_a_name(void **state)
{
    struct reader_number number;
    (void)state;
    const int32_t at = fov__reader_number_tail("United States 64.11%", &number);
    assert_int_equal(at, 14);
    assert_true(number.is_percent);
    assert_int_equal(fov__reader_number_tail("64.11%", &number), -1);
    assert_int_equal(fov__reader_number_tail("United States", &number), -1);
}

static void number__is_written_short(void **state)
{
    char text[40];
    (void)state;
    fov__reader_number_text(text, sizeof(text), 5564.0 + 1.0 / 3, 2);
    assert_string_equal(text, "5564.33");
    fov__reader_number_text(text, sizeof(text), 12, 2);
    assert_string_equal(text, "12");
}

int suite_reader_number(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(number__reads_what_charts_print),
                                       cmocka_unit_test(number__is_no_word_and_no_list),
                                       cmocka_unit_test(number__finds_a_point_that_was_misread),
                                       cmocka_unit_test(number__tells_a_year),
                                       cmocka_unit_test(number__stands_after_a_name),
                                       cmocka_unit_test(number__is_written_short)};
    return cmocka_run_group_tests_name("reader_number", tests, NULL, NULL);
}
