/* SPDX-License-Identifier: MIT */
/* Stored samples spread to 8-bit RGB(A), as libpng's expand, scale_16 and gray_to_rgb do: palettes
 * looked up, grey repeated, 16 bits rounded, below 8 bits a table of what each byte's pixels are.
 * The kernels here are portable and define what their SIMD twins write. */
#include "image/png_kernels.h"

enum { IHDR_BODY = 16 }; /* signature, length, type */

/* ---- kernels -------------------------------------------------------------------------------- */

static void grey(uint8_t *restrict out, const uint8_t *restrict in, size_t n)
{
    for (size_t x = 0; x < n; x++) {
        out[3 * x] = in[x];
        out[3 * x + 1] = in[x];
        out[3 * x + 2] = in[x];
    }
}

static void grey_alpha(uint8_t *restrict out, const uint8_t *restrict in, size_t n)
{
    for (size_t x = 0; x < n; x++) {
        out[4 * x] = in[2 * x];
        out[4 * x + 1] = in[2 * x];
        out[4 * x + 2] = in[2 * x];
        out[4 * x + 3] = in[2 * x + 1];
    }
}

static void rgb_key(uint8_t *restrict out, const uint8_t *restrict in, size_t n, uint32_t key)
{
    for (size_t x = 0; x < n; x++, in += 3, out += 4) {
        const uint32_t v = (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16;
        out[0] = in[0];
        out[1] = in[1];
        out[2] = in[2];
        out[3] = v == key ? 0 : 255;
    }
}

/* Four bytes at a time: the next pixel overwrites the fourth. */
static void palette_rgb(uint8_t *restrict out, const uint8_t *restrict in, size_t n,
                        const uint8_t (*restrict palette)[4])
{
    for (size_t x = 0; x < n; x++)
        memcpy(out + 3 * x, palette[in[x]], 4);
}

static void palette_rgba(uint8_t *restrict out, const uint8_t *restrict in, size_t n,
                         const uint8_t (*restrict palette)[4])
{
    for (size_t x = 0; x < n; x++)
        memcpy(out + 4 * x, palette[in[x]], 4);
}

/* round(v * 255 / 65535) = (v + 128) / 257: 257 is odd, so there are no ties. */
static uint8_t narrow_one(uint32_t v)
{
    return (uint8_t)((v + 128) / 257);
}

static void narrow(uint8_t *restrict out, const uint8_t *restrict in, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        out[i] = narrow_one(fov__be16(in + 2 * i));
}

const struct fov_png_spreads *fov__png_spreads(enum fov__cpu cpu)
{
    static const struct fov_png_spreads portable = {grey,        grey_alpha,   rgb_key,
                                                    palette_rgb, palette_rgba, narrow};
#if defined(FOV__HAVE_AVX2)
    if (cpu == FOV__CPU_AVX2)
        return fov__png_spreads_avx2();
#endif
    (void)cpu;
    return &portable;
}

/* ---- what the picture says ------------------------------------------------------------------ */

static bool find_chunk(struct fov_png_chunk *chunk, const fov_image *image, size_t offset)
{
    size_t pos = offset;
    return offset != 0 &&
           fov__png_chunk_next(chunk, image->encoded.data, image->encoded.size, &pos) &&
           !chunk->is_cut;
}

static void read_palette(struct fov_png_spread *spread, const fov_image *image)
{
    struct fov_png_chunk chunk;
    for (size_t i = 0; i < 256; i++)
        spread->palette[i][3] = 255; /* an index beyond the palette is opaque black */
    if (find_chunk(&chunk, image, image->png_plte)) {
        const size_t most = (size_t)1 << spread->depth;
        const size_t count = chunk.length / 3 < most ? chunk.length / 3 : most;
        for (size_t i = 0; i < count; i++)
            memcpy(spread->palette[i], chunk.data + 3 * i, 3);
    }
    if (find_chunk(&chunk, image, image->png_trns)) {
        for (size_t i = 0; i < chunk.length && i < 256; i++)
            spread->palette[i][3] = chunk.data[i];
    }
}

static void read_key(struct fov_png_spread *spread, const fov_image *image)
{
    struct fov_png_chunk chunk;
    if (!find_chunk(&chunk, image, image->png_trns))
        return;
    spread->has_key = true;
    for (size_t c = 0; c < 3; c++) {
        const size_t at = spread->colour == 2 ? 2 * c : 0;
        spread->key[c] = fov__be16(chunk.data + at) & ((1u << spread->depth) - 1);
    }
}

/* Grey of up to 8 bits is a palette too, which a key makes clear in one entry. */
static void make_greys(struct fov_png_spread *spread)
{
    const uint32_t last = (1u << spread->depth) - 1;
    for (uint32_t v = 0; v <= last; v++) {
        memset(spread->palette[v], (int)(v * (255 / last)), 3);
        spread->palette[v][3] = spread->has_key && v == spread->key[0] ? 0 : 255;
    }
}

static void make_pixels(struct fov_png_spread *spread)
{
    const uint32_t depth = (uint32_t)spread->depth, count = 8 / depth;
    const size_t bands = (size_t)spread->bands;
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (uint32_t i = 0; i < count; i++)
            memcpy(spread->pixels[byte] + i * bands,
                   spread->palette[byte >> (8 - depth * (i + 1)) & ((1u << depth) - 1)], bands);
    }
}

void fov__png_spread_start(struct fov_png_spread *spread, const fov_image *image)
{
    const uint8_t *ihdr = image->encoded.data + IHDR_BODY;
    spread->kernels = fov__png_spreads(image->ctx->cpu);
    spread->depth = ihdr[8];
    spread->colour = ihdr[9];
    spread->bands = image->info.has_alpha ? 4 : 3;
    if (spread->colour == 3)
        read_palette(spread, image);
    else
        read_key(spread, image);
    if (spread->colour == 0 && spread->depth <= 8)
        make_greys(spread);
    if (spread->depth < 8)
        make_pixels(spread);
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Below 8 bits: single pixels up to a whole byte, then by the table. */
static void spread_bits(const struct fov_png_spread *spread, uint8_t *out, const uint8_t *row,
                        size_t x, size_t n)
{
    const size_t depth = (size_t)spread->depth, count = 8 / depth, bands = (size_t)spread->bands;
    const size_t block = count * bands;
    row += x / count;
    if (x % count != 0) {
        const size_t first = x % count, most = count - first, some = n < most ? n : most;
        memcpy(out, spread->pixels[*row++] + first * bands, some * bands);
        out += some * bands;
        n -= some;
    }
    /* The next byte's pixels overwrite what is too much. */
    if (block <= 8) {
        for (size_t i = 0; i < n; i += count, out += block)
            memcpy(out, spread->pixels[*row++], 8);
    } else if (block <= 16) {
        for (size_t i = 0; i < n; i += count, out += block)
            memcpy(out, spread->pixels[*row++], 16);
    } else {
        for (size_t i = 0; i < n; i += count, out += block)
            memcpy(out, spread->pixels[*row++], 32);
    }
}

/* 16 bits with a key, which is compared before rounding. */
static void spread_wide_key(const struct fov_png_spread *spread, uint8_t *out, const uint8_t *in,
                            size_t n)
{
    const size_t count = spread->colour == 2 ? 3 : 1;
    for (size_t x = 0; x < n; x++, out += 4, in += 2 * count) {
        bool is_key = true;
        for (size_t c = 0; c < 3; c++) {
            const uint32_t v = fov__be16(in + (count == 3 ? 2 * c : 0));
            out[c] = narrow_one(v);
            is_key = is_key && v == spread->key[c];
        }
        out[3] = is_key ? 0 : 255;
    }
}

/* Whole bytes a sample; `in` is at the first pixel. */
static void spread_bytes(const struct fov_png_spread *spread, uint8_t *out, const uint8_t *in,
                         size_t n)
{
    const struct fov_png_spreads *kernels = spread->kernels;
    const uint32_t *key = spread->key;
    if (spread->colour == 3 || (spread->colour == 0 && spread->has_key))
        (spread->bands == 4 ? kernels->palette_rgba : kernels->palette_rgb)(out, in, n,
                                                                            spread->palette);
    else if (spread->colour == 0)
        kernels->grey(out, in, n);
    else if (spread->colour == 4)
        kernels->grey_alpha(out, in, n);
    else if (spread->has_key)
        kernels->rgb_key(out, in, n, key[0] | key[1] << 8 | key[2] << 16);
    else
        memcpy(out, in, n * (size_t)spread->bands);
}

static void spread_wide(const struct fov_png_spread *spread, uint8_t *out, const uint8_t *in,
                        size_t n)
{
    static const size_t channels[] = {1, 0, 3, 1, 2, 0, 4};
    const size_t count = channels[spread->colour], bands = (size_t)spread->bands;
    enum { PART = 256 };
    if (spread->has_key) {
        spread_wide_key(spread, out, in, n);
        return;
    }
    if (count == bands) {
        spread->kernels->narrow(out, in, n * count);
        return;
    }
    uint8_t part[PART * 2 + FOV__PNG_SLACK] = {0};
    for (size_t x = 0; x < n; x += PART) {
        const size_t some = n - x < PART ? n - x : PART;
        spread->kernels->narrow(part, in + 2 * count * x, some * count);
        spread_bytes(spread, out + bands * x, part, some);
    }
}

void fov__png_spread_row(const struct fov_png_spread *spread, uint8_t *out, const uint8_t *row,
                         size_t x, size_t n)
{
    static const size_t channels[] = {1, 0, 3, 1, 2, 0, 4};
    const size_t count = channels[spread->colour];
    if (spread->depth < 8)
        spread_bits(spread, out, row, x, n);
    else if (spread->depth == 8)
        spread_bytes(spread, out, row + count * x, n);
    else
        spread_wide(spread, out, row + 2 * count * x, n);
}
