/* SPDX-License-Identifier: MIT */
/* JSON Schema of an operation's arguments, from the same rows that op_args.c checks, in what each
 * endpoint reads. It must never state a bound that is not in the row.
 *
 *   anthropic, mcp           JSON Schema as it is: bounds, lengths, defaults, no further properties
 *   openai                   the same in as few bytes as say it: every request pays for them again.
 *                            No lengths, no bounds of coordinates, and `frame` is accepted but not
 *                            offered: what is left out is told by the refusal of a wrong call
 *   openai-strict            structured outputs. Every property is required and an optional one may
 *                            be null. Which other keywords are allowed has changed over time and
 *                            differs for fine-tuned models, so only type, enum, items,
 *                            properties, required, additionalProperties and description are used;
 *                            bounds and defaults go into the description
 *   gemini                   parametersJsonSchema, kept to type, description, enum, items,
 *                            properties, required, minimum and maximum
 *   qwen-agent               is_tool_schema() of qwen_agent/tools/base.py: the object has exactly
 *                            type, properties and required
 *   verl                     verl/tools/schemas.py keeps of a property its one type, its
 *                            description and its enum, and needs `required`: all else is said in
 *                            the description
 *   hermes, grounding        as openai; grounding declares its one call in words
 */
#include "op/op_args_internal.h"

struct style {
    bool is_strict;
    bool has_bounds; /* minimum, maximum */
    bool is_full;    /* default, minItems, maxItems, maxLength, pattern */
    bool is_lean;    /* short words; bounds of numbers and defaults alone */
    bool is_closed;  /* additionalProperties: false */
    bool is_flat;    /* what is inside an array is said in words too; a property has one type */
    bool has_required; /* `required` is there when it is empty */
    enum fov__space space;
    enum fov__frame frame;
};

static struct style style_of(enum fov__dialect dialect, enum fov__space space,
                             enum fov__frame frame)
{
    struct style style = {.space = space, .frame = frame, .is_closed = true};
    const bool is_verl = dialect == FOV__DIALECT_VERL;
    style.is_strict = dialect == FOV__DIALECT_OPENAI_STRICT;
    style.is_flat = is_verl;
    style.is_lean = dialect == FOV__DIALECT_OPENAI || fov__dialect_is_text(dialect);
    style.has_bounds = !style.is_strict && !is_verl;
    style.is_full =
        !style.is_strict && !is_verl && !style.is_lean && dialect != FOV__DIALECT_GEMINI;
    style.has_required = is_verl || dialect == FOV__DIALECT_QWEN_AGENT;
    style.is_closed = !style.has_required && !style.is_lean && dialect != FOV__DIALECT_GEMINI;
    return style;
}

static const char *const dialect_names[] = {"openai-strict", "openai", "anthropic", "gemini", "mcp",
                                            "qwen-agent",    "verl",   "hermes",    "grounding"};

const char *fov__dialect_name(size_t index)
{
    return index < FOV_COUNT(dialect_names) ? dialect_names[index] : NULL;
}

bool fov__dialect_is_text(enum fov__dialect dialect)
{
    return dialect == FOV__DIALECT_HERMES || dialect == FOV__DIALECT_GROUNDING;
}

bool fov__dialect_find(const char *name, enum fov__dialect *out)
{
    for (size_t i = 0; name != NULL && i < FOV_COUNT(dialect_names); i++) {
        if (strcmp(dialect_names[i], name) == 0) {
            *out = (enum fov__dialect)i;
            return true;
        }
    }
    return false;
}

/* ---- descriptions --------------------------------------------------------------------------- */

/* "[x1,y1,x2,y2] px", "[y,x] 0-1000 of the original" */
static void short_text(char *out, size_t size, bool is_point, const struct style *style)
{
    static const char *const units[] = {"px", "px", "0-1000", "0-999", "0-1000", "0-1"};
    const bool is_yx = style->space == FOV__SPACE_N1000YX;
    fov__format(out, size, "%s %s%s",
                is_point ? is_yx ? "[y,x]" : "[x,y]"
                : is_yx  ? "[y1,x1,y2,x2]"
                         : "[x1,y1,x2,y2]",
                units[style->space],
                style->frame == FOV__FRAME_SOURCE ? " of the original" : "");
}

static void coordinate_text(char *out, size_t size, int32_t type, const struct style *style)
{
    const bool is_point =
        type == FOV_PARAM_POINT || type == FOV_PARAM_POINTS || type == FOV_PARAM_LABELS ||
        type == FOV_PARAM_TICKS;
    const bool is_source = style->frame == FOV__FRAME_SOURCE;
    const char *order = is_point ? "[x,y]" : "[x1,y1,x2,y2]";
    const char *of = is_source ? "the original image" : "the image";
    if (style->is_lean) {
        short_text(out, size, is_point, style);
        return;
    }
    switch (style->space) {
    case FOV__SPACE_NODE_PX:
        fov__format(out, size, "%s in pixels of %s", order, of);
        break;
    case FOV__SPACE_DELIVERED_PX:
        fov__format(out, size, "%s in pixels of %s%s", order, of,
                    is_source ? "" : " as you see it");
        break;
    case FOV__SPACE_N1000YX:
        fov__format(out, size, "%s, y first, 0-1000 of the height and width of %s",
                    is_point ? "[y,x]" : "[y1,x1,y2,x2]", of);
        break;
    case FOV__SPACE_N1000:
    case FOV__SPACE_N999:
    case FOV__SPACE_N1:
        fov__format(out, size, "%s, 0-%s of the width and height of %s", order,
                    style->space == FOV__SPACE_N1000  ? "1000"
                    : style->space == FOV__SPACE_N999 ? "999"
                                                      : "1",
                    of);
        break;
    }
}

static bool has_default(const fov_op_param_row *param)
{
    if ((param->flags & FOV_PARAM_REQUIRED) != 0)
        return false;
    if (param->type == FOV_PARAM_NUMBER || param->type == FOV_PARAM_INT)
        return param->def >= param->min && param->def <= param->max;
    return param->type == FOV_PARAM_BOOL || param->type == FOV_PARAM_ENUM ||
           (param->type == FOV_PARAM_COLOR && param->def >= 0);
}

static void color_text(char out[8], const fov_op_param_row *param)
{
    fov__format(out, 8, "#%06x", (unsigned)param->def);
    for (size_t i = 0; fov__color_names[i] != NULL; i++) {
        fov_op_color color;
        if (strlen(fov__color_names[i]) < 8 && fov__color_parse(fov__color_names[i], &color) &&
            (unsigned)(color.r << 16 | color.g << 8 | color.b) == (unsigned)param->def)
            fov__format(out, 8, "%s", fov__color_names[i]);
    }
}

static void default_text(char *out, size_t size, const fov_op_param_row *param)
{
    char text[32];
    if (param->type == FOV_PARAM_BOOL) {
        fov__format(out, size, "%s", param->def != 0 ? "true" : "false");
    } else if (param->type == FOV_PARAM_ENUM) {
        fov__format(out, size, "%s", param->choices[(int)param->def]);
    } else if (param->type == FOV_PARAM_COLOR) {
        color_text(text, param);
        fov__format(out, size, "%s", text);
    } else {
        fov__double_text(text, param->def);
        fov__format(out, size, "%s", text);
    }
}

static void append(char *out, size_t size, const char *separator, const char *text)
{
    const size_t len = strlen(out);
    if (text[0] != '\0')
        fov__format(out + len, size - len, "%s%s", len > 0 ? separator : "", text);
}

/* What an element is, where only words can say it; "" where it is said already. */
static const char *shape_text(const fov_op_param_row *param)
{
    if ((param->flags & FOV_PARAM_AUTO) != 0)
        return "or the word auto";
    if (param->type == FOV_PARAM_LABELS)
        return "as {\"at\":[x,y],\"text\":\"...\"}";
    if (param->type == FOV_PARAM_TICKS)
        return "as {\"at\":[x,y],\"value\":12.5}";
    return param->type == FOV_PARAM_FACTS ? "as \"fact_3\" or \"fact_3.2\"" : "";
}

/* The row's words, how coordinates are meant, and bounds that the dialect has no keyword for. */
static void write_description(struct fov_jw *jw, const fov_op_param_row *param,
                              const struct style *style)
{
    char text[512], part[224], lo[32], hi[32];
    fov__format(text, sizeof(text), "%s", param->doc);
    if (fov__param_has_coordinates(param)) {
        coordinate_text(part, sizeof(part), param->type, style);
        append(text, sizeof(text),
               param->type == FOV_PARAM_BOX || param->type == FOV_PARAM_POINT ? ": " : ", each ",
               part);
    }
    if (style->is_flat)
        append(text, sizeof(text), "; ", shape_text(param));
    if (!style->is_full && !style->is_lean && param->type >= FOV_PARAM_BOXES && param->max > 0) {
        if (param->min == param->max)
            fov__format(part, sizeof(part), "%d of them", (int)param->max);
        else if (param->min > 0)
            fov__format(part, sizeof(part), "%d to %d", (int)param->min, (int)param->max);
        else
            fov__format(part, sizeof(part), "at most %d", (int)param->max);
        append(text, sizeof(text), "; ", part);
    }
    if (!style->has_bounds && param->min <= param->max &&
        (param->type == FOV_PARAM_NUMBER || param->type == FOV_PARAM_INT)) {
        fov__double_text(lo, param->min);
        fov__double_text(hi, param->max);
        fov__format(part, sizeof(part), "%s to %s", lo, hi);
        append(text, sizeof(text), "; ", part);
    }
    if (param->type == FOV_PARAM_COLOR) {
        const bool is_short = style->is_full || style->is_lean;
        append(text, sizeof(text), ": ", is_short ? "#rrggbb or a name" : "#rrggbb");
        for (size_t i = 0; !is_short && fov__color_names[i] != NULL; i++)
            append(text, sizeof(text), ", ", fov__color_names[i]);
    }
    if (!style->is_full && !style->is_lean && has_default(param)) {
        default_text(part, sizeof(part), param);
        append(text, sizeof(text), "; default ", part);
    }
    fov__jw_string(jw, "description", text);
}

/* ---- types ---------------------------------------------------------------------------------- */

static void write_type(struct fov_jw *jw, const char *type, bool is_nullable)
{
    if (!is_nullable) {
        fov__jw_string(jw, "type", type);
        return;
    }
    fov__jw_array(jw, "type");
    fov__jw_string(jw, NULL, type);
    fov__jw_string(jw, NULL, "null");
    fov__jw_end_array(jw);
}

static double space_range(enum fov__space space)
{
    switch (space) {
    case FOV__SPACE_N1000:
    case FOV__SPACE_N1000YX:
        return 1000;
    case FOV__SPACE_N999:
        return 999;
    case FOV__SPACE_N1:
        return 1;
    default:
        return 0; /* pixels: a box may begin or end outside and is cut */
    }
}

/* The members of an array of n coordinates, after its type. */
static void write_coordinates(struct fov_jw *jw, const struct style *style, int n)
{
    const double range = space_range(style->space);
    fov__jw_object(jw, "items");
    fov__jw_string(jw, "type", "number");
    if (style->has_bounds && !style->is_lean && range > 0) {
        fov__jw_int(jw, "minimum", 0);
        fov__jw_number(jw, "maximum", range);
    }
    fov__jw_end_object(jw);
    if (style->is_full) {
        fov__jw_int(jw, "minItems", n);
        fov__jw_int(jw, "maxItems", n);
    }
}

static void write_label(struct fov_jw *jw, const struct style *style)
{
    fov__jw_string(jw, "type", "object");
    fov__jw_object(jw, "properties");
    fov__jw_object(jw, "at");
    fov__jw_string(jw, "type", "array");
    write_coordinates(jw, style, 2);
    fov__jw_end_object(jw);
    fov__jw_object(jw, "text");
    fov__jw_string(jw, "type", "string");
    if (style->is_full)
        fov__jw_int(jw, "maxLength", FOV_OP_LABEL_MAX - 1);
    fov__jw_end_object(jw);
    fov__jw_end_object(jw);
    fov__jw_array(jw, "required");
    fov__jw_string(jw, NULL, "at");
    fov__jw_string(jw, NULL, "text");
    fov__jw_end_array(jw);
    if (style->is_closed)
        fov__jw_bool(jw, "additionalProperties", false);
}

static void write_tick(struct fov_jw *jw, const struct style *style)
{
    fov__jw_string(jw, "type", "object");
    fov__jw_object(jw, "properties");
    fov__jw_object(jw, "at");
    fov__jw_string(jw, "type", "array");
    write_coordinates(jw, style, 2);
    fov__jw_end_object(jw);
    fov__jw_object(jw, "value");
    fov__jw_array(jw, "type");
    fov__jw_string(jw, NULL, "number");
    fov__jw_string(jw, NULL, "string");
    fov__jw_end_array(jw);
    if (style->is_full)
        fov__jw_int(jw, "maxLength", (int64_t)sizeof(((fov_op_tick *)0)->text) - 1);
    fov__jw_end_object(jw);
    fov__jw_end_object(jw);
    fov__jw_array(jw, "required");
    fov__jw_string(jw, NULL, "at");
    fov__jw_string(jw, NULL, "value");
    fov__jw_end_array(jw);
    if (style->is_closed)
        fov__jw_bool(jw, "additionalProperties", false);
}

/* Six digits at most, as op_args_list.c reads them. */
static void write_ref(struct fov_jw *jw, const struct style *style)
{
    fov__jw_string(jw, "type", "string");
    if (style->is_full)
        fov__jw_string(jw, "pattern", "^fact_(0|[1-9][0-9]{0,5})(\\.[1-9][0-9]{0,5})?$");
}

static void write_list_items(struct fov_jw *jw, const fov_op_param_row *param,
                             const struct style *style)
{
    fov__jw_object(jw, "items");
    if (param->type == FOV_PARAM_LABELS) {
        write_label(jw, style);
    } else if (param->type == FOV_PARAM_TICKS) {
        write_tick(jw, style);
    } else if (param->type == FOV_PARAM_FACTS) {
        write_ref(jw, style);
    } else {
        fov__jw_string(jw, "type", "array");
        write_coordinates(jw, style, param->type == FOV_PARAM_POINTS ? 2 : 4);
    }
    fov__jw_end_object(jw);
    const bool is_exact = style->is_lean && param->min == param->max;
    if ((style->is_full && param->min > 0) || is_exact)
        fov__jw_int(jw, "minItems", (int64_t)param->min);
    if (style->is_full || is_exact)
        fov__jw_int(jw, "maxItems", (int64_t)param->max);
}

static void write_enum(struct fov_jw *jw, const char *const *choices, bool is_nullable)
{
    fov__jw_array(jw, "enum");
    for (size_t i = 0; choices[i] != NULL; i++)
        fov__jw_string(jw, NULL, choices[i]);
    if (is_nullable)
        fov__jw_null(jw, NULL);
    fov__jw_end_array(jw);
}

static void write_bounds(struct fov_jw *jw, const fov_op_param_row *param,
                         const struct style *style)
{
    if (style->has_bounds && param->min <= param->max) {
        fov__jw_number(jw, "minimum", param->min);
        fov__jw_number(jw, "maximum", param->max);
    }
}

/* "^(#[0-9A-Fa-f]{6}|red|green)$" */
static void write_color_pattern(struct fov_jw *jw)
{
    char pattern[160] = "^(#[0-9A-Fa-f]{6}";
    for (size_t i = 0; fov__color_names[i] != NULL; i++)
        append(pattern, sizeof(pattern), "|", fov__color_names[i]);
    append(pattern, sizeof(pattern), "", ")$");
    fov__jw_string(jw, "pattern", pattern);
}

static void write_default(struct fov_jw *jw, const fov_op_param_row *param,
                          const struct style *style)
{
    char text[32];
    if ((!style->is_full && !style->is_lean) || !has_default(param))
        return;
    if (param->type == FOV_PARAM_BOOL) {
        fov__jw_bool(jw, "default", param->def != 0);
    } else if (param->type == FOV_PARAM_ENUM || param->type == FOV_PARAM_COLOR) {
        default_text(text, sizeof(text), param);
        fov__jw_string(jw, "default", text);
    } else {
        fov__jw_number(jw, "default", param->def);
    }
}

/* A number, or the word "auto". */
static void write_or_auto(struct fov_jw *jw, const fov_op_param_row *param,
                          const struct style *style, bool is_nullable)
{
    static const char *const words[] = {"auto", NULL};
    fov__jw_array(jw, "anyOf");
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", "number");
    write_bounds(jw, param, style);
    fov__jw_end_object(jw);
    fov__jw_object(jw, NULL);
    write_type(jw, "string", is_nullable);
    write_enum(jw, words, is_nullable);
    fov__jw_end_object(jw);
    fov__jw_end_array(jw);
}
enum { PARAM_OR_AUTO = 0 }; /* no type of a row */

static void write_param(struct fov_jw *jw, const fov_op_param_row *param, const struct style *style)
{
    const bool is_nullable = style->is_strict && (param->flags & FOV_PARAM_REQUIRED) == 0;
    fov__jw_object(jw, param->name);
    switch ((param->flags & FOV_PARAM_AUTO) != 0 ? PARAM_OR_AUTO : param->type) {
    case PARAM_OR_AUTO:
        if (style->is_flat)
            write_type(jw, "number", is_nullable);
        else
            write_or_auto(jw, param, style, is_nullable);
        break;
    case FOV_PARAM_NUMBER:
    case FOV_PARAM_INT:
        write_type(jw, param->type == FOV_PARAM_INT ? "integer" : "number", is_nullable);
        write_bounds(jw, param, style);
        break;
    case FOV_PARAM_BOOL:
        write_type(jw, "boolean", is_nullable);
        break;
    case FOV_PARAM_ENUM:
        write_type(jw, "string", is_nullable);
        write_enum(jw, param->choices, is_nullable);
        break;
    case FOV_PARAM_TEXT:
        write_type(jw, "string", is_nullable);
        /* Characters here and bytes there, of which there are never fewer: a text of other letters
         * than English ones may still be refused for its length. */
        if (style->is_full)
            fov__jw_int(jw, "maxLength", (int64_t)param->size - 1);
        break;
    case FOV_PARAM_COLOR:
        write_type(jw, "string", is_nullable);
        if (style->is_full)
            write_color_pattern(jw);
        break;
    case FOV_PARAM_BOX:
    case FOV_PARAM_POINT:
        write_type(jw, "array", is_nullable);
        write_coordinates(jw, style, param->type == FOV_PARAM_POINT ? 2 : 4);
        break;
    default:
        write_type(jw, "array", is_nullable);
        write_list_items(jw, param, style);
        break;
    }
    write_description(jw, param, style);
    write_default(jw, param, style);
    fov__jw_end_object(jw);
}

/* ---- the object ----------------------------------------------------------------------------- */

static bool is_shown(const fov_op_param_row *param)
{
    return (param->flags & FOV_PARAM_HIDDEN) == 0;
}

static bool uses_frame(const fov_op_def *def)
{
    for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
        if (is_shown(p) && fov__param_has_coordinates(p))
            return true;
    }
    return false;
}

static void write_references(struct fov_jw *jw, const fov_op_def *def, const struct style *style)
{
    for (const char *const *name = def->input_names; name != NULL && *name != NULL; name++) {
        fov__jw_object(jw, *name);
        fov__jw_string(jw, "type", "string");
        fov__jw_string(jw, "description", "id of an image, such as img_1");
        fov__jw_end_object(jw);
    }
    if (def->input_names != NULL)
        return;
    if (def->input_max == 1) {
        fov__jw_object(jw, "image");
        write_type(jw, "string", style->is_strict);
        if (style->is_lean)
            fov__jw_string(jw, "default", "img_0");
        else
            fov__jw_string(jw, "description",
                           "id of the image, such as img_1; left out, img_0 (the original)");
        fov__jw_end_object(jw);
    } else if (def->input_max > 1) {
        fov__jw_object(jw, "images");
        write_type(jw, "array", style->is_strict && def->input_min == 0);
        fov__jw_object(jw, "items");
        fov__jw_string(jw, "type", "string");
        fov__jw_end_object(jw);
        if (style->is_full) {
            fov__jw_int(jw, "minItems", def->input_min);
            fov__jw_int(jw, "maxItems", def->input_max);
        }
        fov__jw_string(jw, "description", "ids of the images, in order");
        fov__jw_end_object(jw);
    }
}

static void write_frame(struct fov_jw *jw, const struct style *style)
{
    static const char *const frames[] = {"image", "source", NULL};
    const char *standard = style->frame == FOV__FRAME_SOURCE ? "source" : "image";
    fov__jw_object(jw, "frame");
    write_type(jw, "string", style->is_strict);
    write_enum(jw, frames, style->is_strict);
    fov__jw_string(
        jw, "description",
        style->is_full ? "what coordinates refer to: the image named here, or its original"
        : style->frame == FOV__FRAME_SOURCE
            ? "what coordinates refer to: the image named here, or its original; default "
              "source"
            : "what coordinates refer to: the image named here, or its original; default "
              "image");
    if (style->is_full)
        fov__jw_string(jw, "default", standard);
    fov__jw_end_object(jw);
}

static void write_required(struct fov_jw *jw, const fov_op_def *def, const struct style *style)
{
    const bool needs_images = def->input_names == NULL && def->input_min > 1;
    bool is_open =
        style->is_strict || style->has_required || def->input_names != NULL || needs_images;
    if (is_open)
        fov__jw_array(jw, "required");
    for (const char *const *name = def->input_names; name != NULL && *name != NULL; name++)
        fov__jw_string(jw, NULL, *name);
    if ((style->is_strict && def->input_max > 0 && def->input_names == NULL) || needs_images)
        fov__jw_string(jw, NULL, def->input_max == 1 ? "image" : "images");
    for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
        if (!is_shown(p) || (!style->is_strict && (p->flags & FOV_PARAM_REQUIRED) == 0))
            continue;
        if (!is_open)
            fov__jw_array(jw, "required");
        is_open = true;
        fov__jw_string(jw, NULL, p->name);
    }
    if (style->is_strict && uses_frame(def))
        fov__jw_string(jw, NULL, "frame");
    if (is_open)
        fov__jw_end_array(jw);
}

void fov__op_schema_write(struct fov_jw *jw, const char *key, const fov_op_def *def,
                          enum fov__dialect dialect, enum fov__space space, enum fov__frame frame)
{
    const struct style style = style_of(dialect, space, frame);
    fov__jw_object(jw, key);
    fov__jw_string(jw, "type", "object");
    fov__jw_object(jw, "properties");
    write_references(jw, def, &style);
    for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
        if (is_shown(p))
            write_param(jw, p, &style);
    }
    if (uses_frame(def) && !style.is_lean)
        write_frame(jw, &style);
    fov__jw_end_object(jw);
    write_required(jw, def, &style);
    if (style.is_closed)
        fov__jw_bool(jw, "additionalProperties", false);
    fov__jw_end_object(jw);
}

/* ---- aliases -------------------------------------------------------------------------------- */

void fov__alias_schema_write(struct fov_jw *jw, const char *key, const fov_op_def *def,
                             const fov_op_alias_row *alias, enum fov__dialect dialect,
                             enum fov__space space, enum fov__frame frame)
{
    fov_op_param_row rows[FOV__ALIAS_ARGS_MAX];
    if (alias != NULL)
        space = fov__alias_space(def, alias->name, space);
    const struct style style = style_of(dialect, space, frame);
    if (alias == NULL || alias->args == NULL) {
        fov__op_schema_write(jw, key, def, dialect, space, frame);
        return;
    }
    const size_t count = fov__alias_rows(def, alias, rows);
    fov__jw_object(jw, key);
    fov__jw_string(jw, "type", "object");
    fov__jw_object(jw, "properties");
    for (size_t i = 0; i < count; i++)
        write_param(jw, &rows[i], &style);
    fov__jw_end_object(jw);
    fov__jw_array(jw, "required");
    for (size_t i = 0; i < count; i++) {
        if (style.is_strict || (rows[i].flags & FOV_PARAM_REQUIRED) != 0)
            fov__jw_string(jw, NULL, rows[i].name);
    }
    fov__jw_end_array(jw);
    if (style.is_closed)
        fov__jw_bool(jw, "additionalProperties", false);
    fov__jw_end_object(jw);
}
