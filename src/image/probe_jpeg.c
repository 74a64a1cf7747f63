/* SPDX-License-Identifier: MIT */
/* The marker walk of a JPEG, done before libjpeg sees anything: frame parameters, the number of
 * scans (each costs a pass over the whole picture), EXIF, the ICC profile's parts, Adobe's marker,
 * and whether the end is there. Names and numbers are from ITU-T T.81; the ICC parts from ICC.1
 * annex B.4. It must not decode a bit. */
#include "image/codec_internal.h"

enum {
    SOF0 = 0xc0,
    DHT = 0xc4,
    JPG = 0xc8,
    DAC = 0xcc,
    SOF15 = 0xcf,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    APP1 = 0xe1,
    APP2 = 0xe2,
    APP14 = 0xee,
    TEM = 0x01
};
enum { ICC_HEAD = 14 };

struct icc_part {
    const uint8_t *data;
    size_t size;
};

struct walk {
    fov_image *image;
    const uint8_t *data;
    size_t size, pos;
    bool has_frame, has_end, has_exif, is_arithmetic, is_icc_broken;
    int adobe_transform; /* -1: no marker of Adobe's */
    uint64_t blocks;     /* 8 x 8 blocks of the largest component, at least one bit each */
    uint32_t icc_count;  /* parts said; 0: none seen */
    struct icc_part icc[256];
};

static fov_status take_components(struct walk *walk, const uint8_t *body, fov_error *err)
{
    fov_image *image = walk->image;
    const int32_t count = image->info.channels;
    uint32_t h[4] = {0}, v[4] = {0};
    for (int32_t i = 0; i < count; i++) {
        h[i] = body[6 + 3 * i + 1] >> 4;
        v[i] = body[6 + 3 * i + 1] & 15;
        if (h[i] < 1 || h[i] > 4 || v[i] < 1 || v[i] > 4)
            return fov__fail(err, FOV_E_IMAGE, 0, "image.jpeg",
                             "component %d is sampled %u x %u, and 1 to 4 are allowed", (int)i + 1,
                             (unsigned)h[i], (unsigned)v[i]);
    }
    bool even = h[0] <= 2 && v[0] <= 2;
    if (count == 4)
        even = h[0] == 1 && v[0] == 1 && h[3] == 1 && v[3] == 1;
    for (int32_t i = 1; i < count; i++)
        even = even && h[i] == 1 && v[i] == 1;
    image->has_even_sampling = even;
    return FOV_OK;
}

static fov_status take_frame(struct walk *walk, int marker, const uint8_t *body, size_t length,
                             fov_error *err)
{
    fov_image *image = walk->image;
    if (walk->has_frame)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.jpeg", "there is a second frame header");
    if (marker != SOF0 && marker != SOF0 + 1 && marker != SOF0 + 2 && marker != SOF0 + 9 &&
        marker != SOF0 + 10)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.jpeg",
                         "the coding process SOF%d (lossless or hierarchical) is not read",
                         marker - SOF0);
    if (length < 6 || length != 6 + 3 * (size_t)body[5])
        return fov__fail(err, FOV_E_IMAGE, 0, "image.jpeg",
                         "the frame header has %zu bytes, which its components do not need",
                         length);
    if (body[0] != 8)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.jpeg",
                         "samples have %d bits, and 8 are read", body[0]);
    const uint32_t height = fov__be16(body + 1), width = fov__be16(body + 3);
    if (height == 0)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.jpeg",
                         "the height is given after the pixels (DNL), which is not read");
    const int32_t count = body[5];
    if (count != 1 && count != 3 && count != 4)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.jpeg",
                         "there are %d components, and 1, 3 and 4 are read", (int)count);
    const fov_status rc = fov__probe_size(image, width, height, err);
    if (rc < 0)
        return rc;
    walk->has_frame = true;
    walk->is_arithmetic = marker >= SOF0 + 9;
    walk->blocks = (uint64_t)((width + 7) / 8) * ((height + 7) / 8);
    image->info.bits = 8;
    image->info.channels = count;
    image->has_grey_samples = count == 1;
    image->info.is_progressive = marker == SOF0 + 2 || marker == SOF0 + 10;
    return take_components(walk, body, err);
}

static void take_icc_part(struct walk *walk, const uint8_t *body, size_t length)
{
    const uint32_t index = body[12], count = body[13];
    if (index == 0 || index > count || (walk->icc_count != 0 && walk->icc_count != count) ||
        walk->icc[index].data != NULL) {
        walk->is_icc_broken = true;
        return;
    }
    walk->icc_count = count;
    walk->icc[index] = (struct icc_part){body + ICC_HEAD, length - ICC_HEAD};
}

static void take_application(struct walk *walk, int marker, const uint8_t *body, size_t length)
{
    if (marker == APP1 && length > 6 && memcmp(body, "Exif\0", 6) == 0 && !walk->has_exif) {
        walk->has_exif = true;
        walk->image->info.orientation = fov__exif_orientation(body + 6, length - 6);
    } else if (marker == APP2 && length > ICC_HEAD && memcmp(body, "ICC_PROFILE", 12) == 0) {
        take_icc_part(walk, body, length);
    } else if (marker == APP14 && length >= 12 && memcmp(body, "Adobe", 5) == 0) {
        walk->adobe_transform = body[11];
    }
}

/* Join the parts; a profile with a hole or above the cap is dropped. */
static fov_status join_icc(struct walk *walk, fov_error *err)
{
    fov_image *image = walk->image;
    size_t size = 0;
    for (uint32_t i = 1; i <= walk->icc_count; i++) {
        walk->is_icc_broken = walk->is_icc_broken || walk->icc[i].data == NULL;
        size += walk->icc[i].size;
    }
    if (walk->is_icc_broken || size > FOV__ICC_MAX) {
        fov__log(image->ctx, FOV_LOG_WARNING,
                 "image.jpeg: the colour profile is not whole or has more than %d bytes, and is "
                 "ignored",
                 (int)FOV__ICC_MAX);
        return FOV_OK;
    }
    if (size == 0)
        return FOV_OK;
    image->icc = fov__alloc(image->ctx, size);
    if (image->icc == NULL)
        return fov__fail_memory(err, "image.jpeg.icc", size);
    for (uint32_t i = 1; i <= walk->icc_count; i++) {
        memcpy(image->icc + image->icc_size, walk->icc[i].data, walk->icc[i].size);
        image->icc_size += walk->icc[i].size;
    }
    return FOV_OK;
}

/* Go to the next marker that is not within coded data: FF00 is a stuffed FF, FFD0-FFD7 restart. */
static int next_marker(struct walk *walk)
{
    while (walk->pos < walk->size) {
        const uint8_t *at = memchr(walk->data + walk->pos, 0xff, walk->size - walk->pos);
        if (at == NULL)
            break;
        walk->pos = (size_t)(at - walk->data) + 1;
        while (walk->pos < walk->size && walk->data[walk->pos] == 0xff)
            walk->pos++;
        if (walk->pos >= walk->size)
            break;
        const int marker = walk->data[walk->pos++];
        if (marker != 0 && marker != TEM && !(marker >= RST0 && marker <= RST7))
            return marker;
    }
    walk->pos = walk->size;
    return -1;
}

static fov_status take_segment(struct walk *walk, int marker, fov_error *err)
{
    fov_image *image = walk->image;
    const size_t left = walk->size - walk->pos;
    const uint8_t *p = walk->data + walk->pos;
    const size_t length = left >= 2 ? fov__be16(p) : 0;
    if (left < 2 || length < 2 || length > left) {
        walk->pos = walk->size;
        return fov__probe_damage(image, err,
                                 "the segment %02X at byte %zu says %zu bytes, and %zu "
                                 "remain: the file is cut or damaged",
                                 (unsigned)marker, (size_t)(p - walk->data) - 2, length, left);
    }
    walk->pos += length;
    if (marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC)
        return take_frame(walk, marker, p + 2, length - 2, err);
    if (marker >= 0xe0 && marker <= 0xef)
        take_application(walk, marker, p + 2, length - 2);
    if (marker == SOS && !walk->has_frame)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.jpeg",
                         "pixels begin at byte %zu before a frame header", walk->pos);
    if (marker == SOS && ++image->scans > FOV__SCANS_MAX)
        return fov__fail(err, FOV_E_LIMIT, 0, "image.jpeg",
                         "there are more than %d scans, and no encoder makes so many",
                         (int)FOV__SCANS_MAX);
    return FOV_OK;
}

static fov_status check_end(struct walk *walk, fov_error *err)
{
    fov_image *image = walk->image;
    if (!walk->has_frame)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.jpeg",
                         "the file has %zu bytes and no frame header", walk->size);
    if (image->scans == 0)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.jpeg", "the file has no pixels (no scan)");
    fov_status rc = FOV_OK;
    if (!walk->has_end)
        rc = fov__probe_damage(image, err,
                               "the file ends at byte %zu without the marker EOI: it "
                               "is cut",
                               walk->size);
    if (rc == FOV_OK && !walk->is_arithmetic && walk->blocks / 8 > walk->size)
        rc = fov__probe_damage(image, err, "%zu bytes cannot hold %d x %d pixels", walk->size,
                               (int)image->raw_width, (int)image->raw_height);
    return rc;
}

static fov_status run_walk(struct walk *walk, fov_error *err)
{
    fov_image *image = walk->image;
    walk->pos = 2; /* SOI */
    int marker;
    while (!walk->has_end && (marker = next_marker(walk)) >= 0) {
        const fov_status rc = marker == EOI   ? FOV_OK
                              : marker == SOI ? fov__probe_damage(image, err,
                                                                  "a second picture "
                                                                  "begins at byte %zu within the "
                                                                  "first",
                                                                  walk->pos - 2)
                                              : take_segment(walk, marker, err);
        if (rc < 0)
            return rc;
        walk->has_end = marker == EOI;
    }
    fov_status rc = check_end(walk, err);
    if (rc < 0)
        return rc;
    /* libjpeg takes four components of Adobe's with transform 2 for YCCK, and all others for CMYK.
     */
    image->is_cmyk = image->info.channels == 4;
    image->is_ycck = image->is_cmyk && walk->adobe_transform == 2;
    /* Adobe stores 255 for "no ink"; who writes CMYK without Adobe's marker does so too, and
     * browsers, Pillow and libvips all read it so. */
    image->is_adobe_inverted = image->is_cmyk;
    return join_icc(walk, err);
}

fov_status fov__probe_jpeg(fov_image *image, fov_error *err)
{
    /* 4 KiB of part pointers: too much for the stack of a small thread. */
    struct walk *walk = fov__calloc(image->ctx, 1, sizeof(*walk));
    if (walk == NULL)
        return fov__fail_memory(err, "image.jpeg", sizeof(*walk));
    walk->image = image;
    walk->data = image->encoded.data;
    walk->size = image->encoded.size;
    walk->adobe_transform = -1;
    const fov_status rc = run_walk(walk, err);
    fov__free(image->ctx, walk);
    return rc;
}
