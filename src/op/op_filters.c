/* SPDX-License-Identifier: MIT */
/* Median, sharpening and CLAHE on a rectangle of pixels, and the one power function that lookup
 * tables need. No libm, no threads, no clock: the same bytes everywhere. */
#include "op/op_filters_internal.h"

/* ---- x^p ------------------------------------------------------------------------------------ */

#define LN2 0.69314718055994530941723212145818

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

/* e^y for y <= 0: 2^k e^r with |r| <= ln 2 / 2; the Taylor series' first term left out is 4e-18. */
static double exp_of(double y)
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
    return x >= 1 ? 1 : exp_of(p * log_of(x));
}

/* ---- median --------------------------------------------------------------------------------- */

static inline uint8_t min_u8(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

static inline uint8_t max_u8(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static inline uint8_t median_u8(uint8_t a, uint8_t b, uint8_t c)
{
    return max_u8(min_u8(a, b), min_u8(max_u8(a, b), c));
}

/* A row with one pixel repeated at each end. */
static void load_padded(uint8_t *to, const uint8_t *row, int32_t width, int32_t bands)
{
    const size_t b = (size_t)bands, n = (size_t)width * b;
    memcpy(to, row, b);
    memcpy(to + b, row, n);
    memcpy(to + b + n, row + n - b, b);
}

/* The median of nine is the median of the largest low, the middle middle and the smallest high of
 * its three sorted columns. */
static void median_row(const uint8_t *const r[3], uint8_t *low, uint8_t *mid, uint8_t *high,
                       uint8_t *out, size_t n, size_t b)
{
    for (size_t i = 0; i < n + 2 * b; i++) {
        const uint8_t x = min_u8(r[0][i], r[1][i]), y = max_u8(r[0][i], r[1][i]), z = r[2][i];
        low[i] = min_u8(x, z);
        high[i] = max_u8(y, z);
        mid[i] = max_u8(x, min_u8(y, z));
    }
    for (size_t i = 0; i < n; i++) {
        const uint8_t lo = max_u8(max_u8(low[i], low[i + b]), low[i + 2 * b]);
        const uint8_t hi = min_u8(min_u8(high[i], high[i + b]), high[i + 2 * b]);
        out[i] = median_u8(lo, median_u8(mid[i], mid[i + b], mid[i + 2 * b]), hi);
    }
}

static fov_status cancelled(fov_error *err)
{
    return fov__fail(err, FOV_E_CANCELLED, 0, "enhance", "the caller cancelled");
}

static fov_status median_once(struct op_view view, uint8_t *scratch, const fov_cancel *cancel,
                              fov_error *err)
{
    const size_t b = (size_t)view.bands, n = (size_t)view.width * b, padded = n + 2 * b;
    uint8_t *ring[3] = {scratch, scratch + padded, scratch + 2 * padded};
    uint8_t *low = scratch + 3 * padded, *mid = low + padded, *high = mid + padded;
    const int32_t last = view.height - 1;
    load_padded(ring[0], fov__view_row(&view, 0), view.width, view.bands);
    for (int32_t y = 0; y <= last; y++) {
        if (fov_cancel_is_set(cancel))
            return cancelled(err);
        /* Rows are overwritten as they are done; the ring holds what they were. */
        if (y < last)
            load_padded(ring[(y + 1) % 3], fov__view_row(&view, y + 1), view.width, view.bands);
        const uint8_t *const rows[3] = {ring[(y > 0 ? y - 1 : 0) % 3], ring[y % 3],
                                        ring[(y < last ? y + 1 : last) % 3]};
        uint8_t *out = fov__view_row(&view, y);
        median_row(rows, low, mid, high, out, n, b);
        for (size_t i = 3; b == 4 && i < n; i += 4)
            out[i] = rows[1][i + b];
    }
    return FOV_OK;
}

fov_status fov__filter_median(fov_context *ctx, struct op_view view, int32_t times,
                              const fov_cancel *cancel, fov_error *err)
{
    const size_t size = 6 * (size_t)(view.width + 2) * (size_t)view.bands;
    uint8_t *scratch = fov__alloc(ctx, size);
    if (scratch == NULL)
        return fov__fail_memory(err, "enhance", size);
    fov_status rc = FOV_OK;
    for (int32_t i = 0; rc == FOV_OK && i < times; i++)
        rc = median_once(view, scratch, cancel, err);
    fov__free(ctx, scratch);
    return rc;
}

/* ---- sharpening ----------------------------------------------------------------------------- */

static int32_t clamp_index(int32_t i, int32_t last)
{
    return i < 0 ? 0 : i > last ? last : i;
}

/* Binomial 1 4 6 4 1 in y, into `sum` with two pixels repeated at each end. */
static void blur_columns(uint8_t *const ring[5], int32_t y, int32_t last, uint16_t *sum, size_t n,
                         size_t b)
{
    const uint8_t *r[5];
    for (int32_t k = 0; k < 5; k++)
        r[k] = ring[clamp_index(y + k - 2, last) % 5];
    for (size_t i = 0; i < n; i++)
        sum[i + 2 * b] = (uint16_t)(r[0][i] + 4 * r[1][i] + 6 * r[2][i] + 4 * r[3][i] + r[4][i]);
    for (size_t i = 0; i < 2 * b; i++) {
        sum[i] = sum[2 * b + i % b];
        sum[2 * b + n + i] = sum[b + n + i % b];
    }
}

fov_status fov__filter_sharpen(fov_context *ctx, struct op_view view, double amount,
                               const fov_cancel *cancel, fov_error *err)
{
    const size_t b = (size_t)view.bands, n = (size_t)view.width * b, wide = n + 4 * b;
    const size_t size = 5 * n + wide * sizeof(uint16_t) + sizeof(uint16_t);
    const int32_t gain = (int32_t)fov__rint(amount * 256), last = view.height - 1;
    uint16_t *sum = fov__alloc(ctx, size); /* first, for its alignment */
    if (sum == NULL)
        return fov__fail_memory(err, "enhance", size);
    uint8_t *const rows = (uint8_t *)(sum + wide);
    uint8_t *const ring[5] = {rows, rows + n, rows + 2 * n, rows + 3 * n, rows + 4 * n};
    fov_status rc = FOV_OK;
    for (int32_t y = 0; y < 2 && y <= last; y++)
        memcpy(ring[y], fov__view_row(&view, y), n);
    for (int32_t y = 0; y <= last; y++) {
        if (fov_cancel_is_set(cancel)) {
            rc = cancelled(err);
            break;
        }
        if (y + 2 <= last)
            memcpy(ring[(y + 2) % 5], fov__view_row(&view, y + 2), n);
        blur_columns(ring, y, last, sum, n, b);
        uint8_t *out = fov__view_row(&view, y);
        for (size_t i = 0; i < n; i++) {
            if (b == 4 && i % 4 == 3)
                continue;
            const uint16_t *s = sum + i;
            const int32_t blurred = s[0] + 4 * s[b] + 6 * s[2 * b] + 4 * s[3 * b] + s[4 * b];
            const int32_t v = 65536 * out[i] + gain * (256 * out[i] - blurred) + 32768;
            out[i] = v < 0 ? 0 : fov__clamp_u8(v >> 16);
        }
    }
    fov__free(ctx, sum);
    return rc;
}

/* ---- CLAHE ---------------------------------------------------------------------------------- */

enum { TILES = 8, TILE_MIN = 8 /* pixels: a histogram of fewer says nothing */ };

/* The two tiles between whose centres a pixel lies, and how far towards the second, in 1/256. */
struct between {
    int32_t a, b, f;
};

struct clahe {
    int32_t nx, ny;
    struct between *columns; /* one for each x: a division a pixel would cost more than the rest */
    uint8_t map[TILES * TILES][256];
};

static int32_t tiles_of(int32_t length)
{
    const int32_t n = length / TILE_MIN;
    return n < 1 ? 1 : n > TILES ? TILES : n;
}

/* Cut the histogram at the limit, share what was cut off among all levels, and sum it up. */
static void equalise(uint32_t histogram[256], uint64_t total, double clip, uint8_t map[256])
{
    const uint64_t clip_q = (uint64_t)fov__rint(clip * 256);
    const uint64_t limit = clip_q * total / 65536 > 0 ? clip_q * total / 65536 : 1;
    uint64_t excess = 0, sum = 0;
    for (int v = 0; v < 256; v++) {
        if (histogram[v] > limit) {
            excess += histogram[v] - limit;
            histogram[v] = (uint32_t)limit;
        }
    }
    for (uint64_t v = 0; v < 256; v++) {
        sum += histogram[v];
        /* In 1/256 of a pixel, since the share of a level is a fraction in a small tile. */
        const uint64_t shared = 256 * sum + excess * (v + 1);
        map[v] = (uint8_t)((shared * 255 + 128 * total) / (256 * total));
    }
}

static void make_map(struct clahe *clahe, const struct op_view *view, int32_t tx, int32_t ty,
                     double clip)
{
    uint32_t histogram[256];
    const int32_t x1 = (int32_t)((int64_t)tx * view->width / clahe->nx);
    const int32_t x2 = (int32_t)((int64_t)(tx + 1) * view->width / clahe->nx);
    const int32_t y1 = (int32_t)((int64_t)ty * view->height / clahe->ny);
    const int32_t y2 = (int32_t)((int64_t)(ty + 1) * view->height / clahe->ny);
    memset(histogram, 0, sizeof(histogram));
    for (int32_t y = y1; y < y2; y++) {
        const uint8_t *row = fov__view_row(view, y);
        for (int32_t x = x1; x < x2; x++)
            histogram[fov__luma(row + (size_t)x * (size_t)view->bands)]++;
    }
    equalise(histogram, (uint64_t)(x2 - x1) * (uint64_t)(y2 - y1), clip,
             clahe->map[ty * clahe->nx + tx]);
}

static struct between between_tiles(int32_t at, int32_t length, int32_t n)
{
    const int64_t u = (2 * (int64_t)at + 1) * n * 128 / length - 128;
    if (u <= 0)
        return (struct between){0, 0, 0};
    const int32_t a = (int32_t)(u / 256);
    if (a >= n - 1)
        return (struct between){n - 1, n - 1, 0};
    return (struct between){a, a + 1, (int32_t)(u % 256)};
}

static void apply_row(const struct clahe *clahe, const struct op_view *view, int32_t y)
{
    const struct between v = between_tiles(y, view->height, clahe->ny);
    uint8_t *pixel = fov__view_row(view, y);
    for (int32_t x = 0; x < view->width; x++, pixel += view->bands) {
        const struct between u = clahe->columns[x];
        const int32_t luma = fov__luma(pixel);
        const int32_t top = clahe->map[v.a * clahe->nx + u.a][luma] * (256 - u.f) +
                            clahe->map[v.a * clahe->nx + u.b][luma] * u.f;
        const int32_t bottom = clahe->map[v.b * clahe->nx + u.a][luma] * (256 - u.f) +
                               clahe->map[v.b * clahe->nx + u.b][luma] * u.f;
        const int32_t change = ((top * (256 - v.f) + bottom * v.f + 32768) >> 16) - luma;
        for (int c = 0; c < 3; c++)
            pixel[c] = fov__clamp_u8(pixel[c] + change);
    }
}

fov_status fov__filter_clahe(fov_context *ctx, struct op_view view, double clip,
                             const fov_cancel *cancel, fov_error *err)
{
    const size_t size = (size_t)view.width * sizeof(struct between);
    struct between *columns = fov__alloc(ctx, size);
    struct clahe *clahe = fov__alloc(ctx, sizeof(*clahe));
    fov_status rc = FOV_OK;
    if (clahe == NULL || columns == NULL) {
        rc = fov__fail_memory(err, "enhance", sizeof(*clahe) + size);
        goto done;
    }
    clahe->nx = tiles_of(view.width);
    clahe->ny = tiles_of(view.height);
    clahe->columns = columns;
    for (int32_t x = 0; x < view.width; x++)
        columns[x] = between_tiles(x, view.width, clahe->nx);
    for (int32_t t = 0; t < clahe->nx * clahe->ny; t++)
        make_map(clahe, &view, t % clahe->nx, t / clahe->nx, clip);
    for (int32_t y = 0; y < view.height; y++) {
        if (fov_cancel_is_set(cancel)) {
            rc = cancelled(err);
            break;
        }
        apply_row(clahe, &view, y);
    }
done:
    fov__free(ctx, clahe);
    fov__free(ctx, columns);
    return rc;
}
