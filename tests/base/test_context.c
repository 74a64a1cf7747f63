/* SPDX-License-Identifier: MIT */
#include "suites.h"

static void context__refuses_wrong_options(void **state)
{
    const fov_allocator half = {NULL, NULL, NULL, NULL};
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_error err;
    (void)state;
    static const uint32_t sizes[] = {0, 1, sizeof(fov_context_opts) - 8,
                                     sizeof(fov_context_opts) + 8, UINT32_MAX};
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        fov_context *ctx = (fov_context *)&opts;
        opts.struct_size = sizes[i];
        assert_int_equal(fov_context_new(&ctx, &opts, &err), FOV_E_ARG);
        assert_string_equal(err.where, "context.struct_size");
        assert_null(ctx);
    }
    fov_context *ctx = NULL;
    fov_context_opts_init(&opts);
    opts.allocator = &half;
    assert_int_equal(fov_context_new(&ctx, &opts, &err), FOV_E_ARG);
    assert_string_equal(err.where, "context.allocator");
    fov_context_opts_init(&opts);
    opts.module_path = "";
    assert_int_equal(fov_context_new(&ctx, &opts, &err), FOV_E_ARG);
    assert_int_equal(fov_context_new(NULL, NULL, &err), FOV_E_ARG);
    fov_context_opts_init(NULL);
    fov_context_free(NULL);
}

static void context__fills_in_the_limits_that_the_header_promises(void **state)
{
    const fov_limits *limits = fov_context_limits(*state);
    assert_int_equal(limits->input_bytes, 67108864);
    assert_int_equal(limits->pixels, 200000000);
    assert_int_equal(limits->edge, 30000);
    assert_int_equal(limits->output_edge, 8192);
    assert_int_equal(limits->nodes, 4096);
    assert_int_equal(limits->json_depth, 32);
    assert_int_equal(limits->json_bytes, 65536);
    assert_int_equal(limits->reply_bytes, 33554432);
    assert_int_equal(limits->cache_bytes, 536870912);
    assert_int_equal(limits->memory_bytes, UINT64_C(4294967296));
    assert_int_equal(limits->op_ms, 10000);
    assert_int_equal(((fov_context *)*state)->threads, 1);
}

static void context__keeps_limits_and_copies_the_path(void **state)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    char path[] = "/modules";
    (void)state;
    opts.limits.pixels = 5;
    opts.threads = 3;
    opts.module_path = path;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    path[1] = '#';
    assert_string_equal(ctx->module_path, "/modules");
    assert_int_equal(ctx->threads, 3);
    assert_int_equal(fov_context_limits(ctx)->pixels, 5);
    assert_int_equal(fov_context_limits(ctx)->edge, 30000);
    fov_context_free(ctx);
}

static void context__says_its_version(void **state)
{
    char text[32];
    (void)state;
    fov__format(text, sizeof(text), "%d.%d.%d", FOV_VERSION_MAJOR, FOV_VERSION_MINOR,
                FOV_VERSION_PATCH);
    assert_string_equal(fov_version(), text);
    assert_string_equal(FOV_VERSION_STRING, text);
}

/* Services note when they are freed, in a place of the test's own. */
static int freed[8];
static int freed_count;
static atomic_int made_count;
static const int slot_names[] = {0, 1, 2};

static void *make_service(fov_context *ctx, fov_error *err)
{
    (void)ctx;
    (void)err;
    return (void *)(uintptr_t)&slot_names[atomic_fetch_add(&made_count, 1)];
}

static void *make_nothing(fov_context *ctx, fov_error *err)
{
    (void)ctx;
    fov__fail(err, FOV_E_UNSUPPORTED, 0, "service", "there is none");
    return NULL;
}

static void free_service(void *service)
{
    freed[freed_count++] = *(const int *)service;
}

static void *make_both(fov_context *ctx, fov_error *err)
{
    if (fov__service(ctx, FOV__SLOT_OCR, make_service, free_service, err) == NULL)
        return NULL;
    return make_service(ctx, err);
}

static void context__frees_services_last_slot_first(void **state)
{
    fov_context *ctx = NULL;
    fov_error err;
    (void)state;
    atomic_store(&made_count, 0);
    freed_count = 0;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    assert_null(fov__service(ctx, FOV__SLOT_VIPS, make_nothing, free_service, &err));
    assert_int_equal(err.status, FOV_E_UNSUPPORTED);
    /* Made in the order 1: OCR, 2: pixel cache (which asked for it), 3: vips. */
    void *cache = fov__service(ctx, FOV__SLOT_PIXEL_CACHE, make_both, free_service, &err);
    void *vips = fov__service(ctx, FOV__SLOT_VIPS, make_service, free_service, &err);
    assert_ptr_equal(cache, &slot_names[1]);
    assert_ptr_equal(vips, &slot_names[2]);
    assert_ptr_equal(fov__service(ctx, FOV__SLOT_VIPS, make_nothing, free_service, &err), vips);
    fov_context_free(ctx);
    assert_int_equal(freed_count, 3);
    assert_int_equal(freed[0], 0);
    assert_int_equal(freed[1], 2);
    assert_int_equal(freed[2], 1);
}

static void ask(uint32_t i, void *user)
{
    (void)i;
    assert_ptr_equal(fov__service(user, FOV__SLOT_VIPS, make_service, free_service, NULL),
                     &slot_names[0]);
}

static void context__makes_a_service_once_for_all_threads(void **state)
{
    atomic_store(&made_count, 0);
    freed_count = 0;
    fov__parallel(8, 1000, ask, *state);
    assert_int_equal(atomic_load(&made_count), 1);
}

struct logged {
    int level, count;
    char line[600];
};

static void log_line(int level, const char *line, void *user)
{
    struct logged *logged = user;
    logged->level = level;
    logged->count++;
    fov__format(logged->line, sizeof(logged->line), "%s", line);
}

static void context__logs_one_plain_line(void **state)
{
    struct logged logged = {0, 0, ""};
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    (void)state;
    opts.log = log_line;
    opts.log_user = &logged;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    fov__log(ctx, FOV_LOG_INFO, "a\nb\x1b[31m %s", "\xff");
    assert_string_equal(logged.line, "a?b?[31m ?");
    assert_int_equal(logged.level, FOV_LOG_INFO);
    fov__log(ctx, FOV_LOG_DEBUG, "%2000d", 1);
    assert_int_equal(strlen(logged.line), 511);
    logged.count = 0;
    fov_context_free(ctx);
    assert_int_equal(logged.count, 0); /* nothing was left */
}

static void context__warns_of_what_outlives_it(void **state)
{
    struct logged logged = {0, 0, ""};
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    (void)state;
    opts.log = log_line;
    opts.log_user = &logged;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    atomic_fetch_add(&ctx->live_bytes, 123); /* as a block that was not freed does */
    fov_context_free(ctx);
    assert_int_equal(logged.count, 1);
    assert_int_equal(logged.level, FOV_LOG_WARNING);
    assert_non_null(strstr(logged.line, "123 bytes"));
}

static void cancel__is_a_flag(void **state)
{
    fov_cancel *cancel = NULL;
    fov_error err;
    assert_int_equal(fov_cancel_new(&cancel, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_cancel_new(NULL, *state, &err), FOV_E_ARG);
    assert_int_equal(fov_cancel_new(&cancel, *state, &err), FOV_OK);
    assert_int_equal(fov_cancel_is_set(cancel), 0);
    fov_cancel_set(cancel);
    assert_int_equal(fov_cancel_is_set(cancel), 1);
    fov_cancel_reset(cancel);
    assert_int_equal(fov_cancel_is_set(cancel), 0);
    fov_cancel_free(cancel);
    fov_cancel_free(NULL);
    fov_cancel_set(NULL);
    fov_cancel_reset(NULL);
    assert_int_equal(fov_cancel_is_set(NULL), 0);
}

int suite_context(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context__refuses_wrong_options),
        test_with_context(context__fills_in_the_limits_that_the_header_promises),
        cmocka_unit_test(context__keeps_limits_and_copies_the_path),
        cmocka_unit_test(context__says_its_version),
        cmocka_unit_test(context__frees_services_last_slot_first),
        test_with_context(context__makes_a_service_once_for_all_threads),
        cmocka_unit_test(context__logs_one_plain_line),
        cmocka_unit_test(context__warns_of_what_outlives_it),
        test_with_context(cancel__is_a_flag),
    };
    return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
