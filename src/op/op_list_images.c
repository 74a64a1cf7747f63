/* SPDX-License-Identifier: MIT */
/* list_images: which images there are. It asks the session's state, so the tool layer answers it;
 * the row is here so that models and the docs see it like any other operation. */
#include "op/op_internal.h"

struct list_images_args {
    struct op_args_head head;
};

static const struct op_param list_images_params[] = {OP_END};

static const struct op_example list_images_examples[] = {{"{}", "images"}, {NULL, NULL}};

const struct op_def fov__op_list_images = {
    .name = "list_images",
    .since = "0.1.0",
    .summary = "List the images so far: ids, sizes, and what each was made from.",
    .when = "Use it when you have lost track of which image shows what.",
    .kind = OP_KIND_STATE,
    .presets = OP_PRESET_FULL,
    .params = list_images_params,
    .args_size = sizeof(struct list_images_args),
    .examples = list_images_examples,
};
