/* SPDX-License-Identifier: MIT */
/* Shared by regions.c and regions_label.c alone. */
#ifndef FOV_REGIONS_INTERNAL_H
#define FOV_REGIONS_INTERNAL_H

#include "image/shapes_internal.h"

struct area {
    uint32_t count;
    int32_t x1, y1, x2, y2;
    uint64_t sum_x, sum_y;
    int32_t lab[3]; /* mean, units of 1/FOV__LAB_UNIT */
    uint8_t rgb[3]; /* mean of the pixels that are like all their neighbours */
    bool is_background, is_tried;
};

/* The picture while it is divided. Label 0 is nobody's. */
struct field {
    const struct fov__filter *filter;
    int32_t width, height;
    size_t n;
    uint8_t *rgb;
    int16_t *lab[3];
    uint32_t *label, *link, *touch; /* link: parents of a union, or a queue */
    uint8_t *is_core;
    uint32_t count; /* areas, [1, count] */
    struct area *areas;
    double noise; /* Delta-E 76 within which neighbours are alike */
};

static inline int64_t field_between(const struct field *f, size_t i, const int32_t lab[3])
{
    int64_t sum = 0;
    for (int c = 0; c < 3; c++) {
        const int64_t d = f->lab[c][i] - lab[c];
        sum += d * d;
    }
    return sum;
}

static inline int64_t field_square(double delta_e)
{
    const double d = delta_e * FOV__LAB_UNIT;
    return (int64_t)(d * d);
}

fov_status fov__field_open(struct field *f, const struct fov__filter *filter,
                           const struct fov_pixels *px, fov_error *err);
void fov__field_close(struct field *f);
/* Areas from pixels that are like their neighbours; or from those that are set in `is_core`, which
 * then touch by their corners too. */
fov_status fov__field_divide(struct field *f, bool by_corners, fov_error *err);
void fov__field_grow(struct field *f);
/* The smoothed edge of areas towards `background` alone. */
void fov__field_smooth(struct field *f, const uint8_t background[3]);
void fov__field_fill(struct field *f, uint32_t min_area);
void fov__field_measure(struct field *f);

#endif
