/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static void number__has_one_spelling(void **state)
{
    /* Shortest digits, as ECMAScript and Python find them too. */
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1, "-1"},
        {100, "100"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {4.35, "4.35"},
        {9007199254740991.0, "9007199254740991"},
        {9007199254740992.0, "9007199254740992"},
        {123456789012345680000.0, "123456789012345680000"},
        {1e20, "100000000000000000000"},
        {1e21, "1e21"},
        {1e22, "1e22"},
        {1e23, "1e23"},
        {1.5e300, "1.5e300"},
        {1e-6, "0.000001"},
        {1.234e-6, "0.000001234"},
        {1e-7, "1e-7"},
        {9.5367431640625e-07, "9.5367431640625e-7"},
        {5.684341886080802e-14, "5.684341886080802e-14"}, /* 2^-44: the nearest 16 digits fail */
        {5.960464477539063e-08, "5.960464477539063e-8"},
        {5e-324, "5e-324"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e308"},
        {-DBL_MAX, "-1.7976931348623157e308"},
        {6.189700196426902e+26, "6.189700196426902e26"},
    };
    char text[32];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        assert_int_equal(fov__double_text(text, cases[i].value), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
    assert_int_equal(fov__double_text(text, (double)NAN), 4);
    assert_string_equal(text, "null");
    fov__double_text(text, -HUGE_VAL);
    assert_string_equal(text, "null");
}

static int digits_of(const char *text)
{
    char digit[64];
    int len = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text >= '0' && *text <= '9' && (len > 0 || *text != '0'))
            digit[len++] = *text;
    }
    while (len > 1 && digit[len - 1] == '0')
        len--;
    return len;
}

static void check_number(double value)
{
    char text[32], other[64];
    double back = 0;
    const size_t len = fov__double_text(text, value);
    assert_in_range(len, 1, 25);
    assert_int_equal(strlen(text), len);
    if (!fov__text_double(text, len, &back) || memcmp(&back, &value, sizeof(value)) != 0)
        fail_msg("%.17g became \"%s\" and came back as %.17g", value, text, back);
    assert_true(strtod(text, NULL) == value); /* the C library agrees (here in the C locale) */
    /* No fewer digits do. */
    int least = 1;
    for (; least < 17; least++) {
        snprintf(other, sizeof(other), "%.*e", least - 1, value);
        if (strtod(other, NULL) == value)
            break;
    }
    if (digits_of(text) > least)
        fail_msg("\"%s\" where %s is shorter", text, other);
}

static void number__comes_back_and_is_shortest(void **state)
{
    uint64_t seed = 99;
    (void)state;
    for (int i = 0; i < 60000; i++) {
        const double value = from_bits(suite_random(&seed));
        if (isfinite(value))
            check_number(value);
        check_number((double)(int64_t)(suite_random(&seed) >> (i % 60)) / 1000);
        check_number(from_bits(suite_random(&seed) >> 12)); /* subnormal, or zero */
    }
    for (int e = -1074; e < 1024; e++) {
        check_number(ldexp(1, e));
        check_number(nextafter(ldexp(1, e), 0));
    }
}

static void number__follows_jsons_grammar(void **state)
{
    static const char *const wrong[] = {
        "",      "-",     "+1",     "01",   "-01",      ".5",  "5.",  "1.e1",  "1e",  "1e+",
        "1e-",   " 1",    "1 ",     "0x10", "inf",      "nan", "1,5", "1_0",   "--1", "1e1.5",
        "1.2.3", "1e999", "-1e999", "00",   "Infinity", "1f",  "1d",  "1e5e5",
    };
    static const struct {
        const char *text;
        double value;
    } right[] = {
        {"0", 0},
        {"-0", -0.0},
        {"10", 10},
        {"0.5", 0.5},
        {"1e2", 100},
        {"1E+2", 100},
        {"1.5e-1", 0.15},
        {"0e99999999999999999999", 0},
        {"1e-99999999999999999999", 0},
        {"0.0000000000000000000000000001e28", 1},
        {"100000000000000000000000000000e-29", 1},
        {"1.7976931348623157e308", DBL_MAX},
        {"4.9e-324", 5e-324},
        {"2.4e-324", 0},
        /* 2^53 + 1 lies between two doubles: even wins, and anything above it is above */
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740993.0000000000000000001", 9007199254740994.0},
    };
    double value;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(wrong); i++) {
        if (fov__text_double(wrong[i], strlen(wrong[i]), &value))
            fail_msg("\"%s\" was read as %g", wrong[i], value);
    }
    for (size_t i = 0; i < FOV_COUNT(right); i++) {
        value = 7;
        if (!fov__text_double(right[i].text, strlen(right[i].text), &value) ||
            memcmp(&value, &right[i].value, sizeof(value)) != 0)
            fail_msg("\"%s\" was read as %.17g", right[i].text, value);
    }
    assert_true(fov__text_double("12junk", 2, &value) && value == 12);
    assert_false(fov__text_double("1\0", 2, &value));
}

static void number__rounds_right_behind_a_thousand_digits(void **state)
{
    char text[1400];
    double value = 0;
    (void)state;
    /* The midpoint of 1 and its successor: 1 + 2^-53, exactly, then with a one far behind it. */
    strcpy(text, "1.00000000000000011102230246251565404236316680908203125");
    assert_true(fov__text_double(text, strlen(text), &value) && value == 1);
    size_t len = strlen(text);
    memset(text + len, '0', 1200);
    text[len + 1200] = '1';
    assert_true(fov__text_double(text, len + 1200, &value) && value == 1);
    assert_true(fov__text_double(text, len + 1201, &value) && value == nextafter(1, 2));
}

static void number__does_not_depend_on_the_locale(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"};
    const char *set = NULL;
    char text[32];
    double value = 0;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(names) && set == NULL; i++)
        set = setlocale(LC_ALL, names[i]);
    if (set == NULL) {
        print_message("SKIPPED: no locale with a decimal comma is installed (de_DE.UTF-8)\n");
        skip();
    }
    snprintf(text, sizeof(text), "%g", 1.5);
    assert_string_equal(text, "1,5"); /* the locale is in force */
    fov__double_text(text, 0.1 + 0.2);
    const bool same = strcmp(text, "0.30000000000000004") == 0;
    const bool read = fov__text_double("1234.5", 6, &value) && value == 1234.5;
    const bool refused = !fov__text_double("1234,5", 6, &value);
    struct fov_json *doc = NULL;
    fov_context *ctx = NULL;
    double in_json = 0;
    fov_context_new(&ctx, NULL, NULL);
    fov__json_parse(&doc, ctx, "[0.25]", 6, 2, 100, NULL);
    if (doc != NULL)
        fov__json_number(fov__json_child(fov__json_root(doc)), &in_json);
    fov__json_free(doc);
    fov_context_free(ctx);
    setlocale(LC_ALL, "C");
    assert_true(same && read && refused && in_json == 0.25);
}

static void utf8__knows_what_is_not_a_character(void **state)
{
    static const char *const wrong[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc3",
        "\xc3(",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xe2\x82",
        "\xe2(\xa1",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf0\x9f\x98",
        "\xfe",
        "\xff",
        "\xf8\x88\x80\x80\x80",
        "a\xc3\xa9\xe9",
    };
    static const struct {
        const char *text;
        uint32_t code;
    } right[] = {
        {"\x7f", 0x7f},
        {"\xc2\x80", 0x80},
        {"\xdf\xbf", 0x7ff},
        {"\xe0\xa0\x80", 0x800},
        {"\xed\x9f\xbf", 0xd7ff},
        {"\xee\x80\x80", 0xe000},
        {"\xef\xbf\xbf", 0xffff},
        {"\xf0\x90\x80\x80", 0x10000},
        {"\xf4\x8f\xbf\xbf", 0x10ffff},
    };
    uint32_t code = 0;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(wrong); i++) {
        if (fov__utf8_valid(wrong[i], strlen(wrong[i])))
            fail_msg("case %zu was taken for UTF-8", i);
    }
    for (size_t i = 0; i < FOV_COUNT(right); i++) {
        assert_int_equal(fov__utf8_next(right[i].text, 4, &code), strlen(right[i].text));
        assert_int_equal(code, right[i].code);
        assert_true(fov__utf8_valid(right[i].text, strlen(right[i].text)));
    }
    assert_true(fov__utf8_valid("", 0));
    assert_true(fov__utf8_valid("a\0b", 3));
    assert_int_equal(fov__utf8_next("", 0, &code), 0);
}

static void names__compare_without_case_and_locale(void **state)
{
    (void)state;
    assert_int_equal(fov__ascii_casecmp("Zoom", "zOOM"), 0);
    assert_int_equal(fov__ascii_casecmp("", ""), 0);
    assert_true(fov__ascii_casecmp("a", "B") < 0);
    assert_true(fov__ascii_casecmp("zoom", "zoo") > 0);
    assert_true(fov__ascii_casecmp("zoo", "zoom") < 0);
    assert_true(fov__ascii_casecmp("a", "\xe9") < 0);
    assert_true(fov__ascii_casecmp("[", "{") != 0);
}

static void names__distance_counts_edits(void **state)
{
    char a[200], b[200];
    (void)state;
    assert_int_equal(fov__edit_distance("", ""), 0);
    assert_int_equal(fov__edit_distance("", "abc"), 3);
    assert_int_equal(fov__edit_distance("kitten", "sitting"), 3);
    assert_int_equal(fov__edit_distance("zoom", "zom"), 1);
    assert_int_equal(fov__edit_distance("rotate", "rotaet"), 2);
    assert_int_equal(fov__edit_distance("flaw", "lawn"), 2);
    memset(a, 'a', sizeof(a));
    memset(b, 'b', sizeof(b));
    a[199] = b[199] = '\0';
    assert_int_equal(fov__edit_distance(a, b), 64);
}

static void text__becomes_plain_in_place(void **state)
{
    char text[] = "a\tb\xc2\x9f\xe2\x80\xa8\xff\xc3\xa9";
    (void)state;
    fov__text_plain(text);
    assert_string_equal(text, "a?b???\xc3\xa9");
}

int suite_text(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number__has_one_spelling),
        cmocka_unit_test(number__comes_back_and_is_shortest),
        cmocka_unit_test(number__follows_jsons_grammar),
        cmocka_unit_test(number__rounds_right_behind_a_thousand_digits),
        cmocka_unit_test(number__does_not_depend_on_the_locale),
        cmocka_unit_test(utf8__knows_what_is_not_a_character),
        cmocka_unit_test(names__compare_without_case_and_locale),
        cmocka_unit_test(names__distance_counts_edits),
        cmocka_unit_test(text__becomes_plain_in_place),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
