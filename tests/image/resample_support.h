/* SPDX-License-Identifier: MIT */
/* Resampling by the book, in double precision and straight from the definitions, for the tests of
 * the warp; and pictures in memory of exactly their size, so that a sanitizer sees each byte beyond
 * it. */
#ifndef FOV_TESTS_RESAMPLE_SUPPORT_H
#define FOV_TESTS_RESAMPLE_SUPPORT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "image/warp_internal.h"

/* A context for pixels that the tests make themselves. */
fov_context *support_context(enum fov__cpu cpu);
/* What a machine can try: 1 (portable alone) or 2. */
int support_cpus(void);

/* Bytes are 0; the memory ends with the last pixel. Freed by picture_free. */
struct fov_pixels *picture_new(fov_context *ctx, int32_t width, int32_t height, int32_t bands);
void picture_free(struct fov_pixels *px);
/* Detail at several scales and noise; alpha, where there is one, from 0 to 255 in smooth hills. */
struct fov_pixels *picture_busy(fov_context *ctx, int32_t width, int32_t height, int32_t bands);
/* Nothing but noise, alpha too. */
struct fov_pixels *picture_noise(fov_context *ctx, int32_t width, int32_t height, int32_t bands,
                                 uint32_t seed);
uint32_t support_random(uint32_t *seed);

/* The warp on the context's processor; a failure fails the test. */
struct fov_pixels *warped(const struct fov_pixels *src, struct fov_mat to_src,
                          enum fov__kernel kernel, int32_t width, int32_t height, uint32_t threads);
void assert_same_bytes(const struct fov_pixels *a, const struct fov_pixels *b, const char *what);

/* The same in double: the kernel is widened by the map's density at each pixel, along the source's
 * axes apart for maps that keep them. Colours are multiplied by alpha; they stay so. */
double *reference(const struct fov_pixels *src, struct fov_mat to_src, enum fov__kernel kernel,
                  int32_t width, int32_t height);
/* Peak signal-to-noise ratio; of 4 bands, of the colours times alpha and of alpha. */
double psnr(const struct fov_pixels *px, const double *want);
/* Reference and ratio in one. */
double quality(const struct fov_pixels *src, struct fov_mat to_src, enum fov__kernel kernel,
               int32_t width, int32_t height);
/* Turned by degrees about the middles, `scale` source pixels for each of the output. */
struct fov_mat turned_by(double degrees, double scale, const struct fov_pixels *src, int32_t width,
                         int32_t height);

int suite_resample(void);
int suite_warp(void);

#endif
