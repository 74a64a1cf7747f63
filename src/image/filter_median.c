/* SPDX-License-Identifier: MIT */
/* The median over 3x3 pixels, by rows: nothing but minima and maxima of bytes. Edges are repeated.
 * A ring of copied rows lets the result take the place of what it is made from. */
#include "image/filter_kernels.h"

static inline uint8_t min_u8(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

static inline uint8_t max_u8(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* The median of nine is the median of the largest low, the middle middle and the smallest high of
 * its three sorted columns. */
static void sort_columns(uint8_t *restrict low, uint8_t *restrict mid, uint8_t *restrict high,
                         const uint8_t *const rows[3], size_t n)
{
    const uint8_t *r0 = rows[0], *r1 = rows[1], *r2 = rows[2];
    for (size_t i = 0; i < n; i++) {
        const uint8_t x = min_u8(r0[i], r1[i]), y = max_u8(r0[i], r1[i]), z = r2[i];
        low[i] = min_u8(x, z);
        high[i] = max_u8(y, z);
        mid[i] = max_u8(x, min_u8(y, z));
    }
}

static void take_medians(uint8_t *restrict out, const uint8_t *low, const uint8_t *mid,
                         const uint8_t *high, size_t n, size_t step)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t a = max_u8(max_u8(low[i], low[i + step]), low[i + 2 * step]);
        const uint8_t c = min_u8(min_u8(high[i], high[i + step]), high[i + 2 * step]);
        const uint8_t x = min_u8(mid[i], mid[i + step]), y = max_u8(mid[i], mid[i + step]);
        const uint8_t b = max_u8(x, min_u8(y, mid[i + 2 * step]));
        out[i] = max_u8(min_u8(a, b), min_u8(max_u8(a, b), c));
    }
}

const struct fov__median_kernels fov__median_portable = {sort_columns, take_medians};

struct medians {
    const struct fov__median_kernels *kernels;
    size_t step, n;
    uint8_t *ring[3];    /* NULL: `in` is not written over */
    uint8_t *columns[3]; /* low, middle, high, with one pixel more at each end */
};

static void median_row(const struct medians *m, uint8_t *out, const uint8_t *const rows[3])
{
    const size_t step = m->step, n = m->n;
    m->kernels->columns(m->columns[0] + step, m->columns[1] + step, m->columns[2] + step, rows, n);
    for (int k = 0; k < 3; k++) { /* a repeated pixel has the same sorted column */
        memcpy(m->columns[k], m->columns[k] + step, step);
        memcpy(m->columns[k] + step + n, m->columns[k] + n, step);
    }
    m->kernels->row(out, m->columns[0], m->columns[1], m->columns[2], n, step);
    for (size_t i = 3; step == 4 && i < n; i += 4)
        out[i] = rows[1][i];
}

static const uint8_t *row_of(const struct medians *m, const struct fov__view *in, int32_t y)
{
    return m->ring[0] ? m->ring[y % 3] : fov__view_row(in, y);
}

static fov_status median_once(const struct fov__filter *filter, const struct medians *m,
                              const struct fov__view *in, const struct fov__view *out,
                              fov_error *err)
{
    const int32_t last = in->height - 1;
    if (m->ring[0])
        memcpy(m->ring[0], fov__view_row(in, 0), m->n);
    for (int32_t y = 0; y <= last; y++) {
        const fov_status rc = fov__filter_look(filter, y, err);
        if (rc < 0)
            return rc;
        if (m->ring[0] && y < last)
            memcpy(m->ring[(y + 1) % 3], fov__view_row(in, y + 1), m->n);
        const uint8_t *const rows[3] = {row_of(m, in, clamp_index(y - 1, last)), row_of(m, in, y),
                                        row_of(m, in, clamp_index(y + 1, last))};
        median_row(m, fov__view_row(out, y), rows);
    }
    return FOV_OK;
}

fov_status fov__filter_median(const struct fov__filter *filter, const struct fov__view *in,
                              const struct fov__view *out, int32_t times, fov_error *err)
{
    const size_t step = (size_t)in->bands, n = (size_t)in->width * step, wide = n + 2 * step;
    const size_t size = 3 * wide + 3 * n;
    uint8_t *scratch = fov__alloc(filter->ctx, size);
    struct medians m = {FOV__TWIN(filter->ctx->cpu, median), step, n, {NULL}, {NULL}};
    fov_status rc = FOV_OK;
    if (scratch == NULL)
        return fov__fail_memory(err, filter->where, size);
    for (size_t k = 0; k < 3; k++)
        m.columns[k] = scratch + k * wide;
    for (int32_t i = 0; rc == FOV_OK && i < times; i++) {
        for (size_t k = 0; k < 3 && (i > 0 || in->data == out->data); k++)
            m.ring[k] = scratch + 3 * wide + k * n;
        rc = median_once(filter, &m, i == 0 ? in : out, out, err);
    }
    fov__free(filter->ctx, scratch);
    return rc;
}
