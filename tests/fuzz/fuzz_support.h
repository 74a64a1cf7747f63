/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. A target asserts laws of the library with fuzz_require(); a law that
 * does not hold aborts, which libFuzzer and replay_main.c both report with the input. */
#ifndef FOV_TESTS_FUZZ_SUPPORT_H
#define FOV_TESTS_FUZZ_SUPPORT_H

#include "base/base_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every target gives the inputs that its tables know, to begin from; none is fine where files in
 * testdata do. `emit` copies. */
typedef void (*fuzz_emit)(const void *data, size_t size, void *user);
void fuzz_seeds(fuzz_emit emit, void *user);

/* Abort with the sentence when the law does not hold. */
void fuzz_require(bool holds, const char *law);
/* What holds of every status and its error: they agree, and an error says why in one line of UTF-8.
 * A success may have left `err` as it was. */
void fuzz_require_error(fov_status rc, const fov_error *err);

/* A context with limits that keep one input far below the time limit; no module is ever loaded. */
fov_context *fuzz_context(void);

/* A folder in memory where there is one, removed when the program ends. Of one process. */
const char *fuzz_folder(void);
/* "folder/name" of fuzz_folder(), in a buffer that lives until the 4th call after. */
const char *fuzz_path(const char *name);
void fuzz_save(const char *path, const void *data, size_t size);
/* Remove everything below `path`, and `path` itself. */
void fuzz_remove(const char *path);

/* "name" and "arguments" of every example and alias of the table of operations. */
void fuzz_each_call(void (*fn)(size_t op, const char *name, const char *arguments, void *user),
                    void *user);

#endif
