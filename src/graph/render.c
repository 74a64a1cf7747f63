/* SPDX-License-Identifier: MIT */
/* A view of a node becomes pixels: the base is fetched at a fitting level, resampled once through
 * the composed matrix, the segment's colour steps are taken in order, marks are drawn last.
 * Everything is decided by the view's numbers: neither the cache nor the number of threads shows in
 * a pixel. */
#include "graph/graph_internal.h"
#include "graph/marks_internal.h"

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

static fov_status source_level(struct fov_level *out, fov_image *image, struct fov_mat to_base,
                               int32_t width, int32_t height, const fov_cancel *cancel,
                               fov_error *err)
{
    int32_t shrink = choose_shrink(to_base, width, height);
    struct fov_warp reach = {NULL,
                             fov__mat_mul(fov__mat_scale(1.0 / shrink, 1.0 / shrink), to_base),
                             FOV__KERNEL_LANCZOS3};
    fov_box box = fov__warp_reach(&reach, width, height);

    box.x1 = (box.x1 - 1) * shrink; /* a level's grid may begin up to one pixel outside */
    box.y1 = (box.y1 - 1) * shrink;
    box.x2 = (box.x2 + 1) * shrink;
    box.y2 = (box.y2 + 1) * shrink;
    return fov__image_decode(out, image, whole_pixels(box, image->info.width, image->info.height),
                             shrink, cancel, err);
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
    struct fov_pixels *px[OP_OUTPUTS_MAX] = {NULL};
    struct op_fault fault = {.code = FOV__FAULT_NONE};
    struct op_plan *plan = NULL;
    struct fov_io io;
    fov_status rc;

    fov__io_init(&io, barrier->ctx, node->parent, node->parent_count, barrier->cancel);
    plan = fov__calloc(barrier->ctx, 1, sizeof(*plan));
    if (!plan)
        return fov__fail_memory(err, node->op->name, sizeof(*plan));
    rc = node->op->plan(node->args, io.frame, node->parent_count, plan, &fault);
    for (int32_t i = 0; rc == FOV_OK && i < plan->output_count; i++)
        rc = fov__pixels_new(&px[i], barrier->ctx, plan->output[i].width, plan->output[i].height,
                             node->has_alpha ? 4 : 3, err);
    if (rc == FOV_OK)
        rc = node->op->run(node->args, &io.io, px, &fault, err);
    if (rc < 0 && fault.code != FOV__FAULT_NONE)
        fov__fault_to_error(&fault, err);
    if (rc == FOV_OK) {
        out->px = fov__pixels_ref(px[node->output]);
        out->shrink = 1;
        out->x0 = out->y0 = 0;
    }
    for (int32_t i = 0; i < OP_OUTPUTS_MAX; i++)
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
    return fov__cache_get(out, ctx, &key, make_barrier, &barrier, err);
}

/* ---- the steps ------------------------------------------------------------------------------ */

/* How much of an output pixel lies inside a frame: from its centre's distance to the nearest edge,
 * in output pixels. */
static double coverage(fov_point p, fov_box box, double sx, double sy)
{
    double dx = p.x - box.x1 < box.x2 - p.x ? p.x - box.x1 : box.x2 - p.x;
    double dy = p.y - box.y1 < box.y2 - p.y ? p.y - box.y1 : box.y2 - p.y;
    double d = dx / sx < dy / sy ? dx / sx : dy / sy;

    d += 0.5;
    return d < 0.0 ? 0.0 : d > 1.0 ? 1.0 : d;
}

/* a where share is 256, b where it is 0. */
static uint8_t mix(uint8_t a, uint8_t b, int32_t share)
{
    return (uint8_t)((a * share + b * (256 - share) + 128) >> 8);
}

static void clip_row(uint8_t *row, int32_t y, int32_t width, int32_t bands,
                     const struct fov_step *step, struct fov_mat to_frame, double sx, double sy)
{
    for (int32_t x = 0; x < width; x++, row += bands) {
        fov_point p = fov__mat_apply(to_frame, (fov_point){x + 0.5, y + 0.5});
        int32_t share = (int32_t)fov__rint(coverage(p, step->box, sx, sy) * 256.0);

        if (share == 256)
            continue;
        for (int c = 0; c < 3; c++)
            row[c] = mix(row[c], step->fill[c], share);
        if (bands == 4)
            row[3] = mix(row[3], 255, share);
    }
}

/* A pointwise step inside a box: done on a copy, then mixed in by coverage. */
static void masked_row(uint8_t *row, uint8_t *scratch, int32_t y, int32_t width, int32_t bands,
                       const struct fov_step *step, struct fov_mat to_frame, double sx, double sy)
{
    memcpy(scratch, row, (size_t)width * (size_t)bands);
    step->op->point(step->args, scratch, (size_t)width, bands);
    for (int32_t x = 0; x < width; x++, row += bands, scratch += bands) {
        fov_point p = fov__mat_apply(to_frame, (fov_point){x + 0.5, y + 0.5});
        int32_t share = (int32_t)fov__rint(coverage(p, step->box, sx, sy) * 256.0);

        for (int c = 0; share > 0 && c < bands; c++)
            row[c] = mix(scratch[c], row[c], share);
    }
}

static fov_status take_steps(struct fov_pixels *px, const struct fov_view *view,
                             struct fov_mat view_to_node, fov_error *err)
{
    const struct fov_node *node = view->node;
    uint8_t *scratch;

    if (node->step_count == 0)
        return FOV_OK;
    scratch = fov__alloc(px->ctx, (size_t)px->width * (size_t)px->bands);
    if (!scratch)
        return fov__fail_memory(err, "render", (size_t)px->width * (size_t)px->bands);
    for (size_t i = 0; i < node->step_count; i++) {
        const struct fov_step *step = &node->steps[i];
        struct fov_mat to_frame = fov__mat_mul(step->to_frame, view_to_node);
        double sx, sy;

        fov__mat_density(to_frame, (fov_point){px->width * 0.5, px->height * 0.5}, &sx, &sy);
        for (int32_t y = 0; y < px->height; y++) {
            uint8_t *row = fov__pixels_row(px, y);

            if (step->kind == FOV__STEP_CLIP)
                clip_row(row, y, px->width, px->bands, step, to_frame, sx, sy);
            else if (step->has_box)
                masked_row(row, scratch, y, px->width, px->bands, step, to_frame, sx, sy);
            else
                step->op->point(step->args, row, (size_t)px->width, px->bands);
        }
        if (fov_cancel_is_set(view->cancel)) {
            fov__free(px->ctx, scratch);
            return fov__fail(err, FOV_E_CANCELLED, 0, "render", "rendering was cancelled");
        }
    }
    fov__free(px->ctx, scratch);
    return FOV_OK;
}

/* ---- the view ------------------------------------------------------------------------------- */

fov_status fov__render(struct fov_pixels **out, fov_context *ctx, const struct fov_view *view,
                       fov_error *err)
{
    const struct fov_node *node = view->node;
    struct fov_level level = {NULL, 1, 0, 0};
    struct fov_pixels *px = NULL;
    struct fov_mat view_to_node =
        fov__mat_mul(fov__mat_translate(view->box.x1, view->box.y1),
                     fov__mat_scale((view->box.x2 - view->box.x1) / view->width,
                                    (view->box.y2 - view->box.y1) / view->height));
    struct fov_mat to_base = fov__mat_mul(node->to_base, view_to_node);
    struct fov_warp warp = {.kernel = FOV__KERNEL_LANCZOS3};
    fov_status rc =
        fov__limits_check_size(ctx, (uint64_t)view->width, (uint64_t)view->height, "size", err);

    if (rc < 0)
        return rc;
    if (node->base->source)
        rc = source_level(&level, node->base->source, to_base, view->width, view->height,
                          view->cancel, err);
    else
        rc = barrier_level(&level, ctx, node->base, view->cancel, err);
    if (rc < 0)
        return rc;
    warp.src = level.px;
    warp.to_src = fov__mat_mul(fov__mat_mul(fov__mat_scale(1.0 / level.shrink, 1.0 / level.shrink),
                                            fov__mat_translate(-level.x0, -level.y0)),
                               to_base);
    rc = fov__pixels_new(&px, ctx, view->width, view->height, level.px->bands, err);
    if (rc == FOV_OK)
        rc = fov__warp(&warp, px, ctx->threads, view->cancel, err);
    if (rc == FOV_OK)
        rc = take_steps(px, view, view_to_node, err);
    if (rc == FOV_OK && !view->no_marks)
        fov__marks_draw(px, node, view_to_node);
    fov__pixels_unref(level.px);
    if (rc < 0) {
        fov__pixels_unref(px);
        return rc;
    }
    *out = px;
    return FOV_OK;
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
