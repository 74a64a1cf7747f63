/* SPDX-License-Identifier: MIT */
/* lines: what it tells and in which frame. How lines are found is tested in tests/image. */
#include "op/chart_world.h"

static void axes(uint8_t *p, int32_t x, int32_t y)
{
    if ((y == 150 && x >= 40 && x < 280) || (x == 40 && y >= 20 && y < 151))
        p[0] = p[1] = p[2] = 0;
    else if (x >= 100 && x < 150 && y >= 60 && y < 130) {
        p[0] = 0x1f;
        p[1] = 0x77;
        p[2] = 0xb4;
    }
}

static void op_lines__tells_strokes_and_edges(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, axes);
    assert_string_equal(
        call(&w, "lines", "{\"min_length\":60}"),
        "{\"parts\":[{\"id\":1,\"kind\":\"stroke\",\"line\":[41,150.5,280,150.5],"
        "\"source_px\":[41,150.5,280,150.5],\"length\":239,\"angle\":0,\"width\":1,\"hex\":"
        "\"#000000\"},"
        "{\"id\":2,\"kind\":\"stroke\",\"line\":[40.5,20,40.5,150],\"source_px\":[40.5,20,40.5,150]"
        ","
        "\"length\":130,\"angle\":90,\"width\":1,\"hex\":\"#000000\"},"
        "{\"id\":3,\"kind\":\"edge\",\"line\":[100,60,100,130],\"source_px\":[100,60,100,130],"
        "\"length\":70,\"angle\":90,\"hexes\":[\"#ffffff\",\"#1f77b4\"]},"
        "{\"id\":4,\"kind\":\"edge\",\"line\":[150,60,150,130],\"source_px\":[150,60,150,130],"
        "\"length\":70,\"angle\":90,\"hexes\":[\"#1f77b4\",\"#ffffff\"]}]}");
    world_close(&w);
}

static void op_lines__keeps_to_angles_and_box(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, axes);
    call(&w, "lines", "{\"min_angle\":85,\"max_angle\":95,\"min_length\":100}");
    assert_int_equal(count(&w, "parts"), 1);
    near(number(&w, "parts.0.angle"), 90, 0);
    call(&w, "lines", "{\"box\":[90,50,160,140]}");
    assert_int_equal(count(&w, "parts"), 4);
    near(number(&w, "parts.0.line.0"), 100, 1e-9);
    refuse(&w, "lines", "{\"min_angle\":20,\"max_angle\":10}", "lines.min_angle", "20");
    call(&w, "lines", "{\"min_angle\":20,\"max_angle\":30}");
    assert_int_equal(count(&w, "parts"), 0);
    assert_non_null(strstr(text(&w, "note"), "no straight line of 16 pixels"));
    world_close(&w);
}

/* A quarter turn makes the level line upright; in the original it stays. */
static void op_lines__speaks_of_the_image_and_of_the_original(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, axes);
    call(&w, "rotate", "{\"degrees\":90}");
    call(&w, "lines", "{\"image\":\"img_1\",\"min_length\":200}");
    assert_int_equal(count(&w, "parts"), 1);
    near(number(&w, "parts.0.angle"), 90, 0);
    near(number(&w, "parts.0.line.0"), 200 - 150.5, 1e-6);
    near(number(&w, "parts.0.source_px.1"), 150.5, 1e-6);
    near(number(&w, "parts.0.source_px.3"), 150.5, 1e-6);
    /* And a turn by five degrees clockwise reads as five. */
    call(&w, "rotate", "{\"degrees\":5}");
    call(&w, "lines", "{\"image\":\"img_2\",\"min_length\":200}");
    near(number(&w, "parts.0.angle"), 5, 0.1);
    world_close(&w);
}

static void op_lines__draws_them_on_request(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, axes);
    call(&w, "lines", "{\"draw\":true}");
    assert_int_equal(w.applied.image, 1);
    assert_int_equal(count(&w, "parts"), 6);
    call(&w, "lines", "{\"image\":\"img_1\"}"); /* marks are not measured */
    assert_int_equal(count(&w, "parts"), 6);
    world_close(&w);
}

static void stripes(uint8_t *p, int32_t x, int32_t y)
{
    if (y % 4 == 1 && x >= 5 && x < 95)
        p[0] = p[1] = p[2] = 0;
}

static void op_lines__says_what_is_left_out(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 100, 400, 3, stripes);
    call(&w, "lines", "{\"min_angle\":-5,\"max_angle\":5}");
    assert_int_equal(count(&w, "parts"), 64);
    assert_string_equal(text(&w, "cut"), "the 64 longest of 100; ask for a part or an angle");
    world_close(&w);
}

int suite_lines(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_lines__tells_strokes_and_edges),
        cmocka_unit_test(op_lines__keeps_to_angles_and_box),
        cmocka_unit_test(op_lines__speaks_of_the_image_and_of_the_original),
        cmocka_unit_test(op_lines__draws_them_on_request),
        cmocka_unit_test(op_lines__says_what_is_left_out),
    };
    return cmocka_run_group_tests_name("op_lines", tests, NULL, NULL);
}
