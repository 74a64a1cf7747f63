/* SPDX-License-Identifier: MIT */
/* Paeth's filter, 32 bytes at a time: the twin of png_filter.c, with the same bytes. It must never
 * be reached on a processor without AVX2. */
#include "encode/png_internal.h"

#include <immintrin.h>

static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

size_t fov__png_filter_avx2(uint8_t *out, const uint8_t *row, const uint8_t *above, size_t from,
                            size_t n, size_t bpp)
{
    const __m256i zero = _mm256_setzero_si256();
    size_t i = from;
    for (; i + 32 <= n; i += 32) {
        __m256i x = load(row + i), a = load(row + i - bpp), b = load(above + i),
                c = load(above + i - bpp);
        /* Each difference one way, 0 where the other way is positive. */
        __m256i bc = _mm256_subs_epu8(b, c), cb = _mm256_subs_epu8(c, b);
        __m256i ac = _mm256_subs_epu8(a, c), ca = _mm256_subs_epu8(c, a);
        __m256i pa = _mm256_or_si256(bc, cb), pb = _mm256_or_si256(ac, ca);
        /* pc = |(b - c) + (a - c)|: the difference of pa and pb where the signs differ, else their
         * sum, which is not below either, also when it saturates. */
        __m256i differ = _mm256_cmpeq_epi8(
            _mm256_or_si256(_mm256_min_epu8(bc, ac), _mm256_min_epu8(cb, ca)), zero);
        __m256i gap = _mm256_or_si256(_mm256_subs_epu8(pa, pb), _mm256_subs_epu8(pb, pa));
        __m256i pc = _mm256_blendv_epi8(_mm256_adds_epu8(pa, pb), gap, differ);
        __m256i least = _mm256_min_epu8(_mm256_min_epu8(pa, pb), pc);
        __m256i best = _mm256_blendv_epi8(c, b, _mm256_cmpeq_epi8(pb, least));
        best = _mm256_blendv_epi8(best, a, _mm256_cmpeq_epi8(pa, least));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_sub_epi8(x, best));
    }
    return i;
}
