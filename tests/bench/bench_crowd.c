/* SPDX-License-Identifier: MIT */
/* Many warm zooms called from one or two threads at once, on one context and one image; and a bare
 * loop shared out in the same way, which tells what two threads could gain on this machine now. By
 * the wall's clock always: what a second thread gains is seen there only. */
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SPIN_STEPS = 4000000 }; /* some milliseconds */

struct crowd {
    struct bench *b;
    atomic_uint next;
    atomic_uint sum; /* of the loops, so that they are not left out */
    atomic_int failed;
};

static fov_status zoom(struct bench *b, unsigned i)
{
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    fov_image *picture = NULL;
    fov_bytes text = {NULL, 0, NULL};
    fov_error err = {0};
    fov_status rc;

    opts.format = FOV_FORMAT_JPEG;
    opts.quality = 90;
    rc = bench_look(b, b->ctx, b->image, b->request.boxes[i % b->request.box_count], &picture,
                    &err);
    if (rc >= 0)
        rc = fov_image_encode_data_url(&text, picture, &opts, &err);
    fov_bytes_free(&text);
    fov_image_unref(picture);
    return rc;
}

static void spin(struct crowd *crowd, unsigned i)
{
    uint32_t x = i + 1;

    for (int k = 0; k < SPIN_STEPS; k++)
        x = x * 1664525U + 1013904223U;
    atomic_fetch_add(&crowd->sum, x);
}

static void *work(void *user)
{
    struct crowd *crowd = user;
    struct bench *b = crowd->b;
    const bool is_spin = b->request.what[0] == 's';

    for (;;) {
        const unsigned i = atomic_fetch_add(&crowd->next, 1);

        if (i >= b->request.count)
            return NULL;
        if (is_spin)
            spin(crowd, i);
        else if (zoom(b, i) < 0)
            atomic_store(&crowd->failed, 1);
    }
}

/* `what` is "zoom" or "spin"; `threads` call at once, and each call runs on one. */
static fov_status threads(struct bench *b, size_t i, fov_error *err)
{
    enum { MOST = 2 };
    const uint32_t count = b->request.callers < MOST ? b->request.callers : MOST;
    struct crowd crowd = {.b = b};
    pthread_t thread[MOST];
    const double start = bench_wall();
    uint32_t made = 0;

    (void)i;
    for (; made < count; made++)
        if (pthread_create(&thread[made], NULL, work, &crowd) != 0)
            break;
    for (uint32_t t = 0; t < made; t++)
        pthread_join(thread[t], NULL);
    b->outcome.ms = bench_wall() - start;
    b->outcome.width = b->request.width;
    b->outcome.height = b->request.height;
    if (made < count || atomic_load(&crowd.failed))
        return fov__fail(err, FOV_E_INTERNAL, 0, "threads", "a zoom on one of %u threads failed",
                         (unsigned)count);
    return FOV_OK;
}

const struct bench_case bench_crowd_cases[] = {{"threads", bench_warm, threads},
                                               {NULL, NULL, NULL}};
