/* SPDX-License-Identifier: MIT */
/* foveate/profile.h - what one model family sees and says.
 *
 * Every vendor brings an image to a size of its own before its model sees it, asks a price in
 * tokens for that size, and trained its models on one space of coordinates. A profile is those
 * facts for one family and level of detail, as dated data. An image that is sent at exactly the
 * size the model will see needs no second resize, and the coordinates that come back fit it 1:1:
 *
 *     const fov_profile *profile = fov_profile_for_model("claude-opus-4-8", NULL);
 *     fov_fit fit = FOV_FIT_INIT;
 *     fov_size photo = {6000, 4000};
 *     if (fov_profile_fit(profile, photo, NULL, &fit, &err) == FOV_OK) {
 *         printf("%d x %d, %lld tokens\n", fit.width, fit.height, (long long)fit.tokens);
 *         // 2352 x 1568, 4704 tokens
 *     }
 *
 * The rows ship with the library and each says when and where its facts were read; they are
 * nobody's promise. A name that no rule knows gets `generic`, which is careful rather than right:
 * a caller who knows better names the profile.
 *
 * Threads: profiles are constant data; use them from any thread, without a context, and never free
 * them.
 */
#ifndef FOVEATE_PROFILE_H
#define FOVEATE_PROFILE_H

#include <foveate/base.h>

FOV_BEGIN_DECLS

typedef struct fov_profile fov_profile;

/* The profile of that name ("claude-high", "openai-5.6-original", "qwen3-vl", "generic" …), in
 * lower case; NULL when there is none. */
FOV_API const fov_profile *fov_profile_find(const char *name);

/* The profile for a model as its server spells it. Case does not matter, and neither does what
 * stands before a '/', ':' or '.': "Qwen/Qwen2.5-VL-7B-Instruct", "us.anthropic.claude-opus-4-8".
 * Where a vendor lets the caller choose the detail, this is the level that reads well at a bounded
 * price ("high"); name another one to have it.
 * Never NULL: an unknown name, or NULL, gives `generic`, and then *is_guess is set to 1 (else to 0;
 * is_guess may be NULL). */
FOV_API const fov_profile *fov_profile_for_model(const char *model, int32_t *is_guess);

/* Walk all profiles: NULL gives the first, the last gives NULL. The order is stable within a
 * version of the library. */
FOV_API const fov_profile *fov_profile_next(const fov_profile *profile);

/* ---- what a profile says -----------------------------------------------------------------------
 * Static storage, never NULL; "" or 0 for a NULL profile. */

FOV_API const char *fov_profile_name(const fov_profile *profile);
/* One line, at most 100 characters. */
FOV_API const char *fov_profile_summary(const fov_profile *profile);
/* The day the facts were read ("2026-11-24"), and where; what is unverified is said there. */
FOV_API const char *fov_profile_as_of(const fov_profile *profile);
FOV_API const char *fov_profile_source(const fov_profile *profile);
/* The space of coordinates its models answer in: "delivered_px" (pixels of the image as delivered),
 * "n1000" (0-1000 of width and height, x first), "n1000yx" (y first), "n999", "n1" (0-1). */
FOV_API const char *fov_profile_space(const fov_profile *profile);
/* What those coordinates are of: "image" (the one named in the call) or "source" (the original). */
FOV_API const char *fov_profile_frame(const fov_profile *profile);
/* Where a tool's image stands unless the endpoint is known to differ: "native" (inside the tool's
 * result), "same_user_turn" (after it, in the same turn) or "follow_user_message" (in a user
 * message after all results). */
FOV_API const char *fov_profile_tool_image(const fov_profile *profile);
/* Whether images of a FOV_FORMAT_… may be sent. */
FOV_API int32_t fov_profile_allows(const fov_profile *profile, int32_t format);
/* Bytes of one encoded image before base64, and images of one request; 0: no limit is known. */
FOV_API uint64_t fov_profile_byte_max(const fov_profile *profile);
FOV_API uint32_t fov_profile_image_max(const fov_profile *profile);

/* ---- the size a model sees ------------------------------------------------------------------ */

/* What is asked of a fit; 0 is the default throughout, NULL means all of it. */
typedef struct fov_fit_opts {
    uint32_t struct_size;
    int32_t may_enlarge; /* 1: the view is a zoom. One that is smaller than the budget is enlarged
                          * to fill it, up to 8 times (where a budget is so large that it would be
                          * filled with interpolated pixels, to about 1600 x 1600); never a side
                          * below the profile's minimum, which overrides the 8.
                          * 0: never enlarged (a first look at an original) */
    int32_t many_images; /* 1: the conversation may come to hold so many images that the vendor
                          * then bounds their sides (Claude: more than 20, 2000 pixels). Images that
                          * were sent cannot be changed later, so say it from the first one on */
    int32_t edge_max;    /* no side is longer, whatever the profile allows: 8192 */
} fov_fit_opts;

#define FOV_FIT_OPTS_INIT {(uint32_t)sizeof(fov_fit_opts), 0, 0, 0}
FOV_API void fov_fit_opts_init(fov_fit_opts *opts);

typedef struct fov_fit {
    uint32_t struct_size;
    int32_t width, height; /* pixels of the delivery */
    int32_t is_thin;       /* a side is below the profile's minimum: only where nothing may be
                            * enlarged, and the model may not make it out */
    int64_t tokens;        /* -1: no formula is known */
    double sx, sy;         /* source pixels for each delivered pixel; below 1 when enlarged */
    double ratio_max;      /* the longest legal side of a zoom for a short side of 1 */
} fov_fit;

#define FOV_FIT_INIT {(uint32_t)sizeof(fov_fit), 0, 0, 0, 0, 0.0, 0.0, 0.0}
FOV_API void fov_fit_init(fov_fit *fit);

/* The size that models of this profile see a view of `size` source pixels in, computed by the
 * vendor's published rule. A fit is stable: fitting the answer again, without may_enlarge, gives
 * the same size, so a server that follows the rule leaves the picture as it is.
 * Errors: FOV_E_ARG (a side below 1, edge_max below what the profile needs, struct_size);
 * FOV_E_LIMIT when the view is so long and thin that no size meets budget, minimum side and aspect
 * at once, with out->ratio_max filled in so that the caller can say what is legal. */
FOV_API fov_status fov_profile_fit(const fov_profile *profile, fov_size size,
                                   const fov_fit_opts *opts, fov_fit *out, fov_error *err);

/* What an image of exactly this size costs in tokens; -1 when no formula is known or a side is
 * below 1. Vendors' invoices may differ by one. */
FOV_API int64_t fov_profile_tokens(const fov_profile *profile, fov_size size);

FOV_END_DECLS

#endif
