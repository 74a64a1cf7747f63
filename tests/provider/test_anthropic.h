/* SPDX-License-Identifier: MIT */
/* What the files of this provider's test program share. */
#ifndef FOV_TESTS_ANTHROPIC_H
#define FOV_TESTS_ANTHROPIC_H

#include "provider/capture.h"

int test_anthropic_write(void);
int test_anthropic_read(void);
int test_anthropic_wire(void);

/* As capture_opts(), for this provider. */
static inline fov_provider_opts anthropic_opts(void)
{
    fov_provider_opts opts = capture_opts();
    opts.provider = "anthropic";
    return opts;
}

/* An image that was encoded at a size chosen for the model; capture_image() adds a caller's. */
static inline void add_sized(struct capture *c, const char *id, int32_t format, const char *bytes,
                             int32_t width, int32_t height)
{
    struct fov_delivery *delivery =
        make_delivery(c->ctx, format, bytes, strlen(bytes), width, height);
    memset(delivery->pixels_sha256, 'a', sizeof(delivery->pixels_sha256) - 1);
    assert_int_equal(fov__conversation_add_image(c->conversation, id, delivery, NULL), FOV_OK);
    fov__delivery_unref(delivery);
}

#endif
