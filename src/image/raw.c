/* SPDX-License-Identifier: MIT */
/* Pictures given as raw pixels: copied, lent by the program, or handed over from inside. Lent
 * memory is only ever read, and only the bytes of its pixels: what a look needs is copied out of
 * it, so that nothing else has to know of strides, of single bands or of memory that ends at the
 * last pixel. */
#include "image/codec_internal.h"

static void expand_row(uint8_t *out, const uint8_t *in, int32_t width, int32_t bands)
{
    if (bands != 1) {
        memcpy(out, in, (size_t)width * (size_t)bands);
        return;
    }
    for (int32_t x = 0; x < width; x++, out += 3)
        out[0] = out[1] = out[2] = in[x];
}

static fov_status check_shape(fov_context *ctx, int32_t width, int32_t height, int32_t bands,
                              size_t stride, fov_error *err)
{
    if (bands != 1 && bands != 3 && bands != 4)
        return fov__fail(err, FOV_E_ARG, 0, "image.bands",
                         "bands is %d, and 1, 3 and 4 are allowed", (int)bands);
    if (width < 1 || height < 1)
        return fov__fail(err, FOV_E_ARG, 0, "image.size",
                         "the size is %d x %d pixels, and both sides must be at least 1",
                         (int)width, (int)height);
    const fov_status rc =
        fov__limits_check_size(ctx, (uint64_t)width, (uint64_t)height, "image.size", err);
    if (rc < 0)
        return rc;
    const uint64_t row = (uint64_t)width * (uint64_t)bands;
    if (stride < row || stride > SIZE_MAX / (size_t)height)
        return fov__fail(err, FOV_E_ARG, 0, "image.stride",
                         "stride is %zu, and a row of %d x %d bytes needs at least %llu", stride,
                         (int)width, (int)bands, (unsigned long long)row);
    return FOV_OK;
}

static void describe(fov_image *image, int32_t width, int32_t height, int32_t bands)
{
    image->raw_width = image->info.width = width;
    image->raw_height = image->info.height = height;
    image->info.format = FOV_FORMAT_PIXELS;
    image->info.bits = 8;
    image->info.channels = bands;
    image->info.has_alpha = bands == 4;
}

/* The image of rows that are there, named by their hash; nothing is kept of them yet. */
static fov_status new_named(fov_image **out, fov_context *ctx, const void *pixels, int32_t width,
                            int32_t height, int32_t bands, size_t stride, fov_error *err)
{
    if (out == NULL || ctx == NULL || pixels == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "image", "%s is NULL",
                         out == NULL   ? "out"
                         : ctx == NULL ? "ctx"
                                       : "pixels");
    *out = NULL;
    fov_status rc = check_shape(ctx, width, height, bands, stride, err);
    if (rc < 0)
        return rc;
    fov_image *image = fov__image_new(ctx, err);
    if (image == NULL)
        return FOV_E_MEMORY;
    describe(image, width, height, bands);
    fov__pixels_hash(pixels, width, height, bands, stride, image->sha256);
    atomic_store_explicit(&image->is_named, true, memory_order_release);
    *out = image;
    return FOV_OK;
}

fov_status fov_image_new_pixels(fov_image **out, fov_context *ctx, const void *pixels,
                                int32_t width, int32_t height, int32_t bands, size_t stride,
                                fov_error *err)
{
    fov_status rc = new_named(out, ctx, pixels, width, height, bands, stride, err);
    if (rc < 0)
        return rc;
    fov_image *image = *out;
    rc = fov__pixels_new(&image->pixels, ctx, width, height, bands == 4 ? 4 : 3, err);
    if (rc < 0) {
        fov_image_unref(image);
        *out = NULL;
        return rc;
    }
    for (int32_t y = 0; y < height; y++)
        expand_row(fov__pixels_row(image->pixels, y),
                   (const uint8_t *)pixels + (size_t)y * stride, width, bands);
    fov__ok(err);
    return FOV_OK;
}

fov_status fov_image_new_borrowed(fov_image **out, fov_context *ctx, const void *pixels,
                                  int32_t width, int32_t height, int32_t bands, size_t stride,
                                  void (*release)(void *user), void *user, fov_error *err)
{
    const fov_status rc = new_named(out, ctx, pixels, width, height, bands, stride, err);
    if (rc < 0)
        return rc;
    (*out)->lent.data = pixels;
    (*out)->lent.stride = stride;
    (*out)->lent.release = release;
    (*out)->lent.user = user;
    fov__ok(err);
    return FOV_OK;
}

fov_status fov__image_take_pixels(fov_image **out, struct fov_pixels *px, fov_error *err)
{
    *out = NULL;
    fov_image *image = fov__image_new(px->ctx, err);
    if (image == NULL) {
        fov__pixels_unref(px);
        return FOV_E_MEMORY;
    }
    image->pixels = px;
    describe(image, px->width, px->height, px->bands);
    *out = image; /* its name is made when somebody asks */
    return FOV_OK;
}

const char *fov__image_name(const fov_image *image)
{
    fov_image *mine = (fov_image *)(uintptr_t)image; /* the name was always there to be found */
    if (!atomic_load_explicit(&mine->is_named, memory_order_acquire)) {
        char sha256[FOV_SHA256_HEX];
        const struct fov_pixels *px = image->pixels;
        fov__pixels_hash(px->data, px->width, px->height, px->bands, px->stride, sha256);
        pthread_mutex_lock(&image->ctx->slot_lock);
        if (!atomic_load_explicit(&mine->is_named, memory_order_relaxed))
            memcpy(mine->sha256, sha256, sizeof(sha256));
        atomic_store_explicit(&mine->is_named, true, memory_order_release);
        pthread_mutex_unlock(&image->ctx->slot_lock);
    }
    return image->sha256;
}

void fov__image_raw_row(const fov_image *image, int32_t y, uint8_t *out)
{
    const size_t width = (size_t)image->info.width, bands = (size_t)image->info.channels;
    if (image->lent.data != NULL) {
        memcpy(out, image->lent.data + (size_t)y * image->lent.stride, width * bands);
        return;
    }
    const uint8_t *from = fov__pixels_row(image->pixels, y);
    if (bands == (size_t)image->pixels->bands) {
        memcpy(out, from, width * bands);
        return;
    }
    for (size_t x = 0; x < width; x++) /* grey was repeated into three bands */
        out[x] = from[x * (size_t)image->pixels->bands];
}

/* Rows [y, y + rows) of the columns of `part`, in pixels as everybody else knows them. */
static void fetch_rows(uint8_t *out, size_t out_stride, const fov_image *image, int32_t x,
                       int32_t y, int32_t width, int32_t rows)
{
    const int32_t bands = image->info.channels;
    for (int32_t row = 0; row < rows; row++)
        expand_row(out + (size_t)row * out_stride,
                   image->lent.data + (size_t)(y + row) * image->lent.stride +
                       (size_t)x * (size_t)bands,
                   width, bands);
}

static fov_status shrink_lent(struct fov_pixels *px, const fov_image *image, int32_t x, int32_t y,
                              int32_t width, int32_t height, int32_t shrink, fov_error *err)
{
    const size_t stride = (size_t)width * (size_t)px->bands;
    uint8_t *strip = fov__alloc(image->ctx, stride * (size_t)shrink);
    if (strip == NULL)
        return fov__fail_memory(err, "image", stride * (size_t)shrink);
    for (int32_t row = 0; row < px->height; row++) {
        const int32_t left = height - row * shrink, rows = left < shrink ? left : shrink;
        fetch_rows(strip, stride, image, x, y + row * shrink, width, rows);
        fov__shrink_rows(px->ctx->cpu, fov__pixels_row(px, row), strip, stride, width, rows,
                         px->bands, shrink);
    }
    fov__free(image->ctx, strip);
    return FOV_OK;
}

fov_status fov__lent_decode(struct fov_level *out, const fov_image *image, struct fov_recti region,
                            int32_t shrink, fov_error *err)
{
    const int32_t x = region.x / shrink * shrink, y = region.y / shrink * shrink;
    const int32_t width = region.x + region.width - x, height = region.y + region.height - y;
    /* The last square of a level is whole, unless the picture ends within it. */
    const int32_t wide = fov__level_size(width, shrink) * shrink,
                  high = fov__level_size(height, shrink) * shrink;
    const int32_t room_x = image->info.width - x, room_y = image->info.height - y;
    const int32_t w = wide < room_x ? wide : room_x, h = high < room_y ? high : room_y;
    struct fov_pixels *px = NULL;
    fov_status rc =
        fov__pixels_new(&px, image->ctx, fov__level_size(w, shrink), fov__level_size(h, shrink),
                        image->info.channels == 4 ? 4 : 3, err);
    if (rc == FOV_OK && shrink == 1)
        fetch_rows(px->data, px->stride, image, x, y, w, h);
    else if (rc == FOV_OK)
        rc = shrink_lent(px, image, x, y, w, h, shrink, err);
    if (rc < 0) {
        fov__pixels_unref(px);
        return rc;
    }
    *out = (struct fov_level){.px = px, .shrink = shrink, .x0 = x, .y0 = y};
    return FOV_OK;
}
