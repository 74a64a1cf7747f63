/* SPDX-License-Identifier: MIT */
/* The cards of a picture and the lines between them: an image rendered into its place, what each
 * child shows outlined on it, its name and arguments below. Where things stand is the layout's. */
#include "transcript/picture_internal.h"

enum {
    INSET = 2,     /* outlines stay whole at the image's edge */
    START_GAP = 11 /* between lines that leave one image */
};

static const struct fov_type name_type = {12, 2.0, 20, {24, 29, 38}};
static const struct fov_type small_type = {10, 1.3, 17, {95, 104, 115}};

const struct fov_record *fov__painting_record(const struct fov_painting *p, int32_t card)
{
    const int32_t images = p->scene.image_count;
    return card < images ? &p->scene.images[card] : &p->scene.facts[card - images];
}

static const struct fov_node *node_of(const struct fov_painting *p, int32_t card)
{
    return fov__graph_node(p->remake.graph, p->remake.node_of[card]);
}

/* Grey for what shows no part of another image. */
static struct fov_ink ink_of(const struct fov_painting *p, int32_t card, double width)
{
    int32_t looks = 0;
    const struct fov_record *record = fov__painting_record(p, card);
    if (record->kind != FOV__LOG_IMAGE)
        return (struct fov_ink){150, 158, 168, width};
    for (int32_t i = 0; i < card; i++)
        looks += p->scene.images[i].kind == FOV__LOG_IMAGE;
    return fov__picture_colour(looks, width);
}

/* ---- cards ---------------------------------------------------------------------------------- */

/* Where the part that `child` shows lies on the picture of `parent`, in pixels of the whole. */
static void outline_of(const struct fov_painting *p, struct fov_outline *out, int32_t parent,
                       int32_t child, size_t region)
{
    const struct fov_recti at = p->sheet.cards[parent].image;
    const fov_size size = {at.width - 2 * INSET, at.height - 2 * INSET};
    out->count = 0;
    if (fov__painting_record(p, child)->kind != FOV__LOG_IMAGE || size.width < 1 || size.height < 1)
        return;
    fov__picture_outline(out, node_of(p, parent), node_of(p, child), region, size);
    for (int32_t i = 0; i < out->count; i++) {
        out->v[i].x += at.x + INSET;
        out->v[i].y += at.y + INSET;
    }
}

static bool comes_from(const struct fov_painting *p, int32_t child, int32_t parent)
{
    const struct fov_record *record = fov__painting_record(p, child);
    for (int32_t i = 0; i < record->parent_count; i++) {
        if (record->parents[i] == parent)
            return true;
    }
    return false;
}

static void draw_outlines(struct fov_painting *p, int32_t parent)
{
    struct fov_outline line;
    for (int32_t child = parent + 1; child < p->scene.image_count; child++) {
        if (!comes_from(p, child, parent))
            continue;
        for (size_t i = 0; i < node_of(p, child)->region_count; i++) {
            outline_of(p, &line, parent, child, i);
            if (line.count > 2)
                fov__picture_line(p->px, line.v, (size_t)line.count, true, ink_of(p, child, 2.5));
        }
    }
}

static fov_status draw_image(struct fov_painting *p, int32_t card, fov_error *err)
{
    const struct fov_node *node = node_of(p, card);
    const struct fov_recti at = p->sheet.cards[card].image;
    const struct fov_view view = {.node = node,
                                  .box = {0, 0, node->width, node->height},
                                  .width = at.width,
                                  .height = at.height};
    struct fov_pixels *px = NULL;
    const fov_status rc = fov__render(&px, p->ctx, &view, err);
    if (rc >= 0)
        fov__draw_paste(p->px, px, at.x, at.y);
    fov__pixels_unref(px);
    return rc;
}

/* As many lines as the place is high. */
static fov_status say(struct fov_painting *p, const char *text, size_t len,
                      const struct fov_type *type, struct fov_recti place, fov_error *err)
{
    struct fov_words words = {.count = 0};
    const int32_t lines = place.height / type->step;
    const fov_status rc = fov__words_make(&words, p->ctx, text, len, type, place.width,
                                          lines < 1                   ? 1
                                          : lines < FOV__WORDS_LINES ? lines
                                                                      : FOV__WORDS_LINES,
                                          err);
    if (rc >= 0)
        fov__words_draw(p->px, &words, type, place.x, place.y);
    fov__free(p->ctx, words.text);
    return rc;
}

/* The name in the card's colour, the operation behind it. */
static fov_status draw_name(struct fov_painting *p, int32_t card, int32_t x, int32_t y,
                            int32_t width, fov_error *err)
{
    const struct fov_record *record = fov__painting_record(p, card);
    struct fov_ink ink = ink_of(p, card, name_type.pen);
    char name[32];
    fov__record_name(record, name);
    if (record->kind != FOV__LOG_IMAGE)
        ink = (struct fov_ink){24, 29, 38, name_type.pen};
    fov__draw_text(p->px, (fov_point){x, y}, name, name_type.height, ink);
    const int32_t used = fov__draw_text_size(name, name_type.height, name_type.pen).width + 9;
    const char *what = record->kind == FOV__LOG_SOURCE ? "original" : record->op;
    const struct fov_type plain = {name_type.height, 1.5, name_type.step, {24, 29, 38}};
    return say(p, what, strlen(what), &plain,
               (struct fov_recti){x + used, y, width - used, name_type.step}, err);
}

/* A lone box goes without its name, so that its numbers find room on a narrow card. */
static void add_args(struct fov_buf *buf, const struct fov_record *record)
{
    const fov_json_value *box = fov__json_child(record->recipe);
    if (box == NULL || fov__json_next(box) != NULL || strcmp(fov__json_key(box), "box") != 0) {
        fov__show_args(buf, record);
        return;
    }
    for (const fov_json_value *v = fov__json_child(box); v != NULL; v = fov__json_next(v)) {
        struct fov_jw jw;
        fov__jw_init(&jw, buf);
        fov__jw_value(&jw, NULL, v);
        if (fov__json_next(v) != NULL)
            fov__buf_addc(buf, ',');
    }
}

static fov_status draw_details(struct fov_painting *p, int32_t card, struct fov_recti place,
                               fov_error *err)
{
    const struct fov_record *record = fov__painting_record(p, card);
    struct fov_buf buf;
    fov__buf_init(&buf, p->ctx, 1 << 16);
    if (record->kind == FOV__LOG_FACT)
        fov__buf_add(&buf, record->json_text.data,
                     record->json_text.len < FOV__WORDS_MAX ? record->json_text.len
                                                              : FOV__WORDS_MAX);
    else if (record->kind == FOV__LOG_IMAGE)
        add_args(&buf, record);
    else
        fov__buf_addf(&buf, "%dx%d %s", (int)record->width, (int)record->height, record->format);
    fov_status rc = fov__buf_check(&buf, "picture", err);
    if (rc >= 0)
        rc = say(p, buf.data, buf.len, &small_type, place, err);
    fov__buf_free(&buf);
    return rc;
}

fov_status fov__picture_card(struct fov_painting *p, int32_t i, fov_error *err)
{
    const struct fov_card *card = &p->sheet.cards[i];
    const struct fov_recti box = card->box;
    const int32_t x = box.x + PICTURE_PAD + 2, width = box.width - 2 * PICTURE_PAD - 4;
    const int32_t y =
        card->is_fact ? box.y + PICTURE_PAD + 3 : card->image.y + card->image.height + 9;
    const struct fov_recti place = {x, card->is_fact ? card->image.y + 4 : y + 20, width,
                                    card->is_fact ? card->image.height : small_type.step};
    fov_status rc = card->is_fact ? FOV_OK : draw_image(p, i, err);
    fov__picture_frame(p->px, box, ink_of(p, i, p->is_evidence[i] ? 3.5 : 1.5));
    if (rc >= 0)
        rc = draw_name(p, i, x, y, width, err);
    if (rc >= 0)
        rc = draw_details(p, i, place, err);
    if (rc >= 0 && !card->is_fact)
        draw_outlines(p, i);
    return rc;
}

/* ---- connectors ----------------------------------------------------------------------------- */

struct start {
    int32_t child;
    struct fov_outline line;
    double y, wanted;
};

/* The outline's right side at a height. */
static double right_at(const struct fov_outline *line, double y, double fallback)
{
    double x = -1;
    for (int32_t i = 0; i < line->count; i++) {
        const fov_point a = line->v[i], b = line->v[(i + 1) % line->count];
        if ((a.y <= y) == (b.y <= y))
            continue;
        const double at = a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y));
        x = at > x ? at : x;
    }
    return x >= 0 ? x : fallback;
}

/* As near to where the line goes as the outline allows. */
static void find_start(const struct fov_painting *p, struct start *start, int32_t parent,
                       int32_t child)
{
    const struct fov_card *from = &p->sheet.cards[parent], *to = &p->sheet.cards[child];
    double low = from->box.y + 20, high = from->box.y + from->box.height - 20;
    start->child = child;
    outline_of(p, &start->line, parent, child, 0);
    for (int32_t i = 0; i < start->line.count; i++) {
        const double y = start->line.v[i].y;
        low = i == 0 || y < low ? y : low;
        high = i == 0 || y > high ? y : high;
    }
    const double in = (high - low) * 0.2, y = to->image.y + to->image.height / 2.0;
    start->wanted = to->lane >= 0 ? to->lane : y;
    start->y = start->wanted < low + in ? low + in : start->wanted;
    start->y = start->y > high - in ? high - in : start->y;
}

/* From top to bottom, and of two that leave at one height first the one that goes up: lines of one
 * parent then cross as little as they can. */
static bool is_above(const struct start *a, const struct start *b)
{
    return a->y < b->y || (a->y == b->y && a->wanted < b->wanted);
}

static void draw_connectors(struct fov_painting *p, int32_t parent, struct start *starts)
{
    const struct fov_card *from = &p->sheet.cards[parent];
    const int32_t end = from->box.x + from->box.width;
    int32_t count = 0;
    for (int32_t child = parent + 1; child < p->sheet.count; child++) {
        struct start one;
        int32_t at = count;
        if (!comes_from(p, child, parent))
            continue;
        find_start(p, &one, parent, child);
        for (; at > 0 && is_above(&one, &starts[at - 1]); at--)
            starts[at] = starts[at - 1];
        starts[at] = one;
        count++;
    }
    for (int32_t i = 0; i < count; i++) {
        struct start *s = &starts[i];
        struct fov_card to = p->sheet.cards[s->child];
        if (i > 0 && s->y < starts[i - 1].y + START_GAP)
            s->y = starts[i - 1].y + START_GAP;
        if (to.parent != parent)
            to.lane = -1; /* it stands in another's row */
        fov__picture_arrow(p->px, (fov_point){right_at(&s->line, s->y, end), s->y}, &to, end,
                           ink_of(p, s->child, 2));
    }
}

fov_status fov__picture_connectors(struct fov_painting *p, fov_error *err)
{
    const size_t count = (size_t)p->sheet.count + 1;
    struct start *starts = fov__calloc(p->ctx, count, sizeof(*starts));
    if (starts == NULL)
        return fov__fail_memory(err, "picture", count * sizeof(*starts));
    for (int32_t i = 0; i < p->scene.image_count; i++)
        draw_connectors(p, i, starts);
    fov__free(p->ctx, starts);
    return FOV_OK;
}
