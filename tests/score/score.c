/* SPDX-License-Identifier: MIT */
/* foveate-score QUESTIONS.jsonl: ask the embedded reader each question, print right, wrong and
 * cannot tell by type. A question whose gold answer is null is right when the reader says it cannot
 * tell. */
#include <foveate.h>

#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base_internal.h"
#include "score/score_rule.h"

enum { TYPES_MAX = 32, VERDICTS = 3 };
enum verdict { RIGHT, WRONG, UNSURE };

struct item {
    const char *id, *image, *question, *gold, *type; /* gold NULL: cannot be told */
    enum verdict verdict;
    char answer[256];
    int failed_verify;
    uint32_t looks;
};

struct run {
    const char *folder, *out;
    struct item *items;
    size_t count;
    atomic_size_t next;
    int no_looks, details, do_verify;
    pthread_mutex_t print;
};

static void judge(struct item *item, fov_status rc, const fov_answer *answer, const fov_error *err)
{
    if (rc == FOV_OK && answer->text) {
        fov__format(item->answer, sizeof(item->answer), "%s", answer->text);
        item->verdict = item->gold && score_is_right(answer->text, item->gold) ? RIGHT : WRONG;
    } else {
        fov__format(item->answer, sizeof(item->answer), "(%s)", err->message);
        item->verdict = item->gold ? UNSURE : RIGHT;
    }
    item->looks = answer->images;
}

static void ask(struct run *run, struct item *item, fov_context *ctx)
{
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_reader_opts reader_opts = FOV_READER_OPTS_INIT;
    fov_answer answer = FOV_ANSWER_INIT;
    fov_session *session = NULL;
    fov_model *reader = NULL;
    fov_image *image = NULL;
    fov_error err = {0};
    char path[1024], out[1024];
    fov_status rc;

    fov__format(path, sizeof(path), "%s/%s", run->folder, item->image);
    fov__format(out, sizeof(out), "%s/%s", run->out ? run->out : "", item->id);
    opts.profile = "reader";
    opts.out_dir = run->out ? out : NULL;
    reader_opts.no_looks = run->no_looks;
    rc = fov_image_open(&image, ctx, path, NULL, &err);
    if (rc >= 0)
        rc = fov_reader_new(&reader, ctx, &reader_opts, &err);
    if (rc >= 0)
        rc = fov_session_new(&session, ctx, reader, &opts, &err);
    if (rc >= 0)
        rc = fov_session_add_image(session, image, &err);
    if (rc >= 0)
        rc = fov_session_ask(session, item->question, &answer, &err);
    judge(item, rc, &answer, &err);
    if (session)
        fov_session_close(session, NULL);
    if (rc >= 0 && run->out && run->do_verify) {
        fov_replayed result = FOV_REPLAYED_INIT;
        item->failed_verify = fov_transcript_verify(ctx, out, NULL, NULL, &result, &err) != FOV_OK;
    }
    fov_session_free(session);
    fov_model_free(reader);
    fov_image_unref(image);
}

static void *work(void *user)
{
    static const char *const words[VERDICTS] = {"right", "WRONG", "-"};
    struct run *run = user;
    fov_context *ctx = NULL;
    size_t i;

    if (fov_context_new(&ctx, NULL, NULL) < 0)
        return NULL;
    while ((i = atomic_fetch_add(&run->next, 1)) < run->count) {
        struct item *item = &run->items[i];

        ask(run, item, ctx);
        if (!run->details && !item->failed_verify)
            continue;
        pthread_mutex_lock(&run->print);
        printf("%-5s %-24s looks %2u  gold %-20s answer %s%s\n      %s\n", words[item->verdict],
               item->id, (unsigned)item->looks, item->gold ? item->gold : "(none)", item->answer,
               item->failed_verify ? "  VERIFY FAILED" : "", item->question);
        fflush(stdout);
        pthread_mutex_unlock(&run->print);
    }
    fov_context_free(ctx);
    return NULL;
}

static void table(const struct run *run)
{
    const char *types[TYPES_MAX + 1];
    size_t n = 0;

    for (size_t i = 0; i < run->count; i++) {
        size_t k = 0;
        while (k < n && strcmp(types[k], run->items[i].type) != 0)
            k++;
        if (k == n && n < TYPES_MAX)
            types[n++] = run->items[i].type;
    }
    types[n] = NULL; /* all */
    printf("%-20s %5s %7s %7s %12s\n", "type", "n", "right", "wrong", "cannot tell");
    for (size_t k = 0; k <= n; k++) {
        double count = 0, sum[VERDICTS] = {0, 0, 0};

        for (size_t i = 0; i < run->count; i++) {
            if (types[k] && strcmp(types[k], run->items[i].type) != 0)
                continue;
            count++;
            sum[run->items[i].verdict]++;
        }
        printf("%-20s %5.0f %6.1f%% %6.1f%% %11.1f%%\n", types[k] ? types[k] : "all", count,
               100 * sum[RIGHT] / count, 100 * sum[WRONG] / count, 100 * sum[UNSURE] / count);
    }
}

static int load(struct run *run, fov_context *ctx, char *text, const char *only)
{
    size_t capacity = 0;
    fov_error err = {0};

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        struct fov_json *doc = NULL; /* kept: the strings live in it until the program ends */
        const fov_json_value *root;
        struct item *item;

        if (fov__json_parse(&doc, ctx, line, strlen(line), 8, 1 << 16, &err) < 0) {
            fprintf(stderr, "foveate-score: %s\n", err.message);
            return -1;
        }
        root = fov__json_root(doc);
        if (only && strcmp(only, fov__json_string(fov__json_get(root, "type"))) != 0)
            continue;
        if (!fov__grow(ctx, &run->items, &capacity, run->count + 1, sizeof(*run->items)))
            return -1;
        item = &run->items[run->count++];
        memset(item, 0, sizeof(*item));
        item->id = fov__json_string(fov__json_get(root, "id"));
        item->image = fov__json_string(fov__json_get(root, "image"));
        item->question = fov__json_string(fov__json_get(root, "question"));
        item->gold = fov__json_string(fov__json_get(root, "answer"));
        item->type = fov__json_string(fov__json_get(root, "type"));
        if (!item->id || !item->image || !item->question || !item->type) {
            fprintf(stderr, "foveate-score: a line lacks id, image, question or type: %.60s\n",
                    line);
            return -1;
        }
    }
    return 0;
}

static int usage(void)
{
    fprintf(stderr,
            "Usage: foveate-score QUESTIONS.jsonl [--no-looks] [--details] [--type T] [--jobs N]\n"
            "       [--out DIR (transcripts, verified)]\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"no-looks", no_argument, NULL, 'n'},   {"details", no_argument, NULL, 'd'},
        {"jobs", required_argument, NULL, 'j'}, {"out", required_argument, NULL, 'o'},
        {"type", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
    struct run run;
    pthread_t threads[16];
    fov_context *ctx = NULL;
    fov_bytes text = {NULL, 0, NULL};
    fov_error err = {0};
    const char *only = NULL;
    char folder[1024], *slash;
    int c, jobs = 2, failed = 0;

    memset(&run, 0, sizeof(run));
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == '?')
            return usage();
        run.no_looks |= c == 'n';
        run.details |= c == 'd';
        if (c == 'j')
            jobs = optarg[0] >= '1' && optarg[0] <= '9' ? (int)strtol(optarg, NULL, 10) : 1;
        if (c == 'o')
            run.out = optarg;
        if (c == 't')
            only = optarg;
    }
    jobs = jobs > 16 ? 16 : jobs;
    if (optind + 1 != argc)
        return usage();
    fov__format(folder, sizeof(folder), "%s", argv[optind]);
    slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    run.folder = slash ? folder : ".";
    run.do_verify = run.out != NULL;
    pthread_mutex_init(&run.print, NULL);
    if (fov_context_new(&ctx, NULL, &err) < 0 ||
        fov__file_read(&text, ctx, argv[optind], 64 << 20, &err) < 0 ||
        (run.out && fov__dir_make(run.out, &err) < 0)) {
        fprintf(stderr, "foveate-score: %s\n", err.message);
        return 1;
    }
    if (load(&run, ctx, (char *)text.data, only) < 0 || run.count == 0)
        return 1;
    for (int i = 0; i < jobs; i++)
        if (pthread_create(&threads[i], NULL, work, &run) != 0)
            return 1;
    for (int i = 0; i < jobs; i++)
        pthread_join(threads[i], NULL);
    table(&run);
    for (size_t i = 0; i < run.count; i++)
        failed += run.items[i].failed_verify;
    if (run.out)
        printf("transcripts that did not verify: %d\n", failed);
    return failed ? 1 : 0;
}
