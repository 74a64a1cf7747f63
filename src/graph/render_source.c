/* SPDX-License-Identifier: MIT */
/* A source under a view: which level of it is read, whole or in bands of rows, as pixels or as a
 * JPEG's components, and resampled into the view. Numbers and the file decide, never the cache or
 * the number of threads. */
#include "graph/render_internal.h"

/* ---- what is read --------------------------------------------------------------------------- */

/* Decoding smaller is allowed while the resample still takes so many level pixels for each output
 * pixel: the level's own softness then lies beyond what the output can show. With 1.5, as sharp
 * does it, 3 to 4 source pixels for each output pixel come within 46.1 to 48.9 dB of the
 * uncompressed original (sharp 45.8 to 48.2, libvips 49.6 to 49.8) and are 14 percent faster; with
 * 2 it is 50.9 to 52.0 dB, nearer than any peer. */
#define LEVEL_PIXELS 2.0

static int32_t choose_shrink(struct fov_mat to_base, int32_t width, int32_t height)
{
    const fov_point at[5] = {{width * 0.5, height * 0.5},
                             {0.5, 0.5},
                             {width - 0.5, 0.5},
                             {0.5, height - 0.5},
                             {width - 0.5, height - 0.5}};
    double sx, sy, least = 0.0;
    int32_t shrink = 1;

    /* A perspective is nearest, and needs its source at the highest density, at a corner. */
    for (int i = 0; i < (fov__mat_is_affine(to_base) ? 1 : 5); i++) {
        fov__mat_density(to_base, at[i], &sx, &sy);
        sx = sx < sy ? sx : sy;
        least = i == 0 || sx < least ? sx : least;
    }
    while (shrink < 8 && least / (2.0 * shrink) >= LEVEL_PIXELS)
        shrink *= 2;
    return shrink;
}

/* A box of real numbers as whole pixels inside width x height; at least one pixel, also when the
 * box lies beside the picture (a view of nothing but fill). */
static struct fov_recti whole_pixels(fov_box box, int32_t width, int32_t height)
{
    double x1 = fov__floor(box.x1), y1 = fov__floor(box.y1), x2 = fov__ceil(box.x2),
           y2 = fov__ceil(box.y2);
    struct fov_recti r;

    x1 = x1 < 0 ? 0 : x1 > width - 1 ? width - 1 : x1;
    y1 = y1 < 0 ? 0 : y1 > height - 1 ? height - 1 : y1;
    x2 = x2 > width ? width : x2 < x1 + 1 ? x1 + 1 : x2;
    y2 = y2 > height ? height : y2 < y1 + 1 ? y1 + 1 : y2;
    r.x = (int32_t)x1;
    r.y = (int32_t)y1;
    r.width = (int32_t)(x2 - x1);
    r.height = (int32_t)(y2 - y1);
    return r;
}

/* What a view of the source reads of it. */
static struct fov_recti source_region(const fov_image *image, struct fov_mat to_base, int32_t width,
                                      int32_t height, int32_t shrink, int32_t more)
{
    struct fov_warp reach = {NULL,
                             fov__mat_mul(fov__mat_scale(1.0 / shrink, 1.0 / shrink), to_base),
                             FOV__KERNEL_LANCZOS3, false};
    fov_box box = fov__warp_reach(&reach, width, height);

    box.x1 = (box.x1 - more) * shrink;
    box.y1 = (box.y1 - more) * shrink;
    box.x2 = (box.x2 + more) * shrink;
    box.y2 = (box.y2 + more) * shrink;
    return whole_pixels(box, image->info.width, image->info.height);
}

/* ---- pixels --------------------------------------------------------------------------------- */

/* Output pixels -> the pixels of a level. */
static struct fov_mat to_level(const struct fov_level *level, struct fov_mat to_base)
{
    return fov__mat_mul(fov__mat_mul(fov__mat_scale(1.0 / level->shrink, 1.0 / level->shrink),
                                     fov__mat_translate(-level->x0, -level->y0)),
                        to_base);
}

/* From so many source pixels for each output pixel on, in both directions, a JPEG's components are
 * resampled as they are stored and become colours at the output's size: half the work for 4:2:0,
 * and no worse, since nothing is enlarged that is then shrunk. */
#define PLANES_FROM 1.5

/* Pixels of the level that a part holds, at its own density and as components: a large part of a
 * JPEG is taken in bands of rows, which stay in the processor's cache and need little memory. */
enum { BANDS_FROM = 1 << 22, BAND_PIXELS = 1 << 20, BAND_SAMPLES = 1 << 22 };

/* Level pixels beyond what the kernel reaches: a level's grid may begin up to one outside; chroma
 * at half of the density, which a kernel of its own is laid over, reaches further. */
enum { MORE = 1, MORE_OF_PLANES = 8 };

struct band {
    struct fov_recti region;
    int32_t y, rows; /* of the view */
    int32_t slices;  /* that its components are drawn in */
};
enum { SLICES_MAX = 64 };

/* How a view takes its source. Numbers decide it, and the file; never what is cached. */
struct taking {
    int32_t shrink;
    bool is_planes; /* wanted; then what the file allows */
    int32_t more;
};

static bool keeps_axes(struct fov_mat m)
{
    return fov__mat_is_affine(m) && m.m[1] == 0.0 && m.m[3] == 0.0;
}

static struct taking how_to_take(const fov_image *image, struct fov_mat to_base, int32_t width,
                                 int32_t height)
{
    struct taking how = {.shrink = choose_shrink(to_base, width, height), .more = MORE};
    double sx, sy;

    if (image->info.format != FOV_FORMAT_JPEG || !keeps_axes(to_base))
        return how;
    fov__mat_density(to_base, (fov_point){0, 0}, &sx, &sy);
    how.is_planes = sx >= PLANES_FROM && sy >= PLANES_FROM;
    how.more = how.is_planes ? MORE_OF_PLANES : MORE;
    return how;
}

/* How many rows of the view a band has; all of them where bands do not help. */
static int32_t band_rows(const fov_image *image, struct fov_recti region, struct fov_mat to_base,
                         struct taking how, int32_t height)
{
    const int64_t area = (int64_t)how.shrink * how.shrink;
    const int64_t pixels = (int64_t)region.width * region.height / area;
    const int64_t bands = pixels / (how.is_planes ? BAND_SAMPLES : BAND_PIXELS) + 1;

    if (image->info.format != FOV_FORMAT_JPEG || pixels <= BANDS_FROM || !keeps_axes(to_base) ||
        bands >= height)
        return height;
    return (int32_t)((height + bands - 1) / bands);
}

fov_status fov__draw_rows(struct fov_pixels **out, struct drawing *d, struct fov_level *level,
                          int32_t y, int32_t rows, fov_error *err)
{
    const struct fov_view *view = d->view;
    struct fov_warp warp = {.src = level->px, .kernel = FOV__KERNEL_LANCZOS3};
    struct fov_pixels *part = NULL;
    uint64_t started = fov__clock_us();
    fov_status rc = FOV_OK;

    warp.to_src = to_level(level, fov__mat_mul(d->to_base, fov__mat_translate(0, y)));
    if (!*out)
        rc = fov__pixels_new(out, d->ctx, view->width, view->height, level->px->bands, err);
    if (rc == FOV_OK)
        rc = fov__pixels_view(&part, *out, 0, y, view->width, rows, err);
    if (rc == FOV_OK)
        rc = fov__warp(&warp, part, d->ctx->threads, view->cancel, err);
    d->resample_us += fov__clock_us() - started;
    d->decoded += level->decoded;
    fov__pixels_unref(part);
    return rc;
}

/* ---- components ----------------------------------------------------------------------------- */

/* Rows of a view that threads share out. */
struct slices {
    struct drawing *d;
    const struct fov_source_planes *planes;
    struct fov_pixels *out;
    int32_t y, rows, each;
};

/* The planes, resampled one after the other into `scratch`, become rows of `out`. */
static fov_status draw_slice(const struct slices *s, int32_t y, int32_t rows, int16_t *scratch)
{
    const struct drawing *d = s->d;
    const int32_t width = d->view->width;
    const size_t size = (size_t)width * (size_t)rows;
    fov_status rc = FOV_OK;

    for (int32_t i = 0; rc == FOV_OK && i < s->planes->count; i++) {
        struct fov_pixels part = {.ctx = d->ctx,
                                  .width = width,
                                  .height = rows,
                                  .bands = 1,
                                  .stride = (size_t)width * sizeof(*scratch),
                                  .data = (void *)(scratch + (size_t)i * size)};
        struct fov_warp warp = {
            .src = &s->planes->plane[i], .kernel = FOV__KERNEL_LANCZOS3, .is_wide = true};

        warp.to_src = fov__mat_mul(s->planes->to_plane[i],
                                   fov__mat_mul(d->to_base, fov__mat_translate(0, y)));
        rc = fov__warp(&warp, &part, 1, d->view->cancel, NULL);
    }
    for (int32_t row = 0; rc == FOV_OK && row < rows; row++) {
        const int16_t *at = scratch + (size_t)row * (size_t)width;
        const int16_t *const plane[3] = {at, at + size, at + 2 * size};
        fov__source_rows_to_rgb(d->ctx, fov__pixels_row(s->out, y + row), plane, s->planes->count,
                                width);
    }
    return rc;
}

static fov_status run_slice(void *user, int32_t i)
{
    const struct slices *s = user;
    const int32_t y = i * s->each, left = s->rows - y, rows = left < s->each ? left : s->each;
    const size_t size = 3 * (size_t)s->d->view->width * (size_t)rows * sizeof(int16_t) + 64;
    int16_t *scratch = fov__alloc(s->d->ctx, size);
    const fov_status rc = scratch ? draw_slice(s, s->y + y, rows, scratch) : FOV_E_MEMORY;

    fov__free(s->d->ctx, scratch);
    return rc;
}

/* Rows [y, y + rows) of `out` in so many slices. */
static fov_status draw_planes(struct fov_pixels **out, struct drawing *d,
                              const struct fov_source_planes *planes, struct band band,
                              fov_error *err)
{
    const uint64_t started = fov__clock_us();
    struct slices s = {d, planes, NULL, band.y, band.rows, 0};
    fov_status rc = FOV_OK;

    if (!*out)
        rc = fov__pixels_new(out, d->ctx, d->view->width, d->view->height, 3, err);
    s.out = *out;
    s.each = (band.rows - 1) / band.slices + 1;
    if (rc == FOV_OK)
        rc = fov__warp_parts(&s, run_slice, (band.rows - 1) / s.each + 1, d->ctx->threads, err);
    d->resample_us += fov__clock_us() - started;
    d->decoded += planes->decoded;
    return rc;
}

/* ---- bands ---------------------------------------------------------------------------------- */

static fov_status draw_band(struct fov_pixels **out, struct drawing *d, struct fov_source *source,
                            struct band band, bool is_planes, fov_error *err)
{
    const uint64_t started = fov__clock_us();
    struct fov_source_planes planes = {.held = NULL};
    struct fov_level level = {.px = NULL};
    fov_status rc = is_planes ? fov__source_planes(&planes, source, band.region, err)
                              : fov__source_read(&level, source, band.region, err);

    d->decode_us += fov__clock_us() - started;
    if (rc == FOV_OK)
        rc = is_planes ? draw_planes(out, d, &planes, band, err)
                       : fov__draw_rows(out, d, &level, band.y, band.rows, err);
    fov__source_planes_free(&planes);
    fov__pixels_unref(level.px);
    return rc;
}

/* Bands that need no decoding are slices of one: they are shared out once. */
static void share_out(struct band *band, struct taking how, const struct fov_source *source,
                      int32_t rows, int32_t height, uint32_t threads)
{
    const int32_t bands = (height - 1) / rows + 1;
    const int32_t most = threads < SLICES_MAX ? (int32_t)threads : SLICES_MAX;

    band->rows = rows;
    band->slices = most;
    if (!how.is_planes || fov__source_is_passing(source))
        return;
    band->rows = height;
    band->slices = (bands - 1) / most * most + most;
}

fov_status fov__draw_source(struct fov_pixels **out, struct drawing *d, fov_image *image,
                            fov_error *err)
{
    const struct fov_view *view = d->view;
    struct taking how = how_to_take(image, d->to_base, view->width, view->height);
    struct band band = {.region = source_region(image, d->to_base, view->width, view->height,
                                                how.shrink, how.more)};
    struct fov_source *source = NULL;
    const uint64_t started = fov__clock_us();
    fov_status rc =
        fov__source_open(&source, image, band.region, how.shrink, how.is_planes, view->cancel, err);

    d->decode_us += fov__clock_us() - started;
    if (rc < 0)
        return rc;
    how.is_planes = fov__source_has_planes(source);
    share_out(&band, how, source, band_rows(image, band.region, d->to_base, how, view->height),
              view->height, d->ctx->threads);
    for (const int32_t most = band.rows; rc == FOV_OK && band.y < view->height; band.y += most) {
        band.rows = view->height - band.y < most ? view->height - band.y : most;
        if (band.rows < view->height)
            band.region =
                source_region(image, fov__mat_mul(d->to_base, fov__mat_translate(0, band.y)),
                              view->width, band.rows, how.shrink, how.more);
        rc = draw_band(out, d, source, band, how.is_planes, err);
    }
    fov__source_close(source);
    return rc;
}
