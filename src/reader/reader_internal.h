/* SPDX-License-Identifier: MIT */
/* reader: looks at the delivered pictures of a conversation and answers the question.
 *
 *     reader.c          the model: which round it is, what is asked of the other parts
 *     reader_views.c    the pictures of the conversation and where each lies in the first
 *     reader_look.c     which zooms and turns to ask for
 *     reader_scene.c    what the pixels hold before a word is read; lines of a line chart
 *     reader_flat.c     areas of one colour: bars, swatches, the ground
 *     reader_block.c    rectangles among them
 *     reader_ink.c      what is left: letters, grouped into pieces of text; lines of a line chart
 *     reader_words.c    pieces of text are read, and readings merged
 *     reader_number.c   numbers, years and names as printed
 *     reader_axis.c     scales: a printed number must stand where the scale puts it
 *     reader_bars.c     bars and labels become a grid of names x series
 *     reader_names.c    names along the axis, and the legend
 *     reader_plot.c     the grid of a line chart
 *     reader_pie.c      the grid of pies and other labels with their number
 *     reader_table.c    the same for a table without a picture
 *     reader_grid.c     which kind of chart it is; titles and notes
 *     reader_question.c what is asked
 *     reader_match.c    which names a question means
 *     reader_select.c   what a phrase selects and comes to
 *     reader_compare.c  answers that compare
 *     reader_answer.c   the answer from the grid
 *
 * The frame of every coordinate is the first delivered picture, in its pixels. */
#ifndef FOV_READER_INTERNAL_H
#define FOV_READER_INTERNAL_H

#include <foveate/message.h>
#include <foveate/reader.h>

#include "base/base_internal.h"
#include "image/image_internal.h"
#include "ocr/ocr_internal.h"

/* Bounds of what one picture may hold for us; what is beyond them is left out. */
enum {
    READER_VIEWS = 24,
    READER_FLATS = 1024,
    READER_TEXTS = 512,
    READER_BARS = 256,
    READER_LINES = 12,
    READER_NAMES = 96,
    READER_SERIES = 12,
    READER_TEXT_MAX = 160
};

/* ---- numbers -------------------------------------------------------------------------------- */

struct reader_number {
    double value;
    int32_t decimals; /* digits after the point as printed */
    bool is_percent;
    bool is_year; /* four digits of 1700 to 2100, or '20 */
    bool has_currency;
    char unit[16]; /* what follows, as "t" in "4.26 t" */
};

/* A whole text that is a number with, at most, a unit of a few letters, a footnote star or a remark
 * in brackets. `lax` also takes letters that readers of small print confuse with digits. */
bool fov__reader_number_parse(const char *text, bool lax, struct reader_number *out);
/* A number at the end of a text that begins with a name, "Europe 40%": its offset, or -1. */
int32_t fov__reader_number_tail(const char *text, struct reader_number *out);
/* How a number is written in an answer. */
void fov__reader_number_text(char *out, size_t size, double value, int32_t decimals);

/* ---- pictures ------------------------------------------------------------------------------- */

/* A delivered image and where it lies. */
struct reader_view {
    char id[24];
    uint64_t hash;
    struct fov_pixels *px;
    struct fov_mat to_frame, from_frame;
    double scale;   /* its pixels for each pixel of the frame */
    double degrees; /* how it was turned, clockwise */
};

struct reader_rgb {
    uint8_t r, g, b;
};

/* An area of one colour. */
struct reader_flat {
    struct reader_rgb colour;
    int32_t x1, y1, x2, y2, area;
    bool is_ground;
};

/* A piece of text: ink in one row, and what was read there. */
struct reader_text {
    fov_box box;      /* frame */
    fov_point anchor; /* the end nearest the axis, for turned text; else the centre */
    double height;    /* of its tall letters, frame pixels */
    struct reader_rgb ink, ground;
    double degrees; /* 0: level */
    int32_t pieces; /* connected strokes in it */
    char text[READER_TEXT_MAX];
    double confidence;
    int32_t view;      /* where `text` was read; -1: not read */
    double scale;      /* of that view */
    int32_t readings;  /* that agree with `text` */
    char other[3][48]; /* readings that do not */
    int32_t others;
    bool is_number;
    struct reader_number number;
    bool is_used; /* already has a part to play */
};

struct reader_line {
    struct reader_rgb colour;
    int32_t x1, x2;
    double extent; /* of its ink in a column, on average */
    float *y;      /* a value a column of the frame, < 0 where there is none */
};

struct reader_scene {
    fov_context *ctx;
    const struct fov_pixels *px; /* the first view's; borrowed */
    int32_t width, height;
    struct reader_rgb ground;
    struct reader_flat *flats;
    size_t flat_count;
    struct reader_text *texts;
    size_t text_count;
    struct reader_line lines[READER_LINES];
    size_t line_count;
    int32_t *label;  /* a pixel's flat, or -1: ink */
    fov_box slanted; /* where letters climb or fall; empty when nowhere */
    double slant;    /* degrees to turn clockwise so that they lie level */
    double skew;     /* degrees by which rows of letters fall to the right; 0 when few agree */
    int32_t level, upright; /* letters in rows, and letters above one another */
};

/* A rectangle that may be a bar: one flat, or the parts into which a label cuts it. */
struct reader_block {
    struct reader_rgb colour;
    int32_t x1, y1, x2, y2, flat;
};

size_t fov__reader_blocks(const struct reader_scene *scene, struct reader_block *blocks,
                          size_t max);
fov_status fov__reader_flats(struct reader_scene *scene, const struct fov_pixels *px,
                             fov_error *err);
fov_status fov__reader_ink(struct reader_scene *scene, const struct fov_pixels *px, fov_error *err);
/* Lines of a colour that cross `area`. */
fov_status fov__reader_lines(struct reader_scene *scene, fov_box area, fov_error *err);
fov_status fov__reader_scene_new(struct reader_scene **out, fov_context *ctx,
                                 const struct fov_pixels *px, fov_error *err);
void fov__reader_scene_free(struct reader_scene *scene);
int32_t fov__reader_rgb_distance(struct reader_rgb a, struct reader_rgb b); /* largest channel */
/* Whether thin ink, which is paler than its colour, is of this colour on this ground. */
bool fov__reader_rgb_alike(struct reader_rgb thin, struct reader_rgb colour,
                           struct reader_rgb ground);

/* ---- reading -------------------------------------------------------------------------------- */

/* Read one piece of text in one view and merge it with what is known of it. */
fov_status fov__reader_read(struct reader_text *text, const struct reader_view *view, int32_t index,
                            const fov_cancel *cancel, fov_error *err);
void fov__reader_merge(struct reader_text *text, const char *reading, double confidence,
                       int32_t view, double scale);
/* Read everything that is not read, each in the views that show it largest. */
fov_status fov__reader_read_all(struct reader_scene *scene, const struct reader_view *views,
                                size_t view_count, const fov_cancel *cancel, fov_error *err);

/* ---- scales --------------------------------------------------------------------------------- */

/* value = slope * position + offset, from ticks that agree. */
struct reader_axis {
    bool is_found;
    double slope, offset;
    int32_t ticks;
    double low, high; /* positions of the outermost ticks that agree */
    int32_t view;     /* where most of them were read */
};
/* Fit values to positions, leaving out what does not agree; at least `need` must agree within
 * `tolerance` pixels. `agrees`, when not NULL, says which do. */
bool fov__reader_axis_fit(struct reader_axis *out, const double *position, const double *value,
                          size_t count, int32_t need, double tolerance, bool *agrees);
/* The scale of a chart from its printed ticks: a column of numbers that fall as they go down
 * (is_level false), or a row of numbers that rise to the right. The ticks become used. */
bool fov__reader_axis_find(struct reader_axis *out, struct reader_scene *scene, bool is_level);
/* A printed value against what the scale says at this place: the printed one, the printed one with
 * its lost point put back, or another of its readings; false when none agrees within `tolerance`.
 */
bool fov__reader_axis_settle(const struct reader_text *text, double expected, double tolerance,
                             struct reader_number *out);

/* ---- the grid ------------------------------------------------------------------------------- */

enum reader_origin { READER_NONE, READER_PRINTED, READER_MEASURED };

struct reader_cell {
    enum reader_origin origin;
    double value;
    int32_t decimals;
    double error;    /* of a measured value, in its units */
    bool is_checked; /* a printed value that the bar's length or the scale confirms */
    bool is_doubtful;
    int32_t view;
    fov_box box;   /* where it is printed, or what was measured */
    char text[48]; /* as printed, for cells that are no numbers */
};

struct reader_name {
    char text[READER_TEXT_MAX];
    double position;             /* along the axis of names */
    struct reader_number number; /* when it is one */
    bool is_number, is_filled;   /* filled: follows from its neighbours, was not read */
    double confidence;
    int32_t view;
    struct reader_rgb colour;
    bool has_colour;
};

enum reader_kind {
    READER_UNKNOWN,
    READER_BAR,
    READER_STACKED,
    READER_LINE_CHART,
    READER_PIE,
    READER_TABLE
};

struct reader_grid {
    enum reader_kind kind;
    bool is_horizontal;
    struct reader_name names[READER_NAMES];
    size_t name_count;
    struct reader_name series[READER_SERIES];
    size_t series_count; /* at least 1 when there are names */
    struct reader_cell cells[READER_NAMES][READER_SERIES];
    char title[READER_TEXT_MAX];
    int32_t title_view;
    char axis_title[READER_TEXT_MAX]; /* under a row of names or ticks */
    int32_t axis_title_view;
    char note[READER_TEXT_MAX]; /* "Note: ..." or "Source: ..." */
    int32_t note_view;
    struct reader_axis axis;
    bool is_partial; /* something of it was surely not read: no counts, no extremes */
};

/* All that the texts and shapes of a scene make a grid of; name_count 0: nothing. */
void fov__reader_grid_make(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_bars(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_plot(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_pairs(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_pie(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_table(struct reader_grid *grid, struct reader_scene *scene);

/* Put a printed text and a measurement together into one cell. */
void fov__reader_cell_settle(struct reader_cell *cell, const struct reader_text *text,
                             bool has_expected, double expected, double error);

/* A reading that is no word: an icon, a speck, a splinter of a letter. */
bool fov__reader_text_is_noise(const struct reader_text *text);
/* Names printed along an axis: `low` and `high` bound where their texts lie across it. */
size_t fov__reader_names_collect(struct reader_name *names, size_t max, struct reader_scene *scene,
                                 bool is_level, double low, double high, const double *slots,
                                 size_t slot_count);
/* The lower edge of the names under standing bars: the first row of texts and the lines that follow
 * close below; -1 where there is none. */
double fov__reader_names_bottom(const struct reader_scene *scene, double low, double high,
                                double left, double right);
/* Fill in years and other even numbers at slots that carry no name. */
void fov__reader_names_fill(struct reader_name *names, size_t count);
/* The names of colours, from swatches beside texts, texts in the colour, or headers. */
void fov__reader_legend(struct reader_grid *grid, struct reader_scene *scene);

/* ---- the question --------------------------------------------------------------------------- */

enum { READER_WORDS = 64, READER_WORD = 28 };

enum reader_fold {
    READER_FOLD_NONE,
    READER_SUM,
    READER_AVERAGE,
    READER_MEDIAN,
    READER_DIFFERENCE,
    READER_RATIO
};

/* The question, or a part of it, as folded words: lower case, no accents, no punctuation; "fourth
 * quarter" also stands as "q4", "'20" as "2020", "seven" also as "7". */
struct reader_words {
    char word[READER_WORDS][READER_WORD];
    size_t count;
    uint64_t
        proper; /* bit i: word i began with a capital and does not begin the text, or has a digit */
};

struct reader_question {
    struct reader_words words;
    bool wants_name; /* which country, who, what year */
    bool wants_time; /* what year, when */
    bool is_yes_no;
    bool is_count; /* how many bars, how many are above 40 */
    bool is_title;
    bool is_legend;     /* which entries the legend has */
    bool is_axis_title; /* what the horizontal axis says */
    bool is_note;
    bool is_choice;  /* more ... A or B */
    char colour[24]; /* "blue", "light blue"; empty: none is named */
};

void fov__reader_words_fold(struct reader_words *out, const char *text);
bool fov__reader_words_have(const struct reader_words *words, const char *const *list);
void fov__reader_question_parse(struct reader_question *question, const char *text);
bool fov__reader_colour_is(struct reader_rgb colour, const char *name);
/* A colour named in the words, "dark blue"; false when none is. */
bool fov__reader_colour_find(const struct reader_words *words, char *out, size_t size);

/* Whether a word is in a list that NULL ends, and whether it holds a figure. */
bool fov__reader_in_list(const char *word, const char *const *list);
bool fov__reader_has_digit(const char *word);

/* Which names the words mean; a word that many names share counts little. Those that are meant: all
 * that stand in the words as good as whole, or the single best. Returns how many; -1 when the best
 * is not clearly better than the next. */
int32_t fov__reader_meant(const struct reader_words *words, const struct reader_name *names,
                          size_t count, bool *meant);
/* A number of the words that is no year and no part of a name, 0 when there is none. */
bool fov__reader_words_number(const struct reader_words *words, size_t from, double *out);
/* 1: highest, most ...; -1: lowest, fewest ...; 0: neither. */
int32_t fov__reader_extreme(const struct reader_words *words, size_t *at);
void fov__reader_words_part(struct reader_words *out, const struct reader_words *words, size_t from,
                            size_t to);

/* What a phrase such as "the sum of the smallest two bars" selects and comes to. */
struct reader_value {
    bool is_found;
    double value;
    int32_t decimals;
    bool is_measured; /* not printed but measured against the scale */
    uint32_t views;
    size_t name, series; /* of the single cell, when it is one */
    size_t cells;
    bool is_unsure;    /* a cell that matters is missing or doubtful */
    bool is_ambiguous; /* more cells fit than the phrase names */
    fov_box look;      /* where the missing or doubtful cell is */
    bool names_meant, series_meant;
};
void fov__reader_evaluate(struct reader_value *out, const struct reader_grid *grid,
                          const struct reader_words *words);

struct reader_answer {
    bool is_found;
    char text[256];
    char reason[320];
    uint32_t views;  /* bit i: views[i] is evidence */
    bool wants_look; /* a closer look at `look` might help */
    fov_box look;
};
void fov__reader_say(struct reader_answer *answer, const char *text);
void fov__reader_cannot(struct reader_answer *answer, const char *reason);
void fov__reader_add_view(struct reader_answer *answer, int32_t view);
/* A name as the answer, cleaned of footnotes; one that was read badly is no answer. */
void fov__reader_say_name(struct reader_answer *answer, const struct reader_name *name,
                          const char *why);
/* 1: more than, above ...; -1: less than, below ...; 0: neither. */
int32_t fov__reader_comparison(const struct reader_words *words, size_t *at);
void fov__reader_answer_yes_no(struct reader_answer *answer, const struct reader_grid *grid,
                               const struct reader_question *question);
void fov__reader_answer_choice(struct reader_answer *answer, const struct reader_grid *grid,
                               const struct reader_question *question);
void fov__reader_answer(struct reader_answer *answer, const struct reader_grid *grid,
                        const struct reader_scene *scene, const char *question);

/* ---- the model ------------------------------------------------------------------------------- */

enum { READER_QUESTION = 1024 };

struct reader {
    fov_context *ctx;
    bool no_looks;
    struct reader_view views[READER_VIEWS];
    size_t view_count;
    struct reader_scene *scene;
    struct reader_grid *grid;
    char question[READER_QUESTION];
    bool has_looked, has_turned;
    size_t base;    /* the view that is the frame: img_0, or it turned upright or strengthened */
    double sure;    /* how surely words are read in it */
    int32_t tries;  /* other ways of seeing the whole that were asked for */
    bool is_trying; /* the last of them has not been judged yet */
    int32_t again;
    size_t read_count; /* views that were there when everything was read */
};

/* Take in the conversation: its pictures and its last question. A new conversation makes it forget.
 */
fov_status fov__reader_follow(struct reader *reader, const fov_conversation *conversation,
                              fov_error *err);
void fov__reader_forget(struct reader *reader);
/* Make a view the frame of all others. */
void fov__reader_rebase(struct reader *reader, size_t to);

/* ---- looking -------------------------------------------------------------------------------- */

struct reader_look {
    char tool[16];
    char arguments[192];
};
/* Whether the picture as a whole should be seen in another way first: turned, or with more
 * contrast. `sure` is how well its words are read as it is, 0 to 1. False: it is fine. */
bool fov__reader_look_whole(struct reader_look *look, const struct reader_scene *scene,
                            const char *image, double sure);
/* How surely a few of its longest words are read in a view. */
fov_status fov__reader_probe(double *sure, const struct reader_scene *scene,
                             const struct reader_view *view, const fov_cancel *cancel,
                             fov_error *err);
size_t fov__reader_look_first(struct reader_look *looks, size_t max,
                              const struct reader_scene *scene, const struct reader_view *whole);

#endif
