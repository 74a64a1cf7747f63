/* SPDX-License-Identifier: MIT */
/* What a host adds and applies in a session by itself: numbers, node pixels, and the record. */
#include "session_support.h"

#include <foveate/transcript.h>

static fov_status apply(struct desk *desk, const char *op, const char *arguments, fov_applied *out)
{
    fov_applied_init(out);
    return fov_session_apply(desk->session, op, arguments, out, &desk->err);
}

static void apply__says_the_number_of_an_image(void **state)
{
    struct desk desk;
    fov_image *image = NULL;
    fov_applied applied;
    int32_t id = -7;

    (void)state;
    desk_open(&desk, NULL, NULL, 1);
    assert_int_equal(apply(&desk, "zoom", "{\"box\":[0,0,40,40]}", &applied), FOV_OK);
    assert_int_equal(
        fov_image_open(&image, desk.ctx, FOV_TESTDATA "/charts/bar-rooms.png", NULL, &desk.err),
        FOV_OK);
    assert_int_equal(fov_session_add_image(desk.session, image, &id, &desk.err), FOV_OK);
    assert_int_equal(id, 2); /* behind the original and the look */
    id = -7;
    assert_int_equal(fov_session_add_image(desk.session, image, &id, &desk.err), FOV_NOTE_SAME);
    assert_int_equal(id, 2);
    assert_int_equal(desk.err.status, FOV_NOTE_SAME);
    fov_image_unref(image);
    desk_close(&desk);
}

static void apply__speaks_node_pixels_whatever_the_profile(void **state)
{
    struct desk desk;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_applied applied;
    fov_point where;

    (void)state;
    opts.profile = "qwen3-vl"; /* its models speak thousandths */
    desk_open(&desk, NULL, &opts, 1);
    assert_int_equal(apply(&desk, "zoom", "{\"box\":[10,20,90,60]}", &applied), FOV_OK);
    assert_int_equal(applied.image, 1);
    assert_int_equal(applied.image_count, 1);
    assert_int_equal(fov_graph_size(fov_session_graph(desk.session), 1).width, 80);
    assert_int_equal(fov_graph_to_source(fov_session_graph(desk.session), 1, (fov_point){1, 2},
                                         NULL, &where, NULL),
                     FOV_OK);
    assert_true(where.x == 11 && where.y == 22);
    assert_int_equal(apply(&desk, "zoom", "{\"box\":[10,20,90,60]}", &applied), FOV_NOTE_SAME);
    assert_int_equal(applied.image, 1);
    assert_int_equal(desk.err.status, FOV_NOTE_SAME);
    assert_int_equal(apply(&desk, "sample", "{\"points\":[[1,1]]}", &applied), FOV_OK);
    assert_int_equal(applied.fact, 0); /* although the preset offers no model this operation */
    assert_int_equal(applied.image, -1);
    assert_int_equal(apply(&desk, "overview", NULL, &applied), FOV_OK);
    assert_null(desk.session->box.images); /* nothing was delivered */
    desk_close(&desk);
}

static void apply__is_recorded_like_a_call(void **state)
{
    struct desk desk;
    fov_applied applied;
    fov_replayed replayed = FOV_REPLAYED_INIT;
    char *text;

    (void)state;
    desk_open(&desk, NULL, NULL, 0);
    assert_int_equal(apply(&desk, "zoom", "{\"box\": [0,0,40,999]}", &applied), FOV_OK);
    assert_true(applied.note[0] != '\0');
    assert_int_equal(apply(&desk, "rotate", "{\"image\":\"img_1\",\"degrees\":90}", &applied),
                     FOV_OK);
    assert_int_equal(apply(&desk, "sample", "{\"points\":[[1,1]]}", &applied), FOV_OK);
    assert_int_equal(apply(&desk, "rotate", "{\"image\":\"img_1\",\"degrees\":90}", &applied),
                     FOV_NOTE_SAME);
    assert_non_null(strstr(desk.seen.data, "3|0|1|img_1: zoom of img_0, 40 x "));
    assert_non_null(strstr(desk.seen.data, "3|0|2|img_2: rotate of img_1, "));
    assert_non_null(strstr(desk.seen.data, "4|0|-1|{\"points\""));
    assert_int_equal(fov_session_close(desk.session, &desk.err), FOV_OK);
    text = desk_transcript(&desk);
    assert_non_null(strstr(text, "\"name\":\"zoom\",\"arguments\":\"{\\\"box\\\": [0,0,40,999]}\","
                                 "\"space\":\"node_px\",\"op\":\"zoom\",\"normalised\":{"));
    assert_non_null(strstr(text, "\"is_error\":false,\"is_same\":true,\"image\":\"img_2\""));
    assert_non_null(strstr(text, "\"fact\":\"fact_0\""));
    assert_null(strstr(text, "\"event\":\"delivery\""));
    free(text);
    assert_int_equal(fov_transcript_verify(desk.ctx, desk.folder, NULL, NULL, &replayed, &desk.err),
                     FOV_OK);
    assert_int_equal(replayed.images, 2);
    assert_int_equal(replayed.facts, 1);
    desk_close(&desk);
}

static void apply__a_refused_one_leaves_no_trace(void **state)
{
    struct desk desk;
    fov_applied applied, small = FOV_APPLIED_INIT;
    char *before, *after;

    (void)state;
    desk_open(&desk, NULL, NULL, 0);
    before = desk_transcript(&desk);
    assert_int_equal(apply(&desk, "zoom", "{\"box\":[9000,0,9999,9]}", &applied), FOV_E_ARG);
    assert_string_equal(desk.err.where, "zoom.box");
    assert_int_equal(apply(&desk, "zoom", "{\"box\":", &applied), FOV_E_ARG);
    assert_int_equal(apply(&desk, "zom", "{}", &applied), FOV_E_ARG);
    assert_non_null(strstr(desk.err.message, "zoom"));
    assert_int_equal(apply(&desk, "list_images", NULL, &applied), FOV_E_UNSUPPORTED);
    assert_int_equal(apply(&desk, NULL, NULL, &applied), FOV_E_ARG);
    assert_int_equal(fov_session_apply(desk.session, "zoom", NULL, NULL, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_apply(NULL, "zoom", NULL, &applied, &desk.err), FOV_E_ARG);
    small.struct_size--;
    assert_int_equal(
        fov_session_apply(desk.session, "flip", "{\"axis\":\"vertical\"}", &small, &desk.err),
        FOV_E_ARG);
    after = desk_transcript(&desk);
    assert_string_equal(before, after);
    assert_int_equal(fov_graph_image_count(fov_session_graph(desk.session)), 1);
    free(before);
    free(after);
    assert_int_equal(fov_session_close(desk.session, NULL), FOV_OK);
    assert_int_equal(apply(&desk, "flip", "{\"axis\":\"vertical\"}", &applied), FOV_E_STATE);
    desk_close(&desk);
}

static void apply__can_be_cancelled(void **state)
{
    struct desk desk;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_context *ctx;
    fov_cancel *cancel;
    fov_applied applied;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    opts.cancel = cancel;
    desk_open_model(&desk, ctx, NULL, &opts, 1);
    fov_cancel_set(cancel);
    assert_true(apply(&desk, "sample", "{\"box\":[0,0,400,300]}", &applied) == FOV_E_CANCELLED);
    assert_int_equal(fov_graph_fact_count(fov_session_graph(desk.session)), 0);
    fov_cancel_reset(cancel);
    assert_int_equal(apply(&desk, "sample", "{\"box\":[0,0,400,300]}", &applied), FOV_OK);
    fov_session_free(desk.session);
    desk.session = NULL;
    fov_cancel_free(cancel);
    desk_close(&desk);
}

/* A look of the host's is not yet the model's: the same call of the model's shows it. */
static void apply__a_models_same_call_is_still_shown(void **state)
{
    struct desk desk;
    fov_applied applied;
    const fov_conversation *c;
    size_t images = 0;
    fov_part part;

    (void)state;
    desk_open(&desk,
              "[{\"calls\":[{\"name\":\"rotate\",\"arguments\":{\"degrees\":90}}]},"
              "{\"text\":\"ANSWER: 1\\nEVIDENCE: img_1\"}]",
              NULL, 1);
    assert_int_equal(apply(&desk, "rotate", "{\"degrees\":90}", &applied), FOV_OK);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_int_equal(desk.answer.evidence_count, 1);
    assert_int_equal(fov_graph_image_count(fov_session_graph(desk.session)), 2);
    c = desk.session->conversation;
    for (size_t m = 0; m < fov_conversation_count(c); m++)
        for (size_t i = 0; i < fov_conversation_part_count(c, m); i++)
            if (fov_conversation_get_part(c, m, i, &part) == FOV_OK && part.kind == FOV_PART_IMAGE)
                images++;
    assert_int_equal(images, 2);
    /* What comes behind a question is of no round. */
    assert_int_equal(apply(&desk, "flip", "{\"axis\":\"vertical\"}", &applied), FOV_OK);
    assert_non_null(strstr(desk.seen.data, "3|0|2|img_2: flip of img_0"));
    desk_close(&desk);
}

int suite_apply(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(apply__says_the_number_of_an_image),
        cmocka_unit_test(apply__speaks_node_pixels_whatever_the_profile),
        cmocka_unit_test(apply__is_recorded_like_a_call),
        cmocka_unit_test(apply__a_refused_one_leaves_no_trace),
        cmocka_unit_test(apply__can_be_cancelled),
        cmocka_unit_test(apply__a_models_same_call_is_still_shown),
    };

    return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
