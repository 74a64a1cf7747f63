/* SPDX-License-Identifier: MIT */
/* Straight lines in a drawing: the pieces that lanes have shown, in both directions, joined where a
 * dash, a crossing or a bar before them has parted them. It must never look at pixels:
 * segments_trace.c does. */
#include "image/segments_internal.h"

enum {
    LEAST = 5,     /* lanes of a piece */
    GAP_FREE = 3,  /* lanes between pieces, whatever their length */
    GAP_MOST = 16, /* between dashes; a line that goes on behind a box is told in pieces */
    COVERED = 4    /* a line is there on at least one lane of so many: dots with gaps */
};
#define OFFSET 1.0      /* pixels between the ends of pieces of one line */
#define RMS 0.33        /* pixels; lines without smoothing have 0.29 */
#define WHOLE 0.85      /* of the lanes; a line that is there on fewer is dashed or dotted, */
#define RMS_BROKEN 0.12 /* and must be straighter: rows of letters have 0.13 and more */
#define STEEPEST 1.02   /* the other direction sees the steeper ones better */

/* ---- joining -------------------------------------------------------------------------------- */

static bool is_earlier(const struct piece *a, const struct piece *b)
{
    if (a->first != b->first)
        return a->first < b->first;
    return a->v / a->n < b->v / b->n;
}

/* Heap sort: no recursion, no memory, the same order everywhere. */
static void sift(struct piece *v, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_earlier(&v[child], &v[child + 1]))
            child++;
        if (!is_earlier(&v[at], &v[child]))
            return;
        const struct piece swap = v[at];
        v[at] = v[child];
        v[child] = swap;
    }
}

static void sort(struct piece *v, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift(v, i, n);
    for (size_t end = n; end > 1; end--) {
        const struct piece swap = v[0];
        v[0] = v[end - 1];
        v[end - 1] = swap;
        sift(v, 0, end - 1);
    }
}

static double value_at(const struct piece *p, double u)
{
    double at_0, slope;
    fov__piece_fit(p, &at_0, &slope);
    return at_0 + slope * u;
}

static int32_t differ(const uint8_t *a, const uint8_t *b)
{
    int32_t d = 0;
    for (int c = 0; c < 3; c++)
        d += a[c] > b[c] ? a[c] - b[c] : b[c] - a[c];
    return d;
}

static void side(const struct piece *p, const uint64_t sum[3], uint8_t out[3])
{
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)((double)sum[c] / p->n + 0.5);
}

static bool is_alike(const struct piece *a, const struct piece *b)
{
    uint8_t one[3], other[3];
    if (a->is_stroke != b->is_stroke)
        return false;
    if (a->is_stroke) {
        const double x = a->mass / a->n, y = b->mass / b->n;
        return x <= y * 1.6 && y <= x * 1.6;
    }
    side(a, a->before, one);
    side(b, b->before, other);
    if (differ(one, other) > 60)
        return false;
    side(a, a->after, one);
    side(b, b->after, other);
    return differ(one, other) <= 60;
}

/* The scatter of both about one line, or a large number when b is not a's continuation. */
static double joined_rms(const struct piece *a, const struct piece *b)
{
    const double least = a->n < b->n ? a->n : b->n;
    const int32_t gap = b->first - a->last - 1;
    /* Sides of bars that stand in a row are no line. */
    if (gap < -1 || gap > GAP_MOST || gap > GAP_FREE + (a->is_stroke ? 2 * least : 0) ||
        !is_alike(a, b))
        return 1e9;
    const double middle = (a->last + b->first) / 2.0 + 0.5;
    const double off = value_at(a, middle) - value_at(b, middle);
    /* What two short pieces say of the middle between them is uncertain by as much as it is far. */
    const double slack = OFFSET + 0.5 * (gap > 0 ? gap : 0) / least;
    if (off > slack || -off > slack)
        return 1e9;
    struct piece both = *a;
    fov__piece_add(&both, b);
    return fov__piece_rms(&both);
}

/* In the order of their beginnings; each piece is taken by the line that it suits best. Pieces that
 * nothing can reach any more are passed over. */
static void join_all(struct pieces *all, const struct fov__filter *filter)
{
    size_t n = 0, low = 0;
    sort(all->v, all->count);
    for (size_t i = 0; i < all->count && !fov_cancel_is_set(filter->cancel); i++) {
        const struct piece p = all->v[i];
        size_t best = n;
        double least = RMS;
        while (low < n && all->v[low].last + GAP_MOST + 1 < p.first)
            low++;
        for (size_t k = low; k < n; k++) {
            const double rms = joined_rms(&all->v[k], &p);
            if (rms < least) {
                least = rms;
                best = k;
            }
        }
        if (best < n)
            fov__piece_add(&all->v[best], &p);
        else
            all->v[n++] = p;
    }
    all->count = n;
}

/* ---- telling -------------------------------------------------------------------------------- */

double fov__segment_angle(const struct fov__segment *segment)
{
    double angle = fov__atan2_deg(segment->y2 - segment->y1, segment->x2 - segment->x1);
    if (angle > 90)
        angle -= angle > 270 ? 360 : 180;
    return angle <= -90 ? angle + 180 : angle;
}

static bool is_in_range(double angle, const struct fov__segments_ask *ask)
{
    for (int turn = -2; turn <= 2; turn++) {
        const double a = angle + 180 * turn;
        if (a >= ask->min_angle && a <= ask->max_angle)
            return true;
    }
    return false;
}

static double distance(double dx, double dy)
{
    return fov__sqrt(dx * dx + dy * dy);
}

static bool is_same(const struct fov__segment *a, const struct fov__segment *b)
{
    return (distance(a->x1 - b->x1, a->y1 - b->y1) < 3 &&
            distance(a->x2 - b->x2, a->y2 - b->y2) < 3) ||
           (distance(a->x1 - b->x2, a->y1 - b->y2) < 3 &&
            distance(a->x2 - b->x1, a->y2 - b->y1) < 3);
}

static struct fov__segment segment_of(const struct piece *p, bool is_across)
{
    struct fov__segment s;
    double at_0, slope;
    const double u1 = p->first, u2 = p->last + 1.0;
    memset(&s, 0, sizeof(s));
    fov__piece_fit(p, &at_0, &slope);
    const double v1 = at_0 + slope * u1, v2 = at_0 + slope * u2;
    s.x1 = is_across ? u1 : v1;
    s.y1 = is_across ? v1 : u1;
    s.x2 = is_across ? u2 : v2;
    s.y2 = is_across ? v2 : u2;
    if (s.x1 > s.x2) {
        const double x = s.x1, y = s.y1;
        s.x1 = s.x2;
        s.y1 = s.y2;
        s.x2 = x;
        s.y2 = y;
    }
    s.length = distance(s.x2 - s.x1, s.y2 - s.y1);
    if (p->is_stroke) {
        /* Lanes cut a stroke at a slant: it is thinner than they show. */
        const bool is_even = p->even * 4 >= p->n;
        const double mass = is_even ? p->even_mass / p->even : p->mass / p->n;
        s.width = mass / p->peak / fov__sqrt(1 + slope * slope);
        memcpy(s.rgb, p->ink, 3);
    } else {
        side(p, p->before, s.rgb);
        side(p, p->after, s.other);
    }
    return s;
}

static bool is_longer(const struct fov__segment *a, const struct fov__segment *b)
{
    if (a->length != b->length)
        return a->length > b->length;
    return a->y1 != b->y1 ? a->y1 < b->y1 : a->x1 < b->x1;
}

static bool is_line(const struct piece *p)
{
    const double lanes = p->last - p->first + 1;
    double most = p->n >= lanes * WHOLE ? RMS : RMS_BROKEN;
    /* Where a slanted edge was sharpened, every third lane shows it with a seam. */
    if (!p->is_stroke && p->n * 5 >= lanes * 3)
        most = RMS;
    return p->n * COVERED >= lanes && fov__piece_rms(p) <= most;
}

static void tell(const struct piece *p, bool is_across, const struct fov__segments_ask *ask,
                 struct fov__segments *out)
{
    double at_0, slope;
    const struct fov__segment s = segment_of(p, is_across);
    fov__piece_fit(p, &at_0, &slope);
    if (slope > STEEPEST || slope < -STEEPEST || s.length < ask->min_length || !is_line(p) ||
        !is_in_range(fov__segment_angle(&s), ask))
        return;
    for (uint32_t i = 0; i < out->count && !is_across; i++) {
        if (is_same(&out->v[i], &s))
            return;
    }
    out->found++;
    uint32_t at = out->count < FOV__SHAPES_MAX ? out->count : FOV__SHAPES_MAX - 1;
    if (out->count == FOV__SHAPES_MAX && !is_longer(&s, &out->v[at]))
        return;
    for (; at > 0 && is_longer(&s, &out->v[at - 1]); at--)
        out->v[at] = out->v[at - 1];
    out->v[at] = s;
    if (out->count < FOV__SHAPES_MAX)
        out->count++;
}

/* ---- both directions ------------------------------------------------------------------------ */

static uint8_t *transposed(const struct fov__filter *filter, const uint8_t *rgb, size_t w, size_t h)
{
    uint8_t *out = fov__alloc(filter->ctx, w * h * 3);
    for (size_t y = 0; out != NULL && y < h; y++) {
        for (size_t x = 0; x < w; x++)
            memcpy(out + (x * h + y) * 3, rgb + (y * w + x) * 3, 3);
    }
    return out;
}

static fov_status find_in(const uint8_t *rgb, bool is_across, int32_t lanes, int32_t length,
                          const struct fov__filter *filter, const struct fov__segments_ask *ask,
                          struct fov__segments *out, fov_error *err)
{
    struct pieces all = {.least = LEAST};
    const fov_status rc = fov__segments_trace(&all, filter, rgb, lanes, length, err);
    if (rc == FOV_OK) {
        join_all(&all, filter);
        for (size_t i = 0; i < all.count; i++)
            tell(&all.v[i], is_across, ask, out);
    }
    fov__free(filter->ctx, all.v);
    return rc;
}

fov_status fov__segments_find(struct fov__segments *out, const struct fov__filter *filter,
                              const struct fov_pixels *px, const struct fov__segments_ask *ask,
                              fov_error *err)
{
    const size_t w = (size_t)px->width, h = (size_t)px->height;
    memset(out, 0, sizeof(*out));
    uint8_t *rgb = fov__shapes_rgb(filter, px),
            *turned = rgb != NULL ? transposed(filter, rgb, w, h) : NULL;
    fov_status rc = FOV_OK;
    if (turned == NULL)
        rc = fov__fail_memory(err, filter->where, w * h * 3);
    if (rc == FOV_OK)
        rc = find_in(turned, true, px->width, px->height, filter, ask, out, err);
    if (rc == FOV_OK)
        rc = find_in(rgb, false, px->height, px->width, filter, ask, out, err);
    fov__free(filter->ctx, turned);
    fov__free(filter->ctx, rgb);
    return rc;
}
