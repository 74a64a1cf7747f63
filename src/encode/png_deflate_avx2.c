/* SPDX-License-Identifier: MIT */
/* Runs, 64 bytes at a time: the twin of fov__deflate_find_run() in png_deflate.c, with the same
 * result. It must never be reached on a processor without AVX2. */
#include "encode/png_internal.h"

#include <immintrin.h>

static inline uint64_t equal_mask(const uint8_t *p, const uint8_t *q)
{
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)q);
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b));
}

size_t fov__deflate_find_run_avx2(const uint8_t *p, size_t n, size_t back)
{
    size_t i = 0;
    for (; i + 64 <= n; i += 61) { /* the last three places may begin a run that goes on */
        uint64_t equal = equal_mask(p + i, p + i - back) | equal_mask(p + i + 32, p + i + 32 - back)
                                                               << 32;
        uint64_t two = equal & equal >> 1, four = two & two >> 2;
        if (four != 0) {
            return i + (size_t)__builtin_ctzll(four);
        }
    }
    return i + fov__deflate_find_run(p + i, n - i, back);
}
