/* SPDX-License-Identifier: MIT */
/* A delivery: bytes that are encoded once and then shared by the conversation, the request body and
 * the transcript. Immutable and counted; it must never be encoded again for one of them. */
#include "encode/encode_codec_internal.h"

#include <libdeflate.h>
#include <png.h>
#include <stdio.h>

#include <jpeglib.h>

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)
#if defined(LIBJPEG_TURBO_VERSION)
#define JPEG_NAME "libjpeg-turbo " TEXT_OF(LIBJPEG_TURBO_VERSION)
#else
#define JPEG_NAME "libjpeg " TEXT_OF(JPEG_LIB_VERSION)
#endif

/* To be counted up with every change of png_deflate.c, png_huffman.c or of a rule here that makes
 * other bytes of the same pixels. */
#define OWN_NAME "rows 2"

/* As compiled: neither libdeflate nor libjpeg can say its version at run time. */
const char *fov__encode_identity(void)
{
    return "libpng " PNG_LIBPNG_VER_STRING ", libdeflate " LIBDEFLATE_VERSION_STRING ", " JPEG_NAME
           ", " OWN_NAME;
}

struct fov_delivery *fov__delivery_ref(struct fov_delivery *delivery)
{
    if (delivery != NULL) {
        atomic_fetch_add_explicit(&delivery->refs, 1, memory_order_relaxed);
    }
    return delivery;
}

void fov__delivery_unref(struct fov_delivery *delivery)
{
    if (delivery != NULL &&
        atomic_fetch_sub_explicit(&delivery->refs, 1, memory_order_acq_rel) == 1) {
        fov_bytes_free(&delivery->bytes);
        fov__free(delivery->ctx, delivery);
    }
}

const char *fov__delivery_mime(const struct fov_delivery *delivery)
{
    return delivery->recipe.format == FOV_FORMAT_PNG ? "image/png" : "image/jpeg";
}

fov_status fov__encode(fov_bytes *out, const struct fov_pixels *px, struct fov_encode_recipe recipe,
                       bool flatten, fov_error *err)
{
    *out = (fov_bytes){NULL, 0, NULL};
    bool is_jpeg = recipe.format == FOV_FORMAT_JPEG;
    if (!is_jpeg && recipe.format != FOV_FORMAT_PNG) {
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "encode.format",
                         "format %d is not written: PNG (%d) and JPEG (%d) are", (int)recipe.format,
                         (int)FOV_FORMAT_PNG, (int)FOV_FORMAT_JPEG);
    }
    if (is_jpeg && (recipe.quality < 1 || recipe.quality > 100)) {
        return fov__fail(err, FOV_E_ARG, 0, "encode.quality", "quality %d is outside 1-100",
                         (int)recipe.quality);
    }
    if (!is_jpeg && !flatten) {
        return fov__png_encode(out, px, 0, err);
    }
    struct fov_pixels *flat = NULL;
    fov_status rc = fov__encode_flatten(&flat, px, err);
    if (rc == FOV_OK) {
        rc = is_jpeg ? fov__jpeg_encode(out, flat, recipe.quality, recipe.is_444, 0, err)
                     : fov__png_encode(out, flat, 0, err);
    }
    fov__pixels_unref(flat);
    return rc;
}

/* What a delivery needs of its pixels: the file, and their hash, which at 2 GB/s costs as much as
 * half a JPEG. Neither waits for the other where there are threads. */
struct work {
    const struct fov_pixels *px;
    struct fov_delivery *delivery;
    uint32_t allowed;
    uint64_t byte_max;
    fov_status rc; /* of the encoding; hashing cannot fail */
    fov_error err;
};

enum { ENCODE, HASH, TASKS, PARALLEL_BYTES = 1 << 20 /* less is done before a thread is there */ };

static void do_task(uint32_t i, void *user)
{
    struct work *work = user;
    struct fov_delivery *delivery = work->delivery;
    if (i == HASH) {
        fov__pixels_sha256(work->px, delivery->pixels_sha256);
        return;
    }
    struct fov_pixels *flat = NULL;
    work->rc = fov__encode_flatten(&flat, work->px, &work->err);
    if (work->rc == FOV_OK) {
        work->rc = fov__encode_chosen(&delivery->bytes, &delivery->recipe, flat, work->allowed,
                                         work->byte_max, &work->err);
    }
    fov__pixels_unref(flat);
    if (work->rc == FOV_OK) {
        fov__sha256_hex(delivery->sha256, delivery->bytes.data, delivery->bytes.size);
    }
}

fov_status fov__encode_delivery(struct fov_delivery **out, const struct fov_pixels *px,
                                uint32_t allowed, uint64_t byte_max, fov_error *err)
{
    fov_context *ctx = px->ctx;
    *out = NULL;
    int32_t edge = px->width > px->height ? px->width : px->height;
    if ((uint32_t)edge > ctx->limits.output_edge) {
        return fov__fail(err, FOV_E_LIMIT, 0, "delivery",
                         "a delivery of %d x %d pixels passes the output edge of %u",
                         (int)px->width, (int)px->height, (unsigned)ctx->limits.output_edge);
    }
    struct fov_delivery *delivery = fov__calloc(ctx, 1, sizeof(*delivery));
    if (delivery == NULL) {
        return fov__fail_memory(err, "delivery", sizeof(*delivery));
    }
    atomic_init(&delivery->refs, 1);
    delivery->ctx = ctx;
    delivery->width = px->width;
    delivery->height = px->height;
    struct work work = {.px = px, .delivery = delivery, .allowed = allowed, .byte_max = byte_max};
    size_t bytes = (size_t)px->height * (size_t)px->width * (size_t)px->bands;
    fov__parallel(bytes < PARALLEL_BYTES ? 1 : ctx->threads, TASKS, do_task, &work);
    if (work.rc != FOV_OK) {
        if (err != NULL) {
            *err = work.err;
        }
        fov__delivery_unref(delivery);
        return work.rc;
    }
    fov__ok(err);
    *out = delivery;
    return FOV_OK;
}
