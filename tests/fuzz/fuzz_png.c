/* SPDX-License-Identifier: MIT */
/* PNG rows by libdeflate and by libpng. The law: what comes without libpng is what libpng makes of
 * the same file, whole and in pieces, by either twin of the kernels; and what libpng refuses is
 * refused. Bytes that are a PNG are taken as one, check sums righted; all others are stored rows,
 * to be packed: size, kind and flags, then filters and samples as they come. */
#include "fuzz_support.h"

#include "image/codec_internal.h"

#include <libdeflate.h>
#include <stdlib.h>

enum { HEAD = 8, PALETTE = 48 };

static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static fov_image *open_png(fov_context *ctx, const uint8_t *data, size_t size, bool is_lenient)
{
    fov_image_opts how = FOV_IMAGE_OPTS_INIT;
    fov_image *image = NULL;
    how.lenient = is_lenient;
    if (fov_image_open_memory(&image, ctx, data, size, &how, NULL) < 0)
        return NULL;
    if (image->info.format != FOV_FORMAT_PNG) {
        fov_image_unref(image);
        return NULL;
    }
    return image;
}

/* Through libpng alone, as lenient images are; NULL when it refuses something. */
static struct fov_pixels *by_libpng(fov_image *lenient, struct fov_recti box, int32_t shrink)
{
    struct fov_pixels *px = NULL;
    atomic_store(&lenient->damaged, 0);
    const fov_status rc = fov__png_decode(&px, lenient, box, shrink, NULL, NULL);
    fuzz_require(rc == FOV_OK, "a lenient image is always decoded");
    if (atomic_load(&lenient->damaged) != 0) {
        fov__pixels_unref(px);
        return NULL;
    }
    return px;
}

static void same(const struct fov_pixels *a, const struct fov_pixels *b)
{
    fuzz_require(a->width == b->width && a->height == b->height && a->bands == b->bands,
                 "both have one size");
    for (int32_t y = 0; y < a->height; y++)
        fuzz_require(memcmp(fov__pixels_row(a, y), fov__pixels_row(b, y), a->stride) == 0,
                     "both have the same pixels");
}

/* `is_whole`: then what we read libpng must read too. Of a piece zlib may refuse what comes behind
 * it in the same block. */
static void check_box(fov_image *strict, fov_image *lenient, struct fov_recti box, int32_t shrink,
                      bool is_whole)
{
    struct fov_pixels *ours = NULL, *theirs = by_libpng(lenient, box, shrink);
    const fov_status rc = fov__png_decode(&ours, strict, box, shrink, NULL, NULL);
    fuzz_require(rc >= 0 || theirs == NULL, "what libpng reads is read");
    fuzz_require(rc < 0 || theirs != NULL || !is_whole, "what libpng refuses is refused");
    if (rc >= 0 && theirs != NULL)
        same(ours, theirs);
    fov__pixels_unref(ours);
    fov__pixels_unref(theirs);
}

static void check_file(const uint8_t *data, size_t size)
{
    for (int cpu = 0; cpu < 2; cpu++) {
        fov_context *ctx = fuzz_context();
        ctx->limits.pixels = 300000;
        ctx->limits.edge = 3000;
        if (cpu > (int)ctx->cpu) {
            fov_context_free(ctx);
            break;
        }
        ctx->cpu = (enum fov__cpu)cpu;
        fov_image *strict = open_png(ctx, data, size, false);
        fov_image *lenient = strict != NULL ? open_png(ctx, data, size, true) : NULL;
        fuzz_require(strict == NULL || lenient != NULL, "lenient opens what strict opens");
        if (strict != NULL) {
            const int32_t w = strict->raw_width, h = strict->raw_height;
            const uint32_t mix = (uint32_t)fov__xxh3(data, size);
            const struct fov_recti all = {0, 0, w, h};
            const int32_t x = (int32_t)(mix % (uint32_t)w), y = (int32_t)(mix / 7 % (uint32_t)h);
            check_box(strict, lenient, all, 1, true);
            check_box(strict, lenient, (struct fov_recti){x, y, w - x, (h - y + 1) / 2}, 1, false);
            check_box(strict, lenient, (struct fov_recti){0, y, (w - 1) / 2 + 1, 1}, 1, false);
            check_box(strict, lenient,
                      (struct fov_recti){0, 0, fov__level_size(w, 2), fov__level_size(h, 2)}, 2,
                      true);
        }
        fov_image_unref(strict);
        fov_image_unref(lenient);
        fov_context_free(ctx);
    }
}

/* ---- files ---------------------------------------------------------------------------------- */

static void right_sums(uint8_t *data, size_t size)
{
    size_t pos = 8;
    while (pos + 12 <= size) {
        const size_t length = fov__be32(data + pos);
        if (length > size - pos - 12)
            return;
        const uint32_t sum = libdeflate_crc32(0, data + pos + 4, length + 4);
        for (size_t i = 0; i < 4; i++)
            data[pos + 8 + length + i] = (uint8_t)(sum >> (24 - 8 * i));
        pos += 12 + length;
    }
}

static size_t add_chunk(uint8_t *out, const char *type, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(size >> (24 - 8 * i));
    memcpy(out + 4, type, 4);
    if (size > 0)
        memcpy(out + 8, data, size);
    memset(out + 8 + size, 0, 4);
    return size + 12;
}

/* A PNG whose stored rows are `data`, repeated where there are too few; its size. */
static size_t build(uint8_t *out, const uint8_t head[HEAD], const uint8_t *data, size_t size)
{
    static const uint8_t kinds[15][2] = {{0, 1}, {0, 2},  {0, 4},  {0, 8}, {0, 16},
                                         {2, 8}, {2, 16}, {3, 1},  {3, 2}, {3, 4},
                                         {3, 8}, {4, 8},  {4, 16}, {6, 8}, {6, 16}};
    static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};
    const uint8_t *kind = kinds[head[2] % 15];
    const size_t width = 1 + head[0], height = 1 + head[1] % 32u;
    const size_t row = (width * kind[1] * channels[kind[0]] + 7) / 8 + 1;
    uint8_t ihdr[13] = {0, 0, (uint8_t)(width >> 8), (uint8_t)width, 0,
                        0, 0, (uint8_t)height,       kind[1],        kind[0]};
    uint8_t *raw = malloc(row * height + PALETTE);
    if (raw == NULL)
        return 0;
    for (size_t i = 0; i < row * height + PALETTE; i++)
        raw[i] = size > 0 ? data[i % size] : 0;
    for (size_t y = 0; y < height; y++)
        raw[y * row] = (uint8_t)(raw[y * row] % (head[3] % 4 == 0 ? 6u : 5u)); /* 5 is no filter */
    size_t at = sizeof(signature);
    memcpy(out, signature, at);
    at += add_chunk(out + at, "IHDR", ihdr, sizeof(ihdr));
    if (kind[0] == 3)
        at += add_chunk(out + at, "PLTE", raw, head[3] % 8 == 7 ? 3 : PALETTE);
    if ((head[4] & 1) != 0 && kind[0] < 4)
        at += add_chunk(out + at, "tRNS", head + 2, kind[0] == 3 ? 1 : kind[0] == 2 ? 6 : 2);
    struct libdeflate_compressor *packer = libdeflate_alloc_compressor(head[4] % 3 == 0 ? 0 : 1);
    uint8_t *packed = malloc(row * height + 1000);
    const size_t n =
        packer != NULL && packed != NULL
            ? libdeflate_zlib_compress(packer, raw, row * height, packed, row * height + 1000)
            : 0;
    const size_t first = (head[4] & 2) != 0 ? n / 3 : n;
    at += add_chunk(out + at, "IDAT", packed, first);
    if (first < n)
        at += add_chunk(out + at, "IDAT", packed + first, n - first);
    at += add_chunk(out + at, "IEND", NULL, 0);
    libdeflate_free_compressor(packer);
    free(packed);
    free(raw);
    right_sums(out, at);
    return n > 0 ? at : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { FILE_MAX = 32 * (256 * 8 + 1) + 4096 };
    const bool is_file = size >= sizeof(signature) && memcmp(data, signature, 8) == 0;
    if (!is_file && size < HEAD)
        return 0;
    uint8_t *file = malloc(is_file ? size : FILE_MAX);
    if (file == NULL)
        return 0;
    if (is_file) {
        memcpy(file, data, size);
        right_sums(file, size);
    } else {
        size = build(file, data, data + HEAD, size - HEAD);
    }
    if (size > 0)
        check_file(file, size);
    free(file);
    return 0;
}

/* Rows of every kind and filter, beside the files of testdata. */
void fuzz_seeds(fuzz_emit emit, void *user)
{
    uint8_t bytes[HEAD + 640];
    for (uint32_t i = 0; i < 60; i++) {
        const uint8_t head[HEAD] = {(uint8_t)(i * 5),
                                    (uint8_t)(i * 3),
                                    (uint8_t)i,
                                    (uint8_t)(1 + i),
                                    (uint8_t)(i / 15),
                                    0,
                                    0,
                                    0};
        memcpy(bytes, head, HEAD);
        for (uint32_t k = HEAD; k < sizeof(bytes); k++)
            bytes[k] = (uint8_t)(k * k * (i + 1) / 64 % (i % 4 == 0 ? 256 : 5));
        emit(bytes, sizeof(bytes), user);
    }
}
