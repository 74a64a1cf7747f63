/* SPDX-License-Identifier: MIT */
/* The separable passes on rows, for every processor: 16-bit coefficients, 32-bit sums. They define
 * what the other twins must give. They know nothing of edges: taps were folded before. */
#include "image/warp_internal.h"

/* One row; `bands` is a number to the compiler. */
static inline void bytes_row(int16_t *to, const uint8_t *src, const struct fov_taps *taps,
                             int32_t bands)
{
    for (int32_t i = 0; i < taps->n; i++, to += bands) {
        const int16_t *coef = taps->coef + (size_t)i * (size_t)taps->count;
        const uint8_t *p = src + (size_t)taps->first[i] * (size_t)bands;
        int32_t sum[4] = {128, 128, 128, 128};

        for (int32_t k = 0; k < taps->count; k++, p += bands)
            for (int32_t c = 0; c < bands; c++)
                sum[c] += coef[k] * p[c];
        for (int32_t c = 0; c < bands; c++)
            to[c] = (int16_t)(sum[c] >> 8);
    }
}

static void across_bytes(int16_t *const dst[2], const uint8_t *const src[2],
                         const struct fov_taps *taps, int32_t bands)
{
    for (int row = 0; row < 2; row++) {
        if (bands == 3)
            bytes_row(dst[row], src[row], taps, 3);
        else if (bands == 1)
            bytes_row(dst[row], src[row], taps, 1);
        else
            bytes_row(dst[row], src[row], taps, 4);
    }
}

static inline void words_row(uint8_t *to, const int16_t *src, const struct fov_taps *taps,
                             int32_t bands)
{
    for (int32_t i = 0; i < taps->n; i++, to += bands) {
        const int16_t *coef = taps->coef + (size_t)i * (size_t)taps->count;
        const int16_t *p = src + (size_t)taps->first[i] * (size_t)bands;
        int32_t sum[4] = {1 << 19, 1 << 19, 1 << 19, 1 << 19};

        for (int32_t k = 0; k < taps->count; k++, p += bands)
            for (int32_t c = 0; c < bands; c++)
                sum[c] += coef[k] * p[c];
        for (int32_t c = 0; c < bands; c++)
            to[c] = fov__clamp_byte(sum[c] >> 20);
    }
}

static void across_words(uint8_t *const dst[2], const int16_t *const src[2],
                         const struct fov_taps *taps, int32_t bands)
{
    for (int row = 0; row < 2; row++) {
        if (bands == 3)
            words_row(dst[row], src[row], taps, 3);
        else
            words_row(dst[row], src[row], taps, 4);
    }
}

/* Columns in pieces whose sums stay in the nearest cache. */
enum { PIECE = 512 };

static void down_bytes(int16_t *dst, const uint8_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n)
{
    int32_t sum[PIECE];

    for (int32_t at = 0; at < n; at += PIECE) {
        const int32_t size = n - at < PIECE ? n - at : PIECE;

        for (int32_t i = 0; i < size; i++)
            sum[i] = 128;
        for (int32_t k = 0; k < count; k += 2) {
            const uint8_t *a = rows[k] + at, *b = rows[k + 1] + at;
            const int32_t ca = coef[k], cb = coef[k + 1];

            for (int32_t i = 0; i < size; i++)
                sum[i] += ca * a[i] + cb * b[i];
        }
        for (int32_t i = 0; i < size; i++)
            dst[at + i] = (int16_t)(sum[i] >> 8);
    }
}

static void down_words(uint8_t *dst, const int16_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n)
{
    int32_t sum[PIECE];

    for (int32_t at = 0; at < n; at += PIECE) {
        const int32_t size = n - at < PIECE ? n - at : PIECE;

        for (int32_t i = 0; i < size; i++)
            sum[i] = 1 << 19; /* 14 bits of this pass and 6 of the other */
        for (int32_t k = 0; k < count; k += 2) {
            const int16_t *a = rows[k] + at, *b = rows[k + 1] + at;
            const int32_t ca = coef[k], cb = coef[k + 1];

            for (int32_t i = 0; i < size; i++)
                sum[i] += ca * a[i] + cb * b[i];
        }
        for (int32_t i = 0; i < size; i++)
            dst[at + i] = fov__clamp_byte(sum[i] >> 20);
    }
}

/* 14 + 16 bits and 53 % of overshoot fit 31 bits on the way across, and 14 bits times 1.67 x 65 025
 * on the way down. */
static void across_weighed(int32_t *const dst[2], const int16_t *const src[2],
                           const struct fov_taps *taps)
{
    for (int row = 0; row < 2; row++) {
        int32_t *to = dst[row];

        for (int32_t i = 0; i < taps->n; i++, to += 4) {
            const int16_t *coef = taps->coef + (size_t)i * (size_t)taps->count;
            const int16_t *p = src[row] + 4 * (size_t)taps->first[i];
            int32_t sum[4] = {0, 0, 0, 0};

            for (int32_t k = 0; k < taps->count; k++, p += 4)
                for (int c = 0; c < 4; c++)
                    sum[c] += coef[k] * p[c];
            for (int c = 0; c < 4; c++)
                to[c] = (sum[c] + (FOV__TAP_ONE << 15) + FOV__TAP_ONE / 2) >> FOV__TAP_BITS;
        }
    }
}

static void down_weighed(uint8_t *dst, const int32_t *const *rows, const int16_t *coef,
                         int32_t count, int32_t n, int32_t *sum)
{
    for (int32_t i = 0; i < 4 * n; i++)
        sum[i] = 0;
    for (int32_t k = 0; k < count; k++) {
        const int32_t *row = rows[k];
        const int32_t c = coef[k];

        for (int32_t i = 0; i < 4 * n; i++)
            sum[i] += c * row[i];
    }
    for (int32_t i = 0; i < n; i++)
        fov__unweigh(dst + 4 * (size_t)i, sum + 4 * (size_t)i);
}

/* Both passes' overshoot together is below 1.34 x 1.3 x 255 x 64: 16 bits hold it. */
static void across_plane(int16_t *const dst[2], const int16_t *const src[2],
                         const struct fov_taps *taps)
{
    for (int row = 0; row < 2; row++) {
        for (int32_t i = 0; i < taps->n; i++) {
            const int16_t *coef = taps->coef + (size_t)i * (size_t)taps->count;
            const int16_t *p = src[row] + taps->first[i];
            int32_t sum = FOV__TAP_ONE / 2;

            for (int32_t k = 0; k < taps->count; k++)
                sum += coef[k] * p[k];
            dst[row][i] = (int16_t)(sum >> FOV__TAP_BITS);
        }
    }
}

static void down_plane(int16_t *dst, const int16_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n)
{
    int32_t sum[PIECE];

    for (int32_t at = 0; at < n; at += PIECE) {
        const int32_t size = n - at < PIECE ? n - at : PIECE;

        for (int32_t i = 0; i < size; i++)
            sum[i] = FOV__TAP_ONE / 2;
        for (int32_t k = 0; k < count; k += 2) {
            const int16_t *a = rows[k] + at, *b = rows[k + 1] + at;
            const int32_t ca = coef[k], cb = coef[k + 1];

            for (int32_t i = 0; i < size; i++)
                sum[i] += ca * a[i] + cb * b[i];
        }
        for (int32_t i = 0; i < size; i++)
            dst[at + i] = (int16_t)(sum[i] >> FOV__TAP_BITS);
    }
}

const struct fov_rows fov__rows_portable = {across_bytes,   down_words,   down_bytes,
                                            across_words,   across_weighed, down_weighed,
                                            across_plane,   down_plane};
