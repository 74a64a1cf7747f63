/* SPDX-License-Identifier: MIT */
/* foveate apply: operations on a picture without a model, one after the other, each on what the one
 * before made. Coordinates are pixels of the image that each is applied to. */
#include "cli/cli_internal.h"

#include "graph/graph_internal.h"

static const struct cli_option options[] = {
    {"out", 'o', "OUT", "write the picture there (.png, .jpg, or - for PNG to standard output)"},
    {"fit", 0, "EDGE", "bring the longer side to EDGE pixels, larger or smaller"},
    {"profile", 'p', "NAME", "deliver it as models of this profile see it"},
    {"quality", 0, "N", "JPEG quality (92)"},
    {"threads", 't', "N", "threads to render with (1)"},
    {NULL, 0, NULL, NULL}};

/* What a chain of operations has come to. */
struct chain {
    fov_graph *graph;
    int32_t picture[FOV_OP_INPUTS_MAX]; /* the pictures given, by their numbers */
    int picture_count;
    int32_t image; /* the last one made */
    fov_applied applied;
};

/* The inputs that key=value names, a bit each. */
static uint32_t names_image(const fov_op_def *def, const char *text)
{
    const char *const *name = def->input_names;

    if (!name)
        return strncmp(text, "image=", 6) == 0 || strncmp(text, "images=", 7) == 0 ||
               strncmp(text, "img_idx=", 8) == 0 || strncmp(text, "source=", 7) == 0;
    for (uint32_t i = 0; name[i]; i++)
        if (strncmp(text, name[i], strlen(name[i])) == 0 && text[strlen(name[i])] == '=')
            return 1u << i;
    return 0;
}

/* What is left to name: the image that the operation before made, or, where each has a name, the
 * pictures in the order in which they were given. */
static void name_images(struct fov_jw *jw, const fov_op_def *def, uint32_t named,
                        const struct chain *chain)
{
    char name[16];

    fov__format(name, sizeof(name), "img_%d", (int)chain->image);
    if (!def->input_names && !named && def->input_max == 1)
        fov__jw_string(jw, "image", name);
    for (int i = 0; def->input_names && def->input_names[i]; i++) {
        if (named >> i & 1 || i >= chain->picture_count)
            continue;
        fov__format(name, sizeof(name), "img_%d", (int)chain->picture[i]);
        fov__jw_string(jw, def->input_names[i], name);
    }
}

/* One operation: its name stands at args[i], its key=value follow. Returns where the next one
 * begins, or -1 with *code set. */
static int apply_one(struct cli *cli, struct chain *chain, int i, int *code)
{
    const char *op = cli->args[i];
    struct fov_buf buf;
    struct fov_jw jw;
    fov_error err = {0};
    uint32_t named = 0;
    fov_status rc;

    if (!fov__op_find(cli->ctx, op)) {
        const char *near = fov__op_suggest(cli->ctx, op);
        *code = cli_usage(cli, "there is no operation %s%s%s", op, near ? "; perhaps " : "",
                          near ? near : "");
        return -1;
    }
    fov__buf_init(&buf, cli->ctx, 1 << 17);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    for (i++; i < cli->arg_count && strchr(cli->args[i], '='); i++) {
        named |= names_image(fov__op_find(cli->ctx, op), cli->args[i]);
        if (!cli_apply_value(cli, &jw, op, cli->args[i])) {
            fov__buf_free(&buf);
            *code = CLI_USAGE;
            return -1;
        }
    }
    name_images(&jw, fov__op_find(cli->ctx, op), named, chain);
    fov__jw_end_object(&jw);
    rc = fov_graph_apply(chain->graph, op, buf.data, &chain->applied, &err);
    fov__buf_free(&buf);
    if (rc < 0) {
        *code = cli_fail(rc, &err);
        return -1;
    }
    if (chain->applied.note[0])
        cli_err("foveate: %s\n", chain->applied.note);
    if (chain->applied.image >= 0)
        chain->image = chain->applied.image;
    return i;
}

/* Beside a picture that goes to standard output, facts go where people look. */
static int print_fact(struct cli *cli, fov_graph *graph, int32_t fact)
{
    const char *out = cli_get(cli, "out");
    fov_bytes json = {NULL, 0, NULL};
    fov_error err = {0};
    fov_status rc = fov_graph_fact(graph, fact, &json, &err);

    if (rc < 0)
        return cli_fail(rc, &err);
    (out && strcmp(out, "-") == 0 ? cli_err : cli_out)("%s\n", (const char *)json.data);
    fov_bytes_free(&json);
    return CLI_OK;
}

static int size_for_profile(struct cli *cli, fov_graph *graph, int32_t image, const char *name,
                            fov_size *size)
{
    const fov_profile *profile = fov_profile_find(name);
    struct fov_toolbox box;
    fov_fit fit = FOV_FIT_INIT;
    fov_error err = {0};
    fov_status rc;

    if (!profile)
        return cli_usage(cli, "there is no profile %s; foveate profiles lists them", name);
    fov__toolbox_init(&box, cli->ctx, graph, profile, FOV_OP_PRESET_ALL);
    rc = fov__toolbox_fit(&box, fov__graph_node(graph, image), &fit, &err);
    fov__toolbox_free(&box);
    if (rc < 0)
        return cli_fail(rc, &err);
    *size = (fov_size){fit.width, fit.height};
    return CLI_OK;
}

/* The size to write: the node's own, or what was asked for. */
static int choose_size(struct cli *cli, fov_graph *graph, int32_t image, fov_size *size)
{
    int code = CLI_OK;
    uint32_t edge = cli_number(cli, "fit", 1, cli->ctx->limits.output_edge, 0, &code);
    const char *name = cli_get(cli, "profile");
    const fov_size own = fov_graph_size(graph, image);
    double scale;

    *size = own;
    if (code != CLI_OK)
        return code;
    if (edge && name)
        return cli_usage(cli, "--fit and --profile exclude each other");
    if (name)
        return size_for_profile(cli, graph, image, name, size);
    if (edge) {
        scale = (double)edge / (own.width > own.height ? own.width : own.height);
        size->width = (int32_t)fov__rint(own.width * scale);
        size->height = (int32_t)fov__rint(own.height * scale);
        size->width = size->width < 1 ? 1 : size->width;
        size->height = size->height < 1 ? 1 : size->height;
    }
    return CLI_OK;
}

static int32_t format_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (strcmp(path, "-") == 0 || (dot && fov__ascii_casecmp(dot, ".png") == 0))
        return FOV_FORMAT_PNG;
    if (dot && (fov__ascii_casecmp(dot, ".jpg") == 0 || fov__ascii_casecmp(dot, ".jpeg") == 0))
        return FOV_FORMAT_JPEG;
    return FOV_FORMAT_UNKNOWN;
}

static fov_status write_out(struct cli *cli, const char *path, const fov_bytes *bytes,
                            fov_error *err)
{
    if (strcmp(path, "-") != 0)
        return fov__file_write(cli->ctx, path, bytes->data, bytes->size, false, err);
    cli_write(bytes->data, bytes->size);
    return FOV_OK;
}

static int write_image(struct cli *cli, fov_graph *graph, int32_t image, const char *path)
{
    fov_encode_opts encode = FOV_ENCODE_OPTS_INIT;
    fov_image *picture = NULL;
    fov_bytes bytes = {NULL, 0, NULL};
    fov_error err = {0};
    fov_size size;
    fov_status rc;
    int code = choose_size(cli, graph, image, &size);

    if (code != CLI_OK)
        return code;
    encode.format = format_of(path);
    encode.quality = (int32_t)cli_number(cli, "quality", 1, 100, 92, &code);
    rc = fov_graph_render(graph, image, &size, cli->cancel, &picture, &err);
    if (rc >= 0)
        rc = fov_image_encode(&bytes, picture, &encode, &err);
    if (rc >= 0)
        rc = write_out(cli, path, &bytes, &err);
    fov_bytes_free(&bytes);
    fov_image_unref(picture);
    return rc < 0 ? cli_fail(rc, &err) : CLI_OK;
}

/* How many pictures stand before the first operation. A file that is called like an operation is
 * written as ./zoom. */
static int picture_count(const struct cli *cli)
{
    int n = 1;

    while (n < cli->arg_count && !strchr(cli->args[n], '=') &&
           !fov__op_find(cli->ctx, cli->args[n]) && strchr(cli->args[n], '.'))
        n++;
    return n;
}

/* The images that the last operation made: one to OUT, several to OUT-1, OUT-2 before the ending.
 */
static int write_images(struct cli *cli, fov_graph *graph, int32_t image, int32_t count)
{
    const char *out = cli_get(cli, "out"), *dot = strrchr(out, '.');
    char path[4096];
    int code = CLI_OK;

    if (count <= 1 || !dot || strcmp(out, "-") == 0)
        return write_image(cli, graph, image, out);
    for (int32_t i = 0; i < count && code == CLI_OK; i++) {
        fov__format(path, sizeof(path), "%.*s-%d%s", (int)(dot - out), out, (int)i + 1, dot);
        code = write_image(cli, graph, image + i, path);
    }
    return code;
}

static int apply_all(struct cli *cli, struct chain *chain)
{
    const fov_applied *applied = &chain->applied;
    int i = picture_count(cli), code = CLI_OK;

    while (i >= 0 && i < cli->arg_count) {
        i = apply_one(cli, chain, i, &code);
        if (i >= 0 && applied->fact >= 0)
            code = print_fact(cli, chain->graph, applied->fact);
        if (code != CLI_OK)
            return code;
    }
    /* A chain that ends in a fact has its answer already. */
    if (applied->fact >= 0 && !cli_get(cli, "out"))
        return CLI_OK;
    return write_images(cli, chain->graph, chain->image,
                        applied->image >= 0 ? applied->image_count : 1);
}

/* Where the picture goes is looked at before the work is done. */
static int check_out(const struct cli *cli)
{
    const char *out = cli_get(cli, "out");
    const fov_op_def *last = NULL;
    int code = CLI_OK;

    (void)cli_number(cli, "quality", 1, 100, 92, &code);
    if (code != CLI_OK)
        return code;
    for (int i = 1; i < cli->arg_count; i++)
        if (!strchr(cli->args[i], '='))
            last = fov__op_find(cli->ctx, cli->args[i]);
    if (out && format_of(out) == FOV_FORMAT_UNKNOWN)
        return cli_usage(cli, "%s ends neither in .png nor in .jpg", out);
    if (!out && last && !last->fact && last->kind != FOV_OP_STATE)
        return cli_usage(cli, "-o says where the picture goes");
    return CLI_OK;
}

static fov_status add_picture(struct cli *cli, struct chain *chain, const char *path,
                              fov_error *err)
{
    fov_image *source = NULL;
    int32_t id = -1;
    fov_status rc = fov_image_open(&source, cli->ctx, path, NULL, err);

    if (rc >= 0)
        rc = fov_graph_add_source(chain->graph, source, &id, err);
    fov_image_unref(source);
    if (rc >= 0 && chain->picture_count < FOV_OP_INPUTS_MAX)
        chain->picture[chain->picture_count++] = id;
    return rc;
}

static int run(struct cli *cli)
{
    struct chain chain = {.applied = FOV_APPLIED_INIT};
    fov_error err = {0};
    fov_status rc;
    int code;

    if (cli->arg_count < 2)
        return cli_usage(cli, "it takes an image and an operation, as in: zoom box=10,20,300,200");
    code = check_out(cli);
    if (code != CLI_OK)
        return code;
    rc = fov_graph_new(&chain.graph, cli->ctx, &err);
    for (int i = 0; rc >= 0 && i < picture_count(cli); i++)
        rc = add_picture(cli, &chain, cli->args[i], &err);
    chain.image = chain.picture[0];
    code = rc < 0 ? cli_fail(rc, &err) : apply_all(cli, &chain);
    fov_graph_free(chain.graph);
    return code;
}

const struct cli_command cli_apply = {
    "apply",
    "IMAGE… OP [KEY=VALUE…] [OP [KEY=VALUE…]…] -o OUT",
    "Apply operations to a picture, one on the other.",
    "Boxes and points are numbers with commas (box=10,20,300,200), several of them apart by\n"
    "semicolons, or JSON. The picture is written at its own size (source density) unless --fit or\n"
    "--profile says otherwise. Operations that answer with a fact print it as JSON; one that "
    "makes\n"
    "several pictures writes OUT-1, OUT-2 … Ticks of an axis are 40,300:0;40,20:100.\n"
    "Further pictures are img_1, img_2 …, as compare needs: apply old.png new.png compare -o "
    "d.png\n"
    "foveate ops lists the operations, foveate ops NAME tells one's arguments.",
    options,
    run};
