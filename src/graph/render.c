/* SPDX-License-Identifier: MIT */
/* A view of a node becomes pixels: the base is fetched at a fitting level, resampled once through
 * the composed matrix, the segment's colour steps are taken in order, marks are drawn last.
 * Everything is decided by the view's numbers: neither the cache nor the number of threads shows in
 * a pixel. */
#include "graph/graph_internal.h"
#include "graph/marks_internal.h"
#include "graph/steps_internal.h"

/* ---- the base ------------------------------------------------------------------------------- */

/* Decoding smaller is allowed while the resample still takes two level pixels for each output
 * pixel: the level's own softness then lies beyond what the output can show. */
static int32_t choose_shrink(struct fov_mat to_base, int32_t width, int32_t height)
{
    double sx, sy, least;
    int32_t shrink = 1;

    fov__mat_density(to_base, (fov_point){width * 0.5, height * 0.5}, &sx, &sy);
    least = sx < sy ? sx : sy;
    while (shrink < 8 && least / (2.0 * shrink) >= 2.0)
        shrink *= 2;
    return shrink;
}

/* A box of real numbers as whole pixels inside width x height; at least one pixel, also when the
 * box lies beside the picture (a view of nothing but fill). */
static struct fov_recti whole_pixels(fov_box box, int32_t width, int32_t height)
{
    double x1 = fov__floor(box.x1), y1 = fov__floor(box.y1), x2 = fov__ceil(box.x2),
           y2 = fov__ceil(box.y2);
    struct fov_recti r;

    x1 = x1 < 0 ? 0 : x1 > width - 1 ? width - 1 : x1;
    y1 = y1 < 0 ? 0 : y1 > height - 1 ? height - 1 : y1;
    x2 = x2 > width ? width : x2 < x1 + 1 ? x1 + 1 : x2;
    y2 = y2 > height ? height : y2 < y1 + 1 ? y1 + 1 : y2;
    r.x = (int32_t)x1;
    r.y = (int32_t)y1;
    r.width = (int32_t)(x2 - x1);
    r.height = (int32_t)(y2 - y1);
    return r;
}

/* What a view of the source reads of it. */
static struct fov_recti source_region(const fov_image *image, struct fov_mat to_base, int32_t width,
                                      int32_t height, int32_t shrink, int32_t more)
{
    struct fov_warp reach = {NULL,
                             fov__mat_mul(fov__mat_scale(1.0 / shrink, 1.0 / shrink), to_base),
                             FOV__KERNEL_LANCZOS3, false};
    fov_box box = fov__warp_reach(&reach, width, height);

    box.x1 = (box.x1 - more) * shrink;
    box.y1 = (box.y1 - more) * shrink;
    box.x2 = (box.x2 + more) * shrink;
    box.y2 = (box.y2 + more) * shrink;
    return whole_pixels(box, image->info.width, image->info.height);
}

struct barrier {
    fov_context *ctx;
    const struct fov_node *node;
    const fov_cancel *cancel;
};

/* Run a barrier operation on its parents' own grids. */
static fov_status make_barrier(struct fov_level *out, void *user, fov_error *err)
{
    const struct barrier *barrier = user;
    const struct fov_node *node = barrier->node;
    struct fov_pixels *px[FOV_OP_OUTPUTS_MAX] = {NULL};
    fov_op_fault fault = {.code = FOV_FAULT_NONE};
    fov_op_plan *plan = NULL;
    struct fov_io io;
    fov_status rc;

    fov__io_init(&io, barrier->ctx, node->parent, node->parent_count, barrier->cancel);
    plan = fov__calloc(barrier->ctx, 1, sizeof(*plan));
    if (!plan)
        return fov__fail_memory(err, node->op->name, sizeof(*plan));
    rc = fov__op_plan(node->op, node->args, io.frame, node->parent_count, plan, &fault);
    for (int32_t i = 0; rc == FOV_OK && i < plan->output_count; i++)
        rc = fov__pixels_new(&px[i], barrier->ctx, plan->output[i].width, plan->output[i].height,
                             node->has_alpha ? 4 : 3, err);
    if (rc == FOV_OK)
        rc = node->op->run(node->args, &io.io, px, &fault, err);
    if (rc < 0 && fault.code != FOV_FAULT_NONE)
        fov__fault_to_error(&fault, err);
    if (rc == FOV_OK) {
        out->px = fov__pixels_ref(px[node->output]);
        out->shrink = 1;
        out->x0 = out->y0 = 0;
    }
    for (int32_t i = 0; i < FOV_OP_OUTPUTS_MAX; i++)
        fov__pixels_unref(px[i]);
    fov__free(barrier->ctx, plan);
    return rc;
}

static fov_status barrier_level(struct fov_level *out, fov_context *ctx,
                                const struct fov_node *node, const fov_cancel *cancel,
                                fov_error *err)
{
    struct barrier barrier = {ctx, node, cancel};
    struct fov_cache_key key = {.region = {0, 0, node->width, node->height}, .shrink = 1};

    /* The recipe's hash names the sources too, so that equal recipes of two graphs share. */
    memcpy(key.source, node->recipe_sha256, sizeof(key.source));
    key.recipe = fov__xxh3(node->recipe_sha256, FOV_SHA256_HEX) | 1;
    key.source[1] ^= node->is_lenient ? 1u : 0u; /* as in the key of its source */
    return fov__cache_get(out, ctx, &key, make_barrier, &barrier, cancel, err);
}

/* ---- the view ------------------------------------------------------------------------------- */

static void note_spent(fov_context *ctx, const struct fov_view *view, uint64_t pixels,
                       uint64_t decode_us, uint64_t resample_us)
{
    fov__stat_add(ctx, FOV__STAT_RESAMPLE_US, resample_us);
    if (!view->spent)
        return;
    view->spent->decoded_pixels += pixels;
    view->spent->decode_us += decode_us;
    view->spent->resample_us += resample_us;
}

/* Output pixels -> the pixels of a level. */
static struct fov_mat to_level(const struct fov_level *level, struct fov_mat to_base)
{
    return fov__mat_mul(fov__mat_mul(fov__mat_scale(1.0 / level->shrink, 1.0 / level->shrink),
                                     fov__mat_translate(-level->x0, -level->y0)),
                        to_base);
}

/* From so many source pixels for each output pixel on, in both directions, a JPEG's components are
 * resampled as they are stored and become colours at the output's size: half the work for 4:2:0,
 * and no worse, since nothing is enlarged that is then shrunk. */
#define PLANES_FROM 1.5

/* Pixels of the level that a part holds, at its own density and as components: a large part of a
 * JPEG is taken in bands of rows, which stay in the processor's cache and need little memory. */
enum { BANDS_FROM = 1 << 22, BAND_PIXELS = 1 << 20, BAND_SAMPLES = 1 << 22 };

/* Level pixels beyond what the kernel reaches: a level's grid may begin up to one outside; chroma
 * at half of the density, which a kernel of its own is laid over, reaches further. */
enum { MORE = 1, MORE_OF_PLANES = 8 };

/* How a view takes its source. Numbers decide it, and the file; never what is cached. */
struct taking {
    int32_t shrink;
    bool is_planes; /* wanted; then what the file allows */
    int32_t more;
};

static bool keeps_axes(struct fov_mat m)
{
    return fov__mat_is_affine(m) && m.m[1] == 0.0 && m.m[3] == 0.0;
}

static struct taking how_to_take(const fov_image *image, struct fov_mat to_base, int32_t width,
                                 int32_t height)
{
    struct taking how = {.shrink = choose_shrink(to_base, width, height), .more = MORE};
    double sx, sy;

    if (image->info.format != FOV_FORMAT_JPEG || !keeps_axes(to_base))
        return how;
    fov__mat_density(to_base, (fov_point){0, 0}, &sx, &sy);
    how.is_planes = sx >= PLANES_FROM && sy >= PLANES_FROM;
    how.more = how.is_planes ? MORE_OF_PLANES : MORE;
    return how;
}

/* How many rows of the view a band has; all of them where bands do not help. */
static int32_t band_rows(const fov_image *image, struct fov_recti region, struct fov_mat to_base,
                         struct taking how, int32_t height)
{
    const int64_t area = (int64_t)how.shrink * how.shrink;
    const int64_t pixels = (int64_t)region.width * region.height / area;
    const int64_t bands = pixels / (how.is_planes ? BAND_SAMPLES : BAND_PIXELS) + 1;

    if (image->info.format != FOV_FORMAT_JPEG || pixels <= BANDS_FROM || !keeps_axes(to_base) ||
        bands >= height)
        return height;
    return (int32_t)((height + bands - 1) / bands);
}

struct drawing {
    fov_context *ctx;
    const struct fov_view *view;
    struct fov_mat to_base;
    uint64_t decode_us, resample_us, decoded;
};

/* Rows [y, y + rows) of `out`, which has them alone when it is NULL yet. */
static fov_status draw_rows(struct fov_pixels **out, struct drawing *d, struct fov_level *level,
                            int32_t y, int32_t rows, fov_error *err)
{
    const struct fov_view *view = d->view;
    struct fov_warp warp = {.src = level->px, .kernel = FOV__KERNEL_LANCZOS3};
    struct fov_pixels *part = NULL;
    uint64_t started = fov__clock_us();
    fov_status rc = FOV_OK;

    warp.to_src = to_level(level, fov__mat_mul(d->to_base, fov__mat_translate(0, y)));
    if (!*out)
        rc = fov__pixels_new(out, d->ctx, view->width, view->height, level->px->bands, err);
    if (rc == FOV_OK)
        rc = fov__pixels_view(&part, *out, 0, y, view->width, rows, err);
    if (rc == FOV_OK)
        rc = fov__warp(&warp, part, d->ctx->threads, view->cancel, err);
    d->resample_us += fov__clock_us() - started;
    d->decoded += level->decoded;
    fov__pixels_unref(part);
    return rc;
}

/* The planes of a band, resampled one after the other into `scratch`, become rows of `out`. */
static fov_status draw_planes(struct fov_pixels **out, struct drawing *d,
                              struct fov_source_planes *planes, int16_t *scratch, int32_t y,
                              int32_t rows, fov_error *err)
{
    const int32_t width = d->view->width;
    const size_t size = (size_t)width * (size_t)rows;
    const uint64_t started = fov__clock_us();
    fov_status rc = FOV_OK;

    if (!*out)
        rc = fov__pixels_new(out, d->ctx, width, d->view->height, 3, err);
    for (int32_t i = 0; rc == FOV_OK && i < planes->count; i++) {
        struct fov_pixels part = {.ctx = d->ctx,
                                  .width = width,
                                  .height = rows,
                                  .bands = 1,
                                  .stride = (size_t)width * sizeof(*scratch),
                                  .data = (void *)(scratch + (size_t)i * size)};
        struct fov_warp warp = {
            .src = &planes->plane[i], .kernel = FOV__KERNEL_LANCZOS3, .is_wide = true};

        warp.to_src = fov__mat_mul(planes->to_plane[i],
                                   fov__mat_mul(d->to_base, fov__mat_translate(0, y)));
        rc = fov__warp(&warp, &part, d->ctx->threads, d->view->cancel, err);
    }
    for (int32_t row = 0; rc == FOV_OK && row < rows; row++) {
        const int16_t *at = scratch + (size_t)row * (size_t)width;
        const int16_t *const plane[3] = {at, at + size, at + 2 * size};
        fov__source_rows_to_rgb(d->ctx, fov__pixels_row(*out, y + row), plane, planes->count,
                                width);
    }
    d->resample_us += fov__clock_us() - started;
    d->decoded += planes->decoded;
    return rc;
}

struct band {
    struct fov_recti region;
    int32_t y, rows;
};

static fov_status draw_band(struct fov_pixels **out, struct drawing *d, struct fov_source *source,
                            struct band band, int16_t *scratch, fov_error *err)
{
    const uint64_t started = fov__clock_us();
    struct fov_source_planes planes = {.held = NULL};
    struct fov_level level = {.px = NULL};
    fov_status rc = scratch ? fov__source_planes(&planes, source, band.region, err)
                            : fov__source_read(&level, source, band.region, err);

    d->decode_us += fov__clock_us() - started;
    if (rc == FOV_OK)
        rc = scratch ? draw_planes(out, d, &planes, scratch, band.y, band.rows, err)
                     : draw_rows(out, d, &level, band.y, band.rows, err);
    fov__source_planes_free(&planes);
    fov__pixels_unref(level.px);
    return rc;
}

static fov_status draw_source(struct fov_pixels **out, struct drawing *d, fov_image *image,
                              fov_error *err)
{
    const struct fov_view *view = d->view;
    struct taking how = how_to_take(image, d->to_base, view->width, view->height);
    struct band band = {source_region(image, d->to_base, view->width, view->height, how.shrink,
                                      how.more),
                        0, view->height};
    struct fov_source *source = NULL;
    int16_t *scratch = NULL;
    const uint64_t started = fov__clock_us();
    fov_status rc = fov__source_open(&source, image, band.region, how.shrink, how.is_planes,
                                     view->cancel, err);

    d->decode_us += fov__clock_us() - started;
    if (rc < 0)
        return rc;
    how.is_planes = fov__source_has_planes(source);
    band.rows = band_rows(image, band.region, d->to_base, how, view->height);
    if (how.is_planes) {
        const size_t size = 3 * (size_t)view->width * (size_t)band.rows * sizeof(*scratch) + 64;
        scratch = fov__alloc(d->ctx, size);
        if (!scratch)
            rc = fov__fail_memory(err, "render", size);
    }
    for (const int32_t most = band.rows; rc == FOV_OK && band.y < view->height; band.y += most) {
        band.rows = view->height - band.y < most ? view->height - band.y : most;
        if (band.rows < view->height)
            band.region = source_region(image,
                                        fov__mat_mul(d->to_base, fov__mat_translate(0, band.y)),
                                        view->width, band.rows, how.shrink, how.more);
        rc = draw_band(out, d, source, band, scratch, err);
    }
    fov__free(d->ctx, scratch);
    fov__source_close(source);
    return rc;
}

static fov_status draw_barrier(struct fov_pixels **out, struct drawing *d, fov_error *err)
{
    struct fov_level level = {.shrink = 1};
    const uint64_t started = fov__clock_us();
    fov_status rc = barrier_level(&level, d->ctx, d->view->node->base, d->view->cancel, err);

    d->decode_us += fov__clock_us() - started;
    if (rc == FOV_OK)
        rc = draw_rows(out, d, &level, 0, d->view->height, err);
    fov__pixels_unref(level.px);
    return rc;
}

static fov_status draw_view(struct fov_pixels **out, fov_context *ctx, const struct fov_view *view,
                            fov_error *err)
{
    const struct fov_node *node = view->node;
    struct fov_pixels *px = NULL;
    struct fov_mat view_to_node =
        fov__mat_mul(fov__mat_translate(view->box.x1, view->box.y1),
                     fov__mat_scale((view->box.x2 - view->box.x1) / view->width,
                                    (view->box.y2 - view->box.y1) / view->height));
    struct drawing d = {ctx, view, fov__mat_mul(node->to_base, view_to_node), 0, 0, 0};
    uint64_t started;
    fov_status rc =
        fov__limits_check_size(ctx, (uint64_t)view->width, (uint64_t)view->height, "size", err);

    if (rc < 0)
        return rc;
    rc = node->base->source ? draw_source(&px, &d, node->base->source, err)
                            : draw_barrier(&px, &d, err);
    started = fov__clock_us();
    if (rc == FOV_OK)
        rc = fov__steps_take(px, view, view_to_node, err);
    if (rc == FOV_OK && !view->no_marks)
        fov__marks_draw(px, node, view_to_node);
    note_spent(ctx, view, d.decoded, d.decode_us, d.resample_us + fov__clock_us() - started);
    if (rc < 0) {
        fov__pixels_unref(px);
        return rc;
    }
    *out = px;
    return FOV_OK;
}

fov_status fov__render(struct fov_pixels **out, fov_context *ctx, const struct fov_view *view,
                       fov_error *err)
{
    struct fov_view bounded = *view;
    fov_cancel own;

    fov__cancel_bound(&own, ctx, view->cancel);
    bounded.cancel = &own;
    return fov__cancel_judge(&own, draw_view(out, ctx, &bounded, err), "render", err);
}

fov_status fov__render_node(struct fov_pixels **out, fov_context *ctx, const struct fov_node *node,
                            const fov_cancel *cancel, fov_error *err)
{
    struct fov_view view = {.node = node,
                            .box = {0, 0, node->width, node->height},
                            .width = node->width,
                            .height = node->height,
                            .cancel = cancel};

    return fov__render(out, ctx, &view, err);
}
