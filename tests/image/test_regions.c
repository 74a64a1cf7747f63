/* SPDX-License-Identifier: MIT */
/* A piece is the same box of the whole, byte for byte: straight from the decoders (where small
 * pictures would otherwise be decoded whole), and through fov__image_decode() for every orientation
 * and level. */
#include "image/picture.h"

static struct fov_recti some_rect(uint32_t *state, int width, int height)
{
    struct fov_recti r;
    r.x = (int32_t)(picture_random(state) % (uint32_t)width);
    r.y = (int32_t)(picture_random(state) % (uint32_t)height);
    r.width = 1 + (int32_t)(picture_random(state) % (uint32_t)(width - r.x));
    r.height = 1 + (int32_t)(picture_random(state) % (uint32_t)(height - r.y));
    if (picture_random(state) % 2 != 0) { /* small ones are the usual ones */
        r.width = r.width < 20 ? r.width : 20;
        r.height = r.height < 20 ? r.height : 20;
    }
    return r;
}

static void assert_same_box(const struct fov_pixels *piece, const struct fov_pixels *whole,
                            int32_t x, int32_t y, const char *what)
{
    assert_int_equal(piece->bands, whole->bands);
    for (int32_t row = 0; row < piece->height; row++) {
        const uint8_t *a = fov__pixels_row(piece, row);
        const uint8_t *b = fov__pixels_row(whole, y + row) + (size_t)x * (size_t)whole->bands;
        if (memcmp(a, b, (size_t)piece->width * (size_t)piece->bands) != 0)
            fail_msg("%s: row %d of the piece at %d,%d of %d x %d differs", what, (int)row, (int)x,
                     (int)y, (int)piece->width, (int)piece->height);
    }
}

static void fuzz_jpeg(struct jpeg_look look, uint32_t seed, int rounds)
{
    fov_context *ctx = picture_context();
    const struct bytes bytes = picture_jpeg(look);
    fov_image *image = picture_open(ctx, bytes, false);
    char what[96];
    for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
        const int32_t width = fov__level_size(look.width, shrink);
        const int32_t height = fov__level_size(look.height, shrink);
        const struct fov_recti all = {0, 0, width, height};
        struct fov_pixels *whole = NULL;
        assert_int_equal(fov__jpeg_decode(&whole, image, all, shrink, NULL, NULL), FOV_OK);
        for (int i = 0; i < rounds; i++) {
            const struct fov_recti r = some_rect(&seed, width, height);
            struct fov_pixels *piece = NULL;
            fov_error err;
            if (fov__jpeg_decode(&piece, image, r, shrink, NULL, &err) < 0)
                fail_msg("%s", err.message);
            snprintf(what, sizeof(what), "%d x %d, %d components %d x %d, shrink %d", look.width,
                     look.height, look.components, look.h, look.v, (int)shrink);
            assert_same_box(piece, whole, r.x, r.y, what);
            fov__pixels_unref(piece);
        }
        fov__pixels_unref(whole);
    }
    fov_image_unref(image);
    fov_context_free(ctx);
    free(bytes.data);
}

static void jpeg__piece_is_the_same_box_of_the_whole(void **state)
{
    static const int sizes[][2] = {{1, 1},   {7, 5},    {16, 16},   {17, 33},
                                   {64, 48}, {97, 131}, {200, 150}, {255, 257}};
    static const int samplings[][2] = {{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}};
    (void)state;
    for (size_t s = 0; s < FOV_COUNT(sizes); s++) {
        for (size_t k = 0; k < FOV_COUNT(samplings); k++) {
            const struct jpeg_look look = {.width = sizes[s][0],
                                           .height = sizes[s][1],
                                           .components = 3,
                                           .h = samplings[k][0],
                                           .v = samplings[k][1]};
            fuzz_jpeg(look, (uint32_t)(s * 10 + k), 60);
        }
        const struct jpeg_look grey = {
            .width = sizes[s][0], .height = sizes[s][1], .components = 1};
        fuzz_jpeg(grey, (uint32_t)s, 60);
    }
}

static void jpeg__piece_is_the_same_with_restarts_scans_and_inks(void **state)
{
    (void)state;
    fuzz_jpeg(
        (struct jpeg_look){
            .width = 133, .height = 90, .components = 3, .h = 2, .v = 2, .restart = 3},
        1, 60);
    fuzz_jpeg(
        (struct jpeg_look){
            .width = 133, .height = 90, .components = 3, .h = 2, .v = 2, .is_progressive = true},
        2, 30);
    fuzz_jpeg(
        (struct jpeg_look){
            .width = 133, .height = 90, .components = 3, .h = 2, .v = 2, .is_split = true},
        3, 30);
    fuzz_jpeg(
        (struct jpeg_look){
            .width = 133, .height = 90, .components = 3, .h = 2, .v = 2, .is_arithmetic = true},
        4, 60);
    fuzz_jpeg((struct jpeg_look){.width = 133, .height = 90, .components = 4}, 5, 60);
    fuzz_jpeg((struct jpeg_look){.width = 133, .height = 90, .components = 4, .is_ycck = true}, 6,
              60);
    fuzz_jpeg((struct jpeg_look){.width = 133, .height = 90, .components = 1, .h = 2, .v = 2}, 7,
              60);
}

static void png__piece_is_the_same_box_of_the_whole(void **state)
{
    static const int kinds[][2] = {{0, 1}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16},
                                   {3, 2}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}};
    (void)state;
    uint32_t seed = 5;
    for (size_t k = 0; k < FOV_COUNT(kinds) * 4; k++) {
        const struct png_look look = {.width = 83,
                                      .height = 61,
                                      .colour = kinds[k / 4][0],
                                      .bits = kinds[k / 4][1],
                                      .is_interlaced = k % 2 != 0,
                                      .has_trns = k % 4 >= 2 && kinds[k / 4][0] < 4};
        fov_context *ctx = picture_context();
        const struct bytes bytes = picture_png(look);
        fov_image *image = picture_open(ctx, bytes, false);
        for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
            const struct fov_recti all = {0, 0, fov__level_size(83, shrink),
                                          fov__level_size(61, shrink)};
            const struct fov_recti full = {0, 0, 83, 61};
            struct fov_pixels *whole = NULL, *first = NULL, *mean = NULL;
            assert_int_equal(fov__png_decode(&whole, image, all, shrink, NULL, NULL), FOV_OK);
            assert_int_equal(fov__png_decode(&first, image, full, 1, NULL, NULL), FOV_OK);
            assert_int_equal(fov__shrink_pixels(&mean, first, shrink, NULL), FOV_OK);
            assert_same_box(whole, mean, 0, 0, "png mean");
            for (int i = 0; i < 25; i++) {
                const struct fov_recti r = some_rect(&seed, all.width, all.height);
                struct fov_pixels *piece = NULL;
                assert_int_equal(fov__png_decode(&piece, image, r, shrink, NULL, NULL), FOV_OK);
                assert_same_box(piece, whole, r.x, r.y, "png");
                fov__pixels_unref(piece);
            }
            fov__pixels_unref(whole);
            fov__pixels_unref(first);
            fov__pixels_unref(mean);
        }
        fov_image_unref(image);
        fov_context_free(ctx);
        free(bytes.data);
    }
}

/* Rows by libdeflate (strict) and by libpng (lenient) are the same bytes, whatever the filter. */
static void png__rows_are_those_of_libpng(void **state)
{
    static const int kinds[][2] = {{0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1},
                                   {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}};
    static const int widths[] = {1, 2, 7, 64, 131};
    (void)state;
    for (size_t k = 0; k < FOV_COUNT(kinds) * 60; k++) {
        const int *kind = kinds[k / 60];
        const struct png_look look = {.width = widths[k % 5],
                                      .height = 23,
                                      .colour = kind[0],
                                      .bits = kind[1],
                                      .filter = (int)(k / 5 % 6),
                                      .has_trns = k / 30 % 2 != 0 && kind[0] < 4};
        fov_context *ctx = picture_context();
        const struct bytes bytes = picture_png(look);
        fov_image *strict = picture_open(ctx, bytes, false),
                  *lenient = picture_open(ctx, bytes, true);
        struct fov_png_unpack *unpack = fov__png_unpack_new(strict, 0, look.height, NULL, false);
        assert_non_null(unpack); /* else libpng would be compared with itself */
        fov__png_unpack_free(unpack);
        assert_null(fov__png_unpack_new(lenient, 0, look.height, NULL, false));
        struct fov_level a = picture_level(strict, 1), b = picture_level(lenient, 1);
        assert_same_box(a.px, b.px, 0, 0, "libdeflate and libpng");
        fov__pixels_unref(a.px);
        fov__pixels_unref(b.px);
        fov_image_unref(strict);
        fov_image_unref(lenient);
        fov_context_free(ctx);
        free(bytes.data);
    }
}

/* What the upright pixel (x, y) is, from the raw picture, written out again independently. */
static const uint8_t *upright(const struct fov_pixels *raw, int orientation, int x, int y)
{
    const int w = raw->width, h = raw->height;
    int a = x, b = y;
    switch (orientation) {
    case 2:
        a = w - 1 - x;
        break;
    case 3:
        a = w - 1 - x;
        b = h - 1 - y;
        break;
    case 4:
        b = h - 1 - y;
        break;
    case 5:
        a = y;
        b = x;
        break;
    case 6:
        a = y;
        b = h - 1 - x;
        break;
    case 7:
        a = w - 1 - y;
        b = h - 1 - x;
        break;
    case 8:
        a = w - 1 - y;
        b = x;
        break;
    default:
        break;
    }
    return fov__pixels_row(raw, b) + 3 * a;
}

static void check_level(fov_image *image, const struct fov_pixels *raw, int orientation,
                        struct fov_recti region, int32_t shrink)
{
    struct fov_level level;
    fov_error err;
    if (fov__image_decode(&level, image, region, shrink, NULL, &err) < 0)
        fail_msg("%s", err.message);
    const double x2 = level.x0 + (double)level.px->width * shrink;
    const double y2 = level.y0 + (double)level.px->height * shrink;
    assert_true(level.x0 <= region.x && level.y0 <= region.y);
    assert_true(x2 >= region.x + region.width && y2 >= region.y + region.height);
    assert_true(level.x0 > -shrink && level.y0 > -shrink);
    const int turned = orientation >= 5;
    const int raw_w = image->raw_width, raw_h = image->raw_height;
    /* The raw level's pixel that covers the same square. */
    for (int y = 0; y < level.px->height; y++) {
        for (int x = 0; x < level.px->width; x++) {
            const double cx = level.x0 + (x + 0.5) * shrink, cy = level.y0 + (y + 0.5) * shrink;
            const double w = turned ? raw_h : raw_w, h = turned ? raw_w : raw_h;
            double rx = cx, ry = cy;
            switch (orientation) {
            case 2:
                rx = w - cx;
                break;
            case 3:
                rx = w - cx;
                ry = h - cy;
                break;
            case 4:
                ry = h - cy;
                break;
            case 5:
                rx = cy;
                ry = cx;
                break;
            case 6:
                rx = cy;
                ry = w - cx;
                break;
            case 7:
                rx = h - cy;
                ry = w - cx;
                break;
            case 8:
                rx = h - cy;
                ry = cx;
                break;
            default:
                break;
            }
            const int lx = (int)(rx / shrink), ly = (int)(ry / shrink);
            assert_memory_equal(fov__pixels_row(level.px, y) + 3 * x,
                                fov__pixels_row(raw, ly) + 3 * lx, 3);
        }
    }
    fov__pixels_unref(level.px);
}

static void orient__maps_regions_and_level_origins(void **state)
{
    (void)state;
    uint32_t seed = 77;
    for (int orientation = 1; orientation <= 8; orientation++) {
        fov_context *ctx = picture_context();
        struct jpeg_look look = {.width = 101,
                                 .height = 75,
                                 .components = 3,
                                 .h = 2,
                                 .v = 2,
                                 .orientation = orientation};
        const struct bytes bytes = picture_jpeg(look);
        look.orientation = 0;
        const struct bytes plain = picture_jpeg(look);
        fov_image *image = picture_open(ctx, bytes, false), *raw = picture_open(ctx, plain, false);
        assert_int_equal(image->info.orientation, orientation);
        assert_int_equal(fov_image_size(image).width, orientation >= 5 ? 75 : 101);
        struct fov_level first = picture_level(image, 1), flat = picture_level(raw, 1);
        for (int y = 0; y < first.px->height; y++) {
            for (int x = 0; x < first.px->width; x++)
                assert_memory_equal(fov__pixels_row(first.px, y) + 3 * x,
                                    upright(flat.px, orientation, x, y), 3);
        }
        fov__pixels_unref(first.px);
        fov__pixels_unref(flat.px);
        for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
            struct fov_level level = picture_level(raw, shrink);
            for (int i = 0; i < 20; i++)
                check_level(image, level.px, orientation,
                            some_rect(&seed, image->info.width, image->info.height), shrink);
            fov__pixels_unref(level.px);
        }
        fov_image_unref(image);
        fov_image_unref(raw);
        fov_context_free(ctx);
        free(bytes.data);
        free(plain.data);
    }
}

/* A picture large enough for pieces: what comes first by piece, then from the whole that was kept,
 * must be the same piece. */
static void decode__is_the_same_whatever_is_cached(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int orientation = 1; orientation <= 8; orientation += 5) {
        const struct jpeg_look look = {.width = 2600,
                                       .height = 1900,
                                       .components = 3,
                                       .h = 2,
                                       .v = 2,
                                       .orientation = orientation};
        const struct bytes bytes = picture_jpeg(look);
        fov_context *warm_ctx = picture_context();
        fov_image *warm = picture_open(warm_ctx, bytes, false);
        for (int i = 0; i < 8; i++) {
            const struct fov_recti r = some_rect(&seed, warm->info.width, warm->info.height);
            fov_context *cold_ctx = picture_context();
            fov_image *cold = picture_open(cold_ctx, bytes, false);
            struct fov_level a, b, again;
            assert_int_equal(fov__image_decode(&a, warm, r, 1, NULL, NULL), FOV_OK);
            assert_int_equal(fov__image_decode(&b, cold, r, 1, NULL, NULL), FOV_OK);
            assert_true(a.x0 == b.x0 && a.y0 == b.y0);
            assert_int_equal(a.px->width, b.px->width);
            assert_int_equal(a.px->height, b.px->height);
            assert_same_box(a.px, b.px, 0, 0, "warm and cold");
            assert_int_equal(fov__image_decode(&again, warm, r, 1, NULL, NULL), FOV_OK);
            assert_same_box(again.px, b.px, 0, 0, "again and cold");
            assert_int_equal(again.decoded, 0);
            fov__pixels_unref(a.px);
            fov__pixels_unref(b.px);
            fov__pixels_unref(again.px);
            fov_image_unref(cold);
            fov_context_free(cold_ctx);
        }
        struct fov_cache_stats stats;
        fov__cache_get_stats(warm_ctx, &stats);
        assert_true(stats.hits >= 8 && stats.misses > 1);
        fov_stats sums = FOV_STATS_INIT;
        assert_int_equal(fov_stats_get(warm_ctx, &sums, NULL), FOV_OK);
        assert_true(sums.decoded_pixels > 0 && sums.decode_us > 0);
        assert_true(sums.cache_hits == stats.hits && sums.cache_bytes == stats.bytes);
        fov_image_unref(warm);
        fov_context_free(warm_ctx);
        free(bytes.data);
    }
}

static void decode__png_is_the_same_whatever_is_cached(void **state)
{
    (void)state;
    uint32_t seed = 9;
    const struct bytes bytes =
        picture_png((struct png_look){.width = 2600, .height = 1700, .colour = 6, .bits = 8});
    fov_context *warm_ctx = picture_context();
    fov_image *warm = picture_open(warm_ctx, bytes, false);
    for (int i = 0; i < 8; i++) {
        const struct fov_recti r = some_rect(&seed, 2600, 1700);
        const int32_t shrink = 1 << (i / 2);
        fov_context *cold_ctx = picture_context();
        fov_image *cold = picture_open(cold_ctx, bytes, false);
        struct fov_level a, b;
        assert_int_equal(fov__image_decode(&a, warm, r, shrink, NULL, NULL), FOV_OK);
        assert_int_equal(fov__image_decode(&b, cold, r, shrink, NULL, NULL), FOV_OK);
        assert_true(a.x0 == b.x0 && a.y0 == b.y0 && a.px->width == b.px->width);
        assert_same_box(a.px, b.px, 0, 0, "warm and cold");
        fov__pixels_unref(a.px);
        fov__pixels_unref(b.px);
        fov_image_unref(cold);
        fov_context_free(cold_ctx);
    }
    fov_image_unref(warm);
    fov_context_free(warm_ctx);
    free(bytes.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jpeg__piece_is_the_same_box_of_the_whole),
        cmocka_unit_test(jpeg__piece_is_the_same_with_restarts_scans_and_inks),
        cmocka_unit_test(png__piece_is_the_same_box_of_the_whole),
        cmocka_unit_test(png__rows_are_those_of_libpng),
        cmocka_unit_test(orient__maps_regions_and_level_origins),
        cmocka_unit_test(decode__is_the_same_whatever_is_cached),
        cmocka_unit_test(decode__png_is_the_same_whatever_is_cached),
    };
    return cmocka_run_group_tests_name("image_regions", tests, NULL, NULL);
}
