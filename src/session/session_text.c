/* SPDX-License-Identifier: MIT */
/* A conversation with a model that calls tools in plain text: its calls are found in what it wrote,
 * and their results are a user's message in the words that such models were trained on. It must
 * never run a call: round.c does, within the budgets, as it does native ones. */
#include "session/session_internal.h"

bool fov__session_is_text(const struct fov_session *s)
{
    return fov__dialect_is_text(s->tools->dialect);
}

static fov_status copy_call(struct fov_session *s, const struct fov_text_call *from, size_t k,
                            struct fov__pending *to, fov_error *err)
{
    char id[40];

    fov__format(id, sizeof(id), "text_%u_%zu", s->round, k);
    to->is_text = true;
    to->id = fov__strdup(s->ctx, id);
    to->name = fov__strdup(s->ctx, from->name);
    to->arguments = fov__strdup(s->ctx, from->arguments);
    if (from->fault.code != FOV_FAULT_NONE) {
        to->fault = fov__alloc(s->ctx, sizeof(*to->fault));
        if (to->fault)
            *to->fault = from->fault;
    }
    if (!to->id || !to->name || !to->arguments ||
        (from->fault.code != FOV_FAULT_NONE && !to->fault))
        return fov__fail_memory(err, "session", sizeof(*to));
    return FOV_OK;
}

fov_status fov__session_text_calls(struct fov_session *s, struct fov_buf *text,
                                   struct fov__pending **out, size_t *count, fov_error *err)
{
    const char *said = text->data ? text->data : "";
    struct fov_text_calls calls;
    struct fov_buf aloud;
    fov_status rc = fov__buf_check(text, "session", err);

    *out = NULL;
    *count = 0;
    if (rc >= 0)
        rc = fov__text_calls(&calls, s->ctx, said, text->len, err);
    if (rc < 0)
        return rc;
    *out = fov__calloc(s->ctx, calls.count + 1, sizeof(**out));
    if (!*out)
        rc = fov__fail_memory(err, "session", calls.count * sizeof(**out));
    for (size_t i = 0; rc >= 0 && i < calls.count; i++) {
        (*count)++;
        rc = copy_call(s, &calls.v[i], i, &(*out)[i], err);
    }
    fov__buf_init(&aloud, s->ctx, text->max);
    if (rc >= 0) {
        fov__text_aloud(&aloud, &calls, said, text->len);
        rc = fov__buf_check(&aloud, "session", err);
    }
    if (rc >= 0) { /* it is no longer than what it was taken from */
        fov__buf_reset(text);
        fov__buf_add(text, aloud.data ? aloud.data : "", aloud.len);
        rc = fov__buf_check(text, "session", err);
    }
    fov__buf_free(&aloud);
    fov__text_calls_free(&calls);
    return rc;
}

fov_status fov__session_text_refuse(struct fov_session *s, const struct fov__pending *call,
                                    struct fov_tool_outcome *out, fov_error *err)
{
    fov_status rc = fov__tool_refuse(out, &s->box, call->fault, err);

    s->calls++;
    if (rc >= 0) {
        fov__session_event(s, FOV_EVENT_ERROR, -1, out->text, call->name, call->arguments);
        rc = fov__record_call(s, call->id, call->name, call->arguments, NULL, out, err);
    }
    if (rc < 0)
        fov__tool_outcome_free(out);
    return rc;
}

/* Which observation an image is: how many were made up to it. */
static int observation_of(const struct fov_session *s, int32_t image)
{
    int k = 0;

    for (int32_t i = 0; i <= image; i++)
        k += fov__graph_node(s->graph, i)->op != NULL;
    return k;
}

static void open_result(struct fov_session *s, struct fov_buf *out,
                        const struct fov_tool_outcome *outcome, size_t k)
{
    if (s->tools->dialect == FOV__DIALECT_HERMES)
        fov__buf_addf(out, "<tool_response>\n%s", outcome->text);
    else if (outcome->image >= 0)
        fov__buf_addf(out,
                      "After the above Action %zu, here is the zoom-in image (Observation %d): %s",
                      k, observation_of(s, outcome->image), outcome->text);
    else
        fov__buf_addf(out, "After the above Action %zu: %s", k, outcome->text);
}

fov_status fov__session_text_result(struct fov_session *s, const struct fov_tool_outcome *outcome,
                                    size_t k, const char *last_words, fov_error *err)
{
    const bool is_hermes = s->tools->dialect == FOV__DIALECT_HERMES;
    struct fov_buf head, tail;
    fov_status rc;

    fov__buf_init(&head, s->ctx, SIZE_MAX / 2);
    fov__buf_init(&tail, s->ctx, 1 << 16);
    open_result(s, &head, outcome, k);
    fov__buf_addf(&tail, "%s%s%s", is_hermes ? "</tool_response>" : "",
                  is_hermes && last_words ? "\n" : "", last_words ? last_words : "");
    rc = fov__buf_check(&head, "session", err);
    if (rc >= 0)
        rc = fov__buf_check(&tail, "session", err);
    if (rc >= 0)
        rc = fov__conversation_add_text(s->conversation, head.data, err);
    /* What the model has been shown already is not sent twice. */
    for (int32_t i = 0; rc >= 0 && i < outcome->image_count; i++)
        if (!s->box.images[outcome->image + i].is_shown)
            rc = fov__session_show(s, outcome->image + i, err);
    if (rc >= 0 && tail.len > 0)
        rc = fov__conversation_add_text(s->conversation, tail.data, err);
    fov__buf_free(&head);
    fov__buf_free(&tail);
    return rc;
}
