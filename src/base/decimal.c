/* SPDX-License-Identifier: MIT */
/* What axes are made of: logarithms to the base of ten and back, days of the calendar, numbers cut
 * to so many digits. From additions, multiplications and divisions alone, so that a reading is the
 * same on every machine; nothing here may call libm or know a time zone. */
#include "base/base_internal.h"

#define LN2 0.69314718055994530941723212145818
#define LN10 2.30258509299404568401799145468436

/* 10^0 to 10^22 are doubles exactly. */
static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
enum { TENS_MAX = FOV_COUNT(tens) - 1 };

/* The exponent of 2, and the rest in [1, 2). */
static int32_t split(double x, double *rest)
{
    uint64_t bits;
    int32_t e = 0;
    if (x < 2.2250738585072014e-308) { /* below 2^-1022 the leading one is not in the bits */
        x *= 18014398509481984.0;      /* 2^54 */
        e = -54;
    }
    memcpy(&bits, &x, sizeof(bits));
    e += (int32_t)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000);
    memcpy(rest, &bits, sizeof(bits));
    return e;
}

/* ln x = e ln 2 + 2 atanh((m - 1) / (m + 1)), m in [sqrt(1/2), sqrt(2)); what the series leaves out
 * is below 1e-17. Powers of ten come out exact. */
double fov__log10(double x)
{
    double m, sum = 0;
    int32_t e = split(x, &m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        e++;
    }
    const double t = (m - 1) / (m + 1), y = t * t;
    for (int k = 21; k >= 1; k -= 2)
        sum = sum * y + 1.0 / k;
    const double found = (e * LN2 + 2 * t * sum) / LN10, whole = fov__rint(found);
    if (whole >= 0 && whole <= TENS_MAX && tens[(int)whole] == x)
        return whole;
    if (whole < 0 && whole >= -TENS_MAX && 1 / tens[(int)-whole] == x)
        return whole;
    return found;
}

/* 10^whole by the table, 10^rest = e^(rest ln 10) by the Taylor series of half of it, squared:
 * |rest ln 10 / 4| < 0.29, the first term left out is below 1e-17. */
double fov__pow10(double y)
{
    double whole = fov__rint(y), rest = (y - whole) * LN10 / 4, sum = 1, out;
    if (!(y >= -300))
        return 0;
    if (y > 300)
        return 1e300;
    for (int k = 12; k >= 1; k--)
        sum = 1 + sum * rest / k;
    out = sum * sum;
    out *= out;
    for (; whole > TENS_MAX; whole -= TENS_MAX)
        out *= tens[TENS_MAX];
    for (; whole < -TENS_MAX; whole += TENS_MAX)
        out /= tens[TENS_MAX];
    return whole >= 0 ? out * tens[(int)whole] : out / tens[(int)-whole];
}

double fov__round_digits(double value, int digits)
{
    char text[48];
    double out = value;
    fov__format(text, sizeof(text), "%.*e", digits - 1, value);
    return fov__text_double(text, strlen(text), &out) ? out + 0.0 : value;
}

/* ---- days ----------------------------------------------------------------------------------- */

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int32_t month_days(int32_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 0001-01-01 to the first of January. */
static int32_t year_start(int32_t year)
{
    const int32_t past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400;
}
enum { DAYS_TO_1970 = 719162 };

/* `n` digits and nothing else up to `end`. */
static int32_t digits_of(const char *text, size_t n)
{
    int32_t v = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        v = v * 10 + (text[i] - '0');
    }
    return v;
}

bool fov__date_days(const char *text, double *out)
{
    const size_t len = strlen(text);
    int32_t year, month = 1, day = 1, days;
    if (len != 4 && len != 7 && len != 10)
        return false;
    year = digits_of(text, 4);
    if (len >= 7)
        month = text[4] == '-' ? digits_of(text + 5, 2) : -1;
    if (len == 10)
        day = text[7] == '-' ? digits_of(text + 8, 2) : -1;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
        return false;
    days = year_start(year) + day - 1 - DAYS_TO_1970;
    for (int32_t m = 1; m < month; m++)
        days += month_days(year, m);
    *out = days;
    return true;
}

bool fov__date_text(char out[16], double days)
{
    int32_t year, month = 1, rest;
    out[0] = '\0';
    if (!(days >= -DAYS_TO_1970 && days < 2932897 /* 10000-01-01 */))
        return false;
    rest = (int32_t)fov__floor(days) + DAYS_TO_1970;
    year = rest / 366 + 1; /* never too late, and too early by less than 7 years in 10000 */
    while (year_start(year + 1) <= rest)
        year++;
    for (rest -= year_start(year); rest >= month_days(year, month); month++)
        rest -= month_days(year, month);
    fov__format(out, 16, "%04d-%02d-%02d", (int)year, (int)month, (int)rest + 1);
    return true;
}
