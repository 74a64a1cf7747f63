/* SPDX-License-Identifier: MIT */
/* key=value of the command line as a member of an operation's arguments. What a key takes is in the
 * operation table; here only the spelling of a shell is turned into JSON, and judged by nobody. */
#include "cli/cli_internal.h"

static const fov_op_param_row *find_param(const fov_op_def *def, const char *name, size_t len)
{
    for (const fov_op_param_row *p = def->params; p->name; p++)
        if ((strlen(p->name) == len && strncmp(p->name, name, len) == 0) ||
            (p->alias && strlen(p->alias) == len && strncmp(p->alias, name, len) == 0))
            return p;
    return NULL;
}

/* "10,20,30.5" as numbers; false when one of them is none. */
static bool numbers(struct fov_jw *jw, const char *key, const char *text)
{
    double value;

    fov__jw_array(jw, key);
    for (;;) {
        size_t len = strcspn(text, ",");
        if (!fov__text_double(text, len, &value))
            return false;
        fov__jw_number(jw, NULL, value);
        if (!text[len])
            break;
        text += len + 1;
    }
    fov__jw_end_array(jw);
    return true;
}

/* "10,20;30,40" as a list of such arrays. */
static bool number_lists(struct fov_jw *jw, const char *key, const char *text)
{
    char part[256];

    fov__jw_array(jw, key);
    for (;;) {
        size_t len = strcspn(text, ";");
        if (len >= sizeof(part))
            return false;
        memcpy(part, text, len);
        part[len] = '\0';
        if (!numbers(jw, NULL, part))
            return false;
        if (!text[len])
            break;
        text += len + 1;
    }
    fov__jw_end_array(jw);
    return true;
}

/* "fact_0,fact_1.2" as a list of words. */
static void words(struct fov_jw *jw, const char *key, const char *text)
{
    fov__jw_array(jw, key);
    for (;;) {
        const size_t len = strcspn(text, ",");
        fov__jw_string_n(jw, NULL, text, len);
        if (!text[len])
            break;
        text += len + 1;
    }
    fov__jw_end_array(jw);
}

/* "40,300:0;40,20:100" as a list of ticks: the place, and what is written there. */
static bool ticks(struct fov_jw *jw, const char *key, const char *text)
{
    char place[128];
    double value;

    fov__jw_array(jw, key);
    for (;;) {
        const size_t len = strcspn(text, ";");
        const char *colon = memchr(text, ':', len);
        const size_t head = colon ? (size_t)(colon - text) : len;
        if (!colon || head >= sizeof(place))
            return false;
        memcpy(place, text, head);
        place[head] = '\0';
        fov__jw_object(jw, NULL);
        if (!numbers(jw, "at", place))
            return false;
        if (fov__text_double(colon + 1, len - head - 1, &value))
            fov__jw_number(jw, "value", value);
        else
            fov__jw_string_n(jw, "value", colon + 1, len - head - 1);
        fov__jw_end_object(jw);
        if (!text[len])
            break;
        text += len + 1;
    }
    fov__jw_end_array(jw);
    return true;
}

static bool raw_json(const struct cli *cli, struct fov_jw *jw, const char *key, const char *text)
{
    fov_error err;

    if (fov__json_check(cli->ctx, text, strlen(text), 32, 1 << 16, &err) < 0) {
        cli_usage(cli, "%s: %s", key, err.message);
        return false;
    }
    fov__jw_raw(jw, key, text, strlen(text));
    return true;
}

static bool by_type(struct fov_jw *jw, const char *key, int32_t type, const char *text)
{
    double value;

    switch (type) {
    case FOV_PARAM_NUMBER:
    case FOV_PARAM_INT:
        if (fov__text_double(text, strlen(text), &value))
            fov__jw_number(jw, key, value);
        else /* the validator says what a number may be */
            fov__jw_string(jw, key, text);
        return true;
    case FOV_PARAM_BOOL:
        if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
            fov__jw_bool(jw, key, text[0] == 't');
        else
            fov__jw_string(jw, key, text);
        return true;
    case FOV_PARAM_BOX:
    case FOV_PARAM_POINT:
        return numbers(jw, key, text);
    case FOV_PARAM_BOXES:
    case FOV_PARAM_POINTS:
    case FOV_PARAM_LINES:
        return number_lists(jw, key, text);
    case FOV_PARAM_TICKS:
        return ticks(jw, key, text);
    case FOV_PARAM_FACTS:
        words(jw, key, text);
        return true;
    default:
        fov__jw_string(jw, key, text);
        return true;
    }
}

/* What the key of a call by `op` takes: an alias may spell an argument of its own. */
static int32_t type_of(const fov_op_def *def, const char *op, const char *key,
                       const fov_op_param_row *param)
{
    const fov_op_alias_row *alias = fov__alias_find(def, op);
    fov_op_param_row rows[FOV__ALIAS_ARGS_MAX];
    size_t count = alias && alias->args ? fov__alias_rows(def, alias, rows) : 0;

    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, key) == 0)
            return rows[i].type;
    if (param)
        return param->type;
    return strcmp(key, "img_idx") == 0 ? FOV_PARAM_INT : FOV_PARAM_TEXT;
}

bool cli_apply_value(const struct cli *cli, struct fov_jw *jw, const char *op, const char *text)
{
    const fov_op_def *def = fov__op_find(cli->ctx, op);
    const char *equals = strchr(text, '=');
    size_t len = (size_t)(equals - text);
    const fov_op_param_row *param = find_param(def, text, len);
    char key[64];

    if (len >= sizeof(key)) {
        cli_usage(cli, "%s is no argument of %s", text, op);
        return false;
    }
    memcpy(key, text, len);
    key[len] = '\0';
    text = equals + 1;
    /* Text may begin with a bracket of its own; a list of labels can only be JSON. */
    if ((text[0] == '[' || text[0] == '{') && param && param->type != FOV_PARAM_TEXT)
        return raw_json(cli, jw, key, text);
    if (by_type(jw, key, type_of(def, op, key, param), text))
        return true;
    cli_usage(cli, "%s is %s, it takes numbers as in 10,20,30,40 (several apart by ;) or JSON", key,
              text);
    return false;
}
