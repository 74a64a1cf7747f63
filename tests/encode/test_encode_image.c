/* SPDX-License-Identifier: MIT */
/* The public door: options, shrinking, data URLs, and our own decoder on what it wrote. */
#include "encode_support.h"

#include <foveate/encode.h>
#include <stdlib.h>

static fov_image *image_of(fov_context *ctx, enum drawn what, int32_t width, int32_t height,
                           int32_t bands)
{
    fov_image *image = NULL;
    struct fov_pixels *px = support_draw(ctx, what, width, height, bands);
    if (bands == 4) {
        support_alpha(px, false);
    }
    assert_int_equal(
        fov_image_new_pixels(&image, ctx, px->data, width, height, bands, px->stride, NULL),
        FOV_OK);
    fov__pixels_unref(px);
    return image;
}

static void encode__our_own_decoder_reads_every_png_back(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    opts.format = FOV_FORMAT_PNG;
    for (enum drawn what = DRAWN_FLAT; what <= DRAWN_NOISE; what++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            enum { W = 77, H = 51 };
            fov_image *image = image_of(ctx, what, W, H, bands), *back = NULL;
            fov_bytes file;
            static uint8_t a[W * H * 4], b[W * H * 4];
            assert_int_equal(fov_image_encode(&file, image, &opts, NULL), FOV_OK);
            assert_int_equal(fov_image_open_memory(&back, ctx, file.data, file.size, NULL, NULL),
                             FOV_OK);
            assert_int_equal(fov_image_read(image, (fov_box){0, 0, W, H}, 4, a, W * 4, NULL),
                             FOV_OK);
            assert_int_equal(fov_image_read(back, (fov_box){0, 0, W, H}, 4, b, W * 4, NULL),
                             FOV_OK);
            assert_memory_equal(a, b, sizeof(a));
            fov_bytes_free(&file);
            fov_image_unref(back);
            fov_image_unref(image);
        }
    }
    fov_context_free(ctx);
}

static void encode__without_a_format_the_picture_decides(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_image *chart = image_of(ctx, DRAWN_CHART, 400, 300, 3),
              *photo = image_of(ctx, DRAWN_PHOTO, 400, 300, 4);
    fov_bytes file, smaller;
    fov_encode_opts opts;
    fov_encode_opts_init(&opts);
    assert_int_equal(fov_image_encode(&file, chart, NULL, NULL), FOV_OK);
    assert_int_equal(fov_encoded_format(file.data, file.size), FOV_FORMAT_PNG);
    fov_bytes_free(&file);
    assert_int_equal(fov_image_encode(&file, photo, &opts, NULL), FOV_OK);
    assert_int_equal(fov_encoded_format(file.data, file.size), FOV_FORMAT_JPEG);
    opts.quality = 30;
    assert_int_equal(fov_image_encode(&smaller, photo, &opts, NULL), FOV_OK);
    assert_int_equal(fov_encoded_format(smaller.data, smaller.size), FOV_FORMAT_JPEG);
    assert_true(smaller.size < file.size / 2);
    fov_bytes_free(&smaller);
    fov_bytes_free(&file);
    fov_image_unref(chart);
    fov_image_unref(photo);
    fov_context_free(ctx);
}

static void encode__max_edge_shrinks_and_never_enlarges(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_image *photo = image_of(ctx, DRAWN_PHOTO, 400, 300, 3);
    static const int32_t edges[][3] = {{100, 100, 75},   {399, 399, 299}, {400, 400, 300},
                                       {5000, 400, 300}, {1, 1, 1},       {7, 7, 5}};
    for (size_t i = 0; i < FOV_COUNT(edges); i++) {
        int32_t width = 0, height = 0;
        fov_bytes file;
        fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
        opts.format = FOV_FORMAT_PNG;
        opts.max_edge = edges[i][0];
        assert_int_equal(fov_image_encode(&file, photo, &opts, NULL), FOV_OK);
        free(support_read_png(file, &width, &height));
        assert_int_equal(width, edges[i][1]);
        assert_int_equal(height, edges[i][2]);
        fov_bytes_free(&file);
    }
    fov_image_unref(photo);
    fov_context_free(ctx);
}

/* Shrunk to a quarter, the mean of the picture stays where it was. */
static void encode__a_shrunk_picture_keeps_its_brightness(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_image *photo = image_of(ctx, DRAWN_PHOTO, 400, 300, 3);
    double mean[2];
    for (int i = 0; i < 2; i++) {
        int32_t width = 0, height = 0;
        double sum = 0.0;
        fov_bytes file;
        fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
        opts.format = FOV_FORMAT_PNG;
        opts.max_edge = i == 0 ? 0 : 50;
        assert_int_equal(fov_image_encode(&file, photo, &opts, NULL), FOV_OK);
        uint8_t *rgba = support_read_png(file, &width, &height);
        for (int32_t k = 0; k < width * height; k++) {
            sum += rgba[4 * k] + rgba[4 * k + 1] + rgba[4 * k + 2];
        }
        mean[i] = sum / (3.0 * width * height);
        free(rgba);
        fov_bytes_free(&file);
    }
    assert_true(mean[0] - mean[1] < 1.0 && mean[1] - mean[0] < 1.0);
    fov_image_unref(photo);
    fov_context_free(ctx);
}

static void encode__alpha_stays_in_a_png_unless_flattened(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_image *image = image_of(ctx, DRAWN_PHOTO, 40, 30, 4);
    fov_bytes file;
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    opts.format = FOV_FORMAT_PNG;
    assert_int_equal(fov_image_encode(&file, image, &opts, NULL), FOV_OK);
    assert_int_equal(file.data[25], 6);
    fov_bytes_free(&file);
    opts.flatten = 1;
    assert_int_equal(fov_image_encode(&file, image, &opts, NULL), FOV_OK);
    assert_int_equal(file.data[25], 2);
    fov_bytes_free(&file);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void encode__a_data_url_holds_the_file(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    static const enum drawn pictures[] = {DRAWN_CHART, DRAWN_PHOTO};
    static const char *const heads[] = {"data:image/png;base64,", "data:image/jpeg;base64,"};
    for (size_t i = 0; i < FOV_COUNT(pictures); i++) {
        fov_image *image = image_of(ctx, pictures[i], 120, 80, 3);
        fov_bytes file, url;
        assert_int_equal(fov_image_encode(&file, image, NULL, NULL), FOV_OK);
        assert_int_equal(fov_image_encode_data_url(&url, image, NULL, NULL), FOV_OK);
        size_t head = strlen(heads[i]), size = 0;
        assert_int_equal(strlen((const char *)url.data), url.size);
        assert_memory_equal(url.data, heads[i], head);
        uint8_t *back = malloc(url.size);
        assert_true(
            fov__base64_decode(back, &size, (const char *)url.data + head, url.size - head));
        assert_int_equal(size, file.size);
        assert_memory_equal(back, file.data, size);
        free(back);
        fov_bytes_free(&url);
        fov_bytes_free(&file);
        fov_image_unref(image);
    }
    fov_context_free(ctx);
}

static void encode__refuses_bad_options(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_image *image = image_of(ctx, DRAWN_FLAT, 4, 4, 3);
    fov_bytes file;
    fov_error err;
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    opts.struct_size = 4;
    assert_int_equal(fov_image_encode(&file, image, &opts, &err), FOV_E_ARG);
    fov_encode_opts_init(&opts);
    opts.format = FOV_FORMAT_WEBP;
    assert_int_equal(fov_image_encode(&file, image, &opts, &err), FOV_E_UNSUPPORTED);
    fov_encode_opts_init(&opts);
    opts.quality = 101;
    assert_int_equal(fov_image_encode(&file, image, &opts, &err), FOV_E_ARG);
    assert_string_equal(err.where, "encode.quality");
    opts.quality = -1;
    assert_int_equal(fov_image_encode(&file, image, &opts, &err), FOV_E_ARG);
    opts.quality = 0;
    opts.max_edge = -5;
    assert_int_equal(fov_image_encode(&file, image, &opts, &err), FOV_E_ARG);
    assert_int_equal(fov_image_encode_data_url(&file, image, &opts, &err), FOV_E_ARG);
    assert_null(file.data);
    assert_int_equal(fov_image_encode(NULL, image, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_image_encode(&file, NULL, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_encoded_format("GIF89a", 6), FOV_FORMAT_UNKNOWN);
    assert_int_equal(fov_encoded_format(NULL, 0), FOV_FORMAT_UNKNOWN);
    assert_string_equal(fov_encode_identity(), fov__encode_identity());
    fov_image_unref(image);
    fov_context_free(ctx);
}

int test_encode_image(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encode__our_own_decoder_reads_every_png_back),
        cmocka_unit_test(encode__without_a_format_the_picture_decides),
        cmocka_unit_test(encode__max_edge_shrinks_and_never_enlarges),
        cmocka_unit_test(encode__a_shrunk_picture_keeps_its_brightness),
        cmocka_unit_test(encode__alpha_stays_in_a_png_unless_flattened),
        cmocka_unit_test(encode__a_data_url_holds_the_file),
        cmocka_unit_test(encode__refuses_bad_options),
    };
    return cmocka_run_group_tests_name("encode_image", tests, NULL, NULL);
}
