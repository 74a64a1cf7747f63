/* SPDX-License-Identifier: MIT */
/* What options mean to Gemini: where a tool's images go by the model's name, how sharply images are
 * seen, and the members of `extra`. The API has one generationConfig, of which some members are
 * ours and the rest the caller's: they are joined here, and it must never write one of them twice,
 * nor change the text that the caller gave. */
#include "provider/gemini_internal.h"

/* generationConfig covers every image, those in a functionResponse too, which cannot carry a level
 * of their own; it lacks ultra high, so there the user's images say it themselves and the others
 * get the next best (types of the official library 3.1, November 2026). */
static const struct {
    const char *detail, *all, *part;
} details[] = {
    {"low", "MEDIA_RESOLUTION_LOW", NULL},
    {"medium", "MEDIA_RESOLUTION_MEDIUM", NULL},
    {"high", "MEDIA_RESOLUTION_HIGH", NULL},
    {"ultra_high", "MEDIA_RESOLUTION_HIGH", "MEDIA_RESOLUTION_ULTRA_HIGH"},
};

/* JSON of protocol buffers has two spellings of each name. */
static const char *const own_config[] = {"maxOutputTokens", "max_output_tokens",
                                         "mediaResolution", "media_resolution",
                                         "candidateCount",  "candidate_count"};

static size_t detail_index(const struct fov_provider *provider)
{
    size_t i = 0;
    while (i < FOV_COUNT(details) && strcmp(details[i].detail, provider->image_detail) != 0) {
        i++;
    }
    return i;
}

const char *fov__gemini_part_level(const struct fov_provider *provider)
{
    return provider->image_detail != NULL ? details[detail_index(provider)].part : NULL;
}

bool fov__gemini_is_old(const struct fov_provider *provider)
{
    static const char *const old[] = {"gemini-1.", "gemini-1-", "gemini-2.", "gemini-2-", "gemma-"};
    for (size_t i = 0; i < FOV_COUNT(old); i++) {
        if (strncmp(provider->model, old[i], strlen(old[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- extra ---------------------------------------------------------------------------------- */

struct extra {
    struct fov_buf text; /* with its braces again */
    struct fov_json *doc;
};

static void close_extra(struct extra *extra)
{
    fov__json_free(extra->doc);
    fov__buf_free(&extra->text);
}

/* Closed also on error. */
static fov_status open_extra(struct extra *extra, const struct fov_provider *provider,
                             fov_error *err)
{
    const fov_limits *limits = &provider->ctx->limits;
    extra->doc = NULL;
    fov__buf_init(&extra->text, provider->ctx, (size_t)limits->json_bytes + 4);
    fov__buf_addc(&extra->text, '{');
    fov__buf_adds(&extra->text, provider->extra != NULL ? provider->extra : "");
    fov__buf_addc(&extra->text, '}');
    fov_status rc = fov__buf_check(&extra->text, "extra", err);
    if (rc == FOV_OK) {
        rc = fov__json_parse(&extra->doc, provider->ctx, extra->text.data, extra->text.len,
                             limits->json_depth, limits->json_bytes + 4, err);
    }
    if (rc < 0) {
        close_extra(extra);
    }
    return rc;
}

static fov_status check_config(const fov_json_value *config, fov_error *err)
{
    if (config == NULL) {
        return FOV_OK;
    }
    if (fov__json_type(config) != FOV_JSON_OBJECT) {
        return fov__fail(err, FOV_E_ARG, 0, "extra",
                         "generationConfig in extra must be an object and is %s",
                         fov__json_type_name(config));
    }
    for (const fov_json_value *m = fov__json_child(config); m != NULL; m = fov__json_next(m)) {
        for (size_t i = 0; i < FOV_COUNT(own_config); i++) {
            if (strcmp(fov__json_key(m), own_config[i]) == 0) {
                return fov__fail(err, FOV_E_ARG, 0, "extra",
                                 "extra may not set \"generationConfig.%s\", which foveate writes "
                                 "itself",
                                 own_config[i]);
            }
        }
    }
    return FOV_OK;
}

fov_status fov__gemini_configure(struct fov_provider *provider, fov_error *err)
{
    static const char folder[] = "models/";
    struct extra extra;
    if (strncmp(provider->model, folder, sizeof(folder) - 1) == 0) {
        return fov__fail(
            err, FOV_E_ARG, 0, "model",
            "model is \"%s\": give the name without \"models/\", which the address has",
            provider->model);
    }
    if (provider->image_detail != NULL && detail_index(provider) == FOV_COUNT(details)) {
        return fov__fail(err, FOV_E_ARG, 0, "image_detail",
                         "image_detail is \"%s\", where low, medium, high and ultra_high are "
                         "allowed",
                         provider->image_detail);
    }
    if (provider->tool_images == FOV_TOOL_IMAGES_DEFAULT) {
        provider->tool_images =
            fov__gemini_is_old(provider) ? FOV_TOOL_IMAGES_FOLLOW : FOV_TOOL_IMAGES_NATIVE;
    }
    fov_status rc = open_extra(&extra, provider, err);
    if (rc == FOV_OK) {
        rc = check_config(fov__json_get(fov__json_root(extra.doc), "generationConfig"), err);
        close_extra(&extra);
    }
    return rc;
}

/* ---- writing -------------------------------------------------------------------------------- */

static struct fov_span raw_member(const struct extra *extra, const char *key)
{
    const char *const path[] = {key, NULL};
    return fov__json_raw(extra->text.data, extra->text.len, path);
}

static void write_config(const struct fov_provider *provider, const fov_request *request,
                         const struct extra *extra, struct fov_jw *jw)
{
    const fov_json_value *root = fov__json_root(extra->doc);
    const bool has_more = fov__json_count(fov__json_get(root, "generationConfig")) > 0;
    if (request->max_output_tokens == 0 && provider->image_detail == NULL && !has_more) {
        return;
    }
    fov__jw_object(jw, "generationConfig");
    if (request->max_output_tokens > 0) {
        fov__jw_int(jw, "maxOutputTokens", request->max_output_tokens);
    }
    if (provider->image_detail != NULL) {
        fov__jw_string(jw, "mediaResolution", details[detail_index(provider)].all);
    }
    if (has_more) {
        const struct fov_span more = raw_member(extra, "generationConfig");
        fov__jw_raw(jw, NULL, more.data + 1, more.len - 2);
    }
    fov__jw_end_object(jw);
}

fov_status fov__gemini_write_config(const struct fov_provider *provider, const fov_request *request,
                                    struct fov_wire_body *body, fov_error *err)
{
    struct extra extra;
    const fov_status rc = open_extra(&extra, provider, err);
    if (rc < 0) {
        return rc;
    }
    write_config(provider, request, &extra, &body->jw);
    const fov_json_value *m = fov__json_child(fov__json_root(extra.doc));
    for (; m != NULL; m = fov__json_next(m)) {
        if (strcmp(fov__json_key(m), "generationConfig") != 0) {
            const struct fov_span value = raw_member(&extra, fov__json_key(m));
            fov__jw_raw(&body->jw, fov__json_key(m), value.data, value.len);
        }
    }
    close_extra(&extra);
    return FOV_OK;
}
