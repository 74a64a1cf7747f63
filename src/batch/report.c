/* SPDX-License-Identifier: MIT */
/* report.html: every item of a batch in one file, its looks as small pictures, made anew from the
 * results and the blobs. Whatever it shows was written by a stranger, so that all text goes through
 * fov__page_text(), and nothing of it is ever script. */
#include "batch/batch_internal.h"

#include <foveate/encode.h>

#include <stdlib.h>

enum {
    THUMB_EDGE = 132, /* pixels */
    THUMB_QUALITY = 78,
    LOOKS_MAX = 24, /* of one item */
    TYPES_MAX = 200
};
/* Of the small pictures together; a browser opens a file of this size. Rows beyond have none, and
 * the page says so. */
static const size_t THUMBS_BYTES = 96u << 20, PAGE_BYTES = 512u << 20;

struct thumb {
    char sha256[FOV_SHA256_HEX];
    fov_bytes url; /* "data:image/…"; empty: it could not be made */
};

struct report {
    fov_context *ctx;
    const char *dir;
    const struct fov_questions *questions;
    const struct fov_results *results;
    const fov_cancel *cancel;
    struct thumb *thumbs; /* sorted */
    size_t thumb_count, thumb_capacity;
    char *types[TYPES_MAX]; /* of the filter */
    size_t type_count;
    struct fov_buf page;
    _Atomic size_t bytes;
};

/* ---- the pictures --------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct thumb *)a)->sha256, ((const struct thumb *)b)->sha256);
}

static bool is_sha256(const char *text)
{
    return text && strlen(text) == FOV_SHA256_HEX - 1 &&
           strspn(text, "0123456789abcdef") == FOV_SHA256_HEX - 1;
}

static fov_status parse_line(struct fov_json **out, const struct report *r, size_t item,
                             fov_error *err)
{
    const struct fov_span line = r->results->line[item];

    return fov__json_parse(out, r->ctx, line.data, line.len, 16, FOV__BATCH_LINE_MAX, err);
}

static fov_status collect(struct report *r, fov_error *err)
{
    size_t n = 0;
    fov_status rc = FOV_OK;

    for (size_t i = 0; rc >= 0 && i < r->results->count; i++) {
        struct fov_json *doc = NULL;
        const fov_json_value *look;

        if (!r->results->line[i].data)
            continue;
        rc = parse_line(&doc, r, i, err);
        look = rc >= 0 ? fov__json_child(fov__json_get(fov__json_root(doc), "looks")) : NULL;
        for (int k = 0; look && k < LOOKS_MAX; look = fov__json_next(look), k++) {
            const char *name = fov__json_string(fov__json_get(look, "sha256"));

            if (!is_sha256(name))
                continue;
            if (!fov__grow(r->ctx, &r->thumbs, &r->thumb_capacity, r->thumb_count + 1,
                           sizeof(*r->thumbs))) {
                rc = fov__fail_memory(err, "report", sizeof(*r->thumbs));
                break;
            }
            memset(&r->thumbs[r->thumb_count], 0, sizeof(*r->thumbs));
            memcpy(r->thumbs[r->thumb_count++].sha256, name, FOV_SHA256_HEX);
        }
        fov__json_free(doc);
    }
    if (rc < 0 || r->thumb_count == 0)
        return rc;
    qsort(r->thumbs, r->thumb_count, sizeof(*r->thumbs), by_name);
    for (size_t i = 0; i < r->thumb_count; i++)
        if (i == 0 || by_name(&r->thumbs[n - 1], &r->thumbs[i]) != 0)
            r->thumbs[n++] = r->thumbs[i];
    r->thumb_count = n;
    return FOV_OK;
}

/* A picture that is gone, or damaged, leaves its place empty: the report is about the answers. */
static void make_thumb(uint32_t i, void *user)
{
    struct report *r = user;
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    fov_image *image = NULL;
    char *path;

    if (fov_cancel_is_set(r->cancel) || atomic_load(&r->bytes) > THUMBS_BYTES)
        return;
    path = fov__batch_path(r->ctx, r->dir, "blobs", r->thumbs[i].sha256);
    opts.format = FOV_FORMAT_JPEG;
    opts.quality = THUMB_QUALITY;
    opts.max_edge = THUMB_EDGE;
    if (path && fov_image_open(&image, r->ctx, path, NULL, NULL) >= 0 &&
        fov_image_encode_data_url(&r->thumbs[i].url, image, &opts, NULL) >= 0)
        atomic_fetch_add(&r->bytes, r->thumbs[i].url.size);
    fov_image_unref(image);
    fov__free(r->ctx, path);
}

static void add_thumbs(struct report *r)
{
    struct fov_buf *page = &r->page;

    fov__buf_adds(page, "<script type=\"application/json\" id=\"thumbs\">[");
    for (size_t i = 0; i < r->thumb_count; i++) {
        fov__buf_adds(page, i ? ",\"" : "\"");
        if (r->thumbs[i].url.size)
            fov__buf_add(page, r->thumbs[i].url.data, r->thumbs[i].url.size);
        fov__buf_addc(page, '"');
    }
    fov__buf_adds(page, "]</script>\n");
}

/* ---- a row ---------------------------------------------------------------------------------- */

/* A relative address: a '%' of a folder's name is a character of it, not an escape. */
static void add_address(struct fov_buf *page, const char *path)
{
    for (const char *p = path; *p; p++) {
        const bool stays = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                           (*p >= '0' && *p <= '9') || strchr("-_./", *p);

        if (stays)
            fov__buf_addc(page, *p);
        else
            fov__buf_addf(page, "%%%02X", (unsigned)(unsigned char)*p);
    }
}

static void add_look(struct report *r, const fov_json_value *look)
{
    const char *image = fov__json_string(fov__json_get(look, "image"));
    const char *op = fov__json_string(fov__json_get(look, "op"));
    const char *sha = fov__json_string(fov__json_get(look, "sha256"));
    double width = 1, height = 1, scale;
    struct thumb key;
    const struct thumb *found;

    if (!is_sha256(sha) || !image || !op)
        return;
    memcpy(key.sha256, sha, sizeof(key.sha256));
    found = bsearch(&key, r->thumbs, r->thumb_count, sizeof(*r->thumbs), by_name);
    fov__json_number(fov__json_get(look, "width"), &width);
    fov__json_number(fov__json_get(look, "height"), &height);
    scale = THUMB_EDGE / (width > height ? width : height);
    scale = scale < 1 && scale > 0 ? scale : 1;
    fov__buf_addf(&r->page, "<a href=\"blobs/%s\"><img", sha);
    if (found && found->url.size)
        fov__buf_addf(&r->page, " data-t=\"%zu\"", (size_t)(found - r->thumbs));
    fov__buf_addf(&r->page, " width=\"%d\" height=\"%d\" alt=\"", (int)(width * scale + 0.5),
                  (int)(height * scale + 0.5));
    fov__page_text(&r->page, image);
    fov__buf_adds(&r->page, "\">");
    fov__page_text(&r->page, image);
    fov__buf_addc(&r->page, ' ');
    fov__page_text(&r->page, op);
    fov__buf_adds(&r->page, "</a>");
}

static void add_looks(struct report *r, const fov_json_value *looks)
{
    const fov_json_value *look = fov__json_child(looks);

    fov__buf_adds(&r->page, "<td><div class=\"looks\">");
    for (int k = 0; look && k < LOOKS_MAX; look = fov__json_next(look), k++)
        add_look(r, look);
    if (look)
        fov__buf_adds(&r->page, "<span>… more in the transcript</span>");
    fov__buf_adds(&r->page, "</div></td>");
}

static void add_small(struct fov_buf *page, const char *label, const char *text)
{
    if (!text || !text[0])
        return;
    fov__buf_addf(page, "<small>%s", label);
    fov__page_text(page, text);
    fov__buf_adds(page, "</small>");
}

static void add_answer(struct report *r, const fov_json_value *root, const struct fov_row *row)
{
    const char *answer = fov__json_string(fov__json_get(root, "answer"));

    fov__buf_adds(&r->page, "<td><b>");
    fov__page_text(&r->page, answer ? answer : "–");
    fov__buf_adds(&r->page, "</b>");
    add_small(&r->page, "error: ", fov__json_string(fov__json_get(root, "error")));
    add_small(&r->page, "", fov__json_string(fov__json_get(root, "reason")));
    if (row->has_gold && row->gold_count == 0)
        add_small(&r->page, "right: ", "it cannot be told");
    for (size_t i = 0; i < row->gold_count; i++)
        add_small(&r->page, i ? "or: " : "right: ", row->golds[i]);
    fov__buf_adds(&r->page, "</td>");
}

static void add_scores(struct report *r, const fov_json_value *root)
{
    double value;

    fov__buf_adds(&r->page, "<td>");
    for (int m = 0; m < FOV__METRICS; m++)
        if (fov__json_number(fov__json_get(fov__json_get(root, "scores"), fov__metric_name[m]),
                             &value))
            fov__buf_addf(&r->page, "<small>%s %.2f</small>", fov__metric_name[m], value);
    if (fov__json_number(fov__json_get(root, "ms"), &value))
        fov__buf_addf(&r->page, "<small>%.1f s</small>", value / 1000);
    fov__buf_adds(&r->page, "</td>");
}

static size_t type_number(struct report *r, const char *type)
{
    size_t k = 0;

    while (k < r->type_count && strcmp(r->types[k], type) != 0)
        k++;
    if (k == r->type_count && k < TYPES_MAX) {
        r->types[k] = fov__strdup(r->ctx, type);
        r->type_count += r->types[k] != NULL;
    }
    return k;
}

static void add_question(struct report *r, const struct fov_batch_item *item,
                         const struct fov_row *row, const char *transcript)
{
    fov__buf_adds(&r->page, "<td><a href=\"");
    add_address(&r->page, transcript ? transcript : "");
    fov__buf_adds(&r->page, "/transcript.jsonl\">");
    fov__page_text(&r->page, item->id);
    fov__buf_adds(&r->page, "</a>");
    add_small(&r->page, "", row->type);
    fov__buf_adds(&r->page, "</td><td>");
    fov__page_text(&r->page, row->question);
    for (size_t i = 0; i < row->choice_count; i++) {
        char label[8];

        fov__format(label, sizeof(label), "(%c) ", (char)('A' + i));
        add_small(&r->page, label, row->choices[i]);
    }
    for (size_t i = 0; i < row->image_count; i++)
        add_small(&r->page, "", row->images[i]);
    fov__buf_adds(&r->page, "</td>");
}

static fov_status add_row(struct report *r, size_t i, fov_error *err)
{
    const struct fov_batch_item *item = &r->questions->items[i];
    struct fov_json *doc = NULL;
    const fov_json_value *root;
    const char *verdict, *status, *shown;
    struct fov_row row;
    fov_status rc = fov__row_read(&row, r->ctx, item->text, err);

    if (rc < 0)
        return rc;
    rc = parse_line(&doc, r, i, err);
    if (rc >= 0) {
        root = fov__json_root(doc);
        verdict = fov__json_string(fov__json_get(root, "verdict"));
        status = fov__json_string(fov__json_get(root, "status"));
        /* Without a right answer to compare with there is only how it ended. */
        shown = verdict ? verdict : status && strncmp(status, "FOV_E_", 6) == 0 ? "error" : "none";
        fov__buf_addf(&r->page,
                      "<tr data-v=\"%s\" data-k=\"%zu\"><td><span class=\"v %s\">%s</span>"
                      "</td>",
                      shown, type_number(r, row.type), shown,
                      strcmp(shown, "none") == 0 ? "not judged" : shown);
        add_question(r, item, &row, fov__json_string(fov__json_get(root, "transcript")));
        add_answer(r, root, &row);
        add_scores(r, root);
        add_looks(r, fov__json_get(root, "looks"));
        fov__buf_adds(&r->page, "</tr>\n");
    }
    fov__json_free(doc);
    fov__row_drop(&row);
    return rc;
}

/* ---- the page ------------------------------------------------------------------------------- */

static int hex_value(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* The script's SHA-256 as a policy has it: base64 of the bytes. */
static void add_policy(struct fov_buf *page)
{
    char hex[FOV_SHA256_HEX], base64[64];
    uint8_t bytes[32];

    fov__sha256_hex(hex, fov__page_script, strlen(fov__page_script));
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(16 * hex_value(hex[2 * i]) + hex_value(hex[2 * i + 1]));
    fov__base64_encode(base64, bytes, sizeof(bytes));
    base64[fov__base64_size(sizeof(bytes))] = '\0';
    fov__buf_addf(page,
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "img-src data:; style-src 'unsafe-inline'; script-src 'sha256-%s'\">\n",
                  base64);
}

static void add_head(struct report *r, const char *title, const fov_bytes *table)
{
    struct fov_buf *page = &r->page;

    fov__buf_adds(page, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    add_policy(page);
    fov__buf_adds(page, "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    fov__page_text(page, title);
    fov__buf_adds(page, " – foveate batch</title>\n<style>");
    fov__buf_adds(page, fov__page_style);
    fov__buf_adds(page, "</style>\n<h1>");
    fov__page_text(page, title);
    fov__buf_addf(page, "</h1>\n<p class=\"sub\">foveate %s · %llu of %zu items done",
                  fov_version(), (unsigned long long)r->results->done, r->results->count);
    if (atomic_load(&r->bytes) > THUMBS_BYTES)
        fov__buf_addf(page, " · small pictures are left out after the first %zu MB",
                      THUMBS_BYTES >> 20);
    fov__buf_adds(page, "</p>\n");
    if (table->size) {
        fov__buf_adds(page, "<pre>");
        fov__page_text(page, (const char *)table->data);
        fov__buf_adds(page, "</pre>\n");
    }
}

static void add_filters(struct report *r)
{
    static const char *const verdicts[] = {"right", "wrong", "unsure", "error", "none"};
    static const char *const words[] = {"right", "wrong", "cannot tell", "error", "not judged"};
    struct fov_buf *page = &r->page;

    fov__buf_adds(page, "<form id=\"filters\"><select id=\"verdict\" aria-label=\"Verdict\">"
                        "<option value=\"\">right and wrong</option>");
    for (size_t i = 0; i < FOV_COUNT(verdicts); i++)
        fov__buf_addf(page, "<option value=\"%s\">%s</option>", verdicts[i], words[i]);
    fov__buf_adds(page, "</select><select id=\"type\" aria-label=\"Type\">"
                        "<option value=\"\">all types</option>");
    for (size_t i = 0; i < r->type_count; i++) {
        fov__buf_addf(page, "<option value=\"%zu\">", i);
        fov__page_text(page, r->types[i][0] ? r->types[i] : "(no type)");
        fov__buf_adds(page, "</option>");
    }
    fov__buf_adds(page, "</select><input id=\"text\" type=\"search\" placeholder=\"Search\" "
                        "aria-label=\"Search\"><output id=\"shown\"></output></form>\n"
                        "<table><thead><tr><th class=\"c1\">verdict<th class=\"c2\">item"
                        "<th class=\"c3\">question<th class=\"c4\">answer<th class=\"c5\">scores"
                        "<th class=\"c6\">looks</tr></thead>\n<tbody>\n");
}

static fov_status add_all(struct report *r, const char *title, const fov_bytes *table,
                          fov_error *err)
{
    fov_status rc = FOV_OK;

    /* The filter stands before the rows: their types are numbered first. */
    for (size_t i = 0; rc >= 0 && i < r->results->count; i++) {
        struct fov_row row;

        if (!r->results->line[i].data)
            continue;
        rc = fov__row_read(&row, r->ctx, r->questions->items[i].text, err);
        if (rc >= 0) {
            type_number(r, row.type);
            fov__row_drop(&row);
        }
    }
    add_head(r, title, table);
    add_filters(r);
    for (size_t i = 0; rc >= 0 && i < r->results->count; i++)
        if (r->results->line[i].data)
            rc = add_row(r, i, err);
    fov__buf_adds(&r->page, "</tbody></table>\n");
    add_thumbs(r);
    fov__buf_adds(&r->page, "<script>");
    fov__buf_adds(&r->page, fov__page_script);
    fov__buf_adds(&r->page, "</script>\n</html>\n");
    return rc < 0 ? rc : fov__buf_check(&r->page, "report", err);
}

fov_status fov__report_write(fov_context *ctx, const char *dir, const char *title,
                             const struct fov_questions *questions,
                             const struct fov_results *results, const fov_bytes *table,
                             uint32_t jobs, const fov_cancel *cancel, fov_error *err)
{
    struct report r;
    char *path = fov__path_join(ctx, dir, "report.html");
    fov_status rc = path ? FOV_OK : fov__fail_memory(err, "report", strlen(dir));

    memset(&r, 0, sizeof(r));
    r.ctx = ctx;
    r.dir = dir;
    r.questions = questions;
    r.results = results;
    r.cancel = cancel;
    atomic_init(&r.bytes, 0);
    fov__buf_init(&r.page, ctx, PAGE_BYTES);
    if (rc >= 0)
        rc = collect(&r, err);
    if (rc >= 0 && r.thumb_count <= UINT32_MAX)
        fov__parallel(jobs, (uint32_t)r.thumb_count, make_thumb, &r);
    if (rc >= 0 && !fov_cancel_is_set(cancel)) {
        rc = add_all(&r, title, table, err);
        if (rc >= 0)
            rc = fov__file_write(ctx, path, r.page.data, r.page.len, false, err);
    }
    for (size_t i = 0; i < r.thumb_count; i++)
        fov_bytes_free(&r.thumbs[i].url);
    for (size_t i = 0; i < r.type_count; i++)
        fov__free(ctx, r.types[i]);
    fov__free(ctx, r.thumbs);
    fov__buf_free(&r.page);
    fov__free(ctx, path);
    return rc;
}
