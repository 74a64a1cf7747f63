/* SPDX-License-Identifier: MIT */
/* graph: images as recipes, planned before any pixel is touched.
 *
 *     graph.c    the store: numbers, locks, "the same call again"
 *     apply.c    a call becomes a node: parse, resolve, plan, add
 *     segment.c  how a node's pixels come from its base: one matrix, then steps in order
 *     render.c   one resample of the base, the steps, the marks
 *     io.c       what an operation may ask of the renderer
 *
 * A node is immutable from the moment it has a number, so it is read without a lock; only the lists
 * are locked.
 */
#ifndef FOV_GRAPH_INTERNAL_H
#define FOV_GRAPH_INTERNAL_H

#include <foveate/graph.h>

#include "base/base_internal.h"
#include "image/image_internal.h"
#include "op/op_internal.h"

/* ---- a segment ------------------------------------------------------------------------------ */

/* What happens to a colour on its way from the base to the node, oldest first. Each step lives in
 * a frame of its own; `to_frame` leads there from the node's pixels. */
enum fov__step_kind { FOV__STEP_CLIP, FOV__STEP_POINT };
struct fov_step {
    enum fov__step_kind kind;
    struct fov_mat to_frame;
    fov_box box; /* CLIP: the frame; POINT with has_box: where it acts */
    bool has_box;
    uint8_t fill[3];         /* CLIP: what lies outside the frame */
    const fov_op_def *op; /* POINT */
    const void *args;        /* POINT: of the node that made the step, which outlives this one */
};

struct fov_mark_layer {      /* marks of one mark node, in its frame */
    struct fov_mat to_frame; /* the node's pixels -> the frame of the marks */
    const fov_op_marks *marks;
};

/* A part of a node and where it comes from. */
struct fov_region {
    fov_box box; /* node pixels */
    int32_t source;
    struct fov_mat to_source;
};

struct fov_node {
    int32_t id;
    const fov_op_def *op; /* NULL: a source */
    void *args;              /* parsed and resolved; NULL for a source */
    char *recipe;            /* canonical arguments, JSON; NULL for a source */
    char recipe_sha256[FOV_SHA256_HEX];
    fov_image *source; /* sources only */
    int32_t parent_count;
    const struct fov_node *parent[FOV_OP_INPUTS_MAX];
    int32_t output; /* which of the operation's outputs */
    int32_t width, height;
    bool has_alpha;
    bool is_lenient; /* some source may show grey for what is missing */
    char note[256];

    /* The segment: `base` is a source or a barrier node (this very node, when it is one). */
    const struct fov_node *base;
    bool is_barrier;
    struct fov_mat to_base; /* node pixels -> base pixels */
    struct fov_step *steps;
    size_t step_count;
    struct fov_mark_layer *layers;
    size_t layer_count;
    fov_op_marks marks; /* those that this node itself adds */

    struct fov_region *regions;
    size_t region_count;
};

struct fov_fact {
    int32_t id;
    const fov_op_def *op;
    char *recipe;
    char recipe_sha256[FOV_SHA256_HEX];
    int32_t parent_count;
    const struct fov_node *parent[FOV_OP_INPUTS_MAX]; /* [0] NULL for one without images */
    char *json; /* the members, one object, coordinates in the first parent's own pixels */
    char note[256];
};

struct fov_graph {
    fov_context *ctx;
    pthread_mutex_t lock; /* of the four members below */
    struct fov_node **nodes;
    size_t node_count, node_capacity;
    struct fov_fact **facts;
    size_t fact_count, fact_capacity;
};

/* ---- graph.c -------------------------------------------------------------------------------- */

const struct fov_node *fov__graph_node(fov_graph *graph, int32_t id); /* NULL: no such image */
const struct fov_fact *fov__graph_fact_get(fov_graph *graph, int32_t id);
/* "img_3", "original" (img_0), "observation_k" (the k-th derived image); -1 when there is none. */
int32_t fov__graph_find(fov_graph *graph, const char *name);
/* What one call makes: `count` images, a fact, or both. */
struct fov_made {
    struct fov_node *nodes[FOV_OP_OUTPUTS_MAX];
    int32_t count;
    struct fov_fact *fact; /* NULL: none */
};
/* Give what was made its numbers, all of it or nothing, or find what the same recipe made before:
 * then *same is set and the numbers are the earlier ones. Consumes what was made in any case.
 * *image and *fact are -1 for what there is none of. */
fov_status fov__graph_publish(fov_graph *graph, struct fov_made *made, int32_t *image,
                              int32_t *fact, bool *same, fov_error *err);
void fov__made_free(fov_context *ctx, struct fov_made *made);
const struct fov_fact *fov__graph_same_fact(fov_graph *graph, const char *recipe_sha256);
struct fov_node *fov__node_new(fov_context *ctx);
void fov__node_free(fov_context *ctx, struct fov_node *node);
void fov__fact_free(fov_context *ctx, struct fov_fact *fact);
/* The box of source pixels that a node shows (bounds of its first region). */
fov_box fov__node_source_box(const struct fov_node *node);

/* ---- apply.c -------------------------------------------------------------------------------- */

/* One call, in the space that `reading` says (its image's size, delivered size and mapping are
 * filled in here, but for delivered_*, which `delivered` supplies when given). */
struct fov_call {
    const fov_op_def *op;
    const char *name; /* as it was called, which may be an alias; NULL: its own */
    const fov_json_value *arguments; /* an object, or NULL for none */
    enum fov__space space;
    enum fov__frame frame;
    bool allow_hidden;
    /* The size an image was last delivered in; may be NULL. */
    bool (*delivered)(void *user, int32_t image, int32_t *width, int32_t *height);
    /* Asked before an image gets its number; a refusal (FOV_E_ARG with a fault, or an error) leaves
     * the graph as it was. May be NULL. */
    fov_status (*accept)(void *user, const struct fov_node *node, fov_op_fault *fault,
                         fov_error *err);
    void *user;
    const fov_cancel *cancel;
};
/* FOV_E_ARG and other faults have *fault filled in; the graph is unchanged then. *image_id is the
 * (first) image that the call spoke of, as far as it was understood: -1 otherwise. */
fov_status fov__graph_call(fov_graph *graph, const struct fov_call *call, fov_applied *out,
                           int32_t *image_id, fov_op_fault *fault, fov_error *err);
/* "img_0 to img_3": what a call may name. */
void fov__graph_say_ids(char *out, size_t size, fov_graph *graph);
/* fov_graph_apply() that a flag can end; cancel may be NULL. */
fov_status fov__graph_apply(fov_graph *graph, const char *op, const char *arguments,
                            const fov_cancel *cancel, fov_applied *out, fov_error *err);

/* ---- segment.c ------------------------------------------------------------------------------ */

/* Fill in node->base, to_base, steps, layers and regions from its parents and the planned
 * output. */
fov_status fov__segment_source(struct fov_node *node, fov_context *ctx, fov_error *err);
fov_status fov__segment_compose(struct fov_node *node, fov_context *ctx,
                                const fov_op_output *output, fov_error *err);

/* ---- render.c ------------------------------------------------------------------------------- */

struct fov_view {
    const struct fov_node *node;
    fov_box box;           /* of the node's pixels */
    int32_t width, height; /* of the picture to make */
    bool no_marks;
    const fov_cancel *cancel;
    struct fov_spent *spent; /* filled in; may be NULL */
};
/* The caller owns *out (one reference), never shared before. */
fov_status fov__render(struct fov_pixels **out, fov_context *ctx, const struct fov_view *view,
                       fov_error *err);
/* The node's own pixels with marks (what `pixels_sha256` is taken of). */
fov_status fov__render_node(struct fov_pixels **out, fov_context *ctx, const struct fov_node *node,
                            const fov_cancel *cancel, fov_error *err);

/* ---- io.c ----------------------------------------------------------------------------------- */

struct fov_io {
    fov_op_io io; /* first: operations get this */
    fov_op_frame frame[FOV_OP_INPUTS_MAX];
    const struct fov_node *const *parent;
    fov_graph *graph;
};
/* `graph` is where facts are looked up; NULL where an operation is at its pixels already. */
void fov__io_init(struct fov_io *io, fov_context *ctx, fov_graph *graph,
                  const struct fov_node *const *parents, int32_t count, const fov_cancel *cancel);

#endif
