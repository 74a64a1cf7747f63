/* SPDX-License-Identifier: MIT */
/* tile: an image in equal parts at full resolution, row by row, each sharing a strip with its
 * neighbours so that nothing is cut through everywhere. Every tile is a plain crop; where edges are
 * no whole pixels they are moved outwards, so that no pixel is left out. */
#include "op/op_internal.h"

struct tile_args {
    fov_op_args_head head;
    int32_t rows, cols;
    double overlap;
    int32_t pick;
};
/* 1 << the index of `pick` below. */
enum { TILE_PICK_BIT = 1 << 3 };

struct span {
    double from, to;
};

/* Part i of n of a length; neighbours share `overlap` of a part's own length. */
static struct span part_of(double length, int32_t n, double overlap, int32_t i)
{
    const double each = length / (n - (n - 1) * overlap), from = i * each * (1 - overlap);
    /* A millionth of a pixel is rounding. */
    struct span span = {fov__floor(from + 1e-6), fov__ceil(from + each - 1e-6)};
    span.from = span.from < 0 ? 0 : span.from;
    span.to = span.to > length || i == n - 1 ? length : span.to;
    return span;
}

static void add_tile(fov_op_plan *out, const struct tile_args *tile, const fov_op_frame *in,
                     int32_t index)
{
    const struct span x = part_of(in->width, tile->cols, tile->overlap, index % tile->cols);
    const struct span y = part_of(in->height, tile->rows, tile->overlap, index / tile->cols);
    fov_op_output *output = &out->output[out->output_count++];
    output->effect = FOV_OP_EFFECT_GEOMETRY;
    output->width = (int32_t)(x.to - x.from);
    output->height = (int32_t)(y.to - y.from);
    output->region_count = 1;
    output->region[0].box = (fov_box){0, 0, x.to - x.from, y.to - y.from};
    output->region[0].to_input = fov__mat_translate(x.from, y.from);
}

/* The larger of the two gives way, as little as it must. */
static fov_status too_many(const struct tile_args *tile, fov_op_fault *fault)
{
    int32_t rows = tile->rows, cols = tile->cols;
    while (rows * cols > FOV_OP_OUTPUTS_MAX) {
        if (rows > cols)
            rows--;
        else
            cols--;
    }
    const fov_status rc = fov__fault(
        fault, FOV_FAULT_OUT_OF_RANGE, tile->rows > tile->cols ? "tile.rows" : "tile.cols", NULL,
        "rows times cols at most 16",
        "%d x %d are %d tiles and one call gives at most %d; pick gives one of more.",
        (int)tile->rows, (int)tile->cols, (int)(tile->rows * tile->cols), FOV_OP_OUTPUTS_MAX);
    fov__fault_advise_number(fault, "rows", rows);
    fov__fault_advise_number(fault, "cols", cols);
    return rc;
}

static fov_status too_small(const struct tile_args *tile, const fov_op_frame *in,
                            fov_op_fault *fault)
{
    char allowed[64];
    fov__format(allowed, sizeof(allowed), "at most %d rows and %d columns", (int)in->height,
                (int)in->width);
    const fov_status rc = fov__fault(
        fault, FOV_FAULT_TOO_SMALL, in->height < tile->rows ? "tile.rows" : "tile.cols", NULL,
        allowed, "The image is %dx%d pixels and has no pixel for some of the tiles.",
        (int)in->width, (int)in->height);
    fov__fault_advise_number(fault, "rows", in->height < tile->rows ? in->height : tile->rows);
    fov__fault_advise_number(fault, "cols", in->width < tile->cols ? in->width : tile->cols);
    return rc;
}

static fov_status no_such_tile(const struct tile_args *tile, fov_op_fault *fault)
{
    char allowed[48];
    const int32_t count = tile->rows * tile->cols;
    fov__format(allowed, sizeof(allowed), "1 to %d", (int)count);
    const fov_status rc = fov__fault(fault, FOV_FAULT_OUT_OF_RANGE, "tile.pick", NULL, allowed,
                                     "There are %d tiles; pick is 1 to %d, row by row from the top "
                                     "left.",
                                     (int)count, (int)count);
    fov__fault_advise_number(fault, "pick", count);
    return rc;
}

static fov_status tile_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                            fov_op_plan *out, fov_op_fault *fault)
{
    const struct tile_args *tile = args;
    const bool is_picked = (tile->head.given & TILE_PICK_BIT) != 0;
    const int32_t count = tile->rows * tile->cols;
    char share[32];
    (void)in_count;
    if (in->width < tile->cols || in->height < tile->rows)
        return too_small(tile, in, fault);
    if (is_picked && tile->pick > count)
        return no_such_tile(tile, fault);
    if (!is_picked && count > FOV_OP_OUTPUTS_MAX)
        return too_many(tile, fault);
    fov__double_text(share, fov__rint(tile->overlap * 1000) / 10);
    if (is_picked) {
        add_tile(out, tile, in, tile->pick - 1);
        fov__format(out->note, sizeof(out->note), "tile %d of %d: row %d, column %d",
                    (int)tile->pick, (int)count, (int)((tile->pick - 1) / tile->cols + 1),
                    (int)((tile->pick - 1) % tile->cols + 1));
        return FOV_OK;
    }
    for (int32_t i = 0; i < count; i++)
        add_tile(out, tile, in, i);
    if (count == 1)
        fov__format(out->note, sizeof(out->note), "one tile is the whole image");
    else if (tile->overlap > 0)
        fov__format(out->note, sizeof(out->note),
                    "%d tiles, row by row from the top left; neighbours share %s percent of their "
                    "width or height, so count nothing twice",
                    (int)count, share);
    else
        fov__format(out->note, sizeof(out->note),
                    "%d tiles, row by row from the top left; without overlap, so things at their "
                    "edges are cut",
                    (int)count);
    return FOV_OK;
}

static const fov_op_param_row tile_params[] = {
    FOV_OP_INT(tile_args, rows, FOV_PARAM_REQUIRED, 1, 8, 2, "", "rows of tiles"),
    FOV_OP_INT(tile_args, cols, FOV_PARAM_REQUIRED, 1, 8, 2, "",
               "columns of tiles; rows times cols at most 16"),
    FOV_OP_NUM(tile_args, overlap, 0, 0.5, 0.1, "fraction of a tile",
               "fraction of a tile that it shares with the next one"),
    FOV_OP_INT(tile_args, pick, 0, 1, 64, 0, "", "this tile only, counted from 1, row by row"),
    FOV_OP_END};

static const fov_op_example_row tile_examples[] = {
    {"{\"rows\":1,\"cols\":2}", "527x500"},
    {"{\"rows\":2,\"cols\":2,\"overlap\":0}", "500x250"},
    {"{\"rows\":8,\"cols\":8,\"pick\":64}", "137x69"},
    {NULL, NULL}};

const fov_op_def fov__op_tile = {
    .name = "tile",
    .since = "0.1.0",
    .summary = "See all of a large image in parts, each at full resolution.",
    .when =
        "Use it when the whole was shown too small and everything matters: a long page, a poster, "
        "a plan, a crowd to be counted. To look at one place, zoom costs less.",
    .kind = FOV_OP_GEOMETRY,
    .presets =
        FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_DIAGRAM | FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = tile_params,
    .args_size = sizeof(struct tile_args),
    .examples = tile_examples,
    .plan = tile_plan,
};
