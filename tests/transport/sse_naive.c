/* SPDX-License-Identifier: MIT */
#include "transport/sse_naive.h"

#include <stdlib.h>

void sse_show(struct fov_buf *out, const struct fov_sse_event *event)
{
    fov__buf_add(out, event->name.data, event->name.len);
    fov__buf_adds(out, " id=");
    fov__buf_add(out, event->id.data, event->id.len);
    fov__buf_addf(out, " retry=%lld %zu:", (long long)event->retry_ms, event->data.len);
    fov__buf_add(out, event->data.data, event->data.len);
    fov__buf_addc(out, '\n');
}

/* By arithmetic: decode, then ask whether the code point may be written so. */
static bool is_utf8(const char *text, size_t len)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        const size_t n = s[i] < 0x80           ? 1
                         : (s[i] >> 5) == 6    ? 2
                         : (s[i] >> 4) == 0xe  ? 3
                         : (s[i] >> 3) == 0x1e ? 4
                                               : 0;
        if (n == 0 || i + n > len) {
            return false;
        }
        uint32_t code = n == 1 ? s[i] : s[i] & ((1u << (7 - n)) - 1);
        for (size_t k = 1; k < n; k++) {
            if ((s[i + k] >> 6) != 2) {
                return false;
            }
            code = code * 64 + (s[i + k] & 63u);
        }
        if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
            return false;
        }
        i += n;
    }
    return true;
}

struct naive {
    struct fov_buf *out;
    char *data, *name, *id; /* each as large as the stream */
    size_t data_len, name_len, id_len, max;
    int64_t retry;
};

static fov_status empty_line(struct naive *s)
{
    fov_status rc = FOV_OK;
    if (s->data_len > 0) {
        if (!is_utf8(s->data, s->data_len) || !is_utf8(s->name, s->name_len) ||
            !is_utf8(s->id, s->id_len)) {
            rc = FOV_E_PROVIDER;
        } else {
            const struct fov_sse_event event = {
                .name = {s->name_len > 0 ? s->name : "message", s->name_len > 0 ? s->name_len : 7},
                .data = {s->data, s->data_len - 1},
                .id = {s->id, s->id_len},
                .retry_ms = s->retry};
            sse_show(s->out, &event);
        }
    }
    s->data_len = 0;
    s->name_len = 0;
    return rc;
}

static int64_t number(const char *text, size_t len, int64_t otherwise)
{
    int64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return otherwise;
        }
    }
    for (size_t i = 0; i < len; i++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text[i] - '0', &value)) {
            return INT64_MAX;
        }
    }
    return len > 0 ? value : otherwise;
}

static bool named(const char *line, size_t len, const char *name)
{
    return len == strlen(name) && memcmp(line, name, len) == 0;
}

static fov_status some_line(struct naive *s, const char *line, size_t len, bool is_whole)
{
    const char *colon = memchr(line, ':', len);
    const size_t name = colon == NULL ? len : (size_t)(colon - line);
    size_t skip = colon == NULL ? len : name + 1;
    if (len > s->max) {
        return FOV_E_LIMIT;
    }
    if (colon == NULL && !is_whole) {
        return FOV_OK;
    }
    skip += skip < len && line[skip] == ' ' ? 1 : 0;
    const char *value = line + skip;
    const size_t size = len - skip;
    if (named(line, name, "data")) {
        if (s->data_len + s->name_len + size + (is_whole ? 1 : 0) > s->max) {
            return FOV_E_LIMIT;
        }
        memcpy(s->data + s->data_len, value, size);
        s->data_len += size;
        s->data[s->data_len++] = '\n';
    } else if (named(line, name, "event")) {
        if (s->data_len + size > s->max) {
            return FOV_E_LIMIT;
        }
        memcpy(s->name, value, size);
        s->name_len = size;
    } else if (named(line, name, "id")) {
        if (s->data_len + s->name_len + size > s->max) {
            return FOV_E_LIMIT;
        }
        if (is_whole && memchr(value, '\0', size) == NULL) {
            memcpy(s->id, value, size);
            s->id_len = size;
        }
    } else if (named(line, name, "retry") && is_whole) {
        s->retry = number(value, size, s->retry);
    }
    return FOV_OK;
}

fov_status sse_naive(struct fov_buf *out, const char *text, size_t len, size_t max)
{
    struct naive s = {.out = out,
                      .data = malloc(len + 2),
                      .name = malloc(len + 2),
                      .id = malloc(len + 2),
                      .max = max,
                      .retry = -1};
    fov_status rc = FOV_OK;
    if (s.data == NULL || s.name == NULL || s.id == NULL) {
        abort();
    }
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    for (size_t at = 0; at < len && rc == FOV_OK;) {
        size_t n = 0;
        while (at + n < len && text[at + n] != '\n' && text[at + n] != '\r') {
            n++;
        }
        const bool is_whole = at + n < len;
        rc = n > 0 ? some_line(&s, text + at, n, is_whole) : empty_line(&s);
        const bool is_pair = is_whole && text[at + n] == '\r' && at + n + 1 < len &&
                             text[at + n + 1] == '\n';
        at += n + (is_pair ? 2 : 1);
    }
    free(s.data);
    free(s.name);
    free(s.id);
    return rc;
}
