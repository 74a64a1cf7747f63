/* SPDX-License-Identifier: MIT */
/* All memory of the library goes through here, so that the host's allocator is obeyed and the live
 * bytes of a context stay under its limit. It must never abort, and never call the C library's
 * allocator when the host gave its own. */
#include "base/base_internal.h"

#include <stdalign.h>
#include <stdlib.h>

/* Each block starts with its own size, because free() and realloc() are not told it and the limit
 * on live bytes needs it. The header is as large as the strictest fundamental alignment (16 bytes
 * on x86-64 and AArch64), so that what follows it is aligned as malloc's own result is. */
enum {
    HEADER =
        (sizeof(size_t) + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t)
};
_Static_assert(HEADER >= sizeof(size_t) && HEADER % alignof(max_align_t) == 0, "block header");

static size_t size_of(const char *block)
{
    size_t size;
    memcpy(&size, block, sizeof(size));
    return size;
}

/* Count `bytes` against the limit. A loop of compare and swap, not add-then-check: a request that
 * is refused must not make another thread's small one fail. */
static bool reserve(fov_context *ctx, size_t bytes)
{
    uint64_t live = atomic_load_explicit(&ctx->live_bytes, memory_order_relaxed);
    do {
        if (live > ctx->limits.memory_bytes || bytes > ctx->limits.memory_bytes - live)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&ctx->live_bytes, &live, live + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

static void release(fov_context *ctx, size_t bytes)
{
    atomic_fetch_sub_explicit(&ctx->live_bytes, bytes, memory_order_relaxed);
}

static bool reclaim(fov_context *ctx)
{
    bool (*fn)(fov_context *) = atomic_load_explicit(&ctx->reclaim, memory_order_acquire);
    return fn != NULL && fn(ctx);
}

static char *take(fov_context *ctx, size_t bytes)
{
    if (!reserve(ctx, bytes))
        return NULL;
    char *block = ctx->allocator.malloc_fn(bytes, ctx->allocator.user);
    if (block == NULL)
        release(ctx, bytes);
    return block;
}

void *fov__alloc(fov_context *ctx, size_t size)
{
    if (size > SIZE_MAX - HEADER)
        return NULL;
    char *block = take(ctx, size + HEADER);
    if (block == NULL && reclaim(ctx))
        block = take(ctx, size + HEADER);
    if (block == NULL)
        return NULL;
    memcpy(block, &size, sizeof(size));
    return block + HEADER;
}

void *fov__calloc(fov_context *ctx, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *ptr = fov__alloc(ctx, count * size);
    if (ptr != NULL)
        memset(ptr, 0, count * size);
    return ptr;
}

void *fov__realloc(fov_context *ctx, void *ptr, size_t size)
{
    if (ptr == NULL)
        return fov__alloc(ctx, size);
    if (size > SIZE_MAX - HEADER)
        return NULL;
    char *block = (char *)ptr - HEADER;
    const size_t old = size_of(block);
    if (size > old && !reserve(ctx, size - old) && !(reclaim(ctx) && reserve(ctx, size - old)))
        return NULL;
    char *moved = ctx->allocator.realloc_fn(block, size + HEADER, ctx->allocator.user);
    if (moved == NULL && reclaim(ctx))
        moved = ctx->allocator.realloc_fn(block, size + HEADER, ctx->allocator.user);
    if (moved == NULL) {
        if (size > old)
            release(ctx, size - old);
        return NULL;
    }
    if (size < old)
        release(ctx, old - size);
    memcpy(moved, &size, sizeof(size));
    return moved + HEADER;
}

void fov__free(fov_context *ctx, void *ptr)
{
    if (ptr == NULL)
        return;
    char *block = (char *)ptr - HEADER;
    release(ctx, size_of(block) + HEADER);
    ctx->allocator.free_fn(block, ctx->allocator.user);
}

char *fov__strdup(fov_context *ctx, const char *text)
{
    return fov__strndup(ctx, text, strlen(text));
}

char *fov__strndup(fov_context *ctx, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? fov__alloc(ctx, len + 1) : NULL;
    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

bool fov__grow(fov_context *ctx, void *array_ptr, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity)
        return true;
    size_t wanted = *capacity <= SIZE_MAX / 2 ? *capacity * 2 : SIZE_MAX;
    if (wanted < 8)
        wanted = 8;
    if (wanted < need)
        wanted = need;
    if (size != 0 && wanted > SIZE_MAX / size)
        return false;
    /* Copied through memcpy because a `T **` may not be read as a `void **`. */
    void *array;
    memcpy(&array, array_ptr, sizeof(array));
    void *moved = fov__realloc(ctx, array, wanted * size);
    if (moved == NULL)
        return false;
    memcpy(array_ptr, &moved, sizeof(moved));
    *capacity = wanted;
    return true;
}
