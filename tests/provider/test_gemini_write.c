/* SPDX-License-Identifier: MIT */
/* Request bodies of generateContent, byte for byte. */
#include "provider/test_gemini.h"

#define OK_BODY                                                                         \
    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ok\"}],\"role\":\"model\"}," \
    "\"finishReason\":\"STOP\"}]}"
/* SHA-256 of "one", "two", "three" (sha256sum). */
#define SHA_ONE "sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define SHA_TWO "sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
#define SHA_THREE "sha256:8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f"
#define PNG_ONE "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" SHA_ONE "\"}}"
#define PNG_TWO "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" SHA_TWO "\"}}"
#define JPEG_TWO "{\"inlineData\":{\"mimeType\":\"image/jpeg\",\"data\":\"" SHA_TWO "\"}}"
#define JPEG_THREE "{\"inlineData\":{\"mimeType\":\"image/jpeg\",\"data\":\"" SHA_THREE "\"}}"
#define USER_X "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}]"

static const struct answer ok[] = {
    {200, NULL, OK_BODY}, {200, NULL, OK_BODY}, {200, NULL, OK_BODY}};

static void expect_body(struct capture *c, const char *want)
{
    if (capture_ask(c) < 0) {
        fail_msg("%s", c->err.message);
    }
    assert_string_equal(c->body, want);
}

static void gemini__writes_system_user_and_image(void **state)
{
    struct capture c;
    const fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_text(&c, "a \"quoted\"\nline");
    capture_text(&c, "b");
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "see:");
    capture_image(&c, "img_0", FOV_FORMAT_PNG, "one", 10, 20);
    capture_text(&c, ""); /* an empty part is left out */
    capture_image(&c, "img_1", FOV_FORMAT_JPEG, "two", 10, 20);
    expect_body(&c, "{\"systemInstruction\":{\"parts\":[{\"text\":\"a \\\"quoted\\\"\\nline\"},"
                    "{\"text\":\"b\"}]},\"contents\":[{\"role\":\"user\",\"parts\":["
                    "{\"text\":\"see:\"}," PNG_ONE "," JPEG_TWO "]}]}");
    assert_string_equal(c.url, "https://generativelanguage.googleapis.com/v1beta/models/"
                               "gemini-3.8-flash:generateContent");
    assert_string_equal(c.headers, "Content-Type: application/json\nAccept: application/json\n"
                                   "x-goog-api-key: " TEST_KEY "\n");
    capture_close(&c);
}

/* The version belongs to the address: another one, or another server's path, is the caller's. */
static void gemini__goes_where_its_base_url_says(void **state)
{
    static const char *const bases[][2] = {
        {"http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/models/a%2Fb:generateContent"},
        {"http://127.0.0.1/x/v1alpha/?k=1",
         "http://127.0.0.1/x/v1alpha/models/a%2Fb:generateContent?k=1"}};
    struct capture c;
    fov_provider_opts opts = gemini_opts();
    (void)state;
    opts.model = "a/b";
    for (size_t i = 0; i < FOV_COUNT(bases); i++) {
        opts.base_url = bases[i][0];
        capture_open(&c, &opts, ok, 1);
        assert_int_equal(capture_ask(&c), FOV_OK);
        assert_string_equal(c.url, bases[i][1]);
        capture_close(&c);
    }
}

/* What was said before never changes: a later message of the system stays where it is. */
static void gemini__leaves_a_later_system_message_at_its_place(void **state)
{
    struct capture c;
    const fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_text(&c, "late");
    capture_message(&c, FOV_ROLE_ASSISTANT); /* messages without a part are left out */
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "");
    capture_message(&c, FOV_ROLE_TOOL);
    expect_body(&c, "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]},"
                    "{\"role\":\"user\",\"parts\":[{\"text\":\"late\"}]}]}");
    capture_close(&c);
}

/* ---- results -------------------------------------------------------------------------------- */

/* Two results with images between them, in two tool messages, one of them an error. */
static void add_results(struct capture *c)
{
    capture_message(c, FOV_ROLE_TOOL);
    capture_result(c, "c1", "zoom", "first");
    capture_image(c, "img_1", FOV_FORMAT_PNG, "one", 100, 50);
    capture_image(c, "img_2", FOV_FORMAT_PNG, "two", 30, 40);
    capture_message(c, FOV_ROLE_TOOL);
    assert_int_equal(fov__conversation_add_result(c->conversation, "c2", "measure",
                                                  "No such image.", true, NULL),
                     FOV_OK);
    capture_result(c, "c3", "rotate", "third");
    capture_image(c, "img_3", FOV_FORMAT_JPEG, "three", 5, 6);
    capture_message(c, FOV_ROLE_USER);
    capture_text(c, "and now?");
}

static void gemini__answers_all_calls_in_one_content_with_images_inside(void **state)
{
    struct capture c;
    const fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    add_results(&c);
    expect_body(&c, "{\"contents\":[{\"role\":\"user\",\"parts\":["
                    "{\"functionResponse\":{\"id\":\"c1\",\"name\":\"zoom\",\"response\":{"
                    "\"output\":\"first\"},\"parts\":[" PNG_ONE "," PNG_TWO "]}},"
                    "{\"functionResponse\":{\"id\":\"c2\",\"name\":\"measure\",\"response\":{"
                    "\"error\":\"No such image.\"}}},"
                    "{\"functionResponse\":{\"id\":\"c3\",\"name\":\"rotate\",\"response\":{"
                    "\"output\":\"third\"},\"parts\":[" JPEG_THREE "]}}]},"
                    "{\"role\":\"user\",\"parts\":[{\"text\":\"and now?\"}]}]}");
    capture_close(&c);
}

static const char following[] =
    "{\"contents\":[{\"role\":\"user\",\"parts\":["
    "{\"functionResponse\":{\"id\":\"c1\",\"name\":\"zoom\",\"response\":{\"output\":\"first\"}}},"
    "{\"functionResponse\":{\"id\":\"c2\",\"name\":\"measure\",\"response\":{"
    "\"error\":\"No such image.\"}}},"
    "{\"functionResponse\":{\"id\":\"c3\",\"name\":\"rotate\",\"response\":{"
    "\"output\":\"third\"}}},"
    "{\"text\":\"Image img_1, 100 x 50 pixels, from zoom:\"}," PNG_ONE
    ",{\"text\":\"Image img_2, 30 x 40 pixels, from zoom:\"}," PNG_TWO
    ",{\"text\":\"Image img_3, 5 x 6 pixels, from rotate:\"}," JPEG_THREE
    "]},{\"role\":\"user\",\"parts\":[{\"text\":\"and now?\"}]}]}";

static void gemini__lets_images_follow_where_it_must_or_is_told(void **state)
{
    static const char *const old[] = {"gemini-2.5-pro", "gemini-1.5-flash-002", "gemma-3-27b-it"};
    struct capture c;
    fov_provider_opts opts = gemini_opts();
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(old); i++) {
        opts.model = old[i];
        capture_open(&c, &opts, ok, 1);
        add_results(&c);
        expect_body(&c, following);
        capture_close(&c);
    }
    opts.model = "gemini-20-pro"; /* the twentieth generation */
    capture_open(&c, &opts, ok, 1);
    add_results(&c);
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_null(strstr(c.body, "Image img_1"));
    capture_close(&c);
    opts.tool_images = FOV_TOOL_IMAGES_FOLLOW;
    capture_open(&c, &opts, ok, 1);
    add_results(&c);
    expect_body(&c, following);
    capture_close(&c);
}

/* Ids that were made here mean nothing to the server: results go as the calls came. */
static void gemini__gives_an_id_back_only_where_one_came(void **state)
{
#define TWO_CALLS                                                                                  \
    "{\"role\":\"model\",\"parts\":[{\"text\":\"t\"},{\"functionCall\":{\"name\":\"a\",\"args\":{" \
    "\"x\":1}}},{\"functionCall\":{\"name\":\"a\",\"id\":\"given\",\"args\":{}}},{"                \
    "\"functionCall\""                                                                             \
    ":{\"name\":\"b\",\"id\":\"\"}}]}"
    static const struct answer answers[] = {
        {200, NULL, "{\"candidates\":[{\"content\":" TWO_CALLS "}]}"}, {200, NULL, OK_BODY}};
    struct capture c;
    const fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, answers, 2);
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 4);
    const char *made = fov__reply_part(c.reply, 1)->call_id;
    assert_string_equal(made, "call_0_0");
    assert_string_equal(fov__reply_part(c.reply, 2)->call_id, "given");
    assert_string_equal(fov__reply_part(c.reply, 3)->call_id, "call_0_1");
    capture_take(&c);
    capture_message(&c, FOV_ROLE_TOOL);
    capture_result(&c, "call_0_0", "a", "1");
    capture_result(&c, "given", "a", "2");
    capture_message(&c, FOV_ROLE_TOOL);
    capture_result(&c, "call_0_1", "b", "3");
    expect_body(&c, "{\"contents\":[" TWO_CALLS ",{\"role\":\"user\",\"parts\":["
                    "{\"functionResponse\":{\"name\":\"a\",\"response\":{\"output\":\"1\"}}},"
                    "{\"functionResponse\":{\"id\":\"given\",\"name\":\"a\",\"response\":{"
                    "\"output\":\"2\"}}},"
                    "{\"functionResponse\":{\"name\":\"b\",\"response\":{\"output\":\"3\"}}}]}]}");
    capture_close(&c);
}

/* ---- tools and options ---------------------------------------------------------------------- */

static void gemini__keeps_withdrawn_tools_and_forbids_them(void **state)
{
    static const fov_tool tools[] = {{"zoom", "Look closer.", "{ \"type\": \"object\" }", 1},
                                     {"_list.all:2-x", NULL, "{}", 0}};
#define TOOLS                                                                                     \
    ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"zoom\",\"description\":\"Look closer.\"," \
    "\"parametersJsonSchema\":{ \"type\": \"object\" }},{\"name\":\"_list.all:2-x\","             \
    "\"parametersJsonSchema\":{}}]}]"
    struct capture c;
    const fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, ok, 3);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    c.request.tools = tools;
    c.request.tool_count = 2;
    expect_body(&c, USER_X TOOLS "}");
    c.request.tool_choice = FOV_TOOL_CHOICE_NONE;
    c.request.max_output_tokens = 1000;
    expect_body(&c, USER_X TOOLS ",\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"NONE\"}},"
                                 "\"generationConfig\":{\"maxOutputTokens\":1000}}");
    c.request.tool_count = 0;
    c.request.max_output_tokens = 0;
    expect_body(&c, USER_X "}");
    capture_close(&c);
}

static void gemini__refuses_tools_that_the_server_would(void **state)
{
    static char long_name[] = "a123456789012345678901234567890123456789012345678901234567890123"
                              "0123456789012345678901234567890123456789012345678901234567890123x";
    static const fov_tool tools[] = {{"zoom", "d", "{]", 0},   {NULL, "d", "{}", 0},
                                     {"zoom", "d", NULL, 0},   {"", "d", "{}", 0},
                                     {"1zoom", "d", "{}", 0},  {"zo om", "d", "{}", 0},
                                     {long_name, "d", "{}", 0}};
    struct capture c;
    const fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    c.request.tool_count = 1;
    for (size_t i = 0; i < FOV_COUNT(tools); i++) {
        c.request.tools = &tools[i];
        assert_int_equal(capture_ask(&c), FOV_E_ARG);
        assert_string_equal(c.err.where, "tools");
    }
    assert_int_equal(c.sent, 0);
    long_name[128] = '\0'; /* the longest that is allowed */
    assert_int_equal(capture_ask(&c), FOV_OK);
    capture_close(&c);
}

static void gemini__joins_its_generation_config_with_the_callers(void **state)
{
    static const char extra[] =
        " { \"cachedContent\" : \"c/1\" , \"generationConfig\": { \"temperature\": 1.0, "
        "\"thinkingConfig\":{\"thinkingLevel\":\"LOW\"} },\"safetySettings\":[ ] } ";
    struct capture c;
    fov_provider_opts opts = gemini_opts();
    (void)state;
    opts.extra = extra;
    capture_open(&c, &opts, ok, 2);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    expect_body(&c, USER_X ",\"generationConfig\":{ \"temperature\": 1.0, \"thinkingConfig\":{"
                           "\"thinkingLevel\":\"LOW\"} },\"cachedContent\":\"c/1\","
                           "\"safetySettings\":[ ]}");
    c.request.max_output_tokens = 7;
    expect_body(&c, USER_X ",\"generationConfig\":{\"maxOutputTokens\":7, \"temperature\": 1.0, "
                           "\"thinkingConfig\":{\"thinkingLevel\":\"LOW\"} },\"cachedContent\":"
                           "\"c/1\",\"safetySettings\":[ ]}");
    capture_close(&c);
    opts.extra = "{\"generationConfig\":{ }}";
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    expect_body(&c, USER_X "}");
    capture_close(&c);
}

static void gemini__says_how_sharply_images_are_seen(void **state)
{
    static const char *const words[][2] = {{"low", "MEDIA_RESOLUTION_LOW"},
                                           {"medium", "MEDIA_RESOLUTION_MEDIUM"},
                                           {"high", "MEDIA_RESOLUTION_HIGH"},
                                           {"ultra_high", "MEDIA_RESOLUTION_HIGH"}};
    struct capture c;
    fov_provider_opts opts = gemini_opts();
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(words); i++) {
        char want[1024];
        const bool is_ultra = i + 1 == FOV_COUNT(words);
        opts.image_detail = words[i][0];
        capture_open(&c, &opts, ok, 1);
        capture_message(&c, FOV_ROLE_USER);
        capture_image(&c, "img_0", FOV_FORMAT_PNG, "one", 10, 20);
        capture_message(&c, FOV_ROLE_TOOL);
        capture_result(&c, "c1", "zoom", "first");
        capture_image(&c, "img_1", FOV_FORMAT_PNG, "two", 30, 40);
        snprintf(want, sizeof(want),
                 "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"inlineData\":{\"mimeType\":"
                 "\"image/png\",\"data\":\"" SHA_ONE "\"}%s}]},{\"role\":\"user\",\"parts\":[{"
                 "\"functionResponse\":{\"id\":\"c1\",\"name\":\"zoom\",\"response\":{\"output\":"
                 "\"first\"},\"parts\":[" PNG_TWO "]}}]}],\"generationConfig\":{"
                 "\"mediaResolution\":\"%s\"}}",
                 is_ultra ? ",\"mediaResolution\":{\"level\":\"MEDIA_RESOLUTION_ULTRA_HIGH\"}" : "",
                 words[i][1]);
        expect_body(&c, want);
        capture_close(&c);
    }
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
    message_context_free(ctx);
}

static void gemini__refuses_options_that_it_has_no_place_for(void **state)
{
    static const char *const taken[] = {"contents", "tools", "toolConfig", "systemInstruction",
                                        "generation_config"};
    static const char *const config[] = {"maxOutputTokens", "max_output_tokens", "mediaResolution",
                                         "candidateCount"};
    fov_provider_opts o = gemini_opts();
    char extra[128], words[64];
    (void)state;
    o.model = "models/gemini-3.8-flash", refuse(o, "model", "without \"models/\"");
    o = gemini_opts();
    o.image_detail = "original", refuse(o, "image_detail", "low, medium, high and ultra_high");
    o = gemini_opts();
    for (size_t i = 0; i < FOV_COUNT(taken); i++) {
        snprintf(extra, sizeof(extra), "{\"%s\":{}}", taken[i]);
        o.extra = extra, refuse(o, "extra", taken[i]);
    }
    for (size_t i = 0; i < FOV_COUNT(config); i++) {
        snprintf(extra, sizeof(extra), "{\"generationConfig\":{\"%s\":1}}", config[i]);
        snprintf(words, sizeof(words), "\"generationConfig.%s\"", config[i]);
        o.extra = extra, refuse(o, "extra", words);
    }
    o.extra = "{\"generationConfig\":[1]}", refuse(o, "extra", "is an array");
    o.extra = "{\"generationConfig\":null}", refuse(o, "extra", "is null");
    assert_string_equal(fov_provider_key_env("gemini"), "GEMINI_API_KEY");
    assert_null(fov_provider_base_url_env("gemini"));
}

/* ---- the model's side ----------------------------------------------------------------------- */

static void gemini__sends_contents_back_byte_for_byte(void **state)
{
#define RAW_ONE                                                                                  \
    "{ \"parts\" :[ {\"text\":\"\",\"thoughtSignature\":\"c2ln\"},{\"text\":\"a, ]}\\\"b\"} , {" \
    "\"functionCall\":{\"args\":{\"n\":1.0E+3},\t\"name\":\"z\",\"id\":\"i\"}}],\"role\":"       \
    "\"model\","                                                                                 \
    "\"z\":{\"\\u0061\":[ ]} }"
#define RAW_TWO "[{\"executableCode\":{\"code\":\"1\"}},{\"text\":\"b\"}]}"
    static const struct answer answers[] = {
        {200, NULL, "{\"candidates\":[ {\"content\" : " RAW_ONE " ,\"finishReason\":\"STOP\"}]}"},
        {200, NULL, "{\"candidates\":[{\"content\": { \"parts\":" RAW_TWO "}]}"},
        {200, NULL, OK_BODY},
    };
    struct capture c;
    const fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, answers, 3);
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_string_equal(fov__reply_part(c.reply, 0)->text, "a, ]}\"b");
    assert_string_equal(fov__reply_part(c.reply, 1)->arguments, "{\"n\":1.0E+3}");
    capture_take(&c);
    assert_int_equal(capture_ask(&c), FOV_OK);
    capture_take(&c);
    /* One without a role would count as the user's. */
    expect_body(&c, "{\"contents\":[" RAW_ONE ",{\"role\":\"model\", \"parts\":" RAW_TWO "]}");
    capture_close(&c);
}

static void add_foreign(struct capture *c)
{
    static const char *const raws[] = {
        "[1]", "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"other\"}]}",
        "{\"parts\":[]}"};
    assert_int_equal(fov_reply_add_text(c->reply, "look", NULL), FOV_OK);
    assert_int_equal(fov_reply_add_call(c->reply, "c1", "zoom", " {\"a\": 1}", NULL), FOV_OK);
    assert_int_equal(fov_reply_add_call(c->reply, "c2", "zoom", "{wrong", NULL), FOV_OK);
    assert_int_equal(fov_reply_add_call(c->reply, "c3", "zoom", "[1]", NULL), FOV_OK);
    assert_int_equal(fov_reply_set_raw(c->reply, raws[0], strlen(raws[0]), NULL), FOV_OK);
    capture_take(c);
    capture_message(c, FOV_ROLE_TOOL);
    capture_result(c, "c1", "zoom", "r");
    for (size_t i = 1; i < FOV_COUNT(raws); i++) {
        assert_int_equal(fov_reply_add_text(c->reply, "done", NULL), FOV_OK);
        assert_int_equal(fov_reply_set_raw(c->reply, raws[i], strlen(raws[i]), NULL), FOV_OK);
        capture_take(c);
    }
}

#define FOREIGN(signature)                                                                         \
    "{\"contents\":[{\"role\":\"model\",\"parts\":[{\"text\":\"look\"},{\"functionCall\":{\"id\":" \
    "\"c1\",\"name\":\"zoom\",\"args\": {\"a\": 1}}" signature "},"                                \
    "{\"functionCall\":{\"id\":\"c2\",\"name\":\"zoom\",\"args\":{\"arguments\":\"{wrong\"}}},"    \
    "{\"functionCall\":{\"id\":\"c3\",\"name\":\"zoom\",\"args\":{\"arguments\":\"[1]\"}}}]},"     \
    "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"c1\",\"name\":\"zoom\","        \
    "\"response\":{\"output\":\"r\"}}}]},"                                                         \
    "{\"role\":\"model\",\"parts\":[{\"text\":\"done\"}]},"                                        \
    "{\"role\":\"model\",\"parts\":[{\"text\":\"done\"}]}]}"

/* Another provider's raw text is not sent as ours; the first of its calls has the word that stands
 * for a signature, without which the server refuses it. */
static void gemini__writes_messages_that_it_did_not_send_from_their_parts(void **state)
{
    struct capture c;
    fov_provider_opts opts = gemini_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    add_foreign(&c);
    expect_body(&c, FOREIGN(",\"thoughtSignature\":\"skip_thought_signature_validator\""));
    capture_close(&c);
    opts.model = "gemini-2.5-flash";
    capture_open(&c, &opts, ok, 1);
    add_foreign(&c);
    expect_body(&c, FOREIGN(""));
    capture_close(&c);
}

int test_gemini_write(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gemini__writes_system_user_and_image),
        cmocka_unit_test(gemini__goes_where_its_base_url_says),
        cmocka_unit_test(gemini__leaves_a_later_system_message_at_its_place),
        cmocka_unit_test(gemini__answers_all_calls_in_one_content_with_images_inside),
        cmocka_unit_test(gemini__lets_images_follow_where_it_must_or_is_told),
        cmocka_unit_test(gemini__gives_an_id_back_only_where_one_came),
        cmocka_unit_test(gemini__keeps_withdrawn_tools_and_forbids_them),
        cmocka_unit_test(gemini__refuses_tools_that_the_server_would),
        cmocka_unit_test(gemini__joins_its_generation_config_with_the_callers),
        cmocka_unit_test(gemini__says_how_sharply_images_are_seen),
        cmocka_unit_test(gemini__refuses_options_that_it_has_no_place_for),
        cmocka_unit_test(gemini__sends_contents_back_byte_for_byte),
        cmocka_unit_test(gemini__writes_messages_that_it_did_not_send_from_their_parts),
    };
    return cmocka_run_group_tests_name("gemini write", tests, NULL, NULL);
}
