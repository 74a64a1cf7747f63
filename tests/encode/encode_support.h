/* SPDX-License-Identifier: MIT */
/* Pictures drawn in memory for the tests of encode/, and readers that are not ours: libpng and
 * libjpeg themselves. */
#ifndef FOV_TESTS_ENCODE_SUPPORT_H
#define FOV_TESTS_ENCODE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "encode/encode_codec_internal.h"

/* What is drawn. */
enum drawn {
    DRAWN_FLAT,     /* one colour */
    DRAWN_BITONAL,  /* black and white noise */
    DRAWN_GREY_4,   /* the four levels of two bits */
    DRAWN_GREY_16,  /* sixteen levels of four bits */
    DRAWN_GREY_256, /* a noisy slope of grey */
    DRAWN_COLOUR_2,
    DRAWN_COLOUR_4,
    DRAWN_COLOUR_16,
    DRAWN_COLOUR_256,
    DRAWN_COLOUR_257,
    DRAWN_CHART, /* bars, axes, a sloped soft-edged line, small marks like text */
    DRAWN_PHOTO, /* slopes, round shapes and grain */
    DRAWN_NOISE
};

fov_context *support_context(void);
struct fov_pixels *support_draw(fov_context *ctx, enum drawn what, int32_t width, int32_t height,
                                int32_t bands);
/* Set alpha to a pattern with 0, 255 and what lies between; to 255 all over when `opaque`. */
void support_alpha(struct fov_pixels *px, bool opaque);

/* Decoded by libpng to RGBA, by libjpeg to RGB; freed with free(). */
uint8_t *support_read_png(fov_bytes file, int32_t *width, int32_t *height);
uint8_t *support_read_jpeg(fov_bytes file, int32_t *width, int32_t *height, int32_t *components,
                           int32_t *sampling);
double support_psnr(const struct fov_pixels *px, const uint8_t *rgb);
/* "IHDR PLTE IDAT IEND" into out. */
void support_chunks(fov_bytes file, char *out, size_t size);

/* The suites of this program. */
int test_deflate(void);
int test_png(void);
int test_jpeg(void);
int test_choose(void);
int test_encode_image(void);

#endif
