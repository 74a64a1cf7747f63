/* SPDX-License-Identifier: MIT */
/* The reader as a model: it follows the conversation, asks for looks while it may, reads, and says
 * an answer with its evidence. It must never see anything but delivered pictures, and never act but
 * by tool calls and text. */
#include "reader/reader_internal.h"

enum { LOOKS_FIRST = 8, LOOKS_AGAIN = 2, VIEWS_MAX = 12 };

static void reader_free(void *user)
{
    struct reader *reader = user;
    fov__reader_forget(reader);
    fov__free(reader->ctx, reader->grid);
    fov__free(reader->ctx, reader);
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
    return !reader->no_looks && request->rounds_left > 0 &&
           request->tool_choice != FOV_TOOL_CHOICE_NONE && reader->view_count < VIEWS_MAX &&
           has_tool(request, "zoom");
}

static fov_status ask(const fov_request *request, fov_reply *reply, const struct reader_look *looks,
                      size_t count, bool *asked, fov_error *err)
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
    const double slant = reader->scene->slant;
    for (size_t i = reader->base + 1; i < reader->view_count; i++) {
        const double off = reader->views[i].degrees - slant;
        if ((slant > 0 || slant < 0) && off < 0.5 && off > -0.5)
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
        const fov_box part = {strip->x1 + width * (double)i - 24, strip->y1 - 6,
                              strip->x1 + width * (double)(i + 1) + 24, strip->y2 + 16};
        fov_box box = fov__mat_bounds(view->from_frame, part);
        const fov_box all = {0, 0, view->px->width, view->px->height};
        if (!fov__box_intersect(box, all, &box))
            return 0;
        fov__format(looks[i].tool, sizeof(looks[i].tool), "zoom");
        fov__format(looks[i].arguments, sizeof(looks[i].arguments),
                    "{\"image\":\"%s\",\"box\":[%d,%d,%d,%d]}", view->id, (int)fov__floor(box.x1),
                    (int)fov__floor(box.y1), (int)fov__ceil(box.x2), (int)fov__ceil(box.y2));
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
    fov__format(look->arguments, sizeof(look->arguments),
                "{\"image\":\"%s\",\"box\":[%d,%d,%d,%d]}", reader->views[reader->base].id,
                (int)fov__floor(wide.x1), (int)fov__floor(wide.y1), (int)fov__ceil(wide.x2),
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
            if (i == j || a->view >= 0 || b->view >= 0 || gap < 0 || gap > 1.7 * tall ||
                drop > 0.4 * tall || drop < -0.4 * tall)
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
    for (size_t i = 0; rc == FOV_OK && i < turned->text_count && scene->text_count < READER_TEXTS;
         i++) {
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

/* Views from the frame's own on: what lies before it was seen the wrong way. */
static fov_status read_upright(struct reader *reader, const fov_cancel *cancel, fov_error *err)
{
    struct reader_scene *scene = reader->scene;
    const int32_t base = (int32_t)reader->base;
    fov_status rc = fov__reader_read_all(scene, reader->views + base,
                                         reader->view_count - reader->base, cancel, err);
    for (size_t i = 0; i < scene->text_count; i++) {
        if (scene->texts[i].view >= 0)
            scene->texts[i].view += base;
    }
    return rc;
}

/* Read what is new: everything once, and what a later, closer look shows. */
static fov_status read_views(struct reader *reader, const fov_cancel *cancel, fov_error *err)
{
    struct reader_scene *scene = reader->scene;
    fov_status rc = FOV_OK;
    if (reader->read_count == 0) {
        rc = read_upright(reader, cancel, err);
        if (rc == FOV_OK)
            rc = read_turned(reader, cancel, err);
    }
    for (size_t v = reader->read_count;
         rc == FOV_OK && reader->read_count > 0 && v < reader->view_count; v++) {
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

static fov_status say(const struct reader *reader, const struct reader_answer *answer,
                      fov_reply *reply, fov_error *err)
{
    struct fov_buf buf;
    fov__buf_init(&buf, reader->ctx, 4096);
    if (answer->is_found) {
        fov__buf_addf(&buf, "ANSWER: %s\n", answer->text);
        fov__buf_addf(&buf, "REASON: %s.\n",
                      answer->reason[0] != '\0' ? answer->reason : "it was read in the picture");
    } else {
        fov__buf_addf(&buf, "CANNOT TELL: %s.\n", answer->reason);
        fov__buf_addf(&buf, "REASON: %s.\n", answer->reason);
    }
    fov__buf_adds(&buf, "EVIDENCE:");
    const char *comma = " ";
    for (size_t i = 0; i < reader->view_count; i++) {
        const bool is_evidence = (answer->views >> i & 1) != 0 || i == reader->base;
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

/* Judge the way of seeing the whole that was asked for last: kept when words are read better. */
static fov_status judge(struct reader *reader, const fov_cancel *cancel, fov_error *err)
{
    struct reader_scene *scene = NULL;
    const size_t at = reader->view_count - 1;
    double sure = 0;
    reader->is_trying = false;
    if (at == 0 || reader->views[at].scale <= 0)
        return FOV_OK;
    fov_status rc = fov__reader_scene_new(&scene, reader->ctx, reader->views[at].px, err);
    if (rc < 0)
        return rc;
    struct reader_view own = reader->views[at];
    own.to_frame = own.from_frame = fov__mat_identity();
    own.scale = 1;
    own.degrees = 0;
    rc = fov__reader_probe(&sure, scene, &own, cancel, err);
    /* Straightening by a few degrees helps rows and bars more than words. */
    const double degrees = reader->views[at].degrees - reader->views[reader->base].degrees;
    const double play = degrees < 15 && degrees > -15 ? 0.1 : -0.1;
    if (rc == FOV_OK && sure > reader->sure - play) {
        fov__reader_scene_free(reader->scene);
        reader->scene = scene;
        reader->sure = sure;
        fov__reader_rebase(reader, at);
        return FOV_OK;
    }
    fov__reader_scene_free(scene);
    return rc;
}

/* Turn or strengthen the whole first, where it seems to need it; at most two ways are tried. */
static fov_status try_whole(struct reader *reader, const fov_request *request, fov_reply *reply,
                            bool *asked, fov_error *err)
{
    struct reader_look look;
    fov_status rc = FOV_OK;
    *asked = false;
    if (reader->tries == 0 && !reader->is_trying)
        rc = fov__reader_probe(&reader->sure, reader->scene, &reader->views[reader->base],
                               request->cancel, err);
    if (rc == FOV_OK && reader->is_trying)
        rc = judge(reader, request->cancel, err);
    if (rc < 0 || reader->tries >= 2)
        return rc;
    if (reader->tries == 0) {
        if (!fov__reader_look_whole(&look, reader->scene, reader->views[reader->base].id,
                                    reader->sure))
            return FOV_OK;
    } else {
        /* A quarter turn the wrong way: the other one is left. */
        const struct reader_view *last = &reader->views[reader->view_count - 1];
        const double turned = last->degrees - reader->views[0].degrees;
        if (reader->sure >= 0.6 || turned < 80 || turned > 100)
            return FOV_OK;
        fov__format(look.tool, sizeof(look.tool), "rotate");
        fov__format(look.arguments, sizeof(look.arguments), "{\"image\":\"%s\",\"degrees\":270}",
                    reader->views[0].id);
    }
    reader->tries++;
    rc = ask(request, reply, &look, 1, asked, err);
    reader->is_trying = *asked;
    return rc;
}

static fov_status generate(void *user, const fov_request *request, fov_reply *reply, fov_error *err)
{
    struct reader *reader = user;
    struct reader_look looks[LOOKS_FIRST];
    struct reader_answer answer;
    bool asked = false;
    size_t count = 0;
    fov_status rc = fov__reader_follow(reader, request->conversation, err);
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
    if (may_look(reader, request) && !reader->has_looked) {
        rc = try_whole(reader, request, reply, &asked, err);
        if (rc < 0 || asked)
            return rc;
    }
    if (may_look(reader, request) && !reader->has_looked) {
        count =
            fov__reader_look_first(looks, LOOKS_FIRST, reader->scene, &reader->views[reader->base]);
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

fov_status fov_reader_new(fov_model **out, fov_context *ctx, const fov_reader_opts *opts,
                          fov_error *err)
{
    static const fov_model_class reader_class = {(uint32_t)sizeof(fov_model_class), "reader",
                                                 generate, reader_free};
    if (out == NULL || ctx == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "reader", "%s is NULL", out == NULL ? "out" : "ctx");
    *out = NULL;
    if (opts != NULL && opts->struct_size < sizeof(fov_reader_opts))
        return fov__fail(err, FOV_E_ARG, 0, "reader.struct_size",
                         "struct_size %u is below %zu; use FOV_READER_OPTS_INIT", opts->struct_size,
                         sizeof(fov_reader_opts));
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
