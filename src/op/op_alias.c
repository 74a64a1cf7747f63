/* SPDX-License-Identifier: MIT */
/* Calls in the spellings that models were trained on. The validator is one and sees a call under
 * the alias's own names, so that what it says of a call is said in them; here a box that is spelled
 * as four numbers becomes one, and a fault goes the way back. It must never judge a value. */
#include "op/op_args_internal.h"

static const fov_op_param_row *param_of(const fov_op_def *def, const char *name)
{
    for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

static bool is_image(const fov_op_alias_arg *arg)
{
    return strcmp(arg->param, "image") == 0;
}

static double space_range(enum fov__space space)
{
    return space == FOV__SPACE_N1 ? 1 : space == FOV__SPACE_N999 ? 999 : 1000;
}

static int numbers_of(const fov_op_param_row *param)
{
    return param->type == FOV_PARAM_BOX ? 4 : param->type == FOV_PARAM_POINT ? 2 : 0;
}

/* The argument that spells number `i` of a parameter, or its whole (0); NULL when none does. */
static const fov_op_alias_arg *arg_for(const fov_op_alias_row *alias, const char *param, int32_t i)
{
    for (const fov_op_alias_arg *a = alias->args; a != NULL && a->name != NULL; a++) {
        if (a->number == i && strcmp(a->param, param) == 0)
            return a;
    }
    return NULL;
}

static const fov_op_alias_arg *arg_named(const fov_op_alias_row *alias, const char *name)
{
    for (const fov_op_alias_arg *a = alias->args; a != NULL && a->name != NULL; a++) {
        if (strcmp(a->name, name) == 0)
            return a;
    }
    return NULL;
}

/* The one parameter that is spelled in numbers, or NULL. */
static const fov_op_param_row *split_param(const fov_op_def *def, const fov_op_alias_row *alias)
{
    for (const fov_op_alias_arg *a = alias->args; a != NULL && a->name != NULL; a++) {
        if (a->number > 0)
            return param_of(def, a->param);
    }
    return NULL;
}

/* ---- the row -------------------------------------------------------------------------------- */

const fov_op_alias_row *fov__alias_find(const fov_op_def *def, const char *name)
{
    for (const fov_op_alias_row *a = def->aliases; a != NULL && a->name != NULL; a++) {
        if (name != NULL && strcmp(a->name, name) == 0)
            return a;
    }
    return NULL;
}

enum fov__space fov__alias_space(const fov_op_def *def, const char *name, enum fov__space space)
{
    const fov_op_alias_row *alias = fov__alias_find(def, name);
    if (alias != NULL && alias->space != NULL)
        (void)fov__space_find(alias->space, &space); /* checked with the row */
    return space;
}

static bool arg_is_right(const fov_op_def *def, const fov_op_alias_row *alias,
                         const fov_op_alias_arg *arg)
{
    const fov_op_param_row *param = arg->param != NULL ? param_of(def, arg->param) : NULL;
    if (arg->param == NULL || strlen(arg->name) > 40)
        return false;
    if (is_image(arg))
        return arg->number == 0 && def->input_max == 1 && def->input_names == NULL;
    if (param == NULL || (param->flags & FOV_PARAM_HIDDEN) != 0 || arg->number < 0)
        return false;
    if (arg->number == 0)
        return true;
    /* A number that was left out can be offered only where numbers have an end, and its place in
     * the list is x first. */
    const fov_op_param_row *split = split_param(def, alias);
    bool is_right = split == param && alias->space != NULL && alias->space[0] == 'n' &&
                    strcmp(alias->space, "n1000yx") != 0 && strcmp(alias->space, "node_px") != 0;
    for (int32_t i = 1; i <= numbers_of(param); i++)
        is_right = is_right && arg_for(alias, arg->param, i) != NULL;
    return is_right && arg->number <= numbers_of(param);
}

fov_status fov__alias_check(const fov_op_def *def, const fov_op_alias_row *alias, fov_error *err)
{
    enum fov__space space;
    size_t count = 0;
    if (alias->space != NULL && !fov__space_find(alias->space, &space))
        return fov__fail(err, FOV_E_ARG, 0, def->name, "the alias %s names no space, '%s'",
                         alias->name, alias->space);
    for (const fov_op_alias_arg *a = alias->args; a != NULL && a->name != NULL; a++) {
        if (++count > FOV__ALIAS_ARGS_MAX || !arg_is_right(def, alias, a) ||
            arg_named(alias, a->name) != a)
            return fov__fail(err, FOV_E_ARG, 0, def->name,
                             "the alias %s of %s spells an argument that cannot be, '%s'",
                             alias->name, def->name, a->name);
    }
    return FOV_OK;
}

size_t fov__alias_rows(const fov_op_def *def, const fov_op_alias_row *alias,
                       fov_op_param_row rows[FOV__ALIAS_ARGS_MAX])
{
    size_t count = 0;
    for (const fov_op_alias_arg *a = alias->args; a->name != NULL; a++) {
        fov_op_param_row *row = &rows[count++];
        const fov_op_param_row *param = param_of(def, a->param);
        memset(row, 0, sizeof(*row));
        if (is_image(a) && strcmp(a->name, "img_idx") == 0) {
            row->type = FOV_PARAM_INT;
            row->min = 1; /* no bound is told: which there are, the conversation shows */
            row->doc = "number of the image, as in 1 for img_1; 0 is the original";
        } else if (is_image(a)) {
            row->type = FOV_PARAM_TEXT;
            row->size = sizeof(((struct op_image_refs *)0)->name[0]);
            row->doc = "image to take it from: original_image, or observation_1, observation_2 ...";
        } else if (a->number > 0) {
            row->type = FOV_PARAM_NUMBER;
            row->flags = param->flags & FOV_PARAM_REQUIRED;
            row->max = space_range(fov__alias_space(def, alias->name, FOV__SPACE_N1));
            row->def = -1;
            row->doc = param->doc;
        } else {
            *row = *param;
        }
        row->name = a->name;
        row->doc = a->doc != NULL ? a->doc : row->doc;
    }
    return count;
}

/* ---- forward -------------------------------------------------------------------------------- */

/* The operation under the alias's names. Its own are second spellings; a box in numbers is called
 * by all of theirs, where names are listed. */
static void name_params(struct fov_spoken *s, const fov_op_param_row *split)
{
    size_t n = 0;
    for (; s->op->params != NULL && s->op->params[n].name != NULL && n + 1 < FOV_COUNT(s->params);
         n++) {
        const fov_op_alias_arg *arg = arg_for(s->alias, s->op->params[n].name, 0);
        s->params[n] = s->op->params[n];
        if (arg != NULL && strcmp(arg->name, s->params[n].name) != 0) {
            s->params[n].alias = s->params[n].name;
            s->params[n].name = arg->name;
        }
        if (&s->op->params[n] != split)
            continue;
        for (int32_t i = 1; i <= numbers_of(split); i++) {
            const size_t len = strlen(s->parts);
            fov__format(s->parts + len, sizeof(s->parts) - len, "%s%s", len > 0 ? ", " : "",
                        arg_for(s->alias, split->name, i)->name);
        }
        s->params[n].alias = split->name;
        s->params[n].name = s->parts;
    }
    memset(&s->params[n], 0, sizeof(s->params[n]));
    s->def.params = s->params;
}

static bool is_given(const fov_json_value *arguments, const char *key)
{
    return fov__json_type(fov__json_get(arguments, key)) != FOV_JSON_NULL;
}

/* Every number, in order; one that was left out is offered as the end of its axis. */
static void write_split(struct fov_spoken *s, struct fov_jw *jw, const fov_op_param_row *split,
                        const fov_json_value *arguments)
{
    const double range = space_range(s->space);
    const int32_t n = numbers_of(split);
    fov__jw_array(jw, split->name);
    for (int32_t i = 1; i <= n; i++) {
        const char *name = arg_for(s->alias, split->name, i)->name;
        if (is_given(arguments, name)) {
            fov__jw_value(jw, NULL, fov__json_get(arguments, name));
            continue;
        }
        fov__jw_number(jw, NULL, i <= 2 ? 0 : range);
        s->missing = s->missing != NULL ? s->missing : name;
    }
    fov__jw_end_array(jw);
}

/* Whether any number of `split` is given. */
static bool has_numbers(const struct fov_spoken *s, const fov_op_param_row *split,
                        const fov_json_value *arguments)
{
    for (int32_t i = 1; split != NULL && i <= numbers_of(split); i++) {
        if (is_given(arguments, arg_for(s->alias, split->name, i)->name))
            return true;
    }
    return false;
}

/* A null beside another spelling of the same would be that member twice. */
static bool counts_as_absent(const fov_op_def *op, const char *key)
{
    for (const fov_op_param_row *p = op->params; p != NULL && p->name != NULL; p++) {
        if (strcmp(p->name, key) == 0)
            return true;
    }
    return fov__args_is_reference(op, key);
}

static fov_status rewrite(struct fov_spoken *s, fov_context *ctx, const fov_op_param_row *split,
                          const fov_json_value *arguments, fov_error *err)
{
    const bool has_split = has_numbers(s, split, arguments);
    const fov_limits *limits = &ctx->limits;
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, ctx, 2 * limits->json_bytes + 256);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    if (has_split)
        write_split(s, &jw, split, arguments);
    for (const fov_json_value *v = fov__json_child(arguments); v != NULL; v = fov__json_next(v)) {
        const fov_op_alias_arg *arg = arg_named(s->alias, fov__json_key(v));
        const char *key = arg != NULL && is_image(arg) ? "image" : fov__json_key(v);
        if ((arg != NULL && arg->number > 0) ||
            (fov__json_type(v) == FOV_JSON_NULL && counts_as_absent(s->op, key)))
            continue;
        fov__jw_value(&jw, key, v);
    }
    fov__jw_end_object(&jw);
    fov_status rc = fov__buf_check(&buf, s->def.name, err);
    /* Twice the depth and size of what was allowed: what is here has passed the limits. */
    if (rc >= 0)
        rc = fov__json_parse(&s->doc, ctx, buf.data, buf.len, 2 * limits->json_depth, buf.len, err);
    fov__buf_free(&buf);
    s->arguments = rc >= 0 ? fov__json_root(s->doc) : NULL;
    return rc;
}

/* Two spellings of one thing in one call: which of them counts is not guessed. */
static fov_status check_twice(const struct fov_spoken *s, const fov_op_param_row *split,
                              const fov_json_value *arguments, fov_op_fault *fault)
{
    const char *image = NULL, *second = NULL, *first = s->parts;
    char field[56];
    for (const fov_op_alias_arg *a = s->alias->args; a->name != NULL; a++) {
        if (is_image(a))
            image = a->name;
    }
    if (has_numbers(s, split, arguments)) {
        second = is_given(arguments, split->name) ? split->name : NULL;
        if (second == NULL && split->alias != NULL && is_given(arguments, split->alias))
            second = split->alias;
    }
    if (second == NULL && image != NULL && strcmp(image, "image") != 0 &&
        is_given(arguments, image) && is_given(arguments, "image")) {
        first = image;
        second = "image";
    }
    if (second == NULL)
        return FOV_OK;
    fov__format(field, sizeof(field), "%s.%s", s->alias->name, second);
    return fov__fault(fault, FOV_FAULT_UNKNOWN_ARG, field, NULL, NULL,
                      "%s and %s mean the same; give one of them.", first, second);
}

fov_status fov__spoken_init(struct fov_spoken *out, fov_context *ctx, const fov_op_def *op,
                            const char *name, const fov_json_value *arguments,
                            enum fov__space space, fov_op_fault *fault, fov_error *err)
{
    memset(out, 0, sizeof(*out));
    out->op = op;
    out->def = *op;
    out->arguments = arguments;
    out->alias = fov__alias_find(op, name);
    out->space = fov__alias_space(op, name, space);
    if (out->alias == NULL)
        return FOV_OK;
    out->def.name = out->alias->name;
    if (out->alias->args == NULL)
        return FOV_OK;
    const fov_op_param_row *split = split_param(op, out->alias);
    name_params(out, split);
    if (fov__json_type(arguments) != FOV_JSON_OBJECT)
        return FOV_OK;
    const fov_status rc = check_twice(out, split, arguments, fault);
    if (rc < 0)
        return rc;
    for (const fov_json_value *v = fov__json_child(arguments); v != NULL; v = fov__json_next(v)) {
        const fov_op_alias_arg *arg = arg_named(out->alias, fov__json_key(v));
        out->names_image = out->names_image || (arg != NULL && is_image(arg)) ||
                           fov__args_is_reference(op, fov__json_key(v));
    }
    return rewrite(out, ctx, split, arguments, err);
}

void fov__spoken_free(struct fov_spoken *spoken)
{
    fov__json_free(spoken->doc);
    spoken->doc = NULL;
    spoken->arguments = NULL;
}

fov_status fov__spoken_parse(const struct fov_spoken *spoken, const struct op_reading *reading,
                             void *args, struct op_notes *notes, fov_op_fault *fault)
{
    char call[sizeof(fault->call)] = "", field[sizeof(fault->field)], allowed[48];
    struct op_reading in = *reading;
    struct fov_buf buf;
    struct fov_jw jw;
    in.space = spoken->space;
    fov_status rc = fov__op_args_parse(&spoken->def, spoken->arguments, &in, args, notes, fault);
    if (spoken->missing == NULL)
        return rc;
    /* The call with what was left out filled in is the offer, mended where more was wrong. */
    fov__buf_fixed(&buf, call, sizeof(call));
    fov__jw_init(&jw, &buf);
    fov__jw_value(&jw, NULL, spoken->arguments);
    if (rc < 0)
        memcpy(call, fault->call, sizeof(call));
    else if (buf.status != FOV_OK)
        call[0] = '\0';
    fov__format(field, sizeof(field), "%s.%s", spoken->def.name, spoken->missing);
    fov__format(allowed, sizeof(allowed), "a number, 0 to %d", (int)space_range(spoken->space));
    rc = fov__fault(fault, FOV_FAULT_MISSING_ARG, field, NULL, allowed, "%s needs %s: all of %s.",
                    spoken->def.name, spoken->missing, spoken->parts);
    memcpy(fault->call, call, sizeof(fault->call));
    return rc;
}

/* ---- back ----------------------------------------------------------------------------------- */

/* "zoom.box[2]", "crop_image.box[2]" -> "crop_image.x2"; "grounding.image" -> "grounding.source".
 */
static void name_field(const struct fov_spoken *s, fov_op_fault *fault)
{
    char param[56] = "", made[56];
    const char *dot = strchr(fault->field, '.'), *name = param;
    const size_t head = dot != NULL ? (size_t)(dot - fault->field) : strlen(fault->field);
    if (!(strncmp(fault->field, s->op->name, head) == 0 && s->op->name[head] == '\0') &&
        !(strncmp(fault->field, s->def.name, head) == 0 && s->def.name[head] == '\0'))
        return;
    fov__format(param, sizeof(param), "%s", dot != NULL ? dot + 1 : "");
    char *index = strchr(param, '[');
    const int32_t number = index != NULL ? index[1] - '0' + 1 : 1;
    const fov_op_param_row *split = split_param(s->op, s->alias);
    char rest[56] = "";
    if (index != NULL) {
        fov__format(rest, sizeof(rest), "%s", index);
        *index = '\0';
    }
    if (split != NULL && (strcmp(param, split->name) == 0 || strcmp(param, s->parts) == 0)) {
        const fov_op_alias_arg *arg = arg_for(s->alias, split->name, number);
        name = arg != NULL ? arg->name : "";
        rest[0] = '\0';
    } else {
        const fov_op_alias_arg *arg = s->alias->args != NULL ? arg_for(s->alias, param, 0) : NULL;
        name = arg != NULL ? arg->name : param;
    }
    fov__format(made, sizeof(made), "%s%s%s%s", s->alias->name, name[0] != '\0' ? "." : "", name,
                rest);
    memcpy(fault->field, made, sizeof(made));
}

static void write_image(const struct fov_spoken *s, struct fov_jw *jw, const fov_json_value *value)
{
    const fov_op_alias_arg *arg = arg_for(s->alias, "image", 0);
    const char *text = fov__json_string(value);
    double number;
    if (!s->names_image)
        return; /* left out: the original, in the alias as in the operation */
    if (arg != NULL && strcmp(arg->name, "img_idx") == 0 && text != NULL &&
        strncmp(text, "img_", 4) == 0 && fov__text_double(text + 4, strlen(text + 4), &number))
        fov__jw_number(jw, arg->name, number);
    else
        fov__jw_value(jw, arg != NULL ? arg->name : "image", value);
}

/* One member of the offered call; false when it cannot be spelled. */
static bool write_member(const struct fov_spoken *s, struct fov_jw *jw, const fov_json_value *v)
{
    const char *key = fov__json_key(v);
    const fov_op_param_row *split = split_param(s->op, s->alias);
    if (strcmp(key, "image") == 0) {
        write_image(s, jw, v);
        return true;
    }
    if (split == NULL || (strcmp(key, split->name) != 0 && strcmp(key, s->parts) != 0 &&
                          (split->alias == NULL || strcmp(key, split->alias) != 0))) {
        const fov_op_alias_arg *arg = arg_for(s->alias, key, 0);
        fov__jw_value(jw, arg != NULL ? arg->name : key, v);
        return true;
    }
    if (fov__json_count(v) != (size_t)numbers_of(split))
        return false;
    int32_t i = 1;
    for (const fov_json_value *e = fov__json_child(v); e != NULL; e = fov__json_next(e), i++)
        fov__jw_value(jw, arg_for(s->alias, split->name, i)->name, e);
    return true;
}

void fov__spoken_fault(const struct fov_spoken *s, fov_context *ctx, fov_op_fault *fault)
{
    struct fov_json *doc = NULL;
    char made[sizeof(fault->call)];
    struct fov_buf buf;
    struct fov_jw jw;
    bool is_right = true;
    if (s->alias == NULL || fault->code == FOV_FAULT_NONE)
        return;
    name_field(s, fault);
    if (s->alias->args == NULL || fault->call[0] == '\0')
        return;
    /* Without memory for it there is no offer: it is in names that this model does not know. */
    is_right = fov__json_parse(&doc, ctx, fault->call, strlen(fault->call),
                               2 * ctx->limits.json_depth, sizeof(fault->call), NULL) >= 0;
    fov__buf_fixed(&buf, made, sizeof(made));
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    for (const fov_json_value *v = is_right ? fov__json_child(fov__json_root(doc)) : NULL;
         v != NULL; v = fov__json_next(v))
        is_right = write_member(s, &jw, v) && is_right;
    fov__jw_end_object(&jw);
    if (is_right && buf.status == FOV_OK)
        memcpy(fault->call, made, sizeof(made));
    else
        fault->call[0] = '\0';
    fov__json_free(doc);
}
