/* SPDX-License-Identifier: MIT */
#include "suites.h"

static void buffer__is_a_string_from_the_start(void **state)
{
    struct fov_buf buf;
    fov__buf_init(&buf, *state, 10);
    assert_string_equal(buf.data, "");
    fov__buf_reset(&buf);
    fov__buf_free(&buf);
    fov__buf_free(&buf);
    assert_string_equal(buf.data, "");
}

static void buffer__holds_its_maximum_and_not_a_byte_more(void **state)
{
    for (size_t max = 0; max < 300; max++) {
        struct fov_buf buf;
        fov__buf_init(&buf, *state, max);
        for (size_t i = 0; i < max; i++)
            fov__buf_addc(&buf, 'x');
        assert_int_equal(buf.status, FOV_OK);
        assert_int_equal(buf.len, max);
        assert_int_equal(strlen(buf.data), max);
        fov__buf_addc(&buf, 'y');
        assert_int_equal(buf.status, FOV_E_LIMIT);
        assert_int_equal(buf.len, max);
        fov__buf_free(&buf);
    }
}

static void buffer__stays_failed(void **state)
{
    struct fov_buf buf;
    fov_error err;
    fov_bytes bytes = {(uint8_t *)&err, 1, NULL};
    fov__buf_init(&buf, *state, 5);
    fov__buf_adds(&buf, "abc");
    fov__buf_adds(&buf, "def");
    fov__buf_addc(&buf, 'g'); /* would fit, but what it follows is missing */
    assert_null(fov__buf_room(&buf, 1));
    assert_string_equal(buf.data, "abc");
    assert_int_equal(fov__buf_check(&buf, "here", &err), FOV_E_LIMIT);
    assert_string_equal(err.where, "here");
    assert_non_null(strstr(err.message, "5 bytes"));
    assert_int_equal(fov__buf_take(&buf, &bytes, &err), FOV_E_LIMIT);
    assert_null(bytes.data);
    fov__buf_reset(&buf);
    fov__buf_adds(&buf, "again");
    assert_string_equal(buf.data, "again");
    fov__buf_free(&buf);
}

static void buffer__formats_short_and_long(void **state)
{
    char expect[2048];
    struct fov_buf buf;
    fov__buf_init(&buf, *state, 100000);
    for (int width = 0; width < 1000; width += 51) {
        fov__buf_reset(&buf);
        fov__buf_addf(&buf, "<%*d>%s", width, 42, "tail");
        fov__format(expect, sizeof(expect), "<%*d>%s", width, 42, "tail");
        assert_string_equal(buf.data, expect);
    }
    fov__buf_free(&buf);
    fov__buf_init(&buf, *state, 300);
    fov__buf_addf(&buf, "%301d", 1);
    assert_int_equal(buf.status, FOV_E_LIMIT);
    assert_int_equal(buf.len, 0);
    fov__buf_free(&buf);
}

static void buffer__hands_over_its_bytes(void **state)
{
    struct fov_buf buf;
    fov_bytes bytes;
    fov__buf_init(&buf, *state, 100);
    fov__buf_add(&buf, "a\0b", 3);
    assert_int_equal(fov__buf_take(&buf, &bytes, NULL), FOV_OK);
    assert_int_equal(bytes.size, 3);
    assert_memory_equal(bytes.data, "a\0b", 4);
    assert_int_equal(buf.len, 0);
    fov__buf_adds(&buf, "next"); /* and can be used again */
    char *text = fov__buf_take_text(&buf);
    assert_string_equal(text, "next");
    assert_memory_equal(bytes.data, "a\0b", 4);
    fov__free(*state, text);
    fov_bytes_free(&bytes);
    fov_bytes_free(&bytes);
    fov_bytes_free(NULL);
    assert_null(bytes.data);
}

static void buffer__hands_over_nothing_as_an_empty_string(void **state)
{
    struct fov_buf buf;
    fov_bytes bytes;
    fov__buf_init(&buf, *state, 0);
    assert_int_equal(fov__buf_take(&buf, &bytes, NULL), FOV_OK);
    assert_non_null(bytes.data);
    assert_int_equal(bytes.size, 0);
    assert_int_equal(bytes.data[0], 0);
    fov_bytes_free(&bytes);
}

static void buffer__gives_room_to_fill(void **state)
{
    struct fov_buf buf;
    fov__buf_init(&buf, *state, SIZE_MAX);
    fov__buf_adds(&buf, "ab");
    memcpy(fov__buf_room(&buf, 1000), (char[1000]){'c', 'd'}, 1000);
    assert_int_equal(buf.len, 1002);
    assert_memory_equal(buf.data, "abcd", 5);
    assert_int_equal(buf.data[1002], 0);
    assert_null(fov__buf_room(&buf, SIZE_MAX - 10));
    assert_true(buf.status < 0);
    fov__buf_free(&buf);
}

static void buffer__obeys_the_contexts_limit(void **state)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    struct fov_buf buf;
    fov_error err;
    (void)state;
    opts.limits.memory_bytes = 4096;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    fov__buf_init(&buf, ctx, 1 << 20);
    for (int i = 0; i < 5000; i++)
        fov__buf_addc(&buf, 'x');
    assert_int_equal(fov__buf_check(&buf, "text", &err), FOV_E_MEMORY);
    assert_int_equal(err.status, FOV_E_MEMORY);
    assert_null(fov__buf_take_text(&buf));
    assert_int_equal(atomic_load(&ctx->live_bytes), 0);
    assert_null(fov__bytes_new(ctx, 5000).data);
    assert_null(fov__bytes_new(ctx, SIZE_MAX).data);
    fov_context_free(ctx);
}

int suite_buffer(void)
{
    const struct CMUnitTest tests[] = {
        test_with_context(buffer__is_a_string_from_the_start),
        test_with_context(buffer__holds_its_maximum_and_not_a_byte_more),
        test_with_context(buffer__stays_failed),
        test_with_context(buffer__formats_short_and_long),
        test_with_context(buffer__hands_over_its_bytes),
        test_with_context(buffer__hands_over_nothing_as_an_empty_string),
        test_with_context(buffer__gives_room_to_fill),
        cmocka_unit_test(buffer__obeys_the_contexts_limit),
    };
    return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
