/* SPDX-License-Identifier: MIT */
/* A session's life: made with its budgets, given pictures, asked (round.c) or called tool by tool,
 * closed. */
#include "session/session_internal.h"

/* o3-like loops end well within these; the issue of cost is the caller's to bound further. */
enum { CALLS_DEFAULT = 15, ROUNDS_DEFAULT = 12, IMAGES_DEFAULT = 12, TIME_DEFAULT = 600000 };

void fov_session_opts_init(fov_session_opts *opts)
{
    if (!opts)
        return;
    memset(opts, 0, sizeof(*opts));
    opts->struct_size = (uint32_t)sizeof(*opts);
}

void fov_answer_init(fov_answer *answer)
{
    if (!answer)
        return;
    memset(answer, 0, sizeof(*answer));
    answer->struct_size = (uint32_t)sizeof(*answer);
}

void fov_tool_result_init(fov_tool_result *result)
{
    if (!result)
        return;
    memset(result, 0, sizeof(*result));
    result->struct_size = (uint32_t)sizeof(*result);
    result->image = result->fact = -1;
}

static fov_status take_opts(fov_session *s, const fov_session_opts *opts, fov_error *err)
{
    fov_session_opts_init(&s->opts);
    if (opts) {
        if (opts->struct_size != sizeof(*opts))
            return fov__fail(err, FOV_E_ARG, 0, "opts.struct_size",
                             "struct_size is %u, this library's is %u", (unsigned)opts->struct_size,
                             (unsigned)sizeof(*opts));
        s->opts = *opts;
    }
    s->opts.calls_max = s->opts.calls_max ? s->opts.calls_max : CALLS_DEFAULT;
    s->opts.rounds_max = s->opts.rounds_max ? s->opts.rounds_max : ROUNDS_DEFAULT;
    s->opts.images_max = s->opts.images_max ? s->opts.images_max : IMAGES_DEFAULT;
    s->opts.time_ms = s->opts.time_ms ? s->opts.time_ms : TIME_DEFAULT;
    s->profile = fov__profile_find(s->opts.profile ? s->opts.profile : "generic");
    if (!s->profile)
        return fov__fail(err, FOV_E_ARG, 0, "profile",
                         "there is no profile \"%s\"; see `foveate profiles`", s->opts.profile);
    if (!fov__preset_find(s->opts.preset, &s->preset))
        return fov__fail(err, FOV_E_ARG, 0, "preset",
                         "there is no preset \"%s\"; there are look and full", s->opts.preset);
    if (s->opts.system) {
        s->system = fov__strdup(s->ctx, s->opts.system);
        if (!s->system)
            return fov__fail_memory(err, "system", strlen(s->opts.system));
    }
    return FOV_OK;
}

static fov_status open_parts(fov_session *s, fov_error *err)
{
    const struct fov_profile *profile = s->profile;
    fov_status rc = fov_graph_new(&s->graph, s->ctx, err);

    if (rc == FOV_OK)
        rc = fov_conversation_new(&s->conversation, s->ctx, err);
    const struct fov_toolset_opts wanted = {.preset = s->preset,
                                            .is_strict = s->opts.strict_tools != 0,
                                            .may_drop = s->opts.evict_dropped != 0};
    if (rc == FOV_OK)
        rc = fov__toolset_new(&s->tools, s->ctx, profile, &wanted, err);
    if (rc == FOV_OK)
        rc = fov__transcript_new(&s->transcript, s->ctx, s->opts.out_dir, s->opts.blob_dir, err);
    if (rc < 0)
        return rc;
    fov__toolbox_init(&s->box, s->ctx, s->graph, profile, s->preset);
    s->box.cancel = s->opts.cancel;
    s->box.may_drop = s->opts.evict_dropped != 0;
    /* Images that were sent cannot be made smaller later: fit from the first on when the longest
     * allowed chain would pass the vendor's bound. */
    s->box.many_images =
        profile->many_after > 0 && s->opts.images_max >= (uint32_t)profile->many_after;
    return fov__record_header(s, err);
}

fov_status fov_session_new(fov_session **out, fov_context *ctx, fov_model *model,
                           const fov_session_opts *opts, fov_error *err)
{
    fov_session *s;
    fov_status rc;

    if (!out || !ctx)
        return fov__fail(err, FOV_E_ARG, 0, "session",
                         "fov_session_new needs a place for it and a context");
    *out = NULL;
    s = fov__calloc(ctx, 1, sizeof(*s));
    if (!s)
        return fov__fail_memory(err, "session", sizeof(*s));
    s->ctx = ctx;
    s->model = model;
    rc = take_opts(s, opts, err);
    if (rc == FOV_OK)
        rc = open_parts(s, err);
    if (rc < 0) {
        fov_session_free(s);
        return rc;
    }
    fov__ok(err);
    *out = s;
    return FOV_OK;
}

fov_status fov_session_close(fov_session *session, fov_error *err)
{
    struct fov_transcript *t;

    if (!session)
        return fov__fail(err, FOV_E_ARG, 0, "session", "session is NULL");
    t = session->transcript;
    session->transcript = NULL;
    session->has_failed = true; /* nothing more can be recorded */
    fov__ok(err);
    return fov__transcript_close(t, err);
}

void fov_session_free(fov_session *session)
{
    if (!session)
        return;
    fov__transcript_close(session->transcript, NULL);
    fov__answer_clear(session);
    fov__tool_outcome_free(&session->outcome);
    fov__toolbox_free(&session->box);
    fov__toolset_free(session->tools);
    fov_conversation_free(session->conversation);
    fov_graph_free(session->graph);
    fov__free(session->ctx, session->system);
    fov__free(session->ctx, session->asked);
    fov__free(session->ctx, session);
}

static fov_status check_usable(const fov_session *s, fov_error *err)
{
    if (!s)
        return fov__fail(err, FOV_E_ARG, 0, "session", "session is NULL");
    if (!s->has_failed)
        return FOV_OK;
    return fov__fail(err, FOV_E_STATE, 0, "session",
                     "the session was closed, or failed earlier, and takes no more calls");
}

/* Memory and defects end a session for good; all else leaves it as it was. */
static fov_status settle(fov_session *s, fov_status rc)
{
    if (rc == FOV_E_MEMORY || rc == FOV_E_INTERNAL)
        s->has_failed = true;
    return rc;
}

/* What was made, unless it could not be recorded: apart, since a note in `err` is kept. */
static fov_status settle_recorded(fov_session *s, fov_status made, fov_status recorded,
                                  const fov_error *why, fov_error *err)
{
    if (recorded >= 0)
        return made;
    if (err)
        *err = *why;
    return settle(s, recorded);
}

fov_status fov_session_add_image(fov_session *session, fov_image *image, int32_t *id,
                                 fov_error *err)
{
    fov_error why = {0};
    fov_status rc = check_usable(session, err);

    if (rc < 0)
        return rc;
    rc = fov_graph_add_source(session->graph, image, id, err);
    if (rc < 0)
        return settle(session, rc);
    return settle_recorded(session, rc, fov__record_news(session, &why), &why, err);
}

/* One line an image, as a reader of the transcript wants it; a fact is its own JSON. */
static void write_applied(struct fov_buf *out, fov_session *s, const fov_applied *applied)
{
    for (int32_t i = 0; i < applied->image_count; i++) {
        const struct fov_node *node = fov__graph_node(s->graph, applied->image + i);

        fov__buf_addf(out, "%simg_%d: %s of", i ? "\n" : "", (int)node->id, node->op->name);
        for (int32_t k = 0; k < node->parent_count; k++)
            fov__buf_addf(out, "%s img_%d", k ? "," : "", (int)node->parent[k]->id);
        fov__buf_addf(out, ", %d x %d pixels%s%s", (int)node->width, (int)node->height,
                      node->note[0] ? "; " : "", node->note);
    }
    if (applied->fact >= 0)
        fov__buf_addf(out, "%s%s", applied->image_count > 0 ? "\n" : "",
                      fov__graph_fact_get(s->graph, applied->fact)->json);
}

/* What a call of the host made, in the form that a model's call leaves. */
static fov_status take_applied(fov_session *s, const fov_applied *applied, bool is_same,
                               struct fov_tool_outcome *out, fov_error *err)
{
    const bool is_fact = applied->image < 0;
    const struct fov_fact *fact = is_fact ? fov__graph_fact_get(s->graph, applied->fact) : NULL;
    const struct fov_node *node = is_fact ? NULL : fov__graph_node(s->graph, applied->image);
    struct fov_buf text;
    fov_status rc;

    *out = (struct fov_tool_outcome){.ctx = s->ctx,
                                     .is_same = is_same,
                                     .image = applied->image,
                                     .image_count = applied->image_count,
                                     .fact = applied->fact,
                                     .op = is_fact ? fact->op : node->op};
    out->normalised = fov__strdup(s->ctx, is_fact ? fact->recipe : node->recipe);
    fov__buf_init(&text, s->ctx, 2 << 20);
    write_applied(&text, s, applied);
    rc = fov__buf_check(&text, "session", err);
    if (rc >= 0)
        out->text = fov__buf_take_text(&text);
    fov__buf_free(&text);
    if (rc >= 0 && (!out->text || !out->normalised))
        rc = fov__fail_memory(err, "session", 0);
    return rc;
}

fov_status fov_session_apply(fov_session *session, const char *op, const char *arguments,
                             fov_applied *out, fov_error *err)
{
    struct fov_tool_outcome outcome;
    fov_error why = {0};
    fov_status rc = check_usable(session, err), recorded;

    if (rc < 0)
        return rc;
    rc = fov__graph_apply(session->graph, op, arguments, session->opts.cancel, out, err);
    if (rc < 0)
        return settle(session, rc);
    recorded = take_applied(session, out, rc == FOV_NOTE_SAME, &outcome, &why);
    if (recorded >= 0) {
        fov__session_event(session, out->image < 0 ? FOV_EVENT_FACT : FOV_EVENT_LOOK, out->image,
                           outcome.text, op, arguments ? arguments : "");
        recorded = fov__record_call(session, NULL, op, arguments ? arguments : "", "node_px",
                                    &outcome, &why);
    }
    fov__tool_outcome_free(&outcome);
    return settle_recorded(session, rc, recorded, &why, err);
}

fov_status fov_session_call(fov_session *session, const char *tool, const char *arguments,
                            fov_tool_result *out, fov_error *err)
{
    const struct fov_delivery *delivery = NULL;
    fov_status rc = check_usable(session, err);

    if (rc < 0)
        return rc;
    if (!tool || !out || out->struct_size != sizeof(*out))
        return fov__fail(err, FOV_E_ARG, 0, "call",
                         "fov_session_call needs a tool's name and an initialised result");
    fov__tool_outcome_free(&session->outcome);
    rc = fov__session_run_call(session, NULL, tool, arguments ? arguments : "", &session->outcome,
                               err);
    if (rc < 0)
        return settle(session, rc);
    fov_tool_result_init(out);
    out->is_error = session->outcome.is_error;
    out->is_same = session->outcome.is_same;
    out->image = session->outcome.image;
    out->image_count = session->outcome.image_count;
    out->fact = session->outcome.fact;
    out->text = session->outcome.text;
    if (out->image >= 0)
        delivery = session->box.images[out->image].delivery;
    if (delivery) {
        out->mime = fov__delivery_mime(delivery);
        out->data = delivery->bytes.data;
        out->size = delivery->bytes.size;
        out->width = delivery->width;
        out->height = delivery->height;
    }
    fov__ok(err);
    return FOV_OK;
}

fov_status fov_session_picture(fov_session *session, int32_t image, fov_part *out, fov_error *err)
{
    struct fov_toolbox_image *made = NULL;
    const struct fov_toolbox_image *delivered = NULL;
    fov_error why = {0};
    fov_status rc = check_usable(session, err);

    if (rc < 0)
        return rc;
    if (!out || image < 0 || image >= fov_graph_image_count(session->graph))
        return fov__fail(err, FOV_E_ARG, 0, "image", "there is no image %d, or out is NULL",
                         (int)image);
    rc = fov__toolbox_deliver(&delivered, &session->box, image, err);
    if (rc < 0)
        return settle(session, rc);
    made = &session->box.images[image];
    fov__format(made->name, sizeof(made->name), "img_%d", (int)image);
    *out = (fov_part){.kind = FOV_PART_IMAGE,
                      .image_id = made->name,
                      .mime = fov__delivery_mime(made->delivery),
                      .data = made->delivery->bytes.data,
                      .size = made->delivery->bytes.size,
                      .width = made->delivery->width,
                      .height = made->delivery->height};
    fov__ok(err);
    return settle_recorded(session, FOV_OK, fov__record_news(session, &why), &why, err);
}

fov_status fov_session_tools(fov_session *session, const char *dialect, fov_bytes *out,
                             fov_error *err)
{
    enum fov__dialect which;

    if (!session || !out)
        return fov__fail(err, FOV_E_ARG, 0, "session", "%s is NULL", session ? "out" : "session");
    if (!dialect)
        dialect = session->profile->dialect;
    if (!fov__dialect_find(dialect, &which))
        return fov__fail(
            err, FOV_E_ARG, 0, "dialect",
            "there is no dialect \"%s\"; there are openai, openai-strict, anthropic, gemini, mcp, "
            "qwen-agent, verl, hermes, grounding",
            dialect);
    fov__ok(err);
    return fov__toolset_write(out, session->ctx, session->profile, session->preset, which, err);
}

fov_graph *fov_session_graph(fov_session *session)
{
    return session ? session->graph : NULL;
}
