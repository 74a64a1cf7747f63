/* SPDX-License-Identifier: MIT */
/* Replies of many servers, right and wrong ones. */
#include "provider/capture.h"

static struct capture c;

static fov_status read_body(const char *body)
{
    static struct answer answer;
    const fov_provider_opts opts = capture_opts();
    answer = (struct answer){200, NULL, body};
    capture_open(&c, &opts, &answer, 1);
    return capture_ask(&c);
}

static void chat__reads_text_calls_and_usage(void **state)
{
    (void)state;
    assert_int_equal(
        read_body("{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"look\",\"tool_"
                  "calls\":["
                  "{\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"zoom\","
                  "\"arguments\":\"{ \\\"a\\\":1 }\"}},"
                  "{\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"ocr\","
                  "\"arguments\":\"\"}}]},"
                  "\"finish_reason\":\"tool_calls\"}],"
                  "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,"
                  "\"prompt_tokens_details\":{\"cached_tokens\":64,\"image_tokens\":50},"
                  "\"completion_tokens_details\":{\"reasoning_tokens\":9}}}"),
        FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 3);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "look");
    assert_string_equal(fov__reply_part(c.reply, 1)->call_id, "call_a");
    assert_string_equal(fov__reply_part(c.reply, 1)->arguments, "{ \"a\":1 }");
    assert_string_equal(fov__reply_part(c.reply, 2)->arguments, "");
    assert_string_equal(fov_reply_stop(c.reply), "tool_calls");
    const fov_usage *usage = fov__reply_usage(c.reply);
    assert_int_equal(usage->input_tokens, 100);
    assert_int_equal(usage->output_tokens, 20);
    assert_int_equal(usage->cached_tokens, 64);
    assert_int_equal(usage->image_tokens, 50);
    assert_int_equal(usage->reasoning_tokens, 9);
    assert_int_equal(usage->requests, 1);
    capture_close(&c);
}

static void chat__reads_the_dialects_of_compatible_servers(void **state)
{
    (void)state;
    /* Mistral: arguments as an object, content in parts, no finish_reason that we know. */
    assert_int_equal(
        read_body("{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":["
                  "{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hidden\"}]},"
                  "{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"novelty\",\"text\":\"b\"},{"
                  "\"type\":\"text\",\"text\":\"c\"}],"
                  "\"tool_calls\":[{\"id\":\"D681PevKs\",\"function\":{\"name\":\"zoom\","
                  "\"arguments\":{\"x\": 1.0, \"y\":[2]}}}]},"
                  "\"finish_reason\":\"a_word_of_2031\"}]}"),
        FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 3);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "a");
    assert_string_equal(fov__reply_part(c.reply, 1)->text, "c");
    assert_string_equal(fov__reply_part(c.reply, 2)->arguments, "{\"x\": 1.0, \"y\":[2]}");
    assert_string_equal(fov_reply_stop(c.reply), "a_word_of_2031");
    assert_int_equal(fov__reply_usage(c.reply)->input_tokens, -1);
    capture_close(&c);
    /* No id, an empty id, no arguments, content "", finish_reason null, usage null. */
    assert_int_equal(
        read_body(
            "{\"choices\":[{\"message\":{\"content\":\"\",\"reasoning\":\"r\",\"tool_calls\":["
            "{\"function\":{\"name\":\"a\",\"arguments\":null}},{\"id\":\"\",\"function\":{"
            "\"name\":\"b\"}},"
            "{\"id\":7,\"function\":{\"name\":\"c\",\"arguments\":\"{}\"}}]},"
            "\"finish_reason\":null}],\"usage\":null}"),
        FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 3);
    assert_string_equal(fov__reply_part(c.reply, 0)->call_id, "call_0_0");
    assert_string_equal(fov__reply_part(c.reply, 0)->arguments, "{}");
    assert_string_equal(fov__reply_part(c.reply, 1)->call_id, "call_0_1");
    assert_string_equal(fov__reply_part(c.reply, 2)->call_id, "call_0_2");
    assert_null(fov_reply_stop(c.reply));
    capture_close(&c);
}

static void chat__keeps_reasoning_in_the_raw_text_only(void **state)
{
    size_t size = 0;
    (void)state;
    assert_int_equal(read_body("{\"choices\":[{\"message\":{\"role\":\"assistant\",\"reasoning_"
                               "content\":\"hidden\",\"content\":\"x\"}}]}"),
                     FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 1);
    assert_string_equal(
        fov__reply_raw(c.reply, &size),
        "{\"role\":\"assistant\",\"reasoning_content\":\"hidden\",\"content\":\"x\"}");
    capture_close(&c);
}

static void chat__tells_a_refusal_from_an_answer(void **state)
{
    (void)state;
    assert_int_equal(read_body("{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":"
                               "null,\"refusal\":\"I cannot.\"},\"finish_reason\":\"stop\"}]}"),
                     FOV_OK);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "I cannot.");
    assert_string_equal(fov_reply_stop(c.reply), "refusal");
    capture_close(&c);
}

static void chat__goes_on_with_a_cut_answer_but_not_with_none(void **state)
{
    (void)state;
    assert_int_equal(
        read_body(
            "{\"choices\":[{\"message\":{\"content\":\"half\"},\"finish_reason\":\"length\"}]}"),
        FOV_OK);
    assert_string_equal(fov_reply_stop(c.reply), "length");
    capture_close(&c);
    assert_int_equal(
        read_body("{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"length\"}]}"),
        FOV_E_PROVIDER);
    assert_non_null(strstr(c.err.message, "output tokens"));
    capture_close(&c);
    assert_int_equal(read_body("{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":"
                               "\"content_filter\"}]}"),
                     FOV_E_PROVIDER);
    assert_non_null(strstr(c.err.message, "content filter"));
    capture_close(&c);
    assert_int_equal(
        read_body("{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"stop\"}]}"),
        FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 0);
    capture_close(&c);
}

static void chat__says_what_is_wrong_with_a_good_status(void **state)
{
    static const char *const bad[][2] = {
        {"", "no valid JSON"},
        {"<html><body>login</body></html>", "no valid JSON"},
        {"{\"choices\":[{\"message\":{\"content\":\"cut", "no valid JSON"},
        {"[]", "choices[0].message"},
        {"{}", "choices[0].message"},
        {"{\"choices\":[]}", "choices[0].message"},
        {"{\"choices\":[{}]}", "choices[0].message"},
        {"{\"choices\":{\"0\":{\"message\":{\"content\":\"x\"}}}}", "choices[0].message"},
        {"{\"choices\":[{\"message\":{\"content\":\"x\",\"tool_calls\":{\"a\":{\"function\":"
         "{\"name\":\"zoom\",\"arguments\":{}}}}}}]}",
         "tool_calls is no array"},
        {"{\"choices\":[{\"message\":\"hi\"}]}", "choices[0].message"},
        {"{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"x\"}]}}]}",
         "without a function name"},
        {"{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":1}}]}}]}",
         "without a function name"},
        {"{\"error\":{\"message\":\"upstream is down\",\"code\":502}}", "upstream is down"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        assert_int_equal(read_body(bad[i][0]), FOV_E_PROVIDER);
        assert_int_equal(c.err.detail, 200);
        assert_int_equal(c.sent, 1); /* a 2xx is never sent again */
        assert_int_equal(fov_reply_part_count(c.reply), 0);
        assert_null(strchr(c.err.message, '\n'));
        if (strstr(c.err.message, bad[i][1]) == NULL) {
            fail_msg("case %zu says: %s", i, c.err.message);
        }
        capture_close(&c);
    }
}

static void chat__bounds_the_nesting_of_a_reply(void **state)
{
    char body[1024] = "{\"choices\":[{\"message\":{\"content\":\"x\",\"deep\":";
    (void)state;
    for (int i = 0; i < 100; i++) {
        strcat(body, "[");
    }
    for (int i = 0; i < 100; i++) {
        strcat(body, "]");
    }
    strcat(body, "}}]}");
    assert_int_equal(read_body(body), FOV_E_PROVIDER);
    assert_non_null(strstr(c.err.message, "deep"));
    capture_close(&c);
}

int test_chat_read(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat__reads_text_calls_and_usage),
        cmocka_unit_test(chat__reads_the_dialects_of_compatible_servers),
        cmocka_unit_test(chat__keeps_reasoning_in_the_raw_text_only),
        cmocka_unit_test(chat__tells_a_refusal_from_an_answer),
        cmocka_unit_test(chat__goes_on_with_a_cut_answer_but_not_with_none),
        cmocka_unit_test(chat__says_what_is_wrong_with_a_good_status),
        cmocka_unit_test(chat__bounds_the_nesting_of_a_reply),
    };
    return cmocka_run_group_tests_name("chat read", tests, NULL, NULL);
}
