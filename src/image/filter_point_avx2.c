/* SPDX-License-Identifier: MIT */
/* filter_point.c for a processor with AVX2: 32 pixels at a time, of which the first 16 lie in the
 * lower halves of the registers and the others in the upper halves, so that nothing has to cross.
 * Tails go through a buffer of one such block. It must write the same bytes as the portable twin.
 */
#include "image/filter_kernels.h"

#include <immintrin.h>

enum { BLOCK = 32, HALF = 16 };

static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline void store(uint8_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)(void *)p, v);
}

static inline __m256i load_two(const uint8_t *low, const uint8_t *high)
{
    const __m128i a = _mm_loadu_si128((const __m128i *)(const void *)low);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(a),
                                   _mm_loadu_si128((const __m128i *)(const void *)high), 1);
}

static inline void store_two(uint8_t *low, uint8_t *high, __m256i v)
{
    _mm_storeu_si128((__m128i *)(void *)low, _mm256_castsi256_si128(v));
    _mm_storeu_si128((__m128i *)(void *)high, _mm256_extracti128_si256(v, 1));
}

static inline __m256i twice(__m128i v)
{
    return _mm256_broadcastsi128_si256(v);
}

/* ---- luma ------------------------------------------------------------------------------------ */

/* 16-bit pairs (red, green) and (blue, green) of four pixels whose first byte is `at`; the weight
 * of green is halved, since madd's factors are signed. */
static inline __m128i pairs(int bands, int at, int colour)
{
    const int r = at + colour, g = at + 1, s = bands;
    return _mm_setr_epi8((char)r, -1, (char)g, -1, (char)(r + s), -1, (char)(g + s), -1,
                         (char)(r + 2 * s), -1, (char)(g + 2 * s), -1, (char)(r + 3 * s), -1,
                         (char)(g + 3 * s), -1);
}

static inline __m256i weigh(__m256i v, __m128i red_green, __m128i blue_green)
{
    const __m256i rg = _mm256_set1_epi32(23435 * 65536 + 13933);
    const __m256i bg = _mm256_set1_epi32(23436 * 65536 + 4732);
    const __m256i sum =
        _mm256_add_epi32(_mm256_madd_epi16(_mm256_shuffle_epi8(v, twice(red_green)), rg),
                         _mm256_madd_epi16(_mm256_shuffle_epi8(v, twice(blue_green)), bg));
    return _mm256_srli_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(32768)), 16);
}

/* Luma of 32 pixels, in their order. */
static inline __m256i luma_block(const uint8_t *p, int bands)
{
    const uint8_t *q = p + HALF * bands;
    const __m128i rg = pairs(bands, 0, 0), bg = pairs(bands, 0, 2);
    const int step = 4 * bands;
    const __m256i a = weigh(load_two(p, q), rg, bg);
    const __m256i b = weigh(load_two(p + step, q + step), rg, bg);
    const __m256i c = weigh(load_two(p + 2 * step, q + 2 * step), rg, bg);
    /* The last four of 48 bytes: 16 bytes from their first would reach beyond. */
    const int back = bands == 3 ? 4 : 0;
    const __m256i d = weigh(load_two(p + 3 * step - back, q + 3 * step - back),
                            pairs(bands, back, 0), pairs(bands, back, 2));
    return _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
}

static inline void luma_all(uint8_t *out, const uint8_t *in, size_t n, const int bands)
{
    for (; n >= BLOCK; n -= BLOCK, in += BLOCK * bands, out += BLOCK)
        store(out, luma_block(in, bands));
    if (n > 0) {
        uint8_t block[BLOCK * 4] = {0}, levels[BLOCK];
        memcpy(block, in, n * (size_t)bands);
        store(levels, luma_block(block, bands));
        memcpy(out, levels, n);
    }
}

static void luma_pixels(uint8_t *out, const uint8_t *in, size_t n, int32_t bands)
{
    if (bands == 3)
        luma_all(out, in, n, 3);
    else if (bands == 4)
        luma_all(out, in, n, 4);
    else
        memmove(out, in, n);
}

/* ---- a byte a pixel, repeated for its colours ------------------------------------------------ */

/* The j-th 16 bytes of 16 pixels; 0 in the place of alpha. */
static inline __m256i repeat(__m256i levels, int bands, int j)
{
    static const int8_t three[3][16] = {
        {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5},
        {5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10},
        {10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15}};
    static const int8_t four[4][16] = {
        {0, 0, 0, -1, 1, 1, 1, -1, 2, 2, 2, -1, 3, 3, 3, -1},
        {4, 4, 4, -1, 5, 5, 5, -1, 6, 6, 6, -1, 7, 7, 7, -1},
        {8, 8, 8, -1, 9, 9, 9, -1, 10, 10, 10, -1, 11, 11, 11, -1},
        {12, 12, 12, -1, 13, 13, 13, -1, 14, 14, 14, -1, 15, 15, 15, -1}};
    const int8_t *order = bands == 3 ? three[j] : four[j];
    return _mm256_shuffle_epi8(levels,
                               twice(_mm_loadu_si128((const __m128i *)(const void *)order)));
}

static inline __m256i alpha_mask(void)
{
    return _mm256_set1_epi32((int)0xff000000);
}

static inline void spread_block(uint8_t *out, const uint8_t *grey, int bands)
{
    const __m256i levels = load(grey);
    for (int j = 0; j < bands; j++) {
        uint8_t *p = out + 16 * j, *q = p + HALF * bands;
        __m256i v = repeat(levels, bands, j);
        if (bands == 4)
            v = _mm256_or_si256(v, _mm256_and_si256(load_two(p, q), alpha_mask()));
        store_two(p, q, v);
    }
}

static inline void spread_all(uint8_t *out, const uint8_t *grey, size_t n, const int bands)
{
    for (; n >= BLOCK; n -= BLOCK, out += BLOCK * bands, grey += BLOCK)
        spread_block(out, grey, bands);
    if (n > 0) {
        uint8_t block[BLOCK * 4] = {0}, levels[BLOCK] = {0};
        memcpy(levels, grey, n);
        memcpy(block, out, n * (size_t)bands);
        spread_block(block, levels, bands);
        memcpy(out, block, n * (size_t)bands);
    }
}

static void spread_grey(uint8_t *out, const uint8_t *grey, size_t n, int32_t bands)
{
    if (bands == 3)
        spread_all(out, grey, n, 3);
    else if (bands == 4)
        spread_all(out, grey, n, 4);
    else
        memmove(out, grey, n);
}

/* ---- saturation ------------------------------------------------------------------------------ */

/* luma + round(factor * (v - luma) / 65536) in 16-bit lanes: whole parts and a signed fraction of
 * the factor; the bit that the product's lower half begins with rounds. */
static inline __m256i away(__m256i v, __m256i luma, __m256i whole, __m256i part)
{
    const __m256i d = _mm256_sub_epi16(v, luma);
    const __m256i low = _mm256_srli_epi16(_mm256_mullo_epi16(d, part), 15);
    const __m256i sum = _mm256_add_epi16(_mm256_mulhi_epi16(d, part), low);
    return _mm256_add_epi16(luma, _mm256_add_epi16(sum, _mm256_mullo_epi16(d, whole)));
}

static inline void saturate_block(uint8_t *pixels, int bands, __m256i whole, __m256i part)
{
    const __m256i zero = _mm256_setzero_si256(), levels = luma_block(pixels, bands);
    for (int j = 0; j < bands; j++) {
        uint8_t *p = pixels + 16 * j, *q = p + HALF * bands;
        const __m256i v = load_two(p, q), luma = repeat(levels, bands, j);
        const __m256i low =
            away(_mm256_unpacklo_epi8(v, zero), _mm256_unpacklo_epi8(luma, zero), whole, part);
        const __m256i high =
            away(_mm256_unpackhi_epi8(v, zero), _mm256_unpackhi_epi8(luma, zero), whole, part);
        __m256i out = _mm256_packus_epi16(low, high);
        if (bands == 4)
            out = _mm256_blendv_epi8(out, v, alpha_mask());
        store_two(p, q, out);
    }
}

static inline void saturate_all(uint8_t *pixels, size_t n, const int bands, int32_t factor)
{
    const int32_t whole = (factor + 32768) >> 16;
    const __m256i w = _mm256_set1_epi16((short)whole);
    const __m256i part = _mm256_set1_epi16((short)(factor - 65536 * whole));
    for (; n >= BLOCK; n -= BLOCK, pixels += BLOCK * bands)
        saturate_block(pixels, bands, w, part);
    if (n > 0) {
        uint8_t block[BLOCK * 4] = {0};
        memcpy(block, pixels, n * (size_t)bands);
        saturate_block(block, bands, w, part);
        memcpy(pixels, block, n * (size_t)bands);
    }
}

static void saturate(uint8_t *pixels, size_t n, int32_t bands, int32_t factor)
{
    if (bands == 3)
        saturate_all(pixels, n, 3, factor);
    else if (bands == 4)
        saturate_all(pixels, n, 4, factor);
}

/* ---- colours moved with their luma ----------------------------------------------------------- */

static inline void shift_block(uint8_t *out, const uint8_t *in, const uint8_t *from,
                               const uint8_t *to, int bands)
{
    const __m256i was = load(from), is = load(to);
    const __m256i up = _mm256_subs_epu8(is, was), down = _mm256_subs_epu8(was, is);
    for (int j = 0; j < bands; j++) {
        const uint8_t *p = in + 16 * j;
        const __m256i v = _mm256_adds_epu8(load_two(p, p + HALF * bands), repeat(up, bands, j));
        store_two(out + 16 * j, out + 16 * j + HALF * bands,
                  _mm256_subs_epu8(v, repeat(down, bands, j)));
    }
}

static inline void shift_all(uint8_t *out, const uint8_t *in, const uint8_t *from,
                             const uint8_t *to, size_t n, const int bands)
{
    for (; n >= BLOCK; n -= BLOCK, in += BLOCK * bands, out += BLOCK * bands) {
        shift_block(out, in, from, to, bands);
        from += BLOCK;
        to += BLOCK;
    }
    if (n > 0) {
        uint8_t block[BLOCK * 4] = {0}, was[BLOCK] = {0}, is[BLOCK] = {0};
        memcpy(block, in, n * (size_t)bands);
        memcpy(was, from, n);
        memcpy(is, to, n);
        shift_block(block, block, was, is, bands);
        memcpy(out, block, n * (size_t)bands);
    }
}

static void shift(uint8_t *out, const uint8_t *in, const uint8_t *from, const uint8_t *to, size_t n,
                  int32_t bands)
{
    if (bands == 3)
        shift_all(out, in, from, to, n, 3);
    else if (bands == 4)
        shift_all(out, in, from, to, n, 4);
    else
        fov__point_portable.shift(out, in, from, to, n, bands);
}

/* ---- tables of levels ------------------------------------------------------------------------ */

struct parts {
    __m256i first, last, at_first, at_last, high, low, carry, need;
};

static inline __m256i sixteen(const uint8_t *v)
{
    return twice(_mm_loadu_si128((const __m128i *)(const void *)v));
}

static inline struct parts parts_of(const struct fov__lut *lut)
{
    return (struct parts){_mm256_set1_epi8((char)lut->first),
                          _mm256_set1_epi8((char)lut->last),
                          _mm256_set1_epi8((char)lut->map[0]),
                          _mm256_set1_epi8((char)lut->map[255]),
                          sixteen(lut->high),
                          sixteen(lut->low),
                          sixteen(lut->carry),
                          sixteen(lut->need)};
}

static inline __m256i map_parts(__m256i v, const struct parts *t)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i h = _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble);
    const __m256i l = _mm256_and_si256(v, nibble);
    const __m256i carry = _mm256_shuffle_epi8(t->carry, h);
    const __m256i is_carried =
        _mm256_cmpeq_epi8(_mm256_max_epu8(carry, _mm256_shuffle_epi8(t->need, l)), carry);
    const __m256i sum =
        _mm256_add_epi8(_mm256_shuffle_epi8(t->high, h), _mm256_shuffle_epi8(t->low, l));
    const __m256i out = _mm256_sub_epi8(sum, is_carried);
    const __m256i is_low = _mm256_cmpeq_epi8(_mm256_min_epu8(v, t->first), v);
    const __m256i is_high = _mm256_cmpeq_epi8(_mm256_max_epu8(v, t->last), v);
    return _mm256_blendv_epi8(_mm256_blendv_epi8(out, t->at_first, is_low), t->at_last, is_high);
}

/* Any table, 16 levels of it at a time. A shuffle gives 0 for an index that is negative; once a
 * level has gone below 0 it stays so, and is left out of the tables that follow; each of them holds
 * what changes from the one before it. */
static inline __m256i map_any(__m256i v, const __m256i change[16])
{
    const __m256i step = _mm256_set1_epi8(16);
    __m256i low = v, high = _mm256_xor_si256(v, _mm256_set1_epi8((char)128));
    __m256i a = _mm256_shuffle_epi8(change[0], low), b = _mm256_shuffle_epi8(change[8], high);
    for (int k = 1; k < 8; k++) {
        low = _mm256_subs_epi8(low, step);
        high = _mm256_subs_epi8(high, step);
        a = _mm256_xor_si256(a, _mm256_shuffle_epi8(change[k], low));
        b = _mm256_xor_si256(b, _mm256_shuffle_epi8(change[k + 8], high));
    }
    return _mm256_xor_si256(a, b);
}

static inline __m256i changed(const uint8_t *map, int k)
{
    const __m256i v = sixteen(map + 16 * k);
    return k % 8 == 0 ? v : _mm256_xor_si256(v, sixteen(map + 16 * k - 16));
}

static inline void map_all(const struct fov__lut *lut, uint8_t *out, const uint8_t *in, size_t size,
                           const bool has_alpha)
{
    const __m256i mask = has_alpha ? alpha_mask() : _mm256_setzero_si256();
    const struct parts parts = parts_of(lut);
    __m256i change[16];
    size_t i = 0;
    if (lut->has_parts) {
        for (; i + 32 <= size; i += 32) {
            const __m256i v = load(in + i), to = map_parts(v, &parts);
            store(out + i, has_alpha ? _mm256_blendv_epi8(to, v, mask) : to);
        }
    } else {
        for (int k = 0; k < 16; k++)
            change[k] = changed(lut->map, k);
        for (; i + 32 <= size; i += 32) {
            const __m256i v = load(in + i), to = map_any(v, change);
            store(out + i, has_alpha ? _mm256_blendv_epi8(to, v, mask) : to);
        }
    }
    for (; i < size; i++)
        out[i] = has_alpha && i % 4 == 3 ? in[i] : lut->map[in[i]];
}

static void map_pixels(const struct fov__lut *lut, uint8_t *out, const uint8_t *in, size_t n,
                       int32_t bands)
{
    if (bands == 4)
        map_all(lut, out, in, 4 * n, true);
    else
        map_all(lut, out, in, n * (size_t)bands, false);
}

static void invert(uint8_t *pixels, size_t n, int32_t bands)
{
    const __m256i mask = _mm256_set1_epi32(bands == 4 ? 0x00ffffff : -1);
    const size_t size = n * (size_t)bands;
    size_t i = 0;
    for (; i + 32 <= size; i += 32)
        store(pixels + i, _mm256_xor_si256(load(pixels + i), mask));
    for (; i < size; i++)
        pixels[i] = bands == 4 && i % 4 == 3 ? pixels[i] : (uint8_t)(255 - pixels[i]);
}

const struct fov__point_kernels fov__point_avx2 = {map_pixels, luma_pixels, spread_grey,
                                                   saturate,   invert,      shift};
