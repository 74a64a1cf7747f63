/* SPDX-License-Identifier: MIT */
/* What the suites of filters share: a rectangle inside a larger picture, and a filter run on it in
 * every way there is: each twin, in place and beside. All ways must give the same bytes and leave
 * what lies outside alone. */
#ifndef FOV_TESTS_IMAGE_FILTER_SUPPORT_H
#define FOV_TESTS_IMAGE_FILTER_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "image/filter_internal.h"

enum { WIDTH_MAX = 300, HEIGHT_MAX = 90, MARGIN = 5 };

struct scene {
    int32_t w, h, bands;
    uint8_t before[(WIDTH_MAX + 2 * MARGIN) * (HEIGHT_MAX + 2 * MARGIN) * 4];
    uint8_t after[(WIDTH_MAX + 2 * MARGIN) * (HEIGHT_MAX + 2 * MARGIN) * 4];
};

/* Sizes at which something changes: single pixels, rows and columns, around a block of 16 and of
 * 32 pixels, several tiles. Ended by 0, 0. */
extern const int32_t scene_sizes[][2];

/* Half of it noise, half flat extremes, so that ties and clipping both come. */
void scene_make(struct scene *s, int32_t w, int32_t h, int32_t bands, uint32_t seed);
/* Slopes with little noise: what a photograph's histogram is like. */
void scene_make_photo(struct scene *s, int32_t w, int32_t h, int32_t bands, uint32_t seed);
/* One band, a pattern that is easy to make elsewhere. */
void scene_make_pattern(struct scene *s, int32_t w, int32_t h);
static inline int32_t filter_pattern(int32_t x, int32_t y)
{
    return (x * 3 + y * 2 + x * y % 11 * 9 + x * x % 7 * 5) % 200 + 20;
}
struct fov__view scene_before(struct scene *s);
/* The pixel before, edges repeated; and the result. */
int32_t at(const struct scene *s, int32_t x, int32_t y, int32_t c);
int32_t got(const struct scene *s, int32_t x, int32_t y, int32_t c);
int32_t luma_at(const struct scene *s, int32_t x, int32_t y);

/* `in` and `out` are of the scene's size; bands of `out` are `out_bands` of scene_run(). */
typedef fov_status (*scene_fn)(const struct fov__filter *filter, const struct fov__view *in,
                               const struct fov__view *out, const void *args);
/* In place only where the bands agree. The result is in `after` with `out_bands`. */
void scene_run(struct scene *s, int32_t out_bands, scene_fn fn, const void *args);

fov_context *the_context(void);
void the_context_free(void);
/* The twins of this build on this machine. */
int twins(enum fov__cpu out[2]);
uint32_t next_random(uint32_t *seed);

int suite_filter_point(void);
int suite_filter_math(void);
int suite_filter_histogram(void);
int suite_filter_lab(void);
int suite_filter_near(void);
int suite_filter_threshold(void);

#endif
