/* SPDX-License-Identifier: MIT */
/* foveate profiles: the model families known, or which one a model's name leads to. */
#include "cli/cli_internal.h"

static int run(struct cli *cli)
{
    const char *model = cli_get(cli, "model");
    int32_t is_guess = 0;

    if (cli->arg_count > 0)
        return cli_usage(cli, "it takes no argument, %s was given", cli->args[0]);
    if (model) {
        const fov_profile *profile = fov_profile_for_model(model, &is_guess);
        cli_out("%s%s\n", fov_profile_name(profile), is_guess ? " (no rule knows this name)" : "");
        return CLI_OK;
    }
    for (const fov_profile *p = fov_profile_next(NULL); p; p = fov_profile_next(p))
        cli_out("%-24s %-12s %s\n", fov_profile_name(p), fov_profile_space(p),
                fov_profile_summary(p));
    return CLI_OK;
}

static const struct cli_option options[] = {
    {"model", 'm', "NAME", "say which profile this model's name leads to"}, {NULL, 0, NULL, NULL}};

const struct cli_command cli_profiles = {
    "profiles", "[--model NAME]", "List what is known of each model family: sizes, coordinates.",
    NULL,       options,          run};
