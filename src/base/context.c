/* SPDX-License-Identifier: MIT */
/* The context: allocator, limits, threads, log, and the services that higher folders hang on it;
 * with it the version and the cancel flag. After it is made nothing in it changes but the slots and
 * the count of live bytes, so it may be shared by threads. */
#include "base/base_internal.h"

#include <stdlib.h>

static void *default_malloc(size_t size, void *user)
{
    (void)user;
    return malloc(size);
}

static void *default_realloc(void *ptr, size_t size, void *user)
{
    (void)user;
    return realloc(ptr, size);
}

static void default_free(void *ptr, void *user)
{
    (void)user;
    free(ptr);
}

const char *fov_version(void)
{
    return FOV_VERSION_STRING;
}

void fov_context_opts_init(fov_context_opts *opts)
{
    if (opts != NULL)
        *opts = (fov_context_opts)FOV_CONTEXT_OPTS_INIT;
}

#define DEFAULT(member, value) limits->member = limits->member != 0 ? limits->member : (value)

/* The numbers are those of the public header; a host raises them, a model never can. */
static void fill_limits(fov_limits *limits)
{
    const uint64_t mib = 1024 * 1024;
    DEFAULT(input_bytes, 64 * mib);
    DEFAULT(pixels, 200000000);
    DEFAULT(edge, 30000);
    DEFAULT(output_edge, 8192);
    DEFAULT(nodes, 4096);
    DEFAULT(json_depth, 32);
    DEFAULT(json_bytes, 64 * 1024);
    DEFAULT(reply_bytes, 32 * mib);
    DEFAULT(cache_bytes, 512 * mib);
    DEFAULT(memory_bytes, 4096 * mib);
    DEFAULT(op_ms, 10000);
}

static fov_status check_opts(const fov_context_opts *opts, fov_error *err)
{
    if (opts->struct_size != sizeof(fov_context_opts))
        return fov__fail(err, FOV_E_ARG, 0, "context.struct_size",
                         "struct_size is %u where this library has %zu: start from "
                         "FOV_CONTEXT_OPTS_INIT, with headers of version %s",
                         (unsigned)opts->struct_size, sizeof(fov_context_opts), FOV_VERSION_STRING);
    const fov_allocator *a = opts->allocator;
    if (a != NULL && (a->malloc_fn == NULL || a->realloc_fn == NULL || a->free_fn == NULL))
        return fov__fail(err, FOV_E_ARG, 0, "context.allocator",
                         "an allocator needs malloc_fn, realloc_fn and free_fn, and one is NULL");
    if (opts->module_path != NULL && opts->module_path[0] == '\0')
        return fov__fail(err, FOV_E_ARG, 0, "context.module_path",
                         "module_path is empty: give a folder, or NULL to search");
    return FOV_OK;
}

/* Recursive, because making one service may ask for another. */
static bool make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;
    if (pthread_mutexattr_init(&attr) != 0)
        return false;
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    const bool made = pthread_mutex_init(lock, &attr) == 0;
    pthread_mutexattr_destroy(&attr);
    return made;
}

fov_status fov_context_new(fov_context **out, const fov_context_opts *opts, fov_error *err)
{
    const fov_context_opts defaults = FOV_CONTEXT_OPTS_INIT;
    const fov_allocator libc = {default_malloc, default_realloc, default_free, NULL};
    if (out == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "context.out", "out is NULL");
    *out = NULL;
    if (opts == NULL)
        opts = &defaults;
    enum fov__cpu cpu = FOV__CPU_PORTABLE;
    fov_status rc = check_opts(opts, err);
    if (rc >= 0)
        rc = fov__cpu_detect(&cpu, err);
    if (rc < 0)
        return rc;
    const fov_allocator allocator = opts->allocator != NULL ? *opts->allocator : libc;
    fov_context *ctx = allocator.malloc_fn(sizeof(*ctx), allocator.user);
    if (ctx == NULL)
        return fov__fail_memory(err, "context", sizeof(*ctx));
    memset(ctx, 0, sizeof(*ctx));
    ctx->allocator = allocator;
    ctx->limits = opts->limits;
    fill_limits(&ctx->limits);
    ctx->threads = opts->threads != 0 ? opts->threads : 1;
    ctx->cpu = cpu;
    ctx->log = opts->log;
    ctx->log_user = opts->log_user;
    atomic_init(&ctx->live_bytes, 0);
    if (!make_lock(&ctx->slot_lock)) {
        allocator.free_fn(ctx, allocator.user);
        return fov__fail_memory(err, "context", sizeof(pthread_mutex_t));
    }
    if (opts->module_path != NULL) {
        ctx->module_path = fov__strdup(ctx, opts->module_path);
        if (ctx->module_path == NULL) {
            fov_context_free(ctx);
            return fov__fail_memory(err, "context.module_path", strlen(opts->module_path) + 1);
        }
    }
    *out = ctx;
    fov__ok(err);
    return FOV_OK;
}

void fov_context_free(fov_context *ctx)
{
    if (ctx == NULL)
        return;
    for (int slot = FOV__SLOT_COUNT; slot-- > 0;) {
        if (ctx->slot[slot] != NULL && ctx->slot_free[slot] != NULL)
            ctx->slot_free[slot](ctx->slot[slot]);
    }
    fov__free(ctx, ctx->module_path);
    const uint64_t left = atomic_load(&ctx->live_bytes);
    if (left != 0)
        fov__log(ctx, FOV_LOG_WARNING,
                 "the context is freed before %llu bytes that were made from it",
                 (unsigned long long)left);
    pthread_mutex_destroy(&ctx->slot_lock);
    const fov_allocator allocator = ctx->allocator;
    allocator.free_fn(ctx, allocator.user);
}

const fov_limits *fov_context_limits(const fov_context *ctx)
{
    return ctx != NULL ? &ctx->limits : NULL;
}

void fov__log(fov_context *ctx, int level, const char *fmt, ...)
{
    if (ctx == NULL || ctx->log == NULL)
        return;
    char line[512];
    va_list args;
    va_start(args, fmt);
    fov__vformat(line, sizeof(line), fmt, args);
    va_end(args);
    fov__text_plain(line);
    ctx->log(level, line, ctx->log_user);
}

/* `make` runs under the lock and therefore must not log: a log function may call us again from
 * another thread of its own. */
void *fov__service(fov_context *ctx, enum fov__slot slot,
                   void *(*make)(fov_context *ctx, fov_error *err), void (*free_fn)(void *),
                   fov_error *err)
{
    pthread_mutex_lock(&ctx->slot_lock);
    if (ctx->slot[slot] == NULL) {
        ctx->slot[slot] = make(ctx, err);
        ctx->slot_free[slot] = free_fn;
    }
    void *service = ctx->slot[slot];
    pthread_mutex_unlock(&ctx->slot_lock);
    return service;
}

void *fov__service_there(const fov_context *ctx, enum fov__slot slot)
{
    fov_context *mine = (fov_context *)(uintptr_t)ctx; /* a lock is no part of what is const */
    pthread_mutex_lock(&mine->slot_lock);
    void *service = mine->slot[slot];
    pthread_mutex_unlock(&mine->slot_lock);
    return service;
}

fov_status fov_cancel_new(fov_cancel **out, fov_context *ctx, fov_error *err)
{
    if (out == NULL || ctx == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "cancel", "%s is NULL", out == NULL ? "out" : "ctx");
    *out = NULL;
    fov_cancel *cancel = fov__alloc(ctx, sizeof(*cancel));
    if (cancel == NULL)
        return fov__fail_memory(err, "cancel", sizeof(*cancel));
    cancel->ctx = ctx;
    atomic_init(&cancel->flag, 0);
    cancel->above = NULL;
    cancel->deadline = 0;
    *out = cancel;
    fov__ok(err);
    return FOV_OK;
}

void fov_cancel_free(fov_cancel *cancel)
{
    if (cancel != NULL)
        fov__free(cancel->ctx, cancel);
}

/* Lock-free, or a signal handler could not set it. */
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "atomic_int must be lock-free");

void fov_cancel_set(fov_cancel *cancel)
{
    if (cancel != NULL)
        atomic_store(&cancel->flag, 1);
}

void fov_cancel_reset(fov_cancel *cancel)
{
    if (cancel != NULL)
        atomic_store(&cancel->flag, 0);
}

int fov_cancel_is_set(const fov_cancel *cancel)
{
    for (; cancel != NULL; cancel = cancel->above) {
        if (atomic_load(&cancel->flag) != 0)
            return 1;
        if (cancel->deadline != 0 && fov__clock_ms() >= cancel->deadline)
            return 1;
    }
    return 0;
}

void fov__cancel_bound(fov_cancel *own, fov_context *ctx, const fov_cancel *above)
{
    own->ctx = ctx;
    atomic_init(&own->flag, 0);
    own->above = above;
    own->deadline = fov__clock_ms() + ctx->limits.op_ms;
}

fov_status fov__cancel_judge(const fov_cancel *own, fov_status rc, const char *where,
                             fov_error *err)
{
    if (rc != FOV_E_CANCELLED || fov_cancel_is_set(own->above) || fov__clock_ms() < own->deadline)
        return rc;
    return fov__fail(err, FOV_E_LIMIT, 0, where,
                     "%s took longer than the %u ms that op_ms of the context's limits allows",
                     where, (unsigned)own->ctx->limits.op_ms);
}
