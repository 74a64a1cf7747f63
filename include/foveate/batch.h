/* SPDX-License-Identifier: MIT */
/* foveate/batch.h - many questions, asked in parallel, each once, whatever happens in between.
 *
 *     static fov_status open_reader(fov_model **out, fov_context *ctx, const char *id, void *user,
 *                                   fov_error *err)
 *     {
 *         return fov_reader_new(out, ctx, NULL, err);
 *     }
 *     ...
 *     fov_batch_opts opts = FOV_BATCH_OPTS_INIT;
 *     fov_batch_summary sum = FOV_BATCH_SUMMARY_INIT;
 *     fov_session_opts asking = FOV_SESSION_OPTS_INIT;
 *     asking.profile = "reader";
 *     opts.out_dir = "run";
 *     opts.session = &asking;
 *     opts.model = open_reader;
 *     opts.model_per_item = 1;
 *     if (fov_batch_run(ctx, "questions.jsonl", &opts, NULL, NULL, &sum, &err) >= 0)
 *         printf("%s", (const char *)sum.table.data);
 *     fov_batch_summary_free(&sum);
 *
 * A question is one line of JSON:
 *     {"id", "image" or "images", "question", "choices"?, "answer"?, "type"?}
 * `id` is a string or a whole number, unique in the file; it is data and never a path. Images are
 * paths relative to the file. `answer` is the right one: a string, a number, an array of either
 * (any of them is right), or null: it cannot be told from the picture, and saying so is right.
 * With `choices` (2 to 26 texts) it is the text of one or its letter. Other members are passed
 * over. A line that breaks these rules is reported with its number and the reason, and the rest
 * goes on.
 *
 * The folder that is written:
 *     run.json           the options that the answers depend on; at the end, the scores
 *     results.jsonl      one line an item, in the order they were finished, each on disk before the
 *                        next is begun by its worker, each with a checksum
 *     transcripts/<id>/  the transcript of each item, its id made safe for a file's name
 *     blobs/             the pictures of all transcripts, named by their SHA-256
 *     report.html        everything for a browser: one file, no scripts from elsewhere
 *
 * The same run again does what is not done yet. Killed at any moment, nothing is lost but what was
 * being asked, and nothing is done twice: a last line that was cut is dropped and its item asked
 * again. Other options than those of run.json, and items that were asked otherwise before, are
 * refused with what differs. Items may be added to the file. `jobs`, `limit` and `shard` choose
 * what is done and how fast, never what an answer is, and may differ from run to run.
 *
 * An item that fails costs one item: its line says why, and `retry_errors` asks it again. A run
 * whose items all fail alike, with the same status and the same `detail`, ends with that error:
 *   - after 20 in a row that speak of the model and not of an item: FOV_E_NET, or FOV_E_PROVIDER
 *     with 401, 402, 403, 404, 407, 408, 429 or 500 and more;
 *   - after the first 20 that the run asks, whatever they speak of;
 *   - at the end, however few, when they speak of the model and nothing else came of the run.
 * The items of that row stay undone: with the right key, the same run does them. `keep_going` keeps
 * them as errors instead, and asks all.
 *
 * Scores, where answers are given: ChartQA's relaxed accuracy (numbers within 5 %), exact match
 * after SQuAD's normalisation, ANLS with its threshold of 0.5, and the letter chosen, each as its
 * reference implementation has it; and `right`, the verdict of the table: a chosen letter, else
 * numbers within 5 % whatever currency, thousands separators or percent sign they carry, else the
 * same letters and digits in any case. Intervals are 95 % percentile bootstraps of 2000 resamples
 * by a generator of our own with the seed 1, over the items in the file's order.
 *
 * Threads: one call at a time for one folder, which it locks against other processes.
 */
#ifndef FOVEATE_BATCH_H
#define FOVEATE_BATCH_H

#include <foveate/session.h>

FOV_BEGIN_DECLS

/* Make a model to ask: called on the worker's thread, once for each worker (id NULL), or, with
 * model_per_item, for each item. The batch frees it. An error for an item is the item's; one for a
 * worker ends the run. */
typedef fov_status (*fov_batch_model_fn)(fov_model **out, fov_context *ctx, const char *id,
                                         void *user, fov_error *err);

/* Options. Start from FOV_BATCH_OPTS_INIT; zero and NULL are defaults where one is named. */
typedef struct fov_batch_opts {
    uint32_t struct_size;
    const char *out_dir; /* required; made when missing, inside a folder that is there */
    uint32_t jobs;       /* workers, 1 to 64: 1. Each has a session and a model of its own; the
                          * context should render with one thread when there are several */
    uint64_t limit;      /* the first so many items of the shard, done or not; 0: all */
    uint32_t shard;      /* with shard_count: every shard_count-th line from this one on, the first
                          * is 1. Processes that run at once need a folder each */
    uint32_t shard_count;  /* 0: not in shards */
    int32_t retry_errors;  /* 1: ask the items again that ended in an error */
    int32_t no_report;     /* 1: write no report.html */
    const fov_session_opts *session; /* profile, preset, system, budgets, strict_tools; the rest of
                                      * it must be 0. NULL: defaults */
    fov_batch_model_fn model;        /* required */
    void *model_user;
    int32_t model_per_item;    /* 1: a new model for each item, for models that remember */
    const char *model_options; /* a JSON object that names the model and all that its answers depend
                                * on; written to run.json and compared with it. Never a key */
    const fov_cancel *cancel;  /* ends in order: what is being asked stays undone */
    int32_t keep_going;        /* 1: ask every item, also when all fail alike */
} fov_batch_opts;

#define FOV_BATCH_OPTS_INIT                                                                       \
    {(uint32_t)sizeof(fov_batch_opts), NULL, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, NULL, NULL, 0}
FOV_API void fov_batch_opts_init(fov_batch_opts *opts);

enum {
    FOV_BATCH_BAD_ROW = 0, /* a line was left out: line, text (why) */
    FOV_BATCH_DROPPED = 1, /* results.jsonl had damaged or cut lines: text says how many */
    FOV_BATCH_START = 2,   /* about to ask: the counts say what is done already */
    FOV_BATCH_ITEM = 3     /* an item is done: line, id, text (its status by name). The last ones
                            * of a run that ends because its items failed alike become undone */
};

typedef struct fov_batch_event {
    uint32_t struct_size;
    int32_t kind;
    uint64_t line;       /* of the questions file, from 1; 0: none */
    const char *id;      /* borrowed for the call; NULL: none */
    const char *text;    /* borrowed for the call; NULL: none */
    uint64_t total;      /* items of this run's choice */
    uint64_t done;       /* of them, with those of earlier runs */
    uint64_t already;    /* of them, done by earlier runs */
    uint64_t errors;     /* of done, those that ended in an error */
    uint64_t elapsed_ms; /* since the start */
} fov_batch_event;

/* Called on any worker's thread, by several at once, with no lock held. */
typedef void (*fov_batch_event_fn)(const fov_batch_event *event, void *user);

/* How a run went: over all results in the folder, those of earlier runs included. */
typedef struct fov_batch_summary {
    uint32_t struct_size;
    uint64_t bad_rows, dropped_lines;
    uint64_t total, done, already, errors; /* as in the last event */
    uint64_t right, wrong, unsure;         /* of the items that have an answer to compare with */
    uint64_t scored;                       /* those; the rest of them ended in errors */
    uint64_t elapsed_ms;
    fov_bytes table; /* right, wrong, cannot tell and the scores by type, as text; "" when no item
                      * has an answer to compare with */
    fov_bytes json;  /* the same as the object that run.json holds as "summary" */
} fov_batch_summary;

#define FOV_BATCH_SUMMARY_INIT                                                                    \
    {(uint32_t)sizeof(fov_batch_summary), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {NULL, 0, NULL},       \
     {NULL, 0, NULL}}
FOV_API void fov_batch_summary_init(fov_batch_summary *summary);
FOV_API void fov_batch_summary_free(fov_batch_summary *summary); /* what it owns; NULL is fine */

/* Ask what is not done yet. on_event may be NULL. *out (initialised) is filled in also when the run
 * was cancelled, and when its items failed alike.
 * FOV_OK also when items ended in errors: out->errors counts them. Errors: FOV_E_ARG (an option,
 * by name), FOV_E_IO (questions, folder, disk full), FOV_E_LIMIT, FOV_E_STATE (other options than
 * before, by name; another process works in the folder; the folder is no batch's),
 * FOV_E_CANCELLED, FOV_E_MEMORY; with `where` "items", the status and `detail` with which all
 * items failed. */
FOV_API fov_status fov_batch_run(fov_context *ctx, const char *questions,
                                 const fov_batch_opts *opts, fov_batch_event_fn on_event,
                                 void *user, fov_batch_summary *out, fov_error *err);

FOV_END_DECLS

#endif
