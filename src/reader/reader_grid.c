/* SPDX-License-Identifier: MIT */
/* What every kind of chart shares: which of two readings of one place stays, how a print and a
 * measurement become one cell, titles and notes, and which kind is tried first. It must never
 * answer anything. */
#include "reader/reader_internal.h"

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

void fov__reader_cell_settle(struct reader_cell *cell, const struct reader_text *text,
                             bool has_expected, double expected, double error)
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

/* Ink of two colours (an outline and its filling) gives one text twice: the surer one stays. */
static bool is_splinter(const struct reader_text *part, const struct reader_text *whole)
{
    fov_box shared;
    const size_t len = strlen(part->text);
    return len >= 3 && strlen(whole->text) > len &&
           fov__box_intersect(part->box, whole->box, &shared) &&
           strcmp(whole->text + strlen(whole->text) - len, part->text) == 0;
}

static void drop_twins(struct reader_scene *scene)
{
    for (size_t i = 0; i < scene->text_count; i++) {
        for (size_t j = i + 1; j < scene->text_count; j++) {
            struct reader_text *a = &scene->texts[i], *b = &scene->texts[j];
            if (a->view < 0 || b->view < 0)
                continue;
            /* What a line dragged away from the end of a label. */
            if (is_splinter(a, b) || is_splinter(b, a)) {
                struct reader_text *part = is_splinter(a, b) ? a : b;
                part->view = -1;
                part->is_number = false;
                continue;
            }
            if (fov__box_overlap(a->box, b->box) < 0.4)
                continue;
            struct reader_text *loser =
                a->confidence + 0.1 * a->readings < b->confidence + 0.1 * b->readings ? a : b;
            struct reader_text *winner = loser == a ? b : a;
            if (strcmp(loser->text, winner->text) == 0)
                winner->readings++;
            else if (winner->others < (int32_t)FOV_COUNT(winner->other))
                fov__format(winner->other[winner->others++], sizeof(winner->other[0]), "%s",
                            loser->text);
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
            const bool is_wordy = text->pieces >= 4 && text->confidence > 0.7 && !text->is_number &&
                                  !fov__reader_text_is_noise(text);
            if (text->view < 0 || !is_wordy || (last != NULL && text->box.y1 <= last->box.y1 + 2))
                continue;
            next = next == NULL || text->box.y1 < next->box.y1 ? text : next;
        }
        if (next == NULL || next->box.y1 > 0.35 * scene->height)
            return;
        if (last != NULL &&
            (next->box.y1 - last->box.y2 > 0.9 * last->height ||
             next->height < 0.85 * last->height || next->height > 1.2 * last->height))
            return;
        const size_t used = strlen(grid->title);
        fov__format(grid->title + used, sizeof(grid->title) - used, "%s%s", used > 0 ? " " : "",
                    next->text);
        grid->title_view = next->view;
        last = next;
    }
}

/* A text alone in its row, in the middle under everything that has a part to play. */
static void find_axis_title(struct reader_grid *grid, const struct reader_scene *scene)
{
    double left = scene->width, right = 0, bottom = 0;
    for (size_t n = 0; n < grid->name_count && !grid->is_horizontal; n++) {
        left = grid->names[n].position < left ? grid->names[n].position : left;
        right = grid->names[n].position > right ? grid->names[n].position : right;
    }
    if (grid->is_horizontal && grid->axis.is_found) {
        left = grid->axis.low;
        right = grid->axis.high;
    }
    for (size_t i = 0; i < scene->text_count; i++) {
        if (scene->texts[i].is_used && scene->texts[i].view >= 0 && scene->texts[i].degrees <= 0)
            bottom = scene->texts[i].anchor.y > bottom ? scene->texts[i].anchor.y : bottom;
    }
    const struct reader_text *best = NULL;
    for (size_t i = 0; i < scene->text_count; i++) {
        const struct reader_text *text = &scene->texts[i];
        const double off = absolute(text->anchor.x - (left + right) / 2);
        if (text->is_used || text->view < 0 || fov__reader_text_is_noise(text) ||
            text->anchor.y < bottom + 3 || off > 0.06 * (right - left) + 4 ||
            text->anchor.y > bottom + 6 * text->height)
            continue;
        best = best == NULL || text->box.y1 < best->box.y1 ? text : best;
    }
    if (best == NULL || right <= left)
        return;
    fov__format(grid->axis_title, sizeof(grid->axis_title), "%s", best->text);
    grid->axis_title_view = best->view;
}

static void find_note(struct reader_grid *grid, const struct reader_scene *scene)
{
    for (size_t i = 0; i < scene->text_count; i++) {
        const struct reader_text *text = &scene->texts[i];
        if (text->view < 0 || strncmp(text->text, "Note", 4) != 0 || grid->note[0] != '\0')
            continue;
        fov__format(grid->note, sizeof(grid->note), "%s", text->text);
        grid->note_view = text->view;
    }
}

static void make_grid(struct reader_grid *grid, struct reader_scene *scene);

void fov__reader_grid_make(struct reader_grid *grid, struct reader_scene *scene)
{
    make_grid(grid, scene);
    find_axis_title(grid, scene);
    find_note(grid, scene);
}

static void make_grid(struct reader_grid *grid, struct reader_scene *scene)
{
    memset(grid, 0, sizeof(*grid));
    grid->title_view = grid->axis_title_view = grid->note_view = -1;
    for (size_t i = 0; i < scene->text_count; i++)
        scene->texts[i].is_used = false;
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
    if (fov__reader_pie(grid, scene))
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
