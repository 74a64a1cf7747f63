/* SPDX-License-Identifier: MIT */
/* Calls in plain text: found in every form, never in thinking, and what is broken is told of at the
 * place where it breaks. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "tool/tool_internal.h"

static fov_context *ctx;

static int open_context(void **state)
{
    (void)state;
    return fov_context_new(&ctx, NULL, NULL) == FOV_OK ? 0 : -1;
}

static int close_context(void **state)
{
    (void)state;
    fov_context_free(ctx);
    return 0;
}

/* "name arguments" of each call, or "name! CODE" of a broken one, apart by "; ". */
static const char *calls_in(const char *text)
{
    static char said[4096];
    struct fov_text_calls calls;
    fov_error err = {0};
    if (fov__text_calls(&calls, ctx, text, strlen(text), &err) < 0)
        fail_msg("%s", err.message);
    said[0] = '\0';
    for (size_t i = 0; i < calls.count; i++) {
        const struct fov_text_call *c = &calls.v[i];
        const size_t n = strlen(said);
        const bool broken = c->fault.code != FOV_FAULT_NONE;
        fov__format(said + n, sizeof(said) - n, "%s%s%s %s", i > 0 ? "; " : "", c->name,
                    broken ? "!" : "", broken ? fov__fault_name(c->fault.code) : c->arguments);
    }
    fov__text_calls_free(&calls);
    return said;
}

static const char *aloud(const char *text)
{
    static char said[4096];
    struct fov_text_calls calls;
    struct fov_buf buf;
    assert_int_equal(fov__text_calls(&calls, ctx, text, strlen(text), NULL), FOV_OK);
    fov__buf_init(&buf, ctx, 1 << 16);
    assert_int_equal(fov__text_aloud(&buf, &calls, text, strlen(text)), FOV_OK);
    fov__format(said, sizeof(said), "%s", buf.data != NULL ? buf.data : "");
    fov__buf_free(&buf);
    fov__text_calls_free(&calls);
    return said;
}

/* The fault of the one call in a message. */
static fov_op_fault fault_of(const char *text)
{
    struct fov_text_calls calls;
    assert_int_equal(fov__text_calls(&calls, ctx, text, strlen(text), NULL), FOV_OK);
    assert_int_equal(calls.count, 1);
    const fov_op_fault fault = calls.v[0].fault;
    fov__text_calls_free(&calls);
    return fault;
}

#define ZOOM "{\"name\":\"zoom\",\"arguments\":{\"box\":[1,2,3,4]}}"
#define ZOOMED "zoom {\"box\":[1,2,3,4]}"
#define BOX "{\"bbox_2d\":[0.1,0.2,0.5,0.6],\"source\":\"original_image\"}"

static const struct {
    const char *text, *calls;
} found[] = {
    /* the forms */
    {"<tool_call>" ZOOM "</tool_call>", ZOOMED},
    {"<tool_call>\n" ZOOM "\n</tool_call>", ZOOMED},
    {"```json\n" ZOOM "\n```", ZOOMED},
    {"```\n" ZOOM "\n```", ZOOMED},
    {"```tool_call\n" ZOOM "\n```", ZOOMED},
    {"  ```json " ZOOM "```", ZOOMED},
    {"So: ```json\n" ZOOM "\n```", ZOOMED},
    {"<grounding>" BOX "</grounding>", "grounding " BOX},
    {"```xml\n<tool_call>" ZOOM "</tool_call>\n```", ZOOMED},
    {"<tool_call>{\"id\":7,\"arguments\":{},\"name\":\"x\"}</tool_call>", "x {}"},
    {"<tool_call>{\"name\":\"list_images\"}</tool_call>", "list_images "},
    {"<tool_call>{\"name\":\"list_images\",\"arguments\":null}</tool_call>", "list_images "},
    {"<tool_call>{\"name\":\"zoom\",\"arguments\":\"{\\\"box\\\":[1,2,3,4]}\"}</tool_call>",
     ZOOMED},
    {"<tool_call>{ \"name\" : \"zoom\", \"arguments\" : { \"box\" : [ 1 ] } }</tool_call>",
     "zoom { \"box\" : [ 1 ] }"},
    /* prose around, several in one message */
    {"I look closer.\n<tool_call>" ZOOM "</tool_call>\nThen I know.", ZOOMED},
    {"<tool_call>" ZOOM "</tool_call><tool_call>" ZOOM "</tool_call>", ZOOMED "; " ZOOMED},
    {"a <grounding>" BOX "</grounding> b ```json\n" ZOOM "\n```\nc <tool_call>" ZOOM
     "</tool_call> d\n```json\n" ZOOM "\n```",
     "grounding " BOX "; " ZOOMED "; " ZOOMED "; " ZOOMED},
    {"1 < 2, a `name`, {\"name\":\"zoom\",\"arguments\":{}} and <b>bold</b>", ""},
    {"", ""},
    /* tags and brackets inside of texts */
    {"<tool_call>{\"name\":\"mark\",\"arguments\":{\"t\":\"</tool_call> } \\\" ] <think>\"}}"
     "</tool_call>",
     "mark {\"t\":\"</tool_call> } \\\" ] <think>\"}"},
    {"<tool_call>{\"name\":\"mark\",\"arguments\":{\"t\":\"``` <tool_call>\"}}</tool_call> ok",
     "mark {\"t\":\"``` <tool_call>\"}"},
    /* thinking is no call */
    {"<think>I could <tool_call>" ZOOM "</tool_call></think>no", ""},
    {"<think>a</think><tool_call>" ZOOM "</tool_call>", ZOOMED},
    {"I could <tool_call>" ZOOM "</tool_call></think>no", ""},
    {"x <tool_call>" ZOOM "</tool_call></think><grounding>" BOX "</grounding>", "grounding " BOX},
    {"<think>never ends <tool_call>" ZOOM "</tool_call>", ""},
    {"<tool_call>" ZOOM "</tool_call><think>was that right?", ZOOMED},
    /* cut by the token limit: what is whole is a call, what is not is told of */
    {"<tool_call>" ZOOM, ZOOMED},
    {"<tool_call>\n" ZOOM "\n", ZOOMED},
    {"<tool_call>" ZOOM "</tool_ca", ZOOMED},
    {"<tool_call>" ZOOM "\n<tool_call>" ZOOM "</tool_call>", ZOOMED "; " ZOOMED},
    {"```json\n" ZOOM, ZOOMED},
    {"```json\n" ZOOM "\n``", ZOOMED},
    {"<grounding>" BOX, "grounding " BOX},
    {"<tool_call>{\"name\":\"zoom\",\"arg", "tool_call! BAD_JSON"},
    {"<tool_call>", "tool_call! BAD_JSON"},
    {"<tool_call>{\"name\":\"zo <tool_call>" ZOOM "</tool_call>", "tool_call! BAD_JSON; " ZOOMED},
    {"```json\n{\"name\":\"zoom\",\"arguments\":{\"box\":[1,2", "json! BAD_JSON"},
    {"<grounding>{\"bbox_2d\":[0.1,", "grounding! BAD_JSON"},
    {"<tool_cal", ""},
    {"<", ""},
    {"``", ""},
    /* broken */
    {"<tool_call>{\"name\":\"zoom\",\"arguments\":{\"box\":[1,2,3,4],}}</tool_call>",
     "tool_call! BAD_JSON"},
    {"<tool_call>{'name':'zoom','arguments':{'box':[1,2,3,4]}}</tool_call>", "tool_call! BAD_JSON"},
    {"<tool_call>zoom(box=[1,2,3,4])</tool_call>", "tool_call! BAD_JSON"},
    {"<tool_call><function=zoom><parameter=box>[1]</parameter></function></tool_call>",
     "tool_call! BAD_JSON"},
    {"<tool_call>" ZOOM ZOOM "</tool_call>", "tool_call! BAD_JSON"},
    {"<tool_call>[" ZOOM "]</tool_call>", "tool_call! MISSING_ARG"},
    {"<tool_call>{\"arguments\":{}}</tool_call>", "tool_call! MISSING_ARG"},
    {"<tool_call>{\"name\":7,\"arguments\":{}}</tool_call>", "tool_call! MISSING_ARG"},
    {"<tool_call>{\"name\":\"\",\"arguments\":{}}</tool_call>", "tool_call! MISSING_ARG"},
    {"<tool_call>{\"name\":\"a\",\"name\":\"b\",\"arguments\":{}}</tool_call>",
     "tool_call! BAD_JSON"},
    {"```json\n{'name':'zoom','arguments':{}}\n```", "json! BAD_JSON"},
    {"<tool_call>{\"name\":\"zoom\",\"arguments\":[1]}</tool_call>", "zoom [1]"},
    /* JSON that is shown, and tags that are spoken of */
    {"```json\n{\"name\":\"Berlin\",\"people\":3}\n```", ""},
    {"```json\n[1,2,3]\n```", ""},
    {"```json\n{\"name\":\"Berlin\",}\n```", ""},
    {"```json\n{\"name\":\"Berlin\",\"arguments\":null}\n```", ""},
    {"```c\nint a;\n```\n" ZOOM "\n```\n```", ""}, /* between two blocks */
    {"I may write <tool_call> to call.", ""},
    {"<grounding> is what I write.", ""},
};

static void text_calls__are_found_in_what_models_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(found); i++) {
        const char *got = calls_in(found[i].text);
        if (strcmp(got, found[i].calls) != 0)
            fail_msg("%s\n  gave %s\n  not  %s", found[i].text, got, found[i].calls);
    }
}

/* However a message is cut: what was whole before the cut stays as it was, but for thinking that
 * ends later; nothing that was no call becomes a whole one of another tool. */
static void text_calls__survive_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(found); i++) {
        const size_t len = strlen(found[i].text);
        for (size_t cut = 0; cut <= len; cut++) {
            struct fov_text_calls calls;
            size_t last = 0;
            assert_int_equal(fov__text_calls(&calls, ctx, found[i].text, cut, NULL), FOV_OK);
            for (size_t k = 0; k < calls.count; k++) {
                assert_true(calls.v[k].start >= last && calls.v[k].end <= cut);
                assert_true(calls.v[k].start < calls.v[k].end);
                last = calls.v[k].end;
            }
            fov__text_calls_free(&calls);
        }
    }
}

static void text_calls__tell_where_json_breaks(void **state)
{
    fov_op_fault fault;
    (void)state;
    fault = fault_of("ok <tool_call>{\"name\":\"zoom\",\"arguments\":{\"box\":[1,2,3,4],}}"
                     "</tool_call>");
    assert_int_equal(fault.code, FOV_FAULT_BAD_JSON);
    assert_string_equal(fault.field, "tool_call");
    assert_string_equal(fault.allowed, "{\"name\":\"zoom\",\"arguments\":{...}}");
    assert_non_null(strstr(fault.hint, "at byte 44"));
    assert_non_null(strstr(fault.hint, "leave out the comma"));
    assert_non_null(strstr(fault.got, "[1,2,3,4],}}"));
    fault = fault_of("<tool_call>{'name':'zoom'}</tool_call>");
    assert_non_null(strstr(fault.hint, "double quotes"));
    assert_non_null(strstr(fault.hint, "at byte 1;"));
    fault = fault_of("<tool_call>{\"name\":\"zoom\",\"argu");
    assert_non_null(strstr(fault.hint, "the message ended inside the call"));
    fault = fault_of("<grounding>{\"bbox_2d\":[0.1,0.2,0.3,0.4]\"source\":1}</grounding>");
    assert_string_equal(fault.field, "grounding");
    assert_non_null(strstr(fault.allowed, "\"source\":\"original_image\""));
    fault = fault_of("<tool_call>{\"arguments\":{}}</tool_call>");
    assert_string_equal(fault.field, "tool_call.name");
}

static void text_calls__have_a_most(void **state)
{
    struct fov_text_calls calls;
    struct fov_buf buf;
    (void)state;
    fov__buf_init(&buf, ctx, 1 << 20);
    for (int i = 0; i < 100; i++)
        fov__buf_adds(&buf, "<tool_call>" ZOOM "</tool_call>");
    assert_int_equal(fov__text_calls(&calls, ctx, buf.data, buf.len, NULL), FOV_OK);
    assert_int_equal(calls.count, 33);
    assert_int_equal(calls.v[31].fault.code, FOV_FAULT_NONE);
    assert_int_equal(calls.v[32].fault.code, FOV_FAULT_LIMIT);
    assert_non_null(strstr(calls.v[32].fault.allowed, "32 calls"));
    fov__text_calls_free(&calls);
    fov__buf_free(&buf);
}

/* Limits of depth and bytes are those of arguments anywhere. */
static void text_calls__keep_the_limits_of_json(void **state)
{
    struct fov_buf buf;
    (void)state;
    fov__buf_init(&buf, ctx, 1 << 20);
    fov__buf_adds(&buf, "<tool_call>{\"name\":\"zoom\",\"arguments\":");
    for (int i = 0; i < 40; i++)
        fov__buf_adds(&buf, "[");
    for (int i = 0; i < 40; i++)
        fov__buf_adds(&buf, "]");
    fov__buf_adds(&buf, "}</tool_call>");
    assert_string_equal(calls_in(buf.data), "tool_call! BAD_JSON");
    fov__buf_reset(&buf);
    fov__buf_adds(&buf, "<tool_call>{\"name\":\"zoom\",\"arguments\":{\"label\":\"");
    for (int i = 0; i < 70000; i++)
        fov__buf_addc(&buf, 'x');
    fov__buf_adds(&buf, "\"}}</tool_call>");
    assert_string_equal(calls_in(buf.data), "tool_call! BAD_JSON");
    fov__buf_free(&buf);
}

/* A message made to be slow: many openings that nothing closes. Quadratic work would take minutes
 * here. */
static void text_calls__cost_one_pass(void **state)
{
    static const char *const parts[] = {"<tool_call>x",
                                        "<tool_call>{",
                                        "<think></think>",
                                        "</think>",
                                        "```\n{\"name\"",
                                        "\n```json\n{'name' 'arguments'",
                                        "<grounding>[",
                                        "<",
                                        "`",
                                        "<answer>",
                                        "<think>"};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(parts); i++) {
        struct fov_text_calls calls;
        struct fov_buf buf, said;
        const uint64_t start = fov__clock_ms();
        fov__buf_init(&buf, ctx, 4 << 20);
        fov__buf_init(&said, ctx, 4 << 20);
        while (buf.len < 1000000)
            fov__buf_adds(&buf, parts[i]);
        assert_int_equal(fov__text_calls(&calls, ctx, buf.data, buf.len, NULL), FOV_OK);
        assert_int_equal(fov__text_aloud(&said, &calls, buf.data, buf.len), FOV_OK);
        fov__text_calls_free(&calls);
        if (fov__clock_ms() - start > 10000)
            fail_msg("%s took %d ms", parts[i], (int)(fov__clock_ms() - start));
        fov__buf_free(&buf);
        fov__buf_free(&said);
    }
}

static void text_aloud__is_the_rest_without_thinking(void **state)
{
    (void)state;
    assert_string_equal(aloud("It is 12."), "It is 12.");
    assert_string_equal(aloud("<think>hm</think>It is <think>no</think>12."), "It is 12.");
    assert_string_equal(aloud("hm</think>It is 12."), "It is 12.");
    assert_string_equal(aloud("<think>a</think>b</think> c "), "c");
    assert_string_equal(aloud("<think>for ever"), "");
    assert_string_equal(aloud("Look: <tool_call>" ZOOM "</tool_call>"), "Look:");
    assert_string_equal(aloud("a<tool_call>" ZOOM "</tool_call>b<grounding>" BOX "</grounding>c"),
                        "abc");
    assert_string_equal(aloud("<tool_call>{\"name\":\"x\",\"arguments\":{\"t\":\"<think>\"}}"
                              "</tool_call>b"),
                        "b");
    assert_string_equal(aloud("<think>hm</think><answer> Orange. </answer> bye"), "Orange.");
    assert_string_equal(aloud("<answer>1</answer> no, <answer>2</answer>"), "2");
    assert_string_equal(aloud("<answer>cut"), "cut");
    assert_string_equal(aloud("<answer></answer>"), "");
    assert_string_equal(aloud(" \n "), "");
    assert_string_equal(aloud(""), "");
}

/* What is not UTF-8 or holds NUL is no call, and what is told of it is text. */
static void text_calls__are_text_whatever_comes_in(void **state)
{
    static const char raw[] = "<tool_call>{\"name\":\"z\xff\0m\"}</tool_call>";
    struct fov_text_calls calls;
    (void)state;
    assert_int_equal(fov__text_calls(&calls, ctx, raw, sizeof(raw) - 1, NULL), FOV_OK);
    assert_int_equal(calls.count, 1);
    assert_int_equal(calls.v[0].fault.code, FOV_FAULT_BAD_JSON);
    assert_true(fov__utf8_valid(calls.v[0].arguments, strlen(calls.v[0].arguments)));
    assert_true(fov__utf8_valid(calls.v[0].fault.got, strlen(calls.v[0].fault.got)));
    fov__text_calls_free(&calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_calls__are_found_in_what_models_write),
        cmocka_unit_test(text_calls__survive_every_cut),
        cmocka_unit_test(text_calls__tell_where_json_breaks),
        cmocka_unit_test(text_calls__have_a_most),
        cmocka_unit_test(text_calls__keep_the_limits_of_json),
        cmocka_unit_test(text_calls__cost_one_pass),
        cmocka_unit_test(text_calls__are_text_whatever_comes_in),
        cmocka_unit_test(text_aloud__is_the_rest_without_thinking),
    };
    return cmocka_run_group_tests_name("text_call", tests, open_context, close_context);
}
