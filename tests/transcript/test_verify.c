/* SPDX-License-Identifier: MIT */
/* Proof: an untouched transcript verifies, and whatever is changed in it is found and named. */
#include "scenario.h"

#include "ocr/ocr_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void verify__finds_an_untouched_transcript_equal(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    struct fov_log *log = NULL;
    assert_non_null(v);
    scenario_write(s);
    scenario_verify(s, v);
    if (v->rc != FOV_OK)
        fail_msg("%s\n%s", v->err.message, v->all);
    assert_int_equal(v->result.sources, SCENARIO_SOURCES);
    assert_int_equal(v->result.images, SCENARIO_IMAGES);
    assert_int_equal(v->result.facts, SCENARIO_FACTS);
    assert_int_equal(v->result.deliveries, SCENARIO_DELIVERIES);
    assert_int_equal(v->result.skipped, 0);
    assert_int_equal(v->result.differing, 0);
    assert_int_equal(v->result.cut_lines, 0);
    assert_int_equal(v->lines,
                     SCENARIO_SOURCES + SCENARIO_IMAGES + SCENARIO_FACTS + SCENARIO_DELIVERIES);
    assert_non_null(strstr(v->all, "img_4 equal "));
    assert_non_null(strstr(v->all, "img_3 delivery 520x340 equal "));
    assert_int_equal(fov__log_open(&log, s->ctx, s->dir, NULL), FOV_OK);
    assert_string_equal(v->result.digest, log->digest);
    fov__log_free(log);
    free(v);
}

/* What an operation's examples come after, made and recorded; the numbers of the facts. */
static int apply_before(fov_graph *graph, struct fov_transcript *t, const fov_op_def *op,
                        int32_t fact[4])
{
    int n = 0;
    for (const char *const *call = op->examples_after; call != NULL && call[0] != NULL; call += 2) {
        fov_applied made = FOV_APPLIED_INIT;
        scenario_apply(graph, t, call[0], call[1]);
        assert_int_equal(fov_graph_apply(graph, call[0], call[1], &made, NULL), FOV_NOTE_SAME);
        assert_true(n < 4);
        fact[n++] = made.fact;
    }
    return n;
}

/* An example's fact_0, fact_1 … by the numbers that those have here. */
static void rename_facts(char *out, size_t size, const char *text, const int32_t fact[4], int n)
{
    size_t len = 0;
    while (*text != '\0' && len + 16 < size) {
        if (strncmp(text, "\"fact_", 6) == 0 && text[6] >= '0' && text[6] < '0' + n) {
            len += (size_t)snprintf(out + len, size - len, "\"fact_%d", (int)fact[text[6] - '0']);
            text += 7;
        } else {
            out[len++] = *text++;
        }
    }
    out[len] = '\0';
}

/* A recipe is what its operation writes down: applied again it must write the same, of every
 * operation and every example there is. */
static void verify__remakes_every_example_of_every_operation(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    struct fov_transcript *t = NULL;
    fov_graph *graph = NULL;
    fov_image *image = NULL;
    int tried = 0, made = 0;
    uint8_t *rows = malloc(1000 * 500 * 3);
    assert_non_null(v);
    assert_non_null(rows);
    for (size_t i = 0; i < 1000 * 500 * 3; i++)
        rows[i] = (uint8_t)((i / 3000 / 20 + i / 60) % 2 ? 240 - i % 7 : 20 + i % 31);
    scenario_start(s, &graph, &t);
    assert_int_equal(fov_image_new_pixels(&image, s->ctx, rows, 1000, 500, 3, 3000, NULL), FOV_OK);
    scenario_add(graph, t, image);
    free(rows);
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *op = fov__op_at(NULL, i);
        int32_t fact[4];
        const int facts = apply_before(graph, t, op, fact);
        for (size_t k = 0; op->kind != FOV_OP_STATE && op->examples[k].arguments != NULL; k++) {
            char arguments[2048];
            rename_facts(arguments, sizeof(arguments), op->examples[k].arguments, fact, facts);
            tried++;
            made += scenario_apply(graph, t, op->name, arguments);
        }
    }
    scenario_end(graph, t);
    scenario_verify(s, v);
    if (v->rc != FOV_OK)
        fail_msg("%s\n%s", v->err.message, v->all);
    print_message("%d examples, %d recorded, %d images and %d facts equal\n", tried, made,
                  v->result.images, v->result.facts);
    assert_true(made >= tried - 6 && made > 40); /* without an engine, OCR's are missing */
    assert_true(v->result.images + v->result.facts >= made);
    free(v);
}

/* Alpha, palettes, 16 bits, orientation, CMYK, progressive, a file with its end cut off. */
static void verify__covers_every_kind_of_source(void **state)
{
    static const char *const names[] = {
        "small-rgba8.png",   "small-rgba16.png",  "small-palette.png",     "small-greyalpha8.png",
        "small-palette.bmp", "scene-orient6.jpg", "scene-progressive.jpg", "scene-cmyk.jpg",
        "scene-grey.jpg",    "small-alpha.webp"};
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    struct fov_transcript *t = NULL;
    fov_graph *graph = NULL;
    fov_image *image = NULL;
    fov_image_opts lenient = FOV_IMAGE_OPTS_INIT;
    uint8_t pixels[4 * 6 * 5], first[3];
    size_t size = 0;
    fov_error err;
    int sources = 0;
    char arguments[64];
    assert_non_null(v);
    for (size_t i = 0; i < sizeof(pixels); i++)
        pixels[i] = (uint8_t)(i * 11);
    scenario_start(s, &graph, &t);
    for (size_t i = 0; i < FOV_COUNT(names) + 2; i++) {
        fov_status rc = FOV_OK;
        if (i < FOV_COUNT(names)) {
            rc = fov_image_open(&image, s->ctx, scenario_path(FOV_TESTDATA "/pictures", names[i]),
                                NULL, &err);
        } else if (i == FOV_COUNT(names)) {
            rc = fov_image_new_pixels(&image, s->ctx, pixels, 6, 5, 4, 24, &err);
        } else {
            char *file = scenario_read(FOV_TESTDATA "/pictures/scene.jpg", &size);
            lenient.lenient = 1;
            rc = fov_image_open_memory(&image, s->ctx, file, size * 2 / 3, &lenient, &err);
            free(file);
        }
        if (rc == FOV_OK)
            rc = fov_image_read(image, (fov_box){0, 0, 1, 1}, 3, first, sizeof(first), &err);
        if (rc == FOV_E_UNSUPPORTED) {
            fov_image_unref(image);
            continue; /* built without libvips */
        }
        if (rc != FOV_OK)
            fail_msg("%zu: %s", i, err.message);
        const int32_t id = scenario_add(graph, t, image);
        const fov_size own = fov_graph_size(graph, id);
        snprintf(arguments, sizeof(arguments), "{\"image\":\"img_%d\",\"degrees\":3}", (int)id);
        assert_true(scenario_apply(graph, t, "rotate", arguments));
        scenario_deliver(graph, s->ctx, t, id, own.width / 2, own.height / 2);
        scenario_deliver(graph, s->ctx, t, id + 1, own.width * 2, own.height);
        sources++;
    }
    scenario_end(graph, t);
    assert_true(sources >= 11);
    scenario_verify(s, v);
    if (v->rc != FOV_OK)
        fail_msg("%s\n%s", v->err.message, v->all);
    assert_int_equal(v->result.sources, sources);
    assert_int_equal(v->result.images, sources);
    assert_int_equal(v->result.deliveries, sources * 2);
    free(v);
}

/* One change in the lines, and what verify must say of it. */
struct change {
    const char *behind, *from, *to;
    fov_status status;
    const char *message;
};

static const struct change changes[] = {
    /* a number of a recipe: the recipe's hash does not fit any more */
    {"\"id\":\"img_3\",\"op\"", "\"box\":[40,", "\"box\":[41,", FOV_E_MISMATCH,
     "img_3: recipe_sha256 "},
    {"\"id\":\"img_4\",\"op\"", "\"degrees\":7.25", "\"degrees\":7.26", FOV_E_MISMATCH,
     "img_4: recipe_sha256 "},
    {"\"id\":\"img_5\",\"op\"", "\"clahe\":3", "\"clahe\":4", FOV_E_MISMATCH,
     "img_5: recipe_sha256 "},
    /* a recipe that its operation does not take */
    {"\"id\":\"img_4\",\"op\"", "\"degrees\":7.25", "\"degrees\":7250", FOV_E_STATE,
     "rotate.degrees"},
    {"\"id\":\"img_4\",\"op\"", "\"degrees\":7.25", "\"turns\":7.25", FOV_E_STATE, "rotate.turns"},
    /* the same recipe in other words is not what was recorded */
    {"\"id\":\"img_4\",\"op\"", "\"degrees\":7.25", "\"degrees\":7.25,\"expand\":true",
     FOV_E_MISMATCH, "img_4: recipe {"},
    /* sizes, mappings, hashes */
    {"\"id\":\"img_3\",\"op\"", "\"width\":260", "\"width\":261", FOV_E_MISMATCH,
     "img_3: the size 261x"},
    {"\"id\":\"img_3\",\"op\"", "\"to_source\":[1,0,40", "\"to_source\":[1,0,40.000001",
     FOV_E_MISMATCH, "img_3: regions.0.to_source 40.000001 is recorded and 40 was made"},
    {"\"id\":\"img_3\",\"op\"", "\"box\":[0,0,260", "\"box\":[0,0,259", FOV_E_MISMATCH,
     "img_3: regions.0.box 259"},
    {"\"id\":\"img_3\",\"op\"", "\"source\":\"img_0\"", "\"source\":\"img_1\"", FOV_E_MISMATCH,
     "img_3: regions.0.source img_1"},
    {"\"id\":\"img_3\",\"op\"", "\"output\":0", "\"output\":1", FOV_E_STATE,
     "output is 1, and zoom makes 1"},
    /* who was made from whom */
    {"\"id\":\"img_4\",\"op\"", "\"parents\":[\"img_3\"]", "\"parents\":[\"img_0\"]",
     FOV_E_MISMATCH, "img_4: recipe_sha256 "},
    {"\"id\":\"img_4\",\"op\"", "\"parents\":[\"img_3\"]", "\"parents\":[]", FOV_E_STATE,
     "parents has 0, and rotate takes 1"},
    {"\"id\":\"img_4\",\"op\"", "\"parents\":[\"img_3\"]", "\"parents\":[\"img_3\",\"img_0\"]",
     FOV_E_STATE, "parents has 2"},
    /* operations */
    {"\"id\":\"img_4\",\"op\"", "\"rotate\"", "\"teleport\"", FOV_E_UNSUPPORTED,
     "img_4 was made by \"teleport\""},
    {"\"id\":\"img_4\",\"op\"", "\"rotate\"", "\"sample\"", FOV_E_STATE,
     "op is sample, which makes no image"},
    {"\"id\":\"img_3\",\"op\"", "\"zoom\"", "\"crop\"", FOV_OK,
     NULL}, /* an alias is the same operation */
    /* facts */
    {"\"id\":\"fact_0\"", "\"json\":{", "\"json\":{\"x\":1,", FOV_E_MISMATCH,
     "fact_0: json differs from byte 2 on"},
    {"\"id\":\"fact_0\"", "[20.5,30]", "[20.5,31]", FOV_E_MISMATCH, "fact_0: recipe_sha256 "},
    {"\"id\":\"fact_0\"", "[\"img_3\"]", "[\"img_1\"]", FOV_E_MISMATCH, "fact_0: recipe_sha256 "},
    {"\"id\":\"fact_0\"", "\"sample\"", "\"zoom\"", FOV_E_STATE, "op is zoom, which makes no fact"},
    /* deliveries */
    {"\"width\":520", "\"pixels_sha256\":\"",
     "\"pixels_sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"x\":"
     "\"",
     FOV_E_MISMATCH, "img_3 delivery: pixels_sha256 000000000000 is recorded"},
    {"delivery", "\"width\":400", "\"width\":401", FOV_E_MISMATCH,
     "img_0 delivery: pixels_sha256 "},
    {"delivery", "\"id\":\"img_0\"", "\"id\":\"img_0\",\"colour\":\"red\"", FOV_OK, NULL},
    {"\"width\":520", "\"size\":", "\"size\":1", FOV_E_MISMATCH, "img_3 delivery: size 1"},
    /* sources */
    {"source", "\"bytes\":", "\"bytes\":1", FOV_E_MISMATCH, "img_0: 1"},
    {"source", "\"format\":\"png\"", "\"format\":\"gif\"", FOV_E_MISMATCH,
     "img_0: the format \"gif\""},
    {"\"format\":\"pixels\"", "\"width\":28", "\"width\":24", FOV_E_STATE,
     "does not hold raw pixels of 24x24 in 1 bands"},
    {"\"format\":\"pixels\"", "\"bands\":1", "\"bands\":2", FOV_E_STATE, "bands is 2"},
};

static void verify__finds_and_names_every_change(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    size_t size = 0;
    assert_non_null(v);
    scenario_write(s);
    const char *path = scenario_path(s->dir, "transcript.jsonl");
    char *text = scenario_read(path, &size);
    for (size_t i = 0; i < FOV_COUNT(changes); i++) {
        const struct change *c = &changes[i];
        scenario_save(scenario_path(s->dir, "transcript.jsonl"), text, size);
        scenario_edit(s, c->behind, c->from, c->to);
        scenario_verify(s, v);
        if (v->rc != c->status ||
            (c->message != NULL && strstr(v->err.message, c->message) == NULL))
            fail_msg("%s -> %s: status %d \"%s\", where %d \"%s\" was expected", c->from, c->to,
                     (int)v->rc, v->err.message, (int)c->status, c->message);
        if (c->status == FOV_E_MISMATCH)
            assert_true(v->result.differing > 0);
    }
    free(text);
    free(v);
}

static void flip_byte(const char *path, size_t back)
{
    size_t size = 0;
    char *data = scenario_read(path, &size);
    assert_true(size > back);
    data[size - back] = (char)(data[size - back] ^ 1);
    scenario_save(path, data, size);
    free(data);
}

static void verify__finds_a_flipped_byte_in_a_blob(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    assert_non_null(v);
    scenario_write(s);
    flip_byte(scenario_blob(s, "\"width\":520", "bytes_sha256"), 40);
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_E_MISMATCH);
    assert_non_null(strstr(v->err.message, "img_3 delivery: its blob's bytes have the SHA-256 "));
    assert_int_equal(v->result.differing, 1);
    assert_int_equal(v->result.deliveries, SCENARIO_DELIVERIES - 1); /* it goes on */
    flip_byte(scenario_blob(s, "\"id\":\"img_1\"", "sha256"), 40);
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_E_MISMATCH);
    assert_non_null(strstr(v->err.message, "img_1: its blob's bytes have the SHA-256 "));
    free(v);
}

static void verify__says_which_blob_is_missing(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    assert_non_null(v);
    scenario_write(s);
    const char *blob = scenario_blob(s, "\"width\":520", "bytes_sha256");
    unlink(blob);
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_E_IO);
    assert_non_null(strstr(v->err.message, "line "));
    assert_non_null(
        strstr(v->err.message, strrchr(blob, '/') + 33)); /* a long path is cut in front */
    free(v);
}

static void verify__accepts_and_counts_a_cut_last_line(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    size_t size = 0;
    assert_non_null(v);
    scenario_write(s);
    const char *path = scenario_path(s->dir, "transcript.jsonl");
    char *text = scenario_read(path, &size);
    scenario_save(path, text, size - 20);
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_OK);
    assert_int_equal(v->result.cut_lines, 1);
    free(text);
    free(v);
}

static void verify__finds_an_image_written_twice(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    char line[4096];
    assert_non_null(v);
    scenario_write(s);
    /* The last image's event becomes the first zoom's, under its own number. */
    char *text = scenario_read(scenario_path(s->dir, "transcript.jsonl"), NULL);
    const char *from = strstr(text, "\"id\":\"img_3\",\"op\"") + strlen("\"id\":\"img_3\""),
               *to = strchr(from, '\n');
    snprintf(line, sizeof(line), "%.*s", (int)(to - from), from);
    const char *old = strstr(text, "\"id\":\"img_7\",\"op\"") + strlen("\"id\":\"img_7\"");
    char was[4096];
    snprintf(was, sizeof(was), "%.*s", (int)(strchr(old, '\n') - old), old);
    scenario_edit(s, "\"id\":\"img_7\",\"op\"", was, line);
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_E_MISMATCH);
    assert_non_null(strstr(v->err.message, "img_7: it is img_3 again"));
    free(text);
    free(v);
}

static void verify__finds_base64_in_a_line(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    char answer[1200];
    assert_non_null(v);
    scenario_write(s);
    memset(answer, 'Q', 1100);
    answer[1100] = '\0';
    scenario_edit(s, "\"answer\"", "5.11", answer);
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_E_MISMATCH);
    assert_non_null(strstr(v->err.message, "holds more than 1000 characters of base64"));
    assert_int_equal(v->result.differing, 1);
    free(v);
}

static void verify__skips_bytes_of_another_encoder(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    assert_non_null(v);
    scenario_write(s);
    scenario_edit(s, "\"width\":520", "\"encoder\":\"", "\"encoder\":\"elsewhere ");
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_OK);
    assert_int_equal(v->result.skipped, 1);
    assert_int_equal(v->result.deliveries, SCENARIO_DELIVERIES - 1);
    assert_non_null(strstr(v->all, "bytes skipped: encoded by elsewhere "));
    /* Pixels are compared all the same. */
    scenario_edit(s, "\"width\":520", "\"pixels_sha256\":\"",
                  "\"pixels_sha256\":"
                  "\"0000000000000000000000000000000000000000000000000000000000000000\",\"x\":\"");
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_E_MISMATCH);
    free(v);
}

/* A fact of OCR, as it would be recorded; without the module only that it is skipped can be seen.
 */
static void verify__compares_ocr_only_of_its_own_engine(void **state)
{
    const struct scenario *s = *state;
    struct verified *v = malloc(sizeof(*v));
    struct fov_transcript *t = NULL;
    fov_graph *graph = NULL;
    fov_image *image = NULL;
    fov_applied made = FOV_APPLIED_INIT;
    fov_error err;
    assert_non_null(v);
    const bool has_engine = fov__ocr_identity(s->ctx, &err) != NULL;
    if (!has_engine)
        print_message("no OCR engine here (%s): only the skipping is tested\n", err.message);
    assert_int_equal(fov__transcript_new(&t, s->ctx, s->dir, NULL, NULL), FOV_OK);
    fov__transcript_begin(t, "header");
    assert_int_equal(fov__transcript_end(t, true, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&graph, s->ctx, NULL), FOV_OK);
    assert_int_equal(
        fov_image_open(&image, s->ctx, FOV_TESTDATA "/charts/bar-rainfall.png", NULL, NULL),
        FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    fov_image_unref(image);
    assert_int_equal(fov__transcript_source(t, fov__graph_node(graph, 0), NULL), FOV_OK);
    if (has_engine) {
        assert_int_equal(fov_graph_apply(graph, "ocr", "{\"box\":[0,0,400,60]}", &made, &err),
                         FOV_OK);
        assert_int_equal(fov__transcript_fact(t, fov__graph_fact_get(graph, made.fact), NULL),
                         FOV_OK);
    } else {
        struct fov_jw *jw = fov__transcript_begin(t, "fact");
        char sha256[FOV_SHA256_HEX];
        fov__sha256_hex(sha256, "", 0);
        fov__jw_string(jw, "id", "fact_0");
        fov__jw_string(jw, "op", "ocr");
        fov__jw_raw(jw, "recipe", "{}", 2);
        fov__jw_raw(jw, "parents", "[\"img_0\"]", 9);
        fov__jw_string(jw, "recipe_sha256", sha256);
        fov__jw_raw(jw, "json", "{}", 2);
        fov__jw_string(jw, "engine", "tesseract 0.1");
        assert_int_equal(fov__transcript_end(t, true, NULL), FOV_OK);
    }
    assert_int_equal(fov__transcript_close(t, NULL), FOV_OK);
    fov_graph_free(graph);
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_OK);
    assert_int_equal(v->result.facts, has_engine ? 1 : 0);
    if (has_engine)
        scenario_edit(s, "fact_0", "\"engine\":\"", "\"engine\":\"another ");
    scenario_verify(s, v);
    assert_int_equal(v->rc, FOV_OK);
    assert_int_equal(v->result.facts, 0);
    assert_int_equal(v->result.skipped, 1);
    assert_non_null(strstr(v->all, "fact_0 skipped: read by "));
    free(v);
}

/* ---- replaying --------------------------------------------------------------------------------
 */

static void replay_with(const struct scenario *s, uint32_t threads, const char *out_dir,
                        fov_replayed *result)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    fov_error err;
    opts.threads = threads;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    fov_replayed_init(result);
    const fov_status rc = fov_transcript_replay(ctx, s->dir, out_dir, NULL, NULL, result, &err);
    if (rc != FOV_OK)
        fail_msg("%s", err.message);
    fov_context_free(ctx);
}

static void same_file(const char *a, const char *b)
{
    size_t size_a = 0, size_b = 0;
    char *data_a = scenario_read(a, &size_a), *data_b = scenario_read(b, &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(data_a, data_b, size_a);
    free(data_a);
    free(data_b);
}

static void replay__makes_the_same_files_with_any_threads(void **state)
{
    static const char *const behind[] = {"\"width\":400", "\"width\":520", "\"width\":300",
                                         "\"width\":240", "\"width\":56"};
    const struct scenario *s = *state;
    char one[96], three[96], name[32];
    fov_replayed result;
    scenario_write(s);
    snprintf(one, sizeof(one), "%s/one", s->root);
    snprintf(three, sizeof(three), "%s/three", s->root);
    replay_with(s, 1, one, &result);
    assert_int_equal(result.deliveries, SCENARIO_DELIVERIES);
    assert_int_equal(result.differing, 0);
    replay_with(s, 3, three, &result);
    assert_int_equal(scenario_count_files(scenario_path(one, "blobs")), SCENARIO_DELIVERIES);
    assert_int_equal(scenario_count_files(scenario_path(three, "blobs")), SCENARIO_DELIVERIES);
    for (size_t i = 0; i < FOV_COUNT(behind); i++) {
        const char *blob = scenario_blob(s, behind[i], "bytes_sha256");
        snprintf(name, sizeof(name), "blobs");
        const char *sha256 = strrchr(blob, '/') + 1;
        same_file(blob, scenario_path(scenario_path(one, name), sha256));
        same_file(blob, scenario_path(scenario_path(three, name), sha256));
    }
    for (int i = 0; i < SCENARIO_SOURCES + SCENARIO_IMAGES; i++) {
        snprintf(name, sizeof(name), "img_%d.png", i);
        same_file(scenario_path(one, name), scenario_path(three, name));
    }
}

static void replay__writes_each_images_own_pixels(void **state)
{
    const struct scenario *s = *state;
    char out[96];
    fov_replayed result;
    fov_image *image = NULL;
    scenario_write(s);
    snprintf(out, sizeof(out), "%s/out", s->root);
    replay_with(s, 1, out, &result);
    assert_int_equal(fov_image_open(&image, s->ctx, scenario_path(out, "img_3.png"), NULL, NULL),
                     FOV_OK);
    assert_int_equal(fov_image_size(image).width, 260);
    assert_int_equal(fov_image_size(image).height, 170);
    fov_image_unref(image);
    assert_int_equal(fov_image_open(&image, s->ctx, scenario_path(out, "img_2.png"), NULL, NULL),
                     FOV_OK);
    assert_int_equal(fov_image_size(image).width, 28);
    fov_image_unref(image);
}

static void replay__judges_nothing_and_needs_only_sources(void **state)
{
    static const char *const behind[] = {"\"width\":400", "\"width\":520", "\"width\":300",
                                         "\"width\":240", "\"width\":56"};
    const struct scenario *s = *state;
    char out[96];
    fov_replayed result;
    scenario_write(s);
    for (size_t i = 0; i < FOV_COUNT(behind); i++)
        unlink(scenario_blob(s, behind[i], "bytes_sha256"));
    scenario_edit(s, "\"id\":\"img_4\",\"op\"", "\"degrees\":7.25", "\"degrees\":7.26");
    snprintf(out, sizeof(out), "%s/out", s->root);
    replay_with(s, 2, out, &result);
    assert_true(result.differing > 0);
    assert_int_equal(scenario_count_files(scenario_path(out, "blobs")), SCENARIO_DELIVERIES);
}

static void replay__refuses_wrong_arguments(void **state)
{
    const struct scenario *s = *state;
    fov_replayed result = FOV_REPLAYED_INIT;
    fov_error err;
    assert_int_equal(fov_transcript_replay(s->ctx, s->dir, NULL, NULL, NULL, &result, &err),
                     FOV_E_ARG);
    assert_int_equal(fov_transcript_verify(NULL, s->dir, NULL, NULL, &result, &err), FOV_E_ARG);
    assert_int_equal(fov_transcript_verify(s->ctx, s->dir, NULL, NULL, NULL, &err), FOV_E_ARG);
    assert_int_equal(fov_transcript_verify(s->ctx, s->dir, NULL, NULL, &result, &err), FOV_E_IO);
    result.struct_size = 3;
    assert_int_equal(fov_transcript_verify(s->ctx, s->dir, NULL, NULL, &result, &err), FOV_E_ARG);
}

int suite_verify(void)
{
    const struct CMUnitTest tests[] = {
        test_scenario(verify__finds_an_untouched_transcript_equal),
        test_scenario(verify__remakes_every_example_of_every_operation),
        test_scenario(verify__covers_every_kind_of_source),
        test_scenario(verify__finds_and_names_every_change),
        test_scenario(verify__finds_a_flipped_byte_in_a_blob),
        test_scenario(verify__says_which_blob_is_missing),
        test_scenario(verify__accepts_and_counts_a_cut_last_line),
        test_scenario(verify__finds_an_image_written_twice),
        test_scenario(verify__finds_base64_in_a_line),
        test_scenario(verify__skips_bytes_of_another_encoder),
        test_scenario(verify__compares_ocr_only_of_its_own_engine),
        test_scenario(replay__makes_the_same_files_with_any_threads),
        test_scenario(replay__writes_each_images_own_pixels),
        test_scenario(replay__judges_nothing_and_needs_only_sources),
        test_scenario(replay__refuses_wrong_arguments),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
