/* SPDX-License-Identifier: MIT */
/* Where geometry goes wrong first: edges, fills, thin and far-away pictures, turned files, and
 * what ends a rendering early. */
#include "graph_support.h"

/* ---- a separable reference in double precision ---------------------------------------------- */

static double kernel(double x)
{
    const double pi = 3.14159265358979323846;

    if (fabs(x) < 1e-12)
        return 1.0;
    return fabs(x) < 3.0 ? sin(pi * x) / (pi * x) * sin(pi * x / 3) / (pi * x / 3) : 0.0;
}

struct axis {
    int32_t n, m, taps; /* from n samples to m */
    int32_t *first;
    double *weight; /* m * taps, each row with the sum 1 */
};

static struct axis axis_make(int32_t n, int32_t m)
{
    const double scale = (double)n / m, wide = scale > 1 ? scale : 1;
    struct axis a = {n, m, (int32_t)ceil(6 * wide) + 3, NULL, NULL};

    a.first = malloc((size_t)m * sizeof(*a.first));
    a.weight = malloc((size_t)m * (size_t)a.taps * sizeof(*a.weight));
    assert_true(a.first && a.weight);
    for (int32_t i = 0; i < m; i++) {
        double centre = (i + 0.5) * scale, sum = 0, *w = a.weight + (size_t)i * (size_t)a.taps;

        a.first[i] = (int32_t)floor(centre - 3 * wide) - 1;
        for (int32_t k = 0; k < a.taps; k++)
            sum += w[k] = kernel((a.first[i] + k + 0.5 - centre) / wide);
        for (int32_t k = 0; k < a.taps; k++)
            w[k] /= sum;
    }
    return a;
}

static void axis_free(struct axis *a)
{
    free(a->first);
    free(a->weight);
}

/* One line of samples, `step` apart; edges repeat. */
static void resize_line(double *out, size_t out_step, const struct axis *a, const double *in,
                        size_t step)
{
    for (int32_t i = 0; i < a->m; i++) {
        const double *w = a->weight + (size_t)i * (size_t)a->taps;
        double sum = 0;

        for (int32_t k = 0; k < a->taps; k++) {
            int32_t at = a->first[i] + k;
            sum += w[k] * in[(size_t)(at < 0 ? 0 : at >= a->n ? a->n - 1 : at) * step];
        }
        out[(size_t)i * out_step] = sum;
    }
}

static double *reference_overview(const struct scene *s, int32_t width, int32_t height)
{
    const size_t w = (size_t)s->width, h = (size_t)s->height, n = (size_t)width;
    double *full = malloc(w * h * 3 * sizeof(double)), *across = malloc(n * h * 3 * sizeof(double));
    double *out = malloc(n * (size_t)height * 3 * sizeof(double));
    struct axis x_axis = axis_make(s->width, width), y_axis = axis_make(s->height, height);

    assert_true(full && across && out);
    for (size_t i = 0; i < w * h * 3; i++)
        full[i] = s->pixels[i];
    for (size_t c = 0; c < 3; c++) {
        for (size_t y = 0; y < h; y++)
            resize_line(across + y * n * 3 + c, 3, &x_axis, full + y * w * 3 + c, 3);
        for (size_t x = 0; x < n; x++)
            resize_line(out + x * 3 + c, n * 3, &y_axis, across + x * 3 + c, n * 3);
    }
    axis_free(&x_axis);
    axis_free(&y_axis);
    free(full);
    free(across);
    return out;
}

static void check_overview(struct scene *s, const char *name, double density, double least)
{
    int32_t width = (int32_t)lrint(s->width / density),
            height = (int32_t)lrint(s->height / density);
    double *want, got;
    struct fov_pixels *px;

    width = width < 1 ? 1 : width;
    height = height < 1 ? 1 : height;
    want = reference_overview(s, width, height);
    px = render(s, 0, width, height);
    got = psnr(px, want, 0);
    if (fov__env("FOV_SAY"))
        print_message("%s / %g: %.2f dB\n", name, density, got);
    if (got < least)
        fail_msg("%s shrunk %g times: PSNR %.2f dB, at least %.2f wanted", name, density, got,
                 least);
    free(want);
    fov__pixels_unref(px);
}

/* Levels of a turned or mirrored JPEG begin outside the picture when its size is no multiple. */
static void edges__a_turned_jpeg_shrinks_like_its_upright_pixels(void **state)
{
    /* One of each: upright, mirrored, half turned, and the four that swap the sides. The reference
     * is slow. */
    static const char *const names[] = {"Landscape_1", "Portrait_2", "Landscape_3", "Portrait_5",
                                        "Landscape_6", "Portrait_7", "Landscape_8"};
    static const double densities[] = {4.1, 17};

    (void)state;
    for (size_t turn = 0; turn < FOV_COUNT(names); turn++) {
        struct scene s;
        char path[512];

        fov__format(path, sizeof(path), "%s/orient/%s.jpg", FOV_TESTDATA, names[turn]);
        scene_open_file(&s, path);
        for (size_t i = 0; i < FOV_COUNT(densities); i++)
            check_overview(&s, path + sizeof(FOV_TESTDATA), densities[i], 35.0);
        scene_close(&s);
    }
}

static void edges__a_picture_far_away_keeps_its_mean(void **state)
{
    static const int32_t sizes[][2] = {{2048, 1500}, {29000, 3}, {2, 9001}};
    static const double densities[] = {64, 256, 3000};

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        struct scene s;
        char name[32];

        scene_open(&s, sizes[i][0], sizes[i][1], 3, 1);
        fov__format(name, sizeof(name), "%dx%d", (int)s.width, (int)s.height);
        for (size_t k = 0; k < FOV_COUNT(densities); k++)
            check_overview(&s, name, densities[k], 45.0);
        scene_close(&s);
    }
}

/* The base of a sharpened picture has no smaller levels: its kernels are as wide as they come. */
static void edges__a_barrier_far_away_keeps_its_mean(void **state)
{
    struct scene s;
    struct fov_pixels *full, *px;
    double *want;

    (void)state;
    scene_open(&s, 20000, 40, 3, 1);
    apply(&s, "enhance", "{\"denoise\":1}");
    full = render(&s, 1, 0, 0);
    memcpy(s.pixels, full->data, 20000 * 40 * 3);
    want = reference_overview(&s, 2, 1);
    px = render(&s, 1, 2, 1);
    for (int i = 0; i < 6; i++)
        if (fabs(px->data[i] - want[i]) > 1.0)
            fail_msg("sample %d is %d, not %.2f", i, px->data[i], want[i]);
    free(want);
    fov__pixels_unref(full);
    fov__pixels_unref(px);
    scene_close(&s);
}

/* ---- fills and edges ------------------------------------------------------------------------ */

/* A line between the picture and its fill is one pixel of the view soft, whatever its aspect. */
static void edges__a_turned_frame_stays_sharp_in_a_stretched_view(void **state)
{
    struct scene s;
    struct fov_pixels *px;
    int soft = 0;

    (void)state;
    scene_open(&s, 60, 20, 3, 1);
    memset(s.pixels, 0, 60 * 20 * 3);
    fov_graph_free(s.graph);
    fov_image_unref(s.source);
    assert_int_equal(fov_image_new_pixels(&s.source, s.ctx, s.pixels, 60, 20, 3, 180, NULL),
                     FOV_OK);
    assert_int_equal(fov_graph_new(&s.graph, s.ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(s.graph, s.source, NULL, NULL), FOV_OK);
    /* 60x20 again, of which the middle 20 columns show the picture upright, black on white. */
    apply(&s, "rotate", "{\"degrees\":90,\"expand\":false,\"fill\":\"#ffffff\"}");
    px = render(&s, 1, 600, 20);
    for (int32_t x = 0; x < 600; x++) {
        uint8_t v = fov__pixels_row(px, 10)[3 * x];
        soft += v != 0 && v != 255;
        if (x < 198 || x > 402)
            assert_int_equal(v, 255);
        if (x > 202 && x < 398)
            assert_int_equal(v, 0);
    }
    assert_true(soft <= 4);
    fov__pixels_unref(px);
    scene_close(&s);
}

static void edges__nothing_visible_leaves_no_line_at_the_fill(void **state)
{
    uint8_t px[64 * 64 * 4];
    fov_context *ctx;
    fov_image *image, *out = NULL;
    fov_graph *graph;
    fov_applied applied = FOV_APPLIED_INIT;
    fov_size size = {90, 90};

    (void)state;
    memset(px, 0, sizeof(px)); /* transparent black */
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_image_new_pixels(&image, ctx, px, 64, 64, 4, 256, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&graph, ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    assert_int_equal(
        fov_graph_apply(graph, "rotate", "{\"degrees\":12,\"fill\":\"#ffffff\"}", &applied, NULL),
        FOV_OK);
    assert_int_equal(fov_graph_render(graph, applied.image, &size, NULL, &out, NULL), FOV_OK);
    {
        static uint8_t got[90 * 90 * 4];
        int seen = 0;
        assert_int_equal(fov_image_read(out, (fov_box){0, 0, 90, 90}, 4, got, 360, NULL), FOV_OK);
        for (int i = 0; i < 90 * 90; i++) {
            const uint8_t *p = got + 4 * i;
            seen += p[3] > 0 && p[3] < 255;
            for (int c = 0; c < 3; c++) /* on white it is white */
                assert_true((p[c] * p[3] + 255 * (255 - p[3])) / 255 >= 254);
        }
        assert_true(seen > 50);
    }
    fov_image_unref(out);
    fov_graph_free(graph);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void edges__a_view_of_nothing_but_fill_is_the_fill(void **state)
{
    struct scene s;
    int32_t image;

    (void)state;
    for (int32_t bands = 3; bands <= 4; bands++) {
        struct fov_pixels *px;

        scene_open(&s, 200, 200, bands, 1);
        apply(&s, "rotate", "{\"degrees\":45,\"fill\":\"#123456\"}");
        image = apply(&s, "zoom", "{\"image\":\"img_1\",\"box\":[0,0,30,30]}");
        px = render(&s, image, 333, 111);
        for (int32_t y = 0; y < px->height; y++)
            for (int32_t x = 0; x < px->width; x++)
                assert_memory_equal(fov__pixels_row(px, y) + x * bands, "\x12\x34\x56\xff",
                                    (size_t)bands);
        fov__pixels_unref(px);
        scene_close(&s);
    }
}

/* Odd against even: the centres lie half a pixel apart, and whole pixels stay whole. */
static void edges__a_quarter_turn_in_its_own_frame_moves_whole_pixels(void **state)
{
    static const int32_t sizes[][2] = {{7, 4}, {4, 7}, {5, 9}, {1, 6}, {6, 1}, {8, 8}};

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        for (int turns = -1; turns <= 3; turns += 1) {
            struct scene s;
            struct fov_pixels *px;
            char arguments[96];
            int32_t image, inside = 0;

            scene_open(&s, sizes[i][0], sizes[i][1], 3, 1);
            fov__format(arguments, sizeof(arguments),
                        "{\"degrees\":%d,\"expand\":false,\"fill\":\"#ff00ff\"}", 90 * turns);
            image = apply(&s, "rotate", arguments);
            px = render(&s, image, 0, 0);
            for (int32_t y = 0; y < px->height; y++) {
                for (int32_t x = 0; x < px->width; x++) {
                    fov_point p;
                    int32_t sx, sy;
                    assert_int_equal(fov_graph_to_source(s.graph, image,
                                                         (fov_point){x + .5, y + .5}, NULL, &p,
                                                         NULL),
                                     FOV_OK);
                    sx = (int32_t)floor(p.x);
                    sy = (int32_t)floor(p.y);
                    assert_true(p.x == sx + 0.5 && p.y == sy + 0.5);
                    if (sx < 0 || sy < 0 || sx >= s.width || sy >= s.height) {
                        assert_memory_equal(fov__pixels_row(px, y) + 3 * x, "\xff\x00\xff", 3);
                        continue;
                    }
                    inside++;
                    assert_memory_equal(fov__pixels_row(px, y) + 3 * x,
                                        s.pixels + 3 * (sy * s.width + sx), 3);
                }
            }
            assert_true(inside > 0);
            fov__pixels_unref(px);
            scene_close(&s);
        }
    }
}

static void edges__thin_pictures_turn_and_grow(void **state)
{
    static const int32_t sizes[][2] = {{1, 150}, {150, 1}, {1, 1}};
    static const char *const calls[][2] = {{"rotate", "{\"degrees\":33}"},
                                           {"rotate", "{\"degrees\":90}"},
                                           {"flip", "{\"axis\":\"both\"}"},
                                           {"enhance", "{\"sharpen\":1,\"clahe\":2,\"denoise\":1}"},
                                           {"overview", "{\"max_edge\":16}"}};

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            struct scene s;

            scene_open(&s, sizes[i][0], sizes[i][1], bands, 2);
            for (size_t k = 0; k < FOV_COUNT(calls); k++) {
                int32_t image = apply(&s, calls[k][0], calls[k][1]);
                fov__pixels_unref(render(&s, image, 0, 0));
                fov__pixels_unref(render(&s, image, 3, 200));
                fov__pixels_unref(render(&s, image, 200, 2));
            }
            scene_close(&s);
        }
    }
}

/* Black and white at full contrast: every fixed-point sum at its largest, both paths. */
static void edges__full_contrast_never_wraps(void **state)
{
    (void)state;
    for (int32_t bands = 3; bands <= 4; bands++) {
        static const int32_t views[][2] = {{64, 64}, {177, 191}, {23, 29}};
        struct scene s;

        scene_open(&s, 64, 64, bands, 1);
        for (int32_t i = 0; i < 64 * 64; i++) {
            memset(s.pixels + i * bands, i % 64 < 32 ? 0 : 255, 3);
            if (bands == 4)
                s.pixels[4 * i + 3] = i / 64 < 32 ? 255 : 1;
        }
        fov_graph_free(s.graph);
        fov_image_unref(s.source);
        assert_int_equal(fov_image_new_pixels(&s.source, s.ctx, s.pixels, 64, 64, bands,
                                              (size_t)(64 * bands), NULL),
                         FOV_OK);
        assert_int_equal(fov_graph_new(&s.graph, s.ctx, NULL), FOV_OK);
        assert_int_equal(fov_graph_add_source(s.graph, s.source, NULL, NULL), FOV_OK);
        apply(&s, "rotate", "{\"degrees\":1,\"fill\":\"#000000\"}");
        for (int32_t image = 0; image < 2; image++) {
            for (size_t v = 0; v < FOV_COUNT(views); v++) {
                struct fov_pixels *px = render(&s, image, views[v][0], views[v][1]);
                const uint8_t *row = fov__pixels_row(px, px->height / 4);
                assert_in_range(row[(px->width / 8) * bands], 0, 12);
                assert_in_range(row[(px->width - px->width / 8) * bands], 243, 255);
                fov__pixels_unref(px);
            }
        }
        scene_close(&s);
    }
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* A step may be taken in pieces: what they are must not show. */
static void edges__colour_steps_are_the_same_in_any_pieces(void **state)
{
    struct scene s;
    struct fov_pixels *plain, *stepped, *boxed;
    const struct fov_step *step;

    (void)state;
    scene_open(&s, 900, 700, 3, 1);
    apply(&s, "enhance", "{\"gamma\":1.7,\"contrast\":1.3}");
    apply(&s, "enhance", "{\"gamma\":1.7,\"contrast\":1.3,\"box\":[100,100,300,650]}");
    plain = render(&s, 0, 0, 0);
    stepped = render(&s, 1, 0, 0);
    boxed = render(&s, 2, 0, 0);
    step = &fov__graph_node(s.graph, 1)->steps[0];
    for (int32_t y = 0; y < 700; y++) {
        uint8_t *was = fov__pixels_row(plain, y), row[900 * 3];

        memcpy(row, was, sizeof(row));
        step->op->point(step->args, row, 900, 3);
        assert_memory_equal(row, fov__pixels_row(stepped, y), sizeof(row));
        if (y >= 100 && y < 650)
            memcpy(was + 300, row + 300, 600);
        assert_memory_equal(was, fov__pixels_row(boxed, y), sizeof(row));
    }
    fov__pixels_unref(plain);
    fov__pixels_unref(stepped);
    fov__pixels_unref(boxed);
    scene_close(&s);
}

/* ---- ending early --------------------------------------------------------------------------- */

static void edges__an_operation_ends_at_its_time_limit(void **state)
{
    static const char *const calls[][2] = {{"enhance", "{\"denoise\":3,\"sharpen\":1,\"clahe\":2}"},
                                           {"rotate", "{\"degrees\":20}"}};
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    uint8_t *px = calloc(4000 * 3000, 3);
    fov_context *ctx;
    fov_image *image, *out = NULL;
    fov_graph *graph;
    fov_applied applied = FOV_APPLIED_INIT;
    fov_error err;

    (void)state;
    assert_non_null(px);
    opts.limits.op_ms = 2;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    assert_int_equal(fov_image_new_pixels(&image, ctx, px, 4000, 3000, 3, 12000, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&graph, ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    for (size_t i = 0; i < FOV_COUNT(calls); i++) {
        /* Either may be refused while a default is looked for, or when it is drawn. */
        fov_status rc = fov_graph_apply(graph, calls[i][0], calls[i][1], &applied, &err);
        if (rc >= 0)
            rc = fov_graph_render(graph, applied.image, NULL, NULL, &out, &err);
        assert_int_equal(rc, FOV_E_LIMIT);
        assert_int_equal(err.status, FOV_E_LIMIT);
        if (!strstr(err.message, "op_ms") || !strstr(err.message, "2 ms"))
            fail_msg("%s", err.message);
        assert_null(out);
    }
    fov_graph_free(graph);
    fov_image_unref(image);
    fov_context_free(ctx);
    free(px);
}

static void edges__the_callers_wish_is_no_time_limit(void **state)
{
    struct scene s;
    fov_cancel *cancel;
    fov_image *out = NULL;
    fov_error err;

    (void)state;
    scene_open(&s, 300, 200, 3, 1);
    assert_int_equal(fov_cancel_new(&cancel, s.ctx, NULL), FOV_OK);
    apply(&s, "rotate", "{\"degrees\":20}");
    apply(&s, "enhance", "{\"image\":\"img_1\",\"sharpen\":1}");
    fov_cancel_set(cancel);
    for (int32_t i = 0; i < 3; i++) {
        assert_int_equal(fov_graph_render(s.graph, i, NULL, cancel, &out, &err), FOV_E_CANCELLED);
        assert_int_equal(err.status, FOV_E_CANCELLED);
    }
    fov_cancel_reset(cancel);
    assert_int_equal(fov_graph_render(s.graph, 2, NULL, cancel, &out, &err), FOV_OK);
    assert_int_equal(err.status, FOV_OK);
    fov_image_unref(out);
    fov_cancel_free(cancel);
    scene_close(&s);
}

static void edges__missing_arguments_are_errors(void **state)
{
    struct scene s;
    fov_bytes bytes = {NULL, 0, NULL};
    fov_applied applied = FOV_APPLIED_INIT;
    fov_image *out = NULL;
    fov_point p = {1, 1};
    fov_error err;

    (void)state;
    scene_open(&s, 30, 20, 3, 1);
    assert_int_equal(fov_graph_new(NULL, s.ctx, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_add_source(NULL, s.source, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_add_source(s.graph, NULL, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_apply(NULL, "zoom", "{}", &applied, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_apply(s.graph, NULL, "{}", &applied, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_apply(s.graph, "zoom", NULL, &applied, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_apply(s.graph, "zoom", "{}", NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_describe(NULL, 0, &bytes, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_describe(s.graph, 0, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_fact(NULL, 0, &bytes, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_render(NULL, 0, NULL, NULL, &out, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_render(s.graph, 0, NULL, NULL, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_render(s.graph, 9, NULL, NULL, &out, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_to_source(s.graph, 0, p, NULL, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_to_source(NULL, 0, p, NULL, &p, &err), FOV_E_ARG);
    assert_int_equal(fov_graph_from_source(NULL, 0, 0, p, &p, &err), FOV_E_ARG);
    assert_int_equal(err.status, FOV_E_ARG);
    assert_true(err.message[0] != '\0');
    assert_int_equal(fov_graph_image_count(NULL), 0);
    assert_int_equal(fov_graph_fact_count(NULL), 0);
    assert_int_equal(fov_graph_size(NULL, 0).width, 0);
    assert_null(fov_graph_recipe_sha256(NULL, 0));
    fov_applied_init(NULL);
    fov_graph_free(NULL);
    scene_close(&s);
}

int suite_edges(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges__a_turned_jpeg_shrinks_like_its_upright_pixels),
        cmocka_unit_test(edges__a_picture_far_away_keeps_its_mean),
        cmocka_unit_test(edges__a_barrier_far_away_keeps_its_mean),
        cmocka_unit_test(edges__a_turned_frame_stays_sharp_in_a_stretched_view),
        cmocka_unit_test(edges__nothing_visible_leaves_no_line_at_the_fill),
        cmocka_unit_test(edges__a_view_of_nothing_but_fill_is_the_fill),
        cmocka_unit_test(edges__a_quarter_turn_in_its_own_frame_moves_whole_pixels),
        cmocka_unit_test(edges__thin_pictures_turn_and_grow),
        cmocka_unit_test(edges__full_contrast_never_wraps),
        cmocka_unit_test(edges__colour_steps_are_the_same_in_any_pieces),
        cmocka_unit_test(edges__an_operation_ends_at_its_time_limit),
        cmocka_unit_test(edges__the_callers_wish_is_no_time_limit),
        cmocka_unit_test(edges__missing_arguments_are_errors),
    };

    return cmocka_run_group_tests_name("edges", tests, NULL, NULL);
}
