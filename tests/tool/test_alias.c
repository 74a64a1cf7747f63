/* SPDX-License-Identifier: MIT */
/* Calls in the spellings that models were trained on: they mean what the operation means, and what
 * is wrong with one is told in its own names, with a call that is accepted. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "tool/tool_internal.h"

struct bench {
    fov_context *ctx;
    fov_graph *graph;
    struct fov_toolbox box;
    struct fov_tool_outcome out;
};

/* A grey picture of 1000x500, shown to a model of this profile. */
static void bench_open(struct bench *b, const char *profile)
{
    static uint8_t px[1000 * 500 * 3];
    const struct fov_toolbox_image *shown;
    fov_image *image = NULL;

    memset(b, 0, sizeof(*b));
    memset(px, 128, sizeof(px));
    assert_int_equal(fov_context_new(&b->ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_image_new_pixels(&image, b->ctx, px, 1000, 500, 3, 3000, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&b->graph, b->ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(b->graph, image, NULL, NULL), FOV_OK);
    fov_image_unref(image);
    assert_non_null(fov__profile_find(profile));
    fov__toolbox_init(&b->box, b->ctx, b->graph, fov__profile_find(profile), FOV_OP_PRESET_ALL);
    assert_int_equal(fov__toolbox_deliver(&shown, &b->box, 0, NULL), FOV_OK);
}

static void bench_close(struct bench *b)
{
    fov__tool_outcome_free(&b->out);
    fov__toolbox_free(&b->box);
    fov_graph_free(b->graph);
    fov_context_free(b->ctx);
}

static void call(struct bench *b, const char *name, const char *arguments)
{
    fov_error err = {0};

    fov__tool_outcome_free(&b->out);
    if (fov__tool_call(&b->out, &b->box, name, arguments, strlen(arguments), &err) < 0)
        fail_msg("%s %s: %s", name, arguments, err.message);
}

/* [100,100,500,300] of the picture, in each spelling. */
static void alias__means_what_the_operation_means(void **state)
{
    static const struct {
        const char *profile, *name, *arguments;
    } spoken[] = {
        {"generic", "zoom", "{\"box\":[100,100,500,300]}"},
        {"generic", "crop", "{\"box\":[100,100,500,300]}"},
        {"generic", "crop_image", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6}"},
        {"qwen3-vl", "crop_image", "{\"y2\":0.6,\"x2\":0.5,\"y1\":0.2,\"x1\":0.1}"},
        {"gemini-3-high", "crop_image", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6}"},
        {"openai-5.6-low", "crop_image", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6,\"pad\":0}"},
        {"generic", "crop_image",
         "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6,\"image\":\"img_0\"}"},
        {"generic", "crop_image",
         "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6,\"image\":null,\"box\":null}"},
        {"generic", "crop_image", "{\"box\":[0.1,0.2,0.5,0.6]}"},
        {"generic", "image_zoom_in_tool", "{\"bbox_2d\":[100,100,500,300]}"},
        {"qwen3-vl", "image_zoom_in_tool", "{\"bbox_2d\":[100,200,500,600],\"label\":\"a\"}"},
        {"qwen3-vl", "image_zoom_in_tool",
         "{\"bbox_2d\":[100,200,500,600],\"label\":\"a\",\"img_idx\":0}"},
        {"qwen3-vl", "image_zoom_in_tool", "{\"bbox_2d\":[100,200,500,600],\"img_idx\":null}"},
        {"qwen3-vl", "image_zoom_in_tool", "{\"box\":[100,200,500,600],\"image\":\"original\"}"},
        {"mini-o3", "grounding", "{\"bbox_2d\":[0.1,0.2,0.5,0.6],\"source\":\"original_image\"}"},
        {"mini-o3", "grounding", "{\"bbox_2d\":[0.1,0.2,0.5,0.6]}"},
        {"generic", "grounding", "{\"bbox_2d\":[0.1,0.2,0.5,0.6],\"source\":\"original_image\"}"},
    };

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(spoken); i++) {
        struct bench b;
        bench_open(&b, spoken[i].profile);
        call(&b, spoken[i].name, spoken[i].arguments);
        if (b.out.is_error || strcmp(b.out.normalised, "{\"box\":[100,100,500,300]}") != 0)
            fail_msg("%s %s gave %s", spoken[i].name, spoken[i].arguments,
                     b.out.is_error ? b.out.text : b.out.normalised);
        assert_string_equal(fov__graph_node(b.graph, 1)->op->name, "zoom");
        bench_close(&b);
    }
}

/* A part of a part, named as the models name it. */
static void alias__names_the_image_it_is_of(void **state)
{
    static const struct {
        const char *name, *arguments;
    } second[] = {
        {"grounding", "{\"bbox_2d\":[0,0,0.5,0.5],\"source\":\"observation_1\"}"},
        {"grounding", "{\"bbox_2d\":[0,0,0.5,0.5],\"source\":\"img_1\"}"},
        {"image_zoom_in_tool", "{\"bbox_2d\":[0,0,0.5,0.5],\"img_idx\":1}"},
        {"crop_image", "{\"x1\":0,\"y1\":0,\"x2\":0.5,\"y2\":0.5,\"image\":\"img_1\"}"},
        {"crop_image", "{\"x1\":0,\"y1\":0,\"x2\":0.5,\"y2\":0.5,\"img_idx\":1}"},
    };

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(second); i++) {
        struct bench b;
        bench_open(&b, "mini-o3");
        call(&b, "zoom", "{\"box\":[0.1,0.2,0.5,0.6]}");
        call(&b, second[i].name, second[i].arguments);
        if (b.out.is_error || strcmp(b.out.normalised, "{\"box\":[0,0,200,100]}") != 0)
            fail_msg("%s %s gave %s", second[i].name, second[i].arguments,
                     b.out.is_error ? b.out.text : b.out.normalised);
        bench_close(&b);
    }
}

static const struct {
    const char *profile, *name, *arguments, *code, *field, *call;
} refused[] = {
    {"generic", "crop_image", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5}", "MISSING_ARG", "crop_image.y2",
     "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":1}"},
    {"generic", "crop_image", "{\"x2\":0.5}", "MISSING_ARG", "crop_image.x1",
     "{\"x1\":0,\"y1\":0,\"x2\":0.5,\"y2\":1}"},
    {"generic", "crop_image", "{\"x1\":1,\"y1\":0.2,\"y2\":0.5}", "MISSING_ARG", "crop_image.x2",
     "{\"x1\":0.99,\"y1\":0.2,\"x2\":1,\"y2\":0.5}"},
    {"generic", "crop_image", "{}", "MISSING_ARG", "crop_image.x1",
     "{\"x1\":0,\"y1\":0,\"x2\":1,\"y2\":1}"},
    {"generic", "crop_image", "", "MISSING_ARG", "crop_image.x1",
     "{\"x1\":0,\"y1\":0,\"x2\":1,\"y2\":1}"},
    {"generic", "crop_image", "{\"x1\":0.1,\"y1\":0.2,\"x2\":500,\"y2\":0.6}", "OUT_OF_RANGE",
     "crop_image.x2", "{\"x1\":0.1,\"y1\":0.2,\"x2\":1,\"y2\":0.6}"},
    {"generic", "crop_image", "{\"x1\":0.5,\"y1\":0.2,\"x2\":0.1,\"y2\":0.6}", "EMPTY_BOX",
     "crop_image.x1", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6}"},
    {"generic", "crop_image", "{\"x1\":\"0.1\",\"y1\":0.2,\"x2\":0.5,\"y2\":0.6}", "BAD_TYPE",
     "crop_image.x1", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6}"},
    {"generic", "crop_image", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6,\"zoom\":2}",
     "UNKNOWN_ARG", "crop_image.zoom", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6}"},
    {"generic", "crop_image", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6,\"box\":[0,0,1,1]}",
     "UNKNOWN_ARG", "crop_image.x1", ""},
    {"generic", "crop_image", "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6,\"image\":\"img_7\"}",
     "UNKNOWN_IMAGE", "crop_image.image", ""},
    {"generic", "crop_image", "[0.1,0.2,0.5,0.6]", "BAD_TYPE", "crop_image", NULL},
    {"qwen3-vl", "image_zoom_in_tool", "{\"label\":\"x\"}", "MISSING_ARG",
     "image_zoom_in_tool.bbox_2d", "{\"label\":\"x\",\"bbox_2d\":[0,0,1000,1000]}"},
    {"qwen3-vl", "image_zoom_in_tool", "{\"bbox_2d\":[0,0,1200,500],\"img_idx\":0}", "OUT_OF_RANGE",
     "image_zoom_in_tool.bbox_2d[2]", "{\"bbox_2d\":[0,0,1000,500],\"img_idx\":0}"},
    {"qwen3-vl", "image_zoom_in_tool", "{\"bbox\":[0,0,120,500]}", "UNKNOWN_ARG",
     "image_zoom_in_tool.bbox", "{\"bbox_2d\":[0,0,120,500]}"},
    {"qwen3-vl", "image_zoom_in_tool", "{\"bbox_2d\":[0,0,120,500],\"img_idx\":3}", "UNKNOWN_IMAGE",
     "image_zoom_in_tool.img_idx", ""},
    {"qwen3-vl", "image_zoom_in_tool",
     "{\"bbox_2d\":[0,0,120,500],\"img_idx\":0,\"image\":\"img_0\"}", "UNKNOWN_ARG",
     "image_zoom_in_tool.img_idx", ""},
    {"mini-o3", "grounding", "{\"bbox_2d\":[0.5,0.2,0.1,0.6],\"source\":\"original_image\"}",
     "EMPTY_BOX", "grounding.bbox_2d",
     "{\"bbox_2d\":[0.1,0.2,0.5,0.6],\"source\":\"original_image\"}"},
    {"mini-o3", "grounding", "{\"bbox_2d\":[0.1,0.2,0.5,0.6],\"source\":\"observation_4\"}",
     "UNKNOWN_IMAGE", "grounding.source", ""},
    {"generic", "crop", "{\"box\":[5,5,5,5]}", "EMPTY_BOX", "crop.box", NULL},
    /* refused by the delivery, in coordinates of the alias and not of the profile */
    {"qwen2.5-vl", "crop_image", "{\"x1\":0,\"y1\":0.5,\"x2\":1,\"y2\":0.501}", "BAD_ASPECT",
     "crop_image.x1", NULL},
};

static void alias__is_refused_in_its_own_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(refused); i++) {
        struct bench b;
        char again[512];
        bench_open(&b, refused[i].profile);
        call(&b, refused[i].name, refused[i].arguments);
        if (!b.out.is_error || strcmp(fov__fault_name(b.out.fault.code), refused[i].code) != 0 ||
            strcmp(b.out.fault.field, refused[i].field) != 0 ||
            (refused[i].call != NULL && strcmp(b.out.fault.call, refused[i].call) != 0))
            fail_msg("%s %s gave %s", refused[i].name, refused[i].arguments, b.out.text);
        assert_int_equal(fov_graph_image_count(b.graph), 1);
        fov__format(again, sizeof(again), "%s", b.out.fault.call);
        if (again[0] != '\0') {
            call(&b, refused[i].name, again);
            if (b.out.is_error)
                fail_msg("the offered %s %s gave %s", refused[i].name, again, b.out.text);
        }
        bench_close(&b);
    }
}

/* A graph without a model speaks aliases too. */
static void alias__works_on_a_graph(void **state)
{
    fov_applied applied = FOV_APPLIED_INIT;
    struct bench b;
    fov_error err;

    (void)state;
    bench_open(&b, "generic");
    assert_int_equal(fov_graph_apply(b.graph, "crop_image",
                                     "{\"x1\":0.1,\"y1\":0.2,\"x2\":0.5,\"y2\":0.6}", &applied,
                                     &err),
                     FOV_OK);
    assert_int_equal(applied.image, 1);
    assert_int_equal(fov_graph_apply(b.graph, "image_zoom_in_tool",
                                     "{\"bbox_2d\":[100,100,500,300],\"img_idx\":0}", &applied,
                                     &err),
                     FOV_NOTE_SAME);
    assert_int_equal(fov_graph_apply(b.graph, "crop_image", "{\"x1\":0.1}", &applied, &err),
                     FOV_E_ARG);
    assert_string_equal(err.where, "crop_image.y1");
    bench_close(&b);
}

/* What cannot be spelled is found when a row is made, not when it is called. */
static void alias__rows_are_checked(void **state)
{
    static const fov_op_alias_arg nothing[] = {{"a", "no_such", 0, NULL}, {NULL, NULL, 0, NULL}};
    static const fov_op_alias_arg half[] = {
        {"x1", "box", 1, NULL}, {"y1", "box", 2, NULL}, {NULL, NULL, 0, NULL}};
    static const fov_op_alias_arg twice[] = {
        {"a", "box", 0, NULL}, {"a", "label", 0, NULL}, {NULL, NULL, 0, NULL}};
    static const fov_op_alias_arg whole[] = {{"x1", "box", 1, NULL},
                                             {"y1", "box", 2, NULL},
                                             {"x2", "box", 3, NULL},
                                             {"y2", "box", 4, NULL},
                                             {NULL, NULL, 0, NULL}};
    static const fov_op_alias_arg scalar[] = {{"a", "pad", 1, NULL}, {NULL, NULL, 0, NULL}};
    static const fov_op_alias_row bad[] = {
        {"a", NULL, "n1", nothing},         {"a", NULL, "n1", half},
        {"a", NULL, "n1", twice},           {"a", NULL, NULL, whole},
        {"a", NULL, "n1", scalar},          {"a", NULL, "node_px", whole},
        {"a", NULL, "delivered_px", whole}, {"a", NULL, "n1000yx", whole},
        {"a", NULL, "furlongs", NULL},
    };
    static const fov_op_alias_row good = {"a", NULL, "n999", whole};
    const fov_op_def *zoom = fov__op_find(NULL, "zoom");

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        if (fov__alias_check(zoom, &bad[i], NULL) != FOV_E_ARG)
            fail_msg("alias %zu was taken", i);
    }
    assert_int_equal(fov__alias_check(zoom, &good, NULL), FOV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alias__means_what_the_operation_means),
        cmocka_unit_test(alias__names_the_image_it_is_of),
        cmocka_unit_test(alias__is_refused_in_its_own_names),
        cmocka_unit_test(alias__works_on_a_graph),
        cmocka_unit_test(alias__rows_are_checked),
    };
    return cmocka_run_group_tests_name("alias", tests, NULL, NULL);
}
