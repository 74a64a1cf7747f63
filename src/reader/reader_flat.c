/* SPDX-License-Identifier: MIT */
/* Areas of one colour: the ground, bars, slices, legend swatches. What belongs to none of them is
 * ink, which reader_ink.c takes from here. It must never read text. */
#include "reader/reader_internal.h"

/* Colours this near to the first pixel of an area belong to it: wider than JPEG's noise at quality
 * 90, narrower than the step from white to the palest grid line in use (25 levels). */
static const int32_t SAME = 18;
/* An area is flat when a square of this side fits into it (letters at chart sizes have strokes of
 * 1 to 5 pixels), or when it is a small solid bar. */
static const int32_t THICK = 7;

struct area {
    int32_t x1, y1, x2, y2, count, square;
    uint64_t sum[3];
    struct reader_rgb colour;
};

int32_t fov__reader_rgb_distance(struct reader_rgb a, struct reader_rgb b)
{
    const int32_t r = a.r > b.r ? a.r - b.r : b.r - a.r;
    const int32_t g = a.g > b.g ? a.g - b.g : b.g - a.g;
    const int32_t l = a.b > b.b ? a.b - b.b : b.b - a.b;
    const int32_t most = r > g ? r : g;
    return most > l ? most : l;
}

static struct reader_rgb pixel(const struct fov_pixels *px, int32_t x, int32_t y)
{
    const uint8_t *p = fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands;
    return (struct reader_rgb){p[0], p[1], p[2]};
}

/* Spread from one pixel to all that are like it and connected. */
static void spread(const struct fov_pixels *px, int32_t *label, int32_t *queue, int32_t start,
                   int32_t number, struct area *area)
{
    const int32_t width = px->width, height = px->height;
    const struct reader_rgb seed = pixel(px, start % width, start / width);
    size_t head = 0, tail = 0;
    *area = (struct area){.x1 = width, .y1 = height};
    queue[tail++] = start;
    label[start] = number;
    while (head < tail) {
        const int32_t at = queue[head++], x = at % width, y = at / width;
        area->x1 = x < area->x1 ? x : area->x1;
        area->y1 = y < area->y1 ? y : area->y1;
        area->x2 = x + 1 > area->x2 ? x + 1 : area->x2;
        area->y2 = y + 1 > area->y2 ? y + 1 : area->y2;
        const struct reader_rgb c = pixel(px, x, y);
        area->sum[0] += c.r;
        area->sum[1] += c.g;
        area->sum[2] += c.b;
        area->count++;
        const int32_t next[4] = {x > 0 ? at - 1 : -1, x + 1 < width ? at + 1 : -1,
                                 y > 0 ? at - width : -1, y + 1 < height ? at + width : -1};
        for (size_t i = 0; i < 4; i++) {
            const int32_t to = next[i];
            if (to < 0 || label[to] >= 0)
                continue;
            if (fov__reader_rgb_distance(seed, pixel(px, to % width, to / width)) > SAME)
                continue;
            label[to] = number;
            queue[tail++] = to;
        }
    }
    /* The mean: the first pixel may have been a blend at the edge. */
    const uint64_t n = (uint64_t)area->count;
    area->colour = (struct reader_rgb){(uint8_t)(area->sum[0] / n), (uint8_t)(area->sum[1] / n),
                                       (uint8_t)(area->sum[2] / n)};
}

/* The side of the largest square inside each area, row by row. */
static void squares(const int32_t *label, int32_t width, int32_t height, int16_t *row,
                    struct area *areas)
{
    memset(row, 0, (size_t)width * sizeof(*row));
    for (int32_t y = 0; y < height; y++) {
        int16_t corner = 0; /* what row[x - 1] was in the row above */
        for (int32_t x = 0; x < width; x++) {
            const int32_t at = y * width + x;
            const int16_t above = row[x];
            int16_t side = 1;
            if (x > 0 && y > 0 && label[at] == label[at - 1] && label[at] == label[at - width] &&
                label[at] == label[at - width - 1]) {
                int16_t least = above < corner ? above : corner;
                least = row[x - 1] < least ? row[x - 1] : least;
                side = (int16_t)(least + (least < 64 ? 1 : 0));
            }
            row[x] = side;
            corner = above;
            if (side > areas[label[at]].square)
                areas[label[at]].square = side;
        }
    }
}

static bool is_flat(const struct area *area)
{
    const int32_t width = area->x2 - area->x1, height = area->y2 - area->y1;
    if (area->square >= THICK)
        return true;
    /* A bar of a small value, lying or standing. */
    const bool is_bar = (width >= 14 && height >= 3) || (height >= 14 && width >= 3);
    return is_bar && area->count >= 42 && area->count * 100 >= width * height * 92;
}

static fov_status keep_flats(struct reader_scene *scene, const struct area *areas, int32_t count,
                             int32_t *number)
{
    int32_t largest = -1;
    for (int32_t i = 0; i < count; i++) {
        number[i] = -1;
        if (!is_flat(&areas[i]) || scene->flat_count >= READER_FLATS)
            continue;
        const struct area *area = &areas[i];
        number[i] = (int32_t)scene->flat_count;
        scene->flats[scene->flat_count++] = (struct reader_flat){
            area->colour, area->x1, area->y1, area->x2, area->y2, area->count, false};
        if (largest < 0 || area->count > areas[largest].count)
            largest = i;
    }
    if (largest >= 0) {
        scene->flats[number[largest]].is_ground = true;
        scene->ground = areas[largest].colour;
    } else {
        scene->ground = (struct reader_rgb){255, 255, 255};
    }
    return FOV_OK;
}

/* Label every pixel with its flat area, -1 for ink. */
fov_status fov__reader_flats(struct reader_scene *scene, const struct fov_pixels *px,
                             fov_error *err)
{
    fov_context *ctx = scene->ctx;
    const size_t total = (size_t)px->width * (size_t)px->height;
    struct area *areas = NULL;
    int32_t *number = NULL;
    size_t capacity = 0;
    int32_t count = 0;
    fov_status rc = FOV_OK;
    int32_t *queue = fov__alloc(ctx, total * sizeof(*queue));
    int16_t *row = fov__alloc(ctx, (size_t)px->width * sizeof(*row));
    if (queue == NULL || row == NULL) {
        rc = fov__fail_memory(err, "reader", total * sizeof(*queue));
        goto done;
    }
    for (size_t i = 0; i < total; i++)
        scene->label[i] = -1;
    for (size_t i = 0; i < total; i++) {
        if (scene->label[i] >= 0)
            continue;
        if (!fov__grow(ctx, &areas, &capacity, (size_t)count + 1, sizeof(*areas))) {
            rc = fov__fail_memory(err, "reader", total);
            goto done;
        }
        spread(px, scene->label, queue, (int32_t)i, count, &areas[count]);
        count++;
    }
    squares(scene->label, px->width, px->height, row, areas);
    number = fov__alloc(ctx, (size_t)count * sizeof(*number));
    if (number == NULL) {
        rc = fov__fail_memory(err, "reader", (size_t)count * sizeof(*number));
        goto done;
    }
    rc = keep_flats(scene, areas, count, number);
    for (size_t i = 0; i < total; i++)
        scene->label[i] = number[scene->label[i]];
done:
    fov__free(ctx, number);
    fov__free(ctx, areas);
    fov__free(ctx, row);
    fov__free(ctx, queue);
    return rc;
}
