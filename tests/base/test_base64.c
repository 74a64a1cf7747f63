/* SPDX-License-Identifier: MIT */
#include "suites.h"

/* RFC 4648, section 10, and bytes that use the last two letters of the alphabet. */
static const struct {
    const char *bytes, *text;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
    {"\xff\xff\xfe", "///+"},
};

static void base64__agrees_with_rfc_4648(void **state)
{
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(vectors); i++) {
        char text[16] = "";
        uint8_t bytes[16];
        size_t len = 99;
        const size_t size = strlen(vectors[i].bytes);
        fov__base64_encode(text, (const uint8_t *)vectors[i].bytes, size);
        assert_string_equal(text, vectors[i].text);
        assert_int_equal(fov__base64_size(size), strlen(vectors[i].text));
        assert_true(fov__base64_decode(bytes, &len, vectors[i].text, strlen(vectors[i].text)));
        assert_int_equal(len, size);
        assert_memory_equal(bytes, vectors[i].bytes, size);
    }
}

static void base64__refuses_all_but_one_spelling(void **state)
{
    static const char *const wrong[] = {
        "Z",    "Zg",       "Zg=",        "Zg===",    "====",   "=",         "Z===",
        "Zh==", "Zm9=",     "Zg==Zg==",   "Zm8=Zm8=", "Zm9v\n", "Zm9 ",      " Zm9",
        "Zm-_", "Zm9v====", "Zm\xc3\xa9", "Z=8=",     "=m9v",   "Zm9v Zm9v", "Zm9,",
    };
    uint8_t out[32];
    size_t len;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(wrong); i++) {
        len = 99;
        if (fov__base64_decode(out, &len, wrong[i], strlen(wrong[i])))
            fail_msg("\"%s\" was read as base64", wrong[i]);
        assert_int_equal(len, 0);
    }
    assert_false(fov__base64_decode(out, &len, "Zm\0v", 4));
}

static void base64__knows_exactly_64_characters(void **state)
{
    int known = 0;
    (void)state;
    for (int c = 0; c < 256; c++) {
        const char text[4] = {(char)c, 'A', 'A', 'A'};
        uint8_t out[3];
        size_t len;
        known += fov__base64_decode(out, &len, text, 4);
    }
    assert_int_equal(known, 64);
}

static void base64__comes_back_at_every_length(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (size_t size = 0; size < 600; size++) {
        uint8_t bytes[600], back[600 + 3];
        char text[804];
        size_t len = 0;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(suite_random(&seed) >> 56);
        const size_t chars = fov__base64_size(size);
        assert_in_range(chars, 0, sizeof(text) - 1);
        text[chars] = '#'; /* nothing is written behind the end */
        fov__base64_encode(text, bytes, size);
        assert_int_equal(text[chars], '#');
        assert_true(fov__base64_decode(back, &len, text, chars));
        assert_int_equal(len, size);
        assert_memory_equal(back, bytes, size);
    }
}

static void base64__size_does_not_wrap(void **state)
{
    (void)state;
    assert_true(fov__base64_size(SIZE_MAX) == SIZE_MAX);
    assert_true(fov__base64_size(SIZE_MAX / 4 * 3 + 3) == SIZE_MAX);
    assert_int_equal(fov__base64_size(4), 8);
}

int suite_base64(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64__agrees_with_rfc_4648),
        cmocka_unit_test(base64__refuses_all_but_one_spelling),
        cmocka_unit_test(base64__knows_exactly_64_characters),
        cmocka_unit_test(base64__comes_back_at_every_length),
        cmocka_unit_test(base64__size_does_not_wrap),
    };
    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
