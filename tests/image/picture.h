/* SPDX-License-Identifier: MIT */
/* Pictures made in memory for the tests of image/: a pattern with edges, slopes and noise that
 * shows any shift by a pixel, encoded by libjpeg-turbo and libpng themselves. */
#ifndef FOV_TESTS_IMAGE_PICTURE_H
#define FOV_TESTS_IMAGE_PICTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "image/codec_internal.h"

struct bytes {
    uint8_t *data;
    size_t size;
};

struct jpeg_look {
    int width, height;
    int components; /* 1, 3, 4 */
    int h, v;       /* sampling of the first component */
    bool is_progressive;
    int restart;                                      /* MCUs between restart markers, 0: none */
    int orientation;                                  /* written as EXIF unless 0 */
    bool has_adobe, is_ycck, is_arithmetic, is_split; /* is_split: a scan for each component */
    const void *icc;
    unsigned icc_size;
    int quality;       /* 0: 85 */
    bool is_optimised; /* Huffman tables of its own */
    bool is_hard;      /* black and white noise in place of the pattern: the largest coefficients */
};

struct png_look {
    int width, height;
    int colour, bits; /* as in IHDR */
    bool is_interlaced, has_trns;
    int filter; /* 1 to 5: this one in all rows (none, left, up, mean, Paeth); 0: libpng's choice */
};

uint32_t picture_random(uint32_t *state);
/* Sample c of the pattern at (x, y). */
uint8_t picture_sample(int x, int y, int c);
struct bytes picture_jpeg(struct jpeg_look look);
struct bytes picture_png(struct png_look look);
/* The part of a file, read with stdio. */
/* An ICC profile by lcms2: RGB with red and green exchanged and gamma 1.8, or grey with gamma 1. */
struct bytes picture_profile(bool is_grey);
struct bytes picture_file(const char *path);

fov_context *picture_context(void);
fov_image *picture_open(fov_context *ctx, struct bytes bytes, bool lenient);
/* The whole at a level, straight from the decoder, as if there were no cache. */
struct fov_level picture_level(fov_image *image, int32_t shrink);
fov_status picture_status(fov_context *ctx, struct bytes bytes, bool lenient, fov_error *err);

#endif
