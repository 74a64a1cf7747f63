/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <stdalign.h>
#include <stdlib.h>

static uint64_t live(fov_context *ctx)
{
    return atomic_load(&ctx->live_bytes);
}

static void alloc__is_aligned_for_every_type(void **state)
{
    void *block[64];
    for (size_t i = 0; i < 64; i++) {
        block[i] = fov__alloc(*state, i);
        assert_non_null(block[i]);
        assert_int_equal((uintptr_t)block[i] % alignof(max_align_t), 0);
        memset(block[i], 0xa5, i);
    }
    for (size_t i = 0; i < 64; i++)
        fov__free(*state, block[i]);
}

static void alloc__gives_zero_bytes_a_place_of_their_own(void **state)
{
    void *a = fov__alloc(*state, 0), *b = fov__alloc(*state, 0), *c = fov__calloc(*state, 0, 8);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_ptr_not_equal(a, b);
    void *shrunk = fov__realloc(*state, a, 0);
    assert_non_null(shrunk);
    fov__free(*state, shrunk);
    fov__free(*state, b);
    fov__free(*state, c);
    fov__free(*state, NULL);
}

static void alloc__refuses_sizes_that_wrap(void **state)
{
    size_t cap = 4;
    void *array = NULL;
    assert_null(fov__alloc(*state, SIZE_MAX));
    assert_null(fov__calloc(*state, SIZE_MAX / 2, 3));
    assert_null(fov__strndup(*state, "", SIZE_MAX));
    assert_false(fov__grow(*state, &array, &cap, SIZE_MAX / 4, 16));
    assert_null(array);
    assert_int_equal(cap, 4);
    assert_int_equal(live(*state), 0);
}

static void alloc__counts_what_lives(void **state)
{
    char *p = fov__alloc(*state, 1000);
    const uint64_t one = live(*state);
    assert_in_range(one, 1000, 1000 + 64);
    p = fov__realloc(*state, p, 5000);
    assert_int_equal(live(*state), one + 4000);
    p = fov__realloc(*state, p, 10);
    assert_int_equal(live(*state), one - 990);
    fov__free(*state, p);
    assert_int_equal(live(*state), 0);
}

static void alloc__stops_at_the_limit_and_recovers(void **state)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    (void)state;
    opts.limits.memory_bytes = 10000;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    char *kept = fov__alloc(ctx, 6000);
    assert_non_null(kept);
    memset(kept, 7, 6000);
    const uint64_t before = live(ctx);
    assert_null(fov__alloc(ctx, 5000));
    assert_null(fov__realloc(ctx, kept, 12000));
    assert_int_equal(live(ctx), before);
    for (int i = 0; i < 6000; i++)
        assert_int_equal(kept[i], 7);
    char *other = fov__alloc(ctx, 3000);
    assert_non_null(other);
    fov__free(ctx, kept);
    kept = fov__alloc(ctx, 6000);
    assert_non_null(kept);
    fov__free(ctx, kept);
    fov__free(ctx, other);
    assert_int_equal(live(ctx), 0);
    fov_context_free(ctx);
}

static void alloc__zeroes(void **state)
{
    unsigned char *dirty = fov__alloc(*state, 4096);
    memset(dirty, 0xff, 4096);
    fov__free(*state, dirty);
    unsigned char *p = fov__calloc(*state, 64, 64);
    for (int i = 0; i < 4096; i++)
        assert_int_equal(p[i], 0);
    fov__free(*state, p);
}

static void alloc__copies_text(void **state)
{
    char *a = fov__strdup(*state, "foveate"), *b = fov__strndup(*state, "foveate", 3);
    char *c = fov__strndup(*state, NULL, 0);
    assert_string_equal(a, "foveate");
    assert_string_equal(b, "fov");
    assert_string_equal(c, "");
    fov__free(*state, a);
    fov__free(*state, b);
    fov__free(*state, c);
}

static void alloc__grows_an_array_and_keeps_it(void **state)
{
    uint32_t *array = NULL;
    size_t cap = 0, moves = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        const size_t before = cap;
        assert_true(fov__grow(*state, &array, &cap, i + 1, sizeof(*array)));
        moves += cap != before;
        array[i] = i;
    }
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(array[i], i);
    assert_in_range(moves, 1, 20); /* doubling: a row of additions costs its length */
    fov__free(*state, array);
}

struct host {
    long mallocs, reallocs, frees;
};

static void *host_malloc(size_t size, void *user)
{
    ((struct host *)user)->mallocs++;
    return malloc(size);
}

static void *host_realloc(void *ptr, size_t size, void *user)
{
    ((struct host *)user)->reallocs++;
    return realloc(ptr, size);
}

static void host_free(void *ptr, void *user)
{
    assert_non_null(ptr);
    ((struct host *)user)->frees++;
    free(ptr);
}

static void alloc__uses_only_the_hosts_allocator(void **state)
{
    struct host host = {0, 0, 0};
    const fov_allocator allocator = {host_malloc, host_realloc, host_free, &host};
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    (void)state;
    opts.allocator = &allocator;
    opts.module_path = "/nowhere";
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    assert_int_equal(host.mallocs, 2);
    void *p = fov__realloc(ctx, fov__calloc(ctx, 3, 3), 100);
    assert_int_equal(host.mallocs, 3);
    assert_int_equal(host.reallocs, 1);
    fov__free(ctx, p);
    fov_context_free(ctx);
    assert_int_equal(host.frees, 3);
}

static void churn(uint32_t i, void *user)
{
    void *kept = NULL;
    for (size_t round = 0; round < 200; round++) {
        void *p = fov__realloc(user, kept, (i * 37 + round * 13) % 500);
        assert_non_null(p);
        kept = p;
        if (round % 7 == 0) {
            fov__free(user, kept);
            kept = NULL;
        }
    }
    fov__free(user, kept);
}

static void alloc__counts_right_from_many_threads(void **state)
{
    fov__parallel(8, 64, churn, *state);
    assert_int_equal(live(*state), 0);
}

int suite_alloc(void)
{
    const struct CMUnitTest tests[] = {
        test_with_context(alloc__is_aligned_for_every_type),
        test_with_context(alloc__gives_zero_bytes_a_place_of_their_own),
        test_with_context(alloc__refuses_sizes_that_wrap),
        test_with_context(alloc__counts_what_lives),
        cmocka_unit_test(alloc__stops_at_the_limit_and_recovers),
        test_with_context(alloc__zeroes),
        test_with_context(alloc__copies_text),
        test_with_context(alloc__grows_an_array_and_keeps_it),
        cmocka_unit_test(alloc__uses_only_the_hosts_allocator),
        test_with_context(alloc__counts_right_from_many_threads),
    };
    return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
