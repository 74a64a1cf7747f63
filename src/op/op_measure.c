/* SPDX-License-Identifier: MIT */
/* measure: lengths, angles and areas in the pixels of the original, through the composed matrix, so
 * that a zoom, a turn or a straightening in between does not change them; in the units of axes
 * where these are calibrated; and what a line across the picture meets. */
#include "op/op_chart_internal.h"

#include "image/filter_internal.h"

struct measure_args {
    fov_op_args_head head;
    int32_t what;
    fov_op_points points;
    fov_op_refs calibration;
};

enum { DISTANCE, ANGLE, AREA, PROFILE };
enum {
    CHUNK = 64,      /* samples whose surroundings are rendered at once */
    LUMINANCES = 64, /* numbers that tell a profile */
    EDGES = FOV_OP_LIST_MAX,
    STEP_MIN = 6, /* levels from sample to sample; less is noise */
    RISE_MIN = 16 /* levels of an edge */
};

struct measuring {
    const struct measure_args *args;
    fov_op_io *io;
    struct fov__calibrations cal;
    uint32_t n;
    const fov_point *at;               /* in the image */
    fov_point source[FOV_OP_LIST_MAX]; /* in the original */
    double u[2][FOV_OP_LIST_MAX];      /* along each calibrated axis, on its scale */
};

static double distance(fov_point a, fov_point b)
{
    return fov__sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

/* Clockwise from rightwards, to two decimals, [0, 360). */
static double direction(fov_point a, fov_point b)
{
    const double angle = fov__chart_decimals(fov__atan2_deg(b.y - a.y, b.x - a.x), 2);
    return angle >= 360 ? 0 : angle;
}

static fov_status prepare(struct measuring *m, fov_op_fault *fault, fov_error *err)
{
    fov_status rc =
        fov__chart_calibrations(&m->cal, m->io, &m->args->calibration, "measure", fault, err);
    m->n = m->args->points.n;
    m->at = m->args->points.v;
    for (uint32_t i = 0; i < m->n && rc == FOV_OK; i++) {
        m->source[i] = m->io->to_source(m->io, 0, m->at[i]);
        for (uint32_t k = 0; k < m->cal.n; k++) {
            double along = 0;
            if (!fov__chart_along(m->io, &m->cal.v[k], m->at[i], &along))
                return fov__fail(err, FOV_E_ARG, 0, "measure",
                                 "point %u is on the horizon of a perspective", (unsigned)i);
            m->u[k][i] = m->cal.v[k].at_0 + m->cal.v[k].per_px * along;
        }
    }
    return rc;
}

/* ---- how many points ------------------------------------------------------------------------ */

static fov_status check_points(const struct measuring *m, fov_op_fault *fault, fov_error *err)
{
    static const struct {
        uint32_t least, most;
        const char *words;
    } rules[] = {{2, 2, "2 points, one at each end"},
                 {3, 3, "3 points, the corner second"},
                 {3, FOV_OP_LIST_MAX, "3 or more points, around the area in order"},
                 {2, 2, "2 points, where the line begins and ends"}};
    const uint32_t n = m->args->points.n;
    char got[16], hint[96];
    if (n >= rules[m->args->what].least && n <= rules[m->args->what].most)
        return FOV_OK;
    fov__format(got, sizeof(got), "%u point%s", (unsigned)n, n == 1 ? "" : "s");
    fov__format(hint, sizeof(hint), "This measure needs %s.", rules[m->args->what].words);
    return fov__chart_refuse(fault, err, FOV_FAULT_OUT_OF_RANGE, "measure", "points", -1, got,
                             rules[m->args->what].words, hint);
}

static fov_status refuse_same(uint32_t i, fov_op_fault *fault, fov_error *err)
{
    return fov__chart_refuse(fault, err, FOV_FAULT_TOO_SMALL, "measure", "points", (int32_t)i,
                             "the place of the point before", "points that are apart",
                             "Two points that follow each other are at one place.");
}

/* ---- distance and angle --------------------------------------------------------------------- */

/* What lies between two points along an axis. */
static void write_differences(const struct measuring *m, struct fov_jw *jw)
{
    for (uint32_t k = 0; k < m->cal.n; k++) {
        const struct fov__calibration *cal = &m->cal.v[k];
        const double a = m->u[k][0], b = m->u[k][1],
                     off = 2 * (cal->per_px < 0 ? -cal->per_px : cal->per_px) *
                           (1 + cal->residual_px);
        fov__jw_object(jw, cal->is_y ? "y" : "x");
        if (cal->scale == FOV__SCALE_LOG)
            fov__jw_number(jw, "ratio", fov__round_digits(fov__pow10(b - a), 5));
        fov__jw_number(jw, cal->scale == FOV__SCALE_DATE ? "days" : "difference",
                       fov__round_digits(fov__chart_value(cal, b) - fov__chart_value(cal, a), 6));
        if (cal->scale != FOV__SCALE_LOG)
            fov__jw_number(jw, "plus_minus", fov__round_digits(off, 2));
        fov__jw_end_object(jw);
    }
}

static fov_status write_distance(const struct measuring *m, struct fov_jw *jw, fov_op_fault *fault,
                                 fov_error *err)
{
    const fov_point a = m->source[0], b = m->source[1];
    if (m->at[0].x == m->at[1].x && m->at[0].y == m->at[1].y)
        return refuse_same(1, fault, err);
    fov__jw_number(jw, "length_px", fov__chart_decimals(distance(a, b), 2));
    fov__jw_number(jw, "dx_px", fov__chart_decimals(b.x - a.x, 2));
    fov__jw_number(jw, "dy_px", fov__chart_decimals(b.y - a.y, 2));
    fov__jw_number(jw, "direction", direction(m->at[0], m->at[1]));
    write_differences(m, jw);
    return FOV_OK;
}

/* In the original: a straightened picture changes angles, the thing itself does not. */
static fov_status write_angle(const struct measuring *m, struct fov_jw *jw, fov_op_fault *fault,
                              fov_error *err)
{
    const fov_point a = m->source[0], o = m->source[1], b = m->source[2];
    if (distance(a, o) < 1e-9 || distance(b, o) < 1e-9)
        return refuse_same(distance(a, o) < 1e-9 ? 1 : 2, fault, err);
    double turn = fov__atan2_deg(b.y - o.y, b.x - o.x) - fov__atan2_deg(a.y - o.y, a.x - o.x);
    turn = turn < 0 ? turn + 360 : turn;
    const double seen = fov__chart_decimals(turn, 2);
    fov__jw_number(jw, "angle", turn > 180 ? fov__chart_decimals(360 - turn, 2) : seen);
    fov__jw_number(jw, "clockwise", seen >= 360 ? 0 : seen);
    fov__jw_number(jw, "of_circle", fov__chart_decimals(turn / 360, 4));
    return FOV_OK;
}

/* ---- area ----------------------------------------------------------------------------------- */

static double side_of(fov_point a, fov_point b, fov_point p)
{
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

/* Whether two sides of the polygon that are no neighbours cut each other. */
static bool crosses_itself(const struct measuring *m)
{
    const fov_point *p = m->source;
    for (uint32_t i = 0; i < m->n; i++) {
        for (uint32_t j = i + 2; j < m->n; j++) {
            const fov_point a = p[i], b = p[(i + 1) % m->n], c = p[j], d = p[(j + 1) % m->n];
            if (i == 0 && j + 1 == m->n)
                continue;
            if (side_of(a, b, c) * side_of(a, b, d) < 0 && side_of(c, d, a) * side_of(c, d, b) < 0)
                return true;
        }
    }
    return false;
}

static double shoelace(const double *x, const double *y, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) { /* about the first point, which keeps the digits */
        const uint32_t k = (i + 1) % n;
        sum += (x[i] - x[0]) * (y[k] - y[0]) - (x[k] - x[0]) * (y[i] - y[0]);
    }
    return sum < 0 ? -sum / 2 : sum / 2;
}

static fov_status write_area(const struct measuring *m, struct fov_jw *jw, fov_op_fault *fault,
                             fov_error *err)
{
    double x[FOV_OP_LIST_MAX], y[FOV_OP_LIST_MAX], around = 0;
    if (crosses_itself(m))
        return fov__chart_refuse(fault, err, FOV_FAULT_OUT_OF_RANGE, "measure", "points", -1,
                                 "sides that cross", "points in order around the area",
                                 "The polygon crosses itself; give its corners in order.");
    for (uint32_t i = 0; i < m->n; i++) {
        x[i] = m->source[i].x;
        y[i] = m->source[i].y;
        around += distance(m->source[i], m->source[(i + 1) % m->n]);
    }
    fov__jw_number(jw, "area_px", fov__chart_decimals(shoelace(x, y, m->n), 1));
    fov__jw_number(jw, "perimeter_px", fov__chart_decimals(around, 1));
    if (m->cal.n < 2)
        return FOV_OK;
    if (m->cal.v[0].scale == FOV__SCALE_LOG || m->cal.v[1].scale == FOV__SCALE_LOG) {
        fov__jw_string(jw, "note", "an area on a log scale means nothing and is left out");
        return FOV_OK;
    }
    fov__jw_number(jw, "area_units", fov__round_digits(shoelace(m->u[0], m->u[1], m->n), 6));
    return FOV_OK;
}

/* ---- profile -------------------------------------------------------------------------------- */

/* Luma on white between pixels' centres. */
static double luma_at(const struct fov_pixels *px, double x, double y)
{
    double sum = 0;
    const double fx = fov__floor(x - 0.5), fy = fov__floor(y - 0.5);
    for (int dy = 0; dy < 2; dy++) {
        for (int dx = 0; dx < 2; dx++) {
            const double wx = dx ? x - 0.5 - fx : 1 - (x - 0.5 - fx),
                         wy = dy ? y - 0.5 - fy : 1 - (y - 0.5 - fy);
            double ix = fx + dx, iy = fy + dy;
            ix = ix < 0 ? 0 : ix > px->width - 1 ? px->width - 1 : ix;
            iy = iy < 0 ? 0 : iy > px->height - 1 ? px->height - 1 : iy;
            const uint8_t *p = fov__pixels_row(px, (int32_t)iy) + (size_t)ix * (size_t)px->bands;
            const int32_t luma = fov__luma(p), alpha = px->bands == 4 ? p[3] : 255;
            sum += wx * wy * ((luma * alpha + 255 * (255 - alpha)) / 255.0);
        }
    }
    return sum;
}

/* Samples [first, last) of a line, one a pixel, each in the middle of its step. */
static fov_status sample(const struct measuring *m, double step, uint32_t first, uint32_t last,
                         double *luma, fov_error *err)
{
    const fov_point a = m->at[0], b = m->at[1];
    const double length = distance(a, b), ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
    const fov_box frame = {0, 0, m->io->in->width, m->io->in->height};
    struct fov_pixels *px = NULL;
    const double t1 = (first + 0.5) * step, t2 = (last - 0.5) * step;
    const double x1 = a.x + ux * t1, x2 = a.x + ux * t2, y1 = a.y + uy * t1, y2 = a.y + uy * t2;
    fov_box box = {fov__floor(x1 < x2 ? x1 : x2) - 1, fov__floor(y1 < y2 ? y1 : y2) - 1,
                   fov__floor(x1 < x2 ? x2 : x1) + 2, fov__floor(y1 < y2 ? y2 : y1) + 2};
    if (!fov__box_intersect(box, frame, &box)) /* a line along the last border */
        return fov__fail(err, FOV_E_ARG, 0, "measure", "the line lies beside the image");
    fov_status rc = m->io->render(m->io, 0, box, (int32_t)(box.x2 - box.x1),
                                  (int32_t)(box.y2 - box.y1), &px, err);
    for (uint32_t i = first; i < last && rc == FOV_OK; i++) {
        const double t = (i + 0.5) * step;
        luma[i] = luma_at(px, a.x + ux * t - box.x1, a.y + uy * t - box.y1);
    }
    fov__pixels_unref(px);
    return rc;
}

static fov_status sample_all(const struct measuring *m, double step, uint32_t n, double *luma,
                             fov_error *err)
{
    fov_status rc = FOV_OK;
    for (uint32_t i = 0; i < n && rc == FOV_OK; i += CHUNK) {
        if (fov_cancel_is_set(m->io->cancel))
            return fov__fail(err, FOV_E_CANCELLED, 0, "measure", "the caller cancelled");
        rc = sample(m, step, i, i + CHUNK < n ? i + CHUNK : n, luma, err);
    }
    return rc;
}

static void write_luminances(struct fov_jw *jw, const double *luma, uint32_t n, double step)
{
    const uint32_t each = (n + LUMINANCES - 1) / LUMINANCES;
    fov__jw_number(jw, "sample_px", fov__chart_decimals(step * each, 3));
    fov__jw_array(jw, "luminance");
    for (uint32_t i = 0; i < n; i += each) {
        const uint32_t end = i + each < n ? i + each : n;
        double sum = 0;
        for (uint32_t k = i; k < end; k++)
            sum += luma[k];
        fov__jw_number(jw, NULL, fov__rint(sum / (end - i)));
    }
    fov__jw_end_array(jw);
}

static void write_edge(const struct measuring *m, struct fov_jw *jw, uint32_t id, double along,
                       double from, double to)
{
    const fov_point a = m->at[0], b = m->at[1];
    const double t = along / distance(a, b);
    const fov_point at = {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
    fov__jw_object(jw, NULL);
    fov__jw_int(jw, "id", id);
    fov__chart_at(jw, m->io, at);
    fov__jw_number(jw, "from", fov__rint(from));
    fov__jw_number(jw, "to", fov__rint(to));
    for (uint32_t k = 0; k < m->cal.n; k++) {
        double axis;
        if (fov__chart_along(m->io, &m->cal.v[k], at, &axis))
            fov__chart_write_value(jw, &m->cal.v[k], axis);
    }
    fov__jw_end_object(jw);
}

/* Runs of steps in one direction, placed where half of the change is done. */
static void write_edges(const struct measuring *m, struct fov_jw *jw, const double *luma,
                        uint32_t n, double step)
{
    uint32_t found = 0, i = 0;
    char note[64];
    fov__jw_array(jw, "parts");
    while (i + 1 < n) {
        const double first = luma[i + 1] - luma[i];
        const bool is_up = first > 0;
        uint32_t end = i;
        double place;
        while (end + 1 < n &&
               (is_up ? luma[end + 1] - luma[end] : luma[end] - luma[end + 1]) >= STEP_MIN)
            end++;
        if (end == i) {
            i++;
            continue;
        }
        const double from = luma[i], to = luma[end], change = to - from;
        place = end;
        for (uint32_t k = i + 1; k < end; k++)
            place -= (luma[k] - from) / change;
        if (change >= RISE_MIN || change <= -RISE_MIN) {
            if (++found <= EDGES)
                write_edge(m, jw, found, place * step, from, to);
        }
        i = end;
    }
    fov__jw_end_array(jw);
    if (found > EDGES) {
        fov__format(note, sizeof(note), "the first %d of %u edges", EDGES, (unsigned)found);
        fov__jw_string(jw, "cut", note);
    }
}

static fov_status write_profile(const struct measuring *m, struct fov_jw *jw, fov_op_fault *fault,
                                fov_error *err)
{
    const double length = distance(m->at[0], m->at[1]);
    if (length < 1)
        return refuse_same(1, fault, err);
    const uint32_t n = (uint32_t)fov__ceil(length - 1e-9);
    const double step = length / n;
    double *luma = fov__calloc(m->io->ctx, n, sizeof(*luma));
    if (luma == NULL)
        return fov__fail_memory(err, "measure", n * sizeof(*luma));
    const fov_status rc = sample_all(m, step, n, luma, err);
    if (rc == FOV_OK) {
        fov__jw_number(jw, "length_px",
                       fov__chart_decimals(distance(m->source[0], m->source[1]), 2));
        write_luminances(jw, luma, n, step);
        write_edges(m, jw, luma, n, step);
    }
    fov__free(m->io->ctx, luma);
    return rc;
}

/* ---- the row -------------------------------------------------------------------------------- */

static const char *const whats[] = {"distance", "angle", "area", "profile", NULL};

static fov_status measure_fact(const void *args, fov_op_io *io, struct fov_jw *jw,
                               fov_op_fault *fault, fov_error *err)
{
    struct measuring m = {.args = args, .io = io};
    fov_status rc = check_points(&m, fault, err);
    if (rc == FOV_OK)
        rc = prepare(&m, fault, err);
    if (rc < 0)
        return rc;
    fov__jw_string(jw, "what", whats[m.args->what]);
    switch (m.args->what) {
    case DISTANCE:
        return write_distance(&m, jw, fault, err);
    case ANGLE:
        return write_angle(&m, jw, fault, err);
    case AREA:
        return write_area(&m, jw, fault, err);
    default:
        return write_profile(&m, jw, fault, err);
    }
}

static const fov_op_param_row measure_params[] = {
    FOV_OP_ENUM(measure_args, what, FOV_PARAM_REQUIRED, whats, 0,
                "profile: brightness along a line, and the edges that it crosses"),
    FOV_OP_LIST_OF(measure_args, points, FOV_PARAM_POINTS, FOV_PARAM_REQUIRED, 2, FOV_OP_LIST_MAX,
                   "distance, profile: both ends; angle: the corner second; area: around it"),
    FOV_OP_LIST_OF(measure_args, calibration, FOV_PARAM_FACTS, 0, 1, 2,
                   "facts of calibrate, to tell values too: one axis, or x and y"),
    FOV_OP_END};

static const char *const measure_examples_after[] = {
    "calibrate",
    "{\"axis\":\"y\",\"ticks\":[{\"at\":[100,440.5],\"value\":0},{\"at\":[100,250.5],\"value\":50},"
    "{"
    "\"at\":[100,60.5],\"value\":100}]}",
    NULL};

static const fov_op_example_row measure_examples[] = {
    {"{\"what\":\"distance\",\"points\":[[430,440],[430,98]],\"calibration\":[\"fact_0\"]}", "y"},
    {"{\"what\":\"distance\",\"points\":[[100,100],[400,500]]}", "length_px"},
    {"{\"what\":\"angle\",\"points\":[[500,50],[500,250],[700,250]]}", "of_circle"},
    {"{\"what\":\"area\",\"points\":[[100,100],[300,100],[300,200],[100,200]]}", "area_px"},
    {"{\"what\":\"profile\",\"points\":[[0,250],[1000,250]]}", "luminance"},
    {NULL, NULL}};

const fov_op_def fov__op_measure = {
    .name = "measure",
    .since = "0.1.0",
    .summary = "Measure a distance, an angle, a polygon's area, or the edges along a line.",
    .when = "Use it for a pie slice's angle (its share is of_circle), for lengths against a scale "
            "bar, or to find exactly where a line meets an edge or a curve (profile).",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = measure_params,
    .args_size = sizeof(struct measure_args),
    .examples = measure_examples,
    .examples_after = measure_examples_after,
    .fact = measure_fact,
};
