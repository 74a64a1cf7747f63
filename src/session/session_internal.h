/* SPDX-License-Identifier: MIT */
/* session: the round. It joins the graph, the tools, a model and the transcript, and owns the
 * budgets; none of them knows another.
 *
 *     session.c  making, adding pictures, single calls     answer.c  reading the final text
 *     round.c    ask, call, show, until an answer
 *     session_record.c  what the transcript is told
 *     session_text.c  calls and results in plain text
 *     prompt.c   the words a model is given
 */
#ifndef FOV_SESSION_INTERNAL_H
#define FOV_SESSION_INTERNAL_H

#include <foveate/session.h>

#include "base/base_internal.h"
#include "message/message_internal.h"
#include "tool/tool_internal.h"
#include "transcript/transcript_internal.h"

struct fov_session {
    fov_context *ctx;
    fov_model *model;      /* borrowed, or NULL */
    fov_session_opts opts; /* defaults filled in; its strings are not used after creation */
    const struct fov_profile *profile;
    uint32_t preset;
    char *system; /* NULL: built in */
    fov_graph *graph;
    struct fov_toolbox box;
    struct fov_toolset *tools;
    fov_conversation *conversation;
    struct fov_transcript *transcript;
    bool has_failed; /* memory or a defect: no further calls */
    bool is_asking;  /* budgets bound a question, not a host's own calls */
    int32_t shown;   /* originals that the model has been shown: images below this number */
    int32_t recorded_images, recorded_facts; /* in the transcript so far */

    char *asked;     /* a question in the conversation that no reply has answered yet, or NULL */
    bool is_last;    /* the model has been told that its tools are withdrawn */

    /* one question */
    uint32_t round, calls, made; /* spent */
    uint64_t deadline;           /* fov__clock_ms(); 0: none */
    fov_usage usage;
    char *answer_text, *answer_reason;
    int32_t *evidence;
    size_t evidence_count;
    struct fov_tool_outcome outcome; /* of the last fov_session_call */
};

/* ---- round.c -------------------------------------------------------------------------------- */

/* Run one call within the budgets, record it, tell the host. The outcome is the caller's to
 * free. */
fov_status fov__session_run_call(struct fov_session *s, const char *call_id, const char *name,
                                 const char *arguments, struct fov_tool_outcome *out,
                                 fov_error *err);
void fov__session_event(struct fov_session *s, int32_t kind, int32_t image, const char *text,
                        const char *tool, const char *arguments);
/* Put a picture that was delivered into the conversation. */
fov_status fov__session_show(struct fov_session *s, int32_t image, fov_error *err);

/* A call of a reply, copied: the reply is consumed before the calls are run. */
struct fov__pending {
    char *id, *name, *arguments;
    bool is_text;        /* it stood in the text: its result is text too */
    fov_op_fault *fault; /* of text that is no call: it cannot even be tried; else NULL */
};

/* ---- session_text.c: a conversation in which calls and results are plain text ---------------- */

bool fov__session_is_text(const struct fov_session *s);
/* The calls in what the model wrote, which is `text`: afterwards it holds what was said beside
 * them. *out is the caller's, with *count filled in also on an error. */
fov_status fov__session_text_calls(struct fov_session *s, struct fov_buf *text,
                                   struct fov__pending **out, size_t *count, fov_error *err);
/* Answer one that has a fault, as fov__session_run_call() answers the others. */
fov_status fov__session_text_refuse(struct fov_session *s, const struct fov__pending *call,
                                    struct fov_tool_outcome *out, fov_error *err);
/* The result of call `k` of this turn, with the pictures that it made, into the user's message that
 * is open; last_words may be NULL. */
fov_status fov__session_text_result(struct fov_session *s, const struct fov_tool_outcome *outcome,
                                    size_t k, const char *last_words, fov_error *err);

/* ---- answer.c ------------------------------------------------------------------------------- */

/* Read the final text: lines ANSWER:, CANNOT TELL:, REASON:, EVIDENCE: where the model kept to
 * them, else the whole text is the answer. Returns FOV_OK or FOV_NOTE_UNSURE, or an error. */
fov_status fov__answer_read(struct fov_session *s, const char *text, fov_error *err);
void fov__answer_clear(struct fov_session *s);

/* ---- session_record.c ----------------------------------------------------------------------- */

fov_status fov__record_header(struct fov_session *s, fov_error *err);
/* Sources, images, facts and deliveries that are not in the transcript yet. */
fov_status fov__record_news(struct fov_session *s, fov_error *err);
fov_status fov__record_request(struct fov_session *s, const fov_request *request, fov_error *err);
fov_status fov__record_response(struct fov_session *s, const fov_reply *reply, uint64_t ms,
                                fov_error *err);
/* `space`: what the arguments' coordinates are; NULL: the profile's own. */
fov_status fov__record_call(struct fov_session *s, const char *call_id, const char *name,
                            const char *arguments, const char *space,
                            const struct fov_tool_outcome *outcome, fov_error *err);
fov_status fov__record_eviction(struct fov_session *s, const char *image, fov_error *err);
fov_status fov__record_failure(struct fov_session *s, const fov_error *failure, fov_error *err);
fov_status fov__record_question(struct fov_session *s, const char *question, fov_error *err);
fov_status fov__record_answer(struct fov_session *s, fov_status status, fov_error *err);

/* ---- prompt.c ------------------------------------------------------------------------------- */

/* The system text: what images are called, what coordinates mean, how to answer. */
fov_status fov__prompt_system(struct fov_buf *out, const struct fov_session *s);
extern const char fov__prompt_last_round[];

#endif
