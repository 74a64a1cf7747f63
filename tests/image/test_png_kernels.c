/* SPDX-License-Identifier: MIT */
/* The twins of the PNG kernels write the same bytes for any input, and the portable ones what the
 * specification says, written out here once more. */
#include "image/picture.h"
#include "image/png_kernels.h"

enum { SIZE_MAX_ROW = 700, WAVE = FOV__PNG_WAVE, STEP = SIZE_MAX_ROW + 2 * FOV__PNG_SLACK };

static bool has_avx2(void)
{
    fov_context *ctx = picture_context();
    const bool has = ctx->cpu == FOV__CPU_AVX2;
    fov_context_free(ctx);
    return has;
}

/* Noise, or noise between runs of zeros. */
static void fill(uint8_t *p, size_t size, uint32_t *seed)
{
    const uint32_t kind = picture_random(seed) % 3;
    for (size_t i = 0; i < size; i++)
        p[i] = (uint8_t)(kind == 2 ? picture_random(seed) % 3 : picture_random(seed));
    for (size_t i = 0; i < size && kind != 0;) {
        const size_t run = 1 + picture_random(seed) % 90, n = run < size - i ? run : size - i;
        memset(p + i, kind == 1 ? 0 : p[i], n);
        i += n + picture_random(seed) % 9;
    }
}

/* PNG 9.2 and 9.4, byte by byte. */
static uint8_t predicted(int filter, int a, int b, int c)
{
    const int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
    switch (filter) {
    case 1:
        return (uint8_t)a;
    case 2:
        return (uint8_t)b;
    case 3:
        return (uint8_t)((a + b) / 2);
    case 4:
        return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
    default:
        return 0;
    }
}

static void by_the_book(uint8_t *out, const uint8_t *in, const uint8_t *above, size_t size,
                        size_t step, int filter)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(in[i] + predicted(filter, i < step ? 0 : out[i - step], above[i],
                                             i < step ? 0 : above[i - step]));
}

static void paeth__is_that_of_the_book(void **state)
{
    (void)state;
    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            for (int c = 0; c < 256; c++) {
                if (fov__png_paeth(a, b, c) != predicted(4, a, b, c))
                    fail_msg("Paeth of %d, %d, %d", a, b, c);
            }
        }
    }
}

static void check_filters(const struct fov_png_filters *filters, size_t step, const char *twin)
{
    const fov__png_filter_fn fns[] = {filters->sub, filters->up, filters->average, filters->paeth,
                                      filters->paeth_flat};
    static uint8_t in[STEP], above[STEP], out[STEP], want[STEP];
    uint32_t seed = 17 + (uint32_t)step;
    for (int round = 0; round < 3000; round++) {
        const size_t size = step * (1 + picture_random(&seed) % (SIZE_MAX_ROW / step));
        fill(in, sizeof(in), &seed);
        fill(above, sizeof(above), &seed);
        const size_t k = (size_t)round % FOV_COUNT(fns);
        memset(out, 99, sizeof(out));
        fns[k](out, in, above, size);
        by_the_book(want, in, above, size, step, k == 4 ? 4 : (int)k + 1);
        if (memcmp(out, want, size) != 0)
            fail_msg("%s filter %zu, step %zu, %zu bytes", twin, k, step, size);
        for (size_t i = size + FOV__PNG_SLACK; i < sizeof(out); i++)
            assert_int_equal(out[i], 99);
    }
}

static void filters__are_those_of_the_book(void **state)
{
    static const size_t steps[] = {1, 2, 3, 4, 6, 8};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(steps); i++) {
        check_filters(fov__png_filters(FOV__CPU_PORTABLE, steps[i]), steps[i], "portable");
        if (has_avx2())
            check_filters(fov__png_filters(FOV__CPU_AVX2, steps[i]), steps[i], "AVX2");
    }
}

static void wave__is_four_rows_one_by_one(void **state)
{
    (void)state;
    static uint8_t in[WAVE][STEP], above[STEP], out[WAVE][STEP], want[WAVE][STEP];
    uint32_t seed = 5;
    for (int round = 0; round < 8000 && has_avx2(); round++) {
        const size_t step = 1 + (size_t)round % 4;
        const int filter = round / 4 % 2 == 0 ? 3 : 4;
        const struct fov_png_filters *filters = fov__png_filters(FOV__CPU_AVX2, step);
        const size_t size = step * (1 + picture_random(&seed) % (SIZE_MAX_ROW / step));
        uint8_t *rows[WAVE];
        for (size_t k = 0; k < WAVE; k++) {
            fill(in[k], STEP, &seed);
            rows[k] = out[k];
        }
        fill(above, sizeof(above), &seed);
        memset(out, 99, sizeof(out));
        (filter == 3 ? filters->average_wave : filters->paeth_wave)(rows, in[0], STEP, above, size);
        for (size_t k = 0; k < WAVE; k++) {
            by_the_book(want[k], in[k], k == 0 ? above : want[k - 1], size, step, filter);
            if (memcmp(out[k], want[k], size) != 0)
                fail_msg("row %zu of a wave of filter %d, step %zu, %zu bytes", k, filter, step,
                         size);
            assert_int_equal(out[k][size], 99);
        }
    }
}

static void spreads__have_equal_twins(void **state)
{
    (void)state;
    static uint8_t in[8 * 300 + FOV__PNG_SLACK], palette[256][4];
    static uint8_t a[4 * 300 + FOV__PNG_SLACK], b[4 * 300 + FOV__PNG_SLACK];
    const struct fov_png_spreads *one = fov__png_spreads(FOV__CPU_PORTABLE);
    const struct fov_png_spreads *two = has_avx2() ? fov__png_spreads(FOV__CPU_AVX2) : one;
    uint32_t seed = 23;
    for (int round = 0; round < 3000; round++) {
        const size_t n = 1 + picture_random(&seed) % 300;
        fill(in, sizeof(in), &seed);
        fill(palette[0], sizeof(palette), &seed);
        const uint32_t key = in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16;
        const struct fov_png_spreads *twins[2] = {one, two};
        size_t size = 0;
        for (int t = 0; t < 2; t++) {
            uint8_t *out = t == 0 ? a : b;
            switch (round % 6) {
            case 0:
                twins[t]->grey(out, in, n);
                size = 3 * n;
                break;
            case 1:
                twins[t]->grey_alpha(out, in, n);
                size = 4 * n;
                break;
            case 2:
                twins[t]->rgb_key(out, in, n, key);
                size = 4 * n;
                break;
            case 3:
                twins[t]->palette_rgb(out, in, n, (const uint8_t(*)[4])palette);
                size = 3 * n;
                break;
            case 4:
                twins[t]->palette_rgba(out, in, n, (const uint8_t(*)[4])palette);
                size = 4 * n;
                break;
            default:
                twins[t]->narrow(out, in, 4 * n);
                size = 4 * n;
                break;
            }
        }
        if (memcmp(a, b, size) != 0)
            fail_msg("kernel %d, %zu pixels", round % 6, n);
    }
}

static void narrow__rounds_every_sample(void **state)
{
    (void)state;
    static uint8_t in[2 * 65536 + FOV__PNG_SLACK], out[65536 + FOV__PNG_SLACK];
    for (uint32_t v = 0; v < 65536; v++) {
        in[2 * v] = (uint8_t)(v >> 8);
        in[2 * v + 1] = (uint8_t)v;
    }
    for (int cpu = 0; cpu <= (has_avx2() ? 1 : 0); cpu++) {
        fov__png_spreads((enum fov__cpu)cpu)->narrow(out, in, 65536);
        for (uint32_t v = 0; v < 65536; v++)
            assert_int_equal(out[v], (2 * v * 255 + 65535) / (2 * 65535));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paeth__is_that_of_the_book),
        cmocka_unit_test(filters__are_those_of_the_book),
        cmocka_unit_test(wave__is_four_rows_one_by_one),
        cmocka_unit_test(spreads__have_equal_twins),
        cmocka_unit_test(narrow__rounds_every_sample),
    };
    return cmocka_run_group_tests_name("image_png_kernels", tests, NULL, NULL);
}
