/* SPDX-License-Identifier: MIT */
/* Answers that compare: is this greater than that, which of the two is. It must never compare with
 * a side that was not read. */
#include "reader/reader_internal.h"

static bool have(const struct reader_words *words, const char *word)
{
    const char *const list[] = {word, NULL};
    return fov__reader_words_have(words, list);
}

int32_t fov__reader_comparison(const struct reader_words *words, size_t *at)
{
    static const char *const above[] = {"above",   "over",   "greater", "more",   "exceed",
                                        "exceeds", "higher", "larger",  "bigger", NULL};
    static const char *const below[] = {"below", "under",   "less", "fewer",
                                        "lower", "smaller", NULL};
    for (size_t i = 0; i < words->count; i++) {
        for (size_t k = 0; above[k] != NULL; k++) {
            if (strcmp(words->word[i], above[k]) == 0) {
                *at = i;
                return 1;
            }
        }
        for (size_t k = 0; below[k] != NULL; k++) {
            if (strcmp(words->word[i], below[k]) == 0) {
                *at = i;
                return -1;
            }
        }
    }
    return 0;
}

void fov__reader_answer_yes_no(struct reader_answer *answer, const struct reader_grid *grid,
                               const struct reader_question *question)
{
    struct reader_words left, right;
    struct reader_value a, b;
    size_t at = 0;
    double bound = 0;
    const struct reader_words *w = &question->words;
    const int32_t side = fov__reader_comparison(w, &at);
    size_t than = at;
    while (than < w->count && strcmp(w->word[than], "than") != 0)
        than++;
    if (side == 0 || at == 0) {
        fov__reader_cannot(answer, "the question compares nothing that could be read");
        return;
    }
    fov__reader_words_part(&left, w, 1, at);
    fov__reader_words_part(&right, w, than < w->count ? than + 1 : at + 1, w->count);
    fov__reader_evaluate(&b, grid, &right);
    const bool has_bound = !b.is_found && fov__reader_words_number(&right, 0, &bound);
    if (has_bound && (have(&left, "any") || have(&left, "all"))) {
        size_t hits = 0, total = 0, missing = 0;
        for (size_t n = 0; n < grid->name_count; n++) {
            for (size_t s = 0; s < grid->series_count; s++) {
                const struct reader_cell *cell = &grid->cells[n][s];
                missing += cell->origin == READER_NONE;
                if (cell->origin == READER_NONE)
                    continue;
                total++;
                hits += side > 0 ? cell->value > bound : cell->value < bound;
                fov__reader_add_view(answer, cell->view);
            }
        }
        if (total == 0 || missing > 0) {
            fov__reader_cannot(answer, "not every value could be read");
            return;
        }
        fov__reader_say(answer, (have(&left, "any") ? hits > 0 : hits == total) ? "Yes" : "No");
        fov__format(answer->reason, sizeof(answer->reason), "%u of %u values are on that side",
                    (unsigned)hits, (unsigned)total);
        return;
    }
    fov__reader_evaluate(&a, grid, &left);
    if (!a.is_found || a.is_unsure || (!has_bound && (!b.is_found || b.is_unsure))) {
        answer->wants_look = a.is_unsure || b.is_unsure;
        answer->look = a.is_unsure ? a.look : b.look;
        fov__reader_cannot(answer, "one side of the comparison could not be read");
        return;
    }
    const double other = has_bound ? bound : b.value;
    char x[40], y[40];
    fov__reader_number_text(x, sizeof(x), a.value, 2);
    fov__reader_number_text(y, sizeof(y), other, 2);
    answer->views |= a.views | (has_bound ? 0 : b.views);
    fov__reader_say(answer, (side > 0 ? a.value > other : a.value < other) ? "Yes" : "No");
    fov__format(answer->reason, sizeof(answer->reason), "one side is %s, the other %s", x, y);
}

/* "Did more Christians vote to remain or leave": the larger of two that are named. */
void fov__reader_answer_choice(struct reader_answer *answer, const struct reader_grid *grid,
                               const struct reader_question *question)
{
    bool names[READER_NAMES], series[READER_SERIES];
    size_t at = 0;
    const int32_t side = fov__reader_comparison(&question->words, &at);
    const int32_t has_names =
        fov__reader_meant(&question->words, grid->names, grid->name_count, names);
    const int32_t has_series =
        grid->series_count > 1
            ? fov__reader_meant(&question->words, grid->series, grid->series_count, series)
            : 0;
    const bool by_series = has_series == 2;
    if (side == 0 || (!by_series && has_names != 2)) {
        fov__reader_cannot(answer, "the two things to compare were not found in the picture");
        return;
    }
    double best = 0;
    const struct reader_name *winner = NULL;
    const size_t count = by_series ? grid->series_count : grid->name_count;
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        if (by_series ? !series[i] : !names[i])
            continue;
        const size_t others = by_series ? grid->name_count : grid->series_count;
        for (size_t k = 0; k < others; k++) {
            const struct reader_cell *cell = by_series ? &grid->cells[k][i] : &grid->cells[i][k];
            if (by_series && has_names > 0 && !names[k])
                continue;
            if (!by_series && has_series == 1 && !series[k])
                continue;
            if (cell->origin == READER_NONE) {
                fov__reader_cannot(answer, "a value that is to be compared could not be read");
                return;
            }
            fov__reader_add_view(answer, cell->view);
            sum += cell->value;
        }
        if (winner == NULL || (side > 0 ? sum > best : sum < best)) {
            best = sum;
            winner = by_series ? &grid->series[i] : &grid->names[i];
        }
    }
    fov__reader_say_name(answer, winner,
                         side > 0 ? "its value is the larger one" : "its value is the smaller one");
}
