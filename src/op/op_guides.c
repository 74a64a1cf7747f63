/* SPDX-License-Identifier: MIT */
/* guides: straight lines right across an image, to carry a height over to an axis by eye. They are
 * given by points that they run through, since coordinates of a call come in pairs: [x,y] of the
 * top of a bar gives its height whichever number is which in the model's space.
 *
 * What is written at a line is its place in whole pixels of the source, the one frame in which all
 * looks agree (facts have it as source_px): "y 340" or, after a quarter turn, "x 340". Where the
 * image lies askew to its source a line has no such number, and the source pixel of its point is
 * written: "212,340". */
#include "op/op_internal.h"

struct guides_args {
    fov_op_args_head head;
    fov_op_points h, v;
    bool label;
};

static const fov_op_color guides_ink = {230, 0, 160};
#define GUIDES_WIDTH 1.5

static fov_status guides_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                              fov_op_plan *out, fov_op_fault *fault)
{
    const struct guides_args *guides = args;
    (void)in_count;
    fov_op_plan_same(out, in, FOV_OP_EFFECT_MARKS);
    if (guides->h.n + guides->v.n == 0)
        return fov__fault(fault, FOV_FAULT_MISSING_ARG, "guides", NULL, "points in h, in v or both",
                          "guides needs points that lines shall run through: h for horizontal "
                          "lines, v for vertical ones.");
    if (guides->label)
        fov__format(out->note, sizeof(out->note),
                    "the numbers at the lines are pixels of the "
                    "original");
    return FOV_OK;
}

static double size_of(double v)
{
    return v < 0 ? -v : v;
}

/* `a` and `b` are the ends of the line, `at` the point it was given by. */
static void write_label(char text[FOV_OP_LABEL_MAX], fov_op_io *io, fov_point a, fov_point b,
                        fov_point at)
{
    const fov_point from = fov_op_to_source(io, 0, a), to = fov_op_to_source(io, 0, b);
    const fov_point mid = fov_op_to_source(io, 0, at);
    const double dx = size_of(to.x - from.x), dy = size_of(to.y - from.y);
    /* Less than a hundredth of a pixel over the whole line: level but for rounding. */
    if (dy < 0.01)
        fov__format(text, FOV_OP_LABEL_MAX, "y %.0f", fov__rint(mid.y) + 0.0);
    else if (dx < 0.01)
        fov__format(text, FOV_OP_LABEL_MAX, "x %.0f", fov__rint(mid.x) + 0.0);
    else
        fov__format(text, FOV_OP_LABEL_MAX, "%.0f,%.0f", fov__rint(mid.x) + 0.0,
                    fov__rint(mid.y) + 0.0);
}

static fov_status add_guide(fov_op_io *io, bool is_level, fov_point at, bool has_label,
                            fov_op_marks *out, fov_error *err)
{
    const fov_op_frame *frame = fov_op_io_frame(io, 0);
    fov_op_mark mark;
    memset(&mark, 0, sizeof(mark));
    mark.kind = FOV_OP_MARK_LINE;
    mark.a = is_level ? (fov_point){0, at.y} : (fov_point){at.x, 0};
    mark.b = is_level ? (fov_point){frame->width, at.y} : (fov_point){at.x, frame->height};
    mark.color = guides_ink;
    mark.width = GUIDES_WIDTH;
    fov_status rc = fov_op_marks_add(out, &mark, err);
    if (rc < 0 || !has_label)
        return rc;
    write_label(mark.text, io, mark.a, mark.b, at);
    mark.kind = FOV_OP_MARK_TEXT;
    /* At the right and the top: charts have their names and numbers at the left and below. */
    if (is_level)
        mark.a = mark.b;
    else
        mark.b = mark.a;
    return fov_op_marks_add(out, &mark, err);
}

static fov_status guides_marks(const void *args, fov_op_io *io, fov_op_marks *out, fov_error *err)
{
    const struct guides_args *guides = args;
    fov_status rc = FOV_OK;
    for (uint32_t i = 0; rc == FOV_OK && i < guides->h.n; i++)
        rc = add_guide(io, true, guides->h.v[i], guides->label, out, err);
    for (uint32_t i = 0; rc == FOV_OK && i < guides->v.n; i++)
        rc = add_guide(io, false, guides->v.v[i], guides->label, out, err);
    return rc;
}

static const fov_op_param_row guides_params[] = {
    FOV_OP_LIST(guides_args, h, FOV_PARAM_POINTS, 0, FOV_OP_LIST_MAX,
                "points that horizontal lines run through"),
    FOV_OP_LIST(guides_args, v, FOV_PARAM_POINTS, 0, FOV_OP_LIST_MAX,
                "points that vertical lines run through"),
    FOV_OP_BOOL(guides_args, label, 1, "write at each line its place in pixels of the original"),
    FOV_OP_END};

static const fov_op_example_row guides_examples[] = {
    {"{\"h\":[[430,98]]}", "1000x500"},
    {"{\"h\":[[250,120],[400,300]],\"v\":[[250,120]],\"label\":false}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_guides = {
    .name = "guides",
    .since = "0.1.0",
    .summary = "Draw level and upright lines right across an image, through given points.",
    .when = "Use it to read a chart by eye: a line through the top of a bar or through a dot shows "
            "where it meets the axis, and whether two things are on one height.",
    .kind = FOV_OP_MARKS,
    .presets = FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = guides_params,
    .args_size = sizeof(struct guides_args),
    .examples = guides_examples,
    .plan = guides_plan,
    .marks = guides_marks,
};
