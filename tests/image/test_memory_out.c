/* SPDX-License-Identifier: MIT */
/* Every allocation of opening and decoding fails in turn, those inside libpng and libjpeg-turbo
 * too: the answer is FOV_E_MEMORY, or, where the cache stepped aside, the right picture. */
#include "image/picture.h"
#include "torture/torture.h"

struct subject {
    struct bytes bytes;
    uint64_t pixels; /* hash of the right picture */
    int32_t shrink;
    uint32_t threads;
};

static fov_status decode_once(void *user)
{
    struct subject *subject = user;
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    struct fov_level level = {.px = NULL};
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    opts.threads = subject->threads;
    fov_status rc = torture_context_new(&ctx, &opts);
    if (rc == FOV_OK)
        rc = fov_image_open_memory(&image, ctx, subject->bytes.data, subject->bytes.size, NULL,
                                   NULL);
    if (rc == FOV_OK) {
        const struct fov_recti all = {0, 0, image->info.width, image->info.height};
        rc = fov__image_decode(&level, image, all, subject->shrink, NULL, NULL);
    }
    if (rc == FOV_OK) {
        const uint64_t hash =
            fov__xxh3(level.px->data, level.px->stride * (size_t)level.px->height);
        if (subject->pixels == 0)
            subject->pixels = hash;
        if (subject->pixels != hash)
            rc = FOV_E_MISMATCH; /* other pixels because memory was short: never */
    }
    fov__pixels_unref(level.px);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

static void torment(struct bytes bytes, const char *name, int32_t shrink)
{
    struct subject subject = {.bytes = bytes, .shrink = shrink};
    assert_true(torture_run(decode_once, &subject, name, TORTURE_MAY_SUCCEED) > 5);
    free(bytes.data);
}

static void png__survives_failed_allocations(void **state)
{
    (void)state;
    torment(picture_png((struct png_look){.width = 40, .height = 30, .colour = 6, .bits = 16}),
            "png", 1);
    torment(picture_png((struct png_look){.width = 40,
                                          .height = 30,
                                          .colour = 3,
                                          .bits = 4,
                                          .has_trns = true,
                                          .is_interlaced = true}),
            "png palette", 2);
}

static void jpeg__survives_failed_allocations(void **state)
{
    (void)state;
    torment(picture_jpeg((struct jpeg_look){
                .width = 40, .height = 30, .components = 3, .h = 2, .v = 2, .orientation = 6}),
            "jpeg", 1);
    torment(
        picture_jpeg((struct jpeg_look){
            .width = 40, .height = 30, .components = 3, .h = 2, .v = 2, .is_progressive = true}),
        "jpeg progressive", 2);
}

/* Several rows of MCUs for each of the threads, and a last one that is not kept whole. */
static void jpeg__read_together_survives_failed_allocations(void **state)
{
    struct subject subject = {.bytes = picture_jpeg((struct jpeg_look){
                                  .width = 40, .height = 603, .components = 3, .h = 2, .v = 2}),
                              .shrink = 1,
                              .threads = 3};
    (void)state;
    assert_true(torture_run(decode_once, &subject, "jpeg, threads", TORTURE_MAY_SUCCEED) > 5);
    free(subject.bytes.data);
}

/* lcms2 2.14 ends the process when some of its own allocations fail (in _cmsMAT3per, for one), so
 * only ours are failed here: where a sanitizer keeps torture out of the libraries. */
static void profile__survives_failed_allocations(void **state)
{
    (void)state;
    if (torture_is_whole())
        skip();
    const struct bytes icc = picture_profile(false);
    torment(picture_jpeg((struct jpeg_look){.width = 40,
                                            .height = 30,
                                            .components = 3,
                                            .icc = icc.data,
                                            .icc_size = (unsigned)icc.size}),
            "jpeg with profile", 1);
    free(icc.data);
}

static fov_status pixels_once(void *user)
{
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    uint8_t box[3 * 4 * 4];
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc == FOV_OK)
        rc = fov_image_new_pixels(&image, ctx, user, 8, 8, 1, 8, NULL);
    if (rc == FOV_OK)
        rc = fov_image_read(image, (fov_box){2, 2, 6, 6}, 3, box, 12, NULL);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

static void pixels__survive_failed_allocations(void **state)
{
    uint8_t data[64] = {0};
    (void)state;
    assert_true(torture_run(pixels_once, data, "pixels", TORTURE_STRICT) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png__survives_failed_allocations),
        cmocka_unit_test(jpeg__survives_failed_allocations),
        cmocka_unit_test(jpeg__read_together_survives_failed_allocations),
        cmocka_unit_test(profile__survives_failed_allocations),
        cmocka_unit_test(pixels__survive_failed_allocations),
    };
    return cmocka_run_group_tests_name("image_torture", tests, NULL, NULL);
}
