/* SPDX-License-Identifier: MIT */
/* Numbers as text, UTF-8 and names, the same in every locale. Recipes are hashed as text, so a
 * double must have one spelling; nothing here may depend on setlocale() or allocate. */
#include "base/base_internal.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* No double needs more than 767 significant digits to be told from its neighbours' midpoints;
 * behind that only "something follows" matters. */
enum { DIGITS_MAX = 800 };

/* A decimal number taken apart: 0.d1d2d3… times ten to the power of `point`. */
struct decimal {
    bool negative;
    int point;
    size_t len;
    char digit[DIGITS_MAX + 1];
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void add_digit(struct decimal *d, char c)
{
    if (d->len == 0 && c == '0')
        return; /* leading zeros only move the point, which the caller counts */
    if (d->len < DIGITS_MAX)
        d->digit[d->len++] = c;
    else if (c != '0')
        d->digit[DIGITS_MAX - 1] = '1'; /* sticky: above the midpoint by something */
}

/* JSON's grammar: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? and nothing else. */
static bool take_apart(const char *text, size_t len, struct decimal *d)
{
    /* Exponents past this are out of a double's range whatever the digits are; counting further
     * could overflow. Texts are far shorter than this many digits. */
    const int far = 100000000;
    size_t i = 0;
    int scale = 0;
    d->len = 0;
    d->point = 0;
    d->negative = len > 0 && text[0] == '-';
    i += d->negative;
    if (i == len || !is_digit(text[i]) || (text[i] == '0' && i + 1 < len && is_digit(text[i + 1])))
        return false;
    for (; i < len && is_digit(text[i]); i++) {
        add_digit(d, text[i]);
        d->point += d->len > 0 && d->point < far;
    }
    if (i < len && text[i] == '.') {
        const size_t first = ++i;
        for (; i < len && is_digit(text[i]); i++) {
            d->point -= d->len == 0 && text[i] == '0' && d->point > -far;
            add_digit(d, text[i]);
        }
        if (i == first)
            return false;
    }
    if (i < len && (text[i] == 'e' || text[i] == 'E')) {
        i++;
        const bool down = i < len && text[i] == '-';
        i += i < len && (text[i] == '-' || text[i] == '+');
        const size_t first = i;
        for (; i < len && is_digit(text[i]); i++)
            scale = scale < far ? scale * 10 + (text[i] - '0') : scale;
        if (i == first)
            return false;
        d->point += down ? -scale : scale;
    }
    return i == len;
}

/* Give strtod() whole digits and an exponent: without a decimal point its result does not depend on
 * the locale, and the C library rounds correctly. */
static double put_together(const struct decimal *d)
{
    char text[DIGITS_MAX + 32];
    if (d->len == 0)
        return d->negative ? -0.0 : 0.0;
    memcpy(text, d->digit, d->len);
    fov__format(text + d->len, sizeof(text) - d->len, "e%d", d->point - (int)d->len);
    const int before = errno;
    const double value = strtod(text, NULL);
    errno = before;
    return d->negative ? -value : value;
}

bool fov__text_double(const char *text, size_t len, double *out)
{
    struct decimal d;
    if (!take_apart(text, len, &d))
        return false;
    const double value = put_together(&d);
    if (!(value - value == 0)) /* above DBL_MAX */
        return false;
    *out = value;
    return true;
}

/* The `count` digits nearest to a positive value. printf's decimal point depends on the locale, so
 * it is stepped over, whatever it is. */
static void nearest_digits(double value, int count, struct decimal *d)
{
    char text[64];
    fov__format(text, sizeof(text), "%.*e", count - 1, value);
    const char *exponent = strchr(text, 'e');
    d->negative = false;
    d->len = 0;
    for (const char *p = text; p < exponent; p++) {
        if (is_digit(*p))
            d->digit[d->len++] = *p;
    }
    d->point = 1 + (int)strtol(exponent + 1, NULL, 10);
}

static bool next_up(struct decimal *d)
{
    for (size_t i = d->len; i-- > 0;) {
        if (d->digit[i] != '9') {
            d->digit[i]++;
            return true;
        }
        d->digit[i] = '0';
    }
    return false;
}

/* Find the shortest digits that read back as `value` (positive, finite). 15 digits are enough to
 * name every decimal that has at most 15 (DBL_DIG), so where 15 read back, those without their
 * zeros are the shortest; only subnormals, which have fewer good digits, must begin at one. */
static void shortest_digits(double value, struct decimal *d)
{
    int exponent;
    const bool at_power = frexp(value, &exponent) == 0.5;
    for (int count = value < DBL_MIN ? 1 : DBL_DIG; count < DBL_DECIMAL_DIG; count++) {
        nearest_digits(value, count, d);
        if (put_together(d) == value)
            goto trim;
        /* At a power of two the neighbour above is twice as far as the one below, so digits above
         * may read back where the nearest, below, do not. */
        if (at_power && next_up(d) && put_together(d) == value)
            goto trim;
    }
    nearest_digits(value, DBL_DECIMAL_DIG, d);
trim:
    while (d->len > 1 && d->digit[d->len - 1] == '0')
        d->len--;
}

/* Write digits as ECMAScript does: an exponent only below 1e-6 or from 1e21 on. */
static size_t spell(char *out, const struct decimal *d)
{
    const int len = (int)d->len;
    char *p = out;
    if (d->point > 21 || d->point < -5) {
        *p++ = d->digit[0];
        if (len > 1) {
            *p++ = '.';
            memcpy(p, d->digit + 1, d->len - 1);
            p += len - 1;
        }
        fov__format(p, 8, "e%d", d->point - 1);
        return strlen(out);
    }
    if (d->point <= 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = d->point; i < 0; i++)
            *p++ = '0';
    }
    for (int i = 0; i < len; i++) {
        if (i == d->point && i > 0)
            *p++ = '.';
        *p++ = d->digit[i];
    }
    for (int i = len; i < d->point; i++)
        *p++ = '0';
    *p = '\0';
    return (size_t)(p - out);
}

size_t fov__double_text(char *out, double value)
{
    struct decimal d;
    char *p = out;
    if (!(value - value == 0)) {
        memcpy(out, "null", 5);
        return 4;
    }
    if (signbit(value)) {
        *p++ = '-';
        value = -value;
    }
    if (value == 0) {
        memcpy(p, "0", 2);
        return (size_t)(p - out) + 1;
    }
    if (value < 9007199254740992.0 && value == (double)(int64_t)value) {
        fov__format(p, 20, "%lld", (long long)value);
        return strlen(out);
    }
    shortest_digits(value, &d);
    return (size_t)(p - out) + spell(p, &d);
}

size_t fov__utf8_next(const char *text, size_t len, uint32_t *code)
{
    const unsigned char *s = (const unsigned char *)text;
    if (len == 0)
        return 0;
    if (s[0] < 0x80) {
        *code = s[0];
        return 1;
    }
    /* Unicode's table 3-7: the second byte's range is what keeps out overlong forms, surrogates and
     * what lies above U+10FFFF. */
    const size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    const unsigned low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
    const unsigned high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;
    if (s[0] < 0xc2 || s[0] > 0xf4 || len < n || s[1] < low || s[1] > high)
        return 0;
    uint32_t v = s[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (s[i] & 0x3fu);
    }
    *code = v;
    return n;
}

bool fov__utf8_valid(const char *text, size_t len)
{
    uint32_t code;
    while (len > 0) {
        const size_t n = fov__utf8_next(text, len, &code);
        if (n == 0)
            return false;
        text += n;
        len -= n;
    }
    return true;
}

/* U+0085, U+2028 and U+2029 end lines too. What results is shown in terminals and to models. */
void fov__text_plain(char *text)
{
    const size_t len = strlen(text);
    size_t to = 0;
    for (size_t from = 0; from < len;) {
        uint32_t code = 0;
        const size_t n = fov__utf8_next(text + from, len - from, &code);
        if (n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 ||
            code == 0x2029) {
            text[to++] = '?';
            from += n == 0 ? 1 : n;
            continue;
        }
        memmove(text + to, text + from, n);
        to += n;
        from += n;
    }
    text[to] = '\0';
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : (unsigned char)c;
}

int fov__ascii_casecmp(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) - lower(*b);
}

/* One row of the usual table. Names are short; the cap keeps a hostile argument from costing its
 * square. */
int fov__edit_distance(const char *a, const char *b)
{
    enum { CAP = 64 };
    const size_t len_a = strnlen(a, CAP), len_b = strnlen(b, CAP);
    int row[CAP + 1];
    for (size_t j = 0; j <= len_b; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= len_a; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= len_b; j++) {
            const int change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            int best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = change < best ? change : best;
        }
    }
    return row[len_b];
}
