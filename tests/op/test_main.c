/* SPDX-License-Identifier: MIT */
/* All suites of op; an argument runs the one of that name. */
#include "op/harness.h"

int main(int argc, char **argv)
{
    int failed = 0;
    const char *only = argc > 1 ? argv[1] : NULL;
#define RUN(name)                                 \
    if (only == NULL || strcmp(only, #name) == 0) \
        failed += suite_##name();
    SUITES(RUN)
#undef RUN
    fov_context_free(the_context());
    return failed != 0;
}
