/* SPDX-License-Identifier: MIT */
/* foveate ops: the operation table, for people and in each dialect for programs. */
#include "cli/cli_internal.h"

static const struct cli_option options[] = {
    {"as", 0, "FORM",
     "json, md, openai[-strict], anthropic, gemini, mcp, qwen-agent, verl, hermes, "
     "grounding"},
    {"preset", 0, "NAME", "only those of zoom, document, chart, diagram, photo or all"},
    {"space", 0, "NAME",
     "coordinates that schemas speak of: node_px, delivered_px, n1000, n999, n1000yx, n1"},
    {"sheet", 0, "OUT", "write a picture of each operation's example, before and after (.png)"},
    {NULL, 0, NULL, NULL}};

static void list(uint32_t preset)
{
    const fov_op_def *def;

    for (size_t i = 0; (def = fov__op_at(NULL, i)); i++)
        if (def->presets & preset)
            cli_out("%-13s %s\n", def->name, def->summary);
}

/* Bare schemas do not say whose they are: of all there is an object by name. */
static void schemas(struct fov_buf *out, const struct fov__declared *what)
{
    const fov_op_def *def;
    struct fov_jw jw;

    fov__jw_init(&jw, out);
    if (!what->only)
        fov__jw_object(&jw, NULL);
    for (size_t i = 0; (def = fov__op_at(NULL, i)); i++) {
        const fov_op_alias_row *alias = what->name ? fov__alias_find(def, what->name) : NULL;

        if (what->only ? what->only == def : (def->presets & what->preset) != 0)
            fov__alias_schema_write(&jw, what->only ? NULL : def->name, def, alias, what->dialect,
                                    what->space, what->frame);
    }
    if (!what->only)
        fov__jw_end_object(&jw);
}

/* Text ends its own lines; JSON is one. */
static void declare(struct fov_buf *out, const struct fov__declared *what)
{
    fov__tools_write(out, what);
    if (!fov__dialect_is_text(what->dialect))
        fov__buf_addc(out, '\n');
}

static bool find_form(const char *form, struct fov__declared *what)
{
    what->dialect = FOV__DIALECT_MCP;
    return !form || strcmp(form, "md") == 0 || strcmp(form, "text") == 0 ||
           strcmp(form, "json") == 0 || fov__dialect_find(form, &what->dialect);
}

static int run(struct cli *cli)
{
    const char *form = cli_get(cli, "as"), *space = cli_get(cli, "space");
    const char *preset = cli_get(cli, "preset"), *sheet = cli_get(cli, "sheet");
    const char *op = cli->arg_count > 0 ? cli->args[0] : NULL;
    struct fov__declared what = {.ctx = cli->ctx,
                                 .preset = FOV_OP_PRESET_ALL,
                                 .only = op ? fov__op_find(NULL, op) : NULL,
                                 .space = FOV__SPACE_NODE_PX,
                                 .frame = FOV__FRAME_IMAGE};
    struct fov_buf buf;
    int code = CLI_OK;

    if (cli->arg_count > 1)
        return cli_usage(cli, "it takes one operation at most");
    if (op && !what.only) {
        const char *near = fov__op_suggest(NULL, op);
        return cli_usage(cli, "there is no operation %s%s%s", op, near ? "; perhaps " : "",
                         near ? near : "");
    }
    if (op && strcmp(op, what.only->name) != 0)
        what.name = op;
    if (space && !fov__space_find(space, &what.space))
        return cli_usage(cli, "there is no coordinate space %s", space);
    if (preset && !fov__preset_find(preset, &what.preset))
        return cli_usage(cli, "there is no preset %s", preset);
    if (!find_form(form, &what))
        return cli_usage(cli, "there is no form %s", form);
    if (sheet)
        return cli_ops_sheet(cli, what.only, what.preset, sheet);
    if (!form && !op) {
        list(what.preset);
        return CLI_OK;
    }
    fov__buf_init(&buf, cli->ctx, 4 << 20);
    if (!form || strcmp(form, "md") == 0 || strcmp(form, "text") == 0) {
        cli_ops_md(&buf, op);
    } else if (strcmp(form, "json") == 0) {
        schemas(&buf, &what);
        fov__buf_addc(&buf, '\n');
    } else {
        declare(&buf, &what);
    }
    if (buf.status == FOV_OK)
        cli_write(buf.data, buf.len);
    else
        code = CLI_FAILED;
    fov__buf_free(&buf);
    return code;
}

const struct cli_command cli_ops = {"ops",
                                    "[NAME] [--as FORM] [--sheet OUT]",
                                    "List the operations, or tell one's arguments.",
                                    NULL,
                                    options,
                                    run};
