/* SPDX-License-Identifier: MIT */
/* The contact sheet: each operation with its first example, run on the demo picture, before and
 * after. It shows what the table says and decides nothing: a new operation has its card by itself.
 */
#include "cli/cli_internal.h"

#include "graph/graph_internal.h"
#include "image/draw_internal.h"

enum {
    COLUMNS = 3,
    MARGIN = 30,
    CARD_W = 560,
    CARD_H = 262,
    PAD = 14,
    BEFORE_W = 192, /* the demo picture is two by one */
    BEFORE_H = 96,
    AFTER_X = 234, /* from the card's edge */
    AFTER_W = CARD_W - AFTER_X - PAD,
    AFTER_H = 162,
    PICTURES_Y = 84,
    AFTER_MAX = 4
};

static const struct fov_type name_type = {15, 2.2, 20, {20, 20, 20}};
static const struct fov_type text_type = {8, 1.1, 15, {70, 70, 70}};
static const struct fov_type call_type = {7, 1.0, 13, {29, 99, 220}};
static const struct fov_ink ink_frame = {205, 205, 205, 1}, ink_arrow = {29, 99, 220, 2};

struct card {
    struct cli *cli;
    const fov_op_def *def;
    fov_graph *graph;
    fov_applied applied;
};

/* ---- the example ---------------------------------------------------------------------------- */

static fov_status add_demo(struct card *card, bool is_changed, fov_error *err)
{
    fov_image *picture = NULL;
    fov_status rc = cli_demo_picture(&picture, card->cli->ctx, is_changed, err);

    if (rc >= 0)
        rc = fov_graph_add_source(card->graph, picture, NULL, err);
    fov_image_unref(picture);
    return rc;
}

static fov_status run_example(struct card *card, fov_error *err)
{
    const char *const *before = card->def->examples_after;
    fov_status rc = fov_graph_new(&card->graph, card->cli->ctx, err);

    if (rc >= 0)
        rc = add_demo(card, false, err);
    if (rc >= 0 && card->def->input_max > 1)
        rc = add_demo(card, true, err);
    for (; rc >= 0 && before && before[0]; before += 2)
        rc = fov_graph_apply(card->graph, before[0], before[1], &card->applied, err);
    fov_applied_init(&card->applied);
    if (rc >= 0 && card->def->kind != FOV_OP_STATE)
        rc = fov_graph_apply(card->graph, card->def->name, card->def->examples[0].arguments,
                             &card->applied, err);
    return rc;
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* A node, no larger than it is, inside width x height, with a thin frame. */
static fov_status put_node(struct fov_pixels *sheet, struct card *card, int32_t id,
                           struct fov_recti place, fov_error *err)
{
    const struct fov_node *node = fov__graph_node(card->graph, id);
    double scale = (double)place.width / node->width;
    struct fov_view view = {.node = node, .box = {0, 0, node->width, node->height}};
    struct fov_pixels *px = NULL;
    fov_status rc;

    if (node->height * scale > place.height)
        scale = (double)place.height / node->height;
    view.width = (int32_t)fov__rint(node->width * scale);
    view.height = (int32_t)fov__rint(node->height * scale);
    view.width = view.width < 1 ? 1 : view.width;
    view.height = view.height < 1 ? 1 : view.height;
    rc = fov__render(&px, card->cli->ctx, &view, err);
    if (rc < 0)
        return rc;
    const double x = place.x, y = place.y, r = x + view.width, b = y + view.height;
    const fov_point frame[4] = {
        {x - 0.5, y - 0.5}, {r + 0.5, y - 0.5}, {r + 0.5, b + 0.5}, {x - 0.5, b + 0.5}};
    fov__draw_paste(sheet, px, place.x, place.y);
    fov__draw_polyline(sheet, frame, 4, true, ink_frame);
    fov__pixels_unref(px);
    return FOV_OK;
}

static fov_status put_words(struct fov_pixels *sheet, struct card *card, const char *text,
                            const struct fov_type *type, struct fov_recti place, int32_t lines,
                            fov_error *err)
{
    struct fov_words words = {0};
    const fov_status rc =
        fov__words_make(&words, card->cli->ctx, text, strlen(text), type, place.width, lines, err);

    if (rc >= 0)
        fov__words_draw(sheet, &words, type, place.x, place.y);
    fov__free(card->cli->ctx, words.text);
    return rc;
}

/* One image large, several in two columns. */
static fov_status put_images(struct fov_pixels *sheet, struct card *card, int32_t x, int32_t y,
                             int32_t height, fov_error *err)
{
    const int32_t n = card->applied.image_count, shown = n < AFTER_MAX ? n : AFTER_MAX;
    fov_status rc = FOV_OK;

    for (int32_t i = 0; rc >= 0 && i < shown; i++) {
        struct fov_recti place = {x, y, AFTER_W, height};
        if (n > 1) {
            place.width = (AFTER_W - 8) / 2;
            place.height = (height - 8) / 2;
            place.x += i % 2 * (place.width + 8);
            place.y += i / 2 * (place.height + 8);
        }
        rc = put_node(sheet, card, card->applied.image + i, place, err);
    }
    return rc;
}

/* A fact in words: a blank after each comma, where lines may break. */
static fov_status put_fact(struct fov_pixels *sheet, struct card *card, struct fov_recti place,
                           int32_t lines, fov_error *err)
{
    const char *json = fov__graph_fact_get(card->graph, card->applied.fact)->json;
    struct fov_buf spaced;
    fov_status rc;

    fov__buf_init(&spaced, card->cli->ctx, 1 << 20);
    for (const char *c = json; *c && spaced.len < 900; c++) {
        if (*c == '"')
            continue;
        fov__buf_addc(&spaced, *c);
        if (*c == ',' || *c == ':')
            fov__buf_addc(&spaced, ' ');
    }
    rc = fov__buf_check(&spaced, "sheet", err);
    if (rc >= 0)
        rc = put_words(sheet, card, spaced.data, &text_type, place, lines, err);
    fov__buf_free(&spaced);
    return rc;
}

static fov_status put_after(struct fov_pixels *sheet, struct card *card, int32_t x, int32_t y,
                            fov_error *err)
{
    const bool has_image = card->applied.image >= 0, has_fact = card->applied.fact >= 0;
    const int32_t height = has_image && has_fact ? 114 : AFTER_H;
    const struct fov_recti below = {x, has_image ? y + height + 10 : y + 2, AFTER_W, 0};
    fov_status rc = FOV_OK;

    if (has_image)
        rc = put_images(sheet, card, x, y, height, err);
    if (rc >= 0 && has_fact)
        rc = put_fact(sheet, card, below, has_image ? 3 : 8, err);
    if (rc >= 0 && !has_image && !has_fact)
        rc = put_words(sheet, card, card->def->when, &text_type,
                       (struct fov_recti){x, y + 2, AFTER_W, 0}, 8, err);
    return rc;
}

static void put_arrow(struct fov_pixels *sheet, double x, double y)
{
    const fov_point line[2] = {{x, y}, {x + 12, y}};
    fov__draw_polyline(sheet, line, 2, false, ink_arrow);
    fov__draw_triangle(sheet, (fov_point){x + 18, y}, (fov_point){x + 11, y - 4},
                       (fov_point){x + 11, y + 4}, ink_arrow);
}

static fov_status put_card(struct fov_pixels *sheet, struct card *card, int32_t x, int32_t y,
                           fov_error *err)
{
    const fov_point frame[4] = {{x + 0.5, y + 0.5},
                                {x + CARD_W - 0.5, y + 0.5},
                                {x + CARD_W - 0.5, y + CARD_H - 0.5},
                                {x + 0.5, y + CARD_H - 0.5}};
    const int32_t left = x + PAD, wide = CARD_W - 2 * PAD, top = y + PICTURES_Y;
    fov_status rc;

    fov__draw_polyline(sheet, frame, 4, true, ink_frame);
    rc = put_words(sheet, card, card->def->name, &name_type,
                   (struct fov_recti){left, y + PAD + 2, wide, 0}, 1, err);
    if (rc >= 0)
        rc = put_words(sheet, card, card->def->summary, &text_type,
                       (struct fov_recti){left, y + PAD + 28, wide, 0}, 2, err);
    const bool has_before = card->def->input_max > 0 && card->def->kind != FOV_OP_STATE;
    if (rc >= 0 && has_before)
        rc = put_node(sheet, card, 0, (struct fov_recti){left, top, BEFORE_W, BEFORE_H}, err);
    if (rc >= 0 && has_before)
        put_arrow(sheet, left + BEFORE_W + 3, top + BEFORE_H / 2.0);
    if (rc >= 0)
        rc = put_words(
            sheet, card, card->def->examples[0].arguments, &call_type,
            (struct fov_recti){left, top + (has_before ? BEFORE_H + 12 : 2), BEFORE_W, 0}, 5, err);
    return rc < 0 ? rc : put_after(sheet, card, x + AFTER_X, top, err);
}

/* ---- the sheet ------------------------------------------------------------------------------ */

static bool is_on(const fov_op_def *def, const fov_op_def *only, uint32_t preset)
{
    return only ? def == only : (def->presets & preset) != 0;
}

static fov_status draw_cards(struct cli *cli, struct fov_pixels *sheet, const fov_op_def *only,
                             uint32_t preset, fov_error *err)
{
    const int32_t columns = only ? 1 : COLUMNS;
    const fov_op_def *def;
    fov_status rc = FOV_OK;
    int32_t n = 0;

    for (int32_t y = 0; y < sheet->height; y++)
        memset(fov__pixels_row(sheet, y), 255, (size_t)sheet->width * 3);
    for (size_t i = 0; rc >= 0 && (def = fov__op_at(NULL, i)); i++) {
        struct card card = {.cli = cli, .def = def, .applied = FOV_APPLIED_INIT};
        if (!is_on(def, only, preset))
            continue;
        rc = run_example(&card, err);
        if (rc >= 0)
            rc = put_card(sheet, &card, MARGIN + n % columns * (CARD_W + MARGIN),
                          MARGIN + n / columns * (CARD_H + MARGIN), err);
        fov_graph_free(card.graph);
        n++;
    }
    return rc;
}

static fov_status write_sheet(struct cli *cli, const struct fov_pixels *sheet, const char *path,
                              fov_error *err)
{
    fov_encode_opts encode = FOV_ENCODE_OPTS_INIT;
    fov_bytes bytes = {NULL, 0, NULL};
    fov_image *picture = NULL;
    fov_status rc = fov_image_new_pixels(&picture, cli->ctx, sheet->data, sheet->width,
                                         sheet->height, 3, sheet->stride, err);

    encode.format = FOV_FORMAT_PNG;
    if (rc >= 0)
        rc = fov_image_encode(&bytes, picture, &encode, err);
    if (rc >= 0)
        rc = fov__file_write(cli->ctx, path, bytes.data, bytes.size, false, err);
    fov_bytes_free(&bytes);
    fov_image_unref(picture);
    return rc;
}

int cli_ops_sheet(struct cli *cli, const fov_op_def *only, uint32_t preset, const char *path)
{
    struct fov_pixels *sheet = NULL;
    const fov_op_def *def;
    fov_error err = {0};
    int32_t n = 0;
    fov_status rc;

    for (size_t i = 0; (def = fov__op_at(NULL, i)); i++)
        n += is_on(def, only, preset);
    const int32_t columns = only ? 1 : COLUMNS, rows = (n + columns - 1) / columns;
    rc = fov__pixels_new(&sheet, cli->ctx, columns * (CARD_W + MARGIN) + MARGIN,
                         rows * (CARD_H + MARGIN) + MARGIN, 3, &err);
    if (rc >= 0)
        rc = draw_cards(cli, sheet, only, preset, &err);
    if (rc >= 0)
        rc = write_sheet(cli, sheet, path, &err);
    fov__pixels_unref(sheet);
    return rc < 0 ? cli_fail(rc, &err) : CLI_OK;
}
