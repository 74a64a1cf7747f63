/* SPDX-License-Identifier: MIT */
/* What a header says is held against the file before a decoder sees it: PNG chunks built here one
 * by one, JPEG segments, EXIF blocks. */
#include "image/picture.h"
#include "image/suites.h"

#include <libdeflate.h>

struct build {
    uint8_t *data;
    size_t size;
};

static void add(struct build *b, const void *data, size_t size)
{
    b->data = realloc(b->data, b->size + size + 1);
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static void chunk(struct build *b, const char *type, const void *data, size_t size)
{
    const uint8_t length[] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                              (uint8_t)size};
    uint32_t crc = libdeflate_crc32(0, type, 4);
    crc = libdeflate_crc32(crc, data, size);
    const uint8_t sum[] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8),
                           (uint8_t)crc};
    add(b, length, 4);
    add(b, type, 4);
    add(b, data, size);
    add(b, sum, 4);
}

static const uint8_t signature[] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
static const uint8_t ihdr_rgb[] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0};

/* One pixel: a stored deflate block of filter byte and three samples. */
static const uint8_t idat_rgb[] = {0x78, 1,  1,  4,    0,    0xfb, 0xff, 0,
                                   10,   20, 30, 0x00, 0xf2, 0x00, 0x3d};

static struct build png_with(const char *type, const void *data, size_t size)
{
    struct build b = {NULL, 0};
    add(&b, signature, 8);
    chunk(&b, "IHDR", ihdr_rgb, 13);
    if (type != NULL)
        chunk(&b, type, data, size);
    uint8_t idat[sizeof(idat_rgb)];
    memcpy(idat, idat_rgb, sizeof(idat));
    const uint32_t adler = libdeflate_adler32(1, idat + 7, 4);
    for (int i = 0; i < 4; i++)
        idat[11 + i] = (uint8_t)(adler >> (24 - 8 * i));
    chunk(&b, "IDAT", idat, sizeof(idat));
    chunk(&b, "IEND", "", 0);
    return b;
}

static void expect(struct build b, fov_status strict, fov_status lenient, const char *word)
{
    fov_context *ctx = picture_context();
    fov_error err;
    const struct bytes bytes = {b.data, b.size};
    const fov_status rc = picture_status(ctx, bytes, false, &err);
    if (rc != strict || (word != NULL && strstr(err.message, word) == NULL))
        fail_msg("strict: %s: %s", fov_status_name(rc), err.message);
    assert_int_equal(picture_status(ctx, bytes, true, NULL), lenient);
    fov_context_free(ctx);
    free(b.data);
}

static void png__chunks_are_judged(void **state)
{
    (void)state;
    uint8_t *large = calloc(1, 1100000);
    expect(png_with(NULL, NULL, 0), FOV_OK, FOV_OK, NULL);
    expect(png_with("tEXt", "k\0v", 3), FOV_OK, FOV_OK, NULL);
    expect(png_with("ABcD", "", 0), FOV_E_UNSUPPORTED, FOV_E_UNSUPPORTED, "ABcD");
    expect(png_with("IHDR", ihdr_rgb, 13), FOV_E_IMAGE, FOV_OK, "second header");
    expect(png_with("PLTE", "abcd", 4), FOV_E_IMAGE, FOV_OK, "PLTE");
    expect(png_with("tEXt", large, 1100000), FOV_E_LIMIT, FOV_OK, "beside the pixels");
    expect(png_with("fdAT", large, 1100000), FOV_OK, FOV_OK, NULL); /* animation is no metadata */
    expect(png_with("t!Xt", "", 0), FOV_E_IMAGE, FOV_OK, "should begin");
    expect(png_with("tRNS", "ab", 2), FOV_OK, FOV_OK, NULL); /* does not fit RGB: ignored */
    free(large);
}

static void png__transparency_that_fits_makes_alpha(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    static const uint8_t key[] = {0, 10, 0, 20, 0, 30};
    const struct build b = png_with("tRNS", key, 6), c = png_with("tRNS", key, 5);
    fov_image *image = picture_open(ctx, (struct bytes){b.data, b.size}, false);
    struct fov_level level = picture_level(image, 1);
    assert_int_equal(level.px->bands, 4);
    assert_memory_equal(level.px->data, ((const uint8_t[]){10, 20, 30, 0}), 4);
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    image = picture_open(ctx, (struct bytes){c.data, c.size}, false);
    assert_int_equal(image->info.has_alpha, 0);
    fov_image_unref(image);
    fov_context_free(ctx);
    free(b.data);
    free(c.data);
}

static void png__exif_turns_the_picture(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    static const uint8_t block[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12,
                                    1,   3,   0,  1, 0, 0, 0, 6, 0, 0, 0};
    const struct build b = png_with("eXIf", block, sizeof(block));
    fov_image *image = picture_open(ctx, (struct bytes){b.data, b.size}, false);
    assert_int_equal(image->info.orientation, 6);
    fov_image_unref(image);
    fov_context_free(ctx);
    free(b.data);
}

/* Pixels that say they unpack to more than deflate can hold are refused at the door. */
static void png__impossible_ratio_is_refused_before_memory(void **state)
{
    (void)state;
    struct build b = png_with(NULL, NULL, 0), big = {NULL, 0};
    uint8_t ihdr[13];
    memcpy(ihdr, ihdr_rgb, 13);
    ihdr[2] = ihdr[6] = 0x27; /* 9984 x 9984 */
    ihdr[3] = ihdr[7] = 0;
    add(&big, signature, 8);
    chunk(&big, "IHDR", ihdr, 13);
    add(&big, b.data + 33, b.size - 33);
    fov_context *ctx = picture_context();
    fov_image *image = NULL;
    fov_error err;
    assert_int_equal(fov_image_open_memory(&image, ctx, big.data, big.size, NULL, &err),
                     FOV_E_IMAGE);
    assert_non_null(strstr(err.message, "cannot unpack"));
    fov_context_free(ctx);
    free(b.data);
    free(big.data);
}

static void exif__reads_only_what_is_there(void **state)
{
    (void)state;
    uint8_t block[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 5, 0, 0};
    assert_int_equal(fov__exif_orientation(block, sizeof(block)), 5);
    for (size_t size = 0; size < sizeof(block); size++) {
        uint8_t *copy = malloc(size > 0 ? size : 1);
        memcpy(copy, block, size);
        assert_int_equal(fov__exif_orientation(copy, size), 1);
        free(copy);
    }
    block[19] = 9;
    assert_int_equal(fov__exif_orientation(block, sizeof(block)), 1);
    block[19] = 0;
    assert_int_equal(fov__exif_orientation(block, sizeof(block)), 1);
    block[19] = 3;
    block[4] = 0xff; /* the directory lies far outside */
    assert_int_equal(fov__exif_orientation(block, sizeof(block)), 1);
    block[4] = 0;
    block[8] = 0xff; /* 65281 entries, one there */
    assert_int_equal(fov__exif_orientation(block, sizeof(block)), 3);
}

static void jpeg__scans_are_counted(void **state)
{
    (void)state;
    const struct bytes bytes =
        picture_jpeg((struct jpeg_look){.width = 16, .height = 16, .components = 1});
    /* The scan again and again, before the end. */
    size_t sos = 2;
    while (!(bytes.data[sos] == 0xff && bytes.data[sos + 1] == 0xda))
        sos += 2 + (size_t)(bytes.data[sos + 2] << 8 | bytes.data[sos + 3]);
    struct build b = {NULL, 0};
    add(&b, bytes.data, bytes.size - 2);
    for (int i = 0; i < 100; i++)
        add(&b, bytes.data + sos, bytes.size - 2 - sos);
    add(&b, "\xff\xd9", 2);
    expect(b, FOV_E_LIMIT, FOV_E_LIMIT, "100 scans");
    free(bytes.data);
}

/* A profile in two segments, in the wrong order, is joined. */
static void jpeg__profile_parts_are_joined(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    const struct bytes icc = picture_profile(false);
    const struct bytes bytes =
        picture_jpeg((struct jpeg_look){.width = 16, .height = 16, .components = 3});
    struct build b = {NULL, 0};
    add(&b, bytes.data, 2);
    const size_t half = icc.size / 2;
    for (int part = 2; part >= 1; part--) {
        const size_t size = part == 1 ? half : icc.size - half;
        const uint8_t head[] = {0xff, 0xe2, (uint8_t)((size + 16) >> 8), (uint8_t)(size + 16)};
        const uint8_t number[] = {(uint8_t)part, 2};
        add(&b, head, 4);
        add(&b, "ICC_PROFILE", 12);
        add(&b, number, 2);
        add(&b, icc.data + (part == 1 ? 0 : half), size);
    }
    add(&b, bytes.data + 2, bytes.size - 2);
    fov_image *image = picture_open(ctx, (struct bytes){b.data, b.size}, false);
    assert_int_equal(image->icc_size, icc.size);
    assert_memory_equal(image->icc, icc.data, icc.size);
    fov_image_unref(image);
    fov_context_free(ctx);
    free(b.data);
    free(bytes.data);
    free(icc.data);
}

int suite_probe(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png__chunks_are_judged),
        cmocka_unit_test(png__transparency_that_fits_makes_alpha),
        cmocka_unit_test(png__exif_turns_the_picture),
        cmocka_unit_test(png__impossible_ratio_is_refused_before_memory),
        cmocka_unit_test(exif__reads_only_what_is_there),
        cmocka_unit_test(jpeg__scans_are_counted),
        cmocka_unit_test(jpeg__profile_parts_are_joined),
    };
    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
