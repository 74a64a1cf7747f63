/* SPDX-License-Identifier: MIT */
/* A transcript as one picture for people: what was asked, what was looked at and where, what came
 * out. Images are made again from the sources and nothing recorded stands in for one; words are
 * shown as recorded, cut to their place. */
#include "transcript/picture_internal.h"

enum { FOOT_GAP = 26 };

static const struct fov_type question_type = {19, 2.4, 32, {24, 29, 38}};
static const struct fov_type answer_type = {26, 3.4, 42, {24, 29, 38}};
static const struct fov_type none_type = {19, 2.2, 32, {105, 114, 125}};
static const struct fov_type text_type = {12, 1.5, 21, {70, 78, 90}};

/* ---- what there is -------------------------------------------------------------------------- */

static fov_status make_cards(struct fov_painting *p, fov_error *err)
{
    const int32_t count = p->scene.image_count + p->scene.fact_count;
    const struct fov_record *record = NULL;
    p->sheet.count = count;
    p->sheet.cards = fov__calloc(p->ctx, (size_t)count + 1, sizeof(*p->sheet.cards));
    p->is_evidence = fov__calloc(p->ctx, (size_t)count + 1, sizeof(*p->is_evidence));
    if (p->sheet.cards == NULL || p->is_evidence == NULL)
        return fov__fail_memory(err, "picture", (size_t)count * sizeof(*p->sheet.cards));
    for (int32_t i = 0; i < count; i++) {
        struct fov_card *card = &p->sheet.cards[i];
        record = fov__painting_record(p, i);
        card->parent = record->parent_count > 0 ? record->parents[0] : -1;
        card->is_fact = record->kind == FOV__LOG_FACT;
        card->width = record->width;
        card->height = record->height;
    }
    for (const fov_json_value *v = fov__show_evidence(&p->scene, NULL, &record); v != NULL;
         v = fov__show_evidence(&p->scene, v, &record))
        p->is_evidence[record->kind == FOV__LOG_FACT ? p->scene.image_count + record->id
                                                     : record->id] = true;
    return FOV_OK;
}

static const char *answer_member(const struct fov_painting *p, const char *key)
{
    const char *text = NULL;
    if (p->scene.answer != NULL)
        text = fov__json_string(fov__json_get(fov__json_root(p->scene.answer), key));
    return text != NULL ? text : "";
}

static const char *why_no_answer(const struct fov_painting *p)
{
    const char *status = answer_member(p, "status");
    if (strcmp(status, fov_status_name(FOV_NOTE_UNSURE)) == 0)
        return "The model cannot tell.";
    if (strcmp(status, fov_status_name(FOV_NOTE_BUDGET)) == 0)
        return "No answer: a budget ended the conversation.";
    return "No answer was recorded.";
}

static fov_status make_evidence(struct fov_painting *p, int32_t width, fov_error *err)
{
    const struct fov_record *record = NULL;
    struct fov_buf buf;
    char name[32];
    fov_status rc;
    fov__buf_init(&buf, p->ctx, 1 << 16);
    for (const fov_json_value *v = fov__show_evidence(&p->scene, NULL, &record); v != NULL;
         v = fov__show_evidence(&p->scene, v, &record)) {
        fov__record_name(record, name);
        fov__buf_adds(&buf, buf.len == 0 ? "Read from " : ", ");
        fov__buf_adds(&buf, name);
    }
    rc = fov__buf_check(&buf, "picture", err);
    if (rc >= 0 && buf.len > 0)
        rc = fov__words_make(&p->evidence, p->ctx, buf.data, buf.len, &text_type, width, 2, err);
    fov__buf_free(&buf);
    return rc;
}

static fov_status make_words(struct fov_painting *p, fov_error *err)
{
    const char *question = fov__show_question(&p->scene), *answer = answer_member(p, "answer");
    const char *reason = fov__show_reason(&p->scene);
    const int32_t width = p->sheet.width - 2 * PICTURE_MARGIN;
    p->has_answer = answer[0] != '\0';
    answer = p->has_answer ? answer : why_no_answer(p);
    fov_status rc = fov__words_make(&p->question, p->ctx, question, strlen(question),
                                    &question_type, width, 3, err);
    if (rc >= 0)
        rc = fov__words_make(&p->answer, p->ctx, answer, strlen(answer),
                             p->has_answer ? &answer_type : &none_type, width, 3, err);
    if (rc >= 0)
        rc = fov__words_make(&p->reason, p->ctx, reason, strlen(reason), &text_type, width,
                             FOV__WORDS_LINES, err);
    if (rc >= 0)
        rc = make_evidence(p, width - 30, err);
    return rc;
}

/* ---- the sheet ------------------------------------------------------------------------------ */

static int32_t foot_height(const struct fov_painting *p)
{
    int32_t height =
        FOOT_GAP + fov__words_height(&p->answer, p->has_answer ? &answer_type : &none_type);
    if (p->reason.count > 0)
        height += 20 + fov__words_height(&p->reason, &text_type);
    if (p->evidence.count > 0)
        height += 18 + fov__words_height(&p->evidence, &text_type);
    return height + PICTURE_MARGIN;
}

static void draw_foot(struct fov_painting *p, int32_t y)
{
    const fov_point rule[2] = {{PICTURE_MARGIN, y + 0.5},
                               {p->sheet.width - PICTURE_MARGIN, y + 0.5}};
    const struct fov_type *type = p->has_answer ? &answer_type : &none_type;
    fov__draw_polyline(p->px, rule, 2, false, (struct fov_ink){220, 224, 229, 1});
    y += FOOT_GAP;
    fov__words_draw(p->px, &p->answer, type, PICTURE_MARGIN, y);
    y += fov__words_height(&p->answer, type);
    if (p->reason.count > 0) {
        fov__words_draw(p->px, &p->reason, &text_type, PICTURE_MARGIN, y + 20);
        y += 20 + fov__words_height(&p->reason, &text_type);
    }
    if (p->evidence.count > 0) {
        fov__picture_tick(p->px, (fov_point){PICTURE_MARGIN + 9, y + 24}, 9);
        fov__words_draw(p->px, &p->evidence, &text_type, PICTURE_MARGIN + 30, y + 18);
    }
}

static fov_status make_sheet(struct fov_painting *p, fov_error *err)
{
    const uint32_t edge = p->ctx->limits.output_edge;
    fov_status rc = FOV_OK;
    const int32_t height = p->sheet.top + p->sheet.tree_height + FOOT_GAP + foot_height(p);
    if ((uint32_t)height > edge)
        return fov__fail(err, FOV_E_LIMIT, 0, "picture",
                         "the picture of %d images and facts is %dx%d pixels, above the limit "
                         "output_edge of %u: it needs a larger width",
                         (int)p->sheet.count, (int)p->sheet.width, (int)height, (unsigned)edge);
    rc = fov__pixels_new(&p->px, p->ctx, p->sheet.width, height, 3, err);
    for (int32_t y = 0; y < height && rc >= 0; y++)
        memset(fov__pixels_row(p->px, y), 255, (size_t)p->sheet.width * 3);
    return rc;
}

static fov_status draw_all(struct fov_painting *p, fov_error *err)
{
    fov_status rc = FOV_OK;
    fov__words_draw(p->px, &p->question, &question_type, PICTURE_MARGIN, PICTURE_MARGIN);
    for (int32_t i = 0; i < p->sheet.count && rc >= 0; i++)
        rc = fov__picture_card(p, i, err);
    if (rc >= 0)
        rc = fov__picture_connectors(p, err);
    for (int32_t i = 0; i < p->sheet.count && rc >= 0; i++) {
        const struct fov_recti box = p->sheet.cards[i].box;
        if (p->is_evidence[i])
            fov__picture_tick(p->px, (fov_point){box.x + box.width - 4, box.y + 4}, 12);
    }
    draw_foot(p, p->sheet.top + p->sheet.tree_height + FOOT_GAP);
    return rc;
}

static fov_status paint(struct fov_painting *p, const char *dir, fov_error *err)
{
    fov_status rc = fov__remake_images(&p->remake, dir, err);
    p->scene.log = p->remake.log;
    if (rc >= 0)
        rc = fov__scene_read(&p->scene, err);
    if (rc >= 0)
        rc = make_cards(p, err);
    /* The width may come from the tree, and the tree stands below the question: laid out at 0
     * first, then moved. */
    if (rc >= 0)
        rc = fov__picture_layout(&p->sheet, p->ctx, err);
    if (rc >= 0)
        rc = make_words(p, err);
    if (rc < 0)
        return rc;
    p->sheet.top = PICTURE_MARGIN;
    if (p->question.count > 0)
        p->sheet.top += fov__words_height(&p->question, &question_type) + FOOT_GAP;
    for (int32_t i = 0; i < p->sheet.count; i++) {
        struct fov_card *card = &p->sheet.cards[i];
        card->box.y += p->sheet.top;
        card->image.y += p->sheet.top;
        card->lane += card->lane >= 0 ? p->sheet.top : 0;
    }
    rc = make_sheet(p, err);
    return rc < 0 ? rc : draw_all(p, err);
}

static void drop(struct fov_painting *p)
{
    fov__pixels_unref(p->px);
    fov__free(p->ctx, p->question.text);
    fov__free(p->ctx, p->answer.text);
    fov__free(p->ctx, p->reason.text);
    fov__free(p->ctx, p->evidence.text);
    fov__free(p->ctx, p->is_evidence);
    fov__free(p->ctx, p->sheet.cards);
    fov__scene_drop(&p->scene);
    fov__remake_drop(&p->remake);
}

void fov_picture_opts_init(fov_picture_opts *opts)
{
    memset(opts, 0, sizeof(*opts));
    opts->struct_size = (uint32_t)sizeof(*opts);
}

static fov_status check_call(const fov_context *ctx, const char *dir, const fov_picture_opts *opts,
                             fov_image **out, fov_error *err)
{
    if (ctx == NULL || dir == NULL || out == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "transcript", "%s is NULL",
                         ctx == NULL   ? "the context"
                         : dir == NULL ? "the folder"
                                       : "the place for the picture");
    *out = NULL;
    if (opts == NULL)
        return FOV_OK;
    if (opts->struct_size != sizeof(*opts))
        return fov__fail(err, FOV_E_ARG, 0, "picture.struct_size",
                         "struct_size is %u where this library has %zu: call "
                         "fov_picture_opts_init() first",
                         (unsigned)opts->struct_size, sizeof(*opts));
    if (opts->width != 0 &&
        (opts->width < PICTURE_WIDTH_MIN || (uint32_t)opts->width > ctx->limits.output_edge))
        return fov__fail(err, FOV_E_ARG, 0, "picture.width",
                         "width is %d; it is %d to %u, or 0 for the default", (int)opts->width,
                         (int)PICTURE_WIDTH_MIN, (unsigned)ctx->limits.output_edge);
    return FOV_OK;
}

fov_status fov_transcript_picture(fov_context *ctx, const char *dir, const fov_picture_opts *opts,
                                  fov_image **out, fov_error *err)
{
    struct fov_painting p = {.ctx = ctx};
    fov_replayed found;
    fov_status rc = check_call(ctx, dir, opts, out, err);
    if (rc < 0)
        return rc;
    fov_replayed_init(&found);
    p.remake.ctx = ctx;
    p.remake.out = &found;
    p.scene.ctx = ctx;
    p.sheet.width = opts != NULL ? opts->width : 0;
    rc = paint(&p, dir, err);
    if (rc >= 0) {
        rc = fov__image_take_pixels(out, p.px, err);
        p.px = NULL;
    }
    drop(&p);
    if (rc >= 0)
        fov__ok(err);
    return rc < 0 ? rc : FOV_OK;
}
