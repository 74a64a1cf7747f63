/* SPDX-License-Identifier: MIT */
/* Shared by segments.c and segments_trace.c alone. A lane is a column of pixels when lines that run
 * rather across are sought, and a row for those that run rather down: u counts lanes, v is the
 * place in one, and a line is v = a + slope u with a slope of at most 1. */
#ifndef FOV_SEGMENTS_INTERNAL_H
#define FOV_SEGMENTS_INTERNAL_H

#include "image/shapes_internal.h"

/* Sums of a line's crossings with the lanes' middles; they add up when pieces are joined. */
struct piece {
    bool is_stroke;
    int32_t first, last; /* lanes */
    double n, u, v, uu, uv, vv;
    double mass;            /* of strokes: sum of contrast x width */
    double even, even_mass; /* of those with one colour on both sides: how many, and their mass */
    int32_t peak;           /* largest contrast met */
    uint8_t ink[3];         /* there */
    uint64_t before[3], after[3];
};

struct pieces {
    struct piece *v;
    size_t count, capacity;
    int32_t least; /* lanes; shorter pieces are not kept any more */
};

/* v at u, and the slope. */
void fov__piece_fit(const struct piece *p, double *at_0, double *slope);
double fov__piece_rms(const struct piece *p);
void fov__piece_add(struct piece *p, const struct piece *other);

/* All pieces that cross at least a few of `lanes` lanes of `length` pixels each, which lie one
 * after the other in rgb. */
fov_status fov__segments_trace(struct pieces *out, const struct fov__filter *filter,
                               const uint8_t *rgb, int32_t lanes, int32_t length, fov_error *err);

#endif
