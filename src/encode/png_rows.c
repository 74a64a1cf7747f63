/* SPDX-License-Identifier: MIT */
/* How pixels stand in a PNG: the smallest lossless layout, and its packed, filtered rows. Bytes are
 * a function of the pixels alone. It must never drop a bit: what it writes decodes to what it got.
 */
#include "encode/encode_codec_internal.h"

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

/* Collect the palette in order of appearance; false once there are more colours than it holds. */
static bool collect_palette(struct fov_png_layout *out, const struct fov_pixels *px)
{
    uint32_t last = UINT32_MAX;
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *p = fov__pixels_row(px, y);
        for (int32_t x = 0; x < px->width; x++, p += px->bands) {
            uint32_t colour = colour_of(p);
            if (colour == last) {
                continue;
            }
            last = colour;
            uint32_t slot = slot_of(out, colour);
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
static void pack_bits(uint8_t *out, const uint8_t *samples, int32_t width, int32_t bits)
{
    int32_t filled = 0;
    uint32_t byte = 0;
    for (int32_t x = 0; x < width; x++) {
        byte = byte << bits | samples[x];
        filled += bits;
        if (filled == 8) {
            *out++ = (uint8_t)byte;
            filled = 0;
            byte = 0;
        }
    }
    if (filled > 0) {
        *out = (uint8_t)(byte << (8 - filled));
    }
}

static void index_row(uint8_t *out, const uint8_t *p, int32_t width, int32_t bands,
                      const struct fov_png_layout *layout)
{
    uint32_t last = UINT32_MAX;
    uint8_t index = 0;
    for (int32_t x = 0; x < width; x++, p += bands) {
        uint32_t colour = colour_of(p);
        if (colour != last) {
            index = layout->index[slot_of(layout, colour)];
            last = colour;
        }
        out[x] = index;
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

/* Paeth's predictor (PNG, 9.4) of n bytes, without branches. */
static inline void paeth_run(uint8_t *restrict out, const uint8_t *restrict row,
                             const uint8_t *restrict above, size_t n, size_t bpp)
{
    for (size_t i = 0; i < n; i++) {
        int16_t a = (row - bpp)[i], b = above[i], c = (above - bpp)[i];
        int16_t pa = (int16_t)(b - c), pb = (int16_t)(a - c), pc = (int16_t)(pa + pb);
        pa = (int16_t)(pa < 0 ? -pa : pa);
        pb = (int16_t)(pb < 0 ? -pb : pb);
        pc = (int16_t)(pc < 0 ? -pc : pc);
        int16_t bc = pb <= pc ? b : c;
        int16_t best = pa <= pb && pa <= pc ? a : bc;
        out[i] = (uint8_t)(row[i] - best);
    }
}

/* Runs of a fixed length are what compilers vectorise at -O2. */
static void filter_paeth(uint8_t *out, const uint8_t *row, const uint8_t *above, size_t n,
                         size_t bpp)
{
    enum { RUN = 32 };
    size_t i = bpp < n ? bpp : n;
    for (size_t k = 0; k < i; k++) {
        out[k] = (uint8_t)(row[k] - above[k]);
    }
    for (; i + RUN <= n; i += RUN) {
        paeth_run(out + i, row + i, above + i, RUN, bpp);
    }
    paeth_run(out + i, row + i, above + i, n - i, bpp);
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
        above = pack_row(packed[(y1 - 1) & 1], samples, px, y1 - 1, layout);
    }
    for (int32_t y = y1; y < y2; y++) {
        const uint8_t *row = pack_row(packed[y & 1], samples, px, y, layout);
        *out++ = layout->is_filtered ? PNG_FILTER_VALUE_PAETH : PNG_FILTER_VALUE_NONE;
        if (layout->is_filtered) {
            filter_paeth(out, row, above, row_bytes, bpp);
        } else {
            memcpy(out, row, row_bytes);
        }
        out += row_bytes;
        above = row;
    }
    fov__free(px->ctx, scratch);
    return FOV_OK;
}
