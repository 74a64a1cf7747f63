/* SPDX-License-Identifier: MIT */
/* lines: axes, gridlines, whiskers, the sides of boxes and of bars, to a fraction of a pixel. How
 * they are found is said in image/segments_trace.c. */
#include "op/op_chart_internal.h"

#include "image/shapes_internal.h"

struct lines_args {
    fov_op_args_head head;
    fov_box box;
    double min_angle, max_angle;
    int32_t min_length;
    bool draw;
};
enum { LINES_BOX_BIT = 1 }; /* 1 << the index of `box` below */

static fov_status lines_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                             fov_op_plan *out, fov_op_fault *fault)
{
    const struct lines_args *lines = args;
    (void)in_count;
    if (lines->min_angle > lines->max_angle) {
        const fov_status rc = fov__fault(
            fault, FOV_FAULT_OUT_OF_RANGE, "lines.min_angle", NULL, "min_angle at most max_angle",
            "min_angle is above max_angle; lines near the vertical are 80 to 100.");
        fov__fault_advise_number(fault, "min_angle", lines->max_angle);
        fov__fault_advise_number(fault, "max_angle", lines->min_angle);
        return rc;
    }
    if (lines->draw)
        fov_op_plan_same(out, in, FOV_OP_EFFECT_MARKS);
    return FOV_OK;
}

static int32_t least_length(const struct lines_args *lines, fov_box box)
{
    const double w = box.x2 - box.x1, h = box.y2 - box.y1;
    const int32_t part = (int32_t)((w > h ? w : h) / 20);
    if (lines->min_length > 0)
        return lines->min_length;
    return part < 16 ? 16 : part;
}

static fov_status find(const struct lines_args *lines, fov_op_io *io, struct fov__chart_part *part,
                       struct fov__segments *out, fov_error *err)
{
    const struct fov__filter filter = {io->ctx, io->cancel, "lines"};
    part->px = NULL;
    const fov_status rc =
        fov__chart_open(part, io, (lines->head.given & LINES_BOX_BIT) != 0, lines->box, err);
    if (rc < 0)
        return rc;
    const double scale = part->sx > part->sy ? part->sx : part->sy;
    const struct fov__segments_ask ask = {least_length(lines, part->box) / scale, lines->min_angle,
                                          lines->max_angle};
    return fov__segments_find(out, &filter, part->px, &ask, err);
}

static fov_status lines_marks(const void *args, fov_op_io *io, fov_op_marks *out, fov_error *err)
{
    struct fov__chart_part part;
    struct fov__segments found;
    fov_status rc = find(args, io, &part, &found, err);
    for (uint32_t i = 0; rc == FOV_OK && i < found.count; i++) {
        const struct fov__segment *s = &found.v[i];
        fov_op_mark mark;
        memset(&mark, 0, sizeof(mark));
        mark.kind = FOV_OP_MARK_LINE;
        mark.a = fov__chart_point(&part, s->x1, s->y1);
        mark.b = fov__chart_point(&part, s->x2, s->y2);
        mark.color = (fov_op_color){255, 0, 0};
        mark.width = 2;
        rc = fov_op_marks_add(out, &mark, err);
        if (rc == FOV_OK)
            rc = fov__chart_number(
                out, fov__chart_point(&part, (s->x1 + s->x2) / 2, (s->y1 + s->y2) / 2), i + 1, err);
    }
    fov__pixels_unref(part.px);
    return rc;
}

static void write_segment(struct fov_jw *jw, fov_op_io *io, const struct fov__chart_part *part,
                          const struct fov__segment *s, uint32_t i)
{
    const fov_point a = fov__chart_point(part, s->x1, s->y1),
                    b = fov__chart_point(part, s->x2, s->y2), from = io->to_source(io, 0, a),
                    to = io->to_source(io, 0, b);
    const double dx = b.x - a.x, dy = b.y - a.y,
                 angle = fov__chart_decimals(fov__segment_angle(s), 2);
    fov__jw_object(jw, NULL);
    fov__jw_int(jw, "id", (int64_t)i + 1);
    fov__jw_string(jw, "kind", s->width > 0 ? "stroke" : "edge");
    fov__chart_numbers(jw, "line", (const double[]){a.x, a.y, b.x, b.y}, 4);
    fov__chart_numbers(jw, "source_px", (const double[]){from.x, from.y, to.x, to.y}, 4);
    fov__jw_number(jw, "length", fov__chart_decimals(fov__sqrt(dx * dx + dy * dy), 1));
    fov__jw_number(jw, "angle", angle <= -90 ? angle + 180 : angle); /* when rounded */
    if (s->width > 0) {
        fov__jw_number(jw, "width", fov__chart_decimals(s->width * part->sx, 1));
        fov__chart_hex(jw, "hex", s->rgb);
    } else {
        fov__jw_array(jw, "hexes");
        fov__chart_hex(jw, NULL, s->rgb);
        fov__chart_hex(jw, NULL, s->other);
        fov__jw_end_array(jw);
    }
    fov__jw_end_object(jw);
}

static fov_status lines_fact(const void *args, fov_op_io *io, struct fov_jw *jw,
                             fov_op_fault *fault, fov_error *err)
{
    struct fov__chart_part part;
    struct fov__segments found;
    char note[128];
    (void)fault;
    const fov_status rc = find(args, io, &part, &found, err);
    if (rc == FOV_OK) {
        fov__jw_array(jw, "parts");
        for (uint32_t i = 0; i < found.count; i++)
            write_segment(jw, io, &part, &found.v[i], i);
        fov__jw_end_array(jw);
        if (found.count < found.found) {
            fov__format(note, sizeof(note), "the %u longest of %u; ask for a part or an angle",
                        (unsigned)found.count, (unsigned)found.found);
            fov__jw_string(jw, "cut", note);
        }
        if (found.found == 0) {
            fov__format(note, sizeof(note),
                        "no straight line of %d pixels or more; try a smaller min_length",
                        (int)least_length(args, part.box));
            fov__jw_string(jw, "note", note);
        }
        if (part.shrink > 1) {
            fov__format(note, sizeof(note), "looked at 1/%d of full size; a box shows more",
                        (int)part.shrink);
            fov__jw_string(jw, "shrunk", note);
        }
    }
    fov__pixels_unref(part.px);
    return rc;
}

static const fov_op_param_row lines_params[] = {
    FOV_OP_BOX(lines_args, box, "bbox_2d", 0, "the part to look at"),
    FOV_OP_NUM(
        lines_args, min_angle, -180, 180, -90, "degrees",
        "degrees clockwise from rightwards: 0 is level, 90 upright; 10 runs down to the right"),
    FOV_OP_NUM(lines_args, max_angle, -180, 180, 90, "degrees",
               "degrees; -5 to 5 finds level lines, 85 to 95 upright ones"),
    FOV_OP_INT(lines_args, min_length, 0, 0, 30000, 0, "pixels",
               "pixels, the shortest told; 0: 1/20 of the longer side"),
    FOV_OP_BOOL(lines_args, draw, 0, "also an image with the lines and their numbers"),
    FOV_OP_END};

static const fov_op_example_row lines_examples[] = {
    {"{\"box\":[50,50,590,450],\"min_angle\":-5,\"max_angle\":5,\"draw\":true}", "1000x500"},
    {"{}", "parts"},
    {"{\"min_angle\":85,\"max_angle\":95,\"min_length\":100,\"draw\":true}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_lines = {
    .name = "lines",
    .since = "0.1.0",
    .summary = "Find straight lines: axes, gridlines, sides of boxes and bars, longest first.",
    .when = "Use it to get the exact places of gridlines and ticks before calibrate, the tilt of a "
            "scan, or how a diagram's boxes are joined.",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_DIAGRAM | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = lines_params,
    .args_size = sizeof(struct lines_args),
    .examples = lines_examples,
    .plan = lines_plan,
    .marks = lines_marks,
    .fact = lines_fact,
};
