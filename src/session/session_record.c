/* SPDX-License-Identifier: MIT */
/* What the transcript is told of a session, in the order things happened: the words of requests and
 * replies, calls as written and as understood, images by number. Never base64, never a key. */
#include "session/session_internal.h"

fov_status fov__record_header(struct fov_session *s, fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(s->transcript, "header");
    char now[32];

    fov__clock_utc(now);
    fov__jw_int(jw, "format", 1);
    fov__jw_string(jw, "foveate", fov_version());
    fov__jw_string(jw, "time", now);
    fov__jw_string(jw, "profile", s->profile->name);
    fov__jw_string(jw, "profile_as_of", s->profile->as_of);
    fov__jw_string(jw, "preset", fov__preset_name(s->preset));
    fov__jw_string(jw, "model", s->model ? fov_model_name(s->model) : NULL);
    fov__jw_string(jw, "encoder", fov__encode_identity());
    fov__jw_object(jw, "budgets");
    fov__jw_int(jw, "calls", s->opts.calls_max);
    fov__jw_int(jw, "rounds", s->opts.rounds_max);
    fov__jw_int(jw, "images", s->opts.images_max);
    fov__jw_int(jw, "limit_ms", s->opts.time_ms);
    fov__jw_end_object(jw);
    return fov__transcript_end(s->transcript, true, err);
}

/* Deliveries of images that are recorded and were delivered since: an image that a host made is
 * delivered only when it is shown. */
static fov_status record_deliveries(struct fov_session *s, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (int32_t i = 0; rc >= 0 && i < s->recorded_images && (size_t)i < s->box.image_count; i++) {
        struct fov_toolbox_image *image = &s->box.images[i];

        if (!image->delivery || image->is_recorded)
            continue;
        rc = fov__transcript_delivery(s->transcript, i, image->delivery, image->fit.tokens,
                                      &image->spent, err);
        image->is_recorded = true;
    }
    return rc;
}

fov_status fov__record_news(struct fov_session *s, fov_error *err)
{
    int32_t images = fov_graph_image_count(s->graph), facts = fov_graph_fact_count(s->graph);
    fov_status rc = FOV_OK;

    while (rc >= 0 && s->recorded_images < images) {
        const struct fov_node *node = fov__graph_node(s->graph, s->recorded_images);
        rc = node->op ? fov__transcript_image(s->transcript, node, err)
                      : fov__transcript_source(s->transcript, node, err);
        s->recorded_images++;
    }
    if (rc >= 0)
        rc = record_deliveries(s, err);
    while (rc >= 0 && s->recorded_facts < facts)
        rc = fov__transcript_fact(s->transcript, fov__graph_fact_get(s->graph, s->recorded_facts++),
                                  err);
    return rc;
}

fov_status fov__record_question(struct fov_session *s, const char *question, fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(s->transcript, "question");

    fov__jw_string(jw, "text", question);
    return fov__transcript_end(s->transcript, false, err);
}

/* Images of a request by name only, in the order they stand in the conversation. */
fov_status fov__record_request(struct fov_session *s, const fov_request *request, fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(s->transcript, "request");
    size_t messages = fov_conversation_count(request->conversation);
    fov_part part;

    fov__jw_int(jw, "round", request->round);
    fov__jw_int(jw, "messages", (int64_t)messages);
    fov__jw_array(jw, "images");
    for (size_t m = 0; m < messages; m++)
        for (size_t i = 0; i < fov_conversation_part_count(request->conversation, m); i++)
            if (fov_conversation_get_part(request->conversation, m, i, &part) == FOV_OK &&
                part.kind == FOV_PART_IMAGE)
                fov__jw_string(jw, NULL, part.image_id);
    fov__jw_end_array(jw);
    fov__jw_bool(jw, "has_tools",
                 request->tool_choice != FOV_TOOL_CHOICE_NONE && request->tool_count > 0);
    return fov__transcript_end(s->transcript, false, err);
}

static void write_usage(struct fov_jw *jw, const fov_usage *usage)
{
    fov__jw_object(jw, "usage");
    fov__jw_int(jw, "input_tokens", usage->input_tokens);
    fov__jw_int(jw, "output_tokens", usage->output_tokens);
    fov__jw_int(jw, "cached_tokens", usage->cached_tokens);
    fov__jw_int(jw, "reasoning_tokens", usage->reasoning_tokens);
    fov__jw_int(jw, "image_tokens", usage->image_tokens);
    fov__jw_int(jw, "requests", usage->requests);
    fov__jw_end_object(jw);
}

fov_status fov__record_response(struct fov_session *s, const fov_reply *reply, uint64_t ms,
                                fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(s->transcript, "response");
    size_t size = 0;
    const char *raw = fov__reply_raw(reply, &size);

    fov__jw_int(jw, "round", s->round);
    fov__jw_string(jw, "stop", fov_reply_stop(reply));
    fov__jw_array(jw, "parts");
    for (size_t i = 0; i < fov_reply_part_count(reply); i++) {
        const fov_part *part = fov__reply_part(reply, i);

        fov__jw_object(jw, NULL);
        if (part->kind == FOV_PART_CALL) {
            fov__jw_string(jw, "call", part->call_id);
            fov__jw_string(jw, "name", part->name);
            fov__jw_string(jw, "arguments", part->arguments);
        } else {
            fov__jw_string(jw, "text", part->text);
        }
        fov__jw_end_object(jw);
    }
    fov__jw_end_array(jw);
    if (raw)
        fov__jw_raw(jw, "raw", raw, size);
    write_usage(jw, fov__reply_usage(reply));
    fov__jw_int(jw, "reply_ms", (int64_t)ms);
    return fov__transcript_end(s->transcript, true, err);
}

fov_status fov__record_call(struct fov_session *s, const char *call_id, const char *name,
                            const char *arguments, const char *space,
                            const struct fov_tool_outcome *outcome, fov_error *err)
{
    struct fov_jw *jw;
    char id[24];
    fov_status rc = fov__record_news(s, err);

    if (rc < 0)
        return rc;
    jw = fov__transcript_begin(s->transcript, "call");
    fov__jw_int(jw, "round", s->round);
    fov__jw_string(jw, "call", call_id);
    fov__jw_string(jw, "name", name);
    fov__jw_string(jw, "arguments", arguments);
    if (space)
        fov__jw_string(jw, "space", space);
    if (outcome->op)
        fov__jw_string(jw, "op", outcome->op->name);
    if (outcome->normalised)
        fov__jw_raw(jw, "normalised", outcome->normalised, strlen(outcome->normalised));
    fov__jw_bool(jw, "is_error", outcome->is_error);
    fov__jw_bool(jw, "is_same", outcome->is_same);
    if (outcome->image >= 0) {
        fov__format(id, sizeof(id), "img_%d", (int)outcome->image);
        fov__jw_string(jw, "image", id);
    }
    if (outcome->fact >= 0) {
        fov__format(id, sizeof(id), "fact_%d", (int)outcome->fact);
        fov__jw_string(jw, "fact", id);
    }
    fov__jw_string(jw, "text", outcome->text);
    return fov__transcript_end(s->transcript, false, err);
}

fov_status fov__record_eviction(struct fov_session *s, const char *image, fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(s->transcript, "eviction");

    fov__jw_string(jw, "image", image);
    return fov__transcript_end(s->transcript, false, err);
}

fov_status fov__record_failure(struct fov_session *s, const fov_error *failure, fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(s->transcript, "error");

    fov__jw_int(jw, "round", s->round);
    fov__jw_string(jw, "status", fov_status_name(failure->status));
    fov__jw_int(jw, "detail", failure->detail);
    fov__jw_string(jw, "where", failure->where);
    fov__jw_string(jw, "message", failure->message);
    return fov__transcript_end(s->transcript, true, err);
}

fov_status fov__record_answer(struct fov_session *s, fov_status status, fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(s->transcript, "answer");
    char name[16];

    fov__jw_string(jw, "status", fov_status_name(status));
    fov__jw_string(jw, "answer", s->answer_text);
    fov__jw_string(jw, "reason", s->answer_reason);
    fov__jw_array(jw, "evidence");
    for (size_t i = 0; i < s->evidence_count; i++) {
        fov__format(name, sizeof(name), "img_%d", (int)s->evidence[i]);
        fov__jw_string(jw, NULL, name);
    }
    fov__jw_end_array(jw);
    fov__jw_int(jw, "rounds", s->round);
    fov__jw_int(jw, "calls", s->calls);
    fov__jw_int(jw, "images", s->made);
    write_usage(jw, &s->usage);
    return fov__transcript_end(s->transcript, true, err);
}
