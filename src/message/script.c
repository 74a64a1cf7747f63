/* SPDX-License-Identifier: MIT */
/* A model that says what a script says: for tests, demonstrations and replaying a conversation
 * without a server. The whole script is checked when it is opened, so that a misspelt word is an
 * error then and not a silent difference in round three. It must never open a socket.
 *
 * A reply is an object with any of
 *     "text":  what the model says            "stop":  why it stopped, "stop" when absent
 *     "calls": [{"id"?, "name", "arguments"}]  "usage": {"input_tokens", "output_tokens", …}
 *     "raw":   the provider's own JSON, kept as it stands
 *     "error": "FOV_E_NET", "FOV_E_PROVIDER", "FOV_E_LIMIT" or "FOV_E_CANCELLED": this round fails
 */
#include "message/parts_internal.h"

struct script {
    fov_context *ctx;
    char *text; /* spans of raw values point into it */
    size_t size;
    struct fov_json *doc;
    size_t count, next;
};

static fov_status wrong(fov_error *err, size_t index, const char *what)
{
    return fov__fail(err, FOV_E_ARG, 0, "script", "reply %zu of the script: %s", index, what);
}

static bool key_in(const char *key, const char *const *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(key, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool keys_known(const fov_json_value *object, const char *const *known, size_t count,
                       const char **bad)
{
    for (const fov_json_value *m = fov__json_child(object); m != NULL; m = fov__json_next(m)) {
        if (!key_in(fov__json_key(m), known, count)) {
            *bad = fov__json_key(m);
            return false;
        }
    }
    return true;
}

static bool is_absent_or(const fov_json_value *value, enum fov_json_type type)
{
    return value == NULL || fov__json_type(value) == type;
}

static fov_status error_named(const char *name)
{
    static const fov_status allowed[] = {FOV_E_NET, FOV_E_PROVIDER, FOV_E_LIMIT, FOV_E_CANCELLED};
    for (size_t i = 0; i < FOV_COUNT(allowed); i++) {
        if (strcmp(name, fov_status_name(allowed[i])) == 0) {
            return allowed[i];
        }
    }
    return FOV_OK;
}

static fov_status check_calls(const fov_json_value *calls, size_t index, fov_error *err)
{
    static const char *const known[] = {"id", "name", "arguments"};
    const char *bad = NULL;
    if (!is_absent_or(calls, FOV_JSON_ARRAY)) {
        return wrong(err, index, "\"calls\" must be an array");
    }
    for (const fov_json_value *c = fov__json_child(calls); c != NULL; c = fov__json_next(c)) {
        const enum fov_json_type type = fov__json_type(fov__json_get(c, "arguments"));
        if (fov__json_string(fov__json_get(c, "name")) == NULL) {
            return wrong(err, index, "a call needs a \"name\" that is a string");
        }
        if (type != FOV_JSON_OBJECT && type != FOV_JSON_STRING) {
            return wrong(err, index, "a call needs \"arguments\", an object or a string");
        }
        if (!is_absent_or(fov__json_get(c, "id"), FOV_JSON_STRING)) {
            return wrong(err, index, "the \"id\" of a call must be a string");
        }
        if (!keys_known(c, known, FOV_COUNT(known), &bad)) {
            return fov__fail(err, FOV_E_ARG, 0, "script",
                             "reply %zu of the script: a call does not have \"%s\"", index, bad);
        }
    }
    return FOV_OK;
}

static fov_status check_reply(const fov_json_value *reply, size_t index, fov_error *err)
{
    static const char *const known[] = {"text", "calls", "stop", "usage", "raw", "error"};
    const char *bad = NULL;
    if (fov__json_type(reply) != FOV_JSON_OBJECT) {
        return wrong(err, index, "an object is expected");
    }
    if (!keys_known(reply, known, FOV_COUNT(known), &bad)) {
        return fov__fail(
            err, FOV_E_ARG, 0, "script",
            "reply %zu of the script: \"%s\" is none of text, calls, stop, usage, raw, error",
            index, bad);
    }
    if (!is_absent_or(fov__json_get(reply, "text"), FOV_JSON_STRING) ||
        !is_absent_or(fov__json_get(reply, "stop"), FOV_JSON_STRING)) {
        return wrong(err, index, "\"text\" and \"stop\" must be strings");
    }
    if (!is_absent_or(fov__json_get(reply, "usage"), FOV_JSON_OBJECT) ||
        !is_absent_or(fov__json_get(reply, "raw"), FOV_JSON_OBJECT)) {
        return wrong(err, index, "\"usage\" and \"raw\" must be objects");
    }
    const fov_json_value *error = fov__json_get(reply, "error");
    if (error != NULL &&
        (fov__json_string(error) == NULL || error_named(fov__json_string(error)) == FOV_OK)) {
        return wrong(err, index,
                     "\"error\" must be FOV_E_NET, FOV_E_PROVIDER, FOV_E_LIMIT or FOV_E_CANCELLED");
    }
    return check_calls(fov__json_get(reply, "calls"), index, err);
}

/* ---- playing -------------------------------------------------------------------------------- */

static fov_status add_call(struct script *script, fov_reply *reply, const fov_json_value *call,
                           size_t index, fov_error *err)
{
    char round[24];
    char place[24];
    const fov_json_value *arguments = fov__json_get(call, "arguments");
    const char *text = fov__json_string(arguments);
    const char *id = fov__json_string(fov__json_get(call, "id"));
    const char *name = fov__json_string(fov__json_get(call, "name"));
    if (text != NULL) {
        return fov_reply_add_call(reply, id, name, text, err);
    }
    fov__format(round, sizeof(round), "%zu", script->next);
    fov__format(place, sizeof(place), "%zu", index);
    const char *const path[] = {round, "calls", place, "arguments", NULL};
    const struct fov_span span = fov__json_raw(script->text, script->size, path);
    char *copy = fov__strndup(script->ctx, span.data, span.len);
    if (copy == NULL) {
        return fov__fail_memory(err, "script", span.len);
    }
    const fov_status rc = fov_reply_add_call(reply, id, name, copy, err);
    fov__free(script->ctx, copy);
    return rc;
}

static fov_status set_raw(struct script *script, fov_reply *reply, fov_error *err)
{
    char round[24];
    fov__format(round, sizeof(round), "%zu", script->next);
    const char *const path[] = {round, "raw", NULL};
    const struct fov_span span = fov__json_raw(script->text, script->size, path);
    return span.data == NULL ? FOV_OK : fov_reply_set_raw(reply, span.data, span.len, err);
}

static int64_t count_of(const fov_json_value *usage, const char *key)
{
    double value = -1;
    const bool is_count =
        fov__json_number(fov__json_get(usage, key), &value) && value >= 0 && value < 9e15;
    return is_count ? (int64_t)value : -1;
}

static void set_usage(fov_reply *reply, const fov_json_value *usage)
{
    const fov_usage read = {count_of(usage, "input_tokens"),  count_of(usage, "output_tokens"),
                            count_of(usage, "cached_tokens"), count_of(usage, "reasoning_tokens"),
                            count_of(usage, "image_tokens"),  1};
    fov_reply_set_usage(reply, &read);
}

static const fov_json_value *reply_at(const struct script *script, size_t index)
{
    const fov_json_value *value = fov__json_child(fov__json_root(script->doc));
    while (value != NULL && index-- > 0) {
        value = fov__json_next(value);
    }
    return value;
}

static fov_status play(struct script *script, const fov_json_value *said, fov_reply *reply,
                       fov_error *err)
{
    const char *text = fov__json_string(fov__json_get(said, "text"));
    const char *stop = fov__json_string(fov__json_get(said, "stop"));
    size_t index = 0;
    fov_status rc = text == NULL ? FOV_OK : fov_reply_add_text(reply, text, err);
    const fov_json_value *call = fov__json_child(fov__json_get(said, "calls"));
    for (; call != NULL && rc == FOV_OK; call = fov__json_next(call)) {
        rc = add_call(script, reply, call, index++, err);
    }
    if (rc == FOV_OK) {
        rc = fov_reply_set_stop(reply,
                                stop != NULL ? stop
                                : index > 0  ? "tool_calls"
                                             : "stop",
                                err);
    }
    if (rc == FOV_OK) {
        rc = set_raw(script, reply, err);
    }
    set_usage(reply, fov__json_get(said, "usage"));
    return rc;
}

static fov_status script_generate(void *user, const fov_request *request, fov_reply *reply,
                                  fov_error *err)
{
    struct script *script = user;
    (void)request;
    const fov_json_value *said = reply_at(script, script->next);
    if (said == NULL) {
        return fov__fail(err, FOV_E_PROVIDER, 0, "script",
                         "the script has %zu replies and was asked for one more", script->count);
    }
    const char *error = fov__json_string(fov__json_get(said, "error"));
    if (error != NULL) {
        script->next++;
        return fov__fail(err, error_named(error), 0, "script",
                         "reply %zu of the script is the failure %s", script->next - 1, error);
    }
    const fov_status rc = play(script, said, reply, err);
    if (rc == FOV_OK) { /* a round that failed here can be asked again */
        script->next++;
    }
    return rc;
}

static void script_free(void *user)
{
    struct script *script = user;
    fov__json_free(script->doc);
    fov__free(script->ctx, script->text);
    fov__free(script->ctx, script);
}

static const fov_model_class script_class = {sizeof(fov_model_class), "script", script_generate,
                                             script_free};

static fov_status check_script(struct script *script, fov_error *err)
{
    const fov_json_value *root = fov__json_root(script->doc);
    fov_status rc = FOV_OK;
    if (fov__json_type(root) != FOV_JSON_ARRAY) {
        return fov__fail(err, FOV_E_ARG, 0, "script", "a script is an array of replies and not %s",
                         fov__json_type_name(root));
    }
    for (const fov_json_value *r = fov__json_child(root); r != NULL && rc == FOV_OK;
         r = fov__json_next(r)) {
        rc = check_reply(r, script->count++, err);
    }
    return rc;
}

fov_status fov_model_new_script(fov_model **out, fov_context *ctx, const char *json, size_t size,
                                fov_error *err)
{
    if (out == NULL || ctx == NULL || json == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "script", "out, ctx or json is NULL");
    }
    *out = NULL;
    struct script *script = fov__calloc(ctx, 1, sizeof(*script));
    if (script == NULL) {
        return fov__fail_memory(err, "script", sizeof(*script));
    }
    script->ctx = ctx;
    script->size = size;
    script->text = fov__strndup(ctx, json, size);
    fov_status rc = script->text != NULL ? FOV_OK : fov__fail_memory(err, "script", size);
    if (rc == FOV_OK) {
        rc = fov__json_parse(&script->doc, ctx, script->text, size, FOV__REPLY_DEPTH_MAX,
                             ctx->limits.reply_bytes, err);
    }
    if (rc == FOV_OK) {
        rc = check_script(script, err);
    }
    if (rc == FOV_OK) {
        rc = fov_model_new(out, ctx, &script_class, script, err);
    }
    if (rc < 0) {
        script_free(script);
    }
    return rc;
}
