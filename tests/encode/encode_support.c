/* SPDX-License-Identifier: MIT */
#include "encode_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <png.h>

fov_context *support_context(void)
{
    fov_context *ctx = NULL;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    return ctx;
}

/* xorshift: the same picture in every run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void put(uint8_t *p, int32_t r, int32_t g, int32_t b)
{
    p[0] = (uint8_t)(r < 0 ? 0 : r > 255 ? 255 : r);
    p[1] = (uint8_t)(g < 0 ? 0 : g > 255 ? 255 : g);
    p[2] = (uint8_t)(b < 0 ? 0 : b > 255 ? 255 : b);
}

/* Every one of n colours comes up where there are enough pixels. */
static void draw_colours(uint8_t *p, int64_t at, uint32_t *seed, int32_t n)
{
    int32_t k = at < n ? (int32_t)at : (int32_t)(next_random(seed) % (uint32_t)n);
    put(p, (k * 37 + 11) % 256, (k * 91 + 5) % 256,
        k % 256 == 256 - 1 ? k / 255 : (k * 13 + k / 256) % 256);
}

static void draw_chart(uint8_t *p, int32_t x, int32_t y, int32_t width, int32_t height)
{
    int32_t bar = width / 8 > 0 ? x / (width / 8) : 0;
    int32_t top = height - height * (bar % 5 + 2) / 9;
    bool in_bar =
        x % (width / 8 > 0 ? width / 8 : 1) > width / 24 && y > top && y < height - height / 10;
    bool is_axis = x == width / 20 || y == height - height / 10;
    bool is_text = y > height - height / 12 && y % 3 != 0 && (x * 7 + y * 3) % 11 < 3;
    double off = fabs(y - (height * 0.7 - x * 0.45)); /* a line with soft edges */
    put(p, 255, 255, 255);
    if (in_bar) {
        put(p, 40 + bar * 25, 90, 200 - bar * 20);
    }
    if (is_axis || is_text) {
        put(p, 20, 20, 20);
    }
    if (off < 2.0) {
        int32_t v = (int32_t)(off * 127);
        put(p, 255 * v / 255, 120 + v / 2, v);
    }
}

static void draw_photo(uint8_t *p, int32_t x, int32_t y, int32_t width, int32_t height,
                       uint32_t *seed)
{
    double dx = x - width * 0.4, dy = y - height * 0.6, r = sqrt(dx * dx + dy * dy);
    double shape =
        70 * sin(r * 0.11) * exp(-r / (width * 0.6)) + 30 * sin(x * 0.031) * cos(y * 0.023);
    int32_t grain = (int32_t)(next_random(seed) % 9) - 4;
    put(p, (int32_t)(120 + shape + x * 60.0 / width) + grain,
        (int32_t)(100 + shape * 0.8 + y * 50.0 / height) + grain,
        (int32_t)(90 - shape * 0.5) + grain);
}

static void draw_pixel(uint8_t *p, enum drawn what, int32_t x, int32_t y, int32_t width,
                       int32_t height, uint32_t *seed)
{
    int64_t at = (int64_t)y * width + x;
    int32_t v = 0;
    switch (what) {
    case DRAWN_FLAT:
        put(p, 200, 100, 50);
        return;
    case DRAWN_BITONAL:
        v = next_random(seed) % 2 == 0 ? 0 : 255;
        break;
    case DRAWN_GREY_4:
        v = (int32_t)((at < 4 ? (uint32_t)at : next_random(seed)) % 4) * 85;
        break;
    case DRAWN_GREY_16:
        v = (int32_t)((at < 16 ? (uint32_t)at : next_random(seed)) % 16) * 17;
        break;
    case DRAWN_GREY_256:
        v = (int32_t)((at < 256 ? (uint32_t)at : next_random(seed) % 7 + (uint32_t)(x + y)) % 256);
        break;
    case DRAWN_COLOUR_2:
        draw_colours(p, at, seed, 2);
        return;
    case DRAWN_COLOUR_4:
        draw_colours(p, at, seed, 4);
        return;
    case DRAWN_COLOUR_16:
        draw_colours(p, at, seed, 16);
        return;
    case DRAWN_COLOUR_256:
        draw_colours(p, at, seed, 256);
        return;
    case DRAWN_COLOUR_257:
        draw_colours(p, at, seed, 257);
        return;
    case DRAWN_CHART:
        draw_chart(p, x, y, width, height);
        return;
    case DRAWN_PHOTO:
        draw_photo(p, x, y, width, height, seed);
        return;
    case DRAWN_NOISE:
        put(p, (int32_t)(next_random(seed) % 256), (int32_t)(next_random(seed) % 256),
            (int32_t)(next_random(seed) % 256));
        return;
    }
    put(p, v, v, v);
}

struct fov_pixels *support_draw(fov_context *ctx, enum drawn what, int32_t width, int32_t height,
                                int32_t bands)
{
    struct fov_pixels *px = NULL;
    uint32_t seed = 20261124;
    if (fov__pixels_new(&px, ctx, width, height, bands, NULL) != FOV_OK) {
        return NULL;
    }
    for (int32_t y = 0; y < height; y++) {
        uint8_t *p = fov__pixels_row(px, y);
        for (int32_t x = 0; x < width; x++, p += bands) {
            draw_pixel(p, what, x, y, width, height, &seed);
            if (bands == 4) {
                p[3] = 255;
            }
        }
    }
    return px;
}

void support_alpha(struct fov_pixels *px, bool opaque)
{
    for (int32_t y = 0; y < px->height; y++) {
        for (int32_t x = 0; x < px->width; x++) {
            uint8_t *p = fov__pixels_row(px, y) + 4 * (size_t)x;
            p[3] = (uint8_t)(opaque ? 255 : (x * 5 + y * 3) % 256);
        }
    }
}

/* ---- readers --------------------------------------------------------------------------------- */

uint8_t *support_read_png(fov_bytes file, int32_t *width, int32_t *height)
{
    png_image image;
    memset(&image, 0, sizeof(image));
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&image, file.data, file.size) == 0) {
        fail_msg("libpng: %s", image.message);
    }
    image.format = PNG_FORMAT_RGBA;
    uint8_t *out = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(out);
    if (png_image_finish_read(&image, NULL, out, 0, NULL) == 0 || image.warning_or_error != 0) {
        fail_msg("libpng: %s", image.message);
    }
    *width = (int32_t)image.width;
    *height = (int32_t)image.height;
    return out;
}

uint8_t *support_read_jpeg(fov_bytes file, int32_t *width, int32_t *height, int32_t *components,
                           int32_t *sampling)
{
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors; /* its own exit ends the test program, which is right here */
    info.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, file.data, file.size);
    assert_int_equal(jpeg_read_header(&info, TRUE), JPEG_HEADER_OK);
    *components = info.num_components;
    *sampling = info.comp_info[0].h_samp_factor * 10 + info.comp_info[0].v_samp_factor;
    assert_false(info.progressive_mode);
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info);
    *width = (int32_t)info.output_width;
    *height = (int32_t)info.output_height;
    size_t stride = (size_t)info.output_width * 3;
    uint8_t *out = malloc(stride * info.output_height);
    assert_non_null(out);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = out + info.output_scanline * stride;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    assert_int_equal(errors.num_warnings, 0);
    jpeg_destroy_decompress(&info);
    return out;
}

double support_psnr(const struct fov_pixels *px, const uint8_t *rgb)
{
    double sum = 0.0;
    for (int32_t y = 0; y < px->height; y++) {
        for (int32_t x = 0; x < px->width; x++, rgb += 3) {
            const uint8_t *p = fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands;
            for (int c = 0; c < 3; c++) {
                double d = (double)p[c] - (double)rgb[c];
                sum += d * d;
            }
        }
    }
    double mean = sum / (3.0 * (double)px->width * (double)px->height);
    return mean == 0.0 ? 99.0 : 10.0 * log10(255.0 * 255.0 / mean);
}

void support_chunks(fov_bytes file, char *out, size_t size)
{
    assert_true(file.size > 8 && memcmp(file.data, "\x89PNG\r\n\x1a\n", 8) == 0);
    out[0] = '\0';
    for (size_t at = 8; at + 12 <= file.size;) {
        const uint8_t *p = file.data + at;
        size_t len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        size_t used = strlen(out);
        fov__format(out + used, size - used, "%s%.4s", used > 0 ? " " : "", (const char *)p + 4);
        at += 12 + len;
        assert_true(at <= file.size);
    }
}
