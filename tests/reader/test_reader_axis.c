/* SPDX-License-Identifier: MIT */
#include "reader/suites.h"

static void axis__leaves_out_a_misread_tick(void **state)
{
    const double position[] = {400, 350, 300, 250, 200, 150};
    const double value[] = {0, 25, 50, 15, 100, 125}; /* 75 was read as 15 */
    bool agrees[6];
    struct reader_axis axis;
    (void)state;
    assert_true(fov__reader_axis_fit(&axis, position, value, 6, 3, 1.5, agrees));
    assert_int_equal(axis.ticks, 5);
    assert_false(agrees[3]);
    assert_true(axis.slope > -0.5001 && axis.slope < -0.4999);
}

static void axis__needs_three_ticks_that_agree(void **state)
{
    const double position[] = {400, 300, 200};
    const double value[] = {0, 50, 70};
    struct reader_axis axis;
    (void)state;
    assert_false(fov__reader_axis_fit(&axis, position, value, 3, 3, 1.5, NULL));
    assert_false(axis.is_found);
    assert_false(fov__reader_axis_fit(&axis, position, value, 0, 3, 1.5, NULL));
}

static void axis__puts_a_lost_point_back(void **state)
{
    struct reader_text text;
    struct reader_number number;
    (void)state;
    memset(&text, 0, sizeof(text));
    text.view = -1;
    fov__reader_merge(&text, "1437", 0.9, 0, 1);
    assert_true(fov__reader_axis_settle(&text, 14.35, 0.1, &number));
    assert_true(number.value > 14.369 && number.value < 14.371);
    assert_int_equal(number.decimals, 2);
    /* Far from where the scale puts it, it is no reading of this place. */
    assert_false(fov__reader_axis_settle(&text, 20, 0.5, &number));
}

static void axis__takes_the_reading_that_fits(void **state)
{
    struct reader_text text;
    struct reader_number number;
    (void)state;
    memset(&text, 0, sizeof(text));
    text.view = -1;
    fov__reader_merge(&text, "23", 0.9, 0, 1);
    fov__reader_merge(&text, "28", 0.5, 1, 2);
    assert_true(fov__reader_axis_settle(&text, 27.8, 0.6, &number));
    assert_int_equal((int)number.value, 28);
}

static void axis__is_found_among_other_numbers(void **state)
{
    struct drawing d;
    struct reader_axis axis;
    (void)state;
    drawing_open(&d, 400, 300);
    drawing_see(&d);
    drawing_word(&d, 30, 250, "0");
    drawing_word(&d, 30, 200, "20");
    drawing_word(&d, 30, 150, "40");
    drawing_word(&d, 30, 100, "60");
    drawing_word(&d, 120, 90, "63");
    drawing_word(&d, 220, 140, "44");
    drawing_word(&d, 120, 260, "2019");
    drawing_word(&d, 220, 260, "2020");
    drawing_word(&d, 320, 260, "2021");
    assert_true(fov__reader_axis_find(&axis, d.scene, false));
    assert_int_equal(axis.ticks, 4);
    assert_true(d.scene->texts[0].is_used);
    assert_false(d.scene->texts[4].is_used);
    /* A row of years is no scale of values. */
    assert_false(fov__reader_axis_find(&axis, d.scene, true));
    drawing_close(&d);
}

int suite_reader_axis(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(axis__leaves_out_a_misread_tick),
                                       cmocka_unit_test(axis__needs_three_ticks_that_agree),
                                       cmocka_unit_test(axis__puts_a_lost_point_back),
                                       cmocka_unit_test(axis__takes_the_reading_that_fits),
                                       cmocka_unit_test(axis__is_found_among_other_numbers)};
    return cmocka_run_group_tests_name("reader_axis", tests, NULL, NULL);
}
