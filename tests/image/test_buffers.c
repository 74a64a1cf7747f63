/* SPDX-License-Identifier: MIT */
/* Large blocks are used again, within stated bounds, and never in the way of the limits. */
#include "image/picture.h"

enum { MIB = 1024 * 1024 };

static fov_context *context_of(uint64_t memory, uint64_t cache)
{
    fov_context *ctx = NULL;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    opts.limits.memory_bytes = memory;
    opts.limits.cache_bytes = cache;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

/* Under sanitizers nothing is kept, so that they see a use after free. */
static bool is_keeping(void)
{
    fov_context *ctx = context_of(0, 0);
    struct fov_buffers_stats stats;
    fov__buffer_free(ctx, fov__buffer_new(ctx, MIB));
    fov__buffers_get_stats(ctx, &stats);
    fov_context_free(ctx);
    return stats.kept > 0;
}

static void block__is_used_again_by_who_needs_as_much(void **state)
{
    (void)state;
    if (!is_keeping())
        skip();
    fov_context *ctx = context_of(0, 0);
    struct fov_buffers_stats stats;
    void *first = fov__buffer_new(ctx, 4 * MIB);
    assert_non_null(first);
    assert_int_equal((uintptr_t)first % 64, 0);
    fov__buffer_free(ctx, first);
    void *second = fov__buffer_new(ctx, 4 * MIB - 5000);
    assert_ptr_equal(first, second);
    fov__buffers_get_stats(ctx, &stats);
    assert_int_equal(stats.hits, 1);
    assert_int_equal(stats.kept, 0);
    assert_int_equal(stats.in_use, 4 * MIB);
    fov__buffer_free(ctx, second);
    /* Much smaller is another block, and small ones are not kept at all. */
    void *third = fov__buffer_new(ctx, MIB);
    assert_ptr_not_equal(first, third);
    fov__buffer_free(ctx, third);
    fov__buffer_free(ctx, fov__buffer_new(ctx, 1000));
    fov__buffer_free(ctx, NULL);
    fov__buffers_get_stats(ctx, &stats);
    assert_int_equal(stats.hits, 1);
    assert_int_equal(stats.in_use, 0);
    fov_context_free(ctx);
}

/* What is in use and what is kept never pass the most that was in use, nor is more kept than an
 * eighth of the cache. */
static void pool__holds_no_more_than_was_in_use(void **state)
{
    (void)state;
    if (!is_keeping())
        skip();
    fov_context *ctx = context_of(0, 80 * MIB);
    uint32_t seed = 4;
    void *held[6] = {NULL};
    uint64_t most = 0;
    for (int i = 0; i < 3000; i++) {
        const size_t k = picture_random(&seed) % FOV_COUNT(held);
        struct fov_buffers_stats stats;
        fov__buffer_free(ctx, held[k]);
        fov__buffers_get_stats(ctx, &stats);
        assert_true(stats.kept + stats.in_use <= most);
        held[k] = picture_random(&seed) % 3 == 0
                      ? NULL
                      : fov__buffer_new(ctx, 65536 + picture_random(&seed) % (6 * MIB));
        fov__buffers_get_stats(ctx, &stats);
        most = most > stats.in_use ? most : stats.in_use;
        assert_true(stats.kept + stats.in_use <= most);
        assert_true(stats.kept <= 10 * MIB);
        assert_true(atomic_load(&ctx->live_bytes) <= most + 65536);
    }
    for (size_t k = 0; k < FOV_COUNT(held); k++)
        fov__buffer_free(ctx, held[k]);
    fov_context_free(ctx);
}

/* Whoever allocates, and whatever. */
static void kept__is_given_back_before_an_allocation_fails(void **state)
{
    (void)state;
    fov_context *ctx = context_of(8 * MIB, 80 * MIB);
    for (int i = 0; i < 3; i++) {
        fov__buffer_free(ctx, fov__buffer_new(ctx, 5 * MIB));
        void *plain = fov__alloc(ctx, 6 * MIB);
        assert_non_null(plain);
        assert_null(fov__buffer_new(ctx, 5 * MIB));
        struct fov_buffers_stats stats;
        fov__buffers_get_stats(ctx, &stats);
        assert_int_equal(stats.in_use, 0);
        fov__free(ctx, plain);
        fov__buffer_free(ctx, fov__buffer_new(ctx, 5 * MIB));
        void *grown = fov__alloc(ctx, 100);
        assert_non_null(grown);
        void *moved = fov__realloc(ctx, grown, 7 * MIB);
        assert_non_null(moved);
        fov__free(ctx, moved);
        void *other = fov__buffer_new(ctx, 7 * MIB);
        assert_non_null(other);
        fov__buffer_free(ctx, other);
    }
    assert_null(fov__buffer_new(ctx, SIZE_MAX - 100));
    fov_context_free(ctx);
}

struct crowd {
    fov_context *ctx;
    atomic_int mixed;
};

static void use_some(uint32_t i, void *user)
{
    struct crowd *crowd = user;
    uint32_t seed = i;
    for (int round = 0; round < 60; round++) {
        const size_t size = 65536 + picture_random(&seed) % (MIB / 2);
        uint8_t *mine = fov__buffer_new(crowd->ctx, size);
        if (mine == NULL)
            continue;
        memset(mine, (int)i, size);
        for (size_t at = 0; at < size; at += 4096) {
            if (mine[at] != (uint8_t)i)
                atomic_fetch_add(&crowd->mixed, 1);
        }
        fov__buffer_free(crowd->ctx, mine);
    }
}

static void threads__never_share_a_block(void **state)
{
    (void)state;
    /* Too little for all of them, so that blocks are given back under way. */
    struct crowd crowd = {context_of(2 * MIB, 0), 0};
    fov__parallel(4, 40, use_some, &crowd);
    assert_int_equal(atomic_load(&crowd.mixed), 0);
    fov_context_free(crowd.ctx);
}

/* Pixels that live in the cache come back when the context ends. */
static void context__frees_all(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    const struct bytes file =
        picture_png((struct png_look){.width = 300, .height = 200, .colour = 2, .bits = 8});
    fov_image *image = picture_open(ctx, file, false);
    struct fov_level level = picture_level(image, 1);
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    fov_context_free(ctx); /* the leak checker has the last word */
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block__is_used_again_by_who_needs_as_much),
        cmocka_unit_test(pool__holds_no_more_than_was_in_use),
        cmocka_unit_test(kept__is_given_back_before_an_allocation_fails),
        cmocka_unit_test(threads__never_share_a_block),
        cmocka_unit_test(context__frees_all),
    };
    return cmocka_run_group_tests_name("image_buffers", tests, NULL, NULL);
}
