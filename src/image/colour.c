/* SPDX-License-Identifier: MIT */
/* Stored colours become sRGB: an ICC profile by lcms2 (relative colorimetric, black-point
 * compensation), CMYK without one by the plain formula of the public header. Rows in, rows out,
 * each pixel for itself, so that a piece equals the same part of the whole. It must never let a
 * profile make a picture unreadable: one that cannot be used is dropped with a note. */
#include "image/codec_internal.h"

#include <lcms2.h>

/* Our own pixel layouts: grey that was already repeated into three bands is read from the first. */
#define GREY_IN(bands) (COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1) | EXTRA_SH((bands)-1) | BYTES_SH(1))
#define RGB_IO(bands) (COLORSPACE_SH(PT_RGB) | CHANNELS_SH(3) | EXTRA_SH((bands)-3) | BYTES_SH(1))

enum { GRID = 9 }; /* colours along each axis of the cube that is looked at for sameness */

struct fov_colour {
    fov_context *ctx;
    cmsContext lcms;         /* its own: error handler and plug-ins of the host's stay out */
    cmsHTRANSFORM transform; /* NULL: none */
    bool is_cmyk, is_inverted;
};

bool fov__colour_is_identity(const struct fov_colour *colour)
{
    return colour->transform == NULL && !colour->is_cmyk;
}

void fov__colour_free(struct fov_colour *colour)
{
    if (colour == NULL)
        return;
    if (colour->transform != NULL)
        cmsDeleteTransform(colour->transform);
    if (colour->lcms != NULL)
        cmsDeleteContext(colour->lcms);
    fov__free(colour->ctx, colour);
}

/* The layout in which pixels reach the profile; 0 when the profile is for other colours. */
static cmsUInt32Number input_layout(const fov_image *image, cmsHPROFILE profile)
{
    const cmsUInt32Number bands = image->info.has_alpha ? 4 : 3;
    const cmsColorSpaceSignature space = cmsGetColorSpace(profile);
    const cmsProfileClassSignature kind = cmsGetDeviceClass(profile);
    if (kind != cmsSigInputClass && kind != cmsSigDisplayClass && kind != cmsSigOutputClass &&
        kind != cmsSigColorSpaceClass)
        return 0;
    if (image->is_cmyk)
        return space == cmsSigCmykData ? TYPE_CMYK_8 : 0;
    if (image->has_grey_samples)
        return space == cmsSigGrayData ? GREY_IN(bands) : 0;
    return space == cmsSigRgbData ? RGB_IO(bands) : 0;
}

/* NULL when the profile is broken or unfit. lcms2 allocates for itself, within what FOV__ICC_MAX
 * bytes of profile can ask for. */
static cmsHTRANSFORM make_transform(cmsContext lcms, const fov_image *image)
{
    cmsHTRANSFORM transform = NULL;
    cmsHPROFILE profile =
        cmsOpenProfileFromMemTHR(lcms, image->icc, (cmsUInt32Number)image->icc_size);
    cmsHPROFILE srgb = cmsCreate_sRGBProfileTHR(lcms);
    const cmsUInt32Number input = profile != NULL ? input_layout(image, profile) : 0;
    if (input != 0 && srgb != NULL)
        /* NOCACHE: the one-pixel cache inside a transform is not for several threads. */
        transform = cmsCreateTransformTHR(
            lcms, profile, input, srgb, RGB_IO(image->info.has_alpha ? 4u : 3u),
            INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE);
    if (profile != NULL)
        cmsCloseProfile(profile);
    if (srgb != NULL)
        cmsCloseProfile(srgb);
    return transform;
}

/* lcms2 2.14 does not look at every allocation of its own and would end the process where memory is
 * out: so what it may need is asked for and given back before. Measured at its peak with
 * ghostscript's profiles: 0.25 MiB for a matrix, 1.2 MiB for 0.18 MiB of CMYK tables. */
static bool has_room(const fov_image *image)
{
    enum { GRID_ROOM = 1024 * 1024 };
    void *room = fov__alloc(image->ctx, GRID_ROOM + 4 * image->icc_size);
    fov__free(image->ctx, room);
    return room != NULL;
}

fov_status fov__colour_new(struct fov_colour **out, const fov_image *image, fov_error *err)
{
    struct fov_colour *colour = fov__calloc(image->ctx, 1, sizeof(*colour));
    *out = NULL;
    if (colour == NULL)
        return fov__fail_memory(err, "image.colour", sizeof(*colour));
    colour->ctx = image->ctx;
    colour->is_cmyk = image->is_cmyk;
    colour->is_inverted = image->is_adobe_inverted;
    if (image->icc != NULL && !has_room(image)) {
        fov__colour_free(colour);
        return fov__fail_memory(err, "image.icc", image->icc_size);
    }
    if (image->icc != NULL) {
        colour->lcms = cmsCreateContext(NULL, NULL);
        colour->transform = colour->lcms != NULL ? make_transform(colour->lcms, image) : NULL;
        if (colour->transform == NULL) {
            /* The profile was good when the image was opened. */
            fov__colour_free(colour);
            return fov__fail_memory(err, "image.icc", image->icc_size);
        }
    }
    *out = colour;
    return FOV_OK;
}

static uint8_t mul255(uint32_t a, uint32_t b)
{
    return (uint8_t)((a * b + 127) / 255); /* 255 is odd, so there are no ties */
}

void fov__colour_row(const struct fov_colour *colour, uint8_t *out, const uint8_t *in,
                     int32_t width)
{
    if (!colour->is_cmyk) {
        if (colour->transform != NULL)
            cmsDoTransform(colour->transform, in, out, (cmsUInt32Number)width);
        return;
    }
    const uint8_t flip = colour->is_inverted ? 0 : 255; /* what makes 255 mean "no ink" */
    if (colour->transform == NULL) {
        for (int32_t x = 0; x < width; x++, in += 4, out += 3) {
            const uint32_t k = in[3] ^ flip;
            for (int c = 0; c < 3; c++)
                out[c] = mul255(in[c] ^ flip, k);
        }
        return;
    }
    uint8_t ink[256 * 4];
    for (int32_t x = 0; x < width; x += 256) {
        const int32_t n = width - x < 256 ? width - x : 256;
        for (int32_t i = 0; i < 4 * n; i++)
            ink[i] = (uint8_t)(in[4 * x + i] ^ flip ^ 255);
        cmsDoTransform(colour->transform, ink, out + 3 * x, (cmsUInt32Number)n);
    }
}

/* Most profiles in the wild are sRGB under some name: when no colour of a grid and no grey moves by
 * more than one level, the picture is taken as it stands, and decodes twice as fast. */
static bool moves_colours(const struct fov_colour *colour, const fov_image *image)
{
    if (image->is_cmyk)
        return true;
    const int32_t bands = image->info.has_alpha ? 4 : 3;
    uint8_t in[4] = {0, 0, 0, 255}, out[4] = {0, 0, 0, 255};
    for (int32_t i = 0; i < 256 + GRID * GRID * GRID; i++) {
        const int32_t at = i - 256;
        for (int32_t c = 0, step = 1; c < 3; c++, step *= GRID)
            in[c] = (uint8_t)(i < 256 ? i : at / step % GRID * 255 / (GRID - 1));
        if (i >= 256 && image->has_grey_samples)
            break;
        memcpy(out, in, (size_t)bands);
        fov__colour_row(colour, out, in, 1);
        for (int32_t c = 0; c < 3; c++) {
            if (out[c] > in[c] + 1 || out[c] + 1 < in[c])
                return true;
        }
    }
    return false;
}

/* lcms2 does not say whether a profile is broken or memory ran out, and a profile must not be
 * dropped for the latter: so it is asked twice, and memory is tried. */
static bool is_broken(const fov_image *image, struct fov_colour **colour)
{
    if (fov__colour_new(colour, image, NULL) == FOV_OK ||
        fov__colour_new(colour, image, NULL) == FOV_OK)
        return false;
    return has_room(image);
}

fov_status fov__colour_check(fov_image *image, fov_error *err)
{
    struct fov_colour *colour = NULL;
    const bool broken = is_broken(image, &colour);
    if (broken)
        fov__log(image->ctx, FOV_LOG_WARNING,
                 "image.icc: the colour profile of %zu bytes is broken or for other colours than "
                 "the picture's, and is ignored",
                 image->icc_size);
    else if (colour == NULL)
        return fov__fail_memory(err, "image.icc", image->icc_size);
    if (broken || !moves_colours(colour, image)) {
        fov__free(image->ctx, image->icc);
        image->icc = NULL;
        image->icc_size = 0;
    }
    fov__colour_free(colour);
    return FOV_OK;
}
