/* SPDX-License-Identifier: MIT */
/* PNG filters undone (PNG 9.2), portable: the definition that the SIMD twins are held against. Each
 * function is written once for a step that the compiler knows, in lanes of whole pixels. It must
 * never read above or left of a row: the caller gives zeros there. */
#include "image/png_kernels.h"

#define INLINE static inline __attribute__((always_inline))

INLINE void sub(uint8_t *restrict out, const uint8_t *restrict in, size_t size, size_t step)
{
    uint8_t left[8] = {0};
    for (size_t i = 0; i < size; i += step) {
        for (size_t c = 0; c < step; c++)
            out[i + c] = left[c] = (uint8_t)(in[i + c] + left[c]);
    }
}

static void up(uint8_t *restrict out, const uint8_t *restrict in, const uint8_t *restrict above,
               size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(in[i] + above[i]);
}

INLINE void average(uint8_t *restrict out, const uint8_t *restrict in,
                    const uint8_t *restrict above, size_t size, size_t step)
{
    uint8_t left[8] = {0};
    for (size_t i = 0; i < size; i += step) {
        for (size_t c = 0; c < step; c++)
            out[i + c] = left[c] = (uint8_t)(in[i + c] + (left[c] + above[i + c]) / 2);
    }
}

INLINE void paeth(uint8_t *restrict out, const uint8_t *restrict in, const uint8_t *restrict above,
                  size_t size, size_t step)
{
    uint8_t left[8] = {0}, corner[8] = {0};
    for (size_t i = 0; i < size; i += step) {
        for (size_t c = 0; c < step; c++) {
            left[c] = (uint8_t)(in[i + c] + fov__png_paeth(left[c], above[i + c], corner[c]));
            corner[c] = above[i + c];
            out[i + c] = left[c];
        }
    }
}

/* Runs are looked for in blocks that are whole pixels of every step. */
enum { BLOCK = 24 };

INLINE bool block_is_zero(const uint8_t *p)
{
    uint64_t v[BLOCK / 8];
    memcpy(v, p, sizeof(v));
    return (v[0] | v[1] | v[2]) == 0;
}

/* While nothing is stored: where left is corner the prediction is `up`, so that the row goes on as
 * the one above; where corner is up it is `left`, so that the row goes on as it was. */
INLINE void paeth_flat(uint8_t *restrict out, const uint8_t *restrict in,
                       const uint8_t *restrict above, size_t size, size_t step)
{
    static const uint8_t zeros[8];
    const uint8_t *left = zeros, *corner = zeros;
    for (size_t i = 0; i < size;) {
        size_t n = step;
        if (size - i < BLOCK || !block_is_zero(in + i)) {
            for (size_t c = 0; c < step; c++)
                out[i + c] =
                    (uint8_t)(in[i + c] + fov__png_paeth(left[c], above[i + c], corner[c]));
        } else if (memcmp(left, corner, step) == 0) {
            memcpy(out + i, above + i, BLOCK);
            n = BLOCK;
        } else if (i > 0 && memcmp(above + i - step, above + i, BLOCK) == 0) {
            for (; n <= BLOCK; n += step)
                memcpy(out + i + n - step, left, step);
            n = BLOCK;
        } else {
            for (size_t c = 0; c < step; c++)
                out[i + c] = fov__png_paeth(left[c], above[i + c], corner[c]);
        }
        i += n;
        left = out + i - step;
        corner = above + i - step;
    }
}

#define FILTERS(STEP)                                                                              \
    static void sub_##STEP(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size)     \
    {                                                                                              \
        (void)above;                                                                               \
        sub(out, in, size, STEP);                                                                  \
    }                                                                                              \
    static void average_##STEP(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size) \
    {                                                                                              \
        average(out, in, above, size, STEP);                                                       \
    }                                                                                              \
    static void paeth_##STEP(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size)   \
    {                                                                                              \
        paeth(out, in, above, size, STEP);                                                         \
    }                                                                                              \
    static void flat_##STEP(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size)    \
    {                                                                                              \
        paeth_flat(out, in, above, size, STEP);                                                    \
    }                                                                                              \
    static const struct fov_png_filters filters_##STEP = {                                         \
        sub_##STEP, up, average_##STEP, paeth_##STEP, flat_##STEP, NULL, NULL};

FILTERS(1)
FILTERS(2)
FILTERS(3)
FILTERS(4)
FILTERS(6)
FILTERS(8)

const struct fov_png_filters *fov__png_filters(enum fov__cpu cpu, size_t step)
{
    static const struct fov_png_filters *const table[9] = {
        [1] = &filters_1, [2] = &filters_2, [3] = &filters_3,
        [4] = &filters_4, [6] = &filters_6, [8] = &filters_8};
#if defined(FOV__HAVE_AVX2)
    if (cpu == FOV__CPU_AVX2)
        return fov__png_filters_avx2(step);
#endif
    (void)cpu;
    return table[step];
}
