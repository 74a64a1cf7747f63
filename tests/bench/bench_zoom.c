/* SPDX-License-Identifier: MIT */
/* Looks as a program takes them, through the public interface only: zoom, fit and chains, cold (a
 * new context that knows nothing, the source's bytes hashed) and warm (the source decoded). Freeing
 * is outside of the clock, as it is for the peers. */
#include "bench.h"

#include <stdio.h>

/* ---- looks ---------------------------------------------------------------------------------- */

static fov_status graph_of(fov_graph **out, fov_context *ctx, fov_image *image, fov_error *err)
{
    fov_status rc = fov_graph_new(out, ctx, err);

    return rc < 0 ? rc : fov_graph_add_source(*out, image, NULL, err);
}

static fov_status apply(fov_graph *graph, const char *op, const char *arguments, int32_t *image,
                        fov_error *err)
{
    fov_applied applied = FOV_APPLIED_INIT;
    char text[256];
    fov_status rc;

    snprintf(text, sizeof(text), "{\"image\":\"img_%d\",%s}", (int)*image, arguments);
    rc = fov_graph_apply(graph, op, text, &applied, err);
    *image = applied.image;
    return rc;
}

static fov_status apply_box(fov_graph *graph, fov_box box, int32_t *image, fov_error *err)
{
    char text[160];

    snprintf(text, sizeof(text), "\"box\":[%.0f,%.0f,%.0f,%.0f]", box.x1, box.y1, box.x2, box.y2);
    return apply(graph, "zoom", text, image, err);
}

static fov_status render(struct bench *b, fov_graph *graph, int32_t image, fov_image **out,
                         fov_error *err)
{
    const fov_size size = {b->request.width, b->request.height};

    return fov_graph_render(graph, image, &size, NULL, out, err);
}

fov_status bench_look(struct bench *b, fov_context *ctx, fov_image *image, fov_box box,
                      fov_image **out, fov_error *err)
{
    fov_graph *graph = NULL;
    int32_t id = 0;
    fov_status rc = graph_of(&graph, ctx, image, err);

    if (rc >= 0)
        rc = apply_box(graph, box, &id, err);
    if (rc >= 0)
        rc = render(b, graph, id, out, err);
    fov_graph_free(graph);
    return rc;
}

fov_status bench_fit(struct bench *b, fov_context *ctx, fov_image *image, fov_image **out,
                     fov_error *err)
{
    fov_graph *graph = NULL;
    fov_status rc = graph_of(&graph, ctx, image, err);

    if (rc >= 0)
        rc = render(b, graph, 0, out, err);
    fov_graph_free(graph);
    return rc;
}

fov_status bench_chain(struct bench *b, fov_context *ctx, fov_image *image, fov_box box,
                       double degrees, fov_image **out, fov_error *err)
{
    const fov_size whole = fov_image_size(image);
    const double w = box.x2 - box.x1, h = box.y2 - box.y1;
    fov_box wide = {box.x1 - 48, box.y1 - 32, box.x2 + 48, box.y2 + 32};
    fov_graph *graph = NULL;
    fov_size size;
    char turn[64];
    int32_t id = 0;
    fov_status rc = graph_of(&graph, ctx, image, err);

    wide.x1 = wide.x1 < 0 ? 0 : wide.x1;
    wide.y1 = wide.y1 < 0 ? 0 : wide.y1;
    wide.x2 = wide.x2 > whole.width ? whole.width : wide.x2;
    wide.y2 = wide.y2 > whole.height ? whole.height : wide.y2;
    snprintf(turn, sizeof(turn), "\"degrees\":%g", degrees);
    if (rc >= 0)
        rc = apply_box(graph, wide, &id, err);
    if (rc >= 0)
        rc = apply(graph, "flip", "\"axis\":\"horizontal\"", &id, err);
    if (rc >= 0)
        rc = apply(graph, "enhance", "\"contrast\":1.2", &id, err);
    if (rc >= 0)
        rc = apply(graph, "rotate", turn, &id, err);
    if (rc >= 0) {
        size = fov_graph_size(graph, id);
        const double x = fov__floor((size.width - w) / 2), y = fov__floor((size.height - h) / 2);
        rc = apply_box(graph, (fov_box){x, y, x + w, y + h}, &id, err);
    }
    if (rc >= 0)
        rc = render(b, graph, id, out, err);
    fov_graph_free(graph);
    return rc;
}

fov_status bench_encode(struct bench *b, fov_image *picture, fov_error *err)
{
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;

    opts.format = b->request.is_png ? FOV_FORMAT_PNG : FOV_FORMAT_JPEG;
    opts.quality = 90;
    return fov_image_encode_data_url(&b->outcome.text, picture, &opts, err);
}

/* The file's size is that of its base64 less the head. */
static void note_result(struct bench *b, fov_image *picture)
{
    const char *url = (const char *)b->outcome.text.data, *comma = url ? strchr(url, ',') : NULL;
    const fov_size size = fov_image_size(picture);

    b->outcome.width = size.width;
    b->outcome.height = size.height;
    if (comma)
        b->outcome.bytes = (b->outcome.text.size - (size_t)(comma + 1 - url)) / 4 * 3;
}

/* ---- cases ---------------------------------------------------------------------------------- */

enum kind { ZOOM, FIT, CHAIN, CHAIN_TURNED };

static fov_status picture_of(struct bench *b, enum kind kind, fov_context *ctx, fov_image *image,
                             size_t i, fov_image **out, fov_error *err)
{
    const fov_box box = b->request.boxes[i];

    switch (kind) {
    case FIT:
        return bench_fit(b, ctx, image, out, err);
    case CHAIN:
        return bench_chain(b, ctx, image, box, 180, out, err);
    case CHAIN_TURNED:
        return bench_chain(b, ctx, image, box, 7.5, out, err);
    default:
        return bench_look(b, ctx, image, box, out, err);
    }
}

/* A text of a context that is about to go becomes one of the context that stays. */
static fov_status bring_over(struct bench *b, fov_error *err)
{
    fov_bytes copy = fov__bytes_new(b->plain, b->outcome.text.size);

    if (copy.data)
        memcpy(copy.data, b->outcome.text.data, copy.size);
    fov_bytes_free(&b->outcome.text);
    b->outcome.text = copy;
    return copy.data ? FOV_OK : fov__fail_memory(err, "bench", b->outcome.text.size);
}

/* What several threads have spent together is no measure of them. */
static double now(const struct bench *b)
{
    return b->request.threads > 1 ? bench_wall() : bench_now();
}

static fov_status cold(struct bench *b, enum kind kind, size_t i, fov_error *err)
{
    fov_context *ctx = NULL;
    fov_image *image = NULL, *picture = NULL;
    const double start = now(b);
    fov_status rc = bench_context(b, &ctx, err);

    if (rc >= 0)
        rc = fov_image_open_memory(&image, ctx, b->data, b->size, NULL, err);
    if (rc >= 0)
        rc = picture_of(b, kind, ctx, image, i, &picture, err);
    if (rc >= 0)
        rc = bench_encode(b, picture, err);
    b->outcome.ms = now(b) - start;
    if (rc >= 0)
        note_result(b, picture);
    if (rc >= 0)
        rc = bring_over(b, err);
    fov_image_unref(picture);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

static fov_status warm(struct bench *b, enum kind kind, bool is_pixels, size_t i, fov_error *err)
{
    fov_image *picture = NULL;
    const double start = bench_now();
    fov_status rc = picture_of(b, kind, b->ctx, b->image, i, &picture, err);

    if (rc >= 0 && !is_pixels)
        rc = bench_encode(b, picture, err);
    b->outcome.ms = bench_now() - start;
    if (rc >= 0)
        note_result(b, picture);
    fov_image_unref(picture);
    return rc;
}

static fov_status begin(struct bench *b, fov_error *err)
{
    return b->request.is_warm ? bench_warm(b, err) : bench_load(b, err);
}

static fov_status zoom(struct bench *b, size_t i, fov_error *err)
{
    return b->request.is_warm ? warm(b, ZOOM, false, i, err) : cold(b, ZOOM, i, err);
}

static fov_status fit(struct bench *b, size_t i, fov_error *err)
{
    return b->request.is_warm ? warm(b, FIT, false, i, err) : cold(b, FIT, i, err);
}

/* Sizes differ by a pixel from one iteration to the next. */
static fov_status fit_pixels(struct bench *b, size_t i, fov_error *err)
{
    const fov_box size = b->request.boxes[i];

    b->request.width = (int32_t)size.x2;
    b->request.height = (int32_t)size.y2;
    return warm(b, FIT, true, i, err);
}

static fov_status chain(struct bench *b, size_t i, fov_error *err)
{
    return warm(b, CHAIN, false, i, err);
}

static fov_status chain_turned(struct bench *b, size_t i, fov_error *err)
{
    return warm(b, CHAIN_TURNED, false, i, err);
}

/* One operation, then the whole fitted: pixels only. The argument differs a little from iteration
 * to iteration, so that no barrier is answered from the cache. */
static fov_status operation_fit(struct bench *b, size_t i, fov_error *err)
{
    const double little = (double)(b->request.boxes[i].x1) * 0.001;
    fov_graph *graph = NULL;
    fov_image *picture = NULL;
    char text[128];
    const char *op = "enhance";
    int32_t id = 0;
    const double start = bench_now();
    fov_status rc = graph_of(&graph, b->ctx, b->image, err);

    if (strcmp(b->request.what, "turn") == 0) {
        op = "rotate";
        snprintf(text, sizeof(text), "\"degrees\":%.3f,\"expand\":false", 7.5 + little);
    } else if (strcmp(b->request.what, "clahe") == 0) {
        snprintf(text, sizeof(text), "\"clahe\":%.3f,\"grayscale\":true", 2 + little);
    } else {
        snprintf(text, sizeof(text),
                 "\"contrast\":%.3f,\"sharpen\":1,\"grayscale\":true", 1.3 + little);
    }
    if (rc >= 0)
        rc = apply(graph, op, text, &id, err);
    if (rc >= 0)
        rc = render(b, graph, id, &picture, err);
    b->outcome.ms = bench_now() - start;
    if (picture)
        note_result(b, picture);
    fov_image_unref(picture);
    fov_graph_free(graph);
    return rc;
}

/* Sources as they come from a file's name, for the memory that a process takes. */
static fov_status zoom_file(struct bench *b, size_t i, fov_error *err)
{
    const fov_box box = b->request.boxes[i];
    fov_context *ctx = NULL;
    fov_image *image = NULL, *picture = NULL;
    const bool is_fit = strcmp(b->request.what, "fit") == 0;
    const double start = bench_now();
    fov_status rc = bench_context(b, &ctx, err);

    if (rc >= 0 && strcmp(b->request.what, "nothing") != 0)
        rc = fov_image_open(&image, ctx, b->request.input, NULL, err);
    if (rc >= 0 && (is_fit || strcmp(b->request.what, "zoom") == 0))
        rc = is_fit ? bench_fit(b, ctx, image, &picture, err)
                    : bench_look(b, ctx, image, box, &picture, err);
    if (rc >= 0 && picture)
        rc = bench_encode(b, picture, err);
    b->outcome.ms = bench_now() - start;
    if (picture)
        note_result(b, picture);
    fov_bytes_free(&b->outcome.text);
    fov_image_unref(picture);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

/* A fit and a zoom to every box on one context: what a session holds. */
static fov_status session(struct bench *b, size_t i, fov_error *err)
{
    const fov_size zoomed = {b->request.width, b->request.height};
    fov_context *ctx = NULL;
    fov_image *image = NULL, *picture = NULL;
    fov_size size;
    const double start = bench_now();
    fov_status rc = bench_context(b, &ctx, err);

    (void)i;
    if (rc >= 0)
        rc = fov_image_open(&image, ctx, b->request.input, NULL, err);
    size = fov_image_size(image);
    b->request.width = 1568;
    b->request.height = size.width > 0 ? 1568 * size.height / size.width : 1;
    if (rc >= 0)
        rc = bench_fit(b, ctx, image, &picture, err);
    b->request.width = zoomed.width;
    b->request.height = zoomed.height;
    for (size_t k = 0; rc >= 0 && k < b->request.box_count; k++) {
        fov_image_unref(picture);
        picture = NULL;
        rc = bench_look(b, ctx, image, b->request.boxes[k], &picture, err);
        if (rc >= 0)
            rc = bench_encode(b, picture, err);
        fov_bytes_free(&b->outcome.text);
    }
    b->outcome.ms = bench_now() - start;
    fov_image_unref(picture);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

const struct bench_case bench_zoom_cases[] = {
    {"zoom", begin, zoom},
    {"fit", begin, fit},
    {"fit_pixels", begin, fit_pixels},
    {"chain", begin, chain},
    {"chain_turned", begin, chain_turned},
    {"operation_fit", begin, operation_fit},
    {"zoom_file", NULL, zoom_file},
    {"session", NULL, session},
    {NULL, NULL, NULL}};
