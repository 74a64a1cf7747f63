/* SPDX-License-Identifier: MIT */
/* Rectangles that may be bars: flats whose edges are straight, put together again where a label
 * cuts them, drawn in where JPEG frays them. It must never judge what stands for a value. */
#include "reader/reader_internal.h"

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

/* The part of some pixels that is of the block's colour, or, if asked, ink. */
static double coverage(const struct reader_scene *scene, const struct reader_block *block,
                       bool is_ink, int32_t x1, int32_t y1, int32_t x2, int32_t y2)
{
    int32_t inside = 0, total = 0;
    for (int32_t y = y1; y < y2; y++) {
        for (int32_t x = x1; x < x2; x++) {
            const int32_t flat = scene->label[y * scene->width + x];
            total++;
            if (flat < 0 || is_ink)
                inside += flat < 0 && is_ink;
            else
                inside += flat == block->flat ||
                          fov__reader_rgb_distance(scene->flats[flat].colour, block->colour) <= 14;
        }
    }
    return total > 0 ? (double)inside / total : 0;
}

/* Draw the edges in to where most of the edge belongs to the flat: JPEG frays them by a pixel or
 * two. A label that touches an edge may hide a part of it. */
static bool trim_block(const struct reader_scene *scene, struct reader_block *b)
{
    const double most = 0.55;
    for (int32_t i = 0;
         i < 3 && b->y1 < b->y2 && coverage(scene, b, false, b->x1, b->y1, b->x2, b->y1 + 1) < most;
         i++)
        b->y1++;
    for (int32_t i = 0;
         i < 3 && b->y1 < b->y2 && coverage(scene, b, false, b->x1, b->y2 - 1, b->x2, b->y2) < most;
         i++)
        b->y2--;
    for (int32_t i = 0;
         i < 3 && b->x1 < b->x2 && coverage(scene, b, false, b->x1, b->y1, b->x1 + 1, b->y2) < most;
         i++)
        b->x1++;
    for (int32_t i = 0;
         i < 3 && b->x1 < b->x2 && coverage(scene, b, false, b->x2 - 1, b->y1, b->x2, b->y2) < most;
         i++)
        b->x2--;
    return b->x2 - b->x1 >= 3 && b->y2 - b->y1 >= 3 &&
           coverage(scene, b, false, b->x1, b->y1, b->x2, b->y2) > 0.4 &&
           coverage(scene, b, false, b->x1, b->y1, b->x2, b->y1 + 1) >= most &&
           coverage(scene, b, false, b->x1, b->y2 - 1, b->x2, b->y2) >= most &&
           coverage(scene, b, false, b->x1, b->y1, b->x1 + 1, b->y2) >= most &&
           coverage(scene, b, false, b->x2 - 1, b->y1, b->x2, b->y2) >= most;
}

/* Two parts of one bar: the same colour and sides, and only ink between them. */
static bool is_cut(const struct reader_scene *scene, const struct reader_block *a,
                   const struct reader_block *b)
{
    if (fov__reader_rgb_distance(a->colour, b->colour) > 14)
        return false;
    const bool in_column = absolute(a->x1 - b->x1) <= 2 && absolute(a->x2 - b->x2) <= 2;
    const bool in_row = absolute(a->y1 - b->y1) <= 2 && absolute(a->y2 - b->y2) <= 2;
    const int32_t play =
        4; /* the parts reach up beside the label; a line between two bars is thinner */
    if (in_column && b->y1 > a->y2 && b->y1 - a->y2 <= 20 && a->y2 - a->y1 > play &&
        b->y2 - b->y1 > play)
        return coverage(scene, a, true, a->x1, a->y2 - play, a->x2, b->y1 + play) > 0.35;
    if (in_row && b->x1 > a->x2 && b->x1 - a->x2 <= 60 && a->x2 - a->x1 > play &&
        b->x2 - b->x1 > play)
        return coverage(scene, a, true, a->x2 - play, a->y1, b->x1 + play, a->y2) > 0.35;
    return false;
}

static bool join_one(const struct reader_scene *scene, struct reader_block *blocks, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        for (size_t j = 0; j < *count; j++) {
            if (i == j || !is_cut(scene, &blocks[i], &blocks[j]))
                continue;
            blocks[i].x2 = blocks[j].x2;
            blocks[i].y2 = blocks[j].y2;
            blocks[j] = blocks[--*count];
            return true;
        }
    }
    return false;
}

/* Rectangles that differ clearly from the ground and are no frame around everything. */
size_t fov__reader_blocks(const struct reader_scene *scene, struct reader_block *blocks, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < scene->flat_count && count < max; i++) {
        const struct reader_flat *f = &scene->flats[i];
        if (f->is_ground || fov__reader_rgb_distance(f->colour, scene->ground) < 30)
            continue;
        const bool is_all =
            f->x2 - f->x1 > scene->width * 9 / 10 && f->y2 - f->y1 > scene->height / 3;
        struct reader_block block = {f->colour, f->x1, f->y1, f->x2, f->y2, (int32_t)i};
        if (!is_all)
            blocks[count++] = block;
    }
    while (join_one(scene, blocks, &count))
        continue;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct reader_block block = blocks[i];
        if (trim_block(scene, &block))
            blocks[kept++] = block;
    }
    return kept;
}
