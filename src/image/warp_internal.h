/* SPDX-License-Identifier: MIT */
/* What the parts of the warp share: kernels as quantised taps, and the functions on rows and on
 * single pixels that exist as twins.
 *
 *     kernel.c           weights and taps               warp.c           which way a map goes
 *     resample_moves.c   pixels only change places      resample_axes.c  two separable passes
 *     resample_free.c    rotation and perspective, tile by tile
 *     resample_rows.c, resample_pixels.c                the portable twins; _avx2.c: the others
 */
#ifndef FOV_WARP_INTERNAL_H
#define FOV_WARP_INTERNAL_H

#include "image/image_internal.h"

/* ---- kernel.c ------------------------------------------------------------------------------- */

/* Coefficients are 14-bit fixed point and sum to exactly FOV__TAP_ONE, so that a flat area stays
 * flat and a whole-pixel shift copies. */
enum { FOV__TAP_BITS = 14, FOV__TAP_ONE = 1 << FOV__TAP_BITS };

/* For each output index: the first source index and `count` coefficients. `count` is even, since
 * multiplying and adding goes by pairs; what is not needed is 0. */
struct fov_taps {
    fov_context *ctx;
    int32_t count; /* taps for each output */
    int32_t n;     /* outputs */
    int32_t *first;
    int16_t *coef; /* n * count */
};

/* Where pixel i of an axis has its centre in the source; held within 32 bits. */
double fov__taps_centre(double scale, double offset, int32_t i);
/* Half width of what a kernel touches at a scale (1 at least, but for BOX), in source pixels. */
double fov__kernel_radius(enum fov__kernel kernel, double scale);

/* Taps of an axis: output centre i + 0.5 lies at scale * (i + 0.5) + offset of the source; a scale
 * below -1 or above 1 (minification) widens the kernel. first[] may lie outside of the source. */
fov_status fov__taps_axis(struct fov_taps *out, fov_context *ctx, enum fov__kernel kernel,
                          double scale, double offset, int32_t n, fov_error *err);
/* Let the edge pixel stand for all beyond it, in the taps themselves: afterwards first[] is at
 * least 0, and first[] + count at most `size` unless `size` is less than count. */
void fov__taps_fold(struct fov_taps *taps, int32_t size);
/* Taps of `phases` positions between two source pixels, for a kernel widened by `scale` >= 1: phase
 * p stands for a centre p / phases to the right of a source pixel's centre. All have the same
 * first[], relative to that pixel: 1 - count / 2. */
fov_status fov__taps_phases(struct fov_taps *out, fov_context *ctx, enum fov__kernel kernel,
                            double scale, int32_t phases, fov_error *err);

void fov__taps_free(struct fov_taps *taps);

/* ---- resample_rows*.c: the separable passes ------------------------------------------------- */

/* Between the passes a value is a 16-bit number of 1/64 grey level: the overshoot of a Lanczos
 * kernel (below 1.3 x 255 x 64 = 21 216) fits. Rounding is half up in both passes. With alpha
 * ("weighed") it is a 32-bit number of colour times alpha; alpha itself is carried times 255, so
 * that all four have one scale. Such a row comes in less 32 768, to fit 16 bits with a sign; since
 * taps sum to one unit, that is a constant in the sum. Across goes by two rows at once. A row that
 * is read must be readable for FOV__ROW_SLACK bytes behind its last tap; rows of 16- and 32-bit
 * numbers that are written have the same room behind them, rows of bytes are written exactly. */
enum { FOV__ROW_SLACK = 64 };

struct fov_rows {
    void (*across_bytes)(int16_t *const dst[2], const uint8_t *const src[2],
                         const struct fov_taps *taps, int32_t bands);
    void (*down_words)(uint8_t *dst, const int16_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n);
    void (*down_bytes)(int16_t *dst, const uint8_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n);
    void (*across_words)(uint8_t *const dst[2], const int16_t *const src[2],
                         const struct fov_taps *taps, int32_t bands);
    void (*across_weighed)(int32_t *const dst[2], const int16_t *const src[2],
                           const struct fov_taps *taps);
    void (*down_weighed)(uint8_t *dst, const int32_t *const *rows, const int16_t *coef,
                         int32_t count, int32_t n, int32_t *sum);
    /* The last pass of a single band that keeps its 1/64 levels. */
    void (*across_plane)(int16_t *const dst[2], const int16_t *const src[2],
                         const struct fov_taps *taps);
    void (*down_plane)(int16_t *dst, const int16_t *const *rows, const int16_t *coef, int32_t count,
                       int32_t n);
};
extern const struct fov_rows fov__rows_portable;
#if defined(FOV__HAVE_AVX2)
extern const struct fov_rows fov__rows_avx2;
#endif

/* ---- resample_pixels*.c: free maps ---------------------------------------------------------- */

/* A kernel at one widening. Positions are counted in phases: 1 << bits to a source pixel, the
 * centre of pixel 0 at 0. */
struct fov_reach {
    double scale;
    struct fov_taps taps; /* of the phases; none for LINEAR at scale 1 and for NEAREST */
    int16_t *wide; /* taps as a register holds them: for each four (0 2 | 1 3), each pair 4 x */
    int32_t bits, first, count;
};

/* Source pixels in the form that is fastest to multiply: eight bytes each. Without alpha to weigh,
 * byte 2c is of this row and byte 2c + 1 of the row below; with it, 16-bit numbers: colour times
 * alpha, and alpha times 255. Pixel (x, y) of the source is in cell (x - x0, y - y0). */
struct fov_tile {
    uint8_t *cells;
    size_t pitch;
    int32_t x0, y0, width, height;
};

/* One row of a tile's output: positions in phases of n pixels. */
enum { FOV__TILE_EDGE = 64 };
struct fov_spots {
    int32_t n;
    int32_t x[FOV__TILE_EDGE], y[FOV__TILE_EDGE];
};

struct fov_sampler {
    /* Positions of output pixels (i, j) … (i + n - 1, j), held within `within` source pixels. */
    void (*locate)(struct fov_spots *spots, struct fov_mat to_src, fov_box within, int32_t bits,
                   int32_t i, int32_t j);
    /* Pixels x0 … x0 + width - 1 of two rows as cells; all of them are there. */
    void (*pair)(uint8_t *cells, const uint8_t *above, const uint8_t *below, int32_t width,
                 int32_t bands);
    void (*taps)(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                 const struct fov_reach *reach, int32_t bands);
    void (*linear)(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                   int32_t bands);
    void (*taps_weighed)(uint8_t *dst, const struct fov_tile *tile, const struct fov_spots *spots,
                         const struct fov_reach *reach);
    void (*linear_weighed)(uint8_t *dst, const struct fov_tile *tile,
                           const struct fov_spots *spots);
};
extern const struct fov_sampler fov__sampler_portable;
#if defined(FOV__HAVE_AVX2)
extern const struct fov_sampler fov__sampler_avx2;
#endif
enum { FOV__LINEAR_BITS = 7 };

/* ---- the ways ------------------------------------------------------------------------------- */

/* Rows for each part so that all threads have work to the end. */
int32_t fov__warp_part_rows(int32_t height, uint32_t threads);

fov_status fov__resample_axes(const struct fov_warp *warp, struct fov_pixels *out, uint32_t threads,
                              const fov_cancel *cancel, fov_error *err);
fov_status fov__resample_free(const struct fov_warp *warp, struct fov_pixels *out, uint32_t threads,
                              const fov_cancel *cancel, fov_error *err);
/* Output pixel (x, y) is source pixel (column[x], row[y]), or, when `turned`, (column[y],
 * row[x]). */
struct fov_moves {
    const struct fov_pixels *src;
    const int32_t *column, *row;
    bool turned;
};
fov_status fov__resample_moves(const struct fov_moves *moves, struct fov_pixels *out,
                               uint32_t threads, const fov_cancel *cancel, fov_error *err);
/* From so many source pixels for each output pixel on, a free map reads a copy of the source that
 * was shrunk to FOV__FREE_KEEP pixels for each. */
enum { FOV__FREE_SHRINK = 8, FOV__FREE_KEEP = 6 };

/* How far the kernel must be widened: source pixels for each output pixel, in the worse direction,
 * at p; 1 at least. */
double fov__warp_widening(struct fov_mat to_src, fov_point p);

/* The least and the most of it over an output: the same for an affine map. */
void fov__warp_widenings(struct fov_mat to_src, int32_t width, int32_t height, double *least,
                         double *most);

static inline int32_t fov__clamp_index(int32_t i, int32_t n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

static inline uint8_t fov__clamp_byte(int32_t v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* From sums of colour times alpha (and alpha times 255), with FOV__TAP_BITS of fraction, back to
 * straight bytes. */
static inline void fov__unweigh(uint8_t *dst, const int32_t sum[4])
{
    /* All there is: 65 025 << 14, and with overshoot at most 1.67 times that: 31 bits. */
    const int32_t alpha = sum[3];

    if (alpha <= 0) {
        memset(dst, 0, 4);
        return;
    }
    const int32_t one = 255 << FOV__TAP_BITS;
    const int32_t a = (alpha + one / 2) / one;
    for (int c = 0; c < 3 && alpha == 255 * one; c++)
        dst[c] = fov__clamp_byte((sum[c] + one / 2) / one); /* the same, without the long way */
    for (int c = 0; c < 3 && alpha != 255 * one; c++) {
        const int64_t v = ((int64_t)sum[c] * 255 + alpha / 2) / alpha;
        dst[c] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
    dst[3] = (uint8_t)(a > 255 ? 255 : a);
}

#endif
