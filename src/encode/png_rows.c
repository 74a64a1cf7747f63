/* SPDX-License-Identifier: MIT */
/* How pixels stand in a PNG: the smallest lossless layout, and its packed, filtered rows. Bytes are
 * a function of the pixels alone. It must never drop a bit: what it writes decodes to what it got.
 */
#include "encode/png_internal.h"

#include <png.h>

enum {
    PALETTE_MAX = 256,
    GREY = 1,  /* every pixel has r = g = b */
    OPAQUE = 2 /* every alpha is 255 */
};

static uint32_t colour_of(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

/* The slot of a colour: where it is, or where it would be put. */
static uint32_t slot_of(const struct fov_png_layout *layout, uint32_t colour)
{
    uint32_t slot = (colour * 2654435761U) >> 22; /* Knuth's multiplier; 10 bits of it */
    while (layout->key[slot] != 0 && layout->key[slot] != colour + 1) {
        slot = (slot + 1) % FOV__PNG_TABLE;
    }
    return slot;
}

/* How many pixels from `p` on equal the one before `p`, of n. */
static int32_t same_pixels(const uint8_t *p, int32_t n, int32_t bands)
{
    return (int32_t)(fov__equal_bytes(p, p - bands, (size_t)n * (size_t)bands) / (size_t)bands);
}

static bool same_rows(const struct fov_pixels *px, int32_t y)
{
    return y > 0 && memcmp(fov__pixels_row(px, y), fov__pixels_row(px, y - 1),
                           (size_t)px->width * (size_t)px->bands) == 0;
}

/* Collect the palette in order of appearance; false once there are more colours than it holds. */
static bool collect_palette(struct fov_png_layout *out, const struct fov_pixels *px)
{
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *p = fov__pixels_row(px, y);
        if (same_rows(px, y)) {
            continue;
        }
        for (int32_t x = 0, run; x < px->width; x += run, p += (size_t)run * (size_t)px->bands) {
            uint32_t colour = colour_of(p), slot = slot_of(out, colour);
            run = 1 + same_pixels(p + px->bands, px->width - x - 1, px->bands);
            if (out->key[slot] != 0) {
                continue;
            }
            if (out->colour_count == PALETTE_MAX) {
                return false;
            }
            out->key[slot] = colour + 1;
            out->index[slot] = (uint8_t)out->colour_count;
            memcpy(out->palette[out->colour_count++], p, 3);
        }
    }
    return true;
}

static int32_t scan_alpha(const struct fov_pixels *px)
{
    int32_t traits = GREY | OPAQUE;
    if (px->bands != 4) {
        return OPAQUE;
    }
    for (int32_t y = 0; y < px->height && traits != 0; y++) {
        const uint8_t *p = fov__pixels_row(px, y);
        for (int32_t x = 0; x < px->width; x++, p += 4) {
            traits &= p[0] == p[1] && p[1] == p[2] ? ~0 : ~GREY;
            traits &= p[3] == 255 ? ~0 : ~OPAQUE;
        }
    }
    return traits;
}

/* More greys than four bits can name: eight bits of grey, without a palette. */
static bool has_many_greys(const struct fov_pixels *px)
{
    enum { FOUR_BITS = 16 };
    bool seen[256] = {false};
    int32_t count = 0;
    if (!fov__encode_is_grey(px)) {
        return false;
    }
    for (int32_t y = 0; y < px->height && count <= FOUR_BITS; y++) {
        const uint8_t *p = fov__pixels_row(px, y);
        for (int32_t x = 0; x < px->width; x++, p += px->bands) {
            count += !seen[*p];
            seen[*p] = true;
        }
    }
    return count > FOUR_BITS;
}

/* The fewest bits whose grey levels (0, 255/(2^bits - 1), …) hold every colour; 0: they are not all
 * grey. */
static int32_t grey_bits(const struct fov_png_layout *layout)
{
    int32_t bits = 1;
    for (int32_t i = 0; i < layout->colour_count; i++) {
        const uint8_t *c = layout->palette[i];
        if (c[0] != c[1] || c[1] != c[2]) {
            return 0;
        }
        while (bits < 8 && c[0] % (255 / ((1 << bits) - 1)) != 0) {
            bits *= 2;
        }
    }
    return bits;
}

static void set_layout(struct fov_png_layout *out, int32_t width, int32_t color_type, int32_t bits,
                       int32_t channels)
{
    out->color_type = color_type;
    out->bit_depth = bits;
    out->channels = channels;
    out->row_bytes = ((size_t)width * (size_t)(bits * channels) + 7) / 8;
}

void fov__png_layout(struct fov_png_layout *out, const struct fov_pixels *px)
{
    memset(out, 0, sizeof(*out));
    int32_t traits = scan_alpha(px);
    out->is_photo = fov__encode_flatness(px) < FOV__FLATNESS_LINE_ART;
    out->is_filtered = out->is_photo;
    if ((traits & OPAQUE) == 0) {
        bool has_grey = (traits & GREY) != 0;
        set_layout(out, px->width, has_grey ? PNG_COLOR_TYPE_GRAY_ALPHA : PNG_COLOR_TYPE_RGB_ALPHA,
                   8, has_grey ? 2 : 4);
        return;
    }
    if (has_many_greys(px)) {
        set_layout(out, px->width, PNG_COLOR_TYPE_GRAY, 8, 1);
        return;
    }
    if (!collect_palette(out, px)) {
        set_layout(out, px->width, PNG_COLOR_TYPE_RGB, 8, 3);
        return;
    }
    int32_t n = out->colour_count, bits = n <= 2 ? 1 : n <= 4 ? 2 : n <= 16 ? 4 : 8;
    int32_t grey = grey_bits(out);
    if (grey > 0 && grey <= bits) {
        set_layout(out, px->width, PNG_COLOR_TYPE_GRAY, grey, 1);
    } else {
        set_layout(out, px->width, PNG_COLOR_TYPE_PALETTE, bits, 1);
    }
    /* Palette indices and packed bits have no neighbourhood for a filter to use. */
    out->is_indexed = out->color_type == PNG_COLOR_TYPE_PALETTE || out->bit_depth < 8;
    out->is_filtered = out->is_photo && !out->is_indexed;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Samples of `bits` bits, the first in the high bits. */
static inline void pack_run(uint8_t *restrict out, const uint8_t *restrict samples, size_t bytes,
                            int32_t bits)
{
    int32_t each = 8 / bits;
    for (size_t i = 0; i < bytes; i++) {
        uint32_t byte = 0;
        for (int32_t k = 0; k < each; k++) {
            byte |= (uint32_t)samples[i * (size_t)each + (size_t)k] << (8 - bits * (k + 1));
        }
        out[i] = (uint8_t)byte;
    }
}

static void pack_bits(uint8_t *out, const uint8_t *samples, int32_t width, int32_t bits)
{
    uint8_t tail[8] = {0};
    size_t each = (size_t)(8 / bits), bytes = (size_t)width / each, left = (size_t)width % each;
    if (bits == 1) {
        pack_run(out, samples, bytes, 1);
    } else if (bits == 2) {
        pack_run(out, samples, bytes, 2);
    } else {
        pack_run(out, samples, bytes, 4);
    }
    if (left > 0) {
        memcpy(tail, samples + bytes * each, left);
        pack_run(out + bytes, tail, 1, bits);
    }
}

static void index_row(uint8_t *out, const uint8_t *p, int32_t width, int32_t bands,
                      const struct fov_png_layout *layout)
{
    for (int32_t x = 0, run; x < width; x += run, p += (size_t)run * (size_t)bands) {
        run = 1 + same_pixels(p + bands, width - x - 1, bands);
        memset(out + x, layout->index[slot_of(layout, colour_of(p))], (size_t)run);
    }
}

static void grey_row(uint8_t *out, const uint8_t *p, int32_t width, int32_t bands, int32_t bits)
{
    uint8_t step = (uint8_t)(255 / ((1 << bits) - 1));
    for (int32_t x = 0; x < width; x++) {
        out[x] = (uint8_t)(p[(size_t)x * (size_t)bands] / step);
    }
}

static void grey_alpha_row(uint8_t *out, const uint8_t *p, int32_t width)
{
    for (int32_t x = 0; x < width; x++, p += 4, out += 2) {
        out[0] = p[0];
        out[1] = p[3];
    }
}

static void rgb_row(uint8_t *out, const uint8_t *p, int32_t width)
{
    for (int32_t x = 0; x < width; x++, p += 4, out += 3) {
        memcpy(out, p, 3);
    }
}

/* One row as it is before filtering: in place where the pixels already stand so, else in `packed`.
 */
static const uint8_t *pack_row(uint8_t *packed, uint8_t *samples, const struct fov_pixels *px,
                               int32_t y, const struct fov_png_layout *layout)
{
    const uint8_t *p = fov__pixels_row(px, y);
    uint8_t *to = layout->bit_depth == 8 ? packed : samples;
    switch (layout->color_type) {
    case PNG_COLOR_TYPE_RGB_ALPHA:
        return p;
    case PNG_COLOR_TYPE_RGB:
        if (px->bands == 3) {
            return p;
        }
        rgb_row(packed, p, px->width);
        return packed;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        grey_alpha_row(packed, p, px->width);
        return packed;
    case PNG_COLOR_TYPE_GRAY:
        grey_row(to, p, px->width, px->bands, layout->bit_depth);
        break;
    default:
        index_row(to, p, px->width, px->bands, layout);
        break;
    }
    if (layout->bit_depth < 8) {
        pack_bits(packed, samples, px->width, layout->bit_depth);
    }
    return packed;
}

fov_status fov__png_rows(uint8_t *out, const struct fov_pixels *px,
                         const struct fov_png_layout *layout, int32_t y1, int32_t y2,
                         fov_error *err)
{
    /* Two packed rows, since a filter looks at the one above; a row of zeros above the first. */
    size_t row_bytes = layout->row_bytes, bpp = (size_t)layout->channels;
    size_t scratch_size = 3 * row_bytes + (size_t)px->width;
    uint8_t *scratch = fov__calloc(px->ctx, scratch_size, 1);
    if (scratch == NULL) {
        return fov__fail_memory(err, "encode.png", scratch_size);
    }
    uint8_t *packed[2] = {scratch, scratch + row_bytes}, *samples = scratch + 3 * row_bytes;
    const uint8_t *above = scratch + 2 * row_bytes;
    if (layout->is_filtered && y1 > 0) {
        above = pack_row(packed[0], samples, px, y1 - 1, layout);
    }
    for (int32_t y = y1; y < y2; y++) {
        /* Charts have many rows like the one before. */
        bool is_same = y > y1 && above != fov__pixels_row(px, y - 1) && same_rows(px, y);
        uint8_t *to = above == packed[0] ? packed[1] : packed[0];
        const uint8_t *row = is_same ? above : pack_row(to, samples, px, y, layout);
        *out++ = layout->is_filtered ? PNG_FILTER_VALUE_PAETH : PNG_FILTER_VALUE_NONE;
        if (layout->is_filtered) {
            fov__png_filter(px->ctx->cpu, out, row, above, row_bytes, bpp);
        } else {
            memcpy(out, row, row_bytes);
        }
        out += row_bytes;
        above = row;
    }
    fov__free(px->ctx, scratch);
    return FOV_OK;
}
