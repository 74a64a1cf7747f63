/* SPDX-License-Identifier: MIT */
/* What several facts write alike. */
#include "op/op_internal.h"

void fov__op_write_source_box(fov_op_io *io, struct fov_jw *jw, fov_box box)
{
    const fov_point corners[] = {
        {box.x1, box.y1}, {box.x2, box.y1}, {box.x2, box.y2}, {box.x1, box.y2}};
    double v[4] = {0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
        const fov_point p = io->to_source(io, 0, corners[i]);
        v[0] = i == 0 || p.x < v[0] ? p.x : v[0];
        v[1] = i == 0 || p.y < v[1] ? p.y : v[1];
        v[2] = i == 0 || p.x > v[2] ? p.x : v[2];
        v[3] = i == 0 || p.y > v[3] ? p.y : v[3];
    }
    for (int i = 0; i < 4; i++)
        v[i] = fov__rint(v[i] * 100) / 100 + 0.0;
    fov_op_facts_numbers(jw, "source_px", v, 4);
}
