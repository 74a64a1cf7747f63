/* SPDX-License-Identifier: MIT */
/* The scoring rule against a table of cases. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/base_internal.h"
#include "score/score_rule.h"

static void score__follows_the_relaxed_rule(void **state)
{
    static const struct {
        const char *answer, *gold;
        bool is_right;
    } cases[] = {
        {"5.11", "5.11", true},
        {"5.3", "5.11", true},
        {"5.5", "5.11", false},
        {"1,055", "1055", true},
        {"$1,055 ", "1055", true},
        {"84%", "84", true},
        {"105", "100", true},
        {"105.1", "100", false},
        {"95", "100", true},
        {"94.9", "100", false},
        {"0", "0", true},
        {"0.01", "0", false},
        {"-3", "3", false},
        {"-2.9", "-3", true},
        {".5", "0.5", true},
        {"Yes", "yes", true},
        {"Yes.", "Yes", true},
        {"No", "Yes", false},
        {"United States", "united states", true},
        {"United State", "United States", false},
        {"", "5", false},
        {"", "", false},
        {"five", "5", false},
        {"18-29", "18–29", false},
        {"Côte d'Ivoire", "côte d’ivoire", false},
        {"2019", "2010", true}, /* the published rule has no exception for years */
        {"\xe2\x88\x92"
         "3",
         "-3", true},
    };

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++)
        if (score_is_right(cases[i].answer, cases[i].gold) != cases[i].is_right)
            fail_msg("\"%s\" against \"%s\"", cases[i].answer, cases[i].gold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(score__follows_the_relaxed_rule)};

    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
