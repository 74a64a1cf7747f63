/* SPDX-License-Identifier: MIT */
/* read: places to values, with their error, whatever frames lie between; and facts that are no axis
 * or have no place. */
#include "op/chart_world.h"

#include <math.h>

/* Bars up to y = 50 and 150 and one down from the zero line at 300 to 350, on 400x400. */
static void bars(uint8_t *p, int32_t x, int32_t y)
{
    static const int32_t top[] = {50, 150, 300}, bottom[] = {300, 300, 350};
    const int32_t i = x / 100 - 1;
    if (i >= 0 && i < 3 && x % 100 < 50 && y >= top[i] && y < bottom[i]) {
        p[0] = 0x1f;
        p[1] = 0x77;
        p[2] = 0xb4;
    }
}

/* fact_0: y, 0 at 300, 100 at 100, 200 above the picture's top at -100 is beyond the ticks. fact_1:
 * x, a tenth of the pixel. fact_2: the bars. */
static void open_bars(struct world *w)
{
    world_open(w, 400, 400, 3, bars);
    call(w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[9,300],\"value\":0},{\"at\":[9,200],\"value\":50},"
         "{\"at\":[9,100],\"value\":100}]}");
    call(w, "calibrate",
         "{\"axis\":\"x\",\"ticks\":[{\"at\":[0,9],\"value\":0},{\"at\":[400,9],\"value\":40}]}");
    call(w, "components", "{\"order\":\"across\"}");
    assert_int_equal(count(w, "parts"), 3);
}

static void op_read__gives_values_with_the_error_of_a_pixel(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    assert_string_equal(
        call(&w, "read", "{\"points\":[[10,250],[10,80]],\"calibration\":[\"fact_0\"]}"),
        "{\"parts\":[{\"id\":1,\"at\":[10,250],\"source_px\":[10,250],\"y\":{\"value\":25,"
        "\"plus_minus\":0.5}},{\"id\":2,\"at\":[10,80],\"source_px\":[10,80],\"y\":{\"value\":110,"
        "\"plus_minus\":0.5,\"extrapolated\":true}}]}");
    world_close(&w);
}

/* What the ticks are off by is uncertain in what is read. */
static void op_read__adds_the_residual_of_the_axis(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[9,300],\"value\":0},{\"at\":[9,203],\"value\":50},"
         "{\"at\":[9,100],\"value\":100}]}");
    near(number(&w, "residual_px.max"), 2, 0.01);
    call(&w, "read", "{\"points\":[[10,250]],\"calibration\":[\"fact_3\"]}");
    near(number(&w, "parts.0.y.plus_minus"), 1.5, 0.01);
    world_close(&w);
}

/* Up and down: the end away from zero. */
static void op_read__takes_the_end_of_a_bar(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    call(&w, "read", "{\"parts\":[\"fact_2\"],\"calibration\":[\"fact_0\"]}");
    assert_int_equal(count(&w, "parts"), 3);
    near(number(&w, "parts.0.y.value"), 125, 1e-9);
    near(number(&w, "parts.1.y.value"), 75, 1e-9);
    near(number(&w, "parts.2.y.value"), -25, 1e-9);
    assert_true(has(&w, "parts.0.y.extrapolated"));
    assert_false(has(&w, "parts.1.y.extrapolated"));
    assert_string_equal(text(&w, "parts.2.of"), "fact_2.3");
    near(number(&w, "parts.2.at.1"), 350, 0);
    call(&w, "read", "{\"parts\":[\"fact_2\"],\"calibration\":[\"fact_1\"]}");
    near(number(&w, "parts.0.x.value"), 15, 1e-9); /* along x the right side is further from 0 */
    world_close(&w);
}

static void op_read__takes_the_end_that_is_named(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    call(&w, "read", "{\"parts\":[\"fact_2.1\"],\"calibration\":[\"fact_0\"],\"edge\":\"bottom\"}");
    near(number(&w, "parts.0.y.value"), 0, 1e-9);
    call(&w, "read", "{\"parts\":[\"fact_2.1\"],\"calibration\":[\"fact_1\"],\"edge\":\"left\"}");
    near(number(&w, "parts.0.x.value"), 10, 1e-9);
    call(&w, "read",
         "{\"parts\":[\"fact_2.1\"],\"calibration\":[\"fact_0\",\"fact_1\"],\"edge\":\"top\"}");
    near(number(&w, "parts.0.y.value"), 125, 1e-9);
    near(number(&w, "parts.0.x.value"), 12.5, 1e-9);
    /* With two axes the middle is meant: dots. */
    call(&w, "read", "{\"parts\":[\"fact_2.1\"],\"calibration\":[\"fact_0\",\"fact_1\"]}");
    near(number(&w, "parts.0.y.value"), (300 - 175) / 2.0, 0.26);
    call(&w, "read", "{\"parts\":[\"fact_2.1\"],\"calibration\":[\"fact_0\"],\"edge\":\"center\"}");
    near(number(&w, "parts.0.y.value"), (300 - 175) / 2.0, 0.26);
    world_close(&w);
}

/* Lines are read at their middle, or at an end. */
static void op_read__reads_lines(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    call(&w, "lines", "{\"min_angle\":88,\"max_angle\":92,\"min_length\":200}"); /* fact_3 */
    near(number(&w, "parts.0.line.1"), 50, 0.01);
    call(&w, "read", "{\"parts\":[\"fact_3.1\"],\"calibration\":[\"fact_0\"]}");
    near(number(&w, "parts.0.y.value"), 62.5, 0.1);
    call(&w, "read", "{\"parts\":[\"fact_3.1\"],\"calibration\":[\"fact_0\"],\"edge\":\"top\"}");
    near(number(&w, "parts.0.y.value"), 125, 0.1);
    world_close(&w);
}

/* Parts of a turned zoom, points in another turned zoom, an axis from the original. */
static void op_read__brings_frames_together(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    call(&w, "zoom", "{\"box\":[180,100,280,360]}");
    call(&w, "rotate", "{\"image\":\"img_1\",\"degrees\":90}");
    call(&w, "components", "{\"image\":\"img_2\"}"); /* fact_3: the second bar, lying */
    assert_int_equal(count(&w, "parts"), 1);
    call(&w, "read", "{\"parts\":[\"fact_3.1\"],\"calibration\":[\"fact_0\"]}");
    near(number(&w, "parts.0.y.value"), 75, 1e-6);
    near(number(&w, "parts.0.at.1"), 150, 1e-6); /* in img_0, which is the image of the call */
    call(&w, "read", "{\"image\":\"img_2\",\"parts\":[\"fact_3.1\"],\"calibration\":[\"fact_0\"]}");
    near(number(&w, "parts.0.y.value"), 75, 1e-6);
    near(number(&w, "parts.0.source_px.1"), 150, 1e-6);
    call(&w, "rotate", "{\"degrees\":17}");
    fov_point there;
    assert_int_equal(fov_graph_from_source(w.graph, 3, 0, (fov_point){220, 150}, &there, &w.err),
                     FOV_OK);
    char arguments[128];
    fov__format(arguments, sizeof(arguments),
                "{\"image\":\"img_3\",\"points\":[[%.6f,%.6f]],\"calibration\":[\"fact_0\"]}",
                there.x, there.y);
    call(&w, "read", arguments);
    near(number(&w, "parts.0.y.value"), 75, 0.01);
    world_close(&w);
}

static void op_read__reads_logarithms_and_dates(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"scale\":\"log\",\"ticks\":[{\"at\":[9,300],\"value\":1},"
         "{\"at\":[9,200],\"value\":10},{\"at\":[9,100],\"value\":100}]}");
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"scale\":\"date\",\"ticks\":[{\"at\":[0,9],\"value\":\"2021-01-01\"},"
         "{\"at\":[365,9],\"value\":\"2022-01-01\"}]}");
    call(&w, "read", "{\"points\":[[31,250],[59,200]],\"calibration\":[\"fact_3\",\"fact_4\"]}");
    near(number(&w, "parts.0.y.value"), sqrt(10), 0.01);
    near(number(&w, "parts.0.y.plus_minus"), sqrt(10) * (pow(10, 0.01) - 1), 0.001);
    near(number(&w, "parts.1.y.value"), 10, 0.01);
    assert_string_equal(text(&w, "parts.0.x.value"), "2021-02-01");
    assert_string_equal(text(&w, "parts.1.x.value"), "2021-03-01");
    near(number(&w, "parts.1.x.plus_minus_days"), 1, 1e-9);
    /* On a log scale a bar ends where it is more. */
    call(&w, "read", "{\"parts\":[\"fact_2.2\"],\"calibration\":[\"fact_3\"]}");
    near(number(&w, "parts.0.y.value"), pow(10, 1.5), 0.1);
    world_close(&w);
}

static void op_read__refuses_what_is_no_axis_and_has_no_place(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    call(&w, "sample", "{\"points\":[[10,10]]}"); /* fact_3: no parts */
    refuse(&w, "read", "{\"calibration\":[\"fact_0\"]}", "read.points", "is missing");
    refuse(&w, "read", "{\"points\":[[1,1]]}", "read.calibration", "is missing");
    refuse(&w, "read", "{\"points\":[[1,1]],\"calibration\":[\"fact_2\"]}", "read.calibration[0]",
           "fact_2, which is components; allowed: a fact of calibrate");
    refuse(&w, "read", "{\"points\":[[1,1]],\"calibration\":[\"fact_0\",\"fact_3\"]}",
           "read.calibration[1]", "fact_3, which is sample");
    refuse(&w, "read", "{\"points\":[[1,1]],\"calibration\":[\"fact_0.1\"]}", "read.calibration[0]",
           "fact_0.1");
    refuse(&w, "read", "{\"points\":[[1,1]],\"calibration\":[\"fact_0\",\"fact_0\"]}",
           "read.calibration[1]", "two of axis y");
    refuse(&w, "read", "{\"points\":[[1,1]],\"calibration\":[\"fact_9\"]}", "read.calibration",
           "fact_9");
    refuse(&w, "read", "{\"parts\":[\"fact_0\"],\"calibration\":[\"fact_0\"]}", "read.parts[0]",
           "fact_0, which is calibrate");
    refuse(&w, "read", "{\"parts\":[\"fact_3\"],\"calibration\":[\"fact_0\"]}", "read.parts[0]",
           "fact_3, which is sample");
    refuse(&w, "read", "{\"parts\":[\"fact_2.1\",\"fact_2.4\"],\"calibration\":[\"fact_0\"]}",
           "read.parts[1]", "fact_2.1 to fact_2.3");
    call(&w, "components", "{\"min_area\":100000}"); /* fact_4: none found */
    refuse(&w, "read", "{\"parts\":[\"fact_4\"],\"calibration\":[\"fact_0\"]}", "read.parts[0]",
           "fact_4 has no parts");
    world_close(&w);
}

static void op_read__refuses_another_original(void **state)
{
    struct world w;
    (void)state;
    open_bars(&w);
    world_add(&w, 50, 50, 3, bars); /* img_1 */
    refuse(&w, "read", "{\"image\":\"img_1\",\"points\":[[1,1]],\"calibration\":[\"fact_0\"]}",
           "read.calibration[0]", "the same original");
    call(&w, "calibrate",
         "{\"image\":\"img_1\",\"axis\":\"y\",\"ticks\":[{\"at\":[9,30],\"value\":0},"
         "{\"at\":[9,20],\"value\":50}]}");
    refuse(&w, "read", "{\"image\":\"img_1\",\"parts\":[\"fact_2\"],\"calibration\":[\"fact_3\"]}",
           "read.parts[0]", "the same original");
    world_close(&w);
}

int suite_read(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_read__gives_values_with_the_error_of_a_pixel),
        cmocka_unit_test(op_read__adds_the_residual_of_the_axis),
        cmocka_unit_test(op_read__takes_the_end_of_a_bar),
        cmocka_unit_test(op_read__takes_the_end_that_is_named),
        cmocka_unit_test(op_read__reads_lines),
        cmocka_unit_test(op_read__brings_frames_together),
        cmocka_unit_test(op_read__reads_logarithms_and_dates),
        cmocka_unit_test(op_read__refuses_what_is_no_axis_and_has_no_place),
        cmocka_unit_test(op_read__refuses_another_original),
    };
    return cmocka_run_group_tests_name("op_read", tests, NULL, NULL);
}
