/* SPDX-License-Identifier: MIT */
/* The one place that allocates pixels: every size is held against the context's limits here, again,
 * whoever asked. It must never be told a size in bytes: width, height and bands are the only way,
 * so that no product is computed elsewhere. */
#include "image/codec_internal.h"

#include <sys/mman.h>

/* Fresh memory in pages of 4 KiB costs as much as half a JPEG decode, in page faults. Advice only:
 * contents and addresses stay as they are. */
void fov__pixels_advise(uint8_t *data, size_t size)
{
#ifdef MADV_HUGEPAGE
    const uintptr_t huge = (uintptr_t)2 * 1024 * 1024;
    const uintptr_t start = ((uintptr_t)data + huge - 1) / huge * huge;
    const uintptr_t end = ((uintptr_t)data + size) / huge * huge;
    if (end > start)
        madvise(data + (start - (uintptr_t)data), end - start, MADV_HUGEPAGE);
#else
    (void)data;
    (void)size;
#endif
}

fov_status fov__limits_check_size(fov_context *ctx, uint64_t width, uint64_t height,
                                  const char *what, fov_error *err)
{
    const fov_limits *limits = &ctx->limits;
    if (width == 0 || height == 0)
        return fov__fail(err, FOV_E_IMAGE, 0, what,
                         "the size is %llu x %llu pixels, and both sides must be at least 1",
                         (unsigned long long)width, (unsigned long long)height);
    if (width > limits->edge || height > limits->edge)
        return fov__fail(
            err, FOV_E_LIMIT, 0, what, "the size is %llu x %llu pixels, and a side has at most %u",
            (unsigned long long)width, (unsigned long long)height, (unsigned)limits->edge);
    /* Both are within 32 bits now, so the product is within 64. */
    if (width > INT32_MAX || height > INT32_MAX || width * height > limits->pixels)
        return fov__fail(err, FOV_E_LIMIT, 0, what,
                         "the size is %llu x %llu pixels, and an image has at most %llu in all",
                         (unsigned long long)width, (unsigned long long)height,
                         (unsigned long long)limits->pixels);
    return FOV_OK;
}

fov_status fov__pixels_new(struct fov_pixels **out, fov_context *ctx, int32_t width, int32_t height,
                           int32_t bands, fov_error *err)
{
    return fov__pixels_new_room(out, ctx, width, height, bands, FOV__PIXELS_SLACK, err);
}

fov_status fov__pixels_new_room(struct fov_pixels **out, fov_context *ctx, int32_t width,
                                int32_t height, int32_t bands, size_t room, fov_error *err)
{
    *out = NULL;
    room = room > FOV__PIXELS_SLACK ? room : FOV__PIXELS_SLACK;
    if (width < 0 || height < 0 || (bands != 3 && bands != 4))
        return fov__fail(err, FOV_E_INTERNAL, 0, "pixels", "pixels of %d x %d x %d were asked for",
                         (int)width, (int)height, (int)bands);
    const fov_status rc =
        fov__limits_check_size(ctx, (uint64_t)width, (uint64_t)height, "pixels", err);
    if (rc < 0)
        return rc;
    const uint64_t bytes = (uint64_t)width * (uint64_t)height * (uint64_t)bands;
    if (bytes > (uint64_t)PTRDIFF_MAX - room)
        return fov__fail_memory(err, "pixels", SIZE_MAX);
    struct fov_pixels *px = fov__alloc(ctx, sizeof(*px));
    if (px == NULL)
        return fov__fail_memory(err, "pixels", sizeof(*px));
    px->data = fov__buffer_new(ctx, (size_t)bytes + room);
    /* Decoded pictures that are only kept for later must not make a new one fail. */
    if (px->data == NULL && fov__cache_drop(ctx))
        px->data = fov__buffer_new(ctx, (size_t)bytes + room);
    if (px->data == NULL) {
        fov__free(ctx, px);
        return fov__fail_memory(err, "pixels", (size_t)bytes);
    }
    memset(px->data + bytes, 0, FOV__PIXELS_SLACK);
    atomic_init(&px->refs, 1);
    px->ctx = ctx;
    px->width = width;
    px->height = height;
    px->bands = bands;
    px->stride = (size_t)width * (size_t)bands;
    px->parent = NULL;
    *out = px;
    return FOV_OK;
}

fov_status fov__pixels_view(struct fov_pixels **out, struct fov_pixels *px, int32_t x, int32_t y,
                            int32_t width, int32_t height, fov_error *err)
{
    struct fov_pixels *view = fov__alloc(px->ctx, sizeof(*view));
    *out = view;
    if (view == NULL)
        return fov__fail_memory(err, "pixels", sizeof(*view));
    atomic_init(&view->refs, 1);
    view->ctx = px->ctx;
    view->width = width;
    view->height = height;
    view->bands = px->bands;
    view->stride = px->stride;
    view->data = fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands;
    view->parent = fov__pixels_ref(px);
    return FOV_OK;
}

struct fov_pixels *fov__pixels_ref(struct fov_pixels *px)
{
    atomic_fetch_add_explicit(&px->refs, 1, memory_order_relaxed);
    return px;
}

void fov__pixels_unref(struct fov_pixels *px)
{
    if (px == NULL || atomic_fetch_sub_explicit(&px->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (px->parent != NULL)
        fov__pixels_unref(px->parent);
    else
        fov__buffer_free(px->ctx, px->data);
    fov__free(px->ctx, px);
}

void fov__pixels_sha256(const struct fov_pixels *px, char out[FOV_SHA256_HEX])
{
    fov__pixels_hash(px->data, px->width, px->height, px->bands, px->stride, out);
}

void fov__pixels_hash(const uint8_t *data, int32_t width, int32_t height, int32_t bands,
                      size_t stride, char out[FOV_SHA256_HEX])
{
    char head[64];
    fov__format(head, sizeof(head), "fovpix1 %d %d %d\n", (int)width, (int)height, (int)bands);
    fov__sha256_rows(out, head, data, (size_t)width * (size_t)bands, stride, height);
}
