/* SPDX-License-Identifier: MIT */
/* Any bytes as a tool call's arguments: the first chooses operation, space and frame, the rest is
 * the JSON. Two laws are asserted: a recipe read again is itself, and an offered call is accepted.
 * Seeds: the call texts in testdata/golden/op. */
#include "op/op_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void recipe_holds(fov_context *ctx, const struct op_def *def, const void *args,
                         struct op_reading reading)
{
    static uint8_t again[32768];
    struct fov_json *doc = NULL;
    struct fov_buf first, second;
    struct fov_jw jw;
    struct op_notes notes;
    struct op_fault fault;
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

static void offer_holds(fov_context *ctx, const struct op_def *def,
                        const struct op_reading *reading, const char *call)
{
    static uint8_t args[32768];
    struct fov_json *doc = NULL;
    struct op_notes notes;
    struct op_fault fault;
    check(fov__json_parse(&doc, ctx, call, strlen(call), 32, 1 << 20, NULL) == FOV_OK);
    check(fov__op_args_parse(def, fov__json_root(doc), reading, args, &notes, &fault) == FOV_OK);
    fov__json_free(doc);
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
    struct op_fault fault;
    struct fov_json *doc = NULL;
    if (ctx == NULL && fov_context_new(&ctx, NULL, NULL) < 0)
        abort();
    if (size < 2)
        return 0;
    const struct op_def *def = fov__op_at(data[0] % 9);
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
    check((rc == FOV_OK) == (fault.code == FOV__FAULT_NONE));
    check(fov__utf8_valid(fault.hint, strlen(fault.hint)) &&
          fov__utf8_valid(fault.got, strlen(fault.got)));
    if (rc == FOV_OK)
        recipe_holds(ctx, def, args, reading);
    else if (fault.call[0] != '\0')
        offer_holds(ctx, def, &reading, fault.call);
    fov__json_free(doc);
    return 0;
}
