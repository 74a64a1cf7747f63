/* SPDX-License-Identifier: MIT */
/* Reads a stream of server-sent events by the rules of the HTML standard ("Interpreting an event
 * stream"), from pieces that were cut anywhere: what comes out depends on the bytes alone, never on
 * the cuts. Each byte is held once, in the field that it belongs to; comments and unknown fields
 * are counted and not held. It must never look into data, and never mend it: where the standard
 * decodes what is not UTF-8 into U+FFFD we refuse the event, since arguments of a call that were
 * silently changed would be run, and the raw text that goes back to the server would not be its
 * own. */
#include "transport/transport_internal.h"

/* Looked through at once for an end of a line: two searches over a whole piece would make a piece
 * of nothing but CR cost its length squared. */
enum { WINDOW = 128 };

static const char bom[3] = {'\xef', '\xbb', '\xbf'};

void fov__sse_init(struct fov_sse *sse, fov_context *ctx, uint64_t max, fov__sse_fn fn, void *user)
{
    memset(sse, 0, sizeof(*sse));
    sse->fn = fn;
    sse->user = user;
    sse->max = max < SIZE_MAX / 2 ? (size_t)max : SIZE_MAX / 2;
    sse->retry_ms = -1;
    fov__buf_init(&sse->data, ctx, sse->max);
    fov__buf_init(&sse->name, ctx, sse->max);
    fov__buf_init(&sse->id_line, ctx, sse->max);
    fov__buf_init(&sse->id, ctx, sse->max);
}

void fov__sse_free(struct fov_sse *sse)
{
    fov__buf_free(&sse->data);
    fov__buf_free(&sse->name);
    fov__buf_free(&sse->id_line);
    fov__buf_free(&sse->id);
}

/* ---- failures: the first one stays ---------------------------------------------------------- */

static fov_status too_long(struct fov_sse *sse, const char *what)
{
    return fov__fail(&sse->err, FOV_E_LIMIT, 0, "reply_bytes",
                     "%s behind event %llu of the stream is longer than %zu bytes", what,
                     (unsigned long long)sse->events, sse->max);
}

/* Every byte that is held for an event counts, so that many short lines make no endless event. */
static fov_status hold(struct fov_sse *sse, struct fov_buf *buf, const char *bytes, size_t len)
{
    const size_t held = sse->data.len + sse->name.len + sse->id_line.len;
    if (len > sse->max - (held < sse->max ? held : sse->max)) {
        return too_long(sse, "an event");
    }
    fov__buf_add(buf, bytes, len);
    return buf->status == FOV_OK ? FOV_OK : fov__fail_memory(&sse->err, "sse", buf->len + len);
}

static fov_status check_utf8(struct fov_sse *sse, const struct fov_buf *buf, const char *what)
{
    uint32_t code = 0;
    size_t at = 0;
    if (fov__utf8_valid(buf->data, buf->len)) {
        return FOV_OK;
    }
    for (size_t n = 1; n > 0; at += n) {
        n = fov__utf8_next(buf->data + at, buf->len - at, &code);
    }
    return fov__fail(&sse->err, FOV_E_PROVIDER, 0, "sse",
                     "the %s of event %llu of the stream is not UTF-8 at byte %zu", what,
                     (unsigned long long)sse->events + 1, at);
}

/* ---- events --------------------------------------------------------------------------------- */

static fov_status give(struct fov_sse *sse)
{
    static const char message[] = "message";
    struct fov_sse_event event = {.retry_ms = sse->retry_ms};
    fov_status rc = check_utf8(sse, &sse->data, "data");
    rc = rc < 0 ? rc : check_utf8(sse, &sse->name, "name");
    rc = rc < 0 ? rc : check_utf8(sse, &sse->id, "id");
    if (rc < 0) {
        return rc;
    }
    sse->data.data[--sse->data.len] = '\0'; /* the LF behind the last line */
    sse->events++;
    event.name = sse->name.len > 0 ? (struct fov_span){sse->name.data, sse->name.len}
                                   : (struct fov_span){message, sizeof(message) - 1};
    event.data = (struct fov_span){sse->data.data, sse->data.len};
    event.id = (struct fov_span){sse->id.data, sse->id.len};
    rc = sse->fn(sse->user, &event, &sse->err);
    return rc < 0 ? rc : FOV_OK;
}

/* An empty line. Without a data line the event's name is forgotten and nobody hears of it. */
static fov_status dispatch(struct fov_sse *sse)
{
    const fov_status rc = sse->data.len > 0 ? give(sse) : FOV_OK;
    fov__buf_reset(&sse->data);
    fov__buf_reset(&sse->name);
    return rc;
}

/* ---- fields --------------------------------------------------------------------------------- */

/* The field whose name stands in `field`; a value begins. */
static void begin_value(struct fov_sse *sse)
{
    static const struct {
        const char *name;
        size_t len;
        enum fov__sse_state state;
    } fields[] = {{"data", 4, FOV__SSE_DATA},
                  {"event", 5, FOV__SSE_NAME},
                  {"id", 2, FOV__SSE_ID},
                  {"retry", 5, FOV__SSE_RETRY}};
    sse->state = FOV__SSE_SKIP;
    for (size_t i = 0; i < FOV_COUNT(fields); i++) {
        if (sse->field_len == fields[i].len &&
            memcmp(sse->field, fields[i].name, fields[i].len) == 0) {
            sse->state = fields[i].state;
        }
    }
    if (sse->state == FOV__SSE_NAME) {
        fov__buf_reset(&sse->name);
    }
    fov__buf_reset(&sse->id_line);
    sse->retry_line = 0;
    sse->is_retry_bad = false;
    sse->has_retry_digit = false;
}

static void add_digits(struct fov_sse *sse, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            sse->is_retry_bad = true;
            return;
        }
        const int64_t digit = bytes[i] - '0';
        sse->has_retry_digit = true;
        sse->retry_line =
            sse->retry_line > (INT64_MAX - digit) / 10 ? INT64_MAX : sse->retry_line * 10 + digit;
    }
}

static fov_status add_value(struct fov_sse *sse, const char *bytes, size_t len)
{
    switch (sse->state) {
    case FOV__SSE_DATA:
        return hold(sse, &sse->data, bytes, len);
    case FOV__SSE_NAME:
        return hold(sse, &sse->name, bytes, len);
    case FOV__SSE_ID:
        return hold(sse, &sse->id_line, bytes, len);
    case FOV__SSE_RETRY:
        add_digits(sse, bytes, len);
        return FOV_OK;
    default:
        return FOV_OK;
    }
}

/* The value is whole: what the field does. */
static fov_status end_value(struct fov_sse *sse)
{
    if (sse->state == FOV__SSE_DATA) {
        return hold(sse, &sse->data, "\n", 1);
    }
    if (sse->state == FOV__SSE_ID && memchr(sse->id_line.data, '\0', sse->id_line.len) == NULL) {
        const struct fov_buf old = sse->id;
        sse->id = sse->id_line;
        sse->id_line = old;
    }
    if (sse->state == FOV__SSE_RETRY && sse->has_retry_digit && !sse->is_retry_bad) {
        sse->retry_ms = sse->retry_line;
    }
    fov__buf_reset(&sse->id_line);
    return FOV_OK;
}

static fov_status end_line(struct fov_sse *sse)
{
    fov_status rc = FOV_OK;
    if (sse->line_len == 0) {
        rc = dispatch(sse);
    } else {
        if (sse->state == FOV__SSE_FIELD) { /* no colon: the whole line is the name */
            begin_value(sse);
        }
        rc = end_value(sse);
    }
    sse->state = FOV__SSE_FIELD;
    sse->field_len = 0;
    sse->line_len = 0;
    sse->is_value_start = false;
    return rc;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* A part of a field's name, up to a colon: returns how many bytes were taken. */
static size_t add_name(struct fov_sse *sse, const char *bytes, size_t len)
{
    const char *colon = memchr(bytes, ':', len);
    const size_t n = colon == NULL ? len : (size_t)(colon - bytes);
    for (size_t i = 0; i < n && sse->field_len < sizeof(sse->field); i++) {
        sse->field[sse->field_len++] = bytes[i]; /* one that does not fit is none that we know */
    }
    if (colon == NULL) {
        return n;
    }
    begin_value(sse);
    sse->is_value_start = true;
    return n + 1;
}

/* A part of a line, without its end. */
static fov_status add_part(struct fov_sse *sse, const char *bytes, size_t len)
{
    if (len > sse->max - sse->line_len) {
        return too_long(sse, "a line");
    }
    sse->line_len += len;
    if (sse->state == FOV__SSE_FIELD) {
        const size_t n = add_name(sse, bytes, len);
        bytes += n;
        len -= n;
    }
    if (sse->is_value_start && len > 0) {
        sse->is_value_start = false;
        const size_t space = bytes[0] == ' ' ? 1 : 0;
        bytes += space;
        len -= space;
    }
    return len > 0 ? add_value(sse, bytes, len) : FOV_OK;
}

static size_t line_part(const char *bytes, size_t len)
{
    size_t at = 0;
    while (at < len) {
        const size_t n = len - at < WINDOW ? len - at : WINDOW;
        const char *lf = memchr(bytes + at, '\n', n);
        const char *cr = memchr(bytes + at, '\r', lf == NULL ? n : (size_t)(lf - bytes) - at);
        if (cr != NULL || lf != NULL) {
            return (size_t)((cr != NULL ? cr : lf) - bytes);
        }
        at += n;
    }
    return len;
}

static fov_status consume(struct fov_sse *sse, const char *bytes, size_t len)
{
    while (len > 0) {
        if (sse->is_after_cr && bytes[0] == '\n') { /* the CR has ended the line already */
            sse->is_after_cr = false;
            bytes++;
            len--;
            continue;
        }
        sse->is_after_cr = false;
        const size_t n = line_part(bytes, len);
        fov_status rc = n > 0 ? add_part(sse, bytes, n) : FOV_OK;
        if (rc == FOV_OK && n < len) {
            sse->is_after_cr = bytes[n] == '\r';
            rc = end_line(sse);
        }
        if (rc < 0) {
            return rc;
        }
        const size_t used = n < len ? n + 1 : n;
        bytes += used;
        len -= used;
    }
    return FOV_OK;
}

/* The first bytes, which may be a byte order mark in pieces. */
static fov_status consume_start(struct fov_sse *sse, const char **bytes, size_t *len)
{
    while (*len > 0 && sse->bom_len < sizeof(bom) && **bytes == bom[sse->bom_len]) {
        sse->bom_len++;
        (*bytes)++;
        (*len)--;
    }
    if (sse->bom_len < sizeof(bom) && *len == 0) {
        return FOV_OK;
    }
    sse->is_started = true;
    const size_t n = sse->bom_len < sizeof(bom) ? sse->bom_len : 0;
    sse->bom_len = 0;
    return consume(sse, bom, n); /* it was none: they belong to the first line */
}

fov_status fov__sse_push(struct fov_sse *sse, const void *bytes, size_t len, fov_error *err)
{
    const char *at = bytes;
    if (sse->status == FOV_OK && !sse->is_started) {
        sse->status = consume_start(sse, &at, &len);
    }
    if (sse->status == FOV_OK && len > 0) {
        sse->status = consume(sse, at, len);
    }
    if (sse->status < 0 && err != NULL) {
        *err = sse->err;
    }
    return sse->status;
}

bool fov__sse_is_partial(const struct fov_sse *sse)
{
    return sse->data.len > 0 || sse->name.len > 0 || sse->line_len > 0 || sse->bom_len > 0;
}
