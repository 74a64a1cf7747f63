/* SPDX-License-Identifier: MIT */
/* Logarithms against the C library's, days against a calendar that is walked. */
#include "suites.h"

#include <math.h>
#include <stdio.h>

static void decimal__logarithms_are_those_of_the_c_library(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        const double x = ldexp(1 + (double)(suite_random(&seed) >> 12) / 4503599627370496.0,
                               (int)(suite_random(&seed) % 600) - 300);
        const double want = log10(x), got = fov__log10(x);
        assert_true(fabs(got - want) <= 1e-15 * (1 + fabs(want)));
    }
}

static void decimal__powers_of_ten_are_exact_both_ways(void **state)
{
    double ten = 1;
    (void)state;
    for (int k = 0; k <= 22; k++, ten *= 10) {
        assert_true(fov__log10(ten) == k);
        assert_true(fov__pow10(k) == ten);
        assert_true(fov__log10(1 / ten) == -k);
        assert_true(fov__pow10(-k) == 1 / ten);
    }
    assert_true(fabs(fov__log10(5e-324) - log10(5e-324)) < 1e-12);
    assert_true(fov__pow10(-1e6) == 0 && fov__pow10(1e6) == 1e300);
    assert_true(fov__pow10(NAN) == 0); /* no number is nothing */
}

static void decimal__powers_undo_logarithms(void **state)
{
    uint64_t seed = 8;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        const double y = (double)(suite_random(&seed) % 600000) / 1000 - 300;
        assert_true(fabs(fov__pow10(y) / pow(10, y) - 1) < 1e-13);
    }
}

static void decimal__cuts_to_significant_digits(void **state)
{
    (void)state;
    assert_true(fov__round_digits(1234567, 3) == 1230000);
    assert_true(fov__round_digits(-0.00098765, 2) == -0.00099);
    assert_true(fov__round_digits(2, 14) == 2);
    assert_true(fov__round_digits(0, 5) == 0 && !signbit(fov__round_digits(-0.0, 5)));
    assert_true(isinf(fov__round_digits(INFINITY, 5)));
}

/* All days of all years, one after the other. */
static void decimal__days_follow_each_other(void **state)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    double expected = -719162;
    (void)state;
    for (int year = 1; year <= 9999; year++) {
        const bool is_leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
        for (int month = 1; month <= 12; month++) {
            const int length = lengths[month - 1] + (month == 2 && is_leap);
            char text[40], back[16];
            double days = 0;
            for (int day = 1; day <= length; day += day == 1 ? length - 1 : 1) {
                snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
                assert_true(fov__date_days(text, &days));
                assert_true(days == expected + day - 1);
                assert_true(fov__date_text(back, days + 0.75));
                assert_string_equal(back, text);
            }
            snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, length + 1);
            assert_false(fov__date_days(text, &days));
            expected += length;
        }
    }
}

static void decimal__a_year_or_month_is_its_first_day(void **state)
{
    static const char *const wrong[] = {
        "",           "21",   "2021-",      "2021-13", "2021-00",     "2021-1", "2021-02-29",
        "2021/02/01", "0000", "2021-02-1x", "-021",    "2021-03-01T", "20 1",   "a021"};
    double days = 1;
    char text[16];
    (void)state;
    assert_true(fov__date_days("1970", &days) && days == 0);
    assert_true(fov__date_days("2021-03", &days) && days == 18687);
    assert_true(fov__date_days("2024-02-29", &days) && days == 19782);
    for (size_t i = 0; i < FOV_COUNT(wrong); i++)
        assert_false(fov__date_days(wrong[i], &days));
    assert_false(fov__date_text(text, 2932897));
    assert_false(fov__date_text(text, -719163));
    assert_string_equal(text, "");
    assert_false(fov__date_text(text, NAN));
}

int suite_decimal(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal__logarithms_are_those_of_the_c_library),
        cmocka_unit_test(decimal__powers_of_ten_are_exact_both_ways),
        cmocka_unit_test(decimal__powers_undo_logarithms),
        cmocka_unit_test(decimal__cuts_to_significant_digits),
        cmocka_unit_test(decimal__days_follow_each_other),
        cmocka_unit_test(decimal__a_year_or_month_is_its_first_day),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
