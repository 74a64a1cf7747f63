/* SPDX-License-Identifier: MIT */
/* foveate show, replay and verify: a transcript as a picture of its graph, made again, proved. */
#include "cli/cli_internal.h"

static int one_folder(struct cli *cli)
{
    if (cli->arg_count == 1)
        return CLI_OK;
    return cli_usage(cli, "it takes one folder, %d arguments were given", cli->arg_count);
}

static void report(const char *line, void *user)
{
    (void)user;
    cli_out("%s\n", line);
}

static void summary(const fov_replayed *r, const char *verb)
{
    cli_out(
        "%s %d sources, %d images, %d deliveries, %d facts; %d differ, %d not comparable here\n",
        verb, (int)r->sources, (int)r->images, (int)r->deliveries, (int)r->facts, (int)r->differing,
        (int)r->skipped);
    cli_out("digest %s\n", r->digest);
    if (r->cut_lines)
        cli_err("foveate: the last line of the transcript was cut and left out\n");
}

static int run_verify(struct cli *cli)
{
    fov_replayed result = FOV_REPLAYED_INIT;
    fov_error err = {0};
    int code = one_folder(cli);
    fov_status rc;

    if (code != CLI_OK)
        return code;
    rc = fov_transcript_verify(cli->ctx, cli->args[0], cli_get(cli, "quiet") ? NULL : report, NULL,
                               &result, &err);
    if (rc >= 0 || rc == FOV_E_MISMATCH)
        summary(&result, "verified");
    return rc < 0 ? cli_fail(rc, &err) : CLI_OK;
}

static int run_replay(struct cli *cli)
{
    fov_replayed result = FOV_REPLAYED_INIT;
    fov_error err = {0};
    const char *out = cli_get(cli, "out");
    char *made = NULL;
    int code = one_folder(cli);
    fov_status rc;

    if (code != CLI_OK)
        return code;
    if (!out)
        out = made = fov__path_join(cli->ctx, cli->args[0], "replay");
    if (!out)
        return cli_fail(fov__fail_memory(&err, "out", 0), &err);
    rc = fov_transcript_replay(cli->ctx, cli->args[0], out, cli_get(cli, "quiet") ? NULL : report,
                               NULL, &result, &err);
    if (rc >= 0) {
        summary(&result, "re-made");
        cli_out("pictures in %s\n", out);
    }
    fov__free(cli->ctx, made);
    return rc < 0 ? cli_fail(rc, &err) : CLI_OK;
}

static int paint(struct cli *cli, const char *path)
{
    fov_picture_opts opts = FOV_PICTURE_OPTS_INIT;
    fov_encode_opts encode = FOV_ENCODE_OPTS_INIT;
    fov_image *picture = NULL;
    fov_bytes png = {NULL, 0, NULL};
    fov_error err = {0};
    int code = CLI_OK;
    fov_status rc;

    opts.width = (int32_t)cli_number(cli, "width", 320, cli->ctx->limits.output_edge, 0, &code);
    if (code != CLI_OK)
        return code;
    encode.format = FOV_FORMAT_PNG;
    rc = fov_transcript_picture(cli->ctx, cli->args[0], &opts, &picture, &err);
    if (rc >= 0)
        rc = fov_image_encode(&png, picture, &encode, &err);
    if (rc >= 0 && strcmp(path, "-") == 0)
        cli_write(png.data, png.size);
    else if (rc >= 0)
        rc = fov__file_write(cli->ctx, path, png.data, png.size, false, &err);
    fov_bytes_free(&png);
    fov_image_unref(picture);
    return rc < 0 ? cli_fail(rc, &err) : CLI_OK;
}

static int run_show(struct cli *cli)
{
    int32_t form = cli_get(cli, "dot")       ? FOV_SHOW_DOT
                   : cli_get(cli, "mermaid") ? FOV_SHOW_MERMAID
                                             : FOV_SHOW_TREE;
    fov_bytes text = {NULL, 0, NULL};
    fov_error err = {0};
    int code = one_folder(cli);
    fov_status rc;

    if (code != CLI_OK)
        return code;
    if (cli_get(cli, "picture"))
        return paint(cli, cli_get(cli, "picture"));
    rc = fov_transcript_show(cli->ctx, cli->args[0], form, &text, &err);
    if (rc < 0)
        return cli_fail(rc, &err);
    cli_write(text.data, text.size);
    fov_bytes_free(&text);
    return CLI_OK;
}

static const struct cli_option verify_options[] = {
    {"quiet", 'q', NULL, "print the summary only"},
    {"threads", 't', "N", "threads to render with (1); the result never depends on it"},
    {NULL, 0, NULL, NULL}};
static const struct cli_option replay_options[] = {
    {"out", 'o', "DIR", "where the pictures go (DIR/replay of the transcript)"},
    {"quiet", 'q', NULL, "print the summary only"},
    {"threads", 't', "N", "threads to render with (1); the result never depends on it"},
    {NULL, 0, NULL, NULL}};
static const struct cli_option show_options[] = {
    {"dot", 0, NULL, "as Graphviz dot"},
    {"mermaid", 0, NULL, "as Mermaid"},
    {"picture", 0, "OUT.png",
     "paint it: every image, and where on its parent it lies (- for "
     "standard output)"},
    {"width", 0, "N", "of the picture, pixels (1200, or as many as a long chain needs)"},
    {"threads", 't', "N", "threads to render with (1); the result never depends on it"},
    {NULL, 0, NULL, NULL}};

const struct cli_command cli_verify = {
    "verify",
    "DIR",
    "Make every image of a transcript again and compare hashes; no model, no network.",
    NULL,
    verify_options,
    run_verify};
const struct cli_command cli_replay = {
    "replay", "DIR [-o OUT]", "Make every image of a transcript again and write the pictures.",
    NULL,     replay_options, run_replay};
const struct cli_command cli_show = {"show",
                                     "DIR [--dot | --mermaid | --picture OUT.png]",
                                     "Print the graph of a transcript as a tree, or paint it.",
                                     NULL,
                                     show_options,
                                     run_show};
