/* SPDX-License-Identifier: MIT */
/* The scene: what the pixels of the first picture hold before a word is read. Also the lines of a
 * line chart, traced by their colour. It must never read text. */
#include "reader/reader_internal.h"

/* A line crosses at least this part of the width of the picture. */
static const double LINE_SPAN = 0.22;
static const int32_t LINE_SAME = 44;

fov_status fov__reader_scene_new(struct reader_scene **out, fov_context *ctx,
                                 const struct fov_pixels *px, fov_error *err)
{
    struct reader_scene *scene = fov__calloc(ctx, 1, sizeof(*scene));
    *out = NULL;
    if (scene == NULL)
        return fov__fail_memory(err, "reader", sizeof(*scene));
    scene->ctx = ctx;
    scene->px = px;
    scene->width = px->width;
    scene->height = px->height;
    const size_t total = (size_t)px->width * (size_t)px->height;
    scene->label = fov__alloc(ctx, total * sizeof(*scene->label));
    scene->flats = fov__calloc(ctx, READER_FLATS, sizeof(*scene->flats));
    scene->texts = fov__calloc(ctx, READER_TEXTS, sizeof(*scene->texts));
    fov_status rc = FOV_OK;
    if (scene->label == NULL || scene->flats == NULL || scene->texts == NULL)
        rc = fov__fail_memory(err, "reader", total * sizeof(*scene->label));
    if (rc == FOV_OK)
        rc = fov__reader_flats(scene, px, err);
    if (rc == FOV_OK)
        rc = fov__reader_ink(scene, px, err);
    if (rc < 0) {
        fov__reader_scene_free(scene);
        return rc;
    }
    *out = scene;
    return FOV_OK;
}

void fov__reader_scene_free(struct reader_scene *scene)
{
    if (scene == NULL)
        return;
    for (size_t i = 0; i < scene->line_count; i++)
        fov__free(scene->ctx, scene->lines[i].y);
    fov__free(scene->ctx, scene->texts);
    fov__free(scene->ctx, scene->flats);
    fov__free(scene->ctx, scene->label);
    fov__free(scene->ctx, scene);
}

static struct reader_rgb pixel(const struct fov_pixels *px, int32_t x, int32_t y)
{
    const uint8_t *p = fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands;
    return (struct reader_rgb){p[0], p[1], p[2]};
}

static int32_t spread_of(struct reader_rgb c)
{
    const int32_t high = c.r > c.g ? (c.r > c.b ? c.r : c.b) : (c.g > c.b ? c.g : c.b);
    const int32_t low = c.r < c.g ? (c.r < c.b ? c.r : c.b) : (c.g < c.b ? c.g : c.b);
    return high - low;
}

static uint32_t bucket(struct reader_rgb c)
{
    return ((uint32_t)c.r >> 4) << 8 | ((uint32_t)c.g >> 4) << 4 | (uint32_t)c.b >> 4;
}

/* Ink, or an area so thin for its extent that it is a line with thick markers. */
static bool is_line_ink(const struct reader_scene *scene, int32_t x, int32_t y)
{
    const int32_t at = scene->label[y * scene->width + x];
    if (at < 0)
        return true;
    const struct reader_flat *f = &scene->flats[at];
    const double box = (double)(f->x2 - f->x1) * (f->y2 - f->y1);
    return !f->is_ground && f->area < 0.3 * box && f->x2 - f->x1 > 20;
}

/* Columns in which ink of this colour stands, and where. */
static int32_t trace(const struct reader_scene *scene, fov_box area, struct reader_line *line)
{
    const struct fov_pixels *px = scene->px;
    int32_t columns = 0;
    double extent = 0;
    line->x1 = scene->width;
    line->x2 = 0;
    for (int32_t x = 0; x < scene->width; x++) {
        double sum = 0, weight = 0;
        int32_t top = scene->height, bottom = 0;
        line->y[x] = -1;
        if (x < area.x1 || x >= area.x2)
            continue;
        for (int32_t y = (int32_t)area.y1; y < (int32_t)area.y2; y++) {
            if (!is_line_ink(scene, x, y))
                continue;
            const int32_t d = fov__reader_rgb_distance(pixel(px, x, y), line->colour);
            if (d >= LINE_SAME)
                continue;
            const double w = LINE_SAME - d;
            sum += w * (y + 0.5);
            weight += w;
            top = y < top ? y : top;
            bottom = y > bottom ? y : bottom;
        }
        /* A column whose ink is torn apart holds a word or two lines, not a point of this line. */
        if (weight <= 0 || bottom - top > scene->height / 8)
            continue;
        line->y[x] = (float)(sum / weight);
        line->x1 = x < line->x1 ? x : line->x1;
        line->x2 = x + 1;
        extent += bottom - top + 1;
        columns++;
    }
    line->extent = columns > 0 ? extent / columns : 0;
    return columns;
}

bool fov__reader_rgb_alike(struct reader_rgb thin, struct reader_rgb colour,
                           struct reader_rgb ground)
{
    const double a[3] = {ground.r - thin.r, ground.g - thin.g, ground.b - thin.b};
    const double b[3] = {ground.r - colour.r, ground.g - colour.g, ground.b - colour.b};
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < 3; i++) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    /* The same direction from the ground within about 13 degrees, and not much stronger. */
    return ab > 0 && ab * ab > 0.95 * aa * bb && aa < 1.7 * bb && aa > 0.05 * bb;
}

static struct reader_rgb bucket_colour(uint32_t i)
{
    return (struct reader_rgb){(uint8_t)((i >> 8) * 16 + 8), (uint8_t)((i >> 4 & 15) * 16 + 8),
                               (uint8_t)((i & 15) * 16 + 8)};
}

/* A paler line that runs along another is its soft edge. */
static bool is_edge_of(const struct reader_line *line, const struct reader_line *other,
                       int32_t width, struct reader_rgb ground)
{
    int32_t both = 0, close = 0;
    for (int32_t x = 0; x < width; x++) {
        if (line->y[x] < 0 || other->y[x] < 0)
            continue;
        const float d = line->y[x] - other->y[x];
        both++;
        close += d < 3.5F && d > -3.5F;
    }
    const bool is_paler = fov__reader_rgb_alike(line->colour, other->colour, ground);
    return both > 0 && close * 10 > both * (is_paler ? 4 : 7);
}

/* Rules are grey and level; a grey line that is data goes up and down. */
static bool is_rule(const struct reader_line *line, int32_t width)
{
    float low = 1e9F, high = -1e9F;
    if (spread_of(line->colour) >= 20)
        return false;
    for (int32_t x = 0; x < width; x++) {
        if (line->y[x] < 0)
            continue;
        low = line->y[x] < low ? line->y[x] : low;
        high = line->y[x] > high ? line->y[x] : high;
    }
    /* A grey whose height jumps about is text. */
    int32_t jumps = 0, steps = 0;
    for (int32_t x = 1; x < width; x++) {
        if (line->y[x] < 0 || line->y[x - 1] < 0)
            continue;
        const float d = line->y[x] - line->y[x - 1];
        steps++;
        jumps += d > 12 || d < -12;
    }
    return high - low < 5 || jumps * 12 > steps || line->extent > 5;
}

static void count_colours(const struct reader_scene *scene, fov_box area, uint32_t *count)
{
    for (int32_t y = (int32_t)area.y1; y < (int32_t)area.y2; y++) {
        for (int32_t x = (int32_t)area.x1; x < (int32_t)area.x2; x++) {
            const struct reader_rgb c = pixel(scene->px, x, y);
            if (is_line_ink(scene, x, y) && fov__reader_rgb_distance(c, scene->ground) > 60)
                count[bucket(c)]++;
        }
    }
}

/* Colours of ink by frequency; each that reaches across the area is a line. */
fov_status fov__reader_lines(struct reader_scene *scene, fov_box area, fov_error *err)
{
    uint32_t *count = fov__calloc(scene->ctx, 4096, sizeof(*count));
    if (count == NULL)
        return fov__fail_memory(err, "reader", 4096 * sizeof(*count));
    fov_status rc = FOV_OK;
    const fov_box all = {0, 0, scene->width, scene->height};
    if (!fov__box_intersect(area, all, &area))
        area = all;
    count_colours(scene, area, count);
    for (int32_t tries = 0; tries < 40 && scene->line_count < READER_LINES; tries++) {
        uint32_t best = 0;
        for (uint32_t i = 1; i < 4096; i++)
            best = count[i] > count[best] ? i : best;
        if (count[best] < (uint32_t)((area.x2 - area.x1) / 6))
            break;
        struct reader_line *line = &scene->lines[scene->line_count];
        line->colour = bucket_colour(best);
        for (uint32_t i = 0; i < 4096; i++) {
            if (fov__reader_rgb_distance(bucket_colour(i), line->colour) <= 40)
                count[i] = 0;
        }
        line->y = fov__alloc(scene->ctx, (size_t)scene->width * sizeof(*line->y));
        if (line->y == NULL) {
            rc = fov__fail_memory(err, "reader", (size_t)scene->width * sizeof(*line->y));
            break;
        }
        const int32_t columns = trace(scene, area, line);
        bool is_line =
            columns >= LINE_SPAN * (area.x2 - area.x1) && columns * 10 >= (line->x2 - line->x1) * 6;
        is_line = is_line && !is_rule(line, scene->width);
        for (size_t i = 0; is_line && i < scene->line_count; i++)
            is_line = !is_edge_of(line, &scene->lines[i], scene->width, scene->ground);
        if (is_line) {
            scene->line_count++;
        } else {
            fov__free(scene->ctx, line->y);
            line->y = NULL;
        }
    }
    fov__free(scene->ctx, count);
    return rc;
}
