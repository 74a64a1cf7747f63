/* SPDX-License-Identifier: MIT */
/* batch: many sessions side by side, one line of results each. A door: it knows how items are
 * chosen, kept and judged, and nothing of how a question is answered.
 *
 *     questions.c   the file of questions          batch.c         choosing, workers, the end
 *     results.c     results.jsonl, crash-safe      batch_item.c    one item asked, as a line
 *     run_file.c    run.json: options, summary     batch_folder.c  names, lock, what a kill left
 *     score.c, score_text.c   the rules            tally.c         by type, with intervals
 *     report.c, report_page.c  the page             streak.c        when all fail alike
 */
#ifndef FOV_BATCH_INTERNAL_H
#define FOV_BATCH_INTERNAL_H

#include <foveate/batch.h>

#include "base/base_internal.h"
#include "session/session_internal.h"

enum {
    FOV__BATCH_LINE_MAX = 1 << 20, /* bytes of a line of questions or results */
    FOV__BATCH_ID_MAX = 512,       /* bytes */
    FOV__BATCH_GOLD_MAX = 4096,    /* bytes of one right answer: bounds the edit distance */
    FOV__BATCH_GOLDS_MAX = 64,
    FOV__BATCH_IMAGES_MAX = 64,
    FOV__BATCH_CHOICES_MAX = 26,     /* letters */
    FOV__BATCH_TYPE_MAX = 128,       /* bytes */
    FOV__BATCH_ANSWER_MAX = 1 << 16, /* bytes kept in a line; the transcript has all */
    FOV__BATCH_SUM = 17,             /* 16 hexadecimal digits of a SHA-256, and NUL */
    FOV__BATCH_JOBS_MAX = 64
};
#define FOV__BATCH_FILE_MAX (UINT64_C(1) << 30)

/* ---- questions.c ---------------------------------------------------------------------------- */

struct fov_batch_item {
    char *id;
    size_t line; /* of the file, from 1 */
    struct fov_span text;
    char digest[FOV__BATCH_SUM]; /* of what is asked, and of what is right */
    bool is_chosen;              /* by shard and limit */
    bool is_done, is_error;      /* by an earlier run; how it ended */
};

struct fov_questions {
    fov_context *ctx;
    fov_bytes text;
    char *folder; /* of the file; image paths are relative to it */
    struct fov_batch_item *items;
    size_t count, capacity;
    size_t *table; /* of items by the hash of their id, item + 1; a power of two, half empty */
    size_t table_size;
    uint64_t bad_rows;
};

typedef void (*fov__bad_row_fn)(size_t line, const char *reason, void *user);

/* Read the file; bad rows are told to `bad` and counted. A file without a good row is
 * FOV_E_ARG. */
fov_status fov__questions_open(struct fov_questions **out, fov_context *ctx, const char *path,
                               fov__bad_row_fn bad, void *user, fov_error *err);
void fov__questions_free(struct fov_questions *questions); /* NULL is fine */
struct fov_batch_item *fov__questions_find(const struct fov_questions *questions, const char *id);

/* One row, parsed and judged. Strings live as long as it. */
struct fov_row {
    fov_context *ctx;
    struct fov_json *doc;
    char *id;
    const char *question, *type; /* "" when it has none */
    char *images[FOV__BATCH_IMAGES_MAX];
    size_t image_count;
    char *choices[FOV__BATCH_CHOICES_MAX];
    size_t choice_count;
    char *golds[FOV__BATCH_GOLDS_MAX];
    size_t gold_count;
    int gold_choice; /* with choices: which is right; -1: none given */
    bool has_gold;   /* an answer was given; gold_count 0: it was null, it cannot be told */
};
/* FOV_E_ARG: the message is the reason. */
fov_status fov__row_read(struct fov_row *row, fov_context *ctx, struct fov_span text,
                         fov_error *err);
void fov__row_drop(struct fov_row *row);
/* The question as it is put: with its choices, by letter. */
void fov__row_prompt(struct fov_buf *out, const struct fov_row *row);
/* The first 16 digits of the SHA-256. */
void fov__batch_sum(char out[FOV__BATCH_SUM], const void *data, size_t len);

/* ---- score_text.c --------------------------------------------------------------------------- */

/* Text as code points; bytes that are not UTF-8 count as U+FFFD. */
struct fov_runes {
    fov_context *ctx;
    uint32_t *at;
    size_t count;
};
fov_status fov__runes_new(struct fov_runes *out, fov_context *ctx, const char *text,
                          fov_error *err);
void fov__runes_drop(struct fov_runes *runes);
bool fov__runes_equal(const struct fov_runes *a, const struct fov_runes *b);
/* In place. Lower case of ASCII, Latin, Greek, Cyrillic and Armenian. */
void fov__runes_lower(struct fov_runes *runes);
/* In place: words with one space between, none around (Python's " ".join(text.split())). */
void fov__runes_squeeze(struct fov_runes *runes);
bool fov__rune_is_space(uint32_t c);
bool fov__rune_is_word(uint32_t c); /* letter or digit */
/* A number as Python's float() reads it: white space around, one underscore between digits, inf and
 * nan. */
bool fov__python_float(const char *text, size_t len, double *out);

/* ---- score.c -------------------------------------------------------------------------------- */

/* ChartQA's relaxed correctness, as in Google's pix2struct and the harnesses that took it over:
 * "84%" is 0.84, a gold of 0 is compared as text, text in any case. */
fov_status fov__score_relaxed(bool *out, fov_context *ctx, const char *answer, const char *gold,
                              fov_error *err);
/* SQuAD's: lower case, without ASCII punctuation, without the articles a, an, the. */
fov_status fov__score_exact(bool *out, fov_context *ctx, const char *answer, const char *gold,
                            fov_error *err);
/* DocVQA's ANLS of one gold: 1 - distance / length, 0 below 0.5. */
fov_status fov__score_anls(double *out, fov_context *ctx, const char *answer, const char *gold,
                           fov_error *err);
/* MMMU's reading of a multiple choice: the index, -1 for none. Where MMMU draws one at random: a
 * leading letter with ).: behind it, or the text of exactly one choice; else none. */
fov_status fov__score_choice(int *out, fov_context *ctx, const char *answer, char *const *choices,
                             size_t count, fov_error *err);
/* The verdict of the table without choices (see foveate/batch.h). */
fov_status fov__score_right(bool *out, fov_context *ctx, const char *answer, const char *gold,
                            fov_error *err);

enum fov__verdict { FOV__RIGHT, FOV__WRONG, FOV__UNSURE, FOV__ERRED, FOV__UNJUDGED };
extern const char *const fov__verdict_name[];

enum fov__metric { FOV__RELAXED, FOV__EXACT, FOV__ANLS, FOV__CHOICE, FOV__METRICS };
extern const char *const fov__metric_name[];

struct fov_marks {
    enum fov__verdict verdict;
    double value[FOV__METRICS]; /* 0 to 1; -1: does not apply */
};
/* Judge an answer (NULL: none was given) by its row. status: what asking returned. */
fov_status fov__score_row(struct fov_marks *out, const struct fov_row *row, fov_status status,
                          const char *answer, fov_error *err);

/* ---- batch_folder.c ------------------------------------------------------------------------- */

/* An id as the name of a folder: letters, digits, '-', '_' and inner dots stay, every other byte is
 * %XX; a long one is cut and ends in "%-" and its hash. Different ids have different names, also
 * where a file system folds case: capitals are escaped too. */
enum { FOV__BATCH_NAME = 200 };
void fov__batch_name(char out[FOV__BATCH_NAME], const char *id);
/* Make the folder, or find that it is a batch's; lock it. *lock is closed by the caller. */
fov_status fov__batch_folder_open(int *lock, fov_context *ctx, const char *dir, bool *is_new,
                                  fov_error *err);
/* The folders inside, and no half-written files of a run that was killed. */
fov_status fov__batch_folder_ready(fov_context *ctx, const char *dir, fov_error *err);
char *fov__batch_path(fov_context *ctx, const char *dir, const char *a, const char *b);

/* ---- results.c ------------------------------------------------------------------------------ */

/* The lines of results.jsonl that hold, by item. */
struct fov_results {
    fov_context *ctx;
    fov_bytes text;
    struct fov_span *line; /* by item; {NULL, 0}: not done */
    size_t count;          /* of items */
    uint64_t done, errors, dropped;
    bool is_dirty; /* the file holds more than what holds */
};
/* Errors: FOV_E_STATE for an item that was asked otherwise before, or is no longer there. Items
 * are marked as done. */
fov_status fov__results_load(struct fov_results *out, fov_context *ctx, const char *dir,
                             struct fov_questions *questions, bool drop_errors, fov_error *err);
/* Write it anew without what does not hold; makes it when it is not there. */
fov_status fov__results_mend(const struct fov_results *results, const char *dir,
                             const struct fov_questions *questions, fov_error *err);
void fov__results_drop(struct fov_results *results);

/* Lines are added by many threads. */
struct fov_results_file {
    fov_context *ctx;
    int fd;
    pthread_mutex_t lock;
    bool has_failed;
    fov_error why;
};
fov_status fov__results_open(struct fov_results_file *file, fov_context *ctx, const char *dir,
                             fov_error *err);
void fov__results_close(struct fov_results_file *file);
/* `line` is an object without its end; the checksum, the end and a newline are added, and the line
 * is on disk when this returns. The first failure is kept: the file may end in half a line. */
fov_status fov__results_add(struct fov_results_file *file, struct fov_buf *line, fov_error *err);

/* ---- run_file.c ----------------------------------------------------------------------------- */

/* What the answers depend on, as a JSON object. */
fov_status fov__run_options(fov_bytes *out, fov_context *ctx, const fov_batch_opts *opts,
                            fov_error *err);
/* Compare with run.json; FOV_E_STATE naming what differs. */
fov_status fov__run_check(fov_context *ctx, const char *dir, const fov_bytes *options,
                          fov_error *err);
/* Write run.json; `summary` may be NULL. */
fov_status fov__run_write(fov_context *ctx, const char *dir, const char *questions,
                          const fov_bytes *options, const fov_bytes *summary, fov_error *err);

/* ---- streak.c ------------------------------------------------------------------------------- */

/* How many items in a row fail alike before the run ends. */
enum { FOV__BATCH_STREAK = 20 };

/* The errors of a run, in the order its items finished. */
struct fov_streak {
    fov_error last; /* how each item of the row ended */
    size_t count;   /* of items in the row */
    size_t item[FOV__BATCH_STREAK + FOV__BATCH_JOBS_MAX]; /* by index; some were being asked */
    bool has_others; /* items of this run ended otherwise */
    bool is_over;    /* the run ends */
};
/* Item `index` ended like this (status >= 0: not in an error). True when the run is to end. */
bool fov__streak_add(struct fov_streak *streak, size_t index, const fov_error *how);
/* No item is left: true when nothing came of any of them, and the model is why. */
bool fov__streak_end(struct fov_streak *streak);
/* What the run ends with. */
fov_status fov__streak_fail(const struct fov_streak *streak, fov_error *err);
/* Take the lines of the row's items out of results.jsonl. */
fov_status fov__streak_undo(const struct fov_streak *streak, fov_context *ctx, const char *dir,
                            struct fov_questions *questions, fov_error *err);

/* ---- batch_item.c --------------------------------------------------------------------------- */

struct fov_batch {
    fov_context *ctx;
    const fov_batch_opts *opts;
    struct fov_questions *questions;
    struct fov_results_file file;
    fov_batch_event_fn on_event;
    void *user;
    atomic_size_t next;   /* item to look at */
    uint64_t start;       /* fov__clock_ms() */
    pthread_mutex_t lock; /* of what follows */
    fov_batch_event counts;
    fov_error failed; /* the run cannot go on */
    struct fov_streak streak;
};
/* Ask one item and add its line. *how is how asking ended; FOV_E_CANCELLED: nothing was added. An
 * error here ends the run. */
fov_status fov__batch_item_run(struct fov_batch *batch, const struct fov_batch_item *item,
                               fov_model *model, fov_error *how, fov_error *err);

/* ---- tally.c -------------------------------------------------------------------------------- */

struct fov_interval {
    double mean, lo, hi;
};
/* The mean of values, and the interval that holds 95 % of the means of 2000 resamples. */
fov_status fov__bootstrap(struct fov_interval *out, fov_context *ctx, const double *values,
                          size_t count, fov_error *err);
/* Fill in what a summary says of the results. */
fov_status fov__tally(fov_batch_summary *out, fov_context *ctx, const struct fov_results *results,
                      fov_error *err);

/* ---- report.c, report_page.c ---------------------------------------------------------------- */

fov_status fov__report_write(fov_context *ctx, const char *dir, const char *title,
                             const struct fov_questions *questions,
                             const struct fov_results *results, const fov_bytes *table,
                             uint32_t jobs, const fov_cancel *cancel, fov_error *err);
extern const char fov__page_style[], fov__page_script[];
/* Text for HTML, in content and in quoted attributes. */
void fov__page_text(struct fov_buf *out, const char *text);

#endif
