/* SPDX-License-Identifier: MIT */
/* The suites of the reader, and small charts drawn for them: rectangles in a scene whose words are
 * given, so that no OCR takes part. */
#ifndef FOV_TEST_READER_SUITES_H
#define FOV_TEST_READER_SUITES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reader/reader_internal.h"

int suite_reader(void);
int suite_reader_answer(void);
int suite_reader_axis(void);
int suite_reader_number(void);
int suite_reader_question(void);
int suite_reader_words(void);

struct drawing {
    fov_context *ctx;
    struct fov_pixels *px;
    struct reader_scene *scene;
};

void drawing_open(struct drawing *drawing, int32_t width, int32_t height);
void drawing_box(struct drawing *drawing, int32_t x1, int32_t y1, int32_t x2, int32_t y2,
                 uint32_t rgb);
void drawing_see(struct drawing *drawing); /* boxes are done: make the scene, without its texts */
/* A word whose middle is at (x, y), 8 pixels high, as if it had been read surely. */
struct reader_text *drawing_word(struct drawing *drawing, double x, double y, const char *text);
void drawing_close(struct drawing *drawing);

#endif
