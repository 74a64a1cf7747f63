/* SPDX-License-Identifier: MIT */
/* isolate_color: one line among many, one series, one stamp: whatever has a colour is kept or taken
 * away. Which pixels those are is decided on the image's own grid, never at the delivered size,
 * where a thin line is a mixture with its ground and would be lost: so it is a barrier.
 *
 * What is not shown becomes the colour of the box's border, which stands for the ground, on white
 * pages as on dark ones. */
#include "op/op_look_internal.h"

enum { MODE_KEEP, MODE_FADE, MODE_REMOVE };
static const char *const modes[] = {"keep", "fade", "remove", NULL};

struct isolate_color_args {
    fov_op_args_head head;
    fov_op_color color;
    double tolerance;
    int32_t mode;
    fov_box box;
    fov_op_color fill, nearest; /* found by resolve; likewise the part of the pixels */
    double share;
};
/* 1 << the indices of `box` and of what resolve records. */
enum { BOX_BIT = 1 << 3, FILL_BIT = 1 << 4, NEAREST_BIT = 1 << 5, SHARE_BIT = 1 << 6 };

/* What a ground differs by at least from the colour that stands out on it; pixels that are measured
 * at a time; in 1/16 what fading leaves of a difference in light; levels that a mixture of colour
 * and ground may lie beside the line between them. */
#define DISTINCT 20.0
enum { STRIP = 1 << 21, FADED = 5, BESIDE = 32 };

static fov_box part_of(const struct isolate_color_args *a, const fov_op_frame *in)
{
    return (a->head.given & BOX_BIT) != 0 ? a->box : (fov_box){0, 0, in->width, in->height};
}

/* ---- resolve -------------------------------------------------------------------------------- */

static fov_status find_fill(struct isolate_color_args *a, fov_op_io *io, fov_error *err)
{
    static const fov_op_color white = {255, 255, 255}, black = {0, 0, 0}, grey = {128, 128, 128};
    const struct fov__lab color = fov__look_lab(a->color);
    fov_op_color border;
    const fov_status rc = fov__look_border(io, part_of(a, io->in), &border, err);
    if (rc < 0)
        return rc;
    const double apart = a->tolerance > DISTINCT ? a->tolerance : DISTINCT;
    if (fov__delta_e2000(fov__look_lab(border), color) > apart)
        a->fill = border;
    else if (a->mode == MODE_REMOVE) /* the ground itself: neither dark nor pale things may sink */
        a->fill = grey;
    else
        a->fill = fov__delta_e2000(fov__look_lab(white), color) >=
                          fov__delta_e2000(fov__look_lab(black), color)
                      ? white
                      : black;
    a->head.given |= FILL_BIT;
    return FOV_OK;
}

static fov_status count_strip(const struct isolate_color_args *a, fov_op_io *io, fov_box box,
                              uint64_t *count, fov_error *err)
{
    const struct fov__filter filter = {io->ctx, io->cancel, "isolate_color"};
    const size_t n = (size_t)(box.x2 - box.x1) * (size_t)(box.y2 - box.y1);
    struct fov_pixels *px = NULL;
    fov_status rc = fov__look(io, box, FOV__LOOK_ALL, &px, err);
    uint8_t *near = rc == FOV_OK ? fov__alloc(io->ctx, n) : NULL;
    if (rc == FOV_OK && near == NULL)
        rc = fov__fail_memory(err, "isolate_color", n);
    if (rc == FOV_OK) {
        const struct fov__view in = fov__look_view(px),
                               out = {near, (size_t)px->width, px->width, px->height, 1};
        rc = fov__filter_delta_e(&filter, &in, &out, fov__look_lab(a->color), a->tolerance, err);
    }
    for (size_t i = 0; rc == FOV_OK && i < n; i++)
        *count += near[i] >> 7;
    fov__free(io->ctx, near);
    fov__pixels_unref(px);
    return rc;
}

static fov_status find_share(struct isolate_color_args *a, fov_op_io *io, fov_error *err)
{
    const fov_box box = part_of(a, io->in);
    const double width = box.x2 - box.x1, rows = width > STRIP ? 1 : fov__floor(STRIP / width);
    uint64_t count = 0;
    for (double y = box.y1; y < box.y2; y += rows) {
        const fov_box strip = {box.x1, y, box.x2, y + rows < box.y2 ? y + rows : box.y2};
        const fov_status rc = count_strip(a, io, strip, &count, err);
        if (rc < 0)
            return rc;
    }
    a->share = fov__rint((double)count * 1e8 / (width * (box.y2 - box.y1))) / 1e8;
    if (a->share == 0 && count > 0)
        a->share = 1e-8;
    a->head.given |= SHARE_BIT;
    return FOV_OK;
}

/* Nothing was found: which of the main colours may have been meant? */
static fov_status find_nearest(struct isolate_color_args *a, fov_op_io *io, fov_error *err)
{
    const struct fov__filter filter = {io->ctx, io->cancel, "isolate_color"};
    struct fov__palette found;
    struct fov_pixels *px = NULL;
    double least = 0;
    fov_status rc = fov__look(io, part_of(a, io->in), FOV__LOOK_COLOURS, &px, err);
    if (rc < 0)
        return rc;
    const struct fov__view view = fov__look_view(px);
    rc = fov__palette_find(&filter, &view, FOV__PALETTE_MAX, &found, err);
    fov__pixels_unref(px);
    if (rc < 0)
        return rc;
    for (int32_t i = 0; i < found.n; i++) {
        const double d = fov__delta_e2000(fov__lab_of(found.color[i].rgb), fov__look_lab(a->color));
        if (i > 0 && d >= least)
            continue;
        least = d;
        a->nearest =
            (fov_op_color){found.color[i].rgb[0], found.color[i].rgb[1], found.color[i].rgb[2]};
    }
    a->head.given |= NEAREST_BIT;
    return FOV_OK;
}

static fov_status isolate_color_resolve(void *args, fov_op_io *io, fov_op_fault *fault,
                                        fov_error *err)
{
    struct isolate_color_args *a = args;
    fov_status rc = FOV_OK;
    (void)fault;
    if ((a->head.given & FILL_BIT) == 0)
        rc = find_fill(a, io, err);
    if (rc == FOV_OK && (a->head.given & SHARE_BIT) == 0)
        rc = find_share(a, io, err);
    if (rc == FOV_OK && a->share == 0 && (a->head.given & NEAREST_BIT) == 0)
        rc = find_nearest(a, io, err);
    return rc;
}

/* ---- plan ----------------------------------------------------------------------------------- */

static void say_share(char *out, size_t size, double share)
{
    const double percent = share * 100;
    if (percent >= 99.95 && share < 1)
        fov__format(out, size, "nearly all pixels are");
    else if (percent < 0.01)
        fov__format(out, size, "under 0.01 %% of the pixels are");
    else
        fov__format(out, size,
                    percent < 1 ? "%.2f %% of the pixels are" : "%.1f %% of the pixels are",
                    percent);
}

static void say(const struct isolate_color_args *a, fov_op_plan *out)
{
    const fov_op_color c = a->color, n = a->nearest, f = a->fill;
    char part[48], rest[48];
    if (a->share == 0) {
        fov__format(out->note, sizeof(out->note),
                    "no pixel is within %g of #%02x%02x%02x; the nearest main colour is "
                    "#%02x%02x%02x, %.1f away",
                    a->tolerance, c.r, c.g, c.b, n.r, n.g, n.b,
                    fov__delta_e2000(fov__look_lab(n), fov__look_lab(c)));
        return;
    }
    say_share(part, sizeof(part), a->share);
    if (a->mode == MODE_FADE)
        fov__format(rest, sizeof(rest), "kept; all else is faded");
    else
        fov__format(rest, sizeof(rest),
                    a->mode == MODE_KEEP ? "kept; all else is #%02x%02x%02x" : "now #%02x%02x%02x",
                    f.r, f.g, f.b);
    fov__format(out->note, sizeof(out->note), "%s within %g of #%02x%02x%02x and %s", part,
                a->tolerance, c.r, c.g, c.b, rest);
}

static fov_status isolate_color_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                                     fov_op_plan *out, fov_op_fault *fault)
{
    const struct isolate_color_args *a = args;
    (void)in_count;
    (void)fault;
    fov_op_plan_same(out, in, FOV_OP_EFFECT_BARRIER);
    if ((a->head.given & SHARE_BIT) != 0)
        say(a, out);
    return FOV_OK;
}

/* ---- run ------------------------------------------------------------------------------------ */

/* A smooth edge is a mixture of the colour and the ground, one pixel wide. It goes with its colour:
 * kept strokes stay whole, and none leaves its outline behind. */
static bool is_mixture(const struct isolate_color_args *a, const uint8_t *rgb)
{
    const int32_t d[3] = {a->color.r - a->fill.r, a->color.g - a->fill.g, a->color.b - a->fill.b};
    const int32_t e[3] = {rgb[0] - a->fill.r, rgb[1] - a->fill.g, rgb[2] - a->fill.b};
    int64_t dd = 0, de = 0, ee = 0;
    for (int c = 0; c < 3; c++) {
        dd += d[c] * d[c];
        de += d[c] * e[c];
        ee += e[c] * e[c];
    }
    return de > 0 && de <= dd && dd * ee - de * de <= (int64_t)BESIDE * BESIDE * dd;
}

static bool touches(const struct fov__view *mask, int32_t x, int32_t y)
{
    const int32_t x1 = x > 0 ? x - 1 : 0, x2 = x + 2 < mask->width ? x + 2 : mask->width;
    const int32_t y1 = y > 0 ? y - 1 : 0, y2 = y + 2 < mask->height ? y + 2 : mask->height;
    for (int32_t v = y1; v < y2; v++) {
        const uint8_t *row = fov__view_row(mask, v);
        for (int32_t u = x1; u < x2; u++) {
            if (row[u] != 0)
                return true;
        }
    }
    return false;
}

/* `rgb` is the pixel as it is seen. Faded things are grey: a colour would be one more. */
static void hide(const struct isolate_color_args *a, uint8_t *out, const uint8_t *rgb,
                 int32_t bands)
{
    const uint8_t fill[3] = {a->fill.r, a->fill.g, a->fill.b};
    memcpy(out, fill, 3);
    if (a->mode == MODE_FADE) {
        const int32_t ground = fov__luma(fill);
        memset(out, fov__clamp_u8(ground + (fov__luma(rgb) - ground) * FADED / 16), 3);
    }
    if (bands == 4)
        out[3] = 255;
}

static fov_status isolate(const struct isolate_color_args *a, fov_op_io *io, fov_box box,
                          struct fov_pixels *out, fov_error *err)
{
    const struct fov__filter filter = {io->ctx, io->cancel, "isolate_color"};
    const int32_t x1 = (int32_t)box.x1, y1 = (int32_t)box.y1, w = (int32_t)(box.x2 - box.x1),
                  h = (int32_t)(box.y2 - box.y1);
    struct fov_pixels *px = NULL;
    uint8_t *near = NULL;
    fov_status rc = fov__look(io, box, FOV__LOOK_ALL, &px, err);
    if (rc < 0)
        return rc;
    const struct fov__view in = fov__look_view(px);
    const size_t size = (size_t)w * (size_t)h;
    near = fov__alloc(io->ctx, size);
    const struct fov__view mask = {near, (size_t)w, w, h, 1};
    rc = near != NULL
             ? fov__filter_delta_e(&filter, &in, &mask, fov__look_lab(a->color), a->tolerance, err)
             : fov__fail_memory(err, "isolate_color", size);
    const bool is_removed = a->mode == MODE_REMOVE;
    for (int32_t y = 0; rc == FOV_OK && y < h; y++) {
        uint8_t *to = fov__pixels_row(out, y1 + y) + (size_t)x1 * (size_t)out->bands;
        const uint8_t *from = fov__view_row(&in, y), *is_near = fov__view_row(&mask, y);
        for (int32_t x = 0; x < w; x++, to += out->bands, from += 3) {
            const bool is_it = is_near[x] != 0 || (touches(&mask, x, y) && is_mixture(a, from));
            if (is_it == is_removed)
                hide(a, to, from, out->bands);
        }
    }
    fov__free(io->ctx, near);
    fov__pixels_unref(px);
    return rc;
}

static fov_status isolate_color_run(const void *args, fov_op_io *io, struct fov_pixels *const *out,
                                    fov_op_fault *fault, fov_error *err)
{
    const struct isolate_color_args *a = args;
    (void)fault;
    const fov_status rc = fov__look_copy(io, out[0], err);
    return rc < 0 ? rc : isolate(a, io, part_of(a, io->in), out[0], err);
}

static const fov_op_param_row isolate_color_params[] = {
    FOV_OP_COLOR(isolate_color_args, color, FOV_PARAM_REQUIRED, 0xff0000,
                 "as sample or palette tell it"),
    FOV_OP_NUM(isolate_color_args, tolerance, 0, 100, 10, "Delta E 2000",
               "Delta E 2000; 2 is hardly seen, 20 a clear difference"),
    FOV_OP_ENUM(isolate_color_args, mode, 0, modes, MODE_KEEP,
                "keep hides all else, fade pales it (axes stay readable), remove hides the colour"),
    FOV_OP_BOX(isolate_color_args, box, "bbox_2d", 0, "only this part is changed"),
    FOV_OP_COLOR(isolate_color_args, fill, FOV_PARAM_HIDDEN, 0xffffff, "colour of what is hidden"),
    FOV_OP_COLOR(isolate_color_args, nearest, FOV_PARAM_HIDDEN, 0x000000,
                 "the main colour nearest to one that is not there"),
    FOV_OP_NUM_F(isolate_color_args, share, FOV_PARAM_HIDDEN, 0, 1, 0, "",
                 "part of the pixels that have the colour"),
    FOV_OP_END};

static const fov_op_example_row isolate_color_examples[] = {
    {"{\"color\":\"#d62728\"}", "1000x500"},
    {"{\"color\":\"red\",\"tolerance\":20,\"mode\":\"fade\"}", "1000x500"},
    {"{\"color\":\"#0000c8\",\"mode\":\"remove\",\"box\":[100,100,400,300]}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_isolate_color = {
    .name = "isolate_color",
    .since = "0.1.0",
    .summary = "Show one colour alone, or take it away.",
    .when =
        "Use it to follow one series among several that cross, to count marks of one colour, or to "
        "take a stamp off a text.",
    .kind = FOV_OP_PIXELS,
    .presets = FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = isolate_color_params,
    .args_size = sizeof(struct isolate_color_args),
    .examples = isolate_color_examples,
    .resolve = isolate_color_resolve,
    .plan = isolate_color_plan,
    .run = isolate_color_run,
};
