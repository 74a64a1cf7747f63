/* SPDX-License-Identifier: MIT */
/* Gemini's generateContent, v1beta: names, and what a reply says. Requests are written by
 * gemini_write.c, options are read by gemini_config.c. It must never pass on an answer without text
 * or call: it could not be sent back, and why there is none is said instead. The whole content of
 * the candidate is kept as it came; thoughts, signatures and parts of kinds not known yet stay in
 * it only. No value of an enumeration that it does not know is an error.
 * Shapes: the types of the official library 3.1, November 2026. */
#include "provider/gemini_internal.h"

/* Both spellings of a name are the server's. "generation_config" is refused since it could not be
 * joined with ours. */
static const char *const own_members[] = {
    "model", "contents",   "systemInstruction", "system_instruction",
    "tools", "toolConfig", "tool_config",       "generation_config",
    NULL};

static fov_status unexpected(const struct fov_provider *provider, const char *what, fov_error *err)
{
    return fov__fail(err, FOV_E_PROVIDER, 200, provider->cls->name,
                     "%s answered something unexpected: %s", provider->where.host, what);
}

static const char *string_at(const fov_json_value *object, const char *key)
{
    const char *text = fov__json_string(fov__json_get(object, key));
    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* ---- parts ---------------------------------------------------------------------------------- */

/* The end of the value that begins at `p`, an element of an array in text that was checked. */
static const char *element_end(const char *p)
{
    size_t depth = 0;
    bool in_string = false;
    for (;; p++) {
        if (in_string) {
            in_string = *p != '"';
            p += *p == '\\';
        } else if (*p == '"') {
            in_string = true;
        } else if (*p == '[' || *p == '{') {
            depth++;
        } else if (depth == 0 && (*p == ',' || *p == ']')) {
            return p;
        } else if (*p == ']' || *p == '}') {
            depth--;
        }
    }
}

/* Arguments are given as they were written. `part` is the text of the whole part. */
static fov_status read_call(const struct fov_provider *provider, const fov_json_value *call,
                            struct fov_span part, fov_reply *reply, fov_error *err)
{
    static const char *const path[] = {"functionCall", "args", NULL};
    const char *name = string_at(call, "name");
    if (name == NULL) {
        return unexpected(provider, "a functionCall without a name", err);
    }
    if (fov__json_type(fov__json_get(call, "args")) == FOV_JSON_NULL) {
        return fov_reply_add_call(reply, string_at(call, "id"), name, "{}", err);
    }
    const struct fov_span span = fov__json_raw(part.data, part.len, path);
    char *args = fov__strndup(provider->ctx, span.data, span.len);
    if (args == NULL) {
        return fov__fail_memory(err, "args", span.len);
    }
    const fov_status rc = fov_reply_add_call(reply, string_at(call, "id"), name, args, err);
    fov__free(provider->ctx, args);
    return rc;
}

static fov_status read_part(const struct fov_provider *provider, const fov_json_value *part,
                            struct fov_span span, fov_reply *reply, fov_error *err)
{
    const fov_json_value *call = fov__json_get(part, "functionCall");
    const char *text = string_at(part, "text");
    bool is_thought = false;
    if (fov__json_type(call) != FOV_JSON_NULL) {
        return read_call(provider, call, span, reply, err);
    }
    (void)fov__json_bool(fov__json_get(part, "thought"), &is_thought);
    return text != NULL && !is_thought ? fov_reply_add_text(reply, text, err) : FOV_OK;
}

/* The values and their text are walked side by side, so that a long list takes no longer than it
 * is. */
static fov_status read_parts(const struct fov_provider *provider, const fov_json_value *parts,
                             struct fov_span content, fov_reply *reply, fov_error *err)
{
    static const char *const path[] = {"parts", NULL};
    const char *at = fov__json_raw(content.data, content.len, path).data;
    fov_status rc = FOV_OK;
    const fov_json_value *part = fov__json_child(parts);
    for (; part != NULL && rc == FOV_OK; part = fov__json_next(part)) {
        const char *end = element_end(++at); /* behind the bracket or a comma */
        rc = read_part(provider, part, (struct fov_span){at, (size_t)(end - at)}, reply, err);
        at = end;
    }
    return rc;
}

/* ---- why it stopped ------------------------------------------------------------------------- */

static const struct {
    const char *reason, *words;
} empty[] = {
    {"SAFETY", "the whole answer was withheld by its content filter"},
    {"IMAGE_SAFETY", "the whole answer was withheld by its content filter"},
    {"BLOCKLIST", "the whole answer was withheld by its content filter"},
    {"PROHIBITED_CONTENT", "the whole answer was withheld by its content filter"},
    {"SPII", "the whole answer was withheld by its content filter"},
    {"RECITATION", "the whole answer was withheld, since it recites a source"},
    {"LANGUAGE", "the model does not speak the language of the answer"},
    {"MAX_TOKENS", "its limit of output tokens was spent before the answer began"},
    {"MALFORMED_FUNCTION_CALL", "the model wrote a tool call that is none"},
    {"UNEXPECTED_TOOL_CALL", "the model called a tool that it was not given"},
    {"TOO_MANY_TOOL_CALLS", "the model called too many of the server's tools"},
};

/* The server's words are cleaned as those of its errors are: in full before a message cuts them. */
static fov_status no_answer(const struct fov_provider *provider, const char *what,
                            const char *reason, const char *message, fov_error *err)
{
    struct fov_buf line;
    fov__buf_init(&line, provider->ctx, (size_t)provider->ctx->limits.reply_bytes + 256);
    fov__buf_adds(&line, what);
    if (reason != NULL) {
        fov__buf_adds(&line, " (");
        fov__buf_adds(&line, reason);
        fov__buf_adds(&line, ")");
    }
    if (message != NULL) {
        fov__buf_adds(&line, ": ");
        fov__buf_adds(&line, message);
    }
    fov_status rc = fov__buf_check(&line, "reply", err);
    if (rc == FOV_OK) {
        if (provider->key != NULL) {
            fov__secret_mask(provider->key, line.data);
        }
        rc = fov__fail(err, FOV_E_PROVIDER, 200, provider->cls->name, "%s gave no answer: %s",
                       provider->where.host, line.data);
    }
    fov__buf_free(&line);
    return rc;
}

/* In the server's own word, whatever that is. Beside text or a call it goes with the answer. */
static fov_status read_stop(const struct fov_provider *provider, const fov_json_value *candidate,
                            fov_reply *reply, fov_error *err)
{
    const char *reason = string_at(candidate, "finishReason");
    const char *what = "the model stopped without text or a call";
    if (fov_reply_part_count(reply) > 0) {
        return reason != NULL ? fov_reply_set_stop(reply, reason, err) : FOV_OK;
    }
    for (size_t i = 0; reason != NULL && i < FOV_COUNT(empty); i++) {
        if (strcmp(reason, empty[i].reason) == 0) {
            what = empty[i].words;
        }
    }
    return no_answer(provider, what, reason, string_at(candidate, "finishMessage"), err);
}

/* ---- usage ---------------------------------------------------------------------------------- */

static int64_t count_at(const fov_json_value *object, const char *key)
{
    double value = -1;
    const bool is_count =
        fov__json_number(fov__json_get(object, key), &value) && value >= 0 && value < 9e15;
    return is_count ? (int64_t)value : -1;
}

/* Of what may be left out because it is 0; -1 when both are. */
static int64_t sum(int64_t a, int64_t b)
{
    return a < 0 ? b : a + (b > 0 ? b : 0);
}

static int64_t image_tokens(const fov_json_value *usage)
{
    const fov_json_value *list = fov__json_get(usage, "promptTokensDetails");
    int64_t total = 0;
    if (fov__json_type(list) != FOV_JSON_ARRAY) {
        return -1;
    }
    for (const fov_json_value *m = fov__json_child(list); m != NULL; m = fov__json_next(m)) {
        const char *modality = string_at(m, "modality");
        const int64_t count = count_at(m, "tokenCount");
        if (modality != NULL && strcmp(modality, "IMAGE") == 0 && count > 0) {
            total += count;
        }
    }
    return total;
}

/* Thoughts are counted apart from the candidate here, and with it everywhere else. */
static void read_usage(const fov_json_value *usage, uint32_t requests, fov_reply *reply)
{
    const int64_t thoughts = count_at(usage, "thoughtsTokenCount");
    const fov_usage read = {.input_tokens = sum(count_at(usage, "promptTokenCount"),
                                                count_at(usage, "toolUsePromptTokenCount")),
                            .output_tokens = sum(count_at(usage, "candidatesTokenCount"), thoughts),
                            .cached_tokens = count_at(usage, "cachedContentTokenCount"),
                            .reasoning_tokens = thoughts,
                            .image_tokens = image_tokens(usage),
                            .requests = requests};
    fov_reply_set_usage(reply, &read);
}

/* ---- the reply ------------------------------------------------------------------------------ */

static fov_status read_candidate(const struct fov_provider *provider, const char *json, size_t size,
                                 const fov_json_value *candidate, fov_reply *reply, fov_error *err)
{
    static const char *const path[] = {"candidates", "0", "content", NULL};
    const fov_json_value *content = fov__json_get(candidate, "content");
    const fov_json_value *parts = fov__json_get(content, "parts");
    fov_status rc = FOV_OK;
    if (fov__json_type(candidate) != FOV_JSON_OBJECT) {
        return unexpected(provider, "candidates[0] is no object", err);
    }
    if (fov__json_type(content) != FOV_JSON_OBJECT && fov__json_type(content) != FOV_JSON_NULL) {
        return unexpected(provider, "the candidate's content is no object", err);
    }
    if (fov__json_type(parts) != FOV_JSON_ARRAY && fov__json_type(parts) != FOV_JSON_NULL) {
        return unexpected(provider, "the parts of the candidate's content are no array", err);
    }
    if (fov__json_count(parts) > 0) {
        const struct fov_span raw = fov__json_raw(json, size, path);
        rc = read_parts(provider, parts, raw, reply, err);
        if (rc == FOV_OK) {
            rc = fov_reply_set_raw(reply, raw.data, raw.len, err);
        }
    }
    return rc < 0 ? rc : read_stop(provider, candidate, reply, err);
}

static fov_status read_root(const struct fov_provider *provider, const char *json, size_t size,
                            const fov_json_value *root, uint32_t requests, fov_reply *reply,
                            fov_error *err)
{
    const fov_json_value *candidates = fov__json_get(root, "candidates");
    const fov_json_value *candidate =
        fov__json_type(candidates) == FOV_JSON_ARRAY ? fov__json_child(candidates) : NULL;
    if (candidate == NULL) {
        const fov_json_value *holder =
            fov__json_type(root) == FOV_JSON_ARRAY ? fov__json_child(root) : root;
        const fov_json_value *feedback = fov__json_get(root, "promptFeedback");
        const char *blocked = string_at(feedback, "blockReason");
        if (fov__json_type(fov__json_get(holder, "error")) != FOV_JSON_NULL) {
            return fov__provider_fail_json(provider, 200, root, err);
        }
        if (blocked != NULL) {
            return no_answer(provider, "the prompt was blocked by its content filter", blocked,
                             string_at(feedback, "blockReasonMessage"), err);
        }
        return unexpected(provider, "there are no candidates", err);
    }
    const fov_status rc = read_candidate(provider, json, size, candidate, reply, err);
    read_usage(fov__json_get(root, "usageMetadata"), requests, reply);
    return rc;
}

static fov_status gemini_read(const struct fov_provider *provider, const char *json, size_t size,
                              uint32_t requests, fov_reply *reply, fov_error *err)
{
    struct fov_json *doc = NULL;
    fov_error why;
    fov_status rc = fov__json_parse(&doc, provider->ctx, json, size, FOV__PROVIDER_DEPTH_MAX,
                                    provider->ctx->limits.reply_bytes, &why);
    if (rc == FOV_E_MEMORY) {
        return fov__fail_memory(err, "reply", size);
    }
    if (rc < 0) {
        return fov__fail(err, FOV_E_PROVIDER, 200, provider->cls->name,
                         "%s answered with no valid JSON: %s", provider->where.host, why.message);
    }
    rc = read_root(provider, json, size, fov__json_root(doc), requests, reply, err);
    fov__json_free(doc);
    return rc;
}

/* GOOGLE_GEMINI_BASE_URL, which the official library reads, holds an address without its version:
 * taken as ours it would lead astray, so no variable is named. */
const struct fov_provider_class fov__provider_gemini = {
    .name = "gemini",
    .base_url = "https://generativelanguage.googleapis.com/v1beta",
    .path = "/models/{model}:generateContent",
    .key_env = "GEMINI_API_KEY",
    .key_header = "x-goog-api-key: ",
    .tool_images = FOV_TOOL_IMAGES_DEFAULT,
    .own_members = own_members,
    .configure = fov__gemini_configure,
    .write = fov__gemini_write,
    .read = gemini_read,
};
