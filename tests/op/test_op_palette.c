/* SPDX-License-Identifier: MIT */
/* The colours of a picture, exact where they are flat, with a place in each that really has it. */
#include "op/pixels.h"

#include <stdlib.h>

#include "image/filter_internal.h"

static void set(uint8_t *pixel, uint32_t rgb)
{
    pixel[0] = (uint8_t)(rgb >> 16);
    pixel[1] = (uint8_t)(rgb >> 8);
    pixel[2] = (uint8_t)rgb;
}

/* White paper, three bars, the middle one with a smooth edge, and a swatch of its colour far off.
 */
static void bars(uint8_t *pixel, int32_t x, int32_t y)
{
    set(pixel, 0xffffff);
    if (x >= 10 && x < 30 && y >= 20 && y < 90)
        set(pixel, 0x4472c4);
    if (x >= 40 && x < 60 && y >= 40 && y < 90)
        set(pixel, 0xed7d31);
    if ((x == 39 || x == 60) && y >= 40 && y < 90)
        set(pixel, 0xf6be98); /* half of it white */
    if (x >= 70 && x < 90 && y >= 60 && y < 90)
        set(pixel, 0xa5a5a5);
    if (x >= 80 && x < 86 && y >= 5 && y < 11)
        set(pixel, 0xed7d31);
}

static void op_palette__names_flat_colours_exactly_and_where_they_are(void **state)
{
    struct canvas canvas;
    (void)state;
    canvas_open(&canvas, 100, 100, 3, bars);
    canvas.to_source = fov__mat_translate(1000, 2000);
    /* 1400 blue, 1036 orange, 600 grey of 10000; the mixtures (100) begin no colour and count for
     * the nearest, which is the grey. */
    const char *text = answer_of("palette", "{}", &canvas);
    assert_non_null(strstr(text, "{\"colors\":[{\"rgb\":[255,255,255],\"hex\":\"#ffffff\",\"lab\":"
                                 "[100,0,0],\"share\":0.686,\"background\":true,"));
    assert_non_null(strstr(text, "{\"rgb\":[68,114,196],\"hex\":\"#4472c4\",\"lab\":[48.6,10.7,"
                                 "-47.5],\"share\":0.14,\"at\":["));
    assert_non_null(strstr(text, "{\"rgb\":[165,165,165],\"hex\":\"#a5a5a5\",\"lab\":[67.7,0,0],"
                                 "\"share\":0.07,\"at\":["));
    assert_non_null(strstr(text, "\"hex\":\"#ed7d31\""));
    assert_null(strstr(text, "left_out"));
    canvas_close(&canvas);
}

struct answer {
    int n;
    struct {
        char hex[8];
        double share, at[2], source[2];
        bool is_background;
    } color[12];
    double left_out;
};

static void pair(const fov_json_value *array, double out[2])
{
    const fov_json_value *v = fov__json_child(array);
    assert_true(fov__json_number(v, &out[0]));
    assert_true(fov__json_number(fov__json_next(v), &out[1]));
}

static void read_answer(struct answer *a, const char *arguments, struct canvas *canvas)
{
    struct fov_json *doc = NULL;
    const char *text = answer_of("palette", arguments, canvas);
    memset(a, 0, sizeof(*a));
    assert_int_equal(fov__json_parse(&doc, the_context(), text, strlen(text), 9, 65536, NULL),
                     FOV_OK);
    const fov_json_value *root = fov__json_root(doc);
    for (const fov_json_value *c = fov__json_child(fov__json_get(root, "colors")); c != NULL;
         c = fov__json_next(c), a->n++) {
        assert_true(a->n < 12);
        memcpy(a->color[a->n].hex, fov__json_string(fov__json_get(c, "hex")), 8);
        assert_true(fov__json_number(fov__json_get(c, "share"), &a->color[a->n].share));
        a->color[a->n].is_background = fov__json_get(c, "background") != NULL;
        pair(fov__json_get(c, "at"), a->color[a->n].at);
        pair(fov__json_get(c, "source_px"), a->color[a->n].source);
    }
    fov__json_number(fov__json_get(root, "left_out"), &a->left_out);
    fov__json_free(doc);
}

static int find(const struct answer *a, const char *hex)
{
    for (int i = 0; i < a->n; i++) {
        if (strcmp(a->color[i].hex, hex) == 0)
            return i;
    }
    fail_msg("%s is not among the %d colours", hex, a->n);
    return -1;
}

static void op_palette__puts_its_finger_inside_the_largest_area(void **state)
{
    struct canvas canvas;
    struct answer a;
    (void)state;
    canvas_open(&canvas, 100, 100, 3, bars);
    canvas.to_source = fov__mat_translate(1000, 2000);
    read_answer(&a, "{}", &canvas);
    assert_int_equal(a.n, 4);
    double sum = 0;
    for (int i = 0; i < a.n; i++) {
        const uint8_t *p =
            fov__pixels_row(canvas.px, (int32_t)a.color[i].at[1]) + 3 * (int32_t)a.color[i].at[0];
        char hex[8];
        fov__format(hex, sizeof(hex), "#%02x%02x%02x", p[0], p[1], p[2]);
        assert_string_equal(hex, a.color[i].hex);
        assert_true(a.color[i].source[0] == a.color[i].at[0] + 1000);
        assert_true(a.color[i].source[1] == a.color[i].at[1] + 2000);
        assert_int_equal(a.color[i].is_background, i == 0);
        assert_true(i == 0 || a.color[i].share <= a.color[i - 1].share);
        sum += a.color[i].share;
    }
    assert_true(sum > 0.998 && sum < 1.002);
    /* The bar, not the swatch, and its middle. */
    const int orange = find(&a, "#ed7d31"), blue = find(&a, "#4472c4");
    assert_true(a.color[orange].at[0] > 48 && a.color[orange].at[0] < 52);
    assert_true(a.color[orange].at[1] > 62 && a.color[orange].at[1] < 68);
    assert_true(a.color[blue].at[0] > 18 && a.color[blue].at[0] < 22);
    assert_true(a.color[blue].at[1] > 53 && a.color[blue].at[1] < 57);
    canvas_close(&canvas);
}

static void op_palette__tells_as_many_as_asked_and_how_many_more_there_are(void **state)
{
    struct canvas canvas;
    struct answer a, all;
    (void)state;
    canvas_open(&canvas, 100, 100, 3, bars);
    read_answer(&all, "{\"count\":12}", &canvas);
    for (int count = 1; count <= 4; count++) {
        char arguments[32];
        fov__format(arguments, sizeof(arguments), "{\"count\":%d}", count);
        read_answer(&a, arguments, &canvas);
        assert_int_equal(a.n, count);
        assert_true(a.left_out == 4 - count);
        for (int i = 0; i < count; i++) { /* asking for fewer changes none of them */
            const int k = find(&all, a.color[i].hex);
            assert_true(a.color[i].share == all.color[k].share);
            assert_memory_equal(a.color[i].at, all.color[k].at, sizeof(a.color[i].at));
        }
    }
    canvas_close(&canvas);
}

static void op_palette__reads_a_box_alone(void **state)
{
    struct canvas canvas;
    struct answer a;
    (void)state;
    canvas_open(&canvas, 100, 100, 3, bars);
    read_answer(&a, "{\"box\":[75,0,95,16]}", &canvas);
    assert_int_equal(a.n, 2);
    assert_string_equal(a.color[0].hex, "#ffffff");
    assert_string_equal(a.color[1].hex, "#ed7d31");
    assert_true(a.color[1].share == 0.112 || a.color[1].share == 0.113); /* 36 of 320 */
    assert_true(a.color[1].at[0] >= 82 && a.color[1].at[0] <= 84 && a.color[1].at[1] >= 7 &&
                a.color[1].at[1] <= 9);
    canvas_close(&canvas);
}

/* Two halves: neither has most of the border. */
static void halves(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)y;
    set(pixel, x < 10 ? 0xc80000 : 0x0000c8);
}

static void op_palette__calls_nothing_background_where_the_border_has_two(void **state)
{
    struct canvas canvas;
    struct answer a;
    (void)state;
    canvas_open(&canvas, 20, 20, 3, halves);
    read_answer(&a, "{}", &canvas);
    assert_int_equal(a.n, 2);
    assert_false(a.color[0].is_background || a.color[1].is_background);
    assert_true(a.color[0].share == 0.5 && a.color[1].share == 0.5);
    canvas_close(&canvas);
}

static void glass(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)x;
    (void)y;
    pixel[0] = pixel[1] = pixel[2] = 0;
    pixel[3] = 51; /* a fifth */
}

static void op_palette__sees_transparency_on_white_and_one_pixel(void **state)
{
    struct canvas canvas;
    struct answer a;
    (void)state;
    canvas_open(&canvas, 1, 1, 4, glass);
    read_answer(&a, "{}", &canvas);
    assert_int_equal(a.n, 1);
    assert_string_equal(a.color[0].hex, "#cccccc");
    assert_true(a.color[0].share == 1 && a.color[0].is_background);
    assert_true(a.color[0].at[0] == 0.5 && a.color[0].at[1] == 0.5);
    canvas_close(&canvas);
}

/* Every pixel another colour, all of them between their neighbours: still an answer. */
static void ramp(uint8_t *pixel, int32_t x, int32_t y)
{
    pixel[0] = (uint8_t)(x * 60);
    pixel[1] = (uint8_t)(y * 60);
    pixel[2] = (uint8_t)(x * 60);
}

static void noise(uint8_t *pixel, int32_t x, int32_t y)
{
    uint32_t seed = (uint32_t)(x * 7919 + y * 104729 + 1);
    next_random(&seed);
    set(pixel, next_random(&seed) & 0xffffff);
}

static void op_palette__answers_for_any_picture(void **state)
{
    struct canvas canvas;
    struct answer a;
    (void)state;
    canvas_open(&canvas, 5, 5, 3, ramp);
    read_answer(&a, "{\"count\":12}", &canvas);
    assert_true(a.n >= 2);
    canvas_close(&canvas);
    canvas_open(&canvas, 200, 150, 3, noise);
    read_answer(&a, "{\"count\":12}", &canvas);
    assert_int_equal(a.n, 12);
    double sum = 0;
    for (int i = 0; i < a.n; i++)
        sum += a.color[i].share;
    assert_true(sum > 0.3 && sum <= 1.001);
    canvas_close(&canvas);
}

/* ---- places, against a flood fill and the distance by its definition ------------------------- */

enum { W = 41, H = 29 };

static int fill(const uint8_t *label, int *seen, int32_t x, int32_t y, int id)
{
    static int32_t stack[W * H * 4];
    int top = 0, size = 0;
    stack[top++] = y * W + x;
    while (top > 0) {
        const int32_t i = stack[--top], u = i % W, v = i / W;
        if (seen[i] != 0)
            continue;
        seen[i] = id;
        size++;
        if (u > 0 && label[i - 1] == label[i])
            stack[top++] = i - 1;
        if (u < W - 1 && label[i + 1] == label[i])
            stack[top++] = i + 1;
        if (v > 0 && label[i - W] == label[i])
            stack[top++] = i - W;
        if (v < H - 1 && label[i + W] == label[i])
            stack[top++] = i + W;
    }
    return size;
}

/* Chessboard distance to the nearest pixel of another label or beyond the edge. */
static int depth_of(const uint8_t *label, int32_t x, int32_t y)
{
    int least = W + H;
    for (int32_t v = -1; v <= H; v++) {
        for (int32_t u = -1; u <= W; u++) {
            const bool is_out = u < 0 || v < 0 || u == W || v == H;
            const int dx = abs(u - x), dy = abs(v - y), d = dx > dy ? dx : dy;
            if ((is_out || label[v * W + u] != label[y * W + x]) && d < least)
                least = d;
        }
    }
    return least;
}

static void op_palette__places_are_deepest_in_the_largest_area(void **state)
{
    const struct fov__filter filter = {the_context(), NULL, "test"};
    uint32_t seed = 77;
    (void)state;
    for (int round = 0; round < 60; round++) {
        static uint8_t label[W * H];
        static int seen[W * H];
        struct fov__palette found;
        memset(label, 0, sizeof(label));
        memset(seen, 0, sizeof(seen));
        memset(&found, 0, sizeof(found));
        found.n = 4;
        for (int k = 0; k < 14; k++) {
            const int32_t x = (int32_t)(next_random(&seed) % W),
                          y = (int32_t)(next_random(&seed) % H);
            const int32_t w = (int32_t)(next_random(&seed) % 14),
                          h = (int32_t)(next_random(&seed) % 9);
            const uint8_t l = (uint8_t)(next_random(&seed) % 4);
            for (int32_t i = 0; i < W * H; i++) {
                if (i % W >= x && i % W < x + w && i / W >= y && i / W < y + h)
                    label[i] = k % 5 == 4 ? FOV__PALETTE_NONE : l;
            }
        }
        assert_int_equal(fov__palette_places(&filter, label, W, H, &found, NULL), FOV_OK);
        int largest[4] = {0}, deepest[4] = {0}, area[4] = {0};
        for (int32_t i = 0; i < W * H; i++) {
            const int size = seen[i] == 0 ? fill(label, seen, i % W, i / W, i + 1) : 0;
            if (label[i] != FOV__PALETTE_NONE && size > largest[label[i]]) {
                largest[label[i]] = size;
                area[label[i]] = i + 1;
            }
        }
        for (int32_t i = 0; i < W * H; i++) {
            if (label[i] == FOV__PALETTE_NONE)
                continue;
            const int d = seen[i] == area[label[i]] ? depth_of(label, i % W, i / W) : 0;
            deepest[label[i]] = d > deepest[label[i]] ? d : deepest[label[i]];
        }
        for (int l = 0; l < 4; l++) {
            const struct fov__palette_color *c = &found.color[l];
            if (largest[l] == 0)
                continue;
            assert_int_equal(c->area, largest[l]);
            assert_int_equal(label[c->y * W + c->x], l);
            assert_int_equal(depth_of(label, c->x, c->y), deepest[l]);
        }
    }
}

static void op_palette__refuses_other_counts(void **state)
{
    static const struct refusal cases[] = {
        {"palette", "{\"count\":13}", "OUT_OF_RANGE", "palette.count", "{\"count\":12}"},
        {"palette", "{\"count\":0}", "OUT_OF_RANGE", "palette.count", "{\"count\":1}"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++)
        expect_refusal(&cases[i], reading_px(100, 100), NULL);
}

int suite_op_palette(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_palette__names_flat_colours_exactly_and_where_they_are),
        cmocka_unit_test(op_palette__puts_its_finger_inside_the_largest_area),
        cmocka_unit_test(op_palette__tells_as_many_as_asked_and_how_many_more_there_are),
        cmocka_unit_test(op_palette__reads_a_box_alone),
        cmocka_unit_test(op_palette__calls_nothing_background_where_the_border_has_two),
        cmocka_unit_test(op_palette__sees_transparency_on_white_and_one_pixel),
        cmocka_unit_test(op_palette__answers_for_any_picture),
        cmocka_unit_test(op_palette__places_are_deepest_in_the_largest_area),
        cmocka_unit_test(op_palette__refuses_other_counts),
    };
    return cmocka_run_group_tests_name("op_palette", tests, NULL, NULL);
}
