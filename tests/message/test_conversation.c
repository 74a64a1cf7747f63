/* SPDX-License-Identifier: MIT */
#include "message/message_support.h"
#include "torture/torture.h"

static void conversation__shows_what_was_added(void **state)
{
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_part part;
    size_t size = 7;
    (void)state;
    struct fov_delivery *delivery = make_delivery(ctx, FOV_FORMAT_PNG, "png!", 4, 640, 480);
    assert_int_equal(fov_conversation_new(&c, ctx, NULL), FOV_OK);
    assert_int_equal(fov_conversation_count(c), 0);
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_SYSTEM, NULL), FOV_OK);
    assert_int_equal(fov__conversation_add_text(c, "look", NULL), FOV_OK);
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_USER, NULL), FOV_OK);
    assert_int_equal(fov__conversation_add_text(c, "caf\xc3\xa9?", NULL), FOV_OK);
    assert_int_equal(fov__conversation_add_image(c, "img_0", delivery, NULL), FOV_OK);
    fov__delivery_unref(delivery); /* the conversation has its own reference */
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_TOOL, NULL), FOV_OK);
    assert_int_equal(fov__conversation_add_result(c, "call_1", "zoom", "{}", true, NULL), FOV_OK);

    assert_int_equal(fov_conversation_count(c), 3);
    assert_int_equal(fov_conversation_role(c, 1), FOV_ROLE_USER);
    assert_int_equal(fov_conversation_part_count(c, 1), 2);
    assert_int_equal(fov_conversation_get_part(c, 1, 1, &part), FOV_OK);
    assert_int_equal(part.kind, FOV_PART_IMAGE);
    assert_string_equal(part.image_id, "img_0");
    assert_string_equal(part.mime, "image/png");
    assert_int_equal(part.size, 4);
    assert_memory_equal(part.data, "png!", 4);
    assert_int_equal(part.width, 640);
    assert_int_equal(part.height, 480);
    assert_null(part.text);
    assert_int_equal(fov_conversation_get_part(c, 2, 0, &part), FOV_OK);
    assert_int_equal(part.kind, FOV_PART_RESULT);
    assert_string_equal(part.call_id, "call_1");
    assert_string_equal(part.name, "zoom");
    assert_int_equal(part.is_error, 1);
    assert_null(fov_conversation_raw(c, 1, &size));
    assert_int_equal(size, 0);
    fov_conversation_free(c);
    message_context_free(ctx);
}

static void conversation__answers_questions_beyond_its_end(void **state)
{
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_part part;
    (void)state;
    assert_int_equal(fov_conversation_new(&c, ctx, NULL), FOV_OK);
    assert_int_equal(fov_conversation_role(c, 0), -1);
    assert_int_equal(fov_conversation_part_count(c, 5), 0);
    assert_int_equal(fov_conversation_get_part(c, 0, 0, &part), FOV_E_ARG);
    assert_null(fov_conversation_raw(c, 9, NULL));
    assert_int_equal(fov_conversation_count(NULL), 0);
    fov_conversation_free(c);
    fov_conversation_free(NULL);
    message_context_free(ctx);
}

static void conversation__refuses_parts_where_they_do_not_belong(void **state)
{
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_error err;
    (void)state;
    struct fov_delivery *delivery = make_delivery(ctx, FOV_FORMAT_JPEG, "x", 1, 1, 1);
    assert_int_equal(fov_conversation_new(&c, ctx, NULL), FOV_OK);
    assert_int_equal(fov__conversation_add_text(c, "early", &err), FOV_E_STATE);
    assert_int_equal(fov_conversation_add(c, 4, &err), FOV_E_ARG);
    assert_int_equal(fov_conversation_add(c, -1, &err), FOV_E_ARG);
    assert_int_equal(fov_conversation_count(c), 0);
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_SYSTEM, &err), FOV_OK);
    assert_int_equal(fov__conversation_add_image(c, "img_0", delivery, &err), FOV_E_STATE);
    assert_int_equal(fov__conversation_add_result(c, "c", "n", "t", false, &err), FOV_E_STATE);
    assert_int_equal(fov_conversation_add(c, FOV_ROLE_TOOL, &err), FOV_OK);
    assert_int_equal(fov__conversation_add_text(c, "no", &err), FOV_E_STATE);
    assert_int_equal(fov__conversation_add_image(c, "img_0", delivery, &err),
                     FOV_E_STATE); /* before a result */
    assert_int_equal(fov__conversation_add_result(c, "c", "n", "bad \xff", false, &err), FOV_E_ARG);
    assert_int_equal(fov__conversation_add_result(c, NULL, "n", "t", false, &err), FOV_E_ARG);
    assert_int_equal(fov_conversation_part_count(c, 1), 0);
    assert_int_equal(fov__conversation_add_result(c, "c", "n", "t", false, &err), FOV_OK);
    assert_int_equal(fov__conversation_add_image(c, "img_0", delivery, &err), FOV_OK);
    fov_conversation_free(c);
    fov__delivery_unref(delivery);
    message_context_free(ctx);
}

static void conversation__takes_a_reply_and_leaves_it_empty(void **state)
{
    static const char raw[] = "{\"role\":\"assistant\", \"x\" : 1.50}";
    fov_context *ctx = message_context();
    fov_conversation *c = NULL;
    fov_reply *reply = NULL;
    fov_part part;
    size_t size = 0;
    (void)state;
    assert_int_equal(fov_conversation_new(&c, ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_new(&reply, ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_add_text(reply, "let me look", NULL), FOV_OK);
    assert_int_equal(fov_reply_add_call(reply, "c1", "zoom", "{not json", NULL), FOV_OK);
    assert_int_equal(fov_reply_set_raw(reply, raw, strlen(raw), NULL), FOV_OK);
    assert_int_equal(fov_conversation_take_reply(c, reply, NULL), FOV_OK);
    assert_int_equal(fov_reply_part_count(reply), 0);
    assert_null(fov__reply_raw(reply, NULL));
    assert_int_equal(fov_conversation_role(c, 0), FOV_ROLE_ASSISTANT);
    assert_int_equal(fov_conversation_get_part(c, 0, 1, &part), FOV_OK);
    assert_string_equal(part.arguments, "{not json");
    assert_string_equal(fov_conversation_raw(c, 0, &size), raw);
    assert_int_equal(size, strlen(raw));
    /* What a provider sent is not added to: it would no longer be what it sent. */
    assert_int_equal(fov__conversation_add_text(c, "more", NULL), FOV_E_STATE);
    fov_reply_free(reply);
    fov_conversation_free(c);
    message_context_free(ctx);
}

static fov_status fill(fov_context *ctx, fov_conversation *c, fov_reply *reply)
{
    struct fov_delivery *delivery = make_delivery(ctx, FOV_FORMAT_PNG, "png", 3, 2, 2);
    fov_status rc = delivery != NULL ? fov_conversation_add(c, FOV_ROLE_USER, NULL) : FOV_E_MEMORY;
    for (int i = 0; i < 9 && rc == FOV_OK; i++) {
        rc = fov__conversation_add_text(c, "text", NULL);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_image(c, "img_0", delivery, NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_add_call(reply, NULL, "zoom", "{}", NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_set_stop(reply, "tool_calls", NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_set_raw(reply, "{\"a\":{\"b\":1}}", 13, NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_take_reply(c, reply, NULL);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_add(c, FOV_ROLE_TOOL, NULL);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_result(c, "call_1_0", "zoom", "done", false, NULL);
    }
    if (delivery != NULL) {
        fov__delivery_unref(delivery);
    }
    return rc;
}

static fov_status fill_once(void *user)
{
    fov_context *ctx = NULL;
    fov_conversation *c = NULL;
    fov_reply *reply = NULL;
    (void)user;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc < 0) {
        return rc;
    }
    rc = fov_conversation_new(&c, ctx, NULL);
    if (rc == FOV_OK) {
        rc = fov_reply_new(&reply, ctx, NULL);
    }
    if (rc == FOV_OK) {
        rc = fill(ctx, c, reply);
    }
    fov_reply_free(reply);
    fov_conversation_free(c);
    fov_context_free(ctx);
    return rc;
}

static void conversation__survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(torture_run(fill_once, NULL, "conversation", TORTURE_STRICT) > 20);
}

int test_conversation(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversation__shows_what_was_added),
        cmocka_unit_test(conversation__answers_questions_beyond_its_end),
        cmocka_unit_test(conversation__refuses_parts_where_they_do_not_belong),
        cmocka_unit_test(conversation__takes_a_reply_and_leaves_it_empty),
        cmocka_unit_test(conversation__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("conversation", tests, NULL, NULL);
}
