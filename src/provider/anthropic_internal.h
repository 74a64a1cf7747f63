/* SPDX-License-Identifier: MIT */
/* anthropic: what its two files share. */
#ifndef FOV_ANTHROPIC_INTERNAL_H
#define FOV_ANTHROPIC_INTERNAL_H

#include "provider/provider_internal.h"

/* anthropic_write.c: the body of a request, as fov_provider_class.write says. */
fov_status fov__anthropic_write(const struct fov_provider *provider, const fov_request *request,
                                struct fov_wire_body *body, fov_error *err);

#endif
