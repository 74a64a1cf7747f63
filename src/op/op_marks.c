/* SPDX-License-Identifier: MIT */
/* The list of vectors that the marking operations fill and the renderer draws last. It only keeps
 * them; it must never look at pixels. */
#include "op/op_internal.h"

/* One call adds at most 5 lists of FOV_OP_LIST_MAX and their numbers; a chain of marks may be long,
 * but a picture with more strokes than this shows nothing else. */
enum { MARKS_MAX = 16384 };

fov_status fov_op_marks_add(fov_op_marks *marks, const fov_op_mark *mark, fov_error *err)
{
    if (marks->count >= MARKS_MAX)
        return fov__fail(err, FOV_E_LIMIT, 0, "marks", "an image would carry more than %d marks",
                         MARKS_MAX);
    if (!fov__grow(marks->ctx, &marks->v, &marks->capacity, marks->count + 1, sizeof(*marks->v)))
        return fov__fail_memory(err, "marks", (marks->count + 1) * sizeof(*marks->v));
    marks->v[marks->count++] = *mark;
    return FOV_OK;
}
