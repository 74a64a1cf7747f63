/* SPDX-License-Identifier: MIT */
/* base: the lowest folder. Memory, bounded buffers, errors, threads, 3x3 geometry, strict JSON,
 * base64 and hashes. It knows nothing of images. */
#ifndef FOV_BASE_INTERNAL_H
#define FOV_BASE_INTERNAL_H

#include <foveate/base.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FOV_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FOV_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define FOV_WARN_UNUSED __attribute__((warn_unused_result))

/* ---- error.c -------------------------------------------------------------------------------- */

/* Write `err` (may be NULL) and return `status`, so that a function can end `return fov__fail(…)`.
 * A message that is too long is cut on a character border. */
fov_status fov__fail(fov_error *err, fov_status status, int32_t detail, const char *where,
                     const char *fmt, ...) FOV_PRINTF(5, 6);
fov_status fov__fail_memory(fov_error *err, const char *where, size_t bytes);
void fov__ok(fov_error *err); /* set to FOV_OK; NULL is fine */
/* snprintf that never writes past `size`, always ends in NUL, and cuts on a UTF-8 border. */
void fov__format(char *out, size_t size, const char *fmt, ...) FOV_PRINTF(3, 4);
void fov__vformat(char *out, size_t size, const char *fmt, va_list args) FOV_PRINTF(3, 0);
/* vsnprintf as in the C locale, whatever the host has set. */
int fov__print(char *out, size_t size, const char *fmt, va_list args) FOV_PRINTF(3, 0);

/* ---- cpu.c ---------------------------------------------------------------------------------- */

/* Which twin of a function with SIMD code runs. Every twin gives the same bytes. The code of a
 * level is in a file of its own, <name>_avx2.c or <name>_neon.c, which alone is compiled for that
 * level (fov_simd_sources() in the root's CMakeLists.txt; FOV__HAVE_AVX2 or FOV__HAVE_NEON says
 * that the build is for it). Levels are counted within an architecture, the best last. A function
 * without a twin for a level runs the portable one there; no function has one for NEON yet. */
enum fov__cpu { FOV__CPU_PORTABLE, FOV__CPU_AVX2 = 1, FOV__CPU_NEON = 1 };
/* The best this machine has, or what FOV_CPU ("portable", "avx2", "neon") in the environment asks
 * for. FOV_E_ARG for another word and for a level that the machine or the build does not have. */
fov_status fov__cpu_detect(enum fov__cpu *out, fov_error *err);
const char *fov__cpu_name(enum fov__cpu cpu);

/* ---- context.c ------------------------------------------------------------------------------ */

/* Services that higher folders hang on the context (pixel cache, modules); each is made on first
 * need under `slot_lock` and freed with the context, last slot first. */
enum fov__slot {
    FOV__SLOT_BUFFERS, /* the others' memory comes back to it */
    FOV__SLOT_PIXEL_CACHE,
    FOV__SLOT_VIPS,
    FOV__SLOT_OCR,
    FOV__SLOT_OPS,
    FOV__SLOT_DELIVERIES,
    FOV__SLOT_COUNT
};

/* What the work of a context has come to, for fov_stats_get(): sums, never part of a result. */
enum fov__stat {
    FOV__STAT_DECODED_PIXELS,
    FOV__STAT_DECODE_US,
    FOV__STAT_RESAMPLE_US,
    FOV__STAT_ENCODE_US,
    FOV__STAT_DELIVERY_HITS,
    FOV__STAT_COUNT
};

struct fov_context {
    fov_allocator allocator;
    fov_limits limits;
    uint32_t threads;
    enum fov__cpu cpu;
    fov_log_fn log;
    void *log_user;
    char *module_path; /* NULL: search */
    _Atomic uint64_t live_bytes;
    _Atomic uint64_t stat[FOV__STAT_COUNT];
    /* Called before an allocation fails: true when memory was given back, so that it is worth
     * another try. It may be called under any lock but its own. */
    bool (*_Atomic reclaim)(fov_context *ctx);
    pthread_mutex_t slot_lock;
    void *slot[FOV__SLOT_COUNT];
    void (*slot_free[FOV__SLOT_COUNT])(void *service);
};

static inline void fov__stat_add(fov_context *ctx, enum fov__stat stat, uint64_t n)
{
    atomic_fetch_add_explicit(&ctx->stat[stat], n, memory_order_relaxed);
}

struct fov_cancel {
    fov_context *ctx;
    atomic_int flag;
    /* One operation's own, on its stack: `above` (may be NULL) counts too, and so does the clock
     * from `deadline` on (fov__clock_ms(); 0: never). */
    const fov_cancel *above;
    uint64_t deadline;
};

/* What an operation reads in place of the caller's flag, so that every loop that can be cancelled
 * is also bounded by the context's `op_ms`. It lives as long as the operation. */
void fov__cancel_bound(fov_cancel *own, fov_context *ctx, const fov_cancel *above);
/* The status to go on with: FOV_E_CANCELLED becomes FOV_E_LIMIT, naming the limit, when it was the
 * clock of `own` and nobody's wish. */
fov_status fov__cancel_judge(const fov_cancel *own, fov_status rc, const char *where,
                             fov_error *err);

void fov__log(fov_context *ctx, int level, const char *fmt, ...) FOV_PRINTF(3, 4);

/* Return the service in `slot`, making it on first need. `make` returns NULL with `err` written. */
void *fov__service(fov_context *ctx, enum fov__slot slot,
                   void *(*make)(fov_context *ctx, fov_error *err), void (*free_fn)(void *),
                   fov_error *err);
/* The service when it has been made already, else NULL. */
void *fov__service_there(const fov_context *ctx, enum fov__slot slot);

/* ---- alloc.c -------------------------------------------------------------------------------- */

/* All memory of the library. NULL on exhaustion, on overflow, or when `memory_bytes` of the
 * context would be passed. Zero bytes give a unique pointer. */
void *fov__alloc(fov_context *ctx, size_t size) FOV_WARN_UNUSED;
void *fov__calloc(fov_context *ctx, size_t count, size_t size) FOV_WARN_UNUSED; /* zeroed */
/* On NULL `ptr` is still there, as it was. */
void *fov__realloc(fov_context *ctx, void *ptr, size_t size) FOV_WARN_UNUSED;
void fov__free(fov_context *ctx, void *ptr); /* NULL is fine */
char *fov__strdup(fov_context *ctx, const char *text) FOV_WARN_UNUSED;
char *fov__strndup(fov_context *ctx, const char *text, size_t len) FOV_WARN_UNUSED;
/* Make room for one more element in a growing array; false when memory ran out. */
bool fov__grow(fov_context *ctx, void *array_ptr, size_t *capacity, size_t need, size_t size);

/* ---- buffer.c ------------------------------------------------------------------------------- */

/* A growing buffer that knows its own end: once an addition fails, the buffer stays failed, and
 * the writer looks at the end only. Its data is always NUL-terminated. */
struct fov_buf {
    fov_context *ctx;
    char *data;
    size_t len, cap, max;
    fov_status status; /* FOV_OK, FOV_E_MEMORY or FOV_E_LIMIT */
};

void fov__buf_init(struct fov_buf *buf, fov_context *ctx, size_t max);
void fov__buf_free(struct fov_buf *buf);
void fov__buf_reset(struct fov_buf *buf); /* empty again, memory kept, status cleared */
void fov__buf_add(struct fov_buf *buf, const void *data, size_t len);
void fov__buf_adds(struct fov_buf *buf, const char *text);
void fov__buf_addc(struct fov_buf *buf, char c);
void fov__buf_addf(struct fov_buf *buf, const char *fmt, ...) FOV_PRINTF(2, 3);
/* `len` bytes to fill in, already counted; NULL on failure. */
char *fov__buf_room(struct fov_buf *buf, size_t len);
/* Hand the contents over as fov_bytes and leave the buffer empty; on a failed buffer free it and
 * return its status. */
fov_status fov__buf_take(struct fov_buf *buf, fov_bytes *out, fov_error *err);
fov_status fov__buf_check(const struct fov_buf *buf, const char *where, fov_error *err);
/* The contents as a C string owned by the caller (fov__free), NULL when the buffer failed. */
char *fov__buf_take_text(struct fov_buf *buf);
/* A fov_bytes of `size` bytes, not filled in; .data is NULL when memory ran out. */
fov_bytes fov__bytes_new(fov_context *ctx, size_t size);

/* ---- text.c: numbers and names, independent of the locale ----------------------------------- */

/* The shortest decimal text that reads back as the same double; "null" for what is not finite.
 * `out` holds at least 32 bytes. Returns its length. */
size_t fov__double_text(char *out, double value);
/* Read a decimal number in JSON's grammar (a leading '+' is refused); false when it is not all of
 * it, or too large for a double. No locale. */
bool fov__text_double(const char *text, size_t len, double *out);
bool fov__utf8_valid(const char *text, size_t len);
/* The length of the character that `text` begins with, and its code point; 0 when it is not one
 * (overlong, a surrogate, above U+10FFFF, cut short). */
size_t fov__utf8_next(const char *text, size_t len, uint32_t *code);
/* Replace, in place, control characters, line ends and what is not UTF-8 by '?': fit for a log
 * line. */
void fov__text_plain(char *text);
int fov__ascii_casecmp(const char *a, const char *b);
/* Edit distance (Levenshtein), for "did you mean"; capped at 64 characters. */
int fov__edit_distance(const char *a, const char *b);

/* ---- json_scan.c, json.c: reading ----------------------------------------------------------- */

struct fov_span {
    const char *data;
    size_t len;
};

/* Strict check (RFC 8259): one value, UTF-8, no duplicate keys in an object, at most `depth` deep
 * and `size` bytes long. The message says what is wrong and at which byte. */
fov_status fov__json_check(fov_context *ctx, const char *text, size_t len, uint32_t depth,
                           uint64_t size, fov_error *err);

/* The raw text of the value at `path`, an array of keys and decimal array indices ended by NULL, in
 * text that fov__json_check() has accepted. An absent value gives {NULL, 0}. No copy is made: an
 * assistant's item is kept and sent back byte for byte. */
struct fov_span fov__json_raw(const char *text, size_t len, const char *const *path);

/* A parsed document and the values in it (cJSON inside; values live as long as the document). */
struct fov_json;
typedef struct fov_json_value fov_json_value;
enum fov_json_type {
    FOV_JSON_NULL, FOV_JSON_BOOL, FOV_JSON_NUMBER, FOV_JSON_STRING, FOV_JSON_ARRAY, FOV_JSON_OBJECT
};
fov_status fov__json_parse(struct fov_json **out, fov_context *ctx, const char *text, size_t len,
                           uint32_t depth, uint64_t size, fov_error *err);
void fov__json_free(struct fov_json *doc);
const fov_json_value *fov__json_root(const struct fov_json *doc);
enum fov_json_type fov__json_type(const fov_json_value *value); /* NULL counts as FOV_JSON_NULL */
/* "a string", "a number", "an array", "an object", "true or false" or "null". */
const char *fov__json_type_name(const fov_json_value *value);
/* NULL when it is absent, or `object` is none. */
const fov_json_value *fov__json_get(const fov_json_value *object, const char *key);
/* The first element or member, and the next one. */
const fov_json_value *fov__json_child(const fov_json_value *container);
const fov_json_value *fov__json_next(const fov_json_value *value);
const char *fov__json_key(const fov_json_value *member);
size_t fov__json_count(const fov_json_value *container);
const char *fov__json_string(const fov_json_value *value); /* NULL when it is no string */
bool fov__json_number(const fov_json_value *value, double *out);
bool fov__json_bool(const fov_json_value *value, bool *out);

/* ---- json_write.c --------------------------------------------------------------------------- */

/* Writes JSON into a buffer; commas and colons are its own business. A key of NULL is for array
 * elements and the root. Output is compact and canonical: same calls, same bytes. */
struct fov_jw {
    struct fov_buf *buf;
    uint32_t depth;
    uint64_t has_item; /* bit d: the container at depth d holds something (depth < 64) */
};
void fov__jw_init(struct fov_jw *jw, struct fov_buf *buf);
void fov__jw_object(struct fov_jw *jw, const char *key);
void fov__jw_array(struct fov_jw *jw, const char *key);
void fov__jw_end_object(struct fov_jw *jw);
void fov__jw_end_array(struct fov_jw *jw);
void fov__jw_string(struct fov_jw *jw, const char *key, const char *text); /* NULL text: null */
void fov__jw_string_n(struct fov_jw *jw, const char *key, const char *text, size_t len);
void fov__jw_number(struct fov_jw *jw, const char *key, double value);
void fov__jw_int(struct fov_jw *jw, const char *key, int64_t value);
void fov__jw_bool(struct fov_jw *jw, const char *key, bool value);
void fov__jw_null(struct fov_jw *jw, const char *key);
/* Text that is JSON already. */
void fov__jw_raw(struct fov_jw *jw, const char *key, const char *json, size_t len);
/* Printed again, compact, keys in the order they came in. */
void fov__jw_value(struct fov_jw *jw, const char *key, const fov_json_value *value);

/* ---- base64.c, hash.c ----------------------------------------------------------------------- */

size_t fov__base64_size(size_t bytes); /* characters, with padding, without NUL */
/* Writes fov__base64_size(len) characters and no NUL. */
void fov__base64_encode(char *out, const uint8_t *data, size_t len);
/* The same characters, as fast as the processor can: for images on their way into a body. */
void fov__base64_write(enum fov__cpu cpu, char *out, const uint8_t *data, size_t len);
#if defined(FOV__HAVE_AVX2)
/* The first groups of three bytes only; returns how many bytes it has taken. */
size_t fov__base64_encode_avx2(char *out, const uint8_t *data, size_t len);
#endif
/* Strict: padding right, no other characters; `out` holds len / 4 * 3 bytes. false when it is not
 * base64. */
bool fov__base64_decode(uint8_t *out, size_t *out_len, const char *text, size_t len);

#define FOV_SHA256_HEX 65
struct fov_sha256; /* streaming */
void fov__sha256_hex(char out[FOV_SHA256_HEX], const void *data, size_t len); /* lower case, NUL */
fov_status fov__sha256_new(struct fov_sha256 **out, fov_context *ctx, fov_error *err);
void fov__sha256_add(struct fov_sha256 *hash, const void *data, size_t len);
void fov__sha256_end(struct fov_sha256 *hash, char out[FOV_SHA256_HEX]); /* frees it */
void fov__sha256_drop(struct fov_sha256 *hash); /* frees it; NULL is fine */
/* Of `head` and then `rows` rows of `size` bytes, `stride` apart. */
void fov__sha256_rows(char out[FOV_SHA256_HEX], const char *head, const uint8_t *data, size_t size,
                      size_t stride, int32_t rows);
uint64_t fov__xxh3(const void *data, size_t len); /* cache keys only, never a name on disk */

/* ---- geometry.c ----------------------------------------------------------------------------- */

/* Of a mapping, m[8] is normalised to 1 where possible. */
struct fov_mat fov__mat_identity(void);
struct fov_mat fov__mat_translate(double dx, double dy);
struct fov_mat fov__mat_scale(double sx, double sy);
/* Clockwise as seen (y down) by degrees about the origin; exact for multiples of 90. No libm: the
 * sine is our own polynomial, so that every machine gets the same bits. */
struct fov_mat fov__mat_rotate(double degrees);
struct fov_mat fov__mat_mul(struct fov_mat a, struct fov_mat b); /* first b, then a */
bool fov__mat_invert(struct fov_mat a, struct fov_mat *out);     /* false: singular */
bool fov__mat_is_affine(struct fov_mat a);
/* True when it maps the axes onto the axes (translation, scaling, flips, quarter turns). */
bool fov__mat_is_axis_aligned(struct fov_mat a);
/* Infinite, or no number, on the horizon of a projective mapping. */
fov_point fov__mat_apply(struct fov_mat a, fov_point p);
/* Of the mapped quadrilateral; infinite when it reaches over the horizon. */
fov_box fov__mat_bounds(struct fov_mat a, fov_box box);
/* Length of the image of a unit step in x and in y at p: source pixels for each pixel. */
void fov__mat_density(struct fov_mat a, fov_point p, double *sx, double *sy);
void fov__sincos_deg(double degrees, double *sine, double *cosine);
bool fov__box_intersect(fov_box a, fov_box b, fov_box *out); /* false: empty */
double fov__box_overlap(fov_box a, fov_box b);               /* intersection over union */
double fov__floor(double v);
double fov__ceil(double v);
double fov__rint(double v); /* half to even, whatever the rounding mode */

/* ---- decimal.c ------------------------------------------------------------------------------ */

/* No libm: the same bits everywhere. x > 0; within 1e-15 of what it is, powers of ten
 * exact. */
double fov__log10(double x);
double fov__pow10(double y); /* relative error below 1e-13; 0 under 1e-300, never above 1e300 */
double fov__round_digits(double value, int digits); /* to so many significant ones */
/* "2021", "2021-03", "2021-03-01" (the first day of what is named) as days since 1970-01-01. */
bool fov__date_days(const char *text, double *out);
/* The day; "" and false outside the years 1 to 9999. */
bool fov__date_text(char out[16], double days);

/* ---- thread.c ------------------------------------------------------------------------------- */

/* Call fn(i, user) for i in [0, n) on up to `threads` threads (64 at most); returns when all are
 * done. Falls back to fewer threads where they cannot be made, so it never fails. */
void fov__parallel(uint32_t threads, uint32_t n, void (*fn)(uint32_t i, void *user), void *user);

/* ---- file.c, clock.c ------------------------------------------------------------------------ */

/* Read a whole regular file, opened once (O_CLOEXEC; no FIFO, device or directory), of at most
 * `max` bytes. Path is never given to another library. */
fov_status fov__file_read(fov_bytes *out, fov_context *ctx, const char *path, uint64_t max,
                          fov_error *err);
/* Write a file through a temporary neighbour and rename; fsync when `durable`. */
fov_status fov__file_write(fov_context *ctx, const char *path, const void *data, size_t len,
                           bool durable, fov_error *err);
fov_status fov__dir_make(const char *path, fov_error *err); /* fine when it is there already */
bool fov__file_exists(const char *path);
/* The caller frees it; NULL when memory ran out. */
char *fov__path_join(fov_context *ctx, const char *a, const char *b);
uint64_t fov__clock_ms(void); /* monotonic */
uint64_t fov__clock_us(void); /* the same in microseconds */
/* "2026-11-24T11:30:00Z", for the transcript's header. */
void fov__clock_utc(char out[32]);
const char *fov__env(const char *name); /* getenv, the only one; NULL when unset or empty */
/* Wipe memory that held a key. */
void fov__wipe(void *data, size_t len);

/* ---- module.c ------------------------------------------------------------------------------- */

/* Open foveate-<name>.so from the context's module path, beside the running library, or from where
 * it was installed, and return its `symbol`. The module stays loaded for the life of the process.
 * Errors: FOV_E_UNSUPPORTED naming the places looked at. */
void *fov__module_open(fov_context *ctx, const char *name, const char *symbol, fov_error *err);

#endif
