/* SPDX-License-Identifier: MIT */
/* What a JSON Schema means, for the keywords that are written here and no others. A keyword that is
 * not known is a fault of the schema (schema_fault), never passed over. */
#include "op/schema_check.h"

#include "op/op_args_internal.h"

/* ---- keywords ------------------------------------------------------------------------------- */

static bool is_type(const fov_json_value *value, const char *type)
{
    double v = 0;
    switch (fov__json_type(value)) {
    case FOV_JSON_NULL:
        return strcmp(type, "null") == 0;
    case FOV_JSON_BOOL:
        return strcmp(type, "boolean") == 0;
    case FOV_JSON_NUMBER:
        fov__json_number(value, &v);
        return strcmp(type, "number") == 0 || (strcmp(type, "integer") == 0 && v == fov__rint(v));
    case FOV_JSON_STRING:
        return strcmp(type, "string") == 0;
    case FOV_JSON_ARRAY:
        return strcmp(type, "array") == 0;
    case FOV_JSON_OBJECT:
        return strcmp(type, "object") == 0;
    }
    return false;
}

static bool type_fits(const fov_json_value *schema, const fov_json_value *value)
{
    const fov_json_value *type = fov__json_get(schema, "type");
    if (type == NULL || fov__json_string(type) != NULL)
        return type == NULL || is_type(value, fov__json_string(type));
    for (const fov_json_value *t = fov__json_child(type); t != NULL; t = fov__json_next(t)) {
        if (is_type(value, fov__json_string(t)))
            return true;
    }
    return false;
}

static bool same_scalar(const fov_json_value *a, const fov_json_value *b)
{
    if (fov__json_type(a) != fov__json_type(b))
        return false;
    return fov__json_type(a) == FOV_JSON_NULL ||
           (fov__json_string(a) != NULL && strcmp(fov__json_string(a), fov__json_string(b)) == 0);
}

/* The regular expressions that are written, matched whole: letters, "\\.", classes with {n} or
 * {m,n}, and groups "(a|b)", "(a)?" that hold no group. Where `re` ends, `rest` goes on. */
static bool match(const char *re, const char *end, const char *text, const char *rest,
                  const char *rest_end);

static bool in_class(const char *re, const char *end, char c)
{
    for (; re < end; re++) {
        if (end - re >= 3 && re[1] == '-') {
            if (c >= re[0] && c <= re[2])
                return true;
            re += 2;
        } else if (c == *re) {
            return true;
        }
    }
    return false;
}

static bool match_group(const char *re, const char *end, const char *text)
{
    const char *close = memchr(re, ')', (size_t)(end - re)), *after = close + 1, *from = re + 1;
    const bool is_optional = after < end && *after == '?';
    after += is_optional;
    if (is_optional && match(after, end, text, NULL, NULL))
        return true;
    for (const char *c = from; c <= close; c++) {
        if (c != close && *c != '|')
            continue;
        if (match(from, c, text, after, end))
            return true;
        from = c + 1;
    }
    return false;
}

static bool match_repeated(const char *re, const char *end, const char *text, const char *rest,
                           const char *rest_end)
{
    const char *close = memchr(re, ']', (size_t)(end - re)), *after = close + 1;
    int least = 1, most = 1;
    if (after < end && *after == '{') {
        least = after[1] - '0';
        most = after[2] == ',' ? after[3] - '0' : least;
        after += after[2] == ',' ? 5 : 3;
    }
    for (int n = 0; n <= most; n++, text++) {
        if (n >= least && match(after, end, text, rest, rest_end))
            return true;
        if (*text == '\0' || !in_class(re + 1, close, *text))
            return false;
    }
    return false;
}

static bool match(const char *re, const char *end, const char *text, const char *rest,
                  const char *rest_end)
{
    if (re == end && rest != NULL)
        return match(rest, rest_end, text, NULL, NULL);
    if (re == end)
        return *text == '\0';
    if (*re == '(')
        return match_group(re, end, text);
    if (*re == '[')
        return match_repeated(re, end, text, rest, rest_end);
    re += *re == '\\';
    return *re == *text && match(re + 1, end, text + 1, rest, rest_end);
}

static bool pattern_fits(const char *pattern, const char *text)
{
    const size_t len = strlen(pattern);
    return len >= 2 && pattern[0] == '^' && pattern[len - 1] == '$' &&
           match(pattern + 1, pattern + len - 1, text, NULL, NULL);
}

static size_t characters(const char *text)
{
    size_t n = 0;
    uint32_t code;
    for (const char *c = text; *c != '\0'; c += fov__utf8_next(c, strlen(c), &code))
        n++;
    return n;
}

static bool number_fits(const fov_json_value *schema, const fov_json_value *value)
{
    double v = 0, bound = 0;
    if (!fov__json_number(value, &v))
        return true;
    return !(fov__json_number(fov__json_get(schema, "minimum"), &bound) && v < bound) &&
           !(fov__json_number(fov__json_get(schema, "maximum"), &bound) && v > bound);
}

static bool string_fits(const fov_json_value *schema, const fov_json_value *value)
{
    const char *text = fov__json_string(value),
               *pattern = fov__json_string(fov__json_get(schema, "pattern"));
    double most = 0;
    if (text == NULL)
        return true;
    if (fov__json_number(fov__json_get(schema, "maxLength"), &most) &&
        (double)characters(text) > most)
        return false;
    return pattern == NULL || pattern_fits(pattern, text);
}

static bool array_fits(const fov_json_value *schema, const fov_json_value *value)
{
    const fov_json_value *items = fov__json_get(schema, "items");
    double bound = 0;
    const double n = (double)fov__json_count(value);
    if (fov__json_type(value) != FOV_JSON_ARRAY)
        return true;
    if (fov__json_number(fov__json_get(schema, "minItems"), &bound) && n < bound)
        return false;
    if (fov__json_number(fov__json_get(schema, "maxItems"), &bound) && n > bound)
        return false;
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v)) {
        if (items != NULL && !schema_accepts(items, v))
            return false;
    }
    return true;
}

static bool object_fits(const fov_json_value *schema, const fov_json_value *value,
                        bool null_is_absent)
{
    const fov_json_value *properties = fov__json_get(schema, "properties");
    const fov_json_value *r = fov__json_child(fov__json_get(schema, "required"));
    bool is_open = true;
    if (fov__json_type(value) != FOV_JSON_OBJECT)
        return true;
    fov__json_bool(fov__json_get(schema, "additionalProperties"), &is_open);
    for (; r != NULL; r = fov__json_next(r)) {
        const fov_json_value *member = fov__json_get(value, fov__json_string(r));
        if (member == NULL || (null_is_absent && fov__json_type(member) == FOV_JSON_NULL))
            return false;
    }
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v)) {
        const fov_json_value *property = fov__json_get(properties, fov__json_key(v));
        if (property != NULL && null_is_absent && fov__json_type(v) == FOV_JSON_NULL)
            continue;
        if (property == NULL ? !is_open : !schema_accepts(property, v))
            return false;
    }
    return true;
}

static bool one_fits(const fov_json_value *list, const fov_json_value *value, bool is_schemas)
{
    if (list == NULL)
        return true;
    for (const fov_json_value *c = fov__json_child(list); c != NULL; c = fov__json_next(c)) {
        if (is_schemas ? schema_accepts(c, value) : same_scalar(c, value))
            return true;
    }
    return false;
}

static bool accepts(const fov_json_value *schema, const fov_json_value *value, bool null_is_absent)
{
    return type_fits(schema, value) && number_fits(schema, value) && string_fits(schema, value) &&
           array_fits(schema, value) && object_fits(schema, value, null_is_absent) &&
           one_fits(fov__json_get(schema, "enum"), value, false) &&
           one_fits(fov__json_get(schema, "anyOf"), value, true);
}

bool schema_accepts(const fov_json_value *schema, const fov_json_value *value)
{
    return accepts(schema, value, false);
}

bool schema_accepts_call(const fov_json_value *schema, const fov_json_value *arguments)
{
    return accepts(schema, arguments, true);
}

/* ---- a schema's own faults ------------------------------------------------------------------ */

static const char *const known_types[] = {"null",   "boolean", "integer", "number",
                                          "string", "array",   "object"};

static bool is_known_type(const fov_json_value *type)
{
    for (size_t i = 0; fov__json_string(type) != NULL && i < FOV_COUNT(known_types); i++) {
        if (strcmp(known_types[i], fov__json_string(type)) == 0)
            return true;
    }
    return false;
}

static bool are_types(const fov_json_value *type)
{
    if (fov__json_type(type) != FOV_JSON_ARRAY)
        return is_known_type(type);
    for (const fov_json_value *t = fov__json_child(type); t != NULL; t = fov__json_next(t)) {
        if (!is_known_type(t))
            return false;
    }
    return fov__json_count(type) > 0;
}

/* What a keyword must hold, by its name. */
static const struct {
    const char *name;
    enum fov_json_type type;
} keywords[] = {{"description", FOV_JSON_STRING},
                {"pattern", FOV_JSON_STRING},
                {"minimum", FOV_JSON_NUMBER},
                {"maximum", FOV_JSON_NUMBER},
                {"minItems", FOV_JSON_NUMBER},
                {"maxItems", FOV_JSON_NUMBER},
                {"maxLength", FOV_JSON_NUMBER},
                {"enum", FOV_JSON_ARRAY},
                {"anyOf", FOV_JSON_ARRAY},
                {"required", FOV_JSON_ARRAY},
                {"properties", FOV_JSON_OBJECT},
                {"items", FOV_JSON_OBJECT},
                {"additionalProperties", FOV_JSON_BOOL}};

static const char *keyword_fault(const fov_json_value *keyword)
{
    const char *name = fov__json_key(keyword);
    if (strcmp(name, "default") == 0)
        return NULL;
    if (strcmp(name, "type") == 0)
        return are_types(keyword) ? NULL : "type names no type";
    for (size_t i = 0; i < FOV_COUNT(keywords); i++) {
        if (strcmp(keywords[i].name, name) == 0)
            return fov__json_type(keyword) == keywords[i].type ? NULL : name;
    }
    return name;
}

static const char *bounds_fault(const fov_json_value *schema)
{
    static const char *const pairs[][2] = {{"minimum", "maximum"}, {"minItems", "maxItems"}};
    double lo, hi;
    for (size_t i = 0; i < FOV_COUNT(pairs); i++) {
        if (fov__json_number(fov__json_get(schema, pairs[i][0]), &lo) &&
            fov__json_number(fov__json_get(schema, pairs[i][1]), &hi) && lo > hi)
            return pairs[i][0];
    }
    return NULL;
}

const char *schema_fault(const fov_json_value *schema)
{
    const fov_json_value *properties = fov__json_get(schema, "properties");
    const fov_json_value *v = fov__json_child(fov__json_get(schema, "required"));
    const char *fault = bounds_fault(schema);
    if (fov__json_type(schema) != FOV_JSON_OBJECT)
        return "a schema is an object";
    for (; fault == NULL && v != NULL; v = fov__json_next(v)) {
        if (fov__json_string(v) == NULL || fov__json_get(properties, fov__json_string(v)) == NULL)
            fault = "required names no property";
    }
    for (v = fov__json_child(schema); fault == NULL && v != NULL; v = fov__json_next(v))
        fault = keyword_fault(v);
    for (v = fov__json_child(properties); fault == NULL && v != NULL; v = fov__json_next(v))
        fault = schema_fault(v);
    v = fov__json_child(fov__json_get(schema, "anyOf"));
    for (; fault == NULL && v != NULL; v = fov__json_next(v))
        fault = schema_fault(v);
    if (fault == NULL && fov__json_get(schema, "items") != NULL)
        fault = schema_fault(fov__json_get(schema, "items"));
    v = fov__json_get(schema, "default");
    return fault != NULL || v == NULL || schema_accepts(schema, v) ? fault
                                                                   : "its own default is refused";
}

/* ---- the law -------------------------------------------------------------------------------- */

void first_stage_run(struct first_stage *stage, const fov_op_def *def,
                     const fov_json_value *arguments, const struct op_reading *reading)
{
    struct op_image_refs refs;
    fov_op_fault images;
    const fov_status rc = fov__op_args_images(def, arguments, &refs, &images);
    stage->status =
        fov__op_args_parse(def, arguments, reading, stage->args, &stage->notes, &stage->fault);
    if (rc < 0) {
        stage->status = rc;
        stage->fault = images;
    }
}

static const fov_json_value *element(const fov_json_value *list, long index)
{
    const fov_json_value *v = fov__json_child(list);
    while (v != NULL && index-- > 0)
        v = fov__json_next(v);
    return v;
}

/* The value that a field such as "mark.labels[0].at" speaks of. */
static const fov_json_value *value_at(const fov_json_value *value, const char *field)
{
    const char *c = strchr(field, '.');
    while (c != NULL && *c != '\0' && value != NULL) {
        if (*c == '[') {
            long index = 0;
            for (c++; *c >= '0' && *c <= '9'; c++)
                index = index * 10 + (*c - '0');
            c += *c == ']';
            value = element(value, index);
        } else {
            char key[56];
            const size_t len = strcspn(++c, ".[");
            fov__format(key, sizeof(key), "%.*s", (int)len, c);
            c += len;
            value = fov__json_get(value, key);
        }
    }
    return value;
}

static bool is_place(const fov_json_value *value)
{
    if (fov__json_type(value) != FOV_JSON_ARRAY || fov__json_count(value) < 2)
        return false;
    for (const fov_json_value *v = fov__json_child(value); v != NULL; v = fov__json_next(v)) {
        if (fov__json_type(v) != FOV_JSON_NUMBER)
            return false;
    }
    return true;
}

/* What a schema cannot say: that a box must have an inside (EMPTY_BOX) and, as a point, must meet
 * its image (OUT_OF_RANGE of the place as a whole, never of one number of it); which images there
 * are and whether they have an original; and that a text is bounded in bytes, where maxLength
 * counts characters, of which there are never more. */
static bool is_beyond_schema(const fov_json_value *arguments, const fov_op_fault *fault)
{
    const fov_json_value *value = value_at(arguments, fault->field);
    const char *text = fov__json_string(value), *dot = strchr(fault->field, '.');
    switch (fault->code) {
    case FOV_FAULT_EMPTY_BOX:
    case FOV_FAULT_UNKNOWN_IMAGE:
        return true;
    case FOV_FAULT_UNSUPPORTED:
        return dot != NULL && strcmp(dot, ".frame") == 0;
    case FOV_FAULT_OUT_OF_RANGE:
        return is_place(value) || (text != NULL && characters(text) < strlen(text));
    default:
        return false;
    }
}

/* What is accepted and not declared: second spellings ("bbox_2d", "img_idx"), an image by its
 * number, and null in place of no arguments. It is what models and servers write unasked. */
static bool is_spelled_otherwise(const fov_op_def *def, const fov_json_value *arguments)
{
    if (fov__json_type(arguments) == FOV_JSON_NULL)
        return true;
    for (const fov_json_value *v = fov__json_child(arguments); v != NULL; v = fov__json_next(v)) {
        const char *key = fov__json_key(v);
        if (strcmp(key, "img_idx") == 0 || (strcmp(key, "image") == 0 && def->input_max > 1))
            return true;
        if (fov__args_is_reference(def, key)) {
            const fov_json_value *first =
                fov__json_type(v) == FOV_JSON_ARRAY ? fov__json_child(v) : v;
            for (; first != NULL; first = first == v ? NULL : fov__json_next(first)) {
                if (fov__json_type(first) == FOV_JSON_NUMBER)
                    return true;
            }
        }
        for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
            if (p->alias != NULL && strcmp(p->alias, key) == 0)
                return true;
        }
    }
    return false;
}

const char *schema_disagrees(const fov_op_def *def, const fov_json_value *schema,
                             const fov_json_value *arguments, const struct first_stage *stage)
{
    const bool fits = schema_accepts_call(schema, arguments);
    if (fits && stage->status != FOV_OK && !is_beyond_schema(arguments, &stage->fault))
        return "the schema accepts what the validator refuses";
    if (!fits && stage->status == FOV_OK && !is_spelled_otherwise(def, arguments))
        return "the schema refuses what the validator accepts";
    return NULL;
}
