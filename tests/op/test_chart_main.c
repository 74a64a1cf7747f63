/* SPDX-License-Identifier: MIT */
/* The suites of the tools that measure. */
#include "op/chart_world.h"

int main(void)
{
    return suite_components() + suite_lines() + suite_calibrate() + suite_read() + suite_measure();
}
