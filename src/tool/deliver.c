/* SPDX-License-Identifier: MIT */
/* A node becomes a picture for one model: fitted to its profile, rendered once at that size,
 * encoded, and told of in one line. A delivery that was made is kept: the model has been shown it,
 * and its size is what the model's coordinates mean. */
#include "tool/tool_internal.h"

void fov__toolbox_init(struct fov_toolbox *box, fov_context *ctx, fov_graph *graph,
                       const struct fov_profile *profile, uint32_t preset)
{
    memset(box, 0, sizeof(*box));
    box->ctx = ctx;
    box->graph = graph;
    box->profile = profile;
    box->preset = preset;
    box->images_left = -1;
    box->call_space = profile->space;
}

void fov__toolbox_free(struct fov_toolbox *box)
{
    for (size_t i = 0; i < box->image_count; i++)
        fov__delivery_unref(box->images[i].delivery);
    if (box->ctx)
        fov__free(box->ctx, box->images);
    box->images = NULL;
    box->image_count = box->image_capacity = 0;
}

static fov_status room_for(struct fov_toolbox *box, int32_t image, fov_error *err)
{
    size_t need = (size_t)image + 1;

    if (need <= box->image_count)
        return FOV_OK;
    if (!fov__grow(box->ctx, &box->images, &box->image_capacity, need, sizeof(*box->images)))
        return fov__fail_memory(err, "deliver", need * sizeof(*box->images));
    memset(box->images + box->image_count, 0, (need - box->image_count) * sizeof(*box->images));
    box->image_count = need;
    return FOV_OK;
}

/* Source pixels for each node pixel. */
static double node_density(const struct fov_node *node)
{
    double sx, sy;

    fov__mat_density(node->regions[0].to_source, (fov_point){node->width * 0.5, node->height * 0.5},
                     &sx, &sy);
    return sx > sy ? sx : sy;
}

/* A closer look is enlarged to fill the model's budget: a zoom, also of the whole, and whatever
 * shows part of its source at the source's own density (a zoom that was turned). A whole picture
 * is not, nor one that was made smaller on purpose. */
static bool is_closer_look(struct fov_toolbox *box, const struct fov_node *node)
{
    const struct fov_node *source = fov__graph_node(box->graph, node->regions[0].source);
    fov_box seen = fov__node_source_box(node), frame;

    if (node->op && node->op->is_closer)
        return true;
    if (!node->op || !source || node_density(node) > 1.0 + 1e-6)
        return false;
    frame = (fov_box){0, 0, source->width, source->height};
    if (!fov__box_intersect(seen, frame, &seen))
        return false;
    return (seen.x2 - seen.x1) * (seen.y2 - seen.y1) < 0.98 * frame.x2 * frame.y2;
}

fov_status fov__toolbox_fit(struct fov_toolbox *box, const struct fov_node *node, fov_fit *fit,
                            fov_error *err)
{
    struct fov__fit_want want = {.width = node->width,
                                 .height = node->height,
                                 .may_enlarge = is_closer_look(box, node),
                                 .many_images = box->many_images,
                                 .edge_max = (int32_t)box->ctx->limits.output_edge};

    return fov__profile_fit(box->profile, &want, fit, err);
}

/* One coordinate of an image's own frame in the space that the model speaks. */
static double spoken(const struct fov_toolbox *box, const struct fov_node *of, double v, bool is_y)
{
    double side = is_y ? of->height : of->width, shown = side;

    if ((size_t)of->id < box->image_count && box->images[of->id].delivery)
        shown = is_y ? box->images[of->id].fit.height : box->images[of->id].fit.width;
    switch (box->call_space) {
    case FOV__SPACE_DELIVERED_PX:
        return fov__rint(v / side * shown);
    case FOV__SPACE_N1:
        return fov__rint(v / side * 1e4) / 1e4;
    case FOV__SPACE_N999:
        return fov__rint(v / side * 999.0);
    case FOV__SPACE_N1000:
    case FOV__SPACE_N1000YX:
        return fov__rint(v / side * 1000.0);
    default:
        return v;
    }
}

/* Widen [*lo, *hi) to `length` about its middle, inside [0, side). */
static void widen(double *lo, double *hi, double length, double side)
{
    double middle = (*lo + *hi) / 2;

    length = length > side ? side : length;
    *lo = middle - length / 2 < 0 ? 0 : middle - length / 2;
    *lo = *lo + length > side ? side - length : *lo;
    *hi = *lo + length;
}

/* A call of `box` of the image `of`; the box's numbers are of the image `frame`. */
static void write_call(const struct fov_toolbox *box, fov_op_fault *fault, fov_box cut,
                       const struct fov_node *frame, const struct fov_node *of)
{
    const bool is_yx = box->call_space == FOV__SPACE_N1000YX;
    const double v[4] = {
        spoken(box, frame, is_yx ? cut.y1 : cut.x1, is_yx),
        spoken(box, frame, is_yx ? cut.x1 : cut.y1, !is_yx),
        spoken(box, frame, is_yx ? cut.y2 : cut.x2, is_yx),
        spoken(box, frame, is_yx ? cut.x2 : cut.y2, !is_yx),
    };
    char text[4][32];

    for (int i = 0; i < 4; i++)
        fov__double_text(text[i], v[i]);
    fov__format(fault->call, sizeof(fault->call), "{\"image\":\"img_%d\",\"box\":[%s,%s,%s,%s]}",
                (int)of->id, text[0], text[1], text[2], text[3]);
}

static bool is_shift(struct fov_mat a)
{
    return fov__mat_is_affine(a) && a.m[0] == 1.0 && a.m[4] == 1.0 && a.m[1] == 0.0 &&
           a.m[3] == 0.0;
}

/* The nearest legal call for a box that is too thin: the same middle, the short side widened. Only
 * a plain cut-out of its parent can be mended so, and a box that is told in the source's frame only
 * where that lies along the parent's. */
static void mend_aspect(const struct fov_toolbox *box, const struct fov_node *node, double ratio,
                        fov_op_fault *fault)
{
    const struct fov_node *parent = node->parent[0], *frame = parent;
    struct fov_mat back, to_parent;
    fov_box cut;

    if (!node->op->is_closer || parent->base != node->base || ratio < 1.0 ||
        !fov__mat_invert(parent->to_base, &back))
        return;
    to_parent = fov__mat_mul(back, node->to_base);
    if (!is_shift(to_parent))
        return;
    cut = (fov_box){fov__rint(to_parent.m[2]), fov__rint(to_parent.m[5]), 0, 0};
    cut.x2 = cut.x1 + node->width;
    cut.y2 = cut.y1 + node->height;
    if (node->width < node->height)
        widen(&cut.x1, &cut.x2, fov__ceil(node->height / ratio) + 1.0, parent->width);
    else
        widen(&cut.y1, &cut.y2, fov__ceil(node->width / ratio) + 1.0, parent->height);
    if (box->profile->frame == FOV__FRAME_SOURCE) {
        frame = fov__graph_node(box->graph, parent->regions[0].source);
        if (!frame || !fov__mat_is_axis_aligned(parent->regions[0].to_source))
            return;
        cut = fov__mat_bounds(parent->regions[0].to_source, cut);
    }
    write_call(box, fault, cut, frame, parent);
}

fov_status fov__toolbox_accept(void *user, const struct fov_node *node, fov_op_fault *fault,
                               fov_error *err)
{
    struct fov_toolbox *box = user;
    fov_fit fit = FOV_FIT_INIT;
    fov_error why = {0};
    char allowed[96], got[48], field[56], longest[32];
    fov_status rc = fov__toolbox_fit(box, node, &fit, &why);

    if (box->images_left >= 0 && node->output >= box->images_left) {
        fov__format(field, sizeof(field), "%s", node->op->name);
        fov__format(got, sizeof(got), "%d images or more", (int)node->output + 1);
        fov__format(allowed, sizeof(allowed), "%d", (int)box->images_left);
        return fov__fault(
            fault, FOV_FAULT_BUDGET_IMAGES, field, got, allowed,
            "So many images cannot be made any more; take fewer, or answer from those "
            "you have seen.");
    }
    if (rc >= 0)
        return FOV_OK;
    if (rc != FOV_E_LIMIT || strcmp(why.where, "box") != 0) {
        if (err)
            *err = why;
        return rc;
    }
    fov__format(field, sizeof(field), "%s%s", node->op->name, node->op->is_closer ? ".box" : "");
    fov__format(got, sizeof(got), "%dx%d", (int)node->width, (int)node->height);
    fov__double_text(longest, fov__floor(fit.ratio_max * 10.0) / 10.0);
    fov__format(allowed, sizeof(allowed), "long side at most %s times the short side", longest);
    fov__fault(fault, FOV_FAULT_BAD_ASPECT, field, got, allowed, "%s", why.message);
    mend_aspect(box, node, fit.ratio_max, fault);
    return FOV_E_ARG;
}

static fov_status make_delivery(struct fov_toolbox *box, const struct fov_node *node,
                                struct fov_toolbox_image *image, fov_error *err)
{
    struct fov_view view = {.node = node,
                            .box = {0, 0, node->width, node->height},
                            .cancel = box->cancel,
                            .spent = &image->spent};
    struct fov_delivery_key key = {.allowed = box->profile->formats,
                                   .byte_max = box->profile->byte_max};
    struct fov_pixels *px = NULL;
    uint64_t start;
    fov_status rc = fov__toolbox_fit(box, node, &image->fit, err);

    if (rc < 0)
        return rc;
    key.width = view.width = image->fit.width;
    key.height = view.height = image->fit.height;
    memcpy(key.recipe_sha256, node->recipe_sha256, sizeof(key.recipe_sha256));
    image->delivery = fov__delivery_kept(box->ctx, &key);
    image->spent = (struct fov_spent){.is_kept = image->delivery != NULL};
    if (image->delivery)
        return FOV_OK;
    rc = fov__render(&px, box->ctx, &view, err);
    if (rc < 0)
        return rc;
    start = fov__clock_us();
    rc = fov__encode_delivery(&image->delivery, px, key.allowed, key.byte_max, err);
    image->spent.encode_us = fov__clock_us() - start;
    fov__stat_add(box->ctx, FOV__STAT_ENCODE_US, image->spent.encode_us);
    if (rc == FOV_OK)
        fov__delivery_keep(box->ctx, &key, image->delivery);
    fov__pixels_unref(px);
    return rc;
}

fov_status fov__toolbox_deliver(const struct fov_toolbox_image **out, struct fov_toolbox *box,
                                int32_t image, fov_error *err)
{
    const struct fov_node *node = fov__graph_node(box->graph, image);
    fov_status rc;

    if (!node)
        return fov__fail(err, FOV_E_ARG, 0, "image", "there is no image %d", (int)image);
    rc = room_for(box, image, err);
    if (rc == FOV_OK && !box->images[image].delivery)
        rc = make_delivery(box, node, &box->images[image], err);
    if (rc == FOV_OK)
        *out = &box->images[image];
    return rc;
}

/* ---- the line ------------------------------------------------------------------------------- */

static void add_number(struct fov_buf *out, double value)
{
    char text[32];

    /* Source coordinates after a turn are no whole numbers; two digits say enough to a reader. */
    fov__double_text(text, fov__rint(value * 100.0) / 100.0);
    fov__buf_adds(out, text);
}

static void add_box(struct fov_buf *out, fov_box b)
{
    fov__buf_addc(out, '[');
    add_number(out, b.x1);
    fov__buf_addc(out, ',');
    add_number(out, b.y1);
    fov__buf_addc(out, ',');
    add_number(out, b.x2);
    fov__buf_addc(out, ',');
    add_number(out, b.y2);
    fov__buf_addc(out, ']');
}

/* Three significant digits are enough to judge a scale by. */
static void add_scale(struct fov_buf *out, double value)
{
    double unit = value >= 100 ? 1 : value >= 10 ? 10 : value >= 1 ? 100 : 1000;
    char text[32];

    fov__double_text(text, fov__rint(value * unit) / unit);
    fov__buf_adds(out, text);
}

/* Source pixels for each delivered pixel, in x and y of the delivery. */
static void delivered_scale(const struct fov_node *node, const fov_fit *fit, double *sx, double *sy)
{
    fov__mat_density(node->regions[0].to_source, (fov_point){node->width * 0.5, node->height * 0.5},
                     sx, sy);
    *sx *= (double)node->width / fit->width;
    *sy *= (double)node->height / fit->height;
}

/* The largest share of overlap with an earlier derived image of the same source, above 0.8. */
static void add_overlap(struct fov_buf *out, struct fov_toolbox *box, const struct fov_node *node)
{
    double most = 0.8;
    int32_t with = -1;

    for (int32_t i = 0; i < node->id; i++) {
        const struct fov_node *other = fov__graph_node(box->graph, i);
        double share;

        if (!other || !other->op || other->regions[0].source != node->regions[0].source)
            continue;
        share = fov__box_overlap(fov__node_source_box(node), fov__node_source_box(other));
        if (share > most) {
            most = share;
            with = i;
        }
    }
    if (with < 0)
        return;
    fov__buf_addf(out, ", overlaps img_%d by ", (int)with);
    add_scale(out, most);
}

/* Nothing new can be seen when the parent was already shown at the source's density or beyond. */
static bool is_interpolated(struct fov_toolbox *box, const struct fov_node *node, double scale)
{
    const struct fov_node *parent = node->parent_count > 0 ? node->parent[0] : NULL;
    double px, py;

    if (scale >= 1.0 - 1e-9)
        return false;
    if (!parent || (size_t)parent->id >= box->image_count || !box->images[parent->id].delivery)
        return true;
    delivered_scale(parent, &box->images[parent->id].fit, &px, &py);
    return px <= 1.0 + 1e-9;
}

/* The source pixels that a node shows; the fill beside a turned picture is no part of its source.
 */
static fov_box seen_of_source(struct fov_toolbox *box, const struct fov_node *node)
{
    const struct fov_node *source = fov__graph_node(box->graph, node->regions[0].source);
    fov_box seen = fov__node_source_box(node), cut;

    if (source && fov__box_intersect(seen, (fov_box){0, 0, source->width, source->height}, &cut))
        return cut;
    return seen;
}

void fov__tool_line(struct fov_buf *out, struct fov_toolbox *box, const struct fov_node *node,
                    const char *note)
{
    const struct fov_toolbox_image *image = &box->images[node->id];
    double sx, sy;

    if (!node->op) {
        fov__buf_addf(out, "img_%d: original, %dx%d px, delivered %dx%d", (int)node->id,
                      (int)node->width, (int)node->height, (int)image->fit.width,
                      (int)image->fit.height);
    } else {
        fov__buf_addf(out, "img_%d: %s of img_%d", (int)node->id, node->op->name,
                      (int)node->parent[0]->id);
        for (int32_t i = 1; i < node->parent_count; i++)
            fov__buf_addf(out, " and img_%d", (int)node->parent[i]->id);
        fov__buf_adds(out, ", box ");
        add_box(out, seen_of_source(box, node));
        fov__buf_addf(out, " in source px of img_%d, delivered %dx%d", (int)node->regions[0].source,
                      (int)image->fit.width, (int)image->fit.height);
    }
    delivered_scale(node, &image->fit, &sx, &sy);
    fov__buf_adds(out, ", ");
    add_scale(out, sx);
    if (sx / sy > 1.005 || sy / sx > 1.005) {
        fov__buf_addc(out, 'x');
        add_scale(out, sy);
    }
    fov__buf_adds(out, " source px per px");
    if (node->op && is_interpolated(box, node, sx < sy ? sx : sy))
        fov__buf_adds(out, ", interpolated");
    if (image->fit.is_thin)
        fov__buf_adds(out, ", thinner than you may make out");
    if (node->op)
        add_overlap(out, box, node);
    fov__tool_suggest(out, box, node, &image->fit);
    if (note && note[0])
        fov__buf_addf(out, "; %s", note);
}
