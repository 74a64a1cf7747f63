/* SPDX-License-Identifier: MIT */
/* Every allocation of an encoding fails once: libpng's, libjpeg's and libdeflate's too. */
#include "encode_support.h"

#include "torture/torture.h"

struct work {
    enum drawn what;
    int32_t bands;
    uint32_t allowed;
};

static fov_status deliver_once(void *user)
{
    const struct work *work = user;
    fov_context *ctx = NULL;
    struct fov_delivery *delivery = NULL;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc != FOV_OK) {
        return rc;
    }
    struct fov_pixels *px = support_draw(ctx, work->what, 90, 70, work->bands);
    rc = px != NULL ? fov__encode_delivery(&delivery, px, work->allowed, 0, NULL) : FOV_E_MEMORY;
    fov__delivery_unref(delivery);
    fov__pixels_unref(px);
    fov_context_free(ctx);
    return rc;
}

static void encode__survives_every_failed_allocation(void **state)
{
    (void)state;
    static const uint32_t png = 1U << FOV_FORMAT_PNG, jpeg = 1U << FOV_FORMAT_JPEG;
    struct work work[] = {
        {DRAWN_CHART, 3, png | jpeg},      {DRAWN_CHART, 3, jpeg},
        {DRAWN_PHOTO, 4, png | jpeg},      {DRAWN_PHOTO, 3, png},
        {DRAWN_COLOUR_16, 3, png},         {DRAWN_BITONAL, 4, png | jpeg},
        {DRAWN_COLOUR_257, 3, png | jpeg},
    };
    for (size_t i = 0; i < FOV_COUNT(work); i++) {
        int count = torture_run(deliver_once, &work[i], "delivery", TORTURE_STRICT);
        if (count <= 0) {
            fail_msg("case %zu: %s", i, torture_reason());
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encode__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("encode_torture", tests, NULL, NULL);
}
