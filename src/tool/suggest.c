/* SPDX-License-Identifier: MIT */
/* What to do about a whole picture that a model sees much smaller than it is: how many tiles show
 * it in full, by the profile's own sizes. It only says so; it must never change what is delivered.
 */
#include "tool/tool_internal.h"

/* Below so much nothing that can be read is lost. */
#define SHRUNK_FROM 2.0
/* So little, and what a size loses by being rounded to a model's patches, cannot be seen. */
#define FULL_BELOW 1.05
/* More tiles must be worth their price. */
#define WORTH 0.95
/* The overlap that `tile` has by default. */
#define TILE_OVERLAP 0.1
enum { TILE_SIDE_MAX = 8 };

struct tiling {
    int32_t rows, cols;
    double shrunk; /* pixels of the picture for each delivered pixel, 1 at least */
};

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* How much smaller than it is one of rows x cols tiles would be shown; 0: not at all. */
static double tile_shrunk(const struct fov_toolbox *box, const struct fov_node *node, int32_t rows,
                          int32_t cols)
{
    const double width = node->width / (cols - (cols - 1) * TILE_OVERLAP);
    const double height = node->height / (rows - (rows - 1) * TILE_OVERLAP);
    const struct fov__fit_want want = {.width = (int32_t)fov__ceil(width),
                                       .height = (int32_t)fov__ceil(height),
                                       .may_enlarge = true,
                                       .many_images = box->many_images,
                                       .edge_max = (int32_t)box->ctx->limits.output_edge};
    fov_fit fit = FOV_FIT_INIT;
    double shrunk;

    if (fov__profile_fit(box->profile, &want, &fit, NULL) < 0)
        return 0;
    shrunk = larger((double)want.width / fit.width, (double)want.height / fit.height);
    return shrunk < FULL_BELOW ? 1.0 : shrunk;
}

/* The fewest tiles that show all there is, and of those the least elongated; where even the most
 * tiles do not, those that show most. */
static struct tiling find_tiling(const struct fov_toolbox *box, const struct fov_node *node)
{
    struct tiling best = {0, 0, 0};
    double best_ratio = 0;

    for (int32_t count = 2; count <= FOV_OP_OUTPUTS_MAX && !(best.shrunk == 1.0); count++) {
        for (int32_t rows = 1; rows <= count && rows <= TILE_SIDE_MAX; rows++) {
            const int32_t cols = count / rows;
            double shrunk, ratio;

            if (rows * cols != count || cols > TILE_SIDE_MAX)
                continue;
            shrunk = tile_shrunk(box, node, rows, cols);
            ratio = ((double)node->width * rows) / ((double)node->height * cols);
            ratio = ratio < 1 ? 1 / ratio : ratio;
            if (shrunk > 0 &&
                (best.shrunk == 0 || shrunk < WORTH * best.shrunk ||
                 (count == best.rows * best.cols && shrunk <= best.shrunk && ratio < best_ratio))) {
                best = (struct tiling){rows, cols, shrunk};
                best_ratio = ratio;
            }
        }
    }
    return best;
}

static void add_tenths(struct fov_buf *out, double value)
{
    char text[32];

    fov__double_text(text, fov__rint(value * 10.0) / 10.0);
    fov__buf_adds(out, text);
}

void fov__tool_suggest(struct fov_buf *out, const struct fov_toolbox *box,
                       const struct fov_node *node, const fov_fit *fit)
{
    const double shrunk =
        larger((double)node->width / fit->width, (double)node->height / fit->height);
    const struct fov_node *whole = node->op ? node->parent[0] : node;
    struct tiling tiling;

    if ((node->op && node->op != &fov__op_overview) || shrunk <= SHRUNK_FROM)
        return;
    if (!((fov__op_tile.presets | fov__op_zoom.presets) & box->preset))
        return;
    fov__buf_adds(out, "; shrunk ");
    add_tenths(out, shrunk);
    fov__buf_adds(out, " times: ");
    tiling = find_tiling(box, whole);
    if (!(fov__op_tile.presets & box->preset) || tiling.shrunk == 0) {
        fov__buf_adds(out, "zoom shows parts of it in full detail");
        return;
    }
    fov__buf_adds(out, "tile with ");
    if (whole->id > 0)
        fov__buf_addf(out, "image=img_%d, ", (int)whole->id);
    fov__buf_addf(out, "rows=%d, cols=%d shows it ", (int)tiling.rows, (int)tiling.cols);
    if (tiling.shrunk == 1.0) {
        fov__buf_adds(out, "in full detail");
    } else {
        fov__buf_adds(out, "shrunk ");
        add_tenths(out, tiling.shrunk);
        fov__buf_adds(out, " times");
    }
}
