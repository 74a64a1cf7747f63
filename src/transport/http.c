/* SPDX-License-Identifier: MIT */
/* The only file that knows curl: one request, one thread, a multi handle polled so that a cancel is
 * seen within a tenth of a second. It must never follow a redirect, read .netrc, keep a cookie,
 * print, install a signal handler, or copy a header or a body: both are read where they lie. Bodies
 * are counted in the write callback, after decompression, since curl's own size limit does not hold
 * for chunked or compressed ones. */
#include "transport/transport_internal.h"

#include <curl/curl.h>

enum {
    POLL_MS = 50, /* a cancel is seen within twice that, on a machine that has other work */
    CONNECT_TIMEOUT_MS = 10000,
    HEADERS_MAX = 32 /* of ours, in one request */
};

struct http {
    struct fov_transport base;
    CURLM *multi; /* keeps connections for the next request */
    CURL *easy;
};

/* What an attempt waits for, by what was seen of it. */
enum phase { PHASE_CONNECTING, PHASE_SENDING, PHASE_WAITING, PHASE_RECEIVING };

/* The state of one attempt, seen by the callbacks. */
struct attempt {
    struct fov_http_response *response;
    struct fov_body_reader reader;
    const struct fov_http_request *request;
    uint64_t length;    /* of the request's body */
    fov_status body_rc; /* why on_body() refused a piece, and `body_err` */
    fov_error body_err;
    bool is_cancelled;
    bool is_head_too_long;
    enum phase phase;
    int64_t moved;       /* bytes seen in both directions ... */
    uint64_t moved_at;   /* ... and when that last changed, or the phase */
    uint32_t stalled_ms; /* the limit that ended it; 0: none */
};

/* curl wants one global initialisation for the process and gives no other way. The one piece of
 * mutable global state of this folder: set once, under pthread_once, before curl is first used. */
static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready = CURLE_FAILED_INIT;

static void init_curl(void)
{
    curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

#if LIBCURL_VERSION_NUM >= 0x075500
static CURLcode set_protocols(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
}
#else
static CURLcode set_protocols(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
}
#endif

/* ---- callbacks ------------------------------------------------------------------------------ */

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    struct attempt *attempt = user;
    fov__response_header_line(attempt->response, data, size * count);
    if (attempt->response->headers.status != FOV_OK) {
        attempt->is_head_too_long = attempt->response->headers.status == FOV_E_LIMIT;
        return 0;
    }
    return size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    struct attempt *attempt = user;
    const size_t len = size * count;
    if (fov_cancel_is_set(attempt->request->cancel)) { /* a fast stream may not come to run() */
        attempt->is_cancelled = true;
        return len + 1;
    }
    attempt->body_rc =
        fov__response_body(attempt->response, attempt->request, data, len, &attempt->body_err);
    return attempt->body_rc == FOV_OK ? len : len + 1; /* not 0: a piece may have no byte */
}

static size_t on_read(char *out, size_t size, size_t count, void *user)
{
    struct attempt *attempt = user;
    return fov__body_read(&attempt->reader, out, size * count);
}

static void start_body(struct attempt *attempt)
{
    fov__body_start(&attempt->reader, attempt->request->segments, attempt->request->segment_count);
    attempt->reader.cpu = attempt->response->body.ctx->cpu;
}

/* curl rewinds when a kept connection turned out to be dead before anything was answered. */
static int on_seek(void *user, curl_off_t offset, int origin)
{
    struct attempt *attempt = user;
    if (origin != SEEK_SET || offset != 0) {
        return CURL_SEEKFUNC_CANTSEEK;
    }
    start_body(attempt);
    return CURL_SEEKFUNC_OK;
}

/* ---- setting up ----------------------------------------------------------------------------- */

/* Our own list nodes over borrowed text: curl_slist_append() would copy the key into memory that
 * nobody wipes. */
static struct curl_slist *link_headers(struct curl_slist *nodes,
                                       const struct fov_http_request *request)
{
    static const char no_expect[] = "Expect:"; /* or curl waits a second before each large body */
    size_t n = 0;
    nodes[n++].data = (char *)(uintptr_t)no_expect;
    for (size_t i = 0; i < request->header_count; i++) {
        nodes[n++].data = (char *)(uintptr_t)request->headers[i];
    }
    for (size_t i = 0; i < n; i++) {
        nodes[i].next = i + 1 < n ? &nodes[i + 1] : NULL;
    }
    return nodes;
}

/* A proxy only where TLS hides the request, and with it the key, from the proxy: https goes by the
 * environment as curl reads it, plain http and loopback go straight. */
static CURLcode set_route(CURL *easy, const struct fov_url *url)
{
    CURLcode rc = set_protocols(easy);
    if (rc == CURLE_OK && (!url->is_https || url->is_loopback)) {
        rc = curl_easy_setopt(easy, CURLOPT_PROXY, "");
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    }
    return rc;
}

static uint32_t connect_timeout(const struct fov_http_request *request)
{
    return request->connect_timeout_ms > 0 ? request->connect_timeout_ms : CONNECT_TIMEOUT_MS;
}

static CURLcode set_timing(CURL *easy, const struct fov_http_request *request)
{
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout(request));
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    }
    return rc;
}

static CURLcode set_body(CURL *easy, struct attempt *attempt)
{
    const struct fov_http_request *request = attempt->request;
    if (strcmp(request->method, "POST") != 0) {
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    attempt->length = fov__body_length(request->segments, request->segment_count);
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)attempt->length);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_READDATA, attempt);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SEEKDATA, attempt);
    }
    return rc;
}

static CURLcode set_reply(CURL *easy, struct attempt *attempt)
{
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_HEADERDATA, attempt);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_USERAGENT, "foveate/" FOV_VERSION_STRING);
    }
    return rc;
}

static CURLcode set_all(CURL *easy, const struct fov_url *url, struct attempt *attempt,
                        struct curl_slist *nodes)
{
    curl_easy_reset(easy);
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_URL, attempt->request->url);
    if (rc == CURLE_OK) {
        rc = set_route(easy, url);
    }
    if (rc == CURLE_OK) {
        rc = set_timing(easy, attempt->request);
    }
    if (rc == CURLE_OK) {
        rc = set_body(easy, attempt);
    }
    if (rc == CURLE_OK) {
        rc = set_reply(easy, attempt);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, link_headers(nodes, attempt->request));
    }
    return rc;
}

/* ---- sending -------------------------------------------------------------------------------- */

static int64_t counter(CURL *easy, CURLINFO info)
{
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? (int64_t)value : 0;
}

/* curl's counters tell what moved: the write callback alone would take a compressed reply that
 * comes slowly for a silent one. */
static enum phase phase_of(CURL *easy, struct attempt *attempt, int64_t *moved)
{
    long head = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &head);
    const int64_t sent = counter(easy, CURLINFO_SIZE_UPLOAD_T);
    *moved = sent + head + counter(easy, CURLINFO_SIZE_DOWNLOAD_T);
    if (attempt->response->status > 0) { /* a 1xx is no answer yet */
        return PHASE_RECEIVING;
    }
    if (counter(easy, CURLINFO_PRETRANSFER_TIME_T) == 0) {
        return PHASE_CONNECTING; /* which curl bounds itself */
    }
    return (uint64_t)sent < attempt->length ? PHASE_SENDING : PHASE_WAITING;
}

/* Whether nothing has moved for longer than is allowed; `wait` is how long to sleep at most. */
static bool is_stalled(CURL *easy, struct attempt *attempt, int *wait)
{
    const uint64_t now = fov__clock_ms();
    int64_t moved = 0;
    const enum phase phase = phase_of(easy, attempt, &moved);
    if (phase != attempt->phase || moved != attempt->moved) {
        attempt->phase = phase;
        attempt->moved = moved;
        attempt->moved_at = now;
    }
    const uint32_t limit = phase == PHASE_CONNECTING ? 0
                           : phase == PHASE_WAITING  ? attempt->request->first_byte_timeout_ms
                                                     : attempt->request->idle_timeout_ms;
    const uint64_t still = now - attempt->moved_at;
    *wait = POLL_MS;
    if (limit > 0 && still >= limit) {
        attempt->stalled_ms = limit;
        return true;
    }
    if (limit > 0 && limit - still < POLL_MS) {
        *wait = (int)(limit - still);
    }
    return false;
}

/* Run the transfer to its end. */
static CURLcode run(struct http *http, struct attempt *attempt)
{
    int running = 1;
    int waiting = 0;
    int wait = 0;
    attempt->moved_at = fov__clock_ms();
    while (running > 0) {
        if (fov_cancel_is_set(attempt->request->cancel)) {
            attempt->is_cancelled = true;
            return CURLE_ABORTED_BY_CALLBACK;
        }
        if (curl_multi_perform(http->multi, &running) != CURLM_OK) {
            return CURLE_FAILED_INIT;
        }
        if (running > 0 && is_stalled(http->easy, attempt, &wait)) {
            return CURLE_OPERATION_TIMEDOUT;
        }
        if (running > 0 && curl_multi_poll(http->multi, NULL, 0, wait, NULL) != CURLM_OK) {
            return CURLE_FAILED_INIT;
        }
    }
    const CURLMsg *message = curl_multi_info_read(http->multi, &waiting);
    return message != NULL && message->msg == CURLMSG_DONE ? message->data.result
                                                           : CURLE_FAILED_INIT;
}

/* Failures of trust or of set-up: the same again a second later. */
static bool is_permanent(CURLcode rc)
{
    return rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_SSL_CACERT_BADFILE ||
           rc == CURLE_SSL_CERTPROBLEM || rc == CURLE_SSL_ISSUER_ERROR ||
           rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_URL_MALFORMAT || rc == CURLE_FAILED_INIT;
}

static fov_status time_over(const struct attempt *attempt, const struct fov_url *url,
                            int32_t os_error, fov_error *err)
{
    const struct fov_http_request *request = attempt->request;
    if (attempt->stalled_ms == 0) {
        return fov__fail(err, FOV_E_NET, os_error, "http",
                         "%s did not answer in time (%u ms to connect, %u ms in all are allowed)",
                         url->show, connect_timeout(request), request->timeout_ms);
    }
    if (attempt->phase == PHASE_WAITING) {
        return fov__fail(err, FOV_E_NET, 0, "first_byte_timeout_ms",
                         "%s did not begin to answer: first_byte_timeout_ms allows %u ms",
                         url->show, attempt->stalled_ms);
    }
    return fov__fail(err, FOV_E_NET, 0, "idle_timeout_ms",
                     "%s stood still in the middle of the %s: idle_timeout_ms allows %u ms",
                     url->show, attempt->phase == PHASE_SENDING ? "request" : "reply",
                     attempt->stalled_ms);
}

static fov_status judge(struct http *http, const struct attempt *attempt, const struct fov_url *url,
                        CURLcode rc, fov_error *err)
{
    struct fov_http_response *response = attempt->response;
    long os_error = 0;
    if (rc == CURLE_OK && !response->is_head_complete) { /* curl takes a cut head for a whole one */
        rc = response->status > 0 ? CURLE_PARTIAL_FILE : CURLE_GOT_NOTHING;
    }
    if (rc == CURLE_OK) {
        fov__ok(err);
        return FOV_OK;
    }
    if (attempt->is_cancelled) {
        return fov__fail(err, FOV_E_CANCELLED, 0, "http", "the caller cancelled the request to %s",
                         url->show);
    }
    if (rc == CURLE_OUT_OF_MEMORY || response->headers.status == FOV_E_MEMORY) {
        return fov__fail_memory(err, "http", response->body.len);
    }
    if (attempt->body_rc == FOV_E_MEMORY ||
        (attempt->body_rc < 0 && fov__response_is_streamed(response, attempt->request))) {
        if (err != NULL) {
            *err = attempt->body_err;
        }
        return attempt->body_rc;
    }
    if (response->status >= 300) { /* the status is the answer; its page was only half read */
        response->is_cut = true;
        fov__ok(err);
        return FOV_OK;
    }
    if (attempt->is_head_too_long) {
        return fov__fail(err, FOV_E_LIMIT, 0, "http",
                         "the headers from %s are longer than %zu bytes", url->show,
                         FOV__HEADER_BYTES_MAX);
    }
    if (attempt->body_rc < 0) {
        return fov__fail(err, FOV_E_LIMIT, 0, "reply_bytes",
                         "the reply from %s is longer than %zu bytes", url->show,
                         response->body.max);
    }
    (void)curl_easy_getinfo(http->easy, CURLINFO_OS_ERRNO, &os_error);
    response->is_permanent = is_permanent(rc);
    if (rc == CURLE_OPERATION_TIMEDOUT) {
        return time_over(attempt, url, (int32_t)os_error, err);
    }
    return fov__fail(err, FOV_E_NET, (int32_t)os_error, "http", "%s: %s%s", url->show,
                     curl_easy_strerror(rc),
                     response->status > 0 ? ", in the middle of a good reply" : "");
}

static fov_status http_send(struct fov_transport *transport, const struct fov_http_request *request,
                            struct fov_http_response *response, fov_error *err)
{
    struct http *http = (struct http *)transport;
    struct attempt attempt = {.response = response, .request = request};
    struct curl_slist nodes[HEADERS_MAX + 1];
    struct fov_url url;
    const fov_status checked = fov__url_parse(&url, request->url, "url", err);
    if (checked < 0) {
        return checked;
    }
    if (request->header_count > HEADERS_MAX) {
        return fov__fail(err, FOV_E_ARG, 0, "headers", "%zu headers where at most %d are sent",
                         request->header_count, HEADERS_MAX);
    }
    start_body(&attempt);
    CURLcode rc = set_all(http->easy, &url, &attempt, nodes);
    if (rc == CURLE_OK) {
        rc = curl_multi_add_handle(http->multi, http->easy) == CURLM_OK ? run(http, &attempt)
                                                                        : CURLE_FAILED_INIT;
    }
    const fov_status status = judge(http, &attempt, &url, rc, err);
    (void)curl_multi_remove_handle(http->multi, http->easy);
    curl_easy_reset(http->easy); /* forgets the borrowed headers and this stack frame */
    fov__wipe(nodes, sizeof(nodes));
    return status;
}

static void http_free(struct fov_transport *transport)
{
    struct http *http = (struct http *)transport;
    if (http->easy != NULL) {
        curl_easy_cleanup(http->easy);
    }
    if (http->multi != NULL) {
        (void)curl_multi_cleanup(http->multi);
    }
    fov__free(transport->ctx, http);
}

fov_status fov__http_new(struct fov_transport **out, fov_context *ctx, fov_error *err)
{
    *out = NULL;
    if (pthread_once(&curl_once, init_curl) != 0 || curl_ready != CURLE_OK) {
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "http", "libcurl could not be set up: %s",
                         curl_easy_strerror(curl_ready));
    }
    struct http *http = fov__calloc(ctx, 1, sizeof(*http));
    if (http == NULL) {
        return fov__fail_memory(err, "http", sizeof(*http));
    }
    http->base = (struct fov_transport){ctx, http_send, http_free};
    http->multi = curl_multi_init();
    http->easy = curl_easy_init();
    if (http->multi == NULL || http->easy == NULL) {
        http_free(&http->base);
        return fov__fail_memory(err, "http", sizeof(*http));
    }
    *out = &http->base;
    return FOV_OK;
}
