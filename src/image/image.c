/* SPDX-License-Identifier: MIT */
/* The public face of a picture as given: open, count, ask, read. An image never changes after it is
 * made but for two counters, so any thread may use it. It must not know a format. */
#include "image/codec_internal.h"

static const struct {
    const char *name, *mime;
} formats[] = {
    [FOV_FORMAT_UNKNOWN] = {"unknown", "application/octet-stream"},
    [FOV_FORMAT_PIXELS] = {"pixels", "application/octet-stream"},
    [FOV_FORMAT_PNG] = {"png", "image/png"},
    [FOV_FORMAT_JPEG] = {"jpeg", "image/jpeg"},
    [FOV_FORMAT_WEBP] = {"webp", "image/webp"},
    [FOV_FORMAT_GIF] = {"gif", "image/gif"},
    [FOV_FORMAT_TIFF] = {"tiff", "image/tiff"},
    [FOV_FORMAT_BMP] = {"bmp", "image/bmp"},
};

static size_t format_index(int32_t format)
{
    return format >= 0 && (size_t)format < FOV_COUNT(formats) ? (size_t)format : 0;
}

const char *fov_format_name(int32_t format)
{
    return formats[format_index(format)].name;
}

const char *fov_format_mime(int32_t format)
{
    return formats[format_index(format)].mime;
}

void fov_image_opts_init(fov_image_opts *opts)
{
    if (opts != NULL)
        *opts = (fov_image_opts)FOV_IMAGE_OPTS_INIT;
}

fov_image *fov__image_new(fov_context *ctx, fov_error *err)
{
    fov_image *image = fov__calloc(ctx, 1, sizeof(*image));
    if (image == NULL) {
        fov__fail_memory(err, "image", sizeof(*image));
        return NULL;
    }
    atomic_init(&image->refs, 1);
    atomic_init(&image->damaged, 0);
    atomic_init(&image->pieces, 0);
    atomic_init(&image->is_named, false);
    image->ctx = ctx;
    image->info.struct_size = (uint32_t)sizeof(image->info);
    image->info.orientation = 1;
    return image;
}

fov_image *fov_image_ref(fov_image *image)
{
    if (image != NULL)
        atomic_fetch_add_explicit(&image->refs, 1, memory_order_relaxed);
    return image;
}

void fov_image_unref(fov_image *image)
{
    if (image == NULL || atomic_fetch_sub_explicit(&image->refs, 1, memory_order_acq_rel) != 1)
        return;
    fov_bytes_free(&image->encoded);
    fov__pixels_unref(image->pixels);
    if (image->lent.release != NULL)
        image->lent.release(image->lent.user);
    fov__free(image->ctx, image->icc);
    fov__free(image->ctx, image);
}

static fov_status check_open(fov_image **out, fov_context *ctx, const void *subject,
                             const char *name, const fov_image_opts *opts, fov_error *err)
{
    if (out == NULL || ctx == NULL || subject == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "image", "%s is NULL",
                         out == NULL   ? "out"
                         : ctx == NULL ? "ctx"
                                       : name);
    *out = NULL;
    if (opts != NULL && opts->struct_size != sizeof(*opts))
        return fov__fail(err, FOV_E_ARG, 0, "image.struct_size",
                         "struct_size is %u where this library has %zu: start from "
                         "FOV_IMAGE_OPTS_INIT",
                         (unsigned)opts->struct_size, sizeof(*opts));
    return FOV_OK;
}

/* A name costs as much as a copy and a look at the header together, and needs neither. */
enum { NAME, LOOK, OPENING_TASKS, PARALLEL_BYTES = 1 << 20 /* less: before a thread is there */ };

struct opening {
    fov_image *image;
    const void *from; /* the file, which image->encoded has room for; NULL: it is there */
    fov_status rc;    /* of LOOK; naming cannot fail */
    fov_error *err;
};

static void open_task(uint32_t i, void *user)
{
    struct opening *opening = user;
    fov_image *image = opening->image;
    const void *data = opening->from != NULL ? opening->from : image->encoded.data;
    if (i == NAME) {
        fov__sha256_hex(image->sha256, data, image->encoded.size);
        return;
    }
    if (opening->from != NULL && image->encoded.size > 0) {
        fov__pixels_advise(image->encoded.data, image->encoded.size);
        memcpy(image->encoded.data, opening->from, image->encoded.size);
    }
    opening->rc = fov__probe(image, opening->err);
}

/* On one thread a file is named piece by piece while it is copied: what was just read is then in
 * the processor's cache, and 20 MB take a third less time. Refused files are named in vain. */
static fov_status copy_named(fov_image *image, const uint8_t *from, fov_error *err)
{
    enum { PIECE = 64 * 1024 };
    struct fov_sha256 *hash = NULL;
    const fov_status rc = fov__sha256_new(&hash, image->ctx, err);
    if (rc < 0)
        return rc;
    uint8_t *to = image->encoded.data;
    fov__pixels_advise(to, image->encoded.size);
    for (size_t i = 0; i < image->encoded.size; i += PIECE) {
        const size_t left = image->encoded.size - i, n = left < PIECE ? left : PIECE;
        memcpy(to + i, from + i, n);
        fov__sha256_add(hash, to + i, n);
    }
    fov__sha256_end(hash, image->sha256);
    return FOV_OK;
}

/* An image of these bytes, which are consumed, also on error; they are copied `from` elsewhere when
 * that is not NULL. */
static fov_status open_bytes(fov_image **out, fov_context *ctx, fov_bytes *bytes, const void *from,
                             const fov_image_opts *opts, fov_error *err)
{
    fov_image *image = fov__image_new(ctx, err);
    if (image == NULL) {
        fov_bytes_free(bytes);
        return FOV_E_MEMORY;
    }
    image->encoded = *bytes;
    image->is_lenient = opts != NULL && opts->lenient != 0;
    struct opening opening = {.image = image, .from = from, .err = err};
    if (ctx->threads > 1 && bytes->size >= PARALLEL_BYTES) {
        fov__parallel(2, OPENING_TASKS, open_task, &opening);
    } else if (from != NULL) {
        opening.rc = copy_named(image, from, err);
        if (opening.rc >= 0)
            opening.rc = fov__probe(image, err);
    } else {
        open_task(LOOK, &opening);
        if (opening.rc >= 0)
            open_task(NAME, &opening);
    }
    if (opening.rc < 0) {
        fov_image_unref(image);
        return opening.rc;
    }
    atomic_store_explicit(&image->is_named, true, memory_order_release);
    *out = image;
    fov__ok(err);
    return FOV_OK;
}

fov_status fov_image_open(fov_image **out, fov_context *ctx, const char *path,
                          const fov_image_opts *opts, fov_error *err)
{
    fov_bytes bytes = {NULL, 0, NULL};
    fov_status rc = check_open(out, ctx, path, "path", opts, err);
    if (rc == FOV_OK)
        rc = fov__file_read(&bytes, ctx, path, ctx->limits.input_bytes, err);
    if (rc == FOV_OK)
        rc = open_bytes(out, ctx, &bytes, NULL, opts, err);
    return rc;
}

fov_status fov_image_open_memory(fov_image **out, fov_context *ctx, const void *data, size_t size,
                                 const fov_image_opts *opts, fov_error *err)
{
    const fov_status rc = check_open(out, ctx, data, "data", opts, err);
    if (rc < 0)
        return rc;
    if (size > ctx->limits.input_bytes)
        return fov__fail(err, FOV_E_LIMIT, 0, "image",
                         "the file has %zu bytes, and at most %llu are "
                         "read",
                         size, (unsigned long long)ctx->limits.input_bytes);
    fov_bytes bytes = fov__bytes_new(ctx, size);
    if (bytes.data == NULL)
        return fov__fail_memory(err, "image", size);
    return open_bytes(out, ctx, &bytes, data, opts, err);
}

fov_size fov_image_size(const fov_image *image)
{
    return image != NULL ? (fov_size){image->info.width, image->info.height} : (fov_size){0, 0};
}

const char *fov_image_sha256(const fov_image *image)
{
    return image != NULL ? fov__image_name(image) : NULL;
}

fov_status fov_image_get_info(const fov_image *image, fov_image_info *info, fov_error *err)
{
    if (image == NULL || info == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "image", "%s is NULL",
                         image == NULL ? "image" : "info");
    if (info->struct_size != sizeof(*info))
        return fov__fail(err, FOV_E_ARG, 0, "image.struct_size",
                         "struct_size is %u where this library has %zu: set it to "
                         "sizeof(fov_image_info)",
                         (unsigned)info->struct_size, sizeof(*info));
    *info = image->info;
    info->is_damaged = atomic_load(&image->damaged) != 0;
    fov__ok(err);
    return FOV_OK;
}

/* A box of whole numbers inside the image. */
static fov_status whole_box(struct fov_recti *out, const fov_image *image, fov_box box,
                            fov_error *err)
{
    const double width = image->info.width, height = image->info.height;
    const bool inside = box.x1 >= 0 && box.y1 >= 0 && box.x2 <= width && box.y2 <= height &&
                        box.x1 < box.x2 && box.y1 < box.y2;
    const bool whole = inside && fov__floor(box.x1) == box.x1 && fov__floor(box.y1) == box.y1 &&
                       fov__floor(box.x2) == box.x2 && fov__floor(box.y2) == box.y2;
    if (!whole)
        return fov__fail(err, FOV_E_ARG, 0, "image.box",
                         "the box %.6g,%.6g,%.6g,%.6g is not a box of whole numbers within %d x %d",
                         box.x1, box.y1, box.x2, box.y2, (int)width, (int)height);
    *out = (struct fov_recti){(int32_t)box.x1, (int32_t)box.y1, (int32_t)(box.x2 - box.x1),
                              (int32_t)(box.y2 - box.y1)};
    return FOV_OK;
}

static void copy_row(uint8_t *out, int32_t out_bands, const uint8_t *in, int32_t in_bands,
                     int32_t width)
{
    if (out_bands == in_bands) {
        memcpy(out, in, (size_t)width * (size_t)in_bands);
        return;
    }
    for (int32_t x = 0; x < width; x++, out += out_bands, in += in_bands) {
        out[0] = in[0];
        out[1] = in[1];
        out[2] = in[2];
        if (out_bands == 4)
            out[3] = 255;
    }
}

fov_status fov_image_read(fov_image *image, fov_box box, int32_t bands, void *out, size_t stride,
                          fov_error *err)
{
    struct fov_recti region;
    struct fov_level level;
    if (image == NULL || out == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "image", "%s is NULL", image == NULL ? "image" : "out");
    if (bands != 3 && bands != 4)
        return fov__fail(err, FOV_E_ARG, 0, "image.bands", "bands is %d, and 3 and 4 are allowed",
                         (int)bands);
    fov_status rc = whole_box(&region, image, box, err);
    if (rc < 0)
        return rc;
    const size_t row = (size_t)region.width * (size_t)bands;
    if (stride < row)
        return fov__fail(err, FOV_E_ARG, 0, "image.stride",
                         "stride is %zu, and a row of the box needs at least %zu", stride, row);
    rc = fov__image_decode(&level, image, region, 1, NULL, err);
    if (rc < 0)
        return rc;
    const struct fov_pixels *px = level.px;
    const int32_t x = region.x - (int32_t)level.x0, y0 = region.y - (int32_t)level.y0;
    for (int32_t y = 0; y < region.height; y++)
        copy_row((uint8_t *)out + (size_t)y * stride, bands,
                 fov__pixels_row(px, y0 + y) + (size_t)x * (size_t)px->bands, px->bands,
                 region.width);
    fov__pixels_unref(level.px);
    fov__ok(err);
    return FOV_OK;
}
