/* SPDX-License-Identifier: MIT */
/* Pixels turned and shrunk: the twins write the same bytes, and these are what a loop over single
 * pixels gives. */
#include "image/picture.h"
#include "image/turn_internal.h"

enum { SIDE = 90 };

static int cpu_count(void)
{
    fov_context *ctx = picture_context();
    const int count = (int)ctx->cpu + 1;
    fov_context_free(ctx);
    return count;
}

static struct fov_pixels *some_pixels(fov_context *ctx, int width, int height, int bands,
                                      uint32_t *seed)
{
    struct fov_pixels *px = NULL;
    assert_int_equal(fov__pixels_new(&px, ctx, width, height, bands, NULL), FOV_OK);
    for (size_t i = 0; i < px->stride * (size_t)height; i++)
        px->data[i] = (uint8_t)picture_random(seed);
    return px;
}

/* EXIF 2.3, tag 274: which corner the first stored row and column are at. */
static const uint8_t *stored(const struct fov_pixels *px, int orientation, int x, int y)
{
    const int a = orientation >= 5 ? y : x, b = orientation >= 5 ? x : y;
    const bool right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool bottom =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    return fov__pixels_row(px, bottom ? px->height - 1 - b : b) +
           (right ? px->width - 1 - a : a) * px->bands;
}

static void turned__pixels_are_where_exif_says(void **state)
{
    (void)state;
    uint32_t seed = 1;
    fov_context *ctx = picture_context();
    for (int cpu = 0, count = cpu_count(); cpu < count; cpu++) {
        ctx->cpu = (enum fov__cpu)cpu;
        for (int round = 0; round < 480; round++) {
            const int orientation = 1 + round % 8, bands = 3 + round / 8 % 2;
            const int width = 1 + (int)(picture_random(&seed) % SIDE);
            const int height = 1 + (int)(picture_random(&seed) % SIDE);
            struct fov_pixels *px = some_pixels(ctx, width, height, bands, &seed), *out = NULL;
            assert_int_equal(fov__orient_pixels(&out, fov__pixels_ref(px), orientation, NULL),
                             FOV_OK);
            assert_int_equal(out->width, orientation >= 5 ? height : width);
            for (int y = 0; y < out->height; y++) {
                for (int x = 0; x < out->width; x++)
                    assert_memory_equal(fov__pixels_row(out, y) + x * bands,
                                        stored(px, orientation, x, y), (size_t)bands);
            }
            fov__pixels_unref(out);
            fov__pixels_unref(px);
        }
    }
    fov_context_free(ctx);
}

/* The mean of a square, weighted by alpha where anything of it is visible. */
static uint8_t mean_of(const struct fov_pixels *px, int x1, int y1, int shrink, int c)
{
    uint32_t sum = 0, weights = 0, plain = 0, n = 0;
    for (int y = y1; y < y1 + shrink && y < px->height; y++) {
        for (int x = x1; x < x1 + shrink && x < px->width; x++) {
            const uint8_t *p = fov__pixels_row(px, y) + x * px->bands;
            const uint32_t alpha = px->bands == 4 && c < 3 ? p[3] : 1;
            sum += p[c] * alpha;
            weights += alpha;
            plain += p[c];
            n++;
        }
    }
    return (uint8_t)(weights != 0 ? (sum + weights / 2) / weights : (plain + n / 2) / n);
}

static void shrunk__pixels_are_the_means(void **state)
{
    (void)state;
    uint32_t seed = 2;
    fov_context *ctx = picture_context();
    for (int cpu = 0, count = cpu_count(); cpu < count; cpu++) {
        ctx->cpu = (enum fov__cpu)cpu;
        for (int round = 0; round < 240; round++) {
            const int shrink = 2 << round % 3, bands = 3 + round / 3 % 2, kind = round / 6 % 4;
            const int width = 1 + (int)(picture_random(&seed) % 600);
            const int height = 1 + (int)(picture_random(&seed) % 40);
            struct fov_pixels *px = some_pixels(ctx, width, height, bands, &seed), *out = NULL;
            /* Opaque, opaque but for one, clear, any. */
            for (int i = 0; i < width * height && bands == 4 && kind < 3; i++)
                px->data[4 * i + 3] = kind == 2 ? 0 : 255;
            if (bands == 4 && kind == 1)
                px->data[4 * (width * height / 2) + 3] = 254;
            if (round % 5 == 0)
                memset(px->data, 255, px->stride * (size_t)height); /* the largest sums */
            assert_int_equal(fov__shrink_pixels(&out, px, shrink, NULL), FOV_OK);
            for (int y = 0; y < out->height; y++) {
                for (int x = 0; x < out->width; x++) {
                    for (int c = 0; c < bands; c++)
                        assert_int_equal(fov__pixels_row(out, y)[x * bands + c],
                                         mean_of(px, x * shrink, y * shrink, shrink, c));
                }
            }
            fov__pixels_unref(out);
            fov__pixels_unref(px);
        }
    }
    fov_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turned__pixels_are_where_exif_says),
        cmocka_unit_test(shrunk__pixels_are_the_means),
    };
    return cmocka_run_group_tests_name("image_turn", tests, NULL, NULL);
}
