/* SPDX-License-Identifier: MIT */
/* Replies of the Messages format, right and wrong ones, and its error replies. */
#include "provider/test_anthropic.h"

static struct capture c;

static fov_status read_body(const char *body)
{
    static struct answer answer;
    const fov_provider_opts opts = anthropic_opts();
    answer = (struct answer){200, NULL, body};
    capture_open(&c, &opts, &answer, 1);
    return capture_ask(&c);
}

static void messages__reads_text_calls_and_usage(void **state)
{
    (void)state;
    assert_int_equal(
        read_body("{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":["
                  "{\"type\":\"text\",\"text\":\"look\",\"citations\":null},"
                  "{\"type\":\"tool_use\",\"id\":\"toolu_a\",\"name\":\"zoom\",\"input\":"
                  "{ \"box\":[1.0, 2] },\"caller\":{\"type\":\"direct\"}},"
                  "{\"type\":\"tool_use\",\"id\":\"toolu_b\",\"name\":\"ocr\",\"input\":{}}],"
                  "\"stop_reason\":\"tool_use\",\"stop_sequence\":null,\"stop_details\":null,"
                  "\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":200,"
                  "\"cache_read_input_tokens\":3000,\"output_tokens\":20,"
                  "\"output_tokens_details\":{\"thinking_tokens\":9}}}"),
        FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 3);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "look");
    assert_string_equal(fov__reply_part(c.reply, 1)->call_id, "toolu_a");
    assert_string_equal(fov__reply_part(c.reply, 1)->name, "zoom");
    assert_string_equal(fov__reply_part(c.reply, 1)->arguments, "{ \"box\":[1.0, 2] }");
    assert_string_equal(fov__reply_part(c.reply, 2)->call_id, "toolu_b");
    assert_string_equal(fov__reply_part(c.reply, 2)->arguments, "{}");
    assert_string_equal(fov_reply_stop(c.reply), "tool_use");
    const fov_usage *usage = fov__reply_usage(c.reply);
    assert_int_equal(usage->input_tokens, 3210); /* the whole prompt, cached or not */
    assert_int_equal(usage->cached_tokens, 3000);
    assert_int_equal(usage->output_tokens, 20);
    assert_int_equal(usage->reasoning_tokens, 9);
    assert_int_equal(usage->image_tokens, -1);
    assert_int_equal(usage->requests, 1);
    capture_close(&c);
}

/* What compatible servers leave out, and usage of wrong types. */
static void messages__reads_what_there_is_of_usage(void **state)
{
    static const char *const cases[] = {
        "{\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}",
        "{\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"usage\":null,\"stop_reason\":null}",
        "{\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"usage\":[1],\"stop_reason\":7}",
        ("{\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"usage\":{\"input_tokens\":-1,"
         "\"output_tokens\":1e99,\"cache_read_input_tokens\":\"7\",\"output_tokens_details\":null}"
         "}"),
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        assert_int_equal(read_body(cases[i]), FOV_OK);
        assert_int_equal(fov__reply_usage(c.reply)->input_tokens, -1);
        assert_int_equal(fov__reply_usage(c.reply)->cached_tokens, -1);
        assert_int_equal(fov__reply_usage(c.reply)->output_tokens, -1);
        assert_int_equal(fov__reply_usage(c.reply)->reasoning_tokens, -1);
        assert_null(fov_reply_stop(c.reply));
        capture_close(&c);
    }
    assert_int_equal(read_body("{\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"usage\":"
                               "{\"input_tokens\":5,\"cache_creation_input_tokens\":null}}"),
                     FOV_OK);
    assert_int_equal(fov__reply_usage(c.reply)->input_tokens, 5);
    capture_close(&c);
}

static void messages__keeps_thinking_and_unknown_blocks_in_the_raw_text_only(void **state)
{
#define RAW                                                                                       \
    "[{\"type\":\"thinking\",\"thinking\":\"hidden\",\"signature\":\"s\"},{\"type\":"             \
    "\"redacted_thinking\",\"data\":\"d\"},{\"type\":\"server_tool_use\",\"id\":\"s1\",\"name\":" \
    "\"web_search\",\"input\":{}},{\"type\":\"text\",\"text\":\"\"},{\"type\":\"text\",\"text\":" \
    "\"x\"},{\"type\":\"of_2031\",\"text\":\"no\"}]"
    size_t size = 0;
    (void)state;
    assert_int_equal(read_body("{\"content\": " RAW " ,\"stop_reason\":\"a_word_of_2031\"}"),
                     FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 1);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "x");
    assert_string_equal(fov__reply_raw(c.reply, &size), RAW);
    assert_int_equal(size, strlen(RAW));
    assert_string_equal(fov_reply_stop(c.reply), "a_word_of_2031");
    capture_close(&c);
}

/* Each reason to stop is kept in the server's word when there is something to go on with, and is an
 * error that says it when there is nothing. */
static void messages__tells_the_reasons_to_stop_apart(void **state)
{
    static const char *const cases[][2] = {
        {"end_turn", "neither text nor a tool call"},
        {"stop_sequence", "neither text nor a tool call"},
        {"tool_use", "neither text nor a tool call"},
        {"max_tokens", "limit of output tokens"},
        {"pause_turn", "paused its turn"},
        {"refusal", "refused to answer"},
        {"model_context_window_exceeded", "context window"},
        {"a_word_of_2031", "neither text nor a tool call"},
    };
    static const char *const empty[] = {
        "", "{\"type\":\"thinking\",\"thinking\":\"h\",\"signature\":\"s\"}",
        "{\"type\":\"text\",\"text\":\"\"}"};
    char body[512];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        snprintf(body, sizeof(body),
                 "{\"content\":[{\"type\":\"text\",\"text\":\"half\"}],\"stop_reason\":\"%s\"}",
                 cases[i][0]);
        assert_int_equal(read_body(body), FOV_OK);
        assert_string_equal(fov_reply_stop(c.reply), cases[i][0]);
        capture_close(&c);
        for (size_t k = 0; k < FOV_COUNT(empty); k++) {
            snprintf(body, sizeof(body), "{\"content\":[%s],\"stop_reason\":\"%s\"}", empty[k],
                     cases[i][0]);
            assert_int_equal(read_body(body), FOV_E_PROVIDER);
            assert_int_equal(c.err.detail, 200);
            assert_int_equal(c.sent, 1);
            if (strstr(c.err.message, cases[i][1]) == NULL) {
                fail_msg("%s says: %s", cases[i][0], c.err.message);
            }
            capture_close(&c);
        }
    }
}

static void messages__names_the_category_of_a_refusal_and_nothing_else(void **state)
{
    static const char *const cases[][2] = {
        {"{\"type\":\"refusal\",\"category\":\"cyber\",\"explanation\":\"e\"}",
         "the model refused to answer (cyber)"},
        {"{\"type\":\"refusal\",\"category\":null}", "the model refused to answer"},
        {"{\"type\":\"refusal\",\"category\":\"" TEST_KEY "\"}", "the model refused to answer"},
        {"{\"type\":\"refusal\",\"category\":\"two\\nlines\"}", "the model refused to answer"},
        {"7", "the model refused to answer"},
    };
    char body[512];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        snprintf(body, sizeof(body),
                 "{\"content\":[],\"stop_reason\":\"refusal\",\"stop_details\":%s}", cases[i][0]);
        assert_int_equal(read_body(body), FOV_E_PROVIDER);
        const char *end = strstr(c.err.message, "unexpected: ");
        assert_non_null(end);
        assert_string_equal(end + strlen("unexpected: "), cases[i][1]);
        capture_close(&c);
    }
}

static void messages__says_what_is_wrong_with_a_good_status(void **state)
{
    static const char *const bad[][2] = {
        {"", "no valid JSON"},
        {"<html><body>login</body></html>", "no valid JSON"},
        {"{\"content\":[{\"type\":\"text\",\"text\":\"cut", "no valid JSON"},
        {"{\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"content\":[]}", "no valid JSON"},
        {"[]", "no array of content"},
        {"{}", "no array of content"},
        {"null", "no array of content"},
        {"{\"content\":null}", "no array of content"},
        {"{\"content\":\"x\"}", "no array of content"},
        {"{\"content\":{\"0\":{\"type\":\"text\",\"text\":\"x\"}}}", "no array of content"},
        {"{\"content\":[\"x\"]}", "without its type"},
        {"{\"content\":[null]}", "without its type"},
        {"{\"content\":[{\"type\":\"text\",\"text\":\"x\"},{\"text\":\"y\"}]}", "without its type"},
        {"{\"content\":[{\"type\":7,\"text\":\"x\"}]}", "without its type"},
        {"{\"content\":[{\"type\":\"text\"}]}", "without its text"},
        {"{\"content\":[{\"type\":\"text\",\"text\":[\"x\"]}]}", "without its text"},
        {"{\"content\":[{\"type\":\"tool_use\",\"name\":\"z\",\"input\":{}}]}", "without its id"},
        {"{\"content\":[{\"type\":\"tool_use\",\"id\":\"\",\"name\":\"z\",\"input\":{}}]}",
         "without its id"},
        {"{\"content\":[{\"type\":\"tool_use\",\"id\":7,\"name\":\"z\",\"input\":{}}]}",
         "without its id"},
        {"{\"content\":[{\"type\":\"tool_use\",\"id\":\"a\",\"input\":{}}]}", "without its name"},
        {"{\"content\":[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":{},\"input\":{}}]}",
         "without its name"},
        {"{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"upstream is "
         "down\"},\"request_id\":\"req_1\"}",
         "answered 200 (api_error): upstream is down"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        assert_int_equal(read_body(bad[i][0]), FOV_E_PROVIDER);
        assert_int_equal(c.err.detail, 200);
        assert_string_equal(c.err.where, "anthropic");
        assert_int_equal(c.sent, 1); /* a 2xx is never sent again */
        assert_int_equal(fov_reply_part_count(c.reply), 0);
        assert_null(strchr(c.err.message, '\n'));
        if (strstr(c.err.message, bad[i][1]) == NULL) {
            fail_msg("case %zu says: %s", i, c.err.message);
        }
        capture_close(&c);
    }
}

static void messages__refuses_a_reply_that_is_cut_anywhere(void **state)
{
    static const char whole[] =
        "{\"content\":[{\"type\":\"thinking\",\"thinking\":\"h\",\"signature\":\"s\"},{\"type\":"
        "\"text\",\"text\":\"\\u00e9\xc3\xa9\"},{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"z\","
        "\"input\":{\"a\":[1e3]}}],\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":1}}";
    char cut[sizeof(whole)];
    (void)state;
    for (size_t len = 0; len < sizeof(whole); len++) {
        memcpy(cut, whole, len);
        cut[len] = '\0';
        assert_int_equal(read_body(cut), len < sizeof(whole) - 1 ? FOV_E_PROVIDER : FOV_OK);
        assert_int_equal(fov_reply_part_count(c.reply), len < sizeof(whole) - 1 ? 0 : 2);
        capture_close(&c);
    }
}

/* An input of the wrong type is the model's mistake, for the tool to refuse in words. */
static void messages__passes_on_inputs_that_are_no_object(void **state)
{
    static const char *const inputs[][2] = {
        {",\"input\":[1, 2]", "[1, 2]"}, {",\"input\":\"a\"", "\"a\""}, {"", "{}"}};
    char body[256];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(inputs); i++) {
        snprintf(body, sizeof(body),
                 "{\"content\":[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"z\"%s}]}",
                 inputs[i][0]);
        assert_int_equal(read_body(body), FOV_OK);
        assert_string_equal(fov__reply_part(c.reply, 0)->arguments, inputs[i][1]);
        capture_close(&c);
    }
}

static void messages__bounds_the_nesting_of_a_reply(void **state)
{
    char body[1024] = "{\"content\":[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"z\",\"input\":";
    (void)state;
    for (int i = 0; i < 100; i++) {
        strcat(body, "[");
    }
    for (int i = 0; i < 100; i++) {
        strcat(body, "]");
    }
    strcat(body, "}]}");
    assert_int_equal(read_body(body), FOV_E_PROVIDER);
    assert_non_null(strstr(c.err.message, "deep"));
    capture_close(&c);
}

/* ---- error replies -------------------------------------------------------------------------- */

#define ERROR(type, more)                                                                  \
    "{\"type\":\"error\",\"error\":{\"type\":\"" type "\",\"message\":\"words\"" more "}," \
    "\"request_id\":\"req_1\"}"
#define DETAILS(code) ",\"details\":{\"error_code\":\"" code "\"}"

static void messages__tries_again_only_where_that_can_help(void **state)
{
    static const struct {
        int32_t status;
        const char *header, *body, *code;
        size_t sent;
    } cases[] = {
        {529, NULL, ERROR("overloaded_error", ""), "overloaded_error", 3},
        {500, NULL, ERROR("api_error", ""), "api_error", 3},
        {504, NULL, ERROR("timeout_error", ""), "timeout_error", 3},
        {429, "retry-after: 2", ERROR("rate_limit_error", ""), "rate_limit_error", 3},
        {429, "retry-after: 2", ERROR("rate_limit_error", DETAILS("ramp_limit_exceeded")),
         "ramp_limit_exceeded", 3},
        {429, NULL, ERROR("rate_limit_error", DETAILS("enforced_spend_limit_reached")),
         "enforced_spend_limit_reached", 1},
        {429, "x-should-retry: true",
         ERROR("rate_limit_error", DETAILS("contract_spend_limit_reached")),
         "contract_spend_limit_reached", 1},
        {402, "x-should-retry: true", ERROR("billing_error", ""), "billing_error", 1},
        {403, "x-should-retry: true", ERROR("permission_error", ""), "permission_error", 1},
        {400, "x-should-retry: true",
         ERROR("invalid_request_error", DETAILS("image_dimensions_too_large")),
         "image_dimensions_too_large", 1},
        {413, NULL, ERROR("request_too_large", ""), "request_too_large", 1},
        {400, NULL, ERROR("invalid_request_error", ",\"details\":null"), "invalid_request_error",
         1},
        {400, NULL, ERROR("invalid_request_error", ",\"details\":[\"error_code\"]"),
         "invalid_request_error", 1},
        {401, NULL, ERROR("authentication_error", ""), "authentication_error", 1},
        {404, NULL, ERROR("not_found_error", ""), "not_found_error", 1},
    };
    const fov_provider_opts opts = anthropic_opts();
    char want[160];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const struct answer one = {cases[i].status, cases[i].header, cases[i].body};
        const struct answer answers[] = {one, one, one};
        capture_open(&c, &opts, answers, 3);
        assert_int_equal(capture_ask(&c), FOV_E_PROVIDER);
        if (c.sent != cases[i].sent) {
            fail_msg("case %zu (%s) was sent %zu times", i, cases[i].code, c.sent);
        }
        snprintf(want, sizeof(want), "api.anthropic.com answered %d (%s): words",
                 (int)cases[i].status, cases[i].code);
        assert_string_equal(c.err.message, want);
        assert_int_equal(c.err.detail, cases[i].status);
        capture_close(&c);
    }
}

int test_anthropic_read(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages__reads_text_calls_and_usage),
        cmocka_unit_test(messages__reads_what_there_is_of_usage),
        cmocka_unit_test(messages__keeps_thinking_and_unknown_blocks_in_the_raw_text_only),
        cmocka_unit_test(messages__tells_the_reasons_to_stop_apart),
        cmocka_unit_test(messages__names_the_category_of_a_refusal_and_nothing_else),
        cmocka_unit_test(messages__says_what_is_wrong_with_a_good_status),
        cmocka_unit_test(messages__refuses_a_reply_that_is_cut_anywhere),
        cmocka_unit_test(messages__passes_on_inputs_that_are_no_object),
        cmocka_unit_test(messages__bounds_the_nesting_of_a_reply),
        cmocka_unit_test(messages__tries_again_only_where_that_can_help),
    };
    return cmocka_run_group_tests_name("anthropic read", tests, NULL, NULL);
}
