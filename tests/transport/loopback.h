/* SPDX-License-Identifier: MIT */
/* An HTTP/1.1 server on 127.0.0.1 that answers by script and records what it was asked, for tests.
 * It can misbehave in every way a client must survive.
 *
 *     static const struct fov_loopback_reply script[] = {
 *         {.status = 429, .headers = "retry-after: 1\r\n"},
 *         {.status = 200, .body = "{\"ok\":true}"},
 *     };
 *     struct fov_loopback *server = fov_loopback_start(script, 2);
 *     ... talk to fov_loopback_url(server), "http://127.0.0.1:PORT" ...
 *     const struct fov_loopback_request *r = fov_loopback_request_at(server, 0);
 *     fov_loopback_stop(server);
 *
 * Replies are used in order, one for each request, whichever connection it comes on; a request
 * after the last gets status 599. One thread for each connection. Aborts the test program when it
 * cannot start. The script is borrowed and must live until fov_loopback_stop().
 */
#ifndef FOV_TESTS_LOOPBACK_H
#define FOV_TESTS_LOOPBACK_H

#include <stddef.h>
#include <stdint.h>

enum fov_loopback_mode {
    FOV_LOOPBACK_PLAIN = 0, /* Content-Length and the body */
    FOV_LOOPBACK_CHUNKED,   /* chunks of `piece` bytes */
    FOV_LOOPBACK_GZIP,      /* compressed, with Content-Length */
    FOV_LOOPBACK_GZIP_CHUNKED,
    FOV_LOOPBACK_UNTIL_CLOSE,  /* no length: the end of the connection is the end of the body */
    FOV_LOOPBACK_SHORT,        /* closes after half of the promised body */
    FOV_LOOPBACK_CHUNK_CUT,    /* closes in the middle of a chunk */
    FOV_LOOPBACK_LONG,         /* sends more than the promised length, then closes */
    FOV_LOOPBACK_NO_REPLY,     /* reads the request and closes */
    FOV_LOOPBACK_HEAD_ONLY,    /* sends the status line and half a header, and closes */
    FOV_LOOPBACK_HANG,         /* reads the request and says nothing until it is stopped */
    FOV_LOOPBACK_HANG_IN_BODY, /* sends half of the body, then hangs */
    FOV_LOOPBACK_EARLY,        /* answers as soon as the head is read, without reading the body */
    FOV_LOOPBACK_RAW           /* `body` is the whole answer, status line included; then closes */
};

struct fov_loopback_reply {
    int status;
    const char *headers; /* further lines, each ended by \r\n; NULL: none */
    const char *body;    /* NULL: empty */
    size_t size;         /* of the body; 0: strlen */
    uint64_t repeat;     /* the body is repeated this often more: a huge body from little memory */
    enum fov_loopback_mode mode;
    uint32_t delay_ms; /* before the status line */
    size_t piece;      /* write, or chunk, at most this many bytes at a time; 0: all */
};

struct fov_loopback_request {
    char method[16];
    char target[512];
    char *headers; /* "name: value\r\n" lines as received, NUL-terminated */
    char *body;    /* NUL-terminated */
    size_t size;
    int connection; /* which connection it came on, from 0 */
};

struct fov_loopback;
struct fov_loopback *fov_loopback_start(const struct fov_loopback_reply *script, size_t count);
void fov_loopback_stop(struct fov_loopback *server); /* ends every connection; requests are freed */
const char *fov_loopback_url(const struct fov_loopback *server);
int fov_loopback_port(const struct fov_loopback *server);
size_t fov_loopback_count(struct fov_loopback *server); /* requests received so far */
/* NULL when there is none. Lives until the server is stopped. */
const struct fov_loopback_request *fov_loopback_request_at(struct fov_loopback *server,
                                                           size_t index);
/* Copy the value of a header (any case) of a request; 0 when it is absent. */
int fov_loopback_header(const struct fov_loopback_request *request, const char *name, char *out,
                        size_t size);

#endif
