/* SPDX-License-Identifier: MIT */
/* JPEG: baseline, the sampling that was asked for, and no worse than its quality promises. */
#include "encode_support.h"

#include <stdlib.h>

struct seen {
    int32_t width, height, components, sampling;
    double psnr;
    size_t size;
};

static struct seen encode_and_read(fov_context *ctx, enum drawn what, int32_t width, int32_t height,
                                   int32_t quality, bool is_444)
{
    struct seen seen;
    fov_bytes file;
    struct fov_pixels *px = support_draw(ctx, what, width, height, 3);
    assert_int_equal(fov__jpeg_encode(&file, px, quality, is_444, 0, NULL), FOV_OK);
    uint8_t *rgb =
        support_read_jpeg(file, &seen.width, &seen.height, &seen.components, &seen.sampling);
    seen.psnr = support_psnr(px, rgb);
    seen.size = file.size;
    assert_int_equal(seen.width, width);
    assert_int_equal(seen.height, height);
    free(rgb);
    fov_bytes_free(&file);
    fov__pixels_unref(px);
    return seen;
}

static void jpeg__has_the_sampling_that_was_asked_for(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct seen seen = encode_and_read(ctx, DRAWN_PHOTO, 200, 150, 90, false);
    assert_int_equal(seen.components, 3);
    assert_int_equal(seen.sampling, 22);
    seen = encode_and_read(ctx, DRAWN_PHOTO, 200, 150, 92, true);
    assert_int_equal(seen.sampling, 11);
    seen = encode_and_read(ctx, DRAWN_GREY_256, 200, 150, 90, false);
    assert_int_equal(seen.components, 1);
    fov_context_free(ctx);
}

static void jpeg__keeps_the_quality_floor(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct seen photo = encode_and_read(ctx, DRAWN_PHOTO, 640, 480, 90, false);
    struct seen chart = encode_and_read(ctx, DRAWN_CHART, 640, 480, 92, true);
    struct seen chart_420 = encode_and_read(ctx, DRAWN_CHART, 640, 480, 92, false);
    assert_true(photo.psnr >= 36.0);
    assert_true(chart.psnr >= 36.0);
    assert_true(chart.psnr >= chart_420.psnr + 3.0); /* why line art is 4:4:4 */
    fov_context_free(ctx);
}

static void jpeg__lower_quality_is_smaller_and_worse(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    static const int32_t ladder[] = {100, 92, 85, 75, 60, 45, 1};
    struct seen last = {0, 0, 0, 0, 999.0, SIZE_MAX};
    for (size_t i = 0; i < FOV_COUNT(ladder); i++) {
        struct seen seen = encode_and_read(ctx, DRAWN_PHOTO, 320, 240, ladder[i], false);
        assert_true(seen.size < last.size && seen.psnr < last.psnr);
        last = seen;
    }
    fov_context_free(ctx);
}

static void jpeg__any_small_size_reads_back(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    for (int32_t width = 1; width <= 34; width++) {
        encode_and_read(ctx, DRAWN_PHOTO, width, 35 - width, 90, width % 2 == 0);
    }
    fov_context_free(ctx);
}

static void jpeg__a_byte_limit_is_kept_exactly(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_bytes file, again;
    fov_error err;
    struct fov_pixels *px = support_draw(ctx, DRAWN_NOISE, 400, 300, 3);
    assert_int_equal(fov__jpeg_encode(&file, px, 90, true, 0, NULL), FOV_OK);
    assert_true(file.size > 100000);
    assert_int_equal(fov__jpeg_encode(&again, px, 90, true, file.size, NULL), FOV_OK);
    assert_memory_equal(again.data, file.data, file.size);
    fov_bytes_free(&again);
    static const uint64_t part[] = {1, 100, 32768, 40000, 100000};
    for (size_t i = 0; i < FOV_COUNT(part); i++) {
        assert_int_equal(fov__jpeg_encode(&again, px, 90, true, part[i], &err), FOV_E_LIMIT);
        assert_null(again.data);
    }
    assert_int_equal(fov__jpeg_encode(&again, px, 90, true, file.size - 1, &err), FOV_E_LIMIT);
    assert_string_equal(err.where, "encode.jpeg");
    fov_bytes_free(&file);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

/* A side that no JPEG can have is refused before libjpeg is asked. */
static void jpeg__refuses_a_side_beyond_65500(void **state)
{
    (void)state;
    fov_context *ctx = NULL;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    opts.limits.edge = 70000;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    fov_bytes file;
    fov_error err;
    struct fov_pixels *px = support_draw(ctx, DRAWN_FLAT, 65501, 2, 3);
    assert_int_equal(fov__jpeg_encode(&file, px, 90, false, 0, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "65500"));
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

int test_jpeg(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jpeg__has_the_sampling_that_was_asked_for),
        cmocka_unit_test(jpeg__keeps_the_quality_floor),
        cmocka_unit_test(jpeg__lower_quality_is_smaller_and_worse),
        cmocka_unit_test(jpeg__any_small_size_reads_back),
        cmocka_unit_test(jpeg__a_byte_limit_is_kept_exactly),
        cmocka_unit_test(jpeg__refuses_a_side_beyond_65500),
    };
    return cmocka_run_group_tests_name("jpeg", tests, NULL, NULL);
}
