/* SPDX-License-Identifier: MIT */
/* enhance: faint print, bad light, noise. The steps always come in this order, whatever the order
 * of the arguments: denoise, autocontrast, brightness, contrast, gamma, saturation, grayscale,
 * clahe, sharpen, invert.
 *
 * Without denoise, clahe and sharpen all of it is a function of one pixel and costs nothing beside
 * the warp; with one of them the step needs its parent's own pixels and is a barrier. What
 * autocontrast finds is recorded as two numbers, so that a replay, a tile or another size is
 * stretched alike. */
#include "image/filter_internal.h"
#include "op/op_internal.h"

struct enhance_args {
    fov_op_args_head head;
    fov_box box;
    double brightness, contrast, gamma, saturation, sharpen;
    int32_t denoise;
    bool autocontrast;
    double clahe;
    bool grayscale, invert;
    int32_t black, white;
    /* Prepared by resolve for `point`, which sees no context and is called for each few rows. */
    bool is_prepared;
    enum fov__cpu cpu;
    struct fov__tone tone;
};
/* 1 << the indices of `box`, `black` and `white` below. */
enum { ENHANCE_BOX_BIT = 1 << 0, ENHANCE_BLACK_BIT = 1 << 11, ENHANCE_WHITE_BIT = 1 << 12 };
/* Up to so many pixels are measured as they are: a smaller rendering mixes them, and its 0.5 % came
 * up to 16 levels nearer to the middle, in photographs and in fine print alike. What is larger is
 * measured at MEASURE_EDGE pixels along its longer side. */
enum { MEASURE_PIXELS = 4 << 20, MEASURE_EDGE = 512 };

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

/* ---- functions of one pixel ----------------------------------------------------------------- */

static double limit(double v)
{
    return v < 0 ? 0 : v > 255 ? 255 : v;
}

/* autocontrast, brightness, contrast and gamma are one function of a level. Above 1 gamma
 * lightens. */
static void fill_table(const struct enhance_args *e, uint8_t map[256])
{
    for (int v = 0; v < 256; v++) {
        double x = v;
        if (is_stretched(e))
            x = limit((x - e->black) * 255 / (e->white - e->black));
        x = limit(x + e->brightness * 255);
        x = limit((x - 127.5) * e->contrast + 127.5);
        if (e->gamma != 1)
            x = 255 * fov__pow_unit(x / 255, 1 / e->gamma);
        map[v] = (uint8_t)fov__rint(x);
    }
}

/* autocontrast to grayscale. */
static void tone_of(const struct enhance_args *e, struct fov__tone *tone)
{
    fill_table(e, tone->lut.map);
    fov__lut_prepare(&tone->lut);
    tone->saturation = (int32_t)fov__rint(e->saturation * 65536);
    tone->is_grey = e->grayscale;
}

/* ---- resolve -------------------------------------------------------------------------------- */

/* The luma levels below and above which 0.5 % of the pixels lie. */
enum { TAIL = 50 };

static fov_status find_tails(struct enhance_args *e, fov_op_io *io, const struct fov_pixels *px,
                             fov_error *err)
{
    const struct fov__filter filter = {io->ctx, io->cancel, "enhance"};
    const struct fov__view view = {px->data, px->stride, px->width, px->height, px->bands};
    uint32_t levels[256];
    const fov_status rc = fov__histogram_luma(&filter, &view, levels, err);
    if (rc < 0)
        return rc;
    fov__histogram_tails(levels, TAIL, &e->black, &e->white);
    if (e->white <= e->black) { /* one level only: nothing to stretch */
        e->black = 0;
        e->white = 255;
    }
    e->head.given |= ENHANCE_BLACK_BIT | ENHANCE_WHITE_BIT;
    return FOV_OK;
}

static fov_status measure(struct enhance_args *e, fov_op_io *io, fov_error *err)
{
    const uint32_t both = ENHANCE_BLACK_BIT | ENHANCE_WHITE_BIT;
    if (!e->autocontrast || (e->head.given & both) == both)
        return FOV_OK;
    const fov_box box = part_of(e, io->in);
    const double w = box.x2 - box.x1, h = box.y2 - box.y1, longest = w > h ? w : h;
    const bool is_whole = w * h <= MEASURE_PIXELS || longest <= MEASURE_EDGE;
    const double scale = is_whole ? 1.0 : MEASURE_EDGE / longest;
    const double width = fov__rint(w * scale), height = fov__rint(h * scale);
    struct fov_pixels *px = NULL;
    fov_status rc = io->render(io, 0, box, width < 1 ? 1 : (int32_t)width,
                               height < 1 ? 1 : (int32_t)height, &px, err);
    if (rc < 0)
        return rc;
    rc = find_tails(e, io, px, err);
    fov__pixels_unref(px);
    return rc;
}

static fov_status enhance_resolve(void *args, fov_op_io *io, fov_op_fault *fault, fov_error *err)
{
    struct enhance_args *e = args;
    const fov_status rc = measure(e, io, err);
    (void)fault;
    if (rc < 0)
        return rc;
    tone_of(e, &e->tone);
    e->cpu = io->ctx->cpu;
    e->is_prepared = true;
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

/* ---- point ---------------------------------------------------------------------------------- */

static void enhance_point(const void *args, uint8_t *pixels, size_t n, int32_t bands)
{
    const struct enhance_args *e = args;
    struct fov__tone made;
    if (!e->is_prepared)
        tone_of(e, &made);
    const struct fov__tone *tone = e->is_prepared ? &e->tone : &made;
    if (!fov__tone_is_neutral(tone))
        fov__tone_pixels(e->cpu, tone, pixels, pixels, n, bands);
    if (e->invert)
        fov__invert_pixels(e->cpu, pixels, n, bands);
}

/* ---- run: a barrier ------------------------------------------------------------------------- */

/* What a run works on: the box of the input, of the output, and where the latest step's result
 * lies: in one of them or, once grey, in `plane`. */
struct enhancing {
    const struct enhance_args *e;
    struct fov__filter filter;
    struct fov__tone tone;
    struct fov__view in, out, plane;
};

static fov_status look(const struct enhancing *w, fov_error *err)
{
    if (!fov_cancel_is_set(w->filter.cancel))
        return FOV_OK;
    return fov__fail(err, FOV_E_CANCELLED, 0, "enhance", "the caller cancelled");
}

static fov_status take_tone(struct enhancing *w, fov_error *err)
{
    const size_t width = (size_t)w->out.width;
    fov_status rc = FOV_OK;
    for (int32_t y = 0; rc == FOV_OK && y < w->out.height; y++) {
        fov__tone_pixels(w->filter.ctx->cpu, &w->tone, fov__view_row(&w->out, y),
                         fov__view_row(&w->in, y), width, w->out.bands);
        rc = y % 16 == 0 ? look(w, err) : FOV_OK;
    }
    w->in = w->out;
    return rc;
}

static fov_status take_neighbours(struct enhancing *w, fov_error *err)
{
    fov_status rc = FOV_OK;
    if (w->e->clahe > 0) {
        rc = fov__filter_clahe(&w->filter, &w->in, &w->out, w->e->clahe, err);
        w->in = w->out;
    }
    if (rc == FOV_OK && w->e->sharpen > 0)
        rc = fov__filter_sharpen(&w->filter, &w->in, &w->out, w->e->sharpen, err);
    return rc;
}

static fov_status enhance_colours(struct enhancing *w, fov_error *err)
{
    fov_status rc = FOV_OK;
    if (!fov__tone_is_neutral(&w->tone))
        rc = take_tone(w, err);
    if (rc == FOV_OK)
        rc = take_neighbours(w, err);
    for (int32_t y = 0; rc == FOV_OK && w->e->invert && y < w->out.height; y++)
        fov__invert_pixels(w->filter.ctx->cpu, fov__view_row(&w->out, y), (size_t)w->out.width,
                           w->out.bands);
    return rc;
}

/* Luma after the other steps of tone, a byte a pixel. The output's row holds what lies between. */
static fov_status make_plane(struct enhancing *w, fov_error *err)
{
    const enum fov__cpu cpu = w->filter.ctx->cpu;
    const size_t width = (size_t)w->in.width;
    fov_status rc = FOV_OK;
    w->tone.is_grey = false;
    const bool is_straight = fov__tone_is_neutral(&w->tone) && w->in.bands == 3;
    for (int32_t y = 0; rc == FOV_OK && y < w->in.height; y++) {
        const uint8_t *row = fov__view_row(&w->in, y);
        if (!is_straight) {
            fov__tone_pixels(cpu, &w->tone, fov__view_row(&w->out, y), row, width, w->in.bands);
            row = fov__view_row(&w->out, y);
        }
        fov__luma_pixels(cpu, fov__view_row(&w->plane, y), row, width, w->in.bands);
        rc = y % 16 == 0 ? look(w, err) : FOV_OK;
    }
    return rc;
}

/* After grayscale all colours are alike, and so is what becomes of them: a third of the work. */
static fov_status enhance_grey(struct enhancing *w, fov_error *err)
{
    const enum fov__cpu cpu = w->filter.ctx->cpu;
    const struct fov__view out = w->out;
    const size_t width = (size_t)out.width, size = width * (size_t)out.height;
    uint8_t *plane = fov__alloc(w->filter.ctx, size);
    if (plane == NULL)
        return fov__fail_memory(err, "enhance", size);
    w->plane = (struct fov__view){plane, width, out.width, out.height, 1};
    fov_status rc = make_plane(w, err);
    w->in = w->out = w->plane;
    if (rc == FOV_OK)
        rc = take_neighbours(w, err);
    for (int32_t y = 0; rc == FOV_OK && y < out.height; y++) {
        uint8_t *row = fov__view_row(&w->plane, y);
        if (w->e->invert)
            fov__invert_pixels(cpu, row, width, 1);
        fov__spread_grey(cpu, fov__view_row(&out, y), row, width, out.bands);
    }
    fov__free(w->filter.ctx, plane);
    return rc;
}

/* Rows [y1, y2) and columns [x1, x2) as they were, opaque where alpha is new. */
static void copy_part(const struct fov_pixels *px, struct fov_pixels *out, int32_t y1, int32_t y2,
                      int32_t x1, int32_t x2)
{
    for (int32_t y = y1; y < y2; y++) {
        const uint8_t *from = fov__pixels_row(px, y) + (size_t)x1 * (size_t)px->bands;
        uint8_t *to = fov__pixels_row(out, y) + (size_t)x1 * (size_t)out->bands;
        if (px->bands == out->bands) {
            memcpy(to, from, (size_t)(x2 - x1) * (size_t)out->bands);
            continue;
        }
        for (int32_t x = x1; x < x2; x++, from += px->bands, to += out->bands) {
            memcpy(to, from, 3);
            if (out->bands == 4)
                to[3] = 255;
        }
    }
}

static struct fov__view view_of(const struct fov_pixels *px, fov_box box)
{
    return (struct fov__view){
        fov__pixels_row(px, (int32_t)box.y1) + (size_t)box.x1 * (size_t)px->bands, px->stride,
        (int32_t)(box.x2 - box.x1), (int32_t)(box.y2 - box.y1), px->bands};
}

static fov_status enhance_box(struct enhancing *w, fov_error *err)
{
    fov_status rc = FOV_OK;
    tone_of(w->e, &w->tone);
    if (w->e->denoise > 0) {
        rc = fov__filter_median(&w->filter, &w->in, &w->out, w->e->denoise, err);
        w->in = w->out;
    }
    if (rc < 0)
        return rc;
    return w->e->grayscale ? enhance_grey(w, err) : enhance_colours(w, err);
}

static fov_status enhance_run(const void *args, fov_op_io *io, struct fov_pixels *const *out,
                              fov_op_fault *fault, fov_error *err)
{
    const struct enhance_args *e = args;
    const fov_box box = part_of(e, io->in);
    const int32_t x1 = (int32_t)box.x1, x2 = (int32_t)box.x2, y1 = (int32_t)box.y1,
                  y2 = (int32_t)box.y2, width = out[0]->width, height = out[0]->height;
    struct enhancing w = {.e = e, .filter = {io->ctx, io->cancel, "enhance"}};
    struct fov_pixels *px = NULL;
    fov_status rc = io->render(io, 0, (fov_box){0, 0, width, height}, width, height, &px, err);
    (void)fault;
    if (rc < 0)
        return rc;
    copy_part(px, out[0], 0, y1, 0, width);
    copy_part(px, out[0], y1, y2, 0, x1);
    copy_part(px, out[0], y1, y2, x2, width);
    copy_part(px, out[0], y2, height, 0, width);
    w.out = view_of(out[0], box);
    w.in = px->bands == out[0]->bands ? view_of(px, box) : w.out;
    if (px->bands != out[0]->bands)
        copy_part(px, out[0], y1, y2, x1, x2);
    rc = enhance_box(&w, err);
    fov__pixels_unref(px);
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
    .presets = FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
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
