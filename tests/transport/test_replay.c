/* SPDX-License-Identifier: MIT */
#include "test_support.h"

static const char two[] = "# two exchanges\n"
                          "\n"
                          "=== request\n"
                          "POST /v1/chat?v=2\n"
                          "content-type: application/json\n"
                          "\n"
                          "{\n"
                          "  \"a b\": [1, 2],\n"
                          "  \"image\": \"x,sha256:*\"\n"
                          "}\n"
                          "=== reply\n"
                          "429\n"
                          "retry-after: 7\n"
                          "\n"
                          "{\"error\": 1}\n"
                          "=== request exact\n"
                          "GET /\n"
                          "\n"
                          "{ }\n"
                          "=== reply\n"
                          "200\n";

struct fixture {
    fov_context *ctx;
    struct fov_transport *transport;
    struct fov_http_response response;
    fov_error err;
};

static void open_text(struct fixture *f, const char *text)
{
    f->ctx = new_context();
    assert_int_equal(fov__replay_new_memory(&f->transport, f->ctx, text, strlen(text), &f->err),
                     FOV_OK);
    fov__response_init(&f->response, f->ctx, 1000);
}

static void close_text(struct fixture *f)
{
    fov__response_free(&f->response);
    fov__transport_free(f->transport);
    free_context(f->ctx);
}

static fov_status ask(struct fixture *f, const char *method, const char *url, const char *head,
                      const char *image)
{
    static const char *const headers[] = {"Content-Type: application/json"};
    const struct fov_segment segments[] = {
        {FOV__SEGMENT_BYTES, head, strlen(head)},
        {FOV__SEGMENT_BASE64, image, image != NULL ? strlen(image) : 0},
        {FOV__SEGMENT_BYTES, "\"}", image != NULL ? 2 : 0}};
    const struct fov_http_request request = {.method = method,
                                             .url = url,
                                             .headers = headers,
                                             .header_count = 1,
                                             .segments = segments,
                                             .segment_count = image != NULL ? 3 : 1};
    fov__response_reset(&f->response);
    return f->transport->send(f->transport, &request, &f->response, &f->err);
}

static void replay__plays_what_was_recorded(void **state)
{
    struct fixture f;
    char value[16];
    (void)state;
    open_text(&f, two);
    assert_int_equal(fov__replay_left(f.transport), 2);
    assert_int_equal(ask(&f, "POST", "http://localhost/v1/chat?v=2",
                         "{\"a b\":[1,2],\"image\":\"x,", "PNG bytes"),
                     FOV_OK);
    assert_int_equal(f.response.status, 429);
    assert_string_equal(f.response.body.data, "{\"error\": 1}");
    assert_true(fov__response_header(&f.response, "retry-after", value, sizeof(value)));
    assert_string_equal(value, "7");
    assert_int_equal(ask(&f, "GET", "https://other/", "{ }", NULL), FOV_OK);
    assert_int_equal(f.response.status, 200);
    assert_int_equal(f.response.body.len, 0);
    assert_int_equal(fov__replay_left(f.transport), 0);
    assert_int_equal(ask(&f, "GET", "https://other/", "{ }", NULL), FOV_E_MISMATCH);
    assert_non_null(strstr(f.err.message, "after the last of 2"));
    close_text(&f);
}

static void replay__says_where_a_request_differs(void **state)
{
    struct fixture f;
    (void)state;
    open_text(&f, two);
    assert_int_equal(ask(&f, "GET", "http://h/v1/chat?v=2", "", NULL), FOV_E_MISMATCH);
    assert_non_null(strstr(f.err.message, "request 1 is GET /v1/chat where POST"));
    assert_int_equal(ask(&f, "POST", "http://h/v1/chat", "", NULL), FOV_E_MISMATCH);
    assert_int_equal(ask(&f, "POST", "http://h/v1/chat?v=2", "{\"a b\":[1,3],\"image\":\"x,", "P"),
                     FOV_E_MISMATCH);
    assert_non_null(strstr(f.err.message, "at byte 10"));
    /* space counts inside strings */
    assert_int_equal(ask(&f, "POST", "http://h/v1/chat?v=2", "{\"ab\":[1,2],\"image\":\"x,", "P"),
                     FOV_E_MISMATCH);
    /* more than was recorded, and less */
    assert_int_equal(ask(&f, "POST", "http://h/v1/chat?v=2", "{\"a b\":[1,2]}", NULL),
                     FOV_E_MISMATCH);
    assert_int_equal(
        ask(&f, "POST", "http://h/v1/chat?v=2", "{\"a b\":[1,2],\"image\":\"x,sha256:00\"}", NULL),
        FOV_E_MISMATCH);
    assert_int_equal(fov__replay_left(f.transport), 2); /* a mismatch uses nothing up */
    assert_int_equal(ask(&f, "POST", "http://h/v1/chat?v=2", "{\"a b\":[1,2],\"image\":\"x,", "P"),
                     FOV_OK);
    assert_int_equal(ask(&f, "GET", "http://h/", "{}", NULL), FOV_E_MISMATCH); /* exact */
    close_text(&f);
}

static void replay__compares_images_by_hash(void **state)
{
    struct fixture f;
    char text[512];
    char hex[FOV_SHA256_HEX];
    (void)state;
    fov__sha256_hex(hex, "image one", 9);
    snprintf(text, sizeof(text),
             "=== request\nPOST /\n\n{\"i\":\"sha256:%s\"}\n=== reply\n200\n\n{}", hex);
    open_text(&f, text);
    assert_int_equal(ask(&f, "POST", "http://h/", "{\"i\":\"", "image two"), FOV_E_MISMATCH);
    assert_int_equal(ask(&f, "POST", "http://h/", "{\"i\":\"", "image one"), FOV_OK);
    assert_string_equal(f.response.body.data, "{}");
    close_text(&f);
}

static void replay__needs_the_recorded_headers(void **state)
{
    struct fixture f;
    (void)state;
    open_text(&f, "=== request\nPOST /\nx-version: 2\n\n{}\n=== reply\n200\n");
    assert_int_equal(ask(&f, "POST", "http://h/", "{}", NULL), FOV_E_MISMATCH);
    assert_non_null(strstr(f.err.message, "x-version: 2"));
    close_text(&f);
}

static void replay__breaks_connections_where_it_is_told(void **state)
{
    struct fixture f;
    (void)state;
    open_text(&f, "=== request\nGET /\n=== reply\nnone\n"
                  "=== request\nGET /\n=== reply\n200 cut\n\n{\"a\":\n"
                  "=== request\nGET /\n=== reply\n502 cut\n\n<html>\n");
    assert_int_equal(ask(&f, "GET", "http://h/", "", NULL), FOV_E_NET);
    assert_int_equal(f.response.status, 0);
    assert_int_equal(ask(&f, "GET", "http://h/", "", NULL), FOV_E_NET);
    assert_int_equal(f.response.status, 200);
    assert_int_equal(ask(&f, "GET", "http://h/", "", NULL), FOV_OK);
    assert_int_equal(f.response.status, 502);
    assert_true(f.response.is_cut);
    close_text(&f);
}

static void replay__keeps_to_the_limit_of_a_reply(void **state)
{
    struct fixture f;
    (void)state;
    open_text(&f, "=== request\nGET /\n=== reply\n200\n\n0123456789\n=== request\nGET /\n=== "
                  "reply\n500\n\n0123456789\n");
    fov__response_free(&f.response);
    fov__response_init(&f.response, f.ctx, 4);
    assert_int_equal(ask(&f, "GET", "http://h/", "", NULL), FOV_E_LIMIT);
    assert_int_equal(ask(&f, "GET", "http://h/", "", NULL), FOV_OK);
    assert_string_equal(f.response.body.data, "0123");
    assert_true(f.response.is_cut);
    close_text(&f);
}

static void wire__names_the_line_that_is_wrong(void **state)
{
    static const char *const bad[][2] = {
        {"", "wire:1:"},
        {"# only a comment\n", "no exchange"},
        {"hello\n", "wire:2: a section"},
        {"=== request\n", "begins with a method"},
        {"=== request\nPOST\n", "begins with a method"},
        {"=== request\nPOST /\n", "\"=== reply\" is expected"},
        {"=== request\nPOST /\n=== request\n", "\"=== reply\" is expected"},
        {"=== request\nPOST /\n=== reply\n", "begins with a status"},
        {"=== request\nPOST /\n=== reply\nOK\n", "begins with a status"},
        {"=== request\nPOST /\n=== reply\n100\n", "from 200 to 599"},
        {"=== request\nPOST /\n=== reply\n200 slow\n", "wire:5:"},
        {"=== request\nPOST /\n=== reply\n429\nHTTP/1.1 200 OK\n", "wire:5: a header is a name"},
        {"=== request\nPOST /a?b=c?*\n=== reply\n200\n", "wire:3: a target has one query"},
        {"=== request\nPOST /\nno header\n=== reply\n200\n", "wire:3: a header is a name"},
        {"=== request\nPOST /\n: x\n=== reply\n200\n", "wire:3: a header is a name"},
        {"=== reply\n200\n", "a section \"=== request\""},
    };
    fov_context *ctx = new_context();
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        struct fov_transport *transport = NULL;
        fov_error err;
        assert_int_equal(
            fov__replay_new_memory(&transport, ctx, bad[i][0], strlen(bad[i][0]), &err), FOV_E_ARG);
        assert_null(transport);
        if (strstr(err.message, bad[i][1]) == NULL) {
            fail_msg("case %zu says: %s", i, err.message);
        }
    }
    free_context(ctx);
}

static fov_status count_piece(void *user, const void *bytes, size_t len, fov_error *err)
{
    struct fov_buf *out = user;
    (void)err;
    fov__buf_add(out, bytes, len);
    fov__buf_addc(out, '|');
    return FOV_OK;
}

static void replay__plays_a_stream_in_the_pieces_it_asks_for(void **state)
{
    static const char text[] = "=== request\nGET /\n\n=== reply\n200\nchunks: 1 2\n"
                               "content-type: text/event-stream\n\ndata: x\n\n\n";
    struct fixture f;
    struct fov_buf out;
    (void)state;
    open_text(&f, text);
    fov__buf_init(&out, f.ctx, 1000);
    const struct fov_http_request request = {
        .method = "GET", .url = "http://localhost/", .on_data = count_piece, .on_data_user = &out};
    assert_int_equal(f.transport->send(f.transport, &request, &f.response, &f.err), FOV_OK);
    assert_string_equal(out.data, "d|at|a|: |x|\n\n|");
    assert_int_equal(f.response.body.len, 0);
    fov__buf_free(&out);
    close_text(&f);
}

int test_replay(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replay__plays_a_stream_in_the_pieces_it_asks_for),
        cmocka_unit_test(replay__plays_what_was_recorded),
        cmocka_unit_test(replay__says_where_a_request_differs),
        cmocka_unit_test(replay__compares_images_by_hash),
        cmocka_unit_test(replay__needs_the_recorded_headers),
        cmocka_unit_test(replay__breaks_connections_where_it_is_told),
        cmocka_unit_test(replay__keeps_to_the_limit_of_a_reply),
        cmocka_unit_test(wire__names_the_line_that_is_wrong),
    };
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
