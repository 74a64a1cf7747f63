/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <math.h>

static void write__places_commas_and_colons(void **state)
{
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, *state, 1000);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__jw_string(&jw, "s", "x");
    fov__jw_array(&jw, "a");
    fov__jw_number(&jw, NULL, 0.5);
    fov__jw_int(&jw, NULL, INT64_MIN);
    fov__jw_bool(&jw, NULL, true);
    fov__jw_null(&jw, NULL);
    fov__jw_object(&jw, NULL);
    fov__jw_end_object(&jw);
    fov__jw_array(&jw, NULL);
    fov__jw_end_array(&jw);
    fov__jw_raw(&jw, NULL, "{ \"raw\" : 1 }", 13);
    fov__jw_end_array(&jw);
    fov__jw_string(&jw, "n", NULL);
    fov__jw_string_n(&jw, "k\"", "a\0b", 3);
    fov__jw_end_object(&jw);
    assert_string_equal(buf.data, "{\"s\":\"x\",\"a\":[0.5,-9223372036854775808,true,null,{},[],"
                                  "{ \"raw\" : 1 }],\"n\":null,\"k\\\"\":\"a\\u0000b\"}");
    assert_int_equal(fov__json_check(*state, buf.data, buf.len, 8, 1000, NULL), FOV_OK);
    fov__buf_free(&buf);
}

static void write__escapes_only_what_must_be(void **state)
{
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, *state, 1000);
    fov__jw_init(&jw, &buf);
    fov__jw_string(&jw, NULL, "\x01\x1f\b\f\n\r\t\"\\/\x7f\xc3\xa9\xf0\x9f\x98\x80</");
    assert_string_equal(buf.data, "\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\x7f\xc3\xa9\xf0\x9f\x98"
                                  "\x80</\"");
    fov__buf_free(&buf);
}

static void write__is_utf_8_whatever_it_gets(void **state)
{
    uint64_t seed = 4;
    for (int i = 0; i < 20000; i++) {
        struct fov_buf buf;
        struct fov_jw jw;
        char bytes[24];
        for (size_t j = 0; j < sizeof(bytes); j++)
            bytes[j] = (char)(suite_random(&seed) >> 50);
        fov__buf_init(&buf, *state, 1000);
        fov__jw_init(&jw, &buf);
        fov__jw_string_n(&jw, NULL, bytes, suite_random(&seed) % sizeof(bytes));
        assert_int_equal(fov__json_check(*state, buf.data, buf.len, 1, 1000, NULL), FOV_OK);
        fov__buf_free(&buf);
    }
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, *state, 1000);
    fov__jw_init(&jw, &buf);
    fov__jw_string(&jw, NULL, "a\xe9z");
    assert_string_equal(buf.data, "\"a\xef\xbf\xbdz\"");
    fov__buf_free(&buf);
}

static void write__reprints_a_document(void **state)
{
    static const char text[] = " {\"z\": [1, 2.50, -0, 1e3, 1e400000000e]} ";
    static const char good[] = " {\"z\": [1, 2.50, -0, 1e3], \"a\" : {\"q\\u0041\":\"\\u00e9\\n\"},"
                               "\"t\":true,\"f\":false,\"n\":null, \"e\":{}, \"l\":[] } ";
    struct fov_json *doc = NULL;
    struct fov_buf buf;
    struct fov_jw jw;
    assert_true(fov__json_parse(&doc, *state, text, strlen(text), 8, 1000, NULL) < 0);
    assert_int_equal(fov__json_parse(&doc, *state, good, strlen(good), 8, 1000, NULL), FOV_OK);
    fov__buf_init(&buf, *state, 1000);
    fov__jw_init(&jw, &buf);
    fov__jw_value(&jw, NULL, fov__json_root(doc));
    assert_string_equal(buf.data, "{\"z\":[1,2.5,-0,1000],\"a\":{\"qA\":\"\xc3\xa9\\n\"},"
                                  "\"t\":true,\"f\":false,\"n\":null,\"e\":{},\"l\":[]}");
    fov__buf_free(&buf);
    fov__json_free(doc);
}

static void write__never_writes_nan(void **state)
{
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, *state, 1000);
    fov__jw_init(&jw, &buf);
    fov__jw_array(&jw, NULL);
    fov__jw_number(&jw, NULL, (double)NAN);
    fov__jw_number(&jw, NULL, HUGE_VAL);
    fov__jw_number(&jw, NULL, -HUGE_VAL);
    fov__jw_end_array(&jw);
    assert_string_equal(buf.data, "[null,null,null]");
    fov__buf_free(&buf);
}

static void write__stops_at_its_depth(void **state)
{
    struct fov_buf buf;
    struct fov_jw jw;
    for (int depth = 60; depth < 70; depth++) {
        fov__buf_init(&buf, *state, 1000);
        fov__jw_init(&jw, &buf);
        for (int i = 0; i < depth; i++)
            fov__jw_array(&jw, NULL);
        for (int i = 0; i < depth; i++)
            fov__jw_end_array(&jw);
        assert_int_equal(buf.status, depth < 64 ? FOV_OK : FOV_E_LIMIT);
        if (depth < 64)
            assert_int_equal(buf.len, 2 * depth);
        fov__buf_free(&buf);
    }
}

int suite_json_write(void)
{
    const struct CMUnitTest tests[] = {
        test_with_context(write__places_commas_and_colons),
        test_with_context(write__escapes_only_what_must_be),
        test_with_context(write__is_utf_8_whatever_it_gets),
        test_with_context(write__reprints_a_document),
        test_with_context(write__never_writes_nan),
        test_with_context(write__stops_at_its_depth),
    };
    return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
