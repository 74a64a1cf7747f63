/* SPDX-License-Identifier: MIT */
/* Graphs and calls for the tests of the chart tools. */
#include "op/chart_world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void world_new(struct world *w)
{
    memset(w, 0, sizeof(*w));
    assert_int_equal(fov_context_new(&w->ctx, NULL, &w->err), FOV_OK);
    assert_int_equal(fov_graph_new(&w->graph, w->ctx, &w->err), FOV_OK);
}

static void add_image(struct world *w, fov_image *image)
{
    assert_true(fov_graph_add_source(w->graph, image, NULL, &w->err) >= 0);
    fov_image_unref(image);
}

void world_add(struct world *w, int32_t width, int32_t height, int32_t bands, paint_fn paint)
{
    const size_t stride = (size_t)width * (size_t)bands;
    uint8_t *px = malloc(stride * (size_t)height);
    fov_image *image = NULL;
    assert_non_null(px);
    memset(px, 255, stride * (size_t)height);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++)
            paint(px + (size_t)y * stride + (size_t)(x * bands), x, y);
    }
    assert_int_equal(
        fov_image_new_pixels(&image, w->ctx, px, width, height, bands, stride, &w->err), FOV_OK);
    free(px);
    add_image(w, image);
}

void world_open(struct world *w, int32_t width, int32_t height, int32_t bands, paint_fn paint)
{
    world_new(w);
    world_add(w, width, height, bands, paint);
}

void world_open_file(struct world *w, const char *path)
{
    char whole[512];
    fov_image *image = NULL;
    world_new(w);
    snprintf(whole, sizeof(whole), "%s/%s", FOV_TESTDATA, path);
    if (fov_image_open(&image, w->ctx, whole, NULL, &w->err) < 0)
        fail_msg("%s", w->err.message);
    add_image(w, image);
}

static void drop_fact(struct world *w)
{
    fov__json_free(w->json);
    w->json = NULL;
    fov_bytes_free(&w->text);
    memset(&w->text, 0, sizeof(w->text));
}

void world_close(struct world *w)
{
    drop_fact(w);
    fov_graph_free(w->graph);
    fov_context_free(w->ctx);
}

const char *call(struct world *w, const char *op, const char *arguments)
{
    drop_fact(w);
    fov_applied_init(&w->applied);
    if (fov_graph_apply(w->graph, op, arguments, &w->applied, &w->err) < 0)
        fail_msg("%s %s: %s: %s", op, arguments, w->err.where, w->err.message);
    if (w->applied.fact < 0)
        return "";
    assert_int_equal(fov_graph_fact(w->graph, w->applied.fact, &w->text, &w->err), FOV_OK);
    assert_int_equal(fov__json_parse(&w->json, w->ctx, (const char *)w->text.data, w->text.size, 16,
                                     1 << 20, &w->err),
                     FOV_OK);
    return (const char *)w->text.data;
}

void refuse(struct world *w, const char *op, const char *arguments, const char *where,
            const char *words)
{
    const int32_t images = fov_graph_image_count(w->graph), facts = fov_graph_fact_count(w->graph);
    fov_applied applied = FOV_APPLIED_INIT;
    if (fov_graph_apply(w->graph, op, arguments, &applied, &w->err) >= 0)
        fail_msg("%s %s is accepted", op, arguments);
    if (strcmp(w->err.where, where) != 0 || strstr(w->err.message, words) == NULL)
        fail_msg("%s %s: %s: %s", op, arguments, w->err.where, w->err.message);
    assert_int_equal(fov_graph_image_count(w->graph), images);
    assert_int_equal(fov_graph_fact_count(w->graph), facts);
}

static const fov_json_value *find(const struct world *w, const char *path)
{
    const fov_json_value *v = fov__json_root(w->json);
    while (*path != '\0' && v != NULL) {
        char word[64];
        const size_t len = strcspn(path, ".");
        snprintf(word, sizeof(word), "%.*s", (int)len, path);
        if (fov__json_type(v) == FOV_JSON_ARRAY) {
            const fov_json_value *element = fov__json_child(v);
            for (int k = atoi(word); k > 0 && element != NULL; k--)
                element = fov__json_next(element);
            v = element;
        } else {
            v = fov__json_get(v, word);
        }
        path += path[len] == '.' ? len + 1 : len;
    }
    return v;
}

double number(const struct world *w, const char *path)
{
    double v = 0;
    if (!fov__json_number(find(w, path), &v))
        fail_msg("no number %s in %s", path, (const char *)w->text.data);
    return v;
}

const char *text(const struct world *w, const char *path)
{
    const char *v = fov__json_string(find(w, path));
    if (v == NULL)
        fail_msg("no text %s in %s", path, (const char *)w->text.data);
    return v;
}

int count(const struct world *w, const char *path)
{
    return (int)fov__json_count(find(w, path));
}

bool has(const struct world *w, const char *path)
{
    return find(w, path) != NULL;
}

void expect_near(int line, double got, double want, double slack)
{
    if (!(fabs(got - want) <= slack))
        fail_msg("line %d: %.12g is not %.12g to %g", line, got, want, slack);
}
