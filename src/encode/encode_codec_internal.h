/* SPDX-License-Identifier: MIT */
/* Between the files of encode/ only: the two encoders and the measure of flatness.
 * Every function here takes pixels without alpha unless it says otherwise. */
#ifndef FOV_ENCODE_CODEC_INTERNAL_H
#define FOV_ENCODE_CODEC_INTERNAL_H

#include "encode/encode_internal.h"

enum {
    FOV__QUALITY_LINE = 92, /* JPEG 4:4:4 for line art that is no PNG */
    FOV__QUALITY_PHOTO = 90 /* JPEG 4:2:0 for photographs */
};

/* ---- choose.c ------------------------------------------------------------------------------- */

/* In [0, 1000]: the share of pixels that equal their left or their upper neighbour, the greater of
 * the two, over a sample of rows that depends on the size alone. */
int32_t fov__encode_flatness(const struct fov_pixels *px);
enum { FOV__FLATNESS_LINE_ART = 400 };

/* Whether every pixel of three or four bands has r = g = b. */
bool fov__encode_is_grey(const struct fov_pixels *px);

/* Encode by the rule, whatever the byte budget: what fov_image_encode() with format 0 does. */
fov_status fov__encode_chosen(fov_bytes *out, struct fov_encode_recipe *recipe,
                              const struct fov_pixels *px, uint32_t allowed, uint64_t byte_max,
                              fov_error *err);

/* A reference of px where it has no alpha, else a copy of it on white. */
fov_status fov__encode_flatten(struct fov_pixels **out, const struct fov_pixels *px,
                               fov_error *err);

/* ---- encode_jpeg.c, encode_png.c ------------------------------------------------------------ */

/* byte_max 0: none. A file that would be larger gives FOV_E_LIMIT, as early as that is known. */
fov_status fov__jpeg_encode(fov_bytes *out, const struct fov_pixels *px, int32_t quality,
                            bool is_444, uint64_t byte_max, fov_error *err);
/* Alpha is kept. */
fov_status fov__png_encode(fov_bytes *out, const struct fov_pixels *px, uint64_t byte_max,
                           fov_error *err);

#endif
