/* SPDX-License-Identifier: MIT */
/* Text as the reference scorers see it: Python's strings. Only what they do to a string is here;
 * what it means is score.c's. No locale, no tables of Unicode: lower case covers the scripts that
 * have one and are printed on charts. */
#include "batch/batch_internal.h"

static const uint32_t REPLACEMENT = 0xfffd;

fov_status fov__runes_new(struct fov_runes *out, fov_context *ctx, const char *text, fov_error *err)
{
    const size_t len = strlen(text);

    out->ctx = ctx;
    out->count = 0;
    out->at = NULL;
    if (len > SIZE_MAX / sizeof(*out->at) - 1)
        return fov__fail_memory(err, "score", len);
    out->at = fov__alloc(ctx, (len + 1) * sizeof(*out->at));
    if (!out->at)
        return fov__fail_memory(err, "score", len * sizeof(*out->at));
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        const size_t n = fov__utf8_next(text + i, len - i, &code);

        out->at[out->count++] = n ? code : REPLACEMENT;
        i += n ? n : 1;
    }
    return FOV_OK;
}

void fov__runes_drop(struct fov_runes *runes)
{
    fov__free(runes->ctx, runes->at);
    runes->at = NULL;
    runes->count = 0;
}

bool fov__runes_equal(const struct fov_runes *a, const struct fov_runes *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->at, b->at, a->count * sizeof(*a->at)) == 0);
}

static uint32_t lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
        (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) || (c >= 0x410 && c <= 0x42f))
        return c + 32;
    /* Latin Extended-A alternates, from 139 to 148 and from 179 to 17e with the capital on the odd
     * code; 130 and 178 have no partner beside them, 138 and 149 are small. */
    if (c == 0x178)
        return 0xff;
    if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
        return c & 1 ? c + 1 : c;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if (c >= 0x531 && c <= 0x556)
        return c + 48;
    if (c == 0x386)
        return 0x3ac;
    if (c >= 0x388 && c <= 0x38a)
        return c + 37;
    if (c == 0x38c)
        return 0x3cc;
    if (c == 0x38e || c == 0x38f)
        return c + 63;
    if (c >= 0x1e00 && c <= 0x1eff && (c < 0x1e96 || c > 0x1e9f))
        return c | 1; /* Vietnamese among them */
    return c;
}

void fov__runes_lower(struct fov_runes *runes)
{
    for (size_t i = 0; i < runes->count; i++)
        runes->at[i] = lower(runes->at[i]);
}

bool fov__rune_is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

bool fov__rune_is_word(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_';
    if (c < 0xc0)
        return c == 0xaa || c == 0xb5 || c == 0xba || c == 0xb2 || c == 0xb3 || c == 0xb9 ||
               (c >= 0xbc && c <= 0xbe);
    if (c == 0xd7 || c == 0xf7)
        return false;
    /* Punctuation, symbols, arrows, drawing; then that of East Asia and its wide forms. */
    return !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x20a0 && c <= 0x20ff) &&
           !(c >= 0x2190 && c <= 0x245f) && !(c >= 0x2500 && c <= 0x2bff) &&
           !(c >= 0x3000 && c <= 0x3003) && !(c >= 0x3008 && c <= 0x3020) &&
           !(c >= 0xff01 && c <= 0xff0f) && c != REPLACEMENT;
}

void fov__runes_squeeze(struct fov_runes *runes)
{
    size_t n = 0;
    bool is_gap = false;

    for (size_t i = 0; i < runes->count; i++) {
        if (fov__rune_is_space(runes->at[i])) {
            is_gap = n > 0;
            continue;
        }
        if (is_gap)
            runes->at[n++] = ' ';
        is_gap = false;
        runes->at[n++] = runes->at[i];
    }
    runes->count = n;
}

/* ---- float() -------------------------------------------------------------------------------- */

static size_t space_at(const char *text, size_t len)
{
    uint32_t code = 0;
    const size_t n = fov__utf8_next(text, len, &code);

    return n && fov__rune_is_space(code) ? n : 0;
}

static struct fov_span strip(const char *text, size_t len)
{
    struct fov_span s = {text, len};
    size_t n;

    while (s.len && (n = space_at(s.data, s.len)) > 0) {
        s.data += n;
        s.len -= n;
    }
    for (size_t back = 1; back <= 3 && back <= s.len; back++) {
        if (space_at(s.data + s.len - back, back) != back)
            continue;
        s.len -= back;
        back = 0;
    }
    return s;
}

static bool is_word(struct fov_span s, const char *word)
{
    if (s.len != strlen(word))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((s.data[i] | 32) != word[i])
            return false;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits with single underscores between them, copied without; false when there is none. */
static bool take_digits(struct fov_span *s, char *out, size_t size, size_t *n)
{
    const size_t before = *n;

    while (s->len && *n + 1 < size) {
        const bool joins = s->data[0] == '_' && *n > before && s->len > 1 && is_digit(s->data[1]);

        if (!joins && !is_digit(s->data[0]))
            break;
        if (!joins)
            out[(*n)++] = s->data[0];
        s->data++;
        s->len--;
    }
    return *n > before;
}

static bool take_one(struct fov_span *s, const char *set)
{
    if (!s->len || !strchr(set, s->data[0]))
        return false;
    s->data++;
    s->len--;
    return true;
}

/* 17 digits decide a double; a number that needs more than this many characters is none of ours. */
enum { DIGITS = 512 };

bool fov__python_float(const char *text, size_t len, double *out)
{
    struct fov_span s = strip(text, len);
    const bool is_negative = s.len && s.data[0] == '-';
    char number[2 * DIGITS + 16];
    size_t n = 0, whole;
    bool has_digits;

    take_one(&s, "+-");
    if (is_word(s, "inf") || is_word(s, "infinity") || is_word(s, "nan")) {
        const double zero = 0.0, inf = 1.0 / zero;

        *out = (s.data[0] | 32) == 'n' ? inf - inf : is_negative ? -inf : inf;
        return true;
    }
    has_digits = take_digits(&s, number, DIGITS, &n);
    /* JSON's grammar, which our reader wants, has one zero in front and digits around the point. */
    for (whole = 0; whole + 1 < n && number[whole] == '0';)
        whole++;
    memmove(number, number + whole, n - whole);
    n -= whole;
    if (!has_digits)
        number[n++] = '0';
    if (take_one(&s, ".")) {
        number[n++] = '.';
        if (take_digits(&s, number, DIGITS + n, &n))
            has_digits = true;
        else
            number[n++] = '0';
    }
    if (has_digits && take_one(&s, "eE")) {
        number[n++] = 'e';
        if (s.len && s.data[0] == '-')
            number[n++] = '-';
        take_one(&s, "+-");
        if (!take_digits(&s, number, sizeof(number), &n))
            return false;
    }
    if (!has_digits || s.len)
        return false;
    if (!fov__text_double(number, n, out)) { /* in the grammar, so too large */
        const double zero = 0.0;
        *out = 1.0 / zero;
    }
    *out = is_negative ? -*out : *out;
    return true;
}
