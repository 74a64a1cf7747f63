/* SPDX-License-Identifier: MIT */
/* The kernels of turn.c for a processor with AVX2: rows are turned 4 or 8 pixels at a time, columns
 * in tiles of 4 x 4. It must write the same bytes as the portable twin. */
#include "image/turn_loops.h"

#include <immintrin.h>

static inline __m128i load16(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Four pixels of a row in each half, as sums of two: three or four samples for each pair. */
static inline __m256i pairs(const uint8_t *in, size_t bands)
{
    const __m256i rgb = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11, -1, -1, -1, -1));
    const __m256i rgba = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
    const __m256i v =
        _mm256_inserti128_si256(_mm256_castsi128_si256(load16(in)), load16(in + 4 * bands), 1);
    return _mm256_maddubs_epi16(_mm256_shuffle_epi8(v, bands == 3 ? rgb : rgba),
                                _mm256_set1_epi8(1));
}

/* The last bytes are read and written by themselves: FOV__PIXELS_SLACK is not always there. */
static inline void halve(uint8_t *out, const uint8_t *in, size_t stride, size_t n, size_t bands)
{
    for (; n >= 10; n -= 8, in += 8 * bands, out += 4 * bands) {
        const __m256i sum = _mm256_add_epi16(pairs(in, bands), pairs(in + stride, bands));
        const __m256i mean = _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(2)), 2);
        const __m256i bytes = _mm256_packus_epi16(mean, mean);
        _mm_storel_epi64((__m128i *)(void *)out, _mm256_castsi256_si128(bytes));
        _mm_storel_epi64((__m128i *)(void *)(out + 2 * bands), _mm256_extracti128_si256(bytes, 1));
    }
    shrink_loop(out, in, stride, n, bands, 2);
}

static void shrink(uint8_t *out, const uint8_t *in, size_t stride, size_t n, size_t bands,
                   size_t shrink_by)
{
    if (shrink_by == 2 && bands == 3)
        halve(out, in, stride, n, 3);
    else if (shrink_by == 2)
        halve(out, in, stride, n, 4);
    else if (bands == 3)
        shrink_loop(out, in, stride, n, 3, shrink_by);
    else
        shrink_loop(out, in, stride, n, 4, shrink_by);
}

static bool is_opaque(const uint8_t *in, size_t stride, size_t n, size_t rows)
{
    return opaque_loop(in, stride, n, rows);
}

static inline void reverse_rest(uint8_t *out, const uint8_t *end, size_t n, size_t bands)
{
    for (size_t x = 0; x < n; x++, out += bands) {
        end -= bands;
        memcpy(out, end, 3);
        if (bands == 4)
            out[3] = end[3];
    }
}

/* Five pixels at a time: 16 bytes are read in front of `end` and written, of which the pixel behind
 * overwrites the last. */
static void reverse_rgb(uint8_t *out, const uint8_t *end, size_t n)
{
    const __m128i order = _mm_setr_epi8(13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, 0);
    for (; n > 5; n -= 5, out += 15, end -= 15)
        _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(load16(end - 16), order));
    reverse_rest(out, end, n, 3);
}

static void reverse(uint8_t *out, const uint8_t *end, size_t n, size_t bands)
{
    const __m256i order = _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0);
    if (bands == 3) {
        reverse_rgb(out, end, n);
        return;
    }
    for (; n >= 8; n -= 8, out += 32) {
        end -= 32;
        const __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)end);
        _mm256_storeu_si256((__m256i *)(void *)out, _mm256_permutevar8x32_epi32(v, order));
    }
    reverse_rest(out, end, n, bands);
}

/* Four rows of the picture out of four of its columns, each in one register of 4-byte pixels. */
static inline void turn_4x4(__m128i v[4])
{
    const __m128i a = _mm_unpacklo_epi32(v[0], v[1]), b = _mm_unpackhi_epi32(v[0], v[1]);
    const __m128i c = _mm_unpacklo_epi32(v[2], v[3]), d = _mm_unpackhi_epi32(v[2], v[3]);
    v[0] = _mm_unpacklo_epi64(a, c);
    v[1] = _mm_unpackhi_epi64(a, c);
    v[2] = _mm_unpacklo_epi64(b, d);
    v[3] = _mm_unpackhi_epi64(b, d);
}

/* `in` is the pixel of the tile that is first in memory. */
static inline void tile(uint8_t *out, size_t stride, const uint8_t *in, ptrdiff_t along,
                        bool is_back, size_t bands)
{
    const __m128i widen = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    const __m128i pack = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
    __m128i v[4];
    for (ptrdiff_t k = 0; k < 4; k++) {
        v[k] = load16(in + k * along);
        if (bands == 3)
            v[k] = _mm_shuffle_epi8(v[k], widen);
    }
    turn_4x4(v);
    for (size_t k = 0; k < 4; k++) {
        uint8_t *to = out + (is_back ? 3 - k : k) * stride;
        if (bands == 4) {
            _mm_storeu_si128((__m128i *)(void *)to, v[k]);
            continue;
        }
        const __m128i rgb = _mm_shuffle_epi8(v[k], pack);
        const int32_t last = _mm_extract_epi32(rgb, 2);
        _mm_storel_epi64((__m128i *)(void *)to, rgb);
        memcpy(to + 8, &last, 4);
    }
}

static inline void one_pixel(uint8_t *out, const uint8_t *in, size_t bands)
{
    memcpy(out, in, 3);
    if (bands == 4)
        out[3] = in[3];
}

/* What tiles do not reach: columns from `x` on, or all of them. */
static inline void rest(uint8_t *out, const uint8_t *in, ptrdiff_t along, size_t x, size_t width,
                        size_t bands)
{
    for (; x < width; x++)
        one_pixel(out + x * bands, in + (ptrdiff_t)x * along, bands);
}

/* Tiles go down in strips as wide as a cache line of rows that are touched again and again. */
enum { STRIP = 32 };

static inline void transpose_bands(uint8_t *out, size_t stride, const uint8_t *in, ptrdiff_t along,
                                   bool is_back, size_t width, size_t height, size_t bands)
{
    const ptrdiff_t down = is_back ? -(ptrdiff_t)bands : (ptrdiff_t)bands;
    const size_t wide = width / 4 * 4, tall = height / 4 * 4;
    for (size_t x = 0; x < wide; x += STRIP) {
        const size_t end = wide - x < STRIP ? wide : x + STRIP;
        for (size_t y = 0; y < tall; y += 4) {
            const uint8_t *from = in + (ptrdiff_t)(is_back ? y + 3 : y) * down;
            for (size_t i = x; i < end; i += 4)
                tile(out + y * stride + i * bands, stride, from + (ptrdiff_t)i * along, along,
                     is_back, bands);
        }
    }
    for (size_t y = 0; y < height; y++)
        rest(out + y * stride, in + (ptrdiff_t)y * down, along, y < tall ? wide : 0, width, bands);
}

static void transpose(uint8_t *out, size_t stride, const uint8_t *in, ptrdiff_t along, bool is_back,
                      size_t width, size_t height, size_t bands)
{
    if (bands == 3)
        transpose_bands(out, stride, in, along, is_back, width, height, 3);
    else
        transpose_bands(out, stride, in, along, is_back, width, height, 4);
}

const struct fov_turn_kernels *fov__turn_kernels_avx2(void)
{
    static const struct fov_turn_kernels avx2 = {shrink, is_opaque, reverse, transpose};
    return &avx2;
}
