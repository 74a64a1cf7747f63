/* SPDX-License-Identifier: MIT */
/* Every allocation failing in turn: planning and rendering in a graph, a tool call, a whole
 * conversation with its transcript. Each ends in FOV_E_MEMORY and leaves nothing behind. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <foveate/session.h>
#include <foveate/transcript.h>

#include "base/base_internal.h"
#include "torture/torture.h"

static fov_status open_source(fov_context **ctx, fov_graph **graph)
{
    static const uint8_t px[24 * 16 * 3] = {9, 200, 7};
    fov_image *image = NULL;
    fov_status rc = torture_context_new(ctx, NULL);

    if (rc >= 0)
        rc = fov_image_new_pixels(&image, *ctx, px, 24, 16, 3, 72, NULL);
    if (rc >= 0)
        rc = fov_graph_new(graph, *ctx, NULL);
    if (rc >= 0)
        rc = fov_graph_add_source(*graph, image, NULL, NULL);
    fov_image_unref(image);
    return rc;
}

/* Plan only: geometry, marks, pointwise and barrier steps composed on each other. */
static fov_status plan_once(void *user)
{
    static const char *const calls[][2] = {
        {"zoom", "{\"box\":[2,2,20,14]}"},
        {"flip", "{\"image\":\"img_1\",\"axis\":\"both\"}"},
        {"mark", "{\"image\":\"img_2\",\"boxes\":[[1,1,5,5]],\"numbers\":true}"},
        {"enhance", "{\"image\":\"img_3\",\"contrast\":2}"},
        {"enhance", "{\"image\":\"img_4\",\"sharpen\":1}"},
        {"rotate", "{\"image\":\"img_5\",\"degrees\":90}"}};
    fov_applied applied = FOV_APPLIED_INIT;
    fov_context *ctx = NULL;
    fov_graph *graph = NULL;
    fov_status rc = open_source(&ctx, &graph);

    (void)user;
    for (size_t i = 0; rc >= 0 && i < FOV_COUNT(calls); i++)
        rc = fov_graph_apply(graph, calls[i][0], calls[i][1], &applied, NULL);
    fov_graph_free(graph);
    fov_context_free(ctx);
    return rc;
}

static fov_status render_once(void *user)
{
    const fov_size size = {30, 20};
    fov_applied applied = FOV_APPLIED_INIT;
    fov_context *ctx = NULL;
    fov_graph *graph = NULL;
    fov_image *out = NULL;
    fov_status rc = open_source(&ctx, &graph);

    if (rc >= 0)
        rc = fov_graph_apply(graph, "enhance", "{\"sharpen\":1}", &applied, NULL);
    if (rc >= 0)
        rc = fov_graph_apply(graph, "rotate", user, &applied, NULL);
    if (rc >= 0)
        rc = fov_graph_render(graph, applied.image, &size, NULL, &out, NULL);
    fov_image_unref(out);
    fov_graph_free(graph);
    fov_context_free(ctx);
    return rc;
}

static void remove_transcript(const char *folder)
{
    char command[160];

    /* The folder is this test's own, made by mkdtemp under /tmp. */
    snprintf(command, sizeof(command), "rm -rf %s/t", folder);
    assert_int_equal(system(command), 0);
}

static fov_status converse_once(void *user)
{
    static const char script[] =
        "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[2,2,20,14]}},{\"name\":\"zoom\","
        "\"arguments\":{\"box\":[9,9,2,2]}}]},{\"text\":\"ANSWER: 4\\nREASON: so\\nEVIDENCE: "
        "img_1\"}]";
    static const uint8_t px[24 * 16 * 3] = {9, 200, 7};
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_answer answer = FOV_ANSWER_INIT;
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    fov_model *model = NULL;
    fov_session *session = NULL;
    fov_applied applied = FOV_APPLIED_INIT;
    char folder[128];
    fov_status rc = torture_context_new(&ctx, NULL);

    remove_transcript(user);
    snprintf(folder, sizeof(folder), "%s/t", (const char *)user);
    opts.out_dir = folder;
    if (rc >= 0)
        rc = fov_image_new_pixels(&image, ctx, px, 24, 16, 3, 72, NULL);
    if (rc >= 0)
        rc = fov_model_new_script(&model, ctx, script, sizeof(script) - 1, NULL);
    if (rc >= 0)
        rc = fov_session_new(&session, ctx, model, &opts, NULL);
    if (rc >= 0)
        rc = fov_session_add_image(session, image, NULL, NULL);
    if (rc >= 0)
        rc = fov_session_apply(session, "flip", "{\"axis\":\"horizontal\"}", &applied, NULL);
    if (rc >= 0)
        rc = fov_session_ask(session, "How many?", &answer, NULL);
    if (rc >= 0)
        rc = fov_session_close(session, NULL);
    fov_session_free(session);
    fov_model_free(model);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

static fov_status verify_once(void *user)
{
    fov_replayed replayed = FOV_REPLAYED_INIT;
    fov_context *ctx = NULL;
    char folder[128];
    fov_status rc = torture_context_new(&ctx, NULL);

    snprintf(folder, sizeof(folder), "%s/t", (const char *)user);
    if (rc >= 0)
        rc = fov_transcript_verify(ctx, folder, NULL, NULL, &replayed, NULL);
    fov_context_free(ctx);
    return rc;
}

static void check(fov_status (*fn)(void *), void *user, const char *name, int flags)
{
    int n = torture_run(fn, user, name, flags);

    if (n < 0)
        fail_msg("%s: %s", name, torture_reason());
    assert_true(n > 0);
}

static void torture__planning_survives_each_failed_allocation(void **state)
{
    (void)state;
    check(plan_once, NULL, "plan", TORTURE_STRICT);
}

static void torture__rendering_survives_each_failed_allocation(void **state)
{
    /* A cache that cannot grow is allowed to keep nothing. */
    char axes[] = "{\"image\":\"img_1\",\"degrees\":90}";
    char turned[] = "{\"image\":\"img_1\",\"degrees\":20}";

    (void)state;
    check(render_once, axes, "render axes", TORTURE_MAY_SUCCEED);
    check(render_once, turned, "render turned", TORTURE_MAY_SUCCEED);
}

static void torture__a_conversation_survives_each_failed_allocation(void **state)
{
    char folder[] = "/tmp/fov-torture-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(folder));
    check(converse_once, folder, "converse", TORTURE_MAY_SUCCEED);
    remove_transcript(folder);
    assert_int_equal(converse_once(folder), FOV_OK);
    check(verify_once, folder, "verify", TORTURE_MAY_SUCCEED);
    remove_transcript(folder);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torture__planning_survives_each_failed_allocation),
        cmocka_unit_test(torture__rendering_survives_each_failed_allocation),
        cmocka_unit_test(torture__a_conversation_survives_each_failed_allocation),
    };

    return cmocka_run_group_tests_name("torture", tests, NULL, NULL);
}
