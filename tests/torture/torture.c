/* SPDX-License-Identifier: MIT */
/* The allocator that fails on command; torture.h says how it is used. It is in test programs only,
 * and must never allocate, print or lock inside an allocation. */
#include "torture/torture.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#if defined(__GLIBC__) && !defined(SANITIZED)
#define WHOLE 1
#else
#define WHOLE 0
#endif

static atomic_long live_blocks;
static atomic_long countdown; /* the allocation that makes it 0 fails; below 0 it is off */
static atomic_int keep_failing;
static atomic_long failed;
static char reason[256];

/* Count one allocation; true when it must fail. */
static bool must_fail(void)
{
    if (atomic_load(&countdown) < 0)
        return false;
    const long left = atomic_fetch_sub(&countdown, 1);
    if (left == 1 || (left <= 0 && atomic_load(&keep_failing))) {
        if (atomic_load(&keep_failing))
            atomic_store(&countdown, 0);
        atomic_fetch_add(&failed, 1);
        return true;
    }
    return false;
}

static void *counted(void *block)
{
    if (block != NULL)
        atomic_fetch_add(&live_blocks, 1);
    return block;
}

#if WHOLE
#define EXPORT __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);
void __libc_free(void *ptr);

EXPORT void *malloc(size_t size)
{
    return must_fail() ? NULL : counted(__libc_malloc(size));
}

EXPORT void *calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : counted(__libc_calloc(count, size));
}

EXPORT void free(void *ptr)
{
    if (ptr != NULL)
        atomic_fetch_sub(&live_blocks, 1);
    __libc_free(ptr);
}

EXPORT void *realloc(void *ptr, size_t size)
{
    if (ptr == NULL)
        return malloc(size);
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    return must_fail() ? NULL : __libc_realloc(ptr, size);
}
#endif

static void *hook_malloc(size_t size, void *user)
{
    (void)user;
    return must_fail() ? NULL : counted(malloc(size));
}

static void *hook_realloc(void *ptr, size_t size, void *user)
{
    if (ptr == NULL)
        return hook_malloc(size, user);
    return must_fail() ? NULL : realloc(ptr, size);
}

static void hook_free(void *ptr, void *user)
{
    (void)user;
    atomic_fetch_sub(&live_blocks, 1);
    free(ptr);
}

fov_status torture_context_new(fov_context **out, const fov_context_opts *opts)
{
    static const fov_allocator hook = {hook_malloc, hook_realloc, hook_free, NULL};
    fov_context_opts with_hook = FOV_CONTEXT_OPTS_INIT;
    if (opts != NULL)
        with_hook = *opts;
    if (!torture_is_whole())
        with_hook.allocator = &hook;
    return fov_context_new(out, &with_hook, NULL);
}

bool torture_is_whole(void)
{
    return WHOLE;
}

long torture_live_blocks(void)
{
    return atomic_load(&live_blocks);
}

const char *torture_reason(void)
{
    return reason;
}

/* One run; the number of failures injected, or -1. */
static long run_once(torture_fn fn, void *user, const char *name, int flags, long n, int keep)
{
    const char *mode = keep ? " and all behind it" : "";
    const long before = torture_live_blocks();
    atomic_store(&failed, 0);
    atomic_store(&keep_failing, keep);
    atomic_store(&countdown, n > 0 ? n : -1);
    const fov_status rc = fn(user);
    atomic_store(&countdown, -1);
    const long count = atomic_load(&failed), leaked = torture_live_blocks() - before;
    reason[0] = '\0';
    if (count == 0 && rc < 0)
        snprintf(reason, sizeof(reason), "%s: returned %s with no allocation failing", name,
                 fov_status_name(rc));
    else if (count > 0 && rc != FOV_E_MEMORY && !(rc >= 0 && (flags & TORTURE_MAY_SUCCEED)))
        snprintf(reason, sizeof(reason), "%s: returned %s with allocation %ld%s failing", name,
                 fov_status_name(rc), n, mode);
    else if (leaked != 0 && n > 0)
        snprintf(reason, sizeof(reason), "%s: %ld blocks left with allocation %ld%s failing", name,
                 leaked, n, mode);
    return reason[0] == '\0' ? count : -1;
}

int torture_run(torture_fn fn, void *user, const char *name, int flags)
{
    enum { RUNS_MAX = 100000 }; /* a function that always allocates more never ends */
    long failures = run_once(fn, user, name, flags, 0, 0);
    int n = 0;
    while (failures >= 0 && n < RUNS_MAX) {
        n++;
        failures = run_once(fn, user, name, flags, n, 0);
        if (failures == 0)
            break;
        if (failures > 0)
            failures = run_once(fn, user, name, flags, n, 1);
    }
    if (failures > 0)
        snprintf(reason, sizeof(reason), "%s: not done after %d runs", name, RUNS_MAX);
    if (failures != 0) {
        fprintf(stderr, "torture: %s\n", reason);
        return -1;
    }
    printf("torture: %s: %d allocations failed in turn%s\n", name, n - 1,
           torture_is_whole() ? "" : " (PARTIAL: only those through the context)");
    return n - 1;
}
