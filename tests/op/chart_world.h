/* SPDX-License-Identifier: MIT */
/* A graph on a painted picture or a file, calls given as text, and the numbers of their facts. */
#ifndef FOV_TESTS_CHART_WORLD_H
#define FOV_TESTS_CHART_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "op/op_internal.h"

#include <foveate.h>

struct world {
    fov_context *ctx;
    fov_graph *graph;
    fov_applied applied;
    fov_error err;
    fov_bytes text;        /* of the last fact */
    struct fov_json *json; /* the same */
};

typedef void (*paint_fn)(uint8_t *pixel, int32_t x, int32_t y);
void world_open(struct world *w, int32_t width, int32_t height, int32_t bands, paint_fn paint);
void world_add(struct world *w, int32_t width, int32_t height, int32_t bands, paint_fn paint);
void world_open_file(struct world *w, const char *path); /* under testdata */
void world_close(struct world *w);

/* A call that must be right; its fact's JSON, "" when it made none. */
const char *call(struct world *w, const char *op, const char *arguments);
/* A call that must be refused, about `where`, with a message that holds `words`; nothing changes.
 */
void refuse(struct world *w, const char *op, const char *arguments, const char *where,
            const char *words);
/* Of the last fact: members by name, elements by number, "parts.0.y.value"; no such: the test
 * fails. */
double number(const struct world *w, const char *path);
const char *text(const struct world *w, const char *path);
int count(const struct world *w, const char *path);
bool has(const struct world *w, const char *path);

#define near(a, b, slack) expect_near(__LINE__, a, b, slack)
void expect_near(int line, double got, double want, double slack);

int suite_components(void);
int suite_lines(void);
int suite_calibrate(void);
int suite_read(void);
int suite_measure(void);

#endif
