/* SPDX-License-Identifier: MIT */
/* read: places become values by calibrations. What is read is a point, or the part of an earlier
 * fact, of which one end is meant; it never looks at a pixel. */
#include "op/op_chart_internal.h"

struct read_args {
    fov_op_args_head head;
    fov_op_points points;
    fov_op_refs parts;
    fov_op_refs calibration;
    int32_t edge;
};

enum { READ_MOST = 2 * FOV_OP_LIST_MAX };
enum { EDGE_AUTO, EDGE_TOP, EDGE_BOTTOM, EDGE_LEFT, EDGE_RIGHT, EDGE_CENTER };

/* A place in the frame of input 0. */
struct place {
    fov_point at;
    int32_t fact, part; /* part 0: a point of the call */
};

struct reading {
    const struct read_args *args;
    fov_op_io *io;
    struct fov__calibrations cal;
    uint32_t n, left_out;
    struct place v[READ_MOST];
};

/* ---- which place of a part is meant --------------------------------------------------------- */

static bool numbers_of(const fov_json_value *object, const char *key, double *out, size_t n)
{
    const fov_json_value *list = fov__json_get(object, key), *v = fov__json_child(list);
    if (fov__json_type(list) != FOV_JSON_ARRAY || fov__json_count(list) != n)
        return false;
    for (size_t i = 0; i < n; i++, v = fov__json_next(v)) {
        if (!fov__json_number(v, &out[i]))
            return false;
    }
    return true;
}

/* The outermost of two ends. */
static fov_point end_of(const double line[4], int32_t edge)
{
    const fov_point a = {line[0], line[1]}, b = {line[2], line[3]};
    switch (edge) {
    case EDGE_TOP:
        return a.y <= b.y ? a : b;
    case EDGE_BOTTOM:
        return a.y > b.y ? a : b;
    case EDGE_LEFT:
        return a.x <= b.x ? a : b;
    case EDGE_RIGHT:
        return a.x > b.x ? a : b;
    default:
        return (fov_point){(a.x + b.x) / 2, (a.y + b.y) / 2};
    }
}

static fov_point side_of(const double box[4], int32_t edge)
{
    const double x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
    switch (edge) {
    case EDGE_TOP:
        return (fov_point){x, box[1]};
    case EDGE_BOTTOM:
        return (fov_point){x, box[3]};
    case EDGE_LEFT:
        return (fov_point){box[0], y};
    default:
        return (fov_point){box[2], y};
    }
}

/* A bar ends where its value is: of the two sides across the axis, the one further from zero, or,
 * on scales that have no zero, the one of more. The part's image may lie turned, so all four are
 * tried.
 */
static bool bar_end(const struct reading *r, int32_t fact, const double box[4], fov_point *out)
{
    const struct fov__calibration *cal = &r->cal.v[0];
    double along[5];
    fov_point at[5];
    for (int32_t e = EDGE_TOP; e <= EDGE_RIGHT; e++) {
        if (!fov__chart_from_fact(r->io, fact, side_of(box, e), &at[e]) ||
            !fov__chart_along(r->io, cal, at[e], &along[e]))
            return false;
    }
    const double down = along[EDGE_BOTTOM] - along[EDGE_TOP],
                 over = along[EDGE_RIGHT] - along[EDGE_LEFT];
    const int32_t first = down * down >= over * over ? EDGE_TOP : EDGE_LEFT;
    double a = cal->at_0 + cal->per_px * along[first],
           b = cal->at_0 + cal->per_px * along[first + 1];
    if (cal->scale == FOV__SCALE_LINEAR) {
        a = a < 0 ? -a : a;
        b = b < 0 ? -b : b;
    }
    *out = a >= b ? at[first] : at[first + 1];
    return true;
}

/* False: it has no place, or none in this image. */
static bool place_of(const struct reading *r, int32_t fact, const fov_json_value *part,
                     fov_point *out)
{
    double v[4];
    fov_point p;
    const int32_t edge = r->args->edge;
    const bool is_middle = edge == EDGE_CENTER || (edge == EDGE_AUTO && r->cal.n == 2);
    if (numbers_of(part, "line", v, 4)) {
        p = end_of(v, edge);
    } else if (numbers_of(part, "box", v, 4)) {
        if (is_middle)
            p = (fov_point){(v[0] + v[2]) / 2, (v[1] + v[3]) / 2};
        else if (edge == EDGE_AUTO)
            return bar_end(r, fact, v, out);
        else
            p = side_of(v, edge);
        if (is_middle && numbers_of(part, "at", v, 2))
            p = (fov_point){v[0], v[1]};
    } else if (numbers_of(part, "at", v, 2)) {
        p = (fov_point){v[0], v[1]};
    } else {
        return false;
    }
    return fov__chart_from_fact(r->io, fact, p, out);
}

/* ---- collecting ----------------------------------------------------------------------------- */

static void add_place(struct reading *r, fov_point at, int32_t fact, int32_t part)
{
    if (r->n < READ_MOST)
        r->v[r->n++] = (struct place){at, fact, part};
    else
        r->left_out++;
}

static fov_status refuse_part(const fov_op_ref *ref, uint32_t i, const char *name, int32_t count,
                              fov_op_fault *fault, fov_error *err)
{
    char got[64], allowed[96];
    if (count < 0) {
        fov__format(got, sizeof(got), "fact_%d, which is %s", (int)ref->fact, name);
        return fov__chart_refuse(fault, err, FOV_FAULT_BAD_TYPE, "read", "parts", (int32_t)i, got,
                                 "a fact with places: components, lines, ocr, measure",
                                 "Call components or lines and name its fact, or give points.");
    }
    fov__format(got, sizeof(got), "fact_%d.%d", (int)ref->fact, (int)ref->part);
    if (count == 0)
        fov__format(allowed, sizeof(allowed), "fact_%d has no parts", (int)ref->fact);
    else
        fov__format(allowed, sizeof(allowed), "fact_%d.1 to fact_%d.%d", (int)ref->fact,
                    (int)ref->fact, (int)count);
    return fov__chart_refuse(fault, err, FOV_FAULT_UNKNOWN_FACT, "read", "parts", (int32_t)i, got,
                             allowed, "Name a part by the id that its fact gave it.");
}

static fov_status collect(struct reading *r, uint32_t i, fov_op_fault *fault, fov_error *err)
{
    const fov_op_ref *ref = &r->args->parts.v[i];
    const char *name = "";
    struct fov_json *doc = fov__chart_fact(r->io, ref->fact, &name, err);
    fov_point at;
    fov_status rc = FOV_OK;
    bool is_found = false, has_place = true;
    if (doc == NULL)
        return err != NULL && err->status < 0 ? err->status : FOV_E_MEMORY;
    const fov_json_value *parts = fov__json_get(fov__json_root(doc), "parts");
    for (const fov_json_value *p = fov__json_child(parts); p != NULL && has_place;
         p = fov__json_next(p)) {
        double id = 0;
        if (!fov__json_number(fov__json_get(p, "id"), &id) || (ref->part > 0 && id != ref->part))
            continue;
        is_found = true;
        has_place = place_of(r, ref->fact, p, &at);
        if (has_place)
            add_place(r, at, ref->fact, (int32_t)id);
    }
    if (fov__json_type(parts) != FOV_JSON_ARRAY)
        rc = refuse_part(ref, i, name, -1, fault, err);
    else if (!is_found && (ref->part > 0 || fov__json_count(parts) == 0))
        rc = refuse_part(ref, i, name, (int32_t)fov__json_count(parts), fault, err);
    else if (!has_place)
        rc = fov__chart_refuse(fault, err, FOV_FAULT_BAD_TYPE, "read", "parts", (int32_t)i,
                               "a part of another original, or without a place",
                               "parts with a place, in an image of the same original",
                               "Name the image that the parts were found in.");
    fov__json_free(doc);
    return rc;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void write_place(const struct reading *r, struct fov_jw *jw, uint32_t i)
{
    const struct place *place = &r->v[i];
    char of[40];
    double along;
    fov__jw_object(jw, NULL);
    fov__jw_int(jw, "id", (int64_t)i + 1);
    if (place->part > 0) {
        fov__format(of, sizeof(of), "fact_%d.%d", (int)place->fact, (int)place->part);
        fov__jw_string(jw, "of", of);
    }
    fov__chart_at(jw, r->io, place->at);
    for (uint32_t k = 0; k < r->cal.n; k++) {
        if (fov__chart_along(r->io, &r->cal.v[k], place->at, &along))
            fov__chart_write_value(jw, &r->cal.v[k], along);
    }
    fov__jw_end_object(jw);
}

static fov_status read_fact(const void *args, fov_op_io *io, struct fov_jw *jw, fov_op_fault *fault,
                            fov_error *err)
{
    struct reading r = {.args = args, .io = io};
    fov_error local;
    char note[64];
    err = err != NULL ? err : &local;
    if (r.args->points.n + r.args->parts.n == 0)
        return fov__chart_refuse(fault, err, FOV_FAULT_MISSING_ARG, "read", "points", -1, NULL,
                                 "points, or parts such as fact_0 or fact_0.2",
                                 "read needs points, or parts of an earlier fact.");
    fov_status rc = fov__chart_calibrations(&r.cal, io, &r.args->calibration, "read", fault, err);
    for (uint32_t i = 0; i < r.args->points.n; i++)
        add_place(&r, r.args->points.v[i], -1, 0);
    for (uint32_t i = 0; i < r.args->parts.n && rc == FOV_OK; i++)
        rc = collect(&r, i, fault, err);
    if (rc < 0)
        return rc;
    fov__jw_array(jw, "parts");
    for (uint32_t i = 0; i < r.n; i++)
        write_place(&r, jw, i);
    fov__jw_end_array(jw);
    if (r.left_out > 0) {
        fov__format(note, sizeof(note), "the first %u of %u", (unsigned)r.n,
                    (unsigned)(r.n + r.left_out));
        fov__jw_string(jw, "cut", note);
    }
    return FOV_OK;
}

static const char *const edges[] = {"auto", "top", "bottom", "left", "right", "center", NULL};

static const fov_op_param_row read_params[] = {
    FOV_OP_LIST(read_args, points, FOV_PARAM_POINTS, 0, FOV_OP_LIST_MAX, "places to read"),
    FOV_OP_LIST(read_args, parts, FOV_PARAM_FACTS, 0, FOV_OP_LIST_MAX,
                "parts to read: fact_3 for all of a fact's, fact_3.2 for one"),
    FOV_OP_LIST_OF(read_args, calibration, FOV_PARAM_FACTS, FOV_PARAM_REQUIRED, 1, 2,
                   "facts of calibrate: one axis, or x and y"),
    FOV_OP_ENUM(read_args, edge, 0, edges, 0,
                "end of a part; auto: a bar's end away from zero, and with two axes the center"),
    FOV_OP_END};

/* fact_0 and fact_1 of the examples. */
static const char *const read_examples_after[] = {
    "calibrate",
    "{\"axis\":\"y\",\"ticks\":[{\"at\":[100,440.5],\"value\":0},{\"at\":[100,250.5],\"value\":50},"
    "{"
    "\"at\":[100,60.5],\"value\":100}]}",
    "components", "{\"box\":[104,50,590,438],\"order\":\"across\"}", NULL};

static const fov_op_example_row read_examples[] = {
    {"{\"parts\":[\"fact_1\"],\"calibration\":[\"fact_0\"]}", "parts"},
    {"{\"points\":[[300,120]],\"calibration\":[\"fact_0\"]}", "parts"},
    {"{\"parts\":[\"fact_1.2\",\"fact_1.3\"],\"calibration\":[\"fact_0\"],\"edge\":\"bottom\"}",
     "parts"},
    {NULL, NULL}};

const fov_op_def fov__op_read = {
    .name = "read",
    .since = "0.1.0",
    .summary = "Turn places or found parts into values by a calibrated axis, with their error.",
    .when = "Use it after calibrate: for bars name the parts that components found, for a curve "
            "give points in the middle of its line. An extrapolated value lies beyond the ticks.",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_CHART | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = read_params,
    .args_size = sizeof(struct read_args),
    .examples = read_examples,
    .examples_after = read_examples_after,
    .fact = read_fact,
};
