/* SPDX-License-Identifier: MIT */
/* fov__jpeg_idct8() and fov__jpeg_idct4() for AVX2: one block in each half of the registers, eight
 * columns at a time in 16 bits, products of pairs in 32. The formulas are those of jpeg_idct.c with
 * the shared factors multiplied out, which is the same number as long as nothing overflows; what
 * might is refused. */
#include "image/jpeg_internal.h"

#include <immintrin.h>

static __m256i pair(int a, int b)
{
    return _mm256_set1_epi32((int)((uint32_t)(a & 0xffff) | (uint32_t)b << 16));
}

/* Sums of products of two rows of 16 bits, as two rows of 32. */
struct wide {
    __m256i lo, hi;
};

static inline struct wide products(__m256i lo, __m256i hi, __m256i factors)
{
    return (struct wide){_mm256_madd_epi16(lo, factors), _mm256_madd_epi16(hi, factors)};
}

static inline struct wide sum(struct wide a, struct wide b)
{
    return (struct wide){_mm256_add_epi32(a.lo, b.lo), _mm256_add_epi32(a.hi, b.hi)};
}

static inline struct wide difference(struct wide a, struct wide b)
{
    return (struct wide){_mm256_sub_epi32(a.lo, b.lo), _mm256_sub_epi32(a.hi, b.hi)};
}

#define DESCALE(v, bits)                                                         \
    _mm256_packs_epi32(_mm256_srai_epi32(_mm256_add_epi32((v).lo, round), bits), \
                       _mm256_srai_epi32(_mm256_add_epi32((v).hi, round), bits))

/* One pass over eight rows. A macro, because the shift has to be a constant. */
#define TRANSFORM(r, bits)                                                                    \
    do {                                                                                      \
        const __m256i round = _mm256_set1_epi32(1 << ((bits)-1));                             \
        const __m256i l26 = _mm256_unpacklo_epi16(r[2], r[6]);                                \
        const __m256i h26 = _mm256_unpackhi_epi16(r[2], r[6]);                                \
        const __m256i l04 = _mm256_unpacklo_epi16(r[0], r[4]);                                \
        const __m256i h04 = _mm256_unpackhi_epi16(r[0], r[4]);                                \
        const __m256i l71 = _mm256_unpacklo_epi16(r[7], r[1]);                                \
        const __m256i h71 = _mm256_unpackhi_epi16(r[7], r[1]);                                \
        const __m256i l53 = _mm256_unpacklo_epi16(r[5], r[3]);                                \
        const __m256i h53 = _mm256_unpackhi_epi16(r[5], r[3]);                                \
        const __m256i z3 = _mm256_add_epi16(r[7], r[3]), z4 = _mm256_add_epi16(r[5], r[1]);   \
        const __m256i lz = _mm256_unpacklo_epi16(z3, z4), hz = _mm256_unpackhi_epi16(z3, z4); \
        const struct wide t3 = products(l26, h26, pair(10703, 4433));                         \
        const struct wide t2 = products(l26, h26, pair(4433, -10704));                        \
        const struct wide t0 = products(l04, h04, pair(8192, 8192));                          \
        const struct wide t1 = products(l04, h04, pair(8192, -8192));                         \
        const struct wide e0 = sum(t0, t3), e3 = difference(t0, t3);                          \
        const struct wide e1 = sum(t1, t2), e2 = difference(t1, t2);                          \
        const struct wide y3 = products(lz, hz, pair(-6436, 9633));                           \
        const struct wide y4 = products(lz, hz, pair(9633, 6437));                            \
        const struct wide o0 = sum(products(l71, h71, pair(-4927, -7373)), y3);               \
        const struct wide o1 = sum(products(l53, h53, pair(-4176, -20995)), y4);              \
        const struct wide o2 = sum(products(l53, h53, pair(-20995, 4177)), y3);               \
        const struct wide o3 = sum(products(l71, h71, pair(-7373, 4926)), y4);                \
        r[0] = DESCALE(sum(e0, o3), bits);                                                    \
        r[7] = DESCALE(difference(e0, o3), bits);                                             \
        r[1] = DESCALE(sum(e1, o2), bits);                                                    \
        r[6] = DESCALE(difference(e1, o2), bits);                                             \
        r[2] = DESCALE(sum(e2, o1), bits);                                                    \
        r[5] = DESCALE(difference(e2, o1), bits);                                             \
        r[3] = DESCALE(sum(e3, o0), bits);                                                    \
        r[4] = DESCALE(difference(e3, o0), bits);                                             \
    } while (0)

/* 8 x 8 values of 16 bits in each half. */
static inline void transpose(__m256i r[8])
{
    __m256i a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[i] = _mm256_unpacklo_epi16(r[2 * i], r[2 * i + 1]);
        a[i + 4] = _mm256_unpackhi_epi16(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        b[i] = _mm256_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm256_unpackhi_epi32(a[i], a[i + 1]);
        b[i + 2] = _mm256_unpacklo_epi32(a[i + 2], a[i + 3]);
        b[i + 3] = _mm256_unpackhi_epi32(a[i + 2], a[i + 3]);
    }
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_unpacklo_epi64(b[i], b[i + 2]);
        r[i + 1] = _mm256_unpackhi_epi64(b[i], b[i + 2]);
        r[i + 2] = _mm256_unpacklo_epi64(b[i + 1], b[i + 3]);
        r[i + 3] = _mm256_unpackhi_epi64(b[i + 1], b[i + 3]);
    }
}

/* The magnitudes of all values, their bits together. */
static inline __m256i magnitude(const __m256i r[8])
{
    __m256i m = _mm256_abs_epi16(r[0]);
    for (int i = 1; i < 8; i++)
        m = _mm256_or_si256(m, _mm256_abs_epi16(r[i]));
    return m;
}

static inline void store_rows(uint8_t *out, size_t stride, __m128i rows)
{
    _mm_storel_epi64((__m128i *)(void *)out, rows);
    _mm_storel_epi64((__m128i *)(void *)(out + stride), _mm_srli_si128(rows, 8));
}

/* Columns of samples become rows of bytes. */
static inline void store(const __m256i r[8], uint8_t *out_a, uint8_t *out_b, size_t stride)
{
    const __m256i middle = _mm256_set1_epi16(128);
    __m256i c[4], d[4];
    for (int i = 0; i < 4; i++) {
        const __m256i two = _mm256_packus_epi16(_mm256_add_epi16(r[2 * i], middle),
                                                _mm256_add_epi16(r[2 * i + 1], middle));
        c[i] = _mm256_unpacklo_epi8(two, _mm256_srli_si256(two, 8));
    }
    d[0] = _mm256_unpacklo_epi16(c[0], c[1]);
    d[1] = _mm256_unpackhi_epi16(c[0], c[1]);
    d[2] = _mm256_unpacklo_epi16(c[2], c[3]);
    d[3] = _mm256_unpackhi_epi16(c[2], c[3]);
    for (int i = 0; i < 2; i++) {
        const __m256i lo = _mm256_unpacklo_epi32(d[i], d[i + 2]);
        const __m256i hi = _mm256_unpackhi_epi32(d[i], d[i + 2]);
        const size_t at = 4 * (size_t)i * stride;
        store_rows(out_a + at, stride, _mm256_castsi256_si128(lo));
        store_rows(out_a + at + 2 * stride, stride, _mm256_castsi256_si128(hi));
        store_rows(out_b + at, stride, _mm256_extracti128_si256(lo, 1));
        store_rows(out_b + at + 2 * stride, stride, _mm256_extracti128_si256(hi, 1));
    }
}

bool fov__jpeg_idct8_avx2(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                          size_t stride)
{
    const __m256i wide = _mm256_set1_epi16((short)0xe000); /* above 13 bits of magnitude */
    __m256i r[8];
    for (int i = 0; i < 8; i++) {
        const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(a + 8 * i));
        const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(b + 8 * i));
        r[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    }
    __m256i bad = magnitude(r);
    TRANSFORM(r, 11);
    bad = _mm256_and_si256(_mm256_or_si256(bad, magnitude(r)), wide);
    transpose(r);
    TRANSFORM(r, 18);
    const __m256i far_out = _mm256_set1_epi16((short)0xfe00); /* libjpeg's clamps hold for 9 */
    bad = _mm256_or_si256(bad, _mm256_and_si256(magnitude(r), far_out));
    if (!_mm256_testz_si256(bad, bad))
        return false;
    store(r, out_a, out_b, stride);
    return true;
}

/* ---- 4 x 4 ---------------------------------------------------------------------------------- */

/* The four sums of one pass, from row 0 and the pairs (2, 6), (7, 5) and (3, 1) side by side. */
struct sums4 {
    __m256i v[4];
};

static inline struct sums4 transform4(__m256i r0, __m256i r26, __m256i r75, __m256i r31)
{
    const __m256i t0 = _mm256_madd_epi16(r0, pair(16384, 0));
    const __m256i t2 = _mm256_madd_epi16(r26, pair(15137, -6270));
    const __m256i o0 = _mm256_add_epi32(_mm256_madd_epi16(r75, pair(-1730, 11893)),
                                        _mm256_madd_epi16(r31, pair(-17799, 8697)));
    const __m256i o2 = _mm256_add_epi32(_mm256_madd_epi16(r75, pair(-4176, -4926)),
                                        _mm256_madd_epi16(r31, pair(7373, 20995)));
    const __m256i a = _mm256_add_epi32(t0, t2), b = _mm256_sub_epi32(t0, t2);
    return (struct sums4){{_mm256_add_epi32(a, o2), _mm256_add_epi32(b, o0),
                           _mm256_sub_epi32(b, o0), _mm256_sub_epi32(a, o2)}};
}

static inline __m256i descaled(__m256i v, __m256i round, int bits)
{
    return _mm256_srai_epi32(_mm256_add_epi32(v, round), bits);
}

/* Four rows of four bytes in each half. */
static inline void store4(uint8_t *out, size_t stride, __m128i rows)
{
    const int32_t row[4] = {_mm_extract_epi32(rows, 0), _mm_extract_epi32(rows, 1),
                            _mm_extract_epi32(rows, 2), _mm_extract_epi32(rows, 3)};
    for (size_t y = 0; y < 4; y++)
        memcpy(out + y * stride, &row[y], 4);
}

bool fov__jpeg_idct4_avx2(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                          size_t stride)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i round1 = _mm256_set1_epi32(1 << 11), round2 = _mm256_set1_epi32(1 << 18);
    __m256i r[8], c[4];
    for (int i = 0; i < 8; i++) {
        const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(a + 8 * i));
        const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(b + 8 * i));
        r[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    }
    __m256i bad = magnitude(r);
    const struct sums4 lo =
        transform4(_mm256_unpacklo_epi16(r[0], zero), _mm256_unpacklo_epi16(r[2], r[6]),
                   _mm256_unpacklo_epi16(r[7], r[5]), _mm256_unpacklo_epi16(r[3], r[1]));
    const struct sums4 hi =
        transform4(_mm256_unpackhi_epi16(r[0], zero), _mm256_unpackhi_epi16(r[2], r[6]),
                   _mm256_unpackhi_epi16(r[7], r[5]), _mm256_unpackhi_epi16(r[3], r[1]));
    for (int i = 0; i < 4; i++) {
        c[i] = _mm256_packs_epi32(descaled(lo.v[i], round1, 12), descaled(hi.v[i], round1, 12));
        bad = _mm256_or_si256(bad, _mm256_abs_epi16(c[i]));
    }
    bad = _mm256_and_si256(bad, _mm256_set1_epi16((short)0xe000));
    /* Columns of four, two in each half's two halves: 0 and 1, 2 and 3, 4 and 5, 6 and 7. */
    const __m256i l01 = _mm256_unpacklo_epi16(c[0], c[1]), h01 = _mm256_unpackhi_epi16(c[0], c[1]);
    const __m256i l23 = _mm256_unpacklo_epi16(c[2], c[3]), h23 = _mm256_unpackhi_epi16(c[2], c[3]);
    const __m256i b0 = _mm256_unpacklo_epi32(l01, l23), b1 = _mm256_unpackhi_epi32(l01, l23);
    const __m256i b2 = _mm256_unpacklo_epi32(h01, h23), b3 = _mm256_unpackhi_epi32(h01, h23);
    const struct sums4 made =
        transform4(_mm256_unpacklo_epi16(b0, zero), _mm256_unpacklo_epi16(b1, b3),
                   _mm256_unpackhi_epi16(b3, b2), _mm256_unpackhi_epi16(b1, b0));
    const __m256i x01 =
        _mm256_packs_epi32(descaled(made.v[0], round2, 19), descaled(made.v[1], round2, 19));
    const __m256i x23 =
        _mm256_packs_epi32(descaled(made.v[2], round2, 19), descaled(made.v[3], round2, 19));
    const __m256i out = _mm256_or_si256(_mm256_abs_epi16(x01), _mm256_abs_epi16(x23));
    bad = _mm256_or_si256(bad, _mm256_and_si256(out, _mm256_set1_epi16((short)0xfe00)));
    if (!_mm256_testz_si256(bad, bad))
        return false;
    const __m256i middle = _mm256_set1_epi16(128);
    const __m256i turn = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const __m256i rows = _mm256_shuffle_epi8(
        _mm256_packus_epi16(_mm256_add_epi16(x01, middle), _mm256_add_epi16(x23, middle)), turn);
    store4(out_a, stride, _mm256_castsi256_si128(rows));
    store4(out_b, stride, _mm256_extracti128_si256(rows, 1));
    return true;
}
