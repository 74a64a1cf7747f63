/* SPDX-License-Identifier: MIT */
/* Whole conversations in the Responses format: from recorded exchanges through the public door,
 * with every allocation failing in turn, and as a session that looks twice at a picture. */
#include <foveate/image.h>
#include <foveate/session.h>

#include "provider/test_openai_responses.h"
#include "torture/torture.h"

#define WIRE(name) FOV_TESTDATA "/wire/openai_responses/" name ".wire"

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

/* `transport` NULL: the file at `path` is played. */
static fov_status talk_open(struct talk *t, const char *path, struct fov_transport *transport)
{
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    opts.provider = "openai_responses";
    opts.model = "test-model";
    opts.replay = path;
    fov_status rc = fov__provider_model_new(&t->model, t->ctx, &opts, transport, NULL, &t->err);
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

static fov_status ask(struct talk *t)
{
    return fov_model_generate(t->model, &t->request, t->reply, &t->err);
}

static fov_status add_image(struct talk *t, const char *id, int32_t format, const char *bytes)
{
    struct fov_delivery *delivery = make_delivery(t->ctx, format, bytes, strlen(bytes), 640, 480);
    if (delivery == NULL) {
        return FOV_E_MEMORY;
    }
    const fov_status rc = fov__conversation_add_image(t->c, id, delivery, &t->err);
    fov__delivery_unref(delivery);
    return rc;
}

static fov_status add_text(struct talk *t, int32_t role, const char *text)
{
    const fov_status rc = role >= 0 ? fov_conversation_add(t->c, role, &t->err) : FOV_OK;
    return rc < 0 ? rc : fov__conversation_add_text(t->c, text, &t->err);
}

static fov_status ask_question(struct talk *t)
{
    fov_status rc = add_text(t, FOV_ROLE_SYSTEM, "Look closely.");
    if (rc == FOV_OK) {
        rc = add_text(t, FOV_ROLE_USER, "Image img_0, 640 x 480 pixels:");
    }
    if (rc == FOV_OK) {
        rc = add_image(t, "img_0", FOV_FORMAT_PNG, "first image");
    }
    if (rc == FOV_OK) {
        rc = add_text(t, -1, "What time does the clock show?");
    }
    t->request.tools = &zoom;
    t->request.tool_count = 1;
    return rc < 0 ? rc : ask(t);
}

static fov_status add_look(struct talk *t)
{
    fov_status rc = fov_conversation_take_reply(t->c, t->reply, &t->err);
    if (rc == FOV_OK) {
        rc = fov_conversation_add(t->c, FOV_ROLE_TOOL, &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_result(t->c, "call_1", "zoom", "img_1: zoom of img_0", false,
                                          &t->err);
    }
    return rc < 0 ? rc : add_image(t, "img_1", FOV_FORMAT_JPEG, "second image");
}

static void expect_ok(struct talk *t, fov_status rc)
{
    if (rc < 0) {
        fail_msg("%s", t->err.message);
    }
}

static void wire__zoom_then_answer(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("zoom_then_answer"), NULL), FOV_OK);
    expect_ok(&t, ask_question(&t));
    assert_int_equal(fov_reply_part_count(t.reply), 2);
    assert_string_equal(fov__reply_part(t.reply, 0)->text, "The clock is small.");
    assert_string_equal(fov__reply_part(t.reply, 1)->name, "zoom");
    assert_string_equal(fov__reply_part(t.reply, 1)->arguments, "{\"box\":[10, 10, 60, 60]}");
    assert_int_equal(fov__reply_usage(t.reply)->reasoning_tokens, 32);
    expect_ok(&t, add_look(&t));
    expect_ok(&t, ask(&t));
    assert_string_equal(fov__reply_part(t.reply, 0)->text, "ANSWER: ten past ten");
    assert_int_equal(fov__reply_usage(t.reply)->cached_tokens, 896);
    assert_int_equal(ask(&t), FOV_E_MISMATCH); /* there is no third exchange */
    talk_close(&t);
    message_context_free(t.ctx);
}

static void wire__parallel_then_last_round(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("parallel_then_last_round"), NULL), FOV_OK);
    expect_ok(&t, ask_question(&t));
    assert_int_equal(fov_reply_part_count(t.reply), 2);
    assert_string_equal(fov__reply_part(t.reply, 1)->call_id, "call_2");
    assert_int_equal(add_look(&t), FOV_OK);
    assert_int_equal(
        fov__conversation_add_result(t.c, "call_2", "zoom", "The box is empty.", true, NULL),
        FOV_OK);
    t.request.tool_choice = FOV_TOOL_CHOICE_NONE;
    t.request.max_output_tokens = 64;
    expect_ok(&t, ask(&t));
    assert_string_equal(fov_reply_stop(t.reply), "max_output_tokens");
    t.request.tool_choice = FOV_TOOL_CHOICE_AUTO;
    t.request.max_output_tokens = 0;
    assert_int_equal(fov_conversation_take_reply(t.c, t.reply, NULL), FOV_OK);
    assert_int_equal(add_text(&t, FOV_ROLE_USER, "hello"), FOV_OK);
    expect_ok(&t, ask(&t));
    assert_string_equal(fov_reply_stop(t.reply), "refusal");
    talk_close(&t);
    message_context_free(t.ctx);
}

static void wire__rate_limited_then_answer(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("rate_limited_then_answer"), NULL), FOV_OK);
    const uint64_t start = fov__clock_ms();
    assert_int_equal(add_text(&t, FOV_ROLE_USER, "hello"), FOV_OK);
    expect_ok(&t, ask(&t));
    assert_true(fov__clock_ms() - start >= 50 + 750); /* as asked, and a second step less jitter */
    assert_int_equal(fov__reply_usage(t.reply)->requests, 3);
    talk_close(&t);
    message_context_free(t.ctx);
}

static void wire__image_too_large(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("image_too_large"), NULL), FOV_OK);
    assert_int_equal(add_text(&t, FOV_ROLE_USER, "hello"), FOV_OK);
    assert_int_equal(ask(&t), FOV_E_PROVIDER);
    assert_int_equal(t.err.detail, 500);
    assert_non_null(strstr(t.err.message, "31200 patches"));
    talk_close(&t);
    message_context_free(t.ctx);
}

static fov_status recorded_once(void *user)
{
    struct talk t;
    (void)user;
    memset(&t, 0, sizeof(t));
    fov_status rc = torture_context_new(&t.ctx, NULL);
    if (rc < 0) {
        return rc;
    }
    rc = talk_open(&t, WIRE("zoom_then_answer"), NULL);
    if (rc == FOV_OK) {
        rc = ask_question(&t);
    }
    if (rc == FOV_OK) {
        rc = add_look(&t);
    }
    if (rc == FOV_OK) {
        rc = ask(&t);
    }
    talk_close(&t);
    fov_context_free(t.ctx);
    return rc;
}

static void wire__survives_every_failed_allocation(void **state)
{
    (void)state;
    if (torture_run(recorded_once, NULL, "zoom_then_answer", TORTURE_STRICT) <= 50) {
        fail_msg("%s", torture_reason());
    }
}

/* What the recorded conversations do not take: another provider's message, a long id, images
 * outside, members of `extra`, arguments that are an object, an answer that was cut. */
static const char rare[] =
    "=== request\nPOST /v1/responses\n\n{\"model\":\"m\",\"input\":[{\"type\":\"message\",\"role\":"
    "\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"t\"}]},{\"type\":"
    "\"function_call\",\"call_id\":\"call_81a9e45036b770601b98e2ccaeceaeac9333b350\",\"name\":"
    "\"zoom\",\"arguments\":\"[\"},{\"type\":\"function_call_output\",\"call_id\":"
    "\"call_81a9e45036b770601b98e2ccaeceaeac9333b350\",\"output\":\"r\"},{\"type\":\"message\","
    "\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Image img_1, 640 x 480 "
    "pixels, from call toolu_0123456789012345678901234567890123456789012345678901234567890123456789"
    " (zoom):\"},{\"type\":\"input_image\",\"image_url\":\"data:image/png;base64,sha256:*\","
    "\"detail\":\"low\",\"prompt_cache_breakpoint\":{\"mode\":\"explicit\"}}]}],\"store\":false,"
    "\"include\":[\"reasoning.encrypted_content\"],\"prompt_cache_options\":{}}\n"
    "=== reply\n200\n\n{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":"
    "\"max_output_tokens\"},\"input_transformations\":[{\"reason\":\"prefix_mismatch\"}],"
    "\"output\":[{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":\"zoom\",\"arguments\":{}},"
    "{\"type\":\"reasoning\",\"summary\":[]}]}\n";

static fov_status rare_conversation(struct talk *t)
{
    static const char id[] =
        "toolu_0123456789012345678901234567890123456789012345678901234567890123456789";
    static const char raw[] = "[{\"type\":\"text\",\"text\":\"t\"}]";
    fov_status rc = fov_reply_add_text(t->reply, "t", &t->err);
    if (rc == FOV_OK) {
        rc = fov_reply_add_call(t->reply, id, "zoom", "[", &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_set_raw(t->reply, raw, sizeof(raw) - 1, &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_take_reply(t->c, t->reply, &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_add(t->c, FOV_ROLE_TOOL, &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_result(t->c, id, "zoom", "r", true, &t->err);
    }
    return rc < 0 ? rc : add_image(t, "img_1", FOV_FORMAT_PNG, "one");
}

static fov_status rare_once(void *user)
{
    struct fov_transport *transport = NULL;
    struct talk t;
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    (void)user;
    memset(&t, 0, sizeof(t));
    opts.provider = "openai_responses";
    opts.model = "m";
    opts.image_detail = "low";
    opts.extra = "{\"prompt_cache_options\":{}}";
    opts.tool_images = FOV_TOOL_IMAGES_FOLLOW;
    fov_status rc = torture_context_new(&t.ctx, NULL);
    if (rc < 0) {
        return rc;
    }
    rc = fov__replay_new_memory(&transport, t.ctx, rare, sizeof(rare) - 1, &t.err);
    if (rc == FOV_OK) {
        rc = fov__provider_model_new(&t.model, t.ctx, &opts, transport, NULL, &t.err);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_new(&t.c, t.ctx, &t.err);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_new(&t.reply, t.ctx, &t.err);
    }
    if (rc == FOV_OK) {
        rc = rare_conversation(&t);
    }
    t.request = (fov_request){.struct_size = sizeof(fov_request), .conversation = t.c};
    if (rc == FOV_OK) {
        rc = ask(&t);
    }
    talk_close(&t);
    fov_context_free(t.ctx);
    return rc;
}

static void wire__survives_failed_allocations_on_rare_paths(void **state)
{
    (void)state;
    if (torture_run(rare_once, NULL, "rare", TORTURE_STRICT) <= 20) {
        fail_msg("%s", torture_reason());
    }
}

/* ---- a session ------------------------------------------------------------------------------ */

#define THOUGHT \
    "{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[], \"encrypted_content\":\"g\"}"
#define LOOKS                                                                                      \
    THOUGHT                                                                                        \
        ",{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"call_1\",\"name\":\"zoom\",\"" \
        "arguments\":\"{\\\"image\\\":\\\"img_0\\\",\\\"box\\\": "                                 \
        "[0,0,20,20]}\"},{\"type\":\"function_call\",\"id\":\"fc_2\","                             \
        "\"call_id\":\"call_2\",\"name\":\"zoom\",\"arguments\":\"{\\\"box\\\":\\\"all\\\"}\"}"

struct look_desk {
    struct capture c;
    fov_session *session;
    fov_image *picture;
};

static void desk_open(struct look_desk *desk, const struct answer *answers, size_t count)
{
    static uint8_t grey[64 * 48];
    const fov_provider_opts provider = responses_opts();
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    for (size_t i = 0; i < sizeof(grey); i++) {
        grey[i] = (uint8_t)(i * 7);
    }
    capture_open(&desk->c, &provider, answers, count);
    opts.profile = "openai-5.6-original";
    opts.rounds_max = 2; /* the second is without tools */
    assert_int_equal(fov_image_new_pixels(&desk->picture, desk->c.ctx, grey, 64, 48, 1, 64, NULL),
                     FOV_OK);
    assert_int_equal(fov_session_new(&desk->session, desk->c.ctx, desk->c.model, &opts, NULL),
                     FOV_OK);
    assert_int_equal(fov_session_add_image(desk->session, desk->picture, NULL, NULL), FOV_OK);
}

static void desk_close(struct look_desk *desk)
{
    fov_session_free(desk->session);
    fov_image_unref(desk->picture);
    fov_model_free(desk->c.model);
    fov_reply_free(desk->c.reply);
    fov_conversation_free(desk->c.conversation);
    free(desk->c.body);
    fov_context_free(desk->c.ctx); /* which keeps decoded pixels until then */
}

/* The text from `mark` up to `until` within a body; it must be there. */
static char *piece(const char *body, const char *mark, const char *until)
{
    const char *from = strstr(body, mark);
    assert_non_null(from);
    const char *end = strstr(from, until);
    assert_non_null(end);
    return strndup(from, (size_t)(end - from));
}

/* Two looks, of which one is wrong; in the next request the first one stands unchanged at the head
 * and its tools unchanged at the tail, or the server would forget what it thought. */
static void wire__a_session_looks_twice_and_answers(void **state)
{
    const struct answer answers[] = {
        {200, NULL,
         "{\"output\":[" LOOKS "],\"status\":\"completed\",\"usage\":{\"input_tokens\":10}}"},
        {200, NULL,
         "{\"output\":[" THOUGHT ",{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{"
         "\"type\":\"output_text\",\"text\":\"ANSWER: 7\"}]}],\"usage\":{\"input_tokens\":25,"
         "\"input_tokens_details\":{\"cached_tokens\":20}}}"},
        {200, NULL, RESPONSES_OK}};
    struct look_desk desk;
    fov_answer answer = FOV_ANSWER_INIT;
    (void)state;
    desk_open(&desk, answers, 3);
    if (fov_session_ask(desk.session, "How many?", &answer, &desk.c.err) < 0) {
        fail_msg("%s", desk.c.err.message);
    }
    assert_string_equal(answer.text, "7");
    assert_int_equal(answer.usage.input_tokens, 35);
    assert_int_equal(answer.usage.cached_tokens, 20);
    char *head = piece(desk.c.body, "{\"model\"", ",{\"type\":\"function_call_output\"");
    char *tools = piece(desk.c.body, "\"tools\":[", ",\"tool_choice\":\"none\"");
    const char *one = strstr(desk.c.body, "\"function_call_output\",\"call_id\":\"call_1\"");
    const char *two = strstr(desk.c.body, "\"function_call_output\",\"call_id\":\"call_2\"");
    assert_string_equal(head + strlen(head) - strlen("," LOOKS), "," LOOKS);
    assert_true(one != NULL && two > one);
    const char *image = strstr(one, "{\"type\":\"input_image\",\"image_url\":\"data:image/");
    assert_true(image != NULL && image < two);
    assert_null(strstr(two, "input_image"));
    assert_non_null(strstr(two, "\"output\":\"{"));
    assert_int_equal(fov_session_ask(desk.session, "And now?", &answer, &desk.c.err), FOV_OK);
    assert_memory_equal(desk.c.body, head, strlen(head));
    assert_non_null(strstr(desk.c.body, tools));
    assert_null(strstr(desk.c.body, "\"tool_choice\""));
    free(head);
    free(tools);
    desk_close(&desk);
}

int test_openai_responses_wire(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire__zoom_then_answer),
        cmocka_unit_test(wire__parallel_then_last_round),
        cmocka_unit_test(wire__rate_limited_then_answer),
        cmocka_unit_test(wire__image_too_large),
        cmocka_unit_test(wire__survives_every_failed_allocation),
        cmocka_unit_test(wire__survives_failed_allocations_on_rare_paths),
        cmocka_unit_test(wire__a_session_looks_twice_and_answers),
    };
    return cmocka_run_group_tests_name("openai_responses wire", tests, NULL, NULL);
}
