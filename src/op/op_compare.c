/* SPDX-License-Identifier: MIT */
/* compare: two pictures of the same thing, side by side, as their difference or blended, and in
 * numbers what differs and where. The second is brought to the first one's size; nothing is moved
 * into place: what does not lie alike differs. */
#include "op/op_internal.h"

enum { MODE_SIDE, MODE_DIFF, MODE_BLEND };
static const char *const mode_names[] = {"side", "diff", "blend", NULL};

struct compare_args {
    fov_op_args_head head;
    int32_t mode;
    int32_t tolerance;
};

/* Differences are looked for in pictures of at most so many pixels, as cells of CELL x CELL: what
 * lies in touching cells is one difference. */
#define COMPARE_PIXELS 4000000.0
enum { CELL = 8, PARTS_MAX = 8 };

struct difference {
    int32_t x1, y1, x2, y2; /* half open, in the pixels that were looked at */
    uint32_t pixels;
};

struct differences {
    int32_t width, height; /* that were looked at */
    uint64_t pixels;       /* that differ */
    uint64_t sum;          /* of the largest difference of each pixel's channels */
    uint32_t count;        /* of separate differences, of which the largest are kept */
    uint32_t kept;
    struct difference part[PARTS_MAX];
};

/* ---- pixels --------------------------------------------------------------------------------- */

static int32_t on_white(const uint8_t *pixel, int c, int32_t bands)
{
    const int32_t alpha = bands == 4 ? pixel[3] : 255;
    return (pixel[c] * alpha + 255 * (255 - alpha) + 127) / 255;
}

static int32_t pixel_difference(const uint8_t *a, int32_t a_bands, const uint8_t *b,
                                int32_t b_bands)
{
    int32_t most = 0;
    for (int c = 0; c < 3; c++) {
        const int32_t d = on_white(a, c, a_bands) - on_white(b, c, b_bands);
        most = d > most ? d : -d > most ? -d : most;
    }
    return most;
}

/* Both inputs as rasters of one size. */
static fov_status render_both(fov_op_io *io, int32_t width, int32_t height,
                              struct fov_pixels *px[2], fov_error *err)
{
    fov_status rc = FOV_OK;
    for (int32_t i = 0; rc == FOV_OK && i < 2; i++)
        rc = io->render(io, i, (fov_box){0, 0, io->in[i].width, io->in[i].height}, width, height,
                        &px[i], err);
    return rc;
}

/* ---- what differs --------------------------------------------------------------------------- */

struct cell {
    struct difference d; /* pixels 0: nothing here, or counted already */
};

static void take_pixel(struct cell *cell, int32_t x, int32_t y)
{
    struct difference *d = &cell->d;
    if (d->pixels++ == 0) {
        *d = (struct difference){x, y, x + 1, y + 1, 1};
        return;
    }
    d->x1 = x < d->x1 ? x : d->x1;
    d->x2 = x >= d->x2 ? x + 1 : d->x2;
    d->y2 = y + 1; /* rows come in order */
}

static void join(struct difference *to, const struct difference *d)
{
    to->x1 = d->x1 < to->x1 ? d->x1 : to->x1;
    to->y1 = d->y1 < to->y1 ? d->y1 : to->y1;
    to->x2 = d->x2 > to->x2 ? d->x2 : to->x2;
    to->y2 = d->y2 > to->y2 ? d->y2 : to->y2;
    to->pixels += d->pixels;
}

/* All cells that touch `start`, emptied on the way; `stack` has room for every cell. */
static struct difference take_region(struct cell *cells, int32_t cols, int32_t rows, int32_t start,
                                     int32_t *stack)
{
    struct difference all = cells[start].d;
    int32_t n = 0;
    cells[start].d.pixels = 0;
    stack[n++] = start;
    while (n > 0) {
        const int32_t at = stack[--n], cx = at % cols, cy = at / cols;
        for (int32_t y = cy - 1; y <= cy + 1; y++) {
            for (int32_t x = cx - 1; x <= cx + 1; x++) {
                if (x < 0 || y < 0 || x >= cols || y >= rows || cells[y * cols + x].d.pixels == 0)
                    continue;
                join(&all, &cells[y * cols + x].d);
                cells[y * cols + x].d.pixels = 0;
                stack[n++] = y * cols + x;
            }
        }
    }
    return all;
}

/* Largest first; of equal ones the one found first. */
static void keep(struct differences *out, const struct difference *d)
{
    uint32_t i = out->kept < PARTS_MAX ? out->kept : PARTS_MAX;
    out->count++;
    while (i > 0 && out->part[i - 1].pixels < d->pixels)
        i--;
    if (i == PARTS_MAX)
        return;
    if (out->kept < PARTS_MAX)
        out->kept++;
    for (uint32_t k = out->kept - 1; k > i; k--)
        out->part[k] = out->part[k - 1];
    out->part[i] = *d;
}

static fov_status mark_cells(struct differences *out, struct cell *cells, int32_t cols,
                             struct fov_pixels *const px[2], int32_t tolerance, fov_op_io *io,
                             fov_error *err)
{
    for (int32_t y = 0; y < out->height; y++) {
        const uint8_t *a = fov__pixels_row(px[0], y), *b = fov__pixels_row(px[1], y);
        if (fov_cancel_is_set(io->cancel))
            return fov__fail(err, FOV_E_CANCELLED, 0, "compare", "cancelled while comparing");
        for (int32_t x = 0; x < out->width; x++, a += px[0]->bands, b += px[1]->bands) {
            const int32_t d = pixel_difference(a, px[0]->bands, b, px[1]->bands);
            out->sum += (uint64_t)d;
            if (d <= tolerance)
                continue;
            out->pixels++;
            take_pixel(&cells[y / CELL * cols + x / CELL], x, y);
        }
    }
    return FOV_OK;
}

static fov_status find_differences(struct differences *out, const struct compare_args *args,
                                   fov_op_io *io, fov_error *err)
{
    struct fov_pixels *px[2] = {NULL, NULL};
    struct cell *cells = NULL;
    int32_t *stack = NULL;
    memset(out, 0, sizeof(*out));
    out->width = io->in[0].width;
    out->height = io->in[0].height;
    while ((double)out->width * out->height > COMPARE_PIXELS) {
        out->width = (out->width + 1) / 2;
        out->height = (out->height + 1) / 2;
    }
    const int32_t cols = (out->width + CELL - 1) / CELL, rows = (out->height + CELL - 1) / CELL;
    const size_t count = (size_t)cols * (size_t)rows;
    fov_status rc = render_both(io, out->width, out->height, px, err);
    if (rc == FOV_OK) {
        cells = fov__calloc(io->ctx, count, sizeof(*cells));
        stack = fov__calloc(io->ctx, count, sizeof(*stack));
        if (cells == NULL || stack == NULL)
            rc = fov__fail_memory(err, "compare", count * sizeof(*cells));
    }
    if (rc == FOV_OK)
        rc = mark_cells(out, cells, cols, px, args->tolerance, io, err);
    for (int32_t i = 0; rc == FOV_OK && i < (int32_t)count; i++) {
        if (cells[i].d.pixels == 0)
            continue;
        const struct difference d = take_region(cells, cols, rows, i, stack);
        keep(out, &d);
    }
    fov__free(io->ctx, cells);
    fov__free(io->ctx, stack);
    fov__pixels_unref(px[0]);
    fov__pixels_unref(px[1]);
    return rc;
}

/* A difference in the first picture's own pixels. */
static fov_box box_of(const struct differences *all, const struct difference *d, fov_op_io *io)
{
    const double sx = (double)io->in[0].width / all->width;
    const double sy = (double)io->in[0].height / all->height;
    return (fov_box){d->x1 * sx, d->y1 * sy, d->x2 * sx, d->y2 * sy};
}

/* ---- the picture ---------------------------------------------------------------------------- */

/* The gap between pictures side by side, and the second one's width at the first one's height. */
static int32_t side_gap(const fov_op_frame *in)
{
    const int32_t gap = in[0].width / 64;
    return gap < 4 ? 4 : gap;
}

static int32_t side_width(const fov_op_frame *in)
{
    const double width = fov__rint((double)in[1].width * in[0].height / in[1].height);
    return width < 1 ? 1 : width > 1e6 ? 1000000 : (int32_t)width;
}

static fov_status compare_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                               fov_op_plan *out, fov_op_fault *fault)
{
    const struct compare_args *compare = args;
    const bool is_side = compare->mode == MODE_SIDE;
    (void)in_count;
    (void)fault;
    fov_op_plan_same(out, &in[0], FOV_OP_EFFECT_BARRIER);
    fov_op_output *output = &out->output[0];
    output->has_marks = compare->mode == MODE_DIFF;
    if (is_side) {
        const double left = in[0].width, from = left + side_gap(in), width = side_width(in);
        output->width = (int32_t)(from + width);
        output->region_count = 2;
        output->region[1].input = 1;
        output->region[1].box = (fov_box){from, 0, from + width, in[0].height};
        output->region[1].to_input =
            fov__mat_mul(fov__mat_scale(in[1].width / width, (double)in[1].height / in[0].height),
                         fov__mat_translate(-from, 0));
    }
    if (is_side ? in[0].height != in[1].height
                : in[0].width != in[1].width || in[0].height != in[1].height)
        fov__format(out->note, sizeof(out->note), "b is %dx%d and was brought to a's %s",
                    in[1].width, in[1].height, is_side ? "height" : "size");
    return FOV_OK;
}

static void copy_row(uint8_t *to, int32_t to_bands, const uint8_t *from, int32_t from_bands,
                     int32_t width)
{
    for (int32_t x = 0; x < width; x++, to += to_bands, from += from_bands) {
        memcpy(to, from, 3);
        if (to_bands == 4)
            to[3] = from_bands == 4 ? from[3] : 255;
    }
}

static fov_status run_side(fov_op_io *io, struct fov_pixels *out, fov_error *err)
{
    const fov_box whole[2] = {{0, 0, io->in[0].width, io->in[0].height},
                              {0, 0, io->in[1].width, io->in[1].height}};
    const int32_t width[2] = {io->in[0].width, side_width(io->in)};
    const size_t from[2] = {0, (size_t)(out->width - width[1])};
    for (int32_t y = 0; y < out->height; y++)
        memset(fov__pixels_row(out, y), 255, (size_t)out->width * (size_t)out->bands);
    for (int32_t i = 0; i < 2; i++) {
        struct fov_pixels *px = NULL;
        const fov_status rc = io->render(io, i, whole[i], width[i], out->height, &px, err);
        if (rc < 0)
            return rc;
        for (int32_t y = 0; y < out->height; y++)
            copy_row(fov__pixels_row(out, y) + from[i] * (size_t)out->bands, out->bands,
                     fov__pixels_row(px, y), px->bands, width[i]);
        fov__pixels_unref(px);
    }
    return FOV_OK;
}

/* What is alike is pale grey, what differs is red, the more the stronger. */
static void write_diff(uint8_t *out, const uint8_t *a, int32_t a_bands, int32_t difference,
                       int32_t tolerance)
{
    const int32_t luma = (on_white(a, 0, a_bands) * 77 + on_white(a, 1, a_bands) * 150 +
                          on_white(a, 2, a_bands) * 29) >>
                         8;
    const int32_t pale = 178 + luma * 77 / 255;
    if (difference <= tolerance) {
        out[0] = out[1] = out[2] = (uint8_t)pale;
        return;
    }
    const int32_t strength = 96 + difference * 159 / 255;
    out[0] = (uint8_t)(pale + (225 - pale) * strength / 255);
    out[1] = out[2] = (uint8_t)(pale - pale * strength / 255);
}

static void write_blend(uint8_t *out, const uint8_t *a, int32_t a_bands, const uint8_t *b,
                        int32_t b_bands)
{
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)((on_white(a, c, a_bands) + on_white(b, c, b_bands) + 1) / 2);
}

static fov_status compare_run(const void *args, fov_op_io *io, fov_pixels *const *out,
                              fov_op_fault *fault, fov_error *err)
{
    const struct compare_args *compare = args;
    struct fov_pixels *to = out[0], *px[2] = {NULL, NULL};
    (void)fault;
    if (compare->mode == MODE_SIDE)
        return run_side(io, to, err);
    fov_status rc = render_both(io, to->width, to->height, px, err);
    for (int32_t y = 0; rc == FOV_OK && y < to->height; y++) {
        uint8_t *row = fov__pixels_row(to, y);
        const uint8_t *a = fov__pixels_row(px[0], y), *b = fov__pixels_row(px[1], y);
        for (int32_t x = 0; x < to->width; x++, row += to->bands) {
            if (compare->mode == MODE_BLEND)
                write_blend(row, a, px[0]->bands, b, px[1]->bands);
            else
                write_diff(row, a, px[0]->bands, pixel_difference(a, px[0]->bands, b, px[1]->bands),
                           compare->tolerance);
            if (to->bands == 4)
                row[3] = 255; /* seen on white already */
            a += px[0]->bands;
            b += px[1]->bands;
        }
        if (fov_cancel_is_set(io->cancel))
            rc = fov__fail(err, FOV_E_CANCELLED, 0, "compare", "cancelled while comparing");
    }
    fov__pixels_unref(px[0]);
    fov__pixels_unref(px[1]);
    return rc;
}

/* The largest differences, outlined with a little air and numbered as in the answer. */
static fov_status compare_marks(const void *args, fov_op_io *io, fov_op_marks *out, fov_error *err)
{
    struct differences all;
    fov_status rc = find_differences(&all, args, io, err);
    for (uint32_t i = 0; rc == FOV_OK && i < all.kept; i++) {
        const fov_box box = box_of(&all, &all.part[i], io);
        const double air = 4;
        fov_op_mark mark;
        memset(&mark, 0, sizeof(mark));
        mark.kind = FOV_OP_MARK_BOX;
        mark.a = (fov_point){box.x1 - air, box.y1 - air};
        mark.b = (fov_point){box.x2 + air, box.y2 + air};
        mark.color = (fov_op_color){0, 80, 255};
        mark.width = 2;
        rc = fov_op_marks_add(out, &mark, err);
        mark.kind = FOV_OP_MARK_TEXT;
        fov__format(mark.text, sizeof(mark.text), "%u", (unsigned)i + 1);
        if (rc == FOV_OK)
            rc = fov_op_marks_add(out, &mark, err);
    }
    return rc;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static double digits(double v, double unit)
{
    return fov__rint(v * unit) / unit + 0.0;
}

static void write_part(fov_op_io *io, struct fov_jw *jw, const struct differences *all, uint32_t i)
{
    const struct difference *d = &all->part[i];
    const fov_box box = box_of(all, d, io);
    const double v[4] = {digits(box.x1, 100), digits(box.y1, 100), digits(box.x2, 100),
                         digits(box.y2, 100)};
    fov__jw_object(jw, NULL);
    fov__jw_int(jw, "id", (int64_t)i + 1);
    fov_op_facts_numbers(jw, "box", v, 4);
    fov__op_write_source_box(io, jw, box);
    fov__jw_number(jw, "share",
                   digits((double)d->pixels / ((double)all->width * all->height), 1e6));
    fov__jw_end_object(jw);
}

static fov_status compare_fact(const void *args, fov_op_io *io, struct fov_jw *jw,
                               fov_op_fault *fault, fov_error *err)
{
    struct differences all;
    const fov_status rc = find_differences(&all, args, io, err);
    (void)fault;
    if (rc < 0)
        return rc;
    const double total = (double)all.width * all.height;
    fov__jw_number(jw, "differing", digits((double)all.pixels / total, 1e6));
    fov__jw_number(jw, "mean_difference", digits((double)all.sum / total, 1000));
    fov__jw_bool(jw, "equal", all.sum == 0);
    fov__jw_int(jw, "places", all.count);
    fov__jw_array(jw, "parts");
    for (uint32_t i = 0; i < all.kept; i++)
        write_part(io, jw, &all, i);
    fov__jw_end_array(jw);
    return FOV_OK;
}

static const char *const compare_inputs[] = {"a", "b", NULL};

static const fov_op_param_row compare_params[] = {
    FOV_OP_ENUM(compare_args, mode, 0, mode_names, MODE_SIDE,
                "side by side, diff (what differs in red, numbered), or blend (half of each)"),
    FOV_OP_INT(compare_args, tolerance, 0, 0, 254, 12, "levels",
               "levels of 255 in one channel up to which a pixel counts as alike"),
    FOV_OP_END};

static const fov_op_example_row compare_examples[] = {
    {"{\"a\":\"img_0\",\"b\":\"img_1\",\"mode\":\"diff\"}", "1000x500"},
    {"{\"a\":\"img_0\",\"b\":\"img_1\",\"tolerance\":4}", "2015x500"},
    {"{\"a\":\"img_0\",\"b\":\"img_1\",\"mode\":\"blend\"}", "1000x500"},
    {NULL, NULL}};

const fov_op_def fov__op_compare = {
    .name = "compare",
    .since = "0.1.0",
    .summary =
        "Two images side by side, their difference, or a blend; and in numbers what differs.",
    .when = "Use it to find what changed between two pictures of the same thing, or to look at two "
            "details next to each other. It lists the places that differ, largest first.",
    .kind = FOV_OP_PIXELS,
    .presets = FOV_OP_PRESET_ALL,
    .input_min = 2,
    .input_max = 2,
    .input_names = compare_inputs,
    .params = compare_params,
    .args_size = sizeof(struct compare_args),
    .examples = compare_examples,
    .plan = compare_plan,
    .run = compare_run,
    .marks = compare_marks,
    .fact = compare_fact,
};
