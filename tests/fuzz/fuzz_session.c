/* SPDX-License-Identifier: MIT */
/* Any bytes as the script of a model that looks at a small picture. What must hold: a refused call
 * leaves the graph as it was; an image keeps its number and its recipe; no two images have the same
 * recipe; places map to the source and back; budgets are kept; and the transcript verifies. */
#include "fuzz_support.h"

#include "session/session_internal.h"

#include <math.h>
#include <stdio.h>

enum { IMAGES_MAX = 64, CALLS_MAX = 8, ROUNDS_MAX = 5 };

/* The graph as it was after the last event. */
struct watch {
    fov_graph *graph;
    int32_t images, facts, refused;
    char recipe[IMAGES_MAX][FOV_SHA256_HEX];
};

static void look(struct watch *w)
{
    w->images = fov_graph_image_count(w->graph);
    w->facts = fov_graph_fact_count(w->graph);
    fuzz_require(w->images <= IMAGES_MAX, "there are no more images than calls");
    for (int32_t i = 0; i < w->images; i++)
        snprintf(w->recipe[i], sizeof(w->recipe[i]), "%s",
                 fov_graph_recipe_sha256(w->graph, i) != NULL ? fov_graph_recipe_sha256(w->graph, i)
                                                              : "");
}

static void on_event(const fov_event *event, void *user)
{
    struct watch *w = user;
    const int32_t images = fov_graph_image_count(w->graph), facts = fov_graph_fact_count(w->graph);
    fuzz_require(event->text != NULL && fov__utf8_valid(event->text, strlen(event->text)),
                 "what the model sees is UTF-8");
    for (int32_t i = 0; i < w->images; i++)
        fuzz_require(strcmp(w->recipe[i], fov_graph_recipe_sha256(w->graph, i) != NULL
                                              ? fov_graph_recipe_sha256(w->graph, i)
                                              : "") == 0,
                     "an image keeps its recipe");
    switch (event->kind) {
    case FOV_EVENT_ERROR:
        w->refused++;
        fuzz_require(images == w->images && facts == w->facts, "a refused call changes nothing");
        break;
    case FOV_EVENT_LOOK:
        fuzz_require(event->image >= 0 && event->image < images, "a look has an image");
        fuzz_require(images == w->images || event->image == w->images,
                     "a new image has the next number");
        fuzz_require(facts <= w->facts + 1, "a look makes one fact at most");
        break;
    case FOV_EVENT_FACT:
        fuzz_require(images == w->images && facts <= w->facts + 1, "a fact makes no image");
        break;
    default:
        fuzz_require(images == w->images && facts == w->facts, "words change nothing");
        break;
    }
    look(w);
}

/* A point of the source, as far as it is seen, comes back from the source to where it was. */
static void place_holds(fov_graph *graph, int32_t image)
{
    const fov_size size = fov_graph_size(graph, image);
    const fov_point p = {size.width * 0.4, size.height * 0.6};
    fov_point there, back;
    int32_t source = -1;
    fuzz_require(size.width >= 1 && size.height >= 1, "an image has a size");
    fuzz_require(fov_graph_to_source(graph, image, p, &source, &there, NULL) == FOV_OK &&
                     fov_graph_from_source(graph, image, source, there, &back, NULL) == FOV_OK,
                 "a place has its place in the source");
    fuzz_require(fabs(back.x - p.x) < 1e-6 && fabs(back.y - p.y) < 1e-6, "a place comes back");
}

static void graph_holds(fov_context *ctx, struct watch *w)
{
    for (int32_t i = 0; i < w->images; i++) {
        fov_bytes told = {NULL, 0, NULL};
        fuzz_require(fov_graph_describe(w->graph, i, &told, NULL) == FOV_OK &&
                         fov__json_check(ctx, (const char *)told.data, told.size, 32, told.size,
                                         NULL) == FOV_OK,
                     "an image can be described");
        fov_bytes_free(&told);
        place_holds(w->graph, i);
        for (int32_t k = 0; k < i; k++)
            fuzz_require(w->recipe[i][0] == '\0' || strcmp(w->recipe[i], w->recipe[k]) != 0,
                         "the same call makes no new image");
    }
    for (int32_t i = 0; i < w->facts; i++) {
        fov_bytes told = {NULL, 0, NULL};
        fuzz_require(fov_graph_fact(w->graph, i, &told, NULL) == FOV_OK &&
                         fov__json_check(ctx, (const char *)told.data, told.size, 32, told.size,
                                         NULL) == FOV_OK,
                     "a fact is right JSON");
        fov_bytes_free(&told);
    }
}

static void transcript_holds(fov_context *ctx, const char *dir, const struct watch *w)
{
    fov_replayed found = FOV_REPLAYED_INIT;
    fov_error err = {0};
    const fov_status rc = fov_transcript_verify(ctx, dir, NULL, NULL, &found, &err);
    fuzz_require_error(rc, &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.message);
    fuzz_require(rc == FOV_OK, "the transcript verifies");
    fuzz_require(found.sources + found.images == w->images, "the transcript has every image");
    fuzz_require(found.facts + found.skipped == w->facts, "the transcript has every fact");
    for (int32_t form = FOV_SHOW_TREE; form <= FOV_SHOW_MERMAID; form++) {
        fov_bytes shown = {NULL, 0, NULL};
        fuzz_require(fov_transcript_show(ctx, dir, form, &shown, NULL) == FOV_OK,
                     "the transcript can be shown");
        fov_bytes_free(&shown);
    }
}

static void ask(fov_session *session, const char *question, const struct watch *w)
{
    fov_answer answer = FOV_ANSWER_INIT;
    fov_error err = {0};
    const fov_status rc = fov_session_ask(session, question, &answer, &err);
    fuzz_require_error(rc, &err);
    fuzz_require(rc >= 0 || rc == FOV_E_PROVIDER || rc == FOV_E_NET || rc == FOV_E_LIMIT ||
                     rc == FOV_E_CANCELLED,
                 "only the model's own failures end a question");
    if (rc < 0)
        return;
    fuzz_require(answer.rounds <= ROUNDS_MAX && answer.images <= CALLS_MAX, "budgets are kept");
    fuzz_require((rc == FOV_OK) == (answer.text != NULL) || rc == FOV_NOTE_BUDGET,
                 "an answer has a text");
    for (size_t i = 0; i < answer.evidence_count; i++)
        fuzz_require(answer.evidence[i] >= 0 && answer.evidence[i] < w->images,
                     "evidence is an image that there is");
}

static void play(fov_context *ctx, fov_model *model, const char *preset)
{
    static const char *const profiles[] = {"generic", "qwen3-vl"};
    static struct watch w;
    static uint8_t grey[20 * 14]; /* small: most of the time is spent in enlarging it */
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_session *session = NULL;
    fov_image *image = NULL;
    const char *dir = fuzz_path("session");
    fov_error err = {0};
    memset(&w, 0, sizeof(w));
    for (size_t i = 0; i < sizeof(grey); i++)
        grey[i] = (uint8_t)(i * i / 5);
    opts.out_dir = dir;
    opts.preset = preset;
    opts.profile = profiles[preset[0] == 'f'];
    opts.calls_max = opts.images_max = CALLS_MAX;
    opts.rounds_max = ROUNDS_MAX;
    opts.on_event = on_event;
    opts.user = &w;
    const fov_status rc = fov_session_new(&session, ctx, model, &opts, &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.message);
    fuzz_require(rc == FOV_OK &&
                     fov_image_new_pixels(&image, ctx, grey, 20, 14, 1, 20, NULL) == FOV_OK,
                 "a session can be made");
    w.graph = fov_session_graph(session);
    fuzz_require(fov_session_add_image(session, image, NULL, NULL) == FOV_OK,
                 "a picture can be added");
    fov_image_unref(image);
    look(&w);
    ask(session, "How many?", &w);
    ask(session, "Are you sure?", &w);
    look(&w);
    graph_holds(ctx, &w);
    fuzz_require(fov_session_close(session, NULL) == FOV_OK, "a session can be closed");
    transcript_holds(ctx, dir, &w);
    fov_session_free(session);
    fuzz_remove(dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fov_context *ctx = fuzz_context();
    for (int i = 0; i < 2; i++) {
        fov_model *model = NULL;
        fov_error err = {0};
        const fov_status rc = fov_model_new_script(&model, ctx, (const char *)data, size, &err);
        fuzz_require_error(rc, &err);
        if (rc == FOV_OK)
            play(ctx, model, i == 0 ? "photo" : "all");
        fov_model_free(model);
    }
    fov_context_free(ctx);
    return 0;
}

static void add_call(size_t op, const char *name, const char *arguments, void *user)
{
    struct fov_buf *buf = user;
    (void)op;
    if (strlen(arguments) < 400)
        fov__buf_addf(buf, "{\"calls\":[{\"name\":\"%s\",\"arguments\":%s}]},", name, arguments);
}

struct sink {
    fuzz_emit emit;
    void *user;
};

/* Every example by itself and some together: examples are made for a larger picture, so that many
 * are refused here, and their corrections are where mutations begin. */
static void emit_call(size_t op, const char *name, const char *arguments, void *user)
{
    const struct sink *sink = user;
    char text[2048];
    (void)op;
    const int len = snprintf(text, sizeof(text),
                             "[{\"calls\":[{\"name\":\"%s\",\"arguments\":%s}]},"
                             "{\"text\":\"ANSWER: 1\"}]",
                             name, arguments);
    if (len > 0 && (size_t)len < sizeof(text))
        sink->emit(text, (size_t)len, sink->user);
}

void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const char *const texts[] = {
        "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[2,2,18,12]}},{\"name\":\"rotate\","
        "\"arguments\":{\"image\":\"img_1\",\"degrees\":7}},{\"name\":\"zoom\",\"arguments\":"
        "{\"image\":\"img_2\",\"box\":[1,1,9,9]}}]},{\"calls\":[{\"name\":\"enhance\","
        "\"arguments\":{\"image\":\"img_3\",\"sharpen\":1}},{\"name\":\"mark\",\"arguments\":"
        "{\"image\":\"img_3\",\"boxes\":[[1,1,5,5]],\"numbers\":true}}]},{\"text\":\"ANSWER: 5\\n"
        "REASON: seen\\nEVIDENCE: img_1, img_3\"}]",
        "[{\"calls\":[{\"name\":\"sample\",\"arguments\":{\"points\":[[500,500]]}},{\"name\":"
        "\"sample\",\"arguments\":{\"box\":[0,0,500,500]}},{\"name\":\"list_images\","
        "\"arguments\":{}}]},{\"text\":\"CANNOT TELL: too small\"}]",
        "[{\"error\":\"FOV_E_NET\"},{\"error\":\"FOV_E_LIMIT\"}]",
        "[{\"text\":\"x\",\"calls\":[{\"id\":\"a\",\"name\":\"zoom\",\"arguments\":\"{broken\"}],"
        "\"stop\":\"length\",\"usage\":{\"input_tokens\":3},\"raw\":{\"a\":[1]}},"
        "{\"error\":\"FOV_E_PROVIDER\"},{\"error\":\"FOV_E_CANCELLED\"}]"};
    struct sink sink = {emit, user};
    fov_context *ctx = fuzz_context();
    struct fov_buf all;
    for (size_t i = 0; i < FOV_COUNT(texts); i++)
        emit(texts[i], strlen(texts[i]), user);
    fuzz_each_call(emit_call, &sink);
    fov__buf_init(&all, ctx, 1 << 20);
    fov__buf_adds(&all, "[");
    fuzz_each_call(add_call, &all);
    fov__buf_adds(&all, "{\"text\":\"ANSWER: 1\"}]");
    emit(all.data, all.len, user);
    fov__buf_free(&all);
    fov_context_free(ctx);
}
