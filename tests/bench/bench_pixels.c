/* SPDX-License-Identifier: MIT */
/* Operations on the pixels of one view, as OpenCV is asked for them: the view is there, and so is a
 * place for the result. The operation's own functions run, as the renderer calls them; planning and
 * reading arguments are outside of the clock, but for autocontrast, whose measuring is its work. */
#include "bench.h"

#include "graph/graph_internal.h"
#include "image/image_internal.h"
#include "op/op_internal.h"

#include <stdlib.h>

/* One view and what is made of it. */
struct view {
    fov_context *ctx;
    fov_image *image;      /* of the view's pixels */
    struct fov_pixels *px; /* the same */
    struct fov_pixels *out;
    fov_graph *graph;
};

struct operation {
    const char *name, *op, *arguments;
};
static const struct operation operations[] = {
    {"grey", "enhance", "{\"grayscale\":true}"},
    {"stretch", "enhance", "{\"autocontrast\":true,\"black\":20,\"white\":230}"},
    {"autocontrast", "enhance", "{\"autocontrast\":true}"},
    {"unsharp", "enhance", "{\"sharpen\":1}"},
    {"clahe", "enhance", "{\"clahe\":2}"},
    {"clahe_grey", "enhance", "{\"clahe\":2,\"grayscale\":true}"},
};

static void view_free(struct bench *b)
{
    struct view *v = b->own;

    fov_graph_free(v->graph);
    fov__pixels_unref(v->px);
    fov__pixels_unref(v->out);
    fov_image_unref(v->image);
    fov_context_free(v->ctx);
    free(v);
}

/* The request's first box of the input, at source density. */
static fov_status view_new(struct bench *b, struct view *v, fov_error *err)
{
    const fov_box box = b->request.boxes[0];
    const int32_t width = (int32_t)(box.x2 - box.x1), height = (int32_t)(box.y2 - box.y1);
    fov_image *source = NULL;
    fov_status rc = bench_context(b, &v->ctx, err);

    if (rc >= 0)
        rc = fov__pixels_new(&v->px, v->ctx, width, height, 3, err);
    if (rc >= 0)
        rc = fov__pixels_new(&v->out, v->ctx, width, height, 3, err);
    if (rc >= 0)
        rc = fov_image_open_memory(&source, v->ctx, b->data, b->size, NULL, err);
    if (rc >= 0)
        rc = fov_image_read(source, box, 3, v->px->data, v->px->stride, err);
    if (rc >= 0)
        rc = fov_image_new_pixels(&v->image, v->ctx, v->px->data, width, height, 3, v->px->stride,
                                  err);
    fov_image_unref(source);
    return rc;
}

static fov_status begin(struct bench *b, fov_error *err)
{
    struct view *v;
    fov_status rc = bench_load(b, err);

    if (rc < 0 || b->own)
        return rc;
    bench_forget(b);
    v = calloc(1, sizeof(*v));
    if (!v)
        return fov__fail_memory(err, "bench", sizeof(*v));
    b->own = v;
    b->own_free = view_free;
    return view_new(b, v, err);
}

/* The operation asks for its input: it is the view, whole. */
static fov_status give_view(struct fov_op_io *io, int32_t input, fov_box box, int32_t width,
                            int32_t height, struct fov_pixels **out, fov_error *err)
{
    const struct view *v = io->user;

    (void)input;
    if (box.x1 != 0 || box.y1 != 0 || width != v->px->width || height != v->px->height)
        return fov__fail(err, FOV_E_INTERNAL, 0, "bench", "the operation asks for a part");
    *out = fov__pixels_ref(v->px);
    return FOV_OK;
}

static fov_status run_barrier(struct bench *b, struct view *v, const struct fov_node *node,
                              fov_error *err)
{
    const struct fov_op_frame frame = {v->px->width, v->px->height, false};
    struct fov_op_io io = {.ctx = v->ctx, .in = &frame, .in_count = 1, .render = give_view,
                           .user = v};
    struct fov_op_fault fault = {.code = FOV_FAULT_NONE};
    const double start = bench_now();
    fov_status rc = node->op->run(node->args, &io, &v->out, &fault, err);

    b->outcome.ms = bench_now() - start;
    return rc;
}

static void keep_pixels(struct bench *b, const struct fov_pixels *px)
{
    b->outcome.width = px->width;
    b->outcome.height = px->height;
    b->outcome.bytes = px->stride * (size_t)px->height;
    if (!b->request.keep)
        return;
    b->outcome.text = fov__bytes_new(b->plain, b->outcome.bytes);
    if (b->outcome.text.data)
        memcpy(b->outcome.text.data, px->data, b->outcome.bytes);
}

static fov_status operate(struct bench *b, size_t i, fov_error *err)
{
    const struct operation *operation = NULL;
    struct view *v = b->own;
    fov_applied applied = FOV_APPLIED_INIT;
    const struct fov_node *node;
    double start;
    fov_status rc;

    (void)i;
    for (size_t k = 0; k < FOV_COUNT(operations); k++)
        if (strcmp(operations[k].name, b->request.what) == 0)
            operation = &operations[k];
    if (!operation)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "what", "there is no operation %s yet",
                         b->request.what);
    fov_graph_free(v->graph);
    v->graph = NULL;
    rc = fov_graph_new(&v->graph, v->ctx, err);
    if (rc >= 0)
        rc = fov_graph_add_source(v->graph, v->image, NULL, err);
    start = bench_now();
    if (rc >= 0)
        rc = fov_graph_apply(v->graph, operation->op, operation->arguments, &applied, err);
    const double applied_ms = bench_now() - start;
    if (rc < 0)
        return rc;
    node = fov__graph_node(v->graph, applied.image);
    memcpy(v->out->data, v->px->data, v->px->stride * (size_t)v->px->height);
    if (node->is_barrier) {
        rc = run_barrier(b, v, node, err);
    } else {
        start = bench_now();
        node->op->point(node->args, v->out->data, (size_t)v->out->width * (size_t)v->out->height,
                        3);
        b->outcome.ms = bench_now() - start;
    }
    if (strcmp(operation->name, "autocontrast") == 0)
        b->outcome.ms += applied_ms;
    keep_pixels(b, v->out);
    return rc;
}

/* A turn about the view's middle; a quarter turn changes width and height. */
static fov_status turn(struct bench *b, size_t i, fov_error *err)
{
    struct view *v = b->own;
    const bool is_quarter = strcmp(b->request.what, "90") == 0;
    const int32_t width = is_quarter ? v->px->height : v->px->width;
    const int32_t height = is_quarter ? v->px->width : v->px->height;
    struct fov_warp warp = {.src = v->px,
                            .kernel = is_quarter ? FOV__KERNEL_LANCZOS3 : FOV__KERNEL_LINEAR};
    double start;
    fov_status rc = FOV_OK;

    (void)i;
    warp.to_src = fov__mat_mul(
        fov__mat_translate(v->px->width * 0.5, v->px->height * 0.5),
        fov__mat_mul(fov__mat_rotate(is_quarter ? -90.0 : -7.5),
                     fov__mat_translate(-width * 0.5, -height * 0.5)));
    if (v->out->width != width) {
        fov__pixels_unref(v->out);
        v->out = NULL;
        rc = fov__pixels_new(&v->out, v->ctx, width, height, 3, err);
    }
    if (rc < 0)
        return rc;
    start = bench_now();
    rc = fov__warp(&warp, v->out, 1, NULL, err);
    b->outcome.ms = bench_now() - start;
    keep_pixels(b, v->out);
    return rc;
}

const struct bench_case bench_pixel_cases[] = {
    {"operate", begin, operate}, {"turn", begin, turn}, {NULL, NULL, NULL}};
