/* SPDX-License-Identifier: MIT */
/* Any bytes as a tool call's arguments: the first chooses operation, space and frame, the rest is
 * the JSON. Three laws are asserted: a recipe read again is itself, an offered call is accepted,
 * and the plain schema accepts exactly what the first stage of the validator accepts. Seeds: the
 * table's examples and the call texts in testdata/golden/op. */
#include "fuzz_support.h"

#include "op/op_internal.h"
#include "op/schema_check.h"

#define check(holds) fuzz_require(holds, #holds)

/* What is "auto" is written into a recipe as the number that `resolve` found. */
static bool is_resolved(const fov_op_def *def, const void *args)
{
    for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
        const double *member = (const void *)((const char *)args + p->offset);
        if ((p->flags & FOV_PARAM_AUTO) != 0 && *member != *member)
            return false;
    }
    return true;
}

static void recipe_holds(fov_context *ctx, const fov_op_def *def, const void *args,
                         struct op_reading reading)
{
    static uint8_t again[32768];
    struct fov_json *doc = NULL;
    struct fov_buf first, second;
    struct fov_jw jw;
    struct op_notes notes;
    fov_op_fault fault;
    fov__buf_init(&first, ctx, 1 << 20);
    fov__buf_init(&second, ctx, 1 << 20);
    fov__jw_init(&jw, &first);
    fov__op_args_write(&jw, NULL, def, args);
    check(first.status == FOV_OK);
    check(fov__json_parse(&doc, ctx, first.data, first.len, 32, 1 << 20, NULL) == FOV_OK);
    reading.space = FOV__SPACE_NODE_PX;
    reading.frame = FOV__FRAME_IMAGE;
    reading.allow_hidden = true;
    check(fov__op_args_parse(def, fov__json_root(doc), &reading, again, &notes, &fault) == FOV_OK);
    fov__jw_init(&jw, &second);
    fov__op_args_write(&jw, NULL, def, again);
    check(second.len == first.len && memcmp(second.data, first.data, first.len) == 0);
    fov__json_free(doc);
    fov__buf_free(&first);
    fov__buf_free(&second);
}

static void offer_holds(fov_context *ctx, const fov_op_def *def,
                        const struct op_reading *reading, const char *call)
{
    static uint8_t args[32768];
    struct fov_json *doc = NULL;
    struct op_notes notes;
    fov_op_fault fault;
    check(fov__json_parse(&doc, ctx, call, strlen(call), 32, 1 << 20, NULL) == FOV_OK);
    check(fov__op_args_parse(def, fov__json_root(doc), reading, args, &notes, &fault) == FOV_OK);
    fov__json_free(doc);
}

/* One schema is kept for each operation and way of reading: they are the same for every input. */
static const fov_json_value *schema_of(fov_context *ctx, size_t op, const fov_op_def *def,
                                       const struct op_reading *reading)
{
    enum { OPS_MAX = 64 };
    static struct fov_json *kept[OPS_MAX][6][2];
    struct fov_json **doc = &kept[op % OPS_MAX][reading->space][reading->frame];
    struct fov_buf buf;
    struct fov_jw jw;
    check(op < OPS_MAX);
    if (*doc == NULL) {
        fov__buf_init(&buf, ctx, 1 << 20);
        fov__jw_init(&jw, &buf);
        fov__op_schema_write(&jw, NULL, def, FOV__DIALECT_MCP, reading->space, reading->frame);
        check(buf.status == FOV_OK);
        check(fov__json_parse(doc, ctx, buf.data, buf.len, 32, 1 << 20, NULL) == FOV_OK);
        check(schema_fault(fov__json_root(*doc)) == NULL);
        fov__buf_free(&buf);
    }
    return fov__json_root(*doc);
}

static void schema_holds(fov_context *ctx, size_t op, const fov_op_def *def,
                         const fov_json_value *arguments, const struct op_reading *reading)
{
    static uint8_t args[32768];
    struct first_stage stage = {.args = args};
    first_stage_run(&stage, def, arguments, reading);
    const char *why =
        schema_disagrees(def, schema_of(ctx, op, def, reading), arguments, &stage);
    fuzz_require(why == NULL, why != NULL ? why : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fov_context *ctx;
    static uint8_t args[32768];
    struct op_reading reading = {.width = 800,
                                 .height = 557,
                                 .delivered_width = 400,
                                 .delivered_height = 279,
                                 .source_width = 1000,
                                 .source_height = 700,
                                 .has_source = true,
                                 .image_id = "img_1"};
    struct op_image_refs refs;
    struct op_notes notes;
    fov_op_fault fault;
    struct fov_json *doc = NULL;
    size_t count = 0;
    if (ctx == NULL)
        ctx = fuzz_context();
    if (size < 2)
        return 0;
    while (fov__op_at(NULL, count) != NULL)
        count++;
    const fov_op_def *def = fov__op_at(NULL, data[0] % count);
    reading.space = (enum fov__space)(data[1] % 6);
    reading.frame = (data[1] & 64) != 0 ? FOV__FRAME_SOURCE : FOV__FRAME_IMAGE;
    reading.allow_hidden = (data[1] & 128) != 0;
    reading.from_source = fov__mat_translate(-100, -70);
    check(def != NULL && def->args_size <= sizeof(args));
    if (fov__json_parse(&doc, ctx, (const char *)data + 2, size - 2, 32, 65536, NULL) < 0)
        return 0;
    fov__op_args_images(def, fov__json_root(doc), &refs, &fault);
    const fov_status rc =
        fov__op_args_parse(def, fov__json_root(doc), &reading, args, &notes, &fault);
    check((rc == FOV_OK) == (fault.code == FOV_FAULT_NONE));
    check(fov__utf8_valid(fault.hint, strlen(fault.hint)) &&
          fov__utf8_valid(fault.got, strlen(fault.got)));
    if (rc == FOV_OK && is_resolved(def, args))
        recipe_holds(ctx, def, args, reading);
    else if (fault.call[0] != '\0')
        offer_holds(ctx, def, &reading, fault.call);
    if (!reading.allow_hidden)
        schema_holds(ctx, data[0] % count, def, fov__json_root(doc), &reading);
    fov__json_free(doc);
    return 0;
}

/* An input of operation `op` in node pixels, nothing hidden. */
struct sink {
    fuzz_emit emit;
    void *user;
};

static void emit_text(const struct sink *sink, size_t op, const char *arguments, size_t len)
{
    char text[2048] = {(char)op, FOV__SPACE_NODE_PX};
    if (len > sizeof(text) - 2)
        return;
    memcpy(text + 2, arguments, len);
    sink->emit(text, len + 2, sink->user);
}

static void emit_call(size_t op, const char *name, const char *arguments, void *user)
{
    (void)name;
    emit_text(user, op, arguments, strlen(arguments));
}

/* A golden's line is "zoom {...} (node_px)"; the indented ones are answers. */
static void emit_golden(const struct sink *sink, const char *line, size_t len)
{
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const char *name = fov__op_at(NULL, i)->name;
        const size_t skip = strlen(name);
        if (len < skip + 2 || memcmp(line, name, skip) != 0 || line[skip] != ' ')
            continue;
        size_t end = len;
        while (end > skip + 1 && line[end - 1] != '(')
            end--;
        if (end > skip + 3)
            emit_text(sink, i, line + skip + 1, end - skip - 3);
    }
}

void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const char *const files[] = {FOV_TESTDATA "/golden/op/refused_args.txt",
                                        FOV_TESTDATA "/golden/op/refused_coordinates.txt"};
    struct sink sink = {emit, user};
    fov_context *ctx = fuzz_context();
    fuzz_each_call(emit_call, &sink);
    for (size_t i = 0; i < FOV_COUNT(files); i++) {
        fov_bytes text = {NULL, 0, NULL};
        check(fov__file_read(&text, ctx, files[i], 1 << 20, NULL) == FOV_OK);
        const char *line = (const char *)text.data, *end = line + text.size;
        while (line < end) {
            const char *stop = memchr(line, '\n', (size_t)(end - line));
            stop = stop != NULL ? stop : end;
            emit_golden(&sink, line, (size_t)(stop - line));
            line = stop + 1;
        }
        fov_bytes_free(&text);
    }
    fov_context_free(ctx);
}
