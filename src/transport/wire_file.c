/* SPDX-License-Identifier: MIT */
/* Reads recorded exchanges from text that people write and edit; transport_internal.h has the
 * format. It points into the text and copies nothing; a fault is named by its line. */
#include "transport/transport_internal.h"

struct reader {
    const char *text, *end, *at;
    size_t line; /* of `at`, from 1 */
    const char *name;
    fov_error *err;
};

static fov_status wrong(const struct reader *r, const char *what)
{
    return fov__fail(r->err, FOV_E_ARG, 0, "wire", "%s:%zu: %s", r->name, r->line, what);
}

static struct fov_span peek_line(const struct reader *r)
{
    const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
    return (struct fov_span){r->at, (size_t)((stop == NULL ? r->end : stop) - r->at)};
}

static struct fov_span next_line(struct reader *r)
{
    const struct fov_span line = peek_line(r);
    r->at = line.data + line.len;
    if (r->at < r->end) {
        r->at++;
    }
    r->line++;
    return line;
}

static bool span_is(struct fov_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

static bool is_section(struct fov_span line)
{
    return line.len >= 4 && memcmp(line.data, "=== ", 4) == 0;
}

/* RFC 9110: a name is a token. What is none, as a second status line, would be played as something
 * else than a header. */
static bool is_header(struct fov_span line)
{
    size_t n = 0;
    while (n < line.len && ((line.data[n] >= '0' && line.data[n] <= '9') ||
                            (line.data[n] >= 'A' && line.data[n] <= 'Z') ||
                            (line.data[n] >= 'a' && line.data[n] <= 'z') ||
                            (line.data[n] != '\0' && strchr("!#$%&'*+-.^_`|~", line.data[n])))) {
        n++;
    }
    return n > 0 && n < line.len && line.data[n] == ':';
}

/* Header lines up to an empty line, then the body up to the next section. */
static fov_status read_rest(struct reader *r, struct fov_span *headers, struct fov_span *body)
{
    const char *start = r->at;
    while (r->at < r->end && peek_line(r).len > 0 && !is_section(peek_line(r))) {
        if (!is_header(peek_line(r))) {
            return wrong(r, "a header is a name, a colon and a value, and an empty line ends them");
        }
        (void)next_line(r);
    }
    *headers = (struct fov_span){start, (size_t)(r->at - start)};
    if (r->at < r->end && peek_line(r).len == 0) {
        (void)next_line(r);
    }
    start = r->at;
    while (r->at < r->end && !is_section(peek_line(r))) {
        (void)next_line(r);
    }
    *body = (struct fov_span){start, (size_t)(r->at - start)};
    if (body->len > 0 && body->data[body->len - 1] == '\n') {
        body->len--;
    }
    return FOV_OK;
}

static fov_status read_request(struct reader *r, struct fov_wire_exchange *exchange)
{
    const struct fov_span line = next_line(r);
    const char *space = memchr(line.data, ' ', line.len);
    if (space == NULL || space == line.data || space + 1 == line.data + line.len) {
        return wrong(
            r, "a request begins with a method and a target, as in POST /v1/chat/completions");
    }
    exchange->method = (struct fov_span){line.data, (size_t)(space - line.data)};
    exchange->target = (struct fov_span){space + 1, (size_t)(line.data + line.len - space - 1)};
    const struct fov_span target = exchange->target;
    const char *query = memchr(target.data, '?', target.len);
    if (query != NULL && query + 2 < target.data + target.len &&
        memcmp(target.data + target.len - 2, "?*", 2) == 0) {
        return wrong(r, "a target has one query: \"?*\" behind another would match no request");
    }
    return read_rest(r, &exchange->headers, &exchange->body);
}

/* "chunks: 1 20 3": sizes of one to six digits, none of them zero, apart by one space. */
static fov_status read_chunks(struct reader *r, struct fov_span *chunks)
{
    static const char key[] = "chunks: ";
    const size_t skip = sizeof(key) - 1;
    const struct fov_span line = peek_line(r);
    if (line.len < skip || memcmp(line.data, key, skip) != 0) {
        return FOV_OK;
    }
    *chunks = (struct fov_span){line.data + skip, line.len - skip};
    (void)next_line(r);
    size_t digits = 0;
    for (size_t i = 0; i <= chunks->len; i++) {
        const char c = i < chunks->len ? chunks->data[i] : ' ';
        const bool is_digit = c >= (digits == 0 ? '1' : '0') && c <= '9';
        if (is_digit ? digits == 6 : c != ' ' || digits == 0) {
            r->line--;
            return wrong(r, "chunks are sizes from 1 to 999999, apart by one space");
        }
        digits = is_digit ? digits + 1 : 0;
    }
    return FOV_OK;
}

static fov_status read_reply(struct reader *r, struct fov_wire_reply *reply)
{
    struct fov_span line = next_line(r);
    if (span_is(line, "none")) {
        reply->status = 0;
    } else {
        int32_t status = 0;
        for (size_t i = 0; i < 3 && i < line.len; i++) {
            status = line.data[i] >= '0' && line.data[i] <= '9' ? status * 10 + (line.data[i] - '0')
                                                                : -1000;
        }
        reply->is_cut = line.len == 7 && memcmp(line.data + 3, " cut", 4) == 0;
        if (status < 200 || status > 599 || (line.len != 3 && !reply->is_cut)) {
            return wrong(r, "a reply begins with a status from 200 to 599, perhaps followed by "
                            "\"cut\", or with \"none\"");
        }
        reply->status = status;
        const fov_status rc = read_chunks(r, &reply->chunks);
        if (rc < 0) {
            return rc;
        }
    }
    return read_rest(r, &reply->headers, &reply->body);
}

static fov_status read_exchange(struct reader *r, struct fov_wire_exchange *exchange)
{
    const struct fov_span title = next_line(r);
    exchange->is_exact = span_is(title, "=== request exact");
    if (!exchange->is_exact && !span_is(title, "=== request")) {
        return wrong(r, "a section \"=== request\" or \"=== request exact\" is expected");
    }
    const fov_status rc = read_request(r, exchange);
    if (rc < 0) {
        return rc;
    }
    if (r->at == r->end || !span_is(next_line(r), "=== reply")) {
        return wrong(r, "a section \"=== reply\" is expected behind the request");
    }
    return read_reply(r, &exchange->reply);
}

fov_status fov__wire_file_parse(struct fov_wire_file *out, fov_context *ctx, fov_bytes *text,
                                const char *name, fov_error *err)
{
    fov_status rc = FOV_OK;
    memset(out, 0, sizeof(*out));
    out->ctx = ctx;
    out->text = *text;
    *text = (fov_bytes){NULL, 0, NULL};
    struct reader r = {.name = name, .line = 1, .err = err};
    r.text = r.at = (const char *)out->text.data;
    r.end = r.text + out->text.size;
    while (r.at < r.end) {
        const struct fov_span line = peek_line(&r);
        if (line.len == 0 || line.data[0] == '#') {
            (void)next_line(&r);
            continue;
        }
        if (!fov__grow(ctx, &out->exchanges, &out->capacity, out->count + 1,
                       sizeof(*out->exchanges))) {
            rc = fov__fail_memory(err, "wire", sizeof(*out->exchanges));
            break;
        }
        memset(&out->exchanges[out->count], 0, sizeof(*out->exchanges));
        rc = read_exchange(&r, &out->exchanges[out->count]);
        if (rc < 0) {
            break;
        }
        out->count++;
    }
    if (rc == FOV_OK && out->count == 0) {
        rc = wrong(&r, "the file holds no exchange");
    }
    if (rc < 0) {
        fov__wire_file_free(out);
    }
    return rc;
}

void fov__wire_file_free(struct fov_wire_file *file)
{
    if (file->ctx != NULL) {
        fov__free(file->ctx, file->exchanges);
    }
    fov_bytes_free(&file->text);
    memset(file, 0, sizeof(*file));
}
