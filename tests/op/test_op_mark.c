/* SPDX-License-Identifier: MIT */
/* Marks are added in the order they are drawn, and a list of them knows its end. */
#include "op/harness.h"

static void marks_of(const char *arguments, fov_op_marks *out)
{
    struct call call;
    memset(out, 0, sizeof(*out));
    out->ctx = the_context();
    call_parse(&call, "mark", arguments, reading_px(1000, 500));
    assert_int_equal(call.status, FOV_OK);
    assert_int_equal(call.def->marks(call.args, NULL, out, NULL), FOV_OK);
    call_free(&call);
}

static void op_mark__adds_each_thing_as_a_vector(void **state)
{
    fov_op_marks marks;
    (void)state;
    marks_of("{\"labels\":[{\"at\":[5,6],\"text\":\"here\"}],\"boxes\":[[1,2,3,4],[5,6,7,8]],"
             "\"numbers\":true,\"arrows\":[[9,8,7,6]],\"lines\":[[1,1,2,2]],\"points\":[[4,4]],"
             "\"color\":\"#010203\",\"width\":5}",
             &marks);
    static const enum fov_op_mark_kind kinds[] = {
        FOV_OP_MARK_BOX,   FOV_OP_MARK_TEXT, FOV_OP_MARK_BOX,   FOV_OP_MARK_TEXT,
        FOV_OP_MARK_POINT, FOV_OP_MARK_LINE, FOV_OP_MARK_ARROW, FOV_OP_MARK_TEXT};
    assert_int_equal(marks.count, FOV_COUNT(kinds));
    for (size_t i = 0; i < marks.count; i++) {
        assert_int_equal(marks.v[i].kind, kinds[i]);
        assert_true(marks.v[i].color.r == 1 && marks.v[i].color.g == 2 && marks.v[i].color.b == 3);
        assert_true(marks.v[i].width == 5);
    }
    assert_true(marks.v[0].a.x == 1 && marks.v[0].a.y == 2 && marks.v[0].b.x == 3 &&
                marks.v[0].b.y == 4);
    assert_string_equal(marks.v[1].text, "1");
    assert_string_equal(marks.v[3].text, "2");
    assert_true(marks.v[3].a.x == 5 && marks.v[3].a.y == 6);
    assert_true(marks.v[6].a.x == 9 && marks.v[6].b.y == 6);
    assert_string_equal(marks.v[7].text, "here");
    fov__free(the_context(), marks.v);
}

static void op_mark__needs_something_to_draw(void **state)
{
    static const char *const cases[] = {"{}", "{\"boxes\":[],\"color\":\"blue\"}",
                                        "{\"numbers\":true}"};
    const fov_op_frame frame = {1000, 500, false};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct call call;
        fov_op_plan plan;
        memset(&plan, 0, sizeof(plan));
        call_parse(&call, "mark", cases[i], reading_px(1000, 500));
        assert_int_equal(call.status, FOV_OK);
        assert_int_equal(call.def->plan(call.args, &frame, 1, &plan, &call.fault), FOV_E_ARG);
        assert_int_equal(call.fault.code, FOV_FAULT_MISSING_ARG);
        call_free(&call);
    }
}

static void op_marks__end_at_a_limit(void **state)
{
    fov_op_marks marks = {the_context(), NULL, 0, 0};
    const fov_op_mark mark = {.kind = FOV_OP_MARK_POINT};
    fov_error err;
    fov_status rc = FOV_OK;
    (void)state;
    for (int i = 0; i < 16384 && rc == FOV_OK; i++)
        rc = fov_op_marks_add(&marks, &mark, &err);
    assert_int_equal(rc, FOV_OK);
    assert_int_equal(fov_op_marks_add(&marks, &mark, &err), FOV_E_LIMIT);
    assert_int_equal(marks.count, 16384);
    fov__free(the_context(), marks.v);
}

int suite_op_mark(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_mark__adds_each_thing_as_a_vector),
        cmocka_unit_test(op_mark__needs_something_to_draw),
        cmocka_unit_test(op_marks__end_at_a_limit),
    };
    return cmocka_run_group_tests_name("op_mark", tests, NULL, NULL);
}
