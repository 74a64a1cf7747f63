/* SPDX-License-Identifier: MIT */
/* foveate/reader.h - the embedded offline model: it reads charts and tables without a server.
 *
 *     fov_model *reader = NULL;
 *     fov_reader_new(&reader, ctx, NULL, &err);
 *     // ask it as any other model
 *     fov_model_free(reader);
 *
 * It sees what every model sees, the delivered images, and acts as every model acts, by tool calls
 * (`zoom`, `rotate`) and text. Its last text has these lines:
 *     ANSWER: 5.11                  or   CANNOT TELL: <why, one sentence>
 *     REASON: <one sentence>
 *     EVIDENCE: img_0, img_3        the images it was read from
 * It answers what is printed (a label's value, a cell, a title, a legend entry), what follows from
 * it (largest, smallest, sums, differences, counts, comparisons), and what can be measured against
 * a printed axis. What it cannot corroborate it says it cannot tell. It never guesses a word.
 *
 * It needs the OCR module (tesseract with English data); without it the first request fails with
 * FOV_E_UNSUPPORTED. Deterministic for one version of this library and of tesseract.
 *
 * Threads: one conversation at a time, from one thread at a time; asked a new conversation, it
 * forgets the one before.
 */
#ifndef FOVEATE_READER_H
#define FOVEATE_READER_H

#include <foveate/base.h>
#include <foveate/message.h>

FOV_BEGIN_DECLS

typedef struct fov_reader_opts {
    uint32_t struct_size;
    int32_t no_looks; /* 1: call no tool and answer from the images given, for comparison */
} fov_reader_opts;

#define FOV_READER_OPTS_INIT {(uint32_t)sizeof(fov_reader_opts), 0}
FOV_API void fov_reader_opts_init(fov_reader_opts *opts);

/* opts may be NULL. The caller owns *out. Errors: FOV_E_ARG (struct_size), FOV_E_MEMORY. */
FOV_API fov_status fov_reader_new(fov_model **out, fov_context *ctx, const fov_reader_opts *opts,
                                  fov_error *err);

FOV_END_DECLS

#endif
