/* SPDX-License-Identifier: MIT */
/* A picture that costs a JPEG decoder what a camera's does: about 3 bits a pixel at quality 90 in
 * 4:2:0. Value noise in octaves whose amplitude falls with their size, as photographs' spectra do;
 * contours of one octave become edges; sensor grain on top. */
#include "bench_inputs.h"

#include <stdlib.h>
#include <string.h>

enum { OCTAVES = 9, PLANES = 3 };

/* Periods in pixels (powers of two), and amplitudes of luma and of the two colour differences. */
static const struct octave {
    int32_t period, luma, colour;
} octaves[OCTAVES] = {{1024, 64, 44}, {512, 48, 30}, {256, 34, 18}, {128, 24, 10}, {64, 17, 6},
                      {32, 13, 4},    {16, 11, 2},   {8, 10, 0},    {4, 10, 0}};

struct bench_photo {
    int32_t width;
    int32_t *plane[PLANES]; /* the row that is being made, scaled by 256 */
    int32_t *lattice;       /* one row of an octave's lattice, between two of its lines */
    int32_t *contour;       /* the octave whose contours become edges */
};

struct bench_photo *bench_photo_new(int32_t width)
{
    struct bench_photo *photo = calloc(1, sizeof(*photo));
    const size_t size = ((size_t)width + 8) * sizeof(int32_t);
    bool is_good = photo != NULL;

    for (int p = 0; is_good && p < PLANES; p++)
        is_good = (photo->plane[p] = malloc(size)) != NULL;
    if (is_good) {
        photo->width = width;
        photo->lattice = malloc(size);
        photo->contour = malloc(size);
        is_good = photo->lattice && photo->contour;
    }
    if (!is_good) {
        bench_photo_free(photo);
        return NULL;
    }
    return photo;
}

void bench_photo_free(struct bench_photo *photo)
{
    for (int p = 0; photo && p < PLANES; p++)
        free(photo->plane[p]);
    if (photo) {
        free(photo->lattice);
        free(photo->contour);
    }
    free(photo);
}

/* -128 to 127. */
static int32_t knot(int32_t x, int32_t y, uint32_t seed)
{
    return (int32_t)(bench_hash((uint32_t)x + bench_hash((uint32_t)y + bench_hash(seed))) >> 24) -
           128;
}

/* 3t^2 - 2t^3 with t = i / period, in 1/256. */
static int32_t smooth(int32_t i, int32_t period)
{
    const int64_t t = ((int64_t)i * 2 + 1) * 128 / period;

    return (int32_t)(t * t * (3 * 256 - 2 * t) >> 16);
}

/* out[x] += amplitude * noise, where noise is -128 to 127 and the sum is scaled by 256. */
static void add_octave(struct bench_photo *photo, int32_t *out, int32_t y, int32_t period,
                       int32_t amplitude, uint32_t seed)
{
    const int32_t line = y / period, down = smooth(y % period, period);
    const int32_t knots = (photo->width - 1) / period + 2;

    for (int32_t k = 0; k < knots; k++)
        photo->lattice[k] =
            knot(k, line, seed) * (256 - down) + knot(k, line + 1, seed) * down;
    for (int32_t k = 0; k + 1 < knots; k++) {
        const int32_t a = photo->lattice[k], b = photo->lattice[k + 1];
        const int32_t x0 = k * period;
        const int32_t n = photo->width - x0 < period ? photo->width - x0 : period;

        for (int32_t i = 0; i < n; i++) {
            const int32_t right = smooth(i, period);
            const int32_t v = (a * (256 - right) + b * right) >> 8;
            out[x0 + i] += (v * amplitude) >> 7;
        }
    }
}

static uint8_t level(int32_t v)
{
    v = (v + 128) >> 8;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static void make_planes(struct bench_photo *photo, int32_t y)
{
    const size_t n = (size_t)photo->width * sizeof(int32_t);

    for (int p = 0; p < PLANES; p++)
        memset(photo->plane[p], 0, n);
    memset(photo->contour, 0, n);
    for (uint32_t o = 0; o < OCTAVES; o++) {
        const struct octave *octave = &octaves[o];

        add_octave(photo, photo->plane[0], y, octave->period, octave->luma, 16 * o);
        for (uint32_t p = 1; octave->colour > 0 && p < PLANES; p++)
            add_octave(photo, photo->plane[p], y, octave->period, octave->colour, 16 * o + p);
    }
    add_octave(photo, photo->contour, y, 256, 128, 1000);
    add_octave(photo, photo->contour, y, 64, 40, 1001);
}

void bench_photo_row(struct bench_photo *photo, int32_t y, uint8_t *rgb)
{
    uint32_t grain = bench_hash((uint32_t)y + 0x9e3779b9U);

    make_planes(photo, y);
    for (int32_t x = 0; x < photo->width; x++, rgb += 3) {
        const int32_t edge = photo->contour[x] * 6;
        const int32_t limit = 38 * 256;
        int32_t luma = 122 * 256 + photo->plane[0][x] +
                       (edge < -limit ? -limit : edge > limit ? limit : edge);
        const int32_t red = photo->plane[1][x], blue = photo->plane[2][x];

        /* Two bytes make a triangular distribution; dark parts have less. */
        grain = grain * 1664525U + 1013904223U;
        luma += (int32_t)(((grain >> 24) + (grain >> 16 & 255)) * 20) - 255 * 20;
        rgb[0] = level(luma + red);
        rgb[1] = level(luma - red / 2 - blue / 3);
        rgb[2] = level(luma + blue);
    }
}
