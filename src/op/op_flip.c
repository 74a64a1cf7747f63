/* SPDX-License-Identifier: MIT */
/* flip: mirror images and slides scanned from behind. Lossless. */
#include "op/op_internal.h"

enum { FLIP_HORIZONTAL, FLIP_VERTICAL, FLIP_BOTH };

struct flip_args {
    fov_op_args_head head;
    int32_t axis;
};

static fov_status flip_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                            fov_op_plan *out, fov_op_fault *fault)
{
    const struct flip_args *flip = args;
    (void)in_count;
    (void)fault;
    struct fov_mat to_input = fov__mat_identity();
    if (flip->axis != FLIP_VERTICAL) {
        to_input.m[0] = -1;
        to_input.m[2] = in->width;
    }
    if (flip->axis != FLIP_HORIZONTAL) {
        to_input.m[4] = -1;
        to_input.m[5] = in->height;
    }
    out->output_count = 1;
    out->output[0].effect = FOV_OP_EFFECT_GEOMETRY;
    out->output[0].width = in->width;
    out->output[0].height = in->height;
    out->output[0].region_count = 1;
    out->output[0].region[0].box = (fov_box){0, 0, in->width, in->height};
    out->output[0].region[0].to_input = to_input;
    return FOV_OK;
}

static const char *const flip_axes[] = {"horizontal", "vertical", "both", NULL};

static const fov_op_param_row flip_params[] = {
    FOV_OP_ENUM(flip_args, axis, FOV_PARAM_REQUIRED, flip_axes, FLIP_HORIZONTAL,
            "horizontal swaps left and right, vertical swaps top and bottom"),
    FOV_OP_END};

static const fov_op_example_row flip_examples[] = {
    {"{\"axis\":\"horizontal\"}", "1000x500"}, {"{\"axis\":\"both\"}", "1000x500"}, {NULL, NULL}};

const fov_op_def fov__op_flip = {
    .name = "flip",
    .since = "0.1.0",
    .summary = "Mirror an image.",
    .when =
        "Use it when text or a scene is mirrored, as in a reflection or a slide seen from behind.",
    .kind = FOV_OP_GEOMETRY,
    .presets = FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = flip_params,
    .args_size = sizeof(struct flip_args),
    .examples = flip_examples,
    .plan = flip_plan,
};
