/* SPDX-License-Identifier: MIT */
/* Pixels are a function of source, recipe and size: the same calls give the same bytes from a cold,
 * a warm and a tiny cache, on one thread and on several, on every processor, in any order. */
#include "graph_support.h"

#include "encode/encode_internal.h"

#include <stdlib.h>

enum { WIDTH = 2816, HEIGHT = 1904, LOOKS = 12 };

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 24;
}

/* Large enough that pieces of it are decoded; smooth, with noise and hard edges. */
static struct fov_pixels *picture(fov_context *ctx, int32_t bands)
{
    struct fov_pixels *px = NULL;
    uint32_t state = 7;
    assert_int_equal(fov__pixels_new(&px, ctx, WIDTH, HEIGHT, bands, NULL), FOV_OK);
    for (int32_t y = 0; y < HEIGHT; y++) {
        uint8_t *p = fov__pixels_row(px, y);
        for (int32_t x = 0; x < WIDTH; x++, p += bands) {
            const int32_t edge = (x / 97 + y / 61) % 2 * 40;
            for (int32_t c = 0; c < bands; c++)
                p[c] = (uint8_t)((x * (c + 1) / 16 + y * (3 - c) / 9 + edge) / 2 % 200 +
                                 (int32_t)next(&state) % 24);
        }
    }
    return px;
}

enum kind { BASELINE_420, BASELINE_444, PNG_RGB, PNG_RGBA, KINDS };

static fov_bytes file_of(enum kind kind)
{
    fov_bytes file = {NULL, 0, NULL};
    fov_context *ctx = NULL;
    fov_bytes kept = {NULL, 0, NULL};
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    struct fov_pixels *px = picture(ctx, kind == PNG_RGBA ? 4 : 3);
    const struct fov_encode_recipe recipe = {.format =
                                                 kind >= PNG_RGB ? FOV_FORMAT_PNG : FOV_FORMAT_JPEG,
                                             .quality = 90,
                                             .is_444 = kind == BASELINE_444};
    assert_int_equal(fov__encode(&file, px, recipe, false, NULL), FOV_OK);
    kept.data = malloc(file.size); /* outlives the context it was made in */
    kept.size = file.size;
    assert_non_null(kept.data);
    memcpy(kept.data, file.data, file.size);
    fov_bytes_free(&file);
    fov__pixels_unref(px);
    fov_context_free(ctx);
    return kept;
}

static const struct {
    const char *op, *arguments;
    int32_t width, height;
} looks[LOOKS] = {
    {NULL, NULL, 700, 473},
    {"zoom", "{\"box\":[1200,800,1500,1010]}", 600, 420},
    {"zoom", "{\"box\":[0,0,301,200]}", 301, 200},
    {"zoom", "{\"box\":[2500,1600,2816,1904]}", 211, 203},
    {"zoom", "{\"box\":[40,900,2700,1800]}", 640, 217},
    {"rotate", "{\"image\":\"img_1\",\"degrees\":12}", 400, 330},
    {"zoom", "{\"image\":\"img_5\",\"box\":[60,50,300,220]}", 480, 340},
    {"rotate", "{\"image\":\"img_2\",\"degrees\":90}", 200, 301},
    {"flip", "{\"image\":\"img_4\",\"axis\":\"horizontal\"}", 640, 217},
    {"enhance", "{\"image\":\"img_1\",\"contrast\":1.6,\"saturation\":0.5}", 600, 420},
    {"enhance", "{\"image\":\"img_1\",\"clahe\":3,\"sharpen\":1}", 300, 210},
    {"zoom", "{\"image\":\"img_10\",\"box\":[20,20,200,150]}", 360, 260},
};

struct run {
    uint64_t cache_bytes;
    uint32_t threads;
    const char *cpu;
    bool backwards, again;
};

static void render_all(char hash[LOOKS][FOV_SHA256_HEX], const fov_bytes *file, struct run run)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    fov_graph *graph = NULL;
    fov_image *image = NULL;
    fov_applied applied = FOV_APPLIED_INIT;
    fov_error err;

    opts.limits.cache_bytes = run.cache_bytes;
    opts.limits.op_ms = 120000; /* sanitizers are slow */
    opts.threads = run.threads;
    setenv("FOV_CPU", run.cpu ? run.cpu : "", 1);
    assert_int_equal(fov_context_new(&ctx, &opts, &err), FOV_OK);
    assert_int_equal(fov_image_open_memory(&image, ctx, file->data, file->size, NULL, &err),
                     FOV_OK);
    assert_int_equal(fov_graph_new(&graph, ctx, &err), FOV_OK);
    assert_true(fov_graph_add_source(graph, image, NULL, &err) >= 0);
    for (size_t i = 1; i < LOOKS; i++)
        if (fov_graph_apply(graph, looks[i].op, looks[i].arguments, &applied, &err) != FOV_OK)
            fail_msg("look %zu: %s", i, err.message);
    for (int round = 0; round < (run.again ? 2 : 1); round++) {
        for (size_t i = 0; i < LOOKS; i++) {
            const size_t k = run.backwards ? LOOKS - 1 - i : i;
            const struct fov_node *node = fov__graph_node(graph, (int32_t)k);
            const struct fov_view view = {.node = node,
                                          .box = {0, 0, node->width, node->height},
                                          .width = looks[k].width,
                                          .height = looks[k].height};
            struct fov_pixels *px = NULL;
            if (fov__render(&px, ctx, &view, &err) != FOV_OK)
                fail_msg("look %zu: %s", k, err.message);
            fov__pixels_sha256(px, hash[k]);
            fov__pixels_unref(px);
        }
    }
    fov_graph_free(graph);
    fov_image_unref(image);
    fov_context_free(ctx);
    unsetenv("FOV_CPU");
}

static void pixels__depend_on_source_recipe_and_size_alone(void **state)
{
    static const struct run runs[] = {
        {.again = true},                          /* a warm cache */
        {.cache_bytes = 1},                       /* a tiny one: nothing is ever kept */
        {.cache_bytes = 6u << 20, .again = true}, /* one that holds some of it */
        {.threads = 4},
        {.threads = 3, .backwards = true, .cache_bytes = 6u << 20},
        {.backwards = true},
        {.cpu = "portable"},
        {.cpu = "portable", .threads = 2, .cache_bytes = 1},
    };
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        char cold[LOOKS][FOV_SHA256_HEX], other[LOOKS][FOV_SHA256_HEX];
        fov_bytes file = file_of((enum kind)kind);
        render_all(cold, &file, (struct run){.threads = 1});
        for (size_t r = 0; r < FOV_COUNT(runs); r++) {
            render_all(other, &file, runs[r]);
            for (size_t i = 0; i < LOOKS; i++)
                if (strcmp(cold[i], other[i]) != 0)
                    fail_msg("picture %d, run %zu: look %zu differs", kind, r, i);
        }
        free(file.data);
    }
}

static struct fov_pixels *view_of(fov_context *ctx, fov_image *image, fov_box box, int32_t width,
                                  int32_t height)
{
    fov_graph *graph = NULL;
    struct fov_pixels *px = NULL;
    assert_int_equal(fov_graph_new(&graph, ctx, NULL), FOV_OK);
    assert_true(fov_graph_add_source(graph, image, NULL, NULL) >= 0);
    const struct fov_view view = {
        .node = fov__graph_node(graph, 0), .box = box, .width = width, .height = height};
    assert_int_equal(fov__render(&px, ctx, &view, NULL), FOV_OK);
    fov_graph_free(graph);
    return px;
}

static double psnr_of(const struct fov_pixels *a, const struct fov_pixels *b)
{
    double sum = 0;
    for (int32_t y = 0; y < a->height; y++)
        for (int32_t i = 0; i < a->width * 3; i++) {
            const double d = (double)fov__pixels_row(a, y)[i] - fov__pixels_row(b, y)[i];
            sum += d * d;
        }
    sum /= (double)a->width * a->height * 3;
    return sum > 0 ? 10 * log10(255.0 * 255.0 / sum) : 99;
}

/* Components that are resampled before they become colours, against colours that are resampled:
 * real pictures, whole and in part, also where colours are clipped. */
static void pixels__of_components_are_near_those_of_colours(void **state)
{
    static const struct {
        const char *path;
        double least;
    } pictures[] = {{"/pictures/scene.jpg", 48},
                    {"/pictures/scene-422.jpg", 48},
                    {"/pictures/scene-444.jpg", 48},
                    {"/pictures/scene-grey.jpg", 58},
                    {"/pictures/scene-progressive.jpg", 48},
                    {"/orient/Landscape_2.jpg", 42},
                    {"/orient/Landscape_4.jpg", 42}};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(pictures); i++) {
        char path[512];
        fov_context *ctx = NULL;
        fov_image *file = NULL, *colours = NULL;
        fov_error err;
        snprintf(path, sizeof(path), "%s%s", FOV_TESTDATA, pictures[i].path);
        assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
        if (fov_image_open(&file, ctx, path, NULL, &err) != FOV_OK)
            fail_msg("%s", err.message);
        const fov_size size = fov_image_size(file);
        uint8_t *rgb = malloc((size_t)size.width * (size_t)size.height * 3);
        assert_non_null(rgb);
        assert_int_equal(fov_image_read(file, (fov_box){0, 0, size.width, size.height}, 3, rgb,
                                        (size_t)size.width * 3, NULL),
                         FOV_OK);
        assert_int_equal(fov_image_new_pixels(&colours, ctx, rgb, size.width, size.height, 3,
                                              (size_t)size.width * 3, NULL),
                         FOV_OK);
        const fov_box boxes[] = {{0, 0, size.width, size.height},
                                 {11, 7, size.width * 0.8, size.height * 0.7}};
        for (size_t b = 0; b < FOV_COUNT(boxes); b++) {
            const int32_t width = (int32_t)((boxes[b].x2 - boxes[b].x1) / 1.9);
            const int32_t height = (int32_t)((boxes[b].y2 - boxes[b].y1) / 1.9);
            struct fov_pixels *a = view_of(ctx, file, boxes[b], width, height);
            struct fov_pixels *z = view_of(ctx, colours, boxes[b], width, height);
            const double found = psnr_of(a, z);
            if (found < pictures[i].least)
                fail_msg("%s, box %zu: %.2f dB", pictures[i].path, b, found);
            print_message("%s, box %zu: %.2f dB\n", pictures[i].path, b, found);
            fov__pixels_unref(a);
            fov__pixels_unref(z);
        }
        free(rgb);
        fov_image_unref(colours);
        fov_image_unref(file);
        fov_context_free(ctx);
    }
}

struct failing {
    int left; /* allocations until one fails; below 0: none does */
};

static void *failing_malloc(size_t size, void *user)
{
    struct failing *failing = user;
    return failing->left-- == 0 ? NULL : malloc(size);
}

static void *failing_realloc(void *ptr, size_t size, void *user)
{
    struct failing *failing = user;
    return failing->left-- == 0 ? NULL : realloc(ptr, size);
}

static void failing_free(void *ptr, void *user)
{
    (void)user;
    free(ptr);
}

/* A shrunk look at a picture; false when memory was refused. */
static bool look_with(struct failing *failing, int left, const char *path,
                      char sha256[FOV_SHA256_HEX])
{
    const fov_allocator allocator = {failing_malloc, failing_realloc, failing_free, failing};
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    fov_graph *graph = NULL;
    struct fov_pixels *px = NULL;
    fov_error err;

    failing->left = -1;
    opts.allocator = &allocator;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    assert_int_equal(fov_image_open(&image, ctx, path, NULL, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&graph, ctx, NULL), FOV_OK);
    assert_true(fov_graph_add_source(graph, image, NULL, NULL) >= 0);
    const struct fov_node *node = fov__graph_node(graph, 0);
    const struct fov_view view = {.node = node,
                                  .box = {0, 0, node->width, node->height},
                                  .width = node->width / 2,
                                  .height = node->height / 2};
    failing->left = left;
    const fov_status rc = fov__render(&px, ctx, &view, &err);
    failing->left = -1;
    if (rc == FOV_OK)
        fov__pixels_sha256(px, sha256);
    else
        assert_int_equal(rc, FOV_E_MEMORY);
    fov__pixels_unref(px);
    fov_graph_free(graph);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc == FOV_OK;
}

/* Memory that is refused anywhere gives an error or the same picture, never another one. */
static void pixels__are_the_same_or_none_when_memory_runs_out(void **state)
{
    static const char *const paths[] = {
        FOV_TESTDATA "/pictures/scene.jpg", FOV_TESTDATA "/pictures/scene-progressive.jpg",
        FOV_TESTDATA "/pictures/scene-orient6.jpg", FOV_TESTDATA "/pictures/scene-cmyk.jpg",
        FOV_TESTDATA "/pictures/small-grey8.png"};
    (void)state;
    for (size_t p = 0; p < FOV_COUNT(paths); p++) {
        struct failing failing;
        char whole[FOV_SHA256_HEX], found[FOV_SHA256_HEX];
        int refused = 0;
        assert_true(look_with(&failing, -1, paths[p], whole));
        for (int i = 0; i < 60; i++) {
            if (!look_with(&failing, i, paths[p], found))
                refused++;
            else if (strcmp(found, whole) != 0)
                fail_msg("%s: without allocation %d another picture came", paths[p], i);
        }
        assert_true(refused >= 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels__of_components_are_near_those_of_colours),
        cmocka_unit_test(pixels__are_the_same_or_none_when_memory_runs_out),
        cmocka_unit_test(pixels__depend_on_source_recipe_and_size_alone),
    };
    return cmocka_run_group_tests_name("purity", tests, NULL, NULL);
}
