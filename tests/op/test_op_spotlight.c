/* SPDX-License-Identifier: MIT */
/* What lies in the boxes is untouched, and nothing beside them is left as it was. */
#include "op/pixels.h"

#include "image/filter_internal.h"

static void noise(uint8_t *pixel, int32_t x, int32_t y)
{
    uint32_t seed = (uint32_t)(x * 7919 + y * 104729 + 1);
    next_random(&seed);
    const uint32_t r = next_random(&seed);
    pixel[0] = (uint8_t)r;
    pixel[1] = (uint8_t)(r >> 8);
    pixel[2] = (uint8_t)(r >> 16);
}

static void clear_noise(uint8_t *pixel, int32_t x, int32_t y)
{
    noise(pixel, x, y);
    pixel[3] = (uint8_t)(x * 5 + y * 3);
}

/* Dark blue paper with pale marks; the border is paper but for a few pixels. */
static void night(uint8_t *pixel, int32_t x, int32_t y)
{
    const bool is_mark = (x * y) % 7 == 3;
    pixel[0] = is_mark ? 230 : 10;
    pixel[1] = is_mark ? 230 : 20;
    pixel[2] = is_mark ? 200 : 60;
}

#define BOXES "\"boxes\":[[5,3,20,12],[15,8,30,25],[59,49,60,50]]"

static bool is_lit(int32_t x, int32_t y)
{
    return (x >= 5 && x < 20 && y >= 3 && y < 12) || (x >= 15 && x < 30 && y >= 8 && y < 25) ||
           (x == 59 && y == 49);
}

/* The surroundings are `dark` (three bands), opaque. */
static void expect_around(const struct shot *s, const struct fov_pixels *dark)
{
    const int32_t bands = s->out->bands;
    for (int32_t y = 0; y < s->out->height; y++) {
        for (int32_t x = 0; x < s->out->width; x++) {
            const uint8_t *p = shot_pixel(s, x, y);
            if (is_lit(x, y)) {
                assert_memory_equal(p, shot_input(s, x, y), (size_t)bands);
                continue;
            }
            assert_memory_equal(p, fov__pixels_row(dark, y) + 3 * x, 3);
            assert_true(bands == 3 || p[3] == 255);
        }
    }
}

static struct fov_pixels *flattened(const struct shot *s)
{
    struct fov_pixels *px = NULL;
    const int32_t bands = s->canvas.px->bands;
    assert_int_equal(fov__pixels_new(&px, the_context(), 60, 50, 3, NULL), FOV_OK);
    for (int32_t k = 0; k < 60 * 50; k++) {
        const uint8_t *p = shot_input(s, k % 60, k / 60);
        for (int c = 0; c < 3; c++)
            fov__pixels_row(px, k / 60)[k % 60 * 3 + c] =
                (uint8_t)(bands == 4 ? (p[c] * p[3] + 255 * (255 - p[3]) + 127) / 255 : p[c]);
    }
    return px;
}

static void op_spotlight__covers_with_the_borders_colour(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "spotlight", "{" BOXES "}", 60, 50, 3, night);
    struct fov_pixels *dark = flattened(&s);
    for (int32_t k = 0; k < 60 * 50; k++) {
        uint8_t *p = fov__pixels_row(dark, k / 60) + k % 60 * 3;
        p[0] = 10;
        p[1] = 20;
        p[2] = 60;
    }
    expect_around(&s, dark);
    assert_string_equal(s.plan.note,
                        "all beside the boxes is covered with the border's colour #0a143c");
    assert_string_equal(call_recipe(&s.call), "{" BOXES ",\"fill\":\"#0a143c\"}");
    assert_int_equal(s.plan.output[0].effect, FOV_OP_EFFECT_BARRIER);
    shot_replays(&s);
    fov__pixels_unref(dark);
    shot_drop(&s);
}

static void op_spotlight__darkens_what_is_seen_on_white(void **state)
{
    (void)state;
    for (int32_t bands = 3; bands <= 4; bands++) {
        struct shot s;
        shot_take(&s, "spotlight", "{" BOXES ",\"mode\":\"dim\"}", 60, 50, bands,
                  bands == 4 ? clear_noise : noise);
        struct fov_pixels *dark = flattened(&s);
        for (int32_t k = 0; k < 60 * 50 * 3; k++) {
            uint8_t *v = fov__pixels_row(dark, k / 180) + k % 180;
            *v = (uint8_t)((*v * 35 + 50) / 100);
        }
        expect_around(&s, dark);
        assert_string_equal(s.plan.note, "all beside the boxes is darkened to 35 %");
        shot_replays(&s);
        fov__pixels_unref(dark);
        shot_drop(&s);
    }
}

static void op_spotlight__blurs_what_is_seen_on_white(void **state)
{
    const struct fov__filter filter = {the_context(), NULL, "test"};
    (void)state;
    for (int32_t bands = 3; bands <= 4; bands++) {
        struct shot s;
        shot_take(&s, "spotlight", "{" BOXES ",\"mode\":\"blur\"}", 60, 50, bands,
                  bands == 4 ? clear_noise : noise);
        struct fov_pixels *dark = flattened(&s);
        const struct fov__view view = {dark->data, dark->stride, 60, 50, 3};
        assert_int_equal(fov__filter_gauss(&filter, &view, &view, 12, 0, NULL), FOV_OK);
        expect_around(&s, dark);
        assert_string_equal(s.plan.note, "all beside the boxes is blurred");
        shot_replays(&s);
        fov__pixels_unref(dark);
        shot_drop(&s);
    }
}

static void op_spotlight__outlines_without_touching_a_pixel(void **state)
{
    struct shot s;
    fov_op_marks marks = {the_context(), NULL, 0, 0};
    (void)state;
    shot_take(&s, "spotlight", "{" BOXES ",\"mode\":\"outline\"}", 60, 50, 3, noise);
    assert_int_equal(s.plan.output[0].effect, FOV_OP_EFFECT_MARKS);
    assert_string_equal(s.plan.note, "");
    assert_int_equal(s.canvas.renders, 0);
    assert_int_equal(s.call.def->marks(s.call.args, &s.canvas.io, &marks, NULL), FOV_OK);
    assert_int_equal(marks.count, 3);
    for (size_t i = 0; i < marks.count; i++)
        assert_int_equal(marks.v[i].kind, FOV_OP_MARK_BOX);
    assert_true(marks.v[1].a.x == 15 && marks.v[1].a.y == 8 && marks.v[1].b.x == 30 &&
                marks.v[1].b.y == 25 && marks.v[1].color.r == 255 && marks.v[1].width == 3);
    shot_replays(&s);
    fov__free(the_context(), marks.v);
    shot_drop(&s);
}

static void op_spotlight__says_when_nothing_is_hidden(void **state)
{
    static const char *const modes[] = {"mask", "dim", "blur"};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(modes); i++) {
        char arguments[96];
        struct shot s;
        fov__format(arguments, sizeof(arguments), "{\"boxes\":[[0,0,1,1]],\"mode\":\"%s\"}",
                    modes[i]);
        shot_take(&s, "spotlight", arguments, 1, 1, 4, clear_noise);
        assert_string_equal(s.plan.note, "a box holds the whole image: nothing to hide");
        assert_memory_equal(shot_pixel(&s, 0, 0), shot_input(&s, 0, 0), 4);
        shot_drop(&s);
    }
}

/* 64 boxes, the most there may be, one pixel each. */
static void op_spotlight__holds_a_full_list(void **state)
{
    struct fov_buf buf;
    struct shot s;
    (void)state;
    fov__buf_init(&buf, the_context(), 1 << 16);
    fov__buf_adds(&buf, "{\"boxes\":[");
    for (int i = 0; i < 64; i++)
        fov__buf_addf(&buf, "%s[%d,%d,%d,%d]", i > 0 ? "," : "", i, i / 2, i + 1, i / 2 + 1);
    fov__buf_adds(&buf, "],\"mode\":\"dim\"}");
    shot_take(&s, "spotlight", buf.data, 64, 40, 3, noise);
    for (int32_t k = 0; k < 64 * 40; k++) {
        const int32_t x = k % 64, y = k / 64;
        const uint8_t *p = shot_pixel(&s, x, y), *q = shot_input(&s, x, y);
        for (int c = 0; c < 3; c++)
            assert_int_equal(p[c], y == x / 2 ? q[c] : (q[c] * 35 + 50) / 100);
    }
    shot_drop(&s);
    fov__buf_free(&buf);
}

static void op_spotlight__needs_a_box_inside_the_image(void **state)
{
    static const struct refusal cases[] = {
        {"spotlight", "{\"boxes\":[[200,10,210,20]]}", "OUT_OF_RANGE", "spotlight.boxes[0]", ""},
        {"spotlight", "{\"boxes\":[[1,1,9,9]],\"mode\":\"hide\"}", "OUT_OF_RANGE", "spotlight.mode",
         ""},
        {"spotlight", "{}", "MISSING_ARG", "spotlight.boxes", ""},
        {"spotlight", "{\"boxes\":[]}", "MISSING_ARG", "spotlight.boxes", ""},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct call call;
        call_parse(&call, cases[i].op, cases[i].arguments, reading_px(100, 100));
        assert_true(call.status < 0);
        assert_string_equal(call.fault.field, cases[i].field);
        call_free(&call);
    }
}

int suite_op_spotlight(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_spotlight__covers_with_the_borders_colour),
        cmocka_unit_test(op_spotlight__darkens_what_is_seen_on_white),
        cmocka_unit_test(op_spotlight__blurs_what_is_seen_on_white),
        cmocka_unit_test(op_spotlight__outlines_without_touching_a_pixel),
        cmocka_unit_test(op_spotlight__says_when_nothing_is_hidden),
        cmocka_unit_test(op_spotlight__holds_a_full_list),
        cmocka_unit_test(op_spotlight__needs_a_box_inside_the_image),
    };
    return cmocka_run_group_tests_name("op_spotlight", tests, NULL, NULL);
}
