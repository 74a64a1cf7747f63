/* SPDX-License-Identifier: MIT */
/* The filters of png_unfilter.c for a processor with AVX2. What bounds a row is the way from one
 * pixel to the next: sums go by prefix within 16 bytes, the mean takes two steps by being computed
 * on complements, and four rows of means or of Paeth are made side by side, each a pixel or two
 * behind the one above. It must write the same bytes as the portable twin. */
#include "image/png_kernels.h"

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))

INLINE __m128i load16(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

INLINE __m256i load32(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

INLINE void store32(uint8_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)(void *)p, v);
}

/* At least `step` bytes, in the low ones of the register; three come as four. */
INLINE uint64_t load_bits(const uint8_t *p, size_t step)
{
    uint64_t v = 0;
    memcpy(&v, p, step == 3 ? 4 : step == 6 ? 8 : step);
    return v;
}

INLINE __m128i load_pixel(const uint8_t *p, size_t step)
{
    return _mm_cvtsi64_si128((long long)load_bits(p, step));
}

INLINE void store_bits(uint8_t *p, uint64_t v, size_t step)
{
    memcpy(p, &v, step == 3 ? 4 : step == 6 ? 8 : step);
}

/* ---- sub, up, average ----------------------------------------------------------------------- */

/* Every pixel of 16 bytes plus all before it in them. */
INLINE __m128i prefix(__m128i v, size_t step)
{
    if (step == 1)
        v = _mm_add_epi8(v, _mm_slli_si128(v, 1));
    if (step <= 2)
        v = _mm_add_epi8(v, _mm_slli_si128(v, 2));
    if (step == 3) {
        v = _mm_add_epi8(v, _mm_slli_si128(v, 3));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 6));
        return _mm_add_epi8(v, _mm_slli_si128(v, 12));
    }
    if (step == 6)
        return _mm_add_epi8(v, _mm_slli_si128(v, 6));
    if (step <= 4)
        v = _mm_add_epi8(v, _mm_slli_si128(v, 4));
    return _mm_add_epi8(v, _mm_slli_si128(v, 8));
}

INLINE void sub(uint8_t *out, const uint8_t *in, size_t size, size_t step)
{
    const size_t block = 16 / step * step;
    uint8_t last[16]; /* of a block, for each byte of the next */
    for (size_t i = 0; i < 16; i++)
        last[i] = (uint8_t)(block - step + i % step);
    const __m128i to_next = load16(last);
    __m128i carry = _mm_setzero_si128();
    for (size_t i = 0; i < size; i += block) {
        const __m128i v = _mm_add_epi8(prefix(load16(in + i), step), carry);
        _mm_storeu_si128((__m128i *)(void *)(out + i), v);
        carry = _mm_shuffle_epi8(v, to_next);
    }
}

static void up(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size)
{
    for (size_t i = 0; i < size; i += 32)
        store32(out + i, _mm256_add_epi8(load32(in + i), load32(above + i)));
}

/* pavgb rounds up: of complements it gives the complement of the mean rounded down. With ~x for x
 * the new ~x is avg(~left, ~up) - stored. */
INLINE void average(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size, size_t step)
{
    const __m128i ones = _mm_set1_epi8(-1);
    __m128i x = ones;
    for (size_t i = 0; i < size; i += step) {
        const __m128i b = _mm_xor_si128(load_pixel(above + i, step), ones);
        x = _mm_sub_epi8(_mm_avg_epu8(x, b), load_pixel(in + i, step));
        store_bits(out + i, (uint64_t)_mm_cvtsi128_si64(_mm_xor_si128(x, ones)), step);
    }
}

/* ---- Paeth ---------------------------------------------------------------------------------- */

/* fov__png_paeth() and the sum, in lanes of 16 bits. The two choices are combined by exclusive or:
 * both hold only where all three neighbours are equal, and then they cancel out. */
#define PAETH(BITS, SI)                                                                         \
    INLINE __m##SI##i paeth_##SI(__m##SI##i a, __m##SI##i b, __m##SI##i c, __m##SI##i stored)   \
    {                                                                                           \
        const __m##SI##i c2 = BITS##_add_epi16(c, c);                                           \
        const __m##SI##i t = BITS##_sub_epi16(BITS##_sub_epi16(BITS##_add_epi16(c2, c), b), a); \
        const __m##SI##i low = BITS##_min_epi16(a, b), high = BITS##_max_epi16(a, b);           \
        const __m##SI##i to_low =                                                               \
            BITS##_andnot_si##SI(BITS##_cmpgt_epi16(high, t), BITS##_xor_si##SI(c, low));       \
        const __m##SI##i to_high =                                                              \
            BITS##_andnot_si##SI(BITS##_cmpgt_epi16(t, low), BITS##_xor_si##SI(c, high));       \
        const __m##SI##i best = BITS##_xor_si##SI(c, BITS##_xor_si##SI(to_low, to_high));       \
        return BITS##_add_epi8(best, stored);                                                   \
    }
PAETH(_mm, 128)
PAETH(_mm256, 256)

INLINE void paeth(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size, size_t step)
{
    __m128i a = _mm_setzero_si128(), c = a;
    for (size_t i = 0; i < size; i += step) {
        const __m128i b = _mm_cvtepu8_epi16(load_pixel(above + i, step));
        a = paeth_128(a, b, c, _mm_cvtepu8_epi16(load_pixel(in + i, step)));
        c = b;
        store_bits(out + i, (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(a, a)), step);
    }
}

INLINE uint32_t zero_bytes(__m256i v)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_setzero_si256()));
}

/* Whole pixels at the beginning of which all bytes are marked. */
INLINE size_t leading_pixels(uint32_t marks, size_t step)
{
    return (marks == UINT32_MAX ? 32 : (size_t)__builtin_ctz(~marks)) / step;
}

/* The pixel at `p`, over and over. */
INLINE __m256i repeat(const uint8_t *p, size_t step)
{
    uint8_t order[32];
    for (size_t i = 0; i < 32; i++)
        order[i] = (uint8_t)(i % step);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load_pixel(p, step)), load32(order));
}

/* The two kinds of runs of the portable twin, in whole pixels. */
INLINE void paeth_flat(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size,
                       size_t step)
{
    const uint64_t mask = step == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * step % 64) - 1;
    const size_t most = 32 / step;
    uint64_t left = 0, corner = 0;
    for (size_t i = 0; i < size;) {
        const __m256i stored = load32(in + i), b = load32(above + i);
        const uint32_t zeros = zero_bytes(stored);
        size_t n = leading_pixels(zeros, step);
        if (left == corner) {
            /* The first pixel that is not zero is predicted by `up` still. */
            store32(out + i, _mm256_add_epi8(stored, b));
            n = n < most ? n + 1 : most;
        } else if (n > 0 && i > 0 &&
                   (n = leading_pixels(
                        zeros & zero_bytes(_mm256_xor_si256(b, load32(above + i - step))), step)) >
                       0) {
            store32(out + i, repeat(out + i - step, step));
        } else {
            const __m128i x = paeth_128(_mm_cvtepu8_epi16(_mm_cvtsi64_si128((long long)left)),
                                        _mm_cvtepu8_epi16(_mm256_castsi256_si128(b)),
                                        _mm_cvtepu8_epi16(_mm_cvtsi64_si128((long long)corner)),
                                        _mm_cvtepu8_epi16(_mm256_castsi256_si128(stored)));
            store_bits(out + i, (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(x, x)), step);
            n = 1;
        }
        i += n * step;
        left = load_bits(out + i - step, step) & mask;
        corner = load_bits(above + i - step, step) & mask;
    }
}

/* Pixels [from, to) of one row, where the wave has not all of its rows. */
INLINE void paeth_span(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t from,
                       size_t to, size_t step)
{
    for (size_t i = from * step; i < to * step; i++) {
        const int left = i < step ? 0 : out[i - step], corner = i < step ? 0 : above[i - step];
        out[i] = (uint8_t)(in[i] + fov__png_paeth(left, above[i], corner));
    }
}

/* Row k of a wave is LAG * k pixels behind the first, so that what it needs of the row above was
 * made LAG turns ago and waits in a register. The wave begins when row 3 has two pixels. */
enum { LAG = 2, AHEAD = LAG * FOV__PNG_WAVE };

/* The pixels of four rows at the turn of offset `i`, of up to four bytes in 64 bits each. */
INLINE __m256i four_pixels(const uint8_t *const row[4], size_t i, size_t step)
{
    uint32_t v[4];
    for (size_t k = 0; k < 4; k++)
        v[k] = (uint32_t)load_bits(row[k] + i - LAG * k * step, step);
    return _mm256_cvtepu8_epi16(_mm_set_epi32((int)v[3], (int)v[2], (int)v[1], (int)v[0]));
}

INLINE void paeth_wave(uint8_t *const out[FOV__PNG_WAVE], const uint8_t *in, size_t in_step,
                       const uint8_t *above, size_t size, size_t step)
{
    const size_t width = size / step;
    const bool is_short = width <= AHEAD;
    const uint8_t *const stored[4] = {in, in + in_step, in + 2 * in_step, in + 3 * in_step};
    const uint8_t *const made[4] = {out[0], out[1], out[2], out[3]};
    const uint8_t *const up_row[4] = {above, out[0], out[1], out[2]};
    for (size_t k = 0; k < 4; k++)
        paeth_span(out[k], stored[k], up_row[k], 0, is_short ? width : AHEAD - LAG * k, step);
    if (is_short)
        return;
    size_t i = AHEAD * step;
    __m256i a = four_pixels(made, i - step, step), before = four_pixels(made, i - 2 * step, step);
    __m256i c = four_pixels(up_row, i - step, step);
    /* The last pixel of a row is not the wave's: it writes a fourth byte behind three. */
    for (; i < size - step; i += step) {
        const __m256i top = _mm256_castsi128_si256(_mm_cvtepu8_epi16(load_pixel(above + i, step)));
        const __m256i b = _mm256_blend_epi32(_mm256_permute4x64_epi64(before, 0x90), top, 0x03);
        before = a;
        a = paeth_256(a, b, c, four_pixels(stored, i, step));
        c = b;
        const __m256i bytes = _mm256_packus_epi16(a, a);
        const uint64_t first = (uint64_t)_mm_cvtsi128_si64(_mm256_castsi256_si128(bytes));
        const uint64_t last = (uint64_t)_mm_cvtsi128_si64(_mm256_extracti128_si256(bytes, 1));
        store_bits(out[0] + i, first, step);
        store_bits(out[1] + i - LAG * step, first >> 32, step);
        store_bits(out[2] + i - 2 * LAG * step, last, step);
        store_bits(out[3] + i - 3 * LAG * step, last >> 32, step);
    }
    for (size_t k = 0; k < 4; k++)
        paeth_span(out[k], stored[k], up_row[k], width - 1 - LAG * k, width, step);
}

/* ---- a wave of means ------------------------------------------------------------------------- */

INLINE void average_span(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t from,
                         size_t to, size_t step)
{
    for (size_t i = from * step; i < to * step; i++)
        out[i] = (uint8_t)(in[i] + ((i < step ? 0 : out[i - step]) + above[i]) / 2);
}

/* One pixel behind is enough here: what a row needs of the one above was made a turn ago. */
enum { MEAN_AHEAD = FOV__PNG_WAVE };

INLINE __m128i four_stored(const uint8_t *const row[4], size_t i, size_t step)
{
    uint32_t v[4];
    for (size_t k = 0; k < 4; k++)
        v[k] = (uint32_t)load_bits(row[k] + i - k * step, step);
    return _mm_set_epi32((int)v[3], (int)v[2], (int)v[1], (int)v[0]);
}

INLINE void average_wave(uint8_t *const out[FOV__PNG_WAVE], const uint8_t *in, size_t in_step,
                         const uint8_t *above, size_t size, size_t step)
{
    const size_t width = size / step;
    const bool is_short = width <= MEAN_AHEAD;
    const uint8_t *const stored[4] = {in, in + in_step, in + 2 * in_step, in + 3 * in_step};
    const uint8_t *const made[4] = {out[0], out[1], out[2], out[3]};
    const uint8_t *const up_row[4] = {above, out[0], out[1], out[2]};
    const __m128i ones = _mm_set1_epi8(-1);
    for (size_t k = 0; k < 4; k++)
        average_span(out[k], stored[k], up_row[k], 0, is_short ? width : MEAN_AHEAD - k, step);
    if (is_short)
        return;
    size_t i = MEAN_AHEAD * step;
    __m128i x = _mm_xor_si128(four_stored(made, i - step, step), ones);
    /* The last pixel of a row is not the wave's: it writes a fourth byte behind three. */
    for (; i < size - step; i += step) {
        const __m128i top = _mm_xor_si128(_mm_slli_si128(load_pixel(above + i, step), 12), ones);
        const __m128i b = _mm_alignr_epi8(x, top, 12);
        x = _mm_sub_epi8(_mm_avg_epu8(x, b), four_stored(stored, i, step));
        const __m128i bytes = _mm_xor_si128(x, ones);
        const uint64_t first = (uint64_t)_mm_cvtsi128_si64(bytes);
        const uint64_t last = (uint64_t)_mm_extract_epi64(bytes, 1);
        store_bits(out[0] + i, first, step);
        store_bits(out[1] + i - step, first >> 32, step);
        store_bits(out[2] + i - 2 * step, last, step);
        store_bits(out[3] + i - 3 * step, last >> 32, step);
    }
    for (size_t k = 0; k < 4; k++)
        average_span(out[k], stored[k], up_row[k], width - 1 - k, width, step);
}

/* ---- by step -------------------------------------------------------------------------------- */

#define FILTERS(STEP, MEANS, PAETHS)                                                               \
    static void sub_##STEP(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size)     \
    {                                                                                              \
        (void)above;                                                                               \
        sub(out, in, size, STEP);                                                                  \
    }                                                                                              \
    static void average_##STEP(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size) \
    {                                                                                              \
        average(out, in, above, size, STEP);                                                       \
    }                                                                                              \
    static void paeth_##STEP(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size)   \
    {                                                                                              \
        paeth(out, in, above, size, STEP);                                                         \
    }                                                                                              \
    static void flat_##STEP(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size)    \
    {                                                                                              \
        paeth_flat(out, in, above, size, STEP);                                                    \
    }                                                                                              \
    static const struct fov_png_filters filters_##STEP = {                                         \
        sub_##STEP, up, average_##STEP, paeth_##STEP, flat_##STEP, MEANS, PAETHS};

#define WAVES(STEP)                                                                                \
    static void means_##STEP(uint8_t *const out[FOV__PNG_WAVE], const uint8_t *in, size_t in_step, \
                             const uint8_t *above, size_t size)                                    \
    {                                                                                              \
        average_wave(out, in, in_step, above, size, STEP);                                         \
    }                                                                                              \
    static void paeths_##STEP(uint8_t *const out[FOV__PNG_WAVE], const uint8_t *in,                \
                              size_t in_step, const uint8_t *above, size_t size)                   \
    {                                                                                              \
        paeth_wave(out, in, in_step, above, size, STEP);                                           \
    }

WAVES(1)
WAVES(2)
WAVES(3)
WAVES(4)
FILTERS(1, means_1, paeths_1)
FILTERS(2, means_2, paeths_2)
FILTERS(3, means_3, paeths_3)
FILTERS(4, means_4, paeths_4)
FILTERS(6, NULL, NULL)
FILTERS(8, NULL, NULL)

const struct fov_png_filters *fov__png_filters_avx2(size_t step)
{
    static const struct fov_png_filters *const table[9] = {
        [1] = &filters_1, [2] = &filters_2, [3] = &filters_3,
        [4] = &filters_4, [6] = &filters_6, [8] = &filters_8};
    return table[step];
}
