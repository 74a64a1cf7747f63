/* SPDX-License-Identifier: MIT */
/* A transport around another one that writes what passes through into a wire file, so that a bug
 * report is a test. It must never write a header of the request, a key, an image or the query of an
 * address. The file is complete after each exchange; when it cannot be written any more that is
 * logged, and the exchange itself goes on, since its answer was paid for. */
#include "transport/transport_internal.h"

#define RECORD_MAX ((size_t)64 * 1024 * 1024)

struct record {
    struct fov_transport base;
    struct fov_transport *inner;
    struct fov_buf text;
    struct fov_buf stream; /* what a sink was given in this exchange */
    char *path;
};

/* Stands before the sink of one request. */
struct tap {
    struct record *record;
    const struct fov_http_request *request;
    bool is_refused; /* the sink has ended the attempt */
};

/* Headers of a reply that a client acts on; the rest names servers, accounts and times. */
static const char *const kept_headers[] = {"content-type", "retry-after-ms", "retry-after",
                                           "x-should-retry"};

/* A section's line cannot stand inside a body: it gets a space in front. No JSON has one. */
static void add_body(struct fov_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const bool at_line = i == 0 || text[i - 1] == '\n';
        if (at_line && len - i >= 4 && memcmp(text + i, "=== ", 4) == 0) {
            fov__buf_addc(out, ' ');
        }
        fov__buf_addc(out, text[i]);
    }
    fov__buf_addc(out, '\n');
}

static void add_request(struct fov_buf *out, const struct fov_http_request *request)
{
    struct fov_url url;
    if (fov__url_parse(&url, request->url, "url", NULL) < 0) {
        return; /* the inner transport has refused it */
    }
    const size_t path = strcspn(url.target, "?");
    fov__buf_adds(out, "=== request exact\n");
    fov__buf_adds(out, request->method);
    fov__buf_addc(out, ' ');
    fov__buf_add(out, path > 0 ? url.target : "/", path > 0 ? path : 1);
    fov__buf_adds(out, url.target[path] == '?' ? "?*\n\n" : "\n\n");
    fov__replay_show_body(out, request->segments, request->segment_count);
    fov__buf_addc(out, '\n');
}

static fov_status on_tap(void *user, const void *bytes, size_t len, fov_error *err)
{
    struct tap *tap = user;
    fov__buf_add(&tap->record->stream, bytes, len);
    const fov_status rc = tap->request->on_data(tap->request->on_data_user, bytes, len, err);
    tap->is_refused = rc < 0;
    return rc;
}

/* A NUL ends what fov__secret_mask() reads, and a body may hold some. */
static void mask(const char *secret, char *text, size_t len)
{
    const char *end = text + len;
    for (char *at = text; at < end; at += strlen(at) + 1) {
        fov__secret_mask(secret, at);
    }
}

static void add_reply(struct fov_buf *out, const struct fov_http_response *response,
                      const struct fov_buf *stream, fov_status rc)
{
    char value[256];
    fov__buf_adds(out, "=== reply\n");
    if (response->status == 0) {
        fov__buf_adds(out, "none\n");
        return;
    }
    fov__buf_addf(out, "%d%s\n", (int)response->status, rc < 0 || response->is_cut ? " cut" : "");
    for (size_t i = 0; i < FOV_COUNT(kept_headers); i++) {
        if (fov__response_header(response, kept_headers[i], value, sizeof(value))) {
            fov__buf_addf(out, "%s: ", kept_headers[i]);
            fov__buf_adds(out, value);
            fov__buf_addc(out, '\n');
        }
    }
    fov__buf_addc(out, '\n');
    if (stream->status < 0) {
        out->status = out->status == FOV_OK ? stream->status : out->status;
        return; /* a part would be played as if it were all */
    }
    add_body(out, stream->len > 0 ? stream->data : response->body.data,
             stream->len > 0 ? stream->len : response->body.len);
}

static void save(struct record *record)
{
    fov_error err;
    fov_status rc = fov__buf_check(&record->text, "record", &err);
    if (rc == FOV_OK) {
        rc = fov__file_write(record->base.ctx, record->path, record->text.data, record->text.len,
                             false, &err);
    }
    if (rc < 0) {
        fov__log(record->base.ctx, FOV_LOG_ERROR, "the exchange was not recorded: %s", err.message);
    }
}

static fov_status record_send(struct fov_transport *transport,
                              const struct fov_http_request *request,
                              struct fov_http_response *response, fov_error *err)
{
    struct record *record = (struct record *)transport;
    struct tap tap = {.record = record, .request = request};
    struct fov_http_request tapped = *request;
    if (request->on_data != NULL) {
        tapped.on_data = on_tap;
        tapped.on_data_user = &tap;
    }
    fov__buf_reset(&record->stream);
    const fov_status rc = record->inner->send(record->inner, &tapped, response, err);
    if (rc != FOV_OK && rc != FOV_E_NET && !tap.is_refused) {
        return rc; /* cancelled, or past a limit: nothing that could be played */
    }
    const size_t start = record->text.len;
    add_request(&record->text, request);
    add_reply(&record->text, response, &record->stream, rc);
    if (request->secret != NULL && record->text.status == FOV_OK) {
        mask(request->secret, record->text.data + start, record->text.len - start);
    }
    save(record);
    return rc;
}

static void record_free(struct fov_transport *transport)
{
    struct record *record = (struct record *)transport;
    fov__transport_free(record->inner);
    fov__buf_free(&record->text);
    fov__buf_free(&record->stream);
    fov__free(transport->ctx, record->path);
    fov__free(transport->ctx, record);
}

fov_status fov__record_new(struct fov_transport **out, struct fov_transport *inner,
                           const char *path, fov_error *err)
{
    static const char title[] = "# Recorded by foveate " FOV_VERSION_STRING ".\n";
    fov_context *ctx = inner->ctx;
    *out = NULL;
    struct record *record = fov__calloc(ctx, 1, sizeof(*record));
    if (record == NULL) {
        fov__transport_free(inner);
        return fov__fail_memory(err, "record", sizeof(*record));
    }
    record->base = (struct fov_transport){ctx, record_send, record_free};
    record->inner = inner;
    fov__buf_init(&record->text, ctx, RECORD_MAX);
    fov__buf_init(&record->stream, ctx, RECORD_MAX);
    fov__buf_adds(&record->text, title);
    record->path = fov__strdup(ctx, path);
    fov_status rc = record->path != NULL ? fov__buf_check(&record->text, "record", err)
                                         : fov__fail_memory(err, "record", strlen(path));
    if (rc == FOV_OK) { /* a path that cannot be written is found now, not after the first answer */
        rc = fov__file_write(ctx, path, record->text.data, record->text.len, false, err);
    }
    if (rc < 0) {
        record_free(&record->base);
        return rc;
    }
    *out = &record->base;
    return FOV_OK;
}
