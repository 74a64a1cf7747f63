/* SPDX-License-Identifier: MIT */
/* Colour steps onto a resampled picture; used by render.c alone. */
#ifndef FOV_STEPS_INTERNAL_H
#define FOV_STEPS_INTERNAL_H

#include "graph/graph_internal.h"

/* Take all steps of the view's node; `view_to_node` leads from the picture to the node. */
fov_status fov__steps_take(struct fov_pixels *px, const struct fov_view *view,
                           struct fov_mat view_to_node, fov_error *err);

#endif
