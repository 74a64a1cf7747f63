/* SPDX-License-Identifier: MIT */
/* Coordinates: six spaces, two frames, one meaning for each number. */
#include "op/harness.h"

/* Delivered at half the size, 500x250 of 1000x500. */
static struct op_reading delivered(void)
{
    struct op_reading r = reading_in(FOV__SPACE_DELIVERED_PX, 1000, 500);
    r.delivered_width = 500;
    r.delivered_height = 250;
    return r;
}

/* The named image is the part [200,100,600,300) of a source of 1000x500. */
static struct op_reading crop_of_source(enum fov__space space)
{
    struct op_reading r = reading_in(space, 400, 200);
    r.source_width = 1000;
    r.source_height = 500;
    r.from_source = fov__mat_translate(-200, -100);
    r.frame = FOV__FRAME_SOURCE;
    return r;
}

static void op_coord__rounds_outwards(void **state)
{
    const struct op_reading r = reading_px(1000, 500);
    (void)state;
    expect_recipe("zoom", "{\"box\":[10.2,20,50.9,60.5]}", r, "{\"box\":[10,20,51,61]}", "");
    expect_recipe("zoom", "{\"box\":[10,20,50,60]}", r, "{\"box\":[10,20,50,60]}", "");
    expect_recipe("zoom", "{\"box\":[9.9999999,20,50.0000001,60]}", r, "{\"box\":[10,20,50,60]}",
                  "");
    expect_recipe("zoom", "{\"box\":[9.99,20,50.01,60]}", r, "{\"box\":[9,20,51,60]}", "");
    expect_recipe("zoom", "{\"box\":[10.4,20.4,10.6,20.6]}", r, "{\"box\":[10,20,11,21]}", "");
}

static void op_coord__cuts_at_the_image_and_says_so(void **state)
{
    const struct op_reading r = reading_px(800, 557);
    (void)state;
    expect_recipe("zoom", "{\"box\":[700,500,900,600]}", r, "{\"box\":[700,500,800,557]}",
                  "box cut to the image: [700,500,800,557]");
    expect_recipe("zoom", "{\"bbox_2d\":[-5,-5,10,10]}", r, "{\"box\":[0,0,10,10]}",
                  "bbox_2d cut to the image: [0,0,10,10]");
    expect_recipe("zoom", "{\"box\":[0,0,800,557]}", r, "{\"box\":[0,0,800,557]}", "");
    expect_recipe("zoom", "{\"box\":[0,0,800.0000001,557]}", r, "{\"box\":[0,0,800,557]}", "");
    expect_recipe("mark", "{\"boxes\":[[1,1,2,2],[790,550,810,560]]}", r,
                  "{\"boxes\":[[1,1,2,2],[790,550,800,557]]}",
                  "boxes[1] cut to the image: [790,550,800,557]");
    struct op_reading half = delivered();
    expect_recipe("zoom", "{\"box\":[400,200,600,300]}", half, "{\"box\":[800,400,1000,500]}",
                  "box cut to the image: [400,200,500,250]");
}

static void op_coord__reads_each_space(void **state)
{
    static const char box[] = "{\"box\":[100,200,300,400]}";
    (void)state;
    expect_recipe("zoom", box, reading_px(1000, 500), box, "");
    expect_recipe("zoom", "{\"box\":[50,100,150,200]}", delivered(), box, "");
    expect_recipe("zoom", "{\"box\":[100,400,300,800]}", reading_in(FOV__SPACE_N1000, 1000, 500),
                  box, "");
    expect_recipe("zoom", "{\"box\":[400,100,800,300]}", reading_in(FOV__SPACE_N1000YX, 1000, 500),
                  box, "");
    expect_recipe("zoom", "{\"box\":[0.1,0.4,0.3,0.8]}", reading_in(FOV__SPACE_N1, 1000, 500), box,
                  "");
    expect_recipe("zoom", "{\"box\":[0,0,999,999]}", reading_in(FOV__SPACE_N999, 1000, 500),
                  "{\"box\":[0,0,1000,500]}", "");
    expect_recipe("zoom", "{\"box\":[99.9,399.6,299.7,799.2]}",
                  reading_in(FOV__SPACE_N999, 1000, 500), box, "");
}

static void op_coord__swaps_points_and_lines_where_y_comes_first(void **state)
{
    const struct op_reading r = reading_in(FOV__SPACE_N1000YX, 1000, 500);
    (void)state;
    expect_recipe("mark",
                  "{\"points\":[[1000,100]],\"lines\":[[0,10,1000,20]],"
                  "\"labels\":[{\"at\":[500,1],\"text\":\"a\"}],\"boxes\":[[0,1,2,3]]}",
                  r,
                  "{\"boxes\":[[1,0,3,1]],\"points\":[[100,500]],\"lines\":[[10,0,20,500]],"
                  "\"labels\":[{\"at\":[1,250],\"text\":\"a\"}]}",
                  "");
}

static void op_coord__never_guesses_from_magnitude(void **state)
{
    (void)state;
    /* Fractions in pixels are a fraction of a pixel; pixels in 0-1000 beyond 1000 are refused. */
    expect_recipe("zoom", "{\"box\":[0.1,0.1,0.9,0.9]}", reading_px(1000, 500),
                  "{\"box\":[0,0,1,1]}", "");
    expect_recipe("zoom", "{\"box\":[0,0,1,1]}", reading_in(FOV__SPACE_N1000, 1000, 500),
                  "{\"box\":[0,0,1,1]}", "");
}

static void op_coord__maps_the_frame_of_the_source(void **state)
{
    struct op_reading r = crop_of_source(FOV__SPACE_NODE_PX);
    (void)state;
    expect_recipe("zoom", "{\"box\":[300,150,400,200]}", r, "{\"box\":[100,50,200,100]}", "");
    expect_recipe("zoom", "{\"box\":[100,50,400,200]}", r, "{\"box\":[0,0,200,100]}",
                  "box cut to the image: [200,100,400,200]");
    expect_recipe("zoom", "{\"frame\":\"image\",\"box\":[100,50,200,100]}", r,
                  "{\"box\":[100,50,200,100]}", "");
    expect_recipe("zoom", "{\"box\":[300,300,400,400]}", crop_of_source(FOV__SPACE_N1000),
                  "{\"box\":[100,50,200,100]}", "");
    expect_recipe("sample", "{\"points\":[[200,100],[600,300]]}", r,
                  "{\"points\":[[0,0],[400,200]]}", "");
    /* A quarter turn: the bounding box of the mapped corners. */
    struct op_reading turned = reading_px(500, 1000);
    turned.source_width = 1000;
    turned.source_height = 500;
    turned.frame = FOV__FRAME_SOURCE;
    turned.from_source = fov__mat_mul(fov__mat_translate(500, 0), fov__mat_rotate(90));
    expect_recipe("zoom", "{\"box\":[0,0,100,50]}", turned, "{\"box\":[450,0,500,100]}", "");
}

static const struct refusal px[] = {
    {"zoom", "{\"box\":[500,450,100,200]}", "EMPTY_BOX", "zoom.box", "{\"box\":[100,200,500,450]}"},
    {"zoom", "{\"box\":[500,200,100,450],\"pad\":0.2}", "EMPTY_BOX", "zoom.box",
     "{\"box\":[100,200,500,450],\"pad\":0.2}"},
    {"zoom", "{\"box\":[100,100,100,100]}", "EMPTY_BOX", "zoom.box", "{\"box\":[100,100,101,101]}"},
    {"zoom", "{\"box\":[800,0,800,10]}", "EMPTY_BOX", "zoom.box", "{\"box\":[799,0,800,10]}"},
    {"zoom", "{\"box\":[10,10,10.0000001,20]}", "EMPTY_BOX", "zoom.box", "{\"box\":[10,10,11,20]}"},
    {"zoom", "{\"box\":[900,100,1000,200]}", "OUT_OF_RANGE", "zoom.box",
     "{\"box\":[700,100,800,200]}"},
    {"zoom", "{\"box\":[-300,-300,-100,-100]}", "OUT_OF_RANGE", "zoom.box",
     "{\"box\":[0,0,200,200]}"},
    {"zoom", "{\"box\":[5000,0,9000,100]}", "OUT_OF_RANGE", "zoom.box", "{\"box\":[0,0,800,100]}"},
    {"zoom", "{\"box\":[1e300,0,1.5e300,100]}", "OUT_OF_RANGE", "zoom.box",
     "{\"box\":[0,0,800,100]}"},
    {"zoom", "{\"box\":[800,0,900,10]}", "OUT_OF_RANGE", "zoom.box", "{\"box\":[700,0,800,10]}"},
    {"zoom", "{\"box\":[1,2,3]}", "BAD_TYPE", "zoom.box", "{\"box\":[0,0,800,557]}"},
    {"zoom", "{\"box\":[1,2,\"3\",4]}", "BAD_TYPE", "zoom.box[2]", "{\"box\":[1,2,3,4]}"},
    {"zoom", "{\"box\":[1,2,null,4]}", "BAD_TYPE", "zoom.box[2]", "{\"box\":[0,0,800,557]}"},
    {"zoom", "{\"box\":\"[1, 2, 30, 40]\"}", "BAD_TYPE", "zoom.box", "{\"box\":[1,2,30,40]}"},
    {"zoom", "{\"box\":\"30,40,1,2\"}", "BAD_TYPE", "zoom.box", "{\"box\":[1,2,30,40]}"},
    {"zoom", "{\"box\":\"x1=1, y1=2, x2=30, y2=40\"}", "BAD_TYPE", "zoom.box",
     "{\"box\":[1,2,30,40]}"},
    {"zoom", "{\"box\":\"top left\"}", "BAD_TYPE", "zoom.box", "{\"box\":[0,0,800,557]}"},
    {"zoom", "{\"box\":{\"x1\":1,\"y1\":2,\"x2\":30,\"y2\":40}}", "BAD_TYPE", "zoom.box",
     "{\"box\":[1,2,30,40]}"},
    {"zoom", "{\"box\":[[1,2],[30,40]]}", "BAD_TYPE", "zoom.box", "{\"box\":[1,2,30,40]}"},
    {"zoom", "{\"box\":[[1,2,30,40]]}", "BAD_TYPE", "zoom.box", "{\"box\":[1,2,30,40]}"},
    {"zoom", "{\"box\":7}", "BAD_TYPE", "zoom.box", "{\"box\":[0,0,800,557]}"},
    {"sample", "{\"points\":[[801,10]]}", "OUT_OF_RANGE", "sample.points[0]",
     "{\"points\":[[800,10]]}"},
    {"sample", "{\"points\":[[1,1],[-3,999]]}", "OUT_OF_RANGE", "sample.points[1]",
     "{\"points\":[[1,1],[0,557]]}"},
    {"sample", "{\"points\":[10,20]}", "BAD_TYPE", "sample.points", "{\"points\":[[10,20]]}"},
    {"sample", "{\"points\":[900,20]}", "BAD_TYPE", "sample.points", "{\"points\":[[800,20]]}"},
    {"sample", "{\"points\":[[10,20,30]]}", "BAD_TYPE", "sample.points[0]",
     "{\"points\":[[400,278.5]]}"},
    {"sample", "{\"points\":[{\"x\":3,\"y\":4}]}", "BAD_TYPE", "sample.points[0]",
     "{\"points\":[[3,4]]}"},
    {"sample", "{\"points\":[[1,\"2\"]]}", "BAD_TYPE", "sample.points[0][1]",
     "{\"points\":[[1,2]]}"},
    {"sample", "{\"points\":\"1,2\"}", "BAD_TYPE", "sample.points", ""},
    {"mark", "{\"boxes\":[10,20,30,40]}", "BAD_TYPE", "mark.boxes", "{\"boxes\":[[10,20,30,40]]}"},
    {"mark", "{\"boxes\":[[1,1,2,2],[9,9,3,3]]}", "EMPTY_BOX", "mark.boxes[1]",
     "{\"boxes\":[[1,1,2,2],[3,3,9,9]]}"},
    {"mark", "{\"lines\":[[0,0,900,10]]}", "OUT_OF_RANGE", "mark.lines[0]",
     "{\"lines\":[[0,0,800,10]]}"},
    {"mark", "{\"arrows\":[[0,0,900]]}", "BAD_TYPE", "mark.arrows[0]",
     "{\"arrows\":[[0,0,800,557]]}"},
    {"mark", "{\"labels\":[{\"at\":[1,1]}]}", "BAD_TYPE", "mark.labels[0]", ""},
    {"mark", "{\"labels\":{\"at\":[1,1],\"text\":\"a\"}}", "BAD_TYPE", "mark.labels",
     "{\"labels\":[{\"at\":[1,1],\"text\":\"a\"}]}"},
    {"mark", "{\"labels\":[{\"at\":[1,1],\"text\":\"a\",\"size\":3}]}", "UNKNOWN_ARG",
     "mark.labels[0].size", "{\"labels\":[{\"at\":[1,1],\"text\":\"a\"}]}"},
    {"mark", "{\"labels\":[{\"at\":[1,900],\"text\":\"a\"}]}", "OUT_OF_RANGE", "mark.labels[0].at",
     "{\"labels\":[{\"at\":[1,557],\"text\":\"a\"}]}"},
    {"mark", "{\"labels\":[{\"at\":\"1\",\"text\":\"a\"}]}", "BAD_TYPE", "mark.labels[0].at",
     "{\"labels\":[{\"at\":[400,278.5],\"text\":\"a\"}]}"},
    {"mark",
     "{\"labels\":[{\"at\":[1,1],\"text\":"
     "\"0123456789012345678901234567890123456789012345678901234567890123\"}]}",
     "OUT_OF_RANGE", "mark.labels[0].text",
     "{\"labels\":[{\"at\":[1,1],\"text\":"
     "\"012345678901234567890123456789012345678901234567890123456789012\"}]}"},
};

static const struct refusal n1000[] = {
    {"zoom", "{\"box\":[100,100,1200,300]}", "OUT_OF_RANGE", "zoom.box[2]",
     "{\"box\":[100,100,1000,300]}"},
    {"zoom", "{\"box\":[-1,100,200,300]}", "OUT_OF_RANGE", "zoom.box[0]",
     "{\"box\":[0,100,200,300]}"},
    {"zoom", "{\"box\":[1100,0,1200,100]}", "OUT_OF_RANGE", "zoom.box[0]",
     "{\"box\":[900,0,1000,100]}"},
    {"zoom", "{\"box\":[300,300,100,100]}", "EMPTY_BOX", "zoom.box", "{\"box\":[100,100,300,300]}"},
    {"zoom", "{\"box\":[1000,0,1000,100]}", "EMPTY_BOX", "zoom.box", "{\"box\":[999,0,1000,100]}"},
    {"sample", "{\"points\":[[1001,5]]}", "OUT_OF_RANGE", "sample.points[0][0]",
     "{\"points\":[[1000,5]]}"},
    {"mark", "{\"lines\":[[0,0,5,-5]]}", "OUT_OF_RANGE", "mark.lines[0][3]",
     "{\"lines\":[[0,0,5,0]]}"},
    {"zoom", "{\"box\":\"all\"}", "BAD_TYPE", "zoom.box", "{\"box\":[0,0,1000,1000]}"},
};

static const struct refusal yx[] = {
    {"zoom", "{\"box\":[100,100,300,1200]}", "OUT_OF_RANGE", "zoom.box[3]",
     "{\"box\":[100,100,300,1000]}"},
    {"zoom", "{\"box\":[-4,100,300,200]}", "OUT_OF_RANGE", "zoom.box[0]",
     "{\"box\":[0,100,300,200]}"},
    {"zoom", "{\"box\":[300,100,100,200]}", "EMPTY_BOX", "zoom.box", "{\"box\":[100,100,300,200]}"},
    {"sample", "{\"points\":[[5,1001]]}", "OUT_OF_RANGE", "sample.points[0][1]",
     "{\"points\":[[5,1000]]}"},
    {"zoom", "{\"box\":{\"x1\":1,\"y1\":2,\"x2\":30,\"y2\":40}}", "BAD_TYPE", "zoom.box",
     "{\"box\":[2,1,40,30]}"},
};

static const struct refusal n1[] = {
    {"zoom", "{\"box\":[10,20,30,40]}", "OUT_OF_RANGE", "zoom.box[0]", "{\"box\":[0,0,1,1]}"},
    {"zoom", "{\"box\":[0.5,0.5,0.2,0.2]}", "EMPTY_BOX", "zoom.box", "{\"box\":[0.2,0.2,0.5,0.5]}"},
    {"zoom", "{\"box\":[0.5,0.5,0.5,0.6]}", "EMPTY_BOX", "zoom.box",
     "{\"box\":[0.5,0.5,0.51,0.6]}"},
    {"sample", "{\"points\":[[1.01,0.5]]}", "OUT_OF_RANGE", "sample.points[0][0]",
     "{\"points\":[[1,0.5]]}"},
};

static const struct refusal source[] = {
    {"zoom", "{\"box\":[700,350,800,400]}", "OUT_OF_RANGE", "zoom.box",
     "{\"box\":[200,100,600,300]}"},
    {"zoom", "{\"box\":[1200,350,1300,400]}", "OUT_OF_RANGE", "zoom.box",
     "{\"box\":[200,100,600,300]}"},
    {"sample", "{\"points\":[[100,200]]}", "OUT_OF_RANGE", "sample.points[0]",
     "{\"points\":[[200,200]]}"},
    {"zoom", "{\"box\":\"x\"}", "BAD_TYPE", "zoom.box", "{\"box\":[200,100,600,300]}"},
};

static void run(const struct refusal *cases, size_t n, struct op_reading reading,
                struct fov_buf *list)
{
    for (size_t i = 0; i < n; i++)
        expect_refusal(&cases[i], reading, list);
}

static void op_coord__refuses_and_offers_in_the_callers_own_space(void **state)
{
    struct fov_buf list;
    (void)state;
    fov__buf_init(&list, the_context(), 1 << 20);
    run(px, FOV_COUNT(px), reading_px(800, 557), &list);
    run(n1000, FOV_COUNT(n1000), reading_in(FOV__SPACE_N1000, 800, 557), &list);
    run(yx, FOV_COUNT(yx), reading_in(FOV__SPACE_N1000YX, 800, 557), &list);
    run(n1, FOV_COUNT(n1), reading_in(FOV__SPACE_N1, 800, 557), &list);
    run(source, FOV_COUNT(source), crop_of_source(FOV__SPACE_NODE_PX), &list);
    assert_int_equal(list.status, FOV_OK);
    expect_golden("op/refused_coordinates.txt", list.data, list.len);
    fov__buf_free(&list);
}

static void op_coord__limits_lists(void **state)
{
    char text[2000] = "{\"points\":[[1,1]";
    struct call call;
    (void)state;
    for (int i = 0; i < 63; i++)
        strcat(text, ",[1,2]");
    const size_t full = strlen(text);
    strcat(text, "]}");
    call_parse(&call, "sample", text, reading_px(9, 9));
    assert_int_equal(call.status, FOV_OK);
    call_free(&call);
    text[full] = '\0';
    strcat(text, ",[3,3]]}");
    call_parse(&call, "sample", text, reading_px(9, 9));
    assert_int_equal(call.fault.code, FOV_FAULT_OUT_OF_RANGE);
    assert_string_equal(call.fault.field, "sample.points");
    text[full] = '\0';
    strcat(text, "]}");
    assert_string_equal(call.fault.call, text);
    call_free(&call);
}

int suite_op_coord(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_coord__rounds_outwards),
        cmocka_unit_test(op_coord__cuts_at_the_image_and_says_so),
        cmocka_unit_test(op_coord__reads_each_space),
        cmocka_unit_test(op_coord__swaps_points_and_lines_where_y_comes_first),
        cmocka_unit_test(op_coord__never_guesses_from_magnitude),
        cmocka_unit_test(op_coord__maps_the_frame_of_the_source),
        cmocka_unit_test(op_coord__refuses_and_offers_in_the_callers_own_space),
        cmocka_unit_test(op_coord__limits_lists),
    };
    return cmocka_run_group_tests_name("op_coord", tests, NULL, NULL);
}
