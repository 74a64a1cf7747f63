/* SPDX-License-Identifier: MIT */
/* ocr: words and their boxes in a picture, by tesseract in a module of its own (foveate-ocr), which
 * is opened on first need. Shared by the `ocr` operation and the reader. */
#ifndef FOV_OCR_INTERNAL_H
#define FOV_OCR_INTERNAL_H

#include "base/base_internal.h"
#include "image/image_internal.h"

struct fov_ocr_word {
    fov_box box;       /* pixels of the picture that was read */
    double confidence; /* 0 to 1, as the engine says */
    int32_t line;      /* words of one line share a number, counted from 0 in reading order */
    char *text;        /* UTF-8 */
};

struct fov_ocr_result {
    fov_context *ctx;
    struct fov_ocr_word *words;
    size_t count;
};

enum fov__ocr_layout {
    FOV__OCR_AUTO,   /* blocks, columns (tesseract's page segmentation 3) */
    FOV__OCR_SPARSE, /* text scattered over a picture, as in a chart (11) */
    FOV__OCR_BLOCK,  /* one uniform block (6) */
    FOV__OCR_LINE,   /* one line (7) */
    FOV__OCR_RAW     /* one line, taken as it stands, without looking for words in it first (13) */
};

/* Read words. `digits_only` restricts the letters to those of numbers. Deterministic for one engine
 * identity. Engines are pooled; any thread. Errors: FOV_E_UNSUPPORTED (no module, no language data:
 * the sentence says what to install), FOV_E_MEMORY, FOV_E_CANCELLED. */
fov_status fov__ocr_read(struct fov_ocr_result **out, fov_context *ctx, const struct fov_pixels *px,
                         enum fov__ocr_layout layout, bool digits_only, const fov_cancel *cancel,
                         fov_error *err);
void fov__ocr_free(struct fov_ocr_result *result);
/* "tesseract 5.3.0 eng <sha256 of the language data, first 16>"; recorded in transcripts. Borrowed;
 * NULL with err when there is none. */
const char *fov__ocr_identity(fov_context *ctx, fov_error *err);

#endif
