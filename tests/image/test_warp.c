/* SPDX-License-Identifier: MIT */
/* Free maps, rotation and perspective, against the definitions in double and against themselves. */
#include "image/resample_support.h"

static const enum fov__kernel kernels[] = {FOV__KERNEL_LANCZOS3, FOV__KERNEL_CATMULL_ROM,
                                           FOV__KERNEL_LINEAR, FOV__KERNEL_BOX,
                                           FOV__KERNEL_NEAREST};
static const char *const names[] = {"lanczos3", "catmull-rom", "linear", "nearest", "box"};

/* 58.9 dB is what rounding to bytes leaves; positions are rounded to 1/256 pixel (1/128 for linear)
 * besides. */
static void warp__a_turn_equals_its_kernel_in_double(void **state)
{
    static const double scales[] = {0.25, 0.6, 1.0, 1.3, 2.0, 2.55, 4.0, 7.0};
    static const double angles[] = {7.5, 45, 161};

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_busy(ctx, 240, 200, 3);

        for (size_t k = 0; k < 4; k++) {
            for (size_t i = 0; i < FOV_COUNT(scales); i++) {
                const int32_t n = (int32_t)fmin(100, 260 / scales[i]);
                const struct fov_mat m = turned_by(angles[i % 3], scales[i], src, n, n);
                const double db = quality(src, m, kernels[k], n, n);

                if (db < 58.0)
                    fail_msg("%s, %g degrees at %g: PSNR %.2f dB", names[kernels[k]], angles[i % 3],
                             scales[i], db);
            }
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

/* From 8 source pixels on a smaller copy is made first; it keeps six for each, more than the kernel
 * lets through. */
static void warp__great_shrinking_stays_true(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_busy(ctx, 700, 600, 3);

        for (int i = 0; i < 3; i++) {
            const double scale = 7.9 + 5 * i;
            const int32_t n = (int32_t)(500 / scale);
            const double db =
                quality(src, turned_by(20 + i, scale, src, n, n), FOV__KERNEL_LANCZOS3, n, n);

            if (db < 57.0)
                fail_msg("at %g: PSNR %.2f dB", scale, db);
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

static void warp__with_alpha_equals_its_kernel_in_double(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_busy(ctx, 150, 130, 4);

        for (size_t k = 0; k < 3; k++) {
            for (double scale = 0.5; scale < 3; scale *= 1.7) {
                const double db =
                    quality(src, turned_by(30, scale, src, 60, 50), kernels[k], 60, 50);
                if (db < 59.0)
                    fail_msg("%s at %g: PSNR %.2f dB", names[kernels[k]], scale, db);
            }
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

/* The kernel follows the map from tile to tile; the reference does so from pixel to pixel. */
static void warp__perspective_widens_where_it_must(void **state)
{
    static const struct {
        double m[9], least;
    } maps[] = {
        {{0.5, 0.05, 10, 0.02, 0.5, 12, 0.0004, 0.0002, 1}, 54.0},
        {{1.6, 0.1, 4, 0.05, 2.0, 3, -0.002, -0.001, 1}, 38.0},
        {{3.0, 0.3, 2, 0.2, 3.0, 4, 0.004, 0.003, 1}, 38.0},
    };

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_busy(ctx, 300, 300, 3);

        for (size_t i = 0; i < FOV_COUNT(maps); i++) {
            struct fov_mat m;
            double db;

            memcpy(m.m, maps[i].m, sizeof(m.m));
            db = quality(src, m, FOV__KERNEL_LANCZOS3, 130, 130);
            if (db < maps[i].least)
                fail_msg("map %d: PSNR %.2f dB", (int)i, db);
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

static void warp__nearest_takes_the_pixel_that_it_hits(void **state)
{
    fov_context *ctx = support_context(FOV__CPU_PORTABLE);
    struct fov_pixels *src = picture_noise(ctx, 50, 40, 3, 6);
    const struct fov_mat m = turned_by(25, 0.7, src, 60, 60);
    struct fov_pixels *px = warped(src, m, FOV__KERNEL_NEAREST, 60, 60, 1);

    (void)state;
    for (int32_t i = 0; i < 3600; i++) {
        const fov_point p = fov__mat_apply(m, (fov_point){i % 60 + 0.5, i / 60 + 0.5});
        const int32_t x = fov__clamp_index((int32_t)floor(p.x), 50);
        const int32_t y = fov__clamp_index((int32_t)floor(p.y), 40);
        assert_memory_equal(px->data + 3 * (size_t)i, fov__pixels_row(src, y) + 3 * x, 3);
    }
    picture_free(px);
    picture_free(src);
    fov_context_free(ctx);
}

static double real(uint32_t *seed, double lo, double hi)
{
    return lo + (hi - lo) * (support_random(seed) % 65536) / 65536.0;
}

/* Affine and projective, also over the horizon, which is a line of no numbers. */
static struct fov_mat any_map(uint32_t *seed)
{
    const double a = real(seed, 0.2, 4);
    struct fov_mat m = {{real(seed, -a, a), real(seed, -a, a), real(seed, -30, 60),
                         real(seed, -a, a), real(seed, -a, a), real(seed, -30, 60), 0, 0, 1}};

    if (support_random(seed) % 2) {
        const double tilt = support_random(seed) % 2 ? 0.002 : 0.03;
        m.m[6] = real(seed, -tilt, tilt);
        m.m[7] = real(seed, -tilt, tilt);
    }
    return m;
}

static void warp__twins_and_threads_give_the_same_bytes(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 400; round++) {
        const int32_t bands = 3 + round % 2;
        const int32_t width = 1 + (int32_t)(support_random(&seed) % 120);
        const int32_t height = 1 + (int32_t)(support_random(&seed) % 120);
        /* Small pictures are made by one thread alone. */
        const int32_t least = round % 10 == 0 ? 270 : 1;
        const int32_t w = least + (int32_t)(support_random(&seed) % 140);
        const int32_t h = least + (int32_t)(support_random(&seed) % 90);
        const enum fov__kernel kernel = kernels[support_random(&seed) % FOV_COUNT(kernels)];
        const struct fov_mat m = any_map(&seed);
        fov_context *ctx = support_context(FOV__CPU_PORTABLE);
        struct fov_pixels *src = picture_noise(ctx, width, height, bands, seed);
        struct fov_pixels *one, *other;

        /* Opaque on the left: tiles of both kinds in one picture. */
        for (int32_t i = 0; bands == 4 && i < width * height; i++)
            if (i % width < width * 2 / 3)
                src->data[4 * i + 3] = 255;
        one = warped(src, m, kernel, w, h, 1);
        other = warped(src, m, kernel, w, h, 3);
        assert_same_bytes(one, other, "threads");
        picture_free(other);
        if (support_cpus() > 1) {
            ctx->cpu = FOV__CPU_AVX2;
            other = warped(src, m, kernel, w, h, 1);
            assert_same_bytes(one, other, names[kernel]);
            picture_free(other);
        }
        picture_free(one);
        picture_free(src);
        fov_context_free(ctx);
    }
}

/* No number at all must not reach an index. */
static void warp__survives_maps_without_numbers(void **state)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e300, 0.0};

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_noise(ctx, 30, 30, 3, 1);

        for (size_t i = 0; i < FOV_COUNT(bad); i++) {
            for (int at = 0; at < 18; at++) {
                struct fov_warp warp = {
                    src, {{1, .1, 0, .1, 1, 0, 0, 0, 1}}, kernels[(i + (size_t)at) % 5], false};
                struct fov_pixels *out = picture_new(ctx, 20, 20, 3);
                fov_status rc;

                if (at >= 9) /* keeping the axes */
                    warp.to_src = fov__mat_identity();
                warp.to_src.m[at % 9] = bad[i];
                rc = fov__warp(&warp, out, 1, NULL, NULL);
                assert_true(rc == FOV_OK || rc == FOV_E_INTERNAL);
                picture_free(out);
            }
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

int suite_warp(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warp__a_turn_equals_its_kernel_in_double),
        cmocka_unit_test(warp__great_shrinking_stays_true),
        cmocka_unit_test(warp__with_alpha_equals_its_kernel_in_double),
        cmocka_unit_test(warp__perspective_widens_where_it_must),
        cmocka_unit_test(warp__nearest_takes_the_pixel_that_it_hits),
        cmocka_unit_test(warp__twins_and_threads_give_the_same_bytes),
        cmocka_unit_test(warp__survives_maps_without_numbers),
    };

    return cmocka_run_group_tests_name("warp", tests, NULL, NULL);
}
