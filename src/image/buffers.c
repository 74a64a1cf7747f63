/* SPDX-License-Identifier: MIT */
/* Large blocks that are used again: fresh memory costs as much as half a decode, in page faults.
 * What is kept counts as live memory, is at most an eighth of limits.cache_bytes, never makes the
 * pool hold more than was once in use at the same time, and is given back before any allocation of
 * the context fails. It must never keep a block where a sanitizer watches for use after free. */
#include "image/codec_internal.h"

/* Smaller blocks come from the allocator's own lists without a page fault. */
enum { KEPT_MIN = 64 * 1024, BLOCKS_MAX = 16, CACHE_PART = 8 };

#if defined(__SANITIZE_ADDRESS__)
enum { IS_KEEPING = false };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
enum { IS_KEEPING = false };
#else
enum { IS_KEEPING = true };
#endif
#else
enum { IS_KEEPING = true };
#endif

/* Before the bytes of every block; what follows it is on a cache line of its own. */
struct block {
    _Alignas(64) size_t size;
    void *origin;                /* what fov__alloc gave */
    struct block *newer, *older; /* by when it was given back */
    bool is_counted;             /* by the pool */
};
enum { HEADER = sizeof(struct block) };
_Static_assert(HEADER == 64, "a block's header is a cache line");

struct pool {
    fov_context *ctx;
    pthread_mutex_t lock;
    struct block *newest, *oldest;
    size_t count;
    uint64_t kept, in_use, peak; /* bytes; peak is of in_use */
    uint64_t hits, misses;
};

static struct block *block_new(fov_context *ctx, size_t size)
{
    if (size > SIZE_MAX - 2 * HEADER)
        return NULL;
    void *origin = fov__alloc(ctx, size + 2 * HEADER);
    if (origin == NULL)
        return NULL;
    const uintptr_t line = ((uintptr_t)origin + HEADER - 1) / HEADER * HEADER;
    struct block *block = (void *)((uint8_t *)origin + (line - (uintptr_t)origin));
    *block = (struct block){.size = size, .origin = origin};
    fov__pixels_advise((uint8_t *)(block + 1), size);
    return block;
}

static void block_free(fov_context *ctx, struct block *block)
{
    fov__free(ctx, block->origin);
}

static void unlink_block(struct pool *pool, struct block *block)
{
    *(block->newer != NULL ? &block->newer->older : &pool->newest) = block->older;
    *(block->older != NULL ? &block->older->newer : &pool->oldest) = block->newer;
    block->newer = block->older = NULL;
    pool->kept -= block->size;
    pool->count--;
}

static void link_block(struct pool *pool, struct block *block)
{
    block->older = pool->newest;
    *(pool->newest != NULL ? &pool->newest->newer : &pool->oldest) = block;
    pool->newest = block;
    pool->kept += block->size;
    pool->count++;
}

/* Take out the oldest until at most `bytes` are kept, as a chain by `older`. */
static struct block *shrink_to(struct pool *pool, uint64_t bytes)
{
    struct block *chain = NULL;
    while (pool->kept > bytes || pool->count > BLOCKS_MAX) {
        struct block *block = pool->oldest;
        unlink_block(pool, block);
        block->older = chain;
        chain = block;
    }
    return chain;
}

/* Outside the lock: the allocator is the host's. */
static bool free_chain(fov_context *ctx, struct block *chain)
{
    const bool had = chain != NULL;
    while (chain != NULL) {
        struct block *next = chain->older;
        block_free(ctx, chain);
        chain = next;
    }
    return had;
}

static bool reclaim(fov_context *ctx)
{
    struct pool *pool = fov__service_there(ctx, FOV__SLOT_BUFFERS);
    if (pool == NULL)
        return false;
    pthread_mutex_lock(&pool->lock);
    struct block *chain = shrink_to(pool, 0);
    pthread_mutex_unlock(&pool->lock);
    return free_chain(ctx, chain);
}

static void pool_free(void *service)
{
    struct pool *pool = service;
    atomic_store(&pool->ctx->reclaim, NULL);
    free_chain(pool->ctx, shrink_to(pool, 0));
    pthread_mutex_destroy(&pool->lock);
    fov__free(pool->ctx, pool);
}

static void *pool_make(fov_context *ctx, fov_error *err)
{
    struct pool *pool = fov__calloc(ctx, 1, sizeof(*pool));
    if (pool == NULL || pthread_mutex_init(&pool->lock, NULL) != 0) {
        fov__free(ctx, pool);
        fov__fail_memory(err, "buffers", sizeof(*pool));
        return NULL;
    }
    pool->ctx = ctx;
    return pool;
}

/* NULL: nothing is kept, blocks come and go. */
static struct pool *pool_of(fov_context *ctx, size_t size)
{
    if (!IS_KEEPING || size < KEPT_MIN)
        return NULL;
    struct pool *pool = fov__service(ctx, FOV__SLOT_BUFFERS, pool_make, pool_free, NULL);
    if (pool != NULL)
        atomic_store_explicit(&ctx->reclaim, reclaim, memory_order_release);
    return pool;
}

/* The smallest that fits and is at most a quarter larger, so that little is used in vain. */
static struct block *find(struct pool *pool, size_t size)
{
    struct block *best = NULL;
    for (struct block *block = pool->newest; block != NULL; block = block->older) {
        if (block->size >= size && block->size - size <= size / 4 &&
            (best == NULL || block->size < best->size))
            best = block;
    }
    return best;
}

/* Take a block that is kept, or (NULL) make room for a new one, which is counted already. */
static struct block *take(struct pool *pool, size_t size)
{
    pthread_mutex_lock(&pool->lock);
    struct block *chain = NULL, *block = find(pool, size);
    if (block != NULL) {
        unlink_block(pool, block);
        pool->in_use += block->size;
        pool->hits++;
    } else {
        pool->in_use += size;
        pool->misses++;
        chain = shrink_to(pool, pool->peak > pool->in_use ? pool->peak - pool->in_use : 0);
    }
    pthread_mutex_unlock(&pool->lock);
    free_chain(pool->ctx, chain);
    return block;
}

/* How the making of a counted block ended. */
static void settle(struct pool *pool, size_t size, bool is_made)
{
    pthread_mutex_lock(&pool->lock);
    if (is_made)
        pool->peak = pool->peak > pool->in_use ? pool->peak : pool->in_use;
    else
        pool->in_use -= size;
    pthread_mutex_unlock(&pool->lock);
}

void *fov__buffer_new(fov_context *ctx, size_t size)
{
    struct pool *pool = pool_of(ctx, size);
    struct block *block = pool != NULL ? take(pool, size) : NULL;
    if (block == NULL) {
        block = block_new(ctx, size);
        if (pool != NULL)
            settle(pool, size, block != NULL);
        if (block != NULL)
            block->is_counted = pool != NULL;
    }
    return block != NULL ? block + 1 : NULL;
}

void fov__buffer_free(fov_context *ctx, void *ptr)
{
    if (ptr == NULL)
        return;
    struct block *block = (struct block *)ptr - 1;
    if (!block->is_counted) {
        block_free(ctx, block);
        return;
    }
    struct pool *pool = fov__service_there(ctx, FOV__SLOT_BUFFERS);
    const uint64_t most = ctx->limits.cache_bytes / CACHE_PART;
    struct block *chain = block;
    pthread_mutex_lock(&pool->lock);
    /* What goes from one sum to the other leaves both together as they were. */
    pool->in_use -= block->size;
    if (block->size <= most) {
        link_block(pool, block);
        chain = shrink_to(pool, most);
    }
    pthread_mutex_unlock(&pool->lock);
    free_chain(ctx, chain);
}

void fov__buffers_get_stats(fov_context *ctx, struct fov_buffers_stats *out)
{
    struct pool *pool = fov__service_there(ctx, FOV__SLOT_BUFFERS);
    memset(out, 0, sizeof(*out));
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    *out = (struct fov_buffers_stats){pool->hits, pool->misses, pool->kept, pool->in_use};
    pthread_mutex_unlock(&pool->lock);
}
