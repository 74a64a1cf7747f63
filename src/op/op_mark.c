/* SPDX-License-Identifier: MIT */
/* mark: boxes, points, lines, arrows and words on an image, to count with, to compare with and to
 * point with. They stay vectors in the image's frame and are drawn last at the delivered size, so a
 * mark is never blurred and never part of what is measured. */
#include "op/op_internal.h"

struct mark_args {
    fov_op_args_head head;
    fov_op_boxes boxes;
    fov_op_points points;
    fov_op_lines lines, arrows;
    fov_op_labels labels;
    bool numbers;
    fov_op_color color;
    double width;
};

static fov_status mark_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                            fov_op_plan *out, fov_op_fault *fault)
{
    const struct mark_args *mark = args;
    (void)in_count;
    fov_op_plan_same(out, in, FOV_OP_EFFECT_MARKS);
    if (mark->boxes.n + mark->points.n + mark->lines.n + mark->arrows.n + mark->labels.n == 0)
        return fov__fault(fault, FOV_FAULT_MISSING_ARG, "mark", NULL,
                          "boxes, points, lines, arrows or labels",
                          "mark needs at least one thing to draw: boxes, points, lines, arrows or "
                          "labels.");
    if (mark->numbers && mark->boxes.n == 0)
        fov__format(out->note, sizeof(out->note), "there is no box to number");
    return FOV_OK;
}

static fov_status add(fov_op_marks *out, const struct mark_args *args, enum fov_op_mark_kind kind,
                      fov_point a, fov_point b, const char *text, fov_error *err)
{
    fov_op_mark mark;
    memset(&mark, 0, sizeof(mark));
    mark.kind = kind;
    mark.a = a;
    mark.b = b;
    mark.color = args->color;
    mark.width = args->width;
    fov__format(mark.text, sizeof(mark.text), "%s", text);
    return fov_op_marks_add(out, &mark, err);
}

static fov_status mark_marks(const void *args, fov_op_io *io, fov_op_marks *out, fov_error *err)
{
    const struct mark_args *mark = args;
    fov_status rc = FOV_OK;
    (void)io;
    for (uint32_t i = 0; rc == FOV_OK && i < mark->boxes.n; i++) {
        const fov_box *box = &mark->boxes.v[i];
        const fov_point corner = {box->x1, box->y1};
        rc = add(out, mark, FOV_OP_MARK_BOX, corner, (fov_point){box->x2, box->y2}, "", err);
        if (rc == FOV_OK && mark->numbers) {
            char number[12];
            fov__format(number, sizeof(number), "%u", (unsigned)i + 1);
            rc = add(out, mark, FOV_OP_MARK_TEXT, corner, corner, number, err);
        }
    }
    for (uint32_t i = 0; rc == FOV_OK && i < mark->points.n; i++)
        rc = add(out, mark, FOV_OP_MARK_POINT, mark->points.v[i], mark->points.v[i], "", err);
    for (uint32_t i = 0; rc == FOV_OK && i < mark->lines.n; i++)
        rc = add(out, mark, FOV_OP_MARK_LINE, mark->lines.v[i].a, mark->lines.v[i].b, "", err);
    for (uint32_t i = 0; rc == FOV_OK && i < mark->arrows.n; i++)
        rc = add(out, mark, FOV_OP_MARK_ARROW, mark->arrows.v[i].a, mark->arrows.v[i].b, "", err);
    for (uint32_t i = 0; rc == FOV_OK && i < mark->labels.n; i++)
        rc = add(out, mark, FOV_OP_MARK_TEXT, mark->labels.v[i].at, mark->labels.v[i].at,
                 mark->labels.v[i].text, err);
    return rc;
}

static const fov_op_param_row mark_params[] = {
    FOV_OP_LIST(mark_args, boxes, FOV_PARAM_BOXES, 0, FOV_OP_LIST_MAX, "boxes to outline"),
    FOV_OP_LIST(mark_args, points, FOV_PARAM_POINTS, 0, FOV_OP_LIST_MAX, "points to dot"),
    FOV_OP_LIST(mark_args, lines, FOV_PARAM_LINES, 0, FOV_OP_LIST_MAX,
                "straight lines from first to second end"),
    FOV_OP_LIST(mark_args, arrows, FOV_PARAM_LINES, 0, FOV_OP_LIST_MAX, "arrows from tail to head"),
    FOV_OP_LIST(mark_args, labels, FOV_PARAM_LABELS, 0, FOV_OP_LIST_MAX,
                "words and where they begin"),
    FOV_OP_BOOL(mark_args, numbers, 0, "write 1, 2, 3 ... at the boxes"),
    FOV_OP_COLOR(mark_args, color, 0, 0xff0000, "colour of all marks"),
    FOV_OP_NUM(mark_args, width, 1, 12, 3, "pixels",
               "pixels of the picture as shown, width of strokes"),
    FOV_OP_END};

static const fov_op_example_row mark_examples[] = {
    {"{\"boxes\":[[395,93,465,445],[485,165,555,445]],\"numbers\":true}", "1000x500"},
    {"{\"lines\":[[0,250,1000,250]],\"color\":\"blue\",\"width\":1}", "1000x500"},
    {"{\"labels\":[{\"at\":[20,20],\"text\":\"start\"}],\"arrows\":[[20,40,200,300]]}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_mark = {
    .name = "mark",
    .since = "0.1.0",
    .summary = "Draw boxes, points, lines, arrows or labels on an image.",
    .when =
        "Use it to keep count of things already found, to lay a straight line across a chart and "
        "read where it meets an axis, or to check that a place is the one you mean.",
    .kind = FOV_OP_MARKS,
    .presets = FOV_OP_PRESET_DIAGRAM | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = mark_params,
    .args_size = sizeof(struct mark_args),
    .examples = mark_examples,
    .plan = mark_plan,
    .marks = mark_marks,
};
