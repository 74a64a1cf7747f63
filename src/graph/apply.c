/* SPDX-License-Identifier: MIT */
/* A call becomes a node or a fact: the images it speaks of are found, the arguments read, the
 * data-dependent ones resolved, the result planned, and only then the graph grows. A call that is
 * refused anywhere on the way leaves no trace. */
#include "graph/graph_internal.h"

/* What one call carries from gate to gate. */
struct applying {
    fov_graph *graph;
    fov_context *ctx;
    const struct fov_call *call;
    const fov_op_def *op;
    const struct fov_node *parent[FOV_OP_INPUTS_MAX];
    int32_t parent_count;
    void *args;
    char *recipe;
    struct fov_io io;
    struct op_notes notes;
    fov_op_fault *fault;
    fov_error *err;
    struct fov_spoken spoken; /* the call's own names for it all */
    fov_cancel bound;         /* the caller's flag, and the time that one operation may take */
};

void fov__graph_say_ids(char *out, size_t size, fov_graph *graph)
{
    int32_t n = fov_graph_image_count(graph);

    if (n == 0)
        fov__format(out, size, "there is no image yet");
    else if (n == 1)
        fov__format(out, size, "img_0");
    else
        fov__format(out, size, "img_0 to img_%d", (int)n - 1);
}

static fov_status find_parents(struct applying *a)
{
    struct op_image_refs refs;
    fov_status rc = fov__op_args_images(&a->spoken.def, a->spoken.arguments, &refs, a->fault);

    if (rc < 0)
        return rc;
    for (int32_t i = 0; i < refs.count; i++) {
        const char *name = refs.name[i][0] ? refs.name[i] : "img_0";
        int32_t id = fov__graph_find(a->graph, name);

        a->parent[i] = id < 0 ? NULL : fov__graph_node(a->graph, id);
        if (!a->parent[i]) {
            char allowed[64], field[56], got[96];
            fov__graph_say_ids(allowed, sizeof(allowed), a->graph);
            fov__format(
                field, sizeof(field), "%s.%s", a->op->name,
                fov__op_args_image(&a->spoken.def, a->spoken.arguments, i, got, sizeof(got)));
            return fov__fault(a->fault, FOV_FAULT_UNKNOWN_IMAGE, field, got, allowed,
                              "There is no image %s; name one of those you were shown.", name);
        }
    }
    a->parent_count = refs.count;
    return FOV_OK;
}

static void fill_reading(const struct applying *a, struct op_reading *reading)
{
    const struct fov_node *parent = a->parent[0];
    const struct fov_node *source;

    memset(reading, 0, sizeof(*reading));
    reading->space = a->spoken.space;
    reading->frame = a->call->frame;
    reading->allow_hidden = a->call->allow_hidden;
    if (!parent)
        return;
    reading->width = parent->width;
    reading->height = parent->height;
    if (a->call->delivered)
        a->call->delivered(a->call->user, parent->id, &reading->delivered_width,
                           &reading->delivered_height);
    source = fov__graph_node(a->graph, parent->regions[0].source);
    reading->has_source =
        source && fov__mat_invert(parent->regions[0].to_source, &reading->from_source);
    if (source) {
        reading->source_width = source->width;
        reading->source_height = source->height;
    }
}

static void name_image(const struct applying *a, struct op_reading *reading, char name[16])
{
    if (!a->parent[0])
        return;
    fov__format(name, 16, "img_%d", (int)a->parent[0]->id);
    reading->image_id = name;
}

/* A plan that refuses knows what would be legal, and not the words of the call. */
static void follow_advice(struct applying *a)
{
    struct op_reading reading;
    char name[16];

    fill_reading(a, &reading);
    name_image(a, &reading, name);
    fov__op_args_advise(a->op, a->call->arguments, &reading, a->fault);
}

static fov_status parse_args(struct applying *a)
{
    struct op_reading reading;
    char name[16];

    fill_reading(a, &reading);
    name_image(a, &reading, name);
    a->args = fov__calloc(a->ctx, 1, a->op->args_size);
    if (!a->args)
        return fov__fail_memory(a->err, a->op->name, a->op->args_size);
    return fov__spoken_parse(&a->spoken, &reading, a->args, &a->notes, a->fault);
}

static fov_status write_recipe(struct applying *a)
{
    struct fov_buf buf;
    struct fov_jw jw;

    fov__buf_init(&buf, a->ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__op_args_write(&jw, NULL, a->op, a->args);
    if (fov__buf_check(&buf, a->op->name, a->err) < 0) {
        fov_status rc = buf.status;
        fov__buf_free(&buf);
        return rc;
    }
    a->recipe = fov__buf_take_text(&buf);
    return a->recipe ? FOV_OK : fov__fail_memory(a->err, a->op->name, 0);
}

/* "fovrecipe1", operation, arguments, output, then the recipes of the parents and of the facts that
 * the arguments name, a line each. */
static fov_status hash_recipe(const struct applying *a, int32_t output, char out[FOV_SHA256_HEX])
{
    struct fov_sha256 *hash = NULL;
    const char *param;
    fov_op_ref ref;
    char line[64];
    fov_status rc = fov__sha256_new(&hash, a->ctx, a->err);

    if (rc < 0)
        return rc;
    fov__format(line, sizeof(line), "fovrecipe1\n%s\n", a->op->name);
    fov__sha256_add(hash, line, strlen(line));
    fov__sha256_add(hash, a->recipe, strlen(a->recipe));
    fov__format(line, sizeof(line), "\n%d\n", (int)output);
    fov__sha256_add(hash, line, strlen(line));
    for (int32_t i = 0; i < a->parent_count; i++) {
        fov__sha256_add(hash, a->parent[i]->recipe_sha256, FOV_SHA256_HEX - 1);
        fov__sha256_add(hash, "\n", 1);
    }
    for (size_t k = 0; fov__op_args_ref(a->op, a->args, k, &param, &ref); k++) {
        const struct fov_fact *fact = fov__graph_fact_get(a->graph, ref.fact);
        fov__sha256_add(hash, fact->recipe_sha256, FOV_SHA256_HEX - 1);
        fov__sha256_add(hash, "\n", 1);
    }
    fov__sha256_end(hash, out);
    return FOV_OK;
}

/* ---- facts ---------------------------------------------------------------------------------- */

/* The facts that the arguments name: they are there, and they count into the recipe. */
static fov_status check_refs(struct applying *a)
{
    const int32_t have = fov_graph_fact_count(a->graph);
    const char *param;
    fov_op_ref ref;

    for (size_t k = 0; fov__op_args_ref(a->op, a->args, k, &param, &ref); k++) {
        char field[56], got[24], allowed[64];
        if (ref.fact < have)
            continue;
        fov__format(field, sizeof(field), "%s.%s", a->op->name, param);
        fov__format(got, sizeof(got), "fact_%d", (int)ref.fact);
        if (have == 0)
            fov__format(allowed, sizeof(allowed), "there is no fact yet");
        else
            fov__format(allowed, sizeof(allowed), have > 1 ? "fact_0 to fact_%d" : "fact_%d",
                        (int)have - 1);
        return fov__fault(a->fault, FOV_FAULT_UNKNOWN_FACT, field, got, allowed,
                          "There is no %s; name the id that an earlier answer began with.", got);
    }
    return FOV_OK;
}

static fov_status run_fact(struct applying *a, struct fov_fact *fact)
{
    struct fov_buf buf;
    struct fov_jw jw;
    fov_status rc;

    fov__buf_init(&buf, a->ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    rc = a->op->fact(a->args, &a->io.io, &jw, a->fault, a->err);
    fov__jw_end_object(&jw);
    if (rc >= 0)
        rc = fov__buf_check(&buf, a->op->name, a->err);
    if (rc >= 0) {
        fact->json = fov__buf_take_text(&buf);
        rc = fact->json ? FOV_OK : fov__fail_memory(a->err, a->op->name, 0);
    }
    fov__buf_free(&buf);
    return rc;
}

static fov_status make_fact(struct applying *a, const char *sha256, struct fov_made *made)
{
    struct fov_fact *fact = fov__calloc(a->ctx, 1, sizeof(*fact));

    made->fact = fact;
    if (!fact)
        return fov__fail_memory(a->err, a->op->name, sizeof(*fact));
    memcpy(fact->recipe_sha256, sha256, sizeof(fact->recipe_sha256));
    fact->op = a->op;
    fact->parent_count = a->parent_count;
    memcpy(fact->parent, a->parent, sizeof(a->parent));
    fov__format(fact->note, sizeof(fact->note), "%s", a->notes.text);
    fact->recipe = fov__strdup(a->ctx, a->recipe);
    if (!fact->recipe)
        return fov__fail_memory(a->err, a->op->name, strlen(a->recipe));
    return run_fact(a, fact);
}

/* ---- images --------------------------------------------------------------------------------- */

static fov_status make_node(struct applying *a, const fov_op_plan *plan, int32_t i,
                            struct fov_node **out)
{
    const fov_op_output *output = &plan->output[i];
    struct fov_node *node = fov__node_new(a->ctx);
    fov_status rc;

    *out = node;
    if (!node)
        return fov__fail_memory(a->err, a->op->name, sizeof(*node));
    node->op = a->op;
    node->output = i;
    node->width = output->width;
    node->height = output->height;
    node->parent_count = a->parent_count;
    memcpy(node->parent, a->parent, sizeof(a->parent));
    for (int32_t k = 0; k < a->parent_count; k++) {
        node->has_alpha = node->has_alpha || a->parent[k]->has_alpha;
        node->is_lenient = node->is_lenient || a->parent[k]->is_lenient;
    }
    fov__format(node->note, sizeof(node->note), "%s%s%s", a->notes.text,
                a->notes.text[0] && plan->note[0] ? "; " : "", plan->note);
    node->args = fov__alloc(a->ctx, a->op->args_size);
    node->recipe = fov__strdup(a->ctx, a->recipe);
    if (!node->args || !node->recipe)
        return fov__fail_memory(a->err, a->op->name, a->op->args_size);
    memcpy(node->args, a->args, a->op->args_size);
    rc = hash_recipe(a, i, node->recipe_sha256);
    if (rc >= 0)
        rc = fov__limits_check_size(a->ctx, (uint64_t)node->width, (uint64_t)node->height,
                                    a->op->name, a->err);
    if (rc >= 0)
        rc = fov__segment_compose(node, a->ctx, output, a->err);
    if (rc >= 0 && a->call->accept)
        rc = a->call->accept(a->call->user, node, a->fault, a->err);
    if (rc >= 0 && output->has_marks)
        rc = a->op->marks(node->args, &a->io.io, &node->marks, a->err);
    return rc;
}

static fov_status make_images(struct applying *a, struct fov_made *made)
{
    fov_op_plan *plan = fov__calloc(a->ctx, 1, sizeof(*plan));
    fov_status rc;

    if (!plan)
        return fov__fail_memory(a->err, a->op->name, sizeof(*plan));
    rc = fov__op_plan(a->op, a->args, a->io.frame, a->parent_count, plan, a->fault);
    if (rc < 0)
        follow_advice(a);
    while (rc >= 0 && made->count < plan->output_count) {
        rc = make_node(a, plan, made->count, &made->nodes[made->count]);
        made->count++;
    }
    fov__free(a->ctx, plan);
    return rc;
}

/* What the call makes is made whole before any of it gets a number. A fact that is there already is
 * not measured again, nor are images then: one recipe makes both. */
static fov_status make(struct applying *a, fov_applied *out)
{
    struct fov_made made = {.count = 0};
    bool same = false;
    char sha[FOV_SHA256_HEX];
    const struct fov_fact *earlier = NULL;
    fov_status rc = hash_recipe(a, 0, sha);

    if (rc >= 0 && a->op->plan)
        rc = make_images(a, &made);
    if (rc >= 0 && a->op->fact)
        earlier = fov__graph_same_fact(a->graph, sha);
    if (rc >= 0 && a->op->fact && !earlier)
        rc = make_fact(a, sha, &made);
    if (rc >= 0) {
        fov__format(out->note, sizeof(out->note), "%s", made.count > 0 ? made.nodes[0]->note : "");
        out->image_count = made.count;
        if (earlier && made.count == 0)
            same = true;
        else
            rc = fov__graph_publish(a->graph, &made, &out->image, &out->fact, &same, a->err);
        out->fact = earlier ? earlier->id : out->fact;
    }
    if (rc < 0) {
        fov__made_free(a->ctx, &made);
        out->image = out->fact = -1;
        out->image_count = 0;
    }
    return rc < 0 ? rc : same ? FOV_NOTE_SAME : FOV_OK;
}

/* ---- the call ------------------------------------------------------------------------------- */

/* What failed below the arguments (a damaged source, a limit) is told in the fault's words too, so
 * that a model sees one kind of answer. */
static void fault_from_error(fov_op_fault *fault, const fov_op_def *op, fov_status rc,
                             const fov_error *err)
{
    enum fov_fault_code code = FOV_FAULT_NONE;

    if (fault->code != FOV_FAULT_NONE)
        return;
    if (rc == FOV_E_IMAGE)
        code = FOV_FAULT_DECODE;
    else if (rc == FOV_E_LIMIT)
        code = FOV_FAULT_LIMIT;
    else if (rc == FOV_E_UNSUPPORTED)
        code = FOV_FAULT_UNSUPPORTED;
    else if (rc == FOV_E_CANCELLED)
        code = FOV_FAULT_CANCELLED;
    if (code != FOV_FAULT_NONE)
        fov__fault(fault, code, op->name, "", "", "%s", err->message);
}

/* Whether the first stages accept an offered call as it stands. What needs pixels is not tried. */
static fov_status try_offer(const struct applying *a, const char *text, fov_op_fault *fault)
{
    struct applying b = {.graph = a->graph, .ctx = a->ctx, .call = a->call, .op = a->op};
    fov_op_plan *plan = NULL;
    struct fov_json *doc = NULL;
    fov_error err = {0};
    fov_status rc = fov__json_parse(&doc, a->ctx, text, strlen(text), 2 * a->ctx->limits.json_depth,
                                    sizeof(fault->call), &err);

    fault->code = FOV_FAULT_NONE;
    b.fault = fault;
    b.err = &err;
    b.spoken = a->spoken;
    b.spoken.doc = NULL;
    b.spoken.missing = NULL;
    b.spoken.arguments = doc ? fov__json_root(doc) : NULL;
    if (rc >= 0)
        rc = find_parents(&b);
    if (rc >= 0)
        rc = parse_args(&b);
    if (rc >= 0)
        rc = check_refs(&b);
    if (rc >= 0 && a->op->plan && !a->op->resolve) {
        plan = fov__calloc(a->ctx, 1, sizeof(*plan));
        fov__io_init(&b.io, a->ctx, a->graph, b.parent, b.parent_count, NULL);
        rc = plan ? fov__op_plan(a->op, b.args, b.io.frame, b.parent_count, plan, fault)
                  : FOV_E_MEMORY;
        if (rc < 0 && plan)
            follow_advice(&b);
    }
    fov__free(a->ctx, plan);
    fov__free(a->ctx, b.args);
    fov__json_free(doc);
    return rc;
}

/* What is wrong with a call is found gate by gate, and each mends what it sees: an offer is held
 * out only when it passes all of them, mended further where they know how. */
static void prove_offer(struct applying *a)
{
    enum { TRIES = 3 };
    fov_op_fault later;

    for (int i = 0; i < TRIES && a->fault->call[0]; i++) {
        if (try_offer(a, a->fault->call, &later) >= 0)
            return;
        if (later.code == FOV_FAULT_NONE)
            later.call[0] = '\0';
        memcpy(a->fault->call, later.call, sizeof(later.call));
    }
    a->fault->call[0] = '\0';
}

static fov_status run_call(struct applying *a, fov_applied *out)
{
    fov_status rc = fov__spoken_init(&a->spoken, a->ctx, a->op, a->call->name, a->call->arguments,
                                     a->call->space, a->fault, a->err);

    if (rc >= 0)
        rc = find_parents(a);
    if (rc >= 0)
        rc = parse_args(a);
    if (rc < 0)
        return rc;
    if (a->op->kind == FOV_OP_STATE)
        return fov__fault(a->fault, FOV_FAULT_UNSUPPORTED, a->op->name, a->op->name, "a session",
                          "%s speaks of a conversation and can only be called inside one.",
                          a->op->name);
    fov__io_init(&a->io, a->ctx, a->graph, a->parent, a->parent_count, &a->bound);
    rc = check_refs(a);
    if (rc >= 0 && a->op->resolve)
        rc = a->op->resolve(a->args, &a->io.io, a->fault, a->err);
    if (rc >= 0)
        rc = write_recipe(a);
    if (rc < 0)
        return rc;
    return make(a, out);
}

fov_status fov__graph_call(fov_graph *graph, const struct fov_call *call, fov_applied *out,
                           int32_t *image_id, fov_op_fault *fault, fov_error *err)
{
    fov_error local = {0};
    struct applying a = {.graph = graph,
                         .ctx = graph->ctx,
                         .call = call,
                         .op = call->op,
                         .fault = fault,
                         .err = err ? err : &local};
    fov_status rc;

    fault->code = FOV_FAULT_NONE;
    fov__ok(a.err);
    out->image = out->fact = -1;
    out->image_count = 0;
    out->note[0] = '\0';
    fov__cancel_bound(&a.bound, graph->ctx, call->cancel);
    rc = fov__cancel_judge(&a.bound, run_call(&a, out), call->op->name, a.err);
    if (rc >= 0 && out->note[0] == '\0')
        fov__format(out->note, sizeof(out->note), "%s", a.notes.text);
    if (image_id)
        *image_id = a.parent[0] ? a.parent[0]->id : -1;
    if (rc < 0) {
        if (fault->code == FOV_FAULT_NONE && a.err->status >= 0) /* a program's own operation */
            fov__fail(a.err, rc, 0, call->op->name, "%s failed and did not say why",
                      call->op->name);
        if (fault->code != FOV_FAULT_NONE)
            prove_offer(&a);
        fov__spoken_fault(&a.spoken, graph->ctx, fault);
        fault_from_error(fault, call->op, rc, a.err);
        if (fault->code != FOV_FAULT_NONE)
            fov__fault_to_error(fault, a.err);
    }
    fov__spoken_free(&a.spoken);
    fov__free(graph->ctx, a.args);
    fov__free(graph->ctx, a.recipe);
    return rc;
}

fov_status fov__graph_apply(fov_graph *graph, const char *op, const char *arguments,
                            const fov_cancel *cancel, fov_applied *out, fov_error *err)
{
    struct fov_call call = {.space = FOV__SPACE_NODE_PX,
                            .frame = FOV__FRAME_IMAGE,
                            .allow_hidden = true,
                            .cancel = cancel};
    struct fov_json *doc = NULL;
    fov_op_fault fault;
    fov_status rc;

    if (!graph || !op || !out || out->struct_size != sizeof(*out))
        return fov__fail(
            err, FOV_E_ARG, 0, "graph",
            "applying needs a graph, an operation's name and an initialised fov_applied");
    call.op = fov__op_find(graph->ctx, op);
    call.name = op;
    if (!call.op) {
        const char *near = fov__op_suggest(graph->ctx, op);
        return fov__fail(err, FOV_E_ARG, 0, "op", "there is no operation \"%s\"%s%s%s", op,
                         near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    if (arguments) {
        const fov_limits *limits = &graph->ctx->limits;
        rc = fov__json_parse(&doc, graph->ctx, arguments, strlen(arguments), limits->json_depth,
                             limits->json_bytes, err);
        if (rc < 0)
            return rc;
        call.arguments = fov__json_root(doc);
    }
    rc = fov__graph_call(graph, &call, out, NULL, &fault, err);
    fov__json_free(doc);
    if (rc == FOV_OK)
        fov__ok(err);
    else if (rc > 0)
        fov__fail(err, rc, 0, op, "%s", fov_status_text(rc));
    return rc;
}

fov_status fov_graph_apply(fov_graph *graph, const char *op, const char *arguments,
                           fov_applied *out, fov_error *err)
{
    return fov__graph_apply(graph, op, arguments, NULL, out, err);
}
