/* SPDX-License-Identifier: MIT */
/* What the library and its module foveate-ocr say to each other. The module shares no symbol with
 * the library: everything passes through this table, so tesseract's 20 libraries are loaded only
 * when a word is to be read. Included by ocr.c and ocr_tesseract.c only. */
#ifndef FOV_OCR_MODULE_H
#define FOV_OCR_MODULE_H

#include <stddef.h>
#include <stdint.h>

#define FOV__OCR_MODULE_ABI 1u
#define FOV__OCR_MODULE_SYMBOL "fov_ocr_module"

struct fov__ocr_found {
    int32_t x1, y1, x2, y2; /* pixels of the grey picture */
    int32_t line;           /* from 0 */
    float confidence;       /* 0 to 100 */
    const char *text;       /* UTF-8, until the callback returns */
};

/* What one reading needs. `found` returns false to stop; `is_cancelled` may be NULL. */
struct fov__ocr_job {
    const uint8_t *grey; /* width * height bytes, rows without padding */
    int32_t width, height;
    int32_t segmentation; /* tesseract's number of a page segmentation mode */
    int32_t is_digits;
    int (*found)(void *user, const struct fov__ocr_found *word);
    int (*is_cancelled)(void *user);
    void *user;
};

enum { FOV__OCR_DONE = 0, FOV__OCR_MEMORY = -1, FOV__OCR_STOPPED = -2, FOV__OCR_ENGINE = -3 };

struct fov__ocr_module {
    uint32_t abi;
    const char *(*version)(void);
    void *(*engine_new)(void); /* NULL: no language data, or no memory */
    void (*engine_free)(void *engine);
    /* The folder of eng.traineddata as the engine found it; lives as long as the engine. */
    const char *(*engine_folder)(void *engine);
    int (*read)(void *engine, const struct fov__ocr_job *job);
};

#endif
