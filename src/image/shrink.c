/* SPDX-License-Identifier: MIT */
/* The mean of squares of pixels: how everything but JPEG is shrunk by 2, 4 or 8. Sums are whole
 * numbers and rounded half up; colour is weighted by alpha, so that what is invisible does not
 * bleed into edges. It must give the same bytes for a piece as for the whole. */
#include "image/turn_internal.h"

static void mean_rgb(uint8_t *out, const uint8_t *in, size_t stride, int32_t cols, int32_t rows)
{
    uint32_t sum[3] = {0, 0, 0};
    const uint32_t n = (uint32_t)(cols * rows);
    for (int32_t y = 0; y < rows; y++) {
        const uint8_t *p = in + (size_t)y * stride;
        for (int32_t x = 0; x < cols; x++, p += 3) {
            sum[0] += p[0];
            sum[1] += p[1];
            sum[2] += p[2];
        }
    }
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)((sum[c] + n / 2) / n);
}

/* Where nothing is visible at all the plain mean is kept: a colour costs nothing, and flattening
 * gives the same either way. 64 pixels * 255 * 255 fit 32 bits. */
static void mean_rgba(uint8_t *out, const uint8_t *in, size_t stride, int32_t cols, int32_t rows)
{
    uint32_t plain[3] = {0, 0, 0}, weighted[3] = {0, 0, 0}, alpha = 0;
    const uint32_t n = (uint32_t)(cols * rows);
    for (int32_t y = 0; y < rows; y++) {
        const uint8_t *p = in + (size_t)y * stride;
        for (int32_t x = 0; x < cols; x++, p += 4) {
            const uint32_t a = p[3];
            alpha += a;
            for (int c = 0; c < 3; c++) {
                plain[c] += p[c];
                weighted[c] += p[c] * a;
            }
        }
    }
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)(alpha != 0 ? (weighted[c] + alpha / 2) / alpha : (plain[c] + n / 2) / n);
    out[3] = (uint8_t)((alpha + n / 2) / n);
}

static void means(uint8_t *out, const uint8_t *in, size_t stride, int32_t in_width, int32_t rows,
                  int32_t bands, int32_t shrink)
{
    for (int32_t x = 0; x < in_width; x += shrink) {
        const int32_t cols = in_width - x < shrink ? in_width - x : shrink;
        const uint8_t *corner = in + (size_t)x * (size_t)bands;
        if (bands == 3)
            mean_rgb(out, corner, stride, cols, rows);
        else
            mean_rgba(out, corner, stride, cols, rows);
        out += bands;
    }
}

/* Whole squares go by the kernel, part by part, where nothing is weighted: of opaque pixels the
 * weighted mean is the plain one. */
void fov__shrink_rows(enum fov__cpu cpu, uint8_t *out, const uint8_t *in, size_t stride,
                      int32_t in_width, int32_t rows, int32_t bands, int32_t shrink)
{
    const struct fov_turn_kernels *kernels = fov__turn_kernels(cpu);
    const size_t pixel = (size_t)bands;
    for (int32_t x = 0; x < in_width; x += FOV__SHRINK_PART) {
        const int32_t left = in_width - x;
        const int32_t n = left < FOV__SHRINK_PART ? left : FOV__SHRINK_PART;
        const uint8_t *part = in + (size_t)x * pixel;
        int32_t done = 0;
        if (rows == shrink &&
            (bands == 3 || kernels->is_opaque(part, stride, (size_t)n, (size_t)rows))) {
            done = n / shrink * shrink;
            kernels->shrink(out, part, stride, (size_t)done, pixel, (size_t)shrink);
        }
        means(out + (size_t)(done / shrink) * pixel, part + (size_t)done * pixel, stride, n - done,
              rows, bands, shrink);
        out += (size_t)(FOV__SHRINK_PART / shrink) * pixel;
    }
}

fov_status fov__shrink_pixels(struct fov_pixels **out, const struct fov_pixels *px, int32_t shrink,
                              fov_error *err)
{
    const int32_t height = fov__level_size(px->height, shrink);
    const fov_status rc =
        fov__pixels_new(out, px->ctx, fov__level_size(px->width, shrink), height, px->bands, err);
    if (rc < 0)
        return rc;
    for (int32_t y = 0; y < height; y++) {
        const int32_t left = px->height - y * shrink;
        fov__shrink_rows(px->ctx->cpu, fov__pixels_row(*out, y), fov__pixels_row(px, y * shrink),
                         px->stride, px->width, left < shrink ? left : shrink, px->bands, shrink);
    }
    return FOV_OK;
}
