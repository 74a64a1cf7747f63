/* SPDX-License-Identifier: MIT */
/* components: what it tells of what was found, in which frame, and what it says beside. How areas
 * are found is tested in tests/image/test_shapes.c. */
#include "op/chart_world.h"

#include <stdio.h>

static void color(uint8_t *p, uint32_t rgb)
{
    for (int c = 0; c < 3; c++)
        p[c] = (uint8_t)(rgb >> (16 - 8 * c));
}

/* Three bars on 300x200, the second the largest. */
static void bars(uint8_t *p, int32_t x, int32_t y)
{
    if (x >= 40 && x < 80 && y >= 100 && y < 180)
        color(p, 0x1f77b4);
    else if (x >= 120 && x < 160 && y >= 50 && y < 180)
        color(p, 0xff7f0e);
    else if (x >= 200 && x < 240 && y >= 140 && y < 180)
        color(p, 0x1f77b4);
}

static void op_components__names_parts_with_place_size_and_colour(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, bars);
    assert_string_equal(
        call(&w, "components", "{}"),
        "{\"background\":[\"#ffffff\"],\"parts\":["
        "{\"id\":1,\"box\":[120,50,160,180],\"source_px\":[120,50,160,180],\"at\":[140,115],"
        "\"area\":5200,\"share\":0.0867,\"of_parts\":0.52,\"hex\":\"#ff7f0e\"},"
        "{\"id\":2,\"box\":[40,100,80,180],\"source_px\":[40,100,80,180],\"at\":[60,140],"
        "\"area\":3200,\"share\":0.0533,\"of_parts\":0.32,\"hex\":\"#1f77b4\"},"
        "{\"id\":3,\"box\":[200,140,240,180],\"source_px\":[200,140,240,180],\"at\":[220,160],"
        "\"area\":1600,\"share\":0.0267,\"of_parts\":0.16,\"hex\":\"#1f77b4\"}]}");
    assert_int_equal(w.applied.image, -1);
    world_close(&w);
}

static void op_components__numbers_them_as_asked(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, bars);
    call(&w, "components", "{\"order\":\"across\"}");
    near(number(&w, "parts.0.at.0"), 60, 0);
    near(number(&w, "parts.1.at.0"), 140, 0);
    near(number(&w, "parts.2.at.0"), 220, 0);
    call(&w, "components", "{\"order\":\"down\"}");
    near(number(&w, "parts.0.at.1"), 115, 0);
    near(number(&w, "parts.2.at.1"), 160, 0);
    world_close(&w);
}

static void op_components__looks_at_the_box_alone(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, bars);
    call(&w, "components", "{\"box\":[100,40,260,200]}");
    assert_int_equal(count(&w, "parts"), 2);
    near(number(&w, "parts.0.box.0"), 120, 0);
    near(number(&w, "parts.0.share"), 5200.0 / (160 * 160), 1e-4);
    world_close(&w);
}

static void op_components__keeps_to_a_colour_and_a_size(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, bars);
    call(&w, "components", "{\"color\":\"#1f77b4\",\"tolerance\":2}");
    assert_int_equal(count(&w, "parts"), 2);
    call(&w, "components", "{\"min_area\":2000}");
    assert_int_equal(count(&w, "parts"), 2);
    call(&w, "components", "{\"min_area\":6000}");
    assert_int_equal(count(&w, "parts"), 0);
    assert_non_null(strstr(text(&w, "note"), "nothing of 6000 pixels or more"));
    world_close(&w);
}

/* A turned zoom: boxes in its own frame, the source's beside, sizes as they are. */
static void op_components__speaks_of_the_image_and_of_the_original(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, bars);
    call(&w, "zoom", "{\"box\":[100,40,260,200]}");
    call(&w, "rotate", "{\"image\":\"img_1\",\"degrees\":90}");
    call(&w, "components", "{\"image\":\"img_2\"}");
    /* (120,50)-(160,180) is (20,10)-(60,140) of the zoom, which is 160 high. */
    near(number(&w, "parts.0.box.0"), 160 - 140, 0);
    near(number(&w, "parts.0.box.1"), 20, 0);
    near(number(&w, "parts.0.source_px.0"), 120, 1e-6);
    near(number(&w, "parts.0.source_px.3"), 180, 1e-6);
    near(number(&w, "parts.0.area"), 5200, 0);
    world_close(&w);
}

/* Straightening makes a part larger; what it measures in the original stays. */
static void op_components__measures_in_source_pixels(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, bars);
    call(&w, "straighten", "{\"corners\":[[100,20],[260,20],[260,190],[100,190]]}");
    const fov_size size = fov_graph_size(w.graph, 1);
    call(&w, "components", "{\"image\":\"img_1\"}");
    near(number(&w, "parts.0.area"), 5200, 60);
    assert_true(size.width > 0);
    world_close(&w);
}

static void op_components__draws_the_numbers_on_request(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, bars);
    call(&w, "components", "{\"draw\":true}");
    assert_int_equal(w.applied.image, 1);
    assert_int_equal(w.applied.fact, 0);
    assert_int_equal(count(&w, "parts"), 3);
    /* The marks are there to be seen, and are not in what is measured. */
    fov_image *picture = NULL;
    uint8_t rgb[3];
    assert_int_equal(fov_graph_render(w.graph, 1, NULL, NULL, &picture, &w.err), FOV_OK);
    assert_int_equal(fov_image_read(picture, (fov_box){120, 100, 121, 101}, 3, rgb, 3, NULL),
                     FOV_OK);
    assert_false(rgb[0] == 0xff && rgb[1] == 0x7f && rgb[2] == 0x0e);
    fov_image_unref(picture);
    call(&w, "components", "{\"image\":\"img_1\"}");
    assert_int_equal(count(&w, "parts"), 3);
    world_close(&w);
}

static void specks(uint8_t *p, int32_t x, int32_t y)
{
    if (x % 20 >= 6 && x % 20 < 14 && y % 20 >= 6 && y % 20 < 14)
        color(p, 0x2ca02c);
}

static void op_components__says_what_is_left_out(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 300, 200, 3, specks);
    call(&w, "components", "{}");
    assert_int_equal(count(&w, "parts"), 64);
    assert_string_equal(text(&w, "cut"),
                        "the 64 largest of 150; ask for a part, a colour or a larger min_area");
    near(number(&w, "parts.0.of_parts"), 1.0 / 150, 1e-4);
    world_close(&w);
}

static void wide_bars(uint8_t *p, int32_t x, int32_t y)
{
    bars(p, x / 10, y / 14);
}

static void op_components__says_when_it_had_to_shrink(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 3000, 2800, 3, wide_bars); /* 8.4 megapixels */
    call(&w, "components", "{}");
    assert_non_null(strstr(text(&w, "shrunk"), "1/2 of full size"));
    near(number(&w, "parts.0.box.0"), 1200, 2);
    near(number(&w, "parts.0.box.3"), 2520, 2);
    near(number(&w, "parts.0.area") / (5200 * 140), 1, 0.01);
    call(&w, "components", "{\"box\":[1100,600,1800,2600]}");
    assert_false(has(&w, "shrunk"));
    near(number(&w, "parts.0.area"), 5200 * 140, 0);
    world_close(&w);
}

static void clear_bars(uint8_t *p, int32_t x, int32_t y)
{
    color(p, 0x000000);
    p[3] = 0;
    if (x >= 20 && x < 40 && y >= 20 && y < 50) {
        color(p, 0xd62728);
        p[3] = 255;
    }
}

static void nothing(uint8_t *p, int32_t x, int32_t y)
{
    (void)p;
    (void)x;
    (void)y;
}

static void op_components__sees_transparency_on_white(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, 100, 80, 4, clear_bars);
    call(&w, "components", "{}");
    assert_string_equal(text(&w, "background.0"), "#ffffff");
    assert_string_equal(text(&w, "parts.0.hex"), "#d62728");
    world_close(&w);
    world_open(&w, 1, 1, 3, nothing);
    call(&w, "components", "{\"draw\":true}");
    assert_int_equal(count(&w, "parts"), 0);
    assert_true(has(&w, "note"));
    world_close(&w);
}

int suite_components(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_components__names_parts_with_place_size_and_colour),
        cmocka_unit_test(op_components__numbers_them_as_asked),
        cmocka_unit_test(op_components__looks_at_the_box_alone),
        cmocka_unit_test(op_components__keeps_to_a_colour_and_a_size),
        cmocka_unit_test(op_components__speaks_of_the_image_and_of_the_original),
        cmocka_unit_test(op_components__measures_in_source_pixels),
        cmocka_unit_test(op_components__draws_the_numbers_on_request),
        cmocka_unit_test(op_components__says_what_is_left_out),
        cmocka_unit_test(op_components__says_when_it_had_to_shrink),
        cmocka_unit_test(op_components__sees_transparency_on_white),
    };
    return cmocka_run_group_tests_name("op_components", tests, NULL, NULL);
}
