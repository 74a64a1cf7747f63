/* SPDX-License-Identifier: MIT */
/* A bar chart becomes a grid: rectangles of one colour that stand on a common line, in columns or
 * rows, side by side or stacked; names along the line; values printed at the bars and measured
 * against the scale. It must never take a value from a bar that neither a print nor a scale backs.
 */
#include "reader/reader_internal.h"

struct bar {
    struct reader_rgb colour;
    double start, end; /* along the bar: x, or height.. from the top turned upward (-y) */
    double low, high;  /* across it */
    int32_t column, series;
    bool is_kept;
    const struct reader_text *print;
    double print_distance;
};

struct bars {
    struct reader_scene *scene;
    struct bar bar[READER_BARS];
    size_t count;
    bool is_level; /* bars lie: values go to the right */
    double base, thick;
    size_t column_count;
    double column_at[READER_BARS];
    int32_t group_of[READER_BARS]; /* of a column */
    size_t group_count;
    struct reader_rgb colours[READER_SERIES];
    size_t colour_count;
    bool is_stacked, is_diverging, is_single; /* single: colours only adorn */
};

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

struct stand {
    double base, thick;
    int32_t score;
};

/* How many rectangles share a foot line and a thickness, if bars lie (is_level) or stand. */
static struct stand stand_of(const struct reader_block *blocks, size_t count, bool is_level)
{
    struct stand best = {0, 0, 0};
    for (size_t i = 0; i < count; i++) {
        const struct reader_block *a = &blocks[i];
        const int32_t base = is_level ? a->x1 : a->y2,
                      thick = is_level ? a->y2 - a->y1 : a->x2 - a->x1;
        int32_t score = 0;
        if (thick < 6)
            continue; /* the stem of a letter */
        for (size_t j = 0; j < count; j++) {
            const struct reader_block *b = &blocks[j];
            const int32_t foot = is_level ? b->x1 : b->y2;
            const int32_t wide = is_level ? b->y2 - b->y1 : b->x2 - b->x1;
            const bool is_same = wide - thick <= 2 && thick - wide <= 2;
            const bool on_foot = foot - base <= 2 && base - foot <= 2;
            score += is_same ? (on_foot ? 3 : 1) : 0;
        }
        /* Between equals the longer foot: swatches of a legend also stand in a row. */
        score = score * 64 + (is_level             ? a->y2 - a->y1 < 63 ? a->y2 - a->y1 : 63
                              : a->x2 - a->x1 < 63 ? a->x2 - a->x1
                                                   : 63);
        if (score > best.score)
            best = (struct stand){base, thick, score};
    }
    return best;
}

static void turn_bar(const struct bars *bars, const struct reader_block *f, struct bar *bar)
{
    memset(bar, 0, sizeof(*bar));
    bar->colour = f->colour;
    bar->start = bars->is_level ? f->x1 : -f->y2;
    bar->end = bars->is_level ? f->x2 : -f->y1;
    bar->low = bars->is_level ? f->y1 : f->x1;
    bar->high = bars->is_level ? f->y2 : f->x2;
}

/* Keep what is as thick as the others and reaches the foot line, directly or over its neighbours.
 */
static void keep_standing(struct bars *bars)
{
    bool grew = true;
    for (size_t i = 0; i < bars->count; i++) {
        struct bar *bar = &bars->bar[i];
        bar->is_kept =
            absolute(bar->start - bars->base) <= 2.5 || absolute(bar->end - bars->base) <= 2.5;
    }
    while (grew) {
        grew = false;
        for (size_t i = 0; i < bars->count; i++) {
            struct bar *bar = &bars->bar[i];
            for (size_t j = 0; !bar->is_kept && j < bars->count; j++) {
                const struct bar *other = &bars->bar[j];
                const bool same = absolute(other->low - bar->low) <= 2.5 &&
                                  absolute(other->high - bar->high) <= 2.5;
                if (other->is_kept && same &&
                    (absolute(other->end - bar->start) <= 4 ||
                     absolute(other->start - bar->end) <= 4)) {
                    bar->is_kept = true;
                    grew = true;
                }
            }
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < bars->count; i++) {
        if (bars->bar[i].is_kept)
            bars->bar[kept++] = bars->bar[i];
    }
    bars->count = kept;
}

static void sort_bars(struct bars *bars)
{
    for (size_t i = 1; i < bars->count; i++) {
        const struct bar moved = bars->bar[i];
        size_t j = i;
        for (; j > 0; j--) {
            const struct bar *before = &bars->bar[j - 1];
            const double a = before->low + before->high, b = moved.low + moved.high;
            if (a < b - 2 || (a <= b + 2 && before->start <= moved.start))
                break;
            bars->bar[j] = *before;
        }
        bars->bar[j] = moved;
    }
}

static void make_columns(struct bars *bars)
{
    bars->column_count = 0;
    for (size_t i = 0; i < bars->count; i++) {
        struct bar *bar = &bars->bar[i];
        const double at = (bar->low + bar->high) / 2;
        if (bars->column_count == 0 ||
            at - bars->column_at[bars->column_count - 1] > bars->thick * 0.4)
            bars->column_at[bars->column_count++] = at;
        bar->column = (int32_t)bars->column_count - 1;
        if (i > 0 && bars->bar[i - 1].column == bar->column) {
            bars->is_stacked = true;
            if (bars->bar[i - 1].end <= bars->base + 2.5 && bar->start >= bars->base - 2.5)
                bars->is_diverging = true;
        }
    }
}

static void make_colours(struct bars *bars)
{
    for (size_t i = 0; i < bars->count; i++) {
        struct bar *bar = &bars->bar[i];
        bar->series = -1;
        for (size_t c = 0; c < bars->colour_count && bar->series < 0; c++) {
            if (fov__reader_rgb_distance(bars->colours[c], bar->colour) <= 20)
                bar->series = (int32_t)c;
        }
        if (bar->series < 0 && bars->colour_count < READER_SERIES) {
            bar->series = (int32_t)bars->colour_count;
            bars->colours[bars->colour_count++] = bar->colour;
        }
        if (bar->series < 0)
            bar->series = READER_SERIES - 1;
    }
}

/* Whether nearly every column has a text of its own at its middle, so that each is a name. */
static bool have_own_names(const struct bars *bars, double low, double high)
{
    size_t own = 0;
    if (bars->column_count < 2)
        return true;
    const double pitch = (bars->column_at[bars->column_count - 1] - bars->column_at[0]) /
                         (double)(bars->column_count - 1);
    for (size_t c = 0; c < bars->column_count; c++) {
        for (size_t i = 0; i < bars->scene->text_count; i++) {
            const struct reader_text *text = &bars->scene->texts[i];
            const double across = bars->is_level ? text->anchor.y : text->anchor.x;
            const double along = bars->is_level ? text->anchor.x : text->anchor.y;
            if (text->is_used || along < low || along > high || text->view < 0)
                continue;
            if (absolute(across - bars->column_at[c]) < 0.3 * pitch) {
                own++;
                break;
            }
        }
    }
    return own * 10 >= bars->column_count * 6;
}

/* Columns next to each other of different colours are one group. */
static void make_groups(struct bars *bars, bool has_own)
{
    bool seen[READER_SERIES] = {false};
    double last = -1e9;
    bars->group_count = 0;
    bars->is_single = has_own && !bars->is_stacked;
    size_t at = 0;
    for (size_t c = 0; c < bars->column_count; c++) {
        const int32_t series = bars->bar[at].series;
        bool is_new =
            bars->is_stacked || has_own || bars->colour_count < 2 || c == 0 || seen[series];
        if (!is_new && bars->column_at[c] - last > 1.7 * bars->thick)
            is_new = true;
        if (is_new) {
            memset(seen, 0, sizeof(seen));
            bars->group_count++;
        }
        seen[series] = true;
        last = bars->column_at[c];
        bars->group_of[c] = (int32_t)bars->group_count - 1;
        while (at < bars->count && bars->bar[at].column == (int32_t)c)
            at++;
    }
}

static bool find_bars(struct bars *bars)
{
    struct reader_block blocks[READER_BARS];
    const struct reader_scene *scene = bars->scene;
    const size_t count = fov__reader_blocks(scene, blocks, READER_BARS);
    const struct stand standing = stand_of(blocks, count, false);
    const struct stand lying = stand_of(blocks, count, true);
    if (count < 2 || (standing.score < 4 * 64 && lying.score < 4 * 64))
        return false;
    bars->is_level = lying.score > standing.score;
    const struct stand *stand = bars->is_level ? &lying : &standing;
    bars->base = bars->is_level ? stand->base : -stand->base;
    bars->thick = stand->thick;
    for (size_t i = 0; i < count; i++) {
        struct bar *bar = &bars->bar[bars->count];
        turn_bar(bars, &blocks[i], bar);
        if (absolute(bar->high - bar->low - bars->thick) <= 2 + 0.12 * bars->thick)
            bars->count++;
    }
    keep_standing(bars);
    if (bars->count < 2)
        return false;
    sort_bars(bars);
    make_columns(bars);
    make_colours(bars);
    return bars->column_count >= 2;
}

/* How far a printed number is from the place where this bar's value is printed; huge when it
 * cannot be its value. */
static double print_distance(const struct bars *bars, const struct bar *bar,
                             const struct reader_text *text)
{
    const double never = 1e9;
    const double near_end = bars->is_level ? text->box.x1 : -text->box.y2;
    const double far_end = bars->is_level ? text->box.x2 : -text->box.y1;
    const double middle = (near_end + far_end) / 2;
    const double across = bars->is_level ? text->anchor.y : text->anchor.x;
    const double centre = (bar->low + bar->high) / 2;
    const double play = bars->is_level ? (bar->high - bar->low) / 2 + 1
                                       : (bar->high - bar->low) / 2 + 0.6 * text->height;
    const double aside = absolute(across - centre);
    if (aside > play)
        return never;
    const bool is_inside = middle > bar->start && middle < bar->end;
    const bool is_negative = bar->end <= bars->base + 2.5 && bar->start < bars->base - 2.5;
    if (is_inside)
        return aside * 0.5;
    if (bars->is_stacked && !bars->is_diverging)
        return never;
    const double beyond = is_negative ? bar->start - far_end : near_end - bar->end;
    if (beyond < -0.6 * text->height || beyond > 3.5 * text->height)
        return never;
    return 0.5 * aside + absolute(beyond);
}

/* Give every bar the number that is printed nearest to its place; a number goes to one bar. */
static void find_prints(struct bars *bars)
{
    struct reader_scene *scene = bars->scene;
    for (size_t i = 0; i < scene->text_count; i++) {
        struct reader_text *text = &scene->texts[i];
        struct bar *best = NULL;
        double least = 1e8;
        if (!text->is_number || text->is_used || text->view < 0 || text->degrees > 0 ||
            text->degrees < 0)
            continue;
        for (size_t b = 0; b < bars->count; b++) {
            const double d = print_distance(bars, &bars->bar[b], text);
            if (d < least) {
                least = d;
                best = &bars->bar[b];
            }
        }
        if (best == NULL)
            continue;
        /* The same print may be seen twice, as outline and as filling: the surer reading stays. */
        const bool is_better =
            best->print == NULL ||
            (absolute(least - best->print_distance) < 3 ? text->confidence > best->print->confidence
                                                        : least < best->print_distance);
        if (is_better) {
            best->print = text;
            best->print_distance = least;
        }
        text->is_used = true;
    }
}

/* Where a bar's value stands on the scale. */
static double measure(const struct bars *bars, const struct bar *bar,
                      const struct reader_axis *axis)
{
    const double flip = bars->is_level ? 1 : -1;
    if (bars->is_stacked)
        return absolute(axis->slope) * (bar->end - bar->start);
    const bool is_negative = bar->end <= bars->base + 2.5 && bar->start < bars->base - 2.5;
    const double at = is_negative ? bar->start : bar->end;
    return axis->slope * flip * at + axis->offset;
}

static double slack(const struct reader_axis *axis, double expected)
{
    return 1.6 * absolute(axis->slope) + 0.008 * absolute(expected);
}

/* The part of the printed values that stand where the scale puts them. */
static bool scale_holds(const struct bars *bars, const struct reader_axis *axis)
{
    int32_t prints = 0, right = 0;
    for (size_t i = 0; i < bars->count; i++) {
        const struct bar *bar = &bars->bar[i];
        struct reader_number number;
        if (bar->print == NULL)
            continue;
        const double expected = measure(bars, bar, axis);
        prints++;
        right += fov__reader_axis_settle(bar->print, expected, slack(axis, expected), &number);
    }
    return prints < 3 || right * 2 >= prints;
}

/* A scale from the bars themselves: where most printed values grow evenly with their bars. */
static bool scale_of_prints(const struct bars *bars, struct reader_axis *axis)
{
    double position[40], value[40];
    size_t count = 0;
    const double flip = bars->is_level ? 1 : -1;
    for (size_t i = 0; i < bars->count && count < 40; i++) {
        const struct bar *bar = &bars->bar[i];
        if (bar->print == NULL || bar->print->confidence < 0.6)
            continue;
        const bool is_length = bars->is_stacked;
        position[count] = is_length ? bar->end - bar->start : flip * bar->end;
        value[count++] = bar->print->number.value;
    }
    if (count < 4 || !fov__reader_axis_fit(axis, position, value, count, 3, 1.8, NULL))
        return false;
    const bool rises = bars->is_stacked || bars->is_level ? axis->slope > 0 : axis->slope < 0;
    return rises && axis->ticks * 2 > (int32_t)count;
}

/* Headers over a row of stacked parts name them: each text above goes to the part it is nearest to.
 */
static void read_headers(struct reader_grid *grid, const struct bars *bars)
{
    struct reader_scene *scene = bars->scene;
    for (size_t s = 0; s < bars->colour_count; s++) {
        if (grid->series[s].text[0] != '\0')
            return;
    }
    if (!bars->is_level || !bars->is_stacked)
        return;
    double edge = bars->bar[0].low;
    for (int32_t line = 0; line < 5; line++) { /* upwards, line by line */
        double top = -1, height = 0;
        for (size_t i = 0; i < scene->text_count; i++) {
            const struct reader_text *text = &scene->texts[i];
            const bool is_near = text->box.y2 <= edge + 1 &&
                                 edge - text->box.y2 < (line == 0 ? 2.5 : 0.9) * text->height;
            if (is_near && text->view >= 0 && !text->is_used && text->box.y2 > top) {
                top = text->box.y2;
                height = text->height;
            }
        }
        if (top < 0)
            return;
        for (size_t i = 0; i < scene->text_count; i++) {
            struct reader_text *text = &scene->texts[i];
            const struct bar *best = NULL;
            double least = 1e9;
            if (text->is_used || text->view < 0 || absolute(text->box.y2 - top) > 0.5 * height)
                continue;
            for (size_t b = 0; b < bars->count && bars->bar[b].column == 0; b++) {
                const double d =
                    absolute(text->anchor.x - (bars->bar[b].start + bars->bar[b].end) / 2);
                if (d < least) {
                    least = d;
                    best = &bars->bar[b];
                }
            }
            if (best == NULL || least > 0.6 * (best->end - best->start) + 3 * text->height)
                continue;
            struct reader_name *name = &grid->series[best->series];
            char joined[READER_TEXT_MAX];
            fov__format(joined, sizeof(joined), "%s%s%s", text->text,
                        name->text[0] != '\0' ? " " : "", name->text);
            memcpy(name->text, joined, sizeof(joined));
            name->view = text->view;
            name->confidence = text->confidence;
            text->is_used = true;
        }
        edge = top - height;
    }
}

/* Rectangles without a scale and without values that grow with them are no bars: a logo, the cells
 * of a table. */
static bool are_backed(const struct bars *bars, const struct reader_axis *axis)
{
    size_t prints = 0;
    for (size_t i = 0; i < bars->count; i++)
        prints += bars->bar[i].print != NULL;
    return axis->is_found || (prints >= 2 && prints < 4 && prints * 3 >= bars->count * 2);
}

static void fill_cells(struct reader_grid *grid, const struct bars *bars)
{
    for (size_t i = 0; i < bars->count; i++) {
        const struct bar *bar = &bars->bar[i];
        const int32_t name = bars->group_of[bar->column];
        const int32_t series = bars->is_single ? 0 : bar->series;
        if (name >= READER_NAMES || series >= (int32_t)grid->series_count)
            continue;
        struct reader_cell *cell = &grid->cells[name][series];
        const double expected = grid->axis.is_found ? measure(bars, bar, &grid->axis) : 0;
        const double error = grid->axis.is_found ? slack(&grid->axis, expected) : 0;
        fov__reader_cell_settle(cell, bar->print, grid->axis.is_found, expected, error);
        if (bar->print == NULL) {
            cell->view = grid->axis.view;
            cell->box = bars->is_level ? (fov_box){bar->start, bar->low, bar->end, bar->high}
                                       : (fov_box){bar->low, -bar->end, bar->high, -bar->start};
        }
        if (bars->is_single) {
            grid->names[name].colour = bar->colour;
            grid->names[name].has_colour = true;
        }
    }
}

static void fill_names(struct reader_grid *grid, struct bars *bars, double low, double high)
{
    double slots[READER_BARS];
    double count[READER_BARS];
    for (size_t g = 0; g < bars->group_count; g++)
        slots[g] = count[g] = 0;
    for (size_t c = 0; c < bars->column_count; c++) {
        slots[bars->group_of[c]] += bars->column_at[c];
        count[bars->group_of[c]] += 1;
    }
    for (size_t g = 0; g < bars->group_count; g++)
        slots[g] /= count[g];
    grid->name_count =
        fov__reader_names_collect(grid->names, READER_NAMES, bars->scene, !bars->is_level, low,
                                  high, slots, bars->group_count);
    fov__reader_names_fill(grid->names, grid->name_count);
}

bool fov__reader_bars(struct reader_grid *grid, struct reader_scene *scene)
{
    struct bars *bars = fov__calloc(scene->ctx, 1, sizeof(*bars));
    if (bars == NULL)
        return false;
    bars->scene = scene;
    if (!find_bars(bars)) {
        fov__free(scene->ctx, bars);
        return false;
    }
    double edge = bars->base;
    for (size_t i = 0; i < bars->count; i++)
        edge = bars->bar[i].start < edge ? bars->bar[i].start : edge;
    fov__reader_axis_find(&grid->axis, scene, bars->is_level);
    /* Names lie left of lying bars, below standing ones. */
    const double low = bars->is_level ? 0 : -edge - 2,
                 high = bars->is_level ? edge + 3 : scene->height;
    find_prints(bars);
    const double rows = fov__reader_names_bottom(scene, low, high, bars->bar[0].low - bars->thick,
                                                 bars->bar[bars->count - 1].high + bars->thick);
    make_groups(bars, have_own_names(bars, low, bars->is_level ? high : rows));
    grid->kind = bars->is_stacked ? READER_STACKED : READER_BAR;
    grid->is_horizontal = bars->is_level;
    fill_names(grid, bars, low, high);
    if (grid->axis.is_found && !scale_holds(bars, &grid->axis))
        grid->axis.is_found = false;
    if (!grid->axis.is_found)
        grid->axis.is_found = scale_of_prints(bars, &grid->axis);
    if (!are_backed(bars, &grid->axis)) {
        fov__free(scene->ctx, bars);
        return false;
    }
    grid->series_count = bars->is_single ? 1 : bars->colour_count;
    for (size_t c = 0; c < bars->colour_count; c++) {
        grid->series[c].colour = bars->colours[c];
        grid->series[c].has_colour = !bars->is_single;
    }
    fill_cells(grid, bars);
    /* Groups that mostly lack a colour were taken apart wrongly: no name is to be trusted. */
    const bool is_torn = !bars->is_single && !bars->is_stacked &&
                         bars->column_count * 10 < bars->group_count * bars->colour_count * 6;
    for (size_t n = 0; is_torn && n < grid->name_count; n++)
        grid->names[n].text[0] = '\0';
    if (!bars->is_single)
        fov__reader_legend(grid, scene);
    if (!bars->is_single)
        read_headers(grid, bars);
    fov__free(scene->ctx, bars);
    return grid->name_count > 0;
}
