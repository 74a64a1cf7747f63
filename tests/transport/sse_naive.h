/* SPDX-License-Identifier: MIT */
/* A second reader of event streams, written from the standard's text for a whole stream in memory
 * and nothing else: what src/transport/sse.c is compared with. */
#ifndef FOV_TESTS_SSE_NAIVE_H
#define FOV_TESTS_SSE_NAIVE_H

#include "transport/transport_internal.h"

/* One line for an event: name, id, retry, length and data. */
void sse_show(struct fov_buf *out, const struct fov_sse_event *event);
/* Show every event of the stream up to the first failure, which is returned: FOV_E_LIMIT or
 * FOV_E_PROVIDER. Aborts without memory. */
fov_status sse_naive(struct fov_buf *out, const char *text, size_t len, size_t max);

#endif
