/* SPDX-License-Identifier: MIT */
/* What the suites of operations on pixels share: a call taken through all its gates on a painted
 * picture. */
#ifndef FOV_TESTS_OP_PIXELS_H
#define FOV_TESTS_OP_PIXELS_H

#include "op/harness.h"

/* A call that was resolved, planned and, when it is a barrier, run. */
struct shot {
    struct canvas canvas;
    struct call call;
    fov_op_plan plan;
    struct fov_pixels *out; /* as many bands as the canvas */
};
void shot_take(struct shot *shot, const char *op, const char *arguments, int32_t width,
               int32_t height, int32_t bands, void (*paint)(uint8_t *, int32_t, int32_t));
void shot_drop(struct shot *shot);
const uint8_t *shot_pixel(const struct shot *shot, int32_t x, int32_t y);
const uint8_t *shot_input(const struct shot *shot, int32_t x, int32_t y);

/* The recipe of the shot, parsed again, is legal, measures nothing and gives the same pixels. */
void shot_replays(const struct shot *shot);

/* The answer of a fact; valid until the next. */
const char *answer_of(const char *op, const char *arguments, struct canvas *canvas);

#endif
