/* SPDX-License-Identifier: MIT */
/* One tool call from a model's text to a result that it sees. Whatever the model got wrong becomes
 * a corrective result; only what the host must know (memory, a defect) is returned as an error. */
#include "tool/tool_internal.h"

void fov__tool_outcome_free(struct fov_tool_outcome *outcome)
{
    if (!outcome->ctx)
        return;
    fov__free(outcome->ctx, outcome->text);
    fov__free(outcome->ctx, outcome->normalised);
    memset(outcome, 0, sizeof(*outcome));
}

static fov_status take_text(struct fov_tool_outcome *out, struct fov_buf *buf, fov_error *err)
{
    fov_status rc = fov__buf_check(buf, "tool", err);

    if (rc < 0) {
        fov__buf_free(buf);
        return rc;
    }
    fov__free(out->ctx, out->text);
    out->text = fov__buf_take_text(buf);
    return out->text ? FOV_OK : fov__fail_memory(err, "tool", 0);
}

static fov_status refuse(struct fov_tool_outcome *out, struct fov_toolbox *box,
                         const fov_op_fault *fault, int32_t image, fov_error *err)
{
    const struct fov_node *node = image >= 0 ? fov__graph_node(box->graph, image) : NULL;
    struct fov_buf buf;
    struct fov_jw jw;
    char name[16];

    out->is_error = true;
    if (fault != &out->fault)
        out->fault = *fault;
    fov__buf_init(&buf, box->ctx, 1 << 16);
    fov__jw_init(&jw, &buf);
    fov__format(name, sizeof(name), "img_%d", (int)image);
    fov__fault_write(&jw, NULL, &out->fault, node ? name : NULL, node ? node->width : 0,
                     node ? node->height : 0);
    return take_text(out, &buf, err);
}

fov_status fov__tool_refuse_call(struct fov_tool_outcome *out, struct fov_toolbox *box,
                                 int32_t image, fov_error *err)
{
    return refuse(out, box, &out->fault, image, err);
}

fov_status fov__tool_refuse(struct fov_tool_outcome *out, struct fov_toolbox *box,
                            const fov_op_fault *fault, fov_error *err)
{
    memset(out, 0, sizeof(*out));
    out->ctx = box->ctx;
    out->image = out->fact = -1;
    return refuse(out, box, fault, -1, err);
}

/* The tools that may be called, for a model that named another. */
static void say_tools(char *out, size_t size, const fov_context *ctx, uint32_t preset)
{
    const fov_op_def *def;
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; (def = fov__op_at(ctx, i)); i++) {
        if (!(def->presets & preset))
            continue;
        fov__format(out + used, size - used, "%s%s", used ? ", " : "", def->name);
        used += strlen(out + used);
    }
}

static fov_status unknown_tool(struct fov_tool_outcome *out, struct fov_toolbox *box,
                               const char *name, fov_error *err)
{
    const char *near = fov__op_suggest(box->ctx, name);
    char allowed[160];

    say_tools(allowed, sizeof(allowed), box->ctx, box->preset);
    fov__fault(&out->fault, FOV_FAULT_UNKNOWN_OP, "name", name, allowed, "There is no tool %s%s%s.",
               name, near ? "; perhaps you mean " : "", near ? near : "");
    return refuse(out, box, &out->fault, -1, err);
}

static bool delivered(void *user, int32_t image, int32_t *width, int32_t *height)
{
    const struct fov_toolbox *box = user;

    if ((size_t)image >= box->image_count || !box->images[image].delivery)
        return false;
    *width = box->images[image].fit.width;
    *height = box->images[image].fit.height;
    return true;
}

/* A picture that cannot be made (a damaged source, a limit) is told to the model. The node keeps
 * its number: its recipe is right. */
static fov_status cannot_deliver(struct fov_tool_outcome *out, struct fov_toolbox *box,
                                 int32_t image, fov_status rc, const fov_error *why, fov_error *err)
{
    enum fov_fault_code code = rc == FOV_E_IMAGE         ? FOV_FAULT_DECODE
                               : rc == FOV_E_UNSUPPORTED ? FOV_FAULT_UNSUPPORTED
                                                         : FOV_FAULT_LIMIT;

    if (rc == FOV_E_MEMORY || rc == FOV_E_INTERNAL || rc == FOV_E_CANCELLED) {
        if (err)
            *err = *why;
        return rc;
    }
    out->image_count = 0;
    out->image = -1;
    out->is_same = false;
    fov__free(out->ctx, out->normalised);
    out->normalised = NULL;
    fov__fault(&out->fault, code, why->where, "", "", "%s", why->message);
    return refuse(out, box, &out->fault, image, err);
}

static fov_status show_images(struct fov_tool_outcome *out, struct fov_toolbox *box,
                              const fov_applied *applied, fov_error *err)
{
    struct fov_buf buf;
    fov_error why = {0};

    fov__buf_init(&buf, box->ctx, 1 << 16);
    for (int32_t i = 0; i < out->image_count; i++) {
        const struct fov_node *node = fov__graph_node(box->graph, out->image + i);
        const struct fov_toolbox_image *image = NULL;
        fov_status rc = fov__toolbox_deliver(&image, box, node->id, &why);

        if (rc < 0) {
            fov__buf_free(&buf);
            return cannot_deliver(out, box, node->parent[0]->id, rc, &why, err);
        }
        if (i > 0)
            fov__buf_addc(&buf, '\n');
        if (out->is_same)
            fov__buf_addf(&buf, "same as img_%d, which the same call made before; no new image. ",
                          (int)node->id);
        fov__tool_line(&buf, box, node, i == 0 ? applied->note : "");
    }
    return take_text(out, &buf, err);
}

/* The answer of a fact; below the lines of its images where there are some. */
static fov_status show_fact(struct fov_tool_outcome *out, struct fov_toolbox *box,
                            const fov_applied *applied, fov_error *err)
{
    const struct fov_fact *fact = fov__graph_fact_get(box->graph, applied->fact);
    struct fov_json *doc = NULL;
    struct fov_buf buf;
    struct fov_jw jw;
    char name[24];
    fov_status rc =
        fov__json_parse(&doc, box->ctx, fact->json, strlen(fact->json), 64, UINT64_MAX, err);

    if (rc < 0)
        return rc;
    fov__buf_init(&buf, box->ctx, 2 << 20);
    if (out->image_count > 0) {
        fov__buf_adds(&buf, out->text);
        fov__buf_addc(&buf, '\n');
    }
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__format(name, sizeof(name), "fact_%d", (int)fact->id);
    fov__jw_string(&jw, "id", name);
    if (out->is_same)
        fov__jw_string(&jw, "same_as", name);
    if (applied->note[0] && out->image_count == 0)
        fov__jw_string(&jw, "note", applied->note);
    fov__tool_fact_write(&jw, box, fact, fov__json_root(doc));
    fov__jw_end_object(&jw);
    fov__json_free(doc);
    return take_text(out, &buf, err);
}

/* Parse the text of the arguments; a model's bad JSON is its own to mend. */
static fov_status parse_arguments(struct fov_tool_outcome *out, struct fov_toolbox *box,
                                  const fov_op_def *def, const char *arguments, size_t len,
                                  struct fov_json **doc, fov_error *err)
{
    const fov_limits *limits = &box->ctx->limits;
    fov_error why = {0};
    fov_status rc;

    if (len == 0) { /* several servers send nothing for "no arguments" */
        arguments = "{}";
        len = 2;
    }
    rc = fov__json_parse(doc, box->ctx, arguments, len, limits->json_depth, limits->json_bytes,
                         &why);
    if (rc >= 0)
        return FOV_OK;
    if (rc == FOV_E_MEMORY) {
        if (err)
            *err = why;
        return rc;
    }
    fov__fault(&out->fault, FOV_FAULT_BAD_JSON, def->name, arguments, "one JSON object", "%s",
               why.message);
    rc = refuse(out, box, &out->fault, -1, err);
    return rc < 0 ? rc : FOV_NOTE_END;
}

static fov_status apply(struct fov_tool_outcome *out, struct fov_toolbox *box,
                        const fov_op_def *def, const char *name, const fov_json_value *arguments,
                        fov_error *err)
{
    struct fov_call call = {.op = def,
                            .name = name,
                            .arguments = arguments,
                            .space = box->profile->space,
                            .frame = box->profile->frame,
                            .delivered = delivered,
                            .accept = fov__toolbox_accept,
                            .user = box,
                            .cancel = box->cancel};
    fov_applied applied = FOV_APPLIED_INIT;
    int32_t image = -1;
    const char *recipe;
    fov_status rc;

    box->call_space = fov__alias_space(def, name, box->profile->space);
    rc = fov__graph_call(box->graph, &call, &applied, &image, &out->fault, err);

    if (rc < 0)
        return out->fault.code == FOV_FAULT_NONE || rc == FOV_E_CANCELLED
                   ? rc
                   : refuse(out, box, &out->fault, image, err);
    out->is_same = rc == FOV_NOTE_SAME;
    out->image = applied.image;
    out->image_count = applied.image_count;
    out->fact = applied.fact;
    recipe = applied.image < 0 ? fov__graph_fact_get(box->graph, applied.fact)->recipe
                               : fov__graph_node(box->graph, applied.image)->recipe;
    out->normalised = fov__strdup(box->ctx, recipe);
    if (!out->normalised)
        return fov__fail_memory(err, "tool", strlen(recipe));
    rc = FOV_OK;
    if (out->image_count > 0)
        rc = show_images(out, box, &applied, err);
    return rc < 0 || out->is_error || applied.fact < 0 ? rc : show_fact(out, box, &applied, err);
}

fov_status fov__tool_call(struct fov_tool_outcome *out, struct fov_toolbox *box, const char *name,
                          const char *arguments, size_t len, fov_error *err)
{
    const fov_op_def *def = fov__op_find(box->ctx, name);
    struct fov_json *doc = NULL;
    fov_status rc;

    memset(out, 0, sizeof(*out));
    out->ctx = box->ctx;
    out->image = out->fact = -1;
    if (!def || !(def->presets & box->preset))
        return unknown_tool(out, box, name, err);
    out->op = def;
    rc = parse_arguments(out, box, def, arguments, len, &doc, err);
    if (rc == FOV_OK)
        rc = def->kind == FOV_OP_STATE ? fov__tool_state(out, box, def, fov__json_root(doc), err)
                                       : apply(out, box, def, name, fov__json_root(doc), err);
    fov__json_free(doc);
    return rc < 0 ? rc : FOV_OK;
}
