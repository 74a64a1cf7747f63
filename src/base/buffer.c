/* SPDX-License-Identifier: MIT */
/* Growing buffers that are born with a maximum, so that no reply and no document can grow past
 * what its maker allowed. A buffer that failed stays failed: writers add without looking and ask
 * once at the end. It must never hand out a part of what was meant. */
#include "base/base_internal.h"

#include <stdio.h>

/* What an empty buffer's data points at: it is a C string without having cost an allocation.
 * Nothing writes to it, since `cap` is 0 then. */
static const char nothing[1] = "";

static void make_empty(struct fov_buf *buf)
{
    buf->data = (char *)(uintptr_t)nothing;
    buf->len = 0;
    buf->cap = 0;
}

void fov__buf_init(struct fov_buf *buf, fov_context *ctx, size_t max)
{
    buf->ctx = ctx;
    buf->max = max < SIZE_MAX ? max : SIZE_MAX - 1;
    buf->status = FOV_OK;
    make_empty(buf);
}

void fov__buf_free(struct fov_buf *buf)
{
    if (buf->cap > 0)
        fov__free(buf->ctx, buf->data);
    make_empty(buf);
}

void fov__buf_reset(struct fov_buf *buf)
{
    buf->len = 0;
    buf->status = FOV_OK;
    if (buf->cap > 0)
        buf->data[0] = '\0';
}

char *fov__buf_room(struct fov_buf *buf, size_t len)
{
    if (buf->status != FOV_OK)
        return NULL;
    if (len > buf->max - buf->len) {
        buf->status = FOV_E_LIMIT;
        return NULL;
    }
    const size_t need = buf->len + len + 1;
    if (need > buf->cap) {
        size_t cap = buf->cap < buf->max / 2 ? buf->cap * 2 : buf->max + 1;
        if (cap < 64)
            cap = 64;
        if (cap < need)
            cap = need;
        char *moved = fov__realloc(buf->ctx, buf->cap > 0 ? buf->data : NULL, cap);
        if (moved == NULL) {
            buf->status = FOV_E_MEMORY;
            return NULL;
        }
        buf->data = moved;
        buf->cap = cap;
    }
    char *room = buf->data + buf->len;
    buf->len += len;
    buf->data[buf->len] = '\0';
    return room;
}

void fov__buf_add(struct fov_buf *buf, const void *data, size_t len)
{
    char *room = fov__buf_room(buf, len);
    if (room != NULL && len > 0)
        memcpy(room, data, len);
}

void fov__buf_adds(struct fov_buf *buf, const char *text)
{
    fov__buf_add(buf, text, strlen(text));
}

void fov__buf_addc(struct fov_buf *buf, char c)
{
    fov__buf_add(buf, &c, 1);
}

void fov__buf_addf(struct fov_buf *buf, const char *fmt, ...)
{
    char small[256];
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int len = fov__print(small, sizeof(small), fmt, args);
    if (len < 0) {
        buf->status = buf->status == FOV_OK ? FOV_E_MEMORY : buf->status;
    } else if ((size_t)len < sizeof(small)) {
        fov__buf_add(buf, small, (size_t)len);
    } else {
        char *room = fov__buf_room(buf, (size_t)len);
        if (room != NULL && fov__print(room, (size_t)len + 1, fmt, again) != len)
            buf->status = FOV_E_MEMORY;
    }
    va_end(again);
    va_end(args);
}

fov_status fov__buf_check(const struct fov_buf *buf, const char *where, fov_error *err)
{
    if (buf->status == FOV_E_LIMIT)
        return fov__fail(err, FOV_E_LIMIT, 0, where, "the text would grow above %zu bytes",
                         buf->max);
    if (buf->status != FOV_OK)
        return fov__fail_memory(err, where, buf->len);
    fov__ok(err);
    return FOV_OK;
}

fov_status fov__buf_take(struct fov_buf *buf, fov_bytes *out, fov_error *err)
{
    *out = (fov_bytes){NULL, 0, NULL};
    fov__buf_room(buf, 0); /* an empty buffer has no block of its own yet */
    const fov_status rc = fov__buf_check(buf, "buffer", err);
    if (rc < 0) {
        fov__buf_free(buf);
        return rc;
    }
    *out = (fov_bytes){(uint8_t *)buf->data, buf->len, buf->ctx};
    make_empty(buf);
    return FOV_OK;
}

char *fov__buf_take_text(struct fov_buf *buf)
{
    fov_bytes bytes;
    return fov__buf_take(buf, &bytes, NULL) < 0 ? NULL : (char *)bytes.data;
}

fov_bytes fov__bytes_new(fov_context *ctx, size_t size)
{
    fov_bytes bytes = {NULL, 0, NULL};
    uint8_t *data = size < SIZE_MAX ? fov__alloc(ctx, size + 1) : NULL;
    if (data != NULL) {
        data[size] = 0;
        bytes = (fov_bytes){data, size, ctx};
    }
    return bytes;
}

void fov_bytes_free(fov_bytes *bytes)
{
    if (bytes == NULL)
        return;
    if (bytes->data != NULL && bytes->owner != NULL)
        fov__free(bytes->owner, bytes->data);
    *bytes = (fov_bytes){NULL, 0, NULL};
}
