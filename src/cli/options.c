/* SPDX-License-Identifier: MIT */
/* Options by getopt_long, its tables made from a command's rows. */
#include "cli/cli_internal.h"

#include <getopt.h>

enum { HELP = CLI_OPTIONS_MAX };

int cli_parse(struct cli *cli, int argc, char **argv)
{
    struct option options[CLI_OPTIONS_MAX + 2];
    char letters[2 * CLI_OPTIONS_MAX + 4] = ":";
    const struct cli_option *rows = cli->command->options;
    size_t n = 0, used = 1;
    int c, index = -1;

    memset(options, 0, sizeof(options));
    for (; rows[n].name; n++) {
        options[n].name = rows[n].name;
        options[n].has_arg = rows[n].value ? required_argument : no_argument;
        options[n].val = (int)n + 256;
        if (rows[n].letter) {
            letters[used++] = rows[n].letter;
            if (rows[n].value)
                letters[used++] = ':';
        }
    }
    options[n].name = "help";
    options[n].val = HELP + 256;
    letters[used++] = 'h';
    letters[used] = '\0';
    opterr = 0;
    optind = 1;
    while ((c = getopt_long(argc, argv, letters, options, &index)) != -1) {
        if (c == HELP + 256 || c == 'h') {
            cli_help(cli->command);
            return -1;
        }
        if (c == ':')
            return cli_usage(cli, "%s needs a value", argv[optind - 1]);
        if (c == '?' && optopt > 0 && optopt < 256) /* a letter, perhaps inside a cluster */
            return cli_usage(cli, "there is no option -%c", optopt);
        if (c == '?' && optopt >= 256)
            return cli_usage(cli, "%s takes no value", argv[optind - 1]);
        if (c == '?')
            return cli_usage(cli, "there is no option %s", argv[optind - 1]);
        for (size_t i = 0; i < n; i++)
            if (c == (int)i + 256 || (c < 256 && rows[i].letter == c))
                cli->value[i] = optarg ? optarg : "";
    }
    cli->args = argv + optind;
    cli->arg_count = argc - optind;
    return CLI_OK;
}

const char *cli_get(const struct cli *cli, const char *option)
{
    const struct cli_option *rows = cli->command->options;

    for (size_t i = 0; rows[i].name; i++)
        if (strcmp(rows[i].name, option) == 0)
            return cli->value[i];
    return NULL;
}

uint32_t cli_number(const struct cli *cli, const char *option, uint32_t lo, uint32_t hi,
                    uint32_t fallback, int *rc)
{
    const char *text = cli_get(cli, option);
    double value;

    if (!text)
        return fallback;
    if (fov__text_double(text, strlen(text), &value) && value >= lo && value <= hi &&
        fov__floor(value) == value)
        return (uint32_t)value;
    *rc = cli_usage(cli, "--%s is %s, it takes a whole number from %u to %u", option, text,
                    (unsigned)lo, (unsigned)hi);
    return fallback;
}
