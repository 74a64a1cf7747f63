/* SPDX-License-Identifier: MIT */
/* Marks onto a finished picture; used by render.c alone. */
#ifndef FOV_MARKS_INTERNAL_H
#define FOV_MARKS_INTERNAL_H

#include "graph/graph_internal.h"

/* Draw every layer of the view's node; `view_to_node` leads from the picture to the node. */
void fov__marks_draw(struct fov_pixels *px, const struct fov_node *node,
                     struct fov_mat view_to_node);

#endif
