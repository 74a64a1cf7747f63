/* SPDX-License-Identifier: MIT */
/* foveate/session.h - the round: a model is asked about pictures, calls operations, sees what they
 * made, and answers; the graph and the transcript remember it all.
 *
 *     fov_session *session = NULL;
 *     fov_session_opts opts = FOV_SESSION_OPTS_INIT;
 *     fov_answer answer = FOV_ANSWER_INIT;
 *     opts.out_dir = "out";
 *     fov_session_new(&session, ctx, model, &opts, &err);
 *     fov_session_add_image(session, chart, NULL, &err);
 *     if (fov_session_ask(session, "Which bar is the tallest?", &answer, &err) == FOV_OK)
 *         printf("%s\n", answer.text);
 *     fov_session_free(session);
 *
 * A model's bad call is answered with a corrective error that the model sees; it never ends a
 * session and never changes the graph. A lost connection leaves the session as it was before the
 * round: the same question asked again goes on from there, another one is added. Only
 * FOV_E_MEMORY and FOV_E_INTERNAL make it fail for good (FOV_E_STATE from then on, with the
 * transcript readable).
 *
 * Threads: one thread at a time. The graph inside may be read from others meanwhile.
 */
#ifndef FOVEATE_SESSION_H
#define FOVEATE_SESSION_H

#include <foveate/graph.h>
#include <foveate/message.h>

FOV_BEGIN_DECLS

typedef struct fov_session fov_session;

enum {
    FOV_EVENT_SOURCE = 0, /* an original was shown; text: its line */
    FOV_EVENT_ROUND = 1,  /* a request is about to be sent; text: "round 2" */
    FOV_EVENT_SAID = 2,   /* text of the model beside its calls */
    FOV_EVENT_LOOK = 3,   /* an image was made; text: the line the model sees; image: its number */
    FOV_EVENT_FACT = 4,   /* a fact was found */
    FOV_EVENT_ERROR = 5,  /* a call was refused; text: the corrective error */
    FOV_EVENT_ANSWER = 6  /* text: the answer */
};

/* What happened. */
typedef struct fov_event {
    uint32_t struct_size;
    int32_t kind;          /* FOV_EVENT_… */
    uint32_t round;        /* of this question, from 1; 0 before the first and outside one */
    int32_t image;         /* LOOK, SOURCE: number; else -1 */
    const char *text;      /* borrowed for the call */
    const char *tool;      /* LOOK, FACT, ERROR: the tool's name as called */
    const char *arguments; /* LOOK, FACT, ERROR: as called */
} fov_event;

/* Called on the thread that asks, with no lock held. It must not call back into the session. */
typedef void (*fov_event_fn)(const fov_event *event, void *user);

/* 0 and NULL are defaults throughout. Strings are copied. */
typedef struct fov_session_opts {
    uint32_t struct_size;
    const char *profile;        /* by name; NULL: "generic" */
    const char *preset;         /* set of tools offered, by fov_op_preset_name(); NULL: "photo" */
    const char *out_dir;        /* the transcript's folder; NULL: none is kept */
    const char *blob_dir;       /* where its blobs go; NULL: "blobs" in out_dir */
    const char *system;         /* replaces the built-in system text; NULL: built in */
    uint32_t calls_max;         /* tool calls: 15 */
    uint32_t rounds_max;        /* requests of one question, the last one without tools: 12 */
    uint32_t images_max;        /* images made by calls: 12 */
    uint32_t time_ms;           /* of one question: 600 000 */
    uint32_t max_output_tokens; /* of one reply; 0: the model's own */
    int32_t strict_tools;       /* 1: OpenAI's strict schemas */
    int32_t evict_dropped;      /* 1: images that the model dropped are taken out of what it is
                                 * sent, before the next question. What was sent before is then not
                                 * sent the same again: a server's cache, and reasoning that it ties
                                 * to the exact messages, are lost */
    fov_event_fn on_event;
    void *user;
    const fov_cancel *cancel; /* must outlive the session */
} fov_session_opts;

#define FOV_SESSION_OPTS_INIT                                                                     \
    {(uint32_t)sizeof(fov_session_opts), NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, NULL,\
     NULL, NULL}
FOV_API void fov_session_opts_init(fov_session_opts *opts);

/* Make a session that asks `model` (borrowed, must outlive it; NULL for one that only calls tools).
 * opts may be NULL. The caller owns *out.
 * Errors: FOV_E_ARG (unknown profile or preset, by name), FOV_E_IO, FOV_E_STATE (out_dir holds a
 * transcript), FOV_E_MEMORY. */
FOV_API fov_status fov_session_new(fov_session **out, fov_context *ctx, fov_model *model,
                                   const fov_session_opts *opts, fov_error *err);

/* Finish the transcript and free. NULL is fine. What could not be written is lost silently here:
 * call fov_session_close() before to hear of it (FOV_E_IO); a closed session takes no more calls
 * (FOV_E_STATE), and is still to be freed. */
FOV_API void fov_session_free(fov_session *session);
FOV_API fov_status fov_session_close(fov_session *session, fov_error *err);

/* Add an original; it is shown to the model with the next question. The session takes a reference
 * of its own. *id (may be NULL) is its number in the graph: 2 is "img_2". The same picture added
 * again gives the earlier number with FOV_NOTE_SAME.
 * Errors: FOV_E_ARG, FOV_E_STATE, FOV_E_LIMIT (nodes), FOV_E_IO (the transcript), FOV_E_MEMORY. */
FOV_API fov_status fov_session_add_image(fov_session *session, fov_image *image, int32_t *id,
                                         fov_error *err);

/* The answer to a question. Pointers are borrowed from the session until its next question. */
typedef struct fov_answer {
    uint32_t struct_size;
    int32_t is_unsure;       /* the model said that it cannot tell: `text` is NULL then */
    const char *text;        /* the answer; NULL: none */
    const char *reason;      /* why, or why not; NULL: the model gave none */
    const int32_t *evidence; /* numbers of the images it names */
    size_t evidence_count;
    uint32_t rounds, calls, images; /* spent */
    fov_usage usage;                /* summed over the requests */
} fov_answer;

#define FOV_ANSWER_INIT                                                                           \
    {(uint32_t)sizeof(fov_answer), 0, NULL, NULL, NULL, 0, 0, 0, 0, {0, 0, 0, 0, 0, 0}}
FOV_API void fov_answer_init(fov_answer *answer);

/* Ask, and go round until the model answers or a budget ends it.
 * FOV_OK; FOV_NOTE_UNSURE (it cannot tell, and says why); FOV_NOTE_BUDGET (no answer came within
 * rounds or time). *out is written only then. Budgets count anew with each question. The model is
 * told when its tools are withdrawn: the request after that is the last.
 * Errors: FOV_E_ARG (an empty question, struct_size), FOV_E_NET, FOV_E_PROVIDER, FOV_E_CANCELLED,
 * FOV_E_STATE (no model, no image, failed before), FOV_E_IMAGE (an original is damaged),
 * FOV_E_LIMIT (an original that cannot be shown, a reply too long), FOV_E_IO, FOV_E_MEMORY. */
FOV_API fov_status fov_session_ask(fov_session *session, const char *question, fov_answer *out,
                                   fov_error *err);

/* What one call made. Pointers are borrowed from the session until its next call. */
typedef struct fov_tool_result {
    uint32_t struct_size;
    int32_t is_error;    /* the call was refused; `text` is the corrective error, JSON */
    int32_t is_same;     /* the same call was made before */
    int32_t image;       /* number of the image made, -1: none */
    int32_t fact;        /* number of the fact made, -1: none */
    const char *text;    /* what a model sees: one line, or the fact's JSON */
    const char *mime;    /* of the delivered picture; NULL: none */
    const uint8_t *data; /* its encoded bytes */
    size_t size;
    int32_t width, height; /* as delivered, pixels */
    int32_t image_count;   /* images made, numbered from `image` on; the picture is the first one's,
                            * fov_session_picture() has the others */
} fov_tool_result;

#define FOV_TOOL_RESULT_INIT                                                                      \
    {(uint32_t)sizeof(fov_tool_result), 0, 0, -1, -1, NULL, NULL, NULL, 0, 0, 0, 0}
FOV_API void fov_tool_result_init(fov_tool_result *result);

/* Make one call as a model would, without a model: for agents of your own. `arguments` is a JSON
 * object in the coordinates of the session's profile; NULL: none. A refused call is FOV_OK with
 * is_error set; the budgets of questions do not bound it.
 * Errors: FOV_E_ARG (no tool's name, struct_size), FOV_E_STATE, FOV_E_CANCELLED, FOV_E_IO (the
 * transcript), FOV_E_MEMORY. */
FOV_API fov_status fov_session_call(fov_session *session, const char *tool, const char *arguments,
                                    fov_tool_result *out, fov_error *err);

/* Image `image` of the graph as the session's model is shown it: fills in *out as an IMAGE part,
 * made once and borrowed from the session.
 * Errors: FOV_E_ARG (no such image), FOV_E_STATE, FOV_E_IMAGE, FOV_E_LIMIT (it cannot be shown),
 * FOV_E_CANCELLED, FOV_E_IO (the transcript), FOV_E_MEMORY. */
FOV_API fov_status fov_session_picture(fov_session *session, int32_t image, fov_part *out,
                                       fov_error *err);

/* Apply an operation as fov_graph_apply() does, for a program that looks for itself: arguments are
 * a JSON object in pixels of the image that `image` names, whatever the profile speaks; NULL: none.
 * All operations but those of a conversation (list_images) may be named, in the preset or not; the
 * budgets of questions do not bound it, `cancel` ends it, and nothing is rendered for a model. What
 * was made is in the graph and in the transcript, as a call with "space" node_px; on_event hears
 * of it. FOV_NOTE_SAME when the same call was made before. A refused call is an error, changes
 * nothing and is not recorded.
 * Errors: those of fov_graph_apply(), FOV_E_STATE, FOV_E_CANCELLED, FOV_E_IO (the transcript). */
FOV_API fov_status fov_session_apply(fov_session *session, const char *op, const char *arguments,
                                     fov_applied *out, fov_error *err);

/* The tools of this session as its profile's dialect declares them: a JSON array for a request's
 * `tools`. dialect NULL: the profile's own; else one of those of fov_op_schema(), of which "hermes"
 * and "grounding" give words for a system text, not JSON. The caller owns *out.
 * Errors: FOV_E_ARG (an unknown dialect), FOV_E_MEMORY. */
FOV_API fov_status fov_session_tools(fov_session *session, const char *dialect, fov_bytes *out,
                                     fov_error *err);

/* The graph, borrowed: it lives as long as the session. NULL for NULL. */
FOV_API fov_graph *fov_session_graph(fov_session *session);

FOV_END_DECLS

#endif
