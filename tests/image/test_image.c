/* SPDX-License-Identifier: MIT */
/* The public functions: what they say of an image, what they refuse, and the pixels they copy. */
#include "image/picture.h"
#include "image/suites.h"

static void image__describes_what_was_opened(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    const struct bytes bytes = picture_jpeg((struct jpeg_look){
        .width = 30, .height = 20, .components = 3, .orientation = 8, .is_progressive = true});
    fov_image *image = picture_open(ctx, bytes, false);
    fov_image_info info = {.struct_size = sizeof(info)};
    char hex[FOV_SHA256_HEX];
    assert_int_equal(fov_image_get_info(image, &info, NULL), FOV_OK);
    assert_int_equal(info.format, FOV_FORMAT_JPEG);
    assert_int_equal(info.width, 20);
    assert_int_equal(info.height, 30);
    assert_int_equal(info.orientation, 8);
    assert_int_equal(info.bits, 8);
    assert_int_equal(info.channels, 3);
    assert_int_equal(info.is_progressive, 1);
    assert_int_equal(info.has_alpha + info.has_icc + info.is_damaged, 0);
    fov__sha256_hex(hex, bytes.data, bytes.size);
    assert_string_equal(fov_image_sha256(image), hex);
    info.struct_size = 4;
    assert_int_equal(fov_image_get_info(image, &info, NULL), FOV_E_ARG);
    assert_string_equal(fov_format_mime(FOV_FORMAT_WEBP), "image/webp");
    assert_string_equal(fov_format_name(99), "unknown");
    assert_string_equal(fov_format_mime(-1), "application/octet-stream");
    fov_image_unref(fov_image_ref(image));
    fov_image_unref(image);
    fov_image_unref(NULL);
    fov_context_free(ctx);
    free(bytes.data);
}

static void pixels__are_copied_and_hashed_without_padding(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    fov_image *image = NULL;
    uint8_t rows[2 * 8] = {10, 20, 30, 255, 255, 255, 255, 255, 40, 50, 60, 9, 9, 9, 9, 9};
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 3, 2, 1, 8, NULL), FOV_OK);
    memset(rows, 0, sizeof(rows));
    char hex[FOV_SHA256_HEX];
    const char text[] = "fovpix1 3 2 1\n\x0a\x14\x1e\x28\x32\x3c";
    fov__sha256_hex(hex, text, sizeof(text) - 1);
    assert_string_equal(fov_image_sha256(image), hex);
    uint8_t out[2 * 2 * 4];
    const uint8_t want[] = {20, 20, 20, 255, 30, 30, 30, 255, 50, 50, 50, 255, 60, 60, 60, 255};
    assert_int_equal(fov_image_read(image, (fov_box){1, 0, 3, 2}, 4, out, 8, NULL), FOV_OK);
    assert_memory_equal(out, want, sizeof(want));
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void read__refuses_boxes_that_are_not_whole_or_outside(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    fov_image *image = NULL;
    uint8_t rows[4 * 4 * 3] = {0}, out[4 * 4 * 4];
    const double nan = strtod("nan", NULL);
    const fov_box bad[] = {{0, 0, 5, 1},   {-1, 0, 1, 1},  {0, 0, 0, 1},    {2, 2, 1, 3},
                           {0, 0.5, 1, 2}, {0, 0, nan, 1}, {0, 0, 1e300, 1}};
    fov_error err;
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 4, 4, 3, 12, NULL), FOV_OK);
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        assert_int_equal(fov_image_read(image, bad[i], 3, out, 12, &err), FOV_E_ARG);
        assert_string_equal(err.where, "image.box");
    }
    const fov_box all = {0, 0, 4, 4};
    assert_int_equal(fov_image_read(image, all, 3, out, 11, &err), FOV_E_ARG);
    assert_string_equal(err.where, "image.stride");
    assert_int_equal(fov_image_read(image, all, 2, out, 16, &err), FOV_E_ARG);
    assert_int_equal(fov_image_read(image, all, 3, NULL, 16, &err), FOV_E_ARG);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void count_release(void *user)
{
    ++*(int *)user;
}

/* Memory that ends at the last pixel, so that a sanitizer sees a byte too many. */
static uint8_t *noise(int32_t width, int32_t height, int32_t bands, size_t stride)
{
    const size_t size = stride * (size_t)(height - 1) + (size_t)width * (size_t)bands;
    uint8_t *rows = malloc(size);
    uint32_t state = (uint32_t)(width * 31 + bands);
    assert_non_null(rows);
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        rows[i] = (uint8_t)(state >> 24);
    }
    return rows;
}

static void borrowed__gives_what_a_copy_gives_and_is_given_back_once(void **state)
{
    static const int32_t bands[] = {1, 3, 4}, shrinks[] = {1, 2, 4, 8};
    static const struct fov_recti regions[] = {
        {0, 0, 37, 23}, {0, 0, 1, 1}, {36, 22, 1, 1}, {5, 3, 17, 9}, {8, 8, 16, 8}, {30, 1, 7, 22}};
    (void)state;
    for (size_t b = 0; b < FOV_COUNT(bands); b++) {
        fov_context *ctx = picture_context();
        fov_image *copied = NULL, *lent = NULL;
        const size_t stride = (size_t)(37 * bands[b] + 5);
        int released = 0;
        uint8_t *rows = noise(37, 23, bands[b], stride);
        assert_int_equal(fov_image_new_pixels(&copied, ctx, rows, 37, 23, bands[b], stride, NULL),
                         FOV_OK);
        assert_int_equal(fov_image_new_borrowed(&lent, ctx, rows, 37, 23, bands[b], stride,
                                                count_release, &released, NULL),
                         FOV_OK);
        assert_string_equal(fov_image_sha256(copied), fov_image_sha256(lent));
        for (size_t i = 0; i < FOV_COUNT(regions) * FOV_COUNT(shrinks); i++) {
            const struct fov_recti r = regions[i % FOV_COUNT(regions)];
            const int32_t shrink = shrinks[i / FOV_COUNT(regions)];
            struct fov_level a, z;
            assert_int_equal(fov__image_decode(&a, copied, r, shrink, NULL, NULL), FOV_OK);
            assert_int_equal(fov__image_decode(&z, lent, r, shrink, NULL, NULL), FOV_OK);
            assert_int_equal(a.px->bands, z.px->bands);
            const int32_t x1 = r.x / shrink, x2 = (r.x + r.width - 1) / shrink;
            for (int32_t y = r.y / shrink; y <= (r.y + r.height - 1) / shrink; y++) {
                const size_t n = (size_t)((x2 - x1 + 1) * a.px->bands);
                const uint8_t *ra = fov__pixels_row(a.px, y - (int32_t)a.y0 / shrink);
                const uint8_t *rz = fov__pixels_row(z.px, y - (int32_t)z.y0 / shrink);
                assert_memory_equal(ra + (x1 - (int32_t)a.x0 / shrink) * a.px->bands,
                                    rz + (x1 - (int32_t)z.x0 / shrink) * z.px->bands, n);
            }
            fov__pixels_unref(a.px);
            fov__pixels_unref(z.px);
        }
        fov_image_unref(copied);
        fov_image_unref(fov_image_ref(lent));
        assert_int_equal(released, 0);
        fov_image_unref(lent);
        assert_int_equal(released, 1);
        assert_int_equal(fov_image_new_borrowed(&lent, ctx, rows, 37, 23, bands[b], 36,
                                                count_release, &released, NULL),
                         FOV_E_ARG);
        assert_int_equal(released, 1);
        free(rows);
        fov_context_free(ctx);
    }
}

static void new_pixels__refuses_wrong_arguments(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    fov_image *image = NULL;
    const uint8_t rows[48] = {0};
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 4, 4, 2, 12, NULL), FOV_E_ARG);
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 4, 4, 3, 11, NULL), FOV_E_ARG);
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 0, 4, 3, 12, NULL), FOV_E_ARG);
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 4, -4, 3, 12, NULL), FOV_E_ARG);
    assert_int_equal(fov_image_new_pixels(&image, ctx, NULL, 4, 4, 3, 12, NULL), FOV_E_ARG);
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 30001, 1, 3, 90003, NULL),
                     FOV_E_LIMIT);
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 20000, 20000, 3, 60000, NULL),
                     FOV_E_LIMIT);
    assert_null(image);
    fov_context_free(ctx);
}

static void open__keeps_to_the_limits(void **state)
{
    (void)state;
    const struct bytes bytes =
        picture_png((struct png_look){.width = 64, .height = 32, .colour = 2, .bits = 8});
    static const struct {
        fov_limits limits;
        fov_status status;
    } cases[] = {{{.edge = 63}, FOV_E_LIMIT},
                 {{.pixels = 2047}, FOV_E_LIMIT},
                 {{.input_bytes = 100}, FOV_E_LIMIT},
                 {{.edge = 64, .pixels = 2048}, FOV_OK}};
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
        fov_context *ctx = NULL;
        opts.limits = cases[i].limits;
        assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
        assert_int_equal(picture_status(ctx, bytes, true, NULL), cases[i].status);
        fov_context_free(ctx);
    }
    free(bytes.data);
}

static void open__reads_files_and_says_what_is_wrong(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    fov_image *image = NULL;
    fov_error err;
    fov_image_opts opts = FOV_IMAGE_OPTS_INIT;
    assert_int_equal(fov_image_open(&image, ctx, FOV_TESTDATA "/orient/Portrait_6.jpg", NULL, &err),
                     FOV_OK);
    assert_int_equal(err.status, FOV_OK);
    assert_int_equal(fov_image_size(image).width, 1200);
    fov_image_unref(image);
    assert_int_equal(fov_image_open(&image, ctx, "/nowhere/at all.png", NULL, &err), FOV_E_IO);
    assert_null(image);
    assert_int_equal(fov_image_open(&image, ctx, FOV_TESTDATA, NULL, &err), FOV_E_IO);
    assert_int_equal(fov_image_open(&image, ctx, NULL, NULL, &err), FOV_E_ARG);
    opts.struct_size = 3;
    assert_int_equal(fov_image_open_memory(&image, ctx, "x", 1, &opts, &err), FOV_E_ARG);
    assert_int_equal(fov_image_open_memory(&image, ctx, "", 0, NULL, &err), FOV_E_IMAGE);
    fov_context_free(ctx);
}

static void decode__is_cancelled(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    fov_cancel *cancel = NULL;
    const struct bytes files[] = {
        picture_jpeg((struct jpeg_look){.width = 64, .height = 64, .components = 3}),
        picture_png((struct png_look){.width = 64, .height = 64, .colour = 2, .bits = 8})};
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    for (size_t i = 0; i < FOV_COUNT(files); i++) {
        fov_image *image = picture_open(ctx, files[i], false);
        struct fov_level level;
        struct fov_pixels *px = NULL;
        const struct fov_recti all = {0, 0, 64, 64};
        fov_cancel_set(cancel);
        assert_int_equal(fov__image_decode(&level, image, all, 1, cancel, NULL), FOV_E_CANCELLED);
        assert_null(level.px);
        assert_int_equal(i == 0 ? fov__jpeg_decode(&px, image, all, 1, cancel, NULL)
                                : fov__png_decode(&px, image, all, 1, cancel, NULL),
                         FOV_E_CANCELLED);
        assert_null(px);
        fov_cancel_reset(cancel);
        assert_int_equal(fov__image_decode(&level, image, all, 1, cancel, NULL), FOV_OK);
        fov__pixels_unref(level.px);
        fov_image_unref(image);
        free(files[i].data);
    }
    fov_cancel_free(cancel);
    fov_context_free(ctx);
}

static void decode__refuses_regions_outside(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    fov_image *image = NULL;
    struct fov_level level;
    const uint8_t rows[48] = {0};
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 4, 4, 3, 12, NULL), FOV_OK);
    static const struct fov_recti bad[] = {{0, 0, 5, 1},          {-1, 0, 2, 2},
                                           {0, 0, 0, 1},          {4, 0, 1, 1},
                                           {0, 2147483647, 1, 1}, {1, 1, 2147483647, 1}};
    for (size_t i = 0; i < FOV_COUNT(bad); i++)
        assert_int_equal(fov__image_decode(&level, image, bad[i], 1, NULL, NULL), FOV_E_ARG);
    assert_int_equal(
        fov__image_decode(&level, image, (struct fov_recti){0, 0, 1, 1}, 3, NULL, NULL), FOV_E_ARG);
    fov_image_unref(image);
    fov_context_free(ctx);
}

/* Alpha-weighted: an invisible red pixel does not colour its visible neighbours. */
static void shrink__weighs_colour_by_alpha(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    fov_image *image = NULL;
    const uint8_t rows[] = {255, 0, 0, 0, 0, 10, 0, 255, 7, 7, 7, 0,
                            255, 0, 0, 0, 0, 13, 0, 255, 8, 8, 8, 0};
    const uint8_t want[] = {0, 12, 0, 128, 8, 8, 8, 0};
    struct fov_level level;
    assert_int_equal(fov_image_new_pixels(&image, ctx, rows, 3, 2, 4, 12, NULL), FOV_OK);
    assert_int_equal(
        fov__image_decode(&level, image, (struct fov_recti){0, 0, 3, 2}, 2, NULL, NULL), FOV_OK);
    assert_int_equal(level.px->width, 2);
    assert_memory_equal(level.px->data, want, sizeof(want));
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void png__sixteen_bits_are_rounded(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    const struct bytes bytes =
        picture_png((struct png_look){.width = 200, .height = 50, .colour = 2, .bits = 16});
    fov_image *image = picture_open(ctx, bytes, false);
    struct fov_level level = picture_level(image, 1);
    for (int y = 0; y < 50; y++) {
        for (int x = 0; x < 200; x++) {
            for (int c = 0; c < 3; c++) {
                /* The bytes of the row, three by three, as picture_png() wrote them. */
                const int i = (x * 3 + c) * 2;
                const int v = picture_sample(i / 3, y, i % 3) << 8 |
                              picture_sample((i + 1) / 3, y, (i + 1) % 3);
                assert_int_equal(fov__pixels_row(level.px, y)[3 * x + c],
                                 (v * 255 + 32767) / 65535);
            }
        }
    }
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    fov_context_free(ctx);
    free(bytes.data);
}

int suite_image(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(image__describes_what_was_opened),
        cmocka_unit_test(pixels__are_copied_and_hashed_without_padding),
        cmocka_unit_test(read__refuses_boxes_that_are_not_whole_or_outside),
        cmocka_unit_test(borrowed__gives_what_a_copy_gives_and_is_given_back_once),
        cmocka_unit_test(new_pixels__refuses_wrong_arguments),
        cmocka_unit_test(open__keeps_to_the_limits),
        cmocka_unit_test(open__reads_files_and_says_what_is_wrong),
        cmocka_unit_test(decode__is_cancelled),
        cmocka_unit_test(decode__refuses_regions_outside),
        cmocka_unit_test(shrink__weighs_colour_by_alpha),
        cmocka_unit_test(png__sixteen_bits_are_rounded),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
