/* SPDX-License-Identifier: MIT */
/* A point maps back to the source through any chain, and forth again. */
#include "graph_support.h"

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static double between(uint32_t *seed, double lo, double hi)
{
    return lo + (hi - lo) * (next(seed) % 65536) / 65535.0;
}

static void random_call(struct scene *s, uint32_t *seed, int32_t image, char *out, size_t size,
                        const char **op)
{
    fov_size have = fov_graph_size(s->graph, image);
    double w = have.width, h = have.height, x = between(seed, 0, w * 0.5),
           y = between(seed, 0, h * 0.5);

    switch (next(seed) % 5) {
    case 0:
        *op = "zoom";
        fov__format(out, size, "{\"image\":\"img_%d\",\"box\":[%d,%d,%d,%d]}", (int)image, (int)x,
                    (int)y, (int)(x + w * 0.4 + 2), (int)(y + h * 0.4 + 2));
        break;
    case 1:
        *op = "rotate";
        fov__format(out, size, "{\"image\":\"img_%d\",\"degrees\":%d}", (int)image,
                    (int)between(seed, -180, 180));
        break;
    case 2:
        *op = "flip";
        fov__format(out, size, "{\"image\":\"img_%d\",\"axis\":\"%s\"}", (int)image,
                    next(seed) % 2 ? "horizontal" : "vertical");
        break;
    case 3:
        *op = "rotate";
        fov__format(out, size, "{\"image\":\"img_%d\",\"degrees\":%d,\"expand\":false}", (int)image,
                    (int)between(seed, -45, 45));
        break;
    default:
        *op = "enhance";
        fov__format(out, size, "{\"image\":\"img_%d\",\"contrast\":%s}", (int)image,
                    next(seed) % 2 ? "1.5" : "0.7");
    }
}

static void mapping__round_trips_through_random_chains(void **state)
{
    uint32_t seed = 7;

    (void)state;
    for (int chain = 0; chain < 60; chain++) {
        struct scene s;
        int32_t image = 0;

        scene_open(&s, 640, 480, 3, 1);
        for (int k = 0; k < 7 && fov_graph_size(s.graph, image).width > 8 &&
                        fov_graph_size(s.graph, image).height > 8;
             k++) {
            char call[160];
            const char *op;
            random_call(&s, &seed, image, call, sizeof(call), &op);
            image = apply(&s, op, call);
        }
        for (int i = 0; i < 20; i++) {
            fov_size size = fov_graph_size(s.graph, image);
            fov_point p = {between(&seed, 0, size.width), between(&seed, 0, size.height)}, q, back;
            int32_t source = -1;

            assert_int_equal(fov_graph_to_source(s.graph, image, p, &source, &q, NULL), FOV_OK);
            assert_int_equal(source, 0);
            assert_int_equal(fov_graph_from_source(s.graph, image, 0, q, &back, NULL), FOV_OK);
            assert_true(fabs(back.x - p.x) <= 1e-6 && fabs(back.y - p.y) <= 1e-6);
        }
        scene_close(&s);
    }
}

/* The corners of a turned picture, by hand: 90 degrees clockwise takes the top-left corner to the
 * top right. */
static void mapping__turns_clockwise_as_seen(void **state)
{
    struct scene s;
    fov_point q;
    int32_t turned;

    (void)state;
    scene_open(&s, 200, 100, 3, 1);
    turned = apply(&s, "rotate", "{\"degrees\":90}");
    assert_int_equal(fov_graph_size(s.graph, turned).width, 100);
    assert_int_equal(fov_graph_size(s.graph, turned).height, 200);
    assert_int_equal(fov_graph_from_source(s.graph, turned, 0, (fov_point){0, 0}, &q, NULL),
                     FOV_OK);
    assert_true(q.x == 100.0 && q.y == 0.0);
    assert_int_equal(fov_graph_from_source(s.graph, turned, 0, (fov_point){200, 0}, &q, NULL),
                     FOV_OK);
    assert_true(q.x == 100.0 && q.y == 200.0);
    scene_close(&s);
}

static void mapping__a_zoom_of_a_zoom_adds_its_corners(void **state)
{
    struct scene s;
    fov_point q;
    int32_t z;

    (void)state;
    scene_open(&s, 200, 100, 3, 1);
    z = apply(&s, "zoom", "{\"box\":[50,20,150,80]}");
    z = apply(&s, "zoom", "{\"image\":\"img_1\",\"box\":[10,5,30,25]}");
    assert_int_equal(fov_graph_to_source(s.graph, z, (fov_point){0.5, 0.25}, NULL, &q, NULL),
                     FOV_OK);
    assert_true(q.x == 60.5 && q.y == 25.25);
    scene_close(&s);
}

static void mapping__refuses_what_is_not_there(void **state)
{
    struct scene s;
    fov_point q;

    (void)state;
    scene_open(&s, 20, 10, 3, 1);
    assert_int_equal(fov_graph_to_source(s.graph, 5, (fov_point){0, 0}, NULL, &q, NULL), FOV_E_ARG);
    assert_int_equal(fov_graph_from_source(s.graph, 0, 3, (fov_point){0, 0}, &q, NULL), FOV_E_ARG);
    scene_close(&s);
}

int suite_mapping(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mapping__round_trips_through_random_chains),
        cmocka_unit_test(mapping__turns_clockwise_as_seen),
        cmocka_unit_test(mapping__a_zoom_of_a_zoom_adds_its_corners),
        cmocka_unit_test(mapping__refuses_what_is_not_there),
    };

    return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
