/* SPDX-License-Identifier: MIT */
/* recall: bring an image back that is no longer in the conversation. A call about the conversation:
 * its function is in the session's toolbox. */
#include "op/op_internal.h"

static const char *const recall_inputs[] = {"image", NULL};
static const fov_op_param_row recall_params[] = {FOV_OP_END};
static const fov_op_example_row recall_examples[] = {{"{\"image\":\"img_0\"}", "shown"},
                                                     {NULL, NULL}};

const fov_op_def fov__op_recall = {
    .name = "recall",
    .since = "0.1.0",
    .summary = "Show an image again that is no longer before you.",
    .when = "Use it when you need an image that was dropped or that you can no longer see.",
    .kind = FOV_OP_STATE,
    .presets = FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .input_names = recall_inputs,
    .params = recall_params,
    .args_size = sizeof(fov_op_args_head),
    .examples = recall_examples,
};
