/* SPDX-License-Identifier: MIT */
/* Where the cards of a picture stand: numbers only, no pixel and no letter. Several arrangements
 * are measured, from few columns with large images to many with small ones, and the one that shows
 * most without growing tall is taken. */
#include "transcript/picture_internal.h"

enum {
    CAP_MOST = 340, /* heights of an image that are tried, in steps */
    CAP_LEAST = 110,
    CAP_STEP = 10,
    COLUMNS_MORE = 5, /* beyond those that the depth needs */
    GUTTER_MORE = 64, /* what a gutter may take of space left over */
    FACT_WIDTH = 250,
    FACT_LINE = 17,
    TALL_LEAST = 400
};

/* One card's children, and the room that it and all below it take. */
struct knot {
    int32_t first, last, next;
    int32_t height, kids_height, top;
};

struct plan {
    struct fov_sheet *sheet;
    struct knot *knots;
    int32_t columns, cap; /* of this attempt */
    int32_t share;        /* widest card of a column but the first */
    int32_t source_share;
    int32_t column_width[PICTURE_CARDS_MAX + COLUMNS_MORE + 1];
    int32_t x[PICTURE_CARDS_MAX + COLUMNS_MORE + 1];
};

struct row {
    int32_t count, height, lanes, next;
};

static int32_t largest(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Returns the columns that the depth needs. */
static int32_t hang(struct plan *plan)
{
    int32_t columns = 1;
    for (int32_t i = 0; i < plan->sheet->count; i++) {
        struct fov_card *card = &plan->sheet->cards[i];
        plan->knots[i] = (struct knot){-1, -1, -1, 0, 0, 0};
        card->depth = 0;
        if (card->parent < 0)
            continue;
        struct knot *parent = &plan->knots[card->parent];
        card->depth = plan->sheet->cards[card->parent].depth + 1;
        columns = largest(columns, card->depth + 1);
        if (parent->first < 0)
            parent->first = i;
        else
            plan->knots[parent->last].next = i;
        parent->last = i;
    }
    return columns;
}

/* ---- one attempt ---------------------------------------------------------------------------- */

/* The first column is the wider, the more so the more the others are cut up; in tenths of another.
 */
static int32_t tenths(int32_t columns)
{
    return columns < 2 ? 10 : 13 + (columns - 2) + 10 * (columns - 1);
}

static int32_t room_for_cards(int32_t width, int32_t columns)
{
    return width - 2 * PICTURE_MARGIN - (columns - 1) * PICTURE_GUTTER;
}

/* As large as fits, but no larger than would still show something: an original up to half as large
 * again, a look up to eight times, as deliveries are. */
static void size_card(const struct plan *plan, struct fov_card *card)
{
    const bool is_first = card->depth == 0;
    const int32_t width = is_first ? plan->source_share : plan->share;
    const double room = width - 2 * PICTURE_PAD;
    const double cap = is_first ? plan->sheet->width * 0.4 : plan->cap;
    double scale = is_first ? 1.5 : 8;
    if (card->is_fact) {
        card->box.width = width < FACT_WIDTH ? width : FACT_WIDTH;
        card->box.height = 2 * PICTURE_PAD + PICTURE_FACT_NAME + PICTURE_FACT_LINES * FACT_LINE;
        card->image.width = card->box.width - 2 * PICTURE_PAD;
        card->image.height = PICTURE_FACT_LINES * FACT_LINE;
        return;
    }
    scale = scale * card->width > room ? room / card->width : scale;
    scale = scale * card->height > cap ? cap / card->height : scale;
    card->image.width = largest((int32_t)(card->width * scale), 1);
    card->image.height = largest((int32_t)(card->height * scale), 1);
    card->box.width = largest(card->image.width + 2 * PICTURE_PAD, PICTURE_CARD_MIN);
    card->box.height = card->image.height + 2 * PICTURE_PAD + PICTURE_CAPTION;
}

/* The row that begins with child `i`: children without children stand side by side, as evenly as
 * the free columns allow; one with children has a row of its own. */
static struct row row_at(struct plan *plan, int32_t i)
{
    struct row row = {0, 0, 0, i};
    const int32_t depth = plan->sheet->cards[i].depth, most = plan->columns - depth;
    int32_t left = 0, rows;
    if (plan->knots[i].first >= 0 || depth == 0) {
        plan->sheet->cards[i].column = depth;
        return (struct row){1, plan->knots[i].height, 0, plan->knots[i].next};
    }
    for (int32_t k = i; k >= 0 && plan->knots[k].first < 0; k = plan->knots[k].next)
        left++;
    rows = (left + most - 1) / most;
    for (; row.count < (left + rows - 1) / rows; row.count++) {
        plan->sheet->cards[row.next].column = depth + row.count;
        row.height = largest(row.height, plan->knots[row.next].height);
        row.next = plan->knots[row.next].next;
    }
    row.lanes = row.count > 1 ? row.count * PICTURE_LANE : 0;
    return row;
}

/* From the last to the first: children come behind their parents. */
static void measure(struct plan *plan)
{
    struct fov_sheet *sheet = plan->sheet;
    memset(plan->column_width, 0, sizeof(plan->column_width));
    sheet->tree_height = sheet->count > 0 ? -PICTURE_GAP : 0;
    for (int32_t i = sheet->count - 1; i >= 0; i--) {
        struct knot *knot = &plan->knots[i];
        knot->kids_height = knot->first >= 0 ? -PICTURE_GAP : 0;
        for (int32_t k = knot->first; k >= 0;) {
            const struct row row = row_at(plan, k);
            knot->kids_height += row.lanes + row.height + PICTURE_GAP;
            k = row.next;
        }
        knot->height = largest(sheet->cards[i].box.height, knot->kids_height);
        if (sheet->cards[i].parent < 0) {
            sheet->cards[i].column = 0;
            sheet->tree_height += knot->height + PICTURE_GAP;
        }
    }
    for (int32_t i = 0; i < sheet->count; i++) {
        int32_t *width = &plan->column_width[sheet->cards[i].column];
        *width = largest(*width, sheet->cards[i].box.width);
    }
}

/* False when a card would be too narrow for its words. */
static bool attempt(struct plan *plan, int32_t columns, int32_t cap)
{
    struct fov_sheet *sheet = plan->sheet;
    const int32_t room = room_for_cards(sheet->width, columns);
    plan->columns = columns;
    plan->cap = cap;
    plan->source_share = room;
    plan->share = room * 10 / tenths(columns);
    if (plan->share < PICTURE_CARD_MIN)
        return false;
    for (int32_t i = 0; i < sheet->count; i++)
        size_card(plan, &sheet->cards[i]);
    measure(plan);
    /* What the looks leave, the originals take. */
    for (int32_t c = 1; c < columns; c++)
        plan->source_share -= plan->column_width[c];
    for (int32_t i = 0; i < sheet->count; i++)
        size_card(plan, &sheet->cards[i]);
    measure(plan);
    return true;
}

/* ---- the best of them ----------------------------------------------------------------------- */

static int64_t shown(const struct fov_sheet *sheet)
{
    int64_t sum = 0;
    for (int32_t i = 0; i < sheet->count; i++)
        sum += sheet->cards[i].is_fact ? 0
                                       : sheet->cards[i].image.width + sheet->cards[i].image.height;
    return sum;
}

/* The most that is shown while the tree stays flat; when none is flat, the flattest. */
static bool choose(struct plan *plan, int32_t least)
{
    const int32_t flat = largest(plan->sheet->width * 54 / 100, TALL_LEAST);
    int32_t columns = 0, cap = 0, lowest = INT32_MAX;
    int64_t best = -1;
    for (int32_t c = least; c <= least + COLUMNS_MORE; c++) {
        int32_t tried = CAP_MOST;
        if (!attempt(plan, c, tried))
            break;
        while (plan->sheet->tree_height > flat && tried > CAP_LEAST)
            attempt(plan, c, tried -= CAP_STEP);
        const int32_t height = plan->sheet->tree_height;
        const int64_t sum = height <= flat ? shown(plan->sheet) : -1;
        if (sum > best || (best < 0 && height < lowest)) {
            columns = c;
            cap = tried;
            best = sum;
            lowest = height;
        }
    }
    return columns > 0 && attempt(plan, columns, cap);
}

static void place_row(struct plan *plan, int32_t first, const struct row *row, int32_t y)
{
    for (int32_t k = first, j = 0; j < row->count; k = plan->knots[k].next, j++) {
        plan->knots[k].top = y + row->lanes;
        plan->sheet->cards[k].row_x = plan->x[plan->sheet->cards[first].column];
        /* The farther, the higher, so that no line crosses one that comes down. */
        plan->sheet->cards[k].lane =
            j == 0 ? -1 : y + (row->count - 1 - j) * PICTURE_LANE + PICTURE_LANE / 2;
    }
}

/* Space left over goes into the gutters, and what is too much for them stays on the right: the
 * first column stands below the question. */
static void place_columns(struct plan *plan)
{
    const int32_t gutters = plan->columns - 1;
    int32_t slack = room_for_cards(plan->sheet->width, plan->columns), more = 0;
    for (int32_t c = 0; c < plan->columns; c++)
        slack -= plan->column_width[c];
    if (gutters > 0)
        more = slack / gutters < GUTTER_MORE ? slack / gutters : GUTTER_MORE;
    plan->x[0] = PICTURE_MARGIN;
    for (int32_t c = 1; c < plan->columns; c++)
        plan->x[c] = plan->x[c - 1] + plan->column_width[c - 1] + PICTURE_GUTTER + more;
}

static void place(struct plan *plan)
{
    struct fov_sheet *sheet = plan->sheet;
    int32_t y = sheet->top;
    place_columns(plan);
    for (int32_t i = 0; i < sheet->count; i++) {
        struct fov_card *card = &sheet->cards[i];
        const struct knot *knot = &plan->knots[i];
        if (card->parent < 0) {
            plan->knots[i].top = y;
            card->lane = -1;
            card->row_x = plan->x[0];
            y += knot->height + PICTURE_GAP;
        }
        card->box.x = plan->x[card->column];
        card->box.y = knot->top + (knot->height - card->box.height) / 2;
        card->image.x = card->box.x + (card->box.width - card->image.width) / 2;
        card->image.y = card->box.y + PICTURE_PAD + (card->is_fact ? PICTURE_FACT_NAME : 0);
        int32_t at = knot->top + (knot->height - knot->kids_height) / 2;
        for (int32_t k = knot->first; k >= 0;) {
            const struct row row = row_at(plan, k);
            place_row(plan, k, &row, at);
            at += row.lanes + row.height + PICTURE_GAP;
            k = row.next;
        }
    }
}

static int32_t width_needed(int32_t columns)
{
    const int32_t cards = (PICTURE_CARD_MIN * tenths(columns) + 9) / 10;
    return cards + PICTURE_WIDTH - room_for_cards(PICTURE_WIDTH, columns);
}

static fov_status layout(struct plan *plan, fov_context *ctx, fov_error *err)
{
    struct fov_sheet *sheet = plan->sheet;
    const int32_t columns = hang(plan), needed = width_needed(columns);
    if (sheet->width == 0)
        sheet->width = largest(PICTURE_WIDTH, needed);
    if ((uint32_t)sheet->width > ctx->limits.output_edge)
        return fov__fail(err, FOV_E_LIMIT, 0, "picture.width",
                         "a picture of %d columns is %d pixels wide, above the limit output_edge "
                         "of %u",
                         (int)columns, (int)sheet->width, (unsigned)ctx->limits.output_edge);
    if (!choose(plan, columns))
        return fov__fail(err, FOV_E_ARG, 0, "picture.width",
                         "width is %d, and a chain of %d images needs at least %d",
                         (int)sheet->width, (int)columns, (int)needed);
    place(plan);
    return FOV_OK;
}

fov_status fov__picture_layout(struct fov_sheet *sheet, fov_context *ctx, fov_error *err)
{
    fov_status rc = FOV_E_LIMIT;
    struct plan *plan = NULL;
    if (sheet->count > PICTURE_CARDS_MAX)
        return fov__fail(err, FOV_E_LIMIT, 0, "picture",
                         "the transcript has %d images and facts, and a picture holds at most %d",
                         (int)sheet->count, (int)PICTURE_CARDS_MAX);
    plan = fov__calloc(ctx, 1, sizeof(*plan));
    if (plan == NULL)
        return fov__fail_memory(err, "picture", sizeof(*plan));
    plan->sheet = sheet;
    plan->knots = fov__calloc(ctx, (size_t)sheet->count + 1, sizeof(*plan->knots));
    if (plan->knots == NULL)
        rc = fov__fail_memory(err, "picture", (size_t)sheet->count * sizeof(*plan->knots));
    else
        rc = layout(plan, ctx, err);
    fov__free(ctx, plan->knots);
    fov__free(ctx, plan);
    return rc;
}
