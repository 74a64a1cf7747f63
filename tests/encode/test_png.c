/* SPDX-License-Identifier: MIT */
/* PNG: what libpng reads back is what was given, in the smallest layout that holds it. */
#include "encode_support.h"

#include "encode/png_internal.h"
#include <stdlib.h>

static void check_same(const struct fov_pixels *px, fov_bytes file)
{
    int32_t width = 0, height = 0;
    uint8_t *rgba = support_read_png(file, &width, &height), *at = rgba;
    assert_int_equal(width, px->width);
    assert_int_equal(height, px->height);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++, at += 4) {
            const uint8_t *p = fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands;
            int alpha = px->bands == 4 ? p[3] : 255;
            if (memcmp(at, p, 3) != 0 || at[3] != alpha) {
                fail_msg("pixel %d,%d of %dx%d: %d %d %d %d, not %d %d %d %d", (int)x, (int)y,
                         (int)width, (int)height, at[0], at[1], at[2], at[3], p[0], p[1], p[2],
                         alpha);
            }
        }
    }
    free(rgba);
}

/* Colour types: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
static void check_layout(fov_bytes file, int color_type, int bits)
{
    char chunks[64];
    support_chunks(file, chunks, sizeof(chunks));
    assert_string_equal(chunks, color_type == 3 ? "IHDR PLTE IDAT IEND" : "IHDR IDAT IEND");
    assert_int_equal(file.data[24], bits);
    assert_int_equal(file.data[25], color_type);
}

static const struct {
    enum drawn what;
    int color_type, bits;
} kinds[] = {
    {DRAWN_FLAT, 3, 1},       {DRAWN_BITONAL, 0, 1},   {DRAWN_GREY_4, 0, 2},
    {DRAWN_GREY_16, 0, 4},    {DRAWN_GREY_256, 0, 8},  {DRAWN_COLOUR_2, 3, 1},
    {DRAWN_COLOUR_4, 3, 2},   {DRAWN_COLOUR_16, 3, 4}, {DRAWN_COLOUR_256, 3, 8},
    {DRAWN_COLOUR_257, 2, 8}, {DRAWN_NOISE, 2, 8},     {DRAWN_PHOTO, 2, 8},
};

static void png__every_kind_reads_back_equal_in_its_smallest_layout(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    for (size_t i = 0; i < FOV_COUNT(kinds); i++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            fov_bytes file;
            struct fov_pixels *px = support_draw(ctx, kinds[i].what, 133, 61, bands);
            assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
            check_layout(file, kinds[i].color_type, kinds[i].bits);
            check_same(px, file);
            fov_bytes_free(&file);
            fov__pixels_unref(px);
        }
    }
    fov_context_free(ctx);
}

static void png__alpha_is_kept_bit_for_bit(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    for (size_t i = 0; i < FOV_COUNT(kinds); i++) {
        fov_bytes file;
        struct fov_pixels *px = support_draw(ctx, kinds[i].what, 70, 40, 4);
        bool is_grey = kinds[i].color_type == 0;
        support_alpha(px, false);
        assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
        check_layout(file, is_grey ? 4 : 6, 8);
        check_same(px, file);
        fov_bytes_free(&file);
        fov__pixels_unref(px);
    }
    fov_context_free(ctx);
}

static void png__every_width_and_height_down_to_one_reads_back(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    for (int32_t width = 1; width <= 35; width++) {
        for (size_t i = 0; i < FOV_COUNT(kinds); i++) {
            int32_t height = 1 + width % 4;
            fov_bytes file;
            struct fov_pixels *px =
                support_draw(ctx, kinds[i].what, width, height, width % 2 == 0 ? 4 : 3);
            assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
            check_same(px, file);
            fov_bytes_free(&file);
            fov__pixels_unref(px);
            px = support_draw(ctx, kinds[i].what, 1, width * 9, 3);
            assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
            check_same(px, file);
            fov_bytes_free(&file);
            fov__pixels_unref(px);
        }
    }
    fov_context_free(ctx);
}

/* Rows that equal the one above are not packed again: the next row's filter must still see them. */
static void png__repeated_rows_read_back_in_every_layout(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    for (size_t i = 0; i < FOV_COUNT(kinds); i++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            for (int is_opaque = 1; is_opaque >= 4 - bands; is_opaque--) {
                enum { W = 91, H = 40 };
                fov_bytes file;
                struct fov_pixels *px = support_draw(ctx, kinds[i].what, W, H, bands);
                if (bands == 4) {
                    support_alpha(px, is_opaque);
                }
                /* Twice, once, three times, … */
                for (int32_t y = 1; y < H; y++) {
                    if (y % 6 == 1 || y % 6 >= 4) {
                        memcpy(fov__pixels_row(px, y), fov__pixels_row(px, y - 1), px->stride);
                    }
                }
                assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
                check_same(px, file);
                fov_bytes_free(&file);
                fov__pixels_unref(px);
            }
        }
    }
    fov_context_free(ctx);
}

/* Rows longer than what is deflated at a time, and than deflate's window. */
static void png__very_wide_pictures_read_back(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    static const enum drawn wide[] = {DRAWN_CHART, DRAWN_PHOTO, DRAWN_NOISE, DRAWN_GREY_256,
                                      DRAWN_COLOUR_257};
    ctx->limits.edge = 60000;
    for (size_t i = 0; i < FOV_COUNT(wide); i++) {
        fov_bytes file;
        struct fov_pixels *px = support_draw(ctx, wide[i], 50021, 7, 3);
        assert_non_null(px);
        assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
        check_same(px, file);
        fov_bytes_free(&file);
        fov__pixels_unref(px);
    }
    fov_context_free(ctx);
}

/* With and without SIMD the same file, whatever the layout. */
static void png__every_processor_writes_the_same_file(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    const enum fov__cpu best = ctx->cpu;
    for (size_t i = 0; i < FOV_COUNT(kinds); i++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            fov_bytes a, b;
            struct fov_pixels *px = support_draw(ctx, kinds[i].what, 487, 311, bands);
            if (bands == 4) {
                support_alpha(px, false);
            }
            assert_int_equal(fov__png_encode(&a, px, 0, NULL), FOV_OK);
            ctx->cpu = FOV__CPU_PORTABLE;
            assert_int_equal(fov__png_encode(&b, px, 0, NULL), FOV_OK);
            ctx->cpu = best;
            assert_int_equal(a.size, b.size);
            assert_memory_equal(a.data, b.data, a.size);
            fov_bytes_free(&a);
            fov_bytes_free(&b);
            fov__pixels_unref(px);
        }
    }
    fov_context_free(ctx);
}

/* Large enough that the filter is chosen from a sample. */
static void png__large_pictures_read_back_whether_filtered_or_not(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    static const enum drawn large[] = {DRAWN_CHART, DRAWN_PHOTO, DRAWN_COLOUR_257, DRAWN_GREY_256};
    for (size_t i = 0; i < FOV_COUNT(large); i++) {
        fov_bytes file;
        struct fov_pixels *px = support_draw(ctx, large[i], 701, 503, 3);
        assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
        check_same(px, file);
        fov_bytes_free(&file);
        fov__pixels_unref(px);
    }
    fov_context_free(ctx);
}

/* Soft edges without repetition: filtered rows are much smaller there. */
static void png__a_soft_picture_is_filtered_and_a_repeating_one_is_not(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    struct fov_png_layout layout;
    struct fov_pixels *px = support_draw(ctx, DRAWN_PHOTO, 300, 200, 3);
    fov__png_layout(&layout, px);
    assert_true(layout.is_photo && layout.is_filtered && !layout.is_indexed);
    fov__pixels_unref(px);
    px = support_draw(ctx, DRAWN_COLOUR_16, 300, 200, 3);
    fov__png_layout(&layout, px);
    assert_true(layout.is_indexed && !layout.is_filtered);
    assert_int_equal(layout.colour_count, 16);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

/* Bytes of IDAT's data with the filter on or off. */
static size_t idat_size(const struct fov_pixels *px, bool is_filtered)
{
    struct fov_png_layout layout;
    fov__png_layout(&layout, px);
    assert_true(!layout.is_photo && !layout.is_indexed);
    layout.is_filtered = is_filtered;
    size_t raw_size = (size_t)px->height * (1 + layout.row_bytes);
    size_t room = fov__deflate_bound(raw_size), back = is_filtered ? 1 : (size_t)layout.channels;
    uint8_t *raw = malloc(raw_size + 8), *packed = malloc(room);
    struct fov_deflate *deflate = NULL;
    assert_int_equal(fov__deflate_new(&deflate, px->ctx, NULL), FOV_OK);
    assert_int_equal(fov__png_rows(raw, px, &layout, 0, px->height, NULL), FOV_OK);
    fov__deflate_start(deflate, packed, room, back, true);
    fov__deflate_add(deflate, raw, raw_size, true);
    size_t size = fov__deflate_end(deflate);
    fov__deflate_free(deflate);
    free(packed);
    free(raw);
    return size;
}

/* Line art with more colours than a palette holds: half of it a slope, or letters that come again.
 */
static struct fov_pixels *draw_line_art(fov_context *ctx, bool is_soft, int32_t width,
                                        int32_t height)
{
    struct fov_pixels *px = support_draw(ctx, DRAWN_FLAT, width, height, 3);
    for (int32_t y = 0; y < height; y++) {
        uint8_t *p = fov__pixels_row(px, y);
        for (int32_t x = 0; x < width; x++, p += 3) {
            uint32_t letter = (uint32_t)(x / 14 * 7919 + y / 16 * 104729) % 11;
            uint32_t ink =
                (letter * 193 + (uint32_t)(x % 14) * 71 + (uint32_t)(y % 16) * 37) * 2654435761U;
            ink = (ink ^ ink >> 15) * 2246822519U; /* or the filter would predict the ink */
            ink ^= ink >> 13;
            if (is_soft && x > width / 2) {
                p[0] = (uint8_t)(x * 200 / width + y / 3);
                p[1] = (uint8_t)(y * 230 / height + x / 5);
                p[2] = (uint8_t)((x + y) / 4);
            } else if (!is_soft && x % 14 < 8 && y % 16 < 9) {
                p[0] = (uint8_t)(ink >> 24);
                p[1] = (uint8_t)(ink >> 16);
                p[2] = (uint8_t)(ink >> 8);
            }
        }
    }
    return px;
}

static void png__the_smaller_of_filtered_and_unfiltered_is_written(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    static const int32_t sizes[][2] = {{400, 250}, {700, 500}};
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        for (int is_soft = 0; is_soft <= 1; is_soft++) {
            fov_bytes file;
            struct fov_pixels *px = draw_line_art(ctx, is_soft != 0, sizes[i][0], sizes[i][1]);
            size_t plain = idat_size(px, false), filtered = idat_size(px, true);
            assert_int_equal(filtered < plain, is_soft); /* or nothing would be tested here */
            assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
            /* A file's blocks are of whole rows, so their heads are not the same to a byte. */
            size_t least = is_soft ? filtered : plain, most = is_soft ? plain : filtered;
            assert_true(file.size < least + least / 100 + 57 && least + least / 50 + 57 < most);
            check_same(px, file);
            fov_bytes_free(&file);
            fov__pixels_unref(px);
        }
    }
    fov_context_free(ctx);
}

static void png__a_byte_limit_is_kept_exactly(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    fov_bytes file, again;
    fov_error err;
    struct fov_pixels *px = support_draw(ctx, DRAWN_PHOTO, 120, 90, 3);
    assert_int_equal(fov__png_encode(&file, px, 0, NULL), FOV_OK);
    assert_int_equal(fov__png_encode(&again, px, file.size + 2000, NULL), FOV_OK);
    assert_int_equal(again.size, file.size);
    assert_memory_equal(again.data, file.data, file.size);
    fov_bytes_free(&again);
    for (uint64_t max = 1; max < file.size; max += 977) {
        assert_int_equal(fov__png_encode(&again, px, max, &err), FOV_E_LIMIT);
        assert_null(again.data);
    }
    assert_string_equal(err.where, "encode.png");
    fov_bytes_free(&file);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

int test_png(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png__every_kind_reads_back_equal_in_its_smallest_layout),
        cmocka_unit_test(png__alpha_is_kept_bit_for_bit),
        cmocka_unit_test(png__every_width_and_height_down_to_one_reads_back),
        cmocka_unit_test(png__repeated_rows_read_back_in_every_layout),
        cmocka_unit_test(png__very_wide_pictures_read_back),
        cmocka_unit_test(png__every_processor_writes_the_same_file),
        cmocka_unit_test(png__large_pictures_read_back_whether_filtered_or_not),
        cmocka_unit_test(png__a_soft_picture_is_filtered_and_a_repeating_one_is_not),
        cmocka_unit_test(png__the_smaller_of_filtered_and_unfiltered_is_written),
        cmocka_unit_test(png__a_byte_limit_is_kept_exactly),
    };
    return cmocka_run_group_tests_name("png", tests, NULL, NULL);
}
