/* SPDX-License-Identifier: MIT */
/* What foveate/ext/op.h gives to an operation's functions: thin, over what the library's own
 * operations use. It must never decide anything. */
#include "op/op_internal.h"

fov_status fov_op_refuse(fov_op_fault *fault, enum fov_fault_code code, const char *field,
                         const char *got, const char *allowed, const char *hint)
{
    if (code <= FOV_FAULT_NONE || code >= FOV_FAULT_COUNT)
        code = FOV_FAULT_UNSUPPORTED;
    return fov__fault(fault, code, field, got, allowed, "%s", hint != NULL ? hint : "");
}

void fov_op_plan_same(fov_op_plan *out, const fov_op_frame *in, enum fov_op_effect effect)
{
    memset(out, 0, sizeof(*out));
    out->output_count = 1;
    fov_op_output *output = &out->output[0];
    output->effect = effect;
    output->width = in->width;
    output->height = in->height;
    output->region_count = 1;
    output->region[0].box = (fov_box){0, 0, in->width, in->height};
    output->region[0].to_input = fov__mat_identity();
}

fov_pixels_view fov_pixels_get_view(const fov_pixels *pixels)
{
    if (pixels == NULL)
        return (fov_pixels_view){0, 0, 0, 0, NULL};
    return (fov_pixels_view){pixels->width, pixels->height, pixels->bands, pixels->stride,
                             pixels->data};
}

void fov_pixels_unref(fov_pixels *pixels)
{
    fov__pixels_unref(pixels);
}

const fov_op_frame *fov_op_io_frame(const fov_op_io *io, int32_t input)
{
    return io != NULL && input >= 0 && input < io->in_count ? &io->in[input] : NULL;
}

fov_status fov_op_render(fov_op_io *io, int32_t input, fov_box box, int32_t width, int32_t height,
                         fov_pixels **out, fov_error *err)
{
    if (io == NULL || out == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "op.render", "io and out must not be NULL");
    *out = NULL;
    if (input < 0 || input >= io->in_count)
        return fov__fail(err, FOV_E_ARG, 0, "op.render",
                         "input %d is asked for and the operation has %d", (int)input,
                         (int)io->in_count);
    if (!(box.x1 < box.x2 && box.y1 < box.y2) || width < 1 || height < 1)
        return fov__fail(err, FOV_E_ARG, 0, "op.render",
                         "the box [%g,%g,%g,%g] or the size %d x %d is empty", box.x1, box.y1,
                         box.x2, box.y2, (int)width, (int)height);
    return io->render(io, input, box, width, height, out, err);
}

fov_point fov_op_to_source(fov_op_io *io, int32_t input, fov_point point)
{
    return io != NULL && input >= 0 && input < io->in_count ? io->to_source(io, input, point)
                                                            : point;
}

const char *fov_op_io_fact(fov_op_io *io, int32_t fact, const char **op)
{
    const char *name = "", *json = NULL;
    if (io != NULL && io->fact != NULL)
        json = io->fact(io, fact, &name);
    if (op != NULL)
        *op = json != NULL ? name : "";
    return json;
}

fov_status fov_op_to_fact(fov_op_io *io, int32_t input, int32_t fact, fov_point point,
                          fov_point *out, fov_error *err)
{
    if (io == NULL || out == NULL || input < 0 || input >= io->in_count || io->to_fact == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "op.to_fact", "there is no input %d", (int)input);
    return io->to_fact(io, input, fact, point, out, err);
}

int32_t fov_op_is_cancelled(const fov_op_io *io)
{
    return io != NULL ? fov_cancel_is_set(io->cancel) : 0;
}

void fov_op_facts_number(fov_op_facts *facts, const char *key, double value)
{
    fov__jw_number(facts, key, value);
}

void fov_op_facts_text(fov_op_facts *facts, const char *key, const char *value)
{
    fov__jw_string(facts, key, value);
}

void fov_op_facts_bool(fov_op_facts *facts, const char *key, int32_t value)
{
    fov__jw_bool(facts, key, value != 0);
}

void fov_op_facts_numbers(fov_op_facts *facts, const char *key, const double *values, size_t count)
{
    fov__jw_array(facts, key);
    for (size_t i = 0; i < count; i++)
        fov__jw_number(facts, NULL, values[i]);
    fov__jw_end_array(facts);
}

void fov_op_facts_object(fov_op_facts *facts, const char *key)
{
    fov__jw_object(facts, key);
}

void fov_op_facts_end_object(fov_op_facts *facts)
{
    fov__jw_end_object(facts);
}

void fov_op_facts_array(fov_op_facts *facts, const char *key)
{
    fov__jw_array(facts, key);
}

void fov_op_facts_end_array(fov_op_facts *facts)
{
    fov__jw_end_array(facts);
}
