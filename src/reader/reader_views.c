/* SPDX-License-Identifier: MIT */
/* The pictures of a conversation and where each lies in the first one, worked out from the calls
 * that made them. It must never trust a picture it did not ask for: that one keeps its turn in the
 * list and shows nothing. */
#include "reader/reader_internal.h"

/* ---- the conversation ----------------------------------------------------------------------- */

void fov__reader_forget(struct reader *reader)
{
    for (size_t i = 0; i < reader->view_count; i++)
        fov__pixels_unref(reader->views[i].px);
    fov__reader_scene_free(reader->scene);
    reader->scene = NULL;
    reader->view_count = 0;
    reader->read_count = 0;
    reader->again = reader->tries = 0;
    reader->base = 0;
    reader->sure = 0;
    reader->has_looked = reader->has_turned = reader->is_trying = false;
}

static fov_status decode(struct fov_pixels **out, fov_context *ctx, const fov_part *part,
                         fov_error *err)
{
    fov_image *image = NULL;
    struct fov_pixels *px = NULL;
    *out = NULL;
    fov_status rc = fov_image_open_memory(&image, ctx, part->data, part->size, NULL, err);
    if (rc < 0)
        return rc;
    const fov_size size = fov_image_size(image);
    rc = fov__pixels_new(&px, ctx, size.width, size.height, 3, err);
    if (rc == FOV_OK) {
        const fov_box all = {0, 0, size.width, size.height};
        rc = fov_image_read(image, all, 3, px->data, px->stride, err);
    }
    fov_image_unref(image);
    if (rc < 0) {
        fov__pixels_unref(px);
        return rc;
    }
    *out = px;
    return FOV_OK;
}

/* The call that a result belongs to. */
static bool find_call(const fov_conversation *conversation, size_t before, const char *call_id,
                      fov_part *out)
{
    for (size_t m = before; m-- > 0;) {
        if (fov_conversation_role(conversation, m) != FOV_ROLE_ASSISTANT)
            continue;
        for (size_t p = 0; p < fov_conversation_part_count(conversation, m); p++) {
            if (fov_conversation_get_part(conversation, m, p, out) == FOV_OK &&
                out->kind == FOV_PART_CALL && out->call_id != NULL &&
                strcmp(out->call_id, call_id) == 0)
                return true;
        }
    }
    return false;
}

static const struct reader_view *view_named(const struct reader *reader, const char *id)
{
    for (size_t i = 0; i < reader->view_count; i++) {
        if (strcmp(reader->views[i].id, id) == 0)
            return &reader->views[i];
    }
    return NULL;
}

/* Where a picture made by our own call lies: from the call's arguments and the delivered size. */
static bool place_view(const struct reader *reader, struct reader_view *view, const fov_part *call)
{
    struct fov_json *doc = NULL;
    bool done = false;
    if (fov__json_parse(&doc, reader->ctx, call->arguments, strlen(call->arguments), 8, 4096,
                        NULL) < 0)
        return false;
    const fov_json_value *root = fov__json_root(doc);
    const char *id = fov__json_string(fov__json_get(root, "image"));
    const struct reader_view *parent = view_named(reader, id != NULL ? id : "img_0");
    const double width = view->px->width, height = view->px->height;
    double v[4] = {0, 0, 0, 0}, degrees = 0;
    size_t n = 0;
    for (const fov_json_value *c = fov__json_child(fov__json_get(root, "box")); c != NULL && n < 4;
         c = fov__json_next(c))
        n += fov__json_number(c, &v[n]);
    if (parent != NULL && strcmp(call->name, "zoom") == 0 && n == 4 && v[2] > v[0] && v[3] > v[1]) {
        const double sx = (v[2] - v[0]) / width, sy = (v[3] - v[1]) / height;
        view->to_frame = fov__mat_mul(
            parent->to_frame, fov__mat_mul(fov__mat_translate(v[0], v[1]), fov__mat_scale(sx, sy)));
        view->scale = parent->scale / sx;
        view->degrees = parent->degrees;
        done = true;
    } else if (parent != NULL && strcmp(call->name, "rotate") == 0 &&
               fov__json_number(fov__json_get(root, "degrees"), &degrees)) {
        const double pw = parent->px->width, ph = parent->px->height;
        double sine = 0, cosine = 1;
        fov__sincos_deg(degrees, &sine, &cosine);
        const double full = pw * (cosine < 0 ? -cosine : cosine) + ph * (sine < 0 ? -sine : sine);
        const double s = width / full;
        struct fov_mat m =
            fov__mat_mul(fov__mat_scale(1 / s, 1 / s), fov__mat_translate(-width / 2, -height / 2));
        m = fov__mat_mul(fov__mat_rotate(-degrees), m);
        m = fov__mat_mul(fov__mat_translate(pw / 2, ph / 2), m);
        view->to_frame = fov__mat_mul(parent->to_frame, m);
        view->scale = parent->scale * s;
        view->degrees = parent->degrees + degrees;
        done = true;
    } else if (parent != NULL && strcmp(call->name, "enhance") == 0) {
        const double sx = parent->px->width / width, sy = parent->px->height / height;
        view->to_frame = fov__mat_mul(parent->to_frame, fov__mat_scale(sx, sy));
        view->scale = parent->scale / sx;
        view->degrees = parent->degrees;
        done = true;
    }
    fov__json_free(doc);
    return done && fov__mat_invert(view->to_frame, &view->from_frame);
}

static fov_status add_view(struct reader *reader, const fov_part *image, const fov_part *call,
                           fov_error *err)
{
    struct reader_view *view = &reader->views[reader->view_count];
    memset(view, 0, sizeof(*view));
    fov__format(view->id, sizeof(view->id), "%s",
                image->image_id != NULL ? image->image_id : "img_0");
    view->hash = fov__xxh3(image->data, image->size);
    fov_status rc = decode(&view->px, reader->ctx, image, err);
    if (rc < 0)
        return rc;
    if (reader->view_count == 0) {
        view->to_frame = view->from_frame = fov__mat_identity();
        view->scale = 1;
    } else if (call == NULL || !place_view(reader, view, call)) {
        /* A picture whose place is not known, as a second original, keeps its turn in the list but
         * shows nothing of the first. */
        view->scale = 0;
    }
    reader->view_count++;
    return FOV_OK;
}

/* One image of the conversation: known already, or new; a different one means a new conversation.
 */
static fov_status meet(struct reader *reader, size_t *seen, const fov_part *image,
                       const fov_part *call, fov_error *err)
{
    const size_t at = (*seen)++;
    if (at >= READER_VIEWS || image->data == NULL)
        return FOV_OK;
    if (at < reader->view_count) {
        const struct reader_view *view = &reader->views[at];
        if (view->hash == fov__xxh3(image->data, image->size) &&
            (image->image_id == NULL || strcmp(view->id, image->image_id) == 0))
            return FOV_OK;
        if (at > 0) { /* cut back to what is the same */
            fov__reader_forget(reader);
            return FOV_NOTE_SAME;
        }
        fov__reader_forget(reader);
    }
    return add_view(reader, image, call, err);
}

static bool is_image_line(const char *text)
{
    return strncmp(text, "img_", 4) == 0 || strncmp(text, "Image img_", 10) == 0;
}

fov_status fov__reader_follow(struct reader *reader, const fov_conversation *conversation,
                              fov_error *err)
{
    size_t seen = 0;
    char question[READER_QUESTION] = "";
    for (size_t m = 0; m < fov_conversation_count(conversation); m++) {
        const int32_t role = fov_conversation_role(conversation, m);
        fov_part call;
        bool has_call = false;
        /* A user's message after results is a notice ("this is the last round"), no new question.
         */
        const bool is_notice = m > 0 && fov_conversation_role(conversation, m - 1) == FOV_ROLE_TOOL;
        for (size_t p = 0; p < fov_conversation_part_count(conversation, m); p++) {
            fov_part part;
            if (fov_conversation_get_part(conversation, m, p, &part) != FOV_OK)
                continue;
            if (role == FOV_ROLE_USER && part.kind == FOV_PART_TEXT && part.text != NULL &&
                !is_notice && !is_image_line(part.text))
                fov__format(question, sizeof(question), "%s", part.text);
            if (part.kind == FOV_PART_RESULT)
                has_call = part.call_id != NULL && find_call(conversation, m, part.call_id, &call);
            if (part.kind != FOV_PART_IMAGE)
                continue;
            fov_status rc = meet(reader, &seen, &part, has_call ? &call : NULL, err);
            if (rc == FOV_NOTE_SAME) /* forgotten in the middle: once more from the start */
                return fov__reader_follow(reader, conversation, err);
            if (rc < 0)
                return rc;
        }
    }
    if (seen < reader->view_count) {
        fov__reader_forget(reader);
        return seen > 0 ? fov__reader_follow(reader, conversation, err) : FOV_OK;
    }
    if (strcmp(question, reader->question) != 0) {
        reader->again = 0;
        fov__format(reader->question, sizeof(reader->question), "%s", question);
    }
    return FOV_OK;
}

/* Make a view the frame of all others. */
void fov__reader_rebase(struct reader *reader, size_t to)
{
    const struct reader_view base = reader->views[to];
    for (size_t i = 0; i < reader->view_count; i++) {
        struct reader_view *view = &reader->views[i];
        view->to_frame = fov__mat_mul(base.from_frame, view->to_frame);
        view->scale /= base.scale;
        view->degrees -= base.degrees;
        if (!fov__mat_invert(view->to_frame, &view->from_frame))
            view->scale = 0;
    }
    reader->views[to].to_frame = reader->views[to].from_frame = fov__mat_identity();
    reader->views[to].scale = 1;
    reader->views[to].degrees = 0;
    reader->base = to;
}
