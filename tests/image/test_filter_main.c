/* SPDX-License-Identifier: MIT */
/* All suites of filters. */
#include "image/filter_support.h"

int main(void)
{
    const int failed = suite_filter_math() + suite_filter_point() + suite_filter_histogram() +
                       suite_filter_near() + suite_filter_threshold() + suite_filter_lab();
    the_context_free();
    return failed != 0;
}
