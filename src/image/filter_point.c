/* SPDX-License-Identifier: MIT */
/* Functions of one pixel: tables of levels, luma, saturation, grey. They lie in the way of every
 * look with `enhance`, so they work on as many pixels at once as stay in the nearest cache, and
 * most tables are turned into a form that needs no table of 256. */
#include "image/filter_kernels.h"

/* ---- tables of levels ------------------------------------------------------------------------ */

/* Parts are in 1/128, so that both a carry and what it needs fit into a byte. */
enum { PART = 128, ROUNDS = 64 };

/* A sum of two terms, high[h] + low[l] with fractions, gives a table's level t when it lies in
 * [t, t + 1): for unknown terms a system of differences, which the shortest paths of Bellman and
 * Ford solve if anything does. Whole numbers of 1/PART are no loss: around a cycle of at most 16
 * entries of each kind a solution in real numbers leaves PART to spare, of which being strictly
 * below t + 1 takes 16. A table that is no such sum stays unsolved, as does one that would need
 * more rounds than paths have steps. `low` is here with its sign changed. */
static bool solve_parts(const struct fov__lut *lut, int32_t high[16], int32_t low[16])
{
    bool has_changed = true;
    memset(high, 0, 16 * sizeof(*high));
    memset(low, 0, 16 * sizeof(*low));
    for (int32_t round = 0; has_changed && round < ROUNDS; round++) {
        has_changed = false;
        for (int32_t v = lut->first + 1; v < lut->last; v++) { /* low <= high - map */
            const int32_t most = high[v / 16] - PART * lut->map[v];
            has_changed = has_changed || most < low[v % 16];
            low[v % 16] = most < low[v % 16] ? most : low[v % 16];
        }
        for (int32_t v = lut->first + 1; v < lut->last; v++) { /* high < map + 1 + low */
            const int32_t most = low[v % 16] + PART * lut->map[v] + PART - 1;
            has_changed = has_changed || most < high[v / 16];
            high[v / 16] = most < high[v / 16] ? most : high[v / 16];
        }
    }
    return !has_changed;
}

static void find_parts(struct fov__lut *lut)
{
    int32_t high[16], low[16], first = 0, last = 255;
    while (first < 255 && lut->map[first + 1] == lut->map[0])
        first++;
    while (last > 0 && lut->map[last - 1] == lut->map[255])
        last--;
    lut->first = (uint8_t)first;
    lut->last = (uint8_t)last;
    lut->has_parts = solve_parts(lut, high, low);
    for (int32_t i = 0; i < 16; i++) { /* terms may be negative, but bytes add up all the same */
        const uint32_t h = (uint32_t)high[i], l = (uint32_t)-low[i];
        lut->high[i] = (uint8_t)(h / PART);
        lut->low[i] = (uint8_t)(l / PART);
        lut->carry[i] = (uint8_t)(h % PART);
        lut->need[i] = (uint8_t)(PART - l % PART);
    }
}

void fov__lut_prepare(struct fov__lut *lut)
{
    lut->is_identity = true;
    for (int32_t v = 0; v < 256; v++)
        lut->is_identity = lut->is_identity && lut->map[v] == v;
    find_parts(lut);
}

/* ---- the portable twin ----------------------------------------------------------------------- */

static void map_pixels(const struct fov__lut *lut, uint8_t *out, const uint8_t *in, size_t n,
                       int32_t bands)
{
    const size_t size = n * (size_t)bands;
    if (bands != 4) {
        for (size_t i = 0; i < size; i++)
            out[i] = lut->map[in[i]];
        return;
    }
    for (size_t i = 0; i < size; i += 4) {
        out[i] = lut->map[in[i]];
        out[i + 1] = lut->map[in[i + 1]];
        out[i + 2] = lut->map[in[i + 2]];
        out[i + 3] = in[i + 3];
    }
}

static void luma_pixels(uint8_t *out, const uint8_t *in, size_t n, int32_t bands)
{
    for (size_t i = 0; i < n && bands == 1; i++)
        out[i] = in[i];
    for (size_t i = 0; i < n && bands == 3; i++)
        out[i] = (uint8_t)fov__luma(in + 3 * i);
    for (size_t i = 0; i < n && bands == 4; i++)
        out[i] = (uint8_t)fov__luma(in + 4 * i);
}

static void spread_grey(uint8_t *out, const uint8_t *grey, size_t n, int32_t bands)
{
    for (size_t i = 0; i < n; i++, out += bands) {
        out[0] = grey[i];
        if (bands >= 3)
            out[1] = out[2] = grey[i];
    }
}

static void saturate(uint8_t *pixels, size_t n, int32_t bands, int32_t factor)
{
    for (size_t i = 0; i < n && bands >= 3; i++, pixels += bands) {
        const int32_t luma = fov__luma(pixels);
        for (int c = 0; c < 3; c++) {
            const int32_t v = luma * 65536 + factor * (pixels[c] - luma) + 32768;
            pixels[c] = v < 0 ? 0 : fov__clamp_u8(v >> 16);
        }
    }
}

static void invert(uint8_t *pixels, size_t n, int32_t bands)
{
    const size_t size = n * (size_t)bands;
    for (size_t i = 0; i < size; i++)
        pixels[i] = bands == 4 && i % 4 == 3 ? pixels[i] : (uint8_t)(255 - pixels[i]);
}

static void shift(uint8_t *out, const uint8_t *in, const uint8_t *from, const uint8_t *to, size_t n,
                  int32_t bands)
{
    const int32_t colours = bands < 3 ? 1 : 3;
    for (size_t i = 0; i < n; i++, in += bands, out += bands) {
        for (int32_t c = 0; c < colours; c++)
            out[c] = fov__clamp_u8(in[c] + to[i] - from[i]);
        if (bands == 4)
            out[3] = in[3];
    }
}

const struct fov__point_kernels fov__point_portable = {map_pixels, luma_pixels, spread_grey,
                                                       saturate,   invert,      shift};

/* ---- tone ------------------------------------------------------------------------------------ */

bool fov__tone_is_neutral(const struct fov__tone *tone)
{
    return tone->lut.is_identity && tone->saturation == 65536 && !tone->is_grey;
}

/* So many pixels that all passes over them find them in the first-level cache. */
enum { CHUNK = 2048 };

void fov__tone_pixels(enum fov__cpu cpu, const struct fov__tone *tone, uint8_t *out,
                      const uint8_t *in, size_t n, int32_t bands)
{
    const struct fov__point_kernels *kernels = FOV__TWIN(cpu, point);
    uint8_t luma[CHUNK];
    for (size_t at = 0; at < n; at += CHUNK) {
        const size_t count = n - at < CHUNK ? n - at : CHUNK, skip = at * (size_t)bands;
        uint8_t *to = out + skip;
        if (!tone->lut.is_identity)
            kernels->map(&tone->lut, to, in + skip, count, bands);
        else if (out != in)
            memcpy(to, in + skip, count * (size_t)bands);
        if (tone->saturation != 65536)
            kernels->saturate(to, count, bands, tone->saturation);
        if (tone->is_grey && bands >= 3) {
            kernels->luma(luma, to, count, bands);
            kernels->spread(to, luma, count, bands);
        }
    }
}

void fov__invert_pixels(enum fov__cpu cpu, uint8_t *pixels, size_t n, int32_t bands)
{
    FOV__TWIN(cpu, point)->invert(pixels, n, bands);
}

void fov__luma_pixels(enum fov__cpu cpu, uint8_t *out, const uint8_t *in, size_t n, int32_t bands)
{
    FOV__TWIN(cpu, point)->luma(out, in, n, bands);
}

void fov__spread_grey(enum fov__cpu cpu, uint8_t *out, const uint8_t *grey, size_t n, int32_t bands)
{
    FOV__TWIN(cpu, point)->spread(out, grey, n, bands);
}
