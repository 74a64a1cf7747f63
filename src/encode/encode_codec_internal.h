/* SPDX-License-Identifier: MIT */
/* Between the files of encode/ only: the two encoders, the measure of flatness, and PNG's rows.
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

/* ---- png_rows.c ----------------------------------------------------------------------------- */

enum { FOV__PNG_TABLE = 1024 }; /* four times the palette: short probes */

/* How the pixels stand in the file. */
struct fov_png_layout {
    int32_t color_type, bit_depth; /* as in IHDR */
    int32_t channels;              /* samples a pixel in the file */
    size_t row_bytes;              /* of a packed row, without its filter's number */
    bool is_photo;                 /* flatness below FOV__FLATNESS_LINE_ART */
    bool is_indexed;               /* a palette or fewer than 8 bits: never filtered */
    bool is_filtered;              /* filter 4 (Paeth) in every row, else filter 0 */
    int32_t colour_count;          /* of the palette */
    uint8_t palette[256][3];
    uint32_t key[FOV__PNG_TABLE]; /* colour + 1, 0: free */
    uint8_t index[FOV__PNG_TABLE];
};

/* The smallest layout that loses nothing: grey or palette of 1, 2, 4 or 8 bits, grey with alpha,
 * RGB, RGBA. */
void fov__png_layout(struct fov_png_layout *out, const struct fov_pixels *px);
/* Rows [y1, y2), packed and filtered, each after its filter's number: 1 + row_bytes bytes a row. */
fov_status fov__png_rows(uint8_t *out, const struct fov_pixels *px,
                         const struct fov_png_layout *layout, int32_t y1, int32_t y2,
                         fov_error *err);

#endif
