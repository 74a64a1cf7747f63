/* SPDX-License-Identifier: MIT */
/* Strokes and text drawn into pixels: antialiased, deterministic (fixed point, no libm), used for
 * marks, guides, grids and labels, always last. */
#ifndef FOV_DRAW_INTERNAL_H
#define FOV_DRAW_INTERNAL_H

#include "image/image_internal.h"

struct fov_ink {
    uint8_t r, g, b;
    double width; /* of the stroke, pixels */
};

/* A polyline with round joins and caps; points in pixels of `px`; parts outside are cut, and
 * parts with an end that is no finite number are left out. With straight alpha the ink is laid over
 * what is there: a fully covered pixel becomes opaque. The pixels must not have been shared yet. */
void fov__draw_polyline(struct fov_pixels *px, const fov_point *points, size_t count,
                        bool is_closed, struct fov_ink ink);
/* `count` separate segments, two ends each, as one shape: nothing is blended twice where they meet.
 * A segment of no length is a dot. */
void fov__draw_segments(struct fov_pixels *px, const fov_point *ends, size_t count,
                        struct fov_ink ink);
/* A filled disc, a filled triangle (arrow heads). */
void fov__draw_disc(struct fov_pixels *px, fov_point centre, double radius, struct fov_ink ink);
void fov__draw_triangle(struct fov_pixels *px, fov_point a, fov_point b, fov_point c,
                        struct fov_ink ink);
/* A filled box with opacity 0-1 (label plates). */
void fov__draw_plate(struct fov_pixels *px, fov_box box, struct fov_ink ink, double opacity);
/* ASCII text in the embedded stroke font, `height` pixels from the upper edge of a capital to the
 * lower edge of its feet, its top-left corner at `at`; a character that the font lacks is drawn as
 * a hollow box, one for each code point. Height and corner are rounded to whole pixels, and a pen
 * wider than a quarter of the height is taken as that. The size reaches from the corner to the last
 * ink on the right and below; it is 0 x 0 where nothing would be drawn. */
void fov__draw_text(struct fov_pixels *px, fov_point at, const char *text, double height,
                    struct fov_ink ink);
fov_size fov__draw_text_size(const char *text, double height, double stroke);

/* Laid over `to` with its corner at (x, y). */
void fov__draw_paste(struct fov_pixels *to, const struct fov_pixels *px, int32_t x, int32_t y);

/* ---- draw_words.c: text of any kind in lines ------------------------------------------------ */

/* Text of a stranger in the letters that our font has: accents are dropped, typographers' signs
 * become what is typed for them, controls become spaces. What has no such form stays, and the font
 * draws a hollow box for it. Runs of spaces become one. */
void fov__words_ascii(struct fov_buf *out, const char *text, size_t len);
/* Break ASCII text, in place, into at most `most` lines no wider than `width`: returns how many,
 * their starts in `lines`, each ended by NUL. What does not fit ends in "...". Behind its NUL
 * `text` has room for `most` + 4 bytes. */
int32_t fov__words_wrap(char *text, double height, double stroke, int32_t width, char **lines,
                          int32_t most);

/* A style of letters: of a capital, the pen, from line to line. */
struct fov_type {
    double height, pen;
    int32_t step;
    uint8_t grey[3];
};

enum { FOV__WORDS_MAX = 1200 /* bytes that are looked at */, FOV__WORDS_LINES = 8 };
struct fov_words {
    char *text;
    char *lines[FOV__WORDS_LINES];
    int32_t count;
};
/* Text as lines; words->text is the caller's to free, also on error. */
fov_status fov__words_make(struct fov_words *words, fov_context *ctx, const char *text, size_t len,
                           const struct fov_type *type, int32_t width, int32_t most,
                           fov_error *err);
void fov__words_draw(struct fov_pixels *px, const struct fov_words *words,
                     const struct fov_type *type, int32_t x, int32_t y);
/* From the first capital's upper edge to the last one's feet. */
int32_t fov__words_height(const struct fov_words *words, const struct fov_type *type);

#endif
