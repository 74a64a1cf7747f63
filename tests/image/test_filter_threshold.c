/* SPDX-License-Identifier: MIT */
/* Blur and thresholds against slow references, and local thresholds against what
 * opencv-python 5.0.0 (adaptiveThreshold, THRESH_BINARY) made once from filter_pattern(). */
#include "image/filter_support.h"

#include <math.h>

/* ---- blur ------------------------------------------------------------------------------------ */

struct blur_args {
    int32_t radius;
    double sigma;
};

static fov_status run_gauss(const struct fov__filter *filter, const struct fov__view *in,
                            const struct fov__view *out, const void *args)
{
    const struct blur_args *b = args;
    return fov__filter_gauss(filter, in, out, b->radius, b->sigma, NULL);
}

/* Weights of one side and the middle, in real numbers. */
static void slow_taps(double *taps, const struct blur_args *b)
{
    const double sigma = b->sigma > 0 ? b->sigma : 0.3 * (b->radius - 1) + 0.8;
    double total = 0;
    for (int32_t k = -b->radius; k <= b->radius; k++)
        total += taps[k + b->radius] = exp(-0.5 * k * k / (sigma * sigma));
    for (int32_t k = 0; k <= 2 * b->radius; k++)
        taps[k] /= total;
}

static double slow_gauss(const struct scene *s, const double *taps, int32_t radius, int32_t x,
                         int32_t y, int32_t c)
{
    double sum = 0;
    for (int32_t dy = -radius; dy <= radius; dy++) {
        double row = 0;
        for (int32_t dx = -radius; dx <= radius; dx++)
            row += taps[dx + radius] * at(s, x + dx, y + dy, c);
        sum += taps[dy + radius] * row;
    }
    return sum;
}

static void filter_threshold__gauss_is_within_a_level_of_real_numbers(void **state)
{
    static const struct blur_args cases[] = {{1, 0.8}, {2, 1},  {3, 1.3}, {5, 0},   {7, 2.5},
                                             {15, 5},  {15, 0}, {31, 10}, {127, 40}};
    static struct scene s;
    double taps[2 * FOV__BLUR_MAX + 1], worst = 0;
    (void)state;
    for (size_t i = 0; scene_sizes[i][0] > 0; i++) {
        const struct blur_args *b = &cases[i % FOV_COUNT(cases)];
        const int32_t bands = i % 3 == 0 ? 1 : 3 + (int32_t)(i & 1);
        (i % 2 ? scene_make : scene_make_photo)(&s, scene_sizes[i][0], scene_sizes[i][1], bands, 8);
        scene_run(&s, bands, run_gauss, b);
        slow_taps(taps, b);
        for (int32_t k = 0; k < s.w * s.h * bands; k += 1 + b->radius) {
            const int32_t x = k / bands % s.w, y = k / bands / s.w, c = k % bands;
            const double off = fabs(got(&s, x, y, c) - slow_gauss(&s, taps, b->radius, x, y, c));
            worst = off > worst ? off : worst;
        }
    }
    assert_true(worst < 0.6);
}

static void filter_threshold__gauss_keeps_a_flat_picture(void **state)
{
    static struct scene s;
    const struct blur_args b = {20, 6.5};
    (void)state;
    for (int level = 0; level < 256; level += 17) {
        scene_make(&s, 40, 20, 3, 1);
        memset(s.before, level, sizeof(s.before));
        scene_run(&s, 3, run_gauss, &b);
        for (int32_t k = 0; k < 40 * 20 * 3; k++)
            assert_int_equal(got(&s, k / 3 % 40, k / 120, k % 3), level);
    }
}

/* ---- thresholds ------------------------------------------------------------------------------ */

static fov_status run_above(const struct fov__filter *filter, const struct fov__view *in,
                            const struct fov__view *out, const void *level)
{
    fov__filter_threshold(filter->ctx->cpu, in, out, *(const int32_t *)level);
    return FOV_OK;
}

static void filter_threshold__above_means_above(void **state)
{
    static const int32_t levels[] = {0, 1, 127, 128, 254, 255, -1, 300};
    static struct scene s;
    (void)state;
    for (size_t i = 0; scene_sizes[i][0] > 0; i++) {
        const int32_t *level = &levels[i % FOV_COUNT(levels)];
        scene_make(&s, scene_sizes[i][0], scene_sizes[i][1], 1, 8);
        scene_run(&s, 1, run_above, level);
        for (int32_t k = 0; k < s.w * s.h; k++)
            assert_int_equal(got(&s, k % s.w, k / s.w, 0),
                             at(&s, k % s.w, k / s.w, 0) > *level ? 255 : 0);
    }
}

struct local_args {
    enum fov__mean mean;
    int32_t radius, offset;
};

static fov_status run_local(const struct fov__filter *filter, const struct fov__view *in,
                            const struct fov__view *out, const void *args)
{
    const struct local_args *a = args;
    return fov__filter_threshold_local(filter, in, out, a->mean, a->radius, a->offset, NULL);
}

static void filter_threshold__box_is_the_mean_of_the_square(void **state)
{
    static const struct local_args cases[] = {{FOV__MEAN_BOX, 1, 0},     {FOV__MEAN_BOX, 2, 7},
                                              {FOV__MEAN_BOX, 7, -10},   {FOV__MEAN_BOX, 15, 255},
                                              {FOV__MEAN_BOX, 15, -255}, {FOV__MEAN_BOX, 40, 3},
                                              {FOV__MEAN_BOX, 127, 5}};
    static struct scene s;
    (void)state;
    for (size_t i = 0; scene_sizes[i][0] > 0; i++) {
        const struct local_args *a = &cases[i % FOV_COUNT(cases)];
        (i % 2 ? scene_make : scene_make_photo)(&s, scene_sizes[i][0], scene_sizes[i][1], 1, 8);
        scene_run(&s, 1, run_local, a);
        for (int32_t k = 0; k < s.w * s.h; k += 1 + a->radius * a->radius / 9) {
            const int32_t x = k % s.w, y = k / s.w, side = 2 * a->radius + 1;
            double sum = 0;
            for (int32_t n = 0; n < side * side; n++)
                sum += at(&s, x + n % side - a->radius, y + n / side - a->radius, 0);
            const double mean = floor(sum / (side * side) + 0.5);
            assert_int_equal(got(&s, x, y, 0), at(&s, x, y, 0) > mean - a->offset ? 255 : 0);
        }
    }
}

/* Rows of bits, the first pixel lowest. */
static const struct cv_local {
    enum fov__mean mean;
    int32_t radius, offset;
    uint64_t rows[21];
} cv_local[] = {
    {FOV__MEAN_BOX, 1, 0, {0x0000801004, 0x11fcbf17e4, 0x190ea1d63c, 0x09b3a674cc, 0x1d2da93524,
                           0x1555aab556, 0x156ab556aa, 0x05f692524a, 0x1c88999332, 0x1af68e13c6,
                           0x025f8bf27e, 0x1fc0000000, 0x123cbf17e4, 0x1ae6a1d63c, 0x0edba674cc,
                           0x15ada93524, 0x15b2aab556, 0x0d5eb556aa, 0x0b6c92524a, 0x1bbb999332,
                           0x128f4e32c6}},
    {FOV__MEAN_BOX, 3, 5, {0x1000000004, 0x19fe3fc7fc, 0x1dcfb9f73e, 0x0df3b776ee, 0x1d2dad3536,
                           0x1557aab556, 0x176a9d56aa, 0x0fb696d25e, 0x1f9999b336, 0x1bf78e73ce,
                           0x03ff8bf07e, 0x1fc0000000, 0x1e3e3f07e4, 0x1ee7b9c73c, 0x0edfb776ee,
                           0x17bdad3536, 0x17baaab556, 0x0f5ebd56aa, 0x0b6d96d25e, 0x1bbb99b336,
                           0x138f1e33ce}},
    {FOV__MEAN_BOX, 7, -3, {0x0000000000, 0x19fc3f87fc, 0x1dcf39c73c, 0x0dfbb776ee, 0x1dadadb7b6,
                            0x1557abb57e, 0x156a9d56aa, 0x0fb696d25e, 0x1f89999336, 0x1bf78e31ce,
                            0x03ff83f07e, 0x1e00000000, 0x1e3c3f07f0, 0x1ee739863c, 0x0edfb766ec,
                            0x17bdad25b6, 0x17baaab57e, 0x0f5ebd56aa, 0x0b6d96d25e, 0x1bbb999336,
                            0x138f0e33ce}},
    {FOV__MEAN_GAUSS, 1, 0, {0x0000801004, 0x11fcbf17e4, 0x190ea1d63c, 0x09b3a674cc, 0x1dada93524,
                             0x1555aab556, 0x156ab556aa, 0x0df692524a, 0x1c88999332, 0x1af68e13c6,
                             0x025f8bf27e, 0x1fc0000000, 0x123cbf17e4, 0x1ae6a1d63c, 0x0edba674cc,
                             0x15ada93524, 0x15b2aab556, 0x0d5eb556aa, 0x0b6d92524a, 0x1bbb999332,
                             0x128f4e32c6}},
    {FOV__MEAN_GAUSS, 3, 5, {0x0200801004, 0x19febf97fc, 0x19cfb9f73e, 0x0db3a776ee, 0x1dadad35a6,
                             0x1555aab556, 0x156abd56aa, 0x0db692d65a, 0x1f89999336, 0x1bf79e33ce,
                             0x03ff8ff27e, 0x1fc0000000, 0x1e3e3f07f4, 0x1ee7b9f63c, 0x0edba776ee,
                             0x17bdad35a6, 0x17baaab556, 0x0f5ebd56aa, 0x0b6d92d65a, 0x1bbb99b336,
                             0x138f1e33ce}},
    {FOV__MEAN_GAUSS, 7, -3, {0x0000000000, 0x11fc3f87fc, 0x19cf39c73c, 0x0db32766ec, 0x1d2dad3536,
                              0x1555aab556, 0x156a9556aa, 0x0db692d25a, 0x1f89999336, 0x1bf78e33ce,
                              0x03ff83f03e, 0x1e00000000, 0x1e3c3f07e0, 0x1ee739c63c, 0x0edba666cc,
                              0x17bdad3526, 0x17baaab556, 0x0f5e9d52aa, 0x0b6d92525a, 0x1bbb999336,
                              0x138f0e33ce}}};

static void filter_threshold__local_is_opencvs(void **state)
{
    static struct scene s;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cv_local); i++) {
        const struct local_args a = {cv_local[i].mean, cv_local[i].radius, cv_local[i].offset};
        int32_t differ = 0;
        scene_make_pattern(&s, 37, 21);
        scene_run(&s, 1, run_local, &a);
        for (int32_t k = 0; k < 37 * 21; k++)
            differ += (got(&s, k % 37, k / 37, 0) != 0) != (cv_local[i].rows[k / 37] >> k % 37 & 1);
        /* OpenCV blurs in 32-bit floats: a mean on the edge of two levels may fall otherwise. */
        assert_true(differ <= (a.mean == FOV__MEAN_BOX ? 0 : 2));
    }
}

int suite_filter_threshold(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_threshold__gauss_is_within_a_level_of_real_numbers),
        cmocka_unit_test(filter_threshold__gauss_keeps_a_flat_picture),
        cmocka_unit_test(filter_threshold__above_means_above),
        cmocka_unit_test(filter_threshold__box_is_the_mean_of_the_square),
        cmocka_unit_test(filter_threshold__local_is_opencvs),
    };
    return cmocka_run_group_tests_name("filter_threshold", tests, NULL, NULL);
}
