/* SPDX-License-Identifier: MIT */
/* Any bytes that open as a JPEG: what the engine hands out, with a cache and without, by one thread
 * and three, is what libjpeg alone gives and a crop of it; and where libjpeg finds damage, so does
 * the engine. */
#include "fuzz_jpeg_seeds.h"

#include "image/codec_internal.h"

#include <stdlib.h>

static bool is_same_box(const struct fov_level *level, const struct fov_pixels *truth,
                        struct fov_recti region)
{
    const int32_t x = region.x - (int32_t)level->x0, y = region.y - (int32_t)level->y0;
    for (int32_t row = 0; row < region.height; row++) {
        if (memcmp(fov__pixels_row(level->px, y + row) + 3 * (size_t)x,
                   fov__pixels_row(truth, region.y + row) + 3 * (size_t)region.x,
                   3 * (size_t)region.width) != 0)
            return false;
    }
    return true;
}

static void compare_regions(fov_image *image, const struct fov_pixels *truth, uint64_t numbers)
{
    for (int i = 0; i < 3; i++, numbers = numbers * 6364136223846793005u + 1442695040888963407u) {
        struct fov_recti r = {(int32_t)(numbers >> 8 & 0xffff) % truth->width,
                              (int32_t)(numbers >> 24 & 0xffff) % truth->height, 0, 0};
        r.width = 1 + (int32_t)(numbers >> 40 & 0xff) % (truth->width - r.x);
        r.height = 1 + (int32_t)(numbers >> 48 & 0xff) % (truth->height - r.y);
        struct fov_level level;
        const fov_status rc = fov__image_decode(&level, image, r, 1, NULL, NULL);
        fuzz_require(rc == FOV_OK, "a piece of what decodes whole decodes");
        fuzz_require(is_same_box(&level, truth, r), "a piece is the same box of the whole");
        fov__pixels_unref(level.px);
    }
}

static void compare_whole(fov_image *image, int32_t shrink, uint64_t numbers)
{
    const struct fov_recti raw = {0, 0, fov__level_size(image->raw_width, shrink),
                                  fov__level_size(image->raw_height, shrink)};
    const struct fov_recti all = {0, 0, image->info.width, image->info.height};
    struct fov_pixels *truth = NULL;
    struct fov_level level;
    fov_error err;
    fov_status want = fov__jpeg_decode(&truth, image, raw, shrink, NULL, NULL);
    if (want == FOV_OK)
        want = fov__orient_pixels(&truth, truth, image->info.orientation, NULL);
    const fov_status rc = fov__image_decode(&level, image, all, shrink, NULL, &err);
    if (rc == FOV_E_MEMORY || want == FOV_E_MEMORY) {
        fov__pixels_unref(rc == FOV_OK ? level.px : NULL);
        fov__pixels_unref(want == FOV_OK ? truth : NULL);
        return;
    }
    fuzz_require(rc == want, "the engine and libjpeg agree on what is damaged");
    if (rc < 0) {
        fuzz_require_error(rc, &err);
        return;
    }
    fuzz_require(level.px->width == truth->width && level.px->height == truth->height,
                 "the whole has its size");
    fuzz_require(fov__xxh3(level.px->data, level.px->stride * (size_t)level.px->height) ==
                     fov__xxh3(truth->data, truth->stride * (size_t)truth->height),
                 "the engine's pixels are libjpeg's");
    if (shrink == 1)
        compare_regions(image, truth, numbers);
    fov__pixels_unref(level.px);
    fov__pixels_unref(truth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        uint64_t cache_bytes;
        uint32_t threads;
    } ways[] = {{0, 1}, {1, 3}};
    if (size < 3 || memcmp(data, "\xff\xd8\xff", 3) != 0)
        return 0;
    for (size_t way = 0; way < FOV_COUNT(ways); way++) {
        fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
        fov_context *ctx = NULL;
        fov_image *image = NULL;
        opts.limits = (fov_limits){.pixels = 300000,
                                   .edge = 3000,
                                   .memory_bytes = 64u << 20,
                                   .cache_bytes = ways[way].cache_bytes};
        opts.threads = ways[way].threads;
        fuzz_require(fov_context_new(&ctx, &opts, NULL) == FOV_OK, "a context can be made");
        if (fov_image_open_memory(&image, ctx, data, size, NULL, NULL) == FOV_OK) {
            for (int32_t shrink = 1; shrink <= 8; shrink *= 2)
                compare_whole(image, shrink, fov__xxh3(data, size));
        }
        fov_image_unref(image);
        fov_context_free(ctx);
    }
    return 0;
}

void fuzz_seeds(fuzz_emit emit, void *user)
{
    fuzz_jpeg_seeds(emit, user);
}
