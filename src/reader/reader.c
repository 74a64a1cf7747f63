/* SPDX-License-Identifier: MIT */
/* The reader as a model: it follows the conversation, keeps the pictures it was shown and where
 * they lie in the first one, asks for looks while it may, and says an answer with its evidence. It
 * must never see anything but delivered pictures, and never act but by tool calls and text. */
#include "reader/reader_internal.h"

enum { LOOKS_FIRST = 8, LOOKS_AGAIN = 2, VIEWS_MAX = 12, QUESTION_MAX = 1024 };

struct reader {
    fov_context *ctx;
    bool no_looks;
    struct reader_view views[READER_VIEWS];
    size_t view_count;
    struct reader_scene *scene;
    struct reader_grid *grid;
    char question[QUESTION_MAX];
    bool has_looked, has_turned;
    int32_t again;
    size_t read_count; /* views that were there when everything was read */
};

/* ---- the conversation ----------------------------------------------------------------------- */

static void forget(struct reader *reader)
{
    for (size_t i = 0; i < reader->view_count; i++)
        fov__pixels_unref(reader->views[i].px);
    fov__reader_scene_free(reader->scene);
    reader->scene = NULL;
    reader->view_count = 0;
    reader->read_count = 0;
    reader->again = 0;
    reader->has_looked = reader->has_turned = false;
}

static void reader_free(void *user)
{
    struct reader *reader = user;
    forget(reader);
    fov__free(reader->ctx, reader->grid);
    fov__free(reader->ctx, reader);
}

static fov_status decode(struct fov_pixels **out, fov_context *ctx, const fov_part *part, fov_error *err)
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
static bool find_call(const fov_conversation *conversation, size_t before, const char *call_id, fov_part *out)
{
    for (size_t m = before; m-- > 0;) {
        if (fov_conversation_role(conversation, m) != FOV_ROLE_ASSISTANT)
            continue;
        for (size_t p = 0; p < fov_conversation_part_count(conversation, m); p++) {
            if (fov_conversation_get_part(conversation, m, p, out) == FOV_OK && out->kind == FOV_PART_CALL &&
                out->call_id != NULL && strcmp(out->call_id, call_id) == 0)
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
    if (fov__json_parse(&doc, reader->ctx, call->arguments, strlen(call->arguments), 8, 4096, NULL) < 0)
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
        view->to_frame = fov__mat_mul(parent->to_frame,
                                      fov__mat_mul(fov__mat_translate(v[0], v[1]), fov__mat_scale(sx, sy)));
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
        struct fov_mat m = fov__mat_mul(fov__mat_scale(1 / s, 1 / s), fov__mat_translate(-width / 2, -height / 2));
        m = fov__mat_mul(fov__mat_rotate(-degrees), m);
        m = fov__mat_mul(fov__mat_translate(pw / 2, ph / 2), m);
        view->to_frame = fov__mat_mul(parent->to_frame, m);
        view->scale = parent->scale * s;
        view->degrees = parent->degrees + degrees;
        done = true;
    }
    fov__json_free(doc);
    return done && fov__mat_invert(view->to_frame, &view->from_frame);
}

static fov_status add_view(struct reader *reader, const fov_part *image, const fov_part *call, fov_error *err)
{
    struct reader_view *view = &reader->views[reader->view_count];
    memset(view, 0, sizeof(*view));
    fov__format(view->id, sizeof(view->id), "%s", image->image_id != NULL ? image->image_id : "img_0");
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

/* One image of the conversation: known already, or new; a different one means a new conversation. */
static fov_status meet(struct reader *reader, size_t *seen, const fov_part *image, const fov_part *call,
                       fov_error *err)
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
            forget(reader);
            return FOV_NOTE_SAME;
        }
        forget(reader);
    }
    return add_view(reader, image, call, err);
}

static bool is_image_line(const char *text)
{
    return strncmp(text, "img_", 4) == 0 || strncmp(text, "Image img_", 10) == 0;
}

static fov_status follow(struct reader *reader, const fov_conversation *conversation, fov_error *err)
{
    size_t seen = 0;
    char question[QUESTION_MAX] = "";
    for (size_t m = 0; m < fov_conversation_count(conversation); m++) {
        const int32_t role = fov_conversation_role(conversation, m);
        fov_part call;
        bool has_call = false, has_question = false;
        for (size_t p = 0; p < fov_conversation_part_count(conversation, m); p++) {
            fov_part part;
            if (fov_conversation_get_part(conversation, m, p, &part) != FOV_OK)
                continue;
            if (role == FOV_ROLE_USER && part.kind == FOV_PART_TEXT && !has_question && part.text != NULL &&
                !is_image_line(part.text)) {
                fov__format(question, sizeof(question), "%s", part.text);
                has_question = true;
            }
            if (part.kind == FOV_PART_RESULT)
                has_call = part.call_id != NULL && find_call(conversation, m, part.call_id, &call);
            if (part.kind != FOV_PART_IMAGE)
                continue;
            fov_status rc = meet(reader, &seen, &part, has_call ? &call : NULL, err);
            if (rc == FOV_NOTE_SAME) /* forgotten in the middle: once more from the start */
                return follow(reader, conversation, err);
            if (rc < 0)
                return rc;
        }
    }
    if (seen < reader->view_count) {
        forget(reader);
        return seen > 0 ? follow(reader, conversation, err) : FOV_OK;
    }
    if (strcmp(question, reader->question) != 0) {
        reader->again = 0;
        fov__format(reader->question, sizeof(reader->question), "%s", question);
    }
    return FOV_OK;
}

/* ---- looks ---------------------------------------------------------------------------------- */

static bool has_tool(const fov_request *request, const char *name)
{
    for (size_t i = 0; i < request->tool_count; i++) {
        if (request->tools[i].name != NULL && strcmp(request->tools[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool may_look(const struct reader *reader, const fov_request *request)
{
    return !reader->no_looks && request->rounds_left > 0 && request->tool_choice != FOV_TOOL_CHOICE_NONE &&
           reader->view_count < VIEWS_MAX && has_tool(request, "zoom");
}

static fov_status ask(const fov_request *request, fov_reply *reply, const struct reader_look *looks, size_t count,
                      bool *asked, fov_error *err)
{
    *asked = false;
    for (size_t i = 0; i < count; i++) {
        if (!has_tool(request, looks[i].tool))
            continue;
        fov_status rc = fov_reply_add_call(reply, NULL, looks[i].tool, looks[i].arguments, err);
        if (rc < 0)
            return rc;
        *asked = true;
    }
    return FOV_OK;
}

static int32_t turned_view(const struct reader *reader)
{
    for (size_t i = 0; i < reader->view_count; i++) {
        const double degrees = reader->views[i].degrees;
        if (degrees > 0 || degrees < 0)
            return (int32_t)i;
    }
    return -1;
}

/* Windows over the slanted labels in the turned picture, where they lie level. */
static size_t turned_looks(const struct reader *reader, struct reader_look *looks)
{
    const int32_t at = turned_view(reader);
    if (at < 0 || reader->has_turned)
        return 0;
    const struct reader_view *view = &reader->views[at];
    const fov_box *strip = &reader->scene->slanted;
    const size_t parts = strip->x2 - strip->x1 > 300 ? 2 : 1;
    for (size_t i = 0; i < parts; i++) {
        const double width = (strip->x2 - strip->x1) / (double)parts;
        const fov_box part = {strip->x1 + width * (double)i - 24, strip->y1 - 6, strip->x1 + width * (double)(i + 1) + 24,
                              strip->y2 + 16};
        fov_box box = fov__mat_bounds(view->from_frame, part);
        const fov_box all = {0, 0, view->px->width, view->px->height};
        if (!fov__box_intersect(box, all, &box))
            return 0;
        fov__format(looks[i].tool, sizeof(looks[i].tool), "zoom");
        fov__format(looks[i].arguments, sizeof(looks[i].arguments), "{\"image\":\"%s\",\"box\":[%d,%d,%d,%d]}",
                    view->id, (int)fov__floor(box.x1), (int)fov__floor(box.y1), (int)fov__ceil(box.x2),
                    (int)fov__ceil(box.y2));
    }
    return parts;
}

static size_t again_look(const struct reader *reader, struct reader_look *look, fov_box box)
{
    const double width = box.x2 - box.x1, height = box.y2 - box.y1;
    if (width <= 0 || height <= 0 || reader->again >= LOOKS_AGAIN)
        return 0;
    const fov_box all = {0, 0, reader->scene->width, reader->scene->height};
    fov_box wide = {box.x1 - 24, box.y1 - 18, box.x2 + 24, box.y2 + 18};
    if (!fov__box_intersect(wide, all, &wide))
        return 0;
    fov__format(look->tool, sizeof(look->tool), "zoom");
    fov__format(look->arguments, sizeof(look->arguments), "{\"image\":\"%s\",\"box\":[%d,%d,%d,%d]}",
                reader->views[0].id, (int)fov__floor(wide.x1), (int)fov__floor(wide.y1), (int)fov__ceil(wide.x2),
                (int)fov__ceil(wide.y2));
    return 1;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Pieces of one label that a wide space parted. */
static void join_labels(struct reader_scene *turned)
{
    for (size_t i = 0; i < turned->text_count; i++) {
        struct reader_text *a = &turned->texts[i];
        for (size_t j = 0; j < turned->text_count; j++) {
            struct reader_text *b = &turned->texts[j];
            const double gap = b->box.x1 - a->box.x2, drop = b->anchor.y - a->anchor.y;
            const double tall = a->height > b->height ? a->height : b->height;
            if (i == j || a->view >= 0 || b->view >= 0 || gap < 0 || gap > 1.7 * tall || drop > 0.4 * tall ||
                drop < -0.4 * tall)
                continue;
            a->box.x2 = b->box.x2;
            a->box.y1 = a->box.y1 < b->box.y1 ? a->box.y1 : b->box.y1;
            a->box.y2 = a->box.y2 > b->box.y2 ? a->box.y2 : b->box.y2;
            a->anchor = (fov_point){(a->box.x1 + a->box.x2) / 2, (a->box.y1 + a->box.y2) / 2};
            a->height = tall;
            a->pieces += b->pieces;
            b->view = 0; /* not to be read by itself */
            j = (size_t)-1;
        }
    }
}

/* Texts of the turned picture, found and read there, come back into the frame. */
static fov_status read_turned(struct reader *reader, const fov_cancel *cancel, fov_error *err)
{
    const int32_t at = turned_view(reader);
    struct reader_scene *turned = NULL, *scene = reader->scene;
    struct reader_view views[READER_VIEWS];
    int32_t global[READER_VIEWS];
    size_t count = 0;
    if (at < 0)
        return FOV_OK;
    const struct reader_view *base = &reader->views[at];
    fov_status rc = fov__reader_scene_new(&turned, reader->ctx, base->px, err);
    for (size_t i = (size_t)at; i < reader->view_count; i++) {
        const double off = reader->views[i].degrees - base->degrees;
        if (off > 0 || off < 0)
            continue;
        global[count] = (int32_t)i;
        views[count] = reader->views[i];
        views[count].from_frame = fov__mat_mul(reader->views[i].from_frame, base->to_frame);
        views[count].scale = reader->views[i].scale / base->scale;
        views[count++].degrees = 0;
    }
    for (size_t i = 0; rc == FOV_OK && i < turned->text_count; i++) {
        struct reader_text *text = &turned->texts[i];
        const fov_point middle = fov__mat_apply(base->to_frame, text->anchor);
        const fov_box *strip = &scene->slanted;
        if (middle.x < strip->x1 - 30 || middle.x > strip->x2 + 30 || middle.y < strip->y1 - 12 ||
            middle.y > strip->y2 + 30)
            text->view = 0; /* elsewhere: not to be read */
        else
            text->view = -1;
    }
    if (rc == FOV_OK) {
        join_labels(turned);
        rc = fov__reader_read_all(turned, views, count, cancel, err);
    }
    for (size_t i = 0; rc == FOV_OK && i < turned->text_count && scene->text_count < READER_TEXTS; i++) {
        struct reader_text *text = &turned->texts[i];
        if (text->view < 0 || text->readings == 0 || text->confidence < 0.3)
            continue;
        const double y = text->anchor.y;
        const fov_point left = fov__mat_apply(base->to_frame, (fov_point){text->box.x1, y});
        const fov_point right = fov__mat_apply(base->to_frame, (fov_point){text->box.x2, y});
        struct reader_text *copy = &scene->texts[scene->text_count++];
        *copy = *text;
        copy->box = fov__mat_bounds(base->to_frame, text->box);
        copy->anchor = left.y < right.y ? left : right;
        copy->degrees = base->degrees;
        copy->view = global[text->view];
    }
    fov__reader_scene_free(turned);
    return rc;
}

/* Read what is new: everything once, and what a later, closer look shows. */
static fov_status read_views(struct reader *reader, const fov_cancel *cancel, fov_error *err)
{
    struct reader_scene *scene = reader->scene;
    fov_status rc = FOV_OK;
    if (reader->read_count == 0) {
        rc = fov__reader_read_all(scene, reader->views, reader->view_count, cancel, err);
        if (rc == FOV_OK)
            rc = read_turned(reader, cancel, err);
    }
    for (size_t v = reader->read_count; rc == FOV_OK && reader->read_count > 0 && v < reader->view_count; v++) {
        const struct reader_view *view = &reader->views[v];
        for (size_t i = 0; rc == FOV_OK && i < scene->text_count; i++) {
            const bool is_level = !(scene->texts[i].degrees > 0 || scene->texts[i].degrees < 0);
            if (is_level && view->scale > 0 && !(view->degrees > 0 || view->degrees < 0))
                rc = fov__reader_read(&scene->texts[i], view, (int32_t)v, cancel, err);
        }
    }
    reader->read_count = reader->view_count;
    return rc;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static fov_status say(const struct reader *reader, const struct reader_answer *answer, fov_reply *reply,
                      fov_error *err)
{
    struct fov_buf buf;
    fov__buf_init(&buf, reader->ctx, 4096);
    if (answer->is_found) {
        fov__buf_addf(&buf, "ANSWER: %s\n", answer->text);
        fov__buf_addf(&buf, "REASON: %s.\n", answer->reason[0] != '\0' ? answer->reason : "it was read in the picture");
    } else {
        fov__buf_addf(&buf, "CANNOT TELL: %s.\n", answer->reason);
        fov__buf_addf(&buf, "REASON: %s.\n", answer->reason);
    }
    fov__buf_adds(&buf, "EVIDENCE:");
    const char *comma = " ";
    for (size_t i = 0; i < reader->view_count; i++) {
        const bool is_evidence = (answer->views >> i & 1) != 0 || i == 0;
        if (!is_evidence)
            continue;
        fov__buf_addf(&buf, "%s%s", comma, reader->views[i].id);
        comma = ", ";
    }
    fov_status rc = fov__buf_check(&buf, "reader", err);
    if (rc == FOV_OK)
        rc = fov_reply_add_text(reply, buf.data, err);
    if (rc == FOV_OK)
        rc = fov_reply_set_stop(reply, "stop", err);
    fov__buf_free(&buf);
    return rc;
}

static fov_status generate(void *user, const fov_request *request, fov_reply *reply, fov_error *err)
{
    struct reader *reader = user;
    struct reader_look looks[LOOKS_FIRST];
    struct reader_answer answer;
    bool asked = false;
    size_t count = 0;
    fov_status rc = follow(reader, request->conversation, err);
    if (rc < 0)
        return rc;
    memset(&answer, 0, sizeof(answer));
    if (reader->view_count == 0) {
        fov__format(answer.reason, sizeof(answer.reason), "no picture was given");
        return say(reader, &answer, reply, err);
    }
    if (reader->scene == NULL) {
        rc = fov__reader_scene_new(&reader->scene, reader->ctx, reader->views[0].px, err);
        if (rc < 0)
            return rc;
    }
    if (may_look(reader, request) && !reader->has_looked && reader->view_count == 1) {
        count = fov__reader_look_first(looks, LOOKS_FIRST, reader->scene, &reader->views[0]);
        reader->has_looked = true;
        rc = ask(request, reply, looks, count, &asked, err);
        if (rc < 0 || asked)
            return rc;
    }
    if (may_look(reader, request) && !reader->has_turned) {
        count = turned_looks(reader, looks);
        reader->has_turned = true;
        rc = ask(request, reply, looks, count, &asked, err);
        if (rc < 0 || asked)
            return rc;
    }
    rc = read_views(reader, request->cancel, err);
    if (rc < 0)
        return rc;
    fov__reader_grid_make(reader->grid, reader->scene);
    fov__reader_answer(&answer, reader->grid, reader->scene, reader->question);
    if (!answer.is_found && answer.wants_look && may_look(reader, request)) {
        count = again_look(reader, looks, answer.look);
        reader->again++;
        rc = ask(request, reply, looks, count, &asked, err);
        if (rc < 0 || asked)
            return rc;
    }
    return say(reader, &answer, reply, err);
}

void fov_reader_opts_init(fov_reader_opts *opts)
{
    const fov_reader_opts init = FOV_READER_OPTS_INIT;
    if (opts != NULL)
        *opts = init;
}

fov_status fov_reader_new(fov_model **out, fov_context *ctx, const fov_reader_opts *opts, fov_error *err)
{
    static const fov_model_class reader_class = {(uint32_t)sizeof(fov_model_class), "reader", generate,
                                                 reader_free};
    if (out == NULL || ctx == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "reader", "%s is NULL", out == NULL ? "out" : "ctx");
    *out = NULL;
    if (opts != NULL && opts->struct_size < sizeof(fov_reader_opts))
        return fov__fail(err, FOV_E_ARG, 0, "reader.struct_size", "struct_size %u is below %zu; use FOV_READER_OPTS_INIT",
                         opts->struct_size, sizeof(fov_reader_opts));
    struct reader *reader = fov__calloc(ctx, 1, sizeof(*reader));
    if (reader == NULL)
        return fov__fail_memory(err, "reader", sizeof(*reader));
    reader->ctx = ctx;
    reader->no_looks = opts != NULL && opts->no_looks != 0;
    reader->grid = fov__calloc(ctx, 1, sizeof(*reader->grid));
    if (reader->grid == NULL) {
        fov__free(ctx, reader);
        return fov__fail_memory(err, "reader", sizeof(*reader->grid));
    }
    fov_status rc = fov_model_new(out, ctx, &reader_class, reader, err);
    if (rc < 0)
        reader_free(reader);
    return rc;
}
