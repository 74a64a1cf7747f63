/* SPDX-License-Identifier: MIT */
/* Request bodies, byte for byte. */
#include "provider/test_openai_responses.h"

/* SHA-256 of "one", "two", "three" (sha256sum). */
#define SHA_ONE "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define SHA_TWO "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
#define SHA_THREE "8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f"
#define PNG "{'type':'input_image','image_url':'data:image/png;base64,sha256:"
#define JPEG "{'type':'input_image','image_url':'data:image/jpeg;base64,sha256:"
#define AUTO "','detail':'auto'}"
#define ORIGINAL "','detail':'original'}"
#define MARKED "','detail':'auto','prompt_cache_breakpoint':{'mode':'explicit'}}"
#define USER "{'type':'message','role':'user','content':["
#define TEXT "{'type':'input_text','text':'"
#define OUTPUT "{'type':'function_call_output','call_id':'"
#define X USER TEXT "x'}]}"

static const struct answer ok[] = {{200, NULL, RESPONSES_OK}, {200, NULL, RESPONSES_OK}};

/* Bodies are written with ' for ", as many as there are. */
static void expect_body(struct capture *c, const char *want)
{
    char *body = strdup(want);
    assert_non_null(body);
    for (char *p = body; *p != '\0'; p++) {
        *p = *p == '\'' ? '"' : *p;
    }
    if (capture_ask(c) < 0) {
        fail_msg("%s", c->err.message);
    }
    assert_string_equal(c->body, body);
    free(body);
}

/* The items alone. */
static void expect_input(struct capture *c, const char *items)
{
    static const char head[] = "{'model':'m','input':[", tail[] = "]," RESPONSES_TAIL "}";
    const size_t size = strlen(head) + strlen(items) + strlen(tail) + 1;
    char *want = malloc(size);
    assert_non_null(want);
    snprintf(want, size, "%s%s%s", head, items, tail);
    expect_body(c, want);
    free(want);
}

static void responses__writes_system_user_and_image(void **state)
{
    struct capture c;
    const fov_provider_opts opts = responses_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_text(&c, "a \"quoted\"\nline");
    capture_text(&c, "b");
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "see:");
    capture_image(&c, "img_0", FOV_FORMAT_PNG, "one", 10, 20);
    capture_image(&c, "img_1", FOV_FORMAT_JPEG, "two", 10, 20);
    expect_input(
        &c, "{'type':'message','role':'system','content':'a \\'quoted\\'\\nline\\n\\nb'}," USER TEXT
            "see:'}," PNG SHA_ONE AUTO "," JPEG SHA_TWO AUTO "]}");
    assert_string_equal(c.url, "https://api.openai.com/v1/responses");
    assert_string_equal(c.headers, "Content-Type: application/json\nAccept: application/json\n"
                                   "Authorization: Bearer " TEST_KEY "\n");
    capture_close(&c);
}

static void responses__leaves_empty_messages_out(void **state)
{
    struct capture c;
    const fov_provider_opts opts = responses_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_SYSTEM);
    capture_message(&c, FOV_ROLE_USER);
    capture_message(&c, FOV_ROLE_ASSISTANT);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    expect_input(&c, X);
    capture_close(&c);
}

/* Two results with images between them, in two tool messages. */
static void add_two_calls(struct capture *c)
{
    capture_message(c, FOV_ROLE_USER);
    capture_text(c, "x");
    capture_message(c, FOV_ROLE_TOOL);
    capture_result(c, "c1", "zoom", "first");
    capture_image(c, "img_1", FOV_FORMAT_PNG, "one", 100, 50);
    capture_image(c, "img_2", FOV_FORMAT_PNG, "two", 30, 40);
    capture_message(c, FOV_ROLE_TOOL);
    capture_result(c, "c2", "measure", "{\"px\":7}");
    capture_result(c, "c3", "rotate", "");
    capture_image(c, "img_3", FOV_FORMAT_JPEG, "three", 5, 6);
}

static void responses__puts_tool_images_into_the_output_of_their_call(void **state)
{
    struct capture c;
    fov_provider_opts opts = responses_opts();
    (void)state;
    opts.image_detail = "original";
    capture_open(&c, &opts, ok, 1);
    add_two_calls(&c);
    expect_input(&c, X "," OUTPUT "c1','output':[" TEXT "first'}," PNG SHA_ONE ORIGINAL
                       "," PNG SHA_TWO ORIGINAL "]}," OUTPUT "c2','output':'{\\'px\\':7}'}," OUTPUT
                       "c3','output':[" JPEG SHA_THREE ORIGINAL "]}");
    capture_close(&c);
}

static void responses__puts_tool_images_behind_all_outputs_where_it_is_told(void **state)
{
    struct capture c;
    fov_provider_opts opts = responses_opts();
    (void)state;
    opts.tool_images = FOV_TOOL_IMAGES_FOLLOW;
    capture_open(&c, &opts, ok, 1);
    add_two_calls(&c);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "and now?");
    expect_input(&c,
                 X "," OUTPUT "c1','output':'first'}," OUTPUT "c2','output':'{\\'px\\':7}'}," OUTPUT
                   "c3','output':''}," USER TEXT
                   "Image img_1, 100 x 50 pixels, from call c1 (zoom):'}," PNG SHA_ONE AUTO "," TEXT
                   "Image img_2, 30 x 40 pixels, from call c1 (zoom):'}," PNG SHA_TWO AUTO "," TEXT
                   "Image img_3, 5 x 6 pixels, from call c3 (rotate):'}," JPEG SHA_THREE AUTO
                   "," TEXT "and now?'}]}");
    capture_close(&c);
}

/* A mark that moved would be a prefix that changed. */
static void responses__marks_the_last_image_of_each_turn_where_the_caller_chose_marks(void **state)
{
    struct capture c;
    fov_provider_opts opts = responses_opts();
    (void)state;
    opts.extra = "{\"prompt_cache_options\":{\"mode\":\"implicit\"}}";
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_USER);
    capture_image(&c, "img_0", FOV_FORMAT_PNG, "three", 1, 1);
    capture_image(&c, "img_9", FOV_FORMAT_PNG, "two", 1, 1);
    capture_text(&c, "q");
    add_two_calls(&c);
    expect_body(&c, "{'model':'m','input':[" USER PNG SHA_THREE AUTO "," PNG SHA_TWO MARKED "," TEXT
                    "q'}]}," X "," OUTPUT "c1','output':[" TEXT "first'}," PNG SHA_ONE AUTO
                    "," PNG SHA_TWO AUTO "]}," OUTPUT "c2','output':'{\\'px\\':7}'}," OUTPUT
                    "c3','output':[" JPEG SHA_THREE MARKED "]}]," RESPONSES_TAIL
                    ",'prompt_cache_options':{'mode':'implicit'}}");
    capture_close(&c);
    opts.tool_images = FOV_TOOL_IMAGES_FOLLOW;
    capture_open(&c, &opts, ok, 1);
    add_two_calls(&c);
    assert_int_equal(capture_ask(&c), FOV_OK);
    const char *mark = strstr(c.body, "prompt_cache_breakpoint");
    assert_non_null(mark);
    assert_true(mark > strstr(c.body, SHA_THREE));
    assert_null(strstr(mark + 1, "prompt_cache_breakpoint"));
    capture_close(&c);
}

static void responses__declares_flat_tools_and_always_says_strict(void **state)
{
    static const fov_tool tools[] = {{"zoom", "Look closer.", "{ \"type\": \"object\" }", 1},
                                     {"list", NULL, "{}", 0}};
    struct capture c;
    const fov_provider_opts opts = responses_opts();
    (void)state;
    capture_open(&c, &opts, ok, 2);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    c.request.tools = tools;
    c.request.tool_count = 2;
    c.request.tool_choice = FOV_TOOL_CHOICE_NONE; /* withdrawn: declared still */
    c.request.max_output_tokens = 1000;
    expect_body(&c, "{'model':'m','input':[" X "],'tools':["
                    "{'type':'function','name':'zoom','description':'Look closer.',"
                    "'parameters':{ 'type': 'object' },'strict':true},"
                    "{'type':'function','name':'list','parameters':{},'strict':false}],"
                    "'tool_choice':'none','max_output_tokens':1000," RESPONSES_TAIL "}");
    c.request.tool_count = 0;
    c.request.max_output_tokens = 0;
    expect_input(&c, X);
    capture_close(&c);
}

static void responses__refuses_a_tool_whose_schema_is_no_json(void **state)
{
    static const fov_tool bad[] = {
        {"zoom", "d", "{]", 0}, {NULL, "d", "{}", 0}, {"zoom", "d", NULL, 0}};
    struct capture c;
    const fov_provider_opts opts = responses_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    capture_message(&c, FOV_ROLE_USER);
    capture_text(&c, "x");
    c.request.tool_count = 1;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        c.request.tools = &bad[i];
        assert_int_equal(capture_ask(&c), FOV_E_ARG);
    }
    assert_int_equal(c.sent, 0);
    capture_close(&c);
}

static void responses__lets_extra_replace_what_is_kept_and_included(void **state)
{
    static const char *const extras[][2] = {
        {" { \"reasoning\": {\"effort\":\"low\"}, \"seed\":7 } ",
         RESPONSES_TAIL ", \"reasoning\": {\"effort\":\"low\"}, \"seed\":7 "},
        {"{\"include\":[]}", "\"store\":false,\"include\":[]"},
        {"{\"store\":true}", "\"include\":[\"reasoning.encrypted_content\"],\"store\":true"},
        {"{\"\\u0073tore\":true,\"include\":null}", "\"\\u0073tore\":true,\"include\":null"},
        {"{\"a\":{\"store\":1}}", RESPONSES_TAIL ",\"a\":{\"store\":1}"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(extras); i++) {
        struct capture c;
        char want[512];
        fov_provider_opts opts = responses_opts();
        opts.extra = extras[i][0];
        capture_open(&c, &opts, ok, 1);
        capture_message(&c, FOV_ROLE_USER);
        capture_text(&c, "x");
        snprintf(want, sizeof(want), "{'model':'m','input':[" X "],%s}", extras[i][1]);
        expect_body(&c, want);
        capture_close(&c);
    }
}

/* Members that would answer later, or add to the conversation a second time. */
static void responses__refuses_extra_that_would_change_the_conversation(void **state)
{
    static const char *const members[] = {"model",        "input",      "tools",
                                          "tool_choice",  "stream",     "max_output_tokens",
                                          "conversation", "background", "previous_response_id"};
    fov_context *ctx = message_context();
    fov_model *model = NULL;
    fov_error err;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(members); i++) {
        char extra[64];
        fov_provider_opts opts = responses_opts();
        snprintf(extra, sizeof(extra), "{\"%s\":1}", members[i]);
        opts.extra = extra;
        assert_int_equal(fov_model_new_provider(&model, ctx, &opts, &err), FOV_E_ARG);
        assert_non_null(strstr(err.message, members[i]));
    }
    message_context_free(ctx);
}

/* Every item goes back as it came, whatever is in it, for as long as the conversation lasts. */
static void responses__sends_items_back_byte_for_byte(void **state)
{
#define ITEMS_ONE                                                                                  \
    "{ \"type\" : \"reasoning\",\"id\":\"rs_1\",\"summary\":[ ],\"encrypted_content\":"            \
    "\"gAAA\\u002b==\",\"n\":1.0E+3 } ,\t{\"type\":\"a_type_of_2031\",\"x\":{\"\\u0061\":[ ]}},\n" \
    "{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"phase\":\"commentary\","      \
    "\"status\":\"completed\",\"content\":[{\"type\":\"output_text\",\"text\":\"hm\","             \
    "\"annotations\":[],\"logprobs\":[]}]}, {\"type\":\"function_call\",\"id\":\"fc_1\","          \
    "\"call_id\":\"call_1\",\"name\":\"zoom\",\"arguments\":\"{}\",\"namespace\":\"n\"}"
#define ITEMS_TWO "{\"content\":\"plain\",\"type\":\"message\"}"
    static const struct answer answers[] = {
        {200, NULL, "{\"output\" : [ " ITEMS_ONE " ] ,\"status\":\"completed\"}"},
        {200, NULL, "{\"output\":[" ITEMS_TWO "\n]}"},
        {200, NULL, RESPONSES_OK},
    };
    struct capture c;
    const fov_provider_opts opts = responses_opts();
    (void)state;
    capture_open(&c, &opts, answers, 3);
    assert_int_equal(capture_ask(&c), FOV_OK);
    assert_int_equal(fov_reply_part_count(c.reply), 2);
    capture_take(&c);
    capture_message(&c, FOV_ROLE_TOOL);
    capture_result(&c, "call_1", "zoom", "r");
    assert_int_equal(capture_ask(&c), FOV_OK);
    capture_take(&c);
    expect_input(&c, " " ITEMS_ONE "," OUTPUT "call_1','output':'r'}," ITEMS_TWO);
    capture_close(&c);
}

/* A reply as the conversation would have it from elsewhere. */
static void take_foreign(struct capture *c, const char *raw)
{
    assert_int_equal(fov_reply_add_text(c->reply, "done", NULL), FOV_OK);
    assert_int_equal(fov_reply_add_call(c->reply, "c1", "zoom", "{wrong", NULL), FOV_OK);
    if (raw != NULL) {
        assert_int_equal(fov_reply_set_raw(c->reply, raw, strlen(raw), NULL), FOV_OK);
    }
    capture_take(c);
}

static void responses__writes_messages_of_others_from_their_parts(void **state)
{
    static const char *const foreign[] = {
        NULL,                                            /* a script's or a host's */
        "{\"role\":\"assistant\",\"content\":\"done\"}", /* Chat Completions */
        "[{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"s\"},{\"type\":\"text\","
        "\"text\":\"done\"},{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"zoom\",\"input\":{}}]",
        "{\"role\":\"model\",\"parts\":[{\"text\":\"done\"}]}", /* Gemini */
        "[{\"text\":\"done\"},{\"functionCall\":{\"name\":\"zoom\",\"args\":{}}}]",
        "[{\"type\":\"function_call\",\"id\":\"c1\",\"name\":\"zoom\",\"arguments\":{}}]",
        "[]",
        "[1,\"message\",[],{\"x\":[{\"type\":\"message\"}]}]",
        " \"message\"",
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(foreign); i++) {
        struct capture c;
        const fov_provider_opts opts = responses_opts();
        capture_open(&c, &opts, ok, 1);
        take_foreign(&c, foreign[i]);
        expect_input(&c, "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":"
                         "\"output_text\",\"text\":\"done\"}]},{\"type\":\"function_call\","
                         "\"call_id\":\"c1\",\"name\":\"zoom\",\"arguments\":\"{wrong\"}");
        capture_close(&c);
    }
}

/* The API takes 64 characters. What the server itself named is not touched, however long. */
static void responses__shortens_only_the_ids_of_others(void **state)
{
#define LONG_ID "toolu_0123456789012345678901234567890123456789012345678901234567890123456789"
    /* printf %s "$LONG_ID" | sha256sum | cut -c-40 */
#define SHORT_ID "call_" LONG_SHA
#define LONG_SHA "81a9e45036b770601b98e2ccaeceaeac9333b350"
    static const struct answer answers[] = {
        {200, NULL,
         "{\"output\":[{\"type\":\"function_call\",\"call_id\":\"" LONG_ID "\",\"name\":\"zoom\","
         "\"arguments\":\"{}\"}]}"},
        {200, NULL, RESPONSES_OK},
    };
    struct capture c;
    const fov_provider_opts opts = responses_opts();
    (void)state;
    capture_open(&c, &opts, ok, 1);
    assert_int_equal(fov_reply_add_call(c.reply, LONG_ID, "zoom", "{}", NULL), FOV_OK);
    capture_take(&c);
    capture_message(&c, FOV_ROLE_TOOL);
    capture_result(&c, LONG_ID, "zoom", "r");
    expect_input(&c, "{'type':'function_call','call_id':'" SHORT_ID "','name':'zoom',"
                     "'arguments':'{}'}," OUTPUT SHORT_ID "','output':'r'}");
    capture_close(&c);
    capture_open(&c, &opts, answers, 2);
    assert_int_equal(capture_ask(&c), FOV_OK);
    capture_take(&c);
    capture_message(&c, FOV_ROLE_TOOL);
    capture_result(&c, LONG_ID, "zoom", "r");
    expect_input(&c, "{'type':'function_call','call_id':'" LONG_ID "','name':'zoom',"
                     "'arguments':'{}'}," OUTPUT LONG_ID "','output':'r'}");
    capture_close(&c);
}

int test_openai_responses_write(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responses__writes_system_user_and_image),
        cmocka_unit_test(responses__leaves_empty_messages_out),
        cmocka_unit_test(responses__puts_tool_images_into_the_output_of_their_call),
        cmocka_unit_test(responses__puts_tool_images_behind_all_outputs_where_it_is_told),
        cmocka_unit_test(responses__marks_the_last_image_of_each_turn_where_the_caller_chose_marks),
        cmocka_unit_test(responses__declares_flat_tools_and_always_says_strict),
        cmocka_unit_test(responses__refuses_a_tool_whose_schema_is_no_json),
        cmocka_unit_test(responses__lets_extra_replace_what_is_kept_and_included),
        cmocka_unit_test(responses__refuses_extra_that_would_change_the_conversation),
        cmocka_unit_test(responses__sends_items_back_byte_for_byte),
        cmocka_unit_test(responses__writes_messages_of_others_from_their_parts),
        cmocka_unit_test(responses__shortens_only_the_ids_of_others),
    };
    return cmocka_run_group_tests_name("openai_responses write", tests, NULL, NULL);
}
