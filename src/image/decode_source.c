/* SPDX-License-Identifier: MIT */
/* The door to decoded sources: a region is opened at a level, then read in parts, as pixels or as a
 * JPEG's planes. It hands out what decode.c keeps or makes and must never decide by itself what is
 * decoded. */
#include "image/decode_internal.h"

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
    if (!fov__plan_has_planes(plan->image) || plan->image->info.orientation > 4)
        return FOV_OK;
    /* An error is one: taking the other way instead would give other pixels. */
    const fov_status rc = fov__plan_scan(&scan, plan, err);
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
    source->box = fov__plan_all(plan);
    const fov_status rc = fov__plan_whole(&source->kept, plan, err);
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
    source->plan = fov__plan_make(image, region, shrink, cancel);
    source->region = region;
    source->box = fov__plan_all(&source->plan);
    if (image->lent.data != NULL || (image->pixels != NULL && shrink == 1))
        rc = FOV_OK;
    else if (source->plan.is_whole)
        rc = fov__plan_whole(&source->kept, &source->plan, err);
    else
        rc = fov__plan_piece(&source->kept, &source->box, &source->plan, err);
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
    const fov_status rc = fov__plan_read(&kept, &source->plan, rect, err);
    *out = kept.level;
    return rc;
}

fov_status fov__source_read(struct fov_level *out, struct fov_source *source, struct fov_recti part,
                            fov_error *err)
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
    const struct fov_recti rect = is_all ? plan->piece : fov__plan_rect(image, part, plan->shrink);
    rc = plan->is_passing ? read_passing(out, source, rect, err)
                          : fov__plan_part(out, &source->kept, plan, source->box, rect, err);
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

bool fov__source_is_passing(const struct fov_source *source)
{
    return source->plan.is_passing;
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
    fov_status rc = fov__plan_scan(&scan, plan, err);
    if (rc < 0)
        return rc;
    rc = fov__plan_planes(out, plan, rect, scan, err);
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
        rc = passing_planes(&out->held, source, fov__plan_rect(plan->image, part, plan->shrink),
                            err);
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
    const struct fov_jpeg_rows *rows = fov__jpeg_rows_for(ctx->cpu);
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
