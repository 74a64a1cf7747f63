/* SPDX-License-Identifier: MIT */
/* The corrected call: the call as it was written, with every mend in its place. It must never hold
 * what the model did not write or need, and never change what was right. */
#include "op/op_args_internal.h"

void fov__buf_fixed(struct fov_buf *buf, char *out, size_t size)
{
    /* The room is all there from the start and the maximum keeps within it, so the buffer never
     * asks the allocator for more. */
    *buf = (struct fov_buf){.data = out, .cap = size, .max = size - 1, .status = FOV_OK};
    out[0] = '\0';
}

void fov__value_text(char *out, size_t size, const fov_json_value *value)
{
    char text[512];
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_fixed(&buf, text, sizeof(text));
    fov__jw_init(&jw, &buf);
    fov__jw_value(&jw, NULL, value);
    const bool is_cut = buf.status != FOV_OK || strlen(text) >= size;
    fov__format(out, is_cut ? size - 3 : size, "%s", text);
    if (is_cut)
        fov__format(out + strlen(out), 4, "...");
}

void fov__mend(struct op_parse *p, struct mend mend)
{
    if (p->mend_count == MENDS_MAX)
        p->is_hopeless = true; /* half a correction is none */
    else
        p->mends[p->mend_count++] = mend;
}

void fov__mend_drop(struct op_parse *p, const fov_json_value *value)
{
    fov__mend(p, (struct mend){.value = value, .how = MEND_DROP});
}

void fov__mend_number(struct op_parse *p, const fov_json_value *value, double number)
{
    fov__mend(p, (struct mend){.value = value, .how = MEND_NUMBER, .number = {number + 0.0}});
}

void fov__mend_text(struct op_parse *p, const fov_json_value *value, const char *text, size_t len)
{
    while (len > 0 && !fov__utf8_valid(text, len))
        len--; /* not through the middle of a character */
    fov__mend(p,
              (struct mend){.value = value, .how = MEND_TEXT, .text = text, .count = (int32_t)len});
}

int32_t fov__text_numbers(const char *text, double *out, int32_t max)
{
    int32_t count = 0;
    for (const char *c = text; *c != '\0';) {
        const bool is_start = (*c >= '0' && *c <= '9') || (*c == '-' && c[1] >= '0' && c[1] <= '9');
        /* The 1 of "x1" and the 2 of "1-2" are no numbers of their own. */
        const char before = c > text ? c[-1] : ' ';
        const bool is_word = (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z') ||
                             before == '_' || (before >= '0' && before <= '9');
        if (!is_start || is_word) {
            c++;
            continue;
        }
        size_t len = 1;
        while ((c[len] >= '0' && c[len] <= '9') ||
               (c[len] == '.' && c[len + 1] >= '0' && c[len + 1] <= '9'))
            len++;
        double v = 0;
        if (len < 40 && fov__text_double(c, len, &v) && v > -1e9 && v < 1e9) {
            if (count < max)
                out[count] = v;
            count++;
        }
        c += len;
    }
    return count;
}

/* ---- writing -------------------------------------------------------------------------------- */

static const struct mend *find(const struct op_parse *p, const fov_json_value *value,
                               enum mend_how how)
{
    for (int32_t i = 0; i < p->mend_count; i++) {
        if (p->mends[i].value == value && p->mends[i].how == how)
            return &p->mends[i];
    }
    return NULL;
}

/* What stands in the place of a value. */
static const struct mend *find_value(const struct op_parse *p, const fov_json_value *value)
{
    for (int32_t i = 0; i < p->mend_count; i++) {
        const struct mend *m = &p->mends[i];
        if (m->value == value && m->how != MEND_WRAP && m->how != MEND_RENAME)
            return m;
    }
    return NULL;
}

static void write_mend(struct fov_jw *jw, const char *key, const struct mend *m)
{
    char color[8];
    switch (m->how) {
    case MEND_NUMBER:
        fov__jw_number(jw, key, m->number[0]);
        break;
    case MEND_NUMBERS:
        fov__jw_array(jw, key);
        for (int32_t i = 0; i < m->count; i++)
            fov__jw_number(jw, NULL, m->number[i]);
        fov__jw_end_array(jw);
        break;
    case MEND_BOOL:
        fov__jw_bool(jw, key, m->count != 0);
        break;
    case MEND_COLOR:
        fov__format(color, sizeof(color), "#%06x", (unsigned)m->number[0] & 0xffffff);
        fov__jw_string(jw, key, color);
        break;
    case MEND_TEXT:
        fov__jw_string_n(jw, key, m->text, (size_t)m->count);
        break;
    case MEND_SHORT:
    case MEND_ORDER:
    case MEND_DROP:
    case MEND_WRAP:
    case MEND_RENAME:
        break;
    }
}

static void write_value(const struct op_parse *p, struct fov_jw *jw, const char *key,
                        const fov_json_value *value);

static void write_ordered(const struct op_parse *p, struct fov_jw *jw, const char *key,
                          const fov_json_value *list, const struct mend *mend)
{
    fov__jw_array(jw, key);
    for (int32_t i = 0; i < mend->count; i++) {
        const fov_json_value *v = fov__json_child(list);
        for (double k = mend->number[i]; k > 0 && v != NULL; k -= 1)
            v = fov__json_next(v);
        if (v != NULL)
            write_value(p, jw, NULL, v);
    }
    fov__jw_end_array(jw);
}

/* Recursion is as deep as the JSON, which its parser has bounded (limits.json_depth). */
static void write_inside(const struct op_parse *p, struct fov_jw *jw, const char *key,
                         const fov_json_value *value)
{
    const enum fov_json_type type = fov__json_type(value);
    const struct mend *mend = find_value(p, value);
    if (mend != NULL && mend->how == MEND_ORDER) {
        write_ordered(p, jw, key, value, mend);
        return;
    }
    if (mend != NULL && mend->how != MEND_SHORT) {
        write_mend(jw, key, mend);
        return;
    }
    if (type == FOV_JSON_NULL && key != NULL)
        return; /* a member that counts as left out */
    if (type != FOV_JSON_ARRAY && type != FOV_JSON_OBJECT) {
        fov__jw_value(jw, key, value);
        return;
    }
    int32_t left = mend != NULL ? mend->count : INT32_MAX;
    if (type == FOV_JSON_ARRAY)
        fov__jw_array(jw, key);
    else
        fov__jw_object(jw, key);
    for (const fov_json_value *v = fov__json_child(value); v != NULL && left > 0; left--) {
        write_value(p, jw, type == FOV_JSON_OBJECT ? fov__json_key(v) : NULL, v);
        v = fov__json_next(v);
    }
    if (type == FOV_JSON_ARRAY)
        fov__jw_end_array(jw);
    else
        fov__jw_end_object(jw);
}

static void write_value(const struct op_parse *p, struct fov_jw *jw, const char *key,
                        const fov_json_value *value)
{
    const struct mend *rename = find(p, value, MEND_RENAME);
    if (rename != NULL)
        key = rename->key;
    if (find(p, value, MEND_WRAP) != NULL) {
        fov__jw_array(jw, key);
        write_inside(p, jw, NULL, value);
        fov__jw_end_array(jw);
    } else {
        write_inside(p, jw, key, value);
    }
}

void fov__mend_write(struct op_parse *p)
{
    struct fov_buf buf;
    struct fov_jw jw;
    p->fault->call[0] = '\0';
    if (p->is_hopeless)
        return;
    fov__buf_fixed(&buf, p->fault->call, sizeof(p->fault->call));
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    if (p->reading->image_id != NULL && p->def->input_max == 1 &&
        fov__json_type(fov__json_get(p->arguments, "image")) == FOV_JSON_NULL &&
        fov__json_type(fov__json_get(p->arguments, "img_idx")) == FOV_JSON_NULL)
        fov__jw_string(&jw, "image", p->reading->image_id);
    for (const fov_json_value *v = fov__json_child(p->arguments); v != NULL; v = fov__json_next(v))
        write_value(p, &jw, fov__json_key(v), v);
    for (int32_t i = 0; i < p->mend_count; i++) {
        if (p->mends[i].value == NULL)
            write_mend(&jw, p->mends[i].key, &p->mends[i]);
    }
    fov__jw_end_object(&jw);
    if (buf.status != FOV_OK)
        p->fault->call[0] = '\0'; /* too long to be repeated: the hint has to do */
}

/* The value that a plan found wrong, in the call's own words. */
static void say_got(fov_op_fault *fault, const fov_json_value *arguments)
{
    const char *dot = strchr(fault->field, '.');
    const fov_json_value *value = dot != NULL ? fov__json_get(arguments, dot + 1) : NULL;
    if (fault->got[0] == '\0' && fov__json_type(value) != FOV_JSON_NULL)
        fov__value_text(fault->got, sizeof(fault->got), value);
}

void fov__op_args_advise(const fov_op_def *def, const fov_json_value *arguments,
                         const struct op_reading *reading, fov_op_fault *fault)
{
    struct op_parse p = {.def = def, .arguments = arguments, .reading = reading, .fault = fault};
    say_got(fault, arguments);
    for (int32_t i = 0; i < fault->advice_count && i < FOV__ADVICE_MAX; i++) {
        const struct fov__advice *advice = &fault->advice[i];
        const fov_json_value *value = fov__json_get(arguments, advice->param);
        struct mend mend = {.value = fov__json_type(value) == FOV_JSON_NULL ? NULL : value,
                            .how = advice->count > 0 ? MEND_ORDER : MEND_NUMBER,
                            .key = advice->param,
                            .count = advice->count};
        memcpy(mend.number, advice->v, sizeof(mend.number));
        fov__mend(&p, mend);
    }
    if (fault->advice_count > 0)
        fov__mend_write(&p);
}
