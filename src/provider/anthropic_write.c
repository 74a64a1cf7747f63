/* SPDX-License-Identifier: MIT */
/* A conversation as a request of Anthropic's Messages. The blocks of an assistant's message go back
 * byte for byte, since newer models bind each thinking block to everything before it, `system` and
 * `tools` included; withdrawn tools therefore stay declared and are only forbidden (tool_choice
 * none). Results stand first in the user's message behind their calls, images inside them. It must
 * never change what an earlier request said, but for cache_control, which the server leaves out of
 * that comparison; nor let an image that we sized be shrunk unseen: coordinates would be off. */
#include "provider/anthropic_internal.h"

/* The server requires a limit. The official library refuses more than 21 333 without streaming,
 * since the answer could outlast its ten minutes; every model that is sold allows 32 000. */
#define MAX_TOKENS 16384

#define NONE SIZE_MAX

/* ---- writing: blocks ------------------------------------------------------------------------ */

/* Messages of the user's side, [from, end): one message on the wire. */
struct turn {
    const struct fov_provider *provider;
    struct fov_wire_body *body;
    const fov_conversation *c;
    size_t from, end;
    size_t to_mark; /* results and images until the one that ends a cached prefix; 0: none */
};

/* Blocks without a visible character are refused. */
static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n\v\f")] == '\0';
}

static void write_text(struct fov_jw *jw, const char *text)
{
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "text");
    fov__jw_string(jw, "text", text);
    fov__jw_end_object(jw);
}

static void write_mark(struct turn *t)
{
    if (t->to_mark > 0 && --t->to_mark == 0) {
        fov__jw_object(&t->body->jw, "cache_control");
        fov__jw_string(&t->body->jw, "type", "ephemeral");
        fov__jw_end_object(&t->body->jw);
    }
}

/* An image that we sized is refused rather than shrunk; of a caller's own bytes nobody promised
 * anything, so they are judged as the caller says. */
static void write_image(struct turn *t, size_t m, size_t i, const fov_part *image, bool is_block)
{
    struct fov_jw *jw = &t->body->jw;
    const char *oversized = t->provider->image_detail;
    if (oversized == NULL && fov__conversation_is_delivery(t->c, m, i)) {
        oversized = "error";
    }
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "image");
    fov__jw_object(jw, "source");
    fov__jw_string(jw, "type", "base64");
    fov__jw_string(jw, "media_type", image->mime);
    fov__wire_body_base64(t->body, "data", image);
    fov__jw_end_object(jw);
    if (oversized != NULL) {
        fov__jw_object(jw, "transformations");
        fov__jw_string(jw, "oversized_image", oversized);
        fov__jw_end_object(jw);
    }
    if (is_block) {
        write_mark(t);
    }
    fov__jw_end_object(jw);
}

/* Ids are [a-zA-Z0-9_-]+ here; those of other servers are written with _XX for what is not. The
 * same in a call and in its result. */
static void write_id(struct fov_wire_body *body, const char *key, const char *id)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    struct fov_buf text;
    if (id[0] != '\0' && id[strspn(id, plain)] == '\0') {
        fov__jw_string(&body->jw, key, id);
        return;
    }
    fov__buf_init(&text, body->ctx, body->text.max);
    fov__buf_adds(&text, id[0] == '\0' ? "_" : "");
    for (const char *c = id; *c != '\0'; c++) {
        if (strchr(plain, *c) != NULL) {
            fov__buf_addc(&text, *c);
        } else {
            fov__buf_addf(&text, "_%02X", (unsigned)(unsigned char)*c);
        }
    }
    if (text.status < 0) {
        body->text.status = text.status;
    } else {
        fov__jw_string_n(&body->jw, key, text.data, text.len);
    }
    fov__buf_free(&text);
}

/* ---- writing: the user's side --------------------------------------------------------------- */

/* Whether a result's images stand inside it. The content of an error is text only. */
static bool is_inside(const struct turn *t, const fov_part *result)
{
    return t->provider->tool_images == FOV_TOOL_IMAGES_NATIVE && result->is_error == 0;
}

static void write_result(struct turn *t, size_t m, size_t at, const fov_part *result)
{
    struct fov_jw *jw = &t->body->jw;
    fov_part image;
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "tool_result");
    write_id(t->body, "tool_use_id", result->call_id);
    fov__jw_array(jw, "content");
    if (!is_blank(result->text)) {
        write_text(jw, result->text);
    }
    for (size_t i = at + 1;
         is_inside(t, result) && fov_conversation_get_part(t->c, m, i, &image) == FOV_OK &&
         image.kind == FOV_PART_IMAGE;
         i++) {
        write_image(t, m, i, &image, false);
    }
    fov__jw_end_array(jw);
    if (result->is_error != 0) {
        fov__jw_bool(jw, "is_error", true);
    }
    write_mark(t);
    fov__jw_end_object(jw);
}

/* An image outside its result, behind a line that says which it is and which call asked for it. */
static void write_outside(struct turn *t, size_t m, size_t i, const fov_part *result,
                          const fov_part *image)
{
    char size[64];
    struct fov_buf line;
    fov__buf_init(&line, t->body->ctx, t->body->text.max);
    fov__format(size, sizeof(size), ", %d x %d pixels, from call ", (int)image->width,
                (int)image->height);
    fov__buf_adds(&line, "Image ");
    fov__buf_adds(&line, image->image_id);
    fov__buf_adds(&line, size);
    fov__buf_adds(&line, result->call_id);
    fov__buf_adds(&line, " (");
    fov__buf_adds(&line, result->name);
    fov__buf_adds(&line, "):");
    if (line.status < 0) {
        t->body->text.status = line.status;
    } else {
        write_text(&t->body->jw, line.data);
    }
    fov__buf_free(&line);
    write_image(t, m, i, image, true);
}

/* Everything but results and what is in them, in its order. */
static void write_rest(struct turn *t)
{
    fov_part part, result = {.kind = FOV_PART_TEXT};
    for (size_t m = t->from; m < t->end; m++) {
        const bool is_tool = fov_conversation_role(t->c, m) == FOV_ROLE_TOOL;
        for (size_t i = 0; fov_conversation_get_part(t->c, m, i, &part) == FOV_OK; i++) {
            if (part.kind == FOV_PART_RESULT) {
                result = part;
            } else if (part.kind == FOV_PART_TEXT && !is_blank(part.text)) {
                write_text(&t->body->jw, part.text);
            } else if (part.kind == FOV_PART_IMAGE && !is_tool) {
                write_image(t, m, i, &part, true);
            } else if (part.kind == FOV_PART_IMAGE && !is_inside(t, &result)) {
                write_outside(t, m, i, &result, &part);
            }
        }
    }
}

/* How many blocks the turn has, and in *marks how many of them are results and images. */
static size_t count_blocks(const struct turn *t, size_t *marks)
{
    fov_part part, result = {.kind = FOV_PART_TEXT};
    size_t texts = 0;
    *marks = 0;
    for (size_t m = t->from; m < t->end; m++) {
        const bool is_tool = fov_conversation_role(t->c, m) == FOV_ROLE_TOOL;
        for (size_t i = 0; fov_conversation_get_part(t->c, m, i, &part) == FOV_OK; i++) {
            if (part.kind == FOV_PART_RESULT) {
                result = part;
                ++*marks;
            } else if (part.kind == FOV_PART_IMAGE) {
                *marks += !is_tool || !is_inside(t, &result);
            } else {
                texts += part.kind == FOV_PART_TEXT && !is_blank(part.text);
            }
        }
    }
    return texts + *marks;
}

static bool is_user_side(const fov_conversation *c, size_t m)
{
    const int32_t role = fov_conversation_role(c, m);
    return role == FOV_ROLE_USER || role == FOV_ROLE_TOOL;
}

static void find_turn(struct turn *t, const struct fov_provider *provider,
                      struct fov_wire_body *body, const fov_conversation *c, size_t m)
{
    *t = (struct turn){.provider = provider, .body = body, .c = c, .from = m, .end = m};
    while (is_user_side(c, t->end)) {
        t->end++;
    }
}

/* The turns whose last result or image ends a cached prefix: the first, which holds the originals;
 * the newest; and the one before that, where the last request wrote the cache: a server looks back
 * over twenty blocks only, which a few parallel calls fill. */
struct marks {
    size_t first, before, newest;
};

static struct marks find_marks(const struct fov_provider *provider, const fov_conversation *c)
{
    struct marks at = {NONE, NONE, NONE};
    struct turn t;
    size_t marks;
    for (size_t m = 0; m<fov_conversation_count(c); m = t.end> m ? t.end : m + 1) {
        find_turn(&t, provider, NULL, c, m);
        if (count_blocks(&t, &marks) > 0 && marks > 0) {
            at.first = at.first == NONE ? m : at.first;
            at.before = at.newest;
            at.newest = m;
        }
    }
    return at;
}

static void write_turn(struct turn *t, const struct marks *at)
{
    struct fov_jw *jw = &t->body->jw;
    fov_part part;
    size_t marks;
    if (count_blocks(t, &marks) == 0) {
        return; /* an empty message is refused */
    }
    if (t->from == at->first || t->from == at->before || t->from == at->newest) {
        t->to_mark = marks;
    }
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "role", "user");
    fov__jw_array(jw, "content");
    for (size_t m = t->from; m < t->end; m++) {
        for (size_t i = 0; fov_conversation_get_part(t->c, m, i, &part) == FOV_OK; i++) {
            if (part.kind == FOV_PART_RESULT) {
                write_result(t, m, i, &part);
            }
        }
    }
    write_rest(t);
    fov__jw_end_array(jw);
    fov__jw_end_object(jw);
}

/* ---- writing: the assistant and the system -------------------------------------------------- */

/* Every reply that was read here has a block of one of these types; another provider's raw text is
 * no array, or one of items of other types. */
static bool is_own_raw(const char *raw, size_t size)
{
    char place[24];
    if (raw == NULL || size == 0 || raw[0] != '[') {
        return false;
    }
    for (size_t i = 0;; i++) {
        fov__format(place, sizeof(place), "%zu", i);
        const char *const item[] = {place, NULL}, *const path[] = {place, "type", NULL};
        const struct fov_span type = fov__json_raw(raw, size, path);
        if (type.data == NULL && fov__json_raw(raw, size, item).data == NULL) {
            return false;
        }
        if ((type.len == 6 && memcmp(type.data, "\"text\"", 6) == 0) ||
            (type.len == 10 && memcmp(type.data, "\"tool_use\"", 10) == 0)) {
            return true;
        }
    }
}

/* The input of a call is an object. What a model wrote instead is wrapped as the documentation of
 * this API advises, so that it sees its own words beside the error that answers them. */
static fov_status write_input(struct fov_wire_body *body, const char *arguments, fov_error *err)
{
    const size_t len = strlen(arguments);
    const fov_status rc =
        fov__json_check(body->ctx, arguments, len, FOV__PROVIDER_DEPTH_MAX, body->text.max, NULL);
    if (rc == FOV_E_MEMORY) {
        return fov__fail_memory(err, "arguments", len);
    }
    if (rc == FOV_OK && arguments[strspn(arguments, " \t\r\n")] == '{') {
        fov__jw_raw(&body->jw, "input", arguments, len);
        return FOV_OK;
    }
    fov__jw_object(&body->jw, "input");
    if (!is_blank(arguments)) {
        fov__jw_string(&body->jw, "INVALID_JSON", arguments);
    }
    fov__jw_end_object(&body->jw);
    return FOV_OK;
}

/* A message that this API did not send: a script's, a host's or another provider's. */
static fov_status write_parts(struct fov_wire_body *body, const fov_conversation *c, size_t m,
                              fov_error *err)
{
    struct fov_jw *jw = &body->jw;
    fov_status rc = FOV_OK;
    fov_part part;
    fov__jw_array(jw, "content");
    for (size_t i = 0; rc == FOV_OK && fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT && !is_blank(part.text)) {
            write_text(jw, part.text);
        } else if (part.kind == FOV_PART_CALL) {
            fov__jw_object(jw, NULL);
            fov__jw_string(jw, "type", "tool_use");
            write_id(body, "id", part.call_id);
            fov__jw_string(jw, "name", part.name);
            rc = write_input(body, part.arguments, err);
            fov__jw_end_object(jw);
        }
    }
    fov__jw_end_array(jw);
    return rc;
}

static bool has_content(const fov_conversation *c, size_t m)
{
    fov_part part;
    for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_CALL || (part.kind == FOV_PART_TEXT && !is_blank(part.text))) {
            return true;
        }
    }
    return false;
}

static fov_status write_assistant(struct fov_wire_body *body, const fov_conversation *c, size_t m,
                                  fov_error *err)
{
    fov_status rc = FOV_OK;
    size_t size = 0;
    const char *raw = fov_conversation_raw(c, m, &size);
    const bool is_own = is_own_raw(raw, size);
    if (!is_own && !has_content(c, m)) {
        return FOV_OK;
    }
    fov__jw_object(&body->jw, NULL);
    fov__jw_string(&body->jw, "role", "assistant");
    if (is_own) {
        fov__jw_raw(&body->jw, "content", raw, size);
    } else {
        rc = write_parts(body, c, m, err);
    }
    fov__jw_end_object(&body->jw);
    return rc;
}

static void write_texts(struct fov_jw *jw, const fov_conversation *c, size_t from, size_t end)
{
    fov_part part;
    for (size_t m = from; m < end; m++) {
        for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
            if (part.kind == FOV_PART_TEXT && !is_blank(part.text)) {
                write_text(jw, part.text);
            }
        }
    }
}

/* What the conversation opens with is the top-level member; what the host adds later stays in its
 * place, since a changed `system` would undo all thinking. Returns the first message behind it. */
static size_t write_system(struct fov_jw *jw, const fov_conversation *c)
{
    size_t end = 0;
    bool is_empty = true;
    for (; fov_conversation_role(c, end) == FOV_ROLE_SYSTEM; end++) {
        is_empty = is_empty && !has_content(c, end);
    }
    if (!is_empty) {
        fov__jw_array(jw, "system");
        write_texts(jw, c, 0, end);
        fov__jw_end_array(jw);
    }
    return end;
}

static void write_later_system(struct fov_jw *jw, const fov_conversation *c, size_t m)
{
    if (has_content(c, m)) {
        fov__jw_object(jw, NULL);
        fov__jw_string(jw, "role", "system");
        fov__jw_array(jw, "content");
        write_texts(jw, c, m, m + 1);
        fov__jw_end_array(jw);
        fov__jw_end_object(jw);
    }
}

static fov_status write_messages(const struct fov_provider *provider, struct fov_wire_body *body,
                                 const fov_conversation *c, fov_error *err)
{
    const struct marks at = find_marks(provider, c);
    fov_status rc = FOV_OK;
    struct turn t;
    size_t m = write_system(&body->jw, c);
    fov__jw_array(&body->jw, "messages");
    while (m < fov_conversation_count(c) && rc == FOV_OK) {
        const int32_t role = fov_conversation_role(c, m);
        find_turn(&t, provider, body, c, m);
        if (t.end > m) {
            write_turn(&t, &at);
            m = t.end;
            continue;
        }
        if (role == FOV_ROLE_SYSTEM) {
            write_later_system(&body->jw, c, m);
        } else {
            rc = write_assistant(body, c, m, err);
        }
        m++;
    }
    fov__jw_end_array(&body->jw);
    return rc;
}

/* ---- writing: the request ------------------------------------------------------------------- */

/* Schemas are spliced in as they stand; what is no JSON would spoil the whole body. */
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

static fov_status write_tools(struct fov_wire_body *body, const fov_request *request,
                              fov_error *err)
{
    struct fov_jw *jw = &body->jw;
    if (request->tool_count == 0) {
        return FOV_OK;
    }
    fov__jw_array(jw, "tools");
    for (size_t i = 0; i < request->tool_count; i++) {
        const fov_tool *tool = &request->tools[i];
        const fov_status rc = check_tool(body, tool, i, err);
        if (rc < 0) {
            return rc;
        }
        fov__jw_object(jw, NULL);
        fov__jw_string(jw, "name", tool->name);
        if (tool->description != NULL) {
            fov__jw_string(jw, "description", tool->description);
        }
        fov__jw_raw(jw, "input_schema", tool->parameters, strlen(tool->parameters));
        if (tool->is_strict) {
            fov__jw_bool(jw, "strict", true);
        }
        fov__jw_end_object(jw);
    }
    fov__jw_end_array(jw);
    if (request->tool_choice == FOV_TOOL_CHOICE_NONE) {
        fov__jw_object(jw, "tool_choice");
        fov__jw_string(jw, "type", "none");
        fov__jw_end_object(jw);
    }
    return FOV_OK;
}

fov_status fov__anthropic_write(const struct fov_provider *provider, const fov_request *request,
                                struct fov_wire_body *body, fov_error *err)
{
    struct fov_jw *jw = &body->jw;
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "model", provider->model);
    fov__jw_int(jw, "max_tokens",
                request->max_output_tokens > 0 ? request->max_output_tokens : MAX_TOKENS);
    fov_status rc = write_messages(provider, body, request->conversation, err);
    if (rc == FOV_OK) {
        rc = write_tools(body, request, err);
    }
    if (provider->extra != NULL) {
        fov__jw_raw(jw, NULL, provider->extra, strlen(provider->extra));
    }
    fov__jw_end_object(jw);
    return rc;
}
