/* SPDX-License-Identifier: MIT */
/* Look-up of profiles by their own name and by a model's name, and the public getters. It must
 * never judge a model by anything but the table, and never fail: what is unknown is `generic`. */
#include "profile/profile_internal.h"

enum { MODEL_MAX = 256 }; /* longer names are matched by their first 255 bytes */

const struct fov_profile *fov__profile_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < fov__profile_count; i++) {
        if (strcmp(fov__profiles[i].name, name) == 0) {
            return &fov__profiles[i];
        }
    }
    return NULL;
}

const struct fov_profile *fov__profile_next(const struct fov_profile *profile)
{
    if (profile == NULL) {
        return &fov__profiles[0];
    }
    size_t next = (size_t)(profile - fov__profiles) + 1;
    return next < fov__profile_count ? &fov__profiles[next] : NULL;
}

/* Whether `c` is in the set that begins after '['; *end is left after its ']'. */
static bool in_set(const char *set, char c, const char **end)
{
    bool is_in = false;
    while (*set != '\0' && *set != ']') {
        if (set[1] == '-' && set[2] != '\0' && set[2] != ']') {
            is_in = is_in || (c >= set[0] && c <= set[2]);
            set += 3;
        } else {
            is_in = is_in || c == set[0];
            set++;
        }
    }
    *end = *set == ']' ? set + 1 : set;
    return is_in;
}

/* Backtracks to the last '*' only, which is enough for globs and keeps the time bounded by
 * pattern times name. */
static bool glob_matches(const char *glob, const char *text)
{
    const char *star = NULL, *star_text = NULL;
    while (*text != '\0') {
        const char *next = glob + 1;
        bool is_same = false;
        if (*glob == '*') {
            star = next;
            star_text = text;
            glob = next;
            continue;
        }
        if (*glob == '[') {
            is_same = in_set(glob + 1, *text, &next);
        } else {
            is_same = *glob == '?' || (*glob != '\0' && *glob == *text);
        }
        if (is_same) {
            glob = next;
            text++;
        } else if (star != NULL) {
            glob = star;
            text = ++star_text;
        } else {
            return false;
        }
    }
    while (*glob == '*') {
        glob++;
    }
    return *glob == '\0';
}

/* Servers put owners, regions and tags before the name ("us.anthropic.claude-opus-4-8"). */
static bool matches_anywhere(const char *glob, const char *model)
{
    for (const char *at = model; at != NULL;) {
        if (glob_matches(glob, at)) {
            return true;
        }
        at = strpbrk(at, "/:.");
        at = at != NULL ? at + 1 : NULL;
    }
    return false;
}

const struct fov_profile *fov__profile_for_model(const char *model, bool *is_guess)
{
    char lower[MODEL_MAX];
    size_t len = 0;
    for (; model != NULL && model[len] != '\0' && len < sizeof(lower) - 1; len++) {
        char c = model[len];
        lower[len] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    lower[len] = '\0';
    const struct fov_profile *found = NULL;
    for (size_t i = 0; found == NULL && i < fov__profile_pattern_count; i++) {
        if (matches_anywhere(fov__profile_patterns[i].glob, lower)) {
            found = fov__profile_find(fov__profile_patterns[i].profile);
        }
    }
    if (is_guess != NULL) {
        *is_guess = found == NULL;
    }
    return found != NULL ? found : fov__profile_find("generic");
}

/* ---- the public face ------------------------------------------------------------------------ */

const fov_profile *fov_profile_find(const char *name)
{
    return fov__profile_find(name);
}

const fov_profile *fov_profile_for_model(const char *model, int32_t *is_guess)
{
    bool guess = false;
    const fov_profile *profile = fov__profile_for_model(model, &guess);
    if (is_guess != NULL) {
        *is_guess = guess ? 1 : 0;
    }
    return profile;
}

const fov_profile *fov_profile_next(const fov_profile *profile)
{
    return fov__profile_next(profile);
}

const char *fov_profile_name(const fov_profile *profile)
{
    return profile != NULL ? profile->name : "";
}

const char *fov_profile_summary(const fov_profile *profile)
{
    return profile != NULL ? profile->summary : "";
}

const char *fov_profile_as_of(const fov_profile *profile)
{
    return profile != NULL ? profile->as_of : "";
}

const char *fov_profile_source(const fov_profile *profile)
{
    return profile != NULL ? profile->source : "";
}

const char *fov_profile_space(const fov_profile *profile)
{
    return profile != NULL ? fov__space_name(profile->space) : "";
}

const char *fov_profile_frame(const fov_profile *profile)
{
    if (profile == NULL) {
        return "";
    }
    return profile->frame == FOV__FRAME_SOURCE ? "source" : "image";
}

const char *fov_profile_tool_image(const fov_profile *profile)
{
    static const char *const names[] = {
        [FOV__TOOL_IMAGE_NATIVE] = "native",
        [FOV__TOOL_IMAGE_SAME_USER_TURN] = "same_user_turn",
        [FOV__TOOL_IMAGE_FOLLOW_USER] = "follow_user_message",
    };
    return profile != NULL ? names[profile->tool_image] : "";
}

int32_t fov_profile_allows(const fov_profile *profile, int32_t format)
{
    if (profile == NULL || format < 0 || format > 31) {
        return 0;
    }
    return (int32_t)((profile->formats >> (uint32_t)format) & 1U);
}

uint64_t fov_profile_byte_max(const fov_profile *profile)
{
    return profile != NULL ? profile->byte_max : 0;
}

uint32_t fov_profile_image_max(const fov_profile *profile)
{
    return profile != NULL ? profile->image_max : 0;
}

void fov_fit_opts_init(fov_fit_opts *opts)
{
    if (opts != NULL) {
        *opts = (fov_fit_opts)FOV_FIT_OPTS_INIT;
    }
}

void fov_fit_init(fov_fit *fit)
{
    if (fit != NULL) {
        *fit = (fov_fit)FOV_FIT_INIT;
    }
}
