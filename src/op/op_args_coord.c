/* SPDX-License-Identifier: MIT */
/* Boxes, points and lines in the coordinate space of a call. What a number means is said by the
 * reading and never by its size: 0.5 in a space of pixels is half a pixel. Nothing is moved, grown
 * or cut without a fault or a note. */
#include "op/op_args_internal.h"

/* Boxes are rounded outwards, but 100.0000001 that comes from a division is 100. */
#define TOLERANCE 1e-6

struct range {
    double x, y;          /* the far edge, in the units of the call */
    double to_x, to_y;    /* pixels of the frame for one unit */
    bool is_bounded;      /* numbers outside 0 and the far edge mean nothing */
    double unit;          /* a small step in these units */
    double width, height; /* of the frame, pixels */
};

static struct range range_of(const struct op_parse *p)
{
    const struct op_reading *r = p->reading;
    const bool is_source = p->frame == FOV__FRAME_SOURCE;
    struct range range = {.is_bounded = true, .unit = 1};
    range.width = is_source ? r->source_width : r->width;
    range.height = is_source ? r->source_height : r->height;
    switch (r->space) {
    case FOV__SPACE_NODE_PX:
    case FOV__SPACE_DELIVERED_PX:
        range.x = range.width;
        range.y = range.height;
        range.is_bounded = false;
        if (r->space == FOV__SPACE_DELIVERED_PX && !is_source && r->delivered_width > 0 &&
            r->delivered_height > 0) {
            range.x = r->delivered_width;
            range.y = r->delivered_height;
        }
        break;
    case FOV__SPACE_N1000:
    case FOV__SPACE_N1000YX:
        range.x = range.y = 1000;
        break;
    case FOV__SPACE_N999:
        range.x = range.y = 999;
        break;
    case FOV__SPACE_N1:
        range.x = range.y = 1;
        range.unit = 0.01;
        break;
    }
    range.to_x = range.width / range.x;
    range.to_y = range.height / range.y;
    return range;
}

static bool is_yx(const struct op_parse *p)
{
    return p->reading->space == FOV__SPACE_N1000YX;
}

void fov__coord_allowed(char *out, size_t size, const struct op_parse *p)
{
    const struct range range = range_of(p);
    char x[32], y[32];
    fov__double_text(x, range.x);
    fov__double_text(y, range.y);
    if (is_yx(p))
        fov__format(out, size, "y 0-%s, x 0-%s", y, x);
    else
        fov__format(out, size, "x 0-%s, y 0-%s", x, y);
}

/* ---- between the call's units and the image's pixels ---------------------------------------- */

/* Numbers in the call's order -> x, y (, x, y). Swapping is its own inverse. */
static void swap_order(const struct op_parse *p, double *v, int32_t n)
{
    for (int32_t i = 0; is_yx(p) && i + 1 < n; i += 2) {
        const double y = v[i];
        v[i] = v[i + 1];
        v[i + 1] = y;
    }
}

static fov_point to_node(const struct op_parse *p, const struct range *range, double x, double y)
{
    const fov_point at = {x * range->to_x, y * range->to_y};
    return p->frame == FOV__FRAME_SOURCE ? fov__mat_apply(p->reading->from_source, at) : at;
}

static fov_box box_to_node(const struct op_parse *p, const struct range *range, const double v[4])
{
    const fov_box at = {v[0] * range->to_x, v[1] * range->to_y, v[2] * range->to_x,
                        v[3] * range->to_y};
    return p->frame == FOV__FRAME_SOURCE ? fov__mat_bounds(p->reading->from_source, at) : at;
}

/* A box of the image's pixels in the call's units (x first); false when the mapping has no
 * inverse. */
static bool box_from_node(const struct op_parse *p, const struct range *range, fov_box box,
                          double v[4])
{
    if (p->frame == FOV__FRAME_SOURCE) {
        struct fov_mat inverse;
        if (!fov__mat_invert(p->reading->from_source, &inverse))
            return false;
        box = fov__mat_bounds(inverse, box);
    }
    v[0] = box.x1 / range->to_x;
    v[1] = box.y1 / range->to_y;
    v[2] = box.x2 / range->to_x;
    v[3] = box.y2 / range->to_y;
    return true;
}

static fov_box frame_box(const struct op_parse *p)
{
    return (fov_box){0, 0, p->reading->width, p->reading->height};
}

/* ---- what is right -------------------------------------------------------------------------- */

enum verdict { RIGHT, OUTSIDE_RANGE, EMPTY, OUTSIDE_IMAGE };

static bool is_in_range(const struct range *range, double v, int32_t i)
{
    return !range->is_bounded || (v >= 0 && v <= (i % 2 == 0 ? range->x : range->y));
}

/* `v` is x first. *bad_index says which number, in that order. */
static enum verdict judge_box(const struct op_parse *p, const struct range *range,
                              const double v[4], fov_box *out, bool *is_cut, int32_t *bad_index)
{
    for (int32_t i = 0; i < 4; i++) {
        *bad_index = i;
        if (!is_in_range(range, v[i], i))
            return OUTSIDE_RANGE;
    }
    if (!(v[2] > v[0] && v[3] > v[1]))
        return EMPTY;
    const fov_box exact = box_to_node(p, range, v);
    const fov_box whole = {fov__floor(exact.x1 + TOLERANCE), fov__floor(exact.y1 + TOLERANCE),
                           fov__ceil(exact.x2 - TOLERANCE), fov__ceil(exact.y2 - TOLERANCE)};
    if (!(whole.x2 > whole.x1 && whole.y2 > whole.y1))
        return EMPTY;
    if (!fov__box_intersect(whole, frame_box(p), out))
        return OUTSIDE_IMAGE;
    *is_cut =
        out->x1 != whole.x1 || out->y1 != whole.y1 || out->x2 != whole.x2 || out->y2 != whole.y2;
    return RIGHT;
}

static double clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static enum verdict judge_point(const struct op_parse *p, const struct range *range,
                                const double v[2], fov_point *out, int32_t *bad_index)
{
    for (int32_t i = 0; i < 2; i++) {
        *bad_index = i;
        if (!is_in_range(range, v[i], i))
            return OUTSIDE_RANGE;
    }
    const fov_point at = to_node(p, range, v[0], v[1]);
    const double w = p->reading->width, h = p->reading->height;
    *bad_index = -1;
    if (!(at.x >= -TOLERANCE && at.x <= w + TOLERANCE && at.y >= -TOLERANCE &&
          at.y <= h + TOLERANCE))
        return OUTSIDE_IMAGE;
    *out = (fov_point){clamp(at.x, 0, w) + 0.0, clamp(at.y, 0, h) + 0.0};
    return RIGHT;
}

/* ---- what would be right -------------------------------------------------------------------- */

/* The nearest interval that is not empty and meets [0, far]: put in order, widened by a step, moved
 * in from outside, and cut only where numbers outside mean nothing. */
static void legal_interval(double *lo, double *hi, double far, const struct range *range)
{
    if (*lo > *hi) {
        const double v = *lo;
        *lo = *hi;
        *hi = v;
    }
    const double unit = range->unit < far ? range->unit : far;
    if (*hi - *lo < unit)
        *hi = *lo + unit;
    const double length = *hi - *lo < far ? *hi - *lo : far;
    if (*hi <= 0) {
        *lo = 0;
        *hi = length;
    } else if (*lo >= far) {
        *lo = far - length;
        *hi = far;
    } else if (range->is_bounded) {
        *lo = clamp(*lo, 0, far);
        *hi = clamp(*hi, 0, far);
    }
    if (*hi - *lo < unit && *lo + unit <= far)
        *hi = *lo + unit;
    else if (*hi - *lo < unit)
        *lo = *hi - unit;
}

/* Outwards to a hundredth of a step, so that the offered numbers are short. */
static void shorten(double v[4], const struct range *range)
{
    const double step = 100 / range->unit;
    for (int i = 0; i < 4; i++) {
        const double w =
            i < 2 ? fov__floor(v[i] * step + TOLERANCE) : fov__ceil(v[i] * step - TOLERANCE);
        const double far = i % 2 == 0 ? range->x : range->y;
        v[i] = w / step;
        if (range->is_bounded)
            v[i] = clamp(v[i], 0, far);
    }
}

static bool offer_box(struct op_parse *p, const struct range *range, const double raw[4],
                      double v[4])
{
    fov_box box;
    bool is_cut;
    int32_t bad;
    memcpy(v, raw, 4 * sizeof(v[0]));
    legal_interval(&v[0], &v[2], range->x, range);
    legal_interval(&v[1], &v[3], range->y, range);
    if (judge_box(p, range, v, &box, &is_cut, &bad) == RIGHT)
        return true;
    /* In the frame of the original, but beside this image: then all of this image. */
    if (!box_from_node(p, range, frame_box(p), v))
        return false;
    shorten(v, range);
    return judge_box(p, range, v, &box, &is_cut, &bad) == RIGHT;
}

/* A point of the image in the call's units; false when the call cannot name it. */
static bool name_point(const struct op_parse *p, const struct range *range, double x, double y,
                       double v[2])
{
    fov_point at;
    int32_t bad;
    double corner[4];
    if (!box_from_node(p, range, (fov_box){x, y, x, y}, corner))
        return false;
    v[0] = range->is_bounded ? clamp(corner[0], 0, range->x) : corner[0];
    v[1] = range->is_bounded ? clamp(corner[1], 0, range->y) : corner[1];
    return judge_point(p, range, v, &at, &bad) == RIGHT;
}

static bool offer_point(struct op_parse *p, const struct range *range, const double raw[2],
                        double v[2])
{
    fov_point at;
    int32_t bad;
    v[0] = clamp(raw[0], 0, range->x);
    v[1] = clamp(raw[1], 0, range->y);
    if (judge_point(p, range, v, &at, &bad) == RIGHT)
        return true;
    const fov_point node = to_node(p, range, v[0], v[1]);
    return name_point(p, range, clamp(node.x, 0, p->reading->width),
                      clamp(node.y, 0, p->reading->height), v);
}

int32_t fov__coord_fallback(const struct op_parse *p, enum coord_shape shape, double number[4])
{
    const struct range range = range_of(p);
    const double w = p->reading->width, h = p->reading->height;
    const int32_t n = shape == SHAPE_POINT ? 2 : 4;
    double v[4];
    fov_box box;
    bool is_cut, is_right;
    int32_t bad;
    if (shape == SHAPE_BOX) {
        is_right = box_from_node(p, &range, frame_box(p), v);
        if (is_right) {
            shorten(v, &range);
            is_right = judge_box(p, &range, v, &box, &is_cut, &bad) == RIGHT;
        }
    } else if (shape == SHAPE_POINT) {
        is_right = name_point(p, &range, w / 2, h / 2, v);
    } else {
        is_right = name_point(p, &range, 0, 0, v) && name_point(p, &range, w, h, v + 2);
    }
    if (!is_right)
        return 0;
    swap_order(p, v, n);
    memcpy(number, v, (size_t)n * sizeof(v[0]));
    return n;
}

/* Mend `value` with n numbers given x first; or drop it, or give up when it must be there. */
static void mend_numbers(struct op_parse *p, const fov_json_value *value, const double *v,
                         int32_t n)
{
    struct mend mend = {.value = value, .how = MEND_NUMBERS, .count = n};
    memcpy(mend.number, v, (size_t)n * sizeof(v[0]));
    swap_order(p, mend.number, n);
    for (int32_t i = 0; i < n; i++)
        mend.number[i] += 0.0;
    fov__mend(p, mend);
}

/* ---- numbers out of JSON -------------------------------------------------------------------- */

/* What a value that is no array of n numbers was meant to hold, as far as it can be known: the same
 * numbers in text, or under their names. */
static bool recover(const fov_json_value *value, int32_t n, double *v, bool yx)
{
    static const char *const box_keys[] = {"x1", "y1", "x2", "y2"};
    static const char *const point_keys[] = {"x", "y"};
    const char *text = fov__json_string(value);
    if (text != NULL)
        return fov__text_numbers(text, v, n) == n;
    if (fov__json_type(value) == FOV_JSON_OBJECT) {
        for (int32_t i = 0; i < n; i++) {
            const int32_t to = yx ? i ^ 1 : i;
            if (!fov__json_number(fov__json_get(value, n == 4 ? box_keys[i] : point_keys[i]),
                                  &v[to]))
                return false;
        }
        return true;
    }
    if (fov__json_type(value) != FOV_JSON_ARRAY)
        return false;
    int32_t count = 0;
    for (const fov_json_value *e = fov__json_child(value); e != NULL; e = fov__json_next(e)) {
        double number = 0;
        const char *digits = fov__json_string(e);
        if (fov__json_number(e, &number) ||
            (digits != NULL && fov__text_numbers(digits, &number, 1) == 1)) {
            if (count < n)
                v[count] = number;
            count++;
        } else if (fov__json_type(e) ==
                   FOV_JSON_ARRAY) { /* [[x1,y1],[x2,y2]] and [[x1,y1,x2,y2]] */
            for (const fov_json_value *f = fov__json_child(e); f != NULL; f = fov__json_next(f)) {
                if (!fov__json_number(f, &number))
                    return false;
                if (count < n)
                    v[count] = number;
                count++;
            }
        } else {
            return false;
        }
    }
    return count == n;
}

static bool take_numbers(const fov_json_value *value, int32_t n, double *v, int32_t *bad_index)
{
    *bad_index = -1;
    if (fov__json_type(value) != FOV_JSON_ARRAY || fov__json_count(value) != (size_t)n)
        return false;
    int32_t i = 0;
    for (const fov_json_value *e = fov__json_child(value); e != NULL; e = fov__json_next(e), i++) {
        if (!fov__json_number(e, &v[i])) {
            *bad_index = i;
            return false;
        }
    }
    return true;
}

/* The place inside a list first, then the place inside the array of numbers. */
struct place {
    char saved[56];
};

static struct place enter(struct op_parse *p, int32_t index)
{
    struct place place;
    memcpy(place.saved, p->field, sizeof(place.saved));
    if (index >= 0)
        fov__format(p->field, sizeof(p->field), "%s[%d]", place.saved, index);
    return place;
}

static void leave(struct op_parse *p, const struct place *place)
{
    memcpy(p->field, place->saved, sizeof(p->field));
}

static const char *short_name(const struct op_parse *p)
{
    const char *dot = strchr(p->field, '.');
    return dot != NULL ? dot + 1 : p->field;
}

static const char *shape_text(const struct op_parse *p, enum coord_shape shape)
{
    if (shape == SHAPE_POINT)
        return is_yx(p) ? "[y,x]" : "[x,y]";
    return is_yx(p) ? "[y1,x1,y2,x2]" : "[x1,y1,x2,y2]";
}

static const fov_json_value *element(const fov_json_value *list, int32_t index)
{
    const fov_json_value *e = fov__json_child(list);
    while (index-- > 0 && e != NULL)
        e = fov__json_next(e);
    return e;
}

static bool offer(struct op_parse *p, const struct range *range, enum coord_shape shape,
                  const double *raw, double *v)
{
    if (shape == SHAPE_BOX)
        return offer_box(p, range, raw, v);
    return offer_point(p, range, raw, v) &&
           (shape == SHAPE_POINT || offer_point(p, range, raw + 2, v + 2));
}

/* Record what is wrong with the type of `value` and mend it. */
static void bad_numbers(struct op_parse *p, const struct range *range, const fov_json_value *value,
                        int32_t bad_index, enum coord_shape shape)
{
    const int32_t n = shape == SHAPE_POINT ? 2 : 4;
    char allowed[160], units[96];
    double raw[4] = {0}, v[4];
    fov__coord_allowed(units, sizeof(units), p);
    fov__format(allowed, sizeof(allowed), "%s, %s", shape_text(p, shape), units);
    fov__parse_fault(p, FOV_FAULT_BAD_TYPE, bad_index,
                     bad_index >= 0 ? element(value, bad_index) : value, allowed,
                     "%s must be an array of %d numbers, %s.", short_name(p), n, allowed);
    if (recover(value, n, raw, is_yx(p))) {
        swap_order(p, raw, n);
        if (offer(p, range, shape, raw, v)) {
            mend_numbers(p, value, v, n);
            return;
        }
    }
    const int32_t count = fov__coord_fallback(p, shape, v);
    if (count == 0) {
        p->is_hopeless = true;
        return;
    }
    swap_order(p, v, count);
    mend_numbers(p, value, v, count);
}

/* Where the named image lies in its original: "x 200 to 600, y 100 to 300". */
static void covered_text(char *out, size_t size, const struct op_parse *p,
                         const struct range *range)
{
    char n[4][32];
    double v[4];
    if (!box_from_node(p, range, frame_box(p), v))
        return;
    shorten(v, range);
    for (int i = 0; i < 4; i++)
        fov__double_text(n[i], v[i] + 0.0);
    if (is_yx(p))
        fov__format(out, size, "y %s to %s, x %s to %s", n[1], n[3], n[0], n[2]);
    else
        fov__format(out, size, "x %s to %s, y %s to %s", n[0], n[2], n[1], n[3]);
}

/* Record that the numbers are of the right type and wrong nevertheless, and mend them. */
static void bad_place(struct op_parse *p, const struct range *range, const fov_json_value *value,
                      const double *raw, enum coord_shape shape, enum verdict verdict,
                      int32_t bad_index)
{
    const int32_t n = shape == SHAPE_POINT ? 2 : 4;
    const char *name = short_name(p);
    char allowed[160];
    double v[4];
    fov__coord_allowed(allowed, sizeof(allowed), p);
    if (verdict == OUTSIDE_RANGE) {
        const int32_t index = is_yx(p) ? bad_index ^ 1 : bad_index;
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, index, element(value, index), allowed,
                         "%s is %s with %s.", name, shape_text(p, shape), allowed);
    } else if (verdict == EMPTY) {
        char ordered[200];
        fov__format(ordered, sizeof(ordered), "x1 < x2 and y1 < y2, %s", allowed);
        fov__parse_fault(p, FOV_FAULT_EMPTY_BOX, -1, value, ordered,
                         "%s is %s and needs x1 < x2 and y1 < y2.", name, shape_text(p, shape));
    } else {
        char id[48];
        if (p->frame == FOV__FRAME_SOURCE)
            covered_text(allowed, sizeof(allowed), p, range);
        fov__format(id, sizeof(id), "%s",
                    p->reading->image_id != NULL ? p->reading->image_id : "the image");
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, value, allowed,
                         "%s lies %s %s, which covers %s%s.", name,
                         shape == SHAPE_BOX ? "wholly outside" : "outside", id, allowed,
                         p->frame == FOV__FRAME_SOURCE ? " of the original" : "");
    }
    if (offer(p, range, shape, raw, v))
        mend_numbers(p, value, v, n);
    else
        p->is_hopeless = true;
}

/* "box cut to the image: [0,0,800,557]", in the units of the call. */
static void note_cut(struct op_parse *p, const struct range *range, fov_box box)
{
    const size_t len = strlen(p->notes->text);
    char n[4][32];
    double v[4];
    if (!box_from_node(p, range, box, v))
        return;
    swap_order(p, v, 4);
    for (int i = 0; i < 4; i++) {
        const double step = 100 / range->unit;
        fov__double_text(n[i], fov__rint(v[i] * step) / step + 0.0);
    }
    fov__format(p->notes->text + len, sizeof(p->notes->text) - len,
                "%s%s cut to the image: [%s,%s,%s,%s]", len > 0 ? "; " : "", short_name(p), n[0],
                n[1], n[2], n[3]);
}

/* ---- entry ---------------------------------------------------------------------------------- */

bool fov__coord_box(struct op_parse *p, const fov_json_value *value, int32_t index, fov_box *out)
{
    const struct range range = range_of(p);
    const struct place place = enter(p, index);
    double v[4];
    int32_t bad;
    bool is_cut = false, is_right = false;
    fov_box box;
    if (!take_numbers(value, 4, v, &bad)) {
        bad_numbers(p, &range, value, bad, SHAPE_BOX);
    } else {
        swap_order(p, v, 4);
        const enum verdict verdict = judge_box(p, &range, v, &box, &is_cut, &bad);
        is_right = verdict == RIGHT;
        if (!is_right)
            bad_place(p, &range, value, v, SHAPE_BOX, verdict, bad);
        else if (is_cut)
            note_cut(p, &range, box);
    }
    if (is_right)
        *out = (fov_box){box.x1 + 0.0, box.y1 + 0.0, box.x2, box.y2};
    leave(p, &place);
    return is_right;
}

bool fov__coord_point(struct op_parse *p, const fov_json_value *value, int32_t index,
                      fov_point *out)
{
    const struct range range = range_of(p);
    const struct place place = enter(p, index);
    double v[2];
    int32_t bad;
    bool is_right = false;
    if (!take_numbers(value, 2, v, &bad)) {
        bad_numbers(p, &range, value, bad, SHAPE_POINT);
    } else {
        swap_order(p, v, 2);
        const enum verdict verdict = judge_point(p, &range, v, out, &bad);
        is_right = verdict == RIGHT;
        if (!is_right)
            bad_place(p, &range, value, v, SHAPE_POINT, verdict, bad);
    }
    leave(p, &place);
    return is_right;
}

bool fov__coord_line(struct op_parse *p, const fov_json_value *value, int32_t index,
                     fov_op_line *out)
{
    const struct range range = range_of(p);
    const struct place place = enter(p, index);
    double v[4];
    int32_t bad;
    bool is_right = false;
    if (!take_numbers(value, 4, v, &bad)) {
        bad_numbers(p, &range, value, bad, SHAPE_LINE);
    } else {
        swap_order(p, v, 4);
        enum verdict verdict = judge_point(p, &range, v, &out->a, &bad);
        if (verdict == RIGHT) {
            verdict = judge_point(p, &range, v + 2, &out->b, &bad);
            bad += bad >= 0 ? 2 : 0;
        }
        is_right = verdict == RIGHT;
        if (!is_right)
            bad_place(p, &range, value, v, SHAPE_LINE, verdict, bad);
    }
    leave(p, &place);
    return is_right;
}
