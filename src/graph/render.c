/* SPDX-License-Identifier: MIT */
/* A view of a node becomes pixels: the base is fetched at a fitting level, resampled once through
 * the composed matrix, the segment's colour steps are taken in order, marks are drawn last.
 * Everything is decided by the view's numbers: neither the cache nor the number of threads shows in
 * a pixel. */
#include "graph/graph_internal.h"
#include "graph/marks_internal.h"

/* ---- the base ------------------------------------------------------------------------------- */

/* Decoding smaller is allowed while the resample still takes two level pixels for each output
 * pixel: the level's own softness then lies beyond what the output can show. */
static int32_t choose_shrink(struct fov_mat to_base, int32_t width, int32_t height)
{
    double sx, sy, least;
    int32_t shrink = 1;

    fov__mat_density(to_base, (fov_point){width * 0.5, height * 0.5}, &sx, &sy);
    least = sx < sy ? sx : sy;
    while (shrink < 8 && least / (2.0 * shrink) >= 2.0)
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

struct barrier {
    fov_context *ctx;
    const struct fov_node *node;
    const fov_cancel *cancel;
};

/* Run a barrier operation on its parents' own grids. */
static fov_status make_barrier(struct fov_level *out, void *user, fov_error *err)
{
    const struct barrier *barrier = user;
    const struct fov_node *node = barrier->node;
    struct fov_pixels *px[FOV_OP_OUTPUTS_MAX] = {NULL};
    fov_op_fault fault = {.code = FOV_FAULT_NONE};
    fov_op_plan *plan = NULL;
    struct fov_io io;
    fov_status rc;

    fov__io_init(&io, barrier->ctx, node->parent, node->parent_count, barrier->cancel);
    plan = fov__calloc(barrier->ctx, 1, sizeof(*plan));
    if (!plan)
        return fov__fail_memory(err, node->op->name, sizeof(*plan));
    rc = fov__op_plan(node->op, node->args, io.frame, node->parent_count, plan, &fault);
    for (int32_t i = 0; rc == FOV_OK && i < plan->output_count; i++)
        rc = fov__pixels_new(&px[i], barrier->ctx, plan->output[i].width, plan->output[i].height,
                             node->has_alpha ? 4 : 3, err);
    if (rc == FOV_OK)
        rc = node->op->run(node->args, &io.io, px, &fault, err);
    if (rc < 0 && fault.code != FOV_FAULT_NONE)
        fov__fault_to_error(&fault, err);
    if (rc == FOV_OK) {
        out->px = fov__pixels_ref(px[node->output]);
        out->shrink = 1;
        out->x0 = out->y0 = 0;
    }
    for (int32_t i = 0; i < FOV_OP_OUTPUTS_MAX; i++)
        fov__pixels_unref(px[i]);
    fov__free(barrier->ctx, plan);
    return rc;
}

static fov_status barrier_level(struct fov_level *out, fov_context *ctx,
                                const struct fov_node *node, const fov_cancel *cancel,
                                fov_error *err)
{
    struct barrier barrier = {ctx, node, cancel};
    struct fov_cache_key key = {.region = {0, 0, node->width, node->height}, .shrink = 1};

    /* The recipe's hash names the sources too, so that equal recipes of two graphs share. */
    memcpy(key.source, node->recipe_sha256, sizeof(key.source));
    key.recipe = fov__xxh3(node->recipe_sha256, FOV_SHA256_HEX) | 1;
    key.source[1] ^= node->is_lenient ? 1u : 0u; /* as in the key of its source */
    return fov__cache_get(out, ctx, &key, make_barrier, &barrier, cancel, err);
}

/* ---- the steps ------------------------------------------------------------------------------ */

/* One step as a view sees it. */
struct place {
    const struct fov_step *step;
    struct fov_mat to_frame; /* the view's pixels -> the step's frame */
    double reach_x, reach_y; /* how far the frame's x and y change over one pixel of the view */
};

/* The rows of the Jacobian, where fov__mat_density() gives its columns: the two differ when a view
 * is turned and not scaled alike in x and y. */
static struct place place_of(const struct fov_step *step, struct fov_mat view_to_node,
                             const struct fov_pixels *px)
{
    struct place place = {.step = step, .to_frame = fov__mat_mul(step->to_frame, view_to_node)};
    const fov_point middle = {px->width * 0.5, px->height * 0.5};
    const double *m = place.to_frame.m;
    const double w = m[6] * middle.x + m[7] * middle.y + m[8];
    const fov_point at = fov__mat_apply(place.to_frame, middle);
    const struct fov_mat turned = {{(m[0] - at.x * m[6]) / w, (m[3] - at.y * m[6]) / w, 0,
                                    (m[1] - at.x * m[7]) / w, (m[4] - at.y * m[7]) / w, 0, 0, 0,
                                    1}};

    fov__mat_density(turned, (fov_point){0, 0}, &place.reach_x, &place.reach_y);
    return place;
}

/* How much of an output pixel lies inside the step's box, in 1/256: from its centre's distance to
 * the nearest edge, in output pixels. */
static int32_t share_of(const struct place *place, int32_t x, int32_t y)
{
    const fov_box box = place->step->box;
    const fov_point p = fov__mat_apply(place->to_frame, (fov_point){x + 0.5, y + 0.5});
    double dx = p.x - box.x1 < box.x2 - p.x ? p.x - box.x1 : box.x2 - p.x;
    double dy = p.y - box.y1 < box.y2 - p.y ? p.y - box.y1 : box.y2 - p.y;
    double d;

    dx /= place->reach_x;
    dy /= place->reach_y;
    d = (dx < dy ? dx : dy) + 0.5;
    d = d < 0.0 ? 0.0 : d > 1.0 ? 1.0 : d;
    return (int32_t)fov__rint(d * 256.0);
}

/* a where share is 256, b where it is 0. */
static uint8_t mix(uint8_t a, uint8_t b, int32_t share)
{
    return (uint8_t)((a * share + b * (256 - share) + 128) >> 8);
}

/* Towards an opaque fill: what is transparent brings no colour of its own to the edge. */
static void fill_pixel(uint8_t *p, int32_t bands, const uint8_t fill[3], int32_t share)
{
    const int32_t alpha = bands == 4 ? p[3] : 255;
    const int32_t own = alpha * share, other = 255 * (256 - share), sum = own + other;

    for (int c = 0; c < 3 && alpha == 255; c++)
        p[c] = mix(p[c], fill[c], share);
    for (int c = 0; c < 3 && alpha < 255 && sum > 0; c++) {
        int32_t v = (p[c] * own + fill[c] * other + sum / 2) / sum;
        p[c] = (uint8_t)v;
    }
    if (bands == 4)
        p[3] = mix(p[3], 255, share);
}

struct span {
    int32_t from, to;
};

/* The columns of a row where every edge of the box is at least `least` pixels of the view away
 * inside, from the lines on which that is so: n(x) - c w(x) >= least * reach * w(x), which is
 * linear in x. `all` where the row meets the horizon and nothing can be said. */
static struct span columns_of(const struct place *place, int32_t y, int32_t width, double least,
                              struct span all)
{
    const double *m = place->to_frame.m, v = y + 0.5;
    const fov_box box = place->step->box;
    const double w = m[6] * 0.5 + m[7] * v + m[8], dw = m[6]; /* at column 0, and for each more */
    const double px = m[0] * 0.5 + m[1] * v + m[2], py = m[3] * 0.5 + m[4] * v + m[5];
    const double rx = least * place->reach_x, ry = least * place->reach_y;
    const double at[4] = {px - (box.x1 + rx) * w, (box.x2 - rx) * w - px, py - (box.y1 + ry) * w,
                          (box.y2 - ry) * w - py};
    const double step[4] = {m[0] - (box.x1 + rx) * dw, (box.x2 - rx) * dw - m[0],
                            m[3] - (box.y1 + ry) * dw, (box.y2 - ry) * dw - m[3]};
    double from = 0.0, to = width;

    if (!(w > 0.0 && w + dw * width > 0.0))
        return all;
    for (int i = 0; i < 4; i++) {
        const double x = step[i] != 0.0 ? -at[i] / step[i] : 0.0; /* where it is 0 */

        if (step[i] > 0.0)
            from = x > from ? x : from;
        else if (step[i] < 0.0)
            to = x + 1.0 < to ? x + 1.0 : to;
        else if (!(at[i] >= 0.0))
            to = 0.0;
    }
    from = fov__ceil(from);
    to = fov__floor(to);
    if (!(from < to))
        return (struct span){0, 0};
    return (struct span){(int32_t)from, (int32_t)to};
}

/* What of a row is wholly inside, and what is not wholly outside: between the two, and only there,
 * each pixel is asked for its share. A millionth of a pixel is left to rounding. */
struct row_spans {
    struct span inside, touched;
};

static struct row_spans spans_of(const struct place *place, int32_t y, int32_t width)
{
    const double half = 0.5 + 1e-6;
    struct row_spans spans = {
        .inside = columns_of(place, y, width, half, (struct span){0, 0}),
        .touched = columns_of(place, y, width, -half, (struct span){0, width}),
    };

    if (spans.inside.from == spans.inside.to) /* all that is touched then lies before it */
        spans.inside.from = spans.inside.to = spans.touched.to;
    return spans;
}

static void clip_run(uint8_t *p, int32_t bands, const struct place *place, int32_t y, int32_t from,
                     int32_t to)
{
    p += (size_t)from * (size_t)bands;
    for (int32_t x = from; x < to; x++, p += bands) {
        const int32_t share = share_of(place, x, y);

        if (share < 256)
            fill_pixel(p, bands, place->step->fill, share);
    }
}

static void fill_run(uint8_t *p, int32_t bands, const uint8_t fill[3], int32_t from, int32_t to)
{
    p += (size_t)from * (size_t)bands;
    for (int32_t x = from; x < to; x++, p += bands) {
        memcpy(p, fill, 3);
        if (bands == 4)
            p[3] = 255;
    }
}

static void clip_rows(struct fov_pixels *px, const struct place *place, int32_t y1, int32_t y2)
{
    for (int32_t y = y1; y < y2; y++) {
        const struct row_spans spans = spans_of(place, y, px->width);
        const uint8_t *fill = place->step->fill;
        uint8_t *p = fov__pixels_row(px, y);

        fill_run(p, px->bands, fill, 0, spans.touched.from);
        clip_run(p, px->bands, place, y, spans.touched.from, spans.inside.from);
        clip_run(p, px->bands, place, y, spans.inside.to, spans.touched.to);
        fill_run(p, px->bands, fill, spans.touched.to, px->width);
    }
}

static bool is_touched(const struct place *place, int32_t y, int32_t width)
{
    const struct span touched = spans_of(place, y, width).touched;

    return touched.from < touched.to;
}

/* A pointwise step inside a box: done on a copy, then mixed in by coverage. */
static void mask_rows(struct fov_pixels *px, uint8_t *scratch, const struct place *place,
                      int32_t y1, int32_t y2)
{
    const struct fov_step *step = place->step;
    size_t n;

    while (y1 < y2 && !is_touched(place, y1, px->width))
        y1++;
    while (y1 < y2 && !is_touched(place, y2 - 1, px->width))
        y2--;
    if (y1 == y2)
        return;
    n = (size_t)px->width * (size_t)(y2 - y1);
    memcpy(scratch, fov__pixels_row(px, y1), n * (size_t)px->bands);
    step->op->point(step->args, scratch, n, px->bands);
    for (int32_t y = y1; y < y2; y++) {
        const struct row_spans spans = spans_of(place, y, px->width);
        uint8_t *row = fov__pixels_row(px, y);

        for (int32_t x = spans.touched.from; x < spans.touched.to; x++) {
            const bool inside = x >= spans.inside.from && x < spans.inside.to;
            const int32_t share = inside ? 256 : share_of(place, x, y);
            uint8_t *p = row + (size_t)x * (size_t)px->bands;
            const uint8_t *q = scratch + (size_t)x * (size_t)px->bands;

            for (int c = 0; share > 0 && c < px->bands; c++)
                p[c] = mix(q[c], p[c], share);
        }
        scratch += (size_t)px->width * (size_t)px->bands;
    }
}

/* Pixels for each call of a pointwise step: enough that the tables it may build first cost nothing
 * beside them, and few enough that a cancelled rendering ends soon. */
enum { STEP_PIXELS = 1 << 18 };

static fov_status take_step(struct fov_pixels *px, const struct place *place, uint8_t *scratch,
                            int32_t rows, const fov_cancel *cancel, fov_error *err)
{
    const struct fov_step *step = place->step;

    for (int32_t y1 = 0; y1 < px->height; y1 += rows) {
        int32_t y2 = px->height - y1 < rows ? px->height : y1 + rows;

        if (fov_cancel_is_set(cancel))
            return fov__fail(err, FOV_E_CANCELLED, 0, "render", "rendering was cancelled");
        if (step->kind == FOV__STEP_CLIP)
            clip_rows(px, place, y1, y2);
        else if (step->has_box)
            mask_rows(px, scratch, place, y1, y2);
        else /* rows of fresh pixels lie one behind the other */
            step->op->point(step->args, fov__pixels_row(px, y1),
                            (size_t)px->width * (size_t)(y2 - y1), px->bands);
    }
    return FOV_OK;
}

static fov_status take_steps(struct fov_pixels *px, const struct fov_view *view,
                             struct fov_mat view_to_node, fov_error *err)
{
    const struct fov_node *node = view->node;
    const int32_t rows = px->width < STEP_PIXELS ? STEP_PIXELS / px->width : 1;
    const int32_t most = rows < px->height ? rows : px->height;
    const size_t size = (size_t)px->width * (size_t)px->bands * (size_t)most;
    uint8_t *scratch = NULL;
    fov_status rc = FOV_OK;

    for (size_t i = 0; rc == FOV_OK && i < node->step_count; i++) {
        struct place place = place_of(&node->steps[i], view_to_node, px);

        if (node->steps[i].kind == FOV__STEP_POINT && node->steps[i].has_box && !scratch) {
            scratch = fov__alloc(px->ctx, size);
            if (!scratch)
                return fov__fail_memory(err, "render", size);
        }
        rc = take_step(px, &place, scratch, most, view->cancel, err);
    }
    fov__free(px->ctx, scratch);
    return rc;
}

/* ---- the view ------------------------------------------------------------------------------- */

static void note_spent(fov_context *ctx, const struct fov_view *view, uint64_t pixels,
                       uint64_t decode_us, uint64_t resample_us)
{
    fov__stat_add(ctx, FOV__STAT_RESAMPLE_US, resample_us);
    if (!view->spent)
        return;
    view->spent->decoded_pixels += pixels;
    view->spent->decode_us += decode_us;
    view->spent->resample_us += resample_us;
}

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

struct drawing {
    fov_context *ctx;
    const struct fov_view *view;
    struct fov_mat to_base;
    uint64_t decode_us, resample_us, decoded;
};

/* Rows [y, y + rows) of `out`, which has them alone when it is NULL yet. */
static fov_status draw_rows(struct fov_pixels **out, struct drawing *d, struct fov_level *level,
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

/* The planes of a band, resampled one after the other into `scratch`, become rows of `out`. */
static fov_status draw_planes(struct fov_pixels **out, struct drawing *d,
                              struct fov_source_planes *planes, int16_t *scratch, int32_t y,
                              int32_t rows, fov_error *err)
{
    const int32_t width = d->view->width;
    const size_t size = (size_t)width * (size_t)rows;
    const uint64_t started = fov__clock_us();
    fov_status rc = FOV_OK;

    if (!*out)
        rc = fov__pixels_new(out, d->ctx, width, d->view->height, 3, err);
    for (int32_t i = 0; rc == FOV_OK && i < planes->count; i++) {
        struct fov_pixels part = {.ctx = d->ctx,
                                  .width = width,
                                  .height = rows,
                                  .bands = 1,
                                  .stride = (size_t)width * sizeof(*scratch),
                                  .data = (void *)(scratch + (size_t)i * size)};
        struct fov_warp warp = {
            .src = &planes->plane[i], .kernel = FOV__KERNEL_LANCZOS3, .is_wide = true};

        warp.to_src = fov__mat_mul(planes->to_plane[i],
                                   fov__mat_mul(d->to_base, fov__mat_translate(0, y)));
        rc = fov__warp(&warp, &part, d->ctx->threads, d->view->cancel, err);
    }
    for (int32_t row = 0; rc == FOV_OK && row < rows; row++) {
        const int16_t *at = scratch + (size_t)row * (size_t)width;
        const int16_t *const plane[3] = {at, at + size, at + 2 * size};
        fov__source_rows_to_rgb(d->ctx, fov__pixels_row(*out, y + row), plane, planes->count,
                                width);
    }
    d->resample_us += fov__clock_us() - started;
    d->decoded += planes->decoded;
    return rc;
}

struct band {
    struct fov_recti region;
    int32_t y, rows;
};

static fov_status draw_band(struct fov_pixels **out, struct drawing *d, struct fov_source *source,
                            struct band band, int16_t *scratch, fov_error *err)
{
    const uint64_t started = fov__clock_us();
    struct fov_source_planes planes = {.held = NULL};
    struct fov_level level = {.px = NULL};
    fov_status rc = scratch ? fov__source_planes(&planes, source, band.region, err)
                            : fov__source_read(&level, source, band.region, err);

    d->decode_us += fov__clock_us() - started;
    if (rc == FOV_OK)
        rc = scratch ? draw_planes(out, d, &planes, scratch, band.y, band.rows, err)
                     : draw_rows(out, d, &level, band.y, band.rows, err);
    fov__source_planes_free(&planes);
    fov__pixels_unref(level.px);
    return rc;
}

static fov_status draw_source(struct fov_pixels **out, struct drawing *d, fov_image *image,
                              fov_error *err)
{
    const struct fov_view *view = d->view;
    struct taking how = how_to_take(image, d->to_base, view->width, view->height);
    struct band band = {source_region(image, d->to_base, view->width, view->height, how.shrink,
                                      how.more),
                        0, view->height};
    struct fov_source *source = NULL;
    int16_t *scratch = NULL;
    const uint64_t started = fov__clock_us();
    fov_status rc = fov__source_open(&source, image, band.region, how.shrink, how.is_planes,
                                     view->cancel, err);

    d->decode_us += fov__clock_us() - started;
    if (rc < 0)
        return rc;
    how.is_planes = fov__source_has_planes(source);
    band.rows = band_rows(image, band.region, d->to_base, how, view->height);
    if (how.is_planes) {
        const size_t size = 3 * (size_t)view->width * (size_t)band.rows * sizeof(*scratch) + 64;
        scratch = fov__alloc(d->ctx, size);
        if (!scratch)
            rc = fov__fail_memory(err, "render", size);
    }
    for (const int32_t most = band.rows; rc == FOV_OK && band.y < view->height; band.y += most) {
        band.rows = view->height - band.y < most ? view->height - band.y : most;
        if (band.rows < view->height)
            band.region = source_region(image,
                                        fov__mat_mul(d->to_base, fov__mat_translate(0, band.y)),
                                        view->width, band.rows, how.shrink, how.more);
        rc = draw_band(out, d, source, band, scratch, err);
    }
    fov__free(d->ctx, scratch);
    fov__source_close(source);
    return rc;
}

static fov_status draw_barrier(struct fov_pixels **out, struct drawing *d, fov_error *err)
{
    struct fov_level level = {.shrink = 1};
    const uint64_t started = fov__clock_us();
    fov_status rc = barrier_level(&level, d->ctx, d->view->node->base, d->view->cancel, err);

    d->decode_us += fov__clock_us() - started;
    if (rc == FOV_OK)
        rc = draw_rows(out, d, &level, 0, d->view->height, err);
    fov__pixels_unref(level.px);
    return rc;
}

static fov_status draw_view(struct fov_pixels **out, fov_context *ctx, const struct fov_view *view,
                            fov_error *err)
{
    const struct fov_node *node = view->node;
    struct fov_pixels *px = NULL;
    struct fov_mat view_to_node =
        fov__mat_mul(fov__mat_translate(view->box.x1, view->box.y1),
                     fov__mat_scale((view->box.x2 - view->box.x1) / view->width,
                                    (view->box.y2 - view->box.y1) / view->height));
    struct drawing d = {ctx, view, fov__mat_mul(node->to_base, view_to_node), 0, 0, 0};
    uint64_t started;
    fov_status rc =
        fov__limits_check_size(ctx, (uint64_t)view->width, (uint64_t)view->height, "size", err);

    if (rc < 0)
        return rc;
    rc = node->base->source ? draw_source(&px, &d, node->base->source, err)
                            : draw_barrier(&px, &d, err);
    started = fov__clock_us();
    if (rc == FOV_OK)
        rc = take_steps(px, view, view_to_node, err);
    if (rc == FOV_OK && !view->no_marks)
        fov__marks_draw(px, node, view_to_node);
    note_spent(ctx, view, d.decoded, d.decode_us, d.resample_us + fov__clock_us() - started);
    if (rc < 0) {
        fov__pixels_unref(px);
        return rc;
    }
    *out = px;
    return FOV_OK;
}

fov_status fov__render(struct fov_pixels **out, fov_context *ctx, const struct fov_view *view,
                       fov_error *err)
{
    struct fov_view bounded = *view;
    fov_cancel own;

    fov__cancel_bound(&own, ctx, view->cancel);
    bounded.cancel = &own;
    return fov__cancel_judge(&own, draw_view(out, ctx, &bounded, err), "render", err);
}

fov_status fov__render_node(struct fov_pixels **out, fov_context *ctx, const struct fov_node *node,
                            const fov_cancel *cancel, fov_error *err)
{
    struct fov_view view = {.node = node,
                            .box = {0, 0, node->width, node->height},
                            .width = node->width,
                            .height = node->height,
                            .cancel = cancel};

    return fov__render(out, ctx, &view, err);
}
