/* SPDX-License-Identifier: MIT */
/* A fact in the model's coordinates. Operations write `at`, `box` and `line` in pixels of the image
 * they were asked about; here those names, and no others, are re-written into the profile's space.
 * `source_px` stays what it is. */
#include "tool/tool_internal.h"

enum { COORDS_MAX = 4 };

struct space_of {
    enum fov__space space;
    double width, height; /* the image's own */
    double delivered_w, delivered_h;
};

/* One coordinate along x or y into the space; 2 decimals of a pixel, 4 of a fraction. */
static double into_space(const struct space_of *s, double v, bool is_y)
{
    double side = is_y ? s->height : s->width;

    switch (s->space) {
    case FOV__SPACE_DELIVERED_PX:
        v = v / side * (is_y ? s->delivered_h : s->delivered_w);
        return fov__rint(v * 100.0) / 100.0;
    case FOV__SPACE_N1000:
    case FOV__SPACE_N1000YX:
        return fov__rint(v / side * 1000.0 * 10.0) / 10.0;
    case FOV__SPACE_N999:
        return fov__rint(v / side * 999.0 * 10.0) / 10.0;
    case FOV__SPACE_N1:
        return fov__rint(v / side * 1e4) / 1e4;
    default:
        return v;
    }
}

static bool is_coordinates(const char *key, const fov_json_value *value)
{
    size_t n = fov__json_count(value);

    return key && fov__json_type(value) == FOV_JSON_ARRAY &&
           ((strcmp(key, "at") == 0 && n == 2) || (strcmp(key, "box") == 0 && n == 4) ||
            (strcmp(key, "line") == 0 && n == 4));
}

static void write_coordinates(struct fov_jw *jw, const char *key, const struct space_of *s,
                              const fov_json_value *value)
{
    double v[COORDS_MAX];
    size_t n = 0;
    const bool is_swapped = s->space == FOV__SPACE_N1000YX;

    for (const fov_json_value *e = fov__json_child(value); e && n < COORDS_MAX;
         e = fov__json_next(e), n++)
        if (!fov__json_number(e, &v[n]))
            v[n] = 0;
    fov__jw_array(jw, key);
    for (size_t i = 0; i < n; i++) {
        size_t from = is_swapped ? i ^ 1u : i;
        fov__jw_number(jw, NULL, into_space(s, v[from], from & 1u));
    }
    fov__jw_end_array(jw);
}

static void write_value(struct fov_jw *jw, const char *key, const struct space_of *s,
                        const fov_json_value *value);

static void write_children(struct fov_jw *jw, const struct space_of *s, const fov_json_value *value)
{
    bool is_object = fov__json_type(value) == FOV_JSON_OBJECT;

    for (const fov_json_value *e = fov__json_child(value); e; e = fov__json_next(e))
        write_value(jw, is_object ? fov__json_key(e) : NULL, s, e);
}

/* The depth is that of what our own operations write. */
static void write_value(struct fov_jw *jw, const char *key, const struct space_of *s,
                        const fov_json_value *value)
{
    switch (fov__json_type(value)) {
    case FOV_JSON_OBJECT:
        fov__jw_object(jw, key);
        write_children(jw, s, value);
        fov__jw_end_object(jw);
        break;
    case FOV_JSON_ARRAY:
        if (is_coordinates(key, value)) {
            write_coordinates(jw, key, s, value);
            break;
        }
        fov__jw_array(jw, key);
        write_children(jw, s, value);
        fov__jw_end_array(jw);
        break;
    default:
        fov__jw_value(jw, key, value);
    }
}

void fov__tool_fact_write(struct fov_jw *jw, struct fov_toolbox *box, const struct fov_fact *fact,
                          const fov_json_value *value)
{
    const struct fov_node *node = fact->parent[0];
    struct space_of s = {.space = box->profile->space};

    if (!node) { /* it is about no image, so it holds no place in one */
        write_children(jw, &s, value);
        return;
    }
    s.width = s.delivered_w = node->width;
    s.height = s.delivered_h = node->height;
    if ((size_t)node->id < box->image_count && box->images[node->id].delivery) {
        s.delivered_w = box->images[node->id].fit.width;
        s.delivered_h = box->images[node->id].fit.height;
    }
    write_children(jw, &s, value);
}
