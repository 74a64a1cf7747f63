/* SPDX-License-Identifier: MIT */
/* Calls, pictures and goldens for the suites of op. */
#include "op/harness.h"

#include <stdio.h>
#include <stdlib.h>

fov_context *the_context(void)
{
    static fov_context *ctx;
    if (ctx == NULL) {
        fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
        opts.module_path = FOV_BINARY_DIR; /* where the build puts foveate-ocr.so */
        assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    }
    return ctx;
}

struct op_reading reading_in(enum fov__space space, int32_t width, int32_t height)
{
    struct op_reading r;
    memset(&r, 0, sizeof(r));
    r.space = space;
    r.width = r.source_width = width;
    r.height = r.source_height = height;
    r.has_source = true;
    r.from_source = fov__mat_identity();
    return r;
}

struct op_reading reading_px(int32_t width, int32_t height)
{
    return reading_in(FOV__SPACE_NODE_PX, width, height);
}

void call_parse(struct call *call, const char *op, const char *arguments, struct op_reading reading)
{
    fov_error err;
    memset(call, 0, sizeof(*call));
    call->def = fov__op_find(NULL, op);
    assert_non_null(call->def);
    call->reading = reading;
    if (arguments != NULL && fov__json_parse(&call->doc, the_context(), arguments,
                                             strlen(arguments), 32, 65536, &err) < 0)
        fail_msg("the test's own JSON is wrong: %s: %s", arguments, err.message);
    call->args = fov__calloc(the_context(), 1, call->def->args_size);
    assert_non_null(call->args);
    call->status =
        fov__op_args_parse(call->def, arguments != NULL ? fov__json_root(call->doc) : NULL,
                           &call->reading, call->args, &call->notes, &call->fault);
}

void call_free(struct call *call)
{
    fov__json_free(call->doc);
    fov__free(the_context(), call->args);
}

const char *call_recipe(const struct call *call)
{
    static char text[16384];
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, the_context(), sizeof(text) - 1);
    fov__jw_init(&jw, &buf);
    fov__op_args_write(&jw, NULL, call->def, call->args);
    assert_int_equal(buf.status, FOV_OK);
    memcpy(text, buf.data, buf.len + 1);
    fov__buf_free(&buf);
    return text;
}

static void fault_json(const fov_op_fault *fault, char *out, size_t size)
{
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, the_context(), size - 1);
    fov__jw_init(&jw, &buf);
    fov__fault_write(&jw, NULL, fault, NULL, 0, 0);
    assert_int_equal(buf.status, FOV_OK);
    memcpy(out, buf.data, buf.len + 1);
    fov__buf_free(&buf);
}

void expect_refusal(const struct refusal *r, struct op_reading reading, struct fov_buf *list)
{
    struct call call, again;
    char json[2048];
    call_parse(&call, r->op, r->arguments, reading);
    if (call.status == FOV_OK)
        fail_msg("%s %s is accepted", r->op, r->arguments);
    fault_json(&call.fault, json, sizeof(json));
    if (list != NULL)
        fov__buf_addf(list, "%s %s (%s)\n    %s\n", r->op, r->arguments,
                      fov__space_name(reading.space), json);
    if (strcmp(fov__fault_name(call.fault.code), r->code) != 0 ||
        strcmp(call.fault.field, r->field) != 0 || strcmp(call.fault.call, r->call) != 0)
        fail_msg("%s: expected %s %s %s, got %s", r->arguments, r->code, r->field, r->call, json);
    if (call.fault.call[0] != '\0') {
        call_parse(&again, r->op, call.fault.call, reading);
        if (again.status != FOV_OK)
            fail_msg("%s: the offered call %s is refused: %s", r->arguments, call.fault.call,
                     again.fault.hint);
        call_free(&again);
    }
    call_free(&call);
}

void expect_recipe(const char *op, const char *arguments, struct op_reading reading,
                   const char *recipe, const char *note)
{
    struct call call;
    call_parse(&call, op, arguments, reading);
    if (call.status != FOV_OK)
        fail_msg("%s is refused: %s", arguments, call.fault.hint);
    assert_string_equal(call_recipe(&call), recipe);
    assert_string_equal(call.notes.text, note);
    call_free(&call);
}

/* ---- pictures ------------------------------------------------------------------------------- */

static void mean_of(const struct fov_pixels *px, fov_box box, uint8_t *out)
{
    int32_t x1 = (int32_t)box.x1, y1 = (int32_t)box.y1, x2 = (int32_t)box.x2, y2 = (int32_t)box.y2;
    x2 = x2 > x1 ? x2 : x1 + 1;
    y2 = y2 > y1 ? y2 : y1 + 1;
    for (int32_t c = 0; c < px->bands; c++) {
        uint64_t sum = 0, n = 0;
        for (int32_t y = y1; y < y2; y++) {
            for (int32_t x = x1; x < x2; x++, n++)
                sum += fov__pixels_row(px, y)[x * px->bands + c];
        }
        out[c] = (uint8_t)((sum + n / 2) / n);
    }
}

static fov_status canvas_render(fov_op_io *io, int32_t input, fov_box box, int32_t width,
                                int32_t height, struct fov_pixels **out, fov_error *err)
{
    struct canvas *canvas = io->user;
    const double sx = (box.x2 - box.x1) / width, sy = (box.y2 - box.y1) / height;
    assert_int_equal(input, 0);
    assert_true(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= io->in->width && box.y2 <= io->in->height);
    canvas->renders++;
    const fov_status rc = fov__pixels_new(out, io->ctx, width, height, canvas->px->bands, err);
    for (int32_t y = 0; rc == FOV_OK && y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            const fov_box from = {box.x1 + x * sx, box.y1 + y * sy, box.x1 + (x + 1) * sx,
                                  box.y1 + (y + 1) * sy};
            mean_of(canvas->px, from, fov__pixels_row(*out, y) + x * canvas->px->bands);
        }
    }
    return rc;
}

static fov_point canvas_to_source(fov_op_io *io, int32_t input, fov_point p)
{
    const struct canvas *canvas = io->user;
    assert_int_equal(input, 0);
    return fov__mat_apply(canvas->to_source, p);
}

void canvas_open(struct canvas *canvas, int32_t width, int32_t height, int32_t bands,
                 void (*paint)(uint8_t *pixel, int32_t x, int32_t y))
{
    memset(canvas, 0, sizeof(*canvas));
    assert_int_equal(fov__pixels_new(&canvas->px, the_context(), width, height, bands, NULL),
                     FOV_OK);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++)
            paint(fov__pixels_row(canvas->px, y) + x * bands, x, y);
    }
    canvas->frame = (fov_op_frame){width, height, bands == 4};
    canvas->to_source = fov__mat_identity();
    canvas->io.ctx = the_context();
    canvas->io.in = &canvas->frame;
    canvas->io.in_count = 1;
    canvas->io.render = canvas_render;
    canvas->io.to_source = canvas_to_source;
    canvas->io.user = canvas;
}

void canvas_close(struct canvas *canvas)
{
    fov__pixels_unref(canvas->px);
}

/* ---- goldens -------------------------------------------------------------------------------- */

void expect_golden(const char *name, const char *text, size_t len)
{
    char path[512];
    const char *update = getenv("FOV_UPDATE");
    fov_bytes file;
    fov_error err;
    snprintf(path, sizeof(path), "%s/golden/%s", FOV_TESTDATA, name);
    if (update != NULL && strcmp(update, "1") == 0) {
        char dir[512];
        snprintf(dir, sizeof(dir), "%s/golden", FOV_TESTDATA);
        assert_int_equal(fov__dir_make(dir, NULL), FOV_OK);
        snprintf(dir, sizeof(dir), "%s/golden/%.*s", FOV_TESTDATA, (int)(strchr(name, '/') - name),
                 name);
        assert_int_equal(fov__dir_make(dir, NULL), FOV_OK);
        assert_int_equal(fov__file_write(the_context(), path, text, len, false, NULL), FOV_OK);
        return;
    }
    if (fov__file_read(&file, the_context(), path, 1 << 24, &err) < 0)
        fail_msg("%s; make it with FOV_UPDATE=1 and look at it", err.message);
    if (file.size != len || memcmp(file.data, text, len) != 0) {
        size_t at = 0;
        while (at < len && at < file.size && file.data[at] == (uint8_t)text[at])
            at++;
        fail_msg("%s differs at byte %zu: golden \"%.80s\", now \"%.80s\"", name, at,
                 (const char *)file.data + at, text + at);
    }
    fov_bytes_free(&file);
}

uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}
