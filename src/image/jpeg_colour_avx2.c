/* SPDX-License-Identifier: MIT */
/* The rows of jpeg_colour.c for AVX2; what is left at a row's end goes through the portable twin.
 * Factors above 16 bits are split into a shift and the rest: 91881 = 65536 + 26345, 46802 = 65536 -
 * 18734, 116130 = 131072 - 14942. */
#include "image/jpeg_internal.h"

#include <immintrin.h>

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static inline __m256i load8(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline __m256i by3(__m256i v)
{
    return _mm256_add_epi16(v, _mm256_add_epi16(v, v));
}

/* 16 even and 16 odd columns, each within 8 bits, become 32 samples. */
static inline void store_pairs(uint8_t *out, __m256i even, __m256i odd)
{
    _mm256_storeu_si256((__m256i *)(void *)out, _mm256_or_si256(even, _mm256_slli_epi16(odd, 8)));
}

static void blend(uint16_t *out, const uint8_t *near_row, const uint8_t *far_row, int32_t n)
{
    int32_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm256_storeu_si256((__m256i *)(void *)(out + i),
                            _mm256_add_epi16(by3(load8(near_row + i)), load8(far_row + i)));
    fov__jpeg_rows_portable.blend(out + i, near_row + i, far_row + i, n - i);
}

static void between(uint8_t *out, const uint8_t *near_row, const uint8_t *far_row, int32_t n,
                    int32_t bias)
{
    const __m256i round = _mm256_set1_epi16((short)bias);
    int32_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m256i v = _mm256_srli_epi16(
            _mm256_add_epi16(_mm256_add_epi16(by3(load8(near_row + i)), load8(far_row + i)), round),
            2);
        const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(v, v), 0xd8);
        _mm_storeu_si128((__m128i *)(void *)(out + i), _mm256_castsi256_si128(bytes));
    }
    fov__jpeg_rows_portable.between(out + i, near_row + i, far_row + i, n - i, bias);
}

static void spread16(uint8_t *out, const uint16_t *s, int32_t n)
{
    const __m256i round_a = _mm256_set1_epi16(8), round_b = _mm256_set1_epi16(7);
    int32_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m256i three = by3(load(s + i));
        const __m256i a = _mm256_add_epi16(_mm256_add_epi16(three, load(s + i - 1)), round_a);
        const __m256i b = _mm256_add_epi16(_mm256_add_epi16(three, load(s + i + 1)), round_b);
        store_pairs(out + 2 * i, _mm256_srli_epi16(a, 4), _mm256_srli_epi16(b, 4));
    }
    fov__jpeg_rows_portable.spread16(out + 2 * i, s + i, n - i);
}

static void spread8(uint8_t *out, const uint8_t *s, int32_t n)
{
    const __m256i round_a = _mm256_set1_epi16(1), round_b = _mm256_set1_epi16(2);
    int32_t i = 0;
    /* The neighbour after the last of 16 is s[i + 16], which is readable by contract. */
    for (; i + 16 <= n; i += 16) {
        const __m256i three = by3(load8(s + i));
        const __m256i a = _mm256_add_epi16(_mm256_add_epi16(three, load8(s + i - 1)), round_a);
        const __m256i b = _mm256_add_epi16(_mm256_add_epi16(three, load8(s + i + 1)), round_b);
        store_pairs(out + 2 * i, _mm256_srli_epi16(a, 2), _mm256_srli_epi16(b, 2));
    }
    fov__jpeg_rows_portable.spread8(out + 2 * i, s + i, n - i);
}

/* Which byte of one colour goes to which of 48; -1 leaves a zero. */
static inline __m256i place(__m256i v, __m128i where)
{
    return _mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(where));
}

/* 32 pixels: each half of the registers holds 16, which are 48 bytes. */
static inline void store_rgb(uint8_t *rgb, __m256i r, __m256i g, __m256i b)
{
    const __m128i r0 = _mm_setr_epi8(0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5);
    const __m128i g0 = _mm_setr_epi8(-1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1);
    const __m128i b0 = _mm_setr_epi8(-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1);
    const __m128i r1 = _mm_setr_epi8(-1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10, -1);
    const __m128i g1 = _mm_setr_epi8(5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10);
    const __m128i b1 = _mm_setr_epi8(-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1);
    const __m128i r2 =
        _mm_setr_epi8(-1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1, -1);
    const __m128i g2 =
        _mm_setr_epi8(-1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1);
    const __m128i b2 =
        _mm_setr_epi8(10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15);
    const __m256i out[3] = {
        _mm256_or_si256(_mm256_or_si256(place(r, r0), place(g, g0)), place(b, b0)),
        _mm256_or_si256(_mm256_or_si256(place(r, r1), place(g, g1)), place(b, b1)),
        _mm256_or_si256(_mm256_or_si256(place(r, r2), place(g, g2)), place(b, b2))};
    for (int i = 0; i < 3; i++) {
        _mm_storeu_si128((__m128i *)(void *)(rgb + 16 * i), _mm256_castsi256_si128(out[i]));
        _mm_storeu_si128((__m128i *)(void *)(rgb + 48 + 16 * i),
                         _mm256_extracti128_si256(out[i], 1));
    }
}

struct rgb16 {
    __m256i r, g, b;
};

static inline struct rgb16 colour16(__m256i y, __m256i cb, __m256i cr)
{
    const __m256i middle = _mm256_set1_epi16(128), one = _mm256_set1_epi16(1);
    const __m256i u = _mm256_sub_epi16(cb, middle), v = _mm256_sub_epi16(cr, middle);
    const __m256i u2 = _mm256_add_epi16(u, u), v2 = _mm256_add_epi16(v, v);
    /* (x * f + 32768) >> 16 is ((2 x * f >> 16) + 1) >> 1. */
    const __m256i red = _mm256_srai_epi16(
        _mm256_add_epi16(_mm256_mulhi_epi16(v2, _mm256_set1_epi16(26345)), one), 1);
    const __m256i blue = _mm256_srai_epi16(
        _mm256_add_epi16(_mm256_mulhi_epi16(u2, _mm256_set1_epi16(-14942)), one), 1);
    const __m256i factors = _mm256_set1_epi32((int)((uint32_t)(-22554 & 0xffff) | 18734u << 16));
    const __m256i half = _mm256_set1_epi32(32768);
    const __m256i lo = _mm256_srai_epi32(
        _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpacklo_epi16(u, v), factors), half), 16);
    const __m256i hi = _mm256_srai_epi32(
        _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpackhi_epi16(u, v), factors), half), 16);
    const __m256i green = _mm256_sub_epi16(_mm256_packs_epi32(lo, hi), v);
    return (struct rgb16){_mm256_add_epi16(y, _mm256_add_epi16(v, red)), _mm256_add_epi16(y, green),
                          _mm256_add_epi16(y, _mm256_add_epi16(u2, blue))};
}

static inline __m256i bytes(__m256i a, __m256i b)
{
    return _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8);
}

static void colour(uint8_t *rgb, const uint8_t *y, const uint8_t *cb, const uint8_t *cr, int32_t n)
{
    int32_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const struct rgb16 a = colour16(load8(y + i), load8(cb + i), load8(cr + i));
        const struct rgb16 b = colour16(load8(y + i + 16), load8(cb + i + 16), load8(cr + i + 16));
        store_rgb(rgb + 3 * i, bytes(a.r, b.r), bytes(a.g, b.g), bytes(a.b, b.b));
    }
    fov__jpeg_rows_portable.colour(rgb + 3 * i, y + i, cb + i, cr + i, n - i);
}

static void grey(uint8_t *rgb, const uint8_t *y, int32_t n)
{
    int32_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i v = load(y + i);
        store_rgb(rgb + 3 * i, v, v, v);
    }
    fov__jpeg_rows_portable.grey(rgb + 3 * i, y + i, n - i);
}

static inline __m256i levels(__m256i v)
{
    return _mm256_srai_epi16(_mm256_adds_epi16(v, _mm256_set1_epi16(32)), 6);
}

static inline __m256i part_of(__m256i v, int f)
{
    return _mm256_mulhrs_epi16(v, _mm256_set1_epi16((short)f));
}

static inline struct rgb16 colours64(__m256i y, __m256i cb, __m256i cr)
{
    const __m256i middle = _mm256_set1_epi16(8192);
    const __m256i u = _mm256_subs_epi16(cb, middle), v = _mm256_subs_epi16(cr, middle);
    const __m256i red = _mm256_adds_epi16(v, part_of(v, 13173));
    const __m256i blue = _mm256_adds_epi16(u, _mm256_subs_epi16(u, part_of(u, 7471)));
    return (struct rgb16){
        levels(_mm256_adds_epi16(y, red)),
        levels(_mm256_subs_epi16(_mm256_subs_epi16(y, part_of(u, 11277)), part_of(v, 23401))),
        levels(_mm256_adds_epi16(y, blue))};
}

static void colour64(uint8_t *rgb, const int16_t *y, const int16_t *cb, const int16_t *cr,
                     int32_t n)
{
    int32_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const struct rgb16 a = colours64(load(y + i), load(cb + i), load(cr + i));
        const struct rgb16 b = colours64(load(y + i + 16), load(cb + i + 16), load(cr + i + 16));
        store_rgb(rgb + 3 * i, bytes(a.r, b.r), bytes(a.g, b.g), bytes(a.b, b.b));
    }
    fov__jpeg_rows_portable.colour64(rgb + 3 * i, y + i, cb + i, cr + i, n - i);
}

static void grey64(uint8_t *rgb, const int16_t *y, int32_t n)
{
    int32_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i v = bytes(levels(load(y + i)), levels(load(y + i + 16)));
        store_rgb(rgb + 3 * i, v, v, v);
    }
    fov__jpeg_rows_portable.grey64(rgb + 3 * i, y + i, n - i);
}

const struct fov_jpeg_rows fov__jpeg_rows_avx2 = {blend,  between, spread16, spread8,
                                                  colour, grey,    colour64, grey64};
