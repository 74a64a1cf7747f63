/* SPDX-License-Identifier: MIT */
/* What several facts write alike. It must never look at a pixel. */
#include "op/op_internal.h"

fov_box fov__op_source_box(fov_op_io *io, fov_box box)
{
    const fov_point corners[] = {
        {box.x1, box.y1}, {box.x2, box.y1}, {box.x2, box.y2}, {box.x1, box.y2}};
    const fov_point first = io->to_source(io, 0, corners[0]);
    fov_box out = {first.x, first.y, first.x, first.y};
    for (int i = 1; i < 4; i++) {
        const fov_point p = io->to_source(io, 0, corners[i]);
        out.x1 = p.x < out.x1 ? p.x : out.x1;
        out.y1 = p.y < out.y1 ? p.y : out.y1;
        out.x2 = p.x > out.x2 ? p.x : out.x2;
        out.y2 = p.y > out.y2 ? p.y : out.y2;
    }
    return out;
}

void fov__op_write_source_box(fov_op_io *io, struct fov_jw *jw, fov_box box)
{
    const fov_box seen = fov__op_source_box(io, box);
    const double v[] = {seen.x1, seen.y1, seen.x2, seen.y2};
    fov__jw_array(jw, "source_px");
    for (int i = 0; i < 4; i++)
        fov__jw_number(jw, NULL, fov__rint(v[i] * 100) / 100 + 0.0);
    fov__jw_end_array(jw);
}
