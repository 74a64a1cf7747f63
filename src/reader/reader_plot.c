/* SPDX-License-Identifier: MIT */
/* The grid of what is no bar chart: lines against a printed scale, pies and other labels that carry
 * their number with them. Also what every kind shares: which of two readings of one place stays,
 * and how a print and a measurement become one cell. It must never answer anything. */
#include "reader/reader_internal.h"

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

void fov__reader_cell_settle(struct reader_cell *cell, const struct reader_text *text, bool has_expected,
                             double expected, double error)
{
    struct reader_number number;
    /* A measurement is worth giving only where it is clearly inside the 5 % that a reading off an
     * axis may be wrong by. */
    const bool is_sharp = has_expected && error < 0.04 * absolute(expected);
    if (text != NULL) {
        cell->view = text->view;
        cell->box = text->box;
        fov__format(cell->text, sizeof(cell->text), "%s", text->text);
    }
    if (text != NULL && has_expected && fov__reader_axis_settle(text, expected, error, &number)) {
        cell->origin = READER_PRINTED;
        cell->value = number.value;
        cell->decimals = number.decimals;
        cell->is_checked = true;
        return;
    }
    if (text != NULL && !has_expected) {
        cell->value = text->number.value;
        cell->decimals = text->number.decimals;
        cell->is_doubtful = text->confidence < 0.7 && text->readings < 2;
        cell->origin = READER_PRINTED;
        return;
    }
    cell->is_doubtful = text != NULL;
    if (!is_sharp) {
        /* Too small to measure: the print stands if it was read well and is as small. */
        const bool is_small = text != NULL && absolute(text->number.value - expected) <= 2 * error;
        cell->origin = is_small && text->confidence > 0.8 ? READER_PRINTED : READER_NONE;
        if (text != NULL) {
            cell->value = text->number.value;
            cell->decimals = text->number.decimals;
        } else {
            cell->value = expected;
            cell->origin = has_expected ? READER_MEASURED : READER_NONE;
            cell->error = error;
            cell->is_doubtful = true;
        }
        return;
    }
    cell->origin = READER_MEASURED;
    cell->value = expected;
    cell->error = error;
    cell->decimals = 0;
    for (double unit = 1; unit > error && cell->decimals < 4; unit /= 10)
        cell->decimals++;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* The lowest row of texts right of the scale: the names under a line chart. */
/* Where labels do not lie level, what looks level among them is a splinter of one. */
static bool is_other_turn(const struct reader_scene *scene, const struct reader_text *text)
{
    bool any = false;
    for (size_t i = 0; i < scene->text_count && !any; i++)
        any = scene->texts[i].degrees > 0 || scene->texts[i].degrees < 0;
    return any && !(text->degrees > 0 || text->degrees < 0);
}

static bool row_of_names(const struct reader_scene *scene, const struct reader_axis *axis, double left,
                         double *low, double *high)
{
    size_t most = 2;
    bool found = false;
    for (size_t i = 0; i < scene->text_count; i++) {
        const struct reader_text *seed = &scene->texts[i];
        size_t count = 0;
        if (seed->is_used || seed->view < 0 || seed->anchor.y < axis->high + 3 || seed->anchor.x < left - 20 ||
            is_other_turn(scene, seed))
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
        low = scene->lines[i].x1 - 4 < low && scene->lines[i].x1 > axis.low - 2 / axis.slope ? scene->lines[i].x1 - 4 : low;
        high = scene->lines[i].x2 + 4 > high && scene->lines[i].x2 < axis.high + 2 / axis.slope ? scene->lines[i].x2 + 4 : high;
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
            if (text->is_used || text->view < 0 || text->is_number || text->box.x1 < 0.4 * scene->width ||
                strlen(text->text) < 3 || text->confidence < 0.5 ||
                !fov__reader_rgb_alike(text->ink, line->colour, scene->ground))
                continue;
            /* Its line ends just left of it; the word itself, in the same colour, was traced too. */
            double end = -1;
            for (int32_t x = (int32_t)text->box.x1 - 3; end < 0 && x > (int32_t)text->box.x1 - 18 && x > 0; x--)
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
            is_shade = is_shade || (k != s && fov__reader_rgb_alike(scene->lines[s].colour, scene->lines[k].colour, scene->ground) &&
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
    grid->name_count = fov__reader_names_collect(grid->names, READER_NAMES, scene, true, low, high, slots,
                                                 count);
    add_years(grid, scene);
    grid->kind = READER_LINE_CHART;
    grid->series_count = scene->line_count;
    for (size_t s = 0; s < scene->line_count; s++) {
        grid->series[s].colour = scene->lines[s].colour;
        grid->series[s].has_colour = true;
    }
    name_lines(grid, scene);
    drop_shades(grid, scene);
    const double pitch = grid->name_count > 1 ? absolute(grid->names[1].position - grid->names[0].position)
                                              : 40;
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

/* ---- pies and other labels with their number ------------------------------------------------ */

/* From a label towards the middle of all coloured areas: the first that is met is its slice. */
static bool slice_colour(const struct reader_scene *scene, const struct reader_text *text, fov_point middle,
                         struct reader_rgb *out)
{
    const double x0 = text->anchor.x, y0 = text->anchor.y;
    for (double t = 0; t < 1; t += 0.004) {
        const int32_t x = (int32_t)(x0 + (middle.x - x0) * t), y = (int32_t)(y0 + (middle.y - y0) * t);
        const int32_t flat = scene->label[y * scene->width + x];
        if (flat < 0 || scene->flats[flat].is_ground || scene->flats[flat].area < 150 ||
            fov__reader_rgb_distance(scene->flats[flat].colour, scene->ground) < 30)
            continue;
        *out = scene->flats[flat].colour;
        return true;
    }
    return false;
}

static fov_point coloured_middle(const struct reader_scene *scene)
{
    double x = 0, y = 0, weight = 0;
    for (size_t i = 0; i < scene->flat_count; i++) {
        const struct reader_flat *f = &scene->flats[i];
        if (f->is_ground || f->area < 400 || fov__reader_rgb_distance(f->colour, scene->ground) < 30)
            continue;
        x += f->area * (f->x1 + f->x2) / 2.0;
        y += f->area * (f->y1 + f->y2) / 2.0;
        weight += f->area;
    }
    return weight > 0 ? (fov_point){x / weight, y / weight}
                      : (fov_point){scene->width / 2.0, scene->height / 2.0};
}

static void take_pair(struct reader_grid *grid, struct reader_text *text, int32_t at,
                      const struct reader_number *number)
{
    struct reader_name *name = &grid->names[grid->name_count];
    struct reader_cell *cell = &grid->cells[grid->name_count][0];
    const char *from = text->text;
    while (*from == ' ' || *from == '.' || *from == '*' || *from == '-' || *from == '\'' ||
           (unsigned char)*from >= 128)
        from++;
    const int32_t skip = (int32_t)(from - text->text);
    fov__format(name->text, sizeof(name->text), "%.*s", at - skip > 0 ? (int)(at - skip - 1) : 0, from);
    name->position = text->anchor.y;
    name->confidence = text->confidence;
    name->view = text->view;
    cell->origin = READER_PRINTED;
    cell->value = number->value;
    cell->decimals = number->decimals;
    cell->view = text->view;
    cell->box = text->box;
    cell->is_doubtful = text->confidence < 0.6;
    grid->name_count++;
}

/* A name with its number in the line below, as pies have it, becomes one text. */
static void join_below(struct reader_scene *scene)
{
    for (size_t i = 0; i < scene->text_count; i++) {
        struct reader_text *name = &scene->texts[i];
        if (name->is_number || name->view < 0 || name->pieces < 2 || name->confidence < 0.5)
            continue;
        for (size_t j = 0; j < scene->text_count; j++) {
            struct reader_text *value = &scene->texts[j];
            const double gap = value->box.y1 - name->box.y2;
            const bool is_under = gap > -2 && gap < 0.9 * name->height &&
                                  value->anchor.x > name->box.x1 - 2 && value->anchor.x < name->box.x2 + 2;
            const double ratio = value->height / name->height;
            if (!value->is_number || value->view < 0 || !is_under || ratio < 0.6 || ratio > 1.6 || value->number.is_year)
                continue;
            const size_t used = strlen(name->text);
            fov__format(name->text + used, sizeof(name->text) - used, " %s", value->text);
            name->confidence = name->confidence < value->confidence ? name->confidence : value->confidence;
            value->view = -1;
            value->is_number = false;
            break;
        }
    }
}

/* Where most labels carry a per cent sign, a footer that ends in a year is none of them. */
static bool most_are_percent(const struct reader_scene *scene)
{
    int32_t percents = 0, others = 0;
    for (size_t i = 0; i < scene->text_count; i++) {
        struct reader_number number;
        if (scene->texts[i].view < 0 || fov__reader_number_tail(scene->texts[i].text, &number) < 0)
            continue;
        percents += number.is_percent;
        others += !number.is_percent;
    }
    return percents > others;
}

bool fov__reader_pairs(struct reader_grid *grid, struct reader_scene *scene)
{
    double sum = 0;
    bool all_percent = true;
    join_below(scene);
    const bool only_percent = most_are_percent(scene);
    const fov_point middle = coloured_middle(scene);
    grid->name_count = 0;
    for (size_t i = 0; i < scene->text_count && grid->name_count < READER_NAMES; i++) {
        struct reader_text *text = &scene->texts[i];
        struct reader_number number;
        const int32_t at = fov__reader_number_tail(text->text, &number);
        if (at < 0 || text->view < 0 || number.is_year || text->is_used || (only_percent && !number.is_percent))
            continue;
        /* Prose that ends in a number is no label. */
        size_t words = 0;
        for (const char *c = text->text; *c != '\0'; c++)
            words += *c == ' ';
        if (words > 6)
            continue;
        struct reader_name *name = &grid->names[grid->name_count];
        memset(name, 0, sizeof(*name));
        name->has_colour = slice_colour(scene, text, middle, &name->colour);
        take_pair(grid, text, at, &number);
        text->is_used = true;
        all_percent = all_percent && number.is_percent;
        sum += number.value;
    }
    if (grid->name_count < 2)
        return false;
    grid->kind = READER_PIE;
    grid->series_count = 1;
    for (size_t n = 0; all_percent && n < grid->name_count; n++)
        grid->cells[n][0].is_checked = sum > 98.9 && sum < 101.1;
    return true;
}

/* A pie whose slices are named by a legend: swatch and slice share the colour; the value is the
 * number printed on the slice, or else the slice's share of all of them. */
static bool pie_of_legend(struct reader_grid *grid, struct reader_scene *scene)
{
    double total = 0;
    size_t slices[READER_NAMES];
    size_t count = 0;
    for (size_t i = 0; i < scene->flat_count && count < 24; i++) {
        const struct reader_flat *f = &scene->flats[i];
        const double box = (double)(f->x2 - f->x1) * (f->y2 - f->y1);
        if (f->is_ground || f->area * 300 < scene->width * scene->height || f->area > 0.92 * box ||
            fov__reader_rgb_distance(f->colour, scene->ground) < 30)
            continue;
        bool is_new = true;
        for (size_t k = 0; k < count; k++)
            is_new = is_new && fov__reader_rgb_distance(scene->flats[slices[k]].colour, f->colour) > 16;
        if (!is_new)
            continue;
        slices[count++] = i;
        total += f->area;
    }
    if (count < 3)
        return false;
    grid->series_count = count > READER_SERIES ? READER_SERIES : count;
    for (size_t s = 0; s < grid->series_count; s++) {
        memset(&grid->series[s], 0, sizeof(grid->series[s]));
        grid->series[s].colour = scene->flats[slices[s]].colour;
        grid->series[s].has_colour = true;
        grid->series[s].view = -1;
    }
    grid->kind = READER_PIE;
    fov__reader_legend(grid, scene);
    size_t named = 0, printed = 0;
    for (size_t s = 0; s < grid->series_count; s++)
        named += grid->series[s].text[0] != '\0';
    if (named < 3 || named * 4 < grid->series_count * 3)
        return false;
    grid->name_count = 0;
    memset(grid->cells, 0, sizeof(grid->cells));
    for (size_t s = 0; s < grid->series_count; s++) {
        if (grid->series[s].text[0] == '\0')
            continue;
        const struct reader_flat *f = &scene->flats[slices[s]];
        struct reader_cell *cell = &grid->cells[grid->name_count][0];
        grid->names[grid->name_count++] = grid->series[s];
        cell->view = 0;
        cell->box = (fov_box){f->x1, f->y1, f->x2, f->y2};
        for (size_t i = 0; i < scene->text_count; i++) {
            const struct reader_text *text = &scene->texts[i];
            if (!text->is_number || text->view < 0 || text->is_used ||
                fov__reader_rgb_distance(text->ground, f->colour) > 16)
                continue;
            fov__reader_cell_settle(cell, text, false, 0, 0);
            printed++;
        }
        if (cell->origin == READER_NONE) {
            cell->origin = READER_MEASURED;
            cell->value = fov__rint(1000.0 * f->area / total) / 10;
            cell->decimals = 1;
            cell->is_doubtful = true; /* good for which is larger, not for a value */
            cell->error = cell->value;
        }
    }
    grid->series_count = 1;
    memset(&grid->series[0], 0, sizeof(grid->series[0]));
    grid->series[0].view = -1;
    /* Some printed and some measured cannot be compared. */
    for (size_t n = 0; printed > 0 && n < grid->name_count; n++) {
        if (grid->cells[n][0].origin == READER_MEASURED)
            grid->cells[n][0].origin = READER_NONE;
    }
    return true;
}

/* ---- all kinds ------------------------------------------------------------------------------ */

/* Ink of two colours (an outline and its filling) gives one text twice: the surer one stays. */
static void drop_twins(struct reader_scene *scene)
{
    for (size_t i = 0; i < scene->text_count; i++) {
        for (size_t j = i + 1; j < scene->text_count; j++) {
            struct reader_text *a = &scene->texts[i], *b = &scene->texts[j];
            if (fov__box_overlap(a->box, b->box) < 0.4 || a->view < 0 || b->view < 0)
                continue;
            struct reader_text *loser = a->confidence + 0.1 * a->readings < b->confidence + 0.1 * b->readings ? a : b;
            struct reader_text *winner = loser == a ? b : a;
            if (strcmp(loser->text, winner->text) == 0)
                winner->readings++;
            else if (winner->others < (int32_t)FOV_COUNT(winner->other))
                fov__format(winner->other[winner->others++], sizeof(winner->other[0]), "%s", loser->text);
            loser->view = -1;
            loser->is_number = false;
        }
    }
}

/* The title is what stands highest; of several lines those that follow it in the same size. */
static void find_title(struct reader_grid *grid, const struct reader_scene *scene)
{
    const struct reader_text *last = NULL;
    for (;;) {
        const struct reader_text *next = NULL;
        for (size_t i = 0; i < scene->text_count; i++) {
            const struct reader_text *text = &scene->texts[i];
            const bool is_wordy = text->pieces >= 4 && text->confidence > 0.6 && !text->is_number;
            if (text->view < 0 || !is_wordy || (last != NULL && text->box.y1 <= last->box.y1 + 2))
                continue;
            next = next == NULL || text->box.y1 < next->box.y1 ? text : next;
        }
        if (next == NULL || next->box.y1 > 0.35 * scene->height)
            return;
        if (last != NULL && (next->box.y1 - last->box.y2 > 0.9 * last->height ||
                             next->height < 0.85 * last->height || next->height > 1.2 * last->height))
            return;
        const size_t used = strlen(grid->title);
        fov__format(grid->title + used, sizeof(grid->title) - used, "%s%s", used > 0 ? " " : "", next->text);
        grid->title_view = next->view;
        last = next;
    }
}

void fov__reader_grid_make(struct reader_grid *grid, struct reader_scene *scene)
{
    memset(grid, 0, sizeof(*grid));
    grid->title_view = -1;
    drop_twins(scene);
    find_title(grid, scene);
    if (fov__reader_bars(grid, scene))
        return;
    for (size_t i = 0; i < scene->text_count; i++)
        scene->texts[i].is_used = false;
    memset(&grid->axis, 0, sizeof(grid->axis));
    if (fov__reader_pairs(grid, scene) && grid->name_count >= 3)
        return;
    for (size_t i = 0; i < scene->text_count; i++)
        scene->texts[i].is_used = false;
    memset(grid->cells, 0, sizeof(grid->cells));
    if (pie_of_legend(grid, scene))
        return;
    for (size_t i = 0; i < scene->text_count; i++)
        scene->texts[i].is_used = false;
    memset(grid->cells, 0, sizeof(grid->cells));
    memset(grid->series, 0, sizeof(grid->series));
    grid->name_count = 0;
    if (fov__reader_plot(grid, scene))
        return;
    for (size_t i = 0; i < scene->text_count; i++)
        scene->texts[i].is_used = false;
    memset(grid->cells, 0, sizeof(grid->cells));
    memset(&grid->axis, 0, sizeof(grid->axis));
    grid->name_count = 0;
    grid->series_count = 0;
    if (fov__reader_table(grid, scene))
        return;
    grid->kind = READER_UNKNOWN;
    grid->name_count = 0;
}
