/* SPDX-License-Identifier: MIT */
/* From a call's JSON to an argument struct: the only place that checks arguments. Every rule comes
 * from the operation's row of parameters. It allocates nothing, so that it works when memory is
 * out, and never guesses what a number means: the reading says so. */
#include "op/op_args_internal.h"

void fov__parse_field(struct op_parse *p, const char *key)
{
    fov__format(p->field, sizeof(p->field), "%s%s%s", p->def->name, key != NULL ? "." : "",
                key != NULL ? key : "");
}

static void fill_default(const struct op_parse *p, const fov_op_param_row *param)
{
    void *member = fov__param_member(p, param);
    const uint32_t rgb = fov__param_default_color(param);
    switch (param->type) {
    case FOV_PARAM_NUMBER:
        *(double *)member = param->def;
        break;
    case FOV_PARAM_INT:
    case FOV_PARAM_ENUM:
        *(int32_t *)member = (int32_t)param->def;
        break;
    case FOV_PARAM_BOOL:
        *(bool *)member = param->def != 0;
        break;
    case FOV_PARAM_COLOR:
        *(fov_op_color *)member =
            (fov_op_color){(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
        break;
    default:
        break; /* zero bytes: no box, an empty list, no text */
    }
}

/* A parameter given at its default is the same call as one left out: `given` must not tell them
 * apart, or equal recipes would stand for different structs. */
static bool is_at_default(const struct op_parse *p, const fov_op_param_row *param)
{
    const void *member = fov__param_member(p, param);
    const uint32_t rgb = fov__param_default_color(param);
    const fov_op_color *color = member;
    if ((param->flags & (FOV_PARAM_REQUIRED | FOV_PARAM_HIDDEN)) != 0)
        return false;
    switch (param->type) {
    case FOV_PARAM_NUMBER:
        return *(const double *)member == param->def;
    case FOV_PARAM_INT:
    case FOV_PARAM_ENUM:
        return *(const int32_t *)member == (int32_t)param->def;
    case FOV_PARAM_BOOL:
        return *(const bool *)member == (param->def != 0);
    case FOV_PARAM_COLOR:
        return param->def >= 0 && color->r == rgb >> 16 && color->g == (rgb >> 8 & 255) &&
               color->b == (rgb & 255);
    case FOV_PARAM_TEXT:
        return *(const char *)member == '\0';
    case FOV_PARAM_BOXES:
    case FOV_PARAM_POINTS:
    case FOV_PARAM_LINES:
    case FOV_PARAM_LABELS:
    case FOV_PARAM_TICKS:
    case FOV_PARAM_FACTS:
        return *(const uint32_t *)member == 0; /* each list begins with its length */
    case FOV_PARAM_BOX:
    case FOV_PARAM_POINT:
        break;
    }
    return false;
}

static int find_param(const struct op_parse *p, const char *key)
{
    for (int i = 0; p->def->params != NULL && p->def->params[i].name != NULL; i++) {
        const fov_op_param_row *param = &p->def->params[i];
        if ((param->flags & FOV_PARAM_HIDDEN) != 0 && !p->reading->allow_hidden)
            continue;
        if (strcmp(param->name, key) == 0 ||
            (param->alias != NULL && strcmp(param->alias, key) == 0))
            return i;
    }
    return -1;
}

/* The one required parameter that the call does not give: what {"angle":30} meant; or -1. */
static int only_missing(const struct op_parse *p)
{
    int found = -1;
    for (int i = 0; p->def->params != NULL && p->def->params[i].name != NULL; i++) {
        const fov_op_param_row *param = &p->def->params[i];
        if ((param->flags & FOV_PARAM_REQUIRED) == 0 ||
            fov__json_type(fov__json_get(p->arguments, param->name)) != FOV_JSON_NULL ||
            (param->alias != NULL &&
             fov__json_type(fov__json_get(p->arguments, param->alias)) != FOV_JSON_NULL))
            continue;
        if (found >= 0)
            return -1;
        found = i;
    }
    return found;
}

/* What a member that is not known was probably meant to be: the nearest name that is still free. */
static int nearest_param(const struct op_parse *p, const char *key, uint32_t seen)
{
    const size_t len = strlen(key);
    int best = -1, best_distance = 1 + (len < 6 ? 2 : len < 24 ? (int)len / 3 : 8);
    for (int i = 0; p->def->params != NULL && p->def->params[i].name != NULL; i++) {
        const fov_op_param_row *param = &p->def->params[i];
        if ((param->flags & FOV_PARAM_HIDDEN) != 0 || (seen >> i & 1) != 0 ||
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
    if (best < 0) {
        best = only_missing(p);
        best = best >= 0 && (seen >> best & 1) != 0 ? -1 : best;
    }
    return best;
}

/* Whether the call has places in it, and so a frame that they are in. */
static bool has_frame(const struct op_parse *p)
{
    for (const fov_op_param_row *q = p->def->params; q != NULL && q->name != NULL; q++) {
        if (fov__param_has_coordinates(q) &&
            ((q->flags & FOV_PARAM_HIDDEN) == 0 || p->reading->allow_hidden))
            return true;
    }
    return false;
}

static void known_names(char *out, size_t size, const struct op_parse *p)
{
    size_t len = 0;
    const bool has_coordinates = has_frame(p);
    out[0] = '\0';
    for (const fov_op_param_row *q = p->def->params; q != NULL && q->name != NULL; q++) {
        if ((q->flags & FOV_PARAM_HIDDEN) != 0 && !p->reading->allow_hidden)
            continue;
        fov__format(out + len, size - len, "%s%s", len > 0 ? ", " : "", q->name);
        len += strlen(out + len);
    }
    for (const char *const *name = p->def->input_names; name != NULL && *name != NULL; name++) {
        fov__format(out + len, size - len, "%s%s", len > 0 ? ", " : "", *name);
        len += strlen(out + len);
    }
    if (p->def->input_names != NULL)
        fov__format(out + len, size - len, "%s", has_coordinates ? ", frame" : "");
    else if (p->def->input_max > 0)
        fov__format(out + len, size - len, "%s%s%s", len > 0 ? ", " : "",
                    p->def->input_max > 1 ? "images" : "image", has_coordinates ? ", frame" : "");
    else if (len == 0)
        fov__format(out, size, "no argument");
}

/* Returns the parameter that the member counts as in the corrected call, or -1. */
static int unknown_member(struct op_parse *p, const char *key, const fov_json_value *value,
                          uint32_t seen)
{
    char names[160];
    const int near = nearest_param(p, key, seen);
    const char *meant = near >= 0 ? p->def->params[near].name : NULL;
    known_names(names, sizeof(names), p);
    fov__parse_fault(p, FOV_FAULT_UNKNOWN_ARG, -1, value, names, "%s does not know '%.40s'%s%s%s",
                     p->def->name, key, meant != NULL ? "; did you mean '" : "",
                     meant != NULL ? meant : "", meant != NULL ? "'?" : ".");
    if (meant == NULL)
        fov__mend_drop(p, value);
    else
        fov__mend(p, (struct mend){.value = value, .how = MEND_RENAME, .key = meant});
    return near;
}

static void read_member(struct op_parse *p, const fov_json_value *value, uint32_t *seen)
{
    const char *key = fov__json_key(value);
    if (fov__args_is_reference(p->def, key) || (strcmp(key, "frame") == 0 && has_frame(p)))
        return;
    fov__parse_field(p, key);
    int i = find_param(p, key);
    if (i >= 0 && fov__json_type(value) == FOV_JSON_NULL)
        return; /* strict schemas send null for what is left out */
    if (i >= 0 && (*seen >> i & 1) != 0) {
        fov__parse_fault(p, FOV_FAULT_UNKNOWN_ARG, -1, value, NULL,
                         "%s and %s mean the same; give one of them.", p->def->params[i].name,
                         p->def->params[i].alias);
        fov__mend_drop(p, value);
        return;
    }
    if (i < 0)
        i = unknown_member(p, key, value, *seen);
    if (i < 0 || fov__json_type(value) == FOV_JSON_NULL)
        return;
    *seen |= 1u << i;
    if (fov__param_parse(p, &p->def->params[i], value) && !is_at_default(p, &p->def->params[i]))
        ((fov_op_args_head *)p->args)->given |= 1u << i;
}

static void add_missing(struct op_parse *p, const fov_op_param_row *param)
{
    char allowed[160];
    struct mend mend = {.key = param->name, .how = MEND_NUMBER};
    fov__parse_field(p, param->name);
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    fov__parse_fault(p, FOV_FAULT_MISSING_ARG, -1, NULL, allowed, "%s needs %s: %s.", p->def->name,
                     param->name, param->doc);
    switch (param->type) {
    case FOV_PARAM_NUMBER:
    case FOV_PARAM_INT:
        mend.number[0] = fov__param_legal(param, param->def);
        break;
    case FOV_PARAM_ENUM:
        mend.how = MEND_TEXT;
        mend.text = param->choices[(int)param->def];
        mend.count = (int32_t)strlen(mend.text);
        break;
    case FOV_PARAM_BOOL:
        mend.how = MEND_BOOL;
        mend.count = param->def != 0;
        break;
    case FOV_PARAM_BOX:
    case FOV_PARAM_POINT:
        mend.how = MEND_NUMBERS;
        mend.count = fov__coord_fallback(p, param->type == FOV_PARAM_BOX ? SHAPE_BOX : SHAPE_POINT,
                                         mend.number);
        break;
    default: /* no colour, text or list is nearer than another to one that was not given */
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
    if (!has_frame(p))
        return; /* then it is a member like any other that is not known */
    fov__parse_field(p, "frame");
    if (fov__json_type(value) != FOV_JSON_NULL) {
        const char *text = fov__json_string(value);
        if (text != NULL && strcmp(text, "image") == 0) {
            p->frame = FOV__FRAME_IMAGE;
        } else if (text != NULL && strcmp(text, "source") == 0) {
            p->frame = FOV__FRAME_SOURCE;
        } else {
            fov__parse_fault(p, text != NULL ? FOV_FAULT_OUT_OF_RANGE : FOV_FAULT_BAD_TYPE, -1,
                             value, "image or source",
                             "frame says what coordinates refer to: \"image\" (the image named in "
                             "the call) or \"source\" (the original).");
            fov__mend_drop(p, value);
        }
    }
    if (p->frame == FOV__FRAME_SOURCE && !p->reading->has_source) {
        fov__parse_fault(
            p, FOV_FAULT_UNSUPPORTED, -1, value, "image",
            "%s does not come from one original, so coordinates must refer to the image "
            "itself: give \"frame\":\"image\".",
            p->reading->image_id != NULL ? p->reading->image_id : "This image");
        p->is_hopeless = true;
        p->frame = FOV__FRAME_IMAGE;
    }
}

fov_status fov__op_args_parse(const fov_op_def *def, const fov_json_value *arguments,
                              const struct op_reading *reading, void *args, struct op_notes *notes,
                              fov_op_fault *fault)
{
    struct op_parse p = {.def = def, .arguments = arguments, .reading = reading, .args = args};
    struct op_notes unasked;
    uint32_t seen = 0;
    p.notes = notes != NULL ? notes : &unasked;
    p.fault = fault;
    memset(p.notes, 0, sizeof(*p.notes));
    memset(fault, 0, sizeof(*fault));
    memset(args, 0, def->args_size);
    for (const fov_op_param_row *q = def->params; q != NULL && q->name != NULL; q++)
        fill_default(&p, q);

    const enum fov_json_type type = fov__json_type(arguments);
    if (type != FOV_JSON_OBJECT && type != FOV_JSON_NULL) {
        fov__parse_field(&p, NULL);
        fov__parse_fault(&p, FOV_FAULT_BAD_TYPE, -1, arguments, "a JSON object",
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
        if ((def->params[i].flags & FOV_PARAM_REQUIRED) != 0 && (seen >> i & 1) == 0)
            add_missing(&p, &def->params[i]);
    }
    if (fault->code == FOV_FAULT_NONE)
        return FOV_OK;
    fov__mend_write(&p);
    return p.status;
}

bool fov__op_args_ref(const fov_op_def *def, const void *args, size_t k, const char **param,
                      fov_op_ref *out)
{
    for (const fov_op_param_row *q = def->params; q != NULL && q->name != NULL; q++) {
        const fov_op_refs *refs = (const void *)((const char *)args + q->offset);
        if (q->type != FOV_PARAM_FACTS)
            continue;
        if (k < refs->n) {
            *param = q->name;
            *out = refs->v[k];
            return true;
        }
        k -= refs->n;
    }
    return false;
}
