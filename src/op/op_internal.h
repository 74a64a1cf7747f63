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

#include <foveate/ext/op.h>

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

const char *fov__fault_name(enum fov_fault_code code); /* "OUT_OF_RANGE" */

/* What `plan` would change in a call that it refuses, without knowing the call's words or
 * coordinates: a number, or the order of a list's elements. */
struct fov__advice {
    const char *param;
    int32_t count; /* of elements in `v`, old places counted from 0; 0: v[0] is the number */
    double v[4];
};
enum { FOV__ADVICE_MAX = 2 };

/* Everything a model needs to mend its call. Fixed size: works when memory is out. */
struct fov_op_fault {
    enum fov_fault_code code;
    char field[56];    /* "zoom.box" */
    char got[96];      /* the value as given, cut */
    char allowed[160]; /* "x 0-800, y 0-557" */
    char hint[224];    /* one sentence */
    char call[512];    /* the nearest legal call's arguments as JSON, ready to run; "" when none */
    int32_t advice_count; /* of `plan`; fov__op_args_advise() makes `call` of it */
    struct fov__advice advice[FOV__ADVICE_MAX];
};
/* Fill in and return FOV_E_ARG (or LIMIT, IMAGE, CANCELLED, UNSUPPORTED as fits the code). */
fov_status fov__fault(fov_op_fault *fault, enum fov_fault_code code, const char *field,
                      const char *got, const char *allowed, const char *hint_fmt, ...)
    FOV_PRINTF(6, 7);
/* More for a fault that has been filled in; `param` is a name of the operation's rows. */
void fov__fault_advise_number(fov_op_fault *fault, const char *param, double number);
void fov__fault_advise_order(fov_op_fault *fault, const char *param, const int32_t order[4]);
/* fov_error is the fault's summary in one sentence. */
fov_status fov__fault_to_error(const fov_op_fault *fault, fov_error *err);
/* {"code","field","got","allowed","hint","call"?,"image"?{"id","width","height"}} */
void fov__fault_write(struct fov_jw *jw, const char *key, const fov_op_fault *fault,
                      const char *image_id, int32_t width, int32_t height);

/* ---- what an operation sees and says (the types are public: foveate/ext/op.h) ---------------- */

struct fov_op_marks {
    fov_context *ctx;
    fov_op_mark *v;
    size_t count, capacity;
};

/* Pixels of an input on request, through the graph's renderer. */
struct fov_op_io {
    fov_context *ctx;
    const fov_cancel *cancel;
    const fov_op_frame *in;
    int32_t in_count;
    /* Render `box` of input i (its own pixels), without marks, to width x height. */
    fov_status (*render)(fov_op_io *io, int32_t input, fov_box box, int32_t width,
                         int32_t height, struct fov_pixels **out, fov_error *err);
    /* That input's pixel coordinates -> source pixel coordinates (facts write `source_px`). */
    fov_point (*to_source)(fov_op_io *io, int32_t input, fov_point p);
    /* See fov_op_io_fact(), fov_op_to_fact(); NULL where there are no facts. */
    const char *(*fact)(fov_op_io *io, int32_t fact, const char **op);
    fov_status (*to_fact)(fov_op_io *io, int32_t input, int32_t fact, fov_point p, fov_point *out,
                          fov_error *err);
    void *user;
};

/* ---- op.c: the table ------------------------------------------------------------------------ */

#define FOV_OP(name) extern const fov_op_def fov__op_##name;
#include "op/ops.def"
#undef FOV_OP

/* The library's own rows come first, then those registered in `ctx` (NULL: none). */
const fov_op_def *fov__op_at(const fov_context *ctx, size_t index); /* NULL after the last */
/* Aliases too; NULL. */
const fov_op_def *fov__op_find(const fov_context *ctx, const char *name);
const char *fov__op_suggest(const fov_context *ctx, const char *name); /* nearest name, or NULL */

/* ---- op_facts.c: what several facts write alike --------------------------------------------- */

/* The bounds of a box of input 0 in the original, whose corners a turn may have swapped; and the
 * same as the member "source_px". */
fov_box fov__op_source_box(fov_op_io *io, fov_box box);
void fov__op_write_source_box(fov_op_io *io, struct fov_jw *jw, fov_box box);

/* ---- op_register.c -------------------------------------------------------------------------- */

/* Whether a row keeps every promise of foveate/ext/op.h; FOV_E_ARG names the first it breaks. */
fov_status fov__op_check(const fov_op_def *def, fov_error *err);
/* The operation's plan, which is checked: whoever wrote it, what comes out can be trusted. *out is
 * zeroed; fault has no code. A defective one is the fault UNSUPPORTED. */
fov_status fov__op_plan(const fov_op_def *def, const void *args, const fov_op_frame *in,
                        int32_t in_count, fov_op_plan *out, fov_op_fault *fault);
/* Row `index` of those that were registered; NULL after the last. */
const fov_op_def *fov__op_registered(const fov_context *ctx, size_t index);

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
    char name[FOV_OP_INPUTS_MAX][32];
};
fov_status fov__op_args_images(const fov_op_def *def, const fov_json_value *arguments,
                               struct op_image_refs *out, fov_op_fault *fault);

/* How a call names its input `index`: the member, and its value as it was given ("img_0" where it
 * was left out). */
const char *fov__op_args_image(const fov_op_def *def, const fov_json_value *arguments,
                               int32_t index, char *got, size_t size);

/* Parse and check. `args` has def->args_size bytes and is filled in whole (defaults too); nothing
 * is allocated. Unknown members are faults (with a suggestion), `image`, `images`, `img_idx` and,
 * where the operation has places, `frame` excepted; `null` counts as absent (strict schemas send
 * it); a number in a string is BAD_TYPE with the mended call. fault->call, where it is not "", is
 * accepted in turn. */
fov_status fov__op_args_parse(const fov_op_def *def, const fov_json_value *arguments,
                              const struct op_reading *reading, void *args, struct op_notes *notes,
                              fov_op_fault *fault);

/* After a plan's refusal: fault->got in the words of the call, which was read without fault, and
 * fault->call, the call as it was written and changed as the plan advises. */
void fov__op_args_advise(const fov_op_def *def, const fov_json_value *arguments,
                         const struct op_reading *reading, fov_op_fault *fault);

/* Canonical JSON of the arguments, in the image's own pixels: parameters in the order of the table,
 * those that equal their default left out. The recipe of a node. */
void fov__op_args_write(struct fov_jw *jw, const char *key, const fov_op_def *def,
                        const void *args);

/* The k-th fact that parsed arguments name, counted over all parameters; false after the last. */
bool fov__op_args_ref(const fov_op_def *def, const void *args, size_t k, const char **param,
                      fov_op_ref *out);

/* ---- op_schema.c ---------------------------------------------------------------------------- */

enum fov__dialect { FOV__DIALECT_OPENAI_STRICT, FOV__DIALECT_OPENAI, FOV__DIALECT_ANTHROPIC,
                    FOV__DIALECT_GEMINI, FOV__DIALECT_MCP, FOV__DIALECT_QWEN_AGENT,
                    FOV__DIALECT_VERL, FOV__DIALECT_HERMES, FOV__DIALECT_GROUNDING };
/* The JSON Schema object of the arguments (what `parameters`, `input_schema` … hold), with
 * coordinates described in `space`. Strict: every property required and nullable where optional, no
 * further properties, no keyword that OpenAI's strict mode refuses. Gemini, Qwen-Agent, verl: what
 * each reads. Hermes and grounding: as openai. */
void fov__op_schema_write(struct fov_jw *jw, const char *key, const fov_op_def *def,
                          enum fov__dialect dialect, enum fov__space space, enum fov__frame frame);
/* The same for an alias: what its row spells; NULL, or a row without `args`: as above. */
void fov__alias_schema_write(struct fov_jw *jw, const char *key, const fov_op_def *def,
                             const fov_op_alias_row *alias, enum fov__dialect dialect,
                             enum fov__space space, enum fov__frame frame);
bool fov__dialect_find(const char *name, enum fov__dialect *out); /* "openai-strict", "openai" … */
const char *fov__dialect_name(size_t index);                      /* NULL after the last */
bool fov__dialect_is_text(enum fov__dialect dialect); /* declared and called in plain text */

/* ---- op_alias.c: the spellings that models were trained on ---------------------------------- */

/* The alias of that name; NULL when it is the operation's own name or none of its. */
const fov_op_alias_row *fov__alias_find(const fov_op_def *def, const char *name);
fov_status fov__alias_check(const fov_op_def *def, const fov_op_alias_row *alias, fov_error *err);
/* What coordinates mean in a call by `name`, where other calls mean `space`. */
enum fov__space fov__alias_space(const fov_op_def *def, const char *name, enum fov__space space);

/* The arguments that an alias with `args` declares, as rows: a number of a box is a row of its own,
 * the image one by number or text. */
enum { FOV__ALIAS_ARGS_MAX = 16 };
size_t fov__alias_rows(const fov_op_def *def, const fov_op_alias_row *alias,
                       fov_op_param_row rows[FOV__ALIAS_ARGS_MAX]);

/* A call by an alias, on its way through the validator: `def` is the operation under its names of
 * the alias, so that what is said of the call is said in them. */
struct fov_spoken {
    const fov_op_def *op;
    const fov_op_alias_row *alias; /* NULL: the operation's own name */
    fov_op_def def;
    fov_op_param_row params[33];
    char parts[64];                  /* "x1, y1, x2, y2" where a box is spelled in numbers */
    struct fov_json *doc;            /* of arguments that had to be written anew */
    const fov_json_value *arguments; /* for the two below */
    enum fov__space space;
    const char *missing; /* a number that was left out, "x2" */
    bool names_image;
};
/* `name` may be NULL: the operation's own. Errors: FOV_E_ARG with a fault, FOV_E_MEMORY. */
fov_status fov__spoken_init(struct fov_spoken *out, fov_context *ctx, const fov_op_def *op,
                            const char *name, const fov_json_value *arguments,
                            enum fov__space space, fov_op_fault *fault, fov_error *err);
void fov__spoken_free(struct fov_spoken *spoken);
/* fov__op_args_parse() of the operation: its space and arguments are those above. */
fov_status fov__spoken_parse(const struct fov_spoken *spoken, const struct op_reading *reading,
                             void *args, struct op_notes *notes, fov_op_fault *fault);
/* Bring a fault about the operation into the alias's names, its call too. */
void fov__spoken_fault(const struct fov_spoken *spoken, fov_context *ctx, fov_op_fault *fault);

#endif
