/* SPDX-License-Identifier: MIT */
/* Any bytes as JSON. What must hold: parsing and checking agree; the raw text of a value is right
 * JSON and means the same value; what is printed again reads as the same tree, and prints the same
 * bytes once more. */
#include "fuzz_support.h"

#include <stdio.h>

enum { DEPTH = 32, SIZE = 1 << 20, STEPS_MAX = 300 };

static fov_context *ctx;
static int steps; /* the laws cost more than the text is long: values looked at in one input */

static void same_tree(const fov_json_value *a, const fov_json_value *b)
{
    const enum fov_json_type type = fov__json_type(a);
    double x = 0, y = 0;
    bool s = false, t = true;
    fuzz_require(type == fov__json_type(b), "printed again, a value keeps its type");
    if (fov__json_number(a, &x))
        fuzz_require(fov__json_number(b, &y) && memcmp(&x, &y, sizeof(x)) == 0,
                     "printed again, a number keeps its bits");
    if (fov__json_bool(a, &s))
        fuzz_require(fov__json_bool(b, &t) && s == t, "printed again, a truth stays");
    if (type == FOV_JSON_STRING)
        fuzz_require(strcmp(fov__json_string(a), fov__json_string(b)) == 0,
                     "printed again, a string stays");
    const fov_json_value *c = fov__json_child(a), *d = fov__json_child(b);
    for (; c != NULL && d != NULL; c = fov__json_next(c), d = fov__json_next(d)) {
        if (type == FOV_JSON_OBJECT)
            fuzz_require(strcmp(fov__json_key(c), fov__json_key(d)) == 0,
                         "printed again, keys keep their order");
        same_tree(c, d);
    }
    fuzz_require(c == NULL && d == NULL, "printed again, a container keeps its members");
}

/* The span is the value, by itself. */
static void span_is_value(struct fov_span span, const fov_json_value *value)
{
    struct fov_json *doc = NULL;
    fuzz_require(span.data != NULL && span.len > 0, "a value that is there has raw text");
    fuzz_require(fov__json_parse(&doc, ctx, span.data, span.len, DEPTH, SIZE, NULL) == FOV_OK,
                 "raw text is right JSON");
    same_tree(value, fov__json_root(doc));
    fov__json_free(doc);
}

static void spans_hold(struct fov_span text, const fov_json_value *value)
{
    char index[24];
    size_t i = 0;
    const bool is_object = fov__json_type(value) == FOV_JSON_OBJECT;
    if (steps++ > STEPS_MAX)
        return;
    span_is_value(text, value);
    for (const fov_json_value *c = fov__json_child(value); c != NULL && steps < STEPS_MAX;
         c = fov__json_next(c)) {
        snprintf(index, sizeof(index), "%zu", i++);
        const char *const path[] = {is_object ? fov__json_key(c) : index, NULL};
        const struct fov_span span = fov__json_raw(text.data, text.len, path);
        fuzz_require(!is_object || fov__json_get(value, path[0]) == c,
                     "a key names one member of its object");
        fuzz_require(span.data > text.data && span.data + span.len < text.data + text.len,
                     "raw text lies inside its container");
        spans_hold(span, c);
    }
    if (is_object) {
        static const char *const names[] = {"", "a", "0", "\xc3\xa9", "\xf0\x9f\x98\x80"};
        for (size_t k = 0; k < FOV_COUNT(names); k++) {
            const char *const path[] = {names[k], NULL};
            fuzz_require((fov__json_raw(text.data, text.len, path).data != NULL) ==
                             (fov__json_get(value, names[k]) != NULL),
                         "raw text and tree have the same keys");
        }
        return;
    }
    snprintf(index, sizeof(index), "%zu", fov__json_count(value));
    const char *const behind[] = {index, NULL};
    fuzz_require(fov__json_raw(text.data, text.len, behind).data == NULL,
                 "there is nothing behind the last element");
}

static void printed_again(const fov_json_value *root)
{
    struct fov_buf first, second;
    struct fov_json *doc = NULL;
    struct fov_jw jw;
    fov__buf_init(&first, ctx, 8 * SIZE);
    fov__buf_init(&second, ctx, 8 * SIZE);
    fov__jw_init(&jw, &first);
    fov__jw_value(&jw, NULL, root);
    fuzz_require(first.status == FOV_OK, "a value can be printed");
    fuzz_require(fov__json_parse(&doc, ctx, first.data, first.len, DEPTH, 8 * SIZE, NULL) == FOV_OK,
                 "what is printed can be read");
    same_tree(root, fov__json_root(doc));
    fov__jw_init(&jw, &second);
    fov__jw_value(&jw, NULL, fov__json_root(doc));
    fuzz_require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0,
                 "printing is stable");
    fov__json_free(doc);
    fov__buf_free(&first);
    fov__buf_free(&second);
}

/* What the grammar allows and a tree of C strings and doubles cannot hold. */
static bool is_beyond_tree(const fov_error *err)
{
    return err->status == FOV_E_ARG && (strstr(err->message, "\\u0000") != NULL ||
                                        strncmp(err->message, "number too large", 16) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fov_json *doc = NULL;
    fov_error checked = {0}, parsed = {0};
    const char *text = (const char *)data;
    const char *const whole[] = {NULL};
    if (ctx == NULL)
        ctx = fuzz_context();
    const fov_status a = fov__json_check(ctx, text, size, DEPTH, SIZE, &checked);
    const fov_status b = fov__json_parse(&doc, ctx, text, size, DEPTH, SIZE, &parsed);
    fuzz_require_error(a, &checked);
    fuzz_require_error(b, &parsed);
    fuzz_require((b == FOV_OK) == (doc != NULL), "a document comes with success only");
    if (a < 0)
        fuzz_require(a == b && strcmp(checked.message, parsed.message) == 0,
                     "what is not right is not parsed, for the same reason");
    else
        fuzz_require(b == FOV_OK || is_beyond_tree(&parsed), "what is right is parsed");
    if (a == FOV_OK) {
        const struct fov_span span = fov__json_raw(text, size, whole);
        fuzz_require(span.data >= text && span.data + span.len <= text + size &&
                         fov__json_check(ctx, span.data, span.len, DEPTH, SIZE, NULL) == FOV_OK,
                     "the raw text of the whole is right");
        steps = 0;
        if (doc != NULL)
            spans_hold(span, fov__json_root(doc));
    }
    if (doc != NULL)
        printed_again(fov__json_root(doc));
    fov__json_free(doc);
    return 0;
}

/* testdata/json has them. */
void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const char *const texts[] = {
        "{\"a\":[1,-0,1.5e-7,true,false,null,\"\\u00e9\\ud83d\\ude00\\n\"],\"\":{\"0\":{}}}",
        "[\"\\u0000\"]", "1e999",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000000012345"};
    for (size_t i = 0; i < FOV_COUNT(texts); i++)
        emit(texts[i], strlen(texts[i]), user);
}
