/* SPDX-License-Identifier: MIT */
/* BMP of every depth and packing, built here by hand, decodes to the pixels that were meant. */
#include "image/picture.h"
#include "image/suites.h"

struct build {
    uint8_t data[4096];
    size_t size;
};

static void put(struct build *b, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        b->data[b->size++] = (uint8_t)(i < 4 ? value >> (8 * i) : 0);
}

/* File header and BITMAPINFOHEADER of `head` bytes (12, 40, 56, 108), then `extra` (palette,
 * masks). */
static struct build begin(uint32_t head, int32_t w, int32_t h, uint32_t bits, uint32_t compression,
                          const uint8_t *extra, size_t extra_size)
{
    struct build b = {.size = 0};
    put(&b, 0x4d42, 2);
    put(&b, 0, 8);
    put(&b, (uint32_t)(14 + head + extra_size), 4);
    put(&b, head, 4);
    put(&b, (uint32_t)w, head == 12 ? 2 : 4);
    put(&b, (uint32_t)h, head == 12 ? 2 : 4);
    put(&b, 1, 2);
    put(&b, bits, 2);
    if (head != 12) {
        put(&b, compression, 4);
        put(&b, 0, 20);
    }
    if (extra_size > 0)
        memcpy(b.data + b.size, extra, extra_size);
    b.size = 14 + head + extra_size;
    return b;
}

static void check(const struct build *b, const uint8_t *want, size_t size, int bands)
{
    fov_context *ctx = picture_context();
    uint8_t copy[sizeof(b->data)];
    memcpy(copy, b->data, b->size);
    fov_image *image = picture_open(ctx, (struct bytes){copy, b->size}, false);
    struct fov_level level = picture_level(image, 1);
    assert_int_equal(level.px->bands, bands);
    assert_int_equal(level.px->stride * (size_t)level.px->height, size);
    assert_memory_equal(level.px->data, want, size);
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    /* Cut short it is refused, whatever is missing. */
    for (size_t cut = 1; cut < b->size; cut++)
        assert_true(picture_status(ctx, (struct bytes){copy, cut}, false, NULL) < 0);
    fov_context_free(ctx);
}

static const uint8_t palette4[] = {0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 9, 8, 7, 0};

static void bmp__plain_depths(void **state)
{
    (void)state;
    /* 24 bits, bottom-up: the last row comes first; rows are padded to four bytes. */
    struct build b = begin(40, 1, 2, 24, 0, NULL, 0);
    put(&b, 0x00010203, 4);
    put(&b, 0x00040506, 4);
    check(&b, (const uint8_t[]){4, 5, 6, 1, 2, 3}, 6, 3);
    b = begin(40, 1, -2, 24, 0, NULL, 0);
    put(&b, 0x00010203, 4);
    put(&b, 0x00040506, 4);
    check(&b, (const uint8_t[]){1, 2, 3, 4, 5, 6}, 6, 3);
    b = begin(40, 2, 1, 32, 0, NULL, 0); /* the fourth byte is no alpha */
    put(&b, 0x77010203, 4);
    put(&b, 0x00040506, 4);
    check(&b, (const uint8_t[]){1, 2, 3, 4, 5, 6}, 6, 3);
    b = begin(40, 2, 1, 16, 0, NULL, 0);
    put(&b, 0x7c00 | 16, 2);
    put(&b, 0x03e0, 2);
    check(&b, (const uint8_t[]){255, 0, 132, 0, 255, 0}, 6, 3); /* 16 / 31 of 255 is 131.6 */
    b = begin(40, 3, 1, 8, 0, palette4, sizeof(palette4));
    put(&b, 0x00030100, 4);
    check(&b, (const uint8_t[]){255, 0, 0, 0, 255, 0, 7, 8, 9}, 9, 3);
    b = begin(40, 3, 1, 4, 0, palette4, sizeof(palette4));
    put(&b, 0x00302, 4); /* 0, 2, 0 and padding */
    b.data[b.size - 4] = 0x02;
    b.data[b.size - 3] = 0x30;
    check(&b, (const uint8_t[]){255, 0, 0, 0, 0, 255, 7, 8, 9}, 9, 3);
    b = begin(12, 3, 1, 1, 0, (const uint8_t[]){1, 2, 3, 4, 5, 6}, 6);
    put(&b, 0x40, 4); /* 0 1 0 */
    check(&b, (const uint8_t[]){3, 2, 1, 6, 5, 4, 3, 2, 1}, 9, 3);
}

static void bmp__bit_fields_and_alpha(void **state)
{
    (void)state;
    uint8_t masks[16];
    const uint32_t rgb565[] = {0xf800, 0x07e0, 0x001f};
    for (size_t i = 0; i < 12; i++)
        masks[i] = (uint8_t)(rgb565[i / 4] >> (8 * (i % 4)));
    struct build b = begin(40, 1, 1, 16, 3, masks, 12);
    put(&b, 0xf800 | 32 << 5, 2);
    put(&b, 0, 2);
    check(&b, (const uint8_t[]){255, 130, 0}, 3, 3); /* 32 / 63 of 255 is 129.5, up */
    /* V3: the four masks are part of the header. */
    b = begin(56, 1, 1, 32, 3, NULL, 0);
    const uint32_t rgba[] = {0xff, 0xff00, 0xff0000, 0xff000000};
    for (size_t i = 0; i < 16; i++)
        b.data[14 + 40 + i] = (uint8_t)(rgba[i / 4] >> (8 * (i % 4)));
    put(&b, 0x40302010, 4);
    check(&b, (const uint8_t[]){0x10, 0x20, 0x30, 0x40}, 4, 4);
    b.data[14 + 40] = 0x05; /* a mask with a hole */
    fov_context *ctx = picture_context();
    assert_int_equal(picture_status(ctx, (struct bytes){b.data, b.size}, false, NULL), FOV_E_IMAGE);
    fov_context_free(ctx);
}

static void bmp__run_lengths(void **state)
{
    (void)state;
    static const uint8_t rle8[] = {2, 1, 1, 3, 0, 0, /* bottom: 1 1 3, end of row */
                                   0, 3, 0, 1, 2, 0, /* three as they stand, padded */
                                   0, 1};
    struct build b = begin(40, 3, 2, 8, 1, palette4, sizeof(palette4));
    memcpy(b.data + b.size, rle8, sizeof(rle8));
    b.size += sizeof(rle8);
    fov_context *ctx = picture_context();
    fov_image *image = picture_open(ctx, (struct bytes){b.data, b.size}, false);
    struct fov_level level = picture_level(image, 1);
    static const uint8_t want[] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 0, 0, 255, 0, 7, 8, 9};
    assert_memory_equal(level.px->data, want, sizeof(want));
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    static const uint8_t rle4[] = {3, 0x12, 0, 0, 0, 2, 1, 0, 2, 0x33, 0, 1};
    b = begin(40, 3, 2, 4, 2, palette4, sizeof(palette4));
    memcpy(b.data + b.size, rle4, sizeof(rle4));
    b.size += sizeof(rle4);
    image = picture_open(ctx, (struct bytes){b.data, b.size}, false);
    level = picture_level(image, 1);
    static const uint8_t want4[] = {255, 0, 0, 7, 8, 9, 7, 8, 9, 0, 255, 0, 0, 0, 255, 0, 255, 0};
    assert_memory_equal(level.px->data, want4, sizeof(want4));
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    fov_context_free(ctx);
}

int suite_bmp(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bmp__plain_depths),
        cmocka_unit_test(bmp__bit_fields_and_alpha),
        cmocka_unit_test(bmp__run_lengths),
    };
    return cmocka_run_group_tests_name("bmp", tests, NULL, NULL);
}
