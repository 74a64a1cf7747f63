/* SPDX-License-Identifier: MIT */
/* filter_median.c for a processor with AVX2. It must write the same bytes as the portable twin. */
#include "image/filter_kernels.h"

#include <immintrin.h>

static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline void store(uint8_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)(void *)p, v);
}

static inline __m256i middle(__m256i a, __m256i b, __m256i c)
{
    return _mm256_max_epu8(_mm256_min_epu8(a, b), _mm256_min_epu8(_mm256_max_epu8(a, b), c));
}

static inline void sort_at(uint8_t *low, uint8_t *mid, uint8_t *high, const uint8_t *const rows[3],
                           size_t i)
{
    const __m256i a = load(rows[0] + i), b = load(rows[1] + i), c = load(rows[2] + i);
    const __m256i x = _mm256_min_epu8(a, b), y = _mm256_max_epu8(a, b);
    store(low + i, _mm256_min_epu8(x, c));
    store(high + i, _mm256_max_epu8(y, c));
    store(mid + i, _mm256_max_epu8(x, _mm256_min_epu8(y, c)));
}

/* Short rows are not worth a block; of longer ones the last block overlaps the one before it. */
static void sort_columns(uint8_t *low, uint8_t *mid, uint8_t *high, const uint8_t *const rows[3],
                         size_t n)
{
    if (n < 32) {
        fov__median_portable.columns(low, mid, high, rows, n);
        return;
    }
    for (size_t i = 0; i + 32 <= n; i += 32)
        sort_at(low, mid, high, rows, i);
    sort_at(low, mid, high, rows, n - 32);
}

static inline __m256i median_at(const uint8_t *low, const uint8_t *mid, const uint8_t *high,
                                size_t i, size_t step)
{
    const size_t j = i + step, k = j + step;
    const __m256i a = _mm256_max_epu8(_mm256_max_epu8(load(low + i), load(low + j)), load(low + k));
    const __m256i c =
        _mm256_min_epu8(_mm256_min_epu8(load(high + i), load(high + j)), load(high + k));
    return middle(a, middle(load(mid + i), load(mid + j), load(mid + k)), c);
}

static void take_medians(uint8_t *out, const uint8_t *low, const uint8_t *mid, const uint8_t *high,
                         size_t n, size_t step)
{
    if (n < 32) {
        fov__median_portable.row(out, low, mid, high, n, step);
        return;
    }
    for (size_t i = 0; i + 32 <= n; i += 32)
        store(out + i, median_at(low, mid, high, i, step));
    store(out + n - 32, median_at(low, mid, high, n - 32, step));
}

const struct fov__median_kernels fov__median_avx2 = {sort_columns, take_medians};
