/* SPDX-License-Identifier: MIT */
/* binarize: black and white and nothing between, for print on stained or uneven paper and for
 * shapes that are to be told from their ground. Transparency is seen on white; what comes out is
 * opaque. The level that Otsu's method finds is recorded, so that a replay cuts at the same one. */
#include "op/op_look_internal.h"

enum { METHOD_OTSU, METHOD_ADAPTIVE, METHOD_FIXED };
static const char *const methods[] = {"otsu", "adaptive", "fixed", NULL};
enum { CHANNEL_LUMA, CHANNEL_RED, CHANNEL_GREEN, CHANNEL_BLUE, CHANNEL_SATURATION };
static const char *const channels[] = {"luma", "red", "green", "blue", "saturation", NULL};

struct binarize_args {
    fov_op_args_head head;
    int32_t method, value;
    bool invert;
    int32_t channel;
    int32_t level; /* found by resolve; -1: one level only */
};
/* 1 << the indices of `value` and `level` below. */
enum { VALUE_BIT = 1 << 1, LEVEL_BIT = 1 << 4 };

/* adaptive: how far the surroundings reach, as a part of the shorter side - a few letters of a page
 * that is full of them - and by how much a pixel must be darker than their mean to be ink. */
enum { REACH_PART = 48, REACH_MIN = 5, REACH_MAX = 60, INK = 12 };

static int32_t reach_of(const fov_op_frame *in)
{
    const int32_t r = (in->width < in->height ? in->width : in->height) / REACH_PART;
    return r < REACH_MIN ? REACH_MIN : r > REACH_MAX ? REACH_MAX : r;
}

/* One byte a pixel. Saturation is how far apart the colours are: 0 for grey, whatever its light. */
static void channel_row(const struct binarize_args *b, enum fov__cpu cpu, uint8_t *out,
                        const uint8_t *rgb, size_t n)
{
    if (b->channel == CHANNEL_LUMA) {
        fov__luma_pixels(cpu, out, rgb, n, 3);
        return;
    }
    for (size_t i = 0; i < n; i++, rgb += 3) {
        const uint8_t high = rgb[0] > rgb[1] ? rgb[0] : rgb[1],
                      low = rgb[0] > rgb[1] ? rgb[1] : rgb[0];
        if (b->channel == CHANNEL_SATURATION)
            out[i] = (uint8_t)((high > rgb[2] ? high : rgb[2]) - (low < rgb[2] ? low : rgb[2]));
        else
            out[i] = rgb[b->channel - CHANNEL_RED];
    }
}

/* ---- resolve -------------------------------------------------------------------------------- */

static fov_status count_levels(const struct binarize_args *b, fov_op_io *io,
                               const struct fov_pixels *px, uint32_t levels[256], fov_error *err)
{
    const size_t width = (size_t)px->width;
    uint8_t *row = fov__alloc(io->ctx, width);
    fov_status rc = FOV_OK;
    if (row == NULL)
        return fov__fail_memory(err, "binarize", width);
    memset(levels, 0, 256 * sizeof(*levels));
    for (int32_t y = 0; rc == FOV_OK && y < px->height; y++) {
        channel_row(b, io->ctx->cpu, row, fov__pixels_row(px, y), width);
        for (size_t x = 0; x < width; x++)
            levels[row[x]]++;
        if (fov_cancel_is_set(io->cancel))
            rc = fov__fail(err, FOV_E_CANCELLED, 0, "binarize", "the caller cancelled");
    }
    fov__free(io->ctx, row);
    return rc;
}

static fov_status binarize_resolve(void *args, fov_op_io *io, fov_op_fault *fault, fov_error *err)
{
    struct binarize_args *b = args;
    uint32_t levels[256];
    struct fov_pixels *px = NULL;
    (void)fault;
    if (b->method != METHOD_OTSU || (b->head.given & LEVEL_BIT) != 0)
        return FOV_OK;
    fov_status rc =
        fov__look(io, (fov_box){0, 0, io->in->width, io->in->height}, FOV__LOOK_COLOURS, &px, err);
    if (rc < 0)
        return rc;
    rc = count_levels(b, io, px, levels, err);
    fov__pixels_unref(px);
    if (rc < 0)
        return rc;
    int32_t used = 0;
    for (int v = 0; v < 256; v++)
        used += levels[v] > 0;
    b->level = used == 1 ? -1 : fov__histogram_otsu(levels);
    b->head.given |= LEVEL_BIT;
    return FOV_OK;
}

/* ---- plan ----------------------------------------------------------------------------------- */

static fov_status binarize_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                                fov_op_plan *out, fov_op_fault *fault)
{
    const struct binarize_args *b = args;
    const char *shown = b->invert ? "black" : "white", *channel = channels[b->channel];
    const bool is_unused = (b->head.given & VALUE_BIT) != 0 && b->method != METHOD_FIXED;
    const char *unused = is_unused ? "; value is for method fixed and was not used" : "";
    (void)in_count;
    (void)fault;
    fov_op_plan_same(out, in, FOV_OP_EFFECT_BARRIER);
    if (b->method == METHOD_ADAPTIVE)
        fov__format(out->note, sizeof(out->note),
                    "%s where %s is no more than %d below the mean of %dx%d pixels around%s", shown,
                    channel, INK, 2 * (int)reach_of(in) + 1, 2 * (int)reach_of(in) + 1, unused);
    else if (b->method == METHOD_FIXED)
        fov__format(out->note, sizeof(out->note), "%s where %s is above %d", shown, channel,
                    (int)b->value);
    else if (b->level < 0)
        fov__format(out->note, sizeof(out->note),
                    "%s is the same everywhere, so there was nothing to tell apart%s", channel,
                    unused);
    else if ((b->head.given & LEVEL_BIT) != 0)
        fov__format(out->note, sizeof(out->note), "%s where %s is above %d, found by otsu%s", shown,
                    channel, (int)b->level, unused);
    return FOV_OK;
}

/* ---- run ------------------------------------------------------------------------------------ */

static fov_status cut(const struct binarize_args *b, fov_op_io *io, const struct fov__view *plane,
                      fov_error *err)
{
    const struct fov__filter filter = {io->ctx, io->cancel, "binarize"};
    if (b->method == METHOD_ADAPTIVE)
        return fov__filter_threshold_local(&filter, plane, plane, FOV__MEAN_BOX, reach_of(io->in),
                                           INK, err);
    const int32_t level = b->method == METHOD_FIXED ? b->value : b->level;
    fov__filter_threshold(io->ctx->cpu, plane, plane, level < 0 ? 0 : level);
    return FOV_OK;
}

static fov_status binarize_run(const void *args, fov_op_io *io, struct fov_pixels *const *out,
                               fov_op_fault *fault, fov_error *err)
{
    const struct binarize_args *b = args;
    const int32_t width = out[0]->width, height = out[0]->height, bands = out[0]->bands;
    const size_t n = (size_t)width, size = n * (size_t)height;
    struct fov_pixels *px = NULL;
    uint8_t *plane = NULL;
    (void)fault;
    fov_status rc = fov__look(io, (fov_box){0, 0, width, height}, FOV__LOOK_ALL, &px, err);
    if (rc < 0)
        return rc;
    plane = fov__alloc(io->ctx, size);
    if (plane == NULL)
        rc = fov__fail_memory(err, "binarize", size);
    for (int32_t y = 0; rc == FOV_OK && y < height; y++)
        channel_row(b, io->ctx->cpu, plane + (size_t)y * n, fov__pixels_row(px, y), n);
    fov__pixels_unref(px);
    const struct fov__view view = {plane, n, width, height, 1};
    if (rc == FOV_OK)
        rc = cut(b, io, &view, err);
    for (int32_t y = 0; rc == FOV_OK && y < height; y++) {
        uint8_t *row = fov__pixels_row(out[0], y), *grey = fov__view_row(&view, y);
        if (b->invert)
            fov__invert_pixels(io->ctx->cpu, grey, n, 1);
        memset(row, 255, n * (size_t)bands);
        fov__spread_grey(io->ctx->cpu, row, grey, n, bands);
    }
    fov__free(io->ctx, plane);
    return rc;
}

static const fov_op_param_row binarize_params[] = {
    FOV_OP_ENUM(binarize_args, method, 0, methods, METHOD_OTSU,
                "otsu finds one level, adaptive many (uneven light), fixed takes value"),
    FOV_OP_INT(binarize_args, value, 0, 0, 255, 128, "", "for fixed; brighter becomes white"),
    FOV_OP_BOOL(binarize_args, invert, 0, "black and white change places"),
    FOV_OP_ENUM(binarize_args, channel, 0, channels, CHANNEL_LUMA,
                "saturation tells colour from grey"),
    FOV_OP_INT(binarize_args, level, FOV_PARAM_HIDDEN, -1, 255, 0, "",
               "level that otsu found, -1 when there is only one"),
    FOV_OP_END};

static const fov_op_example_row binarize_examples[] = {
    {"{}", "1000x500"},
    {"{\"method\":\"adaptive\"}", "1000x500"},
    {"{\"method\":\"fixed\",\"value\":180,\"invert\":true}", "1000x500"},
    {"{\"channel\":\"saturation\"}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_binarize = {
    .name = "binarize",
    .since = "0.1.0",
    .summary = "Turn an image into pure black and white.",
    .when =
        "Use it on faint, stained or unevenly lit print before reading, or to see shapes without "
        "shades.",
    .kind = FOV_OP_PIXELS,
    .presets = FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = binarize_params,
    .args_size = sizeof(struct binarize_args),
    .examples = binarize_examples,
    .resolve = binarize_resolve,
    .plan = binarize_plan,
    .run = binarize_run,
};
