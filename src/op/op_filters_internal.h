/* SPDX-License-Identifier: MIT */
/* Filters that pixel operations share: integers only, so every machine gets the same bytes. Each
 * works in place on a rectangle as if it were a picture of its own: what lies beside it does not
 * shine in. */
#ifndef FOV_OP_FILTERS_INTERNAL_H
#define FOV_OP_FILTERS_INTERNAL_H

#include "op/op_internal.h"

struct op_view {
    uint8_t *data;
    size_t stride;
    int32_t width, height, bands;
};

static inline uint8_t *fov__view_row(const struct op_view *view, int32_t y)
{
    return view->data + (size_t)y * view->stride;
}

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

/* x^p for 0 <= x <= 1 and 0.1 <= p <= 10, without libm; within 1e-13 of the exact value. */
double fov__pow_unit(double x, double p);
/* The median of each channel over 3x3 pixels, `times` times; alpha stays. */
fov_status fov__filter_median(fov_context *ctx, struct op_view view, int32_t times,
                              const fov_cancel *cancel, fov_error *err);
/* c + amount * (c - blurred c), blurred by the binomial 5x5 kernel (sigma 1); alpha stays. */
fov_status fov__filter_sharpen(fov_context *ctx, struct op_view view, double amount,
                               const fov_cancel *cancel, fov_error *err);
/* Contrast-limited adaptive histogram equalisation of luma on up to 8x8 tiles; colour differences
 * and alpha stay. `clip` is in multiples of the mean bin. */
fov_status fov__filter_clahe(fov_context *ctx, struct op_view view, double clip,
                             const fov_cancel *cancel, fov_error *err);

#endif
