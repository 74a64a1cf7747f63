/* SPDX-License-Identifier: MIT */
/* The first directory of a TIFF (TIFF 6.0): size, samples, orientation, profile, and whether the
 * strips or tiles lie within the file and are not larger than the picture needs. libtiff allocates
 * by what these fields say, so they are judged here first. It must never follow the chain to a
 * second directory. */
#include "image/codec_internal.h"

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_BITS = 258,
    TAG_COMPRESSION = 259,
    TAG_PHOTOMETRIC = 262,
    TAG_STRIP_OFFSETS = 273,
    TAG_ORIENTATION = 274,
    TAG_SAMPLES = 277,
    TAG_ROWS_PER_STRIP = 278,
    TAG_STRIP_BYTES = 279,
    TAG_TILE_WIDTH = 322,
    TAG_TILE_HEIGHT = 323,
    TAG_TILE_OFFSETS = 324,
    TAG_TILE_BYTES = 325,
    TAG_EXTRA_SAMPLES = 338,
    TAG_ICC = 34675
};
enum { PHOTO_WHITE = 0, PHOTO_BLACK = 1, PHOTO_RGB = 2, PHOTO_PALETTE = 3, PHOTO_CMYK = 5 };
enum { TYPE_BYTE = 1, TYPE_SHORT = 3, TYPE_LONG = 4, TYPE_UNDEFINED = 7, SAMPLES_MAX = 5 };

struct field {
    uint32_t type, count;
    const uint8_t *data; /* `count` values, all within the file */
};

struct tiff {
    fov_image *image;
    const uint8_t *data;
    size_t size;
    bool is_big_endian;
    size_t directory, entries;
};

static uint32_t get16(const struct tiff *tiff, const uint8_t *p)
{
    return tiff->is_big_endian ? fov__be16(p) : fov__le16(p);
}

static uint32_t get32(const struct tiff *tiff, const uint8_t *p)
{
    return tiff->is_big_endian ? fov__be32(p) : fov__le32(p);
}

static size_t type_size(uint32_t type)
{
    return type == TYPE_SHORT ? 2 : type == TYPE_LONG ? 4 : 1;
}

/* The field of this tag; false when there is none, or its values are not all in the file. */
static bool find(const struct tiff *tiff, uint32_t tag, struct field *out)
{
    for (size_t i = 0; i < tiff->entries; i++) {
        const uint8_t *entry = tiff->data + tiff->directory + 2 + 12 * i;
        if (get16(tiff, entry) != tag)
            continue;
        out->type = get16(tiff, entry + 2);
        out->count = get32(tiff, entry + 4);
        if (out->type != TYPE_BYTE && out->type != TYPE_SHORT && out->type != TYPE_LONG &&
            out->type != TYPE_UNDEFINED)
            return false;
        const uint64_t bytes = (uint64_t)out->count * type_size(out->type);
        const uint64_t at = get32(tiff, entry + 8);
        out->data = entry + 8;
        if (bytes <= 4)
            return out->count > 0;
        if (at > tiff->size || bytes > tiff->size - at)
            return false;
        out->data = tiff->data + at;
        return true;
    }
    return false;
}

static uint32_t value(const struct tiff *tiff, const struct field *field, uint32_t i)
{
    const uint8_t *p = field->data + i * type_size(field->type);
    return field->type == TYPE_SHORT  ? get16(tiff, p)
           : field->type == TYPE_LONG ? get32(tiff, p)
                                      : p[0];
}

static uint32_t number(const struct tiff *tiff, uint32_t tag, uint32_t otherwise)
{
    struct field field;
    return find(tiff, tag, &field) ? value(tiff, &field, 0) : otherwise;
}

/* Whether the packed pixels are all inside the file, and, when they are not packed, enough. */
static fov_status check_data(const struct tiff *tiff, bool is_tiled, uint64_t need, fov_error *err)
{
    struct field at, bytes;
    uint64_t sum = 0;
    if (!find(tiff, is_tiled ? TAG_TILE_OFFSETS : TAG_STRIP_OFFSETS, &at) ||
        !find(tiff, is_tiled ? TAG_TILE_BYTES : TAG_STRIP_BYTES, &bytes))
        return fov__fail(err, FOV_E_IMAGE, 0, "image.tiff",
                         "the directory does not say where its %s are",
                         is_tiled ? "tiles" : "strips");
    for (uint32_t i = 0; i < at.count && i < bytes.count; i++) {
        const uint64_t start = value(tiff, &at, i), length = value(tiff, &bytes, i);
        if (start + length > tiff->size)
            return fov__probe_damage(tiff->image, err,
                                     "%s %u ends at byte %llu of %zu: the file is "
                                     "cut or damaged",
                                     is_tiled ? "tile" : "strip", (unsigned)i,
                                     (unsigned long long)(start + length), tiff->size);
        sum += length;
    }
    if (number(tiff, TAG_COMPRESSION, 1) == 1 && sum < need)
        return fov__probe_damage(tiff->image, err,
                                 "%llu bytes of pixels are there, and %llu are "
                                 "needed",
                                 (unsigned long long)sum, (unsigned long long)need);
    return FOV_OK;
}

static fov_status take_colour(const struct tiff *tiff, uint32_t samples, fov_error *err)
{
    fov_image *image = tiff->image;
    struct field field;
    const uint32_t photo = number(tiff, TAG_PHOTOMETRIC, PHOTO_BLACK);
    const bool is_grey = photo == PHOTO_WHITE || photo == PHOTO_BLACK;
    const uint32_t colours = is_grey || photo == PHOTO_PALETTE ? 1 : photo == PHOTO_CMYK ? 4 : 3;
    if (samples < colours)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.tiff",
                         "%u samples a pixel are too few for photometric interpretation %u",
                         (unsigned)samples, (unsigned)photo);
    /* 1: colour is multiplied by alpha, 2: it is not; 0 or nothing: not alpha. */
    const uint32_t extra = number(tiff, TAG_EXTRA_SAMPLES, 0);
    const bool has_alpha = samples > colours && (extra == 1 || extra == 2);
    image->is_cmyk = photo == PHOTO_CMYK;
    image->has_grey_samples = is_grey;
    image->info.has_alpha = has_alpha && !image->is_cmyk;
    image->is_premultiplied = image->info.has_alpha && extra == 1;
    if (find(tiff, TAG_ICC, &field) && field.count <= FOV__ICC_MAX && type_size(field.type) == 1 &&
        field.count > 4) {
        image->icc = fov__alloc(image->ctx, field.count);
        if (image->icc == NULL)
            return fov__fail_memory(err, "image.tiff.icc", field.count);
        memcpy(image->icc, field.data, field.count);
        image->icc_size = field.count;
    }
    return FOV_OK;
}

static fov_status take_layout(const struct tiff *tiff, fov_error *err)
{
    fov_image *image = tiff->image;
    const uint32_t bits = number(tiff, TAG_BITS, 1), samples = number(tiff, TAG_SAMPLES, 1);
    if (samples < 1 || samples > SAMPLES_MAX)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.tiff",
                         "%u samples a pixel are stored, and 1 to %d are read", (unsigned)samples,
                         (int)SAMPLES_MAX);
    if (bits < 1 || bits > 32)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.tiff",
                         "samples have %u bits, and 1 to 32 are read", (unsigned)bits);
    const uint32_t orientation = number(tiff, TAG_ORIENTATION, 1);
    image->info.orientation = orientation >= 1 && orientation <= 8 ? (int32_t)orientation : 1;
    image->info.bits = (int32_t)bits;
    image->info.channels = samples > 4 ? 4 : (int32_t)samples;
    const uint64_t width = (uint64_t)image->raw_width, height = (uint64_t)image->raw_height;
    const uint64_t need = (width * samples * bits + 7) / 8 * height;
    const uint32_t tile_width = number(tiff, TAG_TILE_WIDTH, 0);
    const uint32_t tile_height = number(tiff, TAG_TILE_HEIGHT, 0);
    const bool is_tiled = tile_width != 0 || tile_height != 0;
    fov_status rc = FOV_OK;
    if (is_tiled)
        rc = fov__limits_check_size(image->ctx, tile_width, tile_height, "image.tiff.tile", err);
    const uint64_t tile = (uint64_t)tile_width * tile_height * samples * ((bits + 7) / 8);
    if (rc == FOV_OK && is_tiled && tile > 4 * need + 64 * 1024 * 1024)
        rc = fov__fail(err, FOV_E_LIMIT, 0, "image.tiff",
                       "a tile of %u x %u pixels is too large for a picture of %d x %d",
                       (unsigned)tile_width, (unsigned)tile_height, (int)width, (int)height);
    if (rc == FOV_OK && need > image->ctx->limits.memory_bytes)
        rc = fov__fail(err, FOV_E_LIMIT, 0, "image.tiff",
                       "the pixels have %llu bytes, and the context allows %llu",
                       (unsigned long long)need,
                       (unsigned long long)image->ctx->limits.memory_bytes);
    if (rc == FOV_OK)
        rc = take_colour(tiff, samples, err);
    return rc == FOV_OK ? check_data(tiff, is_tiled, need, err) : rc;
}

fov_status fov__probe_tiff(fov_image *image, fov_error *err)
{
    struct tiff tiff = {.image = image, .data = image->encoded.data, .size = image->encoded.size};
    if (tiff.size < 8)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.tiff",
                         "the file has %zu bytes and ends before its header", tiff.size);
    tiff.is_big_endian = tiff.data[0] == 'M';
    tiff.directory = get32(&tiff, tiff.data + 4);
    if (tiff.directory < 8 || tiff.directory > tiff.size - 2)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.tiff",
                         "the directory is at byte %zu of %zu: the file is cut or damaged",
                         tiff.directory, tiff.size);
    tiff.entries = get16(&tiff, tiff.data + tiff.directory);
    if (tiff.entries > (tiff.size - tiff.directory - 2) / 12)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.tiff",
                         "the directory says %zu entries, and %zu bytes remain: the file is cut or "
                         "damaged",
                         tiff.entries, tiff.size - tiff.directory - 2);
    const uint32_t width = number(&tiff, TAG_WIDTH, 0), height = number(&tiff, TAG_HEIGHT, 0);
    const fov_status rc = fov__probe_size(image, width, height, err);
    return rc == FOV_OK ? take_layout(&tiff, err) : rc;
}
