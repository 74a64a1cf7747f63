/* SPDX-License-Identifier: MIT */
/* Mappings of the plane and boxes. Recipes, sizes and pixels depend on these numbers, so each
 * machine must get the same bits: nothing here may call libm, but for sqrt(), which IEEE 754 rounds
 * correctly. */
#include "base/base_internal.h"

#include <float.h>
#include <math.h>

/* From 2^52 on every double is a whole number. */
#define WHOLE 4503599627370496.0
#define DEGREE 0.017453292519943295769236907684886 /* pi / 180 */

double fov__floor(double v)
{
    if (!(v > -WHOLE && v < WHOLE))
        return v;
    const double t = (double)(int64_t)v;
    return t > v ? t - 1.0 : t;
}

double fov__ceil(double v)
{
    if (!(v > -WHOLE && v < WHOLE))
        return v;
    const double t = (double)(int64_t)v;
    return t < v ? t + 1.0 : t;
}

double fov__rint(double v)
{
    if (!(v > -WHOLE && v < WHOLE))
        return v;
    const int64_t whole = (int64_t)v;
    const double rest = v - (double)whole; /* exact, with the sign of v */
    const double size = rest < 0 ? -rest : rest;
    if (size > 0.5 || (size == 0.5 && whole % 2 != 0))
        return (double)(rest < 0 ? whole - 1 : whole + 1);
    return (double)whole;
}

/* Taylor series; for |x| <= pi/4 the first term left out is below 1e-19 (sine) and 3e-18 (cosine),
 * under half a unit in the last place. */
static double sine_of(double x)
{
    const double y = x * x;
    double p = 1.0 / 355687428096000.0; /* 1/17! */
    p = p * y - 1.0 / 1307674368000.0;
    p = p * y + 1.0 / 6227020800.0;
    p = p * y - 1.0 / 39916800.0;
    p = p * y + 1.0 / 362880.0;
    p = p * y - 1.0 / 5040.0;
    p = p * y + 1.0 / 120.0;
    p = p * y - 1.0 / 6.0;
    return x + x * (y * p);
}

static double cosine_of(double x)
{
    const double y = x * x;
    double p = 1.0 / 20922789888000.0; /* 1/16! */
    p = p * y - 1.0 / 87178291200.0;
    p = p * y + 1.0 / 479001600.0;
    p = p * y - 1.0 / 3628800.0;
    p = p * y + 1.0 / 40320.0;
    p = p * y - 1.0 / 720.0;
    p = p * y + 1.0 / 24.0;
    return 1.0 - (0.5 * y - y * y * p);
}

/* The angle of a whole number of degrees from 2^53 on, modulo 360, exactly: m * 2^e is taken apart
 * and multiplied in remainders. */
static double wrap_huge(double degrees)
{
    const bool negative = degrees < 0;
    double v = negative ? -degrees : degrees;
    uint32_t doublings = 0;
    for (; v >= 2 * WHOLE; v *= 0.5) /* exact: the exponent counts down */
        doublings++;
    uint64_t rest = (uint64_t)v % 360;
    while (doublings-- > 0)
        rest = rest * 2 % 360;
    return negative ? -(double)rest : (double)rest;
}

void fov__sincos_deg(double degrees, double *sine, double *cosine)
{
    if (!(degrees - degrees == 0)) { /* infinite, or no number */
        *sine = *cosine = (double)NAN;
        return;
    }
    if (!(degrees > -2 * WHOLE && degrees < 2 * WHOLE))
        degrees = wrap_huge(degrees);
    /* Below 2^53 quarter * 90 is exact, and so is the difference: both are multiples of the last
     * place of `degrees`, and it is the smaller one. Whole quarter turns leave exactly 0. */
    const double quarter = fov__rint(degrees / 90.0);
    const double x = (degrees - quarter * 90.0) * DEGREE;
    const double s = sine_of(x), c = cosine_of(x);
    switch ((int64_t)quarter & 3) {
    case 0:
        *sine = s, *cosine = c;
        break;
    case 1:
        *sine = c, *cosine = 0.0 - s;
        break;
    case 2:
        *sine = 0.0 - s, *cosine = -c;
        break;
    default:
        *sine = -c, *cosine = s;
        break;
    }
}

struct fov_mat fov__mat_identity(void)
{
    return (struct fov_mat){{1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

struct fov_mat fov__mat_translate(double dx, double dy)
{
    return (struct fov_mat){{1, 0, dx, 0, 1, dy, 0, 0, 1}};
}

struct fov_mat fov__mat_scale(double sx, double sy)
{
    return (struct fov_mat){{sx, 0, 0, 0, sy, 0, 0, 0, 1}};
}

struct fov_mat fov__mat_rotate(double degrees)
{
    double s, c;
    fov__sincos_deg(degrees, &s, &c);
    return (struct fov_mat){{c, 0.0 - s, 0, s, c, 0, 0, 0, 1}};
}

/* m[8] becomes 1 where it can, and no zero is negative: equal mappings then have equal bits. */
static struct fov_mat normalised(struct fov_mat a)
{
    const double w = a.m[8];
    for (int i = 0; i < 9; i++)
        a.m[i] = (w != 0.0 && w != 1.0 ? a.m[i] / w : a.m[i]) + 0.0;
    return a;
}

struct fov_mat fov__mat_mul(struct fov_mat a, struct fov_mat b)
{
    struct fov_mat out;
    for (int row = 0; row < 3; row++) {
        for (int col = 0; col < 3; col++) {
            out.m[row * 3 + col] = a.m[row * 3] * b.m[col] + a.m[row * 3 + 1] * b.m[3 + col] +
                                   a.m[row * 3 + 2] * b.m[6 + col];
        }
    }
    return normalised(out);
}

bool fov__mat_is_affine(struct fov_mat a)
{
    return a.m[6] == 0.0 && a.m[7] == 0.0 && a.m[8] == 1.0;
}

bool fov__mat_is_axis_aligned(struct fov_mat a)
{
    return fov__mat_is_affine(a) &&
           ((a.m[1] == 0.0 && a.m[3] == 0.0) || (a.m[0] == 0.0 && a.m[4] == 0.0));
}

static double size_of(double v)
{
    return v < 0 ? -v : v;
}

static bool is_finite(struct fov_mat a)
{
    for (int i = 0; i < 9; i++) {
        if (!(a.m[i] - a.m[i] == 0))
            return false;
    }
    return true;
}

/* Axes onto axes: reciprocals instead of cofactors over a determinant, so that going there and back
 * by a power of two or a quarter turn is exact. */
static bool invert_aligned(struct fov_mat a, struct fov_mat *out)
{
    const double *m = a.m;
    const bool swaps = m[0] == 0.0 && m[4] == 0.0;
    const double p = swaps ? m[3] : m[0]; /* where x goes */
    const double q = swaps ? m[1] : m[4]; /* where y goes */
    if (p == 0.0 || q == 0.0)
        return false;
    *out =
        normalised(swaps ? (struct fov_mat){{0, 1 / p, -m[5] / p, 1 / q, 0, -m[2] / q, 0, 0, 1}}
                         : (struct fov_mat){{1 / p, 0, -m[2] / p, 0, 1 / q, -m[5] / q, 0, 0, 1}});
    return is_finite(*out);
}

bool fov__mat_invert(struct fov_mat a, struct fov_mat *out)
{
    if (!is_finite(a))
        return false;
    if (fov__mat_is_axis_aligned(a))
        return invert_aligned(a, out);
    const double *m = a.m;
    const double c0 = m[4] * m[8] - m[5] * m[7];
    const double c1 = m[5] * m[6] - m[3] * m[8];
    const double c2 = m[3] * m[7] - m[4] * m[6];
    const double det = m[0] * c0 + m[1] * c1 + m[2] * c2;
    /* When the terms cancel down to their own rounding, the determinant is noise, not a number. */
    const double terms = size_of(m[0] * m[4] * m[8]) + size_of(m[0] * m[5] * m[7]) +
                         size_of(m[1] * m[5] * m[6]) + size_of(m[1] * m[3] * m[8]) +
                         size_of(m[2] * m[3] * m[7]) + size_of(m[2] * m[4] * m[6]);
    if (!(size_of(det) > 8 * DBL_EPSILON * terms))
        return false;
    struct fov_mat inv = {
        {c0 / det, (m[2] * m[7] - m[1] * m[8]) / det, (m[1] * m[5] - m[2] * m[4]) / det, c1 / det,
         (m[0] * m[8] - m[2] * m[6]) / det, (m[2] * m[3] - m[0] * m[5]) / det, c2 / det,
         (m[1] * m[6] - m[0] * m[7]) / det, (m[0] * m[4] - m[1] * m[3]) / det}};
    if (fov__mat_is_affine(a))
        inv.m[6] = 0.0, inv.m[7] = 0.0, inv.m[8] = 1.0;
    *out = normalised(inv);
    return is_finite(*out);
}

fov_point fov__mat_apply(struct fov_mat a, fov_point p)
{
    const double *m = a.m;
    fov_point to = {m[0] * p.x + m[1] * p.y + m[2], m[3] * p.x + m[4] * p.y + m[5]};
    if (!fov__mat_is_affine(a)) {
        const double w = m[6] * p.x + m[7] * p.y + m[8];
        to.x /= w;
        to.y /= w;
    }
    return to;
}

/* A quadrilateral that reaches over the horizon of a projective mapping has no bounds: then the box
 * is infinite on all sides. */
fov_box fov__mat_bounds(struct fov_mat a, fov_box box)
{
    const fov_point corner[4] = {
        {box.x1, box.y1}, {box.x2, box.y1}, {box.x2, box.y2}, {box.x1, box.y2}};
    int in_front = 0;
    fov_box out = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (int i = 0; i < 4; i++) {
        const double w = a.m[6] * corner[i].x + a.m[7] * corner[i].y + a.m[8];
        const fov_point p = fov__mat_apply(a, corner[i]);
        in_front += w > 0 ? 1 : w < 0 ? -1 : 0;
        out.x1 = p.x < out.x1 ? p.x : out.x1;
        out.y1 = p.y < out.y1 ? p.y : out.y1;
        out.x2 = p.x > out.x2 ? p.x : out.x2;
        out.y2 = p.y > out.y2 ? p.y : out.y2;
    }
    if (in_front != 4 && in_front != -4)
        return (fov_box){-HUGE_VAL, -HUGE_VAL, HUGE_VAL, HUGE_VAL};
    return out;
}

/* The lengths of the columns of the Jacobian: the same everywhere for an affine mapping. */
void fov__mat_density(struct fov_mat a, fov_point p, double *sx, double *sy)
{
    const double *m = a.m;
    const double w = m[6] * p.x + m[7] * p.y + m[8];
    const fov_point at = fov__mat_apply(a, p);
    const double xx = (m[0] - at.x * m[6]) / w, yx = (m[3] - at.y * m[6]) / w;
    const double xy = (m[1] - at.x * m[7]) / w, yy = (m[4] - at.y * m[7]) / w;
    *sx = yx == 0.0 ? size_of(xx) : xx == 0.0 ? size_of(yx) : sqrt(xx * xx + yx * yx);
    *sy = xy == 0.0 ? size_of(yy) : yy == 0.0 ? size_of(xy) : sqrt(xy * xy + yy * yy);
}

bool fov__box_intersect(fov_box a, fov_box b, fov_box *out)
{
    const fov_box both = {a.x1 > b.x1 ? a.x1 : b.x1, a.y1 > b.y1 ? a.y1 : b.y1,
                          a.x2 < b.x2 ? a.x2 : b.x2, a.y2 < b.y2 ? a.y2 : b.y2};
    if (!(both.x1 < both.x2 && both.y1 < both.y2)) {
        *out = (fov_box){0, 0, 0, 0};
        return false;
    }
    *out = both;
    return true;
}

static double area_of(fov_box box)
{
    return box.x1 < box.x2 && box.y1 < box.y2 ? (box.x2 - box.x1) * (box.y2 - box.y1) : 0.0;
}

double fov__box_overlap(fov_box a, fov_box b)
{
    fov_box both;
    if (!fov__box_intersect(a, b, &both))
        return 0.0;
    const double shared = area_of(both);
    return shared / (area_of(a) + area_of(b) - shared);
}
