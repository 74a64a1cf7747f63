/* SPDX-License-Identifier: MIT */
/* Which addresses may be talked to. Stricter than RFC 3986 on purpose: two parsers that disagree
 * about where a host ends are how a key reaches the wrong one, so whatever curl could read
 * differently is refused here. Messages never show the query or a user name: both may hold keys. */
#include "transport/transport_internal.h"

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

static bool is_hex_or_colon(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
           c == '.';
}

/* 127.a.b.c in plain decimals only; the other spellings of that net are not taken for loopback,
 * which only ever makes the rules stricter. */
static bool is_loopback_host(const char *host)
{
    if (fov__ascii_casecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0) {
        return true;
    }
    if (strncmp(host, "127.", 4) != 0) {
        return false;
    }
    int parts = 1;
    const char *p = host + 4;
    while (parts < 4) {
        int value = 0;
        size_t digits = 0;
        while (p[digits] >= '0' && p[digits] <= '9' && digits < 4) {
            value = value * 10 + (p[digits] - '0');
            digits++;
        }
        if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && p[0] == '0')) {
            return false;
        }
        p += digits;
        parts++;
        if (parts < 4 && *p++ != '.') {
            return false;
        }
    }
    return *p == '\0';
}

/* Read the host at `p` into out->host and return what follows it; NULL when it is none. */
static const char *read_host(struct fov_url *out, const char *p)
{
    size_t len = 0;
    if (p[0] == '[') {
        len = 1;
        while (is_hex_or_colon(p[len])) {
            len++;
        }
        if (p[len] != ']' || len < 3) {
            return NULL;
        }
        len++;
    } else {
        while (is_host_char(p[len])) {
            len++;
        }
    }
    if (len == 0 || len >= sizeof(out->host)) {
        return NULL;
    }
    memcpy(out->host, p, len);
    out->host[len] = '\0';
    return p + len;
}

static const char *read_port(struct fov_url *out, const char *p)
{
    out->port = out->is_https ? 443 : 80;
    if (*p != ':') {
        return p;
    }
    int32_t port = 0;
    const char *start = ++p;
    while (*p >= '0' && *p <= '9' && p - start < 6) {
        port = port * 10 + (*p++ - '0');
    }
    if (p == start || port < 1 || port > 65535) {
        return NULL;
    }
    out->port = port;
    return p;
}

static bool is_target(const char *p)
{
    if (*p != '\0' && *p != '/' && *p != '?') {
        return false;
    }
    for (; *p != '\0'; p++) {
        if (*p <= ' ' || *p >= 0x7f || *p == '#' || *p == '\\' || *p == '"' || *p == '<' ||
            *p == '>') {
            return false;
        }
    }
    return true;
}

fov_status fov__url_parse(struct fov_url *out, const char *text, const char *where, fov_error *err)
{
    memset(out, 0, sizeof(*out));
    const size_t scheme = strcspn(text, ":");
    out->is_https = scheme == 5 && strncmp(text, "https", 5) == 0;
    if ((!out->is_https && !(scheme == 4 && strncmp(text, "http", 4) == 0)) ||
        strncmp(text + scheme, "://", 3) != 0) {
        return fov__fail(err, FOV_E_ARG, 0, where, "%s must begin with http:// or https://", where);
    }
    const char *p = text + scheme + 3;
    const size_t authority = strcspn(p, "/?#");
    if (memchr(p, '@', authority) != NULL) {
        return fov__fail(err, FOV_E_ARG, 0, where, "%s may not hold a user name or password",
                         where);
    }
    p = read_host(out, p);
    if (p != NULL) {
        p = read_port(out, p);
    }
    if (p == NULL || !is_target(p)) {
        return fov__fail(err, FOV_E_ARG, 0, where,
                         "%s is not an address of the form https://host:port/path", where);
    }
    out->is_loopback = is_loopback_host(out->host);
    out->target = p;
    const int path = (int)strcspn(p, "?");
    if (out->port == (out->is_https ? 443 : 80)) {
        fov__format(out->show, sizeof(out->show), "%s%.*s", out->host, path, p);
    } else {
        fov__format(out->show, sizeof(out->show), "%s:%d%.*s", out->host, (int)out->port, path, p);
    }
    return FOV_OK;
}

char *fov__url_join(fov_context *ctx, const char *base, const char *path)
{
    struct fov_buf buf;
    size_t head = strcspn(base, "?");
    const char *query = base + head;
    while (head > 0 && base[head - 1] == '/') {
        head--;
    }
    fov__buf_init(&buf, ctx, (size_t)64 * 1024);
    fov__buf_add(&buf, base, head);
    fov__buf_adds(&buf, path);
    fov__buf_adds(&buf, query);
    char *text = fov__buf_take_text(&buf);
    fov__buf_free(&buf);
    return text;
}
