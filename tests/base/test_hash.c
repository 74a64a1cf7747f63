/* SPDX-License-Identifier: MIT */
#include "suites.h"

/* FIPS 180-2, appendix B, and the empty message. */
static void hash__agrees_with_fips_180(void **state)
{
    static const struct {
        const char *text, *hex;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char hex[FOV_SHA256_HEX];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(vectors); i++) {
        fov__sha256_hex(hex, vectors[i].text, strlen(vectors[i].text));
        assert_string_equal(hex, vectors[i].hex);
    }
    fov__sha256_hex(hex, NULL, 0);
    assert_string_equal(hex, vectors[0].hex);
}

static void hash__streams_to_the_same(void **state)
{
    char hex[FOV_SHA256_HEX], whole[FOV_SHA256_HEX], block[1000];
    struct fov_sha256 *hash = NULL;
    memset(block, 'a', sizeof(block));
    assert_int_equal(fov__sha256_new(&hash, *state, NULL), FOV_OK);
    for (int i = 0; i < 1000; i++)
        fov__sha256_add(hash, block, sizeof(block));
    fov__sha256_end(hash, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");

    for (size_t cut = 0; cut <= 200; cut++) {
        assert_int_equal(fov__sha256_new(&hash, *state, NULL), FOV_OK);
        fov__sha256_add(hash, block, cut);
        fov__sha256_add(hash, NULL, 0);
        fov__sha256_add(hash, block + cut, 200 - cut);
        fov__sha256_end(hash, hex);
        fov__sha256_hex(whole, block, 200);
        assert_string_equal(hex, whole);
    }
    assert_int_equal(fov__sha256_new(&hash, *state, NULL), FOV_OK);
    fov__sha256_drop(hash);
    fov__sha256_drop(NULL);
}

static void hash__xxh3_is_xxh3(void **state)
{
    (void)state;
    /* XXH3 64 bits with seed 0, as XXH3's specification tests the empty input. */
    assert_true(fov__xxh3("", 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(fov__xxh3("a", 1) != fov__xxh3("b", 1));
    assert_true(fov__xxh3("ab", 1) == fov__xxh3("ac", 1));
}

int suite_hash(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash__agrees_with_fips_180),
        test_with_context(hash__streams_to_the_same),
        cmocka_unit_test(hash__xxh3_is_xxh3),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
