/* SPDX-License-Identifier: MIT */
/* Kernels on pixels that are there already: tone, histograms, median, blur and sharpening, local
 * contrast, thresholds, CIELAB and Delta-E. They know no operation and no graph. Each works on a
 * rectangle as if it were a picture of its own: what lies beside it does not shine in. Integers
 * decide every pixel, so that all machines give the same bytes; what has an AVX2 twin gives the
 * same with it and without.
 */
#ifndef FOV_FILTER_INTERNAL_H
#define FOV_FILTER_INTERNAL_H

#include "image/image_internal.h"

/* A rectangle: 1 band (grey), 3, or 4 with straight alpha; rows `stride` bytes apart. Where a
 * function takes two, `in` is only read, and both are of one size; they may be the same rectangle
 * but must not overlap otherwise. */
struct fov__view {
    uint8_t *data;
    size_t stride;
    int32_t width, height, bands;
};

static inline uint8_t *fov__view_row(const struct fov__view *view, int32_t y)
{
    return view->data + (size_t)y * view->stride;
}

/* Who calls: memory and the twin come from `ctx`, `cancel` (may be NULL) is read once for each
 * band of rows, and errors are said to be in `where`. */
struct fov__filter {
    fov_context *ctx;
    const fov_cancel *cancel;
    const char *where;
};

/* Rec. 709 luma of sRGB values as they are stored (not linear light): what contrast tools mean by
 * brightness. The weights are 0.2126, 0.7152 and 0.0722 in 1/65536. */
static inline int32_t fov__luma(const uint8_t *pixel)
{
    return (13933 * pixel[0] + 46871 * pixel[1] + 4732 * pixel[2] + 32768) >> 16;
}

static inline uint8_t fov__clamp_u8(int32_t v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* ---- filter_math.c: no libm in what decides a pixel ------------------------------------------ */

/* x^p for 0 <= x <= 1 and 0.1 <= p <= 10; within 1e-13 of the exact value. */
double fov__pow_unit(double x, double p);
double fov__exp_down(double y);            /* e^y for y <= 0; relative error below 1e-15 */
double fov__sqrt(double x);                /* x >= 0; relative error below 4e-16 */
double fov__cbrt(double x);                /* x >= 0; relative error below 4e-16 */
double fov__atan2_deg(double y, double x); /* [0, 360), 0 at the origin; within 1e-12 */

/* ---- filter_point.c: functions of one pixel -------------------------------------------------- */

/* A function of a level. Most that are used, straight lines with clipped ends, are a sum of one
 * term for the upper and one for the lower four bits of the level: these have `parts`. */
struct fov__lut {
    uint8_t map[256]; /* the caller fills this in, then calls fov__lut_prepare() */
    bool is_identity, has_parts;
    uint8_t first, last; /* levels up to `first` are like 0, from `last` on like 255 */
    /* between them map[16 h + l] = high[h] + low[l] + (carry[h] >= need[l]) */
    uint8_t high[16], low[16], carry[16], need[16];
};
void fov__lut_prepare(struct fov__lut *lut);

/* In this order: a function of the level for each channel, saturation, grey. */
struct fov__tone {
    struct fov__lut lut;
    int32_t saturation; /* factor of the distance to luma in 1/65536, 0 to 4 << 16 */
    bool is_grey;
};
bool fov__tone_is_neutral(const struct fov__tone *tone);
/* `n` pixels; `out` may be `in`. Alpha is taken over. */
void fov__tone_pixels(enum fov__cpu cpu, const struct fov__tone *tone, uint8_t *out,
                      const uint8_t *in, size_t n, int32_t bands);
void fov__invert_pixels(enum fov__cpu cpu, uint8_t *pixels, size_t n, int32_t bands);
/* One byte a pixel; and back: all colours the same, alpha stays. */
void fov__luma_pixels(enum fov__cpu cpu, uint8_t *out, const uint8_t *in, size_t n, int32_t bands);
void fov__spread_grey(enum fov__cpu cpu, uint8_t *out, const uint8_t *grey, size_t n,
                      int32_t bands);

/* ---- filter_histogram.c ---------------------------------------------------------------------- */

/* How many pixels have each luma (1 band: level). */
fov_status fov__histogram_luma(const struct fov__filter *filter, const struct fov__view *in,
                               uint32_t levels[256], fov_error *err);
/* The same of one channel. */
void fov__histogram_channel(const struct fov__view *in, int32_t channel, uint32_t levels[256]);
/* The levels below which, and above which, `share` (in 1/10000) of the pixels lie. */
void fov__histogram_tails(const uint32_t levels[256], uint32_t share, int32_t *black,
                          int32_t *white);
/* Levels mapped so that they are used alike: (sum up to v - first) * 255 / (all - first), rounded,
 * where `first` counts the lowest level that occurs; the identity for one level only. */
void fov__histogram_equalize(const uint32_t levels[256], uint8_t map[256]);
/* Otsu (1979): the level t for which the variance between {v <= t} and {v > t} is largest, the
 * lowest of several; exact in integers. 0 when only one level occurs. */
int32_t fov__histogram_otsu(const uint32_t levels[256]);

/* ---- filters that look at neighbours --------------------------------------------------------- */

/* The median of each channel over 3x3 pixels, `times` times; alpha stays. */
fov_status fov__filter_median(const struct fov__filter *filter, const struct fov__view *in,
                              const struct fov__view *out, int32_t times, fov_error *err);
/* c + amount * (c - blurred c), 0 <= amount <= 3, blurred by the binomial 5x5 kernel (sigma 1);
 * alpha stays. */
fov_status fov__filter_sharpen(const struct fov__filter *filter, const struct fov__view *in,
                               const struct fov__view *out, double amount, fov_error *err);
/* Contrast-limited adaptive histogram equalisation (Zuiderveld 1994) of luma on up to 8x8 tiles;
 * colour differences and alpha stay. `clip` is in multiples of the mean bin. */
fov_status fov__filter_clahe(const struct fov__filter *filter, const struct fov__view *in,
                             const struct fov__view *out, double clip, fov_error *err);

/* Gaussian blur, edges repeated, all bands alike (alpha too: a caller with alpha premultiplies).
 * `radius` <= FOV__BLUR_MAX taps to each side; sigma 0 means what OpenCV takes for that radius.
 * Taps are in 1/16384 and sum up to 1: within 0.6 of the same sum in float64. */
enum { FOV__BLUR_MAX = 127 };
fov_status fov__filter_gauss(const struct fov__filter *filter, const struct fov__view *in,
                             const struct fov__view *out, int32_t radius, double sigma,
                             fov_error *err);

/* ---- filter_threshold.c: grey (1 band) in, 0 or 255 out -------------------------------------- */

/* 255 where the level is above `level`. */
void fov__filter_threshold(enum fov__cpu cpu, const struct fov__view *in,
                           const struct fov__view *out, int32_t level);
/* 255 where the level is above the rounded mean of the (2 radius + 1)^2 pixels around it less
 * `offset` (-255 to 255); edges repeated; radius 1 to FOV__BLUR_MAX. Mean: of all alike, halves
 * round up, as cv::adaptiveThreshold; Gauss: weighted as fov__filter_gauss() with sigma 0. */
enum fov__mean { FOV__MEAN_BOX, FOV__MEAN_GAUSS };
fov_status fov__filter_threshold_local(const struct fov__filter *filter, const struct fov__view *in,
                                       const struct fov__view *out, enum fov__mean mean,
                                       int32_t radius, int32_t offset, fov_error *err);

/* ---- filter_lab.c: sRGB and CIELAB (D65, 2 degrees) ------------------------------------------ */

struct fov__lab {
    double l, a, b;
};
/* In double precision, the definition: IEC 61966-2-1 and CIE 15, white = R = G = B = 255. */
struct fov__lab fov__lab_of(const uint8_t rgb[3]);

/* Units of 1/128: L 0 to 12800, a and b -16384 to 16383. */
enum { FOV__LAB_UNIT = 128 };
struct fov__lab_tables;
fov_status fov__lab_tables_new(struct fov__lab_tables **out, fov_context *ctx, fov_error *err);
void fov__lab_tables_free(struct fov__lab_tables *tables); /* NULL is fine */
/* `n` pixels of 3 or 4 bands; L within 0.01, a and b within 0.02 of fov__lab_of(). */
void fov__lab_from_srgb(const struct fov__lab_tables *tables, int16_t *l, int16_t *a, int16_t *b,
                        const uint8_t *in, size_t n, int32_t bands);
/* And back, clipped to what sRGB holds: every one of the 2^24 colours comes back as it was. */
void fov__lab_to_srgb(const struct fov__lab_tables *tables, uint8_t *out, const int16_t *l,
                      const int16_t *a, const int16_t *b, size_t n, int32_t bands);

/* ---- filter_delta_e.c ------------------------------------------------------------------------ */

/* CIEDE2000 with kL = kC = kH = 1 (Sharma, Wu, Dalal 2005). */
double fov__delta_e2000(struct fov__lab one, struct fov__lab other);
/* 255 in `out` (1 band) where fov__delta_e2000(fov__lab_of(pixel), reference) <= most, else 0;
 * exactly that, though few pixels are calculated so. L of the reference is 0 to 100, a and b are
 * within 200. */
fov_status fov__filter_delta_e(const struct fov__filter *filter, const struct fov__view *in,
                               const struct fov__view *out, struct fov__lab reference, double most,
                               fov_error *err);

/* ---- filter_palette.c and filter_places.c: main colours -------------------------------------- */

enum { FOV__PALETTE_MAX = 12, FOV__PALETTE_ROOM = 32, FOV__PALETTE_NONE = 255 };
struct fov__palette_color {
    uint8_t rgb[3];  /* of most pixels of its core, where they have one colour; else their mean */
    uint32_t count;  /* pixels nearest to it */
    uint32_t border; /* those of them that are outermost */
    uint32_t area;   /* of its largest connected part (four neighbours) that shows it */
    int32_t x, y;    /* a pixel well inside that */
};
struct fov__palette {
    int32_t n, left_out; /* colours found beyond those asked for */
    uint32_t border;     /* outermost pixels */
    struct fov__palette_color color[FOV__PALETTE_ROOM]; /* by count, the largest first */
};
/* The `most` (1 to FOV__PALETTE_MAX) heaviest clusters of `in` (3 bands, at most 2^30 pixels) in
 * CIELAB, of up to FOV__PALETTE_ROOM that share the pixels among them; at least one. */
fov_status fov__palette_find(const struct fov__filter *filter, const struct fov__view *in,
                             int32_t most, struct fov__palette *out, fov_error *err);
/* Fills in `area`, `x` and `y` by the index of each pixel's colour, or FOV__PALETTE_NONE. */
fov_status fov__palette_places(const struct fov__filter *filter, const uint8_t *label,
                               int32_t width, int32_t height, struct fov__palette *out,
                               fov_error *err);

#endif
