/* SPDX-License-Identifier: MIT */
/* Between the files of image/ only: what sniffing, probing and the decoders say to each other.
 * Neighbouring folders include image_internal.h and never this. "Raw" always means as stored,
 * before orientation; "level pixels" are raw pixels of a picture shrunk by 1, 2, 4 or 8. */
#ifndef FOV_CODEC_INTERNAL_H
#define FOV_CODEC_INTERNAL_H

#include "image/image_internal.h"

/* An ICC profile larger than this is ignored: printers' CMYK profiles have up to 2.7 MiB. */
enum { FOV__ICC_MAX = 4 * 1024 * 1024 };
/* What a PNG may carry beside its pixels. */
enum { FOV__METADATA_MAX = 1024 * 1024 };
/* Scans of one JPEG: each costs a pass over the whole picture, and no encoder makes more than 20.
 */
enum { FOV__SCANS_MAX = 100 };

static inline uint32_t fov__be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}
static inline uint32_t fov__be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline uint32_t fov__le16(const uint8_t *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}
static inline uint32_t fov__le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* ---- pixels.c ------------------------------------------------------------------------------- */

/* Bytes behind the last row of all pixels, which kernels may read and write. */
enum { FOV__PIXELS_SLACK = 64 };
/* The same with `room` bytes behind the last row, if that is more. */
fov_status fov__pixels_new_room(struct fov_pixels **out, fov_context *ctx, int32_t width,
                                int32_t height, int32_t bands, size_t room, fov_error *err);
/* Ask for large pages under a large block. */
void fov__pixels_advise(uint8_t *data, size_t size);
void fov__pixels_hash(const uint8_t *data, int32_t width, int32_t height, int32_t bands,
                      size_t stride, char out[FOV_SHA256_HEX]);

/* ---- buffers.c: large blocks that are used again --------------------------------------------- */

/* Whatever it holds; on a cache line of its own. NULL when memory is short. Any thread. */
void *fov__buffer_new(fov_context *ctx, size_t size) FOV_WARN_UNUSED;
void fov__buffer_free(fov_context *ctx, void *ptr); /* NULL is fine */
struct fov_buffers_stats {
    uint64_t hits, misses, kept, in_use; /* kept and in_use in bytes */
};
void fov__buffers_get_stats(fov_context *ctx, struct fov_buffers_stats *out);

/* ---- sniff.c -------------------------------------------------------------------------------- */

/* The format of these bytes. Errors: FOV_E_IMAGE (no picture, or a damaged signature),
 * FOV_E_UNSUPPORTED naming a format that is known and not read. */
fov_status fov__sniff(int32_t *format, const uint8_t *data, size_t size, fov_error *err);

/* ---- probe*.c: from image->encoded and info.format to everything but pixels ----------------- */

fov_status fov__probe(fov_image *image, fov_error *err);
fov_status fov__probe_png(fov_image *image, fov_error *err);
fov_status fov__probe_jpeg(fov_image *image, fov_error *err);
fov_status fov__probe_gif(fov_image *image, fov_error *err);
fov_status fov__probe_webp(fov_image *image, fov_error *err);
fov_status fov__probe_tiff(fov_image *image, fov_error *err);
fov_status fov__probe_bmp(fov_image *image, fov_error *err);
/* Note the size, held against the limits. */
fov_status fov__probe_size(fov_image *image, uint64_t width, uint64_t height, fov_error *err);
/* Damage: an error in a strict image, a mark in a lenient one (then FOV_OK is returned). */
fov_status fov__probe_damage(fov_image *image, fov_error *err, const char *fmt, ...)
    FOV_PRINTF(3, 4);

/* The orientation in an EXIF block (a TIFF header and its first directory), 1 when there is none
 * or it is not within 1-8. Reads only inside [data, data + size). */
int32_t fov__exif_orientation(const uint8_t *data, size_t size);

/* The chunks of a PNG, one after the other, each inside the bytes that are there. */
struct fov_png_chunk {
    uint32_t type;       /* the four letters, big-endian */
    uint32_t length;     /* as said */
    size_t offset;       /* of its length field in the file */
    const uint8_t *data; /* its contents */
    size_t available;    /* of them; less than `length` when the file is cut */
    bool is_cut;         /* contents or check sum are not all there */
};
#define FOV__PNG_TYPE(a, b, c, d) \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
/* The chunk at *pos, and *pos behind it; false at the end of the bytes. */
bool fov__png_chunk_next(struct fov_png_chunk *out, const uint8_t *data, size_t size, size_t *pos);
bool fov__png_chunk_crc_fits(const struct fov_png_chunk *chunk);

/* ---- png_unpack.c: rows of an undamaged PNG that is not interlaced, by libdeflate ----------- */

struct fov_png_unpack;
/* What must lie behind the pixels of the whole picture so that the stored bytes can be unpacked
 * among them, which spares a buffer; 0 when they cannot. */
size_t fov__png_unpack_room(const fov_image *image, bool has_profile);
/* Rows [first, end) are wanted. `into` is NULL, or the pixels of the whole picture with that room
 * behind them; then each row must be asked for at its own place in them, and be left as it is until
 * the last one is made unless a profile was said. NULL when libpng shall do it: too large,
 * interlaced, lenient, damaged, or memory is short. */
struct fov_png_unpack *fov__png_unpack_new(const fov_image *image, int32_t first, int32_t end,
                                           struct fov_pixels *into, bool has_profile);
/* Pixels [x, x + n) of the next row as 8-bit RGB(A), before any profile. FOV__PIXELS_SLACK bytes
 * behind them may be written. False: the row is damaged. */
bool fov__png_unpack_row(struct fov_png_unpack *unpack, uint8_t *out, int32_t x, int32_t n);
/* False: all rows were made, and their check sum says that they are damaged. */
bool fov__png_unpack_is_sound(const struct fov_png_unpack *unpack);
void fov__png_unpack_free(struct fov_png_unpack *unpack); /* NULL is fine */

/* ---- colour.c ------------------------------------------------------------------------------- */

/* Judge image->icc: one that cannot be used, or that is sRGB anyway, is dropped (and noted). */
fov_status fov__colour_check(fov_image *image, fov_error *err);

/* What takes an image's stored colours to sRGB; immutable, any number of threads. */
struct fov_colour;
fov_status fov__colour_new(struct fov_colour **out, const fov_image *image, fov_error *err);
void fov__colour_free(struct fov_colour *colour); /* NULL is fine */
/* True when there is nothing to do. */
bool fov__colour_is_identity(const struct fov_colour *colour);
/* One row. RGB(A) may be changed in place; CMYK (4 bytes, as stored) goes to RGB. */
void fov__colour_row(const struct fov_colour *colour, uint8_t *out, const uint8_t *in,
                     int32_t width);

/* ---- image.c, raw.c ------------------------------------------------------------------------- */

fov_image *fov__image_new(fov_context *ctx, fov_error *err); /* NULL when memory ran out */
/* A region of lent pixels at a level. */
fov_status fov__lent_decode(struct fov_level *out, const fov_image *image, struct fov_recti region,
                            int32_t shrink, fov_error *err);

/* ---- decoders: raw pixels in sRGB ----------------------------------------------------------- */

/* `rect` is in level pixels. JPEG shrinks by scaled DCT, PNG by the mean. */
fov_status fov__jpeg_decode(struct fov_pixels **out, fov_image *image, struct fov_recti rect,
                            int32_t shrink, const fov_cancel *cancel, fov_error *err);
fov_status fov__png_decode(struct fov_pixels **out, fov_image *image, struct fov_recti rect,
                           int32_t shrink, const fov_cancel *cancel, fov_error *err);
/* Whole pictures only. */
fov_status fov__bmp_decode(struct fov_pixels **out, fov_image *image, const fov_cancel *cancel,
                           fov_error *err);
fov_status fov__vips_decode(struct fov_pixels **out, fov_image *image, const fov_cancel *cancel,
                            fov_error *err);
/* Whether pieces of this image can be decoded at less than the cost of the whole. */
bool fov__jpeg_has_regions(const fov_image *image);
fov_status fov__cancelled(fov_error *err);

/* ---- shrink.c, orient.c --------------------------------------------------------------------- */

/* The mean of `rows` x `shrink` pixels for each of `out_width` pixels; the last one may have fewer
 * columns (`in_width` in all). */
void fov__shrink_rows(enum fov__cpu cpu, uint8_t *out, const uint8_t *in, size_t stride,
                      int32_t in_width, int32_t rows, int32_t bands, int32_t shrink);
fov_status fov__shrink_pixels(struct fov_pixels **out, const struct fov_pixels *px, int32_t shrink,
                              fov_error *err);

static inline int32_t fov__level_size(int32_t size, int32_t shrink)
{
    return (size - 1) / shrink + 1;
}
/* The raw rectangle under an upright one (and, applied to sizes of the upright picture, back). */
struct fov_recti fov__orient_to_raw(struct fov_recti upright, int32_t raw_width, int32_t raw_height,
                                    int32_t orientation);
struct fov_recti fov__orient_to_upright(struct fov_recti raw, int32_t raw_width, int32_t raw_height,
                                        int32_t orientation);
/* Where the corner of a raw piece (level pixels) lies in the upright source frame. */
void fov__orient_origin(struct fov_level *level, struct fov_recti piece, int32_t raw_width,
                        int32_t raw_height, int32_t orientation);
/* Turn a raw piece upright. The reference `px` is consumed, also on error. */
fov_status fov__orient_pixels(struct fov_pixels **out, struct fov_pixels *px, int32_t orientation,
                              fov_error *err);

/* ---- pixel_cache.c -------------------------------------------------------------------------- */

struct fov_planes;
struct fov_jpeg_scan;

/* What an entry holds, one of three: pixels, upright; planes of a JPEG, raw; or what is known of a
 * JPEG's coded data. */
struct fov_kept {
    struct fov_level level;
    struct fov_planes *planes;
    struct fov_jpeg_scan *scan;
};
void fov__kept_unref(struct fov_kept *kept);
void fov__planes_unref(struct fov_planes *planes);         /* NULL is fine */
void fov__jpeg_scan_unref(struct fov_jpeg_scan *scan); /* NULL is fine */

typedef fov_status (*fov__kept_make_fn)(struct fov_kept *out, void *user, fov_error *err);
/* fov__cache_get() for all kinds. */
fov_status fov__cache_get_kept(struct fov_kept *out, fov_context *ctx,
                               const struct fov_cache_key *key, fov__kept_make_fn make, void *user,
                               const fov_cancel *cancel, fov_error *err);
/* What is there already; nothing is made and nobody waited for. */
bool fov__cache_peek(struct fov_kept *out, fov_context *ctx, const struct fov_cache_key *key);
/* Forget all that nobody is making; false when there was nothing. */
bool fov__cache_drop(fov_context *ctx);

#endif
