/* SPDX-License-Identifier: MIT */
/* BMP, header and pixels, by our own hand: libvips as packaged reads it only through ImageMagick,
 * which is more than untrusted bytes should meet. Rows of 1 to 32 bits, bit fields, RLE8 and RLE4,
 * bottom-up and top-down (Microsoft's BITMAPINFOHEADER, V4, V5, and OS/2's 12-byte header). It must
 * stay inside the file and the row whatever the numbers say. */
#include "image/codec_internal.h"

enum { FILE_HEAD = 14, CORE_HEAD = 12, INFO_HEAD = 40, V3_HEAD = 56, V5_HEAD = 124, GREY = 128 };
enum { RGB = 0, RLE8 = 1, RLE4 = 2, BITFIELDS = 3, ALPHABITFIELDS = 6 };

struct channel {
    uint32_t mask, max; /* 0: none; max is the largest value */
    int shift;
};

struct bmp {
    const uint8_t *data;
    size_t size, offset; /* of the pixels */
    int32_t width, height;
    uint32_t bits, compression, colours;
    bool is_top_down;
    uint64_t stride;
    struct channel channel[4]; /* red, green, blue, alpha */
    uint8_t palette[256][3];
};

/* False when the mask has holes: then it does not say a number. */
static bool set_mask(struct channel *channel, uint32_t mask)
{
    *channel = (struct channel){.mask = mask};
    if (mask == 0)
        return true;
    while ((mask >> channel->shift & 1) == 0)
        channel->shift++;
    channel->max = mask >> channel->shift;
    return (channel->max & (channel->max + 1)) == 0;
}

static uint8_t sample(const struct channel *channel, uint32_t pixel)
{
    const uint64_t v = (pixel & channel->mask) >> channel->shift;
    if (channel->max == 0)
        return 0;
    return (uint8_t)((v * 255 + channel->max / 2) / channel->max);
}

static fov_status read_masks(struct bmp *bmp, uint32_t head, fov_error *err)
{
    static const uint32_t plain[2][4] = {{0x7c00, 0x3e0, 0x1f, 0}, {0xff0000, 0xff00, 0xff, 0}};
    const uint8_t *p = bmp->data + FILE_HEAD + INFO_HEAD;
    const bool has_masks = bmp->compression == BITFIELDS || bmp->compression == ALPHABITFIELDS;
    const size_t count = bmp->compression == ALPHABITFIELDS || head >= V3_HEAD ? 4 : 3;
    if (has_masks && bmp->size < FILE_HEAD + INFO_HEAD + 4 * count)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.bmp", "the file ends within its bit masks");
    for (size_t i = 0; i < 4; i++) {
        const uint32_t said = i < count && has_masks ? fov__le32(p + 4 * i) : 0;
        const uint32_t mask = has_masks ? said : plain[bmp->bits == 32][i];
        if (!set_mask(&bmp->channel[i], mask))
            return fov__fail(err, FOV_E_IMAGE, 0, "image.bmp", "the bit mask %08x has holes",
                             (unsigned)mask);
    }
    return FOV_OK;
}

static void read_palette(struct bmp *bmp, uint32_t head, uint32_t said)
{
    const size_t step = head == CORE_HEAD ? 3 : 4;
    const uint32_t most = 1u << bmp->bits, count = said != 0 && said < most ? said : most;
    const size_t start = FILE_HEAD + (size_t)head;
    /* A palette cannot reach into the pixels, nor beyond the file. */
    const size_t end = bmp->offset < bmp->size && bmp->offset > start ? bmp->offset : bmp->size;
    for (uint32_t i = 0; i < count && start + (i + 1) * step <= end; i++) {
        const uint8_t *p = bmp->data + start + i * step;
        for (size_t c = 0; c < 3; c++)
            bmp->palette[i][c] = p[2 - c];
        bmp->colours = i + 1;
    }
}

static bool pair_is_legal(const struct bmp *bmp, uint32_t head)
{
    switch (bmp->compression) {
    case RGB:
        return bmp->bits == 1 || bmp->bits == 4 || bmp->bits == 8 || bmp->bits == 24 ||
               (head != CORE_HEAD && (bmp->bits == 16 || bmp->bits == 32));
    case RLE8:
        return bmp->bits == 8 && !bmp->is_top_down;
    case RLE4:
        return bmp->bits == 4 && !bmp->is_top_down;
    default:
        /* In the 64 bytes of OS/2 these numbers mean something else. */
        return head != 64 &&
               (bmp->compression == BITFIELDS || bmp->compression == ALPHABITFIELDS) &&
               (bmp->bits == 16 || bmp->bits == 32);
    }
}

static fov_status read_header(struct bmp *bmp, fov_image *image, fov_error *err)
{
    bmp->data = image->encoded.data;
    bmp->size = image->encoded.size;
    const uint8_t *p = bmp->data + FILE_HEAD;
    const uint32_t head = bmp->size >= FILE_HEAD + 4 ? fov__le32(p) : 0;
    if (bmp->size < FILE_HEAD + CORE_HEAD || (head != CORE_HEAD && head < INFO_HEAD) ||
        head > V5_HEAD || head > bmp->size - FILE_HEAD)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.bmp",
                         "the header says %u bytes in a file of %zu, and 12 or 40 to 124 are read",
                         (unsigned)head, bmp->size);
    const bool is_core = head == CORE_HEAD;
    const int64_t width = is_core ? (int64_t)fov__le16(p + 4) : (int32_t)fov__le32(p + 4);
    const int64_t height = is_core ? (int64_t)fov__le16(p + 6) : (int32_t)fov__le32(p + 8);
    bmp->offset = fov__le32(bmp->data + 10);
    bmp->is_top_down = height < 0;
    bmp->bits = fov__le16(p + (is_core ? 10 : 14));
    bmp->compression = is_core ? (uint32_t)RGB : fov__le32(p + 16);
    if (width < 0)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.bmp",
                         "the width is %lld, and must be at least 1", (long long)width);
    fov_status rc =
        fov__probe_size(image, (uint64_t)width, (uint64_t)(height < 0 ? -height : height), err);
    if (rc < 0)
        return rc;
    bmp->width = image->raw_width;
    bmp->height = image->raw_height;
    if (!pair_is_legal(bmp, head))
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.bmp",
                         "compression %u with %u bits a pixel%s is not read",
                         (unsigned)bmp->compression, (unsigned)bmp->bits,
                         bmp->is_top_down ? ", top-down," : "");
    bmp->stride = ((uint64_t)bmp->width * bmp->bits + 31) / 32 * 4;
    const uint32_t colours = is_core ? 0 : fov__le32(p + 32);
    if (bmp->bits <= 8 && colours > 256)
        rc = fov__probe_damage(image, err, "the palette says %u colours, and has at most 256",
                               (unsigned)colours);
    else if (bmp->bits <= 8)
        read_palette(bmp, head, colours);
    else if (bmp->bits != 24)
        rc = read_masks(bmp, head, err);
    return rc;
}

/* V5 may carry a profile: 'MBED', then where it is, from the header's own start. */
static fov_status read_profile(fov_image *image, fov_error *err)
{
    const uint8_t *p = image->encoded.data + FILE_HEAD;
    const size_t size = image->encoded.size - FILE_HEAD;
    if (size < V5_HEAD || fov__le32(p) != V5_HEAD || fov__le32(p + 56) != 0x4d424544)
        return FOV_OK;
    const size_t at = fov__le32(p + 112), length = fov__le32(p + 116);
    if (length == 0 || length > FOV__ICC_MAX || at > size || length > size - at)
        return FOV_OK;
    image->icc = fov__alloc(image->ctx, length);
    if (image->icc == NULL)
        return fov__fail_memory(err, "image.bmp.icc", length);
    memcpy(image->icc, p + at, length);
    image->icc_size = length;
    return FOV_OK;
}

fov_status fov__probe_bmp(fov_image *image, fov_error *err)
{
    struct bmp bmp = {.width = 0};
    fov_status rc = read_header(&bmp, image, err);
    if (rc < 0)
        return rc;
    image->info.bits = bmp.bits == 16 ? 5 : bmp.bits < 8 ? (int32_t)bmp.bits : 8;
    image->info.has_alpha = bmp.channel[3].mask != 0;
    image->info.channels = bmp.bits <= 8 ? 1 : image->info.has_alpha ? 4 : 3;
    const bool is_packed = bmp.compression == RLE8 || bmp.compression == RLE4;
    const uint64_t need = is_packed ? 1 : bmp.stride * (uint64_t)bmp.height;
    if (bmp.offset < FILE_HEAD + CORE_HEAD || bmp.offset > bmp.size || need > bmp.size - bmp.offset)
        rc = fov__probe_damage(image, err,
                               "%llu bytes of pixels from byte %zu do not fit a file of "
                               "%zu: it is cut or damaged",
                               (unsigned long long)need, bmp.offset, bmp.size);
    return rc == FOV_OK ? read_profile(image, err) : rc;
}

static void put_index(const struct bmp *bmp, uint8_t *out, uint32_t index)
{
    memcpy(out, bmp->palette[index], 3); /* at most 8 bits; beyond the palette it is black */
}

static void unpack_row(const struct bmp *bmp, uint8_t *out, const uint8_t *in, int32_t bands)
{
    for (int32_t x = 0; x < bmp->width; x++, out += bands) {
        if (bmp->bits <= 8) {
            const uint32_t bit = (uint32_t)x * bmp->bits;
            const uint32_t shift = 8 - bmp->bits - bit % 8;
            put_index(bmp, out, in[bit / 8] >> shift & ((1u << bmp->bits) - 1));
        } else if (bmp->bits == 24) {
            for (int c = 0; c < 3; c++)
                out[c] = in[3 * x + 2 - c];
        } else {
            const uint32_t pixel = bmp->bits == 16 ? fov__le16(in + 2 * x) : fov__le32(in + 4 * x);
            for (int32_t c = 0; c < bands; c++)
                out[c] = sample(&bmp->channel[c], pixel);
        }
    }
}

/* Where the packed rows are being written: x from the left, y from the bottom. */
struct rle {
    const struct bmp *bmp;
    struct fov_pixels *px;
    size_t pos;
    int64_t x, y;
};

static void rle_put(struct rle *rle, uint32_t index)
{
    const struct bmp *bmp = rle->bmp;
    if (rle->x < bmp->width && rle->y < bmp->height)
        put_index(bmp, fov__pixels_row(rle->px, (int32_t)(bmp->height - 1 - rle->y)) + 3 * rle->x,
                  index);
    rle->x++;
}

/* `count` pixels as they stand, padded to 16 bits; false when they are cut. */
static bool rle_absolute(struct rle *rle, uint32_t count)
{
    const struct bmp *bmp = rle->bmp;
    const size_t bytes = bmp->bits == 8 ? count : (count + 1) / 2;
    if (bytes > bmp->size - rle->pos)
        return false;
    const uint8_t *p = bmp->data + rle->pos;
    for (uint32_t i = 0; i < count; i++)
        rle_put(rle, bmp->bits == 8 ? p[i] : i % 2 == 0 ? p[i / 2] >> 4 : p[i / 2] & 15);
    rle->pos += bytes;
    rle->pos += bytes % 2 != 0 && rle->pos < bmp->size;
    return true;
}

/* Each turn reads two bytes or more, so the file's size bounds it. False: the end is missing. */
static bool rle_unpack(struct rle *rle, const fov_cancel *cancel)
{
    const struct bmp *bmp = rle->bmp;
    while (bmp->size - rle->pos >= 2 && !fov_cancel_is_set(cancel)) {
        const uint32_t count = bmp->data[rle->pos], code = bmp->data[rle->pos + 1];
        rle->pos += 2;
        if (count > 0) {
            for (uint32_t i = 0; i < count; i++)
                rle_put(rle, bmp->bits == 8 ? code : i % 2 == 0 ? code >> 4 : code & 15);
        } else if (code == 0) {
            rle->x = 0;
            rle->y++;
        } else if (code == 1) {
            return true;
        } else if (code == 2) {
            if (bmp->size - rle->pos < 2)
                return false;
            rle->x += bmp->data[rle->pos];
            rle->y += bmp->data[rle->pos + 1];
            rle->pos += 2;
        } else if (!rle_absolute(rle, code)) {
            return false;
        }
    }
    /* A last row without an end mark is whole all the same. */
    return rle->y >= bmp->height || (rle->y == bmp->height - 1 && rle->x >= bmp->width);
}

static fov_status unpack(const struct bmp *bmp, fov_image *image, struct fov_pixels *px,
                         const fov_cancel *cancel, fov_error *err)
{
    if (bmp->compression == RLE8 || bmp->compression == RLE4) {
        struct rle rle = {
            .bmp = bmp, .px = px, .pos = bmp->offset < bmp->size ? bmp->offset : bmp->size};
        /* Pixels that the runs leap over have the first colour. */
        for (int32_t y = 0; y < px->height; y++) {
            for (int32_t x = 0; x < px->width; x++)
                put_index(bmp, fov__pixels_row(px, y) + 3 * (size_t)x, 0);
        }
        if (!rle_unpack(&rle, cancel) && !fov_cancel_is_set(cancel)) {
            const fov_status rc = fov__probe_damage(image, err,
                                                    "the packed pixels end in row %lld "
                                                    "of %d",
                                                    (long long)rle.y, (int)bmp->height);
            for (int64_t y = rle.y + 1; rc == FOV_OK && y < bmp->height; y++)
                memset(fov__pixels_row(px, (int32_t)(bmp->height - 1 - y)), GREY, px->stride);
            return rc;
        }
        return FOV_OK;
    }
    for (int32_t row = 0; row < bmp->height && !fov_cancel_is_set(cancel); row++) {
        const uint64_t at = bmp->offset + bmp->stride * (uint64_t)row;
        uint8_t *out = fov__pixels_row(px, bmp->is_top_down ? row : bmp->height - 1 - row);
        if (at + bmp->stride <= bmp->size) {
            unpack_row(bmp, out, bmp->data + at, px->bands);
            continue;
        }
        memset(out, GREY, px->stride); /* lenient: probing has said so */
        for (int32_t x = 0; x < px->width && px->bands == 4; x++)
            out[4 * x + 3] = 255;
    }
    return FOV_OK;
}

fov_status fov__bmp_decode(struct fov_pixels **out, fov_image *image, const fov_cancel *cancel,
                           fov_error *err)
{
    struct bmp bmp = {.width = 0};
    struct fov_colour *colour = NULL;
    struct fov_pixels *px = NULL;
    fov_status rc = read_header(&bmp, image, err);
    if (rc == FOV_OK)
        rc = fov__colour_new(&colour, image, err);
    if (rc == FOV_OK)
        rc = fov__pixels_new(&px, image->ctx, image->raw_width, image->raw_height,
                             image->info.has_alpha ? 4 : 3, err);
    if (rc == FOV_OK)
        rc = unpack(&bmp, image, px, cancel, err);
    if (rc == FOV_OK && fov_cancel_is_set(cancel))
        rc = fov__cancelled(err);
    for (int32_t y = 0; rc == FOV_OK && !fov__colour_is_identity(colour) && y < px->height; y++)
        fov__colour_row(colour, fov__pixels_row(px, y), fov__pixels_row(px, y), px->width);
    fov__colour_free(colour);
    if (rc < 0) {
        fov__pixels_unref(px);
        px = NULL;
    }
    *out = px;
    return rc;
}
