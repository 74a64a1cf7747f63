/* SPDX-License-Identifier: MIT */
/* One event as numbers and names. A table says which members a kind has and what each may be; what
 * is not in it is counted and passed over, so that a later version may say more. Nothing is
 * guessed: a member that is missing or of another type is an error that names line and member. */
#include "transcript/log_internal.h"

enum member_type {
    M_IMAGE, /* "img_3" -> int32_t */
    M_FACT,  /* "fact_3" -> int32_t */
    M_HASH,  /* 64 hexadecimal digits, lower case: fit to be a file's name */
    M_TEXT,  /* const char * */
    M_INT,   /* int32_t within min..max */
    M_SIZE,  /* double, a whole number */
    M_BOOL,
    M_OBJECT, /* its raw text -> struct fov_span */
    M_PARENTS,
    M_REGIONS,
    M_ANY /* known and of no use here */
};

struct member {
    const char *name;
    enum member_type type;
    bool is_optional; /* may be missing or null */
    size_t offset;
    int32_t min, max;
};

#define AT(m) offsetof(struct fov_record, m)
#define SIDE_MAX 1000000

static const struct member source_members[] = {{"id", M_IMAGE, false, AT(id), 0, 0},
                                               {"sha256", M_HASH, false, AT(sha256), 0, 0},
                                               {"format", M_TEXT, false, AT(format), 0, 0},
                                               {"bands", M_INT, true, AT(bands), 1, 4},
                                               {"is_lenient", M_BOOL, true, AT(is_lenient), 0, 0},
                                               {"width", M_INT, false, AT(width), 1, SIDE_MAX},
                                               {"height", M_INT, false, AT(height), 1, SIDE_MAX},
                                               {"bytes", M_SIZE, false, AT(size), 0, 0},
                                               {NULL, M_ANY, true, 0, 0, 0}};

static const struct member image_members[] = {
    {"id", M_IMAGE, false, AT(id), 0, 0},
    {"op", M_TEXT, false, AT(op), 0, 0},
    {"recipe", M_OBJECT, false, AT(recipe_text), 0, 0},
    {"parents", M_PARENTS, false, 0, 0, 0},
    {"output", M_INT, false, AT(output), 0, FOV_OP_OUTPUTS_MAX - 1},
    {"width", M_INT, false, AT(width), 1, SIDE_MAX},
    {"height", M_INT, false, AT(height), 1, SIDE_MAX},
    {"regions", M_REGIONS, false, 0, 0, 0},
    {"recipe_sha256", M_HASH, false, AT(recipe_sha256), 0, 0},
    {"note", M_ANY, true, 0, 0, 0},
    {NULL, M_ANY, true, 0, 0, 0}};

static const struct member fact_members[] = {
    {"id", M_FACT, false, AT(id), 0, 0},
    {"op", M_TEXT, false, AT(op), 0, 0},
    {"recipe", M_OBJECT, false, AT(recipe_text), 0, 0},
    {"parents", M_PARENTS, false, 0, 0, 0},
    {"recipe_sha256", M_HASH, false, AT(recipe_sha256), 0, 0},
    {"json", M_OBJECT, false, AT(json_text), 0, 0},
    {"engine", M_TEXT, true, AT(engine), 0, 0},
    {"note", M_ANY, true, 0, 0, 0},
    {NULL, M_ANY, true, 0, 0, 0}};

static const struct member delivery_members[] = {
    {"id", M_IMAGE, false, AT(id), 0, 0},
    {"width", M_INT, false, AT(width), 1, SIDE_MAX},
    {"height", M_INT, false, AT(height), 1, SIDE_MAX},
    {"format", M_TEXT, false, AT(format), 0, 0},
    {"quality", M_INT, true, AT(quality), 1, 100},
    {"is_444", M_BOOL, true, AT(is_444), 0, 0},
    {"bytes_sha256", M_HASH, false, AT(bytes_sha256), 0, 0},
    {"size", M_SIZE, false, AT(size), 0, 0},
    {"tokens", M_SIZE, true, 0, 0, 0},
    {"pixels_sha256", M_HASH, false, AT(pixels_sha256), 0, 0},
    {"encoder", M_TEXT, false, AT(encoder), 0, 0},
    {"render_ms", M_ANY, true, 0, 0, 0},
    {NULL, M_ANY, true, 0, 0, 0}};

static const struct member *members_of(enum fov__log_kind kind)
{
    switch (kind) {
    case FOV__LOG_SOURCE:
        return source_members;
    case FOV__LOG_IMAGE:
        return image_members;
    case FOV__LOG_FACT:
        return fact_members;
    default:
        return delivery_members;
    }
}

/* ---- values --------------------------------------------------------------------------------- */

bool fov__record_id(const char *text, const char *prefix, int32_t *out)
{
    const size_t skip = strlen(prefix);
    int32_t value = 0;
    if (text == NULL || strncmp(text, prefix, skip) != 0)
        return false;
    text += skip;
    const size_t len = strlen(text);
    if (len == 0 || len > 7 || (text[0] == '0' && len > 1))
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (*text - '0');
    }
    *out = value;
    return true;
}

static bool is_hash(const char *text)
{
    return text != NULL && strlen(text) == FOV_SHA256_HEX - 1 &&
           strspn(text, "0123456789abcdef") == FOV_SHA256_HEX - 1;
}

static bool read_whole(const fov_json_value *value, double min, double max, double *out)
{
    return fov__json_number(value, out) && *out >= min && *out <= max && *out == fov__rint(*out);
}

static bool read_parents(struct fov_record *record, const fov_json_value *list)
{
    if (fov__json_type(list) != FOV_JSON_ARRAY || fov__json_count(list) > FOV_OP_INPUTS_MAX)
        return false;
    for (const fov_json_value *v = fov__json_child(list); v != NULL; v = fov__json_next(v)) {
        if (!fov__record_id(fov__json_string(v), "img_", &record->parents[record->parent_count++]))
            return false;
    }
    return true;
}

static bool read_numbers(const fov_json_value *list, double *out, size_t count)
{
    if (fov__json_type(list) != FOV_JSON_ARRAY || fov__json_count(list) != count)
        return false;
    for (const fov_json_value *v = fov__json_child(list); v != NULL; v = fov__json_next(v)) {
        if (!fov__json_number(v, out++))
            return false;
    }
    return true;
}

static bool read_region(struct fov_region *region, const fov_json_value *value)
{
    double box[4];
    if (!read_numbers(fov__json_get(value, "box"), box, FOV_COUNT(box)) ||
        !fov__record_id(fov__json_string(fov__json_get(value, "source")), "img_",
                        &region->source) ||
        !read_numbers(fov__json_get(value, "to_source"), region->to_source.m,
                      FOV_COUNT(region->to_source.m)))
        return false;
    region->box = (fov_box){box[0], box[1], box[2], box[3]};
    return true;
}

/* FOV_E_ARG stands for "not what is needed"; the caller says it with line and member. */
static fov_status read_regions(struct fov_record *record, const fov_json_value *list,
                               fov_error *err)
{
    const size_t count = fov__json_count(list);
    if (fov__json_type(list) != FOV_JSON_ARRAY || count < 1 || count > FOV__LOG_REGIONS_MAX)
        return FOV_E_ARG;
    record->regions = fov__calloc(record->ctx, count, sizeof(*record->regions));
    if (record->regions == NULL)
        return fov__fail_memory(err, "transcript", count * sizeof(*record->regions));
    for (const fov_json_value *v = fov__json_child(list); v != NULL; v = fov__json_next(v)) {
        if (!read_region(&record->regions[record->region_count++], v))
            return FOV_E_ARG;
    }
    return FOV_OK;
}

static const char *wanted(const struct member *member, char out[48])
{
    switch (member->type) {
    case M_IMAGE:
        return "an image's id such as img_3 is needed";
    case M_FACT:
        return "a fact's id such as fact_3 is needed";
    case M_HASH:
        return "64 hexadecimal digits in lower case are needed";
    case M_TEXT:
        return "a string is needed";
    case M_SIZE:
        return "a whole number from 0 is needed";
    case M_BOOL:
        return "true or false is needed";
    case M_OBJECT:
        return "an object is needed";
    case M_PARENTS:
        return "an array of at most 8 image ids is needed";
    case M_REGIONS:
        return "an array of {box, source, to_source} is needed";
    case M_INT:
    case M_ANY:
        break;
    }
    fov__format(out, 48, "a whole number from %d to %d is needed", (int)member->min,
                (int)member->max);
    return out;
}

static fov_status read_value(struct fov_record *record, const struct member *member,
                             const fov_json_value *value, struct fov_span text, fov_error *err)
{
    char *to = (char *)record + member->offset;
    const char *string = fov__json_string(value);
    const char *const path[] = {member->name, NULL};
    struct fov_span span;
    double number = 0;
    int32_t whole = 0;
    bool truth = false, ok = true;
    switch (member->type) {
    case M_IMAGE:
    case M_FACT:
        ok = fov__record_id(string, member->type == M_IMAGE ? "img_" : "fact_", &whole);
        memcpy(to, &whole, sizeof(whole));
        break;
    case M_HASH:
    case M_TEXT:
        ok = member->type == M_HASH ? is_hash(string) : string != NULL;
        memcpy(to, &string, sizeof(string));
        break;
    case M_INT:
        ok = read_whole(value, member->min, member->max, &number);
        whole = ok ? (int32_t)number : 0;
        memcpy(to, &whole, sizeof(whole));
        break;
    case M_SIZE:
        ok = read_whole(value, 0, 9007199254740992.0, &number);
        if (member->offset != 0)
            memcpy(to, &number, sizeof(number));
        break;
    case M_BOOL:
        ok = fov__json_bool(value, &truth);
        memcpy(to, &truth, sizeof(truth));
        break;
    case M_OBJECT:
        ok = fov__json_type(value) == FOV_JSON_OBJECT;
        span = fov__json_raw(text.data, text.len, path);
        memcpy(to, &span, sizeof(span));
        break;
    case M_PARENTS:
        ok = read_parents(record, value);
        break;
    case M_REGIONS:
        return read_regions(record, value, err);
    case M_ANY:
        break;
    }
    return ok ? FOV_OK : FOV_E_ARG;
}

/* ---- the record ----------------------------------------------------------------------------- */

static size_t count_unknown(const struct member *members, const fov_json_value *root)
{
    size_t count = 0;
    for (const fov_json_value *v = fov__json_child(root); v != NULL; v = fov__json_next(v)) {
        const char *key = fov__json_key(v);
        bool known = strcmp(key, "event") == 0 || strcmp(key, "n") == 0;
        for (const struct member *m = members; m->name != NULL && !known; m++)
            known = strcmp(key, m->name) == 0;
        count += !known;
    }
    return count;
}

static fov_status read_members(struct fov_record *record, struct fov_span text, fov_error *err)
{
    const fov_json_value *root = fov__json_root(record->doc);
    char room[48];
    for (const struct member *m = members_of(record->kind); m->name != NULL; m++) {
        const fov_json_value *value = fov__json_get(root, m->name);
        if (fov__json_type(value) == FOV_JSON_NULL && m->is_optional)
            continue;
        const fov_status rc = read_value(record, m, value, text, err);
        if (rc == FOV_E_ARG)
            return fov__log_fail(err, record->line, "%s is %s, and %s", m->name,
                                 value == NULL ? "missing" : fov__json_type_name(value),
                                 wanted(m, room));
        if (rc < 0)
            return rc;
    }
    return FOV_OK;
}

/* What no single member can say. */
static fov_status judge_whole(const struct fov_record *record, fov_error *err)
{
    const bool is_jpeg = record->format != NULL && strcmp(record->format, "jpeg") == 0;
    if (record->kind == FOV__LOG_SOURCE && strcmp(record->format, "pixels") == 0 &&
        (record->bands < 1 || record->bands == 2))
        return fov__log_fail(err, record->line,
                             "bands is %d, and 1, 3 or 4 is needed with raw pixels",
                             (int)record->bands);
    if (record->kind != FOV__LOG_DELIVERY)
        return FOV_OK;
    if (!is_jpeg && strcmp(record->format, "png") != 0)
        return fov__log_fail(err, record->line, "format is \"%.20s\", and png or jpeg is needed",
                             record->format);
    if (is_jpeg && record->quality == 0)
        return fov__log_fail(err, record->line,
                             "quality is missing, and a JPEG has one from 1 to 100");
    return FOV_OK;
}

fov_status fov__record_read(struct fov_record *out, fov_context *ctx, struct fov_span text,
                            enum fov__log_kind kind, size_t line, size_t *unknown, fov_error *err)
{
    memset(out, 0, sizeof(*out));
    out->ctx = ctx;
    out->kind = kind;
    out->line = line;
    fov_error inner;
    fov_status rc = fov__json_parse(&out->doc, ctx, text.data, text.len, FOV__LOG_DEPTH_MAX,
                                    FOV__LOG_LINE_MAX, &inner);
    if (rc == FOV_E_MEMORY) {
        if (err != NULL)
            *err = inner;
        return rc;
    }
    if (rc < 0)
        return fov__log_fail(err, line, "%s", inner.message);
    rc = read_members(out, text, err);
    if (rc >= 0)
        rc = judge_whole(out, err);
    if (rc >= 0 && unknown != NULL)
        *unknown += count_unknown(members_of(kind), fov__json_root(out->doc));
    out->recipe = fov__json_get(fov__json_root(out->doc), "recipe");
    return rc;
}

void fov__record_free(struct fov_record *record)
{
    fov__json_free(record->doc);
    fov__free(record->ctx, record->regions);
    record->doc = NULL;
    record->regions = NULL;
}
