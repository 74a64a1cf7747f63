/* SPDX-License-Identifier: MIT */
/* Coefficients become samples by the integer arithmetic of libjpeg's accurate method (Loeffler,
 * Ligtenberg and Moschytz 1989, with 13 bits of constant and 2 of extra precision between the
 * passes), also for the reduced sizes. libjpeg has several twins of it, which differ from each
 * other only where 16 or 32 bits overflow; a block that comes near is refused, so that this is
 * equal to all of them. */
#include "image/jpeg_internal.h"

/* round(x * 8192) */
#define F_0_211164243 1730
#define F_0_298631336 2446
#define F_0_390180644 3196
#define F_0_509795579 4176
#define F_0_541196100 4433
#define F_0_601344887 4926
#define F_0_720959822 5906
#define F_0_765366865 6270
#define F_0_850430095 6967
#define F_0_899976223 7373
#define F_1_061594337 8697
#define F_1_175875602 9633
#define F_1_272758580 10426
#define F_1_451774981 11893
#define F_1_501321110 12299
#define F_1_847759065 15137
#define F_1_961570560 16069
#define F_2_053119869 16819
#define F_2_172734803 17799
#define F_2_562915447 20995
#define F_3_072711026 25172
#define F_3_624509785 29692

const uint8_t fov__jpeg_natural[64] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/* Inputs are within 14 bits, so that no sum here passes 1.4e9. */
static int32_t descale(int32_t v, int bits)
{
    return (v + (1 << (bits - 1))) >> bits;
}

/* Gathers what lies outside 14 bits. */
static void note_wide(uint32_t *wide, int32_t v)
{
    *wide |= (uint32_t)(v + 8192) & ~16383u;
}

/* 0 when all coefficients of a block are within 14 bits. */
static uint32_t wide_block(const int16_t in[64])
{
    uint16_t wide = 0;
    for (int i = 0; i < 64; i++)
        wide |= (uint16_t)(in[i] + 8192) & 0xc000;
    return wide;
}

/* libjpeg clamps right what lies within 10 bits. */
static uint8_t sample(int32_t v, uint32_t *wide)
{
    *wide |= (uint32_t)(v + 512) & ~1023u;
    v += 128;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* Eight values, `step` apart, in place of eight; `bits` go. */
static void transform8(int32_t out[8], const int32_t in[8], int bits)
{
    int32_t z1 = (in[2] + in[6]) * F_0_541196100;
    const int32_t t2 = z1 - in[6] * F_1_847759065, t3 = z1 + in[2] * F_0_765366865;
    const int32_t t0 = (in[0] + in[4]) * 8192, t1 = (in[0] - in[4]) * 8192;
    const int32_t e0 = t0 + t3, e3 = t0 - t3, e1 = t1 + t2, e2 = t1 - t2;
    int32_t z3 = in[7] + in[3], z4 = in[5] + in[1];
    const int32_t z5 = (z3 + z4) * F_1_175875602;
    z1 = -(in[7] + in[1]) * F_0_899976223;
    const int32_t z2 = -(in[5] + in[3]) * F_2_562915447;
    z3 = z5 - z3 * F_1_961570560;
    z4 = z5 - z4 * F_0_390180644;
    const int32_t o0 = in[7] * F_0_298631336 + z1 + z3, o1 = in[5] * F_2_053119869 + z2 + z4;
    const int32_t o2 = in[3] * F_3_072711026 + z2 + z3, o3 = in[1] * F_1_501321110 + z1 + z4;
    out[0] = descale(e0 + o3, bits);
    out[7] = descale(e0 - o3, bits);
    out[1] = descale(e1 + o2, bits);
    out[6] = descale(e1 - o2, bits);
    out[2] = descale(e2 + o1, bits);
    out[5] = descale(e2 - o1, bits);
    out[3] = descale(e3 + o0, bits);
    out[4] = descale(e3 - o0, bits);
}

static uint32_t block8(const int16_t *in, uint8_t *out, size_t stride)
{
    int32_t space[8][8];
    uint32_t wide = wide_block(in);
    for (int x = 0; x < 8 && wide == 0; x++) {
        int32_t column[8], made[8];
        for (int y = 0; y < 8; y++)
            column[y] = in[8 * y + x];
        transform8(made, column, 11);
        for (int y = 0; y < 8; y++) {
            space[y][x] = made[y];
            note_wide(&wide, made[y]);
        }
    }
    for (int y = 0; y < 8 && wide == 0; y++) {
        int32_t made[8];
        transform8(made, space[y], 18);
        for (int x = 0; x < 8; x++)
            out[(size_t)y * stride + (size_t)x] = sample(made[x], &wide);
    }
    return wide;
}

static void transform4(int32_t out[4], const int32_t in[8], int bits)
{
    const int32_t t0 = in[0] * 16384;
    const int32_t t2 = in[2] * F_1_847759065 - in[6] * F_0_765366865;
    const int32_t o0 = in[5] * F_1_451774981 - in[7] * F_0_211164243 - in[3] * F_2_172734803 +
                       in[1] * F_1_061594337;
    const int32_t o2 = in[3] * F_0_899976223 - in[7] * F_0_509795579 - in[5] * F_0_601344887 +
                       in[1] * F_2_562915447;
    out[0] = descale(t0 + t2 + o2, bits);
    out[3] = descale(t0 + t2 - o2, bits);
    out[1] = descale(t0 - t2 + o0, bits);
    out[2] = descale(t0 - t2 - o0, bits);
}

static uint32_t block4(const int16_t *in, uint8_t *out, size_t stride)
{
    int32_t space[4][8] = {{0}};
    uint32_t wide = wide_block(in);
    for (int x = 0; x < 8 && wide == 0; x++) {
        int32_t column[8], made[4];
        if (x == 4) /* not looked at */
            continue;
        for (int y = 0; y < 8; y++)
            column[y] = in[8 * y + x];
        transform4(made, column, 12);
        for (int y = 0; y < 4; y++) {
            space[y][x] = made[y];
            note_wide(&wide, made[y]);
        }
    }
    for (int y = 0; y < 4 && wide == 0; y++) {
        int32_t made[4];
        transform4(made, space[y], 19);
        for (int x = 0; x < 4; x++)
            out[(size_t)y * stride + (size_t)x] = sample(made[x], &wide);
    }
    return wide;
}

static void transform2(int32_t out[2], const int32_t in[8], int bits)
{
    const int32_t t = in[0] * 32768;
    const int32_t o = in[5] * F_0_850430095 - in[7] * F_0_720959822 - in[3] * F_1_272758580 +
                      in[1] * F_3_624509785;
    out[0] = descale(t + o, bits);
    out[1] = descale(t - o, bits);
}

static uint32_t block2(const int16_t *in, uint8_t *out, size_t stride)
{
    int32_t space[2][8] = {{0}};
    uint32_t wide = wide_block(in);
    for (int x = 0; x < 8 && wide == 0; x++) {
        int32_t column[8], made[2];
        if (x != 0 && x % 2 == 0)
            continue;
        for (int y = 0; y < 8; y++)
            column[y] = in[8 * y + x];
        transform2(made, column, 13);
        for (int y = 0; y < 2; y++) {
            space[y][x] = made[y];
            note_wide(&wide, made[y]);
        }
    }
    for (int y = 0; y < 2 && wide == 0; y++) {
        int32_t made[2];
        transform2(made, space[y], 20);
        for (int x = 0; x < 2; x++)
            out[(size_t)y * stride + (size_t)x] = sample(made[x], &wide);
    }
    return wide;
}

bool fov__jpeg_idct8(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                     size_t stride)
{
    return (block8(a, out_a, stride) | block8(b, out_b, stride)) == 0;
}

bool fov__jpeg_idct4(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                     size_t stride)
{
    return (block4(a, out_a, stride) | block4(b, out_b, stride)) == 0;
}

bool fov__jpeg_idct2(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                     size_t stride)
{
    return (block2(a, out_a, stride) | block2(b, out_b, stride)) == 0;
}

bool fov__jpeg_idct1(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                     size_t stride)
{
    uint32_t wide = 0;
    (void)stride;
    note_wide(&wide, a[0]);
    note_wide(&wide, b[0]);
    out_a[0] = sample(descale(a[0], 3), &wide);
    out_b[0] = sample(descale(b[0], 3), &wide);
    return wide == 0;
}

fov__jpeg_idct_fn fov__jpeg_idct_for(int32_t size, enum fov__cpu cpu)
{
#if defined(FOV__HAVE_AVX2)
    if (size == 8 && cpu >= FOV__CPU_AVX2)
        return fov__jpeg_idct8_avx2;
    if (size == 4 && cpu >= FOV__CPU_AVX2)
        return fov__jpeg_idct4_avx2;
#else
    (void)cpu;
#endif
    return size == 8   ? fov__jpeg_idct8
           : size == 4 ? fov__jpeg_idct4
           : size == 2 ? fov__jpeg_idct2
                       : fov__jpeg_idct1;
}
