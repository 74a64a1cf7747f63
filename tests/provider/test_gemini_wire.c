/* SPDX-License-Identifier: MIT */
/* Whole conversations with generateContent: from recorded exchanges through the public door, with
 * every allocation failing in turn, and as a session that looks twice at a picture. */
#include <foveate/image.h>
#include <foveate/profile.h>
#include <foveate/session.h>

#include "provider/test_gemini.h"
#include "torture/torture.h"

#define WIRE(name) FOV_TESTDATA "/wire/gemini/" name ".wire"

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

static fov_status talk_begin(struct talk *t)
{
    fov_status rc = fov_conversation_new(&t->c, t->ctx, &t->err);
    if (rc == FOV_OK) {
        rc = fov_reply_new(&t->reply, t->ctx, &t->err);
    }
    t->request = (fov_request){.struct_size = sizeof(fov_request), .conversation = t->c};
    return rc;
}

static fov_status talk_open(struct talk *t, const char *path, const char *model)
{
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    opts.provider = "gemini";
    opts.model = model;
    opts.replay = path;
    const fov_status rc = fov_model_new_provider(&t->model, t->ctx, &opts, &t->err);
    return rc < 0 ? rc : talk_begin(t);
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

static fov_status add_look(struct talk *t, const char *call_id)
{
    fov_status rc = fov_conversation_take_reply(t->c, t->reply, &t->err);
    if (rc == FOV_OK) {
        rc = fov_conversation_add(t->c, FOV_ROLE_TOOL, &t->err);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_result(t->c, call_id, "zoom", "img_1: zoom of img_0", false,
                                          &t->err);
    }
    return rc < 0 ? rc : add_image(t, "img_1", FOV_FORMAT_JPEG, "second image", 800, 800);
}

static void wire__zoom_then_answer(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("zoom_then_answer"), "gemini-3.8-flash"), FOV_OK);
    if (ask_question(&t) < 0) {
        fail_msg("%s", t.err.message);
    }
    assert_int_equal(fov_reply_part_count(t.reply), 1);
    assert_string_equal(fov__reply_part(t.reply, 0)->call_id, "fc_1");
    assert_string_equal(fov__reply_part(t.reply, 0)->name, "zoom");
    assert_string_equal(fov__reply_part(t.reply, 0)->arguments, "{\"box\": [10, 10, 6.0e1, 60]}");
    assert_int_equal(fov__reply_usage(t.reply)->image_tokens, 1120);
    assert_int_equal(fov__reply_usage(t.reply)->output_tokens, 61);
    if (add_look(&t, "fc_1") < 0 || fov_model_generate(t.model, &t.request, t.reply, &t.err) < 0) {
        fail_msg("%s", t.err.message);
    }
    assert_string_equal(fov__reply_part(t.reply, 0)->text, "ANSWER: ten past ten");
    assert_int_equal(fov__reply_usage(t.reply)->cached_tokens, 1024);
    /* There is no third exchange. */
    assert_int_equal(fov_model_generate(t.model, &t.request, t.reply, &t.err), FOV_E_MISMATCH);
    talk_close(&t);
    message_context_free(t.ctx);
}

static void wire__parallel_then_last_round(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("parallel_then_last_round"), "gemini-2.5-flash"), FOV_OK);
    if (ask_question(&t) < 0) {
        fail_msg("%s", t.err.message);
    }
    assert_int_equal(fov_reply_part_count(t.reply), 2);
    assert_string_equal(fov__reply_part(t.reply, 1)->call_id, "call_2_1");
    assert_int_equal(add_look(&t, "call_2_0"), FOV_OK);
    assert_int_equal(
        fov__conversation_add_result(t.c, "call_2_1", "zoom", "The box is empty.", true, NULL),
        FOV_OK);
    t.request.tool_choice = FOV_TOOL_CHOICE_NONE;
    t.request.max_output_tokens = 64;
    if (fov_model_generate(t.model, &t.request, t.reply, &t.err) < 0) {
        fail_msg("%s", t.err.message);
    }
    assert_string_equal(fov_reply_stop(t.reply), "MAX_TOKENS");
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
    assert_int_equal(talk_open(&t, WIRE("rate_limited_then_answer"), "gemini-3.8-flash"), FOV_OK);
    const uint64_t start = fov__clock_ms();
    assert_int_equal(say_hello(&t), FOV_OK);
    assert_true(fov__clock_ms() - start >=
                250 + 750); /* what was asked for, and a second step less jitter */
    assert_int_equal(fov__reply_usage(t.reply)->requests, 3);
    talk_close(&t);
    message_context_free(t.ctx);
}

static void wire__spent_daily_quota(void **state)
{
    struct talk t = {.ctx = message_context()};
    (void)state;
    assert_int_equal(talk_open(&t, WIRE("spent_daily_quota"), "gemini-3.8-flash"), FOV_OK);
    assert_int_equal(say_hello(&t), FOV_E_PROVIDER);
    assert_int_equal(t.err.detail, 429);
    assert_non_null(strstr(t.err.message, "answered 429 (RESOURCE_EXHAUSTED): You exceeded"));
    talk_close(&t);
    message_context_free(t.ctx);
}

/* ---- memory --------------------------------------------------------------------------------- */

static fov_status talk_once(void *user)
{
    struct talk t;
    (void)user;
    memset(&t, 0, sizeof(t));
    fov_status rc = torture_context_new(&t.ctx, NULL);
    if (rc < 0) {
        return rc;
    }
    rc = talk_open(&t, WIRE("zoom_then_answer"), "gemini-3.8-flash");
    if (rc == FOV_OK) {
        rc = ask_question(&t);
    }
    if (rc == FOV_OK) {
        rc = add_look(&t, "fc_1");
    }
    if (rc == FOV_OK) {
        rc = fov_model_generate(t.model, &t.request, t.reply, &t.err);
    }
    talk_close(&t);
    fov_context_free(t.ctx);
    return rc;
}

static void wire__survives_every_failed_allocation(void **state)
{
    (void)state;
    if (torture_run(talk_once, NULL, "gemini", TORTURE_STRICT) <= 50) {
        fail_msg("%s", torture_reason());
    }
}

/* Another provider's message, an image that follows, options, and no answer at last: the paths that
 * the recorded conversation does not take. */
static fov_status foreign_once(void *user)
{
    static const char wire[] =
        "=== request\nPOST /v1beta/models/gemini-2.5-pro:generateContent\n\n{\"contents\":[{\"role"
        "\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"a:1\",\"name\":\"zoom\",\"args\":{"
        "\"arguments\":\"[\"}}}]},{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":"
        "\"a:1\",\"name\":\"zoom\",\"response\":{\"error\":\"r\"}}},{\"text\":\"Image img_1, 1 x 2 "
        "pixels, from zoom:\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"sha256:*\"}}]"
        "}],\"generationConfig\":{\"mediaResolution\":\"MEDIA_RESOLUTION_LOW\",\"seed\":7},"
        "\"labels\":{}}\n=== reply\n200\n\n{\"candidates\":[{\"finishReason\":\"SAFETY\"}]}\n";
    struct talk t;
    (void)user;
    memset(&t, 0, sizeof(t));
    struct fov_transport *transport = NULL;
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    opts.provider = "gemini";
    opts.model = "gemini-2.5-pro";
    opts.image_detail = "low";
    opts.extra = "{\"labels\":{},\"generationConfig\":{\"seed\":7}}";
    fov_status rc = torture_context_new(&t.ctx, NULL);
    if (rc < 0) {
        return rc;
    }
    rc = fov__replay_new_memory(&transport, t.ctx, wire, sizeof(wire) - 1, &t.err);
    if (rc == FOV_OK) {
        rc = fov__provider_model_new(&t.model, t.ctx, &opts, transport, NULL, &t.err);
    }
    if (rc == FOV_OK) {
        rc = talk_begin(&t);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_add_call(t.reply, "a:1", "zoom", "[", &t.err);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_set_raw(t.reply, "[{\"type\":\"message\"}]", 20, &t.err);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_take_reply(t.c, t.reply, &t.err);
    }
    if (rc == FOV_OK) {
        rc = fov_conversation_add(t.c, FOV_ROLE_TOOL, &t.err);
    }
    if (rc == FOV_OK) {
        rc = fov__conversation_add_result(t.c, "a:1", "zoom", "r", true, &t.err);
    }
    if (rc == FOV_OK) {
        rc = add_image(&t, "img_1", FOV_FORMAT_PNG, "one", 1, 2);
    }
    if (rc == FOV_OK) {
        rc = fov_model_generate(t.model, &t.request, t.reply, &t.err);
    }
    talk_close(&t);
    fov_context_free(t.ctx);
    /* A refusal with the server's word is this conversation's good end. */
    return rc == FOV_E_PROVIDER && strstr(t.err.message, "(SAFETY)") != NULL ? FOV_OK : rc;
}

static void wire__rewrites_or_fails_cleanly_when_memory_is_short(void **state)
{
    (void)state;
    if (torture_run(foreign_once, NULL, "foreign", TORTURE_STRICT) <= 20) {
        fail_msg("%s", torture_reason());
    }
}

/* ---- a session ------------------------------------------------------------------------------ */

#define LOOKS                                                                                  \
    "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"zoom\",\"args\":{\"image\":" \
    "\"img_0\",\"box\": "                                                                      \
    "[0,0,500,500]}},\"thoughtSignature\":\"c2ln\"},{\"functionCall\":{\"name\":"              \
    "\"zoom\",\"args\":{\"box\":\"all\"}}}]}"

static const char *const looks[] = {
    "{\"candidates\":[{\"content\":" LOOKS ",\"finishReason\":\"STOP\"}],\"usageMetadata\":{"
    "\"promptTokenCount\":10}}",
    "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"ANSWER: 7\"}]},"
    "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":25,"
    "\"cachedContentTokenCount\":20}}"};

static void wire__a_session_looks_twice_and_answers(void **state)
{
    const struct answer answers[] = {{200, NULL, looks[0]}, {200, NULL, looks[1]}};
    const fov_provider_opts provider = gemini_opts();
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_answer answer = FOV_ANSWER_INIT;
    fov_session *session = NULL;
    fov_image *picture = NULL;
    static uint8_t grey[64 * 48];
    struct capture c;
    (void)state;
    for (size_t i = 0; i < sizeof(grey); i++) {
        grey[i] = (uint8_t)(i * 7);
    }
    capture_open(&c, &provider, answers, 2);
    opts.profile = fov_profile_name(fov_profile_for_model(provider.model, NULL));
    assert_string_equal(opts.profile, "gemini-3-high");
    assert_int_equal(fov_image_new_pixels(&picture, c.ctx, grey, 64, 48, 1, 64, NULL), FOV_OK);
    assert_int_equal(fov_session_new(&session, c.ctx, c.model, &opts, NULL), FOV_OK);
    assert_int_equal(fov_session_add_image(session, picture, NULL, NULL), FOV_OK);
    if (fov_session_ask(session, "How many?", &answer, &c.err) < 0) {
        fail_msg("%s", c.err.message);
    }
    assert_string_equal(answer.text, "7");
    assert_int_equal(answer.usage.input_tokens, 35);
    assert_int_equal(answer.usage.cached_tokens, 20);
    assert_non_null(strstr(c.body, "," LOOKS ",{\"role\":\"user\",\"parts\":[{\"functionResponse\""
                                   ":{\"name\":\"zoom\",\"response\":{\"output\":\"img_1: "));
    const char *image = strstr(c.body, ",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/");
    const char *error = strstr(c.body, "{\"functionResponse\":{\"name\":\"zoom\",\"response\":{"
                                       "\"error\":\"{");
    assert_true(image != NULL && error > image);
    assert_null(strstr(error, "inlineData"));
    fov_session_free(session);
    fov_image_unref(picture);
    fov_model_free(c.model);
    fov_reply_free(c.reply);
    fov_conversation_free(c.conversation);
    free(c.body);
    fov_context_free(c.ctx); /* which keeps decoded pixels until then */
}

int test_gemini_wire(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire__zoom_then_answer),
        cmocka_unit_test(wire__parallel_then_last_round),
        cmocka_unit_test(wire__rate_limited_then_answer),
        cmocka_unit_test(wire__spent_daily_quota),
        cmocka_unit_test(wire__survives_every_failed_allocation),
        cmocka_unit_test(wire__rewrites_or_fails_cleanly_when_memory_is_short),
        cmocka_unit_test(wire__a_session_looks_twice_and_answers),
    };
    return cmocka_run_group_tests_name("gemini wire", tests, NULL, NULL);
}
