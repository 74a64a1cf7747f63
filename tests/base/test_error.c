/* SPDX-License-Identifier: MIT */
#include "suites.h"

static void error__names_every_status(void **state)
{
    (void)state;
#define CHECK(name, value, sentence)                    \
    assert_string_equal(fov_status_name(value), #name); \
    assert_string_equal(fov_status_text(value), sentence);
    FOV_STATUS_MAP(CHECK)
#undef CHECK
    assert_string_equal(fov_status_name(-999), "FOV_E_UNKNOWN");
    assert_string_equal(fov_status_name(999), "FOV_NOTE_UNKNOWN");
    assert_non_null(fov_status_text(-999));
    assert_non_null(fov_status_text(999));
}

static void error__is_filled_in_and_returned(void **state)
{
    fov_error err;
    (void)state;
    memset(&err, 0xff, sizeof(err));
    assert_int_equal(fov__fail(&err, FOV_E_NET, 404, "net.status", "got %d", 404), FOV_E_NET);
    assert_int_equal(err.status, FOV_E_NET);
    assert_int_equal(err.detail, 404);
    assert_string_equal(err.where, "net.status");
    assert_string_equal(err.message, "got 404");
    assert_int_equal(fov__fail(NULL, FOV_E_NET, 0, NULL, "x"), FOV_E_NET);
    assert_int_equal(fov__fail_memory(&err, "here", 77), FOV_E_MEMORY);
    assert_non_null(strstr(err.message, "77 bytes"));
    fov__ok(&err);
    assert_int_equal(err.status, FOV_OK);
    assert_string_equal(err.message, "");
    fov__ok(NULL);
    fov__fail(&err, FOV_E_ARG, 0, NULL, "x");
    assert_string_equal(err.where, "");
}

static void error__is_cut_on_a_character_border(void **state)
{
    /* One to four bytes each; with a shift of 0 to 3 the cut falls into each place of each. */
    static const char *const chars[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    (void)state;
    for (size_t c = 0; c < FOV_COUNT(chars); c++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char text[400] = "xxx";
            fov_error err;
            text[shift] = '\0';
            while (strlen(text) < 300)
                memcpy(text + strlen(text), chars[c], strlen(chars[c]) + 1);
            fov__fail(&err, FOV_E_ARG, 0, text, "%s", text);
            const size_t len = strlen(err.message);
            assert_in_range(len, sizeof(err.message) - strlen(chars[c]), sizeof(err.message) - 1);
            assert_memory_equal(err.message, text, len);
            assert_true(fov__utf8_valid(err.message, len));
            assert_true(fov__utf8_valid(err.where, strlen(err.where)));
            assert_in_range(strlen(err.where), sizeof(err.where) - 4, sizeof(err.where) - 1);
        }
    }
}

static void error__shows_no_control_characters(void **state)
{
    fov_error err;
    (void)state;
    fov__fail(&err, FOV_E_ARG, 0, "a\tb", "file \"%s\" %s", "x\ny\r\x1b[2J\x7f",
              "\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xc2\xa0!");
    assert_string_equal(err.message, "file \"x?y??[2J?\" ???\xc2\xa0!");
    assert_string_equal(err.where, "a?b");
    fov__fail(&err, FOV_E_ARG, 0, "", "%s", "latin \xe9t\xe9, \xed\xa0\x80, \xf0\x9f\x98");
    assert_string_equal(err.message, "latin ?t?, ???, ???");
}

static void error__may_wrap_itself(void **state)
{
    fov_error err;
    (void)state;
    fov__fail(&err, FOV_E_IO, 2, "inner", "the inside broke");
    fov__fail(&err, err.status, err.detail, err.where, "step 3: %s", err.message);
    assert_string_equal(err.message, "step 3: the inside broke");
    assert_string_equal(err.where, "inner");
    assert_int_equal(err.detail, 2);
}

static void format__never_writes_past_its_size(void **state)
{
    (void)state;
    for (size_t size = 0; size < 8; size++) {
        char out[8] = "#######";
        fov__format(out, size, "%s", "abcdefgh");
        if (size > 0)
            assert_int_equal(strlen(out), size - 1);
        if (size < 7)
            assert_int_equal(out[size], '#');
    }
}

int suite_error(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error__names_every_status),
        cmocka_unit_test(error__is_filled_in_and_returned),
        cmocka_unit_test(error__is_cut_on_a_character_border),
        cmocka_unit_test(error__shows_no_control_characters),
        cmocka_unit_test(error__may_wrap_itself),
        cmocka_unit_test(format__never_writes_past_its_size),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
