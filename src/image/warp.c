/* SPDX-License-Identifier: MIT */
/* The one resample of a segment: output pixels are fetched through a matrix from one grid of source
 * pixels. Here is decided which way a map goes, and the work is shared out. Integer accumulation
 * throughout: the same bytes on every machine and for any number of threads. It knows nothing of
 * nodes, fills or marks. */
#include "image/warp_internal.h"

/* Pixels of an output that one thread makes alone. */
enum { ALONE = 1 << 16 };

/* ---- sharing out ---------------------------------------------------------------------------- */

struct parts {
    void *job;
    fov__part_fn part;
    atomic_int failed; /* the first error of any part */
};

static void run_part(uint32_t i, void *user)
{
    struct parts *parts = user;
    int none = 0;
    fov_status rc;

    if (atomic_load(&parts->failed))
        return;
    rc = parts->part(parts->job, (int32_t)i);
    if (rc < 0)
        atomic_compare_exchange_strong(&parts->failed, &none, rc);
}

fov_status fov__warp_parts(void *job, fov__part_fn part, int32_t n, uint32_t threads,
                           fov_error *err)
{
    struct parts parts = {.job = job, .part = part};
    fov_status rc;

    fov__parallel(threads, (uint32_t)n, run_part, &parts);
    rc = atomic_load(&parts.failed);
    if (rc == FOV_E_MEMORY)
        return fov__fail_memory(err, "resample", 0);
    if (rc < 0)
        return fov__fail(err, rc, 0, "resample", "resampling was cancelled");
    return FOV_OK;
}

/* Each part makes its first rows between the passes anew, so a part is no smaller than needed: four
 * for each thread, since threads do not come equally fast. */
int32_t fov__warp_part_rows(int32_t height, uint32_t threads)
{
    const int64_t parts = threads <= 1 ? 1 : (int64_t)threads * 4;
    const int32_t rows = (int32_t)((height + parts - 1) / parts);

    return rows < 16 ? 16 : rows;
}

/* ---- which way ------------------------------------------------------------------------------ */

double fov__warp_widening(struct fov_mat to_src, fov_point p)
{
    double sx, sy, s;

    fov__mat_density(to_src, p, &sx, &sy);
    s = sx > sy ? sx : sy;
    /* A turn by 45 degrees measures 1 +- rounding: that is no minification. */
    return s > 1.0 + 1e-9 ? s : 1.0;
}

/* Along a row or column the density of a perspective rises or falls: the corners tell. */
void fov__warp_widenings(struct fov_mat to_src, int32_t width, int32_t height, double *least,
                         double *most)
{
    const fov_point at[4] = {
        {0.5, 0.5}, {width - 0.5, 0.5}, {0.5, height - 0.5}, {width - 0.5, height - 0.5}};

    *least = *most = fov__warp_widening(to_src, (fov_point){width * 0.5, height * 0.5});
    for (int i = 0; i < 4 && !fov__mat_is_affine(to_src); i++) {
        const double s = fov__warp_widening(to_src, at[i]);
        *least = s < *least ? s : *least;
        *most = s > *most ? s : *most;
    }
}

fov_status fov__warp(const struct fov_warp *warp, struct fov_pixels *out, uint32_t threads,
                     const fov_cancel *cancel, fov_error *err)
{
    /* Starting a thread takes as long as some thousand pixels. */
    if ((int64_t)out->width * out->height < ALONE)
        threads = 1;
    if (out->bands != warp->src->bands)
        return fov__fail(err, FOV_E_INTERNAL, 0, "resample",
                         "the output has %d bands, the source %d", (int)out->bands,
                         (int)warp->src->bands);
    if (fov__mat_is_axis_aligned(warp->to_src))
        return fov__resample_axes(warp, out, threads, cancel, err);
    return fov__resample_free(warp, out, threads, cancel, err);
}

/* The widest kernel there is: beyond, a copy is read, of which a pixel is as many of the source. */
static double reach_margin(const struct fov_warp *warp, int32_t width, int32_t height)
{
    double least, most;

    fov__warp_widenings(warp->to_src, width, height, &least, &most);
    /* What is over the horizon reads the whole source in any case. */
    most = most < 1e6 ? most : 1e6;
    /* The shrinking that may come before a free map reaches further. */
    return fov__kernel_radius(warp->kernel, most) *
               (most >= FOV__FREE_SHRINK ? 1.0 + 1.0 / FOV__FREE_KEEP : 1.0) +
           2.0;
}

fov_box fov__warp_reach(const struct fov_warp *warp, int32_t out_width, int32_t out_height)
{
    const fov_box box = fov__mat_bounds(warp->to_src, (fov_box){0, 0, out_width, out_height});
    const double margin = reach_margin(warp, out_width, out_height);

    return (fov_box){box.x1 - margin, box.y1 - margin, box.x2 + margin, box.y2 + margin};
}
