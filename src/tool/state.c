/* SPDX-License-Identifier: MIT */
/* Calls about the conversation rather than about pixels. They change nothing in the graph, and a
 * call whose operation has no function here is refused by name. */
#include "tool/tool_internal.h"

static void list_image(struct fov_jw *jw, struct fov_toolbox *box, const struct fov_node *node)
{
    char name[16];
    fov_box seen = fov__node_source_box(node);

    fov__jw_object(jw, NULL);
    fov__format(name, sizeof(name), "img_%d", (int)node->id);
    fov__jw_string(jw, "id", name);
    fov__jw_string(jw, "op", node->op ? node->op->name : "original");
    if (node->parent_count > 0) {
        fov__format(name, sizeof(name), "img_%d", (int)node->parent[0]->id);
        fov__jw_string(jw, "of", name);
    }
    if ((size_t)node->id < box->image_count && box->images[node->id].delivery) {
        fov__jw_int(jw, "width", box->images[node->id].fit.width);
        fov__jw_int(jw, "height", box->images[node->id].fit.height);
    }
    fov__jw_array(jw, "source_px");
    fov__jw_number(jw, NULL, seen.x1);
    fov__jw_number(jw, NULL, seen.y1);
    fov__jw_number(jw, NULL, seen.x2);
    fov__jw_number(jw, NULL, seen.y2);
    fov__jw_end_array(jw);
    fov__jw_end_object(jw);
}

static void list_images(struct fov_jw *jw, struct fov_toolbox *box)
{
    int32_t n = fov_graph_image_count(box->graph);

    fov__jw_object(jw, NULL);
    fov__jw_array(jw, "images");
    for (int32_t i = 0; i < n; i++)
        list_image(jw, box, fov__graph_node(box->graph, i));
    fov__jw_end_array(jw);
    fov__jw_end_object(jw);
}

static const struct {
    const char *op;
    void (*write)(struct fov_jw *jw, struct fov_toolbox *box);
} states[] = {{"list_images", list_images}};

fov_status fov__tool_state(struct fov_tool_outcome *out, struct fov_toolbox *box,
                           const fov_op_def *op, fov_error *err)
{
    struct fov_buf buf;
    struct fov_jw jw;
    fov_status rc;

    for (size_t i = 0; i < FOV_COUNT(states); i++) {
        if (strcmp(states[i].op, op->name) != 0)
            continue;
        fov__buf_init(&buf, box->ctx, 1 << 20);
        fov__jw_init(&jw, &buf);
        states[i].write(&jw, box);
        rc = fov__buf_check(&buf, op->name, err);
        if (rc == FOV_OK)
            out->text = fov__buf_take_text(&buf);
        else
            fov__buf_free(&buf);
        return rc < 0 ? rc : out->text ? FOV_OK : fov__fail_memory(err, op->name, 0);
    }
    return fov__fail(err, FOV_E_INTERNAL, 0, op->name,
                     "the operation %s has no function in a session", op->name);
}
