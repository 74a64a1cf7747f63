/* SPDX-License-Identifier: MIT */
/* The kernels of shrink.c and orient.c, portable: the definition that the SIMD twins are held
 * against. */
#include "image/turn_loops.h"

static void shrink(uint8_t *out, const uint8_t *in, size_t stride, size_t n, size_t bands,
                   size_t shrink_by)
{
    if (bands == 3)
        shrink_loop(out, in, stride, n, 3, shrink_by);
    else
        shrink_loop(out, in, stride, n, 4, shrink_by);
}

static bool is_opaque(const uint8_t *in, size_t stride, size_t n, size_t rows)
{
    return opaque_loop(in, stride, n, rows);
}

static void reverse(uint8_t *out, const uint8_t *end, size_t n, size_t bands)
{
    for (size_t x = 0; x < n; x++, out += bands) {
        end -= bands;
        for (size_t c = 0; c < bands; c++)
            out[c] = end[c];
    }
}

/* In strips of so many columns the rows that are touched stay in the first-level cache. */
enum { STRIP = 64 };

static void transpose(uint8_t *out, size_t stride, const uint8_t *in, ptrdiff_t along, bool is_back,
                      size_t width, size_t height, size_t bands)
{
    const ptrdiff_t down = is_back ? -(ptrdiff_t)bands : (ptrdiff_t)bands;
    for (size_t x = 0; x < width; x += STRIP) {
        const size_t n = width - x < STRIP ? width - x : STRIP;
        for (size_t y = 0; y < height; y++) {
            uint8_t *to = out + y * stride + x * bands;
            const uint8_t *from = in + (ptrdiff_t)x * along + (ptrdiff_t)y * down;
            for (size_t i = 0; i < n; i++, from += along, to += bands) {
                memcpy(to, from, 3);
                if (bands == 4)
                    to[3] = from[3];
            }
        }
    }
}

const struct fov_turn_kernels *fov__turn_kernels(enum fov__cpu cpu)
{
    static const struct fov_turn_kernels portable = {shrink, is_opaque, reverse, transpose};
#if defined(FOV__HAVE_AVX2)
    if (cpu == FOV__CPU_AVX2)
        return fov__turn_kernels_avx2();
#endif
    (void)cpu;
    return &portable;
}
