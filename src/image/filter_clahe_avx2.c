/* SPDX-License-Identifier: MIT */
/* filter_clahe.c for a processor with AVX2: the four maps of eight pixels are gathered at once. It
 * must write the same bytes as the portable twin. */
#include "image/filter_kernels.h"

#include <immintrin.h>

static inline __m256i blend_eight(const uint8_t *in, const struct fov__clahe_quad *quad,
                                  const int16_t *weights, __m256i f)
{
    const __m256i levels = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)in));
    const __m256i of = _mm256_i32gather_epi32((const int *)(const void *)quad->of, levels, 4);
    /* Above and below in 16-bit lanes, left and right beside each other: above (256 - f) + below f
     * fits 16 bits without a sign, and minus 32768 with one, as madd takes it. */
    const __m256i above = _mm256_and_si256(of, _mm256_set1_epi32(0x00ff00ff));
    const __m256i apart = _mm256_sub_epi16(_mm256_srli_epi16(of, 8), above);
    const __m256i between =
        _mm256_add_epi16(_mm256_slli_epi16(above, 8), _mm256_mullo_epi16(apart, f));
    const __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)weights);
    const __m256i sum =
        _mm256_madd_epi16(_mm256_xor_si256(between, _mm256_set1_epi16((short)0x8000)), w);
    return _mm256_srli_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(32768 * 256 + 32768)), 16);
}

static inline void blend_sixteen(uint8_t *out, const uint8_t *in,
                                 const struct fov__clahe_quad *quad, const int16_t *weights,
                                 __m256i f)
{
    const __m256i both = _mm256_packs_epi32(blend_eight(in, quad, weights, f),
                                            blend_eight(in + 8, quad, weights + 16, f));
    const __m256i ordered = _mm256_permute4x64_epi64(both, 0xd8);
    _mm_storeu_si128(
        (__m128i *)(void *)out,
        _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1)));
}

/* The last block overlaps the one before it. */
static void blend(uint8_t *out, const uint8_t *in, const struct fov__clahe_quad *quad,
                  const int16_t *weights, int32_t f, size_t n)
{
    const __m256i part = _mm256_set1_epi16((short)f);
    if (n < 16) {
        fov__clahe_portable.blend(out, in, quad, weights, f, n);
        return;
    }
    for (size_t i = 0; i + 16 <= n; i += 16)
        blend_sixteen(out + i, in + i, quad, weights + 2 * i, part);
    blend_sixteen(out + n - 16, in + n - 16, quad, weights + 2 * (n - 16), part);
}

const struct fov__clahe_kernels fov__clahe_avx2 = {blend};
