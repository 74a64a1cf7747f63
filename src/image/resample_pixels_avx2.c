/* SPDX-License-Identifier: MIT */
/* Free maps with AVX2: two cells of eight bytes become sixteen 16-bit numbers with one load, and
 * pairs of rows are summed by vpmaddwd. It gives the bytes of resample_pixels.c, which defines
 * them. */
#include <immintrin.h>

#include "image/resample_pixels.h"

#define ALWAYS static inline __attribute__((always_inline))

static void pair(uint8_t *cells, const uint8_t *above, const uint8_t *below, int32_t width,
                 int32_t bands)
{
    const char z = -1;
    const __m128i open = _mm_setr_epi8(0, 1, 2, z, 3, 4, 5, z, 6, 7, 8, z, 9, 10, 11, z);
    /* Sixteen bytes of three bands reach over the fourth pixel. */
    const int32_t safe = bands == 3 ? width - 2 : width;
    int32_t i = 0;

    for (; i + 4 <= safe; i += 4, cells += 32, above += 4 * bands, below += 4 * bands) {
        __m128i a = _mm_loadu_si128((const __m128i *)above);
        __m128i b = _mm_loadu_si128((const __m128i *)below);

        if (bands == 3) {
            a = _mm_shuffle_epi8(a, open);
            b = _mm_shuffle_epi8(b, open);
        }
        _mm_storeu_si128((__m128i *)cells, _mm_unpacklo_epi8(a, b));
        _mm_storeu_si128((__m128i *)(cells + 16), _mm_unpackhi_epi8(a, b));
    }
    fov__sampler_portable.pair(cells, above, below, width - i, bands);
}

/* The left half of a register and the right half are of one pixel: add them, two pixels at once. */
ALWAYS __m256i halves(__m256i p, __m256i q)
{
    return _mm256_add_epi32(_mm256_permute2x128_si256(p, q, 0x20),
                            _mm256_permute2x128_si256(p, q, 0x31));
}

/* Four pixels of four 32-bit numbers to bytes; `at` is shifted out. */
ALWAYS __m128i bytes_of(const __m256i px[4], int at)
{
    const __m256i pq = _mm256_srai_epi32(halves(px[0], px[1]), at);
    const __m256i rs = _mm256_srai_epi32(halves(px[2], px[3]), at);
    const __m256i words = _mm256_packs_epi32(pq, rs); /* 0 2 | 1 3 */

    return _mm_unpacklo_epi32(
        _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_castsi256_si128(words)),
        _mm_packus_epi16(_mm256_extracti128_si256(words, 1), _mm256_extracti128_si256(words, 1)));
}

/* `dst` has room for sixteen bytes at each pixel. */
ALWAYS void put_four(uint8_t *dst, __m128i four, int32_t bands)
{
    const char z = -1;
    const __m128i close = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, z, z, z, z);

    _mm_storeu_si128((__m128i *)dst, bands == 3 ? _mm_shuffle_epi8(four, close) : four);
}

/* Where the taps of each spot are, and which. */
struct places {
    uint32_t cell[FOV__TILE_EDGE + 4];
    int32_t x[FOV__TILE_EDGE + 4], y[FOV__TILE_EDGE + 4];
};

ALWAYS void places_of(struct places *places, const struct fov_tile *tile,
                      const struct fov_spots *spots, int32_t bits, int32_t first)
{
    const int32_t mask = (1 << bits) - 1, x0 = first - tile->x0, y0 = first - tile->y0;
    const int32_t pitch = (int32_t)tile->pitch;
    const int32_t n = spots->n;

    for (int32_t i = 0; i < n; i++) {
        places->cell[i] =
            (uint32_t)(((spots->y[i] >> bits) + y0) * pitch + ((spots->x[i] >> bits) + x0) * 8);
        places->x[i] = spots->x[i] & mask;
        places->y[i] = spots->y[i] & mask;
    }
    for (int32_t i = n; i < n + 4; i++) { /* the last one again, for nobody */
        places->cell[i] = places->cell[n - 1];
        places->x[i] = places->x[n - 1];
        places->y[i] = places->y[n - 1];
    }
}

ALWAYS __m256i cells_at(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)p));
}

ALWAYS __m256i pair_of(const int16_t *coef)
{
    int32_t two;

    memcpy(&two, coef, sizeof(two));
    return _mm256_set1_epi32(two);
}

/* Columns by fours; of six taps the last two make half a four. */
ALWAYS __m256i pixel(const uint8_t *cell, size_t pitch, const int16_t *cy, const int16_t *wide,
                     int32_t count)
{
    const __m256i half = _mm256_set1_epi32(128);
    __m256i sum = _mm256_setr_epi32(1 << 19, 1 << 19, 1 << 19, 1 << 19, 0, 0, 0, 0);
    int32_t k = 0;

    for (; k + 4 <= count; k += 4, wide += 16) {
        const uint8_t *p = cell + 8 * k;
        __m256i a = half, b = half;

        for (int32_t r = 0; r < count; r += 2, p += 2 * pitch) {
            const __m256i c = pair_of(cy + r);
            a = _mm256_add_epi32(a, _mm256_madd_epi16(cells_at(p), c));
            b = _mm256_add_epi32(b, _mm256_madd_epi16(cells_at(p + 16), c));
        }
        /* 16 bits of each, those of b in the upper half: a shift up leaves them there. */
        a = _mm256_blend_epi16(_mm256_srli_epi32(a, 8), _mm256_slli_epi32(b, 8), 0xaa);
        sum =
            _mm256_add_epi32(sum, _mm256_madd_epi16(a, _mm256_loadu_si256((const __m256i *)wide)));
    }
    if (k < count) {
        const uint8_t *p = cell + 8 * k;
        __m256i a = half;

        for (int32_t r = 0; r < count; r += 2, p += 2 * pitch)
            a = _mm256_add_epi32(a, _mm256_madd_epi16(cells_at(p), pair_of(cy + r)));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_srli_epi32(a, 8),
                                                      _mm256_loadu_si256((const __m256i *)wide)));
    }
    return sum;
}

ALWAYS void taps_by(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                    const struct fov_reach *reach, int32_t bands, int32_t count)
{
    const int32_t stride = (count + 3) / 4 * 16;
    struct places at;
    uint8_t row[4 * FOV__TILE_EDGE + 16];

    places_of(&at, tile, spots, reach->bits, reach->first);
    for (int32_t i = 0; i < spots->n; i += 4) {
        __m256i px[4];

        for (int32_t j = 0; j < 4; j++)
            px[j] = pixel(tile->cells + at.cell[i + j], tile->pitch,
                          reach->taps.coef + at.y[i + j] * count,
                          reach->wide + at.x[i + j] * stride, count);
        put_four(row + i * bands, bytes_of(px, 20), bands);
    }
    memcpy(dst, row, (size_t)(spots->n * bands));
}

static void taps(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                 const struct fov_reach *reach, int32_t bands)
{
    if (reach->count == 6)
        taps_by(dst, tile, spots, reach, bands, 6);
    else if (reach->count == 4)
        taps_by(dst, tile, spots, reach, bands, 4);
    else
        taps_by(dst, tile, spots, reach, bands, reach->count);
}

static void linear(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                   int32_t bands)
{
    const __m256i half = _mm256_setr_epi32(1 << 13, 1 << 13, 1 << 13, 1 << 13, 0, 0, 0, 0);
    const int32_t one = 1 << FOV__LINEAR_BITS;
    struct places at;
    uint8_t row[4 * FOV__TILE_EDGE + 16];

    places_of(&at, tile, spots, FOV__LINEAR_BITS, 0);
    /* Both rows' weights in one number, times the columns' weights: no carry, all are 14 bits. */
    for (int32_t i = 0; i < spots->n + 4; i++) {
        const int32_t rows = (one - at.y[i]) | at.y[i] << 16;
        at.y[i] = (one - at.x[i]) * rows;
        at.x[i] = at.x[i] * rows;
    }
    for (int32_t i = 0; i < spots->n; i += 4) {
        __m256i px[4];

        for (int32_t j = 0; j < 4; j++) {
            const __m256i w = _mm256_blend_epi32(_mm256_set1_epi32(at.y[i + j]),
                                                 _mm256_set1_epi32(at.x[i + j]), 0xf0);
            px[j] = _mm256_add_epi32(half,
                                     _mm256_madd_epi16(cells_at(tile->cells + at.cell[i + j]), w));
        }
        put_four(row + i * bands, bytes_of(px, 14), bands);
    }
    memcpy(dst, row, (size_t)(spots->n * bands));
}

const struct fov_sampler fov__sampler_avx2 = {locate, pair,         taps,
                                              linear, taps_weighed, linear_weighed};
