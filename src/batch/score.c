/* SPDX-License-Identifier: MIT */
/* Whether an answer is right. Each public metric does what its reference implementation does, the
 * odd cases included, so that a number of ours can stand beside a published one:
 *   relaxed  ChartQA (Masry et al. 2022, section 5.1) as in Google's pix2struct metrics
 *   exact    SQuAD v1.1's evaluation (Rajpurkar et al. 2016)
 *   ANLS     DocVQA (Mathew et al. 2021, eq. 1) as in the evaluation of Qwen-VL and lmms-eval
 *   choice   MMMU's parsing of multiple choices (Yue et al. 2024), but nothing is drawn at random
 * The verdict of the table is our own rule, more lenient in how a number is written. */
#include "batch/batch_internal.h"

const char *const fov__verdict_name[] = {"right", "wrong", "unsure", "error", NULL};
const char *const fov__metric_name[] = {"relaxed", "exact", "anls", "choice"};

/* ---- relaxed -------------------------------------------------------------------------------- */

/* As pix2struct has it: the sign is looked for before white space is stripped. */
static bool relaxed_float(const char *text, double *out)
{
    size_t len = strlen(text);
    const bool is_percent = len && text[len - 1] == '%';

    while (is_percent && len && text[len - 1] == '%')
        len--;
    if (!fov__python_float(text, len, out))
        return false;
    if (is_percent)
        *out /= 100.0;
    return true;
}

static double magnitude(double v)
{
    return v < 0 ? -v : v;
}

static fov_status two_runes(struct fov_runes r[2], fov_context *ctx, const char *a, const char *b,
                            fov_error *err)
{
    fov_status rc = fov__runes_new(&r[0], ctx, a, err);

    if (rc < 0)
        return rc;
    rc = fov__runes_new(&r[1], ctx, b, err);
    if (rc < 0)
        fov__runes_drop(&r[0]);
    return rc;
}

static void drop_two(struct fov_runes r[2])
{
    fov__runes_drop(&r[0]);
    fov__runes_drop(&r[1]);
}

fov_status fov__score_relaxed(bool *out, fov_context *ctx, const char *answer, const char *gold,
                              fov_error *err)
{
    struct fov_runes r[2];
    double a = 0, g = 0;
    fov_status rc;

    if (relaxed_float(answer, &a) && relaxed_float(gold, &g) && g != 0) {
        *out = magnitude(a - g) / magnitude(g) <= 0.05;
        return FOV_OK;
    }
    rc = two_runes(r, ctx, answer, gold, err);
    if (rc < 0)
        return rc;
    fov__runes_lower(&r[0]);
    fov__runes_lower(&r[1]);
    *out = fov__runes_equal(&r[0], &r[1]);
    drop_two(r);
    return FOV_OK;
}

/* ---- exact ---------------------------------------------------------------------------------- */

static bool is_punctuation(uint32_t c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

static bool is_article(const uint32_t *word, size_t len)
{
    return (len == 1 && word[0] == 'a') || (len == 2 && word[0] == 'a' && word[1] == 'n') ||
           (len == 3 && word[0] == 't' && word[1] == 'h' && word[2] == 'e');
}

static void squad_normalise(struct fov_runes *r)
{
    size_t n = 0;

    fov__runes_lower(r);
    for (size_t i = 0; i < r->count; i++)
        if (!is_punctuation(r->at[i]))
            r->at[n++] = r->at[i];
    r->count = n;
    for (size_t i = 0; i < r->count;) {
        size_t end = i;
        bool is_dropped;

        while (end < r->count && fov__rune_is_word(r->at[end]))
            end++;
        is_dropped = is_article(r->at + i, end - i);
        for (size_t k = i; is_dropped && k < end; k++)
            r->at[k] = ' ';
        i = end + 1;
    }
    fov__runes_squeeze(r);
}

fov_status fov__score_exact(bool *out, fov_context *ctx, const char *answer, const char *gold,
                            fov_error *err)
{
    struct fov_runes r[2];
    fov_status rc = two_runes(r, ctx, answer, gold, err);

    if (rc < 0)
        return rc;
    squad_normalise(&r[0]);
    squad_normalise(&r[1]);
    *out = fov__runes_equal(&r[0], &r[1]);
    drop_two(r);
    return FOV_OK;
}

/* ---- ANLS ----------------------------------------------------------------------------------- */

static fov_status distance(size_t *out, const struct fov_runes *a, const struct fov_runes *b,
                           fov_error *err)
{
    size_t *row = fov__alloc(a->ctx, (b->count + 1) * sizeof(*row));

    if (!row)
        return fov__fail_memory(err, "score", b->count * sizeof(*row));
    for (size_t j = 0; j <= b->count; j++)
        row[j] = j;
    for (size_t i = 1; i <= a->count; i++) {
        size_t above = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b->count; j++) {
            const size_t change = above + (a->at[i - 1] != b->at[j - 1]);
            const size_t gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

            above = row[j];
            row[j] = change < gap ? change : gap;
        }
    }
    *out = row[b->count];
    fov__free(a->ctx, row);
    return FOV_OK;
}

fov_status fov__score_anls(double *out, fov_context *ctx, const char *answer, const char *gold,
                           fov_error *err)
{
    struct fov_runes r[2];
    fov_status rc = two_runes(r, ctx, answer, gold, err);
    size_t longest, off = 0, least;

    *out = 0;
    if (rc < 0)
        return rc;
    longest = r[0].count > r[1].count ? r[0].count : r[1].count;
    for (int i = 0; i < 2; i++) {
        fov__runes_lower(&r[i]);
        fov__runes_squeeze(&r[i]);
    }
    /* The distance is at least the difference in length: a long text need not be compared. */
    least = r[0].count > r[1].count ? r[0].count - r[1].count : r[1].count - r[0].count;
    if (2 * least <= longest)
        rc = distance(&off, &r[0], &r[1], err);
    else
        off = longest;
    if (rc >= 0)
        *out = longest == 0 ? 1 : 1 - (double)off / (double)longest;
    if (*out < 0.5)
        *out = 0;
    drop_two(r);
    return rc;
}

/* ---- multiple choice ------------------------------------------------------------------------ */

/* The last place of `needle`; -1: none. */
static ptrdiff_t last_place(const char *text, const char *needle)
{
    ptrdiff_t found = -1;

    for (const char *p = strstr(text, needle); p; p = strstr(p + 1, needle))
        found = p - text;
    return found;
}

/* Python's strip(char) for each of these in turn. */
static struct fov_span strip_marks(const char *text)
{
    static const char marks[] = ",.!?;:'";
    struct fov_span s = {text, strlen(text)};

    for (const char *m = marks; *m; m++) {
        while (s.len && s.data[0] == *m) {
            s.data++;
            s.len--;
        }
        while (s.len && s.data[s.len - 1] == *m)
            s.len--;
    }
    return s;
}

static size_t count_words(const struct fov_runes *r)
{
    size_t words = 0;

    for (size_t i = 0; i < r->count; i++)
        words += !fov__rune_is_space(r->at[i]) && (i == 0 || fov__rune_is_space(r->at[i - 1]));
    return words;
}

/* The letter that stands last as "(A)", else as " A ". */
static int letter_in(const char *padded, size_t count)
{
    static const char *const forms[] = {"(%c)", " %c "};

    for (size_t f = 0; f < FOV_COUNT(forms); f++) {
        ptrdiff_t best = -1;
        int found = -1;

        for (size_t i = 0; i < count; i++) {
            char needle[4] = {f ? ' ' : '(', (char)('A' + i), f ? ' ' : ')', '\0'};
            const ptrdiff_t at = last_place(padded, needle);

            if (at > best) {
                best = at;
                found = (int)i;
            }
        }
        if (found >= 0)
            return found;
    }
    return -1;
}

static ptrdiff_t last_runes(const struct fov_runes *text, const struct fov_runes *needle)
{
    for (size_t at = text->count + 1; needle->count <= text->count && at-- > 0;)
        if (at + needle->count <= text->count &&
            memcmp(text->at + at, needle->at, needle->count * sizeof(*needle->at)) == 0)
            return (ptrdiff_t)at;
    return -1;
}

/* In more than five words: the choice whose text stands last. */
static fov_status content_in(int *out, fov_context *ctx, const char *padded, char *const *choices,
                             size_t count, fov_error *err)
{
    struct fov_runes text, needle;
    ptrdiff_t best = -1;
    fov_status rc = fov__runes_new(&text, ctx, padded, err);

    if (rc < 0)
        return rc;
    fov__runes_lower(&text);
    for (size_t i = 0; rc >= 0 && i < count && count_words(&text) > 5; i++) {
        rc = fov__runes_new(&needle, ctx, choices[i], err);
        if (rc < 0)
            break;
        fov__runes_lower(&needle);
        if (last_runes(&text, &needle) > best) {
            best = last_runes(&text, &needle);
            *out = (int)i;
        }
        fov__runes_drop(&needle);
    }
    fov__runes_drop(&text);
    return rc;
}

/* Beyond the reference, which draws here: "B) Paris", or the text of exactly one choice. */
static fov_status choice_written(int *out, fov_context *ctx, const char *answer,
                                 char *const *choices, size_t count, fov_error *err)
{
    int found = -1, times = 0;

    if (answer[0] >= 'A' && (size_t)(answer[0] - 'A') < count && answer[1] &&
        strchr(").:", answer[1])) {
        *out = answer[0] - 'A';
        return FOV_OK;
    }
    for (size_t i = 0; i < count; i++) {
        bool is_same = false;
        const fov_status rc = fov__score_right(&is_same, ctx, answer, choices[i], err);

        if (rc < 0)
            return rc;
        times += is_same;
        found = is_same ? (int)i : found;
    }
    if (times > 1) /* numbers within 5 % of each other: as text then */
        for (size_t i = 0; i < count; i++)
            if (strcmp(choices[i], answer) == 0) {
                *out = (int)i;
                return FOV_OK;
            }
    *out = times == 1 ? found : -1;
    return FOV_OK;
}

fov_status fov__score_choice(int *out, fov_context *ctx, const char *answer, char *const *choices,
                             size_t count, fov_error *err)
{
    const struct fov_span bare = strip_marks(answer);
    struct fov_buf padded;
    fov_status rc;

    *out = -1;
    fov__buf_init(&padded, ctx, bare.len + 3);
    fov__buf_addc(&padded, ' ');
    fov__buf_add(&padded, bare.data, bare.len);
    fov__buf_addc(&padded, ' ');
    rc = fov__buf_check(&padded, "score", err);
    if (rc >= 0)
        *out = letter_in(padded.data, count);
    if (rc >= 0 && *out < 0)
        rc = content_in(out, ctx, padded.data, choices, count, err);
    fov__buf_free(&padded);
    if (rc >= 0 && *out < 0)
        rc = choice_written(out, ctx, answer, choices, count, err);
    return rc;
}

/* ---- the verdict ---------------------------------------------------------------------------- */

/* What may stand around or inside a number without changing it: spaces, separators of thousands,
 * currencies, percent, "about". */
static bool is_decoration(uint32_t c)
{
    return fov__rune_is_space(c) || c == '$' || c == '%' || c == ',' || c == '~' || c == 0xa3 ||
           c == 0x20ac;
}

static bool plain_number(const struct fov_runes *r, double *out)
{
    char digits[64];
    size_t n = 0;

    for (size_t i = 0; i < r->count; i++) {
        const uint32_t c = r->at[i] == 0x2212 ? '-' : r->at[i]; /* the minus sign */

        if (is_decoration(c) || (c == '+' && n == 0))
            continue;
        if (n == sizeof(digits) || c >= 0x80 || c == '_')
            return false;
        digits[n++] = (char)c;
    }
    /* No letters: inf and nan are words here. */
    for (size_t i = 0; i < n; i++)
        if (!strchr("0123456789.-+eE", digits[i]))
            return false;
    return n > 0 && fov__python_float(digits, n, out);
}

static void fold(struct fov_runes *r)
{
    size_t n = 0;

    fov__runes_lower(r);
    for (size_t i = 0; i < r->count; i++)
        if (r->at[i] >= 0x80 || (fov__rune_is_word(r->at[i]) && r->at[i] != '_'))
            r->at[n++] = r->at[i];
    r->count = n;
}

fov_status fov__score_right(bool *out, fov_context *ctx, const char *answer, const char *gold,
                            fov_error *err)
{
    struct fov_runes r[2];
    double a = 0, g = 0;
    fov_status rc = two_runes(r, ctx, answer, gold, err);

    if (rc < 0)
        return rc;
    if (plain_number(&r[0], &a) && plain_number(&r[1], &g)) {
        /* a trifle more than 5 %, so that 5.3 of 5.0476… is not a matter of the last bit */
        *out = g == 0 ? a == 0 : magnitude(a - g) <= 0.05 * magnitude(g) * (1 + 1e-12);
    } else {
        fold(&r[0]);
        fold(&r[1]);
        *out = r[0].count > 0 && fov__runes_equal(&r[0], &r[1]);
    }
    drop_two(r);
    return FOV_OK;
}

static void lift(double *mark, double value)
{
    if (value > *mark)
        *mark = value;
}

/* The best over all right answers, as the references do it. */
static fov_status mark_golds(struct fov_marks *out, const struct fov_row *row, const char *answer,
                             bool *is_right, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (size_t i = 0; rc >= 0 && i < row->gold_count; i++) {
        bool relaxed = false, exact = false, right = false;
        double anls = 0;

        rc = fov__score_relaxed(&relaxed, row->ctx, answer, row->golds[i], err);
        if (rc >= 0)
            rc = fov__score_exact(&exact, row->ctx, answer, row->golds[i], err);
        if (rc >= 0)
            rc = fov__score_anls(&anls, row->ctx, answer, row->golds[i], err);
        if (rc >= 0)
            rc = fov__score_right(&right, row->ctx, answer, row->golds[i], err);
        lift(&out->value[FOV__RELAXED], relaxed);
        lift(&out->value[FOV__EXACT], exact);
        lift(&out->value[FOV__ANLS], anls);
        *is_right = *is_right || right;
    }
    return rc;
}

fov_status fov__score_row(struct fov_marks *out, const struct fov_row *row, fov_status status,
                          const char *answer, fov_error *err)
{
    const bool has_answer = status == FOV_OK && answer;
    bool is_right = false;
    int choice = -1;
    fov_status rc = FOV_OK;

    for (int i = 0; i < FOV__METRICS; i++)
        out->value[i] = -1;
    out->verdict = !row->has_gold ? FOV__UNJUDGED : status < 0 ? FOV__ERRED : FOV__UNSURE;
    if (!row->has_gold)
        return FOV_OK;
    if (row->gold_count == 0) {
        /* Saying that it cannot be told is right then; a budget's end says nothing. */
        if (status >= 0)
            out->verdict = has_answer                  ? FOV__WRONG
                           : status == FOV_NOTE_UNSURE ? FOV__RIGHT
                                                       : FOV__UNSURE;
        return FOV_OK;
    }
    if (row->choice_count)
        out->value[FOV__CHOICE] = 0;
    else
        out->value[FOV__RELAXED] = out->value[FOV__EXACT] = out->value[FOV__ANLS] = 0;
    if (!has_answer)
        return FOV_OK;
    if (row->choice_count) {
        rc = fov__score_choice(&choice, row->ctx, answer, row->choices, row->choice_count, err);
        is_right = rc >= 0 && choice == row->gold_choice;
        out->value[FOV__CHOICE] = is_right;
    } else {
        rc = mark_golds(out, row, answer, &is_right, err);
    }
    out->verdict = is_right ? FOV__RIGHT : FOV__WRONG;
    return rc;
}
