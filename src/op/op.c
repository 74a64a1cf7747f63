/* SPDX-License-Identifier: MIT */
/* The table of operations: made by the compiler from ops.def, so there is no start-up code and
 * nothing to lock; and its public face (foveate/op.h). It must never know one operation by name. */
#include <foveate/op.h>

#include "op/op_internal.h"

static const fov_op_def *const table[] = {
#define FOV_OP(name) &fov__op_##name,
#include "op/ops.def"
#undef FOV_OP
};

const fov_op_def *fov__op_at(const fov_context *ctx, size_t index)
{
    if (index < FOV_COUNT(table))
        return table[index];
    return fov__op_registered(ctx, index - FOV_COUNT(table));
}

const fov_op_def *fov__op_find(const fov_context *ctx, const char *name)
{
    const fov_op_def *def;
    for (size_t i = 0; name != NULL && (def = fov__op_at(ctx, i)) != NULL; i++) {
        if (strcmp(def->name, name) == 0)
            return def;
        for (const fov_op_alias_row *a = def->aliases; a != NULL && a->name != NULL; a++) {
            if (strcmp(a->name, name) == 0)
                return def;
        }
    }
    return NULL;
}

/* A suggestion farther away than a third of the longer word is no help. */
static void nearer(const char *name, const char *candidate, const char **best, int *best_distance)
{
    const size_t a = strlen(name), b = strlen(candidate), longer = a > b ? a : b;
    const int most = longer < 6 ? 2 : longer < 64 ? (int)(longer / 3) : 0;
    const int distance = fov__edit_distance(name, candidate);
    if (distance <= most && (*best == NULL || distance < *best_distance)) {
        *best = candidate;
        *best_distance = distance;
    }
}

const char *fov__op_suggest(const fov_context *ctx, const char *name)
{
    int distance = 0;
    const char *best = NULL;
    const fov_op_def *def;
    for (size_t i = 0; name != NULL && (def = fov__op_at(ctx, i)) != NULL; i++) {
        nearer(name, def->name, &best, &distance);
        for (const fov_op_alias_row *a = def->aliases; a != NULL && a->name != NULL; a++)
            nearer(name, a->name, &best, &distance);
    }
    return best;
}

static const char *const space_names[] = {"node_px", "delivered_px", "n1000",
                                          "n999",    "n1000yx",      "n1"};

const char *fov__space_name(enum fov__space space)
{
    return (size_t)space < FOV_COUNT(space_names) ? space_names[space] : "";
}

bool fov__space_find(const char *name, enum fov__space *out)
{
    for (size_t i = 0; name != NULL && i < FOV_COUNT(space_names); i++) {
        if (strcmp(space_names[i], name) == 0) {
            *out = (enum fov__space)i;
            return true;
        }
    }
    return false;
}

/* ---- foveate/op.h --------------------------------------------------------------------------- */

/* A fov_op is the descriptor itself, which the public header does not show. */
static const fov_op_def *def_of(const fov_op *op)
{
    return (const fov_op_def *)(const void *)op;
}

static const fov_op *op_of(const fov_op_def *def)
{
    return (const fov_op *)(const void *)def;
}

const fov_op *fov_op_next(const fov_context *ctx, const fov_op *previous)
{
    const fov_op_def *def;
    if (previous == NULL)
        return op_of(table[0]);
    for (size_t i = 0; (def = fov__op_at(ctx, i)) != NULL; i++) {
        if (def == def_of(previous))
            return op_of(fov__op_at(ctx, i + 1));
    }
    return NULL;
}

const fov_op *fov_op_find(const fov_context *ctx, const char *name)
{
    return op_of(fov__op_find(ctx, name));
}

const char *fov_op_name(const fov_op *op)
{
    return op != NULL ? def_of(op)->name : "";
}

const char *fov_op_summary(const fov_op *op)
{
    return op != NULL ? def_of(op)->summary : "";
}

const char *fov_op_when(const fov_op *op)
{
    return op != NULL ? def_of(op)->when : "";
}

const char *fov_op_since(const fov_op *op)
{
    return op != NULL ? def_of(op)->since : "";
}

int32_t fov_op_kind(const fov_op *op)
{
    return op != NULL ? def_of(op)->kind : 0;
}

uint32_t fov_op_presets(const fov_op *op)
{
    return op != NULL ? def_of(op)->presets : 0;
}

fov_op_inputs fov_op_input_count(const fov_op *op)
{
    fov_op_inputs inputs = {0, 0};
    if (op != NULL) {
        inputs.min = def_of(op)->input_min;
        inputs.max = def_of(op)->input_max;
    }
    return inputs;
}

const char *fov_op_preset_name(size_t index)
{
    static const char *const names[] = {"zoom", "document", "chart", "diagram", "photo", "all"};
    return index < FOV_COUNT(names) ? names[index] : NULL;
}

const char *fov_op_input_name(const fov_op *op, size_t index)
{
    const char *const *name = op != NULL ? def_of(op)->input_names : NULL;
    for (; name != NULL && *name != NULL; name++) {
        if (index-- == 0)
            return *name;
    }
    return NULL;
}

const char *fov_op_alias(const fov_op *op, size_t index)
{
    const fov_op_alias_row *alias = op != NULL ? def_of(op)->aliases : NULL;
    for (; alias != NULL && alias->name != NULL; alias++) {
        if (index-- == 0)
            return alias->name;
    }
    return NULL;
}

static const fov_op_param_row *param_at(const fov_op_def *def, size_t index)
{
    for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
        if (index-- == 0)
            return p;
    }
    return NULL;
}

static bool has_default(const fov_op_param_row *p)
{
    if ((p->flags & (FOV_PARAM_REQUIRED | FOV_PARAM_HIDDEN)) != 0)
        return false;
    switch (p->type) {
    case FOV_PARAM_NUMBER:
    case FOV_PARAM_INT:
        return p->def >= p->min && p->def <= p->max;
    case FOV_PARAM_BOOL:
    case FOV_PARAM_ENUM:
        return true;
    case FOV_PARAM_COLOR:
        return p->def >= 0;
    default:
        return false;
    }
}

fov_status fov_op_param_at(fov_op_param *out, const fov_op *op, size_t index)
{
    /* The size that the caller was compiled with decides how much of it may be written. */
    const uint32_t size = out != NULL ? out->struct_size : 0;
    if (op == NULL || size < (uint32_t)sizeof(uint32_t) || size > 4096)
        return FOV_E_ARG;
    memset((char *)out + sizeof(uint32_t), 0, size - sizeof(uint32_t));
    const fov_op_param_row *p = param_at(def_of(op), index);
    if (p == NULL)
        return FOV_NOTE_END;
    fov_op_param made;
    memset(&made, 0, sizeof(made));
    made.struct_size = size;
    made.type = p->type;
    made.name = p->name;
    made.alias = p->alias;
    made.doc = p->doc;
    made.unit = p->unit;
    made.choices = p->choices;
    made.min = p->min;
    made.max = p->type == FOV_PARAM_TEXT ? (double)(p->size - 1) : p->max;
    made.def = has_default(p) ? p->def : 0.0;
    made.flags = p->flags | (has_default(p) ? FOV_PARAM_HAS_DEFAULT : 0u);
    memcpy(out, &made, size < sizeof(made) ? size : sizeof(made));
    return FOV_OK;
}

const char *fov_op_example(const fov_op *op, size_t index, const char **result)
{
    const fov_op_example_row *e = op != NULL ? def_of(op)->examples : NULL;
    for (; e != NULL && e->arguments != NULL; e++) {
        if (index-- == 0) {
            if (result != NULL)
                *result = e->result;
            return e->arguments;
        }
    }
    return NULL;
}

const char *fov_op_example_after(const fov_op *op, size_t index, const char **arguments)
{
    const char *const *call = op != NULL ? def_of(op)->examples_after : NULL;
    for (; call != NULL && call[0] != NULL; call += 2) {
        if (index-- == 0) {
            if (arguments != NULL)
                *arguments = call[1];
            return call[0];
        }
    }
    return NULL;
}

fov_status fov_op_schema(fov_bytes *out, fov_context *ctx, const char *op, const char *dialect,
                         const char *space, fov_error *err)
{
    enum fov__dialect d;
    enum fov__space s;
    if (out == NULL || ctx == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "fov_op_schema", "out and ctx must not be NULL");
    *out = (fov_bytes){NULL, 0, NULL};
    const fov_op_def *def = fov__op_find(ctx, op);
    if (def == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "op", "no operation is called '%s'", op ? op : "");
    if (!fov__dialect_find(dialect, &d))
        return fov__fail(err, FOV_E_ARG, 0, "dialect",
                         "no dialect is called '%s'; there are openai-strict, openai, anthropic, "
                         "gemini, mcp, qwen-agent, verl, hermes and grounding",
                         dialect ? dialect : "");
    if (!fov__space_find(space, &s))
        return fov__fail(err, FOV_E_ARG, 0, "space",
                         "no coordinate space is called '%s'; there are node_px, delivered_px, "
                         "n1000, n999, n1000yx and n1",
                         space ? space : "");
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__alias_schema_write(&jw, NULL, def, fov__alias_find(def, op), d, s, FOV__FRAME_IMAGE);
    return fov__buf_take(&buf, out, err);
}
