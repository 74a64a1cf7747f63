/* SPDX-License-Identifier: MIT */
/* Plans of the geometry operations: sizes, matrices, and the examples of every row. */
#include "op/harness.h"

#include <stdio.h>

static void plan_of(const char *op, const char *arguments, int32_t w, int32_t h,
                    fov_op_plan *plan)
{
    struct call call;
    const fov_op_frame frame[2] = {{w, h, false}, {w, h, false}};
    memset(plan, 0, sizeof(*plan));
    call_parse(&call, op, arguments, reading_px(w, h));
    if (call.status != FOV_OK)
        fail_msg("%s %s: %s", op, arguments, call.fault.hint);
    assert_true(call.def->input_min <= 2);
    if (fov__op_plan(call.def, call.args, frame, call.def->input_min, plan, &call.fault) < 0)
        fail_msg("%s %s: %s", op, arguments, call.fault.hint);
    call_free(&call);
}

static void maps(const fov_op_plan *plan, double x, double y, double to_x, double to_y)
{
    const fov_point p = fov__mat_apply(plan->output[0].region[0].to_input, (fov_point){x, y});
    if (!(p.x - to_x < 1e-9 && to_x - p.x < 1e-9 && p.y - to_y < 1e-9 && to_y - p.y < 1e-9))
        fail_msg("(%g,%g) maps to (%.12g,%.12g), not (%g,%g)", x, y, p.x, p.y, to_x, to_y);
}

/* The rows' own examples, on the picture that they are written for. */
static void op_geometry__keeps_its_examples(void **state)
{
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        for (const fov_op_example_row *e = def->examples; e->arguments != NULL; e++) {
            fov_op_plan plan;
            char size[32];
            if (def->plan == NULL) {
                struct call call;
                call_parse(&call, def->name, e->arguments, reading_px(1000, 500));
                assert_int_equal(call.status, FOV_OK);
                call_free(&call);
                continue;
            }
            plan_of(def->name, e->arguments, 1000, 500, &plan);
            if (e->result[0] < '1' || e->result[0] > '9')
                continue; /* a key of its answer */
            snprintf(size, sizeof(size), "%dx%d", (int)plan.output[0].width,
                     (int)plan.output[0].height);
            assert_string_equal(size, e->result);
        }
    }
}

static void op_geometry__gives_whole_frames(void **state)
{
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        for (const fov_op_example_row *e = def->examples; def->plan != NULL && e->arguments != NULL;
             e++) {
            fov_op_plan plan;
            plan_of(def->name, e->arguments, 1000, 500, &plan);
            for (int32_t k = 0; k < plan.output_count; k++) {
                const fov_op_output *out = &plan.output[k];
                struct fov_mat back;
                assert_true(out->width > 0 && out->height > 0);
                assert_true(fov__mat_invert(out->region[0].to_input, &back));
                const fov_box box = out->region[0].box;
                assert_true(out->region_count > 1 ||
                            (box.x1 == 0 && box.y1 == 0 && box.x2 == out->width &&
                             box.y2 == out->height));
            }
        }
    }
}

static void op_zoom__moves_and_pads(void **state)
{
    fov_op_plan plan;
    (void)state;
    plan_of("zoom", "{\"box\":[100,200,500,450]}", 1000, 500, &plan);
    maps(&plan, 0, 0, 100, 200);
    maps(&plan, 400, 250, 500, 450);
    assert_false(plan.output[0].is_clipped);
    assert_string_equal(plan.note, "");
    plan_of("zoom", "{\"box\":[100,100,200,200],\"pad\":0.25}", 1000, 500, &plan);
    maps(&plan, 0, 0, 75, 75);
    assert_int_equal(plan.output[0].width, 150);
    assert_string_equal(plan.note, "");
    plan_of("zoom", "{\"box\":[100,100,200,200],\"pad\":0.07}", 1000, 500, &plan);
    assert_int_equal(plan.output[0].width, 114); /* 0.07 * 100 is a little above 7 */
    plan_of("zoom", "{\"box\":[0,100,200,200],\"pad\":0.25}", 1000, 500, &plan);
    maps(&plan, 0, 0, 0, 75);
    assert_int_equal(plan.output[0].width, 250);
    assert_string_equal(plan.note, "the padding was cut to the image");
    plan_of("zoom", "{\"box\":[999.5,499.5,1000,500]}", 1000, 500, &plan);
    assert_int_equal(plan.output[0].width, 1);
    assert_int_equal(plan.output[0].height, 1);
}

static void op_overview__shrinks_and_never_enlarges(void **state)
{
    fov_op_plan plan;
    (void)state;
    plan_of("overview", "{\"max_edge\":100}", 1000, 500, &plan);
    maps(&plan, 100, 50, 1000, 500);
    plan_of("overview", "{\"max_edge\":2000}", 1000, 500, &plan);
    maps(&plan, 1, 1, 1, 1);
    assert_string_equal(plan.note, "not enlarged to max_edge 2000");
    plan_of("overview", "{\"max_edge\":16}", 3000, 3, &plan);
    assert_int_equal(plan.output[0].height, 1);
    maps(&plan, 16, 1, 3000, 3);
}

static void op_flip__mirrors(void **state)
{
    fov_op_plan plan;
    (void)state;
    plan_of("flip", "{\"axis\":\"horizontal\"}", 1000, 500, &plan);
    maps(&plan, 0.5, 0.5, 999.5, 0.5);
    plan_of("flip", "{\"axis\":\"vertical\"}", 1000, 500, &plan);
    maps(&plan, 0.5, 0.5, 0.5, 499.5);
    plan_of("flip", "{\"axis\":\"both\"}", 1000, 500, &plan);
    maps(&plan, 0.5, 0.5, 999.5, 499.5);
}

static void op_rotate__turns_clockwise_as_seen(void **state)
{
    fov_op_plan plan;
    (void)state;
    /* A quarter turn clockwise brings the left edge to the top. */
    plan_of("rotate", "{\"degrees\":90}", 1000, 500, &plan);
    assert_int_equal(plan.output[0].width, 500);
    assert_int_equal(plan.output[0].height, 1000);
    maps(&plan, 0, 0, 0, 500);
    maps(&plan, 500, 0, 0, 0);
    assert_false(plan.output[0].is_clipped);
    plan_of("rotate", "{\"degrees\":-270}", 1000, 500, &plan);
    maps(&plan, 0, 0, 0, 500);
    plan_of("rotate", "{\"degrees\":180}", 1000, 500, &plan);
    maps(&plan, 0, 0, 1000, 500);
    plan_of("rotate", "{\"degrees\":360}", 1000, 500, &plan);
    maps(&plan, 3, 4, 3, 4);
    assert_false(plan.output[0].is_clipped);
}

static void op_rotate__keeps_centre_to_centre_and_all_corners(void **state)
{
    (void)state;
    for (int degrees = -360; degrees <= 360; degrees += 7) {
        char arguments[64];
        fov_op_plan plan;
        snprintf(arguments, sizeof(arguments), "{\"degrees\":%d}", degrees);
        plan_of("rotate", arguments, 640, 479, &plan);
        const fov_op_output *out = &plan.output[0];
        struct fov_mat back;
        if (degrees % 90 != 0)
            maps(&plan, out->width / 2.0, out->height / 2.0, 320, 239.5);
        assert_true(fov__mat_invert(out->region[0].to_input, &back));
        const fov_box seen = fov__mat_bounds(back, (fov_box){0, 0, 640, 479});
        assert_true(seen.x1 > -1e-6 && seen.y1 > -1e-6);
        assert_true(seen.x2 < out->width + 1e-6 && seen.y2 < out->height + 1e-6);
        assert_true(seen.x2 - seen.x1 > out->width - 1.001);
        assert_int_equal(out->is_clipped, degrees % 90 != 0);
    }
}

static void op_rotate__without_expand_keeps_the_size_and_whole_pixels(void **state)
{
    fov_op_plan plan;
    (void)state;
    plan_of("rotate", "{\"degrees\":90,\"expand\":false}", 1000, 501, &plan);
    assert_int_equal(plan.output[0].width, 1000);
    assert_int_equal(plan.output[0].height, 501);
    assert_true(plan.output[0].is_clipped);
    const fov_point p = fov__mat_apply(plan.output[0].region[0].to_input, (fov_point){7, 9});
    assert_true(p.x == fov__rint(p.x) && p.y == fov__rint(p.y));
    plan_of("rotate", "{\"degrees\":180,\"expand\":false}", 1000, 501, &plan);
    assert_false(plan.output[0].is_clipped);
    plan_of("rotate", "{\"degrees\":90,\"expand\":false}", 500, 500, &plan);
    assert_false(plan.output[0].is_clipped);
}

static void framed(uint8_t *pixel, int32_t x, int32_t y)
{
    const bool is_border = x < 2 || y < 2 || x >= 98 || y >= 38;
    pixel[0] = is_border ? 10 : 200;
    pixel[1] = is_border ? 20 : (uint8_t)(x * 2);
    pixel[2] = is_border ? 30 : (uint8_t)y;
    if (is_border && x % 5 == 0)
        pixel[0] = 255; /* a few strays do not move a median */
}

static void op_rotate__fills_with_the_median_of_the_border_once(void **state)
{
    struct canvas canvas;
    struct call call;
    (void)state;
    canvas_open(&canvas, 100, 40, 3, framed);
    call_parse(&call, "rotate", "{\"degrees\":10}", reading_px(100, 40));
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    assert_string_equal(call_recipe(&call), "{\"degrees\":10,\"fill\":\"#0a141e\"}");
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    assert_int_equal(canvas.renders, 1); /* what is recorded is not looked for again */
    fov_op_plan plan;
    memset(&plan, 0, sizeof(plan));
    assert_int_equal(call.def->plan(call.args, &canvas.frame, 1, &plan, &call.fault), FOV_OK);
    assert_int_equal(plan.output[0].fill.g, 20);
    assert_string_equal(plan.note, "uncovered corners are filled with the border's colour #0a141e");
    call_free(&call);
    call_parse(&call, "rotate", "{\"degrees\":90}", reading_px(100, 40));
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    assert_int_equal(canvas.renders, 1);
    assert_string_equal(call_recipe(&call), "{\"degrees\":90}");
    call_free(&call);
    canvas_close(&canvas);
}

static void clear(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)x;
    (void)y;
    pixel[0] = pixel[1] = pixel[2] = pixel[3] = 0;
}

static void op_rotate__takes_transparent_borders_as_white(void **state)
{
    struct canvas canvas;
    struct call call;
    (void)state;
    canvas_open(&canvas, 1, 7, 4, clear);
    call_parse(&call, "rotate", "{\"degrees\":1}", reading_px(1, 7));
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    assert_string_equal(call_recipe(&call), "{\"degrees\":1,\"fill\":\"#ffffff\"}");
    call_free(&call);
    canvas_close(&canvas);
}

int suite_op_geometry(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_geometry__keeps_its_examples),
        cmocka_unit_test(op_geometry__gives_whole_frames),
        cmocka_unit_test(op_zoom__moves_and_pads),
        cmocka_unit_test(op_overview__shrinks_and_never_enlarges),
        cmocka_unit_test(op_flip__mirrors),
        cmocka_unit_test(op_rotate__turns_clockwise_as_seen),
        cmocka_unit_test(op_rotate__keeps_centre_to_centre_and_all_corners),
        cmocka_unit_test(op_rotate__without_expand_keeps_the_size_and_whole_pixels),
        cmocka_unit_test(op_rotate__fills_with_the_median_of_the_border_once),
        cmocka_unit_test(op_rotate__takes_transparent_borders_as_white),
    };
    return cmocka_run_group_tests_name("op_geometry", tests, NULL, NULL);
}
