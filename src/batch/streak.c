/* SPDX-License-Identifier: MIT */
/* When all items fail alike: a wrong key, a server that is gone, a spent quota. Ten thousand lines
 * that say so would be ten thousand items to be asked again, so the run ends and those items stay
 * undone. It must never end a run over what is an item's own fault, unless nothing else happens. */
#include "batch/batch_internal.h"

/* What a server says of the asker, the model or itself. A 400, 413 or 422 may be about one picture,
 * and so may a 2xx that was not understood. */
static bool is_of_model(const fov_error *how)
{
    static const int32_t statuses[] = {401, 402, 403, 404, 407, 408, 429};

    if (how->status == FOV_E_NET)
        return true;
    if (how->status != FOV_E_PROVIDER)
        return false;
    for (size_t i = 0; i < FOV_COUNT(statuses); i++)
        if (how->detail == statuses[i])
            return true;
    return how->detail >= 500;
}

bool fov__streak_add(struct fov_streak *streak, size_t index, const fov_error *how)
{
    const bool is_alike = streak->count > 0 && how->status == streak->last.status &&
                          how->detail == streak->last.detail;

    /* What was being asked when the row was full may still join it; it breaks it no more. */
    if (streak->is_over && !is_alike)
        return true;
    if (!is_alike) {
        streak->has_others = streak->has_others || streak->count > 0 || how->status >= 0;
        streak->count = 0;
    }
    if (how->status < 0 && streak->count < FOV_COUNT(streak->item)) {
        streak->last = *how;
        streak->item[streak->count++] = index;
    }
    if (streak->count >= FOV__BATCH_STREAK && (is_of_model(how) || !streak->has_others))
        streak->is_over = true;
    return streak->is_over;
}

bool fov__streak_end(struct fov_streak *streak)
{
    if (streak->count > 0 && !streak->has_others && is_of_model(&streak->last))
        streak->is_over = true;
    return streak->is_over;
}

fov_status fov__streak_fail(const struct fov_streak *streak, fov_error *err)
{
    char what[64];

    if (streak->count == 1)
        fov__format(what, sizeof(what), "the item failed and stays undone");
    else
        fov__format(what, sizeof(what), "%zu items in a row failed alike and stay undone",
                    streak->count);
    return fov__fail(err, streak->last.status, streak->last.detail, "items", "%s: %s", what,
                     streak->last.message[0] ? streak->last.message
                                             : fov_status_text(streak->last.status));
}

fov_status fov__streak_undo(const struct fov_streak *streak, fov_context *ctx, const char *dir,
                            struct fov_questions *questions, fov_error *err)
{
    struct fov_results results;
    fov_status rc = fov__results_load(&results, ctx, dir, questions, false, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < streak->count; i++)
        results.line[streak->item[i]] = (struct fov_span){NULL, 0};
    rc = fov__results_mend(&results, dir, questions, err);
    fov__results_drop(&results);
    return rc;
}
