/* SPDX-License-Identifier: MIT */
/* The grid of pies: labels that carry their number, or slices named by a legend. It must never make
 * a label of prose that ends in a number. */
#include "reader/reader_internal.h"

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

/* From a label towards the middle of all coloured areas: the first that is met is its slice. */
static bool slice_colour(const struct reader_scene *scene, const struct reader_text *text,
                         fov_point middle, struct reader_rgb *out)
{
    const double x0 = text->anchor.x, y0 = text->anchor.y;
    for (double t = 0; t < 1; t += 0.004) {
        const int32_t x = (int32_t)(x0 + (middle.x - x0) * t),
                      y = (int32_t)(y0 + (middle.y - y0) * t);
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
        if (f->is_ground || f->area < 400 ||
            fov__reader_rgb_distance(f->colour, scene->ground) < 30)
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
    fov__format(name->text, sizeof(name->text), "%.*s", at - skip > 0 ? (int)(at - skip - 1) : 0,
                from);
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
                                  value->anchor.x > name->box.x1 - 2 &&
                                  value->anchor.x < name->box.x2 + 2;
            const double ratio = value->height / name->height;
            if (!value->is_number || value->view < 0 || !is_under || ratio < 0.6 || ratio > 1.6 ||
                value->number.is_year)
                continue;
            const size_t used = strlen(name->text);
            fov__format(name->text + used, sizeof(name->text) - used, " %s", value->text);
            name->confidence =
                name->confidence < value->confidence ? name->confidence : value->confidence;
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
        if (at < 0 || text->view < 0 || number.is_year || text->is_used ||
            (only_percent && !number.is_percent))
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
    /* Labels of one row only are the headers of a table. */
    bool is_row = true;
    for (size_t n = 1; n < grid->name_count; n++)
        is_row = is_row && absolute(grid->names[n].position - grid->names[0].position) < 4;
    if (grid->name_count < 2 || is_row)
        return false;
    grid->kind = READER_PIE;
    grid->series_count = 1;
    for (size_t n = 0; all_percent && n < grid->name_count; n++)
        grid->cells[n][0].is_checked = sum > 98.9 && sum < 101.1;
    grid->is_partial = all_percent && (sum < 96 || sum > 104);
    return true;
}

/* A pie whose slices are named by a legend: swatch and slice share the colour; the value is the
 * number printed on the slice, or else the slice's share of all of them. */
bool fov__reader_pie(struct reader_grid *grid, struct reader_scene *scene)
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
            is_new =
                is_new && fov__reader_rgb_distance(scene->flats[slices[k]].colour, f->colour) > 16;
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
