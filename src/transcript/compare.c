/* SPDX-License-Identifier: MIT */
/* One thing re-made, held against what was recorded of it. Every difference is counted and said,
 * with both values; nothing is rounded, since nothing may differ. */
#include "transcript/log_internal.h"

void fov__record_name(const struct fov_record *record, char out[32])
{
    fov__format(out, 32, "%s_%d%s", record->kind == FOV__LOG_FACT ? "fact" : "img", (int)record->id,
                record->kind == FOV__LOG_DELIVERY ? " delivery" : "");
}

void fov__remake_say(const struct fov_remake *r, const char *fmt, ...)
{
    char line[512];
    va_list args;
    if (r->report == NULL)
        return;
    va_start(args, fmt);
    fov__vformat(line, sizeof(line), fmt, args);
    va_end(args);
    fov__text_plain(line);
    r->report(line, r->user);
}

void fov__remake_differs(struct fov_remake *r, const struct fov_record *record, const char *fmt,
                         ...)
{
    char what[160], name[32];
    va_list args;
    va_start(args, fmt);
    fov__vformat(what, sizeof(what), fmt, args);
    va_end(args);
    fov__text_plain(what);
    fov__record_name(record, name);
    if (r->out->differing++ == 0)
        fov__fail(&r->first, FOV_E_MISMATCH, 0, name, "line %zu, %s: %s", record->line, name, what);
    fov__remake_say(r, "%s differs: %s", name, what);
}

/* The first twelve digits tell two hashes apart and leave room for both. */
static bool compare_hash(struct fov_remake *r, const struct fov_record *record, const char *member,
                         const char *recorded, const char *made)
{
    if (strcmp(recorded, made) == 0)
        return true;
    fov__remake_differs(r, record, "%s %.12s is recorded and %.12s was made", member, recorded,
                        made);
    return false;
}

/* Numbers are said in full, whatever the locale. */
static bool compare_number(struct fov_remake *r, const struct fov_record *record, size_t index,
                           const char *member, double recorded, double made)
{
    char a[32], b[32];
    if (recorded == made)
        return true;
    fov__double_text(a, recorded);
    fov__double_text(b, made);
    fov__remake_differs(r, record, "regions.%zu.%s %s is recorded and %s was made", index, member,
                        a, b);
    return false;
}

static bool compare_region(struct fov_remake *r, const struct fov_record *record, size_t index,
                           const struct fov_region *made)
{
    const struct fov_region *said = &record->regions[index];
    const double a[4] = {said->box.x1, said->box.y1, said->box.x2, said->box.y2};
    const double b[4] = {made->box.x1, made->box.y1, made->box.x2, made->box.y2};
    bool equal = true;
    if (r->node_of[said->source] != made->source) {
        fov__remake_differs(r, record, "regions.%zu.source img_%d is recorded and another was made",
                            index, (int)said->source);
        return false;
    }
    for (size_t i = 0; i < FOV_COUNT(a) && equal; i++)
        equal = compare_number(r, record, index, "box", a[i], b[i]);
    for (size_t i = 0; i < FOV_COUNT(said->to_source.m) && equal; i++)
        equal = compare_number(r, record, index, "to_source", said->to_source.m[i],
                               made->to_source.m[i]);
    return equal;
}

/* The recipe's hash covers all of this, but an event that found its image through another one (a
 * second output) has been applied by nobody. */
static bool compare_recipe(struct fov_remake *r, const struct fov_record *record,
                           const fov_op_def *op, const char *recipe,
                           const struct fov_node *const *parents, int32_t parent_count)
{
    const struct fov_span said = record->recipe_text;
    bool equal = record->parent_count == parent_count;
    for (int32_t i = 0; i < parent_count && equal; i++)
        equal = r->node_of[record->parents[i]] == parents[i]->id;
    if (!equal)
        fov__remake_differs(r, record, "parents differ from those it was made from");
    if (fov__op_find(r->ctx, record->op) != op) {
        fov__remake_differs(r, record, "op \"%.24s\" is recorded and %s made it", record->op,
                            op->name);
        equal = false;
    }
    if (said.len != strlen(recipe) || memcmp(said.data, recipe, said.len) != 0) {
        fov__remake_differs(r, record, "recipe %.*s is recorded and %.48s was made",
                            (int)(said.len < 48 ? said.len : 48), said.data, recipe);
        equal = false;
    }
    return equal;
}

bool fov__compare_image(struct fov_remake *r, const struct fov_record *record,
                        const struct fov_node *node)
{
    bool equal = true;
    if (record->recipe_sha256 != NULL)
        equal =
            compare_hash(r, record, "recipe_sha256", record->recipe_sha256, node->recipe_sha256);
    if (record->width != node->width || record->height != node->height) {
        fov__remake_differs(r, record, "the size %dx%d is recorded and %dx%d was made",
                            (int)record->width, (int)record->height, (int)node->width,
                            (int)node->height);
        equal = false;
    }
    if (record->kind == FOV__LOG_SOURCE)
        return equal;
    equal = compare_recipe(r, record, node->op, node->recipe, node->parent, node->parent_count) &&
            equal;
    if (record->output != node->output) {
        fov__remake_differs(r, record, "output %d is recorded and %d was made", (int)record->output,
                            (int)node->output);
        equal = false;
    }
    if (record->region_count != node->region_count) {
        fov__remake_differs(r, record, "%zu regions are recorded and %zu were made",
                            record->region_count, node->region_count);
        return false;
    }
    for (size_t i = 0; i < node->region_count; i++)
        equal = compare_region(r, record, i, &node->regions[i]) && equal;
    return equal;
}

bool fov__compare_fact(struct fov_remake *r, const struct fov_record *record,
                       const struct fov_fact *fact)
{
    bool equal =
        compare_hash(r, record, "recipe_sha256", record->recipe_sha256, fact->recipe_sha256);
    equal = compare_recipe(r, record, fact->op, fact->recipe, fact->parent, fact->parent_count) &&
            equal;
    const size_t len = strlen(fact->json);
    size_t i = 0;
    while (i < len && i < record->json_text.len && fact->json[i] == record->json_text.data[i])
        i++;
    if (i == len && i == record->json_text.len)
        return equal;
    fov__remake_differs(
        r, record, "json differs from byte %zu on: \"%.24s\" is recorded and \"%.24s\" was made", i,
        record->json_text.data + i, fact->json + i);
    return false;
}
