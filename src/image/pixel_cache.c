/* SPDX-License-Identifier: MIT */
/* Decoded pieces by key, shared by all threads of a context: each is made once, the least recently
 * used is dropped first, and the sum of bytes stays within the context's budget. A cache may make
 * things fast and must never make them different: what it holds is exactly what making would give,
 * and when memory for its own records runs out it steps aside. */
#include "image/codec_internal.h"

enum { BUCKETS = 256 };

struct entry {
    struct fov_cache_key key;
    struct fov_level level; /* px is NULL while somebody makes it */
    size_t bytes;
    struct entry *chain;         /* same bucket */
    struct entry *newer, *older; /* by use; only entries that are made */
};

struct cache {
    fov_context *ctx;
    pthread_mutex_t lock;
    pthread_cond_t made;
    struct entry *bucket[BUCKETS];
    struct entry *newest, *oldest;
    struct fov_cache_stats stats;
};

static void cache_free(void *service)
{
    struct cache *cache = service;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *entry = cache->bucket[i], *next; entry != NULL; entry = next) {
            next = entry->chain;
            fov__pixels_unref(entry->level.px);
            fov__free(cache->ctx, entry);
        }
    }
    pthread_cond_destroy(&cache->made);
    pthread_mutex_destroy(&cache->lock);
    fov__free(cache->ctx, cache);
}

static void *cache_make(fov_context *ctx, fov_error *err)
{
    struct cache *cache = fov__calloc(ctx, 1, sizeof(*cache));
    if (cache == NULL) {
        fov__fail_memory(err, "cache", sizeof(*cache));
        return NULL;
    }
    cache->ctx = ctx;
    if (pthread_mutex_init(&cache->lock, NULL) != 0) {
        fov__free(ctx, cache);
        fov__fail_memory(err, "cache", sizeof(*cache));
        return NULL;
    }
    if (pthread_cond_init(&cache->made, NULL) != 0) {
        pthread_mutex_destroy(&cache->lock);
        fov__free(ctx, cache);
        fov__fail_memory(err, "cache", sizeof(*cache));
        return NULL;
    }
    return cache;
}

static struct cache *cache_of(fov_context *ctx)
{
    return fov__service(ctx, FOV__SLOT_PIXEL_CACHE, cache_make, cache_free, NULL);
}

/* The cache when there is one already. */
static struct cache *cache_there(fov_context *ctx)
{
    pthread_mutex_lock(&ctx->slot_lock);
    struct cache *cache = ctx->slot[FOV__SLOT_PIXEL_CACHE];
    pthread_mutex_unlock(&ctx->slot_lock);
    return cache;
}

static bool key_equal(const struct fov_cache_key *a, const struct fov_cache_key *b)
{
    return a->source[0] == b->source[0] && a->source[1] == b->source[1] &&
           a->region.x == b->region.x && a->region.y == b->region.y &&
           a->region.width == b->region.width && a->region.height == b->region.height &&
           a->shrink == b->shrink && a->recipe == b->recipe;
}

static struct entry **slot_of(struct cache *cache, const struct fov_cache_key *key)
{
    const uint64_t parts[] = {key->source[0],
                              key->source[1],
                              (uint64_t)key->region.x,
                              (uint64_t)key->region.y,
                              (uint64_t)key->region.width,
                              (uint64_t)key->region.height,
                              (uint64_t)key->shrink,
                              key->recipe};
    struct entry **slot = &cache->bucket[fov__xxh3(parts, sizeof(parts)) % BUCKETS];
    while (*slot != NULL && !key_equal(&(*slot)->key, key))
        slot = &(*slot)->chain;
    return slot;
}

static void unlink_use(struct cache *cache, struct entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
    entry->newer = entry->older = NULL;
}

static void link_newest(struct cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

/* An entry that is being made is in no list by use. */
static void drop_entry(struct cache *cache, struct entry *entry)
{
    *slot_of(cache, &entry->key) = entry->chain;
    if (entry->level.px != NULL) {
        unlink_use(cache, entry);
        cache->stats.bytes -= entry->bytes;
        fov__pixels_unref(entry->level.px);
    }
    fov__free(cache->ctx, entry);
}

static void use(struct cache *cache, struct entry *entry, struct fov_level *out)
{
    unlink_use(cache, entry);
    link_newest(cache, entry);
    *out = entry->level;
    fov__pixels_ref(out->px);
    cache->stats.hits++;
}

/* Find it, waiting while another thread makes it; or reserve it. True: found. */
static bool find_or_reserve(struct cache *cache, const struct fov_cache_key *key,
                            struct fov_level *out, struct entry **mine)
{
    struct entry **slot = slot_of(cache, key);
    while (*slot != NULL && (*slot)->level.px == NULL) {
        pthread_cond_wait(&cache->made, &cache->lock);
        slot = slot_of(cache, key); /* anything may have moved */
    }
    *mine = NULL;
    if (*slot != NULL) {
        use(cache, *slot, out);
        return true;
    }
    cache->stats.misses++;
    struct entry *entry = fov__calloc(cache->ctx, 1, sizeof(*entry));
    if (entry != NULL) {
        entry->key = *key;
        *slot = entry;
        *mine = entry;
    }
    return false;
}

static void settle(struct cache *cache, struct entry *entry, const struct fov_level *level)
{
    const uint64_t budget = cache->ctx->limits.cache_bytes;
    const size_t bytes =
        level != NULL ? level->px->stride * (size_t)level->px->height + sizeof(*entry) : 0;
    if (level == NULL || bytes > budget) {
        drop_entry(cache, entry); /* whoever waits makes it for himself */
        return;
    }
    while (cache->stats.bytes > budget - bytes) {
        drop_entry(cache, cache->oldest);
        cache->stats.evicted++;
    }
    entry->level = *level;
    entry->bytes = bytes;
    fov__pixels_ref(level->px);
    cache->stats.bytes += bytes;
    link_newest(cache, entry);
}

fov_status fov__cache_get(struct fov_level *out, fov_context *ctx, const struct fov_cache_key *key,
                          fov__cache_make_fn make, void *user, fov_error *err)
{
    struct cache *cache = cache_of(ctx);
    if (cache == NULL)
        return make(out, user, err);
    struct entry *mine = NULL;
    pthread_mutex_lock(&cache->lock);
    const bool found = find_or_reserve(cache, key, out, &mine);
    pthread_mutex_unlock(&cache->lock);
    if (found)
        return FOV_OK;
    const fov_status rc = make(out, user, err);
    if (mine == NULL)
        return rc;
    pthread_mutex_lock(&cache->lock);
    settle(cache, mine, rc < 0 ? NULL : out);
    pthread_cond_broadcast(&cache->made);
    pthread_mutex_unlock(&cache->lock);
    return rc;
}

bool fov__cache_peek(struct fov_level *out, fov_context *ctx, const struct fov_cache_key *key)
{
    struct cache *cache = cache_there(ctx);
    if (cache == NULL)
        return false;
    pthread_mutex_lock(&cache->lock);
    struct entry *entry = *slot_of(cache, key);
    const bool found = entry != NULL && entry->level.px != NULL;
    if (found)
        use(cache, entry, out);
    pthread_mutex_unlock(&cache->lock);
    return found;
}

bool fov__cache_drop(fov_context *ctx)
{
    struct cache *cache = cache_there(ctx);
    if (cache == NULL)
        return false;
    pthread_mutex_lock(&cache->lock);
    const bool had = cache->oldest != NULL;
    while (cache->oldest != NULL) {
        drop_entry(cache, cache->oldest);
        cache->stats.evicted++;
    }
    pthread_mutex_unlock(&cache->lock);
    return had;
}

void fov__cache_get_stats(fov_context *ctx, struct fov_cache_stats *out)
{
    struct cache *cache = cache_there(ctx);
    memset(out, 0, sizeof(*out));
    if (cache == NULL)
        return;
    pthread_mutex_lock(&cache->lock);
    *out = cache->stats;
    pthread_mutex_unlock(&cache->lock);
}
