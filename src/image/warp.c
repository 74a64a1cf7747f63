/* SPDX-License-Identifier: MIT */
/* The one resample of a segment: output pixels are fetched through a matrix from one grid of source
 * pixels. Matrices that keep the axes go through two separable passes; all others take a square of
 * taps a pixel. Integer accumulation throughout: the same bytes on every machine and for any number
 * of threads. It knows nothing of nodes, fills or marks. */
#include "image/warp_internal.h"

enum { BAND_ROWS = 64 };

/* What both paths share; `failed` holds the first error of any band. */
struct job {
    const struct fov_pixels *src;
    struct fov_pixels *out;
    struct fov_mat to_src;
    struct fov_taps x, y; /* separable: of the axes; general: x holds the phases */
    const fov_cancel *cancel;
    atomic_int failed;
};

static int32_t clamp_index(int32_t i, int32_t n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

static uint8_t clamp_byte(int32_t v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* ---- separable ------------------------------------------------------------------------------ */

/* A row of the source, resampled along x, as 16-bit values of 1/64 grey level: the overshoot of a
 * Lanczos kernel (below 1.3 x 255 x 64 = 21 216) fits. */
static void across3(int16_t *dst, const uint8_t *row, const struct fov_taps *taps, int32_t width)
{
    for (int32_t i = 0; i < taps->n; i++) {
        const int16_t *coef = taps->coef + (size_t)i * (size_t)taps->count;
        int32_t first = taps->first[i], r = 0, g = 0, b = 0;

        for (int32_t k = 0; k < taps->count; k++) {
            const uint8_t *p = row + 3 * (size_t)clamp_index(first + k, width);
            r += coef[k] * p[0];
            g += coef[k] * p[1];
            b += coef[k] * p[2];
        }
        dst[3 * i] = (int16_t)((r + 128) >> 8);
        dst[3 * i + 1] = (int16_t)((g + 128) >> 8);
        dst[3 * i + 2] = (int16_t)((b + 128) >> 8);
    }
}

/* The same with alpha: colours weighted by it. 16 384 x 255 x 255 and 45 % of overshoot fit 31
 * bits; alpha is carried times 255, so that all four sums have one scale. */
static void across4(int32_t *dst, const uint8_t *row, const struct fov_taps *taps, int32_t width)
{
    for (int32_t i = 0; i < taps->n; i++) {
        const int16_t *coef = taps->coef + (size_t)i * (size_t)taps->count;
        int32_t first = taps->first[i], sum[4] = {0, 0, 0, 0};

        for (int32_t k = 0; k < taps->count; k++) {
            const uint8_t *p = row + 4 * (size_t)clamp_index(first + k, width);
            int32_t wa = coef[k] * p[3];
            sum[0] += wa * p[0];
            sum[1] += wa * p[1];
            sum[2] += wa * p[2];
            sum[3] += wa * 255;
        }
        memcpy(dst + 4 * (size_t)i, sum, sizeof(sum));
    }
}

static void down3(uint8_t *dst, const void *const *rows, const int16_t *coef, int32_t count,
                  int32_t n, int32_t *sum)
{
    memset(sum, 0, (size_t)n * sizeof(*sum));
    for (int32_t k = 0; k < count; k++) {
        const int16_t *row = rows[k];
        int32_t c = coef[k];

        if (c == 0)
            continue;
        for (int32_t i = 0; i < n; i++)
            sum[i] += c * row[i];
    }
    /* 14 bits of this pass and 6 of the other. */
    for (int32_t i = 0; i < n; i++)
        dst[i] = clamp_byte((sum[i] + (1 << 19)) >> 20);
}

/* From alpha-weighted sums (28 bits of fraction) back to straight bytes. */
static void unweigh(uint8_t *dst, const int64_t sum[4])
{
    const int64_t one = (int64_t)255 << (2 * FOV__TAP_BITS);
    int64_t alpha;

    if (sum[3] <= 0) {
        memset(dst, 0, 4);
        return;
    }
    for (int c = 0; c < 3; c++) {
        int64_t v = (sum[c] * 255 + sum[3] / 2) / sum[3];
        dst[c] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
    alpha = (sum[3] + one / 2) / one;
    dst[3] = (uint8_t)(alpha > 255 ? 255 : alpha);
}

static void down4(uint8_t *dst, const void *const *rows, const int16_t *coef, int32_t count,
                  int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        int64_t sum[4] = {0, 0, 0, 0};

        for (int32_t k = 0; k < count; k++) {
            const int32_t *cell = (const int32_t *)rows[k] + 4 * (size_t)i;
            for (int c = 0; c < 4; c++)
                sum[c] += (int64_t)coef[k] * cell[c];
        }
        unweigh(dst + 4 * (size_t)i, sum);
    }
}

/* The source rows that output rows [y1, y2) touch. */
static void rows_touched(const struct job *job, int32_t y1, int32_t y2, int32_t *lo, int32_t *hi)
{
    *lo = INT32_MAX;
    *hi = INT32_MIN;
    for (int32_t y = y1; y < y2; y++) {
        int32_t a = clamp_index(job->y.first[y], job->src->height);
        int32_t b = clamp_index(job->y.first[y] + job->y.count - 1, job->src->height);
        *lo = a < *lo ? a : *lo;
        *hi = b > *hi ? b : *hi;
    }
}

/* One band of output rows: the source rows it needs are resampled across once, then down. */
static fov_status separable_rows(struct job *job, int32_t y1, int32_t y2)
{
    fov_context *ctx = job->src->ctx;
    const int32_t bands = job->src->bands, width = job->out->width, taps = job->y.count;
    const size_t cell = bands == 4 ? sizeof(int32_t) : sizeof(int16_t);
    const size_t pitch = (size_t)width * (size_t)bands * cell;
    fov_status rc = FOV_E_MEMORY;
    uint8_t *store = NULL;
    int32_t *sum = NULL, lo, hi;
    const void **rows = NULL;

    rows_touched(job, y1, y2, &lo, &hi);
    store = fov__calloc(ctx, (size_t)(hi - lo + 1), pitch);
    sum = fov__calloc(ctx, (size_t)width * (size_t)bands, sizeof(*sum));
    rows = fov__calloc(ctx, (size_t)taps, sizeof(*rows));
    if (!store || !sum || !rows)
        goto done;
    for (int32_t r = lo; r <= hi; r++) {
        void *dst = store + (size_t)(r - lo) * pitch;
        const uint8_t *row = fov__pixels_row(job->src, r);

        if (fov_cancel_is_set(job->cancel)) {
            rc = FOV_E_CANCELLED;
            goto done;
        }
        if (bands == 4)
            across4(dst, row, &job->x, job->src->width);
        else
            across3(dst, row, &job->x, job->src->width);
    }
    for (int32_t y = y1; y < y2; y++) {
        const int16_t *coef = job->y.coef + (size_t)y * (size_t)taps;
        uint8_t *dst = fov__pixels_row(job->out, y);

        for (int32_t k = 0; k < taps; k++) {
            int32_t r = clamp_index(job->y.first[y] + k, job->src->height);
            rows[k] = store + (size_t)(r - lo) * pitch;
        }
        if (bands == 4)
            down4(dst, rows, coef, taps, width);
        else
            down3(dst, rows, coef, taps, width * 3, sum);
    }
    rc = FOV_OK;
done:
    fov__free(ctx, store);
    fov__free(ctx, sum);
    fov__free(ctx, rows);
    return rc;
}

/* ---- general -------------------------------------------------------------------------------- */

/* One row of taps: `part` is the sum across, weighted by alpha where there is one. */
static void gather_row(int32_t part[4], const struct fov_pixels *src, const uint8_t *row,
                       const int16_t *coef, int32_t first, int32_t count)
{
    for (int32_t j = 0; j < count; j++) {
        const uint8_t *p = row + (size_t)clamp_index(first + j, src->width) * (size_t)src->bands;
        int32_t weight = src->bands == 4 ? coef[j] * p[3] : coef[j];

        part[0] += weight * p[0];
        part[1] += weight * p[1];
        part[2] += weight * p[2];
        part[3] += weight * 255;
    }
}

/* A coordinate of the source as a whole pixel and a phase; half a phase of rounding is 1/512 pixel.
 */
static void split_phase(double v, int32_t *whole, int32_t *phase)
{
    const double limit =
        1e6 * FOV__PHASES; /* beyond every edge limit: keeps the integers in range */
    double p = fov__floor((v - 0.5) * FOV__PHASES + 0.5);

    p = p > -limit ? p : -limit; /* NaN goes there too */
    p = p < limit ? p : limit;
    *whole = (int32_t)fov__floor(p / FOV__PHASES);
    *phase = (int32_t)(p - (double)*whole * FOV__PHASES);
}

/* One output pixel from a square of taps about (x, y) of the source. */
static void gather(const struct job *job, uint8_t *dst, double x, double y)
{
    const struct fov_taps *t = &job->x;
    const struct fov_pixels *src = job->src;
    int32_t ix, iy, px, py;
    int64_t sum[4] = {0, 0, 0, 0};

    split_phase(x, &ix, &px);
    split_phase(y, &iy, &py);
    const int16_t *cx = t->coef + (size_t)px * (size_t)t->count;
    const int16_t *cy = t->coef + (size_t)py * (size_t)t->count;

    for (int32_t k = 0; k < t->count; k++) {
        const uint8_t *row = fov__pixels_row(src, clamp_index(iy + t->first[py] + k, src->height));
        int32_t part[4] = {0, 0, 0, 0};

        if (cy[k] == 0)
            continue;
        gather_row(part, src, row, cx, ix + t->first[px], t->count);
        for (int c = 0; c < 4; c++)
            sum[c] += (int64_t)cy[k] * part[c];
    }
    if (src->bands == 4) {
        unweigh(dst, sum);
        return;
    }
    for (int c = 0; c < 3; c++)
        dst[c] = clamp_byte((int32_t)((sum[c] + (1 << 27)) >> 28));
}

static fov_status general_rows(struct job *job, int32_t y1, int32_t y2)
{
    for (int32_t y = y1; y < y2; y++) {
        uint8_t *dst = fov__pixels_row(job->out, y);

        if (fov_cancel_is_set(job->cancel))
            return FOV_E_CANCELLED;
        for (int32_t x = 0; x < job->out->width; x++, dst += job->out->bands) {
            fov_point p =
                fov__mat_apply(job->to_src, (fov_point){(double)x + 0.5, (double)y + 0.5});
            gather(job, dst, p.x, p.y);
        }
    }
    return FOV_OK;
}

/* ---- both ----------------------------------------------------------------------------------- */

typedef fov_status (*rows_fn)(struct job *job, int32_t y1, int32_t y2);

struct bands {
    struct job *job;
    rows_fn rows;
};

static void run_band(uint32_t i, void *user)
{
    struct bands *bands = user;
    int32_t y1 = (int32_t)i * BAND_ROWS, y2 = y1 + BAND_ROWS;
    int none = 0;
    fov_status rc;

    if (atomic_load(&bands->job->failed))
        return;
    if (y2 > bands->job->out->height)
        y2 = bands->job->out->height;
    rc = bands->rows(bands->job, y1, y2);
    if (rc < 0)
        atomic_compare_exchange_strong(&bands->job->failed, &none, rc);
}

static fov_status run(struct job *job, rows_fn rows, uint32_t threads, fov_error *err)
{
    struct bands bands = {job, rows};
    fov_status rc;

    fov__parallel(threads, (uint32_t)((job->out->height + BAND_ROWS - 1) / BAND_ROWS), run_band,
                  &bands);
    rc = atomic_load(&job->failed);
    if (rc == FOV_E_MEMORY)
        return fov__fail_memory(err, "resample", 0);
    if (rc < 0)
        return fov__fail(err, rc, 0, "resample", "resampling was cancelled");
    return FOV_OK;
}

/* Across the diagonal: what a quarter turn needs after a separable pass on the turned grid. */
static fov_status transpose(struct fov_pixels *out, const struct fov_pixels *in,
                            const fov_cancel *cancel, fov_error *err)
{
    for (int32_t y = 0; y < out->height; y++) {
        uint8_t *dst = fov__pixels_row(out, y);

        if (fov_cancel_is_set(cancel))
            return fov__fail(err, FOV_E_CANCELLED, 0, "resample", "resampling was cancelled");
        for (int32_t x = 0; x < out->width; x++, dst += out->bands)
            memcpy(dst, fov__pixels_row(in, x) + (size_t)y * (size_t)in->bands, (size_t)in->bands);
    }
    return FOV_OK;
}

static fov_status warp_axes(const struct fov_warp *warp, struct fov_pixels *out, uint32_t threads,
                            const fov_cancel *cancel, fov_error *err)
{
    struct job job = {.src = warp->src, .out = out, .to_src = warp->to_src, .cancel = cancel};
    const double *m = warp->to_src.m;
    const bool turned = m[0] == 0.0 && m[4] == 0.0;
    struct fov_pixels *grid = NULL;
    fov_status rc;

    if (turned) {
        rc = fov__pixels_new(&grid, out->ctx, out->height, out->width, out->bands, err);
        if (rc < 0)
            return rc;
        job.out = grid;
    }
    rc = fov__taps_axis(&job.x, out->ctx, warp->kernel, turned ? m[1] : m[0], m[2], job.out->width,
                        err);
    if (rc == FOV_OK)
        rc = fov__taps_axis(&job.y, out->ctx, warp->kernel, turned ? m[3] : m[4], m[5],
                            job.out->height, err);
    if (rc == FOV_OK)
        rc = run(&job, separable_rows, threads, err);
    if (rc == FOV_OK && turned)
        rc = transpose(out, grid, cancel, err);
    fov__taps_free(&job.x);
    fov__taps_free(&job.y);
    fov__pixels_unref(grid);
    return rc;
}

/* How far the kernel must be widened: source pixels for each output pixel, in the worse direction,
 * at the middle of the picture. */
static double widening(struct fov_mat to_src, int32_t width, int32_t height)
{
    double sx, sy, s;

    fov__mat_density(to_src, (fov_point){width * 0.5, height * 0.5}, &sx, &sy);
    s = sx > sy ? sx : sy;
    /* A turn by 45 degrees measures 1 +- rounding: that is no minification. */
    return s > 1.0 + 1e-9 ? s : 1.0;
}

fov_status fov__warp(const struct fov_warp *warp, struct fov_pixels *out, uint32_t threads,
                     const fov_cancel *cancel, fov_error *err)
{
    struct job job = {.src = warp->src, .out = out, .to_src = warp->to_src, .cancel = cancel};
    fov_status rc;

    if (out->bands != warp->src->bands)
        return fov__fail(err, FOV_E_INTERNAL, 0, "resample",
                         "the output has %d bands, the source %d", (int)out->bands,
                         (int)warp->src->bands);
    if (fov__mat_is_affine(warp->to_src) && fov__mat_is_axis_aligned(warp->to_src))
        return warp_axes(warp, out, threads, cancel, err);
    rc = fov__taps_phases(&job.x, out->ctx, warp->kernel,
                          widening(warp->to_src, out->width, out->height), err);
    if (rc < 0)
        return rc;
    rc = run(&job, general_rows, threads, err);
    fov__taps_free(&job.x);
    return rc;
}

fov_box fov__warp_reach(const struct fov_warp *warp, int32_t out_width, int32_t out_height)
{
    fov_box box = fov__mat_bounds(warp->to_src, (fov_box){0, 0, out_width, out_height});
    double margin =
        fov__kernel_radius(warp->kernel) * widening(warp->to_src, out_width, out_height) + 2.0;

    return (fov_box){box.x1 - margin, box.y1 - margin, box.x2 + margin, box.y2 + margin};
}
