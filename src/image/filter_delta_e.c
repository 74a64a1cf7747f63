/* SPDX-License-Identifier: MIT */
/* CIEDE2000, and which pixels are so near to a colour. The formula costs far more than a look at a
 * pixel, so most pixels are decided by bounds. Its square is a part of lightness alone and a part
 * of (a, b) alone; the second is bounded over each unit square of the plane that a pixel falls
 * into, from nine points of it, and the formula itself decides what is left between the bounds. */
#include "image/filter_kernels.h"

/* ---- the formula ----------------------------------------------------------------------------- */

/* sqrt(c^7 / (c^7 + 25^7)) */
static double seventh(double c)
{
    const double c2 = c * c, c7 = c2 * c2 * c2 * c;
    return fov__sqrt(c7 / (c7 + 6103515625.0));
}

static double sin_deg(double degrees)
{
    double s, c;
    fov__sincos_deg(degrees, &s, &c);
    return s;
}

/* 1 - 0.17 cos(h - 30) + 0.24 cos 2h + 0.32 cos(3h + 6) - 0.20 cos(4h - 63) from one sine and
 * cosine and those of the three constants. */
static double hue_weight(double hue)
{
    double s, c;
    fov__sincos_deg(hue, &s, &c);
    const double c2 = c * c - s * s, s2 = 2 * s * c, c3 = c2 * c - s2 * s, s3 = s2 * c + c2 * s;
    const double c4 = c2 * c2 - s2 * s2, s4 = 2 * s2 * c2;
    return 1 - 0.17 * (0.86602540378443865 * c + 0.5 * s) + 0.24 * c2 +
           0.32 * (0.99452189536827333 * c3 - 0.10452846326765347 * s3) -
           0.20 * (0.45399049973954680 * c4 + 0.89100652418836787 * s4);
}

static double square_of_lightness(double l1, double l2)
{
    const double m = (l1 + l2) / 2 - 50, d = l2 - l1;
    const double weighed = d / (1 + 0.015 * m * m / fov__sqrt(20 + m * m));
    return weighed * weighed;
}

/* Whether hues are more than 180 degrees apart. Close to that the sine of what is between them, as
 * it comes from the coordinates, decides: of exactly opposite ones it is 0. */
static bool is_reflex(double between, double sine)
{
    const double size = between < 0 ? -between : between;
    return size > 179 && (size > 181 || (between > 0 ? sine < 0 : sine > 0));
}

/* Equations (10) to (22) of Sharma, Wu and Dalal, with their choice of the mean hue: opposite hues
 * (a difference of 180 degrees and less) have their plain mean. */
static double square_of_chroma(double a1, double b1, double a2, double b2)
{
    const double mean = (fov__sqrt(a1 * a1 + b1 * b1) + fov__sqrt(a2 * a2 + b2 * b2)) / 2;
    const double stretch = 1 + 0.5 * (1 - seventh(mean));
    const double x1 = stretch * a1, x2 = stretch * a2;
    const double c1 = fov__sqrt(x1 * x1 + b1 * b1), c2 = fov__sqrt(x2 * x2 + b2 * b2);
    const double h1 = fov__atan2_deg(b1, x1), h2 = fov__atan2_deg(b2, x2);
    double between = h2 - h1, hue = (h1 + h2) / 2;
    if (c1 * c2 == 0) {
        between = 0;
        hue = h1 + h2;
    } else if (is_reflex(between, x1 * b2 - x2 * b1)) {
        between += between > 0 ? -360 : 360;
        hue += h1 + h2 < 360 ? 180 : -180;
    }
    const double c = (c1 + c2) / 2;
    const double t = hue_weight(hue);
    const double blue = (hue - 275) / 25;
    const double turned = sin_deg(60 * fov__exp_down(-blue * blue)) * 2 * seventh(c);
    const double dc = (c2 - c1) / (1 + 0.045 * c);
    const double dh = 2 * fov__sqrt(c1 * c2) * sin_deg(between / 2) / (1 + 0.015 * c * t);
    return dc * dc + dh * dh - turned * dc * dh;
}

double fov__delta_e2000(struct fov__lab one, struct fov__lab other)
{
    return fov__sqrt(square_of_lightness(one.l, other.l) +
                     square_of_chroma(one.a, one.b, other.a, other.b));
}

/* ---- the mask -------------------------------------------------------------------------------- */

/* Squares are in 1/256 here and end at FAR, so that two of them add up. */
enum { FAR = 1 << 29, SQUARE = 256 };
/* Of lightness in 1/16; cells of the plane, one unit wide; colours that the formula has decided. */
enum { LIGHTS = 100 * 16 + 1, PLANE = 256, KNOWN = 4096 };

struct bounds {
    int32_t least, most; /* most 0: not looked at yet */
};

struct nearness {
    struct fov__lab reference;
    double most;
    bool has_hue;            /* chroma above 5 */
    int32_t inside, outside; /* squares up to and from which there is no doubt */
    struct bounds light[LIGHTS];
    struct bounds plane[PLANE * PLANE];
    double linear[256];
    uint32_t known[KNOWN]; /* colour and, above it, 1: near, 2: not */
};

static int32_t to_square(double v, double rounding)
{
    v = fov__floor(v * SQUARE + rounding);
    return v < 0 ? 0 : v > FAR ? FAR : (int32_t)v;
}

/* Tables are off by 0.02 at most; what a cell stands for is taken wider by this. */
#define SLACK 0.05

static void bound_lights(struct nearness *near)
{
    for (int32_t i = 0; i < LIGHTS; i++) {
        const double from = i / 16.0 - SLACK, to = (i + 1) / 16.0 + SLACK, l = near->reference.l;
        const double a = square_of_lightness(l, from), b = square_of_lightness(l, to);
        const double least = l >= from && l <= to ? 0 : a < b ? a : b;
        near->light[i] = (struct bounds){to_square(least, 0), to_square(a < b ? b : a, 1)};
    }
}

/* Between nine points 0.55 apart a square changes by less than this beyond their extremes: its
 * second derivative is below 2 * 1.5^2 (a is stretched by 1.5 at most, and all weights divide), and
 * a quarter of what it changes over the whole cell covers the weights' own changes. Where hues
 * flip, opposite to the reference, corners lie on both sides. In the four cells around grey a hue
 * changes without any bound, which matters for a reference that has one: there the formula decides.
 */
static void bound_cell(struct nearness *near, struct bounds *cell, int32_t i, int32_t k)
{
    const double a = i - PLANE / 2, b = k - PLANE / 2;
    double least = FAR, most = 0;
    for (int32_t n = 0; n < 9; n++) {
        const double v =
            square_of_chroma(near->reference.a, near->reference.b,
                             a - SLACK + n % 3 * (0.5 + SLACK), b - SLACK + n / 3 * (0.5 + SLACK));
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    const double margin = 0.35 + (most - least) / 4;
    const bool is_grey = near->has_hue && a >= -1 && a <= 0 && b >= -1 && b <= 0;
    *cell = (struct bounds){is_grey ? 0 : to_square(least - margin, 0),
                            is_grey ? FAR : to_square(most + margin, 1)};
}

/* The formula itself, but for a colour that came just before. */
static bool is_near(struct nearness *near, const uint8_t *pixel)
{
    const uint32_t colour = (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
    uint32_t *known = &near->known[(colour ^ colour >> 9) % KNOWN];
    if ((*known & 0xffffff) != colour || *known >> 24 == 0) {
        const double light[3] = {near->linear[pixel[0]], near->linear[pixel[1]],
                                 near->linear[pixel[2]]};
        const bool is = fov__delta_e2000(fov__lab_of_linear(light), near->reference) <= near->most;
        *known = colour | (is ? 1u : 2u) << 24;
    }
    return *known >> 24 == 1;
}

enum { CHUNK = 512 };

static void judge(struct nearness *near, const struct fov__lab_tables *tables, uint8_t *out,
                  const uint8_t *in, size_t n, int32_t bands)
{
    int16_t l[CHUNK], a[CHUNK], b[CHUNK];
    fov__lab_from_srgb(tables, l, a, b, in, n, bands);
    for (size_t i = 0; i < n; i++) {
        const struct bounds *light = &near->light[l[i] < 0 ? 0 : l[i] >> 3];
        if (light->least >= near->outside) {
            out[i] = 0;
            continue;
        }
        const int32_t x = (a[i] + 128 * FOV__LAB_UNIT) >> 7, y = (b[i] + 128 * FOV__LAB_UNIT) >> 7;
        struct bounds *cell = &near->plane[x * PLANE + y];
        if (cell->most == 0)
            bound_cell(near, cell, x, y);
        if (light->least + cell->least >= near->outside)
            out[i] = 0;
        else if (light->most + cell->most <= near->inside)
            out[i] = 255;
        else
            out[i] = is_near(near, in + i * (size_t)bands) ? 255 : 0;
    }
}

fov_status fov__filter_delta_e(const struct fov__filter *filter, const struct fov__view *in,
                               const struct fov__view *out, struct fov__lab reference, double most,
                               fov_error *err)
{
    struct nearness *near = fov__calloc(filter->ctx, 1, sizeof(*near));
    struct fov__lab_tables *tables = NULL;
    fov_status rc = FOV_OK;
    if (near == NULL)
        return fov__fail_memory(err, filter->where, sizeof(*near));
    near->reference = reference;
    near->most = most;
    near->has_hue = reference.a * reference.a + reference.b * reference.b > 25;
    /* What rounding the formula's square root can do is far below a step of 1/SQUARE. */
    near->outside = most < 0 ? 0 : to_square(most * most, 2);
    near->inside = most < 0 ? -1 : to_square(most * most, -1);
    for (int32_t v = 0; v < 256; v++)
        near->linear[v] = fov__lab_linear(v);
    bound_lights(near);
    rc = fov__lab_tables_new(&tables, filter->ctx, err);
    for (int32_t y = 0; rc == FOV_OK && y < in->height; y++) {
        rc = fov__filter_look(filter, y, err);
        for (int32_t x = 0; rc == FOV_OK && x < in->width; x += CHUNK) {
            const int32_t n = in->width - x < CHUNK ? in->width - x : CHUNK;
            judge(near, tables, fov__view_row(out, y) + x,
                  fov__view_row(in, y) + (size_t)x * (size_t)in->bands, (size_t)n, in->bands);
        }
    }
    fov__lab_tables_free(tables);
    fov__free(filter->ctx, near);
    return rc;
}
