/* SPDX-License-Identifier: MIT */
/* The folder of a batch: names that are safe for it, its lock, and the half-written files that a
 * killed run has left. It must never remove what holds a result. */
#include "batch/batch_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

/* ---- names ---------------------------------------------------------------------------------- */

static bool stays(const char *id, size_t i)
{
    const char c = id[i];

    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           (c == '.' && i > 0);
}

/* Room for the 32 digits of the hash behind what is kept; a file system takes 255 bytes. */
enum { NAME_MAX_PLAIN = 150, NAME_KEPT = 100 };

void fov__batch_name(char out[FOV__BATCH_NAME], const char *id)
{
    static const char digits[] = "0123456789ABCDEF";
    char hex[FOV_SHA256_HEX];
    size_t n = 0, kept = 0, i = 0;

    for (; id[i] && n <= NAME_MAX_PLAIN; i++) {
        const unsigned char c = (unsigned char)id[i];

        if (n <= NAME_KEPT)
            kept = n;
        if (stays(id, i)) {
            out[n++] = (char)c;
            continue;
        }
        out[n++] = '%';
        out[n++] = digits[c >> 4];
        out[n++] = digits[c & 15];
    }
    out[n] = '\0';
    if (!id[i] && n <= NAME_MAX_PLAIN)
        return;
    /* "%-" is no escape, so that no short id has this name. */
    fov__sha256_hex(hex, id, strlen(id));
    fov__format(out + kept, FOV__BATCH_NAME - kept, "%%-%.32s", hex);
}

char *fov__batch_path(fov_context *ctx, const char *dir, const char *a, const char *b)
{
    char *one = fov__path_join(ctx, dir, a), *two;

    if (!one || !b)
        return one;
    two = fov__path_join(ctx, one, b);
    fov__free(ctx, one);
    return two;
}

/* ---- the lock ------------------------------------------------------------------------------- */

static fov_status fail_errno(fov_error *err, const char *dir, const char *what)
{
    const int code = errno;
    char reason[64];

    if (strerror_r(code, reason, sizeof(reason)) != 0)
        fov__format(reason, sizeof(reason), "error %d", code);
    return fov__fail(err, FOV_E_IO, code, "out_dir", "the folder \"%.80s\" cannot be %s: %s", dir,
                     what, reason);
}

/* A folder is a batch's when it has a run.json, and may become one when it has none of the files
 * of a batch. */
static fov_status judge_folder(fov_context *ctx, const char *dir, bool *is_new, fov_error *err)
{
    static const char *const ours[] = {"run.json", "results.jsonl", "transcripts",
                                       "transcript.jsonl"};
    bool has[FOV_COUNT(ours)];

    for (size_t i = 0; i < FOV_COUNT(ours); i++) {
        char *path = fov__path_join(ctx, dir, ours[i]);

        if (!path)
            return fov__fail_memory(err, "out_dir", strlen(dir));
        has[i] = fov__file_exists(path);
        fov__free(ctx, path);
    }
    *is_new = !has[0];
    for (size_t i = 1; !has[0] && i < FOV_COUNT(ours); i++)
        if (has[i])
            return fov__fail(err, FOV_E_STATE, 0, "out_dir",
                             "the folder \"%.80s\" has %s and no run.json, so it is no batch's",
                             dir, ours[i]);
    return FOV_OK;
}

fov_status fov__batch_folder_open(int *lock, fov_context *ctx, const char *dir, bool *is_new,
                                  fov_error *err)
{
    char *path = NULL;
    fov_status rc = fov__dir_make(dir, err);

    *lock = -1;
    if (rc >= 0) /* a stranger's folder gets no lock of ours */
        rc = judge_folder(ctx, dir, is_new, err);
    if (rc >= 0 && !(path = fov__path_join(ctx, dir, "lock")))
        rc = fov__fail_memory(err, "out_dir", strlen(dir));
    if (rc < 0)
        return rc;
    /* The kernel gives the lock back however the process ends. */
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    fov__free(ctx, path);
    if (*lock < 0)
        return fail_errno(err, dir, "written to");
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return fov__fail(err, FOV_E_STATE, errno, "out_dir",
                         "another process works in the folder \"%.80s\"", dir);
    return judge_folder(ctx, dir, is_new, err);
}

/* ---- what a killed run has left ------------------------------------------------------------- */

/* The names that fov__file_write() gives to a file before it has all of it. */
static fov_status remove_halves(fov_context *ctx, const char *dir, fov_error *err)
{
    DIR *stream = opendir(dir);
    struct dirent *entry;
    fov_status rc = FOV_OK;

    if (!stream)
        return fail_errno(err, dir, "read");
    while (rc >= 0 && (entry = readdir(stream)) != NULL) {
        char *path;

        if (!strstr(entry->d_name, ".tmp-"))
            continue;
        path = fov__path_join(ctx, dir, entry->d_name);
        if (!path)
            rc = fov__fail_memory(err, "out_dir", strlen(dir));
        else if (unlink(path) != 0 && errno != ENOENT)
            rc = fail_errno(err, dir, "written to");
        fov__free(ctx, path);
    }
    closedir(stream);
    return rc;
}

fov_status fov__batch_folder_ready(fov_context *ctx, const char *dir, fov_error *err)
{
    static const char *const inside[] = {"blobs", "transcripts"};
    fov_status rc = remove_halves(ctx, dir, err);

    for (size_t i = 0; rc >= 0 && i < FOV_COUNT(inside); i++) {
        char *path = fov__path_join(ctx, dir, inside[i]);

        rc = path ? fov__dir_make(path, err) : fov__fail_memory(err, "out_dir", strlen(dir));
        if (rc >= 0 && i == 0)
            rc = remove_halves(ctx, path, err);
        fov__free(ctx, path);
    }
    return rc;
}
