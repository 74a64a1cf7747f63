/* SPDX-License-Identifier: MIT */
/* Between the two files of the loopback server. */
#ifndef FOV_TESTS_LOOPBACK_INTERNAL_H
#define FOV_TESTS_LOOPBACK_INTERNAL_H

#include "loopback.h"

#include <stdbool.h>

/* Send all of it; false when the client is gone. */
bool loopback_send(int fd, const void *data, size_t size);
/* Write the reply; true when the connection may be used again. `hang` blocks until the stop. */
bool loopback_reply(int fd, const struct fov_loopback_reply *reply, void (*hang)(void *user),
                    void *user);

#endif
