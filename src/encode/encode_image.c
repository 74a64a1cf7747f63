/* SPDX-License-Identifier: MIT */
/* The public door: a whole image, shrunk where that is asked, becomes a file or a data URL. It adds
 * no rule of its own to the choice of format. */
#include <foveate/encode.h>

#include "encode/encode_codec_internal.h"

void fov_encode_opts_init(fov_encode_opts *opts)
{
    if (opts != NULL) {
        *opts = (fov_encode_opts)FOV_ENCODE_OPTS_INIT;
    }
}

const char *fov_encode_identity(void)
{
    return fov__encode_identity();
}

int32_t fov_encoded_format(const void *data, size_t size)
{
    static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const uint8_t jpeg[3] = {0xff, 0xd8, 0xff};
    if (data != NULL && size >= sizeof(png) && memcmp(data, png, sizeof(png)) == 0) {
        return FOV_FORMAT_PNG;
    }
    if (data != NULL && size >= sizeof(jpeg) && memcmp(data, jpeg, sizeof(jpeg)) == 0) {
        return FOV_FORMAT_JPEG;
    }
    return FOV_FORMAT_UNKNOWN;
}

static fov_status check_opts(const fov_encode_opts *opts, fov_error *err)
{
    if (opts->struct_size != sizeof(*opts)) {
        return fov__fail(
            err, FOV_E_ARG, 0, "encode.struct_size",
            "struct_size is %u where this library has %zu: start from FOV_ENCODE_OPTS_INIT",
            (unsigned)opts->struct_size, sizeof(*opts));
    }
    if (opts->format != 0 && opts->format != FOV_FORMAT_PNG && opts->format != FOV_FORMAT_JPEG) {
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "encode.format",
                         "format %d is not written: PNG (%d) and JPEG (%d) are", (int)opts->format,
                         (int)FOV_FORMAT_PNG, (int)FOV_FORMAT_JPEG);
    }
    if (opts->quality < 0 || opts->quality > 100) {
        return fov__fail(err, FOV_E_ARG, 0, "encode.quality",
                         "quality %d is outside 1-100 (0: by the rule)", (int)opts->quality);
    }
    if (opts->max_edge < 0) {
        return fov__fail(err, FOV_E_ARG, 0, "encode.max_edge",
                         "max_edge %d is below 0 (0: no bound)", (int)opts->max_edge);
    }
    return FOV_OK;
}

/* Decode scale and kernel follow from the two sizes alone, as everywhere (DESIGN, Rendering). */
static fov_status shrunk_pixels(struct fov_pixels **out, fov_image *image, int32_t max_edge,
                                fov_error *err)
{
    int32_t width = image->info.width, height = image->info.height;
    int32_t edge = width > height ? width : height, shrink = 1;
    int32_t to_width = width, to_height = height;
    struct fov_level level = {0};
    if (max_edge > 0 && max_edge < edge) {
        to_width = (int32_t)fov__rint((double)width * max_edge / edge);
        to_height = (int32_t)fov__rint((double)height * max_edge / edge);
        to_width = to_width < 1 ? 1 : to_width;
        to_height = to_height < 1 ? 1 : to_height;
        while (shrink < 8 && edge / (2.0 * shrink) >= 2.0 * max_edge) {
            shrink *= 2;
        }
    }
    fov_status rc = fov__image_decode(&level, image, (struct fov_recti){0, 0, width, height},
                                      shrink, NULL, err);
    if (rc < 0) {
        return rc;
    }
    if (to_width == width && to_height == height) {
        *out = level.px;
        return FOV_OK;
    }
    struct fov_mat to_level = fov__mat_mul(fov__mat_scale(1.0 / shrink, 1.0 / shrink),
                                           fov__mat_translate(-level.x0, -level.y0));
    struct fov_mat to_source = fov__mat_scale((double)width / to_width, (double)height / to_height);
    struct fov_warp warp = {level.px, fov__mat_mul(to_level, to_source), FOV__KERNEL_LANCZOS3,
                            false};
    rc = fov__pixels_new(out, image->ctx, to_width, to_height, level.px->bands, err);
    if (rc == FOV_OK) {
        rc = fov__warp(&warp, *out, image->ctx->threads, NULL, err);
    }
    if (rc < 0) {
        fov__pixels_unref(*out);
        *out = NULL;
    }
    fov__pixels_unref(level.px);
    return rc;
}

/* By the rule, with the caller's quality where that takes JPEG. */
static fov_status encode_by_rule(fov_bytes *out, const struct fov_pixels *px, int32_t quality,
                                 fov_error *err)
{
    struct fov_encode_recipe recipe;
    struct fov_pixels *flat = NULL;
    fov_status rc = fov__encode_flatten(&flat, px, err);
    if (rc == FOV_OK) {
        rc = fov__encode_chosen(out, &recipe, flat, 1U << FOV_FORMAT_PNG | 1U << FOV_FORMAT_JPEG, 0,
                                err);
    }
    if (rc == FOV_OK && recipe.format == FOV_FORMAT_JPEG && quality > 0 &&
        quality != recipe.quality) {
        fov_bytes_free(out);
        rc = fov__jpeg_encode(out, flat, quality, recipe.is_444, 0, err);
    }
    fov__pixels_unref(flat);
    return rc;
}

fov_status fov_image_encode(fov_bytes *out, fov_image *image, const fov_encode_opts *opts,
                            fov_error *err)
{
    fov_encode_opts defaults = FOV_ENCODE_OPTS_INIT;
    if (out == NULL || image == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "encode",
                         "fov_image_encode needs a place for the bytes and an image");
    }
    *out = (fov_bytes){NULL, 0, NULL};
    opts = opts != NULL ? opts : &defaults;
    fov_status rc = check_opts(opts, err);
    if (rc < 0) {
        return rc;
    }
    struct fov_pixels *px = NULL;
    rc = shrunk_pixels(&px, image, opts->max_edge, err);
    if (rc < 0) {
        return rc;
    }
    if (opts->format == 0) {
        rc = encode_by_rule(out, px, opts->quality, err);
    } else {
        bool is_line_art = fov__encode_flatness(px) >= FOV__FLATNESS_LINE_ART;
        int32_t quality = is_line_art ? FOV__QUALITY_LINE : FOV__QUALITY_PHOTO;
        struct fov_encode_recipe recipe = {
            opts->format, opts->quality > 0 ? opts->quality : quality, is_line_art};
        rc = fov__encode(out, px, recipe, opts->flatten != 0, err);
    }
    fov__pixels_unref(px);
    if (rc == FOV_OK) {
        fov__ok(err);
    }
    return rc;
}

fov_status fov_image_encode_data_url(fov_bytes *out, fov_image *image, const fov_encode_opts *opts,
                                     fov_error *err)
{
    fov_bytes file;
    char head[32];
    if (out == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "encode",
                         "fov_image_encode_data_url needs a place for the text");
    }
    *out = (fov_bytes){NULL, 0, NULL};
    fov_status rc = fov_image_encode(&file, image, opts, err);
    if (rc < 0) {
        return rc;
    }
    bool is_png = fov_encoded_format(file.data, file.size) == FOV_FORMAT_PNG;
    fov__format(head, sizeof(head), "data:image/%s;base64,", is_png ? "png" : "jpeg");
    size_t head_len = strlen(head), size = head_len + fov__base64_size(file.size);
    fov_bytes url = fov__bytes_new(image->ctx, size);
    if (url.data == NULL) {
        rc = fov__fail_memory(err, "encode.data_url", size);
    } else {
        memcpy(url.data, head, head_len);
        fov__base64_write(image->ctx->cpu, (char *)url.data + head_len, file.data, file.size);
        *out = url;
    }
    fov_bytes_free(&file);
    return rc;
}
