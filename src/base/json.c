/* SPDX-License-Identifier: MIT */
/* Parsed JSON: the only file that knows cJSON. Nothing reaches cJSON before our own strict check,
 * and no cJSON type leaves this file. It must never call cJSON_InitHooks(), which belongs to the
 * host: the tree is cJSON's own memory, bounded by the size limit of its text. */
#include "base/base_internal.h"

#include <cjson/cJSON.h>

/* cJSON up to 1.7.15 copies a number into 64 bytes and goes wrong on longer ones. */
enum { NUMBER_MAX = 60 };

struct fov_json {
    fov_context *ctx;
    cJSON *root;
};

/* A value is cJSON's node under a name of our own. */
static const cJSON *node_of(const fov_json_value *value)
{
    return (const cJSON *)(const void *)value;
}

static const fov_json_value *value_of(const cJSON *node)
{
    return (const fov_json_value *)(const void *)node;
}

static size_t number_end(const char *text, size_t len, size_t at)
{
    while (at < len && text[at] != '\0' && strchr("+-.eE0123456789", text[at]) != NULL)
        at++;
    return at;
}

/* Refuse what a tree of C strings and doubles cannot hold, and write the text again with numbers
 * that cJSON can read when one is too long for it; `out` stays empty when none is. `text` was found
 * right, so that a backslash is always in a string. */
static fov_status prepare(const char *text, size_t len, struct fov_buf *out, fov_error *err)
{
    bool in_string = false;
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        if (c == '\\') {
            if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
                return fov__fail(err, FOV_E_ARG, 0, "json",
                                 "a string holds \\u0000, which is not accepted, at byte %zu", i);
            i++;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '-' || (c >= '0' && c <= '9'))) {
            double value = 0;
            char spelled[32];
            const size_t end = number_end(text, len, i);
            if (!fov__text_double(text + i, end - i, &value))
                return fov__fail(err, FOV_E_ARG, 0, "json",
                                 "number too large at byte %zu: %.*s%s, where at most 1.797e308 is "
                                 "accepted",
                                 i, (int)(end - i < 24 ? end - i : 24), text + i,
                                 end - i > 24 ? "..." : "");
            if (end - i > NUMBER_MAX) {
                fov__buf_add(out, text + kept, i - kept);
                fov__buf_add(out, spelled, fov__double_text(spelled, value));
                kept = end;
            }
            i = end - 1;
        }
    }
    if (kept > 0)
        fov__buf_add(out, text + kept, len - kept);
    return fov__buf_check(out, "json", err);
}

fov_status fov__json_parse(struct fov_json **out, fov_context *ctx, const char *text, size_t len,
                           uint32_t depth, uint64_t size, fov_error *err)
{
    struct fov_buf again;
    struct fov_json *doc = NULL;
    *out = NULL;
    fov__buf_init(&again, ctx, len);
    fov_status rc = fov__json_check(ctx, text, len, depth, size, err);
    if (rc < 0)
        goto done;
    rc = prepare(text, len, &again, err);
    if (rc < 0)
        goto done;
    doc = fov__alloc(ctx, sizeof(*doc));
    if (doc == NULL) {
        rc = fov__fail_memory(err, "json", sizeof(*doc));
        goto done;
    }
    doc->ctx = ctx;
    doc->root = again.len > 0 ? cJSON_ParseWithLengthOpts(again.data, again.len, NULL, 0)
                              : cJSON_ParseWithLengthOpts(text, len, NULL, 0);
    if (doc->root == NULL) {
        /* The text is right, so that only memory can be the reason. */
        fov__free(ctx, doc);
        rc = fov__fail_memory(err, "json", len);
        goto done;
    }
    *out = doc;
done:
    fov__buf_free(&again);
    return rc;
}

void fov__json_free(struct fov_json *doc)
{
    if (doc == NULL)
        return;
    cJSON_Delete(doc->root);
    fov__free(doc->ctx, doc);
}

const fov_json_value *fov__json_root(const struct fov_json *doc)
{
    return value_of(doc->root);
}

enum fov_json_type fov__json_type(const fov_json_value *value)
{
    const cJSON *node = node_of(value);
    if (cJSON_IsBool(node))
        return FOV_JSON_BOOL;
    if (cJSON_IsNumber(node))
        return FOV_JSON_NUMBER;
    if (cJSON_IsString(node))
        return FOV_JSON_STRING;
    if (cJSON_IsArray(node))
        return FOV_JSON_ARRAY;
    return cJSON_IsObject(node) ? FOV_JSON_OBJECT : FOV_JSON_NULL;
}

const char *fov__json_type_name(const fov_json_value *value)
{
    switch (fov__json_type(value)) {
    case FOV_JSON_BOOL:
        return "true or false";
    case FOV_JSON_NUMBER:
        return "a number";
    case FOV_JSON_STRING:
        return "a string";
    case FOV_JSON_ARRAY:
        return "an array";
    case FOV_JSON_OBJECT:
        return "an object";
    case FOV_JSON_NULL:
        break;
    }
    return "null";
}

const fov_json_value *fov__json_get(const fov_json_value *object, const char *key)
{
    if (!cJSON_IsObject(node_of(object)))
        return NULL;
    return value_of(cJSON_GetObjectItemCaseSensitive(node_of(object), key));
}

const fov_json_value *fov__json_child(const fov_json_value *container)
{
    return container != NULL ? value_of(node_of(container)->child) : NULL;
}

const fov_json_value *fov__json_next(const fov_json_value *value)
{
    return value != NULL ? value_of(node_of(value)->next) : NULL;
}

const char *fov__json_key(const fov_json_value *member)
{
    return member != NULL ? node_of(member)->string : NULL;
}

size_t fov__json_count(const fov_json_value *container)
{
    size_t count = 0;
    for (const fov_json_value *v = fov__json_child(container); v != NULL; v = fov__json_next(v))
        count++;
    return count;
}

const char *fov__json_string(const fov_json_value *value)
{
    return cJSON_IsString(node_of(value)) ? node_of(value)->valuestring : NULL;
}

bool fov__json_number(const fov_json_value *value, double *out)
{
    if (!cJSON_IsNumber(node_of(value)))
        return false;
    *out = node_of(value)->valuedouble;
    return true;
}

bool fov__json_bool(const fov_json_value *value, bool *out)
{
    if (!cJSON_IsBool(node_of(value)))
        return false;
    *out = cJSON_IsTrue(node_of(value)) != 0;
    return true;
}
