/* SPDX-License-Identifier: MIT */
/* A transcript as a picture: one golden picture, compared exactly (FOV_UPDATE=1 writes it anew, to
 * be looked at), laws of the layout, words, outlines, and what is refused. */
#include "scenario.h"

#include "transcript/picture_internal.h"
#include "torture/torture.h"

#include <foveate/encode.h>

#include <stdio.h>
#include <stdlib.h>

#define GOLDEN FOV_TESTDATA "/golden/transcript/picture.png"

/* ---- a transcript of every kind of card ----------------------------------------------------- */

/* Coloured tiles of 20 pixels with a dark rule between: a turn and a box can be seen. */
static fov_image *tiles(fov_context *ctx)
{
    enum { W = 200, H = 140 };
    uint8_t *px = malloc((size_t)W * H * 3);
    fov_image *image = NULL;
    assert_non_null(px);
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            uint8_t *p = px + ((size_t)y * W + (size_t)x) * 3;
            const bool is_rule = x % 20 == 0 || y % 20 == 0;
            p[0] = (uint8_t)(is_rule ? 90 : 150 + x / 20 * 10);
            p[1] = (uint8_t)(is_rule ? 90 : 150 + y / 20 * 14);
            p[2] = (uint8_t)(is_rule ? 90 : 235 - (x / 20 + y / 20) % 3 * 30);
        }
    }
    assert_int_equal(fov_image_new_pixels(&image, ctx, px, W, H, 3, (size_t)W * 3, NULL), FOV_OK);
    free(px);
    return image;
}

static void say(struct fov_transcript *t, const char *question)
{
    struct fov_jw *jw = fov__transcript_begin(t, "question");
    fov__jw_string(jw, "text", question);
    assert_int_equal(fov__transcript_end(t, false, NULL), FOV_OK);
}

static void answer(struct fov_transcript *t)
{
    struct fov_jw *jw = fov__transcript_begin(t, "answer");
    fov__jw_string(jw, "status", "FOV_OK");
    fov__jw_string(jw, "answer", "7 × 10");
    fov__jw_string(jw, "reason",
                   "Rules stand every 20 pixels – in both directions, as img_1 and "
                   "its turned neighbour show.");
    fov__jw_array(jw, "evidence");
    fov__jw_string(jw, NULL, "img_1");
    fov__jw_string(jw, NULL, "fact_0");
    fov__jw_end_array(jw);
    assert_int_equal(fov__transcript_end(t, false, NULL), FOV_OK);
}

static void write_tiles(const struct scenario *s)
{
    struct fov_transcript *t = NULL;
    fov_graph *graph = NULL;
    scenario_start(s, &graph, &t);
    scenario_add(graph, t, tiles(s->ctx));
    say(t, "How many “tiles” are there, naïvely counted?");
    scenario_apply(graph, t, "zoom", "{\"box\":[20,20,100,80]}");
    scenario_apply(graph, t, "zoom", "{\"box\":[100,60,180,120]}");
    scenario_apply(graph, t, "rotate", "{\"image\":\"img_2\",\"degrees\":25,\"expand\":false}");
    scenario_apply(graph, t, "zoom", "{\"box\":[110,10,190,50]}");
    scenario_apply(graph, t, "sample", "{\"image\":\"img_2\",\"points\":[[10,10]]}");
    answer(t);
    scenario_end(graph, t);
}

static fov_image *painted(const struct scenario *s, int32_t width)
{
    fov_picture_opts opts = FOV_PICTURE_OPTS_INIT;
    fov_image *image = NULL;
    fov_error err;
    opts.width = width;
    if (fov_transcript_picture(s->ctx, s->dir, &opts, &image, &err) != FOV_OK)
        fail_msg("%s", err.message);
    return image;
}

static uint8_t *pixels_of(fov_image *image)
{
    const fov_size size = fov_image_size(image);
    uint8_t *px = malloc((size_t)size.width * (size_t)size.height * 3);
    assert_non_null(px);
    assert_int_equal(fov_image_read(image, (fov_box){0, 0, size.width, size.height}, 3, px,
                                    (size_t)size.width * 3, NULL),
                     FOV_OK);
    return px;
}

static void picture__stays_the_same(void **state)
{
    const struct scenario *s = *state;
    fov_encode_opts png = FOV_ENCODE_OPTS_INIT;
    fov_image *want = NULL;
    fov_bytes bytes;
    fov_error err;
    write_tiles(s);
    fov_image *got = painted(s, 720);
    if (fov__env("FOV_UPDATE") != NULL) {
        png.format = FOV_FORMAT_PNG;
        assert_int_equal(fov_image_encode(&bytes, got, &png, NULL), FOV_OK);
        assert_int_equal(fov__file_write(s->ctx, GOLDEN, bytes.data, bytes.size, false, NULL),
                         FOV_OK);
        fov_bytes_free(&bytes);
    }
    if (fov_image_open(&want, s->ctx, GOLDEN, NULL, &err) < 0)
        fail_msg("%s", err.message);
    const fov_size a = fov_image_size(got), b = fov_image_size(want);
    assert_int_equal(a.width, b.width);
    assert_int_equal(a.height, b.height);
    uint8_t *p = pixels_of(got), *q = pixels_of(want);
    for (size_t i = 0; i < (size_t)a.width * (size_t)a.height * 3; i++) {
        if (p[i] != q[i])
            fail_msg("differs at pixel (%zu, %zu): %u, not %u", i / 3 % (size_t)a.width,
                     i / 3 / (size_t)a.width, p[i], q[i]);
    }
    free(p);
    free(q);
    fov_image_unref(got);
    fov_image_unref(want);
}

/* The pixels do not come from anything but the transcript: not from threads, nor from what another
 * picture left in the cache. */
static void picture__is_a_function_of_the_transcript(void **state)
{
    const struct scenario *s = *state;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *other = NULL;
    fov_image *image = NULL;
    write_tiles(s);
    fov_image *wide = painted(s, 1000), *first = painted(s, 720);
    opts.threads = 4;
    assert_int_equal(fov_context_new(&other, &opts, NULL), FOV_OK);
    fov_picture_opts small = FOV_PICTURE_OPTS_INIT;
    small.width = 720;
    assert_int_equal(fov_transcript_picture(other, s->dir, &small, &image, NULL), FOV_OK);
    assert_string_equal(fov_image_sha256(first), fov_image_sha256(image));
    assert_int_equal(fov_image_size(wide).width, 1000);
    fov_image_unref(wide);
    fov_image_unref(first);
    fov_image_unref(image);
    fov_context_free(other);
}

/* ---- laws of the layout --------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void grow_tree(struct fov_card *cards, int32_t count, uint32_t *seed)
{
    const int32_t roots = 1 + (int32_t)(next_random(seed) % 3);
    const bool is_flat = next_random(seed) % 2 != 0;
    memset(cards, 0, (size_t)count * sizeof(*cards));
    for (int32_t i = 0; i < count; i++) {
        cards[i].parent = i < roots ? -1
                          : is_flat ? (int32_t)(next_random(seed) % (uint32_t)roots)
                                    : (int32_t)(next_random(seed) % (uint32_t)i) / 2;
        cards[i].width = 1 + (int32_t)(next_random(seed) % 4000);
        cards[i].height = 1 + (int32_t)(next_random(seed) % (i % 7 == 0 ? 20000 : 3000));
    }
    /* Facts have no children. */
    for (int32_t i = roots; i < count; i++) {
        bool is_parent = false;
        for (int32_t k = i + 1; k < count; k++)
            is_parent = is_parent || cards[k].parent == i;
        cards[i].is_fact = !is_parent && i % 5 == 4;
    }
}

static bool touch(struct fov_recti a, struct fov_recti b, int32_t apart)
{
    return a.x < b.x + b.width + apart && b.x < a.x + a.width + apart &&
           a.y < b.y + b.height + apart && b.y < a.y + a.height + apart;
}

static bool holds(struct fov_recti out, struct fov_recti in)
{
    return in.x >= out.x && in.y >= out.y && in.x + in.width <= out.x + out.width &&
           in.y + in.height <= out.y + out.height;
}

static void check_card(const struct fov_sheet *sheet, int32_t i)
{
    const struct fov_card *card = &sheet->cards[i];
    const struct fov_recti room = {PICTURE_MARGIN, sheet->top, sheet->width - 2 * PICTURE_MARGIN,
                                   sheet->tree_height};
    assert_true(holds(room, card->box));
    assert_true(holds(card->box, card->image));
    assert_true(card->image.width >= 1 && card->image.height >= 1);
    if (card->parent >= 0) {
        const struct fov_recti parent = sheet->cards[card->parent].box;
        assert_true(card->box.x >= parent.x + parent.width + PICTURE_GUTTER);
    }
    /* The aspect is kept but for what whole pixels cannot say. */
    if (!card->is_fact && card->image.width > 1 && card->image.height > 1) {
        const double across = (double)card->image.width * card->height;
        const double down = (double)card->image.height * card->width;
        assert_true(across + card->height >= down && down + card->width >= across);
    }
    for (int32_t k = i + 1; k < sheet->count; k++)
        assert_false(touch(card->box, sheet->cards[k].box, 8));
}

/* The line over the cards before it in the row passes between boxes. */
static void check_lane(const struct fov_sheet *sheet, int32_t i)
{
    const struct fov_card *card = &sheet->cards[i];
    if (card->lane < 0)
        return;
    const struct fov_recti lane = {card->row_x, card->lane, card->box.x - card->row_x, 1};
    assert_true(card->lane >= sheet->top);
    for (int32_t k = 0; k < sheet->count; k++) {
        assert_false(touch(lane, sheet->cards[k].box, 2));
        if (k != i && sheet->cards[k].lane >= 0 && sheet->cards[k].row_x == card->row_x &&
            sheet->cards[k].parent == card->parent)
            assert_int_not_equal(sheet->cards[k].lane, card->lane);
    }
}

static void layout__no_cards_touch_and_all_are_inside(void **state)
{
    const struct scenario *s = *state;
    struct fov_card cards[PICTURE_CARDS_MAX];
    uint32_t seed = 1;
    int laid = 0;
    for (int round = 0; round < 600; round++) {
        fov_error err;
        struct fov_sheet sheet = {.cards = cards, .top = round % 90};
        sheet.count = 3 + (int32_t)(next_random(&seed) % (round % 10 == 0 ? 126u : 20u));
        sheet.width = round % 3 == 0 ? 0 : 320 + (int32_t)(next_random(&seed) % 3000);
        grow_tree(cards, sheet.count, &seed);
        const fov_status rc = fov__picture_layout(&sheet, s->ctx, &err);
        if (rc == FOV_E_ARG || rc == FOV_E_LIMIT)
            continue; /* a chain that is too long for the width */
        assert_int_equal(rc, FOV_OK);
        laid++;
        for (int32_t i = 0; i < sheet.count; i++) {
            check_card(&sheet, i);
            check_lane(&sheet, i);
        }
    }
    assert_true(laid > 300);
}

static void layout__says_which_width_a_chain_needs(void **state)
{
    const struct scenario *s = *state;
    struct fov_card cards[20];
    struct fov_sheet sheet = {.cards = cards, .count = 20, .width = 1200};
    fov_error err;
    int needed = 0;
    memset(cards, 0, sizeof(cards));
    for (int32_t i = 0; i < 20; i++)
        cards[i] = (struct fov_card){.parent = i - 1, .width = 300, .height = 200};
    assert_int_equal(fov__picture_layout(&sheet, s->ctx, &err), FOV_E_ARG);
    assert_int_equal(
        sscanf(err.message, "width is 1200, and a chain of 20 images needs at least %d", &needed),
        1);
    sheet.width = needed;
    assert_int_equal(fov__picture_layout(&sheet, s->ctx, &err), FOV_OK);
    sheet.width = needed - 1;
    assert_int_equal(fov__picture_layout(&sheet, s->ctx, &err), FOV_E_ARG);
    sheet.width = 0;
    assert_int_equal(fov__picture_layout(&sheet, s->ctx, &err), FOV_OK);
    assert_int_equal(sheet.width, needed);
    sheet.count = PICTURE_CARDS_MAX + 1;
    assert_int_equal(fov__picture_layout(&sheet, s->ctx, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "129 images"));
}

/* ---- words ---------------------------------------------------------------------------------- */

static void ascii(fov_context *ctx, const char *text, const char *want)
{
    struct fov_buf buf;
    fov__buf_init(&buf, ctx, 4096);
    fov__words_ascii(&buf, text, strlen(text));
    assert_string_equal(buf.data, want);
    fov__buf_free(&buf);
}

static void text__becomes_what_is_typed_for_it(void **state)
{
    fov_context *ctx = ((const struct scenario *)*state)->ctx;
    ascii(ctx, "“a” – ‘b’…", "\"a\" - 'b'...");
    ascii(ctx, "3 × 4 ± 5° − 6", "3 x 4 +/- 5 deg - 6");
    ascii(ctx, "5 ° C", "5 deg C");
    ascii(ctx, "Größe Šárka Łódź façade œuvre", "Grosse Sarka Lodz facade oeuvre");
    ascii(ctx, "a\tb\n\n\x1b[31mc\u202ed", "a b [31mc d");
    ascii(ctx, "≤ 7 € → ½", "<= 7 EUR -> 1/2");
    ascii(ctx, "猫 ¬", "猫 ¬"); /* no typed form: shown as missing */
    ascii(ctx,
          "a\xff\xfe"
          "b\xe7\x8c",
          "a b ");
}

static void text__is_wrapped_and_cut_to_the_width(void **state)
{
    enum { HEIGHT = 12, WIDTH = 150 };
    static const char *const texts[] = {
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
        "{\"points\":[[10,20],[30,40],[50,60],[70,80]],\"at\":[1,2,3,4,5,6,7],\"and\":true}",
        "unbreakableunbreakableunbreakableunbreakableunbreakableunbreakableunbreakable",
        "猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫猫"};
    char room[1000], *lines[4];
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(texts); i++) {
        for (int32_t most = 1; most <= 4; most++) {
            snprintf(room, sizeof(room), "  %s%s", texts[i], texts[i]);
            const int32_t count = fov__words_wrap(room, HEIGHT, 1.5, WIDTH, lines, most);
            assert_int_equal(count, most);
            for (int32_t k = 0; k < count; k++) {
                assert_true(fov__draw_text_size(lines[k], HEIGHT, 1.5).width <= WIDTH);
                assert_true(fov__utf8_valid(lines[k], strlen(lines[k])));
            }
            assert_string_equal(lines[count - 1] + strlen(lines[count - 1]) - 3, "...");
        }
    }
    snprintf(room, sizeof(room), "%s", "one two three four five");
    assert_int_equal(fov__words_wrap(room, HEIGHT, 1.5, WIDTH, lines, 4), 2);
    assert_string_equal(lines[0], "one two three four");
    assert_string_equal(lines[1], "five");
    snprintf(room, sizeof(room), "%s", "wide");
    assert_int_equal(fov__words_wrap(room, HEIGHT, 1.5, 1, lines, 2), 2); /* nothing loops */
    assert_string_equal(lines[0], "w");
    room[0] = '\0';
    assert_int_equal(fov__words_wrap(room, HEIGHT, 1.5, WIDTH, lines, 2), 0);
}

/* ---- outlines ------------------------------------------------------------------------------- */

static void near_point(fov_point p, double x, double y)
{
    if (p.x < x - 1e-6 || p.x > x + 1e-6 || p.y < y - 1e-6 || p.y > y + 1e-6)
        fail_msg("(%g, %g) and not (%g, %g)", p.x, p.y, x, y);
}

static int32_t apply(fov_graph *graph, const char *op, const char *arguments)
{
    fov_applied made = FOV_APPLIED_INIT;
    fov_error err;
    if (fov_graph_apply(graph, op, arguments, &made, &err) < 0)
        fail_msg("%s", err.message);
    return made.image;
}

static void outline__is_where_the_child_lies_on_its_parent(void **state)
{
    const struct scenario *s = *state;
    fov_graph *graph = NULL;
    fov_image *image = tiles(s->ctx);
    struct fov_outline line;
    assert_int_equal(fov_graph_new(&graph, s->ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    fov_image_unref(image);
    const int32_t zoom = apply(graph, "zoom", "{\"box\":[20,40,120,100]}");
    const int32_t turned =
        apply(graph, "rotate", "{\"image\":\"img_1\",\"degrees\":90,\"expand\":true}");
    const int32_t part = apply(graph, "zoom", "{\"image\":\"img_2\",\"box\":[0,0,30,50]}");
    const int32_t tilted =
        apply(graph, "rotate", "{\"image\":\"img_0\",\"degrees\":45,\"expand\":false}");

    /* At twice the size the box is where twice its numbers are. */
    fov__picture_outline(&line, fov__graph_node(graph, 0), fov__graph_node(graph, zoom), 0,
                         (fov_size){400, 280});
    assert_int_equal(line.count, 4);
    near_point(line.v[0], 40, 80);
    near_point(line.v[2], 240, 200);

    /* A zoom of a turned zoom, seen on the original: its top left corner is the turned one's. */
    fov__picture_outline(&line, fov__graph_node(graph, 0), fov__graph_node(graph, part), 0,
                         (fov_size){200, 140});
    assert_int_equal(line.count, 4);
    near_point(line.v[0], 20, 100);
    near_point(line.v[1], 20, 70);
    near_point(line.v[2], 70, 70);
    near_point(line.v[3], 70, 100);

    /* The whole turned image covers its parent, however it is turned. */
    fov__picture_outline(&line, fov__graph_node(graph, zoom), fov__graph_node(graph, turned), 0,
                         (fov_size){100, 60});
    assert_int_equal(line.count, 4);

    /* Turned by half a right angle about the middle, the frame's corners are cut off. */
    fov__picture_outline(&line, fov__graph_node(graph, 0), fov__graph_node(graph, tilted), 0,
                         (fov_size){200, 140});
    assert_in_range(line.count, 6, 8);
    for (int32_t i = 0; i < line.count; i++) {
        assert_true(line.v[i].x >= -1e-9 && line.v[i].x <= 200 + 1e-9);
        assert_true(line.v[i].y >= -1e-9 && line.v[i].y <= 140 + 1e-9);
    }
    fov_graph_free(graph);
}

static void outline__of_another_source_is_nothing(void **state)
{
    const struct scenario *s = *state;
    const uint8_t grey[4] = {1, 2, 3, 4};
    fov_graph *graph = NULL;
    fov_image *image = tiles(s->ctx), *other = NULL;
    struct fov_outline line;
    assert_int_equal(fov_image_new_pixels(&other, s->ctx, grey, 2, 2, 1, 2, NULL), FOV_OK);
    assert_int_equal(fov_graph_new(&graph, s->ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, image, NULL, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(graph, other, NULL, NULL), FOV_OK);
    const int32_t zoom = apply(graph, "zoom", "{\"image\":\"img_0\",\"box\":[20,40,120,100]}");
    fov__picture_outline(&line, fov__graph_node(graph, 1), fov__graph_node(graph, zoom), 0,
                         (fov_size){40, 40});
    assert_int_equal(line.count, 0);
    fov_image_unref(image);
    fov_image_unref(other);
    fov_graph_free(graph);
}

/* ---- what is shown, and what is refused ----------------------------------------------------- */

static void picture__marks_the_evidence(void **state)
{
    const struct scenario *s = *state;
    write_tiles(s);
    fov_image *with = painted(s, 720);
    scenario_edit(s, "\"evidence\"", "\"img_1\",\"fact_0\"", "");
    fov_image *without = painted(s, 720);
    const fov_size a = fov_image_size(with), b = fov_image_size(without);
    uint8_t *p = pixels_of(with), *q = pixels_of(without);
    int green[2] = {0, 0};
    for (size_t i = 0; i < (size_t)a.width * (size_t)a.height; i++)
        green[0] += p[3 * i] == 26 && p[3 * i + 1] == 127 && p[3 * i + 2] == 55;
    for (size_t i = 0; i < (size_t)b.width * (size_t)b.height; i++)
        green[1] += q[3 * i] == 26 && q[3 * i + 1] == 127 && q[3 * i + 2] == 55;
    assert_true(green[0] > 600); /* two ticks and the one before the words */
    assert_int_equal(green[1], 0);
    assert_true(b.height < a.height);
    free(p);
    free(q);
    fov_image_unref(with);
    fov_image_unref(without);
}

static void picture__bears_any_words(void **state)
{
    const struct scenario *s = *state;
    char *text = malloc(60000), *out = malloc(60001);
    size_t len = 0;
    assert_true(text != NULL && out != NULL);
    write_tiles(s);
    while (len < 50000)
        len += (size_t)snprintf(text + len, 60000 - len, "%s",
                                len % 3 ? "\\u001b[2J\\u202e" : "猫wordswithoutend");
    scenario_edit(s, "\"answer\":", "7 × 10", text);
    scenario_edit(s, "\"reason\":", "Rules", text);
    scenario_edit(s, "\"question\"", "How", text);
    fov_image_unref(painted(s, 0));
    fov_image_unref(painted(s, 660));
    free(text);
    free(out);
}

static void picture__needs_no_answer_and_no_question(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = NULL;
    fov_graph *graph = NULL;
    scenario_start(s, &graph, &t);
    scenario_add(graph, t, tiles(s->ctx));
    scenario_end(graph, t);
    fov_image *image = painted(s, 0);
    assert_int_equal(fov_image_size(image).width, PICTURE_WIDTH);
    fov_image_unref(image);
}

static void picture__shows_nothing_that_is_not_true(void **state)
{
    const struct scenario *s = *state;
    fov_image *image = NULL;
    fov_error err;
    write_tiles(s);
    scenario_edit(s, "\"img_1\"", "\"width\":80", "\"width\":81");
    assert_int_equal(fov_transcript_picture(s->ctx, s->dir, NULL, &image, &err), FOV_E_MISMATCH);
    assert_non_null(strstr(err.message, "img_1"));
    assert_null(image);
}

static void picture__refuses_wrong_arguments(void **state)
{
    const struct scenario *s = *state;
    fov_picture_opts opts;
    fov_image *image = NULL;
    fov_error err;
    fov_picture_opts_init(&opts);
    assert_int_equal(fov_transcript_picture(s->ctx, s->dir, &opts, &image, &err), FOV_E_IO);
    assert_int_equal(fov_transcript_picture(s->ctx, NULL, &opts, &image, &err), FOV_E_ARG);
    assert_int_equal(fov_transcript_picture(s->ctx, s->dir, &opts, NULL, &err), FOV_E_ARG);
    for (int i = 0; i < 3; i++) {
        opts.width = ((const int32_t[]){-1, 319, 8193})[i];
        assert_int_equal(fov_transcript_picture(s->ctx, s->dir, &opts, &image, &err), FOV_E_ARG);
        assert_non_null(strstr(err.message, "320 to 8192"));
    }
    opts.width = 0;
    opts.struct_size = 4;
    assert_int_equal(fov_transcript_picture(s->ctx, s->dir, &opts, &image, &err), FOV_E_ARG);
    assert_null(image);
}

static void picture__stays_within_the_output_edge(void **state)
{
    const struct scenario *s = *state;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_picture_opts picture = FOV_PICTURE_OPTS_INIT;
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    fov_error err;
    write_tiles(s);
    opts.limits.output_edge = 700;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    assert_int_equal(fov_transcript_picture(ctx, s->dir, NULL, &image, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "1200 pixels wide"));
    picture.width = 660;
    assert_int_equal(fov_transcript_picture(ctx, s->dir, &picture, &image, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "output_edge of 700"));
    assert_null(image);
    fov_context_free(ctx);
}

/* ---- memory --------------------------------------------------------------------------------- */

static fov_status paint_once(void *user)
{
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    fov_picture_opts opts = FOV_PICTURE_OPTS_INIT;
    opts.width = 660;
    fov_status rc = torture_context_new(&ctx, NULL);
    if (rc >= 0)
        rc = fov_transcript_picture(ctx, user, &opts, &image, NULL);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

/* May also be survived: a piece is then not kept in the cache. */
static void memory__runs_out_while_painting(void **state)
{
    const struct scenario *s = *state;
    struct fov_transcript *t = NULL;
    fov_graph *graph = NULL;
    fov_image *image = NULL;
    const uint8_t pixels[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    scenario_start(s, &graph, &t);
    assert_int_equal(fov_image_new_pixels(&image, s->ctx, pixels, 2, 2, 3, 6, NULL), FOV_OK);
    scenario_add(graph, t, image);
    say(t, "Small?");
    assert_true(scenario_apply(graph, t, "rotate", "{\"degrees\":90}"));
    assert_true(scenario_apply(graph, t, "sample", "{\"image\":\"img_1\",\"points\":[[1,1]]}"));
    answer(t);
    scenario_end(graph, t);
    char dir[sizeof(s->dir)];
    memcpy(dir, s->dir, sizeof(dir));
    const int count = torture_run(paint_once, dir, "transcript picture", TORTURE_MAY_SUCCEED);
    if (count <= 0)
        fail_msg("%s", count < 0 ? torture_reason() : "nothing was allocated");
}

int suite_picture(void)
{
    const struct CMUnitTest tests[] = {
        test_scenario(picture__stays_the_same),
        test_scenario(picture__is_a_function_of_the_transcript),
        test_scenario(layout__no_cards_touch_and_all_are_inside),
        test_scenario(layout__says_which_width_a_chain_needs),
        test_scenario(text__becomes_what_is_typed_for_it),
        test_scenario(text__is_wrapped_and_cut_to_the_width),
        test_scenario(outline__is_where_the_child_lies_on_its_parent),
        test_scenario(outline__of_another_source_is_nothing),
        test_scenario(picture__marks_the_evidence),
        test_scenario(picture__bears_any_words),
        test_scenario(picture__needs_no_answer_and_no_question),
        test_scenario(picture__shows_nothing_that_is_not_true),
        test_scenario(picture__refuses_wrong_arguments),
        test_scenario(picture__stays_within_the_output_edge),
        test_scenario(memory__runs_out_while_painting),
    };
    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
