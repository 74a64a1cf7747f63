/* SPDX-License-Identifier: MIT */
/* Strokes of a picture of a transcript: which part of a parent a child shows, connectors with their
 * heads, images laid on paper. Places come from the layout; nothing here decides one. */
#include "transcript/picture_internal.h"

/* A line comes down in the gutter, of which it may take DESCENT. */
enum { CURVE_STEPS = 28, HEAD = 10, DOTS_APART = 8, DESCENT = 36 };

struct fov_ink fov__picture_colour(int32_t n, double width)
{
    /* Blue, orange, green, pink, violet, teal: each at least 3 : 1 on white. */
    static const uint8_t colours[][3] = {{29, 99, 220},  {214, 93, 14},  {26, 137, 63},
                                         {207, 34, 108}, {122, 73, 200}, {9, 131, 143}};
    const uint8_t *c = colours[(size_t)n % FOV_COUNT(colours)];
    return (struct fov_ink){c[0], c[1], c[2], width};
}

/* ---- outlines ------------------------------------------------------------------------------- */

static double side(fov_point p, int edge, fov_size size)
{
    switch (edge) {
    case 0:
        return p.x;
    case 1:
        return size.width - p.x;
    case 2:
        return p.y;
    default:
        return size.height - p.y;
    }
}

/* The part on the inner side of one edge of the picture (Sutherland and Hodgman, 1974). */
static void cut(struct fov_outline *line, int edge, fov_size size)
{
    struct fov_outline out = {.count = 0};
    for (int32_t i = 0; i < line->count; i++) {
        const fov_point a = line->v[i], b = line->v[(i + 1) % line->count];
        const double da = side(a, edge, size), db = side(b, edge, size);
        if (da >= 0 && out.count < PICTURE_CORNERS_MAX)
            out.v[out.count++] = a;
        if ((da < 0) != (db < 0) && out.count < PICTURE_CORNERS_MAX) {
            const double t = da / (da - db);
            out.v[out.count++] = (fov_point){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
        }
    }
    *line = out;
}

/* Through their common source; false where they have none. */
static bool child_to_parent(const struct fov_node *parent, const struct fov_region *part,
                            struct fov_mat *out)
{
    for (size_t i = 0; i < parent->region_count; i++) {
        struct fov_mat from_source;
        if (parent->regions[i].source != part->source ||
            !fov__mat_invert(parent->regions[i].to_source, &from_source))
            continue;
        *out = fov__mat_mul(from_source, part->to_source);
        return true;
    }
    return false;
}

void fov__picture_outline(struct fov_outline *out, const struct fov_node *parent,
                          const struct fov_node *child, size_t region, fov_size size)
{
    const struct fov_region *part = &child->regions[region];
    const fov_box box = part->box;
    const fov_point corners[4] = {
        {box.x1, box.y1}, {box.x2, box.y1}, {box.x2, box.y2}, {box.x1, box.y2}};
    struct fov_mat to_parent;
    out->count = 0;
    if (!child_to_parent(parent, part, &to_parent))
        return;
    to_parent = fov__mat_mul(
        fov__mat_scale((double)size.width / parent->width, (double)size.height / parent->height),
        to_parent);
    for (int i = 0; i < 4; i++) {
        const fov_point p = fov__mat_apply(to_parent, corners[i]);
        /* Beyond the horizon, or no number. */
        if (!(p.x > -1e6 && p.x < 1e6 && p.y > -1e6 && p.y < 1e6)) {
            out->count = 0;
            return;
        }
        out->v[out->count++] = p;
    }
    for (int edge = 0; edge < 4; edge++)
        cut(out, edge, size);
}

/* ---- strokes -------------------------------------------------------------------------------- */

void fov__picture_line(struct fov_pixels *px, const fov_point *points, size_t count, bool is_closed,
                       struct fov_ink ink)
{
    const struct fov_ink rim = {255, 255, 255, ink.width + 2.5};
    fov__draw_polyline(px, points, count, is_closed, rim);
    fov__draw_polyline(px, points, count, is_closed, ink);
}

/* Level at both ends: a cubic whose inner points lie half way. Returns how many were added. */
static size_t add_curve(fov_point *out, fov_point a, fov_point b)
{
    const double mid = (a.x + b.x) / 2;
    for (int i = 0; i <= CURVE_STEPS; i++) {
        const double t = (double)i / CURVE_STEPS, s = 1 - t;
        out[i].x = a.x * s * s * s + 3 * mid * s * s * t + 3 * mid * s * t * t + b.x * t * t * t;
        out[i].y = a.y * s * s * (s + 3 * t) + b.y * t * t * (t + 3 * s);
    }
    return CURVE_STEPS + 1;
}

/* Dots hide less of the image below than a line would. */
static void draw_dots(struct fov_pixels *px, fov_point from, double end, struct fov_ink ink)
{
    const struct fov_ink white = {255, 255, 255, 0};
    for (double x = from.x + DOTS_APART; x < end - 3; x += DOTS_APART)
        fov__draw_disc(px, (fov_point){x, from.y}, ink.width * 0.65 + 1, white);
    for (double x = from.x + DOTS_APART; x < end - 3; x += DOTS_APART)
        fov__draw_disc(px, (fov_point){x, from.y}, ink.width * 0.65, ink);
}

void fov__picture_arrow(struct fov_pixels *px, fov_point from, const struct fov_card *to,
                        int32_t parent_end, struct fov_ink ink)
{
    fov_point points[2 * (CURVE_STEPS + 1)];
    const double end = to->box.x - 2;
    const double y = to->image.y + to->image.height / 2.0;
    const fov_point tip = {end, y}, neck = {end - HEAD + 1, y};
    size_t count = 0;
    draw_dots(px, from, parent_end, ink);
    from.x = parent_end;
    if (to->lane < 0) {
        count += add_curve(points, from, neck);
    } else {
        const fov_point over = {to->row_x, to->lane}, down = {end - DESCENT, to->lane};
        count += add_curve(points, from, over);
        count += add_curve(points + count, down, neck);
    }
    fov__picture_line(px, points, count, false, ink);
    fov__draw_triangle(px, tip, (fov_point){end - HEAD, y - HEAD * 0.5},
                       (fov_point){end - HEAD, y + HEAD * 0.5}, ink);
}

void fov__picture_frame(struct fov_pixels *px, struct fov_recti box, struct fov_ink ink)
{
    enum { RADIUS = 9, STEPS = 8 };
    /* Half a pixel in, so that a thin line fills whole pixels. */
    const double x1 = box.x + 0.5, y1 = box.y + 0.5;
    const double x2 = box.x + box.width - 0.5, y2 = box.y + box.height - 0.5;
    const fov_point corner[4] = {{x1, y1}, {x2, y1}, {x2, y2}, {x1, y2}};
    static const int8_t in[4][2] = {{0, 1}, {-1, 0}, {0, -1}, {1, 0}};
    fov_point v[4 * (STEPS + 1)];
    size_t count = 0;
    for (int c = 0; c < 4; c++) {
        const int8_t *from = in[c], *to = in[(c + 3) % 4];
        for (int i = 0; i <= STEPS; i++) {
            const double t = (double)i / STEPS, a = RADIUS * (1 - t) * (1 - t), b = RADIUS * t * t;
            v[count++] = (fov_point){corner[c].x + a * from[0] + b * to[0],
                                     corner[c].y + a * from[1] + b * to[1]};
        }
    }
    fov__draw_polyline(px, v, count, true, ink);
}

void fov__picture_tick(struct fov_pixels *px, fov_point centre, double radius)
{
    const struct fov_ink green = {26, 127, 55, 0}, white = {255, 255, 255, radius * 0.26};
    const fov_point tick[3] = {{centre.x - radius * 0.42, centre.y + radius * 0.02},
                               {centre.x - radius * 0.1, centre.y + radius * 0.36},
                               {centre.x + radius * 0.44, centre.y - radius * 0.34}};
    fov__draw_disc(px, centre, radius + 2, white);
    fov__draw_disc(px, centre, radius, green);
    fov__draw_polyline(px, tick, 3, false, white);
}
