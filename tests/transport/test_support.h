/* SPDX-License-Identifier: MIT */
/* Shared by the transport and provider tests: cmocka in its order, a fresh context, fake time. */
#ifndef FOV_TESTS_TRANSPORT_SUPPORT_H
#define FOV_TESTS_TRANSPORT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/transport_internal.h"

/* The suites of test_main.c. */
int test_body(void);
int test_url(void);
int test_retry(void);
int test_replay(void);
int test_secret(void);
int test_sse(void);

static inline fov_context *new_context(void)
{
    fov_context *ctx = NULL;
    fov_error err;
    assert_int_equal(fov_context_new(&ctx, NULL, &err), FOV_OK);
    return ctx;
}

/* Everything that was allocated through the context must be gone. */
static inline void free_context(fov_context *ctx)
{
    assert_int_equal(atomic_load(&ctx->live_bytes), 0);
    fov_context_free(ctx);
}

/* Time that only waiting moves. */
struct fake_time {
    uint64_t now_ms;
    int64_t utc_s;
    double random;
    uint64_t waits[16];
    size_t wait_count;
    fov_cancel *set_at_wait; /* cancelled by the first wait */
};

static inline uint64_t fake_now(void *user)
{
    return ((struct fake_time *)user)->now_ms;
}

static inline int64_t fake_utc(void *user)
{
    return ((struct fake_time *)user)->utc_s;
}

static inline double fake_random(void *user)
{
    return ((struct fake_time *)user)->random;
}

static inline fov_status fake_wait(void *user, uint64_t ms, const fov_cancel *cancel)
{
    struct fake_time *time = user;
    assert_true(time->wait_count < FOV_COUNT(time->waits));
    time->waits[time->wait_count++] = ms;
    time->now_ms += ms;
    if (time->set_at_wait != NULL) {
        fov_cancel_set(time->set_at_wait);
    }
    return fov_cancel_is_set(cancel) ? FOV_E_CANCELLED : FOV_OK;
}

static inline struct fov_retry_hooks fake_hooks(struct fake_time *time)
{
    return (struct fov_retry_hooks){fake_now, fake_utc, fake_random, fake_wait, time};
}

#endif
