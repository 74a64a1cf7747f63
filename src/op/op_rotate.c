/* SPDX-License-Identifier: MIT */
/* rotate: clockwise as seen, about the centre. Quarter turns move whole pixels and stay lossless;
 * any other angle uncovers corners, which show the picture's own border colour, so that a page
 * stays a page and no black wedge looks like content. */
#include "op/op_internal.h"

struct rotate_args {
    fov_op_args_head head;
    double degrees;
    bool expand;
    fov_op_color fill;
};
enum { ROTATE_FILL_BIT = 4 }; /* 1 << the index of `fill` below */

/* The ring is looked at in a picture no larger than this: the median of a border does not get
 * better with more pixels. */
enum { RING_EDGE = 256 };

static bool is_quarter(double degrees)
{
    return degrees == 90.0 * fov__rint(degrees / 90.0);
}

/* Whether places of the output lie outside the input. */
static bool uncovers(const struct rotate_args *rotate, const fov_op_frame *in)
{
    if (!is_quarter(rotate->degrees))
        return true;
    const bool lies_across = (int64_t)(rotate->degrees / 90.0) % 2 != 0;
    return lies_across && !rotate->expand && in->width != in->height;
}

static uint8_t median_of(const uint32_t counts[256], uint32_t total)
{
    uint32_t seen = 0;
    for (int v = 0; v < 256; v++) {
        seen += counts[v];
        if (seen * 2 >= total)
            return (uint8_t)v;
    }
    return 255;
}

struct ring {
    uint32_t counts[3][256];
    uint32_t total;
};

static void ring_add(struct ring *ring, const uint8_t *pixel, int32_t bands)
{
    const uint32_t alpha = bands == 4 ? pixel[3] : 255;
    for (int c = 0; c < 3; c++) /* seen on white, as a delivery flattens it */
        ring->counts[c][(pixel[c] * alpha + 255 * (255 - alpha) + 127) / 255]++;
    ring->total++;
}

/* Per channel the median of the outermost pixels. */
static fov_op_color border_colour(const struct fov_pixels *px)
{
    struct ring ring;
    memset(&ring, 0, sizeof(ring));
    const int32_t last_x = px->width - 1, last_y = px->height - 1;
    for (int32_t y = 0; y <= last_y; y++) {
        const uint8_t *row = fov__pixels_row(px, y);
        const int32_t step = y == 0 || y == last_y || last_x == 0 ? 1 : last_x;
        for (int32_t x = 0; x <= last_x; x += step)
            ring_add(&ring, row + (size_t)x * (size_t)px->bands, px->bands);
    }
    return (fov_op_color){median_of(ring.counts[0], ring.total),
                          median_of(ring.counts[1], ring.total),
                          median_of(ring.counts[2], ring.total)};
}

static fov_status rotate_resolve(void *args, fov_op_io *io, fov_op_fault *fault, fov_error *err)
{
    struct rotate_args *rotate = args;
    (void)fault;
    if ((rotate->head.given & ROTATE_FILL_BIT) != 0 || !uncovers(rotate, io->in))
        return FOV_OK;
    const double w = io->in->width, h = io->in->height;
    const double longest = w > h ? w : h;
    const double scale = longest > RING_EDGE ? RING_EDGE / longest : 1.0;
    const double ring_w = fov__rint(w * scale), ring_h = fov__rint(h * scale);
    struct fov_pixels *px = NULL;
    const fov_status rc = io->render(io, 0, (fov_box){0, 0, w, h}, ring_w < 1 ? 1 : (int32_t)ring_w,
                                     ring_h < 1 ? 1 : (int32_t)ring_h, &px, err);
    if (rc < 0)
        return rc;
    rotate->fill = border_colour(px);
    rotate->head.given |= ROTATE_FILL_BIT;
    fov__pixels_unref(px);
    return FOV_OK;
}

static fov_status rotate_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                              fov_op_plan *out, fov_op_fault *fault)
{
    const struct rotate_args *rotate = args;
    (void)in_count;
    (void)fault;
    double s, c, width = in->width, height = in->height;
    fov__sincos_deg(rotate->degrees, &s, &c);
    if (rotate->expand) {
        const double as = s < 0 ? -s : s, ac = c < 0 ? -c : c;
        width = fov__ceil(in->width * ac + in->height * as - 1e-6);
        height = fov__ceil(in->width * as + in->height * ac - 1e-6);
    }
    struct fov_mat to_input =
        fov__mat_mul(fov__mat_translate(in->width / 2.0, in->height / 2.0),
                     fov__mat_mul(fov__mat_rotate(-rotate->degrees),
                                  fov__mat_translate(-width / 2, -height / 2)));
    if (is_quarter(rotate->degrees)) {
        /* Without `expand` the centres may lie half a pixel apart; whole pixels stay whole. */
        to_input.m[2] = fov__floor(to_input.m[2]);
        to_input.m[5] = fov__floor(to_input.m[5]);
    }
    out->output_count = 1;
    out->output[0].effect = FOV_OP_EFFECT_GEOMETRY;
    out->output[0].width = (int32_t)width;
    out->output[0].height = (int32_t)height;
    out->output[0].region_count = 1;
    out->output[0].region[0].box = (fov_box){0, 0, width, height};
    out->output[0].region[0].to_input = to_input;
    out->output[0].is_clipped = uncovers(rotate, in);
    if (out->output[0].is_clipped) {
        out->output[0].fill = rotate->fill;
        if ((rotate->head.given & ROTATE_FILL_BIT) != 0)
            fov__format(out->note, sizeof(out->note),
                        "uncovered corners are filled with the border's colour #%02x%02x%02x",
                        rotate->fill.r, rotate->fill.g, rotate->fill.b);
    }
    return FOV_OK;
}

static const fov_op_param_row rotate_params[] = {
    FOV_OP_NUM_F(rotate_args, degrees, FOV_PARAM_REQUIRED, -360, 360, 90, "degrees",
                 "degrees, positive turns clockwise; 90, 180 and 270 are lossless"),
    FOV_OP_BOOL(rotate_args, expand, 1, "grow the frame so that no corner is cut off"),
    FOV_OP_COLOR(rotate_args, fill, FOV_PARAM_HIDDEN, 0xffffff, "colour of uncovered corners"),
    FOV_OP_END};

static const fov_op_example_row rotate_examples[] = {
    {"{\"degrees\":90}", "500x1000"},
    {"{\"degrees\":-180}", "1000x500"},
    {"{\"degrees\":30}", "1117x934"},
    {"{\"degrees\":-7.5,\"expand\":false}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_rotate = {
    .name = "rotate",
    .since = "0.1.0",
    .summary = "Turn an image clockwise by degrees.",
    .when =
        "Use it when text or a chart stands sideways, upside down or aslant: turn it until its "
        "lines run level, then read. Give the angle that brings it upright, such as 90, -90, 180 "
        "or -7.5.",
    .kind = FOV_OP_GEOMETRY,
    .presets = FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = rotate_params,
    .args_size = sizeof(struct rotate_args),
    .examples = rotate_examples,
    .resolve = rotate_resolve,
    .plan = rotate_plan,
};
