/* SPDX-License-Identifier: MIT */
/* overview: the whole image again, smaller when asked. Unlike a delivery's shrinking this is part
 * of the recipe: what is made from it has its size. The grid that it may have is that of `grid`,
 * of cells about as wide as tall. */
#include "op/op_grid_internal.h"

struct overview_args {
    fov_op_args_head head;
    int32_t max_edge; /* 0: the image's own size */
    bool grid;
};

/* Cells along the longer side: few enough that each is worth a look of its own. */
enum { GRID_CELLS = 6 };

static struct fov__grid grid_of(int32_t width, int32_t height)
{
    const double longest = width > height ? width : height;
    const double across = fov__rint(GRID_CELLS * width / longest);
    const double down = fov__rint(GRID_CELLS * height / longest);
    return (struct fov__grid){down < 1 ? 1 : (int32_t)down, across < 1 ? 1 : (int32_t)across,
                              FOV__GRID_CELLS};
}

static fov_status overview_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                                fov_op_plan *out, fov_op_fault *fault)
{
    const struct overview_args *overview = args;
    (void)in_count;
    (void)fault;
    const int32_t longest = in->width > in->height ? in->width : in->height;
    double width = in->width, height = in->height;
    if (overview->max_edge > 0 && overview->max_edge < longest) {
        width = fov__rint(width * overview->max_edge / longest);
        height = fov__rint(height * overview->max_edge / longest);
        width = width < 1 ? 1 : width;
        height = height < 1 ? 1 : height;
    } else if (overview->max_edge > longest) {
        fov__format(out->note, sizeof(out->note), "not enlarged to max_edge %d",
                    overview->max_edge);
    }
    out->output_count = 1;
    out->output[0].effect = FOV_OP_EFFECT_GEOMETRY;
    out->output[0].width = (int32_t)width;
    out->output[0].height = (int32_t)height;
    out->output[0].region_count = 1;
    out->output[0].region[0].box = (fov_box){0, 0, width, height};
    out->output[0].region[0].to_input = fov__mat_scale(in->width / width, in->height / height);
    out->output[0].has_marks = overview->grid;
    if (overview->grid) {
        const struct fov__grid grid = grid_of(out->output[0].width, out->output[0].height);
        const size_t used = strlen(out->note);
        fov__format(out->note + used, sizeof(out->note) - used,
                    "%scells A1 at the top left to %c%d at the bottom right", used > 0 ? "; " : "",
                    'A' + (int)grid.cols - 1, (int)grid.rows);
    }
    return FOV_OK;
}

static fov_status overview_marks(const void *args, fov_op_io *io, fov_op_marks *out, fov_error *err)
{
    fov_op_fault fault = {.code = FOV_FAULT_NONE};
    fov_op_plan plan;
    memset(&plan, 0, sizeof(plan));
    overview_plan(args, fov_op_io_frame(io, 0), 1, &plan, &fault);
    const struct fov__grid grid = grid_of(plan.output[0].width, plan.output[0].height);
    return fov__grid_marks(&grid, plan.output[0].width, plan.output[0].height, out, err);
}

static const fov_op_param_row overview_params[] = {
    FOV_OP_INT(overview_args, max_edge, 0, 16, 8192, 0, "pixels",
               "pixels, longest side of the result; never enlarged"),
    FOV_OP_BOOL(overview_args, grid, 0, "with a grid of cells named A1, B1 ..."), FOV_OP_END};

static const fov_op_example_row overview_examples[] = {
    {"{}", "1000x500"},
    {"{\"max_edge\":400}", "400x200"},
    {"{\"max_edge\":333,\"grid\":true}", "333x166"},
    {"{\"max_edge\":4000}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_overview = {
    .name = "overview",
    .since = "0.1.0",
    .summary = "Look at a whole image again, smaller if wanted.",
    .when =
        "Use it to see the whole picture once more after looking at details, or to check where a "
        "detail belongs.",
    .kind = FOV_OP_GEOMETRY,
    .presets = FOV_OP_PRESET_ZOOM | FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_DIAGRAM |
               FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = overview_params,
    .args_size = sizeof(struct overview_args),
    .examples = overview_examples,
    .plan = overview_plan,
    .marks = overview_marks,
};
