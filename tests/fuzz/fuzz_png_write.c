/* SPDX-License-Identifier: MIT */
/* What writes a PNG: prefix codes, the deflate for rows, rows and whole files. The laws: two
 * inflaters that are not ours read back what was given, in no more than stored blocks would take
 * and without a byte beyond the room; twins agree; a filter undone by the book gives the rows; and
 * libpng reads from the file the pixels that went in. Inputs are a head, then bytes that are
 * repeated with as much noise as the head says, so that a short input fills several blocks. */
#include "fuzz_support.h"

#include "encode/png_internal.h"
#include "image/codec_internal.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

enum { HEAD = 8, BYTES_MAX = 400000, WIDTH_MAX = 700, HEIGHT_MAX = 500, BEHIND = 8 };
enum what { STREAM, PICTURE, CODE, WHATS };

/* One byte of it each: what is made of the input. */
enum at { AT_WHAT, AT_BACK, AT_LENGTH, AT_NOISE, AT_PIECE, AT_ROOM, AT_WIDTH, AT_COLOURS };

static void *memory(size_t size)
{
    void *ptr = malloc(size > 0 ? size : 1);
    fuzz_require(ptr != NULL, "there is memory");
    return ptr;
}

/* xorshift32 */
static uint32_t next_noise(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* What is `ago` bytes before, again. */
static void repeat(uint8_t *out, size_t n, size_t ago)
{
    for (size_t i = ago; i < n; i++)
        out[i] = out[i - ago];
}

/* `data` over and over, a part of it noise: none for 0, all for 255. */
static void expand(uint8_t *out, size_t n, const uint8_t *data, size_t size, uint8_t noise)
{
    uint32_t seed = 0x9e3779b9U;
    for (size_t i = 0; i < n; i++) {
        const uint32_t r = noise > 0 ? next_noise(&seed) : 0;
        const bool is_noise = noise == 255 || (r >> 8 & 255) < noise;
        out[i] = is_noise ? (uint8_t)(r >> 16) : size > 0 ? data[i % size] : 0;
    }
}

/* ---- prefix codes --------------------------------------------------------------------------- */

/* Counts of all sizes up to those of a block: 2^17 in all. */
static void check_code(const uint8_t *data, size_t size, int32_t n, int32_t limit)
{
    uint32_t freq[FOV__LITLEN_CODES + 2] = {0}, code[FOV__LITLEN_CODES + 2], left = 1U << 17;
    uint64_t kraft = 0;
    for (int32_t i = 0; i < n && (size_t)i < size; i++) {
        const uint32_t count = data[i] == 0 ? 0 : (1U + (data[i] & 15U)) << (data[i] >> 4);
        freq[i] = count < left ? count : left;
        left -= freq[i];
    }
    fov__huffman_make(code, freq, n, limit);
    for (int32_t i = 0; i < n; i++) {
        const uint32_t bits = code[i] >> 16;
        fuzz_require(bits <= (uint32_t)limit, "a code is not longer than allowed");
        fuzz_require(bits > 0 || freq[i] == 0, "what occurs has a code");
        fuzz_require((code[i] & 0xffff) >> bits == 0, "a code has no more bits than it says");
        kraft += bits > 0 ? (uint64_t)1 << (limit - (int32_t)bits) : 0;
    }
    fuzz_require(kraft == (uint64_t)1 << limit, "a code is complete");
}

/* ---- streams -------------------------------------------------------------------------------- */

struct stream {
    const uint8_t *data; /* BEHIND bytes more may be read */
    size_t size, back, piece;
    bool has_matches;
};

static void check_inflated(const uint8_t *packed, size_t packed_size, const uint8_t *want, size_t n)
{
    uint8_t *back = memory(n + 1);
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    size_t got = 0;
    fuzz_require(inflater != NULL, "there is memory");
    fuzz_require(libdeflate_zlib_decompress(inflater, packed, packed_size, back, n + 1, &got) ==
                         LIBDEFLATE_SUCCESS &&
                     got == n && memcmp(back, want, n) == 0,
                 "libdeflate reads back what was given");
    libdeflate_free_decompressor(inflater);
    memset(back, 0x5a, n);
    uLongf room = (uLongf)n + 1;
    uLong taken = (uLong)packed_size;
    fuzz_require(uncompress2(back, &room, packed, &taken) == Z_OK && room == n &&
                     taken == packed_size && memcmp(back, want, n) == 0,
                 "zlib reads back what was given");
    free(back);
}

static size_t deflated(fov_context *ctx, uint8_t *out, size_t cap, const struct stream *s)
{
    struct fov_deflate *deflate = NULL;
    fuzz_require(fov__deflate_new(&deflate, ctx, NULL) == FOV_OK, "a deflate can be made");
    fov__deflate_start(deflate, out, cap, s->back, s->has_matches);
    for (size_t i = 0; i < s->size; i += s->piece) {
        const size_t left = s->size - i, n = left < s->piece ? left : s->piece;
        fov__deflate_add(deflate, s->data + i, n, n == left);
    }
    const size_t size = fov__deflate_end(deflate);
    fov__deflate_free(deflate);
    return size;
}

/* In less room: the same bytes or none, and nothing behind. */
static void check_room(fov_context *ctx, const struct stream *s, const uint8_t *want, size_t size,
                       size_t cap)
{
    uint8_t *tight = memory(cap + 1);
    tight[cap] = 0xa5;
    const size_t got = deflated(ctx, tight, cap, s);
    fuzz_require(tight[cap] == 0xa5, "nothing is written behind the room");
    fuzz_require(got == 0 || got == size, "a stream is whole or none");
    fuzz_require(got <= cap, "a stream is not longer than its room");
    fuzz_require(got > 0 || cap < size + FOV__DEFLATE_ROOM, "a stream fits into its room");
    fuzz_require(memcmp(tight, want, got) == 0, "the room does not change a stream");
    free(tight);
}

static void check_stream(fov_context *ctx, const struct stream *s, uint8_t room)
{
    /* A piece's last block may be a short one; all else is what fov__deflate_bound() counts. */
    const size_t pieces = s->size / s->piece + 1;
    const size_t cap = fov__deflate_bound(s->size) + 12 * pieces;
    uint8_t *out = memory(cap), *twin = memory(cap);
    const size_t size = deflated(ctx, out, cap, s);
    fuzz_require(size > 0, "the bound is enough");
    /* RFC 1950 and 1951: 2 bytes and 4 of zlib, 5 and up to 7 bits before each stored 65535. */
    fuzz_require(size <= s->size + 6 * (s->size / (1U << 15) + pieces + 1) + 6,
                 "a stream is not larger than stored blocks");
    check_inflated(out, size, s->data, s->size);
    const enum fov__cpu cpu = ctx->cpu;
    ctx->cpu = FOV__CPU_PORTABLE;
    fuzz_require(deflated(ctx, twin, cap, s) == size && memcmp(out, twin, size) == 0,
                 "the twins make one stream");
    ctx->cpu = cpu;
    check_room(ctx, s, out, size, (size + FOV__DEFLATE_ROOM) * room / 255);
    free(out);
    free(twin);
}

static void fuzz_stream(fov_context *ctx, const uint8_t head[HEAD], const uint8_t *data,
                        size_t size)
{
    size_t n = (size + 1) * (1 + (size_t)head[AT_LENGTH] * head[AT_LENGTH] / 16);
    n = n < BYTES_MAX ? n : BYTES_MAX;
    uint8_t *bytes = memory(n + BEHIND);
    expand(bytes, n + BEHIND, data, size, head[AT_NOISE]);
    if ((head[AT_BACK] & 8) != 0) /* about as far back as a match may reach */
        repeat(bytes, n + BEHIND, FOV__DEFLATE_WINDOW - 4 + (head[AT_COLOURS] & 7));
    const struct stream s = {.data = bytes,
                             .size = n,
                             .back = 1 + (head[AT_BACK] & 3),
                             .piece = head[AT_PIECE] == 0 ? n : (size_t)head[AT_PIECE] * 1021,
                             .has_matches = (head[AT_BACK] & 4) != 0};
    check_stream(ctx, &s, head[AT_ROOM]);
    free(bytes);
}

/* ---- pictures ------------------------------------------------------------------------------- */

/* PNG 9.4, as it is written there. */
static uint8_t predicted(int a, int b, int c)
{
    const int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
    return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

static void undo_filter(uint8_t *rows, size_t stride, int32_t height, size_t bpp)
{
    for (int32_t y = 0; y < height; y++) {
        uint8_t *row = rows + (size_t)y * stride, *above = y > 0 ? row - stride : NULL;
        fuzz_require(row[0] == 0 || row[0] == 4, "a row has one of the filters we write");
        for (size_t i = 1; row[0] == 4 && i < stride; i++) {
            const int left = i > bpp ? row[i - bpp] : 0, up = above != NULL ? above[i] : 0;
            const int corner = i > bpp && above != NULL ? above[i - bpp] : 0;
            row[i] = (uint8_t)(row[i] + predicted(left, up, corner));
        }
        row[0] = 0;
    }
}

static uint8_t *rows_of(const struct fov_pixels *px, const struct fov_png_layout *layout,
                        int32_t step)
{
    const size_t stride = layout->row_bytes + 1;
    uint8_t *out = memory(stride * (size_t)px->height + BEHIND);
    memset(out + stride * (size_t)px->height, 0, BEHIND);
    for (int32_t y = 0; y < px->height; y += step) {
        const int32_t end = px->height - y > step ? y + step : px->height;
        fuzz_require(fov__png_rows(out + (size_t)y * stride, px, layout, y, end, NULL) == FOV_OK,
                     "rows can be made");
    }
    return out;
}

/* With and without a filter, at once and in pieces. */
static void check_rows(fov_context *ctx, const struct fov_pixels *px, const uint8_t head[HEAD])
{
    struct fov_png_layout layout;
    fov__png_layout(&layout, px);
    const size_t stride = layout.row_bytes + 1, size = stride * (size_t)px->height;
    layout.is_filtered = false;
    uint8_t *plain = rows_of(px, &layout, px->height);
    layout.is_filtered = !layout.is_indexed;
    uint8_t *filtered = rows_of(px, &layout, px->height);
    uint8_t *pieces = rows_of(px, &layout, 1 + head[AT_PIECE] % px->height);
    fuzz_require(memcmp(filtered, pieces, size) == 0, "rows do not depend on the piece");
    const struct stream s = {.data = filtered,
                             .size = size,
                             .back = (head[AT_BACK] & 1) != 0 ? 1 : (size_t)layout.channels,
                             .piece = size,
                             .has_matches = (head[AT_BACK] & 4) != 0};
    check_stream(ctx, &s, head[AT_ROOM]);
    undo_filter(filtered, stride, px->height, (size_t)layout.channels);
    fuzz_require(memcmp(filtered, plain, size) == 0, "a filter can be undone");
    free(plain);
    free(filtered);
    free(pieces);
}

/* Through libpng, which alone reads lenient images. */
static void check_file(fov_context *ctx, const struct fov_pixels *px)
{
    fov_bytes file = {NULL, 0, NULL};
    fov_image_opts how = FOV_IMAGE_OPTS_INIT;
    fov_image *image = NULL;
    struct fov_pixels *back = NULL;
    how.lenient = true;
    fuzz_require(fov__png_encode(&file, px, 0, NULL) == FOV_OK, "a picture has a file");
    fuzz_require(fov_image_open_memory(&image, ctx, file.data, file.size, &how, NULL) == FOV_OK,
                 "the file is a picture");
    const struct fov_recti all = {0, 0, px->width, px->height};
    fuzz_require(fov__png_decode(&back, image, all, 1, NULL, NULL) == FOV_OK &&
                     atomic_load(&image->damaged) == 0,
                 "libpng reads the file");
    fuzz_require(back->width == px->width && back->height == px->height, "the size is kept");
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *a = fov__pixels_row(px, y), *b = fov__pixels_row(back, y);
        for (int32_t x = 0; x < px->width; x++, a += px->bands, b += back->bands) {
            const int alpha = px->bands == 4 ? a[3] : 255;
            fuzz_require(memcmp(a, b, 3) == 0, "colours are kept");
            fuzz_require((back->bands == 4 ? b[3] : 255) == alpha, "alpha is kept");
        }
    }
    fov__pixels_unref(back);
    fov_image_unref(image);
    fov_bytes_free(&file);
}

/* As many colours as make another layout each time, and one more; greys have three equal bands. */
static void colour_pixel(uint8_t *p, int32_t bands, uint8_t colours)
{
    static const uint16_t counts[8] = {2, 3, 4, 5, 16, 17, 256, 257};
    if ((colours & 8) != 0) {
        const uint32_t i = (p[0] | (uint32_t)p[1] << 8) % counts[colours & 7];
        p[0] = (uint8_t)(i * 17);
        p[1] = (uint8_t)(i * 17 + i / 4 * 3);
        p[2] = (uint8_t)(((colours & 64) != 0 ? p[1] : p[0]) + i / 256);
    }
    if ((colours & 16) != 0)
        p[1] = p[2] = p[0];
    if (bands == 4 && (colours & 32) != 0)
        p[3] = 255;
}

static void colour(struct fov_pixels *px, uint8_t colours)
{
    const int32_t bands = px->bands, wide = 1 + (colours >> 6); /* a colour, so that runs are */
    for (int32_t y = 0; y < px->height; y++) {
        uint8_t *p = fov__pixels_row(px, y);
        for (int32_t x = 0; x < px->width; x++, p += bands) {
            if (x % wide == 0)
                colour_pixel(p, bands, colours);
            else
                memcpy(p, p - bands, (size_t)bands);
        }
    }
}

static void fuzz_picture(fov_context *ctx, const uint8_t head[HEAD], const uint8_t *data,
                         size_t size)
{
    const int32_t bands = (head[AT_BACK] & 2) != 0 ? 4 : 3;
    const int32_t width = 1 + head[AT_WIDTH] * head[AT_WIDTH] / 93;
    const int32_t height = 1 + (int32_t)(size * (1 + (size_t)head[AT_LENGTH]) /
                                         ((size_t)width * (size_t)bands) % HEIGHT_MAX);
    struct fov_pixels *px = NULL;
    fuzz_require(fov__pixels_new(&px, ctx, width, height, bands, NULL) == FOV_OK,
                 "pixels can be made");
    const size_t row = (size_t)width * (size_t)bands;
    uint8_t *bytes = memory(row * (size_t)height);
    expand(bytes, row * (size_t)height, data, size, head[AT_NOISE]);
    for (int32_t y = 0; y < height; y++)
        memcpy(fov__pixels_row(px, y), bytes + row * (size_t)y, row);
    free(bytes);
    colour(px, head[AT_COLOURS]);
    check_rows(ctx, px, head);
    check_file(ctx, px);
    fov__pixels_unref(px);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD)
        return 0;
    fov_context *ctx = fuzz_context();
    const uint8_t *head = data, *rest = data + HEAD;
    size -= HEAD;
    switch ((enum what)(head[AT_WHAT] % WHATS)) {
    case STREAM:
        fuzz_stream(ctx, head, rest, size);
        break;
    case PICTURE:
        fuzz_picture(ctx, head, rest, size);
        break;
    default:
        check_code(rest, size, 2 + head[AT_LENGTH] % (FOV__LITLEN_CODES - 1), FOV__CODE_BITS_MAX);
        check_code(rest, size, 19, 7);
        break;
    }
    fov_context_free(ctx);
    return 0;
}

/* Each way of going on, of noise and of colours; lengths from nothing to several blocks. */
void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const uint8_t noise[] = {0, 3, 255, 20, 90};
    uint8_t bytes[HEAD + 600];
    for (uint32_t i = 0; i < 192; i++) {
        const uint32_t kind = i / WHATS;
        const uint8_t head[HEAD] = {(uint8_t)i,
                                    (uint8_t)kind,
                                    (uint8_t)(kind % 5 * 31),
                                    noise[kind * 3 / 5 % FOV_COUNT(noise)],
                                    (uint8_t)(kind % 4 * 37),
                                    (uint8_t)(255 - kind * 3),
                                    (uint8_t)(kind * 37),
                                    (uint8_t)(kind * 9 % 128 | kind % 2 << 5)};
        memcpy(bytes, head, HEAD);
        for (uint32_t k = HEAD; k < sizeof(bytes); k++)
            bytes[k] = (uint8_t)(k * k * (i + 1) / 64 % (i % 5 == 0 ? 256 : 1 + i % 17));
        emit(bytes, i % 8 == 0 ? HEAD + i : sizeof(bytes), user);
    }
    /* The edge of the window, from both sides. */
    for (uint8_t k = 0; k < 8; k++) {
        const uint8_t head[HEAD] = {STREAM, 4 | 8, 60, 255, 0, 255, 0, k};
        memcpy(bytes, head, HEAD);
        emit(bytes, sizeof(bytes), user);
    }
}
