/* SPDX-License-Identifier: MIT */
/* Maps that only move pixels: copies of a box, flips, quarter turns, nearest neighbours. No byte of
 * a pixel is changed here. */
#include "image/turn_internal.h"
#include "image/warp_internal.h"

/* Rows of the output at a time, so that the columns they come from are used while they are near. */
enum { BLOCK = 64 };

struct job {
    struct fov_moves moves;
    struct fov_pixels *out;
    const struct fov_turn_kernels *kernels;
    const fov_cancel *cancel;
    int32_t part_rows;
    int32_t column_step, row_step; /* of the indices, when it is always the same 1 or -1; else 0 */
};

static inline void copy_pixel(uint8_t *dst, const uint8_t *src, int32_t bands)
{
    memcpy(dst, src, 3);
    if (bands == 4)
        dst[3] = src[3];
}

static int32_t step_of(const int32_t *index, int32_t n)
{
    const int32_t step = n > 1 ? index[1] - index[0] : 1;

    for (int32_t i = 1; i < n; i++) {
        if (index[i] - index[i - 1] != step)
            return 0;
    }
    return step == 1 || step == -1 ? step : 0;
}

static void straight_row(const struct job *job, int32_t y)
{
    const int32_t *column = job->moves.column;
    const int32_t bands = job->out->bands, width = job->out->width;
    const uint8_t *row = fov__pixels_row(job->moves.src, job->moves.row[y]);
    uint8_t *dst = fov__pixels_row(job->out, y);

    if (job->column_step == 1)
        memcpy(dst, row + (size_t)(column[0] * bands), (size_t)(width * bands));
    else if (job->column_step == -1)
        job->kernels->reverse(dst, row + (size_t)((column[0] + 1) * bands), (size_t)width,
                              (size_t)bands);
    for (int32_t i = 0; job->column_step == 0 && i < width; i++, dst += bands)
        copy_pixel(dst, row + (size_t)(column[i] * bands), bands);
}

/* Columns [x1, x2) of the output, whose columns are rows of the source, pixel by pixel. */
static void turned_pixels(const struct job *job, int32_t x1, int32_t x2, int32_t y1, int32_t y2)
{
    const struct fov_moves *moves = &job->moves;
    const int32_t bands = job->out->bands;

    for (int32_t y = y1; y < y2; y++) {
        const size_t column = (size_t)(moves->column[y] * bands);
        uint8_t *dst = fov__pixels_row(job->out, y) + (size_t)(x1 * bands);

        for (int32_t x = x1; x < x2; x++, dst += bands)
            copy_pixel(dst, fov__pixels_row(moves->src, moves->row[x]) + column, bands);
    }
}

/* The kernel may read behind a row, so the last one of the source is left out of it. */
static void turned_rows(const struct job *job, int32_t y1, int32_t y2)
{
    const struct fov_moves *moves = &job->moves;
    const size_t bands = (size_t)job->out->bands;
    const ptrdiff_t stride = (ptrdiff_t)moves->src->stride;
    const int32_t width = job->out->width, last = moves->src->height - 1;
    const int32_t x1 = moves->row[0] == last, x2 = width - (moves->row[width - 1] == last);

    if (job->column_step == 0 || job->row_step == 0 || x1 >= x2) {
        turned_pixels(job, 0, width, y1, y2);
        return;
    }
    job->kernels->transpose(
        fov__pixels_row(job->out, y1) + (size_t)x1 * bands, job->out->stride,
        fov__pixels_row(moves->src, moves->row[x1]) + (size_t)moves->column[y1] * bands,
        stride * job->row_step, job->column_step < 0, (size_t)(x2 - x1), (size_t)(y2 - y1), bands);
    turned_pixels(job, 0, x1, y1, y2);
    turned_pixels(job, x2, width, y1, y2);
}

static fov_status move_part(void *user, int32_t i)
{
    const struct job *job = user;
    const int32_t y1 = i * job->part_rows, left = job->out->height - y1;
    const int32_t y2 = y1 + (left < job->part_rows ? left : job->part_rows);

    for (int32_t y = y1; y < y2; y += BLOCK) {
        const int32_t end = y2 - y < BLOCK ? y2 : y + BLOCK;

        if (fov_cancel_is_set(job->cancel))
            return FOV_E_CANCELLED;
        if (job->moves.turned)
            turned_rows(job, y, end);
        for (int32_t at = y; !job->moves.turned && at < end; at++)
            straight_row(job, at);
    }
    return FOV_OK;
}

fov_status fov__resample_moves(const struct fov_moves *moves, struct fov_pixels *out,
                               uint32_t threads, const fov_cancel *cancel, fov_error *err)
{
    const bool turned = moves->turned;
    struct job job = {.moves = *moves,
                      .out = out,
                      .kernels = fov__turn_kernels(out->ctx->cpu),
                      .cancel = cancel,
                      .part_rows = fov__warp_part_rows(out->height, threads)};

    job.column_step = step_of(moves->column, turned ? out->height : out->width);
    job.row_step = step_of(moves->row, turned ? out->width : out->height);
    return fov__warp_parts(&job, move_part, (out->height + job.part_rows - 1) / job.part_rows,
                           threads, err);
}
