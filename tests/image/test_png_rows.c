/* SPDX-License-Identifier: MIT */
/* PNG rows without libpng are those of libpng: for PngSuite, and for stored bytes of every colour
 * type, depth, filter and texture, whole and in pieces, by both twins. */
#include "image/png_oracle.h"

#include <dirent.h>

static const enum fov__cpu cpus[] = {FOV__CPU_PORTABLE, FOV__CPU_AVX2};

/* A context for a twin; NULL where this machine or build does not have it. */
static fov_context *context_for(enum fov__cpu cpu)
{
    fov_context *ctx = picture_context();
    if (cpu > ctx->cpu) {
        fov_context_free(ctx);
        return NULL;
    }
    ctx->cpu = cpu;
    return ctx;
}

static void same_pixels(const struct fov_pixels *px, const struct oracle *oracle,
                        struct fov_recti box, const char *what)
{
    assert_int_equal(px->bands, oracle->bands);
    assert_int_equal(px->width, box.width);
    assert_int_equal(px->height, box.height);
    for (int32_t y = 0; y < box.height; y++) {
        const size_t at =
            ((size_t)(box.y + y) * (size_t)oracle->width + (size_t)box.x) * (size_t)oracle->bands;
        if (memcmp(fov__pixels_row(px, y), oracle->pixels + at, px->stride) != 0)
            fail_msg("%s differs from libpng in row %d", what, box.y + y);
    }
}

/* Whether these rows come without libpng, which else would be compared with itself. */
static bool is_unpacked(const fov_image *image, struct fov_recti box)
{
    struct fov_png_unpack *unpack =
        fov__png_unpack_new(image, box.y, box.y + box.height, NULL, false);
    const bool is = unpack != NULL;
    fov__png_unpack_free(unpack);
    return is;
}

static struct fov_recti some_box(uint32_t *seed, int width, int height)
{
    struct fov_recti box = {(int)(picture_random(seed) % (uint32_t)width),
                            (int)(picture_random(seed) % (uint32_t)height), 0, 0};
    box.width = 1 + (int)(picture_random(seed) % (uint32_t)(width - box.x));
    box.height = 1 + (int)(picture_random(seed) % (uint32_t)(height - box.y));
    return box;
}

/* The whole and some pieces, straight from the decoder. */
static void compare(struct bytes file, const char *what, int pieces, bool must_unpack)
{
    struct oracle oracle = oracle_png(file);
    uint32_t seed = (uint32_t)file.size;
    assert_non_null(oracle.pixels);
    for (size_t i = 0; i < FOV_COUNT(cpus); i++) {
        fov_context *ctx = context_for(cpus[i]);
        if (ctx == NULL)
            continue;
        fov_image *image = picture_open(ctx, file, false);
        for (int k = 0; k <= pieces; k++) {
            struct fov_pixels *px = NULL;
            const struct fov_recti all = {0, 0, oracle.width, oracle.height};
            const struct fov_recti box =
                k == 0 ? all : some_box(&seed, oracle.width, oracle.height);
            if (must_unpack && !is_unpacked(image, box))
                fail_msg("%s was left to libpng", what);
            assert_int_equal(fov__png_decode(&px, image, box, 1, NULL, NULL), FOV_OK);
            same_pixels(px, &oracle, box, what);
            fov__pixels_unref(px);
        }
        fov_image_unref(image);
        fov_context_free(ctx);
    }
    free(oracle.pixels);
}

static void pngsuite__is_what_libpng_reads(void **state)
{
    (void)state;
    DIR *folder = opendir(FOV_TESTDATA "/pngsuite");
    const struct dirent *entry;
    int count = 0;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        const size_t length = strlen(entry->d_name);
        /* Those that begin with x are broken. */
        if (length < 5 || strcmp(entry->d_name + length - 4, ".png") != 0 ||
            entry->d_name[0] == 'x')
            continue;
        char path[1024];
        snprintf(path, sizeof(path), "%s/pngsuite/%s", FOV_TESTDATA, entry->d_name);
        const struct bytes file = picture_file(path);
        compare(file, entry->d_name, 6, file.data[28] == 0);
        free(file.data);
        count++;
    }
    closedir(folder);
    assert_int_equal(count, 161);
}

static void stored__rows_are_those_of_libpng(void **state)
{
    static const int widths[] = {1, 2, 3, 5, 8, 9, 10, 11, 31, 33, 64, 131, 200};
    (void)state;
    char what[160];
    for (uint32_t i = 0; i < 15 * 3 * 7 * 8; i++) {
        const uint32_t r = i / 15;
        struct stored_look look = {.colour = stored_kinds[i % 15][0],
                                   .bits = stored_kinds[i % 15][1],
                                   .texture = (enum texture)(r % TEXTURE_COUNT),
                                   .filter = (int)(r / 3 % 7) - 2,
                                   .width = widths[(i * 7 + r) % FOV_COUNT(widths)],
                                   .height = 1 + (int)(i * 13 % 23),
                                   .has_trns = r % 2 != 0,
                                   .level = (int)(r % 4) * 4,
                                   .chunk = r % 5 == 0 ? 37 : 0,
                                   .seed = i};
        snprintf(what, sizeof(what),
                 "picture %u: %d x %d, colour %d of %d bits, filter %d, texture %d", (unsigned)i,
                 look.width, look.height, look.colour, look.bits, look.filter, (int)look.texture);
        const struct bytes file = stored_png(look);
        compare(file, what, 3, true);
        free(file.data);
    }
}

/* Rows of which inflating leaves some out: tall enough, and stored in blocks of every kind. */
static void stored__pieces_of_tall_pictures_are_those_of_libpng(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 24; i++) {
        const struct stored_look look = {.colour = stored_kinds[i * 5 % 15][0],
                                         .bits = 8 + 8 * (int)(i % 2) *
                                                         (stored_kinds[i * 5 % 15][0] != 3),
                                         .width = 90 + (int)i,
                                         .height = 2500,
                                         .texture = (enum texture)(i % TEXTURE_COUNT),
                                         .filter = i % 4 == 0 ? -1 : -2,
                                         .level = (int)(i % 3) * 6,
                                         .chunk = 8192,
                                         .seed = i};
        const struct bytes file = stored_png(look);
        compare(file, "a tall picture", 8, true);
        free(file.data);
    }
}

/* libpng reads a picture whose sum is wrong, with a warning; so do we, and through libpng. */
static void unsound__is_left_to_libpng(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 6; i++) {
        const struct stored_look look = {.colour = 2,
                                         .bits = 8,
                                         .width = 50,
                                         .height = 40,
                                         .filter = -1,
                                         .level = 6,
                                         .is_unsound = true,
                                         .seed = i};
        const struct bytes file = stored_png(look);
        struct oracle oracle = oracle_png(file);
        fov_context *ctx = picture_context();
        const fov_status rc = picture_status(ctx, file, false, NULL);
        assert_int_equal(rc >= 0, oracle.pixels != NULL);
        fov_image *image = picture_open(ctx, file, false);
        struct fov_png_unpack *unpack = fov__png_unpack_new(image, 0, 40, NULL, false);
        uint8_t row[50 * 3 + FOV__PIXELS_SLACK];
        assert_non_null(unpack);
        for (int y = 0; y < 40; y++) {
            assert_true(fov__png_unpack_is_sound(unpack)); /* nothing is known yet */
            assert_true(fov__png_unpack_row(unpack, row, 0, 50));
        }
        assert_false(fov__png_unpack_is_sound(unpack));
        fov__png_unpack_free(unpack);
        fov_image_unref(image);
        fov_context_free(ctx);
        free(oracle.pixels);
        free(file.data);
    }
}

/* A stream that reaches back further than the window it names is refused by zlib, and by us. */
static void window__is_as_zlib_judges_it(void **state)
{
    (void)state;
    int refused = 0;
    for (int window = 8; window <= 15; window++) {
        for (int height = 10; height <= 700; height *= 8) {
            const struct stored_look look = {.colour = 0,
                                             .bits = 8,
                                             .width = 99,
                                             .height = height,
                                             .texture = TEXTURE_RUNS,
                                             .filter = -1,
                                             .level = 12,
                                             .window = window,
                                             .seed = 5};
            const struct bytes file = stored_png(look);
            struct oracle oracle = oracle_png(file);
            fov_context *ctx = picture_context();
            const fov_status rc = picture_status(ctx, file, false, NULL);
            assert_int_equal(rc >= 0, oracle.pixels != NULL);
            refused += rc < 0;
            fov_context_free(ctx);
            if (oracle.pixels != NULL)
                compare(file, "a window", 2, window == 15);
            free(oracle.pixels);
            free(file.data);
        }
    }
    assert_true(refused > 0);
}

static void filter__that_is_not_known_is_an_error(void **state)
{
    (void)state;
    for (int place = 0; place < 2; place++) {
        const struct stored_look look = {
            .colour = 2, .bits = 8, .width = 9, .height = 12, .filter = place == 0 ? 5 : 77};
        const struct bytes file = stored_png(look);
        fov_context *ctx = picture_context();
        fov_error err;
        assert_true(picture_status(ctx, file, false, &err) < 0);
        assert_int_equal(err.status, FOV_E_IMAGE);
        assert_non_null(strstr(err.message, "row 0 of 12"));
        fov_context_free(ctx);
        free(file.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pngsuite__is_what_libpng_reads),
        cmocka_unit_test(stored__rows_are_those_of_libpng),
        cmocka_unit_test(stored__pieces_of_tall_pictures_are_those_of_libpng),
        cmocka_unit_test(unsound__is_left_to_libpng),
        cmocka_unit_test(window__is_as_zlib_judges_it),
        cmocka_unit_test(filter__that_is_not_known_is_an_error),
    };
    return cmocka_run_group_tests_name("image_png_rows", tests, NULL, NULL);
}
