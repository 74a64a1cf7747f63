/* SPDX-License-Identifier: MIT */
/* Options become a provider, checked once, here. A key is refused rather than sent where others
 * could read it or where it would split a header; no message ever shows it. */
#include "provider/provider_internal.h"

enum {
    TIMEOUT_MS = 600000, /* the official libraries' ten minutes */
    RETRIES = 2,
    KEY_MAX = 2048 /* below failure.c's WORDS_MAX */
};

void fov_provider_opts_init(fov_provider_opts *opts)
{
    if (opts != NULL) {
        *opts = (fov_provider_opts)FOV_PROVIDER_OPTS_INIT;
    }
}

static fov_status copy(char **out, fov_context *ctx, const char *text, const char *where,
                       fov_error *err)
{
    if (text == NULL) {
        return FOV_OK;
    }
    if (!fov__utf8_valid(text, strlen(text))) {
        return fov__fail(err, FOV_E_ARG, 0, where, "%s is not UTF-8", where);
    }
    *out = fov__strdup(ctx, text);
    return *out != NULL ? FOV_OK : fov__fail_memory(err, where, strlen(text) + 1);
}

/* Programs differ in whether the version belongs to the base address: both are taken. */
static bool lacks_tail(const struct fov_provider *provider)
{
    const char *tail = provider->cls->base_tail, *path = provider->where.target;
    const size_t want = tail != NULL ? strlen(tail) : 0;
    size_t len = strcspn(path, "?");
    while (len > 0 && path[len - 1] == '/') {
        len--;
    }
    return want > 0 && (len < want || memcmp(path + len - want, tail, want) != 0);
}

/* The class's path with the model's name in the place of "{model}"; what is no plain character of
 * a path is written %XX, a slash too. */
static fov_status write_path(struct fov_buf *out, const struct fov_provider *provider,
                             fov_error *err)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@";
    static const char place[] = "{model}";
    const char *path = provider->cls->path, *at = strstr(path, place);
    if (lacks_tail(provider)) {
        fov__buf_adds(out, provider->cls->base_tail);
    }
    if (at == NULL) {
        fov__buf_adds(out, path);
        return fov__buf_check(out, "base_url", err);
    }
    fov__buf_add(out, path, (size_t)(at - path));
    for (const char *c = provider->model; *c != '\0'; c++) {
        if (strchr(plain, *c) != NULL) {
            fov__buf_addc(out, *c);
        } else {
            fov__buf_addf(out, "%%%02X", (unsigned)(unsigned char)*c);
        }
    }
    fov__buf_adds(out, at + sizeof(place) - 1);
    return fov__buf_check(out, "base_url", err);
}

static fov_status set_url(struct fov_provider *provider, const char *base, fov_error *err)
{
    struct fov_buf path;
    fov_status rc = fov__url_parse(&provider->where, base, "base_url", err);
    if (rc < 0) {
        return rc;
    }
    fov__buf_init(&path, provider->ctx, 8192);
    rc = write_path(&path, provider, err);
    if (rc == FOV_OK) {
        provider->url = fov__url_join(provider->ctx, base, path.data);
    }
    fov__buf_free(&path);
    if (rc < 0) {
        return rc;
    }
    if (provider->url == NULL) {
        return fov__fail_memory(err, "base_url", strlen(base));
    }
    return fov__url_parse(&provider->where, provider->url, "base_url", err);
}

static fov_status set_key(struct fov_provider *provider, const fov_provider_opts *opts,
                          fov_error *err)
{
    const char *key = opts->api_key;
    if (key == NULL) {
        return FOV_OK;
    }
    const size_t len = strlen(key);
    if (len == 0 || len > KEY_MAX) {
        return fov__fail(err, FOV_E_ARG, 0, "api_key",
                         "api_key has %zu characters, where 1 to %d are allowed", len, KEY_MAX);
    }
    for (size_t i = 0; i < len; i++) {
        if (key[i] <= ' ' || key[i] >= 0x7f) {
            return fov__fail(err, FOV_E_ARG, 0, "api_key",
                             "api_key holds a space, a newline or another character that no key "
                             "has, at place %zu",
                             i);
        }
    }
    if (!provider->where.is_https && !provider->where.is_loopback && !opts->allow_plain_key) {
        return fov__fail(
            err, FOV_E_ARG, 0, "api_key",
            "the key would travel unencrypted to %s; use https, or set allow_plain_key",
            provider->where.host);
    }
    const fov_status rc =
        fov__secret_new(&provider->key_header, provider->cls->key_header, key, err);
    if (rc == FOV_OK) {
        provider->key = provider->key_header.text + strlen(provider->cls->key_header);
    }
    return rc;
}

static fov_status check_members(const struct fov_provider *provider, const fov_json_value *root,
                                fov_error *err)
{
    if (fov__json_type(root) != FOV_JSON_OBJECT) {
        return fov__fail(err, FOV_E_ARG, 0, "extra", "extra must be a JSON object and is %s",
                         fov__json_type_name(root));
    }
    for (const fov_json_value *m = fov__json_child(root); m != NULL; m = fov__json_next(m)) {
        for (const char *const *own = provider->cls->own_members; *own != NULL; own++) {
            if (strcmp(fov__json_key(m), *own) == 0) {
                return fov__fail(err, FOV_E_ARG, 0, "extra",
                                 "extra may not set \"%s\", which foveate writes itself", *own);
            }
        }
    }
    return FOV_OK;
}

static fov_status set_extra(struct fov_provider *provider, const char *extra, fov_error *err)
{
    struct fov_json *doc = NULL;
    if (extra == NULL) {
        return FOV_OK;
    }
    const fov_limits *limits = &provider->ctx->limits;
    fov_status rc = fov__json_parse(&doc, provider->ctx, extra, strlen(extra), limits->json_depth,
                                    limits->json_bytes, err);
    if (rc < 0) {
        return rc;
    }
    rc = check_members(provider, fov__json_root(doc), err);
    if (rc == FOV_OK && fov__json_count(fov__json_root(doc)) > 0) {
        const char *first = strchr(extra, '{') + 1;
        const char *last = strrchr(extra, '}');
        provider->extra = fov__strndup(provider->ctx, first, (size_t)(last - first));
        rc = provider->extra != NULL ? FOV_OK : fov__fail_memory(err, "extra", strlen(extra));
    }
    fov__json_free(doc);
    return rc;
}

fov_status fov__provider_configure(struct fov_provider *provider, const fov_provider_opts *opts,
                                   fov_error *err)
{
    if (opts->model == NULL || opts->model[0] == '\0') {
        return fov__fail(err, FOV_E_ARG, 0, "model",
                         "model is missing: give the server's name for it");
    }
    if (opts->tool_images < FOV_TOOL_IMAGES_DEFAULT || opts->tool_images > FOV_TOOL_IMAGES_NATIVE) {
        return fov__fail(err, FOV_E_ARG, 0, "tool_images",
                         "tool_images is %d, where 0 to 2 are allowed", (int)opts->tool_images);
    }
    provider->tool_images = opts->tool_images != FOV_TOOL_IMAGES_DEFAULT
                                ? opts->tool_images
                                : provider->cls->tool_images;
    provider->timeout_ms = opts->timeout_ms > 0 ? opts->timeout_ms : TIMEOUT_MS;
    provider->max_retries = opts->max_retries > 0 ? opts->max_retries : RETRIES;
    if (opts->no_retries) {
        provider->max_retries = 0;
    }
    fov_status rc = copy(&provider->model, provider->ctx, opts->model, "model", err);
    if (rc == FOV_OK) {
        rc = copy(&provider->image_detail, provider->ctx, opts->image_detail, "image_detail", err);
    }
    if (rc == FOV_OK) {
        rc = set_url(provider, opts->base_url != NULL ? opts->base_url : provider->cls->base_url,
                     err);
    }
    if (rc == FOV_OK) {
        rc = set_key(provider, opts, err);
    }
    if (rc == FOV_OK) {
        rc = set_extra(provider, opts->extra, err);
    }
    return rc < 0 || provider->cls->configure == NULL ? rc
                                                      : provider->cls->configure(provider, err);
}
