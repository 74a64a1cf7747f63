/* SPDX-License-Identifier: MIT */
/* See png_oracle.h. */
#include "image/png_oracle.h"

#include <libdeflate.h>
#include <png.h>

const int stored_kinds[15][2] = {{0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1},
                                 {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}};

static void on_read(png_structp png, png_bytep out, size_t size)
{
    struct bytes *left = png_get_io_ptr(png);
    if (size > left->size)
        png_error(png, "the file is cut");
    memcpy(out, left->data, size);
    left->data += size;
    left->size -= size;
}

static void on_error(png_structp png, png_const_charp message)
{
    (void)message;
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

struct oracle oracle_png(struct bytes bytes)
{
    struct oracle *oracle = calloc(1, sizeof(*oracle)), out = {0, 0, 0, NULL};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png)) == 0) {
        png_set_read_fn(png, &bytes, on_read);
        png_read_info(png, info);
        png_set_expand(png);
        png_set_scale_16(png);
        png_set_gray_to_rgb(png);
        const int passes = png_set_interlace_handling(png);
        png_read_update_info(png, info);
        oracle->width = (int)png_get_image_width(png, info);
        oracle->height = (int)png_get_image_height(png, info);
        oracle->bands = png_get_channels(png, info);
        const size_t row = png_get_rowbytes(png, info);
        oracle->pixels = malloc(row * (size_t)oracle->height);
        for (int pass = 0; pass < passes; pass++) {
            for (int y = 0; y < oracle->height; y++)
                png_read_row(png, oracle->pixels + row * (size_t)y, NULL);
        }
        out = *oracle;
    } else {
        free(oracle->pixels);
    }
    png_destroy_read_struct(&png, &info, NULL);
    free(oracle);
    return out;
}

static void add(struct bytes *file, const void *data, size_t size)
{
    file->data = realloc(file->data, file->size + size + 1);
    if (size > 0)
        memcpy(file->data + file->size, data, size);
    file->size += size;
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void add_chunk(struct bytes *file, const char *type, const void *data, size_t size)
{
    uint8_t word[4];
    put32(word, (uint32_t)size);
    add(file, word, 4);
    const size_t start = file->size;
    add(file, type, 4);
    add(file, data, size);
    put32(word, libdeflate_crc32(0, file->data + start, size + 4));
    add(file, word, 4);
}

static int a_filter(struct stored_look look, uint32_t *seed)
{
    if (look.filter >= 0)
        return look.filter;
    if (look.filter == -2 && picture_random(seed) % 10 != 0)
        return 4;
    return (int)(picture_random(seed) % 5);
}

static void fill_row(uint8_t *row, size_t size, enum texture texture, uint32_t *seed)
{
    for (size_t i = 0; i < size; i++)
        row[i] = (uint8_t)picture_random(seed);
    for (size_t i = 0; i < size && texture != TEXTURE_NOISE;) {
        const size_t run = 1 + picture_random(seed) % (texture == TEXTURE_FLAT ? 400 : 60);
        const size_t n = run < size - i ? run : size - i;
        memset(row + i, 0, n);
        i += n + picture_random(seed) % (texture == TEXTURE_FLAT ? 4 : 60);
    }
}

static struct bytes pack(struct stored_look look)
{
    static const int channels[] = {1, 0, 3, 1, 2, 0, 4};
    const size_t row =
        ((size_t)look.width * (size_t)(channels[look.colour] * look.bits) + 7) / 8 + 1;
    const size_t size = row * (size_t)look.height;
    uint8_t *raw = malloc(size);
    uint32_t seed = look.seed * 2654435761u + 1;
    for (int y = 0; y < look.height; y++) {
        raw[row * (size_t)y] = (uint8_t)a_filter(look, &seed);
        fill_row(raw + row * (size_t)y + 1, row - 1, look.texture, &seed);
    }
    struct libdeflate_compressor *packer = libdeflate_alloc_compressor(look.level);
    const size_t room = libdeflate_zlib_compress_bound(packer, size);
    struct bytes packed = {malloc(room), 0};
    packed.size = libdeflate_zlib_compress(packer, raw, size, packed.data, room);
    libdeflate_free_compressor(packer);
    free(raw);
    if (look.window != 0) {
        packed.data[0] = (uint8_t)((look.window - 8) << 4 | 8);
        packed.data[1] = (uint8_t)(31 - packed.data[0] * 256 % 31);
    }
    packed.data[packed.size - 1] ^= look.is_unsound ? 1 : 0;
    return packed;
}

struct bytes stored_png(struct stored_look look)
{
    struct bytes file = {NULL, 0};
    uint8_t head[13] = {0}, palette[768], alpha[256];
    uint32_t seed = look.seed;
    add(&file, "\x89PNG\r\n\x1a\n", 8);
    put32(head, (uint32_t)look.width);
    put32(head + 4, (uint32_t)look.height);
    head[8] = (uint8_t)look.bits;
    head[9] = (uint8_t)look.colour;
    add_chunk(&file, "IHDR", head, 13);
    for (size_t i = 0; i < sizeof(palette); i++)
        palette[i] = (uint8_t)picture_random(&seed);
    for (size_t i = 0; i < sizeof(alpha); i++)
        alpha[i] = (uint8_t)picture_random(&seed);
    const size_t entries = (size_t)1 << (look.bits <= 8 ? look.bits : 8);
    /* Some indices are beyond the palette. */
    const size_t some = entries - (look.seed % 4 == 3 ? entries / 4 : 0);
    if (look.colour == 3)
        add_chunk(&file, "PLTE", palette, 3 * some);
    /* A key of zeros is met often. */
    if (look.has_trns && look.colour < 4)
        add_chunk(&file, "tRNS", look.colour == 3 ? alpha : (const uint8_t *)"\0\0\0\0\0\0",
                  look.colour == 3   ? some - look.seed % 2
                  : look.colour == 2 ? 6
                                     : 2);
    const struct bytes packed = pack(look);
    const size_t chunk = look.chunk > 0 ? (size_t)look.chunk : packed.size;
    for (size_t at = 0; at < packed.size; at += chunk)
        add_chunk(&file, "IDAT", packed.data + at,
                  packed.size - at < chunk ? packed.size - at : chunk);
    add_chunk(&file, "IEND", NULL, 0);
    free(packed.data);
    return file;
}
