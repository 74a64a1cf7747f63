/* SPDX-License-Identifier: MIT */
/* op: what can be done to an image, defined once. One file op_<name>.c holds an operation whole;
 * ops.def lists it; schemas, validation, the command line, bindings and docs are derived from its
 * descriptor. Nothing here knows the graph, a profile or a provider.
 *
 * A call passes four gates: `parse` (op_args.c: JSON in some coordinate space -> argument struct in
 * pixels of the named image), `resolve` (data-dependent defaults become numbers), `plan` (numbers
 * only: sizes and matrices), `run` (pixels only, arguments already legal).
 */
#ifndef FOV_OP_INTERNAL_H
#define FOV_OP_INTERNAL_H

#include "base/base_internal.h"
#include "image/image_internal.h"

/* ---- coordinate spaces: what the numbers of a call mean (CONVENTIONS) ----------------------- */

enum fov__space {
    FOV__SPACE_NODE_PX,      /* pixels of the named image in its own frame: callers, no profile */
    FOV__SPACE_DELIVERED_PX, /* pixels of the image as it was delivered */
    FOV__SPACE_N1000,        /* 0-1000 of width and height, x first */
    FOV__SPACE_N999,
    FOV__SPACE_N1000YX,      /* 0-1000, y first */
    FOV__SPACE_N1            /* 0-1 */
};
enum fov__frame { FOV__FRAME_IMAGE, FOV__FRAME_SOURCE };
const char *fov__space_name(enum fov__space space); /* "n1000yx" */
bool fov__space_find(const char *name, enum fov__space *out);

/* ---- a model's bad call --------------------------------------------------------------------- */

#define FOV__FAULT_MAP(X)                                                                         \
    X(BAD_JSON) X(UNKNOWN_OP) X(UNKNOWN_IMAGE) X(MISSING_ARG) X(BAD_TYPE) X(OUT_OF_RANGE)         \
    X(EMPTY_BOX) X(TOO_SMALL) X(BAD_ASPECT) X(BUDGET_CALLS) X(BUDGET_PIXELS) X(BUDGET_IMAGES)     \
    X(BUDGET_TIME) X(BUDGET_ROUNDS) X(BUDGET_TOKENS) X(BUDGET_COST) X(CANCELLED) X(DECODE)        \
    X(LIMIT) X(UNSUPPORTED) X(UNKNOWN_ARG)
enum fov__fault_code {
    FOV__FAULT_NONE,
#define FOV__FAULT_ENUM_(name) FOV__FAULT_##name,
    FOV__FAULT_MAP(FOV__FAULT_ENUM_)
#undef FOV__FAULT_ENUM_
    FOV__FAULT_COUNT
};
const char *fov__fault_name(enum fov__fault_code code); /* "OUT_OF_RANGE" */

/* Everything a model needs to mend its call. Fixed size: works when memory is out. */
struct op_fault {
    enum fov__fault_code code;
    char field[56];    /* "zoom.box" */
    char got[96];      /* the value as given, cut */
    char allowed[160]; /* "x 0-800, y 0-557" */
    char hint[224];    /* one sentence */
    char call[512];    /* the nearest legal call's arguments as JSON, ready to run; "" when none */
};
/* Fill in and return FOV_E_ARG (or LIMIT, IMAGE, CANCELLED, UNSUPPORTED as fits the code). */
fov_status fov__fault(struct op_fault *fault, enum fov__fault_code code, const char *field,
                      const char *got, const char *allowed, const char *hint_fmt, ...)
    FOV_PRINTF(6, 7);
/* fov_error is the fault's summary in one sentence. */
fov_status fov__fault_to_error(const struct op_fault *fault, fov_error *err);
/* {"code","field","got","allowed","hint","call"?,"image"?{"id","width","height"}} */
void fov__fault_write(struct fov_jw *jw, const char *key, const struct op_fault *fault,
                      const char *image_id, int32_t width, int32_t height);

/* ---- parameters ----------------------------------------------------------------------------- */

enum op_type {
    OP_T_NUM,    /* double */
    OP_T_INT,    /* int32_t */
    OP_T_BOOL,   /* bool */
    OP_T_ENUM,   /* int32_t: index into choices */
    OP_T_TEXT,   /* char[n], n = `size` */
    OP_T_COLOR,  /* struct op_color: "red" … or "#rrggbb" */
    OP_T_BOX,    /* fov_box, rounded outwards to whole pixels, cut to the image with a note */
    OP_T_POINT,  /* fov_point */
    OP_T_BOXES,  /* struct op_boxes */
    OP_T_POINTS, /* struct op_points */
    OP_T_LINES,  /* struct op_lines: [x1,y1,x2,y2], direction kept */
    OP_T_LABELS  /* struct op_labels: {"at":[x,y],"text":"…"} */
};
enum {
    OP_LIST_MAX = 64,
    OP_LABEL_MAX = 64,
    OP_INPUTS_MAX = 8,
    OP_OUTPUTS_MAX = 16,
    OP_REGIONS_MAX = 8
};
struct op_color {
    uint8_t r, g, b;
};
struct op_line {
    fov_point a, b;
};
struct op_boxes {
    uint32_t n;
    fov_box v[OP_LIST_MAX];
};
struct op_points {
    uint32_t n;
    fov_point v[OP_LIST_MAX];
};
struct op_lines {
    uint32_t n;
    struct op_line v[OP_LIST_MAX];
};
struct op_label {
    fov_point at;
    char text[OP_LABEL_MAX];
};
struct op_labels {
    uint32_t n;
    struct op_label v[OP_LIST_MAX];
};

enum {
    OP_REQUIRED = 1, /* must be given */
    OP_HIDDEN = 2,   /* in recipes and for callers, in no schema (what `resolve` records) */
    OP_COMMENT = 4   /* said about the call, changes nothing: in no recipe */
};

/* One row: bounds, default and words are written here and nowhere else. */
struct op_param {
    const char *name;
    const char *alias; /* a second accepted spelling ("bbox_2d"), or NULL */
    enum op_type type;
    uint32_t flags;
    size_t offset;   /* in the argument struct */
    size_t size;     /* of the member */
    double min, max; /* NUM, INT; list types: number of elements */
    double def;      /* NUM, INT, BOOL, ENUM (index), COLOR (0xrrggbb). Of a required parameter:
                      * what a fault's corrected call offers when the call said nothing usable. Of
                      * an optional INT or NUM: outside min..max means that there is no default */
    const char *const *choices; /* ENUM, ended by NULL */
    const char *unit;           /* "degrees", "pixels", "" */
    const char *doc;            /* <= 120 characters, unit first where there is one */
};

/* Every argument struct begins with this: bit i says that params[i] was given (or resolved). */
struct op_args_head {
    uint32_t given;
};

#define OP_MEMBER_(T, m) offsetof(struct T, m), sizeof(((struct T *)0)->m)
#define OP_NUM(T, m, lo, hi, dflt, unit_, doc_)                                                   \
    {#m, NULL, OP_T_NUM, 0, OP_MEMBER_(T, m), lo, hi, dflt, NULL, unit_, doc_}
#define OP_NUM_F(T, m, flags_, lo, hi, dflt, unit_, doc_)                                         \
    {#m, NULL, OP_T_NUM, flags_, OP_MEMBER_(T, m), lo, hi, dflt, NULL, unit_, doc_}
#define OP_INT(T, m, flags_, lo, hi, dflt, unit_, doc_)                                           \
    {#m, NULL, OP_T_INT, flags_, OP_MEMBER_(T, m), lo, hi, dflt, NULL, unit_, doc_}
#define OP_BOOL(T, m, dflt, doc_)                                                                 \
    {#m, NULL, OP_T_BOOL, 0, OP_MEMBER_(T, m), 0, 1, dflt, NULL, "", doc_}
#define OP_ENUM(T, m, flags_, choices_, dflt, doc_)                                               \
    {#m, NULL, OP_T_ENUM, flags_, OP_MEMBER_(T, m), 0, 0, dflt, choices_, "", doc_}
#define OP_TEXT(T, m, flags_, doc_)                                                               \
    {#m, NULL, OP_T_TEXT, flags_, OP_MEMBER_(T, m), 0, 0, 0, NULL, "", doc_}
#define OP_COLOR(T, m, flags_, rgb_, doc_)                                                        \
    {#m, NULL, OP_T_COLOR, flags_, OP_MEMBER_(T, m), 0, 0, rgb_, NULL, "", doc_}
#define OP_BOX(T, m, alias_, flags_, doc_)                                                        \
    {#m, alias_, OP_T_BOX, flags_, OP_MEMBER_(T, m), 0, 0, 0, NULL, "", doc_}
#define OP_LIST(T, m, type_, flags_, max_, doc_)                                                  \
    {#m, NULL, type_, flags_, OP_MEMBER_(T, m), 0, max_, 0, NULL, "", doc_}
#define OP_END {NULL, NULL, OP_T_NUM, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL}

/* ---- what an operation sees and says -------------------------------------------------------- */

struct op_frame { /* one input, as numbers */
    int32_t width, height;
    bool has_alpha;
};

enum op_effect {
    OP_EFFECT_GEOMETRY,  /* only where pixels come from: composes into the segment */
    OP_EFFECT_POINTWISE, /* a function of one pixel: fused into the segment's one pass */
    OP_EFFECT_BARRIER,   /* needs neighbours or statistics: works on the parent's own grid */
    OP_EFFECT_MARKS      /* vectors, drawn last */
};

struct op_region { /* where a part of an output comes from */
    fov_box box;   /* output pixels */
    int32_t input;
    struct fov_mat to_input; /* output pixel coordinates -> that input's */
};

struct op_output {
    enum op_effect effect;
    int32_t width, height;
    int32_t region_count; /* at least 1; more only with OP_EFFECT_BARRIER */
    struct op_region region[OP_REGIONS_MAX];
    bool is_clipped; /* GEOMETRY: places of the output outside the input's frame show `fill` */
    struct op_color fill;
    bool has_mask;   /* POINTWISE: only inside `mask` (output pixels) */
    fov_box mask;
};

struct op_plan {
    int32_t output_count;
    struct op_output output[OP_OUTPUTS_MAX];
    char note[192]; /* what the result's line must say beside the usual ("" for nothing) */
};

enum op_mark_kind { OP_MARK_BOX, OP_MARK_POINT, OP_MARK_LINE, OP_MARK_ARROW, OP_MARK_TEXT };
struct op_mark {
    enum op_mark_kind kind;
    fov_point a, b; /* corner and corner, or point, or from and to */
    struct op_color color;
    double width; /* stroke, pixels of the *delivered* picture: crisp at any zoom */
    char text[OP_LABEL_MAX];
};
struct op_marks {
    fov_context *ctx;
    struct op_mark *v;
    size_t count, capacity;
};
fov_status fov__marks_add(struct op_marks *marks, const struct op_mark *mark, fov_error *err);

/* Pixels of an input on request, through the graph's renderer. */
struct op_io {
    fov_context *ctx;
    const fov_cancel *cancel;
    const struct op_frame *in;
    int32_t in_count;
    /* Render `box` of input i (its own pixels), without marks, to width x height. */
    fov_status (*render)(struct op_io *io, int32_t input, fov_box box, int32_t width,
                         int32_t height, struct fov_pixels **out, fov_error *err);
    /* That input's pixel coordinates -> source pixel coordinates (facts write `source_px`). */
    fov_point (*to_source)(struct op_io *io, int32_t input, fov_point p);
    void *user;
};

enum op_kind { OP_KIND_GEOMETRY, OP_KIND_PIXELS, OP_KIND_MARKS, OP_KIND_FACT, OP_KIND_STATE };

enum { /* presets an operation belongs to */
    OP_PRESET_LOOK = 1,  /* looking again: images only, no fact that reads for the model */
    OP_PRESET_FULL = 2,
};

struct op_example {
    const char *arguments; /* in node_px of a 1000x500 image */
    const char *result;    /* "400x300", or for facts a key that the answer must hold */
};

struct op_alias {
    const char *name;
    const char *summary; /* NULL: the operation's own */
};

struct op_def {
    const char *name;
    const char *since;                /* "0.1.0" */
    const struct op_alias *aliases;   /* ended by a NULL name; may be NULL */
    const char *summary;              /* <= 100 characters */
    const char *when;                 /* when a model should reach for it, <= 300 characters */
    enum op_kind kind;
    uint32_t presets;
    bool is_closer;                   /* its images are closer looks: a delivery enlarges them */
    int32_t input_min, input_max;     /* 1,1: a parameter `image`; more: `images`; 0,0: none */
    const struct op_param *params;
    size_t args_size;
    const struct op_example *examples; /* ended by NULL arguments */
    /* Data-dependent defaults become numbers in `args`. May be NULL. */
    fov_status (*resolve)(void *args, struct op_io *io, struct op_fault *fault, fov_error *err);
    /* Numbers only. NULL for facts and state. */
    fov_status (*plan)(const void *args, const struct op_frame *in, int32_t in_count,
                       struct op_plan *out, struct op_fault *fault);
    /* POINTWISE: change n pixels of `bands` bytes in place. */
    void (*point)(const void *args, uint8_t *pixels, size_t n, int32_t bands);
    /* BARRIER: out[i] are allocated at the planned sizes; fill them in. */
    fov_status (*run)(const void *args, struct op_io *io, struct fov_pixels *const *out,
                      struct op_fault *fault, fov_error *err);
    /* MARKS: add vectors in the input's pixel frame. */
    fov_status (*marks)(const void *args, struct op_marks *out, fov_error *err);
    /* FACT: write the members of one JSON object. Coordinates: key `at` (a point) or `box` in the
     * named image's own pixels, `source_px` beside them; other layers rewrite `at` and `box` into a
     * model's space and rely on these names. */
    fov_status (*fact)(const void *args, struct op_io *io, struct fov_jw *jw,
                       struct op_fault *fault, fov_error *err);
};

/* ---- op.c: the table ------------------------------------------------------------------------ */

#define FOV_OP(name) extern const struct op_def fov__op_##name;
#include "op/ops.def"
#undef FOV_OP

const struct op_def *fov__op_at(size_t index);              /* NULL after the last */
const struct op_def *fov__op_find(const char *name);        /* aliases too; NULL */
const char *fov__op_suggest(const char *name);              /* nearest name, or NULL */

/* ---- op_args.c: the only place that checks arguments ---------------------------------------- */

/* How the numbers of one call are to be read. */
struct op_reading {
    enum fov__space space;
    enum fov__frame frame;
    int32_t width, height;               /* of the named image, its own frame */
    int32_t delivered_width, delivered_height; /* DELIVERED_PX: as last delivered; 0: the frame */
    bool has_source;                     /* FRAME_SOURCE: */
    struct fov_mat from_source;          /* source pixels -> the named image's */
    int32_t source_width, source_height;
    bool allow_hidden;                   /* recipes and callers */
    const char *image_id;                /* for the fault's call; NULL: leave `image` out */
};

/* What was changed, to be said in the result ("box cut to the image: [0,0,800,557]"). */
struct op_notes {
    char text[256];
};

/* The name of the image a call speaks of, before the rest can be read: fills `out` with the string,
 * or "" when none is given; an integer index becomes "img_<k>". More than one only when the
 * operation takes several. */
struct op_image_refs {
    int32_t count; /* 0 for an operation without images; else at least 1, whose name may be "" */
    char name[OP_INPUTS_MAX][32];
};
fov_status fov__op_args_images(const struct op_def *def, const fov_json_value *arguments,
                               struct op_image_refs *out, struct op_fault *fault);

/* Parse and check. `args` has def->args_size bytes and is filled in whole (defaults too); nothing
 * is allocated. Unknown members are faults (with a suggestion), `image`, `images`, `img_idx` and
 * `frame` excepted; `null` counts as absent (strict schemas send it); a number in a string is
 * BAD_TYPE with the mended call. fault->call, where it is not "", is accepted in turn. */
fov_status fov__op_args_parse(const struct op_def *def, const fov_json_value *arguments,
                              const struct op_reading *reading, void *args, struct op_notes *notes,
                              struct op_fault *fault);

/* Canonical JSON of the arguments, in the image's own pixels: parameters in the order of the table,
 * those that equal their default left out. The recipe of a node. */
void fov__op_args_write(struct fov_jw *jw, const char *key, const struct op_def *def,
                        const void *args);

/* ---- op_schema.c ---------------------------------------------------------------------------- */

enum fov__dialect { FOV__DIALECT_OPENAI_STRICT, FOV__DIALECT_OPENAI, FOV__DIALECT_ANTHROPIC,
                    FOV__DIALECT_GEMINI, FOV__DIALECT_MCP };
/* The JSON Schema object of the arguments (what `parameters`, `input_schema` … hold), with
 * coordinates described in `space`. Strict: every property required and nullable where optional, no
 * further properties, no keyword that OpenAI's strict mode refuses. Gemini: the subset it reads. */
void fov__op_schema_write(struct fov_jw *jw, const char *key, const struct op_def *def,
                          enum fov__dialect dialect, enum fov__space space, enum fov__frame frame);
bool fov__dialect_find(const char *name, enum fov__dialect *out); /* "openai-strict", "openai" … */

#endif
