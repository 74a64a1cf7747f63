/* SPDX-License-Identifier: MIT */
/* foveate/base.h - what every other part stands on: versions, status and error, context, bytes,
 * and the small values (points, boxes, sizes) that cross the interface.
 *
 * A program makes one context, hands it to everything it opens, and frees it last:
 *
 *     fov_context *ctx = NULL;
 *     fov_error err;
 *     if (fov_context_new(&ctx, NULL, &err) < 0) {
 *         fprintf(stderr, "%s\n", err.message);
 *         return 1;
 *     }
 *     // open images, build graphs, ask questions
 *     fov_context_free(ctx);
 *
 * Options and results that are structs begin with `struct_size`, which their initializer fills in
 * with the size that the program was compiled with. Until 1.0 it must be exactly the size that the
 * running library has: anything else is FOV_E_ARG, never a guess (fov_op_param is the exception and
 * says so). A zero or NULL member means its default. A pointer that may be NULL is said to be;
 * where one is not, NULL is FOV_E_ARG, or a zero or NULL answer from a function without a status.
 *
 * Threads: a context may be used from many threads at once after fov_context_new() returned;
 * everything made from it says for itself what it allows.
 * Nothing in this library prints, exits, installs a signal handler, changes the locale or the
 * working directory, or does anything at load time.
 */
#ifndef FOVEATE_BASE_H
#define FOVEATE_BASE_H

#include <stddef.h>
#include <stdint.h>

/* Around the declarations of each header: C names in C++ too. */
#if defined(__cplusplus)
#define FOV_BEGIN_DECLS extern "C" {
#define FOV_END_DECLS }
#else
#define FOV_BEGIN_DECLS
#define FOV_END_DECLS
#endif

/* What the library shows; all else in it is hidden. */
#if defined(__GNUC__) || defined(__clang__)
#define FOV_API __attribute__((visibility("default")))
#else
#define FOV_API
#endif

FOV_BEGIN_DECLS

/* The version of these headers. Before 1.0 the ABI may change with each minor version; the SONAME
 * carries it. */
#define FOV_VERSION_MAJOR 0
#define FOV_VERSION_MINOR 1
#define FOV_VERSION_PATCH 0
#define FOV_VERSION_STRING "0.1.0"

/* The version of the library that is running, as "0.1.0". Static storage. Any thread. */
FOV_API const char *fov_version(void);

/* ---- status and error --------------------------------------------------------------------------
 *
 * Every function that can fail returns a status: 0 is done, more than 0 is a note (done, and there
 * is something to know), less than 0 is an error. There are few codes, chosen by what a caller can
 * do about them; the sentence in fov_error says the rest. New notes and errors may be added: test
 * for the sign first.
 */
typedef int32_t fov_status;

#define FOV_STATUS_MAP(X)                                                                       \
    X(FOV_OK, 0, "done")                                                                        \
    X(FOV_NOTE_SAME, 1, "the same call was made before; its earlier result is returned")        \
    X(FOV_NOTE_END, 2, "there is nothing further")                                              \
    X(FOV_NOTE_UNSURE, 3, "the model answered that it cannot tell")                             \
    X(FOV_NOTE_BUDGET, 4, "a budget ended the conversation before an answer")                   \
    X(FOV_E_ARG, -1, "an argument is not allowed")                                              \
    X(FOV_E_MEMORY, -2, "memory ran out")                                                       \
    X(FOV_E_LIMIT, -3, "a limit of the context would be passed")                                \
    X(FOV_E_IMAGE, -4, "the image cannot be read")                                              \
    X(FOV_E_IO, -5, "a file cannot be read or written")                                         \
    X(FOV_E_NET, -6, "the connection failed")                                                   \
    X(FOV_E_PROVIDER, -7, "the model's server refused or answered something unexpected")        \
    X(FOV_E_CANCELLED, -8, "the caller cancelled")                                              \
    X(FOV_E_STATE, -9, "the object is not in a state that allows this call")                    \
    X(FOV_E_UNSUPPORTED, -10, "this build or format cannot do that")                            \
    X(FOV_E_MISMATCH, -11, "what was re-made differs from what was recorded")                   \
    X(FOV_E_INTERNAL, -12, "a defect in foveate")

/* The codes themselves. Their names and sentences can be asked for: the list above is the only
 * place that has them. */
enum {
#define FOV_STATUS_ENUM_(name, value, sentence) name = value,
    FOV_STATUS_MAP(FOV_STATUS_ENUM_)
#undef FOV_STATUS_ENUM_
};

/* "FOV_E_ARG" and "an argument is not allowed". Static storage, never NULL. Any thread. */
FOV_API const char *fov_status_name(fov_status status);
FOV_API const char *fov_status_text(fov_status status);

/* What went wrong, in memory that the caller owns: the last parameter of every function that can
 * fail, and always allowed to be NULL. It needs no free. It is written on error and on notes, and
 * set to FOV_OK otherwise. `message` is one UTF-8 sentence without a newline that names the field,
 * the value and what is allowed, fit to be shown to a person or a model. */
typedef struct fov_error {
    int32_t status;    /* the same as the function returned */
    int32_t detail;    /* errno, an HTTP status, or 0 */
    char where[56];    /* the field, file or step: "rotate.degrees" */
    char message[192]; /* the sentence */
} fov_error;

/* ---- small values --------------------------------------------------------------------------- */

/* A point in some image's frame, in pixels: the origin is the top-left corner of the top-left
 * pixel, x goes right, y goes down, so that pixel (i, j) has its centre at (i + 0.5, j + 0.5). */
typedef struct fov_point {
    double x, y;
} fov_point;

/* A half-open box [x1, x2) x [y1, y2) in the same frame. */
typedef struct fov_box {
    double x1, y1, x2, y2;
} fov_box;

/* A width and a height in whole pixels. */
typedef struct fov_size {
    int32_t width, height; /* pixels, both at least 1 where a size is given */
} fov_size;

/* A projective mapping of the plane, three rows of three: (x, y) goes to
 *     ((m[0] x + m[1] y + m[2]) / w, (m[3] x + m[4] y + m[5]) / w),   w = m[6] x + m[7] y + m[8]
 * An affine one has m[6] = m[7] = 0 and m[8] = 1. */
typedef struct fov_mat {
    double m[9];
} fov_mat;

/* Bytes that the library hands out: the only way it does. Free them with fov_bytes_free(), which
 * leaves an empty value behind and does nothing to one. `data` is followed by a NUL that `size`
 * does not count, so that text can be used as a C string. */
typedef struct fov_bytes {
    uint8_t *data;
    size_t size;
    void *owner; /* the library's own */
} fov_bytes;

FOV_API void fov_bytes_free(fov_bytes *bytes);

/* ---- context -------------------------------------------------------------------------------- */

/* Opaque: made by fov_context_new(), asked by functions. */
typedef struct fov_context fov_context;

/* How much a line of log matters: 1 most. A log function may drop what is above its level. */
enum { FOV_LOG_ERROR = 1, FOV_LOG_WARNING = 2, FOV_LOG_INFO = 3, FOV_LOG_DEBUG = 4 };

/* One line of log, without a newline; never an image byte or a key. Called from any thread that is
 * inside a call of this library, with no lock held. */
typedef void (*fov_log_fn)(int level, const char *line, void *user);

/* An allocator, all three functions or none. realloc gets NULL for a first allocation; free gets
 * NULL never. They must allow calls from several threads. cJSON, libvips, tesseract and libcurl
 * allocate for themselves. */
typedef struct fov_allocator {
    void *(*malloc_fn)(size_t size, void *user);
    void *(*realloc_fn)(void *ptr, size_t size, void *user);
    void (*free_fn)(void *ptr, void *user);
    void *user;
} fov_allocator;

/* Limits that protect a program from hostile input; none can be changed by a model. 0 stands for
 * the default given. Sizes are checked from headers, before the memory is asked for; passing one is
 * FOV_E_LIMIT with the limit in the message (memory_bytes: FOV_E_MEMORY). */
typedef struct fov_limits {
    uint64_t input_bytes;     /* of one encoded image: 64 MiB */
    uint64_t pixels;          /* of one image: 200 000 000 */
    uint32_t edge;            /* longest side of an image, pixels: 30 000 */
    uint32_t output_edge;     /* longest side of a delivery, pixels: 8 192 */
    uint32_t nodes;           /* images and facts of one graph: 4 096 */
    uint32_t json_depth;      /* of a tool call's arguments, nested levels: 32 */
    uint64_t json_bytes;      /* of a tool call's arguments: 64 KiB */
    uint64_t reply_bytes;     /* of one reply from a server, decompressed: 32 MiB */
    uint64_t cache_bytes;     /* decoded pixels kept: 512 MiB */
    uint64_t memory_bytes;    /* live allocations through the context: 4 GiB */
    uint32_t op_ms;           /* one operation, or one rendering of its result, ms: 10 000 */
} fov_limits;

/* Options of a context. Start from fov_context_opts_init() or FOV_CONTEXT_OPTS_INIT: a zero or
 * NULL member means its default. */
typedef struct fov_context_opts {
    uint32_t struct_size;
    uint32_t threads; /* worker threads that rendering may use: 1; results never depend on it */
    const fov_allocator *allocator; /* copied; NULL: the C library's */
    fov_limits limits;
    fov_log_fn log;
    void *log_user;
    const char *module_path; /* folder of foveate-vips.so and foveate-ocr.so; copied. NULL: beside
                              * the library, then where it was installed */
} fov_context_opts;

/* The two give equal bytes: an initializer, and a function for languages without macros. */
#define FOV_CONTEXT_OPTS_INIT                                                                   \
    {(uint32_t)sizeof(fov_context_opts), 0, NULL, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, NULL,      \
     NULL, NULL}

FOV_API void fov_context_opts_init(fov_context_opts *opts);

/* Make a context; NULL opts mean all defaults. The caller owns *out.
 * Errors: FOV_E_ARG (struct_size, half an allocator), FOV_E_MEMORY. */
FOV_API fov_status fov_context_new(fov_context **out, const fov_context_opts *opts, fov_error *err);

/* Free it, after everything that was made from it. NULL is fine. */
FOV_API void fov_context_free(fov_context *ctx);

/* The limits in force, defaults filled in. Borrowed, lives as long as the context; NULL for NULL.
 * Any thread. */
FOV_API const fov_limits *fov_context_limits(const fov_context *ctx);

/* ---- cancelling --------------------------------------------------------------------------------
 *
 * A flag that one thread (or a signal handler) sets and every long loop of the library reads. The
 * call that sees it returns FOV_E_CANCELLED and loses nothing that was recorded before.
 */
typedef struct fov_cancel fov_cancel;

/* Make a flag that is not set; the caller owns *out and frees it before the context, when no call
 * that was given it runs any more. Errors: FOV_E_ARG, FOV_E_MEMORY. */
FOV_API fov_status fov_cancel_new(fov_cancel **out, fov_context *ctx, fov_error *err);
FOV_API void fov_cancel_free(fov_cancel *cancel);         /* NULL is fine */
FOV_API void fov_cancel_set(fov_cancel *cancel);         /* any thread, async-signal-safe */
FOV_API void fov_cancel_reset(fov_cancel *cancel);       /* any thread */
FOV_API int fov_cancel_is_set(const fov_cancel *cancel); /* any thread; NULL is never set */

FOV_END_DECLS

#endif
