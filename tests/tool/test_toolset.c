/* SPDX-License-Identifier: MIT */
/* What is declared to a model, whole: each dialect as its readers take it, and what each preset
 * costs in it, so that growth is seen. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "tool/tool_internal.h"

static fov_context *ctx;

static int open_context(void **state)
{
    (void)state;
    return fov_context_new(&ctx, NULL, NULL) == FOV_OK ? 0 : -1;
}

static int close_context(void **state)
{
    (void)state;
    fov_context_free(ctx);
    return 0;
}

static void expect_golden(const char *name, const struct fov_buf *text)
{
    char path[512];
    fov_bytes there = {NULL, 0, NULL};
    fov_error err = {0};
    fov__format(path, sizeof(path), FOV_TESTDATA "/golden/tools/%s", name);
    if (fov__env("FOV_UPDATE") != NULL) {
        assert_int_equal(fov__file_write(ctx, path, text->data, text->len, false, &err), FOV_OK);
        return;
    }
    if (fov__file_read(&there, ctx, path, 4 << 20, &err) < 0)
        fail_msg("%s: %s", path, err.message);
    if (there.size != text->len || memcmp(there.data, text->data, text->len) != 0)
        fail_msg("%s is not what is declared now; read the change, then write it with FOV_UPDATE=1",
                 path);
    fov_bytes_free(&there);
}

static enum fov__dialect dialect_of(const char *name)
{
    enum fov__dialect dialect;
    assert_true(fov__dialect_find(name, &dialect));
    return dialect;
}

/* In the coordinates that the dialect's models speak. */
static struct fov__declared declared(enum fov__dialect dialect, uint32_t preset)
{
    return (struct fov__declared){.ctx = ctx,
                                  .preset = preset,
                                  .dialect = dialect,
                                  .space = dialect == FOV__DIALECT_GEMINI ? FOV__SPACE_N1000YX
                                           : dialect >= FOV__DIALECT_QWEN_AGENT
                                               ? FOV__SPACE_N1000
                                               : FOV__SPACE_DELIVERED_PX};
}

/* The dialects whose wrapping matters; of the others the schemas are golden (tests/op). A line a
 * tool, so that a change can be read. */
static void toolset__keeps_its_goldens(void **state)
{
    static const struct {
        const char *dialect, *file;
    } kept[] = {{"qwen-agent", "qwen-agent.json"},
                {"verl", "verl.json"},
                {"hermes", "hermes.txt"},
                {"grounding", "grounding.txt"}};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(kept); i++) {
        struct fov__declared what = declared(dialect_of(kept[i].dialect), FOV_OP_PRESET_ALL);
        struct fov_buf buf;
        const fov_op_def *def;
        fov__buf_init(&buf, ctx, 1 << 20);
        if (fov__dialect_is_text(what.dialect)) {
            fov__tools_write(&buf, &what);
        } else {
            for (size_t k = 0; (def = fov__op_at(NULL, k)) != NULL; k++) {
                fov__buf_adds(&buf, k > 0 ? ",\n" : "[\n");
                what.only = def;
                fov__tools_write(&buf, &what);
            }
            fov__buf_adds(&buf, "\n]\n");
        }
        assert_int_equal(buf.status, FOV_OK);
        expect_golden(kept[i].file, &buf);
        fov__buf_free(&buf);
    }
}

/* Aliases, each in the plain schema. */
static void toolset__keeps_the_aliases_schemas(void **state)
{
    const fov_op_def *def;
    struct fov_buf buf;
    (void)state;
    fov__buf_init(&buf, ctx, 1 << 20);
    for (size_t i = 0; (def = fov__op_at(NULL, i)) != NULL; i++) {
        for (const fov_op_alias_row *a = def->aliases; a != NULL && a->name != NULL; a++) {
            struct fov__declared what = declared(FOV__DIALECT_OPENAI, FOV_OP_PRESET_ALL);
            fov_error err;
            what.only = def;
            what.name = a->name;
            fov__buf_adds(&buf, buf.len > 0 ? ",\n" : "[\n");
            fov__tools_write(&buf, &what);
            if (fov__alias_check(def, a, &err) != FOV_OK)
                fail_msg("%s", err.message);
        }
    }
    fov__buf_adds(&buf, "\n]\n");
    expect_golden("aliases.json", &buf);
    fov__buf_free(&buf);
}

/* Bytes of every preset in every dialect; a token is taken for four of them. */
static void toolset__keeps_its_size(void **state)
{
    struct fov_buf sizes;
    const char *preset, *dialect;
    (void)state;
    fov__buf_init(&sizes, ctx, 1 << 20);
    fov__buf_adds(&sizes, "preset    dialect        bytes  tokens  tools\n");
    for (size_t p = 0; (preset = fov_op_preset_name(p)) != NULL; p++) {
        for (size_t d = 0; (dialect = fov__dialect_name(d)) != NULL; d++) {
            struct fov__declared what = declared(dialect_of(dialect), 1u << p);
            struct fov_buf buf;
            const fov_op_def *def;
            int tools = 0;
            for (size_t i = 0; (def = fov__op_at(NULL, i)) != NULL; i++)
                tools += (def->presets >> p & 1) != 0;
            fov__buf_init(&buf, ctx, 1 << 20);
            fov__tools_write(&buf, &what);
            assert_int_equal(buf.status, FOV_OK);
            fov__buf_addf(&sizes, "%-9s %-13s %6zu %7zu %6d\n", preset, dialect, buf.len,
                          (buf.len + 3) / 4, what.dialect == FOV__DIALECT_GROUNDING ? 1 : tools);
            fov__buf_free(&buf);
        }
    }
    for (const char *line = sizes.data; *line != '\0'; line = strchr(line, '\n') + 1)
        print_message("%.*s\n", (int)strcspn(line, "\n"), line);
    expect_golden("sizes.txt", &sizes);
    fov__buf_free(&sizes);
}

/* What a chart's toolset may cost in every request. Run alone, by the argument "target". */
static void toolset__a_chart_fits_six_kilobytes(void **state)
{
    struct fov__declared what = declared(FOV__DIALECT_OPENAI, FOV_OP_PRESET_CHART);
    struct fov_buf buf;
    (void)state;
    fov__buf_init(&buf, ctx, 1 << 20);
    fov__tools_write(&buf, &what);
    const size_t bytes = buf.len;
    fov__buf_free(&buf);
    if (bytes > 6144)
        fail_msg("the preset chart has %zu bytes in the openai dialect, 6144 are allowed", bytes);
}

/* ---- as their readers take them ------------------------------------------------------------- */

static struct fov_json *parsed(const char *dialect)
{
    struct fov__declared what = declared(dialect_of(dialect), FOV_OP_PRESET_ALL);
    struct fov_json *doc = NULL;
    struct fov_buf buf;
    fov_error err;
    fov__buf_init(&buf, ctx, 1 << 20);
    fov__tools_write(&buf, &what);
    if (fov__json_parse(&doc, ctx, buf.data, buf.len, 32, 1 << 20, &err) < 0)
        fail_msg("%s: %s", dialect, err.message);
    fov__buf_free(&buf);
    return doc;
}

static void expect_keys(const fov_json_value *object, const char *keys)
{
    char got[256] = "";
    for (const fov_json_value *v = fov__json_child(object); v != NULL; v = fov__json_next(v))
        fov__format(got + strlen(got), sizeof(got) - strlen(got), "%s ", fov__json_key(v));
    assert_string_equal(got, keys);
}

/* qwen_agent/tools/base.py, is_tool_schema(): exactly these keys, no others. */
static void toolset__is_what_qwen_agent_asserts(void **state)
{
    struct fov_json *doc = parsed("qwen-agent");
    const fov_json_value *tool = fov__json_child(fov__json_root(doc));
    (void)state;
    assert_string_equal(fov__json_string(fov__json_get(tool, "name")), "image_zoom_in_tool");
    for (; tool != NULL; tool = fov__json_next(tool)) {
        const fov_json_value *parameters = fov__json_get(tool, "parameters");
        const fov_json_value *r = fov__json_child(fov__json_get(parameters, "required"));
        expect_keys(tool, "name description parameters ");
        expect_keys(parameters, "type properties required ");
        assert_string_equal(fov__json_string(fov__json_get(parameters, "type")), "object");
        for (; r != NULL; r = fov__json_next(r))
            assert_non_null(
                fov__json_get(fov__json_get(parameters, "properties"), fov__json_string(r)));
    }
    fov__json_free(doc);
}

/* verl/tools/schemas.py: of a property `type` is one string and `enum` strings; the rest is lost.
 */
static void toolset__is_what_verl_keeps(void **state)
{
    struct fov_json *doc = parsed("verl");
    const fov_json_value *tool = fov__json_child(fov__json_root(doc));
    (void)state;
    for (; tool != NULL; tool = fov__json_next(tool)) {
        const fov_json_value *function = fov__json_get(tool, "function");
        const fov_json_value *parameters = fov__json_get(function, "parameters");
        const fov_json_value *p = fov__json_child(fov__json_get(parameters, "properties"));
        expect_keys(tool, "type function ");
        expect_keys(function, "name description parameters ");
        expect_keys(parameters, "type properties required ");
        for (; p != NULL; p = fov__json_next(p)) {
            const fov_json_value *e = fov__json_child(fov__json_get(p, "enum"));
            assert_non_null(fov__json_string(fov__json_get(p, "type")));
            assert_non_null(fov__json_string(fov__json_get(p, "description")));
            assert_null(fov__json_get(p, "minimum"));
            for (; e != NULL; e = fov__json_next(e))
                assert_non_null(fov__json_string(e));
        }
    }
    fov__json_free(doc);
}

/* The block is one JSON a line between the tags, and what declares a call is found as one. */
static void toolset__text_declares_what_the_parser_reads(void **state)
{
    struct fov__declared what = declared(FOV__DIALECT_HERMES, FOV_OP_PRESET_ALL);
    struct fov_text_calls calls;
    struct fov_buf buf;
    size_t count = 0, lines = 0;
    (void)state;
    while (fov__op_at(NULL, count) != NULL)
        count++;
    fov__buf_init(&buf, ctx, 1 << 20);
    fov__tools_write(&buf, &what);
    const char *line = strstr(buf.data, "<tools>\n");
    assert_non_null(line);
    for (line += 8; strncmp(line, "</tools>", 8) != 0; line = strchr(line, '\n') + 1, lines++) {
        const size_t len = strcspn(line, "\n");
        assert_int_equal(fov__json_check(ctx, line, len, 32, len, NULL), FOV_OK);
    }
    assert_int_equal(lines, count);
    fov__buf_reset(&buf);
    what.dialect = FOV__DIALECT_GROUNDING;
    fov__tools_write(&buf, &what);
    /* Its example has names for numbers: a model that repeats it is told so. */
    assert_int_equal(fov__text_calls(&calls, ctx, buf.data, buf.len, NULL), FOV_OK);
    assert_int_equal(calls.count, 1);
    assert_int_equal(calls.v[0].fault.code, FOV_FAULT_BAD_JSON);
    fov__text_calls_free(&calls);
    fov__buf_free(&buf);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest target[] = {cmocka_unit_test(toolset__a_chart_fits_six_kilobytes)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(toolset__keeps_its_goldens),
        cmocka_unit_test(toolset__keeps_the_aliases_schemas),
        cmocka_unit_test(toolset__keeps_its_size),
        cmocka_unit_test(toolset__is_what_qwen_agent_asserts),
        cmocka_unit_test(toolset__is_what_verl_keeps),
        cmocka_unit_test(toolset__text_declares_what_the_parser_reads),
    };
    if (argc > 1 && strcmp(argv[1], "target") == 0)
        return cmocka_run_group_tests_name("target", target, open_context, close_context);
    return cmocka_run_group_tests_name("toolset", tests, open_context, close_context);
}
