/* SPDX-License-Identifier: MIT */
/* The marks of a JPEG's coded data: what is read from any of them equals libjpeg's decode of the
 * whole, or is refused; how far they have grown before does not show. Both twins run, some on
 * several threads. */
#include "fuzz_jpeg_seeds.h"

#include "image/jpeg_internal.h"

#include <stdlib.h>

static bool reach(struct fov_jpeg_scan *scan, const fov_image *image, int32_t rows)
{
    fuzz_require(fov__jpeg_scan_begin(scan, NULL) == FOV_OK, "tables can be made");
    const bool is_there = fov__jpeg_scan_reach(scan, image, rows, NULL);
    fov__jpeg_scan_end(scan);
    return is_there;
}

/* False: refused. */
static bool read_box(struct fov_pixels **out, struct fov_jpeg_scan *scan, const fov_image *image,
                     struct fov_recti r, int32_t shrink)
{
    struct fov_planes *planes = NULL;
    bool is_refused = false;
    fuzz_require(fov__jpeg_planes_new(&planes, scan, r, shrink, NULL) == FOV_OK &&
                     fov__jpeg_planes_read(planes, scan, image, shrink, &is_refused, NULL, NULL) ==
                         FOV_OK,
                 "planes can be read");
    if (!is_refused)
        fuzz_require(fov__planes_to_pixels(out, planes, r, NULL, NULL) == FOV_OK,
                     "planes can be converted");
    fov__planes_unref(planes);
    return !is_refused;
}

static void require_box(const struct fov_pixels *px, const struct fov_pixels *truth,
                        struct fov_recti r)
{
    for (int32_t y = 0; y < r.height; y++)
        fuzz_require(memcmp(fov__pixels_row(px, y),
                            fov__pixels_row(truth, r.y + y) + 3 * (size_t)r.x,
                            3 * (size_t)r.width) == 0,
                     "what marks give is what libjpeg gives");
}

static struct fov_jpeg_scan *scan_of(fov_image *image)
{
    struct fov_jpeg_scan *scan = NULL;
    fuzz_require(fov__jpeg_scan_new(&scan, image, NULL) == FOV_OK, "a scan can be made");
    return scan;
}

static void try_boxes(fov_image *image, const struct fov_pixels *truth, int32_t shrink,
                      uint64_t numbers)
{
    struct fov_jpeg_scan *grown = scan_of(image);
    const int32_t width = fov__level_size(image->raw_width, shrink);
    const int32_t height = fov__level_size(image->raw_height, shrink);
    for (int i = 0; i < 4; i++, numbers = numbers * 6364136223846793005u + 1442695040888963407u) {
        struct fov_jpeg_scan *cold = scan_of(image);
        struct fov_pixels *a = NULL, *b = NULL;
        struct fov_recti r = {(int32_t)(numbers >> 8 & 0xffff) % width,
                              (int32_t)(numbers >> 24 & 0xffff) % height, 0, 0};
        r.width = 1 + (int32_t)(numbers >> 40 & 0xff) % (width - r.x);
        r.height = 1 + (int32_t)(numbers >> 48 & 0xff) % (height - r.y);
        if (i % 2 != 0)
            reach(grown, image, 1 + r.y / (8 * grown->max_v));
        const bool is_cold = read_box(&a, cold, image, r, shrink);
        const bool is_grown = read_box(&b, grown, image, r, shrink);
        fuzz_require(is_cold == is_grown, "what is refused does not depend on what was read");
        fuzz_require(!is_cold || memcmp(a->data, b->data, a->stride * (size_t)a->height) == 0,
                     "pixels do not depend on what was read");
        if (is_cold && truth != NULL)
            require_box(a, truth, r);
        fov__pixels_unref(a);
        fov__pixels_unref(b);
        fov__jpeg_scan_unref(cold);
    }
    fov__jpeg_scan_unref(grown);
}

static void try_image(fov_image *image, uint64_t numbers)
{
    struct fov_jpeg_scan *scan = scan_of(image);
    const bool is_refused = scan->is_refused;
    /* A scan that was passed to its end is undamaged to libjpeg too. */
    const bool is_whole = reach(scan, image, scan->mcus_y);
    fov__jpeg_scan_unref(scan);
    if (is_refused)
        return;
    for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
        const struct fov_recti all = {0, 0, fov__level_size(image->raw_width, shrink),
                                      fov__level_size(image->raw_height, shrink)};
        struct fov_pixels *truth = NULL;
        const fov_status rc = fov__jpeg_decode(&truth, image, all, shrink, NULL, NULL);
        fuzz_require(rc == FOV_OK || !is_whole,
                     "libjpeg finds no damage where the walk found none");
        try_boxes(image, truth, shrink, numbers + (uint64_t)shrink);
        fov__pixels_unref(truth);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || memcmp(data, "\xff\xd8\xff", 3) != 0)
        return 0;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    const uint64_t numbers = fov__xxh3(data, size);
    opts.limits = (fov_limits){.pixels = 200000, .edge = 3000};
    opts.threads = numbers >> 32 & 7 ? 1 : 3;
    fuzz_require(fov_context_new(&ctx, &opts, NULL) == FOV_OK, "a context can be made");
    if (numbers % 4 == 0)
        ctx->cpu = FOV__CPU_PORTABLE;
    if (fov_image_open_memory(&image, ctx, data, size, NULL, NULL) == FOV_OK)
        try_image(image, numbers);
    fov_image_unref(image);
    fov_context_free(ctx);
    return 0;
}

void fuzz_seeds(fuzz_emit emit, void *user)
{
    fuzz_jpeg_seeds(emit, user);
}
