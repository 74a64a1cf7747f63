/* SPDX-License-Identifier: MIT */
/* A session with a scripted model and a picture from testdata, in a folder of its own. */
#ifndef SESSION_SUPPORT_H
#define SESSION_SUPPORT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <foveate/provider.h>

#include "session/session_internal.h"

#define CHART FOV_TESTDATA "/charts/bar-banks.png"

struct desk {
    fov_context *ctx;
    fov_model *model;
    fov_session *session;
    fov_answer answer;
    fov_error err;
    char folder[64];     /* of the transcript; "" for none */
    struct fov_buf seen; /* events, a line each */
};

/* opts may be NULL; out_dir is filled in unless `no_folder`. */
void desk_open(struct desk *desk, const char *script, const fov_session_opts *opts, int no_folder);
void desk_open_model(struct desk *desk, fov_context *ctx, fov_model *model,
                     const fov_session_opts *opts, int no_folder);
void desk_close(struct desk *desk);
fov_status desk_ask(struct desk *desk, const char *question);
/* The transcript's text; freed by the caller with free(). */
char *desk_transcript(struct desk *desk);

/* The suites of the program; each returns the number of failed tests. */
int suite_session(void);
int suite_answer(void);
int suite_nulls(void);
int suite_apply(void);

#endif
