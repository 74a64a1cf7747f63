/* SPDX-License-Identifier: MIT */
/* transport: one request goes out, one response comes back, or a clear reason why not. It knows
 * nothing of models, messages or images: a body is a list of segments, a reply is bytes.
 *
 *     url.c        what an address may be         http.c       the only includer of curl
 *     body.c       segments, base64 on the fly    replay.c     the same interface without a socket
 *     response.c   status, headers, body          wire_file.c  the recorded exchanges it plays
 *     retry.c      when to send again, and when   wire_record.c  writes such files
 *     secret.c     memory that holds a key        sse.c        a streamed reply's events
 *
 * Threads: a transport is used by one thread at a time.
 */
#ifndef FOV_TRANSPORT_INTERNAL_H
#define FOV_TRANSPORT_INTERNAL_H

#include "base/base_internal.h"

/* ---- url.c ---------------------------------------------------------------------------------- */

/* An address we are willing to talk to: http or https, a host of plain characters, no user name in
 * it, no fragment. Anything curl might read differently from us is refused. */
struct fov_url {
    bool is_https;
    bool is_loopback;   /* localhost, 127.a.b.c in four plain decimals, [::1] */
    char host[254];     /* as written, IPv6 in brackets */
    int32_t port;       /* the default of the scheme when none is given */
    const char *target; /* path and query within the text that was parsed; "" when there is none */
    char show[320];     /* host, port and path without the query, for errors and logs */
};
fov_status fov__url_parse(struct fov_url *out, const char *text, const char *where, fov_error *err);
/* base + path, the path before a query that the base may have; caller frees. NULL: memory. */
char *fov__url_join(fov_context *ctx, const char *base, const char *path);

/* ---- secret.c ------------------------------------------------------------------------------- */

/* Text in pages of its own that are left out of core dumps and wiped when freed. */
struct fov_secret {
    char *text; /* NULL: none */
    size_t len, mapped;
};
fov_status fov__secret_new(struct fov_secret *out, const char *prefix, const char *text,
                           fov_error *err);
void fov__secret_free(struct fov_secret *secret);
/* Overwrite every occurrence of `text` inside a NUL-terminated buffer with '*'. */
void fov__secret_mask(const char *text, char *buffer);

/* ---- body.c --------------------------------------------------------------------------------- */

/* A piece of a request's body, borrowed. BASE64 pieces are encoded while they are sent, a few
 * kilobytes at a time, so that an image's bytes exist once only. */
enum fov__segment_kind { FOV__SEGMENT_BYTES, FOV__SEGMENT_BASE64 };
struct fov_segment {
    enum fov__segment_kind kind;
    const void *data;
    size_t len;
};

struct fov_body_reader {
    const struct fov_segment *segments;
    size_t count;
    size_t index, offset; /* the next byte: segment, and place in its own data */
    char pending[4];      /* a base64 group that did not fit the reader's buffer */
    size_t pending_at, pending_len;
    enum fov__cpu cpu; /* set after the start by who knows it */
};
uint64_t fov__body_length(const struct fov_segment *segments, size_t count); /* as sent */
void fov__body_start(struct fov_body_reader *reader, const struct fov_segment *segments,
                     size_t count);
size_t fov__body_read(struct fov_body_reader *reader, char *out, size_t size); /* 0: the end */

/* ---- response.c ----------------------------------------------------------------------------- */

#define FOV__HEADER_BYTES_MAX ((size_t)256 * 1024) /* far above any real reply; stops a runaway */

struct fov_http_response {
    int32_t status;        /* of the last status line that was no 1xx; 0: none was seen */
    bool is_head_complete; /* the empty line behind the headers was seen */
    bool is_cut;           /* the connection or our limit ended the body of an error reply */
    bool is_permanent;     /* a failure that another try cannot cure, as an untrusted certificate */
    struct fov_buf headers; /* "name: value" lines, each ended by '\n' */
    struct fov_buf body;    /* decompressed; of a reply that a sink takes it stays empty */
    uint64_t streamed;      /* bytes given to the request's sink, decompressed */
};
void fov__response_init(struct fov_http_response *response, fov_context *ctx, uint64_t body_max);
void fov__response_reset(struct fov_http_response *response); /* empty, memory kept */
void fov__response_free(struct fov_http_response *response);
/* Copy the value of the first header of that name (any case), cut to `size`; false when absent.
 * Control and non-ASCII characters become '?', so that the value can go into a log. */
bool fov__response_header(const struct fov_http_response *response, const char *name, char *out,
                          size_t size);
/* One header line as it came, status lines included (they start a new block). */
void fov__response_header_line(struct fov_http_response *response, const char *line, size_t len);

/* ---- transport.c ---------------------------------------------------------------------------- */

struct fov_http_request {
    const char *method; /* "GET" or "POST" */
    const char *url;
    const char *const *headers; /* "Name: value"; borrowed, never logged */
    size_t header_count;
    const char *secret; /* the key inside a header, masked where a server echoes it; may be NULL */
    const struct fov_segment *segments;
    size_t segment_count;
    uint32_t connect_timeout_ms; /* 0: 10 000 */
    uint32_t timeout_ms;         /* of one attempt; 0: none */
    /* From the last byte of the request to the first line of the reply; 0: as long as timeout_ms
     * allows. */
    uint32_t first_byte_timeout_ms;
    /* Without a byte in either direction, but for the wait above; 0: none. Headers count by the
     * line. */
    uint32_t idle_timeout_ms;
    const fov_cancel *cancel; /* may be NULL */
    /* The sink of a streamed reply; NULL: the body is collected in the response. It is called for
     * 2xx replies only, with each piece as it comes, decompressed, the response's status and
     * headers being complete by then. A negative status ends the attempt with it, and `err` of the
     * sink becomes that of `send`. At most as many bytes are given as the response's body may
     * have. */
    fov_status (*on_data)(void *user, const void *bytes, size_t len, fov_error *err);
    void *on_data_user;
};

/* A piece of the reply's body: to the sink, or collected. FOV_E_LIMIT when there is more than the
 * response may have (what fits was taken), FOV_E_MEMORY, or what the sink has returned. */
fov_status fov__response_body(struct fov_http_response *response,
                              const struct fov_http_request *request, const void *bytes, size_t len,
                              fov_error *err);
bool fov__response_is_streamed(const struct fov_http_response *response,
                               const struct fov_http_request *request);

/* What carries requests. `send` tries once and fills the response:
 *   FOV_OK            a status line came; for an error status the body may be cut
 *   FOV_E_NET         no complete answer; response->status tells whether one had begun
 *   FOV_E_LIMIT       a good reply was longer than the response may be
 *   FOV_E_CANCELLED, FOV_E_MEMORY, FOV_E_ARG, FOV_E_MISMATCH (replay)
 *   what the request's sink has returned */
struct fov_transport {
    fov_context *ctx;
    fov_status (*send)(struct fov_transport *transport, const struct fov_http_request *request,
                       struct fov_http_response *response, fov_error *err);
    void (*free_fn)(struct fov_transport *transport);
};
void fov__transport_free(struct fov_transport *transport); /* NULL is fine */

/* ---- http.c or http_none.c ------------------------------------------------------------------ */

/* Talk over sockets. FOV_E_UNSUPPORTED in a build without curl. */
fov_status fov__http_new(struct fov_transport **out, fov_context *ctx, fov_error *err);

/* ---- retry.c -------------------------------------------------------------------------------- */

/* Time and chance, replaceable so that tests do not wait. */
struct fov_retry_hooks {
    uint64_t (*now_ms)(void *user); /* monotonic */
    int64_t (*utc_s)(void *user);   /* seconds since 1970 */
    double (*random01)(void *user); /* [0, 1) */
    /* FOV_OK, or FOV_E_CANCELLED as soon as the flag is seen. */
    fov_status (*wait_ms)(void *user, uint64_t ms, const fov_cancel *cancel);
    void *user;
};

struct fov_retry {
    uint32_t max;         /* further tries after the first */
    uint32_t deadline_ms; /* for all tries and waits together; 0: none */
    /* Says that an error reply can never become a good one; may be NULL. */
    bool (*is_permanent)(const struct fov_http_response *response, void *user);
    /* Milliseconds to wait that an error reply asks for in its body, where no header does;
     * negative: it does not. May be NULL. */
    double (*asked_ms)(const struct fov_http_response *response, void *user);
    void *user;
    const struct fov_retry_hooks *hooks; /* NULL: the real ones */
};

/* Send, and send again by the official SDKs' policy. Nothing is sent again once a 2xx status line
 * was seen: the answer was computed and paid for. `attempts` may be NULL. */
fov_status fov__exchange(struct fov_transport *transport, const struct fov_http_request *request,
                         const struct fov_retry *retry, struct fov_http_response *response,
                         uint32_t *attempts, fov_error *err);
/* Whether this reply asks for another try, and how long to wait before try number `retry` + 1. */
bool fov__retry_wanted(const struct fov_http_response *response);
uint64_t fov__retry_delay_ms(const struct fov_http_response *response, uint32_t retry,
                             double random01, int64_t utc_s);
/* RFC 9110 IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT"); false for anything else. */
bool fov__http_date(const char *text, int64_t *utc_s);

/* ---- sse.c: server-sent events --------------------------------------------------------------- */

/* What one event says, lent for the length of the call. `data` and `name` are NUL-terminated behind
 * their length. The lines of the data are joined by LF; it may hold NUL, and is UTF-8. */
struct fov_sse_event {
    struct fov_span name; /* "message" when the stream names none */
    struct fov_span data;
    struct fov_span id; /* the last one that the stream has given, to this event or before; or "" */
    int64_t retry_ms;   /* likewise; -1: none yet */
};
/* A negative status ends the reading for good. It must not push. */
typedef fov_status (*fov__sse_fn)(void *user, const struct fov_sse_event *event, fov_error *err);

enum fov__sse_state { /* where in a line */
    FOV__SSE_FIELD,   /* in its name */
    FOV__SSE_DATA, FOV__SSE_NAME, FOV__SSE_ID, FOV__SSE_RETRY, FOV__SSE_SKIP /* in a value */
};

struct fov_sse { /* sse.c's own, but for `events` */
    fov__sse_fn fn;
    void *user;
    size_t max;      /* of a line, and of all that is held for an event */
    uint64_t events; /* given so far */
    struct fov_buf data, name, id, id_line;
    int64_t retry_ms, retry_line;
    bool is_retry_bad, has_retry_digit;
    enum fov__sse_state state;
    char field[8]; /* longer than any name that we know */
    size_t field_len, line_len, bom_len;
    bool is_value_start, is_after_cr, is_started;
    fov_status status; /* of the first failure, with `err` */
    fov_error err;
};
void fov__sse_init(struct fov_sse *sse, fov_context *ctx, uint64_t max, fov__sse_fn fn, void *user);
void fov__sse_free(struct fov_sse *sse);
/* The next bytes, cut anywhere; `fn` is called for each event that they complete. After an error
 * every further push gives the same one:
 *   FOV_E_LIMIT     a line, or an event, is longer than `max`; no more than that was held
 *   FOV_E_PROVIDER  an event's data, name or id is not UTF-8
 *   FOV_E_MEMORY, or what `fn` has returned */
fov_status fov__sse_push(struct fov_sse *sse, const void *bytes, size_t len, fov_error *err);
/* Whether the stream, were it to end here, would end inside a line or an event, which the standard
 * drops: no end for a reply that was whole. */
bool fov__sse_is_partial(const struct fov_sse *sse);

/* ---- wire_file.c: the format of recorded exchanges ------------------------------------------ */

/* A text file, made to be read and edited by people:
 *
 *     # a comment, outside of bodies
 *     === request
 *     POST /v1/chat/completions
 *     content-type: application/json
 *
 *     {"model": "m", "messages": [ … "data:image/png;base64,sha256:<64 hex>" … ]}
 *     === reply
 *     200
 *     x-request-id: req_1
 *
 *     {"choices": [ … ]}
 *
 * The request's headers are those that must be present with that value (none is usual; a key never
 * is). In its body every base64 segment is written "sha256:" and the hash of the bytes, or
 * "sha256:*" for any. Space outside JSON strings does not count on either side, unless the section
 * is opened "=== request exact". A reply's first line is a status, or "none" for a connection that
 * failed before one; "cut" after the status ends the connection inside the body. A target that ends
 * in "?*" allows any query, which may hold a key and is not recorded. The newline before
 * the next "===" does not belong to a body.
 *
 * The body of a streamed reply is its events as they came, so that two empty lines stand behind the
 * last one: its own, and the one that does not belong to it. Where the request has a sink, the body
 * is given to it in one piece, or in pieces of the sizes that a first line behind the status asks
 * for, used in turn, over and over:
 *
 *     === reply
 *     200
 *     chunks: 1 2 30
 *     content-type: text/event-stream
 *
 *     data: {"choices": [ … ]}
 */
struct fov_wire_reply {
    int32_t status; /* 0: none */
    bool is_cut;
    struct fov_span chunks; /* the sizes, apart by one space; empty: one piece */
    struct fov_span headers, body;
};
struct fov_wire_exchange {
    bool is_exact;
    struct fov_span method, target, headers, body;
    struct fov_wire_reply reply;
};
struct fov_wire_file {
    fov_context *ctx;
    fov_bytes text; /* what the spans point into */
    struct fov_wire_exchange *exchanges;
    size_t count, capacity;
};
/* Parse; `text` is taken, also on error. `name` is for messages. */
fov_status fov__wire_file_parse(struct fov_wire_file *out, fov_context *ctx, fov_bytes *text,
                                const char *name, fov_error *err);
void fov__wire_file_free(struct fov_wire_file *file);

/* ---- replay.c ------------------------------------------------------------------------------- */

/* Play a file: each request must be the next recorded one, else FOV_E_MISMATCH says where it
 * differs. No socket is made. */
fov_status fov__replay_new(struct fov_transport **out, fov_context *ctx, const char *path,
                           fov_error *err);
fov_status fov__replay_new_memory(struct fov_transport **out, fov_context *ctx, const char *text,
                                  size_t len, fov_error *err);
/* How many recorded exchanges were not asked for. */
size_t fov__replay_left(const struct fov_transport *transport);
/* ---- wire_record.c -------------------------------------------------------------------------- */

/* Pass everything on to `inner` (taken, also on error) and write it to a wire file at `path`.
 * FOV_E_IO when the path cannot be written. */
fov_status fov__record_new(struct fov_transport **out, struct fov_transport *inner,
                           const char *path, fov_error *err);

/* A body as a wire file shows it: base64 segments as "sha256:" and hash. */
void fov__replay_show_body(struct fov_buf *out, const struct fov_segment *segments, size_t count);

#endif
