/* SPDX-License-Identifier: MIT */
/* straighten: a page, sign or screen seen from the side, brought square. The four corners become
 * the corners of an upright image whose width is the mean of the upper and the lower edge and whose
 * height that of the left and the right one, in whole pixels: nothing is known of the true ratio,
 * and so neither direction is enlarged on the whole.
 *
 * The first corner becomes the top left, whatever it was: beginning elsewhere turns the image, and
 * the note says so. Going round the other way would mirror it, which `flip` is for, so that is
 * refused with the order that was probably meant. The order of a call is never changed silently. */
#include "image/filter_internal.h"
#include "op/op_internal.h"

struct straighten_args {
    fov_op_args_head head;
    fov_op_points corners;
};

/* The far edge of what is seen from the side may be so much farther than the near one. There a
 * pixel of the result shows as many pixels of the image, and at the near edge one pixel of the
 * image fills as many. */
#define DEPTH_MAX 8.0
/* The sine between the directions of width and height, in the mean: the area over width times
 * height. */
#define SINE_MIN 0.1

static double length(fov_point a, fov_point b)
{
    return fov__sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
}

/* Twice the area of a triangle; above 0 when it goes clockwise as seen. */
static double turn(fov_point a, fov_point b, fov_point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static bool is_clockwise(const fov_point p[4], const int32_t order[4])
{
    for (int i = 0; i < 4; i++) {
        if (!(turn(p[order[i]], p[order[(i + 1) % 4]], p[order[(i + 2) % 4]]) > 0))
            return false;
    }
    return true;
}

/* The order that begins at the same corner and goes clockwise round a convex shape; false when the
 * four make none. */
static bool find_order(const fov_point p[4], int32_t order[4])
{
    static const int32_t all[6][4] = {{0, 1, 2, 3}, {0, 3, 2, 1}, {0, 2, 1, 3},
                                      {0, 3, 1, 2}, {0, 1, 3, 2}, {0, 2, 3, 1}};
    for (int i = 0; i < 6; i++) {
        if (is_clockwise(p, all[i])) {
            memcpy(order, all[i], sizeof(all[i]));
            return true;
        }
    }
    return false;
}

static double largest(const double v[4])
{
    double most = v[0];
    for (int i = 1; i < 4; i++)
        most = v[i] > most ? v[i] : most;
    return most;
}

static double smallest(const double v[4])
{
    double least = v[0];
    for (int i = 1; i < 4; i++)
        least = v[i] < least ? v[i] : least;
    return least;
}

/* A box of that size to a convex quadrilateral, corners in order: P. S. Heckbert, "Fundamentals of
 * texture mapping and image warping" (1989), 2.2.3. A parallelogram stays affine and a box a crop,
 * exactly. */
static struct fov_mat box_to(const fov_point p[4], double width, double height)
{
    const double sx = p[0].x - p[1].x + p[2].x - p[3].x, sy = p[0].y - p[1].y + p[2].y - p[3].y;
    const double ax = p[1].x - p[2].x, ay = p[1].y - p[2].y;
    const double bx = p[3].x - p[2].x, by = p[3].y - p[2].y;
    const double all = ax * by - bx * ay;
    const double g = (sx * by - bx * sy) / all, h = (ax * sy - sx * ay) / all;
    return (struct fov_mat){
        {(p[1].x - p[0].x + g * p[1].x) / width, (p[3].x - p[0].x + h * p[3].x) / height, p[0].x,
         (p[1].y - p[0].y + g * p[1].y) / width, (p[3].y - p[0].y + h * p[3].y) / height, p[0].y,
         g / width + 0.0, h / height + 0.0, 1}};
}

static fov_status refuse_order(const fov_point p[4], fov_op_fault *fault)
{
    static const int32_t backwards[4] = {0, 3, 2, 1};
    int32_t order[4];
    if (!find_order(p, order))
        return fov__fault(fault, FOV_FAULT_OUT_OF_RANGE, "straighten.corners", NULL,
                          "the four corners of a convex shape",
                          "These points are not the corners of a convex shape: one lies between "
                          "or inside the others.");
    const bool is_mirrored = is_clockwise(p, backwards);
    const fov_status rc =
        fov__fault(fault, FOV_FAULT_OUT_OF_RANGE, "straighten.corners", NULL,
                   "clockwise as seen: top left, top right, bottom right, bottom left",
                   is_mirrored ? "The corners go round counter-clockwise, which would mirror the "
                                 "image; give them clockwise (flip mirrors)."
                               : "The edges cross each other; give the corners in order, "
                                 "clockwise.");
    fov__fault_advise_order(fault, "corners", order);
    return rc;
}

static fov_status refuse_shape(const char *allowed, const char *hint, fov_op_fault *fault)
{
    return fov__fault(fault, FOV_FAULT_OUT_OF_RANGE, "straighten.corners", NULL, allowed, "%s",
                      hint);
}

static fov_status judge(const fov_point p[4], double width, double height, fov_op_fault *fault)
{
    static const int32_t as_given[4] = {0, 1, 2, 3};
    /* The depth at a corner is to that at another as the areas of the triangles that leave them
     * out; all of the four areas are above 0 here. */
    const double depth[4] = {turn(p[1], p[2], p[3]), turn(p[2], p[3], p[0]), turn(p[3], p[0], p[1]),
                             turn(p[0], p[1], p[2])};
    if (!is_clockwise(p, as_given))
        return refuse_order(p, fault);
    if (width < 1 - 1e-9 || height < 1 - 1e-9 ||
        depth[0] + depth[2] < 2 * SINE_MIN * width * height)
        return refuse_shape("a shape with some width and height",
                            "The corners lie almost on one line, so there is nothing to make an "
                            "image of; give the four corners of a page, sign or screen.",
                            fault);
    if (largest(depth) > DEPTH_MAX * smallest(depth))
        return refuse_shape("a shape whose opposite edges differ less than 8 times",
                            "This is seen too much from the side: one end would be nothing but "
                            "blur. Give the corners of its nearer part.",
                            fault);
    return FOV_OK;
}

static const char *turned_by(fov_point a, fov_point b)
{
    const double dx = b.x - a.x, dy = b.y - a.y;
    if (dx >= (dy < 0 ? -dy : dy))
        return NULL;
    if (-dx >= (dy < 0 ? -dy : dy))
        return "leftwards";
    return dy > 0 ? "downwards" : "upwards";
}

static fov_status straighten_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                                  fov_op_plan *out, fov_op_fault *fault)
{
    const struct straighten_args *straighten = args;
    const fov_point *p = straighten->corners.v;
    const double across = (length(p[0], p[1]) + length(p[3], p[2])) / 2;
    const double down = (length(p[0], p[3]) + length(p[1], p[2])) / 2;
    const fov_status rc = judge(p, across, down, fault);
    (void)in;
    (void)in_count;
    if (rc < 0)
        return rc;
    const double width = across < 1 ? 1 : fov__rint(across),
                 height = down < 1 ? 1 : fov__rint(down);
    const char *way = turned_by(p[0], p[1]);
    if (way != NULL)
        fov__format(out->note, sizeof(out->note),
                    "turned: the first edge given, which runs %s, is now the upper one", way);
    out->output_count = 1;
    out->output[0].effect = FOV_OP_EFFECT_GEOMETRY;
    out->output[0].width = (int32_t)width;
    out->output[0].height = (int32_t)height;
    out->output[0].region_count = 1;
    out->output[0].region[0].box = (fov_box){0, 0, width, height};
    out->output[0].region[0].to_input = box_to(p, width, height);
    return FOV_OK;
}

static const fov_op_param_row straighten_params[] = {
    FOV_OP_LIST_OF(straighten_args, corners, FOV_PARAM_POINTS, FOV_PARAM_REQUIRED, 4, 4,
                   "clockwise from the corner that shall be the top left"),
    FOV_OP_END};

static const fov_op_example_row straighten_examples[] = {
    {"{\"corners\":[[650,290],[800,270],[800,400],[650,380]]}", "151x110"},
    {"{\"corners\":[[100,100],[500,100],[500,300],[100,300]]}", "400x200"},
    {NULL, NULL}};

const fov_op_def fov__op_straighten = {
    .name = "straighten",
    .since = "0.1.0",
    .summary = "Bring a page, sign or screen that is seen from the side square, by its corners.",
    .when =
        "Use it when something flat was photographed at an angle, so that its lines run together: "
        "give its four corners and read it as if seen from the front.",
    .kind = FOV_OP_GEOMETRY,
    .presets = FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = straighten_params,
    .args_size = sizeof(struct straighten_args),
    .examples = straighten_examples,
    .plan = straighten_plan,
};
