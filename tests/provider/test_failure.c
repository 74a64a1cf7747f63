/* SPDX-License-Identifier: MIT */
/* Error replies: what is said of them, whether they are tried again, and that no key gets out. */
#include "provider/capture.h"

#define OK_BODY "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"ok\"}}]}"

static struct capture c;

static fov_status fail_with(int32_t status, const char *header, const char *body, size_t *sent)
{
    static struct answer answers[3];
    const fov_provider_opts opts = capture_opts();
    for (size_t i = 0; i < FOV_COUNT(answers); i++) {
        answers[i] = (struct answer){status, header, body};
    }
    capture_open(&c, &opts, answers, 3);
    const fov_status rc = capture_ask(&c);
    *sent = c.sent;
    return rc;
}

static void failure__is_one_sentence_with_the_servers_words(void **state)
{
    static const struct {
        int32_t status;
        const char *body, *want;
    } cases[] = {
        {401,
         "{\"error\":{\"message\":\"Incorrect API key "
         "provided\",\"type\":\"invalid_request_error\",\"code\":\"invalid_api_key\"}}",
         "api.openai.com answered 401 (invalid_api_key): Incorrect API key provided"},
        {400,
         "{\"error\":{\"message\":\"two\\n "
         "lines\\u0007\",\"type\":\"invalid_request_error\",\"code\":null}}",
         "api.openai.com answered 400 (invalid_request_error): two lines"},
        {400, "{\"error\":\"model not found\"}", "api.openai.com answered 400: model not found"},
        {422, "{\"object\":\"error\",\"message\":\"bad role\",\"type\":\"invalid\"}",
         "api.openai.com answered 422 (invalid): bad role"},
        {404, "{\"detail\":\"Not Found\"}", "api.openai.com answered 404: Not Found"},
        {400, "[{\"error\":{\"message\":\"wrapped\",\"status\":\"X\"}}]",
         "api.openai.com answered 400 (X): wrapped"},
        {404, "404 page not found\n", "api.openai.com answered 404: 404 page not found"},
        {403, "<!DOCTYPE html>\n<html><title>blocked</title></html>",
         "api.openai.com answered 403: an HTML page"},
        {400, "", "api.openai.com answered 400: no reason was given"},
        {400, "{}", "api.openai.com answered 400: no reason was given"},
        {400, "{\"error\":7}", "api.openai.com answered 400: no reason was given"},
    };
    size_t sent = 0;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        assert_int_equal(fail_with(cases[i].status, NULL, cases[i].body, &sent), FOV_E_PROVIDER);
        assert_string_equal(c.err.message, cases[i].want);
        assert_int_equal(c.err.detail, cases[i].status);
        assert_string_equal(c.err.where, "openai_chat");
        capture_close(&c);
    }
    assert_int_equal(fail_with(307, "location: http://elsewhere/", "", &sent), FOV_E_PROVIDER);
    assert_non_null(strstr(c.err.message, "redirects are not followed"));
    assert_int_equal(sent, 1);
    capture_close(&c);
}

static void failure__is_tried_again_only_where_that_can_help(void **state)
{
    static const struct {
        int32_t status;
        const char *header, *body;
        size_t sent;
    } cases[] = {
        {429, NULL, "{\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}", 3},
        {500, NULL, "oops", 3},
        {503, NULL,
         "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
         3},
        {408, NULL, "", 3},
        {409, NULL, "", 3},
        {0, NULL, NULL, 3},
        {400, "x-should-retry: true", "{}", 3},
        {429, "x-should-retry: false", "{}", 1},
        {429, NULL, "{\"error\":{\"message\":\"quota\",\"code\":\"insufficient_quota\"}}", 1},
        {429, NULL,
         "{\"error\":{\"message\":\"quota\",\"type\":\"insufficient_quota\",\"code\":null}}", 1},
        {429, "x-should-retry: true",
         "{\"error\":{\"message\":\"Image exceeds the maximum usage size allowed\"}}", 1},
        {429, NULL,
         "{\"error\":{\"message\":\"the input has 31200 patches, at most 30000 are allowed\"}}", 1},
        {500, NULL, "{\"error\":{\"message\":\"x\",\"code\":\"image_parse_error\"}}", 1},
        {400, NULL, "{\"error\":{\"message\":\"x\",\"code\":\"image_too_large\"}}", 1},
        {400, "x-should-retry: true",
         "{\"error\":{\"message\":\"x\",\"code\":\"invalid_base64_image\"}}", 1},
        {413, "x-should-retry: true", "", 1},
        {400, NULL, "{}", 1},
        {401, NULL, "{}", 1},
        {403, NULL, "{}", 1},
        {404, NULL, "{}", 1},
        {422, NULL, "{}", 1},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        size_t sent = 0;
        const fov_status rc = fail_with(cases[i].status, cases[i].header, cases[i].body, &sent);
        assert_int_equal(rc, cases[i].status == 0 ? FOV_E_NET : FOV_E_PROVIDER);
        if (sent != cases[i].sent) {
            fail_msg("case %zu (%d) was sent %zu times", i, (int)cases[i].status, sent);
        }
        capture_close(&c);
    }
}

static void failure__obeys_the_callers_number_of_tries(void **state)
{
    static const struct answer answers[] = {
        {503, NULL, ""}, {503, NULL, ""}, {503, NULL, ""}, {503, NULL, ""}, {200, NULL, OK_BODY}};
    fov_provider_opts opts = capture_opts();
    (void)state;
    opts.max_retries = 4;
    capture_open(&c, &opts, answers, 5);
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_int_equal(fov__reply_usage(c.reply)->requests, 5);
    assert_int_equal(c.wait_count, 4);
    assert_int_equal(c.waits[3], 4000);
    capture_close(&c);
    opts.no_retries = 1;
    capture_open(&c, &opts, answers, 5);
    assert_int_equal(capture_ask(&c), FOV_E_PROVIDER);
    assert_int_equal(c.sent, 1);
    capture_close(&c);
}

static void assert_no_key(const char *text, const char *what)
{
    if (strstr(text, TEST_KEY) != NULL) {
        fail_msg("%s holds the key: %s", what, text);
    }
}

/* Servers that echo everything they were sent, in every place that we show. */
static void failure__never_shows_the_key(void **state)
{
    static const struct {
        int32_t status;
        const char *header, *body;
    } cases[] = {
        {401, NULL,
         "{\"error\":{\"message\":\"wrong key " TEST_KEY "!\",\"code\":\"" TEST_KEY "\"}}"},
        {401, NULL, "{\"error\":\"" TEST_KEY TEST_KEY "\"}"},
        {500, "x-request-id: " TEST_KEY, "Authorization: Bearer " TEST_KEY "\n"},
        {403, "request-id: a" TEST_KEY "b", "{\"detail\":\"\\u0073k-test-0123456789abcdef\"}"},
        {200, NULL, "{\"error\":{\"message\":\"" TEST_KEY "\"}}"},
        {200, NULL, TEST_KEY},
        {0, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        size_t sent = 0;
        assert_true(fail_with(cases[i].status, cases[i].header, cases[i].body, &sent) < 0);
        assert_no_key(c.err.message, "the error");
        assert_no_key(c.err.where, "the place");
        assert_no_key(c.log, "the log");
        assert_true(strlen(c.log) > 0);
        capture_close(&c);
    }
}

/* A key that stands across the end of what a message can show. */
static void failure__never_shows_a_part_of_the_key(void **state)
{
    (void)state;
    for (size_t lead = 60; lead < 200; lead++) {
        char body[512];
        size_t sent = 0;
        memset(body, 'x', lead);
        snprintf(body + lead, sizeof(body) - lead, "%s", TEST_KEY);
        assert_int_equal(fail_with(401, NULL, body, &sent), FOV_E_PROVIDER);
        assert_null(strstr(c.err.message, "sk-"));
        capture_close(&c);
    }
}

int test_failure(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failure__is_one_sentence_with_the_servers_words),
        cmocka_unit_test(failure__is_tried_again_only_where_that_can_help),
        cmocka_unit_test(failure__obeys_the_callers_number_of_tries),
        cmocka_unit_test(failure__never_shows_the_key),
        cmocka_unit_test(failure__never_shows_a_part_of_the_key),
    };
    return cmocka_run_group_tests_name("failure", tests, NULL, NULL);
}
