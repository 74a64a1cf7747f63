/* SPDX-License-Identifier: MIT */
/* A transcript as text: the tree, the two diagrams, and strangers' strings in them. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

static char *shown(const struct scenario *s, int32_t form)
{
    fov_bytes text;
    fov_error err;
    if (fov_transcript_show(s->ctx, s->dir, form, &text, &err) != FOV_OK)
        fail_msg("%s", err.message);
    char *copy = malloc(text.size + 1);
    assert_non_null(copy);
    memcpy(copy, text.data, text.size + 1);
    fov_bytes_free(&text);
    return copy;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void show__draws_the_tree_of_looks(void **state)
{
    const struct scenario *s = *state;
    scenario_write(s);
    char *text = shown(s, FOV_SHOW_TREE);
    has(text, "question How much rain fell in May?\nimg_0 png  ");
    has(text, "\n└─ img_3 zoom box=[40,30,300,200]  260x170  [40,30,300,200] of img_0\n"
              "   ├─ img_4 rotate degrees=7.25 ");
    has(text, "\n   │  └─ img_5 enhance ");
    has(text, "\n   │     └─ img_6 mark boxes=[[10,10,60,50]] numbers=true  ");
    has(text, "\n   └─ fact_0 sample points=[[10,10],[20.5,30]]  {\"points\":");
    has(text, "\nimg_1 jpeg  ");
    has(text, "\nanswer 5.11\n│  The label says so.\n├─ img_3 zoom ");
    has(text, "\n└─ fact_0 sample ");
    free(text);
    scenario_edit(s, "\"answer\"", "FOV_OK\",\"answer\":\"5.11\"",
                  "FOV_NOTE_UNSURE\",\"answer\":null");
    text = shown(s, FOV_SHOW_TREE);
    has(text, "\nanswer (cannot tell)\n");
    free(text);
}

static void show__draws_dot_and_mermaid(void **state)
{
    const struct scenario *s = *state;
    scenario_write(s);
    char *text = shown(s, FOV_SHOW_DOT);
    has(text, "digraph foveate {\n");
    has(text, "  img_3 [shape=box, label=\"img_3 zoom "
              "box=[40,30,300,200]\\n260x170\\n[40,30,300,200] of img_0\"];\n");
    has(text, "  img_0 -> img_3;\n");
    has(text, "  img_3 -> fact_0;\n");
    has(text, "  answer [shape=ellipse, label=\"5.11\"];\n  img_3 -> answer [style=dashed];\n");
    free(text);
    text = shown(s, FOV_SHOW_MERMAID);
    has(text, "flowchart TD\n");
    has(text,
        "  img_3[\"img_3 zoom box=[40,30,300,200]<br/>260x170<br/>[40,30,300,200] of img_0\"]\n");
    has(text, "  img_0 --> img_3\n");
    has(text, "  fact_0([\"fact_0 sample ");
    has(text, "  answer{{\"5.11\"}}\n  img_3 -.-> answer\n  fact_0 -.-> answer\n");
    free(text);
}

static void show__lets_no_string_break_out(void **state)
{
    const struct scenario *s = *state;
    scenario_write(s);
    scenario_edit(s, "\"answer\":", "5.11", "\\u001b[31m\\\"];\\n}<script>\\u202e`&#\\\\");
    scenario_edit(s, "\"evidence\"", "\"fact_0\"", "\"fact_99\",\"img_4]; x\",7,null");
    char *text = shown(s, FOV_SHOW_TREE);
    has(text, "\nanswer  [31m\"]; }<script> `&#\\\n");
    assert_null(strchr(text, '\x1b'));
    free(text);
    text = shown(s, FOV_SHOW_DOT);
    has(text, "label=\" [31m\\\"]; }<script> `&#\\\\\"];\n");
    assert_null(strstr(text, "fact_99"));
    free(text);
    text = shown(s, FOV_SHOW_MERMAID);
    has(text, "answer{{\" [31m#34;]; }#60;script#62; #96;#38;#35;#92;\"}}\n");
    free(text);
}

/* A chain as long as a transcript allows must not use up the stack, and its rails not all memory.
 */
static void show__bears_a_very_long_chain(void **state)
{
    enum { LENGTH = 20000 };
    const struct scenario *s = *state;
    const size_t room = (size_t)LENGTH * 400;
    char *text = malloc(room);
    fov_bytes out;
    fov_error err;
    assert_non_null(text);
    size_t len = (size_t)snprintf(text, room, "%s", HEADER);
    for (int i = 0; i < LENGTH; i++) {
        char parent[24] = "";
        if (i > 0)
            snprintf(parent, sizeof(parent), "\"img_%d\"", i - 1);
        len += (size_t)snprintf(text + len, room - len,
                                "{\"event\":\"image\",\"n\":%d,\"id\":\"img_%d\",\"op\":\"zoom\","
                                "\"recipe\":{},\"parents\":[%s],\"output\":0,"
                                "\"width\":1,\"height\":1,\"regions\":[{\"box\":[0,0,1,1],"
                                "\"source\":\"img_0\",\"to_source\":[1,0,0,0,1,0,0,0,1]}],"
                                "\"recipe_sha256\":\"%064d\"}\n",
                                i + 1, i, parent, 0);
    }
    /* The first claims to come from itself, which is refused; then it is a source. */
    scenario_lines(s, text);
    free(text);
    assert_int_equal(fov_transcript_show(s->ctx, s->dir, FOV_SHOW_TREE, &out, &err), FOV_E_STATE);
    scenario_edit(
        s, "header",
        "{\"event\":\"image\",\"n\":1,\"id\":\"img_0\",\"op\":\"zoom\",\"recipe\":{},\"parents\":[]"
        ",\"output\":0,"
        "\"width\":1,\"height\":1,\"regions\":[{\"box\":[0,0,1,1],\"source\":\"img_0\",\"to_"
        "source\":[1,0,0,0,1,0,0,0,1]}],"
        "\"recipe_sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}",
        "{\"event\":\"source\",\"n\":1,\"id\":\"img_0\",\"format\":\"png\",\"width\":1,\"height\":"
        "1,\"bytes\":1,"
        "\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}");
    assert_int_equal(fov_transcript_show(s->ctx, s->dir, FOV_SHOW_TREE, &out, &err), FOV_E_LIMIT);
    assert_int_equal(fov_transcript_show(s->ctx, s->dir, FOV_SHOW_DOT, &out, &err), FOV_OK);
    has((const char *)out.data, "  img_19998 -> img_19999;\n");
    fov_bytes_free(&out);
}

static void show__refuses_wrong_arguments(void **state)
{
    const struct scenario *s = *state;
    fov_bytes out;
    fov_error err;
    assert_int_equal(fov_transcript_show(s->ctx, s->dir, 3, &out, &err), FOV_E_ARG);
    assert_int_equal(fov_transcript_show(s->ctx, NULL, 0, &out, &err), FOV_E_ARG);
    assert_int_equal(fov_transcript_show(s->ctx, s->dir, 0, &out, &err), FOV_E_IO);
    assert_null(out.data);
}

int suite_show(void)
{
    const struct CMUnitTest tests[] = {
        test_scenario(show__draws_the_tree_of_looks),  test_scenario(show__draws_dot_and_mermaid),
        test_scenario(show__lets_no_string_break_out), test_scenario(show__bears_a_very_long_chain),
        test_scenario(show__refuses_wrong_arguments),
    };
    return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
