/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void clock__runs_forward(void **state)
{
    const struct timespec pause = {0, 20000000};
    (void)state;
    const uint64_t before = fov__clock_ms();
    nanosleep(&pause, NULL);
    const uint64_t passed = fov__clock_ms() - before;
    assert_in_range(passed, 19, 60000);
}

static void clock__writes_utc_as_rfc_3339(void **state)
{
    char text[32];
    int year, month, day, hour, minute, second, end = 0;
    (void)state;
    fov__clock_utc(text);
    assert_int_equal(strlen(text), 20);
    assert_int_equal(sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &year, &month, &day, &hour, &minute,
                            &second, &end),
                     6);
    assert_int_equal(end, 20);
    /* Against the seconds since 1970, by days from the civil calendar. */
    const int y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
    const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const long days = era * 146097L + of_era * 365L + of_era / 4 - of_era / 100 + of_year - 719468;
    const long long told = ((days * 24LL + hour) * 60 + minute) * 60 + second;
    assert_in_range(time(NULL) - told, 0, 60);
}

static void clock__env_takes_empty_for_unset(void **state)
{
    (void)state;
    setenv("FOV_TEST_VARIABLE", "value", 1);
    assert_string_equal(fov__env("FOV_TEST_VARIABLE"), "value");
    setenv("FOV_TEST_VARIABLE", "", 1);
    assert_null(fov__env("FOV_TEST_VARIABLE"));
    unsetenv("FOV_TEST_VARIABLE");
    assert_null(fov__env("FOV_TEST_VARIABLE"));
}

static void clock__wipes(void **state)
{
    char key[] = "sk-secret";
    static const char zero[sizeof(key)];
    (void)state;
    fov__wipe(key, sizeof(key));
    assert_memory_equal(key, zero, sizeof(key));
    fov__wipe(NULL, 0);
}

int suite_clock(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock__runs_forward),
        cmocka_unit_test(clock__writes_utc_as_rfc_3339),
        cmocka_unit_test(clock__env_takes_empty_for_unset),
        cmocka_unit_test(clock__wipes),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
