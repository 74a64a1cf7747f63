/* SPDX-License-Identifier: MIT */
/* See score_rule.h. */
#include "score/score_rule.h"

#include "base/base_internal.h"

/* What may stand around a number without changing it. */
static bool is_decoration(char c)
{
    return c == ' ' || c == '$' || c == '%' || c == ',' || c == '~';
}

bool score_number(const char *text, double *out)
{
    char digits[64];
    size_t n = 0;

    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (p[0] == 0xC2 && (p[1] == 0xA3 || p[1] == 0xA0)) { /* pound, no-break space */
            p++;
            continue;
        }
        if (p[0] == 0xE2 && p[1] == 0x82 && p[2] == 0xAC) { /* euro */
            p += 2;
            continue;
        }
        if (p[0] == 0xE2 && p[1] == 0x88 && p[2] == 0x92) { /* minus sign */
            p += 2;
            if (n < sizeof(digits))
                digits[n++] = '-';
            continue;
        }
        if (is_decoration((char)*p) || (*p == '+' && n == 0))
            continue;
        if (n == sizeof(digits))
            return false;
        digits[n++] = (char)*p;
    }
    if (n > 1 && digits[n - 1] == '.')
        n--;
    if (n > 1 && digits[0] == '.') { /* ".5" is written by people */
        if (n == sizeof(digits))
            return false;
        memmove(digits + 1, digits, n++);
        digits[0] = '0';
    }
    return fov__text_double(digits, n, out);
}

/* Letters and digits of any script, lower case in ASCII; the rest is left out. */
static size_t fold(char *out, size_t size, const char *text)
{
    size_t n = 0;

    for (const unsigned char *p = (const unsigned char *)text; *p && n + 1 < size; p++) {
        if (*p >= 'A' && *p <= 'Z')
            out[n++] = (char)(*p | 32);
        else if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p >= 0x80)
            out[n++] = (char)*p;
    }
    out[n] = '\0';
    return n;
}

bool score_is_right(const char *answer, const char *gold)
{
    char a[512], g[512];
    double x, y, off;

    if (score_number(answer, &x) && score_number(gold, &y)) {
        off = x > y ? x - y : y - x;
        return y == 0 ? x == 0 : off <= 0.05 * (y < 0 ? -y : y) * (1 + 1e-12);
    }
    return fold(a, sizeof(a), answer) == fold(g, sizeof(g), gold) && a[0] && strcmp(a, g) == 0;
}
