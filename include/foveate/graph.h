/* SPDX-License-Identifier: MIT */
/* foveate/graph.h - looking again: every look is an operation on an earlier image, and all looks
 * together are a graph over full-resolution sources.
 *
 *     fov_graph *graph = NULL;
 *     fov_applied look = FOV_APPLIED_INIT;
 *     fov_image *picture = NULL;
 *     fov_point where;
 *     fov_graph_new(&graph, ctx, &err);
 *     fov_graph_add_source(graph, chart, NULL, &err);                          // img_0
 *     fov_graph_apply(graph, "rotate", "{\"degrees\":90}", &look, &err);       // img_1
 *     fov_graph_apply(graph, "zoom", "{\"image\":\"img_1\",\"box\":[40,30,200,120]}", &look, &err);
 *     fov_graph_render(graph, look.image, NULL, NULL, &picture, &err);
 *     fov_graph_to_source(graph, look.image, (fov_point){10, 10}, NULL, &where, &err);
 *
 * An image of the graph is a recipe, a size and a mapping to its source; pixels are made when they
 * are asked for and are a pure function of the sources and the recipe. Geometry composes: pixels
 * are resampled once, from the full-resolution source, for a whole chain of zooms and turns.
 * Operations that need neighbouring pixels work on their parent's own grid. Marks stay vectors,
 * drawn last.
 *
 * Images are numbered in the order they were made: image 3 is "img_3", image 0 usually the
 * original. Facts (answers that are no image) are numbered apart: fact 2 is "fact_2". The same
 * call made again returns the earlier number with FOV_NOTE_SAME and makes nothing new.
 *
 * Coordinates here are pixels of the named image's own frame: a zoom's frame is its box at the
 * source's density, whatever size it is later delivered in.
 *
 * Threads: a graph may be used from many threads at once, but for fov_graph_free(). A number stays
 * what it is for the graph's life: images and facts are added, never changed or removed.
 */
#ifndef FOVEATE_GRAPH_H
#define FOVEATE_GRAPH_H

#include <foveate/image.h>

FOV_BEGIN_DECLS

typedef struct fov_graph fov_graph;

/* Make an empty graph; the caller owns *out and frees it before the context. Errors: FOV_E_ARG,
 * FOV_E_MEMORY. */
FOV_API fov_status fov_graph_new(fov_graph **out, fov_context *ctx, fov_error *err);
FOV_API void fov_graph_free(fov_graph *graph); /* NULL is fine */

/* Add an original; the graph takes a reference of its own. *id (may be NULL) is its number. The
 * same picture (by SHA-256) added again returns the earlier number with FOV_NOTE_SAME.
 * Errors: FOV_E_ARG (NULL), FOV_E_LIMIT (nodes), FOV_E_MEMORY. */
FOV_API fov_status fov_graph_add_source(fov_graph *graph, fov_image *image, int32_t *id,
                                        fov_error *err);

/* What an operation made. */
typedef struct fov_applied {
    uint32_t struct_size;
    int32_t image;       /* number of the first image made, -1: none */
    int32_t image_count; /* how many, numbered from `image` on */
    int32_t fact;        /* number of the fact made, -1: none */
    char note[256];      /* what was changed or should be known ("box cut to the image …"); "" */
} fov_applied;

#define FOV_APPLIED_INIT {(uint32_t)sizeof(fov_applied), -1, 0, -1, {0}}
FOV_API void fov_applied_init(fov_applied *applied);

/* Apply an operation by name (see foveate/op.h for the table) with its arguments as a JSON object,
 * in pixels of the image that `image` names (default "img_0"); NULL arguments are none.
 * FOV_OK, or FOV_NOTE_SAME when the same call was made before. Pixels are read only where an answer
 * or a default depends on them.
 * On FOV_E_ARG the message says field, value and what is allowed; after any error the graph is
 * unchanged. Errors also: FOV_E_IMAGE, FOV_E_LIMIT (nodes, sizes, arguments, op_ms),
 * FOV_E_UNSUPPORTED (an operation of a session, or one whose module is missing), FOV_E_MEMORY. */
FOV_API fov_status fov_graph_apply(fov_graph *graph, const char *op, const char *arguments,
                                   fov_applied *out, fov_error *err);

/* How many there are: numbers run from 0 to one less. 0 for NULL. */
FOV_API int32_t fov_graph_image_count(fov_graph *graph);
FOV_API int32_t fov_graph_fact_count(fov_graph *graph);

/* An image's own size in pixels; {0, 0} when there is no such image. */
FOV_API fov_size fov_graph_size(fov_graph *graph, int32_t image);

/* An image as a JSON object: {"id","op","arguments","parents":[…],"width","height","source",
 * "box_source":[x1,y1,x2,y2],"note"}; an original has neither "op" nor "arguments". "box_source"
 * bounds what it shows, in pixels of "source", and reaches beyond it where there is fill. The
 * caller owns *out. Errors: FOV_E_ARG (no such image), FOV_E_MEMORY. */
FOV_API fov_status fov_graph_describe(fov_graph *graph, int32_t image, fov_bytes *out,
                                      fov_error *err);

/* A fact as the JSON object that its operation answered with, coordinates in pixels of the image it
 * was asked about. The caller owns *out. Errors: FOV_E_ARG (no such fact), FOV_E_MEMORY. */
FOV_API fov_status fov_graph_fact(fov_graph *graph, int32_t fact, fov_bytes *out, fov_error *err);

/* Render an image with its marks. `size` NULL: its own size; else exactly that size (any aspect),
 * within the context's `edge` and `pixels`. `cancel` may be NULL. The caller owns *out (NULL after
 * an error). Errors: FOV_E_ARG (no such image, a side below 1), FOV_E_IMAGE (damage met while
 * decoding), FOV_E_LIMIT (size, op_ms), FOV_E_UNSUPPORTED, FOV_E_CANCELLED, FOV_E_MEMORY. */
FOV_API fov_status fov_graph_render(fov_graph *graph, int32_t image, const fov_size *size,
                                    const fov_cancel *cancel, fov_image **out, fov_error *err);

/* Map a point of an image to the pixels of its source; *source (may be NULL) is that source's
 * number. A point in
 * the fill beside a turned picture maps outside the source's frame. Exact to 1e-6 pixels through
 * any chain of affine operations.
 * Errors: FOV_E_ARG (no such image; a point in no region of a composed image). */
FOV_API fov_status fov_graph_to_source(fov_graph *graph, int32_t image, fov_point point,
                                       int32_t *source, fov_point *out, fov_error *err);

/* Map a point of a source into an image made from it. Errors: FOV_E_ARG (not made from it). */
FOV_API fov_status fov_graph_from_source(fov_graph *graph, int32_t image, int32_t source,
                                         fov_point point, fov_point *out, fov_error *err);

/* SHA-256 of an image's recipe (operation, arguments, parents and so on to the sources), in
 * lower-case hexadecimal. Equal recipes make equal pixels. Borrowed; NULL when there is no such
 * image. */
FOV_API const char *fov_graph_recipe_sha256(fov_graph *graph, int32_t image);

FOV_END_DECLS

#endif
