/* SPDX-License-Identifier: MIT */
/* The filters against slow references that are written the obvious way. */
#include "op/harness.h"
#include "op/op_filters_internal.h"
#include "torture/torture.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH_MAX = 80, HEIGHT_MAX = 70 };

/* A rectangle inside a larger picture, to see that nothing outside it is touched. */
struct scene {
    uint8_t before[(WIDTH_MAX + 8) * (HEIGHT_MAX + 8) * 4],
        after[(WIDTH_MAX + 8) * (HEIGHT_MAX + 8) * 4];
    size_t stride;
    int32_t w, h, bands;
    struct op_view view;
};

static void scene_make(struct scene *s, int32_t w, int32_t h, int32_t bands, uint32_t seed)
{
    s->w = w;
    s->h = h;
    s->bands = bands;
    s->stride = (size_t)(w + 8) * (size_t)bands;
    for (size_t i = 0; i < sizeof(s->before); i++) {
        /* Half noise, half flat, so that ties and extremes both come. */
        const uint32_t r = next_random(&seed);
        s->before[i] = (uint8_t)((r & 0x300) == 0 ? 0 : (r & 0x300) == 0x300 ? 255 : r & 255);
    }
    memcpy(s->after, s->before, sizeof(s->after));
    s->view =
        (struct op_view){s->after + 3 * s->stride + 4 * (size_t)bands, s->stride, w, h, bands};
}

static int32_t at(const struct scene *s, int32_t x, int32_t y, int32_t c)
{
    x = x < 0 ? 0 : x >= s->w ? s->w - 1 : x;
    y = y < 0 ? 0 : y >= s->h ? s->h - 1 : y;
    return s->before[(size_t)(y + 3) * s->stride + (size_t)((x + 4) * s->bands + c)];
}

static int32_t got(const struct scene *s, int32_t x, int32_t y, int32_t c)
{
    return fov__view_row(&s->view, y)[x * s->bands + c];
}

static void outside_is_untouched(const struct scene *s)
{
    for (int32_t y = -3; y < s->h + 5; y++) {
        for (int32_t x = -4; x < s->w + 4; x++) {
            if (x >= 0 && x < s->w && y >= 0 && y < s->h)
                continue;
            const size_t i = (size_t)(y + 3) * s->stride + (size_t)((x + 4) * s->bands);
            assert_memory_equal(s->before + i, s->after + i, (size_t)s->bands);
        }
    }
}

static const int32_t sizes[][2] = {{1, 1},  {2, 1},  {1, 2},   {3, 3},   {2, 5},
                                   {16, 9}, {37, 8}, {64, 64}, {80, 70}, {7, 70}};

static int compare(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

static int32_t slow_median(const struct scene *s, int32_t x, int32_t y, int32_t c)
{
    int32_t v[9], n = 0;
    for (int32_t dy = -1; dy <= 1; dy++) {
        for (int32_t dx = -1; dx <= 1; dx++)
            v[n++] = at(s, x + dx, y + dy, c);
    }
    qsort(v, 9, sizeof(v[0]), compare);
    return v[4];
}

static int32_t slow_sharpen(const struct scene *s, int32_t x, int32_t y, int32_t c, double amount)
{
    static const double k[] = {1, 4, 6, 4, 1};
    double blurred = 0;
    for (int32_t dy = -2; dy <= 2; dy++) {
        for (int32_t dx = -2; dx <= 2; dx++)
            blurred += k[dx + 2] * k[dy + 2] / 256 * at(s, x + dx, y + dy, c);
    }
    const double v = at(s, x, y, c) + amount * (at(s, x, y, c) - blurred);
    return v < 0 ? 0 : v > 255 ? 255 : (int32_t)floor(v + 0.5);
}

static void op_filters__median_is_the_fifth_of_nine(void **state)
{
    static struct scene s;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            scene_make(&s, sizes[i][0], sizes[i][1], bands, 7u + (uint32_t)i);
            assert_int_equal(fov__filter_median(the_context(), s.view, 1, NULL, NULL), FOV_OK);
            for (int32_t y = 0; y < s.h; y++) {
                for (int32_t x = 0; x < s.w; x++) {
                    for (int32_t c = 0; c < 3; c++)
                        assert_int_equal(got(&s, x, y, c), slow_median(&s, x, y, c));
                    if (bands == 4)
                        assert_int_equal(got(&s, x, y, 3), at(&s, x, y, 3));
                }
            }
            outside_is_untouched(&s);
        }
    }
}

static void op_filters__median_twice_is_median_of_median(void **state)
{
    static struct scene once, twice;
    (void)state;
    scene_make(&once, 40, 30, 3, 99);
    scene_make(&twice, 40, 30, 3, 99);
    assert_int_equal(fov__filter_median(the_context(), once.view, 1, NULL, NULL), FOV_OK);
    assert_int_equal(fov__filter_median(the_context(), once.view, 1, NULL, NULL), FOV_OK);
    assert_int_equal(fov__filter_median(the_context(), twice.view, 2, NULL, NULL), FOV_OK);
    assert_memory_equal(once.after, twice.after, sizeof(once.after));
}

static void op_filters__sharpen_is_the_unsharp_mask(void **state)
{
    static struct scene s;
    static const double amounts[] = {0.25, 1, 2.5, 3};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        for (size_t k = 0; k < FOV_COUNT(amounts); k++) {
            scene_make(&s, sizes[i][0], sizes[i][1], 3 + (int32_t)(k & 1), 3u + (uint32_t)i);
            assert_int_equal(fov__filter_sharpen(the_context(), s.view, amounts[k], NULL, NULL),
                             FOV_OK);
            for (int32_t y = 0; y < s.h; y++) {
                for (int32_t x = 0; x < s.w; x++) {
                    for (int32_t c = 0; c < 3; c++)
                        assert_int_equal(got(&s, x, y, c), slow_sharpen(&s, x, y, c, amounts[k]));
                    if (s.bands == 4)
                        assert_int_equal(got(&s, x, y, 3), at(&s, x, y, 3));
                }
            }
            outside_is_untouched(&s);
        }
    }
}

static int32_t slow_luma(const struct scene *s, int32_t x, int32_t y)
{
    return (int32_t)floor(
        (13933.0 * at(s, x, y, 0) + 46871.0 * at(s, x, y, 1) + 4732.0 * at(s, x, y, 2)) / 65536 +
        0.5);
}

/* The mapped level of `luma` in tile (tx, ty), by counting. */
static double slow_map(const struct scene *s, int32_t nx, int32_t ny, int32_t tx, int32_t ty,
                       double clip, int32_t luma)
{
    double counts[256] = {0}, excess = 0, sum = 0, n = 0;
    for (int32_t y = ty * s->h / ny; y < (ty + 1) * s->h / ny; y++) {
        for (int32_t x = tx * s->w / nx; x < (tx + 1) * s->w / nx; x++, n++)
            counts[slow_luma(s, x, y)]++;
    }
    double limit = floor(clip * n / 256);
    limit = limit < 1 ? 1 : limit;
    for (int v = 0; v < 256; v++) {
        if (counts[v] > limit) {
            excess += counts[v] - limit;
            counts[v] = limit;
        }
    }
    for (int v = 0; v <= luma; v++)
        sum += counts[v];
    return 255 * (sum + excess * (luma + 1) / 256) / n;
}

static double slow_clahe(const struct scene *s, int32_t x, int32_t y, double clip)
{
    const int32_t nx = s->w / 8 < 1 ? 1 : s->w / 8 > 8 ? 8 : s->w / 8;
    const int32_t ny = s->h / 8 < 1 ? 1 : s->h / 8 > 8 ? 8 : s->h / 8;
    double u = (x + 0.5) * nx / s->w - 0.5, v = (y + 0.5) * ny / s->h - 0.5;
    u = u < 0 ? 0 : u > nx - 1 ? nx - 1 : u;
    v = v < 0 ? 0 : v > ny - 1 ? ny - 1 : v;
    const int32_t a = (int32_t)floor(u), b = (int32_t)floor(v);
    const int32_t a2 = a + 1 < nx ? a + 1 : a, b2 = b + 1 < ny ? b + 1 : b,
                  luma = slow_luma(s, x, y);
    const double f = u - a, g = v - b;
    return (slow_map(s, nx, ny, a, b, clip, luma) * (1 - f) +
            slow_map(s, nx, ny, a2, b, clip, luma) * f) *
               (1 - g) +
           (slow_map(s, nx, ny, a, b2, clip, luma) * (1 - f) +
            slow_map(s, nx, ny, a2, b2, clip, luma) * f) *
               g;
}

static void op_filters__clahe_is_within_two_levels_of_the_reference(void **state)
{
    static struct scene s;
    static const double clips[] = {0.5, 2, 8};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        for (size_t k = 0; k < FOV_COUNT(clips); k++) {
            scene_make(&s, sizes[i][0], sizes[i][1], 3 + (int32_t)(k & 1), 31u + (uint32_t)i);
            assert_int_equal(fov__filter_clahe(the_context(), s.view, clips[k], NULL, NULL),
                             FOV_OK);
            for (int32_t y = 0; y < s.h; y += 3) {
                for (int32_t x = 0; x < s.w; x += 5) {
                    const double change = slow_clahe(&s, x, y, clips[k]) - slow_luma(&s, x, y);
                    for (int32_t c = 0; c < 3; c++) {
                        double v = at(&s, x, y, c) + change;
                        v = v < 0 ? 0 : v > 255 ? 255 : v;
                        assert_true(fabs(got(&s, x, y, c) - v) <= 2.01);
                    }
                    if (s.bands == 4)
                        assert_int_equal(got(&s, x, y, 3), at(&s, x, y, 3));
                }
            }
            outside_is_untouched(&s);
        }
    }
}

static void op_filters__clahe_never_reverses_grey_levels_of_a_tile(void **state)
{
    static struct scene s;
    (void)state;
    scene_make(&s, 8, 8, 3, 5); /* one tile */
    for (int i = 0; i < 64; i++) {
        uint8_t *pixel = fov__view_row(&s.view, i / 8) + i % 8 * 3;
        pixel[0] = pixel[1] = pixel[2] = (uint8_t)(100 + i);
    }
    assert_int_equal(fov__filter_clahe(the_context(), s.view, 3, NULL, NULL), FOV_OK);
    for (int i = 1; i < 64; i++)
        assert_true(got(&s, i % 8, i / 8, 0) >= got(&s, (i - 1) % 8, (i - 1) / 8, 0));
    assert_true(got(&s, 7, 7, 0) - got(&s, 0, 0, 0) > 63); /* and spreads them */
}

static void op_filters__pow_agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int i = 0; i <= 255; i++) {
        for (double p = 0.1; p <= 10; p += 0.37) {
            const double x = i / 255.0;
            assert_true(fabs(fov__pow_unit(x, p) - pow(x, p)) < 1e-13);
        }
    }
    assert_true(fov__pow_unit(0, 0.1) == 0 && fov__pow_unit(1, 7) == 1);
}

static void op_filters__stop_when_cancelled(void **state)
{
    static struct scene s;
    fov_cancel *cancel = NULL;
    fov_error err;
    (void)state;
    assert_int_equal(fov_cancel_new(&cancel, the_context(), NULL), FOV_OK);
    fov_cancel_set(cancel);
    scene_make(&s, 20, 20, 3, 1);
    assert_int_equal(fov__filter_median(the_context(), s.view, 1, cancel, &err), FOV_E_CANCELLED);
    assert_int_equal(fov__filter_sharpen(the_context(), s.view, 1, cancel, &err), FOV_E_CANCELLED);
    assert_int_equal(fov__filter_clahe(the_context(), s.view, 1, cancel, &err), FOV_E_CANCELLED);
    fov_cancel_free(cancel);
}

static fov_status filter_once(void *user)
{
    static struct scene s;
    const int which = *(const int *)user;
    fov_context *ctx = NULL;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc < 0)
        return rc;
    scene_make(&s, 20, 20, 3, 1);
    if (which == 0)
        rc = fov__filter_median(ctx, s.view, 2, NULL, NULL);
    else if (which == 1)
        rc = fov__filter_sharpen(ctx, s.view, 2, NULL, NULL);
    else
        rc = fov__filter_clahe(ctx, s.view, 2, NULL, NULL);
    fov_context_free(ctx);
    return rc;
}

static void op_filters__survive_every_failed_allocation(void **state)
{
    (void)state;
    for (int which = 0; which < 3; which++)
        assert_true(torture_run(filter_once, &which, "filter", TORTURE_STRICT) > 1);
}

int suite_op_filters(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_filters__median_is_the_fifth_of_nine),
        cmocka_unit_test(op_filters__median_twice_is_median_of_median),
        cmocka_unit_test(op_filters__sharpen_is_the_unsharp_mask),
        cmocka_unit_test(op_filters__clahe_is_within_two_levels_of_the_reference),
        cmocka_unit_test(op_filters__clahe_never_reverses_grey_levels_of_a_tile),
        cmocka_unit_test(op_filters__pow_agrees_with_the_c_library),
        cmocka_unit_test(op_filters__stop_when_cancelled),
        cmocka_unit_test(op_filters__survive_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("op_filters", tests, NULL, NULL);
}
