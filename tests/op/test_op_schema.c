/* SPDX-License-Identifier: MIT */
/* Schemas: each dialect keeps to its keywords and its goldens. That the plain one accepts exactly
 * what the validator accepts is tested in test_schema_fuzz.c. */
#include "op/harness.h"
#include "op/schema_check.h"

static struct fov_json *schema_of(const char *op, enum fov__dialect dialect, enum fov__space space)
{
    struct fov_buf buf;
    struct fov_jw jw;
    struct fov_json *doc = NULL;
    fov_error err;
    fov__buf_init(&buf, the_context(), 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__op_schema_write(&jw, NULL, fov__op_find(NULL, op), dialect, space, FOV__FRAME_IMAGE);
    assert_int_equal(buf.status, FOV_OK);
    if (fov__json_parse(&doc, the_context(), buf.data, buf.len, 32, 1 << 20, &err) < 0)
        fail_msg("%s: %s", err.message, buf.data);
    fov__buf_free(&buf);
    return doc;
}

static bool is_required(const fov_json_value *schema, const char *key)
{
    const fov_json_value *r = fov__json_child(fov__json_get(schema, "required"));
    for (; r != NULL; r = fov__json_next(r)) {
        if (strcmp(fov__json_string(r), key) == 0)
            return true;
    }
    return false;
}

/* ---- goldens and keywords ------------------------------------------------------------------- */

static const struct {
    enum fov__dialect dialect;
    enum fov__space space;
    const char *file;
    const char *keywords; /* all that may occur */
} dialects[] = {
    {FOV__DIALECT_OPENAI_STRICT, FOV__SPACE_DELIVERED_PX, "tools/openai-strict.json",
     " type anyOf enum items properties required additionalProperties description "},
    {FOV__DIALECT_OPENAI, FOV__SPACE_N999, "tools/openai.json",
     " type anyOf enum items properties required additionalProperties description minimum maximum "
     "minItems "
     "maxItems maxLength pattern default "},
    {FOV__DIALECT_ANTHROPIC, FOV__SPACE_DELIVERED_PX, "tools/anthropic.json",
     " type anyOf enum items properties required additionalProperties description minimum maximum "
     "minItems "
     "maxItems maxLength pattern default "},
    {FOV__DIALECT_GEMINI, FOV__SPACE_N1000YX, "tools/gemini.json",
     " type anyOf enum items properties required description minimum maximum "},
    {FOV__DIALECT_MCP, FOV__SPACE_NODE_PX, "tools/mcp.json",
     " type anyOf enum items properties required additionalProperties description minimum maximum "
     "minItems "
     "maxItems maxLength pattern default "},
};

static void op_schema__keeps_its_goldens(void **state)
{
    (void)state;
    for (size_t d = 0; d < FOV_COUNT(dialects); d++) {
        struct fov_buf buf;
        struct fov_jw jw;
        fov__buf_init(&buf, the_context(), 1 << 20);
        fov__buf_adds(&buf, "{");
        for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
            fov__buf_addf(&buf, "%s\n\"%s\":", i > 0 ? "," : "", fov__op_at(NULL, i)->name);
            fov__jw_init(&jw, &buf);
            fov__op_schema_write(&jw, NULL, fov__op_at(NULL, i), dialects[d].dialect,
                                 dialects[d].space, FOV__FRAME_IMAGE);
        }
        fov__buf_adds(&buf, "\n}\n");
        assert_int_equal(buf.status, FOV_OK);
        print_message("%s: %zu bytes in all\n", dialects[d].file, buf.len);
        expect_golden(dialects[d].file, buf.data, buf.len);
        fov__buf_free(&buf);
    }
}

static void only_keywords(const fov_json_value *schema, const char *keywords)
{
    for (const fov_json_value *v = fov__json_child(schema); v != NULL; v = fov__json_next(v)) {
        char word[64];
        const char *key = fov__json_key(v);
        fov__format(word, sizeof(word), " %s ", key);
        if (strstr(keywords, word) == NULL)
            fail_msg("keyword %s", key);
        if (strcmp(key, "items") == 0)
            only_keywords(v, keywords);
        if (strcmp(key, "properties") == 0 || strcmp(key, "anyOf") == 0) {
            for (const fov_json_value *p = fov__json_child(v); p != NULL; p = fov__json_next(p))
                only_keywords(p, keywords);
        }
    }
}

static void op_schema__uses_only_what_the_dialect_reads(void **state)
{
    (void)state;
    for (size_t d = 0; d < FOV_COUNT(dialects); d++) {
        for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
            struct fov_json *doc =
                schema_of(fov__op_at(NULL, i)->name, dialects[d].dialect, dialects[d].space);
            only_keywords(fov__json_root(doc), dialects[d].keywords);
            fov__json_free(doc);
        }
    }
}

static void objects_are_strict(const fov_json_value *schema)
{
    bool is_open = true;
    const fov_json_value *properties = fov__json_get(schema, "properties");
    if (properties != NULL) {
        assert_true(fov__json_bool(fov__json_get(schema, "additionalProperties"), &is_open));
        assert_false(is_open);
        assert_int_equal(fov__json_type(fov__json_get(schema, "required")), FOV_JSON_ARRAY);
        for (const fov_json_value *p = fov__json_child(properties); p != NULL;
             p = fov__json_next(p)) {
            assert_true(is_required(schema, fov__json_key(p)));
            objects_are_strict(p);
        }
    }
    if (fov__json_get(schema, "items") != NULL)
        objects_are_strict(fov__json_get(schema, "items"));
}

static void op_schema__strict_requires_all_and_lets_null_stand_for_absent(void **state)
{
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        struct fov_json *doc = schema_of(def->name, FOV__DIALECT_OPENAI_STRICT, FOV__SPACE_NODE_PX);
        const fov_json_value *properties = fov__json_get(fov__json_root(doc), "properties"), *null;
        static const char text[] = "{\"n\":null}";
        struct fov_json *nothing = NULL;
        assert_int_equal(fov__json_parse(&nothing, the_context(), text, strlen(text), 3, 99, NULL),
                         FOV_OK);
        null = fov__json_get(fov__json_root(nothing), "n");
        objects_are_strict(fov__json_root(doc));
        for (const fov_op_param_row *p = def->params; p->name != NULL; p++) {
            const fov_json_value *property = fov__json_get(properties, p->name);
            if ((p->flags & FOV_PARAM_HIDDEN) != 0) {
                assert_null(property);
                continue;
            }
            assert_int_equal(schema_accepts(property, null), (p->flags & FOV_PARAM_REQUIRED) == 0);
        }
        fov__json_free(nothing);
        fov__json_free(doc);
    }
}

static void op_schema__says_ranges_and_defaults_in_every_dialect(void **state)
{
    struct fov_json *doc = schema_of("zoom", FOV__DIALECT_OPENAI_STRICT, FOV__SPACE_DELIVERED_PX);
    const fov_json_value *properties = fov__json_get(fov__json_root(doc), "properties");
    (void)state;
    assert_string_equal(
        fov__json_string(fov__json_get(fov__json_get(properties, "pad"), "description")),
        "fraction of the box's width and height added on each side; 0 to 0.5; default 0");
    assert_string_equal(
        fov__json_string(fov__json_get(fov__json_get(properties, "box"), "description")),
        "the part to look at: [x1,y1,x2,y2] in pixels of the image as you see it");
    fov__json_free(doc);
    doc = schema_of("zoom", FOV__DIALECT_GEMINI, FOV__SPACE_N1000YX);
    properties = fov__json_get(fov__json_root(doc), "properties");
    assert_string_equal(
        fov__json_string(fov__json_get(fov__json_get(properties, "box"), "description")),
        "the part to look at: [y1,x1,y2,x2], y first, 0-1000 of the height and width of the image");
    fov__json_free(doc);
}

static void op_schema__accepts_the_examples(void **state)
{
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        struct fov_json *schema = schema_of(def->name, FOV__DIALECT_ANTHROPIC, FOV__SPACE_NODE_PX);
        for (const fov_op_example_row *e = def->examples; e->arguments != NULL; e++) {
            struct fov_json *doc = NULL;
            assert_int_equal(fov__json_parse(&doc, the_context(), e->arguments,
                                             strlen(e->arguments), 32, 65536, NULL),
                             FOV_OK);
            assert_true(schema_accepts(fov__json_root(schema), fov__json_root(doc)));
            fov__json_free(doc);
        }
        fov__json_free(schema);
    }
}

int suite_op_schema(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_schema__keeps_its_goldens),
        cmocka_unit_test(op_schema__uses_only_what_the_dialect_reads),
        cmocka_unit_test(op_schema__strict_requires_all_and_lets_null_stand_for_absent),
        cmocka_unit_test(op_schema__says_ranges_and_defaults_in_every_dialect),
        cmocka_unit_test(op_schema__accepts_the_examples),
    };
    return cmocka_run_group_tests_name("op_schema", tests, NULL, NULL);
}
