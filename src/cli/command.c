/* SPDX-License-Identifier: MIT */
/* The table of commands, and help as it follows from the rows. */
#include "cli/cli_internal.h"

static const struct cli_command *const commands[] = {
    &cli_ask,  &cli_batch,  &cli_apply,  &cli_ops,
    &cli_show, &cli_replay, &cli_verify, &cli_profiles};

const struct cli_command *cli_at(size_t i)
{
    return i < FOV_COUNT(commands) ? commands[i] : NULL;
}

const struct cli_command *cli_find(const char *name)
{
    for (size_t i = 0; i < FOV_COUNT(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void help_program(void)
{
    cli_out("foveate %s - thinking with images\n\nUsage: foveate COMMAND …\n\n", fov_version());
    for (size_t i = 0; i < FOV_COUNT(commands); i++)
        cli_out("  %-9s %s\n", commands[i]->name, commands[i]->summary);
    cli_out("\n  foveate COMMAND --help tells each command's options; foveate --version the "
            "version.\n\n"
            "Exit codes: 0 done, 1 an image, file or limit, 2 usage, 3 no answer (the model cannot "
            "tell),\n"
            "4 a replay differs from its record, 5 network or server, 130 cancelled.\n");
}

void cli_help(const struct cli_command *command)
{
    if (!command) {
        help_program();
        return;
    }
    cli_out("Usage: foveate %s %s\n\n%s\n", command->name, command->synopsis, command->summary);
    if (command->detail)
        cli_out("\n%s\n", command->detail);
    cli_out("\nOptions:\n");
    for (const struct cli_option *o = command->options; o->name; o++) {
        char left[48], letter[8] = "    ";

        if (o->letter)
            fov__format(letter, sizeof(letter), "-%c, ", o->letter);
        fov__format(left, sizeof(left), "  %s--%s%s%s", letter, o->name, o->value ? " " : "",
                    o->value ? o->value : "");
        cli_out("%-28s %s\n", left, o->doc);
    }
    cli_out("%-28s %s\n", "  -h, --help", "this text");
}
