/* SPDX-License-Identifier: MIT */
/* transcript: an append-only record of a session, JSON Lines beside image blobs named by SHA-256,
 * from which everything can be made again. It sees the graph and the encoder, never a model.
 *
 *     writer.c  lines and blobs, crash-safe        transcript_replay.c  making all again
 *     events.c  what replay depends on, as lines   compare.c    a thing re-made and its record
 *     loader.c  reading a folder back, strictly    show.c       the graph as dot, mermaid ...
 *     record.c  one line as numbers and names      show_tree.c  ... and as a tree
 *     digest.c  the digest; smuggled images        show_picture.c, picture_*.c  ... and painted
 *
 * One line is one event {"event":"<kind>","n":<line number from 0>, ...}. Kinds: header, source,
 * image, fact, delivery, question, request, response, call, error, eviction, answer. The first is
 * the header, and there is one. Members that hold times end in `_ms` or are `time`; the digest of a
 * transcript leaves them out. `show` reads of a question "text"; of an answer "answer", "reason",
 * "status", and "evidence", an array of ids.
 */
#ifndef FOV_TRANSCRIPT_INTERNAL_H
#define FOV_TRANSCRIPT_INTERNAL_H

#include <foveate/transcript.h>

#include "base/base_internal.h"
#include "encode/encode_internal.h"
#include "graph/graph_internal.h"

struct fov_transcript; /* a writer; one thread at a time */

/* Start one in `dir` (made when missing; a transcript that is there already is FOV_E_STATE). Blobs
 * go to `blobs` (NULL: "blobs" inside dir; a relative path is relative to dir, and said so).
 * `dir` NULL makes a sink: the same calls, nothing kept, so that a session without a folder needs
 * no branches. */
fov_status fov__transcript_new(struct fov_transcript **out, fov_context *ctx, const char *dir,
                               const char *blobs, fov_error *err);
/* From now on lines come to disk when it is closed, and none before: for who commits a transcript
 * as a whole and has no use for half of one. Blobs are on disk before the line that names them, as
 * ever. */
void fov__transcript_sync_at_close(struct fov_transcript *t);
/* fsync and close; frees in any case. NULL is fine. Returns what writing failed with, if it did. */
fov_status fov__transcript_close(struct fov_transcript *t, fov_error *err);

/* Begin an event: what is written into the returned writer becomes members of it. Every begin is
 * followed by an end, which writes the line (and fdatasync's it when `durable`). Failing is sticky:
 * the status comes with `end`. A header gets the members "transcript" (the version of this format)
 * and "blobs" by itself. */
struct fov_jw *fov__transcript_begin(struct fov_transcript *t, const char *kind);
fov_status fov__transcript_end(struct fov_transcript *t, bool durable, fov_error *err);

/* Store bytes under their SHA-256 (nothing is written when it is there already); `sha256` may be
 * known already (then it is taken) or an empty string (then it is filled in). */
fov_status fov__transcript_blob(struct fov_transcript *t, const void *data, size_t len,
                                char sha256[FOV_SHA256_HEX], fov_error *err);

/* Events that replay depends on, written here so that writer and reader stay together. Images and
 * facts are to be written in the order of their numbers, each after what it was made from. */
fov_status fov__transcript_source(struct fov_transcript *t, const struct fov_node *node,
                                  fov_error *err);
fov_status fov__transcript_image(struct fov_transcript *t, const struct fov_node *node,
                                 fov_error *err);
fov_status fov__transcript_fact(struct fov_transcript *t, const struct fov_fact *fact,
                                fov_error *err);
fov_status fov__transcript_delivery(struct fov_transcript *t, int32_t image,
                                    const struct fov_delivery *delivery, int64_t tokens,
                                    const struct fov_spent *spent, fov_error *err);

/* The digest of a transcript that is closed, without making anything again. Errors: those of
 * reading one. */
fov_status fov__transcript_digest(fov_context *ctx, const char *dir, char out[FOV_SHA256_HEX],
                                  fov_error *err);

#endif
