/* SPDX-License-Identifier: MIT */
/* A conversation as a request of Gemini's generateContent. A model's content goes back byte for
 * byte with its thought signatures: a call without the one it came with is a 400 from the third
 * generation on, and parts must be neither joined nor split. Withdrawn tools stay declared and are
 * only forbidden (mode NONE), so that the prefix which signatures and the implicit cache hang on is
 * the same; the API has no explicit mark for its cache. Every call of a content is answered in one
 * user content, results first. It must never name an image inside a result (displayName, $ref):
 * the server refuses that (googleapis/python-genai issues 2268 and 2792, July 2026).
 * Shapes: the types of the official library 3.1, November 2026. */
#include "provider/gemini_internal.h"

/* What the documentation of thought signatures allows for calls that were made elsewhere, by
 * another model or a program, and so have none. */
#define NO_SIGNATURE "skip_thought_signature_validator"

#define NAME_MAX_LENGTH 128u

/* ---- parts ---------------------------------------------------------------------------------- */

static void write_text(struct fov_jw *jw, const char *text)
{
    if (text[0] != '\0') { /* an empty part is refused */
        fov__jw_object(jw, NULL);
        fov__jw_string(jw, "text", text);
        fov__jw_end_object(jw);
    }
}

static void write_blob(struct fov_wire_body *body, const fov_part *image)
{
    fov__jw_object(&body->jw, "inlineData");
    fov__jw_string(&body->jw, "mimeType", image->mime);
    fov__wire_body_base64(body, "data", image);
    fov__jw_end_object(&body->jw);
}

static void write_image(const struct fov_provider *provider, struct fov_wire_body *body,
                        const fov_part *image)
{
    const char *level = fov__gemini_part_level(provider);
    fov__jw_object(&body->jw, NULL);
    write_blob(body, image);
    if (level != NULL) {
        fov__jw_object(&body->jw, "mediaResolution");
        fov__jw_string(&body->jw, "level", level);
        fov__jw_end_object(&body->jw);
    }
    fov__jw_end_object(&body->jw);
}

/* Whether a message has a part that will be written: contents without parts are refused. */
static bool has_content(const fov_conversation *c, size_t m)
{
    fov_part part;
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind != FOV_PART_TEXT || part.text[0] != '\0') {
            return true;
        }
    }
    return false;
}

static void open_content(struct fov_jw *jw, const char *key, const char *role)
{
    fov__jw_object(jw, key);
    if (role != NULL) {
        fov__jw_string(jw, "role", role);
    }
    fov__jw_array(jw, "parts");
}

static void close_content(struct fov_jw *jw)
{
    fov__jw_end_array(jw);
    fov__jw_end_object(jw);
}

static void write_parts(const struct fov_provider *provider, struct fov_wire_body *body,
                        const fov_conversation *c, size_t m)
{
    fov_part part;
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT) {
            write_text(&body->jw, part.text);
        } else if (part.kind == FOV_PART_IMAGE) {
            write_image(provider, body, &part);
        }
    }
}

static void write_user(const struct fov_provider *provider, struct fov_wire_body *body,
                       const fov_conversation *c, size_t m)
{
    if (has_content(c, m)) {
        open_content(&body->jw, NULL, "user");
        write_parts(provider, body, c, m);
        close_content(&body->jw);
    }
}

/* ---- the model's side ----------------------------------------------------------------------- */

/* The raw text of this message when it is a content of Gemini's: an object with parts. Other
 * providers keep other shapes. */
static const char *own_raw(const fov_conversation *c, size_t m, size_t *size)
{
    static const char *const path[] = {"parts", "0", NULL};
    const char *raw = fov_conversation_raw(c, m, size);
    return raw != NULL && raw[strspn(raw, " \t\r\n")] == '{' &&
                   fov__json_raw(raw, *size, path).data != NULL
               ? raw
               : NULL;
}

/* The content as it was received. One without a role would count as the user's: it gets its role in
 * front; nothing else is touched. */
static bool write_raw(struct fov_jw *jw, const fov_conversation *c, size_t m)
{
    static const char role[] = "{\"role\":\"model\",";
    static const char *const path[] = {"role", NULL};
    size_t size = 0;
    const char *raw = own_raw(c, m, &size);
    if (raw == NULL) {
        return false;
    }
    if (fov__json_raw(raw, size, path).data != NULL) {
        fov__jw_raw(jw, NULL, raw, size);
        return true;
    }
    const char *rest = raw + strspn(raw, " \t\r\n") + 1;
    fov__jw_raw(jw, NULL, role, sizeof(role) - 1);
    fov__buf_add(jw->buf, rest, size - (size_t)(rest - raw));
    return true;
}

/* `args` is an object on this wire. What a model elsewhere wrote instead is shown to this one as a
 * text, so that the error that answers it makes sense. */
static fov_status write_args(struct fov_wire_body *body, const char *arguments, fov_error *err)
{
    const size_t size = strlen(arguments);
    fov_status rc =
        fov__json_check(body->ctx, arguments, size, FOV__PROVIDER_DEPTH_MAX, body->text.max, NULL);
    if (rc == FOV_E_MEMORY) {
        return fov__fail_memory(err, "arguments", size);
    }
    if (rc == FOV_OK && arguments[strspn(arguments, " \t\r\n")] == '{') {
        fov__jw_raw(&body->jw, "args", arguments, size);
        return FOV_OK;
    }
    fov__jw_object(&body->jw, "args");
    fov__jw_string(&body->jw, "arguments", arguments);
    fov__jw_end_object(&body->jw);
    return FOV_OK;
}

static fov_status write_call(struct fov_wire_body *body, const fov_part *call,
                             const char *signature, fov_error *err)
{
    struct fov_jw *jw = &body->jw;
    fov__jw_object(jw, NULL);
    fov__jw_object(jw, "functionCall");
    fov__jw_string(jw, "id", call->call_id);
    fov__jw_string(jw, "name", call->name);
    const fov_status rc = write_args(body, call->arguments, err);
    fov__jw_end_object(jw);
    if (signature != NULL) {
        fov__jw_string(jw, "thoughtSignature", signature);
    }
    fov__jw_end_object(jw);
    return rc;
}

/* A message that Gemini did not send: a script's, a host's, another provider's. Of parallel calls
 * the first has the signature. */
static fov_status write_model(const struct fov_provider *provider, struct fov_wire_body *body,
                              const fov_conversation *c, size_t m, fov_error *err)
{
    const char *signature = fov__gemini_is_old(provider) ? NULL : NO_SIGNATURE;
    fov_status rc = FOV_OK;
    fov_part part;
    if (!has_content(c, m)) {
        return FOV_OK;
    }
    open_content(&body->jw, NULL, "model");
    for (size_t i = 0; rc == FOV_OK && fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT) {
            write_text(&body->jw, part.text);
        } else if (part.kind == FOV_PART_CALL) {
            rc = write_call(body, &part, signature, err);
            signature = NULL;
        }
    }
    close_content(&body->jw);
    return rc;
}

/* ---- results -------------------------------------------------------------------------------- */

/* The calls that a turn answers, in their order. An older model gives them no ids: those in the
 * conversation were made here and mean nothing to it, so its results go by name and order. */
struct calls {
    struct fov_json *doc;       /* NULL: the message was written with its ids */
    const fov_json_value *part; /* the next one to look at */
};

static fov_status calls_open(struct calls *calls, const struct fov_provider *provider,
                             const fov_conversation *c, size_t tool, fov_error *err)
{
    size_t size = 0;
    const char *raw = tool > 0 ? own_raw(c, tool - 1, &size) : NULL;
    *calls = (struct calls){NULL, NULL};
    if (raw == NULL) {
        return FOV_OK;
    }
    const fov_status rc =
        fov__json_parse(&calls->doc, provider->ctx, raw, size, FOV__PROVIDER_DEPTH_MAX, size, err);
    if (rc == FOV_OK) {
        calls->part = fov__json_child(fov__json_get(fov__json_root(calls->doc), "parts"));
    }
    return rc;
}

static bool next_has_id(struct calls *calls)
{
    for (; calls->part != NULL; calls->part = fov__json_next(calls->part)) {
        const fov_json_value *call = fov__json_get(calls->part, "functionCall");
        if (fov__json_type(call) == FOV_JSON_OBJECT) {
            const char *id = fov__json_string(fov__json_get(call, "id"));
            calls->part = fov__json_next(calls->part);
            return id != NULL && id[0] != '\0';
        }
    }
    return calls->doc == NULL;
}

/* The images behind the result at `at`, inside it. */
static void write_inner_images(struct fov_wire_body *body, const fov_conversation *c, size_t m,
                               size_t at)
{
    fov_part part;
    if (fov_conversation_get_part(c, m, at + 1, &part) != FOV_OK || part.kind != FOV_PART_IMAGE) {
        return;
    }
    fov__jw_array(&body->jw, "parts");
    for (size_t i = at + 1;
         fov_conversation_get_part(c, m, i, &part) == FOV_OK && part.kind == FOV_PART_IMAGE; i++) {
        fov__jw_object(&body->jw, NULL);
        write_blob(body, &part);
        fov__jw_end_object(&body->jw);
    }
    fov__jw_end_array(&body->jw);
}

static void write_results(const struct fov_provider *provider, struct fov_wire_body *body,
                          const fov_conversation *c, size_t m, struct calls *calls)
{
    struct fov_jw *jw = &body->jw;
    fov_part part;
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind != FOV_PART_RESULT) {
            continue;
        }
        fov__jw_object(jw, NULL);
        fov__jw_object(jw, "functionResponse");
        if (next_has_id(calls)) {
            fov__jw_string(jw, "id", part.call_id);
        }
        fov__jw_string(jw, "name", part.name);
        fov__jw_object(jw, "response");
        fov__jw_string(jw, part.is_error ? "error" : "output", part.text);
        fov__jw_end_object(jw);
        if (provider->tool_images == FOV_TOOL_IMAGES_NATIVE) {
            write_inner_images(body, c, m, i);
        }
        fov__jw_end_object(jw);
        fov__jw_end_object(jw);
    }
}

/* Each image behind a line that says which it is; the results name them too. */
static void write_following_images(const struct fov_provider *provider, struct fov_wire_body *body,
                                   const fov_conversation *c, size_t m)
{
    fov_part part;
    const char *name = "";
    char size[64];
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_RESULT) {
            name = part.name;
        } else if (part.kind == FOV_PART_IMAGE) {
            struct fov_buf line;
            fov__buf_init(&line, body->ctx, body->text.max);
            fov__format(size, sizeof(size), ", %d x %d pixels, from ", (int)part.width,
                        (int)part.height);
            fov__buf_adds(&line, "Image ");
            fov__buf_adds(&line, part.image_id);
            fov__buf_adds(&line, size);
            fov__buf_adds(&line, name);
            fov__buf_adds(&line, ":");
            if (line.status < 0) {
                body->text.status = line.status;
            } else {
                write_text(&body->jw, line.data);
            }
            fov__buf_free(&line);
            write_image(provider, body, &part);
        }
    }
}

/* All tool messages from `*m` on are one content; `*m` becomes the first message behind them. */
static fov_status write_tool_turn(const struct fov_provider *provider, struct fov_wire_body *body,
                                  const fov_conversation *c, size_t *m, fov_error *err)
{
    const size_t from = *m;
    size_t parts = 0;
    struct calls calls;
    for (; fov_conversation_role(c, *m) == FOV_ROLE_TOOL; ++*m) {
        parts += fov_conversation_part_count(c, *m);
    }
    if (parts == 0) {
        return FOV_OK;
    }
    const fov_status rc = calls_open(&calls, provider, c, from, err);
    if (rc < 0) {
        return rc;
    }
    open_content(&body->jw, NULL, "user");
    for (size_t i = from; i < *m; i++) {
        write_results(provider, body, c, i, &calls);
    }
    for (size_t i = from; i < *m && provider->tool_images == FOV_TOOL_IMAGES_FOLLOW; i++) {
        write_following_images(provider, body, c, i);
    }
    close_content(&body->jw);
    fov__json_free(calls.doc);
    return FOV_OK;
}

/* ---- the request ---------------------------------------------------------------------------- */

/* The system's messages before any other; those that come later stay at their place, as the user's,
 * since what was said before must not change. Returns the first message behind them. */
static size_t write_system(const struct fov_provider *provider, struct fov_wire_body *body,
                           const fov_conversation *c)
{
    size_t end = 0;
    bool has_text = false;
    for (; fov_conversation_role(c, end) == FOV_ROLE_SYSTEM; end++) {
        has_text = has_text || has_content(c, end);
    }
    if (has_text) {
        open_content(&body->jw, "systemInstruction", NULL);
        for (size_t m = 0; m < end; m++) {
            write_parts(provider, body, c, m);
        }
        close_content(&body->jw);
    }
    return end;
}

static fov_status write_contents(const struct fov_provider *provider, struct fov_wire_body *body,
                                 const fov_conversation *c, size_t m, fov_error *err)
{
    fov_status rc = FOV_OK;
    fov__jw_array(&body->jw, "contents");
    while (m < fov_conversation_count(c) && rc == FOV_OK) {
        const int32_t role = fov_conversation_role(c, m);
        if (role == FOV_ROLE_TOOL) {
            rc = write_tool_turn(provider, body, c, &m, err);
            continue;
        }
        if (role != FOV_ROLE_ASSISTANT) {
            write_user(provider, body, c, m);
        } else if (!write_raw(&body->jw, c, m)) {
            rc = write_model(provider, body, c, m, err);
        }
        m++;
    }
    fov__jw_end_array(&body->jw);
    return rc;
}

static bool is_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
                                  "0123456789.:-";
    const size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_LENGTH && strspn(name, letters) == len &&
           strchr("0123456789.:-", name[0]) == NULL;
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
    if (!is_name(tool->name)) {
        return fov__fail(err, FOV_E_ARG, 0, "tools",
                         "a tool is named \"%s\", where up to 128 letters, digits, \"_\", \".\", "
                         "\":\" and \"-\" are allowed, a letter or \"_\" first",
                         tool->name);
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
    fov__jw_string(jw, "name", tool->name);
    if (tool->description != NULL) {
        fov__jw_string(jw, "description", tool->description);
    }
    fov__jw_raw(jw, "parametersJsonSchema", tool->parameters, strlen(tool->parameters));
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
    fov__jw_object(jw, NULL);
    fov__jw_array(jw, "functionDeclarations");
    for (size_t i = 0; i < request->tool_count; i++) {
        const fov_status rc = check_tool(body, &request->tools[i], i, err);
        if (rc < 0) {
            return rc;
        }
        write_tool(jw, &request->tools[i]);
    }
    close_content(jw);
    fov__jw_end_array(jw);
    if (request->tool_choice == FOV_TOOL_CHOICE_NONE) {
        fov__jw_object(jw, "toolConfig");
        fov__jw_object(jw, "functionCallingConfig");
        fov__jw_string(jw, "mode", "NONE");
        fov__jw_end_object(jw);
        fov__jw_end_object(jw);
    }
    return FOV_OK;
}

fov_status fov__gemini_write(const struct fov_provider *provider, const fov_request *request,
                             struct fov_wire_body *body, fov_error *err)
{
    const fov_conversation *c = request->conversation;
    fov__jw_object(&body->jw, NULL);
    const size_t first = write_system(provider, body, c);
    fov_status rc = write_contents(provider, body, c, first, err);
    if (rc == FOV_OK) {
        rc = write_tools(body, request, err);
    }
    if (rc == FOV_OK) {
        rc = fov__gemini_write_config(provider, request, body, err);
    }
    fov__jw_end_object(&body->jw);
    return rc;
}
