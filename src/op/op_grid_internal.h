/* SPDX-License-Identifier: MIT */
/* Inside op: a labelled grid as marks, for `grid` and for an overview that has one. */
#ifndef FOV_OP_GRID_INTERNAL_H
#define FOV_OP_GRID_INTERNAL_H

#include "op/op_internal.h"

enum fov__grid_labels {
    FOV__GRID_CELLS,   /* A1, B1 …: a letter for the column, a number for the row */
    FOV__GRID_NUMBERS, /* 1, 2, 3 … row by row */
    FOV__GRID_NONE
};
enum { FOV__GRID_MAX = 16 }; /* rows or columns: more leave no room for a label in a cell */

struct fov__grid {
    int32_t rows, cols;
    enum fov__grid_labels labels;
};

fov_status fov__grid_marks(const struct fov__grid *grid, int32_t width, int32_t height,
                           fov_op_marks *out, fov_error *err);

#endif
