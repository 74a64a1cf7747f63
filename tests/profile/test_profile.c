/* SPDX-License-Identifier: MIT */
/* The table of model families: every row is whole, and names as servers spell them find theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "profile/profile_internal.h"

static void profile__every_row_is_whole(void **state)
{
    (void)state;
    size_t count = 0;
    for (const fov_profile *p = fov_profile_next(NULL); p != NULL; p = fov_profile_next(p)) {
        count++;
        assert_ptr_equal(fov_profile_find(fov_profile_name(p)), p);
        assert_in_range(strlen(fov_profile_summary(p)), 1, 100);
        assert_int_equal(strlen(fov_profile_as_of(p)), 10);
        assert_in_range(strlen(fov_profile_source(p)), 1, 200);
        assert_true(fov_profile_allows(p, FOV_FORMAT_PNG));
        assert_false(fov_profile_allows(p, FOV_FORMAT_GIF));
        assert_false(fov_profile_allows(p, -1));
        assert_false(fov_profile_allows(p, 99));
        assert_in_range(p->side_min, 28, 32);
        assert_true(p->rule != FOV__FIT_ROUND || (p->cells > 0 && p->aspect_max > 0));
        assert_true(p->rule != FOV__FIT_PADDED || (p->cells > 0 && p->edge % p->unit == 0));
        assert_true(p->token_rule != FOV__TOKENS_CELLS || p->token_each > 0);
        assert_true(p->many_edge == 0 || p->many_after > 0);
        enum fov__dialect dialect;
        assert_true(fov__dialect_find(p->dialect, &dialect));
    }
    assert_int_equal(count, fov__profile_count);
}

static void profile__names_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < fov__profile_count; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(fov__profiles[i].name, fov__profiles[k].name);
        }
    }
}

static void profile__every_pattern_leads_to_a_row_and_can_be_reached(void **state)
{
    (void)state;
    for (size_t i = 0; i < fov__profile_pattern_count; i++) {
        assert_non_null(fov__profile_find(fov__profile_patterns[i].profile));
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(fov__profile_patterns[i].glob, fov__profile_patterns[k].glob);
        }
    }
}

static const struct {
    const char *model, *profile;
} real_names[] = {
    {"gpt-5.6-sol", "openai-5.6-high"},
    {"gpt-6.2-astra", "openai-5.6-high"},
    {"gpt-5.5", "openai-5.5-high"},
    {"gpt-5.4-mini-2026-03-17", "openai-5.4-high"},
    {"gpt-5.2", "openai-5.2"},
    {"gpt-5", "openai-5"},
    {"gpt-5-2025-08-07", "openai-5"},
    {"gpt-5.1", "openai-5"},
    {"gpt-5-mini", "openai-5-mini"},
    {"gpt-5-nano-2025-08-07", "openai-5-nano"},
    {"gpt-4o-mini", "openai-4o-mini"},
    {"gpt-4o-2024-11-20", "openai-4o"},
    {"gpt-4.1", "openai-4o"},
    {"gpt-4.1-mini", "openai-4.1-mini"},
    {"ft:gpt-4o-2024-08-06:org::abc", "openai-4o"},
    {"openai/gpt-5.6-terra", "openai-5.6-high"},
    {"o4-mini", "openai-o4-mini"},
    {"o3", "openai-o1"},
    {"o1-2024-12-17", "openai-o1"},
    {"claude-opus-4-8", "claude-high"},
    {"claude-opus-4.7", "claude-high"},
    {"anthropic/claude-opus-4.8", "claude-high"},
    {"us.anthropic.claude-opus-4-8-v1:0", "claude-high"},
    {"claude-opus-5-5", "claude-high"},
    {"claude-fable-5-2", "claude-high"},
    {"claude-opus-4-1-20250805", "claude-standard"},
    {"claude-opus-4-20250514", "claude-standard"},
    {"claude-sonnet-5-5", "claude-standard"},
    {"claude-3-7-sonnet-latest", "claude-standard"},
    {"gemini-3.8-flash", "gemini-3-high"},
    {"gemini-4-argon", "gemini-3-high"},
    {"models/gemini-2.5-pro", "gemini-2.5"},
    {"gemini-2.5-pro", "gemini-2.5"},
    {"qwen3-vl-8b-instruct", "qwen3-vl"},
    {"qwen3-vl:8b", "qwen3-vl"},
    {"Qwen/Qwen3-VL-235B-A22B-Thinking", "qwen3-vl"},
    {"Qwen/Qwen2.5-VL-7B-Instruct", "qwen2.5-vl"},
    {"qwen2.5vl:7b", "qwen2.5-vl"},
    {"Qwen2-VL-72B-Instruct", "qwen2-vl"},
    {"zai-org/GLM-4.5V", "glm-v"},
    {"glm-4.1v-9b-thinking", "glm-v"},
    {"Mini-o3-7B-v1", "mini-o3"},
};

static void profile__real_model_names_find_their_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(real_names); i++) {
        int32_t is_guess = -1;
        const fov_profile *p = fov_profile_for_model(real_names[i].model, &is_guess);
        if (strcmp(fov_profile_name(p), real_names[i].profile) != 0 || is_guess != 0) {
            fail_msg("%s found %s", real_names[i].model, fov_profile_name(p));
        }
    }
}

static void profile__an_unknown_model_is_generic_and_said_to_be_a_guess(void **state)
{
    (void)state;
    static const char *const unknown[] = {
        "",       "llava-1.6",   "my-gpt-5.6", "glm-4.6", "o1x",     "gpt-50",
        "claude", "qwen3-coder", "[",          "*",       "gpt-5.[",
    };
    for (size_t i = 0; i < FOV_COUNT(unknown); i++) {
        int32_t is_guess = 0;
        assert_string_equal(fov_profile_name(fov_profile_for_model(unknown[i], &is_guess)),
                            "generic");
        assert_int_equal(is_guess, 1);
    }
    assert_string_equal(fov_profile_name(fov_profile_for_model(NULL, NULL)), "generic");
    char endless[5000];
    memset(endless, 'a', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    assert_string_equal(fov_profile_name(fov_profile_for_model(endless, NULL)), "generic");
}

static void profile__getters_speak_the_words_of_the_conventions(void **state)
{
    (void)state;
    const fov_profile *claude = fov_profile_find("claude-high"),
                      *gemini = fov_profile_find("gemini-2.5");
    const fov_profile *qwen = fov_profile_find("qwen3-vl"), *reader = fov_profile_find("reader");
    assert_string_equal(fov_profile_space(claude), "delivered_px");
    assert_string_equal(fov_profile_frame(claude), "image");
    assert_string_equal(fov_profile_tool_image(claude), "native");
    assert_int_equal(fov_profile_byte_max(claude), 7500000);
    assert_int_equal(fov_profile_image_max(claude), 100);
    assert_string_equal(fov_profile_space(gemini), "n1000yx");
    assert_string_equal(fov_profile_tool_image(gemini), "same_user_turn");
    assert_string_equal(fov_profile_space(qwen), "n1000");
    assert_string_equal(fov_profile_frame(qwen), "source");
    assert_string_equal(fov_profile_tool_image(qwen), "follow_user_message");
    assert_string_equal(fov_profile_space(fov_profile_find("mini-o3")), "n1");
    assert_true(fov_profile_allows(claude, FOV_FORMAT_JPEG));
    assert_false(fov_profile_allows(reader, FOV_FORMAT_JPEG));
    assert_null(fov_profile_find("claude"));
    assert_null(fov_profile_find(NULL));
    assert_string_equal(fov_profile_name(NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profile__every_row_is_whole),
        cmocka_unit_test(profile__names_are_unique),
        cmocka_unit_test(profile__every_pattern_leads_to_a_row_and_can_be_reached),
        cmocka_unit_test(profile__real_model_names_find_their_row),
        cmocka_unit_test(profile__an_unknown_model_is_generic_and_said_to_be_a_guess),
        cmocka_unit_test(profile__getters_speak_the_words_of_the_conventions),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
