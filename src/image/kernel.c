/* SPDX-License-Identifier: MIT */
/* Resampling kernels as quantised taps. Everything is plain arithmetic on doubles and our own
 * polynomial: no libm, so that each machine gets the same coefficients and so the same pixels. */
#include "image/warp_internal.h"

/* Lanczos: C. Duchon, "Lanczos filtering in one and two dimensions" (1979), a = 3, as a function of
 * t = x * x < 9. It is even and has its zeros at 1, 2 and (twice) 3, which are taken out; what is
 * left is interpolated at eleven Chebyshev nodes. The error stays below 1e-10, a millionth of what
 * rounding to 14 bits takes. */
static double lanczos3(double t)
{
    const double u = t * (2.0 / 9.0) - 1.0, outer = 1.0 - t * (1.0 / 9.0);
    double p = 7.8605088459799859e-7;

    p = p * u - 7.8948105018261945e-6;
    p = p * u + 6.5804868320515326e-5;
    p = p * u - 0.0004730623818040758;
    p = p * u + 0.0028124514191889068;
    p = p * u - 0.013487579264656738;
    p = p * u + 0.050554620142890996;
    p = p * u - 0.14156977964647891;
    p = p * u + 0.2762757139822692;
    p = p * u - 0.33196168382994621;
    p = p * u + 0.18279062353141398;
    p = p * (1.0 - t) * (1.0 - t * 0.25) * outer * outer;
    return t < 9.0 ? p : 0.0;
}

/* The cubic of R. Keys, "Cubic convolution interpolation" (1981), a = -1/2. */
static double catmull_rom(double t)
{
    const double x = t < 0 ? -t : t;

    if (x < 1.0)
        return (1.5 * x - 2.5) * x * x + 1.0;
    return x < 2.0 ? ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0 : 0.0;
}

double fov__kernel_radius(enum fov__kernel kernel, double scale)
{
    switch (kernel) {
    case FOV__KERNEL_LANCZOS3:
        return 3.0 * scale;
    case FOV__KERNEL_CATMULL_ROM:
        return 2.0 * scale;
    case FOV__KERNEL_LINEAR:
        return scale;
    case FOV__KERNEL_BOX:
        return 0.5 * scale + 0.5;
    default:
        return 0.5;
    }
}

/* How much of source pixel [d - .5, d + .5] lies in a box of width `scale` about 0. */
static double overlap(double d, double scale)
{
    const double half = 0.5 * scale;
    const double from = d - 0.5 > -half ? d - 0.5 : -half;
    const double to = d + 0.5 < half ? d + 0.5 : half;

    return to > from ? to - from : 0.0;
}

/* Weights of `count` source pixels, the first one's centre at `d` from the kernel's. Returns their
 * sum. */
static double weigh(double *w, enum fov__kernel kernel, double d, double scale, int32_t count)
{
    const double step = 1.0 / scale;
    double sum = 0.0;

    for (int32_t k = 0; kernel == FOV__KERNEL_LANCZOS3 && k < count; k++) {
        const double x = (d + k) * step;
        w[k] = lanczos3(x * x);
    }
    for (int32_t k = 0; kernel == FOV__KERNEL_CATMULL_ROM && k < count; k++)
        w[k] = catmull_rom((d + k) * step);
    for (int32_t k = 0; kernel == FOV__KERNEL_LINEAR && k < count; k++) {
        const double x = (d + k) * step;
        w[k] = x < -1.0 || x > 1.0 ? 0.0 : x < 0 ? 1.0 + x : 1.0 - x;
    }
    for (int32_t k = 0; kernel == FOV__KERNEL_BOX && k < count; k++)
        w[k] = overlap(d + k, scale);
    for (int32_t k = 0; k < count; k++)
        sum += w[k];
    return sum;
}

/* Half away from zero; |v| is below 2^31, or no number where a map has none. */
static int32_t nearest(double v)
{
    if (!(v > -2e9 && v < 2e9))
        return 0;
    return (int32_t)(v + (v < 0 ? -0.5 : 0.5));
}

/* Beyond this many taps a coefficient is a few units, and what rounding leaves over would make one
 * tap a spike: an error of seven levels at 20 000 taps. There each takes over what the one before
 * it has left, so the error never grows beyond half a unit. */
enum { TAPS_WIDE = 512 };

static void quantise_wide(int16_t *coef, const double *w, double unit, int32_t count)
{
    double exact = 0.0;
    int32_t given = 0;

    for (int32_t k = 0; k < count; k++) {
        exact += w[k] * unit;
        coef[k] = (int16_t)(nearest(exact) - given);
        given += coef[k];
    }
}

/* What rounding leaves over goes to the largest, where it is smallest in proportion. */
static void quantise(int16_t *coef, const double *w, double sum, int32_t count)
{
    const double unit = FOV__TAP_ONE / sum;
    int32_t total = 0, largest = 0;

    if (count > TAPS_WIDE) {
        quantise_wide(coef, w, unit, count);
        return;
    }
    for (int32_t k = 0; k < count; k++) {
        coef[k] = (int16_t)nearest(w[k] * unit);
        total += coef[k];
    }
    for (int32_t k = 1; k < count; k++)
        largest = coef[k] > coef[largest] ? k : largest;
    coef[largest] = (int16_t)(coef[largest] + FOV__TAP_ONE - total);
}

static fov_status taps_alloc(struct fov_taps *out, double **weights, fov_context *ctx, int32_t n,
                             int32_t count, fov_error *err)
{
    out->ctx = ctx;
    out->n = n;
    out->count = count + (count & 1);
    out->first = fov__calloc(ctx, (size_t)n, sizeof(*out->first));
    out->coef = fov__calloc(ctx, (size_t)n * (size_t)out->count, sizeof(*out->coef));
    *weights = fov__calloc(ctx, (size_t)out->count, sizeof(**weights));
    if (out->first && out->coef && *weights)
        return FOV_OK;
    fov__free(ctx, *weights);
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

/* Source pixels in one of the output: no side of an image is as long. */
#define WIDTH_MAX 1e7

/* A box may be narrower than a source pixel: an output pixel then is the mean of just the area that
 * it covers. All others reach over a whole pixel at least. */
static double width_of(enum fov__kernel kernel, double scale)
{
    const double size = scale < 0 ? -scale : scale;

    return kernel == FOV__KERNEL_BOX || size > 1.0 ? size : 1.0;
}

/* A thousand million is far beyond every edge limit; what is no number becomes the lowest. */
double fov__taps_centre(double scale, double offset, int32_t i)
{
    double v = scale * ((double)i + 0.5) + offset;

    v = v > -1e9 ? v : -1e9;
    return v < 1e9 ? v : 1e9;
}

fov_status fov__taps_axis(struct fov_taps *out, fov_context *ctx, enum fov__kernel kernel,
                          double scale, double offset, int32_t n, fov_error *err)
{
    const double width = width_of(kernel, scale), radius = fov__kernel_radius(kernel, width);
    /* An open interval of this length holds at most so many pixel centres. */
    const int32_t count = kernel == FOV__KERNEL_NEAREST || !(width <= WIDTH_MAX)
                              ? 1
                              : (int32_t)fov__ceil(2.0 * radius);
    double *weights = NULL;
    fov_status rc;

    if (!(width <= WIDTH_MAX))
        return fov__fail(err, FOV_E_INTERNAL, 0, "resample",
                         "an output pixel covers %g source pixels, and no map shrinks so much",
                         width);
    rc = taps_alloc(out, &weights, ctx, n, count, err);
    if (rc < 0)
        return rc;
    for (int32_t i = 0; i < n; i++) {
        const double centre = fov__taps_centre(scale, offset, i);
        int16_t *coef = out->coef + (size_t)i * (size_t)out->count;

        if (kernel == FOV__KERNEL_NEAREST) {
            out->first[i] = (int32_t)fov__floor(centre);
            coef[0] = FOV__TAP_ONE;
            continue;
        }
        out->first[i] = (int32_t)fov__ceil(centre - radius - 0.5);
        quantise(coef, weights,
                 weigh(weights, kernel, (double)out->first[i] + 0.5 - centre, width, count), count);
    }
    fov__free(ctx, weights);
    return FOV_OK;
}

void fov__taps_fold(struct fov_taps *taps, int32_t size)
{
    const int32_t count = taps->count, latest = size > count ? size - count : 0;

    for (int32_t i = 0; i < taps->n; i++) {
        const int32_t from = taps->first[i];
        const int32_t to = from < 0 ? 0 : from > latest ? latest : from;
        int16_t *coef = taps->coef + (size_t)i * (size_t)count;

        /* Towards the left in rising order, towards the right in falling order: no coefficient is
         * overwritten before it was read. */
        for (int32_t k = 0; from < to && k < count; k++) {
            const int32_t at = fov__clamp_index(from + k, size) - to;
            const int16_t c = coef[k];
            coef[k] = 0;
            coef[at] = (int16_t)(coef[at] + c);
        }
        for (int32_t k = count - 1; (from > to || (from == to && size < count)) && k >= 0; k--) {
            const int32_t at = fov__clamp_index(from + k, size) - to;
            const int16_t c = coef[k];
            coef[k] = 0;
            coef[at] = (int16_t)(coef[at] + c);
        }
        taps->first[i] = to;
    }
}

fov_status fov__taps_phases(struct fov_taps *out, fov_context *ctx, enum fov__kernel kernel,
                            double scale, int32_t phases, fov_error *err)
{
    const double radius = fov__kernel_radius(kernel, scale);
    const int32_t half = (int32_t)fov__ceil(radius);
    double *weights = NULL;
    fov_status rc = taps_alloc(out, &weights, ctx, phases, 2 * half, err);

    if (rc < 0)
        return rc;
    for (int32_t p = 0; p < phases; p++) {
        out->first[p] = 1 - half;
        quantise(out->coef + (size_t)p * (size_t)out->count, weights,
                 weigh(weights, kernel, (double)(1 - half) - (double)p / phases, scale, 2 * half),
                 2 * half);
    }
    fov__free(ctx, weights);
    return FOV_OK;
}
