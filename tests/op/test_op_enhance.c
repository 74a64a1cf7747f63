/* SPDX-License-Identifier: MIT */
/* enhance: what is pointwise, what is a barrier, in what order, and where. */
#include "op/harness.h"
#include "image/filter_internal.h"

#include <math.h>

/* All 256 levels of grey through a call's function of one pixel. */
static void levels_of(const char *arguments, uint8_t out[256])
{
    struct call call;
    struct op_reading reading = reading_px(64, 64);
    uint8_t pixels[256][3];
    reading.allow_hidden = true;
    call_parse(&call, "enhance", arguments, reading);
    assert_int_equal(call.status, FOV_OK);
    for (int v = 0; v < 256; v++)
        pixels[v][0] = pixels[v][1] = pixels[v][2] = (uint8_t)v;
    call.def->point(call.args, pixels[0], 256, 3);
    for (int v = 0; v < 256; v++) {
        assert_true(pixels[v][0] == pixels[v][1] && pixels[v][1] == pixels[v][2]);
        out[v] = pixels[v][0];
    }
    call_free(&call);
}

static void pixel_of(const char *arguments, uint8_t *pixel, int32_t bands)
{
    struct call call;
    call_parse(&call, "enhance", arguments, reading_px(64, 64));
    assert_int_equal(call.status, FOV_OK);
    call.def->point(call.args, pixel, 1, bands);
    call_free(&call);
}

static void op_enhance__neutral_is_identity(void **state)
{
    uint8_t levels[256];
    (void)state;
    levels_of("{}", levels);
    for (int v = 0; v < 256; v++)
        assert_int_equal(levels[v], v);
    levels_of("{\"autocontrast\":true}", levels); /* 0 to 255 */
    for (int v = 0; v < 256; v++)
        assert_int_equal(levels[v], v);
    uint32_t seed = 4;
    for (int i = 0; i < 1000; i++) {
        const uint32_t r = next_random(&seed);
        uint8_t pixel[4] = {(uint8_t)r, (uint8_t)(r >> 8), (uint8_t)(r >> 16), (uint8_t)(r >> 24)},
                was[4];
        memcpy(was, pixel, 4);
        pixel_of("{\"saturation\":1,\"gamma\":1}", pixel, 4);
        assert_memory_equal(pixel, was, 4);
    }
}

static void op_enhance__tables_rise(void **state)
{
    static const char *const cases[] = {"{\"gamma\":0.1}",
                                        "{\"gamma\":5}",
                                        "{\"gamma\":2.2}",
                                        "{\"contrast\":4}",
                                        "{\"contrast\":0.3}",
                                        "{\"brightness\":0.5,\"contrast\":2,\"gamma\":1.7}",
                                        "{\"brightness\":-0.7,\"gamma\":0.6}",
                                        "{\"autocontrast\":true,\"black\":40,\"white\":190}"};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        uint8_t levels[256];
        levels_of(cases[i], levels);
        for (int v = 1; v < 256; v++)
            assert_true(levels[v] >= levels[v - 1]);
    }
}

static void op_enhance__levels_follow_the_stated_formulas(void **state)
{
    uint8_t levels[256];
    (void)state;
    levels_of("{\"gamma\":2}", levels);
    for (int v = 0; v < 256; v++)
        assert_int_equal(levels[v], (int)rint(255 * sqrt(v / 255.0)));
    levels_of("{\"brightness\":0.2}", levels);
    assert_int_equal(levels[0], 51);
    assert_int_equal(levels[250], 255);
    levels_of("{\"contrast\":2}", levels);
    assert_int_equal(levels[127], 126); /* 126.5, half to even */
    assert_int_equal(levels[150], 172); /* 172.5 */
    levels_of("{\"contrast\":0}", levels);
    assert_int_equal(levels[3], 128); /* 127.5 */
    levels_of("{\"autocontrast\":true,\"black\":50,\"white\":100}", levels);
    assert_int_equal(levels[50], 0);
    assert_int_equal(levels[75], 128);
    assert_int_equal(levels[100], 255);
    levels_of("{\"invert\":true}", levels);
    assert_int_equal(levels[3], 252);
    /* The order: stretched, then brightened, then inverted last. */
    levels_of(
        "{\"autocontrast\":true,\"black\":50,\"white\":100,\"brightness\":0.2,\"invert\":true}",
        levels);
    assert_int_equal(levels[50], 204);
}

static void op_enhance__colour_follows_rec_709(void **state)
{
    uint8_t pixel[4] = {255, 0, 0, 77};
    (void)state;
    pixel_of("{\"grayscale\":true}", pixel, 4);
    assert_memory_equal(pixel, ((const uint8_t[]){54, 54, 54, 77}), 4);
    memcpy(pixel, ((const uint8_t[]){0, 255, 0, 9}), 4);
    pixel_of("{\"saturation\":0}", pixel, 4);
    assert_memory_equal(pixel, ((const uint8_t[]){182, 182, 182, 9}), 4);
    memcpy(pixel, ((const uint8_t[]){120, 100, 80, 9}), 4);
    pixel_of("{\"saturation\":2}", pixel, 4); /* luma 103 */
    assert_memory_equal(pixel, ((const uint8_t[]){137, 97, 57, 9}), 4);
    memcpy(pixel, ((const uint8_t[]){10, 20, 30, 0}), 4);
    pixel_of("{\"invert\":true}", pixel, 4);
    assert_memory_equal(pixel, ((const uint8_t[]){245, 235, 225, 0}), 4);
}

static void plan_of(const char *arguments, fov_op_plan *plan)
{
    struct call call;
    const fov_op_frame frame = {1000, 500, false};
    memset(plan, 0, sizeof(*plan));
    call_parse(&call, "enhance", arguments, reading_px(1000, 500));
    assert_int_equal(call.status, FOV_OK);
    assert_int_equal(call.def->plan(call.args, &frame, 1, plan, &call.fault), FOV_OK);
    call_free(&call);
}

static void op_enhance__is_a_barrier_only_where_it_needs_neighbours(void **state)
{
    fov_op_plan plan;
    (void)state;
    plan_of("{\"contrast\":2,\"grayscale\":true,\"invert\":true,\"autocontrast\":true}", &plan);
    assert_int_equal(plan.output[0].effect, FOV_OP_EFFECT_POINTWISE);
    assert_false(plan.output[0].has_mask);
    plan_of("{\"denoise\":1}", &plan);
    assert_int_equal(plan.output[0].effect, FOV_OP_EFFECT_BARRIER);
    plan_of("{\"sharpen\":0.1}", &plan);
    assert_int_equal(plan.output[0].effect, FOV_OP_EFFECT_BARRIER);
    plan_of("{\"clahe\":0.1}", &plan);
    assert_int_equal(plan.output[0].effect, FOV_OP_EFFECT_BARRIER);
    plan_of("{\"box\":[10,20,30,40],\"invert\":true}", &plan);
    assert_int_equal(plan.output[0].effect, FOV_OP_EFFECT_POINTWISE);
    assert_true(plan.output[0].has_mask && plan.output[0].mask.x2 == 30);
    plan_of("{}", &plan);
    assert_int_equal(plan.output[0].effect, FOV_OP_EFFECT_POINTWISE);
    assert_non_null(strstr(plan.note, "nothing was set"));
}

/* Grey from 60 to 159, a hundredth each: the 0.5 % tails leave both ends. */
static void ramp(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)y;
    pixel[0] = pixel[1] = pixel[2] = (uint8_t)(60 + x);
}

static void flat(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)x;
    (void)y;
    pixel[0] = pixel[1] = pixel[2] = 90;
}

static void spikes(uint8_t *pixel, int32_t x, int32_t y)
{
    pixel[0] = pixel[1] = pixel[2] = (uint8_t)(100 + (x + y) % 2);
    if (y == 0 && x < 50) /* 0.5 % of 10 000 pixels are black: just left out */
        pixel[0] = pixel[1] = pixel[2] = 0;
    if (y == 1 && x < 60) /* 0.6 % are white */
        pixel[0] = pixel[1] = pixel[2] = 255;
}

/* Print as fine as it comes: in a smaller picture there is neither of the two levels. */
static void hairlines(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)y;
    pixel[0] = pixel[1] = pixel[2] = x % 4 == 1 ? 40 : 200;
}

static void measured(void (*paint)(uint8_t *, int32_t, int32_t), int32_t w, int32_t h,
                     const char *arguments, const char *recipe)
{
    struct canvas canvas;
    struct call call;
    canvas_open(&canvas, w, h, 3, paint);
    call_parse(&call, "enhance", arguments, reading_px(w, h));
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    assert_string_equal(call_recipe(&call), recipe);
    const int renders = canvas.renders;
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    assert_int_equal(canvas.renders, renders);
    call_free(&call);
    canvas_close(&canvas);
}

static void op_enhance__records_what_autocontrast_found(void **state)
{
    (void)state;
    measured(ramp, 100, 40, "{\"autocontrast\":true}",
             "{\"autocontrast\":true,\"black\":60,\"white\":159}");
    measured(ramp, 100, 40, "{\"box\":[10,0,20,40],\"autocontrast\":true}",
             "{\"box\":[10,0,20,40],\"autocontrast\":true,\"black\":70,\"white\":79}");
    measured(flat, 30, 30, "{\"autocontrast\":true}",
             "{\"autocontrast\":true,\"black\":0,\"white\":255}");
    measured(spikes, 100, 100, "{\"autocontrast\":true}",
             "{\"autocontrast\":true,\"black\":100,\"white\":255}");
    measured(hairlines, 1200, 300, "{\"autocontrast\":true}",
             "{\"autocontrast\":true,\"black\":40,\"white\":200}");
    measured(flat, 30, 30, "{\"gamma\":2}", "{\"gamma\":2}");
}

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

/* The steps one after the other, each by what the other suites have tested; 0 or "" leaves out. */
struct steps {
    const char *arguments, *tone;
    int32_t denoise;
    double clahe, sharpen;
    bool invert;
};
#define BOX "\"box\":[7,5,47,45]"

static void take_steps(const struct steps *steps, const struct fov__view *view)
{
    const struct fov__filter filter = {the_context(), NULL, "test"};
    const int32_t bands = view->bands;
    if (steps->denoise > 0)
        assert_int_equal(fov__filter_median(&filter, view, view, steps->denoise, NULL), FOV_OK);
    for (int32_t k = 0; k < view->width * view->height; k++)
        pixel_of(steps->tone, fov__view_row(view, k / view->width) + k % view->width * bands,
                 bands);
    if (steps->clahe > 0)
        assert_int_equal(fov__filter_clahe(&filter, view, view, steps->clahe, NULL), FOV_OK);
    if (steps->sharpen > 0)
        assert_int_equal(fov__filter_sharpen(&filter, view, view, steps->sharpen, NULL), FOV_OK);
    for (int32_t k = 0; k < view->width * view->height * bands && steps->invert; k++) {
        uint8_t *v = fov__view_row(view, k / bands / view->width) + k % (view->width * bands);
        *v = bands == 4 && k % 4 == 3 ? *v : (uint8_t)(255 - *v);
    }
}

static void runs_as(const struct steps *steps, int32_t in_bands, int32_t bands, bool has_box)
{
    struct canvas canvas;
    struct call call;
    struct fov_pixels *out = NULL, *slow = NULL;
    canvas_open(&canvas, 60, 50, in_bands, in_bands == 4 ? clear_noise : noise);
    call_parse(&call, "enhance", steps->arguments, reading_px(60, 50));
    assert_int_equal(call.status, FOV_OK);
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    assert_int_equal(fov__pixels_new(&out, the_context(), 60, 50, bands, NULL), FOV_OK);
    assert_int_equal(fov__pixels_new(&slow, the_context(), 60, 50, bands, NULL), FOV_OK);
    assert_int_equal(call.def->run(call.args, &canvas.io, &out, &call.fault, NULL), FOV_OK);
    for (int32_t k = 0; k < 60 * 50; k++) {
        uint8_t *to = fov__pixels_row(slow, k / 60) + k % 60 * bands;
        memcpy(to, fov__pixels_row(canvas.px, k / 60) + k % 60 * in_bands, (size_t)in_bands);
        if (bands > in_bands)
            to[3] = 255;
    }
    struct fov__view view = {slow->data, slow->stride, 60, 50, bands};
    if (has_box) {
        view.data = fov__pixels_row(slow, 5) + 7 * bands;
        view.width = view.height = 40;
    }
    take_steps(steps, &view);
    for (int32_t y = 0; y < 50; y++)
        assert_memory_equal(fov__pixels_row(out, y), fov__pixels_row(slow, y),
                            (size_t)(60 * bands));
    fov__pixels_unref(out);
    fov__pixels_unref(slow);
    call_free(&call);
    canvas_close(&canvas);
}

static void op_enhance__runs_its_steps_in_order_inside_the_box(void **state)
{
    static const struct steps cases[] = {
        {"{" BOX ",\"denoise\":2,\"contrast\":1.5,\"saturation\":0.5,\"clahe\":2,\"sharpen\":1,"
         "\"invert\":true}",
         "{\"contrast\":1.5,\"saturation\":0.5}", 2, 2, 1, true},
        {"{" BOX ",\"gamma\":1.4,\"grayscale\":true,\"clahe\":3,\"sharpen\":2,\"invert\":true}",
         "{\"gamma\":1.4,\"grayscale\":true}", 0, 3, 2, true},
        {"{" BOX ",\"denoise\":1,\"grayscale\":true}", "{\"grayscale\":true}", 1, 0, 0, false},
        {"{" BOX ",\"saturation\":2,\"grayscale\":true,\"sharpen\":1}",
         "{\"saturation\":2,\"grayscale\":true}", 0, 0, 1, false},
        {"{" BOX ",\"sharpen\":1}", "{}", 0, 0, 1, false},
        {"{" BOX ",\"clahe\":2,\"brightness\":0.1}", "{\"brightness\":0.1}", 0, 2, 0, false},
        {"{\"clahe\":2,\"grayscale\":true}", "{\"grayscale\":true}", 0, 2, 0, false},
        {"{\"denoise\":3,\"invert\":true}", "{}", 3, 0, 0, true},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const bool has_box = strstr(cases[i].arguments, "box") != NULL;
        runs_as(&cases[i], 3, 3, has_box);
        runs_as(&cases[i], 4, 4, has_box);
        runs_as(&cases[i], 3, 4, has_box);
    }
}

/* What resolve prepares for many small runs is what one unprepared run makes for itself. */
static void op_enhance__prepared_and_unprepared_points_agree(void **state)
{
    static uint8_t one[4 * 3000], other[4 * 3000];
    struct canvas canvas;
    struct call call;
    (void)state;
    canvas_open(&canvas, 64, 64, 4, clear_noise);
    for (int32_t k = 0; k < 3000; k++)
        clear_noise(one + 4 * k, k % 60, k / 60);
    memcpy(other, one, sizeof(one));
    call_parse(&call, "enhance",
               "{\"autocontrast\":true,\"gamma\":1.3,\"saturation\":1.5,\"invert\":true}",
               reading_px(64, 64));
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    for (size_t k = 0; k < 3000; k += 100)
        call.def->point(call.args, one + 4 * k, 100, 4);
    struct op_reading reading = reading_px(64, 64);
    char recipe[256];
    fov__format(recipe, sizeof(recipe), "%s", call_recipe(&call));
    call_free(&call);
    reading.allow_hidden = true;
    call_parse(&call, "enhance", recipe, reading);
    assert_int_equal(call.status, FOV_OK);
    call.def->point(call.args, other, 3000, 4);
    assert_memory_equal(one, other, sizeof(one));
    call_free(&call);
    canvas_close(&canvas);
}

int suite_op_enhance(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_enhance__neutral_is_identity),
        cmocka_unit_test(op_enhance__tables_rise),
        cmocka_unit_test(op_enhance__levels_follow_the_stated_formulas),
        cmocka_unit_test(op_enhance__colour_follows_rec_709),
        cmocka_unit_test(op_enhance__is_a_barrier_only_where_it_needs_neighbours),
        cmocka_unit_test(op_enhance__records_what_autocontrast_found),
        cmocka_unit_test(op_enhance__runs_its_steps_in_order_inside_the_box),
        cmocka_unit_test(op_enhance__prepared_and_unprepared_points_agree),
    };
    return cmocka_run_group_tests_name("op_enhance", tests, NULL, NULL);
}
