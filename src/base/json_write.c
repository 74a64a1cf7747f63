/* SPDX-License-Identifier: MIT */
/* Writing JSON into a bounded buffer: compact, with commas and colons placed here. The same calls
 * give the same bytes, since recipes and requests are hashed and re-sent. Whatever bytes a string
 * holds, the output is UTF-8. */
#include "base/base_internal.h"

enum { DEPTH_MAX = 64 }; /* bits of has_item */

void fov__jw_init(struct fov_jw *jw, struct fov_buf *buf)
{
    jw->buf = buf;
    jw->depth = 0;
    jw->has_item = 0;
}

/* JSON's two short escapes that matter, its five letters, and \u00xx for the other controls. Bytes
 * that are not UTF-8 become U+FFFD, one for each. */
static void add_text(struct fov_buf *buf, const char *text, size_t len)
{
    static const char letters[32] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    size_t plain = 0; /* first byte not written yet */
    fov__buf_addc(buf, '"');
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        const size_t n = fov__utf8_next(text + i, len - i, &code);
        if (n > 0 && code >= 0x20 && code != '"' && code != '\\') {
            i += n;
            continue;
        }
        fov__buf_add(buf, text + plain, i - plain);
        if (n == 0)
            fov__buf_adds(buf, "\xef\xbf\xbd");
        else if (code >= 0x20)
            fov__buf_addf(buf, "\\%c", (char)code);
        else if (letters[code] != 0)
            fov__buf_addf(buf, "\\%c", letters[code]);
        else
            fov__buf_addf(buf, "\\u%04x", (unsigned)code);
        i += n > 0 ? n : 1;
        plain = i;
    }
    fov__buf_add(buf, text + plain, len - plain);
    fov__buf_addc(buf, '"');
}

static void begin(struct fov_jw *jw, const char *key)
{
    const uint64_t bit = UINT64_C(1) << (jw->depth % DEPTH_MAX);
    if (jw->has_item & bit)
        fov__buf_addc(jw->buf, ',');
    jw->has_item |= bit;
    if (key != NULL) {
        add_text(jw->buf, key, strlen(key));
        fov__buf_addc(jw->buf, ':');
    }
}

static void enter(struct fov_jw *jw, const char *key, char bracket)
{
    begin(jw, key);
    fov__buf_addc(jw->buf, bracket);
    if (jw->depth + 1 >= DEPTH_MAX) {
        if (jw->buf->status == FOV_OK)
            jw->buf->status = FOV_E_LIMIT;
        return;
    }
    jw->depth++;
    jw->has_item &= ~(UINT64_C(1) << jw->depth);
}

static void leave(struct fov_jw *jw, char bracket)
{
    fov__buf_addc(jw->buf, bracket);
    if (jw->depth > 0)
        jw->depth--;
}

void fov__jw_object(struct fov_jw *jw, const char *key)
{
    enter(jw, key, '{');
}

void fov__jw_array(struct fov_jw *jw, const char *key)
{
    enter(jw, key, '[');
}

void fov__jw_end_object(struct fov_jw *jw)
{
    leave(jw, '}');
}

void fov__jw_end_array(struct fov_jw *jw)
{
    leave(jw, ']');
}

void fov__jw_string(struct fov_jw *jw, const char *key, const char *text)
{
    if (text == NULL)
        fov__jw_null(jw, key);
    else
        fov__jw_string_n(jw, key, text, strlen(text));
}

void fov__jw_string_n(struct fov_jw *jw, const char *key, const char *text, size_t len)
{
    begin(jw, key);
    add_text(jw->buf, text, len);
}

void fov__jw_number(struct fov_jw *jw, const char *key, double value)
{
    char text[32];
    const size_t len = fov__double_text(text, value);
    fov__jw_raw(jw, key, text, len);
}

void fov__jw_int(struct fov_jw *jw, const char *key, int64_t value)
{
    begin(jw, key);
    fov__buf_addf(jw->buf, "%lld", (long long)value);
}

void fov__jw_bool(struct fov_jw *jw, const char *key, bool value)
{
    begin(jw, key);
    fov__buf_adds(jw->buf, value ? "true" : "false");
}

void fov__jw_null(struct fov_jw *jw, const char *key)
{
    begin(jw, key);
    fov__buf_adds(jw->buf, "null");
}

void fov__jw_raw(struct fov_jw *jw, const char *key, const char *json, size_t len)
{
    begin(jw, key);
    fov__buf_add(jw->buf, json, len);
}

/* Recursion is as deep as the document, which its parser has bounded. */
void fov__jw_value(struct fov_jw *jw, const char *key, const fov_json_value *value)
{
    double number = 0;
    bool truth = false;
    switch (fov__json_type(value)) {
    case FOV_JSON_NULL:
        fov__jw_null(jw, key);
        return;
    case FOV_JSON_BOOL:
        fov__json_bool(value, &truth);
        fov__jw_bool(jw, key, truth);
        return;
    case FOV_JSON_NUMBER:
        fov__json_number(value, &number);
        fov__jw_number(jw, key, number);
        return;
    case FOV_JSON_STRING:
        fov__jw_string(jw, key, fov__json_string(value));
        return;
    case FOV_JSON_ARRAY:
    case FOV_JSON_OBJECT:
        break;
    }
    const bool is_object = fov__json_type(value) == FOV_JSON_OBJECT;
    enter(jw, key, is_object ? '{' : '[');
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v))
        fov__jw_value(jw, is_object ? fov__json_key(v) : NULL, v);
    leave(jw, is_object ? '}' : ']');
}
