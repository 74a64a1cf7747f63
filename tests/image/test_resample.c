/* SPDX-License-Identifier: MIT */
/* Maps that keep the axes, against the definitions in double and against themselves. */
#include "image/resample_support.h"

static const enum fov__kernel kernels[] = {FOV__KERNEL_LANCZOS3, FOV__KERNEL_CATMULL_ROM,
                                           FOV__KERNEL_LINEAR, FOV__KERNEL_NEAREST,
                                           FOV__KERNEL_BOX};
static const char *const names[] = {"lanczos3", "catmull-rom", "linear", "nearest", "box"};

/* The whole of src in a picture of width x height. */
static struct fov_mat whole(const struct fov_pixels *src, int32_t width, int32_t height)
{
    return fov__mat_scale((double)src->width / width, (double)src->height / height);
}

/* 58.9 dB is what rounding to bytes leaves of a perfect result. */
static void resample__equals_its_kernel_in_double(void **state)
{
    static const double scales[] = {0.2, 0.37, 0.5, 0.9, 1.0, 1.3, 2.0, 2.55, 4.0, 5.7, 8.0};

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_busy(ctx, 233, 190, 3);

        for (size_t k = 0; k < FOV_COUNT(kernels); k++) {
            for (size_t i = 0; i < FOV_COUNT(scales); i++) {
                const double s = scales[i];
                const struct fov_mat m = {{s, 0, 3.37, 0, s * 1.07, 2.11, 0, 0, 1}};
                const int32_t width = (int32_t)fmin(120, 220 / s);
                const int32_t height = (int32_t)fmin(90, 170 / s);
                double db;

                if (kernels[k] == FOV__KERNEL_NEAREST)
                    continue;
                db = quality(src, m, kernels[k], width, height);
                if (db < 58.0)
                    fail_msg("%s at %g source pixels each: PSNR %.2f dB", names[k], s, db);
            }
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

/* The same for turned, mirrored maps, and with alpha: what rounds to bytes there is colour before
 * it is multiplied. */
static void resample__equals_its_kernel_turned_mirrored_and_with_alpha(void **state)
{
    static const double maps[][6] = {{0, 1.7, 5.2, 0.6, 0, 4.1},  {0, -0.7, 150.3, 2.1, 0, 8},
                                     {-1.4, 0, 190, 0, 0.8, 20},  {1.4, 0, 12.5, 0, -2.6, 180},
                                     {-0.3, 0, 99, 0, -0.3, 120}, {0, -3, 200, -3, 0, 170}};

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);

        for (int32_t bands = 3; bands <= 4; bands++) {
            struct fov_pixels *src = picture_busy(ctx, 201, 173, bands);

            for (size_t i = 0; i < FOV_COUNT(maps); i++) {
                const double *m = maps[i];
                const struct fov_mat mat = {{m[0], m[1], m[2], m[3], m[4], m[5], 0, 0, 1}};
                const double db = quality(src, mat, FOV__KERNEL_LANCZOS3, 60, 50);

                if (db < (bands == 3 ? 58.0 : 56.0))
                    fail_msg("map %d, %d bands: PSNR %.2f dB", (int)i, (int)bands, db);
            }
            picture_free(src);
        }
        fov_context_free(ctx);
    }
}

/* A ramp stays a ramp up to the outermost pixel, whose centre is half an output pixel inside: it is
 * wrong by a third of a level for each hundredth of a source pixel that the map is off. */
static void resample__the_whole_maps_to_the_last_half_pixel(void **state)
{
    static const int32_t sizes[] = {7, 12, 23, 39, 40, 41, 64, 80, 173, 320};

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_new(ctx, 40, 40, 3);

        for (int32_t y = 0; y < 40; y++) {
            for (int32_t x = 0; x < 40; x++) {
                uint8_t *p = fov__pixels_row(src, y) + (size_t)(3 * x);
                p[0] = (uint8_t)(10 + 6 * x);
                p[1] = (uint8_t)(10 + 6 * y);
                p[2] = (uint8_t)(244 - 6 * x);
            }
        }
        for (size_t k = 0; k < FOV_COUNT(kernels); k++) {
            for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
                const int32_t n = sizes[i];
                struct fov_pixels *px = warped(src, whole(src, n, n), kernels[k], n, n, 1);

                for (int32_t j = 0; j < n; j++) { /* both ends alike, and across like down */
                    const uint8_t *a = fov__pixels_row(px, n / 2) + (size_t)(3 * j);
                    const uint8_t *b = fov__pixels_row(px, n / 2) + (size_t)(3 * (n - 1 - j));
                    const uint8_t *c = fov__pixels_row(px, j) + (size_t)(3 * (n / 2));

                    if (kernels[k] == FOV__KERNEL_NEAREST && 40 % n && n % 40)
                        continue; /* a centre between two pixels takes the right one */
                    if (abs(a[0] + b[0] - 254) > 2 && kernels[k] != FOV__KERNEL_NEAREST)
                        fail_msg("%s to %d: ends at %d and %d", names[k], (int)n, a[0], b[0]);
                    assert_in_range(a[0] - b[2] + 1, 0, 2 + 6 * (kernels[k] == 3));
                    assert_in_range(a[0] - c[1] + 1, 0, 2);
                }
                picture_free(px);
            }
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

static void resample__edge_columns_equal_the_reference_too(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_noise(ctx, 31, 23, 3, 5);

        for (int32_t n = 3; n < 90; n += 11) {
            const struct fov_mat m = whole(src, n, n);
            struct fov_pixels *px = warped(src, m, FOV__KERNEL_LANCZOS3, n, n, 1);
            double *want = reference(src, m, FOV__KERNEL_LANCZOS3, n, n);

            for (int32_t i = 0; i < n * n; i++) {
                const int32_t x = i % n, y = i / n;
                if (x > 0 && y > 0 && x < n - 1 && y < n - 1)
                    continue;
                for (int c = 0; c < 3; c++)
                    if (fabs(px->data[3 * i + c] - want[4 * i + c]) > 0.6)
                        fail_msg("%dx%d, pixel (%d, %d): %d, not %.2f", (int)n, (int)n, (int)x,
                                 (int)y, px->data[3 * i + c], want[4 * i + c]);
            }
            free(want);
            picture_free(px);
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

/* Both coefficients and rounding keep what is flat. */
static void resample__a_flat_area_stays_flat(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);

        for (int32_t bands = 3; bands <= 4; bands++) {
            struct fov_pixels *src = picture_new(ctx, 57, 43, bands);
            const uint8_t colour[4] = {255, 1, 128, bands == 4 ? 77 : 0};

            for (int32_t i = 0; i < 57 * 43; i++)
                memcpy(src->data + (size_t)(i * bands), colour, (size_t)bands);
            for (size_t k = 0; k < FOV_COUNT(kernels); k++) {
                for (int32_t n = 2; n < 300; n += 37) {
                    struct fov_pixels *px =
                        warped(src, whole(src, n, 2 * n), kernels[k], n, 2 * n, 1);
                    for (int32_t i = 0; i < 2 * n * n; i++)
                        assert_memory_equal(px->data + (size_t)(i * bands), colour, (size_t)bands);
                    picture_free(px);
                }
            }
            picture_free(src);
        }
        fov_context_free(ctx);
    }
}

static uint32_t below(uint32_t *seed, uint32_t n)
{
    return support_random(seed) % n;
}

/* Scales from 1/6 to 6, also mirrored and turned, any offset, some of them whole. */
static struct fov_mat any_map(uint32_t *seed)
{
    double v[2], t[2];
    const bool turned = below(seed, 3) == 0;

    for (int i = 0; i < 2; i++) {
        v[i] = below(seed, 4) == 0 ? 1.0 + below(seed, 4) : (below(seed, 1000) + 1.0) / 170.0;
        v[i] *= below(seed, 3) == 0 ? -1 : 1;
        t[i] = below(seed, 60) - 10.0 + (below(seed, 2) ? below(seed, 64) / 64.0 : 0.0);
    }
    if (turned)
        return (struct fov_mat){{0, v[0], t[0], v[1], 0, t[1], 0, 0, 1}};
    return (struct fov_mat){{v[0], 0, t[0], 0, v[1], t[1], 0, 0, 1}};
}

static void resample__twins_and_threads_give_the_same_bytes(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 1500; round++) {
        const int32_t width = 1 + (int32_t)below(&seed, 70), height = 1 + (int32_t)below(&seed, 70);
        const int32_t bands = 3 + (int32_t)below(&seed, 2);
        const enum fov__kernel kernel = kernels[below(&seed, FOV_COUNT(kernels))];
        const struct fov_mat m = any_map(&seed);
        /* Small pictures are made by one thread alone. */
        const int32_t least = round % 20 == 0 ? 270 : 1;
        const int32_t w = least + (int32_t)below(&seed, 90);
        const int32_t h = least + (int32_t)below(&seed, 90);
        fov_context *ctx = support_context(FOV__CPU_PORTABLE);
        struct fov_pixels *src = picture_noise(ctx, width, height, bands, seed);
        struct fov_pixels *one, *three;

        if (bands == 4 && below(&seed, 2))
            for (int32_t i = 0; i < width * height; i++)
                src->data[4 * i + 3] = 255;
        one = warped(src, m, kernel, w, h, 1);
        three = warped(src, m, kernel, w, h, 3);
        assert_same_bytes(one, three, "threads");
        picture_free(three);
        if (support_cpus() > 1) {
            ctx->cpu = FOV__CPU_AVX2;
            three = warped(src, m, kernel, w, h, 2);
            assert_same_bytes(one, three, names[kernel]);
            picture_free(three);
        }
        picture_free(one);
        picture_free(src);
        fov_context_free(ctx);
    }
}

/* Rows of a picture may stand apart: nothing is written between them, whatever the width. */
static void resample__writes_nothing_between_rows(void **state)
{
    uint32_t seed = 3;

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);

        for (int round = 0; round < 300; round++) {
            const int32_t bands = 3 + (int32_t)below(&seed, 2);
            const int32_t w = 1 + (int32_t)below(&seed, 50), h = 1 + (int32_t)below(&seed, 40);
            struct fov_pixels *src = picture_noise(ctx, 33, 29, bands, seed);
            struct fov_pixels *room = picture_new(ctx, w + 9, h, bands);
            struct fov_pixels out = *room;
            const struct fov_warp warp = {
                src, round % 2 ? any_map(&seed) : turned_by(17, 0.8, src, w, h),
                kernels[below(&seed, FOV_COUNT(kernels))], false};

            out.width = w;
            memset(room->data, 0xa5, room->stride * (size_t)h);
            assert_int_equal(fov__warp(&warp, &out, 2, NULL, NULL), FOV_OK);
            for (int32_t y = 0; y < h; y++)
                for (int32_t i = w * bands; i < (w + 9) * bands; i++)
                    assert_int_equal(fov__pixels_row(room, y)[i], 0xa5);
            picture_free(room);
            picture_free(src);
        }
        fov_context_free(ctx);
    }
}

/* ---- moves ---------------------------------------------------------------------------------- */

/* A shift by whole pixels, mirrored and turned or not, is a copy for every kernel. */
static void resample__whole_steps_only_move_pixels(void **state)
{
    static const int32_t maps[8][6] = {
        {1, 0, 0, 0, 1, 0}, {-1, 0, 37, 0, 1, 0}, {1, 0, 0, 0, -1, 21}, {-1, 0, 37, 0, -1, 21},
        {0, 1, 0, 1, 0, 0}, {0, -1, 37, 1, 0, 0}, {0, 1, 0, -1, 0, 21}, {0, -1, 37, -1, 0, 21}};

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);

        for (int32_t n = 0; n < 8 * 5 * 2; n++) {
            const int32_t *m = maps[n % 8], bands = 3 + n / 40;
            const int32_t dx = n % 3, dy = n % 2;
            const struct fov_mat mat = {{m[0], m[1], m[2] + dx, m[3], m[4], m[5] - dy, 0, 0, 1}};
            const bool turned = m[0] == 0;
            struct fov_pixels *src = picture_noise(ctx, 37, 21, bands, 9);
            struct fov_pixels *px = warped(src, mat, kernels[n / 8 % 5], turned ? 21 : 37,
                                           turned ? 37 : 21, 1 + (uint32_t)(n % 2));

            for (int32_t y = 0; y < px->height; y++) {
                for (int32_t x = 0; x < px->width; x++) {
                    const fov_point p = fov__mat_apply(mat, (fov_point){x + 0.5, y + 0.5});
                    const int32_t sx = fov__clamp_index((int32_t)floor(p.x), 37);
                    const int32_t sy = fov__clamp_index((int32_t)floor(p.y), 21);
                    assert_memory_equal(fov__pixels_row(px, y) + (size_t)(x * bands),
                                        fov__pixels_row(src, sy) + (size_t)(sx * bands),
                                        (size_t)bands);
                }
            }
            picture_free(px);
            picture_free(src);
        }
        fov_context_free(ctx);
    }
}

static void resample__turning_after_scaling_is_scaling_after_turning(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);

        for (int32_t bands = 3; bands <= 4; bands++) {
            struct fov_pixels *src = picture_noise(ctx, 90, 71, bands, 4);
            const struct fov_mat scale = whole(src, 53, 67);
            /* Output (x, y) of 67 x 53 is (y, 67 - x) of the picture that was not turned. */
            const struct fov_mat turn = {{0, 1, 0, -1, 0, 67, 0, 0, 1}};
            struct fov_pixels *a = warped(src, scale, FOV__KERNEL_LANCZOS3, 53, 67, 1);
            struct fov_pixels *b = warped(a, turn, FOV__KERNEL_LANCZOS3, 67, 53, 1);
            struct fov_pixels *c =
                warped(src, fov__mat_mul(scale, turn), FOV__KERNEL_LANCZOS3, 67, 53, 2);

            for (int32_t i = 0; i < 67 * 53 * bands; i++) /* rounding of half a unit in a tap */
                assert_in_range(b->data[i] - c->data[i] + 1, 0, 2);
            picture_free(a);
            picture_free(b);
            picture_free(c);
            picture_free(src);
        }
        fov_context_free(ctx);
    }
}

/* ---- box, gamma ----------------------------------------------------------------------------- */

static void resample__a_box_of_whole_pixels_is_their_mean(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_noise(ctx, 83, 61, 3, 12);

        for (int32_t s = 2; s <= 8; s *= 2) {
            const int32_t w = 80 / s, h = 56 / s;
            const struct fov_mat m = {{s, 0, 3, 0, s, 5, 0, 0, 1}};
            const struct fov_mat near = {{s, 0, 3 + 1e-9, 0, s, 5 + 1e-9, 0, 0, 1}};
            struct fov_pixels *px = warped(src, m, FOV__KERNEL_BOX, w, h, 2);
            struct fov_pixels *passes = warped(src, near, FOV__KERNEL_BOX, w, h, 1);

            for (int32_t i = 0; i < w * h * 3; i++) {
                const int32_t x = i / 3 % w, y = i / 3 / w;
                int32_t sum = 0;
                for (int32_t j = 0; j < s * s; j++)
                    sum += fov__pixels_row(src, 5 + y * s + j / s)[3 * (3 + x * s + j % s) + i % 3];
                assert_int_equal(px->data[i], (sum + s * s / 2) / (s * s));
            }
            assert_same_bytes(px, passes, "the short way and the two passes");
            picture_free(px);
            picture_free(passes);
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

/* Values are sRGB codes, as with nearly every peer: black and white lines shrink to code 127 or
 * 128. In linear light they would be 188. */
static void resample__averages_codes_and_not_light(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_new(ctx, 96, 96, 3);

        for (int32_t i = 0; i < 96 * 96 * 3; i++)
            src->data[i] = (i / 3 % 96 + i / 3 / 96) % 2 ? 255 : 0;
        for (size_t k = 0; k < FOV_COUNT(kernels); k++) {
            const struct fov_mat turned = turned_by(45, 4.0, src, 12, 12);
            struct fov_pixels *px, *free_px;
            double mean = 0;

            if (kernels[k] == FOV__KERNEL_NEAREST)
                continue;
            px = warped(src, whole(src, 24, 24), kernels[k], 24, 24, 1);
            free_px = warped(src, turned, kernels[k], 12, 12, 1);
            for (int32_t i = 0; i < 24 * 24 * 3; i++)
                mean += px->data[i] / (24.0 * 24 * 3);
            assert_in_range((int)(mean * 10), 1270, 1285);
            mean = 0;
            for (int32_t i = 0; i < 12 * 12 * 3; i++)
                mean += free_px->data[i] / (12.0 * 12 * 3);
            assert_in_range((int)(mean * 10), 1270, 1285);
            picture_free(px);
            picture_free(free_px);
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

/* ---- alpha ---------------------------------------------------------------------------------- */

static void resample__what_is_invisible_brings_no_colour(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_new(ctx, 64, 64, 4);

        for (int32_t i = 0; i < 64 * 64; i++) {
            const bool solid = (i % 64 / 5 + i / 64 / 7) % 2;
            const uint8_t px[4] = {solid ? 10 : 255, solid ? 200 : 0, 0, solid ? 255 : 0};
            memcpy(src->data + 4 * (size_t)i, px, 4);
        }
        for (size_t k = 0; k < FOV_COUNT(kernels); k++) {
            for (int32_t n = 11; n < 200; n += 30) {
                struct fov_pixels *a = warped(src, whole(src, n, n), kernels[k], n, n, 1);
                struct fov_pixels *b =
                    warped(src, turned_by(20, 64.0 / n, src, n, n), kernels[k], n, n, 1);

                for (int32_t i = 0; i < 2 * n * n; i++) {
                    const uint8_t *p = (i < n * n ? a : b)->data + 4 * (size_t)(i % (n * n));
                    if (p[3] == 0)
                        continue;
                    assert_in_range(p[0], 8, 12);
                    assert_in_range(p[1], 198, 202);
                }
                picture_free(a);
                picture_free(b);
            }
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

static void resample__opaque_alpha_changes_no_colour(void **state)
{
    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *three = picture_noise(ctx, 77, 50, 3, 2);
        struct fov_pixels *four = picture_new(ctx, 77, 50, 4);

        for (int32_t i = 0; i < 77 * 50; i++) {
            memcpy(four->data + 4 * (size_t)i, three->data + 3 * (size_t)i, 3);
            four->data[4 * i + 3] = 255;
        }
        for (int32_t n = 20; n < 150; n += 25) {
            const struct fov_mat maps[2] = {whole(three, n, n),
                                            turned_by(33, 77.0 / n, three, n, n)};
            for (int i = 0; i < 2; i++) {
                struct fov_pixels *a = warped(three, maps[i], FOV__KERNEL_LANCZOS3, n, n, 1);
                struct fov_pixels *b = warped(four, maps[i], FOV__KERNEL_LANCZOS3, n, n, 1);

                for (int32_t j = 0; j < n * n; j++) {
                    assert_memory_equal(a->data + 3 * (size_t)j, b->data + 4 * (size_t)j, 3);
                    assert_int_equal(b->data[4 * j + 3], 255);
                }
                picture_free(a);
                picture_free(b);
            }
        }
        picture_free(three);
        picture_free(four);
        fov_context_free(ctx);
    }
}

/* ---- memory, cancelling, what cannot be ------------------------------------------------------ */

struct meter {
    size_t now, most;
    int32_t left; /* allocations until one fails; below 0: none does */
};

static void *meter_malloc(size_t size, void *user)
{
    struct meter *meter = user;
    size_t *p;

    if (meter->left == 0)
        return NULL;
    meter->left -= meter->left > 0;
    p = malloc(size + 64);
    if (!p)
        return NULL;
    *p = size;
    meter->now += size;
    meter->most = meter->now > meter->most ? meter->now : meter->most;
    return p + 8;
}

static void meter_free(void *ptr, void *user)
{
    if (ptr) {
        ((struct meter *)user)->now -= ((size_t *)ptr)[-8];
        free((size_t *)ptr - 8);
    }
}

static void *meter_realloc(void *ptr, size_t size, void *user)
{
    void *to = meter_malloc(size, user);

    if (to && ptr) {
        const size_t had = ((size_t *)ptr)[-8];
        memcpy(to, ptr, had < size ? had : size);
        meter_free(ptr, user);
    }
    return to;
}

static fov_context *metered(struct meter *meter)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    const fov_allocator allocator = {meter_malloc, meter_realloc, meter_free, meter};
    fov_context *ctx = NULL;

    memset(meter, 0, sizeof(*meter));
    meter->left = -1;
    opts.allocator = &allocator;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

/* Rows between the passes are as few as the taps, and a free map holds one tile for each part. */
static void resample__needs_little_memory(void **state)
{
    static const struct {
        double degrees, scale;
        size_t most;
    } cases[] = {{0, 2.55, 400 << 10},  {0, 0.3, 200 << 10},    {90, 2.0, 400 << 10},
                 {7.5, 1.0, 450 << 10}, {7.5, 2.55, 450 << 10}, {180, 1.0, 40 << 10}};
    struct meter meter;
    fov_context *ctx = metered(&meter);
    struct fov_pixels *src = picture_noise(ctx, 2000, 1500, 3, 1);

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const int32_t w = (int32_t)fmin(1000, 1500 / cases[i].scale), h = w;
        const size_t before = meter.now;
        struct fov_pixels *px;

        meter.most = before;
        px = warped(src, turned_by(cases[i].degrees, cases[i].scale, src, w, h),
                    FOV__KERNEL_LANCZOS3, w, h, 1);
        if (meter.most - before > cases[i].most)
            fail_msg("%g degrees at %g: %d bytes beside the pictures", cases[i].degrees,
                     cases[i].scale, (int)(meter.most - before));
        assert_int_equal(meter.now, before);
        picture_free(px);
    }
    picture_free(src);
    fov_context_free(ctx);
}

static void resample__survives_failed_allocations(void **state)
{
    struct meter meter;
    fov_context *ctx = metered(&meter);
    struct fov_pixels *src = picture_noise(ctx, 90, 80, 4, 1);
    const struct fov_mat maps[] = {fov__mat_scale(2, 2), fov__mat_identity(),
                                   turned_by(10, 1.0, src, 40, 40), turned_by(10, 9.0, src, 9, 9),
                                   (struct fov_mat){{1, .1, 0, 0, 1, 0, .004, .002, 1}}};

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(maps); i++) {
        struct fov_pixels *out = picture_new(ctx, i == 3 ? 9 : 40, i == 3 ? 9 : 40, 4);
        const struct fov_warp warp = {src, maps[i], FOV__KERNEL_LANCZOS3, false};
        const size_t before = meter.now;
        fov_status rc = FOV_E_MEMORY;
        int32_t failed = 0;

        for (; rc != FOV_OK; failed++) {
            fov_error err = {0};
            meter.left = failed;
            rc = fov__warp(&warp, out, 1, NULL, &err);
            meter.left = -1;
            assert_true(rc == FOV_OK || rc == FOV_E_MEMORY);
            assert_int_equal(meter.now, before);
        }
        assert_true(failed > 1);
        picture_free(out);
    }
    picture_free(src);
    fov_context_free(ctx);
}

static void resample__stops_when_it_is_cancelled(void **state)
{
    fov_context *ctx = support_context(FOV__CPU_PORTABLE);
    struct fov_pixels *src = picture_noise(ctx, 50, 50, 3, 1);
    const struct fov_mat maps[] = {fov__mat_scale(2, 2), fov__mat_scale(.5, .5),
                                   fov__mat_identity(), fov__mat_rotate(90), fov__mat_rotate(9)};
    fov_cancel *cancel = NULL;

    (void)state;
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    fov_cancel_set(cancel);
    for (size_t i = 0; i < FOV_COUNT(maps); i++) {
        const struct fov_warp warp = {src, maps[i], FOV__KERNEL_LANCZOS3, false};
        struct fov_pixels *out = picture_new(ctx, 30, 30, 3);

        assert_int_equal(fov__warp(&warp, out, 2, cancel, NULL), FOV_E_CANCELLED);
        picture_free(out);
    }
    fov_cancel_free(cancel);
    picture_free(src);
    fov_context_free(ctx);
}

/* Far outside there is only the edge, whatever the numbers. */
static void resample__beside_the_source_is_its_edge(void **state)
{
    static const double offsets[] = {1e3, 1e7, 1e15, -1e3, -1e7, -1e15};

    (void)state;
    for (int cpu = 0; cpu < support_cpus(); cpu++) {
        fov_context *ctx = support_context((enum fov__cpu)cpu);
        struct fov_pixels *src = picture_noise(ctx, 20, 20, 3, 8);

        for (size_t i = 0; i < FOV_COUNT(offsets); i++) {
            for (int k = 0; k < 10; k++) {
                const double o = offsets[i], s = k < 5 ? 0.0 : 0.2;
                const struct fov_mat m = {{0.7, s, o, -s, 0.7, o, 0, 0, 1}};
                const uint8_t *want = fov__pixels_row(src, o < 0 ? 0 : 19) + (o < 0 ? 0 : 57);
                struct fov_pixels *px = warped(src, m, kernels[k % 5], 9, 9, 1);

                for (int32_t j = 0; j < 81; j++)
                    assert_memory_equal(px->data + 3 * (size_t)j, want, 3);
                picture_free(px);
            }
        }
        picture_free(src);
        fov_context_free(ctx);
    }
}

int suite_resample(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resample__equals_its_kernel_in_double),
        cmocka_unit_test(resample__equals_its_kernel_turned_mirrored_and_with_alpha),
        cmocka_unit_test(resample__the_whole_maps_to_the_last_half_pixel),
        cmocka_unit_test(resample__edge_columns_equal_the_reference_too),
        cmocka_unit_test(resample__a_flat_area_stays_flat),
        cmocka_unit_test(resample__twins_and_threads_give_the_same_bytes),
        cmocka_unit_test(resample__writes_nothing_between_rows),
        cmocka_unit_test(resample__whole_steps_only_move_pixels),
        cmocka_unit_test(resample__turning_after_scaling_is_scaling_after_turning),
        cmocka_unit_test(resample__a_box_of_whole_pixels_is_their_mean),
        cmocka_unit_test(resample__averages_codes_and_not_light),
        cmocka_unit_test(resample__what_is_invisible_brings_no_colour),
        cmocka_unit_test(resample__opaque_alpha_changes_no_colour),
        cmocka_unit_test(resample__needs_little_memory),
        cmocka_unit_test(resample__survives_failed_allocations),
        cmocka_unit_test(resample__stops_when_it_is_cancelled),
        cmocka_unit_test(resample__beside_the_source_is_its_edge),
    };

    return cmocka_run_group_tests_name("resample", tests, NULL, NULL);
}
