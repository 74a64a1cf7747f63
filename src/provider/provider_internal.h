/* SPDX-License-Identifier: MIT */
/* provider: a conversation becomes one wire format and a server's answer becomes a reply. A
 * provider is one file that writes bodies and reads replies; sending, trying again, keys and the
 * sentences of failures are shared.
 *
 *     providers.def   the list                    provider.c        the round of one request
 *     <name>.c        write and read              provider_opts.c   options, checked once
 *     wire_body.c     text with gaps for images   failure.c         what an error reply means
 */
#ifndef FOV_PROVIDER_INTERNAL_H
#define FOV_PROVIDER_INTERNAL_H

#include <foveate/provider.h>

#include "base/base_internal.h"
#include "message/message_internal.h"
#include "transport/transport_internal.h"

/* Nesting allowed in a server's reply; a tool call's arguments have the context's own limit. */
#define FOV__PROVIDER_DEPTH_MAX 64u

/* ---- wire_body.c ---------------------------------------------------------------------------- */

/* A body being written: JSON text, and marks where an image's base64 belongs. The images stay where
 * the conversation has them. */
struct fov_wire_mark {
    size_t offset; /* in `text` */
    const uint8_t *data;
    size_t size;
};
struct fov_wire_body {
    fov_context *ctx;
    struct fov_buf text;
    struct fov_jw jw;
    struct fov_wire_mark *marks;
    size_t mark_count, mark_capacity;
    struct fov_segment *segments; /* made by fov__wire_body_end() */
    size_t segment_count;
};
void fov__wire_body_init(struct fov_wire_body *body, fov_context *ctx);
void fov__wire_body_free(struct fov_wire_body *body);
/* "key":"data:image/png;base64,…" for an image part. */
void fov__wire_body_data_url(struct fov_wire_body *body, const char *key, const fov_part *image);
/* "key":"…", the base64 alone. */
void fov__wire_body_base64(struct fov_wire_body *body, const char *key, const fov_part *image);
/* Cut the text at its marks; it must not grow afterwards. */
fov_status fov__wire_body_end(struct fov_wire_body *body, fov_error *err);

/* ---- a provider ----------------------------------------------------------------------------- */

struct fov_provider;

struct fov_provider_class {
    const char *name;
    const char *base_url;
    const char *base_tail; /* "/v1": added to a base address that does not end so; may be NULL */
    const char *path; /* behind the base; "{model}" stands for the model's name */
    const char *key_env;
    const char *base_env; /* what holds the base address for official programs; or NULL */
    const char *key_header; /* "Authorization: Bearer " */
    const char *const *headers; /* further ones, "Name: value", ended by NULL; may be NULL */
    int32_t tool_images;    /* the default */
    const char *const
        *own_members; /* of a request's body, ended by NULL: `extra` may not set them */
    /* Judge the options once they are all there, and choose tool_images where it is still DEFAULT;
     * may be NULL. */
    fov_status (*configure)(struct fov_provider *provider, fov_error *err);
    /* Write the body; text only grows, errors of the buffer are looked at afterwards. */
    fov_status (*write)(const struct fov_provider *provider, const fov_request *request,
                        struct fov_wire_body *body, fov_error *err);
    /* Read a 2xx body. `requests` is how many were sent. */
    fov_status (*read)(const struct fov_provider *provider, const char *json, size_t size,
                       uint32_t requests, fov_reply *reply, fov_error *err);
};

struct fov_provider {
    fov_context *ctx;
    const struct fov_provider_class *cls;
    fov_model_class model_class; /* named after the provider */
    char *model, *url, *image_detail;
    char *extra;                  /* the members without their braces, NULL when there are none */
    struct fov_url where;         /* for messages */
    struct fov_secret key_header; /* the whole line */
    const char *key;              /* its end; NULL when no key is sent */
    int32_t tool_images;
    uint32_t timeout_ms, max_retries;
    struct fov_transport *transport;
    const struct fov_retry_hooks *hooks; /* NULL: real time */
};

/* Find by name; NULL when it is none. */
const struct fov_provider_class *fov__provider_class(const char *name);

/* provider_opts.c: check the options and fill in everything but the transport. */
fov_status fov__provider_configure(struct fov_provider *provider, const fov_provider_opts *opts,
                                   fov_error *err);

/* The same as fov_model_new_provider(), with a transport of the caller's (taken, also on error;
 * NULL: made from the options) and time of its own (borrowed; NULL: real). */
fov_status fov__provider_model_new(fov_model **out, fov_context *ctx, const fov_provider_opts *opts,
                                   struct fov_transport *transport,
                                   const struct fov_retry_hooks *hooks, fov_error *err);

/* ---- failure.c ------------------------------------------------------------------------------ */

/* An error reply as one sentence: FOV_E_PROVIDER, detail is the HTTP status. */
fov_status fov__provider_fail(const struct fov_provider *provider,
                              const struct fov_http_response *response, fov_error *err);
/* A 2xx body that holds an error object instead of an answer. */
fov_status fov__provider_fail_json(const struct fov_provider *provider, int32_t status,
                                   const fov_json_value *root, fov_error *err);
/* Whether sending the same again can never succeed; `user` is the provider. */
bool fov__provider_is_permanent(const struct fov_http_response *response, void *user);
/* Milliseconds until another try that the body asks for; negative: it does not. */
double fov__provider_asked_ms(const struct fov_http_response *response, void *user);

#endif
