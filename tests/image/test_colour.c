/* SPDX-License-Identifier: MIT */
/* Profiles are applied, ignored when unfit, and left out when they are sRGB anyway. */
#include "image/picture.h"
#include "image/suites.h"

#include <lcms2.h>

static atomic_int notes;

static void count_note(int level, const char *line, void *user)
{
    (void)user;
    if (level == FOV_LOG_WARNING && strstr(line, "profile") != NULL)
        atomic_fetch_add(&notes, 1);
}

static fov_context *noting_context(void)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    opts.log = count_note;
    atomic_store(&notes, 0);
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

static fov_image *with_profile(fov_context *ctx, int components, const void *icc, size_t size)
{
    const struct bytes bytes = picture_jpeg((struct jpeg_look){.width = 48,
                                                               .height = 32,
                                                               .components = components,
                                                               .icc = icc,
                                                               .icc_size = (unsigned)size});
    fov_image *image = picture_open(ctx, bytes, false);
    free(bytes.data);
    return image;
}

/* lcms2 asked directly, on the pixels without the profile. */
static void profile__is_applied_to_whole_and_piece(void **state)
{
    (void)state;
    fov_context *ctx = noting_context();
    const struct bytes icc = picture_profile(false);
    fov_image *plain = with_profile(ctx, 3, NULL, 0),
              *image = with_profile(ctx, 3, icc.data, icc.size);
    struct fov_level stored = picture_level(plain, 1), level = picture_level(image, 1);
    cmsHPROFILE from = cmsOpenProfileFromMem(icc.data, (cmsUInt32Number)icc.size),
                to = cmsCreate_sRGBProfile();
    cmsHTRANSFORM transform =
        cmsCreateTransform(from, TYPE_RGB_8, to, TYPE_RGB_8, INTENT_RELATIVE_COLORIMETRIC,
                           cmsFLAGS_BLACKPOINTCOMPENSATION);
    uint8_t want[48 * 3];
    int moved = 0;
    for (int y = 0; y < 32; y++) {
        cmsDoTransform(transform, fov__pixels_row(stored.px, y), want, 48);
        assert_memory_equal(fov__pixels_row(level.px, y), want, sizeof(want));
        moved += memcmp(fov__pixels_row(stored.px, y), want, sizeof(want)) != 0;
    }
    assert_int_equal(moved, 32);
    struct fov_pixels *piece = NULL;
    assert_int_equal(
        fov__jpeg_decode(&piece, image, (struct fov_recti){20, 12, 9, 7}, 1, NULL, NULL), FOV_OK);
    for (int y = 0; y < 7; y++)
        assert_memory_equal(fov__pixels_row(piece, y), fov__pixels_row(level.px, 12 + y) + 60, 27);
    assert_int_equal(image->info.has_icc, 1);
    assert_int_equal(atomic_load(&notes), 0);
    cmsDeleteTransform(transform);
    cmsCloseProfile(from);
    cmsCloseProfile(to);
    fov__pixels_unref(piece);
    fov__pixels_unref(stored.px);
    fov__pixels_unref(level.px);
    fov_image_unref(plain);
    fov_image_unref(image);
    fov_context_free(ctx);
    free(icc.data);
}

static void assert_unchanged(fov_context *ctx, fov_image *image, int components)
{
    fov_image *plain = with_profile(ctx, components, NULL, 0);
    struct fov_level a = picture_level(plain, 1), b = picture_level(image, 1);
    assert_null(image->icc);
    assert_memory_equal(a.px->data, b.px->data, a.px->stride * (size_t)a.px->height);
    fov__pixels_unref(a.px);
    fov__pixels_unref(b.px);
    fov_image_unref(plain);
}

static void profile__of_other_colours_or_broken_is_ignored_and_noted(void **state)
{
    (void)state;
    fov_context *ctx = noting_context();
    const struct bytes rgb = picture_profile(false), grey = picture_profile(true);
    const char junk[400] = "not a profile";
    fov_image *images[] = {
        with_profile(ctx, 1, rgb.data, rgb.size), with_profile(ctx, 3, grey.data, grey.size),
        with_profile(ctx, 3, junk, sizeof(junk)), with_profile(ctx, 3, rgb.data, rgb.size / 2)};
    assert_int_equal(atomic_load(&notes), 4);
    for (size_t i = 0; i < FOV_COUNT(images); i++) {
        assert_unchanged(ctx, images[i], i == 0 ? 1 : 3);
        fov_image_unref(images[i]);
    }
    fov_context_free(ctx);
    free(rgb.data);
    free(grey.data);
}

static void profile__of_srgb_costs_nothing(void **state)
{
    (void)state;
    fov_context *ctx = noting_context();
    uint8_t icc[8192];
    cmsUInt32Number size = sizeof(icc);
    cmsHPROFILE srgb = cmsCreate_sRGBProfile();
    assert_true(cmsSaveProfileToMem(srgb, icc, &size));
    cmsCloseProfile(srgb);
    fov_image *image = with_profile(ctx, 3, icc, size);
    assert_int_equal(image->info.has_icc, 1);
    assert_int_equal(atomic_load(&notes), 0);
    assert_unchanged(ctx, image, 3);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void profile__of_grey_is_applied_to_grey(void **state)
{
    (void)state;
    fov_context *ctx = noting_context();
    const struct bytes grey = picture_profile(true);
    fov_image *image = with_profile(ctx, 1, grey.data, grey.size),
              *plain = with_profile(ctx, 1, NULL, 0);
    struct fov_level a = picture_level(plain, 1), b = picture_level(image, 1);
    for (int i = 0; i < 48 * 32; i++) {
        const uint8_t *from = a.px->data + 3 * i, *to = b.px->data + 3 * i;
        assert_true(to[0] == to[1] && to[1] == to[2]);
        assert_true(to[0] >= from[0]); /* linear light is darker than its sRGB number */
        if (from[0] == 128)
            assert_in_range(to[0], 187, 189); /* 255 * sRGB(128 / 255) */
    }
    fov__pixels_unref(a.px);
    fov__pixels_unref(b.px);
    fov_image_unref(image);
    fov_image_unref(plain);
    fov_context_free(ctx);
    free(grey.data);
}

int suite_colour(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profile__is_applied_to_whole_and_piece),
        cmocka_unit_test(profile__of_other_colours_or_broken_is_ignored_and_noted),
        cmocka_unit_test(profile__of_srgb_costs_nothing),
        cmocka_unit_test(profile__of_grey_is_applied_to_grey),
    };
    return cmocka_run_group_tests_name("colour", tests, NULL, NULL);
}
