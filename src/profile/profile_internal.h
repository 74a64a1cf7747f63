/* SPDX-License-Identifier: MIT */
/* profile: what one model family sees and says, as dated data: the size an image is brought to, its
 * price in tokens, the space of coordinates, the formats, and where a tool's image may stand.
 *
 *     profiles_table.c  the rows and the rules from model names to rows: data only
 *     profile.c         look-up by name and by model
 *     fit.c             the vendors' sizing rules and token formulas
 */
#ifndef FOV_PROFILE_INTERNAL_H
#define FOV_PROFILE_INTERNAL_H

#include <foveate/profile.h>

#include "base/base_internal.h"
#include "op/op_internal.h"

/* How a vendor brings an image to its budget. Shrinking only, but for FOV__FIT_ROUND. */
enum fov__fit_rule {
    /* long side <= edge */
    FOV__FIT_EDGE,
    /* Claude: sides padded to `unit` stay within `edge`, cells within `cells` */
    FOV__FIT_PADDED,
    /* OpenAI: long side <= edge, then cells of `unit` within `cells` (0: no limit) */
    FOV__FIT_PATCH,
    /* OpenAI tiles: long side <= edge, short side <= short_edge */
    FOV__FIT_TILE,
    /* Qwen: sides rounded to `unit`, cells in [cells_min, cells], aspect <= aspect_max */
    FOV__FIT_ROUND
};

enum fov__token_rule {
    FOV__TOKENS_UNKNOWN, /* -1 */
    FOV__TOKENS_CELLS,   /* ceil(ceil(w/unit) * ceil(h/unit) * each / 100) */
    FOV__TOKENS_TILES,   /* base + each * ceil(w/512) * ceil(h/512) */
    FOV__TOKENS_FIXED,   /* base */
    FOV__TOKENS_CROPS    /* Gemini to 2.5: base when both sides <= 384, else base a crop of
                            floor(min(w,h)/1.5) */
};

enum { FOV__TILE = 512 }; /* pixels, the unit of FOV__TOKENS_TILES */

enum fov__tool_image {
    FOV__TOOL_IMAGE_NATIVE,         /* inside the tool's result */
    FOV__TOOL_IMAGE_SAME_USER_TURN, /* after the result, in the same turn */
    FOV__TOOL_IMAGE_FOLLOW_USER     /* in a user message after all tool messages */
};

/* One row. 0 and NULL: the row has no such limit. */
struct fov_profile {
    const char *name;    /* "claude-high" */
    const char *summary; /* <= 100 characters */
    const char *as_of;   /* the day the facts were read, "2026-11-24" */
    const char *source;  /* where they were read, and what is not verified */
    /* the size */
    enum fov__fit_rule rule;
    int32_t unit, edge, short_edge;
    int64_t cells, cells_min;
    int32_t aspect_max;
    /* A zoom is *enlarged* only up to these (0: edge and cells): pixels that were only interpolated
     * are not worth the price of the largest budgets. */
    int32_t zoom_edge;
    int64_t zoom_cells;
    int32_t side_min;              /* no side of a zoom's delivery is smaller */
    int32_t many_after, many_edge; /* with more images than many_after, both sides <= many_edge */
    /* the price */
    enum fov__token_rule token_rule;
    int32_t token_base, token_each;
    /* the coordinates */
    enum fov__space space;
    enum fov__frame frame;
    /* the wire */
    uint32_t formats;                /* bit set 1 << FOV_FORMAT_…, for fov__encode_delivery() */
    uint64_t byte_max;               /* of one encoded image, before base64 */
    uint32_t image_max;              /* images of one request */
    enum fov__tool_image tool_image; /* by default; an endpoint may know better */
    const char *dialect;             /* of tools: one of fov__dialect_find()'s; some are text */
    const char *detail; /* OpenAI's `detail` or Gemini's resolution to ask for; NULL: none */
};

/* NULL when there is no such row. */
const struct fov_profile *fov__profile_find(const char *name);
/* The row of a model's name as servers spell it; never NULL. An unknown name gives `generic`, and
 * *is_guess (may be NULL) true. */
const struct fov_profile *fov__profile_for_model(const char *model, bool *is_guess);
/* All rows in order: NULL gives the first; NULL after the last. */
const struct fov_profile *fov__profile_next(const struct fov_profile *profile);

struct fov__fit_want {
    int32_t width, height; /* of the view in source pixels, both at least 1 */
    bool may_enlarge;      /* a zoom: fill the budget; an overview never is */
    bool many_images;      /* more than many_after images may come in this conversation */
    int32_t edge_max;      /* the context's output_edge; 0: none */
};

/* The size that this family will see, by its vendor's own rule (fov_fit in profile.h). FOV_E_LIMIT,
 * where "box", when budget, minimum side and aspect cannot be met at once (BAD_ASPECT): then
 * out->ratio_max alone is filled in. Pure arithmetic, no allocation. */
fov_status fov__profile_fit(const struct fov_profile *profile, const struct fov__fit_want *want,
                            fov_fit *out, fov_error *err);
/* What an image of exactly this size costs; -1 when no formula is known. */
int64_t fov__profile_tokens(const struct fov_profile *profile, int32_t width, int32_t height);

/* profiles_table.c */
struct fov__profile_pattern {
    const char *glob; /* lower case; * any run, ? one character, [a-b] a range */
    const char *profile;
};
extern const struct fov_profile fov__profiles[];
extern const size_t fov__profile_count;
extern const struct fov__profile_pattern fov__profile_patterns[];
extern const size_t fov__profile_pattern_count;

#endif
