/* SPDX-License-Identifier: MIT */
/* What the files op_args*.c share: the state of one parse, and the list of mends.
 *
 * A parse never stops at the first thing that is wrong. The first becomes the fault; each one,
 * also those after it, is mended where a nearest legal value is known, and the mends applied to the
 * call as it was written are the corrected call. So the corrected call is legal as a whole. */
#ifndef FOV_OP_ARGS_INTERNAL_H
#define FOV_OP_ARGS_INTERNAL_H

#include "op/op_internal.h"

enum mend_how {
    MEND_NUMBER,  /* one number */
    MEND_NUMBERS, /* an array of `count` numbers */
    MEND_BOOL,
    MEND_COLOR, /* one number as "#rrggbb" */
    MEND_TEXT,  /* the first `count` bytes of `text` */
    MEND_SHORT, /* an array: its first `count` elements */
    MEND_ORDER, /* an array: `count` of its elements, those at the places `number` */
    MEND_DROP,  /* a member or element: left out */
    MEND_WRAP,  /* becomes the only element of an array; may be mended besides */
    MEND_RENAME /* the member is called `key`; may be mended besides */
};
struct mend {
    const fov_json_value *value; /* what is replaced; NULL: a member that is added, called `key` */
    enum mend_how how;
    const char *key;
    double number[4];
    int32_t count;
    const char *text;
};
enum { MENDS_MAX = 24 };

struct op_parse {
    const fov_op_def *def;
    const fov_json_value *arguments;
    const struct op_reading *reading;
    enum fov__frame frame;
    void *args;
    struct op_notes *notes;
    fov_op_fault *fault; /* the first one; code NONE until then */
    fov_status status;
    char field[56]; /* what is being read: "zoom.box" */
    struct mend mends[MENDS_MAX];
    int32_t mend_count;
    bool is_hopeless; /* something is wrong that has no nearest legal value */
};

/* ---- op_args.c ------------------------------------------------------------------------------ */

/* "zoom.box", or "zoom" for a key of NULL. */
void fov__parse_field(struct op_parse *p, const char *key);
static inline void *fov__param_member(const struct op_parse *p, const fov_op_param_row *param)
{
    return (char *)p->args + param->offset;
}

static inline bool fov__param_has_coordinates(const fov_op_param_row *param)
{
    return param->type >= FOV_PARAM_BOX && param->type != FOV_PARAM_FACTS;
}
_Static_assert(FOV_PARAM_BOX == FOV_PARAM_COLOR + 1, "coordinates come after the scalars");

/* 0xrrggbb; 0 for what has none, or is no colour. */
static inline uint32_t fov__param_default_color(const fov_op_param_row *param)
{
    return param->type == FOV_PARAM_COLOR && param->def >= 0 ? (uint32_t)param->def : 0;
}

/* ---- op_args_image.c ------------------------------------------------------------------------ */

bool fov__args_is_reference(const fov_op_def *def, const char *key);

/* ---- op_args_scalar.c ----------------------------------------------------------------------- */

/* Record a fault about `value` at p->field (with `[index]` when it is not below 0); only the first
 * is kept. */
void fov__parse_fault(struct op_parse *p, enum fov_fault_code code, int32_t index,
                      const fov_json_value *value, const char *allowed, const char *hint_fmt, ...)
    FOV_PRINTF(6, 7);
/* "a number, 0 to 0.5" ... what a parameter takes, in words. */
void fov__param_allowed(char *out, size_t size, const struct op_parse *p,
                        const fov_op_param_row *param);
/* Read `value` into the member of any type; false when it is wrong (fault and mend recorded). */
bool fov__param_parse(struct op_parse *p, const fov_op_param_row *param,
                      const fov_json_value *value);
/* The nearest number that the row allows. */
double fov__param_legal(const fov_op_param_row *param, double v);
bool fov__color_parse(const char *text, fov_op_color *out);
extern const char *const fov__color_names[]; /* ended by NULL */

/* ---- op_args_mend.c ------------------------------------------------------------------------- */

void fov__mend(struct op_parse *p, struct mend mend);
void fov__mend_drop(struct op_parse *p, const fov_json_value *value);
void fov__mend_number(struct op_parse *p, const fov_json_value *value, double number);
void fov__mend_text(struct op_parse *p, const fov_json_value *value, const char *text, size_t len);
/* Numbers out of text such as "12%", "[1, 2, 3, 4]" or "x=3"; returns how many were found, at most
 * `max` are kept. */
int32_t fov__text_numbers(const char *text, double *out, int32_t max);
/* The call with all mends, into fault->call; "" when there is none or it does not fit. */
void fov__mend_write(struct op_parse *p);
/* A buffer over `size` bytes that are there already: writing to it allocates nothing. Never to be
 * freed. */
void fov__buf_fixed(struct fov_buf *buf, char *out, size_t size);
/* The JSON of a value, cut with "..." where it does not fit. */
void fov__value_text(char *out, size_t size, const fov_json_value *value);

/* ---- op_args_coord.c ------------------------------------------------------------------------ */

/* "x 0-800, y 0-557" in the space and order of the call. */
void fov__coord_allowed(char *out, size_t size, const struct op_parse *p);
/* Read a box or a point out of `value`, whose place is p->field and `[index]` below it when index
 * is not negative. When something is wrong the fault is recorded, the mend too, and false
 * returned. */
bool fov__coord_box(struct op_parse *p, const fov_json_value *value, int32_t index, fov_box *out);
bool fov__coord_point(struct op_parse *p, const fov_json_value *value, int32_t index,
                      fov_point *out);
bool fov__coord_line(struct op_parse *p, const fov_json_value *value, int32_t index,
                     fov_op_line *out);
enum coord_shape { SHAPE_POINT, SHAPE_BOX, SHAPE_LINE };
/* What is offered for a missing box, point or line: the whole image, its middle, its diagonal. How
 * many numbers; 0 when there is nothing to offer. */
int32_t fov__coord_fallback(const struct op_parse *p, enum coord_shape shape, double number[4]);

/* ---- op_args_list.c ------------------------------------------------------------------------- */

bool fov__list_parse(struct op_parse *p, const fov_op_param_row *param, const fov_json_value *value,
                     void *member);

#endif
