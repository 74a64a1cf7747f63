/* SPDX-License-Identifier: MIT */
/* A question to the embedded reader. */
#include <foveate.h>

#include <stdio.h>

static int ask(fov_context *ctx, const char *path, const char *question, fov_error *err)
{
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_answer answer = FOV_ANSWER_INIT;
    fov_session *session = NULL;
    fov_model *reader = NULL;
    fov_image *chart = NULL;
    fov_status rc;

    opts.profile = "reader";
    rc = fov_image_open(&chart, ctx, path, NULL, err);
    if (rc >= 0)
        rc = fov_reader_new(&reader, ctx, NULL, err);
    if (rc >= 0)
        rc = fov_session_new(&session, ctx, reader, &opts, err);
    if (rc >= 0)
        rc = fov_session_add_image(session, chart, NULL, err);
    if (rc >= 0)
        rc = fov_session_ask(session, question, &answer, err);
    if (rc >= 0)
        printf("%s\n", answer.text ? answer.text : answer.reason);
    fov_session_free(session);
    fov_model_free(reader);
    fov_image_unref(chart);
    return rc < 0;
}

int main(int argc, char **argv)
{
    fov_error err = {0};
    fov_context *ctx = NULL;
    int failed =
        argc != 3 || fov_context_new(&ctx, NULL, &err) < 0 || ask(ctx, argv[1], argv[2], &err);

    if (failed)
        fprintf(stderr, "%s\n", argc != 3 ? "usage: ask PICTURE QUESTION" : err.message);
    fov_context_free(ctx);
    return failed;
}
