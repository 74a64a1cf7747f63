/* SPDX-License-Identifier: MIT */
/* Which areas of a divided picture are worth telling: the background and what frames others are
 * not, pieces of one thing that a line cuts are one. It must never look at single pixels but to
 * judge a gap; regions_label.c divides. */
#include "image/regions_internal.h"

enum {
    BOUNDS = 60,     /* percent of a panel's own bounds that show it: bars may stand on one side */
    RING = 3,        /* pixels along the frame that tell the background */
    BACKGROUNDS = 3, /* a page, its panel, a card */
    KINDS = 24,      /* colours that are tried for a panel */
    JOIN_MOST = 512, /* areas that are tried for pieces of each other */
    GAP = 3,         /* pixels: the width of a line that cuts */
    LIKE = 3         /* Delta-E 76 between means of one colour */
};

static int64_t between(const struct area *a, const struct area *b)
{
    int64_t sum = 0;
    for (int c = 0; c < 3; c++) {
        const int64_t d = a->lab[c] - b->lab[c];
        sum += d * d;
    }
    return sum;
}

static int64_t like_most(const struct field *f)
{
    return field_square(f->noise > LIKE ? f->noise : LIKE);
}

/* ---- the background ------------------------------------------------------------------------- */

/* How many pixels along the frame each area has, in f->touch; all of them together. */
static uint32_t count_ring(struct field *f)
{
    uint32_t ring = 0;
    memset(f->touch, 0, f->n * sizeof(*f->touch));
    for (int32_t y = 0; y < f->height; y++) {
        const bool is_edge = y < RING || y >= f->height - RING;
        for (int32_t x = 0; x < f->width; x++) {
            if (!is_edge && x >= RING && x < f->width - RING)
                x = f->width - RING;
            const uint32_t label = f->label[(size_t)y * (size_t)f->width + (size_t)x];
            ring++;
            if (label != 0)
                f->touch[label]++; /* a label is at most the number of pixels */
        }
    }
    return ring;
}

/* All areas of a colour together. */
struct kind {
    uint64_t count, ring;
    int32_t x1, y1, x2, y2;
};

static struct kind kind_of(const struct field *f, uint32_t like)
{
    const int64_t most = like_most(f);
    struct kind kind = {0, 0, f->width, f->height, 0, 0};
    for (uint32_t k = 1; k <= f->count; k++) {
        const struct area *a = &f->areas[k];
        if (a->count == 0 || between(a, &f->areas[like]) > most)
            continue;
        kind.count += a->count;
        kind.ring += f->touch[k];
        kind.x1 = a->x1 < kind.x1 ? a->x1 : kind.x1;
        kind.y1 = a->y1 < kind.y1 ? a->y1 : kind.y1;
        kind.x2 = a->x2 > kind.x2 ? a->x2 : kind.x2;
        kind.y2 = a->y2 > kind.y2 ? a->y2 : kind.y2;
    }
    return kind;
}

/* How many of the pixels along the kind's own bounds are like it, in percent. */
static uint64_t share_of_bounds(const struct field *f, const struct kind *kind, uint32_t like)
{
    const int64_t most = like_most(f);
    uint64_t own = 0, all = 0;
    for (int32_t y = kind->y1; y < kind->y2; y++) {
        const bool is_edge = y == kind->y1 || y == kind->y2 - 1;
        for (int32_t x = kind->x1; x < kind->x2; x += is_edge ? 1 : kind->x2 - kind->x1 - 1) {
            const size_t i = (size_t)y * (size_t)f->width + (size_t)x;
            all++;
            own += field_between(f, i, f->areas[like].lab) <= most;
            if (kind->x2 - kind->x1 == 1)
                break;
        }
    }
    return all > 0 ? own * 100 / all : 0;
}

/* A panel: much of the picture, running all around its own bounds, with other areas within. */
static bool is_panel(const struct field *f, uint32_t like, uint32_t min_area)
{
    const struct kind kind = kind_of(f, like);
    const int64_t most = like_most(f);
    if (kind.count * 5 < f->n || share_of_bounds(f, &kind, like) < BOUNDS)
        return false;
    for (uint32_t k = 1; k <= f->count; k++) {
        const struct area *a = &f->areas[k];
        if (!a->is_background && a->count >= min_area && between(a, &f->areas[like]) > most &&
            a->x1 >= kind.x1 && a->y1 >= kind.y1 && a->x2 <= kind.x2 && a->y2 <= kind.y2)
            return true;
    }
    return false;
}

static void set_background(struct field *f, uint32_t like, struct fov__regions *out)
{
    const int64_t most = like_most(f);
    for (uint32_t k = 1; k <= f->count; k++) {
        if (between(&f->areas[k], &f->areas[like]) <= most)
            f->areas[k].is_background = true;
    }
    memcpy(out->background[out->backgrounds++], f->areas[like].rgb, 3);
}

/* The largest area whose colour has not been tried; 0: there is none. */
static uint32_t next_kind(struct field *f, uint32_t min_area)
{
    const int64_t most = like_most(f);
    uint32_t like = 0;
    for (uint32_t k = 1; k <= f->count; k++) {
        const struct area *a = &f->areas[k];
        if (!a->is_background && !a->is_tried && a->count >= min_area &&
            (like == 0 || a->count > f->areas[like].count))
            like = k;
    }
    for (uint32_t k = 1; k <= f->count && like != 0; k++)
        f->areas[k].is_tried |= between(&f->areas[k], &f->areas[like]) <= most;
    return like;
}

static void forget_tries(struct field *f)
{
    for (uint32_t k = 1; k <= f->count; k++)
        f->areas[k].is_tried = false;
}

/* The colour with most pixels along the frame; where less than a quarter of the frame is any one's,
 * the one with most of all. Lines may cut a background into many small areas, so colours are
 * compared, not areas. 0: there is none. */
static uint32_t find_ground(struct field *f)
{
    const uint32_t ring = count_ring(f);
    uint32_t best = 0, largest = 0;
    uint64_t most = 0, count = 0;
    for (int n = 0; n < KINDS; n++) {
        const uint32_t like = next_kind(f, 1);
        if (like == 0)
            break;
        const struct kind kind = kind_of(f, like);
        if (kind.ring > most) {
            most = kind.ring;
            best = like;
        }
        if (kind.count > count) {
            count = kind.count;
            largest = like;
        }
    }
    forget_tries(f);
    return most * 4 >= ring ? best : largest;
}

/* The panel with most pixels; 0: there is none (more). */
static uint32_t find_panel(struct field *f, uint32_t min_area)
{
    uint32_t best = 0;
    uint64_t most = 0;
    for (int n = 0; n < KINDS; n++) {
        const uint32_t like = next_kind(f, min_area);
        if (like == 0)
            break;
        const uint64_t count = kind_of(f, like).count;
        if (count > most && is_panel(f, like, min_area)) {
            most = count;
            best = like;
        }
    }
    forget_tries(f);
    return best;
}

static void find_backgrounds(struct field *f, uint32_t min_area, struct fov__regions *out)
{
    uint32_t like = find_ground(f);
    while (like != 0) {
        set_background(f, like, out);
        like = out->backgrounds < BACKGROUNDS ? find_panel(f, min_area) : 0;
    }
}

/* The colour that most pixels have, where areas are of one colour and tell nothing of others: the
 * fullest of 4096 bins. */
static void find_common(const struct field *f, struct fov__regions *out)
{
    uint64_t sum[3] = {0, 0, 0};
    uint32_t bins[4096], best = 0, n = 0;
    memset(bins, 0, sizeof(bins));
#define BIN(p) ((uint32_t)((p)[0] >> 4) << 8 | (uint32_t)((p)[1] >> 4) << 4 | (p)[2] >> 4)
    for (size_t i = 0; i < f->n; i++)
        bins[BIN(f->rgb + i * 3)] += f->label[i] == 0;
    for (uint32_t k = 1; k < 4096; k++)
        best = bins[k] > bins[best] ? k : best;
    for (size_t i = 0; i < f->n; i++) {
        if (f->label[i] != 0 || BIN(f->rgb + i * 3) != best)
            continue;
        n++;
        for (int c = 0; c < 3; c++)
            sum[c] += f->rgb[i * 3 + (size_t)c];
    }
#undef BIN
    for (int c = 0; c < 3 && n > 0; c++)
        out->background[0][c] = (uint8_t)((sum[c] + n / 2) / n);
    out->backgrounds = n > 0;
}

/* ---- pieces --------------------------------------------------------------------------------- */

static bool is_near(int32_t a, int32_t b)
{
    return a - b <= 1 && b - a <= 1;
}

/* Whether the middle of a gap shows the background. */
static bool shows_background(const struct field *f, const struct fov__regions *out, int32_t x,
                             int32_t y)
{
    const uint8_t *p = f->rgb + ((size_t)y * (size_t)f->width + (size_t)x) * 3;
    for (int32_t k = 0; k < out->backgrounds; k++) {
        int32_t d = 0;
        for (int c = 0; c < 3; c++)
            d += (p[c] - out->background[k][c]) * (p[c] - out->background[k][c]);
        if (d < 300)
            return true;
    }
    return false;
}

/* Two pieces that face each other with a whole side, over a gap that a line fills. */
static bool are_pieces(const struct field *f, const struct fov__regions *out, const struct area *a,
                       const struct area *b)
{
    if (between(a, b) > like_most(f))
        return false;
    const bool is_stacked = is_near(a->x1, b->x1) && is_near(a->x2, b->x2);
    const bool is_beside = is_near(a->y1, b->y1) && is_near(a->y2, b->y2);
    const struct area *first = is_stacked == (a->y1 < b->y1) ? a : b;
    if (!is_stacked && is_beside)
        first = a->x1 < b->x1 ? a : b;
    const struct area *last = first == a ? b : a;
    const int32_t gap = is_stacked ? last->y1 - first->y2 : last->x1 - first->x2;
    if ((!is_stacked && !is_beside) || gap < 0 || gap > GAP)
        return false;
    return gap == 0 ||
           !(is_stacked ? shows_background(f, out, (a->x1 + a->x2) / 2, first->y2 + gap / 2)
                        : shows_background(f, out, first->x2 + gap / 2, (a->y1 + a->y2) / 2));
}

static void join(struct area *to, struct area *from)
{
    to->count += from->count;
    to->sum_x += from->sum_x;
    to->sum_y += from->sum_y;
    to->x1 = from->x1 < to->x1 ? from->x1 : to->x1;
    to->y1 = from->y1 < to->y1 ? from->y1 : to->y1;
    to->x2 = from->x2 > to->x2 ? from->x2 : to->x2;
    to->y2 = from->y2 > to->y2 ? from->y2 : to->y2;
    from->count = 0;
}

/* Pieces grow by being joined, so that a bar which many lines cut is one in the end. */
static void join_pieces(struct field *f, const struct fov__regions *out, uint32_t min_area)
{
    uint32_t pick[JOIN_MOST], n = 0;
    for (uint32_t k = 1; k <= f->count && n < JOIN_MOST; k++) {
        if (!f->areas[k].is_background && f->areas[k].count * 4 >= min_area)
            pick[n++] = k;
    }
    for (bool is_joined = true; is_joined;) {
        is_joined = false;
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t j = i + 1; j < n; j++) {
                struct area *a = &f->areas[pick[i]], *b = &f->areas[pick[j]];
                if (a->count > 0 && b->count > 0 && are_pieces(f, out, a, b)) {
                    join(a, b);
                    is_joined = true;
                }
            }
        }
    }
}

/* ---- telling -------------------------------------------------------------------------------- */

/* Whether a is told before b. */
static bool is_before(const struct fov__region *a, const struct fov__region *b,
                      enum fov__regions_order order)
{
    if (order == FOV__REGIONS_ACROSS && a->cx != b->cx)
        return a->cx < b->cx;
    if (order == FOV__REGIONS_DOWN && a->cy != b->cy)
        return a->cy < b->cy;
    if (a->area != b->area)
        return a->area > b->area;
    return a->y1 != b->y1 ? a->y1 < b->y1 : a->x1 < b->x1;
}

/* Into a list that is in order; what falls out at the end is lost. */
static void insert(struct fov__region *v, uint32_t *count, const struct fov__region *region,
                   enum fov__regions_order order)
{
    uint32_t at = *count;
    while (at > 0 && is_before(region, &v[at - 1], order))
        at--;
    if (at == FOV__SHAPES_MAX)
        return;
    const uint32_t last = *count < FOV__SHAPES_MAX ? *count : FOV__SHAPES_MAX - 1;
    memmove(&v[at + 1], &v[at], (last - at) * sizeof(*v));
    v[at] = *region;
    *count = last + 1;
}

static void tell(const struct field *f, const struct fov__regions_ask *ask,
                 struct fov__regions *out)
{
    struct fov__region largest[FOV__SHAPES_MAX];
    uint32_t count = 0;
    for (uint32_t k = 1; k <= f->count; k++) {
        const struct area *a = &f->areas[k];
        if (a->is_background || a->count < ask->min_area || a->count == 0)
            continue;
        const double n = a->count;
        struct fov__region region = {a->x1,
                                     a->y1,
                                     a->x2,
                                     a->y2,
                                     (double)a->sum_x / n + 0.5,
                                     (double)a->sum_y / n + 0.5,
                                     a->count,
                                     {0, 0, 0}};
        memcpy(region.rgb, a->rgb, 3);
        out->found++;
        out->area += a->count;
        insert(largest, &count, &region, FOV__REGIONS_LARGEST);
    }
    for (uint32_t k = 0; k < count; k++)
        insert(out->v, &out->count, &largest[k], ask->order);
}

/* Pixels that are near the asked colour. */
static fov_status find_color(struct field *f, const struct fov__regions_ask *ask, fov_error *err)
{
    const size_t w = (size_t)f->width;
    const struct fov__view in = {f->rgb, w * 3, f->width, f->height, 3},
                           out = {f->is_core, w, f->width, f->height, 1};
    return fov__filter_delta_e(f->filter, &in, &out, fov__lab_of(ask->color), ask->tolerance, err);
}

fov_status fov__regions_find(struct fov__regions *out, const struct fov__filter *filter,
                             const struct fov_pixels *px, const struct fov__regions_ask *ask,
                             fov_error *err)
{
    struct field f;
    memset(out, 0, sizeof(*out));
    fov_status rc = fov__field_open(&f, filter, px, err);
    if (rc == FOV_OK && ask->has_color)
        rc = find_color(&f, ask, err);
    if (rc == FOV_OK)
        rc = fov__field_divide(&f, ask->has_color, err);
    if (rc == FOV_OK && fov_cancel_is_set(filter->cancel))
        rc = fov__fail(err, FOV_E_CANCELLED, 0, filter->where, "the caller cancelled");
    if (rc < 0)
        goto done;
    if (ask->has_color) {
        find_common(&f, out);
        if (out->backgrounds > 0)
            fov__field_smooth(&f, out->background[0]);
    } else {
        fov__field_grow(&f);
        fov__field_measure(&f);
        find_backgrounds(&f, ask->min_area, out);
        fov__field_fill(&f, ask->min_area);
    }
    fov__field_measure(&f);
    join_pieces(&f, out, ask->min_area);
    tell(&f, ask, out);
done:
    fov__field_close(&f);
    return rc;
}
