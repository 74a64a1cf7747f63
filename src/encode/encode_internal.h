/* SPDX-License-Identifier: MIT */
/* encode: pixels become a file that fits: PNG and JPEG straight through libpng's chunk writer and
 * libjpeg-turbo, the choice between them by a stated rule, and the delivery that carries the bytes.
 *
 *     choose.c        flatness, the rule, the quality ladder, alpha on white
 *     png_rows.c      the smallest lossless layout, packed and filtered rows
 *     png_filter.c    Paeth's filter
 *     png_deflate.c   a fast deflate for filtered rows; png_huffman.c its codes
 *     encode_png.c    rows through either deflate into chunks
 *     encode_jpeg.c   libjpeg-turbo, bounded
 *     delivery.c      counted bytes with their SHA-256, and exact recipes
 *     delivery_cache.c  deliveries kept by the recipe of what they show
 *     encode_image.c  the public door
 */
#ifndef FOV_ENCODE_INTERNAL_H
#define FOV_ENCODE_INTERNAL_H

#include "base/base_internal.h"
#include "image/image_internal.h"

/* How a delivery was encoded: enough to make the same bytes again. */
struct fov_encode_recipe {
    int32_t format;  /* FOV_FORMAT_PNG or FOV_FORMAT_JPEG */
    int32_t quality; /* JPEG, 1-100 */
    bool is_444;     /* JPEG without chroma subsampling */
};

/* One encoding of one node for one model: immutable, counted, shared by the conversation, the
 * request body and the transcript. */
struct fov_delivery {
    atomic_int refs;
    fov_context *ctx;
    fov_bytes bytes;
    struct fov_encode_recipe recipe;
    int32_t width, height;
    char sha256[FOV_SHA256_HEX];        /* of the bytes */
    char pixels_sha256[FOV_SHA256_HEX]; /* of the pixels that were encoded (fov__pixels_sha256) */
};
struct fov_delivery *fov__delivery_ref(struct fov_delivery *delivery);
void fov__delivery_unref(struct fov_delivery *delivery);
const char *fov__delivery_mime(const struct fov_delivery *delivery);

/* Encode by an exact recipe. Alpha is flattened on white in JPEG and, when `flatten`, in PNG. */
fov_status fov__encode(fov_bytes *out, const struct fov_pixels *px, struct fov_encode_recipe recipe,
                       bool flatten, fov_error *err);

/* Choose and encode by the rule at the top of choose.c: line art as PNG when that is within
 * `byte_max` and not more than twice the JPEG, else JPEG 92 in 4:4:4; photographs JPEG 90 in 4:2:0;
 * quality goes down (85, 75, 60, 45) until `byte_max` holds, else FOV_E_LIMIT. `allowed` is a bit
 * set 1 << FOV_FORMAT_…; byte_max 0: none. Alpha is flattened on white. */
fov_status fov__encode_delivery(struct fov_delivery **out, const struct fov_pixels *px,
                                uint32_t allowed, uint64_t byte_max, fov_error *err);

/* ---- delivery_cache.c ----------------------------------------------------------------------- */

/* What decides the bytes of a delivery. */
struct fov_delivery_key {
    char recipe_sha256[FOV_SHA256_HEX]; /* of the node: operations, arguments, sources */
    int32_t width, height;
    uint32_t allowed;
    uint64_t byte_max;
};
/* The delivery of that key (one more reference), or NULL. */
struct fov_delivery *fov__delivery_kept(fov_context *ctx, const struct fov_delivery_key *key);
/* Keep it for whoever asks next; the least recently used ones go when an eighth of the context's
 * `cache_bytes` is full. May quietly not keep it. */
void fov__delivery_keep(fov_context *ctx, const struct fov_delivery_key *key,
                        struct fov_delivery *delivery);

/* "libpng 1.6.39, libdeflate 1.14, libjpeg-turbo 2.1.5, rows 2": encoded bytes are comparable only
 * between equal identities; recorded in transcripts. Static storage. */
const char *fov__encode_identity(void);

#endif
