/* SPDX-License-Identifier: MIT */
/* What the tools that measure charts share: pixels of a part, places in two frames, calibrations
 * and the parts of earlier facts. */
#ifndef FOV_OP_CHART_INTERNAL_H
#define FOV_OP_CHART_INTERNAL_H

#include "op/op_internal.h"

/* ---- pixels --------------------------------------------------------------------------------- */

/* A box at its own resolution, or shrunk by a power of two to CHART_PIXELS. */
enum { FOV__CHART_PIXELS = 6000000 };
struct fov__chart_part {
    fov_box box;
    struct fov_pixels *px;
    int32_t shrink;
    double sx, sy; /* pixels of the image for each of px */
};
fov_status fov__chart_open(struct fov__chart_part *out, fov_op_io *io, bool has_box, fov_box box,
                           fov_error *err);
fov_point fov__chart_point(const struct fov__chart_part *part, double x, double y);

/* ---- writing -------------------------------------------------------------------------------- */

void fov__chart_numbers(struct fov_jw *jw, const char *key, const double *v,
                        int n);                                     /* 2 decimals */
void fov__chart_at(struct fov_jw *jw, fov_op_io *io, fov_point at); /* at, source_px */
void fov__chart_hex(struct fov_jw *jw, const char *key, const uint8_t rgb[3]);
double fov__chart_decimals(double v, int decimals);
/* A mark with a number. */
fov_status fov__chart_number(fov_op_marks *out, fov_point at, uint32_t number, fov_error *err);

/* ---- facts that an argument names ----------------------------------------------------------- */

/* A refused fact: `param` of operation `op`, element i (-1: the whole). */
fov_status fov__chart_refuse(fov_op_fault *fault, fov_error *err, enum fov_fault_code code,
                             const char *op, const char *param, int32_t i, const char *got,
                             const char *allowed, const char *hint);
/* Its JSON; the caller frees it. NULL with `err` written: no memory. */
struct fov_json *fov__chart_fact(fov_op_io *io, int32_t fact, const char **op, fov_error *err);
/* A point of the fact's image in that of input 0; false: they have no common original. */
bool fov__chart_from_fact(fov_op_io *io, int32_t fact, fov_point p, fov_point *out);

enum fov__scale { FOV__SCALE_LINEAR, FOV__SCALE_LOG, FOV__SCALE_DATE };

/* value, its log10, or its days since 1970 = at_0 + per_px * (coordinate along the axis). */
struct fov__calibration {
    int32_t fact;
    bool is_y;
    enum fov__scale scale;
    double at_0, per_px;
    double low, high;   /* between which there are ticks, on the same scale */
    double residual_px; /* largest */
};
struct fov__calibrations {
    uint32_t n;
    struct fov__calibration v[2]; /* of two axes */
};
extern const char *const fov__scale_names[];
fov_status fov__chart_calibrations(struct fov__calibrations *out, fov_op_io *io,
                                   const fov_op_refs *refs, const char *op, fov_op_fault *fault,
                                   fov_error *err);
/* Where a point of input 0 lies along the calibrated axis; false as above. */
bool fov__chart_along(fov_op_io *io, const struct fov__calibration *cal, fov_point p, double *out);
/* On the calibration's scale -> in its units. */
double fov__chart_value(const struct fov__calibration *cal, double u);
/* {"value", "plus_minus", "extrapolated"?} under the axis' name. */
void fov__chart_write_value(struct fov_jw *jw, const struct fov__calibration *cal, double along);

#endif
