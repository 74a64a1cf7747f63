/* SPDX-License-Identifier: MIT */
/* A reply under construction. Its filler may be a server's text or a host's callback, so every
 * string is checked, copied and counted against the context's limit; a failed addition leaves the
 * reply as it was. */
#include "message/parts_internal.h"

static const fov_usage usage_unknown = {-1, -1, -1, -1, -1, 1};

fov_status fov_reply_new(fov_reply **out, fov_context *ctx, fov_error *err)
{
    if (out == NULL || ctx == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "reply", "out or ctx is NULL");
    }
    *out = fov__calloc(ctx, 1, sizeof(**out));
    if (*out == NULL) {
        return fov__fail_memory(err, "reply", sizeof(**out));
    }
    (*out)->ctx = ctx;
    fov__items_init(&(*out)->items, ctx);
    (*out)->usage = usage_unknown;
    fov__ok(err);
    return FOV_OK;
}

void fov__reply_clear(fov_reply *reply)
{
    fov__items_free(&reply->items);
    fov__free(reply->ctx, reply->raw);
    fov__free(reply->ctx, reply->stop);
    reply->raw = NULL;
    reply->raw_size = 0;
    reply->stop = NULL;
    reply->usage = usage_unknown;
    reply->bytes = 0;
}

void fov__reply_begin(fov_reply *reply, size_t message)
{
    fov__reply_clear(reply);
    reply->id_message = message;
    reply->id_next = 0;
}

void fov_reply_free(fov_reply *reply)
{
    if (reply != NULL) {
        fov__reply_clear(reply);
        fov__free(reply->ctx, reply);
    }
}

static fov_status check_room(const fov_reply *reply, uint64_t more, fov_error *err)
{
    const uint64_t max = reply->ctx->limits.reply_bytes;
    if (more > max || reply->bytes > max - more) {
        return fov__fail(err, FOV_E_LIMIT, 0, "reply_bytes", "the reply is longer than %llu bytes",
                         (unsigned long long)max);
    }
    return FOV_OK;
}

static fov_status add_part(fov_reply *reply, const fov_part *part, uint64_t bytes, fov_error *err)
{
    fov_status rc = check_room(reply, bytes, err);
    if (rc == FOV_OK) {
        rc = fov__items_add(&reply->items, part, NULL, err);
    }
    if (rc == FOV_OK) {
        reply->bytes += bytes;
        fov__ok(err);
    }
    return rc;
}

fov_status fov_reply_add_text(fov_reply *reply, const char *text, fov_error *err)
{
    if (reply == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "reply", "reply is NULL");
    }
    const fov_part part = {.kind = FOV_PART_TEXT, .text = text};
    const fov_status rc = fov__text_check(text, "text", err);
    return rc < 0 ? rc : add_part(reply, &part, strlen(text), err);
}

static bool has_call(const fov_reply *reply, const char *call_id)
{
    for (size_t i = 0; i < reply->items.count; i++) {
        const fov_part *part = &reply->items.list[i].view;
        if (part->kind == FOV_PART_CALL && strcmp(part->call_id, call_id) == 0) {
            return true;
        }
    }
    return false;
}

fov_status fov_reply_add_call(fov_reply *reply, const char *call_id, const char *name,
                              const char *arguments, fov_error *err)
{
    char made[64];
    if (reply == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "reply", "reply is NULL");
    }
    fov_status rc = fov__text_check(name, "name", err);
    if (rc == FOV_OK) {
        rc = fov__text_check(arguments, "arguments", err);
    }
    if (rc == FOV_OK && call_id != NULL) {
        rc = fov__text_check(call_id, "call_id", err);
    }
    if (rc < 0) {
        return rc;
    }
    if (call_id == NULL) {
        do {
            fov__format(made, sizeof(made), "call_%zu_%u", reply->id_message, reply->id_next++);
        } while (has_call(reply, made));
        call_id = made;
    }
    const fov_part part = {
        .kind = FOV_PART_CALL, .call_id = call_id, .name = name, .arguments = arguments};
    return add_part(reply, &part, strlen(call_id) + strlen(name) + strlen(arguments), err);
}

fov_status fov_reply_set_raw(fov_reply *reply, const char *json, size_t size, fov_error *err)
{
    if (reply == NULL || json == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "raw", "%s is NULL", reply == NULL ? "reply" : "json");
    }
    /* It will stand inside a request as it is: what is no JSON would spoil every later one. */
    fov_status rc = fov__json_check(reply->ctx, json, size, FOV__REPLY_DEPTH_MAX,
                                    reply->ctx->limits.reply_bytes, err);
    if (rc < 0) {
        return rc;
    }
    char *copy = fov__strndup(reply->ctx, json, size);
    if (copy == NULL) {
        return fov__fail_memory(err, "raw", size);
    }
    fov__free(reply->ctx, reply->raw);
    reply->raw = copy;
    reply->raw_size = size;
    return FOV_OK;
}

void fov_reply_set_usage(fov_reply *reply, const fov_usage *usage)
{
    if (reply != NULL && usage != NULL) {
        reply->usage = *usage;
    }
}

fov_status fov_reply_set_stop(fov_reply *reply, const char *reason, fov_error *err)
{
    if (reply == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "reply", "reply is NULL");
    }
    fov_status rc = fov__text_check(reason, "reason", err);
    if (rc == FOV_OK) {
        rc = check_room(reply, strlen(reason), err);
    }
    if (rc < 0) {
        return rc;
    }
    char *copy = fov__strdup(reply->ctx, reason);
    if (copy == NULL) {
        return fov__fail_memory(err, "stop", strlen(reason) + 1);
    }
    fov__free(reply->ctx, reply->stop);
    reply->stop = copy;
    fov__ok(err);
    return FOV_OK;
}

/* ---- views ---------------------------------------------------------------------------------- */

size_t fov_reply_part_count(const fov_reply *reply)
{
    return reply == NULL ? 0 : reply->items.count;
}

fov_status fov_reply_get_part(const fov_reply *reply, size_t part, fov_part *out)
{
    if (out == NULL || part >= fov_reply_part_count(reply)) {
        return FOV_E_ARG;
    }
    *out = reply->items.list[part].view;
    return FOV_OK;
}

void fov_reply_get_usage(const fov_reply *reply, fov_usage *out)
{
    if (out != NULL) {
        *out = reply == NULL ? usage_unknown : reply->usage;
    }
}

const fov_part *fov__reply_part(const fov_reply *reply, size_t index)
{
    return index < reply->items.count ? &reply->items.list[index].view : NULL;
}

const char *fov__reply_raw(const fov_reply *reply, size_t *size)
{
    if (size != NULL) {
        *size = reply->raw == NULL ? 0 : reply->raw_size;
    }
    return reply->raw;
}

const fov_usage *fov__reply_usage(const fov_reply *reply)
{
    return &reply->usage;
}

const char *fov_reply_stop(const fov_reply *reply)
{
    return reply == NULL ? NULL : reply->stop;
}
