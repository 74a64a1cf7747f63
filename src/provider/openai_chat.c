/* SPDX-License-Identifier: MIT */
/* OpenAI's Chat Completions, as its many compatible servers speak it (vLLM, llama-server, Ollama,
 * LM Studio, Mistral, LiteLLM, OpenRouter). What it must get right: an assistant's message goes
 * back byte for byte; a tool's text is a plain string, because Ollama splits an array into one
 * message a part and drops the call's id; a tool's images follow in one user message after all tool
 * messages of the turn, because the format has no other place for them; `tools` is never an empty
 * array, which vLLM refuses; and no value of an enumeration that it does not know is an error.
 * Shapes: the types of the official library 7.57 and the OpenAPI document, autumn 2026. */
#include "provider/provider_internal.h"

static const char *const own_members[] = {
    "model", "messages", "tools", "tool_choice", "max_completion_tokens", "stream", "n", NULL};

/* ---- writing -------------------------------------------------------------------------------- */

static void write_text_part(struct fov_jw *jw, const char *text)
{
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "text");
    fov__jw_string(jw, "text", text);
    fov__jw_end_object(jw);
}

static void write_image_part(const struct fov_provider *provider, struct fov_wire_body *body,
                             const fov_part *image)
{
    struct fov_jw *jw = &body->jw;
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "image_url");
    fov__jw_object(jw, "image_url");
    fov__wire_body_data_url(body, "url", image);
    if (provider->image_detail != NULL) {
        fov__jw_string(jw, "detail", provider->image_detail);
    }
    fov__jw_end_object(jw);
    fov__jw_end_object(jw);
}

static void open_message(struct fov_jw *jw, const char *role)
{
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "role", role);
}

/* A system message is one string: some servers' templates take nothing else. */
static fov_status write_system(struct fov_wire_body *body, const fov_conversation *c, size_t m,
                               fov_error *err)
{
    struct fov_buf text;
    fov_part part;
    fov__buf_init(&text, body->ctx, body->text.max);
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT) {
            fov__buf_adds(&text, text.len > 0 ? "\n\n" : "");
            fov__buf_adds(&text, part.text);
        }
    }
    const fov_status rc = fov__buf_check(&text, "system", err);
    if (rc == FOV_OK) {
        open_message(&body->jw, "system");
        fov__jw_string_n(&body->jw, "content", text.data, text.len);
        fov__jw_end_object(&body->jw);
    }
    fov__buf_free(&text);
    return rc;
}

static void write_user_parts(const struct fov_provider *provider, struct fov_wire_body *body,
                             const fov_conversation *c, size_t m)
{
    fov_part part;
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT) {
            write_text_part(&body->jw, part.text);
        } else if (part.kind == FOV_PART_IMAGE) {
            write_image_part(provider, body, &part);
        }
    }
}

static void write_user(const struct fov_provider *provider, struct fov_wire_body *body,
                       const fov_conversation *c, size_t m)
{
    if (fov_conversation_part_count(c, m) == 0) {
        return; /* servers refuse an empty array */
    }
    open_message(&body->jw, "user");
    fov__jw_array(&body->jw, "content");
    write_user_parts(provider, body, c, m);
    fov__jw_end_array(&body->jw);
    fov__jw_end_object(&body->jw);
}

/* The message as it was received. One without a role, which a lenient server may send but a strict
 * one not accept, gets its role in front; nothing else is touched. */
static bool write_raw(struct fov_jw *jw, const fov_conversation *c, size_t m)
{
    static const char role[] = "{\"role\":\"assistant\"", ours[] = "\"assistant\"";
    static const char *const path[] = {"role", NULL};
    size_t size = 0;
    const char *raw = fov_conversation_raw(c, m, &size);
    if (raw == NULL) {
        return false;
    }
    const char *open = memchr(raw, '{', size);
    if (open == NULL || strspn(raw, " \t\r\n") != (size_t)(open - raw)) {
        return false; /* another provider's raw text, as an array of items */
    }
    const struct fov_span said = fov__json_raw(raw, size, path);
    if (said.data != NULL) {
        if (said.len != strlen(ours) || memcmp(said.data, ours, said.len) != 0) {
            return false; /* another provider's, as {"role":"model","parts":[…]} */
        }
        fov__jw_raw(jw, NULL, raw, size);
        return true;
    }
    const char *rest = open + 1;
    fov__jw_raw(jw, NULL, role, sizeof(role) - 1);
    if (rest[strspn(rest, " \t\r\n")] != '}') {
        fov__buf_addc(jw->buf, ',');
    }
    fov__buf_add(jw->buf, rest, size - (size_t)(rest - raw));
    return true;
}

static void write_calls(struct fov_jw *jw, const fov_conversation *c, size_t m)
{
    fov_part part;
    fov__jw_array(jw, "tool_calls");
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind != FOV_PART_CALL) {
            continue;
        }
        fov__jw_object(jw, NULL);
        fov__jw_string(jw, "id", part.call_id);
        fov__jw_string(jw, "type", "function");
        fov__jw_object(jw, "function");
        fov__jw_string(jw, "name", part.name);
        fov__jw_string(jw, "arguments", part.arguments);
        fov__jw_end_object(jw);
        fov__jw_end_object(jw);
    }
    fov__jw_end_array(jw);
}

/* An assistant's message that no server sent: a script's, or a host's. */
static fov_status write_assistant(struct fov_wire_body *body, const fov_conversation *c, size_t m,
                                  fov_error *err)
{
    struct fov_buf text;
    fov_part part;
    size_t calls = 0;
    fov__buf_init(&text, body->ctx, body->text.max);
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT) {
            fov__buf_adds(&text, part.text);
        }
        calls += part.kind == FOV_PART_CALL;
    }
    const fov_status rc = fov__buf_check(&text, "assistant", err);
    if (rc == FOV_OK) {
        open_message(&body->jw, "assistant");
        if (text.len > 0 || calls == 0) {
            fov__jw_string_n(&body->jw, "content", text.data, text.len);
        } else {
            fov__jw_null(&body->jw, "content");
        }
        if (calls > 0) {
            write_calls(&body->jw, c, m);
        }
        fov__jw_end_object(&body->jw);
    }
    fov__buf_free(&text);
    return rc;
}

/* The images behind the result at `at` stand in its own message. */
static void write_native_content(const struct fov_provider *provider, struct fov_wire_body *body,
                                 const fov_conversation *c, size_t m, size_t at, const char *text)
{
    fov_part part;
    if (fov_conversation_get_part(c, m, at + 1, &part) != FOV_OK || part.kind != FOV_PART_IMAGE) {
        fov__jw_string(&body->jw, "content", text);
        return;
    }
    fov__jw_array(&body->jw, "content");
    write_text_part(&body->jw, text);
    for (size_t i = at + 1;
         fov_conversation_get_part(c, m, i, &part) == FOV_OK && part.kind == FOV_PART_IMAGE; i++) {
        write_image_part(provider, body, &part);
    }
    fov__jw_end_array(&body->jw);
}

static size_t write_results(const struct fov_provider *provider, struct fov_wire_body *body,
                            const fov_conversation *c, size_t m)
{
    fov_part part;
    size_t images = 0;
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind != FOV_PART_RESULT) {
            images += part.kind == FOV_PART_IMAGE;
            continue;
        }
        open_message(&body->jw, "tool");
        fov__jw_string(&body->jw, "tool_call_id", part.call_id);
        if (provider->tool_images == FOV_TOOL_IMAGES_NATIVE) {
            write_native_content(provider, body, c, m, i, part.text);
        } else {
            fov__jw_string(&body->jw, "content", part.text);
        }
        fov__jw_end_object(&body->jw);
    }
    return images;
}

/* Each image behind a line that says which it is and which call asked for it. */
static void write_result_images(const struct fov_provider *provider, struct fov_wire_body *body,
                                const fov_conversation *c, size_t m)
{
    fov_part part;
    fov_part result = {.call_id = "", .name = ""};
    char size[64];
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_RESULT) {
            result = part;
        } else if (part.kind == FOV_PART_IMAGE) {
            struct fov_buf line;
            fov__buf_init(&line, body->ctx, body->text.max);
            fov__format(size, sizeof(size), "%d x %d", (int)part.width, (int)part.height);
            fov__buf_adds(&line, "Image ");
            fov__buf_adds(&line, part.image_id);
            fov__buf_addf(&line, ", %s pixels, from call ", size);
            fov__buf_adds(&line, result.call_id);
            fov__buf_adds(&line, " (");
            fov__buf_adds(&line, result.name);
            fov__buf_adds(&line, "):");
            if (line.status < 0) {
                body->text.status = line.status;
            }
            write_text_part(&body->jw, line.data);
            fov__buf_free(&line);
            write_image_part(provider, body, &part);
        }
    }
}

/* All tool messages from `m` on are one turn: first every result, then one user message with every
 * image and, since templates want roles to alternate, with the user's own words where those come
 * right behind. Returns the first message behind them. */
static size_t write_tool_turn(const struct fov_provider *provider, struct fov_wire_body *body,
                              const fov_conversation *c, size_t m)
{
    size_t images = 0;
    size_t end = m;
    for (; fov_conversation_role(c, end) == FOV_ROLE_TOOL; end++) {
        images += write_results(provider, body, c, end);
    }
    if (images > 0 && provider->tool_images != FOV_TOOL_IMAGES_NATIVE) {
        open_message(&body->jw, "user");
        fov__jw_array(&body->jw, "content");
        for (size_t i = m; i < end; i++) {
            write_result_images(provider, body, c, i);
        }
        if (fov_conversation_role(c, end) == FOV_ROLE_USER) {
            write_user_parts(provider, body, c, end++);
        }
        fov__jw_end_array(&body->jw);
        fov__jw_end_object(&body->jw);
    }
    return end;
}

static fov_status write_messages(const struct fov_provider *provider, struct fov_wire_body *body,
                                 const fov_conversation *c, fov_error *err)
{
    fov_status rc = FOV_OK;
    size_t m = 0;
    fov__jw_array(&body->jw, "messages");
    while (m < fov_conversation_count(c) && rc == FOV_OK) {
        const int32_t role = fov_conversation_role(c, m);
        if (role == FOV_ROLE_TOOL) {
            m = write_tool_turn(provider, body, c, m);
            continue;
        }
        if (role == FOV_ROLE_SYSTEM) {
            rc = write_system(body, c, m, err);
        } else if (role == FOV_ROLE_USER) {
            write_user(provider, body, c, m);
        } else if (!write_raw(&body->jw, c, m)) {
            rc = write_assistant(body, c, m, err);
        }
        m++;
    }
    fov__jw_end_array(&body->jw);
    return rc;
}

/* Parameters are spliced in as they stand; what is no JSON would spoil the whole body. */
static fov_status check_tool(const struct fov_wire_body *body, const fov_tool *tool, size_t index,
                             fov_error *err)
{
    fov_error why;
    if (tool->name == NULL || tool->parameters == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "tools", "tool %zu lacks its %s", index,
                         tool->name == NULL ? "name" : "parameters");
    }
    const fov_status rc = fov__json_check(body->ctx, tool->parameters, strlen(tool->parameters),
                                          FOV__PROVIDER_DEPTH_MAX, body->text.max, &why);
    if (rc == FOV_E_MEMORY) {
        return fov__fail_memory(err, "tools", strlen(tool->parameters));
    }
    return rc == FOV_OK
               ? FOV_OK
               : fov__fail(err, FOV_E_ARG, 0, "tools", "the parameters of tool %s are no JSON: %s",
                           tool->name, why.message);
}

static void write_tool(struct fov_jw *jw, const fov_tool *tool)
{
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "function");
    fov__jw_object(jw, "function");
    fov__jw_string(jw, "name", tool->name);
    if (tool->description != NULL) {
        fov__jw_string(jw, "description", tool->description);
    }
    fov__jw_raw(jw, "parameters", tool->parameters, strlen(tool->parameters));
    if (tool->is_strict) {
        fov__jw_bool(jw, "strict", true);
    }
    fov__jw_end_object(jw);
    fov__jw_end_object(jw);
}

static fov_status write_tools(struct fov_wire_body *body, const fov_request *request,
                              fov_error *err)
{
    struct fov_jw *jw = &body->jw;
    if (request->tool_count == 0) {
        return FOV_OK;
    }
    fov__jw_array(jw, "tools");
    for (size_t i = 0; i < request->tool_count; i++) {
        const fov_status rc = check_tool(body, &request->tools[i], i, err);
        if (rc < 0) {
            return rc;
        }
        write_tool(jw, &request->tools[i]);
    }
    fov__jw_end_array(jw);
    if (request->tool_choice == FOV_TOOL_CHOICE_NONE) {
        fov__jw_string(jw, "tool_choice", "none");
    }
    return FOV_OK;
}

static fov_status chat_write(const struct fov_provider *provider, const fov_request *request,
                             struct fov_wire_body *body, fov_error *err)
{
    struct fov_jw *jw = &body->jw;
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "model", provider->model);
    fov_status rc = write_messages(provider, body, request->conversation, err);
    if (rc == FOV_OK) {
        rc = write_tools(body, request, err);
    }
    if (request->max_output_tokens > 0) {
        fov__jw_int(jw, "max_completion_tokens", request->max_output_tokens);
    }
    if (provider->extra != NULL) {
        fov__jw_raw(jw, NULL, provider->extra, strlen(provider->extra));
    }
    fov__jw_end_object(jw);
    return rc;
}

/* ---- reading -------------------------------------------------------------------------------- */

static fov_status unexpected(const struct fov_provider *provider, const char *what, fov_error *err)
{
    return fov__fail(err, FOV_E_PROVIDER, 200, provider->cls->name,
                     "%s answered something unexpected: %s", provider->where.host, what);
}

/* A string, or an array of which the parts of type "text" are meant; thinking and other parts stay
 * in the raw text only. */
static fov_status read_content(const fov_json_value *content, fov_reply *reply, fov_error *err)
{
    const char *text = fov__json_string(content);
    if (text != NULL) {
        return text[0] != '\0' ? fov_reply_add_text(reply, text, err) : FOV_OK;
    }
    fov_status rc = FOV_OK;
    if (fov__json_type(content) != FOV_JSON_ARRAY) {
        return rc;
    }
    for (const fov_json_value *p = fov__json_child(content); p != NULL && rc == FOV_OK;
         p = fov__json_next(p)) {
        const char *type = fov__json_string(fov__json_get(p, "type"));
        text = fov__json_string(fov__json_get(p, "text"));
        if (type != NULL && strcmp(type, "text") == 0 && text != NULL && text[0] != '\0') {
            rc = fov_reply_add_text(reply, text, err);
        }
    }
    return rc;
}

/* A place in the reply's text, for values that are wanted as they were written. */
struct source {
    const struct fov_provider *provider;
    const char *json;
    size_t size;
};

/* Arguments are a string that holds JSON; Mistral also sends the object itself, which is then given
 * as it was written. */
static fov_status read_call(const struct source *source, const fov_json_value *call, size_t index,
                            fov_reply *reply, fov_error *err)
{
    const fov_json_value *function = fov__json_get(call, "function");
    const fov_json_value *arguments = fov__json_get(function, "arguments");
    const char *name = fov__json_string(fov__json_get(function, "name"));
    const char *id = fov__json_string(fov__json_get(call, "id"));
    const char *text = fov__json_string(arguments);
    if (name == NULL) {
        return unexpected(source->provider, "a tool call without a function name", err);
    }
    if (id != NULL && id[0] == '\0') {
        id = NULL;
    }
    if (text != NULL || fov__json_type(arguments) == FOV_JSON_NULL) {
        return fov_reply_add_call(reply, id, name, text != NULL ? text : "{}", err);
    }
    char place[24];
    fov__format(place, sizeof(place), "%zu", index);
    const char *const path[] = {"choices", "0",        "message",   "tool_calls",
                                place,     "function", "arguments", NULL};
    const struct fov_span span = fov__json_raw(source->json, source->size, path);
    char *copy = fov__strndup(source->provider->ctx, span.data, span.len);
    if (copy == NULL) {
        return fov__fail_memory(err, "arguments", span.len);
    }
    const fov_status rc = fov_reply_add_call(reply, id, name, copy, err);
    fov__free(source->provider->ctx, copy);
    return rc;
}

static fov_status read_message(const struct source *source, const fov_json_value *message,
                               fov_reply *reply, fov_error *err)
{
    static const char *const path[] = {"choices", "0", "message", NULL};
    fov_status rc = read_content(fov__json_get(message, "content"), reply, err);
    const char *refusal = fov__json_string(fov__json_get(message, "refusal"));
    if (rc == FOV_OK && refusal != NULL && refusal[0] != '\0') {
        rc = fov_reply_add_text(reply, refusal, err);
    }
    size_t index = 0;
    const fov_json_value *calls = fov__json_get(message, "tool_calls");
    if (rc == FOV_OK && fov__json_type(calls) != FOV_JSON_ARRAY &&
        fov__json_type(calls) != FOV_JSON_NULL) {
        return unexpected(source->provider, "tool_calls is no array", err);
    }
    const fov_json_value *call = fov__json_child(calls);
    for (; call != NULL && rc == FOV_OK; call = fov__json_next(call)) {
        rc = read_call(source, call, index++, reply, err);
    }
    if (rc == FOV_OK) {
        const struct fov_span raw = fov__json_raw(source->json, source->size, path);
        rc = fov_reply_set_raw(reply, raw.data, raw.len, err);
    }
    return rc;
}

/* Why it stopped, in the server's own word, whatever that is. Nothing at all, because of a filter
 * or of a budget spent on reasoning, is an error that says so: there is no answer to go on with. */
static fov_status read_stop(const struct fov_provider *provider, const fov_json_value *choice,
                            fov_reply *reply, fov_error *err)
{
    const char *reason = fov__json_string(fov__json_get(choice, "finish_reason"));
    const char *refusal =
        fov__json_string(fov__json_get(fov__json_get(choice, "message"), "refusal"));
    if (fov_reply_part_count(reply) == 0 && reason != NULL) {
        if (strcmp(reason, "content_filter") == 0) {
            return unexpected(provider, "the whole answer was withheld by its content filter", err);
        }
        if (strcmp(reason, "length") == 0) {
            return unexpected(provider,
                              "its limit of output tokens was spent before the answer began", err);
        }
    }
    if (refusal != NULL && refusal[0] != '\0') {
        reason = "refusal";
    }
    return reason != NULL ? fov_reply_set_stop(reply, reason, err) : FOV_OK;
}

static int64_t count_at(const fov_json_value *object, const char *key)
{
    double value = -1;
    const bool is_count =
        fov__json_number(fov__json_get(object, key), &value) && value >= 0 && value < 9e15;
    return is_count ? (int64_t)value : -1;
}

static void read_usage(const fov_json_value *usage, uint32_t requests, fov_reply *reply)
{
    const fov_json_value *in = fov__json_get(usage, "prompt_tokens_details");
    const fov_json_value *out = fov__json_get(usage, "completion_tokens_details");
    const fov_usage read = {.input_tokens = count_at(usage, "prompt_tokens"),
                            .output_tokens = count_at(usage, "completion_tokens"),
                            .cached_tokens = count_at(in, "cached_tokens"),
                            .reasoning_tokens = count_at(out, "reasoning_tokens"),
                            .image_tokens = count_at(in, "image_tokens"),
                            .requests = requests};
    fov_reply_set_usage(reply, &read);
}

static fov_status read_root(const struct source *source, const fov_json_value *root,
                            uint32_t requests, fov_reply *reply, fov_error *err)
{
    const fov_json_value *choices = fov__json_get(root, "choices");
    const fov_json_value *choice =
        fov__json_type(choices) == FOV_JSON_ARRAY ? fov__json_child(choices) : NULL;
    const fov_json_value *message = fov__json_get(choice, "message");
    const fov_json_value *error = fov__json_get(root, "error");
    if (choice == NULL && fov__json_type(error) != FOV_JSON_NULL) {
        return fov__provider_fail_json(source->provider, 200, root,
                                       err); /* OpenRouter answers 200 so */
    }
    if (fov__json_type(message) != FOV_JSON_OBJECT) {
        return unexpected(source->provider, "there is no choices[0].message", err);
    }
    fov_status rc = read_message(source, message, reply, err);
    if (rc == FOV_OK) {
        rc = read_stop(source->provider, choice, reply, err);
    }
    read_usage(fov__json_get(root, "usage"), requests, reply);
    return rc;
}

static fov_status chat_read(const struct fov_provider *provider, const char *json, size_t size,
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

const struct fov_provider_class fov__provider_openai_chat = {
    .name = "openai_chat",
    .base_url = "https://api.openai.com/v1",
    .path = "/chat/completions",
    .key_env = "OPENAI_API_KEY",
    .base_env = "OPENAI_BASE_URL",
    .key_header = "Authorization: Bearer ",
    .tool_images = FOV_TOOL_IMAGES_FOLLOW,
    .own_members = own_members,
    .write = chat_write,
    .read = chat_read,
};
