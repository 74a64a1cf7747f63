/* SPDX-License-Identifier: MIT */
/* The kernels of png_spread.c for a processor with AVX2. Palettes gain by runs: 32 equal indices,
 * which flat pictures are made of, become one pattern. It must write the same bytes as the portable
 * twin. */
#include "image/png_kernels.h"

#include <immintrin.h>

static inline __m128i load16(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline void store16(uint8_t *p, __m128i v)
{
    _mm_storeu_si128((__m128i *)(void *)p, v);
}

static inline __m256i load32(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline void store32(uint8_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)(void *)p, v);
}

static void grey(uint8_t *out, const uint8_t *in, size_t n)
{
    const __m128i a = _mm_setr_epi8(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5);
    const __m128i b = _mm_setr_epi8(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10);
    const __m128i c = _mm_setr_epi8(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15);
    for (size_t x = 0; x < n; x += 16, out += 48) {
        const __m128i v = load16(in + x);
        store16(out, _mm_shuffle_epi8(v, a));
        store16(out + 16, _mm_shuffle_epi8(v, b));
        store16(out + 32, _mm_shuffle_epi8(v, c));
    }
}

static void grey_alpha(uint8_t *out, const uint8_t *in, size_t n)
{
    const __m256i order = _mm256_setr_epi8(0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6, 6, 7, 8, 8, 8,
                                           9, 10, 10, 10, 11, 12, 12, 12, 13, 14, 14, 14, 15);
    for (size_t x = 0; x < n; x += 8, out += 32)
        store32(out, _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load16(in + 2 * x)), order));
}

static void rgb_key(uint8_t *out, const uint8_t *in, size_t n, uint32_t key)
{
    const __m128i order = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    const __m128i keys = _mm_set1_epi32((int)key), opaque = _mm_set1_epi32((int)0xff000000);
    for (size_t x = 0; x < n; x += 4, in += 12, out += 16) {
        const __m128i v = _mm_shuffle_epi8(load16(in), order);
        store16(out, _mm_or_si128(v, _mm_andnot_si128(_mm_cmpeq_epi32(v, keys), opaque)));
    }
}

/* Whether 32 indices are one. */
static inline bool is_run(const uint8_t *in)
{
    const __m256i same = _mm256_cmpeq_epi8(load32(in), _mm256_set1_epi8((char)in[0]));
    return _mm256_movemask_epi8(same) == -1;
}

static void palette_rgb(uint8_t *out, const uint8_t *in, size_t n, const uint8_t (*palette)[4])
{
    /* 32 = 2 mod 3: each vector begins two bytes further in the pixel. */
    const __m256i first = _mm256_setr_epi8(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
                                           1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1);
    const __m256i second = _mm256_setr_epi8(2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2,
                                            0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0);
    const __m256i third = _mm256_setr_epi8(1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1,
                                           2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2);
    size_t x = 0;
    for (; x + 32 <= n; x += 32, out += 96) {
        if (is_run(in + x)) {
            int32_t pixel;
            memcpy(&pixel, palette[in[x]], 4);
            store32(out, _mm256_shuffle_epi8(_mm256_set1_epi32(pixel), first));
            store32(out + 32, _mm256_shuffle_epi8(_mm256_set1_epi32(pixel), second));
            store32(out + 64, _mm256_shuffle_epi8(_mm256_set1_epi32(pixel), third));
            continue;
        }
        for (size_t i = 0; i < 32; i++)
            memcpy(out + 3 * i, palette[in[x + i]], 4);
    }
    for (size_t i = 0; x + i < n; i++)
        memcpy(out + 3 * i, palette[in[x + i]], 4);
}

static void palette_rgba(uint8_t *out, const uint8_t *in, size_t n, const uint8_t (*palette)[4])
{
    size_t x = 0;
    for (; x + 32 <= n; x += 32, out += 128) {
        int32_t pixel;
        memcpy(&pixel, palette[in[x]], 4);
        if (is_run(in + x)) {
            for (size_t i = 0; i < 128; i += 32)
                store32(out + i, _mm256_set1_epi32(pixel));
            continue;
        }
        for (size_t i = 0; i < 32; i++)
            memcpy(out + 4 * i, palette[in[x + i]], 4);
    }
    for (size_t i = 0; x + i < n; i++)
        memcpy(out + 4 * i, palette[in[x + i]], 4);
}

/* (v + 128) / 257: the sum may stop at 65535, which gives 255 too, and 65281 / 2^24 is near enough
 * to 1 / 257 for all of them. */
static inline __m256i narrow_16(const uint8_t *in)
{
    const __m256i swap = _mm256_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, 1,
                                          0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    const __m256i v =
        _mm256_adds_epu16(_mm256_shuffle_epi8(load32(in), swap), _mm256_set1_epi16(128));
    return _mm256_srli_epi16(_mm256_mulhi_epu16(v, _mm256_set1_epi16((short)65281)), 8);
}

static void narrow(uint8_t *out, const uint8_t *in, size_t samples)
{
    for (size_t i = 0; i < samples; i += 32) {
        const __m256i v = _mm256_packus_epi16(narrow_16(in + 2 * i), narrow_16(in + 2 * i + 32));
        store32(out + i, _mm256_permute4x64_epi64(v, 0xd8));
    }
}

const struct fov_png_spreads *fov__png_spreads_avx2(void)
{
    static const struct fov_png_spreads avx2 = {grey,        grey_alpha,   rgb_key,
                                                palette_rgb, palette_rgba, narrow};
    return &avx2;
}
