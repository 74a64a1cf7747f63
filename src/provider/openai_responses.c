/* SPDX-License-Identifier: MIT */
/* OpenAI's Responses, as xAI, OpenRouter, llama-server, vLLM, Ollama and LM Studio speak it too:
 * names, and what a reply says. Requests are written by openai_responses_write.c. It must never
 * pass on an answer that could not be sent back (one without content, a call without its id), nor
 * keep quiet about reasoning that the server left out of what the model saw. No value of an
 * enumeration and no type of item that it does not know is an error: such items are kept and sent
 * back. Shapes: the types of the official library 7.57, November 2026. */
#include "provider/openai_responses_internal.h"

/* `store` and `include` are ours too, but `extra` may replace them. The rest of these would make
 * the server add to the conversation what we send already, or answer later. */
static const char *const own_members[] = {
    "model",  "input",      "tools",        "tool_choice",          "max_output_tokens",
    "stream", "background", "conversation", "previous_response_id", NULL};

/* The reply's text, for values that are wanted as they were written. */
struct source {
    const struct fov_provider *provider;
    const char *json;
    size_t size;
};

/* What the items of an output were. */
struct output {
    size_t count;
    size_t keep; /* items until the last one that is no reasoning */
    bool is_refusal;
};

static fov_status unexpected(const struct fov_provider *provider, const char *what, fov_error *err)
{
    return fov__fail(err, FOV_E_PROVIDER, 200, provider->cls->name,
                     "%s answered something unexpected: %s", provider->where.host, what);
}

static const char *string_at(const fov_json_value *object, const char *key)
{
    return fov__json_string(fov__json_get(object, key));
}

static bool is_text(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

/* ---- items ---------------------------------------------------------------------------------- */

/* A part of a type that is not known stays in the raw text only. */
static fov_status read_part(const struct source *source, const fov_json_value *part,
                            struct output *output, fov_reply *reply, fov_error *err)
{
    const char *type = string_at(part, "type"), *text = NULL;
    if (is_text(type, "output_text")) {
        text = string_at(part, "text");
        if (text == NULL) {
            return unexpected(source->provider, "an output_text without its text", err);
        }
    } else if (is_text(type, "refusal")) {
        text = string_at(part, "refusal");
        output->is_refusal = true;
    }
    return text != NULL && text[0] != '\0' ? fov_reply_add_text(reply, text, err) : FOV_OK;
}

/* Commentary and the final answer (`phase`) are both text; which is which stays in the raw text. */
static fov_status read_message(const struct source *source, const fov_json_value *message,
                               struct output *output, fov_reply *reply, fov_error *err)
{
    const fov_json_value *content = fov__json_get(message, "content");
    const char *role = string_at(message, "role"), *text = fov__json_string(content);
    fov_status rc = FOV_OK;
    if (role != NULL && strcmp(role, "assistant") != 0) {
        return FOV_OK;
    }
    if (text != NULL) {
        return text[0] != '\0' ? fov_reply_add_text(reply, text, err) : FOV_OK;
    }
    if (fov__json_type(content) != FOV_JSON_ARRAY) {
        return unexpected(source->provider, "a message whose content is no array", err);
    }
    for (const fov_json_value *part = fov__json_child(content); part != NULL && rc == FOV_OK;
         part = fov__json_next(part)) {
        rc = read_part(source, part, output, reply, err);
    }
    return rc;
}

/* Arguments are a string that holds JSON; where a server sends the object itself, it is given as it
 * was written. A call's id stands in the raw text that goes back: a missing one cannot be made. */
static fov_status read_call(const struct source *source, const fov_json_value *call, size_t index,
                            fov_reply *reply, fov_error *err)
{
    const fov_json_value *arguments = fov__json_get(call, "arguments");
    const char *name = string_at(call, "name"), *id = string_at(call, "call_id");
    const char *text = fov__json_string(arguments);
    char place[24];
    fov__format(place, sizeof(place), "%zu", index);
    const char *const path[] = {"output", place, "arguments", NULL};
    if (id == NULL || id[0] == '\0') {
        return unexpected(source->provider, "a function_call without its call_id", err);
    }
    if (name == NULL || name[0] == '\0') {
        return unexpected(source->provider, "a function_call without its name", err);
    }
    if (text != NULL || fov__json_type(arguments) == FOV_JSON_NULL) {
        return fov_reply_add_call(reply, id, name, text != NULL ? text : "{}", err);
    }
    const struct fov_span span = fov__json_raw(source->json, source->size, path);
    char *copy = fov__strndup(source->provider->ctx, span.data, span.len);
    if (copy == NULL) {
        return fov__fail_memory(err, "arguments", span.len);
    }
    const fov_status rc = fov_reply_add_call(reply, id, name, copy, err);
    fov__free(source->provider->ctx, copy);
    return rc;
}

static fov_status read_item(const struct source *source, const fov_json_value *item,
                            struct output *output, fov_reply *reply, fov_error *err)
{
    const char *type = string_at(item, "type");
    const size_t index = output->count++;
    if (type == NULL) {
        return unexpected(source->provider, "an item of output without its type", err);
    }
    if (strcmp(type, "reasoning") != 0) {
        output->keep = output->count;
    }
    if (strcmp(type, "message") == 0) {
        return read_message(source, item, output, reply, err);
    }
    return strcmp(type, "function_call") == 0 ? read_call(source, item, index, reply, err) : FOV_OK;
}

/* ---- the end of an answer ------------------------------------------------------------------- */

static const char *incomplete_reason(const fov_json_value *root)
{
    return string_at(fov__json_get(root, "incomplete_details"), "reason");
}

/* There is nothing to go on with, and reasoning alone is refused when it is sent back. */
static fov_status no_answer(const struct fov_provider *provider, const fov_json_value *root,
                            fov_error *err)
{
    static const char *const known[][2] = {
        {"max_output_tokens", "its limit of output tokens was spent before the answer began"},
        {"content_filter", "the whole answer was withheld by its content filter"},
        {"queued", "the answer has not begun yet (status queued)"},
        {"in_progress", "the answer has not begun yet (status in_progress)"},
    };
    const char *status = string_at(root, "status");
    const char *why = is_text(status, "incomplete") ? incomplete_reason(root) : status;
    for (size_t i = 0; i < FOV_COUNT(known); i++) {
        if (is_text(why, known[i][0])) {
            return unexpected(provider, known[i][1], err);
        }
    }
    return unexpected(provider, "there is neither text nor a function_call in its output", err);
}

/* Why it stopped, in the server's own word: of an incomplete response the reason. */
static fov_status read_stop(const fov_json_value *root, const struct output *output,
                            fov_reply *reply, fov_error *err)
{
    const char *status = string_at(root, "status"), *stop = status;
    if (is_text(status, "incomplete") && incomplete_reason(root) != NULL) {
        stop = incomplete_reason(root);
    } else if (output->is_refusal) {
        stop = "refusal";
    }
    return stop != NULL ? fov_reply_set_stop(reply, stop, err) : FOV_OK;
}

/* The array of items as it came. Where the answer was cut while the model went on to think, that
 * last reasoning has no item behind it, without which it is refused later: it is left off. */
static fov_status keep_raw(const struct source *source, const struct output *output, bool is_cut,
                           fov_reply *reply, fov_error *err)
{
    static const char *const path[] = {"output", NULL};
    const struct fov_span raw = fov__json_raw(source->json, source->size, path);
    if (!is_cut || output->keep == output->count || output->keep == 0) {
        return fov_reply_set_raw(reply, raw.data, raw.len, err);
    }
    char place[24];
    fov__format(place, sizeof(place), "%zu", output->keep - 1);
    const char *const last_path[] = {"output", place, NULL};
    const struct fov_span last = fov__json_raw(source->json, source->size, last_path);
    struct fov_buf kept;
    fov__buf_init(&kept, source->provider->ctx, raw.len + 1);
    fov__buf_add(&kept, raw.data, (size_t)(last.data + last.len - raw.data));
    fov__buf_addc(&kept, ']');
    fov_status rc = fov__buf_check(&kept, "raw", err);
    if (rc == FOV_OK) {
        rc = fov_reply_set_raw(reply, kept.data, kept.len, err);
    }
    fov__buf_free(&kept);
    return rc;
}

/* ---- what the server did besides ------------------------------------------------------------ */

/* A plain word of a short list; anything else of a server's is not shown. */
static const char *shown_word(const char *text)
{
    const size_t len = text != NULL ? strlen(text) : 0;
    const bool is_word = len > 0 && len <= 40 && strspn(text, "abcdefghijklmnopqrstuvwxyz_") == len;
    return is_word ? text : "a reason that is not known here";
}

/* Reasoning that was sent back and that the model did not see. That it ends with its turn is the
 * caller's own setting (reasoning.context); everything else lost the thread, and is a warning. */
static void tell_transformations(const struct fov_provider *provider, const fov_json_value *root)
{
    const fov_json_value *list = fov__json_get(root, "input_transformations");
    const char *first = NULL;
    size_t lost = 0, ended = 0;
    if (fov__json_type(list) != FOV_JSON_ARRAY) {
        return;
    }
    for (const fov_json_value *v = fov__json_child(list); v != NULL; v = fov__json_next(v)) {
        const char *reason = string_at(v, "reason");
        if (is_text(reason, "turn_boundary")) {
            ended++;
            continue;
        }
        first = lost++ == 0 ? reason : first;
    }
    if (lost > 0) {
        fov__log(provider->ctx, FOV_LOG_WARNING,
                 "%s: %s left earlier reasoning out of what the model saw, %zu item%s: %s",
                 provider->cls->name, provider->where.host, lost, lost == 1 ? "" : "s",
                 shown_word(first));
    }
    if (ended > 0) {
        fov__log(provider->ctx, FOV_LOG_INFO,
                 "%s: %s left reasoning out whose turn is over, %zu item%s", provider->cls->name,
                 provider->where.host, ended, ended == 1 ? "" : "s");
    }
}

static int64_t count_at(const fov_json_value *object, const char *key)
{
    double value = -1;
    const bool is_count =
        fov__json_number(fov__json_get(object, key), &value) && value >= 0 && value < 9e15;
    return is_count ? (int64_t)value : -1;
}

/* OpenAI's types have no image_tokens here; servers that translate Chat Completions send them. */
static void read_usage(const fov_json_value *usage, uint32_t requests, fov_reply *reply)
{
    const fov_json_value *in = fov__json_get(usage, "input_tokens_details");
    const fov_json_value *out = fov__json_get(usage, "output_tokens_details");
    const fov_usage read = {.input_tokens = count_at(usage, "input_tokens"),
                            .output_tokens = count_at(usage, "output_tokens"),
                            .cached_tokens = count_at(in, "cached_tokens"),
                            .reasoning_tokens = count_at(out, "reasoning_tokens"),
                            .image_tokens = count_at(in, "image_tokens"),
                            .requests = requests};
    fov_reply_set_usage(reply, &read);
}

/* ---- the reply ------------------------------------------------------------------------------ */

/* A response that is none: an error object, or a status that no answer has. */
static fov_status check_root(const struct fov_provider *provider, const fov_json_value *root,
                             fov_error *err)
{
    const char *status = string_at(root, "status");
    if (fov__json_type(fov__json_get(root, "error")) != FOV_JSON_NULL) {
        return fov__provider_fail_json(provider, 200, root, err);
    }
    if (is_text(status, "failed")) {
        return unexpected(provider, "the response failed, and no reason was given", err);
    }
    if (is_text(status, "cancelled")) {
        return unexpected(provider, "the response was cancelled", err);
    }
    return fov__json_type(fov__json_get(root, "output")) == FOV_JSON_ARRAY
               ? FOV_OK
               : unexpected(provider, "there is no array of output", err);
}

static fov_status read_root(const struct source *source, const fov_json_value *root,
                            uint32_t requests, fov_reply *reply, fov_error *err)
{
    struct output output = {0, 0, false};
    fov_status rc = check_root(source->provider, root, err);
    if (rc < 0) {
        return rc;
    }
    for (const fov_json_value *item = fov__json_child(fov__json_get(root, "output"));
         item != NULL && rc == FOV_OK; item = fov__json_next(item)) {
        rc = read_item(source, item, &output, reply, err);
    }
    if (rc == FOV_OK && fov_reply_part_count(reply) == 0) {
        rc = no_answer(source->provider, root, err);
    }
    if (rc == FOV_OK) {
        rc = read_stop(root, &output, reply, err);
    }
    if (rc == FOV_OK) {
        rc =
            keep_raw(source, &output, is_text(string_at(root, "status"), "incomplete"), reply, err);
    }
    tell_transformations(source->provider, root);
    read_usage(fov__json_get(root, "usage"), requests, reply);
    return rc;
}

static fov_status responses_read(const struct fov_provider *provider, const char *json, size_t size,
                                 uint32_t requests, fov_reply *reply, fov_error *err)
{
    struct fov_json *doc = NULL;
    fov_error why;
    const struct source source = {provider, json, size};
    fov_status rc = fov__json_parse(&doc, provider->ctx, json, size, FOV__PROVIDER_DEPTH_MAX,
                                    provider->ctx->limits.reply_bytes, &why);
    if (rc == FOV_E_MEMORY) {
        return fov__fail_memory(err, "reply", size);
    }
    if (rc < 0) {
        return fov__fail(err, FOV_E_PROVIDER, 200, provider->cls->name,
                         "%s answered with no valid JSON: %s", provider->where.host, why.message);
    }
    rc = read_root(&source, fov__json_root(doc), requests, reply, err);
    fov__json_free(doc);
    return rc;
}

const struct fov_provider_class fov__provider_openai_responses = {
    .name = "openai_responses",
    .base_url = "https://api.openai.com/v1",
    .path = "/responses",
    .key_env = "OPENAI_API_KEY",
    .base_env = "OPENAI_BASE_URL",
    .key_header = "Authorization: Bearer ",
    .tool_images = FOV_TOOL_IMAGES_NATIVE,
    .own_members = own_members,
    .write = fov__responses_write,
    .read = responses_read,
};
