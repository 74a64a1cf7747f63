/* SPDX-License-Identifier: MIT */
/* A picture is divided into areas: cores by union-find in two passes, their rims by growing, their
 * smoothed edges by mixing, the print on them by enclosure. What comes depends on the order of rows
 * alone; which areas are worth telling is not decided here. */
#include "image/regions_internal.h"

enum {
    FRESH = 1 << 30,     /* labels of the running pass, which do not breed in it */
    AREAS_MAX = 1 << 18, /* of a photograph the smaller ones are given up */
    CORE_MIN = 3,        /* pixels; fewer are chance */
    GROW_STEPS = 2,      /* a core is one pixel smaller than its area, two at a corner */
    CANDIDATES = 6,
    PRINT = 500,      /* letters in the background's colour are smaller than such a share of all */
    MANY = 0x7fffffff /* neighbours of several kinds */
};

/* ---- memory --------------------------------------------------------------------------------- */

uint8_t *fov__shapes_rgb(const struct fov__filter *filter, const struct fov_pixels *px)
{
    const size_t w = (size_t)px->width;
    uint8_t *rgb = fov__alloc(filter->ctx, w * (size_t)px->height * 3);
    for (int32_t y = 0; rgb != NULL && y < px->height; y++) {
        const uint8_t *row = fov__pixels_row(px, y);
        uint8_t *to = rgb + (size_t)y * w * 3;
        if (px->bands == 3) {
            memcpy(to, row, w * 3);
            continue;
        }
        for (size_t x = 0; x < w; x++, row += 4, to += 3) {
            for (int c = 0; c < 3; c++)
                to[c] = (uint8_t)((row[c] * row[3] + 255 * (255 - row[3]) + 127) / 255);
        }
    }
    return rgb;
}

static fov_status to_lab(struct field *f, fov_error *err)
{
    struct fov__lab_tables *tables = NULL;
    const fov_status rc = fov__lab_tables_new(&tables, f->filter->ctx, err);
    if (rc == FOV_OK)
        fov__lab_from_srgb(tables, f->lab[0], f->lab[1], f->lab[2], f->rgb, f->n, 3);
    fov__lab_tables_free(tables);
    return rc;
}

/* How much like colours differ: in a drawing neighbours are the same or far apart, in a JPEG a
 * tenth of them and more are nearly the same. */
static double find_noise(const struct field *f)
{
    const int64_t near = field_square(10), same = field_square(0.2);
    uint64_t count = 0;
    for (size_t i = 1; i < f->n; i++) {
        const int32_t lab[3] = {f->lab[0][i - 1], f->lab[1][i - 1], f->lab[2][i - 1]};
        const int64_t d = field_between(f, i, lab);
        count += d > same && d < near;
    }
    const double share = (double)count / (double)f->n * 10;
    return 2.5 + 3.5 * (share < 1 ? share : 1);
}

fov_status fov__field_open(struct field *f, const struct fov__filter *filter,
                           const struct fov_pixels *px, fov_error *err)
{
    fov_context *ctx = filter->ctx;
    memset(f, 0, sizeof(*f));
    f->filter = filter;
    f->width = px->width;
    f->height = px->height;
    f->n = (size_t)px->width * (size_t)px->height;
    if (f->n >= FRESH)
        return fov__fail(err, FOV_E_LIMIT, 0, filter->where, "%zu pixels are too many", f->n);
    f->rgb = fov__shapes_rgb(filter, px);
    for (int c = 0; c < 3; c++)
        f->lab[c] = fov__calloc(ctx, f->n, sizeof(int16_t));
    f->label = fov__calloc(ctx, f->n, sizeof(uint32_t));
    f->link = fov__calloc(ctx, f->n, sizeof(uint32_t));
    f->touch = fov__calloc(ctx, f->n, sizeof(uint32_t));
    f->is_core = fov__calloc(ctx, f->n, 1);
    if (!f->rgb || !f->lab[0] || !f->lab[1] || !f->lab[2] || !f->label || !f->link || !f->touch ||
        !f->is_core)
        return fov__fail_memory(err, filter->where, f->n * 22);
    const fov_status rc = to_lab(f, err);
    if (rc == FOV_OK)
        f->noise = find_noise(f);
    return rc;
}

void fov__field_close(struct field *f)
{
    fov_context *ctx = f->filter->ctx;
    fov__free(ctx, f->rgb);
    for (int c = 0; c < 3; c++)
        fov__free(ctx, f->lab[c]);
    fov__free(ctx, f->label);
    fov__free(ctx, f->link);
    fov__free(ctx, f->touch);
    fov__free(ctx, f->is_core);
    fov__free(ctx, f->areas);
}

/* ---- union-find ----------------------------------------------------------------------------- */

static uint32_t root_of(uint32_t *link, uint32_t i)
{
    while (link[i] != i) {
        link[i] = link[link[i]];
        i = link[i];
    }
    return i;
}

/* The first pixel in reading order is the root. */
static void unite(uint32_t *link, uint32_t a, uint32_t b)
{
    a = root_of(link, a);
    b = root_of(link, b);
    if (a < b)
        link[b] = a;
    else
        link[a] = b;
}

/* Pixels of `set` that touch become one. */
static void unite_all(struct field *f, const uint8_t *set, bool by_corners)
{
    const size_t w = (size_t)f->width;
    for (size_t i = 0; i < f->n; i++) {
        const size_t x = i % w;
        f->link[i] = (uint32_t)i;
        if (!set[i])
            continue;
        if (x > 0 && set[i - 1])
            unite(f->link, (uint32_t)i, (uint32_t)(i - 1));
        if (i < w)
            continue;
        if (set[i - w])
            unite(f->link, (uint32_t)i, (uint32_t)(i - w));
        if (by_corners && x > 0 && set[i - w - 1])
            unite(f->link, (uint32_t)i, (uint32_t)(i - w - 1));
        if (by_corners && x + 1 < w && set[i - w + 1])
            unite(f->link, (uint32_t)i, (uint32_t)(i - w + 1));
    }
}

/* Roots of at least `least` pixels; their sizes are in f->label. */
static uint32_t count_roots(const struct field *f, uint32_t least)
{
    uint32_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += f->label[i] >= least && f->link[i] == i;
    return n;
}

/* Labels in reading order of the areas' first pixels. */
static fov_status number(struct field *f, fov_error *err)
{
    uint32_t least = CORE_MIN, next = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (f->is_core[i])
            f->label[root_of(f->link, (uint32_t)i)]++;
    }
    while ((f->count = count_roots(f, least)) > AREAS_MAX)
        least *= 2;
    f->areas = fov__calloc(f->filter->ctx, (size_t)f->count + 1, sizeof(*f->areas));
    if (f->areas == NULL)
        return fov__fail_memory(err, f->filter->where, (f->count + 1) * sizeof(*f->areas));
    for (size_t i = 0; i < f->n; i++) {
        const bool is_root = f->link[i] == i;
        if (is_root)
            f->label[i] = f->is_core[i] && f->label[i] >= least ? ++next : 0;
        else
            f->label[i] = f->label[root_of(f->link, (uint32_t)i)];
    }
    return FOV_OK;
}

/* Mean colours, one channel at a time: the sums have their place where those of places will be. */
static void measure_cores(struct field *f)
{
    for (int c = 0; c < 3; c++) {
        for (uint32_t k = 0; k <= f->count; k++)
            f->areas[k].sum_x = f->areas[k].sum_y = f->areas[k].count = 0;
        for (size_t i = 0; i < f->n; i++) {
            struct area *a = &f->areas[f->label[i]];
            a->sum_x += (uint64_t)(f->lab[c][i] + 32768);
            a->sum_y += f->rgb[i * 3 + (size_t)c];
            a->count++;
        }
        for (uint32_t k = 1; k <= f->count; k++) {
            struct area *a = &f->areas[k];
            a->lab[c] = (int32_t)((a->sum_x + a->count / 2) / a->count) - 32768;
            a->rgb[c] = (uint8_t)((a->sum_y + a->count / 2) / a->count);
        }
    }
}

/* A core is like all of its four neighbours: a smoothed edge has a side that it is not like,
 * however flat it runs, so that no chain of small steps leads over it. */
static void find_cores(struct field *f)
{
    const size_t w = (size_t)f->width;
    const int64_t most = field_square(f->noise);
    memset(f->is_core, 1, f->n);
    for (size_t i = 0; i < f->n; i++) {
        const int32_t lab[3] = {f->lab[0][i], f->lab[1][i], f->lab[2][i]};
        if (i % w + 1 < w && field_between(f, i + 1, lab) > most)
            f->is_core[i] = f->is_core[i + 1] = 0;
        if (i + w < f->n && field_between(f, i + w, lab) > most)
            f->is_core[i] = f->is_core[i + w] = 0;
    }
}

fov_status fov__field_divide(struct field *f, bool by_corners, fov_error *err)
{
    if (!by_corners)
        find_cores(f);
    unite_all(f, f->is_core, by_corners);
    const fov_status rc = number(f, err);
    if (rc == FOV_OK)
        measure_cores(f);
    return rc;
}

/* ---- growing -------------------------------------------------------------------------------- */

/* The four neighbours of i, as far as there are. */
static int around(const struct field *f, size_t i, size_t out[4])
{
    const size_t w = (size_t)f->width;
    int n = 0;
    if (i % w > 0)
        out[n++] = i - 1;
    if (i % w + 1 < w)
        out[n++] = i + 1;
    if (i >= w)
        out[n++] = i - w;
    if (i + w < f->n)
        out[n++] = i + w;
    return n;
}

/* Rims of the areas' own colour, breadth first. */
static void grow_rims(struct field *f)
{
    const int64_t most = field_square(f->noise * 1.5);
    uint32_t *queue = f->link;
    size_t head = 0, tail = 0, near[4];
    for (size_t i = 0; i < f->n; i++) {
        if (f->label[i] != 0)
            queue[tail++] = (uint32_t)i;
    }
    for (int step = 0; step < GROW_STEPS; step++) {
        for (const size_t end = tail; head < end; head++) {
            const uint32_t label = f->label[queue[head]];
            const int n = around(f, queue[head], near);
            for (int k = 0; k < n; k++) {
                if (f->label[near[k]] == 0 &&
                    field_between(f, near[k], f->areas[label].lab) <= most) {
                    f->label[near[k]] = label;
                    queue[tail++] = (uint32_t)near[k];
                }
            }
        }
    }
}

/* How far p is from every mixture of a and b, squared; *share is that of b in the nearest one. */
static double off_mixture(const uint8_t *p, const uint8_t *a, const uint8_t *b, double *share)
{
    int32_t ab = 0, ap = 0, pp = 0;
    for (int c = 0; c < 3; c++) {
        ab += (b[c] - a[c]) * (b[c] - a[c]);
        ap += (p[c] - a[c]) * (b[c] - a[c]);
        pp += (p[c] - a[c]) * (p[c] - a[c]);
    }
    if (ab == 0) {
        *share = 0;
        return pp;
    }
    *share = (double)ap / ab;
    const double t = *share < 0 ? 0 : *share > 1 ? 1 : *share;
    return pp - 2 * t * ap + t * t * ab;
}

/* Different labels within `radius` of i, which are not of the running pass. */
static int labels_near(const struct field *f, size_t i, int32_t radius, uint32_t out[CANDIDATES])
{
    const int32_t w = f->width, x = (int32_t)(i % (size_t)w), y = (int32_t)(i / (size_t)w);
    int n = 0;
    for (int32_t v = y - radius; v <= y + radius; v++) {
        for (int32_t u = x - radius; u <= x + radius; u++) {
            if (u < 0 || v < 0 || u >= w || v >= f->height)
                continue;
            const uint32_t label = f->label[(size_t)v * (size_t)w + (size_t)u];
            bool is_new = label != 0 && label < FRESH && n < CANDIDATES;
            for (int k = 0; k < n && is_new; k++)
                is_new = out[k] != label;
            if (is_new)
                out[n++] = label;
        }
    }
    return n;
}

/* Pixels that mix two areas near them go to the one that they have more of. */
static void grow_mixed(struct field *f, int32_t radius)
{
    const double most = (8 + 2 * f->noise) * (8 + 2 * f->noise);
    for (size_t i = 0; i < f->n; i++) {
        uint32_t near[CANDIDATES] = {0}, best = 0;
        double least = most;
        const int n = f->label[i] == 0 ? labels_near(f, i, radius, near) : 0;
        for (int a = 0; a < n; a++) {
            for (int b = a + 1; b < n; b++) {
                double share;
                const double off = off_mixture(f->rgb + i * 3, f->areas[near[a]].rgb,
                                               f->areas[near[b]].rgb, &share);
                if (off < least) {
                    least = off;
                    best = share < 0.5 ? near[a] : near[b];
                }
            }
        }
        if (best != 0)
            f->label[i] = best | FRESH;
    }
    for (size_t i = 0; i < f->n; i++)
        f->label[i] &= ~(uint32_t)FRESH;
}

/* Areas that touch and are of one colour but for the noise between them become the earlier one. */
static void merge_alike(struct field *f)
{
    const size_t w = (size_t)f->width;
    const int64_t most = field_square(f->noise * 1.5);
    uint32_t *link = f->touch; /* of labels: there are fewer than pixels */
    for (uint32_t k = 0; k <= f->count; k++)
        link[k] = k;
    for (size_t i = 0; i < f->n; i++) {
        const size_t near[2] = {i % w + 1 < w ? i + 1 : i, i + w < f->n ? i + w : i};
        for (int k = 0; k < 2; k++) {
            const uint32_t a = f->label[i], b = f->label[near[k]];
            int64_t d = 0;
            if (a == b || a == 0 || b == 0)
                continue;
            for (int c = 0; c < 3; c++) {
                const int64_t dc = f->areas[a].lab[c] - f->areas[b].lab[c];
                d += dc * dc;
            }
            if (d <= most)
                unite(link, a, b);
        }
    }
    for (size_t i = 0; i < f->n; i++)
        f->label[i] = root_of(link, f->label[i]);
}

void fov__field_grow(struct field *f)
{
    grow_rims(f);
    grow_mixed(f, 1);
    grow_mixed(f, 2);
    grow_rims(f);
    merge_alike(f);
}

void fov__field_smooth(struct field *f, const uint8_t background[3])
{
    size_t near[4];
    for (size_t i = 0; i < f->n; i++) {
        const int n = f->label[i] == 0 ? around(f, i, near) : 0;
        for (int k = 0; k < n; k++) {
            const uint32_t label = f->label[near[k]];
            double share;
            if (label == 0 || label >= FRESH ||
                off_mixture(f->rgb + i * 3, f->areas[label].rgb, background, &share) >= 400 ||
                share >= 0.5)
                continue;
            f->label[i] = label | FRESH;
            break;
        }
    }
    for (size_t i = 0; i < f->n; i++)
        f->label[i] &= ~(uint32_t)FRESH;
}

/* ---- what lies on an area ------------------------------------------------------------------- */

static void meet(uint32_t *touch, uint32_t root, uint32_t label)
{
    if (touch[root] == 0)
        touch[root] = label;
    else if (touch[root] != label)
        touch[root] = MANY;
}

/* What is no area, or one too small to be told, and is surrounded by a single one, is print on it.
 */
void fov__field_fill(struct field *f, uint32_t min_area)
{
    const size_t w = (size_t)f->width;
    size_t near[4];
    for (size_t i = 0; i < f->n; i++) {
        const struct area *a = &f->areas[f->label[i]];
        f->is_core[i] = f->label[i] == 0 || a->count < min_area ||
                        (a->is_background && a->count < f->n / PRINT);
        f->touch[i] = 0;
    }
    unite_all(f, f->is_core, true);
    for (size_t i = 0; i < f->n; i++) {
        if (!f->is_core[i])
            continue;
        const uint32_t root = root_of(f->link, (uint32_t)i);
        const int n = around(f, i, near);
        if (n < 4 || i < w)
            f->touch[root] = MANY; /* it may go on outside */
        for (int k = 0; k < n; k++) {
            if (!f->is_core[near[k]])
                meet(f->touch, root, f->label[near[k]]);
        }
    }
    for (size_t i = 0; i < f->n; i++) {
        if (!f->is_core[i])
            continue;
        const uint32_t label = f->touch[root_of(f->link, (uint32_t)i)];
        f->label[i] = label != 0 && label != MANY && !f->areas[label].is_background ? label : 0;
    }
}

void fov__field_measure(struct field *f)
{
    for (uint32_t k = 0; k <= f->count; k++) {
        struct area *a = &f->areas[k];
        a->count = 0;
        a->sum_x = a->sum_y = 0;
        a->x1 = f->width;
        a->y1 = f->height;
        a->x2 = a->y2 = 0;
    }
    for (size_t i = 0; i < f->n; i++) {
        struct area *a = &f->areas[f->label[i]];
        const int32_t x = (int32_t)(i % (size_t)f->width), y = (int32_t)(i / (size_t)f->width);
        a->count++;
        a->sum_x += (uint64_t)x;
        a->sum_y += (uint64_t)y;
        a->x1 = x < a->x1 ? x : a->x1;
        a->y1 = y < a->y1 ? y : a->y1;
        a->x2 = x >= a->x2 ? x + 1 : a->x2;
        a->y2 = y >= a->y2 ? y + 1 : a->y2;
    }
}
