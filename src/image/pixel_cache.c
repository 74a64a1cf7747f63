/* SPDX-License-Identifier: MIT */
/* Decoded pieces by key, shared by all threads of a context: each is made once, the least recently
 * used is dropped first, and the sum of bytes stays within the context's budget. A cache may make
 * things fast and must never make them different: what it holds is exactly what making would give,
 * and when memory for its own records runs out it steps aside. */
#include "image/jpeg_internal.h"

#include <time.h>

enum { BUCKETS = 256 };

struct entry {
    struct fov_cache_key key;
    struct fov_kept kept; /* empty while somebody makes it */
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

static bool is_made(const struct entry *entry)
{
    return entry->kept.level.px != NULL || entry->kept.planes != NULL || entry->kept.scan != NULL;
}

void fov__kept_unref(struct fov_kept *kept)
{
    fov__pixels_unref(kept->level.px);
    fov__planes_unref(kept->planes);
    fov__jpeg_scan_unref(kept->scan);
    memset(kept, 0, sizeof(*kept));
}

static void kept_ref(const struct fov_kept *kept)
{
    if (kept->level.px != NULL)
        fov__pixels_ref(kept->level.px);
    if (kept->planes != NULL)
        fov__planes_ref(kept->planes);
    if (kept->scan != NULL)
        fov__jpeg_scan_ref(kept->scan);
}

static size_t bytes_of(const struct fov_kept *kept)
{
    size_t bytes = sizeof(struct entry);
    if (kept->level.px != NULL)
        bytes += kept->level.px->stride * (size_t)kept->level.px->height;
    if (kept->planes != NULL)
        bytes += kept->planes->bytes;
    if (kept->scan != NULL)
        bytes += kept->scan->bytes;
    return bytes;
}

static void cache_free(void *service)
{
    struct cache *cache = service;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *entry = cache->bucket[i], *next; entry != NULL; entry = next) {
            next = entry->chain;
            fov__kept_unref(&entry->kept);
            fov__free(cache->ctx, entry);
        }
    }
    pthread_cond_destroy(&cache->made);
    pthread_mutex_destroy(&cache->lock);
    fov__free(cache->ctx, cache);
}

/* On the monotonic clock, for waits that end. */
static bool make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0)
        return false;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    const bool made = pthread_cond_init(condition, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return made;
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
    if (!make_condition(&cache->made)) {
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
    if (is_made(entry)) {
        unlink_use(cache, entry);
        cache->stats.bytes -= entry->bytes;
        fov__kept_unref(&entry->kept);
    }
    fov__free(cache->ctx, entry);
}

static void use(struct cache *cache, struct entry *entry, struct fov_kept *out)
{
    unlink_use(cache, entry);
    link_newest(cache, entry);
    *out = entry->kept;
    kept_ref(out);
    cache->stats.hits += out->scan == NULL;
}

/* Wait for a maker, a little: the flag of who waits may be set from a signal handler, which cannot
 * wake him. */
static void wait_for_maker(struct cache *cache)
{
    enum { WAIT_NS = 10 * 1000 * 1000, SECOND_NS = 1000 * 1000 * 1000 };
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WAIT_NS;
    if (until.tv_nsec >= SECOND_NS) {
        until.tv_nsec -= SECOND_NS;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&cache->made, &cache->lock, &until);
}

enum found { FOUND, NOT_FOUND, GIVEN_UP };

/* Find it, waiting while another thread makes it; or reserve it. */
static enum found find_or_reserve(struct cache *cache, const struct fov_cache_key *key,
                                  struct fov_kept *out, struct entry **mine,
                                  const fov_cancel *cancel)
{
    struct entry **slot = slot_of(cache, key);
    *mine = NULL;
    while (*slot != NULL && !is_made(*slot)) {
        if (fov_cancel_is_set(cancel))
            return GIVEN_UP;
        wait_for_maker(cache);
        slot = slot_of(cache, key); /* anything may have moved */
    }
    if (*slot != NULL) {
        use(cache, *slot, out);
        return FOUND;
    }
    struct entry *entry = fov__calloc(cache->ctx, 1, sizeof(*entry));
    if (entry != NULL) {
        entry->key = *key;
        *slot = entry;
        *mine = entry;
    }
    return NOT_FOUND;
}

static void settle(struct cache *cache, struct entry *entry, const struct fov_kept *kept)
{
    const uint64_t budget = cache->ctx->limits.cache_bytes;
    const size_t bytes = kept != NULL ? bytes_of(kept) : 0;
    if (kept == NULL || bytes > budget) {
        drop_entry(cache, entry); /* whoever waits makes it for himself */
        return;
    }
    while (cache->stats.bytes > budget - bytes) {
        cache->stats.evicted += cache->oldest->kept.scan == NULL;
        drop_entry(cache, cache->oldest);
    }
    entry->kept = *kept;
    entry->bytes = bytes;
    kept_ref(kept);
    cache->stats.bytes += bytes;
    link_newest(cache, entry);
}

fov_status fov__cache_get_kept(struct fov_kept *out, fov_context *ctx,
                               const struct fov_cache_key *key, fov__kept_make_fn make, void *user,
                               const fov_cancel *cancel, fov_error *err)
{
    struct cache *cache = cache_of(ctx);
    memset(out, 0, sizeof(*out));
    if (cache == NULL)
        return make(out, user, err);
    struct entry *mine = NULL;
    pthread_mutex_lock(&cache->lock);
    const enum found found = find_or_reserve(cache, key, out, &mine, cancel);
    pthread_mutex_unlock(&cache->lock);
    if (found == FOUND)
        return FOV_OK;
    if (found == GIVEN_UP)
        return fov__cancelled(err);
    const fov_status rc = make(out, user, err);
    pthread_mutex_lock(&cache->lock);
    cache->stats.misses += rc < 0 || out->scan == NULL;
    if (mine != NULL) {
        settle(cache, mine, rc < 0 ? NULL : out);
        pthread_cond_broadcast(&cache->made);
    }
    pthread_mutex_unlock(&cache->lock);
    return rc;
}

struct level_maker {
    fov__cache_make_fn make;
    void *user;
};

static fov_status make_level(struct fov_kept *out, void *user, fov_error *err)
{
    const struct level_maker *maker = user;
    return maker->make(&out->level, maker->user, err);
}

fov_status fov__cache_get(struct fov_level *out, fov_context *ctx, const struct fov_cache_key *key,
                          fov__cache_make_fn make, void *user, const fov_cancel *cancel,
                          fov_error *err)
{
    struct level_maker maker = {make, user};
    struct fov_kept kept;
    const fov_status rc = fov__cache_get_kept(&kept, ctx, key, make_level, &maker, cancel, err);
    *out = kept.level;
    return rc;
}

bool fov__cache_peek(struct fov_kept *out, fov_context *ctx, const struct fov_cache_key *key)
{
    struct cache *cache = cache_there(ctx);
    if (cache == NULL)
        return false;
    pthread_mutex_lock(&cache->lock);
    struct entry *entry = *slot_of(cache, key);
    const bool found = entry != NULL && is_made(entry);
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
        cache->stats.evicted += cache->oldest->kept.scan == NULL;
        drop_entry(cache, cache->oldest);
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
