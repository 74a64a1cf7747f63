/* SPDX-License-Identifier: MIT */
/* The store: numbers, names, the same call again, refused calls that leave no trace. */
#include "graph_support.h"

static void graph__numbers_images_in_the_order_they_were_made(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 200, 100, 3, 1);
    assert_int_equal(apply(&s, "zoom", "{\"box\":[10,10,50,50]}"), 1);
    assert_int_equal(apply(&s, "rotate", "{\"image\":\"img_1\",\"degrees\":90}"), 2);
    assert_int_equal(fov__graph_find(s.graph, "img_2"), 2);
    assert_int_equal(fov__graph_find(s.graph, "original"), 0);
    assert_int_equal(fov__graph_find(s.graph, "observation_1"), 1);
    assert_int_equal(fov__graph_find(s.graph, "observation_2"), 2);
    assert_int_equal(fov__graph_find(s.graph, "observation_3"), -1);
    assert_int_equal(fov__graph_find(s.graph, "img_3"), -1);
    assert_int_equal(fov__graph_find(s.graph, "img_02"), -1);
    assert_int_equal(fov__graph_find(s.graph, "img_"), -1);
    assert_int_equal(fov__graph_find(s.graph, "img_99999999999"), -1);
    scene_close(&s);
}

static void graph__the_same_call_returns_the_earlier_image(void **state)
{
    fov_applied applied = FOV_APPLIED_INIT;
    struct scene s;

    (void)state;
    scene_open(&s, 200, 100, 3, 1);
    apply(&s, "zoom", "{\"box\":[10,10,50,50]}");
    apply(&s, "zoom", "{\"box\":[20,10,50,50]}");
    assert_int_equal(fov_graph_apply(s.graph, "crop",
                                     "{\"image\":\"img_0\",\"bbox_2d\":[10,10,50,50],\"pad\":0}",
                                     &applied, NULL),
                     FOV_NOTE_SAME);
    assert_int_equal(applied.image, 1);
    assert_int_equal(fov_graph_image_count(s.graph), 3);
    scene_close(&s);
}

static void graph__the_same_source_is_one_image(void **state)
{
    int32_t id = -1;
    struct scene s;

    (void)state;
    scene_open(&s, 40, 30, 3, 1);
    assert_int_equal(fov_graph_add_source(s.graph, s.source, &id, NULL), FOV_NOTE_SAME);
    assert_int_equal(id, 0);
    assert_int_equal(fov_graph_image_count(s.graph), 1);
    scene_close(&s);
}

static void graph__a_refused_call_leaves_no_trace(void **state)
{
    static const char *const calls[][2] = {{"zoom", "{\"box\":[300,10,400,50]}"},
                                           {"zoom", "{\"box\":[50,10,10,50]}"},
                                           {"zoom", "{\"box\":\"10,10,50,50\"}"},
                                           {"zoom", "{}"},
                                           {"zoom", "{\"image\":\"img_7\",\"box\":[0,0,9,9]}"},
                                           {"rotate", "{\"degrees\":720}"},
                                           {"rotate", "{\"degrees\":90,\"angle\":3}"},
                                           {"zoom", "{\"box\":[0,0,9,9]"},
                                           {"zoom", "[]"},
                                           {"nonsense", "{}"},
                                           {"list_images", "{}"}};
    fov_applied applied = FOV_APPLIED_INIT;
    fov_error err;
    struct scene s;

    (void)state;
    scene_open(&s, 200, 100, 3, 1);
    for (size_t i = 0; i < FOV_COUNT(calls); i++) {
        fov_status rc = fov_graph_apply(s.graph, calls[i][0], calls[i][1], &applied, &err);
        if (rc >= 0 || err.message[0] == '\0' || applied.image != -1)
            fail_msg("%s %s gave %d", calls[i][0], calls[i][1], (int)rc);
        assert_int_equal(err.status, rc);
        assert_int_equal(fov_graph_image_count(s.graph), 1);
        assert_int_equal(fov_graph_fact_count(s.graph), 0);
    }
    scene_close(&s);
}

static void graph__says_what_was_cut(void **state)
{
    fov_applied applied = FOV_APPLIED_INIT;
    struct scene s;

    (void)state;
    scene_open(&s, 200, 100, 3, 1);
    assert_int_equal(fov_graph_apply(s.graph, "zoom", "{\"box\":[150,50,260,140]}", &applied, NULL),
                     FOV_OK);
    assert_int_equal(fov_graph_size(s.graph, applied.image).width, 50);
    assert_int_equal(fov_graph_size(s.graph, applied.image).height, 50);
    assert_non_null(strstr(applied.note, "cut"));
    scene_close(&s);
}

static void graph__has_a_limit_of_nodes(void **state)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx;
    fov_graph *graph;
    fov_image *image;
    fov_applied applied = FOV_APPLIED_INIT;
    uint8_t dot[12] = {0};
    fov_error err;

    (void)state;
    opts.limits.nodes = 2;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    assert_int_equal(fov_image_new_pixels(&image, ctx, dot, 2, 2, 3, 6, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&graph, ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    assert_int_equal(fov_graph_apply(graph, "rotate", "{\"degrees\":90}", &applied, &err), FOV_OK);
    assert_int_equal(fov_graph_apply(graph, "rotate", "{\"degrees\":180}", &applied, &err),
                     FOV_E_LIMIT);
    assert_int_equal(fov_graph_image_count(graph), 2);
    fov_graph_free(graph);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void graph__facts_have_numbers_of_their_own(void **state)
{
    fov_applied applied = FOV_APPLIED_INIT;
    fov_bytes json = {NULL, 0, NULL};
    struct scene s;

    (void)state;
    scene_open(&s, 200, 100, 3, 1);
    assert_int_equal(fov_graph_apply(s.graph, "sample", "{\"points\":[[10,10]]}", &applied, NULL),
                     FOV_OK);
    assert_int_equal(applied.fact, 0);
    assert_int_equal(applied.image, -1);
    assert_int_equal(fov_graph_fact(s.graph, 0, &json, NULL), FOV_OK);
    assert_non_null(strstr((const char *)json.data, "\"source_px\":[10,10]"));
    fov_bytes_free(&json);
    assert_int_equal(fov_graph_apply(s.graph, "sample", "{\"points\":[[10,10]]}", &applied, NULL),
                     FOV_NOTE_SAME);
    assert_int_equal(fov_graph_fact_count(s.graph), 1);
    scene_close(&s);
}

int suite_graph(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graph__numbers_images_in_the_order_they_were_made),
        cmocka_unit_test(graph__the_same_call_returns_the_earlier_image),
        cmocka_unit_test(graph__the_same_source_is_one_image),
        cmocka_unit_test(graph__a_refused_call_leaves_no_trace),
        cmocka_unit_test(graph__says_what_was_cut),
        cmocka_unit_test(graph__has_a_limit_of_nodes),
        cmocka_unit_test(graph__facts_have_numbers_of_their_own),
    };

    return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
