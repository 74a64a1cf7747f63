/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <stdlib.h>

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

/* One group at a time, by the alphabet alone. */
static void spell(char *out, const uint8_t *bytes, size_t size)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t bit = 0; bit < 8 * size; bit += 6) {
        unsigned v = 0;
        for (size_t k = bit; k < bit + 6; k++)
            v = v << 1 | (k < 8 * size ? (unsigned)bytes[k / 8] >> (7 - k % 8) & 1u : 0);
        *out++ = letters[v];
    }
    for (size_t i = (3 - size % 3) % 3; i > 0; i--)
        *out++ = '=';
}

static void base64__twins_write_the_same_characters(void **state)
{
    static const size_t large[] = {4096, 65535, 300001};
    uint64_t seed = 7;
    enum fov__cpu best;
    (void)state;
    assert_int_equal(fov__cpu_detect(&best, NULL), FOV_OK);
    for (size_t i = 0; i <= 200 + FOV_COUNT(large); i++) {
        const size_t size = i <= 200 ? i : large[i - 201], chars = fov__base64_size(size);
        /* Exactly as large as they must be, so that a sanitizer sees a byte too many. */
        uint8_t *bytes = malloc(size + (size == 0));
        char *want = malloc(chars + 1), *got = malloc(chars + (chars == 0));
        for (size_t k = 0; k < size; k++)
            bytes[k] = (uint8_t)(suite_random(&seed) >> 56);
        spell(want, bytes, size);
        fov__base64_encode(got, bytes, size);
        assert_memory_equal(got, want, chars);
        for (enum fov__cpu cpu = FOV__CPU_PORTABLE; cpu <= best; cpu++) {
            memset(got, '#', chars);
            fov__base64_write(cpu, got, bytes, size);
            assert_memory_equal(got, want, chars);
        }
        free(got);
        free(want);
        free(bytes);
    }
}

/* All twelve-bit pairs, in every place of a group and of a register. */
static void base64__every_pair_of_characters_is_right(void **state)
{
    enum { SIZE = 4096 * 3 };
    uint8_t *bytes = malloc(SIZE);
    char *want = malloc(SIZE / 3 * 4), *got = malloc(SIZE / 3 * 4);
    enum fov__cpu best;
    (void)state;
    assert_int_equal(fov__cpu_detect(&best, NULL), FOV_OK);
    for (uint32_t v = 0; v < 4096; v++) {
        const uint32_t group = v << 12 | (v * 2731u & 4095u);
        bytes[3 * v] = (uint8_t)(group >> 16);
        bytes[3 * v + 1] = (uint8_t)(group >> 8);
        bytes[3 * v + 2] = (uint8_t)group;
    }
    spell(want, bytes, SIZE);
    for (enum fov__cpu cpu = FOV__CPU_PORTABLE; cpu <= best; cpu++) {
        fov__base64_write(cpu, got, bytes, SIZE);
        assert_memory_equal(got, want, SIZE / 3 * 4);
    }
    free(got);
    free(want);
    free(bytes);
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
        cmocka_unit_test(base64__twins_write_the_same_characters),
        cmocka_unit_test(base64__every_pair_of_characters_is_right),
        cmocka_unit_test(base64__size_does_not_wrap),
    };
    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
