/* SPDX-License-Identifier: MIT */
/* PNG rows without libpng, for pictures that are not interlaced and not damaged: all pixels are
 * inflated at once by libdeflate (two to four times as fast as zlib), then unfiltered and spread to
 * 8-bit RGB(A) row by row. Any doubt - damage, memory, a filter that is not known - is answered by
 * "no": libpng then reads the picture or says what is wrong, so that there is one truth about
 * broken files. It must give the same bytes as libpng. */
#include "image/codec_internal.h"

#include <libdeflate.h>

/* Above this many inflated bytes libpng's streaming is kinder to memory. */
enum { RAW_MAX = 256 * 1024 * 1024 };
enum { IHDR_BODY = 16 }; /* signature, length, type */

struct fov_png_unpack {
    fov_context *ctx;
    int32_t width, bands;   /* bands of what comes out */
    int32_t colour, depth;  /* as in IHDR */
    size_t row_bytes, step; /* of a stored row; from a byte to its left neighbour */
    uint8_t *raw, *next;    /* all rows, each behind its filter byte */
    bool is_in_place;       /* `raw` is the caller's pixels */
    const uint8_t *above;   /* NULL for the first row */
    bool has_key;
    uint32_t key[3];
    uint8_t palette[256][4];
};

static bool find_chunk(struct fov_png_chunk *chunk, const fov_image *image, size_t offset)
{
    size_t pos = offset;
    return offset != 0 &&
           fov__png_chunk_next(chunk, image->encoded.data, image->encoded.size, &pos) &&
           !chunk->is_cut;
}

static void read_palette(struct fov_png_unpack *unpack, const fov_image *image)
{
    struct fov_png_chunk chunk;
    for (size_t i = 0; i < 256; i++)
        unpack->palette[i][3] = 255; /* an index beyond the palette is opaque black */
    if (find_chunk(&chunk, image, image->png_plte)) {
        const size_t most = (size_t)1 << unpack->depth;
        const size_t count = chunk.length / 3 < most ? chunk.length / 3 : most;
        for (size_t i = 0; i < count; i++)
            memcpy(unpack->palette[i], chunk.data + 3 * i, 3);
    }
    if (find_chunk(&chunk, image, image->png_trns)) {
        for (size_t i = 0; i < chunk.length && i < 256; i++)
            unpack->palette[i][3] = chunk.data[i];
    }
}

static void read_key(struct fov_png_unpack *unpack, const fov_image *image)
{
    struct fov_png_chunk chunk;
    if (!find_chunk(&chunk, image, image->png_trns))
        return;
    unpack->has_key = true;
    for (size_t c = 0; c < 3; c++) {
        const size_t at = unpack->colour == 2 ? 2 * c : 0;
        unpack->key[c] = fov__be16(chunk.data + at) & ((1u << unpack->depth) - 1);
    }
}

/* The packed pixels in one run: inside the file when there is one chunk, else joined. */
static const uint8_t *join_idat(const fov_image *image, size_t *size, uint8_t **joined)
{
    const fov_bytes *file = &image->encoded;
    const uint8_t *first = NULL;
    struct fov_png_chunk chunk;
    size_t count = 0, total = 0;
    for (int pass = 0; pass < 2; pass++) {
        size_t pos = 8, at = 0;
        while (fov__png_chunk_next(&chunk, file->data, file->size, &pos)) {
            if (chunk.type == FOV__PNG_TYPE('I', 'E', 'N', 'D'))
                break;
            if (chunk.type != FOV__PNG_TYPE('I', 'D', 'A', 'T'))
                continue;
            if (pass == 0) {
                first = count == 0 ? chunk.data : first;
                count++;
                total += chunk.available;
            } else if (chunk.available > 0) {
                memcpy(*joined + at, chunk.data, chunk.available);
                at += chunk.available;
            }
        }
        *size = total;
        if (count <= 1)
            return first;
        if (pass == 0 && (*joined = fov__alloc(image->ctx, total)) == NULL)
            return NULL;
    }
    return *joined;
}

static bool inflate_all(struct fov_png_unpack *unpack, const fov_image *image, size_t raw_size)
{
    size_t size = 0, actual = 0;
    uint8_t *joined = NULL;
    bool is_done = false;
    const uint8_t *packed = join_idat(image, &size, &joined);
    struct libdeflate_decompressor *packer =
        packed != NULL ? libdeflate_alloc_decompressor() : NULL;
    if (packer != NULL)
        is_done = libdeflate_zlib_decompress(packer, packed, size, unpack->raw, raw_size,
                                             &actual) == LIBDEFLATE_SUCCESS &&
                  actual == raw_size;
    if (packer != NULL)
        libdeflate_free_decompressor(packer);
    fov__free(image->ctx, joined);
    return is_done;
}

bool fov__png_unpack_fits_in_place(const fov_image *image)
{
    const int32_t bands = image->info.has_alpha ? 4 : 3;
    return image->info.bits == 8 && image->info.channels == bands && !image->info.is_progressive;
}

struct fov_png_unpack *fov__png_unpack_new(const fov_image *image, uint8_t *into)
{
    static const size_t channels[] = {1, 0, 3, 1, 2, 0, 4};
    const uint8_t *ihdr = image->encoded.data + IHDR_BODY;
    const size_t depth = ihdr[8], count = channels[ihdr[9]];
    if (image->info.is_progressive || image->is_lenient)
        return NULL;
    const uint64_t row = ((uint64_t)image->raw_width * depth * count + 7) / 8;
    const uint64_t raw_size = (row + 1) * (uint64_t)image->raw_height;
    if (raw_size > RAW_MAX)
        return NULL;
    struct fov_png_unpack *unpack = fov__calloc(image->ctx, 1, sizeof(*unpack));
    if (unpack == NULL)
        return NULL;
    unpack->ctx = image->ctx;
    unpack->width = image->raw_width;
    unpack->bands = image->info.has_alpha ? 4 : 3;
    unpack->depth = (int32_t)depth;
    unpack->colour = ihdr[9];
    unpack->row_bytes = (size_t)row;
    unpack->step = depth * count < 8 ? 1 : depth * count / 8;
    if (unpack->colour == 3)
        read_palette(unpack, image);
    else
        read_key(unpack, image);
    unpack->is_in_place = into != NULL;
    unpack->raw = into != NULL ? into : fov__alloc(image->ctx, (size_t)raw_size);
    if (unpack->raw != NULL && into == NULL)
        fov__pixels_advise(unpack->raw, (size_t)raw_size);
    if (unpack->raw == NULL || !inflate_all(unpack, image, (size_t)raw_size)) {
        fov__png_unpack_free(unpack);
        return NULL;
    }
    unpack->next = unpack->raw;
    return unpack;
}

void fov__png_unpack_free(struct fov_png_unpack *unpack)
{
    if (unpack == NULL)
        return;
    if (!unpack->is_in_place)
        fov__free(unpack->ctx, unpack->raw);
    fov__free(unpack->ctx, unpack);
}

/* The neighbour that is nearest to left + up - corner; ties in that order (PNG 9.4). */
static uint8_t paeth(int left, int up, int corner)
{
    const int p = up - corner, q = left - corner;
    const int to_left = p < 0 ? -p : p, to_up = q < 0 ? -q : q, r = p + q;
    const int to_corner = r < 0 ? -r : r;
    /* Without branches: the choice is as good as random in a photograph. */
    const int nearer = to_up < to_left ? up : left, distance = to_up < to_left ? to_up : to_left;
    return (uint8_t)(to_corner < distance ? corner : nearer);
}

#define PAETH_ROW(STEP)                                                           \
    static void paeth_row_##STEP(uint8_t *row, const uint8_t *above, size_t size) \
    {                                                                             \
        int left[STEP], corner[STEP];                                             \
        for (size_t c = 0; c < (STEP); c++) {                                     \
            row[c] = (uint8_t)(row[c] + above[c]);                                \
            left[c] = row[c];                                                     \
            corner[c] = above[c];                                                 \
        }                                                                         \
        for (size_t i = (STEP); i + (STEP) <= size; i += (STEP)) {                \
            for (size_t c = 0; c < (STEP); c++) {                                 \
                const int up = above[i + c];                                      \
                left[c] = (uint8_t)(row[i + c] + paeth(left[c], up, corner[c]));  \
                corner[c] = up;                                                   \
                row[i + c] = (uint8_t)left[c];                                    \
            }                                                                     \
        }                                                                         \
    }
PAETH_ROW(3) /* RGB and RGBA of 8 bits: the step as a constant keeps neighbours in registers */
PAETH_ROW(4)

static void unfilter_paeth(uint8_t *row, const uint8_t *above, size_t size, size_t step)
{
    if (step == 3) {
        paeth_row_3(row, above, size);
    } else if (step == 4) {
        paeth_row_4(row, above, size);
    } else {
        for (size_t i = 0; i < size; i++)
            row[i] =
                (uint8_t)(row[i] +
                          (i < step ? above[i] : paeth(row[i - step], above[i], above[i - step])));
    }
}

static void unfilter_average(uint8_t *row, const uint8_t *above, size_t size, size_t step)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned left = i < step ? 0 : row[i - step], up = above != NULL ? above[i] : 0;
        row[i] = (uint8_t)(row[i] + (left + up) / 2);
    }
}

/* In place; false when the filter is not one of the five. */
static bool unfilter(struct fov_png_unpack *unpack, uint8_t *row, int filter)
{
    const size_t size = unpack->row_bytes, step = unpack->step;
    const uint8_t *above = unpack->above;
    /* Without a row above, Paeth is the left neighbour. */
    switch (filter == 4 && above == NULL ? 1 : filter) {
    case 4:
        unfilter_paeth(row, above, size, step);
        return true;
    case 1:
        for (size_t i = step; i < size; i++)
            row[i] = (uint8_t)(row[i] + row[i - step]);
        return true;
    case 2:
        for (size_t i = 0; i < size && above != NULL; i++)
            row[i] = (uint8_t)(row[i] + above[i]);
        return true;
    case 3:
        unfilter_average(row, above, size, step);
        return true;
    default:
        return filter == 0;
    }
}

/* round(v * 255 / 65535): 257 is odd, so there are no ties. */
static uint8_t narrow(uint32_t v)
{
    return (uint8_t)((v + 128) / 257);
}

static inline uint32_t sample(const uint8_t *row, size_t i, int32_t depth)
{
    if (depth == 8)
        return row[i];
    if (depth == 16)
        return fov__be16(row + 2 * i);
    const size_t bit = i * (size_t)depth;
    return (uint32_t)row[bit / 8] >> (8 - (size_t)depth - bit % 8) & ((1u << depth) - 1);
}

static void spread_palette(const struct fov_png_unpack *unpack, uint8_t *out, const uint8_t *row)
{
    const size_t width = (size_t)unpack->width;
    const int32_t depth = unpack->depth;
    if (unpack->bands == 4) {
        for (size_t x = 0; x < width; x++, out += 4)
            memcpy(out, unpack->palette[sample(row, x, depth)], 4);
        return;
    }
    /* Four bytes at a time; the next pixel overwrites the fourth, so the last one is left out. */
    for (size_t x = 0; x + 1 < width; x++, out += 3)
        memcpy(out, unpack->palette[sample(row, x, depth)], 4);
    memcpy(out, unpack->palette[sample(row, width - 1, depth)], 3);
}

/* One sample a pixel, 1 to 16 bits, or two. */
static void spread_grey(const struct fov_png_unpack *unpack, uint8_t *out, const uint8_t *row)
{
    const int32_t depth = unpack->depth;
    const size_t count = unpack->colour == 4 ? 2 : 1;
    const uint32_t scale = depth < 8 ? 255 / ((1u << depth) - 1) : 1;
    for (size_t x = 0; x < (size_t)unpack->width; x++, out += unpack->bands) {
        const uint32_t v = sample(row, count * x, depth);
        out[0] = out[1] = out[2] = depth == 16 ? narrow(v) : (uint8_t)(v * scale);
        if (unpack->bands == 3)
            continue;
        const uint32_t a = count == 2 ? sample(row, 2 * x + 1, depth) : 0;
        if (count == 2)
            out[3] = depth == 16 ? narrow(a) : (uint8_t)a;
        else
            out[3] = unpack->has_key && v == unpack->key[0] ? 0 : 255;
    }
}

static void spread_colour(const struct fov_png_unpack *unpack, uint8_t *out, const uint8_t *row)
{
    const int32_t depth = unpack->depth;
    const size_t count = unpack->colour == 6 ? 4 : 3, bands = (size_t)unpack->bands;
    if (depth == 8 && count == bands) {
        memmove(out, row, unpack->row_bytes); /* in place a row moves towards the front */
        return;
    }
    for (size_t x = 0; x < (size_t)unpack->width; x++, out += bands) {
        bool is_key = unpack->has_key;
        for (size_t c = 0; c < count; c++) {
            const uint32_t v = sample(row, count * x + c, depth);
            out[c] = depth == 16 ? narrow(v) : (uint8_t)v;
            is_key = is_key && v == unpack->key[c < 3 ? c : 0];
        }
        if (count < bands)
            out[3] = is_key ? 0 : 255;
    }
}

bool fov__png_unpack_row(struct fov_png_unpack *unpack, uint8_t *out)
{
    uint8_t *row = unpack->next + 1;
    if (!unfilter(unpack, row, row[-1]))
        return false;
    /* In place the next row's move may reach into this one as it was stored. */
    unpack->above = unpack->is_in_place ? out : row;
    unpack->next = row + unpack->row_bytes;
    if (out == NULL)
        return true;
    if (unpack->colour == 3)
        spread_palette(unpack, out, row);
    else if (unpack->colour == 0 || unpack->colour == 4)
        spread_grey(unpack, out, row);
    else
        spread_colour(unpack, out, row);
    return true;
}
