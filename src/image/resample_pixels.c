/* SPDX-License-Identifier: MIT */
/* One output pixel at a time from a square of taps in a tile, for every processor: down in pairs of
 * rows, rounded to 1/64 level, then across. It defines what the other twins must give, and knows
 * nothing of edges: the tile holds every pixel that is asked for. */
#include "image/resample_pixels.h"

static void pair(uint8_t *cells, const uint8_t *above, const uint8_t *below, int32_t width,
                 int32_t bands)
{
    for (int32_t i = 0; i < width; i++, cells += 8, above += bands, below += bands) {
        for (int32_t c = 0; c < 3; c++) {
            cells[2 * c] = above[c];
            cells[2 * c + 1] = below[c];
        }
        cells[6] = bands == 4 ? above[3] : 0;
        cells[7] = bands == 4 ? below[3] : 0;
    }
}

static void taps(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                 const struct fov_reach *reach, int32_t bands)
{
    const int32_t count = reach->count, mask = (1 << reach->bits) - 1;

    for (int32_t i = 0; i < spots->n; i++, dst += bands) {
        const int16_t *cx = reach->taps.coef + (spots->x[i] & mask) * count;
        const int16_t *cy = reach->taps.coef + (spots->y[i] & mask) * count;
        const uint8_t *cell = cell_at(tile, spots, i, reach->bits, reach->first);
        int32_t sum[4] = {1 << 19, 1 << 19, 1 << 19, 1 << 19};

        for (int32_t k = 0; k < count; k++, cell += 8) {
            int32_t part[4] = {128, 128, 128, 128};

            for (int32_t r = 0; r < count; r += 2) {
                const uint8_t *p = cell + (size_t)r * tile->pitch;
                for (int c = 0; c < 4; c++)
                    part[c] += cy[r] * p[2 * c] + cy[r + 1] * p[2 * c + 1];
            }
            for (int c = 0; c < 4; c++)
                sum[c] += cx[k] * (part[c] >> 8);
        }
        for (int32_t c = 0; c < bands; c++)
            dst[c] = fov__clamp_byte(sum[c] >> 20);
    }
}

/* Two by two: the four products of the weights are 14-bit numbers already. */
static void linear(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                   int32_t bands)
{
    const int32_t one = 1 << FOV__LINEAR_BITS, mask = one - 1;

    for (int32_t i = 0; i < spots->n; i++, dst += bands) {
        const int32_t x = spots->x[i] & mask, y = spots->y[i] & mask;
        const int32_t w00 = (one - x) * (one - y), w10 = x * (one - y);
        const int32_t w01 = (one - x) * y, w11 = x * y;
        const uint8_t *p = cell_at(tile, spots, i, FOV__LINEAR_BITS, 0);

        for (int32_t c = 0; c < bands; c++)
            dst[c] = (uint8_t)((w00 * p[2 * c] + w01 * p[2 * c + 1] + w10 * p[8 + 2 * c] +
                                w11 * p[9 + 2 * c] + (1 << 13)) >>
                               14);
    }
}

const struct fov_sampler fov__sampler_portable = {locate, pair,         taps,
                                                  linear, taps_weighed, linear_weighed};
