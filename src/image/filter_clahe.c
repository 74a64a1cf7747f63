/* SPDX-License-Identifier: MIT */
/* Local contrast: each tile's luma is equalised under a limit, and a pixel's level lies between the
 * maps of the four tiles around it. The four maps of a stretch of a row stand side by side for each
 * level, so that a pixel needs one look into memory. */
#include "image/filter_kernels.h"

enum { TILES = 8, TILE_MIN = 8 /* pixels: a histogram of fewer says nothing */ };

/* The two tiles between whose centres a pixel lies, and how far towards the second, in 1/256. */
struct between {
    int32_t a, b, f;
};

struct clahe {
    const struct fov__clahe_kernels *kernels;
    const struct fov__point_kernels *point;
    int32_t nx, ny;
    int32_t start[TILES + 2]; /* where each stretch of a row begins; between tiles i - 1 and i */
    int32_t above, below;     /* what `quad` was made for */
    int16_t *weights;         /* two of each column */
    uint8_t *luma, *mapped;   /* a row */
    uint8_t map[TILES * TILES][256];
    struct fov__clahe_quad quad[TILES + 1];
    struct fov__levels levels[TILES];
};

static int32_t tiles_of(int32_t length)
{
    const int32_t n = length / TILE_MIN;
    return n < 1 ? 1 : n > TILES ? TILES : n;
}

static int32_t edge_of(int32_t tile, int32_t length, int32_t n)
{
    return (int32_t)((int64_t)tile * length / n);
}

static struct between between_tiles(int32_t at, int32_t length, int32_t n)
{
    const int64_t u = (2 * (int64_t)at + 1) * n * 128 / length - 128;
    if (u <= 0)
        return (struct between){0, 0, 0};
    const int32_t a = (int32_t)(u / 256);
    if (a >= n - 1)
        return (struct between){n - 1, n - 1, 0};
    return (struct between){a, a + 1, (int32_t)(u % 256)};
}

/* ---- the maps -------------------------------------------------------------------------------- */

/* Cut the histogram at the limit, share what was cut off among all levels, and sum it up. */
static void equalise(uint32_t histogram[256], uint64_t total, double clip, uint8_t map[256])
{
    const uint64_t clip_q = (uint64_t)fov__rint(clip * 256);
    const uint64_t limit = clip_q * total / 65536 > 0 ? clip_q * total / 65536 : 1;
    uint64_t excess = 0, sum = 0;
    for (int v = 0; v < 256; v++) {
        if (histogram[v] > limit) {
            excess += histogram[v] - limit;
            histogram[v] = (uint32_t)limit;
        }
    }
    for (uint64_t v = 0; v < 256; v++) {
        sum += histogram[v];
        /* In 1/256 of a pixel, since the share of a level is a fraction in a small tile. */
        const uint64_t shared = 256 * sum + excess * (v + 1);
        map[v] = (uint8_t)((shared * 255 + 128 * total) / (256 * total));
    }
}

static const uint8_t *luma_of(const struct clahe *clahe, const struct fov__view *view, int32_t y)
{
    const uint8_t *row = fov__view_row(view, y);
    if (view->bands == 1)
        return row;
    clahe->point->luma(clahe->luma, row, (size_t)view->width, view->bands);
    return clahe->luma;
}

/* The maps of one row of tiles. */
static fov_status make_maps(struct clahe *clahe, const struct fov__filter *filter,
                            const struct fov__view *in, int32_t ty, double clip, fov_error *err)
{
    const int32_t y1 = edge_of(ty, in->height, clahe->ny);
    const int32_t y2 = edge_of(ty + 1, in->height, clahe->ny);
    memset(clahe->levels, 0, sizeof(clahe->levels));
    for (int32_t y = y1; y < y2; y++) {
        const fov_status rc = fov__filter_look(filter, y, err);
        if (rc < 0)
            return rc;
        const uint8_t *luma = luma_of(clahe, in, y);
        for (int32_t tx = 0; tx < clahe->nx; tx++) {
            const int32_t x1 = edge_of(tx, in->width, clahe->nx);
            const int32_t x2 = edge_of(tx + 1, in->width, clahe->nx);
            fov__levels_add(&clahe->levels[tx], luma + x1, (size_t)(x2 - x1));
        }
    }
    for (int32_t tx = 0; tx < clahe->nx; tx++) {
        const int32_t width =
            edge_of(tx + 1, in->width, clahe->nx) - edge_of(tx, in->width, clahe->nx);
        uint32_t sums[256];
        fov__levels_sum(&clahe->levels[tx], sums);
        equalise(sums, (uint64_t)width * (uint64_t)(y2 - y1), clip,
                 clahe->map[ty * clahe->nx + tx]);
    }
    return FOV_OK;
}

/* ---- between them ---------------------------------------------------------------------------- */

static void blend(uint8_t *out, const uint8_t *in, const struct fov__clahe_quad *quad,
                  const int16_t *weights, int32_t f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *of = quad->of[in[i]];
        const int32_t left = of[0] * (256 - f) + of[1] * f;
        const int32_t right = of[2] * (256 - f) + of[3] * f;
        out[i] = (uint8_t)((left * weights[2 * i] + right * weights[2 * i + 1] + 32768) >> 16);
    }
}

const struct fov__clahe_kernels fov__clahe_portable = {blend};

static void find_stretches(struct clahe *clahe, int32_t width)
{
    int32_t stretch = 0;
    clahe->start[0] = 0;
    for (int32_t x = 0; x < width; x++) {
        const struct between u = between_tiles(x, width, clahe->nx);
        const int32_t at = u.a < u.b ? u.b : u.a == 0 ? 0 : clahe->nx;
        clahe->weights[2 * x] = (int16_t)(256 - u.f);
        clahe->weights[2 * x + 1] = (int16_t)u.f;
        while (stretch < at)
            clahe->start[++stretch] = x;
    }
    while (stretch <= clahe->nx)
        clahe->start[++stretch] = width;
}

static void make_quads(struct clahe *clahe, int32_t above, int32_t below)
{
    for (int32_t s = 0; s <= clahe->nx; s++) {
        const int32_t left = s > 0 ? s - 1 : 0, right = s < clahe->nx ? s : clahe->nx - 1;
        for (int v = 0; v < 256; v++) {
            uint8_t *of = clahe->quad[s].of[v];
            of[0] = clahe->map[above * clahe->nx + left][v];
            of[1] = clahe->map[below * clahe->nx + left][v];
            of[2] = clahe->map[above * clahe->nx + right][v];
            of[3] = clahe->map[below * clahe->nx + right][v];
        }
    }
    clahe->above = above;
    clahe->below = below;
}

static void apply_row(struct clahe *clahe, const struct fov__view *in, const struct fov__view *out,
                      int32_t y)
{
    const struct between v = between_tiles(y, in->height, clahe->ny);
    const uint8_t *luma = luma_of(clahe, in, y);
    if (v.a != clahe->above || v.b != clahe->below)
        make_quads(clahe, v.a, v.b);
    for (int32_t s = 0; s <= clahe->nx; s++) {
        const int32_t x = clahe->start[s];
        clahe->kernels->blend(clahe->mapped + x, luma + x, &clahe->quad[s], clahe->weights + 2 * x,
                              v.f, (size_t)(clahe->start[s + 1] - x));
    }
    if (in->bands == 1)
        memcpy(fov__view_row(out, y), clahe->mapped, (size_t)in->width);
    else
        clahe->point->shift(fov__view_row(out, y), fov__view_row(in, y), luma, clahe->mapped,
                            (size_t)in->width, in->bands);
}

fov_status fov__filter_clahe(const struct fov__filter *filter, const struct fov__view *in,
                             const struct fov__view *out, double clip, fov_error *err)
{
    const size_t width = (size_t)in->width;
    const size_t size = sizeof(struct clahe) + width * (2 + 2 * sizeof(int16_t));
    struct clahe *clahe = fov__alloc(filter->ctx, size);
    fov_status rc = FOV_OK;
    if (clahe == NULL)
        return fov__fail_memory(err, filter->where, size);
    clahe->kernels = FOV__TWIN(filter->ctx->cpu, clahe);
    clahe->point = FOV__TWIN(filter->ctx->cpu, point);
    clahe->nx = tiles_of(in->width);
    clahe->ny = tiles_of(in->height);
    clahe->above = clahe->below = -1;
    clahe->weights = (int16_t *)(clahe + 1);
    clahe->luma = (uint8_t *)(clahe->weights + 2 * width);
    clahe->mapped = clahe->luma + width;
    find_stretches(clahe, in->width);
    for (int32_t ty = 0; rc == FOV_OK && ty < clahe->ny; ty++)
        rc = make_maps(clahe, filter, in, ty, clip, err);
    for (int32_t y = 0; rc == FOV_OK && y < in->height; y++) {
        rc = fov__filter_look(filter, y, err);
        if (rc == FOV_OK)
            apply_row(clahe, in, out, y);
    }
    fov__free(filter->ctx, clahe);
    return rc;
}
