/* SPDX-License-Identifier: MIT */
/* A target without libFuzzer: every input that its tables know and every file named (folders are
 * walked) runs once, in any build and with any compiler, so that what a fuzzer once found stays
 * found. An input that takes more than TIME_MAX seconds of processor time breaks a law too.
 *
 *     replay_json testdata/json testdata/hostile/fuzz/json
 *     replay_json --write folder     the seeds as files, for libFuzzer to begin from
 *     replay_json --dict file [...]  its dictionary: the words of the seeds and of the files named;
 *                                    compared with `file`, which FOV_UPDATE=1 writes anew
 */
#define _XOPEN_SOURCE 700 /* nftw */
#include "fuzz_support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TIME_MAX = 5, HANG_MAX = 120, WORD_MAX = 40, WORDS_MAX = 4096 };

static size_t inputs;
static double slowest;
static const char *seed_folder;
static char *words[WORDS_MAX];
static size_t word_count;
static fuzz_emit on_file; /* what is done with each file found */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The input is copied to its exact size, so that a sanitizer sees a read past its end. */
static void run(const void *data, size_t size, void *user)
{
    (void)user;
    uint8_t *copy = malloc(size > 0 ? size : 1);
    fuzz_require(copy != NULL, "there is memory");
    memcpy(copy, data, size);
    alarm(HANG_MAX);
    const double start = seconds();
    LLVMFuzzerTestOneInput(copy, size);
    const double spent = seconds() - start;
    alarm(0);
    free(copy);
    inputs++;
    slowest = spent > slowest ? spent : slowest;
    fuzz_require(spent < TIME_MAX, "an input takes less than five seconds");
}

static void write_seed(const void *data, size_t size, void *user)
{
    char path[512];
    char hex[FOV_SHA256_HEX];
    (void)user;
    fov__sha256_hex(hex, data, size);
    snprintf(path, sizeof(path), "%s/%.16s", seed_folder, hex);
    fuzz_save(path, data, size);
    inputs++;
}

/* Said before it is run, so that the last line of a crash names its input. */
static void run_seed(const void *data, size_t size, void *user)
{
    fprintf(stderr, "seed %zu\n", inputs);
    run(data, size, user);
}

/* ---- files ---------------------------------------------------------------------------------- */

static void run_named(const char *path, const void *data, size_t size)
{
    if (on_file == run)
        fprintf(stderr, "%s\n", path);
    on_file(data, size, NULL);
}

static int visit(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)where;
    if (kind != FTW_F)
        return 0;
    FILE *file = fopen(path, "rb");
    char *data = malloc((size_t)info->st_size + 1);
    fuzz_require(file != NULL && data != NULL, "a named file can be read");
    const size_t size = fread(data, 1, (size_t)info->st_size, file);
    fclose(file);
    run_named(path, data, size);
    free(data);
    return 0;
}

static void walk(char **paths, int count)
{
    for (int i = 0; i < count; i++) {
        if (nftw(paths[i], visit, 16, FTW_PHYS) != 0) {
            fprintf(stderr, "%s cannot be read\n", paths[i]);
            exit(1);
        }
    }
}

/* ---- the dictionary ------------------------------------------------------------------------- */

static void add_word(const char *word, size_t len)
{
    for (size_t i = 0; i < word_count; i++) {
        if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
            return;
    }
    fuzz_require(word_count < WORDS_MAX, "the dictionary has room");
    words[word_count] = strndup(word, len);
    fuzz_require(words[word_count++] != NULL, "there is memory");
}

/* Words are what stands between quotes, as far as it is a name and no sentence. */
static void add_words(const void *data, size_t size, void *user)
{
    const char *text = data, *end = text + size;
    (void)user;
    while (text < end) {
        const char *open = memchr(text, '"', (size_t)(end - text));
        if (open == NULL)
            return;
        size_t len = 1;
        while (open + len < end &&
               (open[len] == '_' || open[len] == '-' || (open[len] >= '0' && open[len] <= '9') ||
                (open[len] >= 'A' && open[len] <= 'Z') || (open[len] >= 'a' && open[len] <= 'z')))
            len++;
        if (open + len < end && open[len] == '"' && len > 2 && len < WORD_MAX) {
            add_word(open + 1, len - 1);
            len++;
        }
        text = open + len;
    }
}

static int word_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int dictionary(const char *path, char **files, int count)
{
    struct fov_buf made;
    fov_context *ctx = NULL;
    fov_bytes there = {NULL, 0, NULL};
    fuzz_require(fov_context_new(&ctx, NULL, NULL) == FOV_OK, "a context can be made");
    fuzz_seeds(add_words, NULL);
    on_file = add_words;
    walk(files, count);
    qsort(words, word_count, sizeof(*words), word_order);
    fov__buf_init(&made, ctx, 1 << 20);
    fov__buf_adds(&made, "# Made from the library's tables with FOV_UPDATE=1 ctest -L fuzz; "
                         "edits are lost.\n");
    for (size_t i = 0; i < word_count; i++) {
        fov__buf_addf(&made, "\"\\\"%s\\\"\"\n", words[i]);
        free(words[i]);
    }
    int result = 0;
    if (fov__env("FOV_UPDATE") != NULL) {
        fuzz_save(path, made.data, made.len);
    } else if (fov__file_read(&there, ctx, path, 1 << 20, NULL) < 0 || there.size != made.len ||
               memcmp(there.data, made.data, made.len) != 0) {
        fprintf(stderr, "%s is not what the tables say; make it anew with FOV_UPDATE=1\n", path);
        result = 1;
    }
    fov_bytes_free(&there);
    fov__buf_free(&made);
    fov_context_free(ctx);
    return result;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "--dict") == 0)
        return dictionary(argv[2], argv + 3, argc - 3);
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        seed_folder = argv[2];
        fuzz_seeds(write_seed, NULL);
        printf("%zu seeds\n", inputs);
        return 0;
    }
    fuzz_seeds(run_seed, NULL);
    on_file = run;
    walk(argv + 1, argc - 1);
    printf("%zu inputs, the slowest took %.0f ms\n", inputs, slowest * 1000);
    if (inputs == 0)
        fprintf(stderr, "no input was run: name files or folders\n");
    return inputs > 0 ? 0 : 1;
}
