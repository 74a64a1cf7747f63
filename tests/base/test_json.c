/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>

/* JSONTestSuite's i_ files may be read or refused, but always the same. Ours are read where the
 * value can be held; what is not UTF-8 or half a surrogate pair is refused, and so is a number that
 * no double can hold. */
static const char *const taken[] = {
    "i_number_double_huge_neg_exp.json",   "i_number_real_underflow.json",
    "i_number_too_big_neg_int.json",       "i_number_too_big_pos_int.json",
    "i_number_very_big_negative_int.json", "i_structure_500_nested_arrays.json",
};

/* These are JSON, and refused all the same: a key that is there twice means two things, and a NUL
 * would cut a C string. */
static const char *const refused[] = {
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
    "y_object_escaped_null_in_key.json",
    "y_string_null_escape.json",
};

static bool is_in(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

static void check_file(fov_context *ctx, const char *name, int counts[3])
{
    struct fov_json *doc = NULL;
    fov_bytes bytes;
    fov_error err;
    char *path = fov__path_join(ctx, FOV_TESTDATA "/json", name);
    assert_int_equal(fov__file_read(&bytes, ctx, path, 1 << 20, &err), FOV_OK);
    fov__free(ctx, path);
    const bool right = name[0] == 'y' ? !is_in(name, refused, FOV_COUNT(refused))
                                      : is_in(name, taken, FOV_COUNT(taken));
    const fov_status rc =
        fov__json_parse(&doc, ctx, (char *)bytes.data, bytes.size, 1000, 1 << 20, &err);
    if ((rc == FOV_OK) != right)
        fail_msg("%s: %s \"%s\"", name, fov_status_name(rc), err.message);
    if (rc < 0) {
        assert_null(doc);
        assert_string_not_equal(err.message, "");
        assert_int_equal(err.status, rc);
    } else {
        assert_non_null(fov__json_root(doc));
    }
    counts[name[0] == 'y' ? 0 : name[0] == 'n' ? 1 : 2]++;
    fov__json_free(doc);
    fov_bytes_free(&bytes);
}

static void json__agrees_with_jsontestsuite(void **state)
{
    int counts[3] = {0, 0, 0};
    DIR *dir = opendir(FOV_TESTDATA "/json");
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        const size_t len = strlen(e->d_name);
        if (len > 5 && strcmp(e->d_name + len - 5, ".json") == 0)
            check_file(*state, e->d_name, counts);
    }
    closedir(dir);
    print_message("JSONTestSuite: %d y_, %d n_, %d i_\n", counts[0], counts[1], counts[2]);
    assert_int_equal(counts[0], 95);
    assert_int_equal(counts[1], 188);
    assert_int_equal(counts[2], 35);
}

static struct fov_json *parsed(fov_context *ctx, const char *text)
{
    struct fov_json *doc = NULL;
    fov_error err;
    if (fov__json_parse(&doc, ctx, text, strlen(text), 32, 65536, &err) < 0)
        fail_msg("%s: %s", text, err.message);
    return doc;
}

static void json__gives_values_their_types(void **state)
{
    static const char *const names[] = {"null",     "true or false", "a number",
                                        "a string", "an array",      "an object"};
    struct fov_json *doc = parsed(*state, "[null,true,-1.5,\"s\",[1,2],{\"a\":1}]");
    const fov_json_value *v = fov__json_child(fov__json_root(doc));
    bool truth = false;
    double number = 0;
    for (int i = 0; i < 6; i++, v = fov__json_next(v)) {
        assert_non_null(v);
        assert_int_equal(fov__json_type(v), i);
        assert_string_equal(fov__json_type_name(v), names[i]);
        assert_int_equal(fov__json_bool(v, &truth), i == FOV_JSON_BOOL);
        assert_int_equal(fov__json_number(v, &number), i == FOV_JSON_NUMBER);
        assert_int_equal(fov__json_string(v) != NULL, i == FOV_JSON_STRING);
        assert_int_equal(fov__json_count(v), i == FOV_JSON_ARRAY ? 2 : i == FOV_JSON_OBJECT);
    }
    assert_null(v);
    assert_true(truth && number == -1.5);
    fov__json_free(doc);
}

static void json__takes_absent_values_for_null(void **state)
{
    bool truth;
    double number;
    (void)state;
    assert_int_equal(fov__json_type(NULL), FOV_JSON_NULL);
    assert_string_equal(fov__json_type_name(NULL), "null");
    assert_null(fov__json_get(NULL, "a"));
    assert_null(fov__json_child(NULL));
    assert_null(fov__json_next(NULL));
    assert_null(fov__json_key(NULL));
    assert_null(fov__json_string(NULL));
    assert_false(fov__json_number(NULL, &number));
    assert_false(fov__json_bool(NULL, &truth));
    assert_int_equal(fov__json_count(NULL), 0);
    fov__json_free(NULL);
}

static void json__finds_members_by_exact_name(void **state)
{
    struct fov_json *doc = parsed(
        *state,
        "{\"Name\":1,\"name\":2,\"\\u00e9\\n\":3,\"\":4,\"a\":[{\"b\":\"\\ud83d\\ude00\"}]}");
    const fov_json_value *root = fov__json_root(doc);
    double v = 0;
    assert_true(fov__json_number(fov__json_get(root, "name"), &v) && v == 2);
    assert_true(fov__json_number(fov__json_get(root, "\xc3\xa9\n"), &v) && v == 3);
    assert_true(fov__json_number(fov__json_get(root, ""), &v) && v == 4);
    assert_null(fov__json_get(root, "NAME"));
    const fov_json_value *a = fov__json_get(root, "a");
    assert_string_equal(fov__json_key(a), "a");
    assert_null(fov__json_get(a, "b")); /* an array has no members */
    assert_string_equal(fov__json_string(fov__json_get(fov__json_child(a), "b")),
                        "\xf0\x9f\x98\x80");
    fov__json_free(doc);
}

static void json__keeps_the_whole_double(void **state)
{
    uint64_t seed = 17;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = suite_random(&seed);
        double value, back = 0;
        char text[32];
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        fov__double_text(text, value);
        struct fov_json *doc = parsed(*state, text);
        assert_true(fov__json_number(fov__json_root(doc), &back));
        assert_memory_equal(&back, &value, sizeof(value));
        fov__json_free(doc);
    }
}

/* cJSON alone goes wrong past 63 characters of a number. */
static void json__reads_numbers_of_any_length(void **state)
{
    char text[400] = "[1,";
    double value = 0;
    memset(text + 3, '7', 100);
    memcpy(text + 103, ".5e-98,\"12e\",0.", 16);
    memset(text + 118, '0', 200);
    memcpy(text + 318, "3e201,-4]", 10);
    struct fov_json *doc = parsed(*state, text);
    const fov_json_value *v = fov__json_child(fov__json_root(doc));
    assert_int_equal(fov__json_count(fov__json_root(doc)), 5);
    v = fov__json_next(v);
    assert_true(fov__json_number(v, &value) && value == 77.77777777777777777777);
    v = fov__json_next(v);
    assert_string_equal(fov__json_string(v), "12e");
    v = fov__json_next(v);
    assert_true(fov__json_number(v, &value) && value == 3);
    v = fov__json_next(v);
    assert_true(fov__json_number(v, &value) && value == -4);
    fov__json_free(doc);
}

static void json__refuses_what_it_cannot_hold(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"[1e999]", "number too large at byte 1: 1e999"},
        {"{\"a\":-2e308}", "number too large at byte 5: -2e308"},
        {"1000000000e300000000000000000000000000", "number too large at byte 0"},
        {"[\"a\\u0000b\"]", "\\u0000, which is not accepted, at byte 3"},
        {"{\"\\u0000\":1}", "\\u0000, which is not accepted, at byte 2"},
        {"\"\\\\\\u0000\"", "at byte 3"},
    };
    for (size_t i = 0; i < FOV_COUNT(wrong); i++) {
        struct fov_json *doc = (struct fov_json *)&wrong;
        fov_error err;
        assert_int_equal(
            fov__json_parse(&doc, *state, wrong[i].text, strlen(wrong[i].text), 32, 65536, &err),
            FOV_E_ARG);
        assert_null(doc);
        if (strstr(err.message, wrong[i].says) == NULL)
            fail_msg("%s: \"%s\" does not say \"%s\"", wrong[i].text, err.message, wrong[i].says);
    }
    struct fov_json *doc = parsed(*state, "\"\\\\u0000\""); /* a backslash, then letters */
    assert_string_equal(fov__json_string(fov__json_root(doc)), "\\u0000");
    fov__json_free(doc);
    doc = parsed(*state, "[1e-999,\"1e999\",\"-\"]"); /* too small is zero; text is text */
    double zero = 1;
    assert_true(fov__json_number(fov__json_child(fov__json_root(doc)), &zero) && zero == 0);
    fov__json_free(doc);
}

static void json__needs_no_nul_behind_the_text(void **state)
{
    static const char text[] = "{\"a\":[1,2]}";
    struct fov_json *doc = NULL;
    char *exact = malloc(sizeof(text) - 1); /* ASan sees a byte read too many */
    memcpy(exact, text, sizeof(text) - 1);
    assert_int_equal(fov__json_parse(&doc, *state, exact, sizeof(text) - 1, 32, 100, NULL), FOV_OK);
    fov__json_free(doc);
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        char *part = malloc(len > 0 ? len : 1);
        memcpy(part, text, len);
        assert_int_equal(fov__json_parse(&doc, *state, part, len, 32, 100, NULL), FOV_E_ARG);
        free(part);
    }
    free(exact);
}

int suite_json(void)
{
    const struct CMUnitTest tests[] = {
        test_with_context(json__agrees_with_jsontestsuite),
        test_with_context(json__gives_values_their_types),
        cmocka_unit_test(json__takes_absent_values_for_null),
        test_with_context(json__finds_members_by_exact_name),
        test_with_context(json__keeps_the_whole_double),
        test_with_context(json__reads_numbers_of_any_length),
        test_with_context(json__refuses_what_it_cannot_hold),
        test_with_context(json__needs_no_nul_behind_the_text),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
