/* SPDX-License-Identifier: MIT */
/* filter_lab.c for a processor with AVX2: X, Y and Z of a pixel are one register's addition, roots
 * are gathered for eight pixels at once. It must give the same numbers as the portable twin. */
#include "image/filter_kernels.h"

#include <immintrin.h>

static inline __m128i xyz(const struct fov__lab_tables *tables, const uint8_t *p)
{
    const __m128i r = _mm_loadu_si128((const __m128i *)(const void *)tables->share[0][p[0]]);
    const __m128i g = _mm_loadu_si128((const __m128i *)(const void *)tables->share[1][p[1]]);
    const __m128i b = _mm_loadu_si128((const __m128i *)(const void *)tables->share[2][p[2]]);
    return _mm_add_epi32(r, _mm_add_epi32(g, b));
}

/* Pixels k and k + 4. */
static inline __m256i xyz_two(const struct fov__lab_tables *tables, const uint8_t *p, int32_t bands,
                              int32_t k)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(xyz(tables, p + k * bands)),
                                   xyz(tables, p + (k + 4) * bands), 1);
}

static inline __m256i root(const struct fov__lab_tables *tables, __m256i t)
{
    const __m256i entry = _mm256_i32gather_epi32((const int *)(const void *)tables->root,
                                                 _mm256_srli_epi32(t, LAB_CELL_BITS), 4);
    const __m256i slope = _mm256_and_si256(entry, _mm256_set1_epi32((1 << LAB_SLOPE_BITS) - 1));
    const __m256i part = _mm256_and_si256(t, _mm256_set1_epi32((1 << LAB_CELL_BITS) - 1));
    /* Both fit 16 bits and the upper halves are 0: the pairs' sum is their product. */
    const __m256i more = _mm256_srli_epi32(_mm256_madd_epi16(slope, part), LAB_CELL_BITS);
    return _mm256_add_epi32(_mm256_srli_epi32(entry, LAB_SLOPE_BITS), more);
}

static inline void store_eight(int16_t *out, __m256i v)
{
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi32(v, v), 0xd8);
    _mm_storeu_si128((__m128i *)(void *)out, _mm256_castsi256_si128(packed));
}

static inline __m256i scaled(__m256i v, int32_t times)
{
    const __m256i half = _mm256_set1_epi32(32);
    return _mm256_srai_epi32(
        _mm256_add_epi32(_mm256_mullo_epi32(v, _mm256_set1_epi32(times)), half), 6);
}

static inline void eight(const struct fov__lab_tables *tables, int16_t *l, int16_t *a, int16_t *b,
                         const uint8_t *in, int32_t bands)
{
    const __m256i p0 = xyz_two(tables, in, bands, 0), p1 = xyz_two(tables, in, bands, 1);
    const __m256i p2 = xyz_two(tables, in, bands, 2), p3 = xyz_two(tables, in, bands, 3);
    const __m256i xy01 = _mm256_unpacklo_epi32(p0, p1), xy23 = _mm256_unpacklo_epi32(p2, p3);
    const __m256i z01 = _mm256_unpackhi_epi32(p0, p1), z23 = _mm256_unpackhi_epi32(p2, p3);
    const __m256i fx = root(tables, _mm256_unpacklo_epi64(xy01, xy23));
    const __m256i fy = root(tables, _mm256_unpackhi_epi64(xy01, xy23));
    const __m256i fz = root(tables, _mm256_unpacklo_epi64(z01, z23));
    const __m256i light = _mm256_srai_epi32(_mm256_mullo_epi32(fy, _mm256_set1_epi32(29)), 6);
    const __m256i rounded = _mm256_add_epi32(_mm256_mullo_epi32(light, _mm256_set1_epi32(5243)),
                                             _mm256_set1_epi32(65536));
    store_eight(
        l, _mm256_sub_epi32(_mm256_srai_epi32(rounded, 17), _mm256_set1_epi32(16 * FOV__LAB_UNIT)));
    store_eight(a, scaled(_mm256_sub_epi32(fx, fy), 5));
    store_eight(b, scaled(_mm256_sub_epi32(fy, fz), 2));
}

static void from_srgb(const struct fov__lab_tables *tables, int16_t *l, int16_t *a, int16_t *b,
                      const uint8_t *in, size_t n, int32_t bands)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8, in += 8 * bands)
        eight(tables, l + i, a + i, b + i, in, bands);
    fov__lab_portable.from_srgb(tables, l + i, a + i, b + i, in, n - i, bands);
}

const struct fov__lab_kernels fov__lab_avx2 = {from_srgb};
