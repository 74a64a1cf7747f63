/* SPDX-License-Identifier: MIT */
/* Deliveries kept by the recipe of what they show: the same picture asked about twice, by two
 * sessions or two threads, is rendered and encoded once. As with decoded pixels, what is kept is
 * exactly what making would give: it must never show in a result. */
#include "encode/encode_internal.h"

enum { KEPT_MAX = 64, SHARE_OF_CACHE = 8 };

struct kept {
    struct fov_delivery_key key;
    struct fov_delivery *delivery; /* NULL: a free place */
    uint64_t used;                 /* by the clock of `deliveries` */
};

struct deliveries {
    fov_context *ctx;
    pthread_mutex_t lock;
    uint64_t clock, bytes;
    struct kept kept[KEPT_MAX];
};

static void drop(struct deliveries *all, struct kept *kept)
{
    all->bytes -= kept->delivery->bytes.size;
    fov__delivery_unref(kept->delivery);
    kept->delivery = NULL;
}

static void deliveries_free(void *service)
{
    struct deliveries *all = service;
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (all->kept[i].delivery != NULL)
            drop(all, &all->kept[i]);
    }
    pthread_mutex_destroy(&all->lock);
    fov__free(all->ctx, all);
}

static void *deliveries_make(fov_context *ctx, fov_error *err)
{
    struct deliveries *all = fov__calloc(ctx, 1, sizeof(*all));
    if (all == NULL || pthread_mutex_init(&all->lock, NULL) != 0) {
        fov__free(ctx, all);
        fov__fail_memory(err, "deliveries", sizeof(*all));
        return NULL;
    }
    all->ctx = ctx;
    return all;
}

static bool key_equal(const struct fov_delivery_key *a, const struct fov_delivery_key *b)
{
    return a->width == b->width && a->height == b->height && a->allowed == b->allowed &&
           a->byte_max == b->byte_max && strcmp(a->recipe_sha256, b->recipe_sha256) == 0;
}

static struct kept *find(struct deliveries *all, const struct fov_delivery_key *key)
{
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (all->kept[i].delivery != NULL && key_equal(&all->kept[i].key, key))
            return &all->kept[i];
    }
    return NULL;
}

struct fov_delivery *fov__delivery_kept(fov_context *ctx, const struct fov_delivery_key *key)
{
    struct deliveries *all = fov__service_there(ctx, FOV__SLOT_DELIVERIES);
    struct fov_delivery *delivery = NULL;
    if (all == NULL)
        return NULL;
    pthread_mutex_lock(&all->lock);
    struct kept *kept = find(all, key);
    if (kept != NULL) {
        kept->used = ++all->clock;
        delivery = fov__delivery_ref(kept->delivery);
    }
    pthread_mutex_unlock(&all->lock);
    if (delivery != NULL)
        fov__stat_add(ctx, FOV__STAT_DELIVERY_HITS, 1);
    return delivery;
}

/* A free place, or the one used longest ago. */
static struct kept *place(struct deliveries *all)
{
    struct kept *oldest = &all->kept[0];
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (all->kept[i].delivery == NULL)
            return &all->kept[i];
        if (all->kept[i].used < oldest->used)
            oldest = &all->kept[i];
    }
    return oldest;
}

static bool make_room(struct deliveries *all, uint64_t bytes)
{
    const uint64_t budget = all->ctx->limits.cache_bytes / SHARE_OF_CACHE;
    if (bytes > budget)
        return false;
    while (all->bytes > budget - bytes) {
        struct kept *oldest = NULL;
        for (size_t i = 0; i < KEPT_MAX; i++) {
            struct kept *kept = &all->kept[i];
            if (kept->delivery != NULL && (oldest == NULL || kept->used < oldest->used))
                oldest = kept;
        }
        drop(all, oldest);
    }
    return true;
}

void fov__delivery_keep(fov_context *ctx, const struct fov_delivery_key *key,
                        struct fov_delivery *delivery)
{
    struct deliveries *all =
        fov__service(ctx, FOV__SLOT_DELIVERIES, deliveries_make, deliveries_free, NULL);
    if (all == NULL)
        return;
    pthread_mutex_lock(&all->lock);
    if (find(all, key) == NULL && make_room(all, delivery->bytes.size)) {
        struct kept *kept = place(all);
        if (kept->delivery != NULL)
            drop(all, kept);
        kept->key = *key;
        kept->delivery = fov__delivery_ref(delivery);
        kept->used = ++all->clock;
        all->bytes += delivery->bytes.size;
    }
    pthread_mutex_unlock(&all->lock);
}
