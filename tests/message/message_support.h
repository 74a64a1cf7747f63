/* SPDX-License-Identifier: MIT */
/* Shared by the message and provider tests: cmocka in its order, and deliveries made of any bytes.
 */
#ifndef FOV_TESTS_MESSAGE_SUPPORT_H
#define FOV_TESTS_MESSAGE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/message_internal.h"

int test_conversation(void);
int test_reply(void);
int test_script(void);
int test_ask(void);

static inline fov_context *message_context(void)
{
    fov_context *ctx = NULL;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    return ctx;
}

/* Everything that was allocated through the context must be gone. */
static inline void message_context_free(fov_context *ctx)
{
    assert_int_equal(atomic_load(&ctx->live_bytes), 0);
    fov_context_free(ctx);
}

/* A delivery of any bytes, with one reference; NULL when memory ran out. */
static inline struct fov_delivery *make_delivery(fov_context *ctx, int32_t format, const void *data,
                                                 size_t size, int32_t width, int32_t height)
{
    struct fov_delivery *delivery = fov__calloc(ctx, 1, sizeof(*delivery));
    if (delivery == NULL) {
        return NULL;
    }
    delivery->bytes = fov__bytes_new(ctx, size);
    if (delivery->bytes.data == NULL) {
        fov__free(ctx, delivery);
        return NULL;
    }
    atomic_init(&delivery->refs, 1);
    delivery->ctx = ctx;
    delivery->recipe.format = format;
    delivery->width = width;
    delivery->height = height;
    memcpy(delivery->bytes.data, data, size);
    fov__sha256_hex(delivery->sha256, data, size);
    return delivery;
}

#endif
