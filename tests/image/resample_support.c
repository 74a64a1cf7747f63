/* SPDX-License-Identifier: MIT */
/* See resample_support.h. */
#include "image/resample_support.h"

static const double pi = 3.14159265358979323846;

fov_context *support_context(enum fov__cpu cpu)
{
    fov_context *ctx = NULL;

    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    ctx->cpu = cpu;
    return ctx;
}

int support_cpus(void)
{
    enum fov__cpu best;

    assert_int_equal(fov__cpu_detect(&best, NULL), FOV_OK);
    return (int)best + 1;
}

struct fov_pixels *picture_new(fov_context *ctx, int32_t width, int32_t height, int32_t bands)
{
    struct fov_pixels *px = calloc(1, sizeof(*px));

    assert_non_null(px);
    px->ctx = ctx;
    px->width = width;
    px->height = height;
    px->bands = bands;
    px->stride = (size_t)width * (size_t)bands;
    px->data = calloc((size_t)height, px->stride);
    assert_non_null(px->data);
    return px;
}

void picture_free(struct fov_pixels *px)
{
    free(px->data);
    free(px);
}

uint32_t support_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static uint8_t level(double v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

struct fov_pixels *picture_busy(fov_context *ctx, int32_t width, int32_t height, int32_t bands)
{
    struct fov_pixels *px = picture_new(ctx, width, height, bands);
    uint32_t seed = 7;
    uint8_t *p = px->data;

    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++, p += bands) {
            const double noise = support_random(&seed) % 31 - 15.0;
            p[0] = level(127 + 90 * sin(x * 0.11) * cos(y * 0.07) + noise);
            p[1] = level(127 + 100 * sin((x + 2 * y) * 0.05) - noise);
            p[2] = level((x / 9 + y / 7) % 2 ? 40 + noise : 215);
            if (bands == 4)
                p[3] = level(127 + 160 * sin(x * 0.04) * sin(y * 0.05));
        }
    }
    return px;
}

struct fov_pixels *picture_noise(fov_context *ctx, int32_t width, int32_t height, int32_t bands,
                                 uint32_t seed)
{
    struct fov_pixels *px = picture_new(ctx, width, height, bands);

    for (size_t i = 0; i < px->stride * (size_t)height; i++)
        px->data[i] = (uint8_t)support_random(&seed);
    return px;
}

struct fov_pixels *warped(const struct fov_pixels *src, struct fov_mat to_src,
                          enum fov__kernel kernel, int32_t width, int32_t height, uint32_t threads)
{
    const struct fov_warp warp = {src, to_src, kernel, false};
    struct fov_pixels *out = picture_new(src->ctx, width, height, src->bands);
    fov_error err = {0};

    if (fov__warp(&warp, out, threads, NULL, &err) != FOV_OK)
        fail_msg("%s", err.message);
    return out;
}

void assert_same_bytes(const struct fov_pixels *a, const struct fov_pixels *b, const char *what)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    for (size_t i = 0; i < a->stride * (size_t)a->height; i++)
        if (a->data[i] != b->data[i])
            fail_msg("%s: byte %d of row %d of %dx%dx%d is %d and %d", what, (int)(i % a->stride),
                     (int)(i / a->stride), (int)a->width, (int)a->height, (int)a->bands, a->data[i],
                     b->data[i]);
}

/* ---- by the book ---------------------------------------------------------------------------- */

static double radius_of(enum fov__kernel kernel, double scale)
{
    return kernel == FOV__KERNEL_LANCZOS3      ? 3 * scale
           : kernel == FOV__KERNEL_CATMULL_ROM ? 2 * scale
           : kernel == FOV__KERNEL_LINEAR      ? scale
                                               : scale / 2 + 0.5;
}

static double weight_of(enum fov__kernel kernel, double d, double scale)
{
    const double x = fabs(d / scale);

    switch (kernel) {
    case FOV__KERNEL_LANCZOS3:
        return x < 1e-12 ? 1.0
               : x < 3   ? sin(pi * x) / (pi * x) * sin(pi * x / 3) / (pi * x / 3)
                         : 0.0;
    case FOV__KERNEL_CATMULL_ROM:
        return x < 1   ? 1.5 * x * x * x - 2.5 * x * x + 1
               : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2
                       : 0.0;
    case FOV__KERNEL_LINEAR:
        return x < 1 ? 1 - x : 0.0;
    default:
        return fmax(0.0, fmin(d + 0.5, scale / 2) - fmax(d - 0.5, -scale / 2));
    }
}

static void sample(double out[4], const struct fov_pixels *src, enum fov__kernel kernel,
                   fov_point at, double sx, double sy)
{
    const int32_t rx = (int32_t)ceil(radius_of(kernel, sx)) + 1;
    const int32_t ry = (int32_t)ceil(radius_of(kernel, sy)) + 1;
    const int32_t ix = (int32_t)floor(at.x), iy = (int32_t)floor(at.y);
    double weight = 0;

    memset(out, 0, 4 * sizeof(*out));
    for (int32_t y = iy - ry; y <= iy + ry; y++) {
        const double wy = weight_of(kernel, y + 0.5 - at.y, sy);
        const uint8_t *row = fov__pixels_row(src, fov__clamp_index(y, src->height));

        for (int32_t x = ix - rx; wy != 0 && x <= ix + rx; x++) {
            const double w = wy * weight_of(kernel, x + 0.5 - at.x, sx);
            const uint8_t *p = row + (size_t)(fov__clamp_index(x, src->width) * src->bands);
            const double a = src->bands == 4 ? p[3] / 255.0 : 1.0;

            weight += w;
            for (int c = 0; c < 3; c++)
                out[c] += w * a * p[c];
            out[3] += w * a * 255.0;
        }
    }
    for (int c = 0; c < 4; c++)
        out[c] = fmin(255.0, fmax(0.0, out[c] / weight));
}

double *reference(const struct fov_pixels *src, struct fov_mat to_src, enum fov__kernel kernel,
                  int32_t width, int32_t height)
{
    double *all = malloc((size_t)width * (size_t)height * 4 * sizeof(*all)), *out = all;
    const bool aligned = fov__mat_is_axis_aligned(to_src);
    const bool turned = aligned && to_src.m[0] == 0.0;

    assert_non_null(all);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++, out += 4) {
            const fov_point p = {x + 0.5, y + 0.5};
            double sx, sy;

            fov__mat_density(to_src, p, &sx, &sy);
            if (turned) {
                const double s = sx;
                sx = sy;
                sy = s;
            }
            if (!aligned)
                sx = sy = fmax(sx, sy);
            if (kernel != FOV__KERNEL_BOX || !aligned) {
                sx = fmax(1.0, sx);
                sy = fmax(1.0, sy);
            }
            sample(out, src, kernel, fov__mat_apply(to_src, p), sx, sy);
        }
    }
    return all;
}

double psnr(const struct fov_pixels *px, const double *want)
{
    double sum = 0;
    size_t n = 0;

    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *p = fov__pixels_row(px, y);

        for (int32_t x = 0; x < px->width; x++, p += px->bands, want += 4) {
            for (int c = 0; c < px->bands; c++, n++) {
                const double a = px->bands == 4 && c < 3 ? p[3] / 255.0 : 1.0;
                const double d = p[c] * a - want[c];
                sum += d * d;
            }
        }
    }
    return sum == 0 ? 100.0 : 10.0 * log10(255.0 * 255.0 / (sum / (double)n));
}

double quality(const struct fov_pixels *src, struct fov_mat to_src, enum fov__kernel kernel,
               int32_t width, int32_t height)
{
    struct fov_pixels *px = warped(src, to_src, kernel, width, height, 1);
    double *want = reference(src, to_src, kernel, width, height);
    const double db = psnr(px, want);

    free(want);
    picture_free(px);
    return db;
}

struct fov_mat turned_by(double degrees, double scale, const struct fov_pixels *src, int32_t width,
                         int32_t height)
{
    return fov__mat_mul(
        fov__mat_translate(src->width * 0.5, src->height * 0.5),
        fov__mat_mul(fov__mat_mul(fov__mat_scale(scale, scale), fov__mat_rotate(-degrees)),
                     fov__mat_translate(-width * 0.5, -height * 0.5)));
}
