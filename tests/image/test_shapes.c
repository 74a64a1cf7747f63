/* SPDX-License-Identifier: MIT */
/* Areas of one colour and straight lines, on pictures drawn here: against a flood fill, against the
 * numbers that were drawn, through smoothing, noise, outlines and print. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "image/shapes_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- drawing -------------------------------------------------------------------------------- */

static fov_context *ctx;

static int open_context(void **state)
{
    (void)state;
    return fov_context_new(&ctx, NULL, NULL);
}

static int close_context(void **state)
{
    (void)state;
    fov_context_free(ctx);
    return 0;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static struct fov_pixels *sheet(int32_t width, int32_t height, int32_t bands, uint32_t color)
{
    struct fov_pixels *px = NULL;
    assert_int_equal(fov__pixels_new(&px, ctx, width, height, bands, NULL), FOV_OK);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            uint8_t *p = fov__pixels_row(px, y) + x * bands;
            for (int c = 0; c < bands; c++)
                p[c] = (uint8_t)(c == 3 ? 255 : color >> (16 - 8 * c) & 255);
        }
    }
    return px;
}

static void put(struct fov_pixels *px, int32_t x, int32_t y, uint32_t color, double share)
{
    if (x < 0 || y < 0 || x >= px->width || y >= px->height)
        return;
    uint8_t *p = fov__pixels_row(px, y) + x * px->bands;
    for (int c = 0; c < 3; c++)
        p[c] = (uint8_t)lrint(p[c] + share * ((double)(color >> (16 - 8 * c) & 255) - p[c]));
}

static double part(double lo, double hi, double from, double to)
{
    const double a = lo > from ? lo : from, b = hi < to ? hi : to;
    return b > a ? b - a : 0;
}

/* A rectangle, smoothed where it covers pixels in part. */
static void bar(struct fov_pixels *px, double x1, double y1, double x2, double y2, uint32_t color)
{
    for (int32_t y = (int32_t)y1; y < y2; y++) {
        for (int32_t x = (int32_t)x1; x < x2; x++)
            put(px, x, y, color, part(x, x + 1, x1, x2) * part(y, y + 1, y1, y2));
    }
}

/* What `inside` says of 8x8 places in each pixel. */
typedef bool (*inside_fn)(double x, double y, const double *v);
static void paint(struct fov_pixels *px, inside_fn inside, const double *v, uint32_t color)
{
    for (int32_t y = 0; y < px->height; y++) {
        for (int32_t x = 0; x < px->width; x++) {
            int n = 0;
            for (int k = 0; k < 64; k++)
                n += inside(x + (k % 8 + 0.5) / 8, y + (k / 8 + 0.5) / 8, v);
            put(px, x, y, color, n / 64.0);
        }
    }
}

static bool in_disc(double x, double y, const double *v)
{
    return hypot(x - v[0], y - v[1]) <= v[2];
}

/* Clockwise from twelve, in degrees. */
static bool in_slice(double x, double y, const double *v)
{
    double turn = atan2(x - v[0], v[1] - y) * 180 / 3.14159265358979323846;
    turn = turn < 0 ? turn + 360 : turn;
    return hypot(x - v[0], y - v[1]) <= v[2] && turn >= v[3] && turn < v[4];
}

/* A stroke from v[0],v[1] to v[2],v[3], v[4] wide. */
static bool in_stroke(double x, double y, const double *v)
{
    const double dx = v[2] - v[0], dy = v[3] - v[1], length = hypot(dx, dy),
                 along = ((x - v[0]) * dx + (y - v[1]) * dy) / length,
                 off = ((x - v[0]) * dy - (y - v[1]) * dx) / length;
    return along >= 0 && along <= length && fabs(off) <= v[4] / 2;
}

static void add_noise(struct fov_pixels *px, int32_t most, uint32_t seed)
{
    for (int32_t y = 0; y < px->height; y++) {
        uint8_t *row = fov__pixels_row(px, y);
        for (int32_t i = 0; i < px->width * px->bands; i++)
            row[i] = fov__clamp_u8(row[i] +
                                   (int32_t)(next_random(&seed) % (2 * (uint32_t)most + 1)) - most);
    }
}

static const struct fov__filter *caller(void)
{
    static struct fov__filter filter;
    filter = (struct fov__filter){ctx, NULL, "test"};
    return &filter;
}

static struct fov__regions regions(struct fov_pixels *px, uint32_t min_area,
                                   enum fov__regions_order order)
{
    struct fov__regions out;
    const struct fov__regions_ask ask = {.min_area = min_area, .order = order};
    assert_int_equal(fov__regions_find(&out, caller(), px, &ask, NULL), FOV_OK);
    fov__pixels_unref(px);
    return out;
}

static struct fov__regions regions_of(struct fov_pixels *px, uint32_t color, double tolerance)
{
    struct fov__regions out;
    const struct fov__regions_ask ask = {
        .min_area = 5,
        .has_color = true,
        .color = {(uint8_t)(color >> 16), (uint8_t)(color >> 8), (uint8_t)color},
        .tolerance = tolerance};
    assert_int_equal(fov__regions_find(&out, caller(), px, &ask, NULL), FOV_OK);
    fov__pixels_unref(px);
    return out;
}

static void expect_box(const struct fov__region *r, double x1, double y1, double x2, double y2,
                       double slack)
{
    if (fabs(r->x1 - x1) > slack || fabs(r->y1 - y1) > slack || fabs(r->x2 - x2) > slack ||
        fabs(r->y2 - y2) > slack)
        fail_msg("[%d,%d,%d,%d] is not [%g,%g,%g,%g]", r->x1, r->y1, r->x2, r->y2, x1, y1, x2, y2);
}

/* ---- areas ---------------------------------------------------------------------------------- */

static const uint32_t inks[] = {0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd, 0x101010};

/* The connected pixels of one value, by flooding. */
static uint32_t flood(const struct fov_pixels *px, uint8_t *seen, int32_t x, int32_t y)
{
    static int32_t stack[1 << 18];
    const uint8_t *color = fov__pixels_row(px, y) + x * 3;
    uint32_t n = 0, top = 0;
    stack[top++] = y * px->width + x;
    seen[y * px->width + x] = 1;
    while (top > 0) {
        const int32_t at = stack[--top], u = at % px->width, v = at / px->width;
        static const int32_t step[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
        n++;
        for (int k = 0; k < 4; k++) {
            const int32_t a = u + step[k][0], b = v + step[k][1];
            if (a < 0 || b < 0 || a >= px->width || b >= px->height || seen[b * px->width + a] ||
                memcmp(color, fov__pixels_row(px, b) + a * 3, 3) != 0)
                continue;
            seen[b * px->width + a] = 1;
            stack[top++] = b * px->width + a;
        }
    }
    return n;
}

/* Shapes in cells of their own, unsmoothed: every pixel counts. */
static void regions__agree_with_a_flood_fill(void **state)
{
    uint32_t seed = 11;
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct fov_pixels *px = sheet(240, 200, 3, 0xfafafa);
        static uint8_t seen[240 * 200];
        uint32_t areas[64], n = 0;
        for (int cell = 0; cell < 30; cell++) {
            const int32_t x = cell % 6 * 40 + 2 + (int32_t)(next_random(&seed) % 8),
                          y = cell / 6 * 40 + 2 + (int32_t)(next_random(&seed) % 8),
                          w = 4 + (int32_t)(next_random(&seed) % 22),
                          h = 4 + (int32_t)(next_random(&seed) % 22);
            const bool is_bent = next_random(&seed) % 3 == 0;
            for (int32_t v = 0; v < h; v++) {
                for (int32_t u = 0; u < w; u++) {
                    if (!is_bent || u < 4 || v < 4)
                        put(px, x + u, y + v, inks[cell % 6], 1);
                }
            }
        }
        memset(seen, 0, sizeof(seen));
        for (int32_t i = 0; i < 240 * 200; i++) {
            const uint32_t area = seen[i] ? 0 : flood(px, seen, i % 240, i / 240);
            if (area > 0 && area < 10000)
                areas[n++] = area;
        }
        assert_int_equal(n, 30);
        const struct fov__regions got = regions(px, 5, FOV__REGIONS_LARGEST);
        assert_int_equal(got.count, 30);
        uint64_t sum = 0;
        for (uint32_t i = 0; i < got.count; i++) {
            uint32_t k = 0;
            while (k < n && areas[k] != got.v[i].area)
                k++;
            assert_true(k < n); /* each flooded area is there, and once */
            areas[k] = 0;
            sum += got.v[i].area;
            assert_true(i == 0 || got.v[i].area <= got.v[i - 1].area);
        }
        assert_true(sum == got.area);
    }
}

static void regions__put_smoothed_edges_where_most_of_them_is(void **state)
{
    uint32_t seed = 5;
    (void)state;
    for (int round = 0; round < 30; round++) {
        double box[5][4];
        struct fov_pixels *px = sheet(300, 200, 3, 0xffffff);
        for (int i = 0; i < 5; i++) {
            box[i][0] = 10 + i * 55 + next_random(&seed) % 100 / 100.0;
            box[i][1] = 20 + next_random(&seed) % 12000 / 100.0;
            box[i][2] = box[i][0] + 20 + next_random(&seed) % 1500 / 100.0;
            box[i][3] = 180.0 + next_random(&seed) % 100 / 100.0;
            bar(px, box[i][0], box[i][1], box[i][2], box[i][3], inks[i]);
        }
        const struct fov__regions got = regions(px, 20, FOV__REGIONS_ACROSS);
        assert_int_equal(got.count, 5);
        for (int i = 0; i < 5; i++) {
            const double exact = (box[i][2] - box[i][0]) * (box[i][3] - box[i][1]);
            expect_box(&got.v[i], box[i][0], box[i][1], box[i][2], box[i][3], 0.52);
            assert_true(fabs(got.v[i].area / exact - 1) < 0.06);
            assert_true(fabs(got.v[i].cx - (box[i][0] + box[i][2]) / 2) < 0.52);
            for (int c = 0; c < 3; c++)
                assert_int_equal(got.v[i].rgb[c], inks[i] >> (16 - 8 * c) & 255);
        }
    }
}

/* Slices of 10 to 120 degrees that touch: each has its share of the disc to half a percent. */
static void regions__tell_slices_that_touch_apart(void **state)
{
    static const double ends[] = {0, 120, 210, 270, 315, 350, 360};
    struct fov_pixels *px = sheet(320, 320, 3, 0xffffff);
    (void)state;
    for (int i = 0; i < 6; i++) {
        const double v[] = {160.3, 159.6, 140, ends[i], ends[i + 1]};
        paint(px, in_slice, v, inks[i]);
    }
    const struct fov__regions got = regions(px, 30, FOV__REGIONS_LARGEST);
    assert_int_equal(got.count, 6);
    for (int i = 0; i < 6; i++)
        assert_true(fabs(got.v[i].area / (double)got.area - (ends[i + 1] - ends[i]) / 360) < 0.005);
}

static void regions__do_not_count_outlines(void **state)
{
    struct fov_pixels *px = sheet(200, 120, 3, 0xffffff);
    (void)state;
    for (int i = 0; i < 3; i++) {
        bar(px, 20 + i * 60, 20 + i * 10, 60 + i * 60, 110, 0x000000);
        bar(px, 22 + i * 60, 22 + i * 10, 58 + i * 60, 108, 0x6699cc);
    }
    const struct fov__regions got = regions(px, 30, FOV__REGIONS_ACROSS);
    assert_int_equal(got.count, 3);
    for (int i = 0; i < 3; i++)
        expect_box(&got.v[i], 22 + i * 60, 22 + i * 10, 58 + i * 60, 108, 0);
}

/* Gridlines behind bars part the background, gridlines over them part the bars. */
static void regions__see_bars_through_gridlines(void **state)
{
    (void)state;
    for (int is_over = 0; is_over < 2; is_over++) {
        struct fov_pixels *px = sheet(240, 160, 3, 0xffffff);
        for (int k = 0; k < 2; k++) {
            for (int y = 12; y < 160 && k == is_over; y += 25)
                bar(px, 0, y, 240, y + 1, 0xbbbbbb);
            for (int i = 0; i < 4 && k == 0; i++)
                bar(px, 20 + i * 55, 20 + i * 30, 50 + i * 55, 150, 0x1f77b4);
        }
        if (is_over == 0) { /* drawn again on top */
            for (int i = 0; i < 4; i++)
                bar(px, 20 + i * 55, 20 + i * 30, 50 + i * 55, 150, 0x1f77b4);
        }
        const struct fov__regions got = regions(px, 30, FOV__REGIONS_ACROSS);
        assert_int_equal(got.count, 4);
        for (int i = 0; i < 4; i++)
            expect_box(&got.v[i], 20 + i * 55, 20 + i * 30, 50 + i * 55, 150, 0);
    }
}

/* Two bars with the page between them are two, however near. */
static void regions__keep_neighbours_apart(void **state)
{
    struct fov_pixels *px = sheet(100, 100, 3, 0xffffff);
    (void)state;
    bar(px, 20, 20, 40, 90, 0x1f77b4);
    bar(px, 41, 20, 60, 90, 0x1f77b4);
    bar(px, 62, 20, 80, 90, 0x1f77b4);
    const struct fov__regions got = regions(px, 30, FOV__REGIONS_ACROSS);
    assert_int_equal(got.count, 3);
}

static void regions__count_print_to_what_it_lies_on(void **state)
{
    struct fov_pixels *px = sheet(400, 300, 3, 0xffffff);
    (void)state;
    bar(px, 30, 20, 170, 100, 0x1f77b4);
    for (int i = 0; i < 8; i++) /* thin strokes of another colour */
        bar(px, 40 + i * 3, 80, 41 + i * 3, 90, 0x101010);
    for (int i = 0; i < 4; i++) { /* zeros, with the bar's colour inside */
        bar(px, 60 + i * 14, 50, 69 + i * 14, 66, 0xffffff);
        bar(px, 63 + i * 14, 53, 66 + i * 14, 63, 0x1f77b4);
    }
    bar(px, 150, 30, 190, 33, 0x333333); /* a leader that goes on outside does not belong */
    const struct fov__regions got = regions(px, 40, FOV__REGIONS_LARGEST);
    expect_box(&got.v[0], 30, 20, 170, 100, 0);
    assert_int_equal(got.v[0].area, 140 * 80 - 20 * 3);
}

static void regions__look_through_noise(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 10; seed++) {
        struct fov_pixels *px = sheet(300, 200, 3, 0xf4f4f4);
        for (int i = 0; i < 5; i++)
            bar(px, 10 + i * 55, 30 + i * 20, 45 + i * 55, 190, inks[i]);
        add_noise(px, 2, seed);
        const struct fov__regions got = regions(px, 60, FOV__REGIONS_ACROSS);
        assert_int_equal(got.count, 5);
        for (int i = 0; i < 5; i++)
            expect_box(&got.v[i], 10 + i * 55, 30 + i * 20, 45 + i * 55, 190, 1);
    }
}

static void regions__know_a_panel_on_a_page(void **state)
{
    struct fov_pixels *px = sheet(300, 200, 3, 0xffffff);
    (void)state;
    bar(px, 30, 20, 280, 170, 0xebebeb);
    for (int i = 1; i < 6; i++)
        bar(px, 30, 20 + i * 25, 280, 21 + i * 25, 0xffffff);
    for (int i = 0; i < 3; i++)
        bar(px, 60 + i * 70, 60 + i * 30, 100 + i * 70, 165, inks[i]);
    const struct fov__regions got = regions(px, 30, FOV__REGIONS_ACROSS);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.backgrounds, 2);
    assert_int_equal(got.background[0][0], 0xff);
    assert_int_equal(got.background[1][0], 0xeb);
    /* But a large bar is no panel. */
    px = sheet(100, 100, 3, 0xffffff);
    bar(px, 10, 10, 80, 90, 0x1f77b4);
    bar(px, 84, 50, 95, 90, 0xff7f0e);
    assert_int_equal(regions(px, 30, FOV__REGIONS_ACROSS).count, 2);
}

static void regions__find_small_dots(void **state)
{
    struct fov_pixels *px = sheet(300, 200, 3, 0xffffff);
    uint32_t seed = 3;
    double at[40][3];
    (void)state;
    for (int i = 0; i < 40; i++) {
        at[i][0] = 15 + i % 8 * 35 + next_random(&seed) % 900 / 100.0;
        at[i][1] = 15 + i / 8 * 38 + next_random(&seed) % 900 / 100.0;
        at[i][2] = 2.8 + i % 3;
        paint(px, in_disc, at[i], inks[i % 6]);
    }
    const struct fov__regions got = regions(px, 12, FOV__REGIONS_LARGEST);
    assert_int_equal(got.count, 40);
    for (uint32_t k = 0; k < got.count; k++) {
        double least = 1e9;
        for (int i = 0; i < 40; i++) {
            const double off = hypot(got.v[k].cx - at[i][0], got.v[k].cy - at[i][1]);
            least = off < least ? off : least;
        }
        assert_true(least < 0.3);
    }
}

static void regions__tell_the_largest_of_too_many(void **state)
{
    struct fov_pixels *px = sheet(400, 400, 3, 0xffffff);
    (void)state;
    for (int i = 0; i < 100; i++)
        bar(px, 5 + i % 10 * 39, 5 + i / 10 * 39, 5 + i % 10 * 39 + 5 + i / 4, 5 + i / 10 * 39 + 8,
            0x1f77b4);
    const struct fov__regions got = regions(px, 5, FOV__REGIONS_DOWN);
    assert_int_equal(got.found, 100);
    assert_int_equal(got.count, FOV__SHAPES_MAX);
    for (uint32_t i = 0; i < got.count; i++) {
        assert_true(got.v[i].area >= 8 * (5 + 36 / 4));
        assert_true(i == 0 || got.v[i].cy >= got.v[i - 1].cy);
    }
}

static void regions__of_a_color_may_be_thin(void **state)
{
    struct fov_pixels *px = sheet(200, 100, 3, 0xffffff);
    (void)state;
    bar(px, 10, 50, 190, 51, 0xd62728);
    bar(px, 40, 20, 60, 40, 0x1f77b4);
    bar(px, 100, 20, 120, 40, 0x1f77b4);
    bar(px, 121, 20, 130, 40, 0x2a80bb); /* near, not the same */
    struct fov__regions got = regions_of(px, 0xd62728, 5);
    assert_int_equal(got.count, 1);
    expect_box(&got.v[0], 10, 50, 190, 51, 0);
    px = sheet(200, 100, 3, 0xffffff);
    bar(px, 40, 20, 60, 40, 0x1f77b4);
    bar(px, 121, 20, 130, 40, 0x2a80bb);
    assert_int_equal(regions_of(fov__pixels_ref(px), 0x1f77b4, 1).count, 1);
    assert_int_equal(regions_of(fov__pixels_ref(px), 0x1f77b4, 12).count, 2);
    assert_int_equal(regions_of(px, 0x00ff00, 12).count, 0);
}

static void regions__find_nothing_where_nothing_is(void **state)
{
    struct fov_pixels *px;
    (void)state;
    for (int32_t side = 1; side < 6; side++) {
        const struct fov__regions got = regions(sheet(side, 7 - side, 3, 0x88aa22), 1, 0);
        assert_int_equal(got.found, 0);
        assert_int_equal(regions_of(sheet(side, 7 - side, 3, 0x88aa22), 0, 5).found, 0);
    }
    /* All transparent is white. */
    px = sheet(50, 50, 4, 0x123456);
    for (int32_t y = 0; y < 50; y++) {
        for (int32_t x = 0; x < 50; x++)
            fov__pixels_row(px, y)[x * 4 + 3] = x > 10 && x < 30 && y > 10 && y < 30 ? 255 : 0;
    }
    const struct fov__regions got = regions(px, 5, 0);
    assert_int_equal(got.count, 1);
    expect_box(&got.v[0], 11, 11, 30, 30, 0);
    assert_int_equal(got.background[0][0], 255);
}

/* A photograph's worth of noise neither fails nor takes for ever. */
static void regions__survive_pure_noise(void **state)
{
    struct fov_pixels *px = sheet(500, 400, 3, 0x808080);
    (void)state;
    add_noise(px, 127, 9);
    const struct fov__regions got = regions(px, 16, 0);
    assert_true(got.found < 200);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static struct fov__segments segments(struct fov_pixels *px, double min_length, double min_angle,
                                     double max_angle)
{
    struct fov__segments out;
    const struct fov__segments_ask ask = {min_length, min_angle, max_angle};
    assert_int_equal(fov__segments_find(&out, caller(), px, &ask, NULL), FOV_OK);
    fov__pixels_unref(px);
    return out;
}

static void expect_line(const struct fov__segment *s, double x1, double y1, double x2, double y2,
                        double slack)
{
    if (fabs(s->x1 - x1) > slack || fabs(s->y1 - y1) > slack || fabs(s->x2 - x2) > slack ||
        fabs(s->y2 - y2) > slack)
        fail_msg("[%g,%g,%g,%g] is not [%g,%g,%g,%g]", s->x1, s->y1, s->x2, s->y2, x1, y1, x2, y2);
}

static void segments__lie_in_the_middle_of_their_pixels(void **state)
{
    struct fov_pixels *px = sheet(200, 150, 3, 0xffffff);
    (void)state;
    bar(px, 20, 100, 180, 101, 0x000000);
    bar(px, 60, 10, 63, 90, 0x1f77b4);
    const struct fov__segments got = segments(px, 16, -90, 90);
    assert_int_equal(got.count, 2);
    expect_line(&got.v[0], 20, 100.5, 180, 100.5, 1e-9);
    expect_line(&got.v[1], 61.5, 10, 61.5, 90, 1e-9);
    assert_true(fabs(got.v[0].width - 1) < 1e-9 && fabs(got.v[1].width - 3) < 1e-9);
    assert_true(fov__segment_angle(&got.v[0]) == 0 && fov__segment_angle(&got.v[1]) == 90);
    assert_int_equal(got.v[1].rgb[2], 0xb4);
}

/* Any direction, any width, smoothed: the place to a seventh of a pixel, the angle to a fifth of a
 * degree. */
static void segments__are_exact_at_every_slant(void **state)
{
    uint32_t seed = 21;
    (void)state;
    for (int i = 0; i < 60; i++) {
        const double angle = (i * 3 + next_random(&seed) % 300 / 100.0) * 3.14159265358979 / 180;
        const double dx = cos(angle) * 80, dy = sin(angle) * 80,
                     cx = 100 + next_random(&seed) % 100 / 100.0,
                     cy = 100 + next_random(&seed) % 100 / 100.0, width = 1 + i % 4 * 0.7;
        const double v[] = {cx - dx, cy - dy, cx + dx, cy + dy, width};
        struct fov_pixels *px = sheet(200, 200, 3, 0xffffff);
        paint(px, in_stroke, v, 0x202060);
        const struct fov__segments got = segments(px, 60, -90, 90);
        assert_int_equal(got.count, 1);
        const struct fov__segment *s = &got.v[0];
        double turn = fov__segment_angle(s) - angle * 180 / 3.14159265358979;
        turn -= 180 * rint(turn / 180);
        const double off1 = ((s->x1 - cx) * dy - (s->y1 - cy) * dx) / 80,
                     off2 = ((s->x2 - cx) * dy - (s->y2 - cy) * dx) / 80;
        if (fabs(turn) > 0.2 || fabs(off1) > 0.15 || fabs(off2) > 0.15 ||
            fabs(s->length - 160) > 3.5 || fabs(s->width - width) > 0.35)
            fail_msg("%g degrees, %g wide: off by %g, %g and %g, %g long, %g wide",
                     angle * 57.29578, width, turn, off1, off2, s->length, s->width);
    }
}

/* Lines without smoothing step by whole pixels. */
static void segments__follow_steps(void **state)
{
    (void)state;
    for (int rise = 0; rise <= 150; rise += 10) {
        struct fov_pixels *px = sheet(200, 200, 3, 0xffffff);
        for (int x = 0; x <= 150; x++)
            put(px, 20 + x, 20 + (int32_t)lrint(x * rise / 150.0), 0, 1);
        const struct fov__segments got = segments(px, 100, -90, 90);
        assert_int_equal(got.count, 1);
        assert_true(fabs(fov__segment_angle(&got.v[0]) - atan2(rise, 150) * 57.29578) < 0.4);
        expect_line(&got.v[0], 20, 20.5, 171, 20.5 + rise, 1.2);
    }
}

static void segments__see_the_sides_of_a_bar(void **state)
{
    struct fov_pixels *px = sheet(200, 150, 3, 0xffffff);
    (void)state;
    bar(px, 40.3, 30.6, 90.25, 130, 0x1f77b4);
    const struct fov__segments got = segments(px, 16, -90, 90);
    assert_int_equal(got.count, 4);
    expect_line(&got.v[0], 40.3, 31, 40.3, 130, 0.6);
    expect_line(&got.v[1], 90.25, 31, 90.25, 130, 0.6);
    assert_true(fabs(got.v[0].x1 - 40.3) < 0.02 && fabs(got.v[1].x1 - 90.25) < 0.02);
    assert_true(fabs(got.v[2].y1 - 30.6) < 0.02 && fabs(got.v[3].y1 - 130) < 0.02);
    assert_true(got.v[0].width == 0 && got.v[0].rgb[0] == 255);
    assert_int_equal(got.v[0].other[0], 0x1f);
}

static void segments__join_what_is_parted(void **state)
{
    struct fov_pixels *px = sheet(300, 200, 3, 0xffffff);
    (void)state;
    for (int x = 20; x < 280; x += 10) /* dashes */
        bar(px, x, 40, x + 6, 41, 0x666666);
    for (int y = 60; y < 180; y += 30) /* a grid, behind thin bars */
        bar(px, 20, y, 280, y + 1, 0xcccccc);
    for (int i = 0; i < 4; i++)
        bar(px, 40 + i * 60, 70 + i * 10, 52 + i * 60, 190, 0x1f77b4);
    struct fov__segments got = segments(px, 100, -2, 2);
    assert_int_equal(got.count, 5);
    for (uint32_t i = 0; i < got.count; i++)
        assert_true(got.v[i].x1 == 20 && got.v[i].x2 >= 276 && got.v[i].width > 0);
    px = sheet(300, 60, 3, 0xffffff);
    for (int x = 20; x < 280; x += 3) /* dots */
        bar(px, x, 40, x + 1, 41, 0xaaaaaa);
    got = segments(px, 100, -2, 2);
    assert_int_equal(got.count, 1);
    expect_line(&got.v[0], 20, 40.5, 279, 40.5, 1e-9);
    /* Two lines on one level that are far apart are two; so are two side by side. */
    px = sheet(300, 100, 3, 0xffffff);
    bar(px, 10, 40, 40, 41, 0);
    bar(px, 250, 40, 280, 41, 0);
    bar(px, 10, 60, 40, 61, 0);
    bar(px, 10, 63, 40, 64, 0);
    got = segments(px, 16, -2, 2);
    assert_int_equal(got.count, 4);
}

static void segments__cross_each_other(void **state)
{
    struct fov_pixels *px = sheet(220, 220, 3, 0xffffff);
    (void)state;
    for (int i = 0; i < 5; i++) {
        bar(px, 10 + i * 50, 5, 11 + i * 50, 215, 0x999999);
        bar(px, 5, 10 + i * 50, 215, 11 + i * 50, 0x999999);
    }
    struct fov__segments got = segments(fov__pixels_ref(px), 100, -90, 90);
    assert_int_equal(got.count, 10);
    for (uint32_t i = 0; i < got.count; i++)
        assert_true(fabs(got.v[i].length - 210) < 1e-9);
    got = segments(fov__pixels_ref(px), 100, 85, 95);
    assert_int_equal(got.count, 5);
    got = segments(fov__pixels_ref(px), 100, -95, -85); /* the same lines, seen from below */
    assert_int_equal(got.count, 5);
    got = segments(px, 100, 10, 80);
    assert_int_equal(got.count, 0);
}

static void segments__do_not_take_curves_for_lines(void **state)
{
    (void)state;
    for (int radius = 30; radius <= 90; radius += 15) {
        struct fov_pixels *px = sheet(200, 200, 3, 0xffffff);
        const double disc[] = {100, 100, radius}, hole[] = {100, 100, radius - 2.0};
        paint(px, in_disc, disc, 0x303030);
        paint(px, in_disc, hole, 0xffffff);
        const struct fov__segments got = segments(px, 24, -90, 90);
        assert_int_equal(got.count, 0);
    }
}

static void segments__survive_noise_and_nothing(void **state)
{
    struct fov_pixels *px = sheet(400, 300, 3, 0x808080);
    (void)state;
    add_noise(px, 127, 4);
    assert_int_equal(segments(px, 24, -90, 90).found, 0);
    px = sheet(300, 200, 3, 0xf0f0f0);
    bar(px, 20, 100, 280, 101, 0x404040);
    add_noise(px, 2, 5);
    const struct fov__segments got = segments(px, 24, -90, 90);
    assert_int_equal(got.count, 1);
    expect_line(&got.v[0], 20, 100.5, 280, 100.5, 0.3);
    for (int32_t side = 1; side < 5; side++)
        assert_int_equal(segments(sheet(side, 5 - side, 3, 0), 1, -90, 90).found, 0);
    px = sheet(60, 60, 4, 0x000000); /* black, and nothing of it to be seen but one row */
    for (int32_t y = 0; y < 60; y++) {
        for (int32_t x = 0; x < 60; x++)
            fov__pixels_row(px, y)[x * 4 + 3] = y == 30 ? 255 : 0;
    }
    assert_int_equal(segments(px, 24, -90, 90).count, 1);
}

static void segments__tell_the_longest_of_too_many(void **state)
{
    struct fov_pixels *px = sheet(400, 400, 3, 0xffffff);
    (void)state;
    for (int i = 0; i < 80; i++)
        bar(px, 10, 4 + i * 5, 100 + i * 3, 5 + i * 5, 0);
    const struct fov__segments got = segments(px, 20, -90, 90);
    assert_int_equal(got.found, 80);
    assert_int_equal(got.count, FOV__SHAPES_MAX);
    for (uint32_t i = 0; i < got.count; i++)
        assert_true(got.v[i].length == 90 + (79 - (int)i) * 3);
}

/* ---- bounds --------------------------------------------------------------------------------- */

/* With too little memory both say so; that all is given back, the sanitizers see. */
static void shapes__say_when_memory_runs_out(void **state)
{
    struct fov_pixels *px = sheet(100, 80, 3, 0xffffff);
    struct fov__regions r;
    struct fov__segments s;
    const struct fov__regions_ask ra = {.min_area = 5};
    const struct fov__segments_ask sa = {16, -90, 90};
    const uint64_t normal = ctx->limits.memory_bytes;
    uint32_t refused = 0;
    (void)state;
    bar(px, 20, 20, 60, 70, 0x1f77b4);
    for (uint64_t more = 0; more < 400000; more += 1500) {
        ctx->limits.memory_bytes = atomic_load(&ctx->live_bytes) + more;
        const fov_status a = fov__regions_find(&r, caller(), px, &ra, NULL),
                         b = fov__segments_find(&s, caller(), px, &sa, NULL);
        assert_true(a == FOV_OK || a == FOV_E_MEMORY);
        assert_true(b == FOV_OK || b == FOV_E_MEMORY);
        refused += a < 0 || b < 0;
    }
    ctx->limits.memory_bytes = normal;
    assert_true(refused > 20);
    assert_int_equal(fov__regions_find(&r, caller(), px, &ra, NULL), FOV_OK);
    assert_int_equal(r.count, 1);
    fov__pixels_unref(px);
}

static void shapes__stop_when_cancelled(void **state)
{
    struct fov_pixels *px = sheet(100, 80, 3, 0xffffff);
    struct fov__regions r;
    struct fov__segments s;
    fov_cancel *cancel = NULL;
    fov_error err;
    (void)state;
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    fov_cancel_set(cancel);
    const struct fov__filter filter = {ctx, cancel, "test"};
    const struct fov__regions_ask ra = {.min_area = 5};
    const struct fov__segments_ask sa = {16, -90, 90};
    assert_int_equal(fov__regions_find(&r, &filter, px, &ra, &err), FOV_E_CANCELLED);
    assert_int_equal(fov__segments_find(&s, &filter, px, &sa, &err), FOV_E_CANCELLED);
    fov_cancel_free(cancel);
    fov__pixels_unref(px);
}

int main(void)
{
#define SHAPE(fn) cmocka_unit_test_setup_teardown(fn, open_context, close_context)
    const struct CMUnitTest tests[] = {
        SHAPE(regions__agree_with_a_flood_fill),
        SHAPE(regions__put_smoothed_edges_where_most_of_them_is),
        SHAPE(regions__tell_slices_that_touch_apart),
        SHAPE(regions__do_not_count_outlines),
        SHAPE(regions__see_bars_through_gridlines),
        SHAPE(regions__keep_neighbours_apart),
        SHAPE(regions__count_print_to_what_it_lies_on),
        SHAPE(regions__look_through_noise),
        SHAPE(regions__know_a_panel_on_a_page),
        SHAPE(regions__find_small_dots),
        SHAPE(regions__tell_the_largest_of_too_many),
        SHAPE(regions__of_a_color_may_be_thin),
        SHAPE(regions__find_nothing_where_nothing_is),
        SHAPE(regions__survive_pure_noise),
        SHAPE(segments__lie_in_the_middle_of_their_pixels),
        SHAPE(segments__are_exact_at_every_slant),
        SHAPE(segments__follow_steps),
        SHAPE(segments__see_the_sides_of_a_bar),
        SHAPE(segments__join_what_is_parted),
        SHAPE(segments__cross_each_other),
        SHAPE(segments__do_not_take_curves_for_lines),
        SHAPE(segments__survive_noise_and_nothing),
        SHAPE(segments__tell_the_longest_of_too_many),
        SHAPE(shapes__say_when_memory_runs_out),
        SHAPE(shapes__stop_when_cancelled),
    };
    return cmocka_run_group_tests_name("shapes", tests, NULL, NULL);
}
