/* SPDX-License-Identifier: MIT */
/* components: bars, slices, dots and swatches as places with a size and a colour, which `read` and
 * `measure` take by name. What an area is, is said in image/shapes_internal.h. */
#include "op/op_chart_internal.h"

#include "image/shapes_internal.h"

struct components_args {
    fov_op_args_head head;
    fov_box box;
    int32_t min_area;
    fov_op_color color;
    double tolerance;
    int32_t order;
    bool draw;
};
enum { COMPONENTS_BOX_BIT = 1, COMPONENTS_COLOR_BIT = 4 }; /* 1 << the index of the row */

static fov_status components_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                                  fov_op_plan *out, fov_op_fault *fault)
{
    const struct components_args *components = args;
    (void)in_count;
    (void)fault;
    if (components->draw)
        fov_op_plan_same(out, in, FOV_OP_EFFECT_MARKS);
    return FOV_OK;
}

/* By default a dot of five pixels in a chart of the usual size, and as much of a larger one. */
static uint32_t least_area(const struct components_args *components, const struct fov_pixels *px)
{
    const double part = (double)px->width * px->height / 20000;
    if (components->min_area > 0)
        return (uint32_t)components->min_area;
    return part < 16 ? 16 : (uint32_t)part;
}

static fov_status find(const struct components_args *components, fov_op_io *io,
                       struct fov__chart_part *part, struct fov__regions *out, fov_error *err)
{
    const struct fov__filter filter = {io->ctx, io->cancel, "components"};
    const uint32_t given = components->head.given;
    part->px = NULL;
    fov_status rc =
        fov__chart_open(part, io, (given & COMPONENTS_BOX_BIT) != 0, components->box, err);
    if (rc < 0)
        return rc;
    struct fov__regions_ask ask = {
        .min_area = least_area(components, part->px),
        .has_color = (given & COMPONENTS_COLOR_BIT) != 0,
        .color = {components->color.r, components->color.g, components->color.b},
        .tolerance = components->tolerance,
        .order = (enum fov__regions_order)components->order};
    if (components->min_area > 0) /* asked for in pixels of the image */
        ask.min_area = (uint32_t)fov__ceil(ask.min_area / (part->sx * part->sy));
    return fov__regions_find(out, &filter, part->px, &ask, err);
}

static fov_status components_marks(const void *args, fov_op_io *io, fov_op_marks *out,
                                   fov_error *err)
{
    struct fov__chart_part part;
    struct fov__regions found;
    fov_status rc = find(args, io, &part, &found, err);
    for (uint32_t i = 0; rc == FOV_OK && i < found.count; i++) {
        const struct fov__region *r = &found.v[i];
        fov_op_mark mark;
        memset(&mark, 0, sizeof(mark));
        mark.kind = FOV_OP_MARK_BOX;
        mark.a = fov__chart_point(&part, r->x1, r->y1);
        mark.b = fov__chart_point(&part, r->x2, r->y2);
        mark.color = (fov_op_color){255, 0, 0};
        mark.width = 1;
        rc = fov_op_marks_add(out, &mark, err);
        if (rc == FOV_OK)
            rc = fov__chart_number(out, fov__chart_point(&part, r->cx, r->cy), i + 1, err);
    }
    fov__pixels_unref(part.px);
    return rc;
}

/* Source pixels for each of the image's at a place: a perspective makes some larger. */
static double source_area(fov_op_io *io, fov_point at)
{
    const fov_point o = io->to_source(io, 0, at),
                    x = io->to_source(io, 0, (fov_point){at.x + 1, at.y}),
                    y = io->to_source(io, 0, (fov_point){at.x, at.y + 1});
    const double area = (x.x - o.x) * (y.y - o.y) - (x.y - o.y) * (y.x - o.x);
    return area < 0 ? -area : area;
}

static void write_region(struct fov_jw *jw, fov_op_io *io, const struct fov__chart_part *part,
                         const struct fov__regions *all, uint32_t i)
{
    const struct fov__region *r = &all->v[i];
    const fov_point a = fov__chart_point(part, r->x1, r->y1),
                    b = fov__chart_point(part, r->x2, r->y2),
                    at = fov__chart_point(part, r->cx, r->cy);
    const double pixels = (double)part->px->width * part->px->height;
    fov__jw_object(jw, NULL);
    fov__jw_int(jw, "id", (int64_t)i + 1);
    fov__chart_numbers(jw, "box", (const double[]){a.x, a.y, b.x, b.y}, 4);
    fov__op_write_source_box(io, jw, (fov_box){a.x, a.y, b.x, b.y});
    fov__chart_numbers(jw, "at", (const double[]){at.x, at.y}, 2);
    fov__jw_number(jw, "area", fov__rint(r->area * part->sx * part->sy * source_area(io, at)));
    fov__jw_number(jw, "share", fov__chart_decimals(r->area / pixels, 4));
    fov__jw_number(jw, "of_parts", fov__chart_decimals(r->area / (double)all->area, 4));
    fov__chart_hex(jw, "hex", r->rgb);
    fov__jw_end_object(jw);
}

static void write_notes(struct fov_jw *jw, const struct fov__regions *found, uint32_t min_area,
                        int32_t shrink)
{
    char note[160];
    if (found->count < found->found) {
        fov__format(note, sizeof(note),
                    "the %u largest of %u; ask for a part, a colour or a larger min_area",
                    (unsigned)found->count, (unsigned)found->found);
        fov__jw_string(jw, "cut", note);
    }
    if (found->found == 0) {
        fov__format(note, sizeof(note),
                    "nothing of %u pixels or more stands out; give its color, a smaller min_area, "
                    "or a box with some of what is around it",
                    (unsigned)min_area);
        fov__jw_string(jw, "note", note);
    }
    if (shrink > 1) {
        fov__format(note, sizeof(note), "looked at 1/%d of full size; a box shows more",
                    (int)shrink);
        fov__jw_string(jw, "shrunk", note);
    }
}

static fov_status components_fact(const void *args, fov_op_io *io, struct fov_jw *jw,
                                  fov_op_fault *fault, fov_error *err)
{
    const struct components_args *components = args;
    struct fov__chart_part part;
    struct fov__regions found;
    (void)fault;
    const fov_status rc = find(components, io, &part, &found, err);
    if (rc == FOV_OK) {
        fov__jw_array(jw, "background");
        for (int32_t i = 0; i < found.backgrounds; i++)
            fov__chart_hex(jw, NULL, found.background[i]);
        fov__jw_end_array(jw);
        fov__jw_array(jw, "parts");
        for (uint32_t i = 0; i < found.count; i++)
            write_region(jw, io, &part, &found, i);
        fov__jw_end_array(jw);
        write_notes(jw, &found, least_area(components, part.px), part.shrink);
    }
    fov__pixels_unref(part.px);
    return rc;
}

static const char *const orders[] = {"largest", "across", "down", NULL};

static const fov_op_param_row components_params[] = {
    FOV_OP_BOX(components_args, box, "bbox_2d", 0, "the part to look at, with some background"),
    FOV_OP_INT(components_args, min_area, 0, 0, 100000000, 0, "pixels",
               "pixels, the smallest area told; 0: 1/20000 of the part"),
    FOV_OP_COLOR(components_args, color, 0, -1, "only this colour, thin lines and small dots too"),
    FOV_OP_NUM(components_args, tolerance, 0.5, 50, 10, "",
               "Delta-E 2000 from color that still counts"),
    FOV_OP_ENUM(components_args, order, 0, orders, 0,
                "numbered by size, from left to right, or from top to bottom"),
    FOV_OP_BOOL(components_args, draw, 0, "also an image with their boxes and numbers"),
    FOV_OP_END};

static const fov_op_example_row components_examples[] = {
    {"{\"box\":[104,50,590,438],\"order\":\"across\",\"draw\":true}", "1000x500"},
    {"{}", "parts"},
    {"{\"color\":\"#1f77b4\",\"tolerance\":6,\"min_area\":50}", "background"},
    {NULL, NULL}};

const fov_op_def fov__op_components = {
    .name = "components",
    .since = "0.1.0",
    .summary = "Find areas of one colour: bars, slices, dots, swatches, with place, size, colour.",
    .when = "Use it to count them, to compare their sizes (of_parts is a pie slice's share), or to "
            "get exact bar ends that `read` turns into values. It sees colour only, no meaning: "
            "give a box around the plot.",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_CHART | FOV_OP_PRESET_DIAGRAM | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = components_params,
    .args_size = sizeof(struct components_args),
    .examples = components_examples,
    .plan = components_plan,
    .marks = components_marks,
    .fact = components_fact,
};
