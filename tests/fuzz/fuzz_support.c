/* SPDX-License-Identifier: MIT */
/* See fuzz_support.h. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "fuzz_support.h"

#include "op/op_internal.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void fuzz_require(bool holds, const char *law)
{
    if (!holds) {
        fprintf(stderr, "law broken: %s\n", law);
        abort();
    }
}

void fuzz_require_error(fov_status rc, const fov_error *err)
{
    const size_t len = strlen(err->message);
    fuzz_require(rc >= FOV_E_INTERNAL && rc <= FOV_NOTE_BUDGET, "a status is one of the list");
    if (rc >= 0)
        return;
    if (rc != err->status)
        fprintf(stderr, "%s, and the error says %s\n", fov_status_name(rc),
                fov_status_name(err->status));
    fuzz_require(rc == err->status, "status and error agree");
    fuzz_require(len > 0, "an error has a reason");
    fuzz_require(fov__utf8_valid(err->message, len), "a message is UTF-8");
    for (size_t i = 0; i < len; i++)
        fuzz_require((unsigned char)err->message[i] >= ' ' && err->message[i] != 127,
                     "a message is one line");
}

fov_context *fuzz_context(void)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    opts.limits = (fov_limits){.pixels = 1000000,
                               .edge = 4000,
                               .output_edge = 2000,
                               .cache_bytes = 16u << 20,
                               .reply_bytes = 1u << 20,
                               .memory_bytes = 256u << 20,
                               .op_ms = 2000};
    opts.module_path = "/nowhere";
    fuzz_require(fov_context_new(&ctx, &opts, NULL) == FOV_OK, "a context can be made");
    return ctx;
}

/* ---- folders -------------------------------------------------------------------------------- */

static char folder[64];

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void fuzz_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_folder(void)
{
    fuzz_remove(folder);
}

const char *fuzz_folder(void)
{
    if (folder[0] == '\0') {
        snprintf(folder, sizeof(folder), "%s/fov-fuzz-XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        fuzz_require(mkdtemp(folder) != NULL, "a folder can be made");
        atexit(remove_folder);
    }
    return folder;
}

const char *fuzz_path(const char *name)
{
    static char rooms[4][256];
    static unsigned next;
    char *room = rooms[next++ % 4];
    snprintf(room, sizeof(rooms[0]), "%s/%s", fuzz_folder(), name);
    return room;
}

void fuzz_save(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    fuzz_require(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0,
                 "a file can be written");
}

/* ---- the table of operations ---------------------------------------------------------------- */

void fuzz_each_call(void (*fn)(size_t op, const char *name, const char *arguments, void *user),
                    void *user)
{
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *op = fov__op_at(NULL, i);
        const char *first = op->examples != NULL ? op->examples[0].arguments : NULL;
        for (size_t k = 0; first != NULL && op->examples[k].arguments != NULL; k++)
            fn(i, op->name, op->examples[k].arguments, user);
        for (size_t k = 0; op->aliases != NULL && op->aliases[k].name != NULL; k++)
            fn(i, op->aliases[k].name, first != NULL ? first : "{}", user);
    }
}
