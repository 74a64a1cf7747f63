/* SPDX-License-Identifier: MIT */
/* Between the JPEG files of image/ only: our own reading of baseline Huffman JPEGs, which can begin
 * at any column of any row it has passed once.
 *
 *     jpeg_scan.c     what libjpeg says of the header; the index of positions; the walk
 *     jpeg_huffman.h  bits, codes, one block: coefficients or only their lengths
 *     jpeg_idct.c     8 x 8 coefficients to 8 x 8, 4 x 4, 2 x 2 or 1 sample (twin:
 * jpeg_idct_avx2.c) jpeg_planes.c   a rectangle of the scan to planes of samples jpeg_colour.c
 * planes to RGB (twin: jpeg_colour_avx2.c) decode_jpeg.c   everything by libjpeg-turbo: the judge,
 * and what the rest cannot read
 *
 * The law of all of it: what comes is what libjpeg-turbo gives (islow, fancy upsampling), byte for
 * byte, or a refusal; then libjpeg reads the picture and says what is wrong with it. */
#ifndef FOV_JPEG_INTERNAL_H
#define FOV_JPEG_INTERNAL_H

#include "image/codec_internal.h"

enum { FOV__JPEG_PARTS = 3 }; /* components */

/* ---- planes --------------------------------------------------------------------------------- */

/* One component of a rectangle of a level, at its own sampling. */
struct fov_plane {
    uint8_t *data;
    size_t stride;
    int32_t x, y, width, height;   /* of the whole component, in its own samples; what is held */
    int32_t all_width, all_height; /* the component's true size; samples beyond are padding */
    int32_t across, down;          /* level pixels for each sample: 1 or 2 */
};

/* Counted, immutable once it has been handed on. */
struct fov_planes {
    atomic_int refs;
    fov_context *ctx;
    int32_t count;  /* 1: grey, 3: YCbCr */
    bool is_fancy;  /* how chroma is enlarged; libjpeg does not at one pixel a block */
    size_t bytes;   /* all that is held */
    uint8_t *block; /* where the planes lie */
    struct fov_plane plane[FOV__JPEG_PARTS];
};

struct fov_planes *fov__planes_ref(struct fov_planes *planes);

/* ---- the scan ------------------------------------------------------------------------------- */

extern const uint8_t fov__jpeg_natural[64]; /* of a zigzag index, the place in the block */

/* Where to go on reading, before an MCU. */
struct fov_jpeg_mark {
    uint32_t offset; /* in the file, of the byte that holds the next bit */
    int16_t dc[FOV__JPEG_PARTS];
    uint8_t skip; /* bits of that byte that are used already */
};

struct fov_jpeg_part {
    int32_t h, v;           /* blocks in an MCU */
    int32_t down_h, down_v; /* the largest h, v of all parts over this one's */
    uint8_t dc, ac;         /* which of the scan's tables */
    uint16_t quant[64];     /* zigzag order */
};

struct fov_jpeg_huffman;

/* Codes as a DHT gives them. */
struct fov_jpeg_tables {
    int32_t count;
    struct {
        bool is_dc;
        uint8_t bits[17]; /* codes of each length, from [1] */
        uint8_t value[256];
    } table[2 * FOV__JPEG_PARTS];
};

/* What is known of one file's scan. Shared by all images of the same bytes and counted; the lock
 * guards what follows it. */
struct fov_jpeg_scan {
    atomic_int refs;
    fov_context *ctx;
    size_t bytes;
    int32_t width, height; /* raw */
    int32_t count;         /* of parts */
    int32_t max_h, max_v;
    struct fov_jpeg_part part[FOV__JPEG_PARTS];
    int32_t mcus_x, mcus_y; /* across, down */
    int32_t restart;        /* MCUs from one restart marker to the next, 0: none */
    struct fov_jpeg_tables codes;
    int32_t marks_x;                /* marks in a row of MCUs */
    bool has_planes; /* grey or YCbCr, evenly sampled: the size and parts are right */
    bool is_refused; /* the coded data is not for our own reading */

    pthread_mutex_t lock;
    int32_t readers;                /* between begin and end */
    struct fov_jpeg_huffman *table; /* of codes.count, for them; NULL: there are none */
    atomic_int rows; /* of MCUs whose marks are there */
    bool is_stuck;   /* the next row cannot be read: damage, or what only libjpeg may judge */
    struct fov_jpeg_mark next;  /* before the row `rows` */
    struct fov_jpeg_mark *mark; /* marks_x for each row */
};

/* MCUs between two marks of a row: a look at a part of the width then reads that part and at most
 * this many more. 12 bytes for each 256 x 16 pixels of 4:2:0. */
enum { FOV__JPEG_MARK_STEP = 16 };

/* The header as libjpeg reads it. Always gives a scan but on FOV_E_MEMORY; is_refused when our own
 * reading is not for this file. */
fov_status fov__jpeg_scan_new(struct fov_jpeg_scan **out, fov_image *image, fov_error *err);
struct fov_jpeg_scan *fov__jpeg_scan_ref(struct fov_jpeg_scan *scan);
/* Fill in everything before the lock of a zeroed scan from the header (decode_jpeg.c). `offset` is
 * where coded data begins; is_refused: not for us. Errors: FOV_E_MEMORY only. */
fov_status fov__jpeg_read_head(struct fov_jpeg_scan *scan, fov_image *image, uint32_t *offset,
                               fov_error *err);

/* Around all reading: the tables go with the last reader, since what is kept for long shall be
 * small. Errors: FOV_E_MEMORY only. */
fov_status fov__jpeg_scan_begin(struct fov_jpeg_scan *scan, fov_error *err);
void fov__jpeg_scan_end(struct fov_jpeg_scan *scan);
/* Rows of MCUs [0, rows) get their marks. False: refused, or cancelled. */
bool fov__jpeg_scan_reach(struct fov_jpeg_scan *scan, const fov_image *image, int32_t rows,
                          const fov_cancel *cancel);

/* ---- samples -------------------------------------------------------------------------------- */

/* Two blocks of dequantised coefficients in natural order become samples at `out`. False where the
 * arithmetic of libjpeg's twins would differ, so that only libjpeg itself may say what comes. */
typedef bool (*fov__jpeg_idct_fn)(const int16_t *a, uint8_t *out_a, const int16_t *b,
                                  uint8_t *out_b, size_t stride);
bool fov__jpeg_idct8(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                     size_t stride);
bool fov__jpeg_idct4(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                     size_t stride);
bool fov__jpeg_idct2(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                     size_t stride);
bool fov__jpeg_idct1(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                     size_t stride);
#if defined(FOV__HAVE_AVX2)
bool fov__jpeg_idct8_avx2(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                          size_t stride);
bool fov__jpeg_idct4_avx2(const int16_t *a, uint8_t *out_a, const int16_t *b, uint8_t *out_b,
                          size_t stride);
#endif
/* For blocks of `size` x `size` samples. */
fov__jpeg_idct_fn fov__jpeg_idct_for(int32_t size, enum fov__cpu cpu);

/* The planes that `rect` (level pixels) needs, without contents. */
fov_status fov__jpeg_planes_new(struct fov_planes **out, const struct fov_jpeg_scan *scan,
                                struct fov_recti rect, int32_t shrink, fov_error *err);
/* The samples along a block's side. */
int32_t fov__jpeg_block_size(int32_t shrink, int32_t down_h, int32_t down_v);
/* The same by libjpeg, for planes of the whole level. */
fov_status fov__jpeg_decode_planes(struct fov_planes *planes, fov_image *image, int32_t shrink,
                                   const fov_cancel *cancel, fov_error *err);
/* `rect` (level pixels) of planes that hold it as RGB, before orientation. */
fov_status fov__planes_to_pixels(struct fov_pixels **out, const struct fov_planes *planes,
                                 struct fov_recti rect, const fov_cancel *cancel, fov_error *err);
/* The same into the rows of `out` from `row` on, then through a profile (NULL: none). */
fov_status fov__planes_to_rows(struct fov_pixels *out, int32_t row, const struct fov_planes *planes,
                               struct fov_recti rect, const struct fov_colour *colour,
                               const fov_cancel *cancel, fov_error *err);
/* A rectangle by bands of rows, for pixels of which no planes are kept: through the image's
 * profile. *out stays NULL when libjpeg has to read it. */
fov_status fov__jpeg_read_pixels(struct fov_pixels **out, struct fov_jpeg_scan *scan,
                                 const fov_image *image, struct fov_recti rect, int32_t shrink,
                                 const fov_cancel *cancel, fov_error *err);
/* Fill them. *is_refused says that libjpeg has to read it (then FOV_OK is returned). */
fov_status fov__jpeg_planes_read(struct fov_planes *planes, struct fov_jpeg_scan *scan,
                                 const fov_image *image, int32_t shrink, bool *is_refused,
                                 const fov_cancel *cancel, fov_error *err);

/* ---- rows of colour ------------------------------------------------------------------------- */

struct fov_jpeg_rows {
    /* out[i] = 3 * near[i] + far[i] */
    void (*blend)(uint16_t *out, const uint8_t *near_row, const uint8_t *far_row, int32_t n);
    /* (3 * near[i] + far[i] + bias) >> 2 */
    void (*between)(uint8_t *out, const uint8_t *near_row, const uint8_t *far_row, int32_t n,
                    int32_t bias);
    /* `n` sums s, those before s[0] and after s[n - 1] readable: out[2i] = (3 s[i] + s[i - 1] + 8)
     * >> 4, out[2i + 1] = (3 s[i] + s[i + 1] + 7) >> 4 */
    void (*spread16)(uint8_t *out, const uint16_t *s, int32_t n);
    /* The same of samples: (3 s[i] + s[i - 1] + 1) >> 2, (3 s[i] + s[i + 1] + 2) >> 2 */
    void (*spread8)(uint8_t *out, const uint8_t *s, int32_t n);
    void (*colour)(uint8_t *rgb, const uint8_t *y, const uint8_t *cb, const uint8_t *cr, int32_t n);
    void (*grey)(uint8_t *rgb, const uint8_t *y, int32_t n);
    /* The same from 16-bit numbers of 1/64 level, beyond the range at edges too; sums stay within
     * 16 bits, products are rounded to 1/64. */
    void (*colour64)(uint8_t *rgb, const int16_t *y, const int16_t *cb, const int16_t *cr,
                     int32_t n);
    void (*grey64)(uint8_t *rgb, const int16_t *y, int32_t n);
};
extern const struct fov_jpeg_rows fov__jpeg_rows_portable;
const struct fov_jpeg_rows *fov__jpeg_rows_for(enum fov__cpu cpu);
#if defined(FOV__HAVE_AVX2)
extern const struct fov_jpeg_rows fov__jpeg_rows_avx2;
#endif

#endif
