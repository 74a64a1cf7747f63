/* SPDX-License-Identifier: MIT */
/* Runs the suites of base: all, or those named on the command line. */
#include "suites.h"

#include <stdio.h>

int suite_context_make(void **state)
{
    fov_context *ctx = NULL;
    const int rc = fov_context_new(&ctx, NULL, NULL);
    *state = ctx;
    return rc;
}

int suite_context_drop(void **state)
{
    fov_context *ctx = *state;
    const uint64_t left = atomic_load(&ctx->live_bytes);
    fov_context_free(ctx);
    if (left != 0)
        print_error("%llu bytes were not freed\n", (unsigned long long)left);
    return left != 0;
}

uint64_t suite_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

struct entry {
    const char *name;
    int (*run)(void);
};

int main(int argc, char **argv)
{
#define ENTRY(name) {#name, suite_##name},
    static const struct entry suites[] = {SUITES(ENTRY)};
    int failed = 0, ran = 0;
    for (size_t i = 0; i < FOV_COUNT(suites); i++) {
        bool wanted = argc < 2;
        for (int j = 1; j < argc; j++)
            wanted = wanted || strcmp(argv[j], suites[i].name) == 0;
        if (wanted) {
            failed += suites[i].run() != 0;
            ran++;
        }
    }
    if (ran == 0 || (argc > 1 && ran < argc - 1)) {
        fprintf(stderr, "there is no suite of that name\n");
        return 1;
    }
    return failed != 0;
}
