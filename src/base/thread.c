/* SPDX-License-Identifier: MIT */
/* Work on several threads. The result must never depend on how many there are: each index is its
 * own work, and the indices are only shared out. */
#include "base/base_internal.h"

#include <signal.h>

/* Enough for a big machine; the handles then fit on the stack, so that nothing can fail. */
enum { THREADS_MAX = 64 };

struct work {
    atomic_uint_least64_t next; /* 64 bits: n may be UINT32_MAX, and each thread counts past it */
    uint32_t n;
    void (*fn)(uint32_t i, void *user);
    void *user;
};

static void *work_on(void *arg)
{
    struct work *work = arg;
    for (;;) {
        const uint64_t i = atomic_fetch_add_explicit(&work->next, 1, memory_order_relaxed);
        if (i >= work->n)
            return NULL;
        work->fn((uint32_t)i, work->user);
    }
}

void fov__parallel(uint32_t threads, uint32_t n, void (*fn)(uint32_t i, void *user), void *user)
{
    struct work work = {.n = n, .fn = fn, .user = user};
    atomic_init(&work.next, 0);
    if (threads > n)
        threads = n;
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    pthread_t handle[THREADS_MAX];
    uint32_t made = 0;
    if (threads > 1) {
        /* The host's signal handlers run in the host's threads, not in ours. */
        sigset_t all, before;
        sigfillset(&all);
        const bool masked = pthread_sigmask(SIG_SETMASK, &all, &before) == 0;
        while (made < threads - 1 && pthread_create(&handle[made], NULL, work_on, &work) == 0)
            made++;
        if (masked)
            pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    work_on(&work);
    while (made > 0)
        pthread_join(handle[--made], NULL);
}
