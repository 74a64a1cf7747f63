/* SPDX-License-Identifier: MIT */
/* One colour is kept, set off or taken away, by the formula for every pixel, and the call is told
 * how much that was. */
#include "op/pixels.h"

#include "image/filter_internal.h"

static void noise(uint8_t *pixel, int32_t x, int32_t y)
{
    uint32_t seed = (uint32_t)(x * 7919 + y * 104729 + 1);
    next_random(&seed);
    const uint32_t r = next_random(&seed);
    pixel[0] = (uint8_t)r;
    pixel[1] = (uint8_t)(r >> 8);
    pixel[2] = (uint8_t)(r >> 16);
}

static void clear_noise(uint8_t *pixel, int32_t x, int32_t y)
{
    noise(pixel, x, y);
    pixel[3] = (uint8_t)(x * 9 + y * 5);
}

static void set(uint8_t *pixel, uint32_t rgb)
{
    pixel[0] = (uint8_t)(rgb >> 16);
    pixel[1] = (uint8_t)(rgb >> 8);
    pixel[2] = (uint8_t)rgb;
}

/* White paper; a red line of two pixels with smooth edges, a blue block, black print. */
static void chart(uint8_t *pixel, int32_t x, int32_t y)
{
    set(pixel, 0xffffff);
    if (y == 10 || y == 11)
        set(pixel, 0xb13507);
    if (y == 9 || y == 12)
        set(pixel, 0xd89a83); /* half red, half white */
    if (x >= 20 && x < 30 && y >= 20 && y < 30)
        set(pixel, 0x286bbb);
    if (x >= 40 && x < 44 && y >= 20 && y < 30)
        set(pixel, 0x000000);
}

static bool is_near(const uint8_t *p, int32_t bands, uint32_t rgb, double tolerance)
{
    uint8_t seen[3], want[3];
    set(want, rgb);
    for (int c = 0; c < 3; c++)
        seen[c] = (uint8_t)(bands == 4 ? (p[c] * p[3] + 255 * (255 - p[3]) + 127) / 255 : p[c]);
    return fov__delta_e2000(fov__lab_of(seen), fov__lab_of(want)) <= tolerance;
}

static void op_isolate_color__keeps_a_line_with_its_smooth_edge(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "isolate_color", "{\"color\":\"#b13507\"}", 60, 40, 3, chart);
    for (int32_t y = 0; y < 40; y++) {
        for (int32_t x = 0; x < 60; x++) {
            if (y >= 9 && y <= 12)
                assert_memory_equal(shot_pixel(&s, x, y), shot_input(&s, x, y), 3);
            else
                assert_memory_equal(shot_pixel(&s, x, y), "\377\377\377", 3);
        }
    }
    assert_string_equal(s.plan.note, "5.0 % of the pixels are within 10 of #b13507 and kept; all "
                                     "else is #ffffff");
    assert_string_equal(call_recipe(&s.call),
                        "{\"color\":\"#b13507\",\"fill\":\"#ffffff\",\"share\":0.05}");
    assert_int_equal(s.plan.output[0].effect, FOV_OP_EFFECT_BARRIER);
    shot_replays(&s);
    shot_drop(&s);
}

static void op_isolate_color__removes_a_line_with_its_smooth_edge(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "isolate_color", "{\"color\":\"#b13507\",\"mode\":\"remove\"}", 60, 40, 3, chart);
    for (int32_t y = 0; y < 40; y++) {
        for (int32_t x = 0; x < 60; x++) {
            if (y >= 9 && y <= 12)
                assert_memory_equal(shot_pixel(&s, x, y), "\377\377\377", 3);
            else
                assert_memory_equal(shot_pixel(&s, x, y), shot_input(&s, x, y), 3);
        }
    }
    assert_string_equal(s.plan.note,
                        "5.0 % of the pixels are within 10 of #b13507 and now #ffffff");
    shot_replays(&s);
    shot_drop(&s);
}

static void op_isolate_color__fades_the_rest_to_grey(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "isolate_color", "{\"color\":\"#b13507\",\"mode\":\"fade\"}", 60, 40, 3, chart);
    assert_memory_equal(shot_pixel(&s, 5, 10), shot_input(&s, 5, 10), 3);
    assert_memory_equal(shot_pixel(&s, 5, 5), "\377\377\377", 3);
    const uint8_t *ink = shot_pixel(&s, 41, 25), *block = shot_pixel(&s, 25, 25);
    assert_int_equal(ink[0], 255 - 255 * 5 / 16);
    assert_int_equal(block[0], 255 - (255 - fov__luma(shot_input(&s, 25, 25))) * 5 / 16);
    for (int c = 1; c < 3; c++)
        assert_true(ink[c] == ink[0] && block[c] == block[0]);
    assert_string_equal(s.plan.note,
                        "5.0 % of the pixels are within 10 of #b13507 and kept; all else is faded");
    shot_replays(&s);
    shot_drop(&s);
}

/* The core is the formula's, pixel by pixel, on white where there is alpha; an edge is within one
 * pixel of it. */
static void op_isolate_color__follows_the_formula(void **state)
{
    (void)state;
    for (int32_t bands = 3; bands <= 4; bands++) {
        struct shot s;
        int core = 0, hidden = 0;
        shot_take(&s, "isolate_color", "{\"color\":\"#4080c0\",\"tolerance\":25}", 90, 70, bands,
                  bands == 4 ? clear_noise : noise);
        for (int32_t k = 0; k < 90 * 70; k++) {
            const int32_t x = k % 90, y = k / 90;
            const uint8_t *p = shot_pixel(&s, x, y), *q = shot_input(&s, x, y);
            const bool is_same = memcmp(p, q, (size_t)bands) == 0;
            if (is_near(q, bands, 0x4080c0, 25)) {
                assert_true(is_same);
                core++;
                continue;
            }
            bool has_core = false;
            for (int32_t n = 0; n < 9; n++) {
                const int32_t u = x + n % 3 - 1, v = y + n / 3 - 1;
                has_core = has_core || (u >= 0 && v >= 0 && u < 90 && v < 70 &&
                                        is_near(shot_input(&s, u, v), bands, 0x4080c0, 25));
            }
            if (!has_core)
                assert_false(is_same);
            hidden += !is_same;
            assert_true(is_same || bands == 3 || p[3] == 255);
        }
        assert_true(core > 100 && hidden > 3000);
        char note[64];
        fov__format(note, sizeof(note), "%.1f %% of the pixels are", core * 100 / 6300.0);
        assert_non_null(strstr(s.plan.note, note));
        shot_replays(&s);
        shot_drop(&s);
    }
}

static void op_isolate_color__names_a_colour_that_is_there_when_it_finds_none(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "isolate_color", "{\"color\":\"red\",\"tolerance\":5}", 60, 40, 3, chart);
    assert_string_equal(s.plan.note, "no pixel is within 5 of #ff0000; the nearest main colour is "
                                     "#b13507, 14.6 away");
    assert_string_equal(
        call_recipe(&s.call),
        "{\"color\":\"#ff0000\",\"tolerance\":5,\"fill\":\"#ffffff\",\"nearest\":\"#b13507\","
        "\"share\":0}");
    assert_memory_equal(shot_pixel(&s, 5, 10), "\377\377\377", 3);
    shot_replays(&s);
    shot_drop(&s);
}

static void op_isolate_color__changes_only_its_box(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "isolate_color", "{\"color\":\"#286bbb\",\"box\":[10,5,50,35],\"mode\":\"keep\"}",
              60, 40, 3, chart);
    for (int32_t k = 0; k < 60 * 40; k++) {
        const int32_t x = k % 60, y = k / 60;
        const bool is_in = x >= 10 && x < 50 && y >= 5 && y < 35;
        const bool is_block = x >= 20 && x < 30 && y >= 20 && y < 30;
        assert_memory_equal(
            shot_pixel(&s, x, y),
            is_in && !is_block ? (const uint8_t *)"\377\377\377" : shot_input(&s, x, y), 3);
    }
    assert_non_null(strstr(s.plan.note, "8.3 % of the pixels")); /* 100 of 1200 */
    shot_replays(&s);
    shot_drop(&s);
}

/* Kept on a ground of its own colour it would not be seen. */
static void op_isolate_color__sets_a_colour_off_from_its_ground(void **state)
{
    static const struct {
        const char *arguments, *fill;
    } cases[] = {
        {"{\"color\":\"white\"}", "\"fill\":\"#000000\""},
        {"{\"color\":\"#fafafa\"}", "\"fill\":\"#000000\""},
        {"{\"color\":\"white\",\"mode\":\"remove\"}", "\"fill\":\"#808080\""},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct shot s;
        shot_take(&s, "isolate_color", cases[i].arguments, 60, 40, 3, chart);
        assert_non_null(strstr(call_recipe(&s.call), cases[i].fill));
        shot_replays(&s);
        shot_drop(&s);
    }
}

static void one_speck(uint8_t *pixel, int32_t x, int32_t y)
{
    set(pixel, x == 1500 && y == 1500 ? 0x00aa00 : 0xffffff);
}

/* More pixels than are looked at for colours: the count is of all of them, in strips. */
static void op_isolate_color__counts_every_pixel_of_a_large_image(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "isolate_color", "{\"color\":\"#00aa00\"}", 2200, 1900, 3, one_speck);
    assert_string_equal(s.plan.note, "under 0.01 % of the pixels are within 10 of #00aa00 and "
                                     "kept; all else is #ffffff");
    assert_memory_equal(shot_pixel(&s, 1500, 1500), "\000\252\000", 3);
    shot_drop(&s);
}

static void op_isolate_color__works_on_one_pixel(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "isolate_color", "{\"color\":\"white\",\"tolerance\":0}", 1, 1, 3, chart);
    assert_string_equal(s.plan.note, "100.0 % of the pixels are within 0 of #ffffff and kept; all "
                                     "else is #000000");
    assert_memory_equal(shot_pixel(&s, 0, 0), "\377\377\377", 3);
    shot_drop(&s);
}

static void op_isolate_color__refuses_what_is_no_colour(void **state)
{
    static const struct refusal cases[] = {
        {"isolate_color", "{\"color\":\"red\",\"tolerance\":101}", "OUT_OF_RANGE",
         "isolate_color.tolerance", "{\"color\":\"red\",\"tolerance\":100}"},
        {"isolate_color", "{\"color\":\"red\",\"share\":0.5}", "UNKNOWN_ARG", "isolate_color.share",
         "{\"color\":\"red\"}"},
        {"isolate_color", "{\"tolerance\":5}", "MISSING_ARG", "isolate_color.color",
         ""}, /* no colour is nearer than another to one that was not given */
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++)
        expect_refusal(&cases[i], reading_px(100, 100), NULL);
}

int suite_op_isolate_color(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_isolate_color__keeps_a_line_with_its_smooth_edge),
        cmocka_unit_test(op_isolate_color__removes_a_line_with_its_smooth_edge),
        cmocka_unit_test(op_isolate_color__fades_the_rest_to_grey),
        cmocka_unit_test(op_isolate_color__follows_the_formula),
        cmocka_unit_test(op_isolate_color__names_a_colour_that_is_there_when_it_finds_none),
        cmocka_unit_test(op_isolate_color__changes_only_its_box),
        cmocka_unit_test(op_isolate_color__sets_a_colour_off_from_its_ground),
        cmocka_unit_test(op_isolate_color__counts_every_pixel_of_a_large_image),
        cmocka_unit_test(op_isolate_color__works_on_one_pixel),
        cmocka_unit_test(op_isolate_color__refuses_what_is_no_colour),
    };
    return cmocka_run_group_tests_name("op_isolate_color", tests, NULL, NULL);
}
