/* SPDX-License-Identifier: MIT */
/* A line seen as tokens: for the digest, which leaves out times and where the blobs lie, and for
 * finding images that were written where only their ids belong. It reads text that was found right
 * and copies nothing. */
#include "transcript/log_internal.h"

/* ---- the digest ----------------------------------------------------------------------------- */

struct walk {
    const char *at, *end;
    struct fov_sha256 *hash;
    unsigned depth; /* 1: the members of the line itself */
};

static void skip_space(struct walk *w)
{
    while (w->at < w->end && strchr(" \t\r\n", *w->at) != NULL)
        w->at++;
}

/* Pass over `count` bytes, into the digest when `keep`. */
static void take(struct walk *w, size_t count, bool keep)
{
    if (keep)
        fov__sha256_add(w->hash, w->at, count);
    w->at += count;
}

static size_t string_length(const struct walk *w)
{
    const char *p = w->at + 1;
    while (*p != '"')
        p += *p == '\\' ? 2 : 1;
    return (size_t)(p + 1 - w->at);
}

static size_t word_length(const struct walk *w)
{
    const char *p = w->at;
    while (p < w->end && strchr(" \t\r\n,:]}", *p) == NULL)
        p++;
    return (size_t)(p - w->at);
}

/* `key` with its quotes. A batch keeps the blobs of all its transcripts in one folder, which
 * changes nothing of what happened in a session. */
static bool is_left_out(const char *key, size_t len, unsigned depth)
{
    return (len == 6 && memcmp(key, "\"time\"", 6) == 0) ||
           (len >= 5 && memcmp(key + len - 4, "_ms\"", 4) == 0) ||
           (depth == 1 && len == 7 && memcmp(key, "\"blobs\"", 7) == 0);
}

static void walk_value(struct walk *w, bool keep);

/* Commas stand between the members that are kept, so that the digest does not show where a time
 * was. */
static void walk_members(struct walk *w, bool is_object, bool keep)
{
    bool has_item = false;
    take(w, 1, keep);
    w->depth++;
    for (skip_space(w); *w->at != ']' && *w->at != '}'; skip_space(w)) {
        bool keep_this = keep;
        size_t key = 0;
        if (*w->at == ',') {
            take(w, 1, false);
            skip_space(w);
        }
        if (is_object) {
            key = string_length(w);
            keep_this = keep && !is_left_out(w->at, key, w->depth);
        }
        if (keep_this && has_item)
            fov__sha256_add(w->hash, ",", 1);
        has_item = has_item || keep_this;
        if (is_object) {
            take(w, key, keep_this);
            skip_space(w);
            take(w, 1, keep_this); /* the colon */
        }
        walk_value(w, keep_this);
    }
    w->depth--;
    take(w, 1, keep);
}

/* As deep as the line, which the check has bounded. */
static void walk_value(struct walk *w, bool keep)
{
    skip_space(w);
    if (*w->at == '{' || *w->at == '[')
        walk_members(w, *w->at == '{', keep);
    else
        take(w, *w->at == '"' ? string_length(w) : word_length(w), keep);
}

void fov__digest_line(struct fov_sha256 *hash, struct fov_span line)
{
    struct walk w = {line.data, line.data + line.len, hash, 0};
    walk_value(&w, true);
}

/* ---- smuggled images ------------------------------------------------------------------------ */

enum { RUN_MAX = 1000, HEAD = 16 };

static bool is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '-' || c == '_' || c == '=';
}

/* How the pictures of every format that is common in requests begin, as base64: PNG, JPEG, GIF,
 * RIFF (WebP), both TIFFs, BMP, and the boxes of AVIF and HEIF. */
static bool begins_as_image(const char head[HEAD])
{
    static const char *const starts[] = {"iVBORw0KGg", "/9j/",       "R0lGOD",     "UklGR", "SUkqA",
                                         "TU0AK",      "Qk0",        "Qk1",        "Qk2",   "Qk3",
                                         "AAAAHGZ0eX", "AAAAIGZ0eX", "AAAAGGZ0eX", "_9j_"};
    for (size_t i = 0; i < FOV_COUNT(starts); i++) {
        if (strncmp(head, starts[i], strlen(starts[i])) == 0)
            return true;
    }
    return false;
}

bool fov__log_holds_image(struct fov_span line, enum fov__log_kind kind)
{
    /* A model's hidden reasoning comes as long base64 that we must keep. */
    const bool may_be_opaque =
        kind == FOV__LOG_REQUEST || kind == FOV__LOG_RESPONSE || kind == FOV__LOG_CALL;
    char head[HEAD] = {0};
    size_t run = 0;
    for (size_t i = 0; i < line.len; i++) {
        const char c = line.data[i];
        if (c == '\\' && i + 1 < line.len && line.data[i + 1] == '/')
            continue; /* "\/" is a slash */
        if (!is_base64(c)) {
            run = 0;
            continue;
        }
        if (run < HEAD - 1)
            head[run] = c;
        run++;
        if (run == RUN_MAX + 1 && (!may_be_opaque || begins_as_image(head)))
            return true;
    }
    return false;
}
