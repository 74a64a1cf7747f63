/* SPDX-License-Identifier: MIT */
/* The round with a scripted model: looks, refusals, budgets, cancelling, the record of it all. */
#include "session_support.h"

#define ZOOM "{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[100,100,400,300]}}]}"

static int images_in(const fov_conversation *conversation)
{
    int n = 0;

    for (size_t m = 0; m < fov_conversation_count(conversation); m++) {
        for (size_t i = 0; i < fov_conversation_part_count(conversation, m); i++) {
            fov_part part;
            assert_int_equal(fov_conversation_get_part(conversation, m, i, &part), FOV_OK);
            n += part.kind == FOV_PART_IMAGE;
        }
    }
    return n;
}

static void session__answers_after_looking_again(void **state)
{
    struct desk desk;
    fov_replayed replayed = FOV_REPLAYED_INIT;
    char *text;

    (void)state;
    desk_open(&desk, "[" ZOOM ",{\"text\":\"ANSWER: 12\\nREASON: seen\\nEVIDENCE: img_1\"}]", NULL,
              0);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_string_equal(desk.answer.text, "12");
    assert_int_equal(desk.answer.evidence_count, 1);
    assert_int_equal(desk.answer.evidence[0], 1);
    assert_int_equal(desk.answer.rounds, 2);
    assert_int_equal(desk.answer.calls, 1);
    assert_int_equal(desk.answer.images, 1);
    assert_non_null(strstr(
        desk.seen.data, "3|1|1|img_1: zoom of img_0, box [100,100,400,300] in source px of img_0, "
                        "delivered 1568x1045"));
    assert_int_equal(fov_session_close(desk.session, NULL), FOV_OK);
    text = desk_transcript(&desk);
    assert_non_null(strstr(text, "\"event\":\"answer\""));
    assert_null(strstr(text, "base64"));
    free(text);
    assert_int_equal(fov_transcript_verify(desk.ctx, desk.folder, NULL, NULL, &replayed, &desk.err),
                     FOV_OK);
    assert_int_equal(replayed.images, 1);
    assert_int_equal(replayed.deliveries, 2);
    desk_close(&desk);
}

static void session__a_bad_call_is_answered_and_goes_on(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk,
              "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[9000,0,9999,9]}},"
              "{\"name\":\"zoom\",\"arguments\":\"{broken\"},{\"name\":\"zom\",\"arguments\":{}},"
              "{\"name\":\"sample\",\"arguments\":{\"points\":[[1,1]]}},"
              "{\"name\":\"zoom\",\"arguments\":{\"image\":\"img_5\",\"box\":[0,0,9,9]}}]},{"
              "\"text\":\"ANSWER: ok\"}]",
              NULL, 1);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_string_equal(desk.answer.text, "ok");
    assert_int_equal(fov_graph_image_count(fov_session_graph(desk.session)), 1);
    assert_non_null(strstr(desk.seen.data, "OUT_OF_RANGE"));
    assert_non_null(strstr(desk.seen.data, "BAD_JSON"));
    assert_non_null(strstr(desk.seen.data, "UNKNOWN_OP"));
    assert_non_null(strstr(desk.seen.data, "UNKNOWN_IMAGE"));
    /* sample belongs to another preset: it is not offered, so it is not known. */
    assert_non_null(strstr(desk.seen.data, "There is no tool sample"));
    desk_close(&desk);
}

static void session__a_thin_box_gets_a_legal_call(void **state)
{
    struct desk desk;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_tool_result result = FOV_TOOL_RESULT_INIT;
    const char *call, *end;
    char arguments[256];

    (void)state;
    opts.profile = "qwen2.5-vl";
    desk_open(&desk, NULL, &opts, 1);
    assert_int_equal(
        fov_session_call(desk.session, "zoom", "{\"box\":[0,100,600,101]}", &result, &desk.err),
        FOV_OK);
    assert_int_equal(result.is_error, 1);
    assert_non_null(strstr(result.text, "BAD_ASPECT"));
    assert_int_equal(fov_graph_image_count(fov_session_graph(desk.session)), 1);
    call = strstr(result.text, "\"call\":");
    assert_non_null(call);
    call += 7;
    end = strchr(call, '}');
    snprintf(arguments, sizeof(arguments), "%.*s", (int)(end - call + 1), call);
    assert_int_equal(fov_session_call(desk.session, "zoom", arguments, &result, &desk.err), FOV_OK);
    if (result.is_error)
        fail_msg("%s gave %s", arguments, result.text);
    desk_close(&desk);
}

static void session__budgets_end_it_with_an_answer(void **state)
{
    struct desk desk;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;

    (void)state;
    opts.rounds_max = 2;
    desk_open(&desk, "[" ZOOM ",{\"text\":\"ANSWER: 3\"}]", &opts, 1);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_int_equal(desk.answer.rounds, 2);
    desk_close(&desk);

    /* A model that goes on calling when its tools are withdrawn. */
    desk_open(&desk, "[" ZOOM "," ZOOM "]", &opts, 1);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_NOTE_BUDGET);
    assert_null(desk.answer.text);
    desk_close(&desk);

    opts.rounds_max = 0;
    opts.calls_max = 1;
    desk_open(
        &desk,
        "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[0,0,90,90]}},{\"name\":\"zoom\","
        "\"arguments\":{\"box\":[0,0,80,80]}}]},{\"text\":\"ANSWER: 3\"}]",
        &opts, 1);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_non_null(strstr(desk.seen.data, "BUDGET_CALLS"));
    assert_int_equal(fov_graph_image_count(fov_session_graph(desk.session)), 2);
    desk_close(&desk);

    opts.calls_max = 0;
    opts.images_max = 1;
    desk_open(
        &desk,
        "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[0,0,90,90]}},{\"name\":\"zoom\","
        "\"arguments\":{\"box\":[0,0,80,80]}}]},{\"text\":\"ANSWER: 3\"}]",
        &opts, 1);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_non_null(strstr(desk.seen.data, "BUDGET_IMAGES"));
    desk_close(&desk);
}

static void session__the_same_call_shows_nothing_twice(void **state)
{
    struct desk desk;
    size_t images = 0;

    (void)state;
    desk_open(&desk, "[" ZOOM "," ZOOM ",{\"text\":\"ANSWER: 3\"}]", NULL, 1);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_non_null(strstr(desk.seen.data, "same as img_1"));
    for (size_t m = 0; m < fov_conversation_count(desk.session->conversation); m++) {
        for (size_t p = 0; p < fov_conversation_part_count(desk.session->conversation, m); p++) {
            fov_part part;
            assert_int_equal(fov_conversation_get_part(desk.session->conversation, m, p, &part),
                             FOV_OK);
            images += part.kind == FOV_PART_IMAGE;
        }
    }
    assert_int_equal(images, 2);
    assert_int_equal(desk.answer.images, 1);
    desk_close(&desk);
}

static void session__a_second_question_sees_what_came_before(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk,
              "[" ZOOM ",{\"text\":\"ANSWER: 1\"},{\"text\":\"ANSWER: 2\\nEVIDENCE: img_1\"}]",
              NULL, 0);
    assert_int_equal(desk_ask(&desk, "First?"), FOV_OK);
    assert_string_equal(desk.answer.text, "1");
    assert_int_equal(desk_ask(&desk, "Second?"), FOV_OK);
    assert_string_equal(desk.answer.text, "2");
    assert_int_equal(desk.answer.calls, 0);
    assert_int_equal(fov_conversation_count(desk.session->conversation), 7);
    desk_close(&desk);
}

static void session__counts_each_request_once(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk, "[" ZOOM ",{\"text\":\"ANSWER: 3\"}]", NULL, 1);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_int_equal(desk.answer.usage.requests, 2);
    desk_close(&desk);
}

/* A look that the host made in the graph is delivered only when it is shown, later than others. */
static void session__records_deliveries_that_come_late(void **state)
{
    struct desk desk;
    fov_applied applied = FOV_APPLIED_INIT;
    fov_tool_result result = FOV_TOOL_RESULT_INIT;
    fov_replayed replayed = FOV_REPLAYED_INIT;

    (void)state;
    desk_open(&desk, NULL, NULL, 0);
    assert_int_equal(fov_graph_apply(fov_session_graph(desk.session), "zoom",
                                     "{\"box\":[10,10,90,90]}", &applied, NULL),
                     FOV_OK);
    assert_int_equal(
        fov_session_call(desk.session, "rotate", "{\"degrees\":90}", &result, &desk.err), FOV_OK);
    assert_int_equal(
        fov_session_call(desk.session, "zoom", "{\"box\":[10,10,90,90]}", &result, &desk.err),
        FOV_OK);
    assert_int_equal(result.is_same, 1);
    assert_int_equal(fov_session_close(desk.session, NULL), FOV_OK);
    assert_int_equal(fov_transcript_verify(desk.ctx, desk.folder, NULL, NULL, &replayed, &desk.err),
                     FOV_OK);
    assert_int_equal(replayed.images, 2);
    assert_int_equal(replayed.deliveries, 2); /* the turned picture, and the zoom shown after it */
    desk_close(&desk);
}

static void session__says_that_it_cannot_tell(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk, "[{\"text\":\"CANNOT TELL: the label is cut off\"}]", NULL, 0);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_NOTE_UNSURE);
    assert_int_equal(desk.answer.is_unsure, 1);
    assert_null(desk.answer.text);
    assert_string_equal(desk.answer.reason, "the label is cut off");
    desk_close(&desk);
}

static void session__a_model_that_fails_leaves_it_usable(void **state)
{
    struct desk desk;
    fov_tool_result result = FOV_TOOL_RESULT_INIT;

    (void)state;
    desk_open(&desk, "[" ZOOM "]", NULL, 0);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_E_PROVIDER); /* the script is at its end */
    assert_int_equal(
        fov_session_call(desk.session, "rotate", "{\"degrees\":90}", &result, &desk.err), FOV_OK);
    assert_int_equal(result.is_error, 0);
    assert_int_equal(result.image, 2);
    assert_non_null(result.data);
    desk_close(&desk);
}

static void session__can_be_cancelled(void **state)
{
    struct desk desk;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_context *ctx;
    fov_model *model;
    fov_cancel *cancel;
    const char script[] = "[{\"text\":\"ANSWER: 1\"}]";

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    assert_int_equal(fov_model_new_script(&model, ctx, script, sizeof(script) - 1, NULL), FOV_OK);
    opts.cancel = cancel;
    desk_open_model(&desk, ctx, model, &opts, 1);
    fov_cancel_set(cancel);
    assert_true(desk_ask(&desk, "How many?") == FOV_E_CANCELLED);
    fov_cancel_reset(cancel);
    fov_cancel_free(cancel);
    desk.session->opts.cancel = NULL;
    desk.session->box.cancel = NULL;
    desk_close(&desk);
}

static void session__refuses_what_makes_no_sense(void **state)
{
    struct desk desk;
    fov_session *other = NULL;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;

    (void)state;
    desk_open(&desk, NULL, NULL, 0);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_E_STATE); /* no model */
    opts.profile = "nobody";
    assert_int_equal(fov_session_new(&other, desk.ctx, NULL, &opts, &desk.err), FOV_E_ARG);
    assert_non_null(strstr(desk.err.message, "nobody"));
    opts.profile = NULL;
    opts.preset = "look";
    assert_int_equal(fov_session_new(&other, desk.ctx, NULL, &opts, &desk.err), FOV_E_ARG);
    opts.preset = NULL;
    opts.out_dir = desk.folder; /* holds a transcript already */
    assert_int_equal(fov_session_new(&other, desk.ctx, NULL, &opts, &desk.err), FOV_E_STATE);
    opts.struct_size = 3;
    assert_int_equal(fov_session_new(&other, desk.ctx, NULL, &opts, &desk.err), FOV_E_ARG);
    desk_close(&desk);
}

static void session__declares_its_tools_in_each_dialect(void **state)
{
    static const char *const dialects[] = {"openai", "openai-strict", "anthropic",
                                           "gemini", "mcp",           NULL};
    struct desk desk;

    (void)state;
    desk_open(&desk, NULL, NULL, 1);
    for (size_t i = 0; i < FOV_COUNT(dialects); i++) {
        fov_bytes json = {NULL, 0, NULL};
        assert_int_equal(fov_session_tools(desk.session, dialects[i], &json, &desk.err), FOV_OK);
        assert_int_equal(
            fov__json_check(desk.ctx, (char *)json.data, json.size, 32, 1 << 20, &desk.err),
            FOV_OK);
        assert_non_null(strstr((char *)json.data, "\"zoom\""));
        assert_null(strstr((char *)json.data, "\"sample\""));
        fov_bytes_free(&json);
    }
    desk_close(&desk);
}

static void session__facts_speak_the_models_coordinates(void **state)
{
    struct desk desk;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_tool_result result = FOV_TOOL_RESULT_INIT;

    (void)state;
    opts.preset = "all";
    opts.profile = "qwen3-vl";
    desk_open(&desk, NULL, &opts, 1);
    /* 640x780: the middle is 500,500 of 1000. */
    assert_int_equal(
        fov_session_call(desk.session, "sample", "{\"points\":[[500,500]]}", &result, &desk.err),
        FOV_OK);
    if (result.is_error)
        fail_msg("%s", result.text);
    assert_int_equal(result.fact, 0);
    assert_non_null(strstr(result.text, "\"at\":[500,500]"));
    assert_non_null(strstr(result.text, "\"source_px\":[320,390]"));
    assert_int_equal(fov_session_call(desk.session, "list_images", "{}", &result, &desk.err),
                     FOV_OK);
    assert_non_null(strstr(result.text, "\"img_0\""));
    desk_close(&desk);
}

/* ---- what strict servers want of a conversation ---------------------------------------------- */

/* Roles alternate, no message is empty, and each call has its result right behind it. */
static void check_legal(const fov_conversation *c)
{
    for (size_t m = 0; m < fov_conversation_count(c); m++) {
        int32_t role = fov_conversation_role(c, m),
                before = m ? fov_conversation_role(c, m - 1) : -1;
        size_t calls = 0, results = 0;
        fov_part part;

        if (fov_conversation_part_count(c, m) == 0)
            fail_msg("message %zu is empty", m);
        if (role == before)
            fail_msg("messages %zu and %zu have the role %d", m - 1, m, (int)role);
        if (role != FOV_ROLE_TOOL && before != FOV_ROLE_ASSISTANT)
            continue;
        for (size_t i = 0; m && fov_conversation_get_part(c, m - 1, i, &part) == FOV_OK; i++)
            calls += part.kind == FOV_PART_CALL;
        for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++)
            results += part.kind == FOV_PART_RESULT;
        if (calls != results)
            fail_msg("message %zu answers %zu of %zu calls", m, results, calls);
    }
}

static int says_withdrawn(const fov_conversation *c, int32_t role)
{
    int n = 0;
    fov_part part;

    for (size_t m = 0; m < fov_conversation_count(c); m++)
        for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++)
            n += fov_conversation_role(c, m) == role && part.text &&
                 strstr(part.text, fov__prompt_last_round) != NULL;
    return n;
}

static void session__the_last_round_needs_no_message_of_its_own(void **state)
{
    struct desk desk;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;

    (void)state;
    opts.rounds_max = 2;
    desk_open(&desk,
              "[" ZOOM ",{\"text\":\"ANSWER: 1\"}," ZOOM "," ZOOM ",{\"text\":\"ANSWER: 3\"}]",
              &opts, 0);
    assert_int_equal(desk_ask(&desk, "First?"), FOV_OK);
    check_legal(desk.session->conversation);
    assert_int_equal(says_withdrawn(desk.session->conversation, FOV_ROLE_TOOL), 1);
    assert_int_equal(says_withdrawn(desk.session->conversation, FOV_ROLE_USER), 0);
    assert_int_equal(desk_ask(&desk, "Second?"), FOV_NOTE_BUDGET); /* calls on, without tools */
    check_legal(desk.session->conversation);
    assert_int_equal(desk_ask(&desk, "Third?"), FOV_OK);
    assert_string_equal(desk.answer.text, "3");
    check_legal(desk.session->conversation);
    desk_close(&desk);

    opts.rounds_max = 1;
    desk_open(&desk, "[{\"text\":\"ANSWER: 1\"}]", &opts, 0);
    assert_int_equal(desk_ask(&desk, "First?"), FOV_OK);
    check_legal(desk.session->conversation);
    assert_int_equal(says_withdrawn(desk.session->conversation, FOV_ROLE_USER), 1);
    desk_close(&desk);
}

/* A model that fails every second time. */
struct moody {
    int asked;
    fov_cancel *cancel; /* set while it answers, when given */
};

static fov_status moody_generate(void *user, const fov_request *request, fov_reply *reply,
                                 fov_error *err)
{
    struct moody *moody = user;

    check_legal(request->conversation);
    if (moody->cancel)
        fov_cancel_set(moody->cancel);
    else if (moody->asked++ % 2 == 0)
        return fov__fail(err, FOV_E_NET, 0, "model", "the line is dead");
    if (request->round == 1 || moody->cancel) {
        fov_reply_add_call(reply, NULL, "zoom", "{\"box\":[1,1,90,90]}", err);
        return fov_reply_add_call(reply, NULL, "zoom", "{\"box\":[1,1,99,99]}", err);
    }
    return fov_reply_add_text(reply, "ANSWER: 5", err);
}

static const fov_model_class moody_class = {sizeof(fov_model_class), "moody", moody_generate, NULL};

static void session__goes_on_where_a_lost_connection_stopped_it(void **state)
{
    struct moody moody = {0, NULL};
    struct desk desk;
    fov_context *ctx;
    fov_model *model;
    size_t before;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_model_new(&model, ctx, &moody_class, &moody, NULL), FOV_OK);
    desk_open_model(&desk, ctx, model, NULL, 0);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_E_NET);
    before = fov_conversation_count(desk.session->conversation);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_E_NET); /* after a round that went well */
    assert_int_equal(fov_conversation_count(desk.session->conversation), before + 2);
    moody.asked = 0;
    assert_int_equal(desk_ask(&desk, "And how many more?"), FOV_E_NET); /* behind tool results */
    assert_int_equal(desk_ask(&desk, "And quite another thing?"), FOV_E_NET);
    check_legal(desk.session->conversation);
    desk_close(&desk);
}

static void session__a_cancelled_call_has_its_result(void **state)
{
    struct moody moody = {0, NULL};
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    struct desk desk;
    fov_context *ctx;
    fov_model *model;
    char *text;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_cancel_new(&moody.cancel, ctx, NULL), FOV_OK);
    assert_int_equal(fov_model_new(&model, ctx, &moody_class, &moody, NULL), FOV_OK);
    opts.cancel = moody.cancel;
    desk_open_model(&desk, ctx, model, &opts, 0);
    assert_true(desk_ask(&desk, "How many?") == FOV_E_CANCELLED);
    check_legal(desk.session->conversation);
    text = desk_transcript(&desk);
    assert_non_null(strstr(text, "CANCELLED"));
    free(text);
    fov_cancel_reset(moody.cancel);
    {
        fov_cancel *cancel = moody.cancel;
        moody = (struct moody){1, NULL};
        desk.answer.struct_size = sizeof(desk.answer);
        assert_int_equal(desk_ask(&desk, "Again?"), FOV_E_NET);
        check_legal(desk.session->conversation);
        desk.session->opts.cancel = desk.session->box.cancel = NULL;
        fov_cancel_free(cancel);
    }
    desk_close(&desk);
}

static void session__a_slow_operation_is_refused_to_the_model(void **state)
{
    struct desk desk;
    fov_tool_result result = FOV_TOOL_RESULT_INIT;

    (void)state;
    desk_open(&desk, NULL, NULL, 1);
    desk.ctx->limits.op_ms = 1; /* and the file itself takes longer to decode */
    assert_int_equal(fov_session_call(desk.session, "enhance",
                                      "{\"sharpen\":1,\"denoise\":3,\"clahe\":2}", &result,
                                      &desk.err),
                     FOV_OK);
    assert_int_equal(result.is_error, 1);
    assert_non_null(strstr(result.text, "\"LIMIT\""));
    assert_non_null(strstr(result.text, "op_ms"));
    desk.ctx->limits.op_ms = 60000;
    assert_int_equal(fov_session_call(desk.session, "enhance",
                                      "{\"sharpen\":1,\"denoise\":3,\"clahe\":2}", &result,
                                      &desk.err),
                     FOV_OK);
    assert_int_equal(result.is_error, 0);
    assert_non_null(result.data);
    desk_close(&desk);
}

/* An image that was dropped leaves before the next question, where the caller allows it, and comes
 * back with the same bytes. */
static void session__dropped_images_leave_between_questions(void **state)
{
    static const char script[] =
        "[" ZOOM ",{\"calls\":[{\"name\":\"drop\",\"arguments\":{\"image\":\"img_1\"}}]},"
        "{\"text\":\"ANSWER: 1\"},"
        "{\"calls\":[{\"name\":\"recall\",\"arguments\":{\"image\":\"img_1\"}},"
        "{\"name\":\"recall\",\"arguments\":{\"image\":\"img_1\"}},"
        "{\"name\":\"drop\",\"arguments\":{}},"
        "{\"name\":\"drop\",\"arguments\":{\"image\":\"img_8\"}}]},{\"text\":\"ANSWER: 2\"}]";
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_replayed replayed = FOV_REPLAYED_INIT;
    struct desk desk;
    char *text;

    (void)state;
    opts.preset = "all";
    opts.evict_dropped = 1;
    desk_open(&desk, script, &opts, 0);
    assert_int_equal(desk_ask(&desk, "One?"), FOV_OK);
    assert_int_equal(images_in(desk.session->conversation), 2); /* until the next question */
    assert_int_equal(desk_ask(&desk, "Two?"), FOV_OK);
    assert_int_equal(images_in(desk.session->conversation), 2); /* gone, and back */
    assert_non_null(strstr(desk.seen.data, "img_1 is taken out before the next question"));
    assert_non_null(strstr(desk.seen.data, "img_1 is still in the conversation"));
    assert_non_null(strstr(desk.seen.data, "MISSING_ARG"));
    assert_non_null(strstr(desk.seen.data, "There is no image img_8"));
    assert_int_equal(fov_session_close(desk.session, NULL), FOV_OK);
    text = desk_transcript(&desk);
    assert_non_null(strstr(text, "\"event\":\"eviction\""));
    free(text);
    assert_int_equal(fov_transcript_verify(desk.ctx, desk.folder, NULL, NULL, &replayed, &desk.err),
                     FOV_OK);
    desk_close(&desk);
}

/* Without that policy nothing leaves, and the tools for it are not offered. */
static void session__keeps_every_image_unless_told(void **state)
{
    static const char script[] =
        "[" ZOOM ",{\"calls\":[{\"name\":\"drop\",\"arguments\":{\"image\":\"img_1\"}}]},"
        "{\"text\":\"ANSWER: 1\"},{\"text\":\"ANSWER: 2\"}]";
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    struct desk desk;

    (void)state;
    opts.preset = "all";
    desk_open(&desk, script, &opts, 1);
    for (size_t i = 0; i < desk.session->tools->count; i++)
        assert_string_not_equal(desk.session->tools->tools[i].name, "drop");
    assert_int_equal(desk_ask(&desk, "One?"), FOV_OK);
    assert_int_equal(desk_ask(&desk, "Two?"), FOV_OK);
    assert_int_equal(images_in(desk.session->conversation), 2);
    assert_non_null(strstr(desk.seen.data, "This session keeps every image"));
    desk_close(&desk);
}

/* One call that makes several images is held to the budget as a whole, and leaves nothing behind
 * when it is too large. */
static void session__a_call_of_many_images_keeps_the_budget(void **state)
{
    static const char script[] =
        "[" ZOOM ",{\"calls\":[{\"name\":\"tile\",\"arguments\":{\"rows\":2,\"cols\":2}},"
        "{\"name\":\"tile\",\"arguments\":{\"rows\":1,\"cols\":3}}]},{\"text\":\"ANSWER: 1\"}]";
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    struct desk desk;

    (void)state;
    opts.preset = "all";
    opts.images_max = 4;
    desk_open(&desk, script, &opts, 1);
    assert_int_equal(desk_ask(&desk, "One?"), FOV_OK);
    assert_non_null(strstr(desk.seen.data, "BUDGET_IMAGES"));
    assert_int_equal(fov_graph_image_count(fov_session_graph(desk.session)), 1 + 1 + 3);
    assert_int_equal(images_in(desk.session->conversation), 5);
    assert_int_equal(desk.answer.images, 4);
    desk_close(&desk);
}

static void session__missing_arguments_are_errors(void **state)
{
    struct desk desk;
    fov_tool_result result = FOV_TOOL_RESULT_INIT;
    fov_bytes json = {NULL, 0, NULL};
    fov_session *none = NULL;

    (void)state;
    desk_open(&desk, NULL, NULL, 1);
    assert_int_equal(fov_session_new(NULL, desk.ctx, NULL, NULL, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_new(&none, NULL, NULL, NULL, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_add_image(NULL, NULL, NULL, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_add_image(desk.session, NULL, NULL, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_ask(NULL, "x", &desk.answer, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_call(NULL, "zoom", "{}", &result, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_call(desk.session, NULL, "{}", &result, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_call(desk.session, "zoom", "{}", NULL, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_call(desk.session, "zoom", NULL, &result, &desk.err), FOV_OK);
    assert_int_equal(result.is_error, 1);
    assert_int_equal(fov_session_tools(NULL, NULL, &json, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_tools(desk.session, NULL, NULL, &desk.err), FOV_E_ARG);
    assert_int_equal(fov_session_close(NULL, &desk.err), FOV_E_ARG);
    assert_null(fov_session_graph(NULL));
    fov_session_opts_init(NULL);
    fov_answer_init(NULL);
    fov_tool_result_init(NULL);
    fov_session_free(NULL);
    assert_int_equal(fov_session_close(desk.session, &desk.err), FOV_OK);
    assert_int_equal(fov_session_call(desk.session, "zoom", "{}", &result, &desk.err), FOV_E_STATE);
    desk_close(&desk);
}

int suite_session(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session__answers_after_looking_again),
        cmocka_unit_test(session__a_bad_call_is_answered_and_goes_on),
        cmocka_unit_test(session__a_thin_box_gets_a_legal_call),
        cmocka_unit_test(session__budgets_end_it_with_an_answer),
        cmocka_unit_test(session__the_same_call_shows_nothing_twice),
        cmocka_unit_test(session__a_second_question_sees_what_came_before),
        cmocka_unit_test(session__counts_each_request_once),
        cmocka_unit_test(session__records_deliveries_that_come_late),
        cmocka_unit_test(session__says_that_it_cannot_tell),
        cmocka_unit_test(session__a_model_that_fails_leaves_it_usable),
        cmocka_unit_test(session__can_be_cancelled),
        cmocka_unit_test(session__refuses_what_makes_no_sense),
        cmocka_unit_test(session__declares_its_tools_in_each_dialect),
        cmocka_unit_test(session__facts_speak_the_models_coordinates),
        cmocka_unit_test(session__the_last_round_needs_no_message_of_its_own),
        cmocka_unit_test(session__goes_on_where_a_lost_connection_stopped_it),
        cmocka_unit_test(session__a_cancelled_call_has_its_result),
        cmocka_unit_test(session__a_slow_operation_is_refused_to_the_model),
        cmocka_unit_test(session__dropped_images_leave_between_questions),
        cmocka_unit_test(session__keeps_every_image_unless_told),
        cmocka_unit_test(session__a_call_of_many_images_keeps_the_budget),
        cmocka_unit_test(session__missing_arguments_are_errors),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
