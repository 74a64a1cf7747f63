/* SPDX-License-Identifier: MIT */
/* Numbers, words, choices and colours: one value against its row, the fault when it does not fit,
 * and the nearest one that does. It must never look at other arguments. */
#include "op/op_args_internal.h"

#include <math.h>

/* ---- faults --------------------------------------------------------------------------------- */

void fov__parse_fault(struct op_parse *p, enum fov_fault_code code, int32_t index,
                      const fov_json_value *value, const char *allowed, const char *hint_fmt, ...)
{
    if (p->fault->code != FOV_FAULT_NONE)
        return;
    char field[56], got[96] = "", hint[224];
    if (index >= 0)
        fov__format(field, sizeof(field), "%s[%d]", p->field, index);
    else
        fov__format(field, sizeof(field), "%s", p->field);
    if (value != NULL)
        fov__value_text(got, sizeof(got), value);
    va_list args;
    va_start(args, hint_fmt);
    fov__vformat(hint, sizeof(hint), hint_fmt, args);
    va_end(args);
    p->status = fov__fault(p->fault, code, field, got, allowed, "%s", hint);
}

static const char *name_of(const struct op_parse *p)
{
    const char *dot = strchr(p->field, '.');
    return dot != NULL ? dot + 1 : p->field;
}

static void range_text(char *out, size_t size, const fov_op_param_row *param)
{
    char lo[32], hi[32];
    fov__double_text(lo, param->min);
    fov__double_text(hi, param->max);
    fov__format(out, size, "%s to %s%s%s", lo, hi, param->unit[0] != '\0' ? " " : "", param->unit);
}

static void choices_text(char *out, size_t size, const char *const *choices)
{
    size_t len = 0;
    for (size_t i = 0; choices[i] != NULL && len + 1 < size; i++) {
        fov__format(out + len, size - len, "%s%s", i > 0 ? ", " : "", choices[i]);
        len += strlen(out + len);
    }
}

void fov__param_allowed(char *out, size_t size, const struct op_parse *p,
                        const fov_op_param_row *param)
{
    char words[160] = "";
    switch (param->type) {
    case FOV_PARAM_NUMBER:
    case FOV_PARAM_INT:
        range_text(words, sizeof(words), param);
        fov__format(out, size, "a%s number, %s%s", param->type == FOV_PARAM_INT ? " whole" : "",
                    words, (param->flags & FOV_PARAM_AUTO) != 0 ? ", or \"auto\"" : "");
        return;
    case FOV_PARAM_BOOL:
        fov__format(out, size, "true or false");
        return;
    case FOV_PARAM_ENUM:
        choices_text(words, sizeof(words), param->choices);
        fov__format(out, size, "one of %s", words);
        return;
    case FOV_PARAM_TEXT:
        fov__format(out, size, "a string of at most %zu bytes", param->size - 1);
        return;
    case FOV_PARAM_COLOR:
        choices_text(words, sizeof(words), fov__color_names);
        fov__format(out, size, "#rrggbb or one of %s", words);
        return;
    default:
        break;
    }
    fov__coord_allowed(words, sizeof(words), p);
    const bool is_yx = p->reading->space == FOV__SPACE_N1000YX;
    const char *box = is_yx ? "[y1,x1,y2,x2]" : "[x1,y1,x2,y2]", *point = is_yx ? "[y,x]" : "[x,y]";
    if (param->type == FOV_PARAM_BOX || param->type == FOV_PARAM_POINT)
        fov__format(out, size, "%s, %s", param->type == FOV_PARAM_BOX ? box : point, words);
    else if (param->type == FOV_PARAM_FACTS)
        fov__format(out, size, "%d to %d ids such as fact_0, or fact_0.2 for a part",
                    (int)param->min, (int)param->max);
    else if (param->type == FOV_PARAM_TICKS)
        fov__format(out, size, "%d to %d of {\"at\":%s,\"value\":12.5}, %s", (int)param->min,
                    (int)param->max, point, words);
    else if (param->min == param->max)
        fov__format(out, size, "%d of %s, %s", (int)param->min,
                    param->type == FOV_PARAM_POINTS ? point : box, words);
    else if (param->min > 0)
        fov__format(out, size, "%d to %d of %s, %s", (int)param->min, (int)param->max,
                    param->type == FOV_PARAM_POINTS ? point : box, words);
    else if (param->type == FOV_PARAM_LABELS)
        fov__format(out, size, "up to %d of {\"at\":%s,\"text\":\"...\"}, %s", (int)param->max,
                    point, words);
    else
        fov__format(out, size, "up to %d of %s, %s", (int)param->max,
                    param->type == FOV_PARAM_POINTS ? point : box, words);
}

/* ---- scalars -------------------------------------------------------------------------------- */

static void bad_type(struct op_parse *p, const fov_op_param_row *param, const fov_json_value *value)
{
    char allowed[160];
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    fov__parse_fault(p, FOV_FAULT_BAD_TYPE, -1, value, allowed, "%s takes %s, not %s.", name_of(p),
                     allowed, fov__json_type_name(value));
}

double fov__param_legal(const fov_op_param_row *param, double v)
{
    if (param->type == FOV_PARAM_INT)
        v = fov__rint(v);
    return v < param->min ? param->min : v > param->max ? param->max : v;
}

static bool parse_number(struct op_parse *p, const fov_op_param_row *param,
                         const fov_json_value *value)
{
    double v = 0;
    if (!fov__json_number(value, &v)) {
        const char *text = fov__json_string(value);
        if ((param->flags & FOV_PARAM_AUTO) != 0 && text != NULL && strcmp(text, "auto") == 0) {
            *(double *)fov__param_member(p, param) = (double)NAN;
            return true;
        }
        bad_type(p, param, value);
        if (text != NULL && fov__text_numbers(text, &v, 1) == 1)
            fov__mend_number(p, value, fov__param_legal(param, v));
        else if ((param->flags & FOV_PARAM_REQUIRED) != 0)
            fov__mend_number(p, value, fov__param_legal(param, param->def));
        else
            fov__mend_drop(p, value);
        return false;
    }
    char allowed[160];
    if (v < param->min || v > param->max) {
        range_text(allowed, sizeof(allowed), param);
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, value, allowed, "%s must be %s.",
                         name_of(p), allowed);
        fov__mend_number(p, value, fov__param_legal(param, v));
        return false;
    }
    if (param->type == FOV_PARAM_INT && v != fov__rint(v)) {
        fov__param_allowed(allowed, sizeof(allowed), p, param);
        fov__parse_fault(p, FOV_FAULT_BAD_TYPE, -1, value, allowed,
                         "%s takes %s, without a fraction.", name_of(p), allowed);
        fov__mend_number(p, value, fov__param_legal(param, v));
        return false;
    }
    if (param->type == FOV_PARAM_INT)
        *(int32_t *)fov__param_member(p, param) = (int32_t)v;
    else
        *(double *)fov__param_member(p, param) =
            v + 0.0; /* no negative zero: equal calls, equal recipes */
    return true;
}

static bool parse_bool(struct op_parse *p, const fov_op_param_row *param,
                       const fov_json_value *value)
{
    if (fov__json_bool(value, fov__param_member(p, param)))
        return true;
    bad_type(p, param, value);
    double number = 0;
    const char *text = fov__json_string(value);
    struct mend mend = {.value = value, .how = MEND_BOOL};
    if (fov__json_number(value, &number) && (number == 0 || number == 1)) {
        mend.count = number == 1;
    } else if (text != NULL &&
               (fov__ascii_casecmp(text, "true") == 0 || fov__ascii_casecmp(text, "yes") == 0)) {
        mend.count = 1;
    } else if (text != NULL &&
               (fov__ascii_casecmp(text, "false") == 0 || fov__ascii_casecmp(text, "no") == 0)) {
        mend.count = 0;
    } else if ((param->flags & FOV_PARAM_REQUIRED) != 0) {
        mend.count = param->def != 0;
    } else {
        fov__mend_drop(p, value);
        return false;
    }
    fov__mend(p, mend);
    return false;
}

/* The choice that a word was meant to be, or NULL. */
static const char *nearest_choice(const char *text, const char *const *choices)
{
    const char *best = NULL;
    int best_distance = 1 + (int)(strlen(text) < 90 ? strlen(text) / 3 : 30);
    for (size_t i = 0; choices[i] != NULL; i++) {
        if (fov__ascii_casecmp(text, choices[i]) == 0)
            return choices[i];
        const int distance = fov__edit_distance(text, choices[i]);
        if (distance < best_distance) {
            best = choices[i];
            best_distance = distance;
        }
    }
    return best;
}

static void mend_choice(struct op_parse *p, const fov_op_param_row *param,
                        const fov_json_value *value, const char *choice)
{
    if (choice == NULL && (param->flags & FOV_PARAM_REQUIRED) != 0)
        choice = param->choices[(int)param->def];
    if (choice != NULL)
        fov__mend_text(p, value, choice, strlen(choice));
    else
        fov__mend_drop(p, value);
}

static bool parse_enum(struct op_parse *p, const fov_op_param_row *param,
                       const fov_json_value *value)
{
    const char *text = fov__json_string(value);
    if (text == NULL) {
        bad_type(p, param, value);
        mend_choice(p, param, value, NULL);
        return false;
    }
    for (int32_t i = 0; param->choices[i] != NULL; i++) {
        if (strcmp(param->choices[i], text) == 0) {
            *(int32_t *)fov__param_member(p, param) = i;
            return true;
        }
    }
    char allowed[160];
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, value, allowed, "%s must be %s.", name_of(p),
                     allowed);
    mend_choice(p, param, value, nearest_choice(text, param->choices));
    return false;
}

static bool parse_text(struct op_parse *p, const fov_op_param_row *param,
                       const fov_json_value *value)
{
    const char *text = fov__json_string(value);
    if (text == NULL) {
        bad_type(p, param, value);
        if ((param->flags & FOV_PARAM_REQUIRED) != 0)
            p->is_hopeless = true; /* words are not made up */
        else
            fov__mend_drop(p, value);
        return false;
    }
    const size_t len = strlen(text);
    if (len >= param->size) {
        char allowed[64];
        fov__format(allowed, sizeof(allowed), "at most %zu bytes", param->size - 1);
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, value, allowed,
                         "%s is %zu bytes long and may be %s.", name_of(p), len, allowed);
        fov__mend_text(p, value, text, param->size - 1);
        return false;
    }
    memcpy(fov__param_member(p, param), text, len + 1);
    return true;
}

/* ---- colours -------------------------------------------------------------------------------- */

const char *const fov__color_names[] = {"red",   "green",  "blue",   "yellow", "cyan", "magenta",
                                        "black", "orange", "purple", "white",  "gray", NULL};
/* Strong on white and on photographs: green and blue are darker than their full values. */
static const fov_op_color color_values[] = {
    {255, 0, 0}, {0, 160, 0},   {0, 80, 255},  {255, 220, 0},   {0, 200, 220},  {230, 0, 200},
    {0, 0, 0},   {255, 128, 0}, {128, 0, 160}, {255, 255, 255}, {128, 128, 128}};
_Static_assert(FOV_COUNT(color_values) + 1 == FOV_COUNT(fov__color_names), "a value for each name");

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool fov__color_parse(const char *text, fov_op_color *out)
{
    for (size_t i = 0; fov__color_names[i] != NULL; i++) {
        if (strcmp(fov__color_names[i], text) == 0) {
            *out = color_values[i];
            return true;
        }
    }
    int d[6];
    if (text[0] != '#' || strlen(text) != 7)
        return false;
    for (int i = 0; i < 6; i++) {
        d[i] = hex_digit(text[1 + i]);
        if (d[i] < 0)
            return false;
    }
    *out = (fov_op_color){(uint8_t)(d[0] * 16 + d[1]), (uint8_t)(d[2] * 16 + d[3]),
                          (uint8_t)(d[4] * 16 + d[5])};
    return true;
}

/* `near` is a name or NULL. */
static void mend_color(struct op_parse *p, const fov_op_param_row *param,
                       const fov_json_value *value, const char *near)
{
    if (near == NULL && (param->flags & FOV_PARAM_REQUIRED) != 0)
        fov__mend(p, (struct mend){.value = value, .how = MEND_COLOR, .number = {param->def}});
    else if (near != NULL)
        fov__mend_text(p, value, near, strlen(near));
    else
        fov__mend_drop(p, value);
}

static bool parse_color(struct op_parse *p, const fov_op_param_row *param,
                        const fov_json_value *value)
{
    const char *text = fov__json_string(value);
    if (text == NULL) {
        bad_type(p, param, value);
        mend_color(p, param, value, NULL);
        return false;
    }
    if (fov__color_parse(text, fov__param_member(p, param)))
        return true;
    char allowed[160];
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, value, allowed, "%s must be %s.", name_of(p),
                     allowed);
    mend_color(p, param, value, nearest_choice(text, fov__color_names));
    return false;
}

/* ---- any type ------------------------------------------------------------------------------- */

bool fov__param_parse(struct op_parse *p, const fov_op_param_row *param,
                      const fov_json_value *value)
{
    switch (param->type) {
    case FOV_PARAM_NUMBER:
    case FOV_PARAM_INT:
        return parse_number(p, param, value);
    case FOV_PARAM_BOOL:
        return parse_bool(p, param, value);
    case FOV_PARAM_ENUM:
        return parse_enum(p, param, value);
    case FOV_PARAM_TEXT:
        return parse_text(p, param, value);
    case FOV_PARAM_COLOR:
        return parse_color(p, param, value);
    case FOV_PARAM_BOX:
        return fov__coord_box(p, value, -1, fov__param_member(p, param));
    case FOV_PARAM_POINT:
        return fov__coord_point(p, value, -1, fov__param_member(p, param));
    default:
        return fov__list_parse(p, param, value, fov__param_member(p, param));
    }
}
