/* SPDX-License-Identifier: MIT */
/* The grid of a line chart: lines against a printed scale, names under it, words at the lines'
 * ends. It must never take a label for a point's value that the scale does not put there. */
#include "reader/reader_internal.h"

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

/* The lowest row of texts right of the scale: the names under a line chart. */
/* Where labels do not lie level, what looks level among them is a splinter of one. */
static bool is_other_turn(const struct reader_scene *scene, const struct reader_text *text)
{
    bool any = false;
    for (size_t i = 0; i < scene->text_count && !any; i++)
        any = scene->texts[i].degrees > 0 || scene->texts[i].degrees < 0;
    return any && !(text->degrees > 0 || text->degrees < 0);
}

static bool row_of_names(const struct reader_scene *scene, const struct reader_axis *axis,
                         double left, double *low, double *high)
{
    size_t most = 2;
    bool found = false;
    for (size_t i = 0; i < scene->text_count; i++) {
        const struct reader_text *seed = &scene->texts[i];
        size_t count = 0;
        if (seed->is_used || seed->view < 0 || seed->anchor.y < axis->high + 3 ||
            seed->anchor.x < left - 20 || is_other_turn(scene, seed))
            continue;
        for (size_t j = 0; j < scene->text_count; j++) {
            const struct reader_text *text = &scene->texts[j];
            const bool same = absolute(text->anchor.y - seed->anchor.y) < 0.5 * seed->height + 2;
            count += same && !text->is_used && text->view >= 0 && text->anchor.x > left - 20 &&
                     !is_other_turn(scene, text);
        }
        /* The nearest row wins among those with as many names. */
        if (count > most || (found && count == most && seed->anchor.y < *low)) {
            most = count;
            *low = seed->anchor.y - 0.5 * seed->height - 2;
            *high = seed->anchor.y + 0.5 * seed->height + 2;
            found = true;
        }
    }
    return found;
}

static size_t slots_of_row(const struct reader_scene *scene, double low, double high, double left,
                           double *slots)
{
    size_t count = 0;
    for (size_t i = 0; i < scene->text_count && count < READER_NAMES; i++) {
        const struct reader_text *text = &scene->texts[i];
        if (text->is_used || text->view < 0 || text->anchor.y < low || text->anchor.y > high ||
            text->anchor.x < left - 20 || is_other_turn(scene, text))
            continue;
        size_t j = count++;
        for (; j > 0 && slots[j - 1] > text->anchor.x; j--)
            slots[j] = slots[j - 1];
        slots[j] = text->anchor.x;
    }
    return count;
}

/* Years that are not printed have a place too: between two printed ones. */
static void add_years(struct reader_grid *grid, const struct reader_scene *scene)
{
    double position[40], value[40];
    size_t known = 0;
    struct reader_axis axis;
    for (size_t i = 0; i < grid->name_count && known < 40; i++) {
        const struct reader_name *name = &grid->names[i];
        if (name->is_number && name->number.is_year) {
            position[known] = name->position;
            value[known++] = name->number.value;
        }
    }
    if (known < 3 || known * 10 < grid->name_count * 6 ||
        !fov__reader_axis_fit(&axis, position, value, known, 3, 4.0, NULL) || axis.slope <= 0)
        return;
    /* To the ends of the lines, where a label may have been lost. */
    double low = axis.low, high = axis.high;
    for (size_t i = 0; i < scene->line_count; i++) {
        low = scene->lines[i].x1 - 4 < low && scene->lines[i].x1 > axis.low - 2 / axis.slope
                  ? scene->lines[i].x1 - 4
                  : low;
        high = scene->lines[i].x2 + 4 > high && scene->lines[i].x2 < axis.high + 2 / axis.slope
                   ? scene->lines[i].x2 + 4
                   : high;
    }
    const double first = fov__ceil(axis.slope * low + axis.offset - 0.1);
    const double last = fov__floor(axis.slope * high + axis.offset + 0.1);
    if (last - first + 1 > READER_NAMES || axis.ticks * 10 < (int32_t)known * 7)
        return;
    const int32_t view = grid->names[0].view;
    grid->name_count = 0;
    for (double year = first; year <= last; year += 1) {
        struct reader_name *name = &grid->names[grid->name_count++];
        memset(name, 0, sizeof(*name));
        fov__format(name->text, sizeof(name->text), "%d", (int)year);
        name->position = (year - axis.offset) / axis.slope;
        name->number = (struct reader_number){.value = year, .is_year = true};
        name->is_number = true;
        name->confidence = 0.9;
        name->view = view;
    }
}

static double line_at(const struct reader_line *line, const struct reader_scene *scene, double x)
{
    double sum = 0, count = 0;
    for (int32_t i = (int32_t)x - 1; i <= (int32_t)x + 1; i++) {
        if (i >= 0 && i < scene->width && line->y[i] >= 0) {
            sum += (double)line->y[i];
            count += 1;
        }
    }
    for (int32_t d = 2; count <= 0 && d < 6; d++) {
        const int32_t left = (int32_t)x - d, right = (int32_t)x + d;
        if (left >= 0 && right < scene->width && line->y[left] >= 0 && line->y[right] >= 0) {
            sum = (double)line->y[left] + (double)line->y[right];
            count = 2;
        }
    }
    if (count <= 0) { /* the end of a line is often half a name away from its edge */
        for (int32_t d = 1; d < 8 && count <= 0; d++) {
            for (int32_t sign = -1; sign <= 1; sign += 2) {
                const int32_t i = (int32_t)x + sign * d;
                if (i >= 0 && i < scene->width && line->y[i] >= 0) {
                    sum = (double)line->y[i];
                    count = 1;
                }
            }
        }
    }
    return count > 0 ? sum / count : -1;
}

static struct reader_text *print_at(struct reader_scene *scene, double x, double y, double reach)
{
    struct reader_text *best = NULL;
    double least = 1e9;
    for (size_t i = 0; i < scene->text_count; i++) {
        struct reader_text *text = &scene->texts[i];
        if (!text->is_number || text->is_used || text->view < 0)
            continue;
        const double dx = absolute(text->anchor.x - x), dy = absolute(text->anchor.y - y);
        if (dx > reach || dy > 3.2 * text->height + 4)
            continue;
        if (dx + 0.7 * dy < least) {
            least = dx + 0.7 * dy;
            best = text;
        }
    }
    return best;
}

/* A word in the colour of a line, at its end or beside it, is its name. */
static void name_lines(struct reader_grid *grid, struct reader_scene *scene)
{
    fov__reader_legend(grid, scene);
    for (size_t s = 0; s < grid->series_count; s++) {
        struct reader_name *name = &grid->series[s];
        struct reader_line *line = &scene->lines[s];
        struct reader_text *best = NULL;
        double least = 1e9;
        if (name->text[0] != '\0')
            continue;
        for (size_t i = 0; i < scene->text_count; i++) {
            struct reader_text *text = &scene->texts[i];
            if (text->is_used || text->view < 0 || text->is_number ||
                text->box.x1 < 0.4 * scene->width || strlen(text->text) < 3 ||
                text->confidence < 0.5 ||
                !fov__reader_rgb_alike(text->ink, line->colour, scene->ground))
                continue;
            /* Its line ends just left of it; the word itself, in the same colour, was traced too.
             */
            double end = -1;
            for (int32_t x = (int32_t)text->box.x1 - 3;
                 end < 0 && x > (int32_t)text->box.x1 - 18 && x > 0; x--)
                end = line->y[x] >= 0 ? (double)line->y[x] : -1;
            const double d = end < 0 ? 1e9 : absolute(text->anchor.y - end);
            if (d < least) {
                least = d;
                best = text;
            }
        }
        if (best == NULL || least > 3 * best->height)
            continue;
        fov__format(name->text, sizeof(name->text), "%s", best->text);
        name->view = best->view;
        name->confidence = best->confidence;
        best->is_used = true;
        for (int32_t x = (int32_t)best->box.x1; x < scene->width; x++)
            line->y[x] = -1;
    }
}

/* A line without a name that is a paler shade of another is its soft edge after all. */
static void drop_shades(struct reader_grid *grid, struct reader_scene *scene)
{
    for (size_t s = 0; s < scene->line_count; s++) {
        bool is_shade = false;
        for (size_t k = 0; k < scene->line_count; k++) {
            is_shade =
                is_shade || (k != s &&
                             fov__reader_rgb_alike(scene->lines[s].colour, scene->lines[k].colour,
                                                   scene->ground) &&
                             fov__reader_rgb_distance(scene->lines[s].colour, scene->ground) <
                                 fov__reader_rgb_distance(scene->lines[k].colour, scene->ground));
        }
        if (!is_shade || grid->series[s].text[0] != '\0')
            continue;
        fov__free(scene->ctx, scene->lines[s].y);
        for (size_t k = s; k + 1 < scene->line_count; k++) {
            scene->lines[k] = scene->lines[k + 1];
            grid->series[k] = grid->series[k + 1];
        }
        scene->line_count--;
        grid->series_count--;
        s--;
    }
}

bool fov__reader_plot(struct reader_grid *grid, struct reader_scene *scene)
{
    double low = 0, high = 0, slots[READER_NAMES];
    if (!grid->axis.is_found && !fov__reader_axis_find(&grid->axis, scene, false))
        return false;
    double left = scene->width;
    for (size_t i = 0; i < scene->text_count; i++) {
        const struct reader_text *text = &scene->texts[i];
        if (text->is_used && text->is_number && text->box.x2 < left)
            left = text->box.x2;
    }
    const fov_box area = {left + 1, grid->axis.low - 14, scene->width, grid->axis.high + 8};
    for (size_t i = 0; i < scene->line_count; i++)
        fov__free(scene->ctx, scene->lines[i].y);
    scene->line_count = 0; /* the grid may be made again after a second look */
    if (fov__reader_lines(scene, area, NULL) < 0 || scene->line_count == 0)
        return false;
    if (!row_of_names(scene, &grid->axis, left, &low, &high))
        return false;
    const size_t count = slots_of_row(scene, low, high, left, slots);
    grid->name_count =
        fov__reader_names_collect(grid->names, READER_NAMES, scene, true, low, high, slots, count);
    add_years(grid, scene);
    grid->kind = READER_LINE_CHART;
    grid->series_count = scene->line_count;
    for (size_t s = 0; s < scene->line_count; s++) {
        grid->series[s].colour = scene->lines[s].colour;
        grid->series[s].has_colour = true;
    }
    name_lines(grid, scene);
    drop_shades(grid, scene);
    const double pitch =
        grid->name_count > 1 ? absolute(grid->names[1].position - grid->names[0].position) : 40;
    for (size_t n = 0; n < grid->name_count; n++) {
        for (size_t s = 0; s < grid->series_count; s++) {
            const double x = grid->names[n].position, y = line_at(&scene->lines[s], scene, x);
            if (y < 0)
                continue;
            const double expected = grid->axis.slope * y + grid->axis.offset;
            const double error = 2.6 * absolute(grid->axis.slope) + 0.012 * absolute(expected);
            struct reader_text *print = print_at(scene, x, y, 0.45 * pitch + 6);
            struct reader_number number;
            /* A label that hides behind the line is read badly: only one that fits counts. */
            if (print != NULL && !fov__reader_axis_settle(print, expected, error, &number))
                print = NULL;
            fov__reader_cell_settle(&grid->cells[n][s], print, true, expected, error);
            if (print == NULL) {
                grid->cells[n][s].view = grid->axis.view;
                grid->cells[n][s].box = (fov_box){x - 1, y - 1, x + 1, y + 1};
            }
        }
    }
    return grid->name_count > 0;
}
