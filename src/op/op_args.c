/* SPDX-License-Identifier: MIT */
/* From a call's JSON to an argument struct: the only place that checks arguments. Every rule comes
 * from the operation's row of parameters. It allocates nothing, so that it works when memory is out,
 * and never guesses what a number means: the reading says so. */
#include "op/op_args_internal.h"

/* ---- faults ----------------------------------------------------------------------------------- */

void fov__parse_fault(struct op_parse *p, enum fov__fault_code code, int32_t index,
                      const fov_json_value *value, const char *allowed, const char *hint_fmt, ...)
{
    if (p->fault->code != FOV__FAULT_NONE)
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

static void range_text(char *out, size_t size, const struct op_param *param)
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
                        const struct op_param *param)
{
    char words[160] = "";
    switch (param->type) {
    case OP_T_NUM:
    case OP_T_INT:
        range_text(words, sizeof(words), param);
        fov__format(out, size, "a%s number, %s", param->type == OP_T_INT ? " whole" : "", words);
        return;
    case OP_T_BOOL:
        fov__format(out, size, "true or false");
        return;
    case OP_T_ENUM:
        choices_text(words, sizeof(words), param->choices);
        fov__format(out, size, "one of %s", words);
        return;
    case OP_T_TEXT:
        fov__format(out, size, "a string of at most %zu bytes", param->size - 1);
        return;
    case OP_T_COLOR:
        choices_text(words, sizeof(words), fov__color_names);
        fov__format(out, size, "#rrggbb or one of %s", words);
        return;
    default:
        break;
    }
    fov__coord_allowed(words, sizeof(words), p);
    const bool is_yx = p->reading->space == FOV__SPACE_N1000YX;
    const char *box = is_yx ? "[y1,x1,y2,x2]" : "[x1,y1,x2,y2]", *point = is_yx ? "[y,x]" : "[x,y]";
    if (param->type == OP_T_BOX || param->type == OP_T_POINT)
        fov__format(out, size, "%s, %s", param->type == OP_T_BOX ? box : point, words);
    else if (param->type == OP_T_LABELS)
        fov__format(out, size, "up to %d of {\"at\":%s,\"text\":\"...\"}, %s", (int)param->max, point,
                    words);
    else
        fov__format(out, size, "up to %d of %s, %s", (int)param->max,
                    param->type == OP_T_POINTS ? point : box, words);
}

/* ---- scalars ---------------------------------------------------------------------------------- */

static void *member_of(const struct op_parse *p, const struct op_param *param)
{
    return (char *)p->args + param->offset;
}

static void bad_type(struct op_parse *p, const struct op_param *param, const fov_json_value *value)
{
    char allowed[160];
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    fov__parse_fault(p, FOV__FAULT_BAD_TYPE, -1, value, allowed, "%s takes %s, not %s.", name_of(p),
                     allowed, fov__json_type_name(value));
}

static double legal_number(const struct op_param *param, double v)
{
    if (param->type == OP_T_INT)
        v = fov__rint(v);
    return v < param->min ? param->min : v > param->max ? param->max : v;
}

static bool parse_number(struct op_parse *p, const struct op_param *param,
                         const fov_json_value *value)
{
    double v = 0;
    if (!fov__json_number(value, &v)) {
        const char *text = fov__json_string(value);
        bad_type(p, param, value);
        if (text != NULL && fov__text_numbers(text, &v, 1) == 1)
            fov__mend_number(p, value, legal_number(param, v));
        else if ((param->flags & OP_REQUIRED) != 0)
            fov__mend_number(p, value, legal_number(param, param->def));
        else
            fov__mend_drop(p, value);
        return false;
    }
    char allowed[160];
    if (v < param->min || v > param->max) {
        range_text(allowed, sizeof(allowed), param);
        fov__parse_fault(p, FOV__FAULT_OUT_OF_RANGE, -1, value, allowed, "%s must be %s.", name_of(p),
                         allowed);
        fov__mend_number(p, value, legal_number(param, v));
        return false;
    }
    if (param->type == OP_T_INT && v != fov__rint(v)) {
        bad_type(p, param, value);
        fov__mend_number(p, value, legal_number(param, v));
        return false;
    }
    if (param->type == OP_T_INT)
        *(int32_t *)member_of(p, param) = (int32_t)v;
    else
        *(double *)member_of(p, param) = v + 0.0; /* no negative zero: equal calls, equal recipes */
    return true;
}

static bool parse_bool(struct op_parse *p, const struct op_param *param, const fov_json_value *value)
{
    if (fov__json_bool(value, member_of(p, param)))
        return true;
    bad_type(p, param, value);
    double number = 0;
    const char *text = fov__json_string(value);
    struct mend mend = {.value = value, .how = MEND_BOOL};
    if (fov__json_number(value, &number) && (number == 0 || number == 1)) {
        mend.count = number == 1;
    } else if (text != NULL && (fov__ascii_casecmp(text, "true") == 0 ||
                                fov__ascii_casecmp(text, "yes") == 0)) {
        mend.count = 1;
    } else if (text != NULL && (fov__ascii_casecmp(text, "false") == 0 ||
                                fov__ascii_casecmp(text, "no") == 0)) {
        mend.count = 0;
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

static void mend_choice(struct op_parse *p, const struct op_param *param,
                        const fov_json_value *value, const char *choice)
{
    if (choice == NULL && (param->flags & OP_REQUIRED) != 0)
        choice = param->choices[(int)param->def];
    if (choice != NULL)
        fov__mend_text(p, value, choice, strlen(choice));
    else
        fov__mend_drop(p, value);
}

static bool parse_enum(struct op_parse *p, const struct op_param *param, const fov_json_value *value)
{
    const char *text = fov__json_string(value);
    if (text == NULL) {
        bad_type(p, param, value);
        mend_choice(p, param, value, NULL);
        return false;
    }
    for (int32_t i = 0; param->choices[i] != NULL; i++) {
        if (strcmp(param->choices[i], text) == 0) {
            *(int32_t *)member_of(p, param) = i;
            return true;
        }
    }
    char allowed[160];
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    fov__parse_fault(p, FOV__FAULT_OUT_OF_RANGE, -1, value, allowed, "%s must be %s.", name_of(p),
                     allowed);
    mend_choice(p, param, value, nearest_choice(text, param->choices));
    return false;
}

static bool parse_text(struct op_parse *p, const struct op_param *param, const fov_json_value *value)
{
    const char *text = fov__json_string(value);
    if (text == NULL) {
        bad_type(p, param, value);
        fov__mend_drop(p, value);
        return false;
    }
    const size_t len = strlen(text);
    if (len >= param->size) {
        char allowed[64];
        fov__format(allowed, sizeof(allowed), "at most %zu bytes", param->size - 1);
        fov__parse_fault(p, FOV__FAULT_OUT_OF_RANGE, -1, value, allowed,
                         "%s is %zu bytes long and may be %s.", name_of(p), len, allowed);
        fov__mend_text(p, value, text, param->size - 1);
        return false;
    }
    memcpy(member_of(p, param), text, len + 1);
    return true;
}

/* ---- colours ---------------------------------------------------------------------------------- */

const char *const fov__color_names[] = {"red",   "green",  "blue",   "yellow", "cyan", "magenta",
                                        "black", "orange", "purple", "white",  "gray", NULL};
/* Strong on white and on photographs: green and blue are darker than their full values. */
static const struct op_color color_values[] = {
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

bool fov__color_parse(const char *text, struct op_color *out)
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
    *out = (struct op_color){(uint8_t)(d[0] * 16 + d[1]), (uint8_t)(d[2] * 16 + d[3]),
                             (uint8_t)(d[4] * 16 + d[5])};
    return true;
}

static bool parse_color(struct op_parse *p, const struct op_param *param,
                        const fov_json_value *value)
{
    const char *text = fov__json_string(value);
    if (text == NULL) {
        bad_type(p, param, value);
        fov__mend_drop(p, value);
        return false;
    }
    if (fov__color_parse(text, member_of(p, param)))
        return true;
    char allowed[160];
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    fov__parse_fault(p, FOV__FAULT_OUT_OF_RANGE, -1, value, allowed, "%s must be %s.", name_of(p),
                     allowed);
    const char *near = nearest_choice(text, fov__color_names);
    if (near != NULL)
        fov__mend_text(p, value, near, strlen(near));
    else
        fov__mend_drop(p, value);
    return false;
}

/* ---- members ---------------------------------------------------------------------------------- */

static bool parse_param(struct op_parse *p, const struct op_param *param,
                        const fov_json_value *value)
{
    switch (param->type) {
    case OP_T_NUM:
    case OP_T_INT:
        return parse_number(p, param, value);
    case OP_T_BOOL:
        return parse_bool(p, param, value);
    case OP_T_ENUM:
        return parse_enum(p, param, value);
    case OP_T_TEXT:
        return parse_text(p, param, value);
    case OP_T_COLOR:
        return parse_color(p, param, value);
    case OP_T_BOX:
        return fov__coord_box(p, value, -1, member_of(p, param));
    case OP_T_POINT:
        return fov__coord_point(p, value, -1, member_of(p, param));
    default:
        return fov__list_parse(p, param, value, member_of(p, param));
    }
}

static void fill_default(const struct op_parse *p, const struct op_param *param)
{
    void *member = member_of(p, param);
    const uint32_t rgb = (uint32_t)param->def;
    switch (param->type) {
    case OP_T_NUM:
        *(double *)member = param->def;
        break;
    case OP_T_INT:
    case OP_T_ENUM:
        *(int32_t *)member = (int32_t)param->def;
        break;
    case OP_T_BOOL:
        *(bool *)member = param->def != 0;
        break;
    case OP_T_COLOR:
        *(struct op_color *)member =
            (struct op_color){(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
        break;
    default:
        break; /* zero bytes: no box, an empty list, no text */
    }
}

/* A parameter given at its default is the same call as one left out: `given` must not tell them
 * apart, or equal recipes would stand for different structs. */
static bool is_at_default(const struct op_parse *p, const struct op_param *param)
{
    const void *member = member_of(p, param);
    const uint32_t rgb = (uint32_t)param->def;
    const struct op_color *color = member;
    if ((param->flags & (OP_REQUIRED | OP_HIDDEN)) != 0)
        return false;
    switch (param->type) {
    case OP_T_NUM:
        return *(const double *)member == param->def;
    case OP_T_INT:
    case OP_T_ENUM:
        return *(const int32_t *)member == (int32_t)param->def;
    case OP_T_BOOL:
        return *(const bool *)member == (param->def != 0);
    case OP_T_COLOR:
        return color->r == rgb >> 16 && color->g == (rgb >> 8 & 255) && color->b == (rgb & 255);
    case OP_T_TEXT:
        return *(const char *)member == '\0';
    case OP_T_BOXES:
    case OP_T_POINTS:
    case OP_T_LINES:
    case OP_T_LABELS:
        return *(const uint32_t *)member == 0; /* each list begins with its length */
    case OP_T_BOX:
    case OP_T_POINT:
        break;
    }
    return false;
}

static int find_param(const struct op_parse *p, const char *key)
{
    for (int i = 0; p->def->params != NULL && p->def->params[i].name != NULL; i++) {
        const struct op_param *param = &p->def->params[i];
        if ((param->flags & OP_HIDDEN) != 0 && !p->reading->allow_hidden)
            continue;
        if (strcmp(param->name, key) == 0 ||
            (param->alias != NULL && strcmp(param->alias, key) == 0))
            return i;
    }
    return -1;
}

/* Members that say which image is meant, read by fov__op_args_images(). */
static bool is_reference(const struct op_def *def, const char *key)
{
    return (def->input_max >= 1 && (strcmp(key, "image") == 0 || strcmp(key, "img_idx") == 0)) ||
           (def->input_max > 1 && strcmp(key, "images") == 0);
}

/* What a member that is not known was probably meant to be: the nearest name that is still free. */
static int nearest_param(const struct op_parse *p, const char *key, uint32_t seen)
{
    const size_t len = strlen(key);
    int best = -1, best_distance = 1 + (len < 6 ? 2 : len < 24 ? (int)len / 3 : 8);
    for (int i = 0; p->def->params != NULL && p->def->params[i].name != NULL; i++) {
        const struct op_param *param = &p->def->params[i];
        if ((param->flags & OP_HIDDEN) != 0 || (seen >> i & 1) != 0 ||
            fov__json_get(p->arguments, param->name) != NULL)
            continue;
        int distance = fov__edit_distance(key, param->name);
        if (param->alias != NULL && fov__edit_distance(key, param->alias) < distance)
            distance = fov__edit_distance(key, param->alias);
        if (fov__ascii_casecmp(key, param->name) == 0)
            distance = 0;
        if (distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

static void known_names(char *out, size_t size, const struct op_parse *p)
{
    size_t len = 0;
    out[0] = '\0';
    for (const struct op_param *q = p->def->params; q != NULL && q->name != NULL; q++) {
        if ((q->flags & OP_HIDDEN) != 0 && !p->reading->allow_hidden)
            continue;
        fov__format(out + len, size - len, "%s, ", q->name);
        len += strlen(out + len);
    }
    fov__format(out + len, size - len, "%s",
                p->def->input_max > 1    ? "images, frame"
                : p->def->input_max == 1 ? "image, frame"
                                         : "frame");
}

static void set_field(struct op_parse *p, const char *key)
{
    fov__format(p->field, sizeof(p->field), "%s%s%s", p->def->name, key != NULL ? "." : "",
                key != NULL ? key : "");
}

/* Returns the parameter that the member counts as in the corrected call, or -1. */
static int unknown_member(struct op_parse *p, const char *key, const fov_json_value *value,
                          uint32_t seen)
{
    char names[160];
    const int near = nearest_param(p, key, seen);
    const char *meant = near >= 0 ? p->def->params[near].name : NULL;
    known_names(names, sizeof(names), p);
    fov__parse_fault(p, FOV__FAULT_UNKNOWN_ARG, -1, value, names,
                     "%s does not know '%.40s'%s%s%s.", p->def->name, key,
                     meant != NULL ? "; did you mean '" : "", meant != NULL ? meant : "",
                     meant != NULL ? "'?" : "");
    if (meant == NULL)
        fov__mend_drop(p, value);
    else
        fov__mend(p, (struct mend){.value = value, .key = meant, .is_rename = true});
    return near;
}

static void read_member(struct op_parse *p, const fov_json_value *value, uint32_t *seen)
{
    const char *key = fov__json_key(value);
    if (is_reference(p->def, key) || strcmp(key, "frame") == 0)
        return;
    set_field(p, key);
    int i = find_param(p, key);
    if (i >= 0 && fov__json_type(value) == FOV_JSON_NULL)
        return; /* strict schemas send null for what is left out */
    if (i >= 0 && (*seen >> i & 1) != 0) {
        fov__parse_fault(p, FOV__FAULT_UNKNOWN_ARG, -1, value, NULL,
                         "%s and %s mean the same; give one of them.", p->def->params[i].name,
                         p->def->params[i].alias);
        fov__mend_drop(p, value);
        return;
    }
    if (i < 0)
        i = unknown_member(p, key, value, *seen);
    if (i < 0)
        return;
    *seen |= 1u << i;
    if (fov__json_type(value) == FOV_JSON_NULL)
        return;
    if (parse_param(p, &p->def->params[i], value) && !is_at_default(p, &p->def->params[i]))
        ((struct op_args_head *)p->args)->given |= 1u << i;
}

static void add_missing(struct op_parse *p, const struct op_param *param)
{
    char allowed[160];
    struct mend mend = {.key = param->name, .how = MEND_NUMBER};
    set_field(p, param->name);
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    fov__parse_fault(p, FOV__FAULT_MISSING_ARG, -1, NULL, allowed, "%s needs %s: %s.", p->def->name,
                     param->name, param->doc);
    switch (param->type) {
    case OP_T_NUM:
    case OP_T_INT:
        mend.number[0] = legal_number(param, param->def);
        break;
    case OP_T_ENUM:
        mend.how = MEND_TEXT;
        mend.text = param->choices[(int)param->def];
        mend.count = (int32_t)strlen(mend.text);
        break;
    case OP_T_BOX:
    case OP_T_POINT:
        mend.how = MEND_NUMBERS;
        mend.count = fov__coord_fallback(p, param->type == OP_T_BOX, mend.number);
        break;
    default:
        p->is_hopeless = true;
        return;
    }
    if (mend.how == MEND_NUMBERS && mend.count == 0)
        p->is_hopeless = true;
    else
        fov__mend(p, mend);
}

/* `frame` is read before everything else, since it says what the other numbers mean. */
static void read_frame(struct op_parse *p)
{
    const fov_json_value *value = fov__json_get(p->arguments, "frame");
    p->frame = p->reading->frame;
    set_field(p, "frame");
    if (fov__json_type(value) != FOV_JSON_NULL) {
        const char *text = fov__json_string(value);
        if (text != NULL && strcmp(text, "image") == 0) {
            p->frame = FOV__FRAME_IMAGE;
        } else if (text != NULL && strcmp(text, "source") == 0) {
            p->frame = FOV__FRAME_SOURCE;
        } else {
            fov__parse_fault(p, text != NULL ? FOV__FAULT_OUT_OF_RANGE : FOV__FAULT_BAD_TYPE, -1,
                             value, "image or source",
                             "frame says what coordinates refer to: \"image\" (the image named in "
                             "the call) or \"source\" (the original).");
            fov__mend_drop(p, value);
        }
    }
    if (p->frame == FOV__FRAME_SOURCE && !p->reading->has_source) {
        fov__parse_fault(p, FOV__FAULT_UNSUPPORTED, -1, value, "image",
                         "%s does not come from one original, so coordinates must refer to the image "
                         "itself: give \"frame\":\"image\".",
                         p->reading->image_id != NULL ? p->reading->image_id : "This image");
        p->is_hopeless = true;
        p->frame = FOV__FRAME_IMAGE;
    }
}

fov_status fov__op_args_parse(const struct op_def *def, const fov_json_value *arguments,
                              const struct op_reading *reading, void *args, struct op_notes *notes,
                              struct op_fault *fault)
{
    struct op_parse p = {.def = def, .arguments = arguments, .reading = reading, .args = args};
    struct op_notes unasked;
    uint32_t seen = 0;
    p.notes = notes != NULL ? notes : &unasked;
    p.fault = fault;
    memset(p.notes, 0, sizeof(*p.notes));
    memset(fault, 0, sizeof(*fault));
    memset(args, 0, def->args_size);
    for (const struct op_param *q = def->params; q != NULL && q->name != NULL; q++)
        fill_default(&p, q);

    const enum fov_json_type type = fov__json_type(arguments);
    if (type != FOV_JSON_OBJECT && type != FOV_JSON_NULL) {
        set_field(&p, NULL);
        fov__parse_fault(&p, FOV__FAULT_BAD_TYPE, -1, arguments, "a JSON object",
                         "The arguments of %s are one JSON object, not %s.", def->name,
                         fov__json_type_name(arguments));
        p.arguments = NULL;
    }
    read_frame(&p);
    if (type == FOV_JSON_OBJECT) {
        for (const fov_json_value *v = fov__json_child(arguments); v != NULL; v = fov__json_next(v))
            read_member(&p, v, &seen);
    }
    for (int i = 0; def->params != NULL && def->params[i].name != NULL; i++) {
        if ((def->params[i].flags & OP_REQUIRED) != 0 && (seen >> i & 1) == 0)
            add_missing(&p, &def->params[i]);
    }
    if (fault->code == FOV__FAULT_NONE)
        return FOV_OK;
    fov__mend_write(&p);
    return p.status;
}

/* ---- which image ------------------------------------------------------------------------------ */

static bool read_reference(struct op_parse *p, const fov_json_value *value, int32_t index,
                           struct op_image_refs *out)
{
    double number = 0;
    const char *text = fov__json_string(value);
    char *name = out->name[out->count];
    if (text != NULL && strlen(text) < sizeof(out->name[0])) {
        memcpy(name, text, strlen(text) + 1);
    } else if (fov__json_number(value, &number) && number >= 0 && number <= 999999 &&
               number == fov__rint(number)) {
        fov__format(name, sizeof(out->name[0]), "img_%d", (int)number);
    } else {
        const bool is_name = text != NULL || fov__json_type(value) == FOV_JSON_NUMBER;
        fov__parse_fault(p, is_name ? FOV__FAULT_UNKNOWN_IMAGE : FOV__FAULT_BAD_TYPE, index, value,
                         "an image's id such as img_0",
                         "Name an image by its id, as in \"img_0\"; left out, it is the original.");
        fov__mend_drop(p, value);
        return false;
    }
    out->count++;
    return true;
}

static void read_images(struct op_parse *p, const fov_json_value *list, struct op_image_refs *out)
{
    const int32_t most = p->def->input_max < OP_INPUTS_MAX ? p->def->input_max : OP_INPUTS_MAX;
    int32_t index = 0;
    set_field(p, "images");
    if (fov__json_type(list) != FOV_JSON_ARRAY) {
        fov__parse_fault(p, FOV__FAULT_BAD_TYPE, -1, list, "an array of image ids",
                         "images is an array of ids, as in [\"img_0\",\"img_1\"].");
        p->is_hopeless = true;
        return;
    }
    if (fov__json_count(list) > (size_t)most) {
        fov__parse_fault(p, FOV__FAULT_OUT_OF_RANGE, -1, list, NULL,
                         "%s takes at most %d images.", p->def->name, (int)most);
        fov__mend(p, (struct mend){.value = list, .how = MEND_SHORT, .count = most});
        return;
    }
    for (const fov_json_value *v = fov__json_child(list); v != NULL; v = fov__json_next(v))
        read_reference(p, v, index++, out);
}

fov_status fov__op_args_images(const struct op_def *def, const fov_json_value *arguments,
                               struct op_image_refs *out, struct op_fault *fault)
{
    static const struct op_reading none = {.space = FOV__SPACE_NODE_PX};
    static const char *const keys[] = {"image", "img_idx", "images"};
    struct op_parse p = {.def = def, .arguments = arguments, .reading = &none, .fault = fault};
    const char *given = NULL;
    memset(out, 0, sizeof(*out));
    memset(fault, 0, sizeof(*fault));
    for (size_t i = 0; i < FOV_COUNT(keys); i++) {
        const fov_json_value *value = fov__json_get(arguments, keys[i]);
        if (!is_reference(def, keys[i]) || fov__json_type(value) == FOV_JSON_NULL)
            continue;
        set_field(&p, keys[i]);
        if (given != NULL) {
            fov__parse_fault(&p, FOV__FAULT_UNKNOWN_ARG, -1, value, NULL,
                             "%s and %s mean the same; give one of them.", given, keys[i]);
            fov__mend_drop(&p, value);
            continue;
        }
        given = keys[i];
        if (strcmp(keys[i], "images") == 0)
            read_images(&p, value, out);
        else
            read_reference(&p, value, -1, out);
    }
    if (fault->code != FOV__FAULT_NONE) {
        fov__mend_write(&p);
        return p.status;
    }
    if (out->count == 0 && def->input_max > 0)
        out->count = 1; /* its name stays "": the default */
    return FOV_OK;
}
