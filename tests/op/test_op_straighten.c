/* SPDX-License-Identifier: MIT */
/* Corners of a quadrilateral become the corners of the image; what has none is refused, and where
 * only the order was wrong the right one is offered. */
#include "op/harness.h"

#include <foveate/graph.h>

#include <math.h>
#include <stdio.h>

static fov_status plan_of(const fov_point corner[4], fov_op_plan *plan, fov_op_fault *fault)
{
    char arguments[256];
    struct call call;
    const fov_op_frame frame = {1000, 500, false};
    memset(plan, 0, sizeof(*plan));
    snprintf(arguments, sizeof(arguments),
             "{\"corners\":[[%.17g,%.17g],[%.17g,%.17g],[%.17g,%.17g],[%.17g,%.17g]]}", corner[0].x,
             corner[0].y, corner[1].x, corner[1].y, corner[2].x, corner[2].y, corner[3].x,
             corner[3].y);
    call_parse(&call, "straighten", arguments, reading_px(1000, 500));
    if (call.status != FOV_OK)
        fail_msg("%s: %s", arguments, call.fault.hint);
    const fov_status rc = fov__op_plan(call.def, call.args, &frame, 1, plan, &call.fault);
    *fault = call.fault;
    call_free(&call);
    return rc;
}

static void maps(const fov_op_plan *plan, double x, double y, fov_point to)
{
    const fov_point p = fov__mat_apply(plan->output[0].region[0].to_input, (fov_point){x, y});
    if (!(fabs(p.x - to.x) < 1e-9 && fabs(p.y - to.y) < 1e-9))
        fail_msg("(%g,%g) maps to (%.12g,%.12g), not (%g,%g)", x, y, p.x, p.y, to.x, to.y);
}

static void op_straighten__takes_corners_to_corners(void **state)
{
    static const fov_point shapes[][4] = {
        {{300, 100}, {700, 140}, {720, 400}, {280, 420}},
        {{0, 0}, {1000, 0}, {700, 500}, {300, 500}},
        {{10.5, 20.25}, {400, 5}, {380, 300}, {0, 333.3}},
        {{500, 0}, {1000, 250}, {500, 500}, {0, 250}},
        {{100, 100}, {180, 100}, {600, 490}, {20, 480}},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(shapes); i++) {
        const fov_point *p = shapes[i];
        fov_op_plan plan;
        fov_op_fault fault;
        if (plan_of(p, &plan, &fault) < 0)
            fail_msg("shape %zu: %s", i, fault.hint);
        const double w = plan.output[0].width, h = plan.output[0].height;
        const double top = hypot(p[1].x - p[0].x, p[1].y - p[0].y),
                     bottom = hypot(p[2].x - p[3].x, p[2].y - p[3].y),
                     left = hypot(p[3].x - p[0].x, p[3].y - p[0].y),
                     right = hypot(p[2].x - p[1].x, p[2].y - p[1].y);
        assert_true(w == rint((top + bottom) / 2) && h == rint((left + right) / 2));
        maps(&plan, 0, 0, p[0]);
        maps(&plan, w, 0, p[1]);
        maps(&plan, w, h, p[2]);
        maps(&plan, 0, h, p[3]);
        assert_false(plan.output[0].is_clipped);
    }
}

/* Where the diagonals of the shape cross is the middle of the image: the law of perspective, and
 * what bilinear mapping would get wrong. */
static void op_straighten__keeps_straight_lines_straight(void **state)
{
    const fov_point p[4] = {{100, 50}, {900, 150}, {700, 450}, {300, 400}};
    fov_op_plan plan;
    fov_op_fault fault;
    (void)state;
    assert_int_equal(plan_of(p, &plan, &fault), FOV_OK);
    const double ax = p[2].x - p[0].x, ay = p[2].y - p[0].y, bx = p[3].x - p[1].x,
                 by = p[3].y - p[1].y;
    const double t = ((p[1].x - p[0].x) * by - (p[1].y - p[0].y) * bx) / (ax * by - ay * bx);
    maps(&plan, plan.output[0].width / 2.0, plan.output[0].height / 2.0,
         (fov_point){p[0].x + t * ax, p[0].y + t * ay});
}

static void op_straighten__of_a_box_is_a_crop_exactly(void **state)
{
    (void)state;
    for (int w = 1; w <= 400; w += 7) {
        const fov_point p[4] = {{3, 5}, {3 + w, 5}, {3 + w, 54}, {3, 54}};
        fov_op_plan plan;
        fov_op_fault fault;
        assert_int_equal(plan_of(p, &plan, &fault), FOV_OK);
        const struct fov_mat crop = fov__mat_translate(3, 5);
        assert_int_equal(plan.output[0].width, w);
        assert_int_equal(plan.output[0].height, 49);
        assert_memory_equal(&plan.output[0].region[0].to_input, &crop, sizeof(crop));
        assert_string_equal(plan.note, "");
    }
}

static void op_straighten__beginning_elsewhere_turns_and_says_so(void **state)
{
    const fov_point p[4] = {{100, 100}, {300, 110}, {310, 400}, {90, 390}};
    static const char *const ways[] = {NULL, "downwards", "leftwards", "upwards"};
    (void)state;
    for (int k = 0; k < 4; k++) {
        fov_op_plan plan;
        fov_op_fault fault;
        const fov_point q[4] = {p[k], p[(k + 1) % 4], p[(k + 2) % 4], p[(k + 3) % 4]};
        char note[128] = "";
        assert_int_equal(plan_of(q, &plan, &fault), FOV_OK);
        if (ways[k] != NULL)
            snprintf(note, sizeof(note),
                     "turned: the first edge given, which runs %s, is now the upper one", ways[k]);
        assert_string_equal(plan.note, note);
        maps(&plan, 0, 0, p[k]);
        assert_int_equal(plan.output[0].width > plan.output[0].height, k % 2 != 0);
    }
}

/* Each order of four points: clockwise ones are right, all others are offered the one that begins
 * at the same corner. */
static void op_straighten__offers_the_order_round_the_shape(void **state)
{
    const fov_point p[4] = {{100, 100}, {300, 110}, {310, 400}, {90, 390}};
    (void)state;
    for (int code = 0; code < 256; code++) {
        const int at[4] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
        bool is_each = true;
        for (int i = 0; i < 4; i++) {
            for (int k = 0; k < i; k++)
                is_each = is_each && at[i] != at[k];
        }
        if (!is_each)
            continue;
        const fov_point q[4] = {p[at[0]], p[at[1]], p[at[2]], p[at[3]]};
        fov_op_plan plan;
        fov_op_fault fault;
        const fov_status rc = plan_of(q, &plan, &fault);
        const bool is_right = at[1] == (at[0] + 1) % 4 && at[2] == (at[0] + 2) % 4;
        assert_int_equal(rc, is_right ? FOV_OK : FOV_E_ARG);
        if (is_right)
            continue;
        const bool is_back = at[1] == (at[0] + 3) % 4 && at[2] == (at[0] + 2) % 4;
        assert_int_equal(fault.code, FOV_FAULT_OUT_OF_RANGE);
        assert_non_null(strstr(fault.hint, is_back ? "mirror" : "cross"));
        assert_int_equal(fault.advice_count, 1);
        assert_int_equal(fault.advice[0].count, 4);
        for (int i = 0; i < 4; i++)
            assert_int_equal(at[(int)fault.advice[0].v[i]], (at[0] + i) % 4);
    }
}

static void op_straighten__refuses_what_is_no_shape(void **state)
{
    static const struct {
        fov_point corner[4];
        const char *hint;
    } cases[] = {
        {{{0, 0}, {100, 0}, {20, 20}, {0, 100}}, "convex"},                  /* a dent */
        {{{0, 0}, {100, 0}, {100, 0}, {0, 100}}, "convex"},                  /* two alike */
        {{{0, 0}, {0, 0}, {0, 0}, {0, 0}}, "convex"},                        /* one point */
        {{{0, 0}, {50, 0}, {100, 0}, {0, 100}}, "convex"},                   /* three on a line */
        {{{0, 0}, {100, 0}, {200, 0}, {300, 0}}, "convex"},                  /* all on a line */
        {{{0, 0}, {400, 0}, {400, 0.5}, {0, 0.5}}, "almost on one"},         /* half a pixel high */
        {{{0, 0}, {300, 0}, {600, 20}, {300, 20}}, "almost on one"},         /* sheared flat */
        {{{0, 0}, {900, 0}, {500, 400}, {400, 400}}, "from the side"},       /* 9 to 1 */
        {{{100, 100}, {300, 100}, {203, 203}, {100, 300}}, "from the side"}, /* nearly a triangle */
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        fov_op_plan plan;
        fov_op_fault fault;
        if (plan_of(cases[i].corner, &plan, &fault) != FOV_E_ARG)
            fail_msg("case %zu is accepted", i);
        assert_int_equal(fault.code, FOV_FAULT_OUT_OF_RANGE);
        assert_string_equal(fault.field, "straighten.corners");
        if (strstr(fault.hint, cases[i].hint) == NULL)
            fail_msg("case %zu: %s", i, fault.hint);
        assert_int_equal(fault.advice_count, 0);
    }
}

/* Through all gates: the offered call is the call in its own words, and it is accepted. */
static void op_straighten__offers_a_call_in_the_words_of_the_call(void **state)
{
    static uint8_t px[100 * 80 * 3];
    fov_graph *graph = NULL;
    fov_image *image = NULL;
    struct fov_json *doc = NULL;
    fov_op_fault fault;
    fov_applied applied = FOV_APPLIED_INIT;
    static const char given[] = "{\"corners\":[[100,200],[120,900],[880,950],[900,150]]}";
    (void)state;
    assert_int_equal(fov_image_new_pixels(&image, the_context(), px, 100, 80, 3, 300, NULL),
                     FOV_OK);
    assert_int_equal(fov_graph_new(&graph, the_context(), NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    assert_int_equal(fov__json_parse(&doc, the_context(), given, strlen(given), 32, 65536, NULL),
                     FOV_OK);
    assert_true(fov_graph_apply(graph, "straighten",
                                "{\"corners\":[[10,20],[15,70],[80,75],[90,5]]}", &applied,
                                NULL) < 0);
    assert_int_equal(fov_graph_image_count(graph), 1);
    static const char *const expected =
        "{\"image\":\"img_0\",\"corners\":[[100,200],[900,150],[880,950],[120,900]]}";
    struct op_reading reading = reading_in(FOV__SPACE_N1000, 100, 80);
    struct call call;
    fov_op_plan plan;
    memset(&plan, 0, sizeof(plan));
    reading.image_id = "img_0";
    call_parse(&call, "straighten", given, reading);
    assert_int_equal(call.status, FOV_OK);
    const fov_op_frame frame = {100, 80, false};
    assert_true(fov__op_plan(call.def, call.args, &frame, 1, &plan, &call.fault) < 0);
    fault = call.fault;
    fov__op_args_advise(call.def, fov__json_root(doc), &reading, &fault);
    assert_string_equal(fault.call, expected);
    assert_string_equal(fault.got, "[[100,200],[120,900],[880,950],[900,150]]");
    call_free(&call);
    call_parse(&call, "straighten", fault.call, reading);
    assert_int_equal(call.status, FOV_OK);
    memset(&plan, 0, sizeof(plan));
    assert_int_equal(fov__op_plan(call.def, call.args, &frame, 1, &plan, &call.fault), FOV_OK);
    call_free(&call);
    fov__json_free(doc);
    fov_graph_free(graph);
    fov_image_unref(image);
}

static void op_straighten__wants_four_points(void **state)
{
    static const struct refusal refusals[] = {
        {"straighten", "{\"corners\":[[1,1],[2,1],[2,2]]}", "OUT_OF_RANGE", "straighten.corners",
         ""},
        {"straighten", "{\"corners\":[[1,1],[9,1],[9,9],[1,9],[5,5]]}", "OUT_OF_RANGE",
         "straighten.corners", "{\"corners\":[[1,1],[9,1],[9,9],[1,9]]}"},
        {"straighten", "{\"corners\":[1,1]}", "BAD_TYPE", "straighten.corners", ""},
        {"straighten", "{\"corners\":[[1,1],[9,1],[9,900],[1,9]]}", "OUT_OF_RANGE",
         "straighten.corners[2]", "{\"corners\":[[1,1],[9,1],[9,500],[1,9]]}"},
        {"straighten", "{}", "MISSING_ARG", "straighten.corners", ""},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(refusals); i++)
        expect_refusal(&refusals[i], reading_px(1000, 500), NULL);
}

/* The smallest there is. */
static void op_straighten__works_on_one_pixel(void **state)
{
    struct call call;
    fov_op_plan plan;
    const fov_op_frame frame = {1, 1, true};
    (void)state;
    memset(&plan, 0, sizeof(plan));
    call_parse(&call, "straighten", "{\"corners\":[[0,0],[1,0],[1,1],[0,1]]}", reading_px(1, 1));
    assert_int_equal(call.status, FOV_OK);
    assert_int_equal(fov__op_plan(call.def, call.args, &frame, 1, &plan, &call.fault), FOV_OK);
    assert_int_equal(plan.output[0].width, 1);
    assert_int_equal(plan.output[0].height, 1);
    call_free(&call);
}

int suite_op_straighten(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_straighten__takes_corners_to_corners),
        cmocka_unit_test(op_straighten__keeps_straight_lines_straight),
        cmocka_unit_test(op_straighten__of_a_box_is_a_crop_exactly),
        cmocka_unit_test(op_straighten__beginning_elsewhere_turns_and_says_so),
        cmocka_unit_test(op_straighten__offers_the_order_round_the_shape),
        cmocka_unit_test(op_straighten__refuses_what_is_no_shape),
        cmocka_unit_test(op_straighten__offers_a_call_in_the_words_of_the_call),
        cmocka_unit_test(op_straighten__wants_four_points),
        cmocka_unit_test(op_straighten__works_on_one_pixel),
    };
    return cmocka_run_group_tests_name("op_straighten", tests, NULL, NULL);
}
