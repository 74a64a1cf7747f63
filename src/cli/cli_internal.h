/* SPDX-License-Identifier: MIT */
/* cli: the command. Each command is one row (name, words, options, function); `--help` and the
 * parsing come from the rows. Thin: whatever it can do, the library can.
 *
 * Standard output is the answer, standard error is for people: one sentence an error.
 */
#ifndef FOV_CLI_INTERNAL_H
#define FOV_CLI_INTERNAL_H

#include <foveate.h>

#include "base/base_internal.h"
#include "encode/encode_internal.h"
#include "op/op_internal.h"
#include "profile/profile_internal.h"
#include "tool/tool_internal.h"

/* Exit codes; shown by --help. */
enum {
    CLI_OK = 0,
    CLI_FAILED = 1,   /* an image, a file, a limit */
    CLI_USAGE = 2,    /* the command's own words are off */
    CLI_UNSURE = 3,   /* no answer: the model cannot tell, or a budget ended */
    CLI_MISMATCH = 4, /* what was re-made differs from what was recorded */
    CLI_NET = 5,      /* the connection, or the model's server */
    CLI_CANCELLED = 130
};

struct cli;

struct cli_option {
    const char *name;  /* "out": --out DIR */
    char letter;       /* -o, or 0 */
    const char *value; /* "DIR"; NULL: a flag */
    const char *doc;
};

enum { CLI_OPTIONS_MAX = 32 };

struct cli_command {
    const char *name, *synopsis, *summary;
    const char *detail;               /* further lines for --help, or NULL */
    const struct cli_option *options; /* ended by a NULL name */
    int (*run)(struct cli *cli);
};

/* One run of the program. */
struct cli {
    const struct cli_command *command;
    const char *value[CLI_OPTIONS_MAX]; /* by option's row; a flag that was given is "" */
    char **args;                        /* what is no option */
    int arg_count;
    fov_context *ctx;
    fov_cancel *cancel;
    atomic_bool has_line; /* an unfinished line is on the terminal, for a log line to wipe away */
};

extern const struct cli_command cli_ask, cli_batch, cli_apply, cli_ops, cli_replay, cli_verify,
    cli_show, cli_profiles;

/* ---- command.c, options.c ------------------------------------------------------------------- */

const struct cli_command *cli_find(const char *name);
const struct cli_command *cli_at(size_t i);
/* Split argv into options and arguments; CLI_OK, or CLI_USAGE after saying why, or -1 after
 * --help. */
int cli_parse(struct cli *cli, int argc, char **argv);
void cli_help(const struct cli_command *command);               /* NULL: of the program */
const char *cli_get(const struct cli *cli, const char *option); /* NULL when not given */
/* A whole number in [lo, hi]; `fallback` when not given; CLI_USAGE through *rc. */
uint32_t cli_number(const struct cli *cli, const char *option, uint32_t lo, uint32_t hi,
                    uint32_t fallback, int *rc);

/* ---- cli_model.c ---------------------------------------------------------------------------- */

/* Rows of the options that say which model is asked, and how. */
#define CLI_MODEL_OPTIONS                                                                        \
    {"model", 'm', "NAME", "reader (the default, offline) or a server's model"},                 \
        {"provider", 0, "NAME",                                                                  \
         "wire format: openai_chat (default), openai_responses, anthropic, gemini"},             \
        {"base-url", 0, "URL", "the server ($OPENAI_BASE_URL, else the provider's own)"},        \
        {"detail", 0, "LEVEL", "image detail to ask the server for"},                            \
        {"extra", 0, "JSON",                                                                     \
         "members added to each request, as in {\"reasoning_effort\":\"low\"}"},                 \
        {"script", 0, "FILE", "play replies from a JSON file instead of asking a model"},        \
        {"tool-images", 0, "WHERE",                                                              \
         "images of tools: follow (user message) or native (in the result)"},                    \
        {"allow-plain-key", 0, NULL, "let the key travel over plain http"},                      \
        {"profile", 'p', "NAME", "what the model sees (by its name); see foveate profiles"},     \
        {"preset", 0, "NAME", "tools: zoom, document, chart, diagram, photo (default), all"},    \
        {"calls", 0, "N", "tool calls allowed (15)"},                                            \
        {"rounds", 0, "N", "requests allowed (12)"},                                             \
        {"images", 0, "N", "images that calls may make (12)"},                                   \
        {"time", 0, "SECONDS", "time for the question (600)"},                                   \
        {"no-looks", 0, NULL, "reader: answer from the whole picture only"},                     \
        {"strict", 0, NULL, "declare the tools with OpenAI's strict schemas"}

/* `id` of a batch's item picks its part of a script; NULL: the script is one conversation. */
fov_status cli_model_new(struct cli *cli, fov_model **out, const char *id, fov_error *err);
bool cli_model_is_server(const struct cli *cli);
/* Profile, preset and budgets; CLI_USAGE after saying what is wrong. */
int cli_session_opts(struct cli *cli, fov_session_opts *opts);

/* ---- print.c: the only place that writes to the terminal ------------------------------------ */

void cli_out(const char *fmt, ...) FOV_PRINTF(1, 2);
void cli_err(const char *fmt, ...) FOV_PRINTF(1, 2);
/* A line of words that are not ours; control characters become '?'. */
void cli_say(const char *before, const char *text);
void cli_write(const void *data, size_t len); /* bytes to standard output */
void cli_flush(void);                         /* for who reads line by line */
/* Say an error in one sentence and return its exit code. */
int cli_fail(fov_status rc, const fov_error *err);
int cli_usage(const struct cli *cli, const char *fmt, ...) FOV_PRINTF(2, 3);

/* ---- apply_value.c -------------------------------------------------------------------------- */

/* "box=10,20,30,40" of an operation becomes a member of its arguments. false, having said why. */
bool cli_apply_value(const struct cli *cli, struct fov_jw *jw, const char *op, const char *text);

/* ---- ops_md.c ------------------------------------------------------------------------------- */

/* The reference of one operation, or of all (NULL), as Markdown. */
void cli_ops_md(struct fov_buf *out, const char *op);

/* ---- demo_picture.c, ops_sheet.c ------------------------------------------------------------ */

enum { CLI_DEMO_WIDTH = 1000, CLI_DEMO_HEIGHT = 500 };
/* The picture that examples are shown on, or the same with three changes. The caller owns *out. */
fov_status cli_demo_picture(fov_image **out, fov_context *ctx, bool is_changed, fov_error *err);
/* Every operation of a preset (or `only` one) with its example before and after, as a picture in a
 * file. Returns the exit code. */
int cli_ops_sheet(struct cli *cli, const fov_op_def *only, uint32_t preset, const char *path);

#endif
