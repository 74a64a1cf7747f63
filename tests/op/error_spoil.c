/* SPDX-License-Identifier: MIT */
/* The ways to spoil a legal call: each argument in each way that its type allows. What is right of
 * the answer is said beside each; whether it came is judged by spoil(). */
#include "op/error_bench.h"

/* ---- spoiled calls -------------------------------------------------------------------------- */

static const char *comma(const struct fov_buf *out)
{
    return out->data[out->len - 1] == '{' ? "" : ",";
}

void put_call(struct fov_buf *out, struct bench *b, const char *key, const char *raw)
{
    struct fov_jw jw;
    fov__buf_init(out, b->used.ctx, 1 << 20);
    fov__buf_addc(out, '{');
    for (const fov_json_value *v = fov__json_child(fov__json_root(b->legal)); v != NULL;
         v = fov__json_next(v)) {
        if (strcmp(fov__json_key(v), key) == 0)
            continue;
        fov__buf_addf(out, "%s\"%s\":", comma(out), fov__json_key(v));
        fov__jw_init(&jw, out);
        fov__jw_value(&jw, NULL, v);
    }
    if (raw != NULL)
        fov__buf_addf(out, "%s\"%s\":%s", comma(out), key, raw);
    fov__buf_addc(out, '}');
    assert_int_equal(out->status, FOV_OK);
}

static void spoil_member(struct bench *b, const char *key, const char *raw, struct spoiled spoiled)
{
    struct fov_buf buf;
    put_call(&buf, b, key, raw);
    spoil(b, &spoiled, buf.data);
    fov__buf_free(&buf);
}

/* The parameter as `raw`. */
static void wrong(struct bench *b, const char *what, uint32_t codes, const char *raw)
{
    spoil_member(b, b->param->name, raw, (struct spoiled){what, b->param->name, codes, NULL});
}

static void hopeless(struct bench *b, const char *what, uint32_t codes, const char *raw,
                     const char *why)
{
    spoil_member(b, b->param->name, raw, (struct spoiled){what, b->param->name, codes, why});
}

/* ---- scalars -------------------------------------------------------------------------------- */

static void wrong_numbers(struct bench *b)
{
    const fov_op_param_row *p = b->param;
    const double step = p->type == FOV_PARAM_INT ? 1 : 0.001;
    const double out[] = {p->min - step, p->max + step, -1e300, 1e300};
    char text[32];
    for (size_t i = 0; i < FOV_COUNT(out); i++) {
        fov__double_text(text, out[i]);
        wrong(b, "out of range", CODE(OUT_OF_RANGE), text);
    }
    if (p->type != FOV_PARAM_INT)
        return;
    fov__double_text(text, fov__rint((p->min + p->max) / 2) + 0.5);
    wrong(b, "a fraction", CODE(BAD_TYPE), text);
}

static void wrong_texts(struct bench *b)
{
    char raw[512];
    const size_t most = b->param->size - 1;
    assert_true(most < sizeof(raw) / 2);
    memset(raw, 'x', sizeof(raw));
    raw[0] = '"';
    fov__format(raw + most + 2, 2, "\"");
    wrong(b, "a text too long", CODE(OUT_OF_RANGE), raw);
    memset(raw + 1, 'x', most);
    memcpy(raw + most, "\xc3\xbc\"", 4); /* as many characters as there are bytes of room */
    wrong(b, "a text of too many bytes", CODE(OUT_OF_RANGE), raw);
}

static void wrong_scalars(struct bench *b)
{
    switch (b->param->type) {
    case FOV_PARAM_NUMBER:
    case FOV_PARAM_INT:
        wrong_numbers(b);
        break;
    case FOV_PARAM_ENUM:
        wrong(b, "an unknown word", CODE(OUT_OF_RANGE), "\"sideways_\"");
        wrong(b, "a word in capitals", CODE(OUT_OF_RANGE), "\"NONE OF THESE\"");
        break;
    case FOV_PARAM_COLOR:
        wrong(b, "half a colour", CODE(OUT_OF_RANGE), "\"#12345\"");
        wrong(b, "an unknown colour", CODE(OUT_OF_RANGE), "\"mauve\"");
        break;
    case FOV_PARAM_TEXT:
        wrong_texts(b);
        break;
    default:
        break;
    }
}

/* ---- places --------------------------------------------------------------------------------- */

static bool is_bounded(const struct bench *b)
{
    return b->setting.space >= FOV__SPACE_N1000;
}

static const char tick_meant[] = "a tick in a place that is made up would measure wrongly";
static const char shape_meant[] = "elements that make a shape together: another one makes none";
static const char nothing_meant[] = "what was meant to be in a list is not known";

/* Put `raw` in the place of one element of the list, or of the parameter itself. */
static void wrong_place(struct bench *b, const char *what, uint32_t codes, const char *raw)
{
    const fov_op_param_row *p = b->param;
    struct fov_buf buf;
    if (p->type == FOV_PARAM_BOX || p->type == FOV_PARAM_POINT) {
        wrong(b, what, codes, raw);
        return;
    }
    /* The list of the legal call with its last element spoiled. */
    const fov_json_value *v = fov__json_child(fov__json_get(fov__json_root(b->legal), p->name));
    int at = 0;
    struct fov_jw jw;
    fov__buf_init(&buf, b->used.ctx, 1 << 20);
    fov__buf_addc(&buf, '[');
    for (; v != NULL && fov__json_next(v) != NULL; v = fov__json_next(v), at++) {
        fov__jw_init(&jw, &buf);
        fov__jw_value(&jw, NULL, v);
        fov__buf_addc(&buf, ',');
    }
    if (p->type == FOV_PARAM_LABELS)
        fov__buf_addf(&buf, "{\"at\":%s,\"text\":\"a\"}", raw);
    else if (p->type == FOV_PARAM_TICKS)
        fov__buf_addf(&buf, "{\"at\":%s,\"value\":%d}", raw, 7919);
    else
        fov__buf_adds(&buf, raw);
    fov__buf_addc(&buf, ']');
    char field[80];
    fov__format(field, sizeof(field), "%s[%d]", p->name, at);
    spoil_member(b, p->name, buf.data,
                 (struct spoiled){what, field, codes,
                                  p->type == FOV_PARAM_TICKS ? tick_meant
                                  : p->min == p->max         ? shape_meant
                                                             : NULL});
    fov__buf_free(&buf);
}

static void wrong_numbers_of(struct bench *b, const char *what, uint32_t codes, const double *v,
                             int n)
{
    struct fov_buf buf;
    fov__buf_init(&buf, b->used.ctx, 4096);
    put_numbers(&buf, &b->setting, v, n);
    wrong_place(b, what, codes, buf.data);
    fov__buf_free(&buf);
}

static void wrong_boxes(struct bench *b)
{
    const fov_box box = say_box(&b->judged, &b->setting, (fov_box){0.25, 0.25, 0.5, 0.5});
    const fov_point far = say_far(&b->judged, &b->setting);
    const double x1 = box.x1, y1 = box.y1, x2 = box.x2, y2 = box.y2;
    const uint32_t outside = CODE(OUT_OF_RANGE);
    wrong_numbers_of(b, "reversed in x", CODE(EMPTY_BOX), (const double[]){x2, y1, x1, y2}, 4);
    wrong_numbers_of(b, "reversed in y", CODE(EMPTY_BOX), (const double[]){x1, y2, x2, y1}, 4);
    wrong_numbers_of(b, "reversed", CODE(EMPTY_BOX), (const double[]){x2, y2, x1, y1}, 4);
    wrong_numbers_of(b, "no width", CODE(EMPTY_BOX), (const double[]){x1, y1, x1, y2}, 4);
    wrong_numbers_of(b, "no height", CODE(EMPTY_BOX), (const double[]){x1, y1, x2, y1}, 4);
    wrong_numbers_of(b, "no inside", CODE(EMPTY_BOX), (const double[]){x2, y2, x2, y2}, 4);
    wrong_numbers_of(b, "beyond the far corner", outside,
                     (const double[]){far.x * 2, far.y * 2, far.x * 3, far.y * 3}, 4);
    wrong_numbers_of(b, "before the near corner", outside,
                     (const double[]){-far.x, -far.y, -far.x / 2, -far.y / 2}, 4);
    wrong_numbers_of(b, "beside it", outside, (const double[]){far.x * 2, y1, far.x * 3, y2}, 4);
    wrong_numbers_of(b, "huge", outside, (const double[]){1e300, y1, 1.5e300, y2}, 4);
    if (is_bounded(b))
        wrong_numbers_of(b, "a number beyond the space", outside,
                         (const double[]){x1, y1, x2, far.y * 1.2}, 4);
    if (b->setting.frame == FOV__FRAME_SOURCE && b->setting.image == 3)
        wrong_numbers_of(b, "beside the image", outside,
                         (const double[]){0, 0, far.x * 0.05, far.y}, 4);
    wrong_numbers_of(b, "three numbers", CODE(BAD_TYPE), (const double[]){x1, y1, x2, y2}, 3);
    wrong_place(b, "words for numbers", CODE(BAD_TYPE), "[\"left\",\"top\",\"right\",\"bottom\"]");
    wrong_place(b, "NaN for a number", CODE(BAD_TYPE), "[\"NaN\",0,1,1]");
    wrong_place(b, "null for a number", CODE(BAD_TYPE), "[0,0,null,1]");
    wrong_place(b, "five numbers", CODE(BAD_TYPE), "[0,0,1,1,1]");
    wrong_place(b, "an object of text", CODE(BAD_TYPE), "{\"x1\":\"a\"}");
    wrong_place(b, "a word", CODE(BAD_TYPE), "\"everything\"");
    wrong_place(b, "true", CODE(BAD_TYPE), "true");
}

static void wrong_points(struct bench *b)
{
    const bool is_line = b->param->type == FOV_PARAM_LINES;
    const fov_point at = say_point(&b->judged, &b->setting, 0.25, 0.25);
    const fov_point far = say_far(&b->judged, &b->setting);
    const int n = is_line ? 4 : 2;
    const double outside[][4] = {{far.x * 2, at.y, at.x, at.y},
                                 {at.x, -far.y, at.x, at.y},
                                 {-far.x * 3, far.y * 3, at.x, at.y},
                                 {1e300, -1e300, at.x, at.y}};
    for (size_t i = 0; i < FOV_COUNT(outside); i++)
        wrong_numbers_of(b, "outside", CODE(OUT_OF_RANGE), outside[i], n);
    if (is_line)
        wrong_numbers_of(b, "its end outside", CODE(OUT_OF_RANGE),
                         (const double[]){at.x, at.y, at.x, far.y * 2}, 4);
    if (b->setting.frame == FOV__FRAME_SOURCE && b->setting.image == 3)
        wrong_numbers_of(b, "beside the image", CODE(OUT_OF_RANGE),
                         (const double[]){far.x * 0.02, far.y * 0.02, at.x, at.y}, n);
    wrong_place(b, "one number", CODE(BAD_TYPE), "[1]");
    wrong_place(b, "three numbers", CODE(BAD_TYPE), "[1,1,1]");
    wrong_place(b, "NaN for a number", CODE(BAD_TYPE), is_line ? "[0,0,1,\"NaN\"]" : "[0,\"NaN\"]");
    wrong_place(b, "a word", CODE(BAD_TYPE), "\"there\"");
    wrong_place(b, "a number", CODE(BAD_TYPE), "7");
    wrong_place(b, "an empty array", CODE(BAD_TYPE), "[]");
    wrong_place(b, "an empty object", CODE(BAD_TYPE), "{}");
}

static void wrong_places(struct bench *b)
{
    if (b->param->type == FOV_PARAM_BOX || b->param->type == FOV_PARAM_BOXES)
        wrong_boxes(b);
    else if (b->param->type != FOV_PARAM_FACTS)
        wrong_points(b);
}

/* ---- lists ---------------------------------------------------------------------------------- */

/* A tick between the first two, so that all of them lie on one scale. */
static void put_between(struct fov_buf *out, const fov_json_value *first, double t)
{
    const fov_json_value *ends[2] = {first, fov__json_next(first)};
    double v[2][3];
    char text[3][32];
    for (int i = 0; i < 2; i++) {
        const fov_json_value *at = fov__json_get(ends[i], "at");
        assert_true(fov__json_number(fov__json_child(at), &v[i][0]) &&
                    fov__json_number(fov__json_next(fov__json_child(at)), &v[i][1]) &&
                    fov__json_number(fov__json_get(ends[i], "value"), &v[i][2]));
    }
    for (int i = 0; i < 3; i++)
        fov__double_text(text[i], v[0][i] + t * (v[1][i] - v[0][i]));
    fov__buf_addf(out, "{\"at\":[%s,%s],\"value\":%s}", text[0], text[1], text[2]);
}

static void wrong_counts(struct bench *b)
{
    static const char why[] = "the call is longer than what is repeated";
    const int counts[] = {(int)b->param->min - 1, (int)b->param->max + 1};
    for (int k = 0; k < 2; k++) {
        struct fov_buf buf;
        if (counts[k] < 0)
            continue;
        fov__buf_init(&buf, b->used.ctx, 1 << 20);
        fov__buf_addc(&buf, '[');
        const fov_json_value *v =
            fov__json_child(fov__json_get(fov__json_root(b->legal), b->param->name));
        for (int i = 0; i < counts[k]; i++) {
            struct fov_jw jw;
            fov__buf_adds(&buf, i > 0 ? "," : "");
            fov__jw_init(&jw, &buf);
            if (v != NULL) { /* the legal call's own elements first */
                fov__jw_value(&jw, NULL, v);
                v = fov__json_next(v);
            } else if (b->param->type == FOV_PARAM_TICKS) {
                put_between(
                    &buf, fov__json_child(fov__json_get(fov__json_root(b->legal), b->param->name)),
                    i / (counts[k] + 1.0));
            } else if (!put_legal(&buf, &b->judged, &b->setting, b->param, i)) {
                fov__buf_adds(&buf, "\"fact_0\"");
            }
        }
        fov__buf_addc(&buf, ']');
        /* A call whose list was cut is offered where it is short enough to be repeated. */
        hopeless(b, k == 0 ? "a list too short" : "a list too long", CODE(OUT_OF_RANGE), buf.data,
                 k == 0 || b->param->type == FOV_PARAM_FACTS   ? nothing_meant
                 : buf.len > sizeof(((fov_op_fault *)0)->call) ? why
                                                               : NULL);
        fov__buf_free(&buf);
    }
}

/* Members of a label or tick. */
static void wrong_members(struct bench *b)
{
    const bool is_tick = b->param->type == FOV_PARAM_TICKS;
    const char *word = is_tick ? "value" : "text";
    struct fov_buf at;
    char raw[400], text[80];
    const fov_point p = say_point(&b->judged, &b->setting, 0.3, 0.3);
    fov__buf_init(&at, b->used.ctx, 4096);
    put_numbers(&at, &b->setting, (const double[]){p.x, p.y}, 2);
    memset(text, 'y', sizeof(text));
    text[is_tick ? sizeof(((fov_op_tick *)0)->text) : FOV_OP_LABEL_MAX] = '\0';
    struct {
        const char *what, *format, *why;
        uint32_t codes;
    } rows[] = {
        {"no place", "[{\"%s\":\"a\"}]", nothing_meant, CODE(BAD_TYPE)},
        {"an array for an element", "[[1,\"%s\"]]", nothing_meant, CODE(BAD_TYPE)},
        {"null for an element", "[null]", nothing_meant, CODE(BAD_TYPE)},
    };
    const bool is_many = b->param->min > 1; /* too short besides */
    for (size_t i = 0; i < FOV_COUNT(rows); i++) {
        if (is_many)
            continue;
        fov__format(raw, sizeof(raw), "%s", "");
        if (strstr(rows[i].format, "%s") != NULL)
            fov__format(raw, sizeof(raw), i == 0 ? "[{\"%s\":\"a\"}]" : "[[1,\"%s\"]]", word);
        else
            fov__format(raw, sizeof(raw), "%s", rows[i].format);
        hopeless(b, rows[i].what, rows[i].codes, raw, rows[i].why);
    }
    const int n = is_many ? (int)b->param->min : 1;
    struct fov_buf list;
    const char *const parts[][2] = {{"", "only a place"},
                                    {",\"%s\":true", "true for a word"},
                                    {",\"%s\":\"%s\"", "a word too long"},
                                    {",\"%s\":\"1\",\"size\":3", "a member that is not known"}};
    const uint32_t codes[] = {CODE(BAD_TYPE), CODE(BAD_TYPE), CODE(OUT_OF_RANGE),
                              CODE(UNKNOWN_ARG)};
    for (size_t i = 0; i < FOV_COUNT(parts); i++) {
        fov__buf_init(&list, b->used.ctx, 1 << 16);
        fov__buf_addf(&list, "[{\"at\":%s", at.data);
        if (i == 1)
            fov__buf_addf(&list, ",\"%s\":true", word);
        else if (i == 2)
            fov__buf_addf(&list, ",\"%s\":\"%s\"", word, text);
        else if (i == 3)
            fov__buf_addf(&list, is_tick ? ",\"%s\":1,\"size\":3" : ",\"%s\":\"1\",\"size\":3",
                          word);
        fov__buf_addc(&list, '}');
        for (int k = 1; k < n; k++) {
            fov__buf_addc(&list, ',');
            put_legal(&list, &b->judged, &b->setting, b->param, k);
        }
        fov__buf_addc(&list, ']');
        hopeless(b, parts[i][1], codes[i], list.data,
                 i == 2 && !is_tick  ? NULL
                 : is_tick && i == 2 ? "what value was meant is not known"
                                     : nothing_meant);
        fov__buf_free(&list);
    }
    fov__buf_free(&at);
}

static void wrong_facts(struct bench *b)
{
    static const char why[] = "which fact was meant is not known";
    static const char *const unknown[] = {
        "[\"fact_99\"]",  "[\"fact_99.1\"]", "[\"fact_\"]",    "[\"fact_0.0\"]",
        "[\"fact_01\"]",  "[\"fact_-1\"]",   "[\"img_0\"]",    "[\"\"]",
        "[\"fact_0.x\"]", "[\"Fact_0\"]",    "[\"fact_1e3\"]", "[\"fact_9999999\"]"};
    static const char *const types[] = {"[3]", "[null]", "[true]", "[[\"fact_0\"]]", "[{}]"};
    if (b->param->min > 1)
        return; /* an element alone is too few */
    for (size_t i = 0; i < FOV_COUNT(unknown); i++)
        hopeless(b, "an unknown fact", CODE(UNKNOWN_FACT), unknown[i], why);
    for (size_t i = 0; i < FOV_COUNT(types); i++)
        hopeless(b, "no name of a fact", CODE(BAD_TYPE), types[i], why);
    hopeless(b, "a part that is not there",
             CODE(UNKNOWN_FACT) | CODE(BAD_TYPE) | CODE(OUT_OF_RANGE), "[\"fact_0.999\"]", why);
}

bool is_list(const fov_op_param_row *param)
{
    return param->type >= FOV_PARAM_BOXES;
}

/* ---- any parameter -------------------------------------------------------------------------- */

static bool takes(const fov_op_param_row *p, char kind)
{
    switch (p->type) {
    case FOV_PARAM_NUMBER:
    case FOV_PARAM_INT:
        return kind == 'n';
    case FOV_PARAM_BOOL:
        return kind == 'b';
    case FOV_PARAM_ENUM:
    case FOV_PARAM_TEXT:
    case FOV_PARAM_COLOR:
        return kind == 's';
    default:
        return kind == 'a';
    }
}

static void wrong_types(struct bench *b)
{
    static const struct {
        char kind;
        const char *raw;
    } values[] = {{'n', "7"},           {'b', "true"},         {'s', "\"words\""},
                  {'s', "\"NaN\""},     {'s', "\"Infinity\""}, {'s', "\"-Infinity\""},
                  {'a', "[]"},          {'a', "[[[]]]"},       {'a', "[null]"},
                  {'a', "[{\"a\":1}]"}, {'o', "{}"},           {'o', "{\"value\":1}"}};
    for (size_t i = 0; i < FOV_COUNT(values); i++) {
        if (!takes(b->param, values[i].kind))
            hopeless(b, "another type", CODE(BAD_TYPE), values[i].raw,
                     is_list(b->param) ? nothing_meant : NULL);
        else if (values[i].kind == 'a' && strcmp(values[i].raw, "[]") != 0)
            hopeless(b, "another type inside",
                     CODE(BAD_TYPE) | (b->param->min > 1 ? CODE(OUT_OF_RANGE) : 0), values[i].raw,
                     is_list(b->param) ? nothing_meant : NULL);
    }
}

void spoil_param(struct bench *b)
{
    const bool must = (b->param->flags & FOV_PARAM_REQUIRED) != 0;
    if (must) {
        spoil_member(b, b->param->name, NULL,
                     (struct spoiled){"left out", b->param->name, CODE(MISSING_ARG), NULL});
        wrong(b, "null", CODE(MISSING_ARG), "null");
    }
    wrong_types(b);
    wrong_scalars(b);
    if (fov__param_has_coordinates(b->param))
        wrong_places(b);
    if (is_list(b->param))
        wrong_counts(b);
    if (b->param->type == FOV_PARAM_LABELS || b->param->type == FOV_PARAM_TICKS)
        wrong_members(b);
    if (b->param->type == FOV_PARAM_FACTS)
        wrong_facts(b);
}

/* ---- images, frames, strangers -------------------------------------------------------------- */

void spoil_images(struct bench *b)
{
    static const char *const unknown[] = {
        "\"img_99\"",
        "99",
        "-1",
        "1.5",
        "1e300",
        "\"the chart\"",
        "\"img_\"",
        "\"img_-1\"",
        "\"observation_9\"",
        "\"a name that is longer than any name of an image can be\""};
    static const char *const types[] = {"true", "{}", "[]", "[\"img_0\"]"};
    static const char *const plain[] = {"image", NULL};
    const char *const *names = b->def->input_names != NULL ? b->def->input_names : plain;
    for (; b->def->input_max > 0 && *names != NULL; names++) {
        for (size_t i = 0; i < FOV_COUNT(unknown); i++)
            spoil_member(b, *names, unknown[i],
                         (struct spoiled){"an unknown image", *names, CODE(UNKNOWN_IMAGE), NULL});
        for (size_t i = 0; i < FOV_COUNT(types); i++)
            spoil_member(b, *names, types[i],
                         (struct spoiled){"no name of an image", *names, CODE(BAD_TYPE), NULL});
        if (b->def->input_names != NULL)
            spoil_member(b, *names, NULL,
                         (struct spoiled){"left out", *names, CODE(MISSING_ARG), NULL});
    }
}

bool has_places(const fov_op_def *def)
{
    for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
        if (fov__param_has_coordinates(p) && (p->flags & FOV_PARAM_HIDDEN) == 0)
            return true;
    }
    return false;
}

void spoil_rest(struct bench *b)
{
    const struct spoiled stranger = {"an unknown argument", NULL, CODE(UNKNOWN_ARG), NULL};
    spoil_member(b, "zzz", "1", stranger);
    spoil_member(b, "a \\\"strange\\\" name that is very long indeed, longer than a field can hold",
                 "{}", stranger);
    if (!has_places(b->def)) {
        spoil_member(b, "frame", "\"image\"", stranger);
        return;
    }
    spoil_member(b, "frame", "\"elsewhere\"",
                 (struct spoiled){"an unknown frame", "frame", CODE(OUT_OF_RANGE), NULL});
    spoil_member(b, "frame", "3", (struct spoiled){"no frame", "frame", CODE(BAD_TYPE), NULL});
}
