/* SPDX-License-Identifier: MIT */
/* What an operation may ask for while it resolves, runs or answers: pixels of its inputs through
 * the renderer (never with marks: they must not be measured), and where a point lies in the source.
 */
#include "graph/graph_internal.h"

static fov_status io_render(fov_op_io *op_io, int32_t input, fov_box box, int32_t width,
                            int32_t height, struct fov_pixels **out, fov_error *err)
{
    struct fov_io *io = op_io->user;
    struct fov_view view = {.node = io->parent[input],
                            .box = box,
                            .width = width,
                            .height = height,
                            .no_marks = true,
                            .cancel = op_io->cancel};

    return fov__render(out, op_io->ctx, &view, err);
}

static fov_point io_to_source(fov_op_io *op_io, int32_t input, fov_point p)
{
    const struct fov_io *io = op_io->user;

    return fov__mat_apply(io->parent[input]->regions[0].to_source, p);
}

static const char *io_fact(fov_op_io *op_io, int32_t fact, const char **op)
{
    const struct fov_io *io = op_io->user;
    const struct fov_fact *found = fov__graph_fact_get(io->graph, fact);

    if (!found)
        return NULL;
    *op = found->op->name;
    return found->json;
}

static fov_status io_to_fact(fov_op_io *op_io, int32_t input, int32_t fact, fov_point p,
                             fov_point *out, fov_error *err)
{
    const struct fov_io *io = op_io->user;
    const struct fov_fact *found = fov__graph_fact_get(io->graph, fact);
    const struct fov_node *from = io->parent[input], *to = found ? found->parent[0] : NULL;
    struct fov_mat back;

    if (!to || from->regions[0].source != to->regions[0].source || from->region_count > 1 ||
        to->region_count > 1 || !fov__mat_invert(to->regions[0].to_source, &back))
        return fov__fail(err, FOV_E_ARG, 0, "fact", "fact_%d is not about an image of img_%d",
                         (int)fact, (int)from->regions[0].source);
    *out = fov__mat_apply(back, fov__mat_apply(from->regions[0].to_source, p));
    if (to == from)
        *out = p; /* exactly */
    return FOV_OK;
}

void fov__io_init(struct fov_io *io, fov_context *ctx, fov_graph *graph,
                  const struct fov_node *const *parents, int32_t count, const fov_cancel *cancel)
{
    memset(io, 0, sizeof(*io));
    for (int32_t i = 0; i < count; i++)
        io->frame[i] = (fov_op_frame){parents[i]->width, parents[i]->height, parents[i]->has_alpha};
    io->parent = parents;
    io->graph = graph;
    io->io.fact = io_fact;
    io->io.to_fact = io_to_fact;
    io->io.ctx = ctx;
    io->io.cancel = cancel;
    io->io.in = io->frame;
    io->io.in_count = count;
    io->io.render = io_render;
    io->io.to_source = io_to_source;
    io->io.user = io;
}
