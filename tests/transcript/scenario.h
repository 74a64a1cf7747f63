/* SPDX-License-Identifier: MIT */
/* What the suites of transcript/ share: a folder that is taken away again, a transcript written by
 * driving a graph by hand, and ways to damage it. */
#ifndef FOV_TESTS_TRANSCRIPT_SCENARIO_H
#define FOV_TESTS_TRANSCRIPT_SCENARIO_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "transcript/log_internal.h"

#ifdef ONLY_FAILING
#define SUITES(X) X(failing)
#elif defined(ONLY_PICTURE)
#define SUITES(X) X(picture)
#else
#define SUITES(X) X(writer) X(loader) X(digest) X(verify) X(show)
#endif
#define SUITE_DECLARE(name) int suite_##name(void);
SUITES(SUITE_DECLARE)
#undef SUITE_DECLARE

struct scenario {
    fov_context *ctx;
    char root[64]; /* a folder of its own; everything below it is removed */
    char dir[96];  /* where the transcript goes: not made yet */
};

/* cmocka setup and teardown: *state is a struct scenario. */
int scenario_make(void **state);
int scenario_drop(void **state);
#define test_scenario(fn) cmocka_unit_test_setup_teardown(fn, scenario_make, scenario_drop)

/* Write the transcript that most tests look at: a PNG, a JPEG and grey raw pixels as sources;
 * zooms, a turn, a barrier, marks; a fact; deliveries; the words of a session. */
void scenario_write(const struct scenario *s);
enum { SCENARIO_SOURCES = 3, SCENARIO_IMAGES = 6, SCENARIO_FACTS = 2, SCENARIO_DELIVERIES = 5 };

/* The pieces: a graph and a transcript with its header; a source (its reference is consumed); an
 * operation (false when this build cannot, or it was made before); a delivery of a size; the end.
 */
void scenario_start(const struct scenario *s, fov_graph **graph, struct fov_transcript **t);
int32_t scenario_add(fov_graph *graph, struct fov_transcript *t, fov_image *image);
bool scenario_apply(fov_graph *graph, struct fov_transcript *t, const char *op,
                    const char *arguments);
void scenario_deliver(fov_graph *graph, fov_context *ctx, struct fov_transcript *t, int32_t id,
                      int32_t width, int32_t height);
void scenario_end(fov_graph *graph, struct fov_transcript *t);

/* "dir/name" in a buffer that lives until the 8th call after. */
const char *scenario_path(const char *dir, const char *name);
/* A file whole, ended by NUL; free() it. */
char *scenario_read(const char *path, size_t *size);
void scenario_save(const char *path, const void *data, size_t size);
/* Replace the first `from` behind the first `behind` in transcript.jsonl by `to`. */
void scenario_edit(const struct scenario *s, const char *behind, const char *from, const char *to);
/* The path of the blob that the first `member` behind the first `behind` names. */
const char *scenario_blob(const struct scenario *s, const char *behind, const char *member);
int scenario_count_files(const char *dir);

/* Write lines as a transcript into s->dir. */
void scenario_lines(const struct scenario *s, const char *text);
#define HEADER "{\"event\":\"header\",\"n\":0,\"transcript\":1,\"blobs\":\"blobs\"}\n"

struct verified {
    fov_status rc;
    fov_replayed result;
    fov_error err;
    int lines;       /* reported */
    char all[16384]; /* the report, a line each */
};
void scenario_verify(const struct scenario *s, struct verified *v);

#endif
