/* SPDX-License-Identifier: MIT */
/* calibrate: ticks of an axis become a straight line from pixels to values, by least squares, so
 * that a slip at one tick is outvoted and seen. The fact keeps the line with twelve digits; `read`
 * and `measure` use those, never what is rounded for the eye. */
#include "op/op_chart_internal.h"

#include "image/filter_internal.h"

struct calibrate_args {
    fov_op_args_head head;
    int32_t axis;
    fov_op_ticks ticks;
    int32_t scale;
};

enum { TICKS_MAX = 16, OFF_PX = 2 /* pixels: what nobody misses a tick by */ };

struct fitted {
    uint32_t n;
    double c[TICKS_MAX], u[TICKS_MAX];
    uint32_t order[TICKS_MAX]; /* by c */
    double at_0, per_px;
    double max_px, rms_px; /* residuals */
    uint32_t worst;
};

static fov_status refuse(fov_op_fault *fault, fov_error *err, enum fov_fault_code code,
                         const fov_op_tick *tick, uint32_t i, const char *allowed, const char *hint)
{
    char param[24], got[64];
    if (tick->text[0] != '\0')
        fov__format(got, sizeof(got), "\"%s\"", tick->text);
    else
        fov__double_text(got, tick->value);
    fov__format(param, sizeof(param), "ticks[%u]", (unsigned)i);
    return fov__chart_refuse(fault, err, code, "calibrate", param, -1, got, allowed, hint);
}

/* A tick's value on the scale along which its axis is even. */
static fov_status even_value(const struct calibrate_args *calibrate, uint32_t i, double *out,
                             fov_op_fault *fault, fov_error *err)
{
    const fov_op_tick *tick = &calibrate->ticks.v[i];
    const bool is_text = tick->text[0] != '\0';
    char year[8];
    if (calibrate->scale == FOV__SCALE_DATE) {
        if (!is_text && tick->value >= 1 && tick->value <= 9999)
            fov__format(year, sizeof(year), "%04d", (int)tick->value);
        if (is_text ? fov__date_days(tick->text, out)
                    : tick->value >= 1 && tick->value <= 9999 &&
                          tick->value == fov__rint(tick->value) && fov__date_days(year, out))
            return FOV_OK;
        return refuse(fault, err, FOV_FAULT_BAD_TYPE, tick, i, "2021, 2021-03 or 2021-03-01",
                      "With scale date a tick's value is a year, a month or a day.");
    }
    if (is_text)
        return refuse(fault, err, FOV_FAULT_BAD_TYPE, tick, i, "a number, such as 1500 for 1.5k",
                      "A tick's value is a plain number; with scale date it may be a date.");
    if (calibrate->scale == FOV__SCALE_LOG && !(tick->value > 0))
        return refuse(fault, err, FOV_FAULT_OUT_OF_RANGE, tick, i, "above 0",
                      "There is no 0 on a log scale; take the ticks that are printed, or scale "
                      "linear.");
    *out = calibrate->scale == FOV__SCALE_LOG ? fov__log10(tick->value) : tick->value;
    return FOV_OK;
}

static void sort_ticks(struct fitted *fit)
{
    for (uint32_t i = 0; i < fit->n; i++) {
        uint32_t at = i;
        for (; at > 0 && fit->c[fit->order[at - 1]] > fit->c[i]; at--)
            fit->order[at] = fit->order[at - 1];
        fit->order[at] = i;
    }
}

/* Along an axis values only rise or only fall. */
static fov_status check_order(const struct calibrate_args *calibrate, const struct fitted *fit,
                              fov_op_fault *fault, fov_error *err)
{
    const char *axis = calibrate->axis == 1 ? "y" : "x";
    const double whole = fit->u[fit->order[fit->n - 1]] - fit->u[fit->order[0]];
    char allowed[96];
    for (uint32_t k = 1; k < fit->n; k++) {
        const uint32_t i = fit->order[k], before = fit->order[k - 1];
        const double step = fit->u[i] - fit->u[before];
        if (fit->c[i] - fit->c[before] < 0.5) {
            fov__format(allowed, sizeof(allowed), "ticks apart along %s; ticks[%u] is there too",
                        axis, (unsigned)before);
            return refuse(fault, err, FOV_FAULT_OUT_OF_RANGE, &calibrate->ticks.v[i], i, allowed,
                          "Two ticks are at one place along the axis; is it the other axis?");
        }
        if (!(whole > 0 ? step > 0 : whole < 0 && step < 0)) {
            fov__format(allowed, sizeof(allowed),
                        "values that only rise or only fall along %s; ticks[%u] comes before", axis,
                        (unsigned)before);
            return refuse(fault, err, FOV_FAULT_OUT_OF_RANGE, &calibrate->ticks.v[i], i, allowed,
                          "Values along an axis rise or fall from tick to tick; look again which "
                          "value stands where.");
        }
    }
    return FOV_OK;
}

/* About the means, which keeps the digits. */
static void fit_line(struct fitted *fit)
{
    double mc = 0, mu = 0, cc = 0, cu = 0, sum = 0;
    for (uint32_t i = 0; i < fit->n; i++) {
        mc += fit->c[i] / fit->n;
        mu += fit->u[i] / fit->n;
    }
    for (uint32_t i = 0; i < fit->n; i++) {
        cc += (fit->c[i] - mc) * (fit->c[i] - mc);
        cu += (fit->c[i] - mc) * (fit->u[i] - mu);
    }
    fit->per_px = cu / cc;
    fit->at_0 = mu - fit->per_px * mc;
    fit->max_px = 0;
    fit->worst = 0;
    for (uint32_t i = 0; i < fit->n; i++) {
        double off = (fit->u[i] - mu - fit->per_px * (fit->c[i] - mc)) / fit->per_px;
        off = off < 0 ? -off : off;
        sum += off * off;
        if (off > fit->max_px) {
            fit->max_px = off;
            fit->worst = i;
        }
    }
    fit->rms_px = fov__sqrt(sum / fit->n);
}

/* Whether the ticks lie much better on a log scale. */
static bool suits_log(const struct fitted *linear)
{
    struct fitted fit = *linear;
    for (uint32_t i = 0; i < fit.n; i++) {
        if (!(fit.u[i] > 0))
            return false;
        fit.u[i] = fov__log10(fit.u[i]);
    }
    fit_line(&fit);
    return fit.max_px * 4 < linear->max_px;
}

static void write_range(struct fov_jw *jw, enum fov__scale scale, double low, double high)
{
    const double ends[] = {low, high};
    char date[16];
    fov__jw_array(jw, "range");
    for (int i = 0; i < 2; i++) {
        if (scale == FOV__SCALE_DATE && fov__date_text(date, ends[i]))
            fov__jw_string(jw, NULL, date);
        else
            fov__jw_number(jw, NULL,
                           scale == FOV__SCALE_LOG ? fov__round_digits(fov__pow10(ends[i]), 12)
                                                   : ends[i]);
    }
    fov__jw_end_array(jw);
}

/* `digits` significant ones; 0: as they are. */
static void write_residual(struct fov_jw *jw, const char *key, double max, double rms, int digits)
{
    fov__jw_object(jw, key);
    fov__jw_number(jw, "max", digits > 0 ? fov__round_digits(max, digits) : max);
    fov__jw_number(jw, "rms", digits > 0 ? fov__round_digits(rms, digits) : rms);
    fov__jw_end_object(jw);
}

static void write_warning(struct fov_jw *jw, const struct calibrate_args *calibrate,
                          const struct fitted *fit)
{
    char text[192];
    if (fit->n == 2) {
        fov__jw_string(jw, "note", "two ticks cannot check each other; a third would");
    } else if (fit->max_px > OFF_PX) {
        const bool is_log = calibrate->scale == FOV__SCALE_LINEAR && suits_log(fit);
        fov__format(text, sizeof(text), "ticks[%u] is %.1f px off the line through all; %s",
                    (unsigned)fit->worst, fit->max_px,
                    is_log ? "scale log fits them better"
                           : "look again at its place and value, and at the scale");
        fov__jw_string(jw, "warning", text);
    }
}

static void write_fit(struct fov_jw *jw, const struct calibrate_args *calibrate,
                      const struct fitted *fit)
{
    const enum fov__scale scale = (enum fov__scale)calibrate->scale;
    const double a = fit->u[fit->order[0]], b = fit->u[fit->order[fit->n - 1]];
    const double low = a < b ? a : b, high = a < b ? b : a;
    const double step = fit->per_px < 0 ? -fit->per_px : fit->per_px;
    fov__jw_string(jw, "axis", calibrate->axis == 1 ? "y" : "x");
    fov__jw_string(jw, "scale", fov__scale_names[scale]);
    if (scale == FOV__SCALE_LOG)
        fov__jw_number(jw, "factor_per_px", fov__round_digits(fov__pow10(fit->per_px), 6));
    else
        fov__jw_number(jw, scale == FOV__SCALE_DATE ? "days_per_px" : "units_per_px",
                       fov__round_digits(fit->per_px, 6));
    write_range(jw, scale, low, high);
    const double max = fov__chart_decimals(fit->max_px, 2),
                 rms = fov__chart_decimals(fit->rms_px, 2);
    write_residual(jw, "residual_px", max, rms, 0);
    if (scale == FOV__SCALE_LOG)
        write_residual(jw, "residual_factor", fov__pow10(max * step), fov__pow10(rms * step), 5);
    else
        write_residual(jw, "residual", max * step, rms * step, 3);
    write_warning(jw, calibrate, fit);
    fov__jw_object(jw, "fit");
    fov__jw_number(jw, "at_0", fov__round_digits(fit->at_0, 14));
    fov__jw_number(jw, "per_px", fov__round_digits(fit->per_px, 14));
    fov__jw_number(jw, "low", low);
    fov__jw_number(jw, "high", high);
    fov__jw_end_object(jw);
}

static fov_status calibrate_fact(const void *args, fov_op_io *io, struct fov_jw *jw,
                                 fov_op_fault *fault, fov_error *err)
{
    const struct calibrate_args *calibrate = args;
    struct fitted fit = {.n = calibrate->ticks.n};
    fov_status rc = FOV_OK;
    (void)io;
    for (uint32_t i = 0; i < fit.n && rc == FOV_OK; i++) {
        const fov_point at = calibrate->ticks.v[i].at;
        fit.c[i] = calibrate->axis == 1 ? at.y : at.x;
        rc = even_value(calibrate, i, &fit.u[i], fault, err);
    }
    if (rc == FOV_OK) {
        sort_ticks(&fit);
        rc = check_order(calibrate, &fit, fault, err);
    }
    if (rc == FOV_OK) {
        fit_line(&fit);
        write_fit(jw, calibrate, &fit);
    }
    return rc;
}

static const char *const axes[] = {"x", "y", NULL};

static const fov_op_param_row calibrate_params[] = {
    FOV_OP_ENUM(calibrate_args, axis, FOV_PARAM_REQUIRED, axes, 1,
                "x along the picture, y down it"),
    FOV_OP_LIST_OF(calibrate_args, ticks, FOV_PARAM_TICKS, FOV_PARAM_REQUIRED, 2, TICKS_MAX,
                   "places on the axis (tick marks or gridlines) and the values printed there"),
    FOV_OP_ENUM(calibrate_args, scale, 0, fov__scale_names, 0,
                "log: 1, 10, 100 in even steps; date: values such as 2021, 2021-03, 2021-03-01"),
    FOV_OP_END};

static const fov_op_example_row calibrate_examples[] = {
    {"{\"axis\":\"y\",\"ticks\":[{\"at\":[100,440.5],\"value\":0},{\"at\":[100,60.5],"
     "\"value\":100}]}",
     "units_per_px"},
    {"{\"axis\":\"x\",\"scale\":\"log\",\"ticks\":[{\"at\":[100,480],\"value\":1},{\"at\":[500,480]"
     ","
     "\"value\":100},{\"at\":[900,480],\"value\":10000}]}",
     "factor_per_px"},
    {"{\"axis\":\"x\",\"scale\":\"date\",\"ticks\":[{\"at\":[100,480],\"value\":\"2021-01\"},{"
     "\"at\":"
     "[900,480],\"value\":\"2021-12-31\"}]}",
     "days_per_px"},
    {NULL, NULL}};

const fov_op_def fov__op_calibrate = {
    .name = "calibrate",
    .since = "0.1.0",
    .summary = "Learn an axis from its ticks, so that `read` turns places into values.",
    .when = "Use it when a chart's values are not printed: give three or more ticks far apart, in "
            "the middle of their marks, then `read` bars, points or lines. A large residual means "
            "a wrong tick or scale.",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_CHART | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = calibrate_params,
    .args_size = sizeof(struct calibrate_args),
    .examples = calibrate_examples,
    .fact = calibrate_fact,
};
