/* SPDX-License-Identifier: MIT */
/* foveate/encode.h - a picture becomes a PNG or JPEG file again.
 *
 * Sessions encode by themselves what they send. These functions are for everything else: saving a
 * rendered look, filling a cache, or speaking to a server with a client of one's own.
 *
 *     fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
 *     opts.max_edge = 1568;
 *     fov_bytes file;
 *     if (fov_image_encode(&file, chart, &opts, &err) == FOV_OK) {
 *         fwrite(file.data, 1, file.size, stream);
 *         fov_bytes_free(&file);
 *     }
 *
 * Without a format the picture decides, by a rule over its pixels alone:
 *   - Line art (at least 40 % of the pixels equal a neighbour) is a PNG, which is exact, as long as
 *     that takes no more than two bits a pixel or no more than twice the JPEG; else a JPEG of
 *     quality 92 without chroma subsampling (4:4:4).
 *   - Everything else is a photograph: a JPEG of quality 90, 4:2:0.
 *
 * PNG files are as small as their colours allow (palettes, grey, 1 to 8 bits), and carry nothing
 * but pixels: no date, no text, no colour profile. JPEG files are baseline. Both are sRGB.
 *
 * The same pixels and options give the same bytes: on every run, with any number of threads, with
 * or without SIMD, as long as fov_encode_identity() is the same.
 *
 * Threads: any thread; the same image may be encoded by several at once.
 */
#ifndef FOVEATE_ENCODE_H
#define FOVEATE_ENCODE_H

#include <foveate/image.h>

FOV_BEGIN_DECLS

/* How to encode. Zero means default throughout; start from FOV_ENCODE_OPTS_INIT. */
typedef struct fov_encode_opts {
    uint32_t struct_size;
    int32_t format;   /* FOV_FORMAT_PNG or FOV_FORMAT_JPEG; 0: by the rule above */
    int32_t quality;  /* of a JPEG, 1-100; 0: 92 for line art, 90 for photographs. Given without a
                       * format it holds where the rule takes JPEG */
    int32_t max_edge; /* shrink so that no side is longer, in pixels; 0: as it is. Never enlarges */
    int32_t flatten;  /* 1: put a transparent picture on white; 0: a PNG that was asked for by
                       * format keeps its alpha. JPEG, and a format chosen by rule, flatten
                       * always */
} fov_encode_opts;

#define FOV_ENCODE_OPTS_INIT {(uint32_t)sizeof(fov_encode_opts), 0, 0, 0, 0}
FOV_API void fov_encode_opts_init(fov_encode_opts *opts);

/* Encode the whole picture; opts may be NULL. The caller frees *out with fov_bytes_free(), before
 * the context; on error it is empty.
 * Errors: FOV_E_ARG (struct_size, quality, max_edge), FOV_E_UNSUPPORTED (another format),
 * FOV_E_LIMIT (a JPEG's side beyond 65 500), FOV_E_IMAGE (damage met while decoding),
 * FOV_E_MEMORY. */
FOV_API fov_status fov_image_encode(fov_bytes *out, fov_image *image, const fov_encode_opts *opts,
                                    fov_error *err);

/* The same as text that a web page or a model's server takes: "data:image/png;base64,…". The text
 * ends in a NUL that out->size does not count. */
FOV_API fov_status fov_image_encode_data_url(fov_bytes *out, fov_image *image,
                                             const fov_encode_opts *opts, fov_error *err);

/* The format of encoded bytes by their first ones: FOV_FORMAT_PNG, FOV_FORMAT_JPEG, or
 * FOV_FORMAT_UNKNOWN. It tells what fov_image_encode() has chosen. Any thread. */
FOV_API int32_t fov_encoded_format(const void *data, size_t size);

/* "libpng 1.6.39, libdeflate 1.14, libjpeg-turbo 2.1.5": encoded bytes may be compared only between
 * equal identities; pixels always may. Static storage. Any thread. */
FOV_API const char *fov_encode_identity(void);

FOV_END_DECLS

#endif
