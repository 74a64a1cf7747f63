/* SPDX-License-Identifier: MIT */
#include "reader/suites.h"

#include <stdio.h>

#include "message/message_internal.h"

struct talk {
    fov_context *ctx;
    fov_model *model;
    fov_conversation *conversation;
};

static void talk_open(struct talk *talk, const fov_reader_opts *opts)
{
    fov_context_opts context = FOV_CONTEXT_OPTS_INIT;
    memset(talk, 0, sizeof(*talk));
    context.module_path = FOV_BINARY_DIR;
    assert_int_equal(fov_context_new(&talk->ctx, &context, NULL), FOV_OK);
    assert_int_equal(fov_reader_new(&talk->model, talk->ctx, opts, NULL), FOV_OK);
}

static void talk_close(struct talk *talk)
{
    fov_conversation_free(talk->conversation);
    fov_model_free(talk->model);
    fov_context_free(talk->ctx);
}

/* A picture of testdata, as it is, with a question. */
static void talk_ask(struct talk *talk, const char *picture, const char *question)
{
    fov_image *image = NULL;
    struct fov_pixels *px = NULL;
    struct fov_delivery *delivery = NULL;
    char path[512];
    fov_conversation_free(talk->conversation);
    assert_int_equal(fov_conversation_new(&talk->conversation, talk->ctx, NULL), FOV_OK);
    assert_int_equal(fov_conversation_add(talk->conversation, FOV_ROLE_USER, NULL), FOV_OK);
    if (picture != NULL) {
        snprintf(path, sizeof(path), "%s/charts/%s", FOV_TESTDATA, picture);
        assert_int_equal(fov_image_open(&image, talk->ctx, path, NULL, NULL), FOV_OK);
        const fov_size size = fov_image_size(image);
        assert_int_equal(fov__pixels_new(&px, talk->ctx, size.width, size.height, 3, NULL), FOV_OK);
        const fov_box all = {0, 0, size.width, size.height};
        assert_int_equal(fov_image_read(image, all, 3, px->data, px->stride, NULL), FOV_OK);
        assert_int_equal(fov__encode_delivery(&delivery, px, 1u << FOV_FORMAT_PNG, 0, NULL),
                         FOV_OK);
        assert_int_equal(fov__conversation_add_text(talk->conversation, "img_0: original", NULL),
                         FOV_OK);
        assert_int_equal(fov__conversation_add_image(talk->conversation, "img_0", delivery, NULL),
                         FOV_OK);
        fov__delivery_unref(delivery);
        fov__pixels_unref(px);
        fov_image_unref(image);
    }
    assert_int_equal(fov__conversation_add_text(talk->conversation, question, NULL), FOV_OK);
}

static fov_status talk_round(struct talk *talk, fov_reply **reply, uint32_t rounds_left,
                             fov_error *err)
{
    static const fov_tool tools[] = {{"zoom", "", "{}", 0}, {"rotate", "", "{}", 0}};
    const fov_request request = {.struct_size = sizeof(request),
                                 .conversation = talk->conversation,
                                 .tools = tools,
                                 .tool_count = 2,
                                 .round = 1,
                                 .rounds_left = rounds_left};
    assert_int_equal(fov_reply_new(reply, talk->ctx, NULL), FOV_OK);
    return fov_model_generate(talk->model, &request, *reply, err);
}

static void need_engine(struct talk *talk)
{
    fov_error err;
    if (fov__ocr_identity(talk->ctx, &err) != NULL)
        return;
    print_message("SKIPPED, no OCR: %s\n", err.message);
    talk_close(talk);
    skip();
}

static void reader__asks_for_looks_before_it_answers(void **state)
{
    struct talk talk;
    fov_reply *reply = NULL;
    (void)state;
    talk_open(&talk, NULL);
    need_engine(&talk);
    talk_ask(&talk, "small-pets.png", "How many cats are there in our street?");
    assert_int_equal(talk_round(&talk, &reply, 5, NULL), FOV_OK);
    assert_true(fov_reply_part_count(reply) >= 1);
    for (size_t i = 0; i < fov_reply_part_count(reply); i++) {
        const fov_part *part = fov__reply_part(reply, i);
        assert_int_equal(part->kind, FOV_PART_CALL);
        assert_non_null(strstr(part->arguments, "\"img_0\""));
        assert_int_equal(
            fov__json_check(talk.ctx, part->arguments, strlen(part->arguments), 8, 4096, NULL),
            FOV_OK);
    }
    fov_reply_free(reply);
    talk_close(&talk);
}

static void reader__answers_with_evidence_when_it_may_not_look(void **state)
{
    struct talk talk;
    fov_reply *reply = NULL;
    (void)state;
    talk_open(&talk, NULL);
    need_engine(&talk);
    talk_ask(&talk, "small-pets.png", "How many cats are there in our street?");
    assert_int_equal(talk_round(&talk, &reply, 0, NULL), FOV_OK);
    assert_int_equal(fov_reply_part_count(reply), 1);
    const char *text = fov__reply_part(reply, 0)->text;
    assert_non_null(text);
    assert_true(strncmp(text, "ANSWER: 61\n", 11) == 0);
    assert_non_null(strstr(text, "REASON: "));
    assert_non_null(strstr(text, "EVIDENCE: img_0"));
    fov_reply_free(reply);
    talk_close(&talk);
}

static void reader__forgets_one_conversation_in_the_next(void **state)
{
    struct talk talk;
    fov_reply *reply = NULL;
    const fov_reader_opts opts = {(uint32_t)sizeof(opts), 1};
    (void)state;
    talk_open(&talk, &opts);
    need_engine(&talk);
    talk_ask(&talk, "small-pets.png", "How many cats are there in our street?");
    assert_int_equal(talk_round(&talk, &reply, 5, NULL), FOV_OK);
    assert_true(strncmp(fov__reply_part(reply, 0)->text, "ANSWER: 61\n", 11) == 0);
    fov_reply_free(reply);
    talk_ask(&talk, "bar-rooms.png", "How many cats are there in our street?");
    assert_int_equal(talk_round(&talk, &reply, 5, NULL), FOV_OK);
    assert_true(strncmp(fov__reply_part(reply, 0)->text, "CANNOT TELL: ", 13) == 0);
    fov_reply_free(reply);
    talk_ask(&talk, NULL, "How many cats are there in our street?");
    assert_int_equal(talk_round(&talk, &reply, 5, NULL), FOV_OK);
    assert_true(strncmp(fov__reply_part(reply, 0)->text, "CANNOT TELL: no picture", 23) == 0);
    fov_reply_free(reply);
    talk_close(&talk);
}

static void reader__says_what_its_options_allow(void **state)
{
    fov_context *ctx = NULL;
    fov_model *model = (fov_model *)(uintptr_t)1;
    fov_error err;
    fov_reader_opts opts = FOV_READER_OPTS_INIT;
    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    opts.struct_size = 1;
    assert_int_equal(fov_reader_new(&model, ctx, &opts, &err), FOV_E_ARG);
    assert_null(model);
    assert_string_equal(err.where, "reader.struct_size");
    fov_reader_opts_init(&opts);
    assert_int_equal(opts.no_looks, 0);
    assert_int_equal(fov_reader_new(&model, ctx, &opts, NULL), FOV_OK);
    assert_string_equal(fov_model_name(model), "reader");
    fov_model_free(model);
    assert_int_equal(fov_reader_new(NULL, ctx, NULL, NULL), FOV_E_ARG);
    fov_context_free(ctx);
}

int suite_reader(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader__asks_for_looks_before_it_answers),
        cmocka_unit_test(reader__answers_with_evidence_when_it_may_not_look),
        cmocka_unit_test(reader__forgets_one_conversation_in_the_next),
        cmocka_unit_test(reader__says_what_its_options_allow)};
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
