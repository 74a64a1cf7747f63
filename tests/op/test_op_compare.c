/* SPDX-License-Identifier: MIT */
/* compare: what differs, in numbers, in pixels and in marks; through a graph, since it needs two
 * originals. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <foveate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    fov_context *ctx;
    fov_graph *graph;
    fov_applied applied;
    fov_error err;
    char *json;
};

static fov_image *paint(fov_context *ctx, int32_t width, int32_t height, int32_t bands,
                        const int32_t (*boxes)[5], size_t count)
{
    const size_t stride = (size_t)width * (size_t)bands;
    uint8_t *px = malloc(stride * (size_t)height);
    fov_image *image = NULL;
    memset(px, 200, stride * (size_t)height);
    for (size_t i = 0; i < count; i++) {
        for (int32_t y = boxes[i][1]; y < boxes[i][3]; y++)
            for (int32_t x = boxes[i][0]; x < boxes[i][2]; x++)
                memset(px + (size_t)y * stride + (size_t)(x * bands), boxes[i][4], 3);
    }
    assert_int_equal(fov_image_new_pixels(&image, ctx, px, width, height, bands, stride, NULL),
                     FOV_OK);
    free(px);
    return image;
}

static void pair_open(struct pair *p, fov_image *(*make)(fov_context *ctx, int which))
{
    memset(p, 0, sizeof(*p));
    assert_int_equal(fov_context_new(&p->ctx, NULL, &p->err), FOV_OK);
    assert_int_equal(fov_graph_new(&p->graph, p->ctx, &p->err), FOV_OK);
    for (int i = 0; i < 2; i++) {
        fov_image *image = make(p->ctx, i);
        assert_true(fov_graph_add_source(p->graph, image, NULL, &p->err) >= 0);
        fov_image_unref(image);
    }
}

static void pair_close(struct pair *p)
{
    fov_graph_free(p->graph);
    fov_context_free(p->ctx);
    free(p->json);
}

/* Apply and keep the fact's JSON. */
static const char *apply(struct pair *p, const char *arguments)
{
    fov_bytes json;
    fov_applied_init(&p->applied);
    assert_true(fov_graph_apply(p->graph, "compare", arguments, &p->applied, &p->err) >= 0);
    assert_true(p->applied.image >= 0 && p->applied.fact >= 0);
    assert_int_equal(fov_graph_fact(p->graph, p->applied.fact, &json, &p->err), FOV_OK);
    free(p->json);
    p->json = strdup((const char *)json.data);
    fov_bytes_free(&json);
    return p->json;
}

static uint8_t *pixels(struct pair *p, int32_t x, int32_t y, uint8_t rgb[3])
{
    fov_image *picture = NULL;
    assert_int_equal(fov_graph_render(p->graph, p->applied.image, NULL, NULL, &picture, &p->err),
                     FOV_OK);
    assert_int_equal(fov_image_read(picture, (fov_box){x, y, x + 1, y + 1}, 3, rgb, 3, NULL),
                     FOV_OK);
    fov_image_unref(picture);
    return rgb;
}

/* ---- pictures ------------------------------------------------------------------------------- */

/* The second has a large and a small dark box that the first has not. */
static fov_image *two_changes(fov_context *ctx, int which)
{
    static const int32_t boxes[2][5] = {{20, 10, 60, 50, 30}, {150, 80, 155, 85, 90}};
    return paint(ctx, 200, 100, 3, boxes, which == 0 ? 0 : 2);
}

static fov_image *the_same(fov_context *ctx, int which)
{
    static const int32_t box[1][5] = {{3, 3, 9, 9, 10}};
    return paint(ctx, 64 + which, 64, 3, box, 1); /* a column more: another size */
}

static fov_image *faint(fov_context *ctx, int which)
{
    static const int32_t box[1][5] = {{10, 10, 20, 20, 190}};
    return paint(ctx, 40, 40, 3, box, (size_t)which);
}

static fov_image *many_changes(fov_context *ctx, int which)
{
    int32_t boxes[12][5];
    for (int32_t i = 0; i < 12; i++) {
        const int32_t x = 10 + i * 40, size = 2 + i;
        const int32_t box[5] = {x, 10, x + size, 10 + size, 0};
        memcpy(boxes[i], box, sizeof(box));
    }
    return paint(ctx, 500, 40, 3, (const int32_t(*)[5])boxes, which == 0 ? 0 : 12);
}

static fov_image *glass(fov_context *ctx, int which)
{
    static const int32_t box[1][5] = {{0, 0, 32, 32, 0}};
    return paint(ctx, 32, 32, which == 0 ? 4 : 3, box, 1); /* alpha 200 over black: lighter */
}

static fov_image *one_pixel(fov_context *ctx, int which)
{
    static const int32_t box[1][5] = {{0, 0, 1, 1, 0}};
    return paint(ctx, 1, 1, 3, box, (size_t)which);
}

/* ---- cases ---------------------------------------------------------------------------------- */

static void compare__finds_each_place_largest_first(void **state)
{
    struct pair p;
    const char *json;
    (void)state;
    pair_open(&p, two_changes);
    json = apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\",\"mode\":\"diff\"}");
    assert_non_null(strstr(json, "\"places\":2"));
    assert_non_null(strstr(json, "\"differing\":0.08125")); /* 1625 of 20000 */
    assert_non_null(strstr(json, "{\"id\":1,\"box\":[20,10,60,50],\"source_px\":[20,10,60,50]"));
    assert_non_null(strstr(json, "{\"id\":2,\"box\":[150,80,155,85]"));
    assert_non_null(strstr(json, "\"equal\":false"));
    pair_close(&p);
}

static void compare__shows_differences_red_and_the_rest_pale(void **state)
{
    struct pair p;
    uint8_t rgb[3];
    (void)state;
    pair_open(&p, two_changes);
    apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\",\"mode\":\"diff\"}");
    pixels(&p, 40, 40, rgb);
    assert_true(rgb[0] > rgb[1] + 100 && rgb[1] == rgb[2]);
    pixels(&p, 110, 60, rgb);
    assert_true(rgb[0] == rgb[1] && rgb[1] == rgb[2] && rgb[0] > 200);
    pixels(&p, 16, 30, rgb); /* the outline, with air around what it marks */
    assert_true(rgb[2] > rgb[0] + 60);
    pair_close(&p);
}

static void compare__blends_half_of_each(void **state)
{
    struct pair p;
    uint8_t rgb[3];
    (void)state;
    pair_open(&p, two_changes);
    apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\",\"mode\":\"blend\"}");
    assert_int_equal(pixels(&p, 40, 40, rgb)[0], (200 + 30 + 1) / 2);
    assert_int_equal(pixels(&p, 100, 40, rgb)[0], 200);
    pair_close(&p);
}

static void compare__puts_them_side_by_side_and_maps_both_back(void **state)
{
    struct pair p;
    uint8_t rgb[3];
    fov_point at;
    int32_t source = -1;
    (void)state;
    pair_open(&p, two_changes);
    apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\"}");
    const fov_size size = fov_graph_size(p.graph, p.applied.image);
    assert_int_equal(size.width, 404);
    assert_int_equal(size.height, 100);
    assert_int_equal(pixels(&p, 40, 40, rgb)[0], 200);
    assert_int_equal(pixels(&p, 244, 40, rgb)[0], 30);
    assert_int_equal(pixels(&p, 202, 40, rgb)[0], 255);
    assert_int_equal(
        fov_graph_to_source(p.graph, p.applied.image, (fov_point){10, 20}, &source, &at, &p.err),
        FOV_OK);
    assert_int_equal(source, 0);
    assert_int_equal(
        fov_graph_to_source(p.graph, p.applied.image, (fov_point){224, 30}, &source, &at, &p.err),
        FOV_OK);
    assert_int_equal(source, 1);
    assert_true(at.x == 20 && at.y == 30);
    assert_int_equal(
        fov_graph_to_source(p.graph, p.applied.image, (fov_point){202, 30}, &source, &at, &p.err),
        FOV_E_ARG); /* the gap comes from nowhere */
    pair_close(&p);
}

static void compare__says_that_equal_pictures_are_equal(void **state)
{
    struct pair p;
    const char *json;
    (void)state;
    pair_open(&p, two_changes);
    json = apply(&p, "{\"a\":\"img_1\",\"b\":\"img_1\",\"mode\":\"diff\"}");
    assert_non_null(strstr(json, "\"differing\":0,\"mean_difference\":0,\"equal\":true"));
    assert_non_null(strstr(json, "\"parts\":[]"));
    pair_close(&p);
}

static void compare__says_when_one_was_brought_to_the_others_size(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, the_same);
    apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\",\"mode\":\"blend\"}");
    assert_string_equal(p.applied.note, "b is 65x64 and was brought to a's size");
    apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\"}");
    assert_string_equal(p.applied.note, ""); /* side by side they need only be as high */
    pair_close(&p);
}

static void compare__counts_as_alike_what_is_within_tolerance(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, faint);
    assert_non_null(strstr(apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\"}"), "\"places\":0"));
    assert_non_null(strstr(p.json, "\"equal\":false"));
    assert_non_null(
        strstr(apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\",\"tolerance\":9}"), "\"places\":1"));
    assert_non_null(
        strstr(apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\",\"tolerance\":10}"), "\"places\":0"));
    pair_close(&p);
}

static void compare__keeps_the_eight_largest(void **state)
{
    struct pair p;
    const char *json, *at;
    (void)state;
    pair_open(&p, many_changes);
    json = apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\"}");
    assert_non_null(strstr(json, "\"places\":12"));
    at = strstr(json, "\"parts\":[{\"id\":1,\"box\":[450,10,463,23]");
    assert_non_null(at);
    assert_non_null(strstr(at, "{\"id\":8,\"box\":[170,10,176,16]"));
    assert_null(strstr(at, "\"id\":9"));
    pair_close(&p);
}

static void compare__sees_alpha_on_white(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, glass);
    assert_non_null(strstr(apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\"}"), "\"differing\":1,"));
    pair_close(&p);
}

static void compare__works_on_one_pixel(void **state)
{
    struct pair p;
    static const char *const modes[] = {"side", "diff", "blend"};
    (void)state;
    pair_open(&p, one_pixel);
    for (size_t i = 0; i < 3; i++) {
        char call[96];
        uint8_t rgb[3];
        snprintf(call, sizeof(call), "{\"a\":\"img_0\",\"b\":\"img_1\",\"mode\":\"%s\"}", modes[i]);
        assert_non_null(strstr(apply(&p, call), "\"differing\":1,"));
        pixels(&p, 0, 0, rgb);
    }
    pair_close(&p);
}

static void compare__is_the_same_call_again(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, two_changes);
    apply(&p, "{\"a\":\"img_0\",\"b\":\"img_1\",\"mode\":\"diff\"}");
    const int32_t image = p.applied.image, fact = p.applied.fact;
    assert_int_equal(fov_graph_apply(p.graph, "compare",
                                     "{\"b\":\"img_1\",\"mode\":\"diff\",\"a\":\"original\"}",
                                     &p.applied, &p.err),
                     FOV_NOTE_SAME);
    assert_int_equal(p.applied.image, image);
    assert_int_equal(p.applied.fact, fact);
    assert_int_equal(fov_graph_image_count(p.graph), 3);
    assert_int_equal(fov_graph_fact_count(p.graph), 1);
    pair_close(&p);
}

static void compare__names_what_is_missing(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, two_changes);
    fov_applied_init(&p.applied);
    assert_int_equal(fov_graph_apply(p.graph, "compare", "{\"a\":\"img_0\"}", &p.applied, &p.err),
                     FOV_E_ARG);
    assert_non_null(strstr(p.err.message, "compare.b"));
    assert_int_equal(fov_graph_apply(p.graph, "compare", "{\"a\":\"img_0\",\"b\":\"img_7\"}",
                                     &p.applied, &p.err),
                     FOV_E_ARG);
    assert_non_null(strstr(p.err.message, "compare.b is img_7"));
    assert_int_equal(fov_graph_apply(p.graph, "compare",
                                     "{\"a\":\"img_0\",\"b\":\"img_1\",\"image\":\"img_0\"}",
                                     &p.applied, &p.err),
                     FOV_E_ARG);
    assert_int_equal(fov_graph_image_count(p.graph), 2);
    assert_int_equal(fov_graph_fact_count(p.graph), 0);
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compare__finds_each_place_largest_first),
        cmocka_unit_test(compare__shows_differences_red_and_the_rest_pale),
        cmocka_unit_test(compare__blends_half_of_each),
        cmocka_unit_test(compare__puts_them_side_by_side_and_maps_both_back),
        cmocka_unit_test(compare__says_that_equal_pictures_are_equal),
        cmocka_unit_test(compare__says_when_one_was_brought_to_the_others_size),
        cmocka_unit_test(compare__counts_as_alike_what_is_within_tolerance),
        cmocka_unit_test(compare__keeps_the_eight_largest),
        cmocka_unit_test(compare__sees_alpha_on_white),
        cmocka_unit_test(compare__works_on_one_pixel),
        cmocka_unit_test(compare__is_the_same_call_again),
        cmocka_unit_test(compare__names_what_is_missing),
    };
    return cmocka_run_group_tests_name("op_compare", tests, NULL, NULL);
}
