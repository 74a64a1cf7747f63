/* SPDX-License-Identifier: MIT */
/* The table: every row keeps the promises of op.h and op_internal.h. */
#include <foveate/op.h>

#include "op/harness.h"

/* Ours keep what is asked of a stranger's row, and are tidier besides. */
static void op__has_rows_that_keep_their_promises(void **state)
{
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        fov_error err;
        if (fov__op_check(def, &err) != FOV_OK)
            fail_msg("%s", err.message);
        assert_string_equal(def->since, "0.1.0");
        assert_true(def->summary[strlen(def->summary) - 1] == '.');
        assert_true(def->when[strlen(def->when) - 1] == '.');
    }
}

static void op__finds_names_and_aliases_and_no_two_alike(void **state)
{
    (void)state;
    assert_string_equal(fov__op_find(NULL, "zoom")->name, "zoom");
    assert_string_equal(fov__op_find(NULL, "crop")->name, "zoom");
    assert_string_equal(fov__op_find(NULL, "image_zoom_in_tool")->name, "zoom");
    assert_null(fov__op_find(NULL, "Zoom"));
    assert_null(fov__op_find(NULL, ""));
    assert_null(fov__op_find(NULL, NULL));
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        assert_ptr_equal(fov__op_find(NULL, fov__op_at(NULL, i)->name), fov__op_at(NULL, i));
        for (const fov_op_alias_row *a = fov__op_at(NULL, i)->aliases; a != NULL && a->name != NULL;
             a++)
            assert_ptr_equal(fov__op_find(NULL, a->name), fov__op_at(NULL, i));
    }
}

static void op__suggests_the_nearest_name_or_none(void **state)
{
    (void)state;
    assert_string_equal(fov__op_suggest(NULL, "zom"), "zoom");
    assert_string_equal(fov__op_suggest(NULL, "rotat"), "rotate");
    assert_string_equal(fov__op_suggest(NULL, "image_zoom_in"), "image_zoom_in_tool");
    assert_string_equal(fov__op_suggest(NULL, "list_image"), "list_images");
    assert_null(fov__op_suggest(NULL, "photosynthesis"));
    assert_null(fov__op_suggest(NULL, NULL));
}

/* Whatever operation comes to the table: who is offered looks gets images and nothing that reads
 * pixels for it, and the looks that every model knows stay, in this order. */
static void op__offers_looks_without_facts(void **state)
{
    static const char *const look[] = {"zoom", "overview", "rotate", "flip", "enhance"};
    size_t n = 0;
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        if ((def->presets & FOV_OP_PRESET_PHOTO) == 0)
            continue;
        if (def->kind == FOV_OP_FACT || def->kind == FOV_OP_STATE || def->plan == NULL)
            fail_msg("%s makes no image and is offered as a look", def->name);
        assert_true((def->presets & FOV_OP_PRESET_ALL) != 0);
        if (n < FOV_COUNT(look) && strcmp(def->name, look[n]) == 0)
            n++;
    }
    assert_int_equal(n, FOV_COUNT(look));
}

static void op__names_spaces_and_dialects_both_ways(void **state)
{
    enum fov__space space;
    enum fov__dialect dialect;
    (void)state;
    for (int i = FOV__SPACE_NODE_PX; i <= FOV__SPACE_N1; i++) {
        assert_true(fov__space_find(fov__space_name((enum fov__space)i), &space));
        assert_int_equal(space, i);
    }
    assert_false(fov__space_find("n100", &space));
    assert_false(fov__space_find(NULL, &space));
    assert_true(fov__dialect_find("openai-strict", &dialect));
    assert_int_equal(dialect, FOV__DIALECT_OPENAI_STRICT);
    assert_true(fov__dialect_find("mcp", &dialect));
    assert_int_equal(dialect, FOV__DIALECT_MCP);
    assert_false(fov__dialect_find("openai_strict", &dialect));
}

/* ---- foveate/op.h --------------------------------------------------------------------------- */

static void op_h__walks_the_whole_table(void **state)
{
    size_t i = 0;
    (void)state;
    for (const fov_op *op = fov_op_next(NULL, NULL); op != NULL; op = fov_op_next(NULL, op), i++) {
        assert_string_equal(fov_op_name(op), fov__op_at(NULL, i)->name);
        assert_ptr_equal(fov_op_find(NULL, fov_op_name(op)), op);
        assert_true(fov_op_kind(op) >= FOV_OP_GEOMETRY && fov_op_kind(op) <= FOV_OP_STATE);
        assert_true((fov_op_presets(op) & FOV_OP_PRESET_ALL) != 0);
    }
    assert_null(fov__op_at(NULL, i));
}

static void op_h__answers_null_with_nothing(void **state)
{
    fov_op_param p = FOV_OP_PARAM_INIT;
    (void)state;
    assert_null(fov_op_find(NULL, "no such"));
    assert_string_equal(fov_op_name(NULL), "");
    assert_string_equal(fov_op_summary(NULL), "");
    assert_string_equal(fov_op_when(NULL), "");
    assert_string_equal(fov_op_since(NULL), "");
    assert_int_equal(fov_op_kind(NULL), 0);
    assert_int_equal(fov_op_presets(NULL), 0);
    assert_int_equal(fov_op_input_count(NULL).max, 0);
    assert_null(fov_op_alias(NULL, 0));
    assert_null(fov_op_example(NULL, 0, NULL));
    assert_int_equal(fov_op_param_at(&p, NULL, 0), FOV_E_ARG);
    assert_int_equal(fov_op_param_at(NULL, fov_op_next(NULL, NULL), 0), FOV_E_ARG);
}

static void op_h__tells_parameters(void **state)
{
    const fov_op *zoom = fov_op_find(NULL, "crop"), *rotate = fov_op_find(NULL, "rotate");
    const char *result = NULL;
    fov_op_param p = FOV_OP_PARAM_INIT;
    (void)state;
    assert_int_equal(fov_op_param_at(&p, zoom, 0), FOV_OK);
    assert_string_equal(p.name, "box");
    assert_string_equal(p.alias, "bbox_2d");
    assert_int_equal(p.type, FOV_PARAM_BOX);
    assert_int_equal(p.flags, FOV_PARAM_REQUIRED);
    assert_int_equal(fov_op_param_at(&p, zoom, 1), FOV_OK);
    assert_int_equal(p.flags, FOV_PARAM_HAS_DEFAULT);
    assert_true(p.max == 0.5 && p.def == 0);
    assert_int_equal(fov_op_param_at(&p, zoom, 2), FOV_OK);
    assert_int_equal(p.flags, FOV_PARAM_COMMENT);
    assert_true(p.max == FOV_OP_LABEL_MAX - 1);
    assert_int_equal(fov_op_param_at(&p, zoom, 3), FOV_NOTE_END);
    assert_int_equal(fov_op_param_at(&p, rotate, 2), FOV_OK);
    assert_int_equal(p.flags, FOV_PARAM_HIDDEN);
    assert_string_equal(fov_op_alias(zoom, 1), "image_zoom_in_tool");
    assert_string_equal(fov_op_alias(zoom, 3), "grounding");
    assert_null(fov_op_alias(zoom, 4));
    assert_string_equal(fov_op_example(zoom, 0, &result), "{\"box\":[100,200,500,450]}");
    assert_string_equal(result, "400x250");
}

/* A program that was compiled when fov_op_param ended after `name`. */
static void op_h__writes_no_more_than_the_caller_has(void **state)
{
    fov_op_param p;
    (void)state;
    memset(&p, 0x5a, sizeof(p));
    p.struct_size = (uint32_t)offsetof(fov_op_param, alias);
    assert_int_equal(fov_op_param_at(&p, fov_op_next(NULL, NULL), 0), FOV_OK);
    assert_string_equal(p.name, "box");
    assert_int_equal(p.struct_size, offsetof(fov_op_param, alias));
    for (size_t i = offsetof(fov_op_param, alias); i < sizeof(p); i++)
        assert_int_equal(((const uint8_t *)&p)[i], 0x5a);
    p.struct_size = 0;
    assert_int_equal(fov_op_param_at(&p, fov_op_next(NULL, NULL), 0), FOV_E_ARG);
}

static void op_h__gives_schemas_and_says_what_it_does_not_know(void **state)
{
    fov_bytes schema;
    fov_error err;
    (void)state;
    assert_int_equal(fov_op_schema(&schema, the_context(), "flip", "gemini", "n1000yx", &err),
                     FOV_OK);
    assert_non_null(strstr((const char *)schema.data, "\"axis\""));
    assert_int_equal(strlen((const char *)schema.data), schema.size);
    fov_bytes_free(&schema);
    assert_int_equal(fov_op_schema(&schema, the_context(), "flop", "mcp", "n1", &err), FOV_E_ARG);
    assert_string_equal(err.message, "no operation is called 'flop'");
    assert_int_equal(fov_op_schema(&schema, the_context(), "flip", "MCP", "n1", &err), FOV_E_ARG);
    assert_non_null(strstr(err.message, "openai-strict"));
    assert_int_equal(fov_op_schema(&schema, the_context(), "flip", "mcp", NULL, &err), FOV_E_ARG);
    assert_non_null(strstr(err.message, "node_px"));
    assert_null(schema.data);
    assert_int_equal(fov_op_schema(NULL, the_context(), "flip", "mcp", "n1", &err), FOV_E_ARG);
}

int suite_op(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op__has_rows_that_keep_their_promises),
        cmocka_unit_test(op__finds_names_and_aliases_and_no_two_alike),
        cmocka_unit_test(op__suggests_the_nearest_name_or_none),
        cmocka_unit_test(op__offers_looks_without_facts),
        cmocka_unit_test(op__names_spaces_and_dialects_both_ways),
        cmocka_unit_test(op_h__walks_the_whole_table),
        cmocka_unit_test(op_h__answers_null_with_nothing),
        cmocka_unit_test(op_h__tells_parameters),
        cmocka_unit_test(op_h__writes_no_more_than_the_caller_has),
        cmocka_unit_test(op_h__gives_schemas_and_says_what_it_does_not_know),
    };
    return cmocka_run_group_tests_name("op", tests, NULL, NULL);
}
