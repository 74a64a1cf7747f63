/* SPDX-License-Identifier: MIT */
/* Which format a picture is sent in, by a stated rule over its pixels alone:
 *
 *   1. Alpha is flattened on white.
 *   2. A picture is line art when at least 40 % of its pixels equal a neighbour (sampled rows);
 *      everything else is a photograph.
 *   3. Line art is a PNG when that is within the byte budget and either costs no more than two bits
 *      a pixel or is at most twice the JPEG, since it is exact; else a JPEG of quality 92, 4:4:4.
 *   4. A photograph is a JPEG of quality 90, 4:2:0.
 *   5. A JPEG beyond the byte budget is tried again at 85, 75, 60 and 45.
 *   6. Where only one format is allowed, it is that one.
 *
 * The same pixels and budget always make the same file. */
#include "encode/encode_codec_internal.h"

enum {
    SAMPLE_ROWS = 64,
    CHEAP_BITS = 2, /* a pixel of a PNG that needs no comparison with a JPEG */
    EXACT_FACTOR = 2
};

static const int32_t ladder[] = {85, 75, 60, 45};

/* How many of n pixels are equal. Four bytes are compared at a time, of which three count where a
 * pixel has three; so the last pixel of a row is for memcmp. */
static int64_t count_equal(const uint8_t *p, const uint8_t *other, int32_t n, int32_t bands)
{
    static const uint8_t masks[2][4] = {{255, 255, 255, 0}, {255, 255, 255, 255}};
    size_t step = (size_t)bands;
    uint32_t mask, a, b;
    int32_t count = 0;
    memcpy(&mask, masks[bands == 4], 4);
    for (int32_t i = 0; i < n - 1; i++, p += step, other += step) {
        memcpy(&a, p, 4);
        memcpy(&b, other, 4);
        count += ((a ^ b) & mask) == 0;
    }
    return count + (n > 0 && memcmp(p, other, step) == 0);
}

int32_t fov__encode_flatness(const struct fov_pixels *px)
{
    int64_t across = 0, across_of = 0, down = 0, down_of = 0;
    int32_t step = px->height > SAMPLE_ROWS ? px->height / SAMPLE_ROWS : 1;
    for (int32_t y = step / 2; y < px->height; y += step) {
        const uint8_t *row = fov__pixels_row(px, y);
        across += count_equal(row + px->bands, row, px->width - 1, px->bands);
        across_of += px->width - 1;
        if (y > 0) {
            down += count_equal(row, fov__pixels_row(px, y - 1), px->width, px->bands);
            down_of += px->width;
        }
    }
    if (across_of + down_of == 0) {
        return 1000; /* a single pixel is as flat as can be */
    }
    int64_t a = across_of > 0 ? across * 1000 / across_of : 0;
    int64_t d = down_of > 0 ? down * 1000 / down_of : 0;
    return (int32_t)(a > d ? a : d);
}

/* Eight pixels of three bands are three words; each byte is compared with the next one where both
 * are of one pixel. */
static bool eight_are_grey(const uint8_t *p)
{
    static const uint8_t same_pixel[24] = {255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0,
                                           255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0};
    uint64_t here, next, mask, differ = 0;
    for (int i = 0; i < 24; i += 8) {
        memcpy(&here, p + i, 8);
        memcpy(&next, p + i + 1, 8);
        memcpy(&mask, same_pixel + i, 8);
        differ |= (here ^ next) & mask;
    }
    return differ == 0;
}

bool fov__encode_is_grey(const struct fov_pixels *px)
{
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *p = fov__pixels_row(px, y);
        int32_t x = 0;
        for (; px->bands == 3 && x + 9 <= px->width; x += 8, p += 24) {
            if (!eight_are_grey(p)) {
                return false;
            }
        }
        for (; x < px->width; x++, p += px->bands) {
            if (p[0] != p[1] || p[1] != p[2]) {
                return false;
            }
        }
    }
    return true;
}

/* Straight alpha over white, rounded to nearest. */
static uint8_t over_white(uint8_t v, uint8_t alpha)
{
    return (uint8_t)(((uint32_t)v * alpha + 255U * (255U - alpha) + 127U) / 255U);
}

fov_status fov__encode_flatten(struct fov_pixels **out, const struct fov_pixels *px, fov_error *err)
{
    if (px->bands == 3) {
        /* Counted, so a reference may be taken of what is otherwise never changed. */
        *out = fov__pixels_ref((struct fov_pixels *)(uintptr_t)px);
        return FOV_OK;
    }
    fov_status rc = fov__pixels_new(out, px->ctx, px->width, px->height, 3, err);
    for (int32_t y = 0; rc == FOV_OK && y < px->height; y++) {
        const uint8_t *p = fov__pixels_row(px, y);
        uint8_t *to = fov__pixels_row(*out, y);
        for (int32_t x = 0; x < px->width; x++, p += 4, to += 3) {
            if (p[3] == 255) {
                memcpy(to, p, 3);
                continue;
            }
            to[0] = over_white(p[0], p[3]);
            to[1] = over_white(p[1], p[3]);
            to[2] = over_white(p[2], p[3]);
        }
    }
    return rc;
}

/* The best quality on the ladder that fits. */
static fov_status encode_jpeg(fov_bytes *out, struct fov_encode_recipe *recipe,
                              const struct fov_pixels *px, bool is_line_art, uint64_t byte_max,
                              fov_error *err)
{
    *recipe =
        (struct fov_encode_recipe){.format = FOV_FORMAT_JPEG,
                                   .quality = is_line_art ? FOV__QUALITY_LINE : FOV__QUALITY_PHOTO,
                                   .is_444 = is_line_art};
    fov_status rc = fov__jpeg_encode(out, px, recipe->quality, recipe->is_444, byte_max, err);
    for (size_t i = 0; rc == FOV_E_LIMIT && byte_max > 0 && i < FOV_COUNT(ladder); i++) {
        recipe->quality = ladder[i];
        rc = fov__jpeg_encode(out, px, recipe->quality, recipe->is_444, byte_max, err);
    }
    return rc;
}

/* A PNG is there; keep it, or a JPEG that is less than half of it. */
static fov_status keep_smaller(fov_bytes *out, struct fov_encode_recipe *recipe,
                               const struct fov_pixels *px, fov_error *err)
{
    uint64_t pixels = (uint64_t)px->width * (uint64_t)px->height;
    if (out->size * 8 <= pixels * CHEAP_BITS) {
        return FOV_OK;
    }
    fov_bytes jpeg;
    uint64_t half = (out->size - 1) / EXACT_FACTOR;
    fov_status rc = fov__jpeg_encode(&jpeg, px, FOV__QUALITY_LINE, true, half > 0 ? half : 1, err);
    if (rc == FOV_OK) {
        fov_bytes_free(out);
        *out = jpeg;
        *recipe = (struct fov_encode_recipe){FOV_FORMAT_JPEG, FOV__QUALITY_LINE, true};
    }
    return rc == FOV_E_LIMIT ? FOV_OK : rc;
}

fov_status fov__encode_chosen(fov_bytes *out, struct fov_encode_recipe *recipe,
                              const struct fov_pixels *px, uint32_t allowed, uint64_t byte_max,
                              fov_error *err)
{
    bool may_png = (allowed & (1U << FOV_FORMAT_PNG)) != 0,
         may_jpeg = (allowed & (1U << FOV_FORMAT_JPEG)) != 0;
    *out = (fov_bytes){NULL, 0, NULL};
    if (!may_png && !may_jpeg) {
        return fov__fail(
            err, FOV_E_UNSUPPORTED, 0, "encode.format",
            "the formats allowed (bits %#x) hold neither PNG nor JPEG, which are written",
            (unsigned)allowed);
    }
    bool is_line_art = fov__encode_flatness(px) >= FOV__FLATNESS_LINE_ART;
    if (may_png && (is_line_art || !may_jpeg)) {
        *recipe = (struct fov_encode_recipe){.format = FOV_FORMAT_PNG};
        fov_status rc = fov__png_encode(out, px, byte_max, err);
        if (rc == FOV_OK && may_jpeg) {
            rc = keep_smaller(out, recipe, px, err);
        }
        if (rc != FOV_E_LIMIT || !may_jpeg) {
            return rc;
        }
    }
    return encode_jpeg(out, recipe, px, is_line_art, byte_max, err);
}
