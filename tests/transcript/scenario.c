/* SPDX-License-Identifier: MIT */
/* The transcript that the suites look at, and the tools to damage it. */
#define _XOPEN_SOURCE 700
#include "scenario.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- folders and files ------------------------------------------------------------------------
 */

int scenario_make(void **state)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    struct scenario *s = calloc(1, sizeof(*s));
    opts.module_path = FOV_BINARY_DIR;
    if (s == NULL || fov_context_new(&s->ctx, &opts, NULL) < 0)
        return -1;
    /* Syncing is a third of a minute on a slow disk, and nothing where there is none. */
    snprintf(s->root, sizeof(s->root), "%s/fov-transcript-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(s->root) == NULL)
        return -1;
    snprintf(s->dir, sizeof(s->dir), "%s/run", s->root);
    *state = s;
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

int scenario_drop(void **state)
{
    struct scenario *s = *state;
    nftw(s->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    fov_context_free(s->ctx);
    free(s);
    return 0;
}

const char *scenario_path(const char *dir, const char *name)
{
    static char rooms[8][512];
    static unsigned next;
    char *room = rooms[next++ % 8];
    snprintf(room, sizeof(rooms[0]), "%s/%s", dir, name);
    return room;
}

char *scenario_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    const long length = ftell(file);
    rewind(file);
    char *data = malloc((size_t)length + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)length, file), length);
    fclose(file);
    data[length] = '\0';
    if (size != NULL)
        *size = (size_t)length;
    return data;
}

void scenario_save(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void scenario_edit(const struct scenario *s, const char *behind, const char *from, const char *to)
{
    const char *path = scenario_path(s->dir, "transcript.jsonl");
    size_t size = 0;
    char *text = scenario_read(path, &size);
    char *at = strstr(text, behind);
    assert_non_null(at);
    at = strstr(at, from);
    assert_non_null(at);
    const size_t head = (size_t)(at - text), skip = strlen(from), put = strlen(to);
    char *out = malloc(size + put + 1);
    assert_non_null(out);
    memcpy(out, text, head);
    memcpy(out + head, to, put);
    memcpy(out + head + put, at + skip, size - head - skip);
    scenario_save(path, out, size - skip + put);
    free(out);
    free(text);
}

const char *scenario_blob(const struct scenario *s, const char *behind, const char *member)
{
    char name[80], key[40];
    char *text = scenario_read(scenario_path(s->dir, "transcript.jsonl"), NULL);
    snprintf(key, sizeof(key), "\"%s\":\"", member);
    const char *at = strstr(text, behind);
    assert_non_null(at);
    at = strstr(at, key);
    assert_non_null(at);
    snprintf(name, sizeof(name), "blobs/%.64s", at + strlen(key));
    free(text);
    return scenario_path(s->dir, name);
}

int scenario_count_files(const char *dir)
{
    int count = 0;
    DIR *folder = opendir(dir);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

void scenario_lines(const struct scenario *s, const char *text)
{
    mkdir(s->dir, 0777);
    scenario_save(scenario_path(s->dir, "transcript.jsonl"), text, strlen(text));
}

/* ---- the transcript ---------------------------------------------------------------------------
 */

static fov_error problem;
#define OK(call) ok((call), __LINE__)
static void ok(fov_status rc, int line)
{
    if (rc < 0)
        fail_msg("scenario.c:%d: %s", line, problem.message);
}

int32_t scenario_add(fov_graph *graph, struct fov_transcript *t, fov_image *image)
{
    int32_t id = -1;
    OK(fov_graph_add_source(graph, image, &id, &problem));
    fov_image_unref(image);
    OK(fov__transcript_source(t, fov__graph_node(graph, id), &problem));
    return id;
}

static void add_file(fov_graph *graph, fov_context *ctx, struct fov_transcript *t, const char *name)
{
    fov_image *image = NULL;
    OK(fov_image_open(&image, ctx, scenario_path(FOV_TESTDATA, name), NULL, &problem));
    scenario_add(graph, t, image);
}

void scenario_start(const struct scenario *s, fov_graph **graph, struct fov_transcript **t)
{
    OK(fov_graph_new(graph, s->ctx, &problem));
    OK(fov__transcript_new(t, s->ctx, s->dir, NULL, &problem));
    struct fov_jw *jw = fov__transcript_begin(*t, "header");
    fov__jw_string(jw, "time", "2026-11-24T12:00:00Z");
    fov__jw_string(jw, "profile", "generic");
    OK(fov__transcript_end(*t, true, &problem));
}

void scenario_end(fov_graph *graph, struct fov_transcript *t)
{
    OK(fov__transcript_close(t, &problem));
    fov_graph_free(graph);
}

static void add_pixels(fov_graph *graph, fov_context *ctx, struct fov_transcript *t)
{
    uint8_t grey[30 * 24];
    fov_image *image = NULL;
    for (size_t i = 0; i < sizeof(grey); i++)
        grey[i] = (uint8_t)(i * 7);
    OK(fov_image_new_pixels(&image, ctx, grey, 28, 24, 1, 30, &problem));
    scenario_add(graph, t, image);
}

bool scenario_apply(fov_graph *graph, struct fov_transcript *t, const char *op,
                    const char *arguments)
{
    fov_applied made = FOV_APPLIED_INIT;
    const fov_status rc = fov_graph_apply(graph, op, arguments, &made, &problem);
    if (rc == FOV_E_UNSUPPORTED || rc == FOV_NOTE_SAME)
        return false;
    OK(rc);
    for (int32_t i = 0; i < made.image_count; i++)
        OK(fov__transcript_image(t, fov__graph_node(graph, made.image + i), &problem));
    if (made.fact >= 0)
        OK(fov__transcript_fact(t, fov__graph_fact_get(graph, made.fact), &problem));
    return true;
}

void scenario_deliver(fov_graph *graph, fov_context *ctx, struct fov_transcript *t, int32_t id,
                      int32_t width, int32_t height)
{
    const struct fov_node *node = fov__graph_node(graph, id);
    const struct fov_view view = {
        .node = node, .box = {0, 0, node->width, node->height}, .width = width, .height = height};
    struct fov_pixels *px = NULL;
    struct fov_delivery *delivery = NULL;
    const struct fov_spent spent = {.decode_us = 17000};
    OK(fov__render(&px, ctx, &view, &problem));
    OK(fov__encode_delivery(&delivery, px, 1u << FOV_FORMAT_PNG | 1u << FOV_FORMAT_JPEG, 0,
                            &problem));
    OK(fov__transcript_delivery(t, id, delivery, id == 0 ? 1234 : -1, &spent, &problem));
    fov__delivery_unref(delivery);
    fov__pixels_unref(px);
}

static void words(struct fov_transcript *t)
{
    struct fov_jw *jw = fov__transcript_begin(t, "response");
    fov__jw_raw(jw, "raw", "{\"text\": [1, \"sp\\u00e4t\"]}", 26);
    fov__jw_int(jw, "reply_ms", 412);
    OK(fov__transcript_end(t, true, &problem));
    jw = fov__transcript_begin(t, "answer");
    fov__jw_string(jw, "status", "FOV_OK");
    fov__jw_string(jw, "answer", "5.11");
    fov__jw_string(jw, "reason", "The label says so.");
    fov__jw_array(jw, "evidence");
    fov__jw_string(jw, NULL, "img_3");
    fov__jw_string(jw, NULL, "fact_0");
    fov__jw_end_array(jw);
    OK(fov__transcript_end(t, true, &problem));
}

void scenario_write(const struct scenario *s)
{
    struct fov_transcript *t = NULL;
    fov_graph *graph = NULL;
    scenario_start(s, &graph, &t);
    struct fov_jw *jw = fov__transcript_begin(t, "question");
    fov__jw_string(jw, "text", "How much rain fell in May?");
    OK(fov__transcript_end(t, false, &problem));

    add_file(graph, s->ctx, t, "charts/bar-rainfall.png");
    scenario_deliver(graph, s->ctx, t, 0, 400, 278);
    add_file(graph, s->ctx, t, "pictures/scene.jpg");
    add_pixels(graph, s->ctx, t);
    scenario_apply(graph, t, "zoom", "{\"image\":\"img_0\",\"box\":[40.5,30,300,200]}"); /* img_3 */
    scenario_deliver(graph, s->ctx, t, 3, 520, 340);
    scenario_apply(graph, t, "rotate", "{\"image\":\"img_3\",\"degrees\":7.25}"); /* img_4 */
    scenario_apply(graph, t, "enhance",
                   "{\"image\":\"img_4\",\"clahe\":3,\"sharpen\":1}"); /* img_5: a barrier */
    scenario_apply(graph, t, "mark",
                   "{\"image\":\"img_5\",\"boxes\":[[10,10,60,50]],\"numbers\":true}"); /* img_6 */
    scenario_deliver(graph, s->ctx, t, 6, 300, 210);
    scenario_apply(graph, t, "sample",
                   "{\"image\":\"img_3\",\"points\":[[10,10],[20.5,30]]}"); /* fact_0 */
    scenario_apply(graph, t, "zoom",
                   "{\"image\":\"img_1\",\"box\":[10,20,110,90],\"pad\":0.1}"); /* img_7 */
    scenario_deliver(graph, s->ctx, t, 7, 240, 168);
    scenario_apply(graph, t, "flip", "{\"image\":\"img_2\",\"axis\":\"horizontal\"}"); /* img_8 */
    scenario_deliver(graph, s->ctx, t, 8, 56, 48);
    scenario_apply(graph, t, "sample", "{\"image\":\"img_2\",\"box\":[0,0,10,10]}"); /* fact_1 */
    words(t);
    scenario_end(graph, t);
}

static void hear(const char *line, void *user)
{
    struct verified *v = user;
    const size_t have = strlen(v->all);
    v->lines++;
    assert_null(strchr(line, '\n'));
    snprintf(v->all + have, sizeof(v->all) - have, "%s\n", line);
}

void scenario_verify(const struct scenario *s, struct verified *v)
{
    memset(v, 0, sizeof(*v));
    fov_replayed_init(&v->result);
    v->rc = fov_transcript_verify(s->ctx, s->dir, hear, v, &v->result, &v->err);
}
