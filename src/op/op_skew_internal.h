/* SPDX-License-Identifier: MIT */
/* Inside op: how much the lines of a picture are aslant, for `rotate` with "auto". */
#ifndef FOV_OP_SKEW_INTERNAL_H
#define FOV_OP_SKEW_INTERNAL_H

#include "op/op_internal.h"

/* The picture is looked at no larger than this: along it a tenth of a degree is 1.7 pixels. */
enum { FOV__SKEW_EDGE = 1000, FOV__SKEW_DEGREES = 15 };

/* By how many twentieths of a degree the lines of `px` lie turned clockwise, between -300 and 300;
 * *found is false when nothing in it runs straight and level enough to tell. FOV_E_MEMORY,
 * FOV_E_CANCELLED. */
fov_status fov__skew_find(const struct fov_pixels *px, const fov_cancel *cancel, int32_t *skew,
                          bool *found, fov_error *err);

#endif
