/* SPDX-License-Identifier: MIT */
#include "test_support.h"

/* A transport that answers from a list. */
struct step {
    fov_status rc;
    int32_t status;
    const char *header;
    bool is_permanent;
};
struct stub {
    struct fov_transport base;
    const struct step *steps;
    size_t count, sent;
    uint32_t timeouts[8];
    struct fake_time *time;
    uint64_t takes_ms;
};

static fov_status stub_send(struct fov_transport *transport, const struct fov_http_request *request,
                            struct fov_http_response *response, fov_error *err)
{
    struct stub *stub = (struct stub *)transport;
    assert_true(stub->sent < stub->count);
    assert_int_equal(response->status, 0); /* nothing is left of the last try */
    assert_int_equal(response->body.len, 0);
    stub->timeouts[stub->sent] = request->timeout_ms;
    const struct step *step = &stub->steps[stub->sent++];
    stub->time->now_ms += stub->takes_ms;
    if (step->status > 0) {
        char line[32];
        snprintf(line, sizeof(line), "HTTP/1.1 %d x", (int)step->status);
        fov__response_header_line(response, line, strlen(line));
    }
    if (step->header != NULL) {
        fov__response_header_line(response, step->header, strlen(step->header));
    }
    fov__buf_adds(&response->body, "{}");
    response->is_permanent = step->is_permanent;
    return step->rc < 0 ? fov__fail(err, step->rc, 0, "stub", "the stub fails") : FOV_OK;
}

struct run {
    fov_status rc;
    int32_t status;
    size_t sent;
    struct fake_time time;
    uint32_t attempts, last_timeout;
};

static bool always_permanent(const struct fov_http_response *response, void *user)
{
    (void)response;
    (void)user;
    return true;
}

static struct run run_with(const struct step *steps, size_t count, struct fov_retry retry,
                           uint32_t timeout_ms, uint64_t takes_ms)
{
    fov_context *ctx = new_context();
    struct run run = {.time = {.now_ms = 1000, .utc_s = 784111777, .random = 0}};
    const struct fov_retry_hooks hooks = fake_hooks(&run.time);
    struct stub stub = {.base = {ctx, stub_send, NULL},
                        .steps = steps,
                        .count = count,
                        .time = &run.time,
                        .takes_ms = takes_ms};
    const struct fov_http_request request = {
        .method = "POST", .url = "https://h/x", .timeout_ms = timeout_ms};
    struct fov_http_response response;
    fov__response_init(&response, ctx, 1000);
    retry.hooks = &hooks;
    run.rc = fov__exchange(&stub.base, &request, &retry, &response, &run.attempts, NULL);
    run.status = response.status;
    run.sent = stub.sent;
    run.last_timeout = stub.sent > 0 ? stub.timeouts[stub.sent - 1] : 0;
    fov__response_free(&response);
    free_context(ctx);
    return run;
}

static struct run run_steps(const struct step *steps, size_t count)
{
    return run_with(steps, count, (struct fov_retry){.max = 2}, 0, 0);
}

static void retry__sends_again_by_status(void **state)
{
    static const struct {
        int32_t status;
        const char *header;
        size_t sent;
    } cases[] = {
        {408, NULL, 2},
        {409, NULL, 2},
        {429, NULL, 2},
        {500, NULL, 2},
        {503, NULL, 2},
        {529, NULL, 2},
        {400, NULL, 1},
        {401, NULL, 1},
        {403, NULL, 1},
        {404, NULL, 1},
        {413, NULL, 1},
        {422, NULL, 1},
        {301, NULL, 1},
        {308, NULL, 1},
        {200, NULL, 1},
        {204, NULL, 1},
        {400, "x-should-retry: true", 2},
        {503, "X-Should-Retry: false", 1},
        {503, "x-should-retry: maybe", 2},
        {200, "x-should-retry: true", 1}, /* never after a 2xx */
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const struct step steps[] = {{FOV_OK, cases[i].status, cases[i].header, false},
                                     {FOV_OK, 200, NULL, false}};
        const struct run run = run_steps(steps, 2);
        if (run.sent != cases[i].sent || run.rc != FOV_OK) {
            fail_msg("status %d sent %zu times", (int)cases[i].status, run.sent);
        }
        assert_int_equal(run.attempts, run.sent);
    }
}

static void retry__waits_as_long_as_it_is_told(void **state)
{
    static const struct {
        const char *header;
        uint64_t wait;
    } cases[] = {
        {"retry-after-ms: 1234", 1234},
        {"retry-after-ms: 0.5", 1},
        {"retry-after: 3", 3000},
        {"Retry-After: 1.5", 1500},
        {"retry-after: 0", 0},
        {"retry-after: 60", 60000},
        {"retry-after: Sun, 06 Nov 1994 08:49:47 GMT", 10000}, /* ten seconds after the fake now */
        /* not obeyed: the backoff's first step instead */
        {"retry-after: 61", 500},
        {"retry-after-ms: 60001", 500},
        {"retry-after: -1", 500},
        {"retry-after: soon", 500},
        {"retry-after: Sun, 06 Nov 1994 08:49:27 GMT", 500}, /* in the past */
        {"retry-after: Mon, 07 Nov 1994 08:49:37 GMT", 500}, /* a day away */
        {"retry-after: 1e99", 500},
        {NULL, 500},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const struct step steps[] = {{FOV_OK, 429, cases[i].header, false},
                                     {FOV_OK, 200, NULL, false}};
        const struct run run = run_steps(steps, 2);
        assert_int_equal(run.time.wait_count, 1);
        if (run.time.waits[0] != cases[i].wait) {
            fail_msg("\"%s\" waited %llu ms", cases[i].header,
                     (unsigned long long)run.time.waits[0]);
        }
    }
}

static void retry__backs_off_doubling_to_eight_seconds_less_jitter(void **state)
{
    static const uint64_t want[] = {500, 1000, 2000, 4000, 8000, 8000, 8000};
    fov_context *ctx = new_context();
    struct fov_http_response response;
    (void)state;
    fov__response_init(&response, ctx, 10);
    for (uint32_t i = 0; i < FOV_COUNT(want); i++) {
        assert_int_equal(fov__retry_delay_ms(&response, i, 0.0, 0), want[i]);
        const uint64_t least = fov__retry_delay_ms(&response, i, 0.9999999, 0);
        assert_in_range(least, want[i] * 3 / 4, want[i] * 3 / 4 + 1);
    }
    assert_int_equal(fov__retry_delay_ms(&response, UINT32_MAX, 0.0, 0), 8000);
    fov__response_free(&response);
    free_context(ctx);
}

static void retry__gives_up_after_its_number_of_tries(void **state)
{
    static const struct step steps[] = {
        {FOV_OK, 503, NULL, 0}, {FOV_OK, 503, NULL, 0}, {FOV_OK, 500, NULL, 0}};
    (void)state;
    struct run run = run_steps(steps, 3);
    assert_int_equal(run.sent, 3);
    assert_int_equal(run.status, 500); /* the last answer is the one that is told */
    assert_int_equal(run.time.waits[0], 500);
    assert_int_equal(run.time.waits[1], 1000);
    run = run_with(steps, 3, (struct fov_retry){.max = 0}, 0, 0);
    assert_int_equal(run.sent, 1);
}

static void retry__tries_failed_connections_but_no_broken_good_reply(void **state)
{
    static const struct step refused[] = {{FOV_E_NET, 0, NULL, false}, {FOV_OK, 200, NULL, false}};
    static const struct step broken[] = {{FOV_E_NET, 200, NULL, false}};
    static const struct step untrusted[] = {{FOV_E_NET, 0, NULL, true}};
    static const struct step too_long[] = {{FOV_E_LIMIT, 200, NULL, false}};
    static const struct step cancelled[] = {{FOV_E_CANCELLED, 0, NULL, false}};
    static const struct step mismatch[] = {{FOV_E_MISMATCH, 0, NULL, false}};
    (void)state;
    assert_int_equal(run_steps(refused, 2).sent, 2);
    assert_int_equal(run_steps(broken, 1).rc, FOV_E_NET);
    assert_int_equal(run_steps(untrusted, 1).rc, FOV_E_NET);
    assert_int_equal(run_steps(too_long, 1).rc, FOV_E_LIMIT);
    assert_int_equal(run_steps(cancelled, 1).rc, FOV_E_CANCELLED);
    assert_int_equal(run_steps(mismatch, 1).rc, FOV_E_MISMATCH);
}

static void retry__believes_that_an_error_is_permanent(void **state)
{
    static const struct step steps[] = {{FOV_OK, 429, "x-should-retry: true", false}};
    (void)state;
    const struct run run =
        run_with(steps, 1, (struct fov_retry){.max = 2, .is_permanent = always_permanent}, 0, 0);
    assert_int_equal(run.sent, 1);
    assert_int_equal(run.status, 429);
}

static void retry__stays_within_its_deadline(void **state)
{
    static const struct step steps[] = {{FOV_OK, 503, "retry-after: 2", 0},
                                        {FOV_OK, 503, "retry-after: 2", 0}};
    (void)state;
    /* 1 s of work, 2 s of waiting, then 1 s again: the second wait would pass 5 s. */
    struct run run =
        run_with(steps, 2, (struct fov_retry){.max = 5, .deadline_ms = 5000}, 60000, 1000);
    assert_int_equal(run.sent, 2);
    assert_int_equal(run.last_timeout, 2000); /* what is left, not the 60 s of one try */
    assert_int_equal(run.time.now_ms - 1000, 4000);
    run = run_with(steps, 1, (struct fov_retry){.max = 5, .deadline_ms = 2500}, 1500, 1000);
    assert_int_equal(run.sent, 1);
    assert_int_equal(run.last_timeout, 1500); /* the shorter of the two */
}

static void retry__is_cancelled_while_waiting(void **state)
{
    static const struct step steps[] = {{FOV_OK, 503, NULL, 0}};
    fov_context *ctx = new_context();
    fov_cancel *cancel = NULL;
    struct fake_time time = {.random = 0};
    struct fov_http_response response;
    (void)state;
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    time.set_at_wait = cancel;
    const struct fov_retry_hooks hooks = fake_hooks(&time);
    struct stub stub = {.base = {ctx, stub_send, NULL}, .steps = steps, .count = 1, .time = &time};
    const struct fov_http_request request = {
        .method = "POST", .url = "https://h/x", .cancel = cancel};
    const struct fov_retry retry = {.max = 2, .hooks = &hooks};
    fov__response_init(&response, ctx, 100);
    assert_int_equal(fov__exchange(&stub.base, &request, &retry, &response, NULL, NULL),
                     FOV_E_CANCELLED);
    assert_int_equal(stub.sent, 1);
    assert_int_equal(fov__exchange(&stub.base, &request, &retry, &response, NULL, NULL),
                     FOV_E_CANCELLED);
    assert_int_equal(stub.sent, 1); /* already cancelled: nothing is sent */
    fov__response_free(&response);
    fov_cancel_free(cancel);
    free_context(ctx);
}

static void retry__really_waits_and_really_stops_waiting(void **state)
{
    static const struct step steps[] = {{FOV_OK, 503, "retry-after-ms: 150", 0},
                                        {FOV_OK, 200, NULL, 0}};
    fov_context *ctx = new_context();
    struct fake_time time = {.random = 0};
    struct fov_http_response response;
    struct stub stub = {.base = {ctx, stub_send, NULL}, .steps = steps, .count = 2, .time = &time};
    const struct fov_http_request request = {.method = "POST", .url = "https://h/x"};
    const struct fov_retry retry = {.max = 2};
    (void)state;
    fov__response_init(&response, ctx, 100);
    const uint64_t start = fov__clock_ms();
    assert_int_equal(fov__exchange(&stub.base, &request, &retry, &response, NULL, NULL), FOV_OK);
    assert_in_range(fov__clock_ms() - start, 150, 2000);
    assert_int_equal(response.status, 200);
    fov__response_free(&response);
    free_context(ctx);
}

static double body_asks(const struct fov_http_response *response, void *user)
{
    assert_string_equal(response->body.data, "{}");
    return *(const double *)user;
}

static void retry__asks_the_body_where_no_header_says(void **state)
{
    static const struct {
        const char *header;
        double asked;
        uint64_t wait;
    } cases[] = {
        {NULL, 1234.5, 1235},
        {NULL, 0, 0},
        {NULL, 60000, 60000},
        {NULL, 60001, 500},
        {NULL, -1, 500},
        {NULL, 1e99, 500},
        {"retry-after: soon", 7, 7},
        {"retry-after-ms: 9", 7, 9},
        {"retry-after: 61", 7, 500},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        const struct step steps[] = {{FOV_OK, 429, cases[i].header, false},
                                     {FOV_OK, 200, NULL, false}};
        double asked = cases[i].asked;
        const struct fov_retry retry = {.max = 2, .asked_ms = body_asks, .user = &asked};
        const struct run run = run_with(steps, 2, retry, 0, 0);
        assert_int_equal(run.time.wait_count, 1);
        if (run.time.waits[0] != cases[i].wait) {
            fail_msg("case %zu waited %llu ms", i, (unsigned long long)run.time.waits[0]);
        }
    }
}

static void date__reads_one_form_only(void **state)
{
    static const char *const bad[] = {"",
                                      "Sunday, 06-Nov-94 08:49:37 GMT",
                                      "Sun Nov  6 08:49:37 1994",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 06 Foo 1994 08:49:37 GMT",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 25:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:3x GMT",
                                      "Sun, 00 Nov 1994 08:49:37 GMT"};
    int64_t utc = 0;
    (void)state;
    assert_true(fov__http_date("Sun, 06 Nov 1994 08:49:37 GMT", &utc));
    assert_int_equal(utc, 784111777); /* RFC 9110's example; the number is date(1)'s */
    assert_true(fov__http_date("Thu, 01 Jan 1970 00:00:00 GMT", &utc));
    assert_int_equal(utc, 0);
    assert_true(fov__http_date("Thu, 29 Feb 2024 12:00:00 GMT", &utc));
    assert_int_equal(utc, 1709208000);
    assert_true(fov__http_date("Tue, 24 Nov 2026 11:30:00 GMT", &utc));
    assert_int_equal(utc, 1795519800);
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        assert_false(fov__http_date(bad[i], &utc));
    }
}

static void response__keeps_the_last_block_of_headers(void **state)
{
    static const char *const lines[] = {"HTTP/1.1 100 Continue\r\n",
                                        "x-a: early\r\n",
                                        "\r\n",
                                        "HTTP/2 429\r\n",
                                        "X-A:  late \r\n",
                                        "x-b: caf\xc3\xa9\x1b[31m\r\n",
                                        "\r\n"};
    fov_context *ctx = new_context();
    struct fov_http_response response;
    char value[32];
    (void)state;
    fov__response_init(&response, ctx, 100);
    fov__response_header_line(&response, lines[0], strlen(lines[0]));
    assert_int_equal(response.status, 0); /* a 1xx is no answer */
    for (size_t i = 1; i < FOV_COUNT(lines); i++) {
        fov__response_header_line(&response, lines[i], strlen(lines[i]));
    }
    assert_int_equal(response.status, 429);
    assert_true(fov__response_header(&response, "x-a", value, sizeof(value)));
    assert_string_equal(value, "late");
    assert_true(fov__response_header(&response, "X-B", value, sizeof(value)));
    assert_string_equal(value, "caf???[31m"); /* fit for a log */
    assert_true(fov__response_header(&response, "x-b", value, 4));
    assert_string_equal(value, "caf");
    assert_false(fov__response_header(&response, "x", value, sizeof(value)));
    assert_false(fov__response_header(&response, "x-aa", value, sizeof(value)));
    fov__response_free(&response);
    free_context(ctx);
}

int test_retry(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry__sends_again_by_status),
        cmocka_unit_test(retry__waits_as_long_as_it_is_told),
        cmocka_unit_test(retry__asks_the_body_where_no_header_says),
        cmocka_unit_test(retry__backs_off_doubling_to_eight_seconds_less_jitter),
        cmocka_unit_test(retry__gives_up_after_its_number_of_tries),
        cmocka_unit_test(retry__tries_failed_connections_but_no_broken_good_reply),
        cmocka_unit_test(retry__believes_that_an_error_is_permanent),
        cmocka_unit_test(retry__stays_within_its_deadline),
        cmocka_unit_test(retry__is_cancelled_while_waiting),
        cmocka_unit_test(retry__really_waits_and_really_stops_waiting),
        cmocka_unit_test(date__reads_one_form_only),
        cmocka_unit_test(response__keeps_the_last_block_of_headers),
    };
    return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
