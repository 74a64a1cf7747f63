/* SPDX-License-Identifier: MIT */
/* sample: colours in numbers, for legends and fills that look alike. It reads the image's own
 * pixels, without marks and before any delivery's scaling or JPEG. */
#include "op/op_look_internal.h"

struct sample_args {
    fov_op_args_head head;
    fov_op_points points;
    fov_box box;
    int32_t radius;
};
enum { SAMPLE_BOX_BIT = 2 }; /* 1 << the index of `box` below */

/* A box is read at its own resolution up to this many pixels, so that colours stay unmixed; a
 * larger one is shrunk to them. */
#define SAMPLE_PIXELS 4000000.0
enum {
    SAMPLE_COLORS = 5,
    SAMPLE_BINS = 16 * 16 * 16,
    SAMPLE_NEAR = 24 /* levels a channel within which two bins are one colour to the eye */
};

struct rgb_sum {
    uint32_t count;
    uint64_t sum[3];
};

/* Seen on white, as a delivery flattens it. */
static void sum_add(struct rgb_sum *sum, const uint8_t *pixel, int32_t bands)
{
    const uint32_t alpha = bands == 4 ? pixel[3] : 255;
    for (int c = 0; c < 3; c++)
        sum->sum[c] += (pixel[c] * alpha + 255 * (255 - alpha) + 127) / 255;
    sum->count++;
}

static fov_op_color sum_mean(const struct rgb_sum *sum)
{
    uint8_t v[3] = {0, 0, 0};
    for (int c = 0; c < 3 && sum->count > 0; c++)
        v[c] = (uint8_t)((sum->sum[c] + sum->count / 2) / sum->count);
    return (fov_op_color){v[0], v[1], v[2]};
}

/* The standard deviation of n levels, from their sum and the sum of their squares. */
static double deviation(uint64_t n, uint64_t sum, uint64_t squares)
{
    return n > 0 ? fov__sqrt((double)(n * squares - sum * sum)) / (double)n : 0;
}

static void write_numbers(struct fov_jw *jw, const char *key, const double *v, int n)
{
    fov__jw_array(jw, key);
    for (int i = 0; i < n; i++)
        fov__jw_number(jw, NULL, fov__rint(v[i] * 100) / 100 + 0.0);
    fov__jw_end_array(jw);
}

/* ---- points --------------------------------------------------------------------------------- */

struct disc {
    fov_op_color mean;
    double spread[3];
};

static fov_status sample_point(fov_op_io *io, fov_point at, int32_t radius, struct disc *out,
                               fov_error *err)
{
    const int32_t w = io->in->width, h = io->in->height;
    const int32_t cx = at.x < w ? (int32_t)at.x : w - 1, cy = at.y < h ? (int32_t)at.y : h - 1;
    const int32_t x1 = cx > radius ? cx - radius : 0, y1 = cy > radius ? cy - radius : 0;
    const int32_t x2 = cx + radius < w ? cx + radius + 1 : w,
                  y2 = cy + radius < h ? cy + radius + 1 : h;
    struct rgb_sum sum = {0, {0, 0, 0}};
    uint64_t squares[3] = {0, 0, 0};
    struct fov_pixels *px = NULL;
    const fov_status rc = io->render(io, 0, (fov_box){x1, y1, x2, y2}, x2 - x1, y2 - y1, &px, err);
    if (rc < 0)
        return rc;
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *row = fov__pixels_row(px, y);
        for (int32_t x = 0; x < px->width; x++) {
            const int32_t dx = x + x1 - cx, dy = y + y1 - cy;
            struct rgb_sum one = {0, {0, 0, 0}};
            if (dx * dx + dy * dy > radius * radius)
                continue;
            sum_add(&one, row + (size_t)x * (size_t)px->bands, px->bands);
            sum.count++;
            for (int c = 0; c < 3; c++) {
                sum.sum[c] += one.sum[c];
                squares[c] += one.sum[c] * one.sum[c];
            }
        }
    }
    fov__pixels_unref(px);
    out->mean = sum_mean(&sum);
    for (int c = 0; c < 3; c++)
        out->spread[c] = deviation(sum.count, sum.sum[c], squares[c]);
    return FOV_OK;
}

static fov_status write_points(const struct sample_args *sample, fov_op_io *io, struct fov_jw *jw,
                               fov_error *err)
{
    fov__jw_array(jw, "points");
    for (uint32_t i = 0; i < sample->points.n; i++) {
        const fov_point at = sample->points.v[i], source = io->to_source(io, 0, at);
        struct disc disc;
        if (fov_cancel_is_set(io->cancel))
            return fov__fail(err, FOV_E_CANCELLED, 0, "sample", "the caller cancelled");
        const fov_status rc = sample_point(io, at, sample->radius, &disc, err);
        if (rc < 0)
            return rc;
        fov__jw_object(jw, NULL);
        write_numbers(jw, "at", (const double[]){at.x, at.y}, 2);
        write_numbers(jw, "source_px", (const double[]){source.x, source.y}, 2);
        fov__look_write(jw, disc.mean);
        if (sample->radius > 0)
            write_numbers(jw, "spread", disc.spread, 3);
        fov__jw_end_object(jw);
    }
    fov__jw_end_array(jw);
    return FOV_OK;
}

/* ---- a box ---------------------------------------------------------------------------------- */

struct box_stats {
    struct rgb_sum all;
    uint32_t levels[3][256];
    struct rgb_sum bins[SAMPLE_BINS];
};

static void measure(struct box_stats *stats, const struct fov_pixels *px)
{
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *row = fov__pixels_row(px, y);
        for (int32_t x = 0; x < px->width; x++) {
            struct rgb_sum one = {0, {0, 0, 0}};
            sum_add(&one, row + (size_t)x * (size_t)px->bands, px->bands);
            struct rgb_sum *bin =
                &stats->bins[(one.sum[0] >> 4) << 8 | (one.sum[1] >> 4) << 4 | one.sum[2] >> 4];
            for (int c = 0; c < 3; c++) {
                stats->levels[c][one.sum[c]]++;
                stats->all.sum[c] += one.sum[c];
                bin->sum[c] += one.sum[c];
            }
            stats->all.count++;
            bin->count++;
        }
    }
}

static uint8_t median_of(const uint32_t levels[256], uint32_t count)
{
    uint32_t seen = 0;
    for (int v = 0; v < 256; v++) {
        seen += levels[v];
        if ((uint64_t)seen * 2 >= count)
            return (uint8_t)v;
    }
    return 255;
}

static bool is_near(fov_op_color a, fov_op_color b)
{
    const int dr = a.r - b.r, dg = a.g - b.g, db = a.b - b.b;
    return dr <= SAMPLE_NEAR && -dr <= SAMPLE_NEAR && dg <= SAMPLE_NEAR && -dg <= SAMPLE_NEAR &&
           db <= SAMPLE_NEAR && -db <= SAMPLE_NEAR;
}

/* Take the fullest bin and those near its colour out of the histogram. */
static struct rgb_sum take_dominant(struct rgb_sum *bins)
{
    struct rgb_sum taken = {0, {0, 0, 0}};
    size_t best = 0;
    for (size_t i = 1; i < SAMPLE_BINS; i++) {
        if (bins[i].count > bins[best].count)
            best = i;
    }
    const fov_op_color heart = sum_mean(&bins[best]);
    for (size_t i = 0; i < SAMPLE_BINS; i++) {
        if (bins[i].count == 0 || !is_near(sum_mean(&bins[i]), heart))
            continue;
        taken.count += bins[i].count;
        for (int c = 0; c < 3; c++)
            taken.sum[c] += bins[i].sum[c];
        bins[i] = (struct rgb_sum){0, {0, 0, 0}};
    }
    return taken;
}

static void write_spread(struct fov_jw *jw, const struct box_stats *stats)
{
    double spread[3];
    for (int c = 0; c < 3; c++) {
        uint64_t squares = 0;
        for (uint64_t v = 0; v < 256; v++)
            squares += v * v * stats->levels[c][v];
        spread[c] = deviation(stats->all.count, stats->all.sum[c], squares);
    }
    write_numbers(jw, "spread", spread, 3);
}

static void write_stats(struct fov_jw *jw, struct box_stats *stats)
{
    const uint32_t n = stats->all.count;
    fov__jw_object(jw, "mean");
    fov__look_write(jw, sum_mean(&stats->all));
    fov__jw_end_object(jw);
    write_spread(jw, stats);
    fov__jw_object(jw, "median");
    fov__look_write(jw,
                    (fov_op_color){median_of(stats->levels[0], n), median_of(stats->levels[1], n),
                                   median_of(stats->levels[2], n)});
    fov__jw_end_object(jw);
    fov__jw_array(jw, "colors");
    for (int i = 0; i < SAMPLE_COLORS; i++) {
        const struct rgb_sum taken = take_dominant(stats->bins);
        const double share = (double)taken.count / n;
        if (share < 0.005 && i > 0)
            break;
        fov__jw_object(jw, NULL);
        fov__look_write(jw, sum_mean(&taken));
        fov__jw_number(jw, "share", fov__rint(share * 1000) / 1000);
        fov__jw_end_object(jw);
    }
    fov__jw_end_array(jw);
}

static fov_status write_box(fov_box box, fov_op_io *io, struct fov_jw *jw, fov_error *err)
{
    int32_t w = (int32_t)(box.x2 - box.x1), h = (int32_t)(box.y2 - box.y1);
    for (; (double)w * h > SAMPLE_PIXELS; w = (w + 1) / 2, h = (h + 1) / 2) {
    }
    struct fov_pixels *px = NULL;
    fov_status rc = io->render(io, 0, box, w, h, &px, err);
    if (rc < 0)
        return rc;
    struct box_stats *stats = fov__calloc(io->ctx, 1, sizeof(*stats));
    if (stats == NULL) {
        rc = fov__fail_memory(err, "sample", sizeof(*stats));
    } else {
        measure(stats, px);
        write_numbers(jw, "box", (const double[]){box.x1, box.y1, box.x2, box.y2}, 4);
        fov__op_write_source_box(io, jw, box);
        write_stats(jw, stats);
    }
    fov__free(io->ctx, stats);
    fov__pixels_unref(px);
    return rc;
}

static fov_status sample_fact(const void *args, fov_op_io *io, struct fov_jw *jw,
                              fov_op_fault *fault, fov_error *err)
{
    const struct sample_args *sample = args;
    const bool has_box = (sample->head.given & SAMPLE_BOX_BIT) != 0;
    if (sample->points.n == 0 && !has_box) {
        const fov_status rc = fov__fault(fault, FOV_FAULT_MISSING_ARG, "sample.points", NULL,
                                         "points, or a box", "sample needs points, or a box.");
        fov__fault_to_error(fault, err);
        return rc;
    }
    fov_status rc = FOV_OK;
    if (sample->points.n > 0)
        rc = write_points(sample, io, jw, err);
    if (rc == FOV_OK && has_box)
        rc = write_box(sample->box, io, jw, err);
    return rc;
}

static const fov_op_param_row sample_params[] = {
    FOV_OP_LIST(sample_args, points, FOV_PARAM_POINTS, 0, FOV_OP_LIST_MAX,
                "where to read the colour"),
    FOV_OP_BOX(sample_args, box, "bbox_2d", 0,
               "a part whose mean, spread, median and main colours are told"),
    FOV_OP_INT(sample_args, radius, 0, 0, 50, 0, "pixels",
               "full-resolution pixels; each point is the mean of a disc of this radius"),
    FOV_OP_END};

static const fov_op_example_row sample_examples[] = {
    {"{\"points\":[[160,400],[520.5,250]]}", "points"},
    {"{\"points\":[[10,10]],\"radius\":2}", "points"},
    {"{\"box\":[0,0,100,100]}", "colors"},
    {NULL, NULL}};

const fov_op_def fov__op_sample = {
    .name = "sample",
    .since = "0.1.0",
    .summary = "Read exact colours at points, or the main colours of a part.",
    .when =
        "Use it to match a bar, line or slice to its legend, or to tell apart colours that look "
        "alike: give a point in each and compare the numbers.",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_CHART | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = sample_params,
    .args_size = sizeof(struct sample_args),
    .examples = sample_examples,
    .fact = sample_fact,
};
