/* SPDX-License-Identifier: MIT */
/* The plain schema accepts exactly what the first stage of the validator accepts. Calls are made
 * from the schema itself, some spoiled in one place, in every space and both frames, with fixed
 * seeds. With --emit FILE the same calls are written down with this checker's verdicts, for another
 * checker to judge (check_schema.py). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "op/schema_check.h"

static fov_context *ctx;

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static struct fov_json *parse(const char *text, size_t len)
{
    struct fov_json *doc = NULL;
    fov_error err;
    if (fov__json_parse(&doc, ctx, text, len, 32, 1 << 20, &err) < 0)
        fail_msg("%s: %s", err.message, text);
    return doc;
}

static struct fov_json *schema_of(const fov_op_def *def, enum fov__dialect dialect,
                                  enum fov__space space, enum fov__frame frame)
{
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__op_schema_write(&jw, NULL, def, dialect, space, frame);
    assert_int_equal(buf.status, FOV_OK);
    struct fov_json *doc = parse(buf.data, buf.len);
    fov__buf_free(&buf);
    return doc;
}

/* ---- calls out of a schema ------------------------------------------------------------------ */

struct maker {
    struct fov_buf *out;
    uint32_t seed;
    uint32_t oddness; /* one value in so many is spoiled; 0: none */
};

static uint32_t pick(struct maker *m, uint32_t n)
{
    return next_random(&m->seed) % n;
}

static const char *const strangers[] = {"0",
                                        "-1",
                                        "1.5",
                                        "7e2",
                                        "-0.0",
                                        "1e300",
                                        "true",
                                        "false",
                                        "null",
                                        "\"\"",
                                        "\"auto\"",
                                        "\"NaN\"",
                                        "\"5\"",
                                        "\"red\"",
                                        "\"Red\"",
                                        "\"#12ab9\"",
                                        "\"#12ab9g\"",
                                        "\"#12AB9f\"",
                                        "\"#12ab9f0\"",
                                        "\"fact_0\"",
                                        "\"fact_01\"",
                                        "\"fact_1.0\"",
                                        "\"fact_1.\"",
                                        "\"fact_1.2\"",
                                        "\"fact_1.2.3\"",
                                        "\"fact_1234567\"",
                                        "\"fact_123456.123456\"",
                                        "\"image\"",
                                        "\"source\"",
                                        "\"img_0\"",
                                        "\"\\u00fc\\u4e2d\\ud83d\\ude00\"",
                                        "[]",
                                        "{}",
                                        "[null]",
                                        "[[]]",
                                        "[\"img_0\"]",
                                        "[1,2]",
                                        "[[1,2]]",
                                        "[1,2,3,4]",
                                        "[[1,2,3,4]]",
                                        "[1,2,\"3\",4]",
                                        "{\"at\":[1,2]}",
                                        "[{\"at\":[1,2],\"text\":\"a\"}]",
                                        "[{\"at\":[1,2],\"text\":null}]",
                                        "[{\"at\":null,\"value\":3}]",
                                        "[{\"at\":[1,2],\"value\":true}]",
                                        "[{\"at\":[1,2],\"value\":\"2021-03-01\"}]"};

static void make(struct maker *m, const fov_json_value *schema, uint32_t place);

static double bound(const fov_json_value *schema, const char *name, double otherwise)
{
    double v = otherwise;
    (void)fov__json_number(fov__json_get(schema, name), &v);
    return v;
}

/* `place` orders the numbers of a box: without an inside a box is refused by another stage. */
static void make_number(struct maker *m, const fov_json_value *schema, bool is_whole, bool is_odd,
                        uint32_t place)
{
    const double lo = bound(schema, "minimum", -40), hi = bound(schema, "maximum", 1240);
    const double step = is_whole ? 1 : 0.001 * (hi - lo);
    double v = lo + (hi - lo) * pick(m, 1001) / 1000;
    char text[32];
    if (place > 0)
        v = lo + (hi - lo) * (pick(m, 400) + (place > 2 ? 500 : 0)) / 1000;
    if (place == 0 && pick(m, 4) == 0)
        v = pick(m, 2) == 0 ? lo : hi;
    if (is_whole)
        v = fov__rint(v);
    if (is_odd)
        v = pick(m, 2) == 0 ? lo - step : hi + step;
    if (is_odd && is_whole && pick(m, 3) == 0)
        v = fov__rint(lo) + 0.5;
    fov__double_text(text, v);
    fov__buf_adds(m->out, text);
    if (is_whole && v == fov__rint(v) && v < 1000 && v > -1000 && pick(m, 8) == 0)
        fov__buf_adds(m->out, ".0"); /* 5.0 is a whole number */
}

static void make_string(struct maker *m, const fov_json_value *schema, bool is_odd)
{
    static const char *const colors[] = {"red", "gray", "#00ff7f", "#A0b1C2"};
    static const char *const refs[] = {"fact_0", "fact_12", "fact_3.1", "fact_999999.999999"};
    const fov_json_value *choices = fov__json_get(schema, "enum");
    const char *pattern = fov__json_string(fov__json_get(schema, "pattern"));
    const size_t most = (size_t)bound(schema, "maxLength", 20);
    if (choices != NULL) {
        const fov_json_value *choice = fov__json_child(choices);
        for (uint32_t i = pick(m, (uint32_t)fov__json_count(choices)); i > 0; i--)
            choice = fov__json_next(choice);
        fov__buf_addf(m->out, "\"%s%s\"", fov__json_string(choice), is_odd ? "s" : "");
    } else if (pattern != NULL) {
        fov__buf_addf(m->out, "\"%s%s\"", pattern[1] == 'f' ? refs[pick(m, 4)] : colors[pick(m, 4)],
                      is_odd ? "x" : "");
    } else {
        static const char *const letters[] = {"a", "Z", " ", "\\n", "\\\"", "\xc3\xbc"};
        const size_t n = is_odd ? most + 1 : pick(m, 3) == 0 ? most : pick(m, 6);
        fov__buf_addc(m->out, '"');
        for (size_t i = 0; i < n; i++)
            fov__buf_adds(m->out, letters[pick(m, pick(m, 9) == 0 ? 6 : 5)]);
        fov__buf_addc(m->out, '"');
    }
}

static void make_array(struct maker *m, const fov_json_value *schema, bool is_odd)
{
    const fov_json_value *items = fov__json_get(schema, "items");
    const char *type = fov__json_string(fov__json_get(items, "type"));
    const uint32_t least = (uint32_t)bound(schema, "minItems", 0),
                   most = (uint32_t)bound(schema, "maxItems", 5);
    const bool are_places = least == most && type != NULL && strcmp(type, "number") == 0;
    uint32_t n = least + pick(m, 3);
    n = pick(m, 24) == 0 || n > most ? most : n;
    if (is_odd)
        n = pick(m, 2) == 0 && least > 0 ? least - 1 : most + 1;
    fov__buf_addc(m->out, '[');
    for (uint32_t i = 0; i < n; i++) {
        fov__buf_adds(m->out, i > 0 ? "," : "");
        make(m, items, are_places ? i + 1 : 0);
    }
    fov__buf_addc(m->out, ']');
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

/* "frame" and "image" are members that other operations have. */
static const char *undeclared(struct maker *m, const fov_json_value *schema)
{
    static const char *const names[] = {"frame", "image", "images", "zzz"};
    const char *name = names[pick(m, 4)];
    return fov__json_get(fov__json_get(schema, "properties"), name) != NULL ? "zzz" : name;
}

static void make_object(struct maker *m, const fov_json_value *schema, bool is_odd)
{
    const fov_json_value *p = fov__json_child(fov__json_get(schema, "properties"));
    const bool has_stranger = is_odd && pick(m, 2) == 0;
    bool is_first = true;
    fov__buf_addc(m->out, '{');
    for (; p != NULL; p = fov__json_next(p)) {
        const bool must = is_required(schema, fov__json_key(p));
        if (must ? is_odd && !has_stranger && pick(m, 2) == 0 : pick(m, 3) == 0)
            continue;
        fov__buf_addf(m->out, "%s\"%s\":", is_first ? "" : ",", fov__json_key(p));
        is_first = false;
        make(m, p, 0);
    }
    if (has_stranger)
        fov__buf_addf(m->out, "%s\"%s\":\"image\"", is_first ? "" : ",", undeclared(m, schema));
    fov__buf_addc(m->out, '}');
}

static void make(struct maker *m, const fov_json_value *schema, uint32_t place)
{
    const fov_json_value *any = fov__json_child(fov__json_get(schema, "anyOf"));
    const fov_json_value *types = fov__json_get(schema, "type");
    const char *type = fov__json_string(types);
    const bool is_odd = m->oddness > 0 && pick(m, m->oddness) == 0;
    if (any != NULL) {
        for (uint32_t i = pick(m, (uint32_t)fov__json_count(fov__json_get(schema, "anyOf"))); i > 0;
             i--)
            any = fov__json_next(any);
        make(m, any, place);
        return;
    }
    if (type == NULL) { /* one of several */
        const fov_json_value *t = fov__json_child(types);
        for (uint32_t i = pick(m, (uint32_t)fov__json_count(types)); i > 0; i--)
            t = fov__json_next(t);
        type = fov__json_string(t);
    }
    if (is_odd && pick(m, 2) == 0)
        fov__buf_adds(m->out, strangers[pick(m, FOV_COUNT(strangers))]);
    else if (strcmp(type, "object") == 0)
        make_object(m, schema, is_odd);
    else if (strcmp(type, "array") == 0)
        make_array(m, schema, is_odd);
    else if (strcmp(type, "string") == 0)
        make_string(m, schema, is_odd);
    else if (strcmp(type, "boolean") == 0)
        fov__buf_adds(m->out, pick(m, 2) == 0 ? "true" : "false");
    else
        make_number(m, schema, strcmp(type, "integer") == 0, is_odd, place);
}

/* ---- the law -------------------------------------------------------------------------------- */

struct tally {
    size_t yes, no;
};

static struct op_reading reading_of(enum fov__space space, enum fov__frame frame)
{
    struct op_reading r = {.space = space,
                           .frame = frame,
                           .width = 800,
                           .height = 557,
                           .delivered_width = 400,
                           .delivered_height = 279,
                           .has_source = true,
                           .source_width = 1000,
                           .source_height = 700,
                           .image_id = "img_1"};
    r.from_source = fov__mat_translate(-100, -70);
    return r;
}

static void agree(const fov_op_def *def, const fov_json_value *schema, const char *text, size_t len,
                  const struct op_reading *reading, struct tally *tally)
{
    struct first_stage stage = {.args = fov__calloc(ctx, 1, def->args_size)};
    struct fov_json *doc = parse(text, len);
    assert_non_null(stage.args);
    first_stage_run(&stage, def, fov__json_root(doc), reading);
    const char *why = schema_disagrees(def, schema, fov__json_root(doc), &stage);
    if (why != NULL)
        fail_msg("%s %s (%s%s): %s: %s %s", def->name, text, fov__space_name(reading->space),
                 reading->frame == FOV__FRAME_SOURCE ? " of the original" : "", why,
                 fov__fault_name(stage.fault.code), stage.fault.hint);
    tally->yes += stage.status == FOV_OK;
    tally->no += stage.status != FOV_OK;
    fov__json_free(doc);
    fov__free(ctx, stage.args);
}

static void schema__accepts_exactly_what_the_first_stage_accepts(void **state)
{
    enum { ROUNDS = 240 };
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        struct tally tally = {0, 0};
        for (int s = 0; s < 12; s++) {
            const struct op_reading reading =
                reading_of((enum fov__space)(s % 6), s < 6 ? FOV__FRAME_IMAGE : FOV__FRAME_SOURCE);
            struct fov_json *schema =
                schema_of(def, FOV__DIALECT_MCP, reading.space, reading.frame);
            for (uint32_t round = 0; round < ROUNDS; round++) {
                struct fov_buf buf;
                struct maker m = {&buf, 20260101u + round * 7919 + (uint32_t)s, 0};
                m.oddness = round % 3 == 0 ? 0 : 1u << (1 + round % 5);
                fov__buf_init(&buf, ctx, 1 << 20);
                make(&m, fov__json_root(schema), 0);
                assert_int_equal(buf.status, FOV_OK);
                agree(def, fov__json_root(schema), buf.data, buf.len, &reading, &tally);
                fov__buf_free(&buf);
            }
            fov__json_free(schema);
        }
        /* Both sides were tried, for each operation. */
        if (tally.yes < ROUNDS || tally.no < ROUNDS)
            fail_msg("%s: %zu calls accepted, %zu refused", def->name, tally.yes, tally.no);
    }
}

static void schema__agrees_about_every_stranger_in_every_place(void **state)
{
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        const struct op_reading reading = reading_of(FOV__SPACE_N1000, FOV__FRAME_IMAGE);
        struct fov_json *schema = schema_of(def, FOV__DIALECT_MCP, reading.space, reading.frame);
        const fov_json_value *all = fov__json_get(fov__json_root(schema), "properties");
        struct tally tally = {0, 0};
        for (const fov_json_value *p = fov__json_child(all); p != NULL; p = fov__json_next(p)) {
            for (size_t k = 0; k < FOV_COUNT(strangers); k++) {
                struct fov_buf buf;
                struct maker m = {&buf, 77, 0};
                fov__buf_init(&buf, ctx, 1 << 20);
                fov__buf_addf(&buf, "{\"%s\":%s", fov__json_key(p), strangers[k]);
                for (const fov_json_value *q = fov__json_child(all); q != NULL;
                     q = fov__json_next(q)) {
                    if (q == p || !is_required(fov__json_root(schema), fov__json_key(q)))
                        continue;
                    fov__buf_addf(&buf, ",\"%s\":", fov__json_key(q));
                    make(&m, q, 0);
                }
                fov__buf_addc(&buf, '}');
                assert_int_equal(buf.status, FOV_OK);
                agree(def, fov__json_root(schema), buf.data, buf.len, &reading, &tally);
                fov__buf_free(&buf);
            }
        }
        fov__json_free(schema);
    }
}

/* Operations on a list of images, which the table does not have. */
static void schema__agrees_about_lists_of_images(void **state)
{
    static const fov_op_param_row none[] = {FOV_OP_END};
    fov_op_def def = {.name = "several", .params = none, .args_size = sizeof(fov_op_args_head)};
    const struct op_reading reading = reading_of(FOV__SPACE_N1000, FOV__FRAME_IMAGE);
    (void)state;
    for (int32_t least = 0; least < 4; least++) {
        struct tally tally = {0, 0};
        def.input_min = least;
        def.input_max = 4;
        struct fov_json *schema = schema_of(&def, FOV__DIALECT_MCP, reading.space, reading.frame);
        for (uint32_t round = 0; round < 300; round++) {
            struct fov_buf buf;
            struct maker m = {&buf, 99 + round * 7919, round % 2 == 0 ? 0 : 4};
            fov__buf_init(&buf, ctx, 1 << 20);
            make(&m, fov__json_root(schema), 0);
            agree(&def, fov__json_root(schema), buf.data, buf.len, &reading, &tally);
            fov__buf_free(&buf);
        }
        assert_true(tally.yes > 50 && tally.no > 20);
        fov__json_free(schema);
    }
}

static void schema__is_well_formed_in_every_dialect_and_space(void **state)
{
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        for (size_t d = 0; fov__dialect_name(d) != NULL; d++) {
            for (int s = 0; s < 12; s++) {
                const fov_op_def *def = fov__op_at(NULL, i);
                struct fov_json *schema =
                    schema_of(def, (enum fov__dialect)d, (enum fov__space)(s % 6),
                              s < 6 ? FOV__FRAME_IMAGE : FOV__FRAME_SOURCE);
                const char *why = schema_fault(fov__json_root(schema));
                if (why != NULL)
                    fail_msg("%s in %s: %s", def->name, fov__dialect_name(d), why);
                fov__json_free(schema);
            }
        }
    }
}

static void schema__checker_knows_its_patterns(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool fits;
    } rows[] = {{"^(#[0-9A-Fa-f]{6}|red|green)$", "red", true},
                {"^(#[0-9A-Fa-f]{6}|red|green)$", "green", true},
                {"^(#[0-9A-Fa-f]{6}|red|green)$", "gree", false},
                {"^(#[0-9A-Fa-f]{6}|red|green)$", "#00ffA9", true},
                {"^(#[0-9A-Fa-f]{6}|red|green)$", "#00ffA", false},
                {"^(#[0-9A-Fa-f]{6}|red|green)$", "#00ffA99", false},
                {"^fact_(0|[1-9][0-9]{0,5})(\\\\.[1-9][0-9]{0,5})?$", "fact_0", true},
                {"^fact_(0|[1-9][0-9]{0,5})(\\\\.[1-9][0-9]{0,5})?$", "fact_00", false},
                {"^fact_(0|[1-9][0-9]{0,5})(\\\\.[1-9][0-9]{0,5})?$", "fact_123456.1", true},
                {"^fact_(0|[1-9][0-9]{0,5})(\\\\.[1-9][0-9]{0,5})?$", "fact_1234567", false},
                {"^fact_(0|[1-9][0-9]{0,5})(\\\\.[1-9][0-9]{0,5})?$", "fact_1x1", false},
                {"^fact_(0|[1-9][0-9]{0,5})(\\\\.[1-9][0-9]{0,5})?$", "fact_1.0", false}};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(rows); i++) {
        char text[200];
        fov__format(text, sizeof(text), "[{\"type\":\"string\",\"pattern\":\"%s\"},\"%s\"]",
                    rows[i].pattern, rows[i].text);
        struct fov_json *doc = parse(text, strlen(text));
        const fov_json_value *schema = fov__json_child(fov__json_root(doc));
        assert_int_equal(schema_accepts(schema, fov__json_next(schema)), rows[i].fits);
        fov__json_free(doc);
    }
}

/* ---- for another checker -------------------------------------------------------------------- */

/* One line a schema: {"op","schema","calls":[[call,verdict] ...]}. */
static int emit(const char *path)
{
    struct fov_buf out;
    uint32_t seed = 4711;
    fov__buf_init(&out, ctx, 1 << 26);
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        for (int s = 0; s < 6; s++) {
            struct fov_json *schema =
                schema_of(def, FOV__DIALECT_MCP, (enum fov__space)s, FOV__FRAME_IMAGE);
            struct fov_jw jw;
            fov__jw_init(&jw, &out);
            fov__jw_object(&jw, NULL);
            fov__jw_string(&jw, "op", def->name);
            fov__jw_value(&jw, "schema", fov__json_root(schema));
            fov__jw_array(&jw, "calls");
            for (uint32_t round = 0; round < 24; round++) {
                struct fov_buf buf;
                struct maker m = {&buf, next_random(&seed), round % 3 == 0 ? 0 : 6};
                fov__buf_init(&buf, ctx, 1 << 20);
                make(&m, fov__json_root(schema), 0);
                struct fov_json *doc = parse(buf.data, buf.len);
                fov__jw_array(&jw, NULL);
                fov__jw_raw(&jw, NULL, buf.data, buf.len);
                fov__jw_bool(&jw, NULL,
                             schema_accepts(fov__json_root(schema), fov__json_root(doc)));
                fov__jw_end_array(&jw);
                fov__json_free(doc);
                fov__buf_free(&buf);
            }
            fov__jw_end_array(&jw);
            fov__jw_end_object(&jw);
            fov__buf_addc(&out, '\n');
            fov__json_free(schema);
        }
    }
    const fov_status rc =
        out.status < 0 ? out.status : fov__file_write(ctx, path, out.data, out.len, false, NULL);
    fov__buf_free(&out);
    return rc < 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema__checker_knows_its_patterns),
        cmocka_unit_test(schema__is_well_formed_in_every_dialect_and_space),
        cmocka_unit_test(schema__accepts_exactly_what_the_first_stage_accepts),
        cmocka_unit_test(schema__agrees_about_every_stranger_in_every_place),
        cmocka_unit_test(schema__agrees_about_lists_of_images),
    };
    if (fov_context_new(&ctx, NULL, NULL) < 0)
        return 1;
    const int rc = argc == 3 && strcmp(argv[1], "--emit") == 0
                       ? emit(argv[2])
                       : cmocka_run_group_tests_name("schema_fuzz", tests, NULL, NULL);
    fov_context_free(ctx);
    return rc;
}
