/* SPDX-License-Identifier: MIT */
/* foveate/transcript.h - the record of a session, and proof that it is true.
 *
 *     fov_replayed result = FOV_REPLAYED_INIT;
 *     if (fov_transcript_verify(ctx, "out", NULL, NULL, &result, &err) == FOV_OK)
 *         printf("%d images re-made, all equal\n", result.images);
 *
 * A transcript is a folder: `transcript.jsonl`, one JSON object a line in the order things
 * happened, and `blobs/`, the sources as given and every delivered picture, named by the SHA-256 of
 * their bytes. It never holds base64 or a key. It is crash-safe: a last line that was cut is
 * dropped when reading, everything before it counts.
 *
 * Replaying needs no model and no network: the sources are opened, every operation is applied again
 * from its recorded recipe, and every delivery is encoded again.
 *
 * What is compared: recipe hashes, sizes, mappings and pixel hashes always; encoded bytes when the
 * recorded encoder is the running one; facts of OCR when the recorded engine is the running one.
 * What could not be compared is counted as skipped, never as equal.
 *
 * Threads: every function here may be called from any thread; one folder is written by one session.
 */
#ifndef FOVEATE_TRANSCRIPT_H
#define FOVEATE_TRANSCRIPT_H

#include <foveate/image.h>

FOV_BEGIN_DECLS

/* What a replay found. */
typedef struct fov_replayed {
    uint32_t struct_size;
    int32_t sources, images, facts, deliveries; /* re-made and, by verify, equal */
    int32_t skipped;   /* not comparable here: another encoder or OCR engine made them */
    int32_t differing; /* what came out otherwise than recorded; verify then fails */
    int32_t cut_lines; /* 1 when the last line was cut (a crash), else 0 */
    char digest[65];   /* SHA-256 of the transcript without its times and its blobs' place */
} fov_replayed;

#define FOV_REPLAYED_INIT {(uint32_t)sizeof(fov_replayed), 0, 0, 0, 0, 0, 0, 0, {0}}
FOV_API void fov_replayed_init(fov_replayed *replayed);

/* One line about one thing re-made: "img_3 equal 5f0c…", without a newline. */
typedef void (*fov_replay_fn)(const char *line, void *user);

/* Re-make every image, fact and delivery of the transcript in `dir` from its sources and compare.
 * `report` (may be NULL) hears of each. FOV_OK when nothing differs; FOV_E_MISMATCH when something
 * does, with the first in the message. Errors also: FOV_E_IO (no transcript, a blob is missing),
 * FOV_E_IMAGE, FOV_E_UNSUPPORTED (an operation that this build does not know, by name),
 * FOV_E_STATE (a transcript that contradicts itself: line and member are named). */
FOV_API fov_status fov_transcript_verify(fov_context *ctx, const char *dir, fov_replay_fn report,
                                         void *user, fov_replayed *out, fov_error *err);

/* The same without judging (differences are counted, and only a source that is not the recorded one
 * is an error): re-make everything and write the delivered pictures into `out_dir` (made when
 * missing) as blobs named by their hash, and each image's own pixels as img_<k>.png. */
FOV_API fov_status fov_transcript_replay(fov_context *ctx, const char *dir, const char *out_dir,
                                         fov_replay_fn report, void *user, fov_replayed *out,
                                         fov_error *err);

enum { FOV_SHOW_TREE = 0, FOV_SHOW_DOT = 1, FOV_SHOW_MERMAID = 2 };

/* The graph of a transcript as text: a tree for a terminal, Graphviz dot, or Mermaid. The caller
 * owns *out. Nothing is rendered. Errors: FOV_E_IO, FOV_E_STATE, FOV_E_ARG. */
FOV_API fov_status fov_transcript_show(fov_context *ctx, const char *dir, int32_t form,
                                       fov_bytes *out, fov_error *err);

/* How to paint a graph. Zero means default; start from FOV_PICTURE_OPTS_INIT. */
typedef struct fov_picture_opts {
    uint32_t struct_size;
    int32_t width; /* of the picture, pixels, 320 to the context's output_edge; 0: 1200, or as many
                    * as the longest chain of looks needs. The height follows */
} fov_picture_opts;

#define FOV_PICTURE_OPTS_INIT {(uint32_t)sizeof(fov_picture_opts), 0}
FOV_API void fov_picture_opts_init(fov_picture_opts *opts);

/* The graph of a transcript as a picture: the question, every image with what it shows outlined on
 * the one it was made from, the facts, the answer and its evidence. Images are made again from the
 * sources, as replaying does, so that a picture shows what is true; facts and words are shown as
 * recorded. The same transcript gives the same pixels everywhere.
 * opts may be NULL. The caller owns *out (one reference); fov_image_encode() makes a file of it.
 * Errors: FOV_E_ARG (a width that is too narrow for the chain: the message has what it needs),
 * FOV_E_LIMIT (more than 128 images and facts, or higher than output_edge), FOV_E_MISMATCH (an
 * image came out otherwise than recorded), and those of fov_transcript_verify(). */
FOV_API fov_status fov_transcript_picture(fov_context *ctx, const char *dir,
                                          const fov_picture_opts *opts, fov_image **out,
                                          fov_error *err);

FOV_END_DECLS

#endif
