/* SPDX-License-Identifier: MIT */
#include "test_support.h"

static void url__reads_host_port_and_path(void **state)
{
    struct fov_url url;
    (void)state;
    assert_int_equal(fov__url_parse(&url, "https://api.openai.com/v1?key=hidden", "base_url", NULL),
                     FOV_OK);
    assert_true(url.is_https);
    assert_false(url.is_loopback);
    assert_string_equal(url.host, "api.openai.com");
    assert_int_equal(url.port, 443);
    assert_string_equal(url.target, "/v1?key=hidden");
    assert_string_equal(url.show, "api.openai.com/v1"); /* the query may hold a key */
    assert_int_equal(fov__url_parse(&url, "http://[::1]:8080", "base_url", NULL), FOV_OK);
    assert_true(url.is_loopback);
    assert_string_equal(url.host, "[::1]");
    assert_int_equal(url.port, 8080);
    assert_string_equal(url.target, "");
    assert_string_equal(url.show, "[::1]:8080");
}

static void url__refuses_what_curl_could_read_differently(void **state)
{
    static const char *const bad[] = {"",
                                      "api.openai.com",
                                      "ftp://host/",
                                      "HTTPS://host/",
                                      "file:///etc/passwd",
                                      "https:/host",
                                      "https://",
                                      "https://user:secret@host/",
                                      "https://host@evil/",
                                      "https://host\\@evil/",
                                      "https://host#@evil/",
                                      "https://host/a b",
                                      "https://host/\r\nx: y",
                                      "https://host:0/",
                                      "https://host:65536/",
                                      "https://host:/",
                                      "https://host:12a/",
                                      "https://[::1/",
                                      "https://[]/",
                                      "https://[fe80::1%25eth0]/",
                                      "https://h\xc3\xb6st/",
                                      "https://host/#fragment"};
    struct fov_url url;
    fov_error err;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(bad); i++) {
        if (fov__url_parse(&url, bad[i], "base_url", &err) != FOV_E_ARG) {
            fail_msg("\"%s\" was accepted", bad[i]);
        }
        assert_null(strstr(err.message, "secret"));
    }
}

static void url__knows_loopback_by_its_plain_spellings_only(void **state)
{
    static const char *const loopback[] = {"http://localhost", "http://LocalHost:1/",
                                           "http://127.0.0.1", "http://127.255.255.255",
                                           "http://[::1]/"};
    static const char *const other[] = {"http://127.1",
                                        "http://127.0.0.01",
                                        "http://127.0.0.256",
                                        "http://127.0.0.1.5",
                                        "http://127.0.0",
                                        "http://2130706433",
                                        "http://0x7f.0.0.1",
                                        "http://127.0.0.1.evil.example",
                                        "http://localhost.evil.example",
                                        "http://notlocalhost"};
    struct fov_url url;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(loopback); i++) {
        assert_int_equal(fov__url_parse(&url, loopback[i], "u", NULL), FOV_OK);
        assert_true(url.is_loopback);
    }
    for (size_t i = 0; i < FOV_COUNT(other); i++) {
        assert_int_equal(fov__url_parse(&url, other[i], "u", NULL), FOV_OK);
        assert_false(url.is_loopback);
    }
}

static void url__joins_in_front_of_a_query(void **state)
{
    fov_context *ctx = new_context();
    static const char *const cases[][2] = {
        {"https://h/v1", "https://h/v1/chat"},
        {"https://h/v1//", "https://h/v1/chat"},
        {"https://h", "https://h/chat"},
        {"https://h/v1/?api-version=2", "https://h/v1/chat?api-version=2"},
    };
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        char *joined = fov__url_join(ctx, cases[i][0], "/chat");
        assert_string_equal(joined, cases[i][1]);
        fov__free(ctx, joined);
    }
    free_context(ctx);
}

int test_url(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(url__reads_host_port_and_path),
        cmocka_unit_test(url__refuses_what_curl_could_read_differently),
        cmocka_unit_test(url__knows_loopback_by_its_plain_spellings_only),
        cmocka_unit_test(url__joins_in_front_of_a_query),
    };
    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
