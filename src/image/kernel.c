/* SPDX-License-Identifier: MIT */
/* Resampling kernels as quantised taps. Everything is plain arithmetic on doubles and our own sine
 * polynomial: no libm, so that each machine gets the same coefficients and so the same pixels. */
#include "image/warp_internal.h"

/* sin(pi x) / (pi x); x beyond a few units is never asked for. */
static double sinc(double x)
{
    const double pi = 3.14159265358979323846;
    double s, c;

    if (x < 1e-9 && x > -1e-9)
        return 1.0;
    fov__sincos_deg(180.0 * x, &s, &c);
    return s / (pi * x);
}

double fov__kernel_radius(enum fov__kernel kernel)
{
    switch (kernel) {
    case FOV__KERNEL_LANCZOS3:
        return 3.0;
    case FOV__KERNEL_CATMULL_ROM:
        return 2.0;
    case FOV__KERNEL_LINEAR:
        return 1.0;
    default:
        return 0.5;
    }
}

/* Lanczos: C. Duchon, "Lanczos filtering in one and two dimensions" (1979), a = 3. Catmull-Rom: the
 * cubic of Keys, "Cubic convolution interpolation" (1981), a = -1/2. */
static double weight(enum fov__kernel kernel, double x)
{
    if (x < 0)
        x = -x;
    switch (kernel) {
    case FOV__KERNEL_LANCZOS3:
        return x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
    case FOV__KERNEL_CATMULL_ROM:
        if (x < 1.0)
            return (1.5 * x - 2.5) * x * x + 1.0;
        return x < 2.0 ? ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0 : 0.0;
    case FOV__KERNEL_LINEAR:
        return x < 1.0 ? 1.0 - x : 0.0;
    default:
        return x <= 0.5 ? 1.0 : 0.0;
    }
}

/* Beyond this many taps a coefficient is a few units, and what rounding leaves over would make one
 * tap a spike: an error of seven levels at 20 000 taps. There each takes over what the one before
 * it has left, so the error never grows beyond half a unit. */
enum { TAPS_WIDE = 512 };

static void quantise_wide(int16_t *coef, enum fov__kernel kernel, double from, double step,
                          double sum, int32_t count)
{
    double exact = 0.0;
    int32_t given = 0;

    for (int32_t k = 0; k < count; k++) {
        exact += weight(kernel, from + k * step) / sum * FOV__TAP_ONE;
        coef[k] = (int16_t)((int32_t)fov__rint(exact) - given);
        given += coef[k];
    }
}

/* Coefficients of the taps first … first + count - 1 for a centre at `centre`. What rounding leaves
 * over goes to the largest, where it is smallest in proportion. */
static void quantise(int16_t *coef, enum fov__kernel kernel, double centre, double scale,
                     int32_t first, int32_t count)
{
    double sum = 0.0;
    int32_t total = 0, largest = 0;

    if (kernel == FOV__KERNEL_NEAREST) {
        int32_t hit = (int32_t)fov__floor(centre) - first;
        for (int32_t k = 0; k < count; k++)
            coef[k] = k == hit ? FOV__TAP_ONE : 0;
        return;
    }
    for (int32_t k = 0; k < count; k++)
        sum += weight(kernel, ((double)(first + k) + 0.5 - centre) / scale);
    if (count > TAPS_WIDE) {
        quantise_wide(coef, kernel, ((double)first + 0.5 - centre) / scale, 1.0 / scale, sum,
                      count);
        return;
    }
    for (int32_t k = 0; k < count; k++) {
        double w = weight(kernel, ((double)(first + k) + 0.5 - centre) / scale) / sum;
        coef[k] = (int16_t)fov__rint(w * FOV__TAP_ONE);
        total += coef[k];
        if (coef[k] > coef[largest])
            largest = k;
    }
    coef[largest] = (int16_t)(coef[largest] + FOV__TAP_ONE - total);
}

static fov_status taps_alloc(struct fov_taps *out, fov_context *ctx, int32_t n, int32_t count,
                             fov_error *err)
{
    out->ctx = ctx;
    out->n = n;
    out->count = count;
    out->first = fov__calloc(ctx, (size_t)n, sizeof(*out->first));
    out->coef = fov__calloc(ctx, (size_t)n * (size_t)count, sizeof(*out->coef));
    if (out->first && out->coef)
        return FOV_OK;
    fov__taps_free(out);
    return fov__fail_memory(err, "resample", (size_t)n * (size_t)count * sizeof(int16_t));
}

void fov__taps_free(struct fov_taps *taps)
{
    if (!taps->ctx)
        return;
    fov__free(taps->ctx, taps->first);
    fov__free(taps->ctx, taps->coef);
    memset(taps, 0, sizeof(*taps));
}

static int32_t tap_count(enum fov__kernel kernel, double scale)
{
    if (kernel == FOV__KERNEL_NEAREST)
        return 1;
    return (int32_t)fov__ceil(2.0 * fov__kernel_radius(kernel) * scale) + 1;
}

/* The first source index that a kernel about `centre` can touch. */
static int32_t tap_first(enum fov__kernel kernel, double centre, double scale)
{
    if (kernel == FOV__KERNEL_NEAREST)
        return (int32_t)fov__floor(centre);
    return (int32_t)fov__ceil(centre - fov__kernel_radius(kernel) * scale - 0.5);
}

fov_status fov__taps_axis(struct fov_taps *out, fov_context *ctx, enum fov__kernel kernel,
                          double scale, double offset, int32_t n, fov_error *err)
{
    double widen = scale < 0 ? -scale : scale;
    fov_status rc;

    if (widen < 1.0)
        widen = 1.0;
    rc = taps_alloc(out, ctx, n, tap_count(kernel, widen), err);
    if (rc < 0)
        return rc;
    for (int32_t i = 0; i < n; i++) {
        double centre = scale * ((double)i + 0.5) + offset;
        out->first[i] = tap_first(kernel, centre, widen);
        quantise(out->coef + (size_t)i * (size_t)out->count, kernel, centre, widen, out->first[i],
                 out->count);
    }
    return FOV_OK;
}

fov_status fov__taps_phases(struct fov_taps *out, fov_context *ctx, enum fov__kernel kernel,
                            double scale, fov_error *err)
{
    fov_status rc = taps_alloc(out, ctx, FOV__PHASES, tap_count(kernel, scale), err);

    if (rc < 0)
        return rc;
    for (int32_t p = 0; p < FOV__PHASES; p++) {
        double centre = 0.5 + (double)p / FOV__PHASES;
        out->first[p] = tap_first(kernel, centre, scale);
        quantise(out->coef + (size_t)p * (size_t)out->count, kernel, centre, scale, out->first[p],
                 out->count);
    }
    return FOV_OK;
}
