/* SPDX-License-Identifier: MIT */
/* Reading and writing whole files. A path is opened once, here, and judged on the descriptor: it is
 * never handed to another library, which might read options out of it, and never opened twice,
 * since it may change in between. It must never block on a FIFO or read a device. */
#include "base/base_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The end of a long path says more than its beginning; with this much the reason still fits into
 * the message. */
enum { PATH_SHOWN = 90 };

static const char *shown(const char *path, char out[PATH_SHOWN + 8])
{
    const size_t len = strlen(path);
    if (len <= PATH_SHOWN)
        return path;
    const char *tail = path + (len - PATH_SHOWN);
    while (((unsigned char)*tail & 0xc0) == 0x80)
        tail++;
    fov__format(out, PATH_SHOWN + 8, "...%s", tail);
    return out;
}

static fov_status fail_io(fov_error *err, const char *path, const char *what, int code)
{
    char reason[64], name[PATH_SHOWN + 8];
    if (strerror_r(code, reason, sizeof(reason)) != 0)
        fov__format(reason, sizeof(reason), "error %d", code);
    return fov__fail(err, FOV_E_IO, code, "file", "\"%s\" cannot be %s: %s", shown(path, name),
                     what, reason);
}

static fov_status open_regular(int *out, uint64_t *size, const char *path, fov_error *err)
{
    char name[PATH_SHOWN + 8];
    struct stat info;
    /* O_NONBLOCK so that a FIFO without a writer cannot hold us; it does nothing to a file. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return fail_io(err, path, "opened", errno);
    if (fstat(fd, &info) != 0) {
        const int code = errno;
        close(fd);
        return fail_io(err, path, "examined", code);
    }
    if (!S_ISREG(info.st_mode)) {
        close(fd);
        return fov__fail(err, FOV_E_IO, S_ISDIR(info.st_mode) ? EISDIR : 0, "file",
                         "\"%s\" is %s, and only a regular file is read", shown(path, name),
                         S_ISDIR(info.st_mode)    ? "a directory"
                         : S_ISFIFO(info.st_mode) ? "a FIFO"
                                                  : "a device or socket");
    }
    *out = fd;
    *size = info.st_size > 0 ? (uint64_t)info.st_size : 0;
    return FOV_OK;
}

/* Read until `size` bytes or the end; -1 with errno set on error. */
static ssize_t read_all(int fd, uint8_t *data, size_t size)
{
    size_t got = 0;
    while (got < size) {
        const ssize_t n = read(fd, data + got, size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

fov_status fov__file_read(fov_bytes *out, fov_context *ctx, const char *path, uint64_t max,
                          fov_error *err)
{
    char name[PATH_SHOWN + 8];
    uint64_t size = 0;
    uint8_t more = 0;
    int fd = -1;
    fov_bytes bytes = {NULL, 0, NULL};
    *out = bytes;
    fov_status rc = open_regular(&fd, &size, path, err);
    if (rc < 0)
        return rc;
    if (size > max || size > (uint64_t)PTRDIFF_MAX - 1) {
        rc = fov__fail(err, FOV_E_LIMIT, 0, "file",
                       "\"%s\" has %llu bytes, and at most %llu are read", shown(path, name),
                       (unsigned long long)size, (unsigned long long)max);
        goto done;
    }
    bytes = fov__bytes_new(ctx, (size_t)size);
    if (bytes.data == NULL) {
        rc = fov__fail_memory(err, "file", (size_t)size);
        goto done;
    }
    const ssize_t got = read_all(fd, bytes.data, bytes.size);
    const ssize_t beyond = got == (ssize_t)bytes.size ? read_all(fd, &more, 1) : 0;
    if (got < 0 || beyond < 0) {
        rc = fail_io(err, path, "read", errno);
    } else if ((size_t)got != bytes.size || beyond != 0) {
        rc = fov__fail(err, FOV_E_IO, 0, "file",
                       "\"%s\" changed its size while it was read, from %zu bytes",
                       shown(path, name), bytes.size);
    } else {
        *out = bytes;
        bytes = (fov_bytes){NULL, 0, NULL};
        fov__ok(err);
    }
done:
    fov_bytes_free(&bytes);
    close(fd);
    return rc;
}

/* Make a new neighbour of `path`. The name only has to be free: O_EXCL decides that, and the clock
 * makes a second try rare. Not mkstemp(), whose mode 0600 would ignore the umask. */
static int open_neighbour(char *temp, size_t size, const char *path)
{
    struct timespec now = {0, 0};
    for (unsigned i = 0; i < 100; i++) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        fov__format(temp, size, "%s.tmp-%lx-%lx%x", path, (unsigned long)getpid(),
                    (unsigned long)now.tv_nsec, i);
        const int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

/* A rename is on disk only after its folder is. */
static int sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    const char *folder = slash == NULL ? "." : slash == path ? "/" : path;
    if (slash != NULL && slash != path)
        *slash = '\0';
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    /* Some file systems refuse to sync a folder (EINVAL): then there is nothing more to do. */
    const int rc = fsync(fd) != 0 && errno != EINVAL ? -1 : 0;
    const int code = errno;
    close(fd);
    errno = code;
    return rc;
}

fov_status fov__file_write(fov_context *ctx, const char *path, const void *data, size_t len,
                           bool durable, fov_error *err)
{
    char name[PATH_SHOWN + 8];
    struct stat info;
    /* rename() would replace a device by a file. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return fov__fail(err, FOV_E_IO, 0, "file",
                         "\"%s\" is there and is not a regular file, so it is not replaced",
                         shown(path, name));
    const size_t size = strlen(path) + 64;
    char *temp = fov__alloc(ctx, size);
    if (temp == NULL)
        return fov__fail_memory(err, "file", size);
    const char *what = "created";
    int code = 0;
    int fd = open_neighbour(temp, size, path);
    if (fd < 0) {
        code = errno;
        goto done;
    }
    what = "written";
    if (write_all(fd, data, len) != 0 || (durable && fsync(fd) != 0))
        code = errno;
    if (close(fd) != 0 && code == 0)
        code = errno;
    if (code == 0 && rename(temp, path) != 0)
        code = errno;
    if (code != 0)
        unlink(temp);
    else if (durable && sync_folder(temp) != 0)
        code = errno;
done:
    fov__free(ctx, temp);
    if (code != 0)
        return fail_io(err, path, what, code);
    fov__ok(err);
    return FOV_OK;
}

fov_status fov__dir_make(const char *path, fov_error *err)
{
    struct stat info;
    if (mkdir(path, 0777) != 0) {
        const int code = errno;
        if (code != EEXIST || stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
            return fail_io(err, path, "made a directory", code);
    }
    fov__ok(err);
    return FOV_OK;
}

bool fov__file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

char *fov__path_join(fov_context *ctx, const char *a, const char *b)
{
    const size_t len = strlen(a), tail = strlen(b);
    const bool slash = len > 0 && a[len - 1] != '/';
    char *path = fov__alloc(ctx, len + slash + tail + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, a, len);
    if (slash)
        path[len] = '/';
    memcpy(path + len + slash, b, tail + 1);
    return path;
}
