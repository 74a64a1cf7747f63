/* SPDX-License-Identifier: MIT */
/* The separable passes on rows with AVX2: pairs of 16-bit products summed to 32 bits (vpmaddwd),
 * two rows at once on the way across, one in each half of a register. It gives the bytes of
 * resample_rows.c, which defines them. */
#include <immintrin.h>

#include "image/warp_internal.h"

#define ALWAYS static inline __attribute__((always_inline))

ALWAYS __m256i both(const void *a, const void *b)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(a)), _mm_loadu_si128(b),
                                   1);
}

/* Two coefficients for everybody. */
ALWAYS __m256i pair_of(const int16_t *coef)
{
    int32_t two;

    memcpy(&two, coef, sizeof(two));
    return _mm256_set1_epi32(two);
}

ALWAYS __m256i twice(char a0, char a1, char a2, char a3, char a4, char a5, char a6, char a7,
                     char a8, char a9, char a10, char a11, char a12, char a13, char a14, char a15)
{
    return _mm256_setr_epi8(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15,
                            a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15);
}

/* ---- across, from bytes --------------------------------------------------------------------- */

/* From four pixels of bytes: the first two, and the other two, as pairs of 16-bit numbers. */
struct pairing {
    __m256i first, second;
};

ALWAYS struct pairing pairing_of_bytes(int32_t bands)
{
    const char z = -1;

    if (bands == 3)
        return (struct pairing){twice(0, z, 3, z, 1, z, 4, z, 2, z, 5, z, z, z, z, z),
                                twice(6, z, 9, z, 7, z, 10, z, 8, z, 11, z, z, z, z, z)};
    return (struct pairing){twice(0, z, 4, z, 1, z, 5, z, 2, z, 6, z, 3, z, 7, z),
                            twice(8, z, 12, z, 9, z, 13, z, 10, z, 14, z, 11, z, 15, z)};
}

ALWAYS __m256i bytes_at(const uint8_t *a, const uint8_t *b, const int16_t *coef, int32_t count,
                        int32_t bands, struct pairing by)
{
    __m256i sum = _mm256_set1_epi32(128);
    int32_t k = 0;

    for (; k + 4 <= count; k += 4) {
        const __m256i px = both(a + k * bands, b + k * bands);

        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(_mm256_shuffle_epi8(px, by.first), pair_of(coef + k)));
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(_mm256_shuffle_epi8(px, by.second), pair_of(coef + k + 2)));
    }
    if (k < count)
        sum = _mm256_add_epi32(
            sum,
            _mm256_madd_epi16(_mm256_shuffle_epi8(both(a + k * bands, b + k * bands), by.first),
                              pair_of(coef + k)));
    return _mm256_srai_epi32(sum, 8);
}

ALWAYS void across_bytes_by(int16_t *const dst[2], const uint8_t *const src[2],
                            const struct fov_taps *taps, int32_t bands, int32_t count)
{
    const struct pairing by = pairing_of_bytes(bands);
    const char z = -1;
    const __m256i close = twice(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, z, z, z, z);
    const int16_t *coef = taps->coef;
    int16_t *to[2] = {dst[0], dst[1]};

    for (int32_t i = 0; i < taps->n; i += 2) {
        const int32_t last = i + 1 < taps->n; /* the second of the pair, or the first again */
        const size_t p = (size_t)(taps->first[i] * bands);
        const size_t q = (size_t)(taps->first[i + last] * bands);
        __m256i two;

        two = _mm256_packs_epi32(
            bytes_at(src[0] + p, src[1] + p, coef, count, bands, by),
            bytes_at(src[0] + q, src[1] + q, coef + last * count, count, bands, by));
        if (bands == 3)
            two = _mm256_shuffle_epi8(two, close);
        _mm_storeu_si128((__m128i *)to[0], _mm256_castsi256_si128(two));
        _mm_storeu_si128((__m128i *)to[1], _mm256_extracti128_si256(two, 1));
        coef += 2 * count;
        to[0] += 2 * bands;
        to[1] += 2 * bands;
    }
}

/* ---- across, one band ----------------------------------------------------------------------- */

/* Samples and coefficients lie side by side, so that products are summed along the taps, of two
 * rows at once. Of coefficients no more is read than there is. */
ALWAYS __m256i for_both(__m128i v)
{
    return _mm256_broadcastsi128_si256(v);
}

ALWAYS __m256i dot_words(const int16_t *a, const int16_t *b, const int16_t *coef, int32_t count)
{
    __m256i sum = _mm256_setzero_si256();
    int32_t k = 0;

    for (; k + 8 <= count; k += 8)
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(both(a + k, b + k),
                                   for_both(_mm_loadu_si128((const void *)(coef + k)))));
    if (k + 4 <= count) {
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(both(a + k, b + k),
                                   for_both(_mm_loadl_epi64((const void *)(coef + k)))));
        k += 4;
    }
    if (k < count)
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(both(a + k, b + k), for_both(_mm_loadu_si32(coef + k))));
    return sum;
}

ALWAYS __m256i both_bytes(const uint8_t *a, const uint8_t *b)
{
    return _mm256_cvtepu8_epi16(_mm_unpacklo_epi64(_mm_loadl_epi64((const void *)a),
                                                   _mm_loadl_epi64((const void *)b)));
}

ALWAYS __m256i dot_bytes(const uint8_t *a, const uint8_t *b, const int16_t *coef, int32_t count)
{
    __m256i sum = _mm256_setzero_si256();
    int32_t k = 0;

    for (; k + 8 <= count; k += 8)
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(both_bytes(a + k, b + k),
                                   for_both(_mm_loadu_si128((const void *)(coef + k)))));
    if (k + 4 <= count) {
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(both_bytes(a + k, b + k),
                                   for_both(_mm_loadl_epi64((const void *)(coef + k)))));
        k += 4;
    }
    if (k < count)
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(both_bytes(a + k, b + k), for_both(_mm_loadu_si32(coef + k))));
    return sum;
}

/* Four sums of each row, where there are four outputs left. */
ALWAYS __m256i sums_of(const __m256i part[4])
{
    return _mm256_hadd_epi32(_mm256_hadd_epi32(part[0], part[1]),
                             _mm256_hadd_epi32(part[2], part[3]));
}

static void plane_bytes(int16_t *const dst[2], const uint8_t *const src[2],
                        const struct fov_taps *taps)
{
    const __m256i half = _mm256_set1_epi32(128);

    for (int32_t i = 0; i < taps->n; i += 4) {
        const int32_t left = taps->n - 1 - i;
        __m256i part[4], sum;

        for (int32_t j = 0; j < 4; j++) {
            const int32_t at = i + (j < left ? j : left);
            part[j] = dot_bytes(src[0] + taps->first[at], src[1] + taps->first[at],
                                taps->coef + (size_t)at * (size_t)taps->count, taps->count);
        }
        sum = _mm256_srai_epi32(_mm256_add_epi32(sums_of(part), half), 8);
        sum = _mm256_packs_epi32(sum, sum);
        _mm_storel_epi64((void *)(dst[0] + i), _mm256_castsi256_si128(sum));
        _mm_storel_epi64((void *)(dst[1] + i), _mm256_extracti128_si256(sum, 1));
    }
}

static void across_bytes(int16_t *const dst[2], const uint8_t *const src[2],
                         const struct fov_taps *taps, int32_t bands)
{
    if (bands == 1)
        plane_bytes(dst, src, taps);
    else if (bands == 3 && taps->count == 6)
        across_bytes_by(dst, src, taps, 3, 6);
    else if (bands == 3)
        across_bytes_by(dst, src, taps, 3, taps->count);
    else
        across_bytes_by(dst, src, taps, 4, taps->count);
}

/* ---- across, from words --------------------------------------------------------------------- */

ALWAYS __m256i words_at(const int16_t *a, const int16_t *b, const int16_t *coef, int32_t count,
                        int32_t bands, __m256i by, __m256i sum)
{
    for (int32_t k = 0; k < count; k += 2)
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(_mm256_shuffle_epi8(both(a + k * bands, b + k * bands), by),
                                   pair_of(coef + k)));
    return sum;
}

ALWAYS __m256i words_pairing(int32_t bands)
{
    const char z = -1;

    return bands == 3 ? twice(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, z, z, z, z)
                      : twice(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
}

/* Four pixels of two rows, 16 bytes each, of which 4 * bands count. */
ALWAYS void words_four(__m128i out[2], const int16_t *const src[2], const struct fov_taps *taps,
                       int32_t i, int32_t bands, int32_t count, __m256i by, __m256i close)
{
    const int16_t *coef = taps->coef + (size_t)i * (size_t)count;
    const __m256i half = _mm256_set1_epi32(1 << 19);
    __m256i px[4], four;

    for (int j = 0; j < 4; j++) {
        const size_t p = (size_t)(taps->first[i + j] * bands);
        px[j] = words_at(src[0] + p, src[1] + p, coef + j * count, count, bands, by, half);
        px[j] = _mm256_srai_epi32(px[j], 20);
    }
    four = _mm256_packus_epi16(_mm256_packs_epi32(px[0], px[1]), _mm256_packs_epi32(px[2], px[3]));
    if (bands == 3)
        four = _mm256_shuffle_epi8(four, close);
    out[0] = _mm256_castsi256_si128(four);
    out[1] = _mm256_extracti128_si256(four, 1);
}

ALWAYS void across_words_by(uint8_t *const dst[2], const int16_t *const src[2],
                            const struct fov_taps *taps, int32_t bands, int32_t count)
{
    const char z = -1;
    const __m256i by = words_pairing(bands);
    const __m256i close = twice(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, z, z, z, z);
    uint8_t *to[2] = {dst[0], dst[1]};
    __m128i out[2];
    int32_t i = 0;

    /* Sixteen bytes are written where they stay inside of the row. */
    for (; i + 4 <= taps->n; i += 4) {
        const size_t room = (size_t)(taps->n - i) * (size_t)bands;

        words_four(out, src, taps, i, bands, count, by, close);
        for (int row = 0; row < 2; row++) {
            if (room >= 16)
                _mm_storeu_si128((__m128i *)to[row], out[row]);
            else
                memcpy(to[row], &out[row], 4 * (size_t)bands);
            to[row] += 4 * bands;
        }
    }
    for (; i < taps->n; i++) {
        const int16_t *coef = taps->coef + (size_t)i * (size_t)count;
        const size_t p = (size_t)(taps->first[i] * bands);
        const __m256i px = _mm256_srai_epi32(
            words_at(src[0] + p, src[1] + p, coef, count, bands, by, _mm256_set1_epi32(1 << 19)),
            20);
        const __m256i one = _mm256_packus_epi16(_mm256_packs_epi32(px, px), px);

        out[0] = _mm256_castsi256_si128(one);
        out[1] = _mm256_extracti128_si256(one, 1);
        for (int row = 0; row < 2; row++) {
            memcpy(to[row], &out[row], (size_t)bands);
            to[row] += bands;
        }
    }
}

static void across_words(uint8_t *const dst[2], const int16_t *const src[2],
                         const struct fov_taps *taps, int32_t bands)
{
    if (bands == 3 && taps->count == 8)
        across_words_by(dst, src, taps, 3, 8);
    else if (bands == 3)
        across_words_by(dst, src, taps, 3, taps->count);
    else
        across_words_by(dst, src, taps, 4, taps->count);
}

static void across_weighed(int32_t *const dst[2], const int16_t *const src[2],
                           const struct fov_taps *taps)
{
    const __m256i by = words_pairing(4);
    const __m256i from = _mm256_set1_epi32((FOV__TAP_ONE << 15) + FOV__TAP_ONE / 2);

    for (int32_t i = 0; i < taps->n; i++) {
        const int16_t *coef = taps->coef + (size_t)i * (size_t)taps->count;
        const size_t p = 4 * (size_t)taps->first[i];
        const __m256i px = _mm256_srai_epi32(
            words_at(src[0] + p, src[1] + p, coef, taps->count, 4, by, from), FOV__TAP_BITS);

        _mm_storeu_si128((__m128i *)(dst[0] + 4 * (size_t)i), _mm256_castsi256_si128(px));
        _mm_storeu_si128((__m128i *)(dst[1] + 4 * (size_t)i), _mm256_extracti128_si256(px, 1));
    }
}

/* ---- down ----------------------------------------------------------------------------------- */

/* 32 columns: bytes of two rows side by side, each row's weight at its own. */
ALWAYS void down_bytes_32(int16_t *dst, const uint8_t *const *rows, const int16_t *coef,
                          int32_t count, int32_t at)
{
    const __m256i zero = _mm256_setzero_si256(), half = _mm256_set1_epi32(128);
    __m256i s0 = half, s1 = half, s2 = half, s3 = half;

    for (int32_t k = 0; k < count; k += 2) {
        const __m256i a = _mm256_loadu_si256((const __m256i *)(rows[k] + at));
        const __m256i b = _mm256_loadu_si256((const __m256i *)(rows[k + 1] + at));
        const __m256i c = pair_of(coef + k);
        const __m256i lo = _mm256_unpacklo_epi8(a, b), hi = _mm256_unpackhi_epi8(a, b);

        s0 = _mm256_add_epi32(s0, _mm256_madd_epi16(_mm256_unpacklo_epi8(lo, zero), c));
        s1 = _mm256_add_epi32(s1, _mm256_madd_epi16(_mm256_unpackhi_epi8(lo, zero), c));
        s2 = _mm256_add_epi32(s2, _mm256_madd_epi16(_mm256_unpacklo_epi8(hi, zero), c));
        s3 = _mm256_add_epi32(s3, _mm256_madd_epi16(_mm256_unpackhi_epi8(hi, zero), c));
    }
    /* Columns 0-7 | 16-23 and 8-15 | 24-31. */
    s0 = _mm256_packs_epi32(_mm256_srai_epi32(s0, 8), _mm256_srai_epi32(s1, 8));
    s2 = _mm256_packs_epi32(_mm256_srai_epi32(s2, 8), _mm256_srai_epi32(s3, 8));
    _mm256_storeu_si256((__m256i *)(dst + at), _mm256_permute2x128_si256(s0, s2, 0x20));
    _mm256_storeu_si256((__m256i *)(dst + at + 16), _mm256_permute2x128_si256(s0, s2, 0x31));
}

static void down_bytes(int16_t *dst, const uint8_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n)
{
    int32_t at = 0;

    if (n < 32) {
        fov__rows_portable.down_bytes(dst, rows, coef, count, n);
        return;
    }
    for (; at + 32 <= n; at += 32)
        down_bytes_32(dst, rows, coef, count, at);
    if (at < n) /* the last columns once more: the same numbers */
        down_bytes_32(dst, rows, coef, count, n - 32);
}

ALWAYS void down_words_32(uint8_t *dst, const int16_t *const *rows, const int16_t *coef,
                          int32_t count, int32_t at)
{
    const __m256i half = _mm256_set1_epi32(1 << 19);
    __m256i s0 = half, s1 = half, s2 = half, s3 = half;

    for (int32_t k = 0; k < count; k += 2) {
        const __m256i *a = (const __m256i *)(rows[k] + at);
        const __m256i *b = (const __m256i *)(rows[k + 1] + at);
        const __m256i a0 = _mm256_loadu_si256(a), a1 = _mm256_loadu_si256(a + 1);
        const __m256i b0 = _mm256_loadu_si256(b), b1 = _mm256_loadu_si256(b + 1);
        const __m256i c = pair_of(coef + k);

        s0 = _mm256_add_epi32(s0, _mm256_madd_epi16(_mm256_unpacklo_epi16(a0, b0), c));
        s1 = _mm256_add_epi32(s1, _mm256_madd_epi16(_mm256_unpackhi_epi16(a0, b0), c));
        s2 = _mm256_add_epi32(s2, _mm256_madd_epi16(_mm256_unpacklo_epi16(a1, b1), c));
        s3 = _mm256_add_epi32(s3, _mm256_madd_epi16(_mm256_unpackhi_epi16(a1, b1), c));
    }
    s0 = _mm256_packs_epi32(_mm256_srai_epi32(s0, 20), _mm256_srai_epi32(s1, 20));
    s2 = _mm256_packs_epi32(_mm256_srai_epi32(s2, 20), _mm256_srai_epi32(s3, 20));
    s0 = _mm256_permute4x64_epi64(_mm256_packus_epi16(s0, s2), 0xd8);
    _mm256_storeu_si256((__m256i *)(dst + at), s0);
}

static void down_words(uint8_t *dst, const int16_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n)
{
    int32_t at = 0;

    if (n < 32) {
        fov__rows_portable.down_words(dst, rows, coef, count, n);
        return;
    }
    for (; at + 32 <= n; at += 32)
        down_words_32(dst, rows, coef, count, at);
    if (at < n)
        down_words_32(dst, rows, coef, count, n - 32);
}

static void down_weighed(uint8_t *dst, const int32_t *const *rows, const int16_t *coef,
                         int32_t count, int32_t n, int32_t *sum)
{
    for (int32_t i = 0; i < n; i += 2) { /* rows and `sum` have room for one pixel more */
        __m256i s = _mm256_setzero_si256();

        for (int32_t k = 0; k < count; k++)
            s = _mm256_add_epi32(
                s, _mm256_mullo_epi32(_mm256_set1_epi32(coef[k]),
                                      _mm256_loadu_si256((const __m256i *)(rows[k] + 4 * i))));
        _mm256_storeu_si256((__m256i *)(sum + 4 * i), s);
    }
    for (int32_t i = 0; i < n; i++)
        fov__unweigh(dst + 4 * (size_t)i, sum + 4 * (size_t)i);
}

ALWAYS void across_plane_by(int16_t *const dst[2], const int16_t *const src[2],
                            const struct fov_taps *taps, int32_t count)
{
    const __m256i half = _mm256_set1_epi32(FOV__TAP_ONE / 2);

    for (int32_t i = 0; i < taps->n; i += 4) {
        const int32_t left = taps->n - 1 - i;
        const size_t n = left < 3 ? (size_t)left + 1 : 4;
        __m256i part[4], sum;
        __m128i out[2];

        for (int32_t j = 0; j < 4; j++) {
            const int32_t at = i + (j < left ? j : left);
            part[j] = dot_words(src[0] + taps->first[at], src[1] + taps->first[at],
                                taps->coef + (size_t)at * (size_t)count, count);
        }
        sum = _mm256_srai_epi32(_mm256_add_epi32(sums_of(part), half), FOV__TAP_BITS);
        sum = _mm256_packs_epi32(sum, sum);
        out[0] = _mm256_castsi256_si128(sum);
        out[1] = _mm256_extracti128_si256(sum, 1);
        for (int row = 0; row < 2; row++) {
            if (n == 4)
                _mm_storel_epi64((void *)(dst[row] + i), out[row]);
            else
                memcpy(dst[row] + i, &out[row], n * sizeof(int16_t));
        }
    }
}

static void across_plane(int16_t *const dst[2], const int16_t *const src[2],
                         const struct fov_taps *taps)
{
    if (taps->count == 16)
        across_plane_by(dst, src, taps, 16);
    else if (taps->count == 8)
        across_plane_by(dst, src, taps, 8);
    else
        across_plane_by(dst, src, taps, taps->count);
}

static void down_plane(int16_t *dst, const int16_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n)
{
    const __m256i half = _mm256_set1_epi32(FOV__TAP_ONE / 2);
    int32_t i = 0;

    for (; i + 16 <= n; i += 16) {
        __m256i lo = half, hi = half;

        for (int32_t k = 0; k < count; k += 2) {
            const __m256i a = _mm256_loadu_si256((const void *)(rows[k] + i));
            const __m256i b = _mm256_loadu_si256((const void *)(rows[k + 1] + i));
            const __m256i c = pair_of(coef + k);

            lo = _mm256_add_epi32(lo, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), c));
            hi = _mm256_add_epi32(hi, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), c));
        }
        _mm256_storeu_si256((void *)(dst + i),
                            _mm256_packs_epi32(_mm256_srai_epi32(lo, FOV__TAP_BITS),
                                               _mm256_srai_epi32(hi, FOV__TAP_BITS)));
    }
    for (; i < n; i++) {
        int32_t sum = FOV__TAP_ONE / 2;

        for (int32_t k = 0; k < count; k++)
            sum += coef[k] * rows[k][i];
        dst[i] = (int16_t)(sum >> FOV__TAP_BITS);
    }
}

const struct fov_rows fov__rows_avx2 = {across_bytes,   down_words,     down_bytes,
                                        across_words,   across_weighed, down_weighed,
                                        across_plane,   down_plane};
