/* SPDX-License-Identifier: MIT */
/* Loops that compilers turn into SIMD, written once and compiled for each twin. Sums of 8-bit
 * samples are whole numbers within 16 bits: 64 * 255. */
#ifndef FOV_TURN_LOOPS_H
#define FOV_TURN_LOOPS_H

#include "image/turn_internal.h"

enum { TURN_SUMS = FOV__SHRINK_PART * 4 };

static inline void add_row(uint16_t *restrict sum, const uint8_t *restrict in, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        sum[i] = (uint16_t)(sum[i] + in[i]);
}

/* To every sample the one `step` further on. Behind the last one there is room. */
static inline void add_ahead(uint16_t *restrict out, const uint16_t *restrict in, size_t samples,
                             size_t step)
{
    for (size_t i = 0; i < samples; i++)
        out[i] = (uint16_t)(in[i] + in[i + step]);
}

static inline void shrink_loop(uint8_t *out, const uint8_t *in, size_t stride, size_t n,
                               size_t bands, size_t shrink)
{
    uint16_t a[TURN_SUMS + 32], b[TURN_SUMS + 32];
    uint8_t mean[TURN_SUMS];
    const size_t samples = n * bands;
    const unsigned bits = shrink == 1 ? 0 : shrink == 2 ? 2 : shrink == 4 ? 4 : 6;
    memset(a, 0, (samples + 32) * sizeof(*a));
    memset(b + samples, 0, 32 * sizeof(*b));
    for (size_t y = 0; y < shrink; y++)
        add_row(a, in + y * stride, samples);
    uint16_t *sum = a, *other = b;
    for (size_t step = 1; step < shrink; step *= 2) {
        add_ahead(other, sum, samples, step * bands);
        uint16_t *swap = sum;
        sum = other;
        other = swap;
    }
    for (size_t i = 0; i < samples; i++)
        mean[i] = (uint8_t)((sum[i] + (1u << bits >> 1)) >> bits);
    for (size_t i = 0; i < samples; i += shrink * bands, out += bands) {
        for (size_t c = 0; c < bands; c++)
            out[c] = mean[i + c];
    }
}

static inline bool opaque_loop(const uint8_t *in, size_t stride, size_t n, size_t rows)
{
    uint8_t all = 255;
    for (size_t y = 0; y < rows; y++) {
        for (size_t x = 0; x < n; x++)
            all &= in[y * stride + 4 * x + 3];
    }
    return all == 255;
}

#endif
