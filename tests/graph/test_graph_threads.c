/* SPDX-License-Identifier: MIT */
/* Many threads on one graph: every call gets a number, equal calls one number, pixels are right. */
#include "graph_support.h"

enum { THREADS = 8, CALLS = 24 };

struct worker {
    struct scene *scene;
    int32_t image[CALLS];
    uint64_t hash[CALLS];
    int failed;
};

static void call_of(int i, char *out, size_t size)
{
    fov__format(out, size, "{\"box\":[%d,%d,%d,%d]}", i, 2 * i, i + 40, 2 * i + 30);
}

static void *work(void *user)
{
    struct worker *w = user;

    for (int i = 0; i < CALLS; i++) {
        fov_applied applied = FOV_APPLIED_INIT;
        const fov_size size = {80, 60};
        fov_image *out = NULL;
        uint8_t px[80 * 60 * 3];
        char call[96];

        call_of(i, call, sizeof(call));
        if (fov_graph_apply(w->scene->graph, i % 3 ? "zoom" : "crop", call, &applied, NULL) < 0 ||
            fov_graph_render(w->scene->graph, applied.image, &size, NULL, &out, NULL) < 0 ||
            fov_image_read(out, (fov_box){0, 0, 80, 60}, 3, px, 240, NULL) < 0) {
            w->failed = 1;
        } else {
            w->image[i] = applied.image;
            w->hash[i] = fov__xxh3(px, sizeof(px));
        }
        fov_image_unref(out);
    }
    return NULL;
}

static void graph__equal_calls_from_many_threads_are_one_image(void **state)
{
    struct scene s;
    struct worker worker[THREADS] = {{0}};
    pthread_t thread[THREADS];

    (void)state;
    scene_open(&s, 200, 150, 3, 2);
    for (int t = 0; t < THREADS; t++) {
        worker[t].scene = &s;
        assert_int_equal(pthread_create(&thread[t], NULL, work, &worker[t]), 0);
    }
    for (int t = 0; t < THREADS; t++)
        pthread_join(thread[t], NULL);
    assert_int_equal(fov_graph_image_count(s.graph), CALLS + 1);
    for (int t = 0; t < THREADS; t++) {
        assert_int_equal(worker[t].failed, 0);
        for (int i = 0; i < CALLS; i++) {
            assert_int_equal(worker[t].image[i], worker[0].image[i]);
            assert_true(worker[t].hash[i] == worker[0].hash[i]);
        }
    }
    scene_close(&s);
}

/* A barrier is computed once, whoever asks first. */
static void *enhance(void *user)
{
    struct worker *w = user;
    struct fov_pixels *px = render(w->scene, 1, 100, 75);

    w->hash[0] = fov__xxh3(px->data, px->stride * (size_t)px->height);
    fov__pixels_unref(px);
    return NULL;
}

static void graph__a_barrier_is_shared_between_threads(void **state)
{
    struct scene s;
    struct worker worker[THREADS] = {{0}};
    pthread_t thread[THREADS];
    struct fov_cache_stats stats;

    (void)state;
    scene_open(&s, 200, 150, 3, 1);
    apply(&s, "enhance", "{\"sharpen\":1}");
    for (int t = 0; t < THREADS; t++) {
        worker[t].scene = &s;
        assert_int_equal(pthread_create(&thread[t], NULL, enhance, &worker[t]), 0);
    }
    for (int t = 0; t < THREADS; t++)
        pthread_join(thread[t], NULL);
    for (int t = 1; t < THREADS; t++)
        assert_true(worker[t].hash[0] == worker[0].hash[0]);
    fov__cache_get_stats(s.ctx, &stats);
    assert_true(stats.hits >= THREADS - 1);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graph__equal_calls_from_many_threads_are_one_image),
        cmocka_unit_test(graph__a_barrier_is_shared_between_threads),
    };

    return cmocka_run_group_tests_name("graph threads", tests, NULL, NULL);
}
