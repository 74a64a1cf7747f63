/* SPDX-License-Identifier: MIT */
/* What all suites of op share: cmocka, one context, calls given as text, and an op_io whose
 * pictures the test paints itself, so that no graph and no decoder is needed. */
#ifndef FOV_TESTS_OP_HARNESS_H
#define FOV_TESTS_OP_HARNESS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "op/op_internal.h"

#define SUITES(X)                                                                            \
    X(op)                                                                                    \
    X(op_args) X(op_binarize) X(op_coord) X(op_enhance) X(op_fact) X(op_fault) X(op_geometry) \
        X(op_isolate_color) X(op_laws) X(op_mark) X(op_palette) X(op_pictures) X(op_schema) \
        X(op_spotlight) X(op_straighten) X(op_tile) X(op_guides) X(op_skew)
#define SUITE_DECLARE(name) int suite_##name(void);
SUITES(SUITE_DECLARE)
#undef SUITE_DECLARE

fov_context *the_context(void);

/* One parse of arguments given as text. */
struct call {
    struct fov_json *doc;
    const fov_op_def *def;
    struct op_reading reading;
    void *args; /* def->args_size bytes, from the context */
    struct op_notes notes;
    fov_op_fault fault;
    fov_status status;
};
/* node_px of an image of that size. */
struct op_reading reading_px(int32_t width, int32_t height);
struct op_reading reading_in(enum fov__space space, int32_t width, int32_t height);
void call_parse(struct call *call, const char *op, const char *arguments,
                struct op_reading reading);
void call_free(struct call *call);
/* Canonical arguments; valid until the next call. */
const char *call_recipe(const struct call *call);

/* A call that must be refused: with this code, about this field, and with this corrected call,
 * which must itself be accepted. `list` gets the call and the whole fault as two lines (may be
 * NULL). */
struct refusal {
    const char *op, *arguments, *code, *field, *call;
};
void expect_refusal(const struct refusal *refusal, struct op_reading reading, struct fov_buf *list);
/* Parse; it must be right, and the recipe and the note be these. */
void expect_recipe(const char *op, const char *arguments, struct op_reading reading,
                   const char *recipe, const char *note);

/* A painted picture as input 0. Renders at scale 1 are exact copies; others take the mean of the
 * pixels that an output pixel covers. */
struct canvas {
    fov_op_io io;
    fov_op_frame frame;
    struct fov_pixels *px;
    struct fov_mat to_source;
    int renders;
};
void canvas_open(struct canvas *canvas, int32_t width, int32_t height, int32_t bands,
                 void (*paint)(uint8_t *pixel, int32_t x, int32_t y));
void canvas_close(struct canvas *canvas);

/* The text of a file under testdata/golden must be `text`; with FOV_UPDATE=1 in the environment
 * it is written instead. */
void expect_golden(const char *name, const char *text, size_t len);

uint32_t next_random(uint32_t *seed);

#endif
