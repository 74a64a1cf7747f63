/* SPDX-License-Identifier: MIT */
/* What the files of the measuring program share: one request, one outcome, and the cases.
 *
 * A case times itself: what has to be ready before (a decoded source, a place for the result) is
 * made outside of the clock, on our side as on the peers'. */
#ifndef FOV_TESTS_BENCH_H
#define FOV_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <foveate.h>

#include "base/base_internal.h"

enum { BENCH_BOXES = 512, BENCH_STAGES = 4, BENCH_SHAS = 64 };

/* One line from the driver. Boxes are all different: nothing that is kept by its recipe may answer
 * for work that a peer has to do. */
struct bench_request {
    struct fov_json *doc; /* the strings below live in it */
    const char *name;     /* of the case */
    const char *input;    /* a file; "" for cases without one */
    const char *keep;     /* where the first result goes; NULL: nowhere */
    const char *what;     /* an operation's name, for cases that have several */
    bool is_warm;
    bool is_png;      /* encode as PNG, else JPEG of quality 90 */
    int32_t width, height; /* of the result */
    double min_ms;    /* go on until so much was measured, or the boxes are used up */
    uint32_t threads; /* of the context */
    uint32_t callers, count; /* of the case "threads": how many call at once, calls in all */
    uint64_t cache_bytes;
    fov_box boxes[BENCH_BOXES];
    size_t box_count;
};

/* What one iteration found. */
struct bench_outcome {
    double ms;
    int32_t width, height;
    size_t bytes; /* of the encoded file, or of the kept pixels */
    const char *stage_name[BENCH_STAGES];
    double stage_ms[BENCH_STAGES];
    size_t stage_count;
    fov_bytes text; /* a data URL, or raw pixels: kept until the next iteration */
    char sha[BENCH_SHAS][FOV_SHA256_HEX];
    size_t sha_count;
};

struct bench {
    fov_context *plain; /* for requests, never for what is measured */
    struct bench_request request;
    struct bench_outcome outcome;
    uint8_t *data; /* the input's bytes, read before the clock runs */
    size_t size;
    char *data_path;
    /* What is warm: a context that has decoded `image`. */
    fov_context *ctx;
    fov_image *image;
    char *warm_path;
    uint32_t warm_threads;
    uint64_t warm_cache;
    void *own; /* of the case */
    void (*own_free)(struct bench *b);
};

struct bench_case {
    const char *name;
    fov_status (*begin)(struct bench *b, fov_error *err); /* before the first; may be NULL */
    fov_status (*run)(struct bench *b, size_t i, fov_error *err); /* one iteration */
};

extern const struct bench_case bench_zoom_cases[], bench_stage_cases[], bench_pixel_cases[],
    bench_state_cases[], bench_crowd_cases[]; /* each ended by a NULL name */

/* ---- bench_request.c ------------------------------------------------------------------------ */

/* Milliseconds: of the wall's clock, or with BENCH_CLOCK=cpu of what this process has spent, for a
 * machine that others use at the same time. */
double bench_now(void);
double bench_wall(void);
fov_status bench_parse(struct bench *b, const char *line, fov_error *err);
/* Have b->data hold the input's bytes. */
fov_status bench_load(struct bench *b, fov_error *err);
fov_status bench_context(struct bench *b, fov_context **out, fov_error *err);
/* Have b->ctx and b->image hold the input, decoded as far as the library keeps it. */
fov_status bench_warm(struct bench *b, fov_error *err);
/* Forget what is warm, and what the case kept. */
void bench_forget(struct bench *b);
void bench_outcome_reset(struct bench *b);
void bench_stage(struct bench *b, const char *name, double ms);
/* Print the outcome of one iteration as a line of JSON. */
void bench_print(const struct bench *b);
fov_status bench_keep(const struct bench *b, fov_error *err);
/* Print what this process has used and mapped. */
void bench_print_process(void);

/* ---- bench_zoom.c --------------------------------------------------------------------------- */

/* Zoom to the box and render it at the request's size; the caller owns *out. */
fov_status bench_look(struct bench *b, fov_context *ctx, fov_image *image, fov_box box,
                      fov_image **out, fov_error *err);
fov_status bench_encode(struct bench *b, fov_image *picture, fov_error *err);
/* Five operations, no barrier, that show the same box; `degrees` is that of the turn among them. */
fov_status bench_chain(struct bench *b, fov_context *ctx, fov_image *image, fov_box box,
                       double degrees, fov_image **out, fov_error *err);
fov_status bench_fit(struct bench *b, fov_context *ctx, fov_image *image, fov_image **out,
                     fov_error *err);

#endif
