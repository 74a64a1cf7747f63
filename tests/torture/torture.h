/* SPDX-License-Identifier: MIT */
/* Failing every allocation in turn. A function under torture is run again and again, with its 1st,
 * 2nd, 3rd ... allocation failing, until a run needs no more allocations than have been failed.
 * Each run is made twice: with that one allocation failing, and with that one and all behind it
 * failing.
 *
 *     static fov_status parse_once(void *user)
 *     {
 *         fov_context *ctx = NULL;
 *         struct fov_json *doc = NULL;
 *         fov_status rc = torture_context_new(&ctx, NULL);
 *         if (rc == FOV_OK)
 *             rc = fov__json_parse(&doc, ctx, user, strlen(user), 32, 65536, NULL);
 *         fov__json_free(doc);
 *         fov_context_free(ctx);
 *         return rc;
 *     }
 *     ...
 *     assert_true(torture_run(parse_once, "[1,2]", "parse", TORTURE_STRICT) > 0);
 *
 * The rules that torture_run() holds the function to:
 *  - without a failed allocation it returns >= 0;
 *  - with one it returns FOV_E_MEMORY (TORTURE_MAY_SUCCEED: or >= 0, for a function that has a
 *    right way to go on, such as fewer threads or a smaller cache);
 *  - afterwards as many blocks are live as before.
 * It must be self-contained: make its own context with torture_context_new(), free all it made, and
 * do the same work each time. It is run once unharmed first, so that what the C library keeps for
 * good (a locale, a buffer of stdio) is not taken for a leak.
 *
 * How: link the target fov_torture into a test program, and its malloc(), calloc(), realloc() and
 * free() stand before the C library's, for all libraries of the process. With a sanitizer, which
 * needs these places for itself, and with a C library other than glibc, only what goes through a
 * context made by torture_context_new() is counted and failed: torture_is_whole() is false then,
 * and a test of code that allocates elsewhere (cJSON) loses that part, which torture_run() says
 * aloud. */
#ifndef FOV_TESTS_TORTURE_H
#define FOV_TESTS_TORTURE_H

#include <foveate/base.h>

#include <stdbool.h>

typedef fov_status (*torture_fn)(void *user);

enum { TORTURE_STRICT = 0, TORTURE_MAY_SUCCEED = 1 };

/* How many allocations were failed in turn, or -1 with the reason on stderr and in
 * torture_reason(). 0 means that nothing was allocated: then nothing was tested. */
int torture_run(torture_fn fn, void *user, const char *name, int flags);
const char *torture_reason(void);

/* fov_context_new() with allocations that torture sees; opts->allocator must be NULL. */
fov_status torture_context_new(fov_context **out, const fov_context_opts *opts);

/* True when every allocation of the process is seen. */
bool torture_is_whole(void);

/* Blocks allocated and not freed, of those that are seen. */
long torture_live_blocks(void);

#endif
