/* SPDX-License-Identifier: MIT */
/* image: bytes become an immutable fov_image; a region of it becomes pixels; pixels are resampled.
 *
 *     sniff.c  which format these bytes are          decode_png.c decode_jpeg.c  direct, by region
 *     probe.c  header, limits, EXIF, completeness    vips.c      other formats, through the module
 *     colour.c ICC and CMYK by lcms2                 pixel_cache.c  decoded once, bounded
 *     pixels.c the one place that allocates pixels   warp.c      the one resample of a segment
 */
#ifndef FOV_IMAGE_INTERNAL_H
#define FOV_IMAGE_INTERNAL_H

#include <foveate/image.h>

#include "base/base_internal.h"

/* ---- pixels.c ------------------------------------------------------------------------------- */

/* 8-bit sRGB, 3 bands or 4 with straight alpha, rows `stride` apart. Counted; immutable once it
 * has been handed on. */
struct fov_pixels {
    atomic_int refs;
    fov_context *ctx;
    int32_t width, height, bands;
    size_t stride;
    uint8_t *data;
    struct fov_pixels *parent; /* whose memory a view shows; NULL: the pixels are its own */
};

/* A rectangle inside px, sharing its memory. */
fov_status fov__pixels_view(struct fov_pixels **out, struct fov_pixels *px, int32_t x, int32_t y,
                            int32_t width, int32_t height, fov_error *err);
/* The one place that allocates pixels; limits (pixels, edge) are checked before. */
fov_status fov__pixels_new(struct fov_pixels **out, fov_context *ctx, int32_t width, int32_t height,
                           int32_t bands, fov_error *err);
struct fov_pixels *fov__pixels_ref(struct fov_pixels *px);
void fov__pixels_unref(struct fov_pixels *px); /* NULL is fine */
/* SHA-256 of "fovpix1 <w> <h> <bands>\n" and the rows: what `pixels_sha256` in a transcript is. */
void fov__pixels_sha256(const struct fov_pixels *px, char out[FOV_SHA256_HEX]);
static inline uint8_t *fov__pixels_row(const struct fov_pixels *px, int32_t y)
{
    return px->data + (size_t)y * px->stride;
}

/* Check a size against the limits of the context; `what` is the field for the message. */
fov_status fov__limits_check_size(fov_context *ctx, uint64_t width, uint64_t height,
                                  const char *what, fov_error *err);

/* What one rendering has cost, for transcripts: times and luck with the cache, never part of a
 * result. */
struct fov_spent {
    uint64_t decode_us, resample_us, encode_us;
    uint64_t decoded_pixels; /* 0: everything was in the cache */
    bool is_kept;            /* the encoded picture itself was there */
};

/* ---- the image ------------------------------------------------------------------------------ */

struct fov_recti {
    int32_t x, y, width, height;
};

/* Pixels that stay the program's: `info.channels` bands, rows `stride` apart. */
struct fov_lent {
    const uint8_t *data; /* NULL: nothing is lent */
    size_t stride;
    void (*release)(void *user); /* with the image; may be NULL */
    void *user;
};

struct fov_image {
    atomic_int refs;
    fov_context *ctx;
    fov_image_info info;
    int32_t raw_width, raw_height; /* as stored, before orientation */
    fov_bytes encoded;             /* the file; empty for raw pixels */
    struct fov_pixels *pixels;     /* raw pixels that were copied or handed over */
    struct fov_lent lent;          /* or lent */
    uint8_t *icc;                  /* the embedded profile when it is used, else NULL */
    size_t icc_size;
    bool is_cmyk, is_ycck, is_adobe_inverted;
    bool is_premultiplied; /* colour is stored multiplied by alpha (TIFF) */
    size_t first_end;      /* of a GIF: behind the first frame */
    bool has_grey_samples; /* what a profile of grey is for */
    bool is_lenient;
    size_t png_plte, png_trns; /* where these chunks begin when they fit, 0: none */
    int32_t scans;             /* of a JPEG */
    bool has_even_sampling;    /* JPEG: luma 1x1, 2x1, 1x2 or 2x2 over chroma 1x1 */
    atomic_int damaged;        /* found while decoding a lenient image */
    atomic_int pieces;         /* decoded so far: many make the whole worth keeping */
    atomic_bool is_named;      /* `sha256` is filled in: of rendered pixels, when first asked */
    char sha256[FOV_SHA256_HEX]; /* read it through fov__image_name() */
};
const char *fov__image_name(const fov_image *image);

/* An image made of pixels that are handed over (reference consumed, also on error). */
fov_status fov__image_take_pixels(fov_image **out, struct fov_pixels *px, fov_error *err);

/* Row y of an image of raw pixels as it was given: `info.channels` bytes a pixel. */
void fov__image_raw_row(const fov_image *image, int32_t y, uint8_t *out);

/* ---- decode.c: a region at a level ---------------------------------------------------------- */

/* A decoded piece of a source. Its pixel (i, j) covers the square of `shrink` source pixels whose
 * top-left corner is at (x0 + i * shrink, y0 + j * shrink) in the upright source frame. */
struct fov_level {
    struct fov_pixels *px;
    int32_t shrink; /* 1, 2, 4 or 8 */
    double x0, y0;  /* source coordinates of the piece's corner; may be below 0 by less than
                     * `shrink` where a flipped picture's level starts outside */
    uint64_t decoded; /* pixels that had to be decoded for this call; 0: it was cached */
};

/* Decode at least `region` (upright source pixels, inside the image, not empty), shrunk. What comes
 * is a pure function of the image's bytes, `region` and `shrink`: the same bytes whether it was
 * cached, decoded whole or in part. At shrink 1 it equals the full decode (libjpeg: islow, fancy
 * upsampling). JPEG shrinks by scaled DCT, everything else by the mean of shrink x shrink pixels
 * (rounded, alpha-weighted). out->px is a reference that the caller drops. */
fov_status fov__image_decode(struct fov_level *out, fov_image *image, struct fov_recti region,
                             int32_t shrink, const fov_cancel *cancel, fov_error *err);

/* The same in parts, for who wants rows after rows and not the whole region at once: opening
 * decodes what is worth being kept; a part inside the region is then converted, cut or decoded by
 * itself. One thread at a time. */
struct fov_source;
fov_status fov__source_open(struct fov_source **out, fov_image *image, struct fov_recti region,
                            int32_t shrink, bool want_planes, const fov_cancel *cancel,
                            fov_error *err);
fov_status fov__source_read(struct fov_level *out, struct fov_source *source,
                            struct fov_recti part, fov_error *err);
void fov__source_close(struct fov_source *source); /* NULL is fine */

/* A JPEG's components as they are stored, each a picture of one band at its own sampling. Whether
 * they are to be had depends on the file alone; only a source opened with `want_planes` says so. */
struct fov_planes;
struct fov_source_planes {
    int32_t count;                /* 1: grey, 3: Y, Cb, Cr */
    struct fov_pixels plane[3];   /* borrowed from `held`: never counted or freed */
    struct fov_mat to_plane[3];   /* upright source coordinates -> samples of the plane */
    uint64_t decoded;             /* as in struct fov_level */
    struct fov_planes *held;
};
bool fov__source_has_planes(const struct fov_source *source);
/* Nothing is kept: each part is decoded when it is asked for. */
bool fov__source_is_passing(const struct fov_source *source);
fov_status fov__source_planes(struct fov_source_planes *out, struct fov_source *source,
                              struct fov_recti part, fov_error *err);
void fov__source_planes_free(struct fov_source_planes *planes);
/* A row of each plane, in 1/64 level, as a row of RGB; no more is written than the pixels. */
void fov__source_rows_to_rgb(const fov_context *ctx, uint8_t *rgb, const int16_t *const plane[3],
                             int32_t count, int32_t n);

/* ---- warp.c: the one resample --------------------------------------------------------------- */

enum fov__kernel {
    FOV__KERNEL_LANCZOS3,
    FOV__KERNEL_CATMULL_ROM,
    FOV__KERNEL_LINEAR,
    FOV__KERNEL_NEAREST,
    FOV__KERNEL_BOX /* the mean of the area that an output pixel covers */
};

/* Fill `out` (already sized, 3 or 4 bands as `src`): output pixel centre (i + .5, j + .5) goes
 * through `to_src` to the source's pixel coordinates; taps are clamped at its edge, their weights
 * kept. A map that shrinks widens the kernel by as much. Values are sRGB codes as they are (no
 * linear light); colours are weighted by alpha where there is any. */
struct fov_warp {
    const struct fov_pixels *src;
    struct fov_mat to_src; /* output pixel coordinates -> src pixel coordinates */
    enum fov__kernel kernel;
    bool is_wide; /* of one band that keeps the axes: `out` takes 16-bit numbers of 1/64 level, so
                   * that what is made of them is rounded once */
};
fov_status fov__warp(const struct fov_warp *warp, struct fov_pixels *out, uint32_t threads,
                     const fov_cancel *cancel, fov_error *err);
/* A part of an output that is one unit of work; FOV_E_MEMORY and FOV_E_CANCELLED only. */
typedef fov_status (*fov__part_fn)(void *job, int32_t i);
/* All parts on up to `threads` threads; the first error of any part. */
fov_status fov__warp_parts(void *job, fov__part_fn part, int32_t n, uint32_t threads,
                           fov_error *err);
/* The source region (in src pixels, unclamped) whose pixels the warp reads. */
fov_box fov__warp_reach(const struct fov_warp *warp, int32_t out_width, int32_t out_height);

/* ---- pixel_cache.c -------------------------------------------------------------------------- */

/* Pieces by key, least recently used dropped first, bounded by limits.cache_bytes, shared by all
 * threads of a context. A second asker of a key that is being made waits for it, as long as his own
 * `cancel` is not set. */
struct fov_cache_key {
    uint64_t source[2]; /* XXH3-128 or the first half of the SHA-256 */
    struct fov_recti region;
    int32_t shrink;
    uint64_t recipe; /* 0 for decoded sources; a barrier's recipe hash otherwise */
};
typedef fov_status (*fov__cache_make_fn)(struct fov_level *out, void *user, fov_error *err);
fov_status fov__cache_get(struct fov_level *out, fov_context *ctx, const struct fov_cache_key *key,
                          fov__cache_make_fn make, void *user, const fov_cancel *cancel,
                          fov_error *err);
struct fov_cache_stats {
    uint64_t hits, misses, evicted; /* of pixels; what is known of a file's coding is not counted */
    uint64_t bytes;                 /* kept now, all of it */
};
void fov__cache_get_stats(fov_context *ctx, struct fov_cache_stats *out);

#endif
