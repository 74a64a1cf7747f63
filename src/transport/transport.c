/* SPDX-License-Identifier: MIT */
/* What all transports share: being freed. */
#include "transport/transport_internal.h"

void fov__transport_free(struct fov_transport *transport)
{
    if (transport != NULL) {
        transport->free_fn(transport);
    }
}
