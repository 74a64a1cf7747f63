/* SPDX-License-Identifier: MIT */
/* A transcript as a tree for a terminal: every source is a root, everything stands under what it
 * was made from, the answer with its evidence comes last. A chain of looks may be as long as a
 * transcript, so nothing here recurses. */
#include "transcript/log_internal.h"

enum { REASON_MAX = 200, ANSWER_MAX = 400 };

/* One thing of the tree; images come first, facts behind them. -1: none. */
struct leaf {
    int32_t parent, first, last, next;
};

static const struct fov_record *record_at(const struct fov_scene *scene, int32_t i)
{
    return i < scene->image_count ? &scene->images[i] : &scene->facts[i - scene->image_count];
}

/* Under its first parent, in the order things were made; the others are said in its line. */
static void hang(struct leaf *leaves, const struct fov_scene *scene)
{
    const int32_t count = scene->image_count + scene->fact_count;
    for (int32_t i = 0; i < count; i++) {
        const struct fov_record *record = record_at(scene, i);
        leaves[i] = (struct leaf){-1, -1, -1, -1};
        if (record->parent_count == 0)
            continue;
        struct leaf *parent = &leaves[record->parents[0]];
        leaves[i].parent = record->parents[0];
        if (parent->first < 0)
            parent->first = i;
        else
            leaves[parent->last].next = i;
        parent->last = i;
    }
}

/* The rails to the left of a line, from the root's side: found by climbing, written in reverse. */
static void add_rails(struct fov_buf *buf, const struct leaf *leaves, int32_t i, int32_t *path)
{
    int32_t depth = 0;
    for (int32_t p = i; leaves[p].parent >= 0; p = leaves[p].parent)
        path[depth++] = p;
    for (int32_t d = depth - 1; d > 0; d--)
        fov__buf_adds(buf, leaves[path[d]].next >= 0 ? "\xe2\x94\x82  " : "   ");
    if (depth > 0)
        fov__buf_adds(buf, leaves[i].next >= 0 ? "\xe2\x94\x9c\xe2\x94\x80 "
                                               : "\xe2\x94\x94\xe2\x94\x80 ");
}

static void add_line(struct fov_buf *buf, const struct fov_record *record)
{
    char name[32];
    fov__record_name(record, name);
    fov__buf_addf(buf, "%s ", name);
    fov__show_name(buf, record);
    fov__buf_adds(buf, "  ");
    fov__show_size(buf, record);
    if (record->kind == FOV__LOG_IMAGE) {
        fov__buf_adds(buf, "  ");
        fov__show_place(buf, record);
    }
    for (int32_t i = 1; i < record->parent_count; i++)
        fov__buf_addf(buf, "%simg_%d", i == 1 ? "  with " : ", ", (int)record->parents[i]);
    fov__buf_addc(buf, '\n');
}

/* Depth first: down to the first child, else to the next sibling of the nearest that has one. */
static int32_t next_of(const struct leaf *leaves, int32_t i)
{
    if (leaves[i].first >= 0)
        return leaves[i].first;
    while (i >= 0 && leaves[i].next < 0)
        i = leaves[i].parent;
    return i >= 0 ? leaves[i].next : -1;
}

static void add_answer(struct fov_buf *buf, const struct fov_scene *scene)
{
    const char *answer = fov__show_answer(scene), *reason = fov__show_reason(scene);
    const struct fov_record *record = NULL;
    const fov_json_value *v = fov__show_evidence(scene, NULL, &record);
    fov__buf_adds(buf, "answer ");
    fov__show_plain(buf, answer, strlen(answer), ANSWER_MAX);
    fov__buf_addc(buf, '\n');
    if (reason[0] != '\0') {
        fov__buf_adds(buf, v != NULL ? "\xe2\x94\x82  " : "   ");
        fov__show_plain(buf, reason, strlen(reason), REASON_MAX);
        fov__buf_addc(buf, '\n');
    }
    while (v != NULL) {
        const struct fov_record *shown = record;
        v = fov__show_evidence(scene, v, &record);
        fov__buf_adds(buf, v != NULL ? "\xe2\x94\x9c\xe2\x94\x80 " : "\xe2\x94\x94\xe2\x94\x80 ");
        add_line(buf, shown);
    }
}

fov_status fov__show_tree(struct fov_buf *buf, const struct fov_scene *scene, fov_error *err)
{
    const int32_t count = scene->image_count + scene->fact_count;
    struct leaf *leaves = fov__calloc(scene->ctx, (size_t)count + 1, sizeof(*leaves));
    int32_t *path = fov__calloc(scene->ctx, (size_t)count + 1, sizeof(*path));
    fov_status rc = FOV_OK;
    if (leaves == NULL || path == NULL) {
        rc = fov__fail_memory(err, "show", (size_t)count * sizeof(*leaves));
        goto done;
    }
    hang(leaves, scene);
    if (fov__show_question(scene)[0] != '\0') {
        fov__buf_adds(buf, "question ");
        fov__show_plain(buf, fov__show_question(scene), strlen(fov__show_question(scene)),
                        ANSWER_MAX);
        fov__buf_addc(buf, '\n');
    }
    for (int32_t root = 0; root < count; root++) {
        if (leaves[root].parent >= 0)
            continue;
        /* A picture that filled its buffer ends here: nothing more would be kept. */
        for (int32_t i = root; i >= 0 && buf->status == FOV_OK; i = next_of(leaves, i)) {
            add_rails(buf, leaves, i, path);
            add_line(buf, record_at(scene, i));
        }
    }
    if (scene->answer != NULL)
        add_answer(buf, scene);
done:
    fov__free(scene->ctx, leaves);
    fov__free(scene->ctx, path);
    return rc;
}
