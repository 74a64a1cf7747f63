/* SPDX-License-Identifier: MIT */
/* Free maps, rotation and perspective, tile by tile: the source pixels that a tile of the output
 * needs are laid out for multiplying, their edges repeated, then every output pixel is a square of
 * taps. Tiles and their kernels follow from the map alone, so that neither threads nor the twin in
 * use can be seen in a pixel. */
#include "image/turn_internal.h"
#include "image/warp_internal.h"

/* A tile's source pixels stay in the second cache; where they would not, the tile is cut. One
 * output pixel always fits: its taps are at most 2 x 3 x 8 each way. */
enum { CELLS_MAX = 40000, LEVELS = 25 };

/* Copies of the source for the far end of a perspective, each half as large as the one before: the
 * last is for 256 source pixels to one, which is more than `straighten` lets through. */
enum { COPIES = 5 };

struct job {
    const struct fov_pixels *src;
    struct fov_pixels *out;
    struct fov_mat to_src;
    enum fov__kernel kernel;
    const struct fov_sampler *sampler;
    const fov_cancel *cancel;
    int32_t edge, across;    /* of a tile; tiles for each row of them */
    fov_box within;          /* beyond it every tap reads the edge */
    struct fov_reach *reach; /* LEVELS */
    const struct job *next;  /* the same map from a copy of half the size; NULL: none */
};

/* ---- kernels -------------------------------------------------------------------------------- */

static const double eighths[8] = {1.0,
                                  1.0905077326652577,
                                  1.189207115002721,
                                  1.2968395546510096,
                                  1.4142135623730951,
                                  1.5422108254079407,
                                  1.681792830507429,
                                  1.8340080864093424};

/* Perspective needs other widenings in other places: eight to an octave, up to 8. The step between
 * neighbours, 9 %, cannot be seen. */
static double level_scale(int32_t level)
{
    return eighths[level % 8] * (1 << level / 8);
}

static int32_t level_for(double scale)
{
    int32_t level = 0;

    while (level < LEVELS - 1 && level_scale(level) < scale * (1.0 - 1e-9))
        level++;
    return level;
}

/* The coefficients of each phase as a register holds them. */
static fov_status spread(struct fov_reach *reach, fov_context *ctx, fov_error *err)
{
    const int32_t count = reach->count, fours = (count + 3) / 4;
    const size_t size = (size_t)reach->taps.n * (size_t)fours * 16;
    int16_t *to;

    reach->wide = to = fov__calloc(ctx, size, sizeof(*to));
    if (!to)
        return fov__fail_memory(err, "resample", size * sizeof(*to));
    for (int32_t p = 0; p < reach->taps.n; p++) {
        const int16_t *coef = reach->taps.coef + (size_t)p * (size_t)count;

        for (int32_t k = 0; k < count; k += 4, to += 16) {
            for (int32_t c = 0; c < 8; c += 2) {
                to[c] = coef[k];
                to[8 + c] = coef[k + 1];
                to[c + 1] = k + 2 < count ? coef[k + 2] : 0;
                to[9 + c] = k + 2 < count ? coef[k + 3] : 0;
            }
        }
    }
    return FOV_OK;
}

/* 256 phases at scale 1, fewer where the kernel is wider: the table stays as large. */
static fov_status reach_make(struct fov_reach *reach, fov_context *ctx, enum fov__kernel kernel,
                             double scale, fov_error *err)
{
    fov_status rc;

    if (reach->scale > 0.0)
        return FOV_OK;
    if (!(scale < 2 * FOV__FREE_SHRINK)) /* shrinking came first, but for what is no number */
        return fov__fail(err, FOV_E_INTERNAL, 0, "resample",
                         "an output pixel covers %g source pixels, and no map shrinks so much",
                         scale);
    reach->bits = 8;
    if (kernel == FOV__KERNEL_NEAREST || (kernel == FOV__KERNEL_LINEAR && scale == 1.0)) {
        reach->scale = scale;
        reach->bits = kernel == FOV__KERNEL_NEAREST ? 0 : FOV__LINEAR_BITS;
        reach->count = kernel == FOV__KERNEL_NEAREST ? 1 : 2;
        return FOV_OK;
    }
    for (double s = 2.0; s <= scale && reach->bits > 4; s *= 2.0)
        reach->bits--;
    rc = fov__taps_phases(&reach->taps, ctx, kernel, scale, 1 << reach->bits, err);
    if (rc < 0)
        return rc;
    reach->scale = scale;
    reach->count = reach->taps.count;
    reach->first = reach->taps.first[0];
    return spread(reach, ctx, err);
}

static void tile_box(const struct job *job, int32_t i, int32_t box[4])
{
    box[0] = i % job->across * job->edge;
    box[1] = i / job->across * job->edge;
    box[2] = box[0] + job->edge < job->out->width ? box[0] + job->edge : job->out->width;
    box[3] = box[1] + job->edge < job->out->height ? box[1] + job->edge : job->out->height;
}

/* Which copy a tile reads and at which level: the source and level 0 alone of an affine map, which
 * is alike everywhere. */
static const struct job *tile_job(const struct job *job, int32_t i, int32_t *level)
{
    fov_point middle;
    int32_t box[4];
    double s;

    *level = 0;
    if (fov__mat_is_affine(job->to_src))
        return job;
    tile_box(job, i, box);
    middle = (fov_point){(box[0] + box[2]) * 0.5, (box[1] + box[3]) * 0.5};
    s = fov__warp_widening(job->to_src, middle);
    while (job->next && s >= FOV__FREE_SHRINK) {
        job = job->next;
        s = fov__warp_widening(job->to_src, middle);
    }
    *level = level_for(s);
    return job;
}

/* ---- tiles ---------------------------------------------------------------------------------- */

struct span {
    int32_t x1, y1, x2, y2; /* phases */
};

static void widen(struct span *span, const struct fov_spots *spots)
{
    for (int32_t k = 0; k < spots->n; k++) {
        span->x1 = spots->x[k] < span->x1 ? spots->x[k] : span->x1;
        span->x2 = spots->x[k] > span->x2 ? spots->x[k] : span->x2;
        span->y1 = spots->y[k] < span->y1 ? spots->y[k] : span->y1;
        span->y2 = spots->y[k] > span->y2 ? spots->y[k] : span->y2;
    }
}

/* Where a box of the output lies in the source. Positions of an affine map rise or fall along rows
 * and columns, also when rounded: its corners are enough. */
static struct span span_of(const struct job *job, const struct fov_reach *reach, const int32_t b[4])
{
    const int32_t step = fov__mat_is_affine(job->to_src) && b[3] - b[1] > 1 ? b[3] - b[1] - 1 : 1;
    struct span span = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    struct fov_spots spots = {.n = b[2] - b[0]};

    for (int32_t y = b[1]; y < b[3]; y += step) {
        job->sampler->locate(&spots, job->to_src, job->within, reach->bits, b[0], y);
        widen(&span, &spots);
    }
    return span;
}

/* Columns outside of the source take the edge pixel; what is inside goes as a whole. */
static void pair_row(const struct job *job, const struct fov_tile *tile, uint8_t *cells,
                     const uint8_t *above, const uint8_t *below)
{
    const int32_t bands = job->src->bands, width = job->src->width;
    const int32_t left = tile->x0 < 0 ? -tile->x0 : 0;
    const int32_t from = left < tile->width ? left : tile->width;
    int32_t to = width - tile->x0;

    to = to > tile->width ? tile->width : to < from ? from : to;
    for (int32_t i = 0; i < from; i++)
        fov__sampler_portable.pair(cells + 8 * (size_t)i, above, below, 1, bands);
    if (to > from)
        job->sampler->pair(cells + 8 * (size_t)from, above + (size_t)((tile->x0 + from) * bands),
                           below + (size_t)((tile->x0 + from) * bands), to - from, bands);
    for (int32_t i = to; i < tile->width; i++)
        fov__sampler_portable.pair(cells + 8 * (size_t)i, above + (size_t)((width - 1) * bands),
                                   below + (size_t)((width - 1) * bands), 1, bands);
}

static void weigh_row(const struct job *job, const struct fov_tile *tile, uint8_t *cells,
                      const uint8_t *row)
{
    for (int32_t i = 0; i < tile->width; i++, cells += 8) {
        const uint8_t *p = row + 4 * (size_t)fov__clamp_index(tile->x0 + i, job->src->width);
        const uint16_t cell[4] = {(uint16_t)(p[0] * p[3]), (uint16_t)(p[1] * p[3]),
                                  (uint16_t)(p[2] * p[3]), (uint16_t)(255 * p[3])};
        memcpy(cells, cell, sizeof(cell));
    }
}

static bool is_opaque(const struct job *job, const struct fov_tile *tile)
{
    const struct fov_turn_kernels *kernels = fov__turn_kernels(job->src->ctx->cpu);
    const int32_t x1 = fov__clamp_index(tile->x0, job->src->width);
    const int32_t x2 = fov__clamp_index(tile->x0 + tile->width - 1, job->src->width);
    const int32_t y1 = fov__clamp_index(tile->y0, job->src->height);
    const int32_t y2 = fov__clamp_index(tile->y0 + tile->height - 1, job->src->height);

    return job->src->bands == 3 ||
           kernels->is_opaque(fov__pixels_row(job->src, y1) + 4 * (size_t)x1, job->src->stride,
                              (size_t)(x2 - x1 + 1), (size_t)(y2 - y1 + 1));
}

/* Returns whether colours are weighed by alpha. */
static bool fill_tile(const struct job *job, struct fov_tile *tile)
{
    const bool opaque = is_opaque(job, tile);

    for (int32_t y = 0; y < tile->height; y++) {
        uint8_t *cells = tile->cells + (size_t)y * tile->pitch;
        const uint8_t *row =
            fov__pixels_row(job->src, fov__clamp_index(tile->y0 + y, job->src->height));

        if (opaque)
            pair_row(
                job, tile, cells, row,
                fov__pixels_row(job->src, fov__clamp_index(tile->y0 + y + 1, job->src->height)));
        else
            weigh_row(job, tile, cells, row);
    }
    return !opaque;
}

static void nearest_box(const struct job *job, const struct fov_reach *reach, const int32_t b[4])
{
    const int32_t bands = job->src->bands;
    struct fov_spots spots = {.n = b[2] - b[0]};

    for (int32_t y = b[1]; y < b[3]; y++) {
        uint8_t *dst = fov__pixels_row(job->out, y) + (size_t)(b[0] * bands);

        job->sampler->locate(&spots, job->to_src, job->within, reach->bits, b[0], y);
        for (int32_t k = 0; k < spots.n; k++, dst += bands) {
            const uint8_t *row =
                fov__pixels_row(job->src, fov__clamp_index(spots.y[k], job->src->height));
            memcpy(dst, row + (size_t)(fov__clamp_index(spots.x[k], job->src->width) * bands),
                   (size_t)bands);
        }
    }
}

static void sample_box(const struct job *job, const struct fov_reach *reach, const int32_t b[4],
                       struct fov_tile *tile)
{
    const int32_t bands = job->src->bands;
    const bool is_weighed = fill_tile(job, tile);
    struct fov_spots spots = {.n = b[2] - b[0]};

    for (int32_t y = b[1]; y < b[3]; y++) {
        uint8_t *dst = fov__pixels_row(job->out, y) + (size_t)(b[0] * bands);

        job->sampler->locate(&spots, job->to_src, job->within, reach->bits, b[0], y);
        if (is_weighed && reach->wide)
            job->sampler->taps_weighed(dst, tile, &spots, reach);
        else if (is_weighed)
            job->sampler->linear_weighed(dst, tile, &spots);
        else if (reach->wide)
            job->sampler->taps(dst, tile, &spots, reach, bands);
        else
            job->sampler->linear(dst, tile, &spots, bands);
    }
}

/* Boxes that need too many source pixels are cut in two, the longer side first. */
static fov_status do_box(const struct job *job, const struct fov_reach *reach, const int32_t b[4],
                         uint8_t *cells)
{
    const int32_t width = b[2] - b[0], height = b[3] - b[1];
    struct fov_tile tile = {.cells = cells};
    struct span span;
    fov_status rc;

    if (fov_cancel_is_set(job->cancel))
        return FOV_E_CANCELLED;
    if (reach->count == 1) {
        nearest_box(job, reach, b);
        return FOV_OK;
    }
    span = span_of(job, reach, b);
    tile.x0 = (span.x1 >> reach->bits) + reach->first;
    tile.y0 = (span.y1 >> reach->bits) + reach->first;
    tile.width = (span.x2 >> reach->bits) + reach->first + reach->count - tile.x0;
    tile.height = (span.y2 >> reach->bits) + reach->first + reach->count - tile.y0;
    tile.pitch = 8 * (size_t)tile.width;
    if ((int64_t)tile.width * tile.height > CELLS_MAX && width * height > 1) {
        const int32_t mx = width >= height ? b[0] + width / 2 : b[2];
        const int32_t my = width >= height ? b[3] : b[1] + height / 2;
        const int32_t a[4] = {b[0], b[1], mx, my};
        const int32_t c[4] = {width >= height ? mx : b[0], width >= height ? b[1] : my, b[2], b[3]};

        rc = do_box(job, reach, a, cells);
        return rc < 0 ? rc : do_box(job, reach, c, cells);
    }
    sample_box(job, reach, b, &tile);
    return FOV_OK;
}

/* A row of tiles. */
static fov_status free_part(void *user, int32_t i)
{
    const struct job *job = user;
    uint8_t *cells = fov__alloc(job->src->ctx, 8 * (size_t)CELLS_MAX);
    fov_status rc = cells ? FOV_OK : FOV_E_MEMORY;

    for (int32_t k = 0; rc == FOV_OK && k < job->across; k++) {
        const int32_t tile = i * job->across + k;
        int32_t box[4], level;
        const struct job *at = tile_job(job, tile, &level);

        tile_box(job, tile, box);
        rc = do_box(at, &job->reach[level], box, cells);
    }
    fov__free(job->src->ctx, cells);
    return rc;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int32_t affine_edge(double scale)
{
    int32_t edge = FOV__TILE_EDGE;

    for (double s = 1.0; s < scale && edge > 8; s *= 2.0)
        edge /= 2;
    return edge;
}

/* A tile has one kernel: tiles are so small that over each the widening changes by no more than two
 * steps of an eighth of an octave, where a small output has that much depth in it. */
static int32_t perspective_edge(const struct job *job)
{
    const int32_t side = job->out->width < job->out->height ? job->out->width : job->out->height;
    int32_t edge = FOV__TILE_EDGE / 2, tiles = 1;
    double least, most;

    fov__warp_widenings(job->to_src, job->out->width, job->out->height, &least, &most);
    for (double s = least; s * eighths[2] < most && tiles < FOV__TILE_EDGE; s *= eighths[2])
        tiles++;
    while (edge > 4 && edge * tiles > side)
        edge /= 2;
    return edge;
}

static void set_within(struct job *job, double widest)
{
    const double margin = fov__kernel_radius(job->kernel, widest) + 2.0;

    job->within = (fov_box){-margin, -margin, job->src->width + margin, job->src->height + margin};
}

static fov_status run(struct job *jobs, int32_t count, double scale, uint32_t threads,
                      fov_error *err)
{
    struct job *job = jobs;
    const bool affine = fov__mat_is_affine(job->to_src);
    struct fov_reach reach[LEVELS] = {{.scale = 0.0}};
    int32_t down;
    fov_status rc = FOV_OK;

    job->edge = affine ? affine_edge(scale) : perspective_edge(job);
    job->across = (job->out->width + job->edge - 1) / job->edge;
    down = (job->out->height + job->edge - 1) / job->edge;
    for (int32_t i = 0; i < count; i++) {
        set_within(&jobs[i], affine ? scale : FOV__FREE_SHRINK);
        jobs[i].reach = reach;
    }
    if (affine)
        rc = reach_make(&reach[0], job->src->ctx, job->kernel, scale, err);
    for (int32_t i = 0; !affine && rc == FOV_OK && i < down * job->across; i++) {
        int32_t level;
        tile_job(job, i, &level);
        rc = reach_make(&reach[level], job->src->ctx, job->kernel, level_scale(level), err);
    }
    if (rc == FOV_OK)
        rc = fov__warp_parts(job, free_part, down, threads, err);
    for (int32_t i = 0; i < LEVELS; i++) {
        fov__taps_free(&reach[i].taps);
        fov__free(job->src->ctx, reach[i].wide);
    }
    return rc;
}

static double clamped(double v, double size)
{
    return v > 0 ? v < size ? v : size : 0;
}

/* A copy of what the map reads, shrunk by `factor`; *job then reads it. */
static fov_status shrink_first(struct job *job, double factor, struct fov_pixels **copy,
                               uint32_t threads, fov_error *err)
{
    const struct fov_warp reach = {job->src, job->to_src, job->kernel, false};
    const fov_box box = fov__warp_reach(&reach, job->out->width, job->out->height);
    /* On the grid of the source's own corner: edges stay edges. */
    const double x1 = fov__floor(clamped(box.x1, job->src->width - 1) / factor);
    const double y1 = fov__floor(clamped(box.y1, job->src->height - 1) / factor);
    const double x2 = fov__ceil(clamped(box.x2, job->src->width) / factor);
    const double y2 = fov__ceil(clamped(box.y2, job->src->height) / factor);
    const struct fov_warp shrink = {
        job->src, fov__mat_mul(fov__mat_scale(factor, factor), fov__mat_translate(x1, y1)),
        job->kernel, false};
    fov_status rc = fov__pixels_new(copy, job->src->ctx, (int32_t)(x2 > x1 ? x2 - x1 : 1),
                                    (int32_t)(y2 > y1 ? y2 - y1 : 1), job->src->bands, err);

    if (rc == FOV_OK)
        rc = fov__resample_axes(&shrink, *copy, threads, job->cancel, err);
    if (rc < 0)
        return rc;
    job->src = *copy;
    job->to_src = fov__mat_mul(
        fov__mat_mul(fov__mat_translate(-x1, -y1), fov__mat_scale(1.0 / factor, 1.0 / factor)),
        job->to_src);
    return FOV_OK;
}

/* From `most` source pixels for each at the far end of a perspective: the chain of copies. */
static fov_status add_copies(struct job jobs[COPIES + 1], int32_t *count, double most,
                             struct fov_pixels **copy, uint32_t threads, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (; rc == FOV_OK && most >= FOV__FREE_SHRINK && *count <= COPIES; most /= 2) {
        jobs[*count] = jobs[*count - 1];
        jobs[*count].next = NULL;
        rc = shrink_first(&jobs[*count], 2.0, &copy[*count], threads, err);
        jobs[*count - 1].next = &jobs[*count];
        (*count)++;
    }
    return rc;
}

fov_status fov__resample_free(const struct fov_warp *warp, struct fov_pixels *out, uint32_t threads,
                              const fov_cancel *cancel, fov_error *err)
{
    struct job jobs[COPIES + 1] = {{.src = warp->src,
                                    .out = out,
                                    .to_src = warp->to_src,
                                    .kernel = warp->kernel,
                                    .sampler = &fov__sampler_portable,
                                    .cancel = cancel}};
    struct fov_pixels *copy[COPIES + 1] = {NULL};
    int32_t count = 1;
    double least, most;
    fov_status rc = FOV_OK;

#if defined(FOV__HAVE_AVX2)
    if (out->ctx->cpu == FOV__CPU_AVX2)
        jobs[0].sampler = &fov__sampler_avx2;
#endif
    fov__warp_widenings(warp->to_src, out->width, out->height, &least, &most);
    /* Not for perspectives that reach over the horizon: their widening is no number there. */
    if (least >= FOV__FREE_SHRINK && least < 1e6 && warp->kernel != FOV__KERNEL_NEAREST) {
        rc = shrink_first(&jobs[0], least / FOV__FREE_KEEP, &copy[0], threads, err);
        most = most / least * FOV__FREE_KEEP;
    }
    if (rc == FOV_OK && !fov__mat_is_affine(warp->to_src) && warp->kernel != FOV__KERNEL_NEAREST)
        rc = add_copies(jobs, &count, most, copy, threads, err);
    if (rc == FOV_OK)
        rc = run(jobs, count, fov__warp_widening(jobs[0].to_src, (fov_point){0.5, 0.5}), threads,
                 err);
    for (int32_t i = 0; i <= COPIES; i++)
        fov__pixels_unref(copy[i]);
    return rc;
}
