/* SPDX-License-Identifier: MIT */
/* The rules of the standard one by one, each at every cut; what the reader refuses; what it holds.
 */
#include "test_support.h"

#include "torture/torture.h"
#include "transport/sse_naive.h"

static fov_status on_event(void *user, const struct fov_sse_event *event, fov_error *err)
{
    (void)err;
    assert_int_equal(event->data.data[event->data.len], '\0');
    assert_int_equal(event->name.data[event->name.len], '\0');
    sse_show(user, event);
    return FOV_OK;
}

/* Read the stream in three pieces; both cuts may be anywhere. */
static fov_status read_cut(fov_context *ctx, struct fov_buf *out, const char *text, size_t len,
                           size_t a, size_t b, fov_error *err)
{
    struct fov_sse sse;
    fov__sse_init(&sse, ctx, 1000, on_event, out);
    fov_status rc = fov__sse_push(&sse, text, a, err);
    rc = fov__sse_push(&sse, text + a, b - a, err);
    rc = fov__sse_push(&sse, text + b, len - b, err);
    fov__sse_free(&sse);
    return rc;
}

struct rule {
    const char *stream;
    size_t len; /* 0: strlen */
    const char *events;
};

static void check_rule(fov_context *ctx, const struct rule *rule)
{
    struct fov_buf out;
    fov_error err;
    const size_t len = rule->len > 0 ? rule->len : strlen(rule->stream);
    fov__buf_init(&out, ctx, 10000);
    for (size_t a = 0; a <= len; a++) {
        for (size_t b = a; b <= len; b++) {
            fov__buf_reset(&out);
            assert_int_equal(read_cut(ctx, &out, rule->stream, len, a, b, &err), FOV_OK);
            if (out.len != strlen(rule->events) || strcmp(out.data, rule->events) != 0) {
                fail_msg("cut at %zu and %zu, \"%s\" gives\n%s, not\n%s", a, b, rule->stream,
                         out.data, rule->events);
            }
        }
    }
    fov__buf_reset(&out);
    assert_int_equal(sse_naive(&out, rule->stream, len, 1000), FOV_OK);
    assert_string_equal(out.data, rule->events); /* the oracle of other tests knows the rule too */
    fov__buf_free(&out);
}

static void check_rules(const struct rule *rules, size_t count)
{
    fov_context *ctx = new_context();
    for (size_t i = 0; i < count; i++) {
        check_rule(ctx, &rules[i]);
    }
    free_context(ctx);
}
#define CHECK(rules) check_rules(rules, FOV_COUNT(rules))

/* The shapes of the standard's own examples, in other words. */
static void sse__reads_the_standards_examples(void **state)
{
    static const struct rule rules[] = {
        {"data: ACME\ndata: -3\ndata: 17\n\n", 0, "message id= retry=-1 10:ACME\n-3\n17\n"},
        {": a comment\n\ndata: one\nid: 1\n\ndata:two\nid\n\ndata:  three\n\n", 0,
         "message id=1 retry=-1 3:one\nmessage id= retry=-1 3:two\nmessage id= retry=-1 6: "
         "three\n"},
        {"data\n\ndata\ndata\n\ndata:", 0, "message id= retry=-1 0:\nmessage id= retry=-1 1:\n\n"},
        {"data:same\n\ndata: same\n\n", 0,
         "message id= retry=-1 4:same\nmessage id= retry=-1 4:same\n"},
        {"event: add\ndata: 7\n\nevent: remove\ndata: 2\n\nevent: add\ndata: 1\n\n", 0,
         "add id= retry=-1 1:7\nremove id= retry=-1 1:2\nadd id= retry=-1 1:1\n"},
    };
    (void)state;
    CHECK(rules);
}

static void sse__ends_lines_at_lf_cr_and_crlf(void **state)
{
    static const struct rule rules[] = {
        {"data: a\r\rdata: b\r\n\r\ndata: c\n\n", 0,
         "message id= retry=-1 1:a\nmessage id= retry=-1 1:b\nmessage id= retry=-1 1:c\n"},
        {"data: a\r\ndata: b\rdata: c\ndata: d\r\r\n", 0, "message id= retry=-1 7:a\nb\nc\nd\n"},
        {"data: a\n\r\n", 0, "message id= retry=-1 1:a\n"},
        {"data: a\n\rdata: b\n\n", 0, "message id= retry=-1 1:a\nmessage id= retry=-1 1:b\n"},
        {"\n\r\n\r\r\ndata: a\n\n\n\n", 0, "message id= retry=-1 1:a\n"},
        /* no other character ends one: VT, FF, NEL, LINE SEPARATOR */
        {"data: a\v\f\xc2\x85\xe2\x80\xa8z\n\n", 0,
         "message id= retry=-1 9:a\v\f\xc2\x85\xe2\x80\xa8z\n"},
    };
    (void)state;
    CHECK(rules);
}

static void sse__gives_an_event_at_its_cr_without_waiting(void **state)
{
    fov_context *ctx = new_context();
    struct fov_buf out;
    struct fov_sse sse;
    (void)state;
    fov__buf_init(&out, ctx, 1000);
    fov__sse_init(&sse, ctx, 1000, on_event, &out);
    assert_int_equal(fov__sse_push(&sse, "data: a\r\n\r", 10, NULL), FOV_OK);
    assert_string_equal(out.data, "message id= retry=-1 1:a\n");
    assert_int_equal(fov__sse_push(&sse, "\ndata: b\n\n", 10, NULL), FOV_OK);
    assert_string_equal(out.data, "message id= retry=-1 1:a\nmessage id= retry=-1 1:b\n");
    assert_int_equal(sse.events, 2);
    fov__sse_free(&sse);
    fov__buf_free(&out);
    free_context(ctx);
}

static void sse__drops_one_byte_order_mark_at_the_start(void **state)
{
    static const struct rule rules[] = {
        {"\xef\xbb\xbf"
         "data: a\n\n",
         0, "message id= retry=-1 1:a\n"},
        /* the second one belongs to a field that nobody knows */
        {"\xef\xbb\xbf\xef\xbb\xbf"
         "data: a\n\ndata: b\n\n",
         0, "message id= retry=-1 1:b\n"},
        {"data: a\n\n\xef\xbb\xbf"
         "data: b\n\n",
         0, "message id= retry=-1 1:a\n"},
        /* the beginning of one is none */
        {"\xef\xbb"
         "data: a\n\ndata: b\n\n",
         0, "message id= retry=-1 1:b\n"},
        {"\xef\n\ndata: \xef\xbb\xbf\n\n", 0, "message id= retry=-1 3:\xef\xbb\xbf\n"},
        {"\xef\xbb\xbf", 0, ""},
    };
    (void)state;
    CHECK(rules);
}

static void sse__joins_split_utf8(void **state)
{
    static const struct rule rules[] = {
        {"data: \xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x8d\n\n", 0,
         "message id= retry=-1 9:\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x8d\n"},
        {"event: \xe6\x84\x9b\nid: \xce\xbb\ndata: x\n\n", 0,
         "\xe6\x84\x9b id=\xce\xbb retry=-1 1:x\n"},
    };
    (void)state;
    CHECK(rules);
}

static void sse__reads_fields_as_written(void **state)
{
    static const struct rule rules[] = {
        /* names are exact: no case, no space, no longer and no shorter ones */
        {"Data: a\n data: b\ndata : c\ndatas: d\ndat: e\nretryretry: 5\ndata: f\n\n", 0,
         "message id= retry=-1 1:f\n"},
        /* one space is dropped, and no other white space */
        {"data:\ta\ndata:   b \n\n", 0, "message id= retry=-1 7:\ta\n  b \n"},
        {"data:  \n\ndata: \n\ndata:\n\n", 0,
         "message id= retry=-1 1: \nmessage id= retry=-1 0:\nmessage id= retry=-1 0:\n"},
        {"data: a: b:c\n\n", 0, "message id= retry=-1 6:a: b:c\n"},
        /* the last name counts, and an empty one is "message" */
        {"event: a\nevent: b\ndata: x\n\nevent: c\nevent\ndata: y\n\n", 0,
         "b id= retry=-1 1:x\nmessage id= retry=-1 1:y\n"},
        {":\n: data: no\n:data: no\ndata: yes\n::\n\n", 0, "message id= retry=-1 3:yes\n"},
        {"unknown\nfoo: bar\ndata: x\n\n", 0, "message id= retry=-1 1:x\n"},
    };
    (void)state;
    CHECK(rules);
}

static void sse__gives_no_event_without_data(void **state)
{
    static const struct rule rules[] = {
        {"event: a\n\ndata: x\n\n", 0, "message id= retry=-1 1:x\n"}, /* and forgets the name */
        {"id: 7\nretry: 9\n\ndata: x\n\n", 0, "message id=7 retry=9 1:x\n"}, /* but not these */
        {"\n\n: c\n\n", 0, ""},
    };
    (void)state;
    CHECK(rules);
}

static void sse__drops_an_unfinished_event_at_the_end(void **state)
{
    static const struct rule rules[] = {
        {"data: a\n\ndata: b\n", 0, "message id= retry=-1 1:a\n"},
        {"data: a\n\ndata: b", 0, "message id= retry=-1 1:a\n"},
        {"data: a", 0, ""},
    };
    static const struct {
        const char *stream;
        bool is_partial;
    } ends[] = {{"", false},
                {"data: a\n\n", false},
                {"data: a\r\n\r", false},
                {": c\n", false},
                {"id: 1\n", false},
                {"data: a\n", true},
                {"data: a", true},
                {"data\n", true},
                {"event: a\n", true},
                {"data: a\n\n: comm", true},
                {"data: a\n\ndata: b\n", true},
                {"\xef\xbb", true}};
    fov_context *ctx = new_context();
    (void)state;
    CHECK(rules);
    for (size_t i = 0; i < FOV_COUNT(ends); i++) {
        struct fov_buf out;
        struct fov_sse sse;
        fov__buf_init(&out, ctx, 1000);
        fov__sse_init(&sse, ctx, 1000, on_event, &out);
        for (const char *at = ends[i].stream; *at != '\0'; at++) {
            assert_int_equal(fov__sse_push(&sse, at, 1, NULL), FOV_OK);
        }
        assert_int_equal(fov__sse_is_partial(&sse), ends[i].is_partial);
        fov__sse_free(&sse);
        fov__buf_free(&out);
    }
    free_context(ctx);
}

static void sse__keeps_the_last_id_and_ignores_one_with_nul(void **state)
{
    static const char nul[] =
        "id: 1\ndata: a\n\nid: 2\0x\ndata: b\n\ndata: c\nid:3\n\nid\ndata: d\n\n";
    static const struct rule rules[] = {
        {nul, sizeof(nul) - 1,
         "message id=1 retry=-1 1:a\nmessage id=1 retry=-1 1:b\nmessage id=3 retry=-1 1:c\n"
         "message id= retry=-1 1:d\n"},
        {"id: 1\nid: 2\ndata: a\n\nid: 9", 0, "message id=2 retry=-1 1:a\n"},
    };
    (void)state;
    CHECK(rules);
}

static void sse__takes_retry_of_digits_only(void **state)
{
    static const struct rule rules[] = {
        {"retry: 1500\ndata: a\n\n", 0, "message id= retry=1500 1:a\n"},
        {"retry: 007\nretry: 1s\nretry:  8\nretry: -1\nretry: 1.5\nretry\nretry:\ndata: a\n\n", 0,
         "message id= retry=7 1:a\n"},
        {"retry: 0\ndata: a\n\n", 0, "message id= retry=0 1:a\n"},
        {"retry: 99999999999999999999999999\ndata: a\n\n", 0,
         "message id= retry=9223372036854775807 1:a\n"},
        {"retry: 9223372036854775807\ndata: a\n\n", 0,
         "message id= retry=9223372036854775807 1:a\n"},
    };
    (void)state;
    CHECK(rules);
}

static void sse__keeps_nul_in_data(void **state)
{
    static const char stream[] = "data: a\0b\n\n";
    static const char want[] = "message id= retry=-1 3:a\0b\n";
    fov_context *ctx = new_context();
    struct fov_buf out;
    (void)state;
    fov__buf_init(&out, ctx, 1000);
    for (size_t a = 0; a < sizeof(stream); a++) {
        fov__buf_reset(&out);
        assert_int_equal(read_cut(ctx, &out, stream, sizeof(stream) - 1, a, a, NULL), FOV_OK);
        assert_int_equal(out.len, sizeof(want) - 1);
        assert_memory_equal(out.data, want, sizeof(want) - 1);
    }
    fov__buf_free(&out);
    free_context(ctx);
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void sse__refuses_what_is_not_utf8(void **state)
{
    static const struct {
        const char *stream, *events, *says;
    } cases[] = {
        {"data: ok\n\ndata: ab\xff\n\ndata: no\n\n", "message id= retry=-1 2:ok\n",
         "the data of event 2 of the stream is not UTF-8 at byte 2"},
        {"data: \xe2\x82\ndata: \xac\n\n", "",
         "the data of event 1 of the stream is not UTF-8 at byte 0"},
        {"data: \xed\xa0\x80\n\n", "", "at byte 0"},
        {"data: \xc0\xaf\n\n", "", "at byte 0"},
        {"event: \x80\ndata: a\n\n", "", "the name of event 1"},
        {"id: a\xf0\x9f\ndata: a\n\n", "",
         "the id of event 1 of the stream is not UTF-8 at byte 1"},
    };
    fov_context *ctx = new_context();
    struct fov_buf out;
    (void)state;
    fov__buf_init(&out, ctx, 1000);
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const size_t len = strlen(cases[i].stream);
        for (size_t a = 0; a <= len; a++) {
            fov_error err = {0};
            fov__buf_reset(&out);
            assert_int_equal(read_cut(ctx, &out, cases[i].stream, len, a, a, &err), FOV_E_PROVIDER);
            assert_string_equal(out.data, cases[i].events);
            assert_non_null(strstr(err.message, cases[i].says));
        }
    }
    /* What nobody is given may be anything. */
    static const char unseen[] = ": \xff\n\xff: x\nevent: \xff\n\nretry: \xff\ndata: a\n\n";
    fov__buf_reset(&out);
    assert_int_equal(read_cut(ctx, &out, unseen, sizeof(unseen) - 1, 5, 9, NULL), FOV_OK);
    assert_string_equal(out.data, "message id= retry=-1 1:a\n");
    fov__buf_free(&out);
    free_context(ctx);
}

/* Push `count` pieces; the most that was live meanwhile. */
static fov_status push_many(const char *head, const char *piece, size_t count, uint64_t max,
                            uint64_t *peak, size_t *pushed, fov_error *err)
{
    fov_context *ctx = new_context();
    struct fov_buf out;
    struct fov_sse sse;
    fov__buf_init(&out, ctx, 1000);
    fov__sse_init(&sse, ctx, max, on_event, &out);
    fov_status rc = fov__sse_push(&sse, head, strlen(head), err);
    *peak = 0;
    *pushed = 0;
    for (size_t i = 0; i < count; i++) {
        rc = fov__sse_push(&sse, piece, strlen(piece), err);
        *pushed += rc == FOV_OK ? strlen(piece) : 0;
        const uint64_t live = atomic_load(&ctx->live_bytes);
        *peak = live > *peak ? live : *peak;
    }
    fov__sse_free(&sse);
    fov__buf_free(&out);
    free_context(ctx);
    return rc;
}

/* 100 MB in one line of each kind, and in one event of short lines, with a limit of 1 MiB. */
static void sse__refuses_a_line_of_100_mb_without_holding_it(void **state)
{
    static const char *const heads[] = {"data: ", "event: ", "id: ", "retry: ", ": ", "", "x: "};
    static char piece[16385];
    const size_t count = 100 * 1000 * 1000 / 16384 + 1;
    uint64_t peak = 0;
    size_t pushed = 0;
    fov_error err;
    (void)state;
    memset(piece, '7', sizeof(piece) - 1);
    for (size_t i = 0; i < FOV_COUNT(heads); i++) {
        assert_int_equal(push_many(heads[i], piece, count, 1 << 20, &peak, &pushed, &err),
                         FOV_E_LIMIT);
        assert_string_equal(err.where, "reply_bytes");
        assert_non_null(strstr(err.message, "a line behind event 0"));
        assert_true(pushed <= 1 << 20);
        assert_true(peak <= (2 << 20) + 4096);
    }
    for (size_t i = 0; i + 8 <= sizeof(piece) - 1; i += 8) {
        memcpy(piece + i, "data: 1\n", 8);
    }
    assert_int_equal(push_many("", piece, count, 1 << 20, &peak, &pushed, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "an event behind event 0"));
    assert_true(pushed <= 4 << 20); /* two of eight bytes are held */
    assert_true(peak <= (2 << 20) + 4096);
}

/* Many events may be longer together than one may be. */
static void sse__limits_lines_and_events_not_the_stream(void **state)
{
    static char piece[16385];
    uint64_t peak = 0;
    size_t pushed = 0;
    fov_error err;
    (void)state;
    memset(piece, 'x', sizeof(piece) - 1);
    memcpy(piece, "event: e\n: ", 11);
    memcpy(piece + 16384 - 2, "\n\n", 2);
    assert_int_equal(push_many("", piece, 1000, 16384, &peak, &pushed, &err), FOV_OK);
    assert_int_equal(pushed, 1000 * (size_t)16384);
    assert_true(peak < 8192);
}

static void sse__takes_exactly_what_the_limit_allows(void **state)
{
    static const struct {
        const char *stream;
        size_t max;
    } cases[] = {{"data: 89\n\n", 8},
                 {": 34567\n\n", 7},
                 {"data:1\ndata:2\n\n", 6},
                 {"data\ndata\ndata\ndata\ndata\n\n", 5},
                 {"event: abc\ndata: 1234567\n\n", 13}};
    fov_context *ctx = new_context();
    struct fov_buf out, naive;
    (void)state;
    fov__buf_init(&out, ctx, 1000);
    fov__buf_init(&naive, ctx, 1000);
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        for (size_t less = 0; less < 2; less++) {
            struct fov_sse sse;
            fov__sse_init(&sse, ctx, cases[i].max - less, on_event, &out);
            assert_int_equal(fov__sse_push(&sse, cases[i].stream, strlen(cases[i].stream), NULL),
                             less > 0 ? FOV_E_LIMIT : FOV_OK);
            assert_int_equal(
                sse_naive(&naive, cases[i].stream, strlen(cases[i].stream), cases[i].max - less),
                less > 0 ? FOV_E_LIMIT : FOV_OK);
            fov__sse_free(&sse);
        }
    }
    assert_string_equal(out.data, naive.data);
    fov__buf_free(&out);
    fov__buf_free(&naive);
    free_context(ctx);
}

static fov_status refuse_second(void *user, const struct fov_sse_event *event, fov_error *err)
{
    int *count = user;
    (void)event;
    *count += 1;
    return *count == 2 ? fov__fail(err, FOV_E_PROVIDER, 0, "test", "the second is refused")
                       : FOV_NOTE_END; /* a note is no error */
}

static void sse__stops_for_good_where_it_is_told(void **state)
{
    fov_context *ctx = new_context();
    struct fov_sse sse;
    fov_error err = {0};
    int count = 0;
    (void)state;
    fov__sse_init(&sse, ctx, 1000, refuse_second, &count);
    assert_int_equal(fov__sse_push(&sse, "data: a\n\n", 9, &err), FOV_OK);
    assert_int_equal(fov__sse_push(&sse, "data: b\n\ndata: c\n\n", 18, &err), FOV_E_PROVIDER);
    assert_string_equal(err.message, "the second is refused");
    memset(&err, 0, sizeof(err));
    assert_int_equal(fov__sse_push(&sse, "data: d\n\n", 9, &err), FOV_E_PROVIDER);
    assert_string_equal(err.message, "the second is refused");
    assert_int_equal(count, 2);
    fov__sse_free(&sse);
    free_context(ctx);
}

/* A piece of nothing but ends of lines must not cost its length squared. */
static void sse__reads_ends_of_lines_in_linear_time(void **state)
{
    const size_t size = 16 * 1024 * 1024;
    char *text = malloc(size);
    fov_context *ctx = new_context();
    struct fov_buf out;
    struct fov_sse sse;
    (void)state;
    memset(text, '\r', size);
    fov__buf_init(&out, ctx, 1000);
    fov__sse_init(&sse, ctx, 1000, on_event, &out);
    const uint64_t start = fov__clock_ms();
    assert_int_equal(fov__sse_push(&sse, text, size, NULL), FOV_OK);
    assert_true(fov__clock_ms() - start < 30000); /* squared, it would be hours */
    fov__sse_free(&sse);
    fov__buf_free(&out);
    free_context(ctx);
    free(text);
}

static fov_status read_once(void *user)
{
    static const char stream[] = "retry: 5\nid: 1\nevent: e\ndata: one\ndata: two\n\nid: 22\n"
                                 "data: and a longer line that makes the buffer grow again, since "
                                 "64 bytes are its first size\n\n";
    fov_context *ctx = NULL;
    struct fov_sse sse;
    int count = -10;
    (void)user;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc < 0) {
        return rc;
    }
    fov__sse_init(&sse, ctx, 1000, refuse_second, &count);
    for (size_t i = 0; i + 1 < sizeof(stream) && rc == FOV_OK; i += 5) {
        const size_t left = sizeof(stream) - 1 - i;
        rc = fov__sse_push(&sse, stream + i, left < 5 ? left : 5, NULL);
    }
    fov__sse_free(&sse);
    fov_context_free(ctx);
    return rc;
}

static void sse__survives_every_failed_allocation(void **state)
{
    (void)state;
    if (torture_run(read_once, NULL, "sse", TORTURE_STRICT) < 4) {
        fail_msg("%s", torture_reason());
    }
}

int test_sse(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sse__reads_the_standards_examples),
        cmocka_unit_test(sse__ends_lines_at_lf_cr_and_crlf),
        cmocka_unit_test(sse__gives_an_event_at_its_cr_without_waiting),
        cmocka_unit_test(sse__drops_one_byte_order_mark_at_the_start),
        cmocka_unit_test(sse__joins_split_utf8),
        cmocka_unit_test(sse__reads_fields_as_written),
        cmocka_unit_test(sse__gives_no_event_without_data),
        cmocka_unit_test(sse__drops_an_unfinished_event_at_the_end),
        cmocka_unit_test(sse__keeps_the_last_id_and_ignores_one_with_nul),
        cmocka_unit_test(sse__takes_retry_of_digits_only),
        cmocka_unit_test(sse__keeps_nul_in_data),
        cmocka_unit_test(sse__refuses_what_is_not_utf8),
        cmocka_unit_test(sse__refuses_a_line_of_100_mb_without_holding_it),
        cmocka_unit_test(sse__limits_lines_and_events_not_the_stream),
        cmocka_unit_test(sse__takes_exactly_what_the_limit_allows),
        cmocka_unit_test(sse__stops_for_good_where_it_is_told),
        cmocka_unit_test(sse__reads_ends_of_lines_in_linear_time),
        cmocka_unit_test(sse__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("sse", tests, NULL, NULL);
}
