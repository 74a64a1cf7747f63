/* SPDX-License-Identifier: MIT */
/* Functions of one pixel: each twin against the formula, pixel by pixel. */
#include "image/filter_support.h"

/* ---- tables ---------------------------------------------------------------------------------- */

static void fill_line(struct fov__lut *lut, double slope, double offset)
{
    for (int v = 0; v < 256; v++) {
        double x = v * slope + offset;
        x = x < 0 ? 0 : x > 255 ? 255 : x;
        lut->map[v] = (uint8_t)fov__rint(x);
    }
    fov__lut_prepare(lut);
}

/* What a table in parts gives, by its definition. */
static int32_t by_parts(const struct fov__lut *lut, int32_t v)
{
    if (v <= lut->first)
        return lut->map[0];
    if (v >= lut->last)
        return lut->map[255];
    return (uint8_t)(lut->high[v / 16] + lut->low[v % 16] +
                     (lut->carry[v / 16] >= lut->need[v % 16]));
}

static void filter_point__straight_lines_have_parts(void **state)
{
    struct fov__lut lut;
    int lines = 0, halves = 0;
    (void)state;
    for (double slope = -4; slope <= 16; slope += 0.0371) {
        for (double offset = -400; offset <= 400; offset += 13.3) {
            fill_line(&lut, slope, offset);
            assert_true(lut.has_parts);
            for (int32_t v = 0; v < 256; v++)
                assert_int_equal(by_parts(&lut, v), lut.map[v]);
            lines++;
        }
    }
    /* Where halves are rounded to even there need be none; whatever is said must be true. */
    for (int black = 0; black < 200; black++) {
        fill_line(&lut, 255.0 / (240 - black), -black * 255.0 / (240 - black));
        for (int32_t v = 0; v < 256 && lut.has_parts; v++)
            assert_int_equal(by_parts(&lut, v), lut.map[v]);
        halves += lut.has_parts;
    }
    assert_true(lines > 30000 && halves > 150);
}

static void filter_point__other_tables_have_none_that_are_wrong(void **state)
{
    struct fov__lut lut;
    uint32_t seed = 9;
    (void)state;
    for (int i = 0; i < 500; i++) {
        for (int v = 0; v < 256; v++)
            lut.map[v] = (uint8_t)next_random(&seed);
        fov__lut_prepare(&lut);
        assert_false(lut.has_parts);
    }
    for (double p = 0.2; p < 5; p += 0.07) {
        for (int v = 0; v < 256; v++)
            lut.map[v] = (uint8_t)fov__rint(255 * fov__pow_unit(v / 255.0, p));
        fov__lut_prepare(&lut);
        for (int32_t v = 0; v < 256 && lut.has_parts; v++)
            assert_int_equal(by_parts(&lut, v), lut.map[v]);
    }
    memset(lut.map, 77, 256);
    fov__lut_prepare(&lut);
    for (int32_t v = 0; v < 256 && lut.has_parts; v++)
        assert_int_equal(by_parts(&lut, v), 77);
}

/* ---- tone ------------------------------------------------------------------------------------ */

static fov_status run_tone(const struct fov__filter *filter, const struct fov__view *in,
                           const struct fov__view *out, const void *tone)
{
    for (int32_t y = 0; y < in->height; y++)
        fov__tone_pixels(filter->ctx->cpu, tone, fov__view_row(out, y), fov__view_row(in, y),
                         (size_t)in->width, in->bands);
    return FOV_OK;
}

static int32_t clamped(double v)
{
    return v < 0 ? 0 : v > 255 ? 255 : (int32_t)v;
}

/* One pixel by the stated formulas, in real numbers, whose halves are exact here. */
static void slow_tone(const struct fov__tone *tone, int32_t *pixel, int32_t bands)
{
    for (int32_t c = 0; c < bands && c < 3; c++)
        pixel[c] = tone->lut.map[pixel[c]];
    if (bands < 3)
        return;
    for (int pass = 0; pass < 2; pass++) {
        const uint8_t p[3] = {(uint8_t)pixel[0], (uint8_t)pixel[1], (uint8_t)pixel[2]};
        const int32_t luma =
            (int32_t)((13933.0 * p[0] + 46871.0 * p[1] + 4732.0 * p[2]) / 65536 + 0.5);
        for (int32_t c = 0; c < 3; c++) {
            if (pass == 0)
                pixel[c] =
                    clamped(fov__floor(luma + tone->saturation / 65536.0 * (p[c] - luma) + 0.5));
            else if (tone->is_grey)
                pixel[c] = luma;
        }
    }
}

static void try_tone(const struct fov__tone *tone, const int32_t size[2], int32_t bands)
{
    static struct scene s;
    scene_make(&s, size[0], size[1], bands, (uint32_t)(size[0] + bands));
    scene_run(&s, bands, run_tone, tone);
    for (int32_t y = 0; y < s.h; y++) {
        for (int32_t x = 0; x < s.w; x++) {
            int32_t pixel[4];
            for (int32_t c = 0; c < bands; c++)
                pixel[c] = at(&s, x, y, c);
            slow_tone(tone, pixel, bands);
            for (int32_t c = 0; c < bands; c++)
                assert_int_equal(got(&s, x, y, c), pixel[c]);
        }
    }
}

static void filter_point__tone_is_the_stated_formula(void **state)
{
    static const int32_t factors[] = {65536, 0, 1, 16384, 32767, 32768, 98304, 123457, 262144};
    struct fov__tone tone;
    (void)state;
    for (size_t i = 0; scene_sizes[i][0] > 0; i++) {
        for (int32_t bands = 1; bands <= 4; bands += bands == 1 ? 2 : 1) {
            tone.saturation = factors[i % FOV_COUNT(factors)];
            tone.is_grey = i % 3 == 1;
            fill_line(&tone.lut, 1, 0);
            assert_true(tone.lut.is_identity);
            try_tone(&tone, scene_sizes[i], bands);
            fill_line(&tone.lut, 1.3, -20.5);
            try_tone(&tone, scene_sizes[i], bands);
            for (int v = 0; v < 256; v++)
                tone.lut.map[v] = (uint8_t)(v * 167 + 13); /* all levels, in disorder */
            fov__lut_prepare(&tone.lut);
            assert_false(tone.lut.has_parts);
            try_tone(&tone, scene_sizes[i], bands);
        }
    }
}

static void filter_point__saturation_is_right_for_every_distance(void **state)
{
    enum fov__cpu cpu[2];
    const int count = twins(cpu);
    struct fov__tone tone;
    static uint8_t in[4 * 65536], out[sizeof(in)];
    (void)state;
    fill_line(&tone.lut, 1, 0);
    tone.is_grey = false;
    for (size_t i = 0; i < 65536; i++) /* all pairs of red and green */
        memcpy(in + 4 * i, ((const uint8_t[]){(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i * 7), 9}),
               4);
    for (tone.saturation = 0; tone.saturation <= 262144; tone.saturation += 7919) {
        for (int k = 0; k < count; k++) {
            fov__tone_pixels(cpu[k], &tone, out, in, 65536, 4);
            for (size_t i = 0; i < 65536; i += 11) {
                int32_t pixel[4] = {in[4 * i], in[4 * i + 1], in[4 * i + 2], 9};
                slow_tone(&tone, pixel, 4);
                for (int c = 0; c < 4; c++)
                    assert_int_equal(out[4 * i + (size_t)c], pixel[c]);
            }
        }
    }
}

static fov_status run_invert(const struct fov__filter *filter, const struct fov__view *in,
                             const struct fov__view *out, const void *args)
{
    (void)args;
    for (int32_t y = 0; y < in->height; y++) {
        memmove(fov__view_row(out, y), fov__view_row(in, y), (size_t)(in->width * in->bands));
        fov__invert_pixels(filter->ctx->cpu, fov__view_row(out, y), (size_t)in->width, in->bands);
    }
    return FOV_OK;
}

static void filter_point__invert_leaves_alpha(void **state)
{
    static struct scene s;
    (void)state;
    for (size_t i = 0; scene_sizes[i][0] > 0; i++) {
        for (int32_t bands = 1; bands <= 4; bands += bands == 1 ? 2 : 1) {
            scene_make(&s, scene_sizes[i][0], scene_sizes[i][1], bands, 5);
            scene_run(&s, bands, run_invert, NULL);
            for (int32_t k = 0; k < s.w * s.h * bands; k++) {
                const int32_t x = k / bands % s.w, y = k / bands / s.w, c = k % bands;
                assert_int_equal(got(&s, x, y, c),
                                 c == 3 ? at(&s, x, y, c) : 255 - at(&s, x, y, c));
            }
        }
    }
}

/* Luma to one band and back: what grey steps do. */
static fov_status run_grey(const struct fov__filter *filter, const struct fov__view *in,
                           const struct fov__view *out, const void *args)
{
    uint8_t grey[WIDTH_MAX];
    (void)args;
    for (int32_t y = 0; y < in->height; y++) {
        fov__luma_pixels(filter->ctx->cpu, grey, fov__view_row(in, y), (size_t)in->width,
                         in->bands);
        memmove(fov__view_row(out, y), fov__view_row(in, y), (size_t)(in->width * in->bands));
        fov__spread_grey(filter->ctx->cpu, fov__view_row(out, y), grey, (size_t)in->width,
                         in->bands);
    }
    return FOV_OK;
}

static void filter_point__grey_goes_to_one_band_and_back(void **state)
{
    static struct scene s;
    (void)state;
    for (size_t i = 0; scene_sizes[i][0] > 0; i++) {
        for (int32_t bands = 1; bands <= 4; bands += bands == 1 ? 2 : 1) {
            scene_make(&s, scene_sizes[i][0], scene_sizes[i][1], bands, 6);
            scene_run(&s, bands, run_grey, NULL);
            for (int32_t k = 0; k < s.w * s.h * bands; k++) {
                const int32_t x = k / bands % s.w, y = k / bands / s.w, c = k % bands;
                assert_int_equal(got(&s, x, y, c), c == 3 ? at(&s, x, y, 3) : luma_at(&s, x, y));
            }
        }
    }
}

/* More pixels at once than a chunk has. */
static void filter_point__long_runs_are_like_short_ones(void **state)
{
    enum { N = 5000 };
    static uint8_t in[3 * N], whole[3 * N], pieces[3 * N];
    struct fov__tone tone = {.saturation = 90000, .is_grey = false};
    uint32_t seed = 12;
    (void)state;
    fill_line(&tone.lut, 1.1, 3);
    for (size_t i = 0; i < sizeof(in); i++)
        in[i] = (uint8_t)next_random(&seed);
    fov__tone_pixels(the_context()->cpu, &tone, whole, in, N, 3);
    for (size_t i = 0; i < N; i += 100)
        fov__tone_pixels(the_context()->cpu, &tone, pieces + 3 * i, in + 3 * i, 100, 3);
    assert_memory_equal(whole, pieces, sizeof(whole));
}

int suite_filter_point(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_point__straight_lines_have_parts),
        cmocka_unit_test(filter_point__other_tables_have_none_that_are_wrong),
        cmocka_unit_test(filter_point__tone_is_the_stated_formula),
        cmocka_unit_test(filter_point__saturation_is_right_for_every_distance),
        cmocka_unit_test(filter_point__invert_leaves_alpha),
        cmocka_unit_test(filter_point__grey_goes_to_one_band_and_back),
        cmocka_unit_test(filter_point__long_runs_are_like_short_ones),
    };
    return cmocka_run_group_tests_name("filter_point", tests, NULL, NULL);
}
