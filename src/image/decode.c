/* SPDX-License-Identifier: MIT */
/* A region at a level: which raw rectangle it needs, whether a piece or the whole is decoded, what
 * is kept. How much comes is decided from the image and the numbers asked for alone; the cache only
 * decides how fast. It must never give other bytes because something was, or was not, cached. */
#include "image/codec_internal.h"

/* Levels of at most this many pixels are decoded whole and kept: a second look is then free. Larger
 * ones are decoded by pieces on a grid, so that looks close by share one. 4 MiP are 12 MiB. */
enum { WHOLE_PIXELS = 4 * 1024 * 1024, GRID = 64 };
/* From this many pieces on the whole of a large picture is decoded and kept if it can be. */
enum { PIECES_MANY = 3 };

struct plan {
    fov_image *image;
    const fov_cancel *cancel;
    int32_t shrink;
    int32_t level_width, level_height; /* raw */
    bool is_whole;
    struct fov_recti piece; /* raw level pixels */
};

fov_status fov__cancelled(fov_error *err)
{
    return fov__fail(err, FOV_E_CANCELLED, 0, "image", "decoding was cancelled");
}

static bool has_regions(const fov_image *image)
{
    if (image->info.format == FOV_FORMAT_JPEG)
        return fov__jpeg_has_regions(image);
    return image->info.format == FOV_FORMAT_PNG && !image->info.is_progressive &&
           !image->is_lenient;
}

static int32_t up_to(int32_t v, int32_t step)
{
    return (v + step - 1) / step * step;
}

/* Widen [x, x + size) to the grid, within [0, end). */
static void widen(int32_t *x, int32_t *size, int32_t end)
{
    const int32_t x2 = up_to(*x + *size, GRID);
    *x -= *x % GRID;
    *size = (x2 < end ? x2 : end) - *x;
}

static struct plan make_plan(fov_image *image, struct fov_recti region, int32_t shrink,
                             const fov_cancel *cancel)
{
    struct plan plan = {.image = image, .cancel = cancel, .shrink = shrink};
    plan.level_width = fov__level_size(image->raw_width, shrink);
    plan.level_height = fov__level_size(image->raw_height, shrink);
    const struct fov_recti raw =
        fov__orient_to_raw(region, image->raw_width, image->raw_height, image->info.orientation);
    const int64_t all = (int64_t)plan.level_width * plan.level_height;
    struct fov_recti piece = {raw.x / shrink, raw.y / shrink, 0, 0};
    piece.width = (raw.x + raw.width - 1) / shrink + 1 - piece.x;
    piece.height = (raw.y + raw.height - 1) / shrink + 1 - piece.y;
    widen(&piece.x, &piece.width, plan.level_width);
    widen(&piece.y, &piece.height, plan.level_height);
    plan.is_whole = !has_regions(image) || all <= WHOLE_PIXELS ||
                    (int64_t)piece.width * piece.height >= all - all / 4;
    plan.piece =
        plan.is_whole ? (struct fov_recti){0, 0, plan.level_width, plan.level_height} : piece;
    return plan;
}

static uint64_t hex16(const char *text)
{
    uint64_t value = 0;
    for (int i = 0; i < 16; i++) {
        const uint64_t digit = (uint64_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
        value = value << 4 | digit;
    }
    return value;
}

static struct fov_cache_key key_of(const struct plan *plan)
{
    const fov_image *image = plan->image;
    struct fov_cache_key key = {.region = plan->piece, .shrink = plan->shrink};
    key.source[0] = hex16(image->sha256);
    /* A lenient reading of damaged bytes is another picture than none at all. */
    key.source[1] = hex16(image->sha256 + 16) ^ (image->is_lenient ? 1u : 0u);
    return key;
}

static struct plan whole_plan(const struct plan *plan, int32_t shrink)
{
    const struct fov_recti all = {0, 0, plan->image->info.width, plan->image->info.height};
    struct plan whole = make_plan(plan->image, all, shrink, plan->cancel);
    return whole;
}

static fov_status make_level(struct fov_level *out, void *user, fov_error *err);

/* The level at shrink 1 when it is there or worth being kept; *out is untouched otherwise. */
static fov_status base_level(struct fov_level *out, const struct plan *plan, bool *found,
                             fov_error *err)
{
    struct plan base = whole_plan(plan, 1);
    const struct fov_cache_key key = key_of(&base);
    const int64_t all = (int64_t)base.level_width * base.level_height;
    *found = true;
    if (fov__cache_peek(out, plan->image->ctx, &key))
        return FOV_OK;
    if (!has_regions(plan->image) || all <= WHOLE_PIXELS)
        return fov__cache_get(out, plan->image->ctx, &key, make_level, &base, err);
    *found = false;
    return FOV_OK;
}

/* The mean of what a rectangle of level pixels covers in pixels at full density. */
static fov_status shrink_part(struct fov_pixels **out, const struct fov_pixels *px,
                              struct fov_recti piece, int32_t shrink, fov_error *err)
{
    const fov_status rc = fov__pixels_new(out, px->ctx, piece.width, piece.height, px->bands, err);
    if (rc < 0)
        return rc;
    const int32_t x = piece.x * shrink, room = px->width - x, want = piece.width * shrink;
    for (int32_t row = 0; row < piece.height; row++) {
        const int32_t y = (piece.y + row) * shrink, left = px->height - y;
        fov__shrink_rows(fov__pixels_row(*out, row),
                         fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands, px->stride,
                         want < room ? want : room, left < shrink ? left : shrink, px->bands,
                         shrink);
    }
    return FOV_OK;
}

static fov_status decode_whole(struct fov_pixels **out, const struct plan *plan, fov_error *err)
{
    fov_image *image = plan->image;
    if (image->pixels != NULL) {
        *out = fov__pixels_ref(image->pixels);
        return FOV_OK;
    }
    if (image->info.format == FOV_FORMAT_BMP)
        return fov__bmp_decode(out, image, plan->cancel, err);
    return fov__vips_decode(out, image, plan->cancel, err);
}

/* The raw pixels of the piece. */
static fov_status make_raw(struct fov_pixels **out, const struct plan *plan, fov_error *err)
{
    fov_image *image = plan->image;
    if (image->info.format == FOV_FORMAT_JPEG)
        return fov__jpeg_decode(out, image, plan->piece, plan->shrink, plan->cancel, err);
    if (plan->shrink > 1 && image->info.orientation == 1) {
        struct fov_level base;
        bool found = false;
        fov_status rc = base_level(&base, plan, &found, err);
        if (rc < 0 || found) {
            if (rc == FOV_OK) {
                rc = shrink_part(out, base.px, plan->piece, plan->shrink, err);
                fov__pixels_unref(base.px);
            }
            return rc;
        }
    }
    if (image->info.format == FOV_FORMAT_PNG)
        return fov__png_decode(out, image, plan->piece, plan->shrink, plan->cancel, err);
    struct fov_pixels *px = NULL;
    fov_status rc = decode_whole(&px, plan, err);
    if (rc == FOV_OK && plan->shrink > 1) {
        rc = fov__shrink_pixels(out, px, plan->shrink, err);
        fov__pixels_unref(px);
    } else if (rc == FOV_OK) {
        *out = px;
    }
    return rc;
}

/* What the cache calls: the piece of a plan, upright. */
static fov_status make_level(struct fov_level *out, void *user, fov_error *err)
{
    const struct plan *plan = user;
    fov_image *image = plan->image;
    struct fov_pixels *raw = NULL;
    fov_status rc = make_raw(&raw, plan, err);
    memset(out, 0, sizeof(*out));
    if (rc < 0)
        return rc;
    if (fov_cancel_is_set(plan->cancel)) {
        fov__pixels_unref(raw);
        return fov__cancelled(err);
    }
    rc = fov__orient_pixels(&out->px, raw, image->info.orientation, err);
    if (rc < 0)
        return rc;
    out->shrink = plan->shrink;
    fov__orient_origin(out, plan->piece, image->raw_width, image->raw_height,
                       image->info.orientation);
    return FOV_OK;
}

/* The piece out of the whole level. The whole's reference is consumed. */
static fov_status cut(struct fov_level *out, struct fov_level *whole, const struct plan *plan,
                      fov_error *err)
{
    const struct fov_recti box = fov__orient_to_upright(
        plan->piece, plan->level_width, plan->level_height, plan->image->info.orientation);
    const struct fov_pixels *px = whole->px;
    struct fov_level made = {.shrink = plan->shrink};
    made.x0 = whole->x0 + (double)box.x * plan->shrink;
    made.y0 = whole->y0 + (double)box.y * plan->shrink;
    const fov_status rc = fov__pixels_new(&made.px, px->ctx, box.width, box.height, px->bands, err);
    for (int32_t y = 0; rc == FOV_OK && y < box.height; y++)
        memcpy(fov__pixels_row(made.px, y),
               fov__pixels_row(px, box.y + y) + (size_t)box.x * (size_t)px->bands, made.px->stride);
    fov__pixels_unref(whole->px);
    *out = made;
    return rc;
}

/* A piece of a large picture: from the whole when that is there, else decoded by itself. */
static fov_status get_piece(struct fov_level *out, struct plan *plan, fov_error *err)
{
    fov_image *image = plan->image;
    struct plan whole = whole_plan(plan, plan->shrink);
    const struct fov_cache_key whole_key = key_of(&whole), key = key_of(plan);
    struct fov_level level;
    if (fov__cache_peek(&level, image->ctx, &whole_key))
        return cut(out, &level, plan, err);
    if (fov__cache_peek(out, image->ctx, &key))
        return FOV_OK;
    const uint64_t bytes = (uint64_t)whole.level_width * (uint64_t)whole.level_height * 4;
    const bool is_affordable = bytes <= image->ctx->limits.cache_bytes / 2;
    if (atomic_fetch_add(&image->pieces, 1) + 1 >= PIECES_MANY && is_affordable) {
        /* It may fail where the piece does not (damage further down, memory): then the piece it
         * is, as it would have been without a cache. */
        if (fov__cache_get(&level, image->ctx, &whole_key, make_level, &whole, NULL) == FOV_OK)
            return cut(out, &level, plan, err);
    }
    return fov__cache_get(out, image->ctx, &key, make_level, plan, err);
}

static fov_status check_region(const fov_image *image, struct fov_recti r, int32_t shrink,
                               fov_error *err)
{
    if (shrink != 1 && shrink != 2 && shrink != 4 && shrink != 8)
        return fov__fail(err, FOV_E_ARG, 0, "image.shrink",
                         "shrink is %d, and 1, 2, 4, 8 are allowed", (int)shrink);
    if (r.x < 0 || r.y < 0 || r.width < 1 || r.height < 1 || r.x > image->info.width - r.width ||
        r.y > image->info.height - r.height)
        return fov__fail(err, FOV_E_ARG, 0, "image.region",
                         "the region at %d,%d of %d x %d is not within %d x %d", (int)r.x, (int)r.y,
                         (int)r.width, (int)r.height, (int)image->info.width,
                         (int)image->info.height);
    return FOV_OK;
}

fov_status fov__image_decode(struct fov_level *out, fov_image *image, struct fov_recti region,
                             int32_t shrink, const fov_cancel *cancel, fov_error *err)
{
    memset(out, 0, sizeof(*out));
    fov_status rc = check_region(image, region, shrink, err);
    if (rc < 0)
        return rc;
    if (fov_cancel_is_set(cancel))
        return fov__cancelled(err);
    if (image->lent.data != NULL)
        return fov__lent_decode(out, image, region, shrink, err);
    if (image->pixels != NULL && shrink == 1) {
        *out = (struct fov_level){.px = fov__pixels_ref(image->pixels), .shrink = 1};
        return FOV_OK;
    }
    struct plan plan = make_plan(image, region, shrink, cancel);
    if (plan.is_whole) {
        const struct fov_cache_key key = key_of(&plan);
        rc = fov__cache_get(out, image->ctx, &key, make_level, &plan, err);
    } else {
        rc = get_piece(out, &plan, err);
    }
    if (rc < 0)
        memset(out, 0, sizeof(*out));
    else
        fov__ok(err);
    return rc;
}
