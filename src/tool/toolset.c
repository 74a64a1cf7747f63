/* SPDX-License-Identifier: MIT */
/* What is declared to a model: the operations of a preset, each wrapped as its provider's dialect
 * wants it. Names, words and bounds come from the operation table; nothing is written here twice.
 */
#include "tool/tool_internal.h"

bool fov__preset_find(const char *name, uint32_t *out)
{
    const char *preset;

    if (!name)
        name = "photo";
    for (size_t i = 0; (preset = fov_op_preset_name(i)); i++) {
        *out = 1u << i;
        if (strcmp(preset, name) == 0)
            return true;
    }
    return false;
}

const char *fov__preset_name(uint32_t preset)
{
    size_t i = 0;

    while (preset >> i > 1)
        i++;
    return fov_op_preset_name(i);
}

static void describe(struct fov_buf *out, const fov_op_def *def)
{
    fov__buf_adds(out, def->summary);
    fov__buf_addc(out, ' ');
    fov__buf_adds(out, def->when);
}

/* OpenAI's Chat form nests the function; Responses, Mistral and the rest of its kin take the same
 * members. Gemini reads JSON Schema from `parametersJsonSchema`. */
void fov__tool_declare(struct fov_jw *jw, const char *key, const fov_op_def *def,
                       enum fov__dialect dialect, enum fov__space space, enum fov__frame frame)
{
    const bool is_openai = dialect == FOV__DIALECT_OPENAI || dialect == FOV__DIALECT_OPENAI_STRICT;
    const char *schema_key = is_openai                           ? "parameters"
                             : dialect == FOV__DIALECT_ANTHROPIC ? "input_schema"
                             : dialect == FOV__DIALECT_GEMINI    ? "parametersJsonSchema"
                                                                 : "inputSchema";
    struct fov_buf text;

    fov__buf_init(&text, jw->buf->ctx, 4096);
    describe(&text, def);
    fov__jw_object(jw, key);
    if (is_openai) {
        fov__jw_string(jw, "type", "function");
        fov__jw_object(jw, "function");
    }
    fov__jw_string(jw, "name", def->name);
    fov__jw_string(jw, "description", text.data);
    fov__op_schema_write(jw, schema_key, def, dialect, space, frame);
    if (dialect == FOV__DIALECT_OPENAI_STRICT)
        fov__jw_bool(jw, "strict", true);
    if (dialect == FOV__DIALECT_MCP) {
        fov__jw_object(jw, "annotations");
        fov__jw_bool(jw, "readOnlyHint", true);
        fov__jw_bool(jw, "idempotentHint", true);
        fov__jw_bool(jw, "openWorldHint", false);
        fov__jw_end_object(jw);
    }
    if (is_openai)
        fov__jw_end_object(jw);
    fov__jw_end_object(jw);
    if (text.status < 0 && jw->buf->status == FOV_OK)
        jw->buf->status = text.status;
    fov__buf_free(&text);
}

fov_status fov__toolset_write(fov_bytes *out, fov_context *ctx, const struct fov_profile *profile,
                              uint32_t preset, enum fov__dialect dialect, fov_error *err)
{
    struct fov_buf buf;
    struct fov_jw jw;
    const fov_op_def *def;

    fov__buf_init(&buf, ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_array(&jw, NULL);
    for (size_t i = 0; (def = fov__op_at(ctx, i)); i++)
        if (def->presets & preset)
            fov__tool_declare(&jw, NULL, def, dialect, profile->space, profile->frame);
    fov__jw_end_array(&jw);
    return fov__buf_take(&buf, out, err);
}

/* ---- the set of a session ------------------------------------------------------------------- */

static fov_status keep(struct fov_toolset *set, struct fov_buf *buf, const char **out,
                       fov_error *err)
{
    char *text = fov__buf_take_text(buf);

    if (!text)
        return fov__fail_memory(err, "tools", 0);
    set->text[set->text_count++] = text;
    *out = text;
    return FOV_OK;
}

static fov_status add_tool(struct fov_toolset *set, const fov_op_def *def,
                           const struct fov_profile *profile, enum fov__dialect dialect,
                           fov_error *err)
{
    fov_tool *tool = &set->tools[set->count];
    struct fov_buf buf;
    struct fov_jw jw;
    fov_status rc;

    tool->name = def->name;
    tool->is_strict = dialect == FOV__DIALECT_OPENAI_STRICT;
    fov__buf_init(&buf, set->ctx, 4096);
    describe(&buf, def);
    rc = keep(set, &buf, &tool->description, err);
    if (rc < 0)
        return rc;
    fov__buf_init(&buf, set->ctx, 1 << 16);
    fov__jw_init(&jw, &buf);
    fov__op_schema_write(&jw, NULL, def, dialect, profile->space, profile->frame);
    rc = keep(set, &buf, &tool->parameters, err);
    if (rc == FOV_OK)
        set->count++;
    return rc;
}

fov_status fov__toolset_new(struct fov_toolset **out, fov_context *ctx,
                            const struct fov_profile *profile, uint32_t preset, bool strict,
                            fov_error *err)
{
    enum fov__dialect dialect = FOV__DIALECT_OPENAI;
    struct fov_toolset *set;
    const fov_op_def *def;
    fov_status rc = FOV_OK;
    size_t n = 0;

    while (fov__op_at(ctx, n))
        n++;
    if (!fov__dialect_find(profile->dialect, &dialect))
        return fov__fail(err, FOV_E_INTERNAL, 0, "profile", "profile %s names no dialect of ours",
                         profile->name);
    if (strict && dialect == FOV__DIALECT_OPENAI)
        dialect = FOV__DIALECT_OPENAI_STRICT;
    set = fov__calloc(ctx, 1, sizeof(*set));
    if (!set)
        return fov__fail_memory(err, "tools", sizeof(*set));
    set->ctx = ctx;
    set->preset = preset;
    set->tools = fov__calloc(ctx, n, sizeof(*set->tools));
    set->text = fov__calloc(ctx, 2 * n, sizeof(*set->text));
    if (!set->tools || !set->text)
        rc = fov__fail_memory(err, "tools", n * sizeof(*set->tools));
    for (size_t i = 0; rc == FOV_OK && (def = fov__op_at(ctx, i)); i++)
        if (def->presets & preset)
            rc = add_tool(set, def, profile, dialect, err);
    if (rc < 0) {
        fov__toolset_free(set);
        return rc;
    }
    *out = set;
    return FOV_OK;
}

void fov__toolset_free(struct fov_toolset *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->text_count; i++)
        fov__free(set->ctx, set->text[i]);
    fov__free(set->ctx, set->text);
    fov__free(set->ctx, set->tools);
    fov__free(set->ctx, set);
}
