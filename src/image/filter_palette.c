/* SPDX-License-Identifier: MIT */
/* The main colours of a picture, as clusters in CIELAB. Pixels are counted in cells of the space;
 * where a cell holds more than its surroundings, a cluster begins, and a few rounds of k-means over
 * the cells (not the pixels) settle them. Integers decide everything, no seed is drawn: the same
 * picture has the same colours on every machine. It never mixes: what a cluster is called is a
 * colour that most of its core has, wherever there is one.
 *
 * Anti-aliased edges are the trouble of charts: their mixtures are many and mean nothing. A pixel
 * that lies between two different neighbours does not count for where clusters are. */
#include "image/filter_kernels.h"

/* Cells are 4 units wide (1/128 units shifted by 9). */
enum { CELL_BITS = 9, CELLS_L = 26, CELLS_AB = 64, CELLS = CELLS_L * CELLS_AB * CELLS_AB };
/* Units within which neighbours are one colour to the eye (levels a channel); how far apart
 * clusters begin and how far from it a colour still moves one (CIELAB); rounds of k-means. */
enum { SAME = 12, APART = 12 * FOV__LAB_UNIT, PULL = 20 * FOV__LAB_UNIT, ROUNDS = 4 };
/* How small a part of the picture's weight makes a cluster: 1/4000. Nearer to each other than ALIKE
 * (Delta E 2000), two are one colour that noise has torn; up to HALO, one that is less than 1/50 of
 * the other is the bleeding of a JPEG's edges into its ground. */
enum { LEAST_PART = 4000, HALO_PART = 50, SPREAD_PART = 10 };
#define ALIKE 6.0
#define HALO 14.0

struct cell {
    uint32_t count, weight;
    int64_t lab[3], rgb[3]; /* sums by weight; of a cell without any, by count */
};

struct centre {
    int32_t lab[3];
    uint32_t peak; /* its fullest cell */
    uint64_t weight;
    int64_t rgb[3]; /* sums by weight */
};

struct finding {
    struct fov__filter filter;
    const struct fov__view *in;
    struct fov__lab_tables *tables;
    struct cell *cell;
    uint32_t *used; /* cells that hold anything */
    uint32_t used_count;
    uint64_t weight;
    struct centre centre[FOV__PALETTE_ROOM];
    int32_t n;
    uint8_t *label; /* by cell; then by pixel */
    uint8_t *pixel_label;
    int16_t *lab; /* a row of L, a and b */
};

static const uint8_t *pixel_at(const struct fov__view *in, int32_t x, int32_t y)
{
    return fov__view_row(in, y) + 3 * (size_t)x;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static bool is_same(const uint8_t *p, const uint8_t *q)
{
    for (int c = 0; c < 3; c++) {
        if (p[c] > q[c] + SAME || q[c] > p[c] + SAME)
            return false;
    }
    return true;
}

/* p is a mixture of a and b: between them in every channel, and neither of them. */
static bool is_mixture(const uint8_t *p, const uint8_t *a, const uint8_t *b)
{
    for (int c = 0; c < 3; c++) {
        const uint8_t low = a[c] < b[c] ? a[c] : b[c], high = a[c] < b[c] ? b[c] : a[c];
        if (p[c] < low || p[c] > high)
            return false;
    }
    return true;
}

/* 0 for a mixture, else 1 and one more for each neighbour of its colour. */
static uint32_t weight_of(const struct fov__view *in, int32_t x, int32_t y)
{
    const uint8_t *p = pixel_at(in, x, y);
    const uint8_t *left = x > 0 ? p - 3 : p, *right = x + 1 < in->width ? p + 3 : p;
    const uint8_t *up = y > 0 ? p - in->stride : p;
    const uint8_t *down = y + 1 < in->height ? p + in->stride : p;
    const bool l = is_same(p, left), r = is_same(p, right), u = is_same(p, up),
               d = is_same(p, down);
    if ((!l && !r && is_mixture(p, left, right)) || (!u && !d && is_mixture(p, up, down)))
        return 0;
    return 1 + (uint32_t)l + (uint32_t)r + (uint32_t)u + (uint32_t)d;
}

static uint32_t cell_of(int32_t l, int32_t a, int32_t b)
{
    const int32_t i = l < 0 ? 0 : l >> CELL_BITS, half = CELLS_AB / 2;
    return (uint32_t)((i * CELLS_AB + (a >> CELL_BITS) + half) * CELLS_AB + (b >> CELL_BITS) +
                      half);
}

static void lab_row(const struct finding *f, int32_t y)
{
    const size_t n = (size_t)f->in->width;
    fov__lab_from_srgb(f->tables, f->lab, f->lab + n, f->lab + 2 * n, fov__view_row(f->in, y), n,
                       3);
}

static void count_row(struct finding *f, int32_t y)
{
    const int32_t n = f->in->width;
    lab_row(f, y);
    for (int32_t x = 0; x < n; x++) {
        const int32_t lab[3] = {f->lab[x], f->lab[n + x], f->lab[2 * n + x]};
        const uint8_t *p = pixel_at(f->in, x, y);
        const uint32_t weight = weight_of(f->in, x, y);
        struct cell *cell = &f->cell[cell_of(lab[0], lab[1], lab[2])];
        const int64_t share = weight > 0 ? weight : cell->weight > 0 ? 0 : 1;
        if (weight > 0 && cell->weight == 0) { /* what came before was mixtures: forget it */
            memset(cell->lab, 0, sizeof(cell->lab));
            memset(cell->rgb, 0, sizeof(cell->rgb));
        }
        for (int c = 0; c < 3; c++) {
            cell->lab[c] += share * lab[c];
            cell->rgb[c] += share * p[c];
        }
        cell->count++;
        cell->weight += weight;
        f->weight += weight;
    }
}

static void mean_lab(const struct cell *cell, int32_t lab[3])
{
    const int64_t n = cell->weight > 0 ? cell->weight : cell->count;
    for (int c = 0; c < 3; c++)
        lab[c] = (int32_t)(cell->lab[c] / n);
}

/* ---- clusters -------------------------------------------------------------------------------- */

static int64_t distance(const int32_t p[3], const int32_t q[3])
{
    const int64_t l = p[0] - q[0], a = p[1] - q[1], b = p[2] - q[2];
    return l * l + a * a + b * b;
}

static int32_t nearest(const struct finding *f, const int32_t lab[3], int64_t *how_far)
{
    int32_t best = 0;
    *how_far = INT64_MAX;
    for (int32_t k = 0; k < f->n; k++) {
        const int64_t d = distance(lab, f->centre[k].lab);
        if (d < *how_far) {
            *how_far = d;
            best = k;
        }
    }
    return best;
}

/* The fullest cell that is far enough from every cluster begun, again and again. */
static void begin(struct finding *f)
{
    const int64_t apart = (int64_t)APART * APART;
    while (f->n < FOV__PALETTE_ROOM) {
        const struct cell *best = NULL;
        int32_t at[3] = {0, 0, 0};
        for (uint32_t i = 0; i < f->used_count; i++) {
            const struct cell *cell = &f->cell[f->used[i]];
            int32_t lab[3];
            int64_t how_far;
            if (best != NULL && cell->weight <= best->weight)
                continue;
            mean_lab(cell, lab);
            nearest(f, lab, &how_far);
            if (f->n > 0 && how_far < apart)
                continue;
            best = cell;
            memcpy(at, lab, sizeof(at));
        }
        if (best == NULL || (f->n > 0 && best->weight == 0))
            return;
        memcpy(f->centre[f->n].lab, at, sizeof(at));
        f->centre[f->n].peak = (uint32_t)(best - f->cell);
        f->n++;
    }
}

/* The weight within reach of each. */
static void weigh(struct finding *f)
{
    for (int32_t k = 0; k < f->n; k++)
        f->centre[k].weight = 0;
    for (uint32_t i = 0; i < f->used_count; i++) {
        const struct cell *cell = &f->cell[f->used[i]];
        int32_t lab[3];
        int64_t how_far;
        mean_lab(cell, lab);
        const int32_t k = nearest(f, lab, &how_far);
        if (how_far <= (int64_t)PULL * PULL)
            f->centre[k].weight += cell->weight;
    }
}

/* By weight, the heaviest first; those of next to none are dropped. */
static void rank(struct finding *f)
{
    int32_t n = 1;
    weigh(f);
    for (int32_t i = 1; i < f->n; i++) { /* by insertion: of equals the earlier stays first */
        const struct centre moved = f->centre[i];
        int32_t at = i;
        for (; at > 0 && f->centre[at - 1].weight < moved.weight; at--)
            f->centre[at] = f->centre[at - 1];
        f->centre[at] = moved;
    }
    while (n < f->n && f->centre[n].weight * LEAST_PART >= f->weight)
        n++;
    f->n = n;
}

static struct fov__lab lab_of(const struct centre *centre)
{
    return (struct fov__lab){centre->lab[0] / (double)FOV__LAB_UNIT,
                             centre->lab[1] / (double)FOV__LAB_UNIT,
                             centre->lab[2] / (double)FOV__LAB_UNIT};
}

/* `two` is the lighter one by weight. */
static bool is_alike(const struct centre *one, const struct centre *two)
{
    const double d = fov__delta_e2000(lab_of(one), lab_of(two));
    return d < ALIKE || (d < HALO && two->weight * HALO_PART < one->weight);
}

static void drop_alike(struct finding *f)
{
    int32_t n = 0;
    for (int32_t i = 0; i < f->n; i++) {
        bool is_new = true;
        for (int32_t k = 0; k < n && is_new; k++)
            is_new = !is_alike(&f->centre[k], &f->centre[i]);
        if (is_new)
            f->centre[n++] = f->centre[i];
    }
    f->n = n;
}

/* One round of k-means; colours far off belong to a cluster but do not draw it their way. */
static void settle(struct finding *f)
{
    int64_t sum[FOV__PALETTE_ROOM][3], weight[FOV__PALETTE_ROOM];
    memset(sum, 0, sizeof(sum));
    memset(weight, 0, sizeof(weight));
    for (uint32_t i = 0; i < f->used_count; i++) {
        const struct cell *cell = &f->cell[f->used[i]];
        int32_t lab[3];
        int64_t how_far;
        mean_lab(cell, lab);
        const int32_t k = nearest(f, lab, &how_far);
        if (how_far > (int64_t)PULL * PULL || cell->weight == 0)
            continue;
        for (int c = 0; c < 3; c++)
            sum[k][c] += cell->lab[c];
        weight[k] += cell->weight;
    }
    for (int32_t k = 0; k < f->n; k++) {
        for (int c = 0; c < 3 && weight[k] > 0; c++)
            f->centre[k].lab[c] = (int32_t)(sum[k][c] / weight[k]);
    }
}

/* Cells to clusters, the fullest cell of each, and the sums within reach. */
static void label_cells(struct finding *f)
{
    bool has_peak[FOV__PALETTE_ROOM] = {false};
    for (int32_t k = 0; k < f->n; k++)
        memset(f->centre[k].rgb, 0, sizeof(f->centre[k].rgb));
    for (uint32_t i = 0; i < f->used_count; i++) {
        const struct cell *cell = &f->cell[f->used[i]];
        int32_t lab[3];
        int64_t how_far;
        mean_lab(cell, lab);
        const int32_t k = nearest(f, lab, &how_far);
        struct centre *centre = &f->centre[k];
        f->label[f->used[i]] = (uint8_t)k;
        if (!has_peak[k] || cell->weight > f->cell[centre->peak].weight)
            centre->peak = f->used[i];
        has_peak[k] = true;
        for (int c = 0; c < 3 && cell->weight > 0 && how_far <= (int64_t)PULL * PULL; c++)
            centre->rgb[c] += cell->rgb[c];
    }
}

/* ---- pixels ---------------------------------------------------------------------------------- */

/* Boyer and Moore's vote over the pixels of a cluster's fullest cell: whatever has more than half
 * of them is left over. */
struct vote {
    uint8_t rgb[3];
    uint32_t lead, count;
};

static void cast(struct vote *vote, const uint8_t *rgb)
{
    if (vote->lead == 0)
        memcpy(vote->rgb, rgb, 3);
    if (memcmp(vote->rgb, rgb, 3) == 0)
        vote->lead++;
    else
        vote->lead--;
}

static void label_row(struct finding *f, int32_t y, struct vote *votes, struct fov__palette *out)
{
    const int32_t n = f->in->width;
    uint8_t *label = f->pixel_label + (size_t)y * (size_t)n;
    const bool is_edge = y == 0 || y == f->in->height - 1;
    lab_row(f, y);
    for (int32_t x = 0; x < n; x++) {
        const uint32_t cell = cell_of(f->lab[x], f->lab[n + x], f->lab[2 * n + x]);
        const uint8_t k = f->label[cell];
        label[x] = k;
        out->color[k].count++;
        if (is_edge || x == 0 || x == n - 1) {
            out->color[k].border++;
            out->border++;
        }
        if (cell == f->centre[k].peak)
            cast(&votes[k], pixel_at(f->in, x, y));
    }
}

static void count_votes(const struct finding *f, int32_t y, struct vote *votes)
{
    const int32_t n = f->in->width;
    const uint8_t *label = f->pixel_label + (size_t)y * (size_t)n;
    for (int32_t x = 0; x < n; x++)
        votes[label[x]].count += memcmp(votes[label[x]].rgb, pixel_at(f->in, x, y), 3) == 0;
}

/* Of a flat colour most of the weight is in one cell: its pixels name it. What is spread over many,
 * as in photographs, is called by its mean. */
static void name_colours(const struct finding *f, const struct vote *votes,
                         struct fov__palette *out)
{
    for (int32_t k = 0; k < f->n; k++) {
        const struct centre *centre = &f->centre[k];
        const struct cell *peak = &f->cell[centre->peak];
        const bool is_spread = (uint64_t)peak->weight * SPREAD_PART < centre->weight;
        const int64_t *sum = is_spread ? centre->rgb : peak->rgb;
        const int64_t n = is_spread          ? (int64_t)centre->weight
                          : peak->weight > 0 ? (int64_t)peak->weight
                                             : (int64_t)peak->count;
        if (!is_spread && 2 * (uint64_t)votes[k].count > peak->count) {
            memcpy(out->color[k].rgb, votes[k].rgb, 3);
            continue;
        }
        for (int c = 0; c < 3; c++)
            out->color[k].rgb[c] = (uint8_t)((sum[c] + n / 2) / n);
    }
}

static bool is_named(const struct finding *f, const struct fov__palette *out, int32_t x, int32_t y)
{
    const uint8_t *p = pixel_at(f->in, x, y);
    const uint8_t k = f->pixel_label[(size_t)y * (size_t)f->in->width + (size_t)x];
    for (int32_t c = 0; c < 3; c++) {
        const int32_t d = p[c] - out->color[k].rgb[c];
        if (d > 2 * SAME || -d > 2 * SAME)
            return false;
    }
    return true;
}

/* A place in a colour shall show it: pixels that only are nearest to it are taken out of its area,
 * unless there are no others. */
static void bare(struct finding *f, const struct fov__palette *out)
{
    const int32_t n = f->in->width;
    bool has_any[FOV__PALETTE_ROOM] = {false};
    for (int32_t y = 0; y < f->in->height; y++) {
        for (int32_t x = 0; x < n; x++)
            has_any[f->pixel_label[(size_t)y * (size_t)n + (size_t)x]] |= is_named(f, out, x, y);
    }
    for (int32_t y = 0; y < f->in->height; y++) {
        uint8_t *label = f->pixel_label + (size_t)y * (size_t)n;
        for (int32_t x = 0; x < n; x++) {
            if (has_any[label[x]] && !is_named(f, out, x, y))
                label[x] = FOV__PALETTE_NONE;
        }
    }
}

static fov_status label_pixels(struct finding *f, struct fov__palette *out, fov_error *err)
{
    struct vote votes[FOV__PALETTE_ROOM];
    fov_status rc = FOV_OK;
    memset(votes, 0, sizeof(votes));
    for (int32_t y = 0; rc == FOV_OK && y < f->in->height; y++) {
        rc = fov__filter_look(&f->filter, y, err);
        label_row(f, y, votes, out);
    }
    for (int32_t y = 0; rc == FOV_OK && y < f->in->height; y++)
        count_votes(f, y, votes);
    if (rc == FOV_OK) {
        name_colours(f, votes, out);
        bare(f, out);
    }
    return rc;
}

/* The colour before `n` that goes by nearly the same name; -1 when there is none. */
static int32_t namesake(const struct fov__palette *out, int32_t n, const uint8_t rgb[3])
{
    for (int32_t i = 0; i < n; i++) {
        if (fov__delta_e2000(fov__lab_of(out->color[i].rgb), fov__lab_of(rgb)) < ALIKE)
            return i;
    }
    return -1;
}

/* The heaviest `most`, the most frequent first. */
static void cut(struct fov__palette *out, int32_t most)
{
    int32_t n = 0;
    for (int32_t i = 0; i < out->n; i++) {
        const struct fov__palette_color *color = &out->color[i];
        const int32_t k = namesake(out, n, color->rgb);
        if (k >= 0) {
            out->color[k].count += color->count;
            out->color[k].border += color->border;
        } else if (color->count > 0) { /* a cluster may have lost all to its neighbours */
            out->color[n++] = *color;
        }
    }
    out->n = n < most ? n : most;
    out->left_out = n - out->n;
    for (int32_t i = 1; i < out->n; i++) {
        const struct fov__palette_color moved = out->color[i];
        int32_t at = i;
        for (; at > 0 && out->color[at - 1].count < moved.count; at--)
            out->color[at] = out->color[at - 1];
        out->color[at] = moved;
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

static fov_status find(struct finding *f, int32_t most, struct fov__palette *out, fov_error *err)
{
    const struct fov__view *in = f->in;
    fov_status rc = FOV_OK;
    for (int32_t y = 0; rc == FOV_OK && y < in->height; y++) {
        rc = fov__filter_look(&f->filter, y, err);
        count_row(f, y);
    }
    if (rc < 0)
        return rc;
    for (uint32_t i = 0; i < CELLS; i++) {
        if (f->cell[i].count > 0)
            f->used[f->used_count++] = i;
    }
    begin(f);
    rank(f);
    settle(f);
    drop_alike(f);
    for (int32_t i = 1; i < ROUNDS; i++)
        settle(f);
    rank(f);
    label_cells(f);
    out->n = f->n;
    rc = label_pixels(f, out, err);
    if (rc == FOV_OK)
        rc = fov__palette_places(&f->filter, f->pixel_label, in->width, in->height, out, err);
    if (rc == FOV_OK)
        cut(out, most);
    return rc;
}

fov_status fov__palette_find(const struct fov__filter *filter, const struct fov__view *in,
                             int32_t most, struct fov__palette *out, fov_error *err)
{
    const size_t pixels = (size_t)in->width * (size_t)in->height;
    const size_t row = 3 * (size_t)in->width * sizeof(int16_t);
    const size_t size = CELLS * (sizeof(struct cell) + sizeof(uint32_t) + 1) + row + pixels;
    struct finding *f = fov__calloc(filter->ctx, 1, sizeof(*f));
    fov_status rc = FOV_OK;
    memset(out, 0, sizeof(*out));
    if (f == NULL)
        return fov__fail_memory(err, filter->where, sizeof(*f));
    f->filter = *filter;
    f->in = in;
    f->cell = fov__calloc(filter->ctx, 1, size);
    if (f->cell == NULL) {
        rc = fov__fail_memory(err, filter->where, size);
        goto done;
    }
    f->used = (uint32_t *)(f->cell + CELLS);
    f->lab = (int16_t *)(f->used + CELLS);
    f->label = (uint8_t *)f->lab + row;
    f->pixel_label = f->label + CELLS;
    rc = fov__lab_tables_new(&f->tables, filter->ctx, err);
    if (rc == FOV_OK)
        rc = find(f, most, out, err);
done:
    fov__lab_tables_free(f->tables);
    fov__free(filter->ctx, f->cell);
    fov__free(filter->ctx, f);
    return rc;
}
