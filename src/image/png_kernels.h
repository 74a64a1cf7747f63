/* SPDX-License-Identifier: MIT */
/* Between the files that make PNG rows without libpng: the kernels that undo a filter
 * (png_unfilter*.c) and those that spread samples to 8-bit RGB(A) (png_spread*.c). Each has a
 * portable and an AVX2 twin, which write the same bytes. */
#ifndef FOV_PNG_KERNELS_H
#define FOV_PNG_KERNELS_H

#include "image/codec_internal.h"

/* So many bytes behind a row a kernel may read and write: tails then need no code of their own. */
enum { FOV__PNG_SLACK = FOV__PIXELS_SLACK };
/* Rows that a wave makes at once. */
enum { FOV__PNG_WAVE = 4 };

/* ---- png_unfilter.c, png_unfilter_avx2.c ---------------------------------------------------- */

/* One row of `size` bytes. `in` are the stored bytes, `above` the finished row above (zeros over
 * the first). What is written (FOV__PNG_SLACK counted) overlaps neither. */
typedef void (*fov__png_filter_fn)(uint8_t *out, const uint8_t *in, const uint8_t *above,
                                   size_t size);
/* FOV__PNG_WAVE rows of one filter, whose stored bytes lie `in_step` apart. Nothing is written
 * behind a row. */
typedef void (*fov__png_wave_fn)(uint8_t *const out[FOV__PNG_WAVE], const uint8_t *in,
                                 size_t in_step, const uint8_t *above, size_t size);

struct fov_png_filters {
    fov__png_filter_fn sub, up, average, paeth;
    fov__png_filter_fn paeth_flat; /* the same bytes, faster where most stored bytes are 0 */
    fov__png_wave_fn average_wave, paeth_wave; /* NULL: there is none */
};
/* For pixels of `step` bytes: 1, 2, 3, 4, 6 or 8. */
const struct fov_png_filters *fov__png_filters(enum fov__cpu cpu, size_t step);
#if defined(FOV__HAVE_AVX2)
const struct fov_png_filters *fov__png_filters_avx2(size_t step);
#endif

/* The neighbour that is nearest to left + up - corner; ties in that order (PNG 9.4). Without
 * branches, since in a photograph the choice is as good as random: with t = 3 corner - left - up
 * the corner is nearest exactly when t lies between the two others, and else it is the one on the
 * far side of t. */
static inline uint8_t fov__png_paeth(int left, int up, int corner)
{
    const int t = 3 * corner - left - up;
    const int low = left < up ? left : up, high = left < up ? up : left;
    const int other = high <= t ? low : corner;
    return (uint8_t)(t <= low ? high : other);
}

/* ---- png_spread.c, png_spread_avx2.c -------------------------------------------------------- */

/* `n` pixels from `in` to `out`; up to FOV__PNG_SLACK bytes behind either may be touched. */
struct fov_png_spreads {
    void (*grey)(uint8_t *out, const uint8_t *in, size_t n);       /* 8 bits to RGB */
    void (*grey_alpha)(uint8_t *out, const uint8_t *in, size_t n); /* 8 bits to RGBA */
    /* RGB to RGBA that is clear where the pixel is `key` (0xBBGGRR). */
    void (*rgb_key)(uint8_t *out, const uint8_t *in, size_t n, uint32_t key);
    /* Indices to RGB and to RGBA; entries are RGBA. */
    void (*palette_rgb)(uint8_t *out, const uint8_t *in, size_t n, const uint8_t (*palette)[4]);
    void (*palette_rgba)(uint8_t *out, const uint8_t *in, size_t n, const uint8_t (*palette)[4]);
    /* Big-endian samples to 8 bits, rounded. */
    void (*narrow)(uint8_t *out, const uint8_t *in, size_t samples);
};
const struct fov_png_spreads *fov__png_spreads(enum fov__cpu cpu);
#if defined(FOV__HAVE_AVX2)
const struct fov_png_spreads *fov__png_spreads_avx2(void);
#endif

/* How the rows of one picture are spread. */
struct fov_png_spread {
    const struct fov_png_spreads *kernels;
    int32_t colour, depth, bands; /* colour type and depth of IHDR; bands that come out */
    bool has_key;
    uint32_t key[3];
    uint8_t palette[256][4];
    /* Below 8 bits: what each byte's pixels become, `bands` bytes each, 8 / depth of them. */
    uint8_t pixels[256][32];
};
void fov__png_spread_start(struct fov_png_spread *spread, const fov_image *image);
/* Pixels [x, x + n) of a row. Up to FOV__PNG_SLACK bytes behind both are touched. */
void fov__png_spread_row(const struct fov_png_spread *spread, uint8_t *out, const uint8_t *row,
                         size_t x, size_t n);

#endif
