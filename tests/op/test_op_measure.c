/* SPDX-License-Identifier: MIT */
/* measure: lengths, angles, areas and profiles, through every geometry between. */
#include "op/chart_world.h"

#include <math.h>

/* A black line one pixel wide at x = 100, a grey step at x = 150.4, on 300x200. */
static void marks(uint8_t *p, int32_t x, int32_t y)
{
    const uint8_t grey = x == 100 ? 0 : x < 150 ? 255 : x == 150 ? 255 - 76 : 128;
    (void)y;
    p[0] = p[1] = p[2] = grey;
}

static void op_measure__distances_are_those_of_the_original(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, marks);
    assert_string_equal(call(&w, "measure", "{\"what\":\"distance\",\"points\":[[10,20],[40,60]]}"),
                        "{\"what\":\"distance\",\"length_px\":50,\"dx_px\":30,\"dy_px\":40,"
                        "\"direction\":53.13}");
    call(&w, "measure", "{\"what\":\"distance\",\"points\":[[40,60],[40,20]]}");
    near(number(&w, "direction"), 270, 0);
    /* A quarter turn changes where things lie and no length. */
    call(&w, "rotate", "{\"degrees\":90}");
    call(&w, "measure", "{\"image\":\"img_1\",\"what\":\"distance\",\"points\":[[10,20],[40,60]]}");
    near(number(&w, "length_px"), 50, 1e-9);
    near(number(&w, "dx_px"), 40, 1e-6);
    near(number(&w, "dy_px"), -30, 1e-6);
    /* Straightening to another size does not, either. */
    call(&w, "straighten", "{\"corners\":[[0,0],[300,0],[300,200],[0,200]]}");
    const fov_size size = fov_graph_size(w.graph, 2);
    char arguments[160];
    fov__format(arguments, sizeof(arguments),
                "{\"image\":\"img_2\",\"what\":\"distance\",\"points\":[[0,0],[%d,%d]]}",
                (int)size.width, (int)size.height);
    call(&w, "measure", arguments);
    near(number(&w, "length_px"), hypot(300, 200), 0.02);
    world_close(&w);
}

static void op_measure__tells_differences_along_axes(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, marks);
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[9,200],\"value\":0},{\"at\":[9,100],\"value\":50},"
         "{\"at\":[9,0],\"value\":100}]}");
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"scale\":\"log\",\"ticks\":[{\"at\":[0,9],\"value\":1},"
         "{\"at\":[100,9],\"value\":10},{\"at\":[200,9],\"value\":100}]}");
    call(&w, "measure",
         "{\"what\":\"distance\",\"points\":[[10,180],[110,20]],\"calibration\":"
         "[\"fact_0\",\"fact_1\"]}");
    near(number(&w, "y.difference"), 80, 1e-9);
    near(number(&w, "y.plus_minus"), 1, 1e-9);
    near(number(&w, "x.ratio"), 10, 1e-9);
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"scale\":\"date\",\"ticks\":[{\"at\":[0,9],\"value\":2020},"
         "{\"at\":[183,9],\"value\":2021}]}");
    call(&w, "measure",
         "{\"what\":\"distance\",\"points\":[[10,180],[20,180]],\"calibration\":[\"fact_3\"]}");
    near(number(&w, "x.days"), 20, 1e-9);
    world_close(&w);
}

static void op_measure__angles_are_clockwise(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, marks);
    /* From twelve o'clock to three, and on to nine. */
    assert_string_equal(
        call(&w, "measure", "{\"what\":\"angle\",\"points\":[[100,50],[100,100],[150,100]]}"),
        "{\"what\":\"angle\",\"angle\":90,\"clockwise\":90,\"of_circle\":0.25}");
    call(&w, "measure", "{\"what\":\"angle\",\"points\":[[100,50],[100,100],[50,100]]}");
    near(number(&w, "angle"), 90, 0);
    near(number(&w, "clockwise"), 270, 0);
    near(number(&w, "of_circle"), 0.75, 0);
    call(&w, "rotate", "{\"degrees\":33}");
    call(&w, "measure",
         "{\"image\":\"img_1\",\"what\":\"angle\",\"points\":[[100,50],[100,100],[50,100]]}");
    near(number(&w, "clockwise"), 270, 0.01);
    world_close(&w);
}

static void op_measure__areas_are_those_of_polygons(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, marks);
    call(&w, "calibrate",
         "{\"axis\":\"y\",\"ticks\":[{\"at\":[9,200],\"value\":0},{\"at\":[9,0],\"value\":100}]}");
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"ticks\":[{\"at\":[0,9],\"value\":0},{\"at\":[300,9],\"value\":30}]}");
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"scale\":\"log\",\"ticks\":[{\"at\":[0,9],\"value\":1},"
         "{\"at\":[300,9],\"value\":30}]}");
    call(&w, "measure",
         "{\"what\":\"area\",\"points\":[[10,10],[60,10],[60,30],[10,30]],"
         "\"calibration\":[\"fact_0\",\"fact_1\"]}");
    near(number(&w, "area_px"), 1000, 1e-9);
    near(number(&w, "perimeter_px"), 140, 1e-9);
    near(number(&w, "area_units"), 5 * 10, 1e-9);
    call(&w, "measure",
         "{\"what\":\"area\",\"points\":[[10,10],[60,10],[60,30]],"
         "\"calibration\":[\"fact_0\",\"fact_2\"]}");
    near(number(&w, "area_px"), 500, 1e-9);
    assert_true(has(&w, "note") && !has(&w, "area_units"));
    refuse(&w, "measure", "{\"what\":\"area\",\"points\":[[0,0],[10,10],[10,0],[0,10]]}",
           "measure.points", "in order around the area");
    world_close(&w);
}

/* The place of a thin line and of a step, to a fraction of a pixel, whichever way it is crossed. */
static void op_measure__profiles_find_edges(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, marks);
    call(&w, "measure", "{\"what\":\"profile\",\"points\":[[80,50.5],[200,50.5]]}");
    assert_int_equal(count(&w, "parts"), 3);
    near(number(&w, "parts.0.at.0"), 100, 0.01);
    near(number(&w, "parts.1.at.0"), 101, 0.01);
    near(number(&w, "parts.2.at.0"), 150.4, 0.02);
    near(number(&w, "parts.2.from"), 255, 0);
    near(number(&w, "parts.2.to"), 128, 0);
    near(number(&w, "length_px"), 120, 0);
    assert_int_equal(count(&w, "luminance"), 60);
    near(number(&w, "sample_px"), 2, 0);
    near(number(&w, "luminance.59"), 128, 0);
    call(&w, "measure", "{\"what\":\"profile\",\"points\":[[200,50.5],[80,50.5]]}");
    near(number(&w, "parts.0.at.0"), 150.4, 0.02);
    /* Aslant: two to one. */
    call(&w, "measure", "{\"what\":\"profile\",\"points\":[[110,10],[190,50]]}");
    assert_int_equal(count(&w, "parts"), 1);
    near(number(&w, "parts.0.at.0"), 150.4, 0.35);
    near(number(&w, "parts.0.at.1"), 30.2, 0.2);
    /* Down the line itself nothing changes; along the last border it is still in the picture. */
    call(&w, "measure", "{\"what\":\"profile\",\"points\":[[20,0],[20,200]]}");
    assert_int_equal(count(&w, "parts"), 0);
    call(&w, "measure", "{\"what\":\"profile\",\"points\":[[300,0],[300,200]]}");
    near(number(&w, "luminance.0"), 128, 0);
    world_close(&w);
}

/* The edges can be read like any other part. */
static void op_measure__edges_are_parts(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, marks);
    call(&w, "calibrate",
         "{\"axis\":\"x\",\"ticks\":[{\"at\":[0,9],\"value\":0},{\"at\":[300,9],\"value\":30}]}");
    call(&w, "measure",
         "{\"what\":\"profile\",\"points\":[[120,50.5],[200,50.5]],"
         "\"calibration\":[\"fact_0\"]}");
    near(number(&w, "parts.0.x.value"), 15.04, 0.011);
    call(&w, "read", "{\"parts\":[\"fact_1.1\"],\"calibration\":[\"fact_0\"]}");
    near(number(&w, "parts.0.x.value"), 15.04, 0.011);
    world_close(&w);
}

static void comb(uint8_t *p, int32_t x, int32_t y)
{
    (void)y;
    p[0] = p[1] = p[2] = x / 2 % 2 ? 0 : 255;
}

static void op_measure__says_what_is_left_out(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 20, 3, comb);
    call(&w, "measure", "{\"what\":\"profile\",\"points\":[[0,5.5],[300,5.5]]}");
    assert_int_equal(count(&w, "parts"), 64);
    assert_string_equal(text(&w, "cut"), "the first 64 of 149 edges");
    world_close(&w);
}

static void op_measure__says_how_many_points_it_takes(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, marks);
    refuse(&w, "measure", "{\"what\":\"angle\",\"points\":[[1,1],[2,2]]}", "measure.points",
           "3 points, the corner second");
    refuse(&w, "measure", "{\"what\":\"distance\",\"points\":[[1,1],[2,2],[3,3]]}",
           "measure.points", "2 points");
    refuse(&w, "measure", "{\"what\":\"area\",\"points\":[[1,1],[2,2]]}", "measure.points",
           "3 or more");
    refuse(&w, "measure", "{\"what\":\"distance\",\"points\":[[1,1],[1,1]]}", "measure.points[1]",
           "apart");
    refuse(&w, "measure", "{\"what\":\"profile\",\"points\":[[1,1],[1.2,1]]}", "measure.points[1]",
           "apart");
    refuse(&w, "measure", "{\"what\":\"angle\",\"points\":[[1,1],[5,5],[5,5]]}",
           "measure.points[2]", "apart");
    refuse(&w, "measure",
           "{\"what\":\"angle\",\"points\":[[1,1],[5,5],[9,5]],"
           "\"calibration\":[\"fact_0\"]}",
           "measure.calibration", "fact_0");
    refuse(&w, "measure", "{\"points\":[[1,1],[5,5]]}", "measure.what", "missing");
    world_close(&w);
}

int suite_measure(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_measure__distances_are_those_of_the_original),
        cmocka_unit_test(op_measure__tells_differences_along_axes),
        cmocka_unit_test(op_measure__angles_are_clockwise),
        cmocka_unit_test(op_measure__areas_are_those_of_polygons),
        cmocka_unit_test(op_measure__profiles_find_edges),
        cmocka_unit_test(op_measure__edges_are_parts),
        cmocka_unit_test(op_measure__says_what_is_left_out),
        cmocka_unit_test(op_measure__says_how_many_points_it_takes),
    };
    return cmocka_run_group_tests_name("op_measure", tests, NULL, NULL);
}
