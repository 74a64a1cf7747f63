/* SPDX-License-Identifier: MIT */
/* A folder for one test, with a file of questions and a run of them by a scripted model. */
#ifndef BATCH_SUPPORT_H
#define BATCH_SUPPORT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "batch/batch_internal.h"

#define CHART FOV_TESTDATA "/charts/bar-banks.png"

struct bench {
    fov_context *ctx;
    char folder[64], questions[96], out[96];
    fov_batch_opts opts;
    fov_session_opts session;
    fov_batch_summary sum;
    fov_error err;
    const char *script; /* of each item */
    /* what was told */
    pthread_mutex_t lock;
    struct fov_buf events; /* "kind line id text\n" */
    uint32_t items;        /* FOV_BATCH_ITEM */
    fov_cancel *cancel_after_first;
};

void bench_open(struct bench *bench);
void bench_close(struct bench *bench);
/* Write the file of questions. */
void bench_ask(struct bench *bench, const char *text);
fov_status bench_run(struct bench *bench);
/* A file of the out folder, to be freed with free(); NULL when there is none. */
char *bench_read(const struct bench *bench, const char *name);
void bench_write(const struct bench *bench, const char *name, const char *text, size_t len);
size_t bench_count(const char *text, const char *needle);
void bench_remove(const char *folder);

/* The suites of the program; each returns the number of failed tests. */
int suite_score(void);
int suite_questions(void);
int suite_results(void);
int suite_batch(void);
int suite_streak(void);

#endif
