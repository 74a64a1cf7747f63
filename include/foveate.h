/* SPDX-License-Identifier: MIT */
/* foveate.h - thinking with images: everything at once.
 *
 * About. A question about a picture is answered by looking again. foveate gives that to every model
 * and every program: operations on images as callable tools, their results threaded through the
 * conversation, and a graph of all looks that maps every point back to the source and replays byte
 * for byte.
 *
 * Synopsis. This is a whole program:
 *
 *     #include <foveate.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         fov_error err;
 *         fov_context *ctx = NULL;
 *         fov_image *chart = NULL;
 *         fov_model *reader = NULL;
 *         fov_session *session = NULL;
 *         fov_answer answer = FOV_ANSWER_INIT;
 *         fov_session_opts opts = FOV_SESSION_OPTS_INIT;
 *
 *         opts.profile = "reader";
 *         if (fov_context_new(&ctx, NULL, &err) < 0 ||
 *             fov_image_open(&chart, ctx, "chart.png", NULL, &err) < 0 ||
 *             fov_reader_new(&reader, ctx, NULL, &err) < 0 ||
 *             fov_session_new(&session, ctx, reader, &opts, &err) < 0 ||
 *             fov_session_add_image(session, chart, NULL, &err) < 0 ||
 *             fov_session_ask(session, "Which bar is the tallest?", &answer, &err) < 0)
 *             fprintf(stderr, "%s\n", err.message);
 *         else
 *             puts(answer.text ? answer.text : answer.reason);
 *         fov_session_free(session);
 *         fov_model_free(reader);
 *         fov_image_unref(chart);
 *         fov_context_free(ctx);
 *         return 0;
 *     }
 *
 * Build. cc program.c $(pkg-config --cflags --libs foveate)
 *
 * The headers are the manual; each opens with what its part is:
 *     base.h        status, error, context, limits      profile.h     what a model family sees
 *     image.h       a picture as given                  message.h     conversation and models
 *     op.h          the table of operations             provider.h    models behind a server
 *     graph.h       looks on looks                      reader.h      the model that is built in
 *     encode.h      pixels become a file                session.h     asking
 *     transcript.h  the record, replayed and verified
 *     batch.h       many questions, resumable and scored
 *
 * Before 1.0 the ABI may change with each minor version.
 */
#ifndef FOVEATE_H
#define FOVEATE_H

#include <foveate/base.h>
#include <foveate/batch.h>
#include <foveate/encode.h>
#include <foveate/graph.h>
#include <foveate/image.h>
#include <foveate/message.h>
#include <foveate/op.h>
#include <foveate/profile.h>
#include <foveate/provider.h>
#include <foveate/reader.h>
#include <foveate/session.h>
#include <foveate/transcript.h>

#endif
