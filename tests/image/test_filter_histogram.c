/* SPDX-License-Identifier: MIT */
/* Counts and what is read off them. The numbers of OpenCV were made once by opencv-python 5.0.0
 * (equalizeHist, threshold with THRESH_OTSU) from filter_pattern(). */
#include "image/filter_support.h"

#include <math.h>

static void filter_histogram__counts_every_pixel(void **state)
{
    static struct scene s;
    (void)state;
    for (size_t i = 0; scene_sizes[i][0] > 0; i++) {
        for (int32_t bands = 1; bands <= 4; bands += bands == 1 ? 2 : 1) {
            const struct fov__filter filter = {the_context(), NULL, "test"};
            uint32_t slow[256] = {0}, slow_last[256] = {0}, levels[256];
            scene_make(&s, scene_sizes[i][0], scene_sizes[i][1], bands, (uint32_t)i);
            for (int32_t k = 0; k < s.w * s.h; k++) {
                slow[luma_at(&s, k % s.w, k / s.w)]++;
                slow_last[at(&s, k % s.w, k / s.w, bands - 1)]++;
            }
            const struct fov__view view = scene_before(&s);
            assert_int_equal(fov__histogram_luma(&filter, &view, levels, NULL), FOV_OK);
            assert_memory_equal(levels, slow, sizeof(levels));
            fov__histogram_channel(&view, bands - 1, levels);
            assert_memory_equal(levels, slow_last, sizeof(levels));
        }
    }
}

static void filter_histogram__tails_leave_out_their_share(void **state)
{
    uint32_t levels[256] = {0};
    int32_t black, white;
    (void)state;
    levels[10] = 5;
    levels[20] = 985;
    levels[30] = 10;
    fov__histogram_tails(levels, 50, &black, &white); /* 5 of 1000 */
    assert_int_equal(black, 20);
    assert_int_equal(white, 30);
    fov__histogram_tails(levels, 49, &black, &white);
    assert_int_equal(black, 10);
    fov__histogram_tails(levels, 0, &black, &white);
    assert_true(black == 10 && white == 30);
}

/* The levels that occur, in order. */
static const uint8_t cv_equalized[] = {
    0,   0,   1,   3,   4,   6,   7,   9,   10,  11,  11,  12,  12,  13,  13,  14,  14,  15,
    15,  16,  17,  17,  18,  19,  19,  20,  21,  22,  22,  22,  23,  24,  24,  24,  25,  26,
    26,  27,  28,  28,  29,  30,  31,  32,  32,  33,  34,  35,  36,  36,  37,  37,  38,  38,
    39,  40,  41,  42,  44,  45,  47,  48,  49,  49,  51,  52,  52,  54,  56,  57,  60,  61,
    62,  62,  63,  65,  66,  68,  70,  72,  74,  76,  79,  80,  80,  81,  82,  83,  84,  85,
    87,  88,  90,  93,  95,  96,  98,  100, 103, 106, 108, 109, 110, 112, 115, 115, 117, 120,
    120, 121, 123, 126, 128, 130, 130, 134, 137, 139, 142, 145, 148, 150, 153, 154, 155, 157,
    160, 161, 164, 166, 167, 167, 169, 172, 174, 176, 178, 180, 183, 184, 187, 190, 192, 193,
    197, 198, 199, 201, 204, 206, 208, 209, 210, 211, 213, 214, 215, 217, 220, 220, 221, 222,
    224, 225, 226, 228, 229, 230, 232, 234, 235, 236, 237, 238, 240, 240, 242, 243, 244, 245,
    247, 248, 249, 250, 251, 251, 252, 253, 253, 254, 255};

static void pattern_levels(uint32_t levels[256])
{
    memset(levels, 0, 256 * sizeof(*levels));
    for (int32_t k = 0; k < 37 * 21; k++)
        levels[filter_pattern(k % 37, k / 37)]++;
}

static void filter_histogram__equalizes_as_opencv(void **state)
{
    uint32_t levels[256];
    uint8_t map[256];
    size_t next = 0;
    (void)state;
    pattern_levels(levels);
    fov__histogram_equalize(levels, map);
    for (int v = 0; v < 256; v++) {
        if (levels[v] > 0)
            assert_int_equal(map[v], cv_equalized[next++]);
    }
    assert_int_equal(next, sizeof(cv_equalized));
    for (int v = 1; v < 256; v++)
        assert_true(map[v] >= map[v - 1]);
}

static void filter_histogram__equalize_of_one_level_changes_nothing(void **state)
{
    uint32_t levels[256] = {0};
    uint8_t map[256];
    (void)state;
    for (int pass = 0; pass < 2; pass++) {
        fov__histogram_equalize(levels, map);
        for (int v = 0; v < 256; v++)
            assert_int_equal(map[v], v);
        levels[77] = 1000;
    }
}

static long double slow_variance(const uint32_t levels[256], int32_t t)
{
    long double n[2] = {0, 0}, sum[2] = {0, 0};
    for (int32_t v = 0; v < 256; v++) {
        n[v > t] += levels[v];
        sum[v > t] += (long double)levels[v] * v;
    }
    if (n[0] == 0 || n[1] == 0)
        return 0;
    const long double apart = sum[0] / n[0] - sum[1] / n[1];
    return n[0] * n[1] * apart * apart;
}

static void filter_histogram__otsu_is_opencvs_and_the_largest_variance(void **state)
{
    uint32_t levels[256], seed = 3;
    (void)state;
    pattern_levels(levels);
    assert_int_equal(fov__histogram_otsu(levels), 122);
    memset(levels, 0, sizeof(levels));
    levels[60] = 1299;
    levels[61] = 1;
    levels[180] = 300;
    assert_int_equal(fov__histogram_otsu(levels), 61); /* the lowest of 61 to 179 */
    for (int i = 0; i < 300; i++) {
        long double most = 0;
        for (int v = 0; v < 256; v++) /* up to 2^27 pixels in all */
            levels[v] = next_random(&seed) >> (next_random(&seed) % 24 + 1) >> (i % 4 * 6);
        const int32_t t = fov__histogram_otsu(levels);
        for (int32_t v = 0; v < 256; v++)
            most = slow_variance(levels, v) > most ? slow_variance(levels, v) : most;
        assert_true(slow_variance(levels, t) >= most * (1 - 1e-15L));
    }
}

static void filter_histogram__otsu_holds_the_largest_picture(void **state)
{
    uint32_t levels[256] = {0};
    (void)state;
    levels[0] = 100000000; /* the limit is 2e8 pixels */
    levels[255] = 100000000;
    assert_int_equal(fov__histogram_otsu(levels), 0);
    levels[1] = 1;
    levels[254] = 1;
    assert_int_equal(fov__histogram_otsu(levels), 1);
    memset(levels, 0, sizeof(levels));
    assert_int_equal(fov__histogram_otsu(levels), 0);
    levels[9] = 5;
    assert_int_equal(fov__histogram_otsu(levels), 0);
}

int suite_filter_histogram(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_histogram__counts_every_pixel),
        cmocka_unit_test(filter_histogram__tails_leave_out_their_share),
        cmocka_unit_test(filter_histogram__equalizes_as_opencv),
        cmocka_unit_test(filter_histogram__equalize_of_one_level_changes_nothing),
        cmocka_unit_test(filter_histogram__otsu_is_opencvs_and_the_largest_variance),
        cmocka_unit_test(filter_histogram__otsu_holds_the_largest_picture),
    };
    return cmocka_run_group_tests_name("filter_histogram", tests, NULL, NULL);
}
