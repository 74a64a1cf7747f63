/* SPDX-License-Identifier: MIT */
/* What flat drawings are made of, found in pixels: regions of one colour, and straight lines. They
 * know no operation and no graph. What decides is integers and sums of doubles in a fixed order, so
 * that all machines find the same. */
#ifndef FOV_SHAPES_INTERNAL_H
#define FOV_SHAPES_INTERNAL_H

#include "image/filter_internal.h"

/* ---- regions.c, regions_label.c ------------------------------------------------------------- */

enum { FOV__SHAPES_MAX = 64 };

enum fov__regions_order { FOV__REGIONS_LARGEST, FOV__REGIONS_ACROSS, FOV__REGIONS_DOWN };

struct fov__regions_ask {
    uint32_t min_area; /* pixels; smaller ones are not told */
    bool has_color;    /* only what is within `tolerance` (Delta-E 2000) of `color`, however thin */
    uint8_t color[3];
    double tolerance;
    enum fov__regions_order order; /* of the FOV__SHAPES_MAX largest, which are the ones kept */
};

struct fov__region {
    int32_t x1, y1, x2, y2; /* half open */
    double cx, cy;          /* mean of the pixels' centres */
    uint32_t area;
    uint8_t rgb[3]; /* mean, without the pixels at its edge */
};

struct fov__regions {
    uint32_t count, found; /* told; and there */
    struct fov__region v[FOV__SHAPES_MAX];
    uint64_t area; /* of all that were found */
    int32_t backgrounds;
    uint8_t background[3][3];
};

/* Connected areas of like colour before a background. A pixel belongs to one when it is like its
 * four neighbours; edges that are smoothed go to the side whose colour they have more of; print on
 * an area belongs to it, a line through it does not part it. What is thinner than three pixels is
 * no area. The background is the colour along the frame, and then each that frames others. Memory:
 * 22 bytes a pixel. */
fov_status fov__regions_find(struct fov__regions *out, const struct fov__filter *filter,
                             const struct fov_pixels *px, const struct fov__regions_ask *ask,
                             fov_error *err);

/* ---- segments.c, segments_trace.c ------------------------------------------------------------ */

struct fov__segment {
    double x1, y1, x2, y2; /* pixels; the middle of a stroke or the place of an edge, x1 <= x2 */
    double length;
    double width;     /* of a stroke; 0: an edge between two colours */
    uint8_t rgb[3];   /* of the stroke; of an edge: above it (left of it) */
    uint8_t other[3]; /* of an edge: below it (right of it) */
};

struct fov__segments_ask {
    double min_length;
    double min_angle, max_angle; /* degrees clockwise from rightwards; a line has two: one counts */
};

struct fov__segments {
    uint32_t count, found;
    struct fov__segment v[FOV__SHAPES_MAX]; /* longest first */
};

fov_status fov__segments_find(struct fov__segments *out, const struct fov__filter *filter,
                              const struct fov_pixels *px, const struct fov__segments_ask *ask,
                              fov_error *err);
double fov__segment_angle(const struct fov__segment *segment); /* above -90, to 90 */

/* `px` seen on white, 3 bytes a pixel without padding; the caller frees it. NULL: no memory. */
uint8_t *fov__shapes_rgb(const struct fov__filter *filter, const struct fov_pixels *px);

#endif
