/* SPDX-License-Identifier: MIT */
/* EXIF orientation 1-8, applied once: rectangles and pixels between the frame in which a file
 * stores its rows (raw) and the one in which it is seen (upright). Everything above works upright;
 * only the decoders know raw. It must stay a permutation of pixels. */
#include "image/turn_internal.h"

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

static void turn_pixels(struct fov_pixels *out, const struct fov_pixels *px, struct turn turn)
{
    const struct fov_turn_kernels *kernels = fov__turn_kernels(px->ctx->cpu);
    const size_t bands = (size_t)px->bands, width = (size_t)px->width * bands;
    if (turn.is_swapped) {
        const ptrdiff_t stride = (ptrdiff_t)px->stride;
        const uint8_t *corner = fov__pixels_row(px, turn.from_bottom ? px->height - 1 : 0) +
                                (turn.from_right ? width - bands : 0);
        kernels->transpose(out->data, out->stride, corner, turn.from_bottom ? -stride : stride,
                           turn.from_right, (size_t)out->width, (size_t)out->height, bands);
        return;
    }
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *in = fov__pixels_row(px, turn.from_bottom ? px->height - 1 - y : y);
        if (turn.from_right)
            kernels->reverse(fov__pixels_row(out, y), in + width, (size_t)px->width, bands);
        else
            memcpy(fov__pixels_row(out, y), in, width);
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
