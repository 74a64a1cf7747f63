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

/* ---- one declaration ------------------------------------------------------------------------ */

/* The spelling that a dialect's models were trained on, where that is not the operation's own. */
static const char *trained_name(const fov_op_def *def, enum fov__dialect dialect)
{
    const bool is_qwen = dialect == FOV__DIALECT_QWEN_AGENT || dialect == FOV__DIALECT_VERL;

    return is_qwen && fov__alias_find(def, "image_zoom_in_tool") ? "image_zoom_in_tool" : def->name;
}

static void describe(struct fov_buf *out, const fov_op_def *def, const fov_op_alias_row *alias)
{
    fov__buf_adds(out, alias && alias->summary ? alias->summary : def->summary);
    fov__buf_addc(out, ' ');
    fov__buf_adds(out, def->when);
}

/* OpenAI's Chat form nests the function; Responses, Mistral, verl, Hermes and the rest of its kin
 * take the same members. Gemini reads JSON Schema from `parametersJsonSchema`. */
static bool is_nested(enum fov__dialect dialect)
{
    return dialect == FOV__DIALECT_OPENAI || dialect == FOV__DIALECT_OPENAI_STRICT ||
           dialect == FOV__DIALECT_VERL || dialect == FOV__DIALECT_HERMES;
}

static const char *schema_key(enum fov__dialect dialect)
{
    switch (dialect) {
    case FOV__DIALECT_ANTHROPIC:
        return "input_schema";
    case FOV__DIALECT_GEMINI:
        return "parametersJsonSchema";
    case FOV__DIALECT_MCP:
        return "inputSchema";
    default:
        return "parameters";
    }
}

void fov__tool_declare(struct fov_jw *jw, const char *key, const fov_op_def *def, const char *name,
                       enum fov__dialect dialect, enum fov__space space, enum fov__frame frame)
{
    const bool nested = is_nested(dialect);
    const fov_op_alias_row *alias;
    struct fov_buf text;

    name = name ? name : trained_name(def, dialect);
    alias = fov__alias_find(def, name);
    fov__buf_init(&text, jw->buf->ctx, 4096);
    describe(&text, def, alias);
    fov__jw_object(jw, key);
    if (nested) {
        fov__jw_string(jw, "type", "function");
        fov__jw_object(jw, "function");
    }
    fov__jw_string(jw, "name", name);
    fov__jw_string(jw, "description", text.data);
    fov__alias_schema_write(jw, schema_key(dialect), def, alias, dialect, space, frame);
    if (dialect == FOV__DIALECT_OPENAI_STRICT)
        fov__jw_bool(jw, "strict", true);
    if (dialect == FOV__DIALECT_MCP) {
        fov__jw_object(jw, "annotations");
        fov__jw_bool(jw, "readOnlyHint", true);
        fov__jw_bool(jw, "idempotentHint", true);
        fov__jw_bool(jw, "openWorldHint", false);
        fov__jw_end_object(jw);
    }
    if (nested)
        fov__jw_end_object(jw);
    fov__jw_end_object(jw);
    if (text.status < 0 && jw->buf->status == FOV_OK)
        jw->buf->status = text.status;
    fov__buf_free(&text);
}

/* ---- many ----------------------------------------------------------------------------------- */

/* Qwen's chat template puts the same block before a conversation. */
static void write_hermes(struct fov_buf *out, const struct fov__declared *what)
{
    const fov_op_def *def;
    struct fov_jw jw;

    fov__buf_adds(out, "# Tools\n\nYou may call the functions whose signatures are within "
                       "<tools></tools>:\n<tools>\n");
    for (size_t i = 0; (def = fov__op_at(what->ctx, i)); i++) {
        if (what->only ? what->only != def : !(def->presets & what->preset))
            continue;
        fov__jw_init(&jw, out);
        fov__tool_declare(&jw, NULL, def, what->name, what->dialect, what->space, what->frame);
        fov__buf_addc(out, '\n');
    }
    fov__buf_adds(out,
                  "</tools>\n\nFor each call write a JSON object with the function's name and "
                  "arguments within <tool_call></tool_call>, then wait for its <tool_response>:\n"
                  "<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n"
                  "</tool_call>\n");
}

static const char grounding_text[] =
    "To look closer at a part of an image, write\n"
    "<grounding>{\"bbox_2d\": [x1, y1, x2, y2], \"source\": \"original_image\"}</grounding>\n"
    "and wait for the picture. The box is in 0-1 of the width and height of the image that source "
    "names: original_image, or observation_1, observation_2 ... for the pictures that you were "
    "shown since.\n";

void fov__tools_write(struct fov_buf *out, const struct fov__declared *what)
{
    const fov_op_def *def;
    struct fov_jw jw;

    if (what->dialect == FOV__DIALECT_HERMES) {
        write_hermes(out, what);
    } else if (what->dialect == FOV__DIALECT_GROUNDING) {
        fov__buf_adds(out, grounding_text);
    } else {
        fov__jw_init(&jw, out);
        if (!what->only)
            fov__jw_array(&jw, NULL);
        for (size_t i = 0; (def = fov__op_at(what->ctx, i)); i++)
            if (what->only ? what->only == def : (def->presets & what->preset) != 0)
                fov__tool_declare(&jw, NULL, def, what->name, what->dialect, what->space,
                                  what->frame);
        if (!what->only)
            fov__jw_end_array(&jw);
    }
}

fov_status fov__toolset_write(fov_bytes *out, fov_context *ctx, const struct fov_profile *profile,
                              uint32_t preset, enum fov__dialect dialect, fov_error *err)
{
    struct fov__declared what = {.ctx = ctx,
                                 .preset = preset,
                                 .dialect = dialect,
                                 .space = profile->space,
                                 .frame = profile->frame};
    struct fov_buf buf;

    fov__buf_init(&buf, ctx, 1 << 20);
    fov__tools_write(&buf, &what);
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
    const fov_op_alias_row *alias;
    struct fov_buf buf;
    struct fov_jw jw;
    fov_status rc;

    tool->name = trained_name(def, dialect);
    alias = fov__alias_find(def, tool->name);
    tool->is_strict = dialect == FOV__DIALECT_OPENAI_STRICT;
    fov__buf_init(&buf, set->ctx, 4096);
    describe(&buf, def, alias);
    rc = keep(set, &buf, &tool->description, err);
    if (rc < 0)
        return rc;
    fov__buf_init(&buf, set->ctx, 1 << 16);
    fov__jw_init(&jw, &buf);
    fov__alias_schema_write(&jw, NULL, def, alias, dialect, profile->space, profile->frame);
    rc = keep(set, &buf, &tool->parameters, err);
    if (rc == FOV_OK)
        set->count++;
    return rc;
}

/* What is about one image of the conversation makes sense only where images may leave it. */
static bool is_offered(const fov_op_def *def, const struct fov_toolset_opts *opts)
{
    const bool is_about_leaving = def->kind == FOV_OP_STATE && def->input_max > 0;

    return (def->presets & opts->preset) != 0 && (!is_about_leaving || opts->may_drop);
}

fov_status fov__toolset_new(struct fov_toolset **out, fov_context *ctx,
                            const struct fov_profile *profile, const struct fov_toolset_opts *opts,
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
    if (opts->is_strict && dialect == FOV__DIALECT_OPENAI)
        dialect = FOV__DIALECT_OPENAI_STRICT;
    set = fov__calloc(ctx, 1, sizeof(*set));
    if (!set)
        return fov__fail_memory(err, "tools", sizeof(*set));
    set->ctx = ctx;
    set->preset = opts->preset;
    set->dialect = dialect;
    set->tools = fov__calloc(ctx, n, sizeof(*set->tools));
    set->text = fov__calloc(ctx, 2 * n, sizeof(*set->text));
    if (!set->tools || !set->text)
        rc = fov__fail_memory(err, "tools", n * sizeof(*set->tools));
    if (rc == FOV_OK && fov__dialect_is_text(dialect))
        rc = fov__toolset_write(&set->words, ctx, profile, opts->preset, dialect, err);
    for (size_t i = 0; rc == FOV_OK && !fov__dialect_is_text(dialect) && (def = fov__op_at(ctx, i));
         i++)
        if (is_offered(def, opts))
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
    fov_bytes_free(&set->words);
    fov__free(set->ctx, set->text);
    fov__free(set->ctx, set->tools);
    fov__free(set->ctx, set);
}
