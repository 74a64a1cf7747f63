/* SPDX-License-Identifier: MIT */
/* One golden picture for each rule of rendering. Our pixels are a pure function of the recipe, so
 * they are compared exactly; FOV_UPDATE=1 in the environment writes them anew, to be looked at. */
#include "graph_support.h"

struct rule {
    const char *name;
    const char *calls[6][2];
    fov_size size; /* 0: the image's own */
};

static const struct rule rules[] = {
    /* A node's frame is in source density; enlarging belongs to the delivery. */
    {"zoom_enlarged", {{"zoom", "{\"box\":[30,20,70,50]}"}}, {160, 120}},
    /* Geometry composes: one warp, also where the first crop was small. */
    {"zoom_of_turn_of_zoom",
     {{"zoom", "{\"box\":[20,10,100,80]}"},
      {"rotate", "{\"image\":\"img_1\",\"degrees\":20}"},
      {"zoom", "{\"image\":\"img_2\",\"box\":[20,20,80,70]}"}},
     {180, 150}},
    /* Every intermediate frame clips to its own polygon with its own fill. */
    {"fills_of_two_turns",
     {{"rotate", "{\"degrees\":30,\"fill\":\"#ff0000\"}"},
      {"rotate", "{\"image\":\"img_1\",\"degrees\":30,\"fill\":\"#0000ff\"}"}},
     {0, 0}},
    /* Taps may cross a crop's edge (real pixels), and are clamped at the source's edge. */
    {"edges_of_crop_and_source", {{"zoom", "{\"box\":[0,0,12,9]}"}}, {192, 144}},
    /* Pointwise steps after geometry act on the resampled colour, before them on the fill as well.
     */
    {"invert_after_turn",
     {{"rotate", "{\"degrees\":15,\"fill\":\"#00ff00\"}"},
      {"enhance", "{\"image\":\"img_1\",\"invert\":true}"}},
     {0, 0}},
    {"turn_after_invert",
     {{"enhance", "{\"invert\":true}"},
      {"rotate", "{\"image\":\"img_1\",\"degrees\":15,\"fill\":\"#00ff00\"}"}},
     {0, 0}},
    {"enhance_in_a_box",
     {{"enhance", "{\"box\":[30,20,90,60],\"grayscale\":true,\"contrast\":2}"}},
     {0, 0}},
    /* A barrier works on its parent's own grid, and sees that node's frame only. */
    {"zoom_of_sharpened_zoom",
     {{"zoom", "{\"box\":[30,20,80,60]}"},
      {"enhance", "{\"image\":\"img_1\",\"sharpen\":2}"},
      {"zoom", "{\"image\":\"img_2\",\"box\":[10,10,40,32]}"}},
     {180, 132}},
    /* Marks are vectors, drawn last, as wide in a zoom as in the whole; a barrier lets them pass.
     */
    {"marks",
     {{"mark", "{\"boxes\":[[30,20,80,60]],\"points\":[[100,70]],\"lines\":[[5,85,115,80]],"
               "\"numbers\":true}"}},
     {240, 180}},
    {"zoom_of_marks",
     {{"mark", "{\"boxes\":[[30,20,80,60]],\"color\":\"blue\"}"},
      {"zoom", "{\"image\":\"img_1\",\"box\":[20,10,60,40]}"}},
     {240, 180}},
    {"sharpen_under_marks",
     {{"mark", "{\"boxes\":[[30,20,80,60]]}"}, {"enhance", "{\"image\":\"img_1\",\"sharpen\":2}"}},
     {0, 0}},
    /* Shrinking takes a level of the source where it pays. */
    {"overview", {{"overview", "{\"max_edge\":40}"}}, {0, 0}},
};

static void golden_path(char *out, size_t size, const char *name)
{
    fov__format(out, size, "%s/golden/graph/%s.png", FOV_TESTDATA, name);
}

static fov_image *draw(struct scene *s, const struct rule *rule)
{
    fov_image *out = NULL;
    fov_error err = {0};
    int32_t image = 0;

    for (int i = 0; rule->calls[i][0]; i++)
        image = apply(s, rule->calls[i][0], rule->calls[i][1]);
    if (fov_graph_render(s->graph, image, rule->size.width ? &rule->size : NULL, NULL, &out, &err) <
        0)
        fail_msg("%s: %s", rule->name, err.message);
    return out;
}

static void write_golden(struct scene *s, fov_image *image, const char *path)
{
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    fov_bytes bytes = {NULL, 0, NULL};

    opts.format = FOV_FORMAT_PNG;
    assert_int_equal(fov_image_encode(&bytes, image, &opts, NULL), FOV_OK);
    assert_int_equal(fov__file_write(s->ctx, path, bytes.data, bytes.size, false, NULL), FOV_OK);
    fov_bytes_free(&bytes);
}

static void compare(fov_image *got, fov_image *want, const char *name)
{
    fov_size a = fov_image_size(got), b = fov_image_size(want);
    size_t n = (size_t)a.width * (size_t)a.height * 3;
    uint8_t *p = malloc(n), *q = malloc(n);

    assert_int_equal(a.width, b.width);
    assert_int_equal(a.height, b.height);
    assert_true(p && q);
    assert_int_equal(
        fov_image_read(got, (fov_box){0, 0, a.width, a.height}, 3, p, (size_t)a.width * 3, NULL),
        FOV_OK);
    assert_int_equal(
        fov_image_read(want, (fov_box){0, 0, a.width, a.height}, 3, q, (size_t)a.width * 3, NULL),
        FOV_OK);
    for (size_t i = 0; i < n; i++)
        if (p[i] != q[i])
            fail_msg("%s differs at pixel (%zu, %zu): %u, not %u", name, i / 3 % (size_t)a.width,
                     i / 3 / (size_t)a.width, p[i], q[i]);
    free(p);
    free(q);
}

static void golden__each_rule_of_rendering_has_its_picture(void **state)
{
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(rules); i++) {
        struct scene s;
        fov_image *got, *want = NULL;
        fov_error err = {0};
        char path[512];

        golden_path(path, sizeof(path), rules[i].name);
        scene_open(&s, 120, 90, 3, 1);
        got = draw(&s, &rules[i]);
        if (fov__env("FOV_UPDATE"))
            write_golden(&s, got, path);
        if (fov_image_open(&want, s.ctx, path, NULL, &err) < 0)
            fail_msg("%s: %s", path, err.message);
        compare(got, want, rules[i].name);
        fov_image_unref(got);
        fov_image_unref(want);
        scene_close(&s);
    }
}

int suite_golden(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden__each_rule_of_rendering_has_its_picture)};

    return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
