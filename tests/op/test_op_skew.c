/* SPDX-License-Identifier: MIT */
/* rotate with "auto": pages drawn at known angles come out level, a picture without lines is left
 * alone, and what was found is kept in the recipe. */
#include "op/harness.h"

#include <foveate/graph.h>

#include <math.h>
#include <stdio.h>

static double page_degrees; /* clockwise */
enum { PAGE_W = 900, PAGE_H = 700 };

/* What the page shows at a place of its own. */
typedef bool (*page_fn)(double u, double v);
static page_fn page_shows;

/* Rows of words of odd lengths, twelve pixels from row to row, in two columns. */
static bool shows_text(double u, double v)
{
    const int row = (int)floor(v / 14), at = (int)floor(u / 9);
    const unsigned hash = (unsigned)(row * 7919 + at * 104729);
    if (u < 120 || u > 780 || v < 90 || v > 600 || (u > 440 && u < 470))
        return false;
    return v - row * 14 < 6 && u - at * 9 < 6.5 && (hash >> 3) % 5 != 0;
}

/* A ruled table without a word. */
static bool shows_table(double u, double v)
{
    if (u < 150 || u > 750 || v < 100 || v > 580)
        return false;
    return fmod(u - 150, 120) < 1.5 || fmod(v - 100, 40) < 1.5;
}

/* Axes, three bars and a slanting line that is longer than any of them. */
static bool shows_chart(double u, double v)
{
    if (fabs(v - 560) < 1.2 && u > 150 && u < 780)
        return true;
    if (fabs(u - 150) < 1.2 && v > 120 && v < 560)
        return true;
    for (int i = 0; i < 3; i++) {
        if (u > 220 + i * 180 && u < 300 + i * 180 && v > 300 + i * 60 && v < 560)
            return true;
    }
    return fabs(v - (200 + 0.1 * (u - 150))) < 1.2 && u > 150 && u < 780;
}

static void paint_page(uint8_t *pixel, int32_t x, int32_t y)
{
    const double a = page_degrees * 3.14159265358979323846 / 180;
    double ink = 0;
    for (int k = 0; k < 9; k++) { /* 3 x 3 places a pixel */
        const double px = x + (k % 3 + 0.5) / 3 - PAGE_W / 2.0,
                     py = y + (k / 3 + 0.5) / 3 - PAGE_H / 2.0;
        ink += page_shows(px * cos(a) + py * sin(a) + PAGE_W / 2.0,
                          -px * sin(a) + py * cos(a) + PAGE_H / 2.0);
    }
    pixel[0] = pixel[1] = pixel[2] = (uint8_t)(245 - ink * 220 / 9);
}

/* Resolve on a canvas; what was found as the recipe has it. */
static void found(const char *arguments, struct canvas *canvas, double *degrees, fov_op_plan *plan)
{
    struct call call;
    struct fov_json *doc = NULL;
    call_parse(&call, "rotate", arguments, reading_px(canvas->frame.width, canvas->frame.height));
    assert_int_equal(call.status, FOV_OK);
    assert_int_equal(call.def->resolve(call.args, &canvas->io, &call.fault, NULL), FOV_OK);
    memset(plan, 0, sizeof(*plan));
    assert_int_equal(fov__op_plan(call.def, call.args, &canvas->frame, 1, plan, &call.fault),
                     FOV_OK);
    const char *recipe = call_recipe(&call);
    assert_int_equal(fov__json_parse(&doc, the_context(), recipe, strlen(recipe), 8, 4096, NULL),
                     FOV_OK);
    if (!fov__json_number(fov__json_get(fov__json_root(doc), "degrees"), degrees))
        fail_msg("no degrees in %s", recipe);
    fov__json_free(doc);
    call_free(&call);
}

static void op_rotate__auto_levels_pages_of_known_angles(void **state)
{
    static const page_fn pages[] = {shows_text, shows_table, shows_chart};
    static const double angles[] = {0, 0.4, -1.05, 2.35, -3.7, 5.5, -8.25, 11, 14.2, -14.6};
    (void)state;
    for (size_t k = 0; k < FOV_COUNT(pages); k++) {
        for (size_t i = 0; i < FOV_COUNT(angles); i++) {
            struct canvas canvas;
            fov_op_plan plan;
            char words[64], text[32];
            double degrees = 0;
            page_shows = pages[k];
            page_degrees = angles[i];
            canvas_open(&canvas, PAGE_W, PAGE_H, 3, paint_page);
            found("{\"degrees\":\"auto\"}", &canvas, &degrees, &plan);
            if (!(fabs(degrees + angles[i]) <= 0.1 + 1e-9))
                fail_msg("page %zu at %g degrees: turned by %g", k, angles[i], degrees);
            assert_true(fabs(degrees * 20 - rint(degrees * 20)) < 1e-9);
            fov__double_text(text, degrees);
            snprintf(words, sizeof(words), "levelled by degrees=%s", text);
            assert_non_null(
                strstr(plan.note, degrees == 0 ? "its lines are level already" : words));
            canvas_close(&canvas);
        }
    }
}

static void op_rotate__auto_leaves_alone_what_lies_beyond_its_range(void **state)
{
    struct canvas canvas;
    fov_op_plan plan;
    double degrees = 1;
    (void)state;
    page_shows = shows_table;
    page_degrees = 22;
    canvas_open(&canvas, PAGE_W, PAGE_H, 3, paint_page);
    found("{\"degrees\":\"auto\"}", &canvas, &degrees, &plan);
    assert_true(degrees == 0);
    assert_string_equal(plan.note, "not turned: no lines were found within 15 degrees of level; "
                                   "give degrees");
    canvas_close(&canvas);
}

/* Discs of all sizes on one another, and grain: a picture of leaves or of a crowd. */
static void paint_blobs(uint8_t *pixel, int32_t x, int32_t y)
{
    static struct {
        double x, y, r2;
        int level;
    } discs[400];
    int level = 128;
    uint32_t seed = 99;
    for (size_t i = 0; discs[399].r2 == 0 && i < FOV_COUNT(discs); i++) {
        const double r = 8 + next_random(&seed) % 60;
        discs[i].x = next_random(&seed) % 1000;
        discs[i].y = next_random(&seed) % 1000;
        discs[i].r2 = r * r;
        discs[i].level = (int)(next_random(&seed) % 220);
    }
    for (size_t i = 0; i < FOV_COUNT(discs); i++) {
        const double dx = x - discs[i].x, dy = y - discs[i].y;
        level = dx * dx + dy * dy < discs[i].r2 ? discs[i].level : level;
    }
    seed = 1 + (uint32_t)x * 2654435761u + (uint32_t)y * 2246822519u;
    next_random(&seed);
    memset(pixel, level + (int)(next_random(&seed) % 32), 3);
}

static void paint_flat(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)x;
    (void)y;
    memset(pixel, 90, 3);
}

static void paint_clear(uint8_t *pixel, int32_t x, int32_t y)
{
    pixel[0] = pixel[1] = pixel[2] = (uint8_t)(x * 7 + y * 13); /* under no alpha: not there */
    pixel[3] = 0;
}

static void op_rotate__auto_leaves_alone_what_has_no_lines(void **state)
{
    static const struct {
        int32_t w, h, bands;
        void (*paint)(uint8_t *, int32_t, int32_t);
    } pictures[] = {{700, 500, 3, paint_blobs}, {300, 900, 3, paint_blobs},
                    {500, 400, 3, paint_flat},  {400, 300, 4, paint_clear},
                    {1, 1, 3, paint_flat},      {1, 4000, 3, paint_blobs}};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(pictures); i++) {
        struct canvas canvas;
        fov_op_plan plan;
        double degrees = 1;
        canvas_open(&canvas, pictures[i].w, pictures[i].h, pictures[i].bands, pictures[i].paint);
        found("{\"degrees\":\"auto\"}", &canvas, &degrees, &plan);
        if (degrees != 0 || strstr(plan.note, "not turned") == NULL)
            fail_msg("picture %zu: %g, %s", i, degrees, plan.note);
        assert_int_equal(plan.output[0].width, pictures[i].w);
        assert_false(plan.output[0].is_clipped);
        canvas_close(&canvas);
    }
}

/* A replay looks at nothing and says the same. */
static void op_rotate__auto_is_found_once(void **state)
{
    struct canvas canvas;
    struct call call, again;
    struct op_reading reading = reading_px(PAGE_W, PAGE_H);
    fov_op_plan plan, replayed;
    char recipe[256];
    (void)state;
    page_shows = shows_table;
    page_degrees = 4;
    canvas_open(&canvas, PAGE_W, PAGE_H, 3, paint_page);
    call_parse(&call, "rotate", "{\"degrees\":\"auto\",\"expand\":false}", reading);
    assert_int_equal(call.def->resolve(call.args, &canvas.io, &call.fault, NULL), FOV_OK);
    snprintf(recipe, sizeof(recipe), "%s", call_recipe(&call));
    assert_string_equal(recipe,
                        "{\"degrees\":-4,\"expand\":false,\"fill\":\"#f5f5f5\",\"found\":1}");
    const int renders = canvas.renders;
    reading.allow_hidden = true;
    call_parse(&again, "rotate", recipe, reading);
    assert_int_equal(again.status, FOV_OK);
    assert_int_equal(again.def->resolve(again.args, &canvas.io, &again.fault, NULL), FOV_OK);
    assert_int_equal(canvas.renders, renders);
    memset(&plan, 0, sizeof(plan));
    memset(&replayed, 0, sizeof(replayed));
    assert_int_equal(fov__op_plan(call.def, call.args, &canvas.frame, 1, &plan, &call.fault),
                     FOV_OK);
    assert_int_equal(fov__op_plan(call.def, again.args, &canvas.frame, 1, &replayed, &call.fault),
                     FOV_OK);
    assert_memory_equal(&plan, &replayed, sizeof(plan));
    call_free(&call);
    call_free(&again);
    canvas_close(&canvas);
}

/* Real charts and scans, as they are and turned by the library itself. */
static double found_in(const char *name, double turn)
{
    char path[512], arguments[64];
    fov_image *image = NULL;
    fov_graph *graph = NULL;
    fov_error err = {0};
    fov_applied applied = FOV_APPLIED_INIT;
    double degrees = 0;
    const char *at;
    snprintf(path, sizeof(path), "%s/%s", FOV_TESTDATA, name);
    if (fov_image_open(&image, the_context(), path, NULL, &err) < 0)
        fail_msg("%s: %s", path, err.message);
    assert_int_equal(fov_graph_new(&graph, the_context(), NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    if (turn != 0) {
        snprintf(arguments, sizeof(arguments), "{\"degrees\":%g}", turn);
        assert_int_equal(fov_graph_apply(graph, "rotate", arguments, &applied, NULL), FOV_OK);
    }
    snprintf(arguments, sizeof(arguments), "{\"image\":\"img_%d\",\"degrees\":\"auto\"}",
             turn != 0 ? 1 : 0);
    if (fov_graph_apply(graph, "rotate", arguments, &applied, &err) < 0)
        fail_msg("%s: %s", name, err.message);
    at = strstr(applied.note, "degrees=");
    if (at != NULL)
        assert_true(fov__text_double(at + 8, strcspn(at + 8, ";"), &degrees));
    else if (strstr(applied.note, "level already") == NULL)
        fail_msg("%s at %g: %s", name, turn, applied.note);
    fov_graph_free(graph);
    fov_image_unref(image);
    return degrees;
}

static void op_rotate__auto_levels_real_charts_and_scans(void **state)
{
    static const struct {
        const char *name;
        double skew;
    } pictures[] = {
        {"charts/turn3-inventory.jpg", -3},    {"charts/turn7-bridges.png", 7},
        {"charts/slant-cities.png", 0},        {"charts/bar-banks.png", 0},
        {"charts/line-museum.png", 0},         {"charts/table-rail.png", 0},
        {"scan/phototest-rotated-180.png", 0},
    };
    static const double turns[] = {0, -6.35, 2.2, 7.7};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(pictures); i++) {
        for (size_t k = 0; k < FOV_COUNT(turns); k++) {
            const double skew = pictures[i].skew + turns[k];
            if (fabs(skew) > 14)
                continue;
            const double degrees = found_in(pictures[i].name, turns[k]);
            if (!(fabs(degrees + skew) <= 0.1 + 1e-9))
                fail_msg("%s turned by %g: levelled by %g", pictures[i].name, turns[k], degrees);
        }
    }
}

int suite_op_skew(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_rotate__auto_levels_pages_of_known_angles),
        cmocka_unit_test(op_rotate__auto_leaves_alone_what_lies_beyond_its_range),
        cmocka_unit_test(op_rotate__auto_leaves_alone_what_has_no_lines),
        cmocka_unit_test(op_rotate__auto_is_found_once),
        cmocka_unit_test(op_rotate__auto_levels_real_charts_and_scans),
    };
    return cmocka_run_group_tests_name("op_skew", tests, NULL, NULL);
}
