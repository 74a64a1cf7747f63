/* SPDX-License-Identifier: MIT */
/* What the twins of resample_pixels.c share in C: each compiles it for its own processor. */
#ifndef FOV_RESAMPLE_PIXELS_H
#define FOV_RESAMPLE_PIXELS_H

#include "image/warp_internal.h"

/* Rounded half up to a whole number of phases. Beyond the limits, where every tap reads the edge,
 * the position does not matter any more; what is no number becomes the lower one. */
static inline int32_t phase_of(double v, double lo, double hi, double per_pixel)
{
    const double bias = 1 << 30; /* makes it positive, so that cutting is rounding down */

    v = v > lo ? v : lo;
    v = v < hi ? v : hi;
    return (int32_t)((v - 0.5) * per_pixel + (bias + 0.5)) - (1 << 30);
}

static void locate(struct fov_spots *spots, struct fov_mat to_src, fov_box within, int32_t bits,
                   int32_t i, int32_t j)
{
    const double *m = to_src.m, y = (double)j + 0.5, per_pixel = 1 << bits;
    const double x0 = m[1] * y + m[2], y0 = m[4] * y + m[5], w0 = m[7] * y + m[8];

    if (fov__mat_is_affine(to_src)) {
        for (int32_t k = 0; k < spots->n; k++) {
            const double x = (double)(i + k) + 0.5;
            spots->x[k] = phase_of(m[0] * x + x0, within.x1, within.x2, per_pixel);
            spots->y[k] = phase_of(m[3] * x + y0, within.y1, within.y2, per_pixel);
        }
        return;
    }
    for (int32_t k = 0; k < spots->n; k++) {
        const double x = (double)(i + k) + 0.5, w = m[6] * x + w0;
        spots->x[k] = phase_of((m[0] * x + x0) / w, within.x1, within.x2, per_pixel);
        spots->y[k] = phase_of((m[3] * x + y0) / w, within.y1, within.y2, per_pixel);
    }
}

/* The cell of a spot's first tap. */
static inline const uint8_t *cell_at(const struct fov_tile *tile, const struct fov_spots *spots,
                                     int32_t i, int32_t bits, int32_t first)
{
    const int32_t x = (spots->x[i] >> bits) + first - tile->x0;
    const int32_t y = (spots->y[i] >> bits) + first - tile->y0;

    return tile->cells + (size_t)y * tile->pitch + 8 * (size_t)x;
}

static void taps_weighed(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                         const struct fov_reach *reach)
{
    const int32_t count = reach->count, mask = (1 << reach->bits) - 1;

    for (int32_t i = 0; i < spots->n; i++, dst += 4) {
        const int16_t *cx = reach->taps.coef + (spots->x[i] & mask) * count;
        const int16_t *cy = reach->taps.coef + (spots->y[i] & mask) * count;
        const uint8_t *cell = cell_at(tile, spots, i, reach->bits, reach->first);
        int32_t sum[4] = {0, 0, 0, 0};

        for (int32_t k = 0; k < count; k++, cell += 8) {
            int32_t part[4] = {FOV__TAP_ONE >> 1, FOV__TAP_ONE >> 1, FOV__TAP_ONE >> 1,
                               FOV__TAP_ONE >> 1};

            for (int32_t r = 0; r < count; r++) {
                uint16_t p[4];
                memcpy(p, cell + (size_t)r * tile->pitch, sizeof(p));
                for (int c = 0; c < 4; c++)
                    part[c] += cy[r] * (int32_t)p[c];
            }
            for (int c = 0; c < 4; c++)
                sum[c] += cx[k] * (part[c] >> FOV__TAP_BITS);
        }
        fov__unweigh(dst, sum);
    }
}

static void linear_weighed(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots)
{
    const int32_t one = 1 << FOV__LINEAR_BITS, mask = one - 1;

    for (int32_t i = 0; i < spots->n; i++, dst += 4) {
        const int32_t x = spots->x[i] & mask, y = spots->y[i] & mask;
        const int32_t w[4] = {(one - x) * (one - y), x * (one - y), (one - x) * y, x * y};
        const uint8_t *cell = cell_at(tile, spots, i, FOV__LINEAR_BITS, 0);
        uint16_t above[8], below[8];
        int32_t sum[4];

        memcpy(above, cell, sizeof(above));
        memcpy(below, cell + tile->pitch, sizeof(below));
        for (int c = 0; c < 4; c++)
            sum[c] = w[0] * above[c] + w[1] * above[c + 4] + w[2] * below[c] + w[3] * below[c + 4];
        fov__unweigh(dst, sum);
    }
}

#endif
