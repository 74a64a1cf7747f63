/* SPDX-License-Identifier: MIT */
/* Canonical arguments: the recipe of a node, which hashes and replays. Equal calls must give equal
 * bytes, so order comes from the table, defaults are left out, and coordinates are the image's own
 * pixels whatever space the call was in. */
#include "op/op_internal.h"

static void write_color(struct fov_jw *jw, const char *key, const fov_op_color *color)
{
    char text[8];
    fov__format(text, sizeof(text), "#%02x%02x%02x", color->r, color->g, color->b);
    fov__jw_string(jw, key, text);
}

static void write_numbers(struct fov_jw *jw, const char *key, const double *v, int n)
{
    fov__jw_array(jw, key);
    for (int i = 0; i < n; i++)
        fov__jw_number(jw, NULL, v[i]);
    fov__jw_end_array(jw);
}

static void write_box(struct fov_jw *jw, const char *key, const fov_box *box)
{
    const double v[] = {box->x1, box->y1, box->x2, box->y2};
    write_numbers(jw, key, v, 4);
}

static void write_point(struct fov_jw *jw, const char *key, const fov_point *point)
{
    const double v[] = {point->x, point->y};
    write_numbers(jw, key, v, 2);
}

static void write_tick(struct fov_jw *jw, const fov_op_tick *tick)
{
    fov__jw_object(jw, NULL);
    write_point(jw, "at", &tick->at);
    if (tick->text[0] != '\0')
        fov__jw_string(jw, "value", tick->text);
    else
        fov__jw_number(jw, "value", tick->value);
    fov__jw_end_object(jw);
}

static void write_ref(struct fov_jw *jw, const fov_op_ref *ref)
{
    char text[40];
    if (ref->part > 0)
        fov__format(text, sizeof(text), "fact_%d.%d", (int)ref->fact, (int)ref->part);
    else
        fov__format(text, sizeof(text), "fact_%d", (int)ref->fact);
    fov__jw_string(jw, NULL, text);
}

static void write_list(struct fov_jw *jw, const fov_op_param_row *param, const void *member)
{
    const fov_op_boxes *boxes = member;
    const fov_op_points *points = member;
    const fov_op_lines *lines = member;
    const fov_op_labels *labels = member;
    const fov_op_ticks *ticks = member;
    const fov_op_refs *refs = member;
    fov__jw_array(jw, param->name);
    const uint32_t n = *(const uint32_t *)member; /* every list begins with it */
    for (uint32_t i = 0; i < n; i++) {
        if (param->type == FOV_PARAM_BOXES) {
            write_box(jw, NULL, &boxes->v[i]);
        } else if (param->type == FOV_PARAM_POINTS) {
            write_point(jw, NULL, &points->v[i]);
        } else if (param->type == FOV_PARAM_LINES) {
            const double v[] = {lines->v[i].a.x, lines->v[i].a.y, lines->v[i].b.x, lines->v[i].b.y};
            write_numbers(jw, NULL, v, 4);
        } else if (param->type == FOV_PARAM_TICKS) {
            write_tick(jw, &ticks->v[i]);
        } else if (param->type == FOV_PARAM_FACTS) {
            write_ref(jw, &refs->v[i]);
        } else {
            fov__jw_object(jw, NULL);
            write_point(jw, "at", &labels->v[i].at);
            fov__jw_string(jw, "text", labels->v[i].text);
            fov__jw_end_object(jw);
        }
    }
    fov__jw_end_array(jw);
}

static void write_param(struct fov_jw *jw, const fov_op_param_row *param, const void *member)
{
    switch (param->type) {
    case FOV_PARAM_NUMBER:
        fov__jw_number(jw, param->name, *(const double *)member);
        break;
    case FOV_PARAM_INT:
        fov__jw_int(jw, param->name, *(const int32_t *)member);
        break;
    case FOV_PARAM_BOOL:
        fov__jw_bool(jw, param->name, *(const bool *)member);
        break;
    case FOV_PARAM_ENUM:
        fov__jw_string(jw, param->name, param->choices[*(const int32_t *)member]);
        break;
    case FOV_PARAM_TEXT:
        fov__jw_string(jw, param->name, member);
        break;
    case FOV_PARAM_COLOR:
        write_color(jw, param->name, member);
        break;
    case FOV_PARAM_BOX:
        write_box(jw, param->name, member);
        break;
    case FOV_PARAM_POINT:
        write_point(jw, param->name, member);
        break;
    default:
        write_list(jw, param, member);
        break;
    }
}

void fov__op_args_write(struct fov_jw *jw, const char *key, const fov_op_def *def,
                        const void *args)
{
    /* Parsing leaves `given` clear where a value equals its default. */
    const uint32_t given = ((const fov_op_args_head *)args)->given;
    fov__jw_object(jw, key);
    for (int i = 0; def->params != NULL && def->params[i].name != NULL; i++) {
        const fov_op_param_row *param = &def->params[i];
        if ((given >> i & 1) != 0 && (param->flags & FOV_PARAM_COMMENT) == 0)
            write_param(jw, param, (const char *)args + param->offset);
    }
    fov__jw_end_object(jw);
}
