/* SPDX-License-Identifier: MIT */
/* The command foveate: finds the row, makes a context, runs it. An interrupt sets the cancel flag,
 * so that a transcript ends in order. */
#include "cli/cli_internal.h"

#include <signal.h>
#include <stdio.h>

/* Set once before the handler is; read by the handler only. */
static fov_cancel *interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    fov_cancel_set(interrupted);
}

static void catch_interrupts(fov_cancel *cancel)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    interrupted = cancel;
    action.sa_handler = on_interrupt;
    action.sa_flags = (int)SA_RESETHAND; /* a second interrupt ends the program at once */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void log_line(int level, const char *line, void *user)
{
    struct cli *cli = user;

    if (level <= FOV_LOG_WARNING)
        cli_err("%sfoveate: %s\n", atomic_exchange(&cli->has_line, false) ? "\r\033[K" : "", line);
}

static int run(struct cli *cli, int argc, char **argv)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_error err = {0};
    int code = cli_parse(cli, argc, argv), bad = CLI_OK;

    if (code != CLI_OK)
        return code < 0 ? CLI_OK : code;
    opts.threads = cli_number(cli, "threads", 1, 256, 1, &bad);
    if (bad != CLI_OK)
        return bad;
    opts.log = log_line;
    opts.log_user = cli;
    opts.module_path = fov__env("FOV_MODULE_PATH");
    if (fov_context_new(&cli->ctx, &opts, &err) < 0)
        return cli_fail(err.status, &err);
    if (fov_cancel_new(&cli->cancel, cli->ctx, &err) < 0) {
        code = cli_fail(err.status, &err);
    } else {
        catch_interrupts(cli->cancel);
        code = cli->command->run(cli);
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    fov_cancel_free(cli->cancel);
    fov_context_free(cli->ctx);
    return code;
}

static int unknown(const char *name)
{
    cli_err("foveate: there is no command %s; see foveate --help\n", name);
    return CLI_USAGE;
}

int main(int argc, char **argv)
{
    struct cli cli;
    int code;

    memset(&cli, 0, sizeof(cli));
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        const struct cli_command *command = argc > 2 ? cli_find(argv[2]) : NULL;

        if (argc > 2 && !command)
            return unknown(argv[2]);
        cli_help(command);
        return argc < 2 ? CLI_USAGE : CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        cli_out("foveate %s (%s)\n", fov_version(), fov__encode_identity());
        return CLI_OK;
    }
    cli.command = cli_find(argv[1]);
    if (!cli.command)
        return unknown(argv[1]);
    code = run(&cli, argc - 1, argv + 1);
    /* A full disk or a closed pipe is a failure, not silence. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == CLI_OK)
        code = CLI_FAILED;
    return code;
}
