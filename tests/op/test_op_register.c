/* SPDX-License-Identifier: MIT */
/* Rows that a program registers (foveate/ext/op.h): each way to be wrong is refused by name, and a
 * right row is known to every part that knows operations. */
#include "op/harness.h"

#include <foveate/session.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "torture/torture.h"

/* ---- a row, as the header shows it ---------------------------------------------------------- */

struct negative_args {
    fov_op_args_head head;
    bool grey;
    int32_t keep;
};

static fov_status negative_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                                fov_op_plan *out, fov_op_fault *fault)
{
    const struct negative_args *negative = args;
    (void)in_count;
    if (negative->keep == 13)
        return fov_op_refuse(fault, FOV_FAULT_OUT_OF_RANGE, "negative.keep", "13", "not 13",
                             "Thirteen is not kept.");
    fov_op_plan_same(out, in, FOV_OP_EFFECT_POINTWISE);
    return FOV_OK;
}

static void negative_point(const void *args, uint8_t *pixels, size_t n, int32_t bands)
{
    const struct negative_args *negative = args;
    for (; n > 0; n--, pixels += bands) {
        for (int c = 0; c < 3; c++) {
            const int v = pixels[negative->grey ? 1 : c];
            pixels[c] = (uint8_t)(v < negative->keep ? v : 255 - v);
        }
    }
}

static const fov_op_param_row negative_params[] = {
    FOV_OP_BOOL(negative_args, grey, 0, "take green for all three colours"),
    FOV_OP_INT(negative_args, keep, 0, 0, 255, 0, "levels", "leave darker levels as they are"),
    FOV_OP_END};
static const fov_op_alias_row negative_aliases[] = {{"invert_colours", NULL, NULL, NULL},
                                                    FOV_OP_ALIAS_END};
static const fov_op_example_row negative_examples[] = {
    {"{}", "1000x500"}, {"{\"grey\":true}", "1000x500"}, {NULL, NULL}};

static const fov_op_def negative = {
    .name = "negative",
    .since = "1.0.0",
    .aliases = negative_aliases,
    .summary = "Dark and light change places.",
    .when = "Use it when pale lines on a dark ground are hard to make out.",
    .kind = FOV_OP_PIXELS,
    .presets = FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = negative_params,
    .args_size = sizeof(struct negative_args),
    .examples = negative_examples,
    .plan = negative_plan,
    .point = negative_point,
};

static fov_context *open_context(void)
{
    fov_context *ctx = NULL;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    return ctx;
}

static size_t count_ops(const fov_context *ctx)
{
    size_t n = 0;
    for (const fov_op *op = fov_op_next(ctx, NULL); op != NULL; op = fov_op_next(ctx, op))
        n++;
    return n;
}

/* ---- each way to be wrong ------------------------------------------------------------------- */

/* A copy of the row above with all that it points to, to be spoilt. */
struct spoilt {
    fov_op_def def;
    fov_op_param_row params[40];
    fov_op_alias_row aliases[4];
    fov_op_example_row examples[4];
    char names[40][8];
};

static char long_text[400]; /* all x; the end is at 399 */

static const char *text_of(size_t n)
{
    return long_text + (sizeof(long_text) - 1 - n);
}

static fov_status no_state(const void *args, fov_op_io *io, fov_op_facts *out, fov_op_fault *fault,
                           fov_error *err)
{
    (void)args, (void)io, (void)out, (void)fault, (void)err;
    return FOV_OK;
}

static fov_status no_marks(const void *args, fov_op_io *io, fov_op_marks *out, fov_error *err)
{
    (void)io;
    (void)args, (void)out, (void)err;
    return FOV_OK;
}

static fov_status no_run(const void *args, fov_op_io *io, fov_pixels *const *out,
                         fov_op_fault *fault, fov_error *err)
{
    (void)args, (void)io, (void)out, (void)fault, (void)err;
    return FOV_OK;
}

static fov_status silent_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                              fov_op_plan *out, fov_op_fault *fault)
{
    (void)args, (void)in, (void)in_count, (void)out, (void)fault;
    return FOV_E_ARG;
}

static const fov_op_param_row grey_row = FOV_OP_BOOL(negative_args, grey, 0, "grey");
static const char *const one_choice[] = {"only", NULL};

/* name, what is done to the copy `s`, a part of what must be said */
#define SPOILS(X)                                                                                  \
    X(no_name, s->def.name = NULL, "is misnamed")                                                  \
    X(empty_name, s->def.name = "", "is misnamed")                                                 \
    X(capital, s->def.name = "Negative", "is misnamed")                                            \
    X(digit_first, s->def.name = "2negative", "is misnamed")                                       \
    X(hyphen, s->def.name = "nega-tive", "is misnamed")                                            \
    X(long_name, s->def.name = text_of(41), "is misnamed")                                         \
    X(bad_alias, s->aliases[0].name = "in vert", "has a bad alias, 'in vert'")                     \
    X(long_alias_summary, s->aliases[0].summary = text_of(101), "has a bad alias")                 \
    X(taken_name, s->def.name = "zoom", "the operation zoom is there already")                     \
    X(taken_as_alias, s->def.name = "crop", "the operation crop is there already")                 \
    X(alias_taken, s->aliases[0].name = "rotate", "has the alias rotate, which is taken")          \
    X(no_summary, s->def.summary = NULL, "needs a summary of 1 to 100 bytes")                      \
    X(empty_summary, s->def.summary = "", "needs a summary")                                       \
    X(long_summary, s->def.summary = text_of(101), "needs a summary")                              \
    X(no_when, s->def.when = NULL, "needs a `when` of 1 to 300 bytes")                             \
    X(long_when, s->def.when = text_of(301), "needs a `when`")                                     \
    X(no_since, s->def.since = NULL, "needs the version that it exists since")                     \
    X(no_preset, s->def.presets = 0, "must be in the preset all")                                  \
    X(look_only, s->def.presets = FOV_OP_PRESET_PHOTO, "must be in the preset all")                \
    X(odd_preset, s->def.presets = 32 | 64, "must be in the preset all")                           \
    X(kind_0, s->def.kind = 0, "is of kind 0, which is none")                                      \
    X(kind_6, s->def.kind = 6, "is of kind 6, which is none")                                      \
    X(no_plan, s->def.plan = NULL, "needs `plan`")                                                 \
    X(no_point, s->def.point = NULL, "needs `run` or `point`")                                     \
    X(photo_with_fact, s->def.fact = no_state, "reads for the model")                              \
    X(geometry_with_run, (s->def.kind = FOV_OP_GEOMETRY, s->def.run = no_run),                     \
      "has `run` or `point` and is not of the kind")                                               \
    X(marks_without, (s->def.kind = FOV_OP_MARKS, s->def.point = NULL),                            \
      "draws marks, so it needs `marks`")                                                          \
    X(fact_without, (s->def.kind = FOV_OP_FACT, s->def.plan = NULL, s->def.point = NULL),          \
      "is a fact, so it needs `fact`")                                                             \
    X(fact_with_point, (s->def.kind = FOV_OP_FACT, s->def.fact = no_state),                        \
      "has `run` or `point` and is not of the kind")                                               \
    X(marks_without_plan,                                                                          \
      (s->def.kind = FOV_OP_FACT, s->def.plan = NULL, s->def.point = NULL, s->def.fact = no_state, \
       s->def.marks = no_marks),                                                                   \
      "has `marks` and no `plan`")                                                                 \
    X(fact_as_look,                                                                                \
      (s->def.kind = FOV_OP_FACT, s->def.point = NULL, s->def.plan = NULL,                         \
       s->def.fact = no_state),                                                                    \
      "reads for the model")                                                                       \
    X(state,                                                                                       \
      (s->def.kind = FOV_OP_STATE, s->def.point = NULL, s->def.plan = NULL,                        \
       s->def.presets = FOV_OP_PRESET_ALL),                                                        \
      "is of kind STATE, which is the library's own")                                              \
    X(inputs_below, s->def.input_min = -1, "takes -1 to 1 images")                                 \
    X(inputs_crossed, s->def.input_min = 2, "takes 2 to 1 images; allowed is 0 to 8")              \
    X(inputs_above, s->def.input_max = 9, "takes 1 to 9 images")                                   \
    X(no_params, s->def.params = NULL, "needs parameter rows, at least FOV_OP_END")                \
    X(no_head, s->def.args_size = 2, "has an argument struct of 2 bytes; allowed is 4 to 65536")   \
    X(large_args, s->def.args_size = 65537, "has an argument struct of 65537 bytes")               \
    X(param_misnamed, s->params[0].name = "Grey", "has a misnamed parameter, 'Grey'")              \
    X(param_alias, s->params[0].alias = "a b", "has a misnamed parameter")                         \
    X(param_image, s->params[0].name = "image", "must not call a parameter image")                 \
    X(param_frame, s->params[0].name = "frame", "must not call a parameter frame")                 \
    X(param_alias_image, s->params[0].alias = "img_idx", "must not call a parameter img_idx")      \
    X(param_twice, s->params[1].name = "grey", "has the parameter grey twice")                     \
    X(param_alias_twice, s->params[1].alias = "grey", "has the parameter grey twice")              \
    X(param_alias_shared, (s->params[0].alias = "g", s->params[1].alias = "g"),                    \
      "has the parameter g twice")                                                                 \
    X(no_doc, s->params[0].doc = NULL, "needs a doc of 1 to 120 bytes and a unit for grey")        \
    X(long_doc, s->params[0].doc = text_of(121), "needs a doc")                                    \
    X(no_unit, s->params[0].unit = NULL, "needs a doc")                                            \
    X(type_none, s->params[0].type = 13, "which its type does not fit")                            \
    X(wrong_size, s->params[1].size = 8, "keeps keep in a member of 8 bytes")                      \
    X(in_head, s->params[1].offset = 0, "keeps keep outside the argument struct or in its head")   \
    X(at_end, s->params[1].offset = sizeof(struct negative_args), "keeps keep outside")            \
    X(beyond, s->params[1].offset = SIZE_MAX, "keeps keep outside")                                \
    X(across_end, s->params[1].offset = sizeof(struct negative_args) - 2, "keeps keep outside")    \
    X(overlap, s->params[1].offset = offsetof(struct negative_args, grey),                         \
      "keeps grey and keep in one place")                                                          \
    X(crossed, (s->params[1].min = 5, s->params[1].max = 4), "lets keep run from 5 to 4")          \
    X(not_a_number, s->params[1].max = 0.0 / s->params[0].min, "lets keep run from 0 to ")         \
    X(required_default, (s->params[1].flags = FOV_PARAM_REQUIRED, s->params[1].def = 300),         \
      "offers 300 for the required keep")                                                          \
    X(no_choices, s->params[1].type = FOV_PARAM_ENUM, "has 0 choices for keep and 0 for")          \
    X(choice_off,                                                                                  \
      (s->params[1].type = FOV_PARAM_ENUM, s->params[1].choices = one_choice,                      \
       s->params[1].def = 1),                                                                      \
      "has 1 choices for keep and 1 for its default")                                              \
    X(list_0, list_of(s, 0), "lets list hold 0 elements; allowed is 1 to 64")                      \
    X(list_65, list_of(s, 65), "lets list hold 65 elements")                                       \
    X(too_many, many_params(s), "has more than 32 parameters")                                     \
    X(no_examples, s->def.examples = NULL, "needs an example")                                     \
    X(no_example, s->examples[0].arguments = NULL, "needs an example")                             \
    X(example_refused, s->examples[1].arguments = "{\"grey\":3}",                                  \
      "refuses its example {\"grey\":3}: negative.grey is 3")                                      \
    X(example_unknown, s->examples[1].arguments = "{\"gray\":true}", "refuses its example")        \
    X(example_unplanned, s->examples[1].arguments = "{\"keep\":13}", "refuses its example")        \
    X(example_no_json, s->examples[1].arguments = "{\"keep\":}", "not JSON, {\"keep\":}")          \
    X(silent, s->def.plan = silent_plan, "refuses its example {}")

struct list_args {
    fov_op_args_head head;
    fov_op_points list;
};

static void list_of(struct spoilt *s, double most)
{
    const fov_op_param_row row =
        FOV_OP_LIST(list_args, list, FOV_PARAM_POINTS, 0, 1, "points of a list");
    s->params[0] = row;
    s->params[0].max = most;
    s->params[1].name = NULL;
    s->def.args_size = sizeof(struct list_args);
}

static void many_params(struct spoilt *s)
{
    for (size_t i = 0; i < 33; i++) {
        s->params[i] = grey_row;
        snprintf(s->names[i], sizeof(s->names[i]), "p%zu", i);
        s->params[i].name = s->names[i];
        s->params[i].offset = sizeof(fov_op_args_head) + i;
    }
    s->params[33].name = NULL;
    s->def.args_size = 64;
}

#define SPOIL(name, how, said)                 \
    static void spoil_##name(struct spoilt *s) \
    {                                          \
        how;                                   \
    }
SPOILS(SPOIL)
#undef SPOIL

static void spoilt_make(struct spoilt *s)
{
    memset(s, 0, sizeof(*s));
    s->def = negative;
    memcpy(s->params, negative_params, sizeof(negative_params));
    memcpy(s->aliases, negative_aliases, sizeof(negative_aliases));
    memcpy(s->examples, negative_examples, sizeof(negative_examples));
    s->def.params = s->params;
    s->def.aliases = s->aliases;
    s->def.examples = s->examples;
}

static void op_register__says_what_is_wrong_with_a_row(void **state)
{
    static const struct {
        const char *name, *said;
        void (*spoil)(struct spoilt *s);
    } cases[] = {
#define ROW(name, how, said) {#name, said, spoil_##name},
        SPOILS(ROW)
#undef ROW
    };
    static struct spoilt s;
    fov_context *ctx = open_context();
    const size_t before = count_ops(ctx);
    int wrong = 0;
    (void)state;
    memset(long_text, 'x', sizeof(long_text) - 1);
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        fov_error err = {0};
        spoilt_make(&s);
        cases[i].spoil(&s);
        const fov_status rc = fov_op_register(ctx, &s.def, FOV_OP_EXT_VERSION, &err);
        if (rc == FOV_E_ARG && err.status == rc && strstr(err.message, cases[i].said) != NULL)
            continue;
        print_message("%s: %d, \"%s\", not \"%s\"\n", cases[i].name, (int)rc, err.message,
                      cases[i].said);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    /* What was refused left nothing behind. */
    assert_int_equal(count_ops(ctx), before);
    spoilt_make(&s);
    assert_int_equal(fov_op_register(ctx, &s.def, FOV_OP_EXT_VERSION, NULL), FOV_OK);
    assert_int_equal(count_ops(ctx), before + 1);
    fov_context_free(ctx);
}

static void op_register__refuses_nulls_and_other_versions(void **state)
{
    fov_context *ctx = open_context();
    fov_error err;
    (void)state;
    assert_int_equal(fov_op_register(NULL, &negative, FOV_OP_EXT_VERSION, &err), FOV_E_ARG);
    assert_int_equal(fov_op_register(ctx, NULL, FOV_OP_EXT_VERSION, &err), FOV_E_ARG);
    assert_int_equal(fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION + 1, &err),
                     FOV_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "version 2"));
    assert_int_equal(fov_op_register(ctx, &negative, 0, NULL), FOV_E_UNSUPPORTED);
    assert_null(fov_op_find(ctx, "negative"));
    fov_context_free(ctx);
}

static void op_register__takes_a_name_once_in_a_context(void **state)
{
    static const fov_op_alias_row clash[] = {{"invert_colours", NULL, NULL, NULL},
                                             FOV_OP_ALIAS_END};
    static const fov_op_alias_row itself[] = {{"other", NULL, NULL, NULL}, FOV_OP_ALIAS_END};
    static const fov_op_alias_row twins[] = {
        {"twin", NULL, NULL, NULL}, {"twin", NULL, NULL, NULL}, FOV_OP_ALIAS_END};
    static const fov_op_alias_row *const aliases[] = {clash, itself, twins};
    fov_context *ctx = open_context(), *other = open_context();
    fov_op_def second = negative;
    fov_error err;
    (void)state;
    assert_int_equal(fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION, &err), FOV_OK);
    assert_int_equal(fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION, &err), FOV_E_ARG);
    assert_non_null(strstr(err.message, "is there already"));
    second.name = "other";
    for (size_t i = 0; i < FOV_COUNT(aliases); i++) {
        second.aliases = aliases[i];
        if (fov_op_register(ctx, &second, FOV_OP_EXT_VERSION, &err) != FOV_E_ARG)
            fail_msg("aliases %zu were taken", i);
        assert_non_null(strstr(err.message, "which is taken"));
    }
    second.name = "invert_colours";
    second.aliases = NULL;
    assert_int_equal(fov_op_register(ctx, &second, FOV_OP_EXT_VERSION, &err), FOV_E_ARG);
    /* Another context knows nothing of it. */
    assert_null(fov_op_find(other, "negative"));
    assert_int_equal(fov_op_register(other, &negative, FOV_OP_EXT_VERSION, &err), FOV_OK);
    fov_context_free(ctx);
    fov_context_free(other);
}

enum { ROWS = 64 };
static fov_op_def rows[ROWS + 1];
static char row_names[ROWS + 1][16];

static void make_rows(void)
{
    for (size_t i = 0; i <= ROWS; i++) {
        rows[i] = negative;
        snprintf(row_names[i], sizeof(row_names[i]), "row_%zu", i);
        rows[i].name = row_names[i];
        rows[i].aliases = NULL;
    }
}

static void op_register__has_room_for_sixty_four(void **state)
{
    fov_context *ctx = open_context();
    const size_t before = count_ops(ctx);
    fov_error err;
    (void)state;
    make_rows();
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(fov_op_register(ctx, &rows[i], FOV_OP_EXT_VERSION, &err), FOV_OK);
    assert_int_equal(fov_op_register(ctx, &rows[ROWS], FOV_OP_EXT_VERSION, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "64"));
    assert_int_equal(count_ops(ctx), before + ROWS);
    assert_non_null(fov_op_find(ctx, "row_63"));
    assert_null(fov_op_find(ctx, "row_64"));
    fov_context_free(ctx);
}

/* ---- every part knows it -------------------------------------------------------------------- */

static void op_register__puts_a_row_behind_the_librarys_own(void **state)
{
    fov_context *ctx = open_context();
    fov_op_param param = FOV_OP_PARAM_INIT;
    const fov_op *last = NULL, *op;
    const size_t own = count_ops(NULL);
    (void)state;
    assert_int_equal(fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION, NULL), FOV_OK);
    assert_int_equal(count_ops(ctx), own + 1);
    assert_int_equal(count_ops(NULL), own);
    for (op = fov_op_next(ctx, NULL); op != NULL; op = fov_op_next(ctx, op))
        last = op;
    assert_string_equal(fov_op_name(last), "negative");
    assert_ptr_equal(fov_op_find(ctx, "invert_colours"), last);
    assert_null(fov_op_find(NULL, "negative"));
    assert_int_equal(fov_op_kind(last), FOV_OP_PIXELS);
    assert_string_equal(fov_op_alias(last, 0), "invert_colours");
    assert_int_equal(fov_op_param_at(&param, last, 1), FOV_OK);
    assert_string_equal(param.name, "keep");
    assert_int_equal((int)param.max, 255);
    assert_int_equal(fov_op_param_at(&param, last, 2), FOV_NOTE_END);
    fov_context_free(ctx);
}

static void op_register__is_declared_in_every_dialect(void **state)
{
    static const char *const dialects[] = {"openai-strict", "openai", "anthropic", "gemini", "mcp"};
    static const char *const spaces[] = {"node_px", "delivered_px", "n1000",
                                         "n999",    "n1000yx",      "n1"};
    fov_context *ctx = open_context();
    (void)state;
    assert_int_equal(fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION, NULL), FOV_OK);
    for (size_t d = 0; d < FOV_COUNT(dialects); d++) {
        for (size_t i = 0; i < FOV_COUNT(spaces); i++) {
            fov_bytes schema = {NULL, 0, NULL};
            struct fov_json *doc = NULL;
            fov_error err;
            if (fov_op_schema(&schema, ctx, "negative", dialects[d], spaces[i], &err) < 0)
                fail_msg("%s %s: %s", dialects[d], spaces[i], err.message);
            assert_int_equal(
                fov__json_parse(&doc, ctx, (const char *)schema.data, schema.size, 32, 65536, NULL),
                FOV_OK);
            const fov_json_value *root = fov__json_root(doc);
            const fov_json_value *properties = fov__json_get(root, "properties");
            assert_int_equal(fov__json_count(properties), 3); /* image, grey, keep */
            assert_non_null(fov__json_get(properties, "grey"));
            assert_non_null(strstr((char *)schema.data, "take green for all three colours"));
            assert_non_null(strstr((char *)schema.data, "255"));
            assert_int_equal(fov__json_count(fov__json_get(root, "required")), d == 0 ? 3 : 0);
            fov__json_free(doc);
            fov_bytes_free(&schema);
        }
        assert_int_equal(fov_op_schema(&(fov_bytes){NULL, 0, NULL}, ctx, "nonesuch", dialects[d],
                                       "node_px", NULL),
                         FOV_E_ARG);
    }
    fov_context_free(ctx);
}

/* Left half dark red, right half light blue. */
static fov_image *two_halves(fov_context *ctx)
{
    uint8_t px[20 * 10 * 3];
    fov_image *image = NULL;
    for (size_t i = 0; i < 200; i++) {
        const bool is_left = i % 20 < 10;
        px[3 * i] = is_left ? 60 : 200;
        px[3 * i + 1] = is_left ? 0 : 220;
        px[3 * i + 2] = is_left ? 10 : 255;
    }
    assert_int_equal(fov_image_new_pixels(&image, ctx, px, 20, 10, 3, 60, NULL), FOV_OK);
    return image;
}

static void expect_pixel(fov_graph *graph, int32_t image, int32_t x, int32_t r, int32_t g,
                         int32_t b)
{
    fov_image *out = NULL;
    uint8_t px[3];
    fov_error err;
    if (fov_graph_render(graph, image, NULL, NULL, &out, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(fov_image_read(out, (fov_box){x, 5, x + 1, 6}, 3, px, 3, NULL), FOV_OK);
    assert_true(px[0] == r && px[1] == g && px[2] == b);
    fov_image_unref(out);
}

static void op_register__is_applied_in_a_graph(void **state)
{
    fov_context *ctx = open_context();
    fov_graph *graph = NULL;
    fov_applied applied = FOV_APPLIED_INIT;
    fov_bytes text = {NULL, 0, NULL};
    fov_error err;
    fov_image *image = two_halves(ctx);
    (void)state;
    assert_int_equal(fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&graph, ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    assert_int_equal(fov_graph_apply(graph, "negative", NULL, &applied, &err), FOV_OK);
    expect_pixel(graph, applied.image, 2, 195, 255, 245);
    expect_pixel(graph, applied.image, 18, 55, 35, 0);
    assert_int_equal(fov_graph_apply(graph, "invert_colours", "{\"keep\":0}", &applied, &err),
                     FOV_NOTE_SAME);
    assert_int_equal(applied.image, 1);
    assert_int_equal(
        fov_graph_apply(graph, "negative", "{\"grey\":true,\"keep\":100}", &applied, &err), FOV_OK);
    expect_pixel(graph, applied.image, 2, 0, 0, 0);
    expect_pixel(graph, applied.image, 18, 35, 35, 35);
    assert_int_equal(fov_graph_describe(graph, applied.image, &text, NULL), FOV_OK);
    assert_non_null(strstr((char *)text.data,
                           "\"op\":\"negative\",\"arguments\":{\"grey\":true,\"keep\":100}"));
    fov_bytes_free(&text);
    /* In a chain with geometry it is one pass, and mapped back as any image is. */
    assert_int_equal(fov_graph_apply(graph, "flip", "{\"image\":\"img_1\",\"axis\":\"horizontal\"}",
                                     &applied, &err),
                     FOV_OK);
    expect_pixel(graph, applied.image, 2, 55, 35, 0);
    /* Refused by its bounds, by its own plan, and for its name. */
    assert_int_equal(fov_graph_apply(graph, "negative", "{\"keep\":256}", &applied, &err),
                     FOV_E_ARG);
    assert_string_equal(err.where, "negative.keep");
    assert_int_equal(fov_graph_apply(graph, "negative", "{\"keep\":13}", &applied, &err),
                     FOV_E_ARG);
    assert_string_equal(err.where, "negative.keep");
    assert_non_null(strstr(err.message, "not 13"));
    assert_int_equal(fov_graph_apply(graph, "negativ", NULL, &applied, &err), FOV_E_ARG);
    assert_non_null(strstr(err.message, "did you mean \"negative\""));
    assert_int_equal(fov_graph_image_count(graph), 4);
    fov_graph_free(graph);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void op_register__is_offered_to_models(void **state)
{
    static const char *const presets[] = {"photo", "all"};
    static const char *const dialects[] = {"openai", "openai-strict", "anthropic", "gemini", "mcp"};
    fov_context *ctx = open_context();
    fov_image *image = two_halves(ctx);
    (void)state;
    assert_int_equal(fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION, NULL), FOV_OK);
    for (size_t p = 0; p < FOV_COUNT(presets); p++) {
        fov_session_opts opts = FOV_SESSION_OPTS_INIT;
        fov_tool_result result = FOV_TOOL_RESULT_INIT;
        fov_session *session = NULL;
        opts.preset = presets[p];
        assert_int_equal(fov_session_new(&session, ctx, NULL, &opts, NULL), FOV_OK);
        assert_int_equal(fov_session_add_image(session, image, NULL, NULL), FOV_OK);
        for (size_t d = 0; d < FOV_COUNT(dialects); d++) {
            fov_bytes tools = {NULL, 0, NULL};
            assert_int_equal(fov_session_tools(session, dialects[d], &tools, NULL), FOV_OK);
            assert_non_null(strstr((char *)tools.data, "\"name\":\"negative\""));
            assert_non_null(strstr((char *)tools.data, "Dark and light change places."));
            fov_bytes_free(&tools);
        }
        assert_int_equal(fov_session_call(session, "negative", "{}", &result, NULL), FOV_OK);
        assert_false(result.is_error);
        assert_int_equal(result.image, 1);
        assert_int_equal(fov_session_call(session, "negativ", "{}", &result, NULL), FOV_OK);
        assert_true(result.is_error);
        assert_non_null(strstr(result.text, "UNKNOWN_OP"));
        assert_non_null(strstr(result.text, "perhaps you mean negative"));
        assert_int_equal(fov_session_call(session, "negative", "{\"gray\":true}", &result, NULL),
                         FOV_OK);
        assert_true(result.is_error);
        assert_non_null(strstr(result.text, "\"UNKNOWN_ARG\""));
        assert_non_null(strstr(result.text, "grey"));
        fov_session_free(session);
    }
    fov_image_unref(image);
    fov_context_free(ctx);
}

/* ---- operations that break their promises --------------------------------------------------- */

struct sly_args {
    fov_op_args_head head;
    int32_t how;
};

static fov_status sly_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                           fov_op_plan *out, fov_op_fault *fault)
{
    const struct sly_args *sly = args;
    fov_op_output *output = &out->output[0];
    (void)in_count, (void)fault;
    fov_op_plan_same(out, in, FOV_OP_EFFECT_POINTWISE);
    switch (sly->how) {
    case 1:
        return FOV_E_IMAGE;
    case 2:
        out->output_count = 0;
        break;
    case 3:
        out->output_count = FOV_OP_OUTPUTS_MAX + 1;
        break;
    case 4:
        output->width = 0;
        break;
    case 5:
        output->height = -5;
        break;
    case 6:
        output->region_count = 0;
        break;
    case 7:
        output->region_count = 2;
        break;
    case 8:
        output->region[0].input = 1;
        break;
    case 9:
        output->region[0].input = -1;
        break;
    case 10:
        output->effect = FOV_OP_EFFECT_BARRIER; /* it has no `run` */
        break;
    case 11:
        output->effect = FOV_OP_EFFECT_MARKS;
        break;
    case 12:
        output->effect = FOV_OP_EFFECT_GEOMETRY;
        break;
    case 13:
        out->output_count = 2; /* the second was not filled in */
        break;
    case 14:
        output->width = INT32_MAX;
        break;
    default:
        break;
    }
    return FOV_OK;
}

static fov_status sly_fact(const void *args, fov_op_io *io, fov_op_facts *out, fov_op_fault *fault,
                           fov_error *err)
{
    const struct sly_args *sly = args;
    (void)io, (void)out, (void)fault, (void)err;
    return sly->how == 0 ? FOV_OK : sly->how == 1 ? FOV_E_ARG : FOV_E_IMAGE;
}

static const fov_op_param_row sly_params[] = {
    FOV_OP_INT(sly_args, how, 0, 0, 20, 0, "", "which promise to break"), FOV_OP_END};

static void op_register__survives_a_plan_that_makes_no_sense(void **state)
{
    static const char *const said[] = {"an unexplained status",
                                       "outputs 0",
                                       "outputs 17",
                                       "a side of 0",
                                       "a side of -5",
                                       "regions 0",
                                       "regions 2",
                                       "a region of input 1",
                                       "a region of input -1",
                                       "effect 2",
                                       "effect 3",
                                       "effect 0",
                                       "effect",
                                       "2147483647"};
    fov_context *ctx = open_context();
    fov_op_def sly = negative, sly_too = negative;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_session *session = NULL;
    fov_graph *graph = NULL;
    fov_image *image = two_halves(ctx);
    (void)state;
    sly.name = "sly";
    sly.aliases = NULL;
    sly.params = sly_params;
    sly.args_size = sizeof(struct sly_args);
    sly.plan = sly_plan;
    sly.examples = (const fov_op_example_row[]){{"{}", "1000x500"}, {NULL, NULL}};
    sly_too = sly;
    sly_too.name = "sly_fact";
    sly_too.kind = FOV_OP_FACT;
    sly_too.presets = FOV_OP_PRESET_ALL;
    sly_too.plan = NULL;
    sly_too.point = NULL;
    sly_too.fact = sly_fact;
    assert_int_equal(fov_op_register(ctx, &sly, FOV_OP_EXT_VERSION, NULL), FOV_OK);
    assert_int_equal(fov_op_register(ctx, &sly_too, FOV_OP_EXT_VERSION, NULL), FOV_OK);
    opts.preset = "all";
    assert_int_equal(fov_session_new(&session, ctx, NULL, &opts, NULL), FOV_OK);
    assert_int_equal(fov_session_add_image(session, image, NULL, NULL), FOV_OK);
    graph = fov_session_graph(session);
    for (size_t i = 0; i < FOV_COUNT(said); i++) {
        fov_tool_result result = FOV_TOOL_RESULT_INIT;
        fov_applied applied = FOV_APPLIED_INIT;
        fov_error err;
        char call[32];
        memset(&err, 'x', sizeof(err));
        snprintf(call, sizeof(call), "{\"how\":%zu}", i + 1);
        const fov_status rc = fov_graph_apply(graph, "sly", call, &applied, &err);
        if (rc >= 0 || err.status != rc || strstr(err.message, said[i]) == NULL)
            fail_msg("%s: %d, \"%.150s\", not \"%s\"", call, (int)rc, err.message, said[i]);
        /* A model is told, and its conversation goes on. */
        assert_int_equal(fov_session_call(session, "sly", call, &result, &err), FOV_OK);
        assert_true(result.is_error);
    }
    for (int how = 1; how <= 2; how++) {
        fov_applied applied = FOV_APPLIED_INIT;
        fov_error err;
        memset(&err, 'x', sizeof(err));
        const char *call = how == 1 ? "{\"how\":1}" : "{\"how\":2}";
        const fov_status rc = fov_graph_apply(graph, "sly_fact", call, &applied, &err);
        assert_int_equal(rc, how == 1 ? FOV_E_ARG : FOV_E_IMAGE);
        assert_int_equal(err.status, rc);
        assert_non_null(strstr(err.message, "sly_fact failed and did not say why"));
    }
    assert_int_equal(fov_graph_image_count(graph), 1);
    fov_session_free(session);
    fov_image_unref(image);
    fov_context_free(ctx);
}

/* A code that is none would be no help to a model. */
static void op_register__lets_an_operation_refuse_in_its_own_words(void **state)
{
    fov_op_fault fault;
    (void)state;
    memset(&fault, 0, sizeof(fault));
    assert_int_equal(fov_op_refuse(&fault, FOV_FAULT_TOO_SMALL, "a.b", "1", "2 to 3", "50 % more."),
                     FOV_E_ARG);
    assert_int_equal(fault.code, FOV_FAULT_TOO_SMALL);
    assert_string_equal(fault.hint, "50 % more.");
    assert_int_equal(fov_op_refuse(&fault, FOV_FAULT_LIMIT, "a.b", NULL, NULL, NULL), FOV_E_LIMIT);
    assert_string_equal(fault.got, "");
    assert_int_equal(
        fov_op_refuse(&fault, (enum fov_fault_code)FOV_FAULT_COUNT, "a.b", NULL, NULL, "%s%n"),
        FOV_E_UNSUPPORTED);
    assert_int_equal(fault.code, FOV_FAULT_UNSUPPORTED);
    assert_string_equal(fault.hint, "%s%n");
}

/* ---- memory and threads --------------------------------------------------------------------- */

static fov_status register_and_use(void *user)
{
    fov_context *ctx = NULL;
    fov_graph *graph = NULL;
    fov_image *image = NULL, *out = NULL;
    fov_applied applied = FOV_APPLIED_INIT;
    fov_bytes schema = {NULL, 0, NULL};
    const uint8_t px[12] = {1, 2, 3};
    fov_status rc = torture_context_new(&ctx, NULL);
    (void)user;
    if (rc >= 0)
        rc = fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION, NULL);
    /* After a failure it is not half there. */
    if (rc < 0 && ctx != NULL && fov_op_find(ctx, "negative") != NULL)
        rc = FOV_E_INTERNAL;
    if (rc >= 0)
        rc = fov_op_schema(&schema, ctx, "negative", "openai", "node_px", NULL);
    if (rc >= 0)
        rc = fov_graph_new(&graph, ctx, NULL);
    if (rc >= 0)
        rc = fov_image_new_pixels(&image, ctx, px, 2, 2, 3, 6, NULL);
    if (rc >= 0)
        rc = fov_graph_add_source(graph, image, NULL, NULL);
    if (rc >= 0)
        rc = fov_graph_apply(graph, "negative", "{\"grey\":true}", &applied, NULL);
    if (rc >= 0)
        rc = fov_graph_render(graph, applied.image, NULL, NULL, &out, NULL);
    fov_bytes_free(&schema);
    fov_image_unref(out);
    fov_graph_free(graph);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

static void op_register__gives_memory_errors_and_leaks_nothing(void **state)
{
    (void)state;
    /* The cache of decoded pixels may go without a block of its own. */
    const int failed = torture_run(register_and_use, NULL, "op_register", TORTURE_MAY_SUCCEED);
    if (failed < 10)
        fail_msg("%d: %s", failed, torture_reason());
}

enum { THREADS = 4 };

struct crowd {
    fov_context *ctx;
    fov_graph *graph;
    atomic_bool is_over;
    atomic_int wrong, registered;
};

/* Reads while others write: what is found is whole, and what was there stays. */
static void *look_up(void *user)
{
    struct crowd *crowd = user;
    size_t before = 0;
    bool is_last;
    do {
        fov_applied applied = FOV_APPLIED_INIT;
        fov_op_param param = FOV_OP_PARAM_INIT;
        size_t n = 0;
        is_last = atomic_load(&crowd->is_over);
        for (const fov_op *op = fov_op_next(crowd->ctx, NULL); op != NULL;
             op = fov_op_next(crowd->ctx, op), n++) {
            if (fov_op_find(crowd->ctx, fov_op_name(op)) != op || fov_op_since(op)[0] == '\0' ||
                fov_op_param_at(&param, op, 40) != FOV_NOTE_END)
                atomic_fetch_add(&crowd->wrong, 1);
        }
        if (n < before)
            atomic_fetch_add(&crowd->wrong, 1);
        before = n;
        if (fov_graph_apply(crowd->graph, "row_0", "{\"keep\":7}", &applied, NULL) >= 0 &&
            applied.image != 1)
            atomic_fetch_add(&crowd->wrong, 1);
    } while (!is_last);
    if (before != count_ops(NULL) + ROWS)
        atomic_fetch_add(&crowd->wrong, 1);
    return NULL;
}

/* All writers want all rows: each name is given once. */
static void *register_all(void *user)
{
    struct crowd *crowd = user;
    for (size_t i = 0; i < ROWS; i++)
        if (fov_op_register(crowd->ctx, &rows[i], FOV_OP_EXT_VERSION, NULL) == FOV_OK)
            atomic_fetch_add(&crowd->registered, 1);
    return NULL;
}

static void op_register__is_safe_beside_lookups(void **state)
{
    struct crowd crowd = {.ctx = open_context()};
    fov_image *image = two_halves(crowd.ctx);
    pthread_t reader[THREADS], writer[THREADS];
    (void)state;
    make_rows();
    assert_int_equal(fov_graph_new(&crowd.graph, crowd.ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(crowd.graph, image, NULL, NULL), FOV_OK);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&reader[i], NULL, look_up, &crowd), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&writer[i], NULL, register_all, &crowd), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(writer[i], NULL);
    atomic_store(&crowd.is_over, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(reader[i], NULL);
    assert_int_equal(atomic_load(&crowd.registered), ROWS);
    assert_int_equal(atomic_load(&crowd.wrong), 0);
    fov_graph_free(crowd.graph);
    fov_image_unref(image);
    fov_context_free(crowd.ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_register__says_what_is_wrong_with_a_row),
        cmocka_unit_test(op_register__refuses_nulls_and_other_versions),
        cmocka_unit_test(op_register__takes_a_name_once_in_a_context),
        cmocka_unit_test(op_register__has_room_for_sixty_four),
        cmocka_unit_test(op_register__puts_a_row_behind_the_librarys_own),
        cmocka_unit_test(op_register__is_declared_in_every_dialect),
        cmocka_unit_test(op_register__is_applied_in_a_graph),
        cmocka_unit_test(op_register__is_offered_to_models),
        cmocka_unit_test(op_register__survives_a_plan_that_makes_no_sense),
        cmocka_unit_test(op_register__lets_an_operation_refuse_in_its_own_words),
        cmocka_unit_test(op_register__gives_memory_errors_and_leaks_nothing),
        cmocka_unit_test(op_register__is_safe_beside_lookups),
    };

    return cmocka_run_group_tests_name("op_register", tests, NULL, NULL);
}
