/* SPDX-License-Identifier: MIT */
/* The build without curl: there is no way to a server, and it says so before anything is asked. */
#include "transport/transport_internal.h"

fov_status fov__http_new(struct fov_transport **out, fov_context *ctx, fov_error *err)
{
    (void)ctx;
    *out = NULL;
    return fov__fail(
        err, FOV_E_UNSUPPORTED, 0, "http",
        "this build of foveate cannot talk to servers: it was configured with FOV_HTTP=OFF");
}
