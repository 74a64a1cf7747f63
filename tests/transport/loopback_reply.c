/* SPDX-License-Identifier: MIT */
/* The server's answers, right and wrong ones. Bodies are produced piece by piece, so that a body of
 * gigabytes costs nothing here. */
#include "loopback_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <zlib.h>

struct out {
    int fd;
    size_t piece;
    bool is_chunked;
    uint64_t stop_at; /* bytes of body after which nothing more is sent */
    uint64_t sent;
};

bool loopback_send(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        const ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static bool send_piece(struct out *out, const char *data, size_t size)
{
    char head[32];
    if (!out->is_chunked) {
        return loopback_send(out->fd, data, size);
    }
    const int len = snprintf(head, sizeof(head), "%zx\r\n", size);
    return loopback_send(out->fd, head, (size_t)len) && loopback_send(out->fd, data, size) &&
           loopback_send(out->fd, "\r\n", 2);
}

static bool send_body(struct out *out, const char *data, size_t size)
{
    while (size > 0 && out->sent < out->stop_at) {
        size_t n = out->piece > 0 && out->piece < size ? out->piece : size;
        if (n > out->stop_at - out->sent) {
            n = (size_t)(out->stop_at - out->sent);
        }
        if (!send_piece(out, data, n)) {
            return false;
        }
        out->sent += n;
        data += n;
        size -= n;
    }
    return true;
}

static bool is_gzip(const struct fov_loopback_reply *reply)
{
    return reply->mode == FOV_LOOPBACK_GZIP || reply->mode == FOV_LOOPBACK_GZIP_CHUNKED;
}

/* The whole compressed body; zeros shrink a thousandfold, so that a bomb is small here. */
static char *deflate_body(const struct fov_loopback_reply *reply, const char *body, size_t size,
                          size_t *out_size)
{
    z_stream z;
    size_t cap = 1024;
    size_t len = 0;
    char *out = malloc(cap);
    memset(&z, 0, sizeof(z));
    if (out == NULL || deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        abort();
    }
    for (uint64_t i = 0; i <= reply->repeat; i++) {
        const int flush = i == reply->repeat ? Z_FINISH : Z_NO_FLUSH;
        z.next_in = (Bytef *)(uintptr_t)body;
        z.avail_in = (uInt)size;
        do {
            if (cap - len < 512) {
                cap *= 2;
                out = realloc(out, cap);
                if (out == NULL) {
                    abort();
                }
            }
            z.next_out = (Bytef *)out + len;
            z.avail_out = (uInt)(cap - len);
            deflate(&z, flush);
            len = cap - z.avail_out;
        } while (z.avail_out == 0);
    }
    deflateEnd(&z);
    *out_size = len;
    return out;
}

static bool send_head(int fd, const struct fov_loopback_reply *reply, uint64_t length)
{
    char head[2048];
    const bool is_chunked = reply->mode == FOV_LOOPBACK_CHUNKED ||
                            reply->mode == FOV_LOOPBACK_GZIP_CHUNKED ||
                            reply->mode == FOV_LOOPBACK_CHUNK_CUT;
    char size_line[64] = "";
    if (is_chunked) {
        snprintf(size_line, sizeof(size_line), "Transfer-Encoding: chunked\r\n");
    } else if (reply->mode != FOV_LOOPBACK_UNTIL_CLOSE) {
        snprintf(size_line, sizeof(size_line), "Content-Length: %llu\r\n",
                 (unsigned long long)length);
    }
    const int len = snprintf(
        head, sizeof(head), "HTTP/1.1 %d Scripted\r\nContent-Type: application/json\r\n%s%s%s\r\n",
        reply->status, size_line, is_gzip(reply) ? "Content-Encoding: gzip\r\n" : "",
        reply->headers != NULL ? reply->headers : "");
    if (len < 0 ||
        (size_t)len >= sizeof(head)) { /* headers too long for the buffer: send them apart */
        char first[256];
        const int n =
            snprintf(first, sizeof(first), "HTTP/1.1 %d Scripted\r\n%s", reply->status, size_line);
        return loopback_send(fd, first, (size_t)n) &&
               loopback_send(fd, reply->headers, strlen(reply->headers)) &&
               loopback_send(fd, "\r\n", 2);
    }
    return loopback_send(fd, head, (size_t)len);
}

static bool reply_gzip(struct out *out, const struct fov_loopback_reply *reply, const char *body,
                       size_t size)
{
    size_t packed_size = 0;
    char *packed = deflate_body(reply, body, size, &packed_size);
    out->is_chunked = reply->mode == FOV_LOOPBACK_GZIP_CHUNKED;
    bool fine = send_head(out->fd, reply, packed_size) && send_body(out, packed, packed_size);
    if (fine && out->is_chunked) {
        fine = loopback_send(out->fd, "0\r\n\r\n", 5);
    }
    free(packed);
    return fine;
}

bool loopback_reply(int fd, const struct fov_loopback_reply *reply, void (*hang)(void *user),
                    void *user)
{
    const char *body = reply->body != NULL ? reply->body : "";
    const size_t size = reply->size > 0 ? reply->size : strlen(body);
    const uint64_t total = (uint64_t)size * (reply->repeat + 1);
    struct out out = {.fd = fd, .piece = reply->piece, .stop_at = UINT64_MAX};
    bool fine = true;
    if (reply->delay_ms > 0) {
        const struct timespec nap = {(time_t)(reply->delay_ms / 1000),
                                     (long)(reply->delay_ms % 1000) * 1000000L};
        nanosleep(&nap, NULL);
    }
    if (reply->mode == FOV_LOOPBACK_NO_REPLY) {
        return false;
    }
    if (reply->mode == FOV_LOOPBACK_HANG) {
        hang(user);
        return false;
    }
    if (reply->mode == FOV_LOOPBACK_HEAD_ONLY) {
        (void)loopback_send(fd, "HTTP/1.1 200 OK\r\nContent-Le", 27);
        return false;
    }
    if (reply->mode == FOV_LOOPBACK_RAW) {
        (void)loopback_send(fd, body, size);
        return false;
    }
    if (is_gzip(reply)) {
        return reply_gzip(&out, reply, body, size);
    }
    if (reply->mode == FOV_LOOPBACK_SHORT || reply->mode == FOV_LOOPBACK_HANG_IN_BODY) {
        out.stop_at = total / 2;
    }
    out.is_chunked = reply->mode == FOV_LOOPBACK_CHUNKED || reply->mode == FOV_LOOPBACK_CHUNK_CUT;
    fine = send_head(fd, reply, reply->mode == FOV_LOOPBACK_LONG ? total / 2 : total);
    if (reply->mode == FOV_LOOPBACK_CHUNK_CUT) {
        (void)loopback_send(fd, "ffff\r\n{\"half\":", 14);
        return false;
    }
    for (uint64_t i = 0; fine && i <= reply->repeat; i++) {
        fine = send_body(&out, body, size);
    }
    if (reply->mode == FOV_LOOPBACK_HANG_IN_BODY) {
        hang(user);
    }
    if (fine && out.is_chunked) {
        fine = loopback_send(fd, "0\r\n\r\n", 5);
    }
    return fine && (reply->mode == FOV_LOOPBACK_PLAIN || reply->mode == FOV_LOOPBACK_CHUNKED);
}
