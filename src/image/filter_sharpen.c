/* SPDX-License-Identifier: MIT */
/* Sharpening: what a binomial blur of 5x5 takes away is added again. Sums of columns are at most
 * 4080 and those of all 25 at most 65280, so 16-bit lanes hold everything. Edges are repeated; a
 * ring of copied rows lets the result take the place of what it is made from. */
#include "image/filter_kernels.h"

static void sum_columns(uint16_t *restrict sum, const uint8_t *const rows[5], size_t n)
{
    const uint8_t *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3], *e = rows[4];
    for (size_t i = 0; i < n; i++)
        sum[i] = (uint16_t)(a[i] + e[i] + 4 * (b[i] + c[i] + d[i]) + 2 * c[i]);
}

/* The distance 256 in - blurred needs 17 bits: its size and its sign go apart, and 16-bit lanes do.
 * Halves go up, which for a negative distance means down in size. */
static void sharpen_row(uint8_t *restrict out, const uint8_t *in, const uint16_t *sum, size_t n,
                        size_t step, int32_t gain)
{
    const uint16_t *s1 = sum + step, *s2 = s1 + step, *s3 = s2 + step, *s4 = s3 + step;
    const uint32_t g = (uint32_t)gain;
    for (size_t i = 0; i < n; i++) {
        const uint16_t own = (uint16_t)(in[i] << 8);
        const uint16_t blurred =
            (uint16_t)(sum[i] + s4[i] + 4 * (s1[i] + s2[i] + s3[i]) + 2 * s2[i]);
        const bool is_less = own < blurred;
        const uint16_t size = (uint16_t)(is_less ? blurred - own : own - blurred);
        const int32_t change = (int32_t)((size * g + 32768 - is_less) >> 16);
        out[i] = fov__clamp_u8(is_less ? in[i] - change : in[i] + change);
    }
}

const struct fov__sharpen_kernels fov__sharpen_portable = {sum_columns, sharpen_row};

struct sharpening {
    const struct fov__sharpen_kernels *kernels;
    const struct fov__view *in;
    size_t step, n;
    uint8_t *ring[5]; /* NULL: `in` is not written over */
    uint16_t *sum;    /* two pixels more at each end */
    int32_t gain;
};

static const uint8_t *row_of(const struct sharpening *s, int32_t y)
{
    return s->ring[0] ? s->ring[y % 5] : fov__view_row(s->in, y);
}

static void keep_row(const struct sharpening *s, int32_t y)
{
    if (s->ring[0] && y < s->in->height)
        memcpy(s->ring[y % 5], fov__view_row(s->in, y), s->n);
}

static void sharpen_at(const struct sharpening *s, uint8_t *out, int32_t y)
{
    const uint8_t *rows[5];
    uint16_t *sum = s->sum;
    for (int32_t k = 0; k < 5; k++)
        rows[k] = row_of(s, clamp_index(y + k - 2, s->in->height - 1));
    s->kernels->columns(sum + 2 * s->step, rows, s->n);
    for (size_t i = 0; i < 2 * s->step; i++) {
        sum[i] = sum[2 * s->step + i % s->step];
        sum[2 * s->step + s->n + i] = sum[s->step + s->n + i % s->step];
    }
    s->kernels->row(out, rows[2], sum, s->n, s->step, s->gain);
    for (size_t i = 3; s->step == 4 && i < s->n; i += 4)
        out[i] = rows[2][i];
}

fov_status fov__filter_sharpen(const struct fov__filter *filter, const struct fov__view *in,
                               const struct fov__view *out, double amount, fov_error *err)
{
    const size_t step = (size_t)in->bands, n = (size_t)in->width * step, wide = n + 4 * step;
    const bool is_in_place = in->data == out->data;
    const size_t size = wide * sizeof(uint16_t) + (is_in_place ? 5 * n : 0);
    uint16_t *scratch = fov__alloc(filter->ctx, size);
    struct sharpening s = {FOV__TWIN(filter->ctx->cpu, sharpen), in, step, n, {NULL}, scratch,
                           (int32_t)fov__rint(amount * 256)};
    fov_status rc = FOV_OK;
    if (scratch == NULL)
        return fov__fail_memory(err, filter->where, size);
    for (size_t k = 0; k < 5 && is_in_place; k++)
        s.ring[k] = (uint8_t *)(scratch + wide) + k * n;
    keep_row(&s, 0);
    keep_row(&s, 1);
    for (int32_t y = 0; y < in->height; y++) {
        rc = fov__filter_look(filter, y, err);
        if (rc < 0)
            break;
        keep_row(&s, y + 2);
        sharpen_at(&s, fov__view_row(out, y), y);
    }
    fov__free(filter->ctx, scratch);
    return rc;
}
