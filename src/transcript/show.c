/* SPDX-License-Identifier: MIT */
/* The graph of a transcript as text for Graphviz and Mermaid, and the words that all three forms
 * share. It reads what was recorded and makes nothing again; strings of the transcript come from a
 * model or a stranger, so none reaches a terminal or a diagram unescaped. */
#include "transcript/log_internal.h"

enum { ARGS_MAX = 60, JSON_MAX = 72, ANSWER_MAX = 400 };
#define SHOW_MAX ((size_t)64 << 20)

/* ---- words ---------------------------------------------------------------------------------- */

/* C0, DEL, C1 and what turns the direction of writing: each can make a line lie. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void fov__show_plain(struct fov_buf *buf, const char *text, size_t len, size_t most)
{
    size_t done = 0;
    for (size_t i = 0; i < len; done++) {
        uint32_t code = 0;
        const size_t n = fov__utf8_next(text + i, len - i, &code);
        if (done == most) {
            fov__buf_adds(buf, "\xe2\x80\xa6");
            return;
        }
        if (n == 0 || is_control(code))
            fov__buf_addc(buf, ' ');
        else
            fov__buf_add(buf, text + i, n);
        i += n > 0 ? n : 1;
    }
}

void fov__show_args(struct fov_buf *out, const struct fov_record *record)
{
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, record->ctx, FOV__LOG_LINE_MAX);
    for (const fov_json_value *v = fov__json_child(record->recipe); v != NULL;
         v = fov__json_next(v)) {
        fov__buf_addf(&buf, " %s=", fov__json_key(v));
        fov__jw_init(&jw, &buf);
        fov__jw_value(&jw, NULL, v);
    }
    if (buf.status != FOV_OK && out->status == FOV_OK)
        out->status = buf.status;
    fov__show_plain(out, buf.data, buf.len, ARGS_MAX);
    fov__buf_free(&buf);
}

void fov__show_name(struct fov_buf *buf, const struct fov_record *record)
{
    if (record->kind == FOV__LOG_SOURCE) {
        fov__show_plain(buf, record->format, strlen(record->format), ARGS_MAX);
        return;
    }
    fov__show_plain(buf, record->op, strlen(record->op), ARGS_MAX);
    fov__show_args(buf, record);
}

void fov__show_size(struct fov_buf *buf, const struct fov_record *record)
{
    if (record->kind == FOV__LOG_FACT)
        fov__show_plain(buf, record->json_text.data, record->json_text.len, JSON_MAX);
    else
        fov__buf_addf(buf, "%dx%d", (int)record->width, (int)record->height);
}

void fov__show_place(struct fov_buf *buf, const struct fov_record *record)
{
    char text[32];
    if (record->kind != FOV__LOG_IMAGE)
        return;
    for (size_t i = 0; i < record->region_count && i < 4; i++) {
        const struct fov_region *region = &record->regions[i];
        const fov_box box = fov__mat_bounds(region->to_source, region->box);
        const double v[4] = {box.x1, box.y1, box.x2, box.y2};
        for (int k = 0; k < 4; k++) {
            fov__double_text(text, fov__rint(v[k] * 10) / 10);
            fov__buf_addf(buf, "%s%s", k > 0 ? "," : i > 0 ? " + [" : "[", text);
        }
        fov__buf_addf(buf, "] of img_%d", (int)region->source);
    }
}

/* ---- the answer ----------------------------------------------------------------------------- */

static const char *member(const struct fov_json *event, const char *key)
{
    const char *text = NULL;
    if (event != NULL)
        text = fov__json_string(fov__json_get(fov__json_root(event), key));
    return text != NULL ? text : "";
}

const char *fov__show_answer(const struct fov_scene *scene)
{
    const char *text = member(scene->answer, "answer"), *status = member(scene->answer, "status");
    if (text[0] != '\0')
        return text;
    return strcmp(status, fov_status_name(FOV_NOTE_UNSURE)) == 0 ? "(cannot tell)" : status;
}

const char *fov__show_reason(const struct fov_scene *scene)
{
    return member(scene->answer, "reason");
}

const char *fov__show_question(const struct fov_scene *scene)
{
    return member(scene->question, "text");
}

const fov_json_value *fov__show_evidence(const struct fov_scene *scene,
                                         const fov_json_value *before,
                                         const struct fov_record **out)
{
    const fov_json_value *v = NULL;
    int32_t id = 0;
    if (scene->answer == NULL)
        return NULL;
    v = before != NULL ? fov__json_next(before)
                       : fov__json_child(fov__json_get(fov__json_root(scene->answer), "evidence"));
    for (; v != NULL; v = fov__json_next(v)) {
        const char *name = fov__json_string(v);
        if (fov__record_id(name, "img_", &id) && id < scene->image_count) {
            *out = &scene->images[id];
            return v;
        }
        if (fov__record_id(name, "fact_", &id) && id < scene->fact_count) {
            *out = &scene->facts[id];
            return v;
        }
    }
    return NULL;
}

/* ---- diagrams ------------------------------------------------------------------------------- */

static void escape_dot(struct fov_buf *buf, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            fov__buf_addc(buf, '\\');
        if (text[i] == '\n')
            fov__buf_adds(buf, "\\n");
        else
            fov__buf_addc(buf, text[i]);
    }
}

static void escape_mermaid(struct fov_buf *buf, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            fov__buf_adds(buf, "<br/>");
        else if (strchr("\"#<>&`\\", text[i]) != NULL)
            fov__buf_addf(buf, "#%d;", (int)text[i]);
        else
            fov__buf_addc(buf, text[i]);
    }
}

/* A label of up to three lines, escaped for the form. */
static void add_label(struct fov_buf *out, const struct fov_scene *scene,
                      const struct fov_record *record, int32_t form)
{
    struct fov_buf buf;
    char name[32];
    fov__buf_init(&buf, scene->ctx, 1 << 16);
    if (record != NULL) {
        fov__record_name(record, name);
        fov__buf_addf(&buf, "%s ", name);
        fov__show_name(&buf, record);
        fov__buf_addc(&buf, '\n');
        fov__show_size(&buf, record);
        if (record->kind == FOV__LOG_IMAGE) {
            fov__buf_addc(&buf, '\n');
            fov__show_place(&buf, record);
        }
    } else {
        const char *text = fov__show_answer(scene);
        fov__show_plain(&buf, text, strlen(text), ANSWER_MAX);
    }
    if (buf.status != FOV_OK && out->status == FOV_OK)
        out->status = buf.status;
    if (form == FOV_SHOW_DOT)
        escape_dot(out, buf.data, buf.len);
    else
        escape_mermaid(out, buf.data, buf.len);
    fov__buf_free(&buf);
}

static void add_node(struct fov_buf *buf, const struct fov_scene *scene,
                     const struct fov_record *record, int32_t form)
{
    const bool is_fact = record != NULL && record->kind == FOV__LOG_FACT;
    char name[32] = "answer";
    if (record != NULL)
        fov__record_name(record, name);
    if (form == FOV_SHOW_DOT)
        fov__buf_addf(buf, "  %s [shape=%s, label=\"", name,
                      record == NULL ? "ellipse"
                      : is_fact      ? "note"
                                     : "box");
    else
        fov__buf_addf(buf, "  %s%s\"", name, record == NULL ? "{{" : is_fact ? "([" : "[");
    add_label(buf, scene, record, form);
    if (form == FOV_SHOW_DOT)
        fov__buf_adds(buf, "\"];\n");
    else
        fov__buf_addf(buf, "\"%s\n", record == NULL ? "}}" : is_fact ? "])" : "]");
}

static void add_edges(struct fov_buf *buf, const struct fov_record *record, int32_t form)
{
    char name[32];
    fov__record_name(record, name);
    for (int32_t i = 0; i < record->parent_count; i++)
        fov__buf_addf(buf, form == FOV_SHOW_DOT ? "  img_%d -> %s;\n" : "  img_%d --> %s\n",
                      (int)record->parents[i], name);
}

static void show_diagram(struct fov_buf *buf, const struct fov_scene *scene, int32_t form)
{
    const struct fov_record *record = NULL;
    char name[32];
    fov__buf_adds(buf, form == FOV_SHOW_DOT ? "digraph foveate {\n" : "flowchart TD\n");
    for (int32_t i = 0; i < scene->image_count; i++) {
        add_node(buf, scene, &scene->images[i], form);
        add_edges(buf, &scene->images[i], form);
    }
    for (int32_t i = 0; i < scene->fact_count; i++) {
        add_node(buf, scene, &scene->facts[i], form);
        add_edges(buf, &scene->facts[i], form);
    }
    if (scene->answer != NULL) {
        add_node(buf, scene, NULL, form);
        for (const fov_json_value *v = fov__show_evidence(scene, NULL, &record); v != NULL;
             v = fov__show_evidence(scene, v, &record)) {
            fov__record_name(record, name);
            fov__buf_addf(buf,
                          form == FOV_SHOW_DOT ? "  %s -> answer [style=dashed];\n"
                                               : "  %s -.-> answer\n",
                          name);
        }
    }
    if (form == FOV_SHOW_DOT)
        fov__buf_adds(buf, "}\n");
}

/* ---- the scene ------------------------------------------------------------------------------ */

/* A later one takes the place of an earlier one. */
static fov_status read_words(struct fov_json **out, fov_context *ctx, struct fov_span text,
                             size_t line, fov_error *err)
{
    struct fov_json *doc = NULL;
    const fov_status rc =
        fov__json_parse(&doc, ctx, text.data, text.len, FOV__LOG_DEPTH_MAX, FOV__LOG_LINE_MAX, err);
    if (rc < 0)
        return rc == FOV_E_MEMORY ? rc : fov__log_fail(err, line, "the event cannot be read");
    fov__json_free(*out);
    *out = doc;
    return FOV_OK;
}

fov_status fov__scene_read(struct fov_scene *scene, fov_error *err)
{
    const struct fov_log *log = scene->log;
    fov_status rc = FOV_OK;
    scene->images = fov__calloc(scene->ctx, (size_t)log->image_count + 1, sizeof(*scene->images));
    scene->facts = fov__calloc(scene->ctx, (size_t)log->fact_count + 1, sizeof(*scene->facts));
    if (scene->images == NULL || scene->facts == NULL)
        return fov__fail_memory(err, "show", (size_t)log->image_count * sizeof(*scene->images));
    for (size_t i = 0; i < log->count && rc >= 0; i++) {
        const struct fov_log_line *line = &log->lines[i];
        struct fov_record *to = NULL;
        if (line->kind == FOV__LOG_SOURCE || line->kind == FOV__LOG_IMAGE)
            to = &scene->images[scene->image_count++];
        else if (line->kind == FOV__LOG_FACT)
            to = &scene->facts[scene->fact_count++];
        if (to != NULL)
            rc = fov__record_read(to, scene->ctx, line->text, line->kind, i + 1, NULL, err);
        else if (line->kind == FOV__LOG_ANSWER)
            rc = read_words(&scene->answer, scene->ctx, line->text, i + 1, err);
        else if (line->kind == FOV__LOG_QUESTION)
            rc = read_words(&scene->question, scene->ctx, line->text, i + 1, err);
    }
    return rc;
}

void fov__scene_drop(struct fov_scene *scene)
{
    for (int32_t i = 0; i < scene->image_count; i++)
        fov__record_free(&scene->images[i]);
    for (int32_t i = 0; i < scene->fact_count; i++)
        fov__record_free(&scene->facts[i]);
    fov__free(scene->ctx, scene->images);
    fov__free(scene->ctx, scene->facts);
    fov__json_free(scene->question);
    fov__json_free(scene->answer);
}

fov_status fov_transcript_show(fov_context *ctx, const char *dir, int32_t form, fov_bytes *out,
                               fov_error *err)
{
    struct fov_scene scene = {.ctx = ctx};
    struct fov_buf buf;
    if (ctx == NULL || dir == NULL || out == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "transcript", "%s is NULL",
                         ctx == NULL   ? "the context"
                         : dir == NULL ? "the folder"
                                       : "the place for the text");
    *out = (fov_bytes){NULL, 0, NULL};
    if (form != FOV_SHOW_TREE && form != FOV_SHOW_DOT && form != FOV_SHOW_MERMAID)
        return fov__fail(err, FOV_E_ARG, 0, "form", "the form is %d; a tree is 0, dot 1, mermaid 2",
                         (int)form);
    fov__buf_init(&buf, ctx, SHOW_MAX);
    fov_status rc = fov__log_open(&scene.log, ctx, dir, err);
    if (rc >= 0)
        rc = fov__scene_read(&scene, err);
    if (rc >= 0 && form == FOV_SHOW_TREE)
        rc = fov__show_tree(&buf, &scene, err);
    else if (rc >= 0)
        show_diagram(&buf, &scene, form);
    fov__scene_drop(&scene);
    fov__log_free(scene.log);
    if (rc < 0) {
        fov__buf_free(&buf);
        return rc;
    }
    fov__ok(err);
    return fov__buf_take(&buf, out, err);
}
