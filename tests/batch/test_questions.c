/* SPDX-License-Identifier: MIT */
/* Rows are judged one by one, and names of folders are safe and unique. */
#include "batch/batch_support.h"

#define ROW(rest) "{\"id\":\"a\",\"image\":\"a.png\",\"question\":\"Q?\"" rest "}"

static void row__says_what_is_wrong(void **state)
{
    static const struct {
        const char *text, *says; /* NULL: it is right */
    } cases[] = {
        {ROW(""), NULL},
        {ROW(",\"answer\":null,\"chart\":\"bar\""), NULL},
        {ROW(",\"answer\":5"), NULL},
        {ROW(",\"answer\":[\"5\",5]"), NULL},
        {ROW(",\"answer\":\"B\",\"choices\":[\"x\",\"y\"]"), NULL},
        {ROW(",\"answer\":\"y\",\"choices\":[\"x\",\"y\"]"), NULL},
        {"{\"id\":7,\"images\":[\"a.png\",\"b.png\"],\"question\":\"Q?\"}", NULL},
        {"", "byte"},
        {"[]", "not an object"},
        {"{\"id\":\"a\",\"id\":\"a\"}", "a key that its object has already"},
        {"{\"image\":\"a\",\"question\":\"q\"}", "\"id\" is missing"},
        {"{\"id\":true,\"image\":\"a\",\"question\":\"q\"}", "\"id\" must be a string"},
        {"{\"id\":1.5,\"image\":\"a\",\"question\":\"q\"}", "not whole"},
        {"{\"id\":\"\",\"image\":\"a\",\"question\":\"q\"}", "0 bytes"},
        {"{\"id\":\"a\",\"question\":\"q\"}", "\"image\" is missing"},
        {"{\"id\":\"a\",\"image\":\"a\",\"images\":[\"a\"],\"question\":\"q\"}", "both given"},
        {"{\"id\":\"a\",\"image\":[\"a\"],\"question\":\"q\"}", "must be a string"},
        {"{\"id\":\"a\",\"images\":[],\"question\":\"q\"}", "empty array"},
        {"{\"id\":\"a\",\"images\":[\"\"],\"question\":\"q\"}", "0 bytes"},
        {"{\"id\":\"a\",\"image\":\"a\"}", "\"question\" must be"},
        {"{\"id\":\"a\",\"image\":\"a\",\"question\":\"\"}", "\"question\" must be"},
        {ROW(",\"type\":5"), "\"type\" must be"},
        {ROW(",\"answer\":true"), "true or false"},
        {ROW(",\"answer\":[]"), "empty array"},
        {ROW(",\"answer\":{}"), "an object"},
        {ROW(",\"choices\":[\"x\"]"), "at least two"},
        {ROW(",\"choices\":\"xy\""), "must be an array"},
        {ROW(",\"answer\":\"C\",\"choices\":[\"x\",\"y\"]"), "none of the 2 choices"},
        {ROW(",\"answer\":\"B\",\"choices\":[\"B\",\"A\"]"), "letter of one choice"},
        {ROW(",\"answer\":[\"x\",\"y\"],\"choices\":[\"x\",\"y\"]"), "not several"},
    };
    fov_context *ctx = NULL;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const struct fov_span text = {cases[i].text, strlen(cases[i].text)};
        struct fov_row row;
        fov_error err = {0};
        const fov_status rc = fov__row_read(&row, ctx, text, &err);

        if (cases[i].says ? rc != FOV_E_ARG || !strstr(err.message, cases[i].says) : rc != FOV_OK)
            fail_msg("%s: %s %s", cases[i].text, fov_status_name(rc), err.message);
        if (rc == FOV_OK)
            fov__row_drop(&row);
    }
    fov_context_free(ctx);
}

static void row__puts_choices_by_letter(void **state)
{
    static const char text[] = ROW(",\"answer\":\"y\",\"choices\":[\"x\",\"y\"]");
    struct fov_buf prompt;
    struct fov_row row;
    fov_context *ctx = NULL;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov__row_read(&row, ctx, (struct fov_span){text, strlen(text)}, NULL), FOV_OK);
    assert_int_equal(row.gold_choice, 1);
    fov__buf_init(&prompt, ctx, 4096);
    fov__row_prompt(&prompt, &row);
    assert_string_equal(prompt.data,
                        "Q?\n(A) x\n(B) y\nAnswer with the letter of the right choice.");
    fov__buf_free(&prompt);
    fov__row_drop(&row);
    fov_context_free(ctx);
}

struct heard {
    size_t lines[8], count;
    char text[8][192];
};

static void hear(size_t line, const char *reason, void *user)
{
    struct heard *heard = user;

    assert_true(heard->count < 8);
    heard->lines[heard->count] = line;
    snprintf(heard->text[heard->count++], sizeof(heard->text[0]), "%s", reason);
}

static void questions__go_on_behind_a_bad_row(void **state)
{
    struct fov_questions *q = NULL;
    struct heard heard = {.count = 0};
    struct bench bench;

    (void)state;
    bench_open(&bench);
    bench_ask(&bench, "\xef\xbb\xbf" ROW(
                          "") "\r\n"
                              "\n"
                              "{\"id\":\"b\",\n" ROW(
                                  ",\"type\":\"t\"") "\n"
                                                     "{\"id\":\"b\",\"image\":\"a.png\","
                                                     "\"question\":\"Q?\"}"); /* no newline */
    assert_int_equal(fov__questions_open(&q, bench.ctx, bench.questions, hear, &heard, &bench.err),
                     FOV_OK);
    assert_int_equal(q->count, 2);
    assert_int_equal(q->bad_rows, 2);
    assert_int_equal(heard.lines[0], 3);
    assert_int_equal(heard.lines[1], 4);
    assert_string_equal(heard.text[1], "the id \"a\" is that of line 1 already");
    assert_int_equal(fov__questions_find(q, "b")->line, 5);
    assert_null(fov__questions_find(q, "c"));
    fov__questions_free(q);
    bench_ask(&bench, "{}\n{}\n");
    assert_int_equal(fov__questions_open(&q, bench.ctx, bench.questions, NULL, NULL, &bench.err),
                     FOV_E_ARG);
    assert_non_null(strstr(bench.err.message, "no row that can be asked, 2 that cannot"));
    bench_close(&bench);
}

/* More rows than the table of ids begins with. */
static void questions__find_each_of_many(void **state)
{
    struct fov_questions *q = NULL;
    struct fov_buf text;
    struct bench bench;
    char id[16];

    (void)state;
    bench_open(&bench);
    fov__buf_init(&text, bench.ctx, 1 << 20);
    for (int i = 0; i < 3000; i++)
        fov__buf_addf(&text, "{\"id\":%d,\"image\":\"a\",\"question\":\"q\"}\n", i);
    bench_ask(&bench, text.data);
    fov__buf_free(&text);
    assert_int_equal(fov__questions_open(&q, bench.ctx, bench.questions, NULL, NULL, NULL), FOV_OK);
    assert_int_equal(q->count, 3000);
    for (int i = 0; i < 3000; i++) {
        snprintf(id, sizeof(id), "%d", i);
        assert_ptr_equal(fov__questions_find(q, id), &q->items[i]);
    }
    fov__questions_free(q);
    bench_close(&bench);
}

static void name__is_safe_for_a_folder(void **state)
{
    static const struct {
        const char *id, *name;
    } cases[] = {
        {"bar-7_x.2", "bar-7_x.2"},
        {"../../x", "%2E.%2F..%2Fx"},
        {"..", "%2E."},
        {".", "%2E"},
        {"/etc/passwd", "%2Fetc%2Fpasswd"},
        {"A", "%41"},
        {"a%41", "a%2541"},
        {"a b\n", "a%20b%0A"},
        {"é", "%C3%A9"},
    };
    char name[FOV__BATCH_NAME], other[FOV__BATCH_NAME], id[FOV__BATCH_ID_MAX + 1];

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        fov__batch_name(name, cases[i].id);
        assert_string_equal(name, cases[i].name);
    }
    /* Long ones that differ at their end only, and every length between. */
    for (size_t len = 1; len <= FOV__BATCH_ID_MAX; len++) {
        memset(id, len % 2 ? 'x' : '/', len);
        id[len] = '\0';
        fov__batch_name(name, id);
        assert_true(strlen(name) < FOV__BATCH_NAME && strlen(name) <= 150 && !strchr(name, '/'));
        id[len - 1] = 'y';
        fov__batch_name(other, id);
        assert_string_not_equal(name, other);
    }
}

int suite_questions(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row__says_what_is_wrong),
        cmocka_unit_test(row__puts_choices_by_letter),
        cmocka_unit_test(questions__go_on_behind_a_bad_row),
        cmocka_unit_test(questions__find_each_of_many),
        cmocka_unit_test(name__is_safe_for_a_folder),
    };

    return cmocka_run_group_tests_name("questions", tests, NULL, NULL);
}
