/* SPDX-License-Identifier: MIT */
/* Lanes are cut across lines: what each lane shows of a line is a stroke (there and back again) or
 * an edge (from one colour to another), with its place to a fraction of a pixel; those that follow
 * each other on a straight line become a piece. It must never join what is apart: segments.c does.
 */
#include "image/segments_internal.h"

enum {
    STEP = 16,       /* sum of three channels; neighbours that differ by less are one colour */
    ZONE_MOST = 12,  /* pixels; more that all differ are texture */
    STROKE_MOST = 8, /* pixels; what is wider has two edges */
    OFF = 40 * 40,   /* a colour so far from all mixtures of two is a third one */
    GAP = 3,         /* lanes that may be missing, where another line crosses */
    SHORT = 5,       /* crossings; fewer are chance */
    PIECES_MAX = 16384,
    NEAR = 96 /* sum of three channels, within which the sides of an edge are the same */
};
#define STRAY 1.05  /* pixels; lines without smoothing step by 1 */
#define SAGITTA 0.4 /* pixels that an arc's middle may be off its chord */

struct crossing {
    double v;
    bool is_stroke;
    double mass;
    int32_t peak;
    const uint8_t *ink, *before, *after;
};

/* A piece that still grows, and what its curvature needs, about its own beginning. */
struct chain {
    struct piece piece;
    double v0, last_v;
    double s[5], t[3]; /* sums of u^k, of v u^k */
    bool is_taken;     /* in this lane */
};

struct tracer {
    const struct fov__filter *filter;
    struct pieces *out;
    struct chain *chains;
    size_t count, capacity;
    struct crossing *cross;
    int32_t crossings;
};

/* ---- fits ----------------------------------------------------------------------------------- */

void fov__piece_fit(const struct piece *p, double *at_0, double *slope)
{
    const double det = p->n * p->uu - p->u * p->u;
    *slope = det > 0 ? (p->n * p->uv - p->u * p->v) / det : 0;
    *at_0 = (p->v - *slope * p->u) / p->n;
}

double fov__piece_rms(const struct piece *p)
{
    double at_0, slope;
    fov__piece_fit(p, &at_0, &slope);
    const double mu = p->u / p->n, mv = p->v / p->n;
    const double var = (p->vv / p->n - mv * mv) - slope * (p->uv / p->n - mu * mv);
    return fov__sqrt(var);
}

void fov__piece_add(struct piece *p, const struct piece *other)
{
    p->first = other->first < p->first ? other->first : p->first;
    p->last = other->last > p->last ? other->last : p->last;
    p->n += other->n;
    p->u += other->u;
    p->v += other->v;
    p->uu += other->uu;
    p->uv += other->uv;
    p->vv += other->vv;
    p->mass += other->mass;
    p->even += other->even;
    p->even_mass += other->even_mass;
    for (int c = 0; c < 3; c++) {
        p->before[c] += other->before[c];
        p->after[c] += other->after[c];
    }
    if (other->peak > p->peak) {
        p->peak = other->peak;
        memcpy(p->ink, other->ink, 3);
    }
}

/* How far the middle of the best parabola is off its chord. */
static double sagitta(const struct chain *c)
{
    const double *s = c->s, *t = c->t;
    const double det = s[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (s[1] * s[4] - s[2] * s[3]) +
                       s[2] * (s[1] * s[3] - s[2] * s[2]);
    const double top = s[0] * (s[2] * t[2] - s[3] * t[1]) - s[1] * (s[1] * t[2] - s[2] * t[1]) +
                       t[0] * (s[1] * s[3] - s[2] * s[2]);
    const double half = (c->piece.last - c->piece.first) / 2.0;
    const double off = det > 0 ? top / det * half * half : 0;
    return off < 0 ? -off : off;
}

/* ---- crossings ------------------------------------------------------------------------------ */

static int32_t apart(const uint8_t *a, const uint8_t *b)
{
    int32_t d = 0;
    for (int c = 0; c < 3; c++)
        d += a[c] > b[c] ? a[c] - b[c] : b[c] - a[c];
    return d;
}

/* The share of b in p, 0 to 1, and how far p is from that mixture, squared. */
static double mixture(const uint8_t *p, const uint8_t *a, const uint8_t *b, double *off)
{
    int32_t ab = 0, ap = 0, pp = 0;
    for (int c = 0; c < 3; c++) {
        ab += (b[c] - a[c]) * (b[c] - a[c]);
        ap += (p[c] - a[c]) * (b[c] - a[c]);
        pp += (p[c] - a[c]) * (p[c] - a[c]);
    }
    double t = ab > 0 ? (double)ap / ab : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    *off = pp - 2 * t * ap + t * t * ab;
    return t;
}

/* Whether ink lies between two grounds as something else than their mixture. */
static bool is_between(const uint8_t *before, const uint8_t *ink, const uint8_t *after)
{
    const int32_t one = apart(ink, before), other = apart(ink, after);
    double off;
    mixture(ink, before, after, &off);
    return off >= OFF || apart(before, after) * 5 <= (one < other ? one : other) * 2;
}

/* Pixels [from, to) of a lane as one stroke. */
static void add_stroke(struct tracer *t, const uint8_t *lane, int32_t from, int32_t to)
{
    const uint8_t *before = lane + (from - 1) * 3, *after = lane + to * 3;
    struct crossing *c = &t->cross[t->crossings];
    double place = 0;
    c->mass = c->peak = 0;
    for (int32_t i = from; i < to; i++) {
        const uint8_t *p = lane + i * 3;
        const int32_t one = apart(p, before), other = apart(p, after),
                      w = one < other ? one : other;
        c->mass += w;
        place += w * (i + 0.5);
        if (w > c->peak) {
            c->peak = w;
            c->ink = p;
        }
    }
    if (c->peak == 0)
        return;
    c->v = place / c->mass;
    c->is_stroke = true;
    c->before = before;
    c->after = after;
    t->crossings++;
}

static void add_edge(struct tracer *t, const uint8_t *lane, int32_t from, int32_t to)
{
    const uint8_t *before = lane + (from - 1) * 3, *after = lane + to * 3;
    struct crossing *c = &t->cross[t->crossings++];
    double off;
    c->v = to;
    for (int32_t i = from; i < to; i++)
        c->v -= mixture(lane + i * 3, before, after, &off);
    c->is_stroke = false;
    c->mass = c->peak = apart(before, after);
    c->ink = c->before = before;
    c->after = after;
}

/* The next run of steps from i on: pixels [*from, *to) lie between colours; false: there is none.
 */
static bool next_zone(const uint8_t *lane, int32_t length, int32_t i, int32_t *from, int32_t *to)
{
    while (i + 1 < length && apart(lane + i * 3, lane + (i + 1) * 3) < STEP)
        i++;
    if (i + 1 >= length)
        return false;
    *from = i + 1;
    while (i + 1 < length && apart(lane + i * 3, lane + (i + 1) * 3) >= STEP)
        i++;
    *to = i;
    return true;
}

/* Whether the purest pixel of a zone makes it a stroke by itself. */
static bool is_line_zone(const uint8_t *lane, int32_t from, int32_t to)
{
    const uint8_t *before = lane + (from - 1) * 3, *after = lane + to * 3, *best = NULL;
    int32_t most = 0;
    for (int32_t i = from; i < to; i++) {
        const int32_t one = apart(lane + i * 3, before), other = apart(lane + i * 3, after);
        if ((one < other ? one : other) > most) {
            most = one < other ? one : other;
            best = lane + i * 3;
        }
    }
    return best != NULL && is_between(before, best, after);
}

/* A zone alone is an edge or a thin stroke; two near each other may be the sides of one. */
static void cut_lane(struct tracer *t, const uint8_t *lane, int32_t length)
{
    int32_t from, to, from2, to2;
    bool is_there = next_zone(lane, length, 0, &from, &to);
    t->crossings = 0;
    while (is_there) {
        const bool is_next = next_zone(lane, length, to, &from2, &to2);
        const bool is_clean = to - from <= ZONE_MOST;
        if (is_clean && to > from && is_line_zone(lane, from, to)) {
            add_stroke(t, lane, from, to);
        } else if (is_clean && is_next && to2 - from <= STROKE_MOST &&
                   apart(lane + to * 3, lane + (from2 - 1) * 3) < NEAR &&
                   is_between(lane + (from - 1) * 3, lane + to * 3, lane + to2 * 3)) {
            add_stroke(t, lane, from, to2);
            is_there = next_zone(lane, length, to2, &from, &to);
            continue;
        } else if (is_clean) {
            add_edge(t, lane, from, to);
        }
        is_there = is_next;
        from = from2;
        to = to2;
    }
}

/* ---- chains --------------------------------------------------------------------------------- */

/* When there are too many, the shorter half has to go; which, is decided by length alone. */
static fov_status keep(struct tracer *t, const struct chain *chain, fov_error *err)
{
    struct pieces *out = t->out;
    const struct piece *p = &chain->piece;
    if (p->n < SHORT || p->last - p->first + 1 < out->least || sagitta(chain) > SAGITTA)
        return FOV_OK;
    while (out->count >= PIECES_MAX) {
        size_t n = 0;
        out->least *= 2;
        for (size_t i = 0; i < out->count; i++) {
            if (out->v[i].last - out->v[i].first + 1 >= out->least)
                out->v[n++] = out->v[i];
        }
        out->count = n;
    }
    if (!fov__grow(t->filter->ctx, &out->v, &out->capacity, out->count + 1, sizeof(*out->v)))
        return fov__fail_memory(err, t->filter->where, (out->count + 1) * sizeof(*out->v));
    out->v[out->count++] = *p;
    return FOV_OK;
}

static void extend(struct chain *chain, const struct crossing *c, int32_t lane)
{
    struct piece *p = &chain->piece;
    const double u = lane + 0.5, v = c->v, at = lane - p->first, off = v - chain->v0;
    double power = 1;
    p->last = lane;
    p->n++;
    p->u += u;
    p->v += v;
    p->uu += u * u;
    p->uv += u * v;
    p->vv += v * v;
    p->mass += c->mass;
    if (apart(c->before, c->after) < NEAR) {
        p->even++;
        p->even_mass += c->mass;
    }
    for (int k = 0; k < 5; k++, power *= at) {
        chain->s[k] += power;
        if (k < 3)
            chain->t[k] += power * off;
    }
    for (int k = 0; k < 3; k++) {
        p->before[k] += c->before[k];
        p->after[k] += c->after[k];
    }
    if (c->peak > p->peak) {
        p->peak = c->peak;
        memcpy(p->ink, c->ink, 3);
    }
    chain->last_v = v;
    chain->is_taken = true;
}

static bool is_like(const struct chain *chain, const struct crossing *c)
{
    const struct piece *p = &chain->piece;
    uint8_t before[3], after[3];
    if (p->is_stroke != c->is_stroke)
        return false;
    if (p->is_stroke)
        return c->mass * p->n <= p->mass * 2.5 && c->mass * p->n * 2.5 >= p->mass;
    for (int k = 0; k < 3; k++) {
        before[k] = (uint8_t)((double)p->before[k] / p->n);
        after[k] = (uint8_t)((double)p->after[k] / p->n);
    }
    return apart(before, c->before) < NEAR && apart(after, c->after) < NEAR;
}

/* How far the crossing is from where the chain goes on; more than STRAY: it does not belong. */
static double stray(const struct chain *chain, const struct crossing *c, int32_t lane)
{
    double at = chain->last_v, slope = 0, off;
    double slack = lane - chain->piece.last - 1;
    if (chain->piece.n >= 4) {
        fov__piece_fit(&chain->piece, &at, &slope);
        at += slope * (lane + 0.5);
        slack = chain->piece.n < 8 ? 0.5 : 0;
    }
    off = c->v - at;
    off = off < 0 ? -off : off;
    return off > slack ? off - slack : 0;
}

static fov_status begin(struct tracer *t, const struct crossing *c, int32_t lane, fov_error *err)
{
    if (!fov__grow(t->filter->ctx, &t->chains, &t->capacity, t->count + 1, sizeof(*t->chains)))
        return fov__fail_memory(err, t->filter->where, (t->count + 1) * sizeof(*t->chains));
    struct chain *chain = &t->chains[t->count++];
    memset(chain, 0, sizeof(*chain));
    chain->piece.is_stroke = c->is_stroke;
    chain->piece.first = lane;
    chain->v0 = c->v;
    extend(chain, c, lane);
    return FOV_OK;
}

/* Each crossing goes to the chain that expects it nearest; chains are in order of where they were
 * last, and none moves by more than the gap and a bit. */
static fov_status follow(struct tracer *t, int32_t lane, fov_error *err)
{
    const size_t old = t->count;
    size_t low = 0;
    fov_status rc = FOV_OK;
    for (int32_t k = 0; rc == FOV_OK && k < t->crossings; k++) {
        const struct crossing *c = &t->cross[k];
        struct chain *best = NULL;
        double least = STRAY;
        while (low < old && t->chains[low].last_v < c->v - GAP - 2)
            low++;
        for (size_t i = low; i < old && t->chains[i].last_v <= c->v + GAP + 2; i++) {
            struct chain *chain = &t->chains[i];
            const double off = chain->is_taken || !is_like(chain, c) ? 2 : stray(chain, c, lane);
            if (off < least) {
                least = off;
                best = chain;
            }
        }
        if (best != NULL)
            extend(best, c, lane); /* to a place before the crossings that are still to choose */
        else
            rc = begin(t, c, lane, err);
    }
    return rc;
}

/* Drop what has ended, and put the rest in order again: few have changed places. */
static fov_status settle(struct tracer *t, int32_t lane, fov_error *err)
{
    size_t n = 0;
    fov_status rc = FOV_OK;
    for (size_t i = 0; i < t->count && rc == FOV_OK; i++) {
        if (lane - t->chains[i].piece.last > GAP) {
            rc = keep(t, &t->chains[i], err);
            continue;
        }
        struct chain chain = t->chains[i];
        size_t at = n++;
        chain.is_taken = false;
        for (; at > 0 && t->chains[at - 1].last_v > chain.last_v; at--)
            t->chains[at] = t->chains[at - 1];
        t->chains[at] = chain;
    }
    t->count = n;
    return rc;
}

fov_status fov__segments_trace(struct pieces *out, const struct fov__filter *filter,
                               const uint8_t *rgb, int32_t lanes, int32_t length, fov_error *err)
{
    struct tracer t = {.filter = filter, .out = out};
    fov_status rc = FOV_OK;
    t.cross = fov__calloc(filter->ctx, (size_t)length + 1, sizeof(*t.cross));
    if (t.cross == NULL)
        return fov__fail_memory(err, filter->where, (size_t)length * sizeof(*t.cross));
    for (int32_t u = 0; u < lanes && rc == FOV_OK; u++) {
        cut_lane(&t, rgb + (size_t)u * (size_t)length * 3, length);
        rc = follow(&t, u, err);
        if (rc == FOV_OK)
            rc = settle(&t, u, err);
        if (rc == FOV_OK && u % 64 == 0 && fov_cancel_is_set(filter->cancel))
            rc = fov__fail(err, FOV_E_CANCELLED, 0, filter->where, "the caller cancelled");
    }
    if (rc == FOV_OK)
        rc = settle(&t, lanes + GAP + 1, err);
    fov__free(filter->ctx, t.chains);
    fov__free(filter->ctx, t.cross);
    return rc;
}
