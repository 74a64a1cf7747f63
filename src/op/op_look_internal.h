/* SPDX-License-Identifier: MIT */
/* Inside op: the pixels of an input as they are shown, for operations that judge colours. */
#ifndef FOV_OP_LOOK_INTERNAL_H
#define FOV_OP_LOOK_INTERNAL_H

#include "image/filter_internal.h"
#include "op/op_internal.h"

/* How many pixels are looked at. A box is looked at in its own resolution up to that, so that
 * colours stay unmixed; a larger one is halved until it fits. For pixels that are shown, and for
 * counts that must be right: all of them. */
#define FOV__LOOK_ALL 1e18
#define FOV__LOOK_COLOURS 4e6

/* Three bands, transparency seen on white as a delivery flattens it. */
void fov__look_row(uint8_t *out, const uint8_t *in, size_t n, int32_t bands);

/* `box` of input 0 in three bands. The caller drops *out. */
fov_status fov__look(fov_op_io *io, fov_box box, double most, struct fov_pixels **out,
                     fov_error *err);

/* All of input 0 as it is, opaque where alpha is new. */
fov_status fov__look_copy(fov_op_io *io, struct fov_pixels *out, fov_error *err);

/* Per channel the median of the outermost pixels of `box`, seen in a small picture: what stands
 * for the ground. */
fov_status fov__look_border(fov_op_io *io, fov_box box, fov_op_color *out, fov_error *err);

/* The same of pixels that are there. */
fov_op_color fov__look_border_of(const struct fov_pixels *px);

struct fov__view fov__look_view(const struct fov_pixels *px);
struct fov__lab fov__look_lab(fov_op_color color);

/* The members "rgb", "hex" and "lab" of an object. */
void fov__look_write(struct fov_jw *jw, fov_op_color color);
/* The member "lab", to a tenth. */
void fov__look_write_lab(struct fov_jw *jw, fov_op_color color);

#endif
