/* SPDX-License-Identifier: MIT */
/* calibrate: the line through ticks, its residuals, and ticks that cannot be. */
#include "op/chart_world.h"

#include <math.h>
#include <stdio.h>

static void blank(uint8_t *p, int32_t x, int32_t y)
{
    (void)p;
    (void)x;
    (void)y;
}

static void op_calibrate__fits_a_line(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 1000, 500, 3, blank);
    assert_string_equal(
        call(&w, "calibrate",
             "{\"axis\":\"y\",\"ticks\":[{\"at\":[60,450],\"value\":0},{\"at\":[60,250],\"value\":"
             "100},"
             "{\"at\":[60,50],\"value\":200}]}"),
        "{\"axis\":\"y\",\"scale\":\"linear\",\"units_per_px\":-0.5,\"range\":[0,200],"
        "\"residual_px\":{\"max\":0,\"rms\":0},\"residual\":{\"max\":0,\"rms\":0},"
        "\"fit\":{\"at_0\":225,\"per_px\":-0.5,\"low\":0,\"high\":200}}");
    world_close(&w);
}

/* Against the normal equations, written out. */
static void op_calibrate__is_least_squares(void **state)
{
    static const double at[] = {41, 118.5, 205, 290, 367, 449}, value[] = {10, 20, 30, 40, 50, 60};
    struct world w;
    char arguments[1024], *end = arguments;
    double n = 6, sx = 0, sy = 0, sxx = 0, sxy = 0, max = 0, sum = 0;
    (void)state;
    world_open(&w, 1000, 500, 3, blank);
    end += sprintf(end, "{\"axis\":\"x\",\"ticks\":[");
    for (int i = 5; i >= 0; i--) { /* in any order */
        end += sprintf(end, "%s{\"at\":[%g,7],\"value\":%g}", i < 5 ? "," : "", at[i], value[i]);
        sx += at[i];
        sy += value[i];
        sxx += at[i] * at[i];
        sxy += at[i] * value[i];
    }
    sprintf(end, "]}");
    const double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx), at_0 = (sy - slope * sx) / n;
    for (int i = 0; i < 6; i++) {
        const double off = fabs(value[i] - at_0 - slope * at[i]) / slope;
        max = off > max ? off : max;
        sum += off * off;
    }
    call(&w, "calibrate", arguments);
    near(number(&w, "fit.at_0"), at_0, 1e-10);
    near(number(&w, "fit.per_px"), slope, 1e-12);
    near(number(&w, "residual_px.max"), max, 0.006);
    near(number(&w, "residual_px.rms"), sqrt(sum / 6), 0.006);
    near(number(&w, "residual.max"), max * slope, 0.01 * max * slope);
    assert_true(has(&w, "warning"));
    assert_non_null(strstr(text(&w, "warning"), "ticks["));
    world_close(&w);
}

static void op_calibrate__knows_log_scales(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 1000, 500, 3, blank);
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"scale\":\"log\",\"ticks\":[{\"at\":[100,1],\"value\":0.1},"
         "{\"at\":[300,1],\"value\":10},{\"at\":[500,1],\"value\":1000}]}");
    near(number(&w, "fit.at_0"), -2, 1e-12);
    near(number(&w, "fit.per_px"), 0.01, 1e-14);
    near(number(&w, "factor_per_px"), pow(10, 0.01), 1e-5);
    near(number(&w, "range.0"), 0.1, 1e-12);
    near(number(&w, "range.1"), 1000, 1e-9);
    near(number(&w, "residual_factor.max"), 1, 1e-3);
    /* The same ticks on a linear scale are far off, and it says why. */
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"ticks\":[{\"at\":[100,1],\"value\":0.1},"
         "{\"at\":[300,1],\"value\":10},{\"at\":[500,1],\"value\":1000}]}");
    assert_non_null(strstr(text(&w, "warning"), "scale log fits them better"));
    world_close(&w);
}

static void op_calibrate__knows_dates(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 1000, 500, 3, blank);
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"scale\":\"date\",\"ticks\":[{\"at\":[0,1],\"value\":2021},"
         "{\"at\":[181,1],\"value\":\"2021-07\"},{\"at\":[364,1],\"value\":\"2021-12-31\"}]}");
    near(number(&w, "days_per_px"), 1, 1e-9);
    assert_string_equal(text(&w, "range.0"), "2021-01-01");
    assert_string_equal(text(&w, "range.1"), "2021-12-31");
    near(number(&w, "residual_px.max"), 0, 0.01);
    world_close(&w);
}

static void op_calibrate__says_that_two_ticks_prove_nothing(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 1000, 500, 3, blank);
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[1,10],\"value\":5},{\"at\":[1,90],\"value\":-5}]}");
    assert_string_equal(text(&w, "note"), "two ticks cannot check each other; a third would");
    near(number(&w, "range.0"), -5, 0);
    world_close(&w);
}

static void op_calibrate__warns_of_a_tick_that_is_off(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 1000, 500, 3, blank);
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[1,400],\"value\":0},{\"at\":[1,300],\"value\":10},"
         "{\"at\":[1,210],\"value\":20},{\"at\":[1,100],\"value\":30},{\"at\":[1,0],\"value\":40}]"
         "}");
    assert_non_null(strstr(text(&w, "warning"), "ticks[2] is 8.0 px off"));
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[1,400],\"value\":0},{\"at\":[1,300],\"value\":10},"
         "{\"at\":[1,201],\"value\":20},{\"at\":[1,100],\"value\":30}]}");
    assert_false(has(&w, "warning"));
    world_close(&w);
}

static void op_calibrate__refuses_ticks_that_cannot_be(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 1000, 500, 3, blank);
    /* It names the tick. */
    refuse(&w, "calibrate",
           "{\"axis\":\"y\",\"ticks\":[{\"at\":[1,400],\"value\":0},{\"at\":[1,300],\"value\":30},"
           "{\"at\":[1,200],\"value\":20}]}",
           "calibrate.ticks[1]", "only rise or only fall along y; ticks[2] comes before");
    refuse(
        &w, "calibrate",
        "{\"axis\":\"x\",\"ticks\":[{\"at\":[1,400],\"value\":0},{\"at\":[1,300],\"value\":30}]}",
        "calibrate.ticks[1]", "apart along x");
    refuse(&w, "calibrate",
           "{\"axis\":\"y\",\"ticks\":[{\"at\":[1,400],\"value\":7},{\"at\":[1,300],\"value\":7}]}",
           "calibrate.ticks[0]", "only rise or only fall");
    refuse(&w, "calibrate",
           "{\"axis\":\"y\",\"scale\":\"log\",\"ticks\":[{\"at\":[1,400],\"value\":0},"
           "{\"at\":[1,300],\"value\":30}]}",
           "calibrate.ticks[0]", "above 0");
    refuse(&w, "calibrate",
           "{\"axis\":\"y\",\"ticks\":[{\"at\":[1,400],\"value\":0},{\"at\":[1,300],\"value\":\"30%"
           "\"}]}",
           "calibrate.ticks[1]", "a number");
    refuse(&w, "calibrate",
           "{\"axis\":\"y\",\"scale\":\"date\",\"ticks\":[{\"at\":[1,400],\"value\":\"2021-13\"},"
           "{\"at\":[1,300],\"value\":2022}]}",
           "calibrate.ticks[0]", "2021, 2021-03 or 2021-03-01");
    refuse(&w, "calibrate",
           "{\"axis\":\"y\",\"scale\":\"date\",\"ticks\":[{\"at\":[1,400],\"value\":2021.5},"
           "{\"at\":[1,300],\"value\":2022}]}",
           "calibrate.ticks[0]", "2021, 2021-03 or 2021-03-01");
    refuse(&w, "calibrate", "{\"axis\":\"y\",\"ticks\":[{\"at\":[1,400],\"value\":0}]}",
           "calibrate.ticks", "2");
    refuse(&w, "calibrate", "{\"ticks\":[{\"at\":[1,4],\"value\":0},{\"at\":[1,40],\"value\":1}]}",
           "calibrate.axis", "missing");
    world_close(&w);
}

int suite_calibrate(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_calibrate__fits_a_line),
        cmocka_unit_test(op_calibrate__is_least_squares),
        cmocka_unit_test(op_calibrate__knows_log_scales),
        cmocka_unit_test(op_calibrate__knows_dates),
        cmocka_unit_test(op_calibrate__says_that_two_ticks_prove_nothing),
        cmocka_unit_test(op_calibrate__warns_of_a_tick_that_is_off),
        cmocka_unit_test(op_calibrate__refuses_ticks_that_cannot_be),
    };
    return cmocka_run_group_tests_name("op_calibrate", tests, NULL, NULL);
}
