/* SPDX-License-Identifier: MIT */
/* The one filter that is used, Paeth's. It has no state and must never read before a row. */
#include "encode/png_internal.h"

/* Paeth's predictor (PNG, 9.4) of n bytes, without branches. */
static inline void paeth_run(uint8_t *restrict out, const uint8_t *restrict row,
                             const uint8_t *restrict above, size_t n, size_t bpp)
{
    for (size_t i = 0; i < n; i++) {
        int16_t a = (row - bpp)[i], b = above[i], c = (above - bpp)[i];
        int16_t pa = (int16_t)(b - c), pb = (int16_t)(a - c), pc = (int16_t)(pa + pb);
        pa = (int16_t)(pa < 0 ? -pa : pa);
        pb = (int16_t)(pb < 0 ? -pb : pb);
        pc = (int16_t)(pc < 0 ? -pc : pc);
        int16_t bc = pb <= pc ? b : c;
        int16_t best = pa <= pb && pa <= pc ? a : bc;
        out[i] = (uint8_t)(row[i] - best);
    }
}

#if defined(FOV__HAVE_AVX2)
#define PAETH_WIDE(cpu, out, row, above, from, n, bpp) \
    ((cpu) == FOV__CPU_AVX2 ? fov__png_filter_avx2(out, row, above, from, n, bpp) : (from))
#else
#define PAETH_WIDE(cpu, out, row, above, from, n, bpp) ((void)(cpu), (from))
#endif

void fov__png_filter(enum fov__cpu cpu, uint8_t *out, const uint8_t *row, const uint8_t *above,
                     size_t n, size_t bpp)
{
    enum { RUN = 32 }; /* runs of a fixed length are what compilers vectorise at -O2 */
    size_t i = bpp < n ? bpp : n;
    for (size_t k = 0; k < i; k++) {
        out[k] = (uint8_t)(row[k] - above[k]);
    }
    i = PAETH_WIDE(cpu, out, row, above, i, n, bpp);
    for (; i + RUN <= n; i += RUN) {
        paeth_run(out + i, row + i, above + i, RUN, bpp);
    }
    paeth_run(out + i, row + i, above + i, n - i, bpp);
}
