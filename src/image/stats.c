/* SPDX-License-Identifier: MIT */
/* What a context's work has come to, told to the program. It only reads sums that others keep. */
#include "image/image_internal.h"

void fov_stats_init(fov_stats *stats)
{
    if (stats != NULL)
        *stats = (fov_stats)FOV_STATS_INIT;
}

static uint64_t sum_of(fov_context *ctx, enum fov__stat stat)
{
    return atomic_load_explicit(&ctx->stat[stat], memory_order_relaxed);
}

fov_status fov_stats_get(fov_context *ctx, fov_stats *stats, fov_error *err)
{
    if (ctx == NULL || stats == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "stats", "%s is NULL", ctx == NULL ? "ctx" : "stats");
    if (stats->struct_size != sizeof(*stats))
        return fov__fail(err, FOV_E_ARG, 0, "stats.struct_size",
                         "struct_size is %u where this library has %zu: start from FOV_STATS_INIT",
                         (unsigned)stats->struct_size, sizeof(*stats));
    struct fov_cache_stats cache;
    fov__cache_get_stats(ctx, &cache);
    stats->cache_hits = cache.hits;
    stats->cache_misses = cache.misses;
    stats->cache_evicted = cache.evicted;
    stats->cache_bytes = cache.bytes;
    stats->decoded_pixels = sum_of(ctx, FOV__STAT_DECODED_PIXELS);
    stats->delivery_hits = sum_of(ctx, FOV__STAT_DELIVERY_HITS);
    stats->decode_us = sum_of(ctx, FOV__STAT_DECODE_US);
    stats->resample_us = sum_of(ctx, FOV__STAT_RESAMPLE_US);
    stats->encode_us = sum_of(ctx, FOV__STAT_ENCODE_US);
    fov__ok(err);
    return FOV_OK;
}
