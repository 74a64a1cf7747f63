/* SPDX-License-Identifier: MIT */
/* A session with a model that calls its tools in plain text: what it is told, what it is shown, and
 * that its transcript is one like any other. */
#include "session/session_support.h"

/* Every message as its role and its parts, a line each; pictures by name. */
static const char *told(struct desk *desk)
{
    static char text[65536];
    const fov_conversation *c = desk->session->conversation;
    static const char *const roles[] = {"system", "user", "assistant", "tool"};
    text[0] = '\0';
    for (size_t m = 0; m < fov_conversation_count(c); m++) {
        for (size_t p = 0; p < fov_conversation_part_count(c, m); p++) {
            fov_part part;
            const size_t n = strlen(text);
            assert_int_equal(fov_conversation_get_part(c, m, p, &part), FOV_OK);
            fov__format(text + n, sizeof(text) - n, "%s: %s\n", roles[fov_conversation_role(c, m)],
                        part.kind == FOV_PART_IMAGE ? part.image_id : part.text);
        }
    }
    return text;
}

static void open_desk(struct desk *desk, const char *profile, const char *script)
{
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    opts.profile = profile;
    opts.preset = "all";
    opts.rounds_max = 4;
    desk_open(desk, script, &opts, 0);
}

static void expect_told(struct desk *desk, const char *const *texts, size_t n)
{
    const char *all = told(desk), *at = all;
    for (size_t i = 0; i < n; i++) {
        at = strstr(at, texts[i]);
        if (at == NULL)
            fail_msg("no \"%s\" in its place in\n%s", texts[i], all);
    }
}

static void expect_verified(struct desk *desk, int images)
{
    fov_replayed replayed = FOV_REPLAYED_INIT;
    assert_int_equal(fov_session_close(desk->session, &desk->err), FOV_OK);
    if (fov_transcript_verify(desk->ctx, desk->folder, NULL, NULL, &replayed, &desk->err) != FOV_OK)
        fail_msg("%s", desk->err.message);
    assert_int_equal(replayed.images, images);
}

static void text_session__grounding_is_run_and_shown(void **state)
{
    static const char *const texts[] = {"system: ",
                                        "<grounding>{\"bbox_2d\"",
                                        "user: img_0: original",
                                        "user: img_0",
                                        "user: How many?",
                                        "assistant: <think>",
                                        ("user: After the above Action 0, here is the zoom-in "
                                         "image (Observation 1): img_1: zoom of img_0"),
                                        "user: img_1",
                                        "assistant: Closer",
                                        "(Observation 2): img_2: zoom of img_1",
                                        "user: img_2",
                                        "After the above Action 1",
                                        "OUT_OF_RANGE",
                                        "\"field\":\"grounding.bbox_2d[2]\"",
                                        "assistant: <think>now"};
    struct desk desk;
    open_desk(
        &desk, "mini-o3",
        "[{\"text\":\"<think>small. <grounding>{}</grounding></think><grounding>{\\\"bbox_2d\\\": "
        "[0.1, 0.2, 0.5, 0.6], \\\"source\\\": \\\"original_image\\\"}</grounding>\"},"
        "{\"text\":\"Closer: <grounding>{\\\"bbox_2d\\\":[0,0,0.5,0.5],\\\"source\\\":"
        "\\\"observation_1\\\"}</grounding><grounding>{\\\"bbox_2d\\\":[0,0,5,0.5]}</grounding>\"},"
        "{\"text\":\"<think>now I see</think><answer> 12 </answer>\"}]");
    (void)state;
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_string_equal(desk.answer.text, "12");
    assert_int_equal(desk.answer.calls, 3);
    assert_int_equal(desk.answer.images, 2);
    assert_int_equal(desk.answer.rounds, 3);
    assert_int_equal(desk.session->tools->count, 0);
    expect_told(&desk, texts, FOV_COUNT(texts));
    assert_null(strstr(told(&desk), "tool: "));
    expect_verified(&desk, 2);
    desk_close(&desk);
}

static void text_session__hermes_is_run_and_mended(void **state)
{
    static const char *const texts[] = {"<tools>\n{\"type\":\"function\"",
                                        "</tools>",
                                        "user: How many?",
                                        "assistant: I look.",
                                        "user: <tool_response>\n{\"code\":\"BAD_JSON\"",
                                        "at byte 40",
                                        "user: </tool_response>",
                                        "user: <tool_response>\nimg_1: zoom of img_0",
                                        "user: img_1",
                                        "user: </tool_response>",
                                        "user: <tool_response>\n{\"id\":\"fact_0\"",
                                        "user: </tool_response>"};
    struct desk desk;
    open_desk(
        &desk, "qwen3-vl-text",
        "[{\"text\":\"I look.\\n<tool_call>\\n{\\\"name\\\":\\\"zoom\\\",\\\"arguments\\\":{"
        "\\\"box\\\":[1,2],}}\\n</tool_call>\"},"
        "{\"text\":\"<tool_call>{\\\"name\\\":\\\"zoom\\\",\\\"arguments\\\":{\\\"box\\\":[100,200,"
        "500,600]}}</tool_call>\\n```json\\n{\\\"name\\\":\\\"sample\\\",\\\"arguments\\\":"
        "{\\\"points\\\":[[5,5]]}}\\n```\"},"
        "{\"text\":\"ANSWER: 12\\nREASON: printed\\nEVIDENCE: img_1\"}]");
    (void)state;
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_string_equal(desk.answer.text, "12");
    assert_int_equal(desk.answer.calls, 3);
    assert_int_equal(desk.answer.evidence_count, 1);
    expect_told(&desk, texts, FOV_COUNT(texts));
    assert_non_null(strstr(desk.seen.data, "|I look."));
    expect_verified(&desk, 1);
    desk_close(&desk);
}

/* In the last round there are no tools: a text that is nothing but a call is no answer, and what is
 * said beside one is. */
static void text_session__the_last_round_is_an_answer(void **state)
{
#define CALL                                                                                \
    "<tool_call>{\\\"name\\\":\\\"zoom\\\",\\\"arguments\\\":{\\\"box\\\":[0,0,%d,500]}}</" \
    "tool_call>"
    static const char *const ends[] = {"", "It is 12."};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(ends); i++) {
        char script[2048], texts[4][256];
        for (int k = 0; k < 4; k++)
            fov__format(texts[k], sizeof(texts[k]), "{\"text\":\"%s" CALL "\"}",
                        k == 3 ? ends[i] : "", 200 + k);
        fov__format(script, sizeof(script), "[%s,%s,%s,%s]", texts[0], texts[1], texts[2],
                    texts[3]);
        struct desk desk;
        open_desk(&desk, "qwen3-vl-text", script);
        assert_int_equal(desk_ask(&desk, "How many?"), i == 0 ? FOV_NOTE_BUDGET : FOV_OK);
        assert_int_equal(desk.answer.images, 3);
        if (i == 1)
            assert_string_equal(desk.answer.text, "It is 12.");
        assert_non_null(strstr(told(&desk), "</tool_response>\nThe tools are withdrawn now."));
        expect_verified(&desk, 3);
        desk_close(&desk);
    }
}

/* A server that does read calls is not searched a second time. */
static void text_session__native_calls_go_before(void **state)
{
    struct desk desk;
    open_desk(
        &desk, "qwen3-vl-text",
        "[{\"text\":\"<tool_call>{}</tool_call>\",\"calls\":[{\"name\":\"zoom\",\"arguments\":"
        "{\"box\":[0,0,500,500]}}]},{\"text\":\"ANSWER: 7\"}]");
    (void)state;
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_int_equal(desk.answer.calls, 1);
    assert_non_null(strstr(told(&desk), "tool: img_1: zoom"));
    expect_verified(&desk, 1);
    desk_close(&desk);
}

/* Profiles of other dialects leave text alone. */
static void text_session__other_dialects_read_no_text(void **state)
{
    struct desk desk;
    open_desk(&desk, "qwen3-vl", "[{\"text\":\"ANSWER: write <tool_call>{}</tool_call>\"}]");
    (void)state;
    assert_int_equal(desk_ask(&desk, "How?"), FOV_OK);
    assert_string_equal(desk.answer.text, "write <tool_call>{}</tool_call>");
    assert_true(desk.session->tools->count > 0);
    desk_close(&desk);
}

/* One call over the budget is refused in words, as a native one is. */
static void text_session__budgets_hold(void **state)
{
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    struct desk desk;
    (void)state;
    opts.profile = "mini-o3";
    opts.calls_max = 1;
    desk_open(&desk,
              "[{\"text\":\"<grounding>{\\\"bbox_2d\\\":[0,0,0.5,0.5]}</grounding><grounding>"
              "{\\\"bbox_2d\\\":[0,0,0.2,0.2]}</grounding><grounding>{</grounding>\"},"
              "{\"text\":\"<answer>3</answer>\"}]",
              &opts, 0);
    assert_int_equal(desk_ask(&desk, "How many?"), FOV_OK);
    assert_string_equal(desk.answer.text, "3");
    assert_int_equal(desk.answer.images, 1);
    assert_non_null(strstr(told(&desk), "After the above Action 1: {\"code\":\"BUDGET_CALLS\""));
    assert_non_null(strstr(told(&desk), "After the above Action 2: {\"code\":\"BAD_JSON\""));
    assert_non_null(strstr(told(&desk), "user: The tools are withdrawn now."));
    expect_verified(&desk, 1);
    desk_close(&desk);
}

/* What a host asks for by name. */
static void text_session__tools_are_told_as_text(void **state)
{
    struct desk desk;
    open_desk(&desk, "mini-o3", "[]");
    fov_bytes out = {NULL, 0, NULL};
    (void)state;
    assert_int_equal(fov_session_tools(desk.session, NULL, &out, &desk.err), FOV_OK);
    assert_non_null(strstr((const char *)out.data, "<grounding>{"));
    fov_bytes_free(&out);
    assert_int_equal(fov_session_tools(desk.session, "hermes", &out, &desk.err), FOV_OK);
    assert_non_null(strstr((const char *)out.data, "<tools>"));
    fov_bytes_free(&out);
    assert_int_equal(fov_session_tools(desk.session, "verl", &out, &desk.err), FOV_OK);
    assert_int_equal(out.data[0], '[');
    fov_bytes_free(&out);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_session__grounding_is_run_and_shown),
        cmocka_unit_test(text_session__hermes_is_run_and_mended),
        cmocka_unit_test(text_session__the_last_round_is_an_answer),
        cmocka_unit_test(text_session__native_calls_go_before),
        cmocka_unit_test(text_session__other_dialects_read_no_text),
        cmocka_unit_test(text_session__budgets_hold),
        cmocka_unit_test(text_session__tools_are_told_as_text),
    };
    return cmocka_run_group_tests_name("text_session", tests, NULL, NULL);
}
