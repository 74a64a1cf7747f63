/* SPDX-License-Identifier: MIT */
/* Every allocation of an encoding fails once: libpng's, libjpeg's and libdeflate's too. */
#include "encode_support.h"

#include "torture/torture.h"

struct work {
    enum drawn what;
    int32_t bands;
    uint32_t allowed;
    int flags;
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
    /* libjpeg's pools ask again for less when they are refused, so a JPEG may come about. */
    static const int strict = TORTURE_STRICT, pools = TORTURE_MAY_SUCCEED;
    struct work work[] = {
        {DRAWN_CHART, 3, png | jpeg, strict}, {DRAWN_CHART, 3, jpeg, pools},
        {DRAWN_PHOTO, 4, png | jpeg, pools},  {DRAWN_PHOTO, 3, png, strict},
        {DRAWN_COLOUR_16, 3, png, strict},    {DRAWN_BITONAL, 4, png, strict},
        {DRAWN_COLOUR_257, 3, png, strict},   {DRAWN_BITONAL, 3, png | jpeg, pools},
    };
    for (size_t i = 0; i < FOV_COUNT(work); i++) {
        int count = torture_run(deliver_once, &work[i], "delivery", work[i].flags);
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
