/* SPDX-License-Identifier: MIT */
/* The store of a graph: which images and facts there are, by number and by recipe. It makes no
 * pixels and judges no arguments. */
#include "graph/graph_internal.h"

fov_status fov_graph_new(fov_graph **out, fov_context *ctx, fov_error *err)
{
    fov_graph *graph;

    if (!out || !ctx)
        return fov__fail(err, FOV_E_ARG, 0, "graph",
                         "fov_graph_new needs a place for the graph and a context");
    *out = NULL;
    graph = fov__calloc(ctx, 1, sizeof(*graph));
    if (!graph)
        return fov__fail_memory(err, "graph", sizeof(*graph));
    graph->ctx = ctx;
    if (pthread_mutex_init(&graph->lock, NULL) != 0) {
        fov__free(ctx, graph);
        return fov__fail_memory(err, "graph", sizeof(pthread_mutex_t));
    }
    fov__ok(err);
    *out = graph;
    return FOV_OK;
}

struct fov_node *fov__node_new(fov_context *ctx)
{
    struct fov_node *node = fov__calloc(ctx, 1, sizeof(*node));

    if (node) {
        node->id = -1;
        node->to_base = fov__mat_identity();
        node->marks.ctx = ctx;
    }
    return node;
}

void fov__node_free(fov_context *ctx, struct fov_node *node)
{
    if (!node)
        return;
    fov__free(ctx, node->args);
    fov__free(ctx, node->recipe);
    fov__free(ctx, node->steps);
    fov__free(ctx, node->layers);
    fov__free(ctx, node->marks.v);
    fov__free(ctx, node->regions);
    fov_image_unref(node->source);
    fov__free(ctx, node);
}

void fov__fact_free(fov_context *ctx, struct fov_fact *fact)
{
    if (!fact)
        return;
    fov__free(ctx, fact->recipe);
    fov__free(ctx, fact->json);
    fov__free(ctx, fact);
}

void fov_graph_free(fov_graph *graph)
{
    if (!graph)
        return;
    for (size_t i = 0; i < graph->node_count; i++)
        fov__node_free(graph->ctx, graph->nodes[i]);
    for (size_t i = 0; i < graph->fact_count; i++)
        fov__fact_free(graph->ctx, graph->facts[i]);
    fov__free(graph->ctx, graph->nodes);
    fov__free(graph->ctx, graph->facts);
    pthread_mutex_destroy(&graph->lock);
    fov__free(graph->ctx, graph);
}

/* ---- by number and by name ------------------------------------------------------------------ */

const struct fov_node *fov__graph_node(fov_graph *graph, int32_t id)
{
    const struct fov_node *node = NULL;

    if (!graph)
        return NULL;
    pthread_mutex_lock(&graph->lock);
    if (id >= 0 && (size_t)id < graph->node_count)
        node = graph->nodes[id];
    pthread_mutex_unlock(&graph->lock);
    return node;
}

const struct fov_fact *fov__graph_fact_get(fov_graph *graph, int32_t id)
{
    const struct fov_fact *fact = NULL;

    if (!graph)
        return NULL;
    pthread_mutex_lock(&graph->lock);
    if (id >= 0 && (size_t)id < graph->fact_count)
        fact = graph->facts[id];
    pthread_mutex_unlock(&graph->lock);
    return fact;
}

/* A whole decimal number after `prefix`, without sign or leading zeros; -1 when it is none. */
static int32_t number_after(const char *name, const char *prefix)
{
    size_t skip = strlen(prefix), len = strlen(name);
    int32_t value = 0;

    if (strncmp(name, prefix, skip) != 0 || len == skip || len > skip + 6)
        return -1;
    if (name[skip] == '0' && len > skip + 1)
        return -1;
    for (size_t i = skip; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return -1;
        value = value * 10 + (name[i] - '0');
    }
    return value;
}

/* The k-th image that is no original, counted from 1. */
static int32_t observation(fov_graph *graph, int32_t k)
{
    int32_t id = -1;

    pthread_mutex_lock(&graph->lock);
    for (size_t i = 0; i < graph->node_count && k > 0; i++)
        if (graph->nodes[i]->op && --k == 0)
            id = (int32_t)i;
    pthread_mutex_unlock(&graph->lock);
    return id;
}

int32_t fov__graph_find(fov_graph *graph, const char *name)
{
    int32_t id = number_after(name, "img_");

    if (strcmp(name, "original") == 0 || strcmp(name, "original_image") == 0)
        id = 0;
    if (id < 0)
        return observation(graph, number_after(name, "observation_"));
    return id < fov_graph_image_count(graph) ? id : -1;
}

int32_t fov_graph_image_count(fov_graph *graph)
{
    int32_t count;

    if (!graph)
        return 0;
    pthread_mutex_lock(&graph->lock);
    count = (int32_t)graph->node_count;
    pthread_mutex_unlock(&graph->lock);
    return count;
}

int32_t fov_graph_fact_count(fov_graph *graph)
{
    int32_t count;

    if (!graph)
        return 0;
    pthread_mutex_lock(&graph->lock);
    count = (int32_t)graph->fact_count;
    pthread_mutex_unlock(&graph->lock);
    return count;
}

/* ---- adding --------------------------------------------------------------------------------- */

/* With the lock held: the number of the image, or fact, of this recipe, or -1. */
static int32_t same_node(const fov_graph *graph, const char *recipe_sha256)
{
    for (size_t i = 0; i < graph->node_count; i++)
        if (memcmp(graph->nodes[i]->recipe_sha256, recipe_sha256, FOV_SHA256_HEX) == 0)
            return (int32_t)i;
    return -1;
}

static int32_t same_fact(const fov_graph *graph, const char *recipe_sha256)
{
    for (size_t i = 0; i < graph->fact_count; i++)
        if (memcmp(graph->facts[i]->recipe_sha256, recipe_sha256, FOV_SHA256_HEX) == 0)
            return (int32_t)i;
    return -1;
}

/* With the lock held: room for so many more, so that adding them cannot fail half way. */
static fov_status make_room(fov_graph *graph, size_t nodes, size_t facts, fov_error *err)
{
    const size_t have = graph->node_count + graph->fact_count;

    if (have + nodes + facts > graph->ctx->limits.nodes)
        return fov__fail(err, FOV_E_LIMIT, 0, "graph",
                         "the graph holds %zu images and facts, the limit is %u", have,
                         (unsigned)graph->ctx->limits.nodes);
    if ((nodes && !fov__grow(graph->ctx, &graph->nodes, &graph->node_capacity,
                             graph->node_count + nodes, sizeof(*graph->nodes))) ||
        (facts && !fov__grow(graph->ctx, &graph->facts, &graph->fact_capacity,
                             graph->fact_count + facts, sizeof(*graph->facts))))
        return fov__fail_memory(err, "graph", (nodes + facts) * sizeof(void *));
    return FOV_OK;
}

static void add_made(fov_graph *graph, struct fov_made *made, int32_t *image, int32_t *fact)
{
    for (int32_t i = 0; i < made->count; i++) {
        struct fov_node *node = made->nodes[i];
        node->id = (int32_t)graph->node_count;
        if (i == 0)
            *image = node->id;
        if (!node->op) /* the region of a source names the source itself */
            node->regions[0].source = node->id;
        graph->nodes[graph->node_count++] = node;
    }
    if (made->fact) {
        *fact = made->fact->id = (int32_t)graph->fact_count;
        graph->facts[graph->fact_count++] = made->fact;
    }
    memset(made, 0, sizeof(*made)); /* the graph's now */
}

void fov__made_free(fov_context *ctx, struct fov_made *made)
{
    for (int32_t i = 0; i < made->count; i++)
        fov__node_free(ctx, made->nodes[i]);
    if (made->fact)
        fov__fact_free(ctx, made->fact);
    memset(made, 0, sizeof(*made));
}

fov_status fov__graph_publish(fov_graph *graph, struct fov_made *made, int32_t *image,
                              int32_t *fact, bool *same, fov_error *err)
{
    fov_status rc = FOV_OK;

    pthread_mutex_lock(&graph->lock);
    *image = made->count > 0 ? same_node(graph, made->nodes[0]->recipe_sha256) : -1;
    *fact = made->fact ? same_fact(graph, made->fact->recipe_sha256) : -1;
    *same = *image >= 0 || *fact >= 0; /* one recipe makes both, so neither is there alone */
    if (!*same)
        rc = make_room(graph, (size_t)made->count, made->fact ? 1 : 0, err);
    if (!*same && rc == FOV_OK)
        add_made(graph, made, image, fact);
    pthread_mutex_unlock(&graph->lock);
    fov__made_free(graph->ctx, made);
    return rc;
}

const struct fov_fact *fov__graph_same_fact(fov_graph *graph, const char *recipe_sha256)
{
    const struct fov_fact *fact = NULL;
    int32_t id;

    pthread_mutex_lock(&graph->lock);
    id = same_fact(graph, recipe_sha256);
    if (id >= 0)
        fact = graph->facts[id];
    pthread_mutex_unlock(&graph->lock);
    return fact;
}

fov_status fov_graph_add_source(fov_graph *graph, fov_image *image, int32_t *id, fov_error *err)
{
    struct fov_made made = {.count = 1};
    struct fov_node *node = NULL;
    char text[128];
    int32_t number = -1, none;
    bool same = false;
    fov_status rc;

    if (!graph || !image)
        return fov__fail(err, FOV_E_ARG, 0, "graph",
                         "fov_graph_add_source needs a graph and an image");
    node = fov__node_new(graph->ctx);
    if (!node)
        return fov__fail_memory(err, "graph", sizeof(*node));
    node->source = fov_image_ref(image);
    node->width = image->info.width;
    node->height = image->info.height;
    node->has_alpha = image->info.has_alpha != 0;
    node->is_lenient = image->is_lenient;
    fov__format(text, sizeof(text), "fovsource1\n%s\n", fov__image_name(image));
    fov__sha256_hex(node->recipe_sha256, text, strlen(text));
    rc = fov__segment_source(node, graph->ctx, err);
    if (rc < 0) {
        fov__node_free(graph->ctx, node);
        return rc;
    }
    made.nodes[0] = node;
    rc = fov__graph_publish(graph, &made, &number, &none, &same, err);
    if (rc < 0)
        return rc;
    if (id)
        *id = number;
    if (same)
        return fov__fail(err, FOV_NOTE_SAME, 0, "graph", "the same picture is already img_%d",
                         (int)number);
    fov__ok(err);
    return FOV_OK;
}

/* ---- asking --------------------------------------------------------------------------------- */

/* The image and a place for what is asked of it; NULL after saying which is missing. */
static const struct fov_node *asked_for(fov_graph *graph, int32_t image, const void *out,
                                        fov_error *err)
{
    const struct fov_node *node = fov__graph_node(graph, image);

    if (!graph || !out)
        fov__fail(err, FOV_E_ARG, 0, "graph", "%s is NULL", graph ? "out" : "graph");
    else if (!node)
        fov__fail(err, FOV_E_ARG, 0, "image", "there is no image %d; there are %d", (int)image,
                  (int)fov_graph_image_count(graph));
    return out ? node : NULL;
}

fov_size fov_graph_size(fov_graph *graph, int32_t image)
{
    const struct fov_node *node = fov__graph_node(graph, image);

    return node ? (fov_size){node->width, node->height} : (fov_size){0, 0};
}

const char *fov_graph_recipe_sha256(fov_graph *graph, int32_t image)
{
    const struct fov_node *node = fov__graph_node(graph, image);

    return node ? node->recipe_sha256 : NULL;
}

fov_box fov__node_source_box(const struct fov_node *node)
{
    const struct fov_region *region = &node->regions[0];

    return fov__mat_bounds(region->to_source, region->box);
}

static void write_box(struct fov_jw *jw, const char *key, fov_box box)
{
    fov__jw_array(jw, key);
    fov__jw_number(jw, NULL, box.x1);
    fov__jw_number(jw, NULL, box.y1);
    fov__jw_number(jw, NULL, box.x2);
    fov__jw_number(jw, NULL, box.y2);
    fov__jw_end_array(jw);
}

fov_status fov_graph_describe(fov_graph *graph, int32_t image, fov_bytes *out, fov_error *err)
{
    const struct fov_node *node = asked_for(graph, image, out, err);
    struct fov_buf buf;
    struct fov_jw jw;
    char name[16];

    if (!node)
        return FOV_E_ARG;
    fov__buf_init(&buf, graph->ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    fov__format(name, sizeof(name), "img_%d", (int)node->id);
    fov__jw_string(&jw, "id", name);
    if (node->op) {
        fov__jw_string(&jw, "op", node->op->name);
        fov__jw_raw(&jw, "arguments", node->recipe, strlen(node->recipe));
    }
    fov__jw_array(&jw, "parents");
    for (int32_t i = 0; i < node->parent_count; i++) {
        fov__format(name, sizeof(name), "img_%d", (int)node->parent[i]->id);
        fov__jw_string(&jw, NULL, name);
    }
    fov__jw_end_array(&jw);
    fov__jw_int(&jw, "width", node->width);
    fov__jw_int(&jw, "height", node->height);
    fov__format(name, sizeof(name), "img_%d", (int)node->regions[0].source);
    fov__jw_string(&jw, "source", name);
    write_box(&jw, "box_source", fov__node_source_box(node));
    fov__jw_string(&jw, "note", node->note);
    fov__jw_end_object(&jw);
    fov__ok(err);
    return fov__buf_take(&buf, out, err);
}

fov_status fov_graph_fact(fov_graph *graph, int32_t fact, fov_bytes *out, fov_error *err)
{
    const struct fov_fact *found = fov__graph_fact_get(graph, fact);
    struct fov_buf buf;

    if (!graph || !out)
        return fov__fail(err, FOV_E_ARG, 0, "graph", "%s is NULL", graph ? "out" : "graph");
    if (!found)
        return fov__fail(err, FOV_E_ARG, 0, "fact", "there is no fact %d; there are %d", (int)fact,
                         (int)fov_graph_fact_count(graph));
    fov__buf_init(&buf, graph->ctx, SIZE_MAX / 2);
    fov__buf_adds(&buf, found->json);
    fov__ok(err);
    return fov__buf_take(&buf, out, err);
}

/* ---- mapping -------------------------------------------------------------------------------- */

fov_status fov_graph_to_source(fov_graph *graph, int32_t image, fov_point point, int32_t *source,
                               fov_point *out, fov_error *err)
{
    const struct fov_node *node = asked_for(graph, image, out, err);

    if (!node)
        return FOV_E_ARG;
    for (size_t i = 0; i < node->region_count; i++) {
        const struct fov_region *r = &node->regions[i];
        bool inside = point.x >= r->box.x1 && point.x <= r->box.x2 && point.y >= r->box.y1 &&
                      point.y <= r->box.y2;
        /* An image of one region maps every point, also one beside it: a caller may follow a line
         * past the edge. */
        if (node->region_count > 1 && !inside)
            continue;
        *out = fov__mat_apply(r->to_source, point);
        if (source)
            *source = r->source;
        fov__ok(err);
        return FOV_OK;
    }
    return fov__fail(err, FOV_E_ARG, 0, "point",
                     "(%g, %g) lies in no part of img_%d that has a source", point.x, point.y,
                     (int)image);
}

fov_status fov_graph_from_source(fov_graph *graph, int32_t image, int32_t source, fov_point point,
                                 fov_point *out, fov_error *err)
{
    const struct fov_node *node = asked_for(graph, image, out, err);

    if (!node)
        return FOV_E_ARG;
    for (size_t i = 0; i < node->region_count; i++) {
        struct fov_mat back;
        if (node->regions[i].source != source ||
            !fov__mat_invert(node->regions[i].to_source, &back))
            continue;
        *out = fov__mat_apply(back, point);
        fov__ok(err);
        return FOV_OK;
    }
    return fov__fail(err, FOV_E_ARG, 0, "source", "img_%d was not made from img_%d", (int)image,
                     (int)source);
}

/* ---- rendering ------------------------------------------------------------------------------ */

fov_status fov_graph_render(fov_graph *graph, int32_t image, const fov_size *size,
                            const fov_cancel *cancel, fov_image **out, fov_error *err)
{
    const struct fov_node *node = asked_for(graph, image, out, err);
    struct fov_view view = {.cancel = cancel};
    struct fov_pixels *px = NULL;
    fov_status rc;

    if (!node)
        return FOV_E_ARG;
    *out = NULL;
    view.node = node;
    view.box = (fov_box){0, 0, node->width, node->height};
    view.width = size ? size->width : node->width;
    view.height = size ? size->height : node->height;
    if (view.width < 1 || view.height < 1)
        return fov__fail(err, FOV_E_ARG, 0, "size",
                         "a size of %d x %d is given; both sides are at least 1", (int)view.width,
                         (int)view.height);
    rc = fov__render(&px, graph->ctx, &view, err);
    if (rc >= 0)
        rc = fov__image_take_pixels(out, px, err);
    if (rc >= 0)
        fov__ok(err);
    return rc;
}

void fov_applied_init(fov_applied *applied)
{
    if (!applied)
        return;
    memset(applied, 0, sizeof(*applied));
    applied->struct_size = (uint32_t)sizeof(*applied);
    applied->image = applied->fact = -1;
}
