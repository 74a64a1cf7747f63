/* SPDX-License-Identifier: MIT */
/* Pixels against a slow reference in double precision, and the laws that hold without one. */
#include "graph_support.h"

static void check_against_reference(struct scene *s, int32_t image, int32_t width, int32_t height,
                                    double least, int32_t margin)
{
    const struct fov_node *node = fov__graph_node(s->graph, image);
    struct fov_pixels *px = render(s, image, width, height);
    double *want = malloc((size_t)px->width * (size_t)px->height * 3 * sizeof(*want)), got;
    struct fov_mat view =
        fov__mat_scale((double)node->width / px->width, (double)node->height / px->height);

    assert_non_null(want);
    reference_warp(s, fov__mat_mul(node->regions[0].to_source, view), px->width, px->height, want);
    got = psnr(px, want, margin);
    if (got < least)
        fail_msg("img_%d at %dx%d: PSNR %.2f dB, at least %.2f wanted", (int)image, (int)px->width,
                 (int)px->height, got, least);
    free(want);
    fov__pixels_unref(px);
}

static void assert_same_pixels(const struct fov_pixels *a, const struct fov_pixels *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_int_equal(a->bands, b->bands);
    for (int32_t y = 0; y < a->height; y++)
        assert_memory_equal(fov__pixels_row(a, y), fov__pixels_row(b, y),
                            (size_t)a->width * (size_t)a->bands);
}

static void render__a_zoom_at_its_own_size_copies_pixels(void **state)
{
    struct scene s;
    struct fov_pixels *px;

    (void)state;
    scene_open(&s, 120, 90, 3, 1);
    px = render(&s, apply(&s, "zoom", "{\"box\":[17,23,97,71]}"), 0, 0);
    for (int32_t y = 0; y < px->height; y++)
        assert_memory_equal(fov__pixels_row(px, y), s.pixels + ((size_t)(y + 23) * 120 + 17) * 3,
                            (size_t)px->width * 3);
    fov__pixels_unref(px);
    scene_close(&s);
}

static void render__four_quarter_turns_change_nothing(void **state)
{
    struct scene s;
    struct fov_pixels *a, *b;
    int32_t image = 0;

    (void)state;
    for (int32_t bands = 3; bands <= 4; bands++) {
        scene_open(&s, 61, 40, bands, 1);
        image = apply(&s, "rotate", "{\"image\":\"img_0\",\"degrees\":90}");
        image = apply(&s, "rotate", "{\"image\":\"img_1\",\"degrees\":90}");
        image = apply(&s, "rotate", "{\"image\":\"img_2\",\"degrees\":-270}");
        image = apply(&s, "rotate", "{\"image\":\"img_3\",\"degrees\":90}");
        a = render(&s, 0, 0, 0);
        b = render(&s, image, 0, 0);
        assert_same_pixels(a, b);
        fov__pixels_unref(a);
        fov__pixels_unref(b);
        scene_close(&s);
    }
}

static void render__a_quarter_turn_moves_each_pixel(void **state)
{
    struct scene s;
    struct fov_pixels *px;

    (void)state;
    scene_open(&s, 37, 21, 3, 1);
    px = render(&s, apply(&s, "rotate", "{\"degrees\":90}"), 0, 0);
    for (int32_t y = 0; y < 21; y++)
        for (int32_t x = 0; x < 37; x++) /* (x, y) goes to column 20 - y, row x */
            assert_memory_equal(fov__pixels_row(px, x) + 3 * (20 - y),
                                s.pixels + ((size_t)y * 37 + (size_t)x) * 3, 3);
    fov__pixels_unref(px);
    scene_close(&s);
}

static void render__a_flip_mirrors_left_and_right(void **state)
{
    struct scene s;
    struct fov_pixels *px;

    (void)state;
    scene_open(&s, 37, 21, 3, 1);
    px = render(&s, apply(&s, "flip", "{\"axis\":\"horizontal\"}"), 0, 0);
    for (int32_t y = 0; y < 21; y++)
        for (int32_t x = 0; x < 37; x++)
            assert_memory_equal(fov__pixels_row(px, y) + 3 * (36 - x),
                                s.pixels + ((size_t)y * 37 + (size_t)x) * 3, 3);
    fov__pixels_unref(px);
    scene_close(&s);
}

static void render__enlarging_equals_lanczos_in_double(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 160, 120, 3, 1);
    check_against_reference(&s, apply(&s, "zoom", "{\"box\":[40,30,100,80]}"), 240, 200, 50.0, 0);
    check_against_reference(&s, 0, 160, 120, 99.0, 0);
    check_against_reference(&s, 0, 331, 257, 50.0, 0);
    scene_close(&s);
}

static void render__shrinking_equals_lanczos_in_double(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 160, 120, 3, 1);
    check_against_reference(&s, 0, 100, 75, 50.0, 0);
    check_against_reference(&s, 0, 53, 40, 50.0, 0);
    scene_close(&s);
}

/* A crop, turned, zoomed into and enlarged is one warp from the source. */
static void render__a_chain_is_one_warp_from_the_source(void **state)
{
    struct scene s;
    int32_t image;

    (void)state;
    scene_open(&s, 320, 240, 3, 1);
    image = apply(&s, "zoom", "{\"box\":[40,30,280,210]}");
    image = apply(&s, "rotate", "{\"image\":\"img_1\",\"degrees\":17}");
    image = apply(&s, "zoom", "{\"image\":\"img_2\",\"box\":[110,90,190,150]}");
    check_against_reference(&s, image, 240, 180, 48.0, 0);
    check_against_reference(&s, image, 80, 60, 48.0, 0);
    check_against_reference(&s, image, 50, 38, 46.0, 0);
    scene_close(&s);
}

static void render__is_the_same_on_any_number_of_threads(void **state)
{
    static const char *const calls[][2] = {{"rotate", "{\"degrees\":31}"},
                                           {"zoom", "{\"box\":[10,10,300,200]}"},
                                           {"enhance", "{\"sharpen\":1,\"clahe\":2}"}};
    struct scene one, four;

    (void)state;
    scene_open(&one, 330, 270, 3, 1);
    scene_open(&four, 330, 270, 3, 4);
    for (size_t i = 0; i < FOV_COUNT(calls); i++) {
        struct fov_pixels *a = render(&one, apply(&one, calls[i][0], calls[i][1]), 500, 400);
        struct fov_pixels *b = render(&four, apply(&four, calls[i][0], calls[i][1]), 500, 400);
        assert_same_pixels(a, b);
        fov__pixels_unref(a);
        fov__pixels_unref(b);
    }
    scene_close(&one);
    scene_close(&four);
}

/* White under zero alpha must not bleed into what can be seen. */
static void render__transparent_pixels_do_not_bleed(void **state)
{
    fov_context *ctx;
    fov_image *image;
    fov_graph *graph;
    fov_image *out = NULL;
    uint8_t px[16 * 16 * 4], got[40 * 40 * 4];
    fov_size size = {40, 40};

    (void)state;
    for (int i = 0; i < 16 * 16; i++) {
        bool solid = i % 16 < 8;
        px[4 * i] = px[4 * i + 1] = px[4 * i + 2] = solid ? 10 : 255;
        px[4 * i + 3] = solid ? 255 : 0;
    }
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_image_new_pixels(&image, ctx, px, 16, 16, 4, 64, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&graph, ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    assert_int_equal(fov_graph_render(graph, 0, &size, NULL, &out, NULL), FOV_OK);
    assert_int_equal(fov_image_read(out, (fov_box){0, 0, 40, 40}, 4, got, 160, NULL), FOV_OK);
    for (int i = 0; i < 40 * 40; i++)
        if (got[4 * i + 3] > 0)
            assert_in_range(got[4 * i], 8, 12);
    fov_image_unref(out);
    fov_graph_free(graph);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void render__every_operation_gives_the_size_it_planned(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 97, 61, 4, 1);
    for (size_t i = 0; fov__op_at(NULL, i); i++) {
        const fov_op_def *op = fov__op_at(NULL, i);
        for (const fov_op_example_row *e = op->examples; e && e->arguments && op->plan; e++) {
            fov_applied applied = FOV_APPLIED_INIT;
            fov_error err;
            struct fov_pixels *px;
            /* Examples speak of a 1000x500 image: those that do not fit this one are refused. */
            if (fov_graph_apply(s.graph, op->name, e->arguments, &applied, &err) < 0)
                continue;
            for (int32_t k = 0; k < applied.image_count; k++) {
                const fov_size size = fov_graph_size(s.graph, applied.image + k);
                px = render(&s, applied.image + k, 0, 0);
                assert_int_equal(px->width, size.width);
                assert_int_equal(px->height, size.height);
                fov__pixels_unref(px);
            }
        }
    }
    assert_true(fov_graph_image_count(s.graph) > 8);
    scene_close(&s);
}

int suite_render(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(render__a_zoom_at_its_own_size_copies_pixels),
        cmocka_unit_test(render__four_quarter_turns_change_nothing),
        cmocka_unit_test(render__a_quarter_turn_moves_each_pixel),
        cmocka_unit_test(render__a_flip_mirrors_left_and_right),
        cmocka_unit_test(render__enlarging_equals_lanczos_in_double),
        cmocka_unit_test(render__shrinking_equals_lanczos_in_double),
        cmocka_unit_test(render__a_chain_is_one_warp_from_the_source),
        cmocka_unit_test(render__is_the_same_on_any_number_of_threads),
        cmocka_unit_test(render__transparent_pixels_do_not_bleed),
        cmocka_unit_test(render__every_operation_gives_the_size_it_planned),
    };

    return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
