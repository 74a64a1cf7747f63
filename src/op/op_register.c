/* SPDX-License-Identifier: MIT */
/* Rows that a program adds to a context, and what every row must keep, its author being ourselves
 * or a stranger. Rows are only ever added, so readers need no lock: a row is in its place before
 * the count says so. */
#include "op/op_internal.h"

enum {
    ROWS_MAX = 64,
    PARAMS_MAX = 32,
    NAME_MAX_LEN = 40,
    SUMMARY_MAX = 100,
    WHEN_MAX = 300,
    DOC_MAX = 120,
    ARGS_MAX = 64 * 1024
};

struct rows {
    fov_context *ctx;
    atomic_size_t count;
    const fov_op_def *row[ROWS_MAX];
};

/* ---- what a row promises -------------------------------------------------------------------- */

static fov_status wrong(fov_error *err, const char *name, const char *fmt, ...) FOV_PRINTF(3, 4);

static fov_status wrong(fov_error *err, const char *name, const char *fmt, ...)
{
    char where[56], text[160];
    va_list list;
    fov__format(where, sizeof(where), "op.%s", name != NULL ? name : "");
    va_start(list, fmt);
    fov__vformat(text, sizeof(text), fmt, list);
    va_end(list);
    return fov__fail(err, FOV_E_ARG, 0, where, "the operation %s %s", name != NULL ? name : "?",
                     text);
}

static bool is_name(const char *text)
{
    if (text == NULL || text[0] < 'a' || text[0] > 'z' || strlen(text) > NAME_MAX_LEN)
        return false;
    for (const char *c = text; *c != '\0'; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_'))
            return false;
    }
    return true;
}

static bool is_text(const char *text, size_t most)
{
    return text != NULL && text[0] != '\0' && strlen(text) <= most;
}

static fov_status check_words(const fov_op_def *def, fov_error *err)
{
    if (!is_name(def->name))
        return wrong(err, def->name,
                     "is misnamed: lower case, digits and _, a letter first, %d at most",
                     NAME_MAX_LEN);
    for (const fov_op_alias_row *a = def->aliases; a != NULL && a->name != NULL; a++) {
        if (!is_name(a->name) || (a->summary != NULL && !is_text(a->summary, SUMMARY_MAX)))
            return wrong(err, def->name, "has a bad alias, '%s'", a->name);
        const fov_status rc = fov__alias_check(def, a, err);
        if (rc < 0)
            return rc;
        bool is_taken = strcmp(a->name, def->name) == 0;
        for (const fov_op_alias_row *b = def->aliases; b < a; b++)
            is_taken = is_taken || strcmp(a->name, b->name) == 0;
        if (is_taken)
            return wrong(err, def->name, "has the alias %s, which is taken", a->name);
    }
    if (!is_text(def->summary, SUMMARY_MAX))
        return wrong(err, def->name, "needs a summary of 1 to %d bytes", SUMMARY_MAX);
    if (!is_text(def->when, WHEN_MAX))
        return wrong(err, def->name, "needs a `when` of 1 to %d bytes", WHEN_MAX);
    if (!is_text(def->since, NAME_MAX_LEN))
        return wrong(err, def->name, "needs the version that it exists since");
    if ((def->presets & FOV_OP_PRESET_ALL) == 0 || def->presets >= 2 * FOV_OP_PRESET_ALL)
        return wrong(err, def->name, "must be in the preset all, and may be in those that are");
    return FOV_OK;
}

/* Named inputs: a name for each, none of them optional, none of them a parameter's. */
static fov_status check_inputs(const fov_op_def *def, fov_error *err)
{
    int32_t count = 0;
    if (def->input_names == NULL)
        return FOV_OK;
    for (; def->input_names[count] != NULL && count <= FOV_OP_INPUTS_MAX; count++) {
        const char *name = def->input_names[count];
        bool is_taken = false;
        for (int32_t i = 0; i < count; i++)
            is_taken = is_taken || strcmp(def->input_names[i], name) == 0;
        for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++)
            is_taken = is_taken || strcmp(p->name, name) == 0 ||
                       (p->alias != NULL && strcmp(p->alias, name) == 0);
        if (!is_name(name) || is_taken || strcmp(name, "frame") == 0)
            return wrong(err, def->name, "has a bad name for an input, '%s'", name);
    }
    if (count != def->input_min || count != def->input_max || count < 1)
        return wrong(err, def->name,
                     "names %d inputs and takes %d to %d; with names all are needed", (int)count,
                     (int)def->input_min, (int)def->input_max);
    return FOV_OK;
}

/* What the function of each kind is. Beside it, an image may have marks and answer with a fact, and
 * a fact may come with an image. */
static fov_status check_functions(const fov_op_def *def, fov_error *err)
{
    const int32_t kind = def->kind;
    if (kind < FOV_OP_GEOMETRY || kind > FOV_OP_STATE)
        return wrong(err, def->name, "is of kind %d, which is none", (int)kind);
    const bool is_image = kind != FOV_OP_FACT && kind != FOV_OP_STATE;
    if (is_image && def->plan == NULL)
        return wrong(err, def->name, "makes an image, so it needs `plan`");
    if (kind == FOV_OP_FACT && def->fact == NULL)
        return wrong(err, def->name, "is a fact, so it needs `fact`");
    if (kind == FOV_OP_MARKS && def->marks == NULL)
        return wrong(err, def->name, "draws marks, so it needs `marks`");
    if (kind == FOV_OP_PIXELS && def->run == NULL && def->point == NULL)
        return wrong(err, def->name, "changes pixels, so it needs `run` or `point`");
    if (kind != FOV_OP_PIXELS && (def->run != NULL || def->point != NULL))
        return wrong(err, def->name, "has `run` or `point` and is not of the kind that does");
    if (def->plan == NULL && def->marks != NULL)
        return wrong(err, def->name, "has `marks` and no `plan` of an image for them");
    if (kind == FOV_OP_STATE && (def->plan != NULL || def->fact != NULL))
        return wrong(err, def->name, "is of kind STATE and has functions");
    if ((!is_image || def->fact != NULL) && (def->presets & FOV_OP_PRESET_PHOTO) != 0 &&
        kind != FOV_OP_STATE)
        return wrong(err, def->name, "reads for the model, so it is not for the preset photo");
    if (def->input_min < 0 || def->input_min > def->input_max || def->input_max > FOV_OP_INPUTS_MAX)
        return wrong(err, def->name, "takes %d to %d images; allowed is 0 to %d",
                     (int)def->input_min, (int)def->input_max, FOV_OP_INPUTS_MAX);
    return check_inputs(def, err);
}

/* The size of a member of that type; 0: any (text), which has its NUL. */
static bool is_size_of(int32_t type, size_t size)
{
    switch (type) {
    case FOV_PARAM_NUMBER:
        return size == sizeof(double);
    case FOV_PARAM_INT:
    case FOV_PARAM_ENUM:
        return size == sizeof(int32_t);
    case FOV_PARAM_BOOL:
        return size == sizeof(bool);
    case FOV_PARAM_TEXT:
        return size >= 2;
    case FOV_PARAM_COLOR:
        return size == sizeof(fov_op_color);
    case FOV_PARAM_BOX:
        return size == sizeof(fov_box);
    case FOV_PARAM_POINT:
        return size == sizeof(fov_point);
    case FOV_PARAM_BOXES:
        return size == sizeof(fov_op_boxes);
    case FOV_PARAM_POINTS:
        return size == sizeof(fov_op_points);
    case FOV_PARAM_LINES:
        return size == sizeof(fov_op_lines);
    case FOV_PARAM_LABELS:
        return size == sizeof(fov_op_labels);
    case FOV_PARAM_TICKS:
        return size == sizeof(fov_op_ticks);
    case FOV_PARAM_FACTS:
        return size == sizeof(fov_op_refs);
    default:
        return false;
    }
}

static fov_status check_range(const fov_op_def *def, const fov_op_param_row *p, fov_error *err)
{
    const bool is_number = p->type == FOV_PARAM_NUMBER || p->type == FOV_PARAM_INT;
    const bool is_list = p->type >= FOV_PARAM_BOXES && p->type <= FOV_PARAM_FACTS;
    if (!(p->min <= p->max))
        return wrong(err, def->name, "lets %s run from %g to %g", p->name, p->min, p->max);
    if (is_number && (p->flags & FOV_PARAM_REQUIRED) != 0 &&
        !(p->def >= p->min && p->def <= p->max))
        return wrong(err, def->name, "offers %g for the required %s, which is out of its range",
                     p->def, p->name);
    if (is_list && !(p->min >= 0 && p->max >= 1 && p->max <= FOV_OP_LIST_MAX))
        return wrong(err, def->name, "lets %s hold %g elements; allowed is 1 to %d", p->name,
                     p->max, FOV_OP_LIST_MAX);
    if ((p->flags & FOV_PARAM_AUTO) != 0 && (p->type != FOV_PARAM_NUMBER || def->resolve == NULL))
        return wrong(err, def->name, "lets %s be auto; it takes a number and `resolve` for that",
                     p->name);
    if (p->type == FOV_PARAM_ENUM) {
        int32_t n = 0;
        while (p->choices != NULL && p->choices[n] != NULL)
            n++;
        if (!(p->def >= 0 && p->def < n))
            return wrong(err, def->name, "has %d choices for %s and %g for its default", (int)n,
                         p->name, p->def);
    }
    return FOV_OK;
}

/* A call finds a parameter by either. */
static bool is_called(const fov_op_param_row *p, const char *text)
{
    return text != NULL &&
           (strcmp(p->name, text) == 0 || (p->alias != NULL && strcmp(p->alias, text) == 0));
}

static fov_status check_param_words(const fov_op_def *def, const fov_op_param_row *p,
                                    fov_error *err)
{
    static const char *const taken[] = {"image", "images", "img_idx", "frame"};
    if (!is_name(p->name) || (p->alias != NULL && !is_name(p->alias)))
        return wrong(err, def->name, "has a misnamed parameter, '%s'", p->name);
    for (size_t i = 0; i < FOV_COUNT(taken); i++) {
        if (is_called(p, taken[i]))
            return wrong(err, def->name, "must not call a parameter %s: it has that already",
                         taken[i]);
    }
    for (const fov_op_param_row *q = def->params; q < p; q++) {
        const bool is_name_taken = is_called(q, p->name);
        if (is_name_taken || is_called(q, p->alias))
            return wrong(err, def->name, "has the parameter %s twice",
                         is_name_taken ? p->name : p->alias);
    }
    if (!is_text(p->doc, DOC_MAX) || p->unit == NULL)
        return wrong(err, def->name, "needs a doc of 1 to %d bytes and a unit for %s", DOC_MAX,
                     p->name);
    return FOV_OK;
}

static fov_status check_param(const fov_op_def *def, const fov_op_param_row *p, fov_error *err)
{
    const fov_status rc = check_param_words(def, p, err);
    if (rc < 0)
        return rc;
    if (!is_size_of(p->type, p->size))
        return wrong(err, def->name,
                     "keeps %s in a member of %zu bytes, which its type does not fit", p->name,
                     p->size);
    if (p->offset < sizeof(fov_op_args_head) || p->offset > def->args_size ||
        p->size > def->args_size - p->offset)
        return wrong(err, def->name, "keeps %s outside the argument struct or in its head",
                     p->name);
    for (const fov_op_param_row *q = def->params; q < p; q++) {
        if (q->offset + q->size > p->offset && p->offset + p->size > q->offset)
            return wrong(err, def->name, "keeps %s and %s in one place", q->name, p->name);
    }
    return check_range(def, p, err);
}

static fov_status check_params(const fov_op_def *def, fov_error *err)
{
    int32_t count = 0;
    if (def->params == NULL)
        return wrong(err, def->name, "needs parameter rows, at least FOV_OP_END");
    if (def->args_size < sizeof(fov_op_args_head) || def->args_size > ARGS_MAX)
        return wrong(err, def->name, "has an argument struct of %zu bytes; allowed is %zu to %d",
                     def->args_size, sizeof(fov_op_args_head), ARGS_MAX);
    for (const fov_op_param_row *p = def->params; p->name != NULL; p++) {
        if (++count > PARAMS_MAX)
            return wrong(err, def->name, "has more than %d parameters", PARAMS_MAX);
        const fov_status rc = check_param(def, p, err);
        if (rc < 0)
            return rc;
    }
    return FOV_OK;
}

fov_status fov__op_check(const fov_op_def *def, fov_error *err)
{
    fov_status rc = check_words(def, err);
    if (rc == FOV_OK)
        rc = check_functions(def, err);
    if (rc == FOV_OK)
        rc = check_params(def, err);
    if (rc == FOV_OK && (def->examples == NULL || def->examples[0].arguments == NULL))
        rc = wrong(err, def->name, "needs an example");
    return rc;
}

/* ---- what a plan promises ------------------------------------------------------------------- */

static fov_status wrong_plan(const fov_op_def *def, const char *what, double got,
                             const char *allowed, fov_op_fault *fault)
{
    char text[96];
    fov__format(text, sizeof(text), "%s %g", what, got);
    return fov__fault(fault, FOV_FAULT_UNSUPPORTED, def->name, text, allowed,
                      "The operation %s is defective: do without it.", def->name);
}

static bool has_effect(const fov_op_def *def, enum fov_op_effect effect)
{
    switch (effect) {
    case FOV_OP_EFFECT_GEOMETRY:
        return def->kind == FOV_OP_GEOMETRY;
    case FOV_OP_EFFECT_MARKS:
        return def->marks != NULL;
    case FOV_OP_EFFECT_POINTWISE:
        return def->point != NULL;
    case FOV_OP_EFFECT_BARRIER:
        return def->run != NULL;
    }
    return false;
}

static fov_status check_output(const fov_op_def *def, const fov_op_output *out, int32_t in_count,
                               fov_op_fault *fault)
{
    const int32_t most = out->effect == FOV_OP_EFFECT_BARRIER ? FOV_OP_REGIONS_MAX : 1;
    if (!has_effect(def, out->effect))
        return wrong_plan(def, "effect", out->effect, "one that its functions have", fault);
    if (out->has_marks && def->marks == NULL)
        return wrong_plan(def, "has_marks", 1, "0 without `marks`", fault);
    if (out->width < 1 || out->height < 1)
        return wrong_plan(def, "a side of", out->width < out->height ? out->width : out->height,
                          "1 pixel and more", fault);
    if (out->region_count < 1 || out->region_count > most)
        return wrong_plan(def, "regions", out->region_count, "1, or up to 8 of a barrier", fault);
    for (int32_t i = 0; i < out->region_count; i++) {
        if (out->region[i].input < 0 || out->region[i].input >= in_count)
            return wrong_plan(def, "a region of input", out->region[i].input,
                              "an input that it has", fault);
    }
    return FOV_OK;
}

fov_status fov__op_plan(const fov_op_def *def, const void *args, const fov_op_frame *in,
                        int32_t in_count, fov_op_plan *out, fov_op_fault *fault)
{
    fov_status rc = def->plan(args, in, in_count, out, fault);
    if (rc < 0 && fault->code == FOV_FAULT_NONE)
        return wrong_plan(def, "an unexplained status", rc, "a fault that says why", fault);
    if (rc < 0)
        return rc;
    if (out->output_count < (def->fact != NULL ? 0 : 1) || out->output_count > FOV_OP_OUTPUTS_MAX)
        return wrong_plan(def, "outputs", out->output_count, "1 to 16", fault);
    for (int32_t i = 0; rc >= 0 && i < out->output_count; i++) {
        rc = check_output(def, &out->output[i], in_count, fault);
        out->output[i].has_marks |= out->output[i].effect == FOV_OP_EFFECT_MARKS;
    }
    return rc;
}

/* ---- registering ---------------------------------------------------------------------------- */

/* Each example goes through the gates that need no pixels. */
static fov_status try_example(fov_context *ctx, const fov_op_def *def, const char *arguments,
                              void *args, fov_error *err)
{
    const struct op_reading reading = {
        .space = FOV__SPACE_NODE_PX, .width = 1000, .height = 500, .allow_hidden = true};
    const fov_op_frame frame[FOV_OP_INPUTS_MAX] = {
        {1000, 500, false}, {1000, 500, false}, {1000, 500, false}, {1000, 500, false},
        {1000, 500, false}, {1000, 500, false}, {1000, 500, false}, {1000, 500, false}};
    fov_op_fault fault = {.code = FOV_FAULT_NONE};
    struct op_notes notes;
    struct fov_json *doc = NULL;
    fov_op_plan *plan = NULL;
    fov_status rc = fov__json_parse(&doc, ctx, arguments, strlen(arguments), ctx->limits.json_depth,
                                    ctx->limits.json_bytes, err);
    if (rc == FOV_E_ARG)
        rc = wrong(err, def->name, "has an example that is not JSON, %s", arguments);
    if (rc == FOV_OK)
        rc = fov__op_args_parse(def, fov__json_root(doc), &reading, args, &notes, &fault);
    if (rc == FOV_OK && def->plan != NULL && def->resolve == NULL) {
        plan = fov__calloc(ctx, 1, sizeof(*plan));
        rc = plan != NULL ? fov__op_plan(def, args, frame, def->input_max, plan, &fault)
                          : fov__fail_memory(err, "op.examples", sizeof(*plan));
    }
    if (rc < 0 && fault.code != FOV_FAULT_NONE)
        rc = wrong(err, def->name, "refuses its example %s: %s is %s", arguments, fault.field,
                   fault.got);
    fov__free(ctx, plan);
    fov__json_free(doc);
    return rc;
}

static void rows_free(void *service)
{
    struct rows *rows = service;
    fov__free(rows->ctx, rows);
}

static void *rows_make(fov_context *ctx, fov_error *err)
{
    struct rows *rows = fov__calloc(ctx, 1, sizeof(*rows));
    if (rows == NULL) {
        fov__fail_memory(err, "op.register", sizeof(*rows));
        return NULL;
    }
    rows->ctx = ctx;
    atomic_init(&rows->count, 0);
    return rows;
}

const fov_op_def *fov__op_registered(const fov_context *ctx, size_t index)
{
    if (ctx == NULL)
        return NULL;
    const struct rows *rows = fov__service_there(ctx, FOV__SLOT_OPS);
    return rows != NULL && index < atomic_load_explicit(&rows->count, memory_order_acquire)
               ? rows->row[index]
               : NULL;
}

static fov_status check_free(const fov_context *ctx, const fov_op_def *def, fov_error *err)
{
    if (fov__op_find(ctx, def->name) != NULL)
        return wrong(err, def->name, "is there already");
    for (const fov_op_alias_row *a = def->aliases; a != NULL && a->name != NULL; a++) {
        if (fov__op_find(ctx, a->name) != NULL)
            return wrong(err, def->name, "has the alias %s, which is taken", a->name);
    }
    return FOV_OK;
}

static fov_status add(fov_context *ctx, struct rows *rows, const fov_op_def *def, fov_error *err)
{
    pthread_mutex_lock(&ctx->slot_lock);
    const size_t count = atomic_load_explicit(&rows->count, memory_order_relaxed);
    fov_status rc = check_free(ctx, def, err);
    if (rc == FOV_OK && count == ROWS_MAX)
        rc = fov__fail(err, FOV_E_LIMIT, 0, "op.register",
                       "the context has %d operations of its own already, the most allowed",
                       ROWS_MAX);
    if (rc == FOV_OK) {
        rows->row[count] = def;
        atomic_store_explicit(&rows->count, count + 1, memory_order_release);
    }
    pthread_mutex_unlock(&ctx->slot_lock);
    return rc;
}

fov_status fov_op_register(fov_context *ctx, const fov_op_def *def, uint32_t ext_version,
                           fov_error *err)
{
    if (ctx == NULL || def == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "op.register", "ctx and def must not be NULL");
    if (ext_version != FOV_OP_EXT_VERSION)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "op.register",
                         "the row was compiled with version %u of foveate/ext/op.h and the library "
                         "has version %d",
                         (unsigned)ext_version, FOV_OP_EXT_VERSION);
    fov_status rc = fov__op_check(def, err);
    if (rc == FOV_OK && def->kind == FOV_OP_STATE)
        rc = wrong(err, def->name, "is of kind STATE, which is the library's own");
    if (rc < 0)
        return rc;
    void *args = fov__calloc(ctx, 1, def->args_size);
    if (args == NULL)
        return fov__fail_memory(err, "op.register", def->args_size);
    for (const fov_op_example_row *e = def->examples; rc == FOV_OK && e->arguments != NULL; e++)
        rc = try_example(ctx, def, e->arguments, args, err);
    fov__free(ctx, args);
    if (rc < 0)
        return rc;
    struct rows *rows = fov__service(ctx, FOV__SLOT_OPS, rows_make, rows_free, err);
    if (rows == NULL)
        return FOV_E_MEMORY;
    rc = add(ctx, rows, def, err);
    if (rc == FOV_OK)
        fov__ok(err);
    return rc;
}
