/* SPDX-License-Identifier: MIT */
/* filter_blur.c for a processor with AVX2: 16 sums at a time, two taps an instruction. It must
 * write the same bytes as the portable twin. */
#include "image/filter_kernels.h"

#include <immintrin.h>

static inline __m256i widen(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline __m256i load(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* 16-bit lanes (a, b) in turn for madd. */
static inline __m256i weights(int32_t a, int32_t b)
{
    return _mm256_set1_epi32((int)((uint32_t)b << 16 | (uint32_t)(a & 0xffff)));
}

struct sums {
    __m256i low, high;
};

static inline void add_pairs(struct sums *s, __m256i a, __m256i b, __m256i w)
{
    s->low = _mm256_add_epi32(s->low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), w));
    s->high = _mm256_add_epi32(s->high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), w));
}

/* Rows as far above as below have one weight; two such pairs go together, and the middle with
 * nothing or the last pair. */
static inline void columns_at(int16_t *out, const uint8_t *const *rows, const int16_t *taps,
                              int32_t radius, size_t i)
{
    struct sums s = {_mm256_set1_epi32(32), _mm256_set1_epi32(32)};
    int32_t k = 0;
    for (; k + 2 <= radius; k += 2) {
        const __m256i a = _mm256_add_epi16(widen(rows[k] + i), widen(rows[2 * radius - k] + i));
        const __m256i b =
            _mm256_add_epi16(widen(rows[k + 1] + i), widen(rows[2 * radius - k - 1] + i));
        add_pairs(&s, a, b, weights(taps[k], taps[k + 1]));
    }
    const __m256i middle = widen(rows[radius] + i);
    if (k < radius)
        add_pairs(&s, _mm256_add_epi16(widen(rows[k] + i), widen(rows[2 * radius - k] + i)), middle,
                  weights(taps[k], taps[radius]));
    else
        add_pairs(&s, middle, _mm256_setzero_si256(), weights(taps[radius], 0));
    const __m256i v =
        _mm256_packus_epi32(_mm256_srli_epi32(s.low, 6), _mm256_srli_epi32(s.high, 6));
    _mm256_storeu_si256((__m256i *)(void *)(out + i),
                        _mm256_xor_si256(v, _mm256_set1_epi16((short)0x8000)));
}

static void blur_columns(int16_t *out, const uint8_t *const *rows, const int16_t *taps,
                         int32_t radius, size_t n)
{
    if (n < 16) {
        fov__blur_portable.columns(out, rows, taps, radius, n);
        return;
    }
    for (size_t i = 0; i + 16 <= n; i += 16)
        columns_at(out, rows, taps, radius, i);
    columns_at(out, rows, taps, radius, n - 16);
}

static inline void row_at(uint8_t *out, const int16_t *in, const int16_t *taps, int32_t radius,
                          size_t step)
{
    const __m256i start = _mm256_set1_epi32((32768 << 14) + (1 << 21));
    const int16_t *middle = in + (size_t)radius * step;
    struct sums s = {start, start};
    for (int32_t k = 0; k < radius; k++)
        add_pairs(&s, load(in + (size_t)k * step), load(in + (size_t)(2 * radius - k) * step),
                  weights(taps[k], taps[k]));
    add_pairs(&s, load(middle), _mm256_setzero_si256(), weights(taps[radius], 0));
    const __m256i v =
        _mm256_packs_epi32(_mm256_srli_epi32(s.low, 22), _mm256_srli_epi32(s.high, 22));
    _mm_storeu_si128((__m128i *)(void *)out,
                     _mm_packus_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
}

static void blur_row(uint8_t *out, const int16_t *in, const int16_t *taps, int32_t radius, size_t n,
                     size_t step)
{
    if (n < 16) {
        fov__blur_portable.row(out, in, taps, radius, n, step);
        return;
    }
    for (size_t i = 0; i + 16 <= n; i += 16)
        row_at(out + i, in + i, taps, radius, step);
    row_at(out + n - 16, in + n - 16, taps, radius, step);
}

const struct fov__blur_kernels fov__blur_avx2 = {blur_columns, blur_row};
