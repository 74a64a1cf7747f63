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

static void say_list(struct fov_buf *out, struct fov_toolbox *box)
{
    struct fov_jw jw;

    fov__jw_init(&jw, out);
    list_images(&jw, box);
}

/* ---- recall and drop ------------------------------------------------------------------------ */

/* Shown again when it is not in the conversation any more; the session adds the picture of an
 * outcome's image that is not shown. */
static fov_status recall(struct fov_tool_outcome *out, struct fov_toolbox *box, int32_t image,
                         struct fov_buf *text, fov_error *err)
{
    const struct fov_toolbox_image *delivered = NULL;
    fov_status rc = fov__toolbox_deliver(&delivered, box, image, err);

    if (rc < 0)
        return rc;
    box->images[image].is_dropped = false;
    out->is_same = delivered->is_shown;
    out->image = image;
    out->image_count = 1;
    if (out->is_same)
        fov__buf_addf(text, "img_%d is still in the conversation. ", (int)image);
    fov__tool_line(text, box, fov__graph_node(box->graph, image), "");
    return FOV_OK;
}

static fov_status drop(struct fov_tool_outcome *out, struct fov_toolbox *box, int32_t image,
                       struct fov_buf *text, fov_error *err)
{
    if (!box->may_drop) {
        fov__fault(&out->fault, FOV_FAULT_UNSUPPORTED, "drop", "", "",
                   "This session keeps every image; nothing was dropped.");
        return fov__tool_refuse_call(out, box, image, err);
    }
    if ((size_t)image >= box->image_count || !box->images[image].is_shown) {
        fov__buf_addf(text, "img_%d is not in the conversation; nothing was dropped.", (int)image);
        return FOV_OK;
    }
    box->images[image].is_dropped = true;
    fov__buf_addf(text, "img_%d is taken out before the next question; recall brings it back.",
                  (int)image);
    return FOV_OK;
}

/* The image that the call speaks of; -1 after the refusal was written. */
static fov_status find_image(struct fov_tool_outcome *out, struct fov_toolbox *box,
                             const fov_op_def *op, const fov_json_value *arguments, int32_t *image,
                             fov_error *err)
{
    struct op_image_refs refs;
    struct op_reading reading = {.space = FOV__SPACE_NODE_PX};
    fov_op_args_head args;
    char field[56], got[96], allowed[64];

    *image = -1;
    if (fov__op_args_images(op, arguments, &refs, &out->fault) < 0 ||
        fov__op_args_parse(op, arguments, &reading, &args, NULL, &out->fault) < 0)
        return fov__tool_refuse_call(out, box, -1, err);
    if (op->input_max == 0)
        return FOV_OK;
    *image = fov__graph_find(box->graph, refs.name[0]);
    if (*image >= 0)
        return FOV_OK;
    fov__format(field, sizeof(field), "%s.%s", op->name,
                fov__op_args_image(op, arguments, 0, got, sizeof(got)));
    fov__graph_say_ids(allowed, sizeof(allowed), box->graph);
    fov__fault(&out->fault, FOV_FAULT_UNKNOWN_IMAGE, field, got, allowed,
               "There is no image %s; list_images tells those there are.", refs.name[0]);
    return fov__tool_refuse_call(out, box, -1, err);
}

fov_status fov__tool_state(struct fov_tool_outcome *out, struct fov_toolbox *box,
                           const fov_op_def *op, const fov_json_value *arguments, fov_error *err)
{
    struct fov_buf buf;
    int32_t image;
    fov_status rc = find_image(out, box, op, arguments, &image, err);

    if (rc < 0 || out->is_error)
        return rc;
    fov__buf_init(&buf, box->ctx, 1 << 20);
    if (strcmp(op->name, "list_images") == 0)
        say_list(&buf, box);
    else if (strcmp(op->name, "recall") == 0)
        rc = recall(out, box, image, &buf, err);
    else if (strcmp(op->name, "drop") == 0)
        rc = drop(out, box, image, &buf, err);
    else
        rc = fov__fail(err, FOV_E_INTERNAL, 0, op->name,
                       "the operation %s has no function in a session", op->name);
    if (rc >= 0)
        rc = fov__buf_check(&buf, op->name, err);
    if (rc >= 0 && !out->is_error) {
        out->text = fov__buf_take_text(&buf);
        rc = out->text ? FOV_OK : fov__fail_memory(err, op->name, 0);
    }
    fov__buf_free(&buf);
    return rc;
}
