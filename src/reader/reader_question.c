/* SPDX-License-Identifier: MIT */
/* What is asked, from the words of the question alone. Words are folded so that print, question
 * and reading errors meet. It must never look at a picture. */
#include "reader/reader_internal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Latin letters with marks to plain ones, for the two-byte range U+00C0 to U+017F. */
static char unmarked(unsigned char first, unsigned char second)
{
    static const char latin1[] = "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiiidnooooo ouuuuypy";
    static const char extended[] =
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
        "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    if (first == 0xC3)
        return latin1[second & 0x3F];
    if (first == 0xC4 || first == 0xC5)
        return extended[(first == 0xC5 ? 64 : 0) + (second & 0x3F)];
    return ' ';
}

static void add(struct reader_words *out, const char *word, size_t len)
{
    if (len == 0 || out->count >= READER_WORDS)
        return;
    char *to = out->word[out->count++];
    fov__format(to, READER_WORD, "%.*s", (int)len, word);
    /* The one of "Q1" is read as a letter more often than not. */
    if (len == 2 && to[0] == 'q' && (to[1] == 'i' || to[1] == 'l'))
        to[1] = '1';
}

/* A word as it stood in the text, `from` its first letter. */
static void add_seen(struct reader_words *out, const char *word, size_t len, char from)
{
    const bool is_proper = out->count > 0 && ((from >= 'A' && from <= 'Z') || is_digit(from) ||
                                              (unsigned char)from >= 0xC0);
    if (len > 0 && out->count < READER_WORDS && is_proper)
        out->proper |= (uint64_t)1 << out->count;
    add(out, word, len);
}

static void add_text(struct reader_words *out, const char *word)
{
    add(out, word, strlen(word));
}

/* "first quarter" is printed "Q1". */
static void add_quarters(struct reader_words *out)
{
    static const char *const order[] = {"first", "second", "third", "fourth"};
    const size_t count = out->count;
    for (size_t i = 0; i + 1 < count; i++) {
        for (size_t q = 0; q < 4; q++) {
            char name[3] = {'q', (char)('1' + q), '\0'};
            if (strcmp(out->word[i], order[q]) == 0 && strcmp(out->word[i + 1], "quarter") == 0)
                add_text(out, name);
        }
    }
}

/* The next folded character of *at, which moves on. Kept: letters, digits, a point inside a number.
 * A comma between digit groups vanishes, everything else parts words. */
static char next_letter(const char **at, const char *start)
{
    const char *c = *at;
    const unsigned char u = (unsigned char)*c;
    *at = c + 1;
    if (u >= 0xC0) {
        const unsigned char second = (unsigned char)c[1];
        size_t skip = 1;
        while (((unsigned char)c[skip] & 0xC0) == 0x80)
            skip++;
        *at = c + skip;
        return skip == 2 ? unmarked(u, second) : ' ';
    }
    if (*c >= 'A' && *c <= 'Z')
        return (char)(*c - 'A' + 'a');
    if ((*c >= 'a' && *c <= 'z') || is_digit(*c))
        return *c;
    const bool is_inside = c > start && is_digit(c[-1]) && is_digit(c[1]);
    if (*c == '.' && is_inside)
        return '.';
    if (*c == ',' && is_inside && is_digit(c[2]) && is_digit(c[3]))
        return '\1'; /* grouping */
    return ' ';
}

void fov__reader_words_fold(struct reader_words *out, const char *text)
{
    char word[READER_WORD];
    size_t len = 0;
    char from = ' ';
    out->count = 0;
    out->proper = 0;
    for (const char *c = text; *c != '\0';) {
        /* '20 and ’20 are years; 's is no word. */
        const bool curly = strncmp(c, "\xe2\x80\x99", 3) == 0 || strncmp(c, "\xe2\x80\x98", 3) == 0;
        const char *after = c + (curly ? 3 : 1);
        if ((*c == '\'' || curly) && is_digit(after[0]) && is_digit(after[1]) &&
            !is_digit(after[2]) && (len == 0 || curly || len < 3)) {
            add_seen(out, word, len, from);
            len = 0;
            const int two = (after[0] - '0') * 10 + after[1] - '0';
            char year[8];
            fov__format(year, sizeof(year), "%d", two < 60 ? 2000 + two : 1900 + two);
            add_text(out, year);
            c = after + 2;
            continue;
        }
        if ((*c == '\'' || curly) && len > 0) {
            c = after[0] == 's' ? after + 1 : after;
            add_seen(out, word, len, from);
            len = 0;
            continue;
        }
        /* U.S. is one word, also where a point was read as something else. */
        const bool is_initial = len > 0 && len < 3 && (*c == '.' || *c == '_') && c > text &&
                                c[-1] >= 'A' && c[-1] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z' &&
                                !(c[2] >= 'a' && c[2] <= 'z');
        if (len == 0)
            from = *c;
        const char letter = next_letter(&c, text);
        if (letter == '\1' || is_initial)
            continue;
        if (letter == ' ') {
            add_seen(out, word, len, from);
            len = 0;
        } else if (len + 1 < sizeof(word)) {
            word[len++] = letter;
        }
    }
    add_seen(out, word, len, from);
    add_quarters(out);
}

bool fov__reader_in_list(const char *word, const char *const *list)
{
    for (size_t i = 0; word != NULL && list[i] != NULL; i++) {
        if (strcmp(word, list[i]) == 0)
            return true;
    }
    return false;
}

bool fov__reader_has_digit(const char *word)
{
    for (; *word != '\0'; word++) {
        if (*word >= '0' && *word <= '9')
            return true;
    }
    return false;
}

bool fov__reader_words_have(const struct reader_words *words, const char *const *list)
{
    for (size_t i = 0; i < words->count; i++) {
        for (size_t k = 0; list[k] != NULL; k++) {
            if (strcmp(words->word[i], list[k]) == 0)
                return true;
        }
    }
    return false;
}

/* ---- colours -------------------------------------------------------------------------------- */

/* Hue in degrees, saturation and value in 0 to 1. */
static void to_hsv(struct reader_rgb c, double *hue, double *saturation, double *value)
{
    const double r = c.r / 255.0, g = c.g / 255.0, b = c.b / 255.0;
    const double high = r > g ? (r > b ? r : b) : (g > b ? g : b);
    const double low = r < g ? (r < b ? r : b) : (g < b ? g : b);
    const double d = high - low;
    *value = high;
    *saturation = high > 0 ? d / high : 0;
    if (d <= 0)
        *hue = 0;
    else if (r >= g && r >= b)
        *hue = 60 * (g - b) / d;
    else if (g >= b)
        *hue = 60 * (2 + (b - r) / d);
    else
        *hue = 60 * (4 + (r - g) / d);
    if (*hue < 0)
        *hue += 360;
}

struct colour_row {
    const char *name;
    double hue_low, hue_high, saturation_low, saturation_high, value_low, value_high;
};

/* Ranges wide enough for what people call so; a hue range may pass 360. */
static const struct colour_row COLOURS[] = {
    {"navy", 195, 255, 0.35, 1, 0, 0.55},   {"navyblue", 195, 255, 0.35, 1, 0, 0.55},
    {"blue", 185, 255, 0.25, 1, 0.15, 1},   {"green", 70, 190, 0.2, 1, 0.2, 1},
    {"olive", 50, 90, 0.2, 1, 0.2, 0.75},   {"teal", 150, 195, 0.3, 1, 0.2, 0.8},
    {"red", 345, 380, 0.4, 1, 0.35, 1},     {"orange", 12, 45, 0.4, 1, 0.5, 1},
    {"yellow", 38, 66, 0.35, 1, 0.6, 1},    {"gold", 38, 58, 0.35, 1, 0.55, 1},
    {"purple", 255, 320, 0.15, 1, 0.2, 1},  {"violet", 250, 320, 0.15, 1, 0.2, 1},
    {"pink", 300, 350, 0.15, 1, 0.55, 1},   {"brown", 8, 45, 0.3, 1, 0.2, 0.7},
    {"maroon", 340, 372, 0.4, 1, 0.2, 0.6}, {"grey", 0, 360, 0, 0.35, 0.25, 0.93},
    {"gray", 0, 360, 0, 0.35, 0.25, 0.93},  {"black", 0, 360, 0, 0.7, 0, 0.3},
};

bool fov__reader_colour_is(struct reader_rgb colour, const char *name)
{
    double hue = 0, saturation = 0, value = 0;
    const char *base = strrchr(name, ' ') != NULL ? strrchr(name, ' ') + 1 : name;
    to_hsv(colour, &hue, &saturation, &value);
    const bool is_dark = strncmp(name, "dark ", 5) == 0, is_light = strncmp(name, "light ", 6) == 0;
    for (size_t i = 0; i < FOV_COUNT(COLOURS); i++) {
        const struct colour_row *row = &COLOURS[i];
        if (strcmp(row->name, base) != 0)
            continue;
        const bool in_hue = (hue >= row->hue_low && hue <= row->hue_high) ||
                            (hue + 360 >= row->hue_low && hue + 360 <= row->hue_high);
        const bool fits = in_hue && saturation >= row->saturation_low &&
                          saturation <= row->saturation_high && value <= row->value_high;
        if (fits && (is_dark ? value < 0.62 : value >= row->value_low) &&
            (!is_light || value > 0.5))
            return true;
    }
    return false;
}

bool fov__reader_colour_find(const struct reader_words *words, char *out, size_t size)
{
    for (size_t i = 0; i < words->count; i++) {
        for (size_t k = 0; k < FOV_COUNT(COLOURS); k++) {
            if (strcmp(words->word[i], COLOURS[k].name) != 0)
                continue;
            const bool shade = i > 0 && (strcmp(words->word[i - 1], "dark") == 0 ||
                                         strcmp(words->word[i - 1], "light") == 0);
            fov__format(out, size, "%s%s%s", shade ? words->word[i - 1] : "", shade ? " " : "",
                        words->word[i]);
            return true;
        }
    }
    return false;
}

/* ---- the question --------------------------------------------------------------------------- */

/* "April" is printed "Apr", "Saturday" "Sat". */
static void add_calendar(struct reader_words *out)
{
    static const char *const names[] = {
        "january", "february",  "march",    "april",    "june",     "july",
        "august",  "september", "october",  "november", "december", "monday",
        "tuesday", "wednesday", "thursday", "friday",   "saturday", "sunday"};
    const size_t count = out->count;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < FOV_COUNT(names); k++) {
            if (strcmp(out->word[i], names[k]) == 0)
                add(out, names[k], 3);
        }
    }
}

static bool word_is(const struct reader_words *words, size_t i, const char *word)
{
    return i < words->count && strcmp(words->word[i], word) == 0;
}

/* "what country", "what year", but not "what is", "what percentage". */
static bool names_kind(const struct reader_words *words, size_t what)
{
    static const char *const values[] = {
        "is",    "was",    "were",   "are",        "s",          "the",        "does",    "do",
        "did",   "will",   "would",  "can",        "could",      "percentage", "percent", "share",
        "value", "amount", "number", "average",    "proportion", "rate",       "has",     "have",
        "had",   "total",  "sum",    "difference", "time",       "fraction",   "ratio",   NULL};
    return what + 1 < words->count && !fov__reader_in_list(words->word[what + 1], values);
}

/* "United States" is also printed "US", and the other way round. */
static void add_short(struct reader_words *out)
{
    static const char *const table[][3] = {{"us", "united", "states"},
                                           {"usa", "united", "states"},
                                           {"uk", "united", "kingdom"},
                                           {"britain", "united", "kingdom"}};
    const size_t count = out->count;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < FOV_COUNT(table); k++) {
            const bool is_short = strcmp(out->word[i], table[k][0]) == 0;
            const bool is_long = strcmp(out->word[i], table[k][1]) == 0 && i + 1 < count &&
                                 strcmp(out->word[i + 1], table[k][2]) == 0;
            if (is_short) {
                add_text(out, table[k][1]);
                add_text(out, table[k][2]);
            } else if (is_long) {
                add_text(out, table[k][0]);
            }
        }
    }
}

/* "How many countries are compared", "how many are above 40", but not "how many people voted" and
 * not "how many more". */
static bool asks_count(const struct reader_words *w)
{
    static const char *const things[] = {"bars",    "bar",        "colors",   "colours", "color",
                                         "colour",  "categories", "category", "slices",  "slice",
                                         "lines",   "items",      "segments", "values",  "entries",
                                         "sectors", "kinds",      NULL};
    static const char *const shown[] = {"compared", "represented", "shown", "displayed", "listed",
                                        "drawn",    "plotted",     "list",  "show",      "chart",
                                        "graph",    "pie",         "table", "timetable", "legend",
                                        "axis",     "divided",     NULL};
    static const char *const bounds[] = {
        "above",   "below",  "over",  "under", "exceed", "exceeds",  "more",     "less",
        "greater", "higher", "lower", "fewer", "same",   "negative", "positive", NULL};
    for (size_t i = 0; i + 2 < w->count; i++) {
        if (!word_is(w, i, "how") || !word_is(w, i + 1, "many") ||
            fov__reader_in_list(w->word[i + 2], bounds))
            continue;
        struct reader_words rest;
        fov__reader_words_part(&rest, w, i + 2, w->count);
        double number = 0;
        const bool is_thing =
            fov__reader_in_list(w->word[i + 2], things) || word_is(&rest, 1, "bars");
        const bool is_shown = fov__reader_words_have(&rest, shown);
        const bool is_bound =
            fov__reader_words_have(&rest, bounds) && fov__reader_words_number(&rest, 1, &number);
        return is_thing || is_shown || is_bound ||
               fov__reader_words_have(&rest, (const char *const[]){"same", NULL});
    }
    return false;
}

void fov__reader_question_parse(struct reader_question *q, const char *text)
{
    static const char *const yes_no[] = {"is",  "are",  "was", "were",  "do",   "does", "did",
                                         "has", "have", "can", "could", "will", NULL};
    static const char *const sizes[] = {"more",   "less",  "smaller", "larger", "bigger",
                                        "higher", "lower", "greater", "fewer",  NULL};
    static const char *const when[] = {"year", "years", "quarter", "decade", NULL};
    memset(q, 0, sizeof(*q));
    fov__reader_words_fold(&q->words, text);
    add_short(&q->words);
    add_calendar(&q->words);
    const struct reader_words *w = &q->words;
    q->is_yes_no = w->count > 0 && fov__reader_in_list(w->word[0], yes_no);
    for (size_t i = 0; i < w->count; i++) {
        const bool is_what = word_is(w, i, "what") || word_is(w, i, "whats");
        if (word_is(w, i, "which") || word_is(w, i, "who") || (is_what && names_kind(w, i)))
            q->wants_name = true;
        if ((is_what || word_is(w, i, "which")) && i + 1 < w->count &&
            fov__reader_in_list(w->word[i + 1], when))
            q->wants_time = true;
        if (is_what && word_is(w, i + 3, "name"))
            q->wants_name = true;
    }
    if (word_is(w, 0, "when"))
        q->wants_name = q->wants_time = true;
    const bool is_axis = fov__reader_words_have(w, (const char *const[]){"axis", NULL});
    const bool is_label =
        fov__reader_words_have(w, (const char *const[]){"label", "title", "labelled", "show",
                                                        "says", "say", "written", NULL});
    const bool is_flat =
        fov__reader_words_have(w, (const char *const[]){"x", "horizontal", "bottom", NULL});
    q->is_axis_title = is_axis && is_label && is_flat && !q->is_yes_no;
    q->is_title =
        fov__reader_words_have(w, (const char *const[]){"title", "heading", "headline", NULL}) &&
        !is_axis && !q->is_yes_no;
    q->is_legend = fov__reader_words_have(w, (const char *const[]){"legend", NULL}) &&
                   !q->is_yes_no &&
                   fov__reader_words_have(w, (const char *const[]){"entries", "names", "name",
                                                                   "list", "items", NULL}) &&
                   !fov__reader_words_have(w, (const char *const[]){"many", NULL});
    q->is_note =
        fov__reader_words_have(w, (const char *const[]){"note", "footnote", NULL}) && !q->is_yes_no;
    q->is_count = asks_count(w);
    for (size_t i = 0; i < w->count; i++)
        q->is_choice = q->is_choice || (word_is(w, i, "or") && fov__reader_words_have(w, sizes));
    fov__reader_colour_find(w, q->colour, sizeof(q->colour));
}
