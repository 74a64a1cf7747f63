/* SPDX-License-Identifier: MIT */
/* grid: cells of equal size with names, so that a place can be spoken of before it can be measured.
 * Lines and names are vectors of the image's frame: they follow it through every later look. */
#include "op/op_grid_internal.h"

struct grid_args {
    fov_op_args_head head;
    int32_t rows, cols;
    int32_t labels;
};

/* A colour that neither charts nor photographs have much of, thin enough to read through. */
static const fov_op_color grid_ink = {230, 0, 160};
#define GRID_WIDTH 1.5

static fov_op_mark line(double x1, double y1, double x2, double y2)
{
    fov_op_mark mark;
    memset(&mark, 0, sizeof(mark));
    mark.kind = FOV_OP_MARK_LINE;
    mark.a = (fov_point){x1, y1};
    mark.b = (fov_point){x2, y2};
    mark.color = grid_ink;
    mark.width = GRID_WIDTH;
    return mark;
}

/* Where cells are many, a name in each would hide most of the picture: then the columns' letters
 * stand in the first row only and the rows' numbers in the first column, and each row's first cell
 * has its number. */
enum { NAMED_MAX = 40 };

static bool is_dense(const struct fov__grid *grid)
{
    return grid->rows * grid->cols > NAMED_MAX;
}

static fov_status add_label(const struct fov__grid *grid, int32_t row, int32_t col, fov_point at,
                            fov_op_marks *out, fov_error *err)
{
    fov_op_mark mark = line(at.x, at.y, at.x, at.y);
    mark.kind = FOV_OP_MARK_TEXT;
    if (is_dense(grid) && col > 0 && (row > 0 || grid->labels == FOV__GRID_NUMBERS))
        return FOV_OK;
    if (grid->labels == FOV__GRID_NUMBERS)
        fov__format(mark.text, sizeof(mark.text), "%d", (int)(row * grid->cols + col + 1));
    else if (is_dense(grid) && col > 0)
        fov__format(mark.text, sizeof(mark.text), "%c", 'A' + (int)col);
    else if (is_dense(grid) && row > 0)
        fov__format(mark.text, sizeof(mark.text), "%d", (int)row + 1);
    else
        fov__format(mark.text, sizeof(mark.text), "%c%d", 'A' + (int)col, (int)row + 1);
    return fov_op_marks_add(out, &mark, err);
}

/* Between the cells only: a line along the border would hide what is there. */
fov_status fov__grid_marks(const struct fov__grid *grid, int32_t width, int32_t height,
                           fov_op_marks *out, fov_error *err)
{
    const double w = width, h = height;
    fov_status rc = FOV_OK;
    for (int32_t i = 1; rc == FOV_OK && i < grid->cols; i++) {
        const fov_op_mark mark = line(w * i / grid->cols, 0, w * i / grid->cols, h);
        rc = fov_op_marks_add(out, &mark, err);
    }
    for (int32_t i = 1; rc == FOV_OK && i < grid->rows; i++) {
        const fov_op_mark mark = line(0, h * i / grid->rows, w, h * i / grid->rows);
        rc = fov_op_marks_add(out, &mark, err);
    }
    for (int32_t i = 0; rc == FOV_OK && i < grid->rows * grid->cols; i++) {
        const int32_t row = i / grid->cols, col = i % grid->cols;
        if (grid->labels != FOV__GRID_NONE)
            rc = add_label(grid, row, col, (fov_point){w * col / grid->cols, h * row / grid->rows},
                           out, err);
    }
    return rc;
}

static fov_status grid_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                            fov_op_plan *out, fov_op_fault *fault)
{
    const struct grid_args *grid = args;
    (void)in_count;
    (void)fault;
    fov_op_plan_same(out, in, FOV_OP_EFFECT_MARKS);
    if (grid->labels == FOV__GRID_CELLS)
        fov__format(out->note, sizeof(out->note),
                    "cells A1 at the top left to %c%d at the bottom right",
                    'A' + (int)grid->cols - 1, (int)grid->rows);
    else if (grid->labels == FOV__GRID_NUMBERS)
        fov__format(out->note, sizeof(out->note), "cells 1 to %d, row by row from the top left",
                    (int)(grid->rows * grid->cols));
    return FOV_OK;
}

static fov_status grid_marks(const void *args, fov_op_io *io, fov_op_marks *out, fov_error *err)
{
    const struct grid_args *grid = args;
    const struct fov__grid shape = {grid->rows, grid->cols, (enum fov__grid_labels)grid->labels};
    const fov_op_frame *frame = fov_op_io_frame(io, 0);
    return fov__grid_marks(&shape, frame->width, frame->height, out, err);
}

static const char *const grid_labels[] = {"cells", "numbers", "none", NULL};

static const fov_op_param_row grid_params[] = {
    FOV_OP_INT(grid_args, rows, FOV_PARAM_REQUIRED, 1, FOV__GRID_MAX, 4, "", "rows of cells"),
    FOV_OP_INT(grid_args, cols, FOV_PARAM_REQUIRED, 1, FOV__GRID_MAX, 4, "", "columns of cells"),
    FOV_OP_ENUM(grid_args, labels, 0, grid_labels, FOV__GRID_CELLS,
                "cells: A1, B1 ... with the column's letter first; numbers: 1, 2 ... row by row"),
    FOV_OP_END};

static const fov_op_example_row grid_examples[] = {
    {"{\"rows\":3,\"cols\":6}", "1000x500"},
    {"{\"rows\":2,\"cols\":2,\"labels\":\"numbers\"}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_grid = {
    .name = "grid",
    .since = "0.1.0",
    .summary = "Lay a grid of named cells over an image.",
    .when = "Use it to search a crowded picture cell by cell, to count in parts, or to say where "
            "something is.",
    .kind = FOV_OP_MARKS,
    .presets = FOV_OP_PRESET_DIAGRAM | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = grid_params,
    .args_size = sizeof(struct grid_args),
    .examples = grid_examples,
    .plan = grid_plan,
    .marks = grid_marks,
};
