/* SPDX-License-Identifier: MIT */
/* The size at which a model sees a picture, by its vendor's published rule, and what that costs.
 * Numbers in, numbers out: no pixels, no allocation. Doubles are used exactly as the vendors'
 * reference code uses them (same order of operations; sqrt is correctly rounded everywhere), since
 * a floor of 2591.9999 or 2592.0001 is part of the answer. */
#include "profile/profile_internal.h"

#include <math.h>

enum {
    ZOOM_MAX = 8,       /* enlargement of a zoom (CONVENTIONS) */
    SIDE_LIMIT = 65535, /* no known vendor takes a longer side */
    OUTPUT_EDGE = 8192, /* the default of fov_limits.output_edge */
    CROP_FREE = 384     /* Gemini to 2.5: up to this on both sides, one crop */
};

/* A size by its sides' lengths; the search works on these, whichever way the picture lies. */
struct sides {
    int32_t longer, shorter;
};

/* What bounds one fit: the row's numbers, or the smaller ones up to which a zoom is enlarged. */
struct budget {
    const struct fov_profile *profile;
    int32_t edge;  /* of both sides, never 0 */
    int64_t cells; /* 0: none */
};

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static int64_t cell_count(struct sides s, int32_t unit)
{
    return ceil_div(s.longer, unit) * ceil_div(s.shorter, unit);
}

/* At least 1, half to even as the vendors' Python rounds. */
static int32_t round_side(double v)
{
    double r = fov__rint(v);
    return r < 1.0 ? 1 : (int32_t)r;
}

static struct sides with_longer(struct sides view, int32_t longer)
{
    double shorter = (double)view.shorter * (double)longer / (double)view.longer;
    return (struct sides){longer, round_side(shorter)};
}

static int32_t round_to(int32_t side, int32_t unit)
{
    double units = fov__rint((double)side / (double)unit);
    return units < 1.0 ? unit : (int32_t)units * unit;
}

/* ---- the vendors' rules --------------------------------------------------------------------- */

/* The longest longer side in [low, high] that `holds`, or 0; `holds` is true up to some length. */
static int32_t search_longer(struct sides view, int64_t low, int64_t high,
                             const struct budget *budget,
                             bool (*holds)(struct sides, const struct budget *))
{
    int32_t best = 0;
    while (low <= high) {
        int64_t mid = low + (high - low) / 2;
        if (mid <= SIDE_LIMIT && holds(with_longer(view, (int32_t)mid), budget)) {
            best = (int32_t)mid;
            low = mid + 1;
        } else {
            high = mid - 1;
        }
    }
    return best;
}

/* Whether a server would leave a picture of these sides as it is. Rounding rules are judged after
 * their rounding. */
static bool fits(struct sides s, const struct budget *budget)
{
    const struct fov_profile *p = budget->profile;
    if (s.longer > budget->edge) {
        return false;
    }
    switch (p->rule) {
    case FOV__FIT_EDGE:
        return true;
    case FOV__FIT_PADDED:
        return ceil_div(s.longer, p->unit) * p->unit <= p->edge &&
               cell_count(s, p->unit) <= budget->cells;
    case FOV__FIT_PATCH:
        return budget->cells == 0 || cell_count(s, p->unit) <= budget->cells;
    case FOV__FIT_TILE:
        return s.shorter <= p->short_edge;
    case FOV__FIT_ROUND: {
        struct sides r = {round_to(s.longer, p->unit), round_to(s.shorter, p->unit)};
        return r.longer <= budget->edge && cell_count(r, p->unit) <= budget->cells;
    }
    }
    return false;
}

static struct sides fit_edge(struct sides view, int32_t edge)
{
    return view.longer > edge ? with_longer(view, edge) : view;
}

/* OpenAI's steps a to c: the long side, then the patches, floored twice so that whole patches are
 * used. */
static struct sides fit_patch(struct sides view, const struct budget *budget)
{
    double unit = budget->profile->unit;
    struct sides s = fit_edge(view, budget->edge);
    if (budget->cells == 0 || cell_count(s, budget->profile->unit) <= budget->cells) {
        return s;
    }
    double w = s.longer, h = s.shorter;
    double scale = sqrt(unit * unit * (double)budget->cells / (w * h));
    double across = w * scale / unit, down = h * scale / unit;
    double keep_w = fov__floor(across) / across, keep_h = fov__floor(down) / down;
    scale *= keep_w < keep_h ? keep_w : keep_h;
    int32_t longer = (int32_t)fov__floor(w * scale), shorter = (int32_t)fov__floor(h * scale);
    return (struct sides){longer < 1 ? 1 : longer, shorter < 1 ? 1 : shorter};
}

static struct sides fit_tile(struct sides view, const struct budget *budget)
{
    struct sides s = fit_edge(view, budget->edge);
    int32_t bound = budget->profile->short_edge;
    if (s.shorter > bound) {
        double longer = (double)s.longer * (double)bound / (double)s.shorter;
        s = (struct sides){round_side(longer), bound};
    }
    return s;
}

static int32_t scaled_to(int32_t side, double by, int32_t unit, double (*to)(double))
{
    int32_t v = (int32_t)to(side * by / unit) * unit;
    return v < unit ? unit : v;
}

/* Qwen's smart_resize, after a bound of the sides that is ours. */
static struct sides fit_round(struct sides view, const struct budget *budget)
{
    const struct fov_profile *p = budget->profile;
    int32_t unit = p->unit, edge = budget->edge / unit * unit;
    struct sides s = view;
    if (round_to(s.longer, unit) > edge) {
        s = with_longer(view, edge);
    }
    struct sides r = {round_to(s.longer, unit), round_to(s.shorter, unit)};
    double area = (double)s.longer * (double)s.shorter, cell = (double)unit * (double)unit;
    int64_t cells = cell_count(r, unit);
    if (cells > budget->cells) {
        double beta = sqrt(area / ((double)budget->cells * cell));
        r.longer = scaled_to(s.longer, 1.0 / beta, unit, fov__floor);
        r.shorter = scaled_to(s.shorter, 1.0 / beta, unit, fov__floor);
    } else if (cells < p->cells_min) {
        double beta = sqrt((double)p->cells_min * cell / area);
        r.longer = scaled_to(s.longer, beta, unit, fov__ceil);
        r.shorter = scaled_to(s.shorter, beta, unit, fov__ceil);
    }
    /* Rounding must not make it thinner than the server takes. */
    int64_t longest = (int64_t)r.shorter * p->aspect_max;
    if (p->aspect_max > 0 && r.longer > longest) {
        r.longer = (int32_t)longest;
    }
    return r;
}

static struct sides fit_plain(struct sides view, const struct budget *budget)
{
    switch (budget->profile->rule) {
    case FOV__FIT_EDGE:
        return fit_edge(view, budget->edge);
    case FOV__FIT_PADDED: {
        int32_t longer =
            fits(view, budget) ? view.longer : search_longer(view, 1, view.longer, budget, fits);
        return longer == view.longer ? view : with_longer(view, longer);
    }
    case FOV__FIT_PATCH:
        return fit_patch(view, budget);
    case FOV__FIT_TILE:
        return fit_tile(view, budget);
    case FOV__FIT_ROUND:
        return fit_round(view, budget);
    }
    return view;
}

/* ---- a zoom --------------------------------------------------------------------------------- */

/* The smallest longer side whose shorter side rounds to at least `shorter`. */
static int64_t longer_for(struct sides view, int32_t shorter)
{
    int64_t longer = ceil_div((int64_t)shorter * view.longer, view.shorter);
    return longer < view.longer ? view.longer : longer;
}

/* Enlarge to fill the zoom's budget; then see that the shorter side is one a model can make out.
 * false: it cannot be. */
static bool fit_zoom(struct sides view, const struct budget *budget, struct sides *out)
{
    const struct fov_profile *p = budget->profile;
    struct budget zoom = *budget;
    if (p->zoom_edge > 0 && p->zoom_edge < zoom.edge) {
        zoom.edge = p->zoom_edge;
    }
    if (p->zoom_cells > 0 && (zoom.cells == 0 || p->zoom_cells < zoom.cells)) {
        zoom.cells = p->zoom_cells;
    }
    struct sides target = fits(view, budget) ? view : fit_plain(view, budget);
    int32_t grown = search_longer(view, view.longer, (int64_t)view.longer * ZOOM_MAX, &zoom, fits);
    if (grown > target.longer) {
        target = with_longer(view, grown);
    }
    if (target.shorter < p->side_min) {
        int64_t longer = longer_for(view, p->side_min);
        if (longer > SIDE_LIMIT || !fits(with_longer(view, (int32_t)longer), budget)) {
            return false;
        }
        target = with_longer(view, (int32_t)longer);
    }
    *out = fit_plain(target, budget);
    return true;
}

/* How long a zoom may be for a shorter side of 1: what fits at the smallest shorter side. */
static double legal_ratio(const struct budget *budget)
{
    const struct fov_profile *p = budget->profile;
    int32_t low = p->side_min, high = SIDE_LIMIT;
    while (low < high) {
        int32_t mid = low + (high - low + 1) / 2;
        if (fits((struct sides){mid, p->side_min}, budget)) {
            low = mid;
        } else {
            high = mid - 1;
        }
    }
    double ratio = (double)low / (double)p->side_min;
    return p->aspect_max > 0 && ratio > p->aspect_max ? p->aspect_max : ratio;
}

/* ---- the whole fit -------------------------------------------------------------------------- */

static int32_t edge_of(const struct fov_profile *p, const struct fov__fit_want *want)
{
    int32_t edge = p->edge > 0 ? p->edge : SIDE_LIMIT;
    if (want->edge_max > 0 && want->edge_max < edge) {
        edge = want->edge_max;
    }
    if (want->many_images && p->many_edge > 0 && p->many_edge < edge) {
        edge = p->many_edge;
    }
    return edge;
}

/* A bound of the sides must leave room for the smallest side and, where there is a least number of
 * cells, for the thinnest legal view brought to it. */
static int32_t least_edge(const struct fov_profile *p)
{
    if (p->rule != FOV__FIT_ROUND) {
        return p->side_min;
    }
    return p->unit * (int32_t)fov__ceil(sqrt((double)p->cells_min * (double)p->aspect_max));
}

static fov_status fail_aspect(const struct fov__fit_want *want, const struct budget *budget,
                              fov_fit *out, fov_error *err)
{
    return fov__fail(
        err, FOV_E_LIMIT, 0, "box",
        "a view of %d x %d pixels is too long and thin for profile %s, which allows at most "
        "%.1f to 1 with a shorter side of %d",
        (int)want->width, (int)want->height, budget->profile->name, out->ratio_max,
        (int)budget->profile->side_min);
}

fov_status fov__profile_fit(const struct fov_profile *profile, const struct fov__fit_want *want,
                            fov_fit *out, fov_error *err)
{
    *out = (fov_fit)FOV_FIT_INIT;
    if (want->width < 1 || want->height < 1) {
        return fov__fail(err, FOV_E_ARG, 0, "fit.size",
                         "a view of %d x %d pixels has no area: both sides "
                         "must be at least 1",
                         (int)want->width, (int)want->height);
    }
    int32_t least = least_edge(profile);
    if (want->edge_max < 0 || (want->edge_max > 0 && want->edge_max < least)) {
        return fov__fail(err, FOV_E_ARG, 0, "fit.edge_max",
                         "edge_max %d is below the %d pixels that profile %s needs",
                         (int)want->edge_max, (int)least, profile->name);
    }
    bool is_wide = want->width >= want->height;
    struct sides view = is_wide ? (struct sides){want->width, want->height}
                                : (struct sides){want->height, want->width};
    struct budget budget = {profile, edge_of(profile, want), profile->cells};
    struct sides s;
    out->ratio_max = legal_ratio(&budget);
    if (profile->aspect_max > 0 && view.longer > (int64_t)view.shorter * profile->aspect_max) {
        return fail_aspect(want, &budget, out, err);
    }
    if (!want->may_enlarge) {
        s = fit_plain(view, &budget);
    } else if (!fit_zoom(view, &budget, &s)) {
        return fail_aspect(want, &budget, out, err);
    }
    out->width = is_wide ? s.longer : s.shorter;
    out->height = is_wide ? s.shorter : s.longer;
    out->is_thin = s.shorter < profile->side_min ? 1 : 0;
    out->tokens = fov__profile_tokens(profile, out->width, out->height);
    out->sx = (double)want->width / (double)out->width;
    out->sy = (double)want->height / (double)out->height;
    fov__ok(err);
    return FOV_OK;
}

int64_t fov__profile_tokens(const struct fov_profile *profile, int32_t width, int32_t height)
{
    if (width < 1 || height < 1) {
        return -1;
    }
    struct sides s = {width > height ? width : height, width > height ? height : width};
    switch (profile->token_rule) {
    case FOV__TOKENS_UNKNOWN:
        return -1;
    case FOV__TOKENS_CELLS:
        return ceil_div(cell_count(s, profile->unit) * profile->token_each, 100);
    case FOV__TOKENS_TILES:
        return profile->token_base + profile->token_each * cell_count(s, FOV__TILE);
    case FOV__TOKENS_FIXED:
        return profile->token_base;
    case FOV__TOKENS_CROPS: {
        int32_t unit = (int32_t)((int64_t)s.shorter * 2 / 3);
        bool is_small = s.longer <= CROP_FREE;
        return is_small ? profile->token_base
                        : profile->token_base * cell_count(s, unit < 1 ? 1 : unit);
    }
    }
    return -1;
}

/* ---- the public face ------------------------------------------------------------------------ */

fov_status fov_profile_fit(const fov_profile *profile, fov_size size, const fov_fit_opts *opts,
                           fov_fit *out, fov_error *err)
{
    if (profile == NULL || out == NULL || out->struct_size != sizeof(*out) ||
        (opts != NULL && opts->struct_size != sizeof(*opts))) {
        return fov__fail(err, FOV_E_ARG, 0, "fit",
                         "fov_profile_fit needs a profile, and a fit and options "
                         "made with FOV_FIT_INIT and FOV_FIT_OPTS_INIT of this version");
    }
    fov_fit_opts defaults = FOV_FIT_OPTS_INIT;
    if (opts == NULL) {
        opts = &defaults;
    }
    struct fov__fit_want want = {
        .width = size.width,
        .height = size.height,
        .may_enlarge = opts->may_enlarge != 0,
        .many_images = opts->many_images != 0,
        .edge_max = opts->edge_max == 0 ? OUTPUT_EDGE : opts->edge_max,
    };
    return fov__profile_fit(profile, &want, out, err);
}

int64_t fov_profile_tokens(const fov_profile *profile, fov_size size)
{
    return profile != NULL ? fov__profile_tokens(profile, size.width, size.height) : -1;
}
