/* SPDX-License-Identifier: MIT */
/* rotate: clockwise as seen, about the centre. Quarter turns move whole pixels and stay lossless;
 * any other angle uncovers corners, which show the picture's own border colour, so that a page
 * stays a page and no black wedge looks like content. "auto" looks for the angle that brings the
 * lines of a page or chart level, and the recipe keeps what was found. */
#include "op/op_internal.h"
#include "op/op_look_internal.h"
#include "op/op_skew_internal.h"

struct rotate_args {
    fov_op_args_head head;
    double degrees; /* NAN: to be found */
    bool expand;
    fov_op_color fill;
    int32_t found;
};
/* 1 << the indices of `fill` and `found` below. */
enum { ROTATE_FILL_BIT = 1 << 2, ROTATE_FOUND_BIT = 1 << 3 };
enum { FOUND_GIVEN, FOUND_ANGLE, FOUND_NOTHING };

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

/* The whole of input 0, its longest side at most `edge`. */
static fov_status render_small(fov_op_io *io, int32_t edge, struct fov_pixels **out, fov_error *err)
{
    const double w = io->in->width, h = io->in->height;
    const double longest = w > h ? w : h;
    const double scale = longest > edge ? edge / longest : 1.0;
    const double small_w = fov__rint(w * scale), small_h = fov__rint(h * scale);
    return io->render(io, 0, (fov_box){0, 0, w, h}, small_w < 1 ? 1 : (int32_t)small_w,
                      small_h < 1 ? 1 : (int32_t)small_h, out, err);
}

static fov_status find_degrees(struct rotate_args *rotate, fov_op_io *io, fov_error *err)
{
    struct fov_pixels *px = NULL;
    int32_t skew = 0;
    bool is_found = false;
    fov_status rc = render_small(io, FOV__SKEW_EDGE, &px, err);
    if (rc == FOV_OK)
        rc = fov__skew_find(px, io->cancel, &skew, &is_found, err);
    fov__pixels_unref(px);
    if (rc < 0)
        return rc;
    rotate->degrees = is_found ? -skew / 20.0 + 0.0 : 0;
    rotate->found = is_found ? FOUND_ANGLE : FOUND_NOTHING;
    rotate->head.given |= ROTATE_FOUND_BIT;
    return FOV_OK;
}

static fov_status rotate_resolve(void *args, fov_op_io *io, fov_op_fault *fault, fov_error *err)
{
    struct rotate_args *rotate = args;
    struct fov_pixels *px = NULL;
    fov_status rc = FOV_OK;
    (void)fault;
    if (rotate->degrees != rotate->degrees)
        rc = find_degrees(rotate, io, err);
    if (rc < 0 || (rotate->head.given & ROTATE_FILL_BIT) != 0 || !uncovers(rotate, io->in))
        return rc;
    rc = render_small(io, RING_EDGE, &px, err);
    if (rc < 0)
        return rc;
    rotate->fill = fov__look_border_of(px);
    rotate->head.given |= ROTATE_FILL_BIT;
    fov__pixels_unref(px);
    return FOV_OK;
}

static void say(const struct rotate_args *rotate, bool is_filled, char *note, size_t size)
{
    char degrees[32];
    fov__double_text(degrees, rotate->degrees);
    note[0] = '\0';
    if (rotate->found == FOUND_NOTHING)
        fov__format(note, size,
                    "not turned: no lines were found within %d degrees of level; give degrees",
                    FOV__SKEW_DEGREES);
    else if (rotate->found == FOUND_ANGLE && rotate->degrees == 0)
        fov__format(note, size, "its lines are level already");
    else if (rotate->found == FOUND_ANGLE)
        fov__format(note, size, "levelled by degrees=%s", degrees);
    const size_t used = strlen(note);
    if (is_filled && (rotate->head.given & ROTATE_FILL_BIT) != 0)
        fov__format(note + used, size - used,
                    "%suncovered corners are filled with the border's colour #%02x%02x%02x",
                    used > 0 ? "; " : "", rotate->fill.r, rotate->fill.g, rotate->fill.b);
}

static fov_status rotate_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                              fov_op_plan *out, fov_op_fault *fault)
{
    struct rotate_args whole = *(const struct rotate_args *)args;
    const struct rotate_args *rotate = &whole;
    (void)in_count;
    (void)fault;
    if (whole.degrees != whole.degrees)
        whole.degrees = 0; /* planned before it was looked for */
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
    if (out->output[0].is_clipped)
        out->output[0].fill = rotate->fill;
    say(rotate, out->output[0].is_clipped, out->note, sizeof(out->note));
    return FOV_OK;
}

static const fov_op_param_row rotate_params[] = {
    FOV_OP_NUM_F(
        rotate_args, degrees, FOV_PARAM_REQUIRED | FOV_PARAM_AUTO, -360, 360, 90, "degrees",
        "degrees, positive turns clockwise; auto levels a page that is aslant by up to 15"),
    FOV_OP_BOOL(rotate_args, expand, 1, "grow the frame so that no corner is cut off"),
    FOV_OP_COLOR(rotate_args, fill, FOV_PARAM_HIDDEN, 0xffffff, "colour of uncovered corners"),
    FOV_OP_INT(rotate_args, found, FOV_PARAM_HIDDEN, 0, 2, 0, "",
               "how degrees came about: 0 given, 1 found in the picture, 2 looked for in vain"),
    FOV_OP_END};

static const fov_op_example_row rotate_examples[] = {
    {"{\"degrees\":90}", "500x1000"},       {"{\"degrees\":-180}", "1000x500"},
    {"{\"degrees\":30}", "1117x934"},       {"{\"degrees\":-7.5,\"expand\":false}", "1000x500"},
    {"{\"degrees\":\"auto\"}", "1000x500"}, {NULL, NULL}};

const fov_op_def fov__op_rotate = {
    .name = "rotate",
    .since = "0.1.0",
    .summary = "Turn an image clockwise by degrees.",
    .when =
        "Use it when text or a chart stands sideways, upside down or aslant: turn it until its "
        "lines run level, then read. Give the angle that brings it upright, such as 90, -90, 180 "
        "or -7.5, or auto for a page that is a little aslant.",
    .kind = FOV_OP_GEOMETRY,
    .presets = FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = rotate_params,
    .args_size = sizeof(struct rotate_args),
    .examples = rotate_examples,
    .resolve = rotate_resolve,
    .plan = rotate_plan,
};
