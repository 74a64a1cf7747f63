/* SPDX-License-Identifier: MIT */
/* Anthropic's Messages, version 2026-10-21, as llama-server, Ollama, LM Studio, vLLM, LiteLLM and
 * OpenRouter speak it too: names, and what a reply says. Requests are written by anthropic_write.c.
 * It must never pass on an answer that could not be sent back: one without content, or a call
 * without its id. No value of an enumeration or type of block that it does not know is an error.
 * Shapes: the types of the official library 1.13 and its documentation, November 2026. */
#include "provider/anthropic_internal.h"

static const char *const own_members[] = {"model", "max_tokens",  "system", "messages",
                                          "tools", "tool_choice", "stream", NULL};
static const char *const headers[] = {"anthropic-version: 2026-10-21", NULL};

static fov_status configure(struct fov_provider *provider, fov_error *err)
{
    const char *detail = provider->image_detail;
    if (detail != NULL && strcmp(detail, "error") != 0 && strcmp(detail, "downsize") != 0) {
        return fov__fail(err, FOV_E_ARG, 0, "image_detail",
                         "image_detail is \"%s\", where anthropic knows \"error\" and "
                         "\"downsize\", for an image that is too large",
                         detail);
    }
    return FOV_OK;
}

/* The reply's text, for values that are wanted as they were written. */
struct source {
    const struct fov_provider *provider;
    const char *json;
    size_t size;
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

/* A call's id and name are sent back inside the raw text: one that is missing cannot be made up. */
static fov_status read_call(const struct source *source, const fov_json_value *block, size_t index,
                            fov_reply *reply, fov_error *err)
{
    const char *id = string_at(block, "id"), *name = string_at(block, "name");
    char place[24];
    fov__format(place, sizeof(place), "%zu", index);
    const char *const path[] = {"content", place, "input", NULL};
    if (id == NULL || id[0] == '\0') {
        return unexpected(source->provider, "a tool_use without its id", err);
    }
    if (name == NULL || name[0] == '\0') {
        return unexpected(source->provider, "a tool_use without its name", err);
    }
    const struct fov_span span = fov__json_raw(source->json, source->size, path);
    if (span.data == NULL) {
        return fov_reply_add_call(reply, id, name, "{}", err);
    }
    char *input = fov__strndup(source->provider->ctx, span.data, span.len);
    if (input == NULL) {
        return fov__fail_memory(err, "input", span.len);
    }
    const fov_status rc = fov_reply_add_call(reply, id, name, input, err);
    fov__free(source->provider->ctx, input);
    return rc;
}

/* Thinking, and types of blocks that are not known yet, stay in the raw text only. */
static fov_status read_block(const struct source *source, const fov_json_value *block, size_t index,
                             fov_reply *reply, fov_error *err)
{
    const char *type = string_at(block, "type");
    if (type == NULL) {
        return unexpected(source->provider, "a block of content without its type", err);
    }
    if (strcmp(type, "tool_use") == 0) {
        return read_call(source, block, index, reply, err);
    }
    if (strcmp(type, "text") != 0) {
        return FOV_OK;
    }
    const char *text = string_at(block, "text");
    if (text == NULL) {
        return unexpected(source->provider, "a text block without its text", err);
    }
    return text[0] != '\0' ? fov_reply_add_text(reply, text, err) : FOV_OK;
}

/* A category is a plain word of a short list; anything else of a server's is not shown here. */
static bool is_word(const char *text)
{
    const size_t len = text != NULL ? strlen(text) : 0;
    return len > 0 && len <= 40 && strspn(text, "abcdefghijklmnopqrstuvwxyz_") == len;
}

/* There is nothing to go on with, and an empty message could not be sent back. */
static fov_status no_answer(const struct fov_provider *provider, const fov_json_value *root,
                            fov_error *err)
{
    static const char *const known[][2] = {
        {"max_tokens", "its limit of output tokens was spent before the answer began"},
        {"model_context_window_exceeded",
         "the conversation filled the model's context window before the answer began"},
        {"pause_turn", "it paused its turn before the answer began"},
        {"refusal", "the model refused to answer"},
    };
    const char *stop = string_at(root, "stop_reason");
    const char *category = string_at(fov__json_get(root, "stop_details"), "category");
    char refusal[96];
    if (stop != NULL && strcmp(stop, "refusal") == 0 && is_word(category)) {
        fov__format(refusal, sizeof(refusal), "the model refused to answer (%s)", category);
        return unexpected(provider, refusal, err);
    }
    for (size_t i = 0; stop != NULL && i < FOV_COUNT(known); i++) {
        if (strcmp(stop, known[i][0]) == 0) {
            return unexpected(provider, known[i][1], err);
        }
    }
    return unexpected(provider, "there is neither text nor a tool call in its content", err);
}

static int64_t count_at(const fov_json_value *object, const char *key)
{
    double value = -1;
    const bool is_count =
        fov__json_number(fov__json_get(object, key), &value) && value >= 0 && value < 1e15;
    return is_count ? (int64_t)value : -1;
}

/* Here the input excludes what was written to and read from the cache; the sum is the prompt. */
static void read_usage(const fov_json_value *usage, uint32_t requests, fov_reply *reply)
{
    const int64_t fresh = count_at(usage, "input_tokens");
    const int64_t written = count_at(usage, "cache_creation_input_tokens");
    const int64_t cached = count_at(usage, "cache_read_input_tokens");
    const fov_json_value *out = fov__json_get(usage, "output_tokens_details");
    const fov_usage read = {.input_tokens = fresh < 0 ? -1
                                                      : fresh + (written > 0 ? written : 0) +
                                                            (cached > 0 ? cached : 0),
                            .output_tokens = count_at(usage, "output_tokens"),
                            .cached_tokens = cached,
                            .reasoning_tokens = count_at(out, "thinking_tokens"),
                            .image_tokens = -1,
                            .requests = requests};
    fov_reply_set_usage(reply, &read);
}

static fov_status read_root(const struct source *source, const fov_json_value *root,
                            uint32_t requests, fov_reply *reply, fov_error *err)
{
    static const char *const path[] = {"content", NULL};
    const fov_json_value *content = fov__json_get(root, "content");
    const char *stop = string_at(root, "stop_reason");
    fov_status rc = FOV_OK;
    size_t index = 0;
    if (fov__json_type(content) != FOV_JSON_ARRAY) {
        return fov__json_type(fov__json_get(root, "error")) != FOV_JSON_NULL
                   ? fov__provider_fail_json(source->provider, 200, root, err)
                   : unexpected(source->provider, "there is no array of content", err);
    }
    for (const fov_json_value *block = fov__json_child(content); block != NULL && rc == FOV_OK;
         block = fov__json_next(block)) {
        rc = read_block(source, block, index++, reply, err);
    }
    if (rc == FOV_OK && fov_reply_part_count(reply) == 0) {
        rc = no_answer(source->provider, root, err);
    }
    if (rc == FOV_OK && stop != NULL) {
        rc = fov_reply_set_stop(reply, stop, err);
    }
    if (rc == FOV_OK) {
        const struct fov_span raw = fov__json_raw(source->json, source->size, path);
        rc = fov_reply_set_raw(reply, raw.data, raw.len, err);
    }
    read_usage(fov__json_get(root, "usage"), requests, reply);
    return rc;
}

static fov_status messages_read(const struct fov_provider *provider, const char *json, size_t size,
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

/* The key's own header is x-api-key, which this API and the servers that copy it all read; the
 * official library's newer "Authorization: Bearer" is not known to all of them. */
const struct fov_provider_class fov__provider_anthropic = {
    .name = "anthropic",
    .base_url = "https://api.anthropic.com/v1",
    .base_tail = "/v1",
    .path = "/messages",
    .key_env = "ANTHROPIC_API_KEY",
    .base_env = "ANTHROPIC_BASE_URL",
    .key_header = "x-api-key: ",
    .headers = headers,
    .tool_images = FOV_TOOL_IMAGES_NATIVE,
    .own_members = own_members,
    .configure = configure,
    .write = fov__anthropic_write,
    .read = messages_read,
};
