/* SPDX-License-Identifier: MIT */
/* foveate batch: a file of questions asked in parallel, resumable. On a terminal one line tells how
 * far it is; the table comes last, on standard output. */
#include "cli/cli_internal.h"

#include <unistd.h>

static const struct cli_option options[] = {
    {"out", 'o', "DIR", "the batch's folder (required); the same command goes on in it"},
    {"jobs", 'j', "N", "questions asked at once, 1 to 64 (1)"},
    {"limit", 0, "N", "only the first N questions (of the shard)"},
    {"shard", 0, "I/N",
     "every Nth line from the Ith, 1 the first; processes at once need a DIR each"},
    {"retry-errors", 0, NULL, "ask again what ended in an error"},
    {"keep-going", 0, NULL, "ask every question, also when all fail alike"},
    {"progress", 0, "HOW",
     "line (on a terminal the default), json (lines on standard output), none"},
    {"no-report", 0, NULL, "write no report.html"},
    CLI_MODEL_OPTIONS,
    {NULL, 0, NULL, NULL}};

enum { LINE_MS = 100 }; /* between two states of the progress line */

enum progress { PROGRESS_NONE, PROGRESS_LINE, PROGRESS_JSON };

struct door {
    struct cli *cli;
    enum progress progress;
    pthread_mutex_t lock; /* events come from every worker */
    uint64_t last_ms, last_done;
};

/* ---- progress ------------------------------------------------------------------------------- */

static void end_line(struct door *door)
{
    if (atomic_exchange(&door->cli->has_line, false))
        cli_err("\n");
}

static void duration(char out[16], double seconds)
{
    const unsigned s = seconds < 359999 ? (unsigned)seconds : 359999;

    if (s >= 3600)
        fov__format(out, 16, "%uh%02um", s / 3600, s / 60 % 60);
    else if (s >= 60)
        fov__format(out, 16, "%um%02us", s / 60, s % 60);
    else
        fov__format(out, 16, "%us", s);
}

/* "37/232  35 ok 2 err  3.1/s  ETA 1m03s"; the rate is that of this run. */
static void progress_line(struct door *door, const fov_batch_event *event)
{
    const uint64_t now_done = event->done - event->already;
    const double rate =
        event->elapsed_ms ? 1000.0 * (double)now_done / (double)event->elapsed_ms : 0;
    char eta[16] = "?";

    if (event->done < door->last_done ||
        (event->done < event->total && atomic_load(&door->cli->has_line) &&
         event->elapsed_ms < door->last_ms + LINE_MS))
        return;
    door->last_ms = event->elapsed_ms;
    door->last_done = event->done;
    if (rate > 0 || event->done == event->total)
        duration(eta, (double)(event->total - event->done) / (rate > 0 ? rate : 1));
    cli_err("\r%llu/%llu  %llu ok %llu err  %.1f/s  ETA %s\033[K", (unsigned long long)event->done,
            (unsigned long long)event->total, (unsigned long long)(event->done - event->errors),
            (unsigned long long)event->errors, rate, eta);
    atomic_store(&door->cli->has_line, true);
}

static void progress_json(struct door *door, const fov_batch_event *event)
{
    static const char *const names[] = {"bad_row", "dropped", "start", "item"};
    struct fov_buf buf;
    struct fov_jw jw;

    fov__buf_init(&buf, door->cli->ctx, 1 << 16);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__jw_string(&jw, "event", names[event->kind]);
    if (event->line)
        fov__jw_int(&jw, "line", (int64_t)event->line);
    if (event->id)
        fov__jw_string(&jw, "id", event->id);
    if (event->text)
        fov__jw_string(&jw, event->kind == FOV_BATCH_ITEM ? "status" : "text", event->text);
    fov__jw_int(&jw, "done", (int64_t)event->done);
    fov__jw_int(&jw, "total", (int64_t)event->total);
    fov__jw_int(&jw, "errors", (int64_t)event->errors);
    fov__jw_int(&jw, "elapsed_ms", (int64_t)event->elapsed_ms);
    fov__jw_end_object(&jw);
    if (buf.status == FOV_OK)
        cli_out("%s\n", buf.data);
    cli_flush();
    fov__buf_free(&buf);
}

static void on_event(const fov_batch_event *event, void *user)
{
    struct door *door = user;

    pthread_mutex_lock(&door->lock);
    if (door->progress == PROGRESS_JSON)
        progress_json(door, event);
    if (event->kind == FOV_BATCH_BAD_ROW || event->kind == FOV_BATCH_DROPPED) {
        char text[256];

        end_line(door);
        fov__format(text, sizeof(text), "%s", event->text);
        fov__text_plain(text);
        if (event->line)
            cli_err("foveate: %s, line %llu: %s\n", door->cli->args[0],
                    (unsigned long long)event->line, text);
        else
            cli_err("foveate: %s\n", text);
    } else if (door->progress == PROGRESS_LINE) {
        progress_line(door, event);
    }
    pthread_mutex_unlock(&door->lock);
}

/* ---- what the answers depend on ------------------------------------------------------------- */

/* Without a query, which may hold a key: it tells no two models apart that the rest does not. */
static void write_address(struct fov_jw *jw, const struct cli *cli)
{
    const char *url =
        cli_get(cli, "base-url") ? cli_get(cli, "base-url") : fov__env("OPENAI_BASE_URL");

    if (url)
        fov__jw_string_n(jw, "base_url", url, strcspn(url, "?#"));
}

static fov_status write_script(struct fov_jw *jw, struct cli *cli, fov_error *err)
{
    fov_bytes text = {NULL, 0, NULL};
    char hex[FOV_SHA256_HEX];
    fov_status rc = fov__file_read(&text, cli->ctx, cli_get(cli, "script"), 16 << 20, err);

    if (rc < 0)
        return rc;
    fov__sha256_hex(hex, text.data, text.size);
    fov_bytes_free(&text);
    fov__jw_string(jw, "script_sha256", hex);
    return FOV_OK;
}

static fov_status model_options(struct cli *cli, fov_bytes *out, fov_error *err)
{
    static const char *const texts[] = {"provider", "detail", "extra", "tool-images"};
    struct fov_buf buf;
    struct fov_jw jw;
    fov_status rc = FOV_OK;

    fov__buf_init(&buf, cli->ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    if (cli_get(cli, "script"))
        rc = write_script(&jw, cli, err);
    else
        fov__jw_string(&jw, "model", cli_get(cli, "model") ? cli_get(cli, "model") : "reader");
    if (cli_model_is_server(cli)) {
        write_address(&jw, cli);
        for (size_t i = 0; i < FOV_COUNT(texts); i++)
            if (cli_get(cli, texts[i]))
                fov__jw_string(&jw, texts[i], cli_get(cli, texts[i]));
    } else if (cli_get(cli, "no-looks")) {
        fov__jw_bool(&jw, "no_looks", true);
    }
    fov__jw_end_object(&jw);
    if (rc >= 0)
        rc = fov__buf_take(&buf, out, err);
    fov__buf_free(&buf);
    return rc;
}

static fov_status open_model(fov_model **out, fov_context *ctx, const char *id, void *user,
                             fov_error *err)
{
    struct door *door = user;

    (void)ctx;
    return cli_model_new(door->cli, out, id, err);
}

/* ---- the run -------------------------------------------------------------------------------- */

static bool read_shard(const char *text, fov_batch_opts *opts)
{
    const char *slash = strchr(text, '/');
    double i, n;

    if (!slash || !fov__text_double(text, (size_t)(slash - text), &i) ||
        !fov__text_double(slash + 1, strlen(slash + 1), &n) || fov__floor(i) != i ||
        fov__floor(n) != n || i < 1 || i > n || n > 1000000)
        return false;
    opts->shard = (uint32_t)i;
    opts->shard_count = (uint32_t)n;
    return true;
}

static int read_options(struct cli *cli, fov_batch_opts *opts, struct door *door)
{
    const char *how = cli_get(cli, "progress"), *shard = cli_get(cli, "shard");
    int code = CLI_OK;

    if (cli->arg_count != 1)
        return cli_usage(cli, "it takes one file of questions, %d arguments were given",
                         cli->arg_count);
    opts->out_dir = cli_get(cli, "out");
    if (!opts->out_dir || !opts->out_dir[0])
        return cli_usage(cli, "it needs a folder: -o DIR");
    opts->jobs = cli_number(cli, "jobs", 1, 64, 1, &code);
    opts->limit = cli_number(cli, "limit", 1, 1000000000, 0, &code);
    if (shard && !read_shard(shard, opts))
        return cli_usage(cli, "--shard is %s, it takes I/N with I from 1 to N", shard);
    opts->retry_errors = cli_get(cli, "retry-errors") != NULL;
    opts->keep_going = cli_get(cli, "keep-going") != NULL;
    opts->no_report = cli_get(cli, "no-report") != NULL;
    door->progress = isatty(STDERR_FILENO) ? PROGRESS_LINE : PROGRESS_NONE;
    if (how && strcmp(how, "json") == 0)
        door->progress = PROGRESS_JSON;
    else if (how && strcmp(how, "line") == 0)
        door->progress = PROGRESS_LINE;
    else if (how && strcmp(how, "none") == 0)
        door->progress = PROGRESS_NONE;
    else if (how)
        return cli_usage(cli, "--progress is %s, it takes line, json or none", how);
    return code;
}

/* The last line, whatever came of the run, so that a program finds one form in it. */
static void end_json(struct door *door, const fov_batch_summary *sum, fov_status rc,
                     const fov_error *err)
{
    struct fov_buf buf;
    struct fov_jw jw;

    fov__buf_init(&buf, door->cli->ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__jw_string(&jw, "event", "end");
    fov__jw_string(&jw, "status", fov_status_name(rc));
    if (rc < 0)
        fov__jw_string(&jw, "error", err->message);
    if (sum->json.size)
        fov__jw_raw(&jw, "summary", (const char *)sum->json.data, sum->json.size);
    fov__jw_end_object(&jw);
    if (buf.status == FOV_OK)
        cli_out("%s\n", buf.data);
    fov__buf_free(&buf);
}

static void say_summary(const struct door *door, const fov_batch_summary *sum, bool has_report)
{
    const char *dir = cli_get(door->cli, "out");

    if (sum->table.size)
        cli_out("%s\n", (const char *)sum->table.data);
    cli_out("%llu of %llu done, %llu of them before, %llu ended in errors%s, %llu bad rows; %s%s\n",
            (unsigned long long)sum->done, (unsigned long long)sum->total,
            (unsigned long long)sum->already, (unsigned long long)sum->errors,
            sum->errors ? " (--retry-errors asks again)" : "", (unsigned long long)sum->bad_rows,
            dir, has_report ? "/report.html" : "/results.jsonl");
}

static int run_batch(struct door *door, fov_batch_opts *opts)
{
    fov_batch_summary sum = FOV_BATCH_SUMMARY_INIT;
    fov_error err = {0};
    const fov_status rc =
        fov_batch_run(door->cli->ctx, door->cli->args[0], opts, on_event, door, &sum, &err);
    int code = CLI_OK;

    end_line(door);
    if (door->progress == PROGRESS_JSON)
        end_json(door, &sum, rc, &err);
    else if (sum.json.size) /* also of a run that was cut short */
        say_summary(door, &sum, rc >= 0 && !opts->no_report);
    if (rc < 0)
        code = cli_fail(rc, &err);
    if (rc < 0 && strcmp(err.where, "items") == 0)
        cli_err("foveate: the same command goes on; --keep-going asks the rest all the same\n");
    else if (sum.errors || sum.bad_rows)
        code = CLI_FAILED;
    fov_batch_summary_free(&sum);
    return code;
}

static int run(struct cli *cli)
{
    fov_batch_opts opts = FOV_BATCH_OPTS_INIT;
    fov_session_opts session = FOV_SESSION_OPTS_INIT;
    struct door door = {.cli = cli};
    fov_bytes model = {NULL, 0, NULL};
    fov_error err = {0};
    int code = read_options(cli, &opts, &door);

    if (code == CLI_OK)
        code = cli_session_opts(cli, &session);
    if (code != CLI_OK)
        return code;
    if (model_options(cli, &model, &err) < 0)
        return cli_fail(err.status, &err);
    pthread_mutex_init(&door.lock, NULL);
    opts.session = &session;
    opts.model = open_model;
    opts.model_user = &door;
    opts.model_options = (const char *)model.data;
    /* A server is asked over one kept connection a worker; the reader and a script remember. */
    opts.model_per_item = !cli_model_is_server(cli);
    opts.cancel = cli->cancel;
    code = run_batch(&door, &opts);
    pthread_mutex_destroy(&door.lock);
    fov_bytes_free(&model);
    return code;
}

const struct cli_command cli_batch = {
    "batch",
    "QUESTIONS.jsonl -o DIR [--jobs N] [--model NAME]",
    "Ask a file of questions, in parallel and resumable, and score the answers.",
    "A line is {\"id\", \"image\" or \"images\", \"question\", \"choices\"?, \"answer\"?, "
    "\"type\"?}; image "
    "paths\n"
    "are relative to the file. DIR gets results.jsonl, run.json, transcripts, pictures and\n"
    "report.html. Killed or interrupted, the same command does the rest. When 20 questions in a\n"
    "row fail alike (a wrong key, no connection, a spent quota), or all that there are, the batch\n"
    "ends with that error, and they stay to be asked. Exit code 1 says that rows were bad or\n"
    "items ended in errors; both are named.",
    options,
    run};
