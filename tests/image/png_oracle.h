/* SPDX-License-Identifier: MIT */
/* What libpng makes of a PNG, and PNGs made of stored bytes: any row of any bytes behind any of the
 * five filters is a picture, so that random bytes reach every path of the decoders. */
#ifndef FOV_TESTS_IMAGE_PNG_ORACLE_H
#define FOV_TESTS_IMAGE_PNG_ORACLE_H

#include "image/picture.h"

struct oracle {
    int width, height, bands;
    uint8_t *pixels; /* rows without gaps; NULL: libpng refuses. The caller frees it. */
};
struct oracle oracle_png(struct bytes bytes);

/* What stored bytes look like, beside their filters. */
enum texture { TEXTURE_NOISE, TEXTURE_FLAT, TEXTURE_RUNS, TEXTURE_COUNT };

struct stored_look {
    int width, height, colour, bits; /* as in IHDR */
    bool has_trns;
    enum texture texture;
    int filter;      /* 0 to 4: of all rows; -1: any; -2: mostly Paeth */
    int level;       /* of libdeflate; 0 stores blocks as they are */
    int chunk;       /* bytes of an IDAT, 0: one for all */
    int window;      /* as in zlib's header, 0: 32 KiB */
    bool is_unsound; /* the check sum of the pixels is wrong */
    uint32_t seed;
};
struct bytes stored_png(struct stored_look look);
/* The 15 pairs of colour type and depth. */
extern const int stored_kinds[15][2];

#endif
