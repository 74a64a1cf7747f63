/* SPDX-License-Identifier: MIT */
/* The round: the conversation so far is put to the model; its calls are run within the budgets and
 * shown back; text without calls is the answer. The last request of a question has no tools, and
 * the model is told so at the end of the turn before it: a message of its own would make two user
 * messages, or one behind tool results, which strict servers refuse. Whatever fails, each call in
 * the conversation has its result, so that the next question is legal. */
#include "session/session_internal.h"

void fov__session_event(struct fov_session *s, int32_t kind, int32_t image, const char *text,
                        const char *tool, const char *arguments)
{
    fov_event event = {(uint32_t)sizeof(fov_event), kind, s->round, image, text, tool, arguments};

    if (s->opts.on_event)
        s->opts.on_event(&event, s->opts.user);
}

/* ---- one call ------------------------------------------------------------------------------- */

/* A budget that is spent refuses the call; true when it did. */
static bool over_budget(const struct fov_session *s, const char *name, fov_op_fault *fault)
{
    const fov_op_def *op = fov__op_find(s->ctx, name);
    const bool makes_image = op && op->kind != FOV_OP_FACT && op->kind != FOV_OP_STATE;
    char got[24], allowed[24];

    if (!s->is_asking)
        return false;
    if (s->calls > s->opts.calls_max) {
        fov__format(got, sizeof(got), "%u", s->calls);
        fov__format(allowed, sizeof(allowed), "%u", s->opts.calls_max);
        fov__fault(fault, FOV_FAULT_BUDGET_CALLS, "calls", got, allowed,
                   "All tool calls are spent; answer from what you have seen.");
        return true;
    }
    if (makes_image && s->made >= s->opts.images_max) {
        fov__format(got, sizeof(got), "%u", s->made + 1);
        fov__format(allowed, sizeof(allowed), "%u", s->opts.images_max);
        fov__fault(fault, FOV_FAULT_BUDGET_IMAGES, "images", got, allowed,
                   "No further images can be made; answer from those you have seen.");
        return true;
    }
    if (s->deadline && fov__clock_ms() >= s->deadline) {
        fov__format(allowed, sizeof(allowed), "%u ms", s->opts.time_ms);
        fov__fault(fault, FOV_FAULT_BUDGET_TIME, "time", "", allowed,
                   "The time for this question is spent; answer now.");
        return true;
    }
    return false;
}

fov_status fov__session_run_call(struct fov_session *s, const char *call_id, const char *name,
                                 const char *arguments, struct fov_tool_outcome *out,
                                 fov_error *err)
{
    fov_op_fault fault = {.code = FOV_FAULT_NONE};
    int32_t kind = FOV_EVENT_LOOK;
    fov_status rc;

    s->calls++;
    s->box.images_left = !s->is_asking                   ? -1
                         : s->made >= s->opts.images_max ? 0
                                                         : (int32_t)(s->opts.images_max - s->made);
    if (over_budget(s, name, &fault))
        rc = fov__tool_refuse(out, &s->box, &fault, err);
    else
        rc = fov__tool_call(out, &s->box, name, arguments, strlen(arguments), err);
    if (rc < 0) {
        s->has_failed = rc == FOV_E_MEMORY || rc == FOV_E_INTERNAL;
        fov__tool_outcome_free(out);
        return rc;
    }
    if (out->image >= 0 && !out->is_same)
        s->made += (uint32_t)out->image_count;
    if (out->is_error)
        kind = FOV_EVENT_ERROR;
    else if (out->image < 0)
        kind = FOV_EVENT_FACT;
    fov__session_event(s, kind, out->image, out->text, name, arguments);
    rc = fov__record_call(s, call_id, name, arguments, NULL, out, err);
    if (rc < 0)
        fov__tool_outcome_free(out);
    return rc;
}

/* ---- showing -------------------------------------------------------------------------------- */

fov_status fov__session_show(struct fov_session *s, int32_t image, fov_error *err)
{
    char name[16];
    fov_status rc;

    fov__format(name, sizeof(name), "img_%d", (int)image);
    rc = fov__conversation_add_image(s->conversation, name, s->box.images[image].delivery, err);
    s->box.images[image].is_shown = rc >= 0;
    return rc;
}

/* Make what will be shown, before anything of the question is in the conversation: a damaged
 * original must not leave half a message behind. *count says how many are new. */
static fov_status deliver_originals(struct fov_session *s, size_t *count, fov_error *err)
{
    const struct fov_toolbox_image *image;
    fov_status rc = FOV_OK;

    *count = 0;
    for (int32_t i = s->shown; rc >= 0 && i < fov_graph_image_count(s->graph); i++) {
        if (fov__graph_node(s->graph, i)->op)
            continue;
        rc = fov__toolbox_deliver(&image, &s->box, i, err);
        (*count)++;
    }
    return rc;
}

/* Originals that the model has not seen yet, each with its line. */
static fov_status show_originals(struct fov_session *s, fov_error *err)
{
    int32_t n = fov_graph_image_count(s->graph);
    fov_status rc = FOV_OK;

    for (; rc >= 0 && s->shown < n; s->shown++) {
        const struct fov_node *node = fov__graph_node(s->graph, s->shown);
        struct fov_buf line;

        if (node->op)
            continue;
        fov__buf_init(&line, s->ctx, 4096);
        fov__tool_line(&line, &s->box, node, "");
        rc = fov__buf_check(&line, "session", err);
        if (rc >= 0) {
            fov__session_event(s, FOV_EVENT_SOURCE, node->id, line.data, NULL, NULL);
            rc = fov__conversation_add_text(s->conversation, line.data, err);
        }
        fov__buf_free(&line);
        if (rc >= 0)
            rc = fov__session_show(s, node->id, err);
    }
    return rc < 0 ? rc : fov__record_news(s, err);
}

static fov_status open_conversation(struct fov_session *s, fov_error *err)
{
    struct fov_buf text;
    fov_status rc;

    fov__buf_init(&text, s->ctx, 1 << 16);
    fov__prompt_system(&text, s);
    rc = fov__buf_check(&text, "system", err);
    if (rc >= 0)
        rc = fov_conversation_add(s->conversation, FOV_ROLE_SYSTEM, err);
    if (rc >= 0)
        rc = fov__conversation_add_text(s->conversation, text.data, err);
    fov__buf_free(&text);
    return rc;
}

/* What the model dropped leaves the conversation where the caller's policy allows it: between
 * questions only. */
static fov_status evict_dropped(struct fov_session *s, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (size_t i = 0; rc >= 0 && i < s->box.image_count; i++) {
        struct fov_toolbox_image *image = &s->box.images[i];
        char name[16];

        if (!image->is_dropped)
            continue;
        fov__format(name, sizeof(name), "img_%d", (int)i);
        rc = fov__record_eviction(s, name, err);
        if (rc < 0)
            break;
        fov__conversation_evict(s->conversation, name);
        image->is_dropped = image->is_shown = false;
    }
    return rc;
}

/* A question after a request that failed: the same one goes on where it stopped, another one joins
 * the user's open message. */
static fov_status open_question(struct fov_session *s, const char *question, fov_error *err)
{
    const size_t messages = fov_conversation_count(s->conversation);
    const int32_t role = messages ? fov_conversation_role(s->conversation, messages - 1) : -1;
    size_t originals = 0;
    fov_status rc = deliver_originals(s, &originals, err);

    if (rc >= 0)
        rc = fov__record_question(s, question, err);
    if (rc >= 0)
        rc = evict_dropped(s, err);
    if (rc < 0 || (s->asked && originals == 0 && strcmp(s->asked, question) == 0))
        return rc;
    fov__free(s->ctx, s->asked);
    s->asked = fov__strdup(s->ctx, question);
    if (!s->asked)
        return fov__fail_memory(err, "question", strlen(question));
    s->is_last = s->opts.rounds_max <= 1;
    if (messages == 0)
        rc = open_conversation(s, err);
    if (rc >= 0 && role != FOV_ROLE_USER)
        rc = fov_conversation_add(s->conversation, FOV_ROLE_USER, err);
    if (rc >= 0)
        rc = show_originals(s, err);
    if (rc >= 0)
        rc = fov__conversation_add_text(s->conversation, question, err);
    if (rc >= 0 && s->is_last)
        rc = fov__conversation_add_text(s->conversation, fov__prompt_last_round, err);
    return rc;
}

/* ---- the rounds ----------------------------------------------------------------------------- */

static void add_usage(fov_usage *sum, const fov_usage *one)
{
    const int64_t *from = &one->input_tokens;
    int64_t *to = &sum->input_tokens;

    /* The members are all int64_t; -1 stands for what a server did not say. */
    for (size_t i = 0; i < sizeof(*sum) / sizeof(int64_t); i++) {
        if (from[i] < 0)
            continue;
        to[i] = to[i] < 0 ? from[i] : to[i] + from[i];
    }
}

/* Whether the next request of this question is the one without tools. */
static bool is_last_next(const struct fov_session *s)
{
    return s->round + 1 >= s->opts.rounds_max || s->calls >= s->opts.calls_max ||
           (s->deadline && fov__clock_ms() >= s->deadline);
}

static fov_status request_once(struct fov_session *s, fov_reply *reply, bool last, fov_error *err)
{
    fov_request request = {.struct_size = (uint32_t)sizeof(request),
                           .conversation = s->conversation,
                           .tools = s->tools->tools,
                           .tool_count = s->tools->count,
                           .tool_choice = last ? FOV_TOOL_CHOICE_NONE : FOV_TOOL_CHOICE_AUTO,
                           .round = s->round,
                           .rounds_left = last ? 0 : s->opts.rounds_max - s->round,
                           .max_output_tokens = s->opts.max_output_tokens,
                           .cancel = s->opts.cancel};
    uint64_t now = fov__clock_ms(), start = now;
    fov_error failure = {0};
    fov_status rc = fov__record_request(s, &request, err);

    if (rc < 0)
        return rc;
    /* The last answer gets a moment even when the time is spent: it needs no tools. */
    request.timeout_ms = s->deadline > now + 1000 ? (uint32_t)(s->deadline - now) : 30000;
    rc = fov_model_generate(s->model, &request, reply, &failure);
    if (rc < 0) {
        fov__record_failure(s, &failure, NULL);
        if (err)
            *err = failure;
        return rc;
    }
    add_usage(&s->usage, fov__reply_usage(reply));
    return fov__record_response(s, reply, fov__clock_ms() - start, err);
}

static void free_pending(struct fov_session *s, struct fov__pending *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fov__free(s->ctx, calls[i].id);
        fov__free(s->ctx, calls[i].name);
        fov__free(s->ctx, calls[i].arguments);
        fov__free(s->ctx, calls[i].fault);
    }
    fov__free(s->ctx, calls);
}

static fov_status copy_calls(struct fov_session *s, const fov_reply *reply,
                             struct fov__pending **out, size_t *count, struct fov_buf *text,
                             fov_error *err)
{
    size_t parts = fov_reply_part_count(reply);
    struct fov__pending *calls = fov__calloc(s->ctx, parts + 1, sizeof(*calls));

    *out = calls;
    *count = 0;
    if (!calls)
        return fov__fail_memory(err, "session", parts * sizeof(*calls));
    for (size_t i = 0; i < parts; i++) {
        const fov_part *part = fov__reply_part(reply, i);
        struct fov__pending *call = &calls[*count];

        if (part->kind == FOV_PART_TEXT) {
            fov__buf_adds(text, part->text);
            continue;
        }
        if (part->kind != FOV_PART_CALL)
            continue;
        call->id = fov__strdup(s->ctx, part->call_id);
        call->name = fov__strdup(s->ctx, part->name);
        call->arguments = fov__strdup(s->ctx, part->arguments ? part->arguments : "");
        (*count)++;
        if (!call->id || !call->name || !call->arguments)
            return fov__fail_memory(err, "session", 0);
    }
    if (*count == 0 && fov__session_is_text(s)) {
        fov__free(s->ctx, calls);
        *out = NULL;
        return fov__session_text_calls(s, text, out, count, err);
    }
    return fov__buf_check(text, "session", err);
}

/* A call's result and, behind the last one of a turn, that there are no more tools. */
static fov_status add_result(struct fov_session *s, const struct fov__pending *call, size_t place,
                             const struct fov_tool_outcome *outcome, bool ends_turn, fov_error *err)
{
    struct fov_buf text;
    fov_status rc;

    s->is_last = ends_turn && is_last_next(s);
    if (call->is_text)
        return fov__session_text_result(s, outcome, place,
                                        s->is_last ? fov__prompt_last_round : NULL, err);
    fov__buf_init(&text, s->ctx, SIZE_MAX / 2);
    fov__buf_adds(&text, outcome->text);
    if (s->is_last) {
        fov__buf_addc(&text, '\n');
        fov__buf_adds(&text, fov__prompt_last_round);
    }
    rc = fov__buf_check(&text, "session", err);
    if (rc >= 0)
        rc = fov__conversation_add_result(s->conversation, call->id, call->name, text.data,
                                          outcome->is_error, err);
    fov__buf_free(&text);
    /* What the model has been shown already is not sent twice. */
    for (int32_t k = 0; rc >= 0 && k < outcome->image_count; k++)
        if (!s->box.images[outcome->image + k].is_shown)
            rc = fov__session_show(s, outcome->image + k, err);
    return rc;
}

/* Calls that are not run are answered too: one without its result would make the conversation
 * illegal for the next question. A text may end in a call. */
static fov_status refuse_calls(struct fov_session *s, const struct fov__pending *calls, size_t n,
                               const fov_op_fault *fault, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (size_t i = 0; rc >= 0 && i < n; i++) {
        struct fov_tool_outcome outcome;

        rc = fov__tool_refuse(&outcome, &s->box, fault, err);
        if (rc >= 0 && !calls[i].is_text)
            rc = fov__conversation_add_result(s->conversation, calls[i].id, calls[i].name,
                                              outcome.text, true, err);
        if (rc >= 0)
            rc = fov__record_call(s, calls[i].id, calls[i].name, calls[i].arguments, NULL, &outcome,
                                  err);
        fov__tool_outcome_free(&outcome);
    }
    return rc;
}

static fov_status run_calls(struct fov_session *s, const struct fov__pending *calls, size_t n,
                            fov_error *err)
{
    fov_op_fault fault = {.code = FOV_FAULT_NONE};
    fov_status rc = fov_conversation_add(s->conversation,
                                         calls[0].is_text ? FOV_ROLE_USER : FOV_ROLE_TOOL, err);
    size_t i = 0;

    for (; rc >= 0 && i < n; i++) {
        struct fov_tool_outcome outcome;

        if (calls[i].fault)
            rc = fov__session_text_refuse(s, &calls[i], &outcome, err);
        else
            rc = fov__session_run_call(s, calls[i].id, calls[i].name, calls[i].arguments, &outcome,
                                       err);
        if (rc < 0)
            break;
        rc = add_result(s, &calls[i], i, &outcome, i + 1 == n, err);
        fov__tool_outcome_free(&outcome);
    }
    if (rc >= 0 || s->has_failed || rc == FOV_E_MEMORY || rc == FOV_E_INTERNAL)
        return rc;
    fov__fault(&fault, FOV_FAULT_CANCELLED, "call", "", "", "The call was not made: %s.",
               fov_status_text(rc));
    (void)refuse_calls(s, calls + i, n - i, &fault, NULL); /* the first error is the one to tell */
    return rc;
}

/* Calls in the last reply, whose tools were withdrawn. */
static fov_status refuse_last(struct fov_session *s, const struct fov__pending *calls, size_t n,
                              fov_error *err)
{
    fov_op_fault fault = {.code = FOV_FAULT_NONE};
    fov_status rc =
        calls[0].is_text ? FOV_OK : fov_conversation_add(s->conversation, FOV_ROLE_TOOL, err);
    char allowed[24];

    fov__format(allowed, sizeof(allowed), "%u", s->opts.rounds_max);
    fov__fault(&fault, FOV_FAULT_BUDGET_ROUNDS, "rounds", "", allowed,
               "The tools of this question are withdrawn.");
    return rc < 0 ? rc : refuse_calls(s, calls, n, &fault, err);
}

/* One request and what follows from it. FOV_NOTE_END: there was text and no call, it is in `text`.
 */
static fov_status go_round(struct fov_session *s, struct fov_buf *text, fov_error *err)
{
    struct fov__pending *calls = NULL;
    size_t n = 0;
    char line[24];
    const bool last = s->is_last;
    fov_reply *reply = NULL;
    fov_status rc;

    fov__format(line, sizeof(line), "round %u", s->round);
    fov__session_event(s, FOV_EVENT_ROUND, -1, line, NULL, NULL);
    rc = fov_reply_new(&reply, s->ctx, err);
    if (rc >= 0)
        rc = request_once(s, reply, last, err);
    if (rc >= 0)
        rc = copy_calls(s, reply, &calls, &n, text, err);
    if (rc >= 0)
        rc = fov_conversation_take_reply(s->conversation, reply, err);
    if (rc >= 0 && n > 0 && text->len > 0)
        fov__session_event(s, FOV_EVENT_SAID, -1, text->data, NULL, NULL);
    if (rc >= 0 && n > 0 && !last)
        rc = run_calls(s, calls, n, err);
    else if (rc >= 0) {
        if (n > 0)
            rc = refuse_last(s, calls, n, err);
        if (rc >= 0)
            rc = n > 0 && text->len == 0 ? FOV_NOTE_BUDGET : FOV_NOTE_END;
    }
    free_pending(s, calls, calls ? n : 0);
    fov_reply_free(reply);
    return rc;
}

static fov_status go_rounds(struct fov_session *s, fov_error *err)
{
    struct fov_buf text;
    fov_status rc = FOV_OK;

    fov__buf_init(&text, s->ctx, s->ctx->limits.reply_bytes);
    while (rc == FOV_OK) {
        s->round++;
        if (fov_cancel_is_set(s->opts.cancel)) {
            rc = fov__fail(err, FOV_E_CANCELLED, 0, "session",
                           "the question was cancelled in round %u", s->round);
            break;
        }
        fov__buf_reset(&text);
        rc = go_round(s, &text, err);
    }
    if (rc == FOV_NOTE_END)
        rc = fov__answer_read(s, text.data ? text.data : "", err);
    else if (rc == FOV_NOTE_BUDGET)
        fov__answer_clear(s);
    fov__buf_free(&text);
    return rc;
}

static void fill_answer(const struct fov_session *s, fov_status rc, fov_answer *out)
{
    fov_answer_init(out);
    out->is_unsure = rc == FOV_NOTE_UNSURE;
    out->text = s->answer_text;
    out->reason = s->answer_reason;
    out->evidence = s->evidence;
    out->evidence_count = s->evidence_count;
    out->rounds = s->round;
    out->calls = s->calls;
    out->images = s->made;
    out->usage = s->usage;
}

static fov_status check_askable(const fov_session *s, const char *question, const fov_answer *out,
                                fov_error *err)
{
    if (!s)
        return fov__fail(err, FOV_E_ARG, 0, "session", "session is NULL");
    if (s->has_failed)
        return fov__fail(err, FOV_E_STATE, 0, "session",
                         "the session was closed, or failed earlier, and takes no more questions");
    if (!s->model)
        return fov__fail(err, FOV_E_STATE, 0, "session", "the session has no model to ask");
    if (!question || !question[0] || !fov__utf8_valid(question, strlen(question)))
        return fov__fail(err, FOV_E_ARG, 0, "question", "a question is UTF-8 text and not empty");
    if (!out || out->struct_size != sizeof(*out))
        return fov__fail(err, FOV_E_ARG, 0, "answer",
                         "the answer must be initialised with fov_answer_init()");
    if (fov_graph_image_count(s->graph) == 0)
        return fov__fail(err, FOV_E_STATE, 0, "session",
                         "the session has no image; add one before asking");
    return FOV_OK;
}

fov_status fov_session_ask(fov_session *session, const char *question, fov_answer *out,
                           fov_error *err)
{
    fov_status rc = check_askable(session, question, out, err), recorded;

    if (rc < 0)
        return rc;
    fov__answer_clear(session);
    session->round = session->calls = session->made = 0;
    session->usage = (fov_usage){-1, -1, -1, -1, -1, 0};
    session->deadline = fov__clock_ms() + session->opts.time_ms;
    session->is_asking = true;
    rc = open_question(session, question, err);
    if (rc >= 0)
        rc = go_rounds(session, err);
    session->is_asking = false;
    if (rc >= 0) { /* a reply stands behind the question now */
        fov__free(session->ctx, session->asked);
        session->asked = NULL;
    }
    if (rc == FOV_E_MEMORY || rc == FOV_E_INTERNAL)
        session->has_failed = true;
    if (rc >= 0) {
        recorded = fov__record_answer(session, rc, err);
        rc = recorded < 0 ? recorded : rc;
    }
    if (rc < 0) {
        session->round = 0;
        return rc;
    }
    fov__session_event(session, FOV_EVENT_ANSWER, -1,
                       session->answer_text ? session->answer_text : "", NULL, NULL);
    fill_answer(session, rc, out);
    session->round = 0; /* what a host does between questions is of no round */
    if (rc == FOV_OK)
        fov__ok(err);
    else
        fov__fail(err, rc, 0, "answer", "%s",
                  rc == FOV_NOTE_BUDGET    ? fov_status_text(rc)
                  : session->answer_reason ? session->answer_reason
                                           : fov_status_text(rc));
    return rc;
}
