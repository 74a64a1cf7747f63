/* SPDX-License-Identifier: MIT */
/* Three looks on each other, and where a point of the last lies in the original. */
#include <foveate.h>

#include <stdio.h>

int main(int argc, char **argv)
{
    fov_error err = {0};
    fov_context *ctx = NULL;
    fov_image *photo = NULL;
    fov_graph *graph = NULL;
    fov_applied look = FOV_APPLIED_INIT;
    fov_point where;

    fov_context_new(&ctx, NULL, &err);
    if (argc == 2 && fov_image_open(&photo, ctx, argv[1], NULL, &err) == FOV_OK) {
        fov_graph_new(&graph, ctx, &err);
        fov_graph_add_source(graph, photo, NULL, &err); /* img_0 */
        fov_graph_apply(graph, "zoom", "{\"box\":[100,100,500,400]}", &look, &err);
        fov_graph_apply(graph, "rotate", "{\"image\":\"img_1\",\"degrees\":12}", &look, &err);
        fov_graph_apply(graph, "zoom", "{\"image\":\"img_2\",\"box\":[150,90,300,200]}", &look,
                        &err);
        fov_graph_to_source(graph, look.image, (fov_point){75, 55}, NULL, &where, &err);
        printf("the middle of img_%d is (%.2f, %.2f) of the original\n", look.image, where.x,
               where.y);
    }
    if (err.status < 0)
        fprintf(stderr, "%s\n", err.message);
    fov_graph_free(graph);
    fov_image_unref(photo);
    fov_context_free(ctx);
    return err.status < 0;
}
