/* SPDX-License-Identifier: MIT */
/* The block walk of a GIF (GIF89a specification): the logical screen is the size, the first frame
 * is the picture. Every frame is held against the limits, since libraries size their canvas by the
 * largest, and the first one's end is noted, so that the decoder sees no byte beyond it. */
#include "image/codec_internal.h"

enum { EXTENSION = 0x21, FRAME = 0x2c, TRAILER = 0x3b, GRAPHIC_CONTROL = 0xf9, HAS_TABLE = 0x80 };

struct walk {
    fov_image *image;
    const uint8_t *data;
    size_t size, pos;
    uint32_t width, height; /* logical screen */
    bool is_transparent, has_frame, has_end;
};

static size_t table_bytes(uint8_t flags)
{
    return (flags & HAS_TABLE) != 0 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Go behind a chain of sub-blocks; false when it is cut. */
static bool skip_blocks(struct walk *walk)
{
    while (walk->pos < walk->size) {
        const size_t length = walk->data[walk->pos++];
        if (length == 0)
            return true;
        if (length > walk->size - walk->pos)
            break;
        walk->pos += length;
    }
    walk->pos = walk->size;
    return false;
}

static fov_status take_frame(struct walk *walk, fov_error *err)
{
    fov_image *image = walk->image;
    const uint8_t *p = walk->data + walk->pos;
    if (walk->size - walk->pos < 10) {
        walk->pos = walk->size;
        return FOV_OK; /* said by the missing end */
    }
    const uint32_t x = fov__le16(p), y = fov__le16(p + 2), w = fov__le16(p + 4),
                   h = fov__le16(p + 6);
    const size_t table = table_bytes(p[8]);
    fov_status rc = fov__limits_check_size(image->ctx, x + w, y + h, "image.gif.frame", err);
    if (rc == FOV_OK && !walk->has_frame) {
        /* Encoders that left the screen at 0 meant the frame. */
        if (walk->width == 0 || walk->height == 0) {
            walk->width = x + w;
            walk->height = y + h;
        }
        rc = fov__probe_size(image, walk->width, walk->height, err);
        const bool covers = x == 0 && y == 0 && w >= walk->width && h >= walk->height;
        image->info.has_alpha = walk->is_transparent || !covers;
        if (p[8] & HAS_TABLE)
            image->info.bits = (p[8] & 7) + 1;
        image->info.is_progressive = (p[8] & 0x40) != 0;
    }
    if (rc < 0)
        return rc;
    walk->pos += 10 + (table < walk->size - walk->pos - 10 ? table : walk->size - walk->pos - 10);
    const bool whole = skip_blocks(walk);
    if (!walk->has_frame)
        image->first_end = walk->pos;
    walk->has_frame = true;
    return whole ? FOV_OK
                 : fov__probe_damage(image, err, "the pixels are cut at byte %zu", walk->size);
}

static fov_status take_block(struct walk *walk, fov_error *err)
{
    const uint8_t kind = walk->data[walk->pos++];
    if (kind == TRAILER) {
        walk->has_end = true;
        return FOV_OK;
    }
    if (kind == FRAME)
        return take_frame(walk, err);
    if (kind == 0) /* stray block ends are common */
        return FOV_OK;
    if (kind != EXTENSION) {
        const size_t at = walk->pos - 1;
        walk->pos = walk->size;
        return fov__probe_damage(walk->image, err, "at byte %zu a block should begin and does not",
                                 at);
    }
    const uint8_t *p = walk->data + walk->pos;
    if (walk->size - walk->pos >= 3 && p[0] == GRAPHIC_CONTROL && p[1] == 4 && !walk->has_frame)
        walk->is_transparent = (p[2] & 1) != 0;
    if (walk->pos < walk->size)
        walk->pos++;
    skip_blocks(walk);
    return FOV_OK;
}

fov_status fov__probe_gif(fov_image *image, fov_error *err)
{
    struct walk walk = {.image = image, .data = image->encoded.data, .size = image->encoded.size};
    if (walk.size < 13)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.gif",
                         "the file has %zu bytes and ends before its header", walk.size);
    walk.width = fov__le16(walk.data + 6);
    walk.height = fov__le16(walk.data + 8);
    image->info.bits = (walk.data[10] & 7) + 1;
    image->info.channels = 1;
    const size_t table = table_bytes(walk.data[10]);
    walk.pos = table < walk.size - 13 ? 13 + table : walk.size;
    while (!walk.has_end && walk.pos < walk.size) {
        const fov_status rc = take_block(&walk, err);
        if (rc < 0)
            return rc;
    }
    if (!walk.has_frame)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.gif", "the file has no frame");
    if (!walk.has_end)
        return fov__probe_damage(image, err,
                                 "the file ends at byte %zu without its trailer: it is "
                                 "cut",
                                 walk.size);
    return FOV_OK;
}
