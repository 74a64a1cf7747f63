/* SPDX-License-Identifier: MIT */
/* A JPEG that several threads read together: the same pixels, the same words about damage, an end
 * when it is cancelled, and little that is kept when all is read. */
#include "image/picture.h"

#include "image/jpeg_internal.h"

enum { MOST_THREADS = 4 };

static fov_context *context_for(uint32_t threads)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    opts.threads = threads;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

static uint64_t hash_of(const struct fov_level *level)
{
    uint64_t hash = 0;
    for (int32_t y = 0; y < level->px->height; y++)
        hash = hash * 31 + fov__xxh3(fov__pixels_row(level->px, y), (size_t)level->px->width * 3);
    return hash;
}

/* What a whole picture comes to. */
struct answer {
    fov_status rc;
    uint64_t hash;
    fov_error err;
};

static struct answer read_whole(struct bytes bytes, uint32_t threads, int32_t shrink)
{
    struct answer answer = {.rc = FOV_OK};
    fov_context *ctx = context_for(threads);
    fov_image *image = NULL;
    struct fov_level level = {.px = NULL};
    answer.rc = fov_image_open_memory(&image, ctx, bytes.data, bytes.size, NULL, &answer.err);
    if (answer.rc == FOV_OK) {
        const struct fov_recti all = {0, 0, image->info.width, image->info.height};
        answer.rc = fov__image_decode(&level, image, all, shrink, NULL, &answer.err);
    }
    if (answer.rc == FOV_OK)
        answer.hash = hash_of(&level);
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    fov_context_free(ctx);
    return answer;
}

static const struct jpeg_look looks[] = {
    {.width = 1210, .height = 803, .components = 3, .h = 2, .v = 2},
    {.width = 1210, .height = 803, .components = 3, .h = 2, .v = 1, .restart = 19, .quality = 95},
    {.width = 407, .height = 1603, .components = 3, .h = 1, .v = 2, .is_optimised = true},
    {.width = 640, .height = 641, .components = 1, .h = 1, .v = 1, .quality = 50},
    {.width = 333, .height = 900, .components = 3, .h = 1, .v = 1, .is_hard = true, .quality = 98},
};

static void jpeg__is_the_same_from_one_to_four_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(looks); i++) {
        const struct bytes bytes = picture_jpeg(looks[i]);
        for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
            const struct answer one = read_whole(bytes, 1, shrink);
            assert_int_equal(one.rc, FOV_OK);
            for (uint32_t threads = 2; threads <= MOST_THREADS; threads++) {
                const struct answer many = read_whole(bytes, threads, shrink);
                assert_int_equal(many.rc, FOV_OK);
                assert_true(many.hash == one.hash);
            }
        }
        free(bytes.data);
    }
}

/* Bytes of the coded data are changed or lost: threads agree on what it is, in the same words. */
static void jpeg__damage_is_told_alike_by_any_number_of_threads(void **state)
{
    uint32_t seed = 11;
    int damaged = 0;
    (void)state;
    for (int i = 0; i < 60; i++) {
        struct bytes bytes = picture_jpeg(looks[(size_t)i % FOV_COUNT(looks)]);
        for (int k = 0; k < 1 + i % 3; k++) {
            const size_t at = bytes.size / 4 + picture_random(&seed) % (bytes.size / 4 * 3 - 2);
            bytes.data[at] = i % 4 == 0 ? 0xff : (uint8_t)picture_random(&seed);
        }
        const struct answer one = read_whole(bytes, 1, 1);
        damaged += one.rc < 0;
        for (uint32_t threads = 2; threads <= MOST_THREADS; threads++) {
            const struct answer many = read_whole(bytes, threads, 1);
            assert_int_equal(many.rc, one.rc);
            assert_true(many.hash == one.hash);
            if (one.rc < 0)
                assert_string_equal(many.err.message, one.err.message);
        }
        free(bytes.data);
    }
    assert_true(damaged > 20);
}

/* The clock of an operation runs out in the middle; the next one finds everything as it was. */
static void jpeg__reading_together_ends_when_it_is_cancelled(void **state)
{
    const struct bytes bytes = picture_jpeg((struct jpeg_look){
        .width = 3000, .height = 2600, .components = 3, .h = 2, .v = 2, .quality = 95});
    const struct answer whole = read_whole(bytes, 1, 1);
    int cancelled = 0;
    (void)state;
    for (uint32_t threads = 1; threads <= MOST_THREADS; threads++) {
        for (uint64_t ms = 0; ms < 6; ms++) {
            fov_context *ctx = context_for(threads);
            fov_image *image = picture_open(ctx, bytes, false);
            const struct fov_recti all = {0, 0, image->info.width, image->info.height};
            const fov_cancel cancel = {.ctx = ctx, .deadline = fov__clock_ms() + ms};
            struct fov_level level = {.px = NULL};
            fov_error err = {0};
            const fov_status rc = fov__image_decode(&level, image, all, 1, &cancel, &err);
            assert_true(rc == FOV_OK || rc == FOV_E_CANCELLED);
            cancelled += rc == FOV_E_CANCELLED;
            fov__pixels_unref(level.px);
            assert_int_equal(fov__image_decode(&level, image, all, 1, NULL, NULL), FOV_OK);
            assert_true(hash_of(&level) == whole.hash);
            fov__pixels_unref(level.px);
            fov_image_unref(image);
            fov_context_free(ctx);
        }
    }
    assert_true(cancelled >= MOST_THREADS);
    free(bytes.data);
}

/* Rows and columns that only fill up the last MCUs are in the file and not in what is kept. */
static void jpeg__keeps_one_and_a_half_bytes_a_pixel_and_little_more(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 2; threads++) {
        const struct bytes bytes = picture_jpeg(
            (struct jpeg_look){.width = 2048, .height = 1500, .components = 3, .h = 2, .v = 2});
        fov_context *ctx = context_for(threads);
        fov_image *image = picture_open(ctx, bytes, false);
        struct fov_level level = {.px = NULL};
        struct fov_cache_stats stats;
        const struct fov_recti all = {0, 0, 2048, 1500};
        assert_int_equal(fov__image_decode(&level, image, all, 1, NULL, NULL), FOV_OK);
        fov__pixels_unref(level.px);
        fov__cache_get_stats(ctx, &stats);
        assert_true(stats.bytes >= 2048 * 1500 * 3 / 2);
        /* 12 bytes for each 256 x 16 pixels, the codes, and what an entry needs. */
        assert_true(stats.bytes <= 2048 * 1500 * 3 / 2 + 94 * 8 * 12 + 4096);
        fov_image_unref(image);
        fov_context_free(ctx);
        free(bytes.data);
    }
}

/* Tables go with the last reader and come with the next. */
static void scan__has_tables_as_long_as_somebody_reads(void **state)
{
    const struct bytes bytes = picture_jpeg(looks[0]);
    fov_context *ctx = context_for(1);
    fov_image *image = picture_open(ctx, bytes, false);
    struct fov_jpeg_scan *scan = NULL;
    (void)state;
    assert_int_equal(fov__jpeg_scan_new(&scan, image, NULL), FOV_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fov__jpeg_scan_begin(scan, NULL), FOV_OK);
        assert_int_equal(fov__jpeg_scan_begin(scan, NULL), FOV_OK);
        fov__jpeg_scan_end(scan);
        assert_non_null(scan->table);
        assert_true(fov__jpeg_scan_reach(scan, image, (i + 1) * scan->mcus_y / 2, NULL));
        fov__jpeg_scan_end(scan);
        assert_null(scan->table);
    }
    fov__jpeg_scan_unref(scan);
    fov_image_unref(image);
    fov_context_free(ctx);
    free(bytes.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jpeg__is_the_same_from_one_to_four_threads),
        cmocka_unit_test(jpeg__damage_is_told_alike_by_any_number_of_threads),
        cmocka_unit_test(jpeg__reading_together_ends_when_it_is_cancelled),
        cmocka_unit_test(jpeg__keeps_one_and_a_half_bytes_a_pixel_and_little_more),
        cmocka_unit_test(scan__has_tables_as_long_as_somebody_reads),
    };
    return cmocka_run_group_tests_name("image_jpeg_threads", tests, NULL, NULL);
}
