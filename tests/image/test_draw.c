/* SPDX-License-Identifier: MIT */
/* Strokes, shapes and letters: the specimen sheet to the byte, and what must hold for any of them.
 * FOV_UPDATE=1 writes the specimen anew; look at the picture before keeping it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <png.h>

#include "image/draw_internal.h"

#define SPECIMEN FOV_TESTDATA "/golden/draw/font.png"

enum { GUARD = 24, GUARD_BYTE = 0x5a };

/* A picture whose rows have a guard behind them, and which has guard rows above and below. */
struct canvas {
    struct fov_pixels px;
    uint8_t *all;
    size_t bytes;
};

static struct canvas canvas_new(int32_t width, int32_t height, int32_t bands, int fill)
{
    struct canvas c;
    memset(&c, 0, sizeof(c));
    c.px.width = width;
    c.px.height = height;
    c.px.bands = bands;
    c.px.stride = (size_t)width * (size_t)bands + GUARD;
    c.bytes = c.px.stride * ((size_t)height + 2);
    c.all = malloc(c.bytes);
    assert_non_null(c.all);
    memset(c.all, GUARD_BYTE, c.bytes);
    c.px.data = c.all + c.px.stride;
    for (int32_t y = 0; y < height; y++)
        memset(fov__pixels_row(&c.px, y), fill, (size_t)width * (size_t)bands);
    return c;
}

static void assert_guards_hold(const struct canvas *c)
{
    const size_t row = (size_t)c->px.width * (size_t)c->px.bands;
    for (size_t i = 0; i < c->bytes; i++) {
        const size_t y = i / c->px.stride, x = i % c->px.stride;
        if (y >= 1 && y <= (size_t)c->px.height && x < row)
            continue;
        assert_int_equal(c->all[i], GUARD_BYTE);
    }
}

static void canvas_free(struct canvas *c)
{
    assert_guards_hold(c);
    free(c->all);
}

static const struct fov_ink black = {0, 0, 0, 2};

static struct fov_ink pen(double width)
{
    return (struct fov_ink){0, 0, 0, width};
}

static int red_at(const struct canvas *c, int32_t x, int32_t y)
{
    return fov__pixels_row(&c->px, y)[(size_t)x * (size_t)c->px.bands];
}

/* How much ink lies on white paper, in pixels. */
static double ink_on(const struct canvas *c)
{
    double sum = 0;
    for (int32_t y = 0; y < c->px.height; y++) {
        for (int32_t x = 0; x < c->px.width; x++)
            sum += 255 - red_at(c, x, y);
    }
    return sum / 255;
}

struct bounds {
    int32_t x1, y1, x2, y2;
};

static struct bounds ink_bounds(const struct canvas *c)
{
    struct bounds b = {c->px.width, c->px.height, 0, 0};
    for (int32_t y = 0; y < c->px.height; y++) {
        for (int32_t x = 0; x < c->px.width; x++) {
            if (red_at(c, x, y) > 250)
                continue;
            b.x1 = x < b.x1 ? x : b.x1;
            b.y1 = y < b.y1 ? y : b.y1;
            b.x2 = x + 1 > b.x2 ? x + 1 : b.x2;
            b.y2 = y + 1 > b.y2 ? y + 1 : b.y2;
        }
    }
    return b;
}

static bool is_same(const struct canvas *a, const struct canvas *b)
{
    return a->bytes == b->bytes && memcmp(a->all, b->all, a->bytes) == 0;
}

/* ---- strokes --------------------------------------------------------------------------------- */

static void draw__a_line_on_the_pixel_grid_has_hard_sides(void **state)
{
    (void)state;
    struct canvas c = canvas_new(40, 20, 3, 255);
    const fov_point ends[] = {{10, 10}, {30, 10}};
    fov__draw_polyline(&c.px, ends, 2, false, pen(4));
    for (int32_t x = 10; x < 30; x++) {
        for (int32_t y = 0; y < 20; y++)
            assert_int_equal(red_at(&c, x, y), y >= 8 && y < 12 ? 0 : 255);
    }
    canvas_free(&c);
}

static void draw__ink_is_length_times_width(void **state)
{
    (void)state;
    static const double widths[] = {0.25, 0.5, 1, 1.4, 2, 3.3, 7, 20};
    static const fov_point ways[] = {{100, 0},  {0, 100},      {60, 80},
                                     {-28, 96}, {70.5, -70.5}, {99, 7}};
    for (size_t i = 0; i < FOV_COUNT(widths); i++) {
        for (size_t k = 0; k < FOV_COUNT(ways); k++) {
            struct canvas c = canvas_new(200, 200, 3, 255);
            const double w = widths[i], len = sqrt(ways[k].x * ways[k].x + ways[k].y * ways[k].y);
            const fov_point a = {100.3 - ways[k].x / 2, 99.6 - ways[k].y / 2};
            const fov_point ends[] = {a, {a.x + ways[k].x, a.y + ways[k].y}};
            fov__draw_polyline(&c.px, ends, 2, false, pen(w));
            const double want = len * w + 0.7853981634 * w * w;
            const double slack = 0.01 * want + 1;
            assert_true(fabs(ink_on(&c) - want) < slack);
            canvas_free(&c);
        }
    }
}

static void draw__joins_and_crossings_are_not_darker(void **state)
{
    (void)state;
    /* Ink that could never be darker than this level if nothing is blended twice: a pen half a
     * pixel wide on centres of pixels. */
    struct canvas c = canvas_new(64, 64, 3, 255);
    const fov_point zigzag[] = {{4.5, 4.5},  {50.5, 4.5},  {50.5, 50.5}, {20.5, 50.5},
                                {20.5, 1.5}, {20.5, 30.5}, {60.5, 30.5}, {4.5, 30.5}};
    fov__draw_polyline(&c.px, zigzag, FOV_COUNT(zigzag), true, pen(0.5));
    int darkest = 255;
    for (int32_t y = 0; y < 64; y++) {
        for (int32_t x = 0; x < 64; x++)
            darkest = red_at(&c, x, y) < darkest ? red_at(&c, x, y) : darkest;
    }
    assert_int_equal(darkest, 127);
    canvas_free(&c);
}

static void draw__a_path_there_and_back_is_the_path(void **state)
{
    (void)state;
    struct canvas a = canvas_new(90, 90, 3, 255), b = canvas_new(90, 90, 3, 255);
    const fov_point there[] = {{10.25, 20.5}, {70.75, 33.125}, {40, 81}};
    const fov_point back[] = {there[0], there[1], there[2], there[2], there[1], there[2]};
    const fov_point pairs[] = {there[1], there[2], there[0], there[1]};
    fov__draw_polyline(&a.px, there, 3, false, pen(3.3));
    fov__draw_segments(&b.px, pairs, 2, pen(3.3));
    assert_true(is_same(&a, &b));
    fov__draw_polyline(&a.px, there, 3, false, pen(3.3)); /* Twice: darker at the edges. */
    assert_false(is_same(&a, &b));
    canvas_free(&b);
    b = canvas_new(90, 90, 3, 255);
    canvas_free(&a);
    a = canvas_new(90, 90, 3, 255);
    fov__draw_polyline(&a.px, there, 3, false, pen(3.3));
    fov__draw_polyline(&b.px, back, FOV_COUNT(back), false, pen(3.3));
    for (int32_t y = 0; y < 90; y++) {
        for (int32_t x = 0; x < 90; x++)
            assert_in_range(red_at(&a, x, y) - red_at(&b, x, y) + 1, 0, 2);
    }
    canvas_free(&a);
    canvas_free(&b);
}

static void draw__a_mirrored_stroke_is_the_mirrored_picture(void **state)
{
    (void)state;
    enum { SIDE = 151 };
    struct canvas a = canvas_new(SIDE, SIDE, 3, 255), b = canvas_new(SIDE, SIDE, 3, 255);
    const fov_point points[] = {{12.25, 30.5}, {130.75, 44.125}, {66, 140.5}, {-20, 90}};
    fov_point mirrored[4];
    for (size_t i = 0; i < 4; i++)
        mirrored[i] = (fov_point){SIDE - points[i].x, points[i].y};
    fov__draw_polyline(&a.px, points, 4, true, pen(5.5));
    fov__draw_polyline(&b.px, mirrored, 4, true, pen(5.5));
    fov__draw_disc(&a.px, (fov_point){40.125, 100}, 9.5, black);
    fov__draw_disc(&b.px, (fov_point){SIDE - 40.125, 100}, 9.5, black);
    fov__draw_triangle(&a.px, points[0], points[1], points[2], black);
    fov__draw_triangle(&b.px, mirrored[0], mirrored[1], mirrored[2], black);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++)
            assert_in_range(red_at(&a, x, y) - red_at(&b, SIDE - 1 - x, y) + 1, 0, 2);
    }
    assert_true(ink_on(&a) > 3000);
    canvas_free(&a);
    canvas_free(&b);
}

static void draw__a_whole_pixel_shift_shifts_the_picture(void **state)
{
    (void)state;
    struct canvas a = canvas_new(200, 200, 3, 255), b = canvas_new(200, 200, 3, 255);
    const fov_point p[] = {{10.25, 12.5}, {90.5, 100.75}}, q[] = {{87.25, 53.5}, {167.5, 141.75}};
    fov__draw_polyline(&a.px, p, 2, false, pen(3));
    fov__draw_polyline(&b.px, q, 2, false, pen(3)); /* by 77 and 41: other tiles */
    for (int32_t y = 0; y < 200 - 41; y++) {
        for (int32_t x = 0; x < 200 - 77; x++)
            assert_int_equal(red_at(&a, x, y), red_at(&b, x + 77, y + 41));
    }
    canvas_free(&a);
    canvas_free(&b);
}

static void draw__a_line_from_far_away_is_the_line(void **state)
{
    (void)state;
    static const double far_out[] = {1e3, 1e6, 1e7, 1e9};
    for (size_t i = 0; i < FOV_COUNT(far_out); i++) {
        struct canvas a = canvas_new(100, 80, 3, 255), b = canvas_new(100, 80, 3, 255);
        const double r = far_out[i];
        const fov_point near_ends[] = {{-40, -40}, {200, 200}}, ends[] = {{-r, -r}, {r, r}};
        fov__draw_polyline(&a.px, near_ends, 2, false, pen(3));
        fov__draw_polyline(&b.px, ends, 2, false, pen(3));
        for (int32_t y = 0; y < 80; y++) {
            for (int32_t x = 0; x < 100; x++)
                assert_in_range(red_at(&a, x, y) - red_at(&b, x, y) + 1, 0, 2);
        }
        assert_true(ink_on(&b) > 200);
        canvas_free(&a);
        canvas_free(&b);
    }
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static void draw__shapes_have_their_area(void **state)
{
    (void)state;
    static const double radii[] = {0.2, 0.5, 1, 2.5, 10, 44.4};
    for (size_t i = 0; i < FOV_COUNT(radii); i++) {
        struct canvas c = canvas_new(100, 100, 3, 255);
        const double want = 3.14159265 * radii[i] * radii[i];
        fov__draw_disc(&c.px, (fov_point){50.5, 50.5}, radii[i], black);
        assert_true(fabs(ink_on(&c) - want) < 0.01 * want + 0.3);
        canvas_free(&c);
    }
    static const fov_point corners[][3] = {
        {{10, 10}, {90, 10}, {10, 90}},       {{10.3, 20.7}, {80.2, 33.3}, {14.9, 88.8}},
        {{50, 50}, {50.4, 50}, {50, 50.4}},   {{3, 3}, {97, 4}, {98, 5}},
        {{20, 90}, {14.5, 30}, {90.5, 60.2}}, {{10, 10}, {50, 50}, {90, 90}}};
    for (size_t i = 0; i < FOV_COUNT(corners); i++) {
        struct canvas c = canvas_new(100, 100, 3, 255), d = canvas_new(100, 100, 3, 255);
        const fov_point *p = corners[i];
        const double want =
            fabs((p[1].x - p[0].x) * (p[2].y - p[0].y) - (p[2].x - p[0].x) * (p[1].y - p[0].y)) / 2;
        fov__draw_triangle(&c.px, p[0], p[1], p[2], black);
        fov__draw_triangle(&d.px, p[2], p[1], p[0], black);
        assert_true(fabs(ink_on(&c) - want) < 0.002 * want + 0.2);
        assert_true(fabs(ink_on(&c) - ink_on(&d)) < 0.05);
        canvas_free(&c);
        canvas_free(&d);
    }
    struct canvas c = canvas_new(50, 50, 3, 255);
    fov__draw_plate(&c.px, (fov_box){10.25, 5.5, 30.75, 20.5}, black, 0.5);
    assert_true(fabs(ink_on(&c) - 20.5 * 15 * 0.5) < 1.5);
    assert_int_equal(red_at(&c, 20, 10), 127);
    assert_int_equal(red_at(&c, 20, 5), 191);
    canvas_free(&c);
}

static void draw__a_cut_triangle_is_the_same_triangle(void **state)
{
    (void)state;
    struct canvas whole = canvas_new(120, 120, 3, 255), part = canvas_new(50, 40, 3, 255);
    const fov_point p[] = {{5.3, 11.1}, {117.7, 50.9}, {20.2, 111.4}};
    fov__draw_triangle(&whole.px, p[0], p[1], p[2], black);
    fov__draw_triangle(&part.px, (fov_point){p[0].x - 30, p[0].y - 40},
                       (fov_point){p[1].x - 30, p[1].y - 40}, (fov_point){p[2].x - 30, p[2].y - 40},
                       black);
    for (int32_t y = 0; y < 40; y++) {
        for (int32_t x = 0; x < 50; x++)
            assert_in_range(red_at(&part, x, y) - red_at(&whole, x + 30, y + 40) + 1, 0, 2);
    }
    canvas_free(&whole);
    canvas_free(&part);
}

static void draw__ink_makes_a_transparent_pixel_opaque(void **state)
{
    (void)state;
    struct canvas c = canvas_new(8, 8, 4, 0);
    const fov_point ends[] = {{0, 4}, {8, 4}};
    fov__draw_polyline(&c.px, ends, 2, false, (struct fov_ink){200, 100, 50, 3});
    const uint8_t *full = fov__pixels_row(&c.px, 4) + 16, *half = fov__pixels_row(&c.px, 2) + 16;
    const uint8_t ink[4] = {200, 100, 50, 255};
    assert_memory_equal(full, ink, 4);
    /* A half-covered pixel has the ink's own colour at half the opacity: no dark fringe. */
    assert_memory_equal(half, ink, 3);
    assert_int_equal(half[3], 128);
    assert_int_equal(fov__pixels_row(&c.px, 0)[19], 0);
    canvas_free(&c);
}

/* ---- hostile coordinates --------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static double wild(uint64_t *seed)
{
    static const double odd[] = {0,
                                 -0.0,
                                 1,
                                 63.5,
                                 64,
                                 1e-300,
                                 5e-324,
                                 -5e-324,
                                 1e9,
                                 -1e9,
                                 1e18,
                                 -1e18,
                                 1e154,
                                 1e300,
                                 -1e300,
                                 1.7976931348623157e308,
                                 -1.7976931348623157e308,
                                 NAN,
                                 INFINITY,
                                 -INFINITY};
    const uint64_t r = next_random(seed);
    if (r % 3 == 0)
        return odd[next_random(seed) % FOV_COUNT(odd)];
    return (double)(next_random(seed) % 40000) / 100.0 - 150.0;
}

static void draw__no_number_makes_it_write_outside(void **state)
{
    (void)state;
    uint64_t seed = 20240117;
    for (int round = 0; round < 4000; round++) {
        struct canvas c = canvas_new(1 + (int32_t)(next_random(&seed) % 90),
                                     1 + (int32_t)(next_random(&seed) % 90),
                                     3 + (int32_t)(next_random(&seed) % 2), 255);
        fov_point p[5];
        for (size_t i = 0; i < 5; i++)
            p[i] = (fov_point){wild(&seed), wild(&seed)};
        const struct fov_ink ink = pen(wild(&seed));
        fov__draw_polyline(&c.px, p, next_random(&seed) % 6, round % 2 == 0, ink);
        fov__draw_segments(&c.px, p, next_random(&seed) % 3, ink);
        fov__draw_disc(&c.px, p[0], wild(&seed), ink);
        fov__draw_triangle(&c.px, p[1], p[2], p[3], ink);
        fov__draw_plate(&c.px, (fov_box){p[0].x, p[0].y, p[1].x, p[1].y}, ink, wild(&seed));
        fov__draw_text(&c.px, p[4], "Wg\xff\xc3\xa9 |", wild(&seed), ink);
        const fov_size size = fov__draw_text_size("Wg\xff\xc3\xa9 |", wild(&seed), ink.width);
        assert_true(size.width >= 0 && size.height >= 0);
        canvas_free(&c);
    }
}

static void draw__what_is_outside_changes_nothing(void **state)
{
    (void)state;
    struct canvas c = canvas_new(50, 40, 3, 255), blank = canvas_new(50, 40, 3, 255);
    const fov_point outside[] = {{-20, -5}, {70, -5}, {75, 60}, {-20, 60}};
    const fov_point no_number[] = {{NAN, 10}, {20, INFINITY}, {30, NAN}};
    fov__draw_polyline(&c.px, outside, 4, true, pen(3));
    fov__draw_polyline(&c.px, no_number, 3, true, pen(3));
    fov__draw_polyline(&c.px, outside, 0, true, pen(3));
    fov__draw_disc(&c.px, (fov_point){60, 20}, 9, black);
    fov__draw_disc(&c.px, (fov_point){20, 20}, NAN, black);
    fov__draw_triangle(&c.px, (fov_point){-1, 5}, (fov_point){-9, 9}, (fov_point){-4, 30}, black);
    fov__draw_triangle(&c.px, (fov_point){10, NAN}, (fov_point){9, 9}, (fov_point){4, 30}, black);
    fov__draw_plate(&c.px, (fov_box){50, 0, 60, 40}, black, 1);
    fov__draw_plate(&c.px, (fov_box){NAN, 0, 60, 40}, black, 1);
    fov__draw_plate(&c.px, (fov_box){10, 10, 5, 20}, black, 1);
    fov__draw_plate(&c.px, (fov_box){0, 0, 10, 10}, black, NAN);
    fov__draw_text(&c.px, (fov_point){60, 10}, "outside", 20, pen(2));
    fov__draw_text(&c.px, (fov_point){5, -40}, "outside", 20, pen(2));
    fov__draw_text(&c.px, (fov_point){5, 5}, "no height", NAN, pen(2));
    fov__draw_text(&c.px, (fov_point){5, 5}, "no pen", 20, pen(0));
    fov__draw_text(&c.px, (fov_point){5, 5}, "", 20, pen(2));
    assert_true(is_same(&c, &blank));
    canvas_free(&c);
    canvas_free(&blank);
}

/* ---- letters --------------------------------------------------------------------------------- */

static void draw__text_size_is_that_of_the_ink(void **state)
{
    (void)state;
    static const char *const texts[] = {"H",   "Hello, Wg",   "0123456789", "[Quality]", "E%",
                                        "Tj@", "M\xc3\xa4rz", "1.25 $",     "(Q)"};
    for (size_t i = 0; i < FOV_COUNT(texts); i++) {
        for (int height = 8; height <= 48; height++) {
            struct canvas c = canvas_new(700, 90, 3, 255);
            const double width = height * 0.14;
            const fov_size size = fov__draw_text_size(texts[i], height, width);
            fov__draw_text(&c.px, (fov_point){10, 10}, texts[i], height, pen(width));
            const struct bounds b = ink_bounds(&c);
            assert_in_range(b.x1, 9, 11);
            assert_in_range(b.y1, 9, 11);
            assert_in_range(b.x2 - 10 - size.width + 1, 0, 2);
            assert_in_range(b.y2 - 10 - size.height + 1, 0, 2);
            canvas_free(&c);
        }
    }
    assert_int_equal(fov__draw_text_size("", 20, 2).width, 0);
}

static void draw__text_grows_with_its_height(void **state)
{
    (void)state;
    const char *text = "The quick brown fox 0123456789";
    for (int height = 8; height <= 100; height++) {
        const fov_size one = fov__draw_text_size(text, height, height * 0.14);
        const fov_size two = fov__draw_text_size(text, 2 * height, height * 0.28);
        assert_in_range(two.height - 2 * one.height + 2, 0, 4);
        /* Each letter is set on whole pixels, so small sizes come in steps. */
        const double ratio = (double)two.width / one.width;
        assert_true(ratio > 1.85 && ratio < (height < 10 ? 2.25 : 2.15));
        assert_true(fov__draw_text_size(text, height + 1, height * 0.14).width >= one.width);
    }
}

static struct canvas letter_canvas(const char *text, double height)
{
    struct canvas c = canvas_new(90, 60, 3, 255);
    fov__draw_text(&c.px, (fov_point){8, 4}, text, height, pen(height * 0.14));
    return c;
}

static void draw__every_letter_has_ink_and_its_own_shape(void **state)
{
    (void)state;
    static const double heights[] = {8, 10, 14, 24, 40};
    for (size_t h = 0; h < FOV_COUNT(heights); h++) {
        struct canvas all[96];
        for (int i = 0; i < 96; i++) {
            const char text[] = {(char)(i < 95 ? 32 + i : 1), 0};
            all[i] = letter_canvas(text, heights[h]);
            assert_true(i == 0 ? ink_on(&all[i]) == 0 : ink_on(&all[i]) > 0.5);
            for (int k = 0; k < i; k++)
                assert_false(is_same(&all[i], &all[k]));
        }
        for (int i = 0; i < 96; i++)
            canvas_free(&all[i]);
    }
}

static void draw__digits_are_equally_wide(void **state)
{
    (void)state;
    for (int height = 8; height <= 48; height++) {
        const int32_t eight = fov__draw_text_size("8888", height, height * 0.14).width;
        for (char digit = '0'; digit <= '9'; digit++) {
            const char text[] = {digit, digit, digit, digit, 0};
            assert_int_equal(fov__draw_text_size(text, height, height * 0.14).width, eight);
        }
    }
}

static void draw__what_the_font_lacks_is_one_box_each(void **state)
{
    (void)state;
    static const char *const same[] = {
        "a\x01z", "a\xc3\xbcz", "a\xe2\x82\xacz", "a\xf0\x9f\x98\x80z", "a\x7fz", "a\xffz"};
    struct canvas first = letter_canvas(same[0], 20), none = letter_canvas("az", 20);
    assert_false(is_same(&first, &none));
    for (size_t i = 1; i < FOV_COUNT(same); i++) {
        struct canvas c = letter_canvas(same[i], 20);
        assert_true(is_same(&first, &c));
        canvas_free(&c);
    }
    /* The box is hollow: its middle stays paper. */
    struct canvas box = letter_canvas("\xc3\xbc", 20);
    const struct bounds b = ink_bounds(&box);
    assert_int_equal(red_at(&box, (b.x1 + b.x2) / 2, (b.y1 + b.y2) / 2), 255);
    assert_int_equal(red_at(&box, b.x1 + 1, (b.y1 + b.y2) / 2), 0);
    canvas_free(&first);
    canvas_free(&none);
    canvas_free(&box);
}

static void draw__a_letter_looks_the_same_everywhere(void **state)
{
    (void)state;
    struct canvas c = canvas_new(300, 40, 3, 255);
    fov__draw_text(&c.px, (fov_point){5.3, 6.4}, "RRRRRRRR", 13, pen(1.8));
    const int32_t step =
        fov__draw_text_size("RR", 13, 1.8).width - fov__draw_text_size("R", 13, 1.8).width;
    /* Not the first and the last: the cells of the others get a trace of both neighbours' ends. */
    for (int32_t x = 5 + step; x < 5 + 2 * step; x++) {
        for (int32_t y = 0; y < 40; y++) {
            for (int32_t i = 1; i < 6; i++)
                assert_int_equal(red_at(&c, x, y), red_at(&c, x + i * step, y));
        }
    }
    canvas_free(&c);
}

static void draw__stems_and_bars_are_sharp_at_label_sizes(void **state)
{
    (void)state;
    for (int height = 8; height <= 24; height++) {
        struct canvas c = letter_canvas("HE", height);
        /* The left stem's first column and the foot of the E are full ink beside bare paper. */
        assert_int_equal(red_at(&c, 7, 4 + height / 4), 255);
        assert_int_equal(red_at(&c, 8, 4 + height / 4), 0);
        const struct bounds b = ink_bounds(&c);
        assert_int_equal(b.y1, 4);
        assert_int_equal(b.y2, 4 + height);
        assert_int_equal(red_at(&c, b.x2 - 3, 4 + height - 1), 0);
        canvas_free(&c);
    }
}

/* ---- the specimen ---------------------------------------------------------------------------- */

static void draw_specimen(struct fov_pixels *px)
{
    static const char *const lines[] = {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz",
                                        "0123456789 !\"#$%&'()*+,-./",
                                        ":;<=>?@[\\]^_`{|}~ \xc3\xbc 1Il| O0Q S5 B8 Z2"};
    static const int heights[] = {8, 10, 14, 20, 32};
    double y = 6;
    for (size_t h = 0; h < FOV_COUNT(heights); h++) {
        for (size_t i = 0; i < FOV_COUNT(lines); i++) {
            fov__draw_text(px, (fov_point){6, y}, lines[i], heights[h],
                           (struct fov_ink){20, 30, 60, heights[h] * 0.14});
            y += heights[h] * 1.5 + 4;
        }
    }
    for (int i = 0; i < 12; i++) {
        const double x = 640 + 12 * (i % 6), w = 0.5 + 0.5 * i, up = i < 6 ? 8 : 90;
        const fov_point zigzag[] = {{x, up}, {x + 9, up + 20}, {x - 3, up + 40}, {x + 6, up + 60}};
        fov__draw_polyline(px, zigzag, 4, false, (struct fov_ink){200, 30, 30, w * 0.6});
        fov__draw_disc(px, (fov_point){x + 80, up + 30.3}, w, (struct fov_ink){0, 120, 60, 0});
    }
    fov__draw_triangle(px, (fov_point){650, 180}, (fov_point){705.5, 190.25}, (fov_point){660, 215},
                       (struct fov_ink){0, 60, 200, 0});
    fov__draw_plate(px, (fov_box){640.5, 200.25, 690, 230.75}, (struct fov_ink){255, 220, 0, 0},
                    0.6);
}

static void specimen_write(const struct canvas *c)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_RGB};
    image.width = (png_uint_32)c->px.width;
    image.height = (png_uint_32)c->px.height;
    assert_true(
        png_image_write_to_file(&image, SPECIMEN, 0, c->px.data, (png_int_32)c->px.stride, NULL));
}

static void draw__specimen_is_the_same_to_the_byte(void **state)
{
    (void)state;
    struct canvas c = canvas_new(800, 620, 3, 255);
    draw_specimen(&c.px);
    if (getenv("FOV_UPDATE") != NULL)
        specimen_write(&c);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, SPECIMEN));
    assert_int_equal(image.width, c.px.width);
    assert_int_equal(image.height, c.px.height);
    image.format = PNG_FORMAT_RGB;
    uint8_t *golden = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(golden);
    assert_true(png_image_finish_read(&image, NULL, golden, 0, NULL));
    for (int32_t y = 0; y < c.px.height; y++)
        assert_memory_equal(fov__pixels_row(&c.px, y), golden + (size_t)y * 2400, 2400);
    free(golden);
    canvas_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draw__a_line_on_the_pixel_grid_has_hard_sides),
        cmocka_unit_test(draw__ink_is_length_times_width),
        cmocka_unit_test(draw__joins_and_crossings_are_not_darker),
        cmocka_unit_test(draw__a_path_there_and_back_is_the_path),
        cmocka_unit_test(draw__a_mirrored_stroke_is_the_mirrored_picture),
        cmocka_unit_test(draw__a_whole_pixel_shift_shifts_the_picture),
        cmocka_unit_test(draw__a_line_from_far_away_is_the_line),
        cmocka_unit_test(draw__shapes_have_their_area),
        cmocka_unit_test(draw__a_cut_triangle_is_the_same_triangle),
        cmocka_unit_test(draw__ink_makes_a_transparent_pixel_opaque),
        cmocka_unit_test(draw__no_number_makes_it_write_outside),
        cmocka_unit_test(draw__what_is_outside_changes_nothing),
        cmocka_unit_test(draw__text_size_is_that_of_the_ink),
        cmocka_unit_test(draw__text_grows_with_its_height),
        cmocka_unit_test(draw__every_letter_has_ink_and_its_own_shape),
        cmocka_unit_test(draw__digits_are_equally_wide),
        cmocka_unit_test(draw__what_the_font_lacks_is_one_box_each),
        cmocka_unit_test(draw__a_letter_looks_the_same_everywhere),
        cmocka_unit_test(draw__stems_and_bars_are_sharp_at_label_sizes),
        cmocka_unit_test(draw__specimen_is_the_same_to_the_byte),
    };
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
