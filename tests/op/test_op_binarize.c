/* SPDX-License-Identifier: MIT */
/* Black and white by each method and channel, against definitions written out slowly. */
#include "op/pixels.h"

static void noise(uint8_t *pixel, int32_t x, int32_t y)
{
    uint32_t seed = (uint32_t)(x * 7919 + y * 104729 + 1);
    next_random(&seed);
    const uint32_t r = next_random(&seed);
    pixel[0] = (uint8_t)r;
    pixel[1] = (uint8_t)(r >> 8);
    pixel[2] = (uint8_t)(r >> 16);
}

static void clear_noise(uint8_t *pixel, int32_t x, int32_t y)
{
    noise(pixel, x, y);
    pixel[3] = (uint8_t)(x * 9 + y * 5);
}

/* Print of level 60 to 69 on paper of 180 to 199. */
static void page(uint8_t *pixel, int32_t x, int32_t y)
{
    const bool is_ink = x % 8 < 2;
    pixel[0] = pixel[1] = pixel[2] = (uint8_t)(is_ink ? 60 + y % 10 : 180 + (x + y) % 20);
}

/* Paper that darkens from 220 to 90 from left to right, print 40 below it. */
static void shadow(uint8_t *pixel, int32_t x, int32_t y)
{
    const int paper = 220 - 130 * x / 200;
    pixel[0] = pixel[1] = pixel[2] = (uint8_t)(x % 10 < 2 && y % 20 < 15 ? paper - 40 : paper);
}

static void flat(uint8_t *pixel, int32_t x, int32_t y)
{
    (void)x;
    (void)y;
    pixel[0] = pixel[1] = pixel[2] = 90;
}

static int channel_of(const uint8_t *p, int32_t bands, const char *channel)
{
    int v[3], high = 0, low = 255;
    for (int c = 0; c < 3; c++) {
        v[c] = bands == 4 ? (p[c] * p[3] + 255 * (255 - p[3]) + 127) / 255 : p[c];
        high = v[c] > high ? v[c] : high;
        low = v[c] < low ? v[c] : low;
    }
    if (strcmp(channel, "red") == 0)
        return v[0];
    if (strcmp(channel, "green") == 0)
        return v[1];
    if (strcmp(channel, "blue") == 0)
        return v[2];
    if (strcmp(channel, "saturation") == 0)
        return high - low;
    return (13933 * v[0] + 46871 * v[1] + 4732 * v[2] + 32768) >> 16;
}

static void expect_cut(const struct shot *s, const char *channel, int level, bool is_inverted)
{
    const int32_t bands = s->out->bands;
    for (int32_t y = 0; y < s->out->height; y++) {
        for (int32_t x = 0; x < s->out->width; x++) {
            const uint8_t *p = shot_pixel(s, x, y);
            const bool is_above = channel_of(shot_input(s, x, y), bands, channel) > level;
            const uint8_t want = is_above != is_inverted ? 255 : 0;
            if (p[0] != want || p[1] != want || p[2] != want || (bands == 4 && p[3] != 255))
                fail_msg("%s at (%d, %d): %d where %d is right", channel, x, y, p[0], want);
        }
    }
}

static void op_binarize__cuts_every_channel_at_a_fixed_level(void **state)
{
    static const char *const channels[] = {"luma", "red", "green", "blue", "saturation"};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(channels); i++) {
        for (int32_t bands = 3; bands <= 4; bands++) {
            char arguments[128], note[64];
            struct shot s;
            fov__format(arguments, sizeof(arguments),
                        "{\"method\":\"fixed\",\"value\":%d,\"channel\":\"%s\",\"invert\":%s}",
                        90 + (int)i, channels[i], i % 2 == 0 ? "false" : "true");
            shot_take(&s, "binarize", arguments, 37, 21, bands, bands == 4 ? clear_noise : noise);
            assert_int_equal(s.plan.output[0].effect, FOV_OP_EFFECT_BARRIER);
            expect_cut(&s, channels[i], 90 + (int)i, i % 2 != 0);
            fov__format(note, sizeof(note), "%s where %s is above %d",
                        i % 2 == 0 ? "white" : "black", channels[i], 90 + (int)i);
            assert_string_equal(s.plan.note, note);
            shot_replays(&s);
            shot_drop(&s);
        }
    }
}

/* The variance between two classes, from its definition, in double precision. */
static int slow_otsu(const struct shot *s)
{
    double best = -1;
    int level = 0;
    for (int t = 0; t < 256; t++) {
        double n[2] = {0, 0}, sum[2] = {0, 0};
        for (int32_t k = 0; k < s->out->width * s->out->height; k++) {
            const int v = channel_of(shot_input(s, k % s->out->width, k / s->out->width),
                                     s->out->bands, "luma");
            n[v > t]++;
            sum[v > t] += v;
        }
        if (n[0] == 0 || n[1] == 0)
            continue;
        const double d = sum[0] / n[0] - sum[1] / n[1], between = n[0] * n[1] * d * d;
        if (between > best * (1 + 1e-12)) {
            best = between;
            level = t;
        }
    }
    return level;
}

static void op_binarize__finds_otsus_level_and_records_it(void **state)
{
    void (*const paints[])(uint8_t *, int32_t, int32_t) = {page, noise};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(paints); i++) {
        struct shot s;
        char text[96];
        shot_take(&s, "binarize", "{}", 80, 40, 3, paints[i]);
        const int level = slow_otsu(&s);
        fov__format(text, sizeof(text), "{\"level\":%d}", level);
        assert_string_equal(call_recipe(&s.call), text);
        fov__format(text, sizeof(text), "white where luma is above %d, found by otsu", level);
        assert_string_equal(s.plan.note, text);
        expect_cut(&s, "luma", level, false);
        shot_replays(&s);
        shot_drop(&s);
    }
}

static void op_binarize__says_when_there_is_nothing_to_tell_apart(void **state)
{
    struct shot s;
    (void)state;
    shot_take(&s, "binarize", "{}", 5, 4, 3, flat);
    assert_string_equal(s.plan.note,
                        "luma is the same everywhere, so there was nothing to tell apart");
    assert_int_equal(shot_pixel(&s, 2, 2)[0], 255);
    shot_replays(&s);
    shot_drop(&s);
    shot_take(&s, "binarize", "{\"channel\":\"saturation\"}", 1, 1, 3, flat);
    assert_string_equal(s.plan.note,
                        "saturation is the same everywhere, so there was nothing to tell apart");
    assert_int_equal(shot_pixel(&s, 0, 0)[0], 0);
    shot_drop(&s);
}

/* The mean of a square with repeated edges, halves up, and 12 below it. */
static void op_binarize__adapts_to_uneven_light(void **state)
{
    struct shot s;
    int wrong = 0, wrong_once = 0;
    (void)state;
    shot_take(&s, "binarize", "{\"method\":\"adaptive\"}", 200, 120, 3, shadow);
    assert_string_equal(
        s.plan.note, "white where luma is no more than 12 below the mean of 11x11 pixels around");
    for (int32_t y = 0; y < 120; y++) {
        for (int32_t x = 0; x < 200; x++) {
            int sum = 0;
            for (int32_t k = 0; k < 121; k++) {
                const int32_t u = x + k % 11 - 5, v = y + k / 11 - 5;
                sum += shot_input(&s,
                                  u < 0     ? 0
                                  : u > 199 ? 199
                                            : u,
                                  v < 0     ? 0
                                  : v > 119 ? 119
                                            : v)[0];
            }
            const int here = shot_input(&s, x, y)[0];
            assert_int_equal(shot_pixel(&s, x, y)[0], here > (2 * sum + 121) / 242 - 12 ? 255 : 0);
            const bool is_ink = x % 10 < 2 && y % 20 < 15;
            wrong += (shot_pixel(&s, x, y)[0] == 0) != is_ink;
            wrong_once += (here <= 155) != is_ink; /* the best that one level could do */
        }
    }
    assert_true(wrong < 50 && wrong_once > 5000);
    shot_replays(&s);
    shot_drop(&s);
}

static void op_binarize__says_when_value_was_not_used(void **state)
{
    static const char *const cases[] = {"{\"value\":10}", "{\"method\":\"adaptive\",\"value\":10}"};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct shot s;
        shot_take(&s, "binarize", cases[i], 20, 20, 3, page);
        assert_non_null(strstr(s.plan.note, "; value is for method fixed and was not used"));
        shot_drop(&s);
    }
}

static void op_binarize__refuses_what_is_no_level_method_or_channel(void **state)
{
    static const struct refusal cases[] = {
        {"binarize", "{\"method\":\"fixed\",\"value\":256}", "OUT_OF_RANGE", "binarize.value",
         "{\"method\":\"fixed\",\"value\":255}"},
        {"binarize", "{\"method\":\"fixed\",\"value\":-1}", "OUT_OF_RANGE", "binarize.value",
         "{\"method\":\"fixed\",\"value\":0}"},
        {"binarize", "{\"value\":\"7\"}", "BAD_TYPE", "binarize.value", "{\"value\":7}"},
        {"binarize", "{\"invert\":1}", "BAD_TYPE", "binarize.invert", "{\"invert\":true}"},
        {"binarize", "{\"level\":7}", "UNKNOWN_ARG", "binarize.level", "{}"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++)
        expect_refusal(&cases[i], reading_px(100, 100), NULL);
}

static void op_binarize__gives_up_when_the_caller_does(void **state)
{
    struct shot s;
    fov_cancel *cancel = NULL;
    fov_error err;
    (void)state;
    shot_take(&s, "binarize", "{\"method\":\"adaptive\"}", 40, 40, 3, page);
    assert_int_equal(fov_cancel_new(&cancel, the_context(), &err), FOV_OK);
    fov_cancel_set(cancel);
    s.canvas.io.cancel = cancel;
    assert_int_equal(s.call.def->run(s.call.args, &s.canvas.io, &s.out, &s.call.fault, &err),
                     FOV_E_CANCELLED);
    fov_cancel_free(cancel);
    shot_drop(&s);
}

int suite_op_binarize(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_binarize__cuts_every_channel_at_a_fixed_level),
        cmocka_unit_test(op_binarize__finds_otsus_level_and_records_it),
        cmocka_unit_test(op_binarize__says_when_there_is_nothing_to_tell_apart),
        cmocka_unit_test(op_binarize__adapts_to_uneven_light),
        cmocka_unit_test(op_binarize__says_when_value_was_not_used),
        cmocka_unit_test(op_binarize__refuses_what_is_no_level_method_or_channel),
        cmocka_unit_test(op_binarize__gives_up_when_the_caller_does),
    };
    return cmocka_run_group_tests_name("op_binarize", tests, NULL, NULL);
}
