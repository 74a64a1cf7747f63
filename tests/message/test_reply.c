/* SPDX-License-Identifier: MIT */
#include "message/message_support.h"

static void reply__makes_ids_that_no_message_shares(void **state)
{
    fov_context *ctx = message_context();
    fov_reply *reply = NULL;
    (void)state;
    assert_int_equal(fov_reply_new(&reply, ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_add_call(reply, "call_0_1", "a", "{}", NULL),
                     FOV_OK); /* a server's own */
    assert_int_equal(fov_reply_add_call(reply, NULL, "b", "{}", NULL), FOV_OK);
    assert_int_equal(fov_reply_add_call(reply, NULL, "c", "{}", NULL), FOV_OK);
    assert_string_equal(fov__reply_part(reply, 1)->call_id, "call_0_0");
    assert_string_equal(fov__reply_part(reply, 2)->call_id, "call_0_2");
    assert_null(fov__reply_part(reply, 3));
    fov_reply_free(reply);
    message_context_free(ctx);
}

static void reply__says_nothing_that_was_not_said(void **state)
{
    fov_context *ctx = message_context();
    fov_reply *reply = NULL;
    const fov_usage said = {10, 20, 5, 3, 7, 2};
    (void)state;
    assert_int_equal(fov_reply_new(&reply, ctx, NULL), FOV_OK);
    assert_int_equal(fov__reply_usage(reply)->input_tokens, -1);
    assert_int_equal(fov__reply_usage(reply)->requests, 1);
    assert_null(fov_reply_stop(reply));
    fov_reply_set_usage(reply, &said);
    assert_int_equal(fov__reply_usage(reply)->image_tokens, 7);
    assert_int_equal(fov_reply_set_stop(reply, "a word of 2031", NULL), FOV_OK);
    assert_int_equal(fov_reply_set_stop(reply, "another", NULL), FOV_OK);
    assert_string_equal(fov_reply_stop(reply), "another");
    fov_reply_free(reply);
    message_context_free(ctx);
}

static void reply__refuses_what_would_spoil_a_request(void **state)
{
    static const char *const bad[] = {"",   "{", "{} {}", "{\"a\":\"\xff\"}", "{\"a\":1,\"a\":2}",
                                      "nul"};
    fov_context *ctx = message_context();
    fov_reply *reply = NULL;
    fov_error err;
    (void)state;
    assert_int_equal(fov_reply_new(&reply, ctx, NULL), FOV_OK);
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        assert_true(fov_reply_set_raw(reply, bad[i], strlen(bad[i]), &err) < 0);
        assert_null(fov__reply_raw(reply, NULL));
    }
    assert_int_equal(fov_reply_set_raw(reply, NULL, 0, &err), FOV_E_ARG);
    assert_int_equal(fov_reply_add_text(reply, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_reply_add_text(reply, "\xc3", &err), FOV_E_ARG);
    assert_int_equal(fov_reply_add_text(NULL, "x", &err), FOV_E_ARG);
    assert_int_equal(fov_reply_add_call(reply, "c", NULL, "{}", &err), FOV_E_ARG);
    assert_int_equal(fov_reply_add_call(reply, "c", "n", NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_reply_add_call(reply, "\xff", "n", "{}", &err), FOV_E_ARG);
    assert_int_equal(fov_reply_set_stop(reply, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_reply_part_count(reply), 0);
    fov_reply_free(reply);
    message_context_free(ctx);
}

static void reply__is_bounded_by_reply_bytes(void **state)
{
    fov_context *ctx = NULL;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_reply *reply = NULL;
    fov_error err;
    (void)state;
    opts.limits.reply_bytes = 10;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    assert_int_equal(fov_reply_new(&reply, ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_add_text(reply, "12345", &err), FOV_OK);
    assert_int_equal(fov_reply_add_text(reply, "123456", &err), FOV_E_LIMIT);
    assert_int_equal(fov_reply_add_call(reply, "1", "2", "345", &err), FOV_OK);
    assert_int_equal(fov_reply_add_text(reply, "1", &err), FOV_E_LIMIT);
    assert_int_equal(fov_reply_set_raw(reply, "[1,2,3,4,5]", 11, &err), FOV_E_LIMIT);
    assert_int_equal(fov_reply_part_count(reply), 2);
    fov_reply_free(reply);
    message_context_free(ctx);
}

/* ---- models ---------------------------------------------------------------------------------- */

static int freed;

static fov_status half_then_fail(void *user, const fov_request *request, fov_reply *reply,
                                 fov_error *err)
{
    (void)request;
    assert_int_equal(fov_reply_add_text(reply, "half an answer", err), FOV_OK);
    return *(fov_status *)user;
}

static void count_free(void *user)
{
    (void)user;
    freed++;
}

static void model__leaves_no_half_answer_behind(void **state)
{
    static const fov_model_class cls = {sizeof(fov_model_class), "half", half_then_fail,
                                        count_free};
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_reply *reply = NULL;
    fov_model *model = NULL;
    fov_error err;
    fov_status say = FOV_E_NET;
    (void)state;
    assert_int_equal(fov_conversation_new(&c, ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_new(&reply, ctx, NULL), FOV_OK);
    assert_int_equal(fov_model_new(&model, ctx, &cls, &say, &err), FOV_OK);
    assert_string_equal(fov_model_name(model), "half");
    fov_request request = {.struct_size = sizeof(request), .conversation = c};
    assert_int_equal(fov_model_generate(model, &request, reply, &err), FOV_E_NET);
    assert_int_equal(err.status, FOV_E_NET); /* although the host's function wrote none */
    assert_non_null(strstr(err.message, "half"));
    assert_int_equal(fov_reply_part_count(reply), 0);
    say = FOV_OK;
    assert_int_equal(fov_model_generate(model, &request, reply, &err), FOV_OK);
    assert_int_equal(fov_reply_part_count(reply), 1);
    assert_int_equal(fov_model_generate(model, &request, reply, &err), FOV_OK);
    assert_int_equal(fov_reply_part_count(reply), 1); /* the answer before is gone, not added to */
    request.struct_size = 4;
    assert_int_equal(fov_model_generate(model, &request, reply, &err), FOV_E_ARG);
    freed = 0;
    fov_model_free(model);
    fov_model_free(NULL);
    assert_int_equal(freed, 1);
    fov_reply_free(reply);
    fov_conversation_free(c);
    message_context_free(ctx);
}

static void model__is_not_asked_after_a_cancel(void **state)
{
    static const fov_model_class cls = {sizeof(fov_model_class), "half", half_then_fail, NULL};
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_reply *reply = NULL;
    fov_model *model = NULL;
    fov_cancel *cancel = NULL;
    fov_status say = FOV_OK;
    (void)state;
    assert_int_equal(fov_conversation_new(&c, ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_new(&reply, ctx, NULL), FOV_OK);
    assert_int_equal(fov_model_new(&model, ctx, &cls, &say, NULL), FOV_OK);
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    fov_cancel_set(cancel);
    const fov_request request = {
        .struct_size = sizeof(request), .conversation = c, .cancel = cancel};
    assert_int_equal(fov_model_generate(model, &request, reply, NULL), FOV_E_CANCELLED);
    assert_int_equal(fov_reply_part_count(reply), 0);
    fov_model_free(model);
    fov_cancel_free(cancel);
    fov_reply_free(reply);
    fov_conversation_free(c);
    message_context_free(ctx);
}

static void model__needs_a_whole_class(void **state)
{
    static const fov_model_class old = {4, "old", half_then_fail, NULL};
    static const fov_model_class nameless = {sizeof(fov_model_class), NULL, half_then_fail, NULL};
    static const fov_model_class dumb = {sizeof(fov_model_class), "dumb", NULL, NULL};
    fov_context *ctx = message_context();
    fov_model *model = NULL;
    fov_error err;
    (void)state;
    assert_int_equal(fov_model_new(&model, ctx, &old, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_model_new(&model, ctx, &nameless, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_model_new(&model, ctx, &dumb, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_model_new(&model, ctx, NULL, NULL, &err), FOV_E_ARG);
    assert_null(model);
    message_context_free(ctx);
}

int test_reply(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reply__makes_ids_that_no_message_shares),
        cmocka_unit_test(reply__says_nothing_that_was_not_said),
        cmocka_unit_test(reply__refuses_what_would_spoil_a_request),
        cmocka_unit_test(reply__is_bounded_by_reply_bytes),
        cmocka_unit_test(model__leaves_no_half_answer_behind),
        cmocka_unit_test(model__is_not_asked_after_a_cancel),
        cmocka_unit_test(model__needs_a_whole_class),
    };
    return cmocka_run_group_tests_name("reply and model", tests, NULL, NULL);
}
