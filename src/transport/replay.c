/* SPDX-License-Identifier: MIT */
/* A transport that plays recorded exchanges, for tests and for showing a bug without a key. It must
 * never open a socket, and never be lenient: a request that differs from the recorded one is an
 * error that says where, since a test that forgives proves nothing. */
#include "transport/transport_internal.h"

#define WIRE_FILE_MAX ((uint64_t)64 * 1024 * 1024)

struct replay {
    struct fov_transport base;
    struct fov_wire_file file;
    size_t next;
};

void fov__replay_show_body(struct fov_buf *out, const struct fov_segment *segments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (segments[i].kind == FOV__SEGMENT_BASE64) {
            char hex[FOV_SHA256_HEX];
            fov__sha256_hex(hex, segments[i].data, segments[i].len);
            fov__buf_adds(out, "sha256:");
            fov__buf_adds(out, hex);
        } else {
            fov__buf_add(out, segments[i].data, segments[i].len);
        }
    }
}

/* Leave out the space between JSON's tokens. */
static void add_without_space(struct fov_buf *out, const char *text, size_t len)
{
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        if (in_string && c == '\\' && i + 1 < len) {
            fov__buf_add(out, text + i, 2);
            i++;
            continue;
        }
        in_string = in_string != (c == '"');
        if (in_string || (c != ' ' && c != '\n' && c != '\t' && c != '\r')) {
            fov__buf_addc(out, c);
        }
    }
}

static size_t hex_len(const char *text)
{
    return strspn(text, "0123456789abcdef");
}

/* Where the texts part, -1 when they are the same; "sha256:*" in `want` stands for any hash. */
static ptrdiff_t difference(const char *want, const char *got)
{
    const char *w = want;
    const char *g = got;
    while (*w != '\0' || *g != '\0') {
        if (strncmp(w, "sha256:*", 8) == 0 && strncmp(g, "sha256:", 7) == 0 &&
            hex_len(g + 7) == 64) {
            w += 8;
            g += 7 + 64;
            continue;
        }
        if (*w != *g) {
            return g - got;
        }
        w++;
        g++;
    }
    return -1;
}

/* The place in `want` that stands at `offset` of `got`; only the hashes make them differ. */
static const char *place_in(const char *want, const char *got, ptrdiff_t offset)
{
    const char *g = got;
    while (g < got + offset) {
        if (strncmp(want, "sha256:*", 8) == 0) {
            want += 8;
            g += 7 + 64;
        } else {
            want++;
            g++;
        }
    }
    return want;
}

static fov_status check_body(struct replay *replay, const struct fov_wire_exchange *exchange,
                             const struct fov_http_request *request, fov_error *err)
{
    struct fov_buf raw, got, want;
    fov_status rc = FOV_OK;
    fov_context *ctx = replay->base.ctx;
    fov__buf_init(&raw, ctx, (size_t)WIRE_FILE_MAX);
    fov__buf_init(&got, ctx, (size_t)WIRE_FILE_MAX);
    fov__buf_init(&want, ctx, (size_t)WIRE_FILE_MAX);
    fov__replay_show_body(&raw, request->segments, request->segment_count);
    if (exchange->is_exact) {
        fov__buf_add(&got, raw.data, raw.len);
        fov__buf_add(&want, exchange->body.data, exchange->body.len);
    } else {
        add_without_space(&got, raw.data, raw.len);
        add_without_space(&want, exchange->body.data, exchange->body.len);
    }
    if (raw.status < 0 || got.status < 0 || want.status < 0) {
        rc = fov__fail_memory(err, "wire", raw.len);
        goto done;
    }
    const ptrdiff_t at = difference(want.data, got.data);
    if (at >= 0) {
        const char *w = place_in(want.data, got.data, at);
        const ptrdiff_t back = at < 12 ? at : 12;
        rc = fov__fail(err, FOV_E_MISMATCH, 0, "wire",
                       "request %zu differs from the recorded one at byte %td: \"%.40s\" was sent "
                       "where \"%.24s\" is expected",
                       replay->next + 1, at, got.data + at - back, w);
    }
done:
    fov__buf_free(&raw);
    fov__buf_free(&got);
    fov__buf_free(&want);
    return rc;
}

static bool same_header(const char *sent, const char *want, size_t len)
{
    const char *colon = memchr(want, ':', len);
    const size_t name = colon == NULL ? 0 : (size_t)(colon - want);
    if (name == 0 || strlen(sent) != len) {
        return false;
    }
    for (size_t i = 0; i < name; i++) {
        const char a = (char)(sent[i] >= 'A' && sent[i] <= 'Z' ? sent[i] + 32 : sent[i]);
        const char b = (char)(want[i] >= 'A' && want[i] <= 'Z' ? want[i] + 32 : want[i]);
        if (a != b) {
            return false;
        }
    }
    return memcmp(sent + name, want + name, len - name) == 0;
}

static fov_status check_headers(const struct replay *replay,
                                const struct fov_wire_exchange *exchange,
                                const struct fov_http_request *request, fov_error *err)
{
    const char *at = exchange->headers.data;
    const char *end = at + exchange->headers.len;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const size_t len = (size_t)((stop == NULL ? end : stop) - at);
        bool found = false;
        for (size_t i = 0; i < request->header_count && !found; i++) {
            found = same_header(request->headers[i], at, len);
        }
        if (!found) {
            return fov__fail(err, FOV_E_MISMATCH, 0, "wire",
                             "request %zu lacks the recorded header \"%.*s\"", replay->next + 1,
                             (int)(len < 80 ? len : 80), at);
        }
        at += len + 1;
    }
    return FOV_OK;
}

/* A recorded target that ends in "?*" allows any query. */
static bool same_target(struct fov_span want, const char *got)
{
    size_t len = strlen(got);
    if (want.len >= 2 && memcmp(want.data + want.len - 2, "?*", 2) == 0) {
        want.len -= 2;
        len = strcspn(got, "?");
    }
    return len == want.len && memcmp(got, want.data, len) == 0;
}

static fov_status check_request(struct replay *replay, const struct fov_wire_exchange *exchange,
                                const struct fov_http_request *request, fov_error *err)
{
    struct fov_url url;
    fov_status rc = fov__url_parse(&url, request->url, "url", err);
    if (rc < 0) {
        return rc;
    }
    const char *target = url.target[0] != '\0' ? url.target : "/";
    if (strlen(request->method) != exchange->method.len ||
        memcmp(request->method, exchange->method.data, exchange->method.len) != 0 ||
        !same_target(exchange->target, target)) {
        return fov__fail(err, FOV_E_MISMATCH, 0, "wire",
                         "request %zu is %s %.*s where %.*s %.*s is recorded", replay->next + 1,
                         request->method, (int)strcspn(target, "?"), target,
                         (int)exchange->method.len, exchange->method.data,
                         (int)exchange->target.len, exchange->target.data);
    }
    rc = check_headers(replay, exchange, request, err);
    return rc < 0 ? rc : check_body(replay, exchange, request, err);
}

/* The next of the sizes, which the reader of the file has checked; the first one behind the last.
 */
static size_t next_size(struct fov_span chunks, size_t *at)
{
    size_t size = 0;
    *at = *at < chunks.len ? *at : 0;
    while (*at < chunks.len && chunks.data[*at] != ' ') {
        size = size * 10 + (size_t)(chunks.data[(*at)++] - '0');
    }
    (*at)++;
    return size;
}

static fov_status play_body(const struct fov_wire_reply *reply,
                            const struct fov_http_request *request,
                            struct fov_http_response *response, fov_error *err)
{
    struct fov_span left = reply->body;
    size_t at = 0;
    fov_status rc = FOV_OK;
    const bool is_cut_up = reply->chunks.len > 0 && fov__response_is_streamed(response, request);
    while (rc == FOV_OK && left.len > 0) {
        const size_t size = is_cut_up ? next_size(reply->chunks, &at) : left.len;
        const size_t n = size < left.len ? size : left.len;
        if (fov_cancel_is_set(request->cancel)) {
            return fov__fail(err, FOV_E_CANCELLED, 0, "wire",
                             "the caller cancelled in the middle of the recorded reply");
        }
        rc = fov__response_body(response, request, left.data, n, err);
        left.data += n;
        left.len -= n;
    }
    return rc;
}

static fov_status play(const struct fov_wire_reply *reply, const struct fov_http_request *request,
                       struct fov_http_response *response, fov_error *err)
{
    char status[32];
    if (reply->status == 0) {
        return fov__fail(err, FOV_E_NET, 0, "wire",
                         "the recorded connection failed before a status line");
    }
    fov__format(status, sizeof(status), "HTTP/1.1 %d replay", (int)reply->status);
    fov__response_header_line(response, status, strlen(status));
    const char *at = reply->headers.data;
    const char *end = at + reply->headers.len;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop == NULL ? end : stop;
        fov__response_header_line(response, at, (size_t)(stop - at));
        at = stop + 1;
    }
    fov__response_header_line(response, "", 0);
    if (response->headers.status < 0) {
        return fov__fail_memory(err, "wire", reply->headers.len);
    }
    const fov_status rc = play_body(reply, request, response, err);
    if (reply->status >= 300 && (rc == FOV_OK || rc == FOV_E_LIMIT)) {
        response->is_cut = reply->is_cut || rc == FOV_E_LIMIT;
        fov__ok(err);
        return FOV_OK;
    }
    if (rc < 0) {
        return rc;
    }
    if (reply->is_cut) {
        return fov__fail(err, FOV_E_NET, 0, "wire",
                         "the recorded connection ended in the middle of a good reply");
    }
    return FOV_OK;
}

static fov_status replay_send(struct fov_transport *transport,
                              const struct fov_http_request *request,
                              struct fov_http_response *response, fov_error *err)
{
    struct replay *replay = (struct replay *)transport;
    if (fov_cancel_is_set(request->cancel)) {
        return fov__fail(err, FOV_E_CANCELLED, 0, "wire", "the caller cancelled the request");
    }
    if (replay->next == replay->file.count) {
        return fov__fail(err, FOV_E_MISMATCH, 0, "wire",
                         "a request was made after the last of %zu recorded exchanges",
                         replay->file.count);
    }
    const struct fov_wire_exchange *exchange = &replay->file.exchanges[replay->next];
    const fov_status rc = check_request(replay, exchange, request, err);
    if (rc < 0) {
        return rc;
    }
    replay->next++;
    return play(&exchange->reply, request, response, err);
}

static void replay_free(struct fov_transport *transport)
{
    struct replay *replay = (struct replay *)transport;
    fov__wire_file_free(&replay->file);
    fov__free(transport->ctx, replay);
}

static fov_status new_from(struct fov_transport **out, fov_context *ctx, fov_bytes *text,
                           const char *name, fov_error *err)
{
    struct replay *replay = fov__calloc(ctx, 1, sizeof(*replay));
    if (replay == NULL) {
        fov_bytes_free(text);
        return fov__fail_memory(err, "wire", sizeof(*replay));
    }
    replay->base = (struct fov_transport){ctx, replay_send, replay_free};
    const fov_status rc = fov__wire_file_parse(&replay->file, ctx, text, name, err);
    if (rc < 0) {
        fov__free(ctx, replay);
        return rc;
    }
    *out = &replay->base;
    return FOV_OK;
}

fov_status fov__replay_new(struct fov_transport **out, fov_context *ctx, const char *path,
                           fov_error *err)
{
    fov_bytes text = {NULL, 0, NULL};
    const char *slash = strrchr(path, '/');
    *out = NULL;
    const fov_status rc = fov__file_read(&text, ctx, path, WIRE_FILE_MAX, err);
    return rc < 0 ? rc : new_from(out, ctx, &text, slash == NULL ? path : slash + 1, err);
}

fov_status fov__replay_new_memory(struct fov_transport **out, fov_context *ctx, const char *text,
                                  size_t len, fov_error *err)
{
    *out = NULL;
    fov_bytes copy = fov__bytes_new(ctx, len);
    if (copy.data == NULL) {
        return fov__fail_memory(err, "wire", len);
    }
    memcpy(copy.data, text, len);
    return new_from(out, ctx, &copy, "wire", err);
}

size_t fov__replay_left(const struct fov_transport *transport)
{
    const struct replay *replay = (const struct replay *)transport;
    return replay->file.count - replay->next;
}
