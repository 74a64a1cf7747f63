/* SPDX-License-Identifier: MIT */
/* palette: which colours there are, how much of each and where, so that a legend's entries can be
 * found and told apart. Colours are clusters in CIELAB of the image's own pixels, seen on white,
 * without marks. It must answer the same for the same pixels on every machine. */
#include "op/op_look_internal.h"

struct palette_args {
    fov_op_args_head head;
    fov_box box;
    int32_t count;
};
enum { BOX_BIT = 1 << 0 }; /* 1 << the index of `box` below */

static double rounded(double v, double unit)
{
    return fov__rint(v * unit) / unit + 0.0;
}

static void write_point(struct fov_jw *jw, const char *key, fov_point p)
{
    fov__jw_array(jw, key);
    fov__jw_number(jw, NULL, rounded(p.x, 100));
    fov__jw_number(jw, NULL, rounded(p.y, 100));
    fov__jw_end_array(jw);
}

/* The middle of the pixel that the place is, in the image's own. */
static fov_point place_of(const struct fov__palette_color *color, fov_box box,
                          const struct fov_pixels *px)
{
    return (fov_point){box.x1 + (color->x + 0.5) * (box.x2 - box.x1) / px->width,
                       box.y1 + (color->y + 0.5) * (box.y2 - box.y1) / px->height};
}

static void write_color(fov_op_io *io, struct fov_jw *jw, const struct fov__palette *found,
                        const struct fov__palette_color *color, fov_box box,
                        const struct fov_pixels *px)
{
    const fov_point at = place_of(color, box, px);
    const double share = (double)color->count / ((double)px->width * px->height);
    fov__jw_object(jw, NULL);
    fov__look_write(jw, (fov_op_color){color->rgb[0], color->rgb[1], color->rgb[2]});
    fov__jw_number(jw, "share", rounded(share, share < 0.01 ? 100000 : 1000));
    /* One colour has the most of the border: it is what everything else lies on. */
    if (2 * (uint64_t)color->border > found->border)
        fov__jw_bool(jw, "background", true);
    write_point(jw, "at", at);
    write_point(jw, "source_px", io->to_source(io, 0, at));
    fov__jw_end_object(jw);
}

static fov_status palette_fact(const void *args, fov_op_io *io, struct fov_jw *jw,
                               fov_op_fault *fault, fov_error *err)
{
    const struct palette_args *a = args;
    const fov_box box =
        (a->head.given & BOX_BIT) != 0 ? a->box : (fov_box){0, 0, io->in->width, io->in->height};
    const struct fov__filter filter = {io->ctx, io->cancel, "palette"};
    struct fov__palette found;
    struct fov_pixels *px = NULL;
    (void)fault;
    fov_status rc = fov__look(io, box, FOV__LOOK_COLOURS, &px, err);
    if (rc < 0)
        return rc;
    const struct fov__view view = fov__look_view(px);
    rc = fov__palette_find(&filter, &view, a->count, &found, err);
    if (rc == FOV_OK) {
        fov__jw_array(jw, "colors");
        for (int32_t i = 0; i < found.n; i++)
            write_color(io, jw, &found, &found.color[i], box, px);
        fov__jw_end_array(jw);
        if (found.left_out > 0)
            fov__jw_int(jw, "left_out", found.left_out);
    }
    fov__pixels_unref(px);
    return rc;
}

static const fov_op_param_row palette_params[] = {
    FOV_OP_BOX(palette_args, box, "bbox_2d", 0, "only this part"),
    FOV_OP_INT(palette_args, count, 0, 1, FOV__PALETTE_MAX, 6, "colours",
               "how many, the most common first"),
    FOV_OP_END};

static const fov_op_example_row palette_examples[] = {
    {"{\"box\":[100,50,590,445]}", "colors"},
    {"{\"box\":[600,0,1000,500],\"count\":12}", "colors"},
    {NULL, NULL}};

const fov_op_def fov__op_palette = {
    .name = "palette",
    .since = "0.1.0",
    .summary = "List the main colours: code, share, and a place where each is found.",
    .when =
        "Use it to learn which series a chart has and their exact colours, or to find a legend's "
        "entry among bars and slices.",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = palette_params,
    .args_size = sizeof(struct palette_args),
    .examples = palette_examples,
    .fact = palette_fact,
};
