/* SPDX-License-Identifier: MIT */
/* results.jsonl: a line is an item that is done. It is written by one write(2) and brought to disk
 * before it counts, so that only a last line can be cut; its checksum finds that, and a line that
 * was damaged in any other way. What does not hold is asked again, never believed. */
#include "batch/batch_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char SUM_KEY[] = ",\"checksum\":\"";
enum { SUM_TAIL = (int)sizeof(SUM_KEY) - 1 + FOV__BATCH_SUM - 1 + 2 }; /* …"} */

/* The checksum is over the line as it is without the member: everything before it, and "}". */
static fov_status sum_line(char out[FOV__BATCH_SUM], fov_context *ctx, const char *data, size_t len,
                           fov_error *err)
{
    struct fov_sha256 *hash = NULL;
    char hex[FOV_SHA256_HEX];
    fov_status rc = fov__sha256_new(&hash, ctx, err);

    if (rc < 0)
        return rc;
    fov__sha256_add(hash, data, len);
    fov__sha256_add(hash, "}", 1);
    fov__sha256_end(hash, hex);
    memcpy(out, hex, FOV__BATCH_SUM - 1);
    out[FOV__BATCH_SUM - 1] = '\0';
    return FOV_OK;
}

/* ---- reading -------------------------------------------------------------------------------- */

static fov_status line_holds(bool *out, fov_context *ctx, struct fov_span line, fov_error *err)
{
    char sum[FOV__BATCH_SUM];
    const char *tail;
    fov_status rc;

    *out = false;
    if (line.len < (size_t)SUM_TAIL + 2)
        return FOV_OK;
    tail = line.data + line.len - SUM_TAIL;
    if (memcmp(tail, SUM_KEY, sizeof(SUM_KEY) - 1) != 0)
        return FOV_OK;
    rc = sum_line(sum, ctx, line.data, line.len - SUM_TAIL, err);
    *out = rc >= 0 && memcmp(tail + sizeof(SUM_KEY) - 1, sum, FOV__BATCH_SUM - 1) == 0;
    return rc;
}

struct load {
    struct fov_results *r;
    struct fov_questions *q;
    bool drop_errors;
};

/* A line whose checksum is right was written by a batch: what it says is compared. */
static fov_status take_result(struct load *load, struct fov_span line, const fov_json_value *root,
                              fov_error *err)
{
    struct fov_results *r = load->r;
    const char *id = fov__json_string(fov__json_get(root, "id"));
    const char *digest = fov__json_string(fov__json_get(root, "item"));
    const char *status = fov__json_string(fov__json_get(root, "status"));
    struct fov_batch_item *item = id ? fov__questions_find(load->q, id) : NULL;
    bool is_error;

    if (!id || !digest || !status)
        return fov__fail(err, FOV_E_STATE, 0, "results",
                         "a line of results.jsonl lacks its id, item or status");
    if (!item)
        return fov__fail(err, FOV_E_STATE, 0, "results",
                         "results.jsonl has the item \"%.60s\", which the questions do not have",
                         id);
    if (strcmp(item->digest, digest) != 0)
        return fov__fail(err, FOV_E_STATE, 0, "results",
                         "the item \"%.60s\" (line %zu) has another image, question, choices, "
                         "answer or type than when it was asked",
                         id, item->line);
    is_error = strncmp(status, "FOV_E_", 6) == 0;
    if (item->is_done || (is_error && load->drop_errors)) {
        r->is_dirty = true;
        r->dropped += item->is_done;
        return FOV_OK;
    }
    item->is_done = true;
    item->is_error = is_error;
    r->line[item - load->q->items] = line;
    r->done++;
    r->errors += is_error;
    return FOV_OK;
}

static fov_status take_line(struct load *load, struct fov_span line, fov_error *err)
{
    struct fov_json *doc = NULL;
    bool holds = false;
    fov_status rc = line_holds(&holds, load->r->ctx, line, err);

    if (rc >= 0 && holds)
        rc = fov__json_parse(&doc, load->r->ctx, line.data, line.len, 16, FOV__BATCH_LINE_MAX, err);
    if (rc == FOV_E_ARG || rc == FOV_E_LIMIT || (rc >= 0 && !holds)) {
        load->r->dropped++;
        load->r->is_dirty = true;
        return FOV_OK;
    }
    if (rc >= 0)
        rc = take_result(load, line, fov__json_root(doc), err);
    fov__json_free(doc);
    return rc;
}

static fov_status take_lines(struct load *load, fov_error *err)
{
    const char *at = (const char *)load->r->text.data;
    const char *end = at ? at + load->r->text.size : NULL; /* an empty file has no text */
    fov_status rc = FOV_OK;

    while (rc >= 0 && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        rc = take_line(load, (struct fov_span){at, (size_t)((stop ? stop : end) - at)}, err);
        /* Whole, but its end is missing: the next line would run into it. */
        load->r->is_dirty = load->r->is_dirty || !stop;
        at = stop ? stop + 1 : end;
    }
    return rc;
}

fov_status fov__results_load(struct fov_results *out, fov_context *ctx, const char *dir,
                             struct fov_questions *questions, bool drop_errors, fov_error *err)
{
    struct load load = {out, questions, drop_errors};
    char *path = fov__path_join(ctx, dir, "results.jsonl");
    fov_status rc = FOV_OK;

    memset(out, 0, sizeof(*out));
    out->ctx = ctx;
    out->count = questions->count;
    out->line = fov__calloc(ctx, questions->count + 1, sizeof(*out->line));
    if (!path || !out->line)
        rc = fov__fail_memory(err, "results", questions->count * sizeof(*out->line));
    for (size_t i = 0; i < questions->count; i++)
        questions->items[i].is_done = questions->items[i].is_error = false;
    if (rc >= 0 && !fov__file_exists(path))
        out->is_dirty = true;
    else if (rc >= 0)
        rc = fov__file_read(&out->text, ctx, path, FOV__BATCH_FILE_MAX, err);
    if (rc >= 0)
        rc = take_lines(&load, err);
    fov__free(ctx, path);
    if (rc < 0)
        fov__results_drop(out);
    return rc;
}

void fov__results_drop(struct fov_results *results)
{
    fov__free(results->ctx, results->line);
    fov_bytes_free(&results->text);
    results->line = NULL;
    results->count = 0;
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool is_held(const struct fov_results *results, const struct fov_questions *q,
                    struct fov_span line)
{
    struct fov_json *doc = NULL;
    const struct fov_batch_item *item;
    bool is_ours = false;

    if (fov__json_parse(&doc, results->ctx, line.data, line.len, 16, FOV__BATCH_LINE_MAX, NULL) < 0)
        return false;
    item = fov__questions_find(q, fov__json_string(fov__json_get(fov__json_root(doc), "id"))
                                      ? fov__json_string(fov__json_get(fov__json_root(doc), "id"))
                                      : "");
    if (item)
        is_ours = results->line[item - q->items].data == line.data;
    fov__json_free(doc);
    return is_ours;
}

fov_status fov__results_mend(const struct fov_results *results, const char *dir,
                             const struct fov_questions *questions, fov_error *err)
{
    const char *at = (const char *)results->text.data, *end = at + results->text.size;
    char *path = fov__path_join(results->ctx, dir, "results.jsonl");
    struct fov_buf kept;
    fov_status rc;

    fov__buf_init(&kept, results->ctx, results->text.size + 2);
    while (at < end) { /* in the order they were finished */
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const struct fov_span line = {at, (size_t)((stop ? stop : end) - at)};

        if (is_held(results, questions, line)) {
            fov__buf_add(&kept, line.data, line.len);
            fov__buf_addc(&kept, '\n');
        }
        at = stop ? stop + 1 : end;
    }
    rc = path ? fov__buf_check(&kept, "results", err)
              : fov__fail_memory(err, "results", strlen(dir));
    if (rc >= 0)
        rc = fov__file_write(results->ctx, path, kept.data ? kept.data : "", kept.len, true, err);
    fov__buf_free(&kept);
    fov__free(results->ctx, path);
    return rc;
}

fov_status fov__results_open(struct fov_results_file *file, fov_context *ctx, const char *dir,
                             fov_error *err)
{
    char *path = fov__path_join(ctx, dir, "results.jsonl");

    memset(file, 0, sizeof(*file));
    file->ctx = ctx;
    file->fd = -1;
    if (!path)
        return fov__fail_memory(err, "results", strlen(dir));
    file->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    fov__free(ctx, path);
    if (file->fd < 0)
        return fov__fail(err, FOV_E_IO, errno, "results",
                         "results.jsonl cannot be written to: error %d", errno);
    pthread_mutex_init(&file->lock, NULL);
    return FOV_OK;
}

void fov__results_close(struct fov_results_file *file)
{
    if (file->fd < 0)
        return;
    close(file->fd);
    file->fd = -1;
    pthread_mutex_destroy(&file->lock);
}

static fov_status put(const struct fov_results_file *file, const struct fov_buf *line,
                      fov_error *err)
{
    const char *data = line->data;
    size_t left = line->len;
    char reason[64];
    int code = 0;

    while (left > 0 && code == 0) {
        const ssize_t n = write(file->fd, data, left);

        if (n < 0 && errno != EINTR)
            code = errno;
        data += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
    if (code == 0 && fdatasync(file->fd) != 0 && errno != EINVAL)
        code = errno;
    if (code == 0)
        return FOV_OK;
    if (strerror_r(code, reason, sizeof(reason)) != 0)
        fov__format(reason, sizeof(reason), "error %d", code);
    return fov__fail(err, FOV_E_IO, code, "results",
                     "a line of results.jsonl cannot be written: %s", reason);
}

fov_status fov__results_add(struct fov_results_file *file, struct fov_buf *line, fov_error *err)
{
    char sum[FOV__BATCH_SUM] = "";
    fov_status rc = fov__buf_check(line, "results", err);

    if (rc >= 0)
        rc = sum_line(sum, file->ctx, line->data, line->len, err);
    if (rc < 0)
        return rc;
    fov__buf_addf(line, "%s%s\"}\n", SUM_KEY, sum);
    rc = fov__buf_check(line, "results", err);
    if (rc < 0)
        return rc;
    pthread_mutex_lock(&file->lock);
    if (!file->has_failed && put(file, line, &file->why) < 0)
        file->has_failed = true;
    if (file->has_failed) {
        rc = file->why.status;
        if (err)
            *err = file->why;
    }
    pthread_mutex_unlock(&file->lock);
    return rc;
}
