/* SPDX-License-Identifier: MIT */
/* gemini: what its three files share. */
#ifndef FOV_GEMINI_INTERNAL_H
#define FOV_GEMINI_INTERNAL_H

#include "provider/provider_internal.h"

/* ---- gemini_config.c ------------------------------------------------------------------------ */

/* What the model's name and the options mean, checked once, as fov_provider_class.configure says.
 */
fov_status fov__gemini_configure(struct fov_provider *provider, fov_error *err);
/* Models before the third generation: no images inside a functionResponse, no signatures asked
 * for. */
bool fov__gemini_is_old(const struct fov_provider *provider);
/* The level that a part of its own must carry, since generationConfig has no such value; or NULL.
 */
const char *fov__gemini_part_level(const struct fov_provider *provider);
/* generationConfig, joined with the one in `extra`, and the other members of `extra`. */
fov_status fov__gemini_write_config(const struct fov_provider *provider, const fov_request *request,
                                    struct fov_wire_body *body, fov_error *err);

/* ---- gemini_write.c ------------------------------------------------------------------------- */

/* The body of a request, as fov_provider_class.write says. */
fov_status fov__gemini_write(const struct fov_provider *provider, const fov_request *request,
                             struct fov_wire_body *body, fov_error *err);

#endif
