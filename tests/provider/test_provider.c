/* SPDX-License-Identifier: MIT */
#include "provider/capture.h"

static void provider__lists_its_formats(void **state)
{
    size_t count = 0;
    (void)state;
    for (const char *name = fov_provider_next(NULL); name != NULL; name = fov_provider_next(name)) {
        const char *env = fov_provider_key_env(name);
        assert_non_null(env);
        assert_true(strstr(env, "_KEY") != NULL);
        assert_true(++count < 100);
    }
    assert_true(count >= 1);
    assert_string_equal(fov_provider_next(NULL), "openai_chat");
    assert_string_equal(fov_provider_key_env("openai_chat"), "OPENAI_API_KEY");
    assert_null(fov_provider_key_env("nobody"));
    assert_null(fov_provider_key_env(NULL));
    assert_null(fov_provider_next("nobody"));
}

static void refuse(fov_provider_opts opts, const char *where, const char *words)
{
    fov_context *ctx = message_context();
    fov_model *model = NULL;
    fov_error err;
    assert_int_equal(fov_model_new_provider(&model, ctx, &opts, &err), FOV_E_ARG);
    assert_null(model);
    assert_string_equal(err.where, where);
    if (strstr(err.message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
    }
    assert_null(strstr(err.message, "sk-"));
    message_context_free(ctx);
}

static void provider__refuses_wrong_options(void **state)
{
    fov_provider_opts o = capture_opts();
    (void)state;
    o.replay = o.record = "x", refuse(o, "record", "together"), o = capture_opts();
    o.struct_size = 8, refuse(o, "struct_size", "struct_size"), o = capture_opts();
    o.provider = "openai", refuse(o, "provider", "\"openai\" is not known"), o = capture_opts();
    o.model = NULL, refuse(o, "model", "missing"), o = capture_opts();
    o.model = "", refuse(o, "model", "missing"), o = capture_opts();
    o.model = "\xff", refuse(o, "model", "UTF-8"), o = capture_opts();
    o.tool_images = 3, refuse(o, "tool_images", "is 3"), o = capture_opts();
    o.base_url = "api.openai.com", refuse(o, "base_url", "http://"), o = capture_opts();
    o.base_url = "https://u:sk-1@h/v1", refuse(o, "base_url", "user name"), o = capture_opts();
    o.extra = "[]", refuse(o, "extra", "a JSON object"), o = capture_opts();
    o.extra = "{", refuse(o, "json", "at byte"), o = capture_opts();
    o.extra = "{\"a\":1,\"messages\":[]}", refuse(o, "extra", "\"messages\""), o = capture_opts();
    o.extra = "{\"stream\":true}", refuse(o, "extra", "\"stream\""), o = capture_opts();
}

static void provider__refuses_keys_that_would_leak_or_split_a_header(void **state)
{
    static const char *const bad[] = {"sk-1\n", "sk-1\r\nX: y", "sk 1", "sk-\xc3\xa9", "\tsk-1"};
    static char long_key[3000];
    fov_provider_opts o = capture_opts();
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        o.api_key = bad[i];
        refuse(o, "api_key", "no key has");
    }
    o.api_key = "";
    refuse(o, "api_key", "0 characters");
    memset(long_key, 'k', sizeof(long_key) - 1);
    o.api_key = long_key;
    refuse(o, "api_key", "2999 characters");
    o = capture_opts();
    o.base_url = "http://models.example/v1";
    refuse(o, "api_key", "unencrypted to models.example");
}

static void accept(fov_provider_opts opts)
{
    fov_context *ctx = message_context();
    fov_model *model = NULL;
    fov_error err;
    const fov_status rc = fov_model_new_provider(&model, ctx, &opts, &err);
    if (rc == FOV_E_UNSUPPORTED) { /* a build without curl says so, and frees all */
        assert_non_null(strstr(err.message, "FOV_HTTP"));
    } else {
        assert_int_equal(rc, FOV_OK);
        assert_string_equal(fov_model_name(model), "openai_chat");
    }
    fov_model_free(model);
    message_context_free(ctx);
}

static void provider__accepts_plain_http_where_it_is_safe_or_wanted(void **state)
{
    fov_provider_opts o = capture_opts();
    (void)state;
    o.base_url = "http://localhost:11434/v1";
    accept(o);
    o.base_url = "http://[::1]:8080/v1/";
    accept(o);
    o.base_url = "http://models.example/v1";
    o.api_key = NULL;
    accept(o);
    o.api_key = TEST_KEY;
    o.allow_plain_key = 1;
    accept(o);
    o.extra = "{}";
    accept(o);
}

static void provider__sends_to_its_base_url_and_no_key_unless_given(void **state)
{
    static const struct answer answers[] = {
        {200, NULL, "{\"choices\":[{\"message\":{\"content\":\"x\"}}]}"}};
    struct capture c;
    fov_provider_opts o = capture_opts();
    (void)state;
    o.api_key = NULL;
    o.base_url = "http://127.0.0.1:8000/v1/?api-version=2";
    o.timeout_ms = 1234;
    capture_open(&c, &o, answers, 1);
    c.request.timeout_ms = 99999;
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_string_equal(c.url, "http://127.0.0.1:8000/v1/chat/completions?api-version=2");
    assert_string_equal(c.headers, "Content-Type: application/json\nAccept: application/json\n");
    assert_int_equal(c.timeout_ms, 1234);
    assert_null(strstr(c.log, "api-version"));
    assert_non_null(strstr(c.log, "POST 127.0.0.1:8000/v1/chat/completions: FOV_OK, status 200"));
    capture_close(&c);
}

/* What failed leaves the conversation and the model as they were: the next try may succeed. */
static void provider__can_be_asked_again_after_a_failure(void **state)
{
    static const struct answer answers[] = {
        {400, NULL, "{}"}, {200, NULL, "{\"choices\":[{\"message\":{\"content\":\"x\"}}]}"}};
    struct capture c;
    const fov_provider_opts o = capture_opts();
    (void)state;
    capture_open(&c, &o, answers, 2);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "q");
    assert_int_equal(capture_ask(&c), FOV_E_PROVIDER);
    char *first = strdup(c.body);
    assert_int_equal(fov_conversation_count(c.conversation), 1);
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_int_equal(c.err.status, FOV_OK);
    assert_string_equal(c.body, first);
    free(first);
    capture_close(&c);
}

int test_provider(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(provider__lists_its_formats),
        cmocka_unit_test(provider__refuses_wrong_options),
        cmocka_unit_test(provider__refuses_keys_that_would_leak_or_split_a_header),
        cmocka_unit_test(provider__accepts_plain_http_where_it_is_safe_or_wanted),
        cmocka_unit_test(provider__sends_to_its_base_url_and_no_key_unless_given),
        cmocka_unit_test(provider__can_be_asked_again_after_a_failure),
    };
    return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}
