/* SPDX-License-Identifier: MIT */
/* Which parts of the picture to ask for: the whole enlarged, then windows in which the letters are
 * as tall as they are read best, cut where they cut the fewest words, and turns for labels that
 * climb or fall. It must never ask for what is already as large as it can be. */
#include "reader/reader_internal.h"

/* What a delivery gives at most: see the profile `reader`. */
static const double EDGE = 1568, ENLARGE = 8;
/* Letters of 30 pixels are read best; capitals of a 10-pixel font are 7 tall. */
static const double LETTERS = 29;

enum { WINDOWS = 6, SIDE = 4 };

static void format_box(struct reader_look *look, const char *image, double x1, double y1, double x2,
                       double y2)
{
    fov__format(look->tool, sizeof(look->tool), "zoom");
    fov__format(look->arguments, sizeof(look->arguments),
                "{\"image\":\"%s\",\"box\":[%d,%d,%d,%d]}", image, (int)fov__floor(x1),
                (int)fov__floor(y1), (int)fov__ceil(x2), (int)fov__ceil(y2));
}

static double usual_height(const struct reader_scene *scene)
{
    int32_t by_height[65] = {0};
    int32_t total = 0, seen = 0;
    for (size_t i = 0; i < scene->text_count; i++) {
        const double h = scene->texts[i].height;
        if (scene->texts[i].pieces < 2)
            continue;
        by_height[h > 64 ? 64 : (int32_t)h]++;
        total++;
    }
    for (int32_t h = 0; h <= 64; h++) {
        seen += by_height[h];
        if (seen * 2 > total)
            return h;
    }
    return 10;
}

/* The bounds of all text worth a look. */
static fov_box text_bounds(const struct reader_scene *scene)
{
    fov_box all = {scene->width, scene->height, 0, 0};
    for (size_t i = 0; i < scene->text_count; i++) {
        const fov_box *box = &scene->texts[i].box;
        all.x1 = box->x1 < all.x1 ? box->x1 : all.x1;
        all.y1 = box->y1 < all.y1 ? box->y1 : all.y1;
        all.x2 = box->x2 > all.x2 ? box->x2 : all.x2;
        all.y2 = box->y2 > all.y2 ? box->y2 : all.y2;
    }
    return all;
}

/* How many pieces of text a cut at `at` goes through. */
static int32_t cuts(const struct reader_scene *scene, double at, bool is_column)
{
    int32_t count = 0;
    for (size_t i = 0; i < scene->text_count; i++) {
        const fov_box *box = &scene->texts[i].box;
        const double low = is_column ? box->x1 : box->y1, high = is_column ? box->x2 : box->y2;
        /* Words of a paragraph are read from the whole; a label is what must not be cut. */
        const bool is_short = box->x2 - box->x1 < 0.3 * scene->width;
        count += is_short && at > low - 3 && at < high + 3 ? 4 : 0;
    }
    return count;
}

static double best_cut(const struct reader_scene *scene, double at, double play, bool is_column)
{
    double best = at;
    int32_t least = INT32_MAX;
    for (double d = 0; d <= play; d += 1) {
        for (int32_t sign = -1; sign <= 1; sign += 2) {
            const int32_t count = cuts(scene, at + sign * d, is_column);
            if (count < least) {
                least = count;
                best = at + sign * d;
            }
        }
    }
    return best;
}

static bool has_text(const struct reader_scene *scene, fov_box box)
{
    for (size_t i = 0; i < scene->text_count; i++) {
        fov_box shared;
        if (fov__box_intersect(scene->texts[i].box, box, &shared))
            return true;
    }
    return false;
}

/* Columns and rows of windows so that letters become tall enough, at most WINDOWS of them. */
static void windows(const struct reader_scene *scene, fov_box all, int32_t *columns, int32_t *rows)
{
    const double width = all.x2 - all.x1, height = all.y2 - all.y1;
    double best = 0;
    *columns = 1;
    *rows = 1;
    const double wanted = LETTERS / usual_height(scene);
    for (int32_t c = 1; c <= SIDE; c++) {
        for (int32_t r = 1; r <= SIDE; r++) {
            if (c * r > WINDOWS)
                continue;
            double scale =
                EDGE * c / width < EDGE * r / height ? EDGE * c / width : EDGE * r / height;
            scale = scale > ENLARGE ? ENLARGE : scale;
            scale = scale > wanted ? wanted : scale;
            if (scale > best * 1.12) {
                best = scale;
                *columns = c;
                *rows = r;
            }
        }
    }
}

/* The strongest contrast that a hundredth of the pixels has against the ground. */
static int32_t contrast(const struct reader_scene *scene)
{
    int32_t histogram[256] = {0};
    const int32_t total = scene->width * scene->height;
    for (int32_t y = 0; y < scene->height; y++) {
        const uint8_t *p = fov__pixels_row(scene->px, y);
        for (int32_t x = 0; x < scene->width; x++, p += scene->px->bands) {
            const struct reader_rgb c = {p[0], p[1], p[2]};
            histogram[fov__reader_rgb_distance(c, scene->ground)]++;
        }
    }
    int32_t seen = 0;
    for (int32_t i = 255; i > 0; i--) {
        seen += histogram[i];
        if (seen > total / 400)
            return i;
    }
    return 0;
}

bool fov__reader_look_whole(struct reader_look *look, const struct reader_scene *scene,
                            const char *image, double sure)
{
    const double skew = scene->skew < 0 ? -scene->skew : scene->skew;
    fov__format(look->tool, sizeof(look->tool), "rotate");
    if (contrast(scene) < 100) {
        fov__format(look->tool, sizeof(look->tool), "enhance");
        fov__format(look->arguments, sizeof(look->arguments),
                    "{\"image\":\"%s\",\"autocontrast\":true}", image);
        return true;
    }
    if (scene->upright >= 20 && scene->upright > 2 * scene->level) {
        fov__format(look->arguments, sizeof(look->arguments), "{\"image\":\"%s\",\"degrees\":90}",
                    image);
        return true;
    }
    if (skew > 1.2 && skew < 15) {
        /* A tenth of a degree is finer than the rows tell. */
        const int32_t tenths = (int32_t)fov__rint(-scene->skew * 10);
        fov__format(look->arguments, sizeof(look->arguments),
                    "{\"image\":\"%s\",\"degrees\":%s%d.%d}", image, tenths < 0 ? "-" : "",
                    (int)((tenths < 0 ? -tenths : tenths) / 10),
                    (int)((tenths < 0 ? -tenths : tenths) % 10));
        return true;
    }
    if (scene->text_count >= 6 && scene->level > 20 && sure < 0.6) {
        fov__format(look->arguments, sizeof(look->arguments), "{\"image\":\"%s\",\"degrees\":180}",
                    image);
        return true;
    }
    return false;
}

size_t fov__reader_look_first(struct reader_look *looks, size_t max,
                              const struct reader_scene *scene, const struct reader_view *whole)
{
    size_t count = 0;
    if (scene->text_count == 0 || max == 0)
        return 0;
    const double full = EDGE / (scene->width > scene->height ? scene->width : scene->height);
    if (full > 1.2)
        format_box(&looks[count++], whole->id, 0, 0, scene->width, scene->height);
    const bool is_slanted = scene->slant < 0 || scene->slant > 0;
    if (is_slanted && count < max) {
        fov__format(looks[count].tool, sizeof(looks[count].tool), "rotate");
        fov__format(looks[count].arguments, sizeof(looks[count].arguments),
                    "{\"image\":\"%s\",\"degrees\":%d}", whole->id, (int)scene->slant);
        count++;
    }
    fov_box all = text_bounds(scene);
    int32_t columns = 1, rows = 1;
    windows(scene, all, &columns, &rows);
    if (columns * rows == 1 && full > 1.2 && (all.x2 - all.x1) > 0.85 * scene->width)
        return count; /* the whole is as large as a window would be */
    double xs[SIDE + 1], ys[SIDE + 1];
    for (int32_t c = 0; c <= columns; c++) {
        const double at = all.x1 + (all.x2 - all.x1) * c / columns;
        xs[c] = c == 0 || c == columns ? at : best_cut(scene, at, scene->width * 0.06, true);
    }
    for (int32_t r = 0; r <= rows; r++) {
        const double at = all.y1 + (all.y2 - all.y1) * r / rows;
        ys[r] = r == 0 || r == rows ? at : best_cut(scene, at, scene->height * 0.06, false);
    }
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns && count < max; c++) {
            fov_box box = {xs[c] - 6, ys[r] - 6, xs[c + 1] + 6, ys[r + 1] + 6};
            const fov_box bounds = {0, 0, scene->width, scene->height};
            if (fov__box_intersect(box, bounds, &box) && has_text(scene, box))
                format_box(&looks[count++], whole->id, box.x1, box.y1, box.x2, box.y2);
        }
    }
    return count;
}
