/* SPDX-License-Identifier: MIT */
/* See pixels.h. */
#include "op/pixels.h"

static void finish(struct shot *shot)
{
    fov_error err = {0};
    if (shot->call.def->resolve != NULL &&
        shot->call.def->resolve(shot->call.args, &shot->canvas.io, &shot->call.fault, &err) < 0)
        fail_msg("%s", err.message);
    if (fov__op_plan(shot->call.def, shot->call.args, &shot->canvas.frame, 1, &shot->plan,
                     &shot->call.fault) < 0)
        fail_msg("%s", shot->call.fault.hint);
    if (shot->plan.output[0].effect != FOV_OP_EFFECT_BARRIER)
        return;
    assert_int_equal(fov__pixels_new(&shot->out, the_context(), shot->plan.output[0].width,
                                     shot->plan.output[0].height, shot->canvas.px->bands, NULL),
                     FOV_OK);
    if (shot->call.def->run(shot->call.args, &shot->canvas.io, &shot->out, &shot->call.fault,
                            &err) < 0)
        fail_msg("%s", err.message);
}

void shot_take(struct shot *shot, const char *op, const char *arguments, int32_t width,
               int32_t height, int32_t bands, void (*paint)(uint8_t *, int32_t, int32_t))
{
    memset(shot, 0, sizeof(*shot));
    canvas_open(&shot->canvas, width, height, bands, paint);
    call_parse(&shot->call, op, arguments, reading_px(width, height));
    if (shot->call.status != FOV_OK)
        fail_msg("%s %s: %s", op, arguments, shot->call.fault.hint);
    finish(shot);
}

void shot_drop(struct shot *shot)
{
    fov__pixels_unref(shot->out);
    call_free(&shot->call);
    canvas_close(&shot->canvas);
}

const uint8_t *shot_pixel(const struct shot *shot, int32_t x, int32_t y)
{
    return fov__pixels_row(shot->out, y) + x * shot->out->bands;
}

const uint8_t *shot_input(const struct shot *shot, int32_t x, int32_t y)
{
    return fov__pixels_row(shot->canvas.px, y) + x * shot->canvas.px->bands;
}

void shot_replays(const struct shot *shot)
{
    char recipe[16384];
    struct shot again;
    struct op_reading reading = reading_px(shot->canvas.frame.width, shot->canvas.frame.height);
    memset(&again, 0, sizeof(again));
    fov__format(recipe, sizeof(recipe), "%s", call_recipe(&shot->call));
    reading.allow_hidden = true;
    call_parse(&again.call, shot->call.def->name, recipe, reading);
    assert_int_equal(again.call.status, FOV_OK);
    again.canvas = shot->canvas;
    again.canvas.io.user = &again.canvas;
    again.canvas.io.in = &again.canvas.frame;
    again.canvas.renders = 0;
    assert_int_equal(
        again.call.def->resolve(again.call.args, &again.canvas.io, &again.call.fault, NULL),
        FOV_OK);
    if (again.canvas.renders != 0)
        fail_msg("%s measures again in its replay", recipe);
    assert_string_equal(call_recipe(&again.call), recipe);
    finish(&again);
    assert_string_equal(again.plan.note, shot->plan.note);
    for (int32_t y = 0; shot->out != NULL && y < shot->out->height; y++)
        assert_memory_equal(fov__pixels_row(again.out, y), fov__pixels_row(shot->out, y),
                            (size_t)(shot->out->width * shot->out->bands));
    fov__pixels_unref(again.out);
    call_free(&again.call);
}

const char *answer_of(const char *op, const char *arguments, struct canvas *canvas)
{
    static char text[65536];
    struct call call;
    struct fov_buf buf;
    struct fov_jw jw;
    fov_error err;
    call_parse(&call, op, arguments, reading_px(canvas->frame.width, canvas->frame.height));
    if (call.status != FOV_OK)
        fail_msg("%s %s: %s", op, arguments, call.fault.hint);
    fov__buf_init(&buf, the_context(), sizeof(text) - 1);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    if (call.def->fact(call.args, &canvas->io, &jw, &call.fault, &err) < 0)
        fail_msg("%s %s: %s", op, arguments, err.message);
    fov__jw_end_object(&jw);
    assert_int_equal(buf.status, FOV_OK);
    memcpy(text, buf.data, buf.len + 1);
    fov__buf_free(&buf);
    call_free(&call);
    return text;
}
