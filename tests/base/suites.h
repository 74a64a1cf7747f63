/* SPDX-License-Identifier: MIT */
/* What all suites of base share: cmocka, a context for one test, and the list of suites. */
#ifndef FOV_TESTS_BASE_SUITES_H
#define FOV_TESTS_BASE_SUITES_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base_internal.h"

#define SUITES(X) \
    X(alloc) X(base64) X(buffer) X(clock) X(context) X(cpu) X(decimal) X(error) \
    X(file) X(geometry) X(hash) X(json) X(json_scan) X(json_write) X(module) \
    X(memory) X(text) X(thread)

#define SUITE_DECLARE(name) int suite_##name(void);
SUITES(SUITE_DECLARE)
#undef SUITE_DECLARE

/* cmocka setup and teardown: *state is a context; what it handed out must be back at the end. */
int suite_context_make(void **state);
int suite_context_drop(void **state);

#define test_with_context(fn) \
    cmocka_unit_test_setup_teardown(fn, suite_context_make, suite_context_drop)

/* A repeatable random number (xorshift64*): a failure must fail again. */
uint64_t suite_random(uint64_t *seed);

#endif
