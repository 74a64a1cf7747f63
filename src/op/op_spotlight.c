/* SPDX-License-Identifier: MIT */
/* spotlight: the parts that matter, and nothing that distracts from them. What lies in the boxes is
 * the image's own pixels, byte for byte; the rest is covered, darkened or blurred on the image's
 * grid, or nothing is touched and the boxes are outlined with vectors. */
#include "op/op_look_internal.h"

enum { MODE_MASK, MODE_DIM, MODE_BLUR, MODE_OUTLINE };
static const char *const modes[] = {"mask", "dim", "blur", "outline", NULL};

struct spotlight_args {
    fov_op_args_head head;
    fov_op_boxes boxes;
    int32_t mode;
    fov_op_color fill; /* of mask; found by resolve */
};
enum { FILL_BIT = 1 << 2 }; /* 1 << the index of `fill` below */

/* dim: what is left of the light, in percent. blur: its reach as a part of the shorter side, so
 * that print is past reading while its place still shows. outline: as the default of mark. */
enum { LIGHT_LEFT = 35, REACH_PART = 32, REACH_MIN = 12, STROKE = 3 };
static const fov_op_color outline_color = {255, 0, 0};

static fov_status spotlight_resolve(void *args, fov_op_io *io, fov_op_fault *fault, fov_error *err)
{
    struct spotlight_args *s = args;
    (void)fault;
    if (s->mode != MODE_MASK || (s->head.given & FILL_BIT) != 0)
        return FOV_OK;
    const fov_status rc =
        fov__look_border(io, (fov_box){0, 0, io->in->width, io->in->height}, &s->fill, err);
    if (rc == FOV_OK)
        s->head.given |= FILL_BIT;
    return rc;
}

/* ---- plan ----------------------------------------------------------------------------------- */

static bool covers_all(const struct spotlight_args *s, const fov_op_frame *in)
{
    for (uint32_t i = 0; i < s->boxes.n; i++) {
        const fov_box *box = &s->boxes.v[i];
        if (box->x1 <= 0 && box->y1 <= 0 && box->x2 >= in->width && box->y2 >= in->height)
            return true;
    }
    return false;
}

static fov_status spotlight_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                                 fov_op_plan *out, fov_op_fault *fault)
{
    const struct spotlight_args *s = args;
    (void)in_count;
    (void)fault;
    fov_op_plan_same(out, in,
                     s->mode == MODE_OUTLINE ? FOV_OP_EFFECT_MARKS : FOV_OP_EFFECT_BARRIER);
    const char *what = s->boxes.n == 1 ? "the box" : "the boxes";
    if (covers_all(s, in))
        fov__format(out->note, sizeof(out->note), "a box holds the whole image: nothing to hide");
    else if (s->mode == MODE_MASK && (s->head.given & FILL_BIT) != 0)
        fov__format(out->note, sizeof(out->note),
                    "all beside %s is covered with the border's colour #%02x%02x%02x", what,
                    s->fill.r, s->fill.g, s->fill.b);
    else if (s->mode == MODE_DIM)
        fov__format(out->note, sizeof(out->note), "all beside %s is darkened to %d %%", what,
                    LIGHT_LEFT);
    else if (s->mode == MODE_BLUR)
        fov__format(out->note, sizeof(out->note), "all beside %s is blurred", what);
    return FOV_OK;
}

/* ---- run ------------------------------------------------------------------------------------ */

static void cover(const struct spotlight_args *s, struct fov_pixels *px)
{
    for (int32_t y = 0; y < px->height; y++) {
        uint8_t *row = fov__pixels_row(px, y);
        for (int32_t x = 0; x < px->width; x++, row += 3) {
            row[0] = s->fill.r;
            row[1] = s->fill.g;
            row[2] = s->fill.b;
        }
    }
}

static void darken(struct fov_pixels *px)
{
    uint8_t map[256];
    for (int v = 0; v < 256; v++)
        map[v] = (uint8_t)((v * LIGHT_LEFT + 50) / 100);
    for (int32_t y = 0; y < px->height; y++) {
        uint8_t *row = fov__pixels_row(px, y);
        for (int32_t i = 0; i < 3 * px->width; i++)
            row[i] = map[row[i]];
    }
}

static int32_t reach_of(const struct fov_pixels *px)
{
    const int32_t r = (px->width < px->height ? px->width : px->height) / REACH_PART;
    return r < REACH_MIN ? REACH_MIN : r > FOV__BLUR_MAX ? FOV__BLUR_MAX : r;
}

/* The surroundings, three bands and opaque. */
static fov_status surround(const struct spotlight_args *s, fov_op_io *io, struct fov_pixels *px,
                           fov_error *err)
{
    const struct fov__filter filter = {io->ctx, io->cancel, "spotlight"};
    const struct fov__view view = fov__look_view(px);
    if (s->mode == MODE_BLUR)
        return fov__filter_gauss(&filter, &view, &view, reach_of(px), 0, err);
    if (s->mode == MODE_DIM)
        darken(px);
    else
        cover(s, px);
    return FOV_OK;
}

/* Runs of x that lie in some box of row y. */
static void mark_row(const struct spotlight_args *s, int32_t y, uint8_t *is_lit, int32_t width)
{
    memset(is_lit, 0, (size_t)width);
    for (uint32_t i = 0; i < s->boxes.n; i++) {
        const fov_box *box = &s->boxes.v[i];
        if (y >= box->y1 && y < box->y2)
            memset(is_lit + (size_t)box->x1, 1, (size_t)(box->x2 - box->x1));
    }
}

static void lay_around(const struct spotlight_args *s, const struct fov_pixels *dark,
                       uint8_t *is_lit, struct fov_pixels *out)
{
    for (int32_t y = 0; y < out->height; y++) {
        const uint8_t *from = fov__pixels_row(dark, y);
        uint8_t *to = fov__pixels_row(out, y);
        mark_row(s, y, is_lit, out->width);
        for (int32_t x = 0; x < out->width; x++, from += 3, to += out->bands) {
            if (is_lit[x] != 0)
                continue;
            memcpy(to, from, 3);
            if (out->bands == 4)
                to[3] = 255;
        }
    }
}

static fov_status spotlight_run(const void *args, fov_op_io *io, struct fov_pixels *const *out,
                                fov_op_fault *fault, fov_error *err)
{
    const struct spotlight_args *s = args;
    const int32_t width = out[0]->width, height = out[0]->height;
    struct fov_pixels *dark = NULL;
    uint8_t *is_lit = NULL;
    (void)fault;
    fov_status rc = fov__look_copy(io, out[0], err);
    if (rc == FOV_OK)
        rc = fov__pixels_new(&dark, io->ctx, width, height, 3, err);
    if (rc < 0)
        return rc;
    for (int32_t y = 0; y < height; y++)
        fov__look_row(fov__pixels_row(dark, y), fov__pixels_row(out[0], y), (size_t)width,
                      out[0]->bands);
    rc = surround(s, io, dark, err);
    if (rc == FOV_OK) {
        is_lit = fov__alloc(io->ctx, (size_t)width);
        if (is_lit == NULL)
            rc = fov__fail_memory(err, "spotlight", (size_t)width);
    }
    if (rc == FOV_OK)
        lay_around(s, dark, is_lit, out[0]);
    fov__free(io->ctx, is_lit);
    fov__pixels_unref(dark);
    return rc;
}

/* ---- marks ---------------------------------------------------------------------------------- */

static fov_status spotlight_marks(const void *args, fov_op_io *io, fov_op_marks *out,
                                  fov_error *err)
{
    const struct spotlight_args *s = args;
    fov_status rc = FOV_OK;
    (void)io;
    for (uint32_t i = 0; rc == FOV_OK && i < s->boxes.n; i++) {
        const fov_box *box = &s->boxes.v[i];
        fov_op_mark mark;
        memset(&mark, 0, sizeof(mark));
        mark.kind = FOV_OP_MARK_BOX;
        mark.a = (fov_point){box->x1, box->y1};
        mark.b = (fov_point){box->x2, box->y2};
        mark.color = outline_color;
        mark.width = STROKE;
        rc = fov_op_marks_add(out, &mark, err);
    }
    return rc;
}

static const fov_op_param_row spotlight_params[] = {
    FOV_OP_LIST_OF(spotlight_args, boxes, FOV_PARAM_BOXES, FOV_PARAM_REQUIRED, 1, FOV_OP_LIST_MAX,
                   "what stays as it is"),
    FOV_OP_ENUM(spotlight_args, mode, 0, modes, MODE_MASK,
                "the rest is covered, darkened or blurred; outline only frames the boxes"),
    FOV_OP_COLOR(spotlight_args, fill, FOV_PARAM_HIDDEN, 0xffffff, "colour of the cover"),
    FOV_OP_END};

static const fov_op_example_row spotlight_examples[] = {
    {"{\"boxes\":[[50,10,600,480]]}", "1000x500"},
    {"{\"boxes\":[[0,0,1000,40],[0,200,1000,240]],\"mode\":\"dim\"}", "1000x500"},
    {"{\"boxes\":[[10,10,50,50]],\"mode\":\"outline\"}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_spotlight = {
    .name = "spotlight",
    .since = "0.1.0",
    .summary = "Hide everything but the parts that matter.",
    .when =
        "Use it before reading a crowded table or chart: give the rows, columns, bars or panels "
        "that the question is about, headings and axis labels included.",
    .kind = FOV_OP_PIXELS,
    .presets = FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_CHART | FOV_OP_PRESET_DIAGRAM |
               FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = spotlight_params,
    .args_size = sizeof(struct spotlight_args),
    .examples = spotlight_examples,
    .resolve = spotlight_resolve,
    .plan = spotlight_plan,
    .run = spotlight_run,
    .marks = spotlight_marks,
};
