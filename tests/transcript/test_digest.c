/* SPDX-License-Identifier: MIT */
/* The digest and the search for images in lines. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

static void digest_of(fov_context *ctx, const char *line, char out[FOV_SHA256_HEX])
{
    struct fov_sha256 *hash = NULL;
    assert_int_equal(fov__json_check(ctx, line, strlen(line), 100, 1 << 20, NULL), FOV_OK);
    assert_int_equal(fov__sha256_new(&hash, ctx, NULL), FOV_OK);
    fov__digest_line(hash, (struct fov_span){line, strlen(line)});
    fov__sha256_end(hash, out);
}

/* What a line counts as, in plain: the digest is that text's SHA-256. */
static void digest__leaves_times_spaces_and_the_place_of_blobs_out(void **state)
{
    static const char *const pairs[][2] = {
        {"{\"a\":1,\"b\":[2,3]}", "{\"a\":1,\"b\":[2,3]}"},
        {" { \"a\" : 1 ,\t\"b\":[ 2 , 3 ] } ", "{\"a\":1,\"b\":[2,3]}"},
        {"{\"time\":\"x\",\"a\":1}", "{\"a\":1}"},
        {"{\"a\":1,\"render_ms\":5}", "{\"a\":1}"},
        {"{\"a\":1,\"x_ms\":{\"b\":[1,{}]},\"time\":[],\"c\":2}", "{\"a\":1,\"c\":2}"},
        {"{\"time\":1}", "{}"},
        {"{\"a\":{\"time\":1},\"b\":[{\"_ms\":2,\"c\":3}]}", "{\"a\":{},\"b\":[{\"c\":3}]}"},
        {"{\"timely\":1,\"ms\":2,\"a_ms_b\":3}", "{\"timely\":1,\"ms\":2,\"a_ms_b\":3}"},
        {"{\"a\":1,\"blobs\":\"../../blobs\",\"b\":{\"blobs\":\"x\"}}",
         "{\"a\":1,\"b\":{\"blobs\":\"x\"}}"},
        {"{\"a\":[{}],\"blobs\":1}", "{\"a\":[{}]}"},
        {"{\"a\":\"time\",\"b\":\"\\\"time\\\":1,\"}",
         "{\"a\":\"time\",\"b\":\"\\\"time\\\":1,\"}"},
        {"{\"a\":[true, null ,-1.5e3,\"x y\"]}", "{\"a\":[true,null,-1.5e3,\"x y\"]}"},
    };
    const struct scenario *s = *state;
    for (size_t i = 0; i < FOV_COUNT(pairs); i++) {
        char found[FOV_SHA256_HEX], plain[FOV_SHA256_HEX];
        digest_of(s->ctx, pairs[i][0], found);
        fov__sha256_hex(plain, pairs[i][1], strlen(pairs[i][1]));
        if (strcmp(found, plain) != 0)
            fail_msg("%s does not count as %s", pairs[i][0], pairs[i][1]);
    }
}

static void digest_of_folder(const struct scenario *s, char out[FOV_SHA256_HEX])
{
    struct fov_log *log = NULL;
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, NULL), FOV_OK);
    memcpy(out, log->digest, FOV_SHA256_HEX);
    fov__log_free(log);
}

static void digest__ignores_times_and_nothing_else(void **state)
{
    const struct scenario *s = *state;
    char first[FOV_SHA256_HEX], second[FOV_SHA256_HEX];
    scenario_write(s);
    digest_of_folder(s, first);
    scenario_edit(s, "header", "2026-11-24T12:00:00Z", "1999-01-01T00:00:00Z");
    scenario_edit(s, "delivery", "\"decode\":17", "\"decode\":99999");
    scenario_edit(s, "response", "\"reply_ms\":412", "\"reply_ms\":1");
    digest_of_folder(s, second);
    assert_string_equal(first, second);
    scenario_edit(s, "delivery", "1234", "1235");
    digest_of_folder(s, second);
    assert_string_not_equal(first, second);
}

static bool holds(const char *start, size_t run, enum fov__log_kind kind)
{
    char *line = malloc(run + 64);
    assert_non_null(line);
    const int head = sprintf(line, "{\"a\":\"%s", start);
    memset(line + head, 'A', run);
    sprintf(line + (size_t)head + run, "\"}");
    const bool found = fov__log_holds_image((struct fov_span){line, strlen(line)}, kind);
    free(line);
    return found;
}

static void images__are_found_in_lines(void **state)
{
    (void)state;
    assert_false(holds("", 1000, FOV__LOG_ANSWER));
    assert_true(holds("", 1001, FOV__LOG_ANSWER));
    assert_true(holds("data:image/png;base64,iVBORw0KGgo", 1001, FOV__LOG_REQUEST));
    assert_true(holds("data:image/jpeg;base64,\\/9j\\/4AAQ", 1001, FOV__LOG_REQUEST));
    assert_true(holds("iVBORw0KGgo", 990, FOV__LOG_RESPONSE));
    assert_false(holds("iVBORw0KGgo", 989, FOV__LOG_RESPONSE));
    assert_false(holds("gAAAAABo", 5000, FOV__LOG_RESPONSE)); /* hidden reasoning is kept */
    assert_true(holds("gAAAAABo", 5000, FOV__LOG_OTHER));
    assert_true(holds("UklGRgAA", 5000, FOV__LOG_CALL));
}

int suite_digest(void)
{
    const struct CMUnitTest tests[] = {
        test_scenario(digest__leaves_times_spaces_and_the_place_of_blobs_out),
        test_scenario(digest__ignores_times_and_nothing_else),
        test_scenario(images__are_found_in_lines),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
