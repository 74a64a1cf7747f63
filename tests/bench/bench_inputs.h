/* SPDX-License-Identifier: MIT */
/* What the generator's files share: a hash in place of random numbers, and two kinds of pictures,
 * drawn row by row or whole. Integers only, so that every machine writes the same pixels. */
#ifndef FOV_TESTS_BENCH_INPUTS_H
#define FOV_TESTS_BENCH_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* lowbias32 by Chris Wellons (public domain): every bit of the input moves all of the output. */
static inline uint32_t bench_hash(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    x ^= x >> 16;
    return x;
}

/* ---- bench_photo.c -------------------------------------------------------------------------- */

/* Photograph-like: noise of all sizes from 1024 pixels down to grain, soft regions, hard edges. */
struct bench_photo;
struct bench_photo *bench_photo_new(int32_t width); /* NULL: memory ran out */
void bench_photo_free(struct bench_photo *photo);
/* Row y as RGB; rows in any order, fastest one after the other. */
void bench_photo_row(struct bench_photo *photo, int32_t y, uint8_t *rgb);

/* ---- bench_drawing.c ------------------------------------------------------------------------ */

struct bench_canvas {
    int32_t width, height;
    uint8_t *rgb;
};
/* Axes, bars, lines and labels on white. */
void bench_draw_chart(struct bench_canvas *canvas);
/* Boxes with labels and what joins them, close together, in flat colours. */
void bench_draw_diagram(struct bench_canvas *canvas);

#endif
