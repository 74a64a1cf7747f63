/* SPDX-License-Identifier: MIT */
/* The conversation, which only grows. Providers bind hidden reasoning to the exact prefix, so no
 * function here edits or reorders, and but one removes: images, at a caller's explicit wish. An
 * addition either happens whole or leaves everything as it was. */
#include <foveate/encode.h>

#include "message/parts_internal.h"

struct message {
    int32_t role;
    struct fov_items items;
    char *raw; /* an assistant's own JSON, or NULL */
    size_t raw_size;
};

struct fov_conversation {
    fov_context *ctx;
    struct message *messages;
    size_t count, capacity;
};

fov_status fov_conversation_new(fov_conversation **out, fov_context *ctx, fov_error *err)
{
    if (out == NULL || ctx == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "conversation", "out or ctx is NULL");
    }
    *out = fov__calloc(ctx, 1, sizeof(**out));
    if (*out == NULL) {
        return fov__fail_memory(err, "conversation", sizeof(**out));
    }
    (*out)->ctx = ctx;
    fov__ok(err);
    return FOV_OK;
}

void fov_conversation_free(fov_conversation *conversation)
{
    if (conversation == NULL) {
        return;
    }
    fov_context *ctx = conversation->ctx;
    for (size_t i = 0; i < conversation->count; i++) {
        fov__items_free(&conversation->messages[i].items);
        fov__free(ctx, conversation->messages[i].raw);
    }
    fov__free(ctx, conversation->messages);
    fov__free(ctx, conversation);
}

fov_status fov_conversation_add(fov_conversation *conversation, int32_t role, fov_error *err)
{
    if (conversation == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "conversation", "conversation is NULL");
    }
    if (role < FOV_ROLE_SYSTEM || role > FOV_ROLE_TOOL) {
        return fov__fail(err, FOV_E_ARG, 0, "role", "role is %d, where 0 to 3 are allowed",
                         (int)role);
    }
    if (!fov__grow(conversation->ctx, &conversation->messages, &conversation->capacity,
                   conversation->count + 1, sizeof(*conversation->messages))) {
        return fov__fail_memory(err, "conversation", sizeof(*conversation->messages));
    }
    struct message *message = &conversation->messages[conversation->count++];
    memset(message, 0, sizeof(*message));
    message->role = role;
    fov__items_init(&message->items, conversation->ctx);
    fov__ok(err);
    return FOV_OK;
}

/* The message that a part may be added to. `roles` is a bit set 1 << FOV_ROLE_…. */
static struct message *open_message(fov_conversation *conversation, unsigned roles,
                                    const char *what, fov_error *err)
{
    if (conversation->count == 0) {
        (void)fov__fail(err, FOV_E_STATE, 0, "message", "%s was added before any message", what);
        return NULL;
    }
    struct message *message = &conversation->messages[conversation->count - 1];
    if ((roles & (1u << message->role)) == 0 || message->raw != NULL) {
        (void)fov__fail(err, FOV_E_STATE, 0, "message",
                        "%s cannot be added to a message of role %d", what, (int)message->role);
        return NULL;
    }
    return message;
}

fov_status fov__conversation_add_text(fov_conversation *conversation, const char *text,
                                      fov_error *err)
{
    const unsigned roles = 1u << FOV_ROLE_SYSTEM | 1u << FOV_ROLE_USER | 1u << FOV_ROLE_ASSISTANT;
    struct message *message = open_message(conversation, roles, "text", err);
    if (message == NULL) {
        return FOV_E_STATE;
    }
    const fov_part part = {.kind = FOV_PART_TEXT, .text = text};
    const fov_status rc = fov__text_check(text, "text", err);
    return rc < 0 ? rc : fov__items_add(&message->items, &part, NULL, err);
}

fov_status fov__conversation_add_image(fov_conversation *conversation, const char *image_id,
                                       struct fov_delivery *delivery, fov_error *err)
{
    struct message *message =
        open_message(conversation, 1u << FOV_ROLE_USER | 1u << FOV_ROLE_TOOL, "an image", err);
    if (message == NULL) {
        return FOV_E_STATE;
    }
    if (message->role == FOV_ROLE_TOOL && message->items.count == 0) {
        return fov__fail(err, FOV_E_STATE, 0, "message",
                         "an image in a tool message must follow a result");
    }
    const fov_part part = {.kind = FOV_PART_IMAGE, .image_id = image_id};
    const fov_status rc = fov__text_check(image_id, "image_id", err);
    return rc < 0 ? rc : fov__items_add(&message->items, &part, delivery, err);
}

size_t fov__conversation_evict(fov_conversation *conversation, const char *image_id)
{
    size_t dropped = 0;
    for (size_t i = 0; i < conversation->count; i++)
        dropped += fov__items_drop_image(&conversation->messages[i].items, image_id);
    return dropped;
}

fov_status fov__conversation_add_result(fov_conversation *conversation, const char *call_id,
                                        const char *name, const char *text, bool is_error,
                                        fov_error *err)
{
    struct message *message = open_message(conversation, 1u << FOV_ROLE_TOOL, "a result", err);
    if (message == NULL) {
        return FOV_E_STATE;
    }
    const fov_part part = {.kind = FOV_PART_RESULT,
                           .text = text,
                           .call_id = call_id,
                           .name = name,
                           .is_error = is_error};
    fov_status rc = fov__text_check(call_id, "call_id", err);
    if (rc == FOV_OK) {
        rc = fov__text_check(name, "name", err);
    }
    if (rc == FOV_OK) {
        rc = fov__text_check(text, "text", err);
    }
    return rc < 0 ? rc : fov__items_add(&message->items, &part, NULL, err);
}

/* ---- parts of a caller's own ---------------------------------------------------------------- */

/* Encoded bytes as a delivery. Size and format are read from them: what a caller would say of them
 * could be wrong, and a provider would pass it on. */
static fov_status deliver_bytes(struct fov_delivery **out, fov_context *ctx, const fov_part *part,
                                fov_error *err)
{
    const int32_t format = fov_encoded_format(part->data, part->data == NULL ? 0 : part->size);
    if (format == FOV_FORMAT_UNKNOWN) {
        return fov__fail(err, FOV_E_ARG, 0, "data", "an image's bytes must be a PNG's or a JPEG's");
    }
    fov_image *image = NULL;
    fov_status rc = fov_image_open_memory(&image, ctx, part->data, part->size, NULL, err);
    if (rc < 0) {
        return rc;
    }
    const fov_size size = fov_image_size(image);
    struct fov_delivery *delivery = fov__calloc(ctx, 1, sizeof(*delivery));
    if (delivery != NULL) {
        atomic_init(&delivery->refs, 1);
        delivery->ctx = ctx;
        delivery->recipe.format = format;
        delivery->width = size.width;
        delivery->height = size.height;
        fov__format(delivery->sha256, sizeof(delivery->sha256), "%s", fov_image_sha256(image));
        delivery->bytes = fov__bytes_new(ctx, part->size);
    }
    fov_image_unref(image);
    if (delivery == NULL || delivery->bytes.data == NULL) {
        fov__delivery_unref(delivery);
        return fov__fail_memory(err, "image", part->size);
    }
    memcpy(delivery->bytes.data, part->data, part->size);
    *out = delivery;
    return FOV_OK;
}

static fov_status add_bytes(fov_conversation *conversation, const fov_part *part, fov_error *err)
{
    struct fov_delivery *delivery = NULL;
    fov_status rc = deliver_bytes(&delivery, conversation->ctx, part, err);
    if (rc == FOV_OK) {
        rc = fov__conversation_add_image(conversation, part->image_id, delivery, err);
        fov__delivery_unref(delivery);
    }
    return rc;
}

static fov_status add_call(fov_conversation *conversation, const fov_part *part, fov_error *err)
{
    struct message *message = open_message(conversation, 1u << FOV_ROLE_ASSISTANT, "a call", err);
    if (message == NULL) {
        return FOV_E_STATE;
    }
    const fov_part call = {.kind = FOV_PART_CALL,
                           .call_id = part->call_id,
                           .name = part->name,
                           .arguments = part->arguments};
    fov_status rc = fov__text_check(call.call_id, "call_id", err);
    if (rc == FOV_OK) {
        rc = fov__text_check(call.name, "name", err);
    }
    if (rc == FOV_OK) {
        rc = fov__text_check(call.arguments, "arguments", err);
    }
    return rc < 0 ? rc : fov__items_add(&message->items, &call, NULL, err);
}

fov_status fov_conversation_add_part(fov_conversation *conversation, const fov_part *part,
                                     fov_error *err)
{
    if (conversation == NULL || part == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "part", "%s is NULL",
                         part == NULL ? "part" : "conversation");
    }
    fov_status rc;
    switch (part->kind) {
    case FOV_PART_TEXT:
        rc = fov__conversation_add_text(conversation, part->text, err);
        break;
    case FOV_PART_IMAGE:
        rc = add_bytes(conversation, part, err);
        break;
    case FOV_PART_CALL:
        rc = add_call(conversation, part, err);
        break;
    case FOV_PART_RESULT:
        rc = fov__conversation_add_result(conversation, part->call_id, part->name, part->text,
                                          part->is_error != 0, err);
        break;
    default:
        return fov__fail(err, FOV_E_ARG, 0, "part",
                         "the part's kind is %d, where 0 to 3 are "
                         "allowed",
                         (int)part->kind);
    }
    if (rc == FOV_OK) {
        fov__ok(err);
    }
    return rc;
}

fov_status fov_conversation_take_reply(fov_conversation *conversation, fov_reply *reply,
                                       fov_error *err)
{
    if (reply == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "reply", "reply is NULL");
    }
    const fov_status rc = fov_conversation_add(conversation, FOV_ROLE_ASSISTANT, err);
    if (rc < 0) {
        return rc;
    }
    struct message *message = &conversation->messages[conversation->count - 1];
    message->items = reply->items;
    message->raw = reply->raw;
    message->raw_size = reply->raw_size;
    fov__items_init(&reply->items, reply->ctx);
    reply->raw = NULL;
    fov__reply_clear(reply);
    return FOV_OK;
}

/* ---- views ---------------------------------------------------------------------------------- */

size_t fov_conversation_count(const fov_conversation *conversation)
{
    return conversation == NULL ? 0 : conversation->count;
}

int32_t fov_conversation_role(const fov_conversation *conversation, size_t message)
{
    return message < fov_conversation_count(conversation) ? conversation->messages[message].role
                                                          : -1;
}

size_t fov_conversation_part_count(const fov_conversation *conversation, size_t message)
{
    return message < fov_conversation_count(conversation)
               ? conversation->messages[message].items.count
               : 0;
}

fov_status fov_conversation_get_part(const fov_conversation *conversation, size_t message,
                                     size_t part, fov_part *out)
{
    if (out == NULL || part >= fov_conversation_part_count(conversation, message)) {
        return FOV_E_ARG;
    }
    *out = conversation->messages[message].items.list[part].view;
    return FOV_OK;
}

bool fov__conversation_is_delivery(const fov_conversation *conversation, size_t message,
                                   size_t part)
{
    if (part >= fov_conversation_part_count(conversation, message)) {
        return false;
    }
    const struct fov_delivery *delivery = conversation->messages[message].items.list[part].delivery;
    return delivery != NULL && delivery->pixels_sha256[0] != '\0';
}

const char *fov_conversation_raw(const fov_conversation *conversation, size_t message, size_t *size)
{
    const bool exists = message < fov_conversation_count(conversation);
    const char *raw = exists ? conversation->messages[message].raw : NULL;
    if (size != NULL) {
        *size = raw == NULL ? 0 : conversation->messages[message].raw_size;
    }
    return raw;
}
