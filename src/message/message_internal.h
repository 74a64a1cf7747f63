/* SPDX-License-Identifier: MIT */
/* message: the conversation that only grows, replies under construction, and the model interface.
 * A message that was added is never changed: hidden reasoning is bound to the exact prefix. */
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

/* Views of a reply before it is taken, for the transcript and the round. */
const fov_part *fov__reply_part(const fov_reply *reply, size_t index);
const char *fov__reply_raw(const fov_reply *reply, size_t *size);
const fov_usage *fov__reply_usage(const fov_reply *reply);

#endif
