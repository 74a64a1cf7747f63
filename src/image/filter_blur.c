/* SPDX-License-Identifier: MIT */
/* Gaussian blur in two passes: over columns, rounded to 1/256 of a level, then along rows. A row of
 * the result needs no more than the rows around it, so a threshold can take them one by one. */
#include "image/filter_kernels.h"

enum { TAP = 16384, TAP_BITS = 14 };

/* ---- taps ------------------------------------------------------------------------------------ */

/* Sums from the outer end are rounded, not taps: so errors do not add up, and the whole is 1. */
static void quantise(int16_t *taps, int32_t radius, const double *weights, double total)
{
    double sum = 0;
    int32_t before = 0;
    for (int32_t k = 0; k < radius; k++) {
        sum += weights[k];
        const int32_t upto = (int32_t)fov__rint(TAP * sum / total);
        taps[k] = taps[2 * radius - k] = (int16_t)(upto - before);
        before = upto;
    }
    taps[radius] = (int16_t)(TAP - 2 * before);
}

/* Without a sigma the small kernels are those that everybody uses, and others get OpenCV's rule,
 * so that a threshold found there serves here too. */
void fov__blur_taps(int16_t *taps, int32_t radius, double sigma)
{
    static const double small[][5] = {{1}, {1, 2}, {1, 4, 6}, {2, 7, 14, 18}, {4, 13, 30, 51, 60}};
    double weights[FOV__BLUR_MAX + 1], total = 0;
    for (int32_t k = 0; k <= radius; k++) {
        const double s = sigma > 0 ? sigma : 0.3 * (radius - 1) + 0.8, d = (radius - k) / s;
        weights[k] = sigma <= 0 && radius <= 4 ? small[radius][k] : fov__exp_down(-0.5 * d * d);
        total += k < radius ? 2 * weights[k] : weights[k];
    }
    quantise(taps, radius, weights, total);
}

/* ---- the portable twin ----------------------------------------------------------------------- */

/* So many sums are kept at once: lanes for the compiler, and all in the nearest cache. */
enum { LANES = 256 };

static void blur_columns(int16_t *out, const uint8_t *const *rows, const int16_t *taps,
                         int32_t radius, size_t n)
{
    int32_t sums[LANES];
    for (size_t at = 0; at < n; at += LANES) {
        const size_t count = n - at < LANES ? n - at : LANES;
        for (size_t i = 0; i < count; i++)
            sums[i] = taps[radius] * rows[radius][at + i] + 32;
        for (int32_t k = 0; k < radius; k++) {
            const uint8_t *a = rows[k] + at, *b = rows[2 * radius - k] + at;
            for (size_t i = 0; i < count; i++)
                sums[i] += taps[k] * (a[i] + b[i]);
        }
        for (size_t i = 0; i < count; i++)
            out[at + i] = (int16_t)((sums[i] >> 6) - 32768);
    }
}

static void blur_row(uint8_t *out, const int16_t *in, const int16_t *taps, int32_t radius, size_t n,
                     size_t step)
{
    int32_t sums[LANES];
    for (size_t at = 0; at < n; at += LANES) {
        const size_t count = n - at < LANES ? n - at : LANES;
        const int16_t *from = in + at, *middle = from + (size_t)radius * step;
        for (size_t i = 0; i < count; i++)
            sums[i] = taps[radius] * middle[i] + (32768 << TAP_BITS) + (1 << 21);
        for (int32_t k = 0; k < radius; k++) {
            const int16_t *a = from + (size_t)k * step;
            const int16_t *b = from + (size_t)(2 * radius - k) * step;
            for (size_t i = 0; i < count; i++)
                sums[i] += taps[k] * (a[i] + b[i]);
        }
        for (size_t i = 0; i < count; i++)
            out[at + i] = (uint8_t)(sums[i] >> 22);
    }
}

const struct fov__blur_kernels fov__blur_portable = {blur_columns, blur_row};

/* ---- rows around a row ----------------------------------------------------------------------- */

size_t fov__rows_ring_size(const struct fov__view *in, const struct fov__view *out, int32_t radius)
{
    return in->data == out->data ? (size_t)(2 * radius + 2) * (size_t)in->width * (size_t)in->bands
                                 : 0;
}

static void keep(const struct fov__rows *rows, int32_t y)
{
    if (rows->ring && y < rows->in->height)
        memcpy(rows->ring + (size_t)(y % (2 * rows->radius + 2)) * rows->size,
               fov__view_row(rows->in, y), rows->size);
}

void fov__rows_start(struct fov__rows *rows, const struct fov__view *in, int32_t radius,
                     uint8_t *ring)
{
    *rows = (struct fov__rows){in, radius, ring, (size_t)in->width * (size_t)in->bands};
    for (int32_t y = 0; y < radius; y++)
        keep(rows, y);
}

void fov__rows_step(struct fov__rows *rows, int32_t y)
{
    keep(rows, y + rows->radius);
}

/* ---- blur ------------------------------------------------------------------------------------ */

void fov__blur_row(const struct fov__blur *blur, const struct fov__rows *rows, int32_t y,
                   uint8_t *out)
{
    const int32_t radius = rows->radius;
    const size_t step = (size_t)rows->in->bands, n = rows->size, pad = (size_t)radius * step;
    const uint8_t *around[2 * FOV__BLUR_MAX + 1];
    int16_t *between = blur->between;
    for (int32_t k = 0; k <= 2 * radius; k++)
        around[k] = fov__rows_at(rows, y + k - radius);
    blur->kernels->columns(between + pad, around, blur->taps, radius, n);
    for (size_t i = 0; i < pad; i++) {
        between[i] = between[pad + i % step];
        between[pad + n + i] = between[pad + n - step + i % step];
    }
    blur->kernels->row(out, between, blur->taps, radius, n, step);
}

fov_status fov__filter_gauss(const struct fov__filter *filter, const struct fov__view *in,
                             const struct fov__view *out, int32_t radius, double sigma,
                             fov_error *err)
{
    const size_t wide = (size_t)(in->width + 2 * radius) * (size_t)in->bands;
    const size_t ring = fov__rows_ring_size(in, out, radius), size = 2 * wide + ring;
    struct fov__blur blur = {.kernels = FOV__TWIN(filter->ctx->cpu, blur)};
    struct fov__rows rows;
    fov_status rc = FOV_OK;
    blur.between = fov__alloc(filter->ctx, size);
    if (blur.between == NULL)
        return fov__fail_memory(err, filter->where, size);
    fov__blur_taps(blur.taps, radius, sigma);
    fov__rows_start(&rows, in, radius, ring > 0 ? (uint8_t *)(blur.between + wide) : NULL);
    for (int32_t y = 0; rc == FOV_OK && y < in->height; y++) {
        rc = fov__filter_look(filter, y, err);
        fov__rows_step(&rows, y);
        if (rc == FOV_OK)
            fov__blur_row(&blur, &rows, y, fov__view_row(out, y));
    }
    fov__free(filter->ctx, blur.between);
    return rc;
}
