/* SPDX-License-Identifier: MIT */
/* The strict reader that stands in front of cJSON, which is lax, and finds the raw text of values:
 * a model's items are kept and sent back byte for byte. It builds no tree and never changes or
 * copies what it reads. Grammar: RFC 8259. */
#include "base/base_internal.h"

#include <stdlib.h>

/* Recursion ends here even where a caller allows more; cJSON has the same limit. */
enum { DEPTH_MAX = 1000 };

/* A member's name, for finding it twice: where it begins, and a hash of what it means, since
 * "a" and "\u0061" are the same name. */
struct name {
    uint64_t hash;
    const char *text; /* behind its opening quote */
};

struct scan {
    fov_context *ctx;
    const char *text, *at, *end;
    uint32_t depth;
    fov_error *err;
    struct name *names; /* of all objects that are open, outermost first */
    size_t count, cap;
};

static fov_status wrong(const struct scan *s, const char *at, const char *what)
{
    return fov__fail(s->err, FOV_E_ARG, 0, "json", "%s at byte %zu", what, (size_t)(at - s->text));
}

static void skip_space(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of a \u escape, or -1. */
static int32_t hex4(const char *at, const char *end)
{
    int32_t v = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_of(at[i]);
        if (digit < 0)
            return -1;
        v = v << 4 | digit;
    }
    return v;
}

/* s->at is behind the backslash. */
static fov_status scan_escape(struct scan *s)
{
    const char *start = s->at - 1;
    if (s->at == s->end)
        return wrong(s, start, "an escape is cut short");
    const char kind = *s->at++;
    if (kind != 'u') {
        if (strchr("\"\\/bfnrt", kind) == NULL || kind == '\0')
            return wrong(s, start, "an escape that JSON does not have");
        return FOV_OK;
    }
    const int32_t unit = hex4(s->at, s->end);
    if (unit < 0)
        return wrong(s, start, "\\u without four hexadecimal digits");
    s->at += 4;
    if (unit < 0xd800 || unit > 0xdfff)
        return FOV_OK;
    const bool pair = unit < 0xdc00 && s->end - s->at >= 6 && s->at[0] == '\\' && s->at[1] == 'u';
    const int32_t second = pair ? hex4(s->at + 2, s->end) : -1;
    if (second < 0xdc00 || second > 0xdfff)
        return wrong(s, start, "half of a surrogate pair stands alone");
    s->at += 6;
    return FOV_OK;
}

static fov_status scan_string(struct scan *s)
{
    uint32_t code;
    const char *start = s->at++;
    while (s->at < s->end) {
        const unsigned char c = (unsigned char)*s->at;
        if (c == '"') {
            s->at++;
            return FOV_OK;
        }
        if (c == '\\') {
            s->at++;
            const fov_status rc = scan_escape(s);
            if (rc < 0)
                return rc;
        } else if (c < 0x20) {
            return wrong(s, s->at, "a control character that must be escaped in a string");
        } else {
            const size_t n = fov__utf8_next(s->at, (size_t)(s->end - s->at), &code);
            if (n == 0)
                return wrong(s, s->at, "a byte that is not UTF-8");
            s->at += n;
        }
    }
    return wrong(s, start, "a string that does not end");
}

static bool scan_digits(struct scan *s)
{
    const char *start = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > start;
}

static fov_status scan_number(struct scan *s)
{
    const char *start = s->at;
    if (*s->at == '-')
        s->at++;
    const char *whole = s->at;
    if (!scan_digits(s))
        return wrong(s, start, "a minus without a number");
    if (*whole == '0' && s->at - whole > 1)
        return wrong(s, start, "a number with a leading zero");
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        if (!scan_digits(s))
            return wrong(s, start, "a number without digits behind its point");
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        s->at++;
        if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
            s->at++;
        if (!scan_digits(s))
            return wrong(s, start, "a number without digits in its exponent");
    }
    return FOV_OK;
}

static fov_status scan_word(struct scan *s, const char *word)
{
    const size_t len = strlen(word);
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
        return wrong(s, s->at, "a word that is not true, false or null");
    s->at += len;
    return FOV_OK;
}

/* The next character of a string that was found right; UINT32_MAX at its closing quote. */
static uint32_t name_next(const char **at)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char *p = *at;
    uint32_t code = UINT32_MAX;
    if (*p == '"')
        return code;
    if (*p != '\\') {
        /* Right UTF-8, with a quote behind it: four bytes are never past the end of a character. */
        *at += fov__utf8_next(p, 4, &code);
        return code;
    }
    if (p[1] != 'u') {
        const char *known = strchr(from, p[1]);
        *at += 2;
        return known != NULL ? (unsigned char)to[known - from] : (unsigned char)p[1];
    }
    code = (uint32_t)hex4(p + 2, p + 6);
    *at += 6;
    if (code >= 0xd800 && code < 0xdc00) {
        code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)hex4(p + 8, p + 12) - 0xdc00);
        *at += 6;
    }
    return code;
}

/* FNV-1a over characters. It only sorts: names that are equal by bad luck or by design are told
 * apart below, in the same order. */
static uint64_t name_hash(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (uint32_t c; (c = name_next(&text)) != UINT32_MAX;)
        hash = (hash ^ c) * 1099511628211u;
    return hash;
}

static int name_order(const void *left, const void *right)
{
    const struct name *a = left, *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    const char *p = a->text, *q = b->text;
    for (;;) {
        const uint32_t c = name_next(&p), d = name_next(&q);
        if (c != d)
            return c < d ? -1 : 1;
        if (c == UINT32_MAX)
            return 0;
    }
}

/* Sorting makes an object of n names cost n log n, whatever they hash to. */
static fov_status check_names(struct scan *s, size_t first)
{
    struct name *names = s->names + first;
    const size_t count = s->count - first;
    if (count > 1)
        qsort(names, count, sizeof(*names), name_order);
    for (size_t i = 1; i < count; i++) {
        if (name_order(&names[i - 1], &names[i]) == 0) {
            const char *later =
                names[i - 1].text > names[i].text ? names[i - 1].text : names[i].text;
            return wrong(s, later - 1, "a key that its object has already");
        }
    }
    s->count = first;
    return FOV_OK;
}

static fov_status scan_value(struct scan *s, uint32_t depth);

static fov_status scan_key(struct scan *s)
{
    if (s->at == s->end || *s->at != '"')
        return wrong(s, s->at, "something other than a key in quotes");
    if (!fov__grow(s->ctx, &s->names, &s->cap, s->count + 1, sizeof(*s->names)))
        return fov__fail_memory(s->err, "json", (s->count + 1) * sizeof(*s->names));
    const char *text = s->at + 1;
    const fov_status rc = scan_string(s);
    if (rc < 0)
        return rc;
    s->names[s->count++] = (struct name){name_hash(text), text};
    skip_space(s);
    if (s->at == s->end || *s->at != ':')
        return wrong(s, s->at, "a key without a colon behind it");
    s->at++;
    return FOV_OK;
}

/* An object or an array; s->at is on its bracket. */
static fov_status scan_container(struct scan *s, uint32_t depth)
{
    const bool is_object = *s->at == '{';
    const char close = is_object ? '}' : ']';
    const size_t first = s->count;
    if (depth >= s->depth)
        return fov__fail(s->err, FOV_E_LIMIT, 0, "json",
                         "arrays and objects nested deeper than %u at byte %zu", s->depth,
                         (size_t)(s->at - s->text));
    s->at++;
    skip_space(s);
    if (s->at < s->end && *s->at == close) {
        s->at++;
        return FOV_OK;
    }
    for (;;) {
        skip_space(s);
        fov_status rc = is_object ? scan_key(s) : FOV_OK;
        if (rc == FOV_OK)
            rc = scan_value(s, depth + 1);
        if (rc < 0)
            return rc;
        skip_space(s);
        if (s->at == s->end)
            return wrong(s, s->at,
                         is_object ? "an object that does not end" : "an array that does not end");
        const char c = *s->at;
        if (c != ',' && c != close)
            return wrong(s, s->at,
                         is_object ? "neither a comma nor } behind a member"
                                   : "neither a comma nor ] behind an element");
        s->at++;
        if (c == close)
            return is_object ? check_names(s, first) : FOV_OK;
    }
}

static fov_status scan_value(struct scan *s, uint32_t depth)
{
    skip_space(s);
    if (s->at == s->end)
        return wrong(s, s->at, "the text ends where a value must stand");
    switch (*s->at) {
    case '{':
    case '[':
        return scan_container(s, depth);
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    default:
        if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
            return scan_number(s);
        return wrong(s, s->at, "something that no value begins with");
    }
}

fov_status fov__json_check(fov_context *ctx, const char *text, size_t len, uint32_t depth,
                           uint64_t size, fov_error *err)
{
    if (text == NULL)
        text = "", len = 0;
    struct scan s = {.ctx = ctx, .text = text, .at = text, .end = text + len, .err = err};
    s.depth = depth < DEPTH_MAX ? depth : DEPTH_MAX;
    if (len > size)
        return fov__fail(err, FOV_E_LIMIT, 0, "json",
                         "%zu bytes of JSON where at most %llu are read", len,
                         (unsigned long long)size);
    fov_status rc = scan_value(&s, 0);
    if (rc == FOV_OK) {
        skip_space(&s);
        if (s.at < s.end)
            rc = wrong(&s, s.at, "something behind the end of the value");
    }
    fov__free(ctx, s.names);
    if (rc == FOV_OK)
        fov__ok(err);
    return rc;
}

/* The functions below walk text that was found right, and need not look for its end. */

static void pass_string(struct scan *s)
{
    for (s->at++; *s->at != '"'; s->at++)
        s->at += *s->at == '\\';
    s->at++;
}

static void pass_value(struct scan *s)
{
    size_t open = 0;
    do {
        skip_space(s);
        if (*s->at == '"') {
            pass_string(s);
            skip_space(s);
        } else if (strchr("{[", *s->at) != NULL) {
            open++;
            s->at++;
        } else if (strchr("}]", *s->at) != NULL) {
            open--;
            s->at++;
        } else if (strchr(",:", *s->at) != NULL) {
            s->at++;
        } else {
            while (s->at < s->end && strchr(" \n\t\r,:]}", *s->at) == NULL)
                s->at++;
        }
    } while (open > 0);
}

static bool name_is(const char *text, const char *name)
{
    size_t left = strlen(name);
    while (left > 0) {
        uint32_t code = 0;
        const size_t n = fov__utf8_next(name, left, &code);
        if (n == 0 || name_next(&text) != code)
            return false;
        name += n;
        left -= n;
    }
    return *text == '"';
}

/* Enter the container at s->at and stop at the value that `step` names. */
static bool descend(struct scan *s, const char *step)
{
    const bool is_object = *s->at == '{';
    size_t index = 0;
    if (!is_object && *s->at != '[')
        return false;
    for (const char *p = step; !is_object && (*p != '\0' || p == step); p++) {
        if (*p < '0' || *p > '9' || index > SIZE_MAX / 10 - 1)
            return false;
        index = index * 10 + (size_t)(*p - '0');
    }
    s->at++;
    for (;;) {
        skip_space(s);
        if (*s->at == ']' || *s->at == '}')
            return false;
        bool found = index == 0;
        if (is_object) {
            found = name_is(s->at + 1, step);
            pass_string(s);
            skip_space(s);
            s->at++; /* the colon */
            skip_space(s);
        }
        if (found)
            return true;
        index -= !is_object;
        pass_value(s);
        skip_space(s);
        s->at += *s->at == ',';
    }
}

struct fov_span fov__json_raw(const char *text, size_t len, const char *const *path)
{
    struct scan s = {.text = text, .at = text, .end = text + len};
    skip_space(&s);
    for (; *path != NULL; path++) {
        if (!descend(&s, *path))
            return (struct fov_span){NULL, 0};
    }
    const char *start = s.at;
    pass_value(&s);
    const char *end = s.at;
    while (strchr(" \n\t\r", end[-1]) != NULL)
        end--;
    return (struct fov_span){start, (size_t)(end - start)};
}
