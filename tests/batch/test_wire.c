/* SPDX-License-Identifier: MIT */
/* Batches that ask a server: one on this machine that speaks Chat Completions, is busy at times,
 * refuses one question for good, and does not know a wrong key. Its replies come in their order,
 * whichever worker asks; each fits any question, so that every order of two workers is right. */
#include "batch/batch_support.h"

#include <foveate/provider.h>
#include <sys/wait.h>

#include "transport/loopback.h"

#define KEY "sk-secret-of-this-test-0123456789"
#define REPLY(message, stop)                                                                      \
    "{\"id\":\"x\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":" message \
    ",\"finish_reason\":\"" stop "\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":7}}"
#define LOOK(id, x)                                                                             \
    {                                                                                           \
        .status = 200,                                                                          \
        .body = REPLY("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"" id  \
                      "\",\"type\":\"function\",\"function\":{\"name\":\"zoom\",\"arguments\":" \
                      "\"{\\\"box\\\":[" x ",100,500,400]}\"}}]}",                              \
                      "tool_calls")                                                             \
    }
#define ANSWER                                                                                     \
    {                                                                                              \
        .status = 200,                                                                             \
        .body =                                                                                    \
            REPLY("{\"role\":\"assistant\",\"content\":\"ANSWER: 42\\nEVIDENCE: img_0\"}", "stop") \
    }
#define REFUSED                                                                        \
    {                                                                                  \
        .status = 400, .body = "{\"error\":{\"message\":\"the prompt was not liked\"," \
                               "\"code\":\"invalid_prompt\"}}"                         \
    }
#define NO_KEY                                                                                    \
    {                                                                                             \
        .status = 401, .body = "{\"error\":{\"message\":\"Incorrect API key provided: " KEY "\"," \
                               "\"code\":\"invalid_api_key\"}}"                                   \
    }
#define BUSY                                                           \
    {                                                                  \
        .status = 503, .headers = "retry-after: 1\r\n", .body = "busy" \
    }
#define SLOWER                                                                             \
    {                                                                                      \
        .status = 429, .headers = "retry-after-ms: 20\r\n",                                \
        .body = "{\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}" \
    }

/* Eight questions: seven answers and one refusal end them, in fifteen requests; the sixteenth is
 * the refused one's, asked again. No more than two that are to be tried again stand together, since
 * a third would be given up. */
static const struct fov_loopback_reply busy_day[] = {
    LOOK("a", "100"), ANSWER, BUSY,   SLOWER, LOOK("b", "110"), ANSWER,
    REFUSED,          ANSWER, ANSWER, SLOWER, LOOK("c", "120"), LOOK("d", "130"),
    ANSWER,           ANSWER, ANSWER, ANSWER};
enum { QUESTIONS = 8, FIRST_DAY = 15 };

static void ask_questions(struct bench *bench, int count)
{
    struct fov_buf text;

    fov__buf_init(&text, bench->ctx, 1 << 20);
    for (int i = 0; i < count; i++)
        fov__buf_addf(&text,
                      "{\"id\":\"item-%d\",\"image\":\"" CHART
                      "\",\"question\":\"Question no. %d?\",\"answer\":\"42\"}\n",
                      i, i);
    bench_ask(bench, text.data);
    fov__buf_free(&text);
}

/* ---- through the library -------------------------------------------------------------------- */

struct endpoint {
    char base_url[64];
    const char *key;
    atomic_int models;
    int32_t no_retries;
};

static fov_status open_server(fov_model **out, fov_context *ctx, const char *id, void *user,
                              fov_error *err)
{
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    struct endpoint *endpoint = user;

    assert_null(id);
    atomic_fetch_add(&endpoint->models, 1);
    opts.model = "some-model";
    opts.base_url = endpoint->base_url;
    opts.api_key = endpoint->key;
    opts.no_retries = endpoint->no_retries;
    return fov_model_new_provider(out, ctx, &opts, err);
}

static void open_bench(struct bench *bench, struct endpoint *endpoint, const char *url)
{
    bench_open(bench);
    snprintf(endpoint->base_url, sizeof(endpoint->base_url), "%s/v1", url);
    bench->opts.model = open_server;
    bench->opts.model_user = endpoint;
    bench->opts.model_per_item = 0;
    bench->opts.model_options = "{\"model\":\"some-model\"}";
}

/* Each request is one of the questions', carries the key and comes over one of two connections; of
 * each question that was answered after a look, the look's picture was sent. */
static void check_requests(struct fov_loopback *server, size_t count)
{
    size_t with_look = 0;

    for (size_t i = 0; i < count; i++) {
        const struct fov_loopback_request *request = fov_loopback_request_at(server, i);
        char key[128];

        assert_true(fov_loopback_header(request, "authorization", key, sizeof(key)));
        assert_string_equal(key, "Bearer " KEY);
        assert_string_equal(request->target, "/v1/chat/completions");
        assert_int_equal(bench_count(request->body, "Question no. "), 1);
        assert_in_range(request->connection, 0, 1);
        assert_in_range(bench_count(request->body, ";base64,"), 1, 5);
        with_look += bench_count(request->body, ";base64,") > 1;
    }
    assert_true(with_look >= 4);
}

/* Every item once, its transcript whole, without a key. */
static void check_folder(const struct bench *bench, size_t errors)
{
    char *results = bench_read(bench, "results.jsonl"), path[192], id[32];

    assert_int_equal(bench_count(results, "\n"), QUESTIONS);
    assert_int_equal(bench_count(results, "\"status\":\"FOV_OK\""), QUESTIONS - errors);
    assert_int_equal(bench_count(results, "\"verdict\":\"right\""), QUESTIONS - errors);
    assert_null(strstr(results, KEY));
    for (int i = 0; i < QUESTIONS; i++) {
        fov_replayed proof = FOV_REPLAYED_INIT;
        fov_error err = {0};
        char *text;

        snprintf(id, sizeof(id), "{\"id\":\"item-%d\",", i);
        assert_int_equal(bench_count(results, id), 1);
        snprintf(path, sizeof(path), "%s/transcripts/item-%d", bench->out, i);
        if (fov_transcript_verify(bench->ctx, path, NULL, NULL, &proof, &err) != FOV_OK)
            fail_msg("item %d: %s", i, err.message);
        snprintf(path, sizeof(path), "transcripts/item-%d/transcript.jsonl", i);
        text = bench_read(bench, path);
        assert_null(strstr(text, KEY));
        assert_null(strstr(text, "base64"));
        free(text);
    }
    free(results);
}

static int64_t requests_in(const struct bench *bench)
{
    char *results = bench_read(bench, "results.jsonl");
    int64_t sum = 0;

    for (const char *at = strstr(results, "\"requests\":"); at;
         at = strstr(at + 1, "\"requests\":"))
        sum += strtol(at + 11, NULL, 10);
    free(results);
    return sum;
}

static void wire__two_workers_finish_a_busy_day(void **state)
{
    struct fov_loopback *server = fov_loopback_start(busy_day, FOV_COUNT(busy_day));
    struct endpoint endpoint = {.key = KEY};
    struct bench bench;
    char *results;

    (void)state;
    open_bench(&bench, &endpoint, fov_loopback_url(server));
    bench.opts.jobs = 2;
    ask_questions(&bench, QUESTIONS);
    if (bench_run(&bench) != FOV_OK)
        fail_msg("%s", bench.err.message);
    assert_int_equal(fov_loopback_count(server), FIRST_DAY);
    assert_int_equal(atomic_load(&endpoint.models), 2);
    check_requests(server, FIRST_DAY);
    assert_int_equal(bench.sum.errors, 1);
    assert_int_equal(bench.sum.right, QUESTIONS - 1);
    check_folder(&bench, 1);
    results = bench_read(&bench, "results.jsonl");
    assert_non_null(strstr(results, "answered 400 (invalid_prompt): the prompt was not liked"));
    assert_int_equal(bench_count(results, "\"op\":\"zoom\""), 4);
    free(results);
    /* Nothing is asked that is done; the refused one is, when told. */
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(fov_loopback_count(server), FIRST_DAY);
    bench.opts.retry_errors = 1;
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, 1);
    assert_int_equal(fov_loopback_count(server), FIRST_DAY + 1);
    assert_int_equal(bench.sum.errors, 0);
    check_folder(&bench, 0);
    /* What was sent is what the lines say, but the tries of the refused item, whose line is gone.
     */
    assert_in_range(requests_in(&bench), FIRST_DAY - 4, FIRST_DAY);
    bench_close(&bench);
    fov_loopback_stop(server);
}

static void wire__a_wrong_key_ends_the_run_and_the_right_one_does_it(void **state)
{
    static const struct fov_loopback_reply no[] = {
        NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY,
        NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY};
    static const struct fov_loopback_reply yes[] = {
        ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER,
        ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER,
        ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER};
    struct fov_loopback *server = fov_loopback_start(no, FOV_COUNT(no));
    struct endpoint endpoint = {.key = KEY};
    struct bench bench;
    char *results;

    (void)state;
    open_bench(&bench, &endpoint, fov_loopback_url(server));
    bench.opts.jobs = 2;
    ask_questions(&bench, FOV_COUNT(yes));
    assert_int_equal(bench_run(&bench), FOV_E_PROVIDER);
    assert_int_equal(bench.err.detail, 401);
    assert_string_equal(bench.err.where, "items");
    assert_non_null(strstr(bench.err.message, "answered 401"));
    assert_null(strstr(bench.err.message, KEY));
    assert_in_range(fov_loopback_count(server), FOV__BATCH_STREAK, FOV__BATCH_STREAK + 1);
    results = bench_read(&bench, "results.jsonl");
    assert_string_equal(results, "");
    free(results);
    fov_loopback_stop(server);
    server = fov_loopback_start(yes, FOV_COUNT(yes));
    snprintf(endpoint.base_url, sizeof(endpoint.base_url), "%s/v1", fov_loopback_url(server));
    assert_int_equal(bench_run(&bench), FOV_OK);
    assert_int_equal(bench.items, FOV_COUNT(yes));
    assert_int_equal(bench.sum.right, FOV_COUNT(yes));
    assert_int_equal(fov_loopback_count(server), FOV_COUNT(yes));
    bench_close(&bench);
    fov_loopback_stop(server);
}

static void wire__nobody_there_ends_the_run(void **state)
{
    struct fov_loopback *server = fov_loopback_start(busy_day, 1);
    struct endpoint endpoint = {.key = KEY, .no_retries = 1};
    struct bench bench;

    (void)state;
    open_bench(&bench, &endpoint, fov_loopback_url(server));
    fov_loopback_stop(server);
    ask_questions(&bench, 40);
    assert_int_equal(bench_run(&bench), FOV_E_NET);
    assert_int_equal(bench.items, FOV__BATCH_STREAK);
    assert_int_equal(bench.sum.done, 0);
    assert_non_null(strstr(bench.err.message, "20 items in a row failed alike"));
    assert_non_null(strstr(bench.err.message, "connect to server"));
    bench_close(&bench);
}

/* ---- through the command -------------------------------------------------------------------- */

/* Standard output and error go into files of the bench's folder. */
static int command(const struct bench *bench, const char *url, const char *further)
{
    char out[128], err[128], base_url[64];
    int status = 0;
    pid_t pid;

    snprintf(out, sizeof(out), "%s/stdout", bench->folder);
    snprintf(err, sizeof(err), "%s/stderr", bench->folder);
    snprintf(base_url, sizeof(base_url), "%s/v1", url);
    pid = fork();
    if (pid == 0) {
        if (!freopen(out, "w", stdout) || !freopen(err, "w", stderr))
            _exit(126);
        setenv("OPENAI_API_KEY", KEY, 1);
        execl(FOV_CLI, "foveate", "batch", bench->questions, "-o", bench->out, "--jobs", "2",
              "--model", "some-model", "--profile", "generic", "--base-url", base_url,
              "--no-report", further, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void expect_said(const struct bench *bench, const char *name, const char *said)
{
    char path[128];
    fov_bytes text = {NULL, 0, NULL};

    snprintf(path, sizeof(path), "%s/%s", bench->folder, name);
    assert_int_equal(fov__file_read(&text, bench->ctx, path, 1 << 20, NULL), FOV_OK);
    if (!strstr((char *)text.data, said))
        fail_msg("%s says \"%s\", not \"%s\"", name, (char *)text.data, said);
    if (strstr((char *)text.data, KEY))
        fail_msg("%s shows the key", name);
    fov_bytes_free(&text);
}

static void wire__the_command_asks_resumes_and_asks_again(void **state)
{
    struct fov_loopback *server = fov_loopback_start(busy_day, FOV_COUNT(busy_day));
    const char *url = fov_loopback_url(server);
    struct bench bench;
    char *run;

    (void)state;
    bench_open(&bench);
    ask_questions(&bench, QUESTIONS);
    assert_int_equal(command(&bench, url, NULL), 1);
    assert_int_equal(fov_loopback_count(server), FIRST_DAY);
    check_requests(server, FIRST_DAY);
    check_folder(&bench, 1);
    expect_said(&bench, "stdout",
                "8 of 8 done, 0 of them before, 1 ended in errors "
                "(--retry-errors asks again), 0 bad rows; ");
    expect_said(&bench, "stderr", "");
    assert_int_equal(command(&bench, url, "--retry-errors"), 0);
    assert_int_equal(fov_loopback_count(server), FIRST_DAY + 1);
    check_folder(&bench, 0);
    expect_said(&bench, "stdout", "8 of 8 done, 7 of them before, 0 ended in errors, 0 bad rows; ");
    /* For programs: a line an event, and the end always the last. */
    assert_int_equal(command(&bench, url, "--progress=json"), 0);
    expect_said(&bench, "stdout", "{\"event\":\"start\",\"done\":8,\"total\":8,\"errors\":0,");
    expect_said(&bench, "stdout", "\n{\"event\":\"end\",\"status\":\"FOV_OK\",\"summary\":{");
    expect_said(&bench, "stderr", "");
    run = bench_read(&bench, "run.json");
    assert_null(strstr(run, KEY));
    assert_non_null(strstr(run, "\"model\":\"some-model\""));
    free(run);
    bench_close(&bench);
    fov_loopback_stop(server);
}

static void wire__the_command_says_what_all_items_failed_with(void **state)
{
    static const struct fov_loopback_reply no[] = {NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY,
                                                   NO_KEY, NO_KEY, ANSWER, ANSWER, ANSWER, ANSWER};
    struct fov_loopback *server = fov_loopback_start(no, FOV_COUNT(no));
    const char *url = fov_loopback_url(server);
    struct bench bench;

    (void)state;
    bench_open(&bench);
    ask_questions(&bench, 4);
    assert_int_equal(command(&bench, url, NULL), 5);
    expect_said(&bench, "stdout", "0 of 4 done, 0 of them before, 0 ended in errors, 0 bad rows; ");
    expect_said(&bench, "stderr",
                "4 items in a row failed alike and stay undone: 127.0.0.1 "
                "answered 401 (invalid_api_key)");
    expect_said(&bench, "stderr", "--keep-going");
    assert_int_equal(command(&bench, url, "--keep-going"), 1);
    expect_said(&bench, "stdout", "4 of 4 done, 0 of them before, 4 ended in errors");
    assert_int_equal(command(&bench, url, "--retry-errors"), 0);
    expect_said(&bench, "stdout", "4 of 4 done, 0 of them before, 0 ended in errors");
    bench_close(&bench);
    fov_loopback_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire__two_workers_finish_a_busy_day),
        cmocka_unit_test(wire__a_wrong_key_ends_the_run_and_the_right_one_does_it),
        cmocka_unit_test(wire__nobody_there_ends_the_run),
        cmocka_unit_test(wire__the_command_asks_resumes_and_asks_again),
        cmocka_unit_test(wire__the_command_says_what_all_items_failed_with),
    };

    return cmocka_run_group_tests_name("batch over a socket", tests, NULL, NULL);
}
