/* SPDX-License-Identifier: MIT */
/* Replies of generateContent, right and wrong ones. */
#include "provider/test_gemini.h"

static struct capture c;

static fov_status read_status(int32_t status, const char *body)
{
    static struct answer answers[3];
    const fov_provider_opts opts = gemini_opts();
    for (size_t i = 0; i < FOV_COUNT(answers); i++) {
        answers[i] = (struct answer){status, NULL, body};
    }
    capture_open(&c, &opts, answers, 3);
    return capture_ask(&c);
}

static fov_status read_body(const char *body)
{
    return read_status(200, body);
}

/* Around the parts of a content; what follows is the candidate's. */
#define HEAD "{\"candidates\":[{\"content\":{\"parts\":["
#define TAIL "],\"role\":\"model\"}"

static void gemini__reads_text_calls_and_usage(void **state)
{
    (void)state;
    assert_int_equal(
        read_body(HEAD
                  "{\"text\":\"hidden\",\"thought\":true},{\"text\":\"look\"},{\"text\":\"\"},"
                  "{\"functionCall\":{\"id\":\"a\",\"name\":\"zoom\",\"args\":{ \"s\":\"],\\\\"
                  "\\\"}\" }},\"thoughtSignature\":\"eA==\"},"
                  "{\"functionCall\":{\"name\":\"ocr\"}},{\"functionCall\":{\"name\":\"ocr\","
                  "\"args\":null}},{\"text\":\"after\",\"thought\":false},{\"novelty\":[1]}" TAIL
                  ",\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":100,"
                  "\"toolUsePromptTokenCount\":4,"
                  "\"candidatesTokenCount\":20,\"thoughtsTokenCount\":9,"
                  "\"cachedContentTokenCount\""
                  ":64,\"promptTokensDetails\":[{\"modality\":\"IMAGE\","
                  "\"tokenCount\":50},"
                  "{\"modality\":\"TEXT\",\"tokenCount\":43},{\"modality\":"
                  "\"SMELL\","
                  "\"tokenCount\":1},{\"modality\":\"IMAGE\","
                  "\"tokenCount\":6}]}}"),
        FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 5);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "look");
    assert_string_equal(fov__reply_part(c.reply, 1)->call_id, "a");
    assert_string_equal(fov__reply_part(c.reply, 1)->arguments, "{ \"s\":\"],\\\\\\\"}\" }");
    assert_string_equal(fov__reply_part(c.reply, 2)->call_id, "call_0_0");
    assert_string_equal(fov__reply_part(c.reply, 2)->arguments, "{}");
    assert_string_equal(fov__reply_part(c.reply, 3)->call_id, "call_0_1");
    assert_string_equal(fov__reply_part(c.reply, 4)->text, "after");
    assert_string_equal(fov_reply_stop(c.reply), "STOP");
    const fov_usage *usage = fov__reply_usage(c.reply);
    assert_int_equal(usage->input_tokens, 104);
    assert_int_equal(usage->output_tokens, 29); /* with thoughts, as everywhere else */
    assert_int_equal(usage->cached_tokens, 64);
    assert_int_equal(usage->image_tokens, 56);
    assert_int_equal(usage->reasoning_tokens, 9);
    assert_int_equal(usage->requests, 1);
    capture_close(&c);
}

static void gemini__counts_what_is_told_only(void **state)
{
    static const struct {
        const char *usage;
        int64_t in, out, image;
    } cases[] = {
        {"null", -1, -1, -1},
        {"{}", -1, -1, -1},
        {"[]", -1, -1, -1},
        {"{\"promptTokenCount\":\"7\",\"candidatesTokenCount\":-1,\"promptTokensDetails\":{}}", -1,
         -1, -1},
        {"{\"promptTokenCount\":1e300,\"thoughtsTokenCount\":5,\"promptTokensDetails\":[7,{}]}", -1,
         5, 0},
        {"{\"promptTokenCount\":7,\"candidatesTokenCount\":3,\"promptTokensDetails\":[{\"modality\""
         ":\"TEXT\",\"tokenCount\":7},{\"modality\":\"IMAGE\"}]}",
         7, 3, 0},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        char body[512];
        snprintf(body, sizeof(body), HEAD "{\"text\":\"x\"}" TAIL "}],\"usageMetadata\":%s}",
                 cases[i].usage);
        assert_int_equal(read_body(body), FOV_OK);
        assert_int_equal(fov__reply_usage(c.reply)->input_tokens, cases[i].in);
        assert_int_equal(fov__reply_usage(c.reply)->output_tokens, cases[i].out);
        assert_int_equal(fov__reply_usage(c.reply)->image_tokens, cases[i].image);
        assert_null(fov_reply_stop(c.reply));
        capture_close(&c);
    }
}

/* Beside an answer the server's own word goes with it, also one that nobody knows yet. */
static void gemini__tells_why_an_answer_ended(void **state)
{
    static const char *const words[] = {"STOP",       "MAX_TOKENS",           "SAFETY",
                                        "SPII",       "UNEXPECTED_TOOL_CALL", "CONTINUATION",
                                        "RECITATION", "A_WORD_OF_2031"};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(words); i++) {
        char body[256];
        snprintf(body, sizeof(body), HEAD "{\"text\":\"half\"}" TAIL ",\"finishReason\":\"%s\"}]}",
                 words[i]);
        assert_int_equal(read_body(body), FOV_OK);
        assert_string_equal(fov__reply_part(c.reply, 0)->text, "half");
        assert_string_equal(fov_reply_stop(c.reply), words[i]);
        capture_close(&c);
    }
}

static void gemini__says_why_there_is_no_answer(void **state)
{
    static const char *const bodies[][2] = {
        {"{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":{}}",
         "the prompt was blocked by its content filter (PROHIBITED_CONTENT)"},
        {"{\"candidates\":[],\"promptFeedback\":{\"blockReason\":\"NEW\",\"blockReasonMessage\":"
         "\"why\"}}",
         "the prompt was blocked by its content filter (NEW): why"},
        {"{\"candidates\":[{\"finishReason\":\"SAFETY\",\"safetyRatings\":[]}]}",
         "withheld by its content filter (SAFETY)"},
        {"{\"candidates\":[{\"content\":{},\"finishReason\":\"RECITATION\"}]}",
         "it recites a source (RECITATION)"},
        {"{\"candidates\":[{\"content\":{\"role\":\"model\"},\"finishReason\":\"MAX_TOKENS\"}]}",
         "limit of output tokens was spent before the answer began (MAX_TOKENS)"},
        {"{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[]},\"finishReason\":"
         "\"MALFORMED_FUNCTION_CALL\",\"finishMessage\":\"Malformed function call: zoom(\\n\"}]}",
         "a tool call that is none (MALFORMED_FUNCTION_CALL): Malformed function call: zoom("},
        {"{\"candidates\":[{\"content\":null,\"finishReason\":\"UNEXPECTED_TOOL_CALL\"}]}",
         "a tool that it was not given (UNEXPECTED_TOOL_CALL)"},
        {HEAD "{\"text\":\"only a thought\",\"thought\":true}" TAIL ",\"finishReason\":\"STOP\"}]}",
         "without text or a call (STOP)"},
        {HEAD "{\"text\":\"\"}" TAIL "}]}", "without text or a call"},
        {HEAD "1,null,[]" TAIL ",\"finishReason\":\"A_WORD_OF_2031\"}]}", "(A_WORD_OF_2031)"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bodies); i++) {
        assert_int_equal(read_body(bodies[i][0]), FOV_E_PROVIDER);
        assert_int_equal(c.err.detail, 200);
        assert_int_equal(c.sent, 1);
        assert_null(strchr(c.err.message, '\n'));
        if (strstr(c.err.message, bodies[i][1]) == NULL) {
            fail_msg("case %zu says: %s", i, c.err.message);
        }
        capture_close(&c);
    }
}

static void gemini__says_what_is_wrong_with_a_good_status(void **state)
{
    static const char *const bad[][2] = {
        {"", "no valid JSON"},
        {"<html><body>login</body></html>", "no valid JSON"},
        {"{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"cut", "no valid JSON"},
        {"[]", "no candidates"},
        {"{}", "no candidates"},
        {"7", "no candidates"},
        {"{\"candidates\":{\"a\":{\"content\":{}}}}", "no candidates"},
        {"{\"candidates\":\"x\",\"promptFeedback\":\"SAFETY\"}", "no candidates"},
        {"{\"promptFeedback\":{\"blockReason\":7}}", "no candidates"},
        {"{\"candidates\":[7]}", "candidates[0] is no object"},
        {"{\"candidates\":[null]}", "candidates[0] is no object"},
        {"{\"candidates\":[{\"content\":\"hi\"}]}", "content is no object"},
        {"{\"candidates\":[{\"content\":[{\"text\":\"x\"}]}]}", "content is no object"},
        {"{\"candidates\":[{\"content\":{\"parts\":{\"text\":\"x\"}}}]}", "content are no array"},
        {"{\"candidates\":[{\"content\":{\"parts\":\"x\"}}]}", "content are no array"},
        {"{\"candidates\":[{\"finishReason\":7}]}", "without text or a call"},
        {HEAD "{\"functionCall\":{\"args\":{}}}" TAIL "}]}", "a functionCall without a name"},
        {HEAD "{\"functionCall\":{\"name\":1}}" TAIL "}]}", "a functionCall without a name"},
        {HEAD "{\"functionCall\":{\"name\":\"\"}}" TAIL "}]}", "a functionCall without a name"},
        {HEAD "{\"functionCall\":\"zoom\"}" TAIL "}]}", "a functionCall without a name"},
        {"{\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}",
         "answered 200 (UNAVAILABLE): overloaded"},
        {"[{\"error\":{\"code\":500,\"message\":\"wrapped\",\"status\":\"INTERNAL\"}}]",
         "answered 200 (INTERNAL): wrapped"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        assert_int_equal(read_body(bad[i][0]), FOV_E_PROVIDER);
        assert_int_equal(c.err.detail, 200);
        assert_int_equal(c.sent, 1); /* a 2xx is never sent again */
        assert_int_equal(fov_reply_part_count(c.reply), 0);
        if (strstr(c.err.message, bad[i][1]) == NULL) {
            fail_msg("case %zu says: %s", i, c.err.message);
        }
        capture_close(&c);
    }
}

/* Arguments of the wrong type are the model's mistake, which the tool answers. */
static void gemini__hands_on_arguments_that_are_no_object(void **state)
{
    (void)state;
    assert_int_equal(
        read_body(HEAD "{\"functionCall\":{\"name\":\"zoom\",\"args\":[ 1,2]}},"
                       "{\"functionCall\":{\"name\":\"zoom\",\"args\":\"{\\\"a\\\":1}\"}}" TAIL
                       "}]}"),
        FOV_OK);
    assert_string_equal(fov__reply_part(c.reply, 0)->arguments, "[ 1,2]");
    assert_string_equal(fov__reply_part(c.reply, 1)->arguments, "\"{\\\"a\\\":1}\"");
    capture_close(&c);
}

static void gemini__reads_a_long_list_of_calls_in_time(void **state)
{
    enum { CALLS = 20000 };
    static const char call[] = "{\"functionCall\":{\"id\":\"i\",\"name\":\"zoom\",\"args\":{}}}";
    static const char head[] = "{\"candidates\":[{\"content\":{\"parts\":[";
    char *body = malloc(sizeof(head) + CALLS * sizeof(call) + 16);
    (void)state;
    assert_non_null(body);
    size_t len = (size_t)sprintf(body, "%s", head);
    for (int i = 0; i < CALLS; i++) {
        len += (size_t)sprintf(body + len, "%s%s", i > 0 ? "," : "", call);
    }
    sprintf(body + len, "]}}]}");
    const uint64_t start = fov__clock_ms();
    assert_int_equal(read_body(body), FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), CALLS);
    assert_true(fov__clock_ms() - start < 5000);
    capture_close(&c);
    free(body);
}

static void gemini__bounds_the_nesting_of_a_reply(void **state)
{
    char body[1024] = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\",\"deep\":";
    (void)state;
    for (int i = 0; i < 100; i++) {
        strcat(body, "[");
    }
    for (int i = 0; i < 100; i++) {
        strcat(body, "]");
    }
    strcat(body, "}]}}]}");
    assert_int_equal(read_body(body), FOV_E_PROVIDER);
    assert_non_null(strstr(c.err.message, "deep"));
    capture_close(&c);
}

/* ---- errors --------------------------------------------------------------------------------- */

#define ERROR(code, status, details)                                           \
    "{\"error\":{\"code\":" code ",\"message\":\"words\",\"status\":\"" status \
    "\",\"details\":[" details "]}}"
#define QUOTA(id)                                                                      \
    "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[7,{}," \
    "{\"quotaId\":\"Generate" id "PerProjectPerModel-FreeTier\"}]}"
#define WAIT(delay) \
    "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":" delay "}"
#define LIMIT(name)                                                                          \
    "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"metadata\":{\"quota_limit\":" \
    "\"" name "\"}}"

static void gemini__waits_as_the_body_asks_unless_a_day_is_spent(void **state)
{
    static const struct {
        int32_t status;
        const char *body;
        size_t sent;
        uint64_t wait; /* the first one */
    } cases[] = {
        {429, ERROR("429", "RESOURCE_EXHAUSTED", QUOTA("RequestsPerMinute") "," WAIT("\"37s\"")), 3,
         37000},
        {429, ERROR("429", "RESOURCE_EXHAUSTED", WAIT("\"36.429760048s\"")), 3, 36430},
        {429, "[" ERROR("429", "RESOURCE_EXHAUSTED", WAIT("\"0s\"")) "]", 3, 0},
        {503, ERROR("503", "UNAVAILABLE", WAIT("\"2s\"")), 3, 2000},
        {503, ERROR("503", "UNAVAILABLE", ""), 3, 500},
        /* More than a minute is not obeyed, and neither is what is no duration. */
        {429, ERROR("429", "RESOURCE_EXHAUSTED", WAIT("\"61s\"")), 3, 500},
        {429, ERROR("429", "RESOURCE_EXHAUSTED", WAIT("\"-1s\"")), 3, 500},
        {429, ERROR("429", "RESOURCE_EXHAUSTED", WAIT("\"s\"") "," WAIT("\"\"")), 3, 500},
        {429, ERROR("429", "RESOURCE_EXHAUSTED", WAIT("37") "," WAIT("\"1m\"")), 3, 500},
        {429, "{\"error\":{\"details\":\"RequestsPerDay\"}}", 3, 500},
        {429, "{\"error\":{\"details\":{\"retryDelay\":\"9s\"}}}", 3, 500},
        {429, ERROR("429", "RESOURCE_EXHAUSTED", QUOTA("RequestsPerDay") "," WAIT("\"36s\"")), 1,
         0},
        {429, ERROR("429", "RESOURCE_EXHAUSTED", LIMIT("Gemini25ProRequestsPerDay")), 1, 0},
        {400, ERROR("400", "INVALID_ARGUMENT", ""), 1, 0},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        assert_int_equal(read_status(cases[i].status, cases[i].body), FOV_E_PROVIDER);
        if (c.sent != cases[i].sent || (c.sent > 1 && c.waits[0] != cases[i].wait)) {
            fail_msg("case %zu was sent %zu times, waiting %llu ms first", i, c.sent,
                     (unsigned long long)c.waits[0]);
        }
        capture_close(&c);
    }
}

static void gemini__obeys_a_header_before_the_body(void **state)
{
    static const struct answer answers[] = {
        {503, "retry-after: 3", ERROR("503", "UNAVAILABLE", WAIT("\"9s\""))},
        {503, "retry-after: 300", ERROR("503", "UNAVAILABLE", WAIT("\"9s\""))},
        {200, NULL, HEAD "{\"text\":\"x\"}" TAIL "}]}"}};
    const fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, answers, 3);
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_int_equal(c.waits[0], 3000);
    assert_int_equal(c.waits[1], 1000); /* too long to be obeyed: the usual steps */
    capture_close(&c);
}

static void gemini__says_errors_in_one_sentence(void **state)
{
    (void)state;
    assert_int_equal(
        read_status(400, "{\"error\":{\"code\":400,\"message\":\"API key not valid.\\nPass a "
                         "valid one.\",\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"@type\":"
                         "\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":"
                         "\"API_KEY_INVALID\"}]}}"),
        FOV_E_PROVIDER);
    assert_string_equal(c.err.message, "generativelanguage.googleapis.com answered 400 "
                                       "(INVALID_ARGUMENT): API key not valid. Pass a valid one.");
    assert_string_equal(c.err.where, "gemini");
    assert_int_equal(c.err.detail, 400);
    capture_close(&c);
}

/* In each of the server's words that a message of ours repeats. */
static void gemini__never_shows_the_key(void **state)
{
    static const char *const bodies[] = {
        "{\"promptFeedback\":{\"blockReason\":\"" TEST_KEY "\",\"blockReasonMessage\":\"" TEST_KEY
        "\"}}",
        "{\"candidates\":[{\"finishReason\":\"" TEST_KEY "\",\"finishMessage\":\"a" TEST_KEY
        "\"}]}",
        "{\"candidates\":[{\"finishReason\":\"SAFETY\",\"finishMessage\":\"" TEST_KEY "\"}]}",
        "{\"error\":{\"message\":\"" TEST_KEY "\",\"status\":\"" TEST_KEY "\"}}"};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bodies); i++) {
        assert_int_equal(read_body(bodies[i]), FOV_E_PROVIDER);
        assert_null(strstr(c.err.message, "sk-"));
        assert_null(strstr(c.log, "sk-"));
        capture_close(&c);
    }
}

int test_gemini_read(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gemini__reads_text_calls_and_usage),
        cmocka_unit_test(gemini__counts_what_is_told_only),
        cmocka_unit_test(gemini__tells_why_an_answer_ended),
        cmocka_unit_test(gemini__says_why_there_is_no_answer),
        cmocka_unit_test(gemini__says_what_is_wrong_with_a_good_status),
        cmocka_unit_test(gemini__hands_on_arguments_that_are_no_object),
        cmocka_unit_test(gemini__reads_a_long_list_of_calls_in_time),
        cmocka_unit_test(gemini__bounds_the_nesting_of_a_reply),
        cmocka_unit_test(gemini__waits_as_the_body_asks_unless_a_day_is_spent),
        cmocka_unit_test(gemini__obeys_a_header_before_the_body),
        cmocka_unit_test(gemini__says_errors_in_one_sentence),
        cmocka_unit_test(gemini__never_shows_the_key),
    };
    return cmocka_run_group_tests_name("gemini read", tests, NULL, NULL);
}
