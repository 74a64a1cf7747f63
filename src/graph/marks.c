/* SPDX-License-Identifier: MIT */
/* Marks onto a finished picture. Their places follow the geometry, their strokes and letters do
 * not: a line is as wide and a label as tall in a zoom as in the whole, so both stay crisp and
 * legible. */
#include "graph/marks_internal.h"

#include "image/draw_internal.h"

/* Letters take about a fortieth of the shorter side, between what is legible and what hides much.
 */
static double letter_height(const struct fov_pixels *px)
{
    double h = (px->width < px->height ? px->width : px->height) / 40.0;

    return h < 10.0 ? 10.0 : h > 24.0 ? 24.0 : h;
}

static void draw_arrow(struct fov_pixels *px, fov_point a, fov_point b, struct fov_ink ink)
{
    double dx = b.x - a.x, dy = b.y - a.y, len, head;
    fov_point line[2] = {a, b};
    double sx, sy;

    /* The length of (dx, dy) as the density of the matrix that maps (1, 0) to it. */
    fov__mat_density((struct fov_mat){{dx, -dy, 0, dy, dx, 0, 0, 0, 1}}, (fov_point){0, 0}, &sx,
                     &sy);
    len = sx;
    if (len < 1e-6)
        return;
    head = 4.0 * ink.width + 4.0;
    head = head > len ? len : head;
    dx /= len;
    dy /= len;
    line[1] = (fov_point){b.x - dx * head, b.y - dy * head};
    fov__draw_polyline(px, line, 2, false, ink);
    fov__draw_triangle(
        px, b, (fov_point){line[1].x - dy * head * 0.45, line[1].y + dx * head * 0.45},
        (fov_point){line[1].x + dy * head * 0.45, line[1].y - dx * head * 0.45}, ink);
}

static void draw_text(struct fov_pixels *px, const fov_op_mark *mark, fov_point at)
{
    const double height = letter_height(px), pad = height * 0.3;
    struct fov_ink ink = {mark->color.r, mark->color.g, mark->color.b, height * 0.14};
    const struct fov_ink paper = {255, 255, 255, 0};
    fov_size size = fov__draw_text_size(mark->text, height, ink.width);
    fov_point corner = {at.x + pad, at.y + pad};

    /* A label at the edge moves inside whole: half a label says nothing. */
    if (corner.x + size.width + pad > px->width)
        corner.x = px->width - size.width - pad;
    if (corner.y + size.height + pad > px->height)
        corner.y = px->height - size.height - pad;
    corner.x = corner.x < pad ? pad : corner.x;
    corner.y = corner.y < pad ? pad : corner.y;
    fov__draw_plate(px,
                    (fov_box){corner.x - pad, corner.y - pad, corner.x + size.width + pad,
                              corner.y + size.height + pad},
                    paper, 0.85);
    fov__draw_text(px, corner, mark->text, height, ink);
}

/* From a layer's frame to the picture. In a perspective what lies beyond the horizon would come out
 * on the wrong side, so it is cut off before: where the depth is a thousandth of that in the middle
 * of the picture, and so a place a thousand times as far away. */
struct placing {
    struct fov_mat to_view;
    bool has_horizon;
    double sign, least; /* w times sign is at least this in front */
};

static double depth_at(const struct placing *placing, fov_point p)
{
    const double *m = placing->to_view.m;

    return placing->sign * (m[6] * p.x + m[7] * p.y + m[8]);
}

static struct placing placing_of(struct fov_mat to_view, fov_point middle)
{
    const double near = 1e-3;
    struct placing placing = {.to_view = to_view, .sign = 1.0};
    double w;

    placing.has_horizon = !fov__mat_is_affine(to_view);
    if (!placing.has_horizon)
        return placing;
    w = depth_at(&placing, middle);
    placing.sign = w < 0.0 ? -1.0 : 1.0;
    placing.least = near * w * placing.sign;
    return placing;
}

static fov_point cut_at(const struct placing *placing, fov_point in, fov_point out)
{
    const double wi = depth_at(placing, in), wo = depth_at(placing, out);
    const double t = (wi - placing->least) / (wi - wo);

    return (fov_point){in.x + t * (out.x - in.x), in.y + t * (out.y - in.y)};
}

/* The part of a line that is in front, in the picture; false when there is none. *is_cut: not all
 * of it. */
static bool place_line(const struct placing *placing, fov_point a, fov_point b, fov_point out[2],
                       bool *is_cut)
{
    const bool has_a = !placing->has_horizon || depth_at(placing, a) >= placing->least;
    const bool has_b = !placing->has_horizon || depth_at(placing, b) >= placing->least;

    *is_cut = !has_a || !has_b;
    if (!has_a && !has_b)
        return false;
    out[0] = fov__mat_apply(placing->to_view, has_a ? a : cut_at(placing, b, a));
    out[1] = fov__mat_apply(placing->to_view, has_b ? b : cut_at(placing, a, b));
    return true;
}

static void draw_box(struct fov_pixels *px, const fov_op_mark *mark, const struct placing *placing,
                     struct fov_ink ink)
{
    const fov_point corner[4] = {mark->a, {mark->b.x, mark->a.y}, mark->b, {mark->a.x, mark->b.y}};
    fov_point ends[8];
    size_t n = 0;
    bool is_cut;

    for (int i = 0; i < 4; i++)
        n += place_line(placing, corner[i], corner[(i + 1) % 4], &ends[2 * n], &is_cut);
    fov__draw_segments(px, ends, n, ink);
}

static void draw_mark(struct fov_pixels *px, const fov_op_mark *mark, const struct placing *placing)
{
    const struct fov_ink ink = {mark->color.r, mark->color.g, mark->color.b, mark->width};
    fov_point line[2];
    bool is_cut;

    if (mark->kind == FOV_OP_MARK_BOX) {
        draw_box(px, mark, placing, ink);
        return;
    }
    if (!place_line(placing, mark->a, mark->b, line, &is_cut))
        return;
    switch (mark->kind) {
    case FOV_OP_MARK_POINT:
        fov__draw_disc(px, line[0], 1.5 * ink.width + 1.0, ink);
        break;
    case FOV_OP_MARK_BOX:
    case FOV_OP_MARK_LINE:
        fov__draw_polyline(px, line, 2, false, ink);
        break;
    case FOV_OP_MARK_ARROW:
        if (is_cut)
            fov__draw_polyline(px, line, 2, false, ink);
        else
            draw_arrow(px, line[0], line[1], ink);
        break;
    case FOV_OP_MARK_TEXT:
        if (line[0].x >= 0 && line[0].y >= 0 && line[0].x <= px->width && line[0].y <= px->height)
            draw_text(px, mark, line[0]);
        break;
    }
}

void fov__marks_draw(struct fov_pixels *px, const struct fov_node *node,
                     struct fov_mat view_to_node)
{
    const fov_point middle = {px->width * 0.5, px->height * 0.5};

    for (size_t i = 0; i < node->layer_count; i++) {
        const struct fov_mark_layer *layer = &node->layers[i];
        const struct fov_mat to_frame = fov__mat_mul(layer->to_frame, view_to_node);
        struct fov_mat to_view;
        struct placing placing;

        if (!fov__mat_invert(to_frame, &to_view))
            continue;
        placing = placing_of(to_view, fov__mat_apply(to_frame, middle));
        for (size_t k = 0; k < layer->marks->count; k++)
            draw_mark(px, &layer->marks->v[k], &placing);
    }
}
