/* SPDX-License-Identifier: MIT */
/* foveate/op.h - what can be done to an image: the table of operations, to be read by programs that
 * build menus, help texts, bindings or tool declarations of their own.
 *
 * An operation is defined once, in the library. Its row says what it is called, when a model
 * should reach for it, and what arguments it takes; argument checking, JSON Schemas, the command
 * line and the documentation are all made from that row, so they cannot disagree. To *run* an
 * operation, give its name and its arguments as JSON to a graph (foveate/graph.h) or let a session
 * do it; there is no C function for each one, so a new operation never changes this interface.
 *
 * Print every operation and its parameters:
 *
 *     for (const fov_op *op = fov_op_next(ctx, NULL); op != NULL; op = fov_op_next(ctx, op)) {
 *         fov_op_param p = FOV_OP_PARAM_INIT;
 *         printf("%s: %s\n", fov_op_name(op), fov_op_summary(op));
 *         for (size_t i = 0; fov_op_param_at(&p, op, i) == FOV_OK; i++)
 *             printf("    %s%s  %s\n", p.name, p.flags & FOV_PARAM_REQUIRED ? "" : "?", p.doc);
 *     }
 *
 * and declare one to a model:
 *
 *     fov_bytes schema;
 *     if (fov_op_schema(&schema, ctx, "zoom", "openai-strict", "delivered_px", &err) < 0)
 *         return 1;
 *     puts((const char *)schema.data);
 *     fov_bytes_free(&schema);
 *
 * Threads: a row never changes; every function may be called from any thread at any time. Every
 * string is UTF-8 and static storage (of a row that a program registered: as long as the program
 * keeps it), never freed. Only fov_op_schema() can run out of memory.
 */
#ifndef FOVEATE_OP_H
#define FOVEATE_OP_H

#include <foveate/base.h>

FOV_BEGIN_DECLS

/* One row of the table. Never freed. */
typedef struct fov_op fov_op;

/* What an operation gives: fov_op_kind(). More kinds may be added. */
enum {
    FOV_OP_GEOMETRY = 1, /* an image: only where its pixels come from has changed */
    FOV_OP_PIXELS = 2,   /* an image whose pixels differ */
    FOV_OP_MARKS = 3,    /* an image with vectors drawn on it */
    FOV_OP_FACT = 4,     /* an answer in JSON: colours, words, lengths */
    FOV_OP_STATE = 5     /* an answer about the session itself */
};

/* The sets of tools in which an operation is offered: bits of fov_op_presets(). They are small,
 * since a model does worse with many tools than with the few that its picture needs. */
enum {
    FOV_OP_PRESET_ZOOM = 1,     /* the one tool that helps everywhere */
    FOV_OP_PRESET_DOCUMENT = 2, /* pages, scans, forms, small print */
    FOV_OP_PRESET_CHART = 4,    /* plots: colours, lengths, values off an axis */
    FOV_OP_PRESET_DIAGRAM = 8,  /* boxes and arrows, maps, plans: large and dense */
    FOV_OP_PRESET_PHOTO = 16,   /* looking again: images only, nothing that reads for the model */
    FOV_OP_PRESET_ALL = 32      /* everything */
};

/* ---- finding -------------------------------------------------------------------------------- */

/* The operation after `previous`, or the first for NULL; NULL after the last. The order is that in
 * which models and documents see them: the library's own, then those that fov_op_register()
 * (foveate/ext/op.h) added to `ctx`. With a NULL context, the library's own only. */
FOV_API const fov_op *fov_op_next(const fov_context *ctx, const fov_op *previous);

/* The name of the preset whose bit is 1 << index ("zoom", "document", "chart", "diagram", "photo",
 * "all"); NULL after the last. */
FOV_API const char *fov_op_preset_name(size_t index);

/* The operation of that name or alias ("zoom", "crop", "image_zoom_in_tool"); NULL when there is
 * none. Names are lower case and compared exactly. */
FOV_API const fov_op *fov_op_find(const fov_context *ctx, const char *name);

/* ---- asking ------------------------------------------------------------------------------------
 *
 * Each of these takes NULL, as it comes from a failed fov_op_find(), and answers "" or 0.
 */

/* "zoom" */
FOV_API const char *fov_op_name(const fov_op *op);

/* One sentence of at most 100 characters that says what it does. */
FOV_API const char *fov_op_summary(const fov_op *op);

/* When a model should reach for it, at most 300 characters. Summary and this together are the
 * description of a tool. */
FOV_API const char *fov_op_when(const fov_op *op);

/* The version of foveate that had it first: "0.1.0". */
FOV_API const char *fov_op_since(const fov_op *op);

/* FOV_OP_GEOMETRY ... and a set of FOV_OP_PRESET_ bits. */
FOV_API int32_t fov_op_kind(const fov_op *op);
FOV_API uint32_t fov_op_presets(const fov_op *op);

/* How many images it works on. With max 1 a call names it as "image" (left out: the original), with
 * more as "images", or by a name for each (fov_op_input_name()), with 0 not at all. */
typedef struct fov_op_inputs {
    int32_t min, max;
} fov_op_inputs;
FOV_API fov_op_inputs fov_op_input_count(const fov_op *op);

/* What a call names input `index` by ("a", "b"); NULL after the last, and for every index where a
 * call says "image" or "images". */
FOV_API const char *fov_op_input_name(const fov_op *op, size_t index);

/* Other names that a call may use, those that models were trained on; NULL after the last. */
FOV_API const char *fov_op_alias(const fov_op *op, size_t index);

/* Arguments that work on an image of 1000 x 500 pixels, and in *result (may be NULL) what comes
 * out: a size as "400x250", or for a fact a key of its answer. NULL after the last. */
FOV_API const char *fov_op_example(const fov_op *op, size_t index, const char **result);

/* What must be called on that picture before the examples, which then may name fact_0, fact_1 …:
 * the name of operation `index`, and in *arguments (may be NULL) its arguments. NULL after the
 * last. */
FOV_API const char *fov_op_example_after(const fov_op *op, size_t index, const char **arguments);

/* ---- parameters ----------------------------------------------------------------------------- */

/* What a parameter holds, and how it is written in JSON. More types may be added. */
enum {
    FOV_PARAM_NUMBER = 1,  /* a number between min and max */
    FOV_PARAM_INT = 2,     /* a whole number between min and max */
    FOV_PARAM_BOOL = 3,    /* true or false */
    FOV_PARAM_ENUM = 4,    /* a string, one of `choices` */
    FOV_PARAM_TEXT = 5,    /* a string of at most max bytes */
    FOV_PARAM_COLOR = 6,   /* "#rrggbb" or a name such as "red" */
    FOV_PARAM_BOX = 7,     /* [x1,y1,x2,y2], rounded outwards to pixels and cut to the image */
    FOV_PARAM_POINT = 8,   /* [x,y] */
    FOV_PARAM_BOXES = 9,   /* up to max boxes */
    FOV_PARAM_POINTS = 10, /* up to max points */
    FOV_PARAM_LINES = 11,  /* up to max of [x1,y1,x2,y2], from the first end to the second */
    FOV_PARAM_LABELS = 12, /* up to max of {"at":[x,y],"text":"..."} */
    FOV_PARAM_TICKS = 13,  /* up to max of {"at":[x,y],"value":12.5}, or a date for the value */
    FOV_PARAM_FACTS = 14   /* up to max of "fact_3", or "fact_3.2" for part 2 of it */
};

/* Bits of fov_op_param.flags. */
enum {
    FOV_PARAM_REQUIRED = 1,    /* must be given */
    FOV_PARAM_HIDDEN = 2,      /* not offered to models: what the library finds out and records */
    FOV_PARAM_COMMENT = 4,     /* changes nothing and is part of no recipe */
    FOV_PARAM_HAS_DEFAULT = 8, /* `def` is what leaving it out means */
    FOV_PARAM_AUTO = 16        /* a number, or "auto": found from the picture */
};

/* One parameter. Start from FOV_OP_PARAM_INIT, so that a newer library writes no more than the
 * program was compiled for; strings are borrowed for ever. */
typedef struct fov_op_param {
    uint32_t struct_size;
    int32_t type;              /* FOV_PARAM_NUMBER ... */
    const char *name;          /* "box" */
    const char *alias;         /* "bbox_2d", or NULL */
    const char *doc;           /* at most 120 characters, the unit first where there is one */
    const char *unit;          /* "degrees", or "" */
    const char *const *choices; /* for FOV_PARAM_ENUM, ended by NULL; otherwise NULL */
    double min, max;           /* numbers: both ends allowed. Lists: elements. Text: bytes */
    double def;                /* number; 0 or 1; index into choices; 0xrrggbb */
    uint32_t flags;
} fov_op_param;

#define FOV_OP_PARAM_INIT                                                                       \
    {(uint32_t)sizeof(fov_op_param), 0, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0}

/* Fill in *out with parameter `index` of `op`, counted from 0 in the order of the documents.
 * FOV_NOTE_END after the last, FOV_E_ARG when op is NULL or struct_size is not set. */
FOV_API fov_status fov_op_param_at(fov_op_param *out, const fov_op *op, size_t index);

/* ---- schemas -----------------------------------------------------------------------------------
 *
 * The JSON Schema of an operation's arguments, as one line of JSON; the caller frees *out. It holds
 * "image" and, where there are coordinates, "frame" beside the operation's own parameters, and
 * leaves hidden ones out.
 *
 * dialect   "openai-strict"  structured outputs: all properties required, optional ones nullable,
 *                            bounds and defaults in words
 *           "anthropic", "mcp"   plain JSON Schema with bounds and defaults
 *           "openai"         the same in fewer words, which every request pays for: an array's
 *                            length and the range of coordinates are told when they are wrong
 *           "gemini"         the subset that parametersJsonSchema reads
 *           "qwen-agent"     exactly type, properties and required
 *           "verl"           bounds, defaults and shapes in words
 *           "hermes", "grounding"   as "openai": these declare tools in plain text
 * space     what coordinates mean: "node_px" (pixels of the named image, full resolution),
 *           "delivered_px" (pixels of the picture that the model was shown), "n1000", "n999", "n1"
 *           (fractions of width and height in that unit), "n1000yx" (0-1000, y before x)
 *
 * An alias has a schema of its own where its arguments are spelled in its own way: "crop_image" has
 * x1, y1, x2 and y2, and is always in 0-1.
 *
 * An argument that breaks the schema is refused when the operation is called, with the nearest
 * legal call in the answer; the check there is stricter (a box must meet its image).
 * Errors: FOV_E_ARG (an unknown name, a NULL), FOV_E_MEMORY.
 */
FOV_API fov_status fov_op_schema(fov_bytes *out, fov_context *ctx, const char *op,
                                 const char *dialect, const char *space, fov_error *err);

FOV_END_DECLS

#endif
