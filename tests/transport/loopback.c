/* SPDX-License-Identifier: MIT */
/* The loopback server itself: accepting, reading requests whole, keeping them, and ending cleanly
 * while clients still hang on it. Test code: it aborts where it cannot go on. */
#include "loopback_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, HEAD_MAX = 256 * 1024 };

struct connection {
    struct fov_loopback *server;
    pthread_t thread;
    int fd, index;
};

struct fov_loopback {
    const struct fov_loopback_reply *script;
    size_t script_count;
    int listener, port;
    char url[64];
    pthread_t acceptor;
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    bool is_stopping;
    struct connection connections[CONNECTIONS_MAX];
    int connection_count;
    struct fov_loopback_request **requests;
    size_t request_count;
};

static void need(bool fine, const char *what)
{
    if (!fine) {
        perror(what);
        abort();
    }
}

/* ---- reading a request ----------------------------------------------------------------------- */

struct input {
    int fd;
    char *data;
    size_t len, cap;
};

static bool read_more(struct input *in)
{
    if (in->cap - in->len < 65536) {
        in->cap = in->cap * 2 + 65536;
        in->data = realloc(in->data, in->cap + 1);
        need(in->data != NULL, "realloc");
    }
    const ssize_t n = recv(in->fd, in->data + in->len, in->cap - in->len, 0);
    if (n <= 0) {
        return false;
    }
    in->len += (size_t)n;
    in->data[in->len] = '\0';
    return true;
}

static size_t content_length(const char *headers)
{
    char value[32];
    const struct fov_loopback_request request = {.headers = (char *)(uintptr_t)headers};
    return fov_loopback_header(&request, "content-length", value, sizeof(value))
               ? (size_t)strtoull(value, NULL, 10)
               : 0;
}

static char *copy(const char *data, size_t size)
{
    char *out = malloc(size + 1);
    need(out != NULL, "malloc");
    if (size > 0) {
        memcpy(out, data, size);
    }
    out[size] = '\0';
    return out;
}

/* The head, NULL when the client is gone. What is behind it stays in `in`. */
static struct fov_loopback_request *read_head(struct input *in)
{
    char *end = NULL;
    while (in->len == 0 || (end = strstr(in->data, "\r\n\r\n")) == NULL) {
        if (in->len > HEAD_MAX || !read_more(in)) {
            return NULL;
        }
    }
    struct fov_loopback_request *request = calloc(1, sizeof(*request));
    need(request != NULL, "calloc");
    if (sscanf(in->data, "%15s %511s", request->method, request->target) != 2) {
        free(request);
        return NULL;
    }
    const char *first = strstr(in->data, "\r\n") + 2;
    request->headers = copy(first, (size_t)(end + 2 - first));
    const size_t used = (size_t)(end + 4 - in->data);
    memmove(in->data, in->data + used, in->len - used + 1);
    in->len -= used;
    return request;
}

static bool read_body(struct input *in, struct fov_loopback_request *request)
{
    char value[16];
    const size_t size = content_length(request->headers);
    if (fov_loopback_header(request, "expect", value, sizeof(value)) &&
        !loopback_send(in->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25)) {
        return false;
    }
    while (in->len < size) {
        if (!read_more(in)) {
            return false;
        }
    }
    request->body = copy(in->data, size);
    request->size = size;
    if (in->len > 0) {
        memmove(in->data, in->data + size, in->len - size + 1);
        in->len -= size;
    }
    return true;
}

static void free_request(struct fov_loopback_request *request)
{
    free(request->headers);
    free(request->body);
    free(request);
}

/* ---- serving --------------------------------------------------------------------------------- */

static void hang(void *user)
{
    struct fov_loopback *server = user;
    pthread_mutex_lock(&server->lock);
    while (!server->is_stopping) {
        pthread_cond_wait(&server->stopped, &server->lock);
    }
    pthread_mutex_unlock(&server->lock);
}

/* Which reply the next request gets; the request itself is kept once it was read. */
static const struct fov_loopback_reply *next_reply(struct fov_loopback *server)
{
    static const struct fov_loopback_reply none = {.status = 599,
                                                   .body = "{\"error\":\"nothing is scripted\"}",
                                                   .headers = "x-should-retry: false\r\n"};
    return server->request_count < server->script_count ? &server->script[server->request_count]
                                                        : &none;
}

static void keep(struct fov_loopback *server, struct fov_loopback_request *request)
{
    server->requests =
        realloc(server->requests, (server->request_count + 1) * sizeof(*server->requests));
    need(server->requests != NULL, "realloc");
    server->requests[server->request_count++] = request;
}

static bool serve_one(struct connection *connection, struct input *in)
{
    struct fov_loopback *server = connection->server;
    struct fov_loopback_request *request = read_head(in);
    if (request == NULL) {
        return false;
    }
    request->connection = connection->index;
    pthread_mutex_lock(&server->lock);
    const bool is_early = next_reply(server)->mode == FOV_LOOPBACK_EARLY;
    pthread_mutex_unlock(&server->lock);
    if (is_early) {
        request->body = copy("", 0);
    } else if (!read_body(in, request)) {
        free_request(request);
        return false;
    }
    pthread_mutex_lock(&server->lock);
    const struct fov_loopback_reply *reply = next_reply(server);
    keep(server, request);
    pthread_mutex_unlock(&server->lock);
    return loopback_reply(connection->fd, reply, hang, server);
}

static void *serve(void *user)
{
    struct connection *connection = user;
    struct input in = {.fd = connection->fd};
    while (serve_one(connection, &in)) {
    }
    free(in.data);
    shutdown(connection->fd, SHUT_WR);
    /* Read what still comes, or the kernel resets the connection under a reply not yet read. */
    char rest[4096];
    while (recv(connection->fd, rest, sizeof(rest), 0) > 0) {
    }
    pthread_mutex_lock(&connection->server->lock);
    close(connection->fd);
    connection->fd = -1;
    pthread_mutex_unlock(&connection->server->lock);
    return NULL;
}

static void *accept_all(void *user)
{
    struct fov_loopback *server = user;
    for (;;) {
        const int fd = accept(server->listener, NULL, NULL);
        pthread_mutex_lock(&server->lock);
        const bool stop =
            server->is_stopping || server->connection_count == CONNECTIONS_MAX || fd < 0;
        if (!stop) {
            struct connection *connection = &server->connections[server->connection_count];
            *connection =
                (struct connection){.server = server, .fd = fd, .index = server->connection_count};
            need(pthread_create(&connection->thread, NULL, serve, connection) == 0,
                 "pthread_create");
            server->connection_count++;
        }
        pthread_mutex_unlock(&server->lock);
        if (stop) {
            if (fd >= 0) {
                close(fd);
            }
            return NULL;
        }
    }
}

struct fov_loopback *fov_loopback_start(const struct fov_loopback_reply *script, size_t count)
{
    struct fov_loopback *server = calloc(1, sizeof(*server));
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    need(server != NULL, "calloc");
    server->script = script;
    server->script_count = count;
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->stopped, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(server->listener >= 0 &&
             bind(server->listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
             listen(server->listener, 64) == 0,
         "listen");
    need(getsockname(server->listener, (struct sockaddr *)&address, &len) == 0, "getsockname");
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", server->port);
    need(pthread_create(&server->acceptor, NULL, accept_all, server) == 0, "pthread_create");
    return server;
}

void fov_loopback_stop(struct fov_loopback *server)
{
    pthread_mutex_lock(&server->lock);
    server->is_stopping = true;
    pthread_cond_broadcast(&server->stopped);
    for (int i = 0; i < server->connection_count; i++) {
        if (server->connections[i].fd >= 0) {
            shutdown(server->connections[i].fd, SHUT_RDWR);
        }
    }
    pthread_mutex_unlock(&server->lock);
    shutdown(server->listener, SHUT_RDWR); /* wakes accept() */
    pthread_join(server->acceptor, NULL);
    for (int i = 0; i < server->connection_count; i++) {
        pthread_join(server->connections[i].thread, NULL);
    }
    close(server->listener);
    for (size_t i = 0; i < server->request_count; i++) {
        free_request(server->requests[i]);
    }
    free(server->requests);
    pthread_cond_destroy(&server->stopped);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *fov_loopback_url(const struct fov_loopback *server)
{
    return server->url;
}

int fov_loopback_port(const struct fov_loopback *server)
{
    return server->port;
}

size_t fov_loopback_count(struct fov_loopback *server)
{
    pthread_mutex_lock(&server->lock);
    const size_t count = server->request_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

const struct fov_loopback_request *fov_loopback_request_at(struct fov_loopback *server,
                                                           size_t index)
{
    pthread_mutex_lock(&server->lock);
    const struct fov_loopback_request *request =
        index < server->request_count ? server->requests[index] : NULL;
    pthread_mutex_unlock(&server->lock);
    return request;
}

int fov_loopback_header(const struct fov_loopback_request *request, const char *name, char *out,
                        size_t size)
{
    const size_t len = strlen(name);
    for (const char *line = request->headers; line != NULL && *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        end = end != NULL ? end : line + strlen(line);
        if ((size_t)(end - line) > len && line[len] == ':' && strncasecmp(line, name, len) == 0) {
            const char *value = line + len + 1;
            while (value < end && *value == ' ') {
                value++;
            }
            snprintf(out, size, "%.*s", (int)(end - value), value);
            return 1;
        }
        line = *end != '\0' ? end + 2 : end;
    }
    return 0;
}
