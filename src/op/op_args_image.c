/* SPDX-License-Identifier: MIT */
/* Which images a call speaks of, before anything else of it can be read: the size of the image says
 * what the other numbers mean. Whether there is such an image only the graph knows. */
#include "op/op_args_internal.h"

/* Members that say which image is meant, read by fov__op_args_images(). */
bool fov__args_is_reference(const fov_op_def *def, const char *key)
{
    for (const char *const *name = def->input_names; name != NULL && *name != NULL; name++) {
        if (strcmp(*name, key) == 0)
            return true;
    }
    if (def->input_names != NULL)
        return false;
    return (def->input_max >= 1 && (strcmp(key, "image") == 0 || strcmp(key, "img_idx") == 0)) ||
           (def->input_max > 1 && strcmp(key, "images") == 0);
}

static bool read_reference(struct op_parse *p, const fov_json_value *value, int32_t index,
                           struct op_image_refs *out)
{
    double number = 0;
    const char *text = fov__json_string(value);
    char *name = out->name[out->count];
    if (text != NULL && strlen(text) < sizeof(out->name[0])) {
        memcpy(name, text, strlen(text) + 1);
    } else if (fov__json_number(value, &number) && number >= 0 && number <= 999999 &&
               number == fov__rint(number)) {
        fov__format(name, sizeof(out->name[0]), "img_%d", (int)number);
    } else {
        const bool is_name = text != NULL || fov__json_type(value) == FOV_JSON_NUMBER;
        fov__parse_fault(p, is_name ? FOV_FAULT_UNKNOWN_IMAGE : FOV_FAULT_BAD_TYPE, index, value,
                         "an image's id such as img_0",
                         "Name an image by its id, as in \"img_0\"; left out, it is the original.");
        if (p->def->input_names != NULL)
            fov__mend_text(p, value, "img_0", 5);
        else
            fov__mend_drop(p, value);
        return false;
    }
    out->count++;
    return true;
}

static void read_images(struct op_parse *p, const fov_json_value *list, struct op_image_refs *out)
{
    const int32_t most =
        p->def->input_max < FOV_OP_INPUTS_MAX ? p->def->input_max : FOV_OP_INPUTS_MAX;
    int32_t index = 0;
    fov__parse_field(p, "images");
    if (fov__json_type(list) != FOV_JSON_ARRAY) {
        fov__parse_fault(p, FOV_FAULT_BAD_TYPE, -1, list, "an array of image ids",
                         "images is an array of ids, as in [\"img_0\",\"img_1\"].");
        p->is_hopeless = true;
        return;
    }
    if (fov__json_count(list) > (size_t)most) {
        char allowed[40];
        fov__format(allowed, sizeof(allowed), "at most %d ids", (int)most);
        fov__parse_fault(p, FOV_FAULT_OUT_OF_RANGE, -1, list, allowed,
                         "%s takes at most %d images.", p->def->name, (int)most);
        fov__mend(p, (struct mend){.value = list, .how = MEND_SHORT, .count = most});
        return;
    }
    for (const fov_json_value *v = fov__json_child(list); v != NULL; v = fov__json_next(v))
        read_reference(p, v, index++, out);
}

/* Which others were meant is not known. */
static void too_few(struct op_parse *p, const fov_json_value *list)
{
    char allowed[40];
    fov__format(allowed, sizeof(allowed), "%d to %d ids", (int)p->def->input_min,
                (int)p->def->input_max);
    fov__parse_field(p, "images");
    fov__parse_fault(p,
                     fov__json_type(list) == FOV_JSON_NULL ? FOV_FAULT_MISSING_ARG
                                                           : FOV_FAULT_OUT_OF_RANGE,
                     -1, list, allowed, "%s needs at least %d images, as in [\"img_0\",\"img_1\"].",
                     p->def->name, (int)p->def->input_min);
    p->is_hopeless = true;
}

/* Each input by the name that its row gives it; all of them are needed. */
static void read_named(struct op_parse *p, struct op_image_refs *out)
{
    for (const char *const *name = p->def->input_names; *name != NULL; name++) {
        const fov_json_value *value = fov__json_get(p->arguments, *name);
        fov__parse_field(p, *name);
        if (fov__json_type(value) != FOV_JSON_NULL) {
            read_reference(p, value, -1, out);
            continue;
        }
        fov__parse_fault(p, FOV_FAULT_MISSING_ARG, -1, NULL, "an image's id such as img_0",
                         "%s needs %s: the id of an image, as in \"img_0\".", p->def->name, *name);
        fov__mend(p, (struct mend){.key = *name, .how = MEND_TEXT, .text = "img_0", .count = 5});
    }
}

const char *fov__op_args_image(const fov_op_def *def, const fov_json_value *arguments,
                               int32_t index, char *got, size_t size)
{
    static const char *const keys[] = {"image", "img_idx", "images"};
    const char *key = def->input_names != NULL ? def->input_names[index] : keys[0];
    for (size_t i = 1; def->input_names == NULL && i < FOV_COUNT(keys); i++) {
        if (fov__args_is_reference(def, keys[i]) &&
            fov__json_type(fov__json_get(arguments, keys[i])) != FOV_JSON_NULL)
            key = keys[i];
    }
    const fov_json_value *value = fov__json_get(arguments, key);
    if (fov__json_type(value) == FOV_JSON_ARRAY) {
        for (value = fov__json_child(value); index > 0 && value != NULL; index--)
            value = fov__json_next(value);
    }
    const char *text = fov__json_string(value);
    if (text != NULL || fov__json_type(value) == FOV_JSON_NULL)
        fov__format(got, size, "%s", text != NULL && text[0] != '\0' ? text : "img_0");
    else
        fov__value_text(got, size, value);
    return key;
}

fov_status fov__op_args_images(const fov_op_def *def, const fov_json_value *arguments,
                               struct op_image_refs *out, fov_op_fault *fault)
{
    static const struct op_reading none = {.space = FOV__SPACE_NODE_PX};
    static const char *const keys[] = {"image", "img_idx", "images"};
    struct op_parse p = {.def = def, .arguments = arguments, .reading = &none, .fault = fault};
    const char *given = NULL;
    memset(out, 0, sizeof(*out));
    memset(fault, 0, sizeof(*fault));
    if (def->input_names != NULL)
        read_named(&p, out);
    for (size_t i = 0; def->input_names == NULL && i < FOV_COUNT(keys); i++) {
        const fov_json_value *value = fov__json_get(arguments, keys[i]);
        if (!fov__args_is_reference(def, keys[i]) || fov__json_type(value) == FOV_JSON_NULL)
            continue;
        fov__parse_field(&p, keys[i]);
        if (given != NULL) {
            fov__parse_fault(&p, FOV_FAULT_UNKNOWN_ARG, -1, value, NULL,
                             "%s and %s mean the same; give one of them.", given, keys[i]);
            fov__mend_drop(&p, value);
            continue;
        }
        given = keys[i];
        if (strcmp(keys[i], "images") == 0)
            read_images(&p, value, out);
        else
            read_reference(&p, value, -1, out);
    }
    if (given == NULL && out->count == 0 && def->input_max > 0 && def->input_min <= 1)
        out->count = 1; /* its name stays "": the default */
    if (fault->code == FOV_FAULT_NONE && out->count < def->input_min)
        too_few(&p, fov__json_get(arguments, "images"));
    if (fault->code != FOV_FAULT_NONE) {
        fov__mend_write(&p);
        return p.status;
    }
    return FOV_OK;
}
