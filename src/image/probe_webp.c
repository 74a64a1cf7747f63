/* SPDX-License-Identifier: MIT */
/* The chunk walk of a WebP (RIFF container, developers.google.com/speed/webp/docs/riff_container
 * and RFC 6386, RFC 9649 for the two bit streams' headers): size, alpha, profile, EXIF, and whether
 * each chunk is all there. It must not unpack pixels. */
#include "image/codec_internal.h"

#define FOURCC(a, b, c, d) \
    ((uint32_t)(d) << 24 | (uint32_t)(c) << 16 | (uint32_t)(b) << 8 | (uint32_t)(a))

enum { RIFF_HEAD = 12, HAS_ALPHA = 0x10 };

static uint32_t le24(const uint8_t *p)
{
    return fov__le16(p) | (uint32_t)p[2] << 16;
}

struct walk {
    fov_image *image;
    bool has_size, has_pixels;
};

static fov_status take_size(struct walk *walk, uint32_t width, uint32_t height, fov_error *err)
{
    fov_image *image = walk->image;
    if (!walk->has_size) {
        walk->has_size = true;
        return fov__probe_size(image, width, height, err);
    }
    /* The canvas was said before: pixels of another size are libwebp's error later, but their own
     * size must be within the limits too. */
    return fov__limits_check_size(image->ctx, width, height, "image.webp", err);
}

static fov_status take_lossy(struct walk *walk, const uint8_t *p, size_t length, fov_error *err)
{
    walk->has_pixels = true;
    if (length < 10 || (p[0] & 1) != 0 || p[3] != 0x9d || p[4] != 0x01 || p[5] != 0x2a)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.webp",
                         "the lossy pixels do not begin with a key frame");
    return take_size(walk, fov__le16(p + 6) & 0x3fff, fov__le16(p + 8) & 0x3fff, err);
}

static fov_status take_lossless(struct walk *walk, const uint8_t *p, size_t length, fov_error *err)
{
    walk->has_pixels = true;
    if (length < 5 || p[0] != 0x2f)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.webp",
                         "the lossless pixels do not begin with their signature");
    const uint32_t bits = fov__le32(p + 1);
    if (!walk->has_size)
        walk->image->info.has_alpha = (bits >> 28 & 1) != 0;
    return take_size(walk, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, err);
}

static fov_status take_chunk(struct walk *walk, uint32_t type, const uint8_t *p, size_t length,
                             fov_error *err)
{
    fov_image *image = walk->image;
    switch (type) {
    case FOURCC('V', 'P', '8', 'X'):
        if (length < 10)
            return fov__fail(err, FOV_E_IMAGE, 0, "image.webp",
                             "the header VP8X has %zu bytes, and 10 are needed", length);
        image->info.has_alpha = (p[0] & HAS_ALPHA) != 0;
        return take_size(walk, le24(p + 4) + 1, le24(p + 7) + 1, err);
    case FOURCC('V', 'P', '8', ' '):
        return take_lossy(walk, p, length, err);
    case FOURCC('V', 'P', '8', 'L'):
        return take_lossless(walk, p, length, err);
    case FOURCC('A', 'N', 'M', 'F'):
        walk->has_pixels = true;
        if (length < 16)
            return fov__fail(err, FOV_E_IMAGE, 0, "image.webp", "a frame has %zu bytes", length);
        return take_size(walk, le24(p + 6) + 1, le24(p + 9) + 1, err);
    case FOURCC('I', 'C', 'C', 'P'):
        if (image->icc != NULL || length == 0 || length > FOV__ICC_MAX)
            return FOV_OK;
        image->icc = fov__alloc(image->ctx, length);
        if (image->icc == NULL)
            return fov__fail_memory(err, "image.webp.icc", length);
        memcpy(image->icc, p, length);
        image->icc_size = length;
        return FOV_OK;
    case FOURCC('E', 'X', 'I', 'F'):
        /* Some writers keep the marker that JPEG puts in front. */
        if (length > 6 && memcmp(p, "Exif\0", 6) == 0)
            image->info.orientation = fov__exif_orientation(p + 6, length - 6);
        else
            image->info.orientation = fov__exif_orientation(p, length);
        return FOV_OK;
    default:
        return FOV_OK;
    }
}

fov_status fov__probe_webp(fov_image *image, fov_error *err)
{
    struct walk walk = {.image = image};
    const uint8_t *data = image->encoded.data;
    const uint64_t said = (uint64_t)fov__le32(data + 4) + 8;
    const size_t size = said < image->encoded.size ? (size_t)said : image->encoded.size;
    fov_status rc = FOV_OK;
    image->info.bits = 8;
    if (said > image->encoded.size)
        rc = fov__probe_damage(image, err, "the file says %llu bytes and has %zu: it is cut",
                               (unsigned long long)said, image->encoded.size);
    for (size_t pos = RIFF_HEAD; rc == FOV_OK && size - pos >= 8 && pos < size;) {
        const uint8_t *p = data + pos;
        const uint32_t said_length = fov__le32(p + 4);
        const size_t room = size - pos - 8;
        const size_t length = said_length < room ? said_length : room;
        if (length < said_length)
            rc =
                fov__probe_damage(image, err, "the chunk at byte %zu says %u bytes, and %zu remain",
                                  pos, (unsigned)said_length, room);
        if (rc == FOV_OK)
            rc = take_chunk(&walk, fov__le32(p), p + 8, length, err);
        pos += 8 + length;
        pos += length % 2 != 0 && pos < size; /* chunks are padded to even lengths */
    }
    if (rc < 0)
        return rc;
    if (!walk.has_size || !walk.has_pixels)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.webp", "the file has no pixels");
    image->info.channels = image->info.has_alpha ? 4 : 3;
    return FOV_OK;
}
