/* SPDX-License-Identifier: MIT */
/* See session_support.h. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "session_support.h"

#include <ftw.h>

static void on_event(const fov_event *event, void *user)
{
    struct desk *desk = user;

    fov__buf_addf(&desk->seen, "%d|%u|%d|%s\n", (int)event->kind, (unsigned)event->round,
                  (int)event->image, event->text);
}

void desk_open_model(struct desk *desk, fov_context *ctx, fov_model *model,
                     const fov_session_opts *opts, int no_folder)
{
    fov_session_opts own = FOV_SESSION_OPTS_INIT;
    fov_image *image = NULL;

    memset(desk, 0, sizeof(*desk));
    desk->ctx = ctx;
    desk->model = model;
    fov_answer_init(&desk->answer);
    fov__buf_init(&desk->seen, ctx, 1 << 20);
    if (opts)
        own = *opts;
    own.on_event = on_event;
    own.user = desk;
    if (!no_folder) {
        snprintf(desk->folder, sizeof(desk->folder), "/tmp/fov-session-XXXXXX");
        assert_non_null(mkdtemp(desk->folder));
        own.out_dir = desk->folder;
    }
    if (fov_session_new(&desk->session, ctx, model, &own, &desk->err) < 0)
        fail_msg("%s", desk->err.message);
    if (fov_image_open(&image, ctx, CHART, NULL, &desk->err) < 0)
        fail_msg("%s", desk->err.message);
    assert_int_equal(fov_session_add_image(desk->session, image, NULL, &desk->err), FOV_OK);
    fov_image_unref(image);
}

void desk_open(struct desk *desk, const char *script, const fov_session_opts *opts, int no_folder)
{
    fov_context *ctx = NULL;
    fov_model *model = NULL;
    fov_error err = {0};

    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    if (script && fov_model_new_script(&model, ctx, script, strlen(script), &err) < 0)
        fail_msg("%s", err.message);
    desk_open_model(desk, ctx, model, opts, no_folder);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void desk_close(struct desk *desk)
{
    fov_session_free(desk->session);
    fov__buf_free(&desk->seen);
    fov_model_free(desk->model);
    fov_context_free(desk->ctx);
    if (desk->folder[0])
        nftw(desk->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

fov_status desk_ask(struct desk *desk, const char *question)
{
    fov_answer_init(&desk->answer);
    return fov_session_ask(desk->session, question, &desk->answer, &desk->err);
}

char *desk_transcript(struct desk *desk)
{
    char path[128], *text;
    fov_bytes bytes = {NULL, 0, NULL};

    snprintf(path, sizeof(path), "%s/transcript.jsonl", desk->folder);
    assert_int_equal(fov__file_read(&bytes, desk->ctx, path, 1 << 24, NULL), FOV_OK);
    text = strdup((char *)bytes.data);
    fov_bytes_free(&bytes);
    assert_non_null(text);
    return text;
}
