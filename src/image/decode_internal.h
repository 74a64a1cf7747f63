/* SPDX-License-Identifier: MIT */
/* Between decode.c (what is decoded and kept) and decode_source.c (the door) only. */
#ifndef FOV_DECODE_INTERNAL_H
#define FOV_DECODE_INTERNAL_H

#include "image/jpeg_internal.h"

struct plan {
    fov_image *image;
    const fov_cancel *cancel;
    int32_t shrink;
    int32_t level_width, level_height; /* raw */
    bool is_whole;                     /* the whole level is decoded */
    struct fov_recti piece;            /* what is handed out, in raw level pixels */
    bool is_passing;                   /* nothing of it is kept */
    uint64_t decoded;                  /* pixels that this call has decoded */
};

struct plan fov__plan_make(fov_image *image, struct fov_recti region, int32_t shrink,
                           const fov_cancel *cancel);
/* The raw level pixels under a region; all there are. */
struct fov_recti fov__plan_rect(const fov_image *image, struct fov_recti region, int32_t shrink);
struct fov_recti fov__plan_all(const struct plan *plan);
bool fov__plan_has_planes(const fov_image *image); /* they are kept instead of pixels */
/* What is known of a JPEG's coded data, as a reference that the caller drops. */
fov_status fov__plan_scan(struct fov_jpeg_scan **out, const struct plan *plan, fov_error *err);
/* Planes by our own reading, else by libjpeg; *out stays NULL where there are none to be had. */
fov_status fov__plan_planes(struct fov_planes **out, const struct plan *plan, struct fov_recti rect,
                            struct fov_jpeg_scan *scan, fov_error *err);
/* A rectangle of the level in the form in which it is kept, made anew. */
fov_status fov__plan_read(struct fov_kept *out, struct plan *plan, struct fov_recti rect,
                          fov_error *err);
/* The whole level through the cache. */
fov_status fov__plan_whole(struct fov_kept *out, struct plan *plan, fov_error *err);
/* A piece of a large picture: from the whole when that is there, else decoded by itself. *box is
 * what came; nothing comes when the piece is only passing. */
fov_status fov__plan_piece(struct fov_kept *out, struct fov_recti *box, struct plan *plan,
                           fov_error *err);
/* A rectangle of what is kept: converted where planes are, else a view of the pixels. `box` is what
 * the kept pixels hold. */
fov_status fov__plan_part(struct fov_level *out, const struct fov_kept *kept,
                          const struct plan *plan, struct fov_recti box, struct fov_recti rect,
                          fov_error *err);

#endif
