/* SPDX-License-Identifier: MIT */
/* The registry, and the round of one request: write the body, exchange it, read the reply. It knows
 * no wire format; what it must never do is let a key out of its header, or keep anything of a
 * request that failed. */
#include "provider/provider_internal.h"

#define FOV_PROVIDER(name) extern const struct fov_provider_class fov__provider_##name;
#include "provider/providers.def"
#undef FOV_PROVIDER

static const struct fov_provider_class *const classes[] = {
#define FOV_PROVIDER(name) &fov__provider_##name,
#include "provider/providers.def"
#undef FOV_PROVIDER
};

const struct fov_provider_class *fov__provider_class(const char *name)
{
    for (size_t i = 0; i < FOV_COUNT(classes); i++) {
        if (strcmp(classes[i]->name, name) == 0) {
            return classes[i];
        }
    }
    return NULL;
}

const char *fov_provider_next(const char *name)
{
    if (name == NULL) {
        return classes[0]->name;
    }
    for (size_t i = 0; i + 1 < FOV_COUNT(classes); i++) {
        if (strcmp(classes[i]->name, name) == 0) {
            return classes[i + 1]->name;
        }
    }
    return NULL;
}

const char *fov_provider_key_env(const char *name)
{
    const struct fov_provider_class *cls = name != NULL ? fov__provider_class(name) : NULL;
    return cls != NULL ? cls->key_env : NULL;
}

enum { HEADERS_MAX = 8 };

const char *fov_provider_base_url_env(const char *name)
{
    const struct fov_provider_class *cls = name != NULL ? fov__provider_class(name) : NULL;
    return cls != NULL ? cls->base_env : NULL;
}

/* ---- one request ---------------------------------------------------------------------------- */

static fov_status exchange(struct fov_provider *provider, const fov_request *request,
                           const struct fov_wire_body *body, struct fov_http_response *response,
                           uint32_t *attempts, fov_error *err)
{
    const char *headers[HEADERS_MAX] = {"Content-Type: application/json",
                                        "Accept: application/json"};
    size_t count = 2;
    for (const char *const *own = provider->cls->headers;
         own != NULL && *own != NULL && count < HEADERS_MAX - 1; own++) {
        headers[count++] = *own;
    }
    if (provider->key != NULL) {
        headers[count++] = provider->key_header.text;
    }
    const struct fov_http_request http = {.method = "POST",
                                          .url = provider->url,
                                          .headers = headers,
                                          .header_count = count,
                                          .secret = provider->key,
                                          .segments = body->segments,
                                          .segment_count = body->segment_count,
                                          .timeout_ms = provider->timeout_ms,
                                          .cancel = request->cancel};
    const struct fov_retry retry = {.max = provider->max_retries,
                                    .deadline_ms = request->timeout_ms,
                                    .is_permanent = fov__provider_is_permanent,
                                    .asked_ms = fov__provider_asked_ms,
                                    .user = provider,
                                    .hooks = provider->hooks};
    const fov_status rc =
        fov__exchange(provider->transport, &http, &retry, response, attempts, err);
    if (rc == FOV_OK && (response->status < 200 || response->status > 299)) {
        return fov__provider_fail(provider, response, err);
    }
    return rc;
}

static fov_status provider_generate(void *user, const fov_request *request, fov_reply *reply,
                                    fov_error *err)
{
    struct fov_provider *provider = user;
    struct fov_wire_body body;
    struct fov_http_response response;
    uint32_t attempts = 0;
    fov__wire_body_init(&body, provider->ctx);
    fov__response_init(&response, provider->ctx, provider->ctx->limits.reply_bytes);
    fov_status rc = provider->cls->write(provider, request, &body, err);
    if (rc == FOV_OK) {
        rc = fov__wire_body_end(&body, err);
    }
    if (rc == FOV_OK) {
        rc = exchange(provider, request, &body, &response, &attempts, err);
    }
    if (rc == FOV_OK) {
        rc = provider->cls->read(provider, response.body.data, response.body.len, attempts, reply,
                                 err);
    }
    fov__response_free(&response);
    fov__wire_body_free(&body);
    return rc;
}

/* ---- making and freeing --------------------------------------------------------------------- */

static void provider_free(void *user)
{
    struct fov_provider *provider = user;
    fov__transport_free(provider->transport);
    fov__secret_free(&provider->key_header);
    fov__free(provider->ctx, provider->model);
    fov__free(provider->ctx, provider->url);
    fov__free(provider->ctx, provider->image_detail);
    fov__free(provider->ctx, provider->extra);
    fov__free(provider->ctx, provider);
}

static fov_status find_class(const struct fov_provider_class **out, const fov_provider_opts *opts,
                             fov_error *err)
{
    if (opts == NULL || opts->struct_size != sizeof(*opts)) {
        return fov__fail(err, FOV_E_ARG, 0, "struct_size",
                         "the provider's options are NULL or lack their struct_size");
    }
    const char *name = opts->provider != NULL ? opts->provider : classes[0]->name;
    *out = fov__provider_class(name);
    if (*out == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "provider",
                         "provider \"%s\" is not known; the first known one is \"%s\"", name,
                         classes[0]->name);
    }
    return FOV_OK;
}

static fov_status open_transport(struct fov_provider *provider, const fov_provider_opts *opts,
                                 fov_error *err)
{
    struct fov_transport *inner = NULL;
    if (provider->transport != NULL) {
        return FOV_OK;
    }
    if (opts->replay != NULL && opts->record != NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "record", "record and replay cannot be given together");
    }
    if (opts->replay != NULL) {
        return fov__replay_new(&provider->transport, provider->ctx, opts->replay, err);
    }
    const fov_status rc = fov__http_new(&inner, provider->ctx, err);
    if (rc == FOV_OK && opts->record != NULL) {
        return fov__record_new(&provider->transport, inner, opts->record, err);
    }
    provider->transport = inner;
    return rc;
}

fov_status fov__provider_model_new(fov_model **out, fov_context *ctx, const fov_provider_opts *opts,
                                   struct fov_transport *transport,
                                   const struct fov_retry_hooks *hooks, fov_error *err)
{
    const struct fov_provider_class *cls = NULL;
    *out = NULL;
    fov_status rc = find_class(&cls, opts, err);
    struct fov_provider *provider = rc == FOV_OK ? fov__calloc(ctx, 1, sizeof(*provider)) : NULL;
    if (provider == NULL) {
        fov__transport_free(transport);
        return rc < 0 ? rc : fov__fail_memory(err, "provider", sizeof(*provider));
    }
    provider->ctx = ctx;
    provider->cls = cls;
    provider->transport = transport;
    provider->hooks = hooks;
    provider->model_class =
        (fov_model_class){sizeof(fov_model_class), cls->name, provider_generate, provider_free};
    rc = fov__provider_configure(provider, opts, err);
    if (rc == FOV_OK) {
        rc = open_transport(provider, opts, err);
    }
    if (rc == FOV_OK) {
        rc = fov_model_new(out, ctx, &provider->model_class, provider, err);
    }
    if (rc < 0) {
        provider_free(provider);
    }
    return rc;
}

fov_status fov_model_new_provider(fov_model **out, fov_context *ctx, const fov_provider_opts *opts,
                                  fov_error *err)
{
    if (out == NULL || ctx == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "provider", "out or ctx is NULL");
    }
    return fov__provider_model_new(out, ctx, opts, NULL, NULL, err);
}
