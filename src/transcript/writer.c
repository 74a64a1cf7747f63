/* SPDX-License-Identifier: MIT */
/* The lines of a transcript and the blobs beside it, as they come to disk. A line is built whole,
 * checked, and written by one write(2), so that a crash can only cut the last one; a blob is in its
 * place before the line that names it. It knows the shape of events, never what they mean. */
#include "transcript/log_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct fov_transcript {
    fov_context *ctx;
    int fd;      /* -1: a sink */
    char *blobs; /* path of the blobs' folder; NULL in a sink */
    char *said;  /* the same as the header says it */
    struct fov_buf line;
    struct fov_jw jw;
    uint64_t next; /* number of the next line */
    bool is_open;  /* between begin and end */
    bool is_late;  /* lines come to disk when it is closed */
    char kind[24]; /* of the open event, for messages */
    fov_status failed;
    fov_error why;
};

/* Keep the first failure; every later call repeats it. */
static fov_status stick(struct fov_transcript *t, fov_status rc, const fov_error *why,
                        fov_error *err)
{
    if (t->failed == FOV_OK) {
        t->failed = rc;
        t->why = *why;
    }
    if (err != NULL)
        *err = t->why;
    return t->failed;
}

static fov_status stick_errno(struct fov_transcript *t, const char *what, fov_error *err)
{
    const int code = errno;
    char reason[64];
    fov_error why;
    if (strerror_r(code, reason, sizeof(reason)) != 0)
        fov__format(reason, sizeof(reason), "error %d", code);
    fov__fail(&why, FOV_E_IO, code, "transcript", "line %llu of the transcript cannot be %s: %s",
              (unsigned long long)t->next + 1, what, reason);
    return stick(t, FOV_E_IO, &why, err);
}

/* ---- starting and closing ------------------------------------------------------------------- */

/* The end of a long path says more than its beginning. */
static const char *path_end(const char *path)
{
    const size_t len = strlen(path), most = 90;
    const char *tail = len > most ? path + (len - most) : path;
    while (((unsigned char)*tail & 0xc0) == 0x80)
        tail++;
    return tail;
}

/* O_EXCL decides whether there is one already: two sessions never share a folder. */
static fov_status open_lines(struct fov_transcript *t, const char *dir, fov_error *err)
{
    char reason[64];
    char *path = fov__path_join(t->ctx, dir, "transcript.jsonl");
    if (path == NULL)
        return fov__fail_memory(err, "transcript", strlen(dir));
    fov_status rc = FOV_OK;
    t->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
    const int code = errno;
    if (t->fd < 0 && code == EEXIST) {
        rc = fov__fail(err, FOV_E_STATE, code, "transcript",
                       "\"%s\" is there already, and a transcript is never written over",
                       path_end(path));
    } else if (t->fd < 0) {
        if (strerror_r(code, reason, sizeof(reason)) != 0)
            fov__format(reason, sizeof(reason), "error %d", code);
        rc = fov__fail(err, FOV_E_IO, code, "transcript", "\"%s\" cannot be created: %s",
                       path_end(path), reason);
    }
    fov__free(t->ctx, path);
    return rc;
}

/* The new file's name is on disk only after its folder is; some file systems refuse to sync one. */
static void sync_folder(const char *dir)
{
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

static fov_status open_folder(struct fov_transcript *t, const char *dir, const char *blobs,
                              fov_error *err)
{
    fov_status rc = fov__dir_make(dir, err);
    if (rc < 0)
        return rc;
    t->said = fov__strdup(t->ctx, blobs);
    t->blobs = blobs[0] == '/' ? fov__strdup(t->ctx, blobs) : fov__path_join(t->ctx, dir, blobs);
    if (t->said == NULL || t->blobs == NULL)
        return fov__fail_memory(err, "transcript", strlen(blobs));
    rc = open_lines(t, dir, err);
    if (rc >= 0)
        rc = fov__dir_make(t->blobs, err);
    if (rc >= 0)
        sync_folder(dir);
    return rc;
}

static void drop(struct fov_transcript *t)
{
    if (t->fd >= 0)
        close(t->fd);
    fov__buf_free(&t->line);
    fov__free(t->ctx, t->blobs);
    fov__free(t->ctx, t->said);
    fov__free(t->ctx, t);
}

fov_status fov__transcript_new(struct fov_transcript **out, fov_context *ctx, const char *dir,
                               const char *blobs, fov_error *err)
{
    *out = NULL;
    if (dir != NULL && (dir[0] == '\0' || (blobs != NULL && blobs[0] == '\0')))
        return fov__fail(err, FOV_E_ARG, 0, "transcript",
                         "the name of the transcript's %s is empty",
                         dir[0] == '\0' ? "folder" : "blob folder");
    struct fov_transcript *t = fov__calloc(ctx, 1, sizeof(*t));
    if (t == NULL)
        return fov__fail_memory(err, "transcript", sizeof(*t));
    t->ctx = ctx;
    t->fd = -1;
    /* A sink's buffer holds nothing: additions to it fail at once and cost nothing. */
    fov__buf_init(&t->line, ctx, dir != NULL ? FOV__LOG_LINE_MAX : 0);
    if (dir != NULL) {
        const fov_status rc = open_folder(t, dir, blobs != NULL ? blobs : "blobs", err);
        if (rc < 0) {
            drop(t);
            return rc;
        }
    }
    fov__ok(err);
    *out = t;
    return FOV_OK;
}

void fov__transcript_sync_at_close(struct fov_transcript *t)
{
    t->is_late = true;
}

fov_status fov__transcript_close(struct fov_transcript *t, fov_error *err)
{
    fov__ok(err);
    if (t == NULL)
        return FOV_OK;
    if (t->fd >= 0 && fsync(t->fd) != 0 && errno != EINVAL)
        stick_errno(t, "brought to disk", NULL);
    const fov_status rc = t->failed;
    if (rc < 0 && err != NULL)
        *err = t->why;
    drop(t);
    return rc;
}

fov_context *fov__transcript_context(const struct fov_transcript *t)
{
    return t->ctx;
}

/* ---- a line --------------------------------------------------------------------------------- */

struct fov_jw *fov__transcript_begin(struct fov_transcript *t, const char *kind)
{
    fov_error why;
    if (t->is_open) {
        fov__fail(&why, FOV_E_INTERNAL, 0, "transcript", "the event \"%s\" begins inside \"%s\"",
                  kind, t->kind);
        stick(t, FOV_E_INTERNAL, &why, NULL);
    }
    if ((strcmp(kind, "header") == 0) != (t->next == 0)) {
        fov__fail(
            &why, FOV_E_INTERNAL, 0, "transcript",
            "line %llu of the transcript is \"%s\": the first line, and no other, is the header",
            (unsigned long long)t->next + 1, kind);
        stick(t, FOV_E_INTERNAL, &why, NULL);
    }
    t->is_open = true;
    fov__format(t->kind, sizeof(t->kind), "%s", kind);
    fov__buf_reset(&t->line);
    fov__jw_init(&t->jw, &t->line);
    fov__jw_object(&t->jw, NULL);
    fov__jw_string(&t->jw, "event", kind);
    fov__jw_int(&t->jw, "n", (int64_t)t->next);
    if (t->next == 0) {
        fov__jw_int(&t->jw, "transcript", FOV__LOG_VERSION);
        fov__jw_string(&t->jw, "blobs", t->said);
    }
    return &t->jw;
}

/* What was spliced in raw is somebody else's: a line that could not be read back is never written.
 */
static fov_status check_line(struct fov_transcript *t, fov_error *err)
{
    fov_error why, inner;
    fov_status rc = fov__buf_check(&t->line, t->kind, &why);
    if (rc < 0)
        return stick(t, rc, &why, err);
    rc = fov__json_check(t->ctx, t->line.data, t->line.len, FOV__LOG_DEPTH_MAX, FOV__LOG_LINE_MAX,
                         &inner);
    if (rc == FOV_E_MEMORY)
        return stick(t, rc, &inner, err);
    if (rc < 0) {
        fov__fail(&why, FOV_E_INTERNAL, 0, "transcript", "the event \"%s\" is not JSON: %s",
                  t->kind, inner.message);
        return stick(t, FOV_E_INTERNAL, &why, err);
    }
    return FOV_OK;
}

static fov_status write_line(struct fov_transcript *t, bool durable, fov_error *err)
{
    const char *data = t->line.data;
    size_t left = t->line.len;
    while (left > 0) {
        const ssize_t n = write(t->fd, data, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return stick_errno(t, "written", err);
        data += n;
        left -= (size_t)n;
    }
    if (durable && !t->is_late && fdatasync(t->fd) != 0 && errno != EINVAL)
        return stick_errno(t, "brought to disk", err);
    return FOV_OK;
}

fov_status fov__transcript_end(struct fov_transcript *t, bool durable, fov_error *err)
{
    fov_error why;
    if (t->failed == FOV_OK && (!t->is_open || t->jw.depth != 1)) {
        fov__fail(&why, FOV_E_INTERNAL, 0, "transcript", "the event \"%s\" %s", t->kind,
                  t->is_open ? "leaves an array or object open" : "ends twice");
        stick(t, FOV_E_INTERNAL, &why, NULL);
    }
    t->is_open = false;
    if (t->failed < 0)
        return stick(t, t->failed, &t->why, err);
    fov_status rc = FOV_OK;
    if (t->fd >= 0) {
        fov__jw_end_object(&t->jw);
        rc = check_line(t, err);
        if (rc >= 0) {
            fov__buf_addc(&t->line, '\n');
            rc = fov__buf_check(&t->line, t->kind, &why);
            rc = rc < 0 ? stick(t, rc, &why, err) : write_line(t, durable, err);
        }
    }
    if (rc < 0)
        return rc;
    t->next++;
    fov__ok(err);
    return FOV_OK;
}

/* ---- blobs ---------------------------------------------------------------------------------- */

fov_status fov__transcript_blob(struct fov_transcript *t, const void *data, size_t len,
                                char sha256[FOV_SHA256_HEX], fov_error *err)
{
    fov_error why;
    if (sha256[0] == '\0')
        fov__sha256_hex(sha256, data, len);
    if (t->failed < 0)
        return stick(t, t->failed, &t->why, err);
    fov__ok(err);
    if (t->fd < 0)
        return FOV_OK;
    char *path = fov__path_join(t->ctx, t->blobs, sha256);
    if (path == NULL) {
        fov__fail_memory(&why, "blob", strlen(t->blobs));
        return stick(t, FOV_E_MEMORY, &why, err);
    }
    fov_status rc = FOV_OK;
    if (!fov__file_exists(path)) {
        rc = fov__file_write(t->ctx, path, data, len, true, &why);
        if (rc < 0)
            rc = stick(t, rc, &why, err);
    }
    fov__free(t->ctx, path);
    return rc;
}
