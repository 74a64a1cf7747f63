/* SPDX-License-Identifier: MIT */
/* A golden picture of each operation that makes one, made of a part of a chart through the graph,
 * and compared exactly. FOV_UPDATE=1 in the environment writes them anew, to be looked at. */
#include "op/harness.h"

#include <foveate/encode.h>
#include <foveate/graph.h>

#include <stdlib.h>

#include "torture/torture.h"

struct picture {
    const char *name, *source, *box, *op, *arguments;
};

static const struct picture pictures[] = {
    {"zoom", "charts/flow-parcel.png", "[100,0,620,420]", "zoom",
     ",\"box\":[190,60,330,140],\"pad\":0.2"},
    {"rotate", "charts/table-rail.png", "[0,0,400,200]", "rotate", ",\"degrees\":-12.5"},
    {"flip", "charts/table-rail.png", "[0,0,400,200]", "flip", ",\"axis\":\"horizontal\""},
    {"enhance", "charts/faint-tea.png", "[0,0,300,200]", "enhance",
     ",\"autocontrast\":true,\"sharpen\":1"},
    {"enhance_box", "charts/pie-budget.png", "[60,40,460,300]", "enhance",
     ",\"box\":[100,60,300,220],\"invert\":true,\"clahe\":2"},
    {"mark", "charts/bar-banks.png", "[0,0,560,300]", "mark",
     ",\"boxes\":[[140,20,510,70],[140,80,490,125]],\"numbers\":true,\"arrows\":[[520,250,410,165]]"
     ",\"labels\":[{\"at\":[420,255],\"text\":\"this one\"}]"},
    {"compare_diff", "charts/bar-banks.png", "[0,0,560,300]", "compare", ",\"mode\":\"diff\""},
    {"compare_side", "charts/bar-banks.png", "[0,0,360,200]", "compare", ""},
    {"binarize_otsu", "charts/faint-tea.png", "[0,0,300,200]", "binarize", ""},
    {"binarize_adaptive", "charts/faint-tea.png", "[0,0,300,200]", "binarize",
     ",\"method\":\"adaptive\""},
    {"binarize_saturation", "charts/pie-budget.png", "[60,40,640,300]", "binarize",
     ",\"channel\":\"saturation\",\"invert\":true"},
    {"spotlight_mask", "charts/table-rail.png", "[0,0,400,200]", "spotlight",
     ",\"boxes\":[[0,0,400,66],[0,95,400,126]]"},
    {"spotlight_dim", "charts/table-rail.png", "[0,0,400,200]", "spotlight",
     ",\"boxes\":[[0,0,400,66],[0,95,400,126]],\"mode\":\"dim\""},
    {"spotlight_blur", "charts/table-rail.png", "[0,0,400,200]", "spotlight",
     ",\"boxes\":[[0,0,400,66],[0,95,400,126]],\"mode\":\"blur\""},
    {"spotlight_outline", "charts/table-rail.png", "[0,0,400,200]", "spotlight",
     ",\"boxes\":[[0,0,400,66],[0,95,400,126]],\"mode\":\"outline\""},
    {"isolate_color_keep", "charts/line-internet.png", "[500,50,850,280]", "isolate_color",
     ",\"color\":\"#286bbb\""},
    {"isolate_color_fade", "charts/line-internet.png", "[500,50,850,280]", "isolate_color",
     ",\"color\":\"#286bbb\",\"mode\":\"fade\""},
    {"isolate_color_remove", "charts/line-internet.png", "[500,50,850,280]", "isolate_color",
     ",\"color\":\"#286bbb\",\"mode\":\"remove\""},
    {"straighten", "charts/table-rail.png", "[0,0,720,272]", "straighten",
     ",\"corners\":[[150,10],[560,40],[710,265],[10,225]]"},
    {"rotate_auto", "charts/turn7-bridges.png", "[20,20,420,300]", "rotate",
     ",\"degrees\":\"auto\""},
    {"guides", "charts/bar-banks.png", "[0,0,560,300]", "guides",
     ",\"h\":[[300,140]],\"v\":[[382,200],[499,50]]"},
    {"grid", "charts/flow-parcel.png", "[100,0,620,420]", "grid", ",\"rows\":3,\"cols\":4"},
    {"overview_grid", "charts/flow-parcel.png", "[0,0,620,760]", "overview",
     ",\"max_edge\":400,\"grid\":true"},
    {"tile_pick", "charts/table-rail.png", "[0,0,600,400]", "tile",
     ",\"rows\":2,\"cols\":2,\"pick\":3"},
    {"components", "charts/axis-energy.png", "[20,40,420,500]", "components",
     ",\"order\":\"across\",\"draw\":true"},
    {"lines", "charts/flow-parcel.png", "[140,180,600,420]", "lines", ",\"draw\":true"},
};

static int32_t apply(fov_graph *graph, const char *op, const char *fmt, const char *a,
                     const char *b)
{
    char arguments[512];
    fov_applied applied = FOV_APPLIED_INIT;
    fov_error err = {0};
    fov__format(arguments, sizeof(arguments), "%s%s%s", fmt, a, b);
    if (fov_graph_apply(graph, op, arguments, &applied, &err) < 0)
        fail_msg("%s %s: %s", op, arguments, err.message);
    return applied.image;
}

static fov_image *draw(const struct picture *p)
{
    char path[512];
    fov_image *source = NULL, *out = NULL;
    fov_graph *graph = NULL;
    fov_error err = {0};
    fov__format(path, sizeof(path), "%s/%s", FOV_TESTDATA, p->source);
    if (fov_image_open(&source, the_context(), path, NULL, &err) < 0)
        fail_msg("%s: %s", path, err.message);
    assert_int_equal(fov_graph_new(&graph, the_context(), &err), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, source, NULL, &err), FOV_OK);
    apply(graph, "zoom", "{\"box\":", p->box, "}");
    const bool is_pair = fov__op_find(NULL, p->op)->input_max == 2;
    if (is_pair) /* with a copy whose bars are changed in one place */
        apply(graph, "enhance", "{\"image\":\"img_1\",\"box\":[300,30,420,130]", ",\"invert\":true",
              "}");
    const int32_t image =
        apply(graph, p->op, is_pair ? "{\"a\":\"img_1\",\"b\":\"img_2\"" : "{\"image\":\"img_1\"",
              p->arguments, "}");
    if (fov_graph_render(graph, image, NULL, NULL, &out, &err) < 0)
        fail_msg("%s: %s", p->name, err.message);
    fov_graph_free(graph);
    fov_image_unref(source);
    return out;
}

static void write_picture(fov_image *image, const char *path)
{
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    fov_bytes bytes = {NULL, 0, NULL};
    opts.format = FOV_FORMAT_PNG;
    assert_int_equal(fov_image_encode(&bytes, image, &opts, NULL), FOV_OK);
    assert_int_equal(fov__file_write(the_context(), path, bytes.data, bytes.size, false, NULL),
                     FOV_OK);
    fov_bytes_free(&bytes);
}

static uint8_t *pixels_of(fov_image *image, size_t *n)
{
    const fov_size size = fov_image_size(image);
    *n = (size_t)size.width * (size_t)size.height * 3;
    uint8_t *px = malloc(*n);
    assert_non_null(px);
    assert_int_equal(fov_image_read(image, (fov_box){0, 0, size.width, size.height}, 3, px,
                                    (size_t)size.width * 3, NULL),
                     FOV_OK);
    return px;
}

static void op_pictures__each_operation_on_pixels_has_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(pictures); i++) {
        char path[512];
        fov_image *want = NULL, *got = draw(&pictures[i]);
        fov_error err = {0};
        size_t n, m;
        fov__format(path, sizeof(path), "%s/golden/op/%s.png", FOV_TESTDATA, pictures[i].name);
        if (fov__env("FOV_UPDATE") != NULL)
            write_picture(got, path);
        if (fov_image_open(&want, the_context(), path, NULL, &err) < 0)
            fail_msg("%s; make it with FOV_UPDATE=1 and look at it", err.message);
        uint8_t *p = pixels_of(got, &n), *q = pixels_of(want, &m);
        assert_int_equal(n, m);
        for (size_t k = 0; k < n; k++) {
            if (p[k] != q[k])
                fail_msg("%s differs at byte %zu: %d, not %d", pictures[i].name, k, p[k], q[k]);
        }
        free(p);
        free(q);
        fov_image_unref(got);
        fov_image_unref(want);
    }
}

/* ---- memory --------------------------------------------------------------------------------- */

struct attempt {
    const char *op, *arguments;
};

/* A call on 48x32 pixels with alpha, and what it makes rendered. */
static fov_status attempt(void *user)
{
    const struct attempt *a = user;
    static uint8_t pixels[48 * 32 * 4];
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_applied applied = FOV_APPLIED_INIT;
    fov_context *ctx = NULL;
    fov_graph *graph = NULL;
    fov_image *source = NULL, *out = NULL;
    fov_error err = {0};
    uint32_t seed = 5;
    for (size_t i = 0; i < sizeof(pixels); i++)
        pixels[i] = (uint8_t)(next_random(&seed) % 256);
    opts.threads = 1;
    fov_status rc = torture_context_new(&ctx, &opts);
    if (rc == FOV_OK)
        rc = fov_image_new_pixels(&source, ctx, pixels, 48, 32, 4, (size_t)48 * 4, &err);
    if (rc == FOV_OK)
        rc = fov_graph_new(&graph, ctx, &err);
    if (rc == FOV_OK)
        rc = fov_graph_add_source(graph, source, NULL, &err);
    if (rc == FOV_OK)
        rc = fov_graph_apply(graph, a->op, a->arguments, &applied, &err);
    if (rc == FOV_OK && applied.image >= 0)
        rc = fov_graph_render(graph, applied.image, NULL, NULL, &out, &err);
    fov_image_unref(out);
    fov_graph_free(graph);
    fov_image_unref(source);
    fov_context_free(ctx);
    return rc;
}

static void op_pictures__survive_every_failed_allocation(void **state)
{
    static const struct attempt attempts[] = {
        {"binarize", "{}"},
        {"binarize", "{\"method\":\"adaptive\"}"},
        {"spotlight", "{\"boxes\":[[1,2,9,9]]}"},
        {"spotlight", "{\"boxes\":[[1,2,9,9]],\"mode\":\"blur\"}"},
        {"spotlight", "{\"boxes\":[[1,2,9,9]],\"mode\":\"outline\"}"},
        {"isolate_color", "{\"color\":\"red\",\"tolerance\":30}"},
        {"isolate_color", "{\"color\":\"red\",\"tolerance\":0}"}, /* none: the nearest is found */
        {"palette", "{}"},
        {"sample", "{\"points\":[[3,3]],\"radius\":2,\"box\":[0,0,48,32]}"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(attempts); i++) {
        struct attempt a = attempts[i];
        if (torture_run(attempt, &a, a.op, TORTURE_MAY_SUCCEED) < 4)
            fail_msg("%s %s: %s", a.op, a.arguments, torture_reason());
    }
}

int suite_op_pictures(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_pictures__each_operation_on_pixels_has_its_own),
        cmocka_unit_test(op_pictures__survive_every_failed_allocation)};
    return cmocka_run_group_tests_name("op_pictures", tests, NULL, NULL);
}
