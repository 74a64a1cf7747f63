/* SPDX-License-Identifier: MIT */
/* Where each colour of a palette lies: a pixel well inside the largest connected area of its label,
 * one that a finger would be put on. Areas are joined by union-find over four neighbours; how deep
 * a pixel lies is its chessboard distance to another label or to the edge, in two passes. */
#include "image/filter_kernels.h"

struct places {
    const uint8_t *label;
    int32_t width, height;
    int32_t *area;   /* negative: a root and minus its size; else the parent */
    uint16_t *depth; /* 1: beside another label */
};

static int32_t root_of(int32_t *area, int32_t i)
{
    while (area[i] >= 0) {
        if (area[area[i]] >= 0)
            area[i] = area[area[i]];
        i = area[i];
    }
    return i;
}

static void join(int32_t *area, int32_t i, int32_t k)
{
    i = root_of(area, i);
    k = root_of(area, k);
    if (i == k)
        return;
    if (area[i] > area[k]) {
        const int32_t other = i;
        i = k;
        k = other;
    }
    area[i] += area[k];
    area[k] = i;
}

static void join_row(const struct places *p, int32_t y)
{
    const int32_t w = p->width, first = y * w;
    for (int32_t i = first; i < first + w; i++) {
        p->area[i] = -1;
        if (i > first && p->label[i - 1] == p->label[i])
            join(p->area, i - 1, i);
        if (y > 0 && p->label[i - w] == p->label[i])
            join(p->area, i - w, i);
    }
}

/* The depth of a neighbour as seen from a pixel of `label`: 0 beyond the edge and in another. */
static uint16_t depth_at(const struct places *p, uint8_t label, int32_t x, int32_t y)
{
    if (x < 0 || y < 0 || x >= p->width || y >= p->height)
        return 0;
    const size_t i = (size_t)y * (size_t)p->width + (size_t)x;
    return p->label[i] == label ? p->depth[i] : 0;
}

/* dy -1: from what lies above and to the left; 1: from below and the right. */
static void deepen(const struct places *p, int32_t x, int32_t y, int32_t dy)
{
    const size_t i = (size_t)y * (size_t)p->width + (size_t)x;
    const uint8_t label = p->label[i];
    uint16_t least = depth_at(p, label, x + dy, y);
    for (int32_t dx = -1; dx <= 1; dx++) {
        const uint16_t d = depth_at(p, label, x + dx, y + dy);
        least = d < least ? d : least;
    }
    if (dy < 0 || least + 1 < p->depth[i])
        p->depth[i] = (uint16_t)(least + 1);
}

static fov_status measure(const struct fov__filter *filter, const struct places *p, fov_error *err)
{
    fov_status rc = FOV_OK;
    for (int32_t y = 0; rc == FOV_OK && y < p->height; y++) {
        rc = fov__filter_look(filter, y, err);
        join_row(p, y);
        for (int32_t x = 0; x < p->width; x++)
            deepen(p, x, y, -1);
    }
    for (int32_t y = p->height - 1; rc == FOV_OK && y >= 0; y--) {
        rc = fov__filter_look(filter, y, err);
        for (int32_t x = p->width - 1; x >= 0; x--)
            deepen(p, x, y, 1);
    }
    return rc;
}

/* The largest area of a label, how deep it goes, and where its deepest pixels lie on average. */
struct place {
    int32_t root, size;
    uint16_t depth;
    int64_t x, y, n, off;
};

/* The deepest pixel of the area, of several the one nearest to the middle of them all. */
static void choose(const struct places *p, struct place *place, struct fov__palette *out)
{
    const int32_t count = p->width * p->height;
    for (int32_t i = 0; i < count; i++) {
        if (p->label[i] == FOV__PALETTE_NONE)
            continue;
        struct place *at = &place[p->label[i]];
        if (p->depth[i] < at->depth || root_of(p->area, i) != at->root)
            continue;
        if (p->depth[i] > at->depth)
            at->x = at->y = at->n = 0;
        at->depth = p->depth[i];
        at->x += i % p->width;
        at->y += i / p->width;
        at->n++;
    }
    for (int32_t i = 0; i < count; i++) {
        if (p->label[i] == FOV__PALETTE_NONE)
            continue;
        struct place *at = &place[p->label[i]];
        if (p->depth[i] != at->depth || root_of(p->area, i) != at->root)
            continue;
        const int64_t dx = i % p->width * at->n - at->x, dy = i / p->width * at->n - at->y;
        const int64_t off = (dx < 0 ? -dx : dx) + (dy < 0 ? -dy : dy);
        if (at->off >= 0 && off >= at->off)
            continue;
        at->off = off;
        out->color[p->label[i]].x = i % p->width;
        out->color[p->label[i]].y = i / p->width;
        out->color[p->label[i]].area = (uint32_t)at->size;
    }
}

fov_status fov__palette_places(const struct fov__filter *filter, const uint8_t *label,
                               int32_t width, int32_t height, struct fov__palette *out,
                               fov_error *err)
{
    const size_t n = (size_t)width * (size_t)height,
                 size = n * (sizeof(int32_t) + sizeof(uint16_t));
    struct places p = {label, width, height, NULL, NULL};
    struct place place[FOV__PALETTE_ROOM];
    memset(place, 0, sizeof(place));
    p.area = fov__alloc(filter->ctx, size);
    if (p.area == NULL)
        return fov__fail_memory(err, filter->where, size);
    p.depth = (uint16_t *)(p.area + n);
    const fov_status rc = measure(filter, &p, err);
    for (size_t i = 0; rc == FOV_OK && i < n; i++) {
        if (label[i] == FOV__PALETTE_NONE)
            continue;
        struct place *at = &place[label[i]];
        if (p.area[i] < 0 && -p.area[i] > at->size) {
            at->size = -p.area[i];
            at->root = (int32_t)i;
            at->off = -1;
        }
    }
    if (rc == FOV_OK)
        choose(&p, place, out);
    fov__free(filter->ctx, p.area);
    return rc;
}
