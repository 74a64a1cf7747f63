/* SPDX-License-Identifier: MIT */
/* The operation table as Markdown: the reference in the docs is this output, never edited by hand.
 */
#include "cli/cli_internal.h"

static const char *type_words(int32_t type)
{
    switch (type) {
    case FOV_PARAM_NUMBER:
        return "number";
    case FOV_PARAM_INT:
        return "whole number";
    case FOV_PARAM_BOOL:
        return "true or false";
    case FOV_PARAM_ENUM:
        return "one of";
    case FOV_PARAM_TEXT:
        return "text";
    case FOV_PARAM_COLOR:
        return "colour";
    case FOV_PARAM_BOX:
        return "box";
    case FOV_PARAM_POINT:
        return "point";
    case FOV_PARAM_BOXES:
        return "boxes";
    case FOV_PARAM_POINTS:
        return "points";
    case FOV_PARAM_LINES:
        return "lines";
    case FOV_PARAM_LABELS:
        return "labels";
    case FOV_PARAM_TICKS:
        return "ticks";
    case FOV_PARAM_FACTS:
        return "facts";
    }
    return "";
}

static void number(struct fov_buf *out, double value)
{
    char text[32];

    fov__double_text(text, value);
    fov__buf_adds(out, text);
}

static void allowed(struct fov_buf *out, const fov_op_param_row *p)
{
    fov__buf_adds(out, type_words(p->type));
    if (p->type == FOV_PARAM_NUMBER || p->type == FOV_PARAM_INT) {
        fov__buf_addc(out, ' ');
        number(out, p->min);
        fov__buf_adds(out, " to ");
        number(out, p->max);
    }
    for (const char *const *c = p->choices; p->type == FOV_PARAM_ENUM && c && *c; c++)
        fov__buf_addf(out, "%s %s", c == p->choices ? "" : ",", *c);
}

static void fallback(struct fov_buf *out, const fov_op_param_row *p)
{
    if (p->flags & FOV_PARAM_REQUIRED)
        fov__buf_adds(out, "required");
    else if (p->type == FOV_PARAM_NUMBER || p->type == FOV_PARAM_INT) {
        if (p->def >= p->min && p->def <= p->max) /* else there is none */
            number(out, p->def);
    } else if (p->type == FOV_PARAM_BOOL)
        fov__buf_adds(out, p->def != 0 ? "true" : "false");
    else if (p->type == FOV_PARAM_ENUM)
        fov__buf_adds(out, p->choices[(int)p->def]);
}

static void one(struct fov_buf *out, const fov_op_def *def)
{
    fov__buf_addf(out, "### %s\n\n%s\n\n%s\n\n", def->name, def->summary, def->when);
    if (def->aliases && def->aliases->name) {
        fov__buf_adds(out, "Also called");
        for (const fov_op_alias_row *a = def->aliases; a->name; a++)
            fov__buf_addf(out, "%s `%s`", a == def->aliases ? "" : ",", a->name);
        fov__buf_adds(out, ".\n\n");
    }
    if (def->params && def->params->name)
        fov__buf_adds(out, "| argument | takes | default | |\n|---|---|---|---|\n");
    for (const fov_op_param_row *p = def->params; p && p->name; p++) {
        if (p->flags & FOV_PARAM_HIDDEN)
            continue;
        fov__buf_addf(out, "| `%s` | ", p->name);
        allowed(out, p);
        fov__buf_adds(out, " | ");
        fallback(out, p);
        fov__buf_addf(out, " | %s |\n", p->doc);
    }
    for (const fov_op_example_row *e = def->examples; e && e->arguments; e++)
        fov__buf_addf(out, "%s`%s` → %s  \n", e == def->examples ? "\nOn a 1000x500 image: " : "",
                      e->arguments, e->result);
    fov__buf_addc(out, '\n');
}

void cli_ops_md(struct fov_buf *out, const char *op)
{
    const fov_op_def *def;

    for (size_t i = 0; (def = fov__op_at(NULL, i)); i++)
        if (!op || def == fov__op_find(NULL, op))
            one(out, def);
}
