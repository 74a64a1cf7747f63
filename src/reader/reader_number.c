/* SPDX-License-Identifier: MIT */
/* Numbers as charts print them: "13 136", "64.11%", "$5.2", "24.87% (2012)", "4.26 t", "2020*",
 * "'20". A comma or a space before exactly three digits groups; a comma before one or two is a
 * decimal point. It must never guess at what is no number. */
#include "reader/reader_internal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters that stand for digits in misread small print. */
static char as_digit(char c)
{
    static const char pairs[][2] = {{'O', '0'}, {'o', '0'}, {'Q', '0'}, {'D', '0'}, {'l', '1'},
                                    {'I', '1'}, {'i', '1'}, {'|', '1'}, {'Z', '2'}, {'z', '2'},
                                    {'A', '4'}, {'S', '5'}, {'s', '5'}, {'G', '6'}, {'b', '6'},
                                    {'T', '7'}, {'B', '8'}, {'g', '9'}, {'q', '9'}};
    for (size_t i = 0; i < FOV_COUNT(pairs); i++) {
        if (pairs[i][0] == c)
            return pairs[i][1];
    }
    return c;
}

/* Dashes, apostrophes and the euro in ASCII; a UTF-8 byte that is none of these becomes '?'. */
static void plain(char *out, size_t size, const char *text)
{
    static const struct {
        const char *from;
        char to;
    } table[] = {{"\xe2\x88\x92", '-'},  {"\xe2\x80\x93", '-'},  {"\xe2\x80\x94", '-'},
                 {"\xe2\x80\x98", '\''}, {"\xe2\x80\x99", '\''}, {"\xe2\x82\xac", '$'},
                 {"\xc2\xa3", '$'},      {"\xc2\xa0", ' '},      {"\xc2\xb0", '*'},
                 {"\xe2\x80\xa2", ' '},  {"\xc2\xb7", '.'}};
    size_t n = 0;
    for (const char *c = text; *c != '\0' && n + 1 < size; c++) {
        char to = *c;
        for (size_t i = 0; i < FOV_COUNT(table); i++) {
            const size_t len = strlen(table[i].from);
            if (strncmp(c, table[i].from, len) == 0) {
                to = table[i].to;
                c += len - 1;
                break;
            }
        }
        out[n++] = (unsigned char)to < 128 ? to : '?';
    }
    out[n] = '\0';
}

/* The digits of a number from *at on, grouping removed; false when there are none. */
static bool take_digits(const char **at, struct reader_number *out)
{
    char digits[40];
    size_t n = 0;
    const char *c = *at;
    bool has_point = false, is_grouped = false;
    out->decimals = 0;
    while (n + 2 < sizeof(digits)) {
        if (is_digit(*c)) {
            out->decimals += has_point;
            digits[n++] = *c++;
            continue;
        }
        const bool three = is_digit(c[0] == '\0' ? '\0' : c[1]) && is_digit(c[2]) &&
                           is_digit(c[3]) && !is_digit(c[4]);
        const size_t before = n;
        if ((*c == ' ' || *c == ',' || *c == '\'') && three && !has_point && before > 0 &&
            (is_grouped || before <= 3)) {
            is_grouped = true;
            c++;
            continue;
        }
        const bool is_point = *c == '.' || (*c == ',' && !is_grouped);
        if (is_point && is_digit(c[1]) && !has_point) {
            if (n == 0)
                digits[n++] = '0';
            digits[n++] = '.';
            has_point = true;
            c++;
            continue;
        }
        break;
    }
    /* JSON's grammar has no leading zeros; a label such as "007" is no number to us. */
    if (n == 0 || (n > 1 && digits[0] == '0' && digits[1] != '.'))
        return false;
    *at = c;
    return fov__text_double(digits, n, &out->value);
}

static bool take_unit(const char *c, struct reader_number *out)
{
    size_t n = 0;
    while (*c == ' ')
        c++;
    if (*c == '%') {
        out->is_percent = true;
        c++;
    }
    while (*c == ' ' || *c == '*' || *c == '.' || *c == '+' || *c == '"' || *c == ',' ||
           *c == '\'' || *c == '?')
        c++;
    if (*c == '(') { /* a remark to the end */
        return strchr(c, ')') != NULL;
    }
    while ((is_alpha(*c) || *c == '/') && n + 1 < sizeof(out->unit))
        out->unit[n++] = *c++;
    out->unit[n] = '\0';
    while (*c == '*' || *c == '.' || *c == '-' || *c == '~' || *c == '=' || *c == ' ')
        c++; /* footnotes, and what was left of a line that leads to the label */
    return *c == '\0' && n <= 8;
}

static bool parse_plain(const char *c, struct reader_number *out)
{
    double sign = 1;
    memset(out, 0, sizeof(*out));
    while (*c == ' ' || (*c == '.' && !is_digit(c[1])) || *c == '*' || *c == '~' || *c == '"')
        c++;
    if (*c == '\'' && is_digit(c[1]) && is_digit(c[2]) && !is_digit(c[3])) {
        const int32_t two = (c[1] - '0') * 10 + (c[2] - '0');
        out->value = two < 60 ? 2000 + two : 1900 + two;
        out->is_year = true;
        return take_unit(c + 3, out);
    }
    if (*c == '+' || *c == '-') {
        sign = *c == '-' ? -1 : 1;
        c++;
    }
    if (*c == '$') {
        out->has_currency = true;
        for (c++; *c == ' '; c++)
            continue;
    }
    const char *first = c;
    if (!take_digits(&c, out))
        return false;
    const bool four = c - first == 4 && out->decimals == 0;
    out->value *= sign;
    if (!take_unit(c, out))
        return false;
    out->is_year = four && sign > 0 && out->value >= 1700 && out->value <= 2100 &&
                   !out->is_percent && !out->has_currency && out->unit[0] == '\0';
    return true;
}

bool fov__reader_number_parse(const char *text, bool lax, struct reader_number *out)
{
    char line[64], fixed[64];
    if (strlen(text) >= sizeof(line))
        return false;
    plain(line, sizeof(line), text);
    if (parse_plain(line, out))
        return true;
    if (!lax)
        return false;
    size_t digits = 0, letters = 0;
    for (size_t i = 0; i <= strlen(line); i++) {
        digits += is_digit(line[i]);
        letters += is_alpha(line[i]);
        fixed[i] = as_digit(line[i]);
        /* A point with a halo is read as one of these. */
        const bool is_inside = i > 0 && is_digit(line[i - 1]) && is_digit(line[i + 1]);
        if (is_inside && (line[i] == ':' || line[i] == '_' || line[i] == '*' || line[i] == '-' ||
                          line[i] == '\''))
            fixed[i] = '.';
        if (line[i] == '[' || line[i] == ']' || line[i] == ')' || line[i] == '}' || line[i] == '{')
            fixed[i] = ' ';
    }
    return digits > letters && letters <= 2 && parse_plain(fixed, out);
}

int32_t fov__reader_number_tail(const char *text, struct reader_number *out)
{
    const size_t len = strlen(text);
    size_t letters = 0;
    for (size_t i = 0; i + 1 < len; i++) {
        letters += is_alpha(text[i]);
        const bool starts = text[i] == ' ' && letters >= 2 &&
                            (is_digit(text[i + 1]) || text[i + 1] == '-' || text[i + 1] == '$' ||
                             text[i + 1] == '.');
        if (starts && fov__reader_number_parse(text + i + 1, false, out))
            return (int32_t)(i + 1);
    }
    return -1;
}

void fov__reader_number_text(char *out, size_t size, double value, int32_t decimals)
{
    char digits[32];
    double scale = 1;
    for (int32_t i = 0; i < decimals && i < 6; i++)
        scale *= 10;
    fov__double_text(digits, fov__rint(value * scale) / scale);
    fov__format(out, size, "%s", digits);
}
