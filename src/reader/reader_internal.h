/* SPDX-License-Identifier: MIT */
/* reader: looks at the delivered pictures of a conversation and answers the question.
 *
 *     reader.c          the model: which round it is, what is asked of the other parts
 *     reader_look.c     which zooms and turns to ask for
 *     reader_flat.c     areas of one colour: bars, swatches, the ground
 *     reader_ink.c      what is left: letters, grouped into pieces of text; lines of a line chart
 *     reader_words.c    pieces of text are read, and readings merged
 *     reader_number.c   numbers, years and names as printed
 *     reader_axis.c     scales: a printed number must stand where the scale puts it
 *     reader_chart.c    bars and labels become a grid of names x series
 *     reader_plot.c     the same for lines, pies and plain label-number pairs
 *     reader_table.c    the same for a table without a picture
 *     reader_question.c what is asked
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

/* ---- numbers --------------------------------------------------------------------------------- */

struct reader_number {
    double value;
    int32_t decimals;  /* digits after the point as printed */
    bool is_percent;
    bool is_year;      /* four digits of 1700 to 2100, or '20 */
    bool has_currency;
    char unit[16];     /* what follows, as "t" in "4.26 t" */
};

/* A whole text that is a number with, at most, a unit of a few letters, a footnote star or a remark
 * in brackets. `lax` also takes letters that readers of small print confuse with digits. */
bool fov__reader_number_parse(const char *text, bool lax, struct reader_number *out);
/* A number at the end of a text that begins with a name, "Europe 40%": its offset, or -1. */
int32_t fov__reader_number_tail(const char *text, struct reader_number *out);
/* How a number is written in an answer. */
void fov__reader_number_text(char *out, size_t size, double value, int32_t decimals);

/* ---- pictures -------------------------------------------------------------------------------- */

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
    fov_box box;          /* frame */
    fov_point anchor;     /* the end nearest the axis, for turned text; else the centre */
    double height;        /* of its tall letters, frame pixels */
    struct reader_rgb ink, ground;
    double degrees;       /* 0: level */
    int32_t pieces;       /* connected strokes in it */
    char text[READER_TEXT_MAX];
    double confidence;
    int32_t view;         /* where `text` was read; -1: not read */
    double scale;         /* of that view */
    int32_t readings;     /* that agree with `text` */
    char other[3][48];    /* readings that do not */
    int32_t others;
    bool is_number;
    struct reader_number number;
    bool is_used;         /* already has a part to play */
};

struct reader_line {
    struct reader_rgb colour;
    int32_t x1, x2;
    float *y; /* a value a column of the frame, < 0 where there is none */
};

struct reader_scene {
    fov_context *ctx;
    int32_t width, height;
    struct reader_rgb ground;
    struct reader_flat *flats;
    size_t flat_count;
    struct reader_text *texts;
    size_t text_count;
    struct reader_line lines[READER_LINES];
    size_t line_count;
    int32_t *label;    /* a pixel's flat, or -1: ink */
    fov_box slanted;   /* where letters climb or fall; empty when nowhere */
    double slant;      /* degrees to turn clockwise so that they lie level */
};

fov_status fov__reader_flats(struct reader_scene *scene, const struct fov_pixels *px, fov_error *err);
fov_status fov__reader_ink(struct reader_scene *scene, const struct fov_pixels *px, fov_error *err);
fov_status fov__reader_lines(struct reader_scene *scene, const struct fov_pixels *px, fov_error *err);
fov_status fov__reader_scene_new(struct reader_scene **out, fov_context *ctx,
                                 const struct fov_pixels *px, fov_error *err);
void fov__reader_scene_free(struct reader_scene *scene);
int32_t fov__reader_rgb_distance(struct reader_rgb a, struct reader_rgb b); /* largest channel */

/* ---- reading --------------------------------------------------------------------------------- */

/* Read one piece of text in one view and merge it with what is known of it. */
fov_status fov__reader_read(struct reader_text *text, const struct reader_view *view, int32_t index,
                            const fov_cancel *cancel, fov_error *err);
void fov__reader_merge(struct reader_text *text, const char *reading, double confidence, int32_t view,
                       double scale);
/* Read everything that is not read, each in the views that show it largest. */
fov_status fov__reader_read_all(struct reader_scene *scene, const struct reader_view *views,
                                size_t view_count, const fov_cancel *cancel, fov_error *err);

/* ---- scales ---------------------------------------------------------------------------------- */

/* value = slope * position + offset, from ticks that agree. */
struct reader_axis {
    bool is_found;
    double slope, offset;
    int32_t ticks;
    double low, high; /* positions of the outermost ticks that agree */
    int32_t view;     /* where most of them were read */
};
/* Fit the positions to the values, leaving out what does not agree; at least `need` must. */
bool fov__reader_axis_fit(struct reader_axis *out, const double *position, const double *value,
                          size_t count, int32_t need, double tolerance_px);
/* A printed value against what the scale says at this place: the printed one, the printed one with
 * its lost point put back, or another of its readings; false when none agrees within `tolerance`. */
bool fov__reader_axis_settle(const struct reader_text *text, double expected, double tolerance,
                             struct reader_number *out);

/* ---- the grid -------------------------------------------------------------------------------- */

enum reader_origin { READER_NONE, READER_PRINTED, READER_MEASURED };

struct reader_cell {
    enum reader_origin origin;
    double value;
    int32_t decimals;
    double error;  /* of a measured value, in its units */
    bool is_checked; /* a printed value that the bar's length or the scale confirms */
    bool is_doubtful;
    int32_t view;
    fov_box box;   /* where it is printed, or what was measured */
    char text[48]; /* as printed, for cells that are no numbers */
};

struct reader_name {
    char text[READER_TEXT_MAX];
    double position; /* along the axis of names */
    struct reader_number number; /* when it is one */
    bool is_number, is_filled;   /* filled: follows from its neighbours, was not read */
    double confidence;
    int32_t view;
    struct reader_rgb colour;
    bool has_colour;
};

enum reader_kind { READER_UNKNOWN, READER_BAR, READER_STACKED, READER_LINE_CHART, READER_PIE, READER_TABLE };

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
    struct reader_axis axis;
};

fov_status fov__reader_grid_make(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_bars(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_plot(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_pairs(struct reader_grid *grid, struct reader_scene *scene);
bool fov__reader_table(struct reader_grid *grid, struct reader_scene *scene);
void fov__reader_legend(struct reader_grid *grid, struct reader_scene *scene, const struct reader_rgb *colours,
                        size_t count);

/* ---- the question ---------------------------------------------------------------------------- */

enum reader_ask {
    READER_ASK_VALUE, READER_ASK_MAX, READER_ASK_MIN, READER_ASK_SUM, READER_ASK_DIFFERENCE,
    READER_ASK_AVERAGE, READER_ASK_RATIO, READER_ASK_COUNT, READER_ASK_COMPARE, READER_ASK_WHERE,
    READER_ASK_COLOUR, READER_ASK_TITLE, READER_ASK_MEDIAN, READER_ASK_RANGE
};

enum { READER_WORDS = 64 };

struct reader_question {
    char words[READER_WORDS][32]; /* folded: lower case, no punctuation */
    size_t count;
    enum reader_ask ask;
    bool wants_name;   /* which country, what year, who: the answer is a name */
    bool wants_time;   /* ... a year */
    bool is_yes_no;
    bool has_threshold;
    double threshold;  /* above 40, 74 percent, almost seven percent */
    int32_t compare;   /* -1 below, 1 above, 0 equal */
    char colour[16];   /* a colour that is named */
    char text[512];
};

void fov__reader_question_parse(struct reader_question *question, const char *text);
/* How well a printed name is meant by the question, 0 to 1. `common` says which of its words are
 * shared by all names. */
double fov__reader_question_match(const struct reader_question *question, const char *name);
void fov__reader_fold(char *out, size_t size, const char *text);
bool fov__reader_colour_is(struct reader_rgb colour, const char *name);

struct reader_answer {
    bool is_found;
    char text[256];
    char reason[320];
    uint32_t views; /* bit i: views[i] is evidence */
    int32_t doubt;  /* index of a name whose cell should be looked at again, -1 */
    fov_box look;
};
void fov__reader_answer(struct reader_answer *answer, const struct reader_grid *grid,
                        const struct reader_scene *scene, const struct reader_question *question);

/* ---- looking --------------------------------------------------------------------------------- */

struct reader_look {
    char tool[16];
    char arguments[192];
};
size_t fov__reader_look_first(struct reader_look *looks, size_t max, const struct reader_scene *scene,
                              const struct reader_view *whole);

#endif
