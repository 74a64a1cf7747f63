/* SPDX-License-Identifier: MIT */
/* A conversation as a request of OpenAI's Responses, which keeps nothing on the server: the whole
 * of `input` is sent each time, and every item that the server gave goes back byte for byte in its
 * place, since newer models drop reasoning whose prefix changed. So nothing earlier is ever written
 * differently: system text is an item in its place (xAI refuses `instructions`), marks of the cache
 * stay where they once were, and withdrawn tools stay declared and are only forbidden. */
#include "provider/openai_responses_internal.h"

/* The longest call id that the API takes, in characters. */
#define CALL_ID_MAX 64

/* What `extra` has of its own. */
struct extras {
    bool store, include, cache;
};

struct writer {
    const struct fov_provider *provider;
    struct fov_wire_body *body;
    const fov_conversation *c;
    bool has_marks;     /* the caller chose prompt_cache_options, so the model knows breakpoints */
    bool calls_are_raw; /* the last calls stand in the server's own text */
};

/* ---- content -------------------------------------------------------------------------------- */

static void write_text(struct fov_jw *jw, const char *type, const char *text)
{
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", type);
    fov__jw_string(jw, "text", text);
    fov__jw_end_object(jw);
}

/* `detail` is a required member of a message's image; "auto" is what its absence would mean. */
static void write_image(struct writer *w, const fov_part *image, bool is_marked)
{
    struct fov_jw *jw = &w->body->jw;
    const char *detail = w->provider->image_detail;
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "input_image");
    fov__wire_body_data_url(w->body, "image_url", image);
    fov__jw_string(jw, "detail", detail != NULL ? detail : "auto");
    if (is_marked && w->has_marks) {
        fov__jw_object(jw, "prompt_cache_breakpoint");
        fov__jw_string(jw, "mode", "explicit");
        fov__jw_end_object(jw);
    }
    fov__jw_end_object(jw);
}

/* Every item says its type: llama-server cannot tell some of them otherwise. */
static void open_message(struct fov_jw *jw, const char *role)
{
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "message");
    fov__jw_string(jw, "role", role);
}

/* A place in the conversation; a message of SIZE_MAX is none. */
struct place {
    size_t message, part;
};

/* The last image in messages [from, end): it ends what is worth caching. */
static struct place last_image(const fov_conversation *c, size_t from, size_t end)
{
    struct place place = {SIZE_MAX, 0};
    fov_part part;
    for (size_t m = from; m < end; m++) {
        for (size_t i = 0; fov_conversation_get_part(c, m, i, &part) == FOV_OK; i++) {
            if (part.kind == FOV_PART_IMAGE) {
                place = (struct place){m, i};
            }
        }
    }
    return place;
}

static bool is_at(struct place place, size_t message, size_t part)
{
    return place.message == message && place.part == part;
}

/* ---- system and user ------------------------------------------------------------------------ */

static void write_system(struct writer *w, size_t m)
{
    struct fov_jw *jw = &w->body->jw;
    struct fov_buf text;
    fov_part part;
    fov__buf_init(&text, w->body->ctx, w->body->text.max);
    for (size_t i = 0; fov_conversation_get_part(w->c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT) {
            fov__buf_adds(&text, text.len > 0 ? "\n\n" : "");
            fov__buf_adds(&text, part.text);
        }
    }
    if (text.status < 0) {
        w->body->text.status = text.status; /* asked for at the end */
    } else if (text.len > 0) {
        open_message(jw, "system");
        fov__jw_string_n(jw, "content", text.data, text.len);
        fov__jw_end_object(jw);
    }
    fov__buf_free(&text);
}

static void write_user_parts(struct writer *w, size_t m)
{
    const struct place last = last_image(w->c, m, m + 1);
    fov_part part;
    for (size_t i = 0; fov_conversation_get_part(w->c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT) {
            write_text(&w->body->jw, "input_text", part.text);
        } else if (part.kind == FOV_PART_IMAGE) {
            write_image(w, &part, is_at(last, m, i));
        }
    }
}

static void write_user(struct writer *w, size_t m)
{
    struct fov_jw *jw = &w->body->jw;
    if (fov_conversation_part_count(w->c, m) == 0) {
        return; /* an empty array is refused */
    }
    open_message(jw, "user");
    fov__jw_array(jw, "content");
    write_user_parts(w, m);
    fov__jw_end_array(jw);
    fov__jw_end_object(jw);
}

/* ---- the assistant -------------------------------------------------------------------------- */

static bool is_word(struct fov_span span, const char *quoted)
{
    return span.data != NULL && span.len == strlen(quoted) &&
           memcmp(span.data, quoted, span.len) == 0;
}

/* Every reply that was read here has a message or a function_call with its call_id; another
 * provider's raw text is no array, or one of items of other types. */
static bool is_own_item(const char *item, size_t size)
{
    static const char *const type_path[] = {"type", NULL}, *const id_path[] = {"call_id", NULL};
    const struct fov_span type = fov__json_raw(item, size, type_path);
    return is_word(type, "\"message\"") ||
           (is_word(type, "\"function_call\"") && fov__json_raw(item, size, id_path).data != NULL);
}

/* The items between the brackets of our own raw text, {NULL, 0} for any other. */
static struct fov_span own_items(const char *raw, size_t size)
{
    static const char space[] = " \t\r\n";
    static const char *const here[] = {NULL};
    struct fov_span items = {NULL, 0};
    const char *end = raw + size;
    bool is_own = false;
    if (raw == NULL || raw[strspn(raw, space)] != '[') {
        return items;
    }
    items.data = raw + strspn(raw, space) + 1;
    for (const char *at = items.data;;) {
        at += strspn(at, space);
        if (*at == ']') {
            break;
        }
        const struct fov_span item = fov__json_raw(at, (size_t)(end - at), here);
        is_own = is_own || is_own_item(item.data, item.len);
        items.len = (size_t)(item.data + item.len - items.data);
        at = item.data + item.len;
        at += strspn(at, space);
        at += *at == ',';
    }
    return is_own ? items : (struct fov_span){NULL, 0};
}

/* The API refuses an id that is too long, as a host or another provider may give; the same one
 * always becomes the same digest. What the server itself named keeps its name. */
static void write_call_id(struct writer *w, const char *id)
{
    char hex[65], made[CALL_ID_MAX + 1];
    if (w->calls_are_raw || strlen(id) <= CALL_ID_MAX) {
        fov__jw_string(&w->body->jw, "call_id", id);
        return;
    }
    fov__sha256_hex(hex, id, strlen(id));
    fov__format(made, sizeof(made), "call_%.40s", hex);
    fov__jw_string(&w->body->jw, "call_id", made);
}

/* A message that no server sent, or another provider's. It has no item id: one made up could be
 * looked for on the server. The official type asks for one; the API does not. */
static void write_assistant_parts(struct writer *w, size_t m)
{
    struct fov_jw *jw = &w->body->jw;
    fov_part part;
    for (size_t i = 0; fov_conversation_get_part(w->c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_TEXT) {
            open_message(jw, "assistant");
            fov__jw_array(jw, "content");
            write_text(jw, "output_text", part.text);
            fov__jw_end_array(jw);
            fov__jw_end_object(jw);
        } else if (part.kind == FOV_PART_CALL) {
            fov__jw_object(jw, NULL);
            fov__jw_string(jw, "type", "function_call");
            write_call_id(w, part.call_id);
            fov__jw_string(jw, "name", part.name);
            fov__jw_string(jw, "arguments", part.arguments);
            fov__jw_end_object(jw);
        }
    }
}

static void write_assistant(struct writer *w, size_t m)
{
    size_t size = 0;
    const char *raw = fov_conversation_raw(w->c, m, &size);
    const struct fov_span items = own_items(raw, size);
    w->calls_are_raw = items.data != NULL;
    if (w->calls_are_raw) {
        fov__jw_raw(&w->body->jw, NULL, items.data, items.len);
    } else {
        write_assistant_parts(w, m);
    }
}

/* ---- results -------------------------------------------------------------------------------- */

/* The output of a call: a plain string where it is text alone, which every server takes, else an
 * array with the images that stand behind the result. There is no member that tells an error: its
 * text does. */
static void write_output(struct writer *w, size_t m, size_t at, const char *text, struct place last)
{
    struct fov_jw *jw = &w->body->jw;
    fov_part part;
    const bool has_images = w->provider->tool_images == FOV_TOOL_IMAGES_NATIVE &&
                            fov_conversation_get_part(w->c, m, at + 1, &part) == FOV_OK &&
                            part.kind == FOV_PART_IMAGE;
    if (!has_images) {
        fov__jw_string(jw, "output", text);
        return;
    }
    fov__jw_array(jw, "output");
    if (text[0] != '\0') {
        write_text(jw, "input_text", text);
    }
    for (size_t i = at + 1;
         fov_conversation_get_part(w->c, m, i, &part) == FOV_OK && part.kind == FOV_PART_IMAGE;
         i++) {
        write_image(w, &part, is_at(last, m, i));
    }
    fov__jw_end_array(jw);
}

static void write_results(struct writer *w, size_t m, struct place last)
{
    struct fov_jw *jw = &w->body->jw;
    fov_part part;
    for (size_t i = 0; fov_conversation_get_part(w->c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_RESULT) {
            fov__jw_object(jw, NULL);
            fov__jw_string(jw, "type", "function_call_output");
            write_call_id(w, part.call_id);
            write_output(w, m, i, part.text, last);
            fov__jw_end_object(jw);
        }
    }
}

/* An image outside its result, behind a line that says which it is and which call asked for it. */
static void write_outside(struct writer *w, const fov_part *result, const fov_part *image,
                          bool is_marked)
{
    char size[64];
    struct fov_buf line;
    fov__buf_init(&line, w->body->ctx, w->body->text.max);
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
        w->body->text.status = line.status;
    } else {
        write_text(&w->body->jw, "input_text", line.data);
    }
    fov__buf_free(&line);
    write_image(w, image, is_marked);
}

static void write_outside_images(struct writer *w, size_t m, struct place last)
{
    fov_part part, result = {.call_id = "", .name = ""};
    for (size_t i = 0; fov_conversation_get_part(w->c, m, i, &part) == FOV_OK; i++) {
        if (part.kind == FOV_PART_RESULT) {
            result = part;
        } else if (part.kind == FOV_PART_IMAGE) {
            write_outside(w, &result, &part, is_at(last, m, i));
        }
    }
}

/* All tool messages from `m` on are one turn. Where images do not stand inside, one user message
 * behind all outputs has them and, since templates want roles to alternate, the user's own words
 * where those come right behind. Returns the first message behind them. */
static size_t write_tool_turn(struct writer *w, size_t m)
{
    struct fov_jw *jw = &w->body->jw;
    size_t end = m;
    while (fov_conversation_role(w->c, end) == FOV_ROLE_TOOL) {
        end++;
    }
    const struct place last = last_image(w->c, m, end);
    for (size_t i = m; i < end; i++) {
        write_results(w, i, last);
    }
    if (w->provider->tool_images == FOV_TOOL_IMAGES_NATIVE || last.message == SIZE_MAX) {
        return end;
    }
    open_message(jw, "user");
    fov__jw_array(jw, "content");
    for (size_t i = m; i < end; i++) {
        write_outside_images(w, i, last);
    }
    if (fov_conversation_role(w->c, end) == FOV_ROLE_USER) {
        write_user_parts(w, end++);
    }
    fov__jw_end_array(jw);
    fov__jw_end_object(jw);
    return end;
}

static void write_input(struct writer *w)
{
    size_t m = 0;
    fov__jw_array(&w->body->jw, "input");
    while (m < fov_conversation_count(w->c)) {
        const int32_t role = fov_conversation_role(w->c, m);
        if (role == FOV_ROLE_TOOL) {
            m = write_tool_turn(w, m);
            continue;
        }
        if (role == FOV_ROLE_SYSTEM) {
            write_system(w, m);
        } else if (role == FOV_ROLE_USER) {
            write_user(w, m);
        } else {
            write_assistant(w, m);
        }
        m++;
    }
    fov__jw_end_array(&w->body->jw);
}

/* ---- the request ---------------------------------------------------------------------------- */

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

/* `strict` is always said: where it is left out, servers take a tool as strict. */
static void write_tool(struct fov_jw *jw, const fov_tool *tool)
{
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "function");
    fov__jw_string(jw, "name", tool->name);
    if (tool->description != NULL) {
        fov__jw_string(jw, "description", tool->description);
    }
    fov__jw_raw(jw, "parameters", tool->parameters, strlen(tool->parameters));
    fov__jw_bool(jw, "strict", tool->is_strict != 0);
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

static bool has_member(const struct fov_buf *object, const char *key)
{
    const char *const path[] = {key, NULL};
    return fov__json_raw(object->data, object->len, path).data != NULL;
}

/* `extra` was checked when the provider was made; here its braces are put back. */
static fov_status read_extras(const struct fov_provider *provider, struct extras *out,
                              fov_error *err)
{
    struct fov_buf object;
    *out = (struct extras){false, false, false};
    if (provider->extra == NULL) {
        return FOV_OK;
    }
    fov__buf_init(&object, provider->ctx, strlen(provider->extra) + 3);
    fov__buf_addc(&object, '{');
    fov__buf_adds(&object, provider->extra);
    fov__buf_addc(&object, '}');
    const fov_status rc = fov__buf_check(&object, "extra", err);
    if (rc == FOV_OK) {
        *out = (struct extras){has_member(&object, "store"), has_member(&object, "include"),
                               has_member(&object, "prompt_cache_options")};
    }
    fov__buf_free(&object);
    return rc;
}

/* Nothing is kept on the server, so hidden reasoning has to come with the reply. `extra` may say
 * otherwise: models without reasoning refuse to be asked for it. */
static void write_statelessness(struct fov_jw *jw, const struct extras *extras)
{
    if (!extras->store) {
        fov__jw_bool(jw, "store", false);
    }
    if (!extras->include) {
        fov__jw_array(jw, "include");
        fov__jw_string(jw, NULL, "reasoning.encrypted_content");
        fov__jw_end_array(jw);
    }
}

fov_status fov__responses_write(const struct fov_provider *provider, const fov_request *request,
                                struct fov_wire_body *body, fov_error *err)
{
    struct fov_jw *jw = &body->jw;
    struct extras extras;
    fov_status rc = read_extras(provider, &extras, err);
    if (rc < 0) {
        return rc;
    }
    struct writer w = {provider, body, request->conversation, extras.cache, false};
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "model", provider->model);
    write_input(&w);
    rc = write_tools(body, request, err);
    if (request->max_output_tokens > 0) {
        fov__jw_int(jw, "max_output_tokens", request->max_output_tokens);
    }
    write_statelessness(jw, &extras);
    if (provider->extra != NULL) {
        fov__jw_raw(jw, NULL, provider->extra, strlen(provider->extra));
    }
    fov__jw_end_object(jw);
    return rc;
}
