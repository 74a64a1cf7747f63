/* SPDX-License-Identifier: MIT */
/* Where wrong calls are made: a graph of four images and the facts that an operation's examples
 * speak of, a coordinate setting, and the examples said in it. */
#ifndef FOV_TESTS_OP_ERROR_WORLD_H
#define FOV_TESTS_OP_ERROR_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "graph/graph_internal.h"
#include "op/op_args_internal.h"
#include "tool/tool_internal.h"

/* img_0 and img_1 are originals of 200x100, which the examples' 1000x500 are scaled to; img_2 is
 * the middle of img_0, img_3 is img_2 turned a quarter. */
struct world {
    fov_context *ctx;
    fov_graph *graph;
    fov_size delivered[4];   /* as a model was shown them: neither their own size nor their shape */
    struct fov_toolbox *box; /* NULL: calls are made on the graph alone */
};
void world_open(struct world *w, const fov_op_def *def);
/* Calls are then a model's of this profile, whose pixels are those it was shown. */
void world_open_box(struct world *w, const char *profile);
void world_close(struct world *w);
/* Everything that a call could have changed, as one digest. */
void world_digest(const struct world *w, char out[FOV_SHA256_HEX]);

/* How the numbers of a call are meant, and of which image. */
struct setting {
    enum fov__space space;
    enum fov__frame frame;
    int32_t image; /* 0 or 3 */
};
enum { SETTINGS = 24 };
struct setting setting_at(int index);
const char *setting_name(const struct setting *setting);

/* A place, as fractions of the image that the setting names, in the numbers of a call; x before y,
 * whatever the space. `far` is the end of the axis in the units of the call. */
fov_point say_point(const struct world *w, const struct setting *s, double fx, double fy);
fov_box say_box(const struct world *w, const struct setting *s, fov_box fractions);
fov_point say_far(const struct world *w, const struct setting *s);
/* The JSON array of such numbers, in the order of the space. */
void put_numbers(struct fov_buf *out, const struct setting *s, const double *v, int n);
/* A legal element of a list parameter, or a legal value of another; `i` makes elements differ.
 * False for a parameter of facts where the examples need none. */
bool put_legal(struct fov_buf *out, const struct world *w, const struct setting *s,
               const fov_op_param_row *param, int i);

/* An example's arguments (of 1000x500 pixels) in the setting, its image named. */
struct fov_json *say_example(const struct world *w, const struct setting *s, const fov_op_def *def,
                             const char *arguments);

/* One call; `user` of the delivered sizes is the world. */
struct made_call {
    fov_status status;
    fov_op_fault fault;
    fov_error err;
};
/* With a toolbox its answer is checked besides: one JSON object that says what the fault says. */
void world_call(struct made_call *made, const struct world *w, const struct setting *s,
                const fov_op_def *def, const char *arguments, size_t len);

#endif
