/* SPDX-License-Identifier: MIT */
/* Any bytes are opened and decoded, strictly and leniently, whole, shrunk and by a piece. What must
 * hold beside not crashing: a piece equals the same box of the whole, and memory stays in bounds.
 */
#include "fuzz_support.h"

#include "image/image_internal.h"

#include <libdeflate.h>
#include <stdlib.h>

/* The whole at shrink 1, which may fail; then levels and a piece, which must agree with it. */
static void decode(fov_image *image)
{
    const fov_size size = fov_image_size(image);
    const struct fov_recti all = {0, 0, size.width, size.height};
    struct fov_level whole, level;
    uint8_t box[4 * 5 * 5];
    if (fov__image_decode(&whole, image, all, 1, NULL, NULL) < 0)
        return;
    fuzz_require(whole.px->width >= size.width && whole.px->height >= size.height,
                 "the whole is too small");
    const int32_t x = size.width / 2, y = size.height / 3;
    const int32_t w = size.width - x < 5 ? size.width - x : 5,
                  h = size.height - y < 5 ? size.height - y : 5;
    const fov_box where = {x, y, x + w, y + h};
    if (fov_image_read(image, where, whole.px->bands, box, 20, NULL) == FOV_OK) {
        for (int32_t row = 0; row < h; row++)
            fuzz_require(
                memcmp(box + 20 * row,
                       fov__pixels_row(whole.px, y + row) + (size_t)x * (size_t)whole.px->bands,
                       (size_t)w * (size_t)whole.px->bands) == 0,
                "a piece differs");
    }
    fov__pixels_unref(whole.px);
    for (int32_t shrink = 2; shrink <= 8; shrink *= 2) {
        if (fov__image_decode(&level, image, all, shrink, NULL, NULL) == FOV_OK)
            fov__pixels_unref(level.px);
    }
}

/* Right the check sums of a PNG's chunks: else no mutation would come past them. */
static void right_sums(uint8_t *data, size_t size)
{
    size_t pos = 8;
    while (size >= 20 && memcmp(data, "\x89PNG", 4) == 0 && pos + 12 <= size) {
        const size_t length = (size_t)data[pos] << 24 | (size_t)data[pos + 1] << 16 |
                              (size_t)data[pos + 2] << 8 | data[pos + 3];
        if (length > size - pos - 12)
            return;
        const uint32_t sum = libdeflate_crc32(0, data + pos + 4, length + 4);
        for (size_t i = 0; i < 4; i++)
            data[pos + 8 + length + i] = (uint8_t)(sum >> (24 - 8 * i));
        pos += 12 + length;
    }
}

static void open_and_decode(const uint8_t *data, size_t size)
{
    for (int lenient = 0; lenient < 2; lenient++) {
        fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
        fov_image_opts how = FOV_IMAGE_OPTS_INIT;
        fov_context *ctx = NULL;
        fov_image *image = NULL;
        fov_error err;
        /* Small, so that time goes into paths and not into pixels. */
        opts.limits = (fov_limits){.pixels = 300000, .edge = 3000, .memory_bytes = 64u << 20};
        opts.module_path = FOV_BINARY_DIR;
        how.lenient = lenient;
        if (fov_context_new(&ctx, &opts, NULL) < 0)
            return;
        const fov_status rc = fov_image_open_memory(&image, ctx, data, size, &how, &err);
        fuzz_require(rc == err.status && (rc >= 0) == (image != NULL),
                     "status, error and image disagree");
        fuzz_require(rc >= 0 || err.message[0] != '\0', "an error without a reason");
        if (image != NULL)
            decode(image);
        fov_image_unref(image);
        fuzz_require(atomic_load(&ctx->live_bytes) < 64u << 20, "memory is out of bounds");
        fov_context_free(ctx);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL)
        return 0;
    memcpy(copy, data, size);
    right_sums(copy, size);
    open_and_decode(copy, size);
    free(copy);
    return 0;
}

/* testdata has them. */
void fuzz_seeds(fuzz_emit emit, void *user)
{
    (void)emit;
    (void)user;
}
