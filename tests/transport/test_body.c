/* SPDX-License-Identifier: MIT */
#include "test_support.h"

/* What the segments should come out as, made the plain way. */
static char *expected(const struct fov_segment *segments, size_t count, size_t *len)
{
    char *out = malloc((size_t)fov__body_length(segments, count) + 1);
    *len = 0;
    for (size_t i = 0; i < count; i++) {
        if (segments[i].kind == FOV__SEGMENT_BASE64) {
            fov__base64_encode(out + *len, segments[i].data, segments[i].len);
            *len += fov__base64_size(segments[i].len);
        } else {
            memcpy(out + *len, segments[i].data, segments[i].len);
            *len += segments[i].len;
        }
    }
    return out;
}

static void check_reads(const struct fov_segment *segments, size_t count, size_t piece)
{
    struct fov_body_reader reader;
    size_t want_len = 0;
    size_t got_len = 0;
    char *want = expected(segments, count, &want_len);
    char *got = malloc(want_len + piece + 1);
    assert_int_equal(fov__body_length(segments, count), want_len);
    fov__body_start(&reader, segments, count);
    for (size_t n; (n = fov__body_read(&reader, got + got_len, piece)) > 0;) {
        assert_true(n <= piece);
        got_len += n;
        assert_true(got_len <= want_len);
    }
    assert_int_equal(got_len, want_len);
    assert_memory_equal(got, want, want_len);
    assert_int_equal(fov__body_read(&reader, got, piece), 0);
    free(want);
    free(got);
}

static void body__is_the_same_in_pieces_of_any_size(void **state)
{
    uint8_t image[257];
    (void)state;
    for (size_t i = 0; i < sizeof(image); i++) {
        image[i] = (uint8_t)(i * 37 + 11);
    }
    for (size_t len = 0; len < 9; len++) {
        const struct fov_segment segments[] = {{FOV__SEGMENT_BYTES, "{\"a\":\"", 6},
                                               {FOV__SEGMENT_BASE64, image, len},
                                               {FOV__SEGMENT_BYTES, "", 0},
                                               {FOV__SEGMENT_BASE64, image, sizeof(image) - len},
                                               {FOV__SEGMENT_BYTES, "\"}", 2}};
        for (size_t piece = 1; piece < 40; piece++) {
            check_reads(segments, FOV_COUNT(segments), piece);
        }
        check_reads(segments, FOV_COUNT(segments), 4096);
    }
}

static void body__of_nothing_ends_at_once(void **state)
{
    struct fov_body_reader reader;
    char out[8];
    (void)state;
    fov__body_start(&reader, NULL, 0);
    assert_int_equal(fov__body_length(NULL, 0), 0);
    assert_int_equal(fov__body_read(&reader, out, sizeof(out)), 0);
}

int test_body(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body__is_the_same_in_pieces_of_any_size),
        cmocka_unit_test(body__of_nothing_ends_at_once),
    };
    return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
