/* SPDX-License-Identifier: MIT */
/* What a server's refusal means: one sentence for a person or a program, and whether trying again
 * can help. Servers answer with JSON of half a dozen shapes, with plain text, and with a proxy's
 * HTML page; all of it is hostile until cleaned, and a key that is echoed is masked. */
#include "provider/provider_internal.h"

enum { WORDS_MAX = 4096 }; /* longer than any key, so that a cut key cannot slip past the mask */

struct failure {
    char message[WORDS_MAX];
    char code[64];   /* or the type when there is no code; "" when neither */
    bool is_daily;   /* a day's quota is spent */
    double retry_ms; /* what the body asks for; negative: nothing */
};

/* Codes after which the same request fails again (OpenAI's image codes and Anthropic's, November
 * 2026). */
static const char *const permanent_codes[] = {"insufficient_quota",
                                              "billing_hard_limit_reached",
                                              "invalid_prompt",
                                              "image_too_large",
                                              "image_too_small",
                                              "image_parse_error",
                                              "invalid_image",
                                              "invalid_image_format",
                                              "invalid_base64_image",
                                              "invalid_image_url",
                                              "invalid_image_mode",
                                              "image_file_too_large",
                                              "unsupported_image_media_type",
                                              "empty_image_file",
                                              "failed_to_download_image",
                                              "image_file_not_found",
                                              "image_content_policy_violation",
                                              "context_length_exceeded",
                                              "exceed_context_size_error",
                                              "billing_error",
                                              "permission_error",
                                              "request_too_large",
                                              "request_body_too_large_after_decoding",
                                              "image_dimensions_too_large",
                                              "organization_on_hold",
                                              "contract_spend_limit_reached",
                                              "enforced_spend_limit_reached",
                                              "linked_organization_spend_limit_reached",
                                              "linked_organization_billing_unavailable"};

/* Sizes are also reported as 429 with words only; retrying them never helps. */
static const char *const permanent_words[] = {"maximum usage size", "patches"};

static const char *string_at(const fov_json_value *object, const char *key)
{
    return fov__json_string(fov__json_get(object, key));
}

/* Google's details (google.rpc): the limits that were passed, by name, and a time to wait, "37s",
 * which is given for a day's quota too. */
static void read_details(struct failure *failure, const fov_json_value *details)
{
    failure->is_daily = false;
    failure->retry_ms = -1;
    for (const fov_json_value *d = fov__json_child(details); d != NULL; d = fov__json_next(d)) {
        const char *delay = string_at(d, "retryDelay");
        const char *limit = string_at(fov__json_get(d, "metadata"), "quota_limit");
        const fov_json_value *v = fov__json_child(fov__json_get(d, "violations"));
        double seconds = 0;
        failure->is_daily |= limit != NULL && strstr(limit, "PerDay") != NULL;
        for (; v != NULL; v = fov__json_next(v)) {
            limit = string_at(v, "quotaId");
            failure->is_daily |= limit != NULL && strstr(limit, "PerDay") != NULL;
        }
        if (delay != NULL && delay[0] != '\0' && delay[strlen(delay) - 1] == 's' &&
            fov__text_double(delay, strlen(delay) - 1, &seconds)) {
            failure->retry_ms = seconds * 1000;
        }
    }
}

static void read_object(struct failure *failure, const fov_json_value *root)
{
    if (fov__json_type(root) == FOV_JSON_ARRAY) { /* Google wraps errors of streams in an array */
        root = fov__json_child(root);
    }
    const fov_json_value *error = fov__json_get(root, "error");
    const fov_json_value *holder = fov__json_type(error) == FOV_JSON_OBJECT ? error : root;
    const char *message = fov__json_string(error);
    if (message == NULL) {
        message = string_at(holder, "message");
    }
    if (message == NULL) {
        message = string_at(holder, "detail"); /* FastAPI */
    }
    fov__format(failure->message, sizeof(failure->message), "%s", message != NULL ? message : "");
    const char *code = string_at(holder, "code");
    if (code == NULL || code[0] == '\0') {
        code = string_at(fov__json_get(holder, "details"), "error_code"); /* Anthropic */
    }
    if (code == NULL || code[0] == '\0') {
        code = string_at(holder, "type");
    }
    if (code == NULL || code[0] == '\0') {
        code = string_at(holder, "status"); /* Google, whose code is a number */
    }
    fov__format(failure->code, sizeof(failure->code), "%s", code != NULL ? code : "");
    read_details(failure, fov__json_get(holder, "details"));
}

static bool is_html(const char *text)
{
    return strstr(text, "<html") != NULL || strstr(text, "<HTML") != NULL ||
           strstr(text, "<!DOCTYPE") != NULL || strstr(text, "<!doctype") != NULL;
}

/* One line: runs of space and control characters become one space. */
static void flatten(char *text)
{
    char *out = text;
    for (const char *p = text; *p != '\0'; p++) {
        const bool is_space = (unsigned char)*p <= ' ' || *p == 0x7f;
        if (!is_space) {
            *out++ = *p;
        } else if (out > text && out[-1] != ' ') {
            *out++ = ' ';
        }
    }
    while (out > text && out[-1] == ' ') {
        out--;
    }
    *out = '\0';
}

static void read_body(struct failure *failure, fov_context *ctx,
                      const struct fov_http_response *response)
{
    struct fov_json *doc = NULL;
    memset(failure, 0, sizeof(*failure));
    failure->retry_ms = -1;
    if (fov__json_parse(&doc, ctx, response->body.data, response->body.len, FOV__PROVIDER_DEPTH_MAX,
                        ctx->limits.reply_bytes, NULL) == FOV_OK) {
        read_object(failure, fov__json_root(doc));
        fov__json_free(doc);
    } else {
        fov__format(failure->message, sizeof(failure->message), "%s", response->body.data);
        if (is_html(failure->message)) {
            fov__format(failure->message, sizeof(failure->message), "an HTML page");
        }
    }
    flatten(failure->message);
    flatten(failure->code);
}

static fov_status say(const struct fov_provider *provider, int32_t status, struct failure *failure,
                      fov_error *err)
{
    if (provider->key != NULL) {
        fov__secret_mask(provider->key, failure->message);
        fov__secret_mask(provider->key, failure->code);
    }
    const char *words = failure->message[0] != '\0' ? failure->message : "no reason was given";
    const bool has_code = failure->code[0] != '\0';
    return fov__fail(err, FOV_E_PROVIDER, status, provider->cls->name, "%s answered %d%s%s%s: %s",
                     provider->where.host, (int)status, has_code ? " (" : "", failure->code,
                     has_code ? ")" : "", words);
}

fov_status fov__provider_fail(const struct fov_provider *provider,
                              const struct fov_http_response *response, fov_error *err)
{
    struct failure failure;
    read_body(&failure, provider->ctx, response);
    if (response->status >= 300 && response->status < 400) {
        fov__format(
            failure.message, sizeof(failure.message),
            "redirects are not followed, since the key goes to this host only; check base_url");
        failure.code[0] = '\0';
    }
    return say(provider, response->status, &failure, err);
}

fov_status fov__provider_fail_json(const struct fov_provider *provider, int32_t status,
                                   const fov_json_value *root, fov_error *err)
{
    struct failure failure;
    memset(&failure, 0, sizeof(failure));
    read_object(&failure, root);
    flatten(failure.message);
    flatten(failure.code);
    return say(provider, status, &failure, err);
}

bool fov__provider_is_permanent(const struct fov_http_response *response, void *user)
{
    const struct fov_provider *provider = user;
    struct failure failure;
    if (response->status == 413) {
        return true;
    }
    read_body(&failure, provider->ctx, response);
    if (failure.is_daily) {
        return true;
    }
    for (size_t i = 0; i < FOV_COUNT(permanent_codes); i++) {
        if (strcmp(failure.code, permanent_codes[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < FOV_COUNT(permanent_words); i++) {
        if (strstr(failure.message, permanent_words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

double fov__provider_asked_ms(const struct fov_http_response *response, void *user)
{
    const struct fov_provider *provider = user;
    struct failure failure;
    read_body(&failure, provider->ctx, response);
    return failure.retry_ms;
}
