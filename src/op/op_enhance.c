/* SPDX-License-Identifier: MIT */
/* enhance: faint print, bad light, noise. The steps always come in this order, whatever the order
 * of the arguments: denoise, autocontrast, brightness, contrast, gamma, saturation, grayscale,
 * clahe, sharpen, invert.
 *
 * Without denoise, clahe and sharpen all of it is a function of one pixel and costs nothing beside
 * the warp; with one of them the step needs its parent's own pixels and is a barrier. What
 * autocontrast finds is recorded as two numbers, so that a replay, a tile or another size is
 * stretched alike. */
#include "op/op_filters_internal.h"

struct enhance_args {
    fov_op_args_head head;
    fov_box box;
    double brightness, contrast, gamma, saturation, sharpen;
    int32_t denoise;
    bool autocontrast;
    double clahe;
    bool grayscale, invert;
    int32_t black, white;
};
/* 1 << the indices of `box`, `black` and `white` below. */
enum { ENHANCE_BOX_BIT = 1 << 0, ENHANCE_BLACK_BIT = 1 << 11, ENHANCE_WHITE_BIT = 1 << 12 };
enum { MEASURE_EDGE = 512 };

static bool is_barrier(const struct enhance_args *e)
{
    return e->denoise > 0 || e->clahe > 0 || e->sharpen > 0;
}

static bool is_stretched(const struct enhance_args *e)
{
    return e->autocontrast && e->white > e->black;
}

static fov_box part_of(const struct enhance_args *e, const fov_op_frame *in)
{
    return (e->head.given & ENHANCE_BOX_BIT) != 0 ? e->box : (fov_box){0, 0, in->width, in->height};
}

/* ---- resolve -------------------------------------------------------------------------------- */

/* The luma levels below and above which 0.5 % of the pixels lie. */
static void find_tails(const struct fov_pixels *px, int32_t *black, int32_t *white)
{
    uint32_t levels[256];
    memset(levels, 0, sizeof(levels));
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *row = fov__pixels_row(px, y);
        for (int32_t x = 0; x < px->width; x++)
            levels[fov__luma(row + (size_t)x * (size_t)px->bands)]++;
    }
    const uint32_t tail = (uint32_t)((uint64_t)px->width * (uint64_t)px->height / 200);
    uint32_t below = 0, above = 0;
    *black = 0;
    *white = 255;
    while (*black < 255 && (below += levels[*black]) <= tail)
        (*black)++;
    while (*white > 0 && (above += levels[*white]) <= tail)
        (*white)--;
}

static fov_status enhance_resolve(void *args, fov_op_io *io, fov_op_fault *fault, fov_error *err)
{
    struct enhance_args *e = args;
    const uint32_t both = ENHANCE_BLACK_BIT | ENHANCE_WHITE_BIT;
    (void)fault;
    if (!e->autocontrast || (e->head.given & both) == both)
        return FOV_OK;
    const fov_box box = part_of(e, io->in);
    const double w = box.x2 - box.x1, h = box.y2 - box.y1, longest = w > h ? w : h;
    const double scale = longest > MEASURE_EDGE ? MEASURE_EDGE / longest : 1.0;
    const double width = fov__rint(w * scale), height = fov__rint(h * scale);
    struct fov_pixels *px = NULL;
    const fov_status rc = io->render(io, 0, box, width < 1 ? 1 : (int32_t)width,
                                     height < 1 ? 1 : (int32_t)height, &px, err);
    if (rc < 0)
        return rc;
    int32_t black, white;
    find_tails(px, &black, &white);
    fov__pixels_unref(px);
    if (white <= black) { /* one level only: nothing to stretch */
        black = 0;
        white = 255;
    }
    e->black = black;
    e->white = white;
    e->head.given |= both;
    return FOV_OK;
}

/* ---- plan ----------------------------------------------------------------------------------- */

static bool is_neutral(const struct enhance_args *e)
{
    return !is_barrier(e) && !e->autocontrast && e->brightness == 0 && e->contrast == 1 &&
           e->gamma == 1 && e->saturation == 1 && !e->grayscale && !e->invert;
}

static fov_status enhance_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                               fov_op_plan *out, fov_op_fault *fault)
{
    const struct enhance_args *e = args;
    (void)in_count;
    (void)fault;
    fov_op_plan_same(out, in, is_barrier(e) ? FOV_OP_EFFECT_BARRIER : FOV_OP_EFFECT_POINTWISE);
    if (is_neutral(e))
        fov__format(
            out->note, sizeof(out->note),
            "nothing was set, so nothing changed; give contrast, autocontrast, sharpen ...");
    else if (e->autocontrast && e->black == 0 && e->white == 255)
        fov__format(out->note, sizeof(out->note),
                    "autocontrast found the full range already there");
    out->output[0].has_mask = (e->head.given & ENHANCE_BOX_BIT) != 0;
    out->output[0].mask = part_of(e, in);
    return FOV_OK;
}

/* ---- functions of one pixel ----------------------------------------------------------------- */

static double limit(double v)
{
    return v < 0 ? 0 : v > 255 ? 255 : v;
}

/* autocontrast, brightness, contrast and gamma are one function of a level. Above 1 gamma
 * lightens. */
static void fill_table(const struct enhance_args *e, uint8_t table[256])
{
    for (int v = 0; v < 256; v++) {
        double x = v;
        if (is_stretched(e))
            x = limit((x - e->black) * 255 / (e->white - e->black));
        x = limit(x + e->brightness * 255);
        x = limit((x - 127.5) * e->contrast + 127.5);
        if (e->gamma != 1)
            x = 255 * fov__pow_unit(x / 255, 1 / e->gamma);
        table[v] = (uint8_t)fov__rint(x);
    }
}

static void saturate(uint8_t *pixel, int32_t gain)
{
    const int32_t luma = fov__luma(pixel);
    for (int c = 0; c < 3; c++) {
        const int32_t v = luma * 65536 + gain * (pixel[c] - luma) + 32768;
        pixel[c] = v < 0 ? 0 : fov__clamp_u8(v >> 16);
    }
}

/* autocontrast to grayscale. */
static void tone(const struct enhance_args *e, uint8_t *pixels, size_t n, int32_t bands)
{
    uint8_t table[256];
    const int32_t gain = (int32_t)fov__rint(e->saturation * 65536);
    fill_table(e, table);
    for (size_t i = 0; i < n; i++, pixels += bands) {
        for (int c = 0; c < 3; c++)
            pixels[c] = table[pixels[c]];
        if (gain != 65536)
            saturate(pixels, gain);
        if (e->grayscale)
            pixels[0] = pixels[1] = pixels[2] = (uint8_t)fov__luma(pixels);
    }
}

static void invert(uint8_t *pixels, size_t n, int32_t bands)
{
    for (size_t i = 0; i < n; i++, pixels += bands) {
        for (int c = 0; c < 3; c++)
            pixels[c] = (uint8_t)(255 - pixels[c]);
    }
}

static void enhance_point(const void *args, uint8_t *pixels, size_t n, int32_t bands)
{
    const struct enhance_args *e = args;
    tone(e, pixels, n, bands);
    if (e->invert)
        invert(pixels, n, bands);
}

/* ---- run: a barrier ------------------------------------------------------------------------- */

static fov_status copy_all(fov_op_io *io, struct fov_pixels *out, fov_error *err)
{
    struct fov_pixels *px = NULL;
    const fov_status rc = io->render(io, 0, (fov_box){0, 0, out->width, out->height}, out->width,
                                     out->height, &px, err);
    if (rc < 0)
        return rc;
    for (int32_t y = 0; y < out->height; y++) {
        const uint8_t *from = fov__pixels_row(px, y);
        uint8_t *to = fov__pixels_row(out, y);
        if (px->bands == out->bands) {
            memcpy(to, from, (size_t)out->width * (size_t)out->bands);
            continue;
        }
        for (int32_t x = 0; x < out->width; x++, from += px->bands, to += out->bands) {
            memcpy(to, from, 3);
            if (out->bands == 4)
                to[3] = 255;
        }
    }
    fov__pixels_unref(px);
    return FOV_OK;
}

static fov_status enhance_run(const void *args, fov_op_io *io, struct fov_pixels *const *out,
                              fov_op_fault *fault, fov_error *err)
{
    const struct enhance_args *e = args;
    struct fov_pixels *px = out[0];
    fov_status rc = copy_all(io, px, err);
    (void)fault;
    if (rc < 0)
        return rc;
    const fov_box box = part_of(e, io->in);
    const struct op_view view = {
        fov__pixels_row(px, (int32_t)box.y1) + (size_t)box.x1 * (size_t)px->bands, px->stride,
        (int32_t)(box.x2 - box.x1), (int32_t)(box.y2 - box.y1), px->bands};
    if (e->denoise > 0)
        rc = fov__filter_median(io->ctx, view, e->denoise, io->cancel, err);
    for (int32_t y = 0; rc == FOV_OK && y < view.height; y++)
        tone(e, fov__view_row(&view, y), (size_t)view.width, view.bands);
    if (rc == FOV_OK && e->clahe > 0)
        rc = fov__filter_clahe(io->ctx, view, e->clahe, io->cancel, err);
    if (rc == FOV_OK && e->sharpen > 0)
        rc = fov__filter_sharpen(io->ctx, view, e->sharpen, io->cancel, err);
    for (int32_t y = 0; rc == FOV_OK && e->invert && y < view.height; y++)
        invert(fov__view_row(&view, y), (size_t)view.width, view.bands);
    return rc;
}

static const fov_op_param_row enhance_params[] = {
    FOV_OP_BOX(enhance_args, box, "bbox_2d", 0, "only this part is changed"),
    FOV_OP_NUM(enhance_args, brightness, -1, 1, 0, "",
               "added to every level, 1 is all of the range"),
    FOV_OP_NUM(enhance_args, contrast, 0, 4, 1, "", "factor about the middle grey"),
    FOV_OP_NUM(enhance_args, gamma, 0.1, 5, 1, "", "above 1 lightens dark parts, below 1 darkens"),
    FOV_OP_NUM(enhance_args, saturation, 0, 4, 1, "", "factor, 0 takes the colours away"),
    FOV_OP_NUM(enhance_args, sharpen, 0, 3, 0, "", "strength of edge sharpening"),
    FOV_OP_INT(enhance_args, denoise, 0, 0, 3, 0, "passes",
               "passes of a 3x3 median against speckles"),
    FOV_OP_BOOL(enhance_args, autocontrast, 0, "stretch the levels found to the full range"),
    FOV_OP_NUM(enhance_args, clahe, 0, 8, 0, "", "local contrast, 2 to 4 for uneven light"),
    FOV_OP_BOOL(enhance_args, grayscale, 0, "to grey"),
    FOV_OP_BOOL(enhance_args, invert, 0, "dark and light change places"),
    FOV_OP_INT(enhance_args, black, FOV_PARAM_HIDDEN, 0, 255, 0, "",
               "level that autocontrast makes black"),
    FOV_OP_INT(enhance_args, white, FOV_PARAM_HIDDEN, 0, 255, 255, "",
               "level that autocontrast makes white"),
    FOV_OP_END};

static const fov_op_example_row enhance_examples[] = {
    {"{\"autocontrast\":true}", "1000x500"},
    {"{\"box\":[0,0,500,500],\"contrast\":1.8,\"gamma\":1.4}", "1000x500"},
    {"{\"clahe\":3,\"denoise\":1,\"sharpen\":1}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_enhance = {
    .name = "enhance",
    .since = "0.1.0",
    .summary = "Make faint, dark, noisy or blurred parts easier to see.",
    .when =
        "Use it when something is there but hard to make out: pale print, bad light, noise. Try "
        "autocontrast first, clahe for uneven light. Colours and brightness are no longer those "
        "of the original.",
    .kind = FOV_OP_PIXELS,
    .presets = FOV_OP_PRESET_LOOK | FOV_OP_PRESET_FULL,
    .input_min = 1,
    .input_max = 1,
    .params = enhance_params,
    .args_size = sizeof(struct enhance_args),
    .examples = enhance_examples,
    .resolve = enhance_resolve,
    .plan = enhance_plan,
    .point = enhance_point,
    .run = enhance_run,
};
