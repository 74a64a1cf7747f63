/* SPDX-License-Identifier: MIT */
/* Inside the filters: what has a portable and an AVX2 twin, as tables of functions, and the small
 * things that all filters share. */
#ifndef FOV_FILTER_KERNELS_H
#define FOV_FILTER_KERNELS_H

#include "image/filter_internal.h"

static inline int32_t clamp_index(int32_t i, int32_t last)
{
    return i < 0 ? 0 : i > last ? last : i;
}

/* Rows between two looks at the caller's flag. */
enum { ROWS_A_LOOK = 16 };

/* FOV_OK, or FOV_E_CANCELLED at row y when it is time to look and the caller gave up. */
static inline fov_status fov__filter_look(const struct fov__filter *filter, int32_t y,
                                          fov_error *err)
{
    if (y % ROWS_A_LOOK != 0 || !fov_cancel_is_set(filter->cancel))
        return FOV_OK;
    return fov__fail(err, FOV_E_CANCELLED, 0, filter->where, "the caller cancelled");
}

/* ---- filter_point.c -------------------------------------------------------------------------- */

/* `out` may be `in`, but must not overlap it otherwise. 1, 3 or 4 bands. */
struct fov__point_kernels {
    void (*map)(const struct fov__lut *lut, uint8_t *out, const uint8_t *in, size_t n,
                int32_t bands);
    void (*luma)(uint8_t *out, const uint8_t *in, size_t n, int32_t bands);
    void (*spread)(uint8_t *out, const uint8_t *grey, size_t n, int32_t bands);
    void (*saturate)(uint8_t *pixels, size_t n, int32_t bands, int32_t factor);
    void (*invert)(uint8_t *pixels, size_t n, int32_t bands);
    /* Colours moved by to - from, a byte each a pixel. */
    void (*shift)(uint8_t *out, const uint8_t *in, const uint8_t *from, const uint8_t *to, size_t n,
                  int32_t bands);
};
extern const struct fov__point_kernels fov__point_portable, fov__point_avx2, fov__point_neon;

/* ---- filter_histogram.c ---------------------------------------------------------------------- */

/* Four counts side by side: equal neighbours, which flat pictures are made of, would otherwise wait
 * for each other. */
struct fov__levels {
    uint32_t part[4][256];
};
void fov__levels_add(struct fov__levels *levels, const uint8_t *row, size_t n);
void fov__levels_sum(const struct fov__levels *levels, uint32_t sums[256]);

/* ---- filter_median.c ------------------------------------------------------------------------- */

struct fov__median_kernels {
    /* The three levels of each column in order. */
    void (*columns)(uint8_t *low, uint8_t *mid, uint8_t *high, const uint8_t *const rows[3],
                    size_t n);
    /* The medians of three columns each, the first of them where the row of columns begins. */
    void (*row)(uint8_t *out, const uint8_t *low, const uint8_t *mid, const uint8_t *high, size_t n,
                size_t step);
};
extern const struct fov__median_kernels fov__median_portable, fov__median_avx2, fov__median_neon;

/* ---- filter_sharpen.c ------------------------------------------------------------------------ */

struct fov__sharpen_kernels {
    /* 1 4 6 4 1 over five rows. */
    void (*columns)(uint16_t *sum, const uint8_t *const rows[5], size_t n);
    /* 1 4 6 4 1 over `sum` (which begins two steps before the row) and the sharpened row; `gain`
     * in 1/256, 0 to 768. */
    void (*row)(uint8_t *out, const uint8_t *in, const uint16_t *sum, size_t n, size_t step,
                int32_t gain);
};
extern const struct fov__sharpen_kernels fov__sharpen_portable, fov__sharpen_avx2,
    fov__sharpen_neon;

/* ---- filter_clahe.c -------------------------------------------------------------------------- */

/* The maps of the four tiles around, by level: left above, left below, right above, right below. */
struct fov__clahe_quad {
    uint8_t of[256][4];
};
struct fov__clahe_kernels {
    /* n levels between the maps of one quad: `weights` are 256 - f and f in x for each pixel, `f`
     * the part of the lower tiles in y, all in 1/256. */
    void (*blend)(uint8_t *out, const uint8_t *in, const struct fov__clahe_quad *quad,
                  const int16_t *weights, int32_t f, size_t n);
};
extern const struct fov__clahe_kernels fov__clahe_portable, fov__clahe_avx2, fov__clahe_neon;

/* ---- filter_blur.c --------------------------------------------------------------------------- */

/* Taps are in 1/16384 and symmetrical; only the first radius + 1 of 2 radius + 1 are read. What
 * lies between the two passes is 256 times the level less 32768: as much as 16 bits hold, and
 * signed, as the instructions that multiply pairs want it. */
struct fov__blur_kernels {
    void (*columns)(int16_t *out, const uint8_t *const *rows, const int16_t *taps, int32_t radius,
                    size_t n);
    /* Along a row of which `in` is the first of radius * step more at each end. */
    void (*row)(uint8_t *out, const int16_t *in, const int16_t *taps, int32_t radius, size_t n,
                size_t step);
};
extern const struct fov__blur_kernels fov__blur_portable, fov__blur_avx2, fov__blur_neon;
void fov__blur_taps(int16_t *taps, int32_t radius, double sigma);

/* Rows around a row, edges repeated: from a ring of copies when the result may take their place. */
struct fov__rows {
    const struct fov__view *in;
    int32_t radius;
    uint8_t *ring; /* NULL: from `in` itself */
    size_t size;   /* of a row */
};
static inline const uint8_t *fov__rows_at(const struct fov__rows *rows, int32_t y)
{
    y = clamp_index(y, rows->in->height - 1);
    return rows->ring ? rows->ring + (size_t)(y % (2 * rows->radius + 2)) * rows->size
                      : fov__view_row(rows->in, y);
}
/* Bytes that the ring needs, 0 when there is none: `out` is not `in`. */
size_t fov__rows_ring_size(const struct fov__view *in, const struct fov__view *out, int32_t radius);
void fov__rows_start(struct fov__rows *rows, const struct fov__view *in, int32_t radius,
                     uint8_t *ring);
/* Before row y is written: rows y - radius - 1 to y + radius stay to be read. */
void fov__rows_step(struct fov__rows *rows, int32_t y);

/* One row of a blur. `between` holds the row with radius pixels more at each end. */
struct fov__blur {
    const struct fov__blur_kernels *kernels;
    int16_t taps[2 * FOV__BLUR_MAX + 1];
    int16_t *between;
};
void fov__blur_row(const struct fov__blur *blur, const struct fov__rows *rows, int32_t y,
                   uint8_t *out);

/* ---- filter_threshold.c ---------------------------------------------------------------------- */

struct fov__threshold_kernels {
    void (*above)(uint8_t *out, const uint8_t *in, size_t n, int32_t level);
    /* columns += enters - leaves */
    void (*slide)(uint16_t *columns, const uint8_t *enters, const uint8_t *leaves, size_t n);
    /* Sums of `wide` columns each, the first of them from in[0]. */
    void (*sums)(uint32_t *out, const uint16_t *in, size_t n, size_t wide);
    /* 255 where 2 sum + area < 2 area (level + offset); `sums` are of area pixels. */
    void (*above_sum)(uint8_t *out, const uint8_t *in, const uint32_t *sums, size_t n, int32_t area,
                      int32_t offset);
    /* 255 where level + offset > mean. */
    void (*above_mean)(uint8_t *out, const uint8_t *in, const uint8_t *mean, size_t n,
                       int32_t offset);
};
extern const struct fov__threshold_kernels fov__threshold_portable, fov__threshold_avx2,
    fov__threshold_neon;

/* ---- filter_lab.c ---------------------------------------------------------------------------- */

/* Light is in 1/LAB_ONE of white, roots in 1/LAB_ROOT. A root's entry holds its value at the cell's
 * beginning and, in the low bits, what it rises by. */
enum {
    LAB_ONE = 1 << 24,
    LAB_CELL_BITS = 12,
    LAB_CELLS = LAB_ONE >> LAB_CELL_BITS,
    LAB_ROOT = 819200,
    LAB_SLOPE_BITS = 11
};
struct fov__lab_tables {
    fov_context *ctx;
    int32_t share[3][256][4]; /* of a channel's level in X, Y and Z of white; and 0 */
    uint32_t root[LAB_CELLS + 1];
    int32_t to_rgb[3][3];         /* in 1/65536 */
    int32_t least[257];           /* the light from which on a level is the nearest */
    uint8_t level[LAB_CELLS + 1]; /* of a cell's beginning */
};
struct fov__lab_kernels {
    void (*from_srgb)(const struct fov__lab_tables *tables, int16_t *l, int16_t *a, int16_t *b,
                      const uint8_t *in, size_t n, int32_t bands);
};
/* The two halves of fov__lab_of(). */
double fov__lab_linear(double level);
struct fov__lab fov__lab_of_linear(const double light[3]);
extern const struct fov__lab_kernels fov__lab_portable, fov__lab_avx2, fov__lab_neon;

/* ---- the twin -------------------------------------------------------------------------------- */

#if defined(FOV__HAVE_AVX2)
#define FOV__TWIN(cpu, kind) \
    ((cpu) == FOV__CPU_AVX2 ? &fov__##kind##_avx2 : &fov__##kind##_portable)
#elif defined(FOV__HAVE_NEON)
#define FOV__TWIN(cpu, kind) \
    ((cpu) == FOV__CPU_NEON ? &fov__##kind##_neon : &fov__##kind##_portable)
/* Not written yet; a kind's line goes when filter_<kind>_neon.c comes. */
#define fov__blur_neon fov__blur_portable
#define fov__clahe_neon fov__clahe_portable
#define fov__lab_neon fov__lab_portable
#define fov__median_neon fov__median_portable
#define fov__point_neon fov__point_portable
#define fov__sharpen_neon fov__sharpen_portable
#define fov__threshold_neon fov__threshold_portable
#else
#define FOV__TWIN(cpu, kind) ((void)(cpu), &fov__##kind##_portable)
#endif

#endif
