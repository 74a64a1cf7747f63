/* SPDX-License-Identifier: MIT */
/* Runs the suites of transcript: all, or those named on the command line. */
#include "scenario.h"

struct entry {
    const char *name;
    int (*run)(void);
};

int main(int argc, char **argv)
{
#define ENTRY(name) {#name, suite_##name},
    static const struct entry entries[] = {SUITES(ENTRY)};
#undef ENTRY
    int failed = 0;
    for (size_t i = 0; i < FOV_COUNT(entries); i++) {
        bool wanted = argc == 1;
        for (int a = 1; a < argc; a++)
            wanted = wanted || strcmp(argv[a], entries[i].name) == 0;
        if (wanted)
            failed += entries[i].run();
    }
    return failed != 0;
}
