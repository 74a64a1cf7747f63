/* SPDX-License-Identifier: MIT */
/* A model asked without a session, through the public header: the conversation written part by
 * part, a model that wraps another, the reply read and taken. */
#include "message/message_support.h"
#include "torture/torture.h"

#define CHART FOV_TESTDATA "/charts/bar-banks.png"

static const char script[] =
    "[{\"text\":\"look\",\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[0,0,5,5]}}],"
    "\"raw\":{\"role\" : \"assistant\"},\"usage\":{\"input_tokens\":12}},"
    "{\"text\":\"ANSWER: 42\",\"stop\":\"stop\"}]";

static fov_bytes read_file(fov_context *ctx, const char *path)
{
    fov_bytes bytes = {NULL, 0, NULL};
    assert_int_equal(fov__file_read(&bytes, ctx, path, 1 << 24, NULL), FOV_OK);
    return bytes;
}

static fov_part text_part(const char *text)
{
    return (fov_part){.kind = FOV_PART_TEXT, .text = text};
}

static fov_part image_part(const char *id, fov_bytes file)
{
    return (fov_part){.kind = FOV_PART_IMAGE, .image_id = id, .data = file.data, .size = file.size};
}

static void ask__a_conversation_is_written_part_by_part(void **state)
{
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_error err;
    fov_part part;
    (void)state;
    fov_bytes chart = read_file(ctx, CHART);
    const fov_part written[] = {
        text_part("Which?"),
        image_part("img_0", chart),
        {.kind = FOV_PART_CALL, .call_id = "c1", .name = "zoom", .arguments = "{broken"},
        {.kind = FOV_PART_RESULT, .call_id = "c1", .name = "zoom", .text = "no", .is_error = 7},
        image_part("img_1", chart)};
    static const int32_t roles[] = {FOV_ROLE_USER, -1, FOV_ROLE_ASSISTANT, FOV_ROLE_TOOL, -1};
    assert_int_equal(fov_conversation_new(&c, ctx, &err), FOV_OK);
    for (size_t i = 0; i < 5; i++) {
        if (roles[i] >= 0) {
            assert_int_equal(fov_conversation_add(c, roles[i], &err), FOV_OK);
        }
        assert_int_equal(fov_conversation_add_part(c, &written[i], &err), FOV_OK);
        assert_int_equal(err.status, FOV_OK);
    }
    assert_int_equal(fov_conversation_count(c), 3);
    assert_int_equal(fov_conversation_get_part(c, 0, 1, &part), FOV_OK);
    assert_string_equal(part.mime, "image/png");
    assert_int_equal(part.size, chart.size);
    assert_ptr_not_equal(part.data, chart.data); /* a copy */
    assert_memory_equal(part.data, chart.data, chart.size);
    assert_true(part.width > 100 && part.height > 100);
    assert_int_equal(fov_conversation_get_part(c, 1, 0, &part), FOV_OK);
    assert_string_equal(part.arguments, "{broken");
    assert_int_equal(fov_conversation_get_part(c, 2, 0, &part), FOV_OK);
    assert_int_equal(part.is_error, 1);
    assert_string_equal(part.name, "zoom");
    fov_conversation_free(c);
    fov_bytes_free(&chart);
    message_context_free(ctx);
}

static void refused(fov_conversation *c, fov_part part, fov_status with)
{
    const size_t last = fov_conversation_count(c) - 1;
    const size_t before = fov_conversation_part_count(c, last);
    fov_error err;
    memset(&err, 0x55, sizeof(err));
    assert_int_equal(fov_conversation_add_part(c, &part, &err), with);
    assert_int_equal(err.status, with);
    assert_true(err.message[0] != '\0' && err.message[0] != 0x55);
    assert_int_equal(fov_conversation_part_count(c, last), before);
}

static void ask__a_part_that_is_wrong_leaves_the_message_alone(void **state)
{
    static const uint8_t gif[] = "GIF89a", half[] = "\x89PNG\r\n\x1a\n";
    const fov_part call = {
        .kind = FOV_PART_CALL, .call_id = "c", .name = "zoom", .arguments = "{}"};
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_part part;
    (void)state;
    fov_bytes chart = read_file(ctx, CHART);
    assert_int_equal(fov_conversation_new(&c, ctx, NULL), FOV_OK);
    part = text_part("early");
    assert_int_equal(fov_conversation_add_part(c, &part, NULL), FOV_E_STATE);
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_USER, NULL), FOV_OK);
    refused(c, text_part(NULL), FOV_E_ARG);
    refused(c, text_part("bad \xff"), FOV_E_ARG);
    refused(c, call, FOV_E_STATE);
    refused(c, image_part(NULL, chart), FOV_E_ARG);
    refused(c, image_part("img_0", (fov_bytes){NULL, 9, NULL}), FOV_E_ARG);
    refused(c, (fov_part){.kind = FOV_PART_IMAGE, .image_id = "i", .data = gif, .size = 6},
            FOV_E_ARG);
    refused(c, (fov_part){.kind = FOV_PART_IMAGE, .image_id = "i", .data = half, .size = 8},
            FOV_E_IMAGE);
    refused(c, (fov_part){.kind = 4}, FOV_E_ARG);
    refused(c, (fov_part){.kind = -1}, FOV_E_ARG);
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_ASSISTANT, NULL), FOV_OK);
    part = call;
    part.call_id = NULL;
    refused(c, part, FOV_E_ARG);
    part = call;
    part.arguments = NULL;
    refused(c, part, FOV_E_ARG);
    refused(c, image_part("img_0", chart), FOV_E_STATE);
    assert_int_equal(fov_conversation_add_part(c, NULL, NULL), FOV_E_ARG);
    assert_int_equal(fov_conversation_add_part(NULL, &call, NULL), FOV_E_ARG);
    fov_conversation_free(c);
    fov_bytes_free(&chart);
    message_context_free(ctx);
}

/* What a program does that drives a model by itself: ask, take the reply, answer its call, ask. */
static void ask__two_rounds_without_a_session(void **state)
{
    const fov_part result = {
        .kind = FOV_PART_RESULT, .call_id = "call_1_0", .name = "zoom", .text = "img_1: zoom"};
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_reply *reply = NULL;
    fov_model *model = NULL;
    fov_usage usage;
    fov_error err;
    fov_part part = text_part("Which?");
    (void)state;
    assert_int_equal(fov_conversation_new(&c, ctx, &err), FOV_OK);
    assert_int_equal(fov_reply_new(&reply, ctx, &err), FOV_OK);
    assert_int_equal(fov_model_new_script(&model, ctx, script, sizeof(script) - 1, &err), FOV_OK);
    const fov_request request = {.struct_size = sizeof(request), .conversation = c, .round = 1};
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_USER, &err), FOV_OK);
    assert_int_equal(fov_conversation_add_part(c, &part, &err), FOV_OK);
    assert_int_equal(fov_model_generate(model, &request, reply, &err), FOV_OK);
    assert_int_equal(fov_reply_part_count(reply), 2);
    assert_int_equal(fov_reply_get_part(reply, 1, &part), FOV_OK);
    assert_int_equal(part.kind, FOV_PART_CALL);
    assert_string_equal(part.call_id, "call_1_0");
    assert_int_equal(fov_reply_get_part(reply, 2, &part), FOV_E_ARG);
    fov_reply_get_usage(reply, &usage);
    assert_int_equal(usage.input_tokens, 12);
    assert_int_equal(usage.output_tokens, -1);
    assert_int_equal(fov_conversation_take_reply(c, reply, &err), FOV_OK);
    assert_string_equal(fov_conversation_raw(c, 1, NULL), "{\"role\" : \"assistant\"}");
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_TOOL, &err), FOV_OK);
    assert_int_equal(fov_conversation_add_part(c, &result, &err), FOV_OK);
    assert_int_equal(fov_model_generate(model, &request, reply, &err), FOV_OK);
    assert_int_equal(fov_reply_get_part(reply, 0, &part), FOV_OK);
    assert_string_equal(part.text, "ANSWER: 42");
    assert_string_equal(fov_reply_stop(reply), "stop");
    assert_int_equal(fov_model_generate(model, &request, reply, &err), FOV_E_PROVIDER);
    assert_int_equal(fov_reply_part_count(reply), 0); /* the script is at its end */
    fov_model_free(model);
    fov_reply_free(reply);
    fov_conversation_free(c);
    message_context_free(ctx);
}

struct wrapper { /* a model that asks another, counts, and adds a word of its own */
    fov_model *inner;
    int asked;
};

static fov_status wrap_generate(void *user, const fov_request *request, fov_reply *reply,
                                fov_error *err)
{
    struct wrapper *wrapper = user;
    fov_status rc = fov_model_generate(wrapper->inner, request, reply, err);
    wrapper->asked++;
    return rc < 0 ? rc : fov_reply_add_call(reply, NULL, "flip", "{}", err);
}

static void ask__a_model_wraps_another(void **state)
{
    static const fov_model_class cls = {sizeof(fov_model_class), "wrapper", wrap_generate, NULL};
    fov_context *ctx = message_context();
    struct wrapper wrapper = {NULL, 0};
    fov_conversation *c = NULL;
    fov_reply *reply = NULL;
    fov_model *outer = NULL;
    fov_part part;
    fov_error err;
    (void)state;
    assert_int_equal(fov_conversation_new(&c, ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_new(&reply, ctx, NULL), FOV_OK);
    assert_int_equal(fov_model_new_script(&wrapper.inner, ctx, script, sizeof(script) - 1, NULL),
                     FOV_OK);
    assert_int_equal(fov_model_new(&outer, ctx, &cls, &wrapper, NULL), FOV_OK);
    const fov_request request = {.struct_size = sizeof(request), .conversation = c};
    assert_int_equal(fov_model_generate(outer, &request, reply, &err), FOV_OK);
    assert_int_equal(fov_reply_part_count(reply), 3);
    assert_int_equal(fov_reply_get_part(reply, 2, &part), FOV_OK);
    assert_string_equal(part.name, "flip");
    assert_string_equal(part.call_id, "call_0_1"); /* not that of the inner model's call */
    assert_int_equal(fov_model_generate(outer, &request, reply, &err), FOV_OK);
    assert_int_equal(fov_model_generate(outer, &request, reply, &err), FOV_E_PROVIDER);
    assert_non_null(strstr(err.message, "script")); /* the inner model's own words */
    assert_int_equal(wrapper.asked, 3);
    fov_model_free(outer);
    fov_model_free(wrapper.inner);
    fov_reply_free(reply);
    fov_conversation_free(c);
    message_context_free(ctx);
}

static void ask__nulls_are_errors(void **state)
{
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_reply *reply = NULL;
    fov_model *model = NULL;
    fov_usage usage;
    fov_part part;
    fov_error err;
    (void)state;
    assert_int_equal(fov_conversation_new(NULL, ctx, &err), FOV_E_ARG);
    assert_int_equal(fov_conversation_new(&c, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_reply_new(NULL, ctx, &err), FOV_E_ARG);
    assert_int_equal(fov_reply_new(&reply, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_conversation_add(NULL, FOV_ROLE_USER, &err), FOV_E_ARG);
    assert_int_equal(fov_conversation_new(&c, ctx, &err), FOV_OK);
    assert_int_equal(fov_reply_new(&reply, ctx, &err), FOV_OK);
    assert_int_equal(fov_model_new_script(&model, ctx, "[{\"text\":\"x\"}]", 14, &err), FOV_OK);
    const fov_request request = {.struct_size = sizeof(request), .conversation = c};
    assert_int_equal(fov_model_generate(NULL, &request, reply, &err), FOV_E_ARG);
    assert_int_equal(fov_model_generate(model, NULL, reply, &err), FOV_E_ARG);
    assert_int_equal(fov_model_generate(model, &request, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_model_generate(model, &request, reply, NULL), FOV_OK);
    assert_int_equal(fov_model_generate(model, NULL, reply, &err), FOV_E_ARG);
    assert_int_equal(fov_reply_part_count(reply), 0);
    assert_int_equal(fov_conversation_take_reply(NULL, reply, &err), FOV_E_ARG);
    assert_int_equal(fov_conversation_take_reply(c, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_conversation_count(c), 0);
    assert_int_equal(fov_reply_part_count(NULL), 0);
    assert_int_equal(fov_reply_get_part(NULL, 0, &part), FOV_E_ARG);
    assert_null(fov_reply_stop(NULL));
    fov_reply_get_usage(reply, NULL);
    fov_reply_get_usage(NULL, &usage);
    assert_int_equal(usage.input_tokens, -1);
    fov_model_free(model);
    fov_reply_free(reply);
    fov_conversation_free(c);
    message_context_free(ctx);
}

static fov_status write_once(void *user)
{
    const fov_part parts[] = {text_part("Which?"), image_part("img_0", *(fov_bytes *)user)};
    const fov_part call = {
        .kind = FOV_PART_CALL, .call_id = "c", .name = "zoom", .arguments = "{}"};
    fov_context *ctx = NULL;
    fov_conversation *c = NULL;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc == FOV_OK) {
        rc = fov_conversation_new(&c, ctx, NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_add(c, FOV_ROLE_USER, NULL);
    }
    for (int i = 0; i < 2 && rc == FOV_OK; i++) {
        rc = fov_conversation_add_part(c, &parts[i], NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_add(c, FOV_ROLE_ASSISTANT, NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_add_part(c, &call, NULL);
    }
    fov_conversation_free(c);
    fov_context_free(ctx);
    return rc;
}

static void ask__survives_every_failing_allocation(void **state)
{
    fov_context *ctx = message_context();
    (void)state;
    fov_bytes chart = read_file(ctx, CHART);
    assert_true(torture_run(write_once, &chart, "conversation part by part", TORTURE_STRICT) > 0);
    fov_bytes_free(&chart);
    message_context_free(ctx);
}

int test_ask(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ask__a_conversation_is_written_part_by_part),
        cmocka_unit_test(ask__a_part_that_is_wrong_leaves_the_message_alone),
        cmocka_unit_test(ask__two_rounds_without_a_session),
        cmocka_unit_test(ask__a_model_wraps_another),
        cmocka_unit_test(ask__nulls_are_errors),
        cmocka_unit_test(ask__survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
