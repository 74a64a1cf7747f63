/* SPDX-License-Identifier: MIT */
/* Runs the suites of event streams that need no socket. */
#include "test_support.h"

int main(void)
{
    return test_sse();
}
