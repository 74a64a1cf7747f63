/* SPDX-License-Identifier: MIT */
/* What the tools that measure charts share. An image, a fact and a calibration may each have a
 * frame of its own: all of them are brought together in that of input 0, and no number is taken
 * over from one frame into another. */
#include "op/op_chart_internal.h"

const char *const fov__scale_names[] = {"linear", "log", "date", NULL};

/* ---- pixels --------------------------------------------------------------------------------- */

fov_status fov__chart_open(struct fov__chart_part *out, fov_op_io *io, bool has_box, fov_box box,
                           fov_error *err)
{
    out->box = has_box ? box : (fov_box){0, 0, io->in->width, io->in->height};
    int32_t w = (int32_t)(out->box.x2 - out->box.x1), h = (int32_t)(out->box.y2 - out->box.y1);
    out->shrink = 1;
    for (; (double)w * h > FOV__CHART_PIXELS; w = (w + 1) / 2, h = (h + 1) / 2)
        out->shrink *= 2;
    out->sx = (out->box.x2 - out->box.x1) / w;
    out->sy = (out->box.y2 - out->box.y1) / h;
    return io->render(io, 0, out->box, w, h, &out->px, err);
}

fov_point fov__chart_point(const struct fov__chart_part *part, double x, double y)
{
    return (fov_point){part->box.x1 + x * part->sx, part->box.y1 + y * part->sy};
}

/* ---- writing -------------------------------------------------------------------------------- */

double fov__chart_decimals(double v, int decimals)
{
    double unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    return fov__rint(v * unit) / unit + 0.0;
}

void fov__chart_numbers(struct fov_jw *jw, const char *key, const double *v, int n)
{
    fov__jw_array(jw, key);
    for (int i = 0; i < n; i++)
        fov__jw_number(jw, NULL, fov__chart_decimals(v[i], 2));
    fov__jw_end_array(jw);
}

void fov__chart_at(struct fov_jw *jw, fov_op_io *io, fov_point at)
{
    const fov_point source = io->to_source(io, 0, at);
    fov__chart_numbers(jw, "at", (const double[]){at.x, at.y}, 2);
    fov__chart_numbers(jw, "source_px", (const double[]){source.x, source.y}, 2);
}

void fov__chart_hex(struct fov_jw *jw, const char *key, const uint8_t rgb[3])
{
    char hex[8];
    fov__format(hex, sizeof(hex), "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
    fov__jw_string(jw, key, hex);
}

fov_status fov__chart_number(fov_op_marks *out, fov_point at, uint32_t number, fov_error *err)
{
    fov_op_mark mark;
    memset(&mark, 0, sizeof(mark));
    mark.kind = FOV_OP_MARK_TEXT;
    mark.a = mark.b = at;
    mark.color = (fov_op_color){255, 0, 0};
    mark.width = 1;
    fov__format(mark.text, sizeof(mark.text), "%u", (unsigned)number);
    return fov_op_marks_add(out, &mark, err);
}

/* ---- facts that an argument names ----------------------------------------------------------- */

fov_status fov__chart_refuse(fov_op_fault *fault, fov_error *err, enum fov_fault_code code,
                             const char *op, const char *param, int32_t i, const char *got,
                             const char *allowed, const char *hint)
{
    char field[56];
    if (i >= 0)
        fov__format(field, sizeof(field), "%s.%s[%d]", op, param, (int)i);
    else
        fov__format(field, sizeof(field), "%s.%s", op, param);
    const fov_status rc = fov__fault(fault, code, field, got, allowed, "%s", hint);
    fov__fault_to_error(fault, err);
    return rc;
}

struct fov_json *fov__chart_fact(fov_op_io *io, int32_t fact, const char **op, fov_error *err)
{
    struct fov_json *doc = NULL;
    const char *text = fov_op_io_fact(io, fact, op);
    if (text == NULL) {
        fov__fail(err, FOV_E_ARG, 0, "fact", "there is no fact_%d", (int)fact);
        return NULL;
    }
    fov__json_parse(&doc, io->ctx, text, strlen(text), 32, 4 << 20, err);
    return doc;
}

/* fov_op_to_fact() goes the other way: Newton's steps, of which an affine mapping needs one. */
bool fov__chart_from_fact(fov_op_io *io, int32_t fact, fov_point p, fov_point *out)
{
    fov_point at = p, there, right, down;
    for (int i = 0; i < 24; i++) {
        if (fov_op_to_fact(io, 0, fact, at, &there, NULL) < 0)
            return false;
        const double ex = p.x - there.x, ey = p.y - there.y;
        if (ex * ex + ey * ey < 1e-18)
            break;
        fov_op_to_fact(io, 0, fact, (fov_point){at.x + 1, at.y}, &right, NULL);
        fov_op_to_fact(io, 0, fact, (fov_point){at.x, at.y + 1}, &down, NULL);
        const double a = right.x - there.x, b = down.x - there.x, c = right.y - there.y,
                     d = down.y - there.y, det = a * d - b * c;
        if (!(det > 1e-12 || det < -1e-12))
            return false;
        at.x += (d * ex - b * ey) / det;
        at.y += (a * ey - c * ex) / det;
    }
    *out = at;
    return at.x - at.x == 0 && at.y - at.y == 0; /* finite */
}

/* ---- calibrations --------------------------------------------------------------------------- */

static bool number_at(const fov_json_value *object, const char *key, double *out)
{
    return fov__json_number(fov__json_get(object, key), out);
}

static bool read_calibration(struct fov__calibration *cal, const fov_json_value *root)
{
    const char *axis = fov__json_string(fov__json_get(root, "axis")),
               *scale = fov__json_string(fov__json_get(root, "scale"));
    const fov_json_value *fit = fov__json_get(root, "fit");
    if (axis == NULL || scale == NULL)
        return false;
    cal->is_y = strcmp(axis, "y") == 0;
    for (int s = 0; fov__scale_names[s] != NULL; s++) {
        if (strcmp(scale, fov__scale_names[s]) == 0)
            cal->scale = (enum fov__scale)s;
    }
    return number_at(fit, "at_0", &cal->at_0) && number_at(fit, "per_px", &cal->per_px) &&
           number_at(fit, "low", &cal->low) && number_at(fit, "high", &cal->high) &&
           number_at(fov__json_get(root, "residual_px"), "max", &cal->residual_px) &&
           cal->per_px != 0;
}

static fov_status refuse_calibration(const fov_op_ref *ref, const char *name, const char *op,
                                     int32_t i, fov_op_fault *fault, fov_error *err)
{
    char got[96];
    fov__format(got, sizeof(got), "fact_%d, which is %s", (int)ref->fact, name);
    if (ref->part > 0)
        fov__format(got, sizeof(got), "fact_%d.%d", (int)ref->fact, (int)ref->part);
    return fov__chart_refuse(fault, err, FOV_FAULT_BAD_TYPE, op, "calibration", i, got,
                             "a fact of calibrate, whole",
                             "Call calibrate with two or more ticks and name the fact that it "
                             "answers with.");
}

fov_status fov__chart_calibrations(struct fov__calibrations *out, fov_op_io *io,
                                   const fov_op_refs *refs, const char *op, fov_op_fault *fault,
                                   fov_error *err)
{
    out->n = 0;
    for (uint32_t i = 0; i < refs->n && i < 2; i++) {
        struct fov__calibration *cal = &out->v[i];
        const char *name = "";
        fov_point at;
        struct fov_json *doc = fov__chart_fact(io, refs->v[i].fact, &name, err);
        if (doc == NULL)
            return err != NULL ? err->status : FOV_E_MEMORY;
        memset(cal, 0, sizeof(*cal));
        cal->fact = refs->v[i].fact;
        const bool is_right = refs->v[i].part == 0 && strcmp(name, "calibrate") == 0 &&
                              read_calibration(cal, fov__json_root(doc));
        fov__json_free(doc);
        if (!is_right)
            return refuse_calibration(&refs->v[i], name, op, (int32_t)i, fault, err);
        if (fov_op_to_fact(io, 0, cal->fact, (fov_point){0, 0}, &at, NULL) < 0)
            return fov__chart_refuse(fault, err, FOV_FAULT_BAD_TYPE, op, "calibration", (int32_t)i,
                                     "a calibration of another original",
                                     "one made on an image of the same original",
                                     "Name the image that the calibration was made on, or another "
                                     "look at the same original.");
        if (i == 1 && cal->is_y == out->v[0].is_y)
            return fov__chart_refuse(fault, err, FOV_FAULT_OUT_OF_RANGE, op, "calibration", 1,
                                     cal->is_y ? "two of axis y" : "two of axis x",
                                     "one of axis x and one of axis y",
                                     "Give one calibration for each axis.");
        out->n++;
    }
    return FOV_OK;
}

bool fov__chart_along(fov_op_io *io, const struct fov__calibration *cal, fov_point p, double *out)
{
    fov_point there;
    if (fov_op_to_fact(io, 0, cal->fact, p, &there, NULL) < 0)
        return false;
    *out = cal->is_y ? there.y : there.x;
    return *out - *out == 0;
}

double fov__chart_value(const struct fov__calibration *cal, double u)
{
    return cal->scale == FOV__SCALE_LOG ? fov__pow10(u) : u;
}

/* One pixel, and what the calibration itself is off by. Digits beyond that are noise; one more than
 * it is kept. */
void fov__chart_write_value(struct fov_jw *jw, const struct fov__calibration *cal, double along)
{
    const double u = cal->at_0 + cal->per_px * along,
                 step = (cal->per_px < 0 ? -cal->per_px : cal->per_px),
                 off = step * (1 + cal->residual_px);
    char date[16];
    double value = fov__chart_value(cal, u), more = off;
    fov__jw_object(jw, cal->is_y ? "y" : "x");
    if (cal->scale == FOV__SCALE_LOG)
        more = fov__chart_value(cal, u + off) - value;
    if (cal->scale == FOV__SCALE_DATE && fov__date_text(date, u + 0.5)) {
        fov__jw_string(jw, "value", date);
        fov__jw_number(jw, "plus_minus_days", fov__round_digits(more, 2));
    } else {
        double unit = 1; /* a tenth of the power of ten of what is uncertain */
        for (; unit > more && unit > 1e-12; unit /= 10) {
        }
        for (; unit * 10 <= more && unit < 1e12; unit *= 10) {
        }
        unit /= 10;
        value = unit >= 1 ? fov__rint(value / unit) * unit
                          : fov__rint(value / unit) / fov__rint(1 / unit);
        fov__jw_number(jw, "value", value + 0.0);
        fov__jw_number(jw, "plus_minus", fov__round_digits(more, 2));
    }
    if (u < cal->low - step || u > cal->high + step)
        fov__jw_bool(jw, "extrapolated", true);
    fov__jw_end_object(jw);
}
