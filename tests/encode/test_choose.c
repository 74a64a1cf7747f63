/* SPDX-License-Identifier: MIT */
/* The choice of format and the delivery: by the stated rule, within the budget, the same each time.
 */
#include "encode_support.h"

#include <pthread.h>
#include <stdlib.h>

enum { PNG = 1 << FOV_FORMAT_PNG, JPEG = 1 << FOV_FORMAT_JPEG };

static struct fov_delivery *deliver(fov_context *ctx, enum drawn what, int32_t width,
                                    int32_t height, uint32_t allowed, uint64_t byte_max)
{
    struct fov_delivery *delivery = NULL;
    fov_error err;
    struct fov_pixels *px = support_draw(ctx, what, width, height, 3);
    fov_status rc = fov__encode_delivery(&delivery, px, allowed, byte_max, &err);
    fov__pixels_unref(px);
    if (rc != FOV_OK) {
        assert_int_equal(rc, FOV_E_LIMIT);
        assert_null(delivery);
    }
    return delivery;
}

static void choose__flatness_parts_charts_from_photographs(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    static const struct {
        enum drawn what;
        bool is_line_art;
    } cases[] = {
        {DRAWN_CHART, true},     {DRAWN_FLAT, true},   {DRAWN_BITONAL, true},
        {DRAWN_PHOTO, false},    {DRAWN_NOISE, false}, {DRAWN_COLOUR_256, false},
        {DRAWN_GREY_256, false},
    };
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            struct fov_pixels *px = support_draw(ctx, cases[i].what, 640, 480, bands);
            assert_int_equal(fov__encode_flatness(px) >= FOV__FLATNESS_LINE_ART,
                             cases[i].is_line_art);
            fov__pixels_unref(px);
        }
    }
    for (int32_t side = 1; side <= 3; side++) {
        struct fov_pixels *px = support_draw(ctx, DRAWN_FLAT, side, 4 - side, 3);
        assert_int_equal(fov__encode_flatness(px), 1000);
        fov__pixels_unref(px);
    }
    struct fov_pixels *px = support_draw(ctx, DRAWN_FLAT, 1, 1, 3);
    assert_int_equal(fov__encode_flatness(px), 1000);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

/* One sample of one pixel is enough, wherever it stands. */
static void choose__a_single_coloured_pixel_is_seen(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    for (int32_t width = 1; width <= 35; width++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            struct fov_pixels *px = support_draw(ctx, DRAWN_GREY_256, width, 3, bands);
            assert_true(fov__encode_is_grey(px));
            for (int32_t i = 0; i < 3 * width; i++) {
                uint8_t *p = fov__pixels_row(px, i / width) + i % width * bands;
                for (int c = 0; c < 3; c++) {
                    p[c] ^= 1;
                    assert_false(fov__encode_is_grey(px));
                    p[c] ^= 1;
                }
            }
            if (bands == 4) {
                support_alpha(px, false); /* which is no colour */
            }
            assert_true(fov__encode_is_grey(px));
            fov__pixels_unref(px);
        }
    }
    fov_context_free(ctx);
}

static void choose__a_chart_is_a_png_and_a_photograph_a_jpeg(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct fov_delivery *chart = deliver(ctx, DRAWN_CHART, 800, 557, PNG | JPEG, 0);
    assert_int_equal(chart->recipe.format, FOV_FORMAT_PNG);
    assert_string_equal(fov__delivery_mime(chart), "image/png");
    struct fov_delivery *photo = deliver(ctx, DRAWN_PHOTO, 800, 557, PNG | JPEG, 0);
    assert_int_equal(photo->recipe.format, FOV_FORMAT_JPEG);
    assert_int_equal(photo->recipe.quality, 90);
    assert_false(photo->recipe.is_444);
    assert_string_equal(fov__delivery_mime(photo), "image/jpeg");
    assert_int_equal(photo->width, 800);
    assert_int_equal(photo->height, 557);
    fov__delivery_unref(photo);
    fov__delivery_unref(chart);
    fov_context_free(ctx);
}

static void choose__one_allowed_format_is_obeyed(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct fov_delivery *photo = deliver(ctx, DRAWN_PHOTO, 200, 150, PNG, 0);
    assert_int_equal(photo->recipe.format, FOV_FORMAT_PNG);
    struct fov_delivery *chart = deliver(ctx, DRAWN_CHART, 200, 150, JPEG, 0);
    assert_int_equal(chart->recipe.format, FOV_FORMAT_JPEG);
    assert_int_equal(chart->recipe.quality, 92);
    assert_true(chart->recipe.is_444);
    assert_null(deliver(ctx, DRAWN_PHOTO, 200, 150, PNG, 5000));
    fov__delivery_unref(photo);
    fov__delivery_unref(chart);
    fov_error err;
    struct fov_delivery *none = NULL;
    struct fov_pixels *px = support_draw(ctx, DRAWN_FLAT, 20, 20, 3);
    assert_int_equal(fov__encode_delivery(&none, px, 1U << FOV_FORMAT_GIF, 0, &err),
                     FOV_E_UNSUPPORTED);
    assert_null(none);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

/* Half of it flat, half of it noise: line art by the rule, but exactness costs too much. */
static void choose__a_png_that_costs_twice_the_jpeg_is_not_sent(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct fov_delivery *delivery = NULL;
    fov_bytes png;
    struct fov_pixels *px = support_draw(ctx, DRAWN_PHOTO, 600, 400, 3);
    for (int32_t y = 0; y < 240; y++) {
        memset(fov__pixels_row(px, y), 255, 600 * 3);
    }
    assert_true(fov__encode_flatness(px) >= FOV__FLATNESS_LINE_ART);
    assert_int_equal(fov__png_encode(&png, px, 0, NULL), FOV_OK);
    assert_int_equal(fov__encode_delivery(&delivery, px, PNG | JPEG, 0, NULL), FOV_OK);
    assert_int_equal(delivery->recipe.format, FOV_FORMAT_JPEG);
    assert_true(delivery->recipe.is_444);
    assert_true(delivery->bytes.size * 2 < png.size);
    fov_bytes_free(&png);
    fov__delivery_unref(delivery);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

static void choose__quality_goes_down_until_the_budget_holds(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    static const int32_t ladder[] = {90, 85, 75, 60, 45};
    struct fov_pixels *px = support_draw(ctx, DRAWN_PHOTO, 640, 480, 3);
    size_t size[FOV_COUNT(ladder)];
    for (size_t i = 0; i < FOV_COUNT(ladder); i++) {
        fov_bytes file;
        assert_int_equal(fov__jpeg_encode(&file, px, ladder[i], false, 0, NULL), FOV_OK);
        size[i] = file.size;
        fov_bytes_free(&file);
    }
    for (size_t i = 0; i < FOV_COUNT(ladder); i++) {
        struct fov_delivery *delivery = deliver(ctx, DRAWN_PHOTO, 640, 480, PNG | JPEG, size[i]);
        assert_int_equal(delivery->recipe.quality, ladder[i]);
        assert_int_equal(delivery->bytes.size, size[i]);
        fov__delivery_unref(delivery);
    }
    assert_null(deliver(ctx, DRAWN_PHOTO, 640, 480, PNG | JPEG, size[FOV_COUNT(ladder) - 1] - 1));
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

/* Soft-edged line art whose PNG is beyond the budget falls back to 4:4:4 JPEG, then down. */
static void choose__line_art_beyond_the_budget_becomes_jpeg(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct fov_delivery *exact = deliver(ctx, DRAWN_BITONAL, 512, 512, PNG | JPEG, 0);
    assert_int_equal(exact->recipe.format, FOV_FORMAT_PNG);
    uint64_t budget = exact->bytes.size - 1;
    struct fov_delivery *smaller = deliver(ctx, DRAWN_BITONAL, 512, 512, PNG | JPEG, budget);
    assert_true(smaller == NULL || smaller->bytes.size <= budget);
    fov__delivery_unref(smaller);
    fov__delivery_unref(exact);
    exact = deliver(ctx, DRAWN_CHART, 512, 512, PNG, 0);
    struct fov_delivery *jpeg = deliver(ctx, DRAWN_CHART, 512, 512, JPEG, 0);
    assert_true(jpeg->bytes.size > exact->bytes.size); /* why it is sent as PNG */
    fov__delivery_unref(jpeg);
    fov__delivery_unref(exact);
    fov_context_free(ctx);
}

static void choose__alpha_is_flattened_on_white(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct fov_delivery *delivery = NULL;
    struct fov_pixels *px = support_draw(ctx, DRAWN_FLAT, 256, 3, 4);
    for (int32_t x = 0; x < 256; x++) {
        fov__pixels_row(px, 1)[4 * x + 3] = (uint8_t)x;
    }
    assert_int_equal(fov__encode_delivery(&delivery, px, PNG, 0, NULL), FOV_OK);
    int32_t width = 0, height = 0;
    uint8_t *rgba = support_read_png(delivery->bytes, &width, &height);
    for (int32_t x = 0; x < 256; x++) {
        const uint8_t *p = rgba + (256 + x) * 4;
        double want = 200.0 * x / 255.0 + 255.0 * (255 - x) / 255.0;
        assert_true(p[0] - want <= 0.5 && want - p[0] <= 0.5);
        assert_int_equal(p[3], 255);
    }
    free(rgba);
    fov__delivery_unref(delivery);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

static void choose__a_delivery_beyond_the_output_edge_is_refused(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_error err;
    struct fov_delivery *delivery = NULL;
    struct fov_pixels *px = support_draw(ctx, DRAWN_FLAT, 8193, 1, 3);
    assert_int_equal(fov__encode_delivery(&delivery, px, PNG | JPEG, 0, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "8192"));
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

static void choose__an_exact_recipe_makes_the_same_file_again(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    static const enum drawn pictures[] = {DRAWN_CHART, DRAWN_PHOTO};
    for (size_t i = 0; i < FOV_COUNT(pictures); i++) {
        struct fov_pixels *px = support_draw(ctx, pictures[i], 301, 203, 4);
        struct fov_delivery *delivery = NULL;
        fov_bytes again;
        char sha256[FOV_SHA256_HEX];
        support_alpha(px, false);
        assert_int_equal(fov__encode_delivery(&delivery, px, PNG | JPEG, 0, NULL), FOV_OK);
        assert_int_equal(fov__encode(&again, px, delivery->recipe, true, NULL), FOV_OK);
        fov__sha256_hex(sha256, again.data, again.size);
        assert_string_equal(sha256, delivery->sha256);
        fov_bytes_free(&again);
        fov__delivery_unref(delivery);
        fov__pixels_unref(px);
    }
    fov_error err;
    fov_bytes none;
    struct fov_pixels *px = support_draw(ctx, DRAWN_FLAT, 4, 4, 3);
    struct fov_encode_recipe gif = {.format = FOV_FORMAT_GIF}, bad = {.format = FOV_FORMAT_JPEG};
    assert_int_equal(fov__encode(&none, px, gif, true, &err), FOV_E_UNSUPPORTED);
    assert_int_equal(fov__encode(&none, px, bad, true, &err), FOV_E_ARG);
    assert_string_equal(err.where, "encode.quality");
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

struct job {
    struct fov_pixels *px;
    char sha256[FOV_SHA256_HEX];
};

static void *encode_on_thread(void *user)
{
    struct job *job = user;
    struct fov_delivery *delivery = NULL;
    if (fov__encode_delivery(&delivery, job->px, PNG | JPEG, 0, NULL) == FOV_OK) {
        memcpy(job->sha256, delivery->sha256, sizeof(job->sha256));
    }
    fov__delivery_unref(delivery);
    return NULL;
}

static void choose__threads_make_the_same_bytes(void **state)
{
    (void)state;
    enum { THREADS = 6 };
    fov_context *ctx = support_context();
    static const enum drawn pictures[] = {DRAWN_CHART, DRAWN_PHOTO};
    for (size_t i = 0; i < FOV_COUNT(pictures); i++) {
        struct fov_pixels *px = support_draw(ctx, pictures[i], 500, 400, 3);
        struct job jobs[THREADS];
        pthread_t threads[THREADS];
        for (int k = 0; k < THREADS; k++) {
            jobs[k] = (struct job){.px = px};
            assert_int_equal(pthread_create(&threads[k], NULL, encode_on_thread, &jobs[k]), 0);
        }
        for (int k = 0; k < THREADS; k++) {
            pthread_join(threads[k], NULL);
            assert_int_equal(strlen(jobs[k].sha256), 64);
            assert_string_equal(jobs[k].sha256, jobs[0].sha256);
        }
        fov__pixels_unref(px);
    }
    fov_context_free(ctx);
}

/* A context with threads hashes while it encodes; nothing of that shows. */
static void choose__a_second_thread_changes_nothing(void **state)
{
    (void)state;
    char sha256[2][FOV_SHA256_HEX], pixels_sha256[2][FOV_SHA256_HEX];
    for (uint32_t i = 0; i < 2; i++) {
        fov_context *ctx = NULL;
        fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
        opts.threads = 1 + 3 * i;
        assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
        struct fov_delivery *delivery = deliver(ctx, DRAWN_PHOTO, 900, 700, PNG | JPEG, 0);
        memcpy(sha256[i], delivery->sha256, sizeof(sha256[i]));
        memcpy(pixels_sha256[i], delivery->pixels_sha256, sizeof(pixels_sha256[i]));
        fov__delivery_unref(delivery);
        assert_null(deliver(ctx, DRAWN_PHOTO, 900, 700, PNG | JPEG, 500)); /* beyond the budget */
        fov_context_free(ctx);
    }
    assert_string_equal(sha256[0], sha256[1]);
    assert_string_equal(pixels_sha256[0], pixels_sha256[1]);
}

/* Rows that are further apart than they are long must not show. */
static void choose__padding_between_rows_does_not_matter(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct fov_pixels *tight = support_draw(ctx, DRAWN_CHART, 101, 77, 3);
    struct fov_pixels *wide = support_draw(ctx, DRAWN_NOISE, 131, 77, 3);
    for (int32_t y = 0; y < 77; y++) {
        memcpy(fov__pixels_row(wide, y), fov__pixels_row(tight, y), 101 * 3);
    }
    wide->width = 101;
    static const struct fov_encode_recipe recipes[] = {
        {FOV_FORMAT_PNG, 0, false}, {FOV_FORMAT_JPEG, 90, false}, {FOV_FORMAT_JPEG, 92, true}};
    for (size_t i = 0; i < FOV_COUNT(recipes); i++) {
        fov_bytes a, b;
        assert_int_equal(fov__encode(&a, tight, recipes[i], true, NULL), FOV_OK);
        assert_int_equal(fov__encode(&b, wide, recipes[i], true, NULL), FOV_OK);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.data, b.data, a.size);
        fov_bytes_free(&a);
        fov_bytes_free(&b);
    }
    fov__pixels_unref(tight);
    fov__pixels_unref(wide);
    fov_context_free(ctx);
}

static void choose__a_delivery_is_counted(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct fov_delivery *delivery = deliver(ctx, DRAWN_FLAT, 10, 10, PNG, 0);
    assert_ptr_equal(fov__delivery_ref(delivery), delivery);
    fov__delivery_unref(delivery);
    assert_int_equal(delivery->bytes.data[1], 'P');
    fov__delivery_unref(delivery);
    fov__delivery_unref(NULL);
    assert_null(fov__delivery_ref(NULL));
    assert_non_null(strstr(fov__encode_identity(), "libdeflate "));
    fov_context_free(ctx);
}

int test_choose(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choose__flatness_parts_charts_from_photographs),
        cmocka_unit_test(choose__a_single_coloured_pixel_is_seen),
        cmocka_unit_test(choose__a_chart_is_a_png_and_a_photograph_a_jpeg),
        cmocka_unit_test(choose__one_allowed_format_is_obeyed),
        cmocka_unit_test(choose__a_png_that_costs_twice_the_jpeg_is_not_sent),
        cmocka_unit_test(choose__quality_goes_down_until_the_budget_holds),
        cmocka_unit_test(choose__line_art_beyond_the_budget_becomes_jpeg),
        cmocka_unit_test(choose__alpha_is_flattened_on_white),
        cmocka_unit_test(choose__a_delivery_beyond_the_output_edge_is_refused),
        cmocka_unit_test(choose__an_exact_recipe_makes_the_same_file_again),
        cmocka_unit_test(choose__threads_make_the_same_bytes),
        cmocka_unit_test(choose__a_second_thread_changes_nothing),
        cmocka_unit_test(choose__padding_between_rows_does_not_matter),
        cmocka_unit_test(choose__a_delivery_is_counted),
    };
    return cmocka_run_group_tests_name("choose", tests, NULL, NULL);
}
