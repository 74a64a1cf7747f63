/* SPDX-License-Identifier: MIT */
/* A view of a node becomes pixels: the base (render_source.c, or a barrier) is resampled once
 * through the composed matrix, the segment's colour steps are taken in order, marks are drawn last.
 * Everything is decided by the view's numbers: neither the cache nor the number of threads shows in
 * a pixel. */
#include "graph/graph_internal.h"
#include "graph/marks_internal.h"
#include "graph/render_internal.h"
#include "graph/steps_internal.h"

/* ---- barriers ------------------------------------------------------------------------------- */

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

    fov__io_init(&io, barrier->ctx, NULL, node->parent, node->parent_count, barrier->cancel);
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

static fov_status draw_barrier(struct fov_pixels **out, struct drawing *d, fov_error *err)
{
    struct fov_level level = {.shrink = 1};
    const uint64_t started = fov__clock_us();
    fov_status rc = barrier_level(&level, d->ctx, d->view->node->base, d->view->cancel, err);

    d->decode_us += fov__clock_us() - started;
    if (rc == FOV_OK)
        rc = fov__draw_rows(out, d, &level, 0, d->view->height, err);
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
    rc = node->base->source ? fov__draw_source(&px, &d, node->base->source, err)
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
