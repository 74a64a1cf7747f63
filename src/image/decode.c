/* SPDX-License-Identifier: MIT */
/* A region at a level: which raw rectangle it needs, whether a piece or the whole is decoded, what
 * is kept. How much comes is decided from the image and the numbers asked for alone; the cache only
 * decides how fast. It must never give other bytes because something was, or was not, cached. */
#include "image/decode_internal.h"

#include <limits.h>

/* Levels of at most this many pixels are decoded whole and kept: a second look is then free. Larger
 * ones are decoded by pieces on a grid, so that looks close by share one. 4 MiP are 12 MiB. */
enum { WHOLE_PIXELS = 4 * 1024 * 1024, GRID = 64 };
/* When the whole of a large picture is decoded and kept, if it can be: from this many pieces on;
 * or, where a piece costs no more than its share (a JPEG whose positions are known), when the
 * pieces together came to as much as the whole. */
enum { PIECES_MANY = 3, SHARE = 1000 };
/* A piece of a JPEG is made again in less time than many others need to be dropped for it. */
enum { PIECE_PART = 8 };

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

/* Of a JPEG planes are kept instead of pixels, unless each look would have to go through a profile.
 */
bool fov__plan_has_planes(const fov_image *image)
{
    return image->info.format == FOV_FORMAT_JPEG && image->info.channels != 4 &&
           image->has_even_sampling && !image->is_lenient && image->icc == NULL;
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

struct fov_recti fov__plan_rect(const fov_image *image, struct fov_recti region, int32_t shrink)
{
    const struct fov_recti raw =
        fov__orient_to_raw(region, image->raw_width, image->raw_height, image->info.orientation);
    struct fov_recti rect = {raw.x / shrink, raw.y / shrink, 0, 0};
    rect.width = (raw.x + raw.width - 1) / shrink + 1 - rect.x;
    rect.height = (raw.y + raw.height - 1) / shrink + 1 - rect.y;
    return rect;
}

/* Half of the cache for one level, and no more. */
static bool can_keep(const fov_image *image, int64_t pixels)
{
    const uint64_t all = (uint64_t)pixels;
    return (fov__plan_has_planes(image) ? all * 3 / 2 : all * 4) <=
           image->ctx->limits.cache_bytes / 2;
}

struct plan fov__plan_make(fov_image *image, struct fov_recti region, int32_t shrink,
                           const fov_cancel *cancel)
{
    struct plan plan = {.image = image, .cancel = cancel, .shrink = shrink};
    plan.level_width = fov__level_size(image->raw_width, shrink);
    plan.level_height = fov__level_size(image->raw_height, shrink);
    const int64_t all = (int64_t)plan.level_width * plan.level_height;
    struct fov_recti piece = fov__plan_rect(image, region, shrink);
    widen(&piece.x, &piece.width, plan.level_width);
    widen(&piece.y, &piece.height, plan.level_height);
    const bool is_most = (int64_t)piece.width * piece.height >= all - all / 4;
    plan.is_whole = !has_regions(image) || all <= WHOLE_PIXELS || (is_most && can_keep(image, all));
    /* What is kept as planes is converted for each look, so no more than it needs. */
    plan.piece = is_most || (plan.is_whole && !fov__plan_has_planes(image))
                     ? (struct fov_recti){0, 0, plan.level_width, plan.level_height}
                     : piece;
    return plan;
}

struct fov_recti fov__plan_all(const struct plan *plan)
{
    return (struct fov_recti){0, 0, plan->level_width, plan->level_height};
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

/* Shrink 0 is for what is known of the coded data. */
static struct fov_cache_key key_of(const fov_image *image, struct fov_recti region, int32_t shrink)
{
    struct fov_cache_key key = {.region = region, .shrink = shrink};
    const char *name = fov__image_name(image);
    key.source[0] = hex16(name);
    /* A lenient reading of damaged bytes is another picture than none at all. */
    key.source[1] = hex16(name + 16) ^ (image->is_lenient ? 1u : 0u);
    return key;
}

static fov_status make_whole(struct fov_kept *out, void *user, fov_error *err);

/* The level at shrink 1 when it is there or worth being kept; *out is untouched otherwise. */
static fov_status base_level(struct fov_level *out, const struct plan *plan, bool *found,
                             fov_error *err)
{
    fov_image *image = plan->image;
    const fov_cancel *cancel = plan->cancel;
    struct plan base = fov__plan_make(
        image, (struct fov_recti){0, 0, image->info.width, image->info.height}, 1, cancel);
    const struct fov_cache_key key = key_of(image, base.piece, 1);
    const int64_t all = (int64_t)base.level_width * base.level_height;
    struct fov_kept kept;
    *found = true;
    if (fov__cache_peek(&kept, image->ctx, &key)) {
        *out = kept.level;
        return FOV_OK;
    }
    if (!has_regions(image) || all <= WHOLE_PIXELS) {
        const fov_status rc =
            fov__cache_get_kept(&kept, image->ctx, &key, make_whole, &base, cancel, err);
        *out = kept.level;
        return rc;
    }
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
        fov__shrink_rows(px->ctx->cpu, fov__pixels_row(*out, row),
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

/* The raw pixels of a rectangle of the level; not for a JPEG. */
static fov_status make_raw(struct fov_pixels **out, const struct plan *plan, struct fov_recti rect,
                           fov_error *err)
{
    fov_image *image = plan->image;
    if (plan->shrink > 1 && image->info.orientation == 1) {
        struct fov_level base;
        bool found = false;
        fov_status rc = base_level(&base, plan, &found, err);
        if (rc < 0 || found) {
            if (rc == FOV_OK) {
                rc = shrink_part(out, base.px, rect, plan->shrink, err);
                fov__pixels_unref(base.px);
            }
            return rc;
        }
    }
    if (image->info.format == FOV_FORMAT_PNG)
        return fov__png_decode(out, image, rect, plan->shrink, plan->cancel, err);
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

/* Raw pixels (consumed) as an upright level. */
static fov_status upright(struct fov_level *out, struct fov_pixels *raw, const struct plan *plan,
                          struct fov_recti rect, fov_error *err)
{
    const fov_image *image = plan->image;
    if (fov_cancel_is_set(plan->cancel)) {
        fov__pixels_unref(raw);
        return fov__cancelled(err);
    }
    const fov_status rc = fov__orient_pixels(&out->px, raw, image->info.orientation, err);
    if (rc < 0)
        return rc;
    out->shrink = plan->shrink;
    fov__orient_origin(out, rect, image->raw_width, image->raw_height, image->info.orientation);
    return FOV_OK;
}

/* ---- JPEG ----------------------------------------------------------------------------------- */

static fov_status make_scan(struct fov_kept *out, void *user, fov_error *err)
{
    return fov__jpeg_scan_new(&out->scan, user, err);
}

fov_status fov__plan_scan(struct fov_jpeg_scan **out, const struct plan *plan, fov_error *err)
{
    fov_image *image = plan->image;
    const struct fov_cache_key key = key_of(image, (struct fov_recti){0, 0, 0, 0}, 0);
    struct fov_kept kept;
    const fov_status rc =
        fov__cache_get_kept(&kept, image->ctx, &key, make_scan, image, plan->cancel, err);
    *out = kept.scan;
    return rc;
}

fov_status fov__plan_planes(struct fov_planes **out, const struct plan *plan, struct fov_recti rect,
                            struct fov_jpeg_scan *scan, fov_error *err)
{
    const struct fov_recti all = fov__plan_all(plan);
    const bool is_all = memcmp(&rect, &all, sizeof(all)) == 0;
    struct fov_planes *planes = NULL;
    bool is_refused = scan->is_refused;
    if (!scan->has_planes || (is_refused && !is_all))
        return FOV_OK;
    fov_status rc = fov__jpeg_planes_new(&planes, scan, rect, plan->shrink, err);
    if (rc == FOV_OK && !is_refused)
        rc = fov__jpeg_planes_read(planes, scan, plan->image, plan->shrink, &is_refused,
                                   plan->cancel, err);
    if (rc == FOV_OK && is_refused && is_all)
        rc = fov__jpeg_decode_planes(planes, plan->image, plan->shrink, plan->cancel, err);
    if (rc < 0 || (is_refused && !is_all))
        fov__planes_unref(planes);
    else
        *out = planes;
    return rc;
}

/* A rectangle of planes as an upright level. */
static fov_status convert(struct fov_level *out, const struct fov_planes *planes,
                          const struct plan *plan, struct fov_recti rect, fov_error *err)
{
    struct fov_pixels *raw = NULL;
    fov_status rc = fov__planes_to_pixels(&raw, planes, rect, plan->cancel, err);
    if (rc == FOV_OK)
        rc = upright(out, raw, plan, rect, err);
    return rc;
}

static fov_status make_jpeg(struct fov_kept *out, const struct plan *plan, struct fov_recti rect,
                            fov_error *err)
{
    fov_image *image = plan->image;
    struct fov_jpeg_scan *scan = NULL;
    struct fov_pixels *raw = NULL;
    fov_status rc = FOV_OK;
    if (!image->is_lenient && image->info.channels != 4)
        rc = fov__plan_scan(&scan, plan, err);
    if (rc == FOV_OK && scan != NULL && fov__plan_has_planes(image) && !plan->is_passing)
        rc = fov__plan_planes(&out->planes, plan, rect, scan, err);
    else if (rc == FOV_OK && scan != NULL)
        rc = fov__jpeg_read_pixels(&raw, scan, image, rect, plan->shrink, plan->cancel, err);
    if (rc == FOV_OK && out->planes == NULL && raw == NULL)
        rc = fov__jpeg_decode(&raw, image, rect, plan->shrink, plan->cancel, err);
    if (rc == FOV_OK && raw != NULL)
        rc = upright(&out->level, raw, plan, rect, err);
    fov__jpeg_scan_unref(scan);
    return rc;
}

/* ---- levels --------------------------------------------------------------------------------- */

fov_status fov__plan_read(struct fov_kept *out, struct plan *plan, struct fov_recti rect,
                          fov_error *err)
{
    const uint64_t start = fov__clock_us();
    const uint64_t pixels = (uint64_t)rect.width * (uint64_t)rect.height;
    struct fov_pixels *raw = NULL;
    fov_status rc;
    memset(out, 0, sizeof(*out));
    if (plan->image->info.format == FOV_FORMAT_JPEG) {
        rc = make_jpeg(out, plan, rect, err);
    } else {
        rc = make_raw(&raw, plan, rect, err);
        if (rc == FOV_OK)
            rc = upright(&out->level, raw, plan, rect, err);
    }
    if (rc == FOV_OK) {
        plan->decoded += pixels;
        fov__stat_add(plan->image->ctx, FOV__STAT_DECODED_PIXELS, pixels);
        fov__stat_add(plan->image->ctx, FOV__STAT_DECODE_US, fov__clock_us() - start);
    }
    return rc;
}

/* What the cache calls. */
static fov_status make_whole(struct fov_kept *out, void *user, fov_error *err)
{
    struct plan *plan = user;
    return fov__plan_read(out, plan, fov__plan_all(plan), err);
}

static fov_status make_piece(struct fov_kept *out, void *user, fov_error *err)
{
    struct plan *plan = user;
    return fov__plan_read(out, plan, plan->piece, err);
}

fov_status fov__plan_part(struct fov_level *out, const struct fov_kept *kept,
                          const struct plan *plan, struct fov_recti box, struct fov_recti rect,
                          fov_error *err)
{
    if (kept->planes != NULL)
        return convert(out, kept->planes, plan, rect, err);
    *out = kept->level;
    if (memcmp(&box, &rect, sizeof(box)) == 0) {
        fov__pixels_ref(out->px);
        return FOV_OK;
    }
    const struct fov_recti part = fov__orient_to_upright(
        (struct fov_recti){rect.x - box.x, rect.y - box.y, rect.width, rect.height}, box.width,
        box.height, plan->image->info.orientation);
    out->px = NULL;
    out->x0 += (double)part.x * plan->shrink;
    out->y0 += (double)part.y * plan->shrink;
    return fov__pixels_view(&out->px, kept->level.px, part.x, part.y, part.width, part.height, err);
}

fov_status fov__plan_whole(struct fov_kept *out, struct plan *plan, fov_error *err)
{
    const struct fov_cache_key key = key_of(plan->image, fov__plan_all(plan), plan->shrink);
    return fov__cache_get_kept(out, plan->image->ctx, &key, make_whole, plan, plan->cancel, err);
}

/* Whether pieces cost no more than their share of the whole. */
static bool has_cheap_pieces(const struct plan *plan)
{
    struct fov_jpeg_scan *scan = NULL;
    if (!fov__plan_has_planes(plan->image) || fov__plan_scan(&scan, plan, NULL) < 0)
        return false;
    const bool is_cheap = !scan->is_refused;
    fov__jpeg_scan_unref(scan);
    return is_cheap;
}

/* Whether this look is the one that makes the whole worth being decoded. */
static bool is_time_for_whole(const struct plan *plan, bool is_cheap)
{
    fov_image *image = plan->image;
    const uint64_t all = (uint64_t)plan->level_width * (uint64_t)plan->level_height;
    const uint64_t piece = (uint64_t)plan->piece.width * (uint64_t)plan->piece.height;
    if (!can_keep(image, (int64_t)all))
        return false;
    if (!is_cheap)
        return atomic_fetch_add(&image->pieces, 1) + 1 >= PIECES_MANY;
    const int share = (int)(piece * SHARE / all) + 1;
    return atomic_fetch_add(&image->pieces, share) >= SHARE;
}

fov_status fov__plan_piece(struct fov_kept *out, struct fov_recti *box, struct plan *plan,
                           fov_error *err)
{
    fov_image *image = plan->image;
    const struct fov_cache_key whole_key = key_of(image, fov__plan_all(plan), plan->shrink);
    const struct fov_cache_key key = key_of(image, plan->piece, plan->shrink);
    *box = fov__plan_all(plan);
    if (fov__cache_peek(out, image->ctx, &whole_key))
        return FOV_OK;
    *box = plan->piece;
    if (fov__cache_peek(out, image->ctx, &key))
        return FOV_OK;
    const bool is_cheap = has_cheap_pieces(plan);
    if (is_time_for_whole(plan, is_cheap)) {
        /* It may fail where the piece does not (damage further down, memory): then the piece it
         * is, as it would have been without a cache, and nobody tries again soon. */
        *box = fov__plan_all(plan);
        if (fov__plan_whole(out, plan, NULL) == FOV_OK)
            return FOV_OK;
        atomic_store(&image->pieces, INT_MIN / 2);
        *box = plan->piece;
    }
    const uint64_t bytes = (uint64_t)plan->piece.width * (uint64_t)plan->piece.height * 3 / 2;
    plan->is_passing = is_cheap && bytes > image->ctx->limits.cache_bytes / PIECE_PART;
    if (plan->is_passing)
        return FOV_OK;
    return fov__cache_get_kept(out, image->ctx, &key, make_piece, plan, plan->cancel, err);
}
