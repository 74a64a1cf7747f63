/* SPDX-License-Identifier: MIT */
/* What happens to a colour on the way from the base to a view: frames that clip with their fill,
 * and functions of one pixel, oldest first, on a picture that has been resampled. They know places
 * by matrices alone and must never fetch a pixel. */
#include "graph/steps_internal.h"

/* One step as a view sees it. */
struct place {
    const struct fov_step *step;
    struct fov_mat to_frame; /* the view's pixels -> the step's frame */
    double reach_x, reach_y; /* how far the frame's x and y change over one pixel of the view */
};

/* The rows of the Jacobian, where fov__mat_density() gives its columns: the two differ when a view
 * is turned and not scaled alike in x and y. */
static struct place place_of(const struct fov_step *step, struct fov_mat view_to_node,
                             const struct fov_pixels *px)
{
    struct place place = {.step = step, .to_frame = fov__mat_mul(step->to_frame, view_to_node)};
    const fov_point middle = {px->width * 0.5, px->height * 0.5};
    const double *m = place.to_frame.m;
    const double w = m[6] * middle.x + m[7] * middle.y + m[8];
    const fov_point at = fov__mat_apply(place.to_frame, middle);
    const struct fov_mat turned = {{(m[0] - at.x * m[6]) / w, (m[3] - at.y * m[6]) / w, 0,
                                    (m[1] - at.x * m[7]) / w, (m[4] - at.y * m[7]) / w, 0, 0, 0,
                                    1}};

    fov__mat_density(turned, (fov_point){0, 0}, &place.reach_x, &place.reach_y);
    return place;
}

/* How much of an output pixel lies inside the step's box, in 1/256: from its centre's distance to
 * the nearest edge, in output pixels. */
static int32_t share_of(const struct place *place, int32_t x, int32_t y)
{
    const fov_box box = place->step->box;
    const fov_point p = fov__mat_apply(place->to_frame, (fov_point){x + 0.5, y + 0.5});
    double dx = p.x - box.x1 < box.x2 - p.x ? p.x - box.x1 : box.x2 - p.x;
    double dy = p.y - box.y1 < box.y2 - p.y ? p.y - box.y1 : box.y2 - p.y;
    double d;

    dx /= place->reach_x;
    dy /= place->reach_y;
    d = (dx < dy ? dx : dy) + 0.5;
    d = d < 0.0 ? 0.0 : d > 1.0 ? 1.0 : d;
    return (int32_t)fov__rint(d * 256.0);
}

/* a where share is 256, b where it is 0. */
static uint8_t mix(uint8_t a, uint8_t b, int32_t share)
{
    return (uint8_t)((a * share + b * (256 - share) + 128) >> 8);
}

/* Towards an opaque fill: what is transparent brings no colour of its own to the edge. */
static void fill_pixel(uint8_t *p, int32_t bands, const uint8_t fill[3], int32_t share)
{
    const int32_t alpha = bands == 4 ? p[3] : 255;
    const int32_t own = alpha * share, other = 255 * (256 - share), sum = own + other;

    for (int c = 0; c < 3 && alpha == 255; c++)
        p[c] = mix(p[c], fill[c], share);
    for (int c = 0; c < 3 && alpha < 255 && sum > 0; c++) {
        int32_t v = (p[c] * own + fill[c] * other + sum / 2) / sum;
        p[c] = (uint8_t)v;
    }
    if (bands == 4)
        p[3] = mix(p[3], 255, share);
}

struct span {
    int32_t from, to;
};

/* The columns of a row where every edge of the box is at least `least` pixels of the view away
 * inside, from the lines on which that is so: n(x) - c w(x) >= least * reach * w(x), which is
 * linear in x. `all` where the row meets the horizon and nothing can be said. */
static struct span columns_of(const struct place *place, int32_t y, int32_t width, double least,
                              struct span all)
{
    const double *m = place->to_frame.m, v = y + 0.5;
    const fov_box box = place->step->box;
    const double w = m[6] * 0.5 + m[7] * v + m[8], dw = m[6]; /* at column 0, and for each more */
    const double px = m[0] * 0.5 + m[1] * v + m[2], py = m[3] * 0.5 + m[4] * v + m[5];
    const double rx = least * place->reach_x, ry = least * place->reach_y;
    const double at[4] = {px - (box.x1 + rx) * w, (box.x2 - rx) * w - px, py - (box.y1 + ry) * w,
                          (box.y2 - ry) * w - py};
    const double step[4] = {m[0] - (box.x1 + rx) * dw, (box.x2 - rx) * dw - m[0],
                            m[3] - (box.y1 + ry) * dw, (box.y2 - ry) * dw - m[3]};
    double from = 0.0, to = width;

    if (!(w > 0.0 && w + dw * width > 0.0))
        return all;
    for (int i = 0; i < 4; i++) {
        const double x = step[i] != 0.0 ? -at[i] / step[i] : 0.0; /* where it is 0 */

        if (step[i] > 0.0)
            from = x > from ? x : from;
        else if (step[i] < 0.0)
            to = x + 1.0 < to ? x + 1.0 : to;
        else if (!(at[i] >= 0.0))
            to = 0.0;
    }
    from = fov__ceil(from);
    to = fov__floor(to);
    if (!(from < to))
        return (struct span){0, 0};
    return (struct span){(int32_t)from, (int32_t)to};
}

/* What of a row is wholly inside, and what is not wholly outside: between the two, and only there,
 * each pixel is asked for its share. A millionth of a pixel is left to rounding. */
struct row_spans {
    struct span inside, touched;
};

static struct row_spans spans_of(const struct place *place, int32_t y, int32_t width)
{
    const double half = 0.5 + 1e-6;
    struct row_spans spans = {
        .inside = columns_of(place, y, width, half, (struct span){0, 0}),
        .touched = columns_of(place, y, width, -half, (struct span){0, width}),
    };

    if (spans.inside.from == spans.inside.to) /* all that is touched then lies before it */
        spans.inside.from = spans.inside.to = spans.touched.to;
    return spans;
}

static void clip_run(uint8_t *p, int32_t bands, const struct place *place, int32_t y, int32_t from,
                     int32_t to)
{
    p += (size_t)from * (size_t)bands;
    for (int32_t x = from; x < to; x++, p += bands) {
        const int32_t share = share_of(place, x, y);

        if (share < 256)
            fill_pixel(p, bands, place->step->fill, share);
    }
}

static void fill_run(uint8_t *p, int32_t bands, const uint8_t fill[3], int32_t from, int32_t to)
{
    p += (size_t)from * (size_t)bands;
    for (int32_t x = from; x < to; x++, p += bands) {
        memcpy(p, fill, 3);
        if (bands == 4)
            p[3] = 255;
    }
}

static void clip_rows(struct fov_pixels *px, const struct place *place, int32_t y1, int32_t y2)
{
    for (int32_t y = y1; y < y2; y++) {
        const struct row_spans spans = spans_of(place, y, px->width);
        const uint8_t *fill = place->step->fill;
        uint8_t *p = fov__pixels_row(px, y);

        fill_run(p, px->bands, fill, 0, spans.touched.from);
        clip_run(p, px->bands, place, y, spans.touched.from, spans.inside.from);
        clip_run(p, px->bands, place, y, spans.inside.to, spans.touched.to);
        fill_run(p, px->bands, fill, spans.touched.to, px->width);
    }
}

static bool is_touched(const struct place *place, int32_t y, int32_t width)
{
    const struct span touched = spans_of(place, y, width).touched;

    return touched.from < touched.to;
}

/* A pointwise step inside a box: done on a copy, then mixed in by coverage. */
static void mask_rows(struct fov_pixels *px, uint8_t *scratch, const struct place *place,
                      int32_t y1, int32_t y2)
{
    const struct fov_step *step = place->step;
    size_t n;

    while (y1 < y2 && !is_touched(place, y1, px->width))
        y1++;
    while (y1 < y2 && !is_touched(place, y2 - 1, px->width))
        y2--;
    if (y1 == y2)
        return;
    n = (size_t)px->width * (size_t)(y2 - y1);
    memcpy(scratch, fov__pixels_row(px, y1), n * (size_t)px->bands);
    step->op->point(step->args, scratch, n, px->bands);
    for (int32_t y = y1; y < y2; y++) {
        const struct row_spans spans = spans_of(place, y, px->width);
        uint8_t *row = fov__pixels_row(px, y);

        for (int32_t x = spans.touched.from; x < spans.touched.to; x++) {
            const bool inside = x >= spans.inside.from && x < spans.inside.to;
            const int32_t share = inside ? 256 : share_of(place, x, y);
            uint8_t *p = row + (size_t)x * (size_t)px->bands;
            const uint8_t *q = scratch + (size_t)x * (size_t)px->bands;

            for (int c = 0; share > 0 && c < px->bands; c++)
                p[c] = mix(q[c], p[c], share);
        }
        scratch += (size_t)px->width * (size_t)px->bands;
    }
}

/* Pixels for each call of a pointwise step: enough that the tables it may build first cost nothing
 * beside them, and few enough that a cancelled rendering ends soon. */
enum { STEP_PIXELS = 1 << 18 };

static fov_status take_step(struct fov_pixels *px, const struct place *place, uint8_t *scratch,
                            int32_t rows, const fov_cancel *cancel, fov_error *err)
{
    const struct fov_step *step = place->step;

    for (int32_t y1 = 0; y1 < px->height; y1 += rows) {
        int32_t y2 = px->height - y1 < rows ? px->height : y1 + rows;

        if (fov_cancel_is_set(cancel))
            return fov__fail(err, FOV_E_CANCELLED, 0, "render", "rendering was cancelled");
        if (step->kind == FOV__STEP_CLIP)
            clip_rows(px, place, y1, y2);
        else if (step->has_box)
            mask_rows(px, scratch, place, y1, y2);
        else /* rows of fresh pixels lie one behind the other */
            step->op->point(step->args, fov__pixels_row(px, y1),
                            (size_t)px->width * (size_t)(y2 - y1), px->bands);
    }
    return FOV_OK;
}

fov_status fov__steps_take(struct fov_pixels *px, const struct fov_view *view,
                             struct fov_mat view_to_node, fov_error *err)
{
    const struct fov_node *node = view->node;
    const int32_t rows = px->width < STEP_PIXELS ? STEP_PIXELS / px->width : 1;
    const int32_t most = rows < px->height ? rows : px->height;
    const size_t size = (size_t)px->width * (size_t)px->bands * (size_t)most;
    uint8_t *scratch = NULL;
    fov_status rc = FOV_OK;

    for (size_t i = 0; rc == FOV_OK && i < node->step_count; i++) {
        struct place place = place_of(&node->steps[i], view_to_node, px);

        if (node->steps[i].kind == FOV__STEP_POINT && node->steps[i].has_box && !scratch) {
            scratch = fov__alloc(px->ctx, size);
            if (!scratch)
                return fov__fail_memory(err, "render", size);
        }
        rc = take_step(px, &place, scratch, most, view->cancel, err);
    }
    fov__free(px->ctx, scratch);
    return rc;
}
