/* SPDX-License-Identifier: MIT */
/* Schemas: each dialect keeps to its keywords, and the plain one accepts exactly the arguments
 * whose types and bounds the validator accepts. */
#include "op/harness.h"

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

/* ---- a walker of the keywords that we write ------------------------------------------------- */

static bool is_type(const fov_json_value *value, const char *type)
{
    double v = 0;
    switch (fov__json_type(value)) {
    case FOV_JSON_NULL:
        return strcmp(type, "null") == 0;
    case FOV_JSON_BOOL:
        return strcmp(type, "boolean") == 0;
    case FOV_JSON_NUMBER:
        fov__json_number(value, &v);
        return strcmp(type, "number") == 0 || (strcmp(type, "integer") == 0 && v == fov__rint(v));
    case FOV_JSON_STRING:
        return strcmp(type, "string") == 0;
    case FOV_JSON_ARRAY:
        return strcmp(type, "array") == 0;
    case FOV_JSON_OBJECT:
        return strcmp(type, "object") == 0;
    }
    return false;
}

static bool type_fits(const fov_json_value *schema, const fov_json_value *value)
{
    const fov_json_value *type = fov__json_get(schema, "type");
    if (fov__json_string(type) != NULL)
        return is_type(value, fov__json_string(type));
    for (const fov_json_value *t = fov__json_child(type); t != NULL; t = fov__json_next(t)) {
        if (is_type(value, fov__json_string(t)))
            return true;
    }
    return false;
}

static bool same_scalar(const fov_json_value *a, const fov_json_value *b)
{
    if (fov__json_type(a) != fov__json_type(b))
        return false;
    return fov__json_type(a) == FOV_JSON_NULL ||
           (fov__json_string(a) != NULL && strcmp(fov__json_string(a), fov__json_string(b)) == 0);
}

/* "^(#[0-9A-Fa-f]{6}|red|green)$", the one shape of pattern that there is. */
static bool pattern_fits(const char *pattern, const char *text)
{
    static const char head[] = "^(#[0-9A-Fa-f]{6}|";
    assert_memory_equal(pattern, head, sizeof(head) - 1);
    if (text[0] == '#' && strlen(text) == 7 && strspn(text + 1, "0123456789abcdefABCDEF") == 6)
        return true;
    for (const char *c = pattern + sizeof(head) - 1; *c != '$';) {
        const size_t len = strcspn(c, "|)");
        if (strlen(text) == len && memcmp(text, c, len) == 0)
            return true;
        c += len + 1;
    }
    return false;
}

static size_t characters(const char *text)
{
    size_t n = 0;
    uint32_t code;
    for (const char *c = text; *c != '\0'; c += fov__utf8_next(c, strlen(c), &code))
        n++;
    return n;
}

static bool number_fits(const fov_json_value *schema, const fov_json_value *value)
{
    double v = 0, bound = 0;
    if (!fov__json_number(value, &v))
        return true;
    return !(fov__json_number(fov__json_get(schema, "minimum"), &bound) && v < bound) &&
           !(fov__json_number(fov__json_get(schema, "maximum"), &bound) && v > bound);
}

static bool string_fits(const fov_json_value *schema, const fov_json_value *value)
{
    const char *text = fov__json_string(value),
               *pattern = fov__json_string(fov__json_get(schema, "pattern"));
    double most = 0;
    if (text == NULL)
        return true;
    if (fov__json_number(fov__json_get(schema, "maxLength"), &most) &&
        (double)characters(text) > most)
        return false;
    return pattern == NULL || pattern_fits(pattern, text);
}

static bool accepts(const fov_json_value *schema, const fov_json_value *value);

static bool array_fits(const fov_json_value *schema, const fov_json_value *value)
{
    double bound = 0;
    const double n = (double)fov__json_count(value);
    if (fov__json_type(value) != FOV_JSON_ARRAY)
        return true;
    if (fov__json_number(fov__json_get(schema, "minItems"), &bound) && n < bound)
        return false;
    if (fov__json_number(fov__json_get(schema, "maxItems"), &bound) && n > bound)
        return false;
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v)) {
        if (!accepts(fov__json_get(schema, "items"), v))
            return false;
    }
    return true;
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

static bool object_fits(const fov_json_value *schema, const fov_json_value *value)
{
    const fov_json_value *properties = fov__json_get(schema, "properties");
    bool is_open = true;
    if (fov__json_type(value) != FOV_JSON_OBJECT)
        return true;
    fov__json_bool(fov__json_get(schema, "additionalProperties"), &is_open);
    const fov_json_value *r = fov__json_child(fov__json_get(schema, "required"));
    for (; r != NULL; r = fov__json_next(r)) {
        if (fov__json_get(value, fov__json_string(r)) == NULL)
            return false;
    }
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v)) {
        const fov_json_value *property = fov__json_get(properties, fov__json_key(v));
        if (property == NULL ? !is_open : !accepts(property, v))
            return false;
    }
    return true;
}

static bool accepts(const fov_json_value *schema, const fov_json_value *value)
{
    const fov_json_value *choices = fov__json_get(schema, "enum");
    if (!type_fits(schema, value) || !number_fits(schema, value) || !string_fits(schema, value) ||
        !array_fits(schema, value) || !object_fits(schema, value))
        return false;
    if (choices == NULL)
        return true;
    for (const fov_json_value *c = fov__json_child(choices); c != NULL; c = fov__json_next(c)) {
        if (same_scalar(c, value))
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
     " type enum items properties required additionalProperties description "},
    {FOV__DIALECT_OPENAI, FOV__SPACE_N999, "tools/openai.json",
     " type enum items properties required additionalProperties description minimum maximum "
     "minItems "
     "maxItems maxLength pattern default "},
    {FOV__DIALECT_ANTHROPIC, FOV__SPACE_DELIVERED_PX, "tools/anthropic.json",
     " type enum items properties required additionalProperties description minimum maximum "
     "minItems "
     "maxItems maxLength pattern default "},
    {FOV__DIALECT_GEMINI, FOV__SPACE_N1000YX, "tools/gemini.json",
     " type enum items properties required description minimum maximum "},
    {FOV__DIALECT_MCP, FOV__SPACE_NODE_PX, "tools/mcp.json",
     " type enum items properties required additionalProperties description minimum maximum "
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
        if (strcmp(key, "properties") == 0) {
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
            assert_int_equal(accepts(property, null), (p->flags & FOV_PARAM_REQUIRED) == 0);
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

/* ---- the law -------------------------------------------------------------------------------- */

static void add_scalar(struct fov_buf *buf, uint32_t *seed)
{
    static const char *const scalars[] = {
        "0",
        "1",
        "-1",
        "2",
        "3",
        "2.5",
        "0.1",
        "0.5",
        "0.51",
        "5",
        "5.1",
        "90",
        "360",
        "361",
        "1000",
        "1001",
        "16",
        "8192",
        "8193",
        "1e3",
        "true",
        "false",
        "null",
        "\"red\"",
        "\"#00ff00\"",
        "\"#00ff0\"",
        "\"horizontal\"",
        "\"both\"",
        "\"line\"",
        "\"auto\"",
        "\"\"",
        "\"image\"",
        "\"source\"",
        "\"0123456789012345678901234567890123456789012345678901234567890123\"",
        "[]",
        "{}",
        "-360.5"};
    fov__buf_adds(buf, scalars[next_random(seed) % FOV_COUNT(scalars)]);
}

static void add_numbers(struct fov_buf *buf, uint32_t *seed, int n)
{
    const uint32_t oddity = next_random(seed) % 40;
    fov__buf_adds(buf, "[");
    for (int i = 0; i < n + (oddity == 0) - (oddity == 1); i++) {
        /* Ordered, so that no box is empty: that is a second-stage fault. */
        if (i > 0)
            fov__buf_adds(buf, ",");
        if (oddity == 2 && i == 1)
            add_scalar(buf, seed);
        else
            fov__buf_addf(buf, "%u",
                          next_random(seed) % 450 +
                              (i >= 2 ? 500u + (oddity == 3 ? 400u : 0u) : 0u));
    }
    fov__buf_adds(buf, "]");
}

static void add_list(struct fov_buf *buf, uint32_t *seed, int32_t type)
{
    const uint32_t n =
        next_random(seed) % 30 == 0 ? 63 + next_random(seed) % 3 : next_random(seed) % 3;
    fov__buf_adds(buf, "[");
    for (uint32_t i = 0; i < n; i++) {
        fov__buf_adds(buf, i > 0 ? "," : "");
        if (type != FOV_PARAM_LABELS) {
            add_numbers(buf, seed, type == FOV_PARAM_POINTS ? 2 : 4);
            continue;
        }
        fov__buf_adds(buf, "{\"at\":");
        add_numbers(buf, seed, 2);
        if (next_random(seed) % 10 != 0)
            fov__buf_adds(buf, ",\"text\":\"a\"");
        if (next_random(seed) % 10 == 0)
            fov__buf_adds(buf, ",\"size\":3");
        fov__buf_adds(buf, "}");
    }
    fov__buf_adds(buf, "]");
}

static void add_arguments(struct fov_buf *buf, uint32_t *seed, const fov_op_def *def)
{
    bool is_first = true;
    fov__buf_adds(buf, "{");
    for (const fov_op_param_row *p = def->params; p->name != NULL; p++) {
        const uint32_t chance = (p->flags & FOV_PARAM_REQUIRED) != 0 ? 20 : 3;
        if (next_random(seed) % chance == 0 && chance == 20)
            continue;
        if (chance == 3 && next_random(seed) % 3 != 0)
            continue;
        fov__buf_addf(buf, "%s\"%s\":", is_first ? "" : ",", p->name);
        is_first = false;
        if (next_random(seed) % 12 == 0 || p->type < FOV_PARAM_BOX)
            add_scalar(buf, seed);
        else if (p->type == FOV_PARAM_BOX || p->type == FOV_PARAM_POINT)
            add_numbers(buf, seed, p->type == FOV_PARAM_BOX ? 4 : 2);
        else
            add_list(buf, seed, p->type);
    }
    if (next_random(seed) % 20 == 0)
        fov__buf_addf(buf, "%s\"extra\":1", is_first ? "" : ",");
    fov__buf_adds(buf, "}");
}

/* The same arguments without the members whose null stands for "left out". */
static struct fov_json *without_nulls(const fov_json_value *arguments, const fov_json_value *schema)
{
    struct fov_buf buf;
    struct fov_jw jw;
    struct fov_json *doc = NULL;
    fov__buf_init(&buf, the_context(), 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    for (const fov_json_value *v = fov__json_child(arguments); v != NULL; v = fov__json_next(v)) {
        const bool is_known =
            fov__json_get(fov__json_get(schema, "properties"), fov__json_key(v)) != NULL;
        if (fov__json_type(v) != FOV_JSON_NULL || !is_known)
            fov__jw_value(&jw, fov__json_key(v), v);
    }
    fov__jw_end_object(&jw);
    assert_int_equal(fov__json_parse(&doc, the_context(), buf.data, buf.len, 32, 1 << 20, NULL),
                     FOV_OK);
    fov__buf_free(&buf);
    return doc;
}

static void op_schema__accepts_exactly_what_the_first_stage_accepts(void **state)
{
    uint32_t seed = 20260101;
    size_t yes = 0, no = 0;
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        struct fov_json *schema = schema_of(def->name, FOV__DIALECT_MCP, FOV__SPACE_N1000);
        for (int round = 0; round < 3000; round++) {
            struct fov_buf buf;
            struct call call;
            fov__buf_init(&buf, the_context(), 1 << 16);
            add_arguments(&buf, &seed, def);
            call_parse(&call, def->name, buf.data, reading_in(FOV__SPACE_N1000, 800, 557));
            struct fov_json *plain =
                without_nulls(fov__json_root(call.doc), fov__json_root(schema));
            const bool fits = accepts(fov__json_root(schema), fov__json_root(plain));
            if (call.fault.code != FOV_FAULT_EMPTY_BOX && fits != (call.status == FOV_OK))
                fail_msg("%s %s: the schema %s it, the validator says %s %s", def->name, buf.data,
                         fits ? "accepts" : "refuses", fov__fault_name(call.fault.code),
                         call.fault.hint);
            yes += fits;
            no += !fits;
            fov__json_free(plain);
            call_free(&call);
            fov__buf_free(&buf);
        }
        fov__json_free(schema);
    }
    assert_true(yes > 4000 && no > 4000); /* both sides were tried */
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
            assert_true(accepts(fov__json_root(schema), fov__json_root(doc)));
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
        cmocka_unit_test(op_schema__accepts_exactly_what_the_first_stage_accepts),
        cmocka_unit_test(op_schema__accepts_the_examples),
    };
    return cmocka_run_group_tests_name("op_schema", tests, NULL, NULL);
}
