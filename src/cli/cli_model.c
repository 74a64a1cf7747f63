/* SPDX-License-Identifier: MIT */
/* The model that is asked and how, from the options that ask and batch share (CLI_MODEL_OPTIONS):
 * the embedded reader, a script, or a model behind a server. Keys come from the environment and go
 * nowhere but into the model. */
#include "cli/cli_internal.h"

static bool is_reader(const struct cli *cli)
{
    const char *model = cli_get(cli, "model");

    return !model || strcmp(model, "reader") == 0;
}

/* An array of replies, or an object of such arrays by the item's id. */
static fov_status script_model(struct cli *cli, const char *path, const char *id, fov_model **out,
                               fov_error *err)
{
    const char *const place[] = {id, NULL};
    fov_bytes text = {NULL, 0, NULL};
    struct fov_span script;
    fov_status rc = fov__file_read(&text, cli->ctx, path, 16 << 20, err);

    script = (struct fov_span){(const char *)text.data, text.size};
    if (rc == FOV_OK && id && text.data[strspn((const char *)text.data, " \t\r\n")] == '{') {
        rc = fov__json_check(cli->ctx, script.data, script.len, 64, 16 << 20, err);
        if (rc == FOV_OK)
            script = fov__json_raw(script.data, script.len, place);
        if (rc == FOV_OK && !script.data)
            rc = fov__fail(err, FOV_E_ARG, 0, "script", "the script has no replies for %.80s", id);
    }
    if (rc == FOV_OK)
        rc = fov_model_new_script(out, cli->ctx, script.data, script.len, err);
    fov_bytes_free(&text);
    return rc;
}

static fov_status server_model(struct cli *cli, fov_model **out, fov_error *err)
{
    fov_provider_opts provider = FOV_PROVIDER_OPTS_INIT;
    const char *where = cli_get(cli, "tool-images"), *key_env, *base_env;

    provider.provider = cli_get(cli, "provider");
    provider.model = cli_get(cli, "model");
    provider.base_url = cli_get(cli, "base-url");
    base_env = fov_provider_base_url_env(provider.provider ? provider.provider : "openai_chat");
    if (!provider.base_url && base_env)
        provider.base_url = fov__env(base_env);
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

bool cli_model_is_server(const struct cli *cli)
{
    return !cli_get(cli, "script") && !is_reader(cli);
}

fov_status cli_model_new(struct cli *cli, fov_model **out, const char *id, fov_error *err)
{
    fov_reader_opts reader = FOV_READER_OPTS_INIT;
    const char *script = cli_get(cli, "script");

    if (script)
        return script_model(cli, script, id, out, err);
    if (!is_reader(cli))
        return server_model(cli, out, err);
    reader.no_looks = cli_get(cli, "no-looks") != NULL;
    return fov_reader_new(out, cli->ctx, &reader, err);
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

/* An option that would have no effect is a mistake, not a wish to be dropped in silence. */
static int check_options(const struct cli *cli)
{
    static const char *const of_server[] = {"provider",    "base-url",       "detail",
                                            "extra",       "record",         "replay",
                                            "tool-images", "allow-plain-key"};
    const bool is_server = cli_model_is_server(cli);

    for (size_t i = 0; i < FOV_COUNT(of_server) && !is_server; i++)
        if (cli_get(cli, of_server[i]))
            return cli_usage(cli, "--%s is for a server's model, which --model names",
                             of_server[i]);
    if (cli_get(cli, "no-looks") && (is_server || cli_get(cli, "script")))
        return cli_usage(cli, "--no-looks is for the reader");
    if (cli_get(cli, "script") && cli_get(cli, "model"))
        return cli_usage(cli, "--script and --model exclude each other");
    return CLI_OK;
}

int cli_session_opts(struct cli *cli, fov_session_opts *opts)
{
    int code = CLI_OK;

    opts->preset = cli_get(cli, "preset");
    opts->calls_max = cli_number(cli, "calls", 1, 10000, 0, &code);
    opts->rounds_max = cli_number(cli, "rounds", 1, 10000, 0, &code);
    opts->images_max = cli_number(cli, "images", 1, 10000, 0, &code);
    opts->time_ms = 1000 * cli_number(cli, "time", 1, 86400, 0, &code);
    opts->strict_tools = cli_get(cli, "strict") != NULL;
    if (code == CLI_OK)
        code = check_options(cli);
    if (code == CLI_OK)
        opts->profile = choose_profile(cli);
    return code;
}
