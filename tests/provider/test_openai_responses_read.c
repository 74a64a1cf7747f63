/* SPDX-License-Identifier: MIT */
/* Replies of many servers, right and wrong ones. */
#include "provider/test_openai_responses.h"

#define TEXT(text) "{\"type\":\"output_text\",\"text\":\"" text "\",\"annotations\":[]}"
#define MESSAGE(content) "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[" content "]}"
#define REASONING "{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[]}"

static struct capture c;

static fov_status read_body(const char *body)
{
    static struct answer answer;
    const fov_provider_opts opts = responses_opts();
    answer = (struct answer){200, NULL, body};
    capture_open(&c, &opts, &answer, 1);
    return capture_ask(&c);
}

static void responses__reads_text_calls_and_usage(void **state)
{
    (void)state;
    assert_int_equal(
        read_body(
            "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"error\":"
            "null,\"incomplete_details\":null,\"output\":[" REASONING
            "," MESSAGE(TEXT("look") "," TEXT("") "," TEXT(
                "closer")) ","
                           "{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"call_a\","
                           "\"name\":"
                           "\"zoom\",\"arguments\":\"{ \\\"a\\\":1 }\",\"status\":\"completed\"},"
                           "{\"type\":\"function_call\",\"id\":\"fc_2\",\"call_id\":\"call_b\","
                           "\"name\":"
                           "\"ocr\",\"arguments\":\"\"}],"
                           "\"usage\":{\"input_tokens\":100,\"input_tokens_details\":{\"cached_"
                           "tokens\":64,"
                           "\"cache_write_tokens\":0},\"output_tokens\":20,\"output_tokens_"
                           "details\":{"
                           "\"reasoning_tokens\":9},\"total_tokens\":120}}"),
        FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 4);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "look");
    assert_string_equal(fov__reply_part(c.reply, 1)->text, "closer");
    assert_string_equal(fov__reply_part(c.reply, 2)->call_id, "call_a");
    assert_string_equal(fov__reply_part(c.reply, 2)->arguments, "{ \"a\":1 }");
    assert_string_equal(fov__reply_part(c.reply, 3)->name, "ocr");
    assert_string_equal(fov__reply_part(c.reply, 3)->arguments, "");
    assert_string_equal(fov_reply_stop(c.reply), "completed");
    const fov_usage *usage = fov__reply_usage(c.reply);
    assert_int_equal(usage->input_tokens, 100);
    assert_int_equal(usage->output_tokens, 20);
    assert_int_equal(usage->cached_tokens, 64);
    assert_int_equal(usage->reasoning_tokens, 9);
    assert_int_equal(usage->image_tokens, -1);
    assert_int_equal(usage->requests, 1);
    capture_close(&c);
}

static void responses__reads_the_dialects_of_compatible_servers(void **state)
{
    (void)state;
    /* Arguments as an object, content as a string, no status, no role, types and words to come. */
    assert_int_equal(
        read_body("{\"output\":[{\"type\":\"message\",\"content\":\"a\"},"
                  "{\"type\":\"message\",\"role\":\"user\",\"content\":\"echo\"},"
                  "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"novelty\","
                  "\"text\":\"b\"},{\"text\":\"b\"},7]},{\"type\":\"web_search_call\"},"
                  "{\"type\":\"function_call\",\"call_id\":\"x\",\"name\":\"zoom\","
                  "\"arguments\":{\"x\": 1.0, \"y\":[2]}},"
                  "{\"type\":\"function_call\",\"call_id\":\"y\",\"name\":\"zoom\"}],"
                  "\"usage\":{\"input_tokens\":\"many\",\"output_tokens\":-3,"
                  "\"input_tokens_details\":{\"image_tokens\":5}}}"),
        FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 3);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "a");
    assert_string_equal(fov__reply_part(c.reply, 1)->arguments, "{\"x\": 1.0, \"y\":[2]}");
    assert_string_equal(fov__reply_part(c.reply, 2)->arguments, "{}");
    assert_null(fov_reply_stop(c.reply));
    assert_int_equal(fov__reply_usage(c.reply)->input_tokens, -1);
    assert_int_equal(fov__reply_usage(c.reply)->output_tokens, -1);
    assert_int_equal(fov__reply_usage(c.reply)->image_tokens, 5);
    capture_close(&c);
}

static void responses__tells_endings_apart_in_the_servers_word(void **state)
{
    static const struct {
        const char *members, *stop;
    } cases[] = {
        {"\"status\":\"completed\"", "completed"},
        {"\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"}",
         "max_output_tokens"},
        {"\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"content_filter\"}",
         "content_filter"},
        {"\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"a_word_of_2031\"}",
         "a_word_of_2031"},
        {"\"status\":\"incomplete\",\"incomplete_details\":null", "incomplete"},
        {"\"status\":\"completed\",\"incomplete_details\":{\"reason\":\"x\"}", "completed"},
        {"\"status\":\"a_status_of_2031\"", "a_status_of_2031"},
        {"\"status\":7", NULL},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        char body[512];
        snprintf(body, sizeof(body), "{\"output\":[" MESSAGE(TEXT("half")) "],%s}",
                 cases[i].members);
        assert_int_equal(read_body(body), FOV_OK);
        if (cases[i].stop == NULL) {
            assert_null(fov_reply_stop(c.reply));
        } else {
            assert_string_equal(fov_reply_stop(c.reply), cases[i].stop);
        }
        capture_close(&c);
    }
    assert_int_equal(read_body("{\"status\":\"completed\",\"output\":[" MESSAGE(
                         "{\"type\":\"refusal\",\"refusal\":\"I cannot.\"}") "]}"),
                     FOV_OK);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "I cannot.");
    assert_string_equal(fov_reply_stop(c.reply), "refusal");
    capture_close(&c);
}

/* The model's last thoughts, cut, are refused when they go back without what would have followed;
 * everything else is kept to the byte. */
static void responses__leaves_cut_reasoning_off_and_nothing_else(void **state)
{
    static const struct {
        const char *status, *output, *raw;
    } cases[] = {
        {"incomplete", "[ " REASONING " , " MESSAGE(TEXT("a")) " ,\n" REASONING "," REASONING " ]",
         "[ " REASONING " , " MESSAGE(TEXT("a")) "]"},
        {"incomplete", "[ " REASONING ", " MESSAGE(TEXT("a")) " ]",
         "[ " REASONING ", " MESSAGE(TEXT("a")) " ]"},
        {"completed", "[" MESSAGE(TEXT("a")) "," REASONING "]",
         "[" MESSAGE(TEXT("a")) "," REASONING "]"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        char body[1024];
        size_t size = 0;
        snprintf(body, sizeof(body),
                 "{\"status\":\"%s\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},"
                 "\"output\": %s }",
                 cases[i].status, cases[i].output);
        assert_int_equal(read_body(body), FOV_OK);
        assert_string_equal(fov__reply_raw(c.reply, &size), cases[i].raw);
        assert_int_equal(size, strlen(cases[i].raw));
        capture_close(&c);
    }
}

static void responses__says_what_is_wrong_with_a_good_status(void **state)
{
    static const char *const bad[][2] = {
        {"", "no valid JSON"},
        {"<html><body>login</body></html>", "no valid JSON"},
        {"{\"output\":[" MESSAGE("{\"type\":\"output_text\",\"text\":\"cut"), "no valid JSON"},
        {"[]", "no array of output"},
        {"7", "no array of output"},
        {"{}", "no array of output"},
        {"{\"output\":{\"0\":" MESSAGE(TEXT("x")) "}}", "no array of output"},
        {"{\"output\":\"x\"}", "no array of output"},
        {"{\"output\":[]}", "neither text nor a function_call"},
        {"{\"output\":[" MESSAGE("") "]}", "neither text nor a function_call"},
        {"{\"output\":[" MESSAGE(TEXT("")) "]}", "neither text nor a function_call"},
        {"{\"output\":[" REASONING "],\"status\":\"completed\"}",
         "neither text nor a function_call"},
        {"{\"output\":[" REASONING "],\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":"
         "\"max_output_tokens\"}}",
         "output tokens was spent before"},
        {"{\"output\":[],\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"content_"
         "filter\"}}",
         "withheld by its content filter"},
        {"{\"output\":[],\"status\":\"queued\"}", "status queued"},
        {"{\"output\":[],\"status\":\"in_progress\"}", "status in_progress"},
        {"{\"output\":[" MESSAGE(TEXT("x")) "],\"status\":\"failed\",\"error\":null}",
         "the response failed"},
        {"{\"output\":[" MESSAGE(TEXT("x")) "],\"status\":\"cancelled\"}", "was cancelled"},
        {"{\"output\":[],\"status\":\"failed\",\"error\":{\"code\":\"image_parse_error\","
         "\"message\":\"The image is\\nbroken.\"}}",
         "api.openai.com answered 200 (image_parse_error): The image is broken."},
        {"{\"output\":[" MESSAGE(TEXT("x")) "],\"error\":{\"message\":\"upstream is down\"}}",
         "upstream is down"},
        {"{\"error\":\"upstream is down\"}", "upstream is down"},
        {"{\"output\":[7]}", "an item of output without its type"},
        {"{\"output\":[null]}", "an item of output without its type"},
        {"{\"output\":[{\"content\":[]}]}", "an item of output without its type"},
        {"{\"output\":[{\"type\":1}]}", "an item of output without its type"},
        {"{\"output\":[{\"type\":\"message\"}]}", "content is no array"},
        {"{\"output\":[{\"type\":\"message\",\"content\":{\"text\":\"x\"}}]}",
         "content is no array"},
        {"{\"output\":[" MESSAGE("{\"type\":\"output_text\",\"text\":7}") "]}",
         "an output_text without its text"},
        {"{\"output\":[{\"type\":\"function_call\",\"name\":\"zoom\",\"arguments\":\"{}\"}]}",
         "without its call_id"},
        {"{\"output\":[{\"type\":\"function_call\",\"call_id\":\"\",\"name\":\"zoom\"}]}",
         "without its call_id"},
        {"{\"output\":[{\"type\":\"function_call\",\"call_id\":7,\"name\":\"zoom\"}]}",
         "without its call_id"},
        {"{\"output\":[{\"type\":\"function_call\",\"call_id\":\"a\",\"arguments\":\"{}\"}]}",
         "without its name"},
        {"{\"output\":[{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":[]}]}",
         "without its name"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        const fov_status rc = read_body(bad[i][0]);
        if (rc != FOV_E_PROVIDER || strstr(c.err.message, bad[i][1]) == NULL) {
            fail_msg("case %zu gives %d and says: %s", i, (int)rc, c.err.message);
        }
        assert_int_equal(c.err.detail, 200);
        assert_int_equal(c.sent, 1); /* a 2xx is never sent again */
        assert_int_equal(fov_reply_part_count(c.reply), 0);
        assert_null(strchr(c.err.message, '\n'));
        capture_close(&c);
    }
}

/* A refusal that is empty is no answer. */
static void responses__wants_words_of_a_refusal(void **state)
{
    (void)state;
    assert_int_equal(
        read_body("{\"output\":[" MESSAGE("{\"type\":\"refusal\",\"refusal\":\"\"}") "]}"),
        FOV_E_PROVIDER);
    capture_close(&c);
}

static void responses__bounds_the_nesting_of_a_reply(void **state)
{
    char body[1024] = "{\"output\":[" MESSAGE(TEXT("x")) "],\"deep\":";
    (void)state;
    for (int i = 0; i < 100; i++) {
        strcat(body, "[");
    }
    for (int i = 0; i < 100; i++) {
        strcat(body, "]");
    }
    strcat(body, "}");
    assert_int_equal(read_body(body), FOV_E_PROVIDER);
    assert_non_null(strstr(c.err.message, "deep"));
    capture_close(&c);
}

/* The server drops reasoning whose prefix changed, and goes on: a caller hears of it. */
static void responses__tells_of_reasoning_that_was_left_out(void **state)
{
#define DROPPED(reason) \
    "{\"id\":\"rs_1\",\"type\":\"reasoning\",\"action\":\"removed\",\"reason\":" reason "}"
    static const struct {
        const char *list, *said, *unsaid;
    } cases[] = {
        {"[" DROPPED("\"prefix_mismatch\"") "," DROPPED("\"turn_boundary\"") "," DROPPED(
             "\"model_mismatch\"") "]",
         "openai_responses: api.openai.com left earlier reasoning out of what the model saw, 2 "
         "items: "
         "prefix_mismatch\n",
         TEST_KEY},
        {"[" DROPPED("\"turn_boundary\"") "]", "left reasoning out whose turn is over, 1 item\n",
         "earlier reasoning"},
        {"[" DROPPED("\"" TEST_KEY "\"") ",7,{}]",
         "left earlier reasoning out of what the model saw, 3 items: a reason that is", TEST_KEY},
        {"[]", "", "left"},
        {"null", "", "left"},
        {"{\"a\":" DROPPED("\"prefix_mismatch\"") "}", "", "left"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        char body[1024];
        snprintf(body, sizeof(body),
                 "{\"output\":[" MESSAGE(TEXT("x")) "],\"input_transformations\":%s}",
                 cases[i].list);
        assert_int_equal(read_body(body), FOV_OK);
        if (strstr(c.log, cases[i].said) == NULL || strstr(c.log, cases[i].unsaid) != NULL) {
            fail_msg("case %zu logs: %s", i, c.log);
        }
        capture_close(&c);
    }
}

/* Error statuses go through the shared sentences; the codes of this API's images are permanent. */
static void responses__tries_again_only_what_can_change(void **state)
{
    static const struct {
        int32_t status;
        const char *body, *said;
        size_t sent;
    } cases[] = {
        {429, "{\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}", "slow", 3},
        {500, "{\"error\":{\"message\":\"x\",\"code\":\"server_error\"}}", "server_error", 3},
        {429, "{\"error\":{\"message\":\"x\",\"code\":\"insufficient_quota\"}}",
         "insufficient_quota", 1},
        {500, "{\"error\":{\"message\":\"x\",\"code\":\"image_too_large\"}}", "image_too_large", 1},
        {400,
         "{\"error\":{\"message\":\"Your input exceeds the context window of this model.\","
         "\"type\":\"invalid_request_error\",\"param\":\"input\",\"code\":\"context_length_exceeded"
         "\"}}",
         "answered 400 (context_length_exceeded): Your input exceeds", 1},
        {400,
         "{\"error\":{\"message\":\"Encrypted content is not supported with this model.\",\"code\":"
         "null,\"type\":\"invalid_request_error\"}}",
         "Encrypted content is not supported", 1},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const struct answer one = {cases[i].status, NULL, cases[i].body};
        const struct answer answers[] = {one, one, one};
        const fov_provider_opts opts = responses_opts();
        capture_open(&c, &opts, answers, 3);
        assert_int_equal(capture_ask(&c), FOV_E_PROVIDER);
        assert_int_equal(c.sent, cases[i].sent);
        assert_int_equal(c.err.detail, cases[i].status);
        assert_non_null(strstr(c.err.message, cases[i].said));
        capture_close(&c);
    }
}

int test_openai_responses_read(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responses__reads_text_calls_and_usage),
        cmocka_unit_test(responses__reads_the_dialects_of_compatible_servers),
        cmocka_unit_test(responses__tells_endings_apart_in_the_servers_word),
        cmocka_unit_test(responses__leaves_cut_reasoning_off_and_nothing_else),
        cmocka_unit_test(responses__says_what_is_wrong_with_a_good_status),
        cmocka_unit_test(responses__wants_words_of_a_refusal),
        cmocka_unit_test(responses__bounds_the_nesting_of_a_reply),
        cmocka_unit_test(responses__tells_of_reasoning_that_was_left_out),
        cmocka_unit_test(responses__tries_again_only_what_can_change),
    };
    return cmocka_run_group_tests_name("openai_responses read", tests, NULL, NULL);
}
