/* SPDX-License-Identifier: MIT */
/* Request bodies, byte for byte. */
#include "provider/capture.h"

#define OK_BODY                                                                                 \
    "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"ok\"},\"finish_reason\":" \
    "\"stop\"}]}"
/* SHA-256 of "one", "two", "three" (sha256sum). */
#define SHA_ONE "sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define SHA_TWO "sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
#define SHA_THREE "sha256:8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f"

static const struct answer ok[] = {{200, NULL, OK_BODY}, {200, NULL, OK_BODY}};

static void expect_body(struct capture *c, const char *want)
{
    assert_int_equal(capture_ask(c), FOV_OK);
    assert_string_equal(c->body, want);
}

static void chat__writes_system_user_and_image(void **state)
{
    struct capture c;
    const fov_provider_opts opts = capture_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_text(&c, "a \"quoted\"\nline");
    capture_text(&c, "b");
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "see:");
    capture_image(&c, "img_0", FOV_FORMAT_PNG, "one", 10, 20);
    capture_image(&c, "img_1", FOV_FORMAT_JPEG, "two", 10, 20);
    expect_body(&c,
                "{\"model\":\"m\",\"messages\":["
                "{\"role\":\"system\",\"content\":\"a \\\"quoted\\\"\\nline\\n\\nb\"},"
                "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"see:\"},"
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," SHA_ONE
                "\"}},"
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64," SHA_TWO
                "\"}}]}]}");
    assert_string_equal(c.url, "https://api.openai.com/v1/chat/completions");
    assert_string_equal(c.headers, "Content-Type: application/json\nAccept: application/json\n"
                                   "Authorization: Bearer " TEST_KEY "\n");
    assert_int_equal(c.timeout_ms, 600000);
    capture_close(&c);
}

/* Two results with images between them, in two tool messages: both texts first, then one user
 * message with all images. */
static void add_two_calls(struct capture *c)
{
    capture_message(c, FOV_ROLE_USER);
    capture_text(c, "go");
    capture_message(c, FOV_ROLE_ASSISTANT);
    capture_message(c, FOV_ROLE_TOOL);
    capture_result(c, "c1", "zoom", "first");
    capture_image(c, "img_1", FOV_FORMAT_PNG, "one", 100, 50);
    capture_image(c, "img_2", FOV_FORMAT_PNG, "two", 30, 40);
    capture_message(c, FOV_ROLE_TOOL);
    capture_result(c, "c2", "measure", "{\"px\":7}");
    capture_result(c, "c3", "rotate", "third");
    capture_image(c, "img_3", FOV_FORMAT_JPEG, "three", 5, 6);
}

static void chat__puts_tool_images_behind_all_tool_messages(void **state)
{
    struct capture c;
    const fov_provider_opts opts = capture_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    add_two_calls(&c);
    expect_body(
        &c,
        "{\"model\":\"m\",\"messages\":["
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"go\"}]},"
        "{\"role\":\"assistant\",\"content\":\"\"},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"first\"},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"{\\\"px\\\":7}\"},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c3\",\"content\":\"third\"},"
        "{\"role\":\"user\",\"content\":["
        "{\"type\":\"text\",\"text\":\"Image img_1, 100 x 50 pixels, from call c1 (zoom):\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," SHA_ONE "\"}},"
        "{\"type\":\"text\",\"text\":\"Image img_2, 30 x 40 pixels, from call c1 (zoom):\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," SHA_TWO "\"}},"
        "{\"type\":\"text\",\"text\":\"Image img_3, 5 x 6 pixels, from call c3 (rotate):\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64," SHA_THREE
        "\"}}]}]}");
    capture_close(&c);
}

/* Templates want roles to alternate. */
static void chat__joins_the_users_words_to_the_images_before_them(void **state)
{
    struct capture c;
    const fov_provider_opts opts = capture_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    add_two_calls(&c);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "and now?");
    expect_body(
        &c,
        "{\"model\":\"m\",\"messages\":["
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"go\"}]},"
        "{\"role\":\"assistant\",\"content\":\"\"},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"first\"},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"{\\\"px\\\":7}\"},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c3\",\"content\":\"third\"},"
        "{\"role\":\"user\",\"content\":["
        "{\"type\":\"text\",\"text\":\"Image img_1, 100 x 50 pixels, from call c1 (zoom):\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," SHA_ONE "\"}},"
        "{\"type\":\"text\",\"text\":\"Image img_2, 30 x 40 pixels, from call c1 (zoom):\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," SHA_TWO "\"}},"
        "{\"type\":\"text\",\"text\":\"Image img_3, 5 x 6 pixels, from call c3 (rotate):\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64," SHA_THREE
        "\"}},{\"type\":\"text\",\"text\":\"and now?\"}]}]}");
    capture_close(&c);
}

static void chat__puts_tool_images_inside_where_it_is_told(void **state)
{
    struct capture c;
    fov_provider_opts opts = capture_opts();
    (void)state;
    opts.tool_images = FOV_TOOL_IMAGES_NATIVE;
    opts.image_detail = "high";
    capture_open(&c, &opts, ok, 1);
    add_two_calls(&c);
    expect_body(&c,
                "{\"model\":\"m\",\"messages\":["
                "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"go\"}]},"
                "{\"role\":\"assistant\",\"content\":\"\"},"
                "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":[{\"type\":\"text\","
                "\"text\":\"first\"},"
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," SHA_ONE
                "\",\"detail\":\"high\"}},"
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," SHA_TWO
                "\",\"detail\":\"high\"}}]},"
                "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"{\\\"px\\\":7}\"},"
                "{\"role\":\"tool\",\"tool_call_id\":\"c3\",\"content\":[{\"type\":\"text\","
                "\"text\":\"third\"},"
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64," SHA_THREE
                "\",\"detail\":\"high\"}}]}]}");
    capture_close(&c);
}

static void chat__declares_tools_only_when_there_are_some(void **state)
{
    static const fov_tool tools[] = {{"zoom", "Look closer.", "{ \"type\": \"object\" }", 1},
                                     {"list", NULL, "{}", 0}};
    struct capture c;
    const fov_provider_opts opts = capture_opts();
    (void)state;
    capture_open(&c, &opts, ok, 2);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    c.request.tools = tools;
    c.request.tool_count = 2;
    c.request.tool_choice = FOV_TOOL_CHOICE_NONE;
    c.request.max_output_tokens = 1000;
    expect_body(&c, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
                    "\"text\",\"text\":\"x\"}]}],"
                    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"zoom\","
                    "\"description\":\"Look closer.\","
                    "\"parameters\":{ \"type\": \"object\" },\"strict\":true}},"
                    "{\"type\":\"function\",\"function\":{\"name\":\"list\",\"parameters\":{}}}],"
                    "\"tool_choice\":\"none\",\"max_completion_tokens\":1000}");
    c.request.tool_count =
        0; /* a choice without tools is refused by servers, and so is an empty list */
    c.request.max_output_tokens = 0;
    expect_body(&c, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
                    "\"text\",\"text\":\"x\"}]}]}");
    capture_close(&c);
}

static void chat__refuses_a_tool_whose_schema_is_no_json(void **state)
{
    static const fov_tool tools[] = {{"zoom", "d", "{]", 0}};
    static const fov_tool nameless[] = {{NULL, "d", "{}", 0}};
    static const fov_tool bare[] = {{"zoom", "d", NULL, 0}};
    const fov_tool *const all[] = {tools, nameless, bare};
    struct capture c;
    const fov_provider_opts opts = capture_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    c.request.tool_count = 1;
    for (size_t i = 0; i < FOV_COUNT(all); i++) {
        c.request.tools = all[i];
        assert_int_equal(capture_ask(&c), FOV_E_ARG);
    }
    assert_int_equal(c.sent, 0);
    capture_close(&c);
}

static void chat__adds_extra_members_at_the_end(void **state)
{
    struct capture c;
    fov_provider_opts opts = capture_opts();
    (void)state;
    opts.extra = " { \"reasoning_effort\": \"low\", \"seed\":7 } ";
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_USER);
    capture_message(&c, FOV_ROLE_USER); /* an empty message is left out */
    capture_text(&c, "x");
    expect_body(&c, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
                    "\"text\",\"text\":\"x\"}]}],"
                    " \"reasoning_effort\": \"low\", \"seed\":7 }");
    capture_close(&c);
}

/* An assistant's message is re-sent as it came, whatever was in it, for as long as the
 * conversation lasts. */
static void chat__sends_assistant_messages_back_byte_for_byte(void **state)
{
#define RAW_ONE                                                                \
    "{ \"role\":\"assistant\",\"content\" : "                                  \
    "null,\t\"n\":1.0E+3,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\"," \
    "\"function\":{\"name\":\"z\",\"arguments\":{\"a\": 1}}}],\"z\":{\"\\u0061\":[ ]} }"
#define RAW_TWO                                                                                  \
    "{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},{" \
    "\"type\":\"text\",\"text\":\"b\"}]}"
#define RAW_THREE "{ }"
    static const struct answer answers[] = {
        {200, NULL,
         "{\"choices\":[ {\"message\" : " RAW_ONE " ,\"finish_reason\":\"tool_calls\"}]}"},
        {200, NULL, "{\"choices\":[{\"message\":" RAW_TWO "}]}"},
        {200, NULL, "{\"choices\":[{\"message\":" RAW_THREE "}]}"},
        {200, NULL, OK_BODY},
    };
    struct capture c;
    const fov_provider_opts opts = capture_opts();
    (void)state;
    capture_open(&c, &opts, answers, 4);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(capture_ask(&c), FOV_OK);
        capture_take(&c);
    }
    expect_body(&c, "{\"model\":\"m\",\"messages\":[" RAW_ONE ","
                    "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":[{"
                    "\"type\":\"text\",\"text\":\"hm\"}]},"
                    "{\"type\":\"text\",\"text\":\"b\"}]},"
                    "{\"role\":\"assistant\" }]}");
    capture_close(&c);
}

static void chat__makes_up_messages_that_no_server_sent(void **state)
{
    struct capture c;
    const fov_provider_opts opts = capture_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    assert_int_equal(fov_reply_add_call(c.reply, "c1", "zoom", "{\"a\":1}", NULL), FOV_OK);
    assert_int_equal(fov_reply_add_call(c.reply, "c2", "zoom", "{wrong", NULL), FOV_OK);
    capture_take(&c);
    assert_int_equal(fov_reply_add_text(c.reply, "done", NULL), FOV_OK);
    assert_int_equal(fov_reply_set_raw(c.reply, "[1]", 3, NULL),
                     FOV_OK); /* another provider's raw text */
    capture_take(&c);
    expect_body(&c, "{\"model\":\"m\",\"messages\":["
                    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":["
                    "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"zoom\","
                    "\"arguments\":\"{\\\"a\\\":1}\"}},"
                    "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"zoom\","
                    "\"arguments\":\"{wrong\"}}]},"
                    "{\"role\":\"assistant\",\"content\":\"done\"}]}");
    capture_close(&c);
}

int test_chat_write(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat__writes_system_user_and_image),
        cmocka_unit_test(chat__puts_tool_images_behind_all_tool_messages),
        cmocka_unit_test(chat__joins_the_users_words_to_the_images_before_them),
        cmocka_unit_test(chat__puts_tool_images_inside_where_it_is_told),
        cmocka_unit_test(chat__declares_tools_only_when_there_are_some),
        cmocka_unit_test(chat__refuses_a_tool_whose_schema_is_no_json),
        cmocka_unit_test(chat__adds_extra_members_at_the_end),
        cmocka_unit_test(chat__sends_assistant_messages_back_byte_for_byte),
        cmocka_unit_test(chat__makes_up_messages_that_no_server_sent),
    };
    return cmocka_run_group_tests_name("chat write", tests, NULL, NULL);
}
