/* SPDX-License-Identifier: MIT */
/* Reading: every line is judged, errors name line and member, only a cut last line is forgiven. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SOURCE                                                         \
    "{\"event\":\"source\",\"n\":1,\"id\":\"img_0\",\"sha256\":\"" SHA \
    "\",\"format\":\"png\",\"width\":8,\"height\":9,\"bytes\":70}\n"
#define IMAGE(n, id, parents)                                                                      \
    "{\"event\":\"image\",\"n\":" n ",\"id\":\"" id                                                \
    "\",\"op\":\"zoom\",\"recipe\":{\"box\":[0,0,4,4]},\"parents\":" parents ",\"output\":0,"      \
    "\"width\":4,\"height\":4,\"regions\":[{\"box\":[0,0,4,4],\"source\":\"img_0\",\"to_source\":" \
    "[1,0,0,0,1,0,0,0,1]}],"                                                                       \
    "\"recipe_sha256\":\"" SHA "\",\"note\":\"\"}\n"
#define DELIVERY(id, format, more)                                                  \
    "{\"event\":\"delivery\",\"n\":2,\"id\":\"" id                                  \
    "\",\"width\":8,\"height\":9,\"format\":\"" format "\",\"bytes_sha256\":\"" SHA \
    "\",\"size\":70,\"tokens\":null,\"pixels_sha256\":\"" SHA                       \
    "\",\"encoder\":\"e\",\"render_ms\":1" more "}\n"

static void loader__reads_what_was_written(void **state)
{
    const struct scenario *s = *state;
    struct fov_log *log = NULL;
    fov_error err;
    scenario_write(s);
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_OK);
    assert_int_equal(log->count, 2 + SCENARIO_SOURCES + SCENARIO_IMAGES + SCENARIO_FACTS +
                                     SCENARIO_DELIVERIES + 2);
    assert_int_equal(log->image_count, SCENARIO_SOURCES + SCENARIO_IMAGES);
    assert_int_equal(log->fact_count, SCENARIO_FACTS);
    assert_int_equal(log->unknown_kinds, 0);
    assert_int_equal(log->unknown_members, 0);
    assert_int_equal(log->cut_lines, 0);
    fov__log_free(log);
}

struct wrong {
    const char *text;
    fov_status status;
    const char *message; /* a part of it */
};

static const struct wrong wrongs[] = {
    {"", FOV_E_STATE, "no whole line"},
    {"{\"event\":\"header\"", FOV_E_STATE, "no whole line"},
    {"\n", FOV_E_STATE, "line 1: "},
    {"[1]\n", FOV_E_STATE, "line 1: an event is one JSON object"},
    {" " HEADER, FOV_E_STATE, "line 1: an event is one JSON object"},
    {"{}\n", FOV_E_STATE, "line 1: event is missing"},
    {"{\"event\":7}\n", FOV_E_STATE, "line 1: event is no string"},
    {"{\"event\":\"header\"}\n", FOV_E_STATE, "line 1: n is missing"},
    {"{\"event\":\"answer\",\"n\":0}\n", FOV_E_STATE,
     "line 1: event is \"answer\", and the first is the header"},
    {"{\"event\":\"header\",\"n\":0}\n", FOV_E_STATE, "line 1: header.transcript is missing"},
    {"{\"event\":\"header\",\"n\":0,\"transcript\":\"1\",\"blobs\":\"b\"}\n", FOV_E_STATE,
     "line 1: header.transcript is \"1\""},
    {"{\"event\":\"header\",\"n\":0,\"transcript\":2,\"blobs\":\"b\"}\n", FOV_E_UNSUPPORTED,
     "format 2"},
    {"{\"event\":\"header\",\"n\":0,\"transcript\":1}\n", FOV_E_STATE,
     "line 1: header.blobs is missing"},
    {"{\"event\":\"header\",\"n\":0,\"transcript\":1,\"blobs\":\"\"}\n", FOV_E_STATE,
     "line 1: header.blobs"},
    {"{\"event\":\"header\",\"n\":0,\"transcript\":1,\"blobs\":\"a\\u0000b\"}\n", FOV_E_STATE,
     "line 1: header.blobs"},
    {"{\"event\":\"header\",\"n\":0,\"n\":0}\n", FOV_E_STATE, "line 1: "},
    {HEADER HEADER, FOV_E_STATE, "line 2: n is 0, and 1 comes next"},
    {HEADER "{\"event\":\"header\",\"n\":1}\n", FOV_E_STATE,
     "line 2: event is \"header\", which is only the first"},
    {HEADER "{\"event\":\"call\",\"n\":2}\n", FOV_E_STATE,
     "line 2: n is 2, and 1 comes next: lines are missing"},
    {HEADER "{\"event\":\"call\",\"n\":1.0}\n", FOV_E_STATE, "line 2: n is 1.0"},
    {HEADER "{\"event\":\"call\",\"n\":1\n{\"event\":\"call\",\"n\":2}\n", FOV_E_STATE, "line 2: "},
    {HEADER "{\"event\":\"call\",\"n\":1,\"x\":\"\xff\"}\n", FOV_E_STATE, "line 2: "},
    {HEADER "{\"event\":\"call\",\"n\":1} x\n", FOV_E_STATE, "line 2: "},
    {HEADER "\n" SOURCE, FOV_E_STATE, "line 2: "},
    {HEADER IMAGE("1", "img_0", "[]"), FOV_E_STATE,
     "line 2: regions.0.source names img_0, and there are 0"},
    {HEADER SOURCE IMAGE("2", "img_2", "[\"img_0\"]"), FOV_E_STATE,
     "line 3: id is img_2, and img_1 comes next"},
    {HEADER SOURCE IMAGE("2", "img_0", "[\"img_0\"]"), FOV_E_STATE,
     "line 3: id is img_0, and img_1 comes next"},
    {HEADER SOURCE IMAGE("2", "img_01", "[\"img_0\"]"), FOV_E_STATE,
     "line 3: id is a string, and an image's id"},
    {HEADER SOURCE IMAGE("2", "img_1", "[\"img_1\"]"), FOV_E_STATE, "line 3: parents names img_1"},
    {HEADER SOURCE IMAGE("2", "img_1", "[\"img_9999999\"]"), FOV_E_STATE,
     "line 3: parents names img_9999999"},
    {HEADER SOURCE IMAGE("2", "img_1", "[0]"), FOV_E_STATE,
     "line 3: parents is an array, and an array of at most 8"},
    {HEADER SOURCE IMAGE("2", "img_1",
                         "[\"img_0\",\"img_0\",\"img_0\",\"img_0\",\"img_0\",\"img_0\",\"img_0\","
                         "\"img_0\",\"img_0\"]"),
     FOV_E_STATE, "line 3: parents is an array"},
    {HEADER SOURCE IMAGE("2", "img_1", "{\"a\":\"img_0\"}"), FOV_E_STATE,
     "line 3: parents is an object"},
    {HEADER SOURCE DELIVERY("img_1", "png", ""), FOV_E_STATE, "line 3: delivery.id is img_1"},
    {HEADER SOURCE DELIVERY("img_0", "webp", ""), FOV_E_STATE, "line 3: format is \"webp\""},
    {HEADER SOURCE DELIVERY("img_0", "jpeg", ""), FOV_E_STATE, "line 3: quality is missing"},
    {HEADER SOURCE DELIVERY("img_0", "jpeg", ",\"quality\":101"), FOV_E_STATE,
     "line 3: quality is a number, and a whole number from 1 to 100"},
    {HEADER SOURCE DELIVERY("img_0", "jpeg", ",\"quality\":9.5"), FOV_E_STATE,
     "line 3: quality is a number"},
    {HEADER SOURCE DELIVERY("img_0", "jpeg", ",\"quality\":1e999"), FOV_E_STATE,
     "line 3: number too large"},
};

static void loader__names_line_and_member_of_what_is_wrong(void **state)
{
    const struct scenario *s = *state;
    for (size_t i = 0; i < FOV_COUNT(wrongs); i++) {
        struct fov_log *log = NULL;
        fov_error err;
        scenario_lines(s, wrongs[i].text);
        const fov_status rc = fov__log_open(&log, s->ctx, s->dir, &err);
        if (rc != wrongs[i].status || strstr(err.message, wrongs[i].message) == NULL)
            fail_msg("case %zu: %d \"%s\", where \"%s\" was expected", i, (int)rc,
                     rc < 0 ? err.message : "", wrongs[i].message);
        assert_null(log);
    }
}

/* Every member of a source in turn: taken away, and of another type. */
static void loader__misses_each_member(void **state)
{
    static const char *const members[] = {"\"id\":\"img_0\",", "\"sha256\":\"" SHA "\",",
                                          "\"format\":\"png\",", "\"width\":8,", "\"height\":9,"};
    const struct scenario *s = *state;
    for (size_t i = 0; i < FOV_COUNT(members); i++) {
        struct fov_log *log = NULL;
        fov_error err;
        char name[16];
        scenario_lines(s, HEADER SOURCE);
        scenario_edit(s, "source", members[i], "");
        assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_E_STATE);
        snprintf(name, sizeof(name), "%.*s is missing",
                 (int)(strchr(members[i] + 1, '"') - members[i] - 1), members[i] + 1);
        assert_non_null(strstr(err.message, "line 2: "));
        if (strstr(err.message, name) == NULL)
            fail_msg("\"%s\" does not hold \"%s\"", err.message, name);
    }
}

/* A name that is no hash would be a path: "../../etc/passwd" is 64 characters with some patience.
 */
static void loader__takes_no_path_for_a_hash(void **state)
{
    const struct scenario *s = *state;
    struct fov_log *log = NULL;
    fov_error err;
    scenario_lines(s, HEADER SOURCE);
    scenario_edit(s, "source", SHA,
                  "../../../../../../../../../../../../../../../../../../etc/passwd");
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_E_STATE);
    assert_non_null(strstr(err.message, "line 2: sha256 is a string, and 64 hexadecimal digits"));
}

static void loader__drops_and_counts_a_cut_last_line(void **state)
{
    const struct scenario *s = *state;
    struct fov_log *log = NULL;
    fov_error err;
    size_t size = 0;
    scenario_lines(s, HEADER SOURCE IMAGE("2", "img_1", "[\"img_0\"]"));
    const char *path = scenario_path(s->dir, "transcript.jsonl");
    char *text = scenario_read(path, &size);
    const size_t last = strlen(HEADER SOURCE);
    for (size_t cut = last + 1; cut < size; cut++) {
        const bool is_whole = cut == size - 1; /* only the line end is missing: nothing is lost */
        scenario_save(path, text, cut);
        assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_OK);
        assert_int_equal(log->cut_lines, is_whole ? 0 : 1);
        assert_int_equal(log->count, is_whole ? 3 : 2);
        fov__log_free(log);
    }
    /* Some file systems leave zeros behind a crash. */
    memset(text + last + 40, 0, size - last - 40);
    scenario_save(path, text, size);
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_OK);
    assert_int_equal(log->cut_lines, 1);
    fov__log_free(log);
    free(text);
}

static void loader__forgives_no_cut_in_the_middle(void **state)
{
    const struct scenario *s = *state;
    struct fov_log *log = NULL;
    fov_error err;
    scenario_lines(s, HEADER SOURCE IMAGE("2", "img_1", "[\"img_0\"]"));
    scenario_edit(s, "source", ",\"width\":8,\"height\":9,\"bytes\":70}\n", "");
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_E_STATE);
    assert_non_null(strstr(err.message, "line 2: "));
    scenario_lines(s, HEADER SOURCE IMAGE("2", "img_1", "[\"img_0\"]"));
    scenario_edit(s, "header", SOURCE, "");
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_E_STATE);
    assert_non_null(strstr(err.message, "line 2: n is 2, and 1 comes next"));
}

static void loader__passes_over_what_a_later_version_says(void **state)
{
    const struct scenario *s = *state;
    struct fov_log *log = NULL;
    fov_error err;
    scenario_lines(s, HEADER SOURCE
                   "{\"event\":\"dream\",\"n\":2,\"of\":{\"sheep\":[1e999,\"\\u0000\"]}}\n"
                   "{\"event\":\"call\",\"n\":3,\"anything\":1}\n");
    scenario_edit(s, "source", "\"bytes\"", "\"colour\":1,\"mood\":null,\"bytes\"");
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_OK);
    assert_int_equal(log->unknown_kinds, 1);
    assert_int_equal(log->unknown_members, 2);
    assert_int_equal(log->count, 4);
    fov__log_free(log);
}

static void loader__refuses_deep_and_long_lines(void **state)
{
    const struct scenario *s = *state;
    struct fov_log *log = NULL;
    fov_error err;
    const size_t size = FOV__LOG_LINE_MAX + 1000;
    char *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, '[', size);
    text[size] = '\0';
    memcpy(text, HEADER, strlen(HEADER));
    text[size - 1] = '\n';
    scenario_lines(s, text);
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_E_STATE);
    assert_non_null(strstr(err.message, "line 2: "));
    memset(text + strlen(HEADER), ' ', size - strlen(HEADER) - 1);
    memcpy(text + strlen(HEADER), "{\"event\":\"call\",\"n\":1}", 22);
    scenario_lines(s, text);
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_E_STATE);
    assert_non_null(strstr(err.message, "line 2: "));
    free(text);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

/* Bytes changed, taken out and doubled at random (the same each time): never a crash, never memory
 * left, always a sentence. */
static void loader__survives_random_damage(void **state)
{
    static const char signs[] = "\"{}[],:0-19e\\n\x80\n";
    const struct scenario *s = *state;
    size_t size = 0;
    uint64_t seed = 20261124;
    int refused = 0;
    scenario_write(s);
    const char *path = scenario_path(s->dir, "transcript.jsonl");
    char *text = scenario_read(path, &size), *damaged = malloc(size * 2);
    assert_non_null(damaged);
    for (int i = 0; i < 1500; i++) {
        fov_bytes shown = {NULL, 0, NULL};
        fov_error err = {0};
        size_t len = size;
        memcpy(damaged, text, size);
        for (uint64_t k = next_random(&seed) % 3; k < 3; k++) {
            const size_t at = next_random(&seed) % (len - 64), span = next_random(&seed) % 48 + 1;
            switch (next_random(&seed) % 3) {
            case 0:
                damaged[at] = signs[next_random(&seed) % (sizeof(signs) - 1)];
                break;
            case 1:
                memmove(damaged + at, damaged + at + span, len - at - span);
                len -= span;
                break;
            default:
                memmove(damaged + at + span, damaged + at, len - at);
                len += span;
                break;
            }
        }
        scenario_save(path, damaged, len);
        const uint64_t before = atomic_load(&s->ctx->live_bytes);
        const fov_status rc = fov_transcript_show(s->ctx, s->dir, i % 3, &shown, &err);
        fov_bytes_free(&shown);
        assert_int_equal(atomic_load(&s->ctx->live_bytes), before);
        assert_true(rc == FOV_OK || rc == FOV_E_STATE || rc == FOV_E_UNSUPPORTED);
        assert_true(rc == FOV_OK || err.message[0] != '\0');
        refused += rc < 0;
    }
    assert_true(refused > 500 && refused < 1500);
    free(damaged);
    free(text);
}

static void loader__says_that_there_is_no_transcript(void **state)
{
    const struct scenario *s = *state;
    struct fov_log *log = NULL;
    fov_error err;
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, &err), FOV_E_IO);
    assert_non_null(strstr(err.message, "transcript.jsonl"));
}

int suite_loader(void)
{
    const struct CMUnitTest tests[] = {
        test_scenario(loader__reads_what_was_written),
        test_scenario(loader__names_line_and_member_of_what_is_wrong),
        test_scenario(loader__misses_each_member),
        test_scenario(loader__takes_no_path_for_a_hash),
        test_scenario(loader__drops_and_counts_a_cut_last_line),
        test_scenario(loader__forgives_no_cut_in_the_middle),
        test_scenario(loader__passes_over_what_a_later_version_says),
        test_scenario(loader__refuses_deep_and_long_lines),
        test_scenario(loader__survives_random_damage),
        test_scenario(loader__says_that_there_is_no_transcript),
    };
    return cmocka_run_group_tests_name("loader", tests, NULL, NULL);
}
