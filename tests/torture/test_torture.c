/* SPDX-License-Identifier: MIT */
/* Torture must catch what it is for: each fault it knows is committed here on purpose. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base_internal.h"
#include "torture/torture.h"

enum fault { NONE, LEAKS, LIES, WRONG_STATUS, FAILS_ALWAYS, NO_ALLOCATION, GOES_ON };

/* What was leaked on purpose stays reachable, or LeakSanitizer would report it rightly. */
static void *leaked;

static fov_status faulty(void *user)
{
    const enum fault fault = *(const enum fault *)user;
    fov_context *ctx = NULL;
    if (fault == NO_ALLOCATION)
        return FOV_OK;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc < 0)
        return rc;
    void *first = fov__alloc(ctx, 10);
    void *second = fov__alloc(ctx, 20);
    if (first == NULL || second == NULL)
        rc = fault == LIES || fault == GOES_ON ? FOV_OK
             : fault == WRONG_STATUS           ? FOV_E_IO
                                               : FOV_E_MEMORY;
    if (fault == LEAKS && first != NULL && second == NULL)
        leaked = first;
    else
        fov__free(ctx, first);
    fov__free(ctx, second);
    fov_context_free(ctx);
    return fault == FAILS_ALWAYS ? FOV_E_MEMORY : rc;
}

static int sweep(enum fault fault, int flags)
{
    return torture_run(faulty, &fault, "on purpose", flags);
}

static void torture__passes_a_right_function(void **state)
{
    (void)state;
    assert_int_equal(sweep(NONE, TORTURE_STRICT), 3); /* the context and two blocks */
    assert_int_equal(sweep(GOES_ON, TORTURE_MAY_SUCCEED), 3);
}

static void torture__says_that_nothing_was_tested(void **state)
{
    (void)state;
    assert_int_equal(sweep(NO_ALLOCATION, TORTURE_STRICT), 0);
}

static void torture__catches_a_leak(void **state)
{
    (void)state;
    assert_int_equal(sweep(LEAKS, TORTURE_STRICT), -1);
    assert_non_null(strstr(torture_reason(), "blocks left"));
}

static void torture__catches_a_false_success(void **state)
{
    (void)state;
    assert_int_equal(sweep(LIES, TORTURE_STRICT), -1);
    assert_non_null(strstr(torture_reason(), "returned FOV_OK"));
}

static void torture__catches_a_wrong_status(void **state)
{
    (void)state;
    assert_int_equal(sweep(WRONG_STATUS, TORTURE_MAY_SUCCEED), -1);
    assert_non_null(strstr(torture_reason(), "returned FOV_E_IO"));
}

static void torture__catches_failure_without_cause(void **state)
{
    (void)state;
    assert_int_equal(sweep(FAILS_ALWAYS, TORTURE_STRICT), -1);
    assert_non_null(strstr(torture_reason(), "no allocation failing"));
}

/* cJSON allocates with the C library's malloc(), from a shared library: it must be seen too. */
static fov_status parse(void *user)
{
    fov_context *ctx = NULL;
    struct fov_json *doc = NULL;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc == FOV_OK)
        rc = fov__json_parse(&doc, ctx, user, strlen(user), 8, 1000, NULL);
    fov__json_free(doc);
    fov_context_free(ctx);
    return rc;
}

static void torture__reaches_shared_libraries(void **state)
{
    char five[] = "[null,true,false,null]"; /* five nodes of cJSON, a context, a document */
    (void)state;
    if (!torture_is_whole()) {
        print_message("SKIPPED: with a sanitizer, allocations of shared libraries are not seen\n");
        skip();
    }
    assert_int_equal(torture_run(parse, five, "five nodes", TORTURE_STRICT), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torture__passes_a_right_function),
        cmocka_unit_test(torture__says_that_nothing_was_tested),
        cmocka_unit_test(torture__catches_a_leak),
        cmocka_unit_test(torture__catches_a_false_success),
        cmocka_unit_test(torture__catches_a_wrong_status),
        cmocka_unit_test(torture__catches_failure_without_cause),
        cmocka_unit_test(torture__reaches_shared_libraries),
    };
    return cmocka_run_group_tests_name("torture", tests, NULL, NULL);
}
