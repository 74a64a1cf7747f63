/* SPDX-License-Identifier: MIT */
/* Single stages of a look: the resample, the encoder and base64 alone, as the floor that a warm
 * zoom is measured against; and a whole PNG decoded by us and by libpng, both in this very
 * program. */
#include "bench.h"

#include "encode/encode_internal.h"
#include "image/image_internal.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

/* ---- resample, encode, base64 --------------------------------------------------------------- */

/* Taps of Lanczos3 reach three output pixels to each side. */
static struct fov_recti region_of(const struct bench *b, fov_box box)
{
    const int32_t reach_x = (int32_t)((box.x2 - box.x1) / b->request.width * 3) + 4;
    const int32_t reach_y = (int32_t)((box.y2 - box.y1) / b->request.height * 3) + 4;
    const fov_size whole = fov_image_size(b->image);
    int32_t x1 = (int32_t)box.x1 - reach_x, y1 = (int32_t)box.y1 - reach_y;
    int32_t x2 = (int32_t)box.x2 + reach_x, y2 = (int32_t)box.y2 + reach_y;

    x1 = x1 < 0 ? 0 : x1;
    y1 = y1 < 0 ? 0 : y1;
    x2 = x2 > whole.width ? whole.width : x2;
    y2 = y2 > whole.height ? whole.height : y2;
    return (struct fov_recti){x1, y1, x2 - x1, y2 - y1};
}

static fov_status parts_timed(struct bench *b, const struct fov_level *level, fov_box box,
                              fov_error *err)
{
    const struct fov_encode_recipe recipe = {
        b->request.is_png ? FOV_FORMAT_PNG : FOV_FORMAT_JPEG, 90, false};
    const double sx = (box.x2 - box.x1) / b->request.width;
    const double sy = (box.y2 - box.y1) / b->request.height;
    struct fov_warp warp = {.src = level->px, .kernel = FOV__KERNEL_LANCZOS3};
    struct fov_pixels *px = NULL;
    fov_bytes file = {NULL, 0, NULL};
    double at[4];
    fov_status rc;

    warp.to_src = fov__mat_mul(fov__mat_translate(box.x1 - level->x0, box.y1 - level->y0),
                               fov__mat_scale(sx, sy));
    at[0] = bench_now();
    rc = fov__pixels_new(&px, b->ctx, b->request.width, b->request.height, level->px->bands, err);
    if (rc == FOV_OK)
        rc = fov__warp(&warp, px, 1, NULL, err);
    at[1] = bench_now();
    if (rc == FOV_OK)
        rc = fov__encode(&file, px, recipe, false, err);
    at[2] = bench_now();
    if (rc == FOV_OK) {
        b->outcome.text = fov__bytes_new(b->ctx, fov__base64_size(file.size));
        if (b->outcome.text.data)
            fov__base64_encode((char *)b->outcome.text.data, file.data, file.size);
    }
    at[3] = bench_now();
    b->outcome.ms = at[3] - at[0];
    bench_stage(b, "resample", at[1] - at[0]);
    bench_stage(b, "encode", at[2] - at[1]);
    bench_stage(b, "base64", at[3] - at[2]);
    b->outcome.bytes = file.size;
    b->outcome.width = b->request.width;
    b->outcome.height = b->request.height;
    fov_bytes_free(&file);
    fov__pixels_unref(px);
    return rc;
}

static fov_status parts(struct bench *b, size_t i, fov_error *err)
{
    const fov_box box = b->request.boxes[i];
    struct fov_level level = {0};
    fov_status rc =
        fov__image_decode(&level, b->image, region_of(b, box), 1, NULL, err);

    if (rc < 0)
        return rc;
    rc = parts_timed(b, &level, box, err);
    fov__pixels_unref(level.px);
    return rc;
}

/* ---- a whole PNG ---------------------------------------------------------------------------- */

static fov_status load(struct bench *b, fov_error *err)
{
    return bench_load(b, err);
}

/* `what`: "open" counts opening too (chunks walked, check sums, SHA-256), any other does not. */
static fov_status png_ours(struct bench *b, size_t i, fov_error *err)
{
    const bool is_open_counted = strcmp(b->request.what, "open") == 0;
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    struct fov_level level = {0};
    double start = 0, opened = 0;
    fov_size size;
    fov_status rc = bench_context(b, &ctx, err);

    (void)i;
    if (rc >= 0) {
        start = bench_now();
        rc = fov_image_open_memory(&image, ctx, b->data, b->size, NULL, err);
        opened = bench_now();
    }
    if (rc >= 0) {
        size = fov_image_size(image);
        rc = fov__image_decode(&level, image,
                               (struct fov_recti){0, 0, size.width, size.height}, 1, NULL, err);
        b->outcome.width = size.width;
        b->outcome.height = size.height;
    }
    b->outcome.ms = bench_now() - (is_open_counted ? start : opened);
    if (rc >= 0 && b->request.keep) {
        b->outcome.text = fov__bytes_new(b->plain, FOV_SHA256_HEX - 1);
        if (b->outcome.text.data)
            fov__pixels_sha256(level.px, b->outcome.sha[0]);
        else
            rc = fov__fail_memory(err, "bench", FOV_SHA256_HEX);
        b->outcome.sha_count = 1;
        if (rc >= 0)
            memcpy(b->outcome.text.data, b->outcome.sha[0], FOV_SHA256_HEX - 1);
    }
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

struct reading {
    const uint8_t *data;
    size_t size, at;
};

static void read_data(png_structp png, png_bytep out, size_t size)
{
    struct reading *reading = png_get_io_ptr(png);

    if (size > reading->size - reading->at)
        png_error(png, "short");
    memcpy(out, reading->data + reading->at, size);
    reading->at += size;
}

/* All rows as 8-bit RGB(A) into fresh memory, as a program that uses libpng by its manual does. */
static uint8_t *read_png(struct reading *reading, int32_t *width, int32_t *height, int32_t *bands)
{
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    uint8_t *volatile pixels = NULL;
    size_t stride;

    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        free(pixels);
        return NULL;
    }
    png_set_read_fn(png, reading, read_data);
    png_read_info(png, info);
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_read_update_info(png, info);
    *width = (int32_t)png_get_image_width(png, info);
    *height = (int32_t)png_get_image_height(png, info);
    *bands = png_get_channels(png, info);
    stride = png_get_rowbytes(png, info);
    pixels = malloc(stride * (size_t)*height);
    for (int32_t y = 0; pixels && y < *height; y++)
        png_read_row(png, pixels + (size_t)y * stride, NULL);
    if (pixels)
        png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    return pixels;
}

static fov_status png_libpng(struct bench *b, size_t i, fov_error *err)
{
    struct reading reading = {b->data, b->size, 0};
    const double start = bench_now();
    int32_t bands = 0;
    uint8_t *pixels = read_png(&reading, &b->outcome.width, &b->outcome.height, &bands);
    fov_status rc = FOV_OK;

    (void)i;
    b->outcome.ms = bench_now() - start;
    if (!pixels)
        return fov__fail(err, FOV_E_IMAGE, 0, "png", "libpng does not read %s", b->request.input);
    if (b->request.keep) { /* the same name for equal pixels as ours */
        fov_image *image = NULL;

        rc = fov_image_new_pixels(&image, b->plain, pixels, b->outcome.width, b->outcome.height,
                                  bands, (size_t)b->outcome.width * (size_t)bands, err);
        if (rc >= 0) {
            memcpy(b->outcome.sha[0], fov_image_sha256(image), FOV_SHA256_HEX);
            b->outcome.sha_count = 1;
            b->outcome.text = fov__bytes_new(b->plain, FOV_SHA256_HEX - 1);
            if (b->outcome.text.data)
                memcpy(b->outcome.text.data, b->outcome.sha[0], FOV_SHA256_HEX - 1);
        }
        fov_image_unref(image);
    }
    free(pixels);
    return rc;
}

const struct bench_case bench_stage_cases[] = {{"parts", bench_warm, parts},
                                               {"png", load, png_ours},
                                               {"png_libpng", load, png_libpng},
                                               {NULL, NULL, NULL}};
