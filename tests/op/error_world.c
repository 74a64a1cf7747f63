/* SPDX-License-Identifier: MIT */
/* The graphs that wrong calls are made on, and legal calls in every coordinate setting. */
#include "op/error_world.h"

enum { WIDTH = 200, HEIGHT = 100 };

/* ---- the world ------------------------------------------------------------------------------ */

/* Bars, a line and a patch on white, so that whatever looks for something finds it. */
static void paint(uint8_t *px, int32_t x, int32_t y, int which)
{
    static const uint8_t ink[4][3] = {{31, 119, 180}, {214, 39, 40}, {44, 160, 44}, {20, 20, 20}};
    const uint8_t *color = NULL;
    if (y >= 88 && y < 90)
        color = ink[3];
    else if (x >= 20 && x < 50 && y >= 30 && y < 85)
        color = ink[0];
    else if (x >= 70 && x < 100 && y >= 50 && y < 85)
        color = ink[1];
    else if (x >= 120 && x < 150 && y >= 20 + 10 * which && y < 85)
        color = ink[2];
    memset(px, 250, 3);
    if (color != NULL)
        memcpy(px, color, 3);
}

static void add_original(struct world *w, int which)
{
    static uint8_t px[HEIGHT][WIDTH * 3];
    fov_image *image = NULL;
    fov_error err;
    for (int32_t y = 0; y < HEIGHT; y++) {
        for (int32_t x = 0; x < WIDTH; x++)
            paint(&px[y][x * 3], x, y, which);
    }
    assert_int_equal(fov_image_new_pixels(&image, w->ctx, px, WIDTH, HEIGHT, 3, WIDTH * 3, &err),
                     FOV_OK);
    assert_true(fov_graph_add_source(w->graph, image, NULL, &err) >= 0);
    fov_image_unref(image);
}

static void apply(struct world *w, const char *op, const char *arguments)
{
    fov_applied applied = FOV_APPLIED_INIT;
    fov_error err;
    if (fov_graph_apply(w->graph, op, arguments, &applied, &err) < 0)
        fail_msg("%s %s: %s", op, arguments, err.message);
}

static void apply_example(struct world *w, const char *op, const char *arguments)
{
    const struct setting plain = setting_at(0);
    struct fov_json *doc = say_example(w, &plain, fov__op_find(w->ctx, op), arguments);
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, w->ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_value(&jw, NULL, fov__json_root(doc));
    apply(w, op, buf.data);
    fov__buf_free(&buf);
    fov__json_free(doc);
}

void world_open(struct world *w, const fov_op_def *def)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_error err;
    opts.module_path = FOV_BINARY_DIR;
    assert_int_equal(fov_context_new(&w->ctx, &opts, &err), FOV_OK);
    assert_int_equal(fov_graph_new(&w->graph, w->ctx, &err), FOV_OK);
    add_original(w, 0);
    add_original(w, 1);
    apply(w, "zoom", "{\"box\":[20,10,180,90]}");
    apply(w, "rotate", "{\"image\":\"img_2\",\"degrees\":90}");
    for (int32_t i = 0; i < 4; i++) {
        const fov_size size = fov_graph_size(w->graph, i);
        w->delivered[i] = (fov_size){size.width * 3, size.height * 2};
    }
    w->box = NULL;
    for (const char *const *after = def->examples_after; after != NULL && *after != NULL;
         after += 2)
        apply_example(w, after[0], after[1]);
}

void world_open_box(struct world *w, const char *profile)
{
    const struct fov_toolbox_image *image = NULL;
    w->box = fov__calloc(w->ctx, 1, sizeof(*w->box));
    assert_non_null(w->box);
    fov__toolbox_init(w->box, w->ctx, w->graph, fov__profile_find(profile), FOV_OP_PRESET_ALL);
    w->box->may_drop = true;
    for (int32_t i = 0; i < 4; i++) {
        assert_int_equal(fov__toolbox_deliver(&image, w->box, i, NULL), FOV_OK);
        w->delivered[i] = (fov_size){image->fit.width, image->fit.height};
    }
}

void world_close(struct world *w)
{
    if (w->box != NULL)
        fov__toolbox_free(w->box);
    fov__free(w->ctx, w->box);
    fov_graph_free(w->graph);
    fov_context_free(w->ctx);
}

void world_digest(const struct world *w, char out[FOV_SHA256_HEX])
{
    struct fov_sha256 *hash = NULL;
    char counts[64];
    assert_int_equal(fov__sha256_new(&hash, w->ctx, NULL), FOV_OK);
    fov__format(counts, sizeof(counts), "%d %d", (int)fov_graph_image_count(w->graph),
                (int)fov_graph_fact_count(w->graph));
    fov__sha256_add(hash, counts, strlen(counts));
    for (int32_t i = 0; i < fov_graph_image_count(w->graph); i++) {
        fov_bytes text;
        assert_int_equal(fov_graph_describe(w->graph, i, &text, NULL), FOV_OK);
        fov__sha256_add(hash, text.data, text.size);
        fov_bytes_free(&text);
    }
    for (int32_t i = 0; i < fov_graph_fact_count(w->graph); i++) {
        fov_bytes text;
        assert_int_equal(fov_graph_fact(w->graph, i, &text, NULL), FOV_OK);
        fov__sha256_add(hash, text.data, text.size);
        fov_bytes_free(&text);
    }
    fov__sha256_end(hash, out);
}

/* ---- settings ------------------------------------------------------------------------------- */

struct setting setting_at(int index)
{
    return (struct setting){(enum fov__space)(index % 6),
                            index / 6 % 2 == 0 ? FOV__FRAME_IMAGE : FOV__FRAME_SOURCE,
                            index / 12 == 0 ? 0 : 3};
}

const char *setting_name(const struct setting *s)
{
    static char text[64];
    fov__format(text, sizeof(text), "%s of %s, img_%d", fov__space_name(s->space),
                s->frame == FOV__FRAME_SOURCE ? "the original" : "the image", (int)s->image);
    return text;
}

static bool delivered(void *user, int32_t image, int32_t *width, int32_t *height)
{
    const struct world *w = user;
    if (image >= 4)
        return false;
    *width = w->delivered[image].width;
    *height = w->delivered[image].height;
    return true;
}

fov_point say_far(const struct world *w, const struct setting *s)
{
    const bool is_source = s->frame == FOV__FRAME_SOURCE;
    const fov_size size = fov_graph_size(w->graph, is_source ? 0 : s->image);
    switch (s->space) {
    case FOV__SPACE_NODE_PX:
        break;
    case FOV__SPACE_DELIVERED_PX:
        if (!is_source)
            return (fov_point){w->delivered[s->image].width, w->delivered[s->image].height};
        break;
    case FOV__SPACE_N1000:
    case FOV__SPACE_N1000YX:
        return (fov_point){1000, 1000};
    case FOV__SPACE_N999:
        return (fov_point){999, 999};
    case FOV__SPACE_N1:
        return (fov_point){1, 1};
    }
    return (fov_point){size.width, size.height};
}

fov_point say_point(const struct world *w, const struct setting *s, double fx, double fy)
{
    const bool is_source = s->frame == FOV__FRAME_SOURCE;
    const struct fov_node *node = fov__graph_node(w->graph, s->image);
    const fov_size size = fov_graph_size(w->graph, is_source ? 0 : s->image);
    const fov_point far = say_far(w, s);
    fov_point at = {fx * node->width, fy * node->height};
    if (is_source)
        at = fov__mat_apply(node->regions[0].to_source, at);
    /* Short numbers, as models write them; the places are far from every edge that matters. */
    at.x = fov__rint(at.x * far.x / size.width * 1e6) / 1e6;
    at.y = fov__rint(at.y * far.y / size.height * 1e6) / 1e6;
    return at;
}

fov_box say_box(const struct world *w, const struct setting *s, fov_box f)
{
    const fov_point a = say_point(w, s, f.x1, f.y1), b = say_point(w, s, f.x2, f.y2);
    return (fov_box){a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y, a.x < b.x ? b.x : a.x,
                     a.y < b.y ? b.y : a.y};
}

void put_numbers(struct fov_buf *out, const struct setting *s, const double *v, int n)
{
    fov__buf_addc(out, '[');
    for (int i = 0; i < n; i++) {
        char text[32];
        fov__double_text(text, v[s->space == FOV__SPACE_N1000YX ? i ^ 1 : i]);
        fov__buf_addf(out, "%s%s", i > 0 ? "," : "", text);
    }
    fov__buf_addc(out, ']');
}

static void put_box(struct fov_buf *out, const struct world *w, const struct setting *s, fov_box f)
{
    const fov_box b = say_box(w, s, f);
    put_numbers(out, s, (const double[]){b.x1, b.y1, b.x2, b.y2}, 4);
}

static void put_points(struct fov_buf *out, const struct world *w, const struct setting *s,
                       const double *f, int n)
{
    double v[4];
    for (int i = 0; i < n; i += 2) {
        const fov_point at = say_point(w, s, f[i], f[i + 1]);
        v[i] = at.x;
        v[i + 1] = at.y;
    }
    put_numbers(out, s, v, n);
}

static void put_scalar(struct fov_buf *out, const fov_op_param_row *param)
{
    char text[32];
    double v = (param->min + param->max) / 2;
    switch (param->type) {
    case FOV_PARAM_INT:
        v = fov__rint(v);
        /* fall through */
    case FOV_PARAM_NUMBER:
        fov__double_text(text, v);
        fov__buf_adds(out, text);
        break;
    case FOV_PARAM_BOOL:
        fov__buf_adds(out, "true");
        break;
    case FOV_PARAM_ENUM:
        fov__buf_addf(out, "\"%s\"", param->choices[0]);
        break;
    case FOV_PARAM_COLOR:
        fov__buf_adds(out, "\"#1f77b4\"");
        break;
    default:
        fov__buf_adds(out, "\"a word\"");
        break;
    }
}

bool put_legal(struct fov_buf *out, const struct world *w, const struct setting *s,
               const fov_op_param_row *param, int i)
{
    const double x = 0.1 + 0.012 * (i % 64), y = 0.2 + 0.008 * (i % 64);
    switch (param->type) {
    case FOV_PARAM_BOX:
    case FOV_PARAM_BOXES:
        put_box(out, w, s, (fov_box){x, y, x + 0.1, y + 0.25});
        return true;
    case FOV_PARAM_POINT:
    case FOV_PARAM_POINTS:
        put_points(out, w, s, (const double[]){x, y}, 2);
        return true;
    case FOV_PARAM_LINES:
        put_points(out, w, s, (const double[]){x, y, x + 0.05, y}, 4);
        return true;
    case FOV_PARAM_LABELS:
    case FOV_PARAM_TICKS:
        fov__buf_adds(out, "{\"at\":");
        put_points(out, w, s, (const double[]){x, y}, 2);
        if (param->type == FOV_PARAM_TICKS)
            fov__buf_addf(out, ",\"value\":%d}", i + 1);
        else
            fov__buf_addf(out, ",\"text\":\"%c\"}", 'a' + i % 26);
        return true;
    case FOV_PARAM_FACTS:
        fov__buf_adds(out, "\"fact_0\"");
        return fov_graph_fact_count(w->graph) > 0;
    default:
        put_scalar(out, param);
        return true;
    }
}

/* ---- examples ------------------------------------------------------------------------------- */

static double fraction(double v, double of)
{
    v /= of;
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static int read_numbers(const fov_json_value *list, double f[4])
{
    int n = 0;
    for (const fov_json_value *v = fov__json_child(list); v != NULL && n < 4;
         v = fov__json_next(v), n++) {
        assert_true(fov__json_number(v, &f[n]));
        f[n] = fraction(f[n], n % 2 == 0 ? 1000 : 500);
    }
    return n;
}

/* A value with the places in it said in the setting; is_box: two corners are a box and not a line.
 */
static void put_value(struct fov_buf *out, const struct world *w, const struct setting *s,
                      const fov_json_value *value, bool is_box)
{
    const fov_json_value *v = fov__json_child(value);
    double f[4];
    if (fov__json_type(value) == FOV_JSON_ARRAY && fov__json_type(v) == FOV_JSON_NUMBER) {
        const int n = read_numbers(value, f);
        if (is_box && n == 4)
            put_box(out, w, s, (fov_box){f[0], f[1], f[2], f[3]});
        else
            put_points(out, w, s, f, n);
    } else if (fov__json_type(value) == FOV_JSON_ARRAY) {
        fov__buf_addc(out, '[');
        for (int i = 0; v != NULL; v = fov__json_next(v), i++) {
            fov__buf_adds(out, i > 0 ? "," : "");
            put_value(out, w, s, v, is_box);
        }
        fov__buf_addc(out, ']');
    } else {
        struct fov_jw jw;
        fov__buf_addc(out, '{');
        for (int i = 0; v != NULL; v = fov__json_next(v), i++) {
            fov__buf_addf(out, "%s\"%s\":", i > 0 ? "," : "", fov__json_key(v));
            fov__jw_init(&jw, out);
            if (strcmp(fov__json_key(v), "at") == 0)
                put_value(out, w, s, v, false);
            else
                fov__jw_value(&jw, NULL, v);
        }
        fov__buf_addc(out, '}');
    }
}

static const fov_op_param_row *param_named(const fov_op_def *def, const char *name)
{
    for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

struct fov_json *say_example(const struct world *w, const struct setting *s, const fov_op_def *def,
                             const char *arguments)
{
    struct fov_json *doc = NULL, *said = NULL;
    struct fov_buf buf;
    const char *comma = "";
    fov_error err;
    if (fov__json_parse(&doc, w->ctx, arguments, strlen(arguments), 32, 65536, &err) < 0)
        fail_msg("%s %s: %s", def->name, arguments, err.message);
    fov__buf_init(&buf, w->ctx, 1 << 20);
    fov__buf_addc(&buf, '{');
    if (def->input_max == 1 && def->input_names == NULL && s->image > 0) {
        fov__buf_addf(&buf, "\"image\":\"img_%d\"", (int)s->image);
        comma = ",";
    }
    for (const fov_json_value *v = fov__json_child(fov__json_root(doc)); v != NULL;
         v = fov__json_next(v), comma = ",") {
        const fov_op_param_row *p = param_named(def, fov__json_key(v));
        struct fov_jw jw;
        fov__buf_addf(&buf, "%s\"%s\":", comma, fov__json_key(v));
        fov__jw_init(&jw, &buf);
        if (p != NULL && fov__param_has_coordinates(p))
            put_value(&buf, w, s, v, p->type == FOV_PARAM_BOX || p->type == FOV_PARAM_BOXES);
        else
            fov__jw_value(&jw, NULL, v);
    }
    fov__buf_addc(&buf, '}');
    if (fov__json_parse(&said, w->ctx, buf.data, buf.len, 32, 65536, &err) < 0)
        fail_msg("%s %s: %s", def->name, buf.data, err.message);
    fov__buf_free(&buf);
    fov__json_free(doc);
    return said;
}

/* ---- a call --------------------------------------------------------------------------------- */

static void check_answer(const struct fov_tool_outcome *outcome, const char *arguments)
{
    static const char *const names[] = {"code", "field", "got", "allowed", "hint"};
    const fov_op_fault *f = &outcome->fault;
    const char *const values[] = {fov__fault_name(f->code), f->field, f->got, f->allowed, f->hint};
    struct fov_json *doc = NULL;
    fov_error err;
    if (fov__json_parse(&doc, outcome->ctx, outcome->text, strlen(outcome->text), 64, 1 << 20,
                        &err) < 0)
        fail_msg("%s: %s: %s", arguments, err.message, outcome->text);
    for (size_t i = 0; i < FOV_COUNT(names); i++) {
        const char *text = fov__json_string(fov__json_get(fov__json_root(doc), names[i]));
        assert_string_equal(text != NULL ? text : "", values[i]);
    }
    assert_int_equal(fov__json_get(fov__json_root(doc), "call") != NULL, f->call[0] != '\0');
    fov__json_free(doc);
}

static void call_tool(struct made_call *made, const struct world *w, const fov_op_def *def,
                      const char *arguments, size_t len)
{
    struct fov_tool_outcome outcome;
    made->status = fov__tool_call(&outcome, w->box, def->name, arguments, len, &made->err);
    if (made->status < 0)
        fail_msg("%s %s: the host's error %s", def->name, arguments, made->err.message);
    if (outcome.is_error) {
        check_answer(&outcome, arguments);
        made->fault = outcome.fault;
        made->status = fov__fault_to_error(&outcome.fault, &made->err);
    }
    fov__tool_outcome_free(&outcome);
}

void world_call(struct made_call *made, const struct world *w, const struct setting *s,
                const fov_op_def *def, const char *arguments, size_t len)
{
    struct fov_json *doc = NULL;
    struct world user = *w;
    struct fov_call call = {.op = def,
                            .name = def->name,
                            .space = s->space,
                            .frame = s->frame,
                            .delivered = delivered,
                            .user = &user};
    fov_applied applied = FOV_APPLIED_INIT;
    memset(made, 0, sizeof(*made));
    if (w->box != NULL) {
        call_tool(made, w, def, arguments, len);
        return;
    }
    if (fov__json_parse(&doc, w->ctx, arguments, len, 32, 65536, &made->err) < 0)
        fail_msg("%s: %s", arguments, made->err.message);
    call.arguments = fov__json_root(doc);
    made->status = fov__graph_call(w->graph, &call, &applied, NULL, &made->fault, &made->err);
    fov__json_free(doc);
}
