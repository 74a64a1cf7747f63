/* SPDX-License-Identifier: MIT */
/* Thresholds of grey: one level for all, or for each pixel one from its surroundings. Nothing is
 * divided: a mean that would be rounded is compared through its sum. */
#include "image/filter_kernels.h"

/* ---- the portable twin ----------------------------------------------------------------------- */

static void above(uint8_t *out, const uint8_t *in, size_t n, int32_t level)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] > level ? 255 : 0;
}

static void slide(uint16_t *columns, const uint8_t *enters, const uint8_t *leaves, size_t n)
{
    for (size_t i = 0; i < n; i++)
        columns[i] = (uint16_t)(columns[i] + enters[i] - leaves[i]);
}

static void sums_of(uint32_t *out, const uint16_t *in, size_t n, size_t wide)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < wide; i++)
        sum += in[i];
    out[0] = sum;
    for (size_t i = 1; i < n; i++) {
        sum += (uint32_t)in[i + wide - 1] - in[i - 1];
        out[i] = sum;
    }
}

static void above_sum(uint8_t *out, const uint8_t *in, const uint32_t *sums, size_t n, int32_t area,
                      int32_t offset)
{
    for (size_t i = 0; i < n; i++)
        out[i] = 2 * (int32_t)sums[i] + area < 2 * area * (in[i] + offset) ? 255 : 0;
}

static void above_mean(uint8_t *out, const uint8_t *in, const uint8_t *mean, size_t n,
                       int32_t offset)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] + offset > mean[i] ? 255 : 0;
}

const struct fov__threshold_kernels fov__threshold_portable = {above, slide, sums_of, above_sum,
                                                               above_mean};

/* ---- one level ------------------------------------------------------------------------------- */

void fov__filter_threshold(enum fov__cpu cpu, const struct fov__view *in,
                           const struct fov__view *out, int32_t level)
{
    const struct fov__threshold_kernels *kernels = FOV__TWIN(cpu, threshold);
    for (int32_t y = 0; y < in->height; y++)
        kernels->above(fov__view_row(out, y), fov__view_row(in, y), (size_t)in->width, level);
}

/* ---- a level for each pixel ------------------------------------------------------------------ */

struct local {
    const struct fov__threshold_kernels *kernels;
    struct fov__rows rows;
    int32_t radius, offset;
    size_t width;
    /* Box: sums of columns with radius more at each end, and of squares. Gauss: the row's means. */
    uint16_t *columns;
    uint32_t *sums;
    uint8_t *mean;
    struct fov__blur blur;
};

static void first_columns(struct local *l)
{
    uint16_t *columns = l->columns + l->radius;
    memset(columns, 0, l->width * sizeof(*columns));
    for (int32_t y = -l->radius - 1; y < l->radius;
         y++) { /* one too far up: rows slide in from it */
        const uint8_t *row = fov__rows_at(&l->rows, y);
        for (size_t i = 0; i < l->width; i++)
            columns[i] = (uint16_t)(columns[i] + row[i]);
    }
}

static void box_row(struct local *l, uint8_t *out, int32_t y)
{
    const size_t radius = (size_t)l->radius, wide = 2 * radius + 1;
    uint16_t *columns = l->columns + radius;
    l->kernels->slide(columns, fov__rows_at(&l->rows, y + l->radius),
                      fov__rows_at(&l->rows, y - l->radius - 1), l->width);
    for (size_t i = 0; i < radius; i++) {
        l->columns[i] = columns[0];
        columns[l->width + i] = columns[l->width - 1];
    }
    l->kernels->sums(l->sums, l->columns, l->width, wide);
    l->kernels->above_sum(out, fov__rows_at(&l->rows, y), l->sums, l->width, (int32_t)(wide * wide),
                          l->offset);
}

static void gauss_row(struct local *l, uint8_t *out, int32_t y)
{
    fov__blur_row(&l->blur, &l->rows, y, l->mean);
    l->kernels->above_mean(out, fov__rows_at(&l->rows, y), l->mean, l->width, l->offset);
}

fov_status fov__filter_threshold_local(const struct fov__filter *filter, const struct fov__view *in,
                                       const struct fov__view *out, enum fov__mean mean,
                                       int32_t radius, int32_t offset, fov_error *err)
{
    const size_t width = (size_t)in->width, padded = width + 2 * (size_t)radius;
    const size_t ring = fov__rows_ring_size(in, out, radius), size = 7 * padded + ring;
    struct local l = {.kernels = FOV__TWIN(filter->ctx->cpu, threshold),
                      .radius = radius,
                      .offset = offset,
                      .width = width};
    fov_status rc = FOV_OK;
    l.sums = fov__alloc(filter->ctx, size);
    if (l.sums == NULL)
        return fov__fail_memory(err, filter->where, size);
    l.columns = (uint16_t *)(l.sums + padded);
    l.blur.kernels = FOV__TWIN(filter->ctx->cpu, blur);
    l.blur.between = (int16_t *)l.columns;
    l.mean = (uint8_t *)(l.columns + padded);
    fov__blur_taps(l.blur.taps, radius, 0);
    fov__rows_start(&l.rows, in, radius, ring > 0 ? l.mean + padded : NULL);
    if (mean == FOV__MEAN_BOX)
        first_columns(&l);
    for (int32_t y = 0; rc == FOV_OK && y < in->height; y++) {
        rc = fov__filter_look(filter, y, err);
        fov__rows_step(&l.rows, y);
        if (rc == FOV_OK)
            (mean == FOV__MEAN_BOX ? box_row : gauss_row)(&l, fov__view_row(out, y), y);
    }
    fov__free(filter->ctx, l.sums);
    return rc;
}
