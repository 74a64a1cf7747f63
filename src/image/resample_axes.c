/* SPDX-License-Identifier: MIT */
/* Maps that keep the axes, or swap them: two separable passes, row by row, with as few rows between
 * the passes as the taps need. Which pass comes first follows from the map alone, and each output
 * row from the source alone: neither threads nor the twin in use can be seen in a pixel. */
#include "image/turn_internal.h"
#include "image/warp_internal.h"

/* Rows that a turned picture's columns are gathered from at a time. */
enum { STRIP = 16 };

struct axes {
    const struct fov_pixels *src;
    struct fov_pixels *out;
    const struct fov_rows *rows;
    const fov_cancel *cancel;
    struct fov_taps x, y;   /* of the grid, whose x runs along the source's */
    bool turned;            /* the grid is the output across its diagonal */
    bool is_across_first;   /* along x, then along y */
    bool is_weighed;        /* there is alpha to weigh colours by */
    bool is_wide;           /* rows of the output are 16-bit numbers */
    int32_t width, height;  /* of the grid */
    int32_t x1, x2, y1, y2; /* the source pixels that are read */
    int32_t reach;          /* source pixels from column 0 on that a row must hold */
    int32_t part_rows;
};

/* Where rows of the grid go: to the output as they are, or through a strip to its columns. */
struct target {
    const struct axes *axes;
    uint8_t *strip;
    int32_t y0; /* of the strip's first row */
};

static uint8_t *target_row(const struct target *target, int32_t y)
{
    const struct axes *axes = target->axes;

    if (!axes->turned)
        return fov__pixels_row(axes->out, y);
    return target->strip + (size_t)(y - target->y0) * (size_t)(axes->width * axes->src->bands);
}

/* The strip's rows become columns of the output. */
static void turn_strip(const struct target *target, int32_t rows)
{
    const struct axes *axes = target->axes;
    const size_t bands = (size_t)axes->src->bands, pitch = (size_t)axes->width * bands;

    fov__turn_kernels(axes->src->ctx->cpu)
        ->transpose(axes->out->data + (size_t)target->y0 * bands, axes->out->stride, target->strip,
                    (ptrdiff_t)pitch, false, (size_t)rows, (size_t)axes->width, bands);
}

/* ---- memory of a part ----------------------------------------------------------------------- */

struct room {
    uint8_t *block;
    uint8_t *ring; /* rows between the passes, `pitch` bytes apart */
    uint8_t *edge[2];
    int16_t *weighed[2];
    int32_t *sum;
    const void **taps;
    uint8_t *strip;
    size_t pitch;
    int32_t slots;
};

static size_t rounded(size_t size)
{
    return (size + 63) / 64 * 64;
}

static fov_status room_make(struct room *room, const struct axes *axes)
{
    const size_t bands = (size_t)axes->src->bands;
    const size_t cell = axes->is_weighed ? sizeof(int32_t) : sizeof(int16_t);
    /* Down first, a row holds the source's columns; across first, the grid's. */
    const int32_t cells =
        axes->is_across_first ? axes->width + 2 : axes->x2 - axes->x1 + axes->x.count;
    const size_t edge = rounded((size_t)axes->reach * bands + FOV__ROW_SLACK);
    const size_t weighed =
        axes->is_weighed ? rounded((size_t)axes->reach * 4 * sizeof(int16_t) + FOV__ROW_SLACK) : 0;
    const size_t sum =
        axes->is_weighed ? rounded(((size_t)axes->width + 1) * 4 * sizeof(int32_t)) : 0;
    const size_t taps = rounded((size_t)axes->y.count * sizeof(void *));
    const size_t strip =
        axes->turned ? rounded((size_t)STRIP * (size_t)axes->width * bands + FOV__ROW_SLACK) : 0;
    uint8_t *p;

    /* One more than the taps, since rows come in twos, and one that nobody reads. */
    room->slots = axes->is_across_first ? axes->y.count + 1 : 2;
    room->pitch = rounded((size_t)cells * bands * cell + FOV__ROW_SLACK);
    p = fov__calloc(axes->src->ctx, 1,
                    (size_t)(room->slots + 1) * room->pitch + 2 * (edge + weighed) + sum + taps +
                        strip);
    if (!p)
        return FOV_E_MEMORY;
    room->block = room->ring = p;
    p += (size_t)(room->slots + 1) * room->pitch;
    room->edge[0] = p;
    room->edge[1] = p + edge;
    p += 2 * edge;
    room->weighed[0] = (void *)p;
    room->weighed[1] = (void *)(p + weighed);
    p += 2 * weighed;
    room->sum = (void *)p;
    p += sum;
    room->taps = (void *)p;
    p += taps;
    room->strip = p;
    return FOV_OK;
}

/* ---- across, then down ---------------------------------------------------------------------- */

/* A source row that may be read beyond its end: the last ones of the buffer are copied. */
static const uint8_t *safe_row(const struct axes *axes, uint8_t *copy, int32_t r)
{
    const struct fov_pixels *src = axes->src;
    const size_t size = (size_t)src->width * (size_t)src->bands;
    const size_t need = (size_t)axes->reach * (size_t)src->bands + FOV__ROW_SLACK;
    const uint8_t *row = fov__pixels_row(src, r);

    if ((size_t)r * src->stride + need <= (size_t)(src->height - 1) * src->stride + size)
        return row;
    memcpy(copy, row, size);
    return copy;
}

/* Colours times alpha, and alpha times 255, all less 32 768. */
static void weigh_row(int16_t *dst, const uint8_t *src, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t a = src[4 * i + 3];

        dst[4 * i] = (int16_t)(src[4 * i] * a - 32768);
        dst[4 * i + 1] = (int16_t)(src[4 * i + 1] * a - 32768);
        dst[4 * i + 2] = (int16_t)(src[4 * i + 2] * a - 32768);
        dst[4 * i + 3] = (int16_t)(255 * a - 32768);
    }
}

static void *slot_of(const struct room *room, int32_t r)
{
    return room->ring + (size_t)(r % room->slots) * room->pitch;
}

/* Resample source row r across, and the next one with it where that is cheap; return the row after
 * those that are done. */
static int32_t make_rows(const struct axes *axes, struct room *room, int32_t r)
{
    const int32_t next = r + 1 < axes->y2 ? r + 1 : r;
    const int32_t both[2] = {r, next};
    void *const dst[2] = {slot_of(room, r), next == r
                                                ? room->ring + (size_t)room->slots * room->pitch
                                                : slot_of(room, next)};

    if (axes->is_weighed) {
        int32_t *const to[2] = {dst[0], dst[1]};
        const int16_t *from[2];

        for (int i = 0; i < 2; i++) {
            int16_t *row = room->weighed[i];
            weigh_row(row + 4 * (size_t)axes->x1,
                      fov__pixels_row(axes->src, both[i]) + 4 * (size_t)axes->x1,
                      axes->x2 - axes->x1);
            from[i] = row;
        }
        axes->rows->across_weighed(to, from, &axes->x);
    } else {
        int16_t *const to[2] = {dst[0], dst[1]};
        const uint8_t *const from[2] = {safe_row(axes, room->edge[0], r),
                                        safe_row(axes, room->edge[1], next)};

        axes->rows->across_bytes(to, from, &axes->x, axes->src->bands);
    }
    return next + 1;
}

static fov_status across_first(const struct axes *axes, struct room *room, struct target *target,
                               int32_t y1, int32_t y2, int32_t *next)
{
    const struct fov_taps *y = &axes->y;
    const int32_t size = axes->src->height;
    const bool falls = y->first[y->n - 1] < y->first[0];

    for (int32_t i = 0; i < y2 - y1; i++) {
        const int32_t at = falls ? y2 - 1 - i : y1 + i;
        const int16_t *coef = y->coef + (size_t)at * (size_t)y->count;
        const int32_t lo = fov__clamp_index(y->first[at], size);
        const int32_t hi = fov__clamp_index(y->first[at] + y->count - 1, size);
        uint8_t *dst = target_row(target, at);

        if (fov_cancel_is_set(axes->cancel))
            return FOV_E_CANCELLED;
        *next = *next < lo ? lo : *next;
        while (*next <= hi)
            *next = make_rows(axes, room, *next);
        for (int32_t k = 0; k < y->count; k++)
            room->taps[k] = slot_of(room, fov__clamp_index(y->first[at] + k, size));
        if (axes->is_weighed)
            axes->rows->down_weighed(dst, (const int32_t *const *)room->taps, coef, y->count,
                                     axes->width, room->sum);
        else if (axes->is_wide)
            axes->rows->down_plane((int16_t *)(void *)dst, (const int16_t *const *)room->taps,
                                   coef, y->count, axes->width);
        else
            axes->rows->down_words(dst, (const int16_t *const *)room->taps, coef, y->count,
                                   axes->width * axes->src->bands);
    }
    return FOV_OK;
}

/* ---- down, then across ---------------------------------------------------------------------- */

static void down_row(const struct axes *axes, struct room *room, int32_t slot, int32_t at)
{
    const struct fov_taps *y = &axes->y;
    const int32_t bands = axes->src->bands;

    for (int32_t k = 0; k < y->count; k++) {
        const int32_t r = fov__clamp_index(y->first[at] + k, axes->src->height);
        room->taps[k] = fov__pixels_row(axes->src, r) + (size_t)(axes->x1 * bands);
    }
    axes->rows->down_bytes(slot_of(room, slot), (const uint8_t *const *)room->taps,
                           y->coef + (size_t)at * (size_t)y->count, y->count,
                           (axes->x2 - axes->x1) * bands);
}

static fov_status down_first(const struct axes *axes, struct room *room, struct target *target,
                             int32_t y1, int32_t y2)
{
    for (int32_t at = y1; at < y2; at += 2) {
        const int32_t other = at + 1 < y2 ? at + 1 : at;
        const int16_t *src[2] = {slot_of(room, 0), slot_of(room, other - at)};
        uint8_t *dst[2] = {target_row(target, at), target_row(target, other)};

        if (fov_cancel_is_set(axes->cancel))
            return FOV_E_CANCELLED;
        down_row(axes, room, 0, at);
        if (other != at)
            down_row(axes, room, 1, other);
        if (axes->is_wide) {
            int16_t *wide[2] = {(void *)dst[0], (void *)dst[1]};
            axes->rows->across_plane(wide, src, &axes->x);
        } else {
            axes->rows->across_words(dst, src, &axes->x, axes->src->bands);
        }
    }
    return FOV_OK;
}

/* ---- parts ---------------------------------------------------------------------------------- */

static fov_status axes_part(void *user, int32_t i)
{
    const struct axes *axes = user;
    const int32_t y1 = i * axes->part_rows, left = axes->height - y1;
    const int32_t n = left < axes->part_rows ? left : axes->part_rows;
    const int32_t step = axes->turned ? STRIP : n;
    const bool falls = axes->y.first[axes->y.n - 1] < axes->y.first[0];
    struct room room;
    struct target target = {axes, NULL, 0};
    int32_t next = 0;
    fov_status rc = room_make(&room, axes);

    if (rc < 0)
        return rc;
    target.strip = room.strip;
    for (int32_t done = 0; rc == FOV_OK && done < n; done += step) {
        const int32_t rows = n - done < step ? n - done : step;
        const int32_t from = falls ? y1 + n - done - rows : y1 + done;

        target.y0 = from;
        if (axes->is_across_first)
            rc = across_first(axes, &room, &target, from, from + rows, &next);
        else
            rc = down_first(axes, &room, &target, from, from + rows);
        if (rc == FOV_OK && axes->turned)
            turn_strip(&target, rows);
    }
    fov__free(axes->src->ctx, room.block);
    return rc;
}

/* ---- what is read, and in which order ------------------------------------------------------- */

static void span_of(const struct fov_taps *taps, int32_t size, int32_t *from, int32_t *to)
{
    *from = size;
    *to = 0;
    for (int32_t i = 0; i < taps->n; i++) {
        const int32_t a = fov__clamp_index(taps->first[i], size);
        const int32_t b = fov__clamp_index(taps->first[i] + taps->count - 1, size) + 1;

        *from = a < *from ? a : *from;
        *to = b > *to ? b : *to;
    }
}

static bool is_opaque(const struct axes *axes)
{
    const struct fov_turn_kernels *kernels = fov__turn_kernels(axes->src->ctx->cpu);
    const size_t n = (size_t)(axes->x2 - axes->x1);

    for (int32_t y = axes->y1; y < axes->y2; y++)
        if (!kernels->is_opaque(fov__pixels_row(axes->src, y) + 4 * (size_t)axes->x1, 0, n, 1))
            return false;
    return true;
}

static double size_of(double v)
{
    return v < 0 ? -v : v;
}

/* Multiplications for each output pixel, those across counted twice, since there they need
 * shuffling first. Shrinking goes down first, on long rows of bytes; enlarging goes across first.
 */
static bool across_is_cheaper(const struct axes *axes, double sx, double sy)
{
    const double across = axes->x.count, down = axes->y.count;

    return 2.0 * across * size_of(sy) + down <= down * size_of(sx) + 2.0 * across;
}

static void settle(struct axes *axes, double sx, double sy)
{
    fov__taps_fold(&axes->x, axes->src->width);
    span_of(&axes->x, axes->src->width, &axes->x1, &axes->x2);
    span_of(&axes->y, axes->src->height, &axes->y1, &axes->y2);
    axes->reach = axes->src->width;
    for (int32_t i = 0; i < axes->x.n; i++)
        if (axes->x.first[i] + axes->x.count > axes->reach)
            axes->reach = axes->x.first[i] + axes->x.count;
    axes->is_weighed = axes->src->bands == 4 && !is_opaque(axes);
    axes->is_across_first = axes->is_weighed || across_is_cheaper(axes, sx, sy);
    for (int32_t i = 0; !axes->is_across_first && i < axes->x.n; i++)
        axes->x.first[i] -= axes->x1;
}

/* ---- exits ---------------------------------------------------------------------------------- */

/* The source indices of an axis that only moves pixels. So near to whole numbers every kernel's
 * taps are one whole unit: what is done here gives the same bytes, sooner. */
static bool indices_of(int32_t *index, enum fov__kernel kernel, double scale, double offset,
                       int32_t n, int32_t size)
{
    for (int32_t i = 0; i < n; i++) {
        const double centre = fov__taps_centre(scale, offset, i), at = fov__floor(centre);

        if (kernel != FOV__KERNEL_NEAREST &&
            (size_of(centre - at - 0.5) > 1e-5 || size_of(size_of(scale) - 1.0) > 1e-5))
            return false;
        index[i] = fov__clamp_index((int32_t)at, size);
    }
    return true;
}

/* *done says whether that was it. */
static fov_status try_moves(const struct axes *axes, const struct fov_warp *warp, double sx,
                            double sy, uint32_t threads, bool *done, fov_error *err)
{
    const size_t n = (size_t)axes->width + (size_t)axes->height;
    const double *m = warp->to_src.m;
    int32_t *index = fov__alloc(axes->src->ctx, n * sizeof(*index));
    fov_status rc = FOV_OK;

    if (!index)
        return fov__fail_memory(err, "resample", n * sizeof(*index));
    *done =
        indices_of(index, warp->kernel, sx, m[2], axes->width, axes->src->width) &&
        indices_of(index + axes->width, warp->kernel, sy, m[5], axes->height, axes->src->height);
    if (*done) {
        const struct fov_moves moves = {axes->src, index, index + axes->width, axes->turned};
        rc = fov__resample_moves(&moves, axes->out, threads, axes->cancel, err);
    }
    fov__free(axes->src->ctx, index);
    return rc;
}

/* The mean of 2 x 2, 4 x 4 or 8 x 8 whole pixels of three bands: shrink.c has that. Its bytes are
 * those of the two passes, whose coefficients are then powers of two. */
static fov_status shrink_part(void *user, int32_t i)
{
    const struct axes *axes = user;
    const int32_t shrink = axes->src->bands == 3 ? axes->reach : 1;
    const int32_t end = (i + 1) * axes->part_rows;

    for (int32_t y = i * axes->part_rows; y < end && y < axes->height; y++) {
        const uint8_t *src = fov__pixels_row(axes->src, axes->y1 + y * shrink);

        if (fov_cancel_is_set(axes->cancel))
            return FOV_E_CANCELLED;
        fov__shrink_rows(axes->src->ctx->cpu, fov__pixels_row(axes->out, y),
                         src + (size_t)axes->x1 * 3, axes->src->stride, axes->width * shrink,
                         shrink, 3, shrink);
    }
    return FOV_OK;
}

static bool is_shrink(const struct fov_warp *warp, const struct fov_pixels *out)
{
    const double *m = warp->to_src.m, s = m[0];

    return warp->kernel == FOV__KERNEL_BOX && out->bands == 3 && m[4] == s &&
           (s == 2 || s == 4 || s == 8) && m[2] >= 0 && m[5] >= 0 && fov__floor(m[2]) == m[2] &&
           fov__floor(m[5]) == m[5] && m[2] + s * out->width <= warp->src->width &&
           m[5] + s * out->height <= warp->src->height;
}

static fov_status run_shrink(struct axes *axes, const double *m, uint32_t threads, fov_error *err)
{
    axes->reach = (int32_t)m[0];
    axes->x1 = (int32_t)m[2];
    axes->y1 = (int32_t)m[5];
    return fov__warp_parts(axes, shrink_part,
                           (axes->height + axes->part_rows - 1) / axes->part_rows, threads, err);
}

/* ---- all of it ------------------------------------------------------------------------------ */

fov_status fov__resample_axes(const struct fov_warp *warp, struct fov_pixels *out, uint32_t threads,
                              const fov_cancel *cancel, fov_error *err)
{
    const double *m = warp->to_src.m;
    const bool turned = m[0] == 0.0 && m[4] == 0.0;
    const double sx = turned ? m[1] : m[0], sy = turned ? m[3] : m[4];
    struct axes axes = {.src = warp->src, .out = out, .cancel = cancel, .turned = turned,
                        .is_wide = warp->is_wide};
    bool done = false;
    fov_status rc;

    axes.rows = &fov__rows_portable;
#if defined(FOV__HAVE_AVX2)
    if (out->ctx->cpu == FOV__CPU_AVX2)
        axes.rows = &fov__rows_avx2;
#endif
    axes.width = turned ? out->height : out->width;
    axes.height = turned ? out->width : out->height;
    axes.part_rows = fov__warp_part_rows(axes.height, threads);
    if (!turned && is_shrink(warp, out))
        return run_shrink(&axes, m, threads, err);
    /* A single plane takes the long way, which gives the same. */
    rc = warp->src->bands == 1 ? FOV_OK : try_moves(&axes, warp, sx, sy, threads, &done, err);
    if (rc < 0 || done)
        return rc;
    rc = fov__taps_axis(&axes.x, out->ctx, warp->kernel, sx, m[2], axes.width, err);
    if (rc == FOV_OK)
        rc = fov__taps_axis(&axes.y, out->ctx, warp->kernel, sy, m[5], axes.height, err);
    if (rc == FOV_OK) {
        settle(&axes, sx, sy);
        rc = fov__warp_parts(&axes, axes_part, (axes.height + axes.part_rows - 1) / axes.part_rows,
                             threads, err);
    }
    fov__taps_free(&axes.x);
    fov__taps_free(&axes.y);
    return rc;
}
