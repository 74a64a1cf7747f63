/* SPDX-License-Identifier: MIT */
/* The command, killed at random moments until it has done everything: nothing is lost, nothing is
 * done twice, and what is left proves itself. The moments come from a generator of our own; the
 * clock of the machine adds what chance it likes. */
#include "batch/batch_support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { KILLS = 52, AMID = 20, ITEMS = 12, ROUNDS_MAX = 400 };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static pid_t start(const struct bench *bench, const char *script, const char *jobs)
{
    const pid_t pid = fork();
    int null;

    if (pid != 0)
        return pid;
    null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    dup2(null, 2);
    execl(FOV_CLI, "foveate", "batch", bench->questions, "-o", bench->out, "--script", script,
          "--jobs", jobs, "--no-report", (char *)NULL);
    _exit(127);
}

static void write_script(const struct bench *bench, const char *path, const char *text)
{
    assert_int_equal(fov__file_write(bench->ctx, path, text, strlen(text), false, NULL), FOV_OK);
}

static void wait_us(uint64_t us)
{
    const struct timespec time = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};

    nanosleep(&time, NULL);
}

/* Every line of results holds, and no id is there twice. */
static size_t check_results(const struct bench *bench)
{
    char *text = bench_read(bench, "results.jsonl"), id[32];
    size_t lines;

    if (!text)
        return 0;
    lines = bench_count(text, "\n");
    for (int i = 0; i < ITEMS; i++) {
        snprintf(id, sizeof(id), "{\"id\":\"item-%d\",", i);
        assert_true(bench_count(text, id) <= 1);
    }
    free(text);
    return lines;
}

static void check_no_halves(const struct bench *bench, const char *inside)
{
    char path[160];
    struct dirent *entry;
    DIR *dir;

    snprintf(path, sizeof(path), "%s/%s", bench->out, inside);
    dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        assert_null(strstr(entry->d_name, ".tmp-"));
    closedir(dir);
}

/* Every item once, its transcript whole and the one that its line names; `prove`: each picture made
 * again, too. */
static void check_complete(const struct bench *bench, bool prove)
{
    char *results = bench_read(bench, "results.jsonl"), path[192];

    assert_int_equal(bench_count(results, "\n"), ITEMS);
    for (int i = 0; i < ITEMS; i++) {
        fov_replayed proof = FOV_REPLAYED_INIT;
        fov_error err = {0};
        char digest[FOV_SHA256_HEX];

        snprintf(path, sizeof(path), "%s/transcripts/item-%d", bench->out, i);
        if (fov__transcript_digest(bench->ctx, path, digest, &err) != FOV_OK ||
            !strstr(results, digest))
            fail_msg("item %d: %s", i, err.message);
        if (prove && fov_transcript_verify(bench->ctx, path, NULL, NULL, &proof, &err) != FOV_OK)
            fail_msg("item %d: %s", i, err.message);
        assert_int_equal(proof.cut_lines, 0);
    }
    free(results);
    check_no_halves(bench, ".");
    check_no_halves(bench, "blobs");
}

/* Nobody kills it. Gives back how many microseconds it took. */
static uint64_t run_to_end(const struct bench *bench, const char *script, const char *jobs)
{
    const uint64_t begin = fov__clock_ms();
    int status = 0;
    const pid_t pid = start(bench, script, jobs);

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return 1000 * (fov__clock_ms() - begin);
}

static void batch__loses_and_doubles_nothing_when_killed(void **state)
{
    struct bench bench;
    struct fov_buf questions;
    uint64_t seed = 20261124, idle, reach;
    char script[128];
    int kills = 0, done = 0, rounds = 0, amid = 0;
    size_t most = 0;

    (void)state;
    bench_open(&bench);
    fov__buf_init(&questions, bench.ctx, 1 << 20);
    for (int i = 0; i < ITEMS; i++)
        fov__buf_addf(&questions,
                      "{\"id\":\"item-%d\",\"image\":\"%s\",\"question\":\"Question %d?\","
                      "\"answer\":\"42\"}\n",
                      i, CHART, i);
    bench_ask(&bench, questions.data);
    fov__buf_free(&questions);
    snprintf(script, sizeof(script), "%s/script.json", bench.folder);
    write_script(&bench, script,
                 "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[0,0,200,100]}}]},"
                 "{\"text\":\"ANSWER: 42\"}]");
    /* Disks differ by a factor of a hundred in how long they take to sync, and builds by ten in how
     * long they take to start: how long a kill waits follows from what the kills before it left.
     * One of four comes in the time in which nothing is asked yet. */
    reach = run_to_end(&bench, script, "1");
    check_complete(&bench, false);
    idle = run_to_end(&bench, script, "1");
    bench_remove(bench.out);
    while ((kills < KILLS || amid < AMID || done == 0) && rounds++ < ROUNDS_MAX) {
        const uint64_t chance = next_random(&seed);
        const bool is_early = rounds % 4 == 0;
        const uint64_t wait = is_early ? chance % (idle + 1) : reach / 2 + chance % (reach / 2 + 1);
        const pid_t pid = start(&bench, script, rounds % 2 ? "1" : "2");
        int status = 0;
        size_t lines;

        assert_true(pid > 0);
        wait_us(wait);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
            fail_msg("round %d: the command ended with %d", rounds, WEXITSTATUS(status));
        kills += WIFSIGNALED(status) != 0;
        lines = check_results(&bench);
        assert_true(lines >= most); /* what was done stays done */
        amid += lines > 0 && lines < ITEMS;
        if (!is_early)
            reach = lines == most    ? reach + reach / 4
                    : lines == ITEMS ? reach - reach / 4
                                     : reach - reach / 8;
        most = lines;
        if (lines == ITEMS) { /* from the start again, until there were enough kills */
            done++;
            run_to_end(&bench, script, "1"); /* run.json may have been killed half written */
            check_complete(&bench, false);
            bench_remove(bench.out);
            most = 0;
        }
    }
    assert_true(kills >= 50);
    assert_true(amid >= AMID && done >= 1);
    /* What is left of the last one is done by a run that nobody kills. */
    run_to_end(&bench, script, "2");
    run_to_end(&bench, script, "2");
    check_complete(&bench, true);
    print_message(
        "killed %d times, %d of them amid the items, in %d rounds; %d batches completed\n", kills,
        amid, rounds, done + 1);
    bench_close(&bench);
}

/* An interrupt is not a kill: the command ends by itself, says so, and what runs stays undone. */
static void batch__ends_in_order_when_interrupted(void **state)
{
    struct bench bench;
    struct fov_buf questions;
    char script[128], *results;
    int status = 0;
    pid_t pid;
    size_t lines;

    (void)state;
    bench_open(&bench);
    fov__buf_init(&questions, bench.ctx, 1 << 20);
    for (int i = 0; i < 400; i++)
        fov__buf_addf(&questions, "{\"id\":\"item-%d\",\"image\":\"%s\",\"question\":\"Q?\"}\n", i,
                      CHART);
    bench_ask(&bench, questions.data);
    fov__buf_free(&questions);
    snprintf(script, sizeof(script), "%s/script.json", bench.folder);
    write_script(&bench, script, "[{\"text\":\"ANSWER: 42\"}]");
    pid = start(&bench, script, "2");
    for (int i = 0; i < 500; i++) { /* until something is done */
        wait_us(5000);
        if (check_results(&bench) > 0)
            break;
    }
    kill(pid, SIGINT);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
    results = bench_read(&bench, "results.jsonl");
    lines = bench_count(results, "\n");
    assert_true(lines > 0 && lines < 400);
    assert_int_equal(results[strlen(results) - 1], '\n');
    assert_int_equal(bench_count(results, "FOV_E_"), 0);
    free(results);
    results = bench_read(&bench, "run.json");
    assert_non_null(strstr(results, "\"summary\""));
    free(results);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch__loses_and_doubles_nothing_when_killed),
        cmocka_unit_test(batch__ends_in_order_when_interrupted),
    };

    return cmocka_run_group_tests_name("batch_kill", tests, NULL, NULL);
}
