/* SPDX-License-Identifier: MIT */
/* Between the files of transcript/ only: a transcript read back. Neighbouring folders include
 * transcript_internal.h and never this. A log is what somebody else wrote: nothing in it is
 * believed before loader.c and record.c have judged it. */
#ifndef FOV_LOG_INTERNAL_H
#define FOV_LOG_INTERNAL_H

#include "transcript/transcript_internal.h"

enum {
    FOV__LOG_VERSION = 1,
    FOV__LOG_LINE_MAX = 8 * 1024 * 1024, /* bytes of a line, its end included */
    FOV__LOG_LINES_MAX = 1000000,
    FOV__LOG_DEPTH_MAX = 128, /* a server's reply is nested in an event */
    FOV__LOG_REGIONS_MAX = 4096
};
#define FOV__LOG_FILE_MAX (UINT64_C(1) << 30)

/* ---- writer.c ------------------------------------------------------------------------------- */

fov_context *fov__transcript_context(const struct fov_transcript *t);

/* ---- loader.c, record.c --------------------------------------------------------------------- */

/* The header's name and the others', in one table. */
#define FOV__LOG_KIND_MAP(X)                                                                  \
    X(HEADER, "header")                                                                       \
    X(SOURCE, "source") X(IMAGE, "image") X(FACT, "fact") X(DELIVERY, "delivery")             \
        X(QUESTION, "question") X(REQUEST, "request") X(RESPONSE, "response") X(CALL, "call") \
            X(ERROR, "error") X(EVICTION, "eviction") X(ANSWER, "answer")
enum fov__log_kind {
#define FOV__LOG_KIND_ENUM_(name, text) FOV__LOG_##name,
    FOV__LOG_KIND_MAP(FOV__LOG_KIND_ENUM_)
#undef FOV__LOG_KIND_ENUM_
        FOV__LOG_OTHER /* of a later version, or an extension's: kept for the digest, else ignored
                        */
};

struct fov_log_line {
    struct fov_span text;
    enum fov__log_kind kind;
};

struct fov_log {
    fov_context *ctx;
    fov_bytes text;
    char *blobs; /* path of the folder */
    struct fov_log_line *lines;
    size_t count, capacity;
    int32_t image_count, fact_count; /* sources are images */
    size_t unknown_kinds, unknown_members;
    int32_t cut_lines;
    char digest[FOV_SHA256_HEX];
};

/* Read and judge a whole transcript. Errors: FOV_E_IO, FOV_E_LIMIT, FOV_E_MEMORY, FOV_E_UNSUPPORTED
 * (a later version), FOV_E_STATE naming line and member. */
fov_status fov__log_open(struct fov_log **out, fov_context *ctx, const char *dir, fov_error *err);
void fov__log_free(struct fov_log *log); /* NULL is fine */
/* FOV_E_STATE at a line (counted from 1). */
fov_status fov__log_fail(fov_error *err, size_t line, const char *fmt, ...) FOV_PRINTF(3, 4);

/* One source, image, fact or delivery. Strings and spans live as long as the record and its log. */
struct fov_record {
    enum fov__log_kind kind;
    size_t line; /* from 1 */
    struct fov_json *doc;
    int32_t id;                  /* of the image or fact */
    const char *sha256, *format; /* source, and the format of a delivery */
    const char *op, *recipe_sha256;
    const char *bytes_sha256, *pixels_sha256, *encoder; /* delivery */
    const char *engine;                                 /* fact of OCR; NULL: none recorded */
    const fov_json_value *recipe;
    struct fov_span recipe_text, json_text;
    int32_t width, height, bands, output, quality;
    double size; /* bytes */
    bool is_444, is_lenient;
    int32_t parents[FOV_OP_INPUTS_MAX];
    int32_t parent_count;
    fov_context *ctx;
    struct fov_region *regions;
    size_t region_count;
};
/* `unknown` (may be NULL) is raised by the number of members that this version does not know. */
fov_status fov__record_read(struct fov_record *out, fov_context *ctx, struct fov_span text,
                            enum fov__log_kind kind, size_t line, size_t *unknown, fov_error *err);
void fov__record_free(struct fov_record *record);
/* "img_12" with the prefix "img_": 12. No sign, no leading zero, at most seven digits. */
bool fov__record_id(const char *text, const char *prefix, int32_t *out);

/* ---- digest.c ------------------------------------------------------------------------------- */

/* Add a line that fov__json_check() has accepted: without spaces between tokens, and without the
 * members (of any depth) that hold times. */
void fov__digest_line(struct fov_sha256 *hash, struct fov_span line);
/* Whether a line holds an encoded image: more than 1000 characters of base64 in a row. In what a
 * server said or is sent, which may carry opaque text, only where they begin as an image does. */
bool fov__log_holds_image(struct fov_span line, enum fov__log_kind kind);

/* ---- transcript_replay.c, compare.c --------------------------------------------------------- */

struct fov_remake {
    fov_context *ctx;
    struct fov_log *log;
    fov_graph *graph;
    int32_t *node_of;    /* recorded number -> number in the graph */
    int32_t made;        /* images re-made so far */
    int32_t facts_ahead; /* made with an image whose fact's own record is still to come */
    bool images_only;    /* sources and images; neither facts nor deliveries */
    const char *out_dir; /* NULL: verify */
    char *out_blobs;
    fov_replay_fn report;
    void *user;
    fov_replayed *out;
    fov_error first; /* the first difference */
};

/* Open the transcript in `dir` and make its images again, nothing else; r->log, r->graph and
 * r->node_of stay until the drop. FOV_E_MISMATCH when one differs from its record. */
fov_status fov__remake_images(struct fov_remake *r, const char *dir, fov_error *err);
void fov__remake_drop(struct fov_remake *r);
/* Say one line to the caller. */
void fov__remake_say(const struct fov_remake *r, const char *fmt, ...) FOV_PRINTF(2, 3);
/* Count and say a difference, and keep the first. */
void fov__remake_differs(struct fov_remake *r, const struct fov_record *record, const char *fmt,
                         ...) FOV_PRINTF(3, 4);
/* "img_3" or "fact_3" or "img_3 delivery". */
void fov__record_name(const struct fov_record *record, char out[32]);

/* True when nothing differs; else every difference has been counted. */
bool fov__compare_image(struct fov_remake *r, const struct fov_record *record,
                        const struct fov_node *node);
bool fov__compare_fact(struct fov_remake *r, const struct fov_record *record,
                       const struct fov_fact *fact);

/* ---- show.c, show_tree.c -------------------------------------------------------------------- */

/* What is shown: everything of one transcript, by number. The log stays its opener's. */
struct fov_scene {
    fov_context *ctx;
    struct fov_log *log;
    struct fov_record *images, *facts;
    int32_t image_count, fact_count;    /* read so far */
    struct fov_json *question, *answer; /* the last event of each, or NULL */
};

/* Read what scene->log holds; to be dropped in any case. */
fov_status fov__scene_read(struct fov_scene *scene, fov_error *err);
void fov__scene_drop(struct fov_scene *scene);
/* Text of a stranger, fit for a terminal: at most `most` characters, no control characters. */
void fov__show_plain(struct fov_buf *buf, const char *text, size_t len, size_t most);
/* "zoom box=[40,30,200,120]", "160x90", "[40,30,200,120] of img_0": the parts of one line. */
void fov__show_name(struct fov_buf *buf, const struct fov_record *record);
void fov__show_args(struct fov_buf *buf, const struct fov_record *record); /* " box=[...]" */
void fov__show_size(struct fov_buf *buf, const struct fov_record *record);
void fov__show_place(struct fov_buf *buf, const struct fov_record *record);
/* The answer's text (its status when it has none), what else was said, "" when it was not; and its
 * evidence, one id after the other: pass NULL first, stop at NULL. Only ids that the transcript has
 * are given. */
const char *fov__show_answer(const struct fov_scene *scene);
const char *fov__show_reason(const struct fov_scene *scene);
const char *fov__show_question(const struct fov_scene *scene);
const fov_json_value *fov__show_evidence(const struct fov_scene *scene,
                                         const fov_json_value *before,
                                         const struct fov_record **out);
fov_status fov__show_tree(struct fov_buf *buf, const struct fov_scene *scene, fov_error *err);

#endif
