/* SPDX-License-Identifier: MIT */
/* What a model is told: the line of each image, coordinates in each space, refusals. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>

#include "tool/tool_internal.h"

struct bench {
    fov_context *ctx;
    fov_graph *graph;
    struct fov_toolbox box;
    struct fov_tool_outcome out;
};

/* A grey picture of 1000x500 with one black dot and a line, shown to a model of this profile. */
static void bench_open(struct bench *b, const char *profile, uint32_t preset)
{
    static uint8_t px[1000 * 500 * 3];
    const struct fov_toolbox_image *shown;
    fov_image *image = NULL;

    memset(b, 0, sizeof(*b));
    memset(px, 128, sizeof(px));
    memset(px + (250 * 1000 + 500) * 3, 0, 3);
    memset(px + (400 * 1000 + 100) * 3, 0, 800 * 3);
    assert_int_equal(fov_context_new(&b->ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_image_new_pixels(&image, b->ctx, px, 1000, 500, 3, 3000, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&b->graph, b->ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(b->graph, image, NULL, NULL), FOV_OK);
    fov_image_unref(image);
    assert_non_null(fov__profile_find(profile));
    fov__toolbox_init(&b->box, b->ctx, b->graph, fov__profile_find(profile), preset);
    assert_int_equal(fov__toolbox_deliver(&shown, &b->box, 0, NULL), FOV_OK);
}

static void bench_close(struct bench *b)
{
    fov__tool_outcome_free(&b->out);
    fov__toolbox_free(&b->box);
    fov_graph_free(b->graph);
    fov_context_free(b->ctx);
}

static const char *call(struct bench *b, const char *name, const char *arguments)
{
    fov_error err = {0};

    fov__tool_outcome_free(&b->out);
    if (fov__tool_call(&b->out, &b->box, name, arguments, strlen(arguments), &err) < 0)
        fail_msg("%s %s: %s", name, arguments, err.message);
    return b->out.text;
}

static void tool__the_line_says_what_was_made(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "generic", FOV_OP_PRESET_PHOTO);
    assert_string_equal(
        call(&b, "zoom", "{\"box\":[100,100,500,300]}"),
        "img_1: zoom of img_0, box [100,100,500,300] in source px of img_0, delivered "
        "1568x784, 0.255 source px per px, interpolated");
    assert_non_null(
        strstr(call(&b, "zoom", "{\"box\":[110,100,500,300]}"), "overlaps img_1 by 0.975"));
    assert_non_null(strstr(call(&b, "zoom", "{\"box\":[900,400,1200,600]}"), "cut to the image"));
    assert_non_null(strstr(call(&b, "zoom", "{\"box\":[100,100,500,300]}"), "same as img_1"));
    assert_true(b.out.is_same);
    assert_int_equal(fov_graph_image_count(b.graph), 4);
    bench_close(&b);
}

static void tool__a_whole_picture_is_never_enlarged(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "generic", FOV_OP_PRESET_PHOTO);
    assert_non_null(
        strstr(call(&b, "rotate", "{\"degrees\":90}"), "delivered 500x1000, 1 source px"));
    assert_non_null(
        strstr(call(&b, "overview", "{\"max_edge\":300}"), "delivered 300x150, 3.33 source px"));
    assert_non_null(strstr(call(&b, "enhance", "{\"contrast\":2}"), "delivered 1000x500"));
    bench_close(&b);
}

/* The same box in each space a model may speak. */
static void tool__a_box_means_the_same_in_every_space(void **state)
{
    static const struct {
        const char *profile, *arguments;
    } spoken[] = {
        {"generic", "{\"box\":[100,100,500,300]}"},
        {"qwen3-vl", "{\"box\":[100,200,500,600]}"},
        {"qwen3-vl", "{\"bbox_2d\":[100,200,500,600],\"img_idx\":0}"},
        {"gemini-3-high", "{\"box\":[200,100,600,500]}"},
        {"mini-o3", "{\"box\":[0.1,0.2,0.5,0.6]}"},
        {"openai-5.6-low", "{\"box\":[51.2,51.2,256,153.6]}"}, /* delivered 512x256 */
    };

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(spoken); i++) {
        struct bench b;
        bench_open(&b, spoken[i].profile, FOV_OP_PRESET_PHOTO);
        call(&b, "zoom", spoken[i].arguments);
        if (b.out.is_error || strcmp(b.out.normalised, "{\"box\":[100,100,500,300]}") != 0)
            fail_msg("%s %s gave %s", spoken[i].profile, spoken[i].arguments,
                     b.out.is_error ? b.out.text : b.out.normalised);
        bench_close(&b);
    }
}

static void tool__refusals_name_what_is_allowed(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "qwen3-vl", FOV_OP_PRESET_PHOTO);
    assert_non_null(strstr(call(&b, "zoom", "{\"box\":[100,200,1200,600]}"), "OUT_OF_RANGE"));
    assert_non_null(strstr(b.out.text, "\"call\":"));
    assert_non_null(strstr(b.out.text, "\"image\":{\"id\":\"img_0\""));
    assert_non_null(strstr(call(&b, "zoom", "{\"box\":[500,200,100,600]}"), "EMPTY_BOX"));
    assert_non_null(strstr(call(&b, "zoom", "{\"box\":[\"1\",2,3,4]}"), "BAD_TYPE"));
    assert_non_null(strstr(call(&b, "zoom", "{\"bx\":[1,2,3,4]}"), "UNKNOWN_ARG"));
    assert_non_null(strstr(call(&b, "zoom", "{}"), "MISSING_ARG"));
    assert_non_null(strstr(call(&b, "zoom", ""), "MISSING_ARG"));
    assert_non_null(strstr(call(&b, "look", "{}"), "UNKNOWN_OP"));
    assert_non_null(strstr(b.out.text, "zoom, overview"));
    assert_int_equal(fov_graph_image_count(b.graph), 1);
    bench_close(&b);
}

static void tool__facts_are_in_the_models_coordinates(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "gemini-3-high", FOV_OP_PRESET_ALL);
    call(&b, "sample", "{\"points\":[[501,500.5]]}"); /* y, x of 1000: x 500.5, y 250.5 */
    assert_false(b.out.is_error);
    assert_non_null(strstr(b.out.text, "\"at\":[501,500.5]"));
    assert_non_null(strstr(b.out.text, "\"source_px\":[500.5,250.5]"));
    assert_non_null(strstr(b.out.text, "[0,0,0]"));
    call(&b, "lines", "{}"); /* row 400, from 100 to 900 */
    assert_non_null(strstr(b.out.text, "\"line\":[801,100,801,900]"));
    assert_non_null(strstr(b.out.text, "\"source_px\":[100,400.5,900,400.5]"));
    bench_close(&b);
}

static void tool__zooming_into_a_zoom_speaks_of_the_zoom(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "generic", FOV_OP_PRESET_PHOTO);
    call(&b, "zoom", "{\"box\":[100,100,500,300]}"); /* delivered 1568x784: 3.92 px a source px */
    call(&b, "zoom", "{\"image\":\"img_1\",\"box\":[392,196,784,392]}");
    assert_string_equal(b.out.normalised, "{\"box\":[100,50,200,100]}");
    assert_non_null(strstr(b.out.text, "box [200,150,300,200] in source px of img_0"));
    bench_close(&b);
}

/* A picture too long for its model cannot be turned into a legal one: no call is offered that does
 * not exist. */
static void tool__a_legal_call_is_offered_only_where_there_is_one(void **state)
{
    static uint8_t px[3000 * 10 * 3];
    static const char *const profiles[] = {"qwen3-vl", "qwen2.5-vl"};

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(profiles); i++) {
        struct bench b;
        fov_image *image = NULL;
        char arguments[512];

        bench_open(&b, profiles[i], FOV_OP_PRESET_PHOTO);
        assert_int_equal(fov_image_new_pixels(&image, b.ctx, px, 3000, 10, 3, 9000, NULL), FOV_OK);
        assert_int_equal(fov_graph_add_source(b.graph, image, NULL, NULL), FOV_OK);
        fov_image_unref(image);
        call(&b, "rotate", "{\"image\":\"img_1\",\"degrees\":90}");
        assert_true(b.out.is_error);
        assert_int_equal(b.out.fault.code, FOV_FAULT_BAD_ASPECT);
        assert_string_equal(b.out.fault.field, "rotate");
        assert_string_equal(b.out.fault.call, "");
        /* A thin box of a zoom that does not begin at the corner of its source. */
        call(&b, "zoom", i == 0 ? "{\"box\":[200,200,900,900]}" : "{\"box\":[200,100,900,450]}");
        assert_false(b.out.is_error);
        call(&b, "zoom",
             i == 0 ? "{\"image\":\"img_2\",\"box\":[300,300,800,301]}"
                    : "{\"image\":\"img_2\",\"box\":[100,300,1500,301]}");
        assert_int_equal(b.out.fault.code, FOV_FAULT_BAD_ASPECT);
        assert_true(b.out.fault.call[0] == '{');
        fov__format(arguments, sizeof(arguments), "%s", b.out.fault.call);
        call(&b, "zoom", arguments);
        if (b.out.is_error)
            fail_msg("%s: %s gave %s", profiles[i], arguments, b.out.text);
        /* And it still holds the middle of what was asked for. */
        if (i == 0) {
            fov_box seen = fov__node_source_box(fov__graph_node(b.graph, b.out.image));
            assert_true(seen.x1 >= 299 && seen.x2 <= 801 && seen.y1 <= 150 && seen.y2 >= 151);
        }
        bench_close(&b);
    }
}

static void deliver(struct fov_toolbox *box, int32_t image, const struct fov_toolbox_image **shown)
{
    fov_error err;
    if (fov__toolbox_deliver(shown, box, image, &err) != FOV_OK)
        fail_msg("%s", err.message);
}

/* Two models of one profile are shown one picture: it is rendered and encoded once. Another size is
 * another delivery, and the tokens are the profile's, not the picture's. */
static void tool__the_same_delivery_is_made_once(void **state)
{
    const struct fov_toolbox_image *first, *second, *small;
    struct fov_toolbox other, low;
    fov_stats stats = FOV_STATS_INIT;
    struct bench b;

    (void)state;
    bench_open(&b, "generic", FOV_OP_PRESET_PHOTO);
    fov__toolbox_init(&other, b.ctx, b.graph, b.box.profile, FOV_OP_PRESET_PHOTO);
    fov__toolbox_init(&low, b.ctx, b.graph, fov__profile_find("openai-5.6-low"),
                      FOV_OP_PRESET_PHOTO);
    deliver(&b.box, 0, &first);
    deliver(&other, 0, &second);
    deliver(&low, 0, &small);
    assert_ptr_equal(first->delivery, second->delivery);
    assert_false(first->spent.is_kept);
    assert_true(second->spent.is_kept);
    assert_int_equal(first->fit.tokens, second->fit.tokens);
    assert_ptr_not_equal(first->delivery, small->delivery);
    assert_int_equal(fov_stats_get(b.ctx, &stats, NULL), FOV_OK);
    assert_int_equal(stats.delivery_hits, 1);
    stats.struct_size = 8;
    assert_int_equal(fov_stats_get(b.ctx, &stats, NULL), FOV_E_ARG);
    fov__toolbox_free(&low);
    fov__toolbox_free(&other);
    bench_close(&b);
}

/* Many more deliveries than are kept: what was shown stays what it was. */
static void tool__kept_deliveries_give_way_to_newer_ones(void **state)
{
    const struct fov_toolbox_image *shown;
    char arguments[64];
    struct bench b;

    (void)state;
    bench_open(&b, "openai-5.6-low", FOV_OP_PRESET_PHOTO);
    for (int i = 0; i < 80; i++) {
        fov__format(arguments, sizeof(arguments), "{\"box\":[%d,0,%d,100]}", i, i + 150);
        call(&b, "zoom", arguments);
        assert_false(b.out.is_error);
    }
    for (int32_t i = 0; i < fov_graph_image_count(b.graph); i++) {
        char sha256[FOV_SHA256_HEX];
        deliver(&b.box, i, &shown);
        fov__sha256_hex(sha256, shown->delivery->bytes.data, shown->delivery->bytes.size);
        assert_string_equal(sha256, shown->delivery->sha256);
    }
    bench_close(&b);
}

/* A flat picture of that size, as the only image of a model of this profile; its line. */
static void whole_line(char *out, size_t size, const char *profile, uint32_t preset, int32_t width,
                       int32_t height)
{
    const size_t n = (size_t)width * (size_t)height * 3;
    uint8_t *px = malloc(n);
    const struct fov_toolbox_image *shown;
    fov_image *image = NULL;
    struct fov_buf buf;
    struct bench b;

    memset(&b, 0, sizeof(b));
    assert_non_null(px);
    memset(px, 200, n);
    assert_int_equal(fov_context_new(&b.ctx, NULL, NULL), FOV_OK);
    assert_int_equal(
        fov_image_new_pixels(&image, b.ctx, px, width, height, 3, (size_t)width * 3, NULL), FOV_OK);
    free(px);
    assert_int_equal(fov_graph_new(&b.graph, b.ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(b.graph, image, NULL, NULL), FOV_OK);
    fov_image_unref(image);
    fov__toolbox_init(&b.box, b.ctx, b.graph, fov__profile_find(profile), preset);
    assert_int_equal(fov__toolbox_deliver(&shown, &b.box, 0, NULL), FOV_OK);
    fov__buf_init(&buf, b.ctx, 4096);
    fov__tool_line(&buf, &b.box, fov__graph_node(b.graph, 0), "");
    fov__format(out, size, "%s", buf.data);
    fov__buf_free(&buf);
    bench_close(&b);
}

static void tool__a_whole_that_is_shown_small_says_how_to_see_it(void **state)
{
    static const struct {
        uint32_t preset;
        int32_t width, height;
        const char *says; /* NULL: nothing */
    } cases[] = {
        {FOV_OP_PRESET_ALL, 1500, 700, NULL},
        {FOV_OP_PRESET_ALL, 3136, 1000, NULL}, /* just twice */
        {FOV_OP_PRESET_ALL, 3920, 1960,
         "; shrunk 2.5 times: tile with rows=2, cols=3 shows it in full detail"},
        {FOV_OP_PRESET_ALL, 1960, 3920,
         "; shrunk 2.5 times: tile with rows=3, cols=2 shows it in full detail"},
        {FOV_OP_PRESET_ALL, 300, 4500,
         "; shrunk 2.9 times: tile with rows=3, cols=1 shows it in full detail"},
        {FOV_OP_PRESET_ALL, 1000, 16000,
         "; shrunk 10.2 times: tile with rows=8, cols=1 shows it shrunk 1.4 times"},
        {FOV_OP_PRESET_ZOOM, 3920, 1960,
         "; shrunk 2.5 times: zoom shows parts of it in full detail"},
    };
    static const char mark[] = "; shrunk ";

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        char line[512];
        const char *at;
        whole_line(line, sizeof(line), "generic", cases[i].preset, cases[i].width, cases[i].height);
        at = strstr(line, mark);
        if (!at != !cases[i].says || (at && strcmp(at, cases[i].says) != 0))
            fail_msg("case %zu: %s", i, line);
    }
}

/* What is suggested is done: no tile is delivered smaller than it is. */
static void tool__the_suggested_tiles_show_everything(void **state)
{
    struct bench b;
    const char *text;

    (void)state;
    bench_open(&b, "openai-5.6-low", FOV_OP_PRESET_ALL); /* 1000x500 at 512x256 is below twice */
    text = call(&b, "tile", "{\"rows\":1,\"cols\":2}");
    assert_false(b.out.is_error);
    assert_int_equal(b.out.image_count, 2);
    assert_non_null(strstr(text, "img_1: tile of img_0, box [0,0,527,500] in source px of img_0"));
    assert_non_null(strstr(text, "\nimg_2: tile of img_0, box [473,0,1000,500]"));
    assert_non_null(strstr(text, "; 2 tiles, row by row from the top left"));
    assert_null(strstr(text, "shrunk"));
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tool__the_line_says_what_was_made),
        cmocka_unit_test(tool__a_whole_picture_is_never_enlarged),
        cmocka_unit_test(tool__a_whole_that_is_shown_small_says_how_to_see_it),
        cmocka_unit_test(tool__the_suggested_tiles_show_everything),
        cmocka_unit_test(tool__a_box_means_the_same_in_every_space),
        cmocka_unit_test(tool__refusals_name_what_is_allowed),
        cmocka_unit_test(tool__facts_are_in_the_models_coordinates),
        cmocka_unit_test(tool__zooming_into_a_zoom_speaks_of_the_zoom),
        cmocka_unit_test(tool__the_same_delivery_is_made_once),
        cmocka_unit_test(tool__kept_deliveries_give_way_to_newer_ones),
        cmocka_unit_test(tool__a_legal_call_is_offered_only_where_there_is_one),
    };

    return cmocka_run_group_tests_name("tool", tests, NULL, NULL);
}
