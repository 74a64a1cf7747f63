/* SPDX-License-Identifier: MIT */
/* What came back: the status, the header lines, the body. Everything in it was chosen by a server
 * and is bounded; a value that leaves it for a log is made printable first. */
#include "transport/transport_internal.h"

void fov__response_init(struct fov_http_response *response, fov_context *ctx, uint64_t body_max)
{
    memset(response, 0, sizeof(*response));
    fov__buf_init(&response->headers, ctx, FOV__HEADER_BYTES_MAX);
    fov__buf_init(&response->body, ctx, body_max < SIZE_MAX ? (size_t)body_max : SIZE_MAX - 1);
}

void fov__response_reset(struct fov_http_response *response)
{
    response->status = 0;
    response->is_head_complete = false;
    response->is_cut = false;
    response->is_permanent = false;
    response->streamed = 0;
    fov__buf_reset(&response->headers);
    fov__buf_reset(&response->body);
}

void fov__response_free(struct fov_http_response *response)
{
    fov__buf_free(&response->headers);
    fov__buf_free(&response->body);
}

static bool name_matches(const char *line, size_t len, const char *name)
{
    for (size_t i = 0; i < len; i++) {
        char a = line[i];
        char b = name[i];
        a = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
        b = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
        if (b == '\0' || a != b) {
            return false;
        }
    }
    return name[len] == '\0';
}

bool fov__response_header(const struct fov_http_response *response, const char *name, char *out,
                          size_t size)
{
    const char *line = response->headers.data;
    const char *end = line == NULL ? NULL : line + response->headers.len;
    out[0] = '\0';
    while (line != NULL && line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop == NULL ? end : stop;
        const char *colon = memchr(line, ':', (size_t)(stop - line));
        if (colon == NULL || !name_matches(line, (size_t)(colon - line), name)) {
            line = stop + 1;
            continue;
        }
        const char *value = colon + 1;
        while (value < stop && (*value == ' ' || *value == '\t')) {
            value++;
        }
        while (stop > value && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r')) {
            stop--;
        }
        size_t n = 0;
        for (; value < stop && n + 1 < size; value++) {
            out[n++] = (char)(*value >= ' ' && *value < 0x7f ? *value : '?');
        }
        out[n] = '\0';
        return true;
    }
    return false;
}

/* "HTTP/1.1 429 Too Many" or "HTTP/2 429" -> 429; 0 when it is no status line. */
static int32_t read_status(const char *line, size_t len)
{
    if (len < 10 || memcmp(line, "HTTP/", 5) != 0) {
        return 0;
    }
    const char *space = memchr(line, ' ', len);
    if (space == NULL || (size_t)(line + len - space) < 4) {
        return 0;
    }
    int32_t status = 0;
    for (int i = 1; i <= 3; i++) {
        if (space[i] < '0' || space[i] > '9') {
            return 0;
        }
        status = status * 10 + (space[i] - '0');
    }
    return status;
}

void fov__response_header_line(struct fov_http_response *response, const char *line, size_t len)
{
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r')) {
        len--;
    }
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        const int32_t status = read_status(line, len);
        fov__buf_reset(&response->headers);
        response->status = status >= 200 ? status : 0; /* a 1xx is no answer yet */
        response->is_head_complete = false;
        return;
    }
    if (len == 0) {
        response->is_head_complete = true;
        return;
    }
    fov__buf_add(&response->headers, line, len);
    fov__buf_addc(&response->headers, '\n');
}

bool fov__response_is_streamed(const struct fov_http_response *response,
                               const struct fov_http_request *request)
{
    return request->on_data != NULL && response->status >= 200 && response->status < 300;
}

fov_status fov__response_body(struct fov_http_response *response,
                              const struct fov_http_request *request, const void *bytes, size_t len,
                              fov_error *err)
{
    struct fov_buf *body = &response->body;
    const uint64_t taken = body->len + response->streamed;
    const uint64_t room = taken < body->max ? body->max - taken : 0;
    const size_t n = len < room ? len : (size_t)room;
    if (fov__response_is_streamed(response, request)) {
        response->streamed += n;
        const fov_status rc =
            n > 0 ? request->on_data(request->on_data_user, bytes, n, err) : FOV_OK;
        if (rc < 0) {
            return rc;
        }
    } else {
        fov__buf_add(body, bytes, n); /* of an error page the beginning is enough */
        if (body->status != FOV_OK) {
            return fov__fail_memory(err, "http", body->len + n);
        }
    }
    if (n < len) {
        return fov__fail(err, FOV_E_LIMIT, 0, "reply_bytes", "the reply is longer than %zu bytes",
                         body->max);
    }
    return FOV_OK;
}
