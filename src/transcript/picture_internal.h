/* SPDX-License-Identifier: MIT */
/* Between the files that paint a transcript: cards with their places, words that fit, and strokes.
 * Neighbouring folders never include it. */
#ifndef FOV_PICTURE_INTERNAL_H
#define FOV_PICTURE_INTERNAL_H

#include "transcript/log_internal.h"

#include "image/draw_internal.h"

/* Pixels. Letters do not grow with the width: a wide picture has room for larger images. */
enum {
    PICTURE_CARDS_MAX = 128,
    PICTURE_WIDTH = 1200,
    PICTURE_WIDTH_MIN = 320,
    PICTURE_MARGIN = 36,
    PICTURE_GUTTER = 56,  /* at least, between columns */
    PICTURE_GAP = 24,     /* between cards of a column */
    PICTURE_LANE = 9,     /* between lines that pass over a card */
    PICTURE_PAD = 7,      /* from a card's edge to its image */
    PICTURE_CAPTION = 42, /* below an image: two lines */
    PICTURE_CARD_MIN = 138,
    PICTURE_FACT_NAME = 24, /* above a fact's text */
    PICTURE_FACT_LINES = 4
};

/* One image or fact. Filled in by the caller down to `height`, the rest by the layout. */
struct fov_card {
    int32_t parent; /* an earlier card, or -1 */
    bool is_fact;
    int32_t width, height; /* of the image, its own pixels */

    int32_t depth, column;
    struct fov_recti box;   /* the whole card */
    struct fov_recti image; /* inside it; of a fact, where its text stands */
    int32_t lane;  /* y over the cards to its left that a line passes at; -1: it is the first */
    int32_t row_x; /* where its row begins */
};

struct fov_sheet {
    struct fov_card *cards;
    int32_t count;
    int32_t width;       /* 0: chosen, and then filled in */
    int32_t top;         /* where the cards begin */
    int32_t tree_height; /* filled in */
};

/* Give every card its place: columns from left to right by depth, each parent in the middle of its
 * children, children without children wrapped into rows where columns are free. No two boxes touch,
 * and all lie between the margins. FOV_E_ARG: too narrow. */
fov_status fov__picture_layout(struct fov_sheet *sheet, fov_context *ctx, fov_error *err);

/* ---- picture_draw.c ------------------------------------------------------------------------- */

enum { PICTURE_CORNERS_MAX = 12 };
struct fov_outline {
    fov_point v[PICTURE_CORNERS_MAX];
    int32_t count; /* less than 3: nothing */
};

/* The part of `parent` that `child` shows, in the pixels of a picture of the parent that is `size`
 * large, cut to it: corners mapped through the source that both come from. */
void fov__picture_outline(struct fov_outline *out, const struct fov_node *parent,
                          const struct fov_node *child, size_t region, fov_size size);
/* A line with a white rim, so that it is seen on any image. */
void fov__picture_line(struct fov_pixels *px, const fov_point *points, size_t count, bool is_closed,
                       struct fov_ink ink);
/* From `from` to the left edge of the card, with a head: dots to `parent_end`, then a line over
 * the cards before it in its row. */
void fov__picture_arrow(struct fov_pixels *px, fov_point from, const struct fov_card *to,
                        int32_t parent_end, struct fov_ink ink);
/* A box with rounded corners. */
void fov__picture_frame(struct fov_pixels *px, struct fov_recti box, struct fov_ink ink);
/* A tick in a disc. */
void fov__picture_tick(struct fov_pixels *px, fov_point centre, double radius);
/* The n-th colour of six, told apart by most eyes and dark enough for text on white. */
struct fov_ink fov__picture_colour(int32_t n, double width);

/* ---- show_picture.c, picture_cards.c -------------------------------------------------------- */

struct fov_painting {
    fov_context *ctx;
    struct fov_remake remake;
    struct fov_scene scene;
    struct fov_sheet sheet;
    bool *is_evidence; /* by card */
    struct fov_pixels *px;
    struct fov_words question, answer, reason, evidence;
    bool has_answer;
};
/* Cards are the images and, behind them, the facts. */
const struct fov_record *fov__painting_record(const struct fov_painting *p, int32_t card);
fov_status fov__picture_card(struct fov_painting *p, int32_t card, fov_error *err);
/* From every parent to its children, after all cards. */
fov_status fov__picture_connectors(struct fov_painting *p, fov_error *err);

#endif
