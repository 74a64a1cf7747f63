/* SPDX-License-Identifier: MIT */
/* Counting levels, and what can be read off the counts: tails, an equalising table, Otsu's
 * threshold. Everything is decided in integers, without rounding before the last step. */
#include "image/filter_kernels.h"

/* ---- counting -------------------------------------------------------------------------------- */

void fov__levels_add(struct fov__levels *levels, const uint8_t *row, size_t n)
{
    uint32_t(*part)[256] = levels->part;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) { /* one load for eight levels; their order is of no account */
        uint64_t v;
        memcpy(&v, row + i, sizeof(v));
        part[0][v & 255]++;
        part[1][v >> 8 & 255]++;
        part[2][v >> 16 & 255]++;
        part[3][v >> 24 & 255]++;
        part[0][v >> 32 & 255]++;
        part[1][v >> 40 & 255]++;
        part[2][v >> 48 & 255]++;
        part[3][v >> 56]++;
    }
    for (; i < n; i++)
        part[0][row[i]]++;
}

void fov__levels_sum(const struct fov__levels *levels, uint32_t sums[256])
{
    for (int v = 0; v < 256; v++)
        sums[v] = levels->part[0][v] + levels->part[1][v] + levels->part[2][v] + levels->part[3][v];
}

/* So many pixels that their luma needs no memory but the stack. */
enum { CHUNK = 2048 };

static void count_row(struct fov__levels *levels, enum fov__cpu cpu, const uint8_t *row, size_t n,
                      int32_t bands)
{
    uint8_t luma[CHUNK];
    if (bands == 1) {
        fov__levels_add(levels, row, n);
        return;
    }
    for (size_t at = 0; at < n; at += CHUNK) {
        const size_t count = n - at < CHUNK ? n - at : CHUNK;
        fov__luma_pixels(cpu, luma, row + at * (size_t)bands, count, bands);
        fov__levels_add(levels, luma, count);
    }
}

fov_status fov__histogram_luma(const struct fov__filter *filter, const struct fov__view *in,
                               uint32_t levels[256], fov_error *err)
{
    struct fov__levels counts;
    memset(&counts, 0, sizeof(counts));
    for (int32_t y = 0; y < in->height; y++) {
        const fov_status rc = fov__filter_look(filter, y, err);
        if (rc < 0)
            return rc;
        count_row(&counts, filter->ctx->cpu, fov__view_row(in, y), (size_t)in->width, in->bands);
    }
    fov__levels_sum(&counts, levels);
    return FOV_OK;
}

void fov__histogram_channel(const struct fov__view *in, int32_t channel, uint32_t levels[256])
{
    const size_t step = (size_t)in->bands, n = (size_t)in->width * step;
    struct fov__levels counts;
    memset(&counts, 0, sizeof(counts));
    for (int32_t y = 0; y < in->height; y++) {
        const uint8_t *row = fov__view_row(in, y);
        for (size_t i = (size_t)channel, k = 0; i < n; i += step, k++)
            counts.part[k % 4][row[i]]++;
    }
    fov__levels_sum(&counts, levels);
}

static uint64_t total_of(const uint32_t levels[256])
{
    uint64_t total = 0;
    for (int v = 0; v < 256; v++)
        total += levels[v];
    return total;
}

/* ---- reading --------------------------------------------------------------------------------- */

void fov__histogram_tails(const uint32_t levels[256], uint32_t share, int32_t *black,
                          int32_t *white)
{
    const uint64_t tail = total_of(levels) * share / 10000;
    uint64_t below = 0, above = 0;
    *black = 0;
    *white = 255;
    while (*black < 255 && (below += levels[*black]) <= tail)
        (*black)++;
    while (*white > 0 && (above += levels[*white]) <= tail)
        (*white)--;
}

void fov__histogram_equalize(const uint32_t levels[256], uint8_t map[256])
{
    const uint64_t total = total_of(levels);
    uint64_t first = 0, sum = 0;
    for (int v = 0; v < 256 && first == 0; v++)
        first = levels[v];
    for (int v = 0; v < 256; v++) {
        sum += levels[v];
        if (total == first)
            map[v] = (uint8_t)v;
        else if (sum < first) /* below the first level that occurs: where that goes */
            map[v] = 0;
        else
            map[v] = (uint8_t)(((sum - first) * 510 + (total - first)) / (2 * (total - first)));
    }
}

/* ---- Otsu's threshold ------------------------------------------------------------------------ */

/* Products of three numbers of 64 bits, the lowest part first: what a comparison of variances
 * without rounding takes. */
struct product {
    uint64_t part[3];
};

static void multiply(uint64_t a, uint64_t b, uint64_t *high, uint64_t *low)
{
    const uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
    const uint64_t least = a0 * b0, one = a1 * b0 + (least >> 32);
    const uint64_t other = a0 * b1 + (one & 0xffffffff);
    *high = a1 * b1 + (one >> 32) + (other >> 32);
    *low = other << 32 | (least & 0xffffffff);
}

static struct product square_times(uint64_t a, uint64_t b)
{
    uint64_t high, low, carry, top;
    struct product p;
    multiply(a, a, &high, &low);
    multiply(low, b, &carry, &p.part[0]);
    multiply(high, b, &top, &p.part[1]);
    p.part[1] += carry;
    p.part[2] = top + (p.part[1] < carry);
    return p;
}

static bool is_above(struct product a, struct product b)
{
    int i = 2;
    while (i > 0 && a.part[i] == b.part[i])
        i--;
    return a.part[i] > b.part[i];
}

/* With n0 levels up to t that sum up to s0, and n1 and s1 above, the variance between them is
 * (n0 s1 - n1 s0)^2 / (n0 n1) but for a factor that all t share. Of 2^28 pixels the difference
 * needs 62 bits and the product below 54. */
int32_t fov__histogram_otsu(const uint32_t levels[256])
{
    const uint64_t total = total_of(levels);
    uint64_t sum = 0, n0 = 0, s0 = 0, best = 0, best_over = 1;
    int32_t at = 0;
    for (uint32_t v = 0; v < 256; v++)
        sum += (uint64_t)levels[v] * v;
    for (uint32_t v = 0; v < 255; v++) {
        n0 += levels[v];
        s0 += (uint64_t)levels[v] * v;
        const uint64_t n1 = total - n0;
        if (n0 == 0 || n1 == 0)
            continue;
        const uint64_t apart = n0 * (sum - s0) - n1 * s0, over = n0 * n1;
        if (is_above(square_times(apart, best_over), square_times(best, over))) {
            best = apart;
            best_over = over;
            at = (int32_t)v;
        }
    }
    return at;
}
