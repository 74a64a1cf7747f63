/* SPDX-License-Identifier: MIT */
/* foveate ask: a question about pictures, to the embedded reader or to a model behind a server.
 * Each look is one line; the answer comes last, on standard output. */
#include "cli/cli_internal.h"

static const struct cli_option options[] = {
    {"model", 'm', "NAME", "reader (the default, offline) or a server's model"},
    {"provider", 0, "NAME", "wire format of the server (openai_chat)"},
    {"base-url", 0, "URL", "the server ($OPENAI_BASE_URL, else the provider's own)"},
    {"detail", 0, "LEVEL", "image detail to ask the server for"},
    {"extra", 0, "JSON", "members added to each request, as in {\"reasoning_effort\":\"low\"}"},
    {"script", 0, "FILE", "play replies from a JSON file instead of asking a model"},
    {"record", 0, "FILE", "write the exchanges to a .wire file, without keys or images"},
    {"replay", 0, "FILE", "play a .wire file instead of asking the server"},
    {"tool-images", 0, "WHERE", "images of tools: follow (user message) or native (in the result)"},
    {"allow-plain-key", 0, NULL, "let the key travel over plain http"},
    {"profile", 'p', "NAME", "what the model sees (by its name); see foveate profiles"},
    {"preset", 0, "NAME", "tools offered: look (default) or full"},
    {"out", 'o', "DIR", "keep the transcript and its pictures there"},
    {"calls", 0, "N", "tool calls allowed (15)"},
    {"rounds", 0, "N", "requests allowed (12)"},
    {"images", 0, "N", "images that calls may make (12)"},
    {"time", 0, "SECONDS", "time for the question (600)"},
    {"no-looks", 0, NULL, "reader: answer from the whole picture only"},
    {"strict", 0, NULL, "declare the tools with OpenAI's strict schemas"},
    {"json", 'j', NULL, "events as JSON lines; the last one holds the answer"},
    {"quiet", 'q', NULL, "print the answer alone"},
    {"threads", 't', "N", "threads to render with (1)"},
    {NULL, 0, NULL, NULL}};

static bool is_json(const struct cli *cli)
{
    return cli_get(cli, "json") != NULL;
}

/* ---- what is told on the way ---------------------------------------------------------------- */

static void json_line(struct cli *cli, struct fov_buf *buf)
{
    (void)cli;
    if (buf->status == FOV_OK)
        cli_out("%s\n", buf->data);
    fov__buf_free(buf);
}

static void event_json(struct cli *cli, const fov_event *event)
{
    static const char *const names[] = {"source", "round", "said",  "look",
                                        "fact",   "error", "answer"};
    struct fov_buf buf;
    struct fov_jw jw;

    fov__buf_init(&buf, cli->ctx, 16 << 20);
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
    json_line(cli, &buf);
}

static void on_event(const fov_event *event, void *user)
{
    struct cli *cli = user;

    if (event->kind == FOV_EVENT_ANSWER || cli_get(cli, "quiet"))
        return;
    if (is_json(cli))
        event_json(cli, event);
    else if (event->kind == FOV_EVENT_ERROR)
        cli_out("  refused %s %s: %s\n", event->tool, event->arguments, event->text);
    else if (event->kind != FOV_EVENT_ROUND)
        cli_out("  %s\n", event->text);
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void evidence_text(struct fov_buf *buf, const fov_answer *answer)
{
    for (size_t i = 0; i < answer->evidence_count; i++)
        fov__buf_addf(buf, "%simg_%d", i ? ", " : "", (int)answer->evidence[i]);
}

static void answer_json(struct cli *cli, fov_status rc, const fov_answer *answer)
{
    struct fov_buf buf;
    struct fov_jw jw;
    char name[16];

    fov__buf_init(&buf, cli->ctx, 16 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__jw_string(&jw, "answer", answer->text);
    fov__jw_string(&jw, "reason", rc == FOV_NOTE_BUDGET ? fov_status_text(rc) : answer->reason);
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
    json_line(cli, &buf);
}

static void answer_plain(struct cli *cli, fov_status rc, const fov_answer *answer)
{
    struct fov_buf evidence;

    if (cli_get(cli, "quiet")) {
        if (answer->text)
            cli_out("%s\n", answer->text);
        return;
    }
    fov__buf_init(&evidence, cli->ctx, 4096);
    evidence_text(&evidence, answer);
    if (rc == FOV_OK)
        cli_out("answer: %s\n", answer->text ? answer->text : "(an empty text)");
    else
        cli_out("no answer: %s\n",
                rc == FOV_NOTE_BUDGET || !answer->reason ? fov_status_text(rc) : answer->reason);
    if (rc == FOV_OK && answer->reason)
        cli_out("  %s\n", answer->reason);
    if (evidence.len)
        cli_out("  read from %s\n", evidence.data);
    fov__buf_free(&evidence);
}

/* ---- the model ------------------------------------------------------------------------------ */

static bool is_reader(const struct cli *cli)
{
    const char *model = cli_get(cli, "model");

    return !model || strcmp(model, "reader") == 0;
}

static fov_status script_model(struct cli *cli, const char *path, fov_model **out, fov_error *err)
{
    fov_bytes text = {NULL, 0, NULL};
    fov_status rc = fov__file_read(&text, cli->ctx, path, 16 << 20, err);

    if (rc == FOV_OK)
        rc = fov_model_new_script(out, cli->ctx, (const char *)text.data, text.size, err);
    fov_bytes_free(&text);
    return rc;
}

static fov_status open_model(struct cli *cli, fov_model **out, fov_error *err)
{
    fov_provider_opts provider = FOV_PROVIDER_OPTS_INIT;
    fov_reader_opts reader = FOV_READER_OPTS_INIT;
    const char *script = cli_get(cli, "script"), *where = cli_get(cli, "tool-images"), *key_env;

    if (script)
        return script_model(cli, script, out, err);
    if (is_reader(cli)) {
        reader.no_looks = cli_get(cli, "no-looks") != NULL;
        return fov_reader_new(out, cli->ctx, &reader, err);
    }
    provider.provider = cli_get(cli, "provider");
    provider.model = cli_get(cli, "model");
    provider.base_url = cli_get(cli, "base-url");
    if (!provider.base_url)
        provider.base_url = fov__env("OPENAI_BASE_URL");
    provider.image_detail = cli_get(cli, "detail");
    provider.extra = cli_get(cli, "extra");
    provider.record = cli_get(cli, "record");
    provider.replay = cli_get(cli, "replay");
    provider.allow_plain_key = cli_get(cli, "allow-plain-key") != NULL;
    if (where && strcmp(where, "native") == 0)
        provider.tool_images = FOV_TOOL_IMAGES_NATIVE;
    else if (where && strcmp(where, "follow") == 0)
        provider.tool_images = FOV_TOOL_IMAGES_FOLLOW;
    else if (where)
        return fov__fail(err, FOV_E_ARG, 0, "tool-images",
                         "--tool-images is %s, it takes follow or native", where);
    key_env = fov_provider_key_env(provider.provider ? provider.provider : "openai_chat");
    provider.api_key = key_env ? fov__env(key_env) : NULL;
    return fov_model_new_provider(out, cli->ctx, &provider, err);
}

static const char *choose_profile(const struct cli *cli)
{
    int32_t is_guess = 0;
    const fov_profile *profile;

    if (cli_get(cli, "profile"))
        return cli_get(cli, "profile");
    if (cli_get(cli, "script"))
        return "generic";
    if (is_reader(cli))
        return "reader";
    profile = fov_profile_for_model(cli_get(cli, "model"), &is_guess);
    if (is_guess)
        cli_err(
            "foveate: no rule knows the model %s; profile generic is used (--profile chooses)\n",
            cli_get(cli, "model"));
    return fov_profile_name(profile);
}

/* ---- the run -------------------------------------------------------------------------------- */

static fov_status add_images(struct cli *cli, fov_session *session, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (int i = 0; rc >= 0 && i < cli->arg_count - 1; i++) {
        fov_image *image = NULL;
        rc = fov_image_open(&image, cli->ctx, cli->args[i], NULL, err);
        if (rc >= 0)
            rc = fov_session_add_image(session, image, err);
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
    if (rc >= 0 && is_json(cli))
        answer_json(cli, rc, &answer);
    else if (rc >= 0)
        answer_plain(cli, rc, &answer);
    if (session && fov_session_close(session, &close_err) < 0 && rc >= 0) {
        rc = close_err.status;
        err = close_err;
    }
    if (rc >= 0 && out && !is_json(cli) && !cli_get(cli, "quiet"))
        cli_out("transcript: %s/transcript.jsonl, pictures in %s/blobs\n", out, out);
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
    int code = CLI_OK;

    if (cli->arg_count < 2)
        return cli_usage(cli, "it takes at least one image and, last, the question");
    opts.preset = cli_get(cli, "preset");
    opts.out_dir = cli_get(cli, "out");
    opts.calls_max = cli_number(cli, "calls", 1, 10000, 0, &code);
    opts.rounds_max = cli_number(cli, "rounds", 1, 10000, 0, &code);
    opts.images_max = cli_number(cli, "images", 1, 10000, 0, &code);
    opts.time_ms = 1000 * cli_number(cli, "time", 1, 86400, 0, &code);
    opts.strict_tools = cli_get(cli, "strict") != NULL;
    opts.on_event = on_event;
    opts.user = cli;
    opts.cancel = cli->cancel;
    if (code != CLI_OK)
        return code;
    opts.profile = choose_profile(cli);
    if (open_model(cli, &model, &err) < 0)
        return cli_fail(err.status, &err);
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
    "its answer null when the model cannot tell. Exit code 3 says that there was no answer.",
    options,
    run};
