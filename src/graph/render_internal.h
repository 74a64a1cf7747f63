/* SPDX-License-Identifier: MIT */
/* Between render.c and render_source.c only. */
#ifndef FOV_RENDER_INTERNAL_H
#define FOV_RENDER_INTERNAL_H

#include "graph/graph_internal.h"

/* A view that is being drawn, and what it has cost. */
struct drawing {
    fov_context *ctx;
    const struct fov_view *view;
    struct fov_mat to_base;
    uint64_t decode_us, resample_us, decoded;
};

/* All of a view of a source. */
fov_status fov__draw_source(struct fov_pixels **out, struct drawing *d, fov_image *image,
                            fov_error *err);
/* Rows [y, y + rows) of the view from a level; *out is made when it is NULL. */
fov_status fov__draw_rows(struct fov_pixels **out, struct drawing *d, struct fov_level *level,
                          int32_t y, int32_t rows, fov_error *err);

#endif
