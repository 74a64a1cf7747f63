/* SPDX-License-Identifier: MIT */
/* Base with each of its allocations failing in turn. */
#include "suites.h"

#include "torture/torture.h"

#include <unistd.h>

/* Each step has a context of its own and gives back what it made. */
#define STEP_BEGIN                                   \
    fov_context *ctx = NULL;                         \
    fov_status rc = torture_context_new(&ctx, user); \
    if (rc < 0)                                      \
        return rc;
#define STEP_END           \
    fov_context_free(ctx); \
    return rc;

static fov_status make_context(void *user)
{
    STEP_BEGIN
    fov_cancel *cancel = NULL;
    rc = fov_cancel_new(&cancel, ctx, NULL);
    fov_cancel_free(cancel);
    STEP_END
}

static const char document[] =
    "{\"name\":\"zoom\",\"box\":[1,2,3.5e2,{\"deep\":[null,true,\"\\u00e9\"]}],"
    "\"long\":0.00000000000000000000000000000000000000000000000000000000000000000000000000001,"
    "\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8}";

static fov_status check_json(void *user)
{
    STEP_BEGIN
    rc = fov__json_check(ctx, document, strlen(document), 32, 65536, NULL);
    STEP_END
}

static fov_status parse_json(void *user)
{
    STEP_BEGIN
    struct fov_json *doc = NULL;
    rc = fov__json_parse(&doc, ctx, document, strlen(document), 32, 65536, NULL);
    if ((rc == FOV_OK) != (doc != NULL))
        rc = FOV_E_INTERNAL;
    fov__json_free(doc);
    STEP_END
}

static fov_status write_json(void *user)
{
    STEP_BEGIN
    struct fov_buf buf;
    struct fov_jw jw;
    fov_bytes bytes;
    fov__buf_init(&buf, ctx, 100000);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    for (int i = 0; i < 100; i++)
        fov__jw_string(&jw, "key", "a text that makes the buffer grow");
    fov__jw_end_object(&jw);
    rc = fov__buf_take(&buf, &bytes, NULL);
    if (rc == FOV_OK && (bytes.size != 4201 || bytes.data[4200] != '}'))
        rc = FOV_E_INTERNAL;
    fov_bytes_free(&bytes);
    STEP_END
}

static fov_status take_texts(void *user)
{
    STEP_BEGIN
    struct fov_buf buf;
    fov__buf_init(&buf, ctx, 100);
    char *empty = fov__buf_take_text(&buf);
    fov__buf_addf(&buf, "%90d", 1);
    char *text = fov__buf_take_text(&buf);
    char *copy = fov__strdup(ctx, "copy"), *path = fov__path_join(ctx, "a", "b");
    fov_bytes bytes = fov__bytes_new(ctx, 10);
    if (empty == NULL || text == NULL || copy == NULL || path == NULL || bytes.data == NULL)
        rc = FOV_E_MEMORY;
    fov__free(ctx, empty);
    fov__free(ctx, text);
    fov__free(ctx, copy);
    fov__free(ctx, path);
    fov_bytes_free(&bytes);
    STEP_END
}

static fov_status hash_stream(void *user)
{
    STEP_BEGIN
    struct fov_sha256 *hash = NULL;
    char hex[FOV_SHA256_HEX];
    rc = fov__sha256_new(&hash, ctx, NULL);
    if (rc == FOV_OK) {
        fov__sha256_add(hash, "abc", 3);
        fov__sha256_end(hash, hex);
    }
    STEP_END
}

static fov_status write_and_read(void *user)
{
    STEP_BEGIN
    char path[64];
    fov_bytes bytes = {NULL, 0, NULL};
    fov__format(path, sizeof(path), "/tmp/fov-memory-%ld", (long)getpid());
    rc = fov__file_write(ctx, path, "text", 4, false, NULL);
    if (rc == FOV_OK)
        rc = fov__file_read(&bytes, ctx, path, 100, NULL);
    fov_bytes_free(&bytes);
    unlink(path);
    STEP_END
}

static fov_status miss_module(void *user)
{
    STEP_BEGIN
    fov_error err;
    if (fov__module_open(ctx, "absent", "x", &err) != NULL)
        rc = FOV_E_INTERNAL;
    else if (err.status != FOV_E_UNSUPPORTED)
        rc = err.status;
    STEP_END
}

static void *make_or_fail(fov_context *ctx, fov_error *err)
{
    fov_cancel *cancel = NULL;
    return fov_cancel_new(&cancel, ctx, err) == FOV_OK ? cancel : NULL;
}

static void drop(void *service)
{
    fov_cancel_free(service);
}

static fov_status ask_service(void *user)
{
    STEP_BEGIN
    fov_error err = {FOV_OK, 0, "", ""};
    if (fov__service(ctx, FOV__SLOT_OCR, make_or_fail, drop, &err) == NULL)
        rc = err.status;
    STEP_END
}

static void touch(uint32_t i, void *user)
{
    atomic_fetch_add((atomic_int *)user, (int)i);
}

static fov_status run_threads(void *user)
{
    STEP_BEGIN
    atomic_int sum;
    atomic_init(&sum, 0);
    fov__parallel(4, 10, touch, &sum);
    if (atomic_load(&sum) != 45)
        rc = FOV_E_INTERNAL;
    STEP_END
}

static void memory__runs_out_cleanly_everywhere(void **state)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    (void)state;
    opts.module_path = "/nowhere";
    assert_true(torture_run(make_context, &opts, "context", TORTURE_STRICT) >= 3);
    assert_true(torture_run(check_json, NULL, "json check", TORTURE_STRICT) >= 2);
    assert_true(torture_run(parse_json, NULL, "json parse", TORTURE_STRICT) >= 4);
    assert_true(torture_run(write_json, NULL, "json write", TORTURE_STRICT) >= 5);
    assert_true(torture_run(take_texts, NULL, "texts", TORTURE_STRICT) >= 6);
    assert_true(torture_run(hash_stream, NULL, "sha256", TORTURE_STRICT) >= 2);
    assert_true(torture_run(write_and_read, NULL, "files", TORTURE_STRICT) >= 3);
    /* Without memory for the list, the places are only left out of the message. */
    assert_true(torture_run(miss_module, &opts, "module", TORTURE_MAY_SUCCEED) >= 2);
    assert_true(torture_run(ask_service, NULL, "service", TORTURE_STRICT) >= 2);
    /* Fewer threads, the same result. */
    assert_true(torture_run(run_threads, NULL, "threads", TORTURE_MAY_SUCCEED) >= 1);
    if (!torture_is_whole())
        print_message("SKIPPED IN PART: cJSON's allocations are not failed with a sanitizer\n");
}

int suite_memory(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory__runs_out_cleanly_everywhere),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
