/* SPDX-License-Identifier: MIT */
/* Facts: numbers that are right, in the keys that other layers rely on. */
#include "op/harness.h"

#include "ocr/ocr_internal.h"

static const char *fact_of(const char *op, const char *arguments, struct canvas *canvas)
{
    static char text[65536];
    struct call call;
    struct fov_buf buf;
    struct fov_jw jw;
    fov_error err;
    call_parse(&call, op, arguments, reading_px(canvas->frame.width, canvas->frame.height));
    assert_int_equal(call.status, FOV_OK);
    fov__buf_init(&buf, the_context(), sizeof(text) - 1);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    if (call.def->fact(call.args, &canvas->io, &jw, &call.fault, &err) < 0)
        fail_msg("%s %s: %s", op, arguments, err.message);
    fov__jw_end_object(&jw);
    assert_int_equal(buf.status, FOV_OK);
    memcpy(text, buf.data, buf.len + 1);
    fov__buf_free(&buf);
    call_free(&call);
    return text;
}

/* Red left of x = 50, blue right of it; one green pixel at (10, 10). */
static void halves(uint8_t *pixel, int32_t x, int32_t y)
{
    const bool is_left = x < 50;
    pixel[0] = is_left ? 200 : 0;
    pixel[1] = 0;
    pixel[2] = is_left ? 0 : 200;
    if (x == 10 && y == 10) {
        pixel[0] = 0;
        pixel[1] = 255;
    }
}

#define GREEN "\"rgb\":[0,255,0],\"hex\":\"#00ff00\",\"lab\":[87.7,-86.2,83.2]"
#define RED "\"rgb\":[200,0,0],\"hex\":\"#c80000\",\"lab\":[41.7,66.7,56]"
#define BLUE "\"rgb\":[0,0,200],\"hex\":\"#0000c8\",\"lab\":[24.2,66,-89.8]"

static void op_sample__reads_single_pixels_exactly(void **state)
{
    struct canvas canvas;
    (void)state;
    canvas_open(&canvas, 100, 40, 3, halves);
    canvas.to_source = fov__mat_translate(1000, 2000);
    assert_string_equal(
        fact_of("sample", "{\"points\":[[10,10],[10.99,10.5],[11,10],[100,40],[49.5,0]]}", &canvas),
        "{\"points\":["
        "{\"at\":[10,10],\"source_px\":[1010,2010]," GREEN "},"
        "{\"at\":[10.99,10.5],\"source_px\":[1010.99,2010.5]," GREEN "},"
        "{\"at\":[11,10],\"source_px\":[1011,2010]," RED "},"
        "{\"at\":[100,40],\"source_px\":[1100,2040]," BLUE "},"
        "{\"at\":[49.5,0],\"source_px\":[1049.5,2000]," RED "}]}");
    canvas_close(&canvas);
}

static void op_sample__takes_the_mean_of_a_disc(void **state)
{
    struct canvas canvas;
    (void)state;
    canvas_open(&canvas, 100, 40, 3, halves);
    /* Radius 1 is the pixel and its four neighbours: one green of five. */
    assert_non_null(strstr(fact_of("sample", "{\"points\":[[10,10]],\"radius\":1}", &canvas),
                           "\"rgb\":[160,51,0]"));
    /* Four of 200 and a 0: 80; four 0 and one 255: 102. A point alone has no spread. */
    assert_non_null(strstr(fact_of("sample", "{\"points\":[[10,10]],\"radius\":1}", &canvas),
                           "\"spread\":[80,102,0]"));
    assert_null(strstr(fact_of("sample", "{\"points\":[[10,10]]}", &canvas), "spread"));
    /* (11, 11) is a diagonal neighbour of the green one: outside radius 1. */
    assert_non_null(strstr(fact_of("sample", "{\"points\":[[11,11]],\"radius\":1}", &canvas),
                           "\"rgb\":[200,0,0]"));
    /* At the corner the disc is cut, not mirrored. */
    assert_non_null(
        strstr(fact_of("sample", "{\"points\":[[100,40]],\"radius\":50}", &canvas), "#"));
    canvas_close(&canvas);
}

static void op_sample__finds_mean_median_and_main_colours(void **state)
{
    struct canvas canvas;
    (void)state;
    canvas_open(&canvas, 100, 40, 3, halves);
    assert_string_equal(fact_of("sample", "{\"box\":[20,0,60,40]}", &canvas),
                        "{\"box\":[20,0,60,40],\"source_px\":[20,0,60,40],"
                        "\"mean\":{\"rgb\":[150,0,50],\"hex\":\"#960032\",\"lab\":[31.1,55.4,17]},"
                        "\"spread\":[86.6,0,86.6],"
                        "\"median\":{" RED "},"
                        "\"colors\":[{" RED ",\"share\":0.75},"
                        "{" BLUE ",\"share\":0.25}]}");
    canvas.to_source = fov__mat_mul(fov__mat_translate(40, 0), fov__mat_rotate(90));
    assert_non_null(strstr(fact_of("sample", "{\"box\":[0,0,10,20]}", &canvas),
                           "\"box\":[0,0,10,20],\"source_px\":[20,0,40,10]"));
    canvas_close(&canvas);
}

static void shades(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)y;
    for (int c = 0; c < 3; c++)
        pixel[c] = (uint8_t)(x / 10 * 28 + (x * 7 + c) % 5);
}

static void op_sample__gives_at_most_five_colours_that_differ(void **state)
{
    struct canvas canvas;
    struct fov_json *doc = NULL;
    (void)state;
    canvas_open(&canvas, 90, 4, 3, shades);
    const char *text = fact_of("sample", "{\"box\":[0,0,90,4]}", &canvas);
    assert_int_equal(fov__json_parse(&doc, the_context(), text, strlen(text), 9, 65536, NULL),
                     FOV_OK);
    const fov_json_value *colors = fov__json_get(fov__json_root(doc), "colors");
    double before = 1;
    assert_int_equal(fov__json_count(colors), 5);
    for (const fov_json_value *c = fov__json_child(colors); c != NULL; c = fov__json_next(c)) {
        double share = 0;
        assert_true(fov__json_number(fov__json_get(c, "share"), &share));
        assert_true(share <= before && share > 0);
        before = share;
    }
    fov__json_free(doc);
    canvas_close(&canvas);
}

static void glass(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)x;
    (void)y;
    pixel[0] = pixel[1] = pixel[2] = 0;
    pixel[3] = 51; /* a fifth */
}

static void op_sample__sees_transparency_on_white(void **state)
{
    struct canvas canvas;
    (void)state;
    canvas_open(&canvas, 3, 3, 4, glass);
    assert_non_null(strstr(fact_of("sample", "{\"points\":[[1,1]]}", &canvas), "#cccccc"));
    canvas_close(&canvas);
}

static void op_sample__needs_points_or_a_box(void **state)
{
    struct canvas canvas;
    struct call call;
    struct fov_buf buf;
    struct fov_jw jw;
    fov_error err;
    (void)state;
    canvas_open(&canvas, 3, 3, 3, halves);
    call_parse(&call, "sample", "{\"radius\":3}", reading_px(3, 3));
    assert_int_equal(call.status, FOV_OK);
    fov__buf_init(&buf, the_context(), 999);
    fov__jw_init(&jw, &buf);
    assert_int_equal(call.def->fact(call.args, &canvas.io, &jw, &call.fault, &err), FOV_E_ARG);
    assert_int_equal(call.fault.code, FOV_FAULT_MISSING_ARG);
    assert_string_equal(err.message, "sample.points is missing; allowed: points, or a box");
    fov__buf_free(&buf);
    call_free(&call);
    canvas_close(&canvas);
}

/* ---- ocr ------------------------------------------------------------------------------------ */

static const char *const word_rows[7] = {
    "#####.#####.#####.#.....#####", "..#.....#.....#...#.....#....",
    "..#.....#.....#...#.....#....", "..#.....#.....#...#.....####.",
    "..#.....#.....#...#.....#....", "..#.....#.....#...#.....#....",
    "..#...#####...#...#####.#####"};

/* TITLE in letters of 7 dots by 6 pixels each, in the middle of 260x100. */
static void word(uint8_t *pixel, int32_t x, int32_t y)
{
    const int32_t row = (y - 29) / 6, column = (x - 40) / 6;
    const bool is_inside =
        x >= 40 && y >= 29 && row < 7 && column < (int32_t)strlen(word_rows[row < 7 ? row : 0]);
    pixel[0] = pixel[1] = pixel[2] = is_inside && word_rows[row][column] == '#' ? 0 : 255;
}

static void op_ocr__gives_words_with_their_places(void **state)
{
    struct canvas canvas;
    fov_error err;
    (void)state;
    if (fov__ocr_identity(the_context(), &err) == NULL) {
        print_message("SKIPPED: %s\n", err.message);
        skip();
    }
    canvas_open(&canvas, 260, 100, 3, word);
    canvas.to_source = fov__mat_translate(500, 0);
    const char *text = fact_of("ocr", "{\"layout\":\"line\"}", &canvas);
    struct fov_json *doc = NULL;
    assert_int_equal(fov__json_parse(&doc, the_context(), text, strlen(text), 9, 65536, NULL),
                     FOV_OK);
    const fov_json_value *words = fov__json_get(fov__json_root(doc), "words");
    const fov_json_value *first = fov__json_child(words);
    if (first == NULL || strcmp(fov__json_string(fov__json_get(first, "text")), "TITLE") != 0)
        fail_msg("read %s", text);
    double at[4], there[4], confidence = 0;
    size_t n = 0;
    for (const fov_json_value *v = fov__json_child(fov__json_get(first, "box")); v != NULL && n < 4;
         n++) {
        assert_true(fov__json_number(v, &at[n]));
        v = fov__json_next(v);
    }
    n = 0;
    for (const fov_json_value *v = fov__json_child(fov__json_get(first, "source_px"));
         v != NULL && n < 4; n++) {
        assert_true(fov__json_number(v, &there[n]));
        v = fov__json_next(v);
    }
    /* The ink is [40,29,214,71); an engine's box is within a few pixels. */
    assert_true(at[0] > 34 && at[0] < 46 && at[1] > 23 && at[1] < 35);
    assert_true(at[2] > 206 && at[2] < 222 && at[3] > 65 && at[3] < 77);
    assert_true(there[0] - at[0] == 500 && there[3] == at[3]);
    assert_true(fov__json_number(fov__json_get(first, "confidence"), &confidence));
    assert_true(confidence > 0.3 && confidence <= 1);
    assert_string_equal(
        fov__json_string(fov__json_child(fov__json_get(fov__json_root(doc), "lines"))), "TITLE");
    fov__json_free(doc);
    canvas_close(&canvas);
}

static void op_ocr__says_what_is_missing(void **state)
{
    struct canvas canvas;
    struct call call;
    struct fov_buf buf;
    struct fov_jw jw;
    fov_context *ctx = NULL;
    fov_context_opts opts;
    fov_error err;
    (void)state;
    fov_context_opts_init(&opts);
    opts.module_path = "/nowhere";
    assert_int_equal(fov_context_new(&ctx, &opts, &err), FOV_OK);
    canvas_open(&canvas, 260, 100, 3, word);
    canvas.io.ctx = ctx;
    call_parse(&call, "ocr", "{}", reading_px(260, 100));
    fov__buf_init(&buf, the_context(), 9999);
    fov__jw_init(&jw, &buf);
    const fov_status rc = call.def->fact(call.args, &canvas.io, &jw, &call.fault, &err);
    assert_int_equal(rc, FOV_E_UNSUPPORTED);
    assert_int_equal(call.fault.code, FOV_FAULT_UNSUPPORTED);
    assert_non_null(strstr(call.fault.hint, "/nowhere"));
    fov__buf_free(&buf);
    call_free(&call);
    canvas_close(&canvas);
    fov_context_free(ctx);
}

int suite_op_fact(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_sample__reads_single_pixels_exactly),
        cmocka_unit_test(op_sample__takes_the_mean_of_a_disc),
        cmocka_unit_test(op_sample__finds_mean_median_and_main_colours),
        cmocka_unit_test(op_sample__gives_at_most_five_colours_that_differ),
        cmocka_unit_test(op_sample__sees_transparency_on_white),
        cmocka_unit_test(op_sample__needs_points_or_a_box),
        cmocka_unit_test(op_ocr__gives_words_with_their_places),
        cmocka_unit_test(op_ocr__says_what_is_missing),
    };
    return cmocka_run_group_tests_name("op_fact", tests, NULL, NULL);
}
