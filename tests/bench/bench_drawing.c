/* SPDX-License-Identifier: MIT */
/* Line art: a chart with soft-edged lines and small labels, and a dense diagram in flat colours.
 * The letters are made up; what counts is that they are small, dark and sharp like print. */
#include "bench_inputs.h"

static const uint8_t paper[3] = {255, 255, 255}, ink[3] = {38, 38, 42}, faint[3] = {222, 222, 226};
static const uint8_t colours[8][3] = {{31, 119, 180},  {255, 127, 14}, {44, 160, 44},
                                      {214, 39, 40},   {148, 103, 189}, {140, 86, 75},
                                      {227, 119, 194}, {188, 189, 34}};

static void blend(struct bench_canvas *c, int32_t x, int32_t y, const uint8_t rgb[3], int32_t share)
{
    uint8_t *p;

    if (x < 0 || y < 0 || x >= c->width || y >= c->height || share <= 0)
        return;
    p = c->rgb + ((size_t)y * (size_t)c->width + (size_t)x) * 3;
    share = share > 256 ? 256 : share;
    for (int i = 0; i < 3; i++)
        p[i] = (uint8_t)((p[i] * (256 - share) + rgb[i] * share + 128) >> 8);
}

static void fill(struct bench_canvas *c, int32_t x1, int32_t y1, int32_t x2, int32_t y2,
                 const uint8_t rgb[3])
{
    for (int32_t y = y1; y < y2; y++)
        for (int32_t x = x1; x < x2; x++)
            blend(c, x, y, rgb, 256);
}

static void frame(struct bench_canvas *c, int32_t x1, int32_t y1, int32_t x2, int32_t y2,
                  int32_t pen, const uint8_t rgb[3])
{
    fill(c, x1, y1, x2, y1 + pen, rgb);
    fill(c, x1, y2 - pen, x2, y2, rgb);
    fill(c, x1, y1, x1 + pen, y2, rgb);
    fill(c, x2 - pen, y1, x2, y2, rgb);
}

/* A letter is five by seven cells by its hash; `size` pixels a cell, edges softened by half a pixel
 * to the right and below, as print that was drawn between the pixels. */
static void letter(struct bench_canvas *c, int32_t x0, int32_t y0, int32_t size, uint32_t which)
{
    const uint32_t left = bench_hash(which * 2 + 77), right = bench_hash(which * 2 + 78);

    for (int32_t row = 0; row < 7; row++) {
        for (int32_t column = 0; column < 5; column++) {
            const uint32_t bits = column < 3 ? left : right;

            if ((bits >> (row * 3 + column % 3) & 1) == 0)
                continue;
            for (int32_t y = 0; y <= size; y++)
                for (int32_t x = 0; x <= size; x++)
                    blend(c, x0 + column * size + x, y0 + row * size + y, ink,
                          x < size && y < size ? 256 : 110);
        }
    }
}

static void label(struct bench_canvas *c, int32_t x, int32_t y, int32_t size, int32_t letters,
                  uint32_t seed)
{
    for (int32_t i = 0; i < letters; i++) {
        const uint32_t which = bench_hash(seed * 131 + (uint32_t)i) % 32;

        if (which < 28) /* the rest are the spaces between words */
            letter(c, x + i * 6 * size, y, size, which);
    }
}

/* A soft line of width 2 * half / 256 pixels, from column to column. */
static void line(struct bench_canvas *c, int32_t x1, int32_t y1, int32_t x2, int32_t y2,
                 int32_t half, const uint8_t rgb[3])
{
    const int32_t rise = y2 > y1 ? y2 - y1 : y1 - y2;

    half += rise * 128 / (x2 - x1); /* a steep line covers more of each column */
    for (int32_t x = x1; x <= x2; x++) {
        const int32_t middle =
            (int32_t)((int64_t)y1 * 256 + (int64_t)(y2 - y1) * 256 * (x - x1) / (x2 - x1));

        for (int32_t y = (middle - half) / 256 - 1; y <= (middle + half) / 256 + 1; y++) {
            const int32_t away = y * 256 > middle ? y * 256 - middle : middle - y * 256;
            blend(c, x, y, rgb, half + 128 - away);
        }
    }
}

void bench_draw_chart(struct bench_canvas *c)
{
    const int32_t w = c->width, h = c->height, left = w / 12, top = h / 10, foot = h - h / 9;
    const int32_t step = (w - left - w / 20) / 18;

    fill(c, 0, 0, w, h, paper);
    label(c, left, h / 40, 3, 34, 1);
    label(c, left, h / 40 + 30, 2, 60, 2);
    for (int32_t i = 0; i <= 8; i++) {
        const int32_t y = foot - (foot - top) * i / 8;
        fill(c, left, y, w - w / 20, y + 1, faint);
        label(c, left - 70, y - 7, 2, 5, 10 + (uint32_t)i);
    }
    for (int32_t i = 0; i < 18; i++) {
        const uint32_t hash = bench_hash(900 + (uint32_t)i);
        const int32_t x = left + i * step + step / 6;
        const int32_t y1 = foot - (int32_t)(hash % (uint32_t)(foot - top));
        const int32_t y2 = foot - (int32_t)(bench_hash(hash) % (uint32_t)(foot - top));

        fill(c, x, y1, x + step / 3, foot, colours[0]);
        fill(c, x + step / 3, y2, x + step * 2 / 3, foot, colours[1]);
        label(c, x - step / 8, y1 - 18, 2, 4, 40 + (uint32_t)i);
        label(c, x - step / 6, foot + 12, 2, 7, 60 + (uint32_t)i);
    }
    for (uint32_t s = 0; s < 3; s++) {
        int32_t y = top + (int32_t)(bench_hash(s + 500) % (uint32_t)(foot - top));

        for (int32_t i = 0; i < 17; i++) {
            const int32_t x = left + i * step + step / 2;
            const int32_t to =
                top + (int32_t)(bench_hash(s * 64 + 600 + (uint32_t)i) % (uint32_t)(foot - top));
            line(c, x, y, x + step, to, 300, colours[2 + s]);
            y = to;
        }
    }
    fill(c, left, top, left + 2, foot, ink);
    fill(c, left, foot, w - w / 20, foot + 2, ink);
}

void bench_draw_diagram(struct bench_canvas *c)
{
    enum { CELL_X = 250, CELL_Y = 150 };

    fill(c, 0, 0, c->width, c->height, paper);
    for (int32_t y = 0; y + CELL_Y <= c->height; y += CELL_Y) {
        for (int32_t x = 0; x + CELL_X <= c->width; x += CELL_X) {
            const uint32_t hash = bench_hash((uint32_t)(x * 8191 + y));
            const int32_t x2 = x + 120 + (int32_t)(hash % 90);
            const int32_t y2 = y + 60 + (int32_t)(hash >> 9) % 40;

            fill(c, x + 12, y + 12, x2, y2, colours[hash >> 20 & 7]);
            frame(c, x + 12, y + 12, x2, y2, 2, ink);
            fill(c, x + 18, y + 18, x2 - 6, y + 40, paper);
            label(c, x + 20, y + 22, 2, 7, hash);
            label(c, x + 14, y2 + 6, 1, 24, hash + 1);
            label(c, x + 14, y2 + 16, 1, 20, hash + 2);
            fill(c, x2, (y + 12 + y2) / 2, x + CELL_X + 12, (y + 12 + y2) / 2 + 2, ink);
            if (hash & 1 << 17)
                fill(c, x + 60, y2, x + 62, y + CELL_Y + 12, ink);
        }
    }
}
