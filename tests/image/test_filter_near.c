/* SPDX-License-Identifier: MIT */
/* The filters that look at neighbours, against slow references that are written the obvious way. */
#include "image/filter_support.h"
#include "torture/torture.h"

#include <math.h>
#include <stdlib.h>

#define EACH_SIZE(i)       \
    size_t i = 0;          \
    scene_sizes[i][0] > 0; \
    i++

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

static fov_status run_median(const struct fov__filter *filter, const struct fov__view *in,
                             const struct fov__view *out, const void *times)
{
    return fov__filter_median(filter, in, out, *(const int32_t *)times, NULL);
}

static void filter_near__median_is_the_fifth_of_nine(void **state)
{
    static struct scene s;
    const int32_t once = 1;
    (void)state;
    for (EACH_SIZE(i)) {
        for (int32_t bands = 1; bands <= 4; bands += bands == 1 ? 2 : 1) {
            scene_make(&s, scene_sizes[i][0], scene_sizes[i][1], bands, 7u + (uint32_t)i);
            scene_run(&s, bands, run_median, &once);
            for (int32_t k = 0; k < s.w * s.h * bands; k++) {
                const int32_t x = k / bands % s.w, y = k / bands / s.w, c = k % bands;
                assert_int_equal(got(&s, x, y, c),
                                 c == 3 ? at(&s, x, y, 3) : slow_median(&s, x, y, c));
            }
        }
    }
}

static void filter_near__median_twice_is_median_of_median(void **state)
{
    static struct scene once, twice;
    const int32_t one = 1, two = 2;
    (void)state;
    scene_make(&once, 40, 30, 3, 99);
    scene_make(&twice, 40, 30, 3, 99);
    scene_run(&once, 3, run_median, &one);
    memcpy(once.before, once.after, sizeof(once.before));
    scene_run(&once, 3, run_median, &one);
    scene_run(&twice, 3, run_median, &two);
    for (int32_t y = 0; y < 30; y++) {
        for (int32_t x = 0; x < 120; x++)
            assert_int_equal(got(&once, x / 3, y, x % 3), got(&twice, x / 3, y, x % 3));
    }
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

static fov_status run_sharpen(const struct fov__filter *filter, const struct fov__view *in,
                              const struct fov__view *out, const void *amount)
{
    return fov__filter_sharpen(filter, in, out, *(const double *)amount, NULL);
}

static void filter_near__sharpen_is_the_unsharp_mask(void **state)
{
    static struct scene s;
    static const double amounts[] = {0, 0.00390625, 0.25, 1, 2.5, 3}; /* whole in 1/256 */
    (void)state;
    for (EACH_SIZE(i)) {
        for (size_t k = 0; k < FOV_COUNT(amounts); k++) {
            const int32_t bands = k % 3 == 0 ? 1 : 3 + (int32_t)(k & 1);
            scene_make(&s, scene_sizes[i][0], scene_sizes[i][1], bands, 3u + (uint32_t)i);
            scene_run(&s, bands, run_sharpen, &amounts[k]);
            for (int32_t n = 0; n < s.w * s.h * bands; n++) {
                const int32_t x = n / bands % s.w, y = n / bands / s.w, c = n % bands;
                assert_int_equal(got(&s, x, y, c),
                                 c == 3 ? at(&s, x, y, 3) : slow_sharpen(&s, x, y, c, amounts[k]));
            }
        }
    }
}

/* The mapped level of `luma` in tile (tx, ty), by counting. */
static double slow_map(const struct scene *s, int32_t nx, int32_t ny, int32_t tx, int32_t ty,
                       double clip, int32_t luma)
{
    double counts[256] = {0}, excess = 0, sum = 0, n = 0;
    for (int32_t y = ty * s->h / ny; y < (ty + 1) * s->h / ny; y++) {
        for (int32_t x = tx * s->w / nx; x < (tx + 1) * s->w / nx; x++, n++)
            counts[luma_at(s, x, y)]++;
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
    const int32_t a2 = a + 1 < nx ? a + 1 : a, b2 = b + 1 < ny ? b + 1 : b, luma = luma_at(s, x, y);
    const double f = u - a, g = v - b;
    return (slow_map(s, nx, ny, a, b, clip, luma) * (1 - f) +
            slow_map(s, nx, ny, a2, b, clip, luma) * f) *
               (1 - g) +
           (slow_map(s, nx, ny, a, b2, clip, luma) * (1 - f) +
            slow_map(s, nx, ny, a2, b2, clip, luma) * f) *
               g;
}

static fov_status run_clahe(const struct fov__filter *filter, const struct fov__view *in,
                            const struct fov__view *out, const void *clip)
{
    return fov__filter_clahe(filter, in, out, *(const double *)clip, NULL);
}

static void filter_near__clahe_is_within_two_levels_of_the_reference(void **state)
{
    static struct scene s;
    static const double clips[] = {0.5, 2, 8};
    (void)state;
    for (EACH_SIZE(i)) {
        for (size_t k = 0; k < FOV_COUNT(clips); k++) {
            const int32_t bands = k == 2 ? 1 : 3 + (int32_t)(k & 1), colours = bands == 1 ? 1 : 3;
            const uint32_t seed = 31u + (uint32_t)i;
            (i & 1 ? scene_make : scene_make_photo)(&s, scene_sizes[i][0], scene_sizes[i][1], bands,
                                                    seed);
            scene_run(&s, bands, run_clahe, &clips[k]);
            for (int32_t y = 0; y < s.h; y += 3) {
                for (int32_t x = 0; x < s.w; x += 5) {
                    const double change = slow_clahe(&s, x, y, clips[k]) - luma_at(&s, x, y);
                    for (int32_t c = 0; c < colours; c++) {
                        double v = at(&s, x, y, c) + change;
                        v = v < 0 ? 0 : v > 255 ? 255 : v;
                        assert_true(fabs(got(&s, x, y, c) - v) <= 2.01);
                    }
                    if (bands == 4)
                        assert_int_equal(got(&s, x, y, 3), at(&s, x, y, 3));
                }
            }
        }
    }
}

static void filter_near__clahe_of_grey_is_that_of_equal_colours(void **state)
{
    static struct scene grey, colours;
    const double clip = 3;
    (void)state;
    scene_make(&grey, 80, 70, 1, 4);
    scene_make(&colours, 80, 70, 3, 4);
    for (int32_t k = 0; k < 80 * 70; k++) {
        const size_t pixel =
            (size_t)(k / 80 + MARGIN) * (80 + 2 * MARGIN) + (size_t)(k % 80) + MARGIN;
        memset(colours.before + 3 * pixel, grey.before[pixel], 3);
    }
    scene_run(&grey, 1, run_clahe, &clip);
    scene_run(&colours, 3, run_clahe, &clip);
    for (int32_t k = 0; k < 80 * 70 * 3; k++)
        assert_int_equal(got(&colours, k / 3 % 80, k / 240, k % 3),
                         got(&grey, k / 3 % 80, k / 240, 0));
}

static void filter_near__clahe_never_reverses_grey_levels_of_a_tile(void **state)
{
    static struct scene s;
    const double clip = 3;
    (void)state;
    scene_make(&s, 8, 8, 3, 5); /* one tile */
    for (int32_t i = 0; i < 64; i++) {
        const int32_t pixel = (i / 8 + MARGIN) * (8 + 2 * MARGIN) + i % 8 + MARGIN;
        memset(s.before + 3 * pixel, 100 + i, 3);
    }
    scene_run(&s, 3, run_clahe, &clip);
    for (int32_t i = 1; i < 64; i++)
        assert_true(got(&s, i % 8, i / 8, 0) >= got(&s, (i - 1) % 8, (i - 1) / 8, 0));
    assert_true(got(&s, 7, 7, 0) - got(&s, 0, 0, 0) > 63); /* and spreads them */
}

/* Pixels (97 k mod 640, 53 k mod 512) of filter_pattern() through createCLAHE(2, (8, 8)) of
 * opencv-python 5.0.0. It shares what is above the limit in whole pixels, we in parts of one, which
 * shows in tiles of few pixels. */
static const uint8_t cv_clahe[] = {
    1,   49,  74,  34,  101, 18,  251, 133, 105, 186, 40,  41,  150, 110, 243, 152, 168, 159,
    212, 115, 233, 15,  245, 195, 249, 237, 207, 2,   90,  213, 227, 219, 61,  88,  138, 36,
    169, 106, 152, 11,  212, 197, 159, 100, 103, 78,  157, 252, 162, 158, 160, 139, 178, 253,
    34,  50,  254, 54,  177, 158, 20,  124, 75,  86,  75,  42,  161, 80,  88,  98,  91,  141,
    47,  165, 188, 149, 212, 136, 87,  178, 211, 48,  197, 197, 175, 7,   250, 13,  38,  42,
    231, 21,  40,  72,  43,  119, 49,  16,  250, 174, 149, 182, 69,  185, 154, 185, 215, 231,
    248, 194, 121, 153, 119, 65,  25,  219, 203, 189, 157, 121};

static void filter_near__clahe_is_near_opencvs(void **state)
{
    enum { W = 640, H = 512 };
    static uint8_t grey[W * H];
    const struct fov__filter filter = {the_context(), NULL, "test"};
    const struct fov__view view = {grey, W, W, H, 1};
    int32_t off = 0;
    (void)state;
    for (int32_t k = 0; k < W * H; k++)
        grey[k] = (uint8_t)filter_pattern(k % W, k / W);
    assert_int_equal(fov__filter_clahe(&filter, &view, &view, 2, NULL), FOV_OK);
    for (int32_t k = 0; k < (int32_t)FOV_COUNT(cv_clahe); k++) {
        const int32_t by = abs(grey[53 * k % H * W + 97 * k % W] - cv_clahe[k]);
        assert_true(by <= 2);
        off += by;
    }
    assert_true(off <= (int32_t)FOV_COUNT(cv_clahe) / 8);
}

/* ---- every filter ---------------------------------------------------------------------------- */

static fov_status run_any(int which, fov_context *ctx, const fov_cancel *cancel, fov_error *err)
{
    static uint8_t pixels[3 * 40 * 40], out[40 * 40];
    const struct fov__filter filter = {ctx, cancel, "test"};
    const struct fov__view view = {pixels, 3 * 40, 40, 40, 3};
    const struct fov__view grey = {out, 40, 40, 40, 1};
    uint32_t levels[256];
    switch (which) {
    case 0:
        return fov__filter_median(&filter, &view, &view, 2, err);
    case 1:
        return fov__filter_sharpen(&filter, &view, &view, 2, err);
    case 2:
        return fov__filter_clahe(&filter, &view, &view, 2, err);
    case 3:
        return fov__filter_gauss(&filter, &view, &view, 3, 0, err);
    case 4:
        return fov__filter_delta_e(&filter, &view, &grey, (struct fov__lab){50, 0, 0}, 5, err);
    case 5:
        return fov__filter_threshold_local(&filter, &grey, &grey, FOV__MEAN_BOX, 3, 0, err);
    default:
        return fov__histogram_luma(&filter, &view, levels, err);
    }
}
enum { ALLOCATING = 6, CANCELLABLE = 7 };

static void filter_near__all_stop_when_cancelled(void **state)
{
    fov_cancel *cancel = NULL;
    (void)state;
    assert_int_equal(fov_cancel_new(&cancel, the_context(), NULL), FOV_OK);
    fov_cancel_set(cancel);
    for (int which = 0; which < CANCELLABLE; which++) {
        fov_error err = {0};
        assert_int_equal(run_any(which, the_context(), cancel, &err), FOV_E_CANCELLED);
        assert_string_equal(err.where, "test");
    }
    fov_cancel_free(cancel);
}

static fov_status filter_once(void *user)
{
    fov_context *ctx = NULL;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc < 0)
        return rc;
    rc = run_any(*(const int *)user, ctx, NULL, NULL);
    fov_context_free(ctx);
    return rc;
}

static void filter_near__all_survive_every_failed_allocation(void **state)
{
    (void)state;
    for (int which = 0; which < ALLOCATING; which++)
        assert_true(torture_run(filter_once, &which, "filter", TORTURE_STRICT) > 1);
}

int suite_filter_near(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_near__median_is_the_fifth_of_nine),
        cmocka_unit_test(filter_near__median_twice_is_median_of_median),
        cmocka_unit_test(filter_near__sharpen_is_the_unsharp_mask),
        cmocka_unit_test(filter_near__clahe_is_within_two_levels_of_the_reference),
        cmocka_unit_test(filter_near__clahe_of_grey_is_that_of_equal_colours),
        cmocka_unit_test(filter_near__clahe_is_near_opencvs),
        cmocka_unit_test(filter_near__clahe_never_reverses_grey_levels_of_a_tile),
        cmocka_unit_test(filter_near__all_stop_when_cancelled),
        cmocka_unit_test(filter_near__all_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("filter_near", tests, NULL, NULL);
}
