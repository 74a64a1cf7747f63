/* SPDX-License-Identifier: MIT */
/* Our pixels against libvips': every file of PngSuite, all four other formats written by libvips
 * itself, and the photographs of each EXIF orientation. libvips is linked into this program only.
 */
#include "image/picture.h"

#include <dirent.h>
#include <vips/vips.h>

/* Pixels as libvips sees them, 8-bit sRGB with our bands; NULL when it refuses. */
static uint8_t *vips_pixels(VipsImage *image, int bands, int *width, int *height)
{
    VipsImage *t[4] = {NULL, NULL, NULL, NULL};
    uint8_t *out = NULL;
    size_t size = 0;
    if (vips_colourspace(image, &t[0], VIPS_INTERPRETATION_sRGB, NULL) == 0 &&
        vips_cast_uchar(t[0], &t[1], NULL) == 0) {
        if (t[1]->Bands == bands)
            out = vips_image_write_to_memory(t[1], &size);
        else if (t[1]->Bands > bands && vips_extract_band(t[1], &t[2], 0, "n", bands, NULL) == 0)
            out = vips_image_write_to_memory(t[2], &size);
        else if (vips_addalpha(t[1], &t[3], NULL) == 0)
            out = vips_image_write_to_memory(t[3], &size);
        *width = t[1]->Xsize;
        *height = t[1]->Ysize;
    }
    for (int i = 0; i < 4; i++) {
        if (t[i] != NULL)
            g_object_unref(t[i]);
    }
    return out;
}

static int worst_difference(const struct fov_pixels *px, const uint8_t *theirs)
{
    int worst = 0;
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *a = fov__pixels_row(px, y), *b = theirs + (size_t)y * px->stride;
        for (size_t i = 0; i < px->stride; i++)
            worst = abs(a[i] - b[i]) > worst ? abs(a[i] - b[i]) : worst;
    }
    return worst;
}

static void compare(fov_image *image, VipsImage *theirs, int allowed, const char *name)
{
    struct fov_level level = picture_level(image, 1);
    int width = 0, height = 0;
    uint8_t *pixels = vips_pixels(theirs, level.px->bands, &width, &height);
    assert_non_null(pixels);
    assert_int_equal(width, level.px->width);
    assert_int_equal(height, level.px->height);
    const int worst = worst_difference(level.px, pixels);
    if (worst > allowed)
        fail_msg("%s differs by up to %d", name, worst);
    g_free(pixels);
    fov__pixels_unref(level.px);
}

static void pngsuite__decodes_as_libvips_and_refuses_the_broken(void **state)
{
    (void)state;
    DIR *folder = opendir(FOV_TESTDATA "/pngsuite");
    const struct dirent *entry;
    int good = 0, bad = 0;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        const size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 4, ".png") != 0)
            continue;
        char path[1024];
        fov_error err;
        snprintf(path, sizeof(path), "%s/pngsuite/%s", FOV_TESTDATA, entry->d_name);
        const struct bytes bytes = picture_file(path);
        fov_context *ctx = picture_context();
        if (entry->d_name[0] == 'x') {
            assert_true(picture_status(ctx, bytes, false, &err) < 0);
            assert_true(strlen(err.message) > 20);
            bad++;
        } else {
            fov_image *image = picture_open(ctx, bytes, false);
            VipsImage *theirs = NULL;
            assert_int_equal(vips_pngload_buffer(bytes.data, bytes.size, &theirs, NULL), 0);
            /* libvips cuts 16 bits to 8 where we round. */
            compare(image, theirs, image->info.bits == 16 ? 1 : 0, entry->d_name);
            g_object_unref(theirs);
            fov_image_unref(image);
            good++;
        }
        fov_context_free(ctx);
        free(bytes.data);
    }
    closedir(folder);
    assert_int_equal(good, 161);
    assert_int_equal(bad, 14);
}

/* A picture of `bands` bands for libvips to write. */
static VipsImage *pattern(int width, int height, int bands)
{
    uint8_t *data = malloc((size_t)(width * height * bands));
    for (int i = 0; i < width * height * bands; i++)
        data[i] = picture_sample(i / bands % width, i / bands / width, i % bands);
    VipsImage *image = vips_image_new_from_memory_copy(data, (size_t)(width * height * bands),
                                                       width, height, bands, VIPS_FORMAT_UCHAR);
    free(data);
    VipsImage *named = NULL;
    assert_int_equal(vips_copy(image, &named, "interpretation",
                               bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB,
                               NULL),
                     0);
    g_object_unref(image);
    return named;
}

static void check_saved(void *data, size_t size, int32_t format, const char *suffix, int bands)
{
    fov_context *ctx = picture_context();
    fov_image *image = picture_open(ctx, (struct bytes){data, size}, false);
    VipsImage *theirs = vips_image_new_from_buffer(data, size, "", NULL);
    assert_non_null(theirs);
    assert_int_equal(image->info.format, format);
    assert_int_equal(image->info.has_alpha, bands == 2 || bands == 4);
    compare(image, theirs, 0, suffix);
    g_object_unref(theirs);
    fov_image_unref(image);
    fov_context_free(ctx);
    g_free(data);
}

static void formats__decode_as_libvips(void **state)
{
    (void)state;
    for (int bands = 1; bands <= 4; bands++) {
        VipsImage *image = pattern(75, 58, bands);
        void *data = NULL;
        size_t size = 0;
        if (bands >= 3) {
            assert_int_equal(vips_webpsave_buffer(image, &data, &size, "lossless", TRUE, NULL), 0);
            check_saved(data, size, FOV_FORMAT_WEBP, "lossless webp", bands);
            assert_int_equal(vips_webpsave_buffer(image, &data, &size, "Q", 80, NULL), 0);
            check_saved(data, size, FOV_FORMAT_WEBP, "webp", bands);
        }
        for (int kind = 0; kind < 3; kind++) {
            assert_int_equal(vips_tiffsave_buffer(image, &data, &size, "compression",
                                                  kind == 0 ? VIPS_FOREIGN_TIFF_COMPRESSION_NONE
                                                  : kind == 1
                                                      ? VIPS_FOREIGN_TIFF_COMPRESSION_LZW
                                                      : VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE,
                                                  "tile", kind == 2, NULL),
                             0);
            check_saved(data, size, FOV_FORMAT_TIFF, "tiff", bands);
        }
        g_object_unref(image);
    }
}

/* TIFF and WebP carry an orientation too. */
static void formats__are_turned_upright(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        VipsImage *image = pattern(75, 58, 3), *theirs = NULL, *turned = NULL;
        void *data = NULL;
        size_t size = 0;
        vips_image_set_int(image, "orientation", kind < 2 ? 6 : 7);
        if (kind % 2 == 0) {
            assert_int_equal(vips_tiffsave_buffer(image, &data, &size, NULL), 0);
            assert_int_equal(vips_tiffload_buffer(data, size, &theirs, NULL), 0);
        } else {
            assert_int_equal(vips_webpsave_buffer(image, &data, &size, "lossless", TRUE, NULL), 0);
            assert_int_equal(vips_webpload_buffer(data, size, &theirs, NULL), 0);
        }
        assert_int_equal(vips_autorot(theirs, &turned, NULL), 0);
        fov_context *ctx = picture_context();
        fov_image *ours = picture_open(ctx, (struct bytes){data, size}, false);
        assert_int_equal(ours->info.orientation, kind < 2 ? 6 : 7);
        compare(ours, turned, 0, "turned");
        fov_image_unref(ours);
        fov_context_free(ctx);
        g_object_unref(turned);
        g_object_unref(theirs);
        g_object_unref(image);
        g_free(data);
    }
}

static void tiff__cmyk_is_as_the_formula_says(void **state)
{
    (void)state;
    VipsImage *image = pattern(33, 21, 4), *inks = NULL;
    void *data = NULL;
    size_t size = 0;
    assert_int_equal(vips_copy(image, &inks, "interpretation", VIPS_INTERPRETATION_CMYK, NULL), 0);
    assert_int_equal(vips_tiffsave_buffer(inks, &data, &size, NULL), 0);
    fov_context *ctx = picture_context();
    fov_image *ours = picture_open(ctx, (struct bytes){data, size}, false);
    struct fov_level level = picture_level(ours, 1);
    assert_int_equal(level.px->bands, 3);
    for (int i = 0; i < 33 * 21; i++) {
        for (int c = 0; c < 3; c++) {
            const int ink = 255 - picture_sample(i % 33, i / 33, c);
            const int black = 255 - picture_sample(i % 33, i / 33, 3);
            assert_int_equal(level.px->data[3 * i + c], (ink * black * 2 + 255) / 510);
        }
    }
    fov__pixels_unref(level.px);
    fov_image_unref(ours);
    fov_context_free(ctx);
    g_object_unref(inks);
    g_object_unref(image);
    g_free(data);
}

static void gif__decodes_as_libvips(void **state)
{
    (void)state;
    for (int bands = 3; bands <= 4; bands++) {
        VipsImage *image = pattern(60, 44, bands);
        void *data = NULL;
        size_t size = 0;
        assert_int_equal(vips_gifsave_buffer(image, &data, &size, NULL), 0);
        fov_context *ctx = picture_context();
        fov_image *ours = picture_open(ctx, (struct bytes){data, size}, false);
        VipsImage *theirs = vips_image_new_from_buffer(data, size, "", NULL);
        compare(ours, theirs, 0, "gif");
        g_object_unref(theirs);
        fov_image_unref(ours);
        fov_context_free(ctx);
        g_free(data);
        g_object_unref(image);
    }
}

static void tiff__sixteen_bits_are_rounded(void **state)
{
    (void)state;
    uint16_t *data = malloc(65536 * 2);
    for (int i = 0; i < 65536; i++)
        data[i] = (uint16_t)i;
    VipsImage *image = vips_image_new_from_memory(data, 65536 * 2, 256, 256, 1, VIPS_FORMAT_USHORT),
              *grey = NULL;
    void *file = NULL;
    size_t size = 0;
    assert_int_equal(vips_copy(image, &grey, "interpretation", VIPS_INTERPRETATION_GREY16, NULL),
                     0);
    assert_int_equal(vips_tiffsave_buffer(grey, &file, &size, NULL), 0);
    fov_context *ctx = picture_context();
    fov_image *ours = picture_open(ctx, (struct bytes){file, size}, false);
    struct fov_level level = picture_level(ours, 1);
    for (int i = 0; i < 65536; i++)
        assert_int_equal(fov__pixels_row(level.px, i / 256)[i % 256 * 3],
                         (i * 255 + 32767) / 65535);
    fov__pixels_unref(level.px);
    fov_image_unref(ours);
    fov_context_free(ctx);
    g_free(file);
    g_object_unref(grey);
    g_object_unref(image);
    free(data);
}

static double mean_difference(const struct fov_pixels *a, const struct fov_pixels *b)
{
    double sum = 0;
    for (int32_t y = 0; y < a->height; y++) {
        for (size_t i = 0; i < a->stride; i++)
            sum += abs(fov__pixels_row(a, y)[i] - fov__pixels_row(b, y)[i]);
    }
    return sum / ((double)a->stride * a->height);
}

static void photographs__are_upright_whatever_the_orientation(void **state)
{
    static const char *const names[] = {"Landscape", "Portrait"};
    (void)state;
    for (int k = 0; k < 2; k++) {
        fov_context *ctx = picture_context();
        struct fov_level first = {.px = NULL};
        for (int i = 0; i <= 8; i++) {
            char path[1024];
            fov_image *image = NULL;
            fov_error err;
            snprintf(path, sizeof(path), "%s/orient/%s_%d.jpg", FOV_TESTDATA, names[k], i);
            if (fov_image_open(&image, ctx, path, NULL, &err) < 0)
                fail_msg("%s: %s", path, err.message);
            assert_int_equal(image->info.orientation, i == 0 ? 1 : i);
            assert_int_equal(fov_image_size(image).width, k == 0 ? 1800 : 1200);
            assert_int_equal(fov_image_size(image).height, k == 0 ? 1200 : 1800);
            VipsImage *stored = NULL, *theirs = NULL;
            assert_int_equal(vips_jpegload(path, &stored, NULL), 0);
            assert_int_equal(vips_autorot(stored, &theirs, NULL), 0);
            compare(image, theirs, 0, path);
            g_object_unref(theirs);
            g_object_unref(stored);
            struct fov_level level = picture_level(image, 1);
            /* They were compressed anew for each orientation, so they are not equal. */
            if (i == 0)
                first = level;
            else if (mean_difference(first.px, level.px) > 5.0)
                fail_msg("%s differs by %.2f in the mean", path,
                         mean_difference(first.px, level.px));
            if (i > 0)
                fov__pixels_unref(level.px);
            fov_image_unref(image);
        }
        fov__pixels_unref(first.px);
        fov_context_free(ctx);
    }
}

static void jpeg__cmyk_is_as_the_formula_says(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        const struct bytes bytes = picture_jpeg((struct jpeg_look){.width = 40,
                                                                   .height = 30,
                                                                   .components = 4,
                                                                   .has_adobe = kind > 0,
                                                                   .is_ycck = kind == 2});
        fov_context *ctx = picture_context();
        fov_image *image = picture_open(ctx, bytes, false);
        struct fov_level level = picture_level(image, 1);
        VipsImage *theirs = NULL;
        assert_int_equal(vips_jpegload_buffer(bytes.data, bytes.size, &theirs, NULL), 0);
        size_t size = 0;
        uint8_t *ink = vips_image_write_to_memory(theirs, &size);
        assert_int_equal(theirs->Bands, 4);
        for (int i = 0; i < 40 * 30; i++) {
            /* libvips turns the samples round, so that 255 is full ink. */
            for (int c = 0; c < 3; c++) {
                const double want =
                    255.0 * (1 - ink[4 * i + c] / 255.0) * (1 - ink[4 * i + 3] / 255.0);
                const int got = fov__pixels_row(level.px, i / 40)[i % 40 * 3 + c];
                if (abs(got - (int)(want + 0.5)) > 0)
                    fail_msg("kind %d pixel %d: %d, and %.2f is right", kind, i, got, want);
            }
        }
        g_free(ink);
        g_object_unref(theirs);
        fov__pixels_unref(level.px);
        fov_image_unref(image);
        fov_context_free(ctx);
        free(bytes.data);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    if (VIPS_INIT(argv[0]) != 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pngsuite__decodes_as_libvips_and_refuses_the_broken),
        cmocka_unit_test(formats__decode_as_libvips),
        cmocka_unit_test(formats__are_turned_upright),
        cmocka_unit_test(tiff__cmyk_is_as_the_formula_says),
        cmocka_unit_test(gif__decodes_as_libvips),
        cmocka_unit_test(tiff__sixteen_bits_are_rounded),
        cmocka_unit_test(photographs__are_upright_whatever_the_orientation),
        cmocka_unit_test(jpeg__cmyk_is_as_the_formula_says),
    };
    return cmocka_run_group_tests_name("image_oracle", tests, NULL, NULL);
}
