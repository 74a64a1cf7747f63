/* SPDX-License-Identifier: MIT */
/* The stand-ins for libm, against libm. */
#include "image/filter_support.h"

#include <math.h>

static void filter_math__pow_agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int i = 0; i <= 255; i++) {
        for (double p = 0.1; p <= 10; p += 0.37) {
            const double x = i / 255.0;
            assert_true(fabs(fov__pow_unit(x, p) - pow(x, p)) < 1e-13);
        }
    }
    assert_true(fov__pow_unit(0, 0.1) == 0 && fov__pow_unit(1, 7) == 1);
}

static void filter_math__roots_are_right_to_the_last_bits(void **state)
{
    uint32_t seed = 1;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        const double x =
            ldexp(1 + next_random(&seed) / 16777216.0, (int)(next_random(&seed) % 120) - 60);
        assert_true(fabs(fov__sqrt(x) / sqrt(x) - 1) < 4e-16);
        assert_true(fabs(fov__cbrt(x) / cbrt(x) - 1) < 8e-16);
    }
    assert_true(fov__sqrt(0) == 0 && fov__sqrt(-1) == 0 && fov__cbrt(0) == 0);
    assert_true(fov__sqrt(4) == 2 && fabs(fov__cbrt(27) - 3) < 1e-15);
}

static void filter_math__exp_falls_to_nothing(void **state)
{
    (void)state;
    for (double y = 0; y > -300; y -= 0.0371)
        assert_true(fabs(fov__exp_down(y) / exp(y) - 1) < 1e-13);
    assert_true(fov__exp_down(0) == 1 && fov__exp_down(-1e6) == 0);
}

static void filter_math__angles_go_round(void **state)
{
    static const double axes[][3] = {{0, 0, 0},    {0, 1, 0},    {1, 1, 45},   {1, 0, 90},
                                     {1, -1, 135}, {0, -1, 180}, {-1, 0, 270}, {-1, 1, 315}};
    uint32_t seed = 2;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(axes); i++)
        assert_true(fabs(fov__atan2_deg(axes[i][0], axes[i][1]) - axes[i][2]) < 1e-13);
    for (int i = 0; i < 100000; i++) {
        const double y = (double)next_random(&seed) - 8388608,
                     x = (double)next_random(&seed) - 8388608;
        double angle = atan2(y, x) * 57.295779513082320876798;
        angle = angle < 0 ? angle + 360 : angle;
        assert_true(fabs(fov__atan2_deg(y, x) - angle) < 1e-12);
    }
    assert_true(fov__atan2_deg(-1e-20, 1) >= 0 && fov__atan2_deg(-1e-20, 1) < 360);
}

int suite_filter_math(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_math__pow_agrees_with_the_c_library),
        cmocka_unit_test(filter_math__roots_are_right_to_the_last_bits),
        cmocka_unit_test(filter_math__exp_falls_to_nothing),
        cmocka_unit_test(filter_math__angles_go_round),
    };
    return cmocka_run_group_tests_name("filter_math", tests, NULL, NULL);
}
