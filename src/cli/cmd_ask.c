/* SPDX-License-Identifier: MIT */
/* foveate ask: a question about pictures, to the embedded reader or to a model behind a server.
 * Each look is one line; the answer comes last, on standard output. */
#include "cli/cli_internal.h"

static const struct cli_option options[] = {
    CLI_MODEL_OPTIONS,
    {"record", 0, "FILE", "write the exchanges to a .wire file, without keys or images"},
    {"replay", 0, "FILE", "play a .wire file instead of asking the server"},
    {"out", 'o', "DIR", "keep the transcript and its pictures there"},
    {"json", 'j', NULL, "events as JSON lines; the last one holds the answer"},
    {"quiet", 'q', NULL, "print the answer alone"},
    {"threads", 't', "N", "threads to render with (1)"},
    {NULL, 0, NULL, NULL}};

static bool is_json(const struct cli *cli)
{
    return cli_get(cli, "json") != NULL;
}

/* ---- what is told on the way ---------------------------------------------------------------- */

/* false when memory ran out: a line is written whole or not at all. */
static bool json_line(struct fov_buf *buf)
{
    const bool is_whole = buf->status == FOV_OK;

    if (is_whole)
        cli_out("%s\n", buf->data);
    fov__buf_free(buf);
    return is_whole;
}

static void event_json(struct cli *cli, const fov_event *event)
{
    static const char *const names[] = {"source", "round", "said",  "look",
                                        "fact",   "error", "answer"};
    struct fov_buf buf;
    struct fov_jw jw;

    fov__buf_init(&buf, cli->ctx, SIZE_MAX / 2);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__jw_string(&jw, "event", names[event->kind]);
    fov__jw_int(&jw, "round", event->round);
    if (event->image >= 0)
        fov__jw_int(&jw, "image", event->image);
    if (event->tool) {
        fov__jw_string(&jw, "tool", event->tool);
        fov__jw_string(&jw, "arguments", event->arguments);
    }
    fov__jw_string(&jw, "text", event->text);
    fov__jw_end_object(&jw);
    (void)json_line(&buf); /* the last line is the one that counts */
}

static void on_event(const fov_event *event, void *user)
{
    struct cli *cli = user;

    if (event->kind == FOV_EVENT_ANSWER || cli_get(cli, "quiet"))
        return;
    if (is_json(cli))
        event_json(cli, event);
    else if (event->kind == FOV_EVENT_ERROR)
        cli_say("  refused ", event->text);
    else if (event->kind != FOV_EVENT_ROUND)
        cli_say("  ", event->text);
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void evidence_text(struct fov_buf *buf, const fov_answer *answer)
{
    for (size_t i = 0; i < answer->evidence_count; i++)
        fov__buf_addf(buf, "%simg_%d", i ? ", " : "", (int)answer->evidence[i]);
}

/* Also after an error, so that a program finds one form in the last line: then `why` is its
 * sentence and there is no answer. */
static bool answer_json(struct cli *cli, fov_status rc, const fov_answer *answer, const char *why)
{
    struct fov_buf buf;
    struct fov_jw jw;
    char name[16];

    fov__buf_init(&buf, cli->ctx, SIZE_MAX / 2);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__jw_string(&jw, "answer", answer->text);
    fov__jw_string(&jw, "reason", why ? why : answer->reason);
    fov__jw_array(&jw, "evidence");
    for (size_t i = 0; i < answer->evidence_count; i++) {
        fov__format(name, sizeof(name), "img_%d", (int)answer->evidence[i]);
        fov__jw_string(&jw, NULL, name);
    }
    fov__jw_end_array(&jw);
    fov__jw_string(&jw, "status", fov_status_name(rc));
    fov__jw_object(&jw, "usage");
    fov__jw_int(&jw, "rounds", answer->rounds);
    fov__jw_int(&jw, "calls", answer->calls);
    fov__jw_int(&jw, "images", answer->images);
    fov__jw_int(&jw, "input_tokens", answer->usage.input_tokens);
    fov__jw_int(&jw, "output_tokens", answer->usage.output_tokens);
    fov__jw_end_object(&jw);
    fov__jw_end_object(&jw);
    return json_line(&buf);
}

static void answer_plain(struct cli *cli, fov_status rc, const fov_answer *answer)
{
    struct fov_buf evidence;

    if (cli_get(cli, "quiet")) {
        if (answer->text)
            cli_say("", answer->text);
        return;
    }
    fov__buf_init(&evidence, cli->ctx, 4096);
    evidence_text(&evidence, answer);
    if (rc == FOV_OK)
        cli_say("answer: ", answer->text ? answer->text : "(an empty text)");
    else
        cli_say("no answer: ",
                rc == FOV_NOTE_BUDGET || !answer->reason ? fov_status_text(rc) : answer->reason);
    if (rc == FOV_OK && answer->reason)
        cli_say("  ", answer->reason);
    if (evidence.len)
        cli_out("  read from %s\n", evidence.data);
    fov__buf_free(&evidence);
}

/* ---- the run -------------------------------------------------------------------------------- */

static fov_status add_images(struct cli *cli, fov_session *session, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (int i = 0; rc >= 0 && i < cli->arg_count - 1; i++) {
        fov_image *image = NULL;
        rc = fov_image_open(&image, cli->ctx, cli->args[i], NULL, err);
        if (rc >= 0)
            rc = fov_session_add_image(session, image, NULL, err);
        fov_image_unref(image);
    }
    return rc;
}

static int ask(struct cli *cli, fov_model *model, const fov_session_opts *opts)
{
    const char *question = cli->args[cli->arg_count - 1], *out = opts->out_dir;
    fov_session *session = NULL;
    fov_answer answer = FOV_ANSWER_INIT;
    fov_error err = {0}, close_err = {0};
    fov_status rc = fov_session_new(&session, cli->ctx, model, opts, &err);

    if (rc >= 0)
        rc = add_images(cli, session, &err);
    if (rc >= 0 && !is_json(cli) && !cli_get(cli, "quiet"))
        cli_out("question: %s\n", question);
    if (rc >= 0)
        rc = fov_session_ask(session, question, &answer, &err);
    if (rc >= 0 && !is_json(cli))
        answer_plain(cli, rc, &answer);
    else if (rc >= 0 &&
             !answer_json(cli, rc, &answer, rc == FOV_NOTE_BUDGET ? fov_status_text(rc) : NULL))
        rc = fov__fail_memory(&err, "answer", 0);
    if (session && fov_session_close(session, &close_err) < 0 && rc >= 0) {
        rc = close_err.status;
        err = close_err;
    }
    if (rc >= 0 && out && !is_json(cli) && !cli_get(cli, "quiet"))
        cli_out("transcript: %s/transcript.jsonl, pictures in %s/blobs\n", out, out);
    if (rc < 0 && is_json(cli)) {
        fov_answer_init(&answer); /* what it pointed to may be gone */
        (void)answer_json(cli, rc, &answer, err.message);
    }
    fov_session_free(session);
    if (rc < 0)
        return cli_fail(rc, &err);
    return rc == FOV_OK ? CLI_OK : CLI_UNSURE;
}

static int run(struct cli *cli)
{
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_model *model = NULL;
    fov_error err = {0};
    fov_status rc;
    int code;

    if (cli->arg_count < 2)
        return cli_usage(cli, "it takes at least one image and, last, the question");
    code = cli_session_opts(cli, &opts);
    opts.out_dir = cli_get(cli, "out");
    opts.on_event = on_event;
    opts.user = cli;
    opts.cancel = cli->cancel;
    if (code != CLI_OK)
        return code;
    rc = cli_model_new(cli, &model, NULL, &err);
    if (rc < 0)
        return cli_fail(rc, &err);
    code = ask(cli, model, &opts);
    fov_model_free(model);
    return code;
}

const struct cli_command cli_ask = {
    "ask",
    "IMAGE… QUESTION [--model NAME]",
    "Ask a question about one or more pictures.",
    "The model may look again: each look is printed in one line. The default model is the "
    "embedded\n"
    "reader, which needs no key and no network. Keys come from the environment (OPENAI_API_KEY).\n"
    "With --json the last line is "
    "{\"answer\":…,\"reason\":…,\"evidence\":[…],\"status\":…,\"usage\":{…}},\n"
    "its answer null when the model cannot tell or something failed. Exit code 3 says that there\n"
    "was no answer.",
    options,
    run};
