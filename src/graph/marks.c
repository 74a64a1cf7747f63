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

static void draw_mark(struct fov_pixels *px, const fov_op_mark *mark, struct fov_mat to_view)
{
    struct fov_ink ink = {mark->color.r, mark->color.g, mark->color.b, mark->width};
    fov_point a = fov__mat_apply(to_view, mark->a), b = fov__mat_apply(to_view, mark->b);
    fov_point line[4];

    switch (mark->kind) {
    case FOV_OP_MARK_BOX:
        line[0] = a;
        line[1] = fov__mat_apply(to_view, (fov_point){mark->b.x, mark->a.y});
        line[2] = b;
        line[3] = fov__mat_apply(to_view, (fov_point){mark->a.x, mark->b.y});
        fov__draw_polyline(px, line, 4, true, ink);
        break;
    case FOV_OP_MARK_POINT:
        fov__draw_disc(px, a, 1.5 * ink.width + 1.0, ink);
        break;
    case FOV_OP_MARK_LINE:
        line[0] = a;
        line[1] = b;
        fov__draw_polyline(px, line, 2, false, ink);
        break;
    case FOV_OP_MARK_ARROW:
        draw_arrow(px, a, b, ink);
        break;
    case FOV_OP_MARK_TEXT:
        if (a.x >= 0 && a.y >= 0 && a.x <= px->width && a.y <= px->height)
            draw_text(px, mark, a);
        break;
    }
}

void fov__marks_draw(struct fov_pixels *px, const struct fov_node *node,
                     struct fov_mat view_to_node)
{
    for (size_t i = 0; i < node->layer_count; i++) {
        const struct fov_mark_layer *layer = &node->layers[i];
        struct fov_mat to_view;

        if (!fov__mat_invert(fov__mat_mul(layer->to_frame, view_to_node), &to_view))
            continue;
        for (size_t k = 0; k < layer->marks->count; k++)
            draw_mark(px, &layer->marks->v[k], to_view);
    }
}
