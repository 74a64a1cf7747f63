/* SPDX-License-Identifier: MIT */
/* Lines, discs, triangles and plates, antialiased, onto finished pixels. A line is one shape
 * however many parts it has: what is blended is the largest coverage of any part, never one part
 * after the other, so joins and crossings are no darker than the rest. Only + - * / and square
 * roots of doubles are used, which IEEE 754 defines to the last bit, so every machine draws the
 * same bytes. Nothing here allocates or fails: what lies outside is cut, what is no number is
 * left out. */
#include "image/draw_internal.h"

#include <math.h>

/* Coverage is gathered in tiles on the stack. 64 x 64 keeps one in the first-level cache and makes
 * a long line touch few pixels that it does not colour. */
enum { TILE = 64 };

/* Coordinates farther out than this are cut to the picture's surroundings before any product is
 * formed: squares stay far within 53 bits. A wider pen than that covers every picture. */
static const double FAR_OUT = 1048576.0;

/* From the centre of a pixel to its corner, and a little. */
static const double HALF_DIAGONAL = 0.70710679;

struct tile {
    int32_t x, y, width, height;
    uint8_t cover[TILE * TILE];
};

/* A line of connected points (step 1) or of separate pairs (step 2). */
struct path {
    const fov_point *points;
    size_t count, step, parts;
    fov_box room; /* the picture and what a pen outside still reaches */
    double radius;
};

static bool is_finite(fov_point p)
{
    return isfinite(p.x) && isfinite(p.y);
}

static double clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static int32_t floor_within(double v, int32_t lo, int32_t hi)
{
    return (int32_t)fov__floor(clamp(v, lo, hi));
}

static int32_t ceil_within(double v, int32_t lo, int32_t hi)
{
    return (int32_t)fov__ceil(clamp(v, lo, hi));
}

/* The share of a pixel that lies below `s` on an axis through its centre that has the direction
 * (x, y), of length 1: the pixel's shadow on the axis is a trapezoid. */
static double share_below(double s, double x, double y)
{
    const double u = fabs(x), w = fabs(y), a = u > w ? u : w, b = u > w ? w : u, t = fabs(s);
    double share = 1;

    if (t <= (a - b) * 0.5)
        share = 0.5 + t / a;
    else if (t < (a + b) * 0.5)
        share = 1 - ((a + b) * 0.5 - t) * ((a + b) * 0.5 - t) / (2 * a * b);
    return s < 0 ? 1 - share : share;
}

/* The share of a pixel under a stroke of this radius, when its centre lies (x, y) = `d` from the
 * stroke's middle line: exact beside a straight line, good round a bend. */
static double share_of_stroke(double x, double y, double d, double radius)
{
    return share_below(radius - d, x / d, y / d) + share_below(radius + d, x / d, y / d) - 1;
}

static uint8_t to_level(double cover)
{
    return (uint8_t)(clamp(cover, 0, 1) * 255.0 + 0.5);
}

/* Ink over a pixel. With straight alpha the colours weigh by their own opacity, so ink on a
 * transparent pixel does not take up the colour that was never seen there. */
static void blend(uint8_t *p, int32_t bands, const struct fov_ink *ink, uint32_t cover)
{
    const uint32_t colour[3] = {ink->r, ink->g, ink->b};
    const uint32_t kept = (bands == 4 ? p[3] : 255u) * (255u - cover);
    const uint32_t sum = cover * 255u + kept;

    if (cover == 0)
        return;
    for (int i = 0; i < 3; i++)
        p[i] = (uint8_t)((colour[i] * cover * 255u + p[i] * kept + sum / 2) / sum);
    if (bands == 4)
        p[3] = (uint8_t)((sum + 127u) / 255u);
}

static uint8_t *pixel_at(const struct fov_pixels *px, int32_t x, int32_t y)
{
    return fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* The part [t0, t1] of a..b that lies within [lo, hi]. Halves keep the difference of two huge
 * numbers finite. */
static bool clip_axis(double a, double b, double lo, double hi, double *t0, double *t1)
{
    const double half = b * 0.5 - a * 0.5;

    if (half == 0)
        return a >= lo && a <= hi;
    const double u = (lo * 0.5 - a * 0.5) / half, v = (hi * 0.5 - a * 0.5) / half;
    const double near_t = u < v ? u : v, far_t = u < v ? v : u;
    *t0 = near_t > *t0 ? near_t : *t0;
    *t1 = far_t < *t1 ? far_t : *t1;
    return *t0 <= *t1;
}

static fov_point between(fov_point a, fov_point b, double t, fov_box room)
{
    return (fov_point){clamp(a.x * (1 - t) + b.x * t, room.x1, room.x2),
                       clamp(a.y * (1 - t) + b.y * t, room.y1, room.y2)};
}

static bool is_near(fov_point p)
{
    return fabs(p.x) <= FAR_OUT && fabs(p.y) <= FAR_OUT;
}

/* The part of the path with this index, cut where it is far outside; false when nothing of it can
 * be seen. */
static bool path_part(const struct path *path, size_t index, fov_point *a, fov_point *b)
{
    const size_t first = index * path->step;
    const fov_point p = path->points[first];
    const fov_point q = path->points[first + 1 < path->count ? first + 1 : 0];
    double t0 = 0, t1 = 1;

    if (!is_finite(p) || !is_finite(q) ||
        !clip_axis(p.x, q.x, path->room.x1, path->room.x2, &t0, &t1) ||
        !clip_axis(p.y, q.y, path->room.y1, path->room.y2, &t0, &t1))
        return false;
    *a = is_near(p) && is_near(q) ? p : between(p, q, t0, path->room);
    *b = is_near(p) && is_near(q) ? q : between(p, q, t1, path->room);
    return true;
}

static void cover_row(struct tile *tile, int32_t row, int32_t x1, int32_t x2, fov_point a,
                      fov_point b, double radius)
{
    const double dx = b.x - a.x, dy = b.y - a.y, len2 = dx * dx + dy * dy;
    const double inverse = len2 > 1e-18 ? 1.0 / len2 : 0.0;
    const double reach = radius + HALF_DIAGONAL;
    const double sure = radius > HALF_DIAGONAL ? radius - HALF_DIAGONAL : 0.0;
    const double py = tile->y + row + 0.5 - a.y;
    uint8_t *cover = tile->cover + (size_t)row * TILE;

    for (int32_t x = x1; x < x2; x++) {
        const double px = tile->x + x + 0.5 - a.x;
        const double t = clamp((px * dx + py * dy) * inverse, 0, 1);
        double ex = px - t * dx, ey = py - t * dy, d2 = ex * ex + ey * ey, share = 1;

        if (d2 >= reach * reach)
            continue;
        if (d2 < 1e-12) {
            /* On the line itself the way to it has no direction, but the line has. */
            ex = inverse > 0 ? -dy * sqrt(inverse) * 1e-6 : 1e-6;
            ey = inverse > 0 ? dx * sqrt(inverse) * 1e-6 : 0;
            d2 = 1e-12;
        }
        if (d2 >= sure * sure)
            share = share_of_stroke(ex, ey, sqrt(d2), radius);
        const uint8_t level = to_level(share);
        cover[x] = level > cover[x] ? level : cover[x];
    }
}

/* The columns of a row are those that the piece of the segment near the row can reach. */
static void cover_part(struct tile *tile, fov_point a, fov_point b, double radius)
{
    const double reach = radius + HALF_DIAGONAL, dy = b.y - a.y;
    const double top = (a.y < b.y ? a.y : b.y) - reach, bottom = (a.y < b.y ? b.y : a.y) + reach;
    const int32_t y1 = floor_within(top - tile->y, 0, tile->height);
    const int32_t y2 = ceil_within(bottom - tile->y, 0, tile->height);

    if ((a.x < b.x ? a.x : b.x) - reach > tile->x + tile->width ||
        (a.x < b.x ? b.x : a.x) + reach < tile->x)
        return;
    for (int32_t y = y1; y < y2; y++) {
        const double py = tile->y + y + 0.5;
        double xa = a.x, xb = b.x;

        if (fabs(dy) > 1e-9) {
            xa = a.x + (b.x - a.x) * clamp((py - reach - a.y) / dy, 0, 1);
            xb = a.x + (b.x - a.x) * clamp((py + reach - a.y) / dy, 0, 1);
        }
        cover_row(tile, y, floor_within((xa < xb ? xa : xb) - reach - tile->x - 1, 0, tile->width),
                  ceil_within((xa < xb ? xb : xa) + reach - tile->x + 1, 0, tile->width), a, b,
                  radius);
    }
}

static void draw_tile(struct fov_pixels *px, struct tile *tile, const struct path *path,
                      const struct fov_ink *ink)
{
    bool is_touched = false;

    for (size_t i = 0; i < path->parts; i++) {
        fov_point a, b;
        double t0 = 0, t1 = 1;
        const double reach = path->radius + 1;

        if (!path_part(path, i, &a, &b) ||
            !clip_axis(a.x, b.x, tile->x - reach, tile->x + tile->width + reach, &t0, &t1) ||
            !clip_axis(a.y, b.y, tile->y - reach, tile->y + tile->height + reach, &t0, &t1))
            continue;
        if (!is_touched)
            memset(tile->cover, 0, sizeof(tile->cover));
        is_touched = true;
        cover_part(tile, a, b, path->radius);
    }
    for (int32_t y = 0; is_touched && y < tile->height; y++) {
        for (int32_t x = 0; x < tile->width; x++)
            blend(pixel_at(px, tile->x + x, tile->y + y), px->bands, ink,
                  tile->cover[(size_t)y * TILE + (size_t)x]);
    }
}

static void draw_path(struct fov_pixels *px, struct path *path, const struct fov_ink *ink)
{
    fov_box seen = {px->width, px->height, 0, 0};
    struct tile tile;

    if (!isfinite(ink->width) || ink->width <= 0)
        return;
    path->radius = (ink->width < FAR_OUT ? ink->width : FAR_OUT) * 0.5;
    const double reach = path->radius + 1;
    path->room = (fov_box){-reach, -reach, px->width + reach, px->height + reach};
    for (size_t i = 0; i < path->parts; i++) {
        fov_point a, b;

        if (!path_part(path, i, &a, &b))
            continue;
        seen.x1 = clamp((a.x < b.x ? a.x : b.x) - reach, 0, seen.x1);
        seen.y1 = clamp((a.y < b.y ? a.y : b.y) - reach, 0, seen.y1);
        seen.x2 = clamp((a.x < b.x ? b.x : a.x) + reach, seen.x2, px->width);
        seen.y2 = clamp((a.y < b.y ? b.y : a.y) + reach, seen.y2, px->height);
    }
    const int32_t x2 = ceil_within(seen.x2, 0, px->width), y2 = ceil_within(seen.y2, 0, px->height);
    for (int32_t y = floor_within(seen.y1, 0, px->height); y < y2; y += TILE) {
        for (int32_t x = floor_within(seen.x1, 0, px->width); x < x2; x += TILE) {
            tile.x = x;
            tile.y = y;
            tile.width = x2 - x < TILE ? x2 - x : TILE;
            tile.height = y2 - y < TILE ? y2 - y : TILE;
            draw_tile(px, &tile, path, ink);
        }
    }
}

void fov__draw_polyline(struct fov_pixels *px, const fov_point *points, size_t count,
                        bool is_closed, struct fov_ink ink)
{
    struct path path = {.points = points, .count = count, .step = 1, .parts = count};

    if (count > 1 && !is_closed)
        path.parts--;
    draw_path(px, &path, &ink);
}

void fov__draw_segments(struct fov_pixels *px, const fov_point *ends, size_t count,
                        struct fov_ink ink)
{
    struct path path = {.points = ends, .count = 2 * count, .step = 2, .parts = count};

    draw_path(px, &path, &ink);
}

/* ---- filled shapes -------------------------------------------------------------------------- */

void fov__draw_disc(struct fov_pixels *px, fov_point centre, double radius, struct fov_ink ink)
{
    const double reach = radius + HALF_DIAGONAL;
    const double sure = radius > HALF_DIAGONAL ? radius - HALF_DIAGONAL : 0.0;
    /* The area of a disc that is smaller than a pixel. */
    const double area = radius * radius * 3.141592653589793, most = area < 1 ? area : 1;

    if (!is_finite(centre) || !isfinite(radius) || radius <= 0)
        return;
    const int32_t x1 = floor_within(centre.x - reach, 0, px->width);
    const int32_t x2 = ceil_within(centre.x + reach, 0, px->width);
    const int32_t y2 = ceil_within(centre.y + reach, 0, px->height);
    for (int32_t y = floor_within(centre.y - reach, 0, px->height); y < y2; y++) {
        for (int32_t x = x1; x < x2; x++) {
            const double dx = x + 0.5 - centre.x, dy = y + 0.5 - centre.y, d2 = dx * dx + dy * dy;

            double share = most;

            if (d2 >= reach * reach)
                continue;
            /* At the very centre any direction will do. */
            if (d2 >= sure * sure && d2 > 1e-12)
                share = share_below(radius - sqrt(d2), dx / sqrt(d2), dy / sqrt(d2));
            blend(pixel_at(px, x, y), px->bands, &ink, to_level(clamp(share, 0, most)));
        }
    }
}

/* A convex polygon: a triangle cut by the four sides of a box and then by those of a pixel. */
struct polygon {
    int count;
    fov_point v[12];
};

static double along(fov_point p, bool is_y)
{
    return is_y ? p.y : p.x;
}

/* Keep what lies on one side of a horizontal or vertical line (Sutherland and Hodgman 1974). */
static void cut(struct polygon *poly, bool is_y, double at, bool keep_above)
{
    struct polygon out = {.count = 0};

    for (int i = 0; i < poly->count; i++) {
        const fov_point p = poly->v[i], q = poly->v[i + 1 < poly->count ? i + 1 : 0];
        const double u = along(p, is_y), w = along(q, is_y);
        const bool p_in = keep_above ? u >= at : u <= at, q_in = keep_above ? w >= at : w <= at;

        if (p_in && out.count < (int)FOV_COUNT(out.v))
            out.v[out.count++] = p;
        if (p_in != q_in && out.count < (int)FOV_COUNT(out.v)) {
            const double half = w * 0.5 - u * 0.5, t = half != 0 ? (at * 0.5 - u * 0.5) / half : 0;
            fov_point *m = &out.v[out.count++];

            *m = (fov_point){p.x * (1 - t) + q.x * t, p.y * (1 - t) + q.y * t};
            *(is_y ? &m->y : &m->x) = at;
        }
    }
    *poly = out;
}

static void cut_to(struct polygon *poly, bool is_y, double lo, double hi)
{
    cut(poly, is_y, lo, true);
    cut(poly, is_y, hi, false);
}

/* Positive where y grows downwards and the points go round clockwise as seen. Taken about the first
 * point, for the sake of precision. */
static double area_of(const struct polygon *poly)
{
    double sum = 0;

    for (int i = 2; i < poly->count; i++) {
        const fov_point o = poly->v[0], p = poly->v[i - 1], q = poly->v[i];

        sum += (p.x - o.x) * (q.y - o.y) - (q.x - o.x) * (p.y - o.y);
    }
    return sum * 0.5;
}

/* The columns of a row whose pixels are wholly inside, [*x1, *x2): each side is a linear bound. */
static void inside_span(const struct polygon *poly, int32_t y, double *x1, double *x2)
{
    for (int i = 0; i < poly->count; i++) {
        const fov_point p = poly->v[i], q = poly->v[i + 1 < poly->count ? i + 1 : 0];
        const double nx = p.y - q.y, ny = q.x - p.x;
        const double rest = ny * (y + 0.5 - p.y) - (fabs(nx) + fabs(ny)) * 0.5;

        /* Centre x is inside by more than half a pixel where nx * (x - p.x) + rest >= 0. */
        if (nx > 0 && p.x - rest / nx > *x1)
            *x1 = p.x - rest / nx;
        else if (nx < 0 && p.x - rest / nx < *x2)
            *x2 = p.x - rest / nx;
        else if (nx == 0 && rest < 0)
            *x2 = -1;
    }
}

static void draw_polygon_row(struct fov_pixels *px, const struct polygon *poly, int32_t y,
                             const struct fov_ink *ink)
{
    struct polygon row = *poly;
    double x1 = px->width, x2 = 0, full1 = 0, full2 = px->width;

    cut_to(&row, true, y, y + 1.0);
    for (int i = 0; i < row.count; i++) {
        x1 = row.v[i].x < x1 ? row.v[i].x : x1;
        x2 = row.v[i].x > x2 ? row.v[i].x : x2;
    }
    inside_span(poly, y, &full1, &full2);
    const int32_t end = ceil_within(x2, 0, px->width);
    for (int32_t x = floor_within(x1, 0, px->width); x < end; x++) {
        double area = 1;

        if (x + 0.5 < full1 || x + 0.5 > full2) {
            struct polygon piece = row;
            cut_to(&piece, false, x, x + 1.0);
            area = area_of(&piece);
        }
        blend(pixel_at(px, x, y), px->bands, ink, to_level(area));
    }
}

void fov__draw_triangle(struct fov_pixels *px, fov_point a, fov_point b, fov_point c,
                        struct fov_ink ink)
{
    struct polygon poly = {.count = 3, .v = {a, b, c}};
    double y1 = px->height, y2 = 0;

    if (!is_finite(a) || !is_finite(b) || !is_finite(c))
        return;
    cut_to(&poly, false, -1, px->width + 1.0);
    cut_to(&poly, true, -1, px->height + 1.0);
    if (area_of(&poly) < 0) {
        for (int i = 0, k = poly.count - 1; i < k; i++, k--) {
            const fov_point kept = poly.v[i];
            poly.v[i] = poly.v[k];
            poly.v[k] = kept;
        }
    }
    for (int i = 0; i < poly.count; i++) {
        y1 = poly.v[i].y < y1 ? poly.v[i].y : y1;
        y2 = poly.v[i].y > y2 ? poly.v[i].y : y2;
    }
    const int32_t end = ceil_within(y2, 0, px->height);
    for (int32_t y = floor_within(y1, 0, px->height); y < end; y++)
        draw_polygon_row(px, &poly, y, &ink);
}

/* How much of [at, at + 1) lies in [lo, hi). */
static double share(int32_t at, double lo, double hi)
{
    return clamp(hi, at, at + 1.0) - clamp(lo, at, at + 1.0);
}

void fov__draw_plate(struct fov_pixels *px, fov_box box, struct fov_ink ink, double opacity)
{
    fov_box in;

    if (!(opacity > 0) || isnan(box.x1) || isnan(box.y1) || isnan(box.x2) || isnan(box.y2) ||
        !fov__box_intersect(box, (fov_box){0, 0, px->width, px->height}, &in))
        return;
    const int32_t x1 = floor_within(in.x1, 0, px->width), x2 = ceil_within(in.x2, 0, px->width);
    const int32_t y2 = ceil_within(in.y2, 0, px->height);
    for (int32_t y = floor_within(in.y1, 0, px->height); y < y2; y++) {
        for (int32_t x = x1; x < x2; x++)
            blend(pixel_at(px, x, y), px->bands, &ink,
                  to_level(clamp(opacity, 0, 1) * share(x, in.x1, in.x2) * share(y, in.y1, in.y2)));
    }
}
