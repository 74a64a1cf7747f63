/* SPDX-License-Identifier: MIT */
/* foveate ops: the operation table, for people and in each dialect for programs. */
#include "cli/cli_internal.h"

static const struct cli_option options[] = {
    {"as", 0, "FORM",
     "json (JSON Schema), openai, openai-strict, anthropic, gemini, mcp, md, text"},
    {"space", 0, "NAME",
     "coordinates that schemas speak of: node_px, delivered_px, n1000, n999, n1000yx, n1"},
    {NULL, 0, NULL, NULL}};

static void list(void)
{
    const fov_op_def *def;

    for (size_t i = 0; (def = fov__op_at(NULL, i)); i++)
        cli_out("%-12s %s\n", def->name, def->summary);
}

/* One operation's declaration, or all: an array, and of bare schemas, which do not say whose they
 * are, an object by name. */
static void declare(struct fov_buf *out, const fov_op_def *only, enum fov__dialect dialect,
                    enum fov__space space, bool is_bare)
{
    const fov_op_def *def;
    struct fov_jw jw;

    fov__jw_init(&jw, out);
    if (!only && is_bare)
        fov__jw_object(&jw, NULL);
    else if (!only)
        fov__jw_array(&jw, NULL);
    for (size_t i = 0; (def = fov__op_at(NULL, i)); i++) {
        if (only && only != def)
            continue;
        if (is_bare)
            fov__op_schema_write(&jw, only ? NULL : def->name, def, dialect, space,
                                 FOV__FRAME_IMAGE);
        else
            fov__tool_declare(&jw, NULL, def, dialect, space, FOV__FRAME_IMAGE);
    }
    if (!only && is_bare)
        fov__jw_end_object(&jw);
    else if (!only)
        fov__jw_end_array(&jw);
    fov__buf_addc(out, '\n');
}

static int run(struct cli *cli)
{
    const char *form = cli_get(cli, "as"), *space_name = cli_get(cli, "space");
    const char *op = cli->arg_count > 0 ? cli->args[0] : NULL;
    const fov_op_def *only = op ? fov__op_find(NULL, op) : NULL;
    enum fov__dialect dialect = FOV__DIALECT_MCP;
    enum fov__space space = FOV__SPACE_NODE_PX;
    struct fov_buf buf;
    int code = CLI_OK;

    if (cli->arg_count > 1)
        return cli_usage(cli, "it takes one operation at most");
    if (op && !only) {
        const char *near = fov__op_suggest(NULL, op);
        return cli_usage(cli, "there is no operation %s%s%s", op, near ? "; perhaps " : "",
                         near ? near : "");
    }
    if (space_name && !fov__space_find(space_name, &space))
        return cli_usage(cli, "there is no coordinate space %s", space_name);
    if (!form && !op) {
        list();
        return CLI_OK;
    }
    fov__buf_init(&buf, cli->ctx, 4 << 20);
    if (!form || strcmp(form, "md") == 0 || strcmp(form, "text") == 0)
        cli_ops_md(&buf, op);
    else if (strcmp(form, "json") == 0)
        declare(&buf, only, FOV__DIALECT_MCP, space, true);
    else if (fov__dialect_find(form, &dialect))
        declare(&buf, only, dialect, space, false);
    else
        code = cli_usage(cli, "there is no form %s", form);
    if (code == CLI_OK && buf.status == FOV_OK)
        cli_write(buf.data, buf.len);
    else if (code == CLI_OK)
        code = CLI_FAILED;
    fov__buf_free(&buf);
    return code;
}

const struct cli_command cli_ops = {
    "ops", "[NAME] [--as FORM]", "List the operations, or tell one's arguments.", NULL, options,
    run};
