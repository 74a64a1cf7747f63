/* SPDX-License-Identifier: MIT */
/* mark: boxes, points, lines, arrows and words on an image, to count with, to compare with and to
 * point with. They stay vectors in the image's frame and are drawn last at the delivered size, so a
 * mark is never blurred and never part of what is measured. */
#include "op/op_internal.h"

struct mark_args {
    struct op_args_head head;
    struct op_boxes boxes;
    struct op_points points;
    struct op_lines lines, arrows;
    struct op_labels labels;
    bool numbers;
    struct op_color color;
    double width;
};

static fov_status mark_plan(const void *args, const struct op_frame *in, int32_t in_count,
                            struct op_plan *out, struct op_fault *fault)
{
    const struct mark_args *mark = args;
    (void)in_count;
    if (mark->boxes.n + mark->points.n + mark->lines.n + mark->arrows.n + mark->labels.n == 0)
        return fov__fault(fault, FOV__FAULT_MISSING_ARG, "mark", NULL,
                          "boxes, points, lines, arrows or labels",
                          "mark needs at least one thing to draw: boxes, points, lines, arrows or "
                          "labels.");
    if (mark->numbers && mark->boxes.n == 0)
        fov__format(out->note, sizeof(out->note), "there is no box to number");
    out->output_count = 1;
    out->output[0].effect = OP_EFFECT_MARKS;
    out->output[0].width = in->width;
    out->output[0].height = in->height;
    out->output[0].region_count = 1;
    out->output[0].region[0].box = (fov_box){0, 0, in->width, in->height};
    out->output[0].region[0].to_input = fov__mat_identity();
    return FOV_OK;
}

static fov_status add(struct op_marks *out, const struct mark_args *args, enum op_mark_kind kind,
                      fov_point a, fov_point b, const char *text, fov_error *err)
{
    struct op_mark mark;
    memset(&mark, 0, sizeof(mark));
    mark.kind = kind;
    mark.a = a;
    mark.b = b;
    mark.color = args->color;
    mark.width = args->width;
    fov__format(mark.text, sizeof(mark.text), "%s", text);
    return fov__marks_add(out, &mark, err);
}

static fov_status mark_marks(const void *args, struct op_marks *out, fov_error *err)
{
    const struct mark_args *mark = args;
    fov_status rc = FOV_OK;
    for (uint32_t i = 0; rc == FOV_OK && i < mark->boxes.n; i++) {
        const fov_box *box = &mark->boxes.v[i];
        const fov_point corner = {box->x1, box->y1};
        rc = add(out, mark, OP_MARK_BOX, corner, (fov_point){box->x2, box->y2}, "", err);
        if (rc == FOV_OK && mark->numbers) {
            char number[12];
            fov__format(number, sizeof(number), "%u", (unsigned)i + 1);
            rc = add(out, mark, OP_MARK_TEXT, corner, corner, number, err);
        }
    }
    for (uint32_t i = 0; rc == FOV_OK && i < mark->points.n; i++)
        rc = add(out, mark, OP_MARK_POINT, mark->points.v[i], mark->points.v[i], "", err);
    for (uint32_t i = 0; rc == FOV_OK && i < mark->lines.n; i++)
        rc = add(out, mark, OP_MARK_LINE, mark->lines.v[i].a, mark->lines.v[i].b, "", err);
    for (uint32_t i = 0; rc == FOV_OK && i < mark->arrows.n; i++)
        rc = add(out, mark, OP_MARK_ARROW, mark->arrows.v[i].a, mark->arrows.v[i].b, "", err);
    for (uint32_t i = 0; rc == FOV_OK && i < mark->labels.n; i++)
        rc = add(out, mark, OP_MARK_TEXT, mark->labels.v[i].at, mark->labels.v[i].at,
                 mark->labels.v[i].text, err);
    return rc;
}

static const struct op_param mark_params[] = {
    OP_LIST(mark_args, boxes, OP_T_BOXES, 0, OP_LIST_MAX, "boxes to outline"),
    OP_LIST(mark_args, points, OP_T_POINTS, 0, OP_LIST_MAX, "points to dot"),
    OP_LIST(mark_args, lines, OP_T_LINES, 0, OP_LIST_MAX,
            "straight lines from first to second end"),
    OP_LIST(mark_args, arrows, OP_T_LINES, 0, OP_LIST_MAX, "arrows from tail to head"),
    OP_LIST(mark_args, labels, OP_T_LABELS, 0, OP_LIST_MAX, "words and where they begin"),
    OP_BOOL(mark_args, numbers, 0, "write 1, 2, 3 ... at the boxes"),
    OP_COLOR(mark_args, color, 0, 0xff0000, "colour of all marks"),
    OP_NUM(mark_args, width, 1, 12, 3, "pixels",
           "pixels of the picture as shown, width of strokes"),
    OP_END};

static const struct op_example mark_examples[] = {
    {"{\"boxes\":[[100,100,200,150],[300,100,400,150]],\"numbers\":true}", "1000x500"},
    {"{\"lines\":[[0,250,1000,250]],\"color\":\"blue\",\"width\":1}", "1000x500"},
    {"{\"labels\":[{\"at\":[20,20],\"text\":\"start\"}],\"arrows\":[[20,40,200,300]]}", "1000x500"},
    {NULL, NULL}};

const struct op_def fov__op_mark = {
    .name = "mark",
    .since = "0.1.0",
    .summary = "Draw boxes, points, lines, arrows or labels on an image.",
    .when =
        "Use it to keep count of things already found, to lay a straight line across a chart and "
        "read where it meets an axis, or to check that a place is the one you mean.",
    .kind = OP_KIND_MARKS,
    .presets = OP_PRESET_FULL,
    .input_min = 1,
    .input_max = 1,
    .params = mark_params,
    .args_size = sizeof(struct mark_args),
    .examples = mark_examples,
    .plan = mark_plan,
    .marks = mark_marks,
};
