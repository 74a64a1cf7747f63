/* SPDX-License-Identifier: MIT */
/* What base.h promises of every function: a NULL that is not allowed is an error or a zero answer,
 * never a crash, and `err` says what is missing. */
#include "session_support.h"

#include <foveate.h>

#define REFUSED(call)                                                                             \
    do {                                                                                          \
        memset(&err, 0x55, sizeof(err));                                                          \
        if ((call) != FOV_E_ARG)                                                                  \
            fail_msg("%s is not FOV_E_ARG", #call);                                               \
        if (err.status != FOV_E_ARG || err.message[0] == '\0' || err.message[0] == 0x55)          \
            fail_msg("%s does not say why", #call);                                               \
    } while (0)

static void nulls__are_refused_by_what_makes_things(void **state)
{
    fov_context *ctx = NULL;
    fov_cancel *cancel = NULL;
    fov_image *image = NULL;
    fov_model *model = NULL;
    fov_provider_opts provider = FOV_PROVIDER_OPTS_INIT;
    fov_bytes bytes = {NULL, 0, NULL};
    fov_error err;

    (void)state;
    REFUSED(fov_context_new(NULL, NULL, &err));
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    REFUSED(fov_cancel_new(NULL, ctx, &err));
    REFUSED(fov_cancel_new(&cancel, NULL, &err));
    REFUSED(fov_image_open(NULL, ctx, "x", NULL, &err));
    REFUSED(fov_image_open(&image, NULL, "x", NULL, &err));
    REFUSED(fov_image_open(&image, ctx, NULL, NULL, &err));
    REFUSED(fov_image_open_memory(&image, ctx, NULL, 1, NULL, &err));
    REFUSED(fov_image_new_pixels(&image, ctx, NULL, 1, 1, 3, 3, &err));
    REFUSED(fov_image_encode(NULL, image, NULL, &err));
    REFUSED(fov_image_encode(&bytes, NULL, NULL, &err));
    REFUSED(fov_image_encode_data_url(&bytes, NULL, NULL, &err));
    REFUSED(fov_model_new(NULL, ctx, NULL, NULL, &err));
    REFUSED(fov_model_new_script(NULL, ctx, "[]", 2, &err));
    REFUSED(fov_model_new_script(&model, NULL, "[]", 2, &err));
    REFUSED(fov_model_new_script(&model, ctx, NULL, 2, &err));
    REFUSED(fov_model_new_provider(NULL, ctx, &provider, &err));
    REFUSED(fov_model_new_provider(&model, NULL, &provider, &err));
    REFUSED(fov_model_new_provider(&model, ctx, NULL, &err));
    REFUSED(fov_reader_new(NULL, ctx, NULL, &err));
    REFUSED(fov_reader_new(&model, NULL, NULL, &err));
    REFUSED(fov_op_schema(NULL, ctx, "zoom", "openai", "n1", &err));
    REFUSED(fov_op_schema(&bytes, NULL, "zoom", "openai", "n1", &err));
    REFUSED(fov_op_schema(&bytes, ctx, NULL, "openai", "n1", &err));
    fov_context_free(ctx);
}

static void nulls__are_refused_by_what_asks(void **state)
{
    fov_context *ctx = NULL;
    fov_image_info info = {.struct_size = sizeof(info)};
    fov_fit fit = FOV_FIT_INIT;
    fov_replayed replayed = FOV_REPLAYED_INIT;
    fov_bytes bytes = {NULL, 0, NULL};
    fov_part part;
    uint8_t px[4];
    fov_error err;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    REFUSED(fov_image_get_info(NULL, &info, &err));
    REFUSED(fov_image_read(NULL, (fov_box){0, 0, 1, 1}, 3, px, 3, &err));
    REFUSED(fov_profile_fit(NULL, (fov_size){1, 1}, NULL, &fit, &err));
    REFUSED(fov_profile_fit(fov_profile_find("generic"), (fov_size){1, 1}, NULL, NULL, &err));
    REFUSED(fov_transcript_verify(NULL, "x", NULL, NULL, &replayed, &err));
    REFUSED(fov_transcript_verify(ctx, NULL, NULL, NULL, &replayed, &err));
    REFUSED(fov_transcript_verify(ctx, "x", NULL, NULL, NULL, &err));
    REFUSED(fov_transcript_replay(ctx, "x", NULL, NULL, NULL, &replayed, &err));
    REFUSED(fov_transcript_show(ctx, NULL, FOV_SHOW_TREE, &bytes, &err));
    REFUSED(fov_transcript_show(ctx, "x", FOV_SHOW_TREE, NULL, &err));
    REFUSED(fov_reply_add_text(NULL, "x", &err));
    REFUSED(fov_reply_add_call(NULL, NULL, "x", "{}", &err));
    REFUSED(fov_reply_set_raw(NULL, "{}", 2, &err));
    REFUSED(fov_reply_set_stop(NULL, "stop", &err));
    fov_reply_set_usage(NULL, NULL);
    assert_int_equal(fov_conversation_get_part(NULL, 0, 0, &part), FOV_E_ARG);
    assert_int_equal(fov_conversation_count(NULL), 0);
    assert_int_equal(fov_conversation_role(NULL, 0), -1);
    assert_null(fov_conversation_raw(NULL, 0, NULL));
    assert_null(fov_context_limits(NULL));
    assert_int_equal(fov_image_size(NULL).width, 0);
    assert_null(fov_image_sha256(NULL));
    assert_null(fov_image_ref(NULL));
    assert_null(fov_op_find(NULL, NULL));
    assert_null(fov_profile_find(NULL));
    assert_null(fov_provider_key_env(NULL));
    assert_string_equal(fov_model_name(NULL), "");
    assert_int_equal(fov_cancel_is_set(NULL), 0);
    assert_int_equal(fov_encoded_format(NULL, 0), FOV_FORMAT_UNKNOWN);
    fov_context_free(ctx);
}

static void nulls__are_fine_to_free_and_to_start_from(void **state)
{
    (void)state;
    fov_bytes_free(NULL);
    fov_context_free(NULL);
    fov_cancel_free(NULL);
    fov_cancel_set(NULL);
    fov_cancel_reset(NULL);
    fov_image_unref(NULL);
    fov_model_free(NULL);
    fov_context_opts_init(NULL);
    fov_image_opts_init(NULL);
    fov_encode_opts_init(NULL);
    fov_fit_opts_init(NULL);
    fov_fit_init(NULL);
    fov_provider_opts_init(NULL);
    fov_reader_opts_init(NULL);
}

int suite_nulls(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nulls__are_refused_by_what_makes_things),
        cmocka_unit_test(nulls__are_refused_by_what_asks),
        cmocka_unit_test(nulls__are_fine_to_free_and_to_start_from),
    };

    return cmocka_run_group_tests_name("nulls", tests, NULL, NULL);
}
