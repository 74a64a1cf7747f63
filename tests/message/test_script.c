/* SPDX-License-Identifier: MIT */
#include "message/message_support.h"
#include "torture/torture.h"

struct fixture {
    fov_context *ctx;
    fov_conversation *conversation;
    fov_reply *reply;
    fov_model *model;
    fov_request request;
    fov_error err;
};

static void open_script(struct fixture *f, const char *json)
{
    memset(f, 0, sizeof(*f));
    f->ctx = message_context();
    assert_int_equal(fov_conversation_new(&f->conversation, f->ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_new(&f->reply, f->ctx, NULL), FOV_OK);
    assert_int_equal(fov_model_new_script(&f->model, f->ctx, json, strlen(json), &f->err), FOV_OK);
    f->request = (fov_request){.struct_size = sizeof(fov_request), .conversation = f->conversation};
}

static void close_script(struct fixture *f)
{
    fov_model_free(f->model);
    fov_reply_free(f->reply);
    fov_conversation_free(f->conversation);
    message_context_free(f->ctx);
}

static fov_status ask(struct fixture *f)
{
    return fov_model_generate(f->model, &f->request, f->reply, &f->err);
}

static void script__says_its_replies_in_order(void **state)
{
    struct fixture f;
    size_t size = 0;
    (void)state;
    open_script(
        &f, "[{\"text\":\"look\",\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\": [0, 0, "
            "1.50e1]}},"
            "{\"id\":\"mine\",\"name\":\"zoom\",\"arguments\":\"{wrong\"}],"
            "\"usage\":{\"input_tokens\":12,\"image_tokens\":7}},"
            "{\"text\":\"ANSWER: 42\",\"raw\":{\"role\" : \"assistant\"},\"stop\":\"whatever\"}]");
    assert_string_equal(fov_model_name(f.model), "script");
    assert_int_equal(ask(&f), FOV_OK);
    assert_int_equal(fov_reply_part_count(f.reply), 3);
    assert_string_equal(fov__reply_part(f.reply, 0)->text, "look");
    const fov_part *call = fov__reply_part(f.reply, 1);
    assert_string_equal(call->arguments, "{\"box\": [0, 0, 1.50e1]}"); /* as it is written */
    assert_string_equal(call->call_id, "call_0_0");
    assert_string_equal(fov__reply_part(f.reply, 2)->arguments, "{wrong");
    assert_string_equal(fov__reply_part(f.reply, 2)->call_id, "mine");
    assert_string_equal(fov_reply_stop(f.reply), "tool_calls");
    assert_int_equal(fov__reply_usage(f.reply)->input_tokens, 12);
    assert_int_equal(fov__reply_usage(f.reply)->output_tokens, -1);
    assert_int_equal(fov_conversation_take_reply(f.conversation, f.reply, NULL), FOV_OK);
    assert_int_equal(ask(&f), FOV_OK);
    assert_string_equal(fov__reply_part(f.reply, 0)->text, "ANSWER: 42");
    assert_string_equal(fov__reply_raw(f.reply, &size), "{\"role\" : \"assistant\"}");
    assert_string_equal(fov_reply_stop(f.reply), "whatever");
    assert_int_equal(ask(&f), FOV_E_PROVIDER);
    assert_non_null(strstr(f.err.message, "2 replies"));
    close_script(&f);
}

static void script__makes_another_id_in_another_message(void **state)
{
    struct fixture f;
    (void)state;
    open_script(&f, "[{\"calls\":[{\"name\":\"a\",\"arguments\":{}}]},{\"calls\":[{\"name\":\"a\","
                    "\"arguments\":{}}]}]");
    assert_int_equal(ask(&f), FOV_OK);
    assert_string_equal(fov__reply_part(f.reply, 0)->call_id, "call_0_0");
    assert_int_equal(fov_conversation_take_reply(f.conversation, f.reply, NULL), FOV_OK);
    assert_int_equal(ask(&f), FOV_OK);
    assert_string_equal(fov__reply_part(f.reply, 0)->call_id, "call_1_0");
    close_script(&f);
}

static void script__fails_where_it_says_so(void **state)
{
    struct fixture f;
    (void)state;
    open_script(&f, "[{\"error\":\"FOV_E_NET\"},{\"text\":\"ok\"}]");
    assert_int_equal(ask(&f), FOV_E_NET);
    assert_int_equal(f.err.status, FOV_E_NET);
    assert_int_equal(ask(&f), FOV_OK);
    close_script(&f);
}

static void script__is_checked_when_it_is_opened(void **state)
{
    static const char *const bad[][2] = {
        {"", "json"},
        {"{}", "an array of replies"},
        {"[1]", "reply 0"},
        {"[{},{\"texts\":\"x\"}]", "reply 1 of the script: \"texts\""},
        {"[{\"text\":1}]", "must be strings"},
        {"[{\"calls\":{}}]", "must be an array"},
        {"[{\"calls\":[{\"arguments\":{}}]}]", "\"name\""},
        {"[{\"calls\":[{\"name\":\"z\"}]}]", "\"arguments\""},
        {"[{\"calls\":[{\"name\":\"z\",\"arguments\":[]}]}]", "\"arguments\""},
        {"[{\"calls\":[{\"name\":\"z\",\"arguments\":{},\"id\":1}]}]", "\"id\""},
        {"[{\"calls\":[{\"name\":\"z\",\"arguments\":{},\"args\":1}]}]", "\"args\""},
        {"[{\"usage\":1}]", "must be objects"},
        {"[{\"raw\":[]}]", "must be objects"},
        {"[{\"error\":\"FOV_OK\"}]", "\"error\""},
        {"[{\"error\":\"FOV_E_ARG\"}]", "\"error\""},
    };
    fov_context *ctx = message_context();
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        fov_model *model = NULL;
        fov_error err;
        assert_int_equal(fov_model_new_script(&model, ctx, bad[i][0], strlen(bad[i][0]), &err),
                         FOV_E_ARG);
        assert_null(model);
        if (strstr(err.message, bad[i][1]) == NULL && strcmp(err.where, bad[i][1]) != 0) {
            fail_msg("\"%s\" is answered: %s", bad[i][0], err.message);
        }
    }
    assert_int_equal(fov_model_new_script(NULL, ctx, "[]", 2, NULL), FOV_E_ARG);
    message_context_free(ctx);
}

static fov_status play_once(void *user)
{
    static const char json[] =
        "[{\"text\":\"a\",\"calls\":[{\"name\":\"z\",\"arguments\":{\"a\":1}}],\"raw\":{}}]";
    fov_context *ctx = NULL;
    fov_conversation *c = NULL;
    fov_reply *reply = NULL;
    fov_model *model = NULL;
    (void)user;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc < 0) {
        return rc;
    }
    rc = fov_model_new_script(&model, ctx, json, strlen(json), NULL);
    if (rc == FOV_OK) {
        rc = fov_conversation_new(&c, ctx, NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_new(&reply, ctx, NULL);
    }
    if (rc == FOV_OK) {
        const fov_request request = {.struct_size = sizeof(request), .conversation = c};
        rc = fov_model_generate(model, &request, reply, NULL);
    }
    fov_reply_free(reply);
    fov_conversation_free(c);
    fov_model_free(model);
    fov_context_free(ctx);
    return rc;
}

static void script__survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(torture_run(play_once, NULL, "script", TORTURE_STRICT) > 10);
}

int test_script(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(script__says_its_replies_in_order),
        cmocka_unit_test(script__makes_another_id_in_another_message),
        cmocka_unit_test(script__fails_where_it_says_so),
        cmocka_unit_test(script__is_checked_when_it_is_opened),
        cmocka_unit_test(script__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
