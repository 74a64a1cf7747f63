/* SPDX-License-Identifier: MIT */
/* The few functions of real numbers that tables and colour differences need, from additions,
 * multiplications and divisions alone: IEEE 754 fixes every bit of those, and of libm's none. What
 * they give decides pixels, so nothing here may call libm. */
#include "image/filter_internal.h"

#define LN2 0.69314718055994530941723212145818
#define DEGREES 57.295779513082320876798154814105 /* 180 / pi */

/* ln x = e ln 2 + 2 atanh((m - 1) / (m + 1)), m in [sqrt(1/2), sqrt(2)); the first term that the
 * series leaves out is below 1e-17. */
static double log_of(double x)
{
    static const double over[] = {1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                                  1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};
    int32_t e = 0;
    while (x < 0.70710678118654752) {
        x *= 2;
        e--;
    }
    const double t = (x - 1) / (x + 1), y = t * t;
    double sum = 0;
    for (size_t k = 0; k < FOV_COUNT(over); k++)
        sum = sum * y + over[k];
    return e * LN2 + 2 * t * sum;
}

/* 2^k e^r with |r| <= ln 2 / 2; the Taylor series' first term left out is 4e-18. */
double fov__exp_down(double y)
{
    static const double over[] = {1.0 / 13, 1.0 / 12, 1.0 / 11, 1.0 / 10, 1.0 / 9, 1.0 / 8, 1.0 / 7,
                                  1.0 / 6,  1.0 / 5,  1.0 / 4,  1.0 / 3,  1.0 / 2, 1.0};
    const double k = fov__rint(y / LN2), r = y - k * LN2;
    double sum = 1, power;
    if (k < -1000)
        return 0;
    for (size_t i = 0; i < FOV_COUNT(over); i++)
        sum = 1 + sum * (r * over[i]);
    /* 2^k by its exponent: IEEE 754 doubles are biased by 1023. */
    const uint64_t bits = (uint64_t)(1023 + (int32_t)k) << 52;
    memcpy(&power, &bits, sizeof(power));
    return sum * power;
}

double fov__pow_unit(double x, double p)
{
    if (x <= 0)
        return 0;
    return x >= 1 ? 1 : fov__exp_down(p * log_of(x));
}

/* Newton's steps for 1 / sqrt(x), which need no division, from a guess within 3.5 % (half the
 * exponent, by its bits); the last step is taken on the root itself. */
double fov__sqrt(double x)
{
    uint64_t bits;
    double r;
    if (x <= 0)
        return 0;
    memcpy(&bits, &x, sizeof(bits));
    bits = UINT64_C(0x5fe6eb50c7b537a9) - (bits >> 1);
    memcpy(&r, &bits, sizeof(r));
    for (int i = 0; i < 4; i++)
        r = r * (1.5 - 0.5 * x * r * r);
    const double root = x * r;
    return root + 0.5 * r * (x - root * root);
}

/* A guess within 5 % by a third of the exponent, then Newton's steps: 3e-3, 7e-6, 5e-11, 3e-21. */
double fov__cbrt(double x)
{
    uint64_t bits;
    double r;
    if (x <= 0)
        return 0;
    memcpy(&bits, &x, sizeof(bits));
    bits = bits / 3 + UINT64_C(0x2a9f7893782da1ce);
    memcpy(&r, &bits, sizeof(r));
    for (int i = 0; i < 5; i++)
        r -= (r - x / (r * r)) * (1.0 / 3);
    return r;
}

/* atan t for 0 <= t <= 1: the nearest of nine known angles and the series for what remains, at most
 * 1/16, of which the first term left out is below 6e-20. */
static double atan_unit(double t)
{
    static const double known[] = {
        0.000000000000000000, 0.124354994546761438, 0.244978663126864143,
        0.358770670270572245, 0.463647609000806094, 0.558599315343562444,
        0.643501108793284371, 0.718829999621624527, 0.785398163397448279};
    static const double over[] = {1.0 / 13, -1.0 / 11, 1.0 / 9, -1.0 / 7, 1.0 / 5, -1.0 / 3, 1.0};
    const int32_t k = (int32_t)(t * 8 + 0.5);
    const double c = k / 8.0, u = (t - c) / (1 + t * c), y = u * u;
    double sum = 0;
    for (size_t i = 0; i < FOV_COUNT(over); i++)
        sum = sum * y + over[i];
    return known[k] + u * sum;
}

double fov__atan2_deg(double y, double x)
{
    const double ax = x < 0 ? -x : x, ay = y < 0 ? -y : y;
    if (ax == 0 && ay == 0)
        return 0;
    double angle = ay <= ax ? DEGREES * atan_unit(ay / ax) : 90 - DEGREES * atan_unit(ax / ay);
    if (x < 0)
        angle = 180 - angle;
    if (y < 0)
        angle = 360 - angle;
    return angle >= 360 ? 0 : angle;
}
