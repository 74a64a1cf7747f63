/* SPDX-License-Identifier: MIT */
/* The pixel cache: decoded once whoever asks, bounded, least recently used first, and never the
 * reason for an error. */
#include "image/picture.h"

#include <sched.h>
#include <time.h>

struct maker {
    fov_context *ctx;
    int32_t side;
    atomic_int made;
    atomic_int failures; /* how many of the next makes fail */
};

static fov_status make_square(struct fov_level *out, void *user, fov_error *err)
{
    struct maker *maker = user;
    atomic_fetch_add(&maker->made, 1);
    memset(out, 0, sizeof(*out));
    if (atomic_load(&maker->failures) > 0) {
        atomic_fetch_sub(&maker->failures, 1);
        return fov__fail(err, FOV_E_IMAGE, 0, "test", "made to fail");
    }
    out->shrink = 1;
    return fov__pixels_new(&out->px, maker->ctx, maker->side, maker->side, 3, err);
}

static struct fov_cache_key key_of(uint64_t n)
{
    return (struct fov_cache_key){.source = {n, 1}, .region = {0, 0, 1, 1}, .shrink = 1};
}

static fov_context *small_cache(uint64_t bytes)
{
    fov_context *ctx = NULL;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    opts.limits.cache_bytes = bytes;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

static void get(fov_context *ctx, struct maker *maker, uint64_t n)
{
    const struct fov_cache_key key = key_of(n);
    struct fov_level level;
    assert_int_equal(fov__cache_get(&level, ctx, &key, make_square, maker, NULL, NULL), FOV_OK);
    fov__pixels_unref(level.px);
}

static void cache__keeps_within_its_budget_and_drops_the_oldest(void **state)
{
    (void)state;
    fov_context *ctx = small_cache(100000); /* three of 30 000 bytes */
    struct maker maker = {.ctx = ctx, .side = 100};
    struct fov_cache_stats stats;
    for (uint64_t n = 0; n < 3; n++)
        get(ctx, &maker, n);
    get(ctx, &maker, 0); /* now 1 is the oldest */
    get(ctx, &maker, 3);
    fov__cache_get_stats(ctx, &stats);
    assert_int_equal(stats.hits, 1);
    assert_int_equal(stats.misses, 4);
    assert_int_equal(stats.evicted, 1);
    assert_true(stats.bytes <= 100000 && stats.bytes > 90000);
    get(ctx, &maker, 0);
    assert_int_equal(atomic_load(&maker.made), 4);
    get(ctx, &maker, 1);
    assert_int_equal(atomic_load(&maker.made), 5);
    for (uint64_t n = 0; n < 500; n++) {
        get(ctx, &maker, n % 37);
        fov__cache_get_stats(ctx, &stats);
        assert_true(stats.bytes <= 100000);
    }
    fov_context_free(ctx);
}

static void cache__does_not_keep_what_is_larger_than_itself(void **state)
{
    (void)state;
    fov_context *ctx = small_cache(20000);
    struct maker maker = {.ctx = ctx, .side = 100};
    struct fov_cache_stats stats;
    get(ctx, &maker, 1);
    get(ctx, &maker, 1);
    assert_int_equal(atomic_load(&maker.made), 2);
    fov__cache_get_stats(ctx, &stats);
    assert_true(stats.bytes == 0 && stats.hits == 0);
    fov_context_free(ctx);
}

static void cache__forgets_a_failure(void **state)
{
    (void)state;
    fov_context *ctx = small_cache(100000);
    struct maker maker = {.ctx = ctx, .side = 10, .failures = 1};
    const struct fov_cache_key key = key_of(1);
    struct fov_level level;
    fov_error err;
    assert_int_equal(fov__cache_get(&level, ctx, &key, make_square, &maker, NULL, &err),
                     FOV_E_IMAGE);
    assert_string_equal(err.message, "made to fail");
    get(ctx, &maker, 1);
    assert_int_equal(atomic_load(&maker.made), 2);
    fov_context_free(ctx);
}

static void cache__gives_its_memory_when_pixels_need_it(void **state)
{
    (void)state;
    fov_context *ctx = NULL;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    opts.limits.memory_bytes = 1000000;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    struct maker maker = {.ctx = ctx, .side = 500}; /* 750 000 bytes */
    struct fov_pixels *px = NULL;
    get(ctx, &maker, 1);
    assert_int_equal(fov__pixels_new(&px, ctx, 500, 500, 3, NULL), FOV_OK);
    struct fov_cache_stats stats;
    fov__cache_get_stats(ctx, &stats);
    assert_true(stats.bytes == 0 && stats.evicted == 1);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

enum { THREADS = 8, ROUNDS = 300 };

struct shared {
    fov_context *ctx;
    fov_image *image;
    struct maker *maker;
    pthread_barrier_t start;
    atomic_int wrong;
};

static void *ask_for_one(void *user)
{
    struct shared *shared = user;
    pthread_barrier_wait(&shared->start);
    get(shared->ctx, shared->maker, 42);
    return NULL;
}

static void run_threads(void *(*fn)(void *), struct shared *shared)
{
    pthread_t threads[THREADS];
    assert_int_equal(pthread_barrier_init(&shared->start, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fn, shared), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&shared->start);
}

static void cache__makes_once_for_eight_threads(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        fov_context *ctx = small_cache(0);
        struct maker maker = {.ctx = ctx, .side = 800};
        struct shared shared = {.ctx = ctx, .maker = &maker};
        struct fov_cache_stats stats;
        run_threads(ask_for_one, &shared);
        assert_int_equal(atomic_load(&maker.made), 1);
        fov__cache_get_stats(ctx, &stats);
        assert_int_equal(stats.hits, THREADS - 1);
        fov_context_free(ctx);
    }
}

/* A maker that takes as long as the test wants. */
struct slow {
    struct maker maker;
    pthread_barrier_t begun;
    atomic_int may_end;
};

static fov_status make_slowly(struct fov_level *out, void *user, fov_error *err)
{
    struct slow *slow = user;
    pthread_barrier_wait(&slow->begun);
    while (atomic_load(&slow->may_end) == 0)
        sched_yield();
    return make_square(out, &slow->maker, err);
}

static void *make_one_slowly(void *user)
{
    struct slow *slow = user;
    const struct fov_cache_key key = key_of(7);
    struct fov_level level;
    if (fov__cache_get(&level, slow->maker.ctx, &key, make_slowly, slow, NULL, NULL) == FOV_OK)
        fov__pixels_unref(level.px);
    return NULL;
}

static void *set_soon(void *user)
{
    const struct timespec some = {0, 30 * 1000 * 1000};
    nanosleep(&some, NULL);
    fov_cancel_set(user);
    return NULL;
}

/* Nobody is woken: the flag may have been set by a signal handler. */
static void cache__lets_a_waiter_go_when_his_own_flag_is_set(void **state)
{
    (void)state;
    fov_context *ctx = small_cache(0);
    struct slow slow = {.maker = {.ctx = ctx, .side = 10}};
    const struct fov_cache_key key = key_of(7);
    struct fov_level level;
    fov_cancel *cancel = NULL;
    pthread_t maker, setter;
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    assert_int_equal(pthread_barrier_init(&slow.begun, NULL, 2), 0);
    assert_int_equal(pthread_create(&maker, NULL, make_one_slowly, &slow), 0);
    pthread_barrier_wait(&slow.begun);
    assert_int_equal(pthread_create(&setter, NULL, set_soon, cancel), 0);
    assert_int_equal(fov__cache_get(&level, ctx, &key, make_square, &slow.maker, cancel, NULL),
                     FOV_E_CANCELLED);
    assert_int_equal(atomic_load(&slow.maker.made), 0);
    atomic_store(&slow.may_end, 1);
    pthread_join(maker, NULL);
    pthread_join(setter, NULL);
    get(ctx, &slow.maker, 7); /* what was made is there */
    assert_int_equal(atomic_load(&slow.maker.made), 1);
    pthread_barrier_destroy(&slow.begun);
    fov_cancel_free(cancel);
    fov_context_free(ctx);
}

static void *ask_for_any(void *user)
{
    struct shared *shared = user;
    uint32_t seed = (uint32_t)(uintptr_t)&seed;
    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++) {
        const struct fov_cache_key key = key_of(picture_random(&seed) % 12);
        struct fov_level level;
        if (fov__cache_get(&level, shared->ctx, &key, make_square, shared->maker, NULL, NULL) < 0)
            continue; /* some are made to fail */
        if (level.px->width != shared->maker->side)
            atomic_fetch_add(&shared->wrong, 1);
        fov__pixels_unref(level.px);
        if (i % 100 == 50)
            fov__cache_drop(shared->ctx);
    }
    return NULL;
}

static void cache__survives_threads_that_evict_fail_and_drop(void **state)
{
    (void)state;
    fov_context *ctx = small_cache(100000);
    struct maker maker = {.ctx = ctx, .side = 90, .failures = 50};
    struct shared shared = {.ctx = ctx, .maker = &maker};
    struct fov_cache_stats stats;
    run_threads(ask_for_any, &shared);
    assert_int_equal(atomic_load(&shared.wrong), 0);
    fov__cache_get_stats(ctx, &stats);
    assert_true(stats.bytes <= 100000);
    fov_context_free(ctx);
}

static void *read_pieces(void *user)
{
    struct shared *shared = user;
    uint32_t seed = (uint32_t)(uintptr_t)&seed;
    uint8_t box[3 * 40 * 40];
    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < 30; i++) {
        const double x = picture_random(&seed) % 260, y = picture_random(&seed) % 160;
        const fov_box where = {x, y, x + 40, y + 40};
        if (fov_image_read(shared->image, where, 3, box, 120, NULL) != FOV_OK)
            atomic_fetch_add(&shared->wrong, 1);
    }
    return NULL;
}

static void image__is_read_by_eight_threads(void **state)
{
    (void)state;
    const struct bytes bytes = picture_jpeg((struct jpeg_look){
        .width = 300, .height = 200, .components = 3, .h = 2, .v = 2, .orientation = 6});
    fov_context *ctx = picture_context();
    fov_image *image = picture_open(ctx, bytes, true);
    struct shared shared = {.ctx = ctx, .image = image};
    assert_int_equal(fov_image_size(image).width, 200);
    fov_image_unref(image);
    const struct bytes flat = picture_jpeg(
        (struct jpeg_look){.width = 300, .height = 200, .components = 3, .h = 2, .v = 2});
    shared.image = picture_open(ctx, flat, false);
    run_threads(read_pieces, &shared);
    assert_int_equal(atomic_load(&shared.wrong), 0);
    struct fov_cache_stats stats;
    fov__cache_get_stats(ctx, &stats);
    assert_int_equal(stats.misses, 1);
    fov_image_unref(shared.image);
    fov_context_free(ctx);
    free(bytes.data);
    free(flat.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cache__keeps_within_its_budget_and_drops_the_oldest),
        cmocka_unit_test(cache__does_not_keep_what_is_larger_than_itself),
        cmocka_unit_test(cache__forgets_a_failure),
        cmocka_unit_test(cache__gives_its_memory_when_pixels_need_it),
        cmocka_unit_test(cache__makes_once_for_eight_threads),
        cmocka_unit_test(cache__lets_a_waiter_go_when_his_own_flag_is_set),
        cmocka_unit_test(cache__survives_threads_that_evict_fail_and_drop),
        cmocka_unit_test(image__is_read_by_eight_threads),
    };
    return cmocka_run_group_tests_name("image_cache", tests, NULL, NULL);
}
