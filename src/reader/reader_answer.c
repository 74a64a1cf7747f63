/* SPDX-License-Identifier: MIT */
/* The answer from the grid: a value, a name, a count, yes or no, with the reason and the views it
 * was read from; or that it cannot be told, and where another look might help. It must never answer
 * from a cell that is neither printed nor measured. */
#include "reader/reader_internal.h"

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

static bool have(const struct reader_words *words, const char *word)
{
    const char *const list[] = {word, NULL};
    return fov__reader_words_have(words, list);
}

void fov__reader_say(struct reader_answer *answer, const char *text)
{
    answer->is_found = true;
    fov__format(answer->text, sizeof(answer->text), "%s", text);
}

void fov__reader_cannot(struct reader_answer *answer, const char *reason)
{
    answer->is_found = false;
    answer->text[0] = '\0';
    fov__format(answer->reason, sizeof(answer->reason), "%s", reason);
}

/* A name without its footnote stars. */
static void clean(char *out, size_t size, const char *name)
{
    while (*name == ' ' || *name == '-' || *name == '.' || *name == '~' || *name == '\'' ||
           *name == ')' || *name == '=' || strncmp(name, "\xe2\x80", 2) == 0)
        name += (unsigned char)*name >= 128 ? 3 : 1;
    size_t len = strlen(name);
    while (len > 0 && (name[len - 1] == '*' || name[len - 1] == ' ' || name[len - 1] == '\'' ||
                       (unsigned char)name[len - 1] >= 128))
        len--;
    fov__format(out, size, "%.*s", (int)len, name);
}

void fov__reader_add_view(struct reader_answer *answer, int32_t view)
{
    if (view >= 0)
        answer->views |= 1u << (view & 31);
}

/* The name of a cell on the dimension that the question does not fix. */
void fov__reader_say_name(struct reader_answer *answer, const struct reader_name *name,
                          const char *why)
{
    char text[READER_TEXT_MAX];
    clean(text, sizeof(text), name->text);
    if (text[0] == '\0' || name->confidence < 0.35) {
        fov__reader_cannot(answer, "the name that belongs to the value could not be read");
        return;
    }
    fov__reader_add_view(answer, name->view);
    if (name->is_number && name->number.is_year) {
        fov__reader_number_text(text, sizeof(text), name->number.value, 0);
    }
    fov__reader_say(answer, text);
    fov__format(answer->reason, sizeof(answer->reason), "%s", why);
}

/* ---- which name ----------------------------------------------------------------------------- */

static bool names_are_times(const struct reader_grid *grid)
{
    size_t years = 0;
    for (size_t n = 0; n < grid->name_count; n++) {
        const struct reader_name *name = &grid->names[n];
        bool has_year = name->is_number && name->number.is_year;
        struct reader_words words;
        fov__reader_words_fold(&words, name->text);
        for (size_t i = 0; i < words.count && !has_year; i++) {
            struct reader_number number;
            has_year = fov__reader_number_parse(words.word[i], false, &number) && number.is_year;
        }
        years += has_year;
    }
    return years * 10 >= grid->name_count * 7;
}

static void answer_extreme(struct reader_answer *answer, const struct reader_grid *grid,
                           const struct reader_question *question)
{
    struct reader_value value;
    char why[200], number[40];
    fov__reader_evaluate(&value, grid, &question->words);
    answer->views |= value.views;
    if (!value.is_found || value.is_unsure || value.cells != 1) {
        answer->wants_look = value.is_unsure;
        answer->look = value.look;
        fov__reader_cannot(answer, value.is_unsure
                                       ? "a value that could be the extreme one was not read surely"
                                       : "the question fixes no single row of values to compare");
        return;
    }
    fov__reader_number_text(number, sizeof(number), value.value, value.decimals);
    const bool is_time = names_are_times(grid);
    /* Two equal extremes have no single name. */
    for (size_t n = 0; n < grid->name_count; n++) {
        const struct reader_cell *cell = &grid->cells[n][value.series];
        if (n != value.name && !value.names_meant && cell->origin != READER_NONE &&
            absolute(cell->value - value.value) <= 1e-9) {
            fov__reader_cannot(answer, "two names share the extreme value");
            return;
        }
    }
    if (value.names_meant ||
        (is_time && !question->wants_time && grid->series_count > 1 && !value.series_meant)) {
        fov__format(why, sizeof(why), "its value of %s is the extreme one", number);
        fov__reader_say_name(answer, &grid->series[value.series], why);
        return;
    }
    if (question->wants_time != is_time && question->wants_time) {
        fov__reader_cannot(answer, "the names in the picture are no times");
        return;
    }
    fov__format(why, sizeof(why), "its value of %s is the extreme one of %u", number,
                (unsigned)grid->name_count);
    fov__reader_say_name(answer, &grid->names[value.name], why);
}

static bool parse_wanted(const struct reader_question *question, const struct reader_grid *grid,
                         double *out)
{
    /* Numbers that belong to names or series are no values. */
    struct reader_words left = {.count = 0, .proper = 0};
    for (size_t i = 0; i < question->words.count; i++) {
        bool is_named = false;
        struct reader_words one;
        for (size_t n = 0; n < grid->name_count + grid->series_count; n++) {
            const struct reader_name *name =
                n < grid->name_count ? &grid->names[n] : &grid->series[n - grid->name_count];
            fov__reader_words_fold(&one, name->text);
            for (size_t k = 0; k < one.count; k++)
                is_named = is_named || strcmp(one.word[k], question->words.word[i]) == 0;
        }
        if (!is_named)
            memcpy(left.word[left.count++], question->words.word[i], READER_WORD);
    }
    return fov__reader_words_number(&left, 0, out);
}

/* "Which country accounted for almost seven percent": from the value back to its name. */
static void answer_reverse(struct reader_answer *answer, const struct reader_grid *grid,
                           const struct reader_question *question, double wanted)
{
    bool names[READER_NAMES], series[READER_SERIES];
    static const char *const about[] = {"almost", "nearly",  "about", "approximately",
                                        "around", "roughly", NULL};
    const bool is_about = fov__reader_words_have(&question->words, about);
    const int32_t has_names =
        fov__reader_meant(&question->words, grid->names, grid->name_count, names);
    const int32_t has_series =
        grid->series_count > 1
            ? fov__reader_meant(&question->words, grid->series, grid->series_count, series)
            : 0;
    double least = 1e300, next = 1e300;
    size_t name = 0, column = 0;
    for (size_t n = 0; n < grid->name_count; n++) {
        for (size_t s = 0; s < grid->series_count; s++) {
            const struct reader_cell *cell = &grid->cells[n][s];
            if (cell->origin != READER_PRINTED || (has_names > 0 && !names[n]) ||
                (has_series > 0 && !series[s]))
                continue;
            const double d = absolute(cell->value - wanted);
            if (d < least) {
                next = least;
                least = d;
                name = n;
                column = s;
            } else if (d < next) {
                next = d;
            }
        }
    }
    const double play = is_about ? 0.08 * absolute(wanted) : 0.006 * absolute(wanted);
    if (least > play || next <= play) {
        fov__reader_cannot(answer, "no single printed value is the one that the question gives");
        return;
    }
    const struct reader_cell *cell = &grid->cells[name][column];
    fov__reader_add_view(answer, cell->view);
    const bool is_time = names_are_times(grid);
    if (question->wants_time && !is_time) {
        fov__reader_cannot(answer, "the names in the picture are no times");
        return;
    }
    fov__reader_say_name(answer,
                         has_names > 0 && grid->series_count > 1 ? &grid->series[column]
                                                                 : &grid->names[name],
                         "its printed value is the one that the question gives");
}

static void answer_colour(struct reader_answer *answer, const struct reader_grid *grid,
                          const struct reader_question *question)
{
    const struct reader_name *found = NULL;
    size_t hits = 0;
    for (size_t s = 0; s < grid->series_count; s++) {
        const struct reader_name *name = &grid->series[s];
        if (name->has_colour && fov__reader_colour_is(name->colour, question->colour)) {
            hits++;
            found = name;
        }
    }
    for (size_t n = 0; n < grid->name_count && hits == 0; n++) {
        if (grid->names[n].has_colour &&
            fov__reader_colour_is(grid->names[n].colour, question->colour)) {
            hits++;
            found = &grid->names[n];
        }
    }
    /* Several names of one colour when the search went over names. */
    size_t names = 0;
    for (size_t n = 0; n < grid->name_count; n++)
        names += grid->names[n].has_colour &&
                 fov__reader_colour_is(grid->names[n].colour, question->colour);
    if (hits != 1 ||
        (found >= grid->names && found < grid->names + grid->name_count && names != 1)) {
        fov__reader_cannot(answer,
                           "not exactly one name is drawn in the colour that the question gives");
        return;
    }
    fov__reader_say_name(answer, found, "it is drawn in the colour that the question gives");
}

/* ---- counts --------------------------------------------------------------------------------- */

static void answer_count(struct reader_answer *answer, const struct reader_grid *grid,
                         const struct reader_question *question)
{
    const struct reader_words *w = &question->words;
    char text[32];
    size_t at = 0, count = 0, missing = 0;
    double bound = 0;
    bool series[READER_SERIES];
    const int32_t side = fov__reader_comparison(w, &at);
    const bool has_bound = side != 0 && fov__reader_words_number(w, at, &bound);
    const bool is_negative = have(w, "negative");
    if (has_bound &&
        fov__reader_words_have(w, (const char *const[]){"thousand", "million", "billion", NULL})) {
        fov__reader_cannot(answer, "the bound is given in another unit than the picture may use");
        return;
    }
    if (grid->kind == READER_LINE_CHART &&
        (has_bound || (!have(w, "lines") && !have(w, "legend")))) {
        fov__reader_cannot(answer, "the points of a line cannot be counted surely");
        return;
    }
    const int32_t has_series =
        grid->series_count > 1 ? fov__reader_meant(w, grid->series, grid->series_count, series) : 0;
    for (size_t n = 0; n < grid->name_count; n++) {
        bool twin = false;
        for (size_t s = 0; s < grid->series_count; s++) {
            const struct reader_cell *cell = &grid->cells[n][s];
            if (has_series > 0 && !series[s])
                continue;
            missing += cell->origin == READER_NONE;
            for (size_t m = 0; m < grid->name_count; m++)
                twin = twin || (m != n && cell->origin == READER_PRINTED &&
                                grid->cells[m][s].origin == READER_PRINTED &&
                                absolute(grid->cells[m][s].value - cell->value) < 1e-9);
            if (cell->origin == READER_NONE)
                continue;
            if (has_bound)
                count += side > 0 ? cell->value > bound : cell->value < bound;
            else if (is_negative)
                count += cell->value < 0;
            else if (!have(w, "same"))
                count++;
            fov__reader_add_view(answer, cell->view);
        }
        count += have(w, "same") && twin;
    }
    if (have(w, "colors") || have(w, "colours"))
        count = grid->series_count > 1     ? grid->series_count
                : grid->kind == READER_PIE ? grid->name_count
                                           : 1;
    else if (have(w, "lines"))
        count = grid->kind == READER_LINE_CHART ? grid->series_count : 0;
    else if (have(w, "legend") || have(w, "entries"))
        count = grid->series_count > 1     ? grid->series_count
                : grid->kind == READER_PIE ? grid->name_count
                                           : 0;
    else if (!has_bound && !is_negative && !have(w, "same") && !have(w, "bars") &&
             !have(w, "values"))
        count = grid->name_count;
    if (have(w, "same") && count > 2)
        count = 0; /* more than one pair: which is meant is not said */
    size_t nameless = 0;
    for (size_t n = 0; n < grid->name_count; n++)
        nameless += grid->names[n].text[0] == '\0';
    if (count == grid->name_count && nameless * 5 > grid->name_count && !have(w, "bars"))
        count = 0; /* where names were not read, groups may have been taken apart */
    if (count == 0 || ((has_bound || have(w, "same")) && missing > 0)) {
        fov__reader_cannot(answer, "what is to be counted was not seen surely");
        return;
    }
    fov__format(text, sizeof(text), "%u", (unsigned)count);
    fov__reader_say(answer, text);
    fov__format(answer->reason, sizeof(answer->reason), "that many were found in the picture");
}

/* ---- values --------------------------------------------------------------------------------- */

static void answer_value(struct reader_answer *answer, const struct reader_grid *grid,
                         const struct reader_question *question)
{
    struct reader_value value;
    char text[48];
    fov__reader_evaluate(&value, grid, &question->words);
    answer->views |= value.views;
    if (!value.is_found || value.is_ambiguous) {
        answer->wants_look = value.is_unsure;
        answer->look = value.look;
        fov__reader_cannot(answer, value.is_ambiguous ? "more than one value fits the question"
                                   : value.is_unsure
                                       ? "the value that is asked for could not be read"
                                       : "nothing in the picture has the names of the question");
        return;
    }
    const struct reader_cell *cell = &grid->cells[value.name][value.series];
    const bool is_rough = value.cells == 1 && cell->origin == READER_MEASURED &&
                          cell->is_doubtful && cell->error > 0.05 * absolute(cell->value);
    if (is_rough || (value.cells == 1 && cell->origin == READER_PRINTED && cell->is_doubtful)) {
        answer->wants_look = true;
        answer->look = cell->box;
        fov__reader_cannot(answer, "the value was read but nothing in the picture confirms it");
        return;
    }
    int32_t decimals = value.decimals;
    if (value.cells > 1 && decimals < 2)
        decimals = 2;
    fov__reader_number_text(text, sizeof(text), value.value, decimals);
    fov__reader_say(answer, text);
    if (value.cells == 1)
        fov__format(answer->reason, sizeof(answer->reason), "%s %s is %s%s",
                    cell->origin == READER_MEASURED ? "measured against the axis, the value at"
                                                    : "the value printed at",
                    grid->names[value.name].text, text,
                    cell->is_checked ? ", where the scale puts it" : "");
    else
        fov__format(answer->reason, sizeof(answer->reason),
                    "it follows from %u values in the picture", (unsigned)value.cells);
}

/* A cell that is no number, as a time in a timetable. */
static bool answer_cell_text(struct reader_answer *answer, const struct reader_grid *grid,
                             const struct reader_question *question)
{
    bool names[READER_NAMES], series[READER_SERIES];
    size_t at = 0;
    if (grid->kind != READER_TABLE || fov__reader_extreme(&question->words, &at) != 0 ||
        fov__reader_meant(&question->words, grid->names, grid->name_count, names) != 1)
        return false;
    const int32_t has_series =
        grid->series_count > 1
            ? fov__reader_meant(&question->words, grid->series, grid->series_count, series)
            : 0;
    if (grid->series_count > 1 && has_series != 1)
        return false;
    for (size_t n = 0; n < grid->name_count; n++) {
        for (size_t s = 0; s < grid->series_count; s++) {
            const struct reader_cell *cell = &grid->cells[n][s];
            if (!names[n] || (has_series == 1 && !series[s]) || cell->text[0] == '\0' ||
                cell->is_doubtful)
                continue;
            fov__reader_add_view(answer, cell->view);
            fov__reader_add_view(answer, grid->names[n].view);
            fov__reader_say(answer, cell->text);
            fov__format(answer->reason, sizeof(answer->reason), "it stands in the row of %s",
                        grid->names[n].text);
            return true;
        }
    }
    return false;
}

/* What is printed beside the values: the title of the axis, a note, the entries of the legend. */
static void answer_print(struct reader_answer *answer, const struct reader_grid *grid,
                         const struct reader_question *question)
{
    const bool is_axis = question->is_axis_title;
    if (!question->is_legend) {
        const char *print = is_axis ? grid->axis_title : grid->note;
        if (print[0] == '\0') {
            fov__reader_cannot(answer,
                               is_axis ? "no title was found under the axis" : "no note was found");
            return;
        }
        fov__reader_say(answer, print);
        fov__reader_add_view(answer, is_axis ? grid->axis_title_view : grid->note_view);
        fov__format(answer->reason, sizeof(answer->reason), "it is printed %s",
                    is_axis ? "under the axis" : "as a note");
        return;
    }
    char list[256] = "";
    for (size_t s = 0; s < grid->series_count; s++) {
        char name[READER_TEXT_MAX];
        clean(name, sizeof(name), grid->series[s].text);
        if (name[0] == '\0') {
            fov__reader_cannot(answer, "not every entry of a legend was read");
            return;
        }
        const size_t used = strlen(list);
        fov__format(list + used, sizeof(list) - used, "%s%s", used > 0 ? ", " : "", name);
        fov__reader_add_view(answer, grid->series[s].view);
    }
    if (grid->series_count < 2) {
        fov__reader_cannot(answer, "no legend was found");
        return;
    }
    fov__reader_say(answer, list);
    fov__format(answer->reason, sizeof(answer->reason),
                "these names stand beside the colours of the chart");
}

static void answer_text(struct reader_answer *answer, const struct reader_grid *grid,
                        const char *text)
{
    struct reader_question question;
    static const char *const looks_like[] = {"represent", "represents", "represented", "indicated",
                                             "indicate",  "indicates",  "denote",      "denotes",
                                             "shown",     "color",      "colour",      "line",
                                             "stand",     "mean",       NULL};
    size_t at = 0;
    double wanted = 0;
    memset(answer, 0, sizeof(*answer));
    fov__reader_question_parse(&question, text);
    const struct reader_words *w = &question.words;
    if (question.is_title) {
        const size_t len = strlen(grid->title);
        /* A line of prose is no title. */
        const bool is_prose = len < 4 || grid->title[len - 1] == '.' ||
                              (grid->title[0] >= 'a' && grid->title[0] <= 'z');
        if (is_prose) {
            fov__reader_cannot(answer, "no title was found at the top of the picture");
            return;
        }
        fov__reader_say(answer, grid->title);
        fov__reader_add_view(answer, grid->title_view);
        fov__format(answer->reason, sizeof(answer->reason),
                    "it is the text at the top of the picture");
        return;
    }
    if (question.is_axis_title || question.is_note || question.is_legend) {
        answer_print(answer, grid, &question);
        return;
    }
    if (grid->name_count == 0) {
        fov__reader_cannot(answer, "no bars, lines, labelled parts or table could be made out");
        return;
    }
    const bool has_extreme = fov__reader_extreme(w, &at) != 0;
    if (grid->is_partial && (question.is_count || has_extreme || question.is_yes_no)) {
        fov__reader_cannot(
            answer, "not all that is printed could be read, so nothing can be counted or ranked");
        return;
    }
    if (question.is_count)
        answer_count(answer, grid, &question);
    else if (question.colour[0] != '\0' && !has_extreme && fov__reader_words_have(w, looks_like) &&
             !question.is_yes_no)
        answer_colour(answer, grid, &question);
    else if (question.is_choice)
        fov__reader_answer_choice(answer, grid, &question);
    else if (question.is_yes_no)
        fov__reader_answer_yes_no(answer, grid, &question);
    else if (answer_cell_text(answer, grid, &question))
        return;
    else if (question.wants_name && has_extreme)
        answer_extreme(answer, grid, &question);
    else if (question.wants_name && parse_wanted(&question, grid, &wanted))
        answer_reverse(answer, grid, &question, wanted);
    else if (question.wants_name &&
             fov__reader_words_have(w, (const char *const[]){"who", "which", "when", NULL}) &&
             !fov__reader_words_have(w,
                                     (const char *const[]){"number", "value", "percentage", NULL}))
        fov__reader_cannot(answer,
                           "the question asks for a name but says neither a value nor an extreme");
    else
        answer_value(answer, grid, &question);
}

/* Where the last sentence begins: what stands before it tells a story. */
static const char *last_sentence(const char *text)
{
    const char *start = text;
    for (const char *c = text; *c != '\0'; c++) {
        const bool is_end = (*c == '.' || *c == '?' || *c == '!') && c[1] == ' ' && c[2] >= 'A' &&
                            c[2] <= 'Z' && c > text && c[-1] >= 'a' && c[-1] <= 'z';
        if (is_end && strlen(c) > 12)
            start = c + 2;
    }
    return start;
}

void fov__reader_answer(struct reader_answer *answer, const struct reader_grid *grid,
                        const struct reader_scene *scene, const char *text)
{
    const char *last = last_sentence(text);
    (void)scene;
    answer_text(answer, grid, last);
    if (!answer->is_found && last != text)
        answer_text(answer, grid, text);
}
