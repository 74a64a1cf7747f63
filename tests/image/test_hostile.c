/* SPDX-License-Identifier: MIT */
/* Files made to harm: each is refused or survived, within two seconds and 64 MiB, by strict and by
 * lenient reading. */
#include "image/picture.h"

#include <dirent.h>

enum { MEMORY_MAX = 64 * 1024 * 1024, MILLISECONDS_MAX = 2000 };

static _Atomic uint64_t peak, live;

/* Counts what goes through the context, at its peak. */
static void *count_malloc(size_t size, void *user)
{
    (void)user;
    size_t *block = malloc(size + 16);
    if (block == NULL)
        return NULL;
    block[0] = size;
    const uint64_t now = atomic_fetch_add(&live, size) + size;
    if (now > atomic_load(&peak))
        atomic_store(&peak, now);
    return (char *)block + 16;
}

static void count_free(void *ptr, void *user)
{
    (void)user;
    size_t *block = (size_t *)(void *)((char *)ptr - 16);
    atomic_fetch_sub(&live, block[0]);
    free(block);
}

static void *count_realloc(void *ptr, size_t size, void *user)
{
    if (ptr == NULL)
        return count_malloc(size, user);
    const size_t old = ((size_t *)(void *)((char *)ptr - 16))[0];
    void *moved = count_malloc(size, user);
    if (moved == NULL)
        return NULL;
    memcpy(moved, ptr, old < size ? old : size);
    count_free(ptr, user);
    return moved;
}

static fov_context *counting_context(void)
{
    static const fov_allocator allocator = {count_malloc, count_realloc, count_free, NULL};
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    opts.allocator = &allocator;
    opts.module_path = FOV_BINARY_DIR;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

static void survive(const char *name, struct bytes bytes, bool must_refuse)
{
    for (int lenient = 0; lenient < 2; lenient++) {
        fov_context *ctx = counting_context();
        fov_error err;
        fov__ok(&err);
        atomic_store(&peak, 0);
        const uint64_t start = fov__clock_ms();
        const fov_status rc = picture_status(ctx, bytes, lenient != 0, &err);
        const uint64_t took = fov__clock_ms() - start;
        const uint64_t most = atomic_load(&peak);
        fov_context_free(ctx);
        assert_true(atomic_load(&live) == 0);
        if (took > MILLISECONDS_MAX)
            fail_msg("%s took %llu ms", name, (unsigned long long)took);
        if (most > MEMORY_MAX)
            fail_msg("%s took %llu bytes", name, (unsigned long long)most);
        if (rc < 0 && (rc != err.status || err.message[0] == '\0' || err.where[0] == '\0'))
            fail_msg("%s: %s without a reason", name, fov_status_name(rc));
        if (lenient == 0 && must_refuse && rc >= 0)
            fail_msg("%s was not refused", name);
        if (rc < 0 && getenv("FOV_VERBOSE") != NULL)
            print_message("%-34s %s %-18s %s: %s\n", name, lenient ? "lenient" : "strict ",
                          fov_status_name(rc), err.where, err.message);
    }
}

static void hostile__is_refused_or_survived(void **state)
{
    (void)state;
    FILE *table = fopen(FOV_TESTDATA "/hostile/expected.tsv", "r");
    char line[512], path[768];
    int count = 0;
    assert_non_null(table);
    while (fgets(line, sizeof(line), table) != NULL) {
        char *tab = strchr(line, '\t');
        if (tab == NULL || strncmp(line, "file\t", 5) == 0)
            continue;
        *tab = '\0';
        snprintf(path, sizeof(path), "%s/hostile/%s", FOV_TESTDATA, line);
        const struct bytes bytes = picture_file(path);
        assert_non_null(bytes.data);
        survive(line, bytes, strncmp(tab + 1, "refuse", 6) == 0);
        free(bytes.data);
        count++;
    }
    fclose(table);
    assert_true(count > 100);
}

static struct bytes each_kind(int i)
{
    const struct jpeg_look jpeg = {.width = 61,
                                   .height = 47,
                                   .components = 3,
                                   .h = 2,
                                   .v = 2,
                                   .is_progressive = i == 1,
                                   .restart = i == 2 ? 2 : 0};
    if (i < 3)
        return picture_jpeg(jpeg);
    return picture_png((struct png_look){.width = 61,
                                         .height = 47,
                                         .colour = i == 3 ? 3 : 6,
                                         .bits = i == 3 ? 4 : 16,
                                         .is_interlaced = i == 5,
                                         .has_trns = i == 3});
}

/* A cut file is an error, and read leniently a picture of the same size whose rest is grey. */
static void cut__is_refused_at_every_byte(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        const struct bytes whole = each_kind(i);
        fov_context *ctx = picture_context();
        for (size_t size = 1; size < whole.size - 1; size += size < 700 ? 1 : 17) {
            const struct bytes cut = {whole.data, size};
            fov_error err;
            if (picture_status(ctx, cut, false, &err) >= 0)
                fail_msg("kind %d cut at %zu of %zu was not refused", i, size, whole.size);
            picture_status(ctx, cut, true, &err);
        }
        assert_int_equal(picture_status(ctx, whole, false, NULL), FOV_OK);
        fov_context_free(ctx);
        free(whole.data);
    }
}

static void flipped_bits__are_survived(void **state)
{
    (void)state;
    uint32_t seed = 11;
    for (int i = 0; i < 6; i++) {
        const struct bytes whole = each_kind(i);
        uint8_t *copy = malloc(whole.size);
        fov_context *ctx = picture_context();
        for (int round = 0; round < 400; round++) {
            memcpy(copy, whole.data, whole.size);
            for (int k = 0; k < 3; k++)
                copy[picture_random(&seed) % whole.size] ^=
                    (uint8_t)(1u << picture_random(&seed) % 8);
            picture_status(ctx, (struct bytes){copy, whole.size}, round % 2 != 0, NULL);
        }
        fov_context_free(ctx);
        free(copy);
        free(whole.data);
    }
}

static bool is_grey(const struct fov_pixels *px, int32_t y)
{
    const uint8_t *row = fov__pixels_row(px, y);
    for (int32_t x = 0; x < px->width; x++) {
        for (int32_t c = 0; c < 3; c++) {
            if (row[x * px->bands + c] != 128)
                return false;
        }
        if (px->bands == 4 && row[4 * x + 3] != 255)
            return false;
    }
    return true;
}

static void lenient__fills_missing_rows_with_grey(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i += 3) {
        const struct bytes whole =
            i == 0 ? picture_jpeg((struct jpeg_look){
                         .width = 61, .height = 200, .components = 3, .h = 2, .v = 2})
                   : picture_png(
                         (struct png_look){.width = 61, .height = 200, .colour = 6, .bits = 8});
        fov_context *ctx = picture_context();
        fov_image *good = picture_open(ctx, whole, false);
        fov_image *bad = picture_open(ctx, (struct bytes){whole.data, whole.size / 2}, true);
        struct fov_level a = picture_level(good, 1), b = picture_level(bad, 1);
        fov_image_info info = {.struct_size = sizeof(info)};
        assert_int_equal(fov_image_get_info(bad, &info, NULL), FOV_OK);
        assert_int_equal(info.is_damaged, 1);
        assert_int_equal(fov_image_get_info(good, &info, NULL), FOV_OK);
        assert_int_equal(info.is_damaged, 0);
        assert_int_equal(b.px->height, 200);
        /* Chroma of the last good MCU row looks at the row below, which is not there. */
        for (int32_t y = 0; y < 64; y++)
            assert_memory_equal(fov__pixels_row(a.px, y), fov__pixels_row(b.px, y), a.px->stride);
        for (int32_t y = 150; y < 200; y++)
            assert_true(is_grey(b.px, y));
        fov__pixels_unref(a.px);
        fov__pixels_unref(b.px);
        fov_image_unref(good);
        fov_image_unref(bad);
        fov_context_free(ctx);
        free(whole.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile__is_refused_or_survived),
        cmocka_unit_test(cut__is_refused_at_every_byte),
        cmocka_unit_test(flipped_bits__are_survived),
        cmocka_unit_test(lenient__fills_missing_rows_with_grey),
    };
    return cmocka_run_group_tests_name("image_hostile", tests, NULL, NULL);
}
