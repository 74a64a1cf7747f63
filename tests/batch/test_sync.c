/* SPDX-License-Identifier: MIT */
/* What is on disk when: the linker puts the functions below before the C library's (--wrap), and
 * they watch the order in which files are written and synced. A kill cannot show this, since the
 * kernel keeps what a dead process has written; only a power cut would. */
#include "batch/batch_support.h"

#include <fcntl.h>
#include <sys/stat.h>

ssize_t __real_write(int fd, const void *data, size_t size);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);

enum { FILES = 512 };

static struct {
    pthread_mutex_t lock;
    const char *out; /* the batch's folder; NULL: nothing is watched */
    ino_t file[FILES];
    bool is_synced[FILES];
    size_t files;
    int syncs, commits, named; /* named: blobs that committed transcripts name */
    char wrong[160];
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool *state_of(ino_t file)
{
    for (size_t i = 0; i < disk.files; i++)
        if (disk.file[i] == file)
            return &disk.is_synced[i];
    if (disk.files == FILES)
        return NULL;
    disk.file[disk.files] = file;
    return &disk.is_synced[disk.files++];
}

static void set_state(int fd, bool is_synced)
{
    struct stat info;
    bool *state = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? state_of(info.st_ino) : NULL;

    if (state)
        *state = is_synced;
}

/* A file that was written while it was watched, and not since it was synced. */
static void expect_synced(const char *path)
{
    struct stat info;
    const bool *state = stat(path, &info) == 0 ? state_of(info.st_ino) : NULL;

    if ((!state || !*state) && !disk.wrong[0])
        snprintf(disk.wrong, sizeof(disk.wrong), "not on disk: %.120s", path);
}

/* The transcript that a line of results names, and each blob that the transcript names. The line is
 * ended by a NUL, as every buffer of the library. */
static void check_commit(const char *line)
{
    static const char key[] = "\"transcript\":\"";
    static char text[1 << 20];
    char path[256], name[65];
    const char *at = strstr(line, key);
    const char *end = at ? strchr(at + sizeof(key), '"') : NULL;
    FILE *file;
    size_t n;

    if (!end) {
        snprintf(disk.wrong, sizeof(disk.wrong), "a line without a transcript");
        return;
    }
    at += sizeof(key) - 1;
    disk.commits++;
    snprintf(path, sizeof(path), "%s/%.*s/transcript.jsonl", disk.out, (int)(end - at), at);
    expect_synced(path);
    file = fopen(path, "r");
    n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
    if (file)
        fclose(file);
    text[n] = '\0';
    for (at = strstr(text, "sha256\":\""); at; at = strstr(at + 1, "sha256\":\"")) {
        snprintf(name, sizeof(name), "%.64s", at + 9);
        snprintf(path, sizeof(path), "%s/blobs/%s", disk.out, name);
        if (access(path, F_OK) != 0)
            continue; /* the hash of a recipe, or of pixels */
        disk.named++;
        expect_synced(path);
    }
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    char link[64], path[256];
    ssize_t n;

    pthread_mutex_lock(&disk.lock);
    if (disk.out) {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        n = readlink(link, path, sizeof(path) - 1);
        path[n > 0 ? n : 0] = '\0';
        if (n > 13 && strcmp(path + n - 13, "results.jsonl") == 0)
            check_commit(data);
        else
            set_state(fd, false);
    }
    pthread_mutex_unlock(&disk.lock);
    return __real_write(fd, data, size);
}

static void synced(int fd)
{
    pthread_mutex_lock(&disk.lock);
    if (disk.out)
        set_state(fd, true);
    disk.syncs += disk.out != NULL;
    pthread_mutex_unlock(&disk.lock);
}

int __wrap_fsync(int fd)
{
    const int rc = __real_fsync(fd);

    synced(fd);
    return rc;
}

int __wrap_fdatasync(int fd)
{
    const int rc = __real_fdatasync(fd);

    synced(fd);
    return rc;
}

static const char script[] =
    "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[0,0,200,100]}}]},"
    "{\"calls\":[{\"name\":\"rotate\",\"arguments\":{\"degrees\":10}}]},"
    "{\"text\":\"ANSWER: 42\"}]";

static void batch__commits_a_line_after_all_that_it_names(void **state)
{
    struct bench bench;
    struct fov_buf questions;
    enum { ITEMS = 24 };

    (void)state;
    bench_open(&bench);
    fov__buf_init(&questions, bench.ctx, 1 << 20);
    for (int i = 0; i < ITEMS; i++)
        fov__buf_addf(&questions, "{\"id\":\"item-%d\",\"image\":\"%s\",\"question\":\"Q?\"}\n", i,
                      CHART);
    bench_ask(&bench, questions.data);
    fov__buf_free(&questions);
    bench.script = script;
    bench.opts.jobs = 3;
    disk.out = bench.out;
    assert_int_equal(bench_run(&bench), FOV_OK);
    disk.out = NULL;
    if (disk.wrong[0])
        fail_msg("%s", disk.wrong);
    assert_int_equal(bench.items, ITEMS);
    assert_int_equal(disk.commits, ITEMS);
    assert_true(disk.named >= 4 * ITEMS); /* the source and three deliveries */
    /* A sync is what a batch of quick answers waits for: the folder, the header, the transcript and
     * the line for each item, two for each blob and for each of the batch's own files. */
    if (disk.syncs > 4 * ITEMS + 40)
        fail_msg("%d syncs for %d items", disk.syncs, ITEMS);
    print_message("%d syncs for %d items\n", disk.syncs, ITEMS);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch__commits_a_line_after_all_that_it_names),
    };

    return cmocka_run_group_tests_name("batch_sync", tests, NULL, NULL);
}
