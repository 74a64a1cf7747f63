/* SPDX-License-Identifier: MIT */
/* The chart tools on real charts, by scripts that know no more than who looks at the picture: ticks
 * are where an eye sees them, in whole pixels; every value comes from the operations. What is right
 * is written in testdata's truth.json and in vega's specifications: 2 % or 3 pixels. */
#include "op/chart_world.h"

#include <math.h>
#include <stdio.h>

static void within(const struct world *w, const char *path, double want, double px)
{
    const double got = number(w, path), slack = fabs(want) * 0.02 > px ? fabs(want) * 0.02 : px;
    if (fabs(got - want) > slack)
        fail_msg("%s is %g, gold %g, in %s", path, got, want, (const char *)w->text.data);
}

/* Six bars without a number on them. */
static void charts__bars_are_read(void **state)
{
    static const double gold[] = {34, 58, 46, 71, 25, 63};
    struct world w;
    (void)state;
    world_open_file(&w, "charts/axis-libraries.png");
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[52,429],\"value\":0},{\"at\":[52,235],\"value\":40},"
         "{\"at\":[52,42],\"value\":80}]}");
    near(number(&w, "residual_px.max"), 0, 1);
    call(&w, "components", "{\"box\":[56,44,627,436],\"order\":\"across\"}");
    assert_int_equal(count(&w, "parts"), 6);
    call(&w, "read", "{\"parts\":[\"fact_1\"],\"calibration\":[\"fact_0\"]}");
    for (int i = 0; i < 6; i++) {
        char path[32];
        snprintf(path, sizeof(path), "parts.%d.y.value", i);
        within(&w, path, gold[i], 0);
    }
    world_close(&w);
}

/* Bars that hang below zero, on an axis without a line of its own. */
static void charts__bars_below_zero_are_read(void **state)
{
    static const double gold[] = {24, 31, 18, -12, -35, -22, 9, 27};
    struct world w;
    (void)state;
    world_open_file(&w, "charts/axis-balance.png");
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[40,423],\"value\":-40},{\"at\":[40,328],\"value\":-"
         "20},"
         "{\"at\":[40,234],\"value\":0},{\"at\":[40,45],\"value\":40}]}");
    call(&w, "components", "{\"order\":\"across\"}");
    assert_int_equal(count(&w, "parts"), 8);
    call(&w, "read", "{\"parts\":[\"fact_1\"],\"calibration\":[\"fact_0\"]}");
    for (int i = 0; i < 8; i++) {
        char path[32];
        snprintf(path, sizeof(path), "parts.%d.y.value", i);
        within(&w, path, gold[i], 3 * 0.2119);
    }
    world_close(&w);
}

/* Lying bars, on a JPEG-free but tinted page. */
static void charts__lying_bars_are_read(void **state)
{
    static const double gold[] = {3420, 2960, 2610, 1840, 1330, 910};
    struct world w;
    (void)state;
    world_open_file(&w, "charts/axis-heights.png");
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"ticks\":[{\"at\":[88,480],\"value\":0},{\"at\":[232,480],\"value\":"
         "1000},"
         "{\"at\":[521,480],\"value\":3000},{\"at\":[664,480],\"value\":4000}]}");
    call(&w, "components", "{\"order\":\"down\",\"min_area\":2000}");
    assert_int_equal(count(&w, "parts"), 6);
    call(&w, "read", "{\"parts\":[\"fact_1\"],\"calibration\":[\"fact_0\"]}");
    for (int i = 0; i < 6; i++) {
        char path[32];
        snprintf(path, sizeof(path), "parts.%d.x.value", i);
        within(&w, path, gold[i], 0);
    }
    world_close(&w);
}

static void charts__bars_of_vega_are_read(void **state)
{
    static const double gold[] = {28, 55, 43, 91, 81, 53, 19, 87, 52};
    struct world w;
    (void)state;
    world_open_file(&w, "vega/bar.png");
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[45,310],\"value\":0},{\"at\":[45,161],\"value\":50},"
         "{\"at\":[45,10],\"value\":100}]}");
    call(&w, "components", "{\"order\":\"across\"}");
    assert_int_equal(count(&w, "parts"), 9);
    call(&w, "read", "{\"parts\":[\"fact_1\"],\"calibration\":[\"fact_0\"]}");
    for (int i = 0; i < 9; i++) {
        char path[32];
        snprintf(path, sizeof(path), "parts.%d.y.value", i);
        within(&w, path, gold[i], 1);
    }
    world_close(&w);
}

/* Stacked bars in a JPEG: the lower ends of the upper parts, on a zoom of the plot. */
static void charts__bars_in_a_jpeg_are_read(void **state)
{
    struct world w;
    (void)state;
    world_open_file(&w, "charts/jpeg-donations.jpg");
    call(&w, "zoom", "{\"box\":[90,50,700,470]}");
    call(&w, "components", "{\"image\":\"img_1\",\"order\":\"down\",\"min_area\":1000}");
    assert_int_equal(count(&w, "parts"), 6);
    near(number(&w, "parts.0.source_px.2"), 371.8, 3);
    near(number(&w, "parts.1.source_px.2"), 603.2, 3);
    near(number(&w, "parts.5.source_px.2"), 189.9, 3);
    near(number(&w, "parts.0.box.2"), 371.8 - 90, 3);
    world_close(&w);
}

/* Two points of a curve: where a line down the picture meets it. */
static void charts__points_of_a_curve_are_read(void **state)
{
    struct world w;
    (void)state;
    world_open_file(&w, "charts/line-internet.png");
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[58,553],\"value\":0},{\"at\":[58,358],\"value\":40},"
         "{\"at\":[58,67],\"value\":100}]}");
    /* Iceland in 2010 and Chile in 2012. */
    call(&w, "measure",
         "{\"what\":\"profile\",\"points\":[[428,70],[428,130]],"
         "\"calibration\":[\"fact_0\"]}");
    int at = -1;
    for (int i = 0; i < count(&w, "parts") && at < 0; i++) {
        char path[32];
        snprintf(path, sizeof(path), "parts.%d.at.1", i);
        if (number(&w, path) > 90)
            at = i;
    }
    assert_true(at >= 0);
    char path[32];
    snprintf(path, sizeof(path), "parts.%d.y.value", at);
    within(&w, path, 93, 3 * 0.206);
    call(&w, "read", "{\"points\":[[502,286]],\"calibration\":[\"fact_0\"]}");
    within(&w, "parts.0.y.value", 55, 0);
    world_close(&w);
}

/* A scatter's dots: both axes at once, one colour. */
static void charts__dots_are_read_on_two_axes(void **state)
{
    static const double gold[][2] = {{42, 118}, {55, 149},  {68, 171}, {81, 226},
                                     {97, 240}, {110, 301}, {124, 322}};
    struct world w;
    (void)state;
    world_open_file(&w, "charts/scatter-houses.png");
    call(
        &w, "calibrate",
        "{\"axis\":\"x\",\"ticks\":[{\"at\":[52,478],\"value\":30},{\"at\":[376,478],\"value\":90},"
        "{\"at\":[699,478],\"value\":150}]}");
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[50,475],\"value\":100},{\"at\":[50,302],\"value\":"
         "200},"
         "{\"at\":[50,43],\"value\":350}]}");
    call(&w, "components", "{\"box\":[53,43,699,475],\"order\":\"across\"}");
    const int dots = count(&w, "parts");
    assert_int_equal(dots, 7);
    call(&w, "read", "{\"parts\":[\"fact_2\"],\"calibration\":[\"fact_0\",\"fact_1\"]}");
    for (int i = 0; i < 7; i++) {
        char path[32];
        snprintf(path, sizeof(path), "parts.%d.x.value", i);
        within(&w, path, gold[i][0], 0);
        snprintf(path, sizeof(path), "parts.%d.y.value", i);
        within(&w, path, gold[i][1], 0);
    }
    world_close(&w);
}

static void charts__the_largest_slice_is_measured(void **state)
{
    struct world w;
    (void)state;
    world_open_file(&w, "charts/pie-continents.png");
    call(&w, "components", "{\"box\":[150,40,605,490]}");
    within(&w, "parts.0.of_parts", 0.38, 0);
    /* The same by its angle: from twelve, round the middle, to where it ends. */
    call(&w, "measure", "{\"what\":\"angle\",\"points\":[[378,60],[378,263],[525,419]]}");
    within(&w, "of_circle", 0.38, 0);
    world_close(&w);
    world_open_file(&w, "vega/arc_pie.png");
    call(&w, "components", "{\"box\":[0,0,310,310]}");
    assert_int_equal(count(&w, "parts"), 6);
    within(&w, "parts.0.of_parts", 10.0 / 38, 0);
    within(&w, "parts.5.of_parts", 3.0 / 38, 0);
    world_close(&w);
}

/* Scans that lie askew by 7 and by -3 degrees. */
static void charts__the_turn_of_a_scan_is_found(void **state)
{
    struct world w;
    (void)state;
    world_open_file(&w, "charts/turn7-bridges.png");
    call(&w, "lines", "{\"min_angle\":-30,\"max_angle\":30}");
    near(number(&w, "parts.0.angle"), 7, 0.14);
    world_close(&w);
    world_open_file(&w, "charts/turn3-inventory.jpg");
    call(&w, "lines", "{\"min_angle\":-30,\"max_angle\":30}");
    near(number(&w, "parts.0.angle"), -3, 0.06);
    near(number(&w, "parts.5.angle"), -3, 0.06);
    /* And undone, they lie straight. */
    call(&w, "rotate", "{\"degrees\":3}");
    call(&w, "lines", "{\"image\":\"img_1\",\"min_angle\":-30,\"max_angle\":30}");
    near(number(&w, "parts.0.angle"), 0, 0.05);
    world_close(&w);
}

/* A calibration made on the whole reads parts that were found in a turned zoom. */
static void charts__looks_at_one_chart_share_its_axes(void **state)
{
    struct world w;
    (void)state;
    world_open_file(&w, "charts/axis-libraries.png");
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[52,429],\"value\":0},{\"at\":[52,235],\"value\":40},"
         "{\"at\":[52,42],\"value\":80}]}");
    call(&w, "zoom", "{\"box\":[340,60,440,440]}");
    call(&w, "rotate", "{\"image\":\"img_1\",\"degrees\":90}");
    call(&w, "components", "{\"image\":\"img_2\",\"min_area\":5000}");
    assert_int_equal(count(&w, "parts"), 1);
    call(&w, "read", "{\"image\":\"img_2\",\"parts\":[\"fact_1.1\"],\"calibration\":[\"fact_0\"]}");
    within(&w, "parts.0.y.value", 71, 0);
    near(number(&w, "parts.0.source_px.1"), 85, 1);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charts__bars_are_read),
        cmocka_unit_test(charts__bars_below_zero_are_read),
        cmocka_unit_test(charts__lying_bars_are_read),
        cmocka_unit_test(charts__bars_of_vega_are_read),
        cmocka_unit_test(charts__bars_in_a_jpeg_are_read),
        cmocka_unit_test(charts__points_of_a_curve_are_read),
        cmocka_unit_test(charts__dots_are_read_on_two_axes),
        cmocka_unit_test(charts__the_largest_slice_is_measured),
        cmocka_unit_test(charts__the_turn_of_a_scan_is_found),
        cmocka_unit_test(charts__looks_at_one_chart_share_its_axes),
    };
    return cmocka_run_group_tests_name("chart_tools", tests, NULL, NULL);
}
