/* SPDX-License-Identifier: MIT */
#include "provider/capture.h"

struct wire {
    struct fov_transport base;
    struct capture *c;
};

static fov_status wire_send(struct fov_transport *transport, const struct fov_http_request *request,
                            struct fov_http_response *response, fov_error *err)
{
    struct capture *c = ((struct wire *)transport)->c;
    struct fov_buf body;
    fov__buf_init(&body, c->ctx, 1 << 24);
    fov__replay_show_body(&body, request->segments, request->segment_count);
    free(c->body);
    c->body = strdup(body.data);
    fov__buf_free(&body);
    c->headers[0] = '\0';
    for (size_t i = 0; i < request->header_count; i++) {
        const size_t used = strlen(c->headers);
        snprintf(c->headers + used, sizeof(c->headers) - used, "%s\n", request->headers[i]);
    }
    snprintf(c->url, sizeof(c->url), "%s", request->url);
    c->timeout_ms = request->timeout_ms;
    assert_true(c->sent < c->answer_count);
    const struct answer *answer = &c->answers[c->sent++];
    if (answer->status == 0) {
        return fov__fail(err, FOV_E_NET, 0, "wire", "the connection failed");
    }
    char line[32];
    snprintf(line, sizeof(line), "HTTP/1.1 %d x", (int)answer->status);
    fov__response_header_line(response, line, strlen(line));
    if (answer->header != NULL) {
        fov__response_header_line(response, answer->header, strlen(answer->header));
    }
    fov__buf_adds(&response->body, answer->body != NULL ? answer->body : "");
    return FOV_OK;
}

static void wire_free(struct fov_transport *transport)
{
    fov__free(transport->ctx, transport);
}

static void keep_log(int level, const char *line, void *user)
{
    struct capture *c = user;
    const size_t used = strlen(c->log);
    (void)level;
    snprintf(c->log + used, sizeof(c->log) - used, "%s\n", line);
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

static double no_jitter(void *user)
{
    (void)user;
    return 0;
}

static fov_status note_wait(void *user, uint64_t ms, const fov_cancel *cancel)
{
    struct capture *c = user;
    (void)cancel;
    assert_true(c->wait_count < FOV_COUNT(c->waits));
    c->waits[c->wait_count++] = ms;
    return FOV_OK;
}

struct fov_retry_hooks capture_hooks(struct capture *c)
{
    return (struct fov_retry_hooks){still_now, still_utc, no_jitter, note_wait, c};
}

fov_provider_opts capture_opts(void)
{
    fov_provider_opts opts;
    fov_provider_opts_init(&opts);
    opts.model = "m";
    opts.api_key = TEST_KEY;
    return opts;
}

/* The hooks of the capture that is open; one at a time. */
static struct fov_retry_hooks open_hooks;

void capture_open(struct capture *c, const fov_provider_opts *opts, const struct answer *answers,
                  size_t count)
{
    const fov_context_opts context = {
        .struct_size = sizeof(context), .log = keep_log, .log_user = c};
    memset(c, 0, sizeof(*c));
    assert_int_equal(fov_context_new(&c->ctx, &context, NULL), FOV_OK);
    assert_int_equal(fov_conversation_new(&c->conversation, c->ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_new(&c->reply, c->ctx, NULL), FOV_OK);
    c->answers = answers;
    c->answer_count = count;
    c->request = (fov_request){.struct_size = sizeof(fov_request), .conversation = c->conversation};
    open_hooks = capture_hooks(c);
    struct wire *wire = fov__calloc(c->ctx, 1, sizeof(*wire));
    assert_non_null(wire);
    wire->base = (struct fov_transport){c->ctx, wire_send, wire_free};
    wire->c = c;
    assert_int_equal(
        fov__provider_model_new(&c->model, c->ctx, opts, &wire->base, &open_hooks, &c->err),
        FOV_OK);
}

void capture_close(struct capture *c)
{
    fov_model_free(c->model);
    fov_reply_free(c->reply);
    fov_conversation_free(c->conversation);
    free(c->body);
    message_context_free(c->ctx);
}

fov_status capture_ask(struct capture *c)
{
    return fov_model_generate(c->model, &c->request, c->reply, &c->err);
}

void capture_message(struct capture *c, int32_t role)
{
    assert_int_equal(fov_conversation_add(c->conversation, role, NULL), FOV_OK);
}

void capture_text(struct capture *c, const char *text)
{
    assert_int_equal(fov__conversation_add_text(c->conversation, text, NULL), FOV_OK);
}

void capture_image(struct capture *c, const char *id, int32_t format, const char *bytes,
                   int32_t width, int32_t height)
{
    struct fov_delivery *delivery =
        make_delivery(c->ctx, format, bytes, strlen(bytes), width, height);
    assert_int_equal(fov__conversation_add_image(c->conversation, id, delivery, NULL), FOV_OK);
    fov__delivery_unref(delivery);
}

void capture_result(struct capture *c, const char *call_id, const char *name, const char *text)
{
    assert_int_equal(
        fov__conversation_add_result(c->conversation, call_id, name, text, false, NULL), FOV_OK);
}

void capture_take(struct capture *c)
{
    assert_int_equal(fov_conversation_take_reply(c->conversation, c->reply, NULL), FOV_OK);
}
