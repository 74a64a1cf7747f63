/* SPDX-License-Identifier: MIT */
/* The operation table as Markdown: the reference in the docs is this output, never edited by hand.
 */
#include "cli/cli_internal.h"

static const char *type_words(enum op_type type)
{
    switch (type) {
    case OP_T_NUM:
        return "number";
    case OP_T_INT:
        return "whole number";
    case OP_T_BOOL:
        return "true or false";
    case OP_T_ENUM:
        return "one of";
    case OP_T_TEXT:
        return "text";
    case OP_T_COLOR:
        return "colour";
    case OP_T_BOX:
        return "box";
    case OP_T_POINT:
        return "point";
    case OP_T_BOXES:
        return "boxes";
    case OP_T_POINTS:
        return "points";
    case OP_T_LINES:
        return "lines";
    case OP_T_LABELS:
        return "labels";
    }
    return "";
}

static void number(struct fov_buf *out, double value)
{
    char text[32];

    fov__double_text(text, value);
    fov__buf_adds(out, text);
}

static void allowed(struct fov_buf *out, const struct op_param *p)
{
    fov__buf_adds(out, type_words(p->type));
    if (p->type == OP_T_NUM || p->type == OP_T_INT) {
        fov__buf_addc(out, ' ');
        number(out, p->min);
        fov__buf_adds(out, " to ");
        number(out, p->max);
    }
    for (const char *const *c = p->choices; p->type == OP_T_ENUM && c && *c; c++)
        fov__buf_addf(out, "%s %s", c == p->choices ? "" : ",", *c);
}

static void fallback(struct fov_buf *out, const struct op_param *p)
{
    if (p->flags & OP_REQUIRED)
        fov__buf_adds(out, "required");
    else if (p->type == OP_T_NUM || p->type == OP_T_INT) {
        if (p->def >= p->min && p->def <= p->max) /* else there is none */
            number(out, p->def);
    } else if (p->type == OP_T_BOOL)
        fov__buf_adds(out, p->def != 0 ? "true" : "false");
    else if (p->type == OP_T_ENUM)
        fov__buf_adds(out, p->choices[(int)p->def]);
}

static void one(struct fov_buf *out, const struct op_def *def)
{
    fov__buf_addf(out, "### %s\n\n%s\n\n%s\n\n", def->name, def->summary, def->when);
    if (def->aliases && def->aliases->name) {
        fov__buf_adds(out, "Also called");
        for (const struct op_alias *a = def->aliases; a->name; a++)
            fov__buf_addf(out, "%s `%s`", a == def->aliases ? "" : ",", a->name);
        fov__buf_adds(out, ".\n\n");
    }
    if (def->params && def->params->name)
        fov__buf_adds(out, "| argument | takes | default | |\n|---|---|---|---|\n");
    for (const struct op_param *p = def->params; p && p->name; p++) {
        if (p->flags & OP_HIDDEN)
            continue;
        fov__buf_addf(out, "| `%s` | ", p->name);
        allowed(out, p);
        fov__buf_adds(out, " | ");
        fallback(out, p);
        fov__buf_addf(out, " | %s |\n", p->doc);
    }
    for (const struct op_example *e = def->examples; e && e->arguments; e++)
        fov__buf_addf(out, "%s`%s` → %s  \n", e == def->examples ? "\nOn a 1000x500 image: " : "",
                      e->arguments, e->result);
    fov__buf_addc(out, '\n');
}

void cli_ops_md(struct fov_buf *out, const char *op)
{
    const struct op_def *def;

    for (size_t i = 0; (def = fov__op_at(i)); i++)
        if (!op || def == fov__op_find(op))
            one(out, def);
}
