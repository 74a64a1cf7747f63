/* SPDX-License-Identifier: MIT */
/* Laws of the validator over many random calls, and its behaviour when memory runs out. */
#include <foveate/op.h>

#include "op/harness.h"

#include <stdio.h>

#include "torture/torture.h"

static const enum fov__space spaces[] = {FOV__SPACE_NODE_PX, FOV__SPACE_DELIVERED_PX,
                                         FOV__SPACE_N1000,   FOV__SPACE_N999,
                                         FOV__SPACE_N1000YX, FOV__SPACE_N1};

static struct op_reading any_reading(uint32_t *seed)
{
    /* One number a statement, since arguments are evaluated in any order. */
    const enum fov__space space = spaces[next_random(seed) % FOV_COUNT(spaces)];
    const int32_t width = 1 + (int32_t)(next_random(seed) % 900);
    const int32_t height = 1 + (int32_t)(next_random(seed) % 900);
    struct op_reading r = reading_in(space, width, height);
    r.delivered_width = 1 + (int32_t)(next_random(seed) % 500);
    r.delivered_height = 1 + (int32_t)(next_random(seed) % 500);
    r.source_width = 1000;
    r.source_height = 700;
    r.frame = next_random(seed) % 2 == 0 ? FOV__FRAME_IMAGE : FOV__FRAME_SOURCE;
    const double degrees = (double)(next_random(seed) % 8) * 22.5;
    const double x = (double)(next_random(seed) % 300);
    r.from_source = fov__mat_mul(fov__mat_rotate(degrees), fov__mat_translate(-x, 0));
    r.has_source = next_random(seed) % 8 != 0;
    return r;
}

static double any_number(uint32_t *seed, const struct op_reading *r)
{
    static const double oddities[] = {0, -1, 1, 0.5, 1000, 999, 1e9, -1e9, 1e-9, 1e300, 0.1, 557};
    const uint32_t dice = next_random(seed) % 10;
    const double unit = r->space == FOV__SPACE_N1 ? 0.001 : 1;
    if (dice == 0)
        return oddities[next_random(seed) % FOV_COUNT(oddities)];
    return unit * (double)(next_random(seed) % 1000) / (dice == 1 ? 7 : 1);
}

static void add_numbers(struct fov_buf *buf, uint32_t *seed, const struct op_reading *r, int n)
{
    char text[32];
    if (next_random(seed) % 16 == 0)
        n += (int)(next_random(seed) % 3) - 1;
    fov__buf_adds(buf, "[");
    for (int i = 0; i < n; i++) {
        const bool is_text = next_random(seed) % 30 == 0;
        fov__double_text(text, any_number(seed, r));
        fov__buf_addf(buf, is_text ? "%s\"%s\"" : "%s%s", i > 0 ? "," : "", text);
    }
    fov__buf_adds(buf, "]");
}

static void add_value(struct fov_buf *buf, uint32_t *seed, const struct op_reading *r,
                      const fov_op_param_row *p)
{
    static const char *const odd[] = {"null",
                                      "true",
                                      "\"7\"",
                                      "[]",
                                      "{}",
                                      "\"1,2,3,4\"",
                                      "-3",
                                      "1e99",
                                      "\"horizontal\"",
                                      "\"red\"",
                                      "[1,2]",
                                      "{\"x\":1,\"y\":2}",
                                      "\"no\"",
                                      "[[1,2,3,4]]",
                                      "\"\\u00e9\\n\"",
                                      "{\"at\":[1,1],\"text\":\"t\"}"};
    char text[32];
    if (next_random(seed) % 8 == 0) {
        fov__buf_adds(buf, odd[next_random(seed) % FOV_COUNT(odd)]);
        return;
    }
    switch (p->type) {
    case FOV_PARAM_NUMBER:
        fov__double_text(text,
                         p->min + (p->max - p->min) * (double)(next_random(seed) % 1200) / 1100);
        fov__buf_adds(buf, text);
        break;
    case FOV_PARAM_INT:
        fov__buf_addf(buf, "%d",
                      (int)p->min + (int)(next_random(seed) % (uint32_t)(p->max - p->min + 2)));
        break;
    case FOV_PARAM_BOOL:
        fov__buf_adds(buf, next_random(seed) % 2 == 0 ? "true" : "false");
        break;
    case FOV_PARAM_ENUM:
        fov__buf_addf(buf, "\"%s\"", p->choices[next_random(seed) % 2]);
        break;
    case FOV_PARAM_TEXT:
        fov__buf_adds(buf, "\"words\"");
        break;
    case FOV_PARAM_COLOR:
        fov__buf_addf(buf, "\"#%06x\"", (unsigned)(next_random(seed) & 0xffffff));
        break;
    case FOV_PARAM_BOX:
    case FOV_PARAM_POINT:
        add_numbers(buf, seed, r, p->type == FOV_PARAM_BOX ? 4 : 2);
        break;
    default:
        fov__buf_adds(buf, "[");
        for (uint32_t i = 0, n = (uint32_t)p->min + next_random(seed) % 4; i < n; i++) {
            fov__buf_adds(buf, i > 0 ? "," : "");
            if (p->type == FOV_PARAM_LABELS)
                fov__buf_adds(buf, "{\"text\":\"\\\"<é>\",\"at\":");
            add_numbers(buf, seed, r,
                        p->type == FOV_PARAM_POINTS || p->type == FOV_PARAM_LABELS ? 2 : 4);
            fov__buf_adds(buf, p->type == FOV_PARAM_LABELS ? "}" : "");
        }
        fov__buf_adds(buf, "]");
        break;
    }
}

/* Mostly sensible, now and then not: misspelled names, aliases, doubled meanings, wrong types. */
static void add_call(struct fov_buf *buf, uint32_t *seed, const struct op_reading *r,
                     const fov_op_def *def)
{
    bool is_first = true;
    fov__buf_adds(buf, "{");
    for (const fov_op_param_row *p = def->params; p->name != NULL; p++) {
        const uint32_t dice = next_random(seed) % 12;
        if ((p->flags & FOV_PARAM_COMMENT) != 0 || dice == 0 ||
            ((p->flags & FOV_PARAM_REQUIRED) == 0 && dice < 6))
            continue;
        fov__buf_addf(buf, "%s\"%s%s\":", is_first ? "" : ",",
                      dice == 11 && p->alias != NULL ? p->alias : p->name, dice == 10 ? "s" : "");
        add_value(buf, seed, r, p);
        is_first = false;
        if (dice == 9 && p->alias != NULL) {
            fov__buf_addf(buf, ",\"%s\":", p->alias);
            add_value(buf, seed, r, p);
        }
    }
    if (next_random(seed) % 8 == 0) {
        fov__buf_addf(buf, "%s\"%s\":1", is_first ? "" : ",",
                      next_random(seed) % 2 == 0 ? "colour" : "q");
        is_first = false;
    }
    if (next_random(seed) % 8 == 0)
        fov__buf_addf(buf, "%s\"frame\":\"%s\"", is_first ? "" : ",",
                      next_random(seed) % 2 == 0 ? "image" : "source");
    fov__buf_adds(buf, "}");
}

/* A recipe read again is the same recipe, and the same arguments byte for byte. */
static void recipe_holds(const struct call *call, const char *arguments)
{
    char recipe[16384];
    struct call again;
    struct op_reading reading = reading_px(call->reading.width, call->reading.height);
    reading.allow_hidden = true;
    fov__format(recipe, sizeof(recipe), "%s", call_recipe(call));
    call_parse(&again, call->def->name, recipe, reading);
    if (again.status != FOV_OK || again.notes.text[0] != '\0' ||
        strcmp(call_recipe(&again), recipe) != 0 ||
        memcmp(again.args, call->args, call->def->args_size) != 0)
        fail_msg("%s became %s and then %s %s", arguments, recipe, call_recipe(&again),
                 again.fault.hint);
    call_free(&again);
}

/* A refused call is told whole, and what is offered for it is accepted. */
static void refusal_holds(const struct call *call, const char *arguments, size_t *offered)
{
    struct call again;
    assert_true(call->status < 0);
    assert_true(call->fault.code != FOV_FAULT_NONE);
    assert_true(strlen(call->fault.hint) > 10);
    assert_memory_equal(call->fault.field, call->def->name, strlen(call->def->name));
    if (call->fault.call[0] == '\0')
        return;
    (*offered)++;
    call_parse(&again, call->def->name, call->fault.call, call->reading);
    if (again.status != FOV_OK)
        fail_msg("%s %s (%s, frame %d, %dx%d): offered %s, which is refused: %s %s",
                 call->def->name, arguments, fov__space_name(call->reading.space),
                 (int)call->reading.frame, (int)call->reading.width, (int)call->reading.height,
                 call->fault.call, again.fault.field, again.fault.hint);
    call_free(&again);
}

static void op_laws__hold_for_random_calls(void **state)
{
    uint32_t seed = 424242;
    size_t right = 0, wrong = 0, offered = 0;
    (void)state;
    for (int round = 0; round < 40000; round++) {
        const fov_op_def *def = fov__op_at(NULL, (size_t)round % 8);
        const struct op_reading reading = any_reading(&seed);
        struct fov_buf buf;
        struct call call;
        fov__buf_init(&buf, the_context(), 1 << 16);
        add_call(&buf, &seed, &reading, def);
        call_parse(&call, def->name, buf.data, reading);
        if (call.status == FOV_OK)
            recipe_holds(&call, buf.data);
        else
            refusal_holds(&call, buf.data, &offered);
        right += call.status == FOV_OK;
        wrong += call.status != FOV_OK;
        call_free(&call);
        fov__buf_free(&buf);
    }
    print_message("%zu right, %zu wrong, %zu of them with an offer\n", right, wrong, offered);
    assert_true(right > 8000 && wrong > 8000);
    assert_true(offered * 10 > wrong * 7); /* an offer is the rule */
}

/* What stands in the box is what the call said: never beyond it by a whole pixel, never short of
 * it. */
static void op_laws__boxes_hold_what_was_asked_for(void **state)
{
    uint32_t seed = 7;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        const int32_t w = 1 + (int32_t)(next_random(&seed) % 3000),
                      h = 1 + (int32_t)(next_random(&seed) % 3000);
        const double x1 = w * (double)(next_random(&seed) % 1000) / 1000;
        const double y1 = h * (double)(next_random(&seed) % 1000) / 1000;
        const double x2 = x1 + (w - x1) * (double)(1 + next_random(&seed) % 1000) / 1000;
        const double y2 = y1 + (h - y1) * (double)(1 + next_random(&seed) % 1000) / 1000;
        char text[160], n[4][32];
        fov__double_text(n[0], x1 / w);
        fov__double_text(n[1], y1 / h);
        fov__double_text(n[2], x2 / w);
        fov__double_text(n[3], y2 / h);
        snprintf(text, sizeof(text), "{\"box\":[%s,%s,%s,%s]}", n[0], n[1], n[2], n[3]);
        struct call call;
        call_parse(&call, "zoom", text, reading_in(FOV__SPACE_N1, w, h));
        if (call.status != FOV_OK)
            fail_msg("%s: %s", text, call.fault.hint);
        const fov_box *box =
            (const fov_box *)(const void *)((const char *)call.args + call.def->params[0].offset);
        assert_true(box->x1 <= x1 + 2e-6 && box->x1 > x1 - 1 && box->x2 >= x2 - 2e-6 &&
                    box->x2 < x2 + 1);
        assert_true(box->y1 <= y1 + 2e-6 && box->y1 > y1 - 1 && box->y2 >= y2 - 2e-6 &&
                    box->y2 < y2 + 1);
        assert_true(box->x1 >= 0 && box->y1 >= 0 && box->x2 <= w && box->y2 <= h);
        call_free(&call);
    }
}

/* ---- memory --------------------------------------------------------------------------------- */

struct attempt {
    const char *op, *arguments;
};

/* Text to recipe and schema: all that a call goes through before pixels. */
static fov_status attempt(void *user)
{
    const struct attempt *a = user;
    const fov_op_def *def = fov__op_find(NULL, a->op);
    const struct op_reading reading = reading_px(800, 557);
    static uint8_t args[32768];
    fov_context *ctx = NULL;
    struct fov_json *doc = NULL;
    struct fov_buf buf;
    struct fov_jw jw;
    struct op_notes notes;
    fov_op_fault fault;
    fov_bytes schema = {NULL, 0, NULL};
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc < 0)
        return rc;
    fov__buf_init(&buf, ctx, 65536);
    rc = fov__json_parse(&doc, ctx, a->arguments, strlen(a->arguments), 32, 65536, NULL);
    if (rc == FOV_OK) {
        assert_true(def->args_size <= sizeof(args));
        const long live = torture_live_blocks();
        const fov_status parsed =
            fov__op_args_parse(def, fov__json_root(doc), &reading, args, &notes, &fault);
        assert_int_equal(torture_live_blocks(), live); /* parsing itself allocates nothing */
        fov__jw_init(&jw, &buf);
        if (parsed == FOV_OK)
            fov__op_args_write(&jw, NULL, def, args);
        else
            fov__fault_write(&jw, NULL, &fault, "img_0", 800, 557);
        rc = fov__buf_check(&buf, "recipe", NULL);
    }
    if (rc == FOV_OK)
        rc = fov_op_schema(&schema, ctx, a->op, "mcp", "n1000", NULL);
    fov_bytes_free(&schema);
    fov__buf_free(&buf);
    fov__json_free(doc);
    fov_context_free(ctx);
    return rc;
}

static void op_laws__survive_every_failed_allocation(void **state)
{
    static const struct attempt attempts[] = {
        {"zoom", "{\"box\":[1,2,300,400],\"pad\":0.1}"},
        {"zoom", "{\"box\":[300,400,1,2],\"label\":\"x\"}"},
        {"mark",
         "{\"boxes\":[[1,1,2,2]],\"labels\":[{\"at\":[1,1],\"text\":\"a\"}],\"color\":\"blue\"}"},
        {"enhance", "{\"gamma\":\"2\",\"colour\":1}"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(attempts); i++) {
        struct attempt a = attempts[i];
        assert_true(torture_run(attempt, &a, a.arguments, TORTURE_STRICT) > 3);
    }
}

int suite_op_laws(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_laws__hold_for_random_calls),
        cmocka_unit_test(op_laws__boxes_hold_what_was_asked_for),
        cmocka_unit_test(op_laws__survive_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("op_laws", tests, NULL, NULL);
}
