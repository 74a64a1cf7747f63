/* SPDX-License-Identifier: MIT */
/* CIELAB and Delta-E against their definitions, written once more with libm. */
#include "image/filter_support.h"

#include <math.h>

static double slow_root(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static double slow_linear(int v)
{
    return v <= 10 ? v / 255.0 / 12.92 : pow((v / 255.0 + 0.055) / 1.055, 2.4);
}

static struct fov__lab slow_lab(const uint8_t *p)
{
    const double r = slow_linear(p[0]), g = slow_linear(p[1]), b = slow_linear(p[2]);
    const double x = slow_root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
    const double y = slow_root(0.2126 * r + 0.7152 * g + 0.0722 * b);
    const double z = slow_root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
    return (struct fov__lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static void colour(uint8_t *p, uint32_t c)
{
    p[0] = (uint8_t)(c >> 16);
    p[1] = (uint8_t)(c >> 8);
    p[2] = (uint8_t)c;
}

static void filter_lab__definition_agrees_with_libm_and_known_colours(void **state)
{
    static const struct {
        uint32_t rgb;
        double l, a, b;
    } known[] = {{0xffffff, 100, 0, 0},
                 {0x000000, 0, 0, 0},
                 {0xff0000, 53.24, 80.09, 67.20},
                 {0x00ff00, 87.74, -86.18, 83.18},
                 {0x0000ff, 32.30, 79.19, -107.86}};
    uint8_t p[3];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(known); i++) {
        colour(p, known[i].rgb);
        const struct fov__lab lab = fov__lab_of(p);
        assert_true(fabs(lab.l - known[i].l) < 0.03 && fabs(lab.a - known[i].a) < 0.03 &&
                    fabs(lab.b - known[i].b) < 0.03);
    }
    for (uint32_t c = 0; c < 1 << 24; c += 997) {
        colour(p, c);
        const struct fov__lab lab = fov__lab_of(p), slow = slow_lab(p);
        assert_true(fabs(lab.l - slow.l) < 1e-9 && fabs(lab.a - slow.a) < 1e-9 &&
                    fabs(lab.b - slow.b) < 1e-9);
    }
}

enum { RUN = 4096 };

static void filter_lab__tables_are_as_near_as_stated(void **state)
{
    static uint8_t in[3 * RUN];
    static int16_t l[RUN], a[RUN], b[RUN];
    struct fov__lab_tables *tables = NULL;
    double worst[3] = {0, 0, 0};
    (void)state;
    assert_int_equal(fov__lab_tables_new(&tables, the_context(), NULL), FOV_OK);
    for (uint32_t from = 0; from < 1 << 24; from += RUN * 37) {
        for (uint32_t i = 0; i < RUN; i++)
            colour(in + 3 * i, (from + i * 37) & 0xffffff);
        fov__lab_from_srgb(tables, l, a, b, in, RUN, 3);
        for (size_t i = 0; i < RUN; i++) {
            const struct fov__lab lab = slow_lab(in + 3 * i);
            worst[0] = fmax(worst[0], fabs(l[i] / 128.0 - lab.l));
            worst[1] = fmax(worst[1], fabs(a[i] / 128.0 - lab.a));
            worst[2] = fmax(worst[2], fabs(b[i] / 128.0 - lab.b));
        }
    }
    fov__lab_tables_free(tables);
    assert_true(worst[0] < 0.01 && worst[1] < 0.02 && worst[2] < 0.02);
}

static void filter_lab__every_colour_comes_back(void **state)
{
    static uint8_t in[3 * RUN], out[3 * RUN];
    static int16_t l[RUN], a[RUN], b[RUN];
    struct fov__lab_tables *tables = NULL;
    (void)state;
    assert_int_equal(fov__lab_tables_new(&tables, the_context(), NULL), FOV_OK);
    for (uint32_t from = 0; from < 1 << 24; from += RUN) {
        for (uint32_t i = 0; i < RUN; i++)
            colour(in + 3 * i, from + i);
        fov__lab_from_srgb(tables, l, a, b, in, RUN, 3);
        fov__lab_to_srgb(tables, out, l, a, b, RUN, 3);
        assert_memory_equal(in, out, sizeof(in));
    }
    fov__lab_tables_free(tables);
}

static void filter_lab__greys_have_no_colour_and_what_is_no_colour_is_clipped(void **state)
{
    static const int16_t l[] = {12800, 0, 6400, 12800}, a[] = {0, 0, 16383, -16384};
    static const int16_t b[] = {0, 0, -16384, 16383};
    struct fov__lab_tables *tables = NULL;
    uint8_t grey[3 * 256], out[16];
    int16_t gl[256], ga[256], gb[256];
    (void)state;
    assert_int_equal(fov__lab_tables_new(&tables, the_context(), NULL), FOV_OK);
    for (int v = 0; v < 256; v++)
        memset(grey + 3 * v, v, 3);
    fov__lab_from_srgb(tables, gl, ga, gb, grey, 256, 3);
    for (int v = 0; v < 256; v++)
        assert_true(ga[v] == 0 && gb[v] == 0 && (v == 0 || gl[v] > gl[v - 1]));
    assert_true(gl[0] == 0 && gl[255] == 12800);
    memset(out, 77, sizeof(out));
    fov__lab_to_srgb(tables, out, l, a, b, 4, 4);
    assert_memory_equal(out, ((const uint8_t[]){255, 255, 255, 77, 0, 0, 0, 77}), 8);
    assert_true(out[9] == 0 && out[10] == 255 && out[11] == 77 && out[12] == 0 && out[14] == 0);
    fov__lab_tables_free(tables);
}

static void filter_lab__twins_are_equal(void **state)
{
    static uint8_t in[4 * 1000];
    static int16_t one[3][1000], other[3][1000];
    struct fov__lab_tables *tables = NULL;
    enum fov__cpu cpu[2], was = the_context()->cpu;
    const int count = twins(cpu);
    uint32_t seed = 5;
    (void)state;
    assert_int_equal(fov__lab_tables_new(&tables, the_context(), NULL), FOV_OK);
    for (size_t i = 0; i < sizeof(in); i++)
        in[i] = (uint8_t)next_random(&seed);
    for (int32_t bands = 3; bands <= 4; bands++) {
        for (size_t n = 0; n < 1000; n = n < 20 ? n + 1 : n * 2 + 7) {
            for (int i = 0; i < count; i++) {
                int16_t(*to)[1000] = i == 0 ? one : other;
                memset(to, 0x55, sizeof(one));
                the_context()->cpu = cpu[i];
                fov__lab_from_srgb(tables, to[0], to[1], to[2], in, n, bands);
                the_context()->cpu = was;
            }
            assert_true(count < 2 || memcmp(one, other, sizeof(one)) == 0);
        }
    }
    fov__lab_tables_free(tables);
}

/* ---- Delta-E --------------------------------------------------------------------------------- */

/* The test data of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005. */
static const struct {
    struct fov__lab one, other;
    double delta;
} sharma[] = {
    {{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425},
    {{50, 3.1571, -77.2803}, {50, 0, -82.7485}, 2.8615},
    {{50, 2.8361, -74.0200}, {50, 0, -82.7485}, 3.4412},
    {{50, -1.3802, -84.2814}, {50, 0, -82.7485}, 1.0000},
    {{50, -1.1848, -84.8006}, {50, 0, -82.7485}, 1.0000},
    {{50, -0.9009, -85.5211}, {50, 0, -82.7485}, 1.0000},
    {{50, 0, 0}, {50, -1, 2}, 2.3669},
    {{50, -1, 2}, {50, 0, 0}, 2.3669},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0009}, 7.1792},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0010}, 7.1792},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0011}, 7.2195},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0012}, 7.2195},
    {{50, -0.0010, 2.4900}, {50, 0.0009, -2.4900}, 4.8045},
    {{50, -0.0010, 2.4900}, {50, 0.0010, -2.4900}, 4.8045},
    {{50, -0.0010, 2.4900}, {50, 0.0011, -2.4900}, 4.7461},
    {{50, 2.5, 0}, {50, 0, -2.5}, 4.3065},
    {{50, 2.5, 0}, {73, 25, -18}, 27.1492},
    {{50, 2.5, 0}, {61, -5, 29}, 22.8977},
    {{50, 2.5, 0}, {56, -27, -3}, 31.9030},
    {{50, 2.5, 0}, {58, 24, 15}, 19.4535},
    {{50, 2.5, 0}, {50, 3.1736, 0.5854}, 1.0000},
    {{50, 2.5, 0}, {50, 3.2972, 0}, 1.0000},
    {{50, 2.5, 0}, {50, 1.8634, 0.5757}, 1.0000},
    {{50, 2.5, 0}, {50, 3.2592, 0.3350}, 1.0000},
    {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
    {{63.0109, -31.0961, -5.8663}, {62.8187, -29.7946, -4.0864}, 1.2630},
    {{61.2901, 3.7196, -5.3901}, {61.4292, 2.2480, -4.9620}, 1.8731},
    {{35.0831, -44.1164, 3.7933}, {35.0232, -40.0716, 1.5901}, 1.8645},
    {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
    {{36.4612, 47.8580, 18.3852}, {36.2715, 50.5065, 21.2231}, 1.4146},
    {{90.8027, -2.0831, 1.4410}, {91.1528, -1.6435, 0.0447}, 1.4441},
    {{90.9257, -0.5406, -0.9208}, {88.6381, -0.8985, -0.7239}, 1.5381},
    {{6.7747, -0.2908, -2.4247}, {5.8714, -0.0985, -2.2286}, 0.6377},
    {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
};

static void filter_lab__delta_e_gives_the_published_34(void **state)
{
    (void)state;
    assert_int_equal(FOV_COUNT(sharma), 34);
    for (size_t i = 0; i < FOV_COUNT(sharma); i++) {
        assert_true(fabs(fov__delta_e2000(sharma[i].one, sharma[i].other) - sharma[i].delta) <
                    0.00005001);
        assert_true(fabs(fov__delta_e2000(sharma[i].other, sharma[i].one) - sharma[i].delta) <
                    0.00005001);
    }
}

struct near_args {
    struct fov__lab reference;
    double most;
};

static fov_status run_near(const struct fov__filter *filter, const struct fov__view *in,
                           const struct fov__view *out, const void *args)
{
    const struct near_args *n = args;
    return fov__filter_delta_e(filter, in, out, n->reference, n->most, NULL);
}

static void is_the_formula(struct scene *s, const struct near_args *n)
{
    scene_run(s, 1, run_near, n);
    for (int32_t k = 0; k < s->w * s->h; k++) {
        const int32_t x = k % s->w, y = k / s->w;
        const uint8_t p[3] = {(uint8_t)at(s, x, y, 0), (uint8_t)at(s, x, y, 1),
                              (uint8_t)at(s, x, y, 2)};
        const bool is = fov__delta_e2000(fov__lab_of(p), n->reference) <= n->most;
        assert_int_equal(
            s->after[(size_t)(y + MARGIN) * (size_t)(s->w + 2 * MARGIN) + (size_t)(x + MARGIN)],
            is ? 255 : 0);
    }
}

static void filter_lab__mask_is_the_formula(void **state)
{
    static const uint32_t references[] = {0xff0000, 0x0000ff, 0x808080, 0x817f80, 0xc8a040,
                                          0x203060, 0xffffff, 0x000000, 0x2060c0, 0x40ff40};
    static const double mosts[] = {0, 1, 2.3, 5, 10, 25, 60, -1};
    static struct scene s;
    uint8_t p[3];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(references); i++) {
        for (size_t k = 0; k < FOV_COUNT(mosts); k++) {
            const uint32_t seed = (uint32_t)(i * 64 + k);
            colour(p, references[i]);
            const struct near_args n = {fov__lab_of(p), mosts[k]};
            const int32_t *size = scene_sizes[(i + k) % 19];
            scene_make_photo(&s, size[0], size[1], 3 + (int32_t)(k & 1), seed);
            is_the_formula(&s, &n);
            /* And the colours around the reference, where it is decided. */
            scene_make(&s, 50, 40, 3, seed);
            uint32_t random = seed;
            struct fov__view view = scene_before(&s);
            for (int32_t j = 0; j < 50 * 40 * 3; j++) {
                const int32_t v = p[j % 3] + (int32_t)(next_random(&random) % 81) - 40;
                fov__view_row(&view, j / 150)[j % 150] = fov__clamp_u8(v);
            }
            is_the_formula(&s, &n);
        }
    }
}

int suite_filter_lab(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_lab__definition_agrees_with_libm_and_known_colours),
        cmocka_unit_test(filter_lab__tables_are_as_near_as_stated),
        cmocka_unit_test(filter_lab__every_colour_comes_back),
        cmocka_unit_test(filter_lab__greys_have_no_colour_and_what_is_no_colour_is_clipped),
        cmocka_unit_test(filter_lab__twins_are_equal),
        cmocka_unit_test(filter_lab__delta_e_gives_the_published_34),
        cmocka_unit_test(filter_lab__mask_is_the_formula),
    };
    return cmocka_run_group_tests_name("filter_lab", tests, NULL, NULL);
}
