/* SPDX-License-Identifier: MIT */
/* EXIF orientation 1-8, applied once: rectangles and pixels between the frame in which a file
 * stores its rows (raw) and the one in which it is seen (upright). Everything above works upright;
 * only the decoders know raw. It must stay a permutation of pixels. */
#include "image/codec_internal.h"

/* The upright pixel (x, y) is the raw pixel (a, b): a is x, or y when the sides are swapped; then a
 * counts from the right and b from the bottom where said so (EXIF 2.3, tag 274). */
struct turn {
    bool is_swapped, from_right, from_bottom;
};

static struct turn turn_of(int32_t orientation)
{
    static const struct turn turns[9] = {
        [1] = {false, false, false}, [2] = {false, true, false}, [3] = {false, true, true},
        [4] = {false, false, true},  [5] = {true, false, false}, [6] = {true, false, true},
        [7] = {true, true, true},    [8] = {true, true, false},
    };
    return turns[orientation >= 1 && orientation <= 8 ? orientation : 1];
}

struct fov_recti fov__orient_to_raw(struct fov_recti r, int32_t raw_width, int32_t raw_height,
                                    int32_t orientation)
{
    const struct turn turn = turn_of(orientation);
    if (turn.is_swapped)
        r = (struct fov_recti){r.y, r.x, r.height, r.width};
    if (turn.from_right)
        r.x = raw_width - r.x - r.width;
    if (turn.from_bottom)
        r.y = raw_height - r.y - r.height;
    return r;
}

struct fov_recti fov__orient_to_upright(struct fov_recti r, int32_t raw_width, int32_t raw_height,
                                        int32_t orientation)
{
    const struct turn turn = turn_of(orientation);
    if (turn.from_right)
        r.x = raw_width - r.x - r.width;
    if (turn.from_bottom)
        r.y = raw_height - r.y - r.height;
    if (turn.is_swapped)
        r = (struct fov_recti){r.y, r.x, r.height, r.width};
    return r;
}

void fov__orient_origin(struct fov_level *level, struct fov_recti piece, int32_t raw_width,
                        int32_t raw_height, int32_t orientation)
{
    const int32_t s = level->shrink;
    /* The last level pixel of a side may reach beyond it, and starts outside when flipped. */
    const struct fov_recti covered = {piece.x * s, piece.y * s, piece.width * s, piece.height * s};
    const struct fov_recti upright =
        fov__orient_to_upright(covered, raw_width, raw_height, orientation);
    level->x0 = upright.x;
    level->y0 = upright.y;
}

/* One upright row out of raw pixels that lie `step` bytes apart. */
static void gather(uint8_t *out, const uint8_t *in, ptrdiff_t step, int32_t width, int32_t bands)
{
    for (int32_t x = 0; x < width; x++, in += step, out += bands) {
        out[0] = in[0];
        out[1] = in[1];
        out[2] = in[2];
        if (bands == 4)
            out[3] = in[3];
    }
}

/* Rows of a turned picture are columns of the raw one: in strips of this many upright columns the
 * raw rows that are touched stay in the first-level cache. */
enum { STRIP = 64 };

static void turn_pixels(struct fov_pixels *out, const struct fov_pixels *px, struct turn turn)
{
    const int32_t bands = px->bands;
    const ptrdiff_t right = turn.from_right ? -bands : bands;
    const ptrdiff_t down = turn.from_bottom ? -(ptrdiff_t)px->stride : (ptrdiff_t)px->stride;
    const uint8_t *corner = px->data;
    if (turn.from_right)
        corner += (size_t)(px->width - 1) * (size_t)bands;
    if (turn.from_bottom)
        corner += (size_t)(px->height - 1) * px->stride;
    const ptrdiff_t along = turn.is_swapped ? down : right, across = turn.is_swapped ? right : down;
    const int32_t strip = turn.is_swapped ? STRIP : out->width;
    for (int32_t x = 0; x < out->width; x += strip) {
        const int32_t n = out->width - x < strip ? out->width - x : strip;
        for (int32_t y = 0; y < out->height; y++)
            gather(fov__pixels_row(out, y) + (size_t)x * (size_t)bands,
                   corner + x * along + y * across, along, n, bands);
    }
}

fov_status fov__orient_pixels(struct fov_pixels **out, struct fov_pixels *px, int32_t orientation,
                              fov_error *err)
{
    const struct turn turn = turn_of(orientation);
    if (!turn.is_swapped && !turn.from_right && !turn.from_bottom) {
        *out = px;
        return FOV_OK;
    }
    const int32_t width = turn.is_swapped ? px->height : px->width;
    const int32_t height = turn.is_swapped ? px->width : px->height;
    const fov_status rc = fov__pixels_new(out, px->ctx, width, height, px->bands, err);
    if (rc == FOV_OK)
        turn_pixels(*out, px, turn);
    fov__pixels_unref(px);
    return rc;
}
