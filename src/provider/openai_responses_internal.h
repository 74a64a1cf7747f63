/* SPDX-License-Identifier: MIT */
/* openai_responses: what its two files share. */
#ifndef FOV_OPENAI_RESPONSES_INTERNAL_H
#define FOV_OPENAI_RESPONSES_INTERNAL_H

#include "provider/provider_internal.h"

/* openai_responses_write.c: the body of a request, as fov_provider_class.write says. */
fov_status fov__responses_write(const struct fov_provider *provider, const fov_request *request,
                                struct fov_wire_body *body, fov_error *err);

#endif
