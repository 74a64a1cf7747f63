/* SPDX-License-Identifier: MIT */
/* Which names of the grid the words of a question mean: whole or in part, abbreviated, misread. It
 * must never take a name for meant that shares only what all names share. */
#include "reader/reader_internal.h"

static const char *const STOP[] = {"of",   "the",  "and",  "in",   "a",    "an",    "to",  "for",
                                   "by",   "on",   "at",   "or",   "with", "is",    "was", "were",
                                   "are",  "from", "that", "who",  "what", "which", "how", "many",
                                   "much", "did",  "do",   "does", "rate", "s",     NULL};

/* Equal but for a plural, an ending or, in long words, a misread letter. */
static bool same_word(const char *a, const char *b)
{
    const size_t la = strlen(a), lb = strlen(b);
    if (strcmp(a, b) == 0)
        return true;
    if (fov__reader_has_digit(a) || fov__reader_has_digit(b) || la < 3 || lb < 3)
        return false;
    const size_t least = la < lb ? la : lb, most = la < lb ? lb : la;
    const char *longer = la < lb ? b : a;
    if (strncmp(a, b, least) == 0 && most - least <= 2 && least >= 3 &&
        (strcmp(longer + least, "s") == 0 || strcmp(longer + least, "es") == 0 ||
         (least >= 5 && most - least <= 2)))
        return true;
    if (least >= 5 && fov__edit_distance(a, b) <= (least >= 9 ? 2 : 1))
        return true;
    return false;
}

/* Letters and digits that small print confuses. */
static char confusable(char c)
{
    static const char table[][2] = {{'o', '0'}, {'q', '0'}, {'d', '0'}, {'l', '1'}, {'i', '1'},
                                    {'z', '2'}, {'s', '5'}, {'g', '9'}, {'b', '8'}, {'t', '7'}};
    for (size_t i = 0; i < FOV_COUNT(table); i++) {
        if (table[i][0] == c)
            return table[i][1];
    }
    return c;
}

/* "r01" printed, "rol" read. */
static bool misread_digits(const char *read, const char *asked)
{
    if (!fov__reader_has_digit(asked) || strlen(read) != strlen(asked) || strlen(read) < 2)
        return false;
    for (; *read != '\0'; read++, asked++) {
        if (*read != *asked &&
            (confusable(*read) != confusable(*asked) || (*read >= '0' && *read <= '9')))
            return false;
    }
    return true;
}

/* "19" after "2018/", for "2019". */
static bool is_short_year(const char *word, const char *year)
{
    return strlen(word) == 2 && strlen(year) == 4 && fov__reader_has_digit(word) &&
           fov__reader_has_digit(year) &&
           (strncmp(year, "20", 2) == 0 || strncmp(year, "19", 2) == 0) &&
           strcmp(word, year + 2) == 0;
}

/* A name's words with their weights; words in brackets say less. */
enum { NAME_WORDS = 20 };

struct tokens {
    char word[NAME_WORDS][READER_WORD];
    size_t count;
    double weight[NAME_WORDS];
    char initials[16];
};

static void tokenize(struct tokens *out, const char *name)
{
    struct reader_words outer, all;
    char bare[READER_TEXT_MAX];
    size_t n = 0, letters = 0;
    int depth = 0;
    for (const char *c = name; *c != '\0' && n + 1 < sizeof(bare); c++) {
        depth += *c == '(';
        if (depth == 0)
            bare[n++] = *c;
        depth -= *c == ')' && depth > 0;
    }
    bare[n] = '\0';
    fov__reader_words_fold(&all, name);
    out->count = all.count > NAME_WORDS ? NAME_WORDS : all.count;
    memcpy(out->word, all.word, out->count * READER_WORD);
    fov__reader_words_fold(&outer, bare);
    for (size_t i = 0; i < out->count; i++) {
        const char *word = out->word[i];
        const bool is_outer = i < outer.count && strcmp(outer.word[i], word) == 0;
        const double base = fov__reader_in_list(word, STOP) ? 0.02
                            : fov__reader_has_digit(word)   ? 1.6
                            : strlen(word) < 3              ? 0.7
                                                            : 1;
        out->weight[i] = is_outer ? base : 0.35 * base;
        if (!fov__reader_in_list(word, STOP) && !fov__reader_has_digit(word) &&
            letters + 1 < sizeof(out->initials))
            out->initials[letters++] = word[0];
    }
    out->initials[letters] = '\0';
}

static bool is_initials(const struct tokens *tokens, const struct reader_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        const size_t len = strlen(words->word[i]);
        if (len >= 3 && len <= strlen(tokens->initials) &&
            !fov__reader_in_list(words->word[i], STOP) &&
            strncmp(words->word[i], tokens->initials, len) == 0)
            return true;
    }
    return false;
}

/* How many names hold a word: what all share tells nothing. */
static double rarity(const char *word, const struct tokens *tokens, size_t count)
{
    double holders = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < tokens[i].count; k++) {
            if (strcmp(tokens[i].word[k], word) == 0) {
                holders += 1;
                break;
            }
        }
    }
    return holders <= 1 ? 1 : holders * 2 > (double)count ? 0.12 : 1 / holders;
}

static void match(const struct reader_words *words, const struct reader_name *names, size_t count,
                  double *score, uint64_t *mask, struct tokens *tokens)
{
    for (size_t i = 0; i < count; i++)
        tokenize(&tokens[i], names[i].text);
    for (size_t i = 0; i < count; i++) {
        double total = 0, found = 0;
        bool lacks_number = false, has_number = false;
        score[i] = 0;
        mask[i] = 0;
        for (size_t k = 0; k < tokens[i].count; k++) {
            const char *word = tokens[i].word[k];
            const double weight = tokens[i].weight[k] * rarity(word, tokens, count);
            bool hit = false;
            for (size_t w = 0; w < words->count; w++) {
                if (!same_word(word, words->word[w]) && !misread_digits(word, words->word[w]) &&
                    !(k > 0 && is_short_year(word, words->word[w])))
                    continue;
                hit = true;
                mask[i] |= (uint64_t)1 << w;
            }
            /* "2015/16" is meant by 2015; "Q3 '20" is not by "fourth quarter of 2020". */
            const bool is_short =
                k > 0 && strlen(word) == 2 && fov__reader_has_digit(tokens[i].word[k - 1]);
            if (fov__reader_has_digit(word) && !is_short && tokens[i].weight[k] > 0.6) {
                has_number = true;
                lacks_number = lacks_number || !hit;
            }
            total += weight;
            found += hit ? weight : 0;
        }
        if (total > 0)
            score[i] = found / total;
        if (has_number && lacks_number && score[i] > 0.4)
            score[i] = 0.4;
        if (score[i] < 0.85 && count > 1 && is_initials(&tokens[i], words))
            score[i] = 0.85;
    }
}

int32_t fov__reader_meant(const struct reader_words *words, const struct reader_name *names,
                          size_t count, bool *meant)
{
    struct tokens tokens[READER_NAMES];
    double score[READER_NAMES], best = 0;
    uint64_t mask[READER_NAMES];
    int32_t found = 0;
    count = count > READER_NAMES ? READER_NAMES : count;
    match(words, names, count, score, mask, tokens);
    for (size_t i = 0; i < count; i++) {
        meant[i] = false;
        best = score[i] > best ? score[i] : best;
    }
    /* A part of a name will do when it is a proper noun: "Boston" of "Boston city, Massachusetts",
     * but not "port" of "Port Linden". */
    bool has_proper = false;
    for (size_t i = 0; i < count; i++)
        has_proper = has_proper || (score[i] >= best - 1e-9 && (mask[i] & words->proper) != 0);
    if (best < (has_proper ? 0.3 : 0.55))
        return 0;
    const double bar = best >= 0.84 ? 0.84 : best - 0.12;
    for (size_t i = 0; i < count; i++) {
        bool is_part = false;
        /* "China" is not meant where "Bank of China" is. */
        for (size_t j = 0; j < count; j++) {
            const bool inside = i != j && (mask[i] & mask[j]) == mask[i] && mask[i] != mask[j];
            is_part = is_part || (inside && score[j] >= bar);
        }
        meant[i] = score[i] >= bar && !is_part;
        found += meant[i];
    }
    if (best < 0.84 && found > 1)
        return -1;
    return found;
}
