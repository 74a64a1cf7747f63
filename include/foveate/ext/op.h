/* SPDX-License-Identifier: MIT */
/* foveate/ext/op.h - an operation of your own, beside those that the library has.
 *
 * An operation is one row: what it is called, when a model should reach for it, what arguments it
 * takes, and the functions that do it. The library's own are written against this very header.
 * Once registered in a context, a row is offered to models, checked, drawn, recorded, verified and
 * replayed like any other; nothing else has to be told of it.
 *
 * This one shows an image as its own negative, in part or whole:
 *
 *     #include <foveate/ext/op.h>
 *
 *     struct negative_args {
 *         fov_op_args_head head;
 *         bool grey;
 *     };
 *
 *     static fov_status negative_plan(const void *args, const fov_op_frame *in, int32_t in_count,
 *                                     fov_op_plan *out, fov_op_fault *fault)
 *     {
 *         (void)args; (void)in_count; (void)fault;
 *         fov_op_plan_same(out, in, FOV_OP_EFFECT_POINTWISE);
 *         return FOV_OK;
 *     }
 *
 *     static void negative_point(const void *args, uint8_t *pixels, size_t n, int32_t bands)
 *     {
 *         const struct negative_args *negative = args;
 *         for (; n > 0; n--, pixels += bands) {
 *             for (int c = 0; c < 3; c++)
 *                 pixels[c] = (uint8_t)(255 - pixels[negative->grey ? 1 : c]);
 *         }
 *     }
 *
 *     static const fov_op_param_row negative_params[] = {
 *         FOV_OP_BOOL(negative_args, grey, 0, "take green for all three colours"), FOV_OP_END};
 *     static const fov_op_example_row negative_examples[] = {{"{}", "1000x500"}, {NULL, NULL}};
 *
 *     static const fov_op_def negative = {
 *         .name = "negative",
 *         .since = "1.0.0",
 *         .summary = "Dark and light change places.",
 *         .when = "Use it when pale lines on a dark ground are hard to make out.",
 *         .kind = FOV_OP_PIXELS,
 *         .presets = FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
 *         .input_min = 1,
 *         .input_max = 1,
 *         .params = negative_params,
 *         .args_size = sizeof(struct negative_args),
 *         .examples = negative_examples,
 *         .plan = negative_plan,
 *         .point = negative_point,
 *     };
 *
 *     static fov_status add_negative(fov_context *ctx, fov_error *err)
 *     {
 *         return fov_op_register(ctx, &negative, FOV_OP_EXT_VERSION, err);
 *     }
 *
 * A call passes four gates, and each may take for granted what the ones before it found:
 *
 *     parse     the library: JSON in some model's coordinates becomes your argument struct, in
 *               pixels of the named image, every member legal or the call refused with a corrected
 *               one; you write rows, no checks
 *     resolve   what depends on the picture ("auto") becomes a number, kept in a HIDDEN parameter,
 *               so that a replay does not measure again
 *     plan      numbers only: sizes and matrices of what comes out; no pixel is read. They are
 *               checked: a plan that makes no sense is a call refused, as UNSUPPORTED
 *     point, run, marks or fact   the work, on arguments that are legal
 *
 * Rules, which `verify` holds an operation to: what comes out depends on the arguments and the
 * pixels that go in and on nothing else - no clock, no random number, no global, no libm in pixels
 * if two machines shall agree. That is why there is no user pointer. Functions may be called from
 * several threads at once.
 *
 * This header makes a weaker promise than the others: it may change with each minor version.
 * fov_op_register() is told with which version of it a row was compiled and refuses any other.
 */
#ifndef FOVEATE_EXT_OP_H
#define FOVEATE_EXT_OP_H

#include <stdbool.h>

#include <foveate/op.h>

FOV_BEGIN_DECLS

/* Counted up whenever anything below changes. */
#define FOV_OP_EXT_VERSION 2

/* ---- refusing a call ---------------------------------------------------------------------------
 *
 * What a model can mend is a fault, not a C error: it is shown the code, the field, what it gave,
 * what is allowed and a hint, its conversation goes on and the graph stays as it was.
 */
#define FOV_FAULT_MAP(X)                                                                          \
    X(BAD_JSON) X(UNKNOWN_OP) X(UNKNOWN_IMAGE) X(MISSING_ARG) X(BAD_TYPE) X(OUT_OF_RANGE)         \
    X(EMPTY_BOX) X(TOO_SMALL) X(BAD_ASPECT) X(BUDGET_CALLS) X(BUDGET_PIXELS) X(BUDGET_IMAGES)     \
    X(BUDGET_TIME) X(BUDGET_ROUNDS) X(BUDGET_TOKENS) X(BUDGET_COST) X(CANCELLED) X(DECODE)        \
    X(LIMIT) X(UNSUPPORTED) X(UNKNOWN_ARG) X(UNKNOWN_FACT)
enum fov_fault_code {
    FOV_FAULT_NONE,
#define FOV_FAULT_ENUM_(name) FOV_FAULT_##name,
    FOV_FAULT_MAP(FOV_FAULT_ENUM_)
#undef FOV_FAULT_ENUM_
    FOV_FAULT_COUNT
};

typedef struct fov_op_fault fov_op_fault;

/* Fill in the fault and return the status to leave with (FOV_E_ARG; for LIMIT, DECODE, CANCELLED
 * and UNSUPPORTED their own). `field` is "<operation>.<parameter>"; `got` and `allowed` may be
 * NULL; `hint` is one sentence that a model can act on. Texts are copied and cut to what fits (56,
 * 96, 160, 224 bytes). */
FOV_API fov_status fov_op_refuse(fov_op_fault *fault, enum fov_fault_code code, const char *field,
                                 const char *got, const char *allowed, const char *hint);

/* ---- parameters ----------------------------------------------------------------------------- */

/* How much lists and texts may hold, and how many images an operation takes and gives. */
enum {
    FOV_OP_LIST_MAX = 64,
    FOV_OP_LABEL_MAX = 64, /* bytes with the NUL */
    FOV_OP_INPUTS_MAX = 8,
    FOV_OP_OUTPUTS_MAX = 16,
    FOV_OP_REGIONS_MAX = 8
};

/* What a member of an argument struct is, by the type of its row:
 *     FOV_PARAM_NUMBER double          FOV_PARAM_BOX    fov_box, rounded outwards to whole pixels
 *     FOV_PARAM_INT    int32_t                          and cut to the image, with a note
 *     FOV_PARAM_BOOL   bool            FOV_PARAM_POINT  fov_point
 *     FOV_PARAM_ENUM   int32_t, index  FOV_PARAM_BOXES  fov_op_boxes
 *     FOV_PARAM_TEXT   char[n]         FOV_PARAM_POINTS fov_op_points
 *     FOV_PARAM_COLOR  fov_op_color    FOV_PARAM_LINES  fov_op_lines, direction kept
 *     (with FOV_PARAM_AUTO: NAN for      FOV_PARAM_LABELS fov_op_labels
 *     "auto", which `resolve` must       FOV_PARAM_TICKS  fov_op_ticks
 *     replace by a number)               FOV_PARAM_FACTS  fov_op_refs
 */
typedef struct fov_op_color {
    uint8_t r, g, b;
} fov_op_color;

typedef struct fov_op_line {
    fov_point a, b;
} fov_op_line;

typedef struct fov_op_boxes {
    uint32_t n;
    fov_box v[FOV_OP_LIST_MAX];
} fov_op_boxes;

typedef struct fov_op_points {
    uint32_t n;
    fov_point v[FOV_OP_LIST_MAX];
} fov_op_points;

typedef struct fov_op_lines {
    uint32_t n;
    fov_op_line v[FOV_OP_LIST_MAX];
} fov_op_lines;

typedef struct fov_op_label {
    fov_point at;
    char text[FOV_OP_LABEL_MAX];
} fov_op_label;

typedef struct fov_op_labels {
    uint32_t n;
    fov_op_label v[FOV_OP_LIST_MAX];
} fov_op_labels;

/* A place on an axis and what is written there: a number, or else a text ("2021-03-01"). */
typedef struct fov_op_tick {
    fov_point at;
    double value;
    char text[24]; /* "" when the value is a number */
} fov_op_tick;

typedef struct fov_op_ticks {
    uint32_t n;
    fov_op_tick v[FOV_OP_LIST_MAX];
} fov_op_ticks;

/* A fact, or a part of one: the member of its "parts" with that "id". There is such a fact when
 * `resolve` is called; whether it is of the right kind is for the operation to say. */
typedef struct fov_op_ref {
    int32_t fact, part; /* part 0: the whole */
} fov_op_ref;

typedef struct fov_op_refs {
    uint32_t n;
    fov_op_ref v[FOV_OP_LIST_MAX];
} fov_op_refs;

/* One parameter: bounds, default and words are written here and nowhere else. Write rows with the
 * macros below, in the order in which models shall see them, and FOV_OP_END last; at most 32. */
typedef struct fov_op_param_row {
    const char *name;
    const char *alias; /* a second accepted spelling ("bbox_2d"), or NULL */
    int32_t type;      /* FOV_PARAM_NUMBER … */
    uint32_t flags;    /* FOV_PARAM_REQUIRED, _HIDDEN (in recipes and for callers, in no schema:
                        * what `resolve` records), _COMMENT (changes nothing, in no recipe), _AUTO
                        * (NUMBER: "auto" is a value too) */
    size_t offset;     /* in the argument struct */
    size_t size;       /* of the member */
    double min, max;   /* NUMBER, INT; list types: fewest (an empty list counts as left out) and
                        * most elements */
    double def;        /* NUMBER, INT, BOOL, ENUM (index), COLOR (0xrrggbb). Of a required
                        * parameter: what a fault's corrected call offers when the call said nothing
                        * usable. Of an optional INT or NUMBER outside min..max, of a COLOR below 0:
                        * there is no default */
    const char *const *choices; /* ENUM, ended by NULL */
    const char *unit;           /* "degrees", "pixels", "" */
    const char *doc;            /* at most 120 characters, the unit first where there is one */
} fov_op_param_row;

/* Every argument struct begins with this: bit i says that params[i] was given (or resolved). */
typedef struct fov_op_args_head {
    uint32_t given;
} fov_op_args_head;

/* T is the tag of the argument struct, m its member, which gives the parameter its name. */
#define FOV_OP_MEMBER_(T, m) offsetof(struct T, m), sizeof(((struct T *)0)->m)
#define FOV_OP_NUM(T, m, lo, hi, dflt, unit_, doc_)                                               \
    {#m, NULL, FOV_PARAM_NUMBER, 0, FOV_OP_MEMBER_(T, m), lo, hi, dflt, NULL, unit_, doc_}
#define FOV_OP_NUM_F(T, m, flags_, lo, hi, dflt, unit_, doc_)                                     \
    {#m, NULL, FOV_PARAM_NUMBER, flags_, FOV_OP_MEMBER_(T, m), lo, hi, dflt, NULL, unit_, doc_}
#define FOV_OP_INT(T, m, flags_, lo, hi, dflt, unit_, doc_)                                       \
    {#m, NULL, FOV_PARAM_INT, flags_, FOV_OP_MEMBER_(T, m), lo, hi, dflt, NULL, unit_, doc_}
#define FOV_OP_BOOL(T, m, dflt, doc_)                                                             \
    {#m, NULL, FOV_PARAM_BOOL, 0, FOV_OP_MEMBER_(T, m), 0, 1, dflt, NULL, "", doc_}
#define FOV_OP_ENUM(T, m, flags_, choices_, dflt, doc_)                                           \
    {#m, NULL, FOV_PARAM_ENUM, flags_, FOV_OP_MEMBER_(T, m), 0, 0, dflt, choices_, "", doc_}
#define FOV_OP_TEXT(T, m, flags_, doc_)                                                           \
    {#m, NULL, FOV_PARAM_TEXT, flags_, FOV_OP_MEMBER_(T, m), 0, 0, 0, NULL, "", doc_}
#define FOV_OP_COLOR(T, m, flags_, rgb_, doc_)                                                    \
    {#m, NULL, FOV_PARAM_COLOR, flags_, FOV_OP_MEMBER_(T, m), 0, 0, rgb_, NULL, "", doc_}
#define FOV_OP_BOX(T, m, alias_, flags_, doc_)                                                    \
    {#m, alias_, FOV_PARAM_BOX, flags_, FOV_OP_MEMBER_(T, m), 0, 0, 0, NULL, "", doc_}
#define FOV_OP_POINT(T, m, flags_, doc_)                                                          \
    {#m, NULL, FOV_PARAM_POINT, flags_, FOV_OP_MEMBER_(T, m), 0, 0, 0, NULL, "", doc_}
#define FOV_OP_LIST(T, m, type_, flags_, max_, doc_)                                              \
    {#m, NULL, type_, flags_, FOV_OP_MEMBER_(T, m), 0, max_, 0, NULL, "", doc_}
/* A list of at least lo elements where it is given. */
#define FOV_OP_LIST_OF(T, m, type_, flags_, lo, hi, doc_)                                         \
    {#m, NULL, type_, flags_, FOV_OP_MEMBER_(T, m), lo, hi, 0, NULL, "", doc_}
#define FOV_OP_END {NULL, NULL, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL}

/* ---- plan: what will come out ------------------------------------------------------------------
 *
 * One input, as numbers. */
typedef struct fov_op_frame {
    int32_t width, height; /* pixels */
    bool has_alpha;
} fov_op_frame;

enum fov_op_effect {
    FOV_OP_EFFECT_GEOMETRY,  /* only where pixels come from: composes with other geometry, so that a
                              * chain is resampled once */
    FOV_OP_EFFECT_POINTWISE, /* a function of one pixel: fused into that one pass */
    FOV_OP_EFFECT_BARRIER,   /* needs neighbours or statistics: works on its parent's own grid */
    FOV_OP_EFFECT_MARKS      /* the input's own pixels; with has_marks below */
};

/* Where a part of an output comes from. */
typedef struct fov_op_region {
    fov_box box; /* output pixels */
    int32_t input;
    fov_mat to_input; /* output pixel coordinates -> that input's */
} fov_op_region;

typedef struct fov_op_output {
    enum fov_op_effect effect;
    int32_t width, height;
    int32_t region_count; /* at least 1; more only with FOV_OP_EFFECT_BARRIER */
    fov_op_region region[FOV_OP_REGIONS_MAX];
    bool is_clipped; /* GEOMETRY: places of the output outside the input's frame show `fill` */
    fov_op_color fill;
    bool has_mask; /* POINTWISE: only inside `mask` (output pixels) */
    fov_box mask;
    bool has_marks; /* what `marks` adds is drawn on this output, in its frame; MARKS: always */
} fov_op_output;

typedef struct fov_op_plan {
    int32_t output_count; /* 0 is allowed where there is `fact` */
    fov_op_output output[FOV_OP_OUTPUTS_MAX];
    char note[192]; /* what the result's line must say beside the usual ("" for nothing) */
} fov_op_plan;

/* One output of the input's own size and place: what every operation but geometry plans. *out is
 * zeroed first. */
FOV_API void fov_op_plan_same(fov_op_plan *out, const fov_op_frame *in, enum fov_op_effect effect);

/* ---- pixels ------------------------------------------------------------------------------------
 *
 * A raster: 8-bit sRGB, 3 bands, or 4 with straight alpha. What fov_op_render() gives is counted,
 * shared and must not be written to; what `run` is given as its outputs is there to be filled in.
 */
typedef struct fov_pixels fov_pixels;

typedef struct fov_pixels_view {
    int32_t width, height, bands;
    size_t stride; /* bytes from row to row */
    uint8_t *data;
} fov_pixels_view;

FOV_API fov_pixels_view fov_pixels_get_view(const fov_pixels *pixels);
FOV_API void fov_pixels_unref(fov_pixels *pixels); /* NULL is fine */

/* What an operation may ask for while it resolves, runs or answers. */
typedef struct fov_op_io fov_op_io;

/* The frame of input i, borrowed for the call; NULL when there is none. */
FOV_API const fov_op_frame *fov_op_io_frame(const fov_op_io *io, int32_t input);

/* Render `box` of input i (its own pixels), without marks, to width x height. The caller drops *out
 * with fov_pixels_unref(). Errors: FOV_E_ARG (no such input, an empty box or size), and whatever
 * decoding may give. */
FOV_API fov_status fov_op_render(fov_op_io *io, int32_t input, fov_box box, int32_t width,
                                 int32_t height, fov_pixels **out, fov_error *err);

/* A point of input i in the frame of its original; what facts write as `source_px`. */
FOV_API fov_point fov_op_to_source(fov_op_io *io, int32_t input, fov_point point);

/* The JSON object of a fact that an argument names, as its operation wrote it (coordinates in
 * pixels of the image that it is about), and in *op (may be NULL) the operation's name. NULL when
 * there is none. Borrowed for the call. */
FOV_API const char *fov_op_io_fact(fov_op_io *io, int32_t fact, const char **op);

/* A point of input i in the frame of the image that a fact is about: both are followed to their
 * original. Errors: FOV_E_ARG (no such input or fact, or they come from different originals). */
FOV_API fov_status fov_op_to_fact(fov_op_io *io, int32_t input, int32_t fact, fov_point point,
                                  fov_point *out, fov_error *err);

/* Whether to give up: read it once a row or so, and return FOV_E_CANCELLED. */
FOV_API int32_t fov_op_is_cancelled(const fov_op_io *io);

/* ---- marks ---------------------------------------------------------------------------------- */

enum fov_op_mark_kind {
    FOV_OP_MARK_BOX,
    FOV_OP_MARK_POINT,
    FOV_OP_MARK_LINE,
    FOV_OP_MARK_ARROW,
    FOV_OP_MARK_TEXT
};

typedef struct fov_op_mark {
    enum fov_op_mark_kind kind;
    fov_point a, b; /* corner and corner, or point, or from and to; in the output's pixels */
    fov_op_color color;
    double width; /* stroke, pixels of the *delivered* picture: crisp at any zoom */
    char text[FOV_OP_LABEL_MAX];
} fov_op_mark;

typedef struct fov_op_marks fov_op_marks;

/* Draw one more; copied. Errors: FOV_E_MEMORY. */
FOV_API fov_status fov_op_marks_add(fov_op_marks *marks, const fov_op_mark *mark, fov_error *err);

/* ---- facts -------------------------------------------------------------------------------------
 *
 * A fact writes the members of one JSON object; `key` is NULL for the elements of an array. What
 * later calls may name alone ("fact_3.2") are the objects of an array "parts", each with an "id"
 * counted from 1. A coordinate is called `at` (a point), `box` or `line` (its ends), in the named
 * image's own pixels: the library rewrites these into the model's coordinates, and relies on the
 * names. Running out of memory is noticed by the caller of `fact`.
 */
typedef struct fov_jw fov_op_facts;

FOV_API void fov_op_facts_number(fov_op_facts *facts, const char *key, double value);
FOV_API void fov_op_facts_text(fov_op_facts *facts, const char *key, const char *value);
FOV_API void fov_op_facts_bool(fov_op_facts *facts, const char *key, int32_t value);
FOV_API void fov_op_facts_numbers(fov_op_facts *facts, const char *key, const double *values,
                                  size_t count);
FOV_API void fov_op_facts_object(fov_op_facts *facts, const char *key);
FOV_API void fov_op_facts_end_object(fov_op_facts *facts);
FOV_API void fov_op_facts_array(fov_op_facts *facts, const char *key);
FOV_API void fov_op_facts_end_array(fov_op_facts *facts);

/* ---- the row -------------------------------------------------------------------------------- */

typedef struct fov_op_example_row {
    const char *arguments; /* in pixels of a 1000x500 image */
    const char *result;    /* "400x300", or for facts a key that the answer must hold */
} fov_op_example_row;

/* One argument as an alias spells it: a parameter by another name, one number of it, or the image.
 */
typedef struct fov_op_alias_arg {
    const char *name;  /* "bbox_2d", "x1"; of the image "img_idx", its number, or else a text */
    const char *param; /* the parameter's name, or "image" */
    int32_t number;    /* of a box or point, from 1; all of them must be spelled. 0: the whole */
    const char *doc;   /* NULL: the parameter's own */
} fov_op_alias_arg;

/* Another name that a call may use. With `args` it is declared with these alone, and what is said
 * about such a call is said in them; the operation's other arguments are accepted too. */
typedef struct fov_op_alias_row {
    const char *name;
    const char *summary; /* NULL: the operation's own */
    const char *space;   /* of its coordinates, whatever the profile: "n1"; NULL: the call's */
    const fov_op_alias_arg *args; /* ended by a NULL name; NULL: spelled as the operation is */
} fov_op_alias_row;
#define FOV_OP_ALIAS_END {NULL, NULL, NULL, NULL}

/* All of it is borrowed for as long as the context lives: make it const and static. */
typedef struct fov_op_def {
    const char *name;            /* lower case, digits, '_'; at most 40 */
    const char *since;           /* "0.1.0" */
    const fov_op_alias_row *aliases; /* ended by a NULL name; may be NULL */
    const char *summary;         /* one sentence, at most 100 characters */
    const char *when;            /* when a model should reach for it, at most 300 */
    int32_t kind;                /* FOV_OP_GEOMETRY … */
    uint32_t presets;            /* FOV_OP_PRESET_ALL and those in which it is worth its words; of
                                  * _PHOTO only what makes images and reads nothing for the model */
    bool is_closer;              /* its images are closer looks: a delivery enlarges them */
    int32_t input_min, input_max; /* 1,1: a parameter `image`; more: `images`; 0,0: none */
    const char *const *input_names; /* in place of `images`, one for each ("a", "b"), all of them
                                     * required; ended by NULL. May be NULL */
    const fov_op_param_row *params;
    size_t args_size;
    const fov_op_example_row *examples; /* at least one; ended by NULL arguments */
    const char *const *examples_after; /* what is called on the picture before an example, so that
                                        * there is a fact_0, fact_1 …: an operation's name and its
                                        * arguments by turns, ended by NULL. May be NULL */
    /* Data-dependent defaults become numbers in `args`, and their bits are set in head.given; what
     * is given already is left alone. May be NULL. */
    fov_status (*resolve)(void *args, fov_op_io *io, fov_op_fault *fault, fov_error *err);
    /* Numbers only; *out is zeroed. Needed for everything but facts, which may have it to give an
     * image too, and state. */
    fov_status (*plan)(const void *args, const fov_op_frame *in, int32_t in_count,
                       fov_op_plan *out, fov_op_fault *fault);
    /* POINTWISE: change n pixels of `bands` bytes in place. */
    void (*point)(const void *args, uint8_t *pixels, size_t n, int32_t bands);
    /* BARRIER: out[i] are allocated at the planned sizes; fill them in. */
    fov_status (*run)(const void *args, fov_op_io *io, fov_pixels *const *out,
                      fov_op_fault *fault, fov_error *err);
    /* MARKS, and has_marks: add vectors in the output's pixel frame. */
    fov_status (*marks)(const void *args, fov_op_io *io, fov_op_marks *out, fov_error *err);
    /* FACT, and whatever answers beside its image: write the members of one JSON object. */
    fov_status (*fact)(const void *args, fov_op_io *io, fov_op_facts *out, fov_op_fault *fault,
                       fov_error *err);
} fov_op_def;

/* Add a row to a context; from then on every part knows it: fov_op_next() and fov_op_find() with
 * this context, schemas, graphs, transcripts and their replay, and the sessions made afterwards.
 * `ext_version` is FOV_OP_EXT_VERSION as the program was compiled. At most 64 rows. A row cannot be
 * taken away. Any thread.
 * Errors: FOV_E_ARG naming what is wrong with the row (a name that is taken, words too long, a
 * function that its kind needs or does not allow, a member outside the struct, an example that is
 * refused; FOV_OP_STATE is the library's own), FOV_E_UNSUPPORTED (another ext_version),
 * FOV_E_LIMIT, FOV_E_MEMORY. */
FOV_API fov_status fov_op_register(fov_context *ctx, const fov_op_def *def, uint32_t ext_version,
                                   fov_error *err);

FOV_END_DECLS

#endif
