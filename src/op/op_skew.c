/* SPDX-License-Identifier: MIT */
/* The skew of a page, chart or table, from its edges: pixels where brightness changes steeply
 * across lines that may be level or upright. Their distances from a direction are counted in bins;
 * when the direction is that of the lines, neighbouring bins differ most (the projection profile of
 * W. Postl, "Detection of linear oblique structures and skew scan in digitized documents", ICPR
 * 1986, with edges in place of ink, so that rules of tables, frames of charts and rows of text all
 * count). Whole numbers throughout: each machine finds the same angle. It must never guess: without
 * a clear peak there is no answer. */
#include "op/op_skew_internal.h"

#include <stdlib.h>

enum {
    STEP = 20,     /* steps for each degree */
    COARSE = 5,    /* steps of the first pass: 2.2 pixels over half of it along 1000 */
    EDGE_MIN = 48, /* of the sum of a 3x3 Sobel, 4 to a grey level: below is grain */
    EDGE_CAP = 255,
    EDGES_MIN = 200 /* fewer edges than this say nothing */
};

/* One edge pixel. */
struct edge {
    int16_t x, y;
    int16_t weight;
};

struct edges {
    struct edge *v; /* those of lines that may be level from the front, upright from the back */
    size_t room, level, upright;
    size_t slanting; /* not kept */
    int32_t width, height;
    double weigh[2];
    int32_t *bins;
    size_t bin_count;
};

static int32_t luma_at(const struct fov_pixels *px, int32_t x, int32_t y)
{
    const uint8_t *p = fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands;
    const int32_t alpha = px->bands == 4 ? p[3] : 255;
    const int32_t luma = (p[0] * 77 + p[1] * 150 + p[2] * 29 + 128) >> 8;
    return (luma * alpha + 255 * (255 - alpha) + 127) / 255; /* seen on white */
}

static int32_t size_of(int32_t v)
{
    return v < 0 ? -v : v;
}

static void find_edge(struct edges *edges, const uint8_t *const row[3], int32_t x, int32_t y)
{
    const int32_t gx = row[0][x + 1] + 2 * row[1][x + 1] + row[2][x + 1] - row[0][x - 1] -
                       2 * row[1][x - 1] - row[2][x - 1];
    const int32_t gy = row[2][x - 1] + 2 * row[2][x] + row[2][x + 1] - row[0][x - 1] -
                       2 * row[0][x] - row[0][x + 1];
    const int32_t ax = size_of(gx), ay = size_of(gy), most = ax > ay ? ax : ay;
    /* Within 24 degrees of an axis, whose tangent is 4/9. */
    if (most < EDGE_MIN)
        return;
    if (9 * ax > 4 * ay && 9 * ay > 4 * ax) {
        edges->slanting++;
        return;
    }
    const size_t at = ax > ay ? edges->room - ++edges->upright : edges->level++;
    edges->v[at] =
        (struct edge){(int16_t)x, (int16_t)y, (int16_t)(most / 4 > EDGE_CAP ? EDGE_CAP : most / 4)};
}

static fov_status find_edges(struct edges *edges, const struct fov_pixels *px,
                             const fov_cancel *cancel, fov_error *err)
{
    const size_t width = (size_t)px->width;
    uint8_t *rows = fov__alloc(px->ctx, 3 * width);
    fov_status rc = rows != NULL ? FOV_OK : fov__fail_memory(err, "rotate", 3 * width);
    for (int32_t y = 0; rc == FOV_OK && y < px->height; y++) {
        uint8_t *luma = rows + (size_t)(y % 3) * width;
        for (int32_t x = 0; x < px->width; x++)
            luma[x] = (uint8_t)luma_at(px, x, y);
        if (y < 2)
            continue;
        const uint8_t *const row[3] = {rows + (size_t)((y - 2) % 3) * width,
                                       rows + (size_t)((y - 1) % 3) * width, luma};
        for (int32_t x = 1; x < px->width - 1; x++)
            find_edge(edges, row, x, y - 1);
        if (y % 64 == 0 && fov_cancel_is_set(cancel))
            rc = fov__fail(err, FOV_E_CANCELLED, 0, "rotate", "the caller cancelled");
    }
    fov__free(px->ctx, rows);
    return rc;
}

/* How much neighbouring bins differ. The plain sum counts how many lines agree, and is not misled
 * by one long slanting curve; the sum of squares counts the longest and is sharper. */
struct score {
    double plain, squares;
};

/* In bins of 1 << bits quarter pixels, when lines are turned clockwise by so many steps. An edge is
 * shared out between two bins, so that no direction is favoured. */
static struct score score_of(struct edges *edges, int32_t steps, int32_t bits, bool is_upright)
{
    const int32_t shift = 14 + bits; /* positions have 16 bits below the pixel */
    const struct edge *e = is_upright ? edges->v + (edges->room - edges->upright) : edges->v;
    const struct edge *end = e + (is_upright ? edges->upright : edges->level);
    struct score score = {0, 0};
    double s, c;
    fov__sincos_deg(steps / (double)STEP, &s, &c);
    const int32_t sine = (int32_t)fov__rint(s * 65536), cosine = (int32_t)fov__rint(c * 65536);
    const int32_t by_x = is_upright ? cosine : -sine, by_y = is_upright ? sine : cosine;
    /* Distances are counted from below the lowest there can be. */
    const int32_t base = (edges->width + edges->height) << 15;
    memset(edges->bins, 0, edges->bin_count * sizeof(*edges->bins));
    for (; e < end; e++) {
        const int32_t at = base + e->x * by_x + e->y * by_y;
        const int32_t bin = at >> shift, part = at >> (shift - 6) & 63;
        edges->bins[bin] += e->weight * (64 - part);
        edges->bins[bin + 1] += e->weight * part;
    }
    for (size_t i = 1; i < edges->bin_count; i++) {
        const double step = edges->bins[i] - edges->bins[i - 1];
        score.plain += step < 0 ? -step : step;
        score.squares += step * step;
    }
    return score;
}

enum {
    RANGE = FOV__SKEW_DEGREES * STEP,
    REACH = RANGE + 5 * STEP, /* looked at, so that what lies beyond the range is seen to do so */
    COUNT = 2 * REACH / COARSE + 1,
    WIDE = 3,  /* 2 pixels */
    FINE = 1,  /* half a pixel */
    NEARLY = 4 /* steps: a fifth of a degree */
};
/* How far the peak must stand above the middle of all plain sums: pages and tables reach 2.2 to 8,
 * charts 1.5 and more; where nothing but a curve or a few words is there, 1.1 to 1.4. */
#define PEAK_MIN 1.45

static int compare_scores(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle_of(const double scores[COUNT])
{
    double sorted[COUNT];
    memcpy(sorted, scores, sizeof(sorted));
    qsort(sorted, COUNT, sizeof(sorted[0]), compare_scores);
    return sorted[COUNT / 2];
}

/* What is level and what is upright are weighed alike, each measured by its own usual score: the
 * rules, text and frames of one picture agree. */
static void score_all(struct edges *edges, double scores[COUNT])
{
    double plain[COUNT], squares[COUNT];
    memset(scores, 0, COUNT * sizeof(scores[0]));
    for (int k = 0; k < 2; k++) {
        for (int32_t i = 0; i < COUNT; i++) {
            const struct score score = score_of(edges, i * COARSE - REACH, WIDE, k == 1);
            plain[i] = score.plain;
            squares[i] = score.squares;
        }
        const double middle = middle_of(plain), sharp = middle_of(squares);
        edges->weigh[k] = sharp > 0 ? 1 / sharp : 0;
        for (int32_t i = 0; middle > 0 && i < COUNT; i++)
            scores[i] += plain[i] / middle;
    }
}

static double sharp_score(struct edges *edges, int32_t steps, int32_t bits)
{
    return edges->weigh[0] * score_of(edges, steps, bits, false).squares +
           edges->weigh[1] * score_of(edges, steps, bits, true).squares;
}

struct peak {
    int32_t steps;
    double score;
};

static struct peak highest(struct edges *edges, int32_t from, int32_t to, int32_t step,
                           int32_t bits)
{
    struct peak peak = {from, -1};
    for (int32_t steps = from; steps <= to; steps += step) {
        const double score = sharp_score(edges, steps, bits);
        if (score > peak.score)
            peak = (struct peak){steps, score};
    }
    return peak;
}

static bool search_all(struct edges *edges, int32_t *skew)
{
    double scores[COUNT];
    int32_t best = 0;
    score_all(edges, scores);
    for (int32_t i = 1; i < COUNT; i++)
        best = scores[i] > scores[best] ? i : best;
    const int32_t near = best * COARSE - REACH;
    if (near < -RANGE || near > RANGE || scores[best] < PEAK_MIN * middle_of(scores))
        return false;
    struct peak peak = highest(edges, near - COARSE, near + COARSE, 2, FINE + 1);
    peak = highest(edges, peak.steps - 3, peak.steps + 3, 1, FINE);
    /* A picture that is level already is likelier than one that is off by hardly anything, and a
     * few short words do not tell the two apart. */
    if (peak.steps >= -NEARLY && peak.steps <= NEARLY &&
        sharp_score(edges, 0, FINE) >= 0.9 * peak.score)
        peak.steps = 0;
    *skew = peak.steps;
    return peak.steps >= -RANGE && peak.steps <= RANGE;
}

fov_status fov__skew_find(const struct fov_pixels *px, const fov_cancel *cancel, int32_t *skew,
                          bool *found, fov_error *err)
{
    struct edges edges = {.width = px->width, .height = px->height};
    const size_t area = (size_t)px->width * (size_t)px->height;
    fov_status rc = FOV_OK;
    *found = false;
    *skew = 0;
    if (px->width < 16 || px->height < 16)
        return FOV_OK;
    edges.bin_count = (size_t)(edges.width + edges.height) * 4 + 64;
    edges.room = area;
    edges.v = fov__alloc(px->ctx, area * sizeof(*edges.v));
    edges.bins = fov__alloc(px->ctx, edges.bin_count * sizeof(*edges.bins));
    if (edges.v == NULL || edges.bins == NULL)
        rc = fov__fail_memory(err, "rotate", area * sizeof(*edges.v));
    if (rc == FOV_OK)
        rc = find_edges(&edges, px, cancel, err);
    /* By chance half of the edges lie so near an axis: with fewer, the lines of the picture lie
     * elsewhere, and what is kept are their steps. */
    if (rc == FOV_OK && edges.level + edges.upright >= EDGES_MIN &&
        edges.level + edges.upright >= edges.slanting)
        *found = search_all(&edges, skew);
    fov__free(px->ctx, edges.v);
    fov__free(px->ctx, edges.bins);
    return rc;
}
