/* SPDX-License-Identifier: MIT */
/* Lists of boxes, points, lines and labels: fixed room, so that no call can make one grow. An
 * element that is wrong is a fault of the whole call; nothing is left out silently. */
#include "op/op_args_internal.h"

/* One label: {"at":[x,y],"text":"…"}, both required, nothing else. */
static bool parse_label(struct op_parse *p, const fov_json_value *value, int32_t index,
                        fov_op_label *out)
{
    const fov_json_value *at = fov__json_get(value, "at"), *text = fov__json_get(value, "text");
    const char *words = fov__json_string(text);
    char saved[56];
    bool is_right = true;
    if (fov__json_type(value) != FOV_JSON_OBJECT || at == NULL || words == NULL) {
        fov__parse_fault(p, FOV_FAULT_BAD_TYPE, index, value, "{\"at\":[x,y],\"text\":\"...\"}",
                         "A label is an object with at (a point) and text (a string).");
        p->is_hopeless = true;
        return false;
    }
    memcpy(saved, p->field, sizeof(saved));
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v)) {
        if (v == at || v == text)
            continue;
        fov__format(p->field, sizeof(p->field), "%.20s[%d].%.30s", saved, index, fov__json_key(v));
        fov__parse_fault(p, FOV_FAULT_UNKNOWN_ARG, -1, v, "at, text",
                         "A label holds at and text and nothing else.");
        fov__mend_drop(p, v);
        is_right = false;
    }
    fov__format(p->field, sizeof(p->field), "%.30s[%d].at", saved, index);
    is_right &= fov__coord_point(p, at, -1, &out->at);
    const size_t len = strlen(words);
    if (len >= sizeof(out->text)) {
        fov__format(p->field, sizeof(p->field), "%.30s[%d].text", saved, index);
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, text, "at most 63 bytes",
                         "The text of a label is %zu bytes long and may be at most 63 bytes.", len);
        fov__mend_text(p, text, words, sizeof(out->text) - 1);
        is_right = false;
    } else {
        memcpy(out->text, words, len + 1);
    }
    memcpy(p->field, saved, sizeof(saved));
    return is_right;
}
_Static_assert(FOV_OP_LABEL_MAX == 64, "the sentences above say 63");

/* One tick: {"at":[x,y],"value":12.5}, the value a number or a short text, nothing else. */
static bool parse_tick(struct op_parse *p, const fov_json_value *value, int32_t index,
                       fov_op_tick *out)
{
    const fov_json_value *at = fov__json_get(value, "at"), *v = fov__json_get(value, "value");
    const char *words = fov__json_string(v);
    const bool is_number = fov__json_number(v, &out->value);
    char saved[56];
    bool is_right = true;
    if (fov__json_type(value) != FOV_JSON_OBJECT || at == NULL || (words == NULL && !is_number)) {
        fov__parse_fault(p, FOV_FAULT_BAD_TYPE, index, value, "{\"at\":[x,y],\"value\":12.5}",
                         "A tick is an object with at (a point) and value (a number, or a date).");
        p->is_hopeless = true;
        return false;
    }
    memcpy(saved, p->field, sizeof(saved));
    for (const fov_json_value *m = fov__json_child(value); m != NULL; m = fov__json_next(m)) {
        if (m == at || m == v)
            continue;
        fov__format(p->field, sizeof(p->field), "%.20s[%d].%.30s", saved, index, fov__json_key(m));
        fov__parse_fault(p, FOV_FAULT_UNKNOWN_ARG, -1, m, "at, value",
                         "A tick holds at and value and nothing else.");
        fov__mend_drop(p, m);
        is_right = false;
    }
    fov__format(p->field, sizeof(p->field), "%.30s[%d].at", saved, index);
    if (!fov__coord_point(p, at, -1, &out->at)) {
        p->is_hopeless = true; /* a place that is made up would measure wrongly */
        is_right = false;
    }
    if (words != NULL && strlen(words) >= sizeof(out->text)) {
        fov__format(p->field, sizeof(p->field), "%.30s[%d].value", saved, index);
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, v,
                         "a number, or a date of at most 23 bytes",
                         "The value of a tick is a number, or a date such as \"2021-03-01\".");
        p->is_hopeless = true;
        is_right = false;
    } else if (words != NULL) {
        memcpy(out->text, words, strlen(words) + 1);
    } else {
        out->value += 0.0; /* no negative zero */
    }
    memcpy(p->field, saved, sizeof(saved));
    return is_right;
}
_Static_assert(sizeof(((fov_op_tick *)0)->text) == 24, "the sentence above says 23");

/* A whole number as people write it, up to six digits, moving *text past it; -1 when there is
 * none. */
static int32_t whole_number(const char **text)
{
    const char *c = *text;
    int32_t n = 0;
    if (*c == '0' && c[1] >= '0' && c[1] <= '9')
        return -1;
    for (; *c >= '0' && *c <= '9' && c - *text < 6; c++)
        n = n * 10 + (*c - '0');
    if (c == *text)
        return -1;
    *text = c;
    return n;
}

/* "fact_3" or "fact_3.2"; parts count from 1. */
static bool parse_ref(struct op_parse *p, const fov_json_value *value, int32_t index,
                      fov_op_ref *out)
{
    const char *text = fov__json_string(value), *c = text;
    bool is_whole = true;
    out->fact = -1;
    out->part = 0;
    if (text != NULL && strncmp(text, "fact_", 5) == 0) {
        c += 5;
        out->fact = whole_number(&c);
        is_whole = *c != '.';
        if (!is_whole) {
            c++;
            out->part = whole_number(&c);
        }
    }
    if (text != NULL && out->fact >= 0 && *c == '\0' && (is_whole || out->part > 0))
        return true;
    fov__parse_fault(p, text != NULL ? FOV_FAULT_UNKNOWN_FACT : FOV_FAULT_BAD_TYPE, index, value,
                     "a fact's id such as fact_0, or fact_0.2 for its part 2",
                     "Name a fact by the id that the call which found it answered with.");
    p->is_hopeless = true;
    return false;
}

static bool parse_element(struct op_parse *p, int32_t type, const fov_json_value *value,
                          uint32_t index, void *member)
{
    switch (type) {
    case FOV_PARAM_BOXES:
        return fov__coord_box(p, value, (int32_t)index, &((fov_op_boxes *)member)->v[index]);
    case FOV_PARAM_POINTS:
        return fov__coord_point(p, value, (int32_t)index, &((fov_op_points *)member)->v[index]);
    case FOV_PARAM_LINES:
        return fov__coord_line(p, value, (int32_t)index, &((fov_op_lines *)member)->v[index]);
    case FOV_PARAM_TICKS:
        return parse_tick(p, value, (int32_t)index, &((fov_op_ticks *)member)->v[index]);
    case FOV_PARAM_FACTS:
        return parse_ref(p, value, (int32_t)index, &((fov_op_refs *)member)->v[index]);
    default:
        return parse_label(p, value, (int32_t)index, &((fov_op_labels *)member)->v[index]);
    }
}

/* Numbers side by side where a list of them is meant: [1,2] for [[1,2]]. */
static bool is_one_element(const fov_op_param_row *param, const fov_json_value *value)
{
    const size_t n = param->type == FOV_PARAM_POINTS ? 2 : 4;
    if (param->type == FOV_PARAM_LABELS || param->type == FOV_PARAM_TICKS)
        return fov__json_type(value) == FOV_JSON_OBJECT;
    if (param->type == FOV_PARAM_FACTS)
        return fov__json_type(value) == FOV_JSON_STRING;
    if (fov__json_count(value) != n)
        return false;
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v)) {
        if (fov__json_type(v) != FOV_JSON_NUMBER)
            return false;
    }
    return true;
}

bool fov__list_parse(struct op_parse *p, const fov_op_param_row *param, const fov_json_value *value,
                     void *member)
{
    uint32_t n = 0;
    bool is_right = true;
    char allowed[160];
    const char *name = strchr(p->field, '.') + 1;
    fov__param_allowed(allowed, sizeof(allowed), p, param);
    const bool is_bare = is_one_element(param, value);
    if (is_bare || fov__json_type(value) != FOV_JSON_ARRAY) {
        fov__parse_fault(p, FOV_FAULT_BAD_TYPE, -1, value, allowed,
                         "%s is a list, with brackets around it even for one: %s.", name, allowed);
        if (is_bare) {
            fov__mend(p, (struct mend){.value = value, .how = MEND_WRAP});
            p->is_hopeless |= param->min > 1; /* what else belongs to it is not known */
            parse_element(p, param->type, value, 0, member); /* its own mends */
        } else {
            p->is_hopeless = true; /* what was meant to be in it is not known */
        }
        return false;
    }
    const size_t most = (size_t)param->max < FOV_OP_LIST_MAX ? (size_t)param->max : FOV_OP_LIST_MAX;
    if (fov__json_count(value) > most) {
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, value, allowed,
                         "%s holds %zu and may hold at most %zu.", name, fov__json_count(value),
                         most);
        if (param->type == FOV_PARAM_FACTS)
            p->is_hopeless = true; /* which of them were meant is not known */
        else
            fov__mend(p, (struct mend){.value = value, .how = MEND_SHORT, .count = (int32_t)most});
        is_right = false;
    }
    if (fov__json_count(value) < (size_t)param->min) {
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, value, allowed,
                         "%s holds %zu and must hold at least %d: %s.", name,
                         fov__json_count(value), (int)param->min, allowed);
        p->is_hopeless = true; /* what is missing is not known */
        is_right = false;
    }
    for (const fov_json_value *v = fov__json_child(value); v != NULL && n < most;
         v = fov__json_next(v))
        is_right &= parse_element(p, param->type, v, n++, member);
    *(uint32_t *)member = is_right ? n : 0; /* each list begins with its length */
    return is_right;
}
_Static_assert(offsetof(fov_op_boxes, n) == 0 && offsetof(fov_op_points, n) == 0 &&
                   offsetof(fov_op_lines, n) == 0 && offsetof(fov_op_labels, n) == 0 &&
                   offsetof(fov_op_ticks, n) == 0 && offsetof(fov_op_refs, n) == 0,
               "a list begins with its length");
