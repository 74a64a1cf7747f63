/* SPDX-License-Identifier: MIT */
/* list_images: which images there are. It asks the session's state, so the tool layer answers it;
 * the row is here so that models and the docs see it like any other operation. */
#include "op/op_internal.h"

struct list_images_args {
    fov_op_args_head head;
};

static const fov_op_param_row list_images_params[] = {FOV_OP_END};

static const fov_op_example_row list_images_examples[] = {{"{}", "images"}, {NULL, NULL}};

const fov_op_def fov__op_list_images = {
    .name = "list_images",
    .since = "0.1.0",
    .summary = "List the images so far: ids, sizes, and what each was made from.",
    .when = "Use it when you have lost track of which image shows what.",
    .kind = FOV_OP_STATE,
    .presets = FOV_OP_PRESET_ALL,
    .params = list_images_params,
    .args_size = sizeof(struct list_images_args),
    .examples = list_images_examples,
};
