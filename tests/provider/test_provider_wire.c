/* SPDX-License-Identifier: MIT */
/* Whole conversations from recorded exchanges, through the public door, and with every allocation
 * failing in turn. */
#include "provider/capture.h"
#include "torture/torture.h"

#define WIRE(name) FOV_TESTDATA "/wire/openai_chat/" name ".wire"

static const fov_tool zoom = {
    "zoom", "Look closer.",
    "{\"type\":\"object\",\"properties\":{\"box\":{\"type\":\"array\"}},\"required\":[\"box\"]}",
    0};

struct talk {
    fov_context *ctx;
    fov_conversation *c;
    fov_reply *reply;
    fov_model *model;
    fov_request request;
    fov_error err;
};

static fov_status talk_open(struct talk *t, const char *path)
{
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    opts.model = "test-model";
    opts.replay = path;
    fov_status rc = fov_model_new_provider(&t->model, t->ctx, &opts, &t->err);
    if (rc == FOV_OK) {
        rc = fov_conversation_new(&t->c, t->ctx, &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_new(&t->reply, t->ctx, &t->err);
    }
    t->request = (fov_request){.struct_size = sizeof(fov_request), .conversation = t->c};
    return rc;
}

static void talk_close(struct talk *t)
{
    fov_reply_free(t->reply);
    fov_conversation_free(t->c);
    fov_model_free(t->model);
}

static fov_status add_image(struct talk *t, const char *id, int32_t format, const char *bytes,
                            int32_t width, int32_t height)
{
    struct fov_delivery *delivery =
        make_delivery(t->ctx, format, bytes, strlen(bytes), width, height);
    if (delivery == NULL) {
        return FOV_E_MEMORY;
    }
    const fov_status rc = fov__conversation_add_image(t->c, id, delivery, &t->err);
    fov__delivery_unref(delivery);
    return rc;
}

static fov_status ask_question(struct talk *t)
{
    fov_status rc = fov_conversation_add(t->c, FOV_ROLE_SYSTEM, &t->err);
    if (rc == FOV_OK) {
        rc = fov__conversation_add_text(t->c, "Look closely.", &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_add(t->c, FOV_ROLE_USER, &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_text(t->c, "Image img_0, 640 x 480 pixels:", &t->err);
    }
    if (rc == FOV_OK) {
        rc = add_image(t, "img_0", FOV_FORMAT_PNG, "first image", 640, 480);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_text(t->c, "What time does the clock show?", &t->err);
    }
    t->request.tools = &zoom;
    t->request.tool_count = 1;
    return rc < 0 ? rc : fov_model_generate(t->model, &t->request, t->reply, &t->err);
}

static fov_status answer_call(struct talk *t)
{
    fov_status rc = fov_conversation_take_reply(t->c, t->reply, &t->err);
    if (rc == FOV_OK) {
        rc = fov_conversation_add(t->c, FOV_ROLE_TOOL, &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_result(t->c, "call_1", "zoom", "img_1: zoom of img_0", false,
                                          &t->err);
    }
    if (rc == FOV_OK) {
        rc = add_image(t, "img_1", FOV_FORMAT_JPEG, "second image", 800, 800);
    }
    return rc < 0 ? rc : fov_model_generate(t->model, &t->request, t->reply, &t->err);
}

static void wire__zoom_then_answer(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("zoom_then_answer")), FOV_OK);
    if (ask_question(&t) < 0) {
        fail_msg("%s", t.err.message);
    }
    assert_int_equal(fov_reply_part_count(t.reply), 1);
    assert_string_equal(fov__reply_part(t.reply, 0)->name, "zoom");
    assert_string_equal(fov__reply_part(t.reply, 0)->arguments, "{\"box\":[10, 10, 60, 60]}");
    assert_int_equal(fov__reply_usage(t.reply)->image_tokens, 765);
    if (answer_call(&t) < 0) {
        fail_msg("%s", t.err.message);
    }
    assert_string_equal(fov__reply_part(t.reply, 0)->text, "ANSWER: ten past ten");
    assert_int_equal(fov__reply_usage(t.reply)->cached_tokens, 896);
    /* There is no third exchange. */
    assert_int_equal(fov_model_generate(t.model, &t.request, t.reply, &t.err), FOV_E_MISMATCH);
    talk_close(&t);
    message_context_free(t.ctx);
}

static fov_status say_hello(struct talk *t)
{
    fov_status rc = fov_conversation_add(t->c, FOV_ROLE_USER, &t->err);
    if (rc == FOV_OK) {
        rc = fov__conversation_add_text(t->c, "hello", &t->err);
    }
    return rc < 0 ? rc : fov_model_generate(t->model, &t->request, t->reply, &t->err);
}

static void wire__rate_limited_then_answer(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("rate_limited_then_answer")), FOV_OK);
    const uint64_t start = fov__clock_ms();
    assert_int_equal(say_hello(&t), FOV_OK);
    assert_true(fov__clock_ms() - start >=
                250 + 750); /* what was asked for, and a second step less jitter */
    assert_int_equal(fov__reply_usage(t.reply)->requests, 3);
    talk_close(&t);
    message_context_free(t.ctx);
}

static void wire__spent_quota(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("spent_quota")), FOV_OK);
    assert_int_equal(say_hello(&t), FOV_E_PROVIDER);
    assert_int_equal(t.err.detail, 429);
    assert_non_null(strstr(t.err.message, "insufficient_quota"));
    talk_close(&t);
    message_context_free(t.ctx);
}

static void wire__tells_a_request_that_differs(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("zoom_then_answer")), FOV_OK);
    assert_int_equal(say_hello(&t), FOV_E_MISMATCH);
    assert_non_null(strstr(t.err.message, "request 1 differs"));
    talk_close(&t);
    t.model = NULL, t.c = NULL, t.reply = NULL;
    assert_int_equal(talk_open(&t, WIRE("no_such_file")), FOV_E_IO);
    talk_close(&t);
    message_context_free(t.ctx);
}

static fov_status talk_once(void *user)
{
    struct talk t;
    (void)user;
    memset(&t, 0, sizeof(t));
    fov_status rc = torture_context_new(&t.ctx, NULL);
    if (rc < 0) {
        return rc;
    }
    rc = talk_open(&t, WIRE("zoom_then_answer"));
    if (rc == FOV_OK) {
        rc = ask_question(&t);
    }
    if (rc == FOV_OK) {
        rc = answer_call(&t);
    }
    talk_close(&t);
    fov_context_free(t.ctx);
    return rc;
}

static void wire__survives_every_failed_allocation(void **state)
{
    (void)state;
    if (torture_run(talk_once, NULL, "zoom_then_answer", TORTURE_STRICT) <= 50) {
        fail_msg("%s", torture_reason());
    }
}

int test_provider_wire(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire__zoom_then_answer),
        cmocka_unit_test(wire__rate_limited_then_answer),
        cmocka_unit_test(wire__spent_quota),
        cmocka_unit_test(wire__tells_a_request_that_differs),
        cmocka_unit_test(wire__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("provider wire", tests, NULL, NULL);
}
