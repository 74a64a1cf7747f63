/* SPDX-License-Identifier: MIT */
/* Request bodies of the Messages format, byte for byte. */
#include "provider/test_anthropic.h"

#define OK_BODY "{\"content\":[{\"type\":\"text\",\"text\":\"ok\"}],\"stop_reason\":\"end_turn\"}"
#define HEAD "{\"model\":\"m\",\"max_tokens\":16384,"
#define CACHE ",\"cache_control\":{\"type\":\"ephemeral\"}"
#define OVERSIZED(what) ",\"transformations\":{\"oversized_image\":\"" what "\"}"
#define TEXT(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
/* SHA-256 of "one", "two", "three" (sha256sum). */
#define SHA_ONE "sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define SHA_TWO "sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
#define SHA_THREE "sha256:8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f"
#define IMAGE(mime, sha, more)                                                         \
    "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/" mime \
    "\",\"data\":\"" sha "\"}" more "}"

static const struct answer ok[] = {{200, NULL, OK_BODY}, {200, NULL, OK_BODY}};

/* The body in pieces, ended by NULL. */
static void expect_pieces(struct capture *c, const char *const *pieces)
{
    char want[4096] = "";
    for (; *pieces != NULL; pieces++) {
        assert_true(strlen(want) + strlen(*pieces) < sizeof(want));
        strcat(want, *pieces);
    }
    if (capture_ask(c) < 0) {
        fail_msg("%s", c->err.message);
    }
    assert_string_equal(c->body, want);
}
#define EXPECT(c, ...) expect_pieces(c, (const char *const[]){__VA_ARGS__, NULL})

static void messages__writes_system_user_and_image(void **state)
{
    struct capture c;
    const fov_provider_opts opts = anthropic_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_text(&c, "a \"quoted\"\nline");
    capture_text(&c, "b");
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "see:");
    add_sized(&c, "img_0", FOV_FORMAT_PNG, "one", 10, 20);
    capture_image(&c, "img_1", FOV_FORMAT_JPEG, "two", 10, 20);
    capture_text(&c, "what?");
    EXPECT(&c, HEAD, "\"system\":[", TEXT("a \\\"quoted\\\"\\nline"), ",", TEXT("b"),
           "],\"messages\":[{\"role\":\"user\",\"content\":[", TEXT("see:"), ",",
           IMAGE("png", SHA_ONE, OVERSIZED("error")), ",", IMAGE("jpeg", SHA_TWO, CACHE), ",",
           TEXT("what?"), "]}]}");
    assert_string_equal(c.url, "https://api.anthropic.com/v1/messages");
    assert_string_equal(c.headers, "Content-Type: application/json\nAccept: application/json\n"
                                   "anthropic-version: 2026-10-21\nx-api-key: " TEST_KEY "\n");
    capture_close(&c);
}

/* Three results in two tool messages, one of them an error with an image, which the format has no
 * place for inside; then the user's words. */
static void add_results(struct capture *c)
{
    capture_message(c, FOV_ROLE_USER);
    capture_text(c, "go");
    capture_message(c, FOV_ROLE_ASSISTANT);
    capture_text(c, "hm");
    capture_message(c, FOV_ROLE_TOOL);
    capture_result(c, "c1", "zoom", "first");
    add_sized(c, "img_1", FOV_FORMAT_PNG, "one", 100, 50);
    add_sized(c, "img_2", FOV_FORMAT_PNG, "two", 30, 40);
    capture_message(c, FOV_ROLE_TOOL);
    assert_int_equal(
        fov__conversation_add_result(c->conversation, "c2", "measure", "no", true, NULL), FOV_OK);
    add_sized(c, "img_3", FOV_FORMAT_JPEG, "three", 5, 6);
    capture_result(c, "c3", "rotate", "");
    capture_message(c, FOV_ROLE_USER);
    capture_text(c, "and now?");
}

#define ASK "\"messages\":[{\"role\":\"user\",\"content\":["
#define OPENING                                                                    \
    HEAD, ASK, TEXT("go"), "]},{\"role\":\"assistant\",\"content\":[", TEXT("hm"), \
        "]},{\"role\":\"user\",\"content\":["
#define RESULT(id) "{\"type\":\"tool_result\",\"tool_use_id\":\"" id "\",\"content\":["

static void messages__puts_results_first_and_images_inside(void **state)
{
    struct capture c;
    const fov_provider_opts opts = anthropic_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    add_results(&c);
    EXPECT(&c, OPENING, RESULT("c1"), TEXT("first"), ",", IMAGE("png", SHA_ONE, OVERSIZED("error")),
           ",", IMAGE("png", SHA_TWO, OVERSIZED("error")), "]},", RESULT("c2"), TEXT("no"),
           "],\"is_error\":true},", RESULT("c3"), "]},",
           TEXT("Image img_3, 5 x 6 pixels, from call c2 (measure):"), ",",
           IMAGE("jpeg", SHA_THREE, OVERSIZED("error") CACHE), ",", TEXT("and now?"), "]}]}");
    capture_close(&c);
}

static void messages__puts_images_behind_results_where_it_is_told(void **state)
{
    struct capture c;
    fov_provider_opts opts = anthropic_opts();
    (void)state;
    opts.tool_images = FOV_TOOL_IMAGES_FOLLOW;
    opts.image_detail = "downsize";
    capture_open(&c, &opts, ok, 1);
    add_results(&c);
    EXPECT(&c, OPENING, RESULT("c1"), TEXT("first"), "]},", RESULT("c2"), TEXT("no"),
           "],\"is_error\":true},", RESULT("c3"), "]},",
           TEXT("Image img_1, 100 x 50 pixels, from call c1 (zoom):"), ",",
           IMAGE("png", SHA_ONE, OVERSIZED("downsize")), ",",
           TEXT("Image img_2, 30 x 40 pixels, from call c1 (zoom):"), ",",
           IMAGE("png", SHA_TWO, OVERSIZED("downsize")), ",",
           TEXT("Image img_3, 5 x 6 pixels, from call c2 (measure):"), ",",
           IMAGE("jpeg", SHA_THREE, OVERSIZED("downsize") CACHE), ",", TEXT("and now?"), "]}]}");
    capture_close(&c);
}

static void messages__judges_callers_images_only_as_it_is_told(void **state)
{
    struct capture c;
    fov_provider_opts opts = anthropic_opts();
    (void)state;
    opts.image_detail = "error";
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_USER);
    capture_image(&c, "img_0", FOV_FORMAT_PNG, "one", 10, 20);
    EXPECT(&c, HEAD, ASK, IMAGE("png", SHA_ONE, OVERSIZED("error") CACHE), "]}]}");
    capture_close(&c);
    fov_context *ctx = message_context();
    fov_model *model = NULL;
    fov_error err;
    opts.image_detail = "high";
    assert_int_equal(fov_model_new_provider(&model, ctx, &opts, &err), FOV_E_ARG);
    assert_string_equal(err.where, "image_detail");
    assert_non_null(strstr(err.message, "\"high\""));
    message_context_free(ctx);
}

/* How often `what` stands in `text`. */
static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *p = strstr(text, what); p != NULL; p = strstr(p + 1, what)) {
        n++;
    }
    return n;
}

/* Whether the block that ends a cached prefix is the result of this call. */
static bool is_marked(const char *body, int call)
{
    char id[64];
    snprintf(id, sizeof(id), "\"tool_use_id\":\"c%d\"", call);
    const char *block = strstr(body, id);
    assert_non_null(block);
    const char *mark = strstr(block, "cache_control"),
               *next = strstr(block + strlen(id), "tool_use_id");
    return mark != NULL && (next == NULL || mark < next);
}

static void messages__marks_originals_and_the_two_newest_results(void **state)
{
    struct capture c;
    const fov_provider_opts opts = anthropic_opts();
    struct answer answers[7];
    char id[16];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(answers); i++) {
        answers[i] = ok[0];
    }
    capture_open(&c, &opts, answers, FOV_COUNT(answers));
    capture_message(&c, FOV_ROLE_USER);
    add_sized(&c, "img_0", FOV_FORMAT_PNG, "one", 10, 20);
    capture_text(&c, "q");
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_int_equal(count(c.body, "cache_control"), 1);
    for (int i = 0; i < 5; i++) {
        snprintf(id, sizeof(id), "c%d", i);
        fov_reply_free(c.reply);
        assert_int_equal(fov_reply_new(&c.reply, c.ctx, NULL), FOV_OK);
        assert_int_equal(fov_reply_add_call(c.reply, id, "zoom", "{}", NULL), FOV_OK);
        capture_take(&c);
        capture_message(&c, FOV_ROLE_TOOL);
        capture_result(&c, id, "zoom", "seen");
        assert_int_equal(capture_ask(&c), FOV_OK);
        assert_int_equal(count(c.body, "cache_control"), i == 0 ? 2 : 3);
        assert_non_null(strstr(c.body, OVERSIZED("error") CACHE "}," TEXT("q")));
        for (int k = 0; k <= i; k++) {
            assert_int_equal(is_marked(c.body, k), k >= i - 1);
        }
    }
    capture_close(&c);
}

static void messages__keeps_withdrawn_tools_declared(void **state)
{
    static const fov_tool tools[] = {{"zoom", "Look closer.", "{ \"type\": \"object\" }", 1},
                                     {"list", NULL, "{}", 0}};
#define ASKED ASK TEXT("x") "]}]"
#define TOOLS                                                                           \
    ",\"tools\":[{\"name\":\"zoom\",\"description\":\"Look closer.\",\"input_schema\":" \
    "{ \"type\": \"object\" },\"strict\":true},{\"name\":\"list\",\"input_schema\":{}}]"
    static const struct answer three[] = {
        {200, NULL, OK_BODY}, {200, NULL, OK_BODY}, {200, NULL, OK_BODY}};
    struct capture c;
    const fov_provider_opts opts = anthropic_opts();
    (void)state;
    capture_open(&c, &opts, three, 3);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    c.request.tools = tools;
    c.request.tool_count = 2;
    EXPECT(&c, HEAD, ASKED, TOOLS, "}");
    c.request.tool_choice = FOV_TOOL_CHOICE_NONE;
    EXPECT(&c, HEAD, ASKED, TOOLS, ",\"tool_choice\":{\"type\":\"none\"}}");
    c.request.tool_count = 0;
    c.request.max_output_tokens = 1000;
    EXPECT(&c, "{\"model\":\"m\",\"max_tokens\":1000,", ASKED, "}");
    capture_close(&c);
}

static void messages__refuses_a_tool_whose_schema_is_no_json(void **state)
{
    static const fov_tool tools[] = {
        {"zoom", "d", "{]", 0}, {NULL, "d", "{}", 0}, {"zoom", "d", NULL, 0}};
    struct capture c;
    const fov_provider_opts opts = anthropic_opts();
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
    capture_close(&c);
}

/* Blocks go back as they came, whatever was in them, for as long as the conversation lasts. */
static void messages__sends_blocks_back_byte_for_byte(void **state)
{
#define RAW_ONE                                                                                    \
    "[ {\"signature\":\"Eo\\/Y==\",\"thinking\" : \"\",\"type\":\"thinking\"},\t{\"type\":"        \
    "\"redacted_thinking\",\"data\":\"b\\u0061\"},{\"type\":\"novelty_2031\",\"n\":1.0E+3},"       \
    "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"z\",\"input\":{\"a\": 1.50},\"caller\":" \
    "{\"type\":\"direct\"}} ]"
#define RAW_TWO "[{\"text\":\"b\",\"citations\":null,\"type\":\"text\"}]"
    static const struct answer answers[] = {
        {200, NULL,
         "{\"type\":\"message\",\"content\" : " RAW_ONE " ,\"stop_reason\":\"tool_use\"}"},
        {200, NULL, "{\"content\":" RAW_TWO "}"},
        {200, NULL, OK_BODY},
    };
    struct capture c;
    const fov_provider_opts opts = anthropic_opts();
    (void)state;
    capture_open(&c, &opts, answers, 3);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(capture_ask(&c), FOV_OK);
        capture_take(&c);
    }
    EXPECT(&c, HEAD, "\"messages\":[{\"role\":\"assistant\",\"content\":", RAW_ONE,
           "},{\"role\":\"assistant\",\"content\":", RAW_TWO, "}]}");
    capture_close(&c);
}

#define USE(id, input) \
    ",{\"type\":\"tool_use\",\"id\":\"" id "\",\"name\":\"zoom\",\"input\":" input "}"

/* Raw text of other formats is never taken for ours; ids and arguments that this one refuses are
 * written so that it takes them. */
static void messages__writes_other_providers_messages_from_their_parts(void **state)
{
    static const char *const foreign[] = {
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}",
        ("[{\"type\":\"reasoning\",\"id\":\"rs\"},{\"type\":\"message\",\"content\":[{\"type\":"
         "\"output_text\",\"text\":\"x\"}]},{\"type\":\"function_call\",\"arguments\":\"{}\"}]"),
        "[{\"text\":\"x\"},{\"functionCall\":{\"type\":\"text\"}}]",
        "[\"text\",{\"type\":1},{\"type\":[\"text\"]}]",
        "[]",
        "7",
    };
    struct capture c;
    const fov_provider_opts opts = anthropic_opts();
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(foreign); i++) {
        capture_open(&c, &opts, ok, 1);
        assert_int_equal(fov_reply_add_text(c.reply, " \n", NULL), FOV_OK);
        assert_int_equal(fov_reply_add_text(c.reply, "seen", NULL), FOV_OK);
        assert_int_equal(
            fov_reply_add_call(c.reply, "functions.zoom:0", "zoom", " {\"a\":1}", NULL), FOV_OK);
        assert_int_equal(fov_reply_add_call(c.reply, "c2", "zoom", "{wrong", NULL), FOV_OK);
        assert_int_equal(fov_reply_add_call(c.reply, "c3", "zoom", "[1]", NULL), FOV_OK);
        assert_int_equal(fov_reply_add_call(c.reply, "c4", "zoom", "", NULL), FOV_OK);
        assert_int_equal(fov_reply_set_raw(c.reply, foreign[i], strlen(foreign[i]), NULL), FOV_OK);
        capture_take(&c);
        capture_message(&c, FOV_ROLE_TOOL);
        capture_result(&c, "functions.zoom:0", "zoom", "r");
        EXPECT(&c, HEAD, "\"messages\":[{\"role\":\"assistant\",\"content\":[", TEXT("seen"),
               USE("functions_2Ezoom_3A0", " {\"a\":1}"),
               USE("c2", "{\"INVALID_JSON\":\"{wrong\"}"), USE("c3", "{\"INVALID_JSON\":\"[1]\"}"),
               USE("c4", "{}"), "]},{\"role\":\"user\",\"content\":[",
               RESULT("functions_2Ezoom_3A0"), TEXT("r"), "]", CACHE, "}]}]}");
        capture_close(&c);
    }
}

/* The server refuses blocks without a visible character and messages without a block. */
static void messages__leaves_out_what_is_blank(void **state)
{
    struct capture c;
    fov_provider_opts opts = anthropic_opts();
    (void)state;
    opts.extra = " { \"thinking\": {\"type\":\"adaptive\"} } ";
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_text(&c, " ");
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "\n\t");
    capture_message(&c, FOV_ROLE_ASSISTANT);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "");
    capture_text(&c, "x");
    capture_message(&c, FOV_ROLE_USER); /* joined: the roles alternate */
    capture_text(&c, "y");
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_text(&c, "be brief");
    capture_message(&c, FOV_ROLE_SYSTEM);
    EXPECT(&c, HEAD, ASK, TEXT("x"), ",", TEXT("y"), "]},{\"role\":\"system\",\"content\":[",
           TEXT("be brief"), "]}],", " \"thinking\": {\"type\":\"adaptive\"} }");
    capture_close(&c);
}

static void messages__refuses_extra_members_of_its_own(void **state)
{
    static const char *const bad[] = {"{\"max_tokens\":1}", "{\"system\":\"s\"}", "{\"tools\":[]}",
                                      "{\"stream\":true}"};
    fov_provider_opts opts = anthropic_opts();
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        fov_context *ctx = message_context();
        fov_model *model = NULL;
        opts.extra = bad[i];
        assert_int_equal(fov_model_new_provider(&model, ctx, &opts, NULL), FOV_E_ARG);
        message_context_free(ctx);
    }
}

/* The official libraries' ANTHROPIC_BASE_URL is without /v1, the addresses of other programs are
 * with it. */
static void messages__takes_a_base_address_with_and_without_its_version(void **state)
{
    static const char *const cases[][2] = {
        {NULL, "https://api.anthropic.com/v1/messages"},
        {"https://api.anthropic.com", "https://api.anthropic.com/v1/messages"},
        {"https://api.anthropic.com/", "https://api.anthropic.com/v1/messages"},
        {"https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"},
        {"http://localhost:11434", "http://localhost:11434/v1/messages"},
        {"http://localhost:4000/anthropic?a=/v1",
         "http://localhost:4000/anthropic/v1/messages?a=/v1"},
        {"http://[::1]:8080/v1/?k=2", "http://[::1]:8080/v1/messages?k=2"},
        {"http://[::1]:8080/xv1", "http://[::1]:8080/xv1/v1/messages"},
    };
    struct capture c;
    fov_provider_opts opts = anthropic_opts();
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        opts.base_url = cases[i][0];
        capture_open(&c, &opts, ok, 1);
        capture_message(&c, FOV_ROLE_USER);
        capture_text(&c, "x");
        assert_int_equal(capture_ask(&c), FOV_OK);
        assert_string_equal(c.url, cases[i][1]);
        capture_close(&c);
    }
    assert_string_equal(fov_provider_base_url_env("anthropic"), "ANTHROPIC_BASE_URL");
    assert_string_equal(fov_provider_key_env("anthropic"), "ANTHROPIC_API_KEY");
}

int test_anthropic_write(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages__writes_system_user_and_image),
        cmocka_unit_test(messages__puts_results_first_and_images_inside),
        cmocka_unit_test(messages__puts_images_behind_results_where_it_is_told),
        cmocka_unit_test(messages__judges_callers_images_only_as_it_is_told),
        cmocka_unit_test(messages__marks_originals_and_the_two_newest_results),
        cmocka_unit_test(messages__keeps_withdrawn_tools_declared),
        cmocka_unit_test(messages__refuses_a_tool_whose_schema_is_no_json),
        cmocka_unit_test(messages__sends_blocks_back_byte_for_byte),
        cmocka_unit_test(messages__writes_other_providers_messages_from_their_parts),
        cmocka_unit_test(messages__leaves_out_what_is_blank),
        cmocka_unit_test(messages__refuses_extra_members_of_its_own),
        cmocka_unit_test(messages__takes_a_base_address_with_and_without_its_version),
    };
    return cmocka_run_group_tests_name("anthropic write", tests, NULL, NULL);
}
