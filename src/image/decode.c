/* SPDX-License-Identifier: MIT */
/* A region at a level: which raw rectangle it needs, whether a piece or the whole is decoded, what
 * is kept. How much comes is decided from the image and the numbers asked for alone; the cache only
 * decides how fast. It must never give other bytes because something was, or was not, cached. */
#include "image/jpeg_internal.h"

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

struct plan {
    fov_image *image;
    const fov_cancel *cancel;
    int32_t shrink;
    int32_t level_width, level_height; /* raw */
    bool is_whole;                     /* the whole level is decoded */
    struct fov_recti piece;            /* what is handed out, in raw level pixels */
    bool is_passing;                   /* nothing of it is kept */
    uint64_t decoded;                  /* pixels that this call has decoded */
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

/* Of a JPEG planes are kept instead of pixels, unless each look would have to go through a profile.
 */
static bool may_have_planes(const fov_image *image)
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

/* The raw level pixels under a region. */
static struct fov_recti level_rect(const fov_image *image, struct fov_recti region, int32_t shrink)
{
    const struct fov_recti raw =
        fov__orient_to_raw(region, image->raw_width, image->raw_height, image->info.orientation);
    struct fov_recti rect = {raw.x / shrink, raw.y / shrink, 0, 0};
    rect.width = (raw.x + raw.width - 1) / shrink + 1 - rect.x;
    rect.height = (raw.y + raw.height - 1) / shrink + 1 - rect.y;
    return rect;
}

static struct plan make_plan(fov_image *image, struct fov_recti region, int32_t shrink,
                             const fov_cancel *cancel)
{
    struct plan plan = {.image = image, .cancel = cancel, .shrink = shrink};
    plan.level_width = fov__level_size(image->raw_width, shrink);
    plan.level_height = fov__level_size(image->raw_height, shrink);
    const int64_t all = (int64_t)plan.level_width * plan.level_height;
    struct fov_recti piece = level_rect(image, region, shrink);
    widen(&piece.x, &piece.width, plan.level_width);
    widen(&piece.y, &piece.height, plan.level_height);
    const bool is_most = (int64_t)piece.width * piece.height >= all - all / 4;
    plan.is_whole = !has_regions(image) || all <= WHOLE_PIXELS || is_most;
    /* What is kept as planes is converted for each look, so no more than it needs. */
    plan.piece = is_most || (plan.is_whole && !may_have_planes(image))
                     ? (struct fov_recti){0, 0, plan.level_width, plan.level_height}
                     : piece;
    return plan;
}

static struct fov_recti all_of(const struct plan *plan)
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
    struct plan base = make_plan(
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

/* What is known of the coded data, as a reference that the caller drops. */
static fov_status get_scan(struct fov_jpeg_scan **out, const struct plan *plan, fov_error *err)
{
    fov_image *image = plan->image;
    const struct fov_cache_key key = key_of(image, (struct fov_recti){0, 0, 0, 0}, 0);
    struct fov_kept kept;
    const fov_status rc =
        fov__cache_get_kept(&kept, image->ctx, &key, make_scan, image, plan->cancel, err);
    *out = kept.scan;
    return rc;
}

/* Planes by our own reading, else by libjpeg; *out stays NULL where there are none to be had. */
static fov_status make_planes(struct fov_planes **out, const struct plan *plan,
                              struct fov_recti rect, struct fov_jpeg_scan *scan, fov_error *err)
{
    const struct fov_recti all = all_of(plan);
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
        rc = get_scan(&scan, plan, err);
    if (rc == FOV_OK && scan != NULL && may_have_planes(image) && !plan->is_passing)
        rc = make_planes(&out->planes, plan, rect, scan, err);
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

/* A rectangle of the level in the form in which it is kept. */
static fov_status make_kept(struct fov_kept *out, struct plan *plan, struct fov_recti rect,
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
    return make_kept(out, plan, all_of(plan), err);
}

static fov_status make_piece(struct fov_kept *out, void *user, fov_error *err)
{
    struct plan *plan = user;
    return make_kept(out, plan, plan->piece, err);
}

/* A rectangle of what is kept: converted where planes are, else a view of the pixels. `box` is what
 * the kept pixels hold. */
static fov_status hand_out(struct fov_level *out, const struct fov_kept *kept,
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
    return fov__pixels_view(&out->px, kept->level.px, part.x, part.y, part.width, part.height,
                            err);
}

static fov_status get_whole(struct fov_kept *out, struct plan *plan, fov_error *err)
{
    const struct fov_cache_key key = key_of(plan->image, all_of(plan), plan->shrink);
    return fov__cache_get_kept(out, plan->image->ctx, &key, make_whole, plan, plan->cancel, err);
}

/* Whether pieces cost no more than their share of the whole. */
static bool has_cheap_pieces(const struct plan *plan)
{
    struct fov_jpeg_scan *scan = NULL;
    if (!may_have_planes(plan->image) || get_scan(&scan, plan, NULL) < 0)
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
    const uint64_t bytes = may_have_planes(image) ? all * 3 / 2 : all * 4;
    if (bytes > image->ctx->limits.cache_bytes / 2)
        return false;
    if (!is_cheap)
        return atomic_fetch_add(&image->pieces, 1) + 1 >= PIECES_MANY;
    const int share = (int)(piece * SHARE / all) + 1;
    return atomic_fetch_add(&image->pieces, share) >= SHARE;
}

/* A piece of a large picture: from the whole when that is there, else decoded by itself. *box is
 * what came; nothing comes when the piece is only passing. */
static fov_status get_piece(struct fov_kept *out, struct fov_recti *box, struct plan *plan,
                            fov_error *err)
{
    fov_image *image = plan->image;
    const struct fov_cache_key whole_key = key_of(image, all_of(plan), plan->shrink);
    const struct fov_cache_key key = key_of(image, plan->piece, plan->shrink);
    *box = all_of(plan);
    if (fov__cache_peek(out, image->ctx, &whole_key))
        return FOV_OK;
    *box = plan->piece;
    if (fov__cache_peek(out, image->ctx, &key))
        return FOV_OK;
    const bool is_cheap = has_cheap_pieces(plan);
    if (is_time_for_whole(plan, is_cheap)) {
        /* It may fail where the piece does not (damage further down, memory): then the piece it
         * is, as it would have been without a cache, and nobody tries again soon. */
        *box = all_of(plan);
        if (get_whole(out, plan, NULL) == FOV_OK)
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

/* ---- the door ------------------------------------------------------------------------------- */

struct fov_source {
    struct plan plan;
    bool has_planes;
    struct fov_recti region; /* upright */
    struct fov_kept kept;
    struct fov_recti box; /* raw level pixels that `kept` holds */
    uint64_t told;        /* of plan.decoded, to whom asked */
};

void fov__source_close(struct fov_source *source)
{
    if (source == NULL)
        return;
    fov__kept_unref(&source->kept);
    fov__free(source->plan.image->ctx, source);
}

/* Whether planes are to be had, of any part of any level: the header says so. Turned pictures are
 * left out, since planes are not turned. */
static fov_status find_planes(bool *has, const struct plan *plan, fov_error *err)
{
    struct fov_jpeg_scan *scan = NULL;
    *has = false;
    if (!may_have_planes(plan->image) || plan->image->info.orientation > 4)
        return FOV_OK;
    /* An error is one: taking the other way instead would give other pixels. */
    const fov_status rc = get_scan(&scan, plan, err);
    if (rc == FOV_OK)
        *has = scan->has_planes;
    fov__jpeg_scan_unref(scan);
    return rc;
}

/* What our own reading refuses, libjpeg reads whole. */
static fov_status whole_planes(struct fov_source *source, fov_error *err)
{
    struct plan *plan = &source->plan;
    fov__kept_unref(&source->kept);
    plan->is_passing = false;
    source->box = all_of(plan);
    const fov_status rc = get_whole(&source->kept, plan, err);
    if (rc == FOV_OK && source->kept.planes == NULL)
        return fov__fail(err, FOV_E_INTERNAL, 0, "image.jpeg", "planes were promised and are none");
    return rc;
}

fov_status fov__source_open(struct fov_source **out, fov_image *image, struct fov_recti region,
                            int32_t shrink, bool want_planes, const fov_cancel *cancel,
                            fov_error *err)
{
    *out = NULL;
    fov_status rc = check_region(image, region, shrink, err);
    if (rc < 0)
        return rc;
    if (fov_cancel_is_set(cancel))
        return fov__cancelled(err);
    struct fov_source *source = fov__calloc(image->ctx, 1, sizeof(*source));
    if (source == NULL)
        return fov__fail_memory(err, "image", sizeof(*source));
    source->plan = make_plan(image, region, shrink, cancel);
    source->region = region;
    source->box = all_of(&source->plan);
    if (image->lent.data != NULL || (image->pixels != NULL && shrink == 1))
        rc = FOV_OK;
    else if (source->plan.is_whole)
        rc = get_whole(&source->kept, &source->plan, err);
    else
        rc = get_piece(&source->kept, &source->box, &source->plan, err);
    if (rc == FOV_OK && want_planes)
        rc = find_planes(&source->has_planes, &source->plan, err);
    if (rc == FOV_OK && source->has_planes && source->kept.planes == NULL &&
        !source->plan.is_passing)
        rc = whole_planes(source, err);
    if (rc < 0)
        fov__source_close(source);
    else
        *out = source;
    return rc;
}

/* Nothing of it is kept: a piece is decoded for each part, as wide as the grid says when it is all
 * that was opened. */
static fov_status read_passing(struct fov_level *out, struct fov_source *source,
                               struct fov_recti rect, fov_error *err)
{
    struct fov_kept kept;
    memset(&kept, 0, sizeof(kept));
    const fov_status rc = make_kept(&kept, &source->plan, rect, err);
    *out = kept.level;
    return rc;
}

fov_status fov__source_read(struct fov_level *out, struct fov_source *source,
                            struct fov_recti part, fov_error *err)
{
    struct plan *plan = &source->plan;
    fov_image *image = plan->image;
    memset(out, 0, sizeof(*out));
    fov_status rc = check_region(image, part, plan->shrink, err);
    if (rc < 0)
        return rc;
    if (image->lent.data != NULL)
        return fov__lent_decode(out, image, part, plan->shrink, err);
    if (image->pixels != NULL && plan->shrink == 1) {
        *out = (struct fov_level){.px = fov__pixels_ref(image->pixels), .shrink = 1};
        return FOV_OK;
    }
    const bool is_all = memcmp(&part, &source->region, sizeof(part)) == 0;
    const struct fov_recti rect = is_all ? plan->piece : level_rect(image, part, plan->shrink);
    rc = plan->is_passing ? read_passing(out, source, rect, err)
                          : hand_out(out, &source->kept, plan, source->box, rect, err);
    if (rc < 0) {
        memset(out, 0, sizeof(*out));
        return rc;
    }
    out->decoded = plan->decoded - source->told;
    source->told = plan->decoded;
    fov__ok(err);
    return rc;
}

/* ---- planes --------------------------------------------------------------------------------- */

bool fov__source_has_planes(const struct fov_source *source)
{
    return source->has_planes;
}

void fov__source_planes_free(struct fov_source_planes *planes)
{
    fov__planes_unref(planes->held);
    planes->held = NULL;
}

/* Upright source coordinates -> the samples that a plane holds. */
static struct fov_mat to_samples(const struct plan *plan, const struct fov_plane *plane)
{
    const fov_image *image = plan->image;
    const bool flip_x = image->info.orientation == 2 || image->info.orientation == 3;
    const bool flip_y = image->info.orientation == 3 || image->info.orientation == 4;
    const struct fov_mat raw = {{flip_x ? -1 : 1, 0, flip_x ? image->raw_width : 0, 0,
                                 flip_y ? -1 : 1, flip_y ? image->raw_height : 0, 0, 0, 1}};
    return fov__mat_mul(fov__mat_mul(fov__mat_translate(-plane->x, -plane->y),
                                     fov__mat_scale(1.0 / (plan->shrink * plane->across),
                                                    1.0 / (plan->shrink * plane->down))),
                        raw);
}

static fov_status passing_planes(struct fov_planes **out, struct fov_source *source,
                                 struct fov_recti rect, fov_error *err)
{
    struct plan *plan = &source->plan;
    const uint64_t start = fov__clock_us();
    struct fov_jpeg_scan *scan = NULL;
    fov_status rc = get_scan(&scan, plan, err);
    if (rc < 0)
        return rc;
    rc = make_planes(out, plan, rect, scan, err);
    fov__jpeg_scan_unref(scan);
    if (rc == FOV_OK && *out != NULL) {
        const uint64_t pixels = (uint64_t)rect.width * (uint64_t)rect.height;
        plan->decoded += pixels;
        fov__stat_add(plan->image->ctx, FOV__STAT_DECODED_PIXELS, pixels);
        fov__stat_add(plan->image->ctx, FOV__STAT_DECODE_US, fov__clock_us() - start);
    }
    return rc;
}

fov_status fov__source_planes(struct fov_source_planes *out, struct fov_source *source,
                              struct fov_recti part, fov_error *err)
{
    struct plan *plan = &source->plan;
    fov_status rc = check_region(plan->image, part, plan->shrink, err);
    memset(out, 0, sizeof(*out));
    if (rc == FOV_OK && plan->is_passing) {
        rc = passing_planes(&out->held, source, level_rect(plan->image, part, plan->shrink), err);
        if (rc == FOV_OK && out->held == NULL)
            rc = whole_planes(source, err);
    }
    if (rc < 0)
        return rc;
    if (out->held == NULL)
        out->held = fov__planes_ref(source->kept.planes);
    out->count = out->held->count;
    for (int32_t i = 0; i < out->count; i++) {
        const struct fov_plane *plane = &out->held->plane[i];
        const int32_t w = plane->all_width - plane->x, h = plane->all_height - plane->y;
        struct fov_pixels *px = &out->plane[i];
        atomic_init(&px->refs, 1);
        px->ctx = plan->image->ctx;
        px->width = plane->width < w ? plane->width : w;
        px->height = plane->height < h ? plane->height : h;
        px->bands = 1;
        px->stride = plane->stride;
        px->data = plane->data;
        out->to_plane[i] = to_samples(plan, plane);
    }
    out->decoded = plan->decoded - source->told;
    source->told = plan->decoded;
    return FOV_OK;
}

void fov__source_rows_to_rgb(const fov_context *ctx, uint8_t *rgb, const int16_t *const plane[3],
                             int32_t count, int32_t n)
{
    const struct fov_jpeg_rows *rows = &fov__jpeg_rows_portable;
#if defined(FOV__HAVE_AVX2)
    if (ctx->cpu == FOV__CPU_AVX2)
        rows = &fov__jpeg_rows_avx2;
#endif
    if (count == 1)
        rows->grey64(rgb, plane[0], n);
    else
        rows->colour64(rgb, plane[0], plane[1], plane[2], n);
}

fov_status fov__image_decode(struct fov_level *out, fov_image *image, struct fov_recti region,
                             int32_t shrink, const fov_cancel *cancel, fov_error *err)
{
    struct fov_source *source = NULL;
    memset(out, 0, sizeof(*out));
    fov_status rc = fov__source_open(&source, image, region, shrink, false, cancel, err);
    if (rc == FOV_OK)
        rc = fov__source_read(out, source, region, err);
    fov__source_close(source);
    return rc;
}
