/* SPDX-License-Identifier: MIT */
/* drop: a model says which image it needs no longer, so that a long conversation stays small. A
 * call about the conversation: its function is in the session's toolbox. */
#include "op/op_internal.h"

static const char *const drop_inputs[] = {"image", NULL};
static const fov_op_param_row drop_params[] = {FOV_OP_END};
static const fov_op_example_row drop_examples[] = {{"{\"image\":\"img_0\"}", "dropped"},
                                                   {NULL, NULL}};

const fov_op_def fov__op_drop = {
    .name = "drop",
    .since = "0.1.0",
    .summary = "Say that an image is no longer needed.",
    .when = "Use it to keep a long conversation small. The image is taken out before the next "
            "question; recall brings it back.",
    .kind = FOV_OP_STATE,
    .presets = FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .input_names = drop_inputs,
    .params = drop_params,
    .args_size = sizeof(fov_op_args_head),
    .examples = drop_examples,
};
