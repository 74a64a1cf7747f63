/* SPDX-License-Identifier: MIT */
/* A tour of the library: a picture is opened, three looks are chained, a point is mapped back, a
 * model asks for looks of its own, and the record of that is proved. C and C++. */
#include <foveate.h>

#include <stdio.h>
#include <string.h>

/* Three looks on each other. Each is made from the picture's own pixels, not from the look before,
 * and any point of any look is a point of the picture. */
static fov_status look(fov_context *ctx, fov_image *picture, fov_error *err)
{
    fov_graph *g = NULL;
    fov_applied made = FOV_APPLIED_INIT;
    const fov_point middle = {75, 55};
    fov_point where = {0, 0};

    if (fov_graph_new(&g, ctx, err) >= 0 &&
        fov_graph_add_source(g, picture, NULL, err) >= 0 && /* img_0 */
        fov_graph_apply(g, "zoom", "{\"box\":[100,100,500,400]}", &made, err) >= 0 &&
        fov_graph_apply(g, "rotate", "{\"image\":\"img_1\",\"degrees\":12}", &made, err) >= 0 &&
        fov_graph_apply(g, "zoom", "{\"image\":\"img_2\",\"box\":[150,90,300,200]}", &made,
                        err) >= 0 &&
        fov_graph_to_source(g, made.image, middle, NULL, &where, err) >= 0)
        printf("the middle of img_%d is (%.2f, %.2f) of the original\n", (int)made.image, where.x,
               where.y);
    fov_graph_free(g);
    return err->status;
}

/* A scripted model stands for a real one: fov_reader_new(), fov_model_new_provider(), or your own
 * behind fov_model_new(). */
static const char script[] =
    "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[100,100,500,400]}}]},"
    " {\"calls\":[{\"name\":\"rotate\",\"arguments\":{\"image\":\"img_1\",\"degrees\":12}}]},"
    " {\"text\":\"ANSWER: a bar chart\\nEVIDENCE: img_2\"}]";

static fov_status ask(fov_context *ctx, fov_image *picture, const char *folder, fov_error *err)
{
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_answer answer = FOV_ANSWER_INIT;
    fov_session *session = NULL;
    fov_model *model = NULL;

    opts.out_dir = folder; /* the transcript */
    if (fov_model_new_script(&model, ctx, script, strlen(script), err) >= 0 &&
        fov_session_new(&session, ctx, model, &opts, err) >= 0 &&
        fov_session_add_image(session, picture, NULL, err) >= 0 &&
        fov_session_ask(session, "What kind of chart is this?", &answer, err) == FOV_OK) {
        printf("%s, read from img_%d, after %u calls\n", answer.text, (int)answer.evidence[0],
               (unsigned)answer.calls);
        fov_session_close(session, err);
    }
    fov_session_free(session);
    fov_model_free(model);
    return err->status;
}

/* No model and no network: every picture is made again from its source, and compared. */
static fov_status verify(fov_context *ctx, const char *folder, fov_error *err)
{
    fov_replayed proof = FOV_REPLAYED_INIT;
    const fov_status rc = fov_transcript_verify(ctx, folder, NULL, NULL, &proof, err);

    if (rc >= 0)
        printf("%d looks re-made, %d differ, digest %.8s...\n", (int)proof.images,
               (int)proof.differing, proof.digest);
    return rc;
}

int main(int argc, char **argv)
{
    fov_error err;
    fov_context *ctx = NULL;
    fov_image *picture = NULL;
    fov_status rc;

    if (argc != 3) {
        fprintf(stderr, "usage: tour PICTURE FOLDER\n");
        return 2;
    }
    rc = fov_context_new(&ctx, NULL, &err);
    if (rc >= 0)
        rc = fov_image_open(&picture, ctx, argv[1], NULL, &err);
    if (rc >= 0)
        rc = look(ctx, picture, &err);
    if (rc >= 0)
        rc = ask(ctx, picture, argv[2], &err);
    if (rc >= 0)
        rc = verify(ctx, argv[2], &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.message);
    fov_image_unref(picture);
    fov_context_free(ctx);
    return rc < 0;
}
