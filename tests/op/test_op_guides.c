/* SPDX-License-Identifier: MIT */
/* guides and grid, also that of an overview: where their lines run and what is written at them. */
#include "op/harness.h"

#include <stdio.h>

struct drawn {
    fov_op_marks marks;
    fov_op_plan plan;
};

static void grey(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)x;
    (void)y;
    memset(pixel, 128, 3);
}

static void draw(struct drawn *drawn, const char *op, const char *arguments, int32_t w, int32_t h,
                 struct fov_mat to_source)
{
    struct canvas canvas;
    struct call call;
    memset(drawn, 0, sizeof(*drawn));
    drawn->marks.ctx = the_context();
    canvas_open(&canvas, w, h, 3, grey);
    canvas.to_source = to_source;
    call_parse(&call, op, arguments, reading_px(w, h));
    if (call.status != FOV_OK)
        fail_msg("%s %s: %s", op, arguments, call.fault.hint);
    assert_int_equal(fov__op_plan(call.def, call.args, &canvas.frame, 1, &drawn->plan, &call.fault),
                     FOV_OK);
    if (drawn->plan.output[0].has_marks)
        assert_int_equal(call.def->marks(call.args, &canvas.io, &drawn->marks, NULL), FOV_OK);
    assert_int_equal(canvas.renders, 0); /* no pixel is looked at for it */
    call_free(&call);
    canvas_close(&canvas);
}

static void drop(struct drawn *drawn)
{
    fov__free(the_context(), drawn->marks.v);
}

static void is_line(const fov_op_mark *mark, double x1, double y1, double x2, double y2)
{
    assert_int_equal(mark->kind, FOV_OP_MARK_LINE);
    assert_true(mark->a.x == x1 && mark->a.y == y1 && mark->b.x == x2 && mark->b.y == y2);
}

static void is_label(const fov_op_mark *mark, double x, double y, const char *text)
{
    assert_int_equal(mark->kind, FOV_OP_MARK_TEXT);
    assert_string_equal(mark->text, text);
    assert_true(mark->a.x == x && mark->a.y == y);
}

static void op_guides__run_right_across_through_their_points(void **state)
{
    struct drawn d;
    (void)state;
    draw(&d, "guides", "{\"h\":[[250,120.4],[3,499.6]],\"v\":[[250,120]]}", 1000, 500,
         fov__mat_translate(40, 30));
    assert_int_equal(d.marks.count, 6);
    is_line(&d.marks.v[0], 0, 120.4, 1000, 120.4);
    is_label(&d.marks.v[1], 1000, 120.4, "y 150"); /* 150.4 of the source */
    is_line(&d.marks.v[2], 0, 499.6, 1000, 499.6);
    is_label(&d.marks.v[3], 1000, 499.6, "y 530");
    is_line(&d.marks.v[4], 250, 0, 250, 500);
    is_label(&d.marks.v[5], 250, 0, "x 290");
    assert_string_equal(d.plan.note, "the numbers at the lines are pixels of the original");
    drop(&d);
    draw(&d, "guides", "{\"h\":[[1,2]],\"label\":false}", 1000, 500, fov__mat_identity());
    assert_int_equal(d.marks.count, 1);
    assert_string_equal(d.plan.note, "");
    drop(&d);
}

static void op_guides__number_what_is_turned_by_its_source(void **state)
{
    /* Image (x, y) of a quarter turn is source (y, 500 - x); of a free one neither is level. */
    const struct fov_mat quarter = {{0, 1, 0, -1, 0, 500, 0, 0, 1}};
    struct drawn d;
    (void)state;
    draw(&d, "guides", "{\"h\":[[10,700]],\"v\":[[20,3]]}", 500, 1000, quarter);
    is_label(&d.marks.v[1], 500, 700, "x 700");
    is_label(&d.marks.v[3], 20, 0, "y 480");
    drop(&d);
    draw(&d, "guides", "{\"h\":[[100,50]]}", 200, 100, fov__mat_rotate(30));
    is_label(&d.marks.v[1], 200, 50, "62,93"); /* 100 cos 30 - 50 sin 30, 100 sin 30 + 50 cos 30 */
    drop(&d);
}

static void op_guides__need_a_point(void **state)
{
    static const char *const cases[] = {"{}", "{\"h\":[],\"label\":false}"};
    const fov_op_frame frame = {1000, 500, false};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct call call;
        fov_op_plan plan;
        memset(&plan, 0, sizeof(plan));
        call_parse(&call, "guides", cases[i], reading_px(1000, 500));
        assert_int_equal(call.status, FOV_OK);
        assert_int_equal(fov__op_plan(call.def, call.args, &frame, 1, &plan, &call.fault),
                         FOV_E_ARG);
        assert_int_equal(call.fault.code, FOV_FAULT_MISSING_ARG);
        call_free(&call);
    }
}

static void op_guides__take_the_most_that_lists_hold(void **state)
{
    struct fov_buf buf;
    struct drawn d;
    (void)state;
    fov__buf_init(&buf, the_context(), 1 << 16);
    for (int k = 0; k < 2; k++) {
        fov__buf_adds(&buf, k == 0 ? "{\"h\":[" : "],\"v\":[");
        for (int i = 0; i < FOV_OP_LIST_MAX; i++)
            fov__buf_addf(&buf, "%s[%d,%d]", i > 0 ? "," : "", i, i);
    }
    fov__buf_adds(&buf, "]}");
    draw(&d, "guides", buf.data, 64, 64, fov__mat_identity());
    assert_int_equal(d.marks.count, 4 * FOV_OP_LIST_MAX);
    is_line(&d.marks.v[4 * FOV_OP_LIST_MAX - 2], 63, 0, 63, 64);
    drop(&d);
    fov__buf_free(&buf);
}

static void op_grid__names_cells_by_column_and_row(void **state)
{
    struct drawn d;
    (void)state;
    draw(&d, "grid", "{\"rows\":2,\"cols\":4}", 1000, 501, fov__mat_identity());
    assert_int_equal(d.marks.count, 3 + 1 + 8);
    is_line(&d.marks.v[0], 250, 0, 250, 501);
    is_line(&d.marks.v[2], 750, 0, 750, 501);
    is_line(&d.marks.v[3], 0, 250.5, 1000, 250.5);
    is_label(&d.marks.v[4], 0, 0, "A1");
    is_label(&d.marks.v[7], 750, 0, "D1");
    is_label(&d.marks.v[11], 750, 250.5, "D2");
    assert_string_equal(d.plan.note, "cells A1 at the top left to D2 at the bottom right");
    drop(&d);
    draw(&d, "grid", "{\"rows\":2,\"cols\":3,\"labels\":\"numbers\"}", 90, 60, fov__mat_identity());
    is_label(&d.marks.v[3], 0, 0, "1");
    is_label(&d.marks.v[8], 60, 30, "6");
    assert_string_equal(d.plan.note, "cells 1 to 6, row by row from the top left");
    drop(&d);
    draw(&d, "grid", "{\"rows\":1,\"cols\":1,\"labels\":\"none\"}", 1, 1, fov__mat_identity());
    assert_int_equal(d.marks.count, 0);
    assert_string_equal(d.plan.note, "");
    drop(&d);
}

/* 16 x 16 names would hide the picture. */
static void op_grid__names_many_cells_at_the_border_only(void **state)
{
    struct drawn d;
    (void)state;
    draw(&d, "grid", "{\"rows\":16,\"cols\":16}", 320, 320, fov__mat_identity());
    assert_int_equal(d.marks.count, 30 + 31);
    is_label(&d.marks.v[30], 0, 0, "A1");
    is_label(&d.marks.v[31], 20, 0, "B");
    is_label(&d.marks.v[45], 300, 0, "P");
    is_label(&d.marks.v[46], 0, 20, "2");
    is_label(&d.marks.v[60], 0, 300, "16");
    drop(&d);
    draw(&d, "grid", "{\"rows\":8,\"cols\":8,\"labels\":\"numbers\"}", 320, 320,
         fov__mat_identity());
    assert_int_equal(d.marks.count, 14 + 8);
    is_label(&d.marks.v[21], 0, 280, "57");
    drop(&d);
}

static void op_overview__has_a_grid_of_its_own_size(void **state)
{
    struct drawn d;
    (void)state;
    draw(&d, "overview", "{\"max_edge\":600,\"grid\":true}", 1200, 800, fov__mat_identity());
    assert_int_equal(d.plan.output[0].width, 600);
    assert_int_equal(d.marks.count, 5 + 3 + 24);
    is_line(&d.marks.v[0], 100, 0, 100, 400);
    is_line(&d.marks.v[5], 0, 100, 600, 100);
    is_label(&d.marks.v[31], 500, 300, "F4");
    assert_string_equal(d.plan.note, "cells A1 at the top left to F4 at the bottom right");
    drop(&d);
    draw(&d, "overview", "{\"max_edge\":900,\"grid\":true}", 800, 3, fov__mat_identity());
    assert_int_equal(d.marks.count, 5 + 6); /* a strip has one row */
    assert_string_equal(d.plan.note, "not enlarged to max_edge 900; cells A1 at the top left to F1 "
                                     "at the bottom right");
    drop(&d);
    draw(&d, "overview", "{\"max_edge\":400}", 800, 3, fov__mat_identity());
    assert_false(d.plan.output[0].has_marks);
    drop(&d);
}

int suite_op_guides(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_guides__run_right_across_through_their_points),
        cmocka_unit_test(op_guides__number_what_is_turned_by_its_source),
        cmocka_unit_test(op_guides__need_a_point),
        cmocka_unit_test(op_guides__take_the_most_that_lists_hold),
        cmocka_unit_test(op_grid__names_cells_by_column_and_row),
        cmocka_unit_test(op_grid__names_many_cells_at_the_border_only),
        cmocka_unit_test(op_overview__has_a_grid_of_its_own_size),
    };
    return cmocka_run_group_tests_name("op_guides", tests, NULL, NULL);
}
