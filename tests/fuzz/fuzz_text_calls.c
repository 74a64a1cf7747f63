/* SPDX-License-Identifier: MIT */
/* Any bytes as a model's message in which tool calls are looked for. Asserted: calls lie in order
 * inside it, none in another; a call's own text alone is that same call; what is told of one is
 * text; what is said beside them is part of the message. Seeds: every example of the table in every
 * form. */
#include "fuzz_support.h"

#include "tool/tool_internal.h"

#define check(holds) fuzz_require(holds, #holds)

static void is_text(const char *text)
{
    check(fov__utf8_valid(text, strlen(text)));
}

/* The call's text alone. The one that stands for too many is whole when it is alone. */
static void stands_alone(fov_context *ctx, const char *text, const struct fov_text_call *call)
{
    struct fov_text_calls again;
    if (call->fault.code == FOV_FAULT_LIMIT)
        return;
    check(fov__text_calls(&again, ctx, text + call->start, call->end - call->start, NULL) ==
          FOV_OK);
    check(again.count == 1);
    check(again.v[0].start == 0 && again.v[0].end == call->end - call->start);
    check((again.v[0].fault.code == FOV_FAULT_NONE) == (call->fault.code == FOV_FAULT_NONE));
    check(strcmp(again.v[0].name, call->name) == 0);
    check(strcmp(again.v[0].arguments, call->arguments) == 0);
    fov__text_calls_free(&again);
}

static void one_call(fov_context *ctx, const char *text, const struct fov_text_call *call)
{
    struct fov_json *doc = NULL;
    is_text(call->name);
    is_text(call->arguments);
    is_text(call->fault.got);
    is_text(call->fault.hint);
    check(call->name[0] != '\0');
    stands_alone(ctx, text, call);
    if (call->fault.code != FOV_FAULT_NONE) {
        check(call->fault.hint[0] != '\0');
        return;
    }
    /* What stood in its tags is JSON; a text in place of an object may be anything. */
    if (memcmp(text + call->start, "<grounding>", 11) == 0)
        check(fov__json_parse(&doc, ctx, call->arguments, strlen(call->arguments), 64, 1 << 20,
                              NULL) == FOV_OK);
    fov__json_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fov_context *ctx;
    struct fov_text_calls calls;
    struct fov_buf aloud;
    size_t last = 0;
    if (ctx == NULL)
        ctx = fuzz_context();
    const char *text = (const char *)data;
    check(fov__text_calls(&calls, ctx, text, size, NULL) == FOV_OK);
    check(calls.count <= 33);
    for (size_t i = 0; i < calls.count; i++) {
        check(calls.v[i].start >= last && calls.v[i].start < calls.v[i].end);
        check(calls.v[i].end <= size);
        last = calls.v[i].end;
        one_call(ctx, text, &calls.v[i]);
    }
    fov__buf_init(&aloud, ctx, size + 1);
    check(fov__text_aloud(&aloud, &calls, text, size) == FOV_OK);
    check(aloud.len <= size);
    check(!fov__utf8_valid(text, size) || fov__utf8_valid(aloud.data, aloud.len));
    fov__buf_free(&aloud);
    fov__text_calls_free(&calls);
    return 0;
}

struct sink {
    fuzz_emit emit;
    void *user;
};

static void emit_call(size_t op, const char *name, const char *arguments, void *user)
{
    static const char *const forms[] = {"I look.\n<tool_call>\n{\"name\":\"%s\",\"arguments\":%s}\n"
                                        "</tool_call>",
                                        "<think>hm</think>```json\n{\"name\":\"%s\",\"arguments\":"
                                        "%s}\n```\nthen",
                                        "hm</think><tool_call>{\"name\":\"%s\",\"arguments\":%s}"};
    const struct sink *sink = user;
    char text[2048];
    (void)op;
    for (size_t i = 0; i < FOV_COUNT(forms); i++) {
        const char *first = strstr(forms[i], "%s"), *second = strstr(first + 2, "%s");
        fov__format(text, sizeof(text), "%.*s%s%.*s%s%s", (int)(first - forms[i]), forms[i], name,
                    (int)(second - first) - 2, first + 2, arguments, second + 2);
        sink->emit(text, strlen(text), sink->user);
    }
}

void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const char *const more[] = {
        "<grounding>{\"bbox_2d\":[0.1,0.2,0.5,0.6],\"source\":\"observation_2\"}</grounding>",
        "<tool_call>{'name':'zoom','arguments':{\"box\":[1,2,3,4],}}</tool_call><answer>7</answer>",
        "<think>a<tool_call>{}</tool_call></think>b</think>c<think>d",
        "<tool_call>{\"name\":\"zoom\",\"arguments\":\"{}\"}<tool_call>[1]</tool_call>```{```",
        "```json\n{\"name\":\"a\",\"arguments\":{\"t\":\"```\"}}\n```"};
    struct sink sink = {emit, user};
    fuzz_each_call(emit_call, &sink);
    for (size_t i = 0; i < FOV_COUNT(more); i++)
        emit(more[i], strlen(more[i]), user);
}
