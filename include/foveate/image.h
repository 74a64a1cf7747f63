/* SPDX-License-Identifier: MIT */
/* foveate/image.h - a picture as given: encoded bytes or raw pixels, probed, never changed.
 *
 *     fov_image *chart = NULL;
 *     if (fov_image_open(&chart, ctx, "chart.png", NULL, &err) == FOV_OK) {
 *         fov_size size = fov_image_size(chart);
 *         printf("%d x %d, sha256 %s\n", size.width, size.height, fov_image_sha256(chart));
 *     }
 *     fov_image_unref(chart);
 *
 * Opening reads the header only (after the bytes themselves): the format is decided by our own
 * look at the bytes, never by a name; the size is checked against the context's limits before any
 * pixel is allocated. Formats: PNG, JPEG, WebP, GIF (first frame), TIFF (first page), BMP.
 *
 * Pixels are always 8-bit sRGB, 3 bands, or 4 with straight alpha. What else a file holds becomes
 * that by these rules:
 *   - EXIF orientation 1-8 is applied once; every size and coordinate is of the upright picture.
 *     A value outside 1-8 counts as 1.
 *   - Grey is repeated into three bands; a palette is looked up; 1, 2 and 4 bits are scaled.
 *   - 16 bits become 8 as round(v * 255 / 65535).
 *   - A colour key or palette transparency (tRNS) becomes alpha.
 *   - An embedded ICC profile is applied (lcms2, relative colorimetric, black-point compensation);
 *     one that is broken or of another colour space is ignored and noted.
 *   - CMYK and YCCK (Adobe's inverted samples included) go through their profile when they have
 *     one, else R = 255 * (1 - C) * (1 - K) and so on.
 *   - PNG gAMA and cHRM without a profile are ignored, as browsers' decoders mostly agree on sRGB.
 *
 * Threads: an image is immutable; share it freely. Counted by fov_image_ref/_unref.
 */
#ifndef FOVEATE_IMAGE_H
#define FOVEATE_IMAGE_H

#include <foveate/base.h>

FOV_BEGIN_DECLS

typedef struct fov_image fov_image;

enum {
    FOV_FORMAT_UNKNOWN = 0,
    FOV_FORMAT_PIXELS = 1, /* given as raw pixels */
    FOV_FORMAT_PNG = 2,
    FOV_FORMAT_JPEG = 3,
    FOV_FORMAT_WEBP = 4,
    FOV_FORMAT_GIF = 5,
    FOV_FORMAT_TIFF = 6,
    FOV_FORMAT_BMP = 7
};

/* "png", "jpeg" …; "image/png" …. Static storage, "unknown" and "application/octet-stream" for
 * what is neither. */
FOV_API const char *fov_format_name(int32_t format);
FOV_API const char *fov_format_mime(int32_t format);

/* How to open. Zero means default throughout. */
typedef struct fov_image_opts {
    uint32_t struct_size;
    int32_t lenient; /* 0: a damaged or cut file is an error; 1: missing rows become mid grey (128)
                      * and fov_image_info.is_damaged says so */
} fov_image_opts;

#define FOV_IMAGE_OPTS_INIT {(uint32_t)sizeof(fov_image_opts), 0}
FOV_API void fov_image_opts_init(fov_image_opts *opts);

/* Open a regular file, read once. opts may be NULL. The caller owns *out (one reference).
 * Errors: FOV_E_IO, FOV_E_LIMIT (bytes, pixels, edge), FOV_E_IMAGE (what and where),
 * FOV_E_UNSUPPORTED (a format that is not read), FOV_E_MEMORY. */
FOV_API fov_status fov_image_open(fov_image **out, fov_context *ctx, const char *path,
                                  const fov_image_opts *opts, fov_error *err);

/* The same from memory; the bytes are copied. Errors as above without FOV_E_IO. */
FOV_API fov_status fov_image_open_memory(fov_image **out, fov_context *ctx, const void *data,
                                         size_t size, const fov_image_opts *opts, fov_error *err);

/* An image from raw pixels: rows of `bands` (1, 3 or 4) bytes a pixel, sRGB, straight alpha,
 * `stride` bytes from row to row (at least width * bands). Copied; the caller owns *out.
 * Errors: FOV_E_ARG (bands, size, stride), FOV_E_LIMIT (pixels, edge), FOV_E_MEMORY. */
FOV_API fov_status fov_image_new_pixels(fov_image **out, fov_context *ctx, const void *pixels,
                                        int32_t width, int32_t height, int32_t bands,
                                        size_t stride, fov_error *err);

/* The same without a copy, for frames of a camera or a canvas: the memory is borrowed, must stay as
 * it is while the image lives, and is given back by release(user) (may be NULL) when the last
 * reference goes, on the thread that drops it. Each look copies the part that it reads. After an
 * error nothing was borrowed and `release` is not called. Errors as above. */
FOV_API fov_status fov_image_new_borrowed(fov_image **out, fov_context *ctx, const void *pixels,
                                          int32_t width, int32_t height, int32_t bands,
                                          size_t stride, void (*release)(void *user), void *user,
                                          fov_error *err);

FOV_API fov_image *fov_image_ref(fov_image *image); /* returns its argument */
FOV_API void fov_image_unref(fov_image *image);     /* NULL is fine */

/* Size in pixels after orientation; {0, 0} for NULL. */
FOV_API fov_size fov_image_size(const fov_image *image);

/* SHA-256 in lower-case hexadecimal: of the encoded bytes as given, or, for raw pixels, of
 * "fovpix1 <width> <height> <bands>\n" and the rows without padding. Borrowed; NULL for NULL. */
FOV_API const char *fov_image_sha256(const fov_image *image);

typedef struct fov_image_info {
    uint32_t struct_size;
    int32_t format;      /* FOV_FORMAT_… */
    int32_t width, height; /* upright */
    int32_t orientation; /* as stored, 1-8 */
    int32_t bits;        /* a sample, as stored */
    int32_t channels;    /* as stored: 1 grey or palette, 2 grey + alpha, 3, 4 */
    int32_t has_alpha;   /* whether pixels have 4 bands */
    int32_t has_icc;
    int32_t is_progressive; /* progressive JPEG or interlaced PNG: no shortcut when decoding */
    int32_t is_damaged;     /* opened lenient, and something was missing */
} fov_image_info;

/* Fill in *info (whose struct_size the caller has set). Errors: FOV_E_ARG. */
FOV_API fov_status fov_image_get_info(const fov_image *image, fov_image_info *info, fov_error *err);

/* Copy the pixels of a box of whole numbers at full density into `out`, `bands` 3 or 4 (a missing
 * alpha is 255; a present one is dropped when 3 are asked), `stride` bytes from row to row.
 * Decodes only what it needs where the format allows.
 * Errors: FOV_E_ARG (box outside, fractional; stride too small), FOV_E_IMAGE, FOV_E_MEMORY. */
FOV_API fov_status fov_image_read(fov_image *image, fov_box box, int32_t bands, void *out,
                                  size_t stride, fov_error *err);

/* ---- what it has cost --------------------------------------------------------------------------
 *
 * Sums over the life of a context, for a program that wants to see whether its cache is large
 * enough and where its time goes. Nothing here depends on, or changes, what comes out. */
typedef struct fov_stats {
    uint32_t struct_size;
    uint64_t cache_hits, cache_misses; /* pieces of pictures asked for: there, or to be decoded */
    uint64_t cache_evicted;            /* pieces dropped for want of room */
    uint64_t cache_bytes;              /* held now; at most the context's limit */
    uint64_t decoded_pixels;
    uint64_t delivery_hits;            /* pictures for a model that were encoded already */
    uint64_t decode_us, resample_us, encode_us; /* microseconds, summed over threads */
} fov_stats;

#define FOV_STATS_INIT {(uint32_t)sizeof(fov_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0}
FOV_API void fov_stats_init(fov_stats *stats);

/* Fill in *stats. Errors: FOV_E_ARG (a NULL, struct_size). Any thread. */
FOV_API fov_status fov_stats_get(fov_context *ctx, fov_stats *stats, fov_error *err);

FOV_END_DECLS

#endif
