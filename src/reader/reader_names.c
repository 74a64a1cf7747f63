/* SPDX-License-Identifier: MIT */
/* Names along the axis of a chart, and the names of its colours. Texts go to the nearest slot and
 * are joined line by line; even numbers, such as years, are filled in where every second one is
 * printed. It must never give a slot a name that was neither read nor follows from its neighbours.
 */
#include "reader/reader_internal.h"

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

bool fov__reader_text_is_noise(const struct reader_text *text)
{
    size_t letters = 0, marks = 0;
    for (const char *c = text->text; *c != '\0'; c++) {
        const bool is_letter = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
                               (*c >= 'A' && *c <= 'Z') || (unsigned char)*c >= 128;
        letters += is_letter;
        marks += !is_letter && *c != ' ';
    }
    return letters == 0 || (text->confidence < 0.45 && letters < 4) ||
           (text->confidence < 0.8 && marks > letters);
}

/* Order of reading: by lines, then to the right. */
static bool reads_before(const struct reader_text *a, const struct reader_text *b)
{
    if (absolute(a->anchor.y - b->anchor.y) > 0.6 * a->height)
        return a->anchor.y < b->anchor.y;
    return a->box.x1 < b->box.x1;
}

static size_t sorted_texts(const struct reader_scene *scene, size_t *order)
{
    size_t count = 0;
    for (size_t i = 0; i < scene->text_count; i++) {
        size_t j = count++;
        for (; j > 0 && reads_before(&scene->texts[i], &scene->texts[order[j - 1]]); j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    return count;
}

static void add_words(struct reader_name *name, const struct reader_text *text, const char *words,
                      size_t len)
{
    const size_t used = strlen(name->text);
    fov__format(name->text + used, sizeof(name->text) - used, "%s%.*s", used > 0 ? " " : "",
                (int)len, words);
    if (used == 0 || text->confidence < name->confidence)
        name->confidence = text->confidence;
    name->view = text->view;
}

/* The next row of texts below `bottom`: its edges, and whether it is one text in the middle, which
 * is the title of the axis. */
struct row {
    double top, bottom, height;
    bool is_title;
};

static bool next_row(struct row *row, const struct reader_scene *scene, double from, double low,
                     double high, double left, double right)
{
    const struct reader_text *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < scene->text_count; i++) {
        const struct reader_text *text = &scene->texts[i];
        if (text->is_used || text->view < 0 || fov__reader_text_is_noise(text) ||
            text->anchor.x < left || text->anchor.x > right || text->anchor.y < low ||
            text->anchor.y > high || text->box.y1 < from)
            continue;
        if (first == NULL || text->box.y1 < first->box.y1)
            first = text;
    }
    if (first == NULL)
        return false;
    *row = (struct row){first->box.y1, first->box.y2, first->height, false};
    for (size_t i = 0; i < scene->text_count; i++) {
        const struct reader_text *text = &scene->texts[i];
        count += text->view >= 0 && !fov__reader_text_is_noise(text) &&
                 absolute(text->anchor.y - first->anchor.y) < 0.6 * first->height &&
                 text->anchor.x > left && text->anchor.x < right;
    }
    row->is_title =
        count == 1 && absolute(first->anchor.x - (left + right) / 2) < 0.03 * (right - left) + 3;
    return true;
}

double fov__reader_names_bottom(const struct reader_scene *scene, double low, double high,
                                double left, double right)
{
    struct row row, next;
    if (!next_row(&row, scene, low, low, high, left, right))
        return -1;
    while (next_row(&next, scene, row.bottom - 1, low, high, left, right)) {
        if (next.top - row.bottom > 1.15 * row.height || next.is_title)
            break;
        row.bottom = next.bottom > row.bottom ? next.bottom : row.bottom + 1;
        row.height = next.height;
    }
    return row.bottom;
}

/* A row of labels may have been seen as one piece: as many words as slots it spans go one to each.
 */
static bool split_over_slots(struct reader_name *names, const struct reader_text *text,
                             const double *slots, size_t slot_count)
{
    size_t first = slot_count, last = 0, words = 0;
    for (size_t s = 0; s < slot_count; s++) {
        if (slots[s] > text->box.x1 && slots[s] < text->box.x2) {
            first = s < first ? s : first;
            last = s;
        }
    }
    if (first == slot_count || first == last)
        return false;
    for (const char *c = text->text; *c != '\0'; c++)
        words += *c != ' ' && (c == text->text || c[-1] == ' ');
    if (words != last - first + 1)
        return false;
    const char *c = text->text;
    for (size_t s = first; s <= last; s++) {
        while (*c == ' ')
            c++;
        const char *end = strchr(c, ' ');
        const size_t len = end != NULL ? (size_t)(end - c) : strlen(c);
        add_words(&names[s], text, c, len);
        c += len;
    }
    return true;
}

static bool is_turned(const struct reader_text *text)
{
    return text->degrees > 0 || text->degrees < 0;
}

size_t fov__reader_names_collect(struct reader_name *names, size_t max, struct reader_scene *scene,
                                 bool is_level, double low, double high, const double *slots,
                                 size_t slot_count)
{
    size_t order[READER_TEXTS];
    const size_t count = sorted_texts(scene, order);
    slot_count = slot_count > max ? max : slot_count;
    if (slot_count == 0)
        return 0;
    const double pitch = slot_count > 1
                             ? absolute(slots[slot_count - 1] - slots[0]) / (double)(slot_count - 1)
                             : (is_level ? scene->width : scene->height) / 2.0;
    const double left = slots[0] - pitch, right = slots[slot_count - 1] + pitch;
    bool any_turned = false;
    for (size_t i = 0; i < scene->text_count; i++)
        any_turned = any_turned || is_turned(&scene->texts[i]);
    const double bottom = is_level ? fov__reader_names_bottom(scene, low, high, left, right) : high;
    memset(names, 0, slot_count * sizeof(*names));
    for (size_t s = 0; s < slot_count; s++) {
        names[s].position = slots[s];
        names[s].view = -1;
    }
    for (size_t i = 0; i < count; i++) {
        struct reader_text *text = &scene->texts[order[i]];
        const double across = is_level ? text->anchor.x : text->anchor.y;
        if (text->is_used || text->view < 0 || fov__reader_text_is_noise(text))
            continue;
        if (is_level && any_turned != is_turned(text))
            continue;
        if (is_level && !any_turned && (text->anchor.y < low || text->anchor.y > bottom))
            continue;
        if (!is_level && (text->box.x2 > high || text->anchor.x < low))
            continue;
        if (across < left || across > right)
            continue;
        if (is_level && !any_turned && split_over_slots(names, text, slots, slot_count)) {
            text->is_used = true;
            continue;
        }
        size_t best = 0;
        for (size_t s = 1; s < slot_count; s++)
            best = absolute(slots[s] - across) < absolute(slots[best] - across) ? s : best;
        if (absolute(slots[best] - across) > 0.62 * pitch)
            continue;
        add_words(&names[best], text, text->text, strlen(text->text));
        text->is_used = true;
    }
    for (size_t s = 0; s < slot_count; s++)
        names[s].is_number = fov__reader_number_parse(names[s].text, true, &names[s].number);
    return slot_count;
}

/* A year, or a quarter as a part of one; which, if any, is said by `quarters`. */
static bool time_of(const struct reader_name *name, bool *is_quarter, double *out)
{
    struct reader_words words;
    double year = 0;
    int32_t quarter = -1;
    *is_quarter = false;
    if (name->is_number && name->number.is_year) {
        *out = name->number.value;
        return true;
    }
    fov__reader_words_fold(&words, name->text);
    for (size_t i = 0; i < words.count; i++) {
        struct reader_number number;
        const char *w = words.word[i];
        if (w[0] == 'q' && w[1] >= '1' && w[1] <= '4' && w[2] == '\0')
            quarter = w[1] - '1';
        if (fov__reader_number_parse(w, false, &number) && number.is_year)
            year = number.value;
    }
    if (quarter < 0 || year <= 0)
        return false;
    *is_quarter = true;
    *out = year + quarter / 4.0;
    return true;
}

void fov__reader_names_fill(struct reader_name *names, size_t count)
{
    double position[READER_NAMES], value[READER_NAMES];
    size_t known = 0, quarters = 0;
    struct reader_axis axis;
    for (size_t i = 0; i < count && known < 40 && i < READER_NAMES; i++) {
        bool is_quarter = false;
        if (!time_of(&names[i], &is_quarter, &value[known]))
            continue;
        quarters += is_quarter;
        position[known++] = (double)i;
    }
    /* Only times are filled in: other names that are numbers need not be even. */
    if (known < 3 || known * 3 < count ||
        !fov__reader_axis_fit(&axis, position, value, known, 3, 0.1, NULL))
        return;
    const double unit = quarters * 2 > known ? 4 : 1;
    if (axis.ticks * 10 < (int32_t)known * 7 || absolute(axis.slope) * unit < 0.9)
        return;
    for (size_t i = 0; i < count; i++) {
        const double exact = (axis.slope * (double)i + axis.offset) * unit, time = fov__rint(exact);
        bool is_quarter = false;
        double have = 0;
        if (absolute(exact - time) > 0.15 ||
            (time_of(&names[i], &is_quarter, &have) && absolute(have * unit - time) < 0.5))
            continue;
        const int32_t year = (int32_t)fov__floor(time / unit + 1e-6);
        names[i].is_filled = true;
        names[i].confidence = 0.8;
        if (unit > 1) {
            fov__format(names[i].text, sizeof(names[i].text), "Q%d %d",
                        (int)(time - (double)year * unit + 0.5) + 1, (int)year);
            names[i].is_number = false;
        } else {
            fov__format(names[i].text, sizeof(names[i].text), "%d", (int)year);
            names[i].is_number = true;
            names[i].number = (struct reader_number){.value = year, .is_year = true};
        }
    }
}

/* The part of the pixels left of a text that have the colour. */
static double swatch(const struct reader_scene *scene, const struct reader_text *text,
                     struct reader_rgb colour)
{
    const int32_t x2 = (int32_t)text->box.x1 - 1, x1 = x2 - (int32_t)(2.6 * text->height + 3);
    int32_t same = 0, total = 0;
    for (int32_t y = (int32_t)text->box.y1; y < (int32_t)text->box.y2; y++) {
        for (int32_t x = x1 < 0 ? 0 : x1; x < x2; x++) {
            const uint8_t *p = fov__pixels_row(scene->px, y) + (size_t)x * (size_t)scene->px->bands;
            const struct reader_rgb c = {p[0], p[1], p[2]};
            total++;
            same += fov__reader_rgb_distance(c, colour) <= 24;
        }
    }
    return total > 0 ? (double)same / total : 0;
}

static void take_name(struct reader_name *name, struct reader_text *text)
{
    fov__format(name->text, sizeof(name->text), "%s", text->text);
    name->confidence = text->confidence;
    name->view = text->view;
    name->is_number = fov__reader_number_parse(name->text, true, &name->number);
    text->is_used = true;
}

/* Lines of one legend entry: what follows close under it, at the same left edge. */
static void join_next_line(const struct reader_grid *grid, struct reader_name *name,
                           const struct reader_text *text, struct reader_scene *scene)
{
    for (size_t i = 0; i < scene->text_count; i++) {
        struct reader_text *next = &scene->texts[i];
        if (next->is_used || next->view < 0 || absolute(next->box.x1 - text->box.x1) > 2)
            continue;
        if (next->box.y1 < text->box.y2 || next->box.y1 - text->box.y2 > 0.8 * text->height)
            continue;
        /* A line with a swatch of its own is the next entry. */
        bool is_entry = false;
        for (size_t s = 0; s < grid->series_count; s++)
            is_entry = is_entry || swatch(scene, next, grid->series[s].colour) > 0.1;
        if (is_entry)
            return;
        add_words(name, next, next->text, strlen(next->text));
        next->is_used = true;
        return;
    }
}

void fov__reader_legend(struct reader_grid *grid, struct reader_scene *scene)
{
    for (size_t s = 0; s < grid->series_count; s++) {
        struct reader_name *name = &grid->series[s];
        struct reader_text *best = NULL;
        double most = grid->kind == READER_LINE_CHART ? 0.07 : 0.16; /* a piece of line is thin */
        if (!name->has_colour || name->text[0] != '\0')
            continue;
        for (size_t i = 0; i < scene->text_count; i++) {
            struct reader_text *text = &scene->texts[i];
            if (text->is_used || text->view < 0 || fov__reader_text_is_noise(text) ||
                is_turned(text))
                continue;
            /* A number beside a bar of the colour is a value; years and "1" may be names. */
            const bool is_count =
                text->number.decimals == 0 && !text->number.is_percent && text->number.value <= 20;
            if (text->is_number && !text->number.is_year && !is_count)
                continue;
            if (fov__reader_rgb_distance(text->ground, name->colour) < 20)
                continue;
            const double share = swatch(scene, text, name->colour);
            if (share > most) {
                most = share;
                best = text;
            }
        }
        if (best == NULL)
            continue;
        take_name(name, best);
        join_next_line(grid, name, best, scene);
    }
}
