/* SPDX-License-Identifier: MIT */
/* The only place of the whole project that writes to a terminal. */
#include "cli/cli_internal.h"

#include <stdio.h>

void cli_out(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vfprintf(stdout, fmt, args);
    va_end(args);
}

void cli_err(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
}

/* A model's or a file's own words may hold the control sequences of a terminal. */
void cli_say(const char *before, const char *text)
{
    fputs(before, stdout);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;

        putchar((c < 32 && c != '\n' && c != '\t') || c == 127 ? '?' : c);
    }
    putchar('\n');
}

void cli_write(const void *data, size_t len)
{
    fwrite(data, 1, len, stdout);
}

void cli_flush(void)
{
    fflush(stdout);
}

int cli_fail(fov_status rc, const fov_error *err)
{
    cli_err("foveate: %s\n", err->message[0] ? err->message : fov_status_text(rc));
    switch (rc) {
    case FOV_E_ARG:
        return CLI_USAGE;
    case FOV_E_NET:
    case FOV_E_PROVIDER:
        return CLI_NET;
    case FOV_E_MISMATCH:
        return CLI_MISMATCH;
    case FOV_E_CANCELLED:
        return CLI_CANCELLED;
    default:
        return CLI_FAILED;
    }
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
    va_list args;

    cli_err("foveate %s: ", cli->command->name);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    cli_err("; see foveate %s --help\n", cli->command->name);
    return CLI_USAGE;
}
