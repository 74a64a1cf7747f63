/* SPDX-License-Identifier: MIT */
/* What the validator refuses about members, numbers, words and colours, and what it offers
 * instead. */
#include "op/harness.h"

static const struct refusal refusals[] = {
    /* not an object */
    {"overview", "[1]", "BAD_TYPE", "overview", "{}"},
    {"zoom", "\"box\"", "BAD_TYPE", "zoom", "{\"box\":[0,0,800,557]}"},
    {"rotate", "90", "BAD_TYPE", "rotate", "{\"degrees\":90}"},
    /* missing */
    {"rotate", "{}", "MISSING_ARG", "rotate.degrees", "{\"degrees\":90}"},
    {"flip", "{\"axis\":null}", "MISSING_ARG", "flip.axis", "{\"axis\":\"horizontal\"}"},
    {"zoom", "{\"pad\":0.1}", "MISSING_ARG", "zoom.box", "{\"pad\":0.1,\"box\":[0,0,800,557]}"},
    {"zoom", "{\"box\":null}", "MISSING_ARG", "zoom.box", "{\"box\":[0,0,800,557]}"},
    /* numbers */
    {"rotate", "{\"degrees\":720}", "OUT_OF_RANGE", "rotate.degrees", "{\"degrees\":360}"},
    {"rotate", "{\"degrees\":-1e9}", "OUT_OF_RANGE", "rotate.degrees", "{\"degrees\":-360}"},
    {"rotate", "{\"degrees\":\"90\"}", "BAD_TYPE", "rotate.degrees", "{\"degrees\":90}"},
    {"rotate", "{\"degrees\":\"-7.5 degrees\"}", "BAD_TYPE", "rotate.degrees",
     "{\"degrees\":-7.5}"},
    {"rotate", "{\"degrees\":\"9000\"}", "BAD_TYPE", "rotate.degrees", "{\"degrees\":360}"},
    {"rotate", "{\"degrees\":\"left\"}", "BAD_TYPE", "rotate.degrees", "{\"degrees\":90}"},
    {"rotate", "{\"degrees\":[90]}", "BAD_TYPE", "rotate.degrees", "{\"degrees\":90}"},
    {"rotate", "{\"degrees\":true}", "BAD_TYPE", "rotate.degrees", "{\"degrees\":90}"},
    {"overview", "{\"max_edge\":400.5}", "BAD_TYPE", "overview.max_edge", "{\"max_edge\":400}"},
    {"overview", "{\"max_edge\":8192.5}", "OUT_OF_RANGE", "overview.max_edge",
     "{\"max_edge\":8192}"},
    {"overview", "{\"max_edge\":15}", "OUT_OF_RANGE", "overview.max_edge", "{\"max_edge\":16}"},
    {"overview", "{\"max_edge\":0}", "OUT_OF_RANGE", "overview.max_edge", "{\"max_edge\":16}"},
    {"overview", "{\"max_edge\":\"big\"}", "BAD_TYPE", "overview.max_edge", "{}"},
    {"overview", "{\"max_edge\":1e300}", "OUT_OF_RANGE", "overview.max_edge",
     "{\"max_edge\":8192}"},
    {"enhance", "{\"gamma\":0}", "OUT_OF_RANGE", "enhance.gamma", "{\"gamma\":0.1}"},
    {"enhance", "{\"denoise\":4}", "OUT_OF_RANGE", "enhance.denoise", "{\"denoise\":3}"},
    {"enhance", "{\"brightness\":-1.01}", "OUT_OF_RANGE", "enhance.brightness",
     "{\"brightness\":-1}"},
    {"mark", "{\"points\":[[1,1]],\"width\":0}", "OUT_OF_RANGE", "mark.width",
     "{\"points\":[[1,1]],\"width\":1}"},
    {"sample", "{\"points\":[[1,1]],\"radius\":51}", "OUT_OF_RANGE", "sample.radius",
     "{\"points\":[[1,1]],\"radius\":50}"},
    /* true and false */
    {"rotate", "{\"degrees\":5,\"expand\":\"false\"}", "BAD_TYPE", "rotate.expand",
     "{\"degrees\":5,\"expand\":false}"},
    {"rotate", "{\"degrees\":5,\"expand\":\"Yes\"}", "BAD_TYPE", "rotate.expand",
     "{\"degrees\":5,\"expand\":true}"},
    {"rotate", "{\"degrees\":5,\"expand\":0}", "BAD_TYPE", "rotate.expand",
     "{\"degrees\":5,\"expand\":false}"},
    {"rotate", "{\"degrees\":5,\"expand\":2}", "BAD_TYPE", "rotate.expand", "{\"degrees\":5}"},
    {"enhance", "{\"invert\":{}}", "BAD_TYPE", "enhance.invert", "{}"},
    /* choices */
    {"flip", "{\"axis\":\"Horizontal\"}", "OUT_OF_RANGE", "flip.axis", "{\"axis\":\"horizontal\"}"},
    {"flip", "{\"axis\":\"verticle\"}", "OUT_OF_RANGE", "flip.axis", "{\"axis\":\"vertical\"}"},
    {"flip", "{\"axis\":\"x\"}", "OUT_OF_RANGE", "flip.axis", "{\"axis\":\"horizontal\"}"},
    {"flip", "{\"axis\":1}", "BAD_TYPE", "flip.axis", "{\"axis\":\"horizontal\"}"},
    {"ocr", "{\"layout\":\"table\"}", "OUT_OF_RANGE", "ocr.layout", "{}"},
    {"ocr", "{\"layout\":\"lines\"}", "OUT_OF_RANGE", "ocr.layout", "{\"layout\":\"line\"}"},
    /* colours */
    {"mark", "{\"points\":[[1,1]],\"color\":\"Red\"}", "OUT_OF_RANGE", "mark.color",
     "{\"points\":[[1,1]],\"color\":\"red\"}"},
    {"mark", "{\"points\":[[1,1]],\"color\":\"grey\"}", "OUT_OF_RANGE", "mark.color",
     "{\"points\":[[1,1]],\"color\":\"gray\"}"},
    {"mark", "{\"points\":[[1,1]],\"color\":\"#12345\"}", "OUT_OF_RANGE", "mark.color",
     "{\"points\":[[1,1]]}"},
    {"mark", "{\"points\":[[1,1]],\"color\":\"#12345g\"}", "OUT_OF_RANGE", "mark.color",
     "{\"points\":[[1,1]]}"},
    {"mark", "{\"points\":[[1,1]],\"color\":[255,0,0]}", "BAD_TYPE", "mark.color",
     "{\"points\":[[1,1]]}"},
    /* text */
    {"zoom", "{\"box\":[0,0,9,9],\"label\":7}", "BAD_TYPE", "zoom.label", "{\"box\":[0,0,9,9]}"},
    {"zoom",
     "{\"box\":[0,0,9,9],\"label\":"
     "\"0123456789012345678901234567890123456789012345678901234567890123\"}",
     "OUT_OF_RANGE", "zoom.label",
     "{\"box\":[0,0,9,9],\"label\":"
     "\"012345678901234567890123456789012345678901234567890123456789012\"}"},
    {"zoom",
     "{\"box\":[0,0,9,9],\"label\":"
     "\"01234567890123456789012345678901234567890123456789012345678901\\u00e9\"}",
     "OUT_OF_RANGE", "zoom.label",
     "{\"box\":[0,0,9,9],\"label\":"
     "\"01234567890123456789012345678901234567890123456789012345678901\"}"},
    /* members */
    {"zoom", "{\"bbox\":[0,0,9,9]}", "UNKNOWN_ARG", "zoom.bbox", "{\"box\":[0,0,9,9]}"},
    {"zoom", "{\"Box\":[0,0,9,9]}", "UNKNOWN_ARG", "zoom.Box", "{\"box\":[0,0,9,9]}"},
    {"zoom", "{\"bbox_2D\":[9,9,0,0]}", "UNKNOWN_ARG", "zoom.bbox_2D", "{\"box\":[0,0,9,9]}"},
    {"zoom", "{\"box\":[0,0,9,9],\"zoom_level\":4}", "UNKNOWN_ARG", "zoom.zoom_level",
     "{\"box\":[0,0,9,9]}"},
    {"zoom", "{\"box\":[0,0,9,9],\"bbox_2d\":[0,0,9,9]}", "UNKNOWN_ARG", "zoom.bbox_2d",
     "{\"box\":[0,0,9,9]}"},
    {"rotate", "{\"angle\":90}", "UNKNOWN_ARG", "rotate.angle", "{\"degrees\":90}"},
    {"rotate", "{\"angle\":30}", "UNKNOWN_ARG", "rotate.angle", "{\"degrees\":30}"},
    {"zoom", "{\"region\":null,\"pad\":0.1}", "UNKNOWN_ARG", "zoom.region",
     "{\"pad\":0.1,\"box\":[0,0,800,557]}"},
    {"rotate", "{\"degree\":\"30\"}", "UNKNOWN_ARG", "rotate.degree", "{\"degrees\":30}"},
    {"rotate", "{\"degrees\":30,\"fill\":\"#ffffff\"}", "UNKNOWN_ARG", "rotate.fill",
     "{\"degrees\":30}"},
    {"list_images", "{\"image\":\"img_0\"}", "UNKNOWN_ARG", "list_images.image", "{}"},
    {"overview", "{\"images\":[\"img_0\"]}", "UNKNOWN_ARG", "overview.images", "{}"},
    {"zoom", "{\"box\":[0,0,9,9],\"frame\":\"original\"}", "OUT_OF_RANGE", "zoom.frame",
     "{\"box\":[0,0,9,9]}"},
    {"flip", "{\"axis\":\"both\",\"frame\":\"image\"}", "UNKNOWN_ARG", "flip.frame",
     "{\"axis\":\"both\"}"}, /* there is no place in it */
    {"zoom", "{\"box\":[0,0,9,9],\"frame\":1}", "BAD_TYPE", "zoom.frame", "{\"box\":[0,0,9,9]}"},
    /* several things at once: the first is told, all are mended */
    {"rotate", "{\"degrees\":\"30\",\"expand\":\"no\",\"speed\":1,\"image\":\"img_2\"}", "BAD_TYPE",
     "rotate.degrees", "{\"degrees\":30,\"expand\":false,\"image\":\"img_2\"}"},
    {"enhance", "{\"gamma\":9,\"contrast\":9,\"clahe\":null}", "OUT_OF_RANGE", "enhance.gamma",
     "{\"gamma\":5,\"contrast\":4}"},
};

static void op_args__refuses_and_offers_the_nearest_legal_call(void **state)
{
    struct fov_buf list;
    (void)state;
    fov__buf_init(&list, the_context(), 1 << 20);
    for (size_t i = 0; i < FOV_COUNT(refusals); i++)
        expect_refusal(&refusals[i], reading_px(800, 557), &list);
    assert_int_equal(list.status, FOV_OK);
    expect_golden("op/refused_args.txt", list.data, list.len);
    fov__buf_free(&list);
}

static void op_args__gives_the_whole_fault_as_json(void **state)
{
    struct call call;
    struct fov_buf buf;
    struct fov_jw jw;
    (void)state;
    call_parse(&call, "rotate", "{\"degrees\":720}", reading_px(800, 557));
    fov__buf_init(&buf, the_context(), 4096);
    fov__jw_init(&jw, &buf);
    fov__fault_write(&jw, NULL, &call.fault, "img_0", 800, 557);
    assert_string_equal(
        buf.data,
        "{\"code\":\"OUT_OF_RANGE\",\"field\":\"rotate.degrees\",\"got\":\"720\","
        "\"allowed\":\"-360 to 360 degrees\",\"hint\":\"degrees must be -360 to 360 degrees.\","
        "\"call\":{\"degrees\":360},"
        "\"image\":{\"id\":\"img_0\",\"width\":800,\"height\":557}}");
    fov__buf_free(&buf);
    call_free(&call);
}

static void op_args__names_the_image_in_the_offered_call(void **state)
{
    struct op_reading reading = reading_px(800, 557);
    struct call call;
    (void)state;
    reading.image_id = "img_3";
    call_parse(&call, "rotate", "{\"degrees\":720}", reading);
    assert_string_equal(call.fault.call, "{\"image\":\"img_3\",\"degrees\":360}");
    call_free(&call);
    call_parse(&call, "rotate", "{\"degrees\":720,\"img_idx\":3}", reading);
    assert_string_equal(call.fault.call, "{\"degrees\":360,\"img_idx\":3}");
    call_free(&call);
}

static void op_args__leaves_the_call_out_when_it_would_not_fit(void **state)
{
    char text[4000] = "{\"points\":[[900,1]";
    struct call call;
    (void)state;
    for (int i = 0; i < 63; i++)
        strcat(text, ",[123.25,456.75]");
    strcat(text, "]}");
    call_parse(&call, "sample", text, reading_px(800, 557));
    assert_int_equal(call.fault.code, FOV_FAULT_OUT_OF_RANGE);
    assert_string_equal(call.fault.call, "");
    call_free(&call);
}

static void op_args__fills_in_defaults_and_drops_them_from_the_recipe(void **state)
{
    const struct op_reading r = reading_px(800, 557);
    (void)state;
    expect_recipe("rotate", "{\"degrees\":90}", r, "{\"degrees\":90}", "");
    expect_recipe("rotate", "{\"expand\":true,\"degrees\":90.0}", r, "{\"degrees\":90}", "");
    expect_recipe("rotate", "{\"expand\":null,\"degrees\":-0.0}", r, "{\"degrees\":0}", "");
    expect_recipe("rotate", "{\"expand\":false,\"degrees\":12.5}", r,
                  "{\"degrees\":12.5,\"expand\":false}", "");
    expect_recipe("overview", NULL, r, "{}", "");
    expect_recipe("overview", "null", r, "{}", "");
    expect_recipe("overview", "{\"image\":\"img_0\"}", r, "{}", "");
    expect_recipe("mark", "{\"points\":[[1,1]],\"color\":\"red\",\"width\":3,\"boxes\":[]}", r,
                  "{\"points\":[[1,1]]}", "");
    expect_recipe("mark", "{\"points\":[[1,1]],\"color\":\"#FF8000\"}", r,
                  "{\"points\":[[1,1]],\"color\":\"#ff8000\"}", "");
    expect_recipe("mark", "{\"points\":[[1,1]],\"color\":\"orange\"}", r,
                  "{\"points\":[[1,1]],\"color\":\"#ff8000\"}", "");
    expect_recipe("enhance",
                  "{\"contrast\":1,\"gamma\":1,\"brightness\":0,\"denoise\":0,\"invert\":false}", r,
                  "{}", "");
    expect_recipe("ocr", "{\"layout\":\"sparse\"}", r, "{}", "");
}

static void op_args__orders_the_recipe_by_the_table(void **state)
{
    (void)state;
    expect_recipe("enhance", "{\"invert\":true,\"gamma\":2,\"brightness\":0.5}", reading_px(10, 10),
                  "{\"brightness\":0.5,\"gamma\":2,\"invert\":true}", "");
}

static void op_args__keeps_remarks_out_of_the_recipe(void **state)
{
    (void)state;
    expect_recipe("zoom", "{\"label\":\"legend\",\"bbox_2d\":[1,2,3,4]}", reading_px(10, 10),
                  "{\"box\":[1,2,3,4]}", "");
}

static void op_args__takes_hidden_parameters_from_recipes_only(void **state)
{
    struct op_reading r = reading_px(800, 557);
    (void)state;
    r.allow_hidden = true;
    expect_recipe("rotate", "{\"degrees\":5,\"fill\":\"#ffffff\"}", r,
                  "{\"degrees\":5,\"fill\":\"#ffffff\"}", "");
    expect_recipe("enhance", "{\"autocontrast\":true,\"black\":0,\"white\":255}", r,
                  "{\"autocontrast\":true,\"black\":0,\"white\":255}", "");
}

static void op_args__refuses_coordinates_of_an_original_that_is_not_there(void **state)
{
    struct op_reading r = reading_px(800, 557);
    (void)state;
    r.has_source = false;
    const struct refusal asked = {"zoom", "{\"box\":[0,0,9,9],\"frame\":\"source\"}", "UNSUPPORTED",
                                  "zoom.frame", ""};
    expect_refusal(&asked, r, NULL);
}

/* ---- images --------------------------------------------------------------------------------- */

static fov_status images(const char *op, const char *arguments, struct op_image_refs *refs,
                         fov_op_fault *fault)
{
    struct fov_json *doc = NULL;
    assert_int_equal(
        fov__json_parse(&doc, the_context(), arguments, strlen(arguments), 32, 65536, NULL),
        FOV_OK);
    const fov_status rc =
        fov__op_args_images(fov__op_find(NULL, op), fov__json_root(doc), refs, fault);
    fov__json_free(doc);
    return rc;
}

static void op_args__reads_the_name_of_the_image(void **state)
{
    static const char *const cases[][2] = {
        {"{}", ""},
        {"{\"image\":null}", ""},
        {"{\"image\":\"img_4\"}", "img_4"},
        {"{\"image\":4}", "img_4"},
        {"{\"img_idx\":0}", "img_0"},
        {"{\"image\":\"original\"}", "original"},
        {"{\"image\":\"observation_2\"}", "observation_2"},
        {"{\"image\":null,\"img_idx\":7}", "img_7"},
    };
    struct op_image_refs refs;
    fov_op_fault fault;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        assert_int_equal(images("zoom", cases[i][0], &refs, &fault), FOV_OK);
        assert_int_equal(refs.count, 1);
        assert_string_equal(refs.name[0], cases[i][1]);
    }
    assert_int_equal(images("list_images", "{}", &refs, &fault), FOV_OK);
    assert_int_equal(refs.count, 0);
}

static void op_args__refuses_what_is_no_name_of_an_image(void **state)
{
    static const struct {
        const char *arguments, *code, *field, *call;
    } cases[] = {
        {"{\"image\":true,\"pad\":0.1}", "BAD_TYPE", "zoom.image", "{\"pad\":0.1}"},
        {"{\"image\":-1}", "UNKNOWN_IMAGE", "zoom.image", "{}"},
        {"{\"image\":1.5}", "UNKNOWN_IMAGE", "zoom.image", "{}"},
        {"{\"img_idx\":1e12}", "UNKNOWN_IMAGE", "zoom.img_idx", "{}"},
        {"{\"image\":\"the picture at the very top of the page\"}", "UNKNOWN_IMAGE", "zoom.image",
         "{}"},
        {"{\"image\":\"img_0\",\"img_idx\":0}", "UNKNOWN_ARG", "zoom.img_idx",
         "{\"image\":\"img_0\"}"},
    };
    struct op_image_refs refs;
    fov_op_fault fault;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        assert_int_equal(images("zoom", cases[i].arguments, &refs, &fault), FOV_E_ARG);
        assert_string_equal(fov__fault_name(fault.code), cases[i].code);
        assert_string_equal(fault.field, cases[i].field);
        assert_string_equal(fault.call, cases[i].call);
    }
}

/* An operation on several images, which the table does not have yet. */
static void op_args__reads_several_images(void **state)
{
    static const fov_op_param_row params[] = {FOV_OP_END};
    static const fov_op_def pair = {.name = "pair",
                                    .input_min = 2,
                                    .input_max = 2,
                                    .params = params,
                                    .args_size = sizeof(fov_op_args_head)};
    static const char text[] = "{\"images\":[\"img_1\",2]}", many[] = "{\"images\":[1,2,3]}";
    struct op_image_refs refs;
    fov_op_fault fault;
    struct fov_json *doc = NULL;
    (void)state;
    assert_int_equal(fov__json_parse(&doc, the_context(), text, strlen(text), 32, 999, NULL),
                     FOV_OK);
    assert_int_equal(fov__op_args_images(&pair, fov__json_root(doc), &refs, &fault), FOV_OK);
    assert_int_equal(refs.count, 2);
    assert_string_equal(refs.name[0], "img_1");
    assert_string_equal(refs.name[1], "img_2");
    fov__json_free(doc);
    assert_int_equal(fov__json_parse(&doc, the_context(), many, strlen(many), 32, 999, NULL),
                     FOV_OK);
    assert_true(fov__op_args_images(&pair, fov__json_root(doc), &refs, &fault) < 0);
    assert_string_equal(fault.field, "pair.images");
    assert_string_equal(fault.call, "{\"images\":[1,2]}");
    fov__json_free(doc);
    assert_int_equal(fov__json_parse(&doc, the_context(), "{\"images\":[1]}", 14, 32, 999, NULL),
                     FOV_OK);
    assert_true(fov__op_args_images(&pair, fov__json_root(doc), &refs, &fault) < 0);
    assert_int_equal(fault.code, FOV_FAULT_OUT_OF_RANGE);
    assert_string_equal(fault.got, "[1]");
    assert_string_equal(fault.allowed, "2 to 2 ids");
    fov__json_free(doc);
    assert_true(fov__op_args_images(&pair, NULL, &refs, &fault) < 0);
    assert_int_equal(fault.code, FOV_FAULT_MISSING_ARG);
}

int suite_op_args(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_args__refuses_and_offers_the_nearest_legal_call),
        cmocka_unit_test(op_args__gives_the_whole_fault_as_json),
        cmocka_unit_test(op_args__names_the_image_in_the_offered_call),
        cmocka_unit_test(op_args__leaves_the_call_out_when_it_would_not_fit),
        cmocka_unit_test(op_args__fills_in_defaults_and_drops_them_from_the_recipe),
        cmocka_unit_test(op_args__orders_the_recipe_by_the_table),
        cmocka_unit_test(op_args__keeps_remarks_out_of_the_recipe),
        cmocka_unit_test(op_args__takes_hidden_parameters_from_recipes_only),
        cmocka_unit_test(op_args__refuses_coordinates_of_an_original_that_is_not_there),
        cmocka_unit_test(op_args__reads_the_name_of_the_image),
        cmocka_unit_test(op_args__refuses_what_is_no_name_of_an_image),
        cmocka_unit_test(op_args__reads_several_images),
    };
    return cmocka_run_group_tests_name("op_args", tests, NULL, NULL);
}
