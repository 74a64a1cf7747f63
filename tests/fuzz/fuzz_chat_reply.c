/* SPDX-License-Identifier: MIT */
/* Any bytes as a server's reply to a session that speaks Chat Completions, once as an answer and
 * once as an error. What must hold: the session ends in an answer or a typed error and can be asked
 * again; an assistant's message goes back byte for byte (one without a
 * role gets it in front); each of its calls is answered; every
 * request is right JSON; the key is in no message. */
#include "fuzz_support.h"

#include "provider/provider_internal.h"
#include "session/session_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define KEY "sk-fuzz-0123456789abcdef"

static const char good[] = "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":"
                           "\"ANSWER: 7\"},\"finish_reason\":\"stop\"}]}";

static fov_context *ctx;
static fov_image *picture;

/* What the transport says, and what it was sent. */
static struct {
    int32_t status; /* of the first reply; those after it are good */
    const uint8_t *data;
    size_t size;
    uint32_t sent;
    char *raw; /* the message that was read from the first reply, to be seen again */
    size_t raw_size;
} play;

/* Where messages[index] stands in a request's body. */
static struct fov_span message_at(const struct fov_buf *body, size_t index)
{
    char place[24];
    snprintf(place, sizeof(place), "%zu", index);
    const char *const path[] = {"messages", place, NULL};
    return fov__json_raw(body->data, body->len, path);
}

/* A message that came without a role gets one in front; nothing else is touched. */
static bool is_raw(struct fov_span span)
{
    static const char role[] = "{\"role\":\"assistant\"";
    const size_t head = sizeof(role) - 1;
    if (span.len == play.raw_size && memcmp(span.data, play.raw, span.len) == 0)
        return true;
    return span.len >= head + play.raw_size - 1 && memcmp(span.data, role, head) == 0 &&
           span.len - (play.raw_size - 1) <= head + 1 &&
           memcmp(span.data + span.len - (play.raw_size - 1), play.raw + 1, play.raw_size - 1) == 0;
}

static void request_holds(const struct fov_http_request *request)
{
    struct fov_buf body;
    bool found = play.raw == NULL;
    fov__buf_init(&body, ctx, 8u << 20);
    fov__replay_show_body(&body, request->segments, request->segment_count);
    fuzz_require(body.status == FOV_OK, "a request stays within bounds");
    fuzz_require(fov__json_check(ctx, body.data, body.len, 256, body.len, NULL) == FOV_OK,
                 "a request is right JSON");
    for (size_t i = 0; !found; i++) {
        const struct fov_span span = message_at(&body, i);
        if (span.data == NULL)
            break;
        found = is_raw(span);
    }
    fuzz_require(found, "an assistant's message goes back byte for byte");
    fov__buf_free(&body);
}

static fov_status play_send(struct fov_transport *transport, const struct fov_http_request *request,
                            struct fov_http_response *response, fov_error *err)
{
    const bool is_first = play.sent++ == 0;
    char line[32];
    (void)transport;
    (void)err;
    request_holds(request);
    snprintf(line, sizeof(line), "HTTP/1.1 %d x", is_first ? (int)play.status : 200);
    fov__response_header_line(response, line, strlen(line));
    if (is_first)
        fov__buf_add(&response->body, play.data, play.size);
    else
        fov__buf_adds(&response->body, good);
    return response->body.status == FOV_OK ? FOV_OK : FOV_E_LIMIT;
}

static void play_free(struct fov_transport *transport)
{
    fov__free(ctx, transport);
}

static uint64_t still_now(void *user)
{
    (void)user;
    return 1;
}

static int64_t still_utc(void *user)
{
    (void)user;
    return 0;
}

static double no_chance(void *user)
{
    (void)user;
    return 0;
}

static fov_status no_wait(void *user, uint64_t ms, const fov_cancel *cancel)
{
    (void)user;
    (void)ms;
    (void)cancel;
    return FOV_OK;
}

static const struct fov_retry_hooks hooks = {still_now, still_utc, no_chance, no_wait, NULL};

static fov_model *open_model(void)
{
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    fov_model *model = NULL;
    struct fov_transport *transport = fov__calloc(ctx, 1, sizeof(*transport));
    fuzz_require(transport != NULL, "there is memory");
    *transport = (struct fov_transport){ctx, play_send, play_free};
    opts.model = "m";
    opts.api_key = KEY;
    opts.no_retries = 1;
    fuzz_require(fov__provider_model_new(&model, ctx, &opts, transport, &hooks, NULL) == FOV_OK,
                 "a model can be made");
    return model;
}

/* Each call has its result, with the same id, before anything else is said. */
static void calls_are_answered(const fov_conversation *c)
{
    for (size_t m = 0; m < fov_conversation_count(c); m++) {
        fov_part call, result;
        size_t answered = 0;
        if (fov_conversation_role(c, m) != FOV_ROLE_ASSISTANT)
            continue;
        for (size_t p = 0; fov_conversation_get_part(c, m, p, &call) == FOV_OK; p++) {
            if (call.kind != FOV_PART_CALL)
                continue;
            fuzz_require(call.call_id != NULL && call.call_id[0] != '\0' && call.name != NULL &&
                             call.arguments != NULL,
                         "a call has id, name and arguments");
            do
                fuzz_require(fov_conversation_get_part(c, m + 1, answered++, &result) == FOV_OK,
                             "a call has its result");
            while (result.kind != FOV_PART_RESULT);
            fuzz_require(strcmp(result.call_id, call.call_id) == 0, "results come in order");
        }
    }
}

/* The raw text that was kept of the first reply, if it was one. */
static void keep_raw(const fov_conversation *c)
{
    for (size_t m = 0; m < fov_conversation_count(c) && play.raw == NULL; m++) {
        size_t size = 0;
        const char *raw = fov_conversation_raw(c, m, &size);
        if (raw == NULL)
            continue;
        fuzz_require(fov__json_check(ctx, raw, size, 256, size, NULL) == FOV_OK,
                     "a raw message is right JSON");
        play.raw = malloc(size + 1);
        fuzz_require(play.raw != NULL, "there is memory");
        memcpy(play.raw, raw, size);
        play.raw_size = size;
    }
}

static void one_session(int32_t status, const uint8_t *data, size_t size)
{
    fov_session *session = NULL;
    fov_answer answer = FOV_ANSWER_INIT;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_error err = {0};
    play.status = status;
    play.data = data;
    play.size = size;
    play.sent = 0;
    play.raw = NULL;
    opts.rounds_max = 3;
    opts.calls_max = 2; /* pictures are not what this target looks for */
    fov_model *model = open_model();
    fuzz_require(fov_session_new(&session, ctx, model, &opts, NULL) == FOV_OK &&
                     fov_session_add_image(session, picture, NULL, NULL) == FOV_OK,
                 "a session can be made");
    fov_status rc = fov_session_ask(session, "How many?", &answer, &err);
    fuzz_require_error(rc, &err);
    fuzz_require(rc >= 0 || rc == FOV_E_PROVIDER || rc == FOV_E_LIMIT,
                 "a strange reply is the server's fault or too much, and nothing else");
    fuzz_require(status < 300 || rc == FOV_E_PROVIDER, "an error status is an error");
    fuzz_require(strstr(err.message, KEY) == NULL, "the key is in no message");
    fuzz_require(answer.text == NULL || fov__utf8_valid(answer.text, strlen(answer.text)),
                 "an answer is UTF-8");
    calls_are_answered(session->conversation);
    keep_raw(session->conversation);
    rc = fov_session_ask(session, "And now?", &answer, &err);
    fuzz_require_error(rc, &err);
    fuzz_require(rc == FOV_OK && strcmp(answer.text, "7") == 0, "a session can be asked again");
    fov_session_free(session);
    fov_model_free(model);
    free(play.raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t grey[20 * 14];
    if (ctx == NULL) {
        ctx = fuzz_context();
        for (size_t i = 0; i < sizeof(grey); i++)
            grey[i] = (uint8_t)(i * 7);
        fuzz_require(fov_image_new_pixels(&picture, ctx, grey, 20, 14, 1, 20, NULL) == FOV_OK,
                     "a picture can be made");
    }
    one_session(200, data, size);
    one_session(400, data, size);
    return 0;
}

static void emit_call(size_t op, const char *name, const char *arguments, void *user)
{
    struct fov_buf *buf = user;
    (void)op;
    fov__buf_addf(buf, "%s{\"id\":\"call_%zu\",\"type\":\"function\",\"function\":{\"name\":\"%s\"",
                  buf->data[buf->len - 1] == '[' ? "" : ",", buf->len, name);
    fov__buf_addf(buf, ",\"arguments\":%s}}", arguments);
}

/* Every reply that somebody recorded, one with every call there is, and what servers differ in. */
void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const char *const files[] = {"zoom_then_answer", "spent_quota",
                                        "rate_limited_then_answer"};
    static const char *const texts[] = {
        "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":"
        "\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"a\"}]},{\"type\":\"text\","
        "\"text\":\"ANSWER: 3\\nREASON: seen\\nEVIDENCE: img_0\"}],\"refusal\":null},"
        "\"finish_reason\":\"length\"}]}",
        "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"no\"},\"finish_reason\":"
        "\"content_filter\"}],\"usage\":{\"prompt_tokens\":9}}",
        "{\"error\":{\"message\":\"bad key " KEY "\",\"type\":\"invalid_request_error\","
        "\"param\":null,\"code\":\"invalid_api_key\"}}",
        "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"x\",\"type\":\"y\"}]}",
        "<html><body>502 Bad Gateway</body></html>"};
    fov_context *own = fuzz_context();
    for (size_t i = 0; i < FOV_COUNT(files); i++) {
        struct fov_wire_file file;
        fov_bytes text = {NULL, 0, NULL};
        char path[512];
        snprintf(path, sizeof(path), FOV_TESTDATA "/wire/openai_chat/%s.wire", files[i]);
        fuzz_require(fov__file_read(&text, own, path, 1 << 20, NULL) == FOV_OK &&
                         fov__wire_file_parse(&file, own, &text, files[i], NULL) == FOV_OK,
                     "a recorded exchange can be read");
        for (size_t k = 0; k < file.count; k++)
            emit(file.exchanges[k].reply.body.data, file.exchanges[k].reply.body.len, user);
        fov__wire_file_free(&file);
    }
    for (size_t i = 0; i < FOV_COUNT(texts); i++)
        emit(texts[i], strlen(texts[i]), user);
    struct fov_buf calls;
    fov__buf_init(&calls, own, 1 << 20);
    fov__buf_adds(&calls, "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"tool_calls\":[");
    fuzz_each_call(emit_call, &calls);
    fov__buf_adds(&calls, "]},\"finish_reason\":\"tool_calls\"}]}");
    emit(calls.data, calls.len, user);
    fov__buf_free(&calls);
    fov_context_free(own);
}
