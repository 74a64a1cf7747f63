/* SPDX-License-Identifier: MIT */
/* What a phrase comes to: cells are selected by names, colours and extremes, then summed, averaged,
 * compared. It must never fall back on a cell that the phrase does not name. */
#include "reader/reader_internal.h"

void fov__reader_words_part(struct reader_words *out, const struct reader_words *words, size_t from,
                            size_t to)
{
    out->count = 0;
    out->proper = 0;
    for (size_t i = from; i < to && i < words->count; i++) {
        if ((words->proper >> i & 1) != 0)
            out->proper |= (uint64_t)1 << out->count;
        memcpy(out->word[out->count++], words->word[i], READER_WORD);
    }
}

int32_t fov__reader_extreme(const struct reader_words *words, size_t *at)
{
    static const char *const high[] = {"highest",  "most",     "largest", "biggest", "maximum",
                                       "greatest", "tallest",  "longest", "top",     "max",
                                       "leading",  "best",     "warmest", "hottest", "wettest",
                                       "richest",  "heaviest", "oldest",  "fastest", NULL};
    static const char *const low[] = {"lowest",   "least",    "smallest", "fewest",  "minimum",
                                      "shortest", "min",      "worst",    "bottom",  "driest",
                                      "coldest",  "cheapest", "lightest", "slowest", "youngest",
                                      "poorest",  NULL};
    for (size_t i = 0; i < words->count; i++) {
        const bool is_high = fov__reader_in_list(words->word[i], high);
        if (!is_high && !fov__reader_in_list(words->word[i], low))
            continue;
        /* "most of", "at least", "at most" say no extreme. */
        if (i > 0 && strcmp(words->word[i - 1], "at") == 0)
            continue;
        *at = i;
        /* "most negative" is the least. */
        if (i + 1 < words->count && strcmp(words->word[i + 1], "negative") == 0)
            return -1;
        return is_high ? 1 : -1;
    }
    return 0;
}

static int32_t small_number(const char *word)
{
    static const char *const cardinal[] = {"zero", "one",    "two",    "three", "four",
                                           "five", "six",    "seven",  "eight", "nine",
                                           "ten",  "eleven", "twelve", NULL};
    for (int32_t i = 0; cardinal[i] != NULL; i++) {
        if (strcmp(word, cardinal[i]) == 0)
            return i;
    }
    if (fov__reader_has_digit(word) && strlen(word) <= 2) {
        double value = 0;
        if (fov__text_double(word, strlen(word), &value))
            return (int32_t)value;
    }
    return -1;
}

static int32_t ordinal(const char *word)
{
    static const char *const names[] = {"first", "second", "third", "fourth",
                                        "fifth", "sixth",  NULL};
    static const char *const short_names[] = {"1st", "2nd", "3rd", "4th", "5th", "6th", NULL};
    for (int32_t i = 0; names[i] != NULL; i++) {
        if (strcmp(word, names[i]) == 0 || strcmp(word, short_names[i]) == 0)
            return i + 1;
    }
    return 0;
}

bool fov__reader_words_number(const struct reader_words *words, size_t from, double *out)
{
    for (size_t i = from; i < words->count; i++) {
        struct reader_number number;
        const int32_t small = small_number(words->word[i]);
        if (fov__reader_number_parse(words->word[i], false, &number) && !number.is_year) {
            *out = number.value;
            return true;
        }
        if (small >= 0 && !fov__reader_has_digit(words->word[i]) && small != 1) {
            *out = small;
            return true;
        }
    }
    return false;
}

/* ---- cells ---------------------------------------------------------------------------------- */

struct choice {
    size_t name, series;
    const struct reader_cell *cell;
};

struct choices {
    struct choice at[READER_NAMES * READER_SERIES];
    size_t count, missing;
    fov_box missing_box;
};

static bool is_known(const struct reader_cell *cell)
{
    return cell->origin != READER_NONE;
}

static void collect(struct choices *out, const struct reader_grid *grid, const bool *names,
                    const bool *series)
{
    out->count = out->missing = 0;
    for (size_t n = 0; n < grid->name_count; n++) {
        for (size_t s = 0; s < grid->series_count; s++) {
            const struct reader_cell *cell = &grid->cells[n][s];
            if (!names[n] || !series[s])
                continue;
            if (!is_known(cell)) {
                out->missing++;
                out->missing_box = cell->box;
                continue;
            }
            out->at[out->count++] = (struct choice){n, s, cell};
        }
    }
}

/* Largest first, or smallest first. */
static void sort_choices(struct choices *choices, int32_t direction)
{
    for (size_t i = 1; i < choices->count; i++) {
        const struct choice moved = choices->at[i];
        size_t j = i;
        for (; j > 0; j--) {
            const double a = choices->at[j - 1].cell->value, b = moved.cell->value;
            if (direction > 0 ? a >= b : a <= b)
                break;
            choices->at[j] = choices->at[j - 1];
        }
        choices->at[j] = moved;
    }
}

static enum reader_fold fold_of(const struct reader_words *words)
{
    static const char *const sum[] = {"sum",      "add",      "combined",   "altogether",
                                      "together", "addition", "altogether", NULL};
    static const char *const average[] = {"average", "mean", NULL};
    static const char *const median[] = {"median", NULL};
    static const char *const difference[] = {"difference", "differ", "gap", "exceed", NULL};
    static const char *const ratio[] = {"ratio", NULL};
    if (fov__reader_words_have(words, sum))
        return READER_SUM;
    if (fov__reader_words_have(words, median))
        return READER_MEDIAN;
    if (fov__reader_words_have(words, difference))
        return READER_DIFFERENCE;
    if (fov__reader_words_have(words, ratio))
        return READER_RATIO;
    if (fov__reader_words_have(words, average))
        return READER_AVERAGE;
    return READER_FOLD_NONE;
}

static void use_cell(struct reader_value *out, const struct reader_grid *grid,
                     const struct choice *choice)
{
    const struct reader_cell *cell = choice->cell;
    const struct reader_name *name = &grid->names[choice->name];
    out->name = choice->name;
    out->series = choice->series;
    out->cells++;
    out->decimals = cell->decimals > out->decimals ? cell->decimals : out->decimals;
    out->is_measured = out->is_measured || cell->origin == READER_MEASURED;
    if (cell->is_doubtful) {
        out->is_unsure = true;
        out->look = cell->box;
    }
    if (cell->view >= 0)
        out->views |= 1u << (cell->view & 31);
    if (name->view >= 0)
        out->views |= 1u << (name->view & 31);
}

static double apply(enum reader_fold fold, struct choices *choices)
{
    double sum = 0;
    const size_t n = choices->count;
    for (size_t i = 0; i < n; i++)
        sum += choices->at[i].cell->value;
    switch (fold) {
    case READER_SUM:
        return sum;
    case READER_AVERAGE:
        return sum / (double)n;
    case READER_MEDIAN:
        sort_choices(choices, 1);
        return n % 2 ? choices->at[n / 2].cell->value
                     : (choices->at[n / 2].cell->value + choices->at[n / 2 - 1].cell->value) / 2;
    case READER_DIFFERENCE:
        sort_choices(choices, 1);
        return choices->at[0].cell->value - choices->at[n - 1].cell->value;
    case READER_RATIO:
        return choices->at[0].cell->value / choices->at[1].cell->value;
    default:
        return choices->at[0].cell->value;
    }
}

/* "the average of the longest light blue bar and the shortest gray bar": both sides by themselves.
 */
static bool evaluate_sides(struct reader_value *out, const struct reader_grid *grid,
                           const struct reader_words *words, enum reader_fold fold)
{
    static const char *const folds[] = {"sum",   "average", "mean", "difference",
                                        "ratio", "median",  "add",  NULL};
    struct reader_words left, right;
    size_t at = 0;
    for (size_t i = 1; i + 1 < words->count; i++) {
        if (strcmp(words->word[i], "and") != 0)
            continue;
        fov__reader_words_part(&left, words, 0, i);
        fov__reader_words_part(&right, words, i + 1, words->count);
        if (fov__reader_extreme(&left, &at) == 0 || fov__reader_extreme(&right, &at) == 0)
            continue;
        for (size_t k = 0; k < left.count; k++) {
            if (fov__reader_in_list(left.word[k], folds))
                left.word[k][0] = '\0';
        }
        /* What is said once holds for both: "the highest and the lowest rate in Italy". */
        struct reader_value a, b;
        char colour[24];
        struct reader_words whole_left = left;
        const bool shares = !fov__reader_colour_find(&left, colour, sizeof(colour));
        fov__reader_evaluate(&b, grid, &right);
        for (size_t k = 1; shares && b.is_found && (b.series_meant || b.names_meant) &&
                           k < right.count && whole_left.count < READER_WORDS;
             k++) {
            size_t none = 0;
            struct reader_words one;
            fov__reader_words_part(&one, &right, k, k + 1);
            if (fov__reader_extreme(&one, &none) == 0)
                memcpy(whole_left.word[whole_left.count++], right.word[k], READER_WORD);
        }
        fov__reader_evaluate(&a, grid, &left);
        if (!a.names_meant && !a.series_meant && whole_left.count > left.count)
            fov__reader_evaluate(&a, grid, &whole_left);
        if (!a.is_found || !b.is_found)
            return false;
        *out = a;
        out->views |= b.views;
        out->cells = a.cells + b.cells;
        out->is_unsure = a.is_unsure || b.is_unsure;
        out->is_measured = a.is_measured || b.is_measured;
        out->decimals = a.decimals > b.decimals ? a.decimals : b.decimals;
        const double low = a.value < b.value ? a.value : b.value;
        const double high = a.value < b.value ? b.value : a.value;
        out->value = fold == READER_SUM       ? a.value + b.value
                     : fold == READER_AVERAGE ? (a.value + b.value) / 2
                     : fold == READER_RATIO   ? a.value / b.value
                                              : high - low;
        return fold != READER_MEDIAN && fold != READER_FOLD_NONE;
    }
    return false;
}

/* Series and, where colours only adorn, names of a colour. */
static void mean_colour(const struct reader_grid *grid, const struct reader_words *words,
                        bool *names, bool *series, bool *names_meant, bool *series_meant)
{
    char colour[24];
    size_t hits = 0;
    if (!fov__reader_colour_find(words, colour, sizeof(colour)))
        return;
    for (size_t s = 0; s < grid->series_count; s++)
        hits += grid->series[s].has_colour && fov__reader_colour_is(grid->series[s].colour, colour);
    if (hits > 0 && !*series_meant) {
        for (size_t s = 0; s < grid->series_count; s++)
            series[s] =
                grid->series[s].has_colour && fov__reader_colour_is(grid->series[s].colour, colour);
        *series_meant = true;
        return;
    }
    hits = 0;
    for (size_t n = 0; n < grid->name_count; n++)
        hits += grid->names[n].has_colour && fov__reader_colour_is(grid->names[n].colour, colour);
    if (hits == 0 || *names_meant)
        return;
    for (size_t n = 0; n < grid->name_count; n++)
        names[n] =
            grid->names[n].has_colour && fov__reader_colour_is(grid->names[n].colour, colour);
    *names_meant = hits < grid->name_count;
}

/* How many of the extreme ones: "top three", "smallest two", "two highest". */
static size_t how_many(const struct reader_words *words, size_t at)
{
    const int32_t after = at + 1 < words->count ? small_number(words->word[at + 1]) : -1;
    const int32_t before = at > 0 ? small_number(words->word[at - 1]) : -1;
    if (after > 0 && after <= 12)
        return (size_t)after;
    return before > 1 && before <= 12 ? (size_t)before : 1;
}

static void keep_middle(struct choices *choices, size_t count)
{
    if (choices->count <= count || (choices->count - count) % 2 != 0)
        return;
    memmove(choices->at, choices->at + (choices->count - count) / 2,
            count * sizeof(choices->at[0]));
    choices->count = count;
}

static void narrow(struct choices *choices, const struct reader_words *words,
                   struct reader_value *out)
{
    size_t at = 0;
    const int32_t extreme = fov__reader_extreme(words, &at);
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->word[i], "middle") == 0) {
            const int32_t n = i > 0 ? small_number(words->word[i - 1]) : 1;
            keep_middle(choices, n > 0 ? (size_t)n : 1);
            return;
        }
    }
    if (extreme == 0)
        return;
    const size_t wanted = how_many(words, at);
    const int32_t place = at > 0 ? ordinal(words->word[at - 1]) : 0;
    sort_choices(choices, extreme);
    if (choices->missing * 8 > choices->count) {
        out->is_unsure = true;
        out->look = choices->missing_box;
    }
    if (place > 1 && (size_t)place <= choices->count) {
        choices->at[0] = choices->at[place - 1];
        choices->count = 1;
    } else if (choices->count > wanted) {
        choices->count = wanted;
    }
}

/* "between 2009 and 2019", "from 2009 to 2019": all years between. */
static void widen_range(const struct reader_grid *grid, const struct reader_words *words,
                        bool *names)
{
    size_t first = grid->name_count, last = 0;
    if (!fov__reader_words_have(words, (const char *const[]){"between", "from", "since", NULL}))
        return;
    for (size_t n = 0; n < grid->name_count; n++) {
        if (!names[n])
            continue;
        if (!grid->names[n].is_number || !grid->names[n].number.is_year)
            return;
        first = n < first ? n : first;
        last = n;
    }
    for (size_t n = first; n <= last && n < grid->name_count; n++)
        names[n] = true;
}

/* Whether the words say that all colours of a chart are meant. */
static bool means_all_series(const struct reader_words *words)
{
    return fov__reader_words_have(
        words, (const char *const[]){"bar", "bars", "value", "values", "all", "graph", "chart",
                                     "overall", "any", "both", "two", "together", NULL});
}

/* "How much more did men than women earn", "by how many points did trust fall". */
static bool asks_difference(const struct reader_words *words)
{
    for (size_t i = 0; i + 2 < words->count; i++) {
        const bool how =
            strcmp(words->word[i], "how") == 0 &&
            (strcmp(words->word[i + 1], "much") == 0 || strcmp(words->word[i + 1], "many") == 0);
        if (how && (fov__reader_in_list(
                        words->word[i + 2],
                        (const char *const[]){"more", "less", "fewer", "higher", "lower", NULL}) ||
                    (i > 0 && strcmp(words->word[i - 1], "by") == 0)))
            return true;
    }
    return fov__reader_words_have(words, (const char *const[]){"than", "differ", "exceed", NULL});
}

/* "Top" of "Table Top" asks for no extreme. */
static bool is_of_name(const struct reader_grid *grid, const bool *names, const char *word)
{
    for (size_t n = 0; n < grid->name_count; n++) {
        struct reader_words own;
        fov__reader_words_fold(&own, grid->names[n].text);
        if (names[n] && fov__reader_words_have(&own, (const char *const[]){word, NULL}))
            return true;
    }
    return false;
}

static void evaluate(struct reader_value *out, const struct reader_grid *grid,
                     const struct reader_words *words, struct choices *choices)
{
    bool names[READER_NAMES], series[READER_SERIES];
    size_t at = 0;
    enum reader_fold fold = fold_of(words);
    memset(out, 0, sizeof(*out));
    if (fold != READER_FOLD_NONE && evaluate_sides(out, grid, words, fold)) {
        out->is_found = true;
        return;
    }
    memset(out, 0, sizeof(*out));
    int32_t meant_names = fov__reader_meant(words, grid->names, grid->name_count, names);
    const bool has_extreme = fov__reader_extreme(words, &at) != 0 &&
                             !(meant_names == 1 && is_of_name(grid, names, words->word[at]));
    /* "Which port had the fewest" means no name, though one is "Port Linden". */
    if (has_extreme && (meant_names < 0 || (meant_names == 1 && grid->series_count < 2)))
        meant_names = 0;
    const int32_t meant_series =
        grid->series_count > 1 ? fov__reader_meant(words, grid->series, grid->series_count, series)
                               : 0;
    out->names_meant = meant_names > 0;
    out->series_meant = meant_series > 0;
    mean_colour(grid, words, names, series, &out->names_meant, &out->series_meant);
    if ((has_extreme || fold == READER_AVERAGE || fold == READER_SUM) && meant_names == 2)
        widen_range(grid, words, names);
    for (size_t n = 0; n < grid->name_count && !out->names_meant; n++)
        names[n] = true;
    for (size_t s = 0; s < grid->series_count && !out->series_meant; s++)
        series[s] = true;
    if (has_extreme && grid->series_count > 1 && !out->series_meant && !out->names_meant &&
        !means_all_series(words)) {
        out->is_ambiguous = true;
        return;
    }
    collect(choices, grid, names, series);
    const size_t before = choices->count;
    if (fold == READER_FOLD_NONE && before == 2 && choices->missing == 0 && !has_extreme &&
        asks_difference(words))
        fold = READER_DIFFERENCE;
    if (has_extreme || !out->names_meant)
        narrow(choices, words, out);
    const bool is_all = fov__reader_words_have(
        words, (const char *const[]){"all", "every", "total", "both", "middle", "any", NULL});
    const bool says = out->names_meant || out->series_meant || has_extreme || is_all || before == 1;
    if (meant_names < 0 || choices->count == 0 || !says) {
        out->is_ambiguous = meant_names < 0;
        out->look = choices->missing_box;
        out->is_unsure = choices->missing > 0;
        return;
    }
    /* Which colour of a group is meant must be said, or that all are. */
    const bool is_open =
        grid->series_count > 1 && !out->series_meant && out->names_meant && !has_extreme;
    if (is_open && choices->count + choices->missing > 1 && !means_all_series(words) && !is_all &&
        fold != READER_DIFFERENCE) {
        out->is_ambiguous = true;
        return;
    }
    if (fold == READER_DIFFERENCE && choices->count < 2 && choices->missing > 0)
        return;
    /* "the total amount in 2018", "the average growth in France" name one printed value. */
    if (choices->count == 1 && choices->missing == 0 &&
        (fold == READER_AVERAGE || fold == READER_MEDIAN))
        fold = READER_FOLD_NONE;
    if (choices->count == 1 && fold != READER_FOLD_NONE && !has_extreme)
        return; /* a sum or difference of which one side was not found */
    if (fold == READER_FOLD_NONE && choices->count > 1 && !(has_extreme && choices->count == 1)) {
        const bool is_total = fov__reader_words_have(words, (const char *const[]){"total", NULL});
        if (!is_total || !out->names_meant || choices->missing > 0) {
            out->is_ambiguous = true;
            return;
        }
        fold = READER_SUM;
    }
    if (fold == READER_RATIO && choices->count != 2)
        return;
    if (fold == READER_DIFFERENCE && choices->count < 2)
        return;
    if (fold != READER_FOLD_NONE && choices->missing > 0 && !has_extreme) {
        out->is_unsure = true;
        out->look = choices->missing_box;
        return;
    }
    if (fold == READER_DIFFERENCE && choices->count > 2 && !has_extreme) {
        out->is_ambiguous = true;
        return;
    }
    for (size_t i = 0; i < choices->count; i++)
        use_cell(out, grid, &choices->at[i]);
    if (out->series_meant && grid->series[choices->at[0].series].view >= 0)
        out->views |= 1u << (grid->series[choices->at[0].series].view & 31);
    out->value = apply(fold, choices);
    out->is_found = true;
}

void fov__reader_evaluate(struct reader_value *out, const struct reader_grid *grid,
                          const struct reader_words *words)
{
    struct choices choices;
    evaluate(out, grid, words, &choices);
}
