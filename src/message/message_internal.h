/* SPDX-License-Identifier: MIT */
/* message: the conversation that only grows, replies under construction, and the model interface.
 * A message that was added is never changed, since hidden reasoning is bound to the exact prefix;
 * but for images that a policy of the caller takes out between questions. */
#ifndef FOV_MESSAGE_INTERNAL_H
#define FOV_MESSAGE_INTERNAL_H

#include <foveate/message.h>

#include "base/base_internal.h"
#include "encode/encode_internal.h"

fov_status fov__conversation_add_text(fov_conversation *conversation, const char *text,
                                      fov_error *err);
/* Takes a reference of the delivery. */
fov_status fov__conversation_add_image(fov_conversation *conversation, const char *image_id,
                                       struct fov_delivery *delivery, fov_error *err);
fov_status fov__conversation_add_result(fov_conversation *conversation, const char *call_id,
                                        const char *name, const char *text, bool is_error,
                                        fov_error *err);

/* Whether an image was encoded here, at a size that was chosen for the model; false for bytes of a
 * caller's. */
bool fov__conversation_is_delivery(const fov_conversation *conversation, size_t message,
                                   size_t part);

/* Take an image out of every message it stands in; what was said about it stays. How many parts
 * that were. Only between questions, and only when the caller's policy says so. */
size_t fov__conversation_evict(fov_conversation *conversation, const char *image_id);

/* Views of a reply before it is taken, for the transcript and the round. */
const fov_part *fov__reply_part(const fov_reply *reply, size_t index);
const char *fov__reply_raw(const fov_reply *reply, size_t *size);
const fov_usage *fov__reply_usage(const fov_reply *reply);

#endif
