/* SPDX-License-Identifier: MIT */
/* filter_threshold.c for a processor with AVX2. It must write the same bytes as the portable twin,
 * which also does the ends of rows. */
#include "image/filter_kernels.h"

#include <immintrin.h>

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

static inline void store(void *p, __m256i v)
{
    _mm256_storeu_si256(p, v);
}

static inline __m256i widen(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static void above(uint8_t *out, const uint8_t *in, size_t n, int32_t level)
{
    size_t i = 0;
    if (level >= 0 && level < 255) { /* above `level` is at least level + 1 */
        const __m256i least = _mm256_set1_epi8((char)(level + 1));
        for (; i + 32 <= n; i += 32) {
            const __m256i v = load(in + i);
            store(out + i, _mm256_cmpeq_epi8(_mm256_max_epu8(v, least), v));
        }
    }
    fov__threshold_portable.above(out + i, in + i, n - i, level);
}

static void slide(uint16_t *columns, const uint8_t *enters, const uint8_t *leaves, size_t n)
{
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        store(columns + i,
              _mm256_add_epi16(load(columns + i),
                               _mm256_sub_epi16(widen(enters + i), widen(leaves + i))));
    fov__threshold_portable.slide(columns + i, enters + i, leaves + i, n - i);
}

static inline __m256i eight(const uint16_t *p)
{
    return _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
}

/* Eight differences are summed up in three steps within halves and one across them; what came
 * before is added last, so that blocks wait for each other no longer than that takes. */
static void sums_of(uint32_t *out, const uint16_t *in, size_t n, size_t wide)
{
    const __m256i fourth = _mm256_setr_epi32(0, 0, 0, 0, 3, 3, 3, 3);
    const __m256i upper = _mm256_setr_epi32(0, 0, 0, 0, -1, -1, -1, -1);
    const __m256i last = _mm256_set1_epi32(7);
    uint32_t sum = 0;
    for (size_t i = 0; i < wide; i++)
        sum += in[i];
    out[0] = sum;
    __m256i before = _mm256_set1_epi32((int)sum);
    size_t i = 1;
    for (; i + 8 <= n; i += 8) {
        __m256i v = _mm256_sub_epi32(eight(in + i + wide - 1), eight(in + i - 1));
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
        v = _mm256_add_epi32(v, _mm256_and_si256(_mm256_permutevar8x32_epi32(v, fourth), upper));
        v = _mm256_add_epi32(v, before);
        store(out + i, v);
        before = _mm256_permutevar8x32_epi32(v, last);
    }
    for (; i < n; i++)
        out[i] = out[i - 1] + in[i + wide - 1] - in[i - 1];
}

static inline __m256i is_above(const uint8_t *in, const uint32_t *sums, __m256i area,
                               __m256i offset)
{
    const __m256i level = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)in));
    const __m256i twice = _mm256_add_epi32(area, area), sum = load(sums);
    const __m256i most = _mm256_mullo_epi32(_mm256_add_epi32(level, offset), twice);
    return _mm256_cmpgt_epi32(most, _mm256_add_epi32(_mm256_add_epi32(sum, sum), area));
}

static void above_sum(uint8_t *out, const uint8_t *in, const uint32_t *sums, size_t n, int32_t area,
                      int32_t offset)
{
    const __m256i a = _mm256_set1_epi32(area), o = _mm256_set1_epi32(offset);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i low = _mm256_packs_epi32(is_above(in + i, sums + i, a, o),
                                               is_above(in + i + 8, sums + i + 8, a, o));
        const __m256i high = _mm256_packs_epi32(is_above(in + i + 16, sums + i + 16, a, o),
                                                is_above(in + i + 24, sums + i + 24, a, o));
        store(out + i, _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order));
    }
    fov__threshold_portable.above_sum(out + i, in + i, sums + i, n - i, area, offset);
}

/* In 16-bit lanes, which hold every sum. */
static void above_mean(uint8_t *out, const uint8_t *in, const uint8_t *mean, size_t n,
                       int32_t offset)
{
    const __m256i o = _mm256_set1_epi16((short)offset);
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i a = _mm256_cmpgt_epi16(_mm256_add_epi16(widen(in + i), o), widen(mean + i));
        const __m256i b =
            _mm256_cmpgt_epi16(_mm256_add_epi16(widen(in + i + 16), o), widen(mean + i + 16));
        store(out + i, _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xd8));
    }
    fov__threshold_portable.above_mean(out + i, in + i, mean + i, n - i, offset);
}

const struct fov__threshold_kernels fov__threshold_avx2 = {above, slide, sums_of, above_sum,
                                                           above_mean};
