/* SPDX-License-Identifier: MIT */
/* Any bytes as a file of recorded exchanges. What must hold: what was read lies inside the text;
 * written out again it reads the same; and a replay accepts the very request that is recorded and
 * gives its reply. */
#include "fuzz_support.h"

#include "transport/transport_internal.h"

#include <stdio.h>
#include <stdlib.h>

static fov_context *ctx;

static bool same_span(struct fov_span a, struct fov_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static void span_inside(const struct fov_wire_file *file, struct fov_span span, bool is_one_line)
{
    const char *start = (const char *)file->text.data;
    fuzz_require(span.len == 0 ||
                     (span.data >= start && span.data + span.len <= start + file->text.size),
                 "what was read lies inside the text");
    fuzz_require(!is_one_line || (span.len > 0 && memchr(span.data, '\n', span.len) == NULL),
                 "a method and a target are on one line");
}

static void exchange_holds(const struct fov_wire_file *file, const struct fov_wire_exchange *e)
{
    span_inside(file, e->method, true);
    span_inside(file, e->target, true);
    span_inside(file, e->headers, false);
    span_inside(file, e->body, false);
    span_inside(file, e->reply.headers, false);
    span_inside(file, e->reply.body, false);
    fuzz_require(e->reply.status == 0 || (e->reply.status >= 200 && e->reply.status <= 599),
                 "a status is one");
    fuzz_require(e->reply.status != 0 || !e->reply.is_cut, "what did not begin was not cut");
}

static void write_part(struct fov_buf *buf, struct fov_span headers, struct fov_span body)
{
    fov__buf_add(buf, headers.data, headers.len);
    if (headers.len > 0 && headers.data[headers.len - 1] != '\n')
        fov__buf_addc(buf, '\n');
    fov__buf_addc(buf, '\n');
    fov__buf_add(buf, body.data, body.len);
    fov__buf_addc(buf, '\n');
}

static void write_exchange(struct fov_buf *buf, const struct fov_wire_exchange *e)
{
    fov__buf_addf(buf, "=== request%s\n", e->is_exact ? " exact" : "");
    fov__buf_add(buf, e->method.data, e->method.len);
    fov__buf_addc(buf, ' ');
    fov__buf_add(buf, e->target.data, e->target.len);
    fov__buf_addc(buf, '\n');
    write_part(buf, e->headers, e->body);
    if (e->reply.status == 0)
        fov__buf_adds(buf, "=== reply\nnone\n");
    else
        fov__buf_addf(buf, "=== reply\n%d%s\n", (int)e->reply.status,
                      e->reply.is_cut ? " cut" : "");
    write_part(buf, e->reply.headers, e->reply.body);
}

static fov_bytes copy_of(const void *data, size_t size)
{
    fov_bytes bytes = fov__bytes_new(ctx, size);
    fuzz_require(bytes.data != NULL, "there is memory");
    if (size > 0)
        memcpy(bytes.data, data, size);
    return bytes;
}

/* A last line without its end gets one, so headers are compared without it. */
static struct fov_span trimmed(struct fov_span span)
{
    while (span.len > 0 && span.data[span.len - 1] == '\n')
        span.len--;
    return span;
}

static void same_again(const struct fov_wire_file *file)
{
    struct fov_buf buf;
    struct fov_wire_file again;
    fov__buf_init(&buf, ctx, 16u << 20);
    for (size_t i = 0; i < file->count; i++)
        write_exchange(&buf, &file->exchanges[i]);
    fov_bytes text = copy_of(buf.data, buf.len);
    fuzz_require(buf.status == FOV_OK &&
                     fov__wire_file_parse(&again, ctx, &text, "again", NULL) == FOV_OK &&
                     again.count == file->count,
                 "written out, exchanges can be read");
    for (size_t i = 0; i < file->count; i++) {
        const struct fov_wire_exchange *a = &file->exchanges[i], *b = &again.exchanges[i];
        fuzz_require(a->is_exact == b->is_exact && a->reply.status == b->reply.status &&
                         a->reply.is_cut == b->reply.is_cut && same_span(a->method, b->method) &&
                         same_span(a->target, b->target) && same_span(a->body, b->body) &&
                         same_span(a->reply.body, b->reply.body) &&
                         same_span(trimmed(a->headers), trimmed(b->headers)) &&
                         same_span(trimmed(a->reply.headers), trimmed(b->reply.headers)),
                     "written out, exchanges read the same");
    }
    fov__wire_file_free(&again);
    fov__buf_free(&buf);
}

/* ---- the replay ----------------------------------------------------------------------------- */

static char *text_of(struct fov_span span)
{
    char *text = malloc(span.len + 1);
    fuzz_require(text != NULL, "there is memory");
    if (span.len > 0)
        memcpy(text, span.data, span.len);
    text[span.len] = '\0';
    return text;
}

/* Whether the recorded request can be sent as it stands: an address of ours, no header that stands
 * for none, text without NUL, no hash that stands for any. */
static bool is_plain(const struct fov_wire_exchange *e, const char *url)
{
    struct fov_url parsed;
    static const char any[] = "sha256:*";
    for (size_t i = 0; i + sizeof(any) - 1 <= e->body.len; i++) {
        if (memcmp(e->body.data + i, any, sizeof(any) - 1) == 0)
            return false;
    }
    return e->headers.len == 0 && memchr(e->method.data, '\0', e->method.len) == NULL &&
           (e->body.len == 0 || memchr(e->body.data, '\0', e->body.len) == NULL) &&
           memchr(e->target.data, '\0', e->target.len) == NULL && e->target.data[0] == '/' &&
           fov__url_parse(&parsed, url, "url", NULL) == FOV_OK;
}

static bool replay_one(struct fov_transport *transport, const struct fov_wire_exchange *e)
{
    struct fov_http_response response;
    fov_error err = {0};
    char url[2048];
    if (e->target.len > 1000)
        return false;
    snprintf(url, sizeof(url), "https://a.example%.*s", (int)e->target.len, e->target.data);
    if (!is_plain(e, url))
        return false;
    char *method = text_of(e->method), *body = text_of(e->body);
    const struct fov_segment segment = {FOV__SEGMENT_BYTES, body, e->body.len};
    const struct fov_http_request request = {
        .method = method, .url = url, .segments = &segment, .segment_count = 1};
    fov__response_init(&response, ctx, 1 << 20);
    const fov_status rc = transport->send(transport, &request, &response, &err);
    fuzz_require_error(rc, &err);
    if (rc == FOV_E_MISMATCH)
        fprintf(stderr, "%s\n", err.message);
    fuzz_require(rc != FOV_E_MISMATCH, "a replay accepts the recorded request");
    fuzz_require(rc != FOV_OK || response.status == e->reply.status,
                 "a replay gives the recorded status");
    if (rc == FOV_OK && e->reply.status < 300)
        fuzz_require(response.body.len == e->reply.body.len &&
                         memcmp(response.body.data, e->reply.body.data, e->reply.body.len) == 0,
                     "a replay gives the recorded body");
    fov__response_free(&response);
    free(method);
    free(body);
    return true;
}

static void replay_holds(const struct fov_wire_file *file, const uint8_t *data, size_t size)
{
    struct fov_transport *transport = NULL;
    fuzz_require(fov__replay_new_memory(&transport, ctx, (const char *)data, size, NULL) == FOV_OK,
                 "what can be read can be replayed");
    fuzz_require(fov__replay_left(transport) == file->count, "nothing was asked for yet");
    for (size_t i = 0; i < file->count; i++) {
        if (!replay_one(transport, &file->exchanges[i]))
            break;
        fuzz_require(fov__replay_left(transport) == file->count - i - 1, "one was asked for");
    }
    fov__transport_free(transport);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fov_wire_file file;
    fov_error err = {0};
    if (ctx == NULL)
        ctx = fuzz_context();
    fov_bytes text = copy_of(data, size);
    const fov_status rc = fov__wire_file_parse(&file, ctx, &text, "fuzz", &err);
    fuzz_require_error(rc, &err);
    fuzz_require(text.data == NULL, "the text is taken in any case");
    if (rc < 0)
        return 0;
    fuzz_require(file.count > 0, "a file has an exchange");
    for (size_t i = 0; i < file.count; i++)
        exchange_holds(&file, &file.exchanges[i]);
    same_again(&file);
    replay_holds(&file, data, size);
    fov__wire_file_free(&file);
    return 0;
}

/* testdata/wire has real ones. */
void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const char *const texts[] = {
        "=== request\nGET /v1/models?*\n=== reply\nnone\n",
        "# a comment\n\n=== request exact\nPOST /a?b=c\n\n{\"a\": [1, \"x y\\\"\"]}\n=== reply\n"
        "200\ncontent-type: application/json\n\n{}\n=== request\nPOST /a\n\n{\"u\":\"sha256:*\"}\n"
        "=== reply\n500 cut\nretry-after: 1\n\nhalf"};
    for (size_t i = 0; i < FOV_COUNT(texts); i++)
        emit(texts[i], strlen(texts[i]), user);
}
