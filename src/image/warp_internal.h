/* SPDX-License-Identifier: MIT */
/* Kernels and their quantised taps, shared by the two paths of the warp. */
#ifndef FOV_WARP_INTERNAL_H
#define FOV_WARP_INTERNAL_H

#include "image/image_internal.h"

/* Coefficients are 14-bit fixed point and sum to exactly FOV__TAP_ONE, so that a flat area stays
 * flat and a whole-pixel shift copies. */
enum { FOV__TAP_BITS = 14, FOV__TAP_ONE = 1 << FOV__TAP_BITS, FOV__PHASES = 256 };

/* For each output index: the first source index (unclamped) and `count` coefficients. */
struct fov_taps {
    fov_context *ctx;
    int32_t count; /* taps for each output */
    int32_t n;     /* outputs */
    int32_t *first;
    int16_t *coef; /* n * count */
};

/* Half width of a kernel at scale 1, source pixels. */
double fov__kernel_radius(enum fov__kernel kernel);

/* Taps of an axis: output centre i + 0.5 lies at scale * (i + 0.5) + offset of the source; a scale
 * below -1 or above 1 (minification) widens the kernel. */
fov_status fov__taps_axis(struct fov_taps *out, fov_context *ctx, enum fov__kernel kernel,
                          double scale, double offset, int32_t n, fov_error *err);

/* Taps of FOV__PHASES positions between two source pixels, for a kernel widened by `scale` >= 1:
 * phase p stands for a centre p / FOV__PHASES to the right of a source pixel's centre; first[p] is
 * relative to that pixel. */
fov_status fov__taps_phases(struct fov_taps *out, fov_context *ctx, enum fov__kernel kernel,
                            double scale, fov_error *err);

void fov__taps_free(struct fov_taps *taps);

#endif
