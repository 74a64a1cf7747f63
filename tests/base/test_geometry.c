/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <float.h>
#include <math.h>

static double between(uint64_t *seed, double low, double high)
{
    return low + (high - low) * (double)(suite_random(seed) >> 11) / 9007199254740992.0;
}

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", a, b, tolerance);
}

static void assert_same(struct fov_mat a, struct fov_mat b)
{
    assert_memory_equal(a.m, b.m, sizeof(a.m)); /* bits: no negative zero either */
}

static void geometry__rounds_like_libm(void **state)
{
    static const double edges[] = {0.0,
                                   -0.0,
                                   0.5,
                                   -0.5,
                                   1.5,
                                   -1.5,
                                   2.5,
                                   -2.5,
                                   0.49999999999999994,
                                   4503599627370495.5,
                                   4503599627370496.0,
                                   -4503599627370495.5,
                                   9007199254740993.0,
                                   1e300,
                                   -1e300,
                                   5e-324};
    uint64_t seed = 11;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        const double v = (size_t)i < FOV_COUNT(edges)
                             ? edges[i]
                             : between(&seed, -1, 1) * ldexp(1, (int)(suite_random(&seed) % 60));
        assert_true(fov__floor(v) == floor(v));
        assert_true(fov__ceil(v) == ceil(v));
        assert_true(fov__rint(v) == nearbyint(v));
    }
    assert_true(isnan(fov__rint((double)NAN)) && isnan(fov__floor((double)NAN)));
    assert_true(isinf(fov__rint(HUGE_VAL)) && isinf(fov__ceil(-HUGE_VAL)));
}

static void geometry__sine_is_libms_within_1e_15(void **state)
{
    const long double degree = 3.14159265358979323846264338327950288L / 180;
    uint64_t seed = 5;
    double worst = 0;
    (void)state;
    for (int i = 0; i < 400000; i++) {
        double s, c;
        const double a = between(&seed, -720, 720);
        fov__sincos_deg(a, &s, &c);
        /* libm in long double, with the angle reduced so that it adds no error of its own */
        const long double exact = remainderl(a, 360) * degree;
        const double es = fabs((double)(s - sinl(exact))), ec = fabs((double)(c - cosl(exact)));
        worst = es > worst ? es : worst;
        worst = ec > worst ? ec : worst;
    }
    print_message("sine and cosine: largest error %.2e\n", worst);
    assert_true(worst < 1e-15);
}

static void geometry__quarter_turns_are_exact(void **state)
{
    static const double sines[] = {0, 1, 0, -1};
    (void)state;
    for (int turn = -4000; turn <= 4000; turn++) {
        double s, c;
        fov__sincos_deg(turn * 90.0, &s, &c);
        assert_true(s == sines[turn & 3] && c == sines[(turn + 1) & 3]);
        assert_false(signbit(s) && s == 0);
        assert_false(signbit(c) && c == 0);
    }
    double s, c;
    /* 2^53 * 45 is a multiple of 360; 1e302 is 136 modulo 360, by exact integer arithmetic. */
    fov__sincos_deg(9007199254740992.0 * 45, &s, &c);
    assert_true(s == 0 && c == 1);
    double small_s, small_c;
    fov__sincos_deg(136, &small_s, &small_c);
    fov__sincos_deg(1e302, &s, &c);
    assert_true(s == small_s && c == small_c);
    fov__sincos_deg(-1e302, &s, &c);
    assert_true(s == -small_s && c == small_c);
    fov__sincos_deg(HUGE_VAL, &s, &c);
    assert_true(isnan(s) && isnan(c));
    fov__sincos_deg((double)NAN, &s, &c);
    assert_true(isnan(s) && isnan(c));
}

static void geometry__sine_has_its_symmetries_to_the_bit(void **state)
{
    uint64_t seed = 6;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        const double a = (double)(suite_random(&seed) >> 40) / 65536.0; /* exact with 360 added */
        double s, c, s2, c2;
        fov__sincos_deg(a, &s, &c);
        fov__sincos_deg(-a, &s2, &c2);
        assert_true(s2 == -s && c2 == c);
        fov__sincos_deg(a + 360, &s2, &c2);
        assert_true(s2 == s && c2 == c);
        fov__sincos_deg(a + 90, &s2, &c2);
        /* Halfway between two quarters either may be chosen. */
        assert_near(s2, c, 3e-16);
        assert_near(c2, -s, 3e-16);
    }
}

/* The same bits on every machine, with every compiler and at every level of optimisation. */
static void geometry__has_the_same_bits_everywhere(void **state)
{
    static double out[40000];
    uint64_t seed = 40;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(out); i += 4) {
        const double degrees = between(&seed, -400, 400);
        struct fov_mat m = fov__mat_rotate(degrees), inv;
        m = fov__mat_mul(m, fov__mat_translate(degrees / 3, 7));
        fov__mat_invert(m, &inv);
        fov__sincos_deg(degrees, &out[i], &out[i + 1]);
        out[i + 2] = inv.m[2];
        fov__mat_density(inv, (fov_point){1, 1}, &out[i + 3], &out[i]);
        out[i] += out[i + 3] / 7;
    }
    char hex[FOV_SHA256_HEX];
    fov__sha256_hex(hex, out, sizeof(out));
    assert_string_equal(hex, "0236b35f12741d90b2ccf6c9bc6c28c207e1ae804c3162814bb7b22230272d28");
}

static void geometry__four_quarter_turns_are_nothing(void **state)
{
    (void)state;
    for (int q = -3; q <= 3; q++) {
        struct fov_mat m = fov__mat_identity();
        for (int i = 0; i < 4; i++)
            m = fov__mat_mul(fov__mat_rotate(90.0 * q), m);
        assert_same(m, fov__mat_identity());
        assert_true(fov__mat_is_axis_aligned(fov__mat_rotate(90.0 * q)));
    }
    assert_false(fov__mat_is_axis_aligned(fov__mat_rotate(1)));
    assert_true(fov__mat_is_affine(fov__mat_rotate(1)));
}

static void geometry__turns_clockwise_as_seen(void **state)
{
    (void)state;
    /* y goes down: what points right points down after a quarter turn clockwise. */
    const fov_point right = fov__mat_apply(fov__mat_rotate(90), (fov_point){1, 0});
    assert_true(right.x == 0 && right.y == 1);
    const fov_point p = fov__mat_apply(fov__mat_rotate(30), (fov_point){2, 0});
    assert_near(p.x, 2 * cos(3.14159265358979323846 / 6), 1e-15);
    assert_near(p.y, 1, 1e-15);
}

static void geometry__product_applies_the_right_one_first(void **state)
{
    (void)state;
    const struct fov_mat move = fov__mat_translate(10, 20), zoom = fov__mat_scale(2, 3);
    const fov_point p = fov__mat_apply(fov__mat_mul(zoom, move), (fov_point){1, 1});
    assert_true(p.x == 22 && p.y == 63);
    const fov_point q = fov__mat_apply(fov__mat_mul(move, zoom), (fov_point){1, 1});
    assert_true(q.x == 12 && q.y == 23);
}

static struct fov_mat random_affine(uint64_t *seed)
{
    struct fov_mat m = fov__mat_translate(between(seed, -5000, 5000), between(seed, -5000, 5000));
    m = fov__mat_mul(fov__mat_rotate(between(seed, -360, 360)), m);
    m = fov__mat_mul(fov__mat_scale(between(seed, 0.1, 8), between(seed, -8, -0.1)), m);
    return fov__mat_mul(fov__mat_rotate(between(seed, -360, 360)), m);
}

static struct fov_mat random_projective(uint64_t *seed)
{
    struct fov_mat m = random_affine(seed);
    m.m[6] = between(seed, -1e-5, 1e-5);
    m.m[7] = between(seed, -1e-5, 1e-5);
    return m;
}

static void geometry__inverse_leads_back(void **state)
{
    uint64_t seed = 9;
    double worst_affine = 0, worst_projective = 0;
    (void)state;
    for (int i = 0; i < 50000; i++) {
        const bool affine = i % 2 == 0;
        const struct fov_mat m = affine ? random_affine(&seed) : random_projective(&seed);
        struct fov_mat inv;
        const fov_point p = {between(&seed, 0, 8000), between(&seed, 0, 8000)};
        assert_true(fov__mat_invert(m, &inv));
        assert_int_equal(fov__mat_is_affine(inv), fov__mat_is_affine(m));
        const fov_point back = fov__mat_apply(inv, fov__mat_apply(m, p));
        const double off = fabs(back.x - p.x) + fabs(back.y - p.y);
        double *worst = affine ? &worst_affine : &worst_projective;
        *worst = off > *worst ? off : *worst;
    }
    print_message("there and back: %.1e px affine, %.1e px projective\n", worst_affine,
                  worst_projective);
    assert_true(worst_affine < 1e-8 && worst_projective < 1e-6);
}

static void geometry__aligned_inverse_is_exact(void **state)
{
    struct fov_mat inv;
    (void)state;
    for (int q = 0; q < 4; q++) {
        const struct fov_mat m =
            fov__mat_mul(fov__mat_mul(fov__mat_scale(-4, 0.5), fov__mat_rotate(90.0 * q)),
                         fov__mat_translate(123.25, -7));
        assert_true(fov__mat_invert(m, &inv));
        assert_same(fov__mat_mul(inv, m), fov__mat_identity());
        assert_same(fov__mat_mul(m, inv), fov__mat_identity());
        assert_true(fov__mat_is_axis_aligned(inv));
    }
    assert_true(fov__mat_invert(fov__mat_scale(3, 7), &inv));
    assert_true(inv.m[0] == 1.0 / 3 && inv.m[4] == 1.0 / 7);
}

static void geometry__says_when_there_is_no_inverse(void **state)
{
    struct fov_mat out;
    const struct fov_mat flat = {{1, 2, 3, 2, 4, 6, 0, 0, 1}};
    const struct fov_mat line = {{1.1, 3.3, 0, 0.7, 2.1, 0, 0, 0, 1}};
    const struct fov_mat nan = {{(double)NAN, 0, 0, 0, 1, 0, 0, 0, 1}};
    const struct fov_mat zero = {{0}};
    (void)state;
    assert_false(fov__mat_invert(fov__mat_scale(0, 1), &out));
    assert_false(fov__mat_invert(fov__mat_scale(1, 0), &out));
    assert_false(fov__mat_invert(flat, &out));
    assert_false(fov__mat_invert(line, &out));
    assert_false(fov__mat_invert(nan, &out));
    assert_false(fov__mat_invert(zero, &out));
    assert_false(fov__mat_invert(fov__mat_scale(5e-324, 1), &out)); /* 1/x is infinite */
    assert_true(fov__mat_invert(fov__mat_scale(1e-9, 1e-9), &out)); /* small is not singular */
}

static void geometry__bounds_hold_every_point_inside(void **state)
{
    uint64_t seed = 21;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        const struct fov_mat m = i % 2 ? random_affine(&seed) : random_projective(&seed);
        const fov_box box = {100, 200, 900, 700};
        const fov_box to = fov__mat_bounds(m, box);
        for (int j = 0; j < 10; j++) {
            const fov_point p = fov__mat_apply(
                m, (fov_point){between(&seed, box.x1, box.x2), between(&seed, box.y1, box.y2)});
            assert_true(p.x >= to.x1 - 1e-9 && p.x <= to.x2 + 1e-9);
            assert_true(p.y >= to.y1 - 1e-9 && p.y <= to.y2 + 1e-9);
        }
    }
    const fov_box turned = fov__mat_bounds(fov__mat_rotate(90), (fov_box){0, 0, 10, 20});
    assert_true(turned.x1 == -20 && turned.y1 == 0 && turned.x2 == 0 && turned.y2 == 10);
    const struct fov_mat horizon = {{1, 0, 0, 0, 1, 0, 1, 0, -5}};
    assert_true(isinf(fov__mat_bounds(horizon, (fov_box){0, 0, 10, 10}).x2));
}

static void geometry__density_is_the_length_of_a_small_step(void **state)
{
    uint64_t seed = 33;
    double sx, sy;
    (void)state;
    fov__mat_density(fov__mat_scale(2, -3), (fov_point){7, 7}, &sx, &sy);
    assert_true(sx == 2 && sy == 3);
    fov__mat_density(fov__mat_mul(fov__mat_rotate(90), fov__mat_scale(2, 3)), (fov_point){0, 0},
                     &sx, &sy);
    assert_true(sx == 2 && sy == 3);
    for (int i = 0; i < 5000; i++) {
        const struct fov_mat m = random_projective(&seed);
        const fov_point p = {between(&seed, 0, 4000), between(&seed, 0, 4000)};
        const double h = 1e-3;
        fov__mat_density(m, p, &sx, &sy);
        const fov_point a = fov__mat_apply(m, (fov_point){p.x - h, p.y});
        const fov_point b = fov__mat_apply(m, (fov_point){p.x + h, p.y});
        const fov_point c = fov__mat_apply(m, (fov_point){p.x, p.y - h});
        const fov_point d = fov__mat_apply(m, (fov_point){p.x, p.y + h});
        assert_near(hypot(b.x - a.x, b.y - a.y) / (2 * h), sx, 1e-5 * (1 + sx));
        assert_near(hypot(d.x - c.x, d.y - c.y) / (2 * h), sy, 1e-5 * (1 + sy));
    }
}

static void box__intersects_half_open(void **state)
{
    fov_box out;
    const fov_box a = {0, 0, 10, 10};
    (void)state;
    assert_true(fov__box_intersect(a, (fov_box){5, 6, 20, 20}, &out));
    assert_true(out.x1 == 5 && out.y1 == 6 && out.x2 == 10 && out.y2 == 10);
    assert_false(fov__box_intersect(a, (fov_box){10, 0, 20, 10}, &out)); /* they only touch */
    assert_false(fov__box_intersect(a, (fov_box){3, 3, 3, 9}, &out));
    assert_false(fov__box_intersect(a, (fov_box){0, 0, (double)NAN, 5}, &out) && out.x2 != 10);
    assert_true(fov__box_overlap(a, a) == 1);
    assert_true(fov__box_overlap(a, (fov_box){5, 0, 15, 10}) == 50.0 / 150);
    assert_true(fov__box_overlap(a, (fov_box){10, 0, 20, 10}) == 0);
    assert_true(fov__box_overlap((fov_box){0, 0, 0, 0}, (fov_box){0, 0, 0, 0}) == 0);
}

int suite_geometry(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(geometry__rounds_like_libm),
        cmocka_unit_test(geometry__sine_is_libms_within_1e_15),
        cmocka_unit_test(geometry__quarter_turns_are_exact),
        cmocka_unit_test(geometry__sine_has_its_symmetries_to_the_bit),
        cmocka_unit_test(geometry__has_the_same_bits_everywhere),
        cmocka_unit_test(geometry__four_quarter_turns_are_nothing),
        cmocka_unit_test(geometry__turns_clockwise_as_seen),
        cmocka_unit_test(geometry__product_applies_the_right_one_first),
        cmocka_unit_test(geometry__inverse_leads_back),
        cmocka_unit_test(geometry__aligned_inverse_is_exact),
        cmocka_unit_test(geometry__says_when_there_is_no_inverse),
        cmocka_unit_test(geometry__bounds_hold_every_point_inside),
        cmocka_unit_test(geometry__density_is_the_length_of_a_small_step),
        cmocka_unit_test(box__intersects_half_open),
    };
    return cmocka_run_group_tests_name("geometry", tests, NULL, NULL);
}
