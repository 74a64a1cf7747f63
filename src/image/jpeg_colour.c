/* SPDX-License-Identifier: MIT */
/* Planes become rows of RGB: chroma is enlarged by libjpeg's triangle filter (3/4 of the nearer
 * sample, 1/4 of the farther one, roundings alternating as there), then converted by its integers
 * (JFIF's matrix in 16 bits of fraction). Any rectangle gives the same bytes as the same box of the
 * whole, because only samples of the whole's own neighbourhood are read. */
#include "image/jpeg_internal.h"

/* ---- rows, portable ------------------------------------------------------------------------- */

static void blend(uint16_t *out, const uint8_t *near_row, const uint8_t *far_row, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = (uint16_t)(3 * near_row[i] + far_row[i]);
}

static void between(uint8_t *out, const uint8_t *near_row, const uint8_t *far_row, int32_t n,
                    int32_t bias)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = (uint8_t)((3 * near_row[i] + far_row[i] + bias) >> 2);
}

static void spread16(uint8_t *out, const uint16_t *s, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        out[2 * i] = (uint8_t)((3 * s[i] + s[i - 1] + 8) >> 4);
        out[2 * i + 1] = (uint8_t)((3 * s[i] + s[i + 1] + 7) >> 4);
    }
}

static void spread8(uint8_t *out, const uint8_t *s, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        out[2 * i] = (uint8_t)((3 * s[i] + s[i - 1] + 1) >> 2);
        out[2 * i + 1] = (uint8_t)((3 * s[i] + s[i + 1] + 2) >> 2);
    }
}

static uint8_t clamp_byte(int32_t v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* round(x * 65536) of 1.402, 1.772, 0.34414 and 0.71414. */
static void colour(uint8_t *rgb, const uint8_t *y, const uint8_t *cb, const uint8_t *cr, int32_t n)
{
    for (int32_t i = 0; i < n; i++, rgb += 3) {
        const int32_t u = cb[i] - 128, v = cr[i] - 128;
        rgb[0] = clamp_byte(y[i] + ((91881 * v + 32768) >> 16));
        rgb[1] = clamp_byte(y[i] + ((-22554 * u - 46802 * v + 32768) >> 16));
        rgb[2] = clamp_byte(y[i] + ((116130 * u + 32768) >> 16));
    }
}

static void grey(uint8_t *rgb, const uint8_t *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++, rgb += 3)
        rgb[0] = rgb[1] = rgb[2] = y[i];
}

/* Sums that stay within 16 bits, as the vectors' do. */
static inline int32_t held(int32_t v)
{
    return v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v;
}

/* v * f / 32768, rounded half up. */
static inline int32_t part_of(int32_t v, int32_t f)
{
    return (v * f + 16384) >> 15;
}

static inline uint8_t level_of(int32_t v)
{
    const int32_t level = held(v + 32) >> 6;
    return (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

/* 1.402 = 1 + 13173 / 32768; 0.344136 = 11277, 0.714136 = 23401; 1.772 = 2 - 7471. */
static void colour64(uint8_t *rgb, const int16_t *y, const int16_t *cb, const int16_t *cr,
                     int32_t n)
{
    for (int32_t i = 0; i < n; i++, rgb += 3) {
        const int32_t u = held(cb[i] - 8192), v = held(cr[i] - 8192);
        rgb[0] = level_of(held(y[i] + held(v + part_of(v, 13173))));
        rgb[1] = level_of(held(held(y[i] - part_of(u, 11277)) - part_of(v, 23401)));
        rgb[2] = level_of(held(y[i] + held(u + held(u - part_of(u, 7471)))));
    }
}

static void grey64(uint8_t *rgb, const int16_t *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++, rgb += 3)
        rgb[0] = rgb[1] = rgb[2] = level_of(y[i]);
}

const struct fov_jpeg_rows fov__jpeg_rows_portable = {
    blend, between, spread16, spread8, colour, grey, colour64, grey64};

const struct fov_jpeg_rows *fov__jpeg_rows_for(enum fov__cpu cpu)
{
#if defined(FOV__HAVE_AVX2)
    if (cpu >= FOV__CPU_AVX2)
        return &fov__jpeg_rows_avx2;
#else
    (void)cpu;
#endif
    return &fov__jpeg_rows_portable;
}

/* ---- one row of a rectangle ----------------------------------------------------------------- */

/* Two rows of chroma of the rectangle's width, and one of sums with a neighbour on each side; each
 * a little longer, as the first column may be the second half of a sample. */
struct scratch {
    uint8_t *chroma[2];
    uint16_t *sums;
    uint8_t *samples;
};

enum { SCRATCH_ROOM = 32 };

/* Even, for the sums. */
static size_t scratch_row(int32_t width)
{
    return ((size_t)width + SCRATCH_ROOM + 1) / 2 * 2;
}

static size_t scratch_size(int32_t width)
{
    return 5 * scratch_row(width);
}

static struct scratch scratch_at(uint8_t *block, int32_t width)
{
    const size_t size = scratch_row(width);
    return (struct scratch){.sums = (uint16_t *)(void *)block,
                            .samples = block + 2 * size,
                            .chroma = {block + 3 * size, block + 4 * size}};
}

struct view {
    const struct fov_planes *planes;
    const struct fov_jpeg_rows *rows;
    int32_t x, width; /* level pixels */
};

static const uint8_t *plane_row(const struct fov_plane *plane, int32_t y)
{
    y = y < 0 ? 0 : y < plane->all_height ? y : plane->all_height - 1;
    return plane->data + (size_t)(y - plane->y) * plane->stride;
}

static void repeat(uint8_t *out, const uint8_t *in, int32_t x, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = in[(x + i) / 2];
}

/* Samples of a component for the filters along x; a neighbour outside is the edge again. */
struct reach {
    int32_t a, n;        /* what the rectangle needs */
    int32_t first, last; /* what there is of it and its two neighbours */
};

static struct reach reach_of(const struct fov_plane *plane, int32_t x, int32_t width)
{
    struct reach r = {.a = x / 2};
    r.n = (x + width - 1) / 2 + 1 - r.a;
    r.first = r.a > 0 ? r.a - 1 : 0;
    r.last = r.a + r.n < plane->all_width ? r.a + r.n : plane->all_width - 1;
    return r;
}

/* Both ways by two: the sums of two rows, then along them. */
static const uint8_t *row_2x2(const struct view *view, const struct fov_plane *plane, int32_t y,
                              const struct scratch *s, uint8_t *out)
{
    const struct reach r = reach_of(plane, view->x, view->width);
    const uint8_t *near_row = plane_row(plane, y / 2) + (r.first - plane->x);
    const uint8_t *far_row = plane_row(plane, y / 2 + (y % 2 != 0 ? 1 : -1)) + (r.first - plane->x);
    uint16_t *sums = s->sums + 1;
    view->rows->blend(sums - (r.a - r.first), near_row, far_row, r.last - r.first + 1);
    if (r.first == r.a)
        sums[-1] = sums[0];
    if (r.last == r.a + r.n - 1)
        sums[r.n] = sums[r.n - 1];
    view->rows->spread16(out, sums, r.n);
    return out + view->x % 2;
}

static const uint8_t *row_2x1(const struct view *view, const struct fov_plane *plane, int32_t y,
                              const struct scratch *s, uint8_t *out)
{
    const struct reach r = reach_of(plane, view->x, view->width);
    uint8_t *samples = s->samples + 1;
    memcpy(samples - (r.a - r.first), plane_row(plane, y) + (r.first - plane->x),
           (size_t)(r.last - r.first + 1));
    if (r.first == r.a)
        samples[-1] = samples[0];
    if (r.last == r.a + r.n - 1)
        samples[r.n] = samples[r.n - 1];
    view->rows->spread8(out, samples, r.n);
    return out + view->x % 2;
}

/* A component along level row `y`, from view->x on. */
static const uint8_t *full_row(const struct view *view, const struct fov_plane *plane, int32_t y,
                               const struct scratch *s, uint8_t *out)
{
    const uint8_t *near_row = plane_row(plane, y / plane->down);
    if (plane->across == 1 && plane->down == 1)
        return near_row + (view->x - plane->x);
    if (plane->across == 1) {
        const int32_t at = view->x - plane->x;
        if (!view->planes->is_fancy)
            return near_row + at;
        const uint8_t *far_row = plane_row(plane, y / 2 + (y % 2 != 0 ? 1 : -1));
        view->rows->between(out, near_row + at, far_row + at, view->width, y % 2 != 0 ? 2 : 1);
        return out;
    }
    if (!view->planes->is_fancy) {
        repeat(out, near_row, view->x - 2 * plane->x, view->width);
        return out;
    }
    return plane->down == 2 ? row_2x2(view, plane, y, s, out) : row_2x1(view, plane, y, s, out);
}

static void make_row(const struct view *view, uint8_t *rgb, int32_t y, const struct scratch *s)
{
    const struct fov_planes *planes = view->planes;
    const uint8_t *luma = full_row(view, &planes->plane[0], y, s, NULL);
    if (planes->count == 1) {
        view->rows->grey(rgb, luma, view->width);
        return;
    }
    const uint8_t *cb = full_row(view, &planes->plane[1], y, s, s->chroma[0]);
    const uint8_t *cr = full_row(view, &planes->plane[2], y, s, s->chroma[1]);
    view->rows->colour(rgb, luma, cb, cr, view->width);
}

/* ---- a rectangle ---------------------------------------------------------------------------- */

struct job {
    struct view view;
    struct fov_pixels *out;
    int32_t row, height;             /* of `out` */
    const struct fov_colour *colour; /* NULL: none */
    const fov_cancel *cancel;
    uint8_t *scratch;
    int32_t y, rows_each;
};

static void make_rows(uint32_t index, void *user)
{
    const struct job *job = user;
    const struct scratch s =
        scratch_at(job->scratch + index * scratch_size(job->view.width), job->view.width);
    const int32_t y1 = (int32_t)index * job->rows_each;
    const int32_t y2 = y1 + job->rows_each < job->height ? y1 + job->rows_each : job->height;
    for (int32_t y = y1; y < y2; y++) {
        if (y % 64 == 0 && fov_cancel_is_set(job->cancel))
            return; /* the caller looks too */
        uint8_t *row = fov__pixels_row(job->out, job->row + y);
        make_row(&job->view, row, job->y + y, &s);
        if (job->colour != NULL)
            fov__colour_row(job->colour, row, row, job->view.width);
    }
}

fov_status fov__planes_to_rows(struct fov_pixels *out, int32_t row, const struct fov_planes *planes,
                               struct fov_recti rect, const struct fov_colour *colour,
                               const fov_cancel *cancel, fov_error *err)
{
    fov_context *ctx = planes->ctx;
    const int32_t parts = ctx->threads == 1   ? 1
                          : ctx->threads < 16 ? (int32_t)ctx->threads * 2
                                              : 32;
    struct job job = {.view = {planes, fov__jpeg_rows_for(ctx->cpu), rect.x, rect.width},
                      .out = out,
                      .row = row,
                      .height = rect.height,
                      .colour = colour,
                      .cancel = cancel,
                      .y = rect.y,
                      .rows_each = (rect.height - 1) / parts + 1};
    const uint32_t count = (uint32_t)((rect.height - 1) / job.rows_each + 1);
    const size_t size = count * scratch_size(rect.width);
    job.scratch = fov__alloc(ctx, size);
    if (job.scratch == NULL)
        return fov__fail_memory(err, "image.jpeg", size);
    fov__parallel(ctx->threads, count, make_rows, &job);
    fov__free(ctx, job.scratch);
    return fov_cancel_is_set(cancel) ? fov__cancelled(err) : FOV_OK;
}

fov_status fov__planes_to_pixels(struct fov_pixels **out, const struct fov_planes *planes,
                                 struct fov_recti rect, const fov_cancel *cancel, fov_error *err)
{
    fov_status rc = fov__pixels_new(out, planes->ctx, rect.width, rect.height, 3, err);
    if (rc == FOV_OK)
        rc = fov__planes_to_rows(*out, 0, planes, rect, NULL, cancel, err);
    if (rc < 0) {
        fov__pixels_unref(*out);
        *out = NULL;
    }
    return rc;
}
