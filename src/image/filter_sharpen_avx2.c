/* SPDX-License-Identifier: MIT */
/* filter_sharpen.c for a processor with AVX2, in 16-bit lanes. It must write the same bytes as the
 * portable twin, which also does the ends of rows. */
#include "image/filter_kernels.h"

#include <immintrin.h>

static inline __m256i widen(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline __m256i load(const uint16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* a + 4 b + 6 c + 4 d + e */
static inline __m256i binomial(__m256i a, __m256i b, __m256i c, __m256i d, __m256i e)
{
    const __m256i inner = _mm256_add_epi16(_mm256_add_epi16(b, d), c);
    return _mm256_add_epi16(_mm256_add_epi16(a, e),
                            _mm256_add_epi16(_mm256_slli_epi16(inner, 2), _mm256_slli_epi16(c, 1)));
}

static inline void columns_at(uint16_t *sum, const uint8_t *const rows[5], size_t i)
{
    const __m256i v = binomial(widen(rows[0] + i), widen(rows[1] + i), widen(rows[2] + i),
                               widen(rows[3] + i), widen(rows[4] + i));
    _mm256_storeu_si256((__m256i *)(void *)(sum + i), v);
}

static void sum_columns(uint16_t *sum, const uint8_t *const rows[5], size_t n)
{
    if (n < 16) {
        fov__sharpen_portable.columns(sum, rows, n);
        return;
    }
    for (size_t i = 0; i + 16 <= n; i += 16)
        columns_at(sum, rows, i);
    columns_at(sum, rows, n - 16);
}

/* in + round(gain * (256 in - blurred) / 65536). The distance's size fits 16 bits, its sign turns
 * the product's; of what is rounded exactly a half goes up, which for a negative one means down in
 * size: there the lower half is lessened by one first. */
static inline __m256i sharpened(__m256i in, const uint16_t *s, size_t step, __m256i gain)
{
    const __m256i blurred = binomial(load(s), load(s + step), load(s + 2 * step),
                                     load(s + 3 * step), load(s + 4 * step));
    const __m256i own = _mm256_slli_epi16(in, 8);
    const __m256i more = _mm256_subs_epu16(own, blurred), less = _mm256_subs_epu16(blurred, own);
    const __m256i is_less = _mm256_cmpeq_epi16(more, _mm256_setzero_si256());
    const __m256i size = _mm256_or_si256(more, less);
    const __m256i low =
        _mm256_subs_epu16(_mm256_mullo_epi16(size, gain), _mm256_srli_epi16(is_less, 15));
    const __m256i change =
        _mm256_add_epi16(_mm256_mulhi_epu16(size, gain), _mm256_srli_epi16(low, 15));
    return _mm256_add_epi16(in, _mm256_sub_epi16(_mm256_xor_si256(change, is_less), is_less));
}

static void sharpen_row(uint8_t *out, const uint8_t *in, const uint16_t *sum, size_t n, size_t step,
                        int32_t gain)
{
    const __m256i g = _mm256_set1_epi16((short)gain);
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i a = sharpened(widen(in + i), sum + i, step, g);
        const __m256i b = sharpened(widen(in + i + 16), sum + i + 16, step, g);
        const __m256i v = _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
    }
    fov__sharpen_portable.row(out + i, in + i, sum + i, n - i, step, gain);
}

const struct fov__sharpen_kernels fov__sharpen_avx2 = {sum_columns, sharpen_row};
