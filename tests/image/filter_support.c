/* SPDX-License-Identifier: MIT */
#include "image/filter_support.h"

const int32_t scene_sizes[][2] = {{1, 1},   {2, 1},    {1, 2},  {3, 3},   {7, 3},   {2, 5},
                                  {5, 64},  {1, 33},   {33, 1}, {15, 4},  {16, 9},  {17, 4},
                                  {31, 6},  {32, 7},   {37, 8}, {64, 64}, {80, 70}, {99, 17},
                                  {129, 5}, {300, 40}, {0, 0}};

static fov_context *context;

fov_context *the_context(void)
{
    if (context == NULL)
        assert_int_equal(fov_context_new(&context, NULL, NULL), FOV_OK);
    return context;
}

void the_context_free(void)
{
    fov_context_free(context);
    context = NULL;
}

int twins(enum fov__cpu out[2])
{
    out[0] = FOV__CPU_PORTABLE;
    assert_int_equal(fov__cpu_detect(&out[1], NULL), FOV_OK);
    return out[1] == FOV__CPU_PORTABLE ? 1 : 2;
}

uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static size_t stride_of(const struct scene *s, int32_t bands)
{
    return (size_t)(s->w + 2 * MARGIN) * (size_t)bands;
}

static struct fov__view view_of(const struct scene *s, uint8_t *data, int32_t bands)
{
    const size_t stride = stride_of(s, bands);
    return (struct fov__view){data + MARGIN * stride + MARGIN * (size_t)bands, stride, s->w, s->h,
                              bands};
}

void scene_make(struct scene *s, int32_t w, int32_t h, int32_t bands, uint32_t seed)
{
    assert_true(w <= WIDTH_MAX && h <= HEIGHT_MAX);
    s->w = w;
    s->h = h;
    s->bands = bands;
    for (size_t i = 0; i < sizeof(s->before); i++) {
        const uint32_t r = next_random(&seed);
        s->before[i] = (uint8_t)((r & 0x300) == 0 ? 0 : (r & 0x300) == 0x300 ? 255 : r & 255);
    }
}

void scene_make_photo(struct scene *s, int32_t w, int32_t h, int32_t bands, uint32_t seed)
{
    scene_make(s, w, h, bands, seed);
    const struct fov__view view = view_of(s, s->before, bands);
    for (int32_t y = 0; y < h; y++) {
        for (int32_t x = 0; x < w * bands; x++)
            fov__view_row(&view, y)[x] =
                (uint8_t)(20 + (x / bands * 90 + y * 70) / (w + h) + 30 * (x % bands) +
                          (int32_t)(next_random(&seed) & 15));
    }
}

void scene_make_pattern(struct scene *s, int32_t w, int32_t h)
{
    scene_make(s, w, h, 1, 1);
    const struct fov__view view = view_of(s, s->before, 1);
    for (int32_t k = 0; k < w * h; k++)
        fov__view_row(&view, k / w)[k % w] = (uint8_t)filter_pattern(k % w, k / w);
}

struct fov__view scene_before(struct scene *s)
{
    return view_of(s, s->before, s->bands);
}

int32_t at(const struct scene *s, int32_t x, int32_t y, int32_t c)
{
    x = x < 0 ? 0 : x >= s->w ? s->w - 1 : x;
    y = y < 0 ? 0 : y >= s->h ? s->h - 1 : y;
    return s->before[(size_t)(y + MARGIN) * stride_of(s, s->bands) +
                     (size_t)((x + MARGIN) * s->bands + c)];
}

int32_t got(const struct scene *s, int32_t x, int32_t y, int32_t c)
{
    return s->after[(size_t)(y + MARGIN) * stride_of(s, s->bands) +
                    (size_t)((x + MARGIN) * s->bands + c)];
}

int32_t luma_at(const struct scene *s, int32_t x, int32_t y)
{
    const double sum = s->bands == 1 ? 65536.0 * at(s, x, y, 0)
                                     : 13933.0 * at(s, x, y, 0) + 46871.0 * at(s, x, y, 1) +
                                           4732.0 * at(s, x, y, 2);
    return (int32_t)(sum / 65536 + 0.5);
}

static void outside_is(const struct scene *s, const uint8_t *is, const uint8_t *was, int32_t bands)
{
    const size_t stride = stride_of(s, bands), skip = MARGIN * (size_t)bands;
    const size_t inner = (size_t)s->w * (size_t)bands;
    for (int32_t y = 0; y < s->h + 2 * MARGIN; y++) {
        const size_t row = (size_t)y * stride;
        if (y < MARGIN || y >= s->h + MARGIN) {
            assert_memory_equal(is + row, was + row, stride);
            continue;
        }
        assert_memory_equal(is + row, was + row, skip);
        assert_memory_equal(is + row + skip + inner, was + row + skip + inner, skip);
    }
}

static void run_once(struct scene *s, enum fov__cpu cpu, bool is_in_place, uint8_t *out,
                     int32_t out_bands, scene_fn fn, const void *args)
{
    static uint8_t in[sizeof(s->before)], guard[sizeof(s->before)];
    const struct fov__filter filter = {the_context(), NULL, "test"};
    const enum fov__cpu was = filter.ctx->cpu;
    memcpy(in, s->before, sizeof(in));
    for (size_t i = 0; i < sizeof(guard); i++)
        guard[i] = (uint8_t)(i * 37 + 11);
    memcpy(out, is_in_place ? s->before : guard, sizeof(guard));
    const struct fov__view from = view_of(s, is_in_place ? out : in, s->bands);
    const struct fov__view to = view_of(s, out, out_bands);
    filter.ctx->cpu = cpu;
    assert_int_equal(fn(&filter, &from, &to, args), FOV_OK);
    filter.ctx->cpu = was;
    assert_memory_equal(in, s->before, sizeof(in));
    outside_is(s, out, is_in_place ? s->before : guard, out_bands);
}

static void inside_is(const struct scene *s, const uint8_t *a, const uint8_t *b, int32_t bands)
{
    const size_t stride = stride_of(s, bands), skip = MARGIN * (size_t)bands;
    for (int32_t y = MARGIN; y < s->h + MARGIN; y++)
        assert_memory_equal(a + (size_t)y * stride + skip, b + (size_t)y * stride + skip,
                            (size_t)s->w * (size_t)bands);
}

void scene_run(struct scene *s, int32_t out_bands, scene_fn fn, const void *args)
{
    static uint8_t other[sizeof(s->after)];
    enum fov__cpu cpu[2];
    const int count = twins(cpu);
    run_once(s, cpu[0], false, s->after, out_bands, fn, args);
    for (int i = 0; i < count; i++) {
        run_once(s, cpu[i], false, other, out_bands, fn, args);
        inside_is(s, s->after, other, out_bands);
        if (s->bands != out_bands)
            continue;
        run_once(s, cpu[i], true, other, out_bands, fn, args);
        inside_is(s, s->after, other, out_bands);
    }
}
