/* SPDX-License-Identifier: MIT */
/* Tiles cover the image, share what was asked for, and come row by row. */
#include "op/harness.h"

#include <stdio.h>

static fov_status plan_of(const char *arguments, int32_t w, int32_t h, fov_op_plan *plan,
                          fov_op_fault *fault)
{
    struct call call;
    const fov_op_frame frame = {w, h, false};
    memset(plan, 0, sizeof(*plan));
    call_parse(&call, "tile", arguments, reading_px(w, h));
    if (call.status != FOV_OK)
        fail_msg("%s: %s", arguments, call.fault.hint);
    const fov_status rc = fov__op_plan(call.def, call.args, &frame, 1, plan, &call.fault);
    *fault = call.fault;
    call_free(&call);
    return rc;
}

static fov_box box_of(const fov_op_output *out)
{
    return fov__mat_bounds(out->region[0].to_input, (fov_box){0, 0, out->width, out->height});
}

/* Over many sizes: whole pixels, inside, every row and column of pixels in some tile, neighbours
 * share what was asked to within the pixel that each edge was moved outwards, all equally large to
 * within a pixel. */
static void op_tile__covers_every_pixel(void **state)
{
    uint32_t seed = 3;
    (void)state;
    for (int round = 0; round < 400; round++) {
        const int rows = 1 + (int)(next_random(&seed) % 4),
                  cols = 1 + (int)(next_random(&seed) % 4);
        const int w = cols + (int)(next_random(&seed) % 3000),
                  h = rows + (int)(next_random(&seed) % 3000);
        const double overlap = (double)(next_random(&seed) % 51) / 100;
        char arguments[96];
        fov_op_plan plan;
        fov_op_fault fault;
        snprintf(arguments, sizeof(arguments), "{\"rows\":%d,\"cols\":%d,\"overlap\":%g}", rows,
                 cols, overlap);
        if (plan_of(arguments, w, h, &plan, &fault) < 0)
            fail_msg("%s of %dx%d: %s", arguments, w, h, fault.hint);
        assert_int_equal(plan.output_count, rows * cols);
        const double each = w / (cols - (cols - 1) * overlap);
        double reached = 0;
        for (int i = 0; i < rows * cols; i++) {
            const fov_box b = box_of(&plan.output[i]);
            assert_true(b.x1 == fov__rint(b.x1) && b.y2 == fov__rint(b.y2));
            assert_true(b.x1 >= 0 && b.y1 >= 0 && b.x2 <= w && b.y2 <= h);
            assert_true(b.x2 - b.x1 > each - 1e-3 && b.x2 - b.x1 < each + 2);
            if (i % cols == 0)
                assert_true(b.x1 == 0);
            else
                assert_true(b.x1 <= reached && reached - b.x1 >= overlap * each - 1e-3 &&
                            reached - b.x1 <= overlap * each + 2);
            reached = b.x2;
            assert_true(i % cols < cols - 1 || b.x2 == w);
            assert_true(i >= cols || b.y1 == 0);
            assert_true(i < rows * cols - cols || b.y2 == h);
            if (i >= cols)
                assert_true(b.y1 <= box_of(&plan.output[i - cols]).y2);
        }
    }
}

static void op_tile__picks_the_very_tile_of_the_whole_call(void **state)
{
    fov_op_plan all, one;
    fov_op_fault fault;
    (void)state;
    assert_int_equal(plan_of("{\"rows\":3,\"cols\":5,\"overlap\":0.2}", 1001, 707, &all, &fault),
                     FOV_OK);
    for (int i = 0; i < 15; i++) {
        char arguments[96], note[64];
        snprintf(arguments, sizeof(arguments),
                 "{\"rows\":3,\"cols\":5,\"overlap\":0.2,\"pick\":%d}", i + 1);
        assert_int_equal(plan_of(arguments, 1001, 707, &one, &fault), FOV_OK);
        assert_int_equal(one.output_count, 1);
        assert_memory_equal(&one.output[0], &all.output[i], sizeof(one.output[0]));
        snprintf(note, sizeof(note), "tile %d of 15: row %d, column %d", i + 1, i / 5 + 1,
                 i % 5 + 1);
        assert_string_equal(one.note, note);
    }
}

static void op_tile__says_what_is_shared(void **state)
{
    static const char *const notes[][2] = {
        {"{\"rows\":2,\"cols\":2}",
         "4 tiles, row by row from the top left; neighbours share 10 percent of their width or "
         "height, so count nothing twice"},
        {"{\"rows\":1,\"cols\":3,\"overlap\":0.125}",
         "3 tiles, row by row from the top left; neighbours share 12.5 percent of their width or "
         "height, so count nothing twice"},
        {"{\"rows\":2,\"cols\":1,\"overlap\":0}", "2 tiles, row by row from the top left; without "
                                                  "overlap, so things at their edges are cut"},
        {"{\"rows\":1,\"cols\":1}", "one tile is the whole image"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(notes); i++) {
        fov_op_plan plan;
        fov_op_fault fault;
        assert_int_equal(plan_of(notes[i][0], 1000, 500, &plan, &fault), FOV_OK);
        assert_string_equal(plan.note, notes[i][1]);
    }
}

/* The refusal's advice, put into the call, is accepted. */
static void op_tile__offers_what_can_be_had(void **state)
{
    static const struct {
        const char *arguments;
        int32_t w, h;
        const char *code, *field, *call;
    } cases[] = {
        {"{\"rows\":8,\"cols\":8}", 1000, 500, "OUT_OF_RANGE", "tile.cols",
         "{\"rows\":4,\"cols\":4}"},
        {"{\"rows\":8,\"cols\":3,\"overlap\":0}", 1000, 500, "OUT_OF_RANGE", "tile.rows",
         "{\"rows\":5,\"cols\":3,\"overlap\":0}"},
        {"{\"cols\":4,\"rows\":4,\"pick\":17}", 1000, 500, "OUT_OF_RANGE", "tile.pick",
         "{\"cols\":4,\"rows\":4,\"pick\":16}"},
        {"{\"cols\":4,\"rows\":2}", 3, 9, "TOO_SMALL", "tile.cols", "{\"cols\":3,\"rows\":2}"},
        {"{\"rows\":2,\"cols\":2}", 1, 1, "TOO_SMALL", "tile.rows", "{\"rows\":1,\"cols\":1}"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct call call;
        fov_op_plan plan;
        const fov_op_frame frame = {cases[i].w, cases[i].h, false};
        const struct op_reading reading = reading_px(frame.width, frame.height);
        memset(&plan, 0, sizeof(plan));
        call_parse(&call, "tile", cases[i].arguments, reading);
        assert_int_equal(call.status, FOV_OK);
        assert_true(fov__op_plan(call.def, call.args, &frame, 1, &plan, &call.fault) < 0);
        fov__op_args_advise(call.def, fov__json_root(call.doc), &reading, &call.fault);
        assert_string_equal(fov__fault_name(call.fault.code), cases[i].code);
        assert_string_equal(call.fault.field, cases[i].field);
        assert_string_equal(call.fault.call, cases[i].call);
        assert_true(call.fault.got[0] != '\0' && call.fault.allowed[0] != '\0');
        fov_op_fault fault;
        assert_int_equal(plan_of(call.fault.call, frame.width, frame.height, &plan, &fault),
                         FOV_OK);
        call_free(&call);
    }
}

/* One of more tiles than a call gives may be picked. */
static void op_tile__picks_out_of_more_than_it_gives(void **state)
{
    fov_op_plan plan;
    fov_op_fault fault;
    (void)state;
    assert_int_equal(plan_of("{\"rows\":8,\"cols\":8,\"pick\":64}", 1000, 500, &plan, &fault),
                     FOV_OK);
    const fov_box box = box_of(&plan.output[0]);
    assert_true(box.x2 == 1000 && box.y2 == 500 && box.x1 == 863 && box.y1 == 431);
}

int suite_op_tile(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_tile__covers_every_pixel),
        cmocka_unit_test(op_tile__picks_the_very_tile_of_the_whole_call),
        cmocka_unit_test(op_tile__says_what_is_shared),
        cmocka_unit_test(op_tile__offers_what_can_be_had),
        cmocka_unit_test(op_tile__picks_out_of_more_than_it_gives),
    };
    return cmocka_run_group_tests_name("op_tile", tests, NULL, NULL);
}
