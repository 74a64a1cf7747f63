/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>

static fov_status check(fov_context *ctx, const char *text, fov_error *err)
{
    return fov__json_check(ctx, text, strlen(text), 32, 65536, err);
}

static void scan__says_what_is_wrong_and_where(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "the text ends where a value must stand at byte 0"},
        {"[1,]", "something that no value begins with at byte 3"},
        {"[1 2]", "neither a comma nor ] behind an element at byte 3"},
        {"{\"a\" 1}", "a key without a colon behind it at byte 5"},
        {"{a:1}", "something other than a key in quotes at byte 1"},
        {"{\"a\":1,}", "something other than a key in quotes at byte 7"},
        {"[1", "an array that does not end at byte 2"},
        {"{\"a\":1", "an object that does not end at byte 6"},
        {"\"abc", "a string that does not end at byte 0"},
        {"\"a\nb\"", "a control character that must be escaped in a string at byte 2"},
        {"\"\\x41\"", "an escape that JSON does not have at byte 1"},
        {"\"\\u12g4\"", "\\u without four hexadecimal digits at byte 1"},
        {"\"\\ud800\"", "half of a surrogate pair stands alone at byte 1"},
        {"\"\\ud800\\u0041\"", "half of a surrogate pair stands alone at byte 1"},
        {"\"\\ude00\\ud83d\"", "half of a surrogate pair stands alone at byte 1"},
        {"\"\xff\"", "a byte that is not UTF-8 at byte 1"},
        {"\"\xc0\xaf\"", "a byte that is not UTF-8 at byte 1"},
        {"\"\xed\xa0\x80\"", "a byte that is not UTF-8 at byte 1"},
        {"\"\xf4\x90\x80\x80\"", "a byte that is not UTF-8 at byte 1"},
        {"01", "a number with a leading zero at byte 0"},
        {"-", "a minus without a number at byte 0"},
        {"1.", "a number without digits behind its point at byte 0"},
        {"1e+", "a number without digits in its exponent at byte 0"},
        {"nul", "a word that is not true, false or null at byte 0"},
        {"true false", "something behind the end of the value at byte 5"},
        {"\xef\xbb\xbf{}", "something that no value begins with at byte 0"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "a key that its object has already at byte 13"},
        {"{\"a\":1,\"\\u0061\":3}", "a key that its object has already at byte 7"},
        {"{\"\xc3\xa9\":1,\"\\u00E9\":3}", "a key that its object has already at byte 8"},
        {"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":3}",
         "a key that its object has already at byte 18"},
        {"[{\"x\":{\"y\":1,\"y\":2}}]", "a key that its object has already at byte 13"},
        {"{\"a/\":1,\"a\\/\":1}", "a key that its object has already at byte 8"},
    };
    for (size_t i = 0; i < FOV_COUNT(wrong); i++) {
        fov_error err;
        assert_int_equal(check(*state, wrong[i].text, &err), FOV_E_ARG);
        assert_string_equal(err.where, "json");
        if (strcmp(err.message, wrong[i].says) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", wrong[i].text, err.message, wrong[i].says);
    }
}

static void scan__takes_the_same_name_in_other_objects(void **state)
{
    static const char *const right[] = {
        "{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}",
        "{\"a\":1,\"A\":2,\"a \":3,\"\":4,\"\\u0000\":5,\"\\u0000a\":6}",
        " \t\r\n[ ] ",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\uD83D\\uDE00\\u0000\"",
        "-0.0e-0",
    };
    fov_error err;
    for (size_t i = 0; i < FOV_COUNT(right); i++) {
        if (check(*state, right[i], &err) != FOV_OK)
            fail_msg("%s: %s", right[i], err.message);
        assert_int_equal(err.status, FOV_OK);
    }
}

static void scan__counts_depth_and_size(void **state)
{
    char text[3000];
    fov_error err;
    for (uint32_t depth = 0; depth < 40; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        text[2 * depth] = '\0';
        const char *value = depth == 0 ? "7" : text;
        for (uint32_t limit = 0; limit < 40; limit++) {
            const fov_status rc = fov__json_check(*state, value, strlen(value), limit, 100, &err);
            assert_int_equal(rc, depth <= limit ? FOV_OK : FOV_E_LIMIT);
        }
    }
    memset(text, '[', 1400);
    memset(text + 1400, ']', 1400);
    /* Whatever the caller allows: recursion has an end. */
    assert_int_equal(fov__json_check(*state, text, 2800, UINT32_MAX, 10000, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "deeper than 1000"));
    assert_int_equal(fov__json_check(*state, "[1]", 3, 32, 3, &err), FOV_OK);
    assert_int_equal(fov__json_check(*state, "[1]", 3, 32, 2, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "3 bytes of JSON where at most 2"));
    assert_int_equal(fov__json_check(*state, NULL, 0, 32, 2, &err), FOV_E_ARG);
}

/* A megabyte of keys must not cost their square: quadratic, this would be 2^34 comparisons. */
static void scan__finds_a_duplicate_among_very_many(void **state)
{
    struct fov_buf buf;
    fov_error err;
    fov__buf_init(&buf, *state, 8 << 20);
    fov__buf_addc(&buf, '{');
    for (int i = 0; i < 131072; i++)
        fov__buf_addf(&buf, "\"k%d\":%d,", i, i);
    const size_t len = buf.len;
    const uint64_t start = fov__clock_ms();
    fov__buf_adds(&buf, "\"last\":0}");
    assert_int_equal(fov__json_check(*state, buf.data, buf.len, 2, 8 << 20, &err), FOV_OK);
    const uint64_t took = fov__clock_ms() - start;
    print_message("131073 keys, %zu bytes: %llu ms\n", buf.len, (unsigned long long)took);
    assert_in_range(took, 0, 5000);
    memcpy(buf.data + len, "\"k777\":0}", 9);
    assert_int_equal(fov__json_check(*state, buf.data, buf.len, 2, 8 << 20, &err), FOV_E_ARG);
    char says[64];
    fov__format(says, sizeof(says), "a key that its object has already at byte %zu", len);
    assert_string_equal(err.message, says);
    fov__buf_free(&buf);
}

static void assert_raw(const char *text, const char *const *path, const char *want)
{
    const struct fov_span span = fov__json_raw(text, strlen(text), path);
    if (want == NULL) {
        assert_null(span.data);
        assert_int_equal(span.len, 0);
        return;
    }
    assert_non_null(span.data);
    assert_in_range(span.data - text, 0, strlen(text));
    if (span.len != strlen(want) || memcmp(span.data, want, span.len) != 0)
        fail_msg("\"%.*s\" is not \"%s\"", (int)span.len, span.data, want);
}

#define PATH(...) ((const char *const[]){__VA_ARGS__, NULL})

static void raw__gives_the_bytes_of_a_value(void **state)
{
    static const char text[] = " { \"a\\u0062\" : [ 1.50 , { \"x\" : \"}]\\\"\\\\\" , \"y\":{ "
                               "\"z\" : null } } , [ ] ,-2e3 ]"
                               " , \"e\\u00e9\" : {} ,\"s\":\"q\" } \n";
    (void)state;
    assert_raw(text, PATH("ab", "0"), "1.50");
    assert_raw(text, PATH("ab", "1"), "{ \"x\" : \"}]\\\"\\\\\" , \"y\":{ \"z\" : null } }");
    assert_raw(text, PATH("ab", "1", "x"), "\"}]\\\"\\\\\"");
    assert_raw(text, PATH("ab", "1", "y", "z"), "null");
    assert_raw(text, PATH("ab", "2"), "[ ]");
    assert_raw(text, PATH("ab", "3"), "-2e3");
    assert_raw(text, PATH("e\xc3\xa9"), "{}");
    assert_raw(text, PATH("s"), "\"q\"");
    assert_raw(text, PATH("ab", "4"), NULL);
    assert_raw(text, PATH("ab", "2", "0"), NULL);
    assert_raw(text, PATH("ab", "x"), NULL);
    assert_raw(text, PATH("ab", "-1"), NULL);
    assert_raw(text, PATH("ab", ""), NULL);
    assert_raw(text, PATH("ab", "99999999999999999999999"), NULL);
    assert_raw(text, PATH("a"), NULL);
    assert_raw(text, PATH("ab "), NULL);
    assert_raw(text, PATH("s", "q"), NULL);
    assert_raw(text, PATH("s", "0"), NULL);
    static const char *const root[] = {NULL};
    assert_raw(" \n[1, 2]\t", root, "[1, 2]");
    assert_raw("17 ", root, "17");
    assert_raw("\"a b\" ", root, "\"a b\"");
}

/* What raw() cuts out parses to what the tree holds, for every value of every right file. */
static size_t compare(fov_context *ctx, const char *text, size_t len, const fov_json_value *value,
                      const char **path, size_t depth)
{
    struct fov_buf a, b;
    struct fov_jw jw;
    struct fov_json *doc = NULL;
    char index[8];
    size_t seen = 1, i = 0;
    path[depth] = NULL;
    const struct fov_span span = fov__json_raw(text, len, path);
    assert_non_null(span.data);
    assert_int_equal(fov__json_parse(&doc, ctx, span.data, span.len, 32, 65536, NULL), FOV_OK);
    fov__buf_init(&a, ctx, 1 << 20);
    fov__buf_init(&b, ctx, 1 << 20);
    fov__jw_init(&jw, &a);
    fov__jw_value(&jw, NULL, value);
    fov__jw_init(&jw, &b);
    fov__jw_value(&jw, NULL, fov__json_root(doc));
    assert_string_equal(a.data, b.data);
    fov__buf_free(&a);
    fov__buf_free(&b);
    fov__json_free(doc);
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v)) {
        fov__format(index, sizeof(index), "%zu", i++);
        path[depth] = fov__json_type(value) == FOV_JSON_OBJECT ? fov__json_key(v) : index;
        seen += compare(ctx, text, len, v, path, depth + 1);
    }
    return seen;
}

static void raw__agrees_with_the_tree(void **state)
{
    static const char *const files[] = {
        "y_array_heterogeneous.json",
        "y_object_long_strings.json",
        "y_object_with_newlines.json",
        "y_object_extreme_numbers.json",
        "y_object_string_unicode.json",
        "y_string_utf8.json",
        "y_array_arraysWithSpaces.json",
        "y_string_allowed_escapes.json",
        "y_string_accepted_surrogate_pairs.json",
        "y_object_empty_key.json",
    };
    size_t seen = 0;
    for (size_t i = 0; i < FOV_COUNT(files); i++) {
        const char *path[40];
        struct fov_json *doc = NULL;
        fov_bytes bytes;
        char *name = fov__path_join(*state, FOV_TESTDATA "/json", files[i]);
        assert_int_equal(fov__file_read(&bytes, *state, name, 1 << 20, NULL), FOV_OK);
        fov__free(*state, name);
        const char *text = (const char *)bytes.data;
        assert_int_equal(fov__json_parse(&doc, *state, text, bytes.size, 32, 65536, NULL), FOV_OK);
        seen += compare(*state, text, bytes.size, fov__json_root(doc), path, 0);
        fov__json_free(doc);
        fov_bytes_free(&bytes);
    }
    assert_int_equal(seen, 27);
}

/* Right texts with a byte changed, cut or put in: no crash, no read past the end (ASan), the same
 * verdict twice, and what the check takes cJSON takes too. */
static void scan__survives_damage(void **state)
{
    static const char *const seeds[] = {
        "{\"a\":[1,2.5e-3,{\"b\":\"\\u00e9\\ud83d\\ude00\xc3\xa9\"}],\"c\":null,\"d\":true}",
        "[[],{},\"\",-0,\"\\\\\",[[[\"x\"]]],{\"k\":{\"k\":{}}}]",
    };
    uint64_t seed = 77;
    int good = 0;
    for (int i = 0; i < 200000; i++) {
        static const char alphabet[] = "[]{}\",:\\u0e-+.1tfn d8\xc3\xa9\xff\0\n";
        const char *from = seeds[i % 2];
        size_t len = strlen(from);
        char work[128];
        memcpy(work, from, len);
        for (uint64_t n = suite_random(&seed) % 3 + 1; n > 0; n--) {
            const size_t at = suite_random(&seed) % len;
            if (suite_random(&seed) % 4 == 0)
                len = len > 1 ? at + 1 : 1;
            work[at] = alphabet[suite_random(&seed) % sizeof(alphabet)];
        }
        char *exact = malloc(len);
        memcpy(exact, work, len);
        struct fov_json *doc = NULL;
        const fov_status rc = fov__json_check(*state, exact, len, 32, 65536, NULL);
        fov_error err;
        const fov_status parse = fov__json_parse(&doc, *state, exact, len, 32, 65536, &err);
        if (rc != parse && strstr(err.message, "\\u0000") == NULL &&
            strstr(err.message, "too large") == NULL)
            fail_msg("check says %d, parse %d: %.*s", rc, parse, (int)len, exact);
        good += rc == FOV_OK;
        fov__json_free(doc);
        free(exact);
    }
    assert_in_range(good, 1000, 199000);
}

int suite_json_scan(void)
{
    const struct CMUnitTest tests[] = {
        test_with_context(scan__says_what_is_wrong_and_where),
        test_with_context(scan__takes_the_same_name_in_other_objects),
        test_with_context(scan__counts_depth_and_size),
        test_with_context(scan__finds_a_duplicate_among_very_many),
        cmocka_unit_test(raw__gives_the_bytes_of_a_value),
        test_with_context(raw__agrees_with_the_tree),
        test_with_context(scan__survives_damage),
    };
    return cmocka_run_group_tests_name("json_scan", tests, NULL, NULL);
}
