/* SPDX-License-Identifier: MIT */
/* Pictures made from numbers, and short words for what graph tests do all the time. */
#ifndef GRAPH_SUPPORT_H
#define GRAPH_SUPPORT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <foveate/encode.h>

#include "graph/graph_internal.h"

struct scene {
    fov_context *ctx;
    fov_graph *graph;
    fov_image *source;
    int32_t width, height, bands;
    uint8_t *pixels; /* of the source */
};

/* A smooth picture with detail at several scales: differences show everywhere. */
void scene_open(struct scene *scene, int32_t width, int32_t height, int32_t bands,
                uint32_t threads);
void scene_open_file(struct scene *scene, const char *path);
void scene_close(struct scene *scene);
int32_t apply(struct scene *scene, const char *op, const char *arguments); /* the image made */
struct fov_pixels *render(struct scene *scene, int32_t image, int32_t width,
                          int32_t height); /* 0: own size */

/* Lanczos-3 in double precision straight from the definition; the outside repeats the edge. */
void reference_warp(const struct scene *scene, struct fov_mat to_source, int32_t width,
                    int32_t height, double *out);
double psnr(const struct fov_pixels *px, const double *reference, int32_t margin);

/* The suites of the program; each returns the number of failed tests. */
int suite_graph(void);
int suite_render(void);
int suite_mapping(void);
int suite_golden(void);
int suite_edges(void);

#endif
