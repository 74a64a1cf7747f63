/* SPDX-License-Identifier: MIT */
/* From encoded bytes to everything that is known without pixels: size, orientation, colour, whether
 * the file is complete. Limits are applied here, before any decoder sees a byte and any pixel is
 * allocated. A prober must never trust a length, and never allocate by one. */
#include "image/codec_internal.h"

fov_status fov__probe_size(fov_image *image, uint64_t width, uint64_t height, fov_error *err)
{
    char field[32];
    fov__format(field, sizeof(field), "image.%s", fov_format_name(image->info.format));
    const fov_status rc = fov__limits_check_size(image->ctx, width, height, field, err);
    if (rc < 0)
        return rc;
    image->raw_width = (int32_t)width;
    image->raw_height = (int32_t)height;
    return FOV_OK;
}

fov_status fov__probe_damage(fov_image *image, fov_error *err, const char *fmt, ...)
{
    fov_error made;
    char field[32], text[160];
    va_list args;
    va_start(args, fmt);
    fov__vformat(text, sizeof(text), fmt, args);
    va_end(args);
    fov__format(field, sizeof(field), "image.%s", fov_format_name(image->info.format));
    fov__fail(&made, FOV_E_IMAGE, 0, field, "%s", text);
    if (!image->is_lenient) {
        if (err != NULL)
            *err = made;
        return FOV_E_IMAGE;
    }
    if (atomic_exchange(&image->damaged, 1) == 0)
        fov__log(image->ctx, FOV_LOG_WARNING, "%s: %s; read on, as was asked", made.where,
                 made.message);
    return FOV_OK;
}

fov_status fov__probe(fov_image *image, fov_error *err)
{
    fov_status rc = fov__sniff(&image->info.format, image->encoded.data, image->encoded.size, err);
    if (rc < 0)
        return rc;
    image->info.orientation = 1;
    switch (image->info.format) {
    case FOV_FORMAT_PNG:
        rc = fov__probe_png(image, err);
        break;
    case FOV_FORMAT_JPEG:
        rc = fov__probe_jpeg(image, err);
        break;
    case FOV_FORMAT_WEBP:
        rc = fov__probe_webp(image, err);
        break;
    case FOV_FORMAT_GIF:
        rc = fov__probe_gif(image, err);
        break;
    case FOV_FORMAT_TIFF:
        rc = fov__probe_tiff(image, err);
        break;
    default:
        rc = fov__probe_bmp(image, err);
        break;
    }
    if (rc < 0)
        return rc;
    image->info.has_icc = image->icc != NULL;
    if (image->icc != NULL)
        rc = fov__colour_check(image, err);
    const bool is_turned = image->info.orientation >= 5;
    image->info.width = is_turned ? image->raw_height : image->raw_width;
    image->info.height = is_turned ? image->raw_width : image->raw_height;
    return rc;
}
