/* SPDX-License-Identifier: MIT */
/* message: the conversation that only grows, replies under construction, and the model interface.
 * A message that was added is never changed: hidden reasoning is bound to the exact prefix. */
#ifndef FOV_MESSAGE_INTERNAL_H
#define FOV_MESSAGE_INTERNAL_H

#include <foveate/message.h>

#include "base/base_internal.h"
#include "encode/encode_internal.h"

fov_status fov__conversation_new(fov_conversation **out, fov_context *ctx, fov_error *err);
void fov__conversation_free(fov_conversation *conversation);
/* Open a message; parts are added to the last one opened. */
fov_status fov__conversation_add(fov_conversation *conversation, int32_t role, fov_error *err);
fov_status fov__conversation_add_text(fov_conversation *conversation, const char *text,
                                      fov_error *err);
/* Takes a reference of the delivery. */
fov_status fov__conversation_add_image(fov_conversation *conversation, const char *image_id,
                                       struct fov_delivery *delivery, fov_error *err);
fov_status fov__conversation_add_result(fov_conversation *conversation, const char *call_id,
                                        const char *name, const char *text, bool is_error,
                                        fov_error *err);
/* Append a finished reply as an assistant message; the reply is empty afterwards. */
fov_status fov__conversation_take_reply(fov_conversation *conversation, fov_reply *reply,
                                        fov_error *err);

fov_status fov__reply_new(fov_reply **out, fov_context *ctx, fov_error *err);
void fov__reply_free(fov_reply *reply);
/* Views of a reply before it is taken, for the transcript and the round. */
size_t fov__reply_part_count(const fov_reply *reply);
const fov_part *fov__reply_part(const fov_reply *reply, size_t index);
const char *fov__reply_raw(const fov_reply *reply, size_t *size);
const fov_usage *fov__reply_usage(const fov_reply *reply);
const char *fov__reply_stop(const fov_reply *reply);

/* Ask the model once. */
fov_status fov__model_generate(fov_model *model, const fov_request *request, fov_reply *reply,
                               fov_error *err);

#endif
