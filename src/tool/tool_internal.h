/* SPDX-License-Identifier: MIT */
/* tool: operations as a model meets them. A toolset is what is declared; a toolbox makes calls: it
 * reads arguments in the profile's coordinates, applies them to the graph, delivers the picture at
 * the size the model will see, and says in one line what was made. A refused call is a result, not
 * an error.
 *
 *     toolset.c  declarations in each dialect     tool_call.c  one call, its line, its delivery
 *     state.c    calls about the conversation     deliver.c    fit, render, encode, once an image
 *     facts.c    a fact in the model's coordinates
 *     text_call.c  calls in plain text
 */
#ifndef FOV_TOOL_INTERNAL_H
#define FOV_TOOL_INTERNAL_H

#include <foveate/message.h>

#include "base/base_internal.h"
#include "encode/encode_internal.h"
#include "graph/graph_internal.h"
#include "op/op_internal.h"
#include "profile/profile_internal.h"

/* ---- toolset.c ------------------------------------------------------------------------------ */

struct fov_toolset {
    fov_context *ctx;
    uint32_t preset; /* FOV_OP_PRESET_… */
    enum fov__dialect dialect;
    fov_bytes words; /* of a text dialect: what declares the tools in the system text */
    fov_tool *tools; /* views into `text`; none in a text dialect */
    size_t count;
    char **text; /* parameters and descriptions, owned */
    size_t text_count;
};
bool fov__preset_find(const char *name, uint32_t *out); /* NULL: the default, "photo" */
const char *fov__preset_name(uint32_t preset);
struct fov_toolset_opts {
    uint32_t preset;
    bool is_strict; /* OpenAI's strict mode, where the profile's dialect has it */
    bool may_drop;  /* drop and recall are offered: images may leave the conversation */
};
fov_status fov__toolset_new(struct fov_toolset **out, fov_context *ctx,
                            const struct fov_profile *profile,
                            const struct fov_toolset_opts *opts, fov_error *err);
void fov__toolset_free(struct fov_toolset *set);
/* What declares a preset's tools in a dialect: the array that a request's `tools` holds, or, of a
 * text dialect, words for the system text. */
fov_status fov__toolset_write(fov_bytes *out, fov_context *ctx, const struct fov_profile *profile,
                              uint32_t preset, enum fov__dialect dialect, fov_error *err);
struct fov__declared {
    fov_context *ctx;
    uint32_t preset;
    const fov_op_def *only; /* alone, and not in an array; NULL: all of the preset */
    const char *name;       /* the alias that `only` is declared as; NULL: the dialect's choice */
    enum fov__dialect dialect;
    enum fov__space space;
    enum fov__frame frame;
};
void fov__tools_write(struct fov_buf *out, const struct fov__declared *what);
/* One operation's declaration; name as above. */
void fov__tool_declare(struct fov_jw *jw, const char *key, const fov_op_def *def, const char *name,
                       enum fov__dialect dialect, enum fov__space space, enum fov__frame frame);

/* ---- the toolbox ---------------------------------------------------------------------------- */

struct fov_toolbox_image {         /* what is known of image k beside the graph */
    struct fov_delivery *delivery; /* NULL: not delivered yet */
    fov_fit fit;
    struct fov_spent spent;
    bool is_shown;    /* in the conversation: it is not sent twice */
    bool is_recorded; /* its delivery is in the transcript */
    char name[16];    /* "img_3", for fov_session_picture() */
    bool is_dropped;  /* to be taken out of the conversation before the next question */
};

struct fov_toolbox {
    fov_context *ctx;
    fov_graph *graph; /* borrowed */
    const struct fov_profile *profile;
    uint32_t preset;
    bool many_images;
    int32_t images_left; /* how many more may be made; -1: any number */
    bool may_drop;       /* the session takes dropped images out */
    const fov_cancel *cancel;
    enum fov__space call_space; /* of the call that is being made: an alias may have its own */
    struct fov_toolbox_image *images;
    size_t image_count, image_capacity;
};
void fov__toolbox_init(struct fov_toolbox *box, fov_context *ctx, fov_graph *graph,
                       const struct fov_profile *profile, uint32_t preset);
void fov__toolbox_free(struct fov_toolbox *box); /* the members; not box itself */

struct fov_tool_outcome {
    fov_context *ctx;
    char *text; /* what the model sees */
    bool is_error, is_same;
    fov_op_fault fault;            /* when is_error */
    int32_t image, image_count, fact; /* -1, 0: none */
    char *normalised;                 /* the recipe in node pixels, JSON; NULL when refused */
    const fov_op_def *op;          /* NULL: unknown */
};
void fov__tool_outcome_free(struct fov_tool_outcome *outcome);

/* One call. Errors are the host's only (memory, internal, cancelled). New images are delivered. */
fov_status fov__tool_call(struct fov_tool_outcome *out, struct fov_toolbox *box, const char *name,
                          const char *arguments, size_t len, fov_error *err);
/* A refusal that did not come from an operation (budgets). */
fov_status fov__tool_refuse(struct fov_tool_outcome *out, struct fov_toolbox *box,
                            const fov_op_fault *fault, fov_error *err);

/* ---- deliver.c ------------------------------------------------------------------------------ */

/* The size that a model of the toolbox's profile sees a node in. */
fov_status fov__toolbox_fit(struct fov_toolbox *box, const struct fov_node *node, fov_fit *fit,
                            fov_error *err);
/* The delivery of an image: made once, then the same. Borrowed from the toolbox. */
fov_status fov__toolbox_deliver(const struct fov_toolbox_image **out, struct fov_toolbox *box,
                                int32_t image, fov_error *err);
/* Whether an image that has no number yet could be delivered at all; the `accept` of fov_call,
 * user is the toolbox. A fault BAD_ASPECT says what is legal. */
fov_status fov__toolbox_accept(void *user, const struct fov_node *node, fov_op_fault *fault,
                               fov_error *err);
/* "img_3: zoom of img_0, box [120,40,520,340] in source pixels, delivered 1568x1176, …" */
void fov__tool_line(struct fov_buf *out, struct fov_toolbox *box, const struct fov_node *node,
                    const char *note);

/* ---- text_call.c ---------------------------------------------------------------------------- */

struct fov_text_call {
    size_t start, end; /* in the message, its tags included */
    char *name;        /* of the tool; "grounding"; what it was written in when it is broken */
    char *arguments;   /* JSON text as it was written */
    fov_op_fault fault; /* BAD_JSON and others: it cannot be made; NONE: it can be tried */
};
struct fov_text_calls {
    fov_context *ctx;
    struct fov_text_call *v; /* in order, none inside another */
    size_t count, capacity;
};
/* The calls in a message: <tool_call>{"name","arguments"}</tool_call>, the same in a fenced block,
 * <grounding>{"bbox_2d","source"}</grounding>; none in <think>. A broken one is there with its
 * fault. Errors: FOV_E_MEMORY. */
fov_status fov__text_calls(struct fov_text_calls *out, fov_context *ctx, const char *text,
                           size_t len, fov_error *err);
void fov__text_calls_free(struct fov_text_calls *calls);
/* The rest of the message without thinking; of a text with <answer> what is in the last one. */
fov_status fov__text_aloud(struct fov_buf *out, const struct fov_text_calls *calls,
                           const char *text, size_t len);

/* suggest.c: "; shrunk 3.8 times: tile with rows=2, cols=3 shows it in full detail", where a whole
 * picture is shown at less than half of its size and the preset has a tool against it. */
void fov__tool_suggest(struct fov_buf *out, const struct fov_toolbox *box,
                       const struct fov_node *node, const fov_fit *fit);

/* ---- facts.c, state.c ----------------------------------------------------------------------- */

/* A fact's JSON with its `at` and `box` members in the profile's space of the image it is about. */
void fov__tool_fact_write(struct fov_jw *jw, struct fov_toolbox *box, const struct fov_fact *fact,
                          const fov_json_value *value);
fov_status fov__tool_state(struct fov_tool_outcome *out, struct fov_toolbox *box,
                           const fov_op_def *op, const fov_json_value *arguments, fov_error *err);
/* Make `out` the refusal that out->fault says, about an image or -1. */
fov_status fov__tool_refuse_call(struct fov_tool_outcome *out, struct fov_toolbox *box,
                                 int32_t image, fov_error *err);

#endif
