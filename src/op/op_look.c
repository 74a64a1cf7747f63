/* SPDX-License-Identifier: MIT */
/* The pixels of an input as they are shown: on white, three bands. Operations that judge colours
 * look through this, so that all of them see what a model sees. It must never look at marks, or at
 * a delivery's scaled pixels. */
#include "op/op_look_internal.h"

void fov__look_row(uint8_t *out, const uint8_t *in, size_t n, int32_t bands)
{
    if (bands == 3) {
        memcpy(out, in, 3 * n);
        return;
    }
    for (; n > 0; n--, in += 4, out += 3) {
        const uint32_t alpha = in[3];
        for (int c = 0; c < 3; c++)
            out[c] = (uint8_t)((in[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

fov_status fov__look(fov_op_io *io, fov_box box, double most, struct fov_pixels **out,
                     fov_error *err)
{
    int32_t w = (int32_t)(box.x2 - box.x1), h = (int32_t)(box.y2 - box.y1);
    struct fov_pixels *px = NULL, *flat = NULL;
    for (; (double)w * h > most; w = (w + 1) / 2, h = (h + 1) / 2) {
    }
    *out = NULL;
    fov_status rc = io->render(io, 0, box, w, h, &px, err);
    if (rc < 0 || px->bands == 3) {
        *out = px;
        return rc;
    }
    rc = fov__pixels_new(&flat, io->ctx, w, h, 3, err);
    for (int32_t y = 0; rc == FOV_OK && y < h; y++)
        fov__look_row(fov__pixels_row(flat, y), fov__pixels_row(px, y), (size_t)w, px->bands);
    fov__pixels_unref(px);
    *out = flat;
    return rc;
}

fov_status fov__look_copy(fov_op_io *io, struct fov_pixels *out, fov_error *err)
{
    struct fov_pixels *px = NULL;
    const fov_status rc = io->render(io, 0, (fov_box){0, 0, out->width, out->height}, out->width,
                                     out->height, &px, err);
    if (rc < 0)
        return rc;
    for (int32_t y = 0; y < out->height; y++) {
        const uint8_t *from = fov__pixels_row(px, y);
        uint8_t *to = fov__pixels_row(out, y);
        if (px->bands == out->bands) {
            memcpy(to, from, (size_t)out->width * (size_t)out->bands);
            continue;
        }
        for (int32_t x = 0; x < out->width; x++, from += px->bands, to += out->bands) {
            memcpy(to, from, 3);
            if (out->bands == 4)
                to[3] = 255;
        }
    }
    fov__pixels_unref(px);
    return FOV_OK;
}

static uint8_t median_of(const uint32_t counts[256], uint32_t total)
{
    uint32_t seen = 0;
    for (int v = 0; v < 256; v++) {
        seen += counts[v];
        if (seen * 2 >= total)
            return (uint8_t)v;
    }
    return 255;
}

fov_op_color fov__look_border_of(const struct fov_pixels *px)
{
    const int32_t last_x = px->width - 1, last_y = px->height - 1;
    uint32_t counts[3][256], total = 0;
    memset(counts, 0, sizeof(counts));
    for (int32_t y = 0; y <= last_y; y++) {
        const uint8_t *row = fov__pixels_row(px, y);
        const int32_t step = y == 0 || y == last_y || last_x == 0 ? 1 : last_x;
        for (int32_t x = 0; x <= last_x; x += step, total++) {
            uint8_t rgb[3];
            fov__look_row(rgb, row + (size_t)x * (size_t)px->bands, 1, px->bands);
            for (int c = 0; c < 3; c++)
                counts[c][rgb[c]]++;
        }
    }
    return (fov_op_color){median_of(counts[0], total), median_of(counts[1], total),
                          median_of(counts[2], total)};
}

/* The median of a border does not get better with more pixels. */
#define BORDER_PIXELS 262144.0

fov_status fov__look_border(fov_op_io *io, fov_box box, fov_op_color *out, fov_error *err)
{
    struct fov_pixels *px = NULL;
    const fov_status rc = fov__look(io, box, BORDER_PIXELS, &px, err);
    if (rc < 0)
        return rc;
    *out = fov__look_border_of(px);
    fov__pixels_unref(px);
    return FOV_OK;
}

struct fov__view fov__look_view(const struct fov_pixels *px)
{
    return (struct fov__view){px->data, px->stride, px->width, px->height, px->bands};
}

struct fov__lab fov__look_lab(fov_op_color color)
{
    const uint8_t rgb[3] = {color.r, color.g, color.b};
    return fov__lab_of(rgb);
}

void fov__look_write_lab(struct fov_jw *jw, fov_op_color color)
{
    const struct fov__lab lab = fov__look_lab(color);
    fov__jw_array(jw, "lab");
    fov__jw_number(jw, NULL, fov__rint(lab.l * 10) / 10 + 0.0);
    fov__jw_number(jw, NULL, fov__rint(lab.a * 10) / 10 + 0.0);
    fov__jw_number(jw, NULL, fov__rint(lab.b * 10) / 10 + 0.0);
    fov__jw_end_array(jw);
}

void fov__look_write(struct fov_jw *jw, fov_op_color color)
{
    char hex[8];
    fov__jw_array(jw, "rgb");
    fov__jw_int(jw, NULL, color.r);
    fov__jw_int(jw, NULL, color.g);
    fov__jw_int(jw, NULL, color.b);
    fov__jw_end_array(jw);
    fov__format(hex, sizeof(hex), "#%02x%02x%02x", color.r, color.g, color.b);
    fov__jw_string(jw, "hex", hex);
    fov__look_write_lab(jw, color);
}
