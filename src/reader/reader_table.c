/* SPDX-License-Identifier: MIT */
/* A table: texts in rows and columns. The first column names the rows, a first row without numbers
 * names the columns. It must never take a paragraph for a table. */
#include "reader/reader_internal.h"

enum { ROWS = 64, COLUMNS = 8 };

struct row {
    double top, bottom;
    size_t cells[COLUMNS];
    size_t count;
};

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

static size_t make_rows(const struct reader_scene *scene, struct row *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < scene->text_count; i++) {
        const struct reader_text *text = &scene->texts[i];
        struct row *row = NULL;
        if (text->view < 0 || fov__reader_text_is_noise(text))
            continue;
        for (size_t r = 0; r < count && row == NULL; r++) {
            if (text->anchor.y > rows[r].top && text->anchor.y < rows[r].bottom)
                row = &rows[r];
        }
        if (row == NULL && count < ROWS) {
            row = &rows[count++];
            *row = (struct row){text->box.y1 - 2, text->box.y2 + 2, {0}, 0};
        }
        if (row == NULL || row->count >= COLUMNS)
            continue;
        size_t at = row->count++;
        for (; at > 0 && scene->texts[row->cells[at - 1]].box.x1 > text->box.x1; at--)
            row->cells[at] = row->cells[at - 1];
        row->cells[at] = i;
    }
    for (size_t i = 1; i < count; i++) {
        const struct row moved = rows[i];
        size_t j = i;
        for (; j > 0 && rows[j - 1].top > moved.top; j--)
            rows[j] = rows[j - 1];
        rows[j] = moved;
    }
    return count;
}

/* How many cells most rows have. */
static size_t usual_count(const struct row *rows, size_t count)
{
    size_t votes[COLUMNS + 1] = {0}, best = 0;
    for (size_t r = 0; r < count; r++)
        votes[rows[r].count]++;
    for (size_t c = 2; c <= COLUMNS; c++)
        best = best == 0 || votes[c] > votes[best] ? c : best;
    return votes[best] >= 2 ? best : 0;
}

/* Mostly digits: a number, a time; not "Fat (g)" with its g read as a 9. */
static bool is_value(const char *text)
{
    size_t digits = 0, letters = 0;
    for (; *text != '\0'; text++) {
        digits += *text >= '0' && *text <= '9';
        letters += (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
    }
    return digits * 2 > letters;
}

static void take_row(struct reader_grid *grid, const struct reader_scene *scene,
                     const struct row *row)
{
    struct reader_name *name = &grid->names[grid->name_count];
    const struct reader_text *first = &scene->texts[row->cells[0]];
    memset(name, 0, sizeof(*name));
    fov__format(name->text, sizeof(name->text), "%s", first->text);
    name->is_number = fov__reader_number_parse(name->text, true, &name->number);
    name->confidence = first->confidence;
    name->view = first->view;
    name->position = first->anchor.y;
    for (size_t c = 1; c < row->count; c++) {
        const struct reader_text *text = &scene->texts[row->cells[c]];
        struct reader_cell *cell = &grid->cells[grid->name_count][c - 1];
        fov__format(cell->text, sizeof(cell->text), "%s", text->text);
        cell->view = text->view;
        cell->box = text->box;
        cell->is_checked = text->readings > 1 || text->confidence > 0.85;
        cell->is_doubtful = !cell->is_checked && text->confidence < 0.6;
        if (text->is_number) {
            cell->origin = READER_PRINTED;
            cell->value = text->number.value;
            cell->decimals = text->number.decimals;
        }
    }
    grid->name_count++;
}

bool fov__reader_table(struct reader_grid *grid, struct reader_scene *scene)
{
    struct row rows[ROWS];
    const size_t count = make_rows(scene, rows), columns = usual_count(rows, count);
    const struct row *header = NULL;
    if (columns < 2)
        return false;
    grid->name_count = 0;
    for (size_t r = 0; r < count; r++) {
        if (rows[r].count != columns || grid->name_count >= READER_NAMES)
            continue;
        size_t numbers = 0;
        for (size_t c = 1; c < columns; c++)
            numbers += is_value(scene->texts[rows[r].cells[c]].text);
        /* Years over columns are names of theirs. */
        size_t years = 0;
        for (size_t c = 1; c < columns; c++)
            years += scene->texts[rows[r].cells[c]].is_number &&
                     scene->texts[rows[r].cells[c]].number.is_year;
        const bool is_head = numbers == 0 || (years == columns - 1 &&
                                              !is_value(scene->texts[rows[r].cells[0]].text));
        if (is_head && header == NULL && grid->name_count == 0)
            header = &rows[r];
        else if (numbers > 0)
            take_row(grid, scene, &rows[r]);
    }
    if (grid->name_count < 2)
        return false;
    grid->kind = READER_TABLE;
    grid->series_count = columns - 1;
    for (size_t c = 1; c < columns && header != NULL; c++) {
        struct reader_name *series = &grid->series[c - 1];
        const struct reader_text *text = &scene->texts[header->cells[c]];
        fov__format(series->text, sizeof(series->text), "%s", text->text);
        series->view = text->view;
        series->confidence = text->confidence;
    }
    /* A gap between rows is a row that was not read. */
    double pitch = 1e9;
    for (size_t n = 1; n < grid->name_count; n++) {
        const double step = grid->names[n].position - grid->names[n - 1].position;
        pitch = step < pitch ? step : pitch;
    }
    for (size_t n = 1; n < grid->name_count; n++)
        grid->is_partial =
            grid->is_partial || grid->names[n].position - grid->names[n - 1].position > 1.6 * pitch;
    /* Columns that do not line up are no table. */
    double drift = 0;
    for (size_t n = 1; n < grid->name_count; n++)
        drift += absolute((grid->cells[n][0].box.x1 + grid->cells[n][0].box.x2) -
                          (grid->cells[0][0].box.x1 + grid->cells[0][0].box.x2)) /
                 2;
    return drift / (double)grid->name_count < 0.12 * scene->width;
}
