/* SPDX-License-Identifier: MIT */
/* Any bytes as the lines of a transcript, beside the blobs of a real one. What must hold: it is
 * judged in time; what verifies does not verify any more when one digit of one of its hashes is
 * another; and what is shown is fit for a terminal. */
#include "fuzz_support.h"

#include "transcript/log_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { HASHES_MAX = 64 };

static fov_context *ctx;

/* ---- the transcript whose blobs are there --------------------------------------------------- */

struct desk {
    fov_graph *graph;
    struct fov_transcript *t;
};

static void apply(struct desk *d, const char *op, const char *arguments)
{
    fov_applied made = FOV_APPLIED_INIT;
    fov_error err = {0};
    if (fov_graph_apply(d->graph, op, arguments, &made, &err) != FOV_OK)
        fprintf(stderr, "%s %s: %s\n", op, arguments, err.message);
    fuzz_require(made.image >= 0 || made.fact >= 0, "the seed's operations are possible");
    for (int32_t i = 0; i < made.image_count; i++)
        fov__transcript_image(d->t, fov__graph_node(d->graph, made.image + i), NULL);
    if (made.fact >= 0)
        fov__transcript_fact(d->t, fov__graph_fact_get(d->graph, made.fact), NULL);
}

static void deliver(struct desk *d, int32_t id, uint32_t formats)
{
    const struct fov_node *node = fov__graph_node(d->graph, id);
    const struct fov_view view = {.node = node,
                                  .box = {0, 0, node->width, node->height},
                                  .width = node->width * 2,
                                  .height = node->height * 2};
    const struct fov_spent spent = {.decode_us = 3000};
    struct fov_pixels *px = NULL;
    struct fov_delivery *delivery = NULL;
    fuzz_require(fov__render(&px, ctx, &view, NULL) == FOV_OK &&
                     fov__encode_delivery(&delivery, px, formats, 0, NULL) == FOV_OK &&
                     fov__transcript_delivery(d->t, id, delivery, -1, &spent, NULL) == FOV_OK,
                 "the seed's pictures can be delivered");
    fov__delivery_unref(delivery);
    fov__pixels_unref(px);
}

static void say(struct desk *d)
{
    struct fov_jw *jw = fov__transcript_begin(d->t, "question");
    fov__jw_string(jw, "text", "How many?");
    fov__transcript_end(d->t, false, NULL);
    jw = fov__transcript_begin(d->t, "response");
    fov__jw_raw(jw, "raw", "{\"text\":[1,\"sp\\u00e4t\"]}", 24);
    fov__jw_int(jw, "reply_ms", 412);
    fov__transcript_end(d->t, false, NULL);
    jw = fov__transcript_begin(d->t, "answer");
    fov__jw_string(jw, "status", "FOV_OK");
    fov__jw_string(jw, "answer", "5.11");
    fov__jw_string(jw, "reason", "The label says so.");
    fov__jw_array(jw, "evidence");
    fov__jw_string(jw, NULL, "img_2");
    fov__jw_string(jw, NULL, "fact_0");
    fov__jw_end_array(jw);
    fov__transcript_end(d->t, false, NULL);
}

static void add_source(struct desk *d, fov_image *image)
{
    int32_t id = -1;
    fuzz_require(fov_graph_add_source(d->graph, image, &id, NULL) == FOV_OK &&
                     fov__transcript_source(d->t, fov__graph_node(d->graph, id), NULL) == FOV_OK,
                 "the seed's source can be added");
    fov_image_unref(image);
}

/* The same in every process: no time, no name of a folder. */
static void write_real(const char *dir)
{
    struct desk d = {NULL, NULL};
    fov_image *png = NULL, *raw = NULL;
    uint8_t grey[24 * 16];
    for (size_t i = 0; i < sizeof(grey); i++)
        grey[i] = (uint8_t)(i * 7);
    fuzz_require(fov_graph_new(&d.graph, ctx, NULL) == FOV_OK &&
                     fov__transcript_new(&d.t, ctx, dir, NULL, NULL) == FOV_OK,
                 "the seed can be begun");
    struct fov_jw *jw = fov__transcript_begin(d.t, "header");
    fov__jw_string(jw, "time", "2026-11-24T12:00:00Z");
    fov__jw_string(jw, "profile", "generic");
    fov__transcript_end(d.t, false, NULL);
    fuzz_require(fov_image_open(&png, ctx, FOV_TESTDATA "/pngsuite/basn2c08.png", NULL, NULL) ==
                         FOV_OK &&
                     fov_image_new_pixels(&raw, ctx, grey, 24, 16, 1, 24, NULL) == FOV_OK,
                 "the seed's sources can be opened");
    add_source(&d, png);
    add_source(&d, raw);
    apply(&d, "zoom", "{\"box\":[4,4,28,20]}");
    deliver(&d, 2, 1u << FOV_FORMAT_PNG);
    apply(&d, "rotate", "{\"image\":\"img_2\",\"degrees\":7}");
    apply(&d, "enhance", "{\"image\":\"img_3\",\"sharpen\":1}");
    apply(&d, "mark", "{\"image\":\"img_4\",\"boxes\":[[2,2,9,9]],\"numbers\":true}");
    deliver(&d, 5, 1u << FOV_FORMAT_JPEG);
    apply(&d, "sample", "{\"image\":\"img_1\",\"points\":[[3,3]]}");
    say(&d);
    fuzz_require(fov__transcript_close(d.t, NULL) == FOV_OK, "the seed can be written");
    fov_graph_free(d.graph);
}

static const char *desk_dir(void)
{
    static char dir[256];
    if (dir[0] == '\0') {
        ctx = fuzz_context();
        snprintf(dir, sizeof(dir), "%s", fuzz_path("run"));
        write_real(dir);
    }
    return dir;
}

/* ---- the laws ------------------------------------------------------------------------------- */

static fov_status verify(const char *text, size_t size, fov_replayed *found)
{
    char path[300];
    fov_error err = {0};
    snprintf(path, sizeof(path), "%s/transcript.jsonl", desk_dir());
    fuzz_save(path, text, size);
    fov_replayed_init(found);
    const fov_status rc = fov_transcript_verify(ctx, desk_dir(), NULL, NULL, found, &err);
    fuzz_require_error(rc, &err);
    fuzz_require(rc <= 0 && rc != FOV_E_INTERNAL && rc != FOV_E_ARG && rc != FOV_E_MEMORY,
                 "a transcript is equal, or it is said what is wrong with it");
    fuzz_require(rc != FOV_OK || found->differing == 0, "what differs is not equal");
    return rc;
}

/* Where the digits of hashes stand that replay depends on. */
static size_t find_hashes(const char *text, size_t size, size_t *at)
{
    static const char *const members[] = {"sha256", "recipe_sha256", "pixels_sha256",
                                          "bytes_sha256"};
    static const char *const kinds[] = {"\"source\"", "\"image\"", "\"fact\"", "\"delivery\""};
    size_t count = 0;
    for (const char *line = text, *end = text + size; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const size_t len = (size_t)((stop != NULL ? stop : end) - line);
        const char *const event[] = {"event", NULL};
        struct fov_span kind = {NULL, 0};
        if (fov__json_check(ctx, line, len, FOV__LOG_DEPTH_MAX, len, NULL) == FOV_OK)
            kind = fov__json_raw(line, len, event);
        bool counts = false;
        for (size_t i = 0; i < FOV_COUNT(kinds); i++)
            counts = counts ||
                     (kind.len == strlen(kinds[i]) && memcmp(kind.data, kinds[i], kind.len) == 0);
        for (size_t i = 0; counts && i < FOV_COUNT(members); i++) {
            const char *const path[] = {members[i], NULL};
            const struct fov_span hash = fov__json_raw(line, len, path);
            /* A source has no pixels and a fact no bytes: there these are nobody's members. */
            const bool is_used = i == 0   ? kind.data[1] == 's'
                                 : i == 1 ? kind.data[1] == 'i' || kind.data[1] == 'f'
                                          : kind.data[1] == 'd';
            if (hash.len == FOV_SHA256_HEX + 1 && is_used && count < HASHES_MAX)
                at[count++] = (size_t)(hash.data + 1 - text);
        }
        line += len + 1;
    }
    return count;
}

/* One hash and one digit a run, chosen by the input: over many inputs it is all of them. */
static void changed_is_found(const char *text, size_t size, int32_t skipped)
{
    size_t at[HASHES_MAX];
    fov_replayed found;
    const size_t count = find_hashes(text, size, at);
    const uint64_t chance = fov__xxh3(text, size);
    if (count == 0)
        return;
    char *copy = malloc(size);
    fuzz_require(copy != NULL, "there is memory");
    memcpy(copy, text, size);
    char *digit = copy + at[chance % count] + chance / 64 % 64;
    *digit = *digit == '0' ? 'f' : '0';
    /* A fact of OCR is not read again where another engine runs, and counted as skipped. */
    fuzz_require(verify(copy, size, &found) != FOV_OK || skipped > 0,
                 "a hash with another digit does not verify");
    free(copy);
}

static void shown(bool is_equal)
{
    for (int32_t form = FOV_SHOW_TREE; form <= FOV_SHOW_MERMAID; form++) {
        fov_bytes text = {NULL, 0, NULL};
        fov_error err = {0};
        const fov_status rc = fov_transcript_show(ctx, desk_dir(), form, &text, &err);
        fuzz_require_error(rc, &err);
        fuzz_require(rc == FOV_OK || !is_equal, "what verifies can be shown");
        fuzz_require(fov__utf8_valid((const char *)text.data, text.size), "what is shown is UTF-8");
        for (size_t i = 0; i < text.size; i++)
            fuzz_require((text.data[i] >= ' ' && text.data[i] != 127) || text.data[i] == '\n',
                         "what is shown has no control character");
        fov_bytes_free(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fov_replayed found;
    const fov_status rc = verify((const char *)data, size, &found);
    shown(rc == FOV_OK);
    if (rc == FOV_OK)
        changed_is_found((const char *)data, size, found.skipped);
    return 0;
}

static void emit_call(size_t op, const char *name, const char *arguments, void *user)
{
    struct fov_buf *lines = user;
    (void)name;
    fov__buf_addf(lines,
                  "{\"event\":\"image\",\"n\":%zu,\"id\":\"img_%zu\",\"op\":\"%s\",\"recipe\":%s,",
                  op + 3, op + 2, fov__op_at(NULL, op)->name, arguments);
    fov__buf_adds(lines, "\"parents\":[\"img_0\"],\"output\":0,\"width\":9,\"height\":9,"
                         "\"regions\":[{\"box\":[0,0,9,9],\"source\":\"img_0\",\"to_source\":"
                         "[1,0,0,0,1,0,0,0,1]}],\"recipe_sha256\":\"");
    for (int i = 0; i < 64; i++)
        fov__buf_addc(lines, '0');
    fov__buf_adds(lines, "\"}\n");
}

void fuzz_seeds(fuzz_emit emit, void *user)
{
    char path[300];
    fov_bytes text = {NULL, 0, NULL};
    fov_replayed found;
    snprintf(path, sizeof(path), "%s/transcript.jsonl", desk_dir());
    /* Read before anything is run: running writes over it. */
    fuzz_require(fov__file_read(&text, ctx, path, 1 << 20, NULL) == FOV_OK, "the seed can be read");
    fuzz_require(verify((const char *)text.data, text.size, &found) == FOV_OK &&
                     found.deliveries == 2,
                 "the seed verifies");
    emit(text.data, text.size, user);
    for (size_t i = 0, lines = 0; i < text.size; i++) {
        if (text.data[i] == '\n' && ++lines <= 6)
            emit(text.data, i + (lines & 1), user);
    }
    struct fov_buf calls;
    fov__buf_init(&calls, ctx, 1 << 20);
    const uint8_t *source = memchr(text.data, '\n', text.size);
    const uint8_t *third = memchr(source + 1, '\n', text.size / 2);
    third = memchr(third + 1, '\n', text.size / 2);
    fov__buf_add(&calls, text.data, (size_t)(third + 1 - text.data));
    fuzz_each_call(emit_call, &calls);
    emit(calls.data, calls.len, user);
    fov__buf_free(&calls);
    fov_bytes_free(&text);
}
