/* SPDX-License-Identifier: MIT */
#include "test_support.h"

#include "transport/loopback.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

/* One server, one client, one response. */
struct fixture {
    fov_context *ctx;
    struct fov_loopback *server;
    struct fov_transport *transport;
    struct fov_http_response response;
    struct fov_http_request request;
    struct fov_segment segment;
    char url[128];
    fov_error err;
};

static void open_server(struct fixture *f, const struct fov_loopback_reply *script, size_t count)
{
    memset(f, 0, sizeof(*f));
    f->ctx = new_context();
    f->server = fov_loopback_start(script, count);
    assert_int_equal(fov__http_new(&f->transport, f->ctx, &f->err), FOV_OK);
    fov__response_init(&f->response, f->ctx, 1 << 20);
    snprintf(f->url, sizeof(f->url), "%s/v1/test", fov_loopback_url(f->server));
    f->segment = (struct fov_segment){FOV__SEGMENT_BYTES, "{\"q\":1}", 7};
    f->request = (struct fov_http_request){.method = "POST",
                                           .url = f->url,
                                           .segments = &f->segment,
                                           .segment_count = 1,
                                           .timeout_ms = 20000};
}

static void close_server(struct fixture *f)
{
    fov__response_free(&f->response);
    fov__transport_free(f->transport);
    fov_loopback_stop(f->server);
    free_context(f->ctx);
}

static fov_status send_once(struct fixture *f)
{
    fov__response_reset(&f->response);
    return f->transport->send(f->transport, &f->request, &f->response, &f->err);
}

static void http__sends_method_headers_and_body_as_given(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.status = 200, .body = "{\"ok\":true}", .headers = "x-request-id: req_7\r\n"},
        {.status = 204}};
    static const char *const headers[] = {"Content-Type: application/json",
                                          "Authorization: Bearer sk-1"};
    struct fixture f;
    char value[64];
    (void)state;
    open_server(&f, script, 2);
    f.request.headers = headers;
    f.request.header_count = 2;
    assert_int_equal(send_once(&f), FOV_OK);
    assert_int_equal(f.response.status, 200);
    assert_string_equal(f.response.body.data, "{\"ok\":true}");
    assert_true(fov__response_header(&f.response, "x-request-id", value, sizeof(value)));
    assert_string_equal(value, "req_7");
    const struct fov_loopback_request *seen = fov_loopback_request_at(f.server, 0);
    assert_string_equal(seen->method, "POST");
    assert_string_equal(seen->target, "/v1/test");
    assert_string_equal(seen->body, "{\"q\":1}");
    assert_true(fov_loopback_header(seen, "authorization", value, sizeof(value)));
    assert_string_equal(value, "Bearer sk-1");
    assert_true(fov_loopback_header(seen, "content-length", value, sizeof(value)));
    assert_string_equal(value, "7");
    assert_true(fov_loopback_header(seen, "user-agent", value, sizeof(value)));
    assert_string_equal(value, "foveate/" FOV_VERSION_STRING);
    assert_false(fov_loopback_header(seen, "expect", value, sizeof(value)));
    assert_false(fov_loopback_header(seen, "transfer-encoding", value, sizeof(value)));
    /* A second request on the same connection, without what the first one set. */
    f.request.method = "GET";
    f.request.segment_count = 0;
    f.request.header_count = 0;
    assert_int_equal(send_once(&f), FOV_OK);
    seen = fov_loopback_request_at(f.server, 1);
    assert_string_equal(seen->method, "GET");
    assert_int_equal(seen->connection, 0);
    assert_false(fov_loopback_header(seen, "authorization", value, sizeof(value)));
    close_server(&f);
}

static void http__streams_base64_of_megabytes(void **state)
{
    static const struct fov_loopback_reply script[] = {{.status = 200, .body = "{}"}};
    const size_t size = 3 * 1024 * 1024 + 1;
    uint8_t *image = malloc(size);
    char *want = malloc(fov__base64_size(size));
    struct fixture f;
    char value[32];
    (void)state;
    for (size_t i = 0; i < size; i++) {
        image[i] = (uint8_t)((i * 2654435761u) >> 13);
    }
    fov__base64_encode(want, image, size);
    open_server(&f, script, 1);
    const struct fov_segment segments[] = {{FOV__SEGMENT_BYTES, "<", 1},
                                           {FOV__SEGMENT_BASE64, image, size},
                                           {FOV__SEGMENT_BYTES, ">", 1}};
    f.request.segments = segments;
    f.request.segment_count = 3;
    assert_int_equal(send_once(&f), FOV_OK);
    const struct fov_loopback_request *seen = fov_loopback_request_at(f.server, 0);
    assert_int_equal(seen->size, fov__base64_size(size) + 2);
    assert_memory_equal(seen->body + 1, want, fov__base64_size(size));
    assert_false(fov_loopback_header(seen, "expect", value, sizeof(value)));
    close_server(&f);
    free(image);
    free(want);
}

static void http__reads_every_framing(void **state)
{
    static const char body[] = "{\"text\":\"0123456789012345678901234567890123456789\"}";
    static const struct fov_loopback_reply script[] = {
        {.status = 200, .body = body, .mode = FOV_LOOPBACK_PLAIN, .piece = 1},
        {.status = 200, .body = body, .mode = FOV_LOOPBACK_CHUNKED, .piece = 3},
        {.status = 200, .body = body, .mode = FOV_LOOPBACK_GZIP},
        {.status = 200, .body = body, .mode = FOV_LOOPBACK_GZIP_CHUNKED, .piece = 5},
        {.status = 200, .body = body, .mode = FOV_LOOPBACK_UNTIL_CLOSE},
        {.status = 200, .body = body, .delay_ms = 150},
    };
    struct fixture f;
    (void)state;
    open_server(&f, script, FOV_COUNT(script));
    for (size_t i = 0; i < FOV_COUNT(script); i++) {
        assert_int_equal(send_once(&f), FOV_OK);
        assert_string_equal(f.response.body.data, body);
    }
    close_server(&f);
}

static void http__tells_broken_good_replies(void **state)
{
    static const char body[] = "{\"text\":\"0123456789012345678901234567890123456789\"}";
    static const struct fov_loopback_reply script[] = {
        {.status = 200, .body = body, .mode = FOV_LOOPBACK_SHORT},
        {.status = 200, .body = body, .mode = FOV_LOOPBACK_CHUNK_CUT},
        {.status = 200, .mode = FOV_LOOPBACK_HEAD_ONLY},
        {.status = 200,
         .mode = FOV_LOOPBACK_RAW,
         .body = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!"},
    };
    struct fixture f;
    (void)state;
    open_server(&f, script, FOV_COUNT(script));
    for (size_t i = 0; i < FOV_COUNT(script); i++) {
        assert_int_equal(send_once(&f), FOV_E_NET);
        assert_int_equal(f.response.status, 200); /* so that it is not sent again */
        assert_non_null(strstr(f.err.message, "127.0.0.1"));
    }
    close_server(&f);
}

static void http__tells_failures_before_a_status(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.mode = FOV_LOOPBACK_NO_REPLY},
        {.mode = FOV_LOOPBACK_RAW, .body = "SSH-2.0-OpenSSH_9.2\r\n"},
        {.mode = FOV_LOOPBACK_RAW, .body = "HTTP/1.1 100 Continue\r\n\r\n"},
    };
    struct fixture f;
    (void)state;
    open_server(&f, script, FOV_COUNT(script));
    for (size_t i = 0; i < FOV_COUNT(script); i++) {
        assert_int_equal(send_once(&f), FOV_E_NET);
        assert_int_equal(f.response.status, 0);
    }
    snprintf(f.url, sizeof(f.url), "http://127.0.0.1:1/"); /* nobody listens on tcpmux here */
    assert_int_equal(send_once(&f), FOV_E_NET);
    assert_true(f.err.detail > 0); /* errno of the refused connection */
    close_server(&f);
}

static void http__gives_error_statuses_with_their_pages(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.status = 429, .body = "{\"error\":1}", .headers = "retry-after: 3\r\n"},
        {.status = 503, .body = "0123456789", .mode = FOV_LOOPBACK_SHORT},
        {.status = 500, .body = "0123456789abcdef", .repeat = 1000000},
        {.status = 302, .headers = "location: http://127.0.0.1:1/\r\n"},
    };
    struct fixture f;
    (void)state;
    open_server(&f, script, FOV_COUNT(script));
    assert_int_equal(send_once(&f), FOV_OK);
    assert_int_equal(f.response.status, 429);
    assert_false(f.response.is_cut);
    assert_int_equal(send_once(&f), FOV_OK);
    assert_int_equal(f.response.status, 503);
    assert_true(f.response.is_cut);
    assert_string_equal(f.response.body.data, "01234");
    assert_int_equal(send_once(&f), FOV_OK);
    assert_true(f.response.is_cut);
    assert_int_equal(f.response.body.len, f.response.body.max);
    assert_int_equal(send_once(&f), FOV_OK);
    assert_int_equal(f.response.status, 302); /* and nobody followed it */
    assert_int_equal(fov_loopback_count(f.server), 4);
    close_server(&f);
}

static void http__hears_a_refusal_while_still_sending(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.status = 413, .body = "{\"error\":\"too large\"}", .mode = FOV_LOOPBACK_EARLY}};
    const size_t size = 32 * 1024 * 1024;
    uint8_t *image = calloc(1, size);
    struct fixture f;
    (void)state;
    open_server(&f, script, 1);
    f.segment = (struct fov_segment){FOV__SEGMENT_BASE64, image, size};
    assert_int_equal(send_once(&f), FOV_OK);
    assert_int_equal(f.response.status, 413);
    close_server(&f);
    free(image);
}

/* Plain, chunked, and a gzip bomb: 256 MiB of zeros in a quarter of one. */
static void http__stops_at_the_limit_after_decompression(void **state)
{
    static char zeros[1 << 20];
    const struct fov_loopback_reply script[] = {
        {.status = 200, .body = zeros, .size = sizeof(zeros), .repeat = 63},
        {.status = 200,
         .body = zeros,
         .size = sizeof(zeros),
         .repeat = 63,
         .mode = FOV_LOOPBACK_CHUNKED,
         .piece = 65536},
        {.status = 200,
         .body = zeros,
         .size = sizeof(zeros),
         .repeat = 255,
         .mode = FOV_LOOPBACK_GZIP},
        {.status = 200,
         .body = zeros,
         .size = sizeof(zeros),
         .repeat = 255,
         .mode = FOV_LOOPBACK_GZIP_CHUNKED,
         .piece = 4096},
    };
    struct fixture f;
    (void)state;
    open_server(&f, script, FOV_COUNT(script));
    for (size_t i = 0; i < FOV_COUNT(script); i++) {
        assert_int_equal(send_once(&f), FOV_E_LIMIT);
        assert_true(f.response.body.len <= f.response.body.max);
        assert_true(atomic_load(&f.ctx->live_bytes) < (uint64_t)4 << 20);
        assert_string_equal(f.err.where, "reply_bytes");
    }
    close_server(&f);
}

static void http__stops_at_the_limit_of_headers(void **state)
{
    const size_t size = 600 * 1024;
    char *headers = malloc(size + 1);
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < size; i += 100) {
        memset(headers + i, 'a', 100);
        memcpy(headers + i, "x-long: ", 8);
        memcpy(headers + i + 98, "\r\n", 2);
    }
    headers[size] = '\0';
    const struct fov_loopback_reply script[] = {{.status = 200, .headers = headers}};
    open_server(&f, script, 1);
    assert_true(send_once(&f) < 0);
    assert_true(atomic_load(&f.ctx->live_bytes) < (uint64_t)2 << 20);
    close_server(&f);
    free(headers);
}

static void http__gives_up_when_time_is_over(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.mode = FOV_LOOPBACK_HANG},
        {.status = 200, .body = "{\"a\":\"0123456789\"}", .mode = FOV_LOOPBACK_HANG_IN_BODY},
    };
    struct fixture f;
    (void)state;
    open_server(&f, script, FOV_COUNT(script));
    f.request.timeout_ms = 250;
    for (size_t i = 0; i < FOV_COUNT(script); i++) {
        const uint64_t start = fov__clock_ms();
        assert_int_equal(send_once(&f), FOV_E_NET);
        assert_in_range(fov__clock_ms() - start, 200, 2000);
        assert_non_null(strstr(f.err.message, "250 ms in all"));
    }
    close_server(&f);
}

struct canceller {
    fov_cancel *cancel;
    uint64_t set_at;
};

static void *cancel_soon(void *user)
{
    struct canceller *c = user;
    const struct timespec nap = {0, 200 * 1000000L};
    nanosleep(&nap, NULL);
    c->set_at = fov__clock_ms();
    fov_cancel_set(c->cancel);
    return NULL;
}

static void http__is_cancelled_within_300_ms(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.mode = FOV_LOOPBACK_HANG},
        {.status = 200, .body = "{\"a\":\"0123456789\"}", .mode = FOV_LOOPBACK_HANG_IN_BODY},
    };
    struct fixture f;
    (void)state;
    open_server(&f, script, FOV_COUNT(script));
    for (size_t i = 0; i < FOV_COUNT(script); i++) {
        struct canceller c = {NULL, 0};
        pthread_t thread;
        assert_int_equal(fov_cancel_new(&c.cancel, f.ctx, NULL), FOV_OK);
        f.request.cancel = c.cancel;
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &c), 0);
        assert_int_equal(send_once(&f), FOV_E_CANCELLED);
        const uint64_t end = fov__clock_ms();
        pthread_join(thread, NULL);
        /* The loop looks every 100 ms; the rest is what a loaded machine may take. */
        assert_true(end - c.set_at <= 1000);
        fov_cancel_free(c.cancel);
    }
    close_server(&f);
}

static void http__obeys_no_proxy_for_loopback_and_plain_http(void **state)
{
    static const struct fov_loopback_reply script[] = {{.status = 200, .body = "{}"}};
    static const struct fov_loopback_reply none[] = {{.status = 502}};
    static const char *const names[] = {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY",
                                        "ALL_PROXY"};
    struct fixture f;
    (void)state;
    open_server(&f, script, 1);
    struct fov_loopback *proxy = fov_loopback_start(none, 1);
    for (size_t i = 0; i < FOV_COUNT(names); i++) {
        assert_int_equal(setenv(names[i], fov_loopback_url(proxy), 1), 0);
    }
    assert_int_equal(send_once(&f), FOV_OK);
    assert_int_equal(f.response.status, 200);
    /* A host that does not exist (RFC 6761): through the proxy it would have been answered. */
    snprintf(f.url, sizeof(f.url), "http://nowhere.invalid/");
    assert_int_equal(send_once(&f), FOV_E_NET);
    assert_int_equal(fov_loopback_count(proxy), 0);
    /* https goes there, as a tunnel, and the refused tunnel's status is not taken for an answer. */
    static const char *const headers[] = {"Authorization: Bearer sk-secret"};
    f.request.headers = headers;
    f.request.header_count = 1;
    snprintf(f.url, sizeof(f.url), "https://nowhere.invalid/");
    assert_int_equal(send_once(&f), FOV_E_NET);
    assert_int_equal(f.response.status, 0);
    assert_int_equal(fov_loopback_count(proxy), 1);
    const struct fov_loopback_request *tunnel = fov_loopback_request_at(proxy, 0);
    char value[64];
    assert_string_equal(tunnel->method, "CONNECT");
    assert_false(fov_loopback_header(tunnel, "authorization", value, sizeof(value)));
    for (size_t i = 0; i < FOV_COUNT(names); i++) {
        unsetenv(names[i]);
    }
    fov_loopback_stop(proxy);
    close_server(&f);
}

static void http__ignores_netrc(void **state)
{
    static const struct fov_loopback_reply script[] = {{.status = 200, .body = "{}"}};
    struct fixture f;
    char folder[] = "/tmp/fov_netrc_XXXXXX";
    char path[64];
    char value[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/.netrc", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("machine 127.0.0.1 login me password secret\n", file);
    fclose(file);
    const char *old = getenv("HOME");
    char *home = strdup(old != NULL ? old : "/");
    setenv("HOME", folder, 1);
    open_server(&f, script, 1);
    assert_int_equal(send_once(&f), FOV_OK);
    assert_false(fov_loopback_header(fov_loopback_request_at(f.server, 0), "authorization", value,
                                     sizeof(value)));
    close_server(&f);
    setenv("HOME", home, 1);
    free(home);
    unlink(path);
    rmdir(folder);
}

/* A server that speaks no TLS is a failure of trust as much as of protocol: no status, no body. */
static void http__does_not_fall_back_from_tls(void **state)
{
    static const struct fov_loopback_reply script[] = {{.status = 200, .body = "{}"}};
    struct fixture f;
    (void)state;
    open_server(&f, script, 1);
    snprintf(f.url, sizeof(f.url), "https://127.0.0.1:%d/", fov_loopback_port(f.server));
    f.request.connect_timeout_ms =
        400; /* the server waits for the end of a head that never comes */
    assert_int_equal(send_once(&f), FOV_E_NET);
    assert_int_equal(f.response.status, 0);
    assert_int_equal(fov_loopback_count(f.server), 0);
    close_server(&f);
}

static void http__refuses_more_headers_than_it_has_room_for(void **state)
{
    static const struct fov_loopback_reply script[] = {{.status = 200}};
    const char *headers[33];
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(headers); i++) {
        headers[i] = "X-A: b";
    }
    open_server(&f, script, 1);
    f.request.headers = headers;
    f.request.header_count = FOV_COUNT(headers);
    assert_int_equal(send_once(&f), FOV_E_ARG);
    f.request.header_count = FOV_COUNT(headers) - 1;
    assert_int_equal(send_once(&f), FOV_OK);
    close_server(&f);
}

/* ---- replies that are taken while they arrive ------------------------------------------------ */

struct taken {
    char text[4096];
    size_t len;
    int pieces;
    size_t enough; /* a refusal from so many bytes on; 0: never */
    fov_cancel *cancel;
};

static fov_status take(void *user, const void *bytes, size_t len, fov_error *err)
{
    struct taken *t = user;
    assert_true(t->len + len < sizeof(t->text));
    memcpy(t->text + t->len, bytes, len);
    t->len += len;
    t->text[t->len] = '\0';
    t->pieces++;
    if (t->cancel != NULL) {
        fov_cancel_set(t->cancel);
    }
    if (t->enough > 0 && t->len >= t->enough) {
        return fov__fail(err, FOV_E_PROVIDER, 7, "sink", "that is enough");
    }
    return FOV_OK;
}

static void http__gives_a_good_reply_to_the_sink_and_keeps_nothing(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.status = 200,
         .body = "data: one\n\ndata: two\n\n",
         .mode = FOV_LOOPBACK_CHUNKED,
         .piece = 5},
        {.status = 200, .body = "data: gzip\n\n", .mode = FOV_LOOPBACK_GZIP_CHUNKED, .piece = 3},
        {.status = 500, .body = "{\"error\":1}"}};
    struct taken taken = {.len = 0};
    struct fixture f;
    (void)state;
    open_server(&f, script, 3);
    f.request.on_data = take;
    f.request.on_data_user = &taken;
    assert_int_equal(send_once(&f), FOV_OK);
    assert_string_equal(taken.text, "data: one\n\ndata: two\n\n");
    assert_int_equal(f.response.body.len, 0);
    assert_int_equal(f.response.streamed, taken.len);
    taken.len = 0;
    assert_int_equal(send_once(&f), FOV_OK);
    assert_string_equal(taken.text, "data: gzip\n\n");
    taken.len = 0;
    assert_int_equal(send_once(&f), FOV_OK); /* an error reply is collected as ever */
    assert_int_equal(taken.len, 0);
    assert_string_equal(f.response.body.data, "{\"error\":1}");
    close_server(&f);
}

static void http__ends_with_what_the_sink_returns(void **state)
{
    static const struct fov_loopback_reply script[] = {{.status = 200,
                                                        .body = "0123456789",
                                                        .repeat = 200,
                                                        .mode = FOV_LOOPBACK_CHUNKED,
                                                        .piece = 10},
                                                       {.status = 200,
                                                        .body = "0123456789",
                                                        .repeat = 200,
                                                        .mode = FOV_LOOPBACK_CHUNKED,
                                                        .piece = 10}};
    struct taken taken = {.enough = 30};
    struct fixture f;
    (void)state;
    open_server(&f, script, 2);
    f.request.on_data = take;
    f.request.on_data_user = &taken;
    assert_int_equal(send_once(&f), FOV_E_PROVIDER);
    assert_int_equal(f.err.detail, 7);
    assert_string_equal(f.err.message, "that is enough");
    assert_int_equal(f.response.status, 200); /* so it is not sent again */
    taken = (struct taken){.len = 0};
    assert_int_equal(fov_cancel_new(&taken.cancel, f.ctx, NULL), FOV_OK);
    f.request.cancel = taken.cancel;
    f.request.on_data_user = &taken;
    assert_int_equal(send_once(&f), FOV_E_CANCELLED);
    assert_true(taken.len < 2010);
    fov_cancel_free(taken.cancel);
    close_server(&f);
}

static void http__gives_up_a_server_that_stands_still(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.mode = FOV_LOOPBACK_HANG},
        {.status = 200,
         .body = "data: half of this never comes\n\n",
         .mode = FOV_LOOPBACK_HANG_IN_BODY}};
    struct taken taken = {.len = 0};
    struct fixture f;
    (void)state;
    open_server(&f, script, 2);
    f.request.on_data = take;
    f.request.on_data_user = &taken;
    f.request.first_byte_timeout_ms = 200;
    f.request.idle_timeout_ms = 200;
    assert_int_equal(send_once(&f), FOV_E_NET);
    assert_string_equal(f.err.where, "first_byte_timeout_ms");
    assert_int_equal(f.response.status, 0);
    assert_int_equal(send_once(&f), FOV_E_NET);
    assert_string_equal(f.err.where, "idle_timeout_ms");
    assert_int_equal(f.response.status, 200);
    assert_true(taken.len > 0);
    close_server(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http__gives_a_good_reply_to_the_sink_and_keeps_nothing),
        cmocka_unit_test(http__ends_with_what_the_sink_returns),
        cmocka_unit_test(http__gives_up_a_server_that_stands_still),
        cmocka_unit_test(http__sends_method_headers_and_body_as_given),
        cmocka_unit_test(http__streams_base64_of_megabytes),
        cmocka_unit_test(http__reads_every_framing),
        cmocka_unit_test(http__tells_broken_good_replies),
        cmocka_unit_test(http__tells_failures_before_a_status),
        cmocka_unit_test(http__gives_error_statuses_with_their_pages),
        cmocka_unit_test(http__hears_a_refusal_while_still_sending),
        cmocka_unit_test(http__stops_at_the_limit_after_decompression),
        cmocka_unit_test(http__stops_at_the_limit_of_headers),
        cmocka_unit_test(http__gives_up_when_time_is_over),
        cmocka_unit_test(http__is_cancelled_within_300_ms),
        cmocka_unit_test(http__obeys_no_proxy_for_loopback_and_plain_http),
        cmocka_unit_test(http__ignores_netrc),
        cmocka_unit_test(http__does_not_fall_back_from_tls),
        cmocka_unit_test(http__refuses_more_headers_than_it_has_room_for),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
