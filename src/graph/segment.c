/* SPDX-License-Identifier: MIT */
/* How a node's pixels come from its base. A segment is the longest way back without a barrier: one
 * matrix to the base's grid, and the colour steps to take on the way, each in its own frame.
 * Composing is numbers only; it never touches a pixel. */
#include "graph/graph_internal.h"

static fov_status segment_room(struct fov_node *node, fov_context *ctx, size_t steps, size_t layers,
                               size_t regions, fov_error *err)
{
    node->steps = fov__calloc(ctx, steps + 1, sizeof(*node->steps));
    node->layers = fov__calloc(ctx, layers + 1, sizeof(*node->layers));
    node->regions = fov__calloc(ctx, regions + 1, sizeof(*node->regions));
    if (node->steps && node->layers && node->regions)
        return FOV_OK;
    return fov__fail_memory(err, "graph", steps * sizeof(*node->steps));
}

fov_status fov__segment_source(struct fov_node *node, fov_context *ctx, fov_error *err)
{
    fov_status rc = segment_room(node, ctx, 0, 0, 1, err);

    if (rc < 0)
        return rc;
    node->base = node;
    node->to_base = fov__mat_identity();
    node->region_count = 1;
    node->regions[0].box = (fov_box){0, 0, node->width, node->height};
    node->regions[0].to_source = fov__mat_identity();
    return FOV_OK;
}

/* The places of `node` that come from the planned region `r`, traced on to sources. */
static void compose_regions(struct fov_node *node, const fov_op_region *r)
{
    const struct fov_node *parent = node->parent[r->input];

    for (size_t i = 0; i < parent->region_count; i++) {
        struct fov_region *out = &node->regions[node->region_count];
        const struct fov_region *in = &parent->regions[i];
        struct fov_mat back;

        out->source = in->source;
        out->to_source = fov__mat_mul(in->to_source, r->to_input);
        out->box = r->box;
        if (parent->region_count > 1) {
            if (!fov__mat_invert(r->to_input, &back) ||
                !fov__box_intersect(r->box, fov__mat_bounds(back, in->box), &out->box))
                continue;
        }
        node->region_count++;
    }
}

static size_t regions_needed(const struct fov_node *node, const fov_op_output *output)
{
    size_t n = 0;

    for (int32_t i = 0; i < output->region_count; i++)
        n += node->parent[output->region[i].input]->region_count;
    return n;
}

static void carry_layers(struct fov_node *node, const struct fov_node *parent,
                         struct fov_mat to_parent)
{
    for (size_t i = 0; i < parent->layer_count; i++) {
        node->layers[i] = parent->layers[i];
        node->layers[i].to_frame = fov__mat_mul(parent->layers[i].to_frame, to_parent);
    }
    node->layer_count = parent->layer_count;
}

static void carry_steps(struct fov_node *node, const struct fov_node *parent,
                        struct fov_mat to_parent)
{
    for (size_t i = 0; i < parent->step_count; i++) {
        node->steps[i] = parent->steps[i];
        node->steps[i].to_frame = fov__mat_mul(parent->steps[i].to_frame, to_parent);
    }
    node->step_count = parent->step_count;
}

static void add_step(struct fov_node *node, const struct fov_node *parent,
                     const fov_op_output *output)
{
    struct fov_step *step = &node->steps[node->step_count];

    if (output->effect == FOV_OP_EFFECT_GEOMETRY && output->is_clipped) {
        step->kind = FOV__STEP_CLIP;
        step->to_frame = output->region[0].to_input;
        step->box = (fov_box){0, 0, parent->width, parent->height};
        step->has_box = true;
        step->fill[0] = output->fill.r;
        step->fill[1] = output->fill.g;
        step->fill[2] = output->fill.b;
        node->step_count++;
    } else if (output->effect == FOV_OP_EFFECT_POINTWISE) {
        step->kind = FOV__STEP_POINT;
        step->to_frame = fov__mat_identity();
        step->box = output->mask;
        step->has_box = output->has_mask;
        step->op = node->op;
        step->args = node->args;
        node->step_count++;
    }
}

fov_status fov__segment_compose(struct fov_node *node, fov_context *ctx,
                                const fov_op_output *output, fov_error *err)
{
    const struct fov_node *parent = node->parent[output->region[0].input];
    struct fov_mat to_parent = output->region[0].to_input;
    fov_status rc = segment_room(node, ctx, parent->step_count + 1, parent->layer_count + 1,
                                 regions_needed(node, output), err);

    if (rc < 0)
        return rc;
    for (int32_t i = 0; i < output->region_count; i++)
        compose_regions(node, &output->region[i]);
    node->is_barrier = output->effect == FOV_OP_EFFECT_BARRIER;
    /* Marks are drawn last: they pass through a barrier, which never sees them. */
    if (output->region_count == 1)
        carry_layers(node, parent, to_parent);
    if (node->is_barrier) {
        node->base = node;
        node->to_base = fov__mat_identity();
    } else {
        node->base = parent->base;
        node->to_base = fov__mat_mul(parent->to_base, to_parent);
        carry_steps(node, parent, to_parent);
        add_step(node, parent, output);
    }
    if (output->has_marks) {
        node->layers[node->layer_count].to_frame = fov__mat_identity();
        node->layers[node->layer_count].marks = &node->marks;
        node->layer_count++;
    }
    return FOV_OK;
}
